"""Alerts: each rule fires, does not fire and recovers at moments worked out by hand; the log tells
what was known when, and is the same whatever way the rows came in.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta

import pyarrow as pa
import pyarrow.compute as pc
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from tests.measures.rows import NINE, Growing, make
from twin.city import City
from twin.contracts import TABLES

Row = Mapping[str, object]
TARGETS = ({"priority": 0, "response_s": 120, "closure_s": 1800},)


def after(seconds: float) -> datetime:
    """A moment that many seconds after nine."""
    return NINE + timedelta(seconds=seconds)


def seen(moment: datetime) -> int | float:
    """A moment of an answer, in seconds after nine."""
    return (moment.astimezone(UTC) - NINE).total_seconds()


def told(
    city: City, rule: Row, until: float, *steps: Sequence[str], **logs: list[Row]
) -> list[tuple[object, ...]]:
    """What became of alerts raised since nine: step, seconds when it was known, level."""
    rows = grown(city, [rule], until, **logs).rows("alerts")
    return [
        (row["what"], seen(row["recorded_at"]), row["level"])
        for row in sorted(rows, key=order)
        if row["raised_at"] >= NINE
    ]


STEPS = ("raised", "escalated", "acknowledged", "cleared")


def order(row: Row) -> tuple[object, ...]:
    return row["recorded_at"], row["alert_id"], STEPS.index(str(row["what"]))


def grown(city: City, rules: Sequence[Row], until: float, **logs: list[Row]) -> Growing:
    """A lake with these rules and rows, published once."""
    tables = {name: make(name, *rows) for name, rows in logs.items()}
    if "sla_targets" not in tables:
        tables["sla_targets"] = make("sla_targets", *TARGETS)
    return Growing(city).publish(
        after(until), alert_rules=make("alert_rules", *rules), **tables
    )


def order_of(event: str, version: int, at: float, **more: object) -> Row:
    """An order to one unit, as it was recorded that many seconds after nine."""
    return {
        "dispatch_id": f"{event}-1",
        "event_id": event,
        "version": version,
        "occurred_at": after(at),
        "recorded_at": after(at),
        **more,
    }


RESPONSE = {"signal": "event_response", "threshold": 0.75, "level": 4}
WORSE = RESPONSE | {"escalate_threshold": 1.0, "escalate_level": 2}


# The clocks of events.


def test_an_event_nobody_took_is_amber_at_90_s_and_red_at_120_s(trio):
    """The target is 120 s: three quarters of it, then all of it."""
    assert told(trio, WORSE, 300, events=[{}]) == [
        ("raised", 90, 4),
        ("escalated", 120, 2),
    ]


def test_an_event_that_is_taken_in_time_raises_nothing(trio):
    orders = [order_of("E1", 1, 10), order_of("E1", 2, 89, acked_at=after(89))]

    assert told(trio, WORSE, 300, events=[{}], dispatches=orders) == []


def test_an_acknowledgement_clears_what_waited_for_it(trio):
    orders = [order_of("E1", 1, 10), order_of("E1", 2, 110, acked_at=after(110))]

    assert told(trio, WORSE, 300, events=[{}], dispatches=orders) == [
        ("raised", 90, 4),
        ("acknowledged", 110, 4),
        ("cleared", 110, 4),
    ]


def test_an_acknowledgement_that_is_heard_of_late_leaves_the_alert_that_there_was(trio):
    """Taken at 60 s, recorded at 200 s: whoever watched saw it overdue from 90 s to 200 s."""
    orders = [order_of("E1", 1, 200, acked_at=after(60))]
    rows = grown(trio, [RESPONSE], 300, events=[{}], dispatches=orders).rows("alerts")

    assert [
        (row["what"], seen(row["occurred_at"]), seen(row["recorded_at"]))
        for row in sorted(rows, key=order)
    ] == [("raised", 90, 90), ("acknowledged", 90, 200), ("cleared", 90, 200)]


def test_an_event_that_is_recorded_late_is_overdue_from_when_it_is_known(trio):
    (row,) = grown(trio, [RESPONSE], 600, events=[{"recorded_at": after(500)}]).rows(
        "alerts"
    )

    assert (seen(row["occurred_at"]), seen(row["recorded_at"])) == (90, 500)
    assert (row["value"], row["threshold"]) == (0.75, 0.75)


def test_a_correction_of_something_else_does_not_raise_it_anew(trio):
    events = [{}, {"version": 2, "recorded_at": after(100), "title": "louder noise"}]

    assert told(trio, RESPONSE, 300, events=events) == [("raised", 90, 4)]


def test_a_correction_that_lengthens_the_target_clears_it_until_that_runs_out(trio):
    """Of priority 4 there are 1,000 s: three quarters of them are 750 s."""
    targets = [*TARGETS, {"priority": 4, "response_s": 1000, "closure_s": 9000}]
    events = [{}, {"version": 2, "recorded_at": after(100), "priority": 4}]

    assert told(trio, RESPONSE, 800, events=events, sla_targets=targets) == [
        ("raised", 90, 4),
        ("cleared", 100, 4),
        ("raised", 750, 4),
    ]


def test_an_event_without_a_target_is_not_judged(trio):
    assert told(trio, RESPONSE, 9000, events=[{}], sla_targets=[]) == []


def test_a_rule_for_the_urgent_leaves_the_others_alone(trio):
    events = [{"priority": 2}, {"event_id": "E2", "priority": 3}]
    rows = grown(trio, [RESPONSE | {"priority": 2}], 300, events=events).rows("alerts")

    assert [row["subject_id"] for row in rows] == ["E1"]


def test_it_must_hold_before_it_is_raised(trio):
    """Debounce: over at 90 s, raised at 120 s; of one taken at 110 s nothing is heard."""
    rule = RESPONSE | {"raise_for_s": 30}
    orders = [order_of("E1", 1, 110, acked_at=after(110))]

    assert told(trio, rule, 300, events=[{}]) == [("raised", 120, 4)]
    assert told(trio, rule, 300, events=[{}], dispatches=orders) == []


def test_an_alert_that_nobody_takes_grows_worse_and_one_that_is_taken_does_not(trio):
    """Closing is amber at 1,440 s; unacknowledged for 600 s it is worse at 2,040 s."""
    rule = {"signal": "event_closure", "threshold": 0.8, "level": 4,
            "escalate_after_s": 600, "escalate_level": 3}  # fmt: skip
    orders = [order_of("E1", 1, 50, acked_at=after(50))]

    assert told(trio, rule, 3000, events=[{}]) == [
        ("raised", 1440, 4),
        ("escalated", 2040, 3),
    ]
    assert told(trio, rule, 3000, events=[{}], dispatches=orders) == [
        ("raised", 1440, 4),
        ("acknowledged", 1440, 4),
    ]


def test_closing_is_amber_at_80_per_cent_red_at_all_of_it_and_ends_with_the_answer(
    trio,
):
    rule = {"signal": "event_closure", "threshold": 0.8, "level": 4,
            "escalate_threshold": 1.0, "escalate_level": 3}  # fmt: skip
    answer = [{"told_at": after(2000), "recorded_at": after(2000)}]

    assert told(trio, rule, 3000, events=[{}], feedbacks=answer) == [
        ("raised", 1440, 4),
        ("escalated", 1800, 3),
        ("cleared", 2000, 3),
    ]
    answer = [{"told_at": after(1400), "recorded_at": after(1400)}]
    assert told(trio, rule, 3000, events=[{}], feedbacks=answer) == []


def test_a_reopened_event_past_its_target_alerts_at_once(trio):
    rule = {"signal": "event_closure", "threshold": 1.0, "level": 3}
    answers = [
        {"told_at": after(600), "recorded_at": after(600)},
        {"version": 2, "told_at": after(5000), "recorded_at": after(5000),
         "is_reopened": True},
    ]  # fmt: skip

    assert told(trio, rule, 6000, events=[{}], feedbacks=answers) == [
        ("raised", 5000, 3)
    ]


def test_nobody_on_site_for_a_quarter_of_an_hour(trio):
    rule = {"signal": "event_arrival", "threshold": 900, "level": 3}
    late = [order_of("E1", 1, 950, arrived_at=after(950))]
    soon = [order_of("E1", 1, 850, arrived_at=after(850))]

    assert told(trio, rule, 2000, events=[{}], dispatches=late) == [
        ("raised", 900, 3),
        ("cleared", 950, 3),
    ]
    assert told(trio, rule, 2000, events=[{}], dispatches=soon) == []


def test_too_long_in_one_stage_until_a_later_one_is_entered(trio):
    rule = {
        "signal": "event_stage",
        "applies_to": "judge",
        "threshold": 600,
        "level": 4,
    }
    entered = [
        {"stage": stage, "occurred_at": after(at), "recorded_at": after(at)}
        for stage, at in (("sense", 0), ("monitor", 10), ("judge", 20), ("warn", 700))
    ]

    assert told(trio, rule, 2000, events=[{}], event_stages=entered) == [
        ("raised", 620, 4),
        ("cleared", 700, 4),
    ]
    assert told(trio, rule, 610, events=[{}], event_stages=entered[:3]) == []


def test_a_drill_is_told_apart(trio):
    (row,) = grown(trio, [RESPONSE], 300, events=[{"mode": "drill"}]).rows("alerts")

    assert row["mode"] == "drill"


# Aircraft.

FLYING = {"mode": "flying"}


def states(*rows: tuple[float, Row]) -> list[Row]:
    """States of an aircraft, each recorded as it happened."""
    return [
        {"occurred_at": after(at), "recorded_at": after(at)} | dict(row)
        for at, row in rows
    ]


def test_an_aircraft_in_the_air_that_says_nothing_is_lost_until_it_speaks(trio):
    rule = {"signal": "drone_link", "threshold": 10, "level": 1}

    assert told(
        trio, rule, 300, drone_states=states((0, FLYING), (5, FLYING), (40, FLYING))
    ) == [("raised", 15, 1), ("cleared", 40, 1), ("raised", 50, 1)]


def test_one_that_landed_may_be_silent(trio):
    rule = {"signal": "drone_link", "threshold": 10, "level": 1}

    assert (
        told(trio, rule, 300, drone_states=states((0, FLYING), (5, {"mode": "docked"})))
        == []
    )


def test_without_a_limit_of_its_own_the_pack_says_when_an_aircraft_is_late(trio):
    """[freshness] drone_flying_s of the pack is 90 s."""
    assert told(
        trio,
        {"signal": "drone_link", "level": 1},
        300,
        drone_states=states((0, FLYING)),
    ) == [("raised", 90, 1)]


def test_a_state_that_comes_late_and_is_older_tells_nothing(trio):
    rule = {"signal": "drone_link", "threshold": 10, "level": 1}
    late = [{"occurred_at": after(-5), "recorded_at": after(30)}]

    assert told(trio, rule, 60, drone_states=[*states((0, FLYING)), *late]) == [
        ("raised", 10, 1)
    ]


def test_a_battery_is_low_below_25_and_well_again_from_30_or_on_the_ground(trio):
    rule = {
        "signal": "drone_battery",
        "threshold": 25,
        "clear_threshold": 30,
        "level": 1,
    }
    charge = ((0, 26), (60, 24), (120, 28), (180, 30))

    assert told(
        trio,
        rule,
        300,
        drone_states=states(*((t, {"battery_pct": c}) for t, c in charge)),
    ) == [("raised", 60, 1), ("cleared", 180, 1)]
    landed = states(
        (0, {"battery_pct": 20}), (60, {"battery_pct": 20, "mode": "docked"})
    )
    assert told(trio, rule, 300, drone_states=landed) == [
        ("raised", 0, 1),
        ("cleared", 60, 1),
    ]


def test_an_aircraft_above_its_ceiling(trio):
    rule = {"signal": "drone_height", "threshold": 120, "level": 1}
    heights = ((0, 120.0), (30, 121.5), (60, 119.0))
    rows = grown(
        trio,
        [rule],
        99,
        drone_states=states(*((t, {"height_m": h}) for t, h in heights)),
    ).rows("alerts")

    assert [
        (row["what"], seen(row["recorded_at"]), row["value"], row["threshold"])
        for row in sorted(rows, key=order)
    ] == [("raised", 30, 121.5, 120), ("cleared", 60, 119, 120)]


def test_an_id_that_the_register_does_not_know_until_it_does(trio):
    rule = {"signal": "drone_unregistered", "level": 2}
    flown = states((0, FLYING), (60, FLYING), (120, FLYING))
    entry = [{"occurred_at": after(90), "recorded_at": after(90)}]

    assert told(trio, rule, 300, drone_states=flown, drones=entry) == [
        ("raised", 0, 2),
        ("cleared", 90, 2),
    ]
    assert told(trio, rule, 300, drone_states=flown, drones=[{"occurred_at": after(-9),
                "recorded_at": after(-9)}]) == []  # fmt: skip


NEAR = {"signal": "drone_near", "threshold": 50, "threshold_2": 15, "within_s": 5,
        "clear_for_s": 60, "level": 1}  # fmt: skip


def pair(at: float, lat_ud: int, height_m: float = 100.0) -> list[Row]:
    """Two aircraft at nearly one moment: one at 0, the other so far north."""
    return [
        *states((at, {"drone_id": "U1"})),
        *states((at + 2, {"drone_id": "U2", "lat_ud": lat_ud, "height_m": height_m})),
    ]


def test_two_aircraft_closer_than_50_m_are_too_near_until_a_minute_after(trio):
    """A millionth of a degree of latitude is 0.11132 m: 400 of them are 44.5 m, 500 are 55.7."""
    flown = [*pair(0, 500), *pair(30, 400), *pair(60, 500)]
    rows = grown(trio, [NEAR], 300, drone_states=flown).rows("alerts")

    assert [
        (row["what"], seen(row["recorded_at"])) for row in sorted(rows, key=order)
    ] == [
        ("raised", 32),
        ("cleared", pytest.approx(92, abs=0.001)),
    ]
    assert {row["subject_id"] for row in rows} == {"U1|U2"}
    assert min(row["value"] for row in rows if row["value"]) == pytest.approx(44.528)


@pytest.mark.parametrize("flown", [pair(0, 400, 116.0), pair(0, 460)])
def test_two_that_keep_their_height_or_distance_are_not(trio, flown):
    assert told(trio, NEAR, 300, drone_states=flown) == []


# Links of departments.

DOWN = {"signal": "link_down", "threshold": 300, "level": 2}
SAFETY = DOWN | {
    "applies_to": "public_safety",
    "escalate_threshold": 1800,
    "escalate_level": 1,
}


def probes(*rows: tuple[float, bool]) -> list[Row]:
    return [
        {"occurred_at": after(at), "recorded_at": after(at), "is_ok": is_ok}
        for at, is_ok in rows
    ]


def test_a_link_is_down_after_five_minutes_and_worse_after_thirty(trio):
    asked = probes((0, True), (60, False), (1900, False), (2000, True))

    assert told(trio, SAFETY, 3000, link_probes=asked, departments=[{}]) == [
        ("raised", 300, 2),
        ("escalated", 1800, 1),
        ("cleared", 2000, 1),
        ("raised", 2300, 2),
    ]


def test_a_link_that_answers_every_four_minutes_is_not_down(trio):
    asked = probes(*((at, True) for at in range(0, 3000, 240)))

    assert told(trio, DOWN, 3000, link_probes=asked, departments=[{}]) == []


def test_a_rule_for_public_safety_leaves_other_departments_alone(trio):
    asked = probes((0, True))
    other = [{"is_public_safety": "no"}]

    assert told(trio, SAFETY, 900, link_probes=asked, departments=other) == []
    assert told(trio, DOWN | {"applies_to": "other"}, 900, link_probes=asked,
                departments=other) == [("raised", 300, 2)]  # fmt: skip


def test_a_link_that_comes_back_for_less_than_a_minute_is_one_alert(trio):
    asked = probes((0, True), (400, True), (401, False), (760, True), (800, True))
    rule = DOWN | {"clear_for_s": 330}

    assert told(trio, rule, 900, link_probes=asked, departments=[{}]) == [
        ("raised", 300, 2)
    ]


def test_a_link_that_never_answered_is_down_five_minutes_after_its_first_probe(trio):
    asked = probes((0, False), (60, False))

    assert told(trio, DOWN, 900, link_probes=asked, departments=[{}]) == [
        ("raised", 300, 2)
    ]


# Sources.

HOUR = 3600
DAY = 24 * HOUR
SILENT = {"signal": "source_silent", "threshold": 3, "least_n": 20, "within_s": 28 * DAY,
          "raise_for_s": 900, "level": 2}  # fmt: skip
SURGE = {"signal": "source_surge", "threshold": 4, "least_n": 3, "n_weeks": 4,
         "clear_for_s": HOUR, "level": 2}  # fmt: skip


def opened(*seconds: float) -> list[Row]:
    """Events of one source, known as they are opened."""
    return [
        {"event_id": f"E{n}", "occurred_at": after(at), "recorded_at": after(at),
         "created_at": after(at)}
        for n, at in enumerate(seconds)
    ]  # fmt: skip


def every(gap: int, days: range) -> list[float]:
    """Moments of so many days before, that far apart, from nine to noon."""
    return [day * DAY + at for day in days for at in range(0, 3 * HOUR, gap)]


def test_a_source_is_silent_after_three_of_its_usual_gaps_and_the_rules_patience(trio):
    """An event every 300 s on the four days before; today the last one at 2 h: 900 s + 900 s."""
    usual = every(300, range(-4, 0))
    today = [*range(0, 2 * HOUR + 1, 300), 3 * HOUR]

    assert told(trio, SILENT, 3 * HOUR, events=opened(*usual, *today)) == [
        ("raised", 2 * HOUR + 900 + 900, 2),
        ("cleared", 3 * HOUR, 2),
    ]


def test_a_gap_within_three_usual_ones_is_none(trio):
    usual = every(300, range(-4, 0))

    assert (
        told(
            trio,
            SILENT,
            2 * HOUR + 1799,
            events=opened(*usual, *range(0, 2 * HOUR + 1, 300)),
        )
        == []
    )


def test_with_too_few_gaps_behind_it_a_source_is_not_judged(trio):
    """Twelve events in the hour of the day before are eleven gaps of 300 s."""
    usual = [-DAY + n * 300.0 for n in range(12)]
    eleven = SILENT | {"least_n": 11}

    assert told(trio, SILENT, 5 * HOUR, events=opened(*usual, 0)) == []
    assert told(trio, eleven, 5 * HOUR, events=opened(*usual, 0)) == [
        ("raised", 1800, 2)
    ]


def weekly(*counts: int) -> list[float]:
    """So many events in the hour after nine of the weeks before, the last of them first."""
    return [
        -7 * DAY * week + n * 60.0
        for week, count in enumerate(counts, start=1)
        for n in range(count)
    ]


def test_a_source_surges_beyond_mean_and_four_deviations_of_the_same_hour(trio):
    """2, 4, 2, 4: mean 3, deviation 1.1547; the limit 7.62 is passed by the eighth."""
    now = [n * 100.0 for n in range(10)]
    rows = grown(
        trio, [SURGE], 3 * HOUR, events=opened(*weekly(2, 4, 2, 4), *now)
    ).rows("alerts")

    assert [
        (row["what"], seen(row["recorded_at"])) for row in sorted(rows, key=order)
    ] == [("raised", 700), ("cleared", 2 * HOUR)]
    raised = min(rows, key=order)
    assert raised["value"] == 8
    assert raised["threshold"] == pytest.approx(3 + 4 * (4 / 3) ** 0.5)


def test_seven_are_no_surge_and_three_weeks_are_too_little_history(trio):
    seven = [n * 100.0 for n in range(7)]
    many = [n * 10.0 for n in range(300)]

    assert told(trio, SURGE, HOUR, events=opened(*weekly(2, 4, 2, 4), *seven)) == []
    assert told(trio, SURGE, HOUR, events=opened(*weekly(2, 4, 2), *many)) == []


def test_an_event_on_the_very_hour_counts_with_it_in_a_live_tick_too(trio):
    """Two, then one in the weeks before: two are not more than 1.5 and a deviation."""
    rule = SURGE | {"n_weeks": 2, "threshold": 1, "least_n": 1}
    past = opened(-7 * DAY, -7 * DAY + 60, -14 * DAY + 580)
    city = grown(trio, [rule], 40, events=past)
    now = [row | {"event_id": f"N{n}"} for n, row in enumerate(opened(480, 780))]

    city.publish(after(1500), events=make("events", *now))

    assert city.rows("alerts") == []


def test_drills_are_no_inflow(trio):
    now = [row | {"mode": "drill"} for row in opened(*(n * 100.0 for n in range(10)))]
    before = [
        row | {"event_id": f"W{n}"} for n, row in enumerate(opened(*weekly(2, 4, 2, 4)))
    ]

    assert told(trio, SURGE, HOUR, events=[*before, *now]) == []


# Indicators.

BAND = {"signal": "indicator_band", "n_samples": 2, "level": 3}
CATALOGUE = [{"low": 10.0, "high": 20.0}]


def values(*rows: tuple[float, float, str]) -> list[Row]:
    """Values of an indicator by the hour."""
    return [
        {"occurred_at": after(hour * HOUR), "recorded_at": after(hour * HOUR),
         "value": value, "quality": quality}
        for hour, value, quality in rows
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("measured", "expected"),
    [
        ([21, 22, 15], [("raised", HOUR, 3), ("cleared", 2 * HOUR, 3)]),
        ([9, 8], [("raised", HOUR, 3)]),
        ([21, 15, 21, 15], []),
        ([20, 10], []),
    ],
)
def test_an_indicator_out_of_its_band_twice_in_a_row(trio, measured, expected):
    rows = values(*((n, value, "good") for n, value in enumerate(measured)))

    assert (
        told(trio, BAND, 9 * HOUR, indicator_values=rows, indicators=CATALOGUE)
        == expected
    )


def test_a_value_that_is_not_good_neither_raises_nor_clears(trio):
    bad = values((0, 21, "good"), (1, 99, "suspect"), (2, 15, "suspect"))
    twice = values(
        (0, 21, "good"), (1, 15, "suspect"), (2, 21, "good"), (3, 15, "late")
    )

    assert told(trio, BAND, 9 * HOUR, indicator_values=bad, indicators=CATALOGUE) == []
    assert told(trio, BAND, 9 * HOUR, indicator_values=twice, indicators=CATALOGUE) == [
        ("raised", 2 * HOUR, 3)
    ]


def test_a_correction_clears_what_it_corrects(trio):
    rows = [
        *values((0, 21, "good"), (1, 21, "good")),
        {"occurred_at": after(HOUR), "recorded_at": after(HOUR + 600), "value": 12.0},
    ]

    assert told(trio, BAND, 9 * HOUR, indicator_values=rows, indicators=CATALOGUE) == [
        ("raised", HOUR, 3),
        ("cleared", HOUR + 600, 3),
    ]


def test_two_values_a_day_apart_are_no_row_of_an_hourly_one(trio):
    rows = values((0, 21, "good"), (24, 21, "good"))

    assert (
        told(trio, BAND, 30 * HOUR, indicator_values=rows, indicators=CATALOGUE) == []
    )


UNLIKE = {"signal": "indicator_unlike", "threshold": 4, "n_weeks": 3, "n_samples": 1,
          "level": 4}  # fmt: skip


@pytest.mark.parametrize(
    ("now", "is_unlike"), [(15.9, False), (16.0, True), (4.0, True)]
)
def test_an_indicator_unlike_the_same_hour_of_three_weeks(trio, now, is_unlike):
    """9, 10, 12: median 10, distances 1, 0, 2, median 1; 4 / 0.6745 is 5.93."""
    rows = values(
        *((-168 * week, value, "good") for week, value in ((1, 9), (2, 10), (3, 12))),
        (0, now, "good"),
    )
    asked = told(trio, UNLIKE, HOUR, indicator_values=rows, indicators=CATALOGUE)

    assert asked == ([("raised", 0, 4)] if is_unlike else [])


def test_two_weeks_are_too_little_history_and_weeks_that_are_all_alike_tell_no_spread(
    trio,
):
    two = values((-168, 10, "good"), (-336, 12, "good"), (0, 99, "good"))
    alike = values(*((-168 * week, 10, "good") for week in (1, 2, 3)), (0, 99, "good"))

    assert told(trio, UNLIKE, HOUR, indicator_values=two, indicators=CATALOGUE) == []
    assert told(trio, UNLIKE, HOUR, indicator_values=alike, indicators=CATALOGUE) == []


# Models.

PRECISION = {"signal": "model_precision", "threshold": 0.7, "least_n": 10,
             "within_s": 28 * DAY, "level": 3}  # fmt: skip


def verdicts(said: str) -> list[Row]:
    """Verdicts a minute apart: y confirmed, n rejected."""
    return [
        {"detection_id": f"N{n}", "occurred_at": after(n * 60), "recorded_at": after(n * 60),
         "human_verdict": "confirmed" if each == "y" else "rejected"}
        for n, each in enumerate(said)
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ("yyyyyynnnn", [("raised", 540, 3)]),
        ("yyyyyyynnn", []),
        ("yyyyyynnn", []),
        ("yyyyyynnnnyyy", [("raised", 540, 3)]),
        ("yyyyyynnnnyyyy", [("raised", 540, 3), ("cleared", 780, 3)]),
    ],
)
def test_a_class_is_doubted_where_fewer_than_7_of_10_are_confirmed(
    trio, said, expected
):
    assert told(trio, PRECISION, 2 * HOUR, detections=verdicts(said)) == expected


def test_what_nobody_judged_does_not_count(trio):
    unsaid = [
        {"detection_id": f"U{n}", "occurred_at": after(n), "recorded_at": after(n)}
        for n in range(50)
    ]

    assert told(trio, PRECISION, 2 * HOUR, detections=unsaid) == []


# Bikes.

BIKES = {"signal": "bike_cluster", "threshold": 12, "level": 3}


def picture(at: float, n: int, **said: object) -> list[Row]:
    """A camera's picture of n bikes a metre apart, known when it was taken."""
    return [
        {"detection_id": f"B{at:.0f}-{number}", "occurred_at": after(at),
         "recorded_at": after(at), "lon_ud": -28_000_000,
         "lat_ud": 41_000_000 + 9 * number, **said}
        for number in range(n)
    ]  # fmt: skip


