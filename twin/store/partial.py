"""The newest snapshot as far as it is whole.

What is damaged is left out and named, and the rest is shown.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from twin.clock import to_text
from twin.errors import DamagedError, LakeError
from twin.measures import rests_on
from twin.store import older
from twin.store.lake import Lake
from twin.store.opening import empty, ensure_intact, standing
from twin.store.snapshot import Snapshot, ids, order, read

# A whole snapshot that is so much older at most is shown rather than parts of the newest.
NEAR = timedelta(hours=1)


@dataclass(frozen=True)
class Shown:
    """A snapshot as far as it can be shown.

    Attributes:
        damaged: for each table that cannot be shown, the sentence that says which file of it is
            damaged, and how.
        problems: a sentence for each other thing that is not as published: newer snapshots that are
            not shown, measures that are worked out again.
        anew: measures whose own files are damaged while all that they rest on is whole: their rows
            are worked out again when the snapshot is opened.
        bad: paths of the files that are damaged, where `best` says so.
    """

    snapshot: Snapshot
    damaged: Mapping[str, str] = field(default_factory=dict[str, str])
    problems: tuple[str, ...] = ()
    anew: frozenset[str] = frozenset()
    bad: frozenset[str] = frozenset()


def best(lake: Lake) -> Shown:
    """Return the newest whole snapshot, or the newest readable one without what is damaged of it.

    The whole one is shown if it speaks of a moment at most an hour before the newest readable one.

    Raises:
        LakeError: the lake is empty, or no snapshot of it can be read.
    """
    newest: Shown | None = None
    there = standing(lake)
    passed_over = [*there.lost, *there.problems]
    bad: set[str] = set()
    for each in sorted(there.ids, key=order, reverse=True):
        if newest and _second(each) < _second_of(newest.snapshot.as_of - NEAR):
            break
        if _names_any(lake, each, bad):
            continue
        try:
            snapshot = read(lake, each)
        except DamagedError as error:
            if error.what not in passed_over:
                passed_over.append(error.what)
            continue
        if newest and snapshot.as_of < newest.snapshot.as_of - NEAR:
            break
        faults = _faults(lake, snapshot)
        if not faults:
            return Shown(snapshot, problems=tuple(passed_over))
        bad.update(_bad_files(lake, snapshot, faults))
        if newest is None:
            shown = _without(snapshot, faults)
            newest = replace(
                shown, problems=(*passed_over, *shown.problems), bad=frozenset(bad)
            )
        passed_over.append(next(iter(faults.values())))
    if newest is None:
        raise _nothing_readable(lake, passed_over)
    return newest


def may_be_whole(lake: Lake, shown: Shown, moment: datetime) -> bool:
    """Return whether a snapshot at or after a moment may be whole.

    It may if it names no file that `shown` found damaged.

    Where all share a damaged file, they need not be tried one after the other.
    """
    later = (each for each in ids(lake) if _second(each) >= _second_of(moment))
    return any(not _names_any(lake, each, shown.bad) for each in later)


def as_far_as_whole(lake: Lake, snapshot: Snapshot) -> Shown:
    """Return a snapshot without what is damaged of it.

    Each file not yet seen in this shape is hashed.
    """
    return _without(snapshot, _faults(lake, snapshot))


def _without(snapshot: Snapshot, faults: Mapping[str, str]) -> Shown:
    anew = frozenset(
        table
        for table in faults
        if (behind := rests_on(table, reference=True)) and not faults.keys() & behind
    )
    damaged = {
        table: sentence for table, sentence in faults.items() if table not in anew
    }
    # Such a table would be worked out from these.
    for table in older.reckoned_anew(snapshot) - faults.keys():
        if lost := sorted(faults.keys() & rests_on(table, reference=True)):
            damaged[table] = faults[lost[0]]
    problems = [
        f"{faults[table]} The rows of {table} are worked out again from the logs."
        for table in sorted(anew)
    ]
    return Shown(snapshot, damaged, tuple(problems), anew)


def _faults(lake: Lake, snapshot: Snapshot) -> dict[str, str]:
    """Return a sentence for each table of a snapshot that is not as published.

    There is none if it is whole.
    """
    if _is_whole(lake, snapshot):
        return {}
    faults: dict[str, str] = {}
    for table, cut in snapshot.tables.items():
        try:
            ensure_intact(lake, replace(snapshot, tables={table: cut}))
        except LakeError as error:
            faults[table] = error.what
    return faults


def _bad_files(lake: Lake, snapshot: Snapshot, tables: Iterable[str]) -> list[str]:
    """Return the paths of the files that are not as published."""
    every = [
        (table, replace(snapshot.tables[table], files=(file,)))
        for table in tables
        for file in snapshot.tables[table].files
    ]
    return [
        cut.files[0].path
        for table, cut in every
        if not _is_whole(lake, replace(snapshot, tables={table: cut}))
    ]


def _is_whole(lake: Lake, snapshot: Snapshot) -> bool:
    try:
        ensure_intact(lake, snapshot)
    except LakeError:
        return False
    return True


def _names_any(lake: Lake, snapshot_id: str, bad: Collection[str]) -> bool:
    """Return whether a snapshot's file names one of the files.

    If not, it need not be taken apart, nor they be hashed again.
    """
    if not bad:
        return False
    try:
        said = (lake.snapshots / f"{snapshot_id}.json").read_bytes()
    except OSError:
        return False
    return any(path.encode() in said for path in bad)


def _second(snapshot_id: str) -> str:
    return snapshot_id[:15]


def _second_of(moment: datetime) -> str:
    """Return the second of a moment as ids begin with it."""
    return to_text(moment).replace("-", "").replace(":", "")[:15]


def _nothing_readable(lake: Lake, why: list[str]) -> LakeError:
    if not why:
        return empty(lake)
    return DamagedError(
        f"No snapshot in the lake {lake.path} can be read.",
        why=why[0],
        fix=(
            "`twin lake restore` brings back a copy; what is shown heals by itself"
            " then."
        ),
    )
