"""What is drawn follows the zoom: layers that take turns, tiles in view, fields cut into steps."""

from __future__ import annotations

import io
import json
from collections.abc import Callable, Iterator

import pyarrow as pa
import pytest
from PIL import Image

from tests.browser.bench import Site, lists, serving, stream
from tests.browser.conftest import Watched

RASTER = [114.0, 30.0, 0.0005, 0.0005, 2000, 2000]
STEPS = [[200, 0, 0, 255], [0, 200, 0, 255], [0, 0, 200, 255]]
CELL = 8 * 0.0005
"""Side of a cell of the pictures below, deg."""


@pytest.fixture
def site() -> Iterator[Site]:
    with serving() as found:
        yield found


@pytest.fixture
def page(watch: Callable[..., Watched], site: Site) -> Watched:
    return watch(site.url, 800, 600)


def cells(places: list[tuple[int, int]], **columns: pa.Array) -> bytes:
    return stream(
        x=pa.array([x for x, _ in places], pa.uint16()),
        y=pa.array([y for _, y in places], pa.uint16()),
        **columns,
    )


def colored(places: list[tuple[int, int]]) -> bytes:
    return cells(
        places, fill_color=lists([[230, 159, 0, 255]] * len(places), pa.uint8())
    )


def raster(data: str, **more: object) -> dict[str, object]:
    return {
        "@@type": "RasterLayer",
        "id": "heat",
        "data": data,
        "raster": RASTER,
        "cells": 8,
        "smooth": False,
        **more,
    }


def draw(
    watched: Watched, layers: list[dict[str, object]], zoom: float, **more: object
) -> None:
    spec = {
        "deck": {"layers": layers},
        "snapshot": "S1",
        "camera": {"longitude": 114.3, "latitude": 30.6, "zoom": zoom},
        "cameraKey": str(zoom),
        "background": "rgb(0, 0, 0)",
        **more,
    }
    watched.page.evaluate("spec => twinMap.render('map', spec)", spec)
    watched.until("document.documentElement.dataset.ready === 'S1'")


def heat(watched: Watched) -> dict[str, object]:
    said = watched.page.evaluate("JSON.stringify(twinMap.state.layers.heat)")
    return json.loads(said)


def pixel(watched: Watched, lon: float, lat: float) -> tuple[int, ...]:
    x, y = watched.page.evaluate("at => twinMap.project(at)", [lon, lat])
    picture = Image.open(io.BytesIO(watched.page.screenshot())).convert("RGB")
    return picture.getpixel((round(x), round(y)))  # type: ignore[return-value]


def zoom_in(watched: Watched, to: float) -> None:
    """Turn the wheel, as a hand does, until the map is there."""
    watched.page.mouse.move(400, 300)
    for _ in range(60):
        if watched.page.evaluate("twinMap.state.camera.zoom") >= to:
            return
        watched.page.mouse.wheel(0, -100)
        watched.page.wait_for_timeout(20)
    raise AssertionError(f"the map never came to zoom {to}")


TURNS = [
    raster("/far.arrow", zooms=[0, 13]),
    raster("/near.arrow", zooms=[13, 24], cells=4),
]


def test_layers_of_one_id_take_turns_and_each_is_asked_for_in_its_own(page, site):
    site.answers["/far.arrow"] = colored([(75, 150)])
    site.answers["/near.arrow"] = colored([(150, 300), (151, 300)])
    draw(page, TURNS, 12)
    assert (heat(page)["n"], heat(page)["zooms"]) == (1, [0, 13])
    assert "/near.arrow" not in site.asked

    zoom_in(page, 13)

    page.until("twinMap.state.layers.heat.n === 2")
    assert heat(page) == {"n": 2, "state": "loaded", "why": "", "zooms": [13, 24]}
    assert page.page.evaluate("twinMap.zooms") == {"heat": [13, 24]}
    assert page.console_errors == []


def test_what_was_drawn_stays_until_the_next_is_there_and_if_it_never_comes(page, site):
    site.answers["/far.arrow"] = colored([(75, 150)])
    site.answers["/near.arrow"] = 503
    draw(page, TURNS, 12)

    zoom_in(page, 13)

    page.until("twinMap.state.layers.heat.state === 'failed'")
    assert (heat(page)["n"], heat(page)["zooms"]) == (1, [0, 13])
    assert pixel(page, 114.302, 30.602) == (230, 159, 0)


