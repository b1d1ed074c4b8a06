"""A link that is not fine says so, since when, and what it blinds; unknown is never fine."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.layers.rows import NOON, at
from tests.oracles import answers

DEPARTMENTS = [
    {
        "dept_id": f"D0{n}",
        "slot": n,
        "name": f"部{n}",
        "name_en": f"Dept {n}",
        "lon_ud": 114_000_000 + n,
        "lat_ud": 30_000_000,
    }
    for n in (1, 2, 3)
]
HEALTH = [
    {
        "dept_id": "D01",
        "as_of": NOON,
        "state": "ok",
        "latency_p50_ms": 85,
        "last_record_at": at("11:59"),
    },
    {"dept_id": "D02", "as_of": NOON, "state": "down", "state_since": at("11:48")},
]
DISTRICTS = [
    {
        "district_id": "A",
        "n_cells": 3,
        "label_lon_ud": 114_100_000,
        "label_lat_ud": 30_100_000,
    },
    {
        "district_id": "B",
        "n_cells": 3,
        "label_lon_ud": 114_200_000,
        "label_lat_ud": 30_100_000,
    },
    {
        "district_id": "zone",
        "n_cells": 0,
        "label_lon_ud": 114_300_000,
        "label_lat_ud": 30_100_000,
    },
]
TABLES = {"departments": DEPARTMENTS, "link_health": HEALTH, "districts": DISTRICTS}


def test_tiles_in_their_order_with_state_and_age(ask):
    rows = ask(
        "department_linkage/tiles.sql",
        {"departments": DEPARTMENTS, "link_health": HEALTH},
    )
    assert [
        (row["id"], row["state"], row["since_s"], row["detail"]) for row in rows
    ] == [
        ("department_linkage:D01", "ok", None, "85 ms"),
        ("department_linkage:D02", "down", 720, None),
        ("department_linkage:D03", "unknown", None, None),
    ]


def test_fine_links_of_all(figures):
    row = figures(
        "department_linkage/fine.sql",
        {"departments": DEPARTMENTS, "link_health": HEALTH},
    )["departments_ok"]
    assert (row["value"], row["unit"], row["compare"]) == (1, "/3", 3)


def test_links_never_probed_are_unknown_not_zero(figures):
    assert (
        figures("department_linkage/fine.sql", {"departments": DEPARTMENTS})[
            "departments_ok"
        ]["value"]
        is None
    )


def test_a_dead_link_is_drawn_to_what_it_blinds_and_a_fine_one_is_not_drawn(ask):
    assert [
        (row["dept_id"], row["district_id"])
        for row in ask("department_linkage/links.sql", TABLES)
    ] == [("D02", "A"), ("D02", "B")]
    assert [
        row["district_id"]
        for row in ask("department_linkage/links.sql", TABLES, district="B")
    ] == ["B"]


def test_what_a_link_blinds_is_named(ask):
    feeds = [
        {"dept_id": "D02", "feed": "a", "name": "水位", "n_indicators": 3},
        {"dept_id": "D02", "feed": "b", "name": "雨量", "n_indicators": 4},
    ]
    rows = ask(
        "department_linkage/blind.sql",
        {**TABLES, "department_feeds": feeds} | {"districts": []},
    )
    assert [
        (row["name"], row["state"], row["blinds"], row["n_indicators"]) for row in rows
    ] == [("部2", "down", "水位、雨量", 7), ("部3", "unknown", None, None)]


def test_marks_differ_in_shape_by_state(ask):
    assert [
        row["mark"]
        for row in ask(
            "department_linkage/departments.sql",
            {"departments": DEPARTMENTS, "link_health": HEALTH},
        )
    ] == ["dept", "dept_down", "dept_unknown"]


def probe(dept, when, **given):
    """A probe that was answered and recorded at once, with a record as new."""
    return {
        "dept_id": dept,
        "occurred_at": when,
        "recorded_at": when,
        "is_ok": True,
        "latency_ms": 20,
        "n_records": 1,
        "last_record_at": when,
        **given,
    }


def test_at_another_moment_the_log_answers_and_no_age_is_below_zero(ask):
    log = [
        probe("D01", at("11:30")),
        probe("D01", at("11:59")),
        probe("D02", at("11:00")),
        probe("D03", at("11:45")),
    ]
    tables = {"departments": DEPARTMENTS, "link_health": HEALTH, "link_probes": log}
    rows = ask(
        "department_linkage/tiles.sql", tables, as_of=at("11:31"), from_newest=False
    )
    assert [(row["state"], row["since_s"], row["last_record_s"]) for row in rows] == [
        ("ok", None, 60),
        ("down", 1_860, 1_860),
        ("unknown", None, None),
    ]


def test_a_probe_recorded_later_is_not_known_at_an_earlier_moment(ask):
    log = [probe("D01", at("11:30"), recorded_at=at("11:40"))]
    tables = {"departments": DEPARTMENTS, "link_probes": log}
    for known_at, state in ((at("11:39"), "unknown"), (at("11:40"), "ok")):
        rows = ask(
            "department_linkage/departments.sql",
            tables,
            as_of=at("11:31"),
            known_at=known_at,
            from_newest=False,
        )
        assert rows[0]["state"] == state


moments = st.integers(-40, 40).map(lambda n: NOON + timedelta(seconds=97 * n))
probes = st.lists(
    st.builds(
        probe,
        st.sampled_from(["D01", "D02"]),
        moments,
        recorded_at=moments,
        is_ok=st.booleans(),
        latency_ms=st.integers(0, 50).map(lambda n: 2 * n),
        last_record_at=st.none() | moments,
    ),
    max_size=6,
    unique_by=lambda row: (row["dept_id"], row["occurred_at"]),
)
QUESTIONS = ("tiles", "departments", "links", "blind", "fine", "table")


@settings(
    max_examples=15,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(log=probes, as_of=moments, known_at=moments)
def test_both_ways_to_a_state_give_the_same_rows_and_these_are_right(
    ask, log, as_of, known_at
):
    by_hand = {
        dept["dept_id"]: answers.link(
            [row for row in log if row["dept_id"] == dept["dept_id"]],
            as_of,
            known_at,
            300,
            300,
        )
        for dept in DEPARTMENTS
    }
    stored = [
        {
            "dept_id": dept,
            "as_of": as_of,
            **{
                name: (
                    round(value)
                    if name == "latency_p50_ms" and value is not None
                    else value
                )
                for name, value in link.items()
            },
        }
        for dept, link in by_hand.items()
    ]
    tables = {
        **TABLES,
        "department_feeds": [
            {"dept_id": "D02", "feed": "a", "name": "水位", "n_indicators": 3}
        ],
        "link_probes": log,
    }
    for question in QUESTIONS:
        worked_out = ask(
            f"department_linkage/{question}.sql",
            tables,
            as_of=as_of,
            known_at=known_at,
            from_newest=False,
        )
        assert worked_out == ask(
            f"department_linkage/{question}.sql",
            tables | {"link_health": stored},
            as_of=as_of,
            known_at=known_at,
            from_newest=True,
        )
        assert all(
            row[name] is None or row[name] >= 0
            for row in worked_out
            for name in row.keys() & {"since_s", "last_record_s"}
        )


@pytest.mark.parametrize("question", QUESTIONS)
def test_nothing_of_the_snapshot_shows_at_another_moment(ask, question):
    tables = {**TABLES, "department_feeds": []}
    assert ask(
        f"department_linkage/{question}.sql",
        tables,
        as_of=at("8:00"),
        from_newest=False,
    ) == ask(
        f"department_linkage/{question}.sql",
        tables | {"link_health": []},
        as_of=at("8:00"),
        from_newest=False,
    )


@pytest.mark.parametrize(
    ("hours", "uptime"), [(0, 100), (710, 100), (719, 100), (720, None)]
)
def test_uptime_counts_the_probes_of_thirty_days(ask, hours, uptime):
    when = NOON - timedelta(hours=hours)
    probe = {"dept_id": "D01", "occurred_at": when, "recorded_at": when, "is_ok": True}
    tables = {"departments": [{"dept_id": "D01", "slot": 1}], "link_probes": [probe]}
    (row,) = ask("department_linkage/departments.sql", tables, from_newest=False)
    assert row["uptime_30d_pct"] == uptime
