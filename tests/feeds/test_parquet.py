"""Parquet and GeoParquet as text: every value exact, in one form; points are two columns.

Damage is a sentence.
"""

from __future__ import annotations

import json
import math
from contextlib import suppress
from datetime import UTC, date, datetime, time, timedelta, timezone
from decimal import Decimal
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from tests.feeds.sheet_rows import QUIET, faults_of, rows_of
from twin.errors import ContractError
from twin.feeds.parquet_rows import open_parquet
from twin.feeds.sheets import ROWS_OF_A_BLOCK

MORNING = datetime(2026, 7, 16, 9, 0, 0, 500_000)
CHINA = timezone(timedelta(hours=8))


def of(folder: Path, table: pa.Table, geo: object = None) -> Path:
    path = folder / "a.parquet"
    said = (
        {b"geo": geo if isinstance(geo, bytes) else json.dumps(geo).encode()}
        if geo is not None
        else None
    )
    pq.write_table(table.replace_schema_metadata(said), path)
    return path


def cells(folder: Path, column: Any) -> list[str | None]:
    """How one column reads, beside one that keeps its rows from being blank."""
    sheet = open_parquet(
        of(folder, pa.table({"n": range(len(column)), "c": column})), ("c",)
    )
    return [cell for block in sheet.blocks for cell in block.cells["c"].to_pylist()]


@pytest.mark.parametrize(
    ("column", "said"),
    [
        (
            pa.array([2**63 - 1, -(2**63), None]),
            ["9223372036854775807", "-9223372036854775808", None],
        ),
        (pa.array([2**64 - 1], pa.uint64()), ["18446744073709551615"]),
        (
            pa.array([20260716001.0, 1.5, 2.0**53, 1e300, math.inf, math.nan, -0.0]),
            ["20260716001", "1.5", "9007199254740992.0", "1e+300", "inf", None, "0"],
        ),
        (pa.array([30.6, 16777216.0], pa.float32()), ["30.6", "16777216"]),
        (pa.array([np.float16(0.1)]), ["0.1"]),
        (pa.array([True, False, None]), ["true", "false", None]),
        (pa.nulls(2), [None, None]),
        (pa.array([Decimal("1.50"), Decimal("-3.00")]), ["1.50", "-3.00"]),
        (pa.array([date(2026, 7, 16)]), ["2026-07-16"]),
        (pa.array([date(2026, 7, 16)], pa.date64()), ["2026-07-16"]),
        (pa.array([time(9, 5)]), ["09:05:00"]),
        (
            pa.array([2**31 - 1], pa.int32()).cast(pa.date32()),
            ["2147483647 days since 1970"],
        ),
        (pa.array([MORNING]), ["2026-07-16 09:00:00.5"]),
        (pa.array([MORNING.replace(microsecond=0)]), ["2026-07-16 09:00:00"]),
        (pa.array([2**62], pa.timestamp("us")), ["4611686018427387904 us since 1970"]),
        (pa.array([1], pa.timestamp("ns")), ["1970-01-01 00:00:00.000000001"]),
        (
            pa.array(
                [MORNING.replace(tzinfo=CHINA)], pa.timestamp("us", "Asia/Shanghai")
            ),
            ["2026-07-16 01:00:00.5+00:00"],
        ),
        (
            pa.array([MORNING.replace(tzinfo=UTC)], pa.timestamp("ms", "UTC")),
            ["2026-07-16 09:00:00.5+00:00"],
        ),
        (pa.array(["路", "路", None]).dictionary_encode(), ["路", "路", None]),
        (pa.array(["a"], pa.large_string()), ["a"]),
        (pa.array(["a"], pa.string_view()), ["a"]),
        (pa.array(["路".encode(), b"\xff"]), ["路", "0xff"]),
        (
            pa.array([{"a": [1, None], "b": MORNING}]),
            ['{"a": [1, null], "b": "2026-07-16T09:00:00.500000"}'],
        ),
        (pa.array([[1.5, 2.0]]), ["[1.5, 2.0]"]),
    ],
)
def test_each_kind_of_value_has_one_exact_text(tmp_path, column, said):
    assert cells(tmp_path, column) == said


def test_moments_without_a_zone_are_given_as_such_too(tmp_path):
    table = pa.table(
        {
            "a": pa.array([MORNING, None], pa.timestamp("ns")),
            "b": pa.array([MORNING.replace(tzinfo=UTC)] * 2),
            "c": [MORNING.date()] * 2,
            "d": pa.array([2**62, 0], pa.timestamp("us")),
        }
    )
    (block,) = open_parquet(of(tmp_path, table), ()).blocks

    assert {name: column.to_pylist() for name, column in block.moments.items()} == {
        "a": [MORNING, None],
        "d": [None, datetime(1970, 1, 1)],
    }
    assert block.moments["a"].type == pa.timestamp("us")


