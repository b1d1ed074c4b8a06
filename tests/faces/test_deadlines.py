"""Nobody holds the server by leaving something unfinished."""

import socket
import time
from contextlib import suppress
from dataclasses import replace

import pytest
from flask import Flask

from tests.faces.served import HERE, heard, served, talk
from twin.faces.server import deadlines

ASK = b"GET /healthz HTTP/1.1\r\nHost: localhost\r\n"
LARGE = 8 << 20
ONCE = ASK + b"Connection: close\r\n\r\n"


@pytest.fixture(scope="module")
def application():
    app = Flask("small")
    app.add_url_rule("/healthz", "/healthz", view_func=lambda: {"ok": True})
    app.add_url_rule("/large", "/large", view_func=lambda: b"x" * LARGE)
    return app


@pytest.fixture
def address(application, monkeypatch):
    for name in ("HEADER_S", "BODY_S", "WRITE_S"):
        monkeypatch.setattr(deadlines, name, 0.4)
    with served(application) as found:
        yield found


@pytest.mark.parametrize(
    "begun",
    [
        pytest.param(b"", id="nothing is said"),
        pytest.param(ASK, id="header"),
        pytest.param(
            ASK.replace(b"GET", b"POST") + b"Content-Length: 9\r\n\r\n{", id="body"
        ),
        pytest.param(
            ASK.replace(b"GET", b"POST") + b"Transfer-Encoding: chunked\r\n\r\n5\r\nab",
            id="chunk",
        ),
        pytest.param(ASK + b"\r\n" + ASK, id="second header"),
    ],
)
def test_what_is_left_unfinished_is_closed_in_its_time(address, begun):
    with socket.create_connection(address, timeout=5) as line:
        line.sendall(begun)
        started = time.monotonic()
        heard(line)
    assert 0.3 < time.monotonic() - started < 2


def test_empty_lines_after_an_answer_buy_no_time(address):
    with socket.create_connection(address, timeout=5) as line:
        line.sendall(ASK + b"\r\n")
        said = b""
        while b'{"ok":true}' not in said:
            said += line.recv(65_536)
        time.sleep(0.1)  # nothing tells when the server takes its answer for finished
        line.sendall(b"\r\n\r\n")
        started = time.monotonic()
        heard(line)
    assert 0.3 < time.monotonic() - started < 2


@pytest.mark.parametrize("drop", [b"x", b"\r\n"], ids=["letters", "empty lines"])
def test_bytes_that_trickle_in_buy_no_time(address, drop):
    with socket.create_connection(address, timeout=5) as line:
        line.sendall(b"" if drop == b"\r\n" else ASK + b"X-Slow: ")
        started = time.monotonic()
        with pytest.raises(OSError):  # noqa: PT012
            while time.monotonic() - started < 3:
                line.sendall(drop)
                time.sleep(0.05)
    assert time.monotonic() - started < 2


def test_who_sends_too_slowly_is_told(address):
    assert b"408" in talk(address, ASK)


def test_who_never_reads_is_let_go(address):
    with socket.socket() as line:
        line.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4_096)
        line.connect(address)
        line.sendall(b"GET /large HTTP/1.1\r\nHost: localhost\r\n\r\n" * 3)
        # It is the reader who waits here: the server has 0.4 s of patience.
        time.sleep(1.5)
        line.settimeout(5)
        assert len(heard(line)) < 3 * LARGE  # the rest was never sent


def test_a_header_without_end_is_refused(address):
    lines = b"".join(b"X-%d: %s\r\n" % (n, b"y" * 1_000) for n in range(200))
    with suppress(ConnectionError):  # it may be closed while we are still sending
        assert b"431" in talk(address, ASK + lines)
    assert b'{"ok":true}' in talk(address, ONCE)


def test_an_address_holds_no_more_connections_than_it_may(application):
    with served(application, replace(HERE, per_address=2)) as address:
        first, second = (socket.create_connection(address, timeout=5) for _ in range(2))
        assert b"This address holds 2 connections already." in talk(address, b"")
        first.close()
        while b"connections already" in (said := talk(address, ONCE)):
            time.sleep(0.02)
        assert b'{"ok":true}' in said
        second.close()


def test_a_proxy_may_hold_any_number(application):
    at = replace(HERE, per_address=1, proxies=("127.0.0.1",))
    with (
        served(application, at) as address,
        socket.create_connection(address),
        socket.create_connection(address),
    ):
        assert b'{"ok":true}' in talk(address, ONCE)


def test_five_hundred_half_open_connections_hold_up_nobody(application):
    with served(application) as address:
        lines = [socket.create_connection(address) for _ in range(500)]
        for line in lines:
            line.sendall(ASK)
        started = time.monotonic()
        assert b'{"ok":true}' in talk(address, ONCE)
        assert time.monotonic() - started < 1
        for line in lines:
            line.close()
