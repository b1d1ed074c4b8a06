"""The account of a figure, over the page: by a click, by a key, on a phone, for everybody."""

from __future__ import annotations

from datetime import timedelta

import pytest

from layers.registry import load_registry
from tests.browser.test_axe import AXE, FOUND, READY
from tests.faces.imported import HALL, NEWEST, TRIO, batch, event
from tests.faces.served import served
from twin.faces.server.app import create_app
from twin.pack import load_city
from twin.query import QueryService
from twin.store import Lake, publish

pytestmark = pytest.mark.browser
OPEN = "document.querySelector('#account[open] article.account')"
HEAD = "document.querySelector('#account h1').textContent"
VALUE = "document.querySelector('#account .account-figure').textContent"
FIGURE = "#headline [data-figure=open_now]"
FOCUS = (
    "document.activeElement.dataset.figure ?? document.activeElement.dataset.account"
)


class Hall:
    """A server over a lake that goes on when it is told to."""

    def __init__(self, folder):
        self.city, self.lake, self.n = load_city(TRIO), Lake(folder), 0
        self.go_on()

    def go_on(self):
        """Publish one more event, ten seconds later."""
        moment = NEWEST + timedelta(seconds=10 * self.n)
        self.n += 1
        publish(
            self.lake,
            self.city,
            [batch("events", event(f"N{self.n}", moment, moment))],
            as_of=moment,
            simulated=True,
            now=lambda: moment,
        )


@pytest.fixture(scope="module")
def hall(tmp_path_factory):
    hall = Hall(tmp_path_factory.mktemp("hall") / "lake")
    registry = load_registry(hall.city)
    service = QueryService(hall.city, registry, hall.lake.path)
    app = create_app(service, registry, hall.city, clock=lambda: HALL)
    with served(app.server) as (host, port):
        hall.url = f"http://{host}:{port}"
        yield hall
    service.close()


def opened(watch, hall, address="/?lang=en&v=1", wide=1366, high=768):
    page = watch(f"{hall.url}{address}", wide, high)
    page.until(READY)
    return page


def test_a_click_on_a_figure_opens_what_it_is_and_escape_gives_the_focus_back(
    watch, hall
):
    page = opened(watch, hall)
    page.page.locator(FIGURE).click()
    page.until(OPEN)

    assert page.page.evaluate(HEAD) == "Open now"
    assert page.page.evaluate(VALUE) == page.page.evaluate(
        f"document.querySelector('{FIGURE} .figure-value').textContent"
    )
    assert page.page.evaluate(
        "document.getElementById('account').getAttribute('aria-labelledby')"
    ) == page.page.evaluate("document.querySelector('#account h1').id")
    page.page.keyboard.press("Escape")
    page.until("!document.getElementById('account').open")
    assert page.page.evaluate(FOCUS) == "open_now"
    assert page.console_errors == []
    assert page.outside_requests == []


@pytest.mark.parametrize("key", ["?", "Enter", " "])
def test_a_key_opens_the_account_of_the_figure_that_has_the_focus(watch, hall, key):
    page = opened(watch, hall)
    page.page.locator(FIGURE).focus()
    page.page.keyboard.press(key)
    page.until(OPEN)

    assert page.page.evaluate(HEAD) == "Open now"


@pytest.mark.parametrize(
    ("focused", "head"),
    [
        ("#side tr[data-action]", "Needs attention"),
        ("#side .kind-stages .asks", "Open events by stage"),
        ("#foot .asks", "Events today, and the usual day"),
        ("#legend [data-layer=event_heat] .legend-switch", "Open now"),
        (
            "#legend [data-layer=event_clocks] .legend-switch",
            "On the map · Clocks of events",
        ),
    ],
)
def test_of_what_does_something_else_by_a_click_the_key_asks(
    watch, hall, focused, head
):
    page = opened(watch, hall)
    page.page.locator(focused).first.focus()
    page.page.keyboard.press("?")
    page.until(OPEN)

    assert page.page.evaluate(HEAD) == head


