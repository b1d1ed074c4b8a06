"""Search by keyboard alone: a slash, a few letters, Enter; what is typed outlives a tick."""

from __future__ import annotations

from datetime import timedelta
from itertools import pairwise

import pytest

from layers.registry import load_registry
from tests.browser.test_axe import AXE, FOUND
from tests.faces import searched
from tests.faces.imported import HALL, NEWEST, batch
from tests.faces.served import served
from twin.faces.export.moment import running
from twin.faces.server.app import create_app
from twin.faces.server.doors import door
from twin.query import QueryService
from twin.store import publish

pytestmark = pytest.mark.browser
READY = """document.documentElement.dataset.ready && document.documentElement.dataset.ready
    === document.querySelector('.as-of')?.dataset.snapshot"""
CHOSEN = "document.querySelector('#search [aria-selected=true]')?.dataset.found"
IN_FIELD = "document.activeElement?.id === 'search-field'"
IS_OPEN = "document.getElementById('search-field').ariaExpanded === 'true'"
HEAD = "document.querySelector('#side h2')?.textContent"
# The painting of a top whose parts all came anew, as after two paintings that crossed.
PAINTED_AGAIN = """async () => {
  const text = await (await fetch(location.href)).text();
  const page = new DOMParser().parseFromString(text, 'text/html');
  const parts = [...page.querySelectorAll('#top > *')].map((part) => part.outerHTML);
  const tags = parts.map((_, at) => `again ${at}`);
  const top = { tags, html: Object.fromEntries(parts.entries()) };
  const { lang } = document.documentElement;
  const now = new Date().toISOString();
  const painted = { places: { top }, kind: '', style: {}, lang, title: '', now, spec: null };
  dash_clientside.face.draw(painted);
}"""


class Hall:
    """The city of Chinese names, served; `go_on` publishes an event of a minute later."""

    def __init__(self, folder):
        self.city, self.lake = searched.made(folder)
        self.at = NEWEST
        self.registry = load_registry(self.city)
        self.service = QueryService(self.city, self.registry, self.lake.path)

    def app(self, prefix=""):
        clock = lambda: HALL  # noqa: E731
        return create_app(
            self.service, self.registry, self.city, clock=clock, prefix=prefix
        )

    def go_on(self):
        self.at += timedelta(minutes=1)
        news = {
            **searched.told("N9001", 0, "刚刚的报告", district_id=None),
            "occurred_at": self.at,
            "created_at": self.at,
            "recorded_at": self.at,
        }
        snapshot, _ = publish(
            self.lake,
            self.city,
            [batch("events", news)],
            as_of=self.at,
            simulated=True,
            now=lambda: self.at,
        )
        return snapshot.id


@pytest.fixture(scope="module")
def hall(tmp_path_factory):
    made = Hall(tmp_path_factory.mktemp("searched"))
    yield made
    made.service.close()


@pytest.fixture(scope="module")
def host(hall):
    with running(hall.app()) as address:
        yield address


@pytest.fixture
def page(watch, host):
    """A page that can be typed into, its map drawn or not."""

    def opened(address="/?v=1&lang=en", wide=1366, high=768, **context):
        found = watch(f"{host}{address}", wide, high, **context)
        found.until("window.dash_clientside?.face !== undefined")
        return found

    return opened


def type_(page, text):
    """Call the box and type, by the keys alone; wait for what is found."""
    page.page.keyboard.press("/")
    page.until(IN_FIELD)
    page.page.keyboard.type(text)
    page.until(IS_OPEN)


@pytest.mark.parametrize(
    ("lang", "text", "label", "head"),
    [("en", "wuchang", "Wuchang", "Wuchang"), ("zh-CN", "wc", "武昌区", "武昌区")],
)
def test_a_slash_a_word_and_enter_open_a_district(page, lang, text, label, head):
    shown = page(f"/?v=1&lang={lang}")

    type_(shown, text)
    assert shown.page.evaluate(CHOSEN) == "district:alva"
    assert shown.page.evaluate(
        "document.getElementById(document.activeElement.getAttribute("
        "'aria-activedescendant')).querySelector('.search-label').textContent"
    ) == (label)
    shown.page.keyboard.press("Enter")

    shown.until(f"{HEAD} === '{head}'")
    assert "district=alva" in shown.page.url
    assert not shown.page.evaluate(IN_FIELD)
    assert shown.page.evaluate("document.getElementById('search-field').value") == ""
    assert shown.console_errors == []
    assert shown.outside_requests == []


