"""Heights of a pack: read by their place, thinned, left out with a sentence where they are off."""

from __future__ import annotations

import numpy as np
import pytest
from PIL import Image

from tests.city.heights import PROJECTED, write
from twin import relief
from twin.errors import PackError
from twin.pack.load import examine

BOX = (-35.1, 40.9, -34.9, 41.1)
RISING = np.tile(np.arange(40.0), (20, 1))


def named(pack, file="geography/heights.tif"):
    text = (pack / "city.toml").read_text(encoding="utf-8")
    (pack / "city.toml").write_text(f'{text}\n[relief]\nfile = "{file}"\n')
    return pack / file


def test_heights_lie_where_their_tags_say(tmp_path):
    found = relief.read(write(tmp_path / "h.tif", RISING, BOX), 4_000)

    assert found.values.shape == (20, 40)
    assert found.bounds == pytest.approx(BOX)
    assert (found.values[0, 0], found.values[-1, -1]) == (0.0, 39.0)


def test_a_large_model_is_thinned(tmp_path):
    found = relief.read(write(tmp_path / "h.tif", RISING, BOX), 10)

    assert found.values.shape == (5, 10)
    assert found.bounds == pytest.approx(BOX)


def test_what_is_not_known_is_no_height(tmp_path):
    values = RISING.copy()
    values[3, 3] = -9_999
    found = relief.read(write(tmp_path / "h.tif", values, BOX, missing="-9999"), 99)

    assert np.isnan(found.values[3, 3])
    assert np.isnan(found.values).sum() == 1


def test_a_pack_with_heights_has_them(pack):
    write(named(pack), RISING, BOX)
    found = examine(pack)

    assert found.faults == ()
    assert found.city is not None
    assert found.city.relief == pack / "geography/heights.tif"
    assert found.city.page_faults == ()


def cut(path):
    write(path, RISING, BOX)
    path.write_bytes(path.read_bytes()[:300])


def colours(path):
    path.parent.mkdir(exist_ok=True)
    Image.new("RGB", (4, 4)).save(path, "TIFF")


OFF = {
    "missing": (lambda path: None, "cannot be read"),
    "cut in half": (cut, "no whole TIFF"),
    "a text": (lambda path: path.write_text("heights"), "no whole TIFF"),
    "in metres": (lambda path: write(path, RISING, BOX, PROJECTED), "in degrees"),
    "without a place": (lambda path: write(path, RISING, BOX, None), "in degrees"),
    "of colours": (colours, "in degrees"),
    "of the moon": (lambda path: write(path, RISING + 90_000, BOX), "heights outside"),
    "of another place": (
        lambda path: write(path, RISING, (10, 50, 11, 51)),
        "of another place",
    ),
    "beyond the world": (lambda path: write(path, RISING, (190, 0, 191, 1)), "world"),
}


@pytest.mark.parametrize("name", OFF)
def test_heights_that_are_off_cost_the_shade_only(pack, name):
    make, said = OFF[name]
    make(named(pack))
    found = examine(pack)

    assert found.faults == ()
    assert found.city is not None
    assert found.city.relief is None
    (fault,) = found.city.page_faults
    assert fault.startswith("The shade of hills is left out: heights.tif")
    assert said in fault


def test_a_file_outside_the_pack_is_a_fault(pack):
    named(pack, "../heights.tif")

    assert any("[relief] file leaves the pack" in each for each in examine(pack).faults)


def test_a_sentence_says_what_to_do(tmp_path):
    with pytest.raises(PackError) as caught:
        relief.read(tmp_path / "none.tif", 9)
    assert "gdalwarp" in caught.value.fix
