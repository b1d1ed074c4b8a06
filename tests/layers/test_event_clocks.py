"""The clocks of events: what is left until a target, where work waits, how long answers take."""

from __future__ import annotations

import json
import math
import random
from collections import defaultdict
from datetime import timedelta
from fractions import Fraction
from pathlib import Path

import pytest

from tests.layers.rows import NOON, at, closed, event

DISTRICTS = [
    {"district_id": "A", "name": "甲区", "name_en": "Jia"},
    {"district_id": "B", "name": "乙区"},
]
MINUTE, HOUR = 60, 3_600
TARGETS = {"response_target_s": 120, "closure_target_s": 1_800}


def ago(seconds):
    """So many seconds before noon."""
    return NOON - timedelta(seconds=seconds)


def order(event_id, unit="U1", **given):
    """An order to a unit, sent and recorded when its event may have been a minute old."""
    return {
        "dispatch_id": f"{event_id}-{unit}",
        "version": 1,
        "event_id": event_id,
        "unit_id": unit,
        "unit_name": f"unit {unit}",
        "role": "lead",
        "sent_at": at("6:00"),
        "recorded_at": at("6:00"),
        **given,
    }


@pytest.fixture
def listed(ask):
    """The list by time left, over events and orders."""

    def of(log, orders=(), **asked):
        tables = {
            "event_facts": log,
            "dispatches": list(orders),
            "districts": DISTRICTS,
            "streets": [{"street_code": "A1", "district_id": "A", "name": "一街"}],
        }
        given = {"most": 20, "amber_pct": 80, "arrival_s": 900, **asked}
        return ask("event_clocks/breach.sql", tables, **given)

    return of


def test_while_nobody_has_acknowledged_the_clock_is_the_response_then_the_closing(
    listed,
):
    log = [
        event("waits", ago(30), **TARGETS),
        event("acked", ago(300), response_s=100, **TARGETS),
        event("later known", ago(40), response_s=10, response_known_s=100, **TARGETS),
    ]
    assert {
        row["title"]: (row["clock"], row["elapsed_s"], row["target_s"])
        for row in listed(log)
    } == {
        "waits": ("response", 30, 120),
        "later known": ("response", 40, 120),
        "acked": ("closure", 300, 1_800),
    }


def test_acknowledged_before_it_was_opened_it_is_acknowledged(listed):
    (row,) = listed([event("E1", ago(300), response_s=-60, **TARGETS)])
    assert (row["clock"], row["time_left_s"]) == ("closure", 1_500)


@pytest.mark.parametrize(
    ("age_s", "left_s", "share", "state"),
    [
        (0, 120, 0.0, "fine"),
        (95, 25, 100 * 95 / 120, "fine"),
        (96, 24, 80.0, "amber"),
        (119, 1, 100 * 119 / 120, "amber"),
        (120, 0, 100.0, "red"),
        (180, -60, 150.0, "red"),
    ],
)
def test_from_80_percent_of_its_target_a_clock_is_amber_and_from_all_of_it_red(
    listed, age_s, left_s, share, state
):
    (row,) = listed([event("E1", ago(age_s), **TARGETS)])
    assert (row["time_left_s"], row["state"]) == (left_s, state)
    assert row["share_pct"] == pytest.approx(share)


def test_the_least_time_left_comes_first_and_what_has_no_target_last(listed):
    log = [
        event("no target", ago(9 * HOUR), priority=1),
        event("in time", ago(60), **TARGETS),
        event("over by 1 h", ago(HOUR + 1_800), response_s=5, **TARGETS),
        event("over by 1 min", ago(180), **TARGETS),
        event("as much left, worse", ago(60), priority=2, **TARGETS),
        event("closed", ago(9_000), **closed(60), **TARGETS),
    ]
    rows = listed(log)
    assert [(row["title"], row["time_left_s"]) for row in rows] == [
        ("over by 1 h", -3_600),
        ("over by 1 min", -60),
        ("as much left, worse", 60),
        ("in time", 60),
        ("no target", None),
    ]
    last = rows[-1]
    assert (last["state"], last["next"], last["next_s"], last["share_pct"]) == (
        "none",
        "no-target",
        None,
        None,
    )
    assert [row["n_open"] for row in listed(log, most=2)] == [5, 5]