def test_rows_have_their_place_in_the_file_as_number_and_blank_ones_are_left_out(
    tmp_path,
):
    moments = pa.array([None, MORNING, None, None, MORNING])
    sheet = open_parquet(
        of(tmp_path, pa.table({"a": ["x", None, "", " ", "y"], "at": moments})), ("a",)
    )
    (block,) = sheet.blocks

    assert block.numbers.to_pylist() == [1, 2, 5]
    assert block.moments["at"].to_pylist() == [None, MORNING, MORNING]


def test_names_are_in_one_form_and_told_apart(tmp_path):
    table = pa.Table.from_arrays(
        [pa.array([1])] * 4, names=["nu\u0301m ", "núm", "", "x"]
    )

    assert open_parquet(of(tmp_path, table), ("núm",)).header == (
        "núm",
        "núm (2)",
        "column (3)",
        "x",
    )


def test_a_file_comes_in_blocks(tmp_path):
    n = 2 * ROWS_OF_A_BLOCK + 5
    path = tmp_path / "a.parquet"
    pq.write_table(pa.table({"n": range(n)}), path, row_group_size=7_000)
    numbers = [
        number
        for block in open_parquet(path, ("n",)).blocks
        for number in block.numbers.to_pylist()
    ]

    assert numbers == list(range(1, n + 1))
    assert all(
        block.cells.num_rows <= ROWS_OF_A_BLOCK
        for block in open_parquet(path, ("n",)).blocks
    )


# --- GeoParquet -----------------------------------------------------------------------

LINE, AREA = shapely.LineString([(0, 0), (1, 1)]), shapely.box(0, 0, 1, 1)


def geo(**column: object) -> dict[str, Any]:
    return {
        "version": "1.1.0",
        "primary_column": "shape",
        "columns": {"shape": {"encoding": "WKB", "geometry_types": []} | column},
    }


def of_shapes(folder: Path, *shapes: Any, **column: object) -> Path:
    wkb = [
        shape if shape is None or isinstance(shape, bytes) else shapely.to_wkb(shape)
        for shape in shapes
    ]
    return of(
        folder,
        pa.table(
            {
                "number": range(len(shapes)),
                "shape": pa.array(wkb, pa.binary()),
                "z": ["z"] * len(shapes),
            }
        ),
        geo(**column),
    )


def test_points_become_two_columns_where_the_geometry_stood(tmp_path):
    sheet = open_parquet(
        of_shapes(
            tmp_path,
            shapely.Point(114.3, 30.6),
            None,
            shapely.Point(),
            shapely.Point(1, 2, 3),
            shapely.MultiPoint([(5, 6)]),
        ),
        ("longitude",),
    )

    assert sheet.header == ("number", "longitude", "latitude", "z")
    assert [
        (row.get("longitude"), row.get("latitude")) for row in rows_of(sheet).values()
    ] == [
        ("114.3", "30.6"),
        (None, None),
        (None, None),
        ("1", "2"),
        ("5", "6"),
    ]


def test_what_is_no_point_is_refused_by_its_row(tmp_path):
    path = of_shapes(
        tmp_path,
        shapely.Point(1, 2),
        LINE,
        AREA,
        b"noise",
        shapely.MultiPoint([(1, 2), (3, 4)]),
    )

    assert faults_of(open_parquet(path, ())) == {
        2: "its geometry is a line, and any point of it would be a guess",
        3: "its geometry is an area, and any point of it would be a guess",
        4: "its geometry cannot be read as WKB",
    }


def test_a_column_of_that_name_has_its_place_behind_it(tmp_path):
    table = pa.table(
        {"longitude": ["x"], "shape": [shapely.to_wkb(shapely.Point(1, 2))]}
    )

    assert rows_of(open_parquet(of(tmp_path, table, geo()), ())) == {
        1: {"longitude (1)": "x", "longitude": "1", "latitude": "2"}
    }


def test_points_as_pairs_of_numbers_are_read(tmp_path):
    table = pa.table({"shape": pa.array([{"x": 114.3, "y": 30.6}, None])})

    assert rows_of(open_parquet(of(tmp_path, table, geo(encoding="point")), ())) == {
        1: {"longitude": "114.3", "latitude": "30.6"}
    }


@pytest.mark.parametrize(
    "crs",
    [
        None,
        {"type": "GeographicCRS", "id": {"authority": "OGC", "code": "CRS84"}},
        {"id": {"authority": "EPSG", "code": 4326}},
        {"type": "GeographicCRS", "name": "WGS 84 (CRS84)"},
    ],
)
def test_wgs84_by_any_of_its_names_is_read(tmp_path, crs):
    assert (
        len(
            rows_of(open_parquet(of_shapes(tmp_path, shapely.Point(1, 2), crs=crs), ()))
        )
        == 1
    )


