"""Rows become attributes exactly.

Positions are right to the last digit, colours are worked out by hand, and what is
unknown is not drawn.
"""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from twin.errors import QueryError
from twin.layer import Band, Encoding, Kind, Legend, Ramp
from twin.query import encode
from twin.query.colors import paint

RED, BLUE, HALF = (255, 0, 0, 255), (0, 0, 255, 255), (128, 0, 128, 255)
RAMP = Ramp(0.0, 10.0, (RED, BLUE))
BANDS = (Band(1, "calm", RED), Band(5, "hot", BLUE))
KINDS = (Kind("ok", "k", RED), Kind("down", "k", BLUE))


def decoded(rows, how, legend=None):
    return pa.ipc.open_stream(encode(pa.table(rows), how, legend)).read_all()


def colors(values, scale):
    return [
        tuple(int(byte) for byte in color)
        for color in paint(pa.chunked_array([pa.array(values)]), scale)
    ]


def test_a_position_arrives_to_the_last_digit():
    table = decoded({"lon": [114.305123], "lat": [30.592761]}, Encoding("point"))
    assert table["position"].to_pylist() == [[114.305123, 30.592761]]
    # Why not float32: its steps are 0.7 m there.
    assert np.spacing(np.float32(114.305123)) > 7e-6


def test_a_line_has_two_ends_and_a_way():
    table = decoded(
        {"lon": [1.0], "lat": [2.0], "to_lon": [3.0], "to_lat": [4.0]}, Encoding("line")
    )
    assert table.to_pylist() == [
        {"source_position": [1, 2], "target_position": [3, 4], "path": [1, 2, 3, 4]}
    ]


def test_a_ring_is_closed():
    corners = {
        f"{axis}{n}": [float(n + offset)]
        for n in (1, 2, 3, 4)
        for axis, offset in (("lon", 0), ("lat", 10))
    }
    assert decoded({"drone_id": ["d"], **corners}, Encoding("ring")).to_pylist() == [
        {"path": [1, 11, 2, 12, 3, 13, 4, 14, 1, 11], "drone_id": "d"}
    ]


def test_a_raster_is_small_whole_numbers_and_colours():
    table = decoded(
        {"x": [3], "y": [70], "age_s": [5]},
        Encoding("raster", fill="age_s"),
        Legend("t", "u", RAMP),
    )
    assert [str(table.schema.field(name).type) for name in ("x", "y")] == [
        "uint16",
        "uint16",
    ]
    assert table["fill_color"].to_pylist() == [list(HALF)]
    assert table["age_s"].to_pylist() == [5]


def test_size_and_angle_are_attributes_and_no_more():
    table = decoded(
        {"lon": [1.0], "lat": [2.0], "px": [7], "turn": [90.0], "kind": ["drone"]},
        Encoding("point", size="px", angle="turn", mark="kind"),
    )
    assert set(table.column_names) == {"position", "size", "angle", "mark", "kind"}
    assert (
        table["size"].to_pylist(),
        table["angle"].to_pylist(),
        table["mark"].to_pylist(),
    ) == ([7], [90], ["drone"])


def test_text_travels_as_a_dictionary_and_whole_numbers_as_the_browser_has_them():
    table = decoded(
        {
            "lon": [1.0, 1.0],
            "lat": [2.0, 2.0],
            "name": ["江岸", None],
            "n": pa.array([1, None], pa.int64()),
        },
        Encoding("point"),
    )
    assert pa.types.is_dictionary(table.schema.field("name").type)
    assert table["name"].to_pylist() == ["江岸", None]
    assert (str(table.schema.field("n").type), table["n"].to_pylist()) == (
        "double",
        [1.0, None],
    )


def test_no_rows_are_a_stream_too():
    empty = {
        "lon": pa.array([], pa.float64()),
        "lat": pa.array([], pa.float64()),
        "name": pa.array([], pa.string()),
        "v": pa.array([], pa.float64()),
    }
    table = decoded(empty, Encoding("point", fill="v"), Legend("t", "u", RAMP))
    assert table.num_rows == 0
    assert "fill_color" in table.column_names


