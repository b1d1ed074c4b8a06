"""Coverage that grows publish by publish is that of one publish, row for row.

So is that of any earlier moment.
"""

from __future__ import annotations

import shutil
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.measures.rows import NINE, Growing, make
from tests.oracles import sights
from twin.city import City, Raster
from twin.contracts import TABLES
from twin.contracts.measured import FOOTPRINTS
from twin.engine import Engine
from twin.measures.coverage import coverage, coverage_at
from twin.store.files import ordered

RASTER = Raster(lon0=0.0, lat0=0.0, dlon=0.001, dlat=0.001, cell_m=50.0, n_x=30, n_y=20)
LABELS = np.zeros((20, 30), np.int16)
SIDE = 2.2
"""Cells: a step along a swath is half of it, and no way that is drawn is a whole number of
steps.
"""
Beat = dict[str, Any]


def after(**units: float) -> datetime:
    """A moment after nine."""
    return NINE + timedelta(**units)


def beat(drone: str, at: datetime, x: int = 0, y: int = 0, **more: object) -> Beat:
    """A heartbeat over the middle of the made-up city, so many hundreds of metres east and
    north, heard at once.
    """
    return {
        "drone_id": drone,
        "occurred_at": at,
        "recorded_at": at,
        "lon_ud": -34_970_000 + 1_200 * x,
        "lat_ud": 41_000_000 + 900 * y,
        **more,
    }


def states(*beats: Beat) -> pa.Table:
    """Rows of heartbeats."""
    return make("drone_states", *beats)


def looked(
    drone: str, at: datetime, x: int, y: int
) -> tuple[str, datetime, sights.Ring]:
    """A square look, its corners off every centre."""
    west, south = x + 0.137, y + 0.137
    return (
        drone,
        at,
        [
            (west, south),
            (west + SIDE, south),
            (west + SIDE, south + SIDE),
            (west, south + SIDE),
        ],
    )


def rings(looks: list[tuple[str, datetime, sights.Ring]]) -> pa.Table:
    """Looks as rows of footprints."""
    made = []
    for drone, at, corners in looks:
        row: dict[str, object] = {"drone_id": drone, "occurred_at": at}
        for number, (x, y) in enumerate(corners, 1):
            row |= {
                f"lon{number}_ud": round(x * 1_000),
                f"lat{number}_ud": round(y * 1_000),
            }
        made.append(row)
    return pa.Table.from_pylist(made, schema=FOOTPRINTS.schema)


GAPS = st.sampled_from([5, 10, 60, 61, 62, 3_600, 6 * 3_600, 12 * 3_600])
walks = st.lists(
    st.tuples(st.sampled_from("ab"), GAPS, st.integers(-5, 5), st.integers(-5, 5)),
    min_size=1,
    max_size=8,
)


@settings(max_examples=60, deadline=None)
@given(walk=walks, wait=st.sampled_from([0, 10, 3_600, 12 * 3_600, 86_399, 86_400]))
def test_every_cell_agrees_with_walking_the_swaths_by_hand(walk, wait):
    looks, at, place = [], NINE, {"a": (10, 9), "b": (14, 9)}
    for drone, gap, dx, dy in walk:
        at += timedelta(seconds=gap)
        x, y = place[drone]
        place[drone] = min(max(x + dx, -1), 28), min(max(y + dy, -1), 18)
        looks.append(looked(drone, at, *place[drone]))
    as_of = at + timedelta(seconds=wait)
    found = coverage(rings(looks), RASTER, LABELS, ["here"], as_of).to_pylist()

    assert {
        (row["cell_x"], row["cell_y"]): row["seen_at"] for row in found
    } == sights.seen(looks, as_of, RASTER.n_x, RASTER.n_y)


def test_a_raster_walked_whole_and_hits_sorted_are_one_answer(
    monkeypatch: pytest.MonkeyPatch,
):
    looks = [
        looked(drone, after(seconds=10 * n), 3 * n % 25, 2 * n % 17)
        for n in range(40)
        for drone in "ab"
    ]
    found = []
    for few in (0.0, 1e9):
        monkeypatch.setattr("twin.measures.swaths._FEW", few)
        found.append(coverage(rings(looks), RASTER, LABELS, ["here"], after(hours=1)))

    assert found[0].equals(found[1])
    assert found[0].num_rows > 100


def as_stored(rows: pa.Table) -> list[dict[str, object]]:
    """Rows in the order of a file."""
    return ordered(TABLES["coverage"], rows).to_pylist()


