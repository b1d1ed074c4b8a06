"""Feeds that run into a lake: what each has heard is published, once, whatever another does."""

from __future__ import annotations

import shutil
import tarfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tests.cli.gauges import Gauges
from twin.cli import running
from twin.cli.running import Runner, of_one_kind
from twin.feeds.batch import Batch
from twin.feeds.simulated import Simulated
from twin.pack import load_city
from twin.store import Lake, newest, publish, read, rollback, upgrade
from twin.store.files import read as rows_of

TESTS = Path(__file__).resolve().parents[1]
START = datetime(2026, 7, 16, 4, tzinfo=UTC)
TICK = timedelta(seconds=10)


@pytest.fixture(scope="module")
def city():
    return load_city(TESTS / "cities" / "trio")


class Hall:
    """A lake into which feeds run; a tick is ten seconds, and passes in no time."""

    def __init__(self, city, path: Path, *feeds, **options) -> None:
        self.lake, self.at, self.said = Lake(path), START, []
        self.runner = Runner(
            city,
            self.lake,
            feeds,
            tick_s=10,
            trash_for=timedelta(hours=1),
            clock=lambda: self.at,
            ticks=self.seconds,
            tell=self.said.append,
            complain=self.said.append,
            **options,
        )

    def seconds(self) -> float:
        """Seconds that only go forward."""
        return self.at.timestamp()

    def tick(self, n: int = 1) -> bool:
        """Let ten seconds pass, `n` times; answer whether more waits."""
        for _ in range(n):
            self.at += TICK
            is_more = self.runner.tick()
        return is_more

    @property
    def newest(self):
        return newest(self.lake)

    def rain(self, snapshot=None) -> dict[str, list[tuple[int, int]]]:
        """Second of each reading, and second at which it was known, by gauge."""
        shown = snapshot or self.newest
        files = list(shown.tables["rain"].files)
        found: dict[str, list[tuple[int, int]]] = {}
        for row in rows_of(shown.root, files).to_pylist() if files else []:
            seconds = (
                int((row[name] - START).total_seconds())
                for name in ("occurred_at", "recorded_at")
            )
            found.setdefault(row["station_id"], []).append(tuple(seconds))
        return {name: sorted(pairs) for name, pairs in found.items()}


def at_once(*seconds: int) -> list[tuple[int, int]]:
    """Readings that were known when they were made."""
    return [(second, second) for second in seconds]


@pytest.fixture
def wire(tmp_path):
    """A wire that is whole."""
    path = tmp_path / "wire"
    path.touch()
    return path


@contextmanager
def cut(wire: Path) -> Iterator[None]:
    """A wire that is cut for the length of the block."""
    wire.unlink()
    yield
    wire.touch()


def test_a_tick_publishes_what_all_feeds_have_heard_and_up_to_where(
    city, tmp_path, wire
):
    hall = Hall(city, tmp_path / "lake", Gauges("a", wire), Gauges("b", wire))

    hall.tick(2)

    # An empty lake begins one tick before the first.
    assert hall.rain() == {name: at_once(*range(1, 21)) for name in "ab"}
    assert hall.newest.seq == 2
    assert hall.newest.polled == {"a": START + 2 * TICK, "b": START + 2 * TICK}
    assert hall.said == []


def test_a_feed_that_fails_is_left_out_and_what_it_brings_later_is_known_from_then_on(
    city, tmp_path, wire
):
    other = tmp_path / "other"
    other.touch()
    hall = Hall(city, tmp_path / "lake", Gauges("a", wire), Gauges("b", other))
    hall.tick()
    with cut(wire):
        hall.tick()
        without = hall.newest
    assert hall.rain() == {"a": at_once(*range(1, 11)), "b": at_once(*range(1, 21))}
    assert without.polled == {"a": START + TICK, "b": START + 2 * TICK}
    hall.tick()

    # The page showed the moment 20 s without the readings of 11 to 20 s: it still does.
    assert hall.rain() == {
        "a": [
            *at_once(*range(1, 11)),
            *((second, 30) for second in range(11, 21)),
            *at_once(*range(21, 31)),
        ],
        "b": at_once(*range(1, 31)),
    }
    assert hall.newest.tables["quarantine"].rows == 0
    assert hall.said == [
        f"Feed 'a': Its source cannot be read: No such file or directory ({wire}).",
        "To fix: look at the source; the feed is asked again.",
        "It is asked again in 10 s; other feeds run on.",
        "Feed 'a' is heard again.",
    ]


