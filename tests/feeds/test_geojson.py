"""GeoJSON of points: properties are columns, the point is two of them, and what is no point
is refused by its row.
"""

from __future__ import annotations

import json
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.feeds.sheet_rows import JSON, QUIET, faults_of, rows_of
from twin.errors import ContractError
from twin.feeds import json_items
from twin.feeds.geojson_points import is_geojson, open_geojson
from twin.feeds.sheets import ROWS_OF_A_BLOCK

POINT = {"type": "Point", "coordinates": [114.3, 30.6]}


def feature(**members: Any) -> dict[str, Any]:
    return {
        "type": "Feature",
        "geometry": POINT,
        "properties": {"number": "A1"},
    } | members


def written(
    folder: Path, *features: Any, name: str = "a.geojson", **members: Any
) -> Path:
    path = folder / name
    path.write_text(
        json.dumps(
            {"type": "FeatureCollection", **members, "features": list(features)},
            ensure_ascii=False,
        ),
        encoding="utf-8",
    )
    return path


def test_properties_become_columns_and_the_point_becomes_two(tmp_path):
    sheet = open_geojson(
        written(
            tmp_path,
            feature(
                id=7,
                properties={
                    "number": "A1",
                    "unit": {"name": "路灯所", "tags": [1, "b"]},
                },
            ),
        ),
        ("number", "longitude"),
    )

    assert sheet.header == (
        "longitude",
        "latitude",
        "id",
        "number",
        "unit.name",
        "unit.tags",
    )
    assert rows_of(sheet) == {
        1: {
            "longitude": "114.3",
            "latitude": "30.6",
            "id": "7",
            "number": "A1",
            "unit.name": "路灯所",
            "unit.tags": '[1, "b"]',
        }
    }


def test_no_digit_of_a_number_is_lost(tmp_path):
    path = tmp_path / "a.geojson"
    path.write_text(
        '{"type": "FeatureCollection", "features": [{"type": "Feature", "geometry":'
        ' {"type": "Point", "coordinates": [114.30000000000000000001, 30.60]},'
        ' "properties": {"n": 123456789012345678901234567890, "x": 1.50, "l": [1.0]}}]}'
    )

    assert rows_of(open_geojson(path, ())) == {
        1: {
            "longitude": "114.30000000000000000001",
            "latitude": "30.60",
            "n": "123456789012345678901234567890",
            "x": "1.50",
            "l": "[1.0]",
        }
    }


def test_names_that_the_point_has_too_are_told_apart(tmp_path):
    sheet = open_geojson(
        written(tmp_path, feature(id="f1", properties={"longitude": "x", "id": "p1"})),
        ("id",),
    )

    assert rows_of(sheet) == {
        1: {
            "longitude": "114.3",
            "latitude": "30.6",
            "feature.id": "f1",
            "id": "p1",
            "properties.longitude": "x",
        }
    }


@pytest.mark.parametrize(
    "geometry",
    [
        None,
        {"type": "Point", "coordinates": []},
        {"type": "Point", "coordinates": [None, None]},
    ],
)
def test_a_feature_without_a_place_has_empty_cells(tmp_path, geometry):
    path = written(tmp_path, feature(geometry=geometry))

    assert rows_of(open_geojson(path, ())) == {1: {"number": "A1"}}
    assert faults_of(open_geojson(path, ())) == {}


def test_several_points_are_no_place_and_that_is_said(tmp_path):
    path = written(
        tmp_path,
        feature(geometry={"type": "MultiPoint", "coordinates": [[1, 2], [3, 4]]}),
        feature(geometry={"type": "MultiPoint", "coordinates": [[1, 2]]}),
    )
    sheet = open_geojson(path, ())

    assert sheet.remarks == (
        "1 feature has a MultiPoint, which is not one place: the place is left empty.",
    )
    assert rows_of(sheet) == {
        1: {"number": "A1"},
        2: {"number": "A1", "longitude": "1", "latitude": "2"},
    }


@pytest.mark.parametrize(
    ("changed", "fault"),
    [
        (
            {
                "geometry": {
                    "type": "Polygon",
                    "coordinates": [[[0, 0], [1, 0], [0, 1], [0, 0]]],
                }
            },
            "its geometry is a Polygon, and any point of it would be a guess",
        ),
        (
            {"geometry": {"type": "LineString", "coordinates": [[0, 0], [1, 0]]}},
            "its geometry is a LineString, and any point of it would be a guess",
        ),
        (
            {"geometry": {"type": "Point", "coordinates": ["114.3", "30.6"]}},
            "its point is not a longitude and a latitude",
        ),
        (
            {"geometry": {"type": "Point", "coordinates": [114.3]}},
            "its point is not a longitude and a latitude",
        ),
        (
            {"geometry": {"type": "Circle"}},
            "its geometry is of no kind that GeoJSON knows",
        ),
        ({"geometry": 5}, "its geometry is no object"),
        ({"properties": 5}, "it is no object but 5"),
        ({"type": "Thing"}, "it is no Feature"),
        (
            {"crs": {"type": "name", "properties": {"name": "EPSG:3857"}}},
            "its reference system is EPSG:3857, and degrees of WGS 84 are read only",
        ),
    ],
)
def test_what_is_no_point_is_refused_by_its_row(tmp_path, changed, fault):
    sheet = open_geojson(
        written(tmp_path, feature(), feature(**changed), feature()), ("number",)
    )

    assert faults_of(sheet) == {2: fault}


