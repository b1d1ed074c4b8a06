"""Keep a lake small and quick: fold small files, let old snapshots go, remove what killed writers left."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pyarrow as pa
from deltalake import DeltaTable

from twin.arrow import compute as pc
from twin.contracts import TABLES
from twin.errors import LakeError
from twin.store import delta, files
from twin.store.lake import Lake, unreadable_log, unwritable
from twin.store.opening import newest, trust
from twin.store.publish import install
from twin.store.snapshot import File, Snapshot, TableCut, ids, name, read

if TYPE_CHECKING:
    from twin.clock import Clock

COVERAGE_KEPT = timedelta(hours=24)
_LATEST = 90
_GRACE = timedelta(minutes=15)
_FEW = 2


@dataclass(frozen=True)
class Pruned:
    """What was removed: snapshots, data files, bytes."""

    snapshots: int
    files: int
    bytes: int


def compact(lake: Lake, *, now: Clock) -> Snapshot:
    """Rewrite every chunk that has more than two files as one sorted file; publish the result as the next snapshot.

    Rows stay the same, but for `coverage`: one newest row per cell, none older than a day.

    Raises:
        LakeError: the lake is empty. BusyError: somebody is publishing.
    """
    with lake.writing():
        snapshot = newest(lake)
        if snapshot is None:
            raise LakeError(f"The lake {lake.path} holds no snapshot.", fix="fill it first.")
        trust(lake, snapshot)
        try:
            cuts = {table: _folded(lake, table, cut, snapshot.as_of) for table, cut in snapshot.tables.items()}
            if all(cuts[table] is cut for table, cut in snapshot.tables.items()):
                return snapshot
            seq = snapshot.seq + 1
            folded = Snapshot(name(snapshot.as_of, seq, cuts), snapshot.id, seq, max(now(), snapshot.created_at), snapshot.as_of, snapshot.mode,
                              snapshot.simulated, cuts, lake.tables)
            install(lake, folded)
        except OSError as error:
            raise unwritable(lake.path, error) from error
        except delta.DeltaError as error:
            raise unreadable_log(lake.path, error) from error
        return folded


def _folded(lake: Lake, table: str, cut: TableCut, as_of: datetime) -> TableCut:
    by_chunk: dict[str, list[File]] = {}
    for file in cut.files:
        by_chunk.setdefault(file.chunk, []).append(file)
    if all(len(group) <= _FEW for group in by_chunk.values()):
        return cut
    kept: list[File] = []
    for chunk in sorted(by_chunk):
        group = by_chunk[chunk]
        if len(group) <= _FEW:
            kept += group
            continue
        rows = files.read(lake.tables, group)
        kept += files.write(lake.tables, TABLES[table], _newest_seen(rows, as_of) if table == "coverage" else rows)
    return TableCut(delta.commit(lake.tables, TABLES[table], cut, kept), cut.schema_hash, tuple(kept))


def _newest_seen(rows: pa.Table, as_of: datetime) -> pa.Table:
    """Answer one row per cell of the coverage raster: the newest, if it is of the last day."""
    fresh = rows.filter(pc.greater(rows["seen_at"], pa.scalar(as_of - COVERAGE_KEPT, rows["seen_at"].type)))
    seen = fresh.group_by(["cell_x", "cell_y"]).aggregate([("seen_at", "max"), ("district_id", "min")])
    named = seen.rename_columns({"seen_at_max": "seen_at", "district_id_min": "district_id"})
    return named.select(rows.column_names).cast(TABLES["coverage"].schema)


def prune(lake: Lake, *, now: Clock, latest: int = _LATEST) -> Pruned:
    """Let old snapshots go and remove every data file that no kept one names.

    Kept are the `latest` newest, all of the last 15 minutes, one an hour for a day, one a day for a month.

    Raises:
        BusyError: somebody is publishing.
    """
    with lake.writing():
        every = ids(lake)
        named = lake.newest_id()
        if named is None:
            return Pruned(0, 0, 0)
        kept = _retained([each for each in every if each <= named], latest, now())
        gone = [each for each in every if each not in kept]
        used = {file.path for each in kept for cut in read(lake, each).tables.values() for file in cut.files}
        for each in gone:
            (lake.snapshots / f"{each}.json").unlink(missing_ok=True)
        unused = [path for path in lake.tables.glob("*/*.parquet") if f"{path.parent.name}/{path.name}" not in used]
        freed = sum(path.stat().st_size for path in unused)
        for path in unused:
            path.unlink(missing_ok=True)
        for folder in lake.tables.glob("*"):
            if DeltaTable.is_deltatable(str(folder)):
                _shorten(str(folder))
        return Pruned(len(gone), len(unused), freed)


def _shorten(folder: str) -> None:
    table = DeltaTable(folder)
    if table.version() >= 2 * delta.CHECKPOINT_EVERY:
        table.cleanup_metadata()


def _retained(every: list[str], latest: int, moment: datetime) -> set[str]:
    kept = set(every[-latest:])
    hours: dict[str, str] = {}
    days: dict[str, str] = {}
    for each in every:
        as_of = _moment(each)
        if moment - as_of <= _GRACE:
            kept.add(each)
        if moment - as_of <= timedelta(days=1):
            hours[each[:11]] = each
        if moment - as_of <= timedelta(days=31):
            days[each[:8]] = each
    return kept | set(hours.values()) | set(days.values())


def _moment(snapshot_id: str) -> datetime:
    return datetime.strptime(snapshot_id[:16], "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC)


def diff(one: Snapshot, other: Snapshot) -> dict[str, dict[str, int]]:
    """Answer, per table that differs, rows before and after, files added and removed."""
    found: dict[str, dict[str, int]] = {}
    for table in sorted(one.tables.keys() | other.tables.keys()):
        before, after = one.tables.get(table), other.tables.get(table)
        old, new = ({file.sha256 for file in cut.files} if cut else set[str]() for cut in (before, after))
        if old != new:
            found[table] = {"rows_before": before.rows if before else 0, "rows_after": after.rows if after else 0,
                            "files_added": len(new - old), "files_removed": len(old - new)}
    return found
