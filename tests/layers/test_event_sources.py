"""Each source against its own hour of the week; silent, surging, or with too little history."""

from __future__ import annotations

import math
import random
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from layers.event_sources.layer import LAYER, LEAST_GAPS
from tests.layers.rows import MIDNIGHT, NOON, at, event
from tests.oracles import inflow as oracle
from twin.measures import LEAST_CASES

WEEK = timedelta(days=7)
SOURCES = [
    {"source_id": "S01", "slot": 1, "name": "热线", "name_en": "Hotline"},
    {"source_id": "S02", "slot": 2, "name": "网格", "name_en": "Patrol"},
]
RULES = LAYER.panels[0].question.own


@pytest.fixture
def board(ask):
    """The rows of the board by source, over a log of events."""

    def asked(log, incidents=(), **params):
        rules = {
            name: value
            for name, value in RULES.items()
            if name not in {"district", "zone_streets"}
        }
        rows = ask(
            "event_sources/sources.sql",
            {
                "event_facts": log,
                "event_sources": SOURCES,
                "incidents": list(incidents),
            },
            **{**rules, **params},
        )
        return {row["source_id"]: row for row in rows}

    return asked


def spread(when, n, source="S01", **given):
    """`n` events of a source, a second apart, the last at `when`."""
    return [
        event(
            f"{source} {when:%m%d%H%M} {k}",
            when - timedelta(seconds=k),
            source_id=source,
            **given,
        )
        for k in range(n)
    ]


def weeks(counts, source="S01", before=timedelta(minutes=10)):
    """Events of the same hour of the weeks before, so many in each, the newest week first.

    One more event an hour and a half after midnight, ten weeks ago, is the first of the source.
    """
    log = [event(f"{source} first", MIDNIGHT - 9 * WEEK, source_id=source)]
    for n, count in enumerate(counts, start=1):
        log += spread(NOON - n * WEEK - before, count, source)
    return log


def test_today_is_held_against_the_median_of_the_same_weekday_and_its_spread(board):
    """10, 12, 8, 10, 30, 9, 11, 10 in eight weeks: the median is 10; the distances from it are
    0, 2, 2, 0, 20, 1, 1, 0, of which the median is 1: a spread of 1.4826. The band is no
    narrower than two roots of 10 to either side.
    """
    log = weeks([10, 12, 8, 10, 30, 9, 11, 10]) + spread(NOON, 14)

    row = board(log)["S01"]

    assert (row["n_day"], row["n_hour"], row["n_5min"], row["n_weeks"]) == (
        14,
        14,
        14,
        8,
    )
    assert (row["day_mid"], row["day_spread"]) == (10.0, pytest.approx(1.4826))
    assert row["day_low"] == pytest.approx(10 - 2 * math.sqrt(10))
    assert row["day_high"] == pytest.approx(10 + 2 * math.sqrt(10))
    assert (row["usual"], row["state"]) == ("usual", "fine")


def test_a_wide_spread_makes_a_wide_band(board):
    """0, 20, 0, 20, 0, 20, 0, 20: the median is 10 and so is every distance from it."""
    row = board(weeks([0, 20] * 4) + spread(NOON, 40))["S01"]

    assert row["day_spread"] == pytest.approx(14.826)
    assert (row["day_low"], row["day_high"]) == (0, pytest.approx(10 + 2 * 14.826))
    assert row["usual"] == "above"


def test_fewer_than_usual_is_said_too(board):
    row = board(weeks([40] * 8) + spread(NOON, 28))["S01"]

    assert (row["day_mid"], row["day_spread"]) == (40.0, 0.0)
    assert row["day_low"] == pytest.approx(40 - 2 * math.sqrt(40))
    assert row["usual"] == "usual"
    assert board(weeks([40] * 8) + spread(NOON, 27))["S01"]["usual"] == "below"


