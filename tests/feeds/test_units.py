"""Units of an order over several exports.

Each keeps its number, whatever its place among the rows.
"""

from __future__ import annotations

from itertools import permutations

import pytest

from tests.feeds.conftest import order_of
from tests.feeds.test_ingest import ingest, table  # noqa: F401 - a fixture

SENT = "2026-07-16 09:01:00"


def to(unit: str, **cells: str) -> dict[str, str]:
    """The row of order A1 for a unit."""
    return order_of(unit=unit, sent=SENT, **cells)


def units(snapshot) -> dict[str, str]:
    """Unit by the number of its dispatch, newest version."""
    rows = sorted(
        table(snapshot, "dispatches").to_pylist(), key=lambda row: row["version"]
    )
    return {row["dispatch_id"]: row["unit_name"] for row in rows}


@pytest.mark.parametrize("others", [*permutations(["a", "b", "c"])][1:])
def test_the_units_of_an_order_in_another_order_of_rows_say_nothing_new(ingest, others):  # noqa: F811
    ingest(*map(to, "abc"))
    snapshot, again = ingest(*map(to, others))

    assert (again.rows.get("dispatches", 0), units(snapshot)) == (
        0,
        {"A1-1": "a", "A1-2": "b", "A1-3": "c"},
    )


def test_a_step_is_the_step_of_the_unit_that_took_it(ingest):  # noqa: F811
    ingest(to("a"), to("b"))
    snapshot, done = ingest(to("b"), to("a", acked="2026-07-16 09:05:00"))
    newest = max(
        table(snapshot, "dispatches").to_pylist(), key=lambda row: row["version"]
    )

    assert done.rows["dispatches"] == 1
    assert (
        newest["dispatch_id"],
        newest["unit_name"],
        newest["version"],
        newest["acked_at"].minute,
    ) == ("A1-1", "a", 2, 5)


def test_a_unit_that_joins_stands_behind_those_that_are_known(ingest):  # noqa: F811
    ingest(to("a"), to("b"))
    snapshot, done = ingest(to("c"), to("b"), to("a"))

    assert (done.rows["dispatches"], units(snapshot)) == (
        1,
        {"A1-1": "a", "A1-2": "b", "A1-3": "c"},
    )


@pytest.mark.parametrize("rows", [("b", "c"), ("c", "b")])
def test_a_unit_that_takes_the_place_of_another_corrects_it(ingest, rows):  # noqa: F811
    ingest(to("a"), to("b"))
    snapshot, done = ingest(*map(to, rows))

    assert (done.rows["dispatches"], units(snapshot)) == (1, {"A1-1": "c", "A1-2": "b"})


def test_orders_with_like_numbers_keep_their_own_units(ingest):  # noqa: F811
    ingest(to("a"), to("b"), to("x", number="A10"), to("y", number="A1-1"))
    snapshot, done = ingest(
        to("y", number="A1-1"), to("x", number="A10"), to("b"), to("a")
    )

    assert (done.rows.get("dispatches", 0), units(snapshot)) == (
        0,
        {"A1-1": "a", "A1-2": "b", "A10-1": "x", "A1-1-1": "y"},
    )
