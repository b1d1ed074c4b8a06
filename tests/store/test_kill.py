"""A publisher is killed at random points.

Whoever opens the lake afterwards finds a whole snapshot, and the next publisher goes on.
"""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from twin.store import Lake, Snapshot, last_good

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
PACK = ROOT / "tests" / "cities" / "trio"
START = datetime(2026, 7, 16, 4, tzinfo=UTC)
PER_TICK = 5


def warmed(lake: Path) -> subprocess.Popen[str]:
    """Start a publisher; it imports what it needs and waits for the go."""
    words = [sys.executable, str(HERE / "publisher.py"), str(lake), str(PACK)]
    return subprocess.Popen(
        words,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        env=os.environ | {"PYTHONPATH": str(ROOT)},
    )


def go(publisher: subprocess.Popen[str]) -> None:
    """Wait until the publisher has imported what it needs, then let it publish."""
    assert publisher.stdout is not None
    assert publisher.stdin is not None
    assert publisher.stdout.readline() == "ready\n"
    publisher.stdin.write("go\n")
    publisher.stdin.flush()


def kill_after(publisher: subprocess.Popen[str], delay_s: float) -> None:
    """Say go, and `delay_s` later kill without a warning."""
    go(publisher)
    try:
        publisher.wait(delay_s)
    except subprocess.TimeoutExpired:
        publisher.send_signal(signal.SIGKILL)
    assert publisher.wait(30) == -signal.SIGKILL, "the publisher ended by itself"
    publisher.communicate()


def window_s(lake: Path) -> float:
    """How long a new publisher takes on this machine, busy as it is, to publish three
    times, s: kills are spread over that.
    """
    publisher = warmed(lake)
    go(publisher)
    begun = time.monotonic()
    while len(list((lake / "snapshots").glob("2*.json"))) < 3:
        assert time.monotonic() - begun < 60
        assert publisher.poll() is None
        time.sleep(0.005)
    taken = time.monotonic() - begun
    publisher.kill()
    publisher.communicate()
    return taken


def whole(lake: Path, after: datetime) -> datetime:
    """Open the lake as a newcomer.

    It must be whole, no older than `after`, and hold exactly the rows of its moment.
    """
    if Lake(lake).newest_id() is None:
        return after
    found, problems = last_good(Lake(lake))
    assert problems == ()
    assert found.as_of >= after, "a published snapshot was lost"
    assert rows(found) == PER_TICK * round((found.as_of - START).total_seconds() / 10)
    return found.as_of


def rows(snapshot: Snapshot) -> int:
    """Rows of rain, counted in the files themselves."""
    return sum(pq.read_metadata(file).num_rows for file in snapshot.files("rain"))


def is_half_done(lake: Path) -> bool:
    """Whether the killed publisher had begun on a snapshot that it did not get to name."""
    pointer = lake / "pointer.json"
    named_at = pointer.stat().st_mtime_ns if pointer.exists() else 0
    return any(
        path.stat().st_mtime_ns > named_at
        for path in lake.rglob("*")
        if path.is_file() and path.name != "publish.lock"
    )


@contextmanager
def watched(lake: Path) -> Iterator[list[int]]:
    """Read the lake without pause from another thread, and count the reads.

    What went wrong there is raised at the end.
    """
    stop, reads, wrong = threading.Event(), [0], list[BaseException]()

    def watch() -> None:
        seen = START
        try:
            while not stop.wait(0.01):
                seen = whole(lake, seen)
                reads[0] += 1
        # Raised again in the test's own thread.
        except BaseException as error:  # noqa: BLE001
            wrong.append(error)

    thread = threading.Thread(target=watch)
    thread.start()
    try:
        yield reads
    finally:
        stop.set()
        thread.join()
    if wrong:
        raise wrong[0]


def kill_often(lake: Path, n: int) -> datetime:
    """Kill `n` publishers, one after the other; the next is warmed up meanwhile.

    Return the last moment published.
    """
    dice = random.Random(716)
    longest, seen, n_half_done, n_barren = (
        window_s(lake.with_name("measured")),
        START,
        0,
        0,
    )
    waiting = [warmed(lake), warmed(lake)]
    try:
        with watched(lake) as reads:
            for _ in range(n):
                kill_after(waiting.pop(0), dice.uniform(0, longest))
                n_half_done += is_half_done(lake)
                before, seen = seen, whole(lake, seen)
                n_barren = 0 if seen > before else n_barren + 1
                # The machine has become slower than it was when measured.
                if n_barren == 3:
                    longest, n_barren = longest * 1.6, 0
                waiting.append(warmed(lake))
    finally:
        for publisher in waiting:
            publisher.kill()
            publisher.communicate()
    assert reads[0] > n
    assert n_half_done > n / 5, "too few kills fell into a publish to prove anything"
    return seen


@pytest.mark.slow
def test_a_dozen_kills_lose_nothing_and_leave_nothing_half_written(tmp_path: Path):
    assert kill_often(tmp_path / "lake", 12) >= START + timedelta(seconds=10)


@pytest.mark.soak
def test_three_hundred_kills_lose_nothing_and_leave_nothing_half_written(
    tmp_path: Path,
):
    assert kill_often(tmp_path / "lake", 300) >= START + timedelta(seconds=10 * 60)
