"""Find a snapshot and make sure that its files are what was published.

If they are not, fall back to the last that is whole.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from itertools import groupby
from pathlib import Path

from twin.clock import to_text
from twin.contracts import TABLES
from twin.errors import DamagedError, ForeignError, LakeError
from twin.store import delta, older
from twin.store.lake import FORMAT, Lake
from twin.store.snapshot import File, Snapshot, TableCut, ids, order, place, read

_PIECE = 1 << 20
_LOOKS = 5

# Files remembered as verified before those of old snapshots are let go: a wall runs for
# months.
_REMEMBERED = 20_000


@dataclass(frozen=True)
class Verified:
    """What a check of files found.

    It tells how many files and bytes were read, and has a sentence for each file that
    is not as published.
    """

    snapshot: str
    n_files: int
    n_bytes: int
    faults: tuple[str, ...]


@dataclass(frozen=True)
class Found:
    """The snapshot that answers a moment.

    Attributes:
        is_exact: whether it speaks of the moment or later; if not, rows of the moment may
            be missing.
        problems: a sentence for each snapshot that would have answered and is not whole.
    """

    snapshot: Snapshot
    is_exact: bool
    problems: tuple[str, ...] = ()


@dataclass(frozen=True)
class Standing:
    """What stands in a lake, as the snapshot files tell.

    The pointer only bears witness that one was published.

    Attributes:
        ids: of all snapshots that were not taken back, by the moment that they speak of.
        newest: the one published last, of those that can be read; None in an empty lake.
        lost: a sentence for each that was published later and cannot be read or is gone.
        problems: sentences for what is wrong and hides nothing: the pointer or lake.json
            unreadable, files of another lake.
    """

    ids: tuple[str, ...]
    newest: Snapshot | None
    lost: tuple[str, ...]
    problems: tuple[str, ...]


def standing(lake: Lake) -> Standing:
    """Return what stands in the lake, files of the tables unchecked.

    Raises:
        LakeError: the lake is of a newer program, or is not there or not readable at all.
    """
    hint, (_, unknown) = lake.hint(), lake.who()
    problems = [problem for problem in (hint.problem, unknown) if problem]
    found, lost, foreign = None, list[str](), set[str]()
    every = _listed(lake)
    for each in sorted(every, key=order, reverse=True):
        try:
            found = read(lake, each)
            break
        except ForeignError as error:
            foreign.add(each)
            problems.append(error.what)
        except DamagedError as error:
            if _is_there(lake, each):
                lost.append(error.what)
    gone = set(found.takes_back) if found else set[str]()
    named = hint.snapshot
    if (
        named
        and named not in every
        and named not in gone
        and not (found and order(named) <= order(found.id))
    ):
        lost.append(f"The snapshot {named} was published last and its file is missing.")
    if foreign and found is None:
        lost += problems
    return Standing(
        tuple(each for each in every if each not in gone and each not in foreign),
        found,
        tuple(lost),
        tuple(problems),
    )


def _listed(lake: Lake) -> list[str]:
    try:
        return ids(lake)
    except OSError as error:
        raise LakeError(
            f"The lake {lake.path} cannot be read: {error.strerror}.",
            why="the system refused.",
            fix="give this user the right to read it.",
        ) from error


def newest(lake: Lake) -> Snapshot | None:
    """Return the snapshot that was published last, files unchecked; None in an empty lake.

    Raises:
        DamagedError: it cannot be read or is gone: to go on from the one before it would
            lose its rows.
        LakeError: the lake is of a newer program.
    """
    there = standing(lake)
    if there.lost:
        raise DamagedError(
            there.lost[0],
            why=(
                "what was published in it would be lost if one went on from the"
                " snapshot before it."
            ),
            fix=(
                f"`twin lake restore BACKUP --lake {lake.path}` brings it back; `twin"
                " snapshot rollback` goes on without it."
            ),
        )
    return there.newest


def find(lake: Lake, ref: str | datetime = "latest") -> Snapshot:
    """Return a snapshot by id, 'latest', or the one that answers a moment (see `at`).

    Raises:
        DamagedError: there is none of that id. LakeError: the lake is empty.
    """
    if isinstance(ref, str) and ref != "latest":
        return read(lake, ref)
    if isinstance(ref, str):
        found = newest(lake)
        if found is None:
            raise empty(lake)
        return found
    return at(lake, ref).snapshot


def at(lake: Lake, moment: datetime) -> Found:
    """Return the first whole snapshot at or after `moment`.

    Rows are only ever added, so all that was known then is in it.

    After the newest, and where nothing later is whole, the newest whole one answers;
    `Found.is_exact` tells. Of several snapshots of one moment it is always the same: the
    one published last, not what compaction made of it since.

    Raises:
        LakeError: no snapshot is whole, or the lake is empty.
    """
    problems: list[str] = []
    for found in _later(lake, moment, problems):
        return Found(found, is_exact=True, problems=tuple(problems))
    newest_whole, more = last_good(lake)
    problems += [problem for problem in more if problem not in problems]
    found = next(_later(lake, newest_whole.as_of, []), newest_whole)
    return Found(found, is_exact=False, problems=tuple(problems))


def _later(lake: Lake, moment: datetime, problems: list[str]) -> Iterator[Snapshot]:
    """Yield the whole snapshots at or after `moment`, and say which are not whole.

    They come in the order in which they may answer it.
    """
    since = to_text(moment).replace("-", "").replace(":", "")[:15]
    every = [each for each in standing(lake).ids if each[:15] >= since]
    # An id holds whole seconds only.
    for _, of_second in groupby(every, key=lambda each: each[:15]):
        there = [
            found
            for found in _readable(lake, of_second, problems)
            if found.as_of >= moment
        ]
        for as_of in sorted({found.as_of for found in there}):
            for found in same_rows([found for found in there if found.as_of == as_of]):
                if _trust_or_say(lake, found, problems):
                    yield found


def _readable(
    lake: Lake, of_second: Iterable[str], problems: list[str]
) -> list[Snapshot]:
    """Return the snapshots of one second after the last that cannot be read.

    It may know more of the same moment.
    """
    found: list[Snapshot] = []
    for each in of_second:
        try:
            found.append(read(lake, each))
        except LakeError as error:
            if _is_there(lake, each):
                problems.append(error.what)
                found.clear()
    return found


def _is_there(lake: Lake, snapshot_id: str) -> bool:
    """Return whether a snapshot's file is there still.

    One that was pruned since it was listed is no damage.
    """
    return (lake.snapshots / f"{snapshot_id}.json").exists()


def same_rows(of_one_moment: list[Snapshot]) -> list[Snapshot]:
    """Return the last published snapshot of a moment, and what compaction made of it.

    The oldest comes first.
    """
    last = max(of_one_moment, key=lambda found: place(found.id))
    origin = last.compacts or last.id
    return sorted(
        (found for found in of_one_moment if origin in {found.id, found.compacts}),
        key=lambda found: place(found.id),
    )


def _trust_or_say(lake: Lake, snapshot: Snapshot, problems: list[str]) -> bool:
    try:
        ensure_intact(lake, snapshot)
    except LakeError as error:
        problems.append(error.what)
        return False
    return True


def verify(lake: Lake, ref: str = "latest") -> Verified:
    """Hash every file of a snapshot again and compare with what was published.

    Of the newest, also the lake's own files and every Delta log, which deltalake reads beside us.
    """
    there = standing(lake)
    snapshot = read(lake, ref) if ref != "latest" else there.newest
    if snapshot is None:
        raise (
            LakeError(
                f"No snapshot in the lake {lake.path} can be read.", why=there.lost[0]
            )
            if there.lost
            else empty(lake)
        )
    every = [file for cut in snapshot.tables.values() for file in cut.files]
    with ThreadPoolExecutor(2) as pool:
        faults = [found for found in pool.map(partial(fault, lake), every) if found]
    if there.newest is not None and (
        ref == "latest" or (ref == there.newest.id and not there.lost)
    ):
        faults += _around(lake, there)
    return Verified(
        snapshot.id, len(every), sum(file.bytes for file in every), tuple(faults)
    )


def _around(lake: Lake, there: Standing) -> list[str]:
    """Return what is wrong around the newest snapshot.

    Look again while a publisher is quicker than we are.
    """
    found: list[str] = []
    newest = there.newest
    for _ in range(_LOOKS):
        if newest is None:
            break
        missing = _missing(lake) if newest.format == FORMAT else ()
        found = [
            *there.lost,
            *there.problems,
            *missing,
            *_log_faults(lake, newest, there),
        ]
        there, before = standing(lake), newest
        newest = there.newest
        if not found or (newest and newest.id == before.id):
            break
    return found


def _missing(lake: Lake) -> list[str]:
    """Return a sentence for each of the lake's two small files that is not there."""
    return [
        f"The file {path.name} of the lake {lake.path} is missing."
        for path in (lake.pointer, lake.identity)
        if not path.exists()
    ]


