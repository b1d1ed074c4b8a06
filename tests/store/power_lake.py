"""Lakes under a power cut (see `power`): what is done to them, what must be true afterwards."""

from __future__ import annotations

import hashlib
import os
import random
import shutil
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from math import ceil
from pathlib import Path

import pyarrow.parquet as pq
from deltalake import DeltaTable
from deltalake.exceptions import DeltaError

from tests.store.conftest import START, Filler
from tests.store.power import FATES, Disk, KilledError, Moment, after_cut
from twin.city import City
from twin.feeds.batch import Batch
from twin.store import (
    Lake,
    Snapshot,
    backup,
    compact,
    delta,
    ids,
    last_good,
    newest,
    prune,
    read,
    rollback,
    standing,
    verify,
)

LAKE = Path("var/lake")
BACKUP = Path("mnt/copy")
PER_TICK = 5
OLD_AFTER = 8
"""A lake of so many ticks and one more has its last forty days after the others.

These may be pruned.
"""
LATER = 360 * 24 * 40


@dataclass(frozen=True)
class Promise:
    """What a lake's owner had been told.

    Attributes:
        newest: the newest snapshot. A later one may be newest by now.
        older: all others that were there. None of them may be newest, but for those in `may`.
        rows: rows of rain in the newest.
        least: a later one has at least as many.
    """

    newest: str
    older: frozenset[str]
    rows: int
    least: int
    may: frozenset[str] = frozenset()


@dataclass
class Work:
    """One operation at work on a lake on a disk that forgets."""

    disk: Disk
    filler: Filler

    def tell(self, snapshot: Snapshot, lake: Lake | None = None) -> None:
        """The operation has returned: from now on this snapshot of this lake must last."""
        lake = lake or self.filler.lake
        n = snapshot.tables["rain"].rows
        self._promise(
            lake, Promise(snapshot.id, frozenset(ids(lake)) - {snapshot.id}, n, n)
        )

    def allow(self, older: Snapshot) -> None:
        """The operation goes back: an older snapshot, or another of its rows, may be newest now."""
        promise: Promise = self.disk.promised[LAKE]
        back = min(promise.least, older.tables["rain"].rows)
        self._promise(
            self.filler.lake, replace(promise, least=back, may=promise.may | {older.id})
        )

    def _promise(self, lake: Lake, promise: Promise) -> None:
        self.disk.promise(
            {
                **(self.disk.promised or {}),
                lake.path.relative_to(self.disk.root): promise,
            }
        )

    def publish(self) -> None:
        """Publish five readings."""
        self.tell(self.filler.publish())

    def compact(self) -> None:
        """Fold small files."""
        self.tell(compact(self.filler.lake, now=lambda: self.filler.at))

    def prune(self) -> None:
        """Let all go but the two newest."""
        prune(self.filler.lake, now=lambda: self.filler.at, latest=2)

    def rollback(self) -> None:
        """Take the newest back: before it returns, it may be newest still, or the one before it."""
        lake = self.filler.lake
        before = [read(lake, each) for each in ids(lake)]
        self.allow(before[-2])
        back, _ = rollback(lake, now=lambda: self.filler.at)
        self.disk.promise({})
        self.tell(back)

    def backup(self) -> None:
        """Copy the lake, publish, and copy what is new."""
        copy = Lake(self.disk.root / BACKUP)
        for _ in range(2):
            backup(self.filler.lake, copy.path)
            self.tell(self.filler.current(), copy)
            self.publish()

    def other(self) -> Filler:
        """Another program at work on the same lake at the same moment."""
        return Filler(self.filler.again(), self.filler.city, self.filler.tick)

    def killed(self, where: str) -> None:
        """Publish, and be killed before the first step that `where` is part of."""
        dead: list[str] = []

        def strike(step: str) -> None:
            if dead or where in step:
                dead.append(step)
                raise KilledError(step)

        self.disk.before = strike
        with suppress(KilledError):
            self.filler.publish()
        self.disk.before = None
        assert dead, f"no step with {where}"
        self.filler = Filler(
            self.filler.again(), self.filler.city, self.filler.tick - 1
        )


