"""The newest snapshot is held open and looked at again: damage on the disk is said in seconds."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from types import SimpleNamespace

import pytest

from tests.query.conftest import AS_OF, add
from twin.city import City
from twin.query import pool
from twin.query.pool import SnapshotPool
from twin.store import Lake, read

PROMISED_S = 10
"""An operator is told of a damaged file within this time."""


@pytest.fixture
def later(monkeypatch: pytest.MonkeyPatch) -> Callable[[float], None]:
    """Lets seconds pass."""
    passed = [1_000.0]
    monkeypatch.setattr(pool, "time", SimpleNamespace(monotonic=lambda: passed[0]))

    def later(seconds: float) -> None:
        passed[0] += seconds

    return later


def answers_after_damage(
    lake: Lake, city: City, later: Callable[[float], None], seconds: float
) -> tuple[bool, tuple[str, ...]]:
    """Damage a file of the newest snapshot under an open shelf, and ask it some time later.

    Returns:
        Whether that snapshot still answers, and the problems that are said.
    """
    newest = add(lake, city, ["E3"], AS_OF + timedelta(seconds=10))
    held = SnapshotPool(Lake(lake.path), city)
    assert held.newest().snapshot.id == newest
    file = read(lake, newest).files("events")[-1]
    file.write_bytes(file.read_bytes()[:-1])
    later(seconds)
    shown = held.newest()
    held.close()
    return shown.snapshot.id == newest, shown.problems


def test_a_file_damaged_under_an_open_shelf_is_said_and_the_snapshot_before_answers(
    lake: Lake, city: City, later: Callable[[float], None]
):
    is_newest, problems = answers_after_damage(lake, city, later, PROMISED_S)
    assert not is_newest
    assert len(problems) == 1
    assert "events/part-" in problems[0]


def test_a_shelf_that_looks_once_an_hour_would_be_found_out(
    lake: Lake,
    city: City,
    later: Callable[[float], None],
    monkeypatch: pytest.MonkeyPatch,
):
    monkeypatch.setattr(pool, "RECHECK_S", 3_600.0)
    assert answers_after_damage(lake, city, later, PROMISED_S) == (True, ())


def test_between_two_looks_no_file_is_touched(
    lake: Lake, city: City, later: Callable[[float], None]
):
    assert answers_after_damage(lake, city, later, 1) == (True, ())