def _log_faults(lake: Lake, snapshot: Snapshot, there: Standing) -> list[str]:
    """Return what is wrong with the Delta logs.

    They are held against the newest snapshot, and, further back, against those before
    it.
    """
    found: list[str] = []
    before: list[Snapshot] = []
    for each in there.ids:
        try:
            before.append(read(lake, each))
        except LakeError:
            continue
    is_publishing = lake.is_held()
    for table in TABLES:
        cut = snapshot.tables.get(table) or TableCut(-1, "", ())
        if is_publishing and delta.last_version(lake, table) > cut.version:
            continue  # the next snapshot is being made
        found += delta.faults(lake, table, cut)
        found += delta.older_faults(
            lake,
            table,
            cut,
            [old.tables[table] for old in before if table in old.tables],
        )
    return found


def ensure_intact(lake: Lake, snapshot: Snapshot) -> None:
    """Make sure that every file is what was published.

    Only those are hashed that this process has not yet seen in this shape.

    Raises:
        DamagedError: one is not; the sentence names it. LakeError: a table has other
            columns than this program expects.
    """
    fits(snapshot)
    unseen = [
        file
        for cut in snapshot.tables.values()
        for file in cut.files
        if not _seen(lake, file)
    ]
    with ThreadPoolExecutor(2) as pool:
        faults = [found for found in pool.map(partial(fault, lake), unseen) if found]
    if faults:
        more = f" ({len(faults)} files are)" if len(faults) > 1 else ""
        raise DamagedError(
            f"Snapshot {snapshot.id} is damaged{more}: {faults[0]}",
            why="wrong numbers would be shown without any error.",
            fix=(
                "restore the file from a backup; until then the last whole snapshot is"
                " shown and nothing new is published."
            ),
        )
    # The snapshot is whole, not a part of one.
    if len(lake.verified) > _REMEMBERED and snapshot.tables.keys() >= TABLES.keys():
        named = {file.path for cut in snapshot.tables.values() for file in cut.files}
        for path in [path for path in lake.verified if path not in named]:
            lake.verified.pop(path, None)


