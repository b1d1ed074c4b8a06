"""Two series of lifts are never one.

A published result of another year is no progress of this one.
"""

from __future__ import annotations

from datetime import timedelta

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.layers.rows import NOON, at
from tests.oracles import answers


def lift(name, **given):
    return {
        "lift_id": name,
        "version": 1,
        "year": 2025,
        "recorded_at": at("8:00"),
        "occurred_at": at("8:00"),
        "kind": "added",
        "status": "building",
        **given,
    }


def progress(programme, scope, year, **given):
    return {
        "programme": programme,
        "scope": scope,
        "year": year,
        "area_id": "city",
        "as_of": NOON,
        "basis": "none",
        **given,
    }


PROGRESS = [
    progress("lifts", "added+renewed", 2024, actual=992, basis="published"),
    progress("lifts", "added", 2025, plan=1000),
    progress("lifts", "renewed", 2025, actual=3, basis="counted"),
    progress("estates", "renovated", 2025, plan=200, due=100.0),
    progress("estates", "renovated", 2024, actual=284, basis="published"),
    progress("lifts", "added", 2025, area_id="A", actual=7, basis="counted"),
]


def test_lifts_are_two_series_with_two_marks(ask):
    rows = ask(
        "renovation/lifts.sql",
        {
            "lifts": [
                lift("a"),
                lift("b", kind="renewed", status="accepted"),
                lift("last year", year=2024),
            ]
        },
    )
    assert [(row["lift_id"], row["mark"], row["is_done"]) for row in rows] == [
        ("a", "lift_added", False),
        ("b", "lift_renewed", True),
    ]


def test_a_lift_stands_once_by_its_newest_version_known(ask):
    log = [lift("a"), lift("a", version=2, status="accepted", recorded_at=at("11:00"))]
    assert [row["status"] for row in ask("renovation/lifts.sql", {"lifts": log})] == [
        "accepted"
    ]
    assert [
        row["status"]
        for row in ask("renovation/lifts.sql", {"lifts": log}, known_at=at("10:00"))
    ] == ["building"]


def test_a_step_that_is_dated_later_has_not_been_taken(ask):
    log = [
        lift("a"),
        lift("a", version=2, status="accepted", occurred_at=at("13:00")),
        lift("next", year=2026, occurred_at=at("13:00")),
    ]
    assert [
        (row["lift_id"], row["status"])
        for row in ask("renovation/lifts.sql", {"lifts": log})
    ] == [("a", "building")]
    assert [
        row["lift_id"]
        for row in ask("renovation/lifts.sql", {"lifts": log}, as_of=at("13:00"))
    ] == ["next"]


def test_scopes_and_years_stay_apart(ask):
    rows = ask("renovation/progress.sql", {"programme_progress": PROGRESS}, district="")
    assert [
        (row["year"], row["programme"], row["scope"], row["plan"], row["actual"])
        for row in rows
    ] == [
        (2025, "estates", "renovated", 200, None),
        (2025, "lifts", "added", 1000, None),
        (2025, "lifts", "renewed", None, 3),
        (2024, "estates", "renovated", None, 284),
        (2024, "lifts", "added+renewed", None, 992),
    ]


def test_a_district_has_its_own_rows(ask):
    assert [
        (row["scope"], row["actual"])
        for row in ask(
            "renovation/progress.sql", {"programme_progress": PROGRESS}, district="A"
        )
    ] == [("added", 7)]


def test_districts_stand_side_by_side_in_the_newest_year_that_is_told_of_them(ask):
    told = [
        progress("estates", "renovated", 2026, plan=9),
        progress("estates", "renovated", 2025, area_id="A", actual=4, under_way=1),
        progress("lifts", "added", 2025, area_id="A", actual=7, under_way=2),
        progress("estates", "renovated", 2025, area_id="B", actual=5, plan=6),
        progress("estates", "renovated", 2024, area_id="A", actual=99),
    ]
    places = [{"district_id": name, "name": name} for name in ("A", "B", "C")]
    tables = {"programme_progress": told, "districts": places}
    rows = ask("renovation/districts.sql", tables)

    found = [
        (row["name"], row["year"], row["estates"], row["lifts_added"]) for row in rows
    ]
    assert found == [("B", 2025, 5, None), ("A", 2025, 4, 7)]
    assert [row["estates_plan"] for row in rows] == [6, None]
    assert rows[1]["under_way"] == 3


