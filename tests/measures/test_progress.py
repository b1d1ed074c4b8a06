"""Programmes: each scope on its own line, a plan that grows by the day, and no result until
there is one.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import twin.measures
from tests.measures.rows import NINE, make
from tests.oracles import answers
from twin.contracts.measured import PROGRAMME_PROGRESS
from twin.engine import answer, load_sql

SQL = load_sql(Path(twin.measures.__file__).with_name("programme_progress.sql"))


def progress(
    share: float = 0.5,
    as_of: datetime = NINE,
    known_at: datetime = NINE,
    **tables: Sequence[Mapping[str, object]],
) -> dict[tuple[int, str, str], dict[str, object]]:
    """Progress by year, scope and area."""
    asked = {
        "as_of": as_of,
        "known_at": known_at,
        "this_year": 2026,
        "year_share": share,
        "day_from": NINE,
        "city_zone": "Asia/Shanghai",
    }
    rows = answer(
        {name: make(name, *given_rows) for name, given_rows in tables.items()},
        SQL,
        asked,
    )
    return {
        (row["year"], row["scope"], row["area_id"]): row
        for row in rows.cast(PROGRAMME_PROGRESS.schema).to_pylist()
    }


def test_a_plan_without_a_report_has_no_result_and_not_a_zero():
    row = progress(targets=[{"plan": 200}])[2026, "added", "city"]

    assert (row["plan"], row["actual"], row["under_way"], row["basis"], row["due"]) == (
        200,
        None,
        None,
        "none",
        100,
    )


def test_a_published_result_without_a_plan_stands_alone():
    row = progress(targets=[{"year": 2025, "scope": "added+renewed", "actual": 992}])[
        2025, "added+renewed", "city"
    ]

    assert (row["plan"], row["actual"], row["basis"], row["due"]) == (
        None,
        992,
        "published",
        None,
    )


@pytest.mark.parametrize(("year", "due"), [(2025, 200), (2026, 50), (2027, 0)])
def test_a_past_plan_is_due_whole_this_years_by_its_days_and_the_next_not_yet(
    year, due
):
    assert (
        progress(share=0.25, targets=[{"year": year, "plan": 200}])[
            year, "added", "city"
        ]["due"]
        == due
    )


def test_added_and_renewed_lifts_are_two_series_and_never_summed():
    rows = progress(
        targets=[
            {"plan": 1_000},
            {"year": 2025, "scope": "added+renewed", "actual": 992},
        ],
        lifts=[
            {"lift_id": "a", "status": "accepted"},
            {"lift_id": "b", "kind": "renewed", "status": "accepted"},
            {"lift_id": "c", "status": "building"},
        ],
    )

    assert {
        key[:2]: (row["actual"], row["under_way"], row["basis"])
        for key, row in rows.items()
    } == {
        (2026, "added"): (1, 1, "counted"),
        (2026, "renewed"): (1, 0, "counted"),
        (2025, "added+renewed"): (992, None, "published"),
    }


def test_a_lift_counts_once_by_its_newest_version_in_its_district_and_in_the_city():
    rows = progress(
        lifts=[
            {"district_id": "d", "status": "building"},
            {"district_id": "d", "version": 2, "status": "accepted"},
        ]
    )

    assert {key[2]: (row["actual"], row["under_way"]) for key, row in rows.items()} == {
        "city": (1, 0),
        "d": (1, 0),
    }


def test_what_is_recorded_later_is_not_known_yet():
    rows = progress(
        lifts=[
            {"status": "building"},
            {
                "version": 2,
                "status": "accepted",
                "recorded_at": NINE + timedelta(seconds=1),
            },
        ]
    )

    assert rows[2026, "added", "city"]["actual"] == 0


def test_a_step_that_is_dated_later_has_not_happened_yet_though_it_is_known():
    rows = progress(
        lifts=[
            {"status": "building"},
            {
                "version": 2,
                "status": "accepted",
                "occurred_at": NINE + timedelta(seconds=1),
            },
        ]
    )

    assert (
        rows[2026, "added", "city"]["actual"],
        rows[2026, "added", "city"]["under_way"],
    ) == (0, 1)


def test_a_published_result_outweighs_what_the_log_counts():
    row = progress(targets=[{"plan": 10, "actual": 7}], lifts=[{"status": "accepted"}])[
        2026, "added", "city"
    ]

    assert (row["actual"], row["basis"]) == (7, "published")


def test_estates_and_centres_are_counted_under_their_own_scope():
    rows = progress(
        estates=[{"status": "accepted"}, {"estate_id": "A2", "status": "under_way"}],
        communities=[{"status": "open"}],
    )

    assert {
        key[1]: (row["programme"], row["actual"], row["under_way"])
        for key, row in rows.items()
    } == {"renovated": ("estates", 1, 1), "converted": ("communities", 1, 0)}


NEW_YEAR = datetime(2025, 12, 31, 16, tzinfo=UTC)
"""Midnight in a city eight hours ahead of UTC: the programme year 2025 is over."""


def finished(name: str, at: datetime, year: int = 2025) -> list[dict[str, object]]:
    """An estate of a programme year, planned in its spring and accepted at a moment,
    recorded at once.
    """
    planned = datetime(year, 3, 1, tzinfo=UTC)
    return [
        {
            "estate_id": name,
            "year": year,
            "status": "planned",
            "occurred_at": planned,
            "recorded_at": planned,
        },
        {
            "estate_id": name,
            "year": year,
            "version": 2,
            "status": "accepted",
            "occurred_at": at,
            "recorded_at": at,
        },
    ]


def test_a_year_closes_with_what_was_finished_in_it_and_the_rest_is_carried_over():
    """Of four one is accepted in autumn, one in the last second of the year, one in the
    first of the next, one never.
    """
    last, first = NEW_YEAR - timedelta(seconds=1), NEW_YEAR
    rows = [
        *finished("a", datetime(2025, 10, 1, tzinfo=UTC)),
        *finished("b", last),
        *finished("c", first),
        *finished("d", NINE)[:1],
    ]
    found = progress(
        estates=rows,
        targets=[
            {"year": 2025, "programme": "estates", "scope": "renovated", "plan": 4}
        ],
    )

    closed = found[2025, "renovated", "city"]
    assert (
        closed["plan"],
        closed["actual"],
        closed["carried"],
        closed["carried_done"],
        closed["due"],
    ) == (4, 2, 2, 1, 4)


def test_a_register_that_is_read_a_year_later_leaves_works_in_the_year_that_accepted_them():
    read = {
        "year": 2025,
        "occurred_at": NINE,
        "recorded_at": NINE,
        "status": "accepted",
    }
    rows = [
        read | {"estate_id": name, "accepted_at": at}
        for name, at in (("a", NEW_YEAR - timedelta(seconds=1)), ("b", NEW_YEAR))
    ]

    closed = progress(estates=rows)[2025, "renovated", "city"]
    assert (closed["actual"], closed["carried"], closed["carried_done"]) == (1, 1, 1)


def test_the_year_after_a_planned_one_stands_without_a_plan_until_it_is_published():
    told = [{"year": 2025, "programme": "estates", "scope": "renovated", "plan": 4}]
    row = progress(targets=told)[2026, "renovated", "city"]
    assert (row["plan"], row["actual"], row["basis"], row["carried"]) == (
        None,
        None,
        "none",
        None,
    )

    published = progress(
        targets=[
            *told,
            {
                "target_id": "T2",
                "year": 2026,
                "programme": "estates",
                "scope": "renovated",
                "plan": 9,
            },
        ]
    )
    assert published[2026, "renovated", "city"]["plan"] == 9
    assert (2026, "added+renewed", "city") not in progress(
        targets=[{"year": 2025, "scope": "added+renewed", "actual": 992}]
    )


def test_a_year_that_is_not_over_carries_nothing():
    row = progress(estates=finished("a", NINE, 2026))[2026, "renovated", "city"]
    assert (row["actual"], row["carried"], row["carried_done"]) == (1, None, None)


seconds = st.integers(-2, 2).map(lambda n: NINE + timedelta(seconds=n))
lifts = st.lists(
    st.builds(
        dict,
        lift_id=st.sampled_from("abc"),
        version=st.integers(1, 3),
        status=st.sampled_from(["applied", "approved", "building", "accepted"]),
        occurred_at=seconds,
        recorded_at=seconds,
    ),
    min_size=1,
    max_size=8,
    unique_by=lambda row: (row["lift_id"], row["version"]),
)


@settings(max_examples=40, deadline=None)
@given(rows=lifts, as_of=seconds, known_at=seconds)
def test_counts_agree_with_counting_by_hand(rows, as_of, known_at):
    found = progress(lifts=rows, as_of=as_of, known_at=known_at).get(
        (2026, "added", "city"), {"actual": 0, "under_way": 0}
    )

    items = [row | {"id": row["lift_id"]} for row in rows]
    assert (found["actual"], found["under_way"]) == answers.progress(
        items, {"accepted"}, {"approved", "building"}, as_of, known_at
    )
