"""Rows and map belong together; what is asked for while the server is silent is not lost."""

from __future__ import annotations

import pytest

from tests.browser.living import PLACES, READY, living

pytestmark = pytest.mark.browser
RINGED = "window.twinMap.state.ringed.join()"
H2 = "document.querySelector('#side h2').textContent"


@pytest.fixture(scope="module")
def served(tmp_path_factory):
    with living(tmp_path_factory.mktemp("hands")) as found:
        yield found


@pytest.fixture
def opened(watch, served):
    def at(more="", width=1366, height=768, **context):
        page = watch(f"{served[1]}/?v=1&lang=en{more}", width, height, **context)
        page.until(READY, seconds=40)
        page.until("Boolean(window.dash_clientside?.set_props)")
        page.page.wait_for_timeout(200)
        return page

    return at


def test_a_row_under_the_pointer_or_in_focus_rings_its_mark_and_so_is_what_is_picked(
    opened,
):
    page = opened()
    page.page.hover("#side tr[data-id='event_heat:E4']")
    page.until(f"{RINGED} === 'event_heat:E4'")
    page.page.mouse.move(500, 400)
    page.until(f"{RINGED} === ''")
    page.page.focus("#side tr[data-id='event_heat:E2']")
    page.until(f"{RINGED} === 'event_heat:E2'")

    page.page.keyboard.press("Enter")
    page.until("document.querySelector('#side .event') !== null")
    page.until(f"{RINGED} === 'event_heat:E2'")
    page.page.keyboard.press("Escape")
    page.until("document.querySelector('#side .event') === null")
    assert page.console_errors == []


def test_a_row_of_a_district_rings_its_outline(opened):
    page = opened("&panel=districts")
    page.page.hover("#side tr[data-action*=corra]")
    page.until(f"{RINGED} === 'district:corra'")
    assert page.console_errors == []


def test_each_row_shows_its_age_against_its_target(opened):
    page = opened()
    widths = page.page.evaluate(
        "[...document.querySelectorAll(\"#side [data-panel='attention:rows'] tbody"
        " tr\")].map(row => [...row.querySelectorAll('.age-bar > *')].map(n =>"
        " n.tagName).join(''))"
    )
    # Each is hours old, and the target of its source is 20 minutes: beyond it.
    assert widths == ["IBS"] * len(widths)
    assert len(widths) == len(PLACES)


def test_a_picture_has_no_rings(opened):
    page = opened("&frame=1366x768")
    page.page.hover("#side tr[data-id='event_heat:E4']")
    page.page.wait_for_timeout(300)
    assert page.page.evaluate(RINGED) == ""


def test_a_click_beside_the_city_closes_the_panel_and_a_button_leads_home(opened):
    page = opened("&district=brisa&layers=districts")
    for _ in range(6):
        page.page.click("[data-map=out]")
    page.until("location.search.includes('camera=')")
    page.page.wait_for_timeout(800)
    assert page.page.evaluate(H2) == "Brisa"

    page.page.mouse.click(500, 620)
    page.until(f"{H2} === 'Whole city'")

    page.page.click("[data-map=out]")
    page.page.click("[data-map=out]")
    page.page.click("[data-map=home]")
    page.until("Math.abs(twinMap.state.camera.longitude + 34.97) < 1e-3")
    page.until("twinMap.state.camera.zoom > 10")


def test_a_finger_that_pans_takes_the_sheet_beside_a_mark_with_it(opened):
    page = opened("&layers=districts,event_heat", has_touch=True)
    x, y = page.page.evaluate(f"twinMap.project({list(PLACES['E5'][1:])})")
    fingers = page.page.context.new_cdp_session(page.page)
    tip = "document.querySelector('.twin-tip').style.display"

    def touch(kind, *points):
        told = [{"x": at[0], "y": at[1]} for at in points]
        fingers.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": told})

    page.page.mouse.move(x, y)
    page.until(f"{tip} === 'block'")
    before = page.page.evaluate("twinMap.state.camera.longitude")
    touch("touchStart", (600, 450))
    for step in range(1, 8):
        touch("touchMove", (600 - 20 * step, 450))
        page.page.wait_for_timeout(30)
    touch("touchEnd")

    page.until(f"twinMap.state.camera.longitude > {before}")
    page.until(f"{tip} === 'none'")


def test_what_is_asked_of_a_silent_server_is_kept_said_and_done_when_it_answers(opened):
    page = opened()
    heat = "#legend [data-layer={}] [role=switch]"
    page.page.context.set_offline(True)
    page.page.click(heat.format("event_heat"))  # nobody knows yet that it is silent
    page.until("document.querySelector('#kept') !== null", seconds=15)
    page.page.click(heat.format("event_clocks"))
    page.until("document.querySelector('#kept').textContent.includes('(2)')")
    assert "kept" in page.page.inner_text("#kept")
    assert "layers=" not in page.page.url

    page.page.context.set_offline(False)
    checked = (
        "[...document.querySelectorAll('#legend [role=switch]')].filter(n =>"
        " n.ariaChecked === 'true').map(n => JSON.parse(n.dataset.action).toggle)"
    )
    page.until(
        f"(on => !on.includes('event_heat') && !on.includes('event_clocks'))({checked})"
    )
    page.until("document.querySelector('#kept') === null")


def test_a_panel_that_is_read_stays_where_it_is_at_a_tick(opened, served):
    page = opened("", 1366, 500)
    page.page.evaluate(
        "(() => { const row = document.querySelector(\"#side tr[data-id='event_heat:"
        "E5']\"); document.querySelector('#side').scrollTop = 200; window.row = row;"
        " const text = row.querySelector('bdi').firstChild;"
        " getSelection().setBaseAndExtent(text, 0, text, 2);"
        " document.querySelector('.filters').open = true;"
        " window.stood = row.getBoundingClientRect().top; })()"
    )

    served[0].tick(page, "R1", priority=1)

    assert page.page.evaluate("Math.abs(row.getBoundingClientRect().top - stood)") < 2
    assert page.page.evaluate("getSelection().toString()") == "E5"
    assert page.page.evaluate("document.querySelector('.filters').open")
