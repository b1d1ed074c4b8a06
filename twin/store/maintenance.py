"""Keep a lake small and quick.

Fold small files, let old snapshots go, and remove what killed writers left.
"""

from __future__ import annotations

import shutil
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from itertools import groupby
from typing import TYPE_CHECKING

from twin.contracts import TABLES, history
from twin.errors import DamagedError, LakeError
from twin.store import delta, files, identity, older
from twin.store.disk import move, sweep, sync, unwritable
from twin.store.lake import Lake, unreadable_log
from twin.store.opening import empty, ensure_intact, newest, standing
from twin.store.publish import install, may_sign
from twin.store.snapshot import File, Snapshot, TableCut, name, place, read
from twin.store.taken import is_rollback, set_aside

if TYPE_CHECKING:
    from pathlib import Path

    from twin.clock import Clock

_LATEST = 90
_ALL_FOR = timedelta(minutes=15)

# How far back other engines find the versions of a Delta table.
_LOGS_FOR = timedelta(hours=1)

# How long what was let go stays in the trash.
GRACE = timedelta(hours=24)
_FEW = 2


@dataclass(frozen=True)
class Pruned:
    """What was let go, or would be.

    Attributes:
        snapshots, files, bytes: how many snapshots, data files and bytes of these went to
            the trash.
        emptied: bytes that left the trash for good.
        trash: the folder that holds them now; '' if there is nothing, or nothing was done.
        problems: a sentence for each kept snapshot that is not whole.
    """

    snapshots: int
    files: int
    bytes: int
    emptied: int = 0
    trash: str = ""
    problems: tuple[str, ...] = ()


def compact(lake: Lake, *, now: Clock) -> Snapshot:
    """Rewrite every chunk that has more than two files as one sorted file.

    Publish the result as the next snapshot.

    Every table holds the same rows afterwards; the snapshot says which one it compacts. A
    table that an earlier version of this program wrote is left as it is, unless today's
    form only adds to that.

    Raises:
        LakeError: the lake is empty, or of an earlier format: the next publish upgrades it.
            BusyError: somebody is publishing.
    """
    with lake.writing():
        try:
            snapshot = newest(lake)
            if snapshot is None:
                raise empty(lake)
            ensure_intact(lake, snapshot)
            return _compacted(lake, _sealed(lake, snapshot), now)
        except OSError as error:
            raise unwritable(lake.path, error) from error
        except delta.DeltaError as error:
            raise unreadable_log(lake.path, error) from error


def _sealed(lake: Lake, snapshot: Snapshot) -> Snapshot:
    """Return the snapshot, its lake cleared of what killed writers left.

    An upgrade that was broken off is not ended here.
    """
    may_sign(lake, snapshot)
    for folder in (lake.path, lake.snapshots):
        sweep(folder)
    if lake.who()[0] is None:
        owner = identity.of(lake, snapshot)
        if owner is None:
            raise LakeError(
                f"The lake {lake.path} is of format {snapshot.format}.",
                why="its snapshots carry no seal yet.",
                fix=(
                    f"`twin lake upgrade --lake {lake.path}` brings it to today's"
                    " format; so does the next publish."
                ),
            )
        identity.write(lake, owner)
    if is_rollback(snapshot):
        set_aside(lake, snapshot)
    return snapshot


def _compacted(lake: Lake, snapshot: Snapshot, now: Clock) -> Snapshot:
    logs = delta.reconcile(lake, snapshot.tables, lake.aside(snapshot.as_of))
    before = dict(snapshot.tables) | logs
    cuts = {table: _folded(lake, snapshot, table, cut) for table, cut in before.items()}
    if not logs and all(cuts[table] is cut for table, cut in snapshot.tables.items()):
        return snapshot
    return again(lake, snapshot, cuts, now)


def again(
    lake: Lake, snapshot: Snapshot, cuts: dict[str, TableCut], now: Clock
) -> Snapshot:
    """Publish the rows of a snapshot once more, in other files or with other logs."""
    seq = snapshot.seq + 1
    found = replace(
        snapshot,
        id=name(snapshot.as_of, seq, cuts),
        parent=snapshot.id,
        seq=seq,
        created_at=max(now(), snapshot.created_at),
        tables=cuts,
        compacts=snapshot.compacts or snapshot.id,
    )
    install(lake, found)
    return found


