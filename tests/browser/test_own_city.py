"""A polygon file becomes a city that is served.

Three files in three scripts are tried in a real browser, with nothing else written by
hand.
"""

from __future__ import annotations

import io
import json
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path

import openpyxl
import pytest
from click.testing import CliRunner
from PIL import Image

from layers.registry import load_registry
from tests.city import made
from twin.cli import main
from twin.faces.export.brief import export
from twin.faces.export.moment import running
from twin.faces.server.app import create_app
from twin.pack import load_city, write_manifest
from twin.query import QueryService
from twin.store import Lake, newest
from twin.view import View

pytestmark = pytest.mark.browser
UNTIL = datetime(2026, 11, 23, 14, 32, 10, tzinfo=UTC)
READY = (
    "document.documentElement.dataset.ready ==="
    " document.querySelector('.as-of')?.dataset.snapshot &&"
    " document.documentElement.dataset.ready"
)
FILES = {
    "latin": (made.latin, "Seabridge", "Europe/Lisbon"),
    "chinese": (made.chinese, "临江", "Asia/Shanghai"),
    "arabic": (made.arabic, "المرسى", "Africa/Cairo"),
}
ALL = (
    '["districts", "renovation", "drone_coverage", "event_heat", "department_linkage",'
    ' "headline", "attention"]'
)
ORDERS = """工单编号,来电时间,诉求类型,标题,区划
A1,2026-11-23 08:00:00,噪声,夜间施工,东湖区
A2,2026-11-23 09:30:00,道路,路面破损,白沙区
"""


def run(*words: object) -> str:
    """Run a command of the program; it must end well."""
    done = CliRunner().invoke(main, [str(word) for word in words])
    assert done.exit_code == 0, done.output
    return done.output


class Own:
    """One city made of a polygon file, with rows, served."""

    def __init__(self, folder: Path, name: str) -> None:
        write, called, zone = FILES[name]
        self.pack, self.lake = folder / "pack", folder / "lake"
        run(
            "city",
            "new",
            self.pack,
            "--from",
            write(folder / "given.geojson"),
            "--name",
            called,
            "--zone",
            zone,
        )

    def simulate(self) -> None:
        run(
            "simulate",
            "--city",
            self.pack,
            "--lake",
            self.lake,
            "--days",
            2,
            "--until",
            UNTIL.isoformat(),
        )

    def ingest(self, orders: str) -> None:
        """Take in work orders; the columns are those of the template in city.toml, as far
        as the orders have them.
        """
        text = (self.pack / "city.toml").read_text(encoding="utf-8")
        head, _, tail = text.partition("# [feeds.work_orders.columns]\n")
        columns = tail.partition("\n\n")[0].splitlines()
        kept = [
            line.removeprefix("# ")
            for line in columns
            if line.split('"')[1] in orders.splitlines()[0].split(",")
        ]
        (self.pack / "city.toml").write_text(
            "\n".join([head, "[feeds.work_orders.columns]", *kept, ""]),
            encoding="utf-8",
        )
        (self.pack.parent / "orders.csv").write_text(orders, encoding="utf-8")
        run(
            "ingest",
            "work-orders",
            "--city",
            self.pack,
            "--lake",
            self.lake,
            self.pack.parent / "orders.csv",
        )

    def open(self) -> QueryService:
        self.city = load_city(self.pack)
        self.registry = load_registry(self.city)
        return QueryService(self.city, self.registry, self.lake)


def looked_at(
    own: Own, watch, path: str, size: tuple[int, int], tmp_path: Path, sees
) -> bytes:
    """Serve a city, open a path until the page is ready, ask it something, and answer its
    picture.
    """
    service = own.open()
    at = newest(Lake(own.lake)).as_of
    try:
        with running(
            create_app(
                service, own.registry, own.city, clock=lambda: at + timedelta(seconds=8)
            )
        ) as host:
            page = watch(f"{host}{path}", *size)
            page.until(READY, seconds=40)
            assert page.console_errors == []
            assert page.outside_requests == []
            sees(page)
            picture = page.page.screenshot()
            page.page.close()
        made_files = export(
            service,
            own.registry,
            own.city,
            View(),
            ["xlsx", "csv"],
            tmp_path / "out",
            clock=lambda: at,
        )
        assert openpyxl.load_workbook(
            next(path for path in made_files.files if path.suffix == ".xlsx")
        ).sheetnames
    finally:
        service.close()
    return picture


