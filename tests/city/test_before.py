"""A pack that was written for the version before loads as it stands.

`tests/cities/trio-0.1.tar.gz` is the made-up city as version 0.1.0 had it. It lacks whatever came
since, and nobody may change it.
"""

from __future__ import annotations

import tarfile
from pathlib import Path

import pytest

from twin.pack import examine, load_city

PACKED = Path(__file__).resolve().parents[1] / "cities" / "trio-0.1.tar.gz"


@pytest.fixture
def old(tmp_path: Path) -> Path:
    """The pack, unpacked."""
    with tarfile.open(PACKED) as packed:
        packed.extractall(tmp_path, filter="data")
    return tmp_path / "trio"


def test_a_pack_of_the_version_before_has_no_fault(old: Path):
    assert examine(old).faults == ()


def test_what_nothing_reads_any_more_is_a_note(old: Path):
    said = "nothing reads it any more; take it out."

    notes = [note for note in examine(old).notes if note.endswith(said)]

    assert notes == [
        f"city.toml: [coverage]: {said}",
        f"wall.toml: [default] seams: {said}",
    ]


def test_and_is_the_city_that_it_was(old: Path):
    city = load_city(old)
    assert (city.id, city.lang, str(city.zone)) == ("trio", "zh-CN", "Atlantic/Azores")
    names = ("districts", "streets", "indicators", "sla_targets", "places")
    assert [city.reference[name].num_rows for name in names] == [4, 8, 32, 2, 5]
    assert city.settings["freshness"]["link_late_s"] == 600
    assert "land" in city.geography