def test_a_click_on_what_does_something_keeps_doing_it(watch, hall):
    page = opened(watch, hall)
    page.page.locator("#side tr[data-action]").first.click()
    page.until("location.search.includes('picked=')")

    assert (
        page.page.evaluate("document.getElementById('account')?.open ?? false") is False
    )


def test_a_click_on_a_number_of_a_table_opens_its_column(watch, hall):
    page = opened(watch, hall, "/?lang=en&v=1&panel=districts")
    page.page.locator('#side th[data-of="open_now"]').click()
    page.until(OPEN)

    assert page.page.evaluate(HEAD) == "Open"


def test_on_the_page_of_an_event_its_answers_open_their_account(watch, hall):
    page = opened(watch, hall, "/?lang=en&v=1&picked=event_heat:N1")
    answer = page.page.locator(".event-answer[data-answer=event-who]")
    answer.click()
    page.until(OPEN)

    assert page.page.evaluate(HEAD) == "Who has it"
    assert "event/facts.sql" in page.page.evaluate(
        "document.getElementById('account').textContent"
    )


def test_it_stays_as_it_is_while_the_page_behind_it_goes_on(watch, hall):
    page = opened(watch, hall)
    page.page.locator(FIGURE).click()
    page.until(OPEN)
    before = page.page.evaluate(VALUE)
    hall.go_on()
    page.until(
        f"document.querySelector('{FIGURE} .figure-value').textContent !== '{before}'"
    )

    assert page.page.evaluate(VALUE) == before
    page.page.keyboard.press("Escape")
    page.until("!document.getElementById('account').open")
    assert page.page.evaluate(FOCUS) == "open_now"


def test_the_focus_goes_round_inside(watch, hall):
    page = opened(watch, hall)
    page.page.locator(FIGURE).click()
    page.until(OPEN)
    for _ in range(40):
        page.page.keyboard.press("Tab")
        assert page.page.evaluate(
            "document.getElementById('account').contains(document.activeElement)"
        )


def test_it_leads_to_the_page_that_can_be_passed_on_and_to_files(watch, hall):
    page = opened(watch, hall)
    page.page.locator(FIGURE).click()
    page.until(OPEN)
    with page.page.expect_download() as file:
        page.page.locator("#account .account-rows-head a", has_text="CSV").click()
    assert file.value.suggested_filename.startswith("account-headline-events-open_now")
    page.page.locator(".account-page-link").click()
    page.page.wait_for_url("**/account/headline/events?*")

    assert page.page.locator("h1").inner_text() == "Open now"


@pytest.mark.parametrize("lang", ["en", "zh-CN"])
@pytest.mark.parametrize(("wide", "high"), [(1366, 768), (390, 844)])
def test_it_fits_its_screen_and_can_be_used_by_everybody(watch, hall, lang, wide, high):
    page = opened(watch, hall, f"/?lang={lang}&v=1", wide, high)
    page.page.locator(FIGURE).click()
    page.until(OPEN)
    page.page.evaluate(AXE.read_text(encoding="utf-8"))
    box = "document.getElementById('account').getBoundingClientRect()"

    assert page.page.evaluate(FOUND) == []
    assert page.page.evaluate(f"{box}.right <= innerWidth && {box}.left >= 0")
    assert page.page.evaluate(
        "(({ scrollWidth, clientWidth }) => scrollWidth <= clientWidth)"
        "(document.querySelector('.account-body'))"
    )


@pytest.mark.parametrize(
    ("lang", "wide", "high"), [("en", 1366, 768), ("zh-CN", 390, 844)]
)
def test_the_page_of_an_account_can_be_used_by_everybody_and_fits_its_screen(
    watch, hall, lang, wide, high
):
    link = f"/account/headline/clocks?figure=response_p50_s&lang={lang}&v=1"
    page = watch(f"{hall.url}{link}", wide, high)
    page.page.evaluate(AXE.read_text(encoding="utf-8"))
    page.page.evaluate(
        "for (const each of document.querySelectorAll('details')) each.open = true"
    )

    assert page.page.evaluate(FOUND) == []
    assert page.page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert page.console_errors == []
