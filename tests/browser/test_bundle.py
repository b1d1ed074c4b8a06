"""The map bundle alone, on a page of its own, with hand-made Arrow streams and the server's
real policy.
"""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from itertools import pairwise

import pyarrow as pa
import pytest
from PIL import Image

from tests.browser.bench import Site, lists, serving, stream
from tests.browser.conftest import Watched

pytestmark = pytest.mark.browser

CAMERA = {"longitude": 114.30, "latitude": 30.60, "zoom": 12}
ORANGE, TEAL, AMBER = [213, 94, 0, 255], [0, 158, 115, 255], [230, 159, 0, 255]


@pytest.fixture(scope="module")
def site() -> Iterator[Site]:
    with serving() as found:
        yield found


@pytest.fixture
def page(watch: Callable[..., Watched], site: Site) -> Watched:
    return watch(site.url, 800, 600)


def marks(
    rows: list[tuple[str, float, float]], mark: str = "p2", **more: pa.Array
) -> bytes:
    return stream(
        id=pa.array([row[0] for row in rows]),
        position=lists([list(row[1:]) for row in rows], pa.float64()),
        mark=pa.array([mark] * len(rows)).dictionary_encode(),
        fill_color=lists([AMBER] * len(rows), pa.uint8()),
        size=pa.array([40] * len(rows), pa.int32()),
        **more,
    )


def mark_layer(url: str, **more: object) -> dict[str, object]:
    return {
        "@@type": "MarkLayer",
        "id": "events",
        "data": url,
        "pickable": True,
        **more,
    }


def draw(
    watched: Watched,
    layers: list[dict[str, object]],
    snapshot: str = "S1",
    *,
    wait: bool = True,
    **more: object,
) -> None:
    spec = {
        "deck": {"layers": layers},
        "snapshot": snapshot,
        "camera": CAMERA,
        "cameraKey": "centre",
        **more,
    }
    watched.page.evaluate("spec => twinMap.render('map', spec)", spec)
    if wait:
        watched.until(f"document.documentElement.dataset.ready === {snapshot!r}")


def state(watched: Watched, name: str) -> object:
    return watched.page.evaluate(
        f"JSON.parse(JSON.stringify({{ ...twinMap.state, canvas: null }})).{name}"
    )


def place(watched: Watched, lon: float, lat: float) -> tuple[float, float]:
    x, y = watched.page.evaluate("at => twinMap.project(at)", [lon, lat])
    return x, y


def pixel(watched: Watched, x: float, y: float) -> tuple[int, ...]:
    picture = Image.open(io.BytesIO(watched.page.screenshot())).convert("RGB")
    return picture.getpixel((round(x), round(y)))  # type: ignore[return-value]


def clean(watched: Watched) -> None:
    assert watched.console_errors == []
    assert watched.outside_requests == []


def test_a_new_snapshot_changes_the_marks_and_keeps_canvas_and_camera(page, site):
    site.answers["/one.arrow"] = marks([("E1", 114.30, 30.60)])
    site.answers["/two.arrow"] = marks([("E1", 114.30, 30.60), ("E2", 114.31, 30.61)])
    draw(page, [mark_layer("/one.arrow")])
    page.page.evaluate("window.first = document.querySelector('#map canvas')")
    page.page.mouse.move(400, 300)
    page.page.mouse.down()
    page.page.mouse.move(300, 250, steps=4)
    page.page.mouse.up()
    page.page.wait_for_timeout(600)
    camera = state(page, "camera")

    draw(page, [mark_layer("/two.arrow")], "S2")

    assert state(page, "layers.events.n") == 2
    assert page.page.evaluate(
        "document.querySelectorAll('canvas').length === 1 && twinMap.state.canvas ==="
        " window.first"
    )
    assert state(page, "camera") == camera
    assert camera != {**CAMERA}
    clean(page)


def test_a_snapshot_that_changes_nothing_on_the_map_draws_nothing(page, site):
    site.answers["/one.arrow"] = site.answers["/same.arrow"] = marks(
        [("E1", 114.30, 30.60)]
    )
    site.answers["/two.arrow"] = marks([("E1", 114.31, 30.60)])
    draw(page, [mark_layer("/one.arrow")])
    before = state(page, "frames")
    draw(page, [mark_layer("/same.arrow")], "S2")
    assert state(page, "frames") == before

    draw(page, [mark_layer("/two.arrow")], "S3")
    assert state(page, "frames") > before
    draw(page, [mark_layer("/two.arrow", opacity=0.5)], "S4")
    assert page.page.evaluate("twinMap.state.layers.events.n") == 1
    clean(page)


