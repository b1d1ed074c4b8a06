"""What is made of one tile, by the browser's own scripts.

Shapes are cut at its edge, lines put together, words of others understood. A tile has 100
units along its side.
"""

from __future__ import annotations

from itertools import pairwise

import pytest

from tests.faces.browser_side import said

SQUARE = [(10, 10), (90, 10), (90, 90), (10, 90), (10, 10)]


def points(pairs):
    return [{"x": x, "y": y} for x, y in pairs]


def pairs(points):
    return [(point["x"], point["y"]) for point in points]


def clipped(ring):
    (found,) = said([("clipped", [points(ring), 100])])
    return pairs(found)


def joined(*lines):
    (found,) = said([("joined", [[points(line) for line in lines]])])
    return [pairs(line) for line in found]


def area(ring):
    """Twice the area, with the sign of the turn."""
    return sum(x1 * y2 - x2 * y1 for (x1, y1), (x2, y2) in pairwise(ring))


def test_what_lies_inside_stays_as_it_is():
    assert clipped(SQUARE) == SQUARE


def test_what_lies_outside_is_nothing():
    assert clipped([(x + 200, y) for x, y in SQUARE]) == []


def test_what_reaches_over_an_edge_is_cut_there_and_stays_closed():
    found = clipped([(50, 20), (150, 20), (150, 60), (50, 60), (50, 20)])

    assert found[0] == found[-1]
    assert {x for x, _ in found} == {50, 100}
    # 50 by 40 of 100 by 40.
    assert area(found) == 2 * 50 * 40


def test_a_ring_around_the_tile_is_the_tile():
    found = clipped([(-50, -50), (150, -50), (150, 150), (-50, 150), (-50, -50)])

    assert area(found) == 2 * 100 * 100
    assert {each for point in found for each in point} == {0, 100}


@pytest.mark.parametrize("other", [[(5, 5), (9, 9)], [(9, 9), (5, 5)]])
def test_lines_that_meet_at_an_end_are_one_whichever_way_they_run(other):
    (found,) = joined([(0, 0), (5, 5)], other)

    assert found in ([(0, 0), (5, 5), (9, 9)], [(9, 9), (5, 5), (0, 0)])


def test_a_piece_between_two_joins_both():
    (found,) = joined([(0, 0), (1, 0)], [(3, 0), (2, 0)], [(1, 0), (2, 0)])

    assert sorted(found) == [(0, 0), (1, 0), (2, 0), (3, 0)]


def test_lines_apart_and_rings_stay_and_a_single_point_is_no_line():
    ring = [(0, 0), (4, 0), (4, 4), (0, 0)]
    apart = [(50, 50), (60, 60)]

    assert joined(ring, apart, [(7, 7)]) == [ring, apart]


ROADS = {
    # As the Protomaps basemap has them.
    "ring": [
        {"kind": "highway", "kind_detail": "motorway"},
        {"kind": "highway"},
        # As OpenMapTiles has them.
        {"class": "trunk"},
    ],
    "avenue": [
        {"kind": "major_road", "kind_detail": "primary"},
        {"kind": "major_road"},
        {"class": "secondary"},
    ],
    "street": [
        {"kind": "major_road", "kind_detail": "tertiary"},
        {"kind": "highway", "kind_detail": "motorway", "is_link": True},
        {"class": "motorway", "ramp": 1},
    ],
    "lane": [
        {"kind": "minor_road", "kind_detail": "residential"},
        {"class": "minor"},
    ],
    "path": [{"kind": "minor_road", "kind_detail": "service"}, {"class": "track"}],
    "rail": [{"kind": "rail", "kind_detail": "subway"}, {"class": "transit"}],
    None: [{"kind": "ferry"}, {"class": "path", "subclass": "footway"}, {}],
}


def test_a_road_has_its_class_whichever_basemap_it_is_of():
    asked = [(name, each) for name, some in ROADS.items() for each in some]

    found = said([("classOf", [each]) for _, each in asked])

    assert found == [name for name, _ in asked]


def test_parks_are_green_and_a_car_park_is_not():
    lands = [
        {"kind": "park"},
        {"class": "wood"},
        {"class": "landuse", "subclass": "cemetery"},
        {"kind": "parking"},
        {"kind": "residential"},
        {},
    ]

    assert said([("isGreen", [each]) for each in lands]) == [True] * 3 + [False] * 3
