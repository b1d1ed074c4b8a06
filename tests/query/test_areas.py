"""Values of areas fall into classes that are worked out by hand; what is not known has none."""

from __future__ import annotations

import math
from itertools import pairwise

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from twin import palette
from twin.errors import QueryError
from twin.layer import Classes, Encoding, Legend
from twin.palette import rgba
from twin.query import encode
from twin.query.areas import bands, placed, read

A, B, C, D = [(shade, 0, 0, 255) for shade in (50, 100, 150, 200)]
HOW = Encoding("area", fill="n")
IDS = frozenset({"a", "b", "c", "d"})


def column(values):
    return pa.chunked_array([pa.array(values, pa.float64())])


def steps(values, scale):
    return [(band.low, band.color) for band in bands(column(values), scale)]


def table(**values):
    return pa.table({"district_id": list(values), "n": column(values.values())})


def colors(rows, scale):
    stream = encode(rows, HOW, Legend("t", "", scale))
    found = pa.ipc.open_stream(stream).read_all()
    names = found["district_id"].to_pylist()
    return dict(zip(names, map(tuple, found["fill_color"].to_pylist()), strict=True))


def test_quarters_of_eight_values_begin_at_their_quartiles():
    """Of 1 to 8 the quartiles are 2.75, 4.5 and 6.25: with two digits 2.8, 4.5 and 6.2."""
    found = steps([8, 1, 7, 2, 6, 3, 5, 4], Classes((A, B, C, D)))

    assert found == [(-math.inf, A), (2.8, B), (4.5, C), (6.2, D)]


def test_one_huge_value_does_not_take_the_others_colours():
    """Even steps from 1 to 10,000 would leave nine of ten in the lowest class."""
    found = steps([1, 2, 3, 4, 5, 6, 7, 8, 9, 10_000], Classes((A, B)))

    assert found == [(-math.inf, A), (5.5, B)]


def test_given_breaks_stand_whatever_the_values_are():
    scale = Classes((A, B, C), (10.0, 20.0))

    assert steps([1], scale) == [(-math.inf, A), (10.0, B), (20.0, C)]


def test_zero_is_a_value_and_a_null_is_none():
    scale = Classes((A, B), (1.0,))

    assert colors(table(a=0.0, b=None, c=1.0, d=0.9), scale) == {
        "a": A,
        "b": (0, 0, 0, 0),
        "c": B,
        "d": A,
    }


def test_values_that_are_all_the_same_are_one_class_of_the_middle_colour():
    assert steps([4, 4, 4, 4], Classes((A, B, C))) == [(-math.inf, B)]
    assert steps([None, 7.5], Classes((A, B, C))) == [(-math.inf, B)]


def test_where_most_are_zero_the_other_stands_out():
    """All quartiles are zero. Of 0 and 9, each once, they are 2.25, 4.5 and 6.75."""
    found = steps([0, 0, 0, 0, 9], Classes((A, B, C, D)))

    assert found == [(-math.inf, A), (2.2, D)]


def test_nothing_known_has_no_classes():
    assert steps([None, None], Classes((A, B))) == []
    assert steps([], Classes((A, B), (1.0,))) == []


@given(st.lists(st.floats(-1e6, 1e6), min_size=1, max_size=60), st.integers(1, 7))
def test_quantiles_rise_and_leave_no_class_empty(values, n):
    found = [band.low for band in bands(column(values), Classes((A,) * n))]

    assert found == sorted(set(found))
    ends = [*found[1:], math.inf]
    for low, high in zip(found, ends, strict=True):
        assert any(low <= value < high for value in values)


def test_rows_without_an_area_are_counted_and_areas_without_a_value_too():
    """Of four areas a is told, b is null, c and d have no row; two rows are of nowhere."""
    rows = table(a=1.0, b=None, x=2.0, y=3.0)

    found = read(rows, HOW, Classes((A, B), (1.0,)), IDS)

    assert (found.n_lost, found.n_unknown) == (2, 3)
    assert placed(rows, HOW, IDS)["district_id"].to_pylist() == ["a", "b"]


def test_a_row_that_names_no_area_at_all_is_lost_too():
    rows = pa.table({"district_id": ["a", None], "n": [1.0, 2.0]})

    assert read(rows, HOW, Classes((A,)), IDS).n_lost == 1


def test_what_lies_nowhere_does_not_move_the_classes():
    rows = table(a=1.0, b=2.0, x=1_000.0)

    found = read(rows, HOW, Classes((A, B)), IDS)

    assert [band.low for band in found.bands] == [-math.inf, 1.5]
    assert (found.low, found.high) == (1.0, 2.0)


def test_two_rows_of_one_area_are_refused():
    rows = pa.table({"district_id": ["a", "a"], "n": [1.0, 2.0]})

    with pytest.raises(QueryError, match="Two rows are of the area 'a'"):
        placed(rows, HOW, IDS)


def test_rows_without_the_key_are_refused():
    with pytest.raises(QueryError, match="no column 'district_id'"):
        placed(pa.table({"n": [1.0]}), HOW, IDS)


@pytest.mark.parametrize(
    ("shades", "breaks"), [((), ()), ((A, B), (1.0, 2.0)), ((A, B, C), (2.0, 1.0))]
)
def test_classes_that_do_not_fit_are_refused(shades, breaks):
    with pytest.raises(ValueError, match="classes cannot begin"):
        Classes(shades, breaks)


def test_the_palette_of_classes_grows_lighter_and_is_no_land():
    """By lightness alone, so that no hue need be seen."""
    light = [palette._oklab(color)[0] for color in palette.classes(5)]

    apart = [high - low for low, high in pairwise(light)]
    assert min(apart) > 0.08
    assert light[0] - palette._oklab(rgba("land"))[0] > 0.2
