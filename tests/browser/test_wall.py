"""The wall fits its screens, can be read from the last row, and a made-up city is shown
with no change to code.
"""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from layers.registry import load_registry
from twin.faces.export import browser
from twin.faces.export.brief import export
from twin.faces.export.moment import running
from twin.faces.server.app import create_app
from twin.faces.wall.profile import profile
from twin.feeds.simulated import Simulated
from twin.pack import load_city
from twin.query import QueryService
from twin.store import Lake, publish
from twin.view import View

pytestmark = pytest.mark.browser
UNTIL = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
READY = (
    "document.documentElement.dataset.ready ==="
    " document.querySelector('.as-of')?.dataset.snapshot &&"
    " document.documentElement.dataset.ready"
)
CUT_OFF = """[...document.querySelectorAll('#face *')].filter((node) => {
    const style = getComputedStyle(node);
    return style.overflow !== 'visible' && node.clientWidth > 0
        && node.scrollWidth > node.clientWidth + 1 && node.children.length === 0;
}).map((node) => node.textContent)"""
OUTSIDE = """[...document.querySelectorAll('#face *')].filter((node) => {
    const box = node.getBoundingClientRect();
    return node.textContent.trim() && node.children.length === 0
        && box.width > 0 && !node.closest('#map')
        && (box.left < -1 || box.top < -1
            || box.right > innerWidth + 1 || box.bottom > innerHeight + 1);
}).map((node) => node.textContent)"""
SMALLEST = """Math.min(...[...document.querySelectorAll('#face *')].filter((node) =>
    node.textContent.trim() && node.children.length === 0
    && node.getBoundingClientRect().width > 0
    && !node.closest('#map') && !node.closest('svg')
).map((node) => parseFloat(getComputedStyle(node).fontSize)))"""


@pytest.fixture(scope="module")
def trio(tmp_path_factory):
    city = load_city(Path(__file__).parent.parent / "cities" / "trio")
    lake, feed = Lake(tmp_path_factory.mktemp("trio")), Simulated(city, 7)
    start = UNTIL - timedelta(days=2)
    publish(
        lake,
        city,
        [*feed.begin(start), *feed.poll(start, UNTIL)],
        as_of=UNTIL,
        simulated=True,
        now=lambda: UNTIL,
    )
    registry = load_registry(city)
    service = QueryService(city, registry, lake.path)
    yield city, registry, service
    service.close()


@pytest.fixture(scope="module")
def host(trio):
    city, registry, service = trio
    with running(
        create_app(service, registry, city, clock=lambda: UNTIL + timedelta(seconds=8))
    ) as address:
        yield address


@pytest.mark.parametrize(("wide", "high"), [(3840, 2160), (1920, 1080), (3840, 1080)])
def test_nothing_is_cut_off_or_outside_and_nothing_scrolls(still, host, wide, high):
    wall = still(f"{host}/wall/default", wide, high)
    wall.until("document.querySelectorAll('.tile').length > 0", seconds=40)

    assert wall.page.evaluate(CUT_OFF) == []
    assert wall.page.evaluate(OUTSIDE) == []
    assert wall.page.evaluate(
        "document.documentElement.scrollWidth <= innerWidth &&"
        " document.documentElement.scrollHeight <= innerHeight"
    )
    assert wall.page.evaluate("document.querySelectorAll('.figure').length") <= 9


@pytest.mark.parametrize("lang", ["zh-CN", "en"])
def test_the_second_scene_says_whose_clock_runs_out_next(still, host, lang):
    wall = still(f"{host}/wall/default?scene=urgent&lang={lang}&v=1", 1920, 1080)
    wall.until("document.querySelectorAll('.wall-event .age-bar').length > 0")

    left = wall.page.evaluate(
        "[...document.querySelectorAll('.wall-event')].map(each => +each.dataset.left)"
    )
    assert left == sorted(left)
    assert wall.page.evaluate(CUT_OFF) == []
    assert wall.page.evaluate(OUTSIDE) == []


def test_the_smallest_text_can_be_read_from_the_last_row(still, host, trio):
    wall = still(f"{host}/wall/default", 3840, 2160)
    wall.until("document.querySelectorAll('.tile').length > 0", seconds=40)

    assert wall.page.evaluate(SMALLEST) >= profile(trio[0], "default").sizes()["least"]


def test_the_made_up_city_is_shown_and_says_that_it_is_simulated(watch, host):
    page = watch(host, 1366, 768)
    page.until(READY, seconds=40)

    assert page.console_errors == []
    assert page.outside_requests == []
    assert (
        page.page.evaluate("document.querySelector('#simulated').textContent")
        == "模拟数据"
    )


@pytest.mark.parametrize(("wide", "high"), [(1366, 768), (390, 844)])
def test_no_text_of_the_page_is_outside_of_what_can_be_seen_sideways(
    still, host, wide, high
):
    page = still(host, wide, high)
    page.until("document.querySelectorAll('#headline .figure').length > 0", seconds=40)

    assert page.page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_a_phone_scrolls_to_the_last_line_above_its_bar_of_pages(watch, host):
    page = watch(host, 390, 844)
    page.until(READY, seconds=40)

    page.page.evaluate("scrollTo(0, document.documentElement.scrollHeight)")

    assert page.until("scrollY > 300")
    assert page.page.evaluate(
        "document.querySelector('.credit').getBoundingClientRect().bottom <="
        " document.querySelector('.ways').getBoundingClientRect().top"
    )
    assert page.page.evaluate("document.querySelector('#map').offsetTop") == 48


def test_switches_language_and_escape_are_in_the_address(watch, host):
    page = watch(host, 1366, 768)
    page.until("document.querySelectorAll('.legend-switch').length > 0", seconds=40)

    page.page.click(".legend-row[data-layer=event_heat] .legend-switch")
    page.until(
        "document.querySelector('.legend-row[data-layer=event_heat]"
        " [role=switch]').getAttribute('aria-checked') === 'false'"
    )
    assert "event_heat" not in page.page.url.partition("layers=")[2].partition("&")[0]

    page.page.get_by_text("English").click()
    assert page.until(
        "document.querySelector('#simulated')?.textContent === 'Simulated data'"
    )
    assert "lang=en" in page.page.url


def test_a_link_that_means_nothing_says_so_and_what_to_do(watch, host):
    page = watch(f"{host}/?district=atlantis&v=1", 1366, 768)

    said = page.until("document.querySelector('.problem')?.textContent")
    assert "no district 'atlantis'" in said


def test_a_picture_is_the_same_twice_and_not_blank(trio, tmp_path):
    city, registry, service = trio
    with ThreadPoolExecutor(
        1
    ) as apart:  # Playwright's driver of the other tests lives in this thread
        made = [
            apart.submit(
                export,
                service,
                registry,
                city,
                View(frame="800x600"),
                ["png"],
                tmp_path / name,
                clock=lambda: UNTIL,
            ).result()
            for name in ("one", "two")
        ]

    one, two = (brief.files[0].read_bytes() for brief in made)
    assert made[0].hash == made[1].hash
    assert one == two
    browser.check(one)