def test_what_comes_next(listed):
    """80 % of 30 min are 24 min; a unit should be on site after 15."""

    def coming(age_s, *orders, level="street", response_s=10):
        log = [event("E1", ago(age_s), response_s=response_s, level=level, **TARGETS)]
        (row,) = listed(log, orders)
        return row["next"], row["next_s"], row["next_level"]

    sent = order("E1", sent_at=at("11:00"), recorded_at=at("11:00"))
    there = {**sent, "arrived_at": ago(1)}
    assert coming(30, response_s=None) == ("amber", 66, "district")
    assert coming(100, response_s=None) == ("runs-out", 20, "district")
    assert coming(150, response_s=None) == ("escalate", -30, "district")
    assert coming(5 * MINUTE) == ("amber", 19 * MINUTE, "district")
    assert coming(5 * MINUTE, sent) == ("on-site", 10 * MINUTE, "district")
    assert coming(5 * MINUTE, there) == ("amber", 19 * MINUTE, "district")
    assert coming(20 * MINUTE, sent) == ("on-site-late", -5 * MINUTE, "district")
    assert coming(25 * MINUTE, there) == ("runs-out", 5 * MINUTE, "district")
    assert coming(31 * MINUTE, sent, level="community") == ("escalate", -60, "street")
    assert coming(31 * MINUTE, level="district") == ("escalate", -60, "city")
    assert coming(31 * MINUTE, level="city") == ("escalate", -60, None)


def test_reopened_five_times_it_is_open_and_its_clock_never_stopped(listed):
    """Closed and reopened at every full hour from seven to eleven."""
    parts = [
        event(
            "E1",
            at("6:00"),
            response_s=60,
            holds_from=at(f"{hour}:00") if hour > 6 else None,
            holds_to=at(f"{hour + 1}:00") if hour < 11 else None,
            closed_at=at(f"{hour}:30") if hour < 11 else None,
            closed_known_at=at(f"{hour}:30") if hour < 11 else None,
            **TARGETS,
        )
        for hour in range(6, 12)
    ]
    (row,) = listed(parts)
    assert (row["elapsed_s"], row["stage"]) == (6 * HOUR, "handle")
    assert listed(parts, as_of=at("10:40")) == []
    assert listed(parts, as_of=at("10:10"))[0]["elapsed_s"] == 4 * HOUR + 600


def test_of_200_units_the_one_that_leads_is_named_and_the_event_stands_once(listed):
    orders = [
        order("E1", f"U{n:03}", role="lead" if n in {7, 8} else "assist")
        for n in range(200)
    ]
    orders[8] |= {"sent_at": at("6:01"), "recorded_at": at("6:01")}
    (row,) = listed([event("E1", at("5:00"), **TARGETS)], orders)
    assert row["unit"] == "unit U008"
    (before,) = listed([event("E1", at("5:00"))], orders, as_of=at("6:00"))
    assert before["unit"] == "unit U007"


def test_without_a_lead_nobody_has_it(listed):
    orders = [order("E1", role="assist"), order("E2", sent_at=at("13:00"))]
    log = [event("E1", at("11:00")), event("E2", at("11:00"))]
    assert [row["unit"] for row in listed(log, orders)] == [None, None]


def test_an_event_without_a_place_is_listed_for_the_city_and_has_no_ring(ask, listed):
    log = [
        event("nowhere", ago(60), district_id=None, **TARGETS),
        event("here", ago(30), street_code="A1", lon_ud=1, lat_ud=1, **TARGETS),
    ]
    assert [(row["title"], row["district"], row["street"]) for row in listed(log)] == [
        ("nowhere", None, None),
        ("here", "甲区", "一街"),
    ]
    assert [row["title"] for row in listed(log, district="A")] == ["here"]
    zone = listed(log, district="Z", zone_streets=["A1"])
    assert [row["title"] for row in zone] == ["here"]
    assert [row["event_id"] for row in rings(ask, log)] == ["here"]


def test_a_drill_is_a_city_of_its_own(listed):
    log = [
        event("drill", ago(60), mode="drill", **TARGETS),
        event("live", ago(60), **TARGETS),
    ]
    assert [row["title"] for row in listed(log)] == ["live"]
    assert [row["title"] for row in listed(log, mode="drill")] == ["drill"]


