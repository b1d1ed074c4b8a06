"""A district's figures, and the day against the usual day of its kind."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from tests.layers.rows import MIDNIGHT, NOON, at, closed, event


def test_three_figures_of_a_district_and_of_no_other(figures):
    log = [
        event(
            "a", at("9:00"), response_s=90, response_known_s=90, response_target_s=120
        ),
        event("b", at("10:00"), **closed(60)),
        event("elsewhere", at("9:00"), district_id="B"),
        event("yesterday", at("9:00", day=22)),
        event("a week ago", at("9:00", day=16)),
        event("before, elsewhere", at("9:00", day=15), district_id="B"),
    ]
    found = figures(
        "districts/now.sql",
        {"event_facts": log, "districts": [{"district_id": "A"}, {"district_id": "B"}]},
        district="A",
    )
    assert {name: (row["value"], row["compare"]) for name, row in found.items()} == {
        "district_events_today": (2, 1),
        "district_response_p50_s": (90, 120),
        "district_open_now": (3, 2),
    }


def test_a_district_without_events_has_none_today_and_no_response(figures):
    tables = {
        "event_facts": [event("elsewhere", at("9:00"), district_id="B")],
        "districts": [{"district_id": "A"}, {"district_id": "B"}],
    }
    assert [
        row["value"]
        for row in figures("districts/now.sql", tables, district="A").values()
    ] == [0, None, 0]
    tables["event_facts"] = []
    assert [
        row["value"]
        for row in figures("districts/now.sql", tables, district="A").values()
    ] == [None, None, None]


def test_the_day_has_24_hours_and_the_future_is_empty(ask):
    rows = ask(
        "districts/day.sql",
        {"event_facts": [event("a", at("9:30")), event("b", at("12:00"))]},
    )
    assert rows[0]["at"] == MIDNIGHT
    assert [row["value"] for row in rows] == [0.0] * 9 + [1.0, 0, 0, 1.0] + [None] * 11
    assert [row["is_partial"] for row in rows].index(True) == 12


def at_nine(day, n):
    return [event(f"{day}-{each}", at("9:30", day=day)) for each in range(n)]


def test_a_monday_is_usual_as_other_workdays_are_between_one_in_ten_and_nine_in_ten(
    ask,
):
    """Ten workdays, 9 to 13 and 16 to 20 November, have 0, 1, 2 to 9 events between nine
    and ten; Sunday's 50 are of another kind.
    """
    workdays = (9, 10, 11, 12, 13, 16, 17, 18, 19, 20)
    log = [
        event("before", at("23:00", day=8)),
        *(each for n, day in enumerate(workdays) for each in at_nine(day, n)),
        *at_nine(22, 50),
    ]
    nine = ask("districts/day.sql", {"event_facts": log})[9]
    assert (nine["usual_n"], nine["usual_low"], nine["usual_high"]) == (
        10,
        pytest.approx(0.9),
        pytest.approx(8.1),
    )


def test_of_seven_days_alike_nothing_is_called_usual_and_of_eight_it_is(ask):
    seven, eight = (
        ask(
            "districts/day.sql",
            {"event_facts": [event("before", at("23:00", day=day)), *at_nine(20, 2)]},
        )[9]
        for day in (11, 10)
    )
    assert (seven["usual_n"], seven["usual_low"], seven["usual_high"]) == (
        7,
        None,
        None,
    )
    assert (eight["usual_n"], eight["usual_low"]) == (8, 0)


def test_a_workday_is_not_held_against_the_days_of_a_holiday(ask):
    """On Monday 12 October 2026 three days before it are days off of the National Day.

    They are the second, fifth and sixth, with thirty events each from nine to ten.
    """
    monday = datetime(2026, 10, 12, 4, tzinfo=UTC)
    log = [event("before", datetime(2026, 8, 1, tzinfo=UTC))]
    asked = {"as_of": monday, "day_from": monday.replace(hour=16) - timedelta(days=1)}
    busy = [
        event(f"{day}-{n}", datetime(2026, 10, day, 1, 30, tzinfo=UTC))
        for day in (2, 5, 6)
        for n in range(30)
    ]
    nine = {
        country: ask(
            "districts/day.sql",
            {"event_facts": [*log, *busy]},
            country=country,
            **asked,
        )[9]
        for country in ("CN", "")
    }
    # Three of twenty.
    assert {
        country: (row["usual_n"], row["usual_high"]) for country, row in nine.items()
    } == {
        "CN": (20, 0),
        "": (20, 30),
    }


NEW_YORK = ZoneInfo("America/New_York")


@pytest.mark.parametrize(
    ("date", "n_hours", "clocks"),
    [((2026, 11, 1), 25, [0, 1, 1, 2]), ((2026, 3, 8), 23, [0, 1, 3, 4])],
)
def test_a_day_on_which_clocks_change_has_the_hours_that_pass_and_they_add_up(
    ask, figures, date, n_hours, clocks
):
    """One event in the middle of each hour that passes, looked at in the last minute of the day."""
    start = datetime(*date, tzinfo=NEW_YORK).astimezone(UTC)
    end = start + timedelta(hours=n_hours)
    log = [
        event(f"E{n}", start + timedelta(hours=n, minutes=30)) for n in range(n_hours)
    ]
    asked = {"as_of": end - timedelta(minutes=1), "day_from": start, "zone": NEW_YORK}
    rows = ask("districts/day.sql", {"event_facts": log}, **asked)
    assert [row["at"].astimezone(NEW_YORK).hour for row in rows][:4] == clocks
    assert [row["value"] for row in rows] == [1.0] * n_hours
    assert (
        figures("headline/events.sql", {"event_facts": log}, **asked)["events_today"][
            "value"
        ]
        == n_hours
    )


def test_the_hour_that_comes_twice_is_usual_as_that_hour_is_on_other_days(ask):
    """Ten Saturdays and Sundays with four events each between one and two.

    The first of November has that hour twice.
    """
    start = datetime(2026, 11, 1, tzinfo=NEW_YORK)
    before = [
        start - timedelta(days=n)
        for n in range(1, 57)
        if (start - timedelta(days=n)).weekday() >= 5
    ]
    log = [
        event(f"{day:%j}-{n}", (day + timedelta(hours=1, minutes=n)).astimezone(UTC))
        for day in before
        for n in range(4)
    ]
    log.append(event("before", datetime(2026, 9, 4, 20, tzinfo=UTC)))
    rows = ask(
        "districts/day.sql",
        {"event_facts": log},
        as_of=start.astimezone(UTC) + timedelta(hours=20),
        day_from=start.astimezone(UTC),
        zone=NEW_YORK,
    )
    assert [row["usual_high"] for row in rows][:5] == [0, 4, 4, 0, 0]


def test_without_a_day_to_compare_there_is_no_usual(ask):
    assert (
        ask("districts/day.sql", {"event_facts": [event("a", NOON)]})[9]["usual_low"]
        is None
    )


def test_names_stand_where_the_pack_says_and_only_of_districts_with_an_outline(ask):
    rows = ask(
        "districts/names.sql",
        {
            "districts": [
                {
                    "district_id": "A",
                    "name": "甲区",
                    "label_lon_ud": 114_300_000,
                    "label_lat_ud": 30_600_000,
                    "n_cells": 9,
                },
                {
                    "district_id": "zone",
                    "name": "乙",
                    "label_lon_ud": 114_300_000,
                    "label_lat_ud": 30_600_000,
                    "n_cells": 0,
                },
            ]
        },
    )
    assert [(row["name"], row["lon"], row["lat"]) for row in rows] == [
        ("甲区", 114.3, 30.6)
    ]


AREAS = [
    {
        "district_id": "A",
        "name": "甲区",
        "name_en": "First",
        "kind": "district",
        "n_cells": 9,
    },
    {
        "district_id": "B",
        "name": "乙区",
        "name_en": "Second",
        "kind": "district",
        "n_cells": 9,
    },
    {
        "district_id": "C",
        "name": "丙区",
        "name_en": "Third",
        "kind": "district",
        "n_cells": 0,
    },
    {
        "district_id": "Z1",
        "name": "新区",
        "name_en": "New zone",
        "kind": "functional_zone",
        "n_cells": 0,
    },
    {
        "district_id": "Z2",
        "name": "港区",
        "name_en": "Port zone",
        "kind": "functional_zone",
        "n_cells": 0,
    },
]
COUNTED = ("open_now", "overdue_now", "events_today", "closed_today", "refused_now")


def side_by_side(rows):
    return {
        row["district_id"] or row["kind"]: tuple(row[name] for name in COUNTED)
        for row in rows
    }


def test_districts_side_by_side_worst_first_and_they_add_up(ask):
    log = [
        event("a1", at("9:00"), closure_target_s=3600),
        event("a2", at("11:30"), closure_target_s=3600),
        event("a3", at("10:00"), **closed(600)),
        event("a4", at("8:00", day=22), **closed(20 * 3600)),
        event("a5", at("8:00", day=22), **closed(600)),
        event("b1", at("9:00", day=20), district_id="B", closure_target_s=60),
        event("b2", at("9:00"), district_id="B", closure_target_s=60),
        event("b3", at("9:00"), district_id="B", refused_known_at=at("9:30")),
        event("z1", at("11:00"), district_id="Z2"),
        event("nowhere", at("11:00"), district_id=None),
        event("elsewhere", at("11:00"), district_id="X"),
        event("drill", at("11:00"), mode="drill"),
    ]
    rows = ask("districts/counts.sql", {"event_facts": log, "districts": AREAS})
    assert side_by_side(rows) == {
        "B": (3, 2, 2, 0, 1),
        "A": (2, 1, 3, 2, 0),
        "Z2": (1, 0, 1, 0, 0),
        "C": (0, 0, 0, 0, 0),
        "Z1": (None, None, None, None, None),
        "unknown": (2, 0, 2, 0, 0),
        "total": (8, 3, 8, 2, 1),
    }
    assert [row["district_id"] for row in rows] == [
        "B",
        "A",
        "Z2",
        "C",
        "Z1",
        None,
        None,
    ]
    assert [(row["id"], row["name"], row["name_en"]) for row in rows[::5]] == [
        ("districts:B", "乙区", "Second"),
        (None, None, None),
    ]


STREETS = [
    {"street_code": "S1", "name": "一街", "district_id": "A", "zone_id": "Z1"},
    {"street_code": "S2", "name": "二街", "district_id": "A"},
]


def test_a_functional_zone_counts_what_lies_in_its_streets_and_the_city_counts_it_once(
    ask, figures
):
    """Two in a street of the zone that lies in district A, one in another street of it, one
    that names the zone itself.
    """
    log = [
        event("in its street", at("9:00"), street_code="S1", closure_target_s=60),
        event("there too", at("10:00"), street_code="S1", **closed(600)),
        event("beside it", at("9:00"), street_code="S2"),
        event("named", at("9:30"), district_id="Z1", street_code="S1"),
    ]
    tables = {"event_facts": log, "districts": AREAS, "streets": STREETS}
    counts = side_by_side(ask("districts/counts.sql", tables))
    assert (counts["Z1"], counts["A"], counts["total"]) == (
        (2, 1, 3, 1, 0),
        (2, 1, 3, 1, 0),
        (3, 1, 4, 1, 0),
    )
    assert counts["Z2"] == (None,) * 5
    assert (
        figures("districts/now.sql", tables, district="Z1", zone_streets=["S1"])[
            "district_events_today"
        ]["value"]
        == 3
    )
    assert (
        figures("districts/now.sql", tables, district="Z1", zone_streets=["S1"])[
            "district_open_now"
        ]["value"]
        == 2
    )
    assert [
        row["value"]
        for row in ask("districts/day.sql", tables, district="Z1", zone_streets=["S1"])
    ][9:12] == [2, 1, 0]
    assert {
        row["title"]
        for row in ask(
            "attention/rows.sql", tables, district="Z1", zone_streets=["S1"], most=8
        )
    } == {"in its street", "named"}


def test_a_zone_with_streets_in_which_nothing_happened_is_at_rest(ask):
    rows = ask(
        "districts/counts.sql",
        {
            "event_facts": [event("elsewhere", at("9:00"))],
            "districts": AREAS,
            "streets": STREETS,
        },
    )
    assert side_by_side(rows)["Z1"] == (0, 0, 0, 0, 0)


def test_a_closing_counts_on_the_day_of_its_own_microsecond(ask):
    """Created half a second past a whole one, so that whole seconds of lasting do not tell
    which day it was closed.
    """
    late = at("23:00", day=22).replace(microsecond=500_000)
    log = [
        event("first of today", late, closed_at=MIDNIGHT, closed_known_at=MIDNIGHT),
        event(
            "last of yesterday",
            late,
            closed_at=MIDNIGHT.replace(
                minute=59, hour=15, second=59, microsecond=999_999
            ),
            closed_known_at=MIDNIGHT,
        ),
        event("not known yet", late, **closed(7200, known_s=86_400)),
        event("still to come", late, **closed(86_400)),
    ]
    total = ask("districts/counts.sql", {"event_facts": log, "districts": AREAS})[-1]
    assert tuple(total[name] for name in COUNTED) == (2, 0, 0, 1, 0)


def test_where_no_event_is_known_no_district_is_said_to_be_at_rest(ask):
    old = [event("old", at("9:00", day=1), **closed(60))]
    for log in ([], old):
        rows = ask("districts/counts.sql", {"event_facts": log, "districts": AREAS})
        assert set(side_by_side(rows).values()) == {(None,) * 5}


def test_what_is_open_is_told_though_nothing_happened_lately(ask):
    rows = ask(
        "districts/counts.sql",
        {"event_facts": [event("old", at("9:00", day=1))], "districts": AREAS},
    )
    assert side_by_side(rows)["A"] == (1, 0, None, 0, 0)


def test_where_no_event_says_where_it_was_no_district_is_at_rest(ask, figures):
    """Three events without any district.

    All are of no known district, and nothing can be told of the districts.
    """
    log = [event(f"E{n}", at("9:00"), district_id=None) for n in range(3)]
    tables = {"event_facts": log, "districts": AREAS, "streets": STREETS}
    counts = side_by_side(ask("districts/counts.sql", tables))
    assert (counts["A"], counts["Z1"], counts["unknown"], counts["total"]) == (
        (None,) * 5,
        (None,) * 5,
        (3, 0, 3, 0, 0),
        (3, 0, 3, 0, 0),
    )
    now = figures("districts/now.sql", tables, district="A")
    assert [
        (now[name]["value"], now[name]["value_why"])
        for name in ("district_events_today", "district_open_now")
    ] == [(None, "nothing-placed")] * 2
    assert {row["value"] for row in ask("districts/day.sql", tables, district="A")} == {
        None
    }
    assert sum(row["value"] or 0 for row in ask("districts/day.sql", tables)) == 3


def test_one_event_that_says_where_it_was_puts_the_other_districts_at_rest(
    ask, figures
):
    tables = {
        "event_facts": [event("E1", at("9:00"))],
        "districts": AREAS,
        "streets": STREETS,
    }
    counts = side_by_side(ask("districts/counts.sql", tables))
    assert (counts["A"], counts["B"], counts["total"]) == (
        (1, 0, 1, 0, 0),
        (0, 0, 0, 0, 0),
        (1, 0, 1, 0, 0),
    )
    assert (
        figures("districts/now.sql", tables, district="B")["district_open_now"]["value"]
        == 0
    )


OF_A = [
    {"street_code": "s1", "district_id": "A", "name": "One"},
    {"street_code": "s2", "district_id": "A", "name": "Two"},
    {"street_code": "s3", "district_id": "B", "name": "Three"},
]


def street_rows(ask, **asked):
    log = [
        event("late", at("9:00"), street_code="s2", closure_target_s=3_600),
        event("open", at("11:30"), street_code="s2", closure_target_s=3_600),
        event("shut", at("9:00"), street_code="s1", **closed(60)),
        event("before", at("9:00", day=22), street_code="s1"),
        event("nowhere", at("10:00")),
        event("of no street of it", at("10:00"), street_code="s3"),
        event("elsewhere", at("10:00"), district_id="B", street_code="s3"),
        event("exercise", at("10:00"), street_code="s1", mode="drill"),
    ]
    tables = {"event_facts": log, "streets": OF_A}
    return ask("districts/street_counts.sql", tables, **{"district": "A", **asked})


def test_the_streets_of_a_district_add_up_to_it(ask):
    found = street_rows(ask)

    counts = [
        (row["name"], row["open_now"], row["overdue_now"], row["events_today"])
        for row in found
    ]
    assert counts == [("Two", 2, 1, 2), ("One", 1, 0, 1), (None, 2, 0, 2)]
    assert found[-1]["kind"] == "no-street"


def test_a_zone_has_its_streets_whatever_district_they_lie_in(ask):
    found = street_rows(ask, district="Z", zone_streets=["s1", "s3"])

    assert [(row["street_code"], row["open_now"]) for row in found] == [
        ("s3", 2),
        ("s1", 1),
    ]


def test_a_district_of_which_nothing_is_known_has_streets_and_no_figures(ask):
    tables = {"event_facts": [], "streets": OF_A}
    found = ask("districts/street_counts.sql", tables, district="A")

    assert [(row["name"], row["open_now"]) for row in found] == [
        ("One", None),
        ("Two", None),
    ]
