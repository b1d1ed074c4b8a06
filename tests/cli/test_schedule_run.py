"""`twin schedule run` as a process of its own, at a moment that lies two seconds ahead or a
few minutes back.
"""

from __future__ import annotations

import json
import os
import re
import resource
import shutil
import signal
from datetime import timedelta
from pathlib import Path

import pytest

from tests.cli.processes import Started, below, is_alive, wait_until
from tests.faces.imported import TRIO, imported
from tests.faces.plugged import plug
from twin.clock import now
from twin.faces.export.browser import find
from twin.pack import load_city

ENDED = "The schedule has ended, as it was told to."


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    """A lake of three snapshots."""
    path = tmp_path_factory.mktemp("whole")
    imported(path / "lake")
    return path / "lake"


@pytest.fixture
def context(whole, tmp_path):
    """A pack, a lake and a folder of their own, and the way to start their schedule."""
    shutil.copytree(whole, tmp_path / "lake")
    shutil.copytree(TRIO, tmp_path / "pack")
    started = []

    def start(due_in_s, *words, **options):
        at = (now() + timedelta(seconds=due_in_s)).astimezone(load_city(TRIO).zone)
        text = (TRIO / "city.toml").read_text(encoding="utf-8")
        (tmp_path / "pack" / "city.toml").write_text(
            text.replace('"06:45"', f'"{at:%H:%M:%S}"'), encoding="utf-8"
        )
        started.append(
            Started(
                "schedule",
                "run",
                "--city",
                tmp_path / "pack",
                "--lake",
                tmp_path / "lake",
                "--out",
                tmp_path / "out",
                *words,
                **options,
            )
        )
        return started[-1]

    start.lake, start.out = tmp_path / "lake", tmp_path / "out"
    yield start
    for each in started:
        each.kill()


def names(out):
    return sorted(path.name for path in out.iterdir()) if out.exists() else []


def test_a_brief_is_written_at_its_second_and_a_restart_does_not_repeat_it(context):
    """The process that is told to end says so, and ends well."""
    begun = now()
    run = context(3, "--format", "csv")
    said = run.until("files of the brief of")
    written = names(context.out)

    assert now() >= begun + timedelta(seconds=3)
    assert re.search(r"Z snapshot \S+: [1-9]\d* files of the brief of 20", said)
    assert run.lines[0].startswith("The next brief is due ")
    assert all(name.startswith("brief-") and name.endswith(".csv") for name in written)
    run.until("The next brief is due ")
    assert run.end(signal.SIGTERM) == 0
    assert run.lines[-1] == ENDED

    again = context(-30, "--format", "csv")
    again.until("The next brief is due ")
    assert again.end(signal.SIGINT) == 0
    assert again.lines[-1] == ENDED
    assert names(context.out) == written
    (delivered,) = json.loads((context.lake / "schedule.json").read_text())[
        "briefs"
    ].values()
    assert sorted(Path(file).name for file in delivered["files"]) == written


def test_a_missed_brief_is_made_up_by_a_start_within_the_hour_when_the_lake_is_mended(
    context,
):
    pointer, away = context.lake / "snapshots", context.lake.parent / "away"
    pointer.rename(away)
    run = context(-20 * 60, "--format", "csv")
    run.until("csv will be tried again in 2 s, until ")
    before = names(context.out)
    away.rename(pointer)
    run.until("files of the brief of")

    assert before == []
    assert len(names(context.out)) > 5
    assert any(
        "damaged" in line or "missing" in line or "holds no snapshot" in line
        for line in run.lines
    ), run.lines


LATE = """
from twin.errors import ExportError

def late(self, draft, into):
    if not Path(__file__).with_name("ready").exists():
        raise ExportError("The press is cold.", fix="wait.")
    return put(draft.path(into, self.suffix), draft.snapshot)
"""