def test_a_target_that_the_pack_assumes_is_said(ask):
    log = [event("E1", ago(60), **TARGETS), event("E2", ago(60), source_id="S02")]
    goals = [
        {"source_id": "*", "priority": 0, "status": "assumed"},
        {"source_id": "S02", "priority": 4, "status": "confirmed"},
    ]
    tables = {"event_facts": log, "sla_targets": goals}
    given = {"most": 9, "amber_pct": 80, "arrival_s": 900}
    rows = ask("event_clocks/breach.sql", tables, **given)
    assert {row["title"]: row["is_reference"] for row in rows} == {
        "E1": True,
        "E2": False,
    }


def test_a_late_correction_changes_what_is_known_now_and_not_what_was_known_then(
    listed,
):
    """At 11:50 nobody had acknowledged, as far as was known; at 11:55 it was recorded that a
    unit had, at 11:41, and that its level is worse and its target shorter.
    """
    log = [
        event("E1", at("11:40"), known_to=at("11:55"), **TARGETS),
        event(
            "E1",
            at("11:40"),
            version=2,
            known_from=at("11:55"),
            acked_at=at("11:41"),
            acked_known_at=at("11:55"),
            priority=1,
            response_target_s=60,
            closure_target_s=900,
        ),
    ]

    def seen(as_of, known_at):
        (row,) = listed(log, as_of=at(as_of), known_at=at(known_at))
        return row["clock"], row["time_left_s"], row["priority"]

    assert seen("11:50", "11:50") == ("response", 120 - 600, 4)
    assert seen("11:50", "11:54") == ("response", 120 - 600, 4)
    assert seen("11:50", "12:00") == ("closure", 900 - 600, 1)


def counted(figures, log, **asked):
    given = {"amber_pct": 80, "soon_s": 600, **asked}
    found = figures("event_clocks/figures.sql", {"event_facts": log}, **given)
    return {
        name: (row["value"], row["compare"], row["value_why"], row["compare_why"])
        for name, row in found.items()
    }


def test_the_figures_count_clocks_and_those_of_a_day_ago_by_what_was_known_then(
    figures,
):
    day = 24 * HOUR
    log = [
        event("fine", ago(10), **TARGETS),
        event("amber", ago(100), **TARGETS),
        event("red", ago(200), **TARGETS),
        event("amber of closing", ago(1_500), response_s=5, **TARGETS),
        event("fine of closing", ago(600), response_s=5, **TARGETS),
        event("no target", ago(9_999)),
        event("a day ago red, closed since", ago(day + 130), **closed(900), **TARGETS),
        event("elsewhere", ago(130), district_id="B", **TARGETS),
    ]
    assert counted(figures, log) == {
        "next_breach_s": (20.0, None, "", ""),
        "clocks_amber": (2.0, 0.0, "", ""),
        "clocks_red": (2.0, 1.0, "", ""),
        "clocks_soon": (3.0, 0.0, "", ""),
    }
    assert counted(figures, log, district="B") == {
        "next_breach_s": (None, None, "no-clock-in-time", ""),
        "clocks_amber": (0.0, 0.0, "", ""),
        "clocks_red": (1.0, 0.0, "", ""),
        "clocks_soon": (0.0, 0.0, "", ""),
    }


def test_a_day_ago_of_which_nothing_was_known_is_not_compared_with(figures):
    found = counted(figures, [event("E1", ago(10), **TARGETS)])
    assert found["clocks_red"] == (0.0, None, "", "no-history")


def rings(ask, log, **asked):
    given = {"most": 99, "amber_pct": 80, **asked}
    return ask("event_clocks/rings.sql", {"event_facts": log}, **given)


def test_a_ring_is_filled_by_the_share_of_the_target_that_is_gone(ask):
    place = {"lon_ud": 114_000_000, "lat_ud": 30_500_000}
    log = [
        event("half", ago(60), **place, **TARGETS),
        event("over", ago(300), **place, **TARGETS),
        event("none", ago(300), **place),
    ]
    found = {row["event_id"]: row for row in rings(ask, log)}
    assert {name: (row["share"], row["state"]) for name, row in found.items()} == {
        "half": (0.5, "fine"),
        "over": (2.5, "red"),
        "none": (0.0, "none"),
    }
    assert (found["half"]["lon"], found["half"]["lat"]) == (114.0, 30.5)


