"""A base map is checked by its header and its metadata; whatever is off costs the base map only."""

from __future__ import annotations

import struct
from pathlib import Path

import pytest
import shapely

from tests.tiles import GZIP, archive, base_of, box_of, pictures_of, put_base
from twin.faces.arrangement import arrange
from twin.layer import Registry
from twin.pack import check_pack, examine

ELSEWHERE = (114.0, 30.0, 115.0, 31.0)
TILE = (8, 103, 95)
MLT, WEBP, BROTLI = 6, 4, 3


def left_out(pack: Path, content: bytes) -> str:
    """Put an archive into the pack, and return the sentence why it is left out."""
    put_base(pack, content)
    found = examine(pack)
    assert found.faults == ()
    assert found.city is not None
    assert found.city.base is None
    (sentence,) = found.city.page_faults
    assert sentence.startswith("The base map is left out: base.pmtiles ")
    return sentence.removeprefix("The base map is left out: base.pmtiles ")


def test_an_archive_of_the_city_is_its_base_map(pack: Path) -> None:
    put_base(pack, base_of(pack))

    city = examine(pack).city

    assert city is not None
    assert city.page_faults == ()
    base = city.base
    assert base is not None
    assert (base.kind, base.min_zoom, base.max_zoom) == ("vector", 8, 12)
    assert base.layers == {
        "water": ("water",),
        "roads": ("roads",),
        "names": ("roads",),
    }
    assert base.is_whole
    assert (
        city.credit_line("en")
        == "An invented city, for tests only · Base map: invented"
    )


def test_an_archive_of_pictures_has_no_layers_and_replaces_what_the_pack_draws(
    pack: Path,
) -> None:
    put_base(pack, pictures_of(pack))

    city = examine(pack).city

    assert city is not None
    assert city.base is not None
    assert (city.base.kind, city.base.layers) == ("raster", {})
    assert city.base.replaces("roads")


def test_one_that_covers_a_part_of_the_city_replaces_nothing(pack: Path) -> None:
    west, south, east, north = box_of(pack)
    part = (west, south, (west + east) / 2, north)
    put_base(pack, archive({TILE: b"x"}, part, layers=["roads"]))

    city = examine(pack).city

    assert city is not None
    assert city.base is not None
    assert not city.base.replaces("roads")


@pytest.mark.parametrize("share", [0.02, 0.1, 0.5, 0.999])
def test_a_cut_archive_is_left_out_with_its_sizes(pack: Path, share: float) -> None:
    whole = base_of(pack)
    cut = whole[: int(len(whole) * share)]

    said = left_out(pack, cut)

    least = len(whole) if len(cut) >= 127 else 127
    assert said == (
        f"is cut: it has {len(cut):,} of at least {least:,} bytes; copy it again, whole."
    )


@pytest.mark.parametrize("content", [b"", b"SQLite format 3\0" * 40, b"PK\3\4" * 99])
def test_another_kind_of_file_is_left_out(pack: Path, content: bytes) -> None:
    assert left_out(pack, content) == "is no PMTiles archive; give one, or take it out."


def test_an_archive_of_version_2_is_left_out_with_what_makes_it_3(pack: Path) -> None:
    content = archive({TILE: b"x"}, box_of(pack), version=2)

    assert left_out(pack, content) == (
        "is PMTiles of version 2, and the map reads version 3; write it anew, as in:"
        " pmtiles convert base.pmtiles new.pmtiles."
    )


def test_an_archive_of_another_place_is_left_out_with_both_places(pack: Path) -> None:
    content = archive({(8, 209, 105): b"x"}, ELSEWHERE, layers=["roads"])

    assert left_out(pack, content) == (
        "is of another place: it reaches from 114, 30 to 115, 31, and the districts"
        " from -35.109, 40.9317 to -34.8159, 41.0684; cut one for this city."
    )