def test_a_surge_is_more_than_the_mean_and_four_deviations(board):
    """Hours of 2 and 18 by turns: a mean of 10, squares of 64, so a deviation of 8.55."""
    past = weeks([2, 18] * 4)
    sd = math.sqrt(8 * 64 / 7)
    most = math.floor(10 + 4 * sd)

    row = board(past + spread(NOON, most))["S01"]
    assert (row["hour_mean"], row["hour_sd"]) == (10.0, pytest.approx(sd))
    assert (most, row["state"]) == (44, "fine")
    assert board(past + spread(NOON, most + 1))["S01"]["state"] == "surge"
    # And it recovers: an hour later they are no longer of the last hour.
    log = [*past, *spread(NOON, most + 1), event("E1", at("13:00"))]
    assert board(log, as_of=at("13:00"))["S01"]["state"] == "fine"


def test_weeks_that_happen_to_be_alike_do_not_make_the_next_one_a_surge(board):
    """Nine in each week have no deviation: they scatter by their root, 3, all the same."""
    past = weeks([9] * 8)

    assert board(past + spread(NOON, 21))["S01"]["state"] == "fine"
    assert board(past + spread(NOON, 22))["S01"]["state"] == "surge"


def test_five_where_there_are_none_is_a_surge_and_four_are_not(board):
    past = weeks([0] * 8)

    assert board(past + spread(NOON, 4))["S01"]["state"] == "fine"
    assert board(past + spread(NOON, 5))["S01"]["state"] == "surge"


def every(minutes, n, last, source="S01"):
    """`n` events of a source, `minutes` apart, the last at `last`."""
    return [
        event(f"{source} {k}", last - k * timedelta(minutes=minutes), source_id=source)
        for k in range(n)
    ]


@pytest.mark.parametrize(
    ("last", "state"), [("11:30:00", "too_little"), ("11:29:59", "silent")]
)
def test_a_source_is_interrupted_once_it_is_silent_for_longer_than_three_gaps(
    board, last, state
):
    """Ten minutes apart: at noon it may last have been heard half an hour ago."""
    row = board(every(10, 11, at(last)))["S01"]

    assert (row["gap_s"], row["n_gaps"], row["state"]) == (600.0, 10, state)
    assert row["since_s"] == (1800 if last == "11:30:00" else 1801)


def test_an_interrupted_source_recovers_with_its_next_event(board):
    log = every(10, 20, at("11:00"))
    assert board(log)["S01"]["state"] == "silent"

    assert board([*log, event("back", at("11:59"))])["S01"]["state"] == "too_little"


def test_a_median_gap_is_held_to_as_many_as_any_median():
    assert LEAST_GAPS == LEAST_CASES


def test_nine_gaps_say_nothing_of_how_long_a_source_is_silent(board):
    row = board(every(10, 10, at("8:00")))["S01"]

    assert (row["gap_s"], row["n_gaps"], row["state"]) == (None, 9, "too_little")


def test_the_median_gap_is_of_the_fortnight_before_the_last_event(board):
    """Once every minute, long ago; every ten minutes of late; and silent for a month."""
    gone = NOON - timedelta(days=30)
    log = every(10, 12, gone) + [
        event(f"old {k}", gone - timedelta(days=15) - k * timedelta(minutes=1))
        for k in range(40)
    ]

    row = board(log)["S01"]

    assert (row["gap_s"], row["n_gaps"], row["state"]) == (600.0, 11, "silent")
    assert row["since_s"] == 30 * 86_400


def test_too_little_history_is_a_state_and_not_a_band_of_zero(board):
    """Heard of for two weeks and a half: two weeks are whole."""
    log = [
        event("first", NOON - timedelta(days=17)),
        *spread(NOON - WEEK, 5),
        *spread(NOON - 2 * WEEK, 5),
        *spread(NOON, 3),
    ]

    row = board(log)["S01"]

    assert (row["n_weeks"], row["state"], row["usual"]) == (
        2,
        "too_little",
        "too_little",
    )
    assert {row[name] for name in ("day_mid", "day_low", "day_high", "hour_mean")} == {
        None
    }
    assert row["n_day"] == 3


def test_the_week_in_which_a_source_was_first_heard_of_is_not_whole(board):
    early = [event("first", MIDNIGHT - 3 * WEEK)]
    late = [event("first", MIDNIGHT - 3 * WEEK + timedelta(seconds=1))]

    assert board(early)["S01"]["n_weeks"] == 3
    assert board(late)["S01"]["n_weeks"] == 2


