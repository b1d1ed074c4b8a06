"""The front of the server: who may ask, how much, how often; and answers that are there already.

It runs on the event loop and waits for nobody. What has to be worked out goes to a few threads;
health and the viewers' asking for news have threads of their own, so that both are answered while
all others work.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Hashable, Mapping
from dataclasses import dataclass
from hashlib import sha256
from ipaddress import ip_address, ip_network
from typing import Any, cast
from weakref import WeakValueDictionary

from a2wsgi import WSGIMiddleware
from limits import parse
from limits.storage import MemoryStorage
from limits.strategies import FixedWindowRateLimiter
from uvicorn.middleware.proxy_headers import ProxyHeadersMiddleware

from twin.faces.server import archive
from twin.faces.server.deadlines import PER_ADDRESS
from twin.faces.server.hosts import Names
from twin.faces.server.kept import Answer, App, Kept, Receive, Scope, Send, Straight
from twin.faces.server.news import News
from twin.faces.server.request_log import CACHED, POLLED, Logged

# Bytes of a request's body.
MOST_BODY = 1 << 20

# Answers to one address that had to be worked out, or were refused: a thousand viewers who
# each look at something else, and whose picture changes every ten seconds, ask for less.
RATE = "3000 per 10 second"
POLLED_S = 0.25

# How long an answer is given again to others, s: faces tell the time by whole seconds.
SHOWN_S = 1.0
THREADS = 12

# Threads that one address may keep busy.
LANE = 10

# Bytes of bodies that are being read, of all together.
MOST_READING = 64 << 20

# An address that is longer is answered, but not remembered, bytes.
MOST_QUERY = 4_096
ASKED_OF = "/api/snapshot"
OFTEN_ASKED = (ASKED_OF, "/healthz")
PAINTED = "/_dash-update-component"

# What stands here hangs on its address alone.
NAMED = ("/assets/", "/data/", "/pack/")

# What somebody types is no picture that is painted again with each snapshot.
SEARCHED = "/api/search"

# What ends so may have gigabytes: asked for whole, it is sent as it is read, and never kept.
WHOLE = ".pmtiles"
_HANGS_ON = (
    b"host",
    b"accept-encoding",
    b"accept-language",
    b"if-none-match",
    b"if-modified-since",
    b"range",
    b"if-range",
    b"content-type",
    b"x-forwarded-proto",
)
Headers = Mapping[bytes, bytes]


@dataclass(frozen=True)
class Door:
    """How a server is reached, and by whom.

    Attributes:
        names: what it is called.
        prefix: path under which a proxy shows it, such as '/twin'; '' for none.
        proxies: addresses or networks of proxies, whose word on who asks is believed.
        rate: how much one address may have worked out, such as '3000 per 10 second'.
        per_address: connections that one address may hold; a proxy may hold any number.
    """

    names: Names
    prefix: str = ""
    proxies: tuple[str, ...] = ()
    rate: str = RATE
    per_address: int = PER_ADDRESS


class Refusal(Exception):  # noqa: N818  (it is an answer)
    """An answer that says why there is none."""

    def __init__(
        self, status: int, what: str, fix: str, *headers: tuple[bytes, bytes]
    ) -> None:
        super().__init__(what)
        self.status, self.what, self.fix, self.headers = status, what, fix, headers


def front(application: Any, door: Door) -> App:
    """Return the ASGI application around a WSGI one."""
    app = cast("App", Logged(cast("App", _Front(application, door))))
    if not door.proxies:
        return app
    return cast(
        "App",
        ProxyHeadersMiddleware(cast("Any", app), trusted_hosts=list(door.proxies)),
    )


class _Front:
    def __init__(self, application: Any, door: Door) -> None:
        self._door, self._kept = door, Kept()
        self._rate, self._limiter = (
            parse(door.rate),
            FixedWindowRateLimiter(MemoryStorage()),
        )
        self._lanes: WeakValueDictionary[str, asyncio.Semaphore] = WeakValueDictionary()
        self._n_reading = 0
        self._news = News(self._paint_again)
        self._works = cast("App", WSGIMiddleware(application, workers=THREADS))
        self._polled = cast("App", WSGIMiddleware(application, workers=2))
        # A whole archive holds its thread for as long as it is read.
        self._long = cast("App", WSGIMiddleware(application, workers=2))

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Return one request."""
        if scope["type"] != "http":
            return
        headers: Headers = dict(scope["headers"])
        try:
            path = self._inside(scope)
            self._check(scope, headers)
            body = await self._read(headers, receive)
            answer = await self._answer(scope, headers, path, body)
        except Refusal as refusal:
            if refusal.status < 400 or refusal.status == 429 or self._is_within(scope):
                await _refuse(refusal, send)
            else:
                await _refuse(self._too_many(), send)
        except ConnectionAbortedError:
            return
        else:
            await answer.send(send)

    def _inside(self, scope: Scope) -> str:
        """Put a path into its place, and return it without the proxy's prefix.

        The proxy may or may not have taken the prefix away.
        """
        prefix, path = self._door.prefix, scope["path"]
        if prefix and path == prefix:
            there = (
                prefix.encode()
                + b"/"
                + (b"?" + scope["query_string"] if scope["query_string"] else b"")
            )
            raise Refusal(
                308,
                "The page is one step further.",
                f"open {prefix}/.",
                (b"location", there),
            )
        inside = (
            path.removeprefix(prefix)
            if prefix and path.startswith(prefix + "/")
            else path
        )
        scope.update(root_path=prefix, path=prefix + inside)
        return inside

    def _check(self, scope: Scope, headers: Headers) -> None:
        said = [value for name, value in scope["headers"] if name == b"host"]
        host = b", ".join(said).decode("latin1")
        if not self._door.names.has(host):
            raise Refusal(
                421,
                f"This server is not called {host[:60]!r}.",
                f"if it should be, start it with --host-name {host[:60] or 'NAME'}.",
            )
        origin = headers.get(b"origin", b"").decode("latin1")
        if (
            origin
            and scope["method"] not in {"GET", "HEAD"}
            and not self._door.names.has_origin(origin)
        ):
            raise Refusal(
                403,
                f"A page of {origin[:60]!r} may not ask this.",
                "open the page under a name of this server, see --host-name.",
            )

    async def _read(self, headers: Headers, receive: Receive) -> bytes:
        """Return a request's body.

        Raises:
            Refusal: it is too long, or too many are sent at once; no more of it is read.
            ConnectionAbortedError: whoever sent it went away.
        """
        length = headers.get(b"content-length", b"0")
        # The protocol lets digits through only.
        if len(length) > 18 or int(length) > MOST_BODY:
            raise _too_long()
        body = bytearray()
        try:
            while True:
                message = await receive()
                if message["type"] == "http.disconnect":
                    raise ConnectionAbortedError("The request was not finished.")
                piece = message.get("body", b"")
                body += piece
                self._n_reading += len(piece)
                if len(body) > MOST_BODY:
                    raise _too_long()
                if self._n_reading > MOST_READING:
                    raise Refusal(
                        503,
                        "Too much is sent to this server at once.",
                        "try again.",
                        (b"retry-after", b"5"),
                        (b"connection", b"close"),
                    )
                if not message.get("more_body"):
                    return bytes(body)
        finally:
            self._n_reading -= len(body)

    async def _answer(
        self, scope: Scope, headers: Headers, path: str, body: bytes
    ) -> Answer:
        if path in OFTEN_ASKED and scope["method"] in {"GET", "HEAD"}:
            scope[POLLED] = True
            return (
                await self._told(scope)
                if path == ASKED_OF
                else self._polled_answer(scope)
            )
        if path.endswith(WHOLE) and not _is_part(headers):
            if not self._is_within(scope):
                raise self._too_many()
            return Straight(self._long, scope)
        is_face = not path.startswith((*NAMED, SEARCHED))
        if is_face:
            await self._told(scope)
        key = self._key(scope, headers, is_face, path, body)
        if is_face and key is not None:
            self._news.looked_at(_looked_at(scope, body), (scope, body))
        found = self._kept.find(key) if key is not None else None
        if found is not None:
            scope[CACHED] = True
            return found
        if not self._is_within(scope):
            raise self._too_many()
        return self._kept.begin(key, self._in_lane(scope), scope, body, seconds=SHOWN_S)

    def _in_lane(self, scope: Scope) -> App:
        """Return what works an answer out, some for one address at a time.

        There is a thread left for the others.
        """
        whose = _whose(scope)
        lane = self._lanes.get(whose)
        if lane is None:
            lane = self._lanes[whose] = asyncio.Semaphore(LANE)

        async def work(scope: Scope, receive: Receive, send: Send) -> None:
            async with lane:
                await self._works(scope, receive, send)

        return work

    def _polled_answer(self, scope: Scope) -> Answer:
        """Return an answer that everybody is given alike, packed for nobody."""
        key = (scope["method"], scope["path"])
        bare = [(name, value) for name, value in scope["headers"] if name == b"host"]
        asked = {**scope, "query_string": b"", "headers": bare}
        found = self._kept.find(key)
        scope[CACHED] = found is not None
        return found or self._kept.begin(
            key, self._polled, asked, b"", seconds=POLLED_S, failures=True
        )

    async def _told(self, scope: Scope) -> Answer:
        """Return what is told of the newest snapshot.

        With it everything is painted anew that was painted before.
        """
        if scope["method"] not in {"GET", "HEAD"} or not scope["path"].endswith(
            ASKED_OF
        ):
            scope = {**scope, "method": "GET", "path": scope["root_path"] + ASKED_OF}
        answer = self._polled_answer(scope)
        if scope["method"] == "GET":
            await answer.change(self._news.tell)
        return answer

    async def _paint_again(self, question: tuple[Scope, bytes]) -> None:
        scope, body = question
        await Answer().work_out(self._works, dict(scope), body)

    def _key(
        self, scope: Scope, headers: Headers, is_face: bool, path: str, body: bytes
    ) -> Hashable:
        """Return all that an answer hangs on; None if it is given to this one only."""
        method = scope["method"]
        is_asked = method in {"GET", "HEAD"} or (method == "POST" and path == PAINTED)
        if not is_asked or len(scope["query_string"]) > MOST_QUERY:
            return None
        said = tuple(headers.get(name) for name in _HANGS_ON)
        # Dash says which page asks: all are answered alike.
        query = b"" if path == PAINTED else scope["query_string"]
        return (
            method,
            scope["path"],
            query,
            said,
            sha256(body).digest(),
            self._news.state if is_face else None,
        )

    def _is_within(self, scope: Scope) -> bool:
        """Count one answer; return whether its address may still have it."""
        return self._limiter.hit(self._rate, _whose(scope))

    def _too_many(self) -> Refusal:
        wait = str(self._rate.get_expiry()).encode()
        return Refusal(
            429,
            "This address asked for too much at once.",
            "wait a little, then load the page again.",
            (b"retry-after", wait),
        )