def test_tiles_that_no_browser_draws_are_left_out(pack: Path) -> None:
    tiles, box = {TILE: b"x"}, box_of(pack)

    assert left_out(pack, archive(tiles, box, kind=MLT)).startswith(
        "holds tiles that cannot be drawn: they are MapLibre tiles (MLT); give vector"
    )
    assert left_out(pack, archive(tiles, box, packing=BROTLI)) == (
        "has directories packed with brotli, which no browser unpacks; write it with"
        " gzip."
    )
    put_base(pack, archive(tiles, box, kind=WEBP))
    city = examine(pack).city
    assert city is not None
    assert city.base is not None


def test_a_damaged_directory_is_told(pack: Path) -> None:
    content = bytearray(base_of(pack))
    content[127:140] = bytes(13)

    assert left_out(pack, bytes(content)).startswith("is damaged: ")


def test_layers_of_other_names_are_told_and_may_be_named(pack: Path) -> None:
    roads = [(shapely.LineString([(-35, 41), (-34.9, 41)]), {"kind": "highway"})]
    content = base_of(pack, strassen=roads)
    # As long a name that nothing knows: the offsets stay as they are.
    box = box_of(pack)
    odd = archive({TILE: b"x"}, box, layers=["strassen", "gewaesser"])

    assert left_out(pack, odd) == (
        "has no layer of roads, water, land or buildings that is known, but strassen,"
        " gewaesser; say under [base_map.layers] of city.toml which is which."
    )
    put_base(pack, content)
    text = (pack / "city.toml").read_text(encoding="utf-8")
    (pack / "city.toml").write_text(
        f'{text}\n[base_map.layers]\nroads = "strassen"\nwater = ["gewaesser"]\n',
        encoding="utf-8",
    )
    city = examine(pack).city
    assert city is not None
    assert city.base is not None
    assert city.base.layers == {"roads": ("strassen",), "names": ("roads",)}


def test_an_archive_that_is_not_there_is_left_out_and_the_city_is_shown(
    pack: Path,
) -> None:
    put_base(pack, b"").unlink()

    found = examine(pack)

    assert found.city is not None
    (sentence,) = found.city.page_faults
    assert "base.pmtiles cannot be read: No such file or directory" in sentence
    assert arrange(found.city, Registry(())).faults[0] == sentence


WRONG = {
    "no file": ("[base_map]\n", "[base_map] file is None; write it as text"),
    "a path out of the pack": (
        '[base_map]\nfile = "../base.pmtiles"\n',
        "[base_map] file leaves the pack",
    ),
    "no credit": (
        '[base_map]\nfile = "base.pmtiles"\n',
        "[base_map.credit] has no line for en",
    ),
    "a role that there is not": (
        '[base_map]\nfile = "b"\n[base_map.layers]\nrivers = "water"\n',
        "[base_map.layers] rivers is nothing that a base map has",
    ),
    "a layer that is no name": (
        '[base_map]\nfile = "b"\n[base_map.layers]\nroads = 3\n',
        "[base_map.layers] roads is 3; name the archive's layers",
    ),
    "an odd key": (
        '[base_map]\nfile = "b"\ncolour = "red"\n',
        "[base_map] has colour = 'red', which nothing reads",
    ),
}


@pytest.mark.parametrize(("section", "sentence"), WRONG.values(), ids=WRONG)
def test_each_slip_of_the_section_has_its_sentence(
    pack: Path, section: str, sentence: str
) -> None:
    toml = pack / "city.toml"
    toml.write_text(f"{toml.read_text('utf-8')}\n{section}", encoding="utf-8")

    assert any(sentence in line for line in check_pack(pack))


def test_a_huge_archive_is_checked_by_its_head(pack: Path) -> None:
    content = bytearray(archive({TILE: b"x"}, box_of(pack), layers=["roads"]))
    size = 8 << 30
    struct.pack_into("<Q", content, 64, size - struct.unpack_from("<Q", content, 56)[0])
    path = put_base(pack, bytes(content))
    with path.open("r+b") as file:
        file.truncate(size)

    city = examine(pack).city

    assert city is not None
    assert city.base is not None
    assert path.stat().st_size == size
    assert content[97] == GZIP
