"""`twin serve` as a process.

Several share the port, one that dies is replaced, and all of them end together.
"""

import http.client
import json
import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.faces.imported import NEWEST, TRIO, batch, event
from twin.pack import load_city
from twin.store import Lake, publish


@pytest.fixture(scope="module")
def lake(tmp_path_factory):
    found = Lake(tmp_path_factory.mktemp("serve") / "lake")
    publish(
        found,
        load_city(TRIO),
        [batch("events", event("N1", NEWEST, NEWEST))],
        as_of=NEWEST,
        simulated=False,
        now=lambda: NEWEST,
    )
    return found.path


@pytest.fixture
def serving(lake):
    """Start `twin serve WORDS`; return the process and its port once it answers."""
    begun = []

    def start(*words):
        with socket.create_server(("127.0.0.1", 0)) as free:
            port = free.getsockname()[1]
        command = [
            sys.executable,
            "-m",
            "twin.cli",
            "serve",
            "--city",
            str(TRIO),
            "--lake",
            str(lake),
            "--port",
            str(port),
            *words,
        ]
        begun.append(subprocess.Popen(command, stderr=subprocess.PIPE, text=True))
        until(lambda: health(port))
        return begun[-1], port

    yield start
    for process in begun:
        process.kill()
        process.wait()
        process.stderr.close()


def health(port, host="localhost"):
    line = http.client.HTTPConnection("127.0.0.1", port, timeout=2)
    try:
        line.request("GET", "/healthz", headers={"Host": host})
        return line.getresponse().read()
    except OSError:
        return b""
    finally:
        line.close()


def until(holds, seconds=30.0):
    end = time.monotonic() + seconds
    while not (found := holds()):
        assert time.monotonic() < end, "it does not come about"
        time.sleep(0.05)
    return found


def workers(process):
    """The processes that serve: children of the first that hold the port."""
    children = Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text()
    return [int(pid) for pid in children.split() if "spawn_main" in command(pid)]


def command(pid):
    try:
        return Path(f"/proc/{pid}/cmdline").read_text()
    except OSError:
        return ""


def is_alive(pid):
    try:
        return (
            Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
        )
    except OSError:
        return False


def test_it_ends_when_told_though_a_page_is_open(serving):
    process, port = serving()
    with socket.create_connection(("127.0.0.1", port)):
        process.send_signal(signal.SIGTERM)
        assert process.wait(8) == 0
    assert "Traceback" not in process.stderr.read()


@pytest.mark.slow
def test_a_worker_that_dies_is_replaced_and_all_end_together(serving):
    process, port = serving("--workers", "2")
    first = until(lambda: (found := workers(process)) and len(found) == 2 and found)
    os.kill(first[0], signal.SIGKILL)
    until(lambda: len(found := workers(process)) == 2 and first[0] not in found)
    assert health(port)
    second = workers(process)
    process.send_signal(signal.SIGTERM)
    assert process.wait(20) == 0
    assert [pid for pid in second if is_alive(pid)] == []


@pytest.mark.slow
def test_no_worker_outlives_a_server_that_was_killed(serving):
    process, _ = serving("--workers", "2")
    left = until(lambda: (found := workers(process)) and len(found) == 2 and found)
    process.kill()
    until(lambda: not any(is_alive(pid) for pid in left), 20)


def test_it_answers_under_the_name_that_it_is_given(serving):
    _, port = serving("--host-name", "twin.city.example")
    assert b"snapshot" in health(port, "twin.city.example")
    assert b"--host-name" in health(port, "evil.org")


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--host-name", "http://x/"), "is no name of a host"),
        (("--proxy", "nginx"), "is no address of a proxy"),
        (("--prefix", "/a b"), "is no path"),
        (("--rate", "often"), "cannot be read"),
    ],
)
def test_a_word_that_means_nothing_is_said(lake, words, said):
    command = [
        sys.executable,
        "-m",
        "twin.cli",
        "serve",
        "--city",
        str(TRIO),
        "--lake",
        str(lake),
        *words,
    ]
    done = subprocess.run(
        command, capture_output=True, text=True, timeout=60, check=False
    )
    assert done.returncode == 2
    assert said in done.stderr


def test_json_of_health_names_no_folder(serving, lake):
    _, port = serving()
    assert str(lake.parent) not in json.dumps(json.loads(health(port)))