@dataclass(frozen=True)
class Operation:
    """Something that is done to a lake.

    Attributes:
        ticks: how many were published into the lake before.
        cuts: how often the power is cut where there is little time.
    """

    name: str
    ticks: int
    cuts: int
    act: Callable[[Work], object]


def _go_through_all(work: Work) -> None:
    work.publish()
    work.compact()
    work.prune()
    work.publish()


def _after_kills(work: Work, where: str) -> None:
    work.killed(where)
    work.killed(where)
    work.publish()
    work.killed("rename var/lake/snapshots")
    work.publish()


OPERATIONS = [
    Operation("the first publish", 0, 3, Work.publish),
    Operation("two publishes", 3, 4, lambda work: (work.publish(), work.publish())),
    Operation(
        "publishes after kills", 3, 4, lambda work: _after_kills(work, "_delta_log/")
    ),
    Operation(
        "first publishes after kills",
        0,
        3,
        lambda work: _after_kills(work, "_delta_log/"),
    ),
    Operation("compact", 4, 5, Work.compact),
    Operation("prune", 9, 6, Work.prune),
    Operation("rollback", 4, 5, Work.rollback),
    Operation("backup", 3, 5, Work.backup),
    Operation("publish, compact, prune, publish", 9, 4, _go_through_all),
]


@dataclass(frozen=True)
class Tape:
    """An operation as it went: the disk at each of its steps, the snapshots there at last."""

    operation: Operation
    root: int
    moments: list[Moment]
    at_end: frozenset[str]


@contextmanager
def bench_in(folder: Path, city: City) -> Iterator[Bench]:
    """A bench whose lakes make a checkpoint of Delta's log at every fourth commit."""
    every = delta.CHECKPOINT_EVERY
    delta.CHECKPOINT_EVERY = 4
    try:
        yield Bench(folder, city)
    finally:
        delta.CHECKPOINT_EVERY = every


@dataclass
class Bench:
    """Makes lakes, lets operations loose on them, cuts the power."""

    folder: Path
    city: City
    _filled: dict[int, Path] = field(default_factory=dict[int, Path])
    _fine: set[bytes] = field(default_factory=set[bytes])
    _n: int = 0

    def fresh(self) -> Path:
        """A new, empty folder."""
        self._n += 1
        (made := self.folder / f"disk-{self._n}").mkdir(parents=True)
        return made

    def filled(self, ticks: int) -> Path:
        """A disk with a lake of some ticks, each with a row that was refused; nobody may change it.

        Its logs are old enough to be shortened.
        """
        if ticks not in self._filled:
            root = self._filled[ticks] = self.fresh()
            filler = Filler(Lake(root / LAKE), self.city)
            for n in range(ticks):
                filler.tick += LATER if n == ticks - 1 >= OLD_AFTER else 1
                rain, refused = (
                    filler.rain(),
                    filler.rain(1, mm_5min=-1.0, station_id="R9"),
                )
                both = (
                    Batch("rain", rain, "gauges", "box"),
                    Batch("rain", refused, "gauges", "box"),
                )
                filler.publish(*both, step=False)
            for log in root.rglob("_delta_log/*"):
                os.utime(log, (0, 0))
        return self._filled[ticks]

    def taped(self, operation: Operation, disk: Callable[[Path], Disk] = Disk) -> Tape:
        """Let an operation go through on a disk that forgets."""
        root = self.fresh()
        shutil.copytree(self.filled(operation.ticks), root, dirs_exist_ok=True)
        work = Work(
            disk(root), Filler(Lake(root / LAKE), self.city, _tick(Lake(root / LAKE)))
        )
        with work.disk.watching():
            if known := newest(work.filler.lake):
                work.tell(known)
            operation.act(work)
        there = frozenset(ids(work.filler.lake))
        tape = Tape(operation, root.stat().st_ino, work.disk.moments, there)
        shutil.rmtree(root)
        return tape

    def cut(self, tape: Tape, n: int, fate: str, seed: int) -> list[str]:
        """Cut the power at moment `n` of a tape; say what is wrong with the lake afterwards."""
        dice = random.Random(f"{tape.operation.name} {n} {fate} {seed}")
        root, moment = self.fresh(), tape.moments[n]
        lost = after_cut(moment, tape.root, root, FATES[fate], dice)
        left = _digest(root, moment, tape)
        if left in self._fine:
            shutil.rmtree(root)
            return []
        with never_synced():
            wrong = list(_told(root, moment.promised or {}, tape.at_end))
            order = ORDERS[seed % len(ORDERS)]
            wrong = wrong or list(_goes_on(Lake(root / LAKE), self.city, order))
        shutil.rmtree(root)
        if not wrong:
            self._fine.add(left)
        where = f"{tape.operation.name}, step {n} ({moment.step}), {fate}, {seed}"
        return [f"{where}: {each} [{'; '.join(lost)}]" for each in wrong]


