"""Files dropped into a folder.

Each is taken once, when it is whole, and put away with its report; no crash loses one.
"""

from __future__ import annotations

import fcntl
import json
import os
import random
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from tests.cli.watcher import Told, take
from tests.store.power import FATES, Disk, after_cut
from twin.cli.watching import Tally, Watch
from twin.contracts.crs import UndeclaredCRS
from twin.errors import (
    BusyError,
    ContractError,
    FeedError,
    LakeError,
    TwinError,
    UsageError,
)
from twin.feeds.settling import is_ignored

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
AT = datetime(2026, 11, 25, 9, 30, tzinfo=UTC)


class Clock(threading.Event):
    """A stop that is a clock, too.

    To wait for it is to let the time pass, and what is planned for it happen.
    """

    def __init__(self, *plan: Callable[[], object]) -> None:
        super().__init__()
        self.s, self.plan = 0.0, list(plan)

    def wait(self, timeout: float | None = None) -> bool:
        """Pass `timeout` seconds; when nothing is planned any more, stop after a minute."""
        self.s += timeout or 0
        if self.plan:
            self.plan.pop(0)()
        elif self.s > 60:
            self.set()
        return self.is_set()


class Lake:
    """Takes files: remembers their names and contents; `errors` come first, one at each attempt."""

    def __init__(self, *errors: Exception | None) -> None:
        self.taken: list[tuple[str, str]] = []
        self.errors = list(errors)

    def __call__(self, path: Path) -> Told:
        error = self.errors.pop(0) if self.errors else None
        if error is not None:
            raise error
        self.taken.append((path.name, path.read_text()))
        return Told(
            path.name, None if "bad" in path.read_text() else "S1", 1, 1, 0, 0, (), ()
        )


def drop(folder: Path, name: str, content: str = "x", changed: int = 0) -> Path:
    path = folder / name
    path.write_text(content)
    os.utime(path, (changed, changed))
    return path


def watch(
    folder: Path,
    lake: Callable[[Path], Any],
    *plan: Callable[[], object],
    said: list[str] | None = None,
    **options: Any,
) -> Tally:
    clock = Clock(*plan)
    told = said if said is not None else []
    return Watch(
        folder,
        lake,
        clock=lambda: AT,
        ticks=lambda: clock.s,
        tell=told.append,
        **options,
    ).run(clock)


def tree(folder: Path) -> set[str]:
    return {
        str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file()
    }


# --- which files, and when ------------------------------------------------------------


def test_a_file_is_taken_when_it_stood_still_and_put_away_with_its_reports(tmp_path):
    drop(tmp_path, "a.csv")
    lake = Lake()

    assert watch(tmp_path, lake) == Tally(done=1)
    assert lake.taken == [("a.csv", "x")]
    assert tree(tmp_path) == {
        "done/a.csv",
        "done/a.csv.report.json",
        "done/a.csv.report.txt",
    }
    assert json.loads((tmp_path / "done/a.csv.report.json").read_text()) == {
        "file": "a.csv",
        "bytes": 1,
        "read_at": "2026-11-25T09:30:00Z",
        "outcome": "done",
        "rows": 1,
        "taken": 1,
        "known": 0,
    }
    assert (tmp_path / "done/a.csv.report.txt").read_text() == "1 taken, 0 known.\n"


def test_a_file_that_grows_is_left_until_it_stands_still(tmp_path):
    drop(tmp_path, "a.csv", "1")
    lake = Lake()
    watch(
        tmp_path,
        lake,
        *(lambda n=n: drop(tmp_path, "a.csv", "1" * n) for n in range(2, 9)),
        settle_s=3,
    )

    assert lake.taken == [("a.csv", "1" * 8)]


def test_a_file_of_the_same_size_with_another_time_is_being_written(tmp_path):
    drop(tmp_path, "a.csv", "1", 1)
    lake = Lake()
    watch(
        tmp_path,
        lake,
        *(lambda n=n: drop(tmp_path, "a.csv", str(n), n) for n in range(2, 9)),
        settle_s=3,
    )

    assert lake.taken == [("a.csv", "8")]


def test_a_file_that_changes_while_it_is_read_is_read_again(tmp_path):
    path = drop(tmp_path, "a.csv", "1")
    seen: list[str] = []

    def take(path: Path) -> Told:
        seen.append(path.read_text())
        if len(seen) == 1:
            drop(tmp_path, "a.csv", "12", 5)
        return Told(path.name, "S1", 1, 1, 0, 0, (), ())

    assert watch(tmp_path, take) == Tally(done=1)
    assert seen == ["1", "12"]
    assert not path.exists()