def test_the_number_of_an_event_opens_it_though_enter_comes_before_the_answer(page):
    shown = page()

    shown.page.keyboard.press("/")
    shown.until(IN_FIELD)
    shown.page.keyboard.type("e1002")
    shown.page.keyboard.press("Enter")

    shown.until(f"{HEAD} === 'Burst pipe at the Market'")
    assert "picked=event_heat:E1002" in shown.page.url
    assert "camera=-35.04920,41.02950,14" in shown.page.url


def test_the_arrows_walk_all_groups_and_come_round(page):
    shown = page()
    type_(shown, "武昌")
    found = shown.page.evaluate(
        "[...document.querySelectorAll('#search [role=option]')].map((each) =>"
        " each.dataset.found)"
    )
    assert found == ["district:alva", "event:E1001"]

    walked = []
    for key in ("ArrowDown", "ArrowDown", "ArrowUp"):
        shown.page.keyboard.press(key)
        walked.append(shown.page.evaluate(CHOSEN))
    assert walked == ["event:E1001", "district:alva", "event:E1001"]
    shown.page.keyboard.press("Enter")
    shown.until(f"{HEAD}?.includes('灯坏了')")


def test_escape_closes_the_box_only_and_gives_the_focus_back(page):
    shown = page("/?v=1&lang=en&district=brisa")
    shown.page.focus(".live, .quiet")
    had = shown.page.evaluate("document.activeElement.className")
    type_(shown, "wuchang")

    shown.page.keyboard.press("Escape")

    assert not shown.page.evaluate(IS_OPEN)
    assert shown.page.evaluate("document.activeElement.className") == had
    assert shown.page.evaluate(HEAD) == "Jiang'an"
    shown.page.keyboard.press("Escape")
    shown.until(f"{HEAD} === 'Whole city'")


def test_what_is_typed_outlives_a_tick_and_a_page_that_is_painted_again(page, hall):
    shown = page()
    shown.until(READY, seconds=40)
    type_(shown, "武昌")
    shown.page.keyboard.press("ArrowDown")
    state = f"""[document.activeElement.id, document.activeElement.value, {CHOSEN},
        document.querySelectorAll('#search [role=option]').length].join()"""
    before = shown.page.evaluate(state)
    assert before == "search-field,武昌,event:E1001,2"

    newest = hall.go_on()
    shown.page.evaluate("document.dispatchEvent(new CustomEvent('twin:look'))")
    shown.until(f"document.querySelector('.as-of').dataset.snapshot === '{newest}'")
    assert shown.page.evaluate(state) == before

    shown.page.evaluate(PAINTED_AGAIN)
    assert shown.page.evaluate(state) == before
    shown.page.keyboard.press("Enter")
    shown.until(f"{HEAD}?.includes('灯坏了')")


def test_the_box_speaks_the_language_that_is_chosen(page):
    shown = page()
    placeholder = "document.getElementById('search-field').placeholder"
    assert shown.page.evaluate(placeholder) == "Search events, places, drones"

    shown.page.click("#top .quiet[data-action]")

    shown.until(f"{placeholder} === '搜索事件、地点、指标'")


def test_a_slash_that_is_typed_into_a_field_stays_there(page):
    shown = page()
    type_(shown, "wuchang")
    shown.page.keyboard.type("/")

    field = "document.getElementById('search-field').value"
    assert shown.page.evaluate(field) == "wuchang/"