def test_a_property_that_is_given_twice_is_a_fault(tmp_path):
    path = tmp_path / "a.geojson"
    path.write_text(
        '{"type": "FeatureCollection", "features": [{"type": "Feature", "geometry":'
        ' null, "properties": {"n": 1, "n": 2}}]}'
    )

    assert faults_of(open_geojson(path, ())) == {
        1: "it gives one of its names twice, and which value holds is not known"
    }


@pytest.mark.parametrize(
    "name",
    [
        "urn:ogc:def:crs:OGC:1.3:CRS84",
        "EPSG:4326",
        "urn:ogc:def:crs:EPSG::4326",
        "urn:ogc:def:crs:EPSG::4490",
    ],
)
@pytest.mark.parametrize("is_last", [True, False])
def test_wgs84_by_any_of_its_names_is_read(tmp_path, name, is_last):
    crs = {"crs": {"type": "name", "properties": {"name": name}}}
    whole = {"type": "FeatureCollection", "features": [feature()]}
    path = tmp_path / "a.geojson"
    path.write_text(json.dumps(whole | crs if is_last else crs | whole))

    assert len(rows_of(open_geojson(path, ()))) == 1


@pytest.mark.parametrize(
    "crs",
    [
        {"type": "name", "properties": {"name": "urn:ogc:def:crs:EPSG::3857"}},
        {"type": "link"},
        "EPSG:4326",
    ],
)
def test_another_reference_system_is_refused_with_what_to_do(tmp_path, crs):
    with pytest.raises(
        ContractError,
        match=(
            r"a\.geojson: its reference system is .*, and degrees of WGS 84 are read"
            r" only"
        ),
    ) as caught:
        open_geojson(written(tmp_path, feature(), crs=crs), ())

    assert (
        "or without `crs` in degrees of the datum that crs under [feeds.work_orders]"
        " names" in caught.value.fix
    )


@pytest.mark.parametrize(
    "text",
    [
        "\x1e{0}\n\x1e{1}\n",
        "{0}\n{1}\n",
        "{0}\r\n{1}",
        "\ufeff{0}\n\n{1}\n",
        '{{"type": "FeatureCollection", "features": [{0},\n{1}]}}',
        (
            '{{"features": [{0}, {1}],\n "type": "FeatureCollection", "bbox": [1, 2, 3,'
            " 4]}}"
        ),
    ],
)
def test_features_in_a_collection_or_one_on_each_line_are_the_same(tmp_path, text):
    path = tmp_path / "a.json"
    path.write_text(
        text.format(json.dumps(feature()), json.dumps(feature(id=2))), encoding="utf-8"
    )

    assert rows_of(open_geojson(path, ("number",))) == {
        1: {"number": "A1", "longitude": "114.3", "latitude": "30.6"},
        2: {"number": "A1", "longitude": "114.3", "latitude": "30.6", "id": "2"},
    }


def test_a_sequence_may_break_its_lines(tmp_path):
    path = tmp_path / "a.geojsons"
    path.write_text(
        "".join(f"\x1e{json.dumps(feature(), indent=1)}\n" for _ in range(3))
    )

    assert list(rows_of(open_geojson(path, ()))) == [1, 2, 3]


def test_a_single_feature_is_one_row(tmp_path):
    path = tmp_path / "a.geojson"
    path.write_text(json.dumps(feature(), indent=1))

    assert list(rows_of(open_geojson(path, ("number",)))) == [1]


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "a.geojson is empty"),
        (b" \n", "a.geojson is empty"),
        (b"<html>", r"a.geojson, line 1: this is no JSON \(it begins with '<'\)"),
        (
            b'{"type": "FeatureCollection", "features": [\n{"type": "Feature"',
            "a.geojson, line 2: this is no JSON",
        ),
        (
            b'{"type": "FeatureCollection", "features": [\n]',
            "a.geojson, line 2: this is no JSON",
        ),
        (
            b'{"type": "FeatureCollection", "features": []}\n}',
            r"line 2: this is no JSON \(something stands behind its end\)",
        ),
        (
            b'{"type": "FeatureCollection", "features": [],\n"features": []}',
            r"line 2: this is no JSON \('features' is given twice\)",
        ),
        (
            '{"type": "FeatureCollection", "features": [\n{"名": 1}]}'.encode(
                "gb18030"
            ),
            r"line 2: it is not UTF-8, byte 47 \(0xc3\) does not fit",
        ),
        ('{"type": "FeatureCollection"}'.encode("utf-16-le"), "a.geojson is UTF-16"),
        (
            b'{"type": "Topology", "objects": {}}',
            "is no GeoJSON of features, but a Topology",
        ),
        (
            b'{"type": "Point", "coordinates": [1, 2]}',
            "is no GeoJSON of features, but a Point",
        ),
        (b"[1]", "is no GeoJSON of features"),
        (
            b"[" * 100_000,
            r"objects inside of objects without an end|is no GeoJSON|no JSON",
        ),
        (b'{"features": []}\n{"features": []}\n', "holds several collections"),
        (b'{"type": "FeatureCollection"}', "without a list of features"),
        (
            b'{"type": "FeatureCollection", "features": {"0": 1}}',
            "without a list of features",
        ),
    ],
)
def test_a_file_that_is_off_is_one_sentence_with_its_line(tmp_path, content, said):
    (tmp_path / "a.geojson").write_bytes(content)
    with pytest.raises(ContractError, match=said):
        open_geojson(tmp_path / "a.geojson", ())


