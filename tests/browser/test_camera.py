"""Where the map looks is part of the address, and a choice flies there and back."""

from __future__ import annotations

import math
from urllib.parse import parse_qs, urlsplit

import pytest

from tests.browser.living import PLACES, READY, living

pytestmark = pytest.mark.browser
CAMERA = "window.twinMap.state.camera"
STILL = "matchMedia('(prefers-reduced-motion: reduce)').matches"
ASKED = "_dash-update-component"


@pytest.fixture(scope="module")
def served(tmp_path_factory):
    with living(tmp_path_factory.mktemp("camera")) as found:
        yield found


@pytest.fixture
def opened(watch, served):
    """Return a function that opens the page, with something in its link, on a screen."""

    def at(more="", width=1366, height=768, **context):
        page = watch(f"{served[1]}/?v=1&lang=en{more}", width, height, **context)
        page.until(READY, seconds=40)
        page.until("Boolean(window.dash_clientside?.set_props)")
        page.page.wait_for_timeout(300)
        return page

    return at


def linked(page):
    return parse_qs(urlsplit(page.page.url).query).get("camera", [""])[0]


def near(page, lon, lat, zoom=None):
    """Wait until the map looks at a place, to a tenth of what is seen."""
    page.until(
        f"Math.hypot({CAMERA}.longitude - ({lon}), {CAMERA}.latitude - ({lat}))"
        f" < 36 / 2 ** {CAMERA}.zoom"
        + ("" if zoom is None else f" && Math.abs({CAMERA}.zoom - {zoom}) < 0.03")
    )


def pan(page, right, down):
    """Drag the map by so many px."""
    mouse = page.page.mouse
    mouse.move(600, 450)
    mouse.down()
    mouse.move(600 - right / 2, 450 - down / 2, steps=4)
    mouse.move(600 - right, 450 - down, steps=4)
    page.page.wait_for_timeout(200)  # a hand that lets go while it moves throws the map
    mouse.up()
    page.until("location.search.includes('camera=')")
    page.page.wait_for_timeout(400)


def middle(page):
    """Return the place in the middle of the map that no panel covers, deg, and the zoom."""
    return page.page.evaluate(
        "(() => { const side = document.querySelector('#side').getBoundingClientRect();"
        " const right = side.left > 0 ? innerWidth - side.left : 0; const at ="
        " twinMap.middle({ top: 0, right, bottom: 0, left: 0 }); return"
        " [at.longitude, at.latitude, at.zoom]; })()"
    )


def test_a_map_that_rests_is_in_the_address_without_a_word_to_the_server(opened):
    page = opened()
    assert linked(page) == ""
    asked = []
    page.page.on("request", lambda each: asked.append(each.url))
    entries = page.page.evaluate("history.length")

    pan(page, 150, -60)

    lon, lat, zoom = map(float, linked(page).split(","))
    assert [lon, lat] == pytest.approx(middle(page)[:2], abs=1e-5)
    wide = page.page.evaluate(
        "document.querySelector('#side').getBoundingClientRect().left"
    )
    side = min(wide, 768 * 1.6)
    assert zoom == pytest.approx(middle(page)[2] - math.log2(side / 1_000), abs=0.006)
    assert [url for url in asked if ASKED in url] == []
    assert page.page.evaluate("history.length") == entries


def test_a_link_shows_the_same_ground_again_and_on_another_screen(opened):
    page = opened()
    pan(page, 150, -60)
    page.page.keyboard.press("Tab")
    page.page.focus("#deckmap")
    page.page.keyboard.press("+")
    page.page.wait_for_timeout(500)
    lon, lat, zoom = map(float, linked(page).split(","))
    here = middle(page)

    page.page.reload()
    page.until(READY, seconds=40)
    assert middle(page) == pytest.approx(here, abs=0.006)
    assert linked(page) == f"{lon:.5f},{lat:.5f},{zoom:.2f}"

    for width, height in ((1920, 1080), (1000, 700)):
        other = opened(f"&camera={lon},{lat},{zoom}", width, height)
        found = middle(other)
        left = other.page.evaluate(
            "document.querySelector('#side').getBoundingClientRect().left"
        )
        side = min(left, height * 1.6)
        assert found[:2] == pytest.approx([lon, lat], abs=1e-4)
        assert found[2] == pytest.approx(zoom + math.log2(side / 1_000), abs=0.01)