def _tick(lake: Lake) -> int:
    """The tick of a lake's newest snapshot."""
    known = newest(lake)
    return (
        ceil((max(known.as_of, known.created_at) - START).total_seconds() / 10)
        if known
        else 0
    )


def _digest(root: Path, moment: Moment, tape: Tape) -> bytes:
    """All that the check of a lake rests on: many cuts leave the same."""
    known = hashlib.sha256(repr((moment.promised, sorted(tape.at_end))).encode())
    for path in sorted(root.rglob("*")):
        known.update(f"{path.relative_to(root)}\n".encode())
        known.update(
            hashlib.sha256(path.read_bytes() if path.is_file() else b"").digest()
        )
    return known.digest()


@contextmanager
def never_synced() -> Iterator[None]:
    """What is done here is not cut again, and need not wait for a disk."""
    real = os.fsync
    os.fsync = lambda _: None
    try:
        yield
    finally:
        os.fsync = real


Cut = tuple[int, str, int]
"""A moment of a tape, a name of `FATES`, a seed."""


def spread(tape: Tape, n: int) -> Iterator[Cut]:
    """`n` cuts over all steps of a tape, the first after its end, when all is lost that can be."""
    last, (worst, *others) = len(tape.moments) - 1, FATES
    turn = 3 * OPERATIONS.index(tape.operation)  # another fate first in each
    for k in range(n):
        yield last - k * last // n, others[(k + turn) % len(others)] if k else worst, k


def at_end(tape: Tape) -> Iterator[Cut]:
    """A cut of every fate after the end of a tape."""
    for n, fate in enumerate(FATES):
        yield len(tape.moments) - 1, fate, n


def _told(
    root: Path, promised: Mapping[Path, Promise], at_end: frozenset[str]
) -> Iterator[str]:
    """Say what is not as the owner of a lake was told, as a newcomer finds it."""
    for path, promise in promised.items():
        yield from _attempt("opening", _opens(Lake(root / path), promise, at_end))
    if LAKE not in promised:
        yield from _attempt("opening", _opens(Lake(root / LAKE), None, at_end))


def _opens(
    lake: Lake, promise: Promise | None, at_end: frozenset[str]
) -> Iterator[str]:
    there = standing(lake)
    if there.newest is None:
        if promise:
            yield "all snapshots are lost"
        yield from there.lost
        return
    found, problems = last_good(lake)
    yield from problems
    rain = [
        pq.read_table(file)["occurred_at"].to_pylist() for file in found.files("rain")
    ]
    by_moment = Counter(moment for each in rain for moment in each)
    if set(by_moment.values()) != {PER_TICK}:
        yield f"rows of rain in {found.id} are not {PER_TICK} of each moment"
    if promise:
        yield from _kept(lake, promise, at_end, found, by_moment.total())
    for each in there.ids:
        if each != there.newest.id:
            faults = verify(Lake(lake.path), each).faults
            yield from (f"{each} is listed, but {fault}" for fault in faults)
    for table, cut in found.tables.items():
        if cut.version >= 0 and _named(lake.tables / table, cut.version) != {
            file.path for file in cut.files
        }:
            yield f"Delta's {table} at version {cut.version} is not the snapshot's"