def test_a_source_that_was_never_heard_of_is_unknown_and_not_at_zero(board):
    row = board([event("E1", at("11:59"))])["S02"]

    assert (row["n_day"], row["n_hour"], row["n_5min"], row["share_pct"]) == (None,) * 4
    assert (row["since_s"], row["n_weeks"], row["state"]) == (None, 0, "too_little")


def test_a_source_with_one_event(board):
    row = board([event("E1", at("11:57"))])["S01"]

    assert (row["n_day"], row["n_hour"], row["n_5min"], row["share_pct"]) == (
        1,
        1,
        1,
        100,
    )
    assert (row["since_s"], row["gap_s"], row["n_gaps"]) == (180, None, 0)
    assert row["state"] == "too_little"


def test_nothing_is_known_at_all(board):
    rows = board([])

    assert [row["n_day"] for row in rows.values()] == [None, None]
    assert {row["all_proactive_pct"] for row in rows.values()} == {None}


def test_shares_add_up_to_a_hundred_and_proactive_is_of_its_own(board):
    log = [
        *spread(at("10:00"), 3, "S01"),
        *spread(at("10:30"), 2, "S02", is_proactive=True),
        *spread(at("10:40"), 3, "S02"),
    ]

    rows = board(log)

    assert [(name, row["share_pct"]) for name, row in rows.items()] == [
        ("S02", 62.5),
        ("S01", 37.5),
    ]
    assert (rows["S01"]["proactive_pct"], rows["S02"]["proactive_pct"]) == (0.0, 40.0)
    assert {(row["all_day"], row["all_proactive_pct"]) for row in rows.values()} == {
        (8, 25.0)
    }
    assert {row["merged_pct"] for row in rows.values()} == {0.0}


def test_what_is_part_of_an_incident_is_merged_as_was_known_then(board):
    """Three of four events of S01 became one incident at 11:10; known at 11:20."""
    log = [event(f"e{n}", at("11:00"), source_id="S01") for n in range(4)]
    parts = [
        {
            "incident_id": "e0",
            "event_id": f"e{n}",
            "is_first": n == 0,
            "n_reports": n + 1,
            "merged_at": at("11:10"),
            "known_from": at("11:20"),
            "mode": "live",
        }
        for n in range(3)
    ]

    row = board(log, parts)["S01"]
    assert (row["merged_pct"], row["all_merged_pct"]) == (75.0, 75.0)
    assert board(log, parts, known_at=at("11:15"))["S01"]["merged_pct"] == 0.0


def test_the_last_five_minutes_and_the_last_hour_begin_after_their_edge(board):
    log = [
        event(f"E{n}", at(time))
        for n, time in enumerate(
            ("11:00:00", "11:00:01", "11:55:00", "11:55:01", "12:00:00")
        )
    ]

    row = board(log)["S01"]

    assert (row["n_5min"], row["n_hour"], row["n_day"]) == (2, 4, 5)


def test_inflow_is_what_was_opened_and_today_what_happened(board):
    """Of last night, opened a minute ago: it came in now, and is none of today's."""
    log = [event("E1", at("23:50", day=22), created_at=at("11:59"))]

    row = board(log)["S01"]

    assert (row["n_hour"], row["n_day"]) == (1, 0)


def test_a_district_is_held_against_its_own_weeks_and_the_city_says_who_is_silent(
    board,
):
    log = weeks([6] * 8) + [
        row | {"event_id": f"B {row['event_id']}", "district_id": "B"}
        for row in every(1, 30, at("11:59"))
    ]

    here = board(log, district="A")["S01"]
    there = board(log, district="B")["S01"]

    assert (here["n_day"], here["day_mid"], there["n_day"], there["day_mid"]) == (
        0,
        6.0,
        30,
        0.0,
    )
    assert {here["since_s"], there["since_s"]} == {60}
    assert (here["state"], there["state"]) == ("fine", "surge")


def test_a_zone_counts_what_lies_in_its_streets(board):
    log = [
        event("in", at("11:00"), street_code="s1"),
        event("out", at("11:00"), street_code="s2"),
        event("nowhere", at("11:00"), district_id=None),
    ]

    assert board(log, district="Z", zone_streets=["s1"])["S01"]["n_day"] == 1
    assert board(log)["S01"]["n_day"] == 3


