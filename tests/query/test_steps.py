"""A scale's limits are numbers that people read, and they rise."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from twin.query.steps import limits, rounded

SIZES = st.floats(1e-6, 1e12, allow_nan=False)


@pytest.mark.parametrize(
    ("value", "near"),
    [
        (0.495, 0.5),
        (1.0, 1.0),
        (1.24, 1.5),
        (1.2, 1.0),
        (4.1, 5.0),
        (8.3, 7.0),
        (8.5, 10.0),
        (97.0, 100.0),
        (1_234.0, 1_500.0),
    ],
)
def test_a_limit_is_the_nearest_of_the_series_by_ratio(value, near):
    assert rounded(value) == near


@pytest.mark.parametrize(("value", "near"), [(0.2, 1), (1.5, 2), (1.4, 1), (14.0, 15)])
def test_a_limit_of_counts_is_whole(value, near):
    assert rounded(value, whole=True) == near


def test_limits_that_would_be_one_are_the_next_of_the_series():
    assert limits([1, 1, 1, 1.9, 3.8, 9.2], whole=True) == (1, 2, 3, 5, 7, 10)
    assert limits([0.495, 0.6, 0.6, 0.6, 30, 30]) == (0.5, 0.7, 1, 1.5, 30, 50)


def test_of_nothing_known_the_series_goes_on_from_the_first():
    assert limits([0.495, *[None] * 5]) == (0.5, 0.7, 1, 1.5, 2, 3)
    assert limits([1, *[None] * 5], whole=True) == (1, 2, 3, 5, 7, 10)


@given(st.lists(SIZES, min_size=6, max_size=6), st.booleans())
def test_limits_rise_strictly_whatever_the_data_say(raw, whole):
    found = limits(sorted(raw), whole=whole)
    assert all(low < high for low, high in pairwise(found))
    assert all(not whole or each == int(each) for each in found)


@given(SIZES)
def test_what_is_rounded_stays(value):
    assert rounded(rounded(value)) == rounded(value)
    assert 0.77 < rounded(value) / value < 1.3


@pytest.mark.parametrize("value", [0.0, -1.0, float("nan"), float("inf")])
def test_no_step_begins_at_what_is_no_size(value):
    with pytest.raises(ValueError, match="cannot begin"):
        rounded(value)