def _kept(
    lake: Lake, promise: Promise, at_end: frozenset[str], found: Snapshot, n: int
) -> Iterator[str]:
    """Say which promise is not kept by the newest snapshot, which has `n` rows of rain."""
    if found.id in promise.older - promise.may:
        yield f"the newest is {found.id}, and {promise.newest} was told"
    if n != promise.rows if found.id == promise.newest else n < promise.least:
        yield f"{n} rows of rain in {found.id}, and {promise.rows} were told"
    for each in sorted((promise.older & at_end) - set(ids(lake))):
        yield f"{each} is lost"


ORDERS = (
    ("publish", "compact", "prune", "publish"),
    ("prune", "publish", "compact"),
    ("compact", "prune", "publish"),
)


def _goes_on(lake: Lake, city: City, order: Sequence[str]) -> Iterator[str]:
    """Publish, fold and prune, in an order; say what does not go on as it should."""
    for doing in order:
        if doing == "publish" or newest(lake):
            yield from _attempt(doing, _does(doing, lake, city))
    yield from _attempt("opening at last", _opens(Lake(lake.path), None, frozenset()))


def _does(doing: str, lake: Lake, city: City) -> Iterator[str]:
    filler = Filler(lake, city, _tick(lake))
    if doing == "publish":
        filler.publish()
        snapshot = filler.current()
        yield from verify(Lake(lake.path)).faults
        for table, cut in snapshot.tables.items():
            if cut.version >= 0 and _named(lake.tables / table) != {
                file.path for file in cut.files
            }:
                yield f"after the next publish Delta's {table} is not the snapshot's"
    elif doing == "compact":
        compact(lake, now=lambda: filler.at)
    else:
        foreign = {path for path in _foreign(lake) if (lake.tables / path).exists()}
        filler.tick += LATER
        filler.publish()
        prune(lake, now=lambda: filler.at, latest=2)
        lost = {path for path in foreign if not (lake.tables / path).exists()}
        yield from (
            f"prune took {path} away, and Delta names it still"
            for path in sorted(lost & _foreign(lake))
        )


def _foreign(lake: Lake) -> set[str]:
    """Files that a reader finds who knows Delta alone; tables that it cannot open are left out."""
    found: set[str] = set()
    for folder in lake.tables.glob("*"):
        with suppress(DeltaError):
            found |= _named(folder)
    return found


_KNOWN: dict[object, frozenset[str]] = {}
"""Logs that were read before: most tables of most cuts are the same."""


def _named(folder: Path, version: int | None = None) -> frozenset[str]:
    """The files, from the folder of all tables, that a Delta table names.

    Raises:
        DeltaError: it cannot be opened.
    """
    log = [
        (path.name, path.read_bytes())
        for path in sorted((folder / "_delta_log").glob("*"))
    ]
    key = folder.name, version, hashlib.sha256(repr(log).encode()).digest()
    if key not in _KNOWN:
        _KNOWN[key] = frozenset(
            "/".join(uri.split("/")[-2:])
            for uri in DeltaTable(str(folder), version=version).file_uris()
        )
    return _KNOWN[key]


def _attempt(doing: str, faults: Iterator[str]) -> Iterator[str]:
    try:
        yield from (f"{doing}: {each}" for each in faults)
    except Exception as error:  # noqa: BLE001  (whatever it is, it is what was found)
        yield f"{doing}: {type(error).__name__}: {str(error).strip().splitlines()[0]}"
