"""A click opens an event where the page has a place for one, and chooses its district elsewhere."""

from __future__ import annotations

from dataclasses import replace

import pytest

from layers.registry import load_registry
from tests.faces.imported import HALL, imported
from tests.faces.test_looking import actions, take
from twin.faces.pages import page
from twin.faces.server import painting
from twin.faces.server.actions import picked
from twin.query import QueryService
from twin.view import View

MARK = {"object": {"event_id": "e1", "district_id": "alva"}}


@pytest.fixture(scope="module")
def context(tmp_path_factory):
    city, lake = imported(tmp_path_factory.mktemp("opening"))
    service = QueryService(city, load_registry(city), lake.path)
    yield painting.context(service, load_registry(city), city, lambda: HALL)
    service.close()


@pytest.fixture
def own_page(context):
    """The same, with a page of a city that has no place for an event."""
    shipped = context.arrangement.pages["/"]
    regions = {name: at for name, at in shipped.regions.items() if name != "event"}
    pages = {**context.arrangement.pages, "/": replace(shipped, regions=regions)}
    arrangement = replace(context.arrangement, pages=pages)
    return replace(context, arrangement=arrangement)


def test_a_mark_opens_its_event(context):
    assert picked(View(), MARK, context) == View(picked="event_heat:e1")


def test_where_no_page_shows_an_event_its_mark_chooses_its_district(own_page):
    assert picked(View(), MARK, own_page) == View(district="alva")


def test_a_district_that_is_clicked_closes_the_event(context):
    land = {"object": {"properties": {"district_id": "alva"}}}
    view = View(picked="event_heat:e1")

    assert picked(view, land, context) == View(district="alva")


def test_rows_open_events_only_where_there_is_a_place(context, own_page):
    asked = [each for each in actions(page.side(take(context))) if "picked" in each]
    elsewhere = [
        each for each in actions(page.side(take(own_page))) if "picked" in each
    ]

    assert asked
    assert elsewhere == []