def test_rings_are_the_marks_in_their_order_so_that_the_same_ones_stand_together(ask):
    draw = random.Random(7)
    log = [
        event(
            f"E{draw.random()}",
            ago(draw.choice((10, 500, 500, 9_000))),
            priority=draw.randint(1, 4),
            lon_ud=draw.choice((None, 114_000_000)),
            lat_ud=30_000_000,
            **draw.choice((TARGETS, {}, closed(5))),
        )
        for _ in range(120)
    ]
    for filters in ({}, {"of_priority": 2}, {"of_stage": "sense"}, {"most": 9}):
        given = {"most": 99, **filters}
        marks = ask("event_heat/marks.sql", {"event_facts": log}, **given)
        places = [row["event_id"] for row in rings(ask, log, **given)]
        assert places == [row["event_id"] for row in marks]


def funnel(ask, log, **asked):
    rows = ask("event_clocks/funnel.sql", {"event_facts": log}, **asked)
    names = ("n", "n_dwelt", "n_waiting", "median_s", "p90_s")
    return {row["stage"]: tuple(row[name] for name in names) for row in rows}


def sensed(name, when, **given):
    """An event that was sensed when it was opened."""
    return event(name, when, sense_at=when, sense_known_at=when, **given)


def test_events_dwell_in_a_stage_until_they_enter_a_later_one(ask):
    """10, 20 and 30 s in sensing; two left monitoring after 100 and 180 s, straight to handling;
    one has been monitored for 970 s. Of those in handling one was told after 500 s in it.
    """
    log = [
        sensed(
            "a", ago(1_000), monitor_s=10, handle_s=110, evaluate_s=610, **closed(620)
        ),
        sensed("b", ago(1_000), monitor_s=20, handle_s=200),
        sensed("c", ago(1_000), monitor_s=30),
        sensed("old", ago(25 * HOUR), monitor_s=5),
        sensed("new", ago(40)),
    ]
    assert funnel(ask, log) == {
        "sense": (1, 3, 1, 20, None),
        "monitor": (2, 2, 1, 180, None),
        "judge": (0, 0, 0, None, None),
        "warn": (0, 0, 0, None, None),
        "handle": (1, 1, 1, 500, None),
        "evaluate": (0, 1, 0, 10, 10),
    }


def test_the_first_stage_begins_with_the_order_where_no_entry_is_known(ask):
    assert funnel(ask, [event("E1", ago(50))])["sense"] == (1, 0, 1, None, None)
    skipped = funnel(ask, [event("E1", ago(50), judge_s=5)])
    assert skipped["sense"] == (0, 0, 0, None, None)
    assert skipped["judge"] == (1, 0, 1, None, None)


def test_an_event_that_is_open_again_waits_in_handling_since_then(ask):
    log = [
        sensed(
            "E1",
            at("9:00"),
            handle_s=60,
            evaluate_s=660,
            holds_from=at("11:00"),
        ),
        *(sensed(f"E{n}", at("9:00"), handle_s=60, evaluate_s=660) for n in (2, 3)),
    ]
    found = funnel(ask, log)
    assert found["handle"] == (1, 3, 1, 600, None)
    assert found["evaluate"] == (2, 0, 2, None, None)


def test_a_stage_left_before_it_was_entered_has_no_length(ask):
    log = [sensed("E1", ago(500), monitor_s=100, judge_s=50)]
    assert funnel(ask, log)["monitor"][1] == 0


def test_the_funnel_is_of_the_two_clocks(ask):
    log = [sensed("E1", ago(500), monitor_s=100, monitor_known_s=450)]
    then = {"as_of": ago(100), "known_at": ago(100)}
    assert funnel(ask, log, **then)["sense"] == (1, 0, 1, None, None)
    assert funnel(ask, log, as_of=ago(100), known_at=NOON)["sense"][:3] == (0, 1, 0)


def entry(event_id, stage, when, **given):
    return {
        "event_id": event_id,
        "stage": stage,
        "occurred_at": when,
        "recorded_at": when,
        **given,
    }


@pytest.fixture
def audited(ask):
    def of(log, stages, **asked):
        tables = {
            "event_facts": log,
            "event_stages": stages,
            "event_sources": [{"source_id": "S01", "name": "热线"}],
        }
        given = {"most": 9, "of_orders": ["work_orders"], **asked}
        rows = ask("event_clocks/audit.sql", tables, **given)
        names = ("title", "kind", "from_stage", "to_stage")
        return [
            tuple(str(row[name]).removeprefix("event_clocks-") for name in names)
            for row in rows
        ]

    return of


