"""A second city is a second folder.

Nothing in the program knows how many districts, sources or departments there are.
"""

from __future__ import annotations

from datetime import UTC, datetime
from math import cos, radians

import pytest

from twin.city import City
from twin.view import Pointer, View, pin

MOMENT = datetime(2026, 7, 1, 0, 30, tzinfo=UTC)


def test_the_made_up_city_is_good(trio: City) -> None:
    assert {name: table.num_rows for name, table in trio.reference.items()} == {
        "districts": 4,
        "streets": 8,
        "event_sources": 3,
        "event_categories": 5,
        "departments": 4,
        "department_feeds": 6,
        "sla_targets": 2,
        "alert_rules": 22,
        "alarm_targets": 10,
        "targets": 4,
        "indicators": 32,
        "places": 5,
        "facts": 2,
    }


@pytest.mark.parametrize("name", ["trio", "wuhan"])
def test_every_district_and_the_whole_have_a_camera_over_them(
    name: str, request: pytest.FixtureRequest
) -> None:
    city: City = request.getfixturevalue(name)
    drawn = [row for row in city.reference["districts"].to_pylist() if row["n_cells"]]

    assert set(city.cameras) == {"city", "all", *(row["district_id"] for row in drawn)}
    assert all(
        city.cameras["all"].zoom <= camera.zoom for camera in city.cameras.values()
    )


def test_a_camera_shows_its_district_whole_on_a_map_of_1000_px(wuhan: City) -> None:
    # deck.gl: the world is 512 px wide at zoom 0.
    px_per_degree = 512 * 2 ** wuhan.cameras["all"].zoom / 360
    across_px = (115.07585 - 113.7001) * px_per_degree
    up_px = (31.36117 - 29.97364) * px_per_degree / cos(radians(30.67))

    assert 0.9 * across_px < 1_000
    assert up_px == pytest.approx(560, rel=0.01)


def test_the_day_starts_at_midnight_of_the_citys_own_zone(trio: City) -> None:
    pinned = pin(
        View(), trio, lambda _moment: Pointer("20260701T003000Z-000000", MOMENT)
    )

    # The Azores are at UTC in summer.
    assert pinned.day_from == datetime(2026, 7, 1, 0, 0, tzinfo=UTC)
    assert pinned.camera == trio.cameras["city"]


def test_files_of_the_map_are_inside_the_pack(trio: City, wuhan: City) -> None:
    for city in (trio, wuhan):
        assert set(city.geography) == {
            "land",
            "water",
            "rivers",
            "roads",
            "streets",
            "places",
        }
        assert all(path.is_relative_to(city.root) for path in city.geography.values())
