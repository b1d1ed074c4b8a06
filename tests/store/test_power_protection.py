"""Each protection of a lake is taken away, and power cuts find it gone: none is for show."""

from __future__ import annotations

import fcntl
import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from itertools import count

import pytest

from tests.store.power import Disk
from tests.store.power_lake import (
    OPERATIONS,
    Bench,
    Cut,
    Operation,
    Tape,
    Work,
    at_end,
    bench_in,
    spread,
)
from twin.city import City
from twin.errors import BusyError

SYNCED = {
    "data files": ("two publishes", r"var/lake/tables/\w+/part-[^/]+\.parquet"),
    "commits of Delta's log": (
        "the first publish",
        r"var/lake/tables/\w+/_delta_log/\d+\.json",
    ),
    "checkpoints of Delta's log": (
        "two publishes",
        r"var/lake/tables/\w+/_delta_log/\d+\.checkpoint\.parquet",
    ),
    "folders of Delta's log": ("two publishes", r"var/lake/tables/\w+/_delta_log"),
    "folders of tables": ("two publishes", r"var/lake/tables/\w+"),
    "the folder of all tables": ("the first publish", r"var/lake/tables"),
    "files of compaction": ("compact", r"var/lake/tables/\w+/part-[^/]+\.parquet"),
    "commits of compaction": (
        "publish, compact, prune, publish",
        r"var/lake/tables/rain/_delta_log/0*10\.json",
    ),
    "snapshot files": ("two publishes", r"var/lake/snapshots/[^/]+"),
    "the folder of snapshots": ("two publishes", r"var/lake/snapshots"),
    "the pointer": ("two publishes", r"var/lake/\.?pointer\.json[^/]*"),
    "the lake's own folder": ("the first publish", r"var/lake"),
    "the folder that the lake stands in": ("the first publish", r"var"),
    "the folder above that": ("the first publish", r"\."),
}
"""What must be synced for something that is done to a lake to last: paths from the disk's root."""


@pytest.fixture(scope="module")
def bench(tmp_path_factory: pytest.TempPathFactory, city: City) -> Iterator[Bench]:
    """A bench in a folder of its own."""
    with bench_in(tmp_path_factory.mktemp("power"), city) as bench:
        yield bench


def found_out(
    bench: Bench, doing: str, deaf: str, cuts: Callable[[Tape], Iterable[Cut]]
) -> str | None:
    """What is wrong first when nothing that `deaf` matches is synced; None if nobody notices."""
    operation = next(each for each in OPERATIONS if each.name == doing)
    tape = bench.taped(
        operation,
        lambda root: Disk(root, deaf=lambda path: bool(re.fullmatch(deaf, str(path)))),
    )
    return next(
        (wrong[0] for cut in cuts(tape) if (wrong := bench.cut(tape, *cut))), None
    )


@pytest.mark.parametrize(("doing", "deaf"), SYNCED.values(), ids=SYNCED)
def test_a_sync_that_is_left_out_is_found_out(bench: Bench, doing: str, deaf: str):
    assert found_out(bench, doing, deaf, at_end) is not None


@pytest.mark.parametrize("doing", sorted({doing for doing, _ in SYNCED.values()}))
def test_with_every_sync_in_its_place_the_same_cuts_find_nothing(
    bench: Bench, doing: str
):
    assert found_out(bench, doing, "nothing", at_end) is None


def test_a_prune_that_removes_files_before_it_is_sure_of_the_snapshots_is_found_out(
    bench: Bench,
):
    assert "is listed, but" in str(
        found_out(bench, "prune", r"var/lake/snapshots", lambda tape: spread(tape, 24))
    )


@dataclass
class Meddler:
    """Does something to a lake, and something else in the midst of it: before one of its steps."""

    doing: str
    meddling: str
    at: int
    n_steps: int = 0
    n_refused: int = 0

    def act(self, work: Work) -> None:
        """Do both."""

        def step(_: str) -> None:
            self.n_steps += 1
            if self.n_steps == self.at + 1:
                try:
                    getattr(Work(work.disk, work.other()), self.meddling)()
                except BusyError:
                    self.n_refused += 1

        work.disk.before = step
        getattr(work, self.doing)()
        work.disk.before = None


def meddled(
    bench: Bench, doing: str, meddling: str, every: int
) -> Iterator[tuple[list[str], int]]:
    """Meddle at one step after the other.

    Yields:
        What is wrong with the lake afterwards, and how often the meddler was refused.
    """
    for at in count(0, every):
        meddler = Meddler(doing, meddling, at)
        tape = bench.taped(
            Operation(f"{meddling} in the midst of {doing}", 9, 1, meddler.act)
        )
        if meddler.n_steps <= at:
            return
        yield (
            bench.cut(tape, len(tape.moments) - 1, "all is kept", 0),
            meddler.n_refused,
        )


BOTH_WAYS = [("publish", "prune"), ("prune", "publish")]


@pytest.mark.parametrize(
    ("doing", "meddling"), [*BOTH_WAYS, ("compact", "publish"), ("publish", "compact")]
)
def test_one_works_on_a_lake_at_a_time(bench: Bench, doing: str, meddling: str):
    found = list(meddled(bench, doing, meddling, every=9))
    assert [wrong for wrong, _ in found if wrong] == []
    # All, once it is locked.
    assert sum(n_refused for _, n_refused in found) >= len(found) - 1 > 0


def test_without_the_lock_a_prune_in_the_midst_of_a_publish_is_found_out(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(fcntl, "flock", lambda *_: None)
    assert any(
        wrong for ways in BOTH_WAYS for wrong, _ in meddled(bench, *ways, every=1)
    )