def test_bikes_that_stay_piled_up_for_ten_minutes_until_a_picture_without_them(trio):
    rule = BIKES | {"raise_for_s": 600}
    bikes = [row for at in (0, 300, 600, 900) for row in picture(at, 12)]

    assert told(trio, rule, 2000, detections=[*bikes, *picture(1200, 1)]) == [
        ("raised", 600, 3),
        ("cleared", 1200, 3),
    ]
    (raised, _) = grown(
        trio, [rule], 2000, detections=[*bikes, *picture(1200, 1)]
    ).rows("alerts")
    assert (raised["value"], raised["threshold"], raised["subject_kind"]) == (
        12,
        12,
        "bikes",
    )


def test_eleven_bikes_are_one_too_few_for_a_rule_on_twelve(trio):
    assert (
        told(trio, BIKES, 2000, detections=[*picture(0, 11), *picture(300, 11)]) == []
    )


def test_a_rule_on_lanes_is_broken_while_the_pile_blocks_one(trio):
    bikes = [
        *picture(0, 12),
        *picture(300, 12, blocks="lane"),
        *picture(600, 12, blocks="entrance"),
    ]

    assert told(trio, BIKES | {"applies_to": "lane"}, 2000, detections=bikes) == [
        ("raised", 300, 3),
        ("cleared", 600, 3),
    ]


