"""The shade of land and water: nothing at an edge, whole inside, and in the outline only."""

from __future__ import annotations

import io
import json

import numpy as np
import pytest
from PIL import Image

from twin.errors import PackError
from twin.faces.shade import KINDS, shade


def geojson(path, *rings):
    features = [
        {
            "type": "Feature",
            "properties": {},
            "geometry": {"type": "Polygon", "coordinates": each},
        }
        for each in rings
    ]
    path.write_text(json.dumps({"type": "FeatureCollection", "features": features}))
    return path


def square(west, south, side):
    east, north = west + side, south + side
    return [[west, south], [east, south], [east, north], [west, north], [west, south]]


def alphas(made):
    picture = Image.open(io.BytesIO(made.png)).convert("RGBA")
    return np.asarray(picture)[..., 3]


def test_land_is_darkest_at_its_edge_and_lightest_in_the_middle(tmp_path):
    path = geojson(tmp_path / "land.geojson", [square(114, 30, 0.5)])
    made = shade(path, "land")
    alpha = alphas(made)
    middle = alpha.shape[0] // 2

    assert made.bounds == (114, 30, 114.5, 30.5)
    assert max(alpha.shape) == KINDS["land"].most_px
    # Half a degree is 55 km: 27 km from the edge the shade is whole, on the edge it is none.
    assert alpha[middle, alpha.shape[1] // 2] == 255
    assert alpha[middle, 0] < 20
    row = alpha[middle, : alpha.shape[1] // 2].astype(int)
    assert (np.diff(row) >= 0).all()


def test_an_island_in_a_lake_is_no_water(tmp_path):
    lake = [square(114, 30, 0.2), square(114.08, 30.08, 0.04)]
    alpha = alphas(shade(geojson(tmp_path / "water.geojson", lake), "water"))
    high, wide = alpha.shape

    assert alpha[high // 2, wide // 2] == 0
    assert alpha[high // 2, wide // 5] == 255


def test_two_waters_far_apart_are_in_one_picture(tmp_path):
    path = geojson(
        tmp_path / "water.geojson", [square(114, 30, 0.1)], [square(114.3, 30.3, 0.1)]
    )
    made = shade(path, "water")
    alpha = alphas(made)
    high, wide = alpha.shape

    assert made.bounds == pytest.approx((114, 30, 114.4, 30.4))
    assert alpha[high * 7 // 8, wide // 8] == 255
    assert alpha[high // 8, wide * 7 // 8] == 255
    assert alpha[high // 2, wide // 2] == 0


def test_the_same_file_gives_the_same_picture_and_a_changed_one_another(tmp_path):
    path = geojson(tmp_path / "water.geojson", [square(114, 30, 0.1)])
    first = shade(path, "water")
    assert shade(path, "water") is first
    geojson(path, [square(114, 30, 0.2)])

    assert shade(path, "water").bounds == (114, 30, 114.2, 30.2)


def test_a_file_that_is_no_geojson_is_a_sentence(tmp_path):
    path = tmp_path / "water.geojson"
    path.write_text("[")
    with pytest.raises(PackError):
        shade(path, "water")


@pytest.mark.parametrize(
    "geometry",
    [
        {"type": "LineString", "coordinates": [[114, 30], [115, 31]]},
        {"type": "Polygon", "coordinates": []},
        {"type": "Polygon", "coordinates": [[[114, 30], [115, 31]]]},
    ],
)
def test_a_file_without_an_area_is_a_sentence_and_no_fault(tmp_path, geometry):
    feature = {"type": "Feature", "properties": {}, "geometry": geometry}
    path = tmp_path / "water.geojson"
    path.write_text(json.dumps({"type": "FeatureCollection", "features": [feature]}))
    with pytest.raises(PackError):
        shade(path, "water")


def test_a_file_that_is_gone_is_a_sentence(tmp_path):
    with pytest.raises(PackError, match=r"water\.geojson cannot be read"):
        shade(tmp_path / "water.geojson", "water")


def test_land_up_to_the_pole_has_a_picture(tmp_path):
    path = geojson(tmp_path / "land.geojson", [square(-20, 70, 20)])
    assert alphas(shade(path, "land")).max() == 255