def test_a_feed_that_fails_again_and_again_is_asked_less_often_and_loses_nothing(
    city, tmp_path, wire
):
    other = tmp_path / "other"
    other.touch()
    hall = Hall(city, tmp_path / "lake", Gauges("a", wire), Gauges("b", other))
    hall.tick()
    with cut(wire):
        hall.tick(7)
    # It failed at 20, 30, 50 and 90 s: after pauses of one, two, four ticks; 80 s passed.
    pauses = [line for line in hall.said if line.startswith("It is asked again in")]
    assert [pause.split()[5] for pause in pauses] == ["10", "20", "40"]
    hall.tick()

    assert len(hall.rain()["a"]) == 90
    assert hall.said[-1] == "Feed 'a' is heard again."


def test_a_feed_that_joins_a_lake_begins_where_the_lake_is(city, tmp_path, wire):
    Hall(city, tmp_path / "lake", Gauges("a", wire)).tick(3)
    both = Hall(city, tmp_path / "lake", Gauges("a", wire), Gauges("b", wire))
    both.at += 3 * TICK
    both.tick()

    assert both.rain() == {"a": at_once(*range(1, 41)), "b": at_once(*range(31, 41))}


def test_nothing_is_published_while_no_feed_is_heard(city, tmp_path, wire):
    hall = Hall(city, tmp_path / "lake", Gauges("a", wire))
    hall.tick()
    with cut(wire):
        hall.tick(3)

    assert hall.newest.as_of == START + TICK


def test_a_lake_that_is_busy_is_said_once_and_the_next_snapshot_holds_all(
    city, tmp_path, wire
):
    hall = Hall(city, tmp_path / "lake", Gauges("a", wire))
    hall.tick()
    with hall.lake.writing():
        hall.tick(3)
    hall.tick()

    assert hall.rain() == {"a": at_once(*range(1, 51))}
    assert [line for line in hall.said if "Another program is publishing" in line] == [
        hall.said[0]
    ]
    assert hall.newest.seq == 2


def test_a_snapshot_that_is_taken_back_is_asked_for_again(city, tmp_path, wire):
    hall = Hall(city, tmp_path / "lake", Gauges("a", wire))
    hall.tick(3)
    rollback(hall.lake, now=lambda: hall.at)
    assert hall.newest.polled == {"a": START + 2 * TICK}
    hall.tick()

    assert hall.rain() == {"a": at_once(*range(1, 41))}


def test_a_process_that_begins_anew_goes_on_where_the_lake_ends(city, tmp_path, wire):
    Hall(city, tmp_path / "lake", Gauges("a", wire)).tick()
    later = Hall(city, tmp_path / "lake", Gauges("a", wire))
    later.tick(9)

    assert later.rain() == {"a": at_once(*range(1, 91))}


class Stuck(Gauges):
    """A gauge whose wire says nothing until it is let go."""

    def __init__(self, name: str, wire: Path) -> None:
        super().__init__(name, wire)
        self.let_go, self.n = threading.Event(), 0

    def poll(self, since, until):
        """Wait, then give the readings."""
        self.n += 1
        self.let_go.wait(60)
        yield from super().poll(since, until)


def test_a_feed_that_does_not_answer_holds_up_nobody_and_is_asked_when_it_has(
    city, tmp_path, wire
):
    stuck = Stuck("a", wire)
    hall = Hall(city, tmp_path / "lake", stuck, Gauges("b", wire), patience_s=0.2)
    hall.tick(3)
    assert hall.rain() == {"b": at_once(*range(1, 31))}
    assert (stuck.n, hall.said[0]) == (1, "Feed 'a': No answer for 0.2 s.")
    stuck.let_go.set()
    asker = hall.runner._feeds[0].asker
    asker._last.exception(60)
    hall.tick()

    assert hall.rain() == {
        "a": [
            *((second, 40) for second in range(1, 31)),
            *at_once(*range(31, 41)),
        ],
        "b": at_once(*range(1, 41)),
    }


class Strange(Gauges):
    """A gauge that gives whatever it is told to."""

    def __init__(self, name: str, wire: Path, gives) -> None:
        super().__init__(name, wire)
        self.gives = gives

    def poll(self, since, until):
        """Give good readings, and something else."""
        yield from super().poll(since, until)
        yield self.gives()


