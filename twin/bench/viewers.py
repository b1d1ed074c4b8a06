"""What a server holds: many open viewers, and those who only want to hold it up.

A viewer opens a page, keeps its connection, asks every two seconds for the newest snapshot, and has
what changed painted when there is another one. An attacker leaves something unfinished and begins
anew when it is shown the door. All of them share one thread, so that most of the machine is left to
the server that is measured.
"""

from __future__ import annotations

import asyncio
import json
import random
import resource
import statistics
import time
from collections import Counter, defaultdict
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any, cast
from urllib.parse import urlsplit

import brotli
import uvloop

POLL_S = 2.0

# How often a page is opened and painted, and health asked for, on a connection of its own,
# s.
PROBE_S = 0.25

# An answer that takes longer is none, s.
PATIENCE_S = 10.0
_SLOW = "GET / HTTP/1.1\r\nHost: {host}\r\nX-Slow: "
_HALF = (
    "POST /_dash-update-component HTTP/1.1\r\nHost: {host}\r\nContent-Length:"
    " 1000\r\n\r\n{{"
)
_KINDS = ("unfinished header", "trickled header", "unfinished body", "never reads")


@dataclass(frozen=True)
class Answer:
    """What a server said, and how long it took, ms."""

    status: int
    head: bytes
    body: bytes
    ms: float


@dataclass(frozen=True)
class Line:
    """How one kind of question was answered.

    Attributes:
        errors: answers that did not come, or were none of 200, by what was the matter.
    """

    what: str
    n: int
    p50_ms: float
    p95_ms: float
    max_ms: float
    errors: dict[str, int] = field(default_factory=dict[str, int])


class Tally:
    """Times and errors by kind of question, from the moment on at which counting begins."""

    def __init__(self) -> None:
        self.counts = False
        self._times: defaultdict[str, list[float]] = defaultdict(list)
        self._errors: defaultdict[str, Counter[str]] = defaultdict(Counter)

    async def of(self, what: str, asked: Awaitable[Answer]) -> Answer | None:
        """Wait for an answer and count it; return None in place of one that did not come."""
        try:
            answer = await asyncio.wait_for(asked, PATIENCE_S)
        except (OSError, EOFError, TimeoutError, ValueError) as error:
            self._errors[what][type(error).__name__] += self.counts
            return None
        if answer.status != 200:
            self._errors[what][str(answer.status)] += self.counts
        elif self.counts:
            self._times[what].append(answer.ms)
        return answer

    def lines(self) -> list[Line]:
        """Return what was counted, by kind of question."""
        return [self._line(what) for what in sorted({*self._times, *self._errors})]

    def _line(self, what: str) -> Line:
        times = sorted(self._times[what]) or [float("nan")]
        errors = {kind: n for kind, n in self._errors[what].items() if n}
        at_95 = times[min(len(times) - 1, int(len(times) * 0.95))]
        return Line(
            what,
            len(self._times[what]),
            statistics.median(times),
            at_95,
            times[-1],
            errors,
        )


class Wire:
    """One connection to a server, kept open between questions."""

    def __init__(self, url: str) -> None:
        """Begin unconnected; `url` is such as http://127.0.0.1:8050/twin."""
        there = urlsplit(url)
        self._at = (there.hostname or "127.0.0.1", there.port or 80)
        self._host, self._prefix = there.netloc, there.path.rstrip("/")
        self._streams: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None = None

    async def ask(self, path: str, body: bytes | None = None) -> Answer:
        """Return the answer to a GET, or to a POST of JSON.

        Raises:
            OSError, EOFError: the connection was lost; the next question opens another.
        """
        begun = time.perf_counter()
        if self._streams is None:
            self._streams = await asyncio.open_connection(*self._at, limit=1 << 20)
        reader, writer = self._streams
        lines = [
            f"{'GET' if body is None else 'POST'} {self._prefix}{path} HTTP/1.1",
            f"Host: {self._host}",
            "Accept-Encoding: gzip, br",
        ]
        if body is not None:
            lines += ["Content-Type: application/json", f"Content-Length: {len(body)}"]
        try:
            writer.write("\r\n".join([*lines, "", ""]).encode() + (body or b""))
            status, head, content = await _read(reader)
        except BaseException:
            self.close()
            raise
        if b"connection: close" in head:
            self.close()
        return Answer(status, head, content, (time.perf_counter() - begun) * 1_000)

    def close(self) -> None:
        """Let go of the connection."""
        if self._streams:
            self._streams[1].close()
        self._streams = None


async def _read(reader: asyncio.StreamReader) -> tuple[int, bytes, bytes]:
    head = (await reader.readuntil(b"\r\n\r\n")).lower()
    status = int(head.split(b" ", 2)[1])
    if b"transfer-encoding: chunked" not in head:
        length = head.partition(b"content-length:")[2].partition(b"\r\n")[0]
        return status, head, await reader.readexactly(int(length or 0))
    pieces: list[bytes] = []
    while size := int(await reader.readline(), 16):
        pieces.append((await reader.readexactly(size + 2))[:-2])
    await reader.readline()
    return status, head, b"".join(pieces)