def _folded(lake: Lake, snapshot: Snapshot, table: str, cut: TableCut) -> TableCut:
    if table not in TABLES or not older.only_adds(snapshot, table):
        return cut
    contract, as_of = TABLES[table], snapshot.as_of
    by_chunk: dict[str, list[File]] = {}
    for file in cut.files:
        by_chunk.setdefault(files.folded_chunk(contract, file.chunk, as_of), []).append(
            file
        )
    if not any(_is_worth_folding(chunk, group) for chunk, group in by_chunk.items()):
        return cut
    kept: list[File] = []
    for chunk in sorted(by_chunk):
        group = by_chunk[chunk]
        if _is_worth_folding(chunk, group):
            rows = files.read(lake.tables, group, contract)
            kept += files.write(
                lake.tables, contract, rows, name=lambda _day, name=chunk: name
            )
        else:
            kept += group
    return delta.commit(lake, TABLES[table], cut, kept)


def _is_worth_folding(chunk: str, group: list[File]) -> bool:
    return len(group) > _FEW or any(file.chunk != chunk for file in group)


def prune(
    lake: Lake,
    *,
    now: Clock,
    latest: int = _LATEST,
    grace: timedelta = GRACE,
    dry_run: bool = False,
) -> Pruned:
    """Let old snapshots go, and every data file that no kept one names.

    They go to the trash, which empties after a grace time.

    Kept are the `latest` newest, all of the last 15 minutes, one an hour for a day, one a
    day for a month: always the last of its hour or day that is whole, which holds all rows
    of those before it, and of one moment the one that answers it (see `at`). What is kept
    is verified first. Time runs to the newest snapshot's moment, whatever the clock says.

    Args:
        grace: how long the trash keeps what was let go.
        dry_run: tell what would go, and do nothing.

    Raises:
        DamagedError: the newest snapshot cannot be read or is not whole: nothing was let go.
        BusyError: somebody is publishing.
    """
    with lake.writing():
        try:
            current = newest(lake)
            if current is None:
                return Pruned(0, 0, 0)
            ensure_intact(lake, current)
            plan = _planned(lake, current, min(now(), current.as_of), latest)
            if dry_run:
                return _counted(plan, "", 0)
            emptied = _empty_trash(lake, min(now(), current.as_of), grace)
            return _let_go(lake, _sealed(lake, current), plan, emptied, now)
        except OSError as error:
            raise unwritable(lake.path, error) from error
        except delta.DeltaError as error:
            raise unreadable_log(lake.path, error) from error


@dataclass(frozen=True)
class _Plan:
    """Snapshots that stay; files of those that go, and data files that nothing needs."""

    kept: tuple[Snapshot, ...]
    gone: tuple[Path, ...]
    unused: tuple[Path, ...]
    n_bytes: int
    problems: tuple[str, ...]


def _planned(lake: Lake, current: Snapshot, moment: datetime, latest: int) -> _Plan:
    every = list(standing(lake).ids)
    names, problems = _chosen_whole(lake, every, latest, moment)
    names.add(current.id)
    kept: list[Snapshot] = []
    hidden: list[str] = []
    for each in sorted(names, key=place):
        try:
            kept.append(read(lake, each))
        except LakeError as error:
            hidden.append(
                f"{error.what} Data files are kept while it is: one may be its own."
            )
    used = {
        file.path for each in kept for cut in each.tables.values() for file in cut.files
    }
    gone = [lake.snapshots / f"{each}.json" for each in every if each not in names]
    gone += [
        path
        for each in current.takes_back
        if (path := lake.snapshots / f"{each}.json").exists()
    ]
    known = TABLES.keys() | history.every().keys()
    there = [
        path for path in lake.tables.glob("*/*.parquet") if path.parent.name in known
    ]
    unused = (
        []
        if hidden
        else [path for path in there if f"{path.parent.name}/{path.name}" not in used]
    )
    said = [problem for each, problem in problems.items() if each in names]
    return _Plan(
        tuple(kept),
        tuple(gone),
        tuple(unused),
        sum(path.stat().st_size for path in unused),
        (*hidden, *said),
    )


