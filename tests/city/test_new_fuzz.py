"""Whatever a polygon file holds, it becomes districts that a pack can have, or a sentence."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import shapely
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from twin.errors import TwinError
from twin.pack.checks import ID, WHOLE
from twin.pack.outlines import Reading, read_polygons

NUMBERS = st.one_of(
    st.integers(-200, 200),
    st.floats(-100, 100),
    st.floats(),
    st.just(None),
    st.text(max_size=2),
)
SOUND = st.lists(
    st.tuples(st.floats(-10, 10), st.floats(-10, 10)),
    min_size=3,
    max_size=7,
    unique=True,
)
CORNERS = st.one_of(
    st.tuples(st.floats(-10, 10), st.floats(-10, 10)), st.lists(NUMBERS, max_size=3)
)
RINGS = st.one_of(SOUND, SOUND, st.lists(CORNERS, max_size=7), st.none())
POLYGONS = st.one_of(
    st.lists(SOUND, min_size=1, max_size=2), st.lists(RINGS, max_size=2), st.none()
)
AREAS = st.fixed_dictionaries(
    {"type": st.just("Polygon"), "coordinates": st.lists(SOUND, min_size=1, max_size=2)}
)
VALUES = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(0, 3),
    st.floats(),
    st.text(max_size=4),
    st.lists(st.integers(), max_size=1),
    st.sampled_from(
        ["all", "city", "O'Hare", "a b", " ", "\u0000", "ا", "e\u0301", "é"]
    ),
)
GEOMETRIES = st.one_of(
    AREAS,
    AREAS,
    AREAS,
    st.none(),
    st.fixed_dictionaries({"type": st.just("Polygon"), "coordinates": POLYGONS}),
    st.fixed_dictionaries(
        {"type": st.just("MultiPolygon"), "coordinates": st.lists(POLYGONS, max_size=2)}
    ),
    st.fixed_dictionaries(
        {
            "type": st.just("GeometryCollection"),
            "geometries": st.lists(
                st.fixed_dictionaries(
                    {
                        "type": st.sampled_from(["Polygon", "Point", "Odd"]),
                        "coordinates": POLYGONS,
                    }
                ),
                max_size=2,
            ),
        }
    ),
    st.fixed_dictionaries({"type": VALUES, "coordinates": VALUES}),
)
FEATURES = st.fixed_dictionaries(
    {
        "properties": st.one_of(
            st.none(),
            st.dictionaries(
                st.sampled_from(["id", "name", "code", "NAME_EN", "x"]), VALUES
            ),
        ),
        "geometry": GEOMETRIES,
    },
    optional={"id": VALUES},
)


@pytest.fixture(scope="module")
def path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return where the file of each example is written."""
    return tmp_path_factory.mktemp("fuzz") / "given.geojson"


def sound(feature: dict[str, Any]) -> bool:
    """Return whether a feature is a polygon of one ring with an area, all of it between 10
    degrees west and east.
    """
    geometry = feature["geometry"] or {}
    if (
        geometry.get("type") != "Polygon"
        or not isinstance(geometry["coordinates"], list)
        or len(geometry["coordinates"]) != 1
    ):
        return False
    ring = geometry["coordinates"][0]
    return (
        isinstance(ring, list)
        and len(ring) >= 3
        and all(isinstance(corner, tuple) for corner in ring)
        and shapely.Polygon(ring).is_valid
        and shapely.Polygon(ring).area > 1e-3
    )


@settings(
    max_examples=120,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(
    features=st.lists(FEATURES, max_size=4),
    crs=st.sampled_from(["", "EPSG:32650", "EPSG:4269", "EPSG:x"]),
    swap=st.booleans(),
)
def test_whatever_it_holds(
    path: Path, features: list[dict[str, Any]], crs: str, swap: bool
) -> None:
    path.write_text(
        json.dumps({"type": "FeatureCollection", "features": features}),
        encoding="utf-8",
    )
    try:
        drawn = read_polygons(path, Reading(crs=crs, swap_axes=swap))
    except TwinError as refused:
        told = refused.what
    else:
        told = ""
    if told:
        assert told.endswith(".")
        assert crs or not any(sound(each) for each in features)
        return

    ids = [each.id for each in drawn.districts]
    assert len(set(ids)) == len(ids) > 0
    assert all(ID.fullmatch(each) and each not in WHOLE for each in ids)
    assert all(each.name and each.name_en for each in drawn.districts)
    assert len({each.name for each in drawn.districts}) == len(ids)
    assert all(
        each.shape.is_valid
        and not each.shape.is_empty
        and each.shape.geom_type in {"Polygon", "MultiPolygon"}
        for each in drawn.districts
    )
    assert all(line.endswith(".") for line in drawn.told)