def test_an_empty_file_has_a_minute_to_be_filled(tmp_path):
    drop(tmp_path, "a.csv", "")
    lake = Lake()
    watch(
        tmp_path,
        lake,
        *[lambda: None] * 30,
        lambda: drop(tmp_path, "a.csv", "x"),
        settle_s=5,
    )

    assert lake.taken == [("a.csv", "x")]


@pytest.mark.parametrize(
    "name",
    [
        ".hidden",
        "~$orders.xlsx",
        ".~lock.a.ods#",
        "a.csv.part",
        "a.CSV.TMP",
        "a.crdownload",
        "a.filepart",
        "a.csv~",
        "Thumbs.db",
    ],
)
def test_what_is_hidden_locked_or_unfinished_is_left_alone(tmp_path, name):
    drop(tmp_path, name)

    assert is_ignored(name)
    assert watch(tmp_path, Lake()) == Tally()
    assert tree(tmp_path) == {name}


def test_a_finished_download_is_taken_under_its_name(tmp_path):
    part = drop(tmp_path, "a.csv.part")
    lake = Lake()
    watch(tmp_path, lake, lambda: None, lambda: part.rename(tmp_path / "a.csv"))

    assert lake.taken == [("a.csv", "x")]


def test_folders_and_links_are_left_and_said_once(tmp_path):
    (tmp_path / "sub").mkdir()
    drop(tmp_path / "sub", "a.csv")
    (tmp_path / "link.csv").symlink_to(tmp_path / "sub" / "a.csv")
    os.mkfifo(tmp_path / "pipe")
    said: list[str] = []

    assert watch(tmp_path, Lake(), said=said) == Tally()
    assert said == [
        f"{name} is no plain file; it is left where it is."
        for name in ("link.csv", "pipe", "sub")
    ]


def test_the_file_that_was_changed_first_is_taken_first(tmp_path):
    for name, changed in (("a", 30), ("b", 20), ("c", 20), ("d", 10)):
        drop(tmp_path, name, changed=changed)
    lake = Lake()
    watch(tmp_path, lake)

    assert [name for name, _ in lake.taken] == ["d", "b", "c", "a"]


# --- names ----------------------------------------------------------------------------


def test_the_same_file_again_gets_a_moment_in_its_name(tmp_path):
    lake = Lake()
    for content in "123":
        drop(tmp_path, "a.csv", content)
        watch(tmp_path, lake)

    done = {name for name in tree(tmp_path) if ".report." not in name}
    assert done == {
        "done/a.csv",
        "done/a.20261125T093000Z.csv",
        "done/a.20261125T093000Z-2.csv",
    }
    assert [(tmp_path / name).read_text() for name in sorted(done, reverse=True)] == [
        "1",
        "2",
        "3",
    ]
    assert all(
        {f"{name}.report.json", f"{name}.report.txt"} <= tree(tmp_path) for name in done
    )


def test_a_file_with_the_name_of_a_report_overwrites_none(tmp_path):
    for name in ("a.csv", "a.csv.report.json", "a.csv.report.txt"):
        drop(tmp_path, name, name)
        watch(tmp_path, Lake())

    assert len(tree(tmp_path)) == 9
    assert (
        json.loads((tmp_path / "done/a.csv.report.json").read_text())["file"] == "a.csv"
    )


@pytest.mark.parametrize(
    "name",
    [
        "x" * 251 + ".csv",
        "路" * 83 + ".csv",
        os.fsdecode(b"\xff\xfe.csv"),
        "a\x1b[2J.csv",
        "a" * 255,
    ],
)
def test_any_name_that_a_file_may_have_can_be_put_away(tmp_path, name):
    drop(tmp_path, name)

    assert watch(tmp_path, Lake()) == Tally(done=1)
    assert len(tree(tmp_path / "done")) == 3


# --- what becomes of it ---------------------------------------------------------------


def test_a_refused_file_has_what_why_and_fix_beside_it(tmp_path):
    drop(tmp_path, "a.csv")
    drop(tmp_path, "b.csv", changed=1)

    assert watch(
        tmp_path,
        Lake(
            ContractError("a.csv is \x1b[2J off.", why="cut.", fix="export it again.")
        ),
    ) == Tally(done=1, refused=1)
    report = json.loads((tmp_path / "refused/a.csv.report.json").read_text())
    assert (report["error"], report["what"], report["fix"]) == (
        "ContractError",
        "a.csv is \x1b[2J off.",
        "export it again.",
    )
    assert (
        tmp_path / "refused/a.csv.report.txt"
    ).read_text() == "a.csv is \\u001b[2J off.\ncut.\nTo fix: export it again.\n"


