"""Newest values: as last corrected, beside the same hour of yesterday, and marked once
nobody renews them.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import twin.measures
from tests.measures.rows import NINE, make
from tests.oracles import answers
from twin.contracts.measured import INDICATOR_LATEST
from twin.engine import answer, load_sql

SQL = load_sql(Path(twin.measures.__file__).with_name("indicator_latest.sql"))


def hours(n: float) -> datetime:
    """A moment that many hours before nine."""
    return NINE - timedelta(hours=n)


def latest(
    *values: Mapping[str, object],
    period: str = "hour",
    as_of: datetime = NINE,
    known_at: datetime = NINE,
) -> list[dict[str, object]]:
    """The newest values, at nine unless the test says otherwise, with two periods to be fresh."""
    tables = {
        "indicators": make("indicators", {"period": period}),
        "indicator_values": make("indicator_values", *values),
    }
    asked = {"as_of": as_of, "known_at": known_at, "indicator_periods": 2}
    return answer(tables, SQL, asked).cast(INDICATOR_LATEST.schema).to_pylist()


def value(
    age: float, amount: float | None, heard: float | None = None, **more: object
) -> dict[str, object]:
    """A value measured `age` hours ago and recorded `heard` hours ago."""
    return {
        "occurred_at": hours(age),
        "recorded_at": hours(age if heard is None else heard),
        "value": amount,
    } | more


def test_the_newest_value_stands_beside_the_same_hour_of_yesterday():
    (row,) = latest(value(24, 5), value(23, 7), value(1, 8), value(0, 9))

    assert (row["value"], row["day_before"], row["is_fresh"]) == (9, 5, True)


def test_without_a_value_at_that_hour_there_is_nothing_to_compare_with():
    assert latest(value(23, 7), value(0, 9))[0]["day_before"] is None


def test_a_correction_replaces_the_value_and_its_quality():
    (row,) = latest(value(1, 8), value(1, 6, heard=0, quality="late"))

    assert (row["value"], row["quality"]) == (6, "late")


def test_a_value_withdrawn_is_missing_and_not_the_one_before():
    (row,) = latest(value(1, 8), value(1, None, heard=0, quality="missing"))

    assert (row["value"], row["quality"]) == (None, "missing")


def test_a_correction_that_is_not_recorded_yet_is_not_known():
    assert latest(value(1, 8), value(1, 6, heard=-1))[0]["value"] == 8
    assert (
        latest(value(1, 8), value(1, 6, heard=-1), known_at=hours(-1))[0]["value"] == 6
    )


def test_a_value_of_later_than_the_moment_is_not_told_though_it_is_known():
    assert latest(value(2, 8), value(0, 6), as_of=hours(1))[0]["value"] == 8


@pytest.mark.parametrize(("days", "n"), [(69.99, 1), (70, 0)])
def test_a_value_is_told_for_seventy_days(days, n):
    assert len(latest(value(days * 24, 8))) == n


def test_the_value_of_the_day_before_may_be_older_than_seventy_days():
    assert latest(value(69.5 * 24, 8), value(70.5 * 24, 5))[0]["day_before"] == 5


@pytest.mark.parametrize(
    ("period", "age", "is_fresh"),
    [
        ("hour", 2, True),
        ("hour", 2 + 1e-6 / 3_600, False),
        ("day", 48, True),
        ("day", 49, False),
        ("month", 62 * 24, True),
        ("month", 62 * 24 + 1, False),
    ],
)
def test_a_value_is_fresh_for_two_of_its_periods(period, age, is_fresh):
    assert latest(value(age, 1), period=period)[0]["is_fresh"] is is_fresh


def test_areas_are_kept_apart():
    assert [
        (row["area_id"], row["value"])
        for row in latest(value(0, 1, area_id="d"), value(0, 2))
    ] == [("city", 2), ("d", 1)]


amounts = st.none() | st.integers(0, 9).map(float)
values = st.builds(
    value,
    st.sampled_from([-1, 0, 1, 2, 24, 25, 26, 1_679, 1_680, 1_703]),
    amounts,
    st.sampled_from([-1.0, 0.0, 0.5, 1.0, 25.0]),
    quality=st.sampled_from(["good", "late", "missing"]),
)
moments = st.sampled_from([hours(n) for n in (-1, 0, 1, 24)])


@settings(max_examples=60, deadline=None)
@given(
    rows=st.lists(
        values,
        max_size=8,
        unique_by=lambda row: (row["occurred_at"], row["recorded_at"]),
    ),
    as_of=moments,
    known_at=moments,
)
def test_every_answer_agrees_with_looking_it_up_by_hand(rows, as_of, known_at):
    by_hand = answers.newest_value(
        make("indicator_values", *rows).to_pylist(), as_of, known_at, timedelta(hours=2)
    )
    found = latest(*rows, as_of=as_of, known_at=known_at)

    assert [{name: row[name] for name in by_hand or ()} for row in found] == (
        [by_hand] if by_hand else []
    )
