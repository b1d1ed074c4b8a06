"""The simulated city is plausible.

It has good rows inside the city and quiet nights, and nothing is known before it
happened.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pytest

from tests.simulate.living import hours, joined, keys_of, lines_of
from twin.city import City
from twin.contracts import TABLES
from twin.contracts.check import check
from twin.feeds.batch import Batch
from twin.feeds.simulated import Simulated
from twin.geography import Locator

BEGIN = datetime(2026, 3, 10, 20, tzinfo=UTC)
END = BEGIN + timedelta(days=3)
CITIES = ("trio", "wuhan")


@pytest.fixture(params=CITIES, scope="module")
def city(request) -> City:
    return request.getfixturevalue(request.param)


@pytest.fixture(scope="module")
def batches(city) -> list[Batch]:
    """Three days of a city, after its registers."""
    feed = Simulated(city, 716, telemetry_s=60)
    return [*feed.begin(BEGIN), *feed.poll(BEGIN, END)]


@pytest.fixture(scope="module")
def rows(batches) -> dict[str, pa.Table]:
    return joined(batches)


def test_every_row_keeps_its_contract(batches):
    for batch in batches:
        bad = check(
            TABLES[batch.table],
            batch.rows,
            feed=batch.feed,
            origin=batch.origin,
            recorded_at=END,
        ).bad
        assert bad.num_rows == 0, bad["reason"][0]


def test_every_key_is_used_once(rows):
    for table, found in rows.items():
        assert len(set(keys_of(table, found))) == found.num_rows, table


def test_nothing_is_recorded_before_it_occurred_but_meetings_that_are_announced(rows):
    for table, found in rows.items():
        if table != "activities" and found.num_rows:
            late = np.asarray(found["recorded_at"].cast(pa.int64())) - np.asarray(
                found["occurred_at"].cast(pa.int64())
            )
            assert late.min() >= 0, table


def test_every_event_is_followed_by_steps_orders_and_an_answer_that_name_it(rows):
    known = set(rows["events"]["event_id"].to_pylist())
    whole_ones = {
        row["event_id"]
        for row in rows["events"].to_pylist()
        if BEGIN + hours(60) > row["recorded_at"] > BEGIN
    }
    for table in ("event_stages", "dispatches"):
        assert whole_ones <= set(rows[table]["event_id"].to_pylist()), table
    about = {
        row["event_id"]
        for row in rows["dispatches"].to_pylist()
        if row["version"] == 1 and row["sent_at"] > BEGIN + hours(1)
    }
    assert about <= known


def test_the_worst_priority_is_rare(rows):
    priorities = Counter(
        row["priority"]
        for row in rows["events"].to_pylist()
        if row["version"] == 1 and row["event_id"].startswith("E")
    )
    assert priorities[1] / priorities.total() <= 0.05


def test_nights_are_quieter_than_days(city, rows):
    by_hour = Counter(
        row["occurred_at"].astimezone(city.zone).hour
        for row in rows["events"].to_pylist()
        if row["version"] == 1
    )
    flying = Counter(
        row["started_at"].astimezone(city.zone).hour
        for row in rows["missions"].to_pylist()
        if row["version"] == 1
    )
    for found in (by_hour, flying):
        assert (
            sum(found[hour] for hour in range(1, 5))
            < sum(found[hour] for hour in range(9, 13)) / 2
        )


def test_positions_lie_in_the_city(city, rows):
    locator = Locator(city)
    for table in (
        "events",
        "drone_states",
        "drones",
        "detections",
        "dredge_jobs",
        "rain",
        "water_depths",
        "estates",
        "lifts",
        "communities",
    ):
        if table in rows and rows[table].num_rows:
            names = {"drones": ("dock_lon_ud", "dock_lat_ud")}.get(
                table, ("lon_ud", "lat_ud")
            )
            lon, lat = (
                np.asarray(rows[table][name]).astype(float) / 1e6 for name in names
            )
            outside = locator.districts(lon, lat) == None  # noqa: E711
            assert not outside.any(), (
                table,
                outside.sum(),
                lon[outside][:3],
                lat[outside][:3],
            )


def test_the_register_of_the_shipped_city_holds_297_aircraft_all_of_them_integrated(
    wuhan,
):
    drones = joined(Simulated(wuhan, 716).begin(BEGIN))["drones"]

    assert (
        drones.num_rows
        == len(set(drones["drone_id"].to_pylist()))
        == len(set(drones["serial"].to_pylist()))
        == 297
    )
    assert set(drones["is_integrated"].to_pylist()) == {True}


def test_who_flies_is_online_and_who_is_online_is_registered(rows):
    registered = set(rows["drones"]["drone_id"].to_pylist())
    states = rows["drone_states"].select(["drone_id", "occurred_at", "mode"])
    for n in range(8):
        at = BEGIN + hours(8 * n + 7)
        recent = pc.and_(
            pc.greater(states["occurred_at"], at - hours(1 / 6)),
            pc.less_equal(states["occurred_at"], at),
        )
        ten_minutes = states.filter(recent).to_pylist()
        online = {row["drone_id"] for row in ten_minutes}
        flying = {
            row["drone_id"]
            for row in ten_minutes
            if row["mode"] in {"flying", "returning"}
        }
        assert flying <= online <= registered
        assert len(online) > 0.85 * len(registered)
        assert len(flying) < len(online)


def test_an_aircraft_is_in_one_place_and_moves_no_faster_than_it_can(rows):
    """12 m/s and a little: no jump between two heartbeats of a minute."""
    way: dict[str, list[tuple[object, ...]]] = defaultdict(list)
    for drone, at, lon, lat in lines_of(
        rows["drone_states"].select(["drone_id", "occurred_at", "lon_ud", "lat_ud"])
    ):
        way[str(drone)].append((at, lon, lat))
    for heard in way.values():
        at, lon, lat = np.array(sorted(heard), np.float64).T
        apart_m = np.hypot(
            np.diff(lon) * 0.1113 * np.cos(np.radians(lat[0] / 1e6)),
            np.diff(lat) * 0.1113,
        )
        assert (apart_m <= 13 * np.diff(at) / 1e6 + 1).all()


def test_batteries_fall_in_the_air_and_never_run_out(rows):
    assert min(rows["drone_states"]["battery_pct"].to_pylist()) >= 20


def test_stages_and_orders_of_an_event_come_in_order(rows):
    order = {
        stage: n
        for n, stage in enumerate(
            ("sense", "monitor", "judge", "warn", "handle", "evaluate")
        )
    }
    entered: dict[str, list[tuple[datetime, int]]] = defaultdict(list)
    for row in rows["event_stages"].to_pylist():
        entered[row["event_id"]].append((row["occurred_at"], order[row["stage"]]))
    assert all(
        [stage for _, stage in sorted(steps)] == sorted(stage for _, stage in steps)
        for steps in entered.values()
    )
    for row in rows["dispatches"].to_pylist():
        times = [
            row[name]
            for name in ("sent_at", "acked_at", "arrived_at", "done_at")
            if row[name] is not None
        ]
        assert times == sorted(times)
        assert len(times) == row["version"]


CHANGES = [date(2026, 3, 29), date(2026, 10, 25)]
"""Days on which the clocks of the Azores change: 23 and 25 hours."""


@pytest.mark.parametrize(("day", "length"), list(zip(CHANGES, (23, 25), strict=True)))
def test_on_the_days_when_clocks_change_series_have_neither_holes_nor_doubles(
    trio, day, length
):
    feed = Simulated(trio, 7)
    midnight, end = (
        datetime.combine(day + timedelta(days=n), time(), trio.zone).astimezone(UTC)
        for n in (0, 1)
    )
    found = joined(feed.poll(midnight - hours(24), end + hours(24)))

    assert end - midnight == hours(length)
    for table, rows in found.items():
        assert len(set(keys_of(table, rows))) == rows.num_rows, table
    hourly = min(
        row["ind_id"]
        for row in trio.reference["indicators"].to_pylist()
        if row["period"] == "hour"
    )
    sensor = found["water_depths"]["sensor_id"][0].as_py()
    for table, per_hour, one in (
        ("link_probes", 60, {"dept_id": "D01"}),
        ("water_depths", 6, {"sensor_id": sensor}),
        ("indicator_values", 1, {"area_id": "city", "ind_id": hourly}),
    ):
        series = [
            row["occurred_at"]
            for row in found[table].to_pylist()
            if one.items() <= row.items()
        ]
        moments = sorted(at for at in series if midnight < at <= end)
        assert len(moments) == per_hour * length, table
        assert max(b - a for a, b in pairwise(moments)) <= hours(1 / per_hour) * 1.9, (
            table
        )
    events = [row["occurred_at"] for row in found["events"].to_pylist()]
    assert any(end - hours(2) < at <= end for at in events)
