"""All but districts and their outlines may be missing from a pack.

What is off without it is said.
"""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from twin.contracts.reference import TABLES
from twin.pack import check_pack, examine, load_city, write_manifest
from twin.pack.alert_rules import WITH_DEFAULT
from twin.pack.defaults import ABSENT_ROLES, ABSENT_TABLES

SECTIONS = (
    "credit",
    "raster",
    "cameras",
    "census",
    "slots",
    "freshness",
    "schedule",
    "feeds",
)


def without(pack: Path, *sections: str) -> None:
    """Take sections, with those inside them, out of city.toml."""
    head, *parts = (pack / "city.toml").read_text(encoding="utf-8").split("\n[")
    kept = [part for part in parts if part.split("]")[0].split(".")[0] not in sections]
    (pack / "city.toml").write_text("\n[".join([head, *kept]), encoding="utf-8")


def bare(pack: Path) -> None:
    """Leave of a pack only its city.toml, districts and outlines."""
    for path in pack.glob("*.csv"):
        if path.name != "districts.csv":
            path.unlink()
    (pack / "wall.toml").unlink()
    without(pack, *SECTIONS, "geography")
    text = (pack / "city.toml").read_text(encoding="utf-8")
    (pack / "city.toml").write_text(
        f'{text}\n[geography]\nland = "geography/land.geojson"\n', encoding="utf-8"
    )


def test_outlines_and_districts_are_a_city(pack: Path) -> None:
    bare(pack)

    found = examine(pack)

    assert found.faults == ()
    assert found.city is not None
    assert {name: rows.num_rows for name, rows in found.city.reference.items()} == {
        **{table.name: 0 for table in TABLES},
        "alert_rules": 22,
        "alarm_targets": 10,
        "districts": 4,
    }
    assert all(
        found.city.reference[table.name].schema == table.schema for table in TABLES
    )
    assert set(found.city.geography) == {"land"}


def test_each_thing_that_is_absent_has_its_note_and_no_fault(pack: Path) -> None:
    assert examine(pack).notes == ()
    bare(pack)

    notes = examine(pack).notes

    for name, off in ABSENT_TABLES.items():
        if name in WITH_DEFAULT:  # the program's own rows hold
            continue
        assert f"There is no {name}.csv: {off}." in notes
    for role, off in ABSENT_ROLES.items():
        assert f"[geography] names no {role}: {off}." in notes
    assert any(line.startswith("There is no wall.toml") for line in notes)
    assert any("[raster]: the raster is fitted" in line for line in notes)


def test_a_table_of_headings_alone_is_noted_too(pack: Path) -> None:
    heading, *_rows = (pack / "places.csv").read_text(encoding="utf-8").splitlines()
    (pack / "places.csv").write_text(heading + "\n", encoding="utf-8")

    assert "places.csv has no row: no place is known by name." in examine(pack).notes


def test_what_the_pack_does_not_say_is_as_the_program_has_it(pack: Path) -> None:
    bare(pack)
    city = load_city(pack)

    assert city.settings["freshness"]["link_late_s"] == 300
    assert city.settings["schedule"]["brief"] == "07:30"
    assert set(city.settings["wall"]) == {"default", "desk"}
    assert set(city.credit) == {"zh-CN", "en"}
    assert (city.raster.cell_m, city.raster.lon0 < -35.11 + 0.01) == (50.0, True)
    assert city.cameras["city"] == city.cameras["all"]


def test_a_section_is_there_whole_or_not_at_all(pack: Path) -> None:
    text = (pack / "city.toml").read_text(encoding="utf-8")
    (pack / "city.toml").write_text(
        text.replace("link_late_s = 600\n", ""), encoding="utf-8"
    )

    assert check_pack(pack) == [
        "city.toml: [freshness] needs link_late_s as a number, not None."
    ]


def test_a_column_that_may_be_empty_may_be_left_out(pack: Path) -> None:
    without(pack, "census")
    lines = [
        line.split(",")
        for line in (pack / "districts.csv").read_text(encoding="utf-8").splitlines()
    ]
    at = lines[0].index("population")
    (pack / "districts.csv").write_text(
        "\n".join(",".join(line[:at] + line[at + 1 :]) for line in lines),
        encoding="utf-8",
    )

    found = examine(pack)

    assert found.faults == ()
    assert found.city is not None
    assert found.city.reference["districts"]["population"].null_count == 4
    assert (
        "districts.csv gives no population: figures per head are unknown."
        in found.notes
    )


def test_the_folder_has_another_name_than_the_city(pack: Path) -> None:
    assert load_city(pack.rename(pack.with_name("download (1)"))).id == "trio"


def test_the_manifest_says_the_hash_that_it_should_have_and_is_written_on_demand(
    pack: Path,
) -> None:
    water = pack / "geography/water.geojson"
    water.write_text(
        water.read_text(encoding="utf-8").replace("Lagoa", "lagoa"), encoding="utf-8"
    )
    manifest = json.loads((pack / "manifest.json").read_text(encoding="utf-8"))
    del manifest["files"]["geography/roads.geojson"]
    manifest["files"]["geography/water.geojson"]["source"] = "a friend"
    (pack / "manifest.json").write_text(json.dumps(manifest), encoding="utf-8")

    unlisted, changed = check_pack(pack)
    write_manifest(pack)
    after = json.loads((pack / "manifest.json").read_text(encoding="utf-8"))["files"]

    assert "does not list geography/roads.geojson" in unlisted
    assert after["geography/water.geojson"]["sha256"] in changed
    assert check_pack(pack) == []
    assert after["geography/water.geojson"]["source"] == "a friend"
    assert after["geography/roads.geojson"]["source"] == "not stated"


@pytest.mark.parametrize("section", SECTIONS)
def test_each_section_may_be_missing_by_itself(pack: Path, section: str) -> None:
    without(pack, section)

    assert check_pack(pack) == []
