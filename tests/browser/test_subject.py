"""The page of an event in a browser: few clicks away, beside a map of where it is."""

import pytest

from layers.registry import load_registry
from tests.faces.imported import HALL, imported
from twin.faces.export.moment import running
from twin.faces.server.app import create_app
from twin.query import QueryService

pytestmark = pytest.mark.browser
READY = """document.documentElement.dataset.ready && document.documentElement.dataset.ready
    === document.querySelector('.as-of')?.dataset.snapshot"""
ROW = "#side tr[data-action*=picked]"


@pytest.fixture(scope="module")
def host(tmp_path_factory):
    city, lake = imported(tmp_path_factory.mktemp("subject"), simulated=True)
    registry = load_registry(city)
    service = QueryService(city, registry, lake.path)
    with running(create_app(service, registry, city, clock=lambda: HALL)) as address:
        yield address
    service.close()


def path(seen):
    return seen.page.evaluate("location.pathname")


def test_an_event_is_two_clicks_away_and_back_leads_back(watch, host):
    seen = watch(f"{host}/?lang=en&v=1", 1366, 768)
    seen.until(READY)
    name = seen.page.locator(f"{ROW} .lines").first.text_content()
    seen.page.locator(ROW).first.click()
    seen.page.locator("#side .event-close .to-page").click()
    seen.until(f"location.pathname.startsWith('/event/') && {READY}")

    assert seen.page.locator(".lead h2").text_content() == name
    assert seen.page.locator(".lanes .lane").count() >= 3
    seen.page.go_back()
    seen.until(f"location.pathname === '/' && {READY}")
    assert seen.page.locator("#side .event-head h2").text_content() == name
    assert seen.console_errors == seen.outside_requests == []


def test_from_a_district_a_row_leads_to_the_event_and_back_to_the_district(watch, host):
    seen = watch(f"{host}/district/alva?lang=en&v=1", 1366, 768)
    seen.until(READY)
    row = seen.page.locator("#side .clock-row[data-action]").first
    there = row.get_attribute("data-id").removeprefix("event_heat:")
    row.focus()
    seen.page.keyboard.press("Enter")
    seen.until(f"location.pathname === '/event/{there}' && {READY}")

    assert seen.page.evaluate("location.search").count("picked") == 0
    seen.page.locator(".way-here a", has_text="Alva").click()
    seen.until(f"location.pathname === '/district/alva' && {READY}")
    assert seen.console_errors == []


@pytest.mark.parametrize("size", [(1366, 768), (1920, 1080), (3840, 2160), (390, 844)])
@pytest.mark.parametrize("lang", ["en", "zh-CN"])
def test_nothing_lies_on_anything_and_nothing_reaches_beyond_the_screen(
    watch, host, size, lang
):
    seen = watch(f"{host}/district/alva?lang={lang}&v=1", *size)
    seen.until(READY)
    event = seen.page.evaluate(
        "document.querySelector('#side .clock-row[data-id]').dataset.id.split(':')[1]"
    )
    for address in (
        f"/district/alva?lang={lang}&v=1",
        f"/event/{event}?lang={lang}&v=1",
    ):
        seen.page.goto(host + address)
        seen.until(READY)
        wide = seen.page.evaluate(
            "[document.documentElement.scrollWidth, innerWidth,"
            " document.getElementById('main').scrollWidth]"
        )
        assert max(wide) <= size[0]
        lead, there = (
            seen.page.locator(each).bounding_box() for each in (".lead", "#map")
        )
        beside = lead["x"] + lead["width"] <= there["x"] + 1
        assert beside or lead["y"] >= there["y"] + there["height"] - 1
        assert there["width"] * there["height"] > 0.05 * size[0] * size[1]
