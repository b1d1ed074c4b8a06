"""One line of the log for each request, and an id that the lines of its questions carry."""

from __future__ import annotations

import logging
import secrets
import time
from functools import lru_cache
from ipaddress import ip_address, ip_network

from twin.faces.server.kept import App, Message, Receive, Scope, Send

# Where the front notes in a request's scope that its answer was there already, and that it is
# one of those that every open page sends every two seconds.
CACHED, POLLED = "twin.cached", "twin.polled"

# Of an address so much is written, bits. That is what is usually taken to name no person:
# a /64 of IPv6 would be one household.
_NETWORK = {4: 24, 6: 48}

# Letters of a path.
_MOST_PATH = 200
_log = logging.getLogger("twin.server")


class Logged:
    """An application, each of whose answers has a line in the log.

    Asking for news and for health, if it is answered well, has its line at level debug only:
    a thousand pages would write forty million lines a day that say nothing.

    What stands behind the `?` is not written, nor who asked: only the network.
    """

    def __init__(self, app: App) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Have a request answered."""
        if scope["type"] != "http" or not _log.isEnabledFor(logging.INFO):
            await self._app(scope, receive, send)
            return
        from structlog.contextvars import bound_contextvars

        request_id, path = secrets.token_hex(8), scope["path"]
        sent, begun = _Sent(send, request_id), time.perf_counter()
        # Tasks and threads that are begun for this request take the id with them.
        with bound_contextvars(request_id=request_id):
            try:
                await self._app(scope, receive, sent)
            finally:
                is_routine = scope.get(POLLED) and sent.status == 200
                _log.log(
                    logging.DEBUG if is_routine else logging.INFO,
                    "request",
                    extra={
                        "method": scope["method"],
                        "path": path[:_MOST_PATH],
                        "status": sent.status,
                        "ms": round(1_000 * (time.perf_counter() - begun), 2),
                        "bytes": sent.n_bytes,
                        "cached": scope.get(CACHED, False),
                        "network": network(scope),
                    },
                )


class _Sent:
    """Sends an answer on, with its id, and counts it.

    Attributes:
        status: None while nothing was answered; the one who asked may have gone away.
        n_bytes: of the body.
    """

    def __init__(self, send: Send, request_id: str) -> None:
        self._send, self._named = send, (b"x-request-id", request_id.encode())
        self.status: int | None = None
        self.n_bytes = 0

    async def __call__(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.status = message["status"]
            # The headers are of everybody's answer; the id is of this one.
            message = {**message, "headers": [*message["headers"], self._named]}
        self.n_bytes += len(message.get("body", b""))
        await self._send(message)


def network(scope: Scope) -> str:
    """Return the network that a request comes from, such as '192.0.2.0/24'; '' if none is told."""
    client = scope.get("client")
    return _network(client[0]) if client else ""


@lru_cache(maxsize=4_096)
def _network(address: str) -> str:
    try:
        found = ip_address(address)
    except ValueError:  # a socket of this machine
        return ""
    if found.version == 6 and found.ipv4_mapped:
        found = found.ipv4_mapped
    return str(ip_network((found, _NETWORK[found.version]), strict=False))
