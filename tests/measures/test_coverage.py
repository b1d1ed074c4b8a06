"""Coverage: a cell is seen if its centre lies in a footprint; swaths have no holes.

The newest moment counts.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

import numpy as np
import pyarrow as pa
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.measures.rows import NINE
from tests.oracles import ground
from twin.city import Raster
from twin.contracts.measured import COVERAGE, FOOTPRINTS
from twin.measures.coverage import coverage
from twin.measures.swaths import cells_inside

RASTER = Raster(lon0=0.0, lat0=0.0, dlon=0.001, dlat=0.001, cell_m=50.0, n_x=40, n_y=30)
LABELS = np.where(np.arange(40) < 20, 0, -1) * np.ones((30, 1), int)
SQUARE = ((0, 0), (2, 0), (2, 2), (0, 2))


def seconds(n: float) -> datetime:
    """A moment that many seconds after nine."""
    return NINE + timedelta(seconds=n)


def rings(*rows: tuple[str, datetime, Sequence[tuple[float, float]]]) -> pa.Table:
    """Footprints by aircraft, moment and corners in cells."""
    made = []
    for drone, at, corners in rows:
        row: dict[str, object] = {"drone_id": drone, "occurred_at": at}
        for number, (x, y) in enumerate(corners, 1):
            row |= {
                f"lon{number}_ud": round(x * 1000),
                f"lat{number}_ud": round(y * 1000),
            }
        made.append(row)
    return pa.Table.from_pylist(made, schema=FOOTPRINTS.schema)


def moved(x: float, y: float = 0) -> list[tuple[float, float]]:
    """The square, moved by so many cells."""
    return [(a + x, b + y) for a, b in SQUARE]


def seen(
    new: pa.Table, before: pa.Table | None = None, as_of: datetime = NINE
) -> dict[tuple[int, int], datetime]:
    """Moment by cell."""
    found = coverage(new, RASTER, LABELS, ["west"], as_of, before)
    assert found.schema == COVERAGE.schema
    cells = {
        (row["cell_x"], row["cell_y"]): row["seen_at"] for row in found.to_pylist()
    }
    assert len(cells) == found.num_rows
    return cells


def test_a_square_of_two_cells_sees_four():
    assert set(seen(rings(("a", NINE, SQUARE)))) == {(0, 0), (1, 0), (0, 1), (1, 1)}


def test_a_cell_whose_centre_is_not_reached_is_not_seen():
    assert set(seen(rings(("a", NINE, moved(0.6))))) == {(1, 0), (2, 0), (1, 1), (2, 1)}


def test_the_newest_look_counts_whichever_aircraft_it_is():
    cells = seen(rings(("a", NINE, SQUARE), ("b", seconds(-30), moved(1))))

    assert (cells[1, 1], cells[2, 1]) == (NINE, seconds(-30))


def test_cells_know_their_district_or_none():
    found = coverage(rings(("a", NINE, moved(19))), RASTER, LABELS, ["west"], NINE)

    assert {(row["cell_x"], row["district_id"]) for row in found.to_pylist()} == {
        (19, "west"),
        (20, None),
    }


def test_what_lies_beyond_the_raster_is_left_out():
    assert set(
        seen(
            rings(
                ("a", NINE, moved(39, 29)),
                ("b", NINE, moved(-1, -1)),
                ("c", NINE, moved(90)),
            )
        )
    ) == {(39, 29), (0, 0)}


def test_between_two_heartbeats_the_swath_has_no_holes():
    cells = seen(rings(("a", seconds(-60), SQUARE), ("a", NINE, moved(30))))

    assert {x for x, y in cells if y == 0} == set(range(32))
    # A step of one cell every 2 s; at -28 s the west edge is on 16.
    assert cells[15, 0] == seconds(-30)


def test_heartbeats_sixty_one_seconds_apart_are_one_swath():
    assert {
        x
        for x, y in seen(rings(("a", seconds(-61), SQUARE), ("a", NINE, moved(30))))
        if y == 0
    } == set(range(32))


@pytest.mark.parametrize(("drone", "gap"), [("a", 120), ("a", 61.000001), ("b", 60)])
def test_a_long_silence_or_another_aircraft_makes_no_swath(drone, gap):
    assert {
        x
        for x, _ in seen(rings(("a", seconds(-gap), SQUARE), (drone, NINE, moved(30))))
    } == {0, 1, 30, 31}


def test_a_swath_goes_on_from_the_heartbeat_before_without_counting_it_again():
    cells = seen(rings(("a", NINE, moved(10))), rings(("a", seconds(-10), SQUARE)))

    assert {x for x, _ in cells} == set(range(1, 12))
    assert min(cells.values()) > seconds(-10)


def test_old_heartbeats_alone_make_no_swath_again():
    before = rings(("a", seconds(-70), SQUARE), ("a", seconds(-20), moved(20)))

    assert min(seen(rings(("a", NINE, moved(25))), before).values()) > seconds(-20)


def test_a_swath_that_turns_keeps_its_width():
    turned = [(30.0, 12.0), (30.0, 10.0), (28.0, 10.0), (28.0, 12.0)]
    cells = seen(rings(("a", seconds(-60), moved(0, 10)), ("a", NINE, turned)))

    assert {y for x, y in cells if x == 15} == {10, 11}


def test_after_a_day_a_look_counts_no_more():
    assert seen(rings(("a", NINE, SQUARE)), as_of=NINE + timedelta(hours=24)) == {}
    assert len(seen(rings(("a", NINE, SQUARE)), as_of=NINE + timedelta(hours=23))) == 4


def test_no_footprints_see_nothing():
    assert seen(rings()) == {}


corner = st.tuples(st.integers(-4_000, 44_000), st.integers(-4_000, 34_000)).map(
    lambda p: (p[0] / 1000, p[1] / 1000)
)


@st.composite
def convex(draw: st.DrawFn) -> list[tuple[float, float]]:
    """Four corners of a convex ring, in order."""
    hull = shapely.MultiPoint(
        draw(st.lists(corner, min_size=4, max_size=4, unique=True))
    ).convex_hull
    if hull.geom_type != "Polygon" or len(hull.exterior.coords) != 5:
        x, y = draw(corner)
        return [(x, y), (x + 3.3, y), (x + 4.1, y + 5.2), (x - 1.2, y + 4.4)]
    return list(hull.exterior.coords)[:4]


@given(shapes=st.lists(convex(), min_size=1, max_size=5))
def test_every_cell_agrees_with_counting_centres_by_hand(shapes):
    flat, which = cells_inside(np.array(shapes), RASTER)

    for number, shape in enumerate(shapes):
        found = {
            (int(cell) % RASTER.n_x, int(cell) // RASTER.n_x)
            for cell in flat[which == number]
        }
        assert found == ground.cells(shape, RASTER.n_x, RASTER.n_y)


@settings(max_examples=25, deadline=None)
@given(seed=st.integers(0, 10_000))
def test_a_day_of_cells_covers_the_area_of_the_footprints_to_half_a_per_cent(seed):
    draw = np.random.default_rng(seed)
    raster = Raster(0.0, 0.0, 0.001, 0.001, 50.0, 400, 400)
    middle, size, angle = (
        draw.uniform(20, 380, (400, 1, 2)),
        draw.uniform(3, 12, (400, 1, 1)),
        draw.uniform(0, 2 * np.pi, 400),
    )
    turn = np.stack(
        [np.cos(angle), -np.sin(angle), np.sin(angle), np.cos(angle)], axis=1
    ).reshape(-1, 2, 2)
    shapes = middle + size * (
        np.array([(-0.5, -0.5), (0.5, -0.5), (0.8, 0.6), (-0.8, 0.6)])[None] @ turn
    )
    exact = shapely.union_all([shapely.Polygon(shape) for shape in shapes]).area

    assert len(np.unique(cells_inside(shapes, raster)[0])) == pytest.approx(
        exact, rel=0.005
    )
