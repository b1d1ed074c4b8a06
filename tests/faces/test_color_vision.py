"""What colour says is also seen by who lacks a kind of cone, and in grey print."""

from __future__ import annotations

from itertools import combinations, pairwise

import pytest

from layers.event_heat.layer import COLORS, SQUARES
from tests.faces.color_vision import LACKING, difference, over, seen
from twin.palette import rgba

LAND = rgba("land")
PRIORITIES = ("p1", "p2", "p3", "p4")


@pytest.mark.parametrize(
    ("one", "other", "by"),
    [
        ((50, 2.6772, -79.7751), (50, 0, -82.7485), 2.0425),
        ((50, 0, 0), (50, -1, 2), 2.3669),
        ((60.2574, -34.0099, 36.2677), (60.4626, -34.1751, 39.4387), 1.2644),
    ],
)
def test_the_measure_is_that_of_the_paper(one, other, by):
    """Pairs 1, 7 and 25 of the test data that Sharma, Wu and Dalal published."""
    assert difference(one, other) == pytest.approx(by, abs=5e-5)


@pytest.mark.parametrize("lacking", LACKING)
def test_priorities_are_told_apart_and_seen_on_the_land(lacking):
    marks = {name: seen(rgba(name), lacking) for name in PRIORITIES}
    apart = [difference(a, b) for a, b in combinations(marks.values(), 2)]
    ground = seen(LAND, lacking)

    assert min(apart) >= 10
    assert min(difference(mark, ground) for mark in marks.values()) >= 10


@pytest.mark.parametrize("lacking", LACKING)
def test_two_series_that_must_never_be_read_as_one_are_not(lacking):
    one, other = (seen(rgba(name), lacking) for name in ("series-a", "series-b"))
    assert difference(one, other) >= 10


@pytest.mark.parametrize("lacking", LACKING)
@pytest.mark.parametrize(
    "steps", [COLORS, [step.color for step in SQUARES]], ids=["field", "squares"]
)
def test_each_step_of_heat_is_lighter_than_the_one_below(steps, lacking):
    """By lightness they also read in a grey print."""
    looks = [seen(over(color, LAND), lacking) for color in steps]

    assert all(higher[0] - lower[0] >= 5 for lower, higher in pairwise(looks))
    # The measured least is 8.7: two upper squares, to an eye without green.
    assert min(difference(a, b) for a, b in pairwise(looks)) >= 8.5
