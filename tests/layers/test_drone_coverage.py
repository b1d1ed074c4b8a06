"""Integrated, online and flying are three figures; coverage is the newest sight of each cell."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tests.layers.rows import NOON, at


def drone(name, **given):
    return {
        "drone_id": name,
        "version": 1,
        "occurred_at": at("8:00", day=1),
        "recorded_at": at("8:00", day=1),
        "is_integrated": True,
        "district_id": "A",
        "use_case": "ecology",
        **given,
    }


def heard(name, when, mode="flying", **given):
    return {
        "drone_id": name,
        "occurred_at": when,
        "recorded_at": when,
        "mode": mode,
        "lon_ud": 114_300_000,
        "lat_ud": 30_600_000,
        **given,
    }


FLEET = [
    drone("up"),
    drone("docked"),
    drone("silent"),
    drone("lost"),
    drone("foreign", is_integrated=False),
    drone("landed"),
]
STATES = [
    heard("up", at("11:59")),
    heard("docked", at("11:50"), "docked"),
    heard("lost", at("11:57")),
    heard("foreign", at("11:59")),
    heard("landed", at("11:50")),
    heard("landed", at("11:58"), "charging"),
]


def test_integrated_online_and_flying_are_kept_apart(figures):
    found = figures(
        "drone_coverage/fleet.sql", {"drones": FLEET, "drone_states": STATES}
    )
    assert [
        found[name]["value"]
        for name in ("drones_integrated", "drones_online", "drones_flying")
    ] == [5, 3, 1]


def test_a_drone_counts_by_the_newest_entry_known(figures):
    later = drone("foreign", version=2, recorded_at=at("11:00"))
    tables = {"drones": [*FLEET, later], "drone_states": STATES}
    assert (
        figures("drone_coverage/fleet.sql", tables)["drones_integrated"]["value"] == 6
    )
    assert (
        figures("drone_coverage/fleet.sql", tables, known_at=at("10:00"))[
            "drones_integrated"
        ]["value"]
        == 5
    )


def test_an_empty_register_knows_no_figure(figures):
    assert [
        row["value"] for row in figures("drone_coverage/fleet.sql", {}).values()
    ] == [None] * 5


def test_flights_of_today_beside_yesterdays_and_without_drills(figures):
    def flight(name, start, **given):
        return {
            "mission_id": name,
            "version": 1,
            "mode": "live",
            "started_at": start,
            "recorded_at": start,
            "occurred_at": start,
            **given,
        }

    flights = [
        flight("landed", at("9:00")),
        flight(
            "landed",
            at("9:00"),
            version=2,
            recorded_at=at("9:30"),
            ended_at=at("9:30"),
            flown_m=4_000.0,
        ),
        flight("up", at("11:50")),
        flight("drill", at("9:00"), mode="drill"),
        flight("yesterday", at("9:00", day=22)),
        flight("yesterday, later", at("15:00", day=22)),
        flight("the day before", at("9:00", day=21)),
    ]
    found = figures("drone_coverage/fleet.sql", {"missions": flights})
    assert (
        found["sorties_today"]["value"],
        found["sorties_today"]["compare"],
        found["flown_km_today"]["value"],
    ) == (2, 1, 4)


def test_an_arrowhead_points_where_the_drone_flies(ask):
    rows = ask(
        "drone_coverage/drones.sql",
        {
            "drones": FLEET,
            "drone_states": [
                heard("up", at("11:59"), heading_deg=90.0),
                heard("docked", at("11:59"), "docked"),
            ],
        },
    )
    assert [(row["drone_id"], row["mark"], row["angle_deg"]) for row in rows] == [
        ("docked", "dock", 0),
        ("up", "drone", 270),
    ]


@pytest.mark.parametrize(
    ("seen", "age_s"), [("11:30", 1800), ("12:01", 3000), ("10:59", 3000)]
)
def test_a_hundred_metres_are_as_new_as_the_newest_of_their_four_cells(
    ask, seen, age_s
):
    cells = [
        {"cell_x": 4, "cell_y": 6, "seen_at": at("11:10")},
        {"cell_x": 5, "cell_y": 7, "seen_at": at(seen)},
    ]
    assert ask("drone_coverage/coverage.sql", {"coverage": cells}) == [
        {"x": 2, "y": 3, "age_s": age_s}
    ]


def test_share_of_the_city_seen_in_an_hour_counts_each_cell_once(figures):
    cells = [
        {"cell_x": 1, "cell_y": 1, "district_id": "A", "seen_at": at("11:40")},
        {"cell_x": 2, "cell_y": 1, "district_id": "A", "seen_at": at("9:00")},
        {"cell_x": 3, "cell_y": 1, "district_id": "B", "seen_at": at("11:40")},
        {"cell_x": 9, "cell_y": 1, "district_id": None, "seen_at": at("11:40")},
    ]
    districts = [{"district_id": "A", "n_cells": 3}, {"district_id": "B", "n_cells": 5}]
    tables = {"coverage": cells, "districts": districts}
    assert figures("drone_coverage/seen.sql", tables)["coverage_60_pct"]["value"] == 25
    here = figures("drone_coverage/district.sql", tables, district="A")
    assert here["district_seen_pct"]["value"] == pytest.approx(100 / 3)


def shares(figures, *cells, **params):
    """Shares seen of the city, of district A, and of a zone that has no outline."""
    districts = [
        {"district_id": "A", "n_cells": 4},
        {"district_id": "B", "n_cells": 4},
        {"district_id": "zone", "n_cells": 0},
    ]
    rows = [
        {"cell_x": n, "cell_y": 0, "district_id": district, "seen_at": when}
        for n, (district, when) in enumerate(cells)
    ]
    tables = {"coverage": rows, "districts": districts}
    parts = [
        figures("drone_coverage/district.sql", tables, district=district, **params)[
            "district_seen_pct"
        ]["value"]
        for district in ("A", "zone")
    ]
    return (
        figures("drone_coverage/seen.sql", tables, **params)["coverage_60_pct"][
            "value"
        ],
        *parts,
    )


def test_a_city_that_was_not_seen_in_a_day_is_unknown_and_one_not_seen_in_an_hour_is_zero(
    figures,
):
    assert shares(figures) == (None, None, None)
    assert shares(figures, ("A", at("11:59", day=22))) == (None, None, None)
    assert shares(figures, ("A", at("12:00", day=22))) == (None, None, None)
    assert shares(figures, ("A", at("12:01", day=22))) == (0, 0, None)
    assert shares(figures, ("A", at("11:00"))) == (0, 0, None)
    assert shares(figures, ("A", at("11:01"))) == (12.5, 25, None)


def test_a_district_that_was_not_seen_is_zero_while_another_was(figures):
    assert shares(figures, ("B", at("11:30"))) == (12.5, 0, None)


def test_what_was_seen_outside_of_all_districts_makes_no_share_known(figures):
    assert shares(figures, (None, at("11:30"))) == (None, None, None)


def test_a_districts_own_drones_in_the_air(figures):
    tables = {
        "drones": FLEET,
        "drone_states": STATES,
        "districts": [{"district_id": "A", "n_cells": 3}],
    }
    assert (
        figures("drone_coverage/district.sql", tables, district="A")[
            "district_drones_flying"
        ]["value"]
        == 1
    )


def test_a_footprint_is_the_newest_of_its_drone(ask):
    def ring(when, lon):
        return {
            "drone_id": "up",
            "occurred_at": when,
            **{f"lon{n}_ud": lon for n in range(1, 5)},
        }

    tables = {
        "footprints": [
            ring(at("11:59"), 114_000_000),
            ring(NOON, 115_000_000),
            ring(at("11:00"), 1),
        ],
        "drone_states": [
            heard("up", at("11:59")),
            heard("up", NOON, recorded_at=at("12:05")),
            heard("up", at("11:00")),
        ],
    }
    assert [
        row["lon1"]
        for row in ask("drone_coverage/footprints.sql", tables, known_at=at("12:05"))
    ] == [115]
    assert [row["lon1"] for row in ask("drone_coverage/footprints.sql", tables)] == [
        114
    ]
    assert ask("drone_coverage/footprints.sql", tables, as_of=at("11:58")) == []


def test_the_register_is_that_of_the_moment_by_both_clocks(figures):
    fleet = [
        drone("a"),
        drone("b", occurred_at=at("13:00")),
        drone("c", recorded_at=at("13:00")),
    ]
    for as_of, known_at, n in (
        (NOON, NOON, 1),
        (at("13:00"), NOON, 2),
        (NOON, at("13:00"), 2),
        (at("13:00"), at("13:00"), 3),
    ):
        assert (
            figures(
                "drone_coverage/fleet.sql",
                {"drones": fleet},
                as_of=as_of,
                known_at=known_at,
            )["drones_integrated"]["value"]
            == n
        )


@pytest.mark.parametrize(
    ("mode", "limit_s"),
    [("flying", 90), ("returning", 90), ("docked", 900), ("fault", 900)],
)
def test_an_aircraft_is_lost_a_microsecond_after_its_silence(
    figures, ask, mode, limit_s
):
    for us, n in ((0, 1), (1, 0)):
        when = NOON - timedelta(seconds=limit_s, microseconds=us)
        tables = {"drones": [drone("a")], "drone_states": [heard("a", when, mode)]}
        assert (
            figures("drone_coverage/fleet.sql", tables)["drones_online"]["value"] == n
        )
        assert [row["age_s"] for row in ask("drone_coverage/drones.sql", tables)] == [
            limit_s
        ] * n


def test_what_an_aircraft_said_later_or_was_recorded_later_is_not_shown(ask):
    tables = {
        "drones": [drone("a")],
        "drone_states": [
            heard("a", at("11:59"), "docked"),
            heard("a", at("12:01")),
            heard("a", NOON, recorded_at=at("12:01")),
        ],
    }
    assert [
        (row["state"], row["age_s"]) for row in ask("drone_coverage/drones.sql", tables)
    ] == [("docked", 60)]
    assert [
        (row["state"], row["age_s"])
        for row in ask("drone_coverage/drones.sql", tables, known_at=at("12:01"))
    ] == [("flying", 0)]


def flight(name, start, **given):
    """A flight that was recorded at take-off."""
    return {
        "mission_id": name,
        "version": 1,
        "mode": "live",
        "started_at": start,
        "recorded_at": start,
        "occurred_at": start,
        **given,
    }


def test_a_take_off_corrected_into_another_day_moves_the_flight(figures):
    flights = [
        flight("a", at("9:00")),
        flight("a", at("9:00", day=20), version=2, recorded_at=at("11:00")),
        flight("b", at("10:00")),
    ]
    for known_at, n in ((at("10:59"), 2), (NOON, 1)):
        assert (
            figures(
                "drone_coverage/fleet.sql", {"missions": flights}, known_at=known_at
            )["sorties_today"]["value"]
            == n
        )


def test_a_flight_that_landed_later_has_flown_nothing_yet(figures):
    flights = [
        flight(
            "a",
            at("9:00"),
            ended_at=at("12:30"),
            flown_m=4_000.6,
            recorded_at=at("8:00"),
        ),
        flight("b", at("8:00"), ended_at=at("9:30"), flown_m=1_000.4),
    ]
    assert (
        figures("drone_coverage/fleet.sql", {"missions": flights})["flown_km_today"][
            "value"
        ]
        == 1
    )


def test_before_the_first_flight_was_known_there_is_no_figure_and_without_one_today_it_is_zero(
    figures,
):
    flights = {"missions": [flight("a", at("9:00", day=20))]}
    assert figures("drone_coverage/fleet.sql", flights)["sorties_today"]["value"] == 0
    assert (
        figures(
            "drone_coverage/fleet.sql",
            flights,
            as_of=at("8:59", day=20),
            day_from=at("0:00", day=20),
        )["sorties_today"]["value"]
        is None
    )


def test_yesterdays_flights_are_those_that_were_known_a_day_ago(figures):
    """A take-off of yesterday, put off by a correction of today, had been counted yesterday
    at this hour.
    """
    flights = {
        "missions": [
            flight("a", at("9:00", day=22)),
            flight("a", at("15:00", day=22), version=2, recorded_at=at("8:00")),
            flight("b", at("10:00", day=22), recorded_at=at("12:01", day=22)),
            flight("c", at("9:00", day=22), mode="drill"),
            flight("before", at("9:00", day=21)),
        ]
    }
    assert figures("drone_coverage/fleet.sql", flights)["sorties_today"]["compare"] == 1


def test_a_sight_of_exactly_an_hour_ago_is_no_longer_of_the_hour(ask, figures):
    cells = [
        {"cell_x": 1, "cell_y": 1, "district_id": "A", "seen_at": at("11:00")},
        {"cell_x": 9, "cell_y": 9, "district_id": "A", "seen_at": at("11:00:01")},
    ]
    districts = [{"district_id": "A", "n_cells": 4}]
    row = figures(
        "drone_coverage/seen.sql",
        {"coverage": cells, "districts": districts},
        raster_cell_m=50.0,
    )["coverage_60_pct"]
    assert (row["value"], row["of_km2"]) == (25, 0.01)  # four cells of 50 m
    assert [
        row["age_s"] for row in ask("drone_coverage/coverage.sql", {"coverage": cells})
    ] == [3_599]


def test_the_fleet_by_use_counts_what_is_integrated_and_adds_up(ask):
    """Two uses: of four aircraft of ecology one is not integrated; one of another use is lost."""
    fleet = [*FLEET[:2], FLEET[4], FLEET[5], drone("lost", use_case="fire")]
    rows = ask("drone_coverage/uses.sql", {"drones": fleet, "drone_states": STATES})

    counts = [
        (
            row["use_case"],
            row["n_registered"],
            row["n_integrated"],
            row["n_online"],
            row["n_flying"],
        )
        for row in rows
    ]
    assert counts == [("ecology", 4, 3, 3, 1), ("fire", 1, 1, 0, 0)]


def test_each_district_has_its_share_seen_and_its_own_aircraft(ask):
    """A has 4 cells, one of them seen within the hour; B has 2 and none was seen."""
    seen = [
        {"cell_x": 1, "cell_y": 1, "district_id": "A", "seen_at": at("11:30")},
        {"cell_x": 2, "cell_y": 1, "district_id": "A", "seen_at": at("9:00")},
    ]
    districts = [
        {"district_id": name, "kind": "district", "name": name, "n_cells": cells}
        for name, cells in (("A", 4), ("B", 2), ("without an outline", 0))
    ]
    tables = {
        "coverage": seen,
        "districts": districts,
        "drones": FLEET,
        "drone_states": STATES,
    }
    rows = ask("drone_coverage/districts.sql", tables)
    found = [(row["name"], row["seen_pct"], row["n_flying"]) for row in rows]
    assert found == [("A", 25, 1), ("B", 0, 0)]
    (first, second) = ask("drone_coverage/districts.sql", {**tables, "coverage": []})
    assert first["seen_pct"] is second["seen_pct"] is None
