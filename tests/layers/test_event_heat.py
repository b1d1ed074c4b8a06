"""Heat says by six steps how dense events are; marks show the worst on top."""

from __future__ import annotations

import random
from collections import Counter
from itertools import pairwise, product

import pytest

from tests.layers.rows import at, closed, event

RASTER = {
    "raster_lon0_ud": 114_000_000.0,
    "raster_lat0_ud": 30_000_000.0,
    "raster_dlon_ud": 500.0,
    "raster_dlat_ud": 450.0,
    "raster_cell_m": 50.0,
}
CELL_KM2 = 0.0625
HERE = {"lon_ud": 114_000_000 + 20 * 2_500 + 1, "lat_ud": 30_000_000 + 30 * 2_250 + 1}
"""In the cell (20, 30) of 250 m, and (200, 300) of 25 m."""
KERNEL = {-4: 1, -3: 6, -2: 24, -1: 58, 0: 78, 1: 58, 2: 24, 3: 6, 4: 1}
TOP = (78 / 256) ** 2 / CELL_KM2
"""What a lone event has at its brightest: 1.485 per km2."""


def limits(*values):
    return {f"limit_{n}": float(value) for n, value in enumerate(values, start=1)}


EVEN = limits(1, 2, 3, 4, 5, 6)
TILE = {"tile_x": 0, "tile_y": 0, "tile_side": 320}


def asking(ask, sql, own):
    def asked(log, **given):
        return ask(f"event_heat/{sql}.sql", {"event_facts": log}, **{**own, **given})

    return asked


def steps_of(ask, side_m):
    """What steps.sql says of one size of cells, as a list of one row."""
    every = asking(ask, "steps", {**RASTER, "least_days": 7})
    return lambda log, **given: [
        row for row in every(log, **given) if row["side_m"] == side_m
    ]


@pytest.fixture
def heat(ask):
    return asking(ask, "heat", {**RASTER, **TILE, **EVEN, "side_m": 250.0})


@pytest.fixture
def street(ask):
    own = {**RASTER, **TILE, **EVEN, "side_m": 25.0, "least_days": 7}
    return asking(ask, "street", own)


@pytest.fixture
def heat_steps(ask):
    return steps_of(ask, 250)


@pytest.fixture
def street_steps(ask):
    return steps_of(ask, 25)


@pytest.fixture
def marks(ask):
    return lambda log, **asked: ask(
        "event_heat/marks.sql",
        {"event_facts": log},
        **{"most": 300, **asked},
    )


def in_cell(x, y, cell_m=250):
    """A place in the middle of a cell."""
    return {
        "lon_ud": round(114_000_000 + (x + 0.5) * cell_m * 10),
        "lat_ud": round(30_000_000 + (y + 0.5) * cell_m * 9),
    }


def counted(log, steps):
    return steps(log)[0]["n"]


def test_a_lone_event_is_a_soft_spot_with_its_middle_where_it_was(heat):
    """Its density is 65,536ths of 16 per km2 by the kernel; the first limit 1, the second 2."""
    cells = heat([event("E1", at("11:30"), **HERE)])
    shares = {
        (20 + dx, 30 + dy): KERNEL[dx] * KERNEL[dy] / 65_536 / CELL_KM2
        for dx in KERNEL
        for dy in KERNEL
    }
    assert {(cell["x"], cell["y"]): cell["level"] for cell in cells} == {
        place: int(36 * (1 + (per_km2 - 1) if per_km2 >= 1 else per_km2))
        for place, per_km2 in shares.items()
        if per_km2 >= 1 / 8
    }
    assert max(cell["level"] for cell in cells) == int(36 * TOP) == 53


@pytest.mark.parametrize(
    ("n", "level"),
    [(1, 36), (2, 72), (3, 108), (4, 144), (5, 180), (6, 216), (9, 234), (40, 252)],
)
def test_a_level_is_36_for_each_step_and_even_between_two_limits(heat, n, level):
    """Limits at 1, 2, 3, 4, 5, 6 lone events; halfway to twice the last is 6.5 steps."""
    log = [event(f"E{each}", at("11:30"), **HERE) for each in range(n)]
    cells = heat(log, **limits(*(TOP * (1 - 1e-9) * step for step in range(1, 7))))
    found = {(cell["x"], cell["y"]): cell["level"] for cell in cells}
    assert found[20, 30] == level


def test_an_event_counts_for_one_whatever_its_priority(heat):
    first, *others = (
        heat([event("E1", at("11:30"), priority=priority, **HERE)])
        for priority in (1, 2, 3, 4)
    )
    assert all(other == first for other in others)


