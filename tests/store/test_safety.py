"""Clocks set wrong, publishes taken back, prune that destroys nothing, keys that are
unique, logs that agree, damage that is mended.
"""

from __future__ import annotations

import errno
import fcntl
import shutil
import sys
import tarfile
from contextlib import suppress
from datetime import timedelta
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest
from deltalake import DeltaTable, write_deltalake

from tests.store.test_publish import files_up_to
from twin.city import City
from twin.contracts import TABLES
from twin.errors import BusyError, DamagedError, ForeignError, LakeError, UsageError
from twin.feeds.batch import Batch
from twin.feeds.simulated import Simulated
from twin.store import (
    Lake,
    Snapshot,
    at,
    backup,
    compact,
    copying,
    delta,
    disk,
    ensure_intact,
    find,
    identity,
    ids,
    last_good,
    newest,
    prune,
    publish,
    read,
    records,
    repair,
    restore,
    rollback,
    upgrade,
    verify,
)

FORMAT_2 = Path(__file__).resolve().parents[1] / "lakes" / "format-2.tar.gz"
DAY = 360 * 24


def flip(path: Path) -> bytes:
    """Flip one bit in the middle of a file; answer its bytes as they were."""
    whole = path.read_bytes()
    path.write_bytes(
        whole[: len(whole) // 2]
        + bytes([whole[len(whole) // 2] ^ 4])
        + whole[len(whole) // 2 + 1 :]
    )
    return whole


def rows(snapshot: Snapshot, table: str = "rain") -> list[dict[str, Any]]:
    """The rows of a table, read by pyarrow alone, in one order."""
    found = [
        row
        for file in snapshot.files(table)
        for row in pq.ParquetFile(file).read().to_pylist()
    ]
    return sorted(found, key=lambda row: str(sorted(row.items(), key=str)))


def delta_is(filler: Any, snapshot: Snapshot) -> None:
    """What deltalake reads is what the snapshot names, table by table."""
    for name, cut in snapshot.tables.items():
        if cut.version >= 0:
            table = DeltaTable(str(filler.lake.tables / name))
            assert table.version() == cut.version, name
            assert {Path(uri).name for uri in table.file_uris()} == {
                Path(file.path).name for file in cut.files
            }, name


# --- clocks ---------------------------------------------------------------------------


def test_a_moment_over_five_minutes_ahead_of_the_clock_is_refused(filler: Any):
    first, now = filler.publish(), filler.at
    late = now + timedelta(minutes=5)
    with pytest.raises(LakeError, match="but this machine's clock says"):
        publish(
            filler.lake,
            filler.city,
            [],
            as_of=late + timedelta(microseconds=1),
            simulated=True,
            now=lambda: now,
        )
    assert (
        publish(
            filler.lake, filler.city, [], as_of=late, simulated=True, now=lambda: now
        )[0].parent
        == first.id
    )


def test_a_moment_over_a_hundred_days_after_the_newest_is_refused_unless_said(
    filler: Any,
):
    first = filler.publish()
    filler.tick += 100 * DAY + 1
    with pytest.raises(LakeError, match="100 days lie between") as caught:
        filler.publish(step=False)
    assert "--after-gap" in caught.value.fix
    moment = filler.at
    found, _ = publish(
        filler.lake,
        filler.city,
        [],
        as_of=moment,
        simulated=True,
        now=lambda: moment,
        after_gap=True,
    )
    assert found.parent == first.id


def test_a_publish_of_a_clock_set_wrong_is_taken_back_and_the_lake_goes_on(filler: Any):
    first, second = filler.publish(), filler.publish()
    filler.tick += 40 * DAY
    wrong = filler.publish()
    filler.tick = 3
    with pytest.raises(LakeError, match="The new data speak of"):
        filler.publish(step=False)
    back, taken = rollback(filler.lake, now=lambda: filler.at)
    assert (taken, back.as_of, back.takes_back, back.compacts) == (
        (wrong.id,),
        second.as_of,
        (wrong.id,),
        second.id,
    )
    assert rows(back) == rows(second)
    assert newest(filler.again()) == back
    assert ids(filler.lake) == [first.id, second.id, back.id]
    assert verify(filler.again()).faults == ()
    delta_is(filler, back)
    third = filler.publish()
    assert (third.parent, third.tables["rain"].rows, third.takes_back) == (
        back.id,
        15,
        (wrong.id,),
    )
    delta_is(filler, third)
    assert at(filler.lake, third.as_of + timedelta(days=1)).snapshot.id == third.id
    [said] = records(filler.lake)
    assert (said["act"], said["to"], said["taken_back"], said["at"]) == (
        "rollback",
        second.id,
        [wrong.id],
        "2026-07-16T04:00:30Z",
    )
    assert list(filler.lake.trash.glob(f"*/snapshots/{wrong.id}.json"))


def test_a_rollback_to_an_id_takes_all_later_ones_back(filler: Any):
    four = [filler.publish() for _ in range(4)]
    folded = compact(filler.lake, now=lambda: filler.at)
    back, taken = rollback(filler.lake, to=four[0].id, now=lambda: filler.at)
    assert set(taken) == {four[1].id, four[2].id, four[3].id, folded.id}
    assert rows(back) == rows(four[0])
    delta_is(filler, back)
    assert verify(filler.again()).faults == ()


def test_a_rollback_after_a_compaction_takes_the_publish_back_with_it(filler: Any):
    four = [filler.publish() for _ in range(4)]
    compact(filler.lake, now=lambda: filler.at)
    back, _ = rollback(filler.lake, now=lambda: filler.at)
    assert (back.compacts, rows(back)) == (four[2].id, rows(four[2]))


def test_a_rollback_goes_on_without_a_newest_that_is_lost(filler: Any):
    first, second = filler.publish(), filler.publish()
    (filler.lake.snapshots / f"{second.id}.json").write_text("{")
    back, taken = rollback(filler.lake, now=lambda: filler.at)
    assert (taken, back.compacts) == ((second.id,), first.id)
    delta_is(filler, back)
    assert filler.publish().parent == back.id
    assert verify(filler.again()).faults == ()


def test_there_must_be_something_to_take_back(filler: Any, tmp_path: Path):
    only = filler.publish()
    with pytest.raises(UsageError, match="no whole snapshot to go back to"):
        rollback(filler.lake, now=lambda: filler.at)
    with pytest.raises(UsageError, match="is the newest"):
        rollback(filler.lake, to=only.id, now=lambda: filler.at)
    with pytest.raises(LakeError, match="holds no snapshot"):
        rollback(Lake(tmp_path / "none"), now=lambda: filler.at)


# --- prune ----------------------------------------------------------------------------


def many(filler: Any, n: int = 11) -> list[Snapshot]:
    """Snapshots half an hour apart."""
    return [filler.after(180) for _ in range(n)]


@pytest.mark.parametrize("harm", ["file", "json", "missing json"])
def test_prune_refuses_when_the_newest_is_not_whole(filler: Any, harm: str):
    last = many(filler)[-1]
    path = filler.lake.snapshots / f"{last.id}.json"
    {
        "file": lambda: flip(last.files("rain")[-1]),
        "json": lambda: flip(path),
        "missing json": path.unlink,
    }[harm]()
    before = sorted(path for path in filler.lake.path.rglob("*") if path.is_file())
    with pytest.raises(DamagedError):
        prune(filler.again(), now=lambda: filler.at, latest=1)
    assert (
        sorted(path for path in filler.lake.path.rglob("*") if path.is_file()) == before
    )


def test_a_clock_forty_days_ahead_prunes_no_more_than_the_right_one(filler: Any):
    many(filler)
    right = prune(filler.lake, now=lambda: filler.at, latest=1, dry_run=True)
    ahead = prune(
        filler.lake, now=lambda: filler.at + timedelta(days=40), latest=1, dry_run=True
    )
    assert (right.snapshots, ahead) == (5, right)


def test_a_dry_run_says_what_the_run_does_and_does_nothing(filler: Any):
    many(filler)
    before = {
        path: path.read_bytes()
        for path in filler.lake.path.rglob("*")
        if path.is_file()
    }
    said = prune(filler.lake, now=lambda: filler.at, latest=1, dry_run=True)
    assert {
        path: path.read_bytes()
        for path in filler.lake.path.rglob("*")
        if path.is_file()
    } == before
    done = prune(filler.lake, now=lambda: filler.at, latest=1)
    assert (done.snapshots, done.files, done.bytes) == (
        said.snapshots,
        said.files,
        said.bytes,
    )


def test_what_is_pruned_lies_in_the_trash_as_in_the_lake_until_its_grace_is_over(
    filler: Any,
):
    four = [filler.publish() for _ in range(4)]
    folded = compact(filler.lake, now=lambda: filler.at)
    filler.after(40 * DAY)
    done = prune(filler.lake, now=lambda: filler.at, latest=1)
    trash = Path(done.trash)
    assert sorted(path.stem for path in (trash / "snapshots").iterdir()) == sorted(
        [
            *(each.id for each in four[:3]),
            *([] if folded.id in ids(filler.lake) else [folded.id]),
            *([] if four[3].id in ids(filler.lake) else [four[3].id]),
        ]
    )
    assert verify(filler.again()).faults == ()
    filler.after(DAY - 1)
    assert prune(filler.lake, now=lambda: filler.at, latest=1).emptied == 0
    assert trash.exists()
    shutil.copytree(trash, filler.lake.path, dirs_exist_ok=True)  # brought back by hand
    ensure_intact(filler.again(), read(filler.lake, four[0].id))
    filler.after(2)
    assert prune(filler.lake, now=lambda: filler.at, latest=1).emptied > 0
    assert not trash.exists()


def test_a_damaged_snapshot_keeps_the_whole_one_before_it(filler: Any):
    first, second = filler.after(60), filler.after(60)
    own = filler.publish(
        Batch("rain", filler.rain(2, station_id="R9").slice(0, 1), "gauges", "box"),
        step=False,
    )
    compacted_away = [
        file for file in own.files("rain") if file not in second.files("rain")
    ]
    filler.after(360)
    filler.after(360)
    third = filler.current()
    path = filler.lake.snapshots / f"{own.id}.json"
    path.write_text("{")
    done = prune(filler.again(), now=lambda: filler.at, latest=1)
    assert {second.id, own.id, third.id} <= set(ids(filler.lake))
    assert first.id not in ids(filler.lake)
    assert any("cannot be read" in problem for problem in done.problems)
    assert all(file.exists() for file in compacted_away)


def test_prune_waits_for_no_publisher_and_takes_nothing_from_one(filler: Any):
    many(filler, 3)
    with filler.lake.writing(), pytest.raises(BusyError):
        prune(filler.lake, now=lambda: filler.at, latest=1)


# --- keys -----------------------------------------------------------------------------


def test_the_same_rows_twice_are_in_the_lake_once(filler: Any):
    first = filler.publish()
    again = filler.publish(step=False)
    assert (again.tables["rain"].files, filler.done[-1].skipped) == (
        first.tables["rain"].files,
        5,
    )


def test_keys_of_every_log_are_unique_over_publishes_batches_and_compactions(
    filler: Any,
):
    """Hours of the simulated city, published in pieces that overlap, and again.

    Each key stands once in every table.
    """
    city, start = filler.city, filler.at
    feed = Simulated(city, 716, telemetry_s=600)
    half, end = start + timedelta(hours=5), start + timedelta(hours=8)
    for n, (begun, until) in enumerate(((start, half), (start, end), (start, end))):
        moment = end + timedelta(minutes=n)
        publish(
            filler.lake,
            city,
            [*feed.begin(start), *feed.poll(begun, until)],
            as_of=moment,
            simulated=True,
            now=lambda moment=moment: moment,
        )
        if n == 1:
            compact(filler.lake, now=lambda moment=moment: moment)
    snapshot = filler.current()
    once = publish(
        Lake(filler.lake.path.with_name("once")),
        city,
        [*feed.begin(start), *feed.poll(start, end)],
        as_of=end,
        simulated=True,
        now=lambda: end,
    )[0]
    for name, table in TABLES.items():
        if table.kind == "log" and name != "quarantine":
            keys = [
                tuple(row[column] for column in table.key)
                for row in rows(snapshot, name)
            ]
            assert len(keys) == len(set(keys)), name
            assert sorted(map(str, keys)) == sorted(
                str(tuple(row[column] for column in table.key))
                for row in rows(once, name)
            ), name
    assert snapshot.tables["drone_states"].rows > 100


def test_a_key_taken_by_other_content_in_another_batch_or_publish_is_held_apart(
    filler: Any,
):
    filler.tick = 1
    one, two = filler.rain(3), filler.rain(3, mm_5min=7.0)
    snapshot = filler.publish(
        Batch("rain", one, "gauges", "a.csv"),
        Batch("rain", two, "gauges", "b.csv"),
        step=False,
    )
    assert (snapshot.tables["rain"].rows, filler.done[-1].quarantined) == (3, 3)
    later = filler.publish(
        Batch("rain", filler.rain(1, mm_5min=9.0), "gauges", "c.csv"), step=False
    )
    assert (later.tables["rain"].rows, filler.done[-1].quarantined) == (3, 1)
    assert {row["origin"] for row in rows(later, "quarantine")} == {"b.csv", "c.csv"}


# --- Delta logs -----------------------------------------------------------------------


def log_of(filler: Any, table: str = "rain") -> Path:
    """The folder of a table's log."""
    return filler.lake.tables / table / "_delta_log"


def test_verify_finds_a_log_that_goes_on_after_the_snapshot_and_publish_and_prune_set_it_right(
    filler: Any,
):
    for use in (filler.publish, lambda: prune(filler.again(), now=lambda: filler.at)):
        filler.publish()
        name = f"{filler.current().tables['rain'].version + 1:020d}.json"
        (log_of(filler) / name).write_bytes(b"")
        assert any(
            "goes on to version" in fault for fault in verify(filler.again()).faults
        )
        use()
        assert verify(filler.again()).faults == ()
        delta_is(filler, filler.current())


def test_rows_that_another_program_wrote_into_a_table_are_taken_out_and_kept_aside(
    filler: Any,
):
    first = filler.publish()
    filler.tick += 1
    write_deltalake(str(filler.lake.tables / "rain"), filler.rain(2), mode="append")
    assert verify(filler.again()).faults != ()
    second = filler.publish()
    assert (second.tables["rain"].rows, second.tables["rain"].version) == (
        first.tables["rain"].rows + 5,
        first.tables["rain"].version + 1,
    )
    delta_is(filler, second)
    assert verify(filler.again()).faults == ()


@pytest.mark.parametrize(
    "harm",
    [
        "one commit",
        "all commits",
        "the folder",
        "the last checkpoint",
        "the checkpoint",
    ],
)
def test_a_damaged_log_is_written_anew_from_the_snapshot(
    filler: Any, harm: str, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(delta, "CHECKPOINT_EVERY", 5)
    for _ in range(7):
        filler.publish(n=1)
    log = log_of(filler)
    if harm == "the folder":
        shutil.rmtree(log)
    else:
        names = {
            "one commit": [f"{6:020d}.json"],
            "all commits": [path.name for path in log.glob("*.json")],
            "the last checkpoint": ["_last_checkpoint"],
            "the checkpoint": [f"{5:020d}.checkpoint.parquet"],
        }[harm]
        for name in names:
            (log / name).write_bytes(b"")
    assert verify(filler.again()).faults != ()
    done = repair(filler.again(), filler.city, now=lambda: filler.at)
    assert done.after.faults == ()
    delta_is(filler, filler.current())
    filler.lake = filler.again()
    delta_is(filler, filler.publish())
    assert verify(filler.again()).faults == ()


@pytest.mark.parametrize("byte", [-9, -40, -200, 0])
def test_a_damaged_checkpoint_under_an_unpublished_commit_stops_nobody(
    filler: Any, byte: int, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(delta, "CHECKPOINT_EVERY", 5)
    for _ in range(7):
        filler.publish(n=1)
    checkpoint = log_of(filler) / f"{5:020d}.checkpoint.parquet"
    data = bytearray(checkpoint.read_bytes())
    data[byte] ^= 0xE1
    checkpoint.write_bytes(bytes(data))
    (log_of(filler) / f"{7:020d}.json").write_bytes(b"")
    assert verify(filler.again()).faults != ()
    filler.lake = filler.again()
    delta_is(filler, filler.publish())
    assert verify(filler.again()).faults == ()


def test_what_killed_writers_left_is_swept(filler: Any):
    filler.publish()
    left = [
        filler.lake.path / ".pointer.json.4711",
        filler.lake.snapshots / ".20260716T040010Z-000001-abcdef.json.12",
        log_of(filler) / "_commit_0f3c.json.tmp",
        log_of(filler) / f"{1:020d}.json#1",
        log_of(filler) / "_last_checkpoint#12",
    ]
    for path in left:
        path.write_bytes(b"half")
    filler.lake = filler.again()
    filler.publish()
    assert [path.name for path in left if path.exists()] == []


# --- repair ---------------------------------------------------------------------------


@pytest.mark.parametrize("table", ["link_health", "programme_progress", "districts"])
def test_a_damaged_measure_or_reference_table_is_worked_out_anew(
    filler: Any, table: str
):
    filler.publish()
    snapshot = filler.publish()
    before = rows(snapshot, table)
    flip(snapshot.files(table)[0])
    assert verify(filler.again()).faults != ()
    done = repair(filler.again(), filler.city, now=lambda: filler.at)
    assert (done.done, done.after.faults) == (
        (f"The table {table} was worked out anew.",),
        (),
    )
    after, problems = last_good(filler.again())
    assert (rows(after, table), problems, after.as_of) == (before, (), snapshot.as_of)
    filler.lake = filler.again()
    assert filler.publish().tables["rain"].rows == 15
    assert [said["act"] for said in records(filler.lake)] == ["repair"]


def test_a_damaged_log_of_rows_is_not_made_up(filler: Any):
    filler.publish()
    snapshot = filler.publish()
    flip(snapshot.files("rain")[0])
    before = ids(filler.lake)
    with pytest.raises(
        DamagedError, match="The table rain cannot be worked out from anything"
    ) as caught:
        repair(filler.again(), filler.city, now=lambda: filler.at)
    assert "twin lake restore" in caught.value.fix
    assert ids(filler.lake) == before


def test_a_file_pruned_by_hand_is_taken_back_from_the_trash(filler: Any):
    snapshot = filler.publish()
    path = snapshot.files("rain")[0]
    there = filler.lake.trash / "20260716T040010Z-1" / "tables" / "rain"
    there.mkdir(parents=True)
    path.rename(there / path.name)
    assert repair(filler.again(), filler.city, now=lambda: filler.at).after.faults == ()
    assert last_good(filler.again())[0] == snapshot


# --- backup ---------------------------------------------------------------------------


def test_the_restore_drill(filler: Any, tmp_path: Path):
    """A lake is backed up twice while it grows, lost whole, and brought back.

    It has every snapshot, every row and every log, and it goes on.
    """
    folder = tmp_path / "backup"
    for _ in range(3):
        filler.publish()
    first = backup(filler.lake, folder)
    for _ in range(3):
        filler.publish()
    compact(filler.lake, now=lambda: filler.at)
    second = backup(filler.again(), folder)
    assert second.problems == []
    assert second.there == first.files
    assert 0 < second.files < first.files + second.there
    wanted = {each: read(filler.lake, each) for each in ids(filler.lake)}
    held = {each: rows(found) for each, found in wanted.items()}
    shutil.rmtree(filler.lake.path)
    done = restore(folder, filler.again(), now=lambda: filler.at)
    assert (done.problems, done.snapshot, done.snapshots) == (
        [],
        filler.current().id,
        len(wanted),
    )
    lake = filler.again()
    assert {each: read(lake, each) for each in ids(lake)} == wanted
    for each, found in wanted.items():
        assert verify(lake, each).faults == ()
        assert rows(found) == held[each]
    assert verify(lake).faults == ()
    delta_is(filler, filler.current())
    filler.lake = lake
    assert filler.publish().tables["rain"].rows == 35
    delta_is(filler, filler.current())


def test_a_backup_is_a_lake_itself(filler: Any, tmp_path: Path):
    snapshot = [filler.publish() for _ in range(3)][-1]
    backup(filler.lake, tmp_path / "backup")
    found, problems = last_good(Lake(tmp_path / "backup"))
    assert (found.id, problems, verify(Lake(tmp_path / "backup")).faults) == (
        snapshot.id,
        (),
        (),
    )


def test_a_backup_while_publishing_and_pruning_is_whole(
    filler: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    """What goes while it is copied is left out; what is there is whole."""
    for _ in range(6):
        filler.publish()
    original, calls = copying._Copying._files_of, [0]

    def between(self: Any, snapshot_id: str) -> bytes | None:
        calls[0] += 1
        if calls[0] == 2:
            filler.publish()
            compact(filler.lake, now=lambda: filler.at)
            filler.after(DAY * 40)
            prune(filler.lake, now=lambda: filler.at, latest=1, grace=timedelta(0))
            filler.after(1)
            prune(filler.lake, now=lambda: filler.at, latest=1, grace=timedelta(0))
        return original(self, snapshot_id)

    monkeypatch.setattr(copying._Copying, "_files_of", between)
    with suppress(LakeError):  # all that were there when it began were pruned
        assert backup(filler.again(), tmp_path / "backup").problems == []
    monkeypatch.undo()
    done = backup(filler.again(), tmp_path / "backup")
    assert done.problems == []
    assert last_good(Lake(tmp_path / "backup"))[0].id == filler.current().id
    assert verify(Lake(tmp_path / "backup")).faults == ()


def test_a_damaged_lake_is_healed_by_its_backup_and_keeps_what_is_newer(
    filler: Any, tmp_path: Path
):
    first, second = filler.publish(), filler.publish()
    backup(filler.lake, tmp_path / "backup")
    third = filler.publish()
    flip(first.files("rain")[0])
    flip(filler.lake.snapshots / f"{second.id}.json")
    filler.lake.identity.write_text("{")
    done = restore(tmp_path / "backup", filler.again(), now=lambda: filler.at)
    assert (done.files, done.snapshots, done.problems) == (1, 1, [])
    assert last_good(filler.again()) == (third, ())
    assert verify(filler.again()).faults == ()
    assert verify(filler.again(), second.id).faults == ()
    assert [said["act"] for said in records(filler.lake)] == ["restore"]


def test_a_damaged_source_is_said_and_what_is_whole_is_copied(
    filler: Any, tmp_path: Path
):
    first, second = filler.publish(), filler.publish()
    flip(second.files("rain")[-1])
    done = backup(filler.again(), tmp_path / "backup")
    assert (done.snapshot, len(done.problems)) == (first.id, 1)
    assert last_good(Lake(tmp_path / "backup"))[0] == read(
        Lake(tmp_path / "backup"), first.id
    )


def test_another_lake_is_never_mixed_in(filler: Any, tmp_path: Path):
    filler.publish()
    other = type(filler)(Lake(tmp_path / "other"), filler.city)
    other.publish()
    with pytest.raises(ForeignError, match="holds another lake"):
        backup(filler.lake, tmp_path / "other")
    with pytest.raises(ForeignError, match="holds another lake"):
        restore(tmp_path / "other", filler.lake, now=lambda: filler.at)
    assert len(ids(other.lake)) == len(ids(filler.lake)) == 1


def test_a_backup_inside_the_lake_is_refused(filler: Any):
    filler.publish()
    for folder in (
        filler.lake.path,
        filler.lake.path / "backup",
        filler.lake.path.parent,
    ):
        with pytest.raises(UsageError, match="lie in each other"):
            backup(filler.lake, folder)


@pytest.mark.parametrize("path", ["/proc/backup", "/dev/null/backup"])
def test_a_backup_that_cannot_be_written_is_one_sentence(filler: Any, path: str):
    filler.publish()
    with pytest.raises(LakeError, match="cannot be written"):
        backup(filler.lake, Path(path))


def test_there_is_nothing_to_back_up_or_restore_in_an_empty_folder(
    filler: Any, tmp_path: Path
):
    with pytest.raises(LakeError, match="holds no snapshot"):
        backup(filler.lake, tmp_path / "backup")
    filler.publish()
    with pytest.raises(LakeError, match="holds no snapshot"):
        restore(tmp_path / "nothing", filler.lake, now=lambda: filler.at)


# --- from format 2 --------------------------------------------------------------------


@pytest.fixture
def old(tmp_path: Path) -> Lake:
    """A lake that the program of format 2 wrote.

    It holds seven publishes' worth, one folded, the first pruned.
    """
    with tarfile.open(FORMAT_2) as packed:
        packed.extractall(tmp_path, filter="data")
    return Lake(tmp_path / "lake")


def test_a_lake_of_format_2_opens_as_it_is(old: Lake):
    found, problems = last_good(old)
    assert (found.format, problems, len(ids(old)), verify(old).faults) == (2, (), 6, ())


def test_the_upgrade_changes_no_row_id_or_moment_and_seals_everything(
    old: Lake, city: City
):
    before = {each: read(old, each) for each in ids(old)}
    held = {
        each: {table: rows(found, table) for table in found.tables}
        for each, found in before.items()
    }
    after = upgrade(old, city)
    assert ids(old) == list(before)
    for each, was in before.items():
        found = read(old, each)
        assert (found.format, found.rule, found.city, found.kind, found.lake) == (
            3,
            2,
            "trio",
            "simulated",
            after.lake,
        )
        assert (found.as_of, found.seq, found.parent, found.compacts, found.marks) == (
            was.as_of,
            was.seq,
            was.parent,
            was.compacts,
            was.marks,
        )
        assert {table: rows(found, table) for table in was.tables} == held[each]
        assert found.tables.keys() == TABLES.keys()
        ensure_intact(Lake(old.path), found)
    assert verify(Lake(old.path)).faults == ()
    assert upgrade(old, city) == after


def test_the_upgrade_may_be_broken_off_after_any_file(
    old: Lake, city: City, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    upgrading, whole = sys.modules["twin.store.upgrade"], disk.write_whole
    n_writes = 0
    for stop in range(40):
        lake = Lake(tmp_path / f"lake-{stop}")
        shutil.copytree(old.path, lake.path)
        n_writes = 0

        def write(path: Path, data: bytes, stop: int = stop) -> None:
            nonlocal n_writes
            n_writes += 1
            if n_writes > stop:
                raise KeyboardInterrupt
            whole(path, data)

        for module in (upgrading, identity, delta):
            monkeypatch.setattr(module, "write_whole", write)
        try:
            upgrade(lake, city)
        except KeyboardInterrupt:
            pass
        else:
            break
        found, problems = last_good(Lake(lake.path))
        assert (found.id, problems) == (find(old).id, ()), stop
        monkeypatch.undo()
        done = upgrade(Lake(lake.path), city)
        assert (done.id, {read(lake, each).lake for each in ids(lake)}) == (
            found.id,
            {done.lake},
        )
        assert verify(Lake(lake.path)).faults == ()
    assert n_writes == len(ids(old)) + 2


def test_a_damaged_snapshot_of_format_2_does_not_stop_the_upgrade_and_is_never_taken_for_whole(
    old: Lake, city: City
):
    second = ids(old)[1]
    path = old.snapshots / f"{second}.json"
    path.write_bytes(path.read_bytes().replace(b'"event_facts":', b'"dvent_facts":'))
    upgrade(old, city)
    with pytest.raises(DamagedError):
        read(old, second)
    assert last_good(Lake(old.path))[1] == ()


@pytest.mark.parametrize(
    "word",
    [
        (b'"event_facts":', b'"dvent_facts":'),
        (b'"rows":', b'"rowr":'),
        (b'"simulated":true', b'"simulated":trte'),
        (b'"as_of":"2026', b'"as_of":"2027'),
    ],
)
def test_a_snapshot_of_format_2_with_a_flipped_bit_falls_back(
    old: Lake, word: tuple[bytes, bytes]
):
    newest_id = find(old).id
    path = old.snapshots / f"{newest_id}.json"
    assert word[0] in path.read_bytes()
    path.write_bytes(path.read_bytes().replace(*word, 1))
    found, problems = last_good(old)
    assert (found.id, len(problems)) == (ids(old)[-2], 1)


# --- disks ----------------------------------------------------------------------------


def test_a_lake_that_may_not_be_written_is_still_read(filler: Any, tmp_path: Path):
    """Another user sees it with every file read-only.

    (The super-user may write anywhere, so the reading is what is tried.)
    """
    snapshot = filler.publish()
    for path in filler.lake.path.rglob("*"):
        path.chmod(0o555 if path.is_dir() else 0o444)
    assert last_good(filler.again()) == (snapshot, ())
    assert verify(filler.again()).faults == ()
    for path in filler.lake.path.rglob("*"):
        path.chmod(0o755 if path.is_dir() else 0o644)


def test_a_lake_behind_a_symlink_is_the_lake(filler: Any, tmp_path: Path):
    snapshot = filler.publish()
    (tmp_path / "link").symlink_to(filler.lake.path)
    linked = Lake(tmp_path / "link")
    assert last_good(linked)[0].id == snapshot.id
    filler.lake = linked
    assert filler.publish().parent == snapshot.id
    assert verify(linked).faults == ()


@pytest.mark.parametrize("what", ["snapshots", "tables", "lake.json", "pointer.json"])
def test_a_folder_where_a_file_should_be_or_the_other_way_round_is_a_sentence(
    filler: Any, what: str
):
    filler.publish()
    path = filler.lake.path / what
    if path.is_dir():
        path.rename(path.with_name("away"))
        path.write_text("no folder")
    else:
        path.unlink()
        path.mkdir()
    for use in (
        lambda: last_good(filler.again())[1],
        lambda: filler.publish() and verify(filler.again()).faults,
    ):
        said: object = ""
        with suppress(LakeError):
            said = "refused"
            said = use()  # if it goes on without it, that is said
        assert said


def test_a_link_that_leads_in_a_circle_is_a_sentence(tmp_path: Path, filler: Any):
    (tmp_path / "a").symlink_to(tmp_path / "b")
    (tmp_path / "b").symlink_to(tmp_path / "a")
    with pytest.raises(LakeError):
        last_good(Lake(tmp_path / "a"))
    filler.lake = Lake(tmp_path / "a")
    with pytest.raises(LakeError):
        filler.publish()


def test_newest_is_read_under_the_lock(filler: Any):
    """A function that gives the batches is told the snapshot that they follow, whatever was
    published since it was made.
    """
    filler.publish()
    told: list[str] = []

    def batches(known: Snapshot | None) -> list[Batch]:
        assert known is not None
        told.append(known.id)
        return []

    second = filler.publish()
    moment = filler.at
    publish(
        filler.lake,
        filler.city,
        batches,
        as_of=lambda known: known.as_of if known else moment,
        simulated=True,
        now=lambda: moment,
    )
    assert told == [second.id]


def test_a_lock_that_the_file_system_does_not_give_is_not_another_publisher(
    filler: Any, monkeypatch: pytest.MonkeyPatch
):
    def refuse(*_: object) -> None:
        raise OSError(errno.ENOLCK, "No locks available")

    monkeypatch.setattr(fcntl, "flock", refuse)
    with pytest.raises(
        LakeError, match="cannot be locked: No locks available"
    ) as caught:
        filler.publish()
    assert not isinstance(caught.value, BusyError)


@pytest.mark.parametrize(
    "table",
    [
        pytest.param(
            name,
            marks=(
                ()
                if table.kind == "measure" or name == "districts"
                else pytest.mark.soak
            ),
        )
        for name, table in sorted(TABLES.items())
        if table.kind != "log" and name not in {"streets", "places"}
    ],
)
def test_every_measure_and_reference_table_of_a_real_history_is_mended_to_the_same_rows(
    old: Lake, city: City, table: str
):
    snapshot = upgrade(old, city)
    for file in snapshot.files(table):
        flip(file)
    done = repair(Lake(old.path), city, now=lambda: snapshot.as_of)
    assert done.after.faults == ()
    after, problems = last_good(Lake(old.path))
    assert problems == ()
    assert rows(after, table) == rows(find(Lake(old.path), after.id), table)
    with tarfile.open(FORMAT_2) as packed:
        packed.extractall(old.path.with_name("whole"), filter="data")
    found, was = (
        rows(after, table),
        rows(find(Lake(old.path.with_name("whole") / "lake")), table),
    )
    if table == "programme_progress":
        found, was = _as_then(found), _as_then(was)
    # Columns that the older program did not know are null.
    later = dict.fromkeys(found[0] if found else ())
    assert sorted(map(str, found)) == sorted(str({**later, **row}) for row in was)


def _as_then(progress: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """What both programs say: the older one let a year's result grow on, and had no year
    without a plan.
    """
    told = [
        row for row in progress if row["plan"] is not None or row["basis"] != "none"
    ]
    return [
        {
            name: value
            for name, value in row.items()
            if name not in {"actual", "carried", "carried_done"}
        }
        for row in told
    ]


@pytest.mark.parametrize(
    "act", ["compact", "prune", "rollback", "backup", "repair", "upgrade"]
)
@pytest.mark.parametrize(
    "n_bytes", [0, 300, pytest.param(3_000, marks=pytest.mark.soak)]
)
def test_a_disk_that_fills_in_the_middle_of_anything_loses_nothing(
    filler: Any, tmp_path: Path, act: str, n_bytes: int
):
    for _ in range(4):
        filler.publish()
    before = {each: rows(read(filler.lake, each)) for each in ids(filler.lake)}
    lake, moment = filler.again(), filler.at
    if act == "repair":
        flip(filler.current().files("link_health")[0])
    acts = {
        "compact": lambda: compact(lake, now=lambda: moment),
        "prune": lambda: prune(lake, now=lambda: moment, latest=1),
        "rollback": lambda: rollback(lake, now=lambda: moment),
        "backup": lambda: backup(lake, tmp_path / "backup"),
        "repair": lambda: repair(lake, filler.city, now=lambda: moment),
        "upgrade": lambda: upgrade(lake, filler.city),
    }
    said = ""
    with files_up_to(n_bytes):
        try:
            acts[act]()
        except LakeError as error:
            said = error.what
    assert not said or "cannot be written" in said or "cannot be committed" in said
    for each, held in before.items():
        if each in ids(filler.lake):
            assert rows(read(filler.lake, each)) == held
    if act == "repair":
        repair(filler.again(), filler.city, now=lambda: moment)
    filler.lake = filler.again()
    filler.publish()
    assert verify(filler.again()).faults == ()
    delta_is(filler, filler.current())