@pytest.mark.parametrize(
    ("gives", "said"),
    [
        (lambda: {}["no"], "Its program failed: KeyError: 'no' (test_running.py, line"),
        (lambda: "rain", "It gives a str, not a Batch."),
        (
            lambda: Batch("event_facts", None, "a", "x"),
            "It gives rows for 'event_facts', which is no table of a log.",
        ),
        (
            lambda: Batch("districts", None, "a", "x"),
            "It gives rows for 'districts', which is no table of a log.",
        ),
        (
            lambda: Batch("snow", None, "a", "x"),
            "It gives rows for 'snow', which is no table of a log.",
        ),
        (lambda: Batch("rain", None, "a", "x"), "Its program failed: "),
        (
            lambda: open("/nowhere/at/all"),  # noqa: SIM115, PTH123
            "Its source cannot be read: No such file or directory (/nowhere/at/all).",
        ),
    ],
)
def test_whatever_a_feed_does_wrong_is_its_own_trouble(
    city, tmp_path, wire, gives, said
):
    hall = Hall(city, tmp_path / "lake", Gauges("b", wire), Strange("a", wire, gives))

    hall.tick()

    assert hall.rain() == {"b": at_once(*range(1, 11))}
    assert hall.said[0].startswith(f"Feed 'a': {said}")


def test_the_registers_of_a_feed_are_asked_for_once_in_whatever_lake(
    city, tmp_path, wire
):
    """The simulator may join a lake of other made-up rows, and its fleet is there once."""
    at = [START]
    gauges = list(Gauges("a", wire).poll(START - TICK, START))
    publish(
        Lake(tmp_path / "lake"),
        city,
        gauges,
        as_of=START,
        simulated=True,
        now=lambda: at[0],
        polled={"a": START},
    )
    feed = Simulated(city, 7)
    hall = Hall(city, tmp_path / "lake", feed)
    hall.tick()
    first = hall.newest
    hall.tick()
    fleet = sum(
        batch.rows.num_rows for batch in feed.begin(START) if batch.table == "drones"
    )

    assert first.tables["drones"].rows == fleet > 0
    assert hall.newest.tables["drones"].rows == fleet
    assert hall.newest.tables["quarantine"].rows == 0
    drones = rows_of(first.root, list(first.tables["drones"].files))
    # What was shown of the moment before stays so.
    assert set(drones["recorded_at"].to_pylist()) == {START + TICK}


def test_a_lake_of_a_program_that_told_no_feeds_apart_has_heard_what_now_runs(
    city, tmp_path
):
    with tarfile.open(TESTS / "lakes" / "format-2.tar.gz") as packed:
        packed.extractall(tmp_path, filter="data")
    (path,) = (each.parent for each in tmp_path.glob("**/snapshots"))
    known = upgrade(Lake(path), city)
    hall = Hall(city, path, Simulated(city, 7))
    hall.at = known.as_of
    hall.tick()

    assert known.polled is None
    assert hall.newest.polled == {"simulated": known.as_of + TICK}
    assert hall.newest.tables["drones"].rows == known.tables["drones"].rows
    assert hall.newest.tables["quarantine"].rows == known.tables["quarantine"].rows


def test_a_lake_holds_one_kind_and_feeds_of_another_are_refused(city, tmp_path, wire):
    lake, made_up, real = Lake(tmp_path / "x"), Simulated(city, 7), Gauges("a", wire)

    fit, others = of_one_kind(lake, [real, made_up])
    assert fit == [real]
    assert [error.what for error in others] == [
        "Feed 'simulated' gives simulated rows, but 'a' before it gives real ones."
    ]
    fit, others = of_one_kind(lake, [made_up, real])
    assert fit == [made_up]
    Hall(city, lake.path, real).tick()
    fit, others = of_one_kind(lake, [made_up, real])
    assert fit == [real]
    (error,) = others
    assert error.what == (
        f"Feed 'simulated' gives simulated rows, but the lake {lake.path} holds real"
        " ones."
    )


def test_the_lake_is_kept_small_and_forgets_no_row(city, tmp_path, wire, monkeypatch):
    monkeypatch.setattr(running, "COMPACT_EVERY", 4)
    hall = Hall(city, tmp_path / "lake", Gauges("a", wire))
    hall.tick(4)

    assert hall.newest.compacts is not None
    assert read(hall.lake, hall.newest.compacts).polled == hall.newest.polled
    assert len(hall.newest.tables["rain"].files) == 1
    hall.tick()
    assert hall.rain() == {"a": at_once(*range(1, 51))}


def test_it_goes_on_until_it_is_told_to_stop(city, tmp_path, wire):
    """The time of the day is real here: a tick takes what it takes."""
    stop, seen = threading.Event(), []
    lake = Lake(tmp_path / "lake")

    class Last(Gauges):
        def done(self, snapshot: str):
            seen.append(snapshot)
            if len(seen) == 3:
                stop.set()
            return [f"{len(seen)}"]

    said: list[str] = []
    Runner(
        city,
        lake,
        [Last("a", wire)],
        tick_s=0.2,
        trash_for=timedelta(hours=1),
        tell=said.append,
    ).run(stop)

    assert said == ["1", "2", "3"]
    assert newest(lake).id == seen[-1]
    assert newest(lake).seq == 3
    shutil.rmtree(lake.path)
