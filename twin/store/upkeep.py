"""Keep a lake small and quick: fold small files, let old snapshots go, remove what killed writers left."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from itertools import groupby
from typing import TYPE_CHECKING

from deltalake import DeltaTable

from twin.contracts import TABLES
from twin.errors import LakeError
from twin.store import delta, files
from twin.store.lake import Lake, unreadable_log, unwritable
from twin.store.opening import newest, trust
from twin.store.publish import install
from twin.store.snapshot import File, Snapshot, TableCut, ids, name, place, read

if TYPE_CHECKING:
    from twin.clock import Clock

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

    Every table holds the same rows afterwards; the snapshot says which one it compacts. A table that an earlier version
    of this program wrote is left as it is.

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
            folded = replace(snapshot, id=name(snapshot.as_of, seq, cuts), parent=snapshot.id, seq=seq,
                             created_at=max(now(), snapshot.created_at), tables=cuts, compacts=snapshot.compacts or snapshot.id)
            install(lake, folded)
        except OSError as error:
            raise unwritable(lake.path, error) from error
        except delta.DeltaError as error:
            raise unreadable_log(lake.path, error) from error
        return folded


def _folded(lake: Lake, table: str, cut: TableCut, as_of: datetime) -> TableCut:
    if table not in TABLES or cut.schema_hash != files.schema_hash(TABLES[table]):
        return cut
    contract = TABLES[table]
    by_chunk: dict[str, list[File]] = {}
    for file in cut.files:
        by_chunk.setdefault(files.folded_chunk(contract, file.chunk, as_of), []).append(file)
    if not any(_is_worth_folding(chunk, group) for chunk, group in by_chunk.items()):
        return cut
    kept: list[File] = []
    for chunk in sorted(by_chunk):
        group = by_chunk[chunk]
        if _is_worth_folding(chunk, group):
            rows = files.read(lake.tables, group)
            kept += files.write(lake.tables, contract, rows, name=lambda _day, name=chunk: name)
        else:
            kept += group
    return TableCut(delta.commit(lake.tables, TABLES[table], cut, kept), cut.schema_hash, tuple(kept))


def _is_worth_folding(chunk: str, group: list[File]) -> bool:
    return len(group) > _FEW or any(file.chunk != chunk for file in group)


def prune(lake: Lake, *, now: Clock, latest: int = _LATEST) -> Pruned:
    """Let old snapshots go and remove every data file that no kept one names.

    Kept are the `latest` newest, all of the last 15 minutes, one an hour for a day, one a day for a month: always the last
    of its hour or day, which holds all rows of those before it, and of one moment the one that answers it (see `at`).

    Raises:
        BusyError: somebody is publishing.
    """
    with lake.writing():
        every = ids(lake)
        named = lake.newest_id()
        if named is None:
            return Pruned(0, 0, 0)
        kept = _retained(lake, [each for each in every if place(each) <= place(named)], latest, now())
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


def _retained(lake: Lake, every: list[str], latest: int, moment: datetime) -> set[str]:
    chosen = _chosen(lake, every)
    kept = {each for one in every[-latest:] for each in (one, chosen.get(one, one))}
    hours: dict[str, str] = {}
    days: dict[str, str] = {}
    for each in every:
        as_of = _moment(each)
        if moment - as_of <= _GRACE:
            kept.add(each)
        if moment - as_of <= timedelta(days=1):
            hours[each[:11]] = chosen.get(each, each)
        if moment - as_of <= timedelta(days=31):
            days[each[:8]] = chosen.get(each, each)
    return kept | set(hours.values()) | set(days.values())


def _chosen(lake: Lake, every: list[str]) -> dict[str, str]:
    """Return, for compactions, the published snapshot whose rows they hold, while that is there: it answers their moment."""
    found: dict[str, str] = {}
    for _, group in groupby(every, key=lambda each: each[:16]):
        for each in list(group)[1:]:  # a compaction speaks of the moment of another snapshot
            try:
                published = read(lake, each).compacts
            except LakeError:
                continue
            if published in every:
                found[each] = published
    return found


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