def test_a_file_of_which_nothing_could_be_used_is_refused(tmp_path):
    drop(tmp_path, "a.csv", "bad")

    assert watch(tmp_path, Lake()) == Tally(refused=1)
    assert (tmp_path / "refused/a.csv").read_text() == "bad"


def test_a_file_that_the_program_fails_on_keeps_no_other_out(tmp_path):
    drop(tmp_path, "a.csv")
    drop(tmp_path, "b.csv", changed=1)

    assert watch(tmp_path, Lake(ZeroDivisionError("oh"))) == Tally(done=1, refused=1)
    assert (
        "ZeroDivisionError: oh" in (tmp_path / "refused/a.csv.report.txt").read_text()
    )


def test_a_busy_lake_refuses_nothing_and_is_said_once(tmp_path):
    drop(tmp_path, "a.csv")
    said: list[str] = []

    assert watch(tmp_path, Lake(*[BusyError("Busy.")] * 3), said=said) == Tally(done=1)
    assert said == [
        "Busy. The watch tries again until it can be written.",
        "a.csv: 1 taken, 0 known. (done/a.csv.report.txt)",
    ]


@pytest.mark.parametrize(
    "error",
    [
        LakeError("The lake cannot be written."),
        UndeclaredCRS("work_orders"),
        UsageError("The mapping is off."),
        OSError(28, "No space left"),
    ],
)
def test_what_is_not_the_files_fault_ends_the_watch_and_leaves_it(tmp_path, error):
    drop(tmp_path, "a.csv")
    with pytest.raises(TwinError):
        watch(tmp_path, Lake(error))

    assert tree(tmp_path) == {"a.csv"}


@contextmanager
def refusing(folder: Path) -> Iterator[None]:
    """A folder that no name can be made in: a file stands where it stood."""
    aside = folder.with_name(f"{folder.name}-aside")
    folder.rename(aside)
    folder.write_text("")
    yield
    folder.unlink()
    aside.rename(folder)


def test_a_disk_that_refuses_ends_the_watch_and_the_next_one_goes_on(tmp_path):
    folder = tmp_path / "in"
    folder.mkdir()
    watch(folder, Lake())
    drop(folder, "a.csv")
    lake = Lake()
    with (
        refusing(folder / "done"),
        pytest.raises(
            FeedError, match=r"in cannot be written: .* exists|Not a directory"
        ),
    ):
        watch(folder, lake)
    assert (folder / "a.csv").exists()
    watch(folder, lake)

    assert tree(folder) == {
        "done/a.csv",
        "done/a.csv.report.json",
        "done/a.csv.report.txt",
    }


def test_a_verdict_that_the_disk_refused_to_carry_out_is_carried_out_later(tmp_path):
    folder, lake = tmp_path / "in", Lake()
    folder.mkdir()

    def take(path: Path) -> Told:
        (folder / "done").rmdir()
        (folder / "done").write_text("in the way")
        return lake(path)

    drop(folder, "a.csv")
    with pytest.raises(FeedError, match="cannot be written"):
        watch(folder, take)
    (folder / "done").unlink()
    said: list[str] = []
    watch(folder, lake, said=said)

    assert said == ["a.csv: what was left half-way at the last end is done."]
    assert lake.taken == [("a.csv", "x")], "what has its verdict is not read again"
    assert tree(folder) == {
        "done/a.csv",
        "done/a.csv.report.json",
        "done/a.csv.report.txt",
    }


@pytest.mark.parametrize(
    "content",
    [
        "",
        "{",
        "[]",
        '{"name": "a.csv"}',
        json.dumps(
            {
                "name": "a.csv",
                "look": {"size": 1, "changed_ns": 0},
                "outcome": "..",
                "to": "evil.csv",
                "report": {},
                "sentences": [],
            }
        ),
        json.dumps(
            {
                "name": "a.csv",
                "look": {"size": 1, "changed_ns": 0},
                "outcome": "done",
                "to": "../../evil.csv",
                "report": {},
                "sentences": [],
            }
        ),
    ],
)
def test_a_verdict_of_somebody_else_moves_nothing(tmp_path, content):
    folder = tmp_path / "in"
    folder.mkdir()
    drop(folder, "a.csv")
    (folder / ".twin-watch.json").write_text(content)
    watch(folder, Lake())

    assert tree(tmp_path) >= {"in/done/a.csv", "in/done/a.csv.report.json"}
    assert not list(tmp_path.rglob("*evil*"))


