"""What stands beside a figure is like it.

It is of the same time by the city's clocks, of a day of the same kind, and whole in the
data.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from tests.layers.rows import at, closed, event

NEW_YORK = ZoneInfo("America/New_York")


@pytest.fixture
def today(figures):
    return lambda log, **asked: figures(
        "headline/events.sql", {"event_facts": log}, **asked
    )["events_today"]


def by_clock(zone, month, day, hour, minute=0):
    return datetime(2026, month, day, hour, minute, tzinfo=zone).astimezone(UTC)


def test_a_week_ago_is_the_same_time_by_the_citys_clocks_though_they_changed_since(
    today,
):
    """Clocks in New York went back on 1 November.

    Eleven on the 3rd is 169 hours after eleven on 27 October.
    """
    then = [event(f"w{n}", by_clock(NEW_YORK, 10, 27, 10, 10 + n)) for n in range(5)]
    later = event("after eleven", by_clock(NEW_YORK, 10, 27, 11, 1))
    log = [
        event("before", by_clock(NEW_YORK, 10, 26, 12)),
        *then,
        later,
        event("now", by_clock(NEW_YORK, 11, 3, 9)),
    ]
    row = today(
        log,
        as_of=by_clock(NEW_YORK, 11, 3, 11),
        day_from=by_clock(NEW_YORK, 11, 3, 0),
        zone=NEW_YORK,
    )
    assert (row["value"], row["compare"], row["compare_why"]) == (1, 5, "")


def test_the_day_a_week_ago_begins_at_its_own_midnight(today):
    """On 3 November midnight is 5:00 UTC.

    On 27 October it was 4:00 UTC, and an event of half past midnight is of that day.
    """
    log = [
        event("before", by_clock(NEW_YORK, 10, 26, 12)),
        event("early", by_clock(NEW_YORK, 10, 27, 0, 30)),
    ]
    row = today(
        log,
        as_of=by_clock(NEW_YORK, 11, 3, 1),
        day_from=by_clock(NEW_YORK, 11, 3, 0),
        zone=NEW_YORK,
    )
    assert row["compare"] == 1


def test_yesterday_is_the_same_time_by_the_citys_clocks_too(figures):
    """Noon on 1 November is 25 hours after noon on 31 October.

    Closed at half past twelve that day, it was open at noon.
    """
    noon = by_clock(NEW_YORK, 10, 31, 12)
    log = [
        event(
            "closed at half past twelve",
            noon - timedelta(hours=3),
            **closed(3 * 3600 + 1800),
        ),
        event("before", noon - timedelta(days=1), **closed(60)),
    ]
    asked = {
        "as_of": by_clock(NEW_YORK, 11, 1, 12),
        "day_from": by_clock(NEW_YORK, 11, 1, 0),
        "zone": NEW_YORK,
    }
    assert (
        figures("headline/events.sql", {"event_facts": log}, **asked)["open_now"][
            "compare"
        ]
        == 1
    )
    assert (
        figures("districts/now.sql", {"event_facts": log}, district="A", **asked)[
            "district_open_now"
        ]["compare"]
        == 1
    )


def test_a_week_ago_that_the_data_have_in_part_is_not_compared(today, figures):
    """The data begin at six on the 16th: six of the twelve hours that today has are there."""
    log = [event(f"w{n}", at(f"{n}:00", day=16)) for n in range(6, 12)] + [
        event(f"t{n}", at(f"{n}:30")) for n in range(11)
    ]
    row = today(log)
    assert (row["value"], row["compare"], row["compare_why"]) == (
        11,
        None,
        "no-history",
    )
    assert today([*log, event("before", at("23:59", day=15))])["compare"] == 6
    assert (
        figures("headline/proactive.sql", {"event_facts": log})["proactive_pct"][
            "compare_why"
        ]
        == "no-history"
    )
    assert (
        figures("districts/now.sql", {"event_facts": log}, district="A")[
            "district_events_today"
        ]["compare_why"]
        == "no-history"
    )


def test_what_was_recorded_later_does_not_make_a_week_ago_whole(today):
    """An old event that was imported yesterday was not known a week ago."""
    log = [
        event("w", at("9:00", day=16)),
        event("old", at("9:00", day=1), known_from=at("9:00", day=22)),
    ]
    assert today(log)["compare"] is None


def test_none_a_week_ago_is_none_and_not_unknown(today):
    assert (
        today(
            [
                event("before", at("9:00", day=15), **closed(60)),
                event("now", at("9:00")),
            ]
        )["compare"]
        == 0
    )


def test_open_a_day_ago_before_the_data_began_is_unknown(figures):
    row = figures(
        "headline/events.sql", {"event_facts": [event("E1", at("13:00", day=22))]}
    )["open_now"]
    assert (row["value"], row["compare"], row["compare_why"]) == (1, None, "no-history")


@pytest.mark.parametrize(
    ("day", "why"),
    [
        # The National Day, after an ordinary Thursday.
        (datetime(2026, 10, 1, 4, tzinfo=UTC), "special-day"),
        # An ordinary Thursday after it.
        (datetime(2026, 10, 8, 4, tzinfo=UTC), "special-day"),
        # A Saturday that is worked, after one of the holiday.
        (datetime(2026, 10, 10, 4, tzinfo=UTC), "special-day"),
        # An ordinary Thursday after another.
        (datetime(2026, 10, 15, 4, tzinfo=UTC), ""),
    ],
)
def test_a_day_is_not_compared_with_one_of_another_kind(figures, day, why):
    log = {
        "event_facts": [
            event("before", day - timedelta(days=9), **closed(60)),
            event("E1", day - timedelta(days=7, hours=1), is_proactive=True),
        ]
    }
    asked = {
        "as_of": day,
        "day_from": day.replace(hour=16) - timedelta(days=1),
        "country": "CN",
    }
    for path, name in (
        ("headline/events.sql", "events_today"),
        ("headline/proactive.sql", "proactive_pct"),
        ("districts/now.sql", "district_events_today"),
    ):
        district = {"district": "A"} if path.startswith("districts") else {}
        row = figures(path, log, **asked, **district)[name]
        assert (row["compare_why"], row["compare"] is None) == (why, bool(why))
    assert (
        figures("headline/events.sql", log, **{**asked, "country": ""})["events_today"][
            "compare"
        ]
        == 1
    )


def test_the_trace_has_its_band_by_the_hour_and_kind_of_day(today):
    """Nine workdays with two events between eleven and twelve.

    On the last Saturday and Sunday there were twenty.
    """
    workdays = (10, 11, 12, 13, 16, 17, 18, 19, 20)
    log = [
        event("before", at("23:00", day=9)),
        *(
            event(f"{day}-{n}", at("11:20", day=day))
            for day in workdays
            for n in range(2)
        ),
        *(
            event(f"{day}-{n}", at("11:20", day=day))
            for day in (21, 22)
            for n in range(20)
        ),
    ]
    row = today(log)
    assert len(row["trace"]) == len(row["usual_low"]) == len(row["usual_high"]) == 24
    assert (row["usual_low"][-1], row["usual_high"][-1]) == (2, 2)
    assert (row["usual_low"][-2], row["usual_high"][-2]) == (0, 0)
    assert row["usual_high"][:12] == [None] * 12  # Sunday's hours: two days alike


def test_a_trace_without_eight_days_alike_has_no_band(today):
    row = today([event("before", at("23:00", day=17)), event("E1", at("11:00"))])
    assert (row["usual_low"], row["usual_high"]) == (None, None)
