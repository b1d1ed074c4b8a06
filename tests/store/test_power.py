"""The power goes at any step: what was told of a lake is true of it afterwards, and it goes on."""

from __future__ import annotations

import random
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from deltalake import DeltaTable

from tests.store.power import FATES, Disk, after_cut
from tests.store.power_lake import (
    OPERATIONS,
    PER_TICK,
    Bench,
    Operation,
    Work,
    bench_in,
    spread,
)
from twin.city import City
from twin.store.disk import sync


@pytest.fixture(scope="module")
def bench(tmp_path_factory: pytest.TempPathFactory, city: City) -> Iterator[Bench]:
    """A bench in a folder of its own."""
    with bench_in(tmp_path_factory.mktemp("power"), city) as bench:
        yield bench


@pytest.mark.parametrize("operation", OPERATIONS, ids=lambda operation: operation.name)
def test_a_power_cut_loses_nothing_that_was_told_and_the_lake_goes_on(
    bench: Bench, operation: Operation
):
    tape = bench.taped(operation)
    assert [
        fault for cut in spread(tape, operation.cuts) for fault in bench.cut(tape, *cut)
    ] == []


@pytest.mark.soak
@pytest.mark.parametrize("operation", OPERATIONS, ids=lambda operation: operation.name)
def test_a_power_cut_at_every_step_loses_nothing_that_was_told_and_the_lake_goes_on(
    bench: Bench, operation: Operation
):
    tape = bench.taped(operation)
    n = max(100, 2 * len(tape.moments))
    assert [fault for cut in spread(tape, n) for fault in bench.cut(tape, *cut)] == []


@pytest.mark.parametrize(
    "harm",
    [
        Path.unlink,
        lambda log: log.write_text(""),
        lambda log: log.write_text('{"add": {"pa'),
    ],
    ids=["gone", "empty", "torn"],
)
def test_a_commit_that_a_killed_writer_left_in_pieces_does_not_stop_the_next_publish(
    bench: Bench, harm: Callable[[Path], object]
):
    def act(work: Work) -> None:
        work.publish()
        for _ in range(2):
            work.killed("_delta_log/")
        log = work.filler.lake.tables / "rain" / "_delta_log"
        # The second has cleared away what the first left.
        assert len(list(log.glob("*.json"))) == 2
        harm(log / f"{1:020d}.json")
        work.publish()
        table = DeltaTable(str(log.parent))
        assert table.to_pyarrow_table().num_rows == 2 * PER_TICK

    bench.taped(Operation("a publish after two kills", 0, 1, act))


@pytest.fixture
def disk(tmp_path: Path) -> Disk:
    """A disk with one file that is safe."""
    (tmp_path / "disk").mkdir()
    (tmp_path / "disk" / "old").write_bytes(b"old")
    return Disk(tmp_path / "disk")


def left(disk: Disk, fate: str = "all is lost") -> dict[str, bytes]:
    """The files that a cut at the last moment leaves."""
    with TemporaryDirectory() as into:
        after_cut(
            disk.moments[-1],
            disk.root.stat().st_ino,
            Path(into),
            FATES[fate],
            random.Random(716),
        )
        return {
            str(path.relative_to(into)): path.read_bytes()
            for path in Path(into).rglob("*")
            if path.is_file()
        }


def test_what_was_never_synced_may_be_lost_or_kept_or_be_a_name_without_bytes(
    disk: Disk,
):
    with disk.watching():
        (disk.root / "new").write_bytes(b"new")
    assert left(disk) == {"old": b"old"}
    assert left(disk, "all is kept") == {"old": b"old", "new": b"new"}
    assert left(disk, "names are kept, data empty") == {"old": b"old", "new": b""}
    assert left(disk, "names are kept, data zeros") == {"old": b"old", "new": b"\0\0\0"}
    assert left(disk, "data are kept, names lost") == {"old": b"old"}


def test_a_file_needs_its_own_sync_and_that_of_its_folder(disk: Disk):
    with disk.watching():
        (disk.root / "new").write_bytes(b"new")
        sync(disk.root / "new")
    assert left(disk) == {"old": b"old"}


def test_a_folder_that_is_synced_makes_a_name_safe_and_not_the_bytes(disk: Disk):
    with disk.watching():
        (disk.root / "new").write_bytes(b"new")
        sync(disk.root)
    assert left(disk) == {"old": b"old", "new": b""}


def test_what_is_synced_whole_survives_whatever_else_is_lost(disk: Disk):
    with disk.watching():
        (disk.root / "a" / "b").mkdir(parents=True)
        (disk.root / "a" / "b" / "new").write_bytes(b"new")
        for path in (
            disk.root / "a" / "b" / "new",
            disk.root / "a" / "b",
            disk.root / "a",
            disk.root,
        ):
            sync(path)
        (disk.root / "more").write_bytes(b"more")
    for fate in FATES:
        kept = left(disk, fate)
        assert (kept["old"], kept["a/b/new"]) == (b"old", b"new"), fate


def test_a_file_in_a_folder_that_is_not_safe_goes_with_it(disk: Disk):
    with disk.watching():
        (disk.root / "a").mkdir()
        (disk.root / "a" / "new").write_bytes(b"new")
        sync(disk.root / "a" / "new")
        sync(disk.root / "a")
    assert left(disk) == {"old": b"old"}


def test_a_file_that_is_removed_or_written_over_is_the_old_one_until_its_folder_is_synced(
    disk: Disk,
):
    with disk.watching():
        (disk.root / "new").write_bytes(b"new")
        sync(disk.root / "new")
        (disk.root / "new").rename(disk.root / "old")
    assert left(disk) == {"old": b"old"}
    assert left(disk, "all is kept") == {"old": b"new"}
    with Disk(disk.root).watching() as later:
        (disk.root / "old").unlink()
    assert left(later) == {"old": b"new"}
    assert left(later, "all is kept") == {}
    with Disk(disk.root).watching() as last:
        sync(disk.root)
    assert left(last) == {}


def test_a_file_moved_to_another_folder_is_in_both_or_neither_until_both_are_synced(
    disk: Disk,
):
    (disk.root / "trash").mkdir()
    with disk.watching():
        (disk.root / "old").rename(disk.root / "trash" / "old")
        found = set[frozenset[str]]()
        moment = disk.moments[-1]
    for seed in range(40):
        with TemporaryDirectory() as into:
            after_cut(
                moment,
                disk.root.stat().st_ino,
                Path(into),
                FATES["half is kept"],
                random.Random(seed),
            )
            found.add(
                frozenset(
                    str(path.relative_to(into))
                    for path in Path(into).rglob("*")
                    if path.is_file()
                )
            )
    assert found == {
        frozenset(),
        frozenset({"old"}),
        frozenset({"trash/old"}),
        frozenset({"old", "trash/old"}),
    }


def test_a_file_changed_in_place_after_its_sync_may_be_the_old_one(disk: Disk):
    with disk.watching():
        (disk.root / "old").write_bytes(b"other")
        (disk.root / "nothing").mkdir()
    assert left(disk) == {"old": b"old"}
    assert left(disk, "all is kept") == {"old": b"other"}


def test_what_another_language_writes_is_seen(disk: Disk):
    with disk.watching():
        subprocess.run(["/bin/sh", "-c", "echo rust > new"], cwd=disk.root, check=True)
        sync(disk.root)
    assert left(disk) == {"old": b"old", "new": b""}
    assert left(disk, "all is kept") == {"old": b"old", "new": b"rust\n"}
