"""Piles of bikes: what stands, whose it is, what was done, and whether it comes again."""

from __future__ import annotations

import pytest

from tests.layers.rows import Row, at


def picture(cluster: str, when: str, n: int, **given) -> Row:
    """A picture of a pile in cell (1, 1) of district A, known when it was taken."""
    day = given.pop("day", 23)
    first = given.pop("first", when)
    return {
        "cluster_id": cluster,
        "occurred_at": at(when, day),
        "known_from": at(when, day),
        "device_id": "C1",
        "first_seen_at": at(first, day),
        "n_bikes": n,
        "max_n": given.pop("max_n", max(n, 1)),
        "n_close": n,
        "area_m2": float(n) if n else None,
        "cell_x": 1,
        "cell_y": 1,
        "district_id": "A",
        "lon_ud": 114_000_000,
        "lat_ud": 30_000_000,
        **given,
    }


PICTURES = [
    picture("stands", "11:30", 12, cell_x=5),
    picture(
        "stands", "11:55", 40, first="11:30", cell_x=5, blocks="lane", operator="X"
    ),
    picture("small", "11:50", 11, cell_x=6, district_id="B"),
    picture("lost", "9:00", 20, cell_x=7),
    picture("gone", "8:00", 30, event_id="E1"),
    picture("gone", "8:30", 0, first="8:00", max_n=30, event_id="E1"),
    picture("before", "8:00", 15, day=17),
    picture("before", "8:10", 0, first="8:00", day=17),
    picture("again", "8:00", 15, day=20),
    picture("again", "8:10", 0, first="8:00", day=20),
    picture("long ago", "7:59", 15, day=16),
]
ORDERS = [
    {
        "dispatch_id": "E1-1",
        "version": 1,
        "event_id": "E1",
        "sent_at": at("8:05"),
        "recorded_at": at("8:05"),
    },
    {
        "dispatch_id": "E1-2",
        "version": 1,
        "event_id": "E1",
        "sent_at": at("8:07"),
        "recorded_at": at("8:07"),
    },
]


@pytest.fixture
def listed(ask):
    """The list of piles, at a moment."""
    tables = {
        "bike_clusters": PICTURES,
        "dispatches": ORDERS,
        "districts": [{"district_id": "A", "name": "甲区"}],
    }
    return lambda name, **asked: ask(f"bikes/{name}.sql", tables, **asked)


def test_what_stands_comes_first_then_what_was_lost_then_what_is_gone(listed):
    assert [
        (row["cluster_id"], row["state"], row["n_bikes"], row["max_n"], row["stood_s"])
        for row in listed("rows", most=8)
    ] == [
        ("stands", "bikes-there", 40, 40, 1800),
        ("small", "bikes-there", 11, 11, 600),
        ("lost", "bikes-lost", 20, 20, 0),
        ("gone", "bikes-gone", 0, 30, 1800),
    ]


def test_a_row_says_ground_operator_what_is_blocked_and_where(listed):
    first, *_, gone = listed("rows", most=8)

    assert (
        first["area_m2"],
        first["operator"],
        first["blocks"],
        first["place"],
    ) == (40, "X", "bikes-lane", "甲区")
    assert (gone["area_m2"], gone["blocks"]) == (None, None)


def test_the_clocks_run_to_the_first_order_and_from_it_to_the_picture_without_it(
    listed,
):
    *_, gone = listed("rows", most=8)

    assert (gone["dispatched_s"], gone["cleared_s"]) == (300, 1500)


def test_three_piles_of_one_cell_in_seven_days_are_a_hot_spot(listed):
    """Those of the 17th, the 20th and today at 8:00; that of the 16th was longer ago."""
    rows = {row["cluster_id"]: row for row in listed("rows", most=8)}

    assert (rows["gone"]["n_times"], rows["gone"]["again"]) == (3, "bikes-hot")
    assert (rows["stands"]["n_times"], rows["stands"]["again"]) == (1, "")


def test_as_it_stood_at_half_past_eleven_it_was_small_and_free(listed):
    then = at("11:40")
    first = listed("rows", most=8, as_of=then, known_at=then)[0]

    assert (first["n_bikes"], first["blocks"]) == (12, "bikes-free")


def test_piles_and_bikes_of_now_piles_of_today_and_hot_spots(figures):
    eye = {"class": "bicycle", "occurred_at": at("8:00"), "recorded_at": at("8:00")}
    found = figures(
        "bikes/figures.sql", {"bike_clusters": PICTURES, "detections": [eye]}
    )

    assert {name: row["value"] for name, row in found.items()} == {
        "piles_now": 2,
        "bikes_piled": 51,
        "piles_today": 4,
        "piles_hot": 1,
    }


def test_without_a_camera_that_saw_a_bike_nothing_is_known(figures):
    found = figures("bikes/figures.sql", {"bike_clusters": [], "detections": []})

    assert {row["value"] for row in found.values()} == {None}


def test_the_map_has_what_stands_and_what_was_lost_today(listed):
    assert [
        (row["cluster_id"], row["mark"], row["state"])
        for row in listed("marks", most=99)
    ] == [
        ("small", "bikes", "free"),
        ("lost", "bikes_lost", "lost"),
        ("stands", "bikes", "blocking"),
    ]


def test_a_district_lists_its_own(listed):
    found = listed("rows", most=8, district="B")

    assert [row["cluster_id"] for row in found] == ["small"]
