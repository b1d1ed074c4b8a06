"""`twin demo` as it runs: its publisher ends with it, whatever ends it, and is started
again when it ends by itself.
"""

from __future__ import annotations

import os
import shutil
import signal
import socket
from pathlib import Path

import pytest
from click.testing import CliRunner

from tests.cli.processes import Started, below, is_alive, wait_until
from twin.cli import main
from twin.store import Lake, newest

TRIO = Path(__file__).parent.parent / "cities" / "trio"


@pytest.fixture(scope="module")
def city_of_a_day(tmp_path_factory):
    """A lake that speaks of the last day."""
    path = tmp_path_factory.mktemp("day") / "lake"
    done = CliRunner().invoke(
        main, ["simulate", "--city", str(TRIO), "--lake", str(path), "--days", "1"]
    )
    assert done.exit_code == 0, done.output
    return path


@pytest.fixture
def demo(city_of_a_day, tmp_path):
    """A demo that shows its city, and its publisher."""
    shutil.copytree(city_of_a_day, tmp_path / "lake")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    shown = Started(
        "demo",
        "--city",
        TRIO,
        "--lake",
        tmp_path / "lake",
        "--days",
        1,
        "--port",
        port,
        "--tick",
        1,
    )
    shown.until(f"at http://127.0.0.1:{port}")
    before = newest(Lake(tmp_path / "lake")).id
    wait_until(lambda: newest(Lake(tmp_path / "lake")).id != before)
    yield shown, Lake(tmp_path / "lake")
    shown.kill()


def runs_feeds(pid):
    """Whether a process is `twin run`."""
    return b"\0run\0--feed\0simulated\0" in Path(f"/proc/{pid}/cmdline").read_bytes()


def publisher(shown):
    (found,) = (pid for pid in below(shown.process.pid) if runs_feeds(pid))
    return found


@pytest.mark.parametrize(
    "kind",
    [
        signal.SIGTERM,
        signal.SIGKILL,
        *(
            pytest.param(each, marks=pytest.mark.soak)
            for each in (signal.SIGINT, signal.SIGHUP, signal.SIGABRT)
        ),
    ],
)
def test_the_publisher_ends_with_the_demo_and_the_lake_is_whole(demo, kind):
    shown, lake = demo
    child = publisher(shown)

    shown.process.send_signal(kind)
    shown.process.wait(30)

    wait_until(lambda: not is_alive(child), seconds=20)
    last = newest(lake).id
    assert (
        CliRunner()
        .invoke(main, ["snapshot", "verify", "--lake", str(lake.path)])
        .exit_code
        == 0
    )
    assert newest(lake).id == last


def test_a_publisher_that_ends_by_itself_is_said_and_started_again(demo):
    shown, lake = demo
    child = publisher(shown)

    os.kill(child, signal.SIGKILL)

    shown.until(
        "The publisher has ended by signal 9: the data stand still. It is started"
        " again in "
    )
    wait_until(
        lambda: any(
            pid != child and runs_feeds(pid) for pid in below(shown.process.pid)
        )
    )
    last = newest(lake).id
    wait_until(lambda: newest(lake).id != last)