def test_what_would_spread_over_the_edge_of_the_raster_is_left_out(heat):
    cells = heat(
        [event("E1", at("11:30"), **in_cell(0, 0))], **limits(0.01, 2, 3, 4, 5, 6)
    )
    assert {(cell["x"], cell["y"]) for cell in cells} == {
        (x, y) for x in range(5) for y in range(5) if x + y < 8
    }


def test_tiles_fit_beside_each_other(heat):
    """The same cells, whether asked as one tile of 40 or as sixteen of 10."""
    draw = random.Random(716)
    log = [
        event(f"E{n}", at("11:30"), **in_cell(draw.uniform(0, 40), draw.uniform(0, 40)))
        for n in range(60)
    ]
    whole = heat(log, tile_side=40)
    tiles = [
        cell
        for y in range(4)
        for x in range(4)
        for cell in heat(log, tile_x=x, tile_y=y, tile_side=10)
    ]
    assert len(whole) > 200
    assert sorted(tiles, key=lambda cell: (cell["y"], cell["x"])) == whole


def test_heat_holds_what_is_open_and_what_happened_in_the_window(heat_steps):
    log = [
        event("old, open", at("7:00"), **HERE),
        event("old, closed", at("7:00"), **HERE, **closed(60)),
        event("new, closed", at("11:30"), **HERE, **closed(60)),
        event("drill", at("11:30"), mode="drill", **HERE),
        event("nowhere", at("11:30")),
    ]
    assert counted(log, heat_steps) == 2


def test_the_window_does_not_hold_its_first_moment(heat, heat_steps):
    log = [event("E1", at("11:00"), **HERE, **closed(60))]
    assert heat(log) == []
    assert counted(log, heat_steps) == 0
    assert heat_steps(log, window_from=at("10:59"))[0]["n"] == 1
    assert heat(log, window_from=at("10:59"))


def test_heat_knows_only_what_was_recorded(heat):
    late = event("E1", at("11:00"), known_from=at("11:50"), **HERE)
    assert heat([late], as_of=at("11:40")) == []
    assert heat([late])


def test_a_street_looks_back_seven_days_or_as_far_as_the_view(street, street_steps):
    log = [
        event("six days ago", at("12:01", day=17), **HERE, **closed(60)),
        event("a week ago", at("12:00", day=16), **HERE, **closed(60)),
        event("older, open", at("7:00", day=1), **HERE),
    ]
    assert [(cell["x"], cell["y"], cell["step"]) for cell in street(log)] == [
        (200, 300, 2)
    ]
    assert street_steps(log)[0]["n"] == 2
    assert street_steps(log, window_from=at("0:00", day=15))[0]["n"] == 3


def test_a_street_counts_and_spreads_nothing(street):
    log = [
        *(event(f"a{n}", at("11:30"), **in_cell(3, 4, 25)) for n in range(7)),
        *(event(f"b{n}", at("11:30"), **in_cell(4, 4, 25)) for n in range(3)),
        event("c", at("11:30"), **in_cell(325, 4, 25)),
    ]
    cells = [(cell["x"], cell["y"], cell["step"]) for cell in street(log)]
    assert cells == [(3, 4, 6), (4, 4, 3)]
    assert [cell["x"] for cell in street(log, tile_x=1)] == [325]


@pytest.mark.parametrize(
    ("asked", "left"),
    [
        ({"of_source": "S02"}, 1),
        ({"of_priority": 2}, 1),
        ({"of_priority": 4}, 1),
        ({"of_stage": "judge"}, 1),
        ({}, 3),
    ],
)
def test_filters(heat_steps, street_steps, marks, asked, left):
    log = [
        event("a", at("11:30"), source_id="S02", judge_s=60, **HERE),
        event("b", at("11:30"), priority=2, **HERE),
        event("c", at("11:30"), priority=3, **HERE),
    ]
    assert heat_steps(log, **asked)[0]["n"] == left
    assert street_steps(log, **asked)[0]["n"] == left
    assert len(marks(log, **asked)) == left


def percentile(values, share):
    """The value that many of them lie below, even between two of them."""
    ordered = sorted(values)
    place = share * (len(ordered) - 1)
    low = int(place)
    high = min(low + 1, len(ordered) - 1)
    return ordered[low] + (ordered[high] - ordered[low]) * (place - low)


SHARES = (0.42, 0.66, 0.82, 0.92, 0.98)


