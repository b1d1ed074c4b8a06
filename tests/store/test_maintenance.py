"""A lake stays small: small files are folded, old snapshots go, and nothing that is needed
goes with them.
"""

from __future__ import annotations

from datetime import timedelta
from itertools import groupby
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.store.conftest import Filler
from twin.city import City
from twin.contracts import TABLES
from twin.errors import DamagedError, LakeError
from twin.feeds.batch import Batch
from twin.store import Lake, Snapshot, compact, diff, find, ids, prune, verify

KEY = [("occurred_at", "ascending"), ("station_id", "ascending")]


def rain(snapshot: Snapshot) -> pa.Table:
    """The rain of a snapshot in one order."""
    return pa.concat_tables(
        [pq.read_table(file) for file in snapshot.files("rain")]
    ).sort_by(KEY)


def folded(filler: Any) -> Snapshot:
    """Compact, at the moment of the last tick."""
    return compact(filler.lake, now=lambda: filler.at)


def heartbeat(filler: Any, lon_ud: int, lat_ud: int) -> Batch:
    """One heartbeat of one aircraft, looking straight down."""
    columns = {
        "drone_id": "A1",
        "occurred_at": filler.at,
        "recorded_at": filler.at,
        "mode": "flying",
        "lon_ud": lon_ud,
        "lat_ud": lat_ud,
        "height_m": 100.0,
        "speed_mps": 12.0,
        "heading_deg": 0.0,
        "battery_pct": 80,
        "pitch_deg": -90.0,
        "fov_deg": 80.0,
        "mission_id": None,
        "source": "test",
    }
    return Batch(
        "drone_states",
        pa.table(
            {name: [value] for name, value in columns.items()},
            schema=pa.schema(
                [each.with_nullable(True) for each in TABLES["drone_states"].schema]
            ),
        ),
        "fleet",
        "topic",
    )


def test_compaction_keeps_the_rows_in_fewer_sorted_files(filler: Any):
    for _ in range(6):
        before = filler.publish(n=4)
    after = folded(filler)
    assert (len(before.files("rain")), len(after.files("rain"))) == (6, 1)
    assert rain(after) == rain(before)
    assert pq.read_table(after.files("rain")[0]) == rain(after)


def test_a_compacted_snapshot_speaks_of_the_same_moment_and_becomes_the_newest(
    filler: Any,
):
    for _ in range(4):
        before = filler.publish()
    after = folded(filler)
    assert (after.as_of, after.parent) == (before.as_of, before.id)
    assert filler.current() == after
    assert verify(filler.again()).faults == ()
    assert rain(filler.publish()).num_rows == rain(after).num_rows + 5


def test_the_snapshot_before_a_compaction_still_opens(filler: Any):
    for _ in range(4):
        before = filler.publish()
    folded(filler)
    assert verify(filler.again(), before.id).faults == ()


def test_compacting_a_compacted_lake_changes_nothing(filler: Any):
    for _ in range(4):
        filler.publish()
    once = folded(filler)
    assert folded(filler) == once


def test_compacting_an_empty_lake_is_one_sentence(tmp_path: Path):
    with pytest.raises(LakeError, match="holds no snapshot"):
        compact(Lake(tmp_path), now=lambda: pytest.fail("the clock is not asked"))


def test_compaction_never_builds_on_a_damaged_file(filler: Any):
    for _ in range(4):
        last = filler.publish()
    last.files("rain")[0].write_bytes(b"x")
    with pytest.raises(DamagedError):
        folded(filler)


def rows_of(snapshot: Snapshot, table: str) -> list[dict[str, Any]]:
    """The rows of one table, in one order."""
    found = [
        row for file in snapshot.files(table) for row in pq.read_table(file).to_pylist()
    ]
    return sorted(found, key=lambda row: str(sorted(row.items(), key=str)))


def test_compaction_changes_no_row_of_any_table(filler: Any):
    raster = filler.city.raster
    lon, lat = (
        int((raster.lon0 + raster.dlon * raster.n_x / 2) * 1e6),
        int((raster.lat0 + raster.dlat * raster.n_y / 2) * 1e6),
    )
    for n in range(5):
        filler.tick += 31  # too far apart for a swath: each sight has its own moment
        before = filler.publish(
            Batch("rain", filler.rain(), "gauges", "box"),
            heartbeat(filler, lon + 4_000 * n, lat),
            step=False,
        )
    assert len({row["seen_at"] for row in rows_of(before, "coverage")}) == 5
    after = folded(filler)
    assert len(after.files("drone_states")) < len(before.files("drone_states"))
    assert after.tables.keys() == before.tables.keys()
    for table in before.tables:
        assert rows_of(after, table) == rows_of(before, table), table