def test_what_was_seen_is_told_for_twenty_four_hours_and_then_no_more(trio: City):
    lake = Growing(trio).publish(NINE, drone_states=states(beat("a", NINE)))
    cells = [
        len(lake.publish(at).rows("coverage"))
        for at in (after(hours=6), after(hours=23, minutes=59), after(hours=24))
    ]

    assert cells[0] == cells[1] > 0
    assert cells[2] == 0


def test_each_cell_keeps_a_moment_of_its_own(trio: City):
    lake = Growing(trio).publish(NINE, drone_states=states(beat("a", NINE)))
    lake.publish(after(hours=1), drone_states=states(beat("b", after(hours=1), x=40)))

    assert {row["seen_at"] for row in lake.rows("coverage")} == {NINE, after(hours=1)}


def test_a_look_that_comes_late_does_not_make_a_newer_one_older(trio: City):
    lake = Growing(trio).publish(
        after(seconds=200), drone_states=states(beat("a", after(seconds=200)))
    )
    lake.publish(
        after(seconds=210),
        drone_states=states(beat("b", NINE, recorded_at=after(seconds=205))),
    )

    assert {row["seen_at"] for row in lake.rows("coverage")} == {after(seconds=200)}


def test_a_heartbeat_that_is_dated_ahead_counts_from_its_moment_on_and_ends_the_swath_before_it(
    trio: City,
):
    beats = (beat("a", NINE), beat("a", after(seconds=60), x=12, recorded_at=NINE))
    lake = Growing(trio).publish(NINE, drone_states=states(*beats))
    counted = [
        len(lake.publish(at).rows("coverage"))
        for at in (after(seconds=59), after(seconds=60))
    ]

    assert lake.rows("coverage") == lake.at_once().rows("coverage")
    assert 0 < counted[0] < counted[1]


def test_a_heartbeat_that_is_recorded_long_after_it_was_published_is_part_of_its_swath(
    trio: City,
):
    held = (
        beat("a", NINE),
        beat("a", after(seconds=20), y=2, recorded_at=after(hours=14)),
    )
    lake = (
        Growing(trio).publish(NINE, drone_states=states(*held)).publish(after(hours=1))
    )
    before = len(lake.rows("coverage"))
    lake.publish(after(hours=14))

    assert lake.rows("coverage") == lake.at_once().rows("coverage")
    assert {row["seen_at"] for row in lake.rows("coverage")} > {NINE, after(seconds=20)}
    assert len(lake.rows("coverage")) > before > 0


def test_a_heartbeat_between_two_that_were_counted_draws_their_swath_anew(trio: City):
    """The straight way from one to the other was never flown.

    The aircraft went round by the north.
    """
    lake = Growing(trio).publish(
        after(seconds=60),
        drone_states=states(beat("a", NINE), beat("a", after(seconds=60), x=12)),
    )
    straight = lake.rows("coverage")
    lake.publish(
        after(seconds=70),
        drone_states=states(
            beat("a", after(seconds=30), x=6, y=9, recorded_at=after(seconds=65))
        ),
    )

    assert lake.rows("coverage") == lake.at_once().rows("coverage")
    gone = {(row["cell_x"], row["cell_y"]) for row in straight} - {
        (row["cell_x"], row["cell_y"]) for row in lake.rows("coverage")
    }
    assert gone


def test_a_swath_across_the_edge_of_the_day_keeps_its_younger_half(trio: City):
    lake = Growing(trio).publish(NINE, drone_states=states(beat("a", NINE)))
    lake.publish(
        after(seconds=60), drone_states=states(beat("a", after(seconds=60), x=12))
    )
    lake.publish(after(hours=24, seconds=30))

    found = lake.rows("coverage")
    assert found == lake.at_once().rows("coverage")
    assert min(row["seen_at"] for row in found) > after(seconds=30)


def test_a_swath_that_began_before_the_day_and_is_told_late_keeps_its_younger_half(
    trio: City,
):
    lake = Growing(trio).publish(NINE - timedelta(hours=1))
    late = after(hours=24, seconds=20)
    lake.publish(
        after(hours=24, seconds=30),
        drone_states=states(
            beat("a", NINE, recorded_at=late),
            beat("a", after(seconds=60), x=12, recorded_at=late),
        ),
    )

    found = lake.rows("coverage")
    assert found == lake.at_once().rows("coverage")
    assert after(seconds=30) < min(row["seen_at"] for row in found) < after(seconds=40)