def test_steps_are_percentiles_of_the_cells_that_reach_the_floor(heat_steps):
    """Worked out cell by cell, by a sum over all events."""
    draw = random.Random(716)
    places = [(draw.randint(0, 19), draw.randint(0, 19)) for _ in range(120)]
    log = [event(f"E{n}", at("11:30"), **in_cell(*at_)) for n, at_ in enumerate(places)]
    density = [
        sum(KERNEL.get(x - ex, 0) * KERNEL.get(y - ey, 0) for ex, ey in places)
        / 65_536
        / CELL_KM2
        for x in range(24)
        for y in range(24)
    ]
    seen = [each for each in density if each >= TOP / 3]

    (found,) = heat_steps(log)

    assert found["n"] == 120
    assert found["step_1"] == pytest.approx(TOP / 3)
    assert [found[f"step_{n}"] for n in range(2, 7)] == pytest.approx(
        [percentile(seen, share) for share in SHARES]
    )


@pytest.mark.parametrize("side_m", [50, 100, 150])
def test_of_fine_grids_some_columns_and_rows_say_nearly_what_all_do(ask, side_m):
    """All are worked out by a sum over all events."""
    draw = random.Random(7)
    places = [(round(draw.gauss(40, 9)), round(draw.gauss(40, 9))) for _ in range(400)]
    log = [
        event(f"E{n}", at("11:30"), **in_cell(*each, side_m))
        for n, each in enumerate(places)
    ]
    found = Counter()
    for x, y in places:
        for dx, dy in product(KERNEL, KERNEL):
            found[x + dx, y + dy] += KERNEL[dx] * KERNEL[dy]
    seen = [n / 65_536 / (side_m**2 / 1e6) for n in found.values() if n >= 2_028]

    (told,) = steps_of(ask, side_m)(log)

    assert told["n"] == 400
    assert [told[f"step_{n}"] for n in range(2, 7)] == pytest.approx(
        [percentile(seen, share) for share in SHARES], rel=0.15
    )


def test_steps_of_a_street_are_percentiles_of_counts(street_steps):
    """Ten cells with 1, 1, 1, 1, 1, 2, 2, 3, 5 and 20 events."""
    counts = [1, 1, 1, 1, 1, 2, 2, 3, 5, 20]
    log = [
        event(f"E{cell}.{n}", at("11:30"), **in_cell(cell * 3, 7, 25))
        for cell, count in enumerate(counts)
        for n in range(count)
    ]
    (found,) = street_steps(log)
    assert found["n"] == 37
    assert [found[f"step_{n}"] for n in range(1, 7)] == pytest.approx(
        [1, 1, 2, 3.76, 9.2, 17.3]
    )


def test_of_nothing_no_percentile_is_told(heat_steps, street_steps):
    for found, first in (
        (heat_steps([])[0], TOP / 3),
        (street_steps([])[0], 1),
    ):
        assert found["n"] == 0
        assert found["step_1"] == pytest.approx(first)
        assert [found[f"step_{n}"] for n in range(2, 7)] == [None] * 5


def test_all_events_on_one_spot_are_one_spot(heat, street):
    log = [event(f"E{n}", at("11:30"), **HERE) for n in range(500)]
    assert len(heat(log)) == 81 - 4  # its corners stay below an eighth of the floor
    assert len(street(log)) == 1
    rows = [sorted(cell["level"] for cell in heat(log) if cell["y"] == 30)]
    assert all(low <= high for row in rows for low, high in pairwise(row))


def test_the_worst_mark_is_drawn_last(marks):
    log = [
        event("p1", at("9:00"), priority=1, **HERE),
        event("p4", at("11:00"), **HERE),
        event("p2", at("9:00"), priority=2, **HERE),
    ]
    assert [mark["mark"] for mark in marks(log)] == ["p4", "p2", "p1"]


def test_where_there_are_too_many_the_worst_and_then_the_newest_stay(marks):
    log = [
        *(event(f"m{n}", at(f"9:0{n}"), **HERE) for n in range(5)),
        event("worse", at("8:00"), priority=3, **HERE),
    ]
    assert [mark["event_id"] for mark in marks(log, most=3)] == ["m3", "m4", "worse"]
    assert [mark["event_id"] for mark in marks(log, most=1)] == ["worse"]


def test_a_mark_tells_its_stage_and_age(marks):
    mark = marks(
        [event("E1", at("11:00"), handle_s=600, lon_ud=114_305_000, lat_ud=30_593_000)]
    )[0]
    assert (mark["lon"], mark["lat"], mark["stage"], mark["age_s"]) == (
        114.305,
        30.593,
        "handle",
        3600,
    )
