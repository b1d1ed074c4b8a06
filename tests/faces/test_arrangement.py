"""Pages and scenes are files: what they name is resolved, and what is off costs itself only."""

from __future__ import annotations

import shutil
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from layers.registry import load_registry
from tests.faces.imported import imported
from twin.engine import load_sql
from twin.faces import arrangement
from twin.faces.arrangement import arrange
from twin.faces.kinds import KINDS
from twin.faces.panels import MARKUPS
from twin.faces.server import painting
from twin.pack import load_city
from twin.query import QueryService
from twin.view import Pointer, View, pin

TRIO = Path(__file__).parents[1] / "cities" / "trio"
FLEET = """path = "/fleet"
figures = ["drone_coverage.drones_flying"]
map_layers = ["districts", "drone_coverage"]
[title]
zh-CN = "无人机"
en = "Fleet"
[regions]
side = ["drone_coverage.fleet"]
"""

# The pages that every city has, first / and then by their names.
PATHS = [
    "/",
    "/alerts",
    "/departments",
    "/drones",
    "/events",
    "/incidents",
    "/indicators",
    "/renewal",
    "/sources",
    "/system",
]


@pytest.fixture
def pack(tmp_path):
    """A copy of a small city, for files of its own."""
    return Path(shutil.copytree(TRIO, tmp_path / "trio"))


def write(pack, kind, name, text):
    """Write a page or scene of the pack's own."""
    (pack / kind).mkdir(exist_ok=True)
    (pack / kind / f"{name}.toml").write_text(text, encoding="utf-8")


def arranged(pack):
    """What the pack's pages and scenes come to."""
    city = load_city(pack)
    return arrange(city, load_registry(city))


def asked(pack, path, **view):
    """What a page asks for a view, as 'layer.panel'."""
    city = load_city(pack)
    registry = load_registry(city)
    page = arrange(city, registry).pages[path]
    moment = datetime(2026, 7, 18, 12, tzinfo=UTC)
    pinned = pin(View(**view), city, lambda _: Pointer("s", moment))
    found = arrangement.asked(page, registry, pinned)
    return {f"{layer.id}.{panel.name}" for layer, panel in found}


def test_every_city_has_the_shipped_pages_and_scene_whole(pack):
    found = arranged(pack)

    assert list(found.pages) == PATHS
    assert list(found.scenes) == ["overview", "urgent"]
    assert found.faults == ()
    assert found.notes == ()


def test_a_page_asks_its_own_panels_and_no_others(pack):
    write(pack, "pages", "fleet", FLEET)

    assert asked(pack, "/fleet") == {"drone_coverage.fleet"}
    # All of the city but the three of the day before, which a young day's picture asks.
    assert len(asked(pack, "/")) == 13
    of_district = asked(pack, "/", district="alva")
    assert "districts.now" in of_district
    assert "renovation.progress" not in of_district
    assert "districts.counts" in of_district  # the list of events rests on it


def test_a_page_of_the_packs_own_takes_the_place_of_the_shipped_one(pack):
    write(pack, "pages", "city", FLEET.replace('"/fleet"', '"/"'))

    assert asked(pack, "/") == {"drone_coverage.fleet"}


def test_a_page_that_names_a_panel_that_is_not_there_is_said_with_its_line(pack):
    write(
        pack,
        "pages",
        "fleet",
        FLEET.replace("drone_coverage.fleet", "drone_coverage.flet"),
    )
    found = arranged(pack)

    assert found.faults == (
        (
            "pages/fleet.toml, line 8: there is no panel 'drone_coverage.flet'; did you mean"
            " 'drone_coverage.fleet'?"
        ),
    )
    assert found.pages["/fleet"].figures == ("drone_coverage.drones_flying",)


def test_what_needs_a_layer_that_the_city_lacks_is_left_out_with_a_word(pack):
    text = (pack / "city.toml").read_text(encoding="utf-8")
    (pack / "city.toml").write_text(
        text.replace('"renovation", ', ""), encoding="utf-8"
    )
    found = arranged(pack)

    assert found.faults == ()
    assert found.notes == tuple(
        f"pages/{name}.toml leaves out what is of renovation: the city has no such layer."
        for name in ("city", "district", "renewal")
    )


def test_a_page_of_which_nothing_is_left_is_not_offered(pack):
    text = (pack / "city.toml").read_text(encoding="utf-8")
    (pack / "city.toml").write_text(
        text.replace('"renovation", ', "").replace('"indicators", ', ""),
        encoding="utf-8",
    )
    found = arranged(pack)

    assert list(found.pages) == [
        path for path in PATHS if path not in {"/renewal", "/indicators"}
    ]


