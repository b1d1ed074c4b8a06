"""Names find room on any map: none lies on another, under what covers it, or off the screen."""

from __future__ import annotations

import random
from itertools import combinations

import pytest
import shapely

from tests.faces.browser_side import said

WIDE, HIGH = 1000, 700
PANEL = {"left": 800, "top": 0, "right": 1000, "bottom": 700}


def crowd(n, *, wide=60.0, seed=7):
    draw = random.Random(seed)
    return [
        {
            "text": f"N{at}",
            "position": [draw.uniform(50, 790), draw.uniform(50, 650)],
            "priority": n - at,
            "wide": wide,
            "high": 17.0,
        }
        for at in range(n)
    ]


def laid(labels, covers=()):
    (found,) = said([("laid", [labels, WIDE, HIGH, list(covers)])])
    return {each["index"]: shapely.Polygon(each["corners"]) for each in found}


@pytest.mark.parametrize("n", [1, 13, 37, 400])
def test_no_name_lies_on_another_or_under_a_panel_and_the_first_always_stands(n):
    found = laid(crowd(n), [PANEL])
    screen, panel = shapely.box(0, 0, WIDE, HIGH), shapely.box(800, 0, 1000, 700)

    assert 0 in found
    assert all(screen.contains(box) for box in found.values())
    assert all(not panel.intersects(box) for box in found.values())
    for one, other in combinations(found.values(), 2):
        assert not one.intersects(other)


@pytest.mark.parametrize("seed", range(6))
def test_of_forty_names_nine_in_ten_have_room(seed):
    assert len(laid(crowd(40, seed=seed))) >= 36


def test_a_crowd_leads_out_of_itself():
    """Twelve names whose places are in a square of 70 px, in which four would have room."""
    draw = random.Random(3)
    labels = [
        {**each, "position": [500 + draw.uniform(-35, 35), 350 + draw.uniform(-35, 35)]}
        for each in crowd(12)
    ]
    found = laid(labels)

    assert len(found) >= 11
    off = [box.distance(shapely.Point(500, 350)) for box in found.values()]
    assert max(off) > 60


def test_a_name_of_sixty_letters_stands_where_it_fits_and_is_never_cut():
    (name,) = laid(crowd(1, wide=480.0)).values()
    assert name.bounds[0] >= 0
    assert name.bounds[2] <= WIDE
    assert laid(crowd(1, wide=1_200.0)) == {}


def test_letters_are_what_a_reader_takes_for_one():
    families, tibetan = "👩‍👩‍👧‍👦🏙️", "བོད"
    emoji, syllables, accents = said(
        [("letters", [families]), ("letters", [tibetan]), ("letters", ["é̂a"])]
    )
    assert len(emoji) == 2
    assert len(syllables) == 2
    assert len(accents) == 2


def fitting(box, covers=(), wide=WIDE, high=HIGH):
    (found,) = said([("fitting", [list(box), wide, high, list(covers)])])
    return found


def test_a_box_is_fitted_beside_what_covers_the_map():
    found = fitting((114, 30, 115, 31), [PANEL])

    # 1 deg up is 1 / cos 30.5 deg = 1.1607 of longitude: 700 px less 8 % of room for it.
    assert 512 / 360 * 2 ** found["zoom"] == pytest.approx(
        700 * 0.92 / 1.1607, rel=1e-3
    )
    assert found["padding"] == {"top": 0, "right": 200, "bottom": 0, "left": 0}
    assert found["longitude"] == pytest.approx(114.5)


def test_a_box_across_180_degrees_is_fitted_as_it_lies():
    found = fitting((179, -1, -179, 1))

    assert abs(found["longitude"]) == pytest.approx(180)
    assert found["latitude"] == pytest.approx(0, abs=1e-9)


def test_a_screen_that_is_covered_whole_still_has_a_camera():
    everything = {"left": 0, "top": 0, "right": WIDE, "bottom": HIGH}
    assert fitting((114, 30, 115, 31), [everything])["zoom"] > 5