def test_another_camera_key_moves_the_camera_and_the_same_key_does_not(page, site):
    site.answers["/one.arrow"] = marks([("E1", 114.30, 30.60)])
    draw(page, [mark_layer("/one.arrow")])
    draw(page, [mark_layer("/one.arrow")], "S2", camera={**CAMERA, "zoom": 9})
    assert state(page, "camera.zoom") == 12

    draw(
        page,
        [mark_layer("/one.arrow")],
        "S3",
        camera={**CAMERA, "zoom": 9},
        cameraKey="city",
    )

    page.until("Math.abs(twinMap.state.camera.zoom - 9) < 1e-6")


def test_every_row_of_every_batch_is_drawn(page, site):
    def at(i: int) -> list[float]:
        return [114.25 + i % 20 * 0.005, 30.57 + i // 20 * 0.004]

    table = pa.table(
        {
            "position": lists([at(i) for i in range(297)], pa.float64()),
            "id": [f"D{i}" for i in range(297)],
            "mark": pa.array(["drone"] * 297).dictionary_encode(),
            "angle": pa.array(range(297), pa.float64()),
        }
    )
    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, table.schema) as writer:
        writer.write_table(table, max_chunksize=100)
    site.answers["/drones.arrow"] = sink.getvalue().to_pybytes()

    draw(page, [mark_layer("/drones.arrow", getSize=18)])
    page.page.mouse.click(*place(page, *at(128)))

    assert state(page, "layers.events.n") == 297
    assert page.until("twinMap.state.pick?.id") == "D128"


PLACES = [
    (114.30 + east, 30.60 + north)
    for east, north in (
        (0.0, 0.0),
        (3.1, 1.9),
        (-3.7, -2.2),
        (0.11, -0.07),
        (-0.13, 0.09),
        (0.0021, 0.0013),
        (-0.0017, -0.0009),
    )
]
"""Places near the middle of the view and far from it."""


@pytest.mark.parametrize(
    ("zoom", "latitude"),
    [(6.2, 30.60), (11.4, 30.60), (16.9, 30.60), (6.2, 69.65), (11.4, -43.53)],
)
def test_a_place_is_drawn_to_the_pixel_where_mercator_has_it_near_and_far(
    page, site, zoom, latitude
):
    places = [(lon, lat - 30.60 + latitude) for lon, lat in PLACES]
    at = [{"at": list(each)} for each in places]
    circles = {
        "@@type": "ScatterplotLayer",
        "id": "places",
        "data": at,
        "getPosition": "@@=at",
        "getRadius": 2.5,
        "radiusUnits": "pixels",
        "getFillColor": ORANGE,
    }
    draw(
        page,
        [circles],
        camera={**CAMERA, "zoom": zoom, "latitude": latitude},
        cameraKey=f"zoom {zoom}",
    )
    seen = [
        at
        for at in (place(page, *each) for each in places)
        if 4 < at[0] < 796 and 4 < at[1] < 596
    ]
    picture = Image.open(io.BytesIO(page.page.screenshot())).convert("RGB")

    assert len(seen) >= 3
    assert [picture.getpixel((int(x), int(y))) for x, y in seen] == [
        tuple(ORANGE[:3])
    ] * len(seen)
    clean(page)