def _chosen_whole(
    lake: Lake, every: list[str], latest: int, moment: datetime
) -> tuple[set[str], dict[str, str]]:
    """Return the snapshots to keep, and what is wrong with those that are not whole.

    It is said of those that can be read.

    One that is not whole is kept too, but does not stand for its hour or day: the whole one
    before it does.
    """
    names: set[str] = set()
    checked: dict[str, str] = {}
    candidates = every
    while True:
        chosen = _retained(lake, candidates, latest, moment)
        names |= chosen
        for each in chosen - checked.keys():
            checked[each] = _what_is_wrong(lake, each)
        rest = [each for each in candidates if not checked.get(each)]
        if rest == candidates:
            return names, {
                each: said
                for each, said in checked.items()
                if said and said != _UNREADABLE
            }
        candidates = rest


_UNREADABLE = "unreadable"


def _what_is_wrong(lake: Lake, snapshot_id: str) -> str:
    try:
        snapshot = read(lake, snapshot_id)
    except LakeError:
        return _UNREADABLE
    try:
        ensure_intact(lake, snapshot)
    except DamagedError as error:
        return error.what
    return ""


def _counted(plan: _Plan, trash: str, emptied: int) -> Pruned:
    return Pruned(
        len(plan.gone), len(plan.unused), plan.n_bytes, emptied, trash, plan.problems
    )


def _let_go(
    lake: Lake, current: Snapshot, plan: _Plan, emptied: int, now: Clock
) -> Pruned:
    to = lake.aside(current.as_of)
    logs = delta.reconcile(lake, current.tables, to)
    if logs:
        current = again(lake, current, dict(current.tables) | logs, now)
    move(list(plan.gone), lake.path, to)  # a snapshot goes before its files do
    move(list(plan.unused), lake.path, to)
    recent = [
        current,
        *(each for each in plan.kept if each.as_of >= current.as_of - _LOGS_FOR),
    ]
    for table in TABLES:
        delta.tidy(
            lake,
            table,
            [each.tables[table] for each in recent if table in each.tables],
            to,
        )
    return _counted(plan, str(to) if to.exists() else "", emptied)


def _empty_trash(lake: Lake, moment: datetime, grace: timedelta) -> int:
    """Remove for good what has lain in the trash for longer than `grace`; return its bytes."""
    old = [
        path for path in lake.trash.glob("*Z-*") if moment - _moment(path.name) >= grace
    ]
    n_bytes = sum(
        path.stat().st_size
        for folder in old
        for path in folder.rglob("*")
        if path.is_file()
    )
    for path in old:
        shutil.rmtree(path)
    if old:
        sync(lake.trash)
    return n_bytes


def _retained(lake: Lake, every: list[str], latest: int, moment: datetime) -> set[str]:
    chosen = _chosen(lake, every)
    kept = {each for one in every[-latest:] for each in (one, chosen.get(one, one))}
    hours: dict[str, str] = {}
    days: dict[str, str] = {}
    for each in every:
        as_of = _moment(each)
        if moment - as_of <= _ALL_FOR:
            kept.add(each)
        if moment - as_of <= timedelta(days=1):
            hours[each[:11]] = chosen.get(each, each)
        if moment - as_of <= timedelta(days=31):
            days[each[:8]] = chosen.get(each, each)
    return kept | set(hours.values()) | set(days.values())


def _chosen(lake: Lake, every: list[str]) -> dict[str, str]:
    """Return, for compactions, the published snapshot whose rows they hold.

    While that is there, it answers their moment.
    """
    found: dict[str, str] = {}
    for _, group in groupby(every, key=lambda each: each[:16]):
        # A compaction speaks of the moment of another snapshot.
        for each in list(group)[1:]:
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
    """Return, per table that differs, rows before and after, files added and removed."""
    found: dict[str, dict[str, int]] = {}
    for table in sorted(one.tables.keys() | other.tables.keys()):
        before, after = one.tables.get(table), other.tables.get(table)
        old, new = (
            {file.sha256 for file in cut.files} if cut else set[str]()
            for cut in (before, after)
        )
        if old != new:
            found[table] = {
                "rows_before": before.rows if before else 0,
                "rows_after": after.rows if after else 0,
                "files_added": len(new - old),
                "files_removed": len(old - new),
            }
    return found