def test_the_same_rows_give_the_same_bytes():
    rows = pa.table(
        {"lon": [1.0, 2.0], "lat": [2.0, 1.0], "name": ["b", "a"], "v": [1.0, 9.0]}
    )
    pieces = pa.concat_tables([rows.slice(0, 1), rows.slice(1)])
    how, legend = Encoding("point", fill="v"), Legend("t", "u", RAMP)
    assert encode(rows, how, legend) == encode(pieces, how, legend)


@pytest.mark.parametrize(
    "kind",
    [pa.float32(), pa.int32(), pa.int64(), pa.bool_(), pa.timestamp("us", tz="UTC")],
)
def test_what_stands_in_memory_under_a_null_does_not_travel(kind):
    rows = []
    for under in (0, 1):
        known = pa.array([1, under], pa.int64()).cast(
            pa.bool_() if pa.types.is_boolean(kind) else kind
        )
        hidden = pa.Array.from_buffers(
            kind, 2, [pa.py_buffer(b"\x01"), known.buffers()[1]]
        )
        rows.append(pa.table({"lon": [1.0, 1.0], "lat": [1.0, 1.0], "v": hidden}))
    assert rows[0]["v"].to_pylist()[1] is None
    streams = [encode(each, Encoding("point"), None) for each in rows]
    assert streams[0] == streams[1]
    assert pa.ipc.open_stream(streams[0]).read_all()["v"].null_count == 1


def test_a_missing_column_is_said():
    with pytest.raises(QueryError, match="no column 'lat'"):
        encode(pa.table({"lon": [1.0]}), Encoding("point"), None)
    with pytest.raises(QueryError, match="no scale"):
        encode(
            pa.table({"lon": [1.0], "lat": [1.0], "v": [1]}),
            Encoding("point", fill="v"),
            None,
        )


def test_a_mark_that_there_is_not_is_said_with_the_marks_there_are():
    rows = {"lon": [1.0, 1.0, 1.0], "lat": [1.0, 1.0, 1.0]}
    how = Encoding("point", mark="mark")
    with pytest.raises(QueryError) as refused:
        encode(pa.table({**rows, "mark": ["p1", "p5", None]}), how, None)
    assert refused.value.lines()[0] == (
        "The rows name marks that there are not: 'p5', null."
    )
    assert "p1, p2, p3, p4" in refused.value.why
    assert decoded({**rows, "mark": ["p1", "dock", "p1"]}, how).num_rows == 3


@pytest.mark.parametrize(
    ("value", "color"),
    [
        (0.0, RED),
        (10.0, BLUE),
        (5.0, HALF),
        (-3.0, RED),
        (99.0, BLUE),
        (None, (0, 0, 0, 0)),
    ],
)
def test_a_ramp_goes_evenly_and_its_ends_hold(value, color):
    assert colors([value, 0.0], RAMP)[0] == color


def test_a_ramp_may_run_backwards():
    assert colors([0.0, 3600.0], Ramp(3600.0, 0.0, (RED, BLUE))) == [BLUE, RED]


@pytest.mark.parametrize(
    ("value", "color"),
    [
        (0.0, (0, 0, 0, 0)),
        (1.0, RED),
        (4.9, RED),
        (5.0, BLUE),
        (99.0, BLUE),
        (None, (0, 0, 0, 0)),
    ],
)
def test_a_band_begins_at_its_lower_edge(value, color):
    assert colors([value, 1.0], BANDS)[0] == color


def test_a_kind_that_the_legend_does_not_name_is_not_drawn():
    assert colors(["down", "ok", "strange", None], KINDS) == [
        BLUE,
        RED,
        (0, 0, 0, 0),
        (0, 0, 0, 0),
    ]


@given(
    st.lists(
        st.floats(allow_nan=False, allow_infinity=False, width=32),
        min_size=2,
        max_size=9,
    ),
    st.integers(2, 5),
)
def test_every_colour_of_a_ramp_lies_between_its_neighbours(values, stops):
    ramp = Ramp(-100.0, 100.0, tuple((40 * step, 0, 0, 255) for step in range(stops)))
    reds = [color[0] for color in colors(sorted(values), ramp)]
    assert reds == sorted(reds)
    assert all(0 <= red <= 40 * (stops - 1) for red in reds)