def test_a_pile_that_people_reject_in_part_is_cleared_when_they_do(trio):
    """Of twelve bikes five were none: so people say at 400 s of the picture of nine o'clock."""
    rejected = [
        row | {"version": 2, "recorded_at": after(400), "human_verdict": "rejected"}
        for row in picture(0, 5)
    ]

    assert told(trio, BIKES, 2000, detections=[*picture(0, 12), *rejected]) == [
        ("raised", 0, 3),
        ("cleared", 400, 3),
    ]


# The log as a whole.


def test_a_rule_on_what_no_table_tells_raises_nothing_and_breaks_nothing(trio):
    rule = {"signal": "drone_airspace", "level": 1}

    assert told(trio, rule, 300, events=[{}]) == []


def test_a_clock_that_was_set_back_half_a_century_costs_a_few_questions(trio):
    """One aircraft says that it is 1975: nothing is asked of the years of silence since."""
    rules = [{"signal": "drone_link", "threshold": 50, "level": 1}, NEAR]
    then = NINE.replace(year=1975)
    long_ago = {"occurred_at": then, "recorded_at": then, "mode": "docked"}
    usual = grown(trio, rules, 300, drone_states=[{}])
    other = grown(trio, rules, 300, drone_states=[{}, {"drone_id": "U2"} | long_ago])

    assert usual.asked < other.asked <= usual.asked + 5
    assert other.rows("alerts") == usual.rows("alerts") != []


