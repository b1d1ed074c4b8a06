"""One connection to the server: nobody holds it without ever finishing what was begun.

What is refused here is refused before a byte of it reaches the application. uvicorn bounds idle
connections only; an unfinished header, an unfinished body and an answer that is never read would
each hold theirs for ever.
"""

from __future__ import annotations

import asyncio
import json
import logging
from collections import Counter
from typing import Any

from uvicorn import Config
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

_log = logging.getLogger("twin.server")

# A request's header is read within so long, s.
HEADER_S = 10.0

# So is its body, s.
BODY_S = 20.0

# An answer of which nothing is read for so long is not waited for, s.
WRITE_S = 20.0

# A connection without a request stays open for so long, s.
IDLE_S = 75

# Bytes of a request's header.
MOST_HEADER = 16 << 10

# Connections of one address: a thousand browsers behind one proxy open six each at most.
PER_ADDRESS = 8_192


class Guarded(Config):
    """uvicorn's settings, and how many connections one address may hold."""

    def __init__(
        self,
        app: Any,
        *,
        per_address: int = PER_ADDRESS,
        proxies: tuple[str, ...] = (),
        **settings: Any,
    ) -> None:
        """Take the application and uvicorn's own settings.

        Args:
            app: the ASGI application, or what makes it.
            per_address: connections that one address may hold in one process.
            proxies: addresses that speak for others, and may hold any number.
            settings: as of `uvicorn.Config`.
        """
        super().__init__(
            app,
            http=Deadlines,
            ws="none",
            lifespan="off",
            timeout_keep_alive=IDLE_S,
            server_header=False,
            access_log=False,
            # Its records go where ours go.
            log_config=None,
            log_level="warning",
            proxy_headers=False,
            **settings,
        )
        self.per_address, self.exempt = per_address, frozenset(proxies)
        self.held: Counter[str] = Counter()


class Deadlines(HttpToolsProtocol):
    """uvicorn's own protocol with a time for each part of a request and of its answer."""

    config: Guarded

    def __init__(self, *args: Any, **named: Any) -> None:
        super().__init__(*args, **named)
        self._due: asyncio.TimerHandle | None = None
        self._unread: asyncio.TimerHandle | None = None
        self._header_bytes, self._in_body = 0, False

    def connection_made(self, transport: asyncio.Transport) -> None:
        """Take a connection, unless its address holds as many as it may."""
        super().connection_made(transport)
        self._address = self.client[0] if self.client else ""
        self.config.held[self._address] += 1
        most = self.config.per_address
        if (
            self.config.held[self._address] > most
            and self._address not in self.config.exempt
        ):
            self._refuse(503, f"This address holds {most} connections already.")
        else:
            self._give(HEADER_S)

    def connection_lost(self, exc: Exception | None) -> None:
        """Forget the connection."""
        self.config.held[self._address] -= 1
        self.config.held += Counter()  # drops addresses that hold none
        self._cancel()
        if self._unread:
            self._unread.cancel()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Read on; bytes that begin nothing, such as empty lines, have their time as well."""
        if not self._in_body:
            self._header_bytes += len(data)
            if self._header_bytes > MOST_HEADER + len(data):
                self._refuse(431, f"The header is longer than {MOST_HEADER >> 10} kB.")
                return
        super().data_received(data)
        if (
            self._due is None
            and not self._is_answering()
            and not self.transport.is_closing()
        ):
            self._give(HEADER_S)

    def on_message_begin(self) -> None:
        """Begin a request."""
        super().on_message_begin()
        self._in_body = False
        self._give(HEADER_S)

    def on_headers_complete(self) -> None:
        """Go on to the body."""
        self._header_bytes, self._in_body = 0, True
        self._give(BODY_S)
        super().on_headers_complete()

    def on_message_complete(self) -> None:
        """A request is whole: now it is for us to be quick."""
        self._in_body = False
        self._cancel()
        super().on_message_complete()

    def pause_writing(self) -> None:
        """Wait for the reader, but not for ever."""
        super().pause_writing()
        self._unread = self.loop.call_later(WRITE_S, self.transport.abort)

    def resume_writing(self) -> None:
        """The reader reads."""
        super().resume_writing()
        if self._unread:
            self._unread.cancel()
            self._unread = None

    def _is_answering(self) -> bool:
        return self.cycle is not None and not self.cycle.response_complete  # pyright: ignore[reportUnnecessaryComparison]

    def _give(self, seconds: float) -> None:
        self._cancel()
        self._due = self.loop.call_later(seconds, self._late)

    def _cancel(self) -> None:
        if self._due:
            self._due.cancel()
        self._due = None

    def _late(self) -> None:
        self._due = None
        # A second request was begun meanwhile.
        if self._is_answering() and not self._in_body:
            return
        if self._in_body or self._header_bytes:
            self._refuse(408, "The request was not finished in time.")
        else:
            self.transport.close()

    def _refuse(self, status: int, what: str) -> None:
        """Say why on the bare connection, and close it."""
        self._cancel()
        if self.transport.is_closing():
            return
        if not self._is_answering():
            said = json.dumps(
                {"error": "Refused", "what": what, "why": "", "fix": "ask again."}
            ).encode()
            head = (
                f"HTTP/1.1 {status} Refused",
                "Content-Type: application/json",
                f"Content-Length: {len(said)}",
                "Cache-Control: no-store",
                "Connection: close",
                "",
                "",
            )
            self.transport.write("\r\n".join(head).encode() + said)
            # No application hears of it, so that it has no line there.
            _log.info("refused", extra={"status": status, "what": what})
        self.transport.close()
