"""One sentence says how the day is: the same on the page, on the wall and in an export."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import timedelta

import pytest

from layers.registry import load_registry
from tests.faces.imported import HALL, NEWEST, TRIO, batch, event
from twin.clock import to_text
from twin.faces import sentence
from twin.faces.export.tables import sheets
from twin.faces.server import painting
from twin.pack import load_city
from twin.query import QueryService
from twin.store import Lake, publish
from twin.view import View

MINUTE = timedelta(minutes=1)
CALM = ("N1", 10)
# Its target of closing is an hour.
LATE = ("leak", 90)
URGENT = ("gas", 7)


@pytest.fixture
def at(tmp_path):
    """A context of a city with some events, each a name and how long it is open, min."""
    opened = []

    def made(*events, urgent=()):
        lake, city = Lake(tmp_path / "lake"), load_city(TRIO)
        rows = [
            event(name, NEWEST - ago * MINUTE, NEWEST - ago * MINUTE)
            | {"priority": 1 if name in urgent else 2}
            for name, ago in events
        ]
        batches = [batch("events", *rows)] if rows else []
        publish(lake, city, batches, as_of=NEWEST, simulated=False, now=lambda: NEWEST)
        service = QueryService(city, load_registry(city), lake.path)
        opened.append(service)
        return painting.context(service, load_registry(city), city, lambda: HALL)

    yield made
    for service in opened:
        service.close()


def said(context, search="lang=en&v=1", path="/"):
    shown = painting.taken(context, View.parse(f"?{search}"), path)
    return sentence.clauses(shown)


def test_it_says_how_many_and_what_is_past_its_target(at):
    events, late = said(at(CALM, LATE))

    assert events.text.startswith("2 events so far today")
    assert late.text == "1 of 2 open are past their target, furthest leak by 30′00″"
    assert (events.path, late.path) == ("/sources", "/events")


def test_people_in_danger_come_first_and_lead_to_their_page(at):
    _, urgent, late = said(at(CALM, LATE, URGENT, urgent=["gas"]))

    assert urgent.text == "one urgent event open: gas (Alva), for 7′00″, nobody sent"
    assert urgent.href == "/event/gas?city=trio&lang=en&v=1"
    assert late.kind == "late"


def test_both_clocks_count_in_it(at):
    context = at(CALM, LATE, URGENT, urgent=["gas"])
    then = to_text(NEWEST - 8 * MINUTE)

    kinds = [each.kind for each in said(context, f"as_of={then}&lang=en&v=1")]
    assert kinds == ["events", "late"]
    before = to_text(NEWEST - 100 * MINUTE)
    assert said(context, f"as_of={before}&lang=en&v=1") == ()


def test_that_all_is_well_is_not_said_where_links_are_not_known(at):
    """No department of the city has answered yet: nobody knows whether its data come in."""
    assert [each.kind for each in said(at(CALM))] == ["events"]


def test_after_the_newest_data_and_of_a_district_it_says_nothing(at):
    context = at(CALM, LATE)

    ahead = to_text(NEWEST + 9 * MINUTE)
    assert said(context, f"as_of={ahead}&lang=en&v=1") == ()
    assert said(context, "district=alva&lang=en&v=1") == ()


def test_page_wall_and_workbook_say_the_same_in_both_languages(at):
    context = at(CALM, LATE, URGENT, urgent=["gas"])
    for lang in ("en", "zh-CN"):
        page = painting.paint(context, "/", f"?lang={lang}&v=1").places["side"]
        wall = painting.paint(context, "/wall/default", f"?lang={lang}&v=1")
        book = painting.taken(context, View(lang=lang))
        (cover, *_) = sheets(book)
        whole = dict(cover.rows)["sentence"]
        assert whole == sentence.text(replace(book, subjects={}))
        for html in ("".join(page), "".join(wall.places["top"])):
            found = re.search(r'<p [^>]*class="sentence".*?</p>', html)[0]
            assert re.sub(r"<[^>]+>", "", found) == whole
    assert "<a " not in "".join(wall.places["top"]).split("sentence", 1)[1]


def test_each_clause_of_a_page_is_a_link_that_opens(at):
    context = at(CALM, LATE, URGENT, urgent=["gas"])

    for clause in said(context):
        painting.check_path(context, clause.path)
        painting.paint(context, clause.path, f"?{clause.view.url()}")


def test_a_clause_whose_page_the_city_lacks_leads_to_the_first_page(at):
    context = at(CALM, LATE)
    pages = {"/": context.arrangement.pages["/"]}
    fewer = replace(context, arrangement=replace(context.arrangement, pages=pages))

    assert [each.path for each in said(context)] == ["/sources", "/events"]
    assert [each.path for each in said(fewer)] == ["/", "/"]