def fits(snapshot: Snapshot) -> None:
    """Make sure that every table has the expected columns, or can be read without them.

    See `older`.

    Raises:
        LakeError: one has not; the sentence names it.
    """
    for table in snapshot.tables:
        if said := older.why_not(snapshot, table):
            raise LakeError(
                f"The table {table} of snapshot {snapshot.id} has other columns than"
                f" this program expects: {said}.",
                why=(
                    "another version of City Twin wrote the lake, and this one has no"
                    " migration from there."
                ),
                fix=(
                    "update this program, or use the version that wrote the lake; if you"
                    " changed the contract yourself, write its migration"
                    " (docs/changing-a-contract.md)."
                ),
            )


def _stamp(path: Path) -> tuple[int, int]:
    found = path.stat()
    return found.st_size, found.st_mtime_ns


def _seen(lake: Lake, file: File) -> bool:
    try:
        return lake.verified.get(file.path) == _stamp(lake.tables / file.path)
    except OSError:
        return False


def fault(lake: Lake, file: File) -> str | None:
    """Return what is wrong with `file`, or None and remember it as seen."""
    path = lake.tables / file.path
    try:
        stamp = _stamp(path)
        digest = hashlib.sha256()
        with path.open("rb") as data:
            while piece := data.read(_PIECE):
                digest.update(piece)
    except FileNotFoundError:
        return f"{file.path} is missing."
    except OSError as error:
        return f"{file.path} cannot be read: {error.strerror}."
    if stamp[0] != file.bytes:
        return f"{file.path} has {stamp[0]:,} bytes, published with {file.bytes:,}."
    if digest.hexdigest() != file.sha256:
        return (
            f"{file.path} has other bytes than published (SHA-256"
            f" {digest.hexdigest()[:12]}, not {file.sha256[:12]})."
        )
    lake.verified[file.path] = stamp
    return None


def last_good(lake: Lake) -> tuple[Snapshot, tuple[str, ...]]:
    """Return the newest snapshot whose files are whole, and what is wrong.

    There is a sentence for all that is wrong with what is newer or names it.

    Raises:
        LakeError: none is whole, or the lake is empty.
    """
    there = standing(lake)
    problems = [*there.lost, *there.problems]
    for candidate in sorted(there.ids, key=order, reverse=True):
        try:
            snapshot = read(lake, candidate)
            ensure_intact(lake, snapshot)
        except DamagedError as error:
            if _is_there(lake, candidate) and error.what not in problems:
                problems.append(error.what)
        else:
            return snapshot, tuple(problems)
    if problems:
        raise LakeError(
            f"No snapshot in the lake {lake.path} is whole.",
            why=problems[0],
            fix=(
                f"`twin snapshot verify --repair --lake {lake.path}`, or restore the"
                " lake from a backup."
            ),
        )
    raise empty(lake)


def empty(lake: Lake) -> LakeError:
    """Return the sentence for a lake in which nothing was published."""
    return LakeError(
        f"The lake {lake.path} holds no snapshot.",
        fix="fill it: `twin demo`, `twin simulate` or `twin ingest`.",
    )