@pytest.mark.parametrize(
    ("text", "is_so"),
    [
        ('{"type": "FeatureCollection", "features": []}', True),
        ('{ "features" : [ ] }', True),
        ('\x1e{"properties": {}, "type":"Feature"}\n', True),
        (
            '[{"service_request_id": 1, "description": "\\"type\\": \\"Feature\\""}]',
            False,
        ),
        ('{"service_requests": []}', False),
        ("", False),
    ],
)
def test_features_are_told_from_other_json_by_the_beginning(tmp_path, text, is_so):
    (tmp_path / "a.json").write_text(text)

    assert is_geojson(tmp_path / "a.json") == is_so


def test_a_missing_file_and_a_folder_are_sentences(tmp_path):
    with pytest.raises(ContractError, match=r"gone\.json cannot be read: No such file"):
        open_geojson(tmp_path / "gone.json", ())
    with pytest.raises(ContractError, match="cannot be read: Is a directory"):
        open_geojson(tmp_path, ())


def test_a_collection_of_nothing_lacks_nothing(tmp_path):
    assert rows_of(open_geojson(written(tmp_path), ("number",))) == {}


def test_names_in_another_spelling_of_unicode_are_found(tmp_path):
    assert (
        "número"
        in open_geojson(
            written(tmp_path, feature(properties={"nu\u0301mero ": 1})), ("número",)
        ).header
    )


def test_half_a_letter_is_shown_as_such(tmp_path):
    path = tmp_path / "a.geojson"
    path.write_text(
        '{"type": "FeatureCollection", "features": [{"type": "Feature", "geometry":'
        ' null, "properties": {"n": "cut \\ud83d"}}]}'
    )

    assert rows_of(open_geojson(path, ("n",))) == {1: {"n": "cut \ufffd"}}


def test_a_file_far_larger_than_the_window_comes_in_blocks(tmp_path, monkeypatch):
    monkeypatch.setattr(json_items, "_CHUNK", 61)
    n = ROWS_OF_A_BLOCK + 1
    path = written(tmp_path, *(feature(properties={"n": at}) for at in range(n)))
    blocks = list(open_geojson(path, ("n",)).blocks)

    assert [block.cells.num_rows for block in blocks] == [ROWS_OF_A_BLOCK, 1]
    assert [cell for block in blocks for cell in block.cells["n"].to_pylist()] == [
        str(at) for at in range(n)
    ]


def test_a_file_that_changes_between_its_two_readings_is_refused(tmp_path):
    sheet = open_geojson(written(tmp_path, feature()), ())
    written(tmp_path, feature(properties={"other": 1}))
    with pytest.raises(ContractError, match="was changed while it was read"):
        list(sheet.blocks)


@QUIET
@given(
    content=st.binary(max_size=80)
    | JSON.map(lambda value: json.dumps(value).encode())
    | st.lists(JSON, max_size=4).map(
        lambda items: json.dumps(
            {"type": "FeatureCollection", "features": items}
        ).encode()
    )
)
def test_any_bytes_give_a_sheet_or_one_sentence(tmp_path, content):
    (tmp_path / "any.json").write_bytes(content)
    with suppress(ContractError):
        rows_of(open_geojson(tmp_path / "any.json", ()))


@QUIET
@given(
    features=st.lists(
        st.dictionaries(st.text(max_size=4), JSON, max_size=3), max_size=6
    ),
    chunk=st.integers(1, 200),
)
def test_each_feature_with_a_place_has_its_number_whatever_its_properties(
    tmp_path, features, chunk
):
    path = written(
        tmp_path, *(feature(properties=properties) for properties in features)
    )
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(json_items, "_CHUNK", chunk)
        assert list(rows_of(open_geojson(path, ()))) == list(
            range(1, len(features) + 1)
        )


@QUIET
@given(
    numbers=st.lists(
        st.from_regex(
            r"-?(0|[1-9][0-9]{0,40})(\.[0-9]{1,30})?([eE][+-]?[0-9]{1,4})?",
            fullmatch=True,
        ),
        min_size=1,
    )
)
def test_every_number_keeps_its_text(tmp_path, numbers):
    path = tmp_path / "a.geojson"
    path.write_text(
        "\n".join(
            f'{{"type": "Feature", "geometry": null, "properties": {{"n": {number}}}}}'
            for number in numbers
        )
    )
    found = rows_of(open_geojson(path, ("n",)))

    assert [row["n"] for row in found.values()] == numbers
