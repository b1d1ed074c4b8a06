"""The page `/figures`: every figure with its words, its value and its SQL.

It works in any language, under any path.
"""

from __future__ import annotations

import re

import pytest

from layers.registry import load_registry
from tests.faces.imported import HALL, imported
from twin.faces import meanings
from twin.faces.server.app import create_app
from twin.query import QueryService


@pytest.fixture(scope="module")
def service(tmp_path_factory):
    """A lake of five events, opened."""
    city, lake = imported(tmp_path_factory.mktemp("figures"))
    service = QueryService(city, load_registry(city), lake.path)
    yield city, service
    service.close()


def client(service, prefix=""):
    """Somebody who asks the application."""
    city, opened = service
    return create_app(
        opened, load_registry(city), city, clock=lambda: HALL, prefix=prefix
    ).server.test_client()


def test_every_figure_is_there_with_its_words_and_the_sql_that_answers_it(service):
    city, _ = service
    answer = client(service).get("/figures?v=1&lang=en")
    said = answer.text

    assert answer.status_code == 200
    keys = set(re.findall(r'data-key="([^"]+)"', said))
    for asked in meanings.asked(load_registry(city), _words(service, "en")):
        assert {each.key for each in asked.figures} <= keys
    assert "FROM events_at" in said
    assert (
        "Events whose order is opened and whose citizen has not been answered" in said
    )
    number = r'<a href="/account/headline/events\?figure=open_now&amp;[^"]*"><b>3</b>'
    assert re.search(rf'Open now</h3><span class="told-value">{number}', said)


def _words(service, lang):
    from twin.faces.texts import load_texts

    city, _ = service
    return load_texts(
        lang, [layer.folder for layer in load_registry(city).layers], city
    )


def test_it_speaks_the_language_of_its_link_and_leads_back_to_the_same_view(service):
    said = client(service).get("/figures?v=1&lang=zh-CN&district=alva").text

    assert '<html lang="zh-CN">' in said
    assert "指标释义" in said
    assert re.search(r'href="/\?[^"]*district=alva[^"]*"', said)


def test_under_a_path_its_addresses_begin_with_that(service):
    said = client(service, "/twin").get("/figures?v=1&lang=en").text

    assert 'href="/twin/assets/' in said
    assert 'href="/twin/?' in said
    assert not re.search(r'(href|src)="/(?!twin/)', said)


@pytest.mark.parametrize(
    "query",
    ["as_of=0001-01-01T00:00:00Z", "district=nowhere", "lang=xx", "from=%3Cscript%3E"],
)
def test_a_link_that_means_nothing_is_a_sentence_and_no_fault(service, query):
    answer = client(service).get(f"/figures?v=1&{query}")

    assert answer.status_code in {200, 302, 400}
    assert "<script" not in answer.text


def test_the_page_leads_to_it(service):
    said = client(service).get("/?v=1&lang=en").text

    assert re.search(
        r'<a href="/figures\?[^"]*lang=en[^"]*">What the figures say</a>', said
    )


def test_a_look_back_shows_the_values_of_its_moment(service):
    said = client(service).get("/figures?v=1&lang=en&as_of=2020-01-01T00:00:00Z").text

    assert "not known then" in said


def test_where_the_lake_cannot_be_read_the_words_stand_without_values(tmp_path):
    city, lake = imported(tmp_path)
    opened = QueryService(city, load_registry(city), lake.path)
    asked = create_app(
        opened, load_registry(city), city, clock=lambda: HALL
    ).server.test_client()
    for each in (lake.path / "pointer.json", *lake.snapshots.glob("*.json")):
        each.unlink()
    answer = asked.get("/figures?v=1&lang=en")
    opened.close()

    assert answer.status_code == 200
    assert (
        "Events whose order is opened and whose citizen has not been answered"
        in answer.text
    )
    assert "told-value" not in answer.text
