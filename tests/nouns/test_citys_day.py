"""The day of a picture is the city's own, and begins once."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from twin.clock import year_share
from twin.pack import load_city
from twin.view import Pinned, Pointer, View, pin

TRIO = load_city(Path(__file__).parents[1] / "cities" / "trio")
"""A city of the Azores: an hour behind UTC in winter, as UTC in summer."""


def pinned(
    at: datetime,
    snapshot_as_of: datetime | None = None,
    known_at: datetime | None = None,
) -> Pinned:
    """A moment, answered by the snapshot of that moment unless the test says otherwise."""
    return pin(
        View(as_of=at, known_at=known_at),
        TRIO,
        lambda _: Pointer("s", snapshot_as_of or at),
    )


def test_in_winter_the_day_begins_an_hour_after_that_of_utc():
    early, late = (
        pinned(datetime(2026, 1, 1, 0, minutes, tzinfo=UTC) + timedelta(minutes=30))
        for minutes in (0, 30)
    )

    assert (early.day, early.day_from) == (
        date(2025, 12, 31),
        datetime(2025, 12, 31, 1, tzinfo=UTC),
    )
    assert (late.day, late.day_from) == (
        date(2026, 1, 1),
        datetime(2026, 1, 1, 1, tzinfo=UTC),
    )


@pytest.mark.parametrize("minutes", [0, 59, 60, 119, 120, 1_440])
def test_a_midnight_that_comes_twice_begins_the_day_the_first_time(minutes: int):
    """On 25 October 2026 the clocks go back from one to midnight."""
    first = datetime(2026, 10, 25, tzinfo=UTC)

    assert pinned(first + timedelta(minutes=minutes)).day_from == first


def test_a_midnight_that_is_left_out_begins_the_day_where_the_clocks_go_on():
    """On 29 March 2026 the clocks go from midnight to one."""
    at = datetime(2026, 3, 29, 1, tzinfo=UTC)

    assert pinned(at).day_from == at
    assert pinned(at - timedelta(microseconds=1)).day == date(2026, 3, 28)


def test_a_picture_is_of_the_snapshots_moment_if_both_clocks_are():
    at = datetime(2026, 7, 16, 12, tzinfo=UTC)

    assert pinned(at).is_snapshot_moment
    assert not pinned(at, snapshot_as_of=at + timedelta(seconds=10)).is_snapshot_moment
    assert not pinned(at, known_at=at - timedelta(seconds=10)).is_snapshot_moment


def test_a_year_is_begun_by_one_day_and_whole_on_its_last():
    assert [
        year_share(day)
        for day in (date(2026, 1, 1), date(2026, 12, 31), date(2028, 12, 31))
    ] == [1 / 365, 1, 1]
    assert year_share(date(2028, 2, 29)) == 60 / 366
