"""A page by keys alone: the focus stays where it is, and the map and the day take it as well."""

from __future__ import annotations

import pytest

from tests.browser.living import READY, living

pytestmark = pytest.mark.browser
AT = "document.activeElement"
ROW = "#side tr[data-action*='event_heat:{}']"
CAMERA = "window.twinMap.state.camera"


@pytest.fixture(scope="module")
def served(tmp_path_factory):
    with living(tmp_path_factory.mktemp("keys")) as found:
        yield found


@pytest.fixture
def page(watch, served):
    opened = watch(f"{served[1]}/?v=1&lang=en", 1366, 768)
    opened.until(READY, seconds=40)
    opened.until("Boolean(window.dash_clientside?.set_props)")
    return opened


def focused(page):
    return page.page.evaluate(f"{AT}.dataset.action ?? {AT}.id ?? ''")


def test_a_tick_that_puts_a_worse_event_above_leaves_the_focus_on_the_same_one(
    page, served
):
    row = ROW.format("E3")
    page.page.focus(row)
    before = page.page.evaluate(f"{AT}.rowIndex")

    served[0].tick(page, "W1", priority=1)

    assert focused(page) == '{"picked": "event_heat:E3"}'
    assert page.page.evaluate(f"{AT}.rowIndex") == before + 1
    assert page.page.evaluate(f"{AT}.isConnected")


@pytest.mark.parametrize(
    "control",
    [
        "#legend [data-layer=event_clocks] [role=switch]",
        "[role=tab]:nth-child(2)",
        "#legend summary",
        ".map-hands [data-map=home]",
    ],
)
def test_what_is_switched_keeps_the_focus_and_so_it_does_at_a_tick(
    page, served, control
):
    page.page.focus(control)
    was = page.page.evaluate(f"{AT}.outerHTML.slice(0, 40)")
    page.page.keyboard.press("Enter")
    page.page.wait_for_timeout(300)
    served[0].tick(page, f"T{abs(hash(control))}")

    assert page.page.evaluate(f"{AT}.matches({control!r})"), was
    assert page.console_errors == []


def test_enter_opens_a_row_and_escape_leads_back_to_it(page):
    page.page.focus(ROW.format("E4"))
    page.page.keyboard.press("Enter")
    page.until("document.querySelector('#side .event h2')?.textContent === 'E4'")
    page.until(f"{AT}.matches('#side .close')")

    page.page.keyboard.press("Escape")
    page.until("document.querySelector('#side .event') === null")

    page.until(f'{AT}.dataset.action === \'{{"picked": "event_heat:E4"}}\'')


def test_a_district_is_chosen_from_the_table_by_keys_and_escape_leads_back(page):
    page.page.focus("[role=tab]:nth-child(2)")
    page.page.keyboard.press("Enter")
    row = "#side tr[data-action*=brisa]"
    page.until(f'Boolean(document.querySelector("{row}"))')
    page.page.focus(row)
    page.page.keyboard.press("Enter")
    page.until("document.querySelector('#side h2').textContent === 'Brisa'")
    page.until(f"{AT}.matches('#side .close')")

    page.page.keyboard.press("Escape")

    page.until("document.querySelector('#side h2').textContent === 'Whole city'")
    page.until(f'{AT}.dataset.action === \'{{"district": "brisa"}}\'')


def test_arrows_walk_a_list(page):
    page.page.focus(ROW.format("E2"))
    rows = page.page.evaluate(
        "[...document.querySelectorAll('#side tr[data-action]')].map(n => n.dataset.id)"
    )
    at = rows.index("event_heat:E2")

    page.page.keyboard.press("ArrowDown")
    assert page.page.evaluate(f"{AT}.dataset.id") == rows[at + 1]
    page.page.keyboard.press("ArrowUp")
    assert page.page.evaluate(f"{AT}.dataset.id") == rows[at]


def test_the_map_takes_the_focus_with_an_outline_and_moves_by_keys(page):
    for _ in range(40):
        page.page.keyboard.press("Tab")
        if page.page.evaluate(f"{AT}.id === 'deckmap'"):
            break
    width = page.page.evaluate(
        "parseFloat(getComputedStyle(document.querySelector('#map'), '::after')"
        ".outlineWidth)"
    )
    assert width >= 2
    assert "Arrow keys" in page.page.evaluate(f"{AT}.getAttribute('aria-label')")
    home = page.page.evaluate(CAMERA)

    for key in ("ArrowRight", "ArrowUp", "+"):
        page.page.keyboard.press(key)
    page.until(f"{CAMERA}.zoom > {home['zoom'] + 0.3}")
    moved = page.page.evaluate(CAMERA)
    assert moved["longitude"] > home["longitude"]
    assert moved["latitude"] > home["latitude"]
    page.page.keyboard.press("-")
    page.until(f"Math.abs({CAMERA}.zoom - {home['zoom']}) < 0.01")

    page.page.keyboard.press("0")
    page.until(f"Math.abs({CAMERA}.longitude - {home['longitude']}) < 1e-4")
    page.until("!location.search.includes('camera=')")
    assert page.page.evaluate(f"{AT}.id") == "deckmap"


def test_a_picture_has_no_keys(watch, served):
    framed = watch(f"{served[1]}/?v=1&lang=en&frame=1366x768", 1366, 768)
    framed.until(READY, seconds=40)
    before = framed.page.evaluate(CAMERA)
    framed.page.focus("#deckmap")
    framed.page.keyboard.press("ArrowRight")
    framed.page.wait_for_timeout(400)

    assert framed.page.evaluate(CAMERA) == before
    assert framed.page.evaluate("document.querySelector('[role=slider]')") is None
    assert framed.page.evaluate("document.querySelector('.map-hands')") is None
