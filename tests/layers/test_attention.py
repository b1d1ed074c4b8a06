"""Worst first; and the six stages add up to what is open."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tests.layers.rows import NOON, at, closed, event

DISTRICTS = [{"district_id": "A", "name": "甲区"}]


@pytest.fixture
def listed(ask):
    return lambda log, **asked: ask(
        "attention/rows.sql",
        {"event_facts": log, "districts": DISTRICTS},
        **{"most": 8, **asked},
    )


def test_priority_1_comes_first_then_what_is_past_its_target_then_the_newest_of_the_worst(
    listed,
):
    log = [
        event("minor", at("11:59")),
        event("old", at("9:00"), priority=2),
        event("late", at("8:00"), priority=2, closure_target_s=1800),
        event("new", at("11:00"), priority=2),
        event("worst", at("7:00"), priority=1),
        event("done", at("11:00"), priority=1, **closed(60)),
    ]
    assert [row["title"] for row in listed(log)] == [
        "worst",
        "late",
        "new",
        "old",
        "minor",
    ]
    assert [row["overdue_s"] for row in listed(log)] == [
        None,
        4 * 3600 - 1800,
        None,
        None,
        None,
    ]


def test_of_what_is_past_its_target_the_furthest_beyond_it_comes_first(listed):
    hour = 3600
    log = [
        event("by 10 min", at("11:00"), closure_target_s=3000),
        event("by 1 h", at("9:00"), closure_target_s=2 * hour),
        event("by 4 h", at("7:00"), closure_target_s=hour),
        event("b, by 2 h", at("9:30"), closure_target_s=hour // 2),
        event("a, by 2 h", at("9:00"), closure_target_s=hour),
        event("worse, by 1 s", at("11:59:00"), priority=3, closure_target_s=59),
        event("in time", at("11:58"), closure_target_s=hour),
        event("no target", at("6:00")),
    ]
    rows = listed(log)
    assert [row["title"] for row in rows] == [
        "by 4 h",
        "a, by 2 h",
        "b, by 2 h",
        "by 1 h",
        "by 10 min",
        "worse, by 1 s",
        "in time",
        "no target",
    ]
    assert [row["overdue_s"] for row in rows] == [
        4 * hour,
        2 * hour,
        2 * hour,
        hour,
        600,
        1,
        None,
        None,
    ]


def test_new_events_in_time_do_not_push_the_overdue_off_the_list(listed):
    """Nine are past their target by 1 to 9 hours; ten new ones are worse, and two of priority 1."""
    hour = 3600
    late = [
        event(
            f"late {n}",
            NOON - timedelta(hours=n + 1),
            priority=4,
            closure_target_s=hour,
        )
        for n in range(1, 10)
    ]
    new = [
        event(f"new {n}", at(f"11:5{n}"), priority=2, closure_target_s=hour)
        for n in range(10)
    ]
    danger = [
        event("danger, in time", at("11:59"), priority=1, closure_target_s=hour),
        event("danger, late", at("10:30"), priority=1, closure_target_s=hour),
    ]
    rows = listed([*late, *new, *danger])
    assert [row["title"] for row in rows] == [
        "danger, late",
        "danger, in time",
        *(f"late {n}" for n in (9, 8, 7, 6, 5, 4)),
    ]


def test_the_rows_asked_for_are_the_ones_furthest_past_their_target(listed):
    log = [event(f"e{n}", at(f"{n}:00"), closure_target_s=60) for n in range(6, 12)]
    assert [row["title"] for row in listed(log, most=2)] == ["e6", "e7"]


def test_no_more_rows_than_asked_for(listed):
    assert [
        row["title"]
        for row in listed([event(f"e{n}", at(f"9:0{n}")) for n in range(9)], most=2)
    ] == ["e8", "e7"]


def order(unit, arrived=None, **given):
    return {
        "dispatch_id": unit,
        "version": 1,
        "event_id": "E1",
        "sent_at": at("11:01"),
        "recorded_at": at("11:01"),
        "arrived_at": arrived,
        **given,
    }


def test_a_row_names_its_district_and_what_to_pick(listed):
    row = listed([event("E1", at("11:00"))])[0]
    assert (
        row["id"],
        row["district"],
        row["n_arrived"],
        row["n_units"],
        row["age_s"],
    ) == ("event_heat:E1", "甲区", 0, 0, 3600)


def test_units_on_site_are_those_of_the_moment_looked_at(ask):
    orders = [
        order("a"),
        order("a", at("11:20"), version=2, recorded_at=at("11:21")),
        order("b"),
        order("b", at("11:30"), version=2, recorded_at=at("11:45")),
    ]
    tables = {"event_facts": [event("E1", at("11:00"))], "dispatches": orders}

    def on_site(as_of, known_at=None):
        row = ask(
            "attention/rows.sql",
            tables,
            as_of=at(as_of),
            known_at=at(known_at or as_of),
            most=8,
        )[0]
        return row["n_arrived"], row["n_units"]

    assert [
        on_site(moment)
        for moment in ("11:00", "11:01", "11:20", "11:21", "11:44", "11:45")
    ] == [(0, 0), (0, 2), (0, 2), (1, 2), (1, 2), (2, 2)]
    assert on_site("11:29", known_at="12:00") == (1, 2)


def test_an_order_that_passed_to_another_event_counts_there(ask):
    log = [event("E1", at("11:00")), event("E2", at("11:00"))]
    orders = [
        order("a", at("11:20")),
        order("a", at("11:20"), version=2, recorded_at=at("11:40"), event_id="E2"),
    ]

    def units(as_of):
        rows = ask(
            "attention/rows.sql",
            {"event_facts": log, "dispatches": orders},
            as_of=at(as_of),
            most=8,
        )
        return {row["title"]: row["n_arrived"] for row in rows}

    assert units("11:39") == {"E1": 1, "E2": 0}
    assert units("11:40") == {"E1": 0, "E2": 1}


def test_a_district_lists_its_own(listed):
    log = [
        event("here", at("11:00")),
        event("there", at("11:00"), district_id="B"),
        event("nowhere", at("11:00"), district_id=None),
    ]
    assert [row["title"] for row in listed(log, district="A")] == ["here"]
    assert len(listed(log)) == 3


def test_the_stage_is_the_last_one_entered_by_then(listed):
    log = [event("E1", at("11:00"), monitor_s=10, judge_s=60, handle_s=1800)]
    assert listed(log, as_of=at("11:10"))[0]["stage"] == "judge"
    assert listed(log, as_of=at("11:30"))[0]["stage"] == "handle"


def test_a_reopened_case_is_in_handling_again_until_it_is_closed_again(ask, listed):
    """Evaluated and closed at 9:10, open again from ten, closed again at eleven."""
    back, again = at("10:00"), at("11:00")
    through = {"monitor_s": 5, "handle_s": 60, "evaluate_s": 600}
    log = [
        event("E1", at("9:00"), **through, **closed(600), holds_to=back),
        event(
            "E1",
            at("9:00"),
            **through,
            holds_from=back,
            closed_at=again,
            closed_known_at=again,
        ),
    ]
    assert listed(log, as_of=at("10:30"))[0]["stage"] == "handle"
    stages = {
        row["stage"]: (row["n"], row["n_today"])
        for row in ask("attention/stages.sql", {"event_facts": log}, as_of=at("10:30"))
    }
    assert (stages["handle"], stages["evaluate"]) == ((1, 1), (0, 1))
    assert listed(log, as_of=at("9:05"))[0]["stage"] == "handle"
    assert (
        sum(row["n"] for row in ask("attention/stages.sql", {"event_facts": log})) == 0
    )


def test_the_six_stages_add_up_to_what_is_open(ask):
    log = [
        event("a", at("11:00")),
        event("b", at("11:00"), monitor_s=5),
        event("c", at("11:00"), monitor_s=5, handle_s=60),
        event("done", at("11:00"), monitor_s=5, evaluate_s=60, **closed(60)),
        event("yesterday", at("11:00", day=22), monitor_s=5),
    ]
    rows = ask("attention/stages.sql", {"event_facts": log})
    assert [(row["stage"], row["n"]) for row in rows] == [
        ("sense", 1),
        ("monitor", 2),
        ("judge", 0),
        ("warn", 0),
        ("handle", 1),
        ("evaluate", 0),
    ]
    assert [row["n_today"] for row in rows] == [4, 3, 0, 0, 1, 1]


def test_an_event_of_last_night_that_was_opened_today_came_through_the_stages_today(
    ask,
):
    log = [
        event("E1", at("23:55", day=22), created_at=at("0:05"), monitor_s=5),
        event("E2", at("23:50", day=22), created_at=at("23:59", day=22), **closed(1)),
    ]
    rows = ask("attention/stages.sql", {"event_facts": log})
    assert [row["n_today"] for row in rows] == [1, 1, 0, 0, 0, 0]
