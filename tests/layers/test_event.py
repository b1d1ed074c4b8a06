"""One event, told from one end to the other, at any two clocks."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tests.layers.rows import at, event

OPENED = at("11:00")


def after(seconds):
    return OPENED + timedelta(seconds=seconds)


def stage(name, entered_s, known_s=None, **given):
    return {
        "event_id": "e",
        "stage": name,
        "occurred_at": after(entered_s),
        "recorded_at": after(entered_s + 1 if known_s is None else known_s),
        **given,
    }


def order(name, version, known_s, role="lead", **moments):
    return {
        "dispatch_id": name,
        "event_id": "e",
        "version": version,
        "unit_name": f"unit {name}",
        "role": role,
        "recorded_at": after(known_s),
        **{key: after(value) for key, value in moments.items()},
    }


def answer(version, told_s, known_s=None, **given):
    return {
        "event_id": "e",
        "version": version,
        "occurred_at": after(told_s),
        "told_at": after(told_s),
        "recorded_at": after(told_s + 1 if known_s is None else known_s),
        **given,
    }


FACTS = event(
    "e",
    OPENED,
    title="smell",
    priority=2,
    response_s=72,
    response_target_s=120,
    closure_target_s=1_800,
    district_id="A",
)
LOG = [{"event_id": "e", "version": 1, "recorded_at": OPENED, "details": "it smells"}]
ORDERS = [
    order("o1", 1, 10, sent_at=10),
    order("o1", 2, 73, sent_at=10, acked_at=72),
    order("o2", 1, 10, role="assist", sent_at=11),
    order("o2", 2, 700, role="assist", sent_at=11, acked_at=80, arrived_at=600),
]


@pytest.fixture
def facts(ask):
    def asked(**given):
        tables = {"event_facts": [FACTS], "events": LOG, "dispatches": ORDERS}
        asked_for = {"event": "e", "amber_pct": 80, "arrival_s": 900, **given}
        return ask("event/facts.sql", tables, **asked_for)

    return asked


def test_an_event_says_what_it_is_and_who_has_it(facts):
    (row,) = facts(as_of=after(900))

    assert (row["id"], row["title"], row["priority"]) == ("event_heat:e", "smell", 2)
    assert (row["age_s"], row["response_s"], row["is_open"]) == (900, 72, True)
    assert (row["unit"], row["n_units"], row["n_arrived"]) == ("unit o1", 2, 1)
    assert (row["district_id"], row["details"]) == ("A", "it smells")


def test_what_was_not_known_yet_is_not_told(facts):
    (row,) = facts(as_of=after(650), known_at=after(650))
    assert row["n_arrived"] == 0
    (row,) = facts(as_of=after(650), known_at=after(700))
    assert row["n_arrived"] == 1


def test_before_it_and_of_another_there_is_nothing(facts):
    assert facts(as_of=after(-60)) == []
    assert facts(as_of=after(900), event="other") == []


def test_units_have_each_its_own_clock_from_the_opening(ask):
    tables = {"event_facts": [FACTS], "dispatches": ORDERS}
    lead, second = ask("event/units.sql", tables, event="e", as_of=after(900))

    assert (lead["unit"], lead["acked_s"], lead["state"]) == (
        "unit o1",
        72,
        "unit-acked",
    )
    assert (second["acked_s"], second["arrived_s"]) == (80, 600)
    assert second["state"] == "unit-arrived"
    lead, second = ask("event/units.sql", tables, event="e", as_of=after(75))
    assert (second["acked_s"], second["state"]) == (None, "unit-sent")


def test_a_unit_that_took_it_before_it_was_opened_has_no_length(ask):
    early = order("o1", 1, 10, sent_at=-20, acked_at=-10)
    tables = {"event_facts": [FACTS], "dispatches": [early]}
    (row,) = ask("event/units.sql", tables, event="e", as_of=after(60))

    assert (row["acked_s"], row["state"]) == (None, "unit-acked")


def test_an_order_that_passed_to_another_event_is_not_told_here(ask):
    passed = order("o1", 3, 800, sent_at=10, acked_at=72) | {"event_id": "other"}
    tables = {"event_facts": [FACTS], "dispatches": [*ORDERS, passed]}

    found = ask("event/units.sql", tables, event="e", as_of=after(900))
    assert [row["dispatch_id"] for row in found] == ["o2"]
    found = ask("event/units.sql", tables, event="e", as_of=after(790))
    assert [row["dispatch_id"] for row in found] == ["o1", "o2"]


def test_stages_stay_until_the_next_and_a_corrected_entry_counts_no_longer(ask):
    log = [
        stage("sense", 0),
        stage("judge", 60),
        stage("judge", 90, known_s=400, replaces_at=after(60)),
        stage("handle", 200),
        stage("judge", 300),
    ]
    found = ask("event/stages.sql", {"event_stages": log}, event="e", as_of=after(350))
    assert [(row["stage"], row["dwell_s"], row["is_back"]) for row in found] == [
        ("sense", 60, False),
        ("judge", 140, False),
        ("handle", 100, False),
        ("judge", 50, True),
    ]
    found = ask("event/stages.sql", {"event_stages": log}, event="e", as_of=after(500))
    assert [row["dwell_s"] for row in found] == [90, 110, 100, 200]


def test_a_stage_has_the_shortest_limit_that_rules_set_for_events_of_this_level(ask):
    """The event is of level 3: rules for level 1 and 2 alone are not for it."""
    rules = [
        {"rule_id": "r1", "signal": "event_stage", "applies_to": "judge", "threshold": 1800},
        {"rule_id": "r2", "signal": "event_stage", "applies_to": "judge", "threshold": 600,
         "priority": 3},
        {"rule_id": "r3", "signal": "event_stage", "applies_to": "judge", "threshold": 60,
         "priority": 2},
        {"rule_id": "r4", "signal": "event_response", "threshold": 0.5},
    ]  # fmt: skip
    tables = {
        "event_stages": [stage("judge", 0), stage("handle", 700)],
        "alert_rules": [{"name": "n", "name_en": "n", "level": 4} | r for r in rules],
        "events": [{"event_id": "e", "version": 1, "priority": 3,
                    "occurred_at": after(0), "recorded_at": after(0)}],
    }  # fmt: skip
    found = ask("event/stages.sql", tables, event="e", as_of=after(900))

    assert [(row["stage"], row["dwell_s"], row["target_s"]) for row in found] == [
        ("judge", 700, 600),
        ("handle", 200, None),
    ]


def test_who_holds_an_event_is_its_newest_step_known_then(ask):
    step = {"escalation_id": "s1", "event_id": "e", "from_level": "district"}
    log = [
        {
            **step,
            "version": 1,
            "to_level": "city",
            "occurred_at": after(300),
            "recorded_at": after(400),
            "reason": "late",
        },
    ]
    tables = {"event_facts": [{**FACTS, "level": "district"}], "escalations": log}
    for known_s, level, n in ((350, "district", 0), (400, "city", 1)):
        moments = {"as_of": after(350), "known_at": after(known_s), "event": "e"}
        assert ask("event/facts.sql", tables, **moments)[0]["level"] == level
        assert len(ask("event/steps.sql", tables, **moments)) == n
    (row,) = ask("event/steps.sql", tables, as_of=after(900), event="e")
    assert (row["way"], row["from_level"], row["to_level"], row["reason"]) == (
        "step-up",
        "level-district",
        "level-city",
        "late",
    )


def test_answers_tell_of_a_reopening_and_leave_out_what_was_corrected(ask):
    log = [
        answer(1, 600, is_satisfied=False),
        answer(2, 900, is_reopened=True),
        answer(3, 1_200, is_satisfied=True),
        answer(4, 1_260, known_s=2_000, is_satisfied=True, replaces=3),
    ]
    found = ask("event/answers.sql", {"feedbacks": log}, event="e", as_of=after(1_500))
    assert [(row["what"], row["satisfied"]) for row in found] == [
        ("answer-told", "answer-no"),
        ("answer-reopened", None),
        ("answer-told", "answer-yes"),
    ]
    later = {"as_of": after(1_500), "known_at": after(2_000)}
    found = ask("event/answers.sql", {"feedbacks": log}, event="e", **later)
    assert found[-1]["told_at"] == after(1_260)


def test_a_correction_shows_what_stood_there_and_when_that_changed(ask):
    first = {"event_id": "e", "priority": 2, "title": "smell", "address": None}
    log = [
        {**first, "version": 1, "occurred_at": OPENED, "recorded_at": after(2)},
        {
            **first,
            "version": 2,
            "occurred_at": OPENED,
            "recorded_at": after(62),
            "priority": 1,
            "address": "roof",
        },
    ]
    found = ask("event/changes.sql", {"events": log}, event="e", as_of=after(300))
    assert [(row["field"], row["was"], row["is_now"]) for row in found] == [
        ("change-priority", "2", "1"),
        ("change-address", None, "roof"),
    ]
    assert found[0]["late_s"] == 60
    assert ask("event/changes.sql", {"events": log}, event="e", as_of=after(30)) == []


def test_an_event_without_place_clock_or_unit_is_shown_with_what_is_known(ask):
    bare = event("e", OPENED, priority=4)
    (row,) = ask("event/facts.sql", {"event_facts": [bare]}, event="e", as_of=after(60))

    assert (row["unit"], row["n_units"], row["district"], row["street"]) == (
        None,
        0,
        None,
        None,
    )
    assert (row["response_target_s"], row["closure_target_s"], row["lon"]) == (
        None,
        None,
        None,
    )


def test_two_hundred_units_are_all_told(ask):
    many = [order(f"o{n:03}", 1, 10, role="assist", sent_at=10) for n in range(200)]
    tables = {"event_facts": [FACTS], "dispatches": many}

    assert len(ask("event/units.sql", tables, event="e", as_of=after(60))) == 200


def test_what_comes_next_of_an_open_event_and_of_a_closed_one_nothing(facts, ask):
    """Its closing target is 30 min: amber at 24 min; the second unit is on site at 10 min."""
    (row,) = facts(as_of=after(900))
    assert (row["next"], row["next_s"]) == ("amber", 540)
    (row,) = facts(as_of=after(1_500))
    assert (row["next"], row["next_s"]) == ("runs-out", 300)
    (row,) = facts(as_of=after(2_000))
    assert (row["next"], row["next_s"]) == ("escalate", -200)

    shut = FACTS | {"closed_at": after(900), "closed_known_at": after(900)}
    tables = {"event_facts": [shut], "events": LOG, "dispatches": ORDERS}
    given = {"event": "e", "amber_pct": 80, "arrival_s": 900}
    (row,) = ask("event/facts.sql", tables, as_of=after(1_000), **given)
    assert (row["is_open"], row["next"], row["next_level"]) == (False, None, None)


PARTS = [
    {
        "incident_id": "I",
        "event_id": name,
        "occurred_at": OPENED,
        "reported_at": after(60 * nth - 60),
        "merged_at": after(120),
        "known_from": after(120),
        "mode": "live",
        "is_first": nth == 1,
        "n_reports": nth,
        "priority": 1,
    }
    for nth, name in enumerate(("e", "f", "g"), 1)
]


def test_every_report_of_its_incident_is_named_once_it_was_merged(ask):
    logs = [FACTS, event("f", after(60)), event("g", after(120)), event("h", after(5))]
    tables = {"event_facts": logs, "incidents": PARTS}

    found = ask("event/reports.sql", tables, event="f", as_of=after(200))
    assert [row["event_id"] for row in found] == ["e", "f", "g"]
    assert [row["after_s"] for row in found] == [0, 60, 120]
    assert [row["is_self"] for row in found] == [False, True, False]
    assert ask("event/reports.sql", tables, event="f", as_of=after(119)) == []
    assert ask("event/reports.sql", tables, event="h", as_of=after(200)) == []


def flying(name, lon_ud, speed_mps=10.0, mode="flying", known_s=290):
    return {
        "drone_id": name,
        "occurred_at": after(290),
        "recorded_at": after(known_s),
        "mode": mode,
        "lon_ud": lon_ud,
        "lat_ud": 30_000_000,
        "speed_mps": speed_mps,
        "battery_pct": 80,
    }


def test_the_nearest_aircraft_in_the_air_could_look_and_one_that_hovers_has_no_time(
    ask,
):
    """A cell of the raster is 522 millionths of a degree and 50 m: 20 cells are 1 km."""
    placed = FACTS | {"lon_ud": 114_000_000, "lat_ud": 30_000_000}
    names = ("near", "far", "hovers", "docked", "late")
    since = {"version": 1, "occurred_at": OPENED, "recorded_at": OPENED}
    register = [{"drone_id": name, "is_integrated": True, **since} for name in names]
    states = [
        flying("far", 114_000_000 + 40 * 522),
        flying("near", 114_000_000 - 20 * 522),
        flying("hovers", 114_000_000 + 60 * 522, speed_mps=0.2),
        flying("docked", 114_000_000, mode="docked"),
        flying("late", 114_000_000, known_s=301),
    ]
    tables = {"event_facts": [placed], "drones": register, "drone_states": states}
    given = {"event": "e", "most": 4, "as_of": after(300)}

    found = ask("event/eyes.sql", tables, **given)
    assert [row["drone_id"] for row in found] == ["near", "far", "hovers"]
    assert [row["away_km"] for row in found] == pytest.approx([1, 2, 3])
    assert [row["reach_s"] for row in found] == [100, 200, None]
    nowhere = {**tables, "event_facts": [FACTS | {"lon_ud": None}]}
    assert ask("event/eyes.sql", nowhere, **given) == []