def test_without_rules_there_are_no_alerts(trio):
    assert grown(trio, [], 300, events=[{}]).rows("alerts") == []


def test_what_was_known_by_a_moment_is_a_condition_on_the_log(trio):
    """What is published at 100 s is what the log of 300 s says was recorded by then."""
    orders = [order_of("E1", 1, 110, acked_at=after(110))]
    later = grown(trio, [WORSE], 300, events=[{}], dispatches=orders)
    then = grown(trio, [WORSE], 100, events=[{}], dispatches=orders)

    assert then.rows("alerts") == [
        row for row in later.rows("alerts") if row["recorded_at"] <= after(100)
    ]
    assert len(then.rows("alerts")) == 1


def test_a_live_tick_adds_to_the_log_and_leaves_it_where_nothing_happened(trio):
    city = grown(trio, [WORSE], 60, events=[{}])
    assert "alerts" not in city.publish(after(80)).renewed
    assert "alerts" in city.publish(after(95)).renewed
    assert [row["what"] for row in city.rows("alerts")] == ["raised"]
    first = city.rows("alerts")

    city.publish(after(130))

    assert city.rows("alerts")[:1] == first
    assert len(city.rows("alerts")) == 2


RULES = [
    WORSE | {"rule_id": "response"},
    RESPONSE | {"rule_id": "patient", "raise_for_s": 40, "escalate_after_s": 60,
                "escalate_level": 1},
    {"rule_id": "arrival", "signal": "event_arrival", "threshold": 200, "level": 3},
    {"rule_id": "closure", "signal": "event_closure", "threshold": 0.1, "level": 4,
     "escalate_threshold": 0.2, "escalate_level": 3},
    {"rule_id": "stage", "signal": "event_stage", "applies_to": "judge", "threshold": 60,
     "level": 4},
    {"rule_id": "lost", "signal": "drone_link", "threshold": 50, "level": 1},
    {"rule_id": "battery", "signal": "drone_battery", "threshold": 40,
     "clear_threshold": 60, "raise_for_s": 30, "clear_for_s": 30, "level": 1},
    {"rule_id": "stranger", "signal": "drone_unregistered", "level": 2},
    NEAR | {"rule_id": "near"},
    SAFETY | {"rule_id": "down", "threshold": 100, "escalate_threshold": 200,
              "raise_for_s": 20, "clear_for_s": 40},
    {"rule_id": "silent", "signal": "source_silent", "threshold": 2, "least_n": 2,
     "within_s": 3 * DAY, "raise_for_s": 60, "level": 2},
    SURGE | {"rule_id": "surge", "n_weeks": 2, "threshold": 1, "least_n": 1},
    BAND | {"rule_id": "band"},
    UNLIKE | {"rule_id": "unlike", "n_weeks": 2, "threshold": 1},
    PRECISION | {"rule_id": "precision", "least_n": 2},
    BIKES | {"rule_id": "piled", "raise_for_s": 40, "clear_for_s": 20,
             "escalate_after_s": 100, "escalate_level": 2},
    BIKES | {"rule_id": "lane", "threshold": 10, "applies_to": "lane", "level": 2},
]  # fmt: skip

