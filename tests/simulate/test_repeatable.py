"""Same seed, same city: which rows there are never depends on how time is cut, and each is
said once.
"""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime, timedelta

import pyarrow as pa
import pyarrow.compute as pc
import pytest

from tests.simulate.living import hashes, hours, joined, keys_of, latest, lines_of
from twin.contracts import TABLES
from twin.feeds.simulated import Simulated
from twin.simulate import events, fleet, programmes
from twin.simulate.world import World

SPRING = datetime(2026, 3, 10, 5, 20, tzinfo=UTC)
A_DAY = timedelta(days=1)


def test_the_same_seed_gives_the_same_rows_and_another_seed_others(trio):
    first, again, other = (
        hashes(Simulated(trio, seed).poll(SPRING, SPRING + hours(9)))
        for seed in (7, 7, 8)
    )

    assert first == again
    assert {"events", "drone_states", "link_probes", "indicator_values", "rain"} <= set(
        first
    )
    assert all(
        other[table] != first[table]
        for table in ("events", "drone_states", "link_probes", "indicator_values")
    )


def test_two_cities_of_one_seed_share_nothing(trio, wuhan):
    first, second = (
        events.events_of(World(city, 7), SPRING.date())["events"]["title"].to_pylist()
        for city in (trio, wuhan)
    )

    assert not set(first) & set(second)


@pytest.mark.parametrize(
    ("name", "cut_h"), [("trio", 0.004), ("trio", 11), ("trio", 18.7), ("wuhan", 7)]
)
def test_a_stretch_of_time_is_the_sum_of_its_parts(name, cut_h, request):
    city = request.getfixturevalue(name)
    begin, middle, end = SPRING, SPRING + hours(cut_h), SPRING + hours(20)
    whole = joined(Simulated(city, 7).poll(begin, end))
    feed = Simulated(city, 7)
    parts = joined([*feed.poll(begin, middle), *feed.poll(middle, end)])

    assert set(whole) == set(parts)
    for table, rows in whole.items():
        assert Counter(keys_of(table, rows)) == Counter(keys_of(table, parts[table])), (
            table
        )
        assert rows.num_rows == parts[table].num_rows
        if table in {"events", "dispatches", "feedbacks", "lifts", "activities"}:
            assert set(lines_of(rows)) == set(lines_of(parts[table]))


def test_ten_seconds_at_a_time_give_the_rows_of_the_whole(trio):
    end = SPRING + timedelta(minutes=10)
    feed = Simulated(trio, 7, telemetry_s=10)
    ticks = [
        batch
        for n in range(60)
        for batch in feed.poll(
            SPRING + timedelta(seconds=10 * n), SPRING + timedelta(seconds=10 * n + 10)
        )
    ]

    assert hashes(ticks) == hashes(Simulated(trio, 7, telemetry_s=10).poll(SPRING, end))


def test_rows_lie_after_the_beginning_and_up_to_the_end(trio):
    for table, rows in joined(
        Simulated(trio, 7).poll(SPRING, SPRING + hours(5))
    ).items():
        known = rows["recorded_at"].to_pylist()
        assert SPRING < min(known) <= max(known) <= SPRING + hours(5), table


@pytest.mark.parametrize("name", ["trio", "wuhan"])
def test_heartbeats_every_minute_are_among_those_every_ten_seconds(name, request):
    world = World(request.getfixturevalue(name), 7)
    ours = fleet.fleet_of(world)
    coarse, fine = (
        fleet.fleet_day(world, ours, SPRING.date(), step)["drone_states"]
        for step in (60, 10)
    )
    some = [
        pc.is_in(rows["drone_id"], pa.array(["UAV0001", "UAV0002", "UAV0003"]))
        for rows in (coarse, fine)
    ]

    assert coarse.num_rows < fine.num_rows
    assert set(lines_of(coarse.filter(some[0]))) < set(lines_of(fine.filter(some[1])))
    assert len(set(keys_of("drone_states", fine))) == fine.num_rows


def test_how_often_aircraft_report_changes_no_other_table(trio):
    coarse, fine = (
        hashes(Simulated(trio, 7, telemetry_s=step).poll(SPRING, SPRING + A_DAY))
        for step in (60, 10)
    )
    del coarse["drone_states"], fine["drone_states"]

    assert coarse == fine


