"""A snapshot is opened by name or by moment, and never used before each of its files was
found to be what was published.
"""

from __future__ import annotations

import json
import random
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.store.conftest import resealed
from twin.errors import DamagedError, LakeError
from twin.store import File, Lake, Snapshot, ensure_intact, find, ids, last_good, verify


def every_file(snapshot: Snapshot) -> list[File]:
    """All files of all tables."""
    return [file for cut in snapshot.tables.values() for file in cut.files]


def own_file(filler: Any) -> Path:
    """The file that only the newest snapshot names."""
    return filler.current().files("rain")[-1]


def flip(data: bytes, bit: int) -> bytes:
    """The same bytes but for one bit."""
    changed = bytearray(data)
    changed[bit // 8] ^= 1 << bit % 8
    return bytes(changed)


def test_a_whole_snapshot_verifies_and_says_how_much_was_read(filler: Any):
    snapshot = filler.publish()
    found = verify(filler.again())
    assert (found.snapshot, found.faults) == (snapshot.id, ())
    assert found.n_files == len(every_file(snapshot))
    assert found.n_bytes == sum(
        path.stat().st_size for path in filler.lake.tables.glob("*/*.parquet")
    )


def test_each_of_200_flipped_bits_is_reported_and_refused_before_first_use(filler: Any):
    filler.publish()
    snapshot = filler.publish()
    dice = random.Random(716)
    for _ in range(200):
        file = dice.choice(every_file(snapshot))
        path = snapshot.root / file.path
        whole = path.read_bytes()
        path.write_bytes(flip(whole, dice.randrange(len(whole) * 8)))
        assert [fault.split()[0] for fault in verify(filler.again()).faults] == [
            file.path
        ]
        with pytest.raises(DamagedError, match="has other bytes than published"):
            ensure_intact(filler.again(), snapshot)
        path.write_bytes(whole)
    ensure_intact(filler.again(), snapshot)


def test_a_file_that_changes_after_it_was_verified_is_verified_again(filler: Any):
    snapshot = filler.publish()
    lake = filler.again()
    ensure_intact(lake, snapshot)
    own_file(filler).write_bytes(flip(own_file(filler).read_bytes(), 999))
    with pytest.raises(DamagedError):
        ensure_intact(lake, snapshot)


def test_a_file_is_hashed_once_per_process(filler: Any):
    snapshot = filler.publish()
    lake = filler.again()
    ensure_intact(lake, snapshot)
    assert lake.verified.keys() == {file.path for file in every_file(snapshot)}


@pytest.mark.parametrize(
    ("harm", "sentence"),
    [
        (lambda path: path.unlink(), "is missing."),
        (
            lambda path: path.write_bytes(path.read_bytes()[:-1]),
            "bytes, published with",
        ),
        (lambda path: path.write_bytes(b""), "has 0 bytes, published with"),
        (
            lambda path: path.write_bytes(flip(path.read_bytes(), 4_321)),
            "has other bytes than published",
        ),
    ],
    ids=["missing", "short", "empty", "flipped"],
)
def test_a_damaged_file_makes_the_snapshot_before_it_the_last_good_one(
    filler: Any, harm: Callable[[Path], object], sentence: str
):
    first = filler.publish()
    second = filler.publish()
    harm(own_file(filler))
    found, problems = last_good(filler.again())
    assert found.id == first.id
    assert len(problems) == 1
    assert second.id in problems[0]
    assert sentence in problems[0]


def test_with_no_damage_the_last_good_one_is_the_newest(filler: Any):
    filler.publish()
    second = filler.publish()
    assert last_good(filler.again()) == (second, ())


def test_a_damaged_snapshot_file_falls_back_too(filler: Any):
    first = filler.publish()
    second = filler.publish()
    (filler.lake.snapshots / f"{second.id}.json").write_text('{"format": 1')
    found, problems = last_good(filler.again())
    assert found.id == first.id
    assert "cannot be read" in problems[0]


def test_a_lake_without_a_whole_snapshot_says_so(filler: Any):
    for path in filler.publish().files("districts"):
        path.unlink()
    with pytest.raises(LakeError, match=r"No snapshot in the lake .* is whole"):
        last_good(filler.again())


def test_an_empty_lake_says_how_to_fill_it(tmp_path: Path):
    with pytest.raises(LakeError, match="holds no snapshot") as caught:
        last_good(Lake(tmp_path))
    assert "twin demo" in caught.value.fix


def test_a_moment_opens_the_first_that_speaks_of_it_or_later(filler: Any):
    first, second = filler.publish(), filler.publish()
    between = first.as_of + timedelta(seconds=4)
    assert find(filler.lake, between).id == second.id
    assert find(filler.lake, first.as_of).id == first.id
    assert find(filler.lake, second.as_of + timedelta(days=1)).id == second.id


def test_an_unknown_id_is_one_sentence(filler: Any):
    filler.publish()
    with pytest.raises(
        DamagedError,
        match="There is no snapshot 20200101T000000Z-000001-abcdef in this lake",
    ):
        find(filler.lake, "20200101T000000Z-000001-abcdef")


@pytest.mark.parametrize("bad", ["../pointer", "a/b", "", "x\0y"])
def test_an_id_that_is_a_path_leads_nowhere(filler: Any, bad: str):
    filler.publish()
    with pytest.raises(LakeError):
        find(filler.lake, bad)


def test_a_lake_of_a_newer_program_is_one_sentence(filler: Any):
    filler.publish()
    filler.lake.pointer.write_text(json.dumps({"format": 99, "snapshot": "x"}))
    with pytest.raises(LakeError, match="is of format 99; this program reads up to 3"):
        find(filler.again())
    with pytest.raises(LakeError, match="is of format 99"):
        filler.publish()


@pytest.mark.parametrize(
    "text", ["", "{", "[]", '{"format": 1}', "\xff", '{"format": 3, "snapshot": "x"}']
)
def test_a_damaged_pointer_hides_nothing_is_said_and_is_written_anew(
    filler: Any, text: str
):
    filler.publish()
    second = filler.publish()
    filler.lake.pointer.write_bytes(text.encode("latin-1"))
    found, problems = last_good(filler.again())
    assert (found.id, len(problems)) == (second.id, 1)
    assert "The pointer of the lake" in problems[0]
    assert verify(filler.again()).faults == problems
    third = filler.publish()
    assert (third.parent, verify(filler.again()).faults, len(ids(filler.lake))) == (
        second.id,
        (),
        3,
    )


def test_a_lake_with_other_columns_is_one_sentence_not_wrong_numbers(filler: Any):
    snapshot = filler.publish()
    path = filler.lake.snapshots / f"{snapshot.id}.json"
    said = json.loads(path.read_text())
    said["tables"]["rain"]["schema_hash"] = "another"
    resealed(path, tables=said["tables"])
    for use in (last_good, lambda _: filler.publish()):
        with pytest.raises(
            LakeError, match=r"The table rain of snapshot .* has other columns"
        ):
            use(filler.again())


def test_a_snapshot_reads_back_as_it_was_written(filler: Any):
    snapshot = filler.publish()
    assert find(filler.again(), snapshot.id) == snapshot
