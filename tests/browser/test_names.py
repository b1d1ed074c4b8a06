"""Names on the map: along lines of every form, and in scripts whose letters join and run
from right to left.
"""

from __future__ import annotations

import io
import json
from collections.abc import Iterator

import pytest
from PIL import Image

from tests.browser.bench import Site, serving
from tests.browser.test_bundle import clean, draw

pytestmark = pytest.mark.browser
NAMES = {
    "@@type": "NamesLayer",
    "id": "names",
    "data": "/names.geojson",
    "getSize": 48,
    "haloWidth": 0,
    "getColor": [255, 255, 255, 255],
    "collide": False,
}
CENTRE = [114.30, 30.60]


@pytest.fixture(scope="module")
def site() -> Iterator[Site]:
    with serving() as found:
        yield found


@pytest.fixture
def page(watch, site):
    return watch(site.url, 800, 600)


def features(*given):
    found = [
        {"type": "Feature", "properties": {"name": name}, "geometry": geometry}
        for name, geometry in given
    ]
    return json.dumps({"type": "FeatureCollection", "features": found}).encode()


def point(lon, lat):
    return {"type": "Point", "coordinates": [lon, lat]}


def white(page):
    """Return the box of what is drawn, px: left, top, right, bottom."""
    picture = (
        Image.open(io.BytesIO(page.page.screenshot()))
        .convert("L")
        .crop((0, 0, 800, 600))
    )
    return picture.point(lambda value: 255 if value > 128 else 0).getbbox()


@pytest.mark.parametrize("name", ["السلام", "العزيزية", "שלום", "हिन्दी"])
def test_a_name_whose_letters_join_is_as_wide_as_the_browser_writes_it(
    page, site, name
):
    site.answers["/names.geojson"] = features((name, point(*CENTRE)))
    draw(page, [{**NAMES, "letterSpacing": 2}])
    wide = page.page.evaluate(
        """([name, font]) => { const pen = document.createElement('canvas').getContext('2d');
        pen.font = `500 48px ${font}`; const said = pen.measureText(name);
        return said.actualBoundingBoxLeft + said.actualBoundingBoxRight; }""",
        [name, '"Inter Variable", "Noto Sans SC", "Noto Sans CJK SC", sans-serif'],
    )
    left, top, right, bottom = white(page)

    assert right - left == pytest.approx(wide, abs=4)
    assert (left + right) / 2 == pytest.approx(400, abs=4)
    assert (top + bottom) / 2 == pytest.approx(300, abs=16)
    clean(page)


def test_names_of_several_scripts_stand_side_by_side_and_are_picked(page, site):
    site.answers["/names.geojson"] = features(
        ("Foundry", point(114.30, 30.63)),
        ("السلام", point(114.30, 30.60)),
        ("江岸", point(114.30, 30.57)),
    )
    draw(page, [{**NAMES, "pickable": True, "getSize": 30}])
    picked = []
    for lat in (30.63, 30.60, 30.57):
        page.page.mouse.click(*page.page.evaluate(f"twinMap.project([114.30, {lat}])"))
        picked.append(
            page.until(
                "window.twinMap.state.pick &&"
                " window.twinMap.state.pick.object.properties.name"
            )
        )
        page.page.mouse.click(700, 40)
        page.until("window.twinMap.state.pick === null")

    assert picked == ["Foundry", "السلام", "江岸"]
    clean(page)


LINES = {
    "two points": {
        "type": "LineString",
        "coordinates": [[114.28, 30.60], [114.32, 30.60]],
    },
    "several lines, of which the longest counts": {
        "type": "MultiLineString",
        "coordinates": [
            [[114.20, 30.70], [114.21, 30.70]],
            [[114.28, 30.60], [114.29, 30.60], [114.32, 30.60]],
        ],
    },
    "corners that are close together at one end": {
        "type": "LineString",
        "coordinates": [
            [114.28, 30.60],
            *([114.28 + at * 1e-5, 30.60] for at in range(1, 50)),
            [114.32, 30.60],
        ],
    },
}


@pytest.mark.parametrize("geometry", LINES.values(), ids=LINES)
def test_a_name_stands_in_the_middle_of_a_line_of_any_form(page, site, geometry):
    site.answers["/names.geojson"] = features(("Rio", geometry))
    draw(page, [{**NAMES, "along": True}])
    left, top, right, bottom = white(page)

    assert (left + right) / 2 == pytest.approx(400, abs=3)
    assert (top + bottom) / 2 == pytest.approx(300, abs=12)
    clean(page)


def test_a_name_follows_its_line_and_is_never_upside_down(page, site):
    for ends in (
        [[114.30, 30.58], [114.30, 30.62]],
        [[114.30, 30.62], [114.30, 30.58]],
    ):
        site.answers["/names.geojson"] = features(
            ("Longname", {"type": "LineString", "coordinates": ends})
        )
        draw(page, [{**NAMES, "along": True, "getSize": 30}], str(ends))
        left, top, right, bottom = white(page)
        assert bottom - top > 3 * (right - left)
    clean(page)


def test_what_has_no_name_or_no_line_is_left_out_and_the_others_are_drawn(page, site):
    site.answers["/names.geojson"] = features(
        (None, LINES["two points"]),
        (
            "Lake",
            {
                "type": "Polygon",
                "coordinates": [[[114, 30], [115, 30], [115, 31], [114, 30]]],
            },
        ),
        ("Dot", {"type": "LineString", "coordinates": [[114.3, 30.6], [114.3, 30.6]]}),
        ("Nothing", {"type": "MultiLineString", "coordinates": []}),
        ("Rio", LINES["two points"]),
    )
    draw(page, [{**NAMES, "along": True}])

    assert white(page) is not None
    clean(page)


def test_a_file_without_any_name_lets_the_page_be_ready(page, site):
    site.answers["/names.geojson"] = features((None, point(*CENTRE)))
    draw(page, [NAMES])

    clean(page)


def test_of_two_names_that_would_touch_the_more_important_stands_alone_until_there_is_room(
    page, site
):
    found = [
        {
            "type": "Feature",
            "properties": {"name": name, "rank": rank},
            "geometry": point(lon, 30.60),
        }
        for name, rank, lon in (("Harbour", 1, 114.300), ("Old Town", 2, 114.302))
    ]
    site.answers["/names.geojson"] = json.dumps(
        {"type": "FeatureCollection", "features": found}
    ).encode()
    layer = {
        **NAMES,
        "collide": True,
        "getPriority": "@@=properties.rank",
        "getSize": 30,
    }

    draw(page, [layer])
    alone = white(page)
    draw(
        page,
        [layer],
        "S2",
        camera={"longitude": 114.301, "latitude": 30.60, "zoom": 17},
        cameraKey="near",
    )
    page.until("Math.abs(twinMap.state.camera.zoom - 17) < 1e-6")
    page.until("document.documentElement.dataset.ready === 'S2'")
    page.page.wait_for_timeout(300)
    both = white(page)

    x, _y = page.page.evaluate("twinMap.project([114.302, 30.60])")
    middle = (alone[0] + alone[2]) / 2
    # The more important one's own place at zoom 12.
    assert middle == pytest.approx(400 + 512 * 2**12 * 0.002 / 360, abs=5)
    assert both[2] - both[0] > 1.5 * (alone[2] - alone[0])
    assert both[2] > x