def test_what_is_found_is_heard_and_so_is_that_nothing_is(page):
    shown = page()
    said = "document.querySelector('#search [role=status]').textContent"
    type_(shown, "wuchang")
    assert shown.page.evaluate(said) == "2 shown"

    for text, sentence in (
        ("<script>alert(1)</script>", "Nothing found"),
        ("x" * 10_000, "at most 100 letters"),
        ("", "Name, pinyin"),
    ):
        shown.page.fill("#search-field", text)
        shown.until(f"{said}.includes('{sentence}')")
        assert not shown.page.evaluate(IS_OPEN)
    assert shown.console_errors == []


def test_a_server_that_does_not_answer_is_said(page):
    shown = page()
    shown.page.route("**/api/search*", lambda route: route.abort())

    shown.page.keyboard.press("/")
    shown.page.keyboard.type("wuchang")

    shown.until(
        "document.querySelector('#search [role=status]').textContent"
        ".includes('cannot answer')"
    )


def test_a_title_is_shown_as_it_is_written_whatever_is_in_it(page):
    shown = page()
    shown.page.route(
        "**/api/search*",
        lambda route: route.fulfill(
            json={
                "groups": [
                    {
                        "title": "Events",
                        "more": "",
                        "options": [
                            {
                                "id": "event:E1",
                                "label": "<img src=x onerror=alert(1)>",
                                "beside": '"><b>',
                                "action": {},
                            }
                        ],
                    }
                ],
                "said": "1 shown",
            }
        ),
    )
    type_(shown, "img")

    label = "document.querySelector('#search .search-label').textContent"
    assert shown.page.evaluate(label) == "<img src=x onerror=alert(1)>"
    assert (
        shown.page.evaluate("document.querySelector('#search img, #search b')") is None
    )


@pytest.mark.parametrize("lang", ["en", "zh-CN"])
def test_on_a_phone_a_lens_opens_the_box_across_the_screen(page, lang):
    shown = page(f"/?v=1&lang={lang}", 390, 844, has_touch=True)
    assert not shown.page.is_visible("#search-field")

    shown.page.tap(".search-open")
    shown.until(IN_FIELD)
    shown.page.keyboard.type("wuchang")
    shown.until(IS_OPEN)
    box = shown.page.locator(".search-box").bounding_box()
    assert (box["x"], box["y"], box["width"]) == (0, 0, 390)
    option = shown.page.locator("#search [role=option]").first
    assert option.bounding_box()["height"] >= 44

    option.tap()
    shown.until("location.search.includes('district=alva')")
    assert not shown.page.is_visible("#search-field")
    assert shown.page.evaluate("document.documentElement.scrollWidth") == 390


@pytest.mark.parametrize("lang", ["en", "zh-CN"])
@pytest.mark.parametrize("wide", [901, 1024, 1180, 1366, 1920])
def test_nothing_in_the_bar_touches_anything_else(still, host, lang, wide):
    shown = still(f"{host}/?v=1&lang={lang}&as_of=2026-07-18T10:00:00Z", wide, 768)

    edges = shown.page.locator("#top > *").evaluate_all(
        "nodes => nodes.map(node => node.getBoundingClientRect())"
        ".filter(box => box.width).map(box => [box.left, box.right])"
    )
    assert all(right <= left for (_, right), (left, _) in pairwise(edges)), edges
    assert edges[-1][1] <= wide


def test_axe_finds_nothing_while_the_list_is_open(page):
    shown = page()
    shown.until(READY, seconds=40)
    type_(shown, "武昌")
    shown.page.evaluate(AXE.read_text(encoding="utf-8"))

    assert shown.page.evaluate(FOUND) == []


def test_it_works_under_the_path_of_a_proxy(watch, hall):
    at = door("127.0.0.1", prefix="/twin", proxies=("127.0.0.1",))
    with served(hall.app("/twin").server, at) as (host, port):
        shown = watch(f"http://{host}:{port}/twin/?v=1&lang=en", 1366, 768)
        shown.until("window.dash_clientside?.face !== undefined")
        type_(shown, "wuchang")
        shown.page.keyboard.press("Enter")

        shown.until(f"{HEAD} === 'Wuchang'")
        assert "/twin/?" in shown.page.url
        assert shown.console_errors == []
