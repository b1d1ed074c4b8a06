"""Hills throw a shade: lit from the north-west, dark on the other side, level ground untouched."""

from __future__ import annotations

import io

import numpy as np
import pytest
from PIL import Image

from tests.city.heights import write
from twin.faces.hills import hills, shaded
from twin.relief import Heights

BOX = (114.0, 30.0, 114.1, 30.1)


def of(values):
    return shaded(Heights(np.asarray(values, dtype=np.float32), BOX))


def slope(rise):
    """Ground that rises to the east, metres a cell."""
    return np.tile(np.arange(20.0) * rise, (20, 1))


def test_level_ground_has_no_shade():
    assert np.abs(of(np.full((9, 9), 300.0))).max() == pytest.approx(0, abs=1e-6)


def test_a_slope_that_faces_the_light_is_lit_and_one_that_looks_away_is_dark():
    facing_west, facing_east = of(slope(60)), of(slope(-60))
    facing_north, facing_south = of(slope(-60).T[::-1]), of(slope(60).T[::-1])

    assert facing_west.min() > 0.1
    assert facing_east.max() < -0.1
    assert facing_north.min() < facing_west.max()
    assert np.sign(facing_north.mean()) == -np.sign(facing_south.mean())


def test_steeper_is_darker():
    gentle, steep = of(slope(-20)).mean(), of(slope(-80)).mean()

    assert steep < gentle < 0


def test_what_is_not_known_is_left_as_it_is():
    values = slope(60)
    values[5, 5] = np.nan

    assert of(values)[5, 5] == 0
    assert not np.isnan(of(values)).any()


def test_the_picture_lies_where_the_heights_lie_and_is_clear_on_level_ground(tmp_path):
    values = np.full((40, 40), 400.0)
    values[:, 20:] = 400 + slope(-20)[0]
    made = hills(write(tmp_path / "h.tif", values, BOX))
    picture = np.asarray(Image.open(io.BytesIO(made.png)).convert("RGBA"))

    assert made.bounds == pytest.approx(BOX)
    assert picture[20, 5, 3] == 0
    assert picture[20, 30, 3] > 0
    assert tuple(picture[20, 30, :3]) == (0, 0, 0)
