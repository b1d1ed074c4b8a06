"""A measure is worked out anew when anything that it rests on changes.

The clock is one such thing. It is never later, whatever the pieces.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.measures.rows import NINE, Growing, make
from twin.city import City

MEASURES = (
    "link_health",
    "programme_progress",
    "indicator_latest",
    "coverage",
    "footprints",
)


def later(**units: float) -> datetime:
    """A moment after nine."""
    return NINE + timedelta(**units)


def due(lake: Growing) -> float:
    """What the only plan of the lake should have brought by now."""
    (row,) = lake.rows("programme_progress")
    return row["due"]


def test_a_plan_that_changed_is_in_the_next_publish_though_no_log_has_news(trio: City):
    lake = Growing(trio).publish(
        NINE, targets=make("targets", {"plan": 100}), lifts=make("lifts", {})
    )
    lake.publish(later(seconds=10), targets=make("targets", {"plan": 200}))

    assert [row["plan"] for row in lake.rows("programme_progress")] == [200]


def test_nothing_new_renews_neither_plans_nor_values_nor_what_was_seen(trio: City):
    lake = Growing(trio).publish(
        NINE,
        targets=make("targets", {"plan": 100}),
        indicators=make("indicators", {}),
        indicator_values=make("indicator_values", {}),
        drone_states=make(
            "drone_states", {"lon_ud": -34_970_000, "lat_ud": 41_000_000}
        ),
    )
    lake.publish(later(seconds=10))

    assert lake.rows("coverage")
    assert lake.renewed == ["link_health"]


def test_a_day_begins_at_the_citys_midnight_and_not_at_that_of_utc(trio: City):
    """In January the Azores are an hour behind: their year begins at one o'clock UTC."""
    new_year = datetime(2026, 1, 1, tzinfo=UTC)
    lake = Growing(trio).publish(
        new_year - timedelta(minutes=5), targets=make("targets", {"plan": 365})
    )
    found = []
    for minutes in (0, 59, 60, 24 * 60 + 59, 25 * 60):
        lake.publish(new_year + timedelta(minutes=minutes))
        found.append((due(lake), lake.rows("programme_progress")[0]["as_of"]))
        assert lake.at_once().rows("programme_progress") == lake.rows(
            "programme_progress"
        )

    day = timedelta(days=1)
    first = new_year + timedelta(hours=1)
    assert found == [
        (0, first - day),
        (0, first - day),
        (1, first),
        (1, first),
        (2, first + day),
    ]


def test_a_day_of_a_repeated_midnight_begins_once(trio: City):
    """On 25 October 2026 the Azores' clocks go back from one to midnight.

    The day begins at the first of two.
    """
    lake = Growing(trio).publish(
        datetime(2026, 10, 25, 0, 30, tzinfo=UTC),
        targets=make("targets", {"plan": 365}),
    )
    first = lake.rows("programme_progress")[0]
    lake.publish(datetime(2026, 10, 25, 1, 30, tzinfo=UTC))

    assert first["as_of"] == datetime(2026, 10, 25, tzinfo=UTC)
    assert lake.rows("programme_progress") == [first]


@pytest.mark.parametrize("clock", ["occurred_at", "recorded_at"])
def test_a_step_that_is_held_ahead_of_its_moment_counts_from_that_moment_on(
    trio: City, clock: str
):
    steps = make(
        "lifts", {}, {"version": 2, "status": "accepted", clock: later(minutes=7)}
    )
    lake = Growing(trio).publish(NINE, lifts=steps)
    counted = [
        [row["actual"] for row in lake.publish(at).rows("programme_progress")]
        for at in (later(minutes=6), later(minutes=7))
    ]

    assert counted == [[0], [1]]


@pytest.mark.parametrize("clock", ["occurred_at", "recorded_at"])
def test_a_value_that_is_held_ahead_of_its_moment_is_told_from_that_moment_on(
    trio: City, clock: str
):
    values = make(
        "indicator_values",
        {"value": 1.0},
        {"value": 2.0, "occurred_at": later(seconds=1), "recorded_at": later(seconds=1)}
        | {clock: later(minutes=7)},
    )
    lake = Growing(trio).publish(
        NINE, indicators=make("indicators", {}), indicator_values=values
    )
    told = [
        [row["value"] for row in lake.publish(at).rows("indicator_latest")]
        for at in (later(minutes=6), later(minutes=7))
    ]

    assert told == [[1], [2]]


def test_an_hour_that_comes_twice_ages_values_like_any_other(trio: City):
    """On 25 October 2026 the Azores' clocks go back at one o'clock UTC.

    A value of 23:30 UTC is fresh until 01:30 UTC.
    """
    at = datetime(2026, 10, 24, 23, 30, tzinfo=UTC)
    lake = Growing(trio).publish(
        at,
        indicators=make("indicators", {}),
        indicator_values=make(
            "indicator_values", {"occurred_at": at, "recorded_at": at}
        ),
    )
    fresh = []
    for minutes in range(10, 180, 10):
        lake.publish(at + timedelta(minutes=minutes))
        fresh.append(lake.rows("indicator_latest")[0]["is_fresh"])

    assert fresh == [minutes <= 120 for minutes in range(10, 180, 10)]


