"""Areas in a browser: a district has the colour of its class, and is chosen by a click."""

from __future__ import annotations

import io
import json

import pyarrow as pa
import pytest
from PIL import Image

from tests.browser.bench import lists, serving, stream
from tests.faces.imported import HALL
from tests.faces.rated import DARK, LIGHT, rated
from twin.faces.export.moment import running
from twin.faces.server.app import create_app
from twin.palette import rgba

pytestmark = pytest.mark.browser

READY = "document.documentElement.dataset.ready"
# In each district a place of which nothing else is drawn.
ALVA, BRISA, CORRA = (-35.02, 41.052), (-34.94, 41.03), (-34.86, 40.972)


@pytest.fixture(scope="module")
def address(tmp_path_factory):
    service, registry, city = rated(tmp_path_factory.mktemp("rated"))
    with running(create_app(service, registry, city, clock=lambda: HALL)) as at:
        yield at
    service.close()


def place(watched, lon_lat):
    """Where a place of the world lies on the page, px."""
    box = watched.page.locator("#map").bounding_box()
    x, y = watched.page.evaluate(f"twinMap.project([{lon_lat[0]}, {lon_lat[1]}])")
    return box["x"] + x, box["y"] + y


def test_each_district_has_the_colour_of_its_class_and_a_click_chooses_it(
    address, watch
):
    # What is framed stands still: a slow machine does not dim it as if the server were lost.
    view = "v=1&lang=en&layers=districts,rates&frame=1366x768"
    watched = watch(f"{address}/?{view}", 1366, 768)
    watched.until(READY)

    picture = Image.open(io.BytesIO(watched.page.screenshot())).convert("RGB")
    seen = {
        name: picture.getpixel(tuple(map(round, place(watched, at))))
        for name, at in (("alva", ALVA), ("brisa", BRISA), ("corra", CORRA))
    }
    # Of Corra nobody knows: it is land, and not the colour of a low class.
    assert seen == {
        "alva": LIGHT[:3],
        "brisa": DARK[:3],
        "corra": rgba("land-edge")[:3],
    }

    watched.page.mouse.move(*place(watched, BRISA))
    watched.until("document.querySelector('.twin-tip')?.style.display === 'block'")
    told = watched.page.locator(".twin-tip").inner_text()
    assert told.split() == ["Brisa", "People,", "thousand", "38.5"]

    watched.page.mouse.click(*place(watched, BRISA))
    watched.until("location.search.includes('district=brisa')")
    assert watched.console_errors == []
    assert watched.outside_requests == []


def test_other_values_recolour_the_outlines_that_are_there(watch):
    """One square; its row comes, changes, and goes. Its outline is asked for once."""
    ring = [[-1, -1], [1, -1], [1, 1], [-1, 1], [-1, -1]]
    square = {
        "type": "Feature",
        "properties": {"district_id": "caf\u00e9"},
        "geometry": {"type": "Polygon", "coordinates": [ring]},
    }
    rows = {
        # The same name, its accent a letter of its own.
        "red": {"id": "cafe\u0301", "fill_color": [[200, 0, 0, 255]]},
        "blue": {"id": "caf\u00e9", "fill_color": [[0, 0, 200, 255]]},
        "none": {"id": "elsewhere", "fill_color": [[0, 0, 200, 255]]},
    }
    with serving() as site:
        outlines = {"type": "FeatureCollection", "features": [square]}
        site.answers["/land.geojson"] = json.dumps(outlines).encode()
        for name, row in rows.items():
            site.answers[f"/{name}.arrow"] = stream(
                id=pa.array([row["id"]]).dictionary_encode(),
                fill_color=lists(row["fill_color"], pa.uint8()),
            )
        watched = watch(site.url, 300, 200)
        seen = [drawn(watched, name) for name in rows]
        asked = watched.page.evaluate(
            "performance.getEntriesByType('resource')"
            ".filter(({name}) => name.endsWith('.geojson')).length"
        )
        watched.page.close()

    assert seen == [(200, 0, 0), (0, 0, 200), (10, 20, 30)]
    assert asked == 1
    assert watched.console_errors == []


def drawn(watched, name):
    """The colour in the middle of a map that draws the values of a name."""
    layer = {
        "@@type": "AreaLayer",
        "id": "areas",
        "data": "/land.geojson",
        "values": f"/{name}.arrow",
        "key": "id",
        "areaId": "district_id",
        "stroked": False,
    }
    spec = {
        "deck": {"layers": [layer]},
        "snapshot": name,
        "camera": {"longitude": 0, "latitude": 0, "zoom": 8},
        "background": "rgb(10, 20, 30)",
    }
    watched.page.evaluate("spec => twinMap.render('map', spec)", spec)
    watched.until(f"document.documentElement.dataset.ready === '{name}'")
    picture = Image.open(io.BytesIO(watched.page.screenshot())).convert("RGB")
    return picture.getpixel((150, 100))