def test_areas_and_lines_lie_where_marks_do_and_dashes_are_drawn(page, site):
    """A square of a hundredth of a degree and a dashed line through its middle, far from
    the middle of the view.
    """
    west, south, side = 114.33, 30.62, 0.01
    ring = [
        [west, south],
        [west + side, south],
        [west + side, south + side],
        [west, south + side],
        [west, south],
    ]
    land = {
        "type": "FeatureCollection",
        "features": [
            {
                "type": "Feature",
                "properties": {},
                "geometry": {"type": "Polygon", "coordinates": [ring]},
            }
        ],
    }
    areas = {
        "@@type": "GeoJsonLayer",
        "id": "areas",
        "data": land,
        "filled": True,
        "stroked": False,
        "getFillColor": TEAL,
    }
    path = [{"path": [[west, south + side / 2], [west + side, south + side / 2]]}]
    lines = {
        "@@type": "PathLayer",
        "id": "lines",
        "data": path,
        "getPath": "@@=path",
        "getColor": ORANGE,
        "getWidth": 4,
        "widthUnits": "pixels",
        "getDashArray": [3, 3],
        "extensions": [{"@@type": "PathStyleExtension", "dash": True}],
    }
    draw(page, [areas, lines])
    picture = Image.open(io.BytesIO(page.page.screenshot())).convert("RGB")
    (x0, y0), (x1, y1) = (
        place(page, west, south),
        place(page, west + side, south + side),
    )

    assert [
        picture.getpixel((round(x), round(y)))
        for x, y in ((x0 + 2, y0 - 3), (x1 - 3, y1 + 2))
    ] == [tuple(TEAL[:3])] * 2
    assert tuple(TEAL[:3]) not in {
        picture.getpixel((round(x), round(y)))
        for x, y in ((x0 - 3, y0 - 3), (x1 + 3, y1 + 3))
    }
    along = {
        picture.getpixel((x, round((y0 + y1) / 2)))
        for x in range(round(x0) + 2, round(x1) - 2)
    }
    assert {tuple(ORANGE[:3]), tuple(TEAL[:3])} <= along
    clean(page)


def test_names_and_marks_that_come_together_are_one_frame(page, site):
    """Names make room for each other before the first frame, not after it.

    Without a GPU a frame may cost a second.
    """
    draw(page, [], "S0")
    before = state(page, "frames")
    names = [
        {
            "@@type": "NamesLayer",
            "id": f"names-{n}",
            "data": [{"name": f"Name {n}", "position": [114.30 + n / 500, 30.60]}],
        }
        for n in range(4)
    ]
    site.answers["/one.arrow"] = marks([("E1", 114.31, 30.61)])
    draw(page, [*names, mark_layer("/one.arrow")])
    page.page.evaluate(
        "new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(() =>"
        " requestAnimationFrame(done))))"
    )

    assert state(page, "frames") == before + 1
    clean(page)


def test_keys_never_turn_or_tilt_the_map(page, site):
    site.answers["/one.arrow"] = marks([("E1", 114.30, 30.60)])
    draw(page, [mark_layer("/one.arrow")])
    page.page.mouse.click(400, 300)
    for key in (
        "Shift+ArrowLeft",
        "Shift+ArrowUp",
        "Control+ArrowRight",
        "Control+ArrowDown",
    ):
        page.page.keyboard.press(key)
    page.page.wait_for_timeout(700)
    (x0, y0), (x1, y1) = place(page, 114.30, 30.60), place(page, 114.32, 30.60)

    assert abs(y0 - y1) < 0.01
    assert x1 > x0


def test_no_rows_is_a_picture_too(page, site):
    site.answers["/none.arrow"] = stream(
        position=pa.array([], pa.list_(pa.float64(), 2)),
        id=pa.array([], pa.string()),
        mark=pa.array([], pa.string()),
    )

    draw(page, [mark_layer("/none.arrow", pulse="p1")])

    assert state(page, "layers.events.n") == 0
    clean(page)


def test_a_tooltip_is_text_whatever_the_row_holds(page, site):
    evil = "<img src=x onerror=alert(1)><b>烟味</b>"
    site.answers["/evil.arrow"] = marks(
        [("E1", 114.30, 30.60)], title=pa.array([evil]), waited_s=pa.array([98.0])
    )
    draw(
        page,
        [
            mark_layer(
                "/evil.arrow",
                tooltip=[
                    ["", "title"],
                    ["响应", "waited_s", "duration"],
                    ["级别", "absent", "count"],
                ],
            )
        ],
    )

    page.page.mouse.move(*place(page, 114.30, 30.60))
    page.until("document.querySelector('.twin-tip').textContent.length > 0")

    assert (
        page.page.evaluate("document.querySelector('.twin-tip').textContent")
        == f"{evil}响应 1′38″级别 —"
    )
    assert (
        page.page.evaluate(
            "document.querySelectorAll('.twin-tip img, .twin-tip b').length"
        )
        == 0
    )
    clean(page)


