"""Who may ask, how much, how often; and what is worked out once for all who ask at once."""

import http.client
import json
import select
import socket
import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest
from flask import Flask, request

from tests.faces.served import HERE, served, talk
from twin.faces.server import front, news
from twin.faces.server.doors import door


class Small:
    """An application that counts what it works out."""

    def __init__(self):
        self.worked_out, self.snapshot, self.gate = [], "first", threading.Event()
        self.gate.set()
        self.now = "12:00"
        self.app = Flask("small")
        self.app.add_url_rule(
            "/api/snapshot",
            "/api/snapshot",
            view_func=lambda: {"snapshot": self.snapshot, "now": self.now},
        )
        self.app.add_url_rule("/healthz", "/healthz", view_func=lambda: {"ok": True})
        self.app.add_url_rule("/", "/", view_func=self.page, methods=["GET", "POST"])
        self.app.add_url_rule(
            "/_dash-update-component",
            "/_dash-update-component",
            view_func=self.page,
            methods=["POST"],
        )
        self.app.add_url_rule("/fails", "/fails", view_func=self.fails)
        self.app.add_url_rule(
            "/who",
            "/who",
            view_func=lambda: {"who": request.remote_addr, "root": request.script_root},
        )

    def page(self):
        self.worked_out.append(request.full_path)
        self.gate.wait(5)
        return (
            f"{self.snapshot} {request.headers.get('Accept-Language')}"
            f" {request.get_data(as_text=True)}"
        )

    def fails(self):
        self.worked_out.append("/fails")
        return "no", 500


@pytest.fixture
def small():
    return Small()


@pytest.fixture
def address(small):
    with served(small.app) as found:
        yield found


def ask(address, path="/", *, method="GET", body=None, **headers):
    line = http.client.HTTPConnection(*address, timeout=5)
    names = {name.replace("_", "-"): value for name, value in headers.items()}
    line.request(method, path, body, {"Host": "localhost", **names})
    answer = line.getresponse()
    said = answer.read().decode()
    line.close()
    return answer.status, said, dict(answer.headers)


# -- what is worked out once


def test_what_many_ask_at_once_is_worked_out_once(small, address, monkeypatch):
    # However slowly the twenty come.
    monkeypatch.setattr("twin.faces.server.front.SHOWN_S", 60.0)
    small.gate.clear()
    with ThreadPoolExecutor(20) as many:
        asked = [many.submit(ask, address) for _ in range(20)]
        small.gate.set()
        assert {answer.result()[1] for answer in asked} == {"first None "}
    assert small.worked_out == ["/?"]


def test_another_language_or_another_question_is_another_answer(address):
    assert ask(address, Accept_Language="en")[1] == "first en "
    assert ask(address, Accept_Language="zh")[1] == "first zh "
    paint = {"method": "POST", "path": "/_dash-update-component"}
    assert [ask(address, body=text, **paint)[1] for text in ("a", "b", "a")] == [
        "first None a",
        "first None b",
        "first None a",
    ]


def test_a_new_snapshot_is_shown_as_soon_as_it_is_announced(small, address):
    assert ask(address)[1] == "first None "
    small.snapshot = "second"
    while "second" not in ask(address, "/api/snapshot")[1]:
        pass
    assert ask(address)[1] == "second None "


def told(address):
    return json.loads(ask(address, "/api/snapshot")[1])["snapshot"]


def test_a_new_snapshot_is_told_when_what_is_looked_at_is_painted(small, address):
    assert ask(address)[1] == "first None "
    small.gate.clear()
    small.snapshot = "second"
    # It is painted anew though nobody but the news asked.
    while len(small.worked_out) < 2:
        assert told(address) == "first"
    assert told(address) == "first"
    small.gate.set()
    while told(address) == "first":
        pass
    assert ask(address)[1] == "second None "


def test_a_picture_that_takes_long_holds_no_news_back(small, address, monkeypatch):
    monkeypatch.setattr(news, "PAINTED_S", 0.3)
    ask(address)
    small.gate.clear()
    small.snapshot = "second"
    while told(address) == "first":
        pass
    small.gate.set()


