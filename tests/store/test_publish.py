"""Publish: rows in, one new snapshot out.

It works whole or not at all, and says so in a sentence when it cannot be.
"""

from __future__ import annotations

import resource
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from deltalake import DeltaTable

from twin.contracts import TABLES
from twin.engine import Engine, parse_sql
from twin.errors import BusyError, DamagedError, LakeError
from twin.feeds.batch import Batch
from twin.store import Lake, Snapshot, compact, ensure_intact, newest, publish, verify

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def stored(snapshot: Snapshot, table: str) -> pa.Table:
    """The rows of one table, read by pyarrow alone."""
    files = snapshot.files(table)
    return (
        pa.concat_tables([pq.read_table(file) for file in files])
        if files
        else TABLES[table].empty()
    )


def told(filler: Any) -> list[str]:
    """The reasons in quarantine."""
    return stored(filler.current(), "quarantine")["reason"].to_pylist()


@contextmanager
def files_up_to(n_bytes: int) -> Iterator[None]:
    """A disk that refuses to let any file grow beyond `n_bytes`."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (n_bytes, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


def test_the_rows_of_a_publish_are_in_its_snapshot(filler: Any):
    first, second = filler.publish(n=5), filler.publish(n=3)
    assert (stored(first, "rain").num_rows, stored(second, "rain").num_rows) == (5, 8)
    assert filler.done[1].rows["rain"] == 3
    assert second.parent == first.id


def test_the_reference_tables_come_along(filler: Any):
    assert (
        stored(filler.publish(), "districts").num_rows
        == filler.city.reference["districts"].num_rows
    )


def test_a_table_that_did_not_change_keeps_its_version_and_its_files(filler: Any):
    first, second = filler.publish(), filler.publish()
    assert second.tables["districts"] == first.tables["districts"]
    assert second.tables["rain"].version == first.tables["rain"].version + 1


def test_the_same_rows_give_the_same_hashes(tmp_path: Path, filler: Any):
    other = type(filler)(Lake(tmp_path / "other"), filler.city)
    one, two = filler.publish(n=9), other.publish(n=9)
    assert {name: cut.sha256 for name, cut in one.tables.items()} == {
        name: cut.sha256 for name, cut in two.tables.items()
    }
    assert one.id == two.id


def test_each_file_holds_one_month_and_is_sorted_as_the_contract_says(filler: Any):
    filler.tick = 1
    months = [
        filler.rain(4, occurred_at=filler.at - timedelta(days=days))
        for days in (0, 40, 80)
    ]
    shuffled = pa.concat_tables(months).take(
        pa.array([7, 0, 11, 4, 3, 8, 1, 5, 10, 2, 6, 9])
    )
    snapshot = filler.publish(Batch("rain", shuffled, "gauges", "box.csv"))
    assert [file.chunk for file in snapshot.tables["rain"].files] == [
        "2026-04",
        "2026-06",
        "2026-07",
    ]
    for file in snapshot.files("rain"):
        rows = pq.read_table(file)
        assert rows == rows.sort_by(
            [("occurred_at", "ascending"), ("station_id", "ascending")]
        )


def test_a_file_is_zstd_with_page_checksums(filler: Any):
    file = filler.publish().files("rain")[0]
    column = (
        pq.ParquetFile(file, page_checksum_verification=True)
        .metadata.row_group(0)
        .column(0)
    )
    assert column.compression == "ZSTD"


def test_a_bad_row_goes_to_quarantine_and_the_good_ones_go_on(filler: Any):
    filler.tick = 1
    rows = pa.concat_tables(
        [filler.rain(4), filler.rain(1, station_id="R9", mm_5min=-1.0)]
    )
    snapshot = filler.publish(Batch("rain", rows, "gauges", "box.csv"), step=False)
    assert stored(snapshot, "rain").num_rows == 4
    assert told(filler) == ["mm_5min: -1.0 is below 0 mm."]
    assert filler.done[0].quarantined == 1


def test_a_file_read_twice_adds_nothing(filler: Any):
    filler.publish()
    same = Batch(
        "rain",
        pa.concat_tables(
            [filler.rain(5), filler.rain(1, station_id="R9", mm_5min=-1.0)]
        ),
        "gauges",
        "box.csv",
    )
    filler.publish(same)
    snapshot = filler.publish(same)
    assert stored(snapshot, "rain").num_rows == 5
    assert [done.skipped for done in filler.done] == [0, 5, 5]
    assert len(told(filler)) == 1


def test_a_key_that_is_taken_by_other_content_is_refused(filler: Any):
    filler.publish()
    snapshot = filler.publish(
        Batch("rain", filler.rain(5, mm_5min=59.0), "gauges", "box.csv"), step=False
    )
    assert stored(snapshot, "rain")["mm_5min"].to_pylist() == [1.0] * 5
    assert "already taken by other content" in told(filler)[0]


def test_two_batches_of_one_publish_do_not_bring_a_row_twice(filler: Any):
    filler.tick = 1
    batch = Batch("rain", filler.rain(5), "gauges", "box.csv")
    assert stored(filler.publish(batch, batch, step=False), "rain").num_rows == 5


def test_a_second_publisher_is_told_so_and_nothing_is_lost(filler: Any):
    first = filler.publish()
    with (
        filler.lake.writing(),
        pytest.raises(BusyError, match="Another program is publishing"),
    ):
        filler.publish()
    assert filler.current().id == first.id
    assert filler.publish().parent == first.id


def test_data_that_speak_of_an_earlier_moment_are_refused(filler: Any):
    filler.publish()
    filler.publish()
    filler.tick = 0
    with pytest.raises(LakeError, match="The new data speak of 2026-07-16T04:00:10Z"):
        filler.publish()


def test_a_clock_set_back_is_refused(filler: Any):
    filler.publish()
    with pytest.raises(LakeError, match="This machine's clock says"):
        publish(
            filler.lake,
            filler.city,
            [],
            as_of=filler.at,
            simulated=True,
            now=lambda: filler.at - timedelta(hours=1),
        )


@pytest.mark.parametrize("n_bytes", [0, 500, 2_000, 3_000, 4_000, 5_200])
def test_a_disk_that_refuses_leaves_the_last_snapshot_as_it_was(
    filler: Any, n_bytes: int
):
    first = filler.publish(n=500)
    with files_up_to(n_bytes), pytest.raises(LakeError) as caught:
        filler.publish(n=500)
    assert len(caught.value.lines()) == 3
    assert filler.current() == first
    assert verify(filler.again()).faults == ()
    assert stored(filler.publish(n=500), "rain").num_rows == 1_000


def test_nothing_is_built_on_a_damaged_file(filler: Any):
    first = filler.publish()
    file = first.files("rain")[0]
    whole = file.read_bytes()
    file.write_bytes(whole[:-9] + b"x" + whole[-8:])
    filler.lake = filler.again()
    with pytest.raises(DamagedError, match="has other bytes than published"):
        filler.publish()
    file.write_bytes(whole)
    assert stored(filler.publish(), "rain").num_rows == 10


@pytest.mark.parametrize("path", ["/proc/lake", "/sys/lake", "/dev/null/lake"])
def test_a_place_that_cannot_be_written_is_one_sentence(filler: Any, path: str):
    filler.lake = Lake(Path(path))
    with pytest.raises(LakeError, match=f"The lake {path} cannot be"):
        filler.publish()


def test_a_log_that_was_begun_and_not_written_is_begun_again(filler: Any):
    (filler.lake.tables / "rain" / "_delta_log").mkdir(parents=True)
    assert stored(filler.publish(), "rain").num_rows == 5


@pytest.mark.parametrize("torn", ["", '{"add": {"pa'])
def test_a_commit_torn_by_a_power_cut_is_written_again(filler: Any, torn: str):
    filler.publish()
    version = filler.publish().tables["rain"].version
    (
        filler.lake.tables / "rain" / "_delta_log" / f"{version + 1:020d}.json"
    ).write_text(torn)
    assert stored(filler.publish(), "rain").num_rows == 15
    assert (
        DeltaTable(str(filler.lake.tables / "rain")).to_pyarrow_table().num_rows == 15
    )


def test_a_damaged_commit_of_a_published_version_is_found_and_the_log_written_anew(
    filler: Any,
):
    filler.publish()
    (filler.lake.tables / "rain" / "_delta_log" / f"{0:020d}.json").write_text("no log")
    assert any(
        fault.startswith("rain: the Delta log")
        for fault in verify(filler.again()).faults
    )
    second = filler.publish()
    delta = DeltaTable(str(filler.lake.tables / "rain"))
    assert (delta.version(), delta.to_pyarrow_table().num_rows) == (
        second.tables["rain"].version,
        10,
    )
    assert verify(filler.again()).faults == ()


def test_a_commit_that_no_snapshot_names_is_taken_out_again(filler: Any):
    first = filler.publish()
    pointer = filler.lake.pointer.read_bytes()
    lost = filler.publish()
    filler.lake.pointer.write_bytes(pointer)
    (
        filler.lake.snapshots / f"{lost.id}.json"
    ).unlink()  # killed before the snapshot's file
    assert verify(filler.again()).faults != ()
    filler.tick -= 1
    after = filler.publish(
        Batch("rain", filler.rain(2, station_id="R9").slice(0, 1), "gauges", "box.csv")
    )
    assert after.parent == first.id
    assert DeltaTable(str(filler.lake.tables / "rain")).to_pyarrow_table().num_rows == 6
    assert verify(filler.again()).faults == ()


def test_readers_that_we_did_not_write_see_the_same_rows(filler: Any):
    for _ in range(3):
        snapshot = filler.publish(n=7)
    key = [("occurred_at", "ascending"), ("station_id", "ascending")]
    names = [column.name for column in TABLES["rain"].columns]
    listed = ", ".join(names)
    sql = parse_sql(
        f"-- reads rain\n-- column x VARCHAR - any\n-- rows any\nSELECT {listed} FROM"
        " rain ORDER BY occurred_at, station_id",
        "all.sql",
    )
    with Engine.from_files(snapshot.all_files(), root=snapshot.root) as engine:
        ours = engine.query(sql, {}).to_pylist()
    delta = DeltaTable(
        str(filler.lake.tables / "rain"), version=snapshot.tables["rain"].version
    )
    assert delta.to_pyarrow_table().select(names).sort_by(key).to_pylist() == ours
    assert stored(snapshot, "rain").sort_by(key).to_pylist() == ours


@pytest.mark.soak
def test_sixty_publishes_pass_the_checkpoint_and_stay_quick(filler: Any):
    for _ in range(60):
        filler.publish(n=2)
    assert list(
        (filler.lake.tables / "rain" / "_delta_log").glob("*.checkpoint.parquet")
    )
    assert stored(filler.current(), "rain").num_rows == 120
    seconds = sorted(done.seconds for done in filler.done[10:])
    assert seconds[len(seconds) // 2] < 2.0, seconds


def test_an_empty_lake_has_no_newest(filler: Any):
    assert newest(filler.lake) is None


def test_a_publish_of_nothing_is_a_snapshot_of_a_later_moment(filler: Any):
    first = filler.publish()
    moment = filler.at + timedelta(seconds=10)
    later, done = publish(
        filler.lake, filler.city, [], as_of=moment, simulated=True, now=lambda: moment
    )
    assert (later.as_of, later.tables["rain"]) == (moment, first.tables["rain"])
    assert "rain" not in done.rows
    ensure_intact(filler.again(), later)


def test_a_row_recorded_after_the_moment_of_its_publish_waits_until_its_time_has_come(
    filler: Any,
):
    filler.tick = 1
    rows = pa.concat_tables(
        [
            filler.rain(2),
            filler.rain(
                1, station_id="R9", recorded_at=filler.at + timedelta(microseconds=1)
            ),
        ]
    )
    snapshot = filler.publish(Batch("rain", rows, "gauges", "box.csv"), step=False)
    assert stored(snapshot, "rain")["station_id"].to_pylist() == ["R0", "R1"]
    why = (
        "lies after 2026-07-16T04:00:10Z, the moment that the data speak of: it cannot"
        " be known yet."
    )
    assert told(filler) == [f"recorded_at: 2026-07-16T04:00:10.000001Z {why}"]
    filler.tick += 1
    later = filler.publish(
        Batch("rain", rows.slice(2), "gauges", "box.csv"), step=False
    )
    assert sorted(stored(later, "rain")["station_id"].to_pylist()) == ["R0", "R1", "R9"]


def test_a_row_a_year_ahead_is_held_apart_and_one_of_1970_is_taken(filler: Any):
    filler.tick = 1
    ahead = filler.rain(
        1,
        station_id="R8",
        occurred_at=filler.at,
        recorded_at=filler.at + timedelta(days=365),
    )
    old = filler.rain(1, station_id="R9", occurred_at=EPOCH, recorded_at=EPOCH)
    older = filler.rain(
        1,
        station_id="R7",
        occurred_at=EPOCH - timedelta(microseconds=1),
        recorded_at=EPOCH - timedelta(microseconds=1),
    )
    snapshot = filler.publish(
        Batch("rain", pa.concat_tables([ahead, old, older]), "gauges", "box.csv"),
        step=False,
    )
    assert sorted(stored(snapshot, "rain")["station_id"].to_pylist()) == ["R7", "R9"]
    assert len(told(filler)) == 1


def test_what_is_refused_is_known_in_the_snapshot_that_refused_it(filler: Any):
    filler.tick = 1
    bad = Batch("rain", filler.rain(1, mm_5min=-1.0), "gauges", "box.csv")
    # A machine that catches up publishes long after the moment.
    an_hour_on = filler.at + timedelta(hours=1)
    snapshot, _ = publish(
        filler.lake,
        filler.city,
        [bad],
        as_of=filler.at,
        simulated=True,
        now=lambda: an_hour_on,
    )
    assert stored(snapshot, "quarantine")["recorded_at"].to_pylist() == [snapshot.as_of]


def test_a_compaction_keeps_what_the_measures_know_of_themselves(filler: Any):
    for _ in range(4):
        before = filler.publish()
    assert before.marks
    folded = compact(filler.lake, now=lambda: filler.at)
    assert folded.id != before.id
    assert folded.marks == filler.current().marks == before.marks