def test_a_file_that_was_refused_and_is_dropped_again_is_read_again(tmp_path):
    drop(tmp_path, "a.csv")
    watch(tmp_path, Lake(ContractError("no")))
    (tmp_path / "refused/a.csv").rename(tmp_path / "a.csv")

    assert watch(tmp_path, Lake()) == Tally(done=1)


def test_a_file_system_without_second_names_will_do(tmp_path, monkeypatch):
    def no_links(*_names: object) -> None:
        raise OSError(95, "Operation not supported")

    monkeypatch.setattr(os, "link", no_links)
    drop(tmp_path, "a.csv")

    assert watch(tmp_path, Lake()) == Tally(done=1)
    assert tree(tmp_path) == {
        "done/a.csv",
        "done/a.csv.report.json",
        "done/a.csv.report.txt",
    }


def test_a_folder_that_goes_away_is_waited_for(tmp_path):
    folder, aside = tmp_path / "in", tmp_path / "aside"
    folder.mkdir()
    lake, said = Lake(), list[str]()
    watch(
        folder,
        lake,
        lambda: folder.rename(aside),
        lambda: None,
        lambda: None,
        lambda: aside.rename(folder),
        lambda: drop(folder, "a.csv"),
        said=said,
    )

    assert len([line for line in said if "The watch waits for it" in line]) == 1
    assert lake.taken == [("a.csv", "x")]


def test_a_folder_that_is_not_there_is_a_sentence(tmp_path):
    with pytest.raises(UsageError, match="There is no folder"):
        watch(tmp_path / "gone", Lake())


def test_a_second_watch_is_refused(tmp_path):
    handle = os.open(tmp_path, os.O_RDONLY)
    fcntl.flock(handle, fcntl.LOCK_EX)
    with pytest.raises(BusyError, match="Another program watches the folder"):
        watch(tmp_path, Lake())
    os.close(handle)


# --- once -----------------------------------------------------------------------------


def test_once_takes_what_is_there_and_ends(tmp_path):
    drop(tmp_path, "a.csv")
    drop(tmp_path, "b.csv", "")
    lake = Lake()
    tally = watch(
        tmp_path,
        lake,
        lambda: drop(tmp_path, "late.csv"),
        *[lambda: None] * 50,
        once=True,
        settle_s=5,
    )

    assert tally == Tally(done=2)
    assert (tmp_path / "late.csv").exists()


def test_once_over_nothing_ends_at_once(tmp_path):
    clock = Clock()
    Watch(tmp_path, Lake(), once=True, ticks=lambda: clock.s).run(clock)

    assert clock.s == 0


def test_once_leaves_what_is_still_being_written(tmp_path):
    drop(tmp_path, "a.csv")
    drop(tmp_path, "b.csv")
    said: list[str] = []
    tally = watch(
        tmp_path,
        Lake(),
        *(lambda n=n: drop(tmp_path, "b.csv", "x" * n) for n in range(2, 30)),
        once=True,
        said=said,
    )

    assert tally == Tally(done=1)
    assert said[-1] == "b.csv is still being written; it is left for the next time."


def test_once_waits_ten_minutes_for_a_busy_lake(tmp_path):
    drop(tmp_path, "a.csv")
    clock = Clock(*[lambda: None] * 500)
    with pytest.raises(BusyError):
        Watch(
            tmp_path,
            Lake(*[BusyError("Busy.")] * 500),
            once=True,
            ticks=lambda: clock.s,
            tell=str,
        ).run(clock)

    assert 600 <= clock.s <= 620


# --- a real process -------------------------------------------------------------------


def started(folder: Path, lake: Path, **options: Any) -> subprocess.Popen[str]:
    words = [
        sys.executable,
        "-m",
        "tests.cli.watcher",
        str(folder),
        str(lake),
        json.dumps({"settle_s": 0.6, "poll_s": 0.05, **options}),
    ]
    return subprocess.Popen(
        words,
        stdout=subprocess.PIPE,
        text=True,
        cwd=ROOT,
        env=os.environ | {"PYTHONPATH": str(ROOT)},
    )


def awaited(is_so: Callable[[], bool], what: str) -> None:
    until = time.monotonic() + 60
    while not is_so():
        assert time.monotonic() < until, what
        time.sleep(0.02)


@pytest.fixture
def folder(tmp_path) -> Path:
    made = tmp_path / "in"
    made.mkdir()
    return made