def test_the_server_s_clock_is_told_at_once(small, address):
    ask(address)
    small.gate.clear()
    small.snapshot, small.now = "second", "12:01"
    while json.loads(ask(address, "/api/snapshot")[1])["now"] != "12:01":
        pass
    assert told(address) == "first"
    small.gate.set()


def test_a_failure_is_not_given_again(small, address):
    assert [ask(address, "/fails")[0] for _ in range(2)] == [500, 500]
    assert small.worked_out == ["/fails", "/fails"]


def test_health_answers_while_all_threads_work(small, address):
    small.gate.clear()
    with ThreadPoolExecutor(30) as many:
        asked = [many.submit(ask, address, f"/?{n}") for n in range(30)]
        while len(small.worked_out) < front.LANE:
            pass
        assert ask(address, "/healthz")[:2] == (200, '{"ok":true}\n')
        small.gate.set()
        assert [answer.result()[0] for answer in asked] == [200] * 30


# -- how much


@pytest.mark.parametrize("length", [(1 << 20) + 1, 100 << 20, 1 << 62])
def test_a_long_body_is_refused_before_it_is_sent(small, address, length):
    said = talk(
        address,
        f"POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: {length}\r\n\r\n".encode(),
    )
    assert said.startswith(b"HTTP/1.1 413")
    assert b"The request is longer than 1 MB." in said
    assert small.worked_out == []


def test_a_long_body_without_a_length_is_refused_while_it_comes(small, address):
    chunk = b"10000\r\n" + b"x" * 65_536 + b"\r\n"
    head = b"POST / HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n"
    assert talk(address, head + chunk * 17).startswith(b"HTTP/1.1 413")
    assert small.worked_out == []


def test_a_body_of_a_megabyte_is_read(address):
    assert ask(address, method="POST", body="x" * (1 << 20))[0] == 200


# -- how often


def test_what_had_to_be_worked_out_is_counted_and_what_was_kept_is_free(
    small, monkeypatch
):
    monkeypatch.setattr(front, "SHOWN_S", 60)
    with served(small.app, replace(HERE, rate="3 per 1 hour")) as address:
        assert [ask(address)[0] for _ in range(20)] == [200] * 20
        codes = [ask(address, f"/?{n}") for n in range(4)]
        status, said, headers = codes[-1]
        assert status == 429
        assert json.loads(said)["what"] == "This address asked for too much at once."
        assert headers["retry-after"] == "3600"
        assert ask(address, "/healthz")[0] == 200


def test_what_is_refused_is_counted_as_well(small):
    with served(small.app, replace(HERE, rate="3 per 1 hour")) as address:
        assert [ask(address, Host="evil.org")[0] for _ in range(5)] == [
            421,
            421,
            421,
            429,
            429,
        ]


def test_addresses_are_counted_apart_when_a_known_proxy_names_them(small):
    with served(
        small.app, replace(HERE, rate="1 per 1 hour", proxies=("127.0.0.1",))
    ) as address:
        assert (
            ask(address, "/who", X_Forwarded_For="203.0.113.5")[1]
            == '{"root":"","who":"203.0.113.5"}\n'
        )
        assert ask(address, "/?a", X_Forwarded_For="203.0.113.5")[0] == 429
        assert ask(address, "/?a", X_Forwarded_For="203.0.113.6")[0] == 200


def test_a_stranger_s_word_on_who_asks_is_not_believed(address):
    assert (
        json.loads(ask(address, "/who", X_Forwarded_For="203.0.113.5")[1])["who"]
        == "127.0.0.1"
    )


# -- under which name


@pytest.mark.parametrize(
    "host",
    [
        "localhost",
        "LOCALHOST:8050",
        "127.0.0.1",
        "127.0.0.1:9",
        "[::1]:8050",
        "twin.city.example",
        "twin.city.example.:443",
    ],
)
def test_the_server_answers_to_its_names(small, host):
    with served(small.app, door("127.0.0.1", ("twin.city.example",))) as address:
        assert ask(address, Host=host)[0] == 200


