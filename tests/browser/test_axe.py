"""Everybody can use the faces: axe finds nothing, on page and wall, in both languages."""

from __future__ import annotations

from pathlib import Path

import pytest

from layers.registry import load_registry
from tests.faces.imported import HALL, NEWEST, TRIO, batch, event
from twin.faces.export.moment import running
from twin.faces.server.app import create_app
from twin.pack import load_city
from twin.query import QueryService
from twin.store import Lake, publish

pytestmark = pytest.mark.browser
AXE = Path(__file__).parents[2] / "node_modules" / "axe-core" / "axe.min.js"
FOUND = """() => axe.run(document).then(said => said.violations.map(each =>
    `${each.id}: ${each.nodes.map(node => node.html.slice(0, 120)).join(' | ')}`))"""
READY = "document.documentElement.dataset.ready"


@pytest.fixture(scope="module")
def host(tmp_path_factory):
    city = load_city(TRIO)
    lake = Lake(tmp_path_factory.mktemp("lake"))
    events = batch("events", event("N1", NEWEST, NEWEST))
    publish(lake, city, [events], as_of=NEWEST, simulated=True, now=lambda: NEWEST)
    registry = load_registry(city)
    service = QueryService(city, registry, lake.path)
    with running(create_app(service, registry, city, clock=lambda: HALL)) as address:
        yield address
    service.close()


@pytest.mark.parametrize(
    "address",
    [
        "/?district=alva&lang=en&v=1",
        "/?panel=districts&lang=zh-CN&v=1",
        "/wall/default?lang=zh-CN&v=1",
        "/?as_of=2026-07-01T00:00:00Z&lang=en&v=1",
        "/event/N1?lang=en&v=1",
        "/event/N1?lang=zh-CN&v=1",
        "/event/nobody?lang=en&v=1",
        "/district/alva?lang=zh-CN&v=1",
        "/indicators?lang=en&v=1",
        "/departments?lang=en&v=1",
        "/drones?lang=en&v=1",
        "/renewal?lang=en&v=1",
        "/system?lang=en&v=1",
    ],
)
def test_axe_finds_nothing(watch, host, address):
    page = watch(f"{host}{address}", 1366, 768)
    page.until(READY)
    page.page.evaluate(AXE.read_text(encoding="utf-8"))

    assert page.page.evaluate(FOUND) == []


@pytest.mark.parametrize(
    ("lang", "wide", "high"), [("en", 1366, 768), ("zh-CN", 390, 844)]
)
def test_the_page_of_figures_can_be_used_by_everybody_and_is_no_wider_than_its_screen(
    watch, host, lang, wide, high
):
    page = watch(f"{host}/figures?lang={lang}&v=1", wide, high)
    page.page.evaluate(AXE.read_text(encoding="utf-8"))
    page.page.evaluate(
        "for (const each of document.querySelectorAll('details')) each.open = true"
    )

    assert page.page.evaluate(FOUND) == []
    assert page.page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert page.console_errors == []
    assert page.outside_requests == []