def test_skips_and_steps_back_are_found_newest_first(audited):
    stages = [
        entry("straight", stage, at(f"10:0{n}"))
        for n, stage in enumerate(
            ("sense", "monitor", "judge", "warn", "handle", "evaluate")
        )
    ]
    stages += [
        entry("skips", "sense", at("9:00")),
        entry("skips", "handle", at("9:05")),
        entry("skips", "evaluate", at("9:06")),
        entry("back", "sense", at("8:00")),
        entry("back", "monitor", at("8:01")),
        entry("back", "judge", at("8:02")),
        entry("back", "monitor", at("8:03")),
        entry("back", "judge", at("8:04")),
        entry("first", "judge", at("7:00")),
        entry("first", "sense", at("7:30")),
    ]
    log = [event(name, at("6:00")) for name in ("straight", "skips", "back", "first")]
    assert audited(log, stages) == [
        ("skips", "skip", "sense", "handle"),
        ("back", "back", "judge", "monitor"),
        ("first", "back", "judge", "sense"),
        ("first", "skip", "None", "judge"),
    ]
    assert len(audited(log, stages, most=1)) == 1
    assert audited(log, stages, district="B") == []


def test_events_of_feeds_of_orders_have_no_stages_to_skip(audited):
    stages = [entry("E1", "handle", at("9:00"))]
    assert audited([event("E1", at("8:00"), source="work_orders")], stages) == []
    assert len(audited([event("E1", at("8:00"), source="other")], stages)) == 1


def test_an_entry_that_was_corrected_counts_no_longer_from_when_that_was_known(audited):
    """Handling at 9:00 was a slip of the pen: it was monitoring, and recorded so at ten."""
    stages = [
        entry("E1", "sense", at("8:30")),
        entry("E1", "handle", at("9:00")),
        entry(
            "E1",
            "handle",
            at("9:30"),
            replaces_at=at("9:00"),
            recorded_at=at("10:00"),
        ),
        entry("E1", "monitor", at("9:01"), recorded_at=at("10:00")),
        entry("E1", "judge", at("9:02"), recorded_at=at("10:00")),
        entry("E1", "warn", at("9:03"), recorded_at=at("10:00")),
    ]
    log = [event("E1", at("8:00"))]
    assert audited(log, stages) == []
    assert audited(log, stages, as_of=at("9:59")) == [("E1", "skip", "sense", "handle")]


def test_older_than_a_day_is_no_longer_listed_but_still_known_of_an_event(audited):
    stages = [
        entry("E1", "sense", at("8:00", day=21)),
        entry("E1", "monitor", at("8:00")),
    ]
    log = [event("E1", at("8:00", day=21)), event("E2", at("8:00", day=21))]
    stages += [entry("E2", "judge", at("11:00", day=22))]
    assert audited(log, stages) == []


def curves(ask, log, orders=(), **asked):
    """The curves of each group: its facts, and its steps as {t: (survival, low, high)}."""
    given = {
        "clock": "closure",
        "by": "all",
        "axis": "s",
        "window_days": 30,
        "reach": 2.5,
        "steps": 1_000_000,
        "least": 1,
        "most_groups": 14,
        **asked,
    }
    tables = {
        "event_facts": log,
        "dispatches": list(orders),
        "districts": DISTRICTS,
        "event_sources": [{"source_id": "S01", "name": "热线"}],
    }
    found = defaultdict(list)
    for row in ask("event_clocks/survival.sql", tables, **given):
        found[row["group_id"]].append(row)
    return {
        group: (
            rows[0],
            {row["t"]: (row["survival"], row["low"], row["high"]) for row in rows},
        )
        for group, rows in found.items()
    }


def still(steps):
    """The share that still waits, by time, as a reader would write it."""
    return {t: round(share[0], 6) for t, share in steps.items()}


