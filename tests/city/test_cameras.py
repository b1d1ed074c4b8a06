"""A camera fits what it names into whatever room a screen leaves; no zoom is set by hand."""

from __future__ import annotations

import shutil
from datetime import UTC, datetime
from pathlib import Path

import pytest

from twin.city import City
from twin.errors import PackError
from twin.pack import load_city
from twin.view import Pointer, View, pin

TRIO = Path(__file__).parents[1] / "cities" / "trio"
AS_OF = datetime(2026, 7, 1, 12, tzinfo=UTC)


@pytest.fixture
def pack(tmp_path):
    return Path(shutil.copytree(TRIO, tmp_path / "trio"))


def with_cameras(pack: Path, lines: str) -> Path:
    path = pack / "city.toml"
    text = path.read_text(encoding="utf-8")
    head, _, tail = text.partition("[cameras.city]\n")
    rest = tail.partition("\n\n")[2]
    path.write_text(f"{head}[cameras.city]\n{lines}\n\n{rest}", encoding="utf-8")
    return pack


def box_of(city: City, *names: str) -> tuple[float, ...]:
    boxes = [city.cameras[name].box or () for name in names]
    return (
        min(box[0] for box in boxes),
        min(box[1] for box in boxes),
        max(box[2] for box in boxes),
        max(box[3] for box in boxes),
    )


def test_a_camera_over_districts_has_their_box(pack):
    city = load_city(with_cameras(pack, 'districts = ["alva", "brisa"]'))

    assert city.cameras["city"].box == box_of(city, "alva", "brisa")


def test_its_middle_is_where_the_pack_says_the_city_is_busy(pack):
    lines = 'districts = ["alva", "brisa"]\nlon = -34.97\nlat = 41.0'
    camera = load_city(with_cameras(pack, lines)).cameras["city"]

    assert (camera.lon, camera.lat) == (-34.97, 41.0)


@pytest.mark.parametrize(
    ("lines", "said"),
    [
        ('districts = ["alva", "atlantis"]', "names 'atlantis', which has no outline"),
        ("districts = []", "districts is []; list district ids"),
        ('districts = "alva"', "districts is 'alva'; list district ids"),
    ],
)
def test_districts_that_are_not_there_are_a_sentence(pack, lines, said):
    with pytest.raises(PackError) as fault:
        load_city(with_cameras(pack, lines))
    assert said in " ".join(fault.value.lines())


def pinned(city: City, view: View):
    return pin(view, city, lambda _moment: Pointer("20260701T120000Z-000000", AS_OF))


def test_a_chosen_district_is_looked_at_unless_the_link_says_where(pack):
    city = load_city(pack)

    assert pinned(city, View(district="alva")).camera == city.cameras["alva"]
    assert pinned(city, View()).camera == city.cameras["city"]
    assert (
        pinned(city, View(district="alva", camera="all")).camera
        == (city.cameras["all"])
    )