def _is_part(headers: Headers) -> bool:
    """Return whether a part of a file is asked for, whatever the file is by now."""
    said = headers.get(b"range", b"").decode("latin1")
    return archive.is_part(said) and b"if-range" not in headers


def _looked_at(scope: Scope, body: bytes) -> Hashable:
    """Return what somebody looks at.

    That is the address of a face, or what a page asks to be painted, whatever it shows
    already.
    """
    try:
        asked = json.loads(body)["inputs"][0]["value"]
        return asked["pathname"], asked["search"]
    except (ValueError, KeyError, IndexError, TypeError, RecursionError):
        return scope["path"], scope["query_string"]


def _whose(scope: Scope) -> str:
    """Return whose request it is: an address, or the network that one subscriber of IPv6 has."""
    there = scope["client"][0] if scope.get("client") else ""
    try:
        is_wide = ip_address(there).version == 6
    except ValueError:
        return there
    return str(ip_network(f"{there}/64", strict=False)) if is_wide else there


def _too_long() -> Refusal:
    return Refusal(
        413,
        f"The request is longer than {MOST_BODY >> 20} MB.",
        "ask for less at once.",
        (b"connection", b"close"),
    )


async def _refuse(refusal: Refusal, send: Send) -> None:
    said = json.dumps(
        {"error": "Refused", "what": refusal.what, "why": "", "fix": refusal.fix}
    ).encode()
    headers = [
        (b"content-type", b"application/json"),
        (b"content-length", str(len(said)).encode()),
        (b"cache-control", b"no-store"),
        (b"x-content-type-options", b"nosniff"),
        *refusal.headers,
    ]
    await send(
        {"type": "http.response.start", "status": refusal.status, "headers": headers}
    )
    await send({"type": "http.response.body", "body": said})