class Viewer:
    """A browser with one page open."""

    # A thousand viewers are sent the same.
    _known: dict[bytes, dict[str, Any]] = {}  # noqa: RUF012

    def __init__(self, url: str, search: str, tally: Tally) -> None:
        self._wire, self._search, self._tally = Wire(url), search, tally
        self._snapshot, self._tags = "", cast("dict[str, list[str]]", {})

    async def open(self) -> None:
        """Open the page."""
        await self._tally.of("page", self._wire.ask(f"/{self._search}"))

    async def look(self) -> None:
        """Ask for the newest snapshot, and have it painted if it is another one."""
        answer = await self._tally.of("poll", self._wire.ask("/api/snapshot"))
        if answer is None or answer.status != 200:
            return
        newest = json.loads(answer.body)["snapshot"]
        if newest != self._snapshot:
            self._snapshot = newest
            await self.paint()

    async def paint(self) -> None:
        """Have painted what changed since the last time."""
        asked = {
            "pathname": "/",
            "search": self._search,
            "shown": self._tags,
            "keep": True,
        }
        inputs = [{"id": "asked", "property": "data", "value": asked}]
        body = {
            "output": "spec.data",
            "outputs": {"id": "spec", "property": "data"},
            "inputs": inputs,
            "changedPropIds": ["asked.data"],
        }
        question = self._wire.ask("/_dash-update-component", json.dumps(body).encode())
        answer = await self._tally.of("paint", question)
        if answer is not None and answer.status == 200:
            self._tags = {
                name: each["tags"] for name, each in self._places(answer).items()
            }

    def close(self) -> None:
        """Close the page."""
        self._wire.close()

    def _places(self, answer: Answer) -> dict[str, Any]:
        if answer.body not in self._known:
            packed = b"content-encoding: br" in answer.head
            painted = json.loads(
                brotli.decompress(answer.body) if packed else answer.body
            )
            self._known.clear()
            self._known[answer.body] = painted["response"]["spec"]["data"]["places"]
        return self._known[answer.body]


async def _view(url: str, search: str, tally: Tally, wait_s: float) -> None:
    viewer = Viewer(url, search, tally)
    await asyncio.sleep(wait_s)
    try:
        await viewer.open()
        while True:
            begun = time.monotonic()
            await viewer.look()
            await asyncio.sleep(max(0.0, POLL_S - (time.monotonic() - begun)))
    finally:
        viewer.close()


async def _probe(url: str, search: str, tally: Tally) -> None:
    """Open a page and have it painted, and ask for health, each time as somebody new."""
    while True:
        begun = time.monotonic()
        viewer, health = Viewer(url, search, tally), Wire(url)
        try:
            asked = tally.of("health", health.ask("/healthz"))
            await asyncio.gather(viewer.open(), asked)
            await viewer.paint()
        finally:
            viewer.close()
            health.close()
        await asyncio.sleep(max(0.0, PROBE_S - (time.monotonic() - begun)))


class _Held(asyncio.Protocol):
    """A connection on which something is left unfinished."""

    def __init__(self, said: bytes, *, reads: bool) -> None:
        self._said, self._reads = said, reads
        self.is_over = asyncio.Event()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Say what is never finished, or never read the answers to it."""
        self._transport = cast("asyncio.Transport", transport)
        if not self._reads:
            self._transport.pause_reading()
        self._transport.write(self._said)

    def connection_lost(self, exc: Exception | None) -> None:
        """Note that the server closed."""
        del exc
        self.is_over.set()

    def trickle(self) -> None:
        """Send one more byte."""
        if not self._transport.is_closing():
            self._transport.write(b"x")

    def close(self) -> None:
        """Go away."""
        self._transport.abort()


async def _attack(url: str, search: str, kind: str) -> None:
    """Leave something unfinished for as long as the server bears it; then once more."""
    there, loop = urlsplit(url), asyncio.get_running_loop()
    address = there.hostname or "127.0.0.1", there.port or 80
    many = f"GET /{search} HTTP/1.1\r\nHost: {{host}}\r\n\r\n" * 60
    said = {"unfinished body": _HALF, "never reads": many}.get(kind, _SLOW)
    words = said.format(host=there.netloc).encode()
    while True:
        await asyncio.sleep(0.1)
        try:
            _, held = await loop.create_connection(
                lambda: _Held(words, reads=kind != "never reads"), *address
            )
        except OSError:
            continue
        try:
            while not held.is_over.is_set():
                await asyncio.sleep(1)
                if kind == "trickled header":
                    held.trickle()
        finally:
            held.close()


async def crowd(
    url: str,
    search: str,
    *,
    viewers: int,
    attackers: int,
    seconds: float,
    ramp_s: float = 15,
    tell: Callable[[str], None] = lambda _: None,
) -> list[Line]:
    """Measure a server under a crowd.

    Args:
        url: where the server is, such as http://127.0.0.1:8050.
        search: query of the page that is opened, with its `?`.
        seconds: how long is counted, once all are there.
        ramp_s: how long the viewers take to come, s.
        tell: is told what begins.
    """
    tally = Tally()
    tasks = [
        asyncio.create_task(_view(url, search, tally, random.uniform(0, ramp_s)))  # noqa: S311
        for _ in range(viewers)
    ]
    tasks += [
        asyncio.create_task(_attack(url, search, _KINDS[n % len(_KINDS)]))
        for n in range(attackers)
    ]
    tell(f"{viewers} viewers and {attackers} attackers come …")
    await asyncio.sleep(ramp_s + POLL_S)
    tasks.append(asyncio.create_task(_probe(url, search, tally)))
    tally.counts = True
    tell(f"counting for {seconds:.0f} s …")
    await asyncio.sleep(seconds)
    tally.counts = False
    for task in tasks:
        task.cancel()
    await asyncio.wait(tasks, timeout=5)
    return tally.lines()


def measure(url: str, search: str, **named: Any) -> list[Line]:
    """Measure as `crowd` does, on an event loop of its own."""
    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        return runner.run(crowd(url, search, **named))
