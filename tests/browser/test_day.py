"""The day under the map: any minute of it, by a pointer and by keys, in a look back as well."""

from __future__ import annotations

import pytest

from tests.browser.living import READY, living

pytestmark = pytest.mark.browser
AT = "document.activeElement"
DAY = "[data-day]"


@pytest.fixture(scope="module")
def served(tmp_path_factory):
    with living(tmp_path_factory.mktemp("day")) as found:
        yield found


@pytest.fixture
def page(watch, served):
    """The islands are at UTC in summer; the newest data are of 12:00."""
    opened = watch(f"{served[1]}/?v=1&lang=en&layers=districts", 1366, 768)
    opened.until(READY, seconds=40)
    opened.until("Boolean(window.dash_clientside?.set_props)")
    return opened


def said(page):
    return page.page.evaluate(
        f"document.querySelector('{DAY}').getAttribute('aria-valuetext')"
    )


def at_share(page, share):
    box = page.page.locator(DAY).bounding_box()
    return box["x"] + box["width"] * share, box["y"] + box["height"] / 2


def test_the_pointer_shows_a_moment_with_its_value_and_a_click_goes_to_that_minute(
    page,
):
    x, y = at_share(page, (7 * 60 + 23) / 1440)
    page.page.mouse.move(x, y)
    page.until("document.querySelector('.day-told').hidden === false")
    told = page.page.inner_text(".day-told")
    moment, _, value = told.partition(" · ")
    assert abs(int(moment[-2:]) - 23) <= 2
    assert moment[:14] == "2026-07-18 07:"
    assert value == "1 in that hour"  # of 4:00 to 10:00 there is one event each

    page.page.mouse.click(x, y)
    page.until("location.search.includes('as_of=2026-07-18T07:2')")
    assert page.console_errors == []


def test_keys_choose_and_enter_looks_back(page):
    page.page.focus(DAY)
    assert page.page.get_attribute(DAY, "role") == "slider"
    assert said(page).endswith("12:00 · 0 in that hour")

    page.page.keyboard.press("ArrowLeft")
    assert said(page) == "2026-07-18 11:55 · 0 in that hour"
    page.page.keyboard.press("Shift+ArrowLeft")
    assert said(page) == "2026-07-18 10:55 · 1 in that hour"
    page.page.keyboard.press("ArrowRight")
    assert said(page).startswith("2026-07-18 11:00")
    page.page.keyboard.press("Home")
    assert said(page).startswith("2026-07-18 00:00")
    page.page.keyboard.press("End")
    assert said(page).startswith("2026-07-18 12:00")
    page.page.keyboard.press("PageDown")
    page.page.keyboard.press("Enter")

    page.until("location.search.includes('as_of=2026-07-18T11:00:00Z')")
    page.until("document.querySelector('.chip.past') !== null")
    assert page.page.evaluate(f"{AT}.matches('{DAY}')")
    page.page.keyboard.press("Escape")
    page.until("!location.search.includes('as_of')")
    assert page.console_errors == []


def test_a_tick_leaves_what_is_being_chosen(page, served):
    page.page.focus(DAY)
    page.page.keyboard.press("Shift+ArrowLeft")
    chosen = said(page)

    served[0].tick(page, "D1")

    assert said(page) == chosen
    assert page.page.evaluate(f"{AT}.matches('{DAY}')")
    assert page.page.evaluate("document.querySelector('.day-cross').hidden") is False


def test_a_look_back_shows_its_own_day_with_its_date_and_goes_on_from_there(
    watch, served
):
    link = "/?v=1&lang=en&layers=districts&as_of=2026-07-17T06:00:00Z"
    page = watch(f"{served[1]}{link}", 1366, 768)
    page.until(READY, seconds=40)
    page.until("Boolean(window.dash_clientside?.set_props)")
    assert "2026-07-17" in page.page.inner_text(".foot-title")
    assert said(page).startswith("2026-07-17 06:00")

    page.page.mouse.click(*at_share(page, 0.75))
    page.until("/as_of=2026-07-17T1[78]:/.test(location.search)")

    back = page.page.locator(".back-live").bounding_box()
    chip = page.page.locator(".chip.past").bounding_box()
    assert 0 <= back["x"] - chip["x"] - chip["width"] < 30
    page.page.click(".back-live")
    page.until("!location.search.includes('as_of')")
    page.until("document.querySelector('.back-live') === null")
    assert page.console_errors == []