def test_a_curve_by_hand(ask):
    """Of five one is closed after 10 s, one after 20; one is watched for 15 and two for 30.

    S(10) = 4/5; at 20 three are watched: S(20) = 4/5 · 2/3.
    """
    log = [
        event("a", ago(100), **closed(10)),
        event("b", ago(15)),
        event("c", ago(100), **closed(20)),
        event("d", ago(30)),
        event("e", ago(30)),
    ]
    facts, steps = curves(ask, log)[""]
    assert still(steps) == {0: 1, 10: 0.8, 15: 0.8, 20: 0.533333, 30: 0.533333}
    assert (facts["n"], facts["n_open"], facts["n_left_out"]) == (5, 3, 0)
    assert (facts["median"], facts["target"], facts["at_target"]) == (None, None, None)
    spread = math.sqrt(1 / (5 * 4)) / math.log(0.8)
    low, high = (
        math.exp(
            -math.exp(math.log(-math.log(0.8)) + side * 1.959963984540054 * spread)
        )
        for side in (-1, 1)
    )
    assert steps[10][1:] == pytest.approx((low, high), abs=1e-12)


SETS = json.loads(Path(__file__).with_name("survival.json").read_text())["sets"]


@pytest.mark.parametrize("drawn", SETS, ids=[str(n) for n in range(len(SETS))])
def test_curves_are_those_of_lifelines(ask, drawn):
    """20 random sets with censoring; what lifelines says of them is in survival.json."""
    log = [
        event(f"E{n}", ago(wait), **(closed(wait) if ended else {}))
        for n, (wait, ended) in enumerate(
            zip(drawn["waits"], drawn["ended"], strict=True)
        )
    ]
    facts, steps = curves(ask, log)[""]
    del steps[0]
    assert list(steps) == [step[0] for step in drawn["steps"]]
    for t, share, low, high in drawn["steps"]:
        assert steps[t][0] == pytest.approx(share, abs=1e-9)
        if 1e-12 < share < 1:
            assert steps[t][1:] == pytest.approx((low, high), abs=1e-9)
    assert facts["median"] == drawn["median"]
    assert facts["n_open"] == drawn["ended"].count(False)


def test_no_event_has_ended_or_all_have(ask):
    facts, steps = curves(ask, [event(f"E{n}", ago(10 * n)) for n in (1, 2)])[""]
    assert list(steps.values()) == [(1, 1, 1)] * 3
    assert facts["median"] is None
    facts, steps = curves(ask, [event(f"E{n}", ago(90), **closed(9)) for n in (1, 2)])[
        ""
    ]
    assert steps == {0: (1, 1, 1), 9: (0, None, None)}
    assert curves(ask, []) == {}


def test_a_reopened_event_is_not_closed(ask):
    log = [
        event("E1", ago(900), **closed(100), holds_to=ago(500)),
        event("E1", ago(900), holds_from=ago(500)),
        event("E2", ago(900), **closed(300)),
    ]
    facts, steps = curves(ask, log)[""]
    assert still(steps) == {0: 1, 300: 0.5, 900: 0.5}
    assert (facts["n"], facts["n_open"]) == (2, 1)


def test_what_has_no_length_is_left_out_and_counted(ask):
    by_then = {"closed_by_at": ago(100), "closed_by_known_at": ago(100)}
    log = [
        event("told", ago(900), response_s=50, **closed(300)),
        event("nobody knows when", ago(900), **by_then),
        event("before it was opened", ago(900), response_s=-9, **closed(-5)),
    ]
    for clock in ("closure", "response"):
        facts, _ = curves(ask, log, clock=clock)[""]
        assert (facts["n"], facts["n_left_out"]) == (1, 2)


def test_closed_without_an_acknowledgement_it_was_watched_until_it_was_closed(ask):
    log = [
        event("acked", ago(900), response_s=60),
        event("never", ago(900), **closed(40)),
        event("waits", ago(90)),
    ]
    facts, steps = curves(ask, log, clock="response")[""]
    assert still(steps) == {0: 1, 40: 1, 60: 0.5, 90: 0.5}
    assert (facts["n"], facts["n_open"]) == (3, 1)


def test_the_share_at_the_target_is_told_if_events_were_watched_so_long(ask):
    def told(*log):
        facts, _ = curves(ask, log)[""]
        return facts["target"], facts["reach"], facts["at_target"]

    one = event("a", ago(900), **closed(50), closure_target_s=60)
    assert told(one, event("b", ago(61), closure_target_s=60)) == (60, 150, 0.5)
    assert told(one, event("b", ago(59), closure_target_s=60)) == (60, 150, None)
    assert told(one) == (60, 150, 0)
    assert told(one, event("b", ago(90), closure_target_s=30)) == (None, 90, None)
    assert told(one, event("b", ago(90))) == (None, 90, None)


