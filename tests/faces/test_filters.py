"""Filters stand in the legend, each choice with its count; a picture says what it leaves out."""

from __future__ import annotations

import pytest

from layers.registry import load_registry
from tests.faces.imported import HALL, imported
from tests.faces.test_looking import actions, take, words
from twin.faces import narrowing, parts
from twin.faces.markup import html_of
from twin.faces.server import painting
from twin.faces.server.actions import acted
from twin.query import QueryService
from twin.view import View


@pytest.fixture(scope="module")
def context(tmp_path_factory):
    city, lake = imported(tmp_path_factory.mktemp("filters"))
    service = QueryService(city, load_registry(city), lake.path)
    yield painting.context(service, load_registry(city), city, lambda: HALL)
    service.close()


def control(shown, context):
    return narrowing.control(context.registry.get("event_heat"), shown)


def test_each_filter_is_a_list_with_the_count_of_each_choice(context):
    said = words(control(take(context), context))

    assert "all events" in said
    for title in (
        "Source",
        "Kind",
        "Priority",
        "Stage",
        "Department",
        "Opened at",
    ):
        assert title in said
    assert "Citizen line · 3" in said
    assert "Patrol · 0" in said


def test_what_is_chosen_is_said_in_the_legend_and_beside_the_title(context):
    shown = take(context, source="S01", level="district")

    assert words(parts.chips(shown)).endswith("Map shows only: Citizen line, District")
    html = html_of(control(shown, context))
    assert '<option selected value="S01">' in html
    assert actions(control(shown, context)) == [{"filters": "clear"}]


def test_nothing_is_chosen_in_a_picture_that_is_handed_on_but_it_says_what_it_leaves_out(
    context,
):
    shown = take(context, frame="800x600", source="S02")

    assert control(shown, context) == []
    assert "Map shows only: Patrol" in words(parts.chips(shown))


def test_a_list_and_the_way_back_lead_to_another_view(context):
    view = acted(View(district="alva"), {"priority": "2", "n": 1}, context)
    assert view == View(district="alva", priority="2")
    assert acted(view, {"filters": "clear"}, context) == View(district="alva")


def test_where_nothing_is_known_of_the_moment_there_are_no_counts(context):
    shown = take(context, as_of=HALL.replace(year=2020))

    assert "Citizen line · —" in words(control(shown, context))
