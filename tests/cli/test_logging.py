"""The log of real servers: every line is read, ids join requests and their questions."""

import http.client
import json
import os
import re
import select
import signal
import socket
import subprocess
import sys
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.cli.processes import wait_until
from tests.faces.imported import NEWEST, TRIO, batch, event
from tests.faces.served import answers
from twin.pack import load_city
from twin.store import Lake, newest, publish

ORDERS = Path(__file__).parents[1] / "feeds" / "data" / "orders_utf8.csv"
WALL = "/wall/default?lang=en&v=1"


@pytest.fixture(scope="module")
def lake(tmp_path_factory):
    found = Lake(tmp_path_factory.mktemp("log") / "lake")
    publish(
        found,
        load_city(TRIO),
        [batch("events", event("N1", NEWEST, NEWEST))],
        as_of=NEWEST,
        simulated=False,
        now=lambda: NEWEST,
    )
    return found.path


@contextmanager
def started(into, *words, **environ):
    """`twin WORDS` as a process whose log goes to the file `into`; it ends well when told."""
    with into.open("w") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "twin", *map(str, words)],
            stdout=subprocess.DEVNULL,
            stderr=log,
            env={**os.environ, **environ},
        )
    try:
        yield process
        process.send_signal(signal.SIGTERM)
        assert process.wait(30) == 0
    finally:
        process.kill()
        process.wait()


def free_port():
    with socket.create_server(("127.0.0.1", 0)) as free:
        return free.getsockname()[1]


@contextmanager
def serving(lake, into, *words, **environ):
    """`twin serve WORDS`; give its port once it answers."""
    port = free_port()
    options = ("--city", TRIO, "--lake", lake, "--port", port)
    with started(into, "serve", *options, *words, **environ):
        wait_until(lambda: answers(port))
        yield port


@pytest.fixture(scope="module")
def talkative(lake, tmp_path_factory):
    """A server that writes all it can as JSON: its port and its log."""
    log = tmp_path_factory.mktemp("talkative") / "log"
    with serving(lake, log, "--log=json", "--log-level=debug") as port:
        yield port, log


def ask(port, path, **headers):
    line = http.client.HTTPConnection("127.0.0.1", port, timeout=20)
    try:
        line.request("GET", path, headers=headers)
        answer = line.getresponse()
        return answer.status, answer.read(), answer.headers
    finally:
        line.close()


def written(log):
    """All lines; each is read, the last only when it is whole."""
    text = log.read_text()
    return [json.loads(line) for line in text.splitlines()[: text.count("\n")]]


def asked(port, log, path, **headers):
    """Ask, and give the answer and the request's line: it comes after the answer's last byte."""
    answer = ask(port, path, **headers)
    name = answer[2]["x-request-id"]

    def is_there():
        return [line for line in requests(log) if line["request_id"] == name]

    wait_until(is_there)
    return *answer, is_there()[0]


def requests(log):
    return [line for line in written(log) if line["event"] == "request"]


def questions(log, request):
    return [
        line
        for line in written(log)
        if line["event"] == "question" and line["request_id"] == request["request_id"]
    ]


def test_a_request_and_its_questions_have_one_id_and_say_what_was_done(lake, talkative):
    status, body, _, request = asked(*talkative, WALL)

    facts = ("method", "path", "status", "bytes", "cached", "network")
    assert [request[name] for name in facts] == [
        "GET",
        "/wall/default",
        status,
        len(body),
        False,
        "127.0.0.0/24",
    ]
    done = [line for line in questions(*talkative[1:], request) if not line["cached"]]
    assert len(done) > 5
    assert {line["snapshot"] for line in done} == {newest(Lake(lake)).id}
    assert {"attention", "headline"} <= {line["layer"] for line in done}
    assert all(line["question"].endswith(".sql") for line in done)
    assert all(line["rows"] >= 0 for line in done)
    # A picture asks its questions side by side: each ends before the picture does.
    assert all(0 <= line["ms"] <= request["ms"] for line in done)


def test_what_was_there_already_says_so(talkative):
    port, log = talkative
    asked(port, log, "/?lang=en&v=1")
    # The same address a moment later; another address of the same picture.
    *_, again = asked(port, log, "/?lang=en&v=1")
    *_, other = asked(port, log, "/?v=1&lang=en")

    assert (again["cached"], other["cached"]) == (True, False)
    assert questions(log, again) == []
    assert {line["cached"] for line in questions(log, other)} == {True}