def test_no_case_takes_longer_than_the_simulation_looks_back(wuhan):
    """What is said of a day's cases at once is looked for on that day and the three after."""
    world = World(wuhan, 7)
    for n in range(12):
        day = (SPRING + n * A_DAY).date()
        limit = world.midnight(day) + 4 * A_DAY
        for table, rows in events.events_of(world, day).items():
            assert max(rows["recorded_at"].to_pylist()) < limit, (table, day)


def test_the_longest_cases_are_found_in_the_weeks_that_the_simulation_looks_back(wuhan):
    """What is recorded later than that would depend on the cut; and each row is said once."""
    world, late = World(wuhan, 7), 0
    for n in range(12):
        day = (SPRING + n * A_DAY).date()
        soon = world.midnight(day) + 4 * A_DAY
        limit = world.midnight(day) + (events.LOOKS_BACK_DAYS + 1) * A_DAY
        for table, rows in events.late_events_of(world, day).items():
            known = rows["recorded_at"].to_pylist()
            assert all(soon <= at < limit for at in known), (table, day)
            late += len(known)
    assert late > 12 * 20


def test_weeks_cut_into_uneven_parts_are_the_whole_with_their_longest_cases(trio):
    begin, cuts = SPRING, [SPRING + hours(each) for each in (31, 100, 101, 260, 420)]
    cases = ("events", "event_stages", "dispatches", "feedbacks", "detections")
    said = Simulated(trio, 7).poll(begin, cuts[-1])
    whole = joined(batch for batch in said if batch.table in cases)
    feed, parts = Simulated(trio, 7), []
    for start, end in zip([begin, *cuts], cuts, strict=False):
        parts += [batch for batch in feed.poll(start, end) if batch.table in cases]

    for table, rows in joined(parts).items():
        assert Counter(lines_of(rows)) == Counter(lines_of(whole[table])), table
    answers = whole["feedbacks"].to_pylist()
    closed = {row["event_id"]: row["told_at"] for row in answers if row["version"] == 1}
    first = {row["event_id"]: row["created_at"] for row in whole["events"].to_pylist()}
    assert (
        max(closed[name] - first[name] for name in closed.keys() & first.keys())
        > 4 * A_DAY
    )


@pytest.mark.parametrize(
    "begin",
    [datetime(2025, 2, 3, 1, tzinfo=UTC), datetime(2025, 9, 1, 14, 30, tzinfo=UTC)],
)
@pytest.mark.parametrize("name", ["trio", "wuhan"])
def test_the_registers_and_what_moves_afterwards_lead_to_the_later_registers(
    name, begin, request
):
    """Nothing is lost, and nothing said twice, between registers taken in the middle of a
    day and the log that goes on from there.
    """
    world = World(request.getfixturevalue(name), 7)
    items, end = programmes.items_of(world), begin + 9 * A_DAY
    moved = [
        programmes.programmes_day(world, items, (begin + n * A_DAY).date())
        for n in range(10)
    ]
    later = programmes.register(world, items, end)

    assert sum(rows.num_rows for rows in later.values())
    for table, rows in programmes.register(world, items, begin).items():
        since = [
            row
            for day in moved
            for row in day[table].to_pylist()
            if begin < row["recorded_at"] <= end
        ]
        log = pa.concat_tables([rows, pa.Table.from_pylist(since, schema=rows.schema)])
        key = TABLES[table].key[0]
        assert len(set(keys_of(table, log))) == log.num_rows, table
        assert {name: row["status"] for name, row in latest(log, key).items()} == {
            name: row["status"] for name, row in latest(later[table], key).items()
        }


def test_a_lift_passes_its_steps_in_order_and_enters_each_once(trio):
    world = World(trio, 7)
    items = programmes.items_of(world)
    first = min(item.reached[0] for item in items)
    days = [
        programmes.programmes_day(world, items, first + n * A_DAY) for n in range(400)
    ]
    lifts, steps = (
        [row for day in days for row in day[table].to_pylist()]
        for table in ("lifts", "lift_steps")
    )

    for lift in {row["lift_id"] for row in lifts}:
        versions = [row["version"] for row in lifts if row["lift_id"] == lift]
        assert versions == list(range(1, len(versions) + 1))
    entered = {
        (row["lift_id"], row["step"]): row for row in steps if row["version"] == 1
    }
    left = {(row["lift_id"], row["step"]): row for row in steps if row["version"] == 2}
    assert len(entered) + len(left) == len(steps)
    assert len(left) > 5 * 10
    for key, row in left.items():
        assert (
            row["occurred_at"]
            == entered[key]["occurred_at"]
            < row["left_at"]
            == row["recorded_at"]
        )