def test_on_the_axis_of_targets_each_event_is_held_against_its_own(ask):
    log = [
        event("half", ago(900), **closed(60), closure_target_s=120),
        event("half too", ago(900), **closed(30), closure_target_s=60),
        event("twice", ago(240), closure_target_s=120),
        event("no target", ago(240)),
    ]
    facts, steps = curves(ask, log, axis="target")[""]
    assert still(steps) == {0: 1, 0.5: 0.333333, 2: 0.333333}
    assert (facts["n"], facts["n_left_out"], facts["target"]) == (3, 1, 1)
    assert facts["at_target"] == pytest.approx(1 / 3)


def test_groups_are_sorted_by_what_still_waits_at_the_target_and_few_say_nothing(ask):
    def some(district, n, n_late, **given):
        late = [closed(90)] * n_late + [closed(30)] * (n - n_late)
        return [
            event(f"{district}{k}", ago(900), district_id=district, **each, **given)
            for k, each in enumerate(late)
        ]

    goal = {"closure_target_s": 60}
    log = [*some("A", 4, 1, **goal), *some("B", 4, 3, **goal), *some("C", 3, 3, **goal)]
    found = curves(ask, log, by="district", least=4)
    assert list(found) == ["", "B", "A", "C"]
    shares = [facts["at_target"] for facts, _ in found.values()]
    assert shares == pytest.approx([7 / 11, 0.75, 0.25, None])
    facts, steps = found["C"]
    assert (facts["is_few"], facts["n"], steps) == (True, 3, {0: (None, None, None)})
    assert [facts["name"] for facts, _ in found.values()] == [
        None,
        "乙区",
        "甲区",
        None,
    ]
    assert list(curves(ask, log, by="district", least=4, most_groups=2)) == [
        "",
        "B",
        "A",
    ]


def test_levels_stand_in_their_order_and_a_chosen_district_beside_the_city(ask):
    log = [
        event(f"E{n}", ago(900), priority=n, district_id="AB"[n % 2], street_code="A1")
        for n in (3, 1, 2)
    ]
    assert list(curves(ask, log, by="level")) == ["", "1", "2", "3"]
    chosen = curves(ask, log, by="chosen", district="A")
    assert [(group, facts["n"]) for group, (facts, _) in chosen.items()] == [
        ("", 3),
        ("A", 1),
    ]
    assert chosen["A"][0]["name"] == "甲区"
    zone = curves(ask, log, by="chosen", district="Z", zone_streets=["A1"])
    assert zone["Z"][0]["n"] == 3
    assert curves(ask, log, by="all", district="B")[""][0]["n"] == 2


def test_by_lead_unit_an_event_without_one_is_in_the_city_only(ask):
    log = [event("E1", at("5:00")), event("E2", at("5:00"))]
    found = curves(ask, log, [order("E1", "U9")], by="unit")
    assert {
        group: (facts["n"], facts["name"]) for group, (facts, _) in found.items()
    } == {
        "": (2, None),
        "U9": (1, "unit U9"),
    }


def test_curves_are_of_the_two_clocks_of_the_window_and_of_no_drill(ask):
    log = [
        event("E1", ago(1_000), **closed(100, known_s=900)),
        event("old", NOON - timedelta(days=31), **closed(5)),
        event("drill", ago(1_000), mode="drill", **closed(5)),
        event("ahead", ago(9), created_at=NOON + timedelta(hours=1)),
    ]
    then = {"as_of": ago(500), "known_at": ago(500)}
    assert still(curves(ask, log, **then)[""][1]) == {0: 1, 500: 1}
    assert still(curves(ask, log, as_of=ago(500), known_at=NOON)[""][1]) == {
        0: 1,
        100: 0,
    }


def test_of_many_steps_the_last_of_each_part_is_told(ask):
    """A hundred are closed after 1 to 100 s; ten parts of 10 s each."""
    log = [event(f"E{n}", ago(900), **closed(n)) for n in range(1, 101)]
    _, steps = curves(ask, log, steps=10)[""]
    assert still(steps) == {
        0: 1,
        **{n: round(1 - n / 100, 6) for n in (9, 19, 29, 39, 49, 59, 69, 79, 89, 99)},
        100: 0,
    }


