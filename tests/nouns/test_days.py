"""The city's calendar: the same time of another day, the hours of a day, days alike."""

from __future__ import annotations

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest

from twin.days import check_calendar, days, kind_of, like, same_time

NEW_YORK, LORD_HOWE, SHANGHAI = (
    ZoneInfo(name)
    for name in ("America/New_York", "Australia/Lord_Howe", "Asia/Shanghai")
)


def test_the_same_time_a_week_before_a_change_of_clocks_is_an_hour_off():
    assert same_time(datetime(2026, 11, 3, 16, tzinfo=UTC), NEW_YORK, 7) == datetime(
        2026, 10, 27, 15, tzinfo=UTC
    )
    assert same_time(datetime(2026, 3, 10, 15, tzinfo=UTC), NEW_YORK, 7) == datetime(
        2026, 3, 3, 16, tzinfo=UTC
    )
    assert same_time(datetime(2026, 3, 10, 15, tzinfo=UTC), SHANGHAI, 7) == datetime(
        2026, 3, 3, 15, tzinfo=UTC
    )


def test_a_time_that_was_left_out_a_week_ago_is_told_as_if_it_had_not_been():
    """On 8 March 2026 half past two did not come in New York.

    It is three and a half hours after midnight in what passes.
    """
    assert same_time(datetime(2026, 3, 15, 6, 30, tzinfo=UTC), NEW_YORK, 7) == datetime(
        2026, 3, 8, 7, 30, tzinfo=UTC
    )


def test_what_is_known_of_it_lags_as_much_as_what_is_known_now():
    as_of = datetime(2026, 11, 3, 16, tzinfo=UTC)
    found = days(as_of, as_of.replace(hour=18), NEW_YORK, {}).week
    assert (found.as_of, found.known_at, found.day_from) == (
        datetime(2026, 10, 27, 15, tzinfo=UTC),
        datetime(2026, 10, 27, 17, tzinfo=UTC),
        datetime(2026, 10, 27, 4, tzinfo=UTC),
    )


@pytest.mark.parametrize(
    ("zone", "day", "n", "start"),
    [
        (SHANGHAI, date(2026, 3, 8), 24, (0, 1, 2, 3)),
        (NEW_YORK, date(2026, 3, 8), 23, (0, 1, 3, 4)),
        (NEW_YORK, date(2026, 11, 1), 25, (0, 1, 1, 2)),
        (LORD_HOWE, date(2026, 4, 5), 25, (0, 1, 1, 2)),
        (LORD_HOWE, date(2026, 10, 4), 24, (0, 1, 2, 3)),
    ],
)
def test_a_day_has_the_hours_that_pass(zone, day, n, start):
    noon = datetime(day.year, day.month, day.day, 12, tzinfo=zone).astimezone(UTC)
    hours = days(noon, noon, zone, {}).hours
    assert (len(hours), hours[:4]) == (n, start)


def test_days_alike_are_the_newest_twenty_of_eight_weeks_and_last_24_hours():
    # A Monday: Friday, Thursday, Wednesday.
    assert like(date(2026, 11, 23), SHANGHAI, "", "")[:3] == (
        72,
        96,
        120,
    )
    assert len(like(date(2026, 11, 23), SHANGHAI, "", "")) == 20
    # Saturdays and Sundays.
    assert len(like(date(2026, 11, 22), SHANGHAI, "", "")) == 16
    # Over the Sunday of 25 hours.
    assert like(date(2026, 11, 2), NEW_YORK, "", "")[:2] == (
        73,
        97,
    )
    # Not that Sunday itself, but the Saturday before it.
    assert like(date(2026, 11, 8), NEW_YORK, "", "")[:2] == (
        24,
        193,
    )


def test_holidays_and_the_days_that_make_up_for_them_are_those_of_the_country():
    kinds = {day: kind_of(date(2026, 10, day), "CN", "") for day in (1, 7, 8, 10, 11)}
    assert [each.kind for each in kinds.values()] == [
        "holiday",
        "holiday",
        "workday",
        "workday",
        "weekend",
    ]
    assert [each.is_special for each in kinds.values()] == [
        True,
        True,
        False,
        True,
        False,
    ]
    assert (kinds[1].name, kinds[1].name_en) == ("国庆节", "National Day")
    assert kind_of(date(2026, 10, 1), "", "").kind == "workday"
    assert kind_of(date(2025, 10, 8), "CN", "").name == "休息日"


def test_a_holiday_is_like_holidays_only():
    # The first two days off, and 25 September.
    assert like(date(2026, 10, 3), SHANGHAI, "CN", "") == (
        24,
        48,
        192,
    )


def test_a_calendar_that_nobody_keeps_is_a_fault_of_the_pack():
    assert (
        check_calendar({})
        == check_calendar({"country": "CN"})
        == check_calendar({"country": "US", "subdivision": "NY"})
        == []
    )
    assert "the country 'Atlantis'" in check_calendar({"country": "Atlantis"})[0]
    assert (
        "with the subdivision 'QQ'"
        in check_calendar({"country": "CN", "subdivision": "QQ"})[0]
    )
