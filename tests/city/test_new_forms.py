"""Outlines in other forms and datums: read, or named for what they are."""

from __future__ import annotations

import json

import numpy as np
import pytest
import shapely

from tests.city import made
from twin.contracts.crs import gcj02_of_wgs84
from twin.errors import PackError
from twin.pack.new import Wish
from twin.pack.outlines import Drawn, Reading, read_polygons

from .test_new import make, squares

WUHAN = Wish("临江", zone="Asia/Shanghai")


def feature(shape, **said):
    """A feature of GeoJSON."""
    return {
        "type": "Feature",
        "properties": said,
        "geometry": json.loads(shapely.to_geojson(shape)),
    }


def read(tmp_path, content: object, reading: Reading | None = None) -> Drawn:
    """What is read of a file that holds this."""
    path = tmp_path / "given.geojson"
    path.write_text(
        content if isinstance(content, str) else json.dumps(content), encoding="utf-8"
    )
    return read_polygons(path, reading or Reading())


@pytest.mark.parametrize("said", ["GCJ-02", "gcj02"])
def test_outlines_of_a_chinese_map_lie_where_they_are_in_the_world(tmp_path, said):
    true = shapely.box(114.25, 30.5, 114.35, 30.6)
    shifted = shapely.transform(
        true, lambda xy: np.column_stack(gcj02_of_wgs84(xy[:, 0], xy[:, 1]))
    )
    found = make(tmp_path, [feature(shifted, name="甲")], WUHAN, Reading(crs=said))

    assert found.drawn.told[0] == "Moved from GCJ-02 to WGS 84."
    assert shapely.hausdorff_distance(found.drawn.districts[0].shape, true) < 1e-6
    assert shapely.hausdorff_distance(shifted, true) > 0.004


def test_a_file_may_say_of_itself_that_it_is_of_a_chinese_map(tmp_path):
    path = made.write(
        tmp_path / "own.geojson",
        [feature(shapely.box(114.25, 30.5, 114.35, 30.6), name="甲")],
        crs={"type": "name", "properties": {"name": "BD-09"}},
    )

    assert read_polygons(path, Reading()).told[0] == "Moved from BD-09 to WGS 84."


@pytest.mark.parametrize(
    ("content", "said", "fix"),
    [
        (
            {"type": "Topology", "arcs": [], "objects": {}},
            "is TopoJSON, not GeoJSON",
            "ogr2ogr",
        ),
        (
            {
                "type": "FeatureCollection",
                "features": [{"type": "FeatureCollection", "features": []}],
            },
            "is a collection of collections",
            "a file of its own",
        ),
        (
            {"type": "FeatureCollection"},
            "is a collection without a list of features",
            "write it afresh",
        ),
        (
            {"type": "FeatureCollection", "features": None},
            "is a collection without a list of features",
            "write it afresh",
        ),
        (
            "\n".join(json.dumps(feature(square)) for square in squares(2)),
            "line 2: not JSON",
            "one feature on each line",
        ),
    ],
)
def test_a_file_that_is_something_else_is_named_for_what_it_is(
    tmp_path, content, said, fix
):
    with pytest.raises(PackError, match=said) as caught:
        read(tmp_path, content)
    assert fix in str(caught.value.fix)


def test_a_name_that_nobody_sees_is_none(tmp_path):
    west, middle, east = squares(3)
    content = {
        "type": "FeatureCollection",
        "features": [
            feature(west, name="West"),
            feature(middle, name="\u200b"),
            feature(east, name="Ea\u00adst\x07"),
        ],
    }

    assert [each.name for each in read(tmp_path, content).districts] == [
        "West",
        "d2",
        "East",
    ]


def test_outlines_over_each_other_are_said_as_a_ratio(tmp_path):
    (square,) = squares(1)
    content = {
        "type": "FeatureCollection",
        "features": [feature(square, name=name) for name in "abc"],
    }

    assert (
        read(tmp_path, content)
        .told[-1]
        .startswith(
            "Outlines lie over each other: together they have 3.00 times the area that"
            " they cover"
        )
    )


def test_a_district_far_from_all_others_is_said(tmp_path):
    near = [feature(square, name=f"n{at}") for at, square in enumerate(squares(3))]
    told = read(
        tmp_path,
        {
            "type": "FeatureCollection",
            "features": [*near, feature(shapely.box(0, 0, 0.1, 0.1), name="Null")],
        },
    ).told

    # acos(sin 38.71 sin 0.05 + cos 38.71 cos 0.05 cos 9.2) = 0.6906 of a radius of 6,371 km
    assert [sentence[:46] for sentence in told if "km from" in sentence] == [
        "District 'Null' lies 4,400 km from the nearest"
    ]
    assert not [
        sentence
        for sentence in read(
            tmp_path, {"type": "FeatureCollection", "features": near}
        ).told
        if "km from" in sentence
    ]