@pytest.mark.parametrize(
    ("kind", "text", "said"),
    [
        (
            "scenes",
            'dwell_s = 9\n[title]\nen = "Empty"',
            "own.toml: the scene shows no figure",
        ),
        (
            "scenes",
            "dwell_s = 9\nfigures = []\n",
            "own.toml, line 2: the scene shows no figure",
        ),
        ("pages", 'path = "/"\n', "line 1: its path '/' is that of pages/city.toml"),
        ("pages", 'path = "/wall/x"\n', "line 1: its path is '/wall/x'"),
        ("pages", 'path = "/a"\nfigurs = []\n', "line 2: the file has 'figurs'"),
        (
            "pages",
            'path = "/a"\nfigures = ["x"]\n',
            "line 2: 'x' is no name of the form",
        ),
        ("pages", "path = /a\n", "own.toml is not TOML"),
        (
            "pages",
            'path = "/a"\n[regions]\nsidr = []\n',
            "line 3: [regions] has 'sidr'",
        ),
        ("pages", 'path = "/a"\n[regions]\nside = [3]\n', "line 3: side holds 3"),
        (
            "scenes",
            'figures = ["headline.open_now"]\ndwell_s = -1\n',
            "line 2: dwell_s is -1",
        ),
    ],
)
def test_a_file_that_is_off_is_said_and_the_others_live_on(pack, kind, text, said):
    write(pack, kind, "own", text)
    found = arranged(pack)

    (fault,) = found.faults
    assert said in fault
    assert fault.startswith(f"{kind}/own.toml")
    assert list(found.pages) == PATHS
    assert list(found.scenes) == ["overview", "urgent"]


@pytest.mark.parametrize(
    ("name", "said"),
    [
        (
            "their-pages:gone",
            "no installed package offers it; install it, or take the name out.",
        ),
        (
            "their-pages:broken",
            (
                "it cannot be loaded: ZeroDivisionError: division by zero; mend it, or take"
                " the name out."
            ),
        ),
        (
            "their-pages:number",
            "it is of the type int, not the path of a file; mend it, or take the name out.",
        ),
    ],
)
def test_a_page_of_a_package_that_is_off_is_said_and_the_others_live_on(
    pack, tmp_path, monkeypatch, name, said
):
    info = tmp_path / "site" / "their_pages-1.dist-info"
    info.mkdir(parents=True)
    (info / "METADATA").write_text(
        "Metadata-Version: 2.1\nName: their-pages\nVersion: 1"
    )
    (info / "entry_points.txt").write_text(
        "[twin.pages]\nbroken = their_broken_pages:PAGE\nnumber = sys:maxsize\n"
    )
    (tmp_path / "site" / "their_broken_pages.py").write_text("1 / 0")
    monkeypatch.syspath_prepend(tmp_path / "site")
    text = (pack / "city.toml").read_text(encoding="utf-8")
    (pack / "city.toml").write_text(f'pages = ["{name}"]\n{text}', encoding="utf-8")
    found = arranged(pack)

    line = "trio/city.toml, line 1"
    assert found.faults == (f"{line}: the page {name!r} is named, and {said}",)
    assert list(found.pages) == PATHS


def test_a_panel_of_a_district_has_no_place_among_those_of_the_city(pack):
    write(
        pack,
        "pages",
        "fleet",
        FLEET.replace("drone_coverage.fleet", "drone_coverage.district"),
    )

    (fault,) = arranged(pack).faults
    assert "line 8: 'drone_coverage.district' is of a chosen district" in fault


def test_a_question_that_lacks_a_column_of_its_kind_is_said(pack):
    city = load_city(pack)
    registry = load_registry(city)
    stages = registry.get("attention").panels[1]
    broken = replace(stages, kind="tiles")

    said = KINDS["tiles"].lacking(broken, sql_of(registry.get("attention"), stages))

    assert said.startswith(
        "stages.sql lacks columns that a panel of the kind 'tiles' needs: id"
    )


def sql_of(layer, panel):
    """The question of a panel."""
    return load_sql(layer.folder / panel.question.sql)


def test_every_kind_has_its_markup():
    assert list(MARKUPS) == list(KINDS)


def test_every_panel_answers_the_columns_of_its_kind(pack):
    registry = load_registry(load_city(pack))
    for layer in registry.layers:
        for panel in layer.panels:
            assert KINDS[panel.kind].lacking(panel, sql_of(layer, panel)) == "", (
                f"{layer.id}.{panel.name}"
            )


def test_a_page_of_the_packs_own_is_painted_and_offered_beside_the_first(
    pack, tmp_path
):
    write(pack, "pages", "fleet", FLEET)
    city = load_city(pack)
    _, lake = imported(tmp_path / "lake")
    service = QueryService(city, load_registry(city), lake.path)
    try:
        moment = service.status().as_of
        of = painting.context(service, load_registry(city), city, lambda: moment)
        face = painting.face(of, "/fleet", "lang=en&v=1")
        first = painting.face(of, "/", "lang=en&v=1")
    finally:
        service.close()

    assert "".join(face.places["side"]).count('class="panel kind-figures"') == 1
    assert 'aria-current="page"' in "".join(face.places["top"])
    assert 'href="/fleet?' in "".join(first.places["top"])
    drawn = {layer["id"].partition("-")[0] for layer in face.spec["deck"]["layers"]}
    assert drawn == {"districts", "drone_coverage"}