def test_an_act_keeps_the_place_and_back_and_forward_lead_through_the_places(opened):
    page = opened()
    pan(page, 120, 40)
    first, here = linked(page), middle(page)

    page.page.click("#legend [data-layer=event_clocks] [role=switch]")
    page.until("location.search.includes('layers=')")
    page.until(READY, seconds=40)
    assert linked(page) == first
    assert middle(page) == pytest.approx(here, abs=1e-4)
    pan(page, -200, 90)
    second, there = linked(page), middle(page)
    assert second != first

    page.page.go_back()
    near(page, here[0], here[1], here[2])
    page.until("!location.search.includes('layers=')")
    assert linked(page) == first
    page.page.go_forward()
    near(page, there[0], there[1], there[2])
    assert linked(page) == second
    assert page.console_errors == []


def choose(page, district):
    page.page.click("[role=tab]:nth-child(2)")
    row = f"#side tr[data-action*={district}]"
    page.until(f'Boolean(document.querySelector("{row}"))')
    page.page.click(row)


@pytest.mark.parametrize("way_back", ["Escape", ".close"])
def test_a_choice_flies_to_the_district_and_back_to_where_the_map_was(opened, way_back):
    page = opened(reduced_motion="no-preference")
    page.page.focus("#deckmap")
    for _ in range(4):
        page.page.keyboard.press("+")
    page.page.keyboard.press("ArrowLeft")
    page.until("location.search.includes('camera=')")
    page.page.wait_for_timeout(300)
    before = middle(page)

    choose(page, "corra")
    near(page, -34.8604, 40.9599)
    page.until("document.querySelector('#side h2').textContent === 'Corra'")
    assert (
        linked(page) == ""
    )  # the address says the district, and that is where it looks

    if way_back == "Escape":
        page.page.keyboard.press("Escape")
    else:
        page.page.click("#side .close")
    page.until("document.querySelector('#side h2').textContent === 'Whole city'")
    near(page, *before)


def test_who_wants_no_motion_is_there_at_once(opened):
    page = opened(reduced_motion="reduce")
    assert page.page.evaluate(STILL)
    page.page.evaluate(
        "window.seen = new Set(); const look = () => { seen.add(JSON.stringify("
        f"{CAMERA})); requestAnimationFrame(look); }}; look(); 0"
    )

    choose(page, "corra")
    page.until("document.querySelector('#side h2').textContent === 'Corra'")
    near(page, -34.8604, 40.9599)
    page.page.wait_for_timeout(900)

    assert page.page.evaluate("seen.size") == 2


def test_a_row_flies_to_its_event_and_escape_returns(opened):
    page = opened()
    before = middle(page)
    page.page.click("#side tr[data-id='event_heat:E5']")
    near(page, *PLACES["E5"][1:])
    page.until("document.querySelector('#side .event h2')?.textContent === 'E5'")
    assert page.page.evaluate(f"{CAMERA}.zoom") >= 13.4

    page.page.keyboard.press("Escape")
    page.until("document.querySelector('#side .event') === null")
    near(page, *before)


def test_a_click_within_the_chosen_district_leaves_the_map_where_it_is(opened):
    page = opened("&district=corra&layers=districts")
    page.page.focus("#deckmap")
    for _ in range(3):
        page.page.keyboard.press("+")
    page.until("location.search.includes('camera=')")
    page.page.wait_for_timeout(500)
    before = middle(page)
    x, y = page.page.evaluate("twinMap.project([-34.8604, 40.9599])")
    page.page.mouse.click(x + 40, y + 40)
    page.page.wait_for_timeout(1_500)

    assert middle(page) == pytest.approx(before, abs=1e-6)
    assert page.page.evaluate("document.querySelector('#side h2').textContent") == (
        "Corra"
    )
