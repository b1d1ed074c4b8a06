"""A pack is read whole or refused with a sentence that says which file, which line, and
what to write instead.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from twin.errors import PackError, UsageError
from twin.pack import check_pack, find_city, load_city


def change(name: str, old: str, new: str) -> Callable[[Path], None]:
    """Return a fault: `old` in the file `name` becomes `new`, once."""

    def apply(pack: Path) -> None:
        text = (pack / name).read_text(encoding="utf-8")
        assert old in text
        (pack / name).write_text(text.replace(old, new, 1), encoding="utf-8")

    return apply


def drop(name: str) -> Callable[[Path], None]:
    """Return a fault: the file `name` is gone."""
    return lambda pack: (pack / name).unlink()


def drop_row(name: str, start: str) -> Callable[[Path], None]:
    """Return a fault: the line of `name` that starts with `start` is gone."""

    def apply(pack: Path) -> None:
        lines = (pack / name).read_text(encoding="utf-8").splitlines()
        (pack / name).write_text(
            "\n".join(line for line in lines if not line.startswith(start)) + "\n",
            encoding="utf-8",
        )

    return apply


FAULTS: dict[str, tuple[Callable[[Path], None], str]] = {
    "a raster is too long for its coverage": (
        change("city.toml", "n_x = 500", "n_x = 32768"),
        "use at most 32,767 along a side",
    ),
    "a raster crosses the date line": (
        change("city.toml", "lon0 = -35.11", "lon0 = 179.8"),
        "longitudes of the map go from -180 to 180",
    ),
    "a raster reaches a pole": (
        change("city.toml", "lat0 = 40.93", "lat0 = -85.1"),
        "latitudes of the map go from -85 to 85",
    ),
    "a mask is no mask": (
        change("city.toml", "[raster]", '[mask]\npatterns = {name = "("}\n\n[raster]'),
        (
            "city.toml: [mask] patterns.name is no regular expression (missing ): ();"
            " see RE2's syntax"
        ),
    ),
    "the districts are missing": (drop("districts.csv"), "districts.csv is missing"),
    "the settings are missing": (drop("city.toml"), "city.toml cannot be read"),
    "a map file is missing": (
        drop("geography/roads.geojson"),
        "geography/roads.geojson is missing",
    ),
    "the manifest is missing": (drop("manifest.json"), "manifest.json cannot be read"),
    "TOML is broken": (
        change("city.toml", 'name = "Trio"', "name = Trio"),
        "city.toml is not TOML: Invalid value (at line 3",
    ),
    "TOML is in another encoding": (
        lambda pack: (pack / "city.toml").write_bytes("名 = 1".encode("gb18030")),
        "city.toml is not UTF-8",
    ),
    "a table is in another encoding": (
        lambda pack: (pack / "facts.csv").write_bytes("名".encode("gb18030")),
        "facts.csv is not UTF-8",
    ),
    "a column is missing": (
        change("departments.csv", "is_public_safety", "safe"),
        "departments.csv has no column 'is_public_safety'",
    ),
    "a column is unknown": (
        change("departments.csv", "is_public_safety", "safe"),
        "departments.csv has a column 'safe'",
    ),
    "a row is short": (
        change("sla_targets.csv", "S01,1,60,1200,", "S01,1,60,"),
        "sla_targets.csv, line 3: not 6 values",
    ),
    "a number is not one": (
        change("districts.csv", "61000", "many"),
        "districts.csv, line 2: population is 'many', not a whole number",
    ),
    "a number is infinite": (
        change("streets.csv", "-35.03,", "inf,"),
        "streets.csv, line 2: lon is 'inf', not a number",
    ),
    "a number does not fit": (
        change("targets.csv", "2025,lifts", "99999,lifts"),
        "targets.csv, line 2: year is '99999'",
    ),
    "targets contradict each other": (
        change("sla_targets.csv", "S01,1,60,1200,", "S01,1,1201,1200,"),
        "S01,1 is to be closed in 1,200 s, before its first response is due (1,201 s)",
    ),
    "a number is out of range": (
        change("sla_targets.csv", "S01,1,60", "S01,7,60"),
        "line 3: priority is 7; use 0 to 4",
    ),
    "a latitude is out of range": (
        change("streets.csv", "40.995", "140.995"),
        "lat is 140.995; use -90 to 90",
    ),
    "a value is empty": (
        change("departments.csv", "Polícia", ""),
        "departments.csv, line 2: name is empty",
    ),
    "a word is not allowed": (
        change("departments.csv", ",yes,", ",maybe,"),
        "is_public_safety is 'maybe'; use one of yes, no",
    ),
    "a key stands twice": (
        change("departments.csv", "D02,", "D01,"),
        "departments.csv, line 3: D01 stands already in line 2",
    ),
    "a street is in no district": (
        change("streets.csv", ",brisa,", ",atlantis,"),
        "streets.csv: T04 has district_id 'atlantis'",
    ),
    "a department is unknown": (
        change("indicators.csv", ",D03,", ",D09,"),
        "has owner_dept 'D09', which is not in departments.csv",
    ),
    "populations do not add up": (
        change("districts.csv", "61000", "61001"),
        "add up to 102,001, not to 102,000",
    ),
    "slots leave a gap": (
        change("departments.csv", "D02,2,", "D02,7,"),
        "departments.csv: the slots are 1, 3, 4, 7",
    ),
    "a slot has no row": (
        drop_row("event_sources.csv", "S03"),
        "event_sources.csv has 2 rows, fewer than the 3",
    ),
    "a name stands twice": (
        change("indicators.csv", "Rede: nível", "Reservatório: nível"),
        "2 rows have the name 'Reservatório: nível'",
    ),
    "a band does not rise": (
        change("indicators.csv", "6.2,4,8", "6.2,7,8"),
        "WS-01-01 has low, typical, high [7.0, 6.2, 8.0]",
    ),
    "two targets of one scope": (
        change(
            "targets.csv",
            "communities-2025,2025,communities,converted,,3",
            "lifts-again,2025,lifts,added,,9",
        ),
        "2 rows are for 2025, lifts, added, the city; keep one",
    ),
    "a target says nothing": (
        change("targets.csv", ",12,,", ",,,"),
        "targets.csv: lifts-2025 has neither plan nor actual",
    ),
    "a layer stands twice": (
        change("city.toml", '"renovation"', '"districts"'),
        "the layer 'districts' stands twice",
    ),
    "a layer is no name": (
        change("city.toml", '"renovation"', '"../x"'),
        "'../x' in layers is no name",
    ),
    "the id is no name": (
        change("city.toml", 'id = "trio"', 'id = "tri/o"'),
        "id is 'tri/o'; use letters, digits",
    ),
    "a district's id breaks links": (
        change("districts.csv", "corra,", "cor'ra,"),
        'district_id "cor\'ra" holds a space or a sign',
    ),
    "a district means the whole city": (
        change("districts.csv", "corra,", "all,"),
        "district_id 'all' means the whole city",
    ),
    "the zone is unknown": (
        change("city.toml", "Atlantic/Azores", "Atlantic/Atlantis"),
        "no time zone 'Atlantic/Atlantis'",
    ),
    "a camera looks elsewhere": (
        change("city.toml", "lon = -34.97", "lon = 114.3"),
        "[cameras.city] looks at 114.3, 41, outside",
    ),
    "there is no camera": (
        change("city.toml", "[cameras.city]", "[cameras.town]"),
        "there is no [cameras.city]",
    ),
    "the raster is too small": (
        change("city.toml", "n_x = 500", "n_x = 400"),
        "[raster] does not cover the districts",
    ),
    "a cell is too wide": (
        change("city.toml", "dlon = 0.000594", "dlon = 0.0007"),
        "dlon makes a side of 58.9 m, not 50 m; use 0.000594",
    ),
    "the raster is endless": (
        change("city.toml", "n_x = 500", "n_x = 5_000_000"),
        "1 to 200,000,000 cells",
    ),
    "there is no credit": (
        change("city.toml", 'en = "An', 'fr = "An'),
        "[credit] has no line for en",
    ),
    "a map file leaves the pack": (
        change("city.toml", '"geography/roads', '"../geography/roads'),
        "[geography] roads leaves the pack",
    ),
    "a role is unknown": (
        change("city.toml", "roads =", "streets2 ="),
        "[geography] streets2 is no role that the map knows",
    ),
    "there are no outlines": (
        change("city.toml", "land =", "lands ="),
        "[geography] names no file for 'land'",
    ),
    "the language is unknown": (
        change("city.toml", 'name = "Trio"', 'name = "Trio"\nlang = "pt"'),
        "lang is 'pt'; use one of zh-CN, en",
    ),
    "a line stands loose": (
        change("city.toml", 'name = "Trio"', 'name = "Trio"\nzoom = 3'),
        "a line zoom = 3 that nothing reads",
    ),
    "a time is not one": (
        change("city.toml", '"06:45"', '"6.45"'),
        "[schedule] brief is '6.45'",
    ),
    "a limit is missing": (
        change("city.toml", "link_late_s", "link_slow_s"),
        "[freshness] needs link_late_s as a number",
    ),
    "a limit is zero": (
        change("city.toml", "link_late_s = 600", "link_late_s = 0"),
        "link_late_s is 0; give more than 0",
    ),
    "a wall has no distance": (
        change("wall.toml", "distance_m", "distance"),
        "wall.toml: [default] needs distance_m",
    ),
    "a map file was changed": (
        change("geography/water.geojson", "Lagoa", "lagoa"),
        "its SHA-256 differs",
    ),
    "a map file is not JSON": (
        change("geography/water.geojson", "{", "["),
        "water.geojson, line 1: not JSON",
    ),
    "an outline is unknown": (
        change("geography/land.geojson", '"corra"', '"korra"'),
        "districts.csv has no row 'korra'",
    ),
    "a district has no outline": (
        change("geography/land.geojson", '"corra"', '"korra"'),
        "corra has no outline",
    ),
    "an outline has no id": (
        change("geography/land.geojson", '"district_id"', '"id"'),
        "feature 1: district_id is None",
    ),
    "coordinates are swapped": (
        change("places.csv", "-35.028,41.0", "41.0,-35.028"),
        "places.csv: P01 lies at 41, -35.028, outside",
    ),
}


@pytest.mark.parametrize(("fault", "sentence"), FAULTS.values(), ids=FAULTS)
def test_each_fault_has_its_sentence(
    pack: Path, fault: Callable[[Path], None], sentence: str
) -> None:
    fault(pack)

    told = check_pack(pack)

    assert any(sentence in line for line in told), told
    assert all(line.endswith(".") for line in told)
    with pytest.raises(PackError):
        load_city(pack)


def test_a_polygon_that_crosses_itself_is_refused(pack: Path) -> None:
    bow = {
        "type": "Polygon",
        "coordinates": [
            [[-35, 41], [-34.9, 41.05], [-34.9, 41], [-35, 41.05], [-35, 41]]
        ],
    }
    land = json.loads((pack / "geography/land.geojson").read_text(encoding="utf-8"))
    land["features"][0]["geometry"] = bow
    (pack / "geography/land.geojson").write_text(json.dumps(land), encoding="utf-8")

    assert any(
        "feature 1 (alva): not a valid polygon" in line for line in check_pack(pack)
    )


def test_all_faults_are_told_at_once_and_the_first_is_the_error(pack: Path) -> None:
    change("targets.csv", "2025,lifts", "99999,lifts")(pack)
    change("districts.csv", "61000", "many")(pack)

    with pytest.raises(PackError) as caught:
        load_city(pack)

    assert len(check_pack(pack)) == 2
    assert caught.value.why == "1 more thing is off in this pack."
    assert "twin city check" in caught.value.fix


def test_a_file_saved_with_a_byte_order_mark_reads_the_same(pack: Path) -> None:
    text = (pack / "departments.csv").read_bytes()
    (pack / "departments.csv").write_bytes(b"\xef\xbb\xbf" + text)

    assert check_pack(pack) == []


def test_a_pack_says_its_language_or_is_shown_in_the_first(pack: Path) -> None:
    assert load_city(pack).lang == "zh-CN"

    change("city.toml", 'name = "Trio"', 'name = "Trio"\nlang = "en"')(pack)

    assert load_city(pack).lang == "en"


def test_a_city_is_found_by_name_by_path_and_alone(pack: Path) -> None:
    assert find_city(None) == find_city("wuhan")
    assert find_city(str(pack)) == pack


@pytest.mark.parametrize("text", ["atlantis", "", "../..", "/etc", "\0", "x" * 5_000])
def test_an_unknown_city_is_refused_with_the_names_there_are(text: str) -> None:
    with pytest.raises(UsageError, match="no city pack") as caught:
        find_city(text)

    assert "wuhan" in caught.value.fix