def test_a_tooltip_shows_no_age_and_no_duration_below_zero(page, site):
    site.answers["/early.arrow"] = marks(
        [("E1", 114.30, 30.60)],
        waited_s=pa.array([-54427.0]),
        heard_s=pa.array([-3.0]),
        since_s=pa.array([0.0]),
    )
    lines = [
        ["响应", "waited_s", "duration"],
        ["心跳", "heard_s", "age"],
        ["持续", "since_s", "duration"],
    ]
    draw(page, [mark_layer("/early.arrow", tooltip=lines)])

    page.page.mouse.move(*place(page, 114.30, 30.60))
    page.until("document.querySelector('.twin-tip').textContent.length > 0")

    assert (
        page.page.evaluate("document.querySelector('.twin-tip').textContent")
        == "响应 —心跳 —持续 0″"
    )
    clean(page)


def test_a_tooltip_tells_moments_by_the_citys_clocks_and_the_halls_present(watch, site):
    """The viewer is seven to eight hours behind the city, whose day begins at 16:00 UTC."""
    page = watch(site.url, 800, 600, timezone_id="Europe/Lisbon")
    heard = datetime(2026, 11, 22, 16, 0, 5, tzinfo=UTC)
    site.answers["/heard.arrow"] = marks(
        [("E1", 114.30, 30.60)],
        heard_at=pa.array([heard], pa.timestamp("ms", "UTC")),
        up_pct=pa.array([62.44]),
    )
    lines = [["末条", "heard_at", "moment"], ["在线", "up_pct", "percent"]]
    spec = {
        "deck": {"layers": [mark_layer("/heard.arrow", tooltip=lines)]},
        "snapshot": "S1",
        "camera": CAMERA,
        "zone": "Asia/Shanghai",
    }

    def told(now: str) -> object:
        page.page.evaluate("now => { window.hall = Date.parse(now); }", now)
        page.page.mouse.move(10, 10)
        page.until("document.querySelector('.twin-tip').style.display === 'none'")
        page.page.mouse.move(*place(page, 114.30, 30.60))
        return page.until(
            "document.querySelector('.twin-tip').style.display !== 'none' &&"
            " document.querySelector('.twin-tip').textContent"
        )

    page.page.evaluate(
        "spec => twinMap.render('map', { ...spec, now: () => window.hall })", spec
    )
    page.until("document.documentElement.dataset.ready === 'S1'")

    assert told("2026-11-23T15:59:59Z") == "末条 00:00:05在线 62.4%"
    # Midnight passes, and nothing is painted anew.
    assert told("2026-11-23T16:00:00Z") == "末条 2026-11-23 00:00:05在线 62.4%"
    clean(page)


def test_a_click_tells_dash_the_row_and_a_click_beside_it_tells_nothing(page, site):
    site.answers["/one.arrow"] = marks(
        [("E1", 114.30, 30.60)],
        district_id=pa.array(["420102"]),
        version=pa.array([3], pa.int64()),
    )
    page.page.evaluate(
        "window.told = []; window.dash_clientside.set_props = (id, props) =>"
        " told.push([id, props.data]); 0"
    )
    draw(page, [mark_layer("/one.arrow")])

    page.page.mouse.click(*place(page, 114.30, 30.60))
    page.until("told.length === 1")
    page.page.mouse.click(*place(page, 114.33, 30.62))
    page.until("told.length === 2")

    (name, first), (_, second) = page.page.evaluate("told")
    assert name == "pick"
    assert (
        first["layer"],
        first["id"],
        first["object"]["district_id"],
        first["object"]["version"],
    ) == ("events", "E1", "420102", 3)
    assert second is None


def test_a_layer_that_fails_says_so_keeps_its_marks_and_mends_itself(page, site):
    site.answers["/one.arrow"] = marks([("E1", 114.30, 30.60)])
    site.answers["/two.arrow"] = 503
    page.page.evaluate(
        "window.failures = []; document.addEventListener('twin:layer-failed', (event)"
        " => failures.push(event.detail))"
    )
    draw(page, [mark_layer("/one.arrow")])

    draw(page, [mark_layer("/two.arrow")], "S2", wait=False)
    page.until("document.documentElement.dataset.broken === 'events'")

    assert state(page, "layers.events") == {
        "n": 1,
        "state": "failed",
        "why": "HTTP 503",
    }
    assert page.page.evaluate("failures")[0]["layer"] == "events"
    assert page.page.evaluate("document.documentElement.dataset.ready ?? null") is None
    site.answers["/two.arrow"] = marks([("E1", 114.30, 30.60), ("E2", 114.31, 30.60)])
    draw(page, [mark_layer("/two.arrow")], "S3")
    assert state(page, "layers.events.n") == 2
    assert page.page.evaluate("document.documentElement.dataset.broken ?? null") is None