def test_a_raster_that_moved_moves_all_of_the_day_at_once(trio: City):
    lake = Growing(trio).publish(NINE, drone_states=states(beat("a", NINE)))
    before = {row["cell_x"] for row in lake.rows("coverage")}
    lake.city = replace(
        trio, raster=replace(trio.raster, lon0=trio.raster.lon0 - 10 * trio.raster.dlon)
    )
    lake.publish(
        after(seconds=10), drone_states=states(beat("b", after(seconds=10), y=30))
    )

    assert lake.rows("coverage") == lake.at_once().rows("coverage")
    assert {x - 10 for x in {row["cell_x"] for row in lake.rows("coverage")}} == before


def test_outlines_that_changed_name_the_districts_anew(trio: City, tmp_path: Path):
    land = tmp_path / "land.geojson"
    shutil.copy(trio.geography["land"], land)
    city = replace(trio, geography={**trio.geography, "land": land})
    lake = Growing(city).publish(NINE, drone_states=states(beat("a", NINE)))
    assert {row["district_id"] for row in lake.rows("coverage")} == {"brisa"}
    land.write_text(
        land.read_text(encoding="utf-8").replace('"brisa"', '"brisa-nova"'),
        encoding="utf-8",
    )
    lake.publish(after(seconds=10))

    assert {row["district_id"] for row in lake.rows("coverage")} == {"brisa-nova"}


MOMENTS = (0, 20, 50, 60, 110, 121, 3_600, 40_000, 86_399, 86_400, 86_430, 90_000)
beats = st.lists(
    st.tuples(
        st.sampled_from("ab"),
        st.sampled_from(MOMENTS[:-1]),
        st.sampled_from([0, 0, 5, 90, 50_000, -100]),
        st.integers(-9, 9),
        st.integers(-9, 9),
        st.sampled_from([-90.0, -90.0, -60.0, None]),
    ),
    min_size=1,
    max_size=8,
    unique_by=lambda row: row[:2],
)
cuts = st.lists(st.sampled_from(MOMENTS), min_size=2, max_size=4, unique=True).map(
    lambda some: [after(seconds=n) for n in sorted(some)]
)


def drawn(rows: list[tuple[Any, ...]]) -> list[Beat]:
    """Heartbeats of drawn values."""
    return [
        beat(
            drone,
            after(seconds=at),
            x,
            y,
            recorded_at=after(seconds=at + delay),
            pitch_deg=pitch,
        )
        for drone, at, delay, x, y, pitch in rows
    ]


@pytest.mark.soak
@settings(
    max_examples=25,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(rows=beats, moments=cuts, draw=st.randoms(use_true_random=False))
def test_after_every_publish_coverage_is_that_of_one(trio: City, rows, moments, draw):
    """Heartbeats come in any piece: late, early, or ahead of their own clocks."""
    lake = Growing(trio).publish(NINE - timedelta(seconds=10))
    piece = [draw.randrange(len(moments)) for _ in rows]
    for number, moment in enumerate(moments):
        batch = [
            row for row, of in zip(drawn(rows), piece, strict=True) if of == number
        ]
        lake.publish(moment, **({"drone_states": states(*batch)} if batch else {}))
        whole = lake.at_once()

        assert lake.rows("coverage") == whole.rows("coverage")
        assert lake.rows("footprints") == whole.rows("footprints")


@settings(
    max_examples=15,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(rows=beats, moments=cuts)
def test_looking_back_shows_what_the_publish_of_that_moment_showed(
    trio: City, rows, moments
):
    """Heartbeats are published when they are recorded, as a live feed does.

    Later ones change nothing.
    """
    lake, shown = Growing(trio).publish(NINE - timedelta(seconds=10)), []
    for start, moment in zip(
        [NINE - timedelta(days=1), *moments], moments, strict=False
    ):
        batch = [row for row in drawn(rows) if start < row["recorded_at"] <= moment]
        lake.publish(moment, **({"drone_states": states(*batch)} if batch else {}))
        shown.append(lake.rows("coverage"))
    with Engine.from_tables(lake.tables) as engine:
        for moment, rows_then in zip(moments, shown, strict=True):
            assert (
                as_stored(coverage_at(engine.query, trio, moment, moment)) == rows_then
            )


def test_a_heartbeat_that_was_not_recorded_yet_was_not_seen(trio: City):
    tables = {
        "drone_states": states(
            beat("a", NINE), beat("b", NINE, x=40, recorded_at=after(minutes=5))
        )
    }
    with Engine.from_tables(tables) as engine:
        early, late = (
            coverage_at(engine.query, trio, after(minutes=1), known)
            for known in (after(minutes=1), after(minutes=5))
        )

    assert 0 < early.num_rows < late.num_rows
