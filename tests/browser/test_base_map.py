"""A base map in a browser: drawn in the house's colours, asked of this server only, and no harm
where it is cut, of another place, damaged inside, or not there.
"""

from __future__ import annotations

import io
import shutil
from contextlib import contextmanager

import pytest
import shapely
from PIL import Image

from layers.registry import load_registry
from tests.browser.test_areas import place
from tests.faces.imported import HALL, TRIO, imported
from tests.tiles import (
    archive,
    base_of,
    box_of,
    geometry_of,
    pictures_of,
    put_base,
    tiles_over,
    vector_tile,
)
from twin.faces.export.moment import running
from twin.faces.server.app import create_app
from twin.pack import load_city
from twin.palette import rgba
from twin.query import QueryService

pytestmark = pytest.mark.browser
READY = "document.documentElement.dataset.ready"
ASKED = (
    "performance.getEntriesByType('resource').map((each) => each.name)"
    ".filter((name) => /pmtiles|tiles.js/.test(name))"
)
# What is framed stands still: a slow machine does not dim it as if the server were lost.
VIEW = "v=1&lang=en&layers=districts&frame=1366x768"

# A road of the archive that the pack has not, on land, and a lake; where no words stand.
ROAD = shapely.LineString([(-35.04, 41.04), (-34.99, 41.04)])
ON_ROAD, ON_LAKE = (-35.0157, 41.04), (-35.034, 41.022)
LOOK = {"longitude": -35.02, "latitude": 41.025, "zoom": 12.5}


@pytest.fixture(scope="module")
def lake(tmp_path_factory):
    return imported(tmp_path_factory.mktemp("lake"))[1]


@pytest.fixture
def pack(tmp_path):
    return shutil.copytree(TRIO, tmp_path / "trio")


@contextmanager
def shown(pack, lake):
    """Serve a pack. Answer where."""
    city = load_city(pack)
    registry = load_registry(city)
    service = QueryService(city, registry, lake.path)
    with running(create_app(service, registry, city, clock=lambda: HALL)) as address:
        yield address
    service.close()


def with_road(pack):
    """An archive of the pack's own geometry, and a motorway with a name."""
    named = {"kind": "highway", "name": "Estrada", "name:en": "Motorway"}
    return base_of(pack, roads=[*geometry_of(pack)["roads"], (ROAD, named)])


def colour(watched, lon_lat):
    picture = Image.open(io.BytesIO(watched.page.screenshot())).convert("RGB")
    return picture.getpixel(tuple(map(round, place(watched, lon_lat))))


def seen(watched, lon_lat, token):
    """Wait until a place has the colour of a token."""
    wanted = rgba(token)[:3]
    for _ in range(40):
        found = colour(watched, lon_lat)
        if max(abs(a - b) for a, b in zip(found, wanted, strict=True)) <= 3:
            return True
        watched.page.wait_for_timeout(250)
    raise AssertionError(f"{lon_lat} is {found}, not {wanted} ({token})")


def looked(watched):
    watched.page.evaluate(f"twinMap.look({LOOK})")


def test_roads_and_water_of_the_archive_are_drawn_in_the_tokens_colours(
    pack, lake, watch
):
    put_base(pack, with_road(pack))
    with shown(pack, lake) as address:
        watched = watch(f"{address}/?{VIEW}", 1366, 768)
        watched.until(READY)
        looked(watched)

        assert seen(watched, ON_ROAD, "road-ring")
        assert seen(watched, ON_LAKE, "water")
        asked = watched.page.evaluate(ASKED)
        assert sum("tiles.js" in name for name in asked) == 1
        assert any("/pack/trio/base.pmtiles?" in name for name in asked)
        assert watched.outside_requests == []
        assert watched.console_errors == []


def test_roads_of_the_archive_have_their_names_in_the_language_of_the_view(
    pack, lake, watch
):
    put_base(pack, with_road(pack))
    near = {**LOOK, "longitude": -35.015, "latitude": 41.04, "zoom": 13.5}
    with shown(pack, lake) as address:
        watched = watch(f"{address}/?{VIEW}", 1366, 768)
        watched.until(READY)
        watched.page.evaluate(f"twinMap.look({near})")

        watched.until("twinMap.state.names.some(({ text }) => text === 'Motorway')")
        assert watched.console_errors == []


def test_pictures_of_others_are_drawn_in_greys_of_the_house(pack, lake, watch):
    put_base(pack, pictures_of(pack))
    with shown(pack, lake) as address:
        watched = watch(f"{address}/?{VIEW}", 1366, 768)
        watched.until(READY)

        red, green, blue = colour(watched, (-34.9, 41.05))
        # A strong green by itself.
        assert green < 90
        assert red <= green <= blue
        assert watched.console_errors == []


@pytest.mark.parametrize("which", ["none", "cut", "elsewhere"])
def test_without_a_base_map_that_can_be_drawn_the_map_is_the_pack_s_own(
    pack, lake, watch, which
):
    whole = with_road(pack)
    elsewhere = archive({(8, 209, 105): b"x"}, (114, 30, 115, 31), layers=["roads"])
    if which != "none":
        put_base(pack, whole[: len(whole) // 2] if which == "cut" else elsewhere)
    with shown(pack, lake) as address:
        watched = watch(f"{address}/?{VIEW}", 1366, 768)
        watched.until(READY)

        drawn = watched.page.evaluate("twinMap.state.layers")
        assert drawn["districts-roads"]["state"] == "loaded"
        assert not [name for name in drawn if name.startswith("base-")]
        assert watched.page.evaluate(ASKED) == []
        banner = watched.page.locator("#banner").text_content()
        assert ("The base map is left out: base.pmtiles" in banner) == (which != "none")
        assert watched.console_errors == []


def test_a_tile_that_cannot_be_read_is_empty_and_its_neighbours_are_drawn(
    pack, lake, watch
):
    box = box_of(pack)
    roads = {"roads": [(ROAD, {"kind": "highway"})]}
    tiles = {
        tile: vector_tile(roads, tile)
        if tile[1] % 2
        else b"\x1a\xff\xff\xff\x7fno tile"
        for tile in tiles_over(box, 12)
    }
    # 12/1649 is an odd column, and holds the place on the road.
    put_base(pack, archive(tiles, box, layers=["roads"]))
    with shown(pack, lake) as address:
        watched = watch(f"{address}/?{VIEW}", 1366, 768)
        watched.until(READY)
        looked(watched)

        assert seen(watched, ON_ROAD, "road-ring")
        watched.until("document.documentElement.dataset.ready")
        assert watched.console_errors == []


def test_an_archive_that_goes_while_it_is_looked_at_leaves_a_map(pack, lake, watch):
    path = put_base(pack, with_road(pack))
    with shown(pack, lake) as address:
        watched = watch(f"{address}/?{VIEW}", 1366, 768)
        watched.until(READY)
        before = len(watched.page.evaluate(ASKED))
        path.unlink()
        looked(watched)

        watched.until(f"{ASKED}.length > {before}")
        assert watched.page.evaluate("twinMap.state.alive")
        assert watched.until(
            "Object.values(twinMap.state.layers).every(({ state }) => state === 'loaded')"
        )