def test_a_mark_that_there_is_not_is_said_and_the_layer_keeps_what_it_showed(
    page, site
):
    site.answers["/one.arrow"] = marks([("E1", 114.30, 30.60)])
    site.answers["/two.arrow"] = marks(
        [("E1", 114.30, 30.60), ("E2", 114.31, 30.60)], "p5"
    )
    draw(page, [mark_layer("/one.arrow")])

    draw(page, [mark_layer("/two.arrow")], "S2", wait=False)
    page.until("document.documentElement.dataset.broken === 'events'")

    assert state(page, "layers.events.n") == 1
    assert str(state(page, "layers.events.why")).startswith(
        "no mark is called p5; there are p1, p2, "
    )


RASTER = [114.0, 30.0, 0.0005, 0.0005, 2000, 2000]


def test_a_cell_lies_where_its_degrees_are(page, site):
    """Cells of 8 base cells: number 75 begins at 114 + 75 * 8 * 0.0005 = 114.300 deg east,
    and at 30.300 deg north.
    """
    site.answers["/cells.arrow"] = stream(
        x=pa.array([75, 76], pa.uint16()),
        y=pa.array([75, 76], pa.uint16()),
        fill_color=lists([ORANGE, TEAL], pa.uint8()),
        n=pa.array([4, 7], pa.int32()),
    )
    camera = {"longitude": 114.304, "latitude": 30.304, "zoom": 15}
    draw(
        page,
        [
            {
                "@@type": "RasterLayer",
                "id": "heat",
                "data": "/cells.arrow",
                "raster": RASTER,
                "cells": 8,
                "smooth": False,
                "pickable": True,
            }
        ],
        camera=camera,
    )

    for lon, lat, color in [
        (114.3003, 30.3003, ORANGE),
        (114.3037, 30.3037, ORANGE),
        (114.3043, 30.3043, TEAL),
        (114.3077, 30.3077, TEAL),
    ]:
        assert pixel(page, *place(page, lon, lat)) == tuple(color[:3]), (lon, lat)
    for lon, lat in [
        (114.2997, 30.3003),
        (114.3003, 30.2997),
        (114.3043, 30.3037),
        (114.3083, 30.3077),
    ]:
        assert pixel(page, *place(page, lon, lat)) == (11, 18, 32), (lon, lat)
    page.page.mouse.click(*place(page, 114.3043, 30.3043))
    assert page.until("twinMap.state.pick?.object.n") == 7
    page.page.mouse.click(*place(page, 114.2997, 30.3003))
    page.until("twinMap.state.pick === null")
    clean(page)


def test_a_smooth_field_fades_at_its_edge_and_never_darkens(page, site):
    filled = [(x, y) for x in range(20, 30) for y in range(20, 30)]
    site.answers["/field.arrow"] = stream(
        x=pa.array([x for x, _ in filled], pa.uint16()),
        y=pa.array([y for _, y in filled], pa.uint16()),
        fill_color=lists([[255, 255, 255, 255]] * len(filled), pa.uint8()),
    )
    draw(
        page,
        [
            {
                "@@type": "RasterLayer",
                "id": "field",
                "data": "/field.arrow",
                "raster": RASTER,
                "cells": 8,
            }
        ],
        camera={"longitude": 114.1, "latitude": 30.1, "zoom": 13},
        background="rgb(120, 120, 120)",
    )
    picture = Image.open(io.BytesIO(page.page.screenshot())).convert("L")
    x, y = place(page, 114.1, 30.1)
    line = [picture.getpixel((column, round(y))) for column in range(round(x))]

    assert min(line) == 120
    assert max(line) == 255
    assert all(right >= left - 2 for left, right in pairwise(line))


def test_names_are_drawn_in_our_own_letters(page, site):
    site.answers["/places.geojson"] = (
        b'{"type":"FeatureCollection","features":[{"type":"Feature","properties":{"name":"\xe6\xad\xa6\xe6\x98\x8c"},'
        b'"geometry":{"type":"Point","coordinates":[114.3,30.6]}}]}'
    )
    draw(
        page,
        [
            {
                "@@type": "NamesLayer",
                "id": "names",
                "data": "/places.geojson",
                "getSize": 40,
                "letterSpacing": 1,
                "getColor": [255, 255, 255, 255],
            }
        ],
    )

    assert page.page.evaluate(
        """document.fonts.check('500 16px "Noto Sans SC"', '武昌')"""
    )
    picture = (
        Image.open(io.BytesIO(page.page.screenshot()))
        .convert("L")
        .crop((340, 270, 460, 330))
    )
    assert picture.getextrema()[1] > 230
    clean(page)


