"""Marks that crowd stand together: the worst of them, with how many they are."""

from __future__ import annotations

import io

import pyarrow as pa
import pytest
from PIL import Image

from tests.browser.bench import lists, serving, stream
from tests.browser.test_bundle import clean, draw

pytestmark = pytest.mark.browser
CENTRE = (114.30, 30.60)
CAMERA = {"longitude": CENTRE[0], "latitude": CENTRE[1], "zoom": 12}
COLORS = {"p4": (86, 180, 233, 255), "p1": (213, 94, 0, 255), "p3": (240, 228, 66, 255)}
LAYER = {
    "@@type": "MarkLayer",
    "id": "marks",
    "data": "/marks.arrow",
    "pickable": True,
    "gather": 30,
    "getSize": 24,
    "tooltip": [["", "event_id", "text"]],
}
# Some 4 px apart at zoom 12, and one far off.
ROWS = [
    ("e1", "p3", 114.3000, 30.6),
    ("e2", "p3", 114.3010, 30.6),
    ("far", "p3", 114.3600, 30.6),
    ("e3", "p3", 114.2990, 30.6),
    ("worst", "p1", 114.3005, 30.6),
]


@pytest.fixture(scope="module")
def site():
    with serving() as found:
        yield found


@pytest.fixture
def page(watch, site):
    return watch(site.url, 800, 600)


def arrow(rows):
    places = [[lon, lat] for _, _, lon, lat in rows]
    return stream(
        position=lists(places, pa.float64()),
        fill_color=lists([list(COLORS[mark]) for _, mark, *_ in rows], pa.uint8()),
        mark=pa.array([mark for _, mark, *_ in rows]).dictionary_encode(),
        event_id=pa.array([name for name, *_ in rows]),
    )


def hover(page, lon, lat):
    x, y = page.page.evaluate(f"twinMap.project([{lon}, {lat}])")
    page.page.mouse.move(5, 5)
    page.page.mouse.move(x, y)
    page.until("document.querySelector('.twin-tip').style.display === 'block'")
    return page.page.inner_text(".twin-tip").split("\n")


def test_four_that_crowd_are_one_the_worst_and_part_at_a_click(page, site):
    site.answers["/marks.arrow"] = arrow(ROWS)
    draw(page, [LAYER], camera=CAMERA)

    # Its middle is the mean of the four places.
    assert hover(page, 114.300125, 30.6) == ["worst", "+ 3"]
    assert hover(page, 114.36, 30.6) == ["far"]

    page.page.mouse.click(*page.page.evaluate("twinMap.project([114.300125, 30.6])"))
    page.until("twinMap.state.camera.zoom > 12.5")
    assert page.page.evaluate("twinMap.state.pick") is None
    clean(page)


def test_none_is_lost_and_each_stands_by_itself_where_the_map_is_near(page, site):
    site.answers["/marks.arrow"] = arrow(ROWS)
    draw(page, [LAYER], camera={**CAMERA, "zoom": 16.5})

    for name, _, lon, lat in ROWS:
        if name != "far":
            assert hover(page, lon, lat) == [name]
    clean(page)


def test_those_at_one_place_part_nowhere_and_the_worst_lies_on_top(page, site):
    spot = [(name, mark, *CENTRE) for name, mark, *_ in ROWS]
    site.answers["/marks.arrow"] = arrow(spot)
    draw(page, [LAYER], camera={**CAMERA, "zoom": 17})

    assert hover(page, *CENTRE) == ["worst"]
    clean(page)


def test_a_name_keeps_clear_of_a_mark(page, site):
    site.answers["/marks.arrow"] = arrow(ROWS)
    names = {
        "@@type": "NamesLayer",
        "id": "names",
        "data": [{"name": "Harbour", "position": [114.3001, 30.6]}],
        "getSize": 20,
        "moves": True,
    }
    draw(page, [LAYER, names], camera=CAMERA)
    (name,) = page.page.evaluate("twinMap.state.names")
    _x, y = page.page.evaluate("twinMap.project([114.300125, 30.6])")

    tops = [corner[1] for corner in name["corners"]]
    assert min(tops) > y + 12 or max(tops) < y - 12
    clean(page)


def test_a_name_that_marks_of_a_later_picture_cover_finds_other_room(page, site):
    """A crowd of names that had room on their places stands around the marks that come."""
    site.answers["/marks.arrow"] = arrow(ROWS[2:3])
    site.answers["/later.arrow"] = arrow(ROWS)
    names = {
        "@@type": "NamesLayer",
        "id": "names",
        "data": [{"name": "Harbour", "position": [114.3001, 30.6]}],
        "getSize": 20,
        "moves": True,
    }
    draw(page, [LAYER, names], camera=CAMERA)
    draw(page, [{**LAYER, "data": "/later.arrow"}, names], "S2")
    page.until("twinMap.state.names.length === 1")
    (name,) = page.page.evaluate("twinMap.state.names")
    _x, y = page.page.evaluate("twinMap.project([114.300125, 30.6])")

    tops = [corner[1] for corner in name["corners"]]
    assert min(tops) > y + 12 or max(tops) < y - 12
    clean(page)


def test_without_rows_the_map_is_ready(page, site):
    site.answers["/marks.arrow"] = stream(
        position=pa.array([], pa.list_(pa.float64(), 2)),
        mark=pa.array([], pa.string()).dictionary_encode(),
    )
    draw(page, [LAYER], camera=CAMERA)
    picture = Image.open(io.BytesIO(page.page.screenshot())).convert("RGB")
    assert len(picture.getcolors(1 << 20)) < 30
    clean(page)