def test_on_a_wall_the_same_turn_comes_at_a_higher_zoom(page, site):
    site.answers["/far.arrow"] = colored([(75, 150)])
    draw(page, [{**each, "zoomOffset": 1} for each in TURNS], 13.5)
    assert heat(page)["zooms"] == [0, 13]


def test_only_tiles_in_view_are_asked_for_and_a_pan_asks_only_for_new_ones(page, site):
    """At zoom 14 the page shows 114.283 to 114.317 and 30.589 to 30.611: with a twentieth more
    on each side that is columns 14, 15 and rows 29, 30 of tiles of 0.02 deg.
    """
    for x in range(40):
        for y in range(40):
            site.answers[f"/t.arrow?tile_x={x}&tile_y={y}"] = colored([(x * 5, y * 5)])
    tiled = raster("/t.arrow?tile_x=0&tile_y=0", tiles=[114, 30, 0.02, 0.02, 40, 40])
    draw(page, [tiled], 14)
    first = [path for path in site.asked if path.startswith("/t.arrow")]
    assert sorted(first) == [
        f"/t.arrow?tile_x={x}&tile_y={y}" for x in (14, 15) for y in (29, 30)
    ]
    assert heat(page)["n"] == 4

    page.page.mouse.move(500, 300)
    page.page.mouse.down()
    page.page.mouse.move(200, 300, steps=5)
    page.page.mouse.up()

    page.until("twinMap.state.layers.heat.n === 6")
    later = [path for path in site.asked if path.startswith("/t.arrow")][4:]
    assert sorted(later) == [f"/t.arrow?tile_x=16&tile_y={y}" for y in (29, 30)]
    assert page.console_errors == []


def test_tiles_without_rows_are_a_map_without_heat(page, site):
    site.answers["/t.arrow"] = cells(
        [], fill_color=pa.array([], pa.list_(pa.uint8(), 4))
    )
    tiled = raster("/t.arrow?tile_x=0&tile_y=0", tiles=[114, 30, 0.02, 0.02, 40, 40])
    draw(page, [tiled], 14)
    assert heat(page)["n"] == 0
    assert page.console_errors == []


@pytest.mark.parametrize(
    ("level", "color"),
    [(30, (0, 0, 0)), (54, (200, 0, 0)), (90, (0, 200, 0)), (250, (0, 0, 200))],
)
def test_a_field_is_cut_into_its_steps_and_below_the_first_nothing(
    page, site, level, color
):
    filled = [(x, y) for x in range(70, 80) for y in range(145, 155)]
    levels = pa.array([level] * len(filled), pa.int16())
    site.answers["/field.arrow"] = cells(filled, level=levels)
    draw(page, [raster("/field.arrow", steps=STEPS, smooth=True)], 13)
    assert pixel(page, 114 + 75 * CELL, 30 + 150 * CELL) == color
    assert page.console_errors == []


def test_where_water_lies_a_field_is_dimmed(page, site):
    """A fifth is left of it west of 114.3; the field is all of the second step."""
    filled = [(x, y) for x in range(65, 85) for y in range(145, 155)]
    levels = pa.array([90] * len(filled), pa.int16())
    site.answers["/field.arrow"] = cells(filled, level=levels)
    ring = [[114.2, 30.5], [114.3, 30.5], [114.3, 30.7], [114.2, 30.7], [114.2, 30.5]]
    water = {"type": "Polygon", "coordinates": [ring]}
    feature = {"type": "Feature", "properties": {}, "geometry": water}
    site.answers["/water.geojson"] = json.dumps(
        {"type": "FeatureCollection", "features": [feature]}
    ).encode()
    layer = raster("/field.arrow", steps=STEPS, mask="/water.geojson", maskAlpha=0.2)
    draw(page, [layer], 13)
    assert pixel(page, 114.3 + 3 * CELL, 30.602) == (0, 200, 0)
    assert pixel(page, 114.3 - 3 * CELL, 30.602)[1] == pytest.approx(40, abs=2)


def test_squares_stand_apart(page, site):
    """A cell is 93 px wide at zoom 14, and between two of them are ten."""
    site.answers["/two.arrow"] = colored([(74, 150), (75, 150)])
    draw(page, [raster("/two.arrow", gap=10)], 14)
    assert pixel(page, 114.3 + CELL / 2, 30.602) == (230, 159, 0)
    assert pixel(page, 114.3 - CELL / 2, 30.602) == (230, 159, 0)
    assert pixel(page, 114.3, 30.602) == (0, 0, 0)
