"""Looking back in a browser: the chip with its date, the ways to now, and no needless repaint."""

import io
from concurrent.futures import ThreadPoolExecutor

import pytest
from PIL import Image

from layers.registry import load_registry
from tests.faces.imported import HALL, NEWEST, THEN, imported
from twin.clock import to_text
from twin.faces.export.brief import export
from twin.faces.export.moment import running
from twin.faces.server.app import create_app
from twin.query import QueryService
from twin.view import View

pytestmark = pytest.mark.browser
READY = """document.documentElement.dataset.ready && document.documentElement.dataset.ready
    === document.querySelector('.as-of')?.dataset.snapshot"""
THEN_URL = f"v=1&lang=en&as_of={to_text(THEN)}"
EVENTS = (
    "document.querySelector('#headline [data-figure=events_today]"
    " .figure-value').textContent"
)


@pytest.fixture(scope="module")
def context(tmp_path_factory):
    city, lake = imported(tmp_path_factory.mktemp("looking"), simulated=True)
    registry = load_registry(city)
    service = QueryService(city, registry, lake.path)
    yield city, registry, service
    service.close()


@pytest.fixture(scope="module")
def host(context):
    city, registry, service = context
    with running(create_app(service, registry, city, clock=lambda: HALL)) as address:
        yield address


def test_a_click_shows_the_same_moment_as_known_now_and_another_the_present(
    watch, host
):
    page = watch(f"{host}/?{THEN_URL}", 1366, 768)
    page.until(READY, seconds=40)
    assert page.page.evaluate(EVENTS) == "—"

    page.page.click(".notice-control")
    page.until(f"document.querySelector('.notice') === null && {EVENTS} === '2'")
    assert f"known_at={to_text(NEWEST)}" in page.page.url
    assert "as known at 2026-07-18 12:00:00" in page.page.evaluate(
        "document.querySelector('.chip.past').textContent"
    )

    page.page.click(".live")
    page.until(f"document.querySelector('.chip.past') === null && {EVENTS} === '1'")
    assert "as_of" not in page.page.url
    assert "known_at" not in page.page.url
    assert page.console_errors == []


def test_a_look_back_is_not_painted_again_while_nothing_is_published(watch, host):
    page = watch(f"{host}/?{THEN_URL}", 1366, 768)
    page.until(READY, seconds=40)
    page.page.wait_for_timeout(2_500)
    painted = []
    page.page.on(
        "request",
        lambda asked: (
            painted.append(asked.url) if "_dash-update-component" in asked.url else None
        ),
    )

    page.page.wait_for_timeout(6_500)

    assert painted == []


def test_on_a_phone_the_chip_the_reason_and_the_way_back_can_be_seen(watch, host):
    page = watch(f"{host}/?{THEN_URL}", 390, 844)
    page.until(READY, seconds=40)

    for selector in (".chip.past", ".notice-control", ".live"):
        box = page.page.locator(selector).bounding_box()
        assert box["x"] >= 0
        assert box["x"] + box["width"] <= 390
        assert 0 <= box["y"] <= 844 - box["height"]
    assert page.page.locator(".live").bounding_box()["height"] >= 44
    page.page.click(".live")
    page.until("document.querySelector('.chip.past') === null")


BOXES = """[...document.querySelectorAll('#top *, #banner *')]
    .map((node) => node.getBoundingClientRect()).filter((box) => box.width > 0)
    .map((box) => [box.left, box.top, box.right, box.bottom])"""
APART = """document.querySelector('.wall-clock').getBoundingClientRect().left
    - document.querySelector('.chip.past').getBoundingClientRect().right"""


@pytest.mark.parametrize("lang", ["zh-CN", pytest.param("en", marks=pytest.mark.soak)])
@pytest.mark.parametrize(("wide", "high"), [(1920, 1080), (3840, 1080)])
def test_chip_and_reason_stay_on_the_wall_clear_of_the_clock(
    still, host, lang, wide, high
):
    then, newest, beyond = to_text(THEN), to_text(NEWEST), to_text(HALL)
    wall = still(f"{host}/wall/default?v=1&lang={lang}&as_of={then}", wide, high)
    for looked in (
        f"as_of={then}",
        f"as_of={then}&known_at={newest}",
        f"as_of={beyond}",
    ):
        wall.page.goto(f"{host}/wall/default?v=1&lang={lang}&{looked}")
        wall.until("document.querySelector('.chip.past') !== null", seconds=40)

        for left, top, right, bottom in wall.page.evaluate(BOXES):
            assert left >= -1
            assert top >= -1
            assert right <= wide + 5  # the whole wall moves by 4 px now and then
            assert bottom <= high
        assert wall.page.evaluate(APART) > 0


def test_a_framed_picture_of_a_look_back_has_its_chip(watch, host, context, tmp_path):
    page = watch(f"{host}/?{THEN_URL}&frame=800x600", 1366, 768)
    page.until(READY, seconds=40)
    assert (
        page.page.evaluate("document.querySelector('.chip.past').textContent")
        == "Looking back at 2026-07-16 12:00:00"
    )

    city, registry, service = context
    with ThreadPoolExecutor(1) as apart:  # Playwright's own driver lives in this thread
        view = View(as_of=THEN, lang="en", frame="1366x768")
        made = apart.submit(
            export, service, registry, city, view, ["png"], tmp_path, clock=lambda: HALL
        ).result()
    assert Image.open(io.BytesIO(made.files[0].read_bytes())).size == (1366, 768)