def test_a_value_ages_a_microsecond_after_its_last_fresh_moment(trio: City):
    lake = Growing(trio).publish(
        NINE,
        indicators=make("indicators", {}),
        indicator_values=make("indicator_values", {}),
    )
    fresh = [
        lake.publish(at).rows("indicator_latest")[0]["is_fresh"]
        for at in (later(hours=2), later(hours=2, microseconds=1))
    ]

    assert fresh == [True, False]


def test_a_value_of_seventy_days_leaves_though_nothing_is_new(trio: City):
    lake = Growing(trio).publish(
        NINE,
        indicators=make("indicators", {}),
        indicator_values=make("indicator_values", {}),
    )
    lake.publish(later(days=3))
    left = [
        len(lake.publish(at).rows("indicator_latest"))
        for at in (later(days=70) - timedelta(microseconds=1), later(days=70))
    ]

    assert left == [1, 0]


def test_other_settings_judge_the_same_rows_anew(trio: City):
    lake = Growing(trio).publish(
        NINE,
        indicators=make("indicators", {}),
        indicator_values=make("indicator_values", {}),
    )
    lake.publish(later(hours=1.5))
    fresh = {**trio.settings["freshness"], "indicator_periods": 1}
    lake.city = replace(trio, settings={**trio.settings, "freshness": fresh})
    lake.publish(later(hours=1.5, seconds=10))

    assert lake.rows("indicator_latest")[0]["is_fresh"] is False


def test_another_catalogue_judges_the_same_rows_anew(trio: City):
    lake = Growing(trio).publish(
        NINE,
        indicators=make("indicators", {"period": "day"}),
        indicator_values=make("indicator_values", {}),
    )
    lake.publish(later(hours=3), indicators=make("indicators", {"period": "hour"}))

    assert lake.rows("indicator_latest")[0]["is_fresh"] is False


def test_a_link_goes_down_though_no_probe_came(trio: City):
    lake = Growing(trio).publish(
        NINE, departments=make("departments", {}), link_probes=make("link_probes", {})
    )
    states = [
        lake.publish(at).rows("link_health")[0]["state"]
        for at in (later(seconds=120), later(seconds=121))
    ]

    assert states == ["ok", "down"]


moments = st.integers(0, 40).map(lambda n: NINE + timedelta(minutes=37 * n))
clocks = {"occurred_at": moments, "recorded_at": moments}
logs = st.fixed_dictionaries(
    {
        "lifts": st.lists(
            st.builds(
                dict,
                lift_id=st.sampled_from("ab"),
                version=st.integers(1, 4),
                status=st.sampled_from(["building", "accepted"]),
                **clocks,
            ),
            max_size=5,
            unique_by=lambda row: (row["lift_id"], row["version"]),
        ),
        "indicator_values": st.lists(
            st.builds(
                dict,
                ind_id=st.sampled_from(["I1", "I2", "unlisted"]),
                value=st.floats(0, 9),
                **clocks,
            ),
            max_size=6,
            unique_by=lambda row: (
                row["ind_id"],
                row["occurred_at"],
                row["recorded_at"],
            ),
        ),
        "link_probes": st.lists(
            st.builds(
                dict, is_ok=st.booleans(), last_record_at=st.none() | moments, **clocks
            ),
            max_size=5,
            unique_by=lambda row: row["occurred_at"],
        ),
    }
)


@settings(
    max_examples=15,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(
    rows=logs,
    cuts=st.lists(moments, min_size=2, max_size=4, unique=True).map(sorted),
    draw=st.randoms(use_true_random=False),
    plans=st.lists(st.integers(1, 9), min_size=4, max_size=4),
)
@pytest.mark.soak
def test_after_every_publish_the_measures_are_those_of_one(
    trio: City, rows, cuts, draw, plans
):
    """Rows come in any piece, early or late by their own clocks, and the plan changes under way."""
    lake = Growing(trio).publish(
        NINE - timedelta(minutes=1),
        departments=make("departments", {}),
        indicators=make("indicators", {}, {"ind_id": "I2", "period": "day"}),
    )
    pieces = {
        name: [draw.randrange(len(cuts)) for _ in given_rows]
        for name, given_rows in rows.items()
    }
    for number, cut in enumerate(cuts):
        batch = {
            name: [
                row
                for row, piece in zip(given_rows, pieces[name], strict=True)
                if piece == number
            ]
            for name, given_rows in rows.items()
        }
        lake.publish(
            cut,
            targets=make("targets", {"plan": plans[number]}),
            **{name: make(name, *some) for name, some in batch.items() if some},
        )
        whole = lake.at_once()
        for measure in MEASURES:
            assert lake.rows(measure) == whole.rows(measure), measure