def test_this_years_result_is_a_dash_over_the_plan_until_data_arrive(figures):
    row = figures("renovation/estates_done.sql", {"programme_progress": PROGRESS})[
        "estates_accepted"
    ]
    assert (row["value"], row["unit"], row["compare"]) == (None, "/200 · 2025", 100)


def test_estates_and_centres_of_the_newest_year(ask):
    estate = {
        "version": 1,
        "occurred_at": at("8:00"),
        "recorded_at": at("8:00"),
        "lon_ud": 114_000_000,
        "lat_ud": 30_000_000,
    }
    estates = [
        {**estate, "estate_id": "E1", "year": 2025, "status": "accepted"},
        {**estate, "estate_id": "E2", "year": 2025, "status": "planned"},
        {**estate, "estate_id": "E0", "year": 2024, "status": "accepted"},
    ]
    assert [
        row["mark"] for row in ask("renovation/estates.sql", {"estates": estates})
    ] == ["estate_planned", "estate_accepted"]
    centres = [{**estate, "community_id": "C1", "year": 2025, "status": "open"}]
    assert [
        row["mark"] for row in ask("renovation/centres.sql", {"communities": centres})
    ] == ["centre"]


moments = st.integers(-3, 3).map(lambda n: NOON + timedelta(hours=n))


def steps(key, status):
    """Up to six steps of two things, in any order of the two clocks."""
    row = st.builds(
        dict,
        **{
            key: st.sampled_from("ab"),
            "version": st.integers(1, 3),
            "year": st.just(2026),
            "status": st.sampled_from(status),
            "district_id": st.sampled_from(["A", None]),
            "occurred_at": moments,
            "recorded_at": moments,
        },
    )
    return st.lists(row, max_size=6, unique_by=lambda row: (row[key], row["version"]))


@settings(
    max_examples=20,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(
    estates=steps("estate_id", ["planned", "under_way", "accepted"]),
    lifts=steps("lift_id", ["applied", "approved", "building", "accepted"]),
    centres=steps("community_id", ["planned", "under_way", "open"]),
    as_of=moments,
    known_at=moments,
)
def test_at_any_two_moments_marks_and_progress_are_those_counted_by_hand(
    ask, estates, lifts, centres, as_of, known_at
):
    logs = {
        "estates": ("estate_id", estates),
        "lifts": ("lift_id", [{**row, "kind": "added"} for row in lifts]),
        "communities": ("community_id", centres),
    }
    known = {
        name: answers.newest_step(
            [{**row, "id": row[key]} for row in rows], as_of, known_at
        )
        for name, (key, rows) in logs.items()
    }
    targets = [
        {
            "target_id": "T",
            "year": 2026,
            "programme": "estates",
            "scope": "renovated",
            "plan": 10,
        }
    ]
    tables = {"targets": targets, **{name: rows for name, (_, rows) in logs.items()}}
    seen = {"as_of": as_of, "known_at": known_at}
    for question, (name, (key, _)) in zip(
        ("estates", "lifts", "centres"), logs.items(), strict=True
    ):
        shown = {
            row[key]: row["status"]
            for row in ask(f"renovation/{question}.sql", tables, **seen)
        }
        assert shown == {thing: row["status"] for thing, row in known[name].items()}
    done = (
        sum(row["status"] == "accepted" for row in known["estates"].values())
        if known["estates"]
        else None
    )
    (figure,) = ask("renovation/estates_done.sql", tables, from_snapshot=False, **seen)
    assert (figure["value"], figure["compare"]) == (done, 5)


@settings(
    max_examples=20,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(
    lifts=steps("lift_id", ["building", "accepted"]), as_of=moments, known_at=moments
)
def test_both_ways_to_progress_give_the_same_rows(ask, lifts, as_of, known_at):
    tables = {
        "lifts": [{**row, "kind": "added"} for row in lifts],
        "targets": [
            {
                "target_id": "T",
                "year": 2026,
                "programme": "lifts",
                "scope": "added",
                "plan": 10,
            }
        ],
    }
    seen = {"as_of": as_of, "known_at": known_at}
    stored = [
        {
            **{name: value for name, value in row.items() if name != "is_closed"},
            "area_id": area or "city",
            "as_of": as_of,
        }
        for area in ("", "A")
        for row in ask(
            "renovation/progress.sql",
            tables,
            district=area,
            from_snapshot=False,
            **seen,
        )
    ]
    for area in ("", "A"):
        assert ask(
            "renovation/progress.sql",
            {"programme_progress": stored},
            district=area,
            **seen,
        ) == ask(
            "renovation/progress.sql",
            tables,
            district=area,
            from_snapshot=False,
            **seen,
        )