def test_drills_are_counted_among_drills_only(board):
    log = [event("E1", at("11:00")), event("E2", at("11:00"), mode="drill")]

    assert board(log)["S01"]["n_day"] == 1
    assert board(log, mode="drill")["S01"]["n_day"] == 1


def test_a_source_that_the_pack_does_not_know_has_a_row_with_its_number(board):
    rows = board([event("E1", at("11:00"), source_id="X9")])

    assert (rows["X9"]["name"], rows["X9"]["n_day"]) == ("X9", 1)


def test_both_clocks_count_what_had_happened_and_was_known(board):
    log = [event("E1", at("11:00"), known_from=at("11:30"))]

    assert board(log, as_of=at("11:10"), known_at=at("11:29"))["S01"]["n_day"] is None
    assert board(log, as_of=at("11:10"), known_at=at("11:30"))["S01"]["n_day"] == 1
    assert board(log, as_of=at("10:59"), known_at=at("12:00"))["S01"]["n_day"] is None


def test_where_clocks_change_the_same_time_is_the_one_that_they_showed(board):
    """Clocks of the city were put back on 1 November 2026: at noon of the 4th it is noon of the
    28th of October that is alike, 169 hours before.
    """
    zone = ZoneInfo("America/Halifax")
    noon = datetime(2026, 11, 4, 12, tzinfo=zone)
    day = datetime(2026, 11, 4, tzinfo=zone)
    same = [datetime(2026, 10, 28 - 7 * n, 12, tzinfo=zone) for n in range(4)]
    log = [event("first", (day - timedelta(days=40)).astimezone(UTC))]
    for k, then in enumerate(same):
        log += [
            event(f"in {k}", then.astimezone(UTC) - timedelta(minutes=1)),
            event(f"too late {k}", then.astimezone(UTC) + timedelta(minutes=1)),
            event(f"night {k}", then.replace(hour=0, minute=1).astimezone(UTC)),
            event(
                f"the day before {k}",
                then.replace(hour=0).astimezone(UTC) - timedelta(minutes=1),
            ),
        ]

    row = board(
        log,
        as_of=noon.astimezone(UTC),
        day_from=day.astimezone(UTC),
        zone=zone,
    )["S01"]

    assert (noon.astimezone(UTC) - same[0].astimezone(UTC)) == timedelta(hours=169)
    assert (row["n_weeks"], row["day_mid"], row["hour_mid"]) == (5, 2.0, 1.0)


@pytest.mark.parametrize("seed", range(12))
def test_an_oracle_in_plain_python_says_the_same_of_random_logs(board, seed):
    draw = random.Random(seed)
    zone = ZoneInfo(draw.choice(["Asia/Shanghai", "Europe/Lisbon", "America/Halifax"]))
    as_of = datetime(2026, draw.choice([4, 7, 11]), 9, 13, 21, 7, tzinfo=UTC)
    local = as_of.astimezone(zone)
    day_from = local.replace(hour=0, minute=0, second=0).astimezone(UTC)
    log = []
    for n in range(draw.randint(0, 900)):
        when = as_of - timedelta(seconds=draw.randint(-3600, 70 * 86_400))
        opened = when + timedelta(seconds=draw.choice([0, 5, 400]))
        log.append(
            event(
                f"E{n}",
                when,
                created_at=opened,
                known_from=opened + timedelta(seconds=draw.choice([1, 3000])),
                source_id=draw.choice(["S01", "S02", "X9"]),
                district_id=draw.choice(["A", "B", None]),
                mode=draw.choice(["live", "live", "live", "drill"]),
                is_proactive=draw.random() < 0.4,
            )
        )
    known_at = as_of + timedelta(seconds=draw.choice([0, 0, 1800]))
    for district in ("", "A"):
        asked = {"as_of": as_of, "known_at": known_at, "district": district}
        found = board(log, day_from=day_from, zone=zone, **asked)
        told = oracle.sources(
            log, ["S01", "S02"], zone=zone, rules=dict(RULES), **asked
        )

        assert found.keys() == told.keys()
        for name, row in told.items():
            for figure, value in row.items():
                assert found[name][figure] == (
                    pytest.approx(value, rel=1e-9)
                    if isinstance(value, float)
                    else value
                ), (name, figure)