WRITER = """
import sys, time
with open(sys.argv[1], "w") as file:
    for n in range(30):
        file.write(f"{sys.argv[2]}{n}\\n"); file.flush(); time.sleep(0.06)
"""


def test_two_files_written_slowly_at_once_are_taken_whole_and_the_process_ends_when_told(
    folder, tmp_path
):
    watcher = started(folder, tmp_path / "lake")
    writers = [
        subprocess.Popen(
            [sys.executable, "-c", WRITER, str(folder / f"{name}.csv"), name]
        )
        for name in "ab"
    ]
    awaited(
        lambda: {"a.csv.report.txt", "b.csv.report.txt"} <= tree(folder / "done"),
        "the files were not taken",
    )
    awaited(
        lambda: not (folder / ".twin-watch.json").exists(),
        "the verdict was not carried out",
    )
    watcher.send_signal(signal.SIGTERM)
    output, _ = watcher.communicate(timeout=30)

    assert [writer.wait() for writer in writers] == [0, 0]
    assert watcher.returncode == 0
    assert output.splitlines()[-1] == "ended: 2 done, 0 refused"
    assert {(folder / f"done/{name}.csv.report.txt").read_text() for name in "ab"} == {
        "30 taken, 0 known.\n"
    }
    assert len((tmp_path / "lake").read_text().splitlines()) == 60


@pytest.mark.slow
def test_a_kill_before_any_step_loses_nothing_counts_nothing_twice_and_leaves_nothing_behind(
    tmp_path,
):
    whole = {
        "done/a.csv",
        "done/a.csv.report.json",
        "done/a.csv.report.txt",
        "refused/b.csv",
        "refused/b.csv.report.json",
        "refused/b.csv.report.txt",
    }
    n_killed = 0
    for step in range(1, 100):
        folder, lake = tmp_path / str(step) / "in", tmp_path / str(step) / "lake"
        folder.mkdir(parents=True)
        drop(folder, "a.csv", "1\n2\n")
        drop(folder, "b.csv", "broken\n", 1)
        first = started(folder, lake, kill_at=step, once=True, settle_s=0)
        first.communicate(timeout=60)
        if first.returncode != -signal.SIGKILL:
            break
        n_killed += 1
        Watch(
            folder,
            lambda path, lake=lake: take(path, lake),
            once=True,
            settle_s=0,
            tell=str,
        ).run(threading.Event())

        assert tree(folder) == whole, f"killed before step {step}"
        assert lake.read_text() == "1\n2\n"
        assert json.loads((folder / "done/a.csv.report.json").read_text())["rows"] == 2
        assert "b.csv is broken." in (folder / "refused/b.csv.report.txt").read_text()

    assert n_killed >= 18, "too few kills to prove anything"


@pytest.mark.slow
def test_a_power_cut_at_any_step_loses_no_file_and_no_report(tmp_path):
    folder, lake = tmp_path / "in", tmp_path / "lake"
    folder.mkdir()
    drop(folder, "a.csv", "1\n2\n")
    drop(folder, "b.csv", "broken\n", 1)
    with Disk(folder).watching() as disk:
        Watch(
            folder, lambda path: take(path, lake), once=True, settle_s=0, tell=str
        ).run(threading.Event())
    assert len(disk.moments) > 20
    number, dice = folder.stat().st_ino, random.Random(716)
    for at, moment in enumerate(disk.moments):
        for fate in FATES:
            left = tmp_path / f"{at} {fate}"
            after_cut(moment, number, left, FATES[fate], dice)
            for path in left.rglob("*.csv"):
                os.utime(path, (0, 0) if path.name.startswith("a") else (1, 1))
            Watch(
                left, lambda path: take(path, lake), once=True, settle_s=0, tell=str
            ).run(threading.Event())
            check_after_cut(left, f"{moment.step}, {fate}")


def check_after_cut(left: Path, cut: str) -> None:
    """Each file is put away, perhaps twice under two names, and each has whole reports
    beside it.
    """
    files = list(left.rglob("*.csv"))
    assert {path.read_text() for path in files if path.parent.name == "done"} == {
        "1\n2\n"
    }, cut
    assert {path.read_text() for path in files if path.parent.name == "refused"} == {
        "broken\n"
    }, cut
    assert {path.parent.name for path in files} == {"done", "refused"}, cut
    for path in files:
        report = json.loads(path.with_name(f"{path.name}.report.json").read_text())
        assert report["bytes"] == path.stat().st_size, cut
        assert path.with_name(f"{path.name}.report.txt").read_text(), cut
    assert not [path for path in left.rglob(".*") if path.is_file()], cut
