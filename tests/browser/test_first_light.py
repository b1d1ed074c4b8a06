"""What a first visit, a second one and a new snapshot ask of a browser and its wire."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest

from layers.registry import load_registry
from tests.faces.imported import HALL, NEWEST, TRIO, batch, event
from twin.faces.export.moment import running
from twin.faces.server.app import create_app
from twin.pack import load_city
from twin.query import QueryService
from twin.store import Lake, publish

pytestmark = pytest.mark.browser
READY = "document.documentElement.dataset.ready"
FIGURE = (
    "document.querySelector('[data-figure=events_today] .figure-value').textContent"
)
LISTENS = (
    "window.dash_clientside && window.dash_clientside.set_props &&"
    " document.querySelector('#drawn')"
)


@pytest.fixture(scope="module")
def city():
    return load_city(TRIO)


@pytest.fixture(scope="module")
def lake(tmp_path_factory, city):
    lake = Lake(tmp_path_factory.mktemp("lake"))
    happened = event("N1", NEWEST, NEWEST)
    publish(
        lake,
        city,
        [batch("events", happened)],
        as_of=NEWEST,
        simulated=False,
        now=lambda: NEWEST,
    )
    return lake


@pytest.fixture(scope="module")
def host(lake, city):
    registry = load_registry(city)
    service = QueryService(city, registry, lake.path)
    with running(create_app(service, registry, city, clock=lambda: HALL)) as address:
        yield address
    service.close()


def sent(watched):
    """What the browser was sent so far, bytes as they went over the wire, by path."""
    said = watched.page.evaluate(
        """() => performance.getEntriesByType('resource')
        .concat(performance.getEntriesByType('navigation'))
        .map(each => [new URL(each.name).pathname, each.transferSize])"""
    )
    return dict(said)


def test_the_figures_stand_on_a_page_whose_scripts_never_run(chromium, host):
    context = chromium.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(f"{host}/?lang=en&v=1")

    assert page.locator("[data-figure=events_today] .figure-value").inner_text() == "1"
    assert page.locator("h1").inner_text() == "Trio Islands · City operations"
    context.close()


def test_a_first_visit_fits_and_a_second_is_almost_nothing(watch, host):
    first = watch(f"{host}/?lang=en&v=1")
    first.until(READY)
    first.until(LISTENS)
    assert sum(sent(first).values()) < 1_500_000
    assert not [path for path in sent(first) if "plotly" in path]
    again = first.page.context.new_page()
    again.goto(f"{host}/?lang=en&v=1")
    first.page = again
    first.until(READY)
    first.until(LISTENS)
    assert sum(sent(first).values()) < 60_000


def test_scripts_and_sheets_go_packed_under_an_address_that_is_kept_for_ever(
    watch, host
):
    page = watch(f"{host}/?lang=en&v=1").page
    scripts = page.evaluate(
        "[...document.querySelectorAll('script[defer], link[rel=stylesheet]')].map(n =>"
        " n.src || n.href)"
    )

    assert len(scripts) >= 3
    for address in scripts:
        assert re.fullmatch(rf"{host}/assets/[0-9a-f]{{12}}/dist/\S+", address)
        answer = page.request.get(address, headers={"Accept-Encoding": "br"})
        assert answer.headers["content-encoding"] == "br"
        assert "immutable" in answer.headers["cache-control"]


def test_what_somebody_asks_before_dash_runs_is_done_when_it_does(watch, host):
    page = watch(f"{host}/?lang=en&v=1")
    page.page.evaluate("document.querySelector('[data-action*=districts]').click()")

    page.until("location.search.includes('panel=districts')")
    page.until("document.querySelector('[data-panel=\"districts:counts\"]')")


def test_a_new_snapshot_changes_its_own_parts_and_leaves_what_has_the_focus(
    watch, host, lake, city
):
    page = watch(f"{host}/?lang=en&v=1")
    page.until(READY)
    page.until(LISTENS)
    page.page.evaluate(
        """document.querySelector('#legend button').focus();
        window.kept = document.querySelector('#legend button');
        window.old = document.querySelector('#side h2')"""
    )
    before = int(page.page.evaluate(FIGURE))
    at = NEWEST + timedelta(seconds=10)
    publish(
        lake,
        city,
        [batch("events", event("N2", at, at))],
        as_of=at,
        simulated=False,
        now=lambda: at,
    )

    page.until(f"{FIGURE} === '{before + 1}'")
    assert page.page.evaluate(
        "document.activeElement === window.kept && window.old ==="
        " document.querySelector('#side h2')"
    )
    page.until(f"{READY}?.startsWith('{at:%Y%m%dT%H%M%SZ}')")
    assert page.console_errors == []


def test_tooltips_and_clock_are_of_the_city_and_the_hall_wherever_the_viewer_is(
    watch, host
):
    page = watch(f"{host}/wall/default?lang=en&v=1", timezone_id="Pacific/Auckland")
    page.until(READY)
    page.until(LISTENS)
    page.page.evaluate(
        """() => {
            const { render } = twinMap;
            twinMap.render = (id, spec) => { window.drawn = spec; render(id, spec); };
            window.dash_clientside.set_props('pointer', { data: { again: 1 } });
        }"""
    )

    page.until("window.drawn && window.drawn.zone")
    assert page.page.evaluate("drawn.zone") == "Atlantic/Azores"
    hall_ms = HALL.timestamp() * 1000
    # The hall's clock stands still at the server, and runs on in the browser.
    assert 0 <= page.page.evaluate("drawn.now()") - hall_ms < 60_000
    assert page.until("document.querySelector('.clock').textContent").startswith("12:0")
    page.page.evaluate("history.replaceState(null, '', '?as_of=2026-07-18T11:00:00Z')")
    assert page.page.evaluate("drawn.now() === undefined")


def test_a_chart_opens_large_by_key_and_closes_by_escape(watch, host):
    page = watch(f"{host}/?lang=en&v=1&district=alva", 1366, 768)
    page.until(READY)
    page.until(LISTENS)
    page.page.focus("[data-opens='districts:district-day']")
    page.page.keyboard.press("Enter")
    page.until("document.querySelector('#chart .js-plotly-plot .trace')")
    page.page.keyboard.press("Escape")
    page.until("!document.querySelector('#chart').children.length")
    assert page.console_errors == []


def test_a_click_on_the_day_looks_back_at_its_hour(watch, host):
    page = watch(f"{host}/?lang=en&v=1", 1366, 768)
    page.until(READY)
    page.until(LISTENS)
    box = page.page.locator("[data-day]").bounding_box()
    page.page.mouse.click(box["x"] + 1, box["y"] + box["height"] / 2)

    page.until("location.search.includes('as_of=')")