def test_compaction_a_day_later_still_changes_no_row(filler: Any):
    raster = filler.city.raster
    lon, lat = (
        int((raster.lon0 + raster.dlon * raster.n_x / 2) * 1e6),
        int((raster.lat0 + raster.dlat * raster.n_y / 2) * 1e6),
    )
    for _ in range(3):
        filler.tick += 1
        filler.publish(heartbeat(filler, lon, lat), step=False)
    filler.tick += 24 * 360 + 1
    before = filler.publish()
    after = folded(filler)
    for table in before.tables:
        assert rows_of(after, table) == rows_of(before, table), table


def test_pruning_lets_old_snapshots_go_and_keeps_every_file_that_a_kept_one_names(
    filler: Any,
):
    for _ in range(12):
        filler.publish()
        if filler.tick % 4 == 0:
            folded(filler)
    before = ids(filler.lake)
    filler.after(360 * 24 * 40)  # forty days on: no hour, no day holds them any more
    done = prune(filler.lake, now=lambda: filler.at, latest=3)
    assert ids(filler.lake)[:-1] == before[-2:]
    assert done.snapshots == len(before) - 2
    assert done.files > 0
    for each in ids(filler.lake):
        assert verify(filler.again(), each).faults == ()


def test_nothing_of_the_last_quarter_of_an_hour_is_pruned(filler: Any):
    for _ in range(5):
        filler.publish()
    assert prune(filler.lake, now=lambda: filler.at, latest=1).snapshots == 0


def test_one_snapshot_an_hour_is_kept_for_a_day_and_one_a_day_for_a_month(filler: Any):
    for _ in range(6):
        filler.tick += 179  # half an hour
        filler.publish()
    filler.after(360 * 2)
    prune(filler.lake, now=lambda: filler.at, latest=1)
    assert [each[9:13] for each in ids(filler.lake)] == [
        "0430",
        "0530",
        "0630",
        "0700",
        "0900",
    ]
    filler.after(360 * 48)
    prune(filler.lake, now=lambda: filler.at, latest=1)
    assert [each[9:13] for each in ids(filler.lake)] == ["0900", "0900"]


def test_what_a_killed_writer_left_is_removed(filler: Any):
    snapshot = filler.publish()
    orphan = filler.lake.tables / "rain" / "part-2026-07-lost.parquet"
    orphan.write_bytes(b"half a fi")
    done = prune(filler.lake, now=lambda: filler.at)
    assert (done.files, done.bytes, orphan.exists()) == (1, 9, False)
    assert verify(filler.again(), snapshot.id).faults == ()


def test_a_pruned_snapshot_is_missed_in_a_sentence(filler: Any):
    first = filler.publish()
    filler.after(360 * 24 * 40)
    prune(filler.lake, now=lambda: filler.at, latest=1)
    with pytest.raises(
        DamagedError, match=f"There is no snapshot {first.id}"
    ) as caught:
        find(filler.lake, first.id)
    assert "pruned" in caught.value.why


def test_nothing_is_removed_while_a_kept_snapshot_cannot_be_read(filler: Any):
    first = filler.publish()
    second = filler.publish()
    (filler.lake.snapshots / f"{second.id}.json").write_text("{")
    with pytest.raises(DamagedError):
        prune(filler.lake, now=lambda: filler.at)
    assert verify(filler.again(), first.id).faults == ()


def test_a_pruned_and_compacted_lake_goes_on(filler: Any):
    for _ in range(5):
        filler.publish()
    folded(filler)
    filler.after(360 * 24 * 40)
    prune(filler.lake, now=lambda: filler.at, latest=1)
    assert rain(filler.publish()).num_rows == 35


@settings(max_examples=6, deadline=None)
@given(
    sizes=st.lists(st.integers(1, 40), min_size=3, max_size=6),
    spread_days=st.integers(0, 90),
)
def test_however_rows_arrive_a_folded_lake_holds_each_once_in_order(
    city: City, sizes: list[int], spread_days: int
):
    with TemporaryDirectory() as folder:
        filler = Filler(Lake(Path(folder)), city)
        given_rows: list[pa.Table] = []
        for n in sizes:
            filler.tick += 1
            back = timedelta(days=(spread_days * n) % 91)
            given_rows.append(filler.rain(n, occurred_at=filler.at - back))
            filler.publish(Batch("rain", given_rows[-1], "gauges", "box"), step=False)
        after = folded(filler)
        wanted = pa.concat_tables(given_rows).sort_by(KEY).to_pylist()
        assert rain(after).to_pylist() == wanted
        assert all(
            len(list(group)) <= 2
            for _, group in groupby(
                after.tables["rain"].files, key=lambda file: file.chunk
            )
        )


def test_a_difference_names_the_tables_that_changed(filler: Any):
    one, two = filler.publish(), filler.publish(n=2)
    found = diff(one, two)
    assert found["rain"] == {
        "rows_before": 5,
        "rows_after": 7,
        "files_added": 1,
        "files_removed": 0,
    }
    assert "districts" not in found
    assert diff(two, two) == {}
