"""The newest built files in the place of those that a server keeps, and what tells of them."""

from __future__ import annotations

import re
import time
from pathlib import Path

from twin.faces.server.kept import App, Receive, Scope, Send

# Where the page asks whether it is still the newest (see reload.js).
BUILD = "/dev/build"
_BUILT = re.compile(r"/assets/\w+/dist/((?:face|deckmap)\.(?:js|css)(?:\.map)?)")
_TYPES = {
    ".js": b"text/javascript; charset=utf-8",
    ".css": b"text/css; charset=utf-8",
    ".map": b"application/json",
}


class Fresh:
    """An application whose scripts and sheets are as they were built last.

    It stands before the server's own front, which would give an answer again for a while. The
    security policy stays that of the pages: all of it is of this host.
    """

    def __init__(self, app: App, built: Path) -> None:
        self._app, self._built, self._begun = app, built, time.time_ns()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Have a request answered."""
        if scope["type"] == "http":
            if scope["path"] == BUILD:
                return await _answer(send, self._build().encode(), b"text/plain")
            found = _BUILT.fullmatch(scope["path"])
            file = self._built / found[1] if found else None
            # The first build may have failed: then there are the files that were made before.
            if file is not None and file.is_file():
                kind = _TYPES[file.suffix]
                return await _answer(send, file.read_bytes(), kind)
        return await self._app(scope, receive, send)

    def _build(self) -> str:
        """Return what changes with every start and with every file that is built."""
        built = [path.stat().st_mtime_ns for path in self._built.glob("*")]
        return f"{self._begun} {max(built, default=0)}"


async def _answer(send: Send, content: bytes, kind: bytes) -> None:
    headers = [
        (b"content-type", kind),
        (b"content-length", str(len(content)).encode()),
        (b"cache-control", b"no-store"),
        (b"x-content-type-options", b"nosniff"),
    ]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    await send({"type": "http.response.body", "body": content})