def test_only_the_format_that_is_missing_is_tried_again_for_the_same_moment(
    context, tmp_path
):
    """It is one of somebody else, named in the pack's own words."""
    site = plug(tmp_path / "site", "their-pack", LATE, "late")
    path = os.pathsep.join([str(site), os.environ.get("PYTHONPATH", "")])
    run = context(
        -60,
        "--format",
        "their-pack:late,csv",
        env={**os.environ, "PYTHONPATH": path},
    )
    run.until("their-pack:late will be tried again in 2 s, until ")
    tables = {name: (context.out / name).stat() for name in names(context.out)}
    (site / "ready").touch()
    run.until("1 files of the brief of")

    (late,) = set(names(context.out)) - set(tables)
    assert "The press is cold." in run.lines
    assert len(tables) > 5
    assert all(
        (context.out / name).stat().st_ino == before.st_ino
        for name, before in tables.items()
    )
    assert f"{Path(late).stem}-about.csv" in tables
    run.until("The next brief is due ")
    assert run.end(signal.SIGTERM) == 0
    (delivered,) = json.loads((context.lake / "schedule.json").read_text())[
        "briefs"
    ].values()
    assert delivered["left"] == []
    assert len(delivered["files"]) == len(tables) + 1


def test_a_second_scheduler_of_the_lake_is_refused(context):
    first = context(3_600, "--format", "csv")
    first.until("The next brief is due ")

    second = context(3_600, "--format", "csv")
    second.until("Another scheduler already runs")

    assert second.process.wait(10) == 1
    assert first.end(signal.SIGHUP) == 0


@pytest.mark.soak
def test_a_full_disk_leaves_no_half_of_a_file_and_is_tried_again(context):
    """A limit on the size of files stands for the disk.

    No file of ours may be longer than 600 bytes.
    """
    run = context(
        -60,
        "--format",
        "csv,xlsx",
        preexec_fn=lambda: resource.setrlimit(
            resource.RLIMIT_FSIZE, (600, resource.RLIM_INFINITY)
        ),
    )
    run.until("will be tried again in 4 s")
    before = names(context.out)
    resource.prlimit(
        run.process.pid,
        resource.RLIMIT_FSIZE,
        (resource.RLIM_INFINITY, resource.RLIM_INFINITY),
    )
    run.until("The next brief is due ")

    assert any("cannot be written to" in line for line in run.lines), run.lines
    assert not [name for name in before if name.endswith(".xlsx")]
    assert [name for name in names(context.out) if name.endswith(".xlsx")]
    assert not [name for name in names(context.out) if name.startswith(".")]


@pytest.mark.soak
def test_a_browser_that_is_missing_at_first_makes_the_picture_later_for_the_same_moment(
    context, tmp_path, monkeypatch
):
    chromium, found = find(), tmp_path / "bin"
    found.mkdir()
    monkeypatch.setenv("PATH", str(found))
    monkeypatch.delenv("TWIN_CHROMIUM", raising=False)
    run = context(-60)
    run.until("png will be tried again in 2 s")
    tables = names(context.out)
    (found / "chromium").symlink_to(chromium)
    run.until("1 files of the brief of")

    pictures = [name for name in names(context.out) if name not in tables]
    assert any("No Chromium was found" in line for line in run.lines)
    assert len(tables) > 5
    assert [name.removesuffix(".png") for name in pictures] == [
        name.removesuffix(".xlsx") for name in tables if name.endswith(".xlsx")
    ]
    run.until("The next brief is due ")
    wait_until(lambda: below(run.process.pid) == [])


@pytest.mark.soak
@pytest.mark.parametrize("kind", [signal.SIGTERM, signal.SIGKILL, signal.SIGHUP])
def test_nothing_of_a_schedule_is_left_when_it_ends_while_a_picture_is_taken(
    context, kind
):
    run = context(-60, "--format", "png")
    wait_until(
        lambda: any(b"chromium" in command(pid) for pid in below(run.process.pid))
    )
    family = below(run.process.pid)

    run.process.send_signal(kind)

    assert run.process.wait(30) == (-kind if kind == signal.SIGKILL else 0)
    wait_until(lambda: not any(map(is_alive, family)), seconds=20)
    assert [name for name in names(context.out) if not name.startswith(".")] == []


@pytest.mark.soak
def test_an_export_that_the_system_kills_is_said_and_tried_again_and_leaves_no_browser(
    context,
):
    run = context(-60, "--format", "png")
    wait_until(
        lambda: any(b"chromium" in command(pid) for pid in below(run.process.pid))
    )
    family = below(run.process.pid)
    (export,) = (pid for pid in family if b"--ends-with-parent" in command(pid))

    os.kill(export, signal.SIGKILL)

    run.until("The export was ended by signal 9, without a word.")
    run.until("png will be tried again in 2 s")
    wait_until(lambda: not any(map(is_alive, family)), seconds=20)
    run.until("1 files of the brief of")


def command(pid):
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes()
    except OSError:
        return b""