@pytest.mark.parametrize(
    "name",
    [
        pytest.param("chinese", marks=pytest.mark.soak),
        "arabic",
        pytest.param("latin", marks=pytest.mark.soak),
    ],
)
def test_a_polygon_file_is_a_page_with_every_district_by_its_name(
    watch, tmp_path, name
):
    own = Own(tmp_path, name)
    if name == "chinese":
        own.ingest(ORDERS)
    else:
        own.simulate()

    def sees(page):
        names = page.page.evaluate("window.twinMap.state.layers['districts-names']")
        assert names == {
            "n": {"latin": 24, "chinese": 12, "arabic": 9}[name],
            "state": "loaded",
            "why": "",
        }
        if name == "chinese":
            assert page.page.evaluate(
                "document.querySelector('[data-figure=events_today]') !== null"
            )
        # Attention and stages; no board of a layer that is not there.
        assert (
            page.page.evaluate("document.querySelectorAll('#side [data-panel]').length")
            == 2
        )

    picture = looked_at(own, watch, "/", (1920, 1080), tmp_path, sees)

    with Image.open(io.BytesIO(picture)) as taken:
        assert len(taken.convert("RGB").getcolors(1 << 24) or ()) > 100


@pytest.mark.soak
@pytest.mark.slow
def test_every_layer_lives_without_what_it_would_draw(watch, tmp_path):
    own = Own(tmp_path, "latin")
    text = (own.pack / "city.toml").read_text(encoding="utf-8")
    (own.pack / "city.toml").write_text(
        "\n".join(
            f"layers = {ALL}" if line.startswith("layers") else line
            for line in text.splitlines()
        ),
        encoding="utf-8",
    )
    own.simulate()

    def sees(page):
        assert page.page.evaluate("document.querySelectorAll('.failed').length") == 0
        said = page.page.inner_text("#side")
        assert (
            "The city pack names no department" in said or "城市资料包未列部门" in said
        )
        for path in ("/wall/default", "/?district=N08&v=1"):
            other = watch(
                f"{page.page.url.split('/?')[0].rstrip('/')}{path}", 1920, 1080
            )
            other.until(READY, seconds=40)
            assert (path, other.console_errors) == (path, [])
            assert (
                other.page.evaluate("document.querySelectorAll('.failed').length") == 0
            )
            other.page.close()

    looked_at(own, watch, "/", (1920, 1080), tmp_path, sees)


def test_rivers_and_roads_of_many_parts_and_of_two_points_are_drawn(watch, tmp_path):
    own = Own(tmp_path, "latin")
    short = {"type": "LineString", "coordinates": [[-9.15, 38.75], [-9.05, 38.76]]}
    several = {
        "type": "MultiLineString",
        "coordinates": [
            [[-9.15, 38.72], [-9.10, 38.72]],
            [[-9.09, 38.72], [-9.0, 38.73]],
        ],
    }
    for role in ("rivers", "roads"):
        content = [
            {
                "type": "Feature",
                "properties": {"name": f"{role} {at}"},
                "geometry": geometry,
            }
            for at, geometry in enumerate((short, several))
        ]
        (own.pack / f"geography/{role}.geojson").write_text(
            json.dumps({"type": "FeatureCollection", "features": content}),
            encoding="utf-8",
        )
    text = (own.pack / "city.toml").read_text(encoding="utf-8")
    (own.pack / "city.toml").write_text(
        text.replace(
            "[geography]\n",
            '[geography]\nrivers = "geography/rivers.geojson"\nroads ='
            ' "geography/roads.geojson"\n',
        ),
        encoding="utf-8",
    )
    write_manifest(own.pack)
    own.simulate()

    def sees(page):
        found = page.page.evaluate("window.twinMap.state.layers")
        assert {
            name: found[name]["state"]
            for name in (
                "districts-roads",
                "districts-rivers-names",
                "districts-roads-names",
            )
        } == dict.fromkeys(
            (
                "districts-roads",
                "districts-rivers-names",
                "districts-roads-names",
            ),
            "loaded",
        )
        assert "districts-water" not in found
        # It has no name in English; among streets there is room for it.
        page.page.evaluate(
            "twinMap.look({ longitude: -9.1, latitude: 38.755, zoom: 13 })"
        )
        page.until(
            "twinMap.state.names.some(({ layer, text }) =>"
            " layer === 'districts-rivers-names' && text === 'rivers 0')"
        )

    looked_at(own, watch, "/", (1366, 768), tmp_path, sees)


def test_a_picture_of_an_own_city_is_taken(tmp_path):
    own = Own(tmp_path, "arabic")
    own.simulate()
    with ThreadPoolExecutor(1) as aside:  # a thread of its own has a browser of its own
        aside.submit(
            run,
            "export",
            "brief",
            "--city",
            own.pack,
            "--lake",
            own.lake,
            "--format",
            "png",
            "--out",
            tmp_path / "out",
        ).result()

    (picture,) = (tmp_path / "out").rglob("*.png")
    with Image.open(picture) as taken:
        assert taken.size == (1920, 1080)
