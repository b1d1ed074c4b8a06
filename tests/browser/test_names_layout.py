"""No name lies on a name, or under what covers the map; and the districts have theirs.

All names are laid out in a real page: six cameras, two languages, two cities, three sizes.
"""

from __future__ import annotations

from contextlib import contextmanager
from datetime import timedelta

import numpy as np
import pytest
import shapely

from layers.registry import load_registry
from tests.browser.test_city import UNTIL
from tests.browser.test_own_city import Own
from twin.faces.export.moment import running
from twin.faces.server.app import create_app
from twin.feeds.simulated import Simulated
from twin.geography import read_outlines
from twin.pack import find_city, load_city
from twin.query import QueryService
from twin.store import Lake, newest, publish

pytestmark = pytest.mark.browser
SIZES = ((1366, 768), (1920, 1080), (390, 844))
LANGUAGES = ("zh-CN", "en")
COVERS = """[...document.querySelectorAll('#top, #headline, #legend > *, #side, #foot')]
    .map((node) => node.getBoundingClientRect()).filter(({ width, height }) => width && height)
    .map(({ left, top, right, bottom }) => [left, top, right, bottom])"""
MAP = (
    "(() => { const { left, top } = document.getElementById('map')"
    ".getBoundingClientRect(); return [left, top]; })()"
)
AT = """([lon, lat, zoom]) => { const { camera } = twinMap.state;
    return Math.abs(camera.longitude - lon) < 1e-9 && Math.abs(camera.zoom - zoom) < 1e-9; }"""


@contextmanager
def served(city, lake):
    registry = load_registry(city)
    service = QueryService(city, registry, lake)
    at = newest(Lake(lake)).as_of
    app = create_app(service, registry, city, clock=lambda: at + timedelta(seconds=8))
    with running(app) as address:
        yield city, address
    service.close()


@pytest.fixture(scope="module")
def wuhan(tmp_path_factory):
    city, path = load_city(find_city("wuhan")), tmp_path_factory.mktemp("wuhan") / "l"
    filled(city, path)
    with served(city, path) as found:
        yield found


@pytest.fixture(scope="module")
def neighbourhoods(tmp_path_factory):
    """A city of 24 neighbourhoods with names in Latin letters, made of a polygon file."""
    own = Own(tmp_path_factory.mktemp("latin"), "latin")
    city = load_city(own.pack)
    filled(city, own.lake)
    with served(city, own.lake) as found:
        yield found


def filled(city, path):
    publish(
        Lake(path),
        city,
        Simulated(city, 716).begin(UNTIL),
        as_of=UNTIL,
        simulated=True,
        now=lambda: UNTIL,
    )


def cameras(city):
    """Return six: the whole, the city, a small and a large district, and two among streets."""
    outlines = read_outlines(city.geography["land"])
    by_area = np.argsort([shape.area for shape in outlines.shapes])
    small, large = (outlines.shapes[by_area[at]] for at in (0, -1))
    spot = outlines.shapes[by_area[0]].representative_point()
    return {
        "all": {"box": outlines.bounds},
        "city": {"box": city.cameras["city"].box or outlines.bounds},
        "small": {"box": small.bounds},
        "large": {"box": large.bounds},
        "streets": {"longitude": spot.x, "latitude": spot.y, "zoom": 12.3},
        "corner": {"longitude": spot.x, "latitude": spot.y, "zoom": 14},
    }


def look(page, camera):
    """Look there, and return the names that stay: layer, number, text and corners, px."""
    before = page.page.evaluate("twinMap.state.frames")
    page.page.evaluate("(camera) => twinMap.look(camera)", camera)
    page.until(f"twinMap.state.frames > {before}")
    return page.page.evaluate("twinMap.state.names")


@pytest.mark.parametrize("place", ["wuhan", "neighbourhoods"])
@pytest.mark.parametrize("lang", LANGUAGES)
def test_no_name_lies_on_a_name_or_under_a_panel(place, lang, watch, request):
    city, address = request.getfixturevalue(place)
    with_outline = [
        row for row in city.reference["districts"].to_pylist() if row["n_cells"]
    ]
    page = watch(f"{address}/?v=1&lang={lang}&layers=districts", *SIZES[0])
    page.until("document.documentElement.dataset.ready", seconds=60)
    for wide, high in SIZES:
        page.page.set_viewport_size({"width": wide, "height": high})
        page.until(f"twinMap.state.canvas.clientWidth && innerWidth === {wide}")
        for name, camera in cameras(city).items():
            where = (place, lang, wide, name)
            names = look(page, camera)
            boxes = [shapely.Polygon(each["corners"]) for each in names]
            tree = shapely.STRtree(boxes)
            for one, other in tree.query(boxes, predicate="intersects").T:
                of = names[one]["layer"], names[one]["index"]
                if of != (names[other]["layer"], names[other]["index"]):
                    area = boxes[one].intersection(boxes[other]).area
                    said = names[one]["text"], names[other]["text"]
                    assert area < 1, (*where, *said)
            x, y = page.page.evaluate(MAP)
            for left, top, right, bottom in page.page.evaluate(COVERS):
                cover = shapely.box(left - x, top - y, right - x, bottom - y)
                for each, box in zip(names, boxes, strict=True):
                    assert cover.intersection(box).area < 1, (*where, each["text"])
            if name in {"all", "city"}:
                shown = {
                    each["index"]
                    for each in names
                    if each["layer"] == "districts-names"
                }
                wanted = seen(page, with_outline)
                assert len(shown & wanted) >= 0.9 * len(wanted), (*where, len(shown))
    assert page.console_errors == []


def seen(page, districts):
    """Return the numbers of the districts whose name's own place is in the free map."""
    places = [
        [row["label_lon_ud"] / 1e6, row["label_lat_ud"] / 1e6]
        for row in sorted(districts, key=lambda row: row["district_id"])
    ]
    x, y = page.page.evaluate(MAP)
    wide, high = page.page.evaluate(
        "[twinMap.state.canvas.clientWidth, twinMap.state.canvas.clientHeight]"
    )
    covers = [
        shapely.box(left - x, top - y, right - x, bottom - y)
        for left, top, right, bottom in page.page.evaluate(COVERS)
    ]
    free = shapely.box(0, 0, wide, high).difference(shapely.union_all(covers))
    at = page.page.evaluate("(places) => places.map(twinMap.project)", places)
    return {n for n, spot in enumerate(at) if free.contains(shapely.Point(spot))}
