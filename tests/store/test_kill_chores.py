"""Whoever works on a lake is killed at random; one of two readers who look on knows Delta alone."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pyarrow.parquet as pq
import pytest
from deltalake import DeltaTable
from deltalake.exceptions import DeltaError

from tests.store.test_kill import PACK, ROOT, is_half_done
from twin.clock import now
from twin.store import Lake, Snapshot, last_good, standing, verify

CHORES = ("publish", "ingest", "compact", "publish", "prune")
PER_PUBLISH = 5
PER_FILE = 3
LONG_AGO = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass
class Worker:
    """A warmed process that waits for the name of a chore."""

    lake: Path
    process: subprocess.Popen[str] = field(init=False)

    def __post_init__(self):
        words = [
            sys.executable,
            str(Path(__file__).with_name("chores.py")),
            str(self.lake),
            str(PACK),
        ]
        self.process = subprocess.Popen(
            words,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env=os.environ | {"PYTHONPATH": str(ROOT)},
        )

    def hears(self, word: str) -> bool:
        """Read what the worker says up to a word; False if it dies before."""
        assert self.process.stdout is not None
        return any(line.strip() == word for line in self.process.stdout)

    def begin(self, chore: str) -> None:
        """Say what is to be done; return when it is begun."""
        assert self.process.stdin is not None
        assert self.hears("ready")
        self.process.stdin.write(f"{chore}\n")
        self.process.stdin.flush()
        assert self.hears("begun"), f"{chore} ended by itself"

    def kill(self) -> bool:
        """Kill without a warning; return whether the chore was done by then."""
        self.process.send_signal(signal.SIGKILL)
        done = self.hears("done")
        assert self.process.wait(30) == -signal.SIGKILL
        self.process.communicate()
        return done


def orders(folder: Path, n: int) -> Path:
    """An export of three work orders, numbered by its own number."""
    opened = now().astimezone(ZoneInfo("Atlantic/Azores")) - timedelta(hours=1)
    lines = [
        f"W{n}-{order},{opened:%Y-%m-%d %H:%M},ruído,nada,Alva,baixa,-35.0492,41.0295"
        for order in range(PER_FILE)
    ]
    path = folder / f"orders-{n}.csv"
    path.write_text(
        "número,hora,assunto,texto,freguesia,urgência,longitude,latitude\n"
        + "\n".join(lines)
        + "\n",
        encoding="utf-8",
    )
    return path


@dataclass(frozen=True)
class Seen:
    """What a reader finds: the moment, how many publishes, which files of work orders."""

    as_of: datetime = LONG_AGO
    publishes: int = 0
    files: frozenset[str] = frozenset()


def column(snapshot: Snapshot, table: str, name: str) -> list[object]:
    """One column of a table, read by pyarrow alone."""
    found = [
        pq.read_table(file, columns=[name])[name] for file in snapshot.files(table)
    ]
    return [value for each in found for value in each.to_pylist()]


def seen(lake: Path, before: Seen) -> Seen:
    """Open the lake as a newcomer: whole, no older than before, of each publish all rows."""
    if standing(Lake(lake)).newest is None:
        assert before == Seen()
        return before
    snapshot, problems = last_good(Lake(lake))
    assert problems == ()
    assert not snapshot.simulated
    numbers = Counter(column(snapshot, "rain", "lon_ud"))
    assert numbers == dict.fromkeys(range(1, len(numbers) + 1), PER_PUBLISH)
    files = Counter(
        str(order).partition("-")[0] for order in column(snapshot, "events", "event_id")
    )
    assert set(files.values()) <= {PER_FILE}
    assert column(snapshot, "quarantine", "reason") == []
    found = Seen(snapshot.as_of, len(numbers), frozenset(files))
    assert (
        found.as_of >= before.as_of,
        found.publishes >= before.publishes,
        found.files >= before.files,
    ) == (True, True, True)
    return found


def foreign(lake: Path) -> int:
    """Open every table as one who knows Delta alone; its files must be there. Return how many."""
    n = 0
    for folder in sorted((lake / "tables").glob("*")):
        if DeltaTable.is_deltatable(str(folder)):
            try:
                missing = missing_files(folder)
            # A dead writer's commit was taken out as it was being read.
            except DeltaError:
                missing = missing_files(folder)
            if missing[1]:  # pruned since, if the log has gone on since
                again = missing_files(folder)
                assert again[0] > missing[0], missing
                assert again[1] == []
            n += 1
    return n


def missing_files(folder: Path) -> tuple[int, list[str]]:
    """The version of a table, and those of its files that are not there."""
    table = DeltaTable(str(folder))
    return table.version(), [
        uri
        for uri in table.file_uris()
        if not Path(uri.removeprefix("file://")).exists()
    ]


@contextmanager
def watched(*looks: Callable[[], object]) -> Iterator[list[int]]:
    """Look again and again, each from a thread of its own; count the looks.

    What went wrong there is raised at the end.
    """
    stop, counts, wrong = threading.Event(), [0] * len(looks), list[BaseException]()

    def watch(n: int) -> None:
        try:
            while not stop.wait(0.01):
                looks[n]()
                counts[n] += 1
        # Raised again in the test's own thread.
        except BaseException as error:  # noqa: BLE001
            wrong.append(error)

    threads = [threading.Thread(target=watch, args=(n,)) for n in range(len(looks))]
    for thread in threads:
        thread.start()
    try:
        yield counts
    finally:
        stop.set()
        for thread in threads:
            thread.join()
        if wrong:
            raise wrong[0]


@dataclass
class Reader:
    """Our own reader, who remembers what it saw last."""

    lake: Path
    last: Seen = field(default_factory=Seen)

    def look(self) -> None:
        """Look once more."""
        self.last = seen(self.lake, self.last)


def kill_chores(folder: Path, n: int) -> dict[str, int]:
    """Kill `n` workers in turn; answer how often each chore was killed before it was done."""
    dice, lake, due = random.Random(716), folder / "lake", Seen()
    lasts = dict.fromkeys(CHORES, 0.4)
    killed, n_half_done, waiting = Counter[str](), 0, [Worker(lake), Worker(lake)]
    try:
        with watched(Reader(lake).look, lambda: foreign(lake)) as looks:
            for number in range(n):
                chore, worker = CHORES[number % len(CHORES)], waiting.pop(0)
                worker.begin(f"{chore} {orders(folder, number)}")
                due = seen(lake, due)
                time.sleep(dice.uniform(0, lasts[chore]))
                is_done = worker.kill()
                killed[chore] += not is_done
                n_half_done += is_half_done(lake)
                found = seen(lake, due)
                if is_done and chore == "publish":
                    assert found.publishes == due.publishes + 1, (
                        "a publish that was told is lost"
                    )
                if is_done and chore == "ingest":
                    assert f"W{number}" in found.files, "a file that was told is lost"
                due = found
                # Towards as many in time as too late.
                lasts[chore] *= 0.8 if is_done else 1.25
                waiting.append(Worker(lake))
    finally:
        for worker in waiting:
            worker.process.kill()
            worker.process.communicate()
    assert verify(Lake(lake)).faults == ()
    assert foreign(lake) > 10
    assert min(looks) > n
    assert n_half_done >= n / 10, "too few kills fell into a chore to prove anything"
    return dict(killed)


def test_ten_workers_killed_lose_nothing_and_no_reader_notices(tmp_path: Path):
    kill_chores(tmp_path, 10)


@pytest.mark.soak
def test_two_hundred_workers_killed_lose_nothing_and_no_reader_notices(tmp_path: Path):
    killed = kill_chores(tmp_path, 200)
    assert all(killed[chore] > 5 for chore in CHORES), killed
