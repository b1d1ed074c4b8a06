"""Heat keeps the weight of its events where they are; marks show the worst on top."""

from __future__ import annotations

import pytest

from tests.layers.rows import at, closed, event

RASTER = {
    "raster_lon0_ud": 114_000_000.0,
    "raster_lat0_ud": 30_000_000.0,
    "raster_dlon_ud": 500.0,
    "raster_dlat_ud": 450.0,
    "raster_cell_m": 50.0,
}
WEIGHTS = {"weight_1": 4, "weight_2": 3, "weight_3": 2, "weight_4": 1}
CELL_KM2 = 0.0625
HERE = {"lon_ud": 114_000_000 + 20 * 2_500 + 1, "lat_ud": 30_000_000 + 30 * 2_250 + 1}
"""In the heat cell (20, 30)."""


@pytest.fixture
def heat(ask):
    return lambda log, **asked: ask(
        "event_heat/heat.sql",
        {"event_facts": log},
        **{**RASTER, **WEIGHTS, "least": 0.0, **asked},
    )


@pytest.fixture
def marks(ask):
    return lambda log, **asked: ask(
        "event_heat/marks.sql",
        {"event_facts": log},
        **{"most": 300, **asked},
    )


def total(cells):
    return sum(cell["per_km2"] for cell in cells) * CELL_KM2


def test_a_lone_event_is_a_soft_spot_of_its_whole_weight(heat):
    cells = heat([event("E1", at("11:30"), **HERE)])
    assert len(cells) == 81
    assert total(cells) == pytest.approx(1)
    top = max(cells, key=lambda cell: cell["per_km2"])
    assert (top["x"], top["y"], top["per_km2"]) == (
        20,
        30,
        pytest.approx((70 / 256) ** 2 / CELL_KM2),
    )


def test_what_would_spread_over_the_edge_of_the_raster_is_left_out(heat):
    corner = {"lon_ud": 114_000_000 + 1_000, "lat_ud": 30_000_000 + 1_000}
    cells = heat([event("E1", at("11:30"), **corner)])
    assert len(cells) == 25
    assert {(cell["x"], cell["y"]) for cell in cells} == {
        (x, y) for x in range(5) for y in range(5)
    }


def test_the_worse_the_heavier(heat):
    assert [
        total(heat([event("E1", at("11:30"), priority=priority, **HERE)]))
        for priority in (1, 2, 3, 4)
    ] == pytest.approx([4, 3, 2, 1])


def test_heat_holds_what_is_open_and_what_happened_in_the_window(heat):
    log = [
        event("old, open", at("7:00"), **HERE),
        event("old, closed", at("7:00"), **HERE, **closed(60)),
        event("new, closed", at("11:30"), **HERE, **closed(60)),
        event("drill", at("11:30"), mode="drill", **HERE),
        event("nowhere", at("11:30")),
    ]
    assert total(heat(log)) == pytest.approx(2)


def test_the_window_does_not_hold_its_first_moment(heat):
    log = [event("E1", at("11:00"), **HERE, **closed(60))]
    assert heat(log) == []
    assert total(heat(log, window_from=at("10:59"))) == pytest.approx(1)


def test_heat_knows_only_what_was_recorded(heat):
    late = event("E1", at("11:00"), known_from=at("11:50"), **HERE)
    assert heat([late], as_of=at("11:40")) == []
    assert total(heat([late])) == pytest.approx(1)


@pytest.mark.parametrize(
    ("asked", "left"),
    [
        ({"of_source": "S02"}, 1),
        ({"of_priority": 4}, 2),
        ({"of_stage": "judge"}, 1),
        ({}, 6),
    ],
)
def test_filters(heat, marks, asked, left):
    log = [
        event("a", at("11:30"), source_id="S02", judge_s=60, **HERE),
        event("b", at("11:30"), priority=2, **HERE),
        event("c", at("11:30"), priority=3, **HERE),
    ]
    weights = {"a": 1, "b": 3, "c": 2}
    if asked == {"of_priority": 4}:
        left = 1
    assert total(heat(log, **asked)) == pytest.approx(left)
    assert sum(weights[mark["event_id"]] for mark in marks(log, **asked)) == left


def test_cells_below_the_least_are_left_out(heat):
    assert all(
        cell["per_km2"] >= 0.5
        for cell in heat([event("E1", at("11:30"), **HERE)], least=0.5)
    )


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