def random_log(seed):
    """A history of 60 events with everything that may be odd in it, as one part or several."""
    draw = random.Random(seed)
    log = []
    for n in range(60):
        when = ago(draw.randint(0, 4 * HOUR))
        goals = draw.choice((TARGETS, TARGETS, {"closure_target_s": 600}, {}))
        given = {
            "priority": draw.randint(1, 4),
            "mode": draw.choice(("live", "live", "live", "drill")),
            "district_id": draw.choice(("A", "B", None)),
            **goals,
        }
        if draw.random() < 0.7:
            response = draw.randint(-30, 5_000)
            given |= {
                "response_s": response,
                "response_known_s": response + draw.choice((0, 600)),
            }
        closing = draw.choice(("", "", "told", "untimed", "reopened"))
        told = draw.randint(-10, 9_000)
        if closing == "told":
            given |= closed(told, known_s=told + draw.choice((0, 900)))
        if closing == "untimed":
            moment = when + timedelta(seconds=abs(told))
            given |= {"closed_by_at": moment, "closed_by_known_at": moment}
        if closing == "reopened":
            back = when + timedelta(seconds=abs(told) + 60)
            log.append(
                event(f"E{n}", when, **given, **closed(abs(told)), holds_to=back)
            )
            given["holds_from"] = back
        log.append(event(f"E{n}", when, **given))
    return log


def seen(row, as_of, known_at):
    """What a row says at two clocks, or None where it is not the one that counts then."""
    if row["occurred_at"] > as_of or row["known_from"] > known_at:
        return None
    begins, ends = row.get("holds_from"), row.get("holds_to")
    if (begins and begins > as_of) or (ends and ends <= as_of):
        return None

    def known(name):
        moment = row.get(f"{name}_at")
        there = moment and moment <= as_of and row[f"{name}_known_at"] <= known_at
        return moment if there else None

    def since(moment):
        return (
            None
            if moment is None
            else int((moment - row["created_at"]).total_seconds())
        )

    acked, told, untimed = known("acked"), known("closed"), known("closed_by")
    return {
        "is_open": not told and not untimed,
        "is_acked": acked is not None,
        "response": since(acked) if acked and since(acked) >= 0 else None,
        "closure": since(told) if told and since(told) >= 0 else None,
        "age": since(as_of),
    }


@pytest.mark.parametrize("seed", range(6))
def test_an_oracle_in_plain_python_says_the_same_of_random_histories(ask, listed, seed):
    log = random_log(seed)
    for as_of, known_at in ((NOON, NOON), (ago(HOUR), ago(HOUR)), (ago(HOUR), NOON)):
        clocks = {"as_of": as_of, "known_at": known_at}
        there = [
            (row, state)
            for row in log
            if row["mode"] == "live" and (state := seen(row, as_of, known_at))
        ]
        left = {}
        for row, state in there:
            if state["is_open"]:
                clock = "closure" if state["is_acked"] else "response"
                target = row.get(f"{clock}_target_s")
                left[row["event_id"]] = (
                    None if target is None else target - state["age"]
                )
        rows = listed(log, most=99, **clocks)
        assert {row["title"]: row["time_left_s"] for row in rows} == left
        for clock in ("response", "closure"):
            assert_curve(ask, there, log, clock, clocks)


def assert_curve(ask, there, log, clock, clocks):
    """The curve in exact fractions is the one that is asked."""
    waits = []
    for _, state in there:
        if state[clock] is not None:
            waits.append((state[clock], True))
        elif clock == "response" and state["is_acked"]:
            continue
        elif state["is_open"]:
            waits.append((state["age"], False))
        elif clock == "response" and state["closure"] is not None:
            waits.append((state["closure"], False))
    share, expected = Fraction(1), {}
    for t in sorted({wait for wait, _ in waits}):
        at_risk = sum(1 for wait, _ in waits if wait >= t)
        ended = sum(1 for wait, done in waits if wait == t and done)
        share *= 1 - Fraction(ended, at_risk)
        expected[float(t)] = float(share)
    facts, steps = curves(ask, log, clock=clock, **clocks)[""]
    assert facts["n"] == len(waits)
    assert facts["n_left_out"] == len(there) - len(waits)
    if 0.0 not in expected:
        del steps[0.0]
    assert {t: found[0] for t, found in steps.items()} == pytest.approx(
        expected, abs=1e-9
    )