def test_a_strangers_line_stays_inside_ours_and_no_query_is_written(talkative):
    evil = "/x%0A%7B%22event%22:%22forged%22%7D%0D%1b[2J%e2%80%ae"
    status, *_, request = asked(*talkative, f"{evil}?token=hunter2")

    text = talkative[1].read_text()
    assert request["path"] == '/x\n{"event":"forged"}\r\x1b[2J\u202e'
    assert (request["status"], status) == (404, 404)
    assert not any(line["event"] == "forged" for line in written(talkative[1]))
    assert not [sign for sign in ("\x1b", "\u202e", "hunter2") if sign in text]


def test_what_never_reaches_the_application_has_a_line(talkative):
    port, log = talkative
    with socket.create_connection(("127.0.0.1", port)) as line:
        line.sendall(b"GET / HTTP/1.1\r\nX: ")
        # A header without an end, until it is refused.
        while not select.select([line], [], [], 0.01)[0]:
            line.sendall(b"a" * 4_096)

    wait_until(
        lambda: [each for each in written(log) if each["event"] == "refused"] != []
    )
    (refused,) = [each for each in written(log) if each["event"] == "refused"]
    assert refused["status"] == 431


def test_text_is_one_line_and_a_named_proxy_says_from_where(lake, tmp_path):
    path, told = "/x%0Alevel=error", {"X-Forwarded-For": "2001:db8:1:2:3::4"}
    log = tmp_path / "log"
    with serving(lake, log, "--proxy", "127.0.0.1", TWIN_LOG="text") as port:
        name = ask(port, path, **told)[2]["x-request-id"]
        wait_until(lambda: name in log.read_text())

    # That it was asked for its health before is no news at this level.
    (line,) = log.read_text().splitlines()
    assert re.match(r"timestamp=\S+ level=info logger=twin.server event=request ", line)
    assert f" request_id={name} " in line
    assert r'path="/x\\u000alevel=error" ' in line
    assert line.endswith(" network=2001:db8:1::/48")


def test_only_what_is_wrong_is_written_unasked_and_names_no_folder(lake, tmp_path):
    log = tmp_path / "log"
    with serving(lake, log) as port:
        headers = ask(port, WALL)[2]
        ask(port, "/nothing")
        ask(port, "/", Host="evil.example")
        quiet = log.read_text()
        (lake / "snapshots").rename(lake / "gone")
        try:
            wait_until(lambda: ask(port, "/api/snapshot")[0] == 503)
            wait_until(log.read_text)
        finally:
            (lake / "gone").rename(lake / "snapshots")

    assert (quiet, headers["x-request-id"]) == ("", None)
    said = log.read_text()
    assert "level=warning logger=twin.server" in said
    assert "path=/api/snapshot" in said
    assert str(lake.parent) not in said


@pytest.mark.slow
def test_each_of_several_processes_logs(lake, tmp_path):
    log = tmp_path / "log"
    with serving(lake, log, "--log", "json", "--workers", "2") as port:
        *_, request = asked(port, log, "/nothing")

    assert request["status"] == 404


def test_publishing_says_what_was_published_and_nothing_that_people_wrote(tmp_path):
    words = ("ingest", "work-orders", ORDERS, "--city", "wuhan", "--lake", tmp_path)
    done = subprocess.run(
        [sys.executable, "-m", "twin", *map(str, words)],
        env={**os.environ, "TWIN_LOG": "json"},
        capture_output=True,
        text=True,
        check=True,
    )

    (published,) = map(json.loads, done.stderr.splitlines())
    snapshot = newest(Lake(tmp_path))
    assert published["snapshot"] == snapshot.id
    # Of 16 rows 10 are refused, of one that is taken two later steps.
    assert published["quarantined"] == snapshot.tables["quarantine"].rows == 12
    # One row stands there twice.
    assert published["skipped"] == 1
    assert published["rows"] > 15
    assert published["seconds"] > 0
    assert done.stderr.isascii()


@pytest.mark.slow
def test_the_publisher_of_a_demo_logs_as_the_demo_does(tmp_path):
    port, log = free_port(), tmp_path / "log"
    options = ("--city", TRIO, "--lake", tmp_path / "lake", "--port", port)
    with started(log, "demo", "--days=1", "--tick=1", "--log", "json", *options):
        # The first is the demo's own, of the history; the others are its publisher's.
        wait_until(lambda: log.read_text().count('"published"') >= 3)
        wait_until(lambda: answers(port))

    published = [line for line in written(log) if line["event"] == "published"]
    assert len({line["snapshot"] for line in published}) == len(published)
    assert published[0]["rows"] > published[1]["rows"] > 0