# Seconds within a quarter of an hour, on round ones so that moments meet.
SPOT = st.integers(0, 45).map(lambda n: n * 20.0)
LAG = st.sampled_from([0.0, 0.0, 0.0, 20.0, 100.0, 400.0])


def piled(
    bikes: int, blocks: str | None, rejected: int, **clocks: object
) -> list[dict[str, object]]:
    """A picture of bikes; people reject the first of them later."""
    seen = [
        {"lon_ud": -28_000_000, "lat_ud": 41_000_000 + 9 * number, "blocks": blocks}
        | clocks
        for number in range(bikes)
    ]
    said = clocks["recorded_at"] + timedelta(seconds=60)
    no = {"version": 2, "recorded_at": said, "human_verdict": "rejected"}
    return [*seen, *(row | no for row in seen[:rejected])]


@st.composite
def moments(draw: st.DrawFn) -> dict[str, object]:
    """Both clocks of a row."""
    at = draw(SPOT)
    return {"occurred_at": after(at), "recorded_at": after(at + draw(LAG))}


@st.composite
def cities(draw: st.DrawFn) -> dict[str, list[dict[str, object]]]:
    """Rows of every log that alerts are told from; few subjects, so that rows meet."""

    def some(
        most: int, of: st.SearchStrategy[dict[str, object]]
    ) -> list[dict[str, object]]:
        return draw(st.lists(of, max_size=most))

    names = st.sampled_from(["E1", "E2"])
    maybe = st.one_of(st.none(), SPOT.map(after))
    events = [
        {"event_id": name, "version": version, "priority": draw(st.integers(2, 3))}
        | (both := draw(moments()))
        | {"created_at": both["occurred_at"]}
        for name in ("E1", "E2")
        for version in range(1, draw(st.integers(1, 2)) + 1)
    ]
    past = [
        {"event_id": f"P{n}", "occurred_at": at, "recorded_at": at, "created_at": at}
        for n, at in enumerate(
            after(-days * DAY + spot)
            for days in (1, 2, 7, 14)
            for spot in draw(st.lists(SPOT, max_size=4))
        )
    ]

    def build(
        **fixed: st.SearchStrategy[object],
    ) -> st.SearchStrategy[dict[str, object]]:
        return st.tuples(moments(), st.fixed_dictionaries(dict(fixed))).map(
            lambda pair: pair[0] | pair[1]
        )

    return {
        "events": [*events, *past],
        "event_stages": some(4, build(event_id=names, stage=st.sampled_from(
            ["sense", "judge", "warn"]))),
        "dispatches": [
            row | {"sent_at": after(0), "dispatch_id": f"O{row['version']}"}
            for row in some(4, build(event_id=names, version=st.integers(1, 3),
                                     acked_at=maybe, arrived_at=maybe, done_at=maybe))
        ],
        "feedbacks": some(3, build(event_id=names, version=st.integers(1, 3),
                                   told_at=SPOT.map(after), is_reopened=st.booleans())),
        "drones": some(2, build(drone_id=st.sampled_from(["U1", "U2"]))),
        "drone_states": some(10, build(
            drone_id=st.sampled_from(["U1", "U2"]),
            mode=st.sampled_from(["flying", "flying", "docked"]),
            battery_pct=st.sampled_from([30, 50, 70]),
            lat_ud=st.sampled_from([0, 400, 900]))),
        "link_probes": some(8, build(is_ok=st.booleans())),
        "indicator_values": [
            *some(6, build(value=st.sampled_from([5.0, 15.0, 25.0]),
                           quality=st.sampled_from(["good", "good", "late"]))),
            *(row | {"occurred_at": row["occurred_at"] - timedelta(weeks=week),
                     "recorded_at": row["recorded_at"] - timedelta(weeks=week)}
              for week in (1, 2)
              for row in some(4, build(value=st.sampled_from([14.0, 15.0, 16.0])))),
        ],
        "detections": [
            row | {"detection_id": f"N{n}"}
            for n, row in enumerate(some(5, build(human_verdict=st.sampled_from(
                ["confirmed", "rejected", None]))))
        ] + [
            bike | {"detection_id": f"B{n}-{bike['lat_ud']}"}
            for n, row in enumerate(some(4, build(
                bikes=st.sampled_from([0, 9, 11, 12, 13]),
                blocks=st.sampled_from(["lane", None]),
                rejected=st.sampled_from([0, 0, 3]))))
            for bike in piled(**row)
        ],
    }  # fmt: skip