@pytest.mark.parametrize(
    "host",
    [
        "evil.org",
        "localhost.evil.org",
        "evil.org:8050",
        "evil.org@localhost",
        "localhost@evil.org",
        "localhost/evil",
        "169.254.1.1",
        "",
        "[::2]",
        "[",
        "a" * 5_000,
    ],
)
def test_it_answers_to_no_other_and_says_how_it_may(address, host):
    status, said, _ = ask(address, Host=host)
    assert status == 421
    assert "--host-name" in json.loads(said)["fix"]


@pytest.mark.parametrize(
    "origin",
    ["https://evil.org", "null", "http://localhost.evil.org", "file://", "http://["],
)
def test_a_page_elsewhere_may_change_nothing(small, address, origin):
    assert ask(address, method="POST", body="{}", Origin=origin)[0] == 403
    assert small.worked_out == []


@pytest.mark.parametrize("origin", ["http://localhost:8050", "https://127.0.0.1"])
def test_a_page_of_this_server_may(address, origin):
    assert ask(address, method="POST", body="{}", Origin=origin)[0] == 200


# -- under which path


@pytest.mark.parametrize(
    "path", ["/twin/who", "/who"], ids=["passed on whole", "taken away by the proxy"]
)
def test_a_prefix_is_found_however_the_proxy_passes_it_on(small, path):
    with served(small.app, door("127.0.0.1", prefix="twin/")) as address:
        assert json.loads(ask(address, path)[1])["root"] == "/twin"


def test_the_bare_prefix_leads_to_the_page(small):
    with served(small.app, door("127.0.0.1", prefix="/twin")) as address:
        status, _, headers = ask(address, "/twin?v=1")
        assert (status, headers["location"]) == (308, "/twin/?v=1")


# -- what else is tried


def test_two_names_are_none(address):
    two = (
        b"GET / HTTP/1.1\r\nHost: localhost\r\nHost: evil.org\r\nConnection:"
        b" close\r\n\r\n"
    )
    assert talk(address, two).startswith(b"HTTP/1.1 421")
    assert talk(address, b"GET / HTTP/1.1\r\nConnection: close\r\n\r\n").startswith(
        b"HTTP/1.1 421"
    )


def test_what_is_asked_of_is_not_sent_to(address):
    assert [
        ask(address, path, method="POST")[0] for path in ("/api/snapshot", "/healthz")
    ] == [405, 405]


def test_a_large_answer_arrives_whole(small):
    whole = "".join(f"{n:07}\n" for n in range(100_000))
    small.app.add_url_rule("/large", "/large", lambda: whole)
    with served(small.app) as address:
        assert [ask(address, "/large")[1] == whole for _ in range(2)] == [True, True]


def test_one_address_cannot_keep_all_threads_busy(small):
    small.gate.clear()
    with (
        served(small.app, replace(HERE, proxies=("127.0.0.1",))) as address,
        ThreadPoolExecutor(40) as many,
    ):
        asked = [
            many.submit(ask, address, f"/?{n}", X_Forwarded_For="203.0.113.5")
            for n in range(40)
        ]
        while len(small.worked_out) < front.LANE:
            pass
        assert ask(address, "/who", X_Forwarded_For="203.0.113.6")[0] == 200
        small.gate.set()
        assert {answer.result()[0] for answer in asked} == {200}


def test_bodies_that_are_never_finished_take_no_more_memory_than_there_is_for_them(
    small, monkeypatch
):
    monkeypatch.setattr(front, "MOST_READING", 3 << 19)
    half = (
        b"POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1000000\r\n\r\n"
        + b"x" * 900_000
    )
    with (
        served(small.app) as address,
        socket.create_connection(address) as one,
        socket.create_connection(address) as other,
    ):
        one.sendall(half)
        other.sendall(half)
        (refused, *_), _, _ = select.select([one, other], [], [], 5)
        assert refused.recv(65_536).startswith(b"HTTP/1.1 503")
    assert small.worked_out == []


def test_what_most_look_at_is_painted_before_the_news_not_what_one_asked_for_last(
    small, address
):
    for _ in range(3):
        ask(address, "/?liked")
    for n in range(20):
        ask(address, f"/?odd={n}")
    begun = len(small.worked_out)
    small.snapshot = "second"
    while told(address) == "first":
        pass
    assert "/?liked" in small.worked_out[begun:]
    assert len(small.worked_out) - begun == news.MOST_PAINTED
