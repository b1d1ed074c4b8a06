"""What several people reported is counted once, and every report of it can be read."""

from __future__ import annotations

import pytest

from tests.layers.rows import Row, at, closed, event

SMELL = {"category": "smell", "lon_ud": 114_000_000, "lat_ud": 30_000_000}


def report(name: str, nth: int, when: str, merged: str, **given) -> Row:
    """A report of the incident that began with `a` at 11:00, known when it was merged."""
    return {
        "incident_id": "I-a",
        "event_id": name,
        "occurred_at": at("11:00"),
        "reported_at": at(when),
        "merged_at": at(merged),
        "known_from": at(merged),
        "mode": "live",
        "category": "smell",
        "is_first": nth == 1,
        "n_reports": nth,
        "priority": 2,
        "lon_ud": 114_000_000 + nth,
        "lat_ud": 30_000_000,
        **given,
    }


PARTS = [
    report("a", 1, "11:00", "11:10"),
    report("b", 2, "11:05", "11:10"),
    report("c", 3, "11:10", "11:10"),
    report("d", 4, "11:20", "11:20", priority=1),
]


def log() -> list[Row]:
    """Four reports of one smell, one of them closed; and others that stand alone."""
    east = {**SMELL, "lon_ud": 114_001_044}
    return [
        event("a", at("11:00"), **SMELL, **closed(600)),
        event("b", at("11:05"), **east),
        event("c", at("11:10"), **SMELL),
        event("d", at("11:20"), **SMELL),
        event("alone", at("9:00"), district_id="B"),
        event("yesterday", at("9:00", day=22)),
        event("over", at("10:00"), **closed(60)),
        event("exercise", at("10:00"), mode="drill"),
    ]


@pytest.fixture
def counted(figures):
    """The figures of the log, at a moment."""
    return lambda **asked: {
        name: row["value"]
        for name, row in figures(
            "incidents/figures.sql",
            {"event_facts": log(), "incidents": PARTS},
            **asked,
        ).items()
    }


def test_reports_of_one_incident_count_once(counted):
    """Open at noon: b, c, d of the incident, alone, yesterday. Today six, four of them merged."""
    assert counted() == {
        "incidents_open": 3,
        "incidents_several": 1,
        "reports_merged_pct": pytest.approx(100 * 4 / 6),
    }


def test_before_there_were_three_they_were_single_reports(counted):
    """At 11:09 a and b are open by themselves, alone and yesterday too."""
    early = at("11:09")

    assert counted(as_of=early, known_at=early) == {
        "incidents_open": 4,
        "incidents_several": 0,
        "reports_merged_pct": 0,
    }


def test_what_was_not_known_yet_is_not_merged(counted):
    assert counted(known_at=at("11:09"))["incidents_several"] == 0


def test_nothing_is_known_without_events(figures):
    found = figures("incidents/figures.sql", {"event_facts": [], "incidents": []})

    assert {row["value"] for row in found.values()} == {None}


@pytest.fixture
def listed(ask):
    """The list of incidents, at a moment."""
    tables = {
        "event_facts": log(),
        "incidents": PARTS,
        "districts": [{"district_id": "A", "name": "甲区"}],
    }
    return lambda name, **asked: ask(f"incidents/{name}.sql", tables, **asked)


def test_an_incident_is_listed_with_its_level_its_reports_and_its_first_one(listed):
    (row,) = listed("rows", most=8)

    assert (
        row["id"],
        row["priority"],
        row["title"],
        row["district"],
        row["n_reports"],
        row["n_open"],
        row["since_s"],
        row["last_s"],
    ) == ("event_heat:a", 1, "a", "甲区", 4, 3, 3600, 2400)


def test_as_it_stood_then_it_had_three_reports_and_level_2(listed):
    then = at("11:15")
    (row,) = listed("rows", most=8, as_of=then, known_at=then)

    assert (row["priority"], row["n_reports"], row["n_open"]) == (2, 3, 2)


def test_a_district_lists_its_own(listed):
    assert len(listed("rows", most=8, district="A")) == 1
    assert listed("rows", most=8, district="B") == []


def test_every_report_of_it_is_readable(listed):
    """`b` lies 1,044 millionths of a degree east: two cells of 50 m."""
    rows = listed("members", incident="", most=40)

    assert [
        (row["event_id"], row["nth"], row["after_s"], row["away_m"], row["is_open"])
        for row in rows
    ] == [
        ("a", 1, 0, 0, False),
        ("b", 2, 300, 100, True),
        ("c", 3, 600, 0, True),
        ("d", 4, 1200, 0, True),
    ]
    assert listed("members", incident="I-a", most=40) == rows
    assert listed("members", incident="I-z", most=40) == []


def test_the_map_has_all_reports_in_the_middle_of_their_incident(listed):
    rows = listed("marks", most=100)

    assert [(row["event_id"], row["lon"], row["mark"]) for row in rows] == [
        (name, 114.000004, "p1") for name in "abcd"
    ]
    assert {row["n_reports"] for row in rows} == {4}


def test_an_incident_whose_reports_are_all_closed_is_over(ask):
    over = [
        event(name, at("11:00"), **SMELL, **closed(600)) for name in ("a", "b", "c")
    ]
    tables = {"event_facts": over, "incidents": PARTS[:3]}

    assert ask("incidents/rows.sql", tables, most=8) == []
