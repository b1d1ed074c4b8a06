"""An application that is served for a moment, while a picture of it is taken.

Nothing of it is left afterwards.
"""

from __future__ import annotations

import socket
import socketserver
import threading
from contextlib import contextmanager, suppress
from typing import IO, TYPE_CHECKING, Any

from werkzeug.serving import ThreadedWSGIServer, WSGIRequestHandler

if TYPE_CHECKING:
    from collections.abc import Generator
    from wsgiref.types import WSGIEnvironment

    import dash

# How long a connection may say nothing, s: a browser that hangs holds no thread for longer.
_IDLE_S = 10.0


class _Quiet(WSGIRequestHandler):
    """Answers our own browser: it keeps no log, and no connection without end."""

    timeout = _IDLE_S
    protocol_version = "HTTP/1.1"

    def make_environ(self) -> WSGIEnvironment:
        """Return what is asked, and how files are given out.

        None of them is open while our browser hangs up.
        """
        return {**super().make_environ(), "wsgi.file_wrapper": _read_whole}

    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
        """Say nothing: there is one reader, and it is ours."""


def _read_whole(file: IO[bytes], _size: int = 0) -> list[bytes]:
    with file:
        return [file.read()]


class _Server(ThreadedWSGIServer):
    """A server whose connections end and whose threads are waited for when it is closed."""

    daemon_threads = False
    block_on_close = True

    def __init__(self, app: dash.Dash) -> None:
        self._open: set[socket.socket] = set()
        super().__init__("127.0.0.1", 0, app.server, handler=_Quiet)

    def server_bind(self) -> None:
        """Take a free port without looking up the name of the address.

        Such a look-up takes long where nothing answers.
        """
        socketserver.TCPServer.server_bind(self)
        self.server_name, self.server_port = "127.0.0.1", self.server_address[1]

    def get_request(self) -> tuple[socket.socket, Any]:
        """Take a connection, and remember it."""
        connection, address = super().get_request()
        self._open.add(connection)
        return connection, address

    def close_request(self, request: Any) -> None:
        """Forget a connection that has ended."""
        self._open.discard(request)
        super().close_request(request)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Say nothing of a connection that the browser left in the middle."""

    def end(self) -> None:
        """End what is open; return when no thread is left."""
        self.shutdown()
        for connection in list(self._open):
            with suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)
        self.server_close()


@contextmanager
def running(app: dash.Dash) -> Generator[str]:
    """Serve on a free port of the loopback address while the block runs.

    Give the address, such as http://127.0.0.1:41234.
    """
    server = _Server(app)
    thread = threading.Thread(
        target=server.serve_forever,
        kwargs={"poll_interval": 0.05},
        daemon=True,
        name="twin-moment",
    )
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.end()
        thread.join()