def without_twins(name: str, rows: list[dict[str, object]]) -> list[dict[str, object]]:
    """Rows of which no two have one key, as the store keeps them."""
    plain = make(name, *rows).to_pylist()
    key = TABLES[name].key
    first = {
        tuple(row[part] for part in key): n
        for n, row in reversed(list(enumerate(plain)))
    }
    return [rows[n] for n in sorted(first.values())]


@settings(
    max_examples=15,
    deadline=None,
    suppress_health_check=list(HealthCheck),
    phases=(Phase.explicit, Phase.reuse, Phase.generate),
)
@given(st.data())
def test_the_log_is_the_same_whatever_way_the_rows_came_in(trio, data):
    """One publish or many, rows in time or late: the log of the end is one and the same."""
    logs = {
        name: without_twins(name, rows)
        for name, rows in data.draw(cities()).items()
        if rows
    }
    cuts = sorted({*data.draw(st.lists(SPOT, max_size=5)), 1500.0})
    lates = data.draw(st.booleans())
    came: dict[float, dict[str, list[Row]]] = {cut: {} for cut in cuts}
    for name, rows in logs.items():
        for row in rows:
            known = [cut for cut in cuts if after(cut) >= row["recorded_at"]]
            at = data.draw(st.sampled_from(known)) if lates else known[0]
            came[at].setdefault(name, []).append(row)
    reference = {
        "alert_rules": make("alert_rules", *RULES),
        "sla_targets": make("sla_targets", *TARGETS),
        "departments": make("departments", {}),
        "indicators": make("indicators", *CATALOGUE),
    }
    city = Growing(trio)
    for n, cut in enumerate(cuts):
        before = city.rows("alerts")
        batch = {name: make(name, *rows) for name, rows in came[cut].items()}
        city.publish(after(cut), **(reference if n == 0 else {}), **batch)
        if not lates and n:  # rows come in the order in which they were recorded
            now = city.rows("alerts")
            assert [row for row in now if row in before] == before

    assert sorted(city.rows("alerts"), key=order) == sorted(
        city.at_once().rows("alerts"), key=order
    )


def test_each_step_has_one_row_and_an_alert_is_raised_before_anything_else(trio):
    city = grown(
        trio, RULES, 3 * HOUR,
        events=opened(*range(0, 2000, 40)), drone_states=states((0, FLYING), (500, FLYING)),
        link_probes=probes((0, True), (900, True)), departments=[{}],
    )  # fmt: skip
    rows = city.tables["alerts"]

    assert rows.num_rows > 100
    keys = rows.group_by(["alert_id", "what"]).aggregate([]).num_rows
    assert keys == rows.num_rows
    assert pc.all(pc.greater_equal(rows["recorded_at"], rows["raised_at"])).as_py()
    assert isinstance(rows, pa.Table)