def test_a_ring_pulses_for_news_and_rests_for_what_is_known(page, site):
    site.answers["/one.arrow"] = marks([("E1", 114.30, 30.60)], "p1")
    site.answers["/two.arrow"] = marks(
        [("E1", 114.29, 30.60), ("E2", 114.30, 30.60)], "p1"
    )
    site.answers["/same.arrow"] = marks(
        [("E1", 114.29, 30.60), ("E2", 114.30, 30.60)], "p1", age_s=pa.array([10, 10])
    )
    around = {"x": 330, "y": 230, "width": 140, "height": 140}

    def moves() -> bool:
        before = page.page.screenshot(clip=around)
        page.page.wait_for_timeout(250)
        return page.page.screenshot(clip=around) != before

    draw(page, [mark_layer("/one.arrow", pulse="p1")])
    assert not moves()  # what stands on the first picture is not new
    draw(page, [mark_layer("/two.arrow", pulse="p1")], "S2")
    assert moves()
    page.page.wait_for_timeout(4200)
    assert not moves()
    draw(page, [mark_layer("/same.arrow", pulse="p1")], "S3")
    assert not moves()


def test_who_wants_less_motion_gets_none(watch, site):
    site.answers["/one.arrow"] = marks([("E1", 114.30, 30.60)], "p1")
    still = watch(site.url, 800, 600, reduced_motion="reduce")
    draw(still, [mark_layer("/one.arrow", pulse="p1")])
    still.page.wait_for_timeout(200)
    before = still.page.screenshot()
    still.page.wait_for_timeout(300)
    assert still.page.screenshot() == before


def test_dash_may_call_it_too(page, site):
    site.answers["/one.arrow"] = marks([("E1", 114.30, 30.60)])
    spec = {
        "deck": [mark_layer("/one.arrow")],
        "snapshot": "S1",
        "hash": "abc",
        "camera": CAMERA,
    }

    assert (
        page.page.evaluate("spec => dash_clientside.deckmap.render(spec, 'map')", spec)
        == "abc"
    )
    page.until(
        "document.documentElement.dataset.ready === 'S1' &&"
        " document.documentElement.dataset.picture === 'abc'"
    )


def lose_by_extension(watched: Watched) -> None:
    watched.page.evaluate(
        "twinMap.state.canvas.getContext('webgl2').getExtension('WEBGL_lose_context').loseContext()"
    )


def lose_by_crash(watched: Watched) -> None:
    watched.page.context.browser.new_browser_cdp_session().send(
        "Browser.crashGpuProcess"
    )


@pytest.mark.parametrize("lose", [lose_by_extension, lose_by_crash])
def test_a_lost_context_heals_within_two_seconds(chromium, site, lose):
    """In a browser of its own: after a second crash within minutes Chromium itself refuses
    WebGL for a while.
    """
    from twin.faces.export.browser import FLAGS, find

    site.answers["/one.arrow"] = marks([("E1", 114.30, 30.60)])
    own = chromium.browser_type.launch(executable_path=find(), args=list(FLAGS))
    try:
        watched = Watched(own.new_page(viewport={"width": 800, "height": 600}))
        watched.page.goto(site.url)
        draw(watched, [mark_layer("/one.arrow")])
        x, y = place(watched, 114.30, 30.60)
        before, camera = pixel(watched, x, y), state(watched, "camera")
        watched.page.evaluate("""() => {
            addEventListener(
                'webglcontextlost',
                () => { window.lostAt = performance.now(); },
                { capture: true, once: true },
            );
            const look = () => {
                if (twinMap.state.rebuilt) window.healedAt = performance.now();
                else requestAnimationFrame(look);
            };
            look();
        }""")

        lose(watched)
        watched.until("window.healedAt")

        assert watched.page.evaluate("healedAt - lostAt") < 2000
        assert watched.page.evaluate("document.querySelectorAll('canvas').length") == 1
        watched.page.wait_for_timeout(300)
        assert before == (230, 159, 0)
        assert pixel(watched, x, y) == before
        assert state(watched, "camera") == camera
        assert state(watched, "layers.events") == {"n": 1, "state": "loaded", "why": ""}
    finally:
        own.close()