@pytest.mark.parametrize(
    "crs",
    [
        {
            "type": "ProjectedCRS",
            "name": "WGS 84 / Pseudo-Mercator",
            "id": {"authority": "EPSG", "code": 3857},
        },
        {"type": "ProjectedCRS", "name": "WGS 84 / UTM zone 50N"},
        "EPSG:3857",
    ],
)
def test_another_reference_system_is_refused(tmp_path, crs):
    with pytest.raises(
        ContractError,
        match=(
            r"a\.parquet: its reference system is .*, and degrees of WGS 84 are read"
            r" only"
        ),
    ):
        open_parquet(of_shapes(tmp_path, shapely.Point(1, 2), crs=crs), ())


@pytest.mark.parametrize(
    "said",
    [b"{", b"[]", b'{"primary_column": "shape"}', geo() | {"primary_column": "gone"}],
)
def test_facts_of_a_geometry_that_are_off_are_a_sentence(tmp_path, said):
    with pytest.raises(ContractError, match=r"a\.parquet cannot be read as Parquet"):
        open_parquet(of(tmp_path, pa.table({"shape": [b"x"]}), said), ())


def test_lines_in_another_form_are_refused(tmp_path):
    with pytest.raises(
        ContractError,
        match="has geometry in the form 'linestring', and only points are read",
    ):
        open_parquet(
            of(tmp_path, pa.table({"shape": [[1]]}), geo(encoding="linestring")), ()
        )


# --- files as a whole -----------------------------------------------------------------


def test_missing_columns_are_named_beside_those_that_are_there(tmp_path):
    with pytest.raises(ContractError, match=r"a\.parquet has no column b\.") as caught:
        open_parquet(of(tmp_path, pa.table({"a": [1]})), ("a", "b"))

    assert caught.value.why == "it has: a."


@pytest.mark.parametrize(
    "content", [b"", b"PAR1", b"PAR1" + bytes(100) + b"PAR1", b"number,opened\n1,2\n"]
)
def test_what_is_no_parquet_is_a_sentence(tmp_path, content):
    (tmp_path / "a.parquet").write_bytes(content)
    with pytest.raises(ContractError, match=r"a\.parquet cannot be read as Parquet"):
        open_parquet(tmp_path / "a.parquet", ())


def test_a_missing_file_and_a_folder_are_sentences(tmp_path):
    with pytest.raises(
        ContractError, match=r"gone\.parquet cannot be read: .*[Nn]o such file"
    ):
        open_parquet(tmp_path / "gone.parquet", ())
    with pytest.raises(ContractError, match="cannot be read"):
        open_parquet(tmp_path, ())


def test_a_changed_byte_inside_a_page_is_found_where_the_file_has_sums(tmp_path):
    path = tmp_path / "a.parquet"
    pq.write_table(
        pa.table({"n": list(range(1_000))}),
        path,
        write_page_checksum=True,
        compression="none",
        use_dictionary=False,
    )
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 1
    path.write_bytes(data)
    with pytest.raises(ContractError, match="cannot be read as Parquet"):
        list(open_parquet(path, ()).blocks)


def test_bytes_that_are_no_text_are_a_fault_of_their_row(tmp_path):
    raw = pa.array([b"good", b"\xff\xfe", None])
    table = pa.table(
        {"c": pa.Array.from_buffers(pa.string(), 3, raw.buffers()), "n": [1, 2, 3]}
    )
    sheet = open_parquet(of(tmp_path, table), ())

    assert faults_of(sheet) == {2: "c: its bytes are not UTF-8"}


@pytest.fixture(scope="module")
def rich(tmp_path_factory) -> Path:
    table = pa.table(
        {
            "n": range(50),
            "s": ["路"] * 50,
            "t": [MORNING] * 50,
            "l": [[1, 2]] * 50,
            "shape": [shapely.to_wkb(shapely.Point(1, 2))] * 50,
        }
    )
    return of(tmp_path_factory.mktemp("rich"), table, geo())


@QUIET
@given(data=st.data())
def test_any_bytes_give_a_sheet_or_one_sentence(rich, tmp_path, data):
    whole = bytearray(rich.read_bytes())
    for _ in range(data.draw(st.integers(1, 5))):
        whole[data.draw(st.integers(0, len(whole) - 1))] = data.draw(
            st.integers(0, 255)
        )
    (tmp_path / "b.parquet").write_bytes(
        whole[: data.draw(st.integers(0, len(whole)) | st.just(len(whole)))]
    )
    with suppress(ContractError):
        rows_of(open_parquet(tmp_path / "b.parquet", ()))


@QUIET
@given(
    values=st.lists(
        st.floats(allow_nan=False) | st.floats(allow_nan=False, width=32), min_size=1
    )
)
def test_every_float_is_the_same_number_again(tmp_path, values):
    assert [
        float(str(cell)) for cell in cells(tmp_path, pa.array(values, pa.float64()))
    ] == values


@QUIET
@given(values=st.lists(st.none() | st.datetimes(timezones=st.just(UTC)), min_size=1))
def test_every_moment_is_the_same_moment_again(tmp_path, values):
    said = cells(tmp_path, pa.array(values, pa.timestamp("us", "UTC")))

    assert [
        None if cell is None else datetime.fromisoformat(cell) for cell in said
    ] == values
