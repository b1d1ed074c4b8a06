"""The day played: the picture moves on with its own clock, and stays where it is stopped."""

from datetime import datetime

import pytest

from layers.registry import load_registry
from tests.faces.imported import HALL, imported
from twin.faces.export.moment import running
from twin.faces.server.app import create_app
from twin.query import QueryService

pytestmark = pytest.mark.browser
READY = """document.documentElement.dataset.ready && document.documentElement.dataset.ready
    === document.querySelector('.as-of')?.dataset.snapshot"""
AT = "document.querySelector('[data-day]').dataset.at"
PLAYING = (
    "document.querySelector('[data-play]').getAttribute('aria-pressed') === 'true'"
)
BEGUN = "2026-07-18T08:00:00Z"


@pytest.fixture(scope="module")
def host(tmp_path_factory):
    city, lake = imported(tmp_path_factory.mktemp("played"), simulated=True)
    registry = load_registry(city)
    service = QueryService(city, registry, lake.path)
    with running(create_app(service, registry, city, clock=lambda: HALL)) as address:
        yield address
    service.close()


def moment(text):
    return datetime.fromisoformat(text)


def at_speed(seen, host, as_of, speed):
    page = seen.page
    page.goto(f"{host}/?as_of={as_of}&lang=en&v=1")
    seen.until(READY)
    page.select_option("[data-speed]", str(speed))
    page.locator("[data-play]").click()


def test_pictures_follow_one_clock_and_the_address_says_where_it_stopped(watch, host):
    seen = watch(f"{host}/?lang=en&v=1", 1366, 768)
    at_speed(seen, host, BEGUN, 600)
    before = seen.page.evaluate("history.length")
    first = seen.until(f"{AT} !== '{BEGUN}' && {AT}", seconds=40)
    second = seen.until(f"{AT} !== '{first}' && {AT}", seconds=40)
    seen.page.locator("[data-play]").click()
    # What was asked for last still comes.
    seen.until(f"!({PLAYING}) && {READY} && location.search.includes('as_of=' + {AT})")
    stopped = seen.page.evaluate(AT)

    assert moment(BEGUN) < moment(first) < moment(second) <= moment(stopped)
    # Pictures on the way are no steps of the way back.
    assert seen.page.evaluate("history.length") == before
    assert seen.page.locator("#map canvas").count() == 1
    seen.page.reload()
    seen.until(READY)
    assert seen.page.evaluate(AT) == stopped
    assert seen.console_errors == seen.outside_requests == []


def test_at_the_newest_data_a_play_ends_live(watch, host):
    seen = watch(f"{host}/?lang=en&v=1", 1366, 768)
    at_speed(seen, host, "2026-07-18T11:50:00Z", 600)
    seen.until("!location.search.includes('as_of')", seconds=60)
    seen.until("document.querySelector('#foot .live').disabled", seconds=40)

    assert not seen.page.evaluate(PLAYING)


def test_an_act_ends_the_play_and_holds_its_moment(watch, host):
    seen = watch(f"{host}/?lang=en&v=1", 1366, 768)
    at_speed(seen, host, BEGUN, 60)
    seen.until(f"{AT} !== '{BEGUN}'", seconds=40)
    seen.page.locator(".tabs button", has_text="By district").click()
    seen.until(f"location.search.includes('panel=districts') && {READY}")
    seen.until(f"location.search.includes('as_of=' + {AT})")

    assert not seen.page.evaluate(PLAYING)


def test_another_day_keeps_the_time_of_day(watch, host):
    seen = watch(f"{host}/?as_of={BEGUN}&lang=en&v=1", 1366, 768)
    seen.until(READY)
    seen.page.locator(".other-day").fill("2026-07-17")
    seen.page.locator(".other-day").dispatch_event("change")
    seen.until(f"location.search.includes('as_of=2026-07-17T08:00:00Z') && {READY}")

    assert seen.page.locator(".other-day").input_value() == "2026-07-17"
    assert seen.console_errors == []


def test_a_copied_link_opens_the_same_moment_elsewhere(watch, host):
    """The page is live when it is copied; whoever opens the link sees the moment of then."""
    seen = watch(f"{host}/?lang=en&v=1", 1366, 768)
    seen.until(READY)
    seen.page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    seen.page.locator("[data-map=copy]").click()
    seen.until("document.getElementById('shared') !== null")
    told, link = seen.page.evaluate("navigator.clipboard.readText()").split("\n")

    assert "as_of=2026-07-18T12:00:00Z" in link
    assert "City operations" in told
    assert "2026-07-18" in told or "12:00:00" in told
    other = watch(link, 390, 844)
    other.until(READY)
    assert other.page.evaluate("location.search") == link[link.index("?") :]
