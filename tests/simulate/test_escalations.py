"""Steps of the simulated city lead on from where an event began, and end with its answer."""

from __future__ import annotations

from collections import defaultdict
from datetime import date, timedelta
from itertools import pairwise

import pyarrow as pa
import pytest

from twin.contracts import TABLES
from twin.contracts.check import check
from twin.contracts.escalations import LEVELS
from twin.simulate import events
from twin.simulate.world import World

DAYS = [date(2026, 3, 10) + timedelta(days=n) for n in range(6)]


@pytest.fixture(scope="module")
def rows(wuhan):
    """Every row of six days' cases, by table."""
    world = World(wuhan, 7)
    found = defaultdict(list)
    for day in DAYS:
        for tables in (events.events_of(world, day), events.late_events_of(world, day)):
            for name, table in tables.items():
                found[name] += table.to_pylist()
    return found


@pytest.fixture(scope="module")
def steps(rows):
    """Steps by event, oldest first."""
    found = defaultdict(list)
    for row in sorted(rows["escalations"], key=lambda row: row["escalation_id"]):
        found[row["event_id"]].append(row)
    return found


def test_each_step_leads_on_from_the_one_before(rows, steps):
    began = {row["event_id"]: row["level"] for row in rows["events"]}
    for name, taken in steps.items():
        assert taken[0]["from_level"] == began[name]
        for before, after in pairwise(taken):
            assert after["from_level"] == before["to_level"]
            assert after["occurred_at"] >= before["occurred_at"]
        assert all(
            abs(LEVELS.index(row["from_level"]) - LEVELS.index(row["to_level"])) == 1
            for row in taken
        )


def test_no_step_is_known_before_its_event_or_made_after_the_citizen_was_told(
    rows, steps
):
    known, told = {}, {}
    for row in rows["events"]:
        known.setdefault(row["event_id"], row["recorded_at"])
    for row in rows["feedbacks"]:
        if row["version"] == 1:
            told[row["event_id"]] = row["told_at"]
    for name, taken in steps.items():
        assert all(known[name] < row["recorded_at"] for row in taken)
        assert all(row["occurred_at"] < told[name] for row in taken)


def test_what_nobody_answers_in_twice_its_target_goes_up_unless_the_city_has_it(
    rows, steps
):
    """The pack's target of response is two minutes, whatever the source and priority."""
    first, created, acked = {}, {}, {}
    for row in rows["events"]:
        first.setdefault(row["event_id"], row["level"])
        created[row["event_id"]] = row["created_at"]
    for row in rows["dispatches"]:
        if row["acked_at"] is not None:
            at = acked.get(row["event_id"], row["acked_at"])
            acked[row["event_id"]] = min(at, row["acked_at"])
    late = {
        name
        for name, at in acked.items()
        if at > created[name] + timedelta(seconds=240) and first[name] != "city"
    }
    up = {
        name
        for name, taken in steps.items()
        for row in taken
        if row["occurred_at"] == created[name] + timedelta(seconds=240)
    }

    assert late
    assert late <= up


def test_every_level_gets_some_and_every_row_keeps_the_contract(rows, wuhan):
    table = TABLES["escalations"]
    given = pa.Table.from_pylist(rows["escalations"], schema=table.schema)

    done = check(
        table, given, feed="f", origin="o", recorded_at=given["recorded_at"][0].as_py()
    )

    assert (done.good.num_rows, done.bad.num_rows) == (given.num_rows, 0)
    assert {row["to_level"] for row in rows["escalations"]} == set(LEVELS)
