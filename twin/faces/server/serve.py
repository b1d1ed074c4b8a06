"""Run an application on a port, for people."""

from __future__ import annotations

import socket
from typing import TYPE_CHECKING, Any

from waitress.server import create_server

from twin.errors import BusyError

if TYPE_CHECKING:
    import dash

_THREADS = 12


def _server(app: dash.Dash, host: str, port: int) -> Any:
    try:
        return create_server(app.server, host=host, port=port, threads=_THREADS, ident=None, clear_untrusted_proxy_headers=True)
    except OSError as error:
        raise BusyError(f"The port {port} on {host} cannot be opened: {error.strerror}.", why="another program listens there, or the address is not this machine's.",
                        fix=f"stop that program, or choose another port with --port {port + 1}.") from error


def free(host: str, port: int) -> None:
    """Check that `port` can be opened, before slow work is done for nothing.

    Raises:
        BusyError: it cannot.
    """
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            raise BusyError(f"The port {port} on {host} cannot be opened: {error.strerror}.", why="another program listens there.",
                            fix=f"stop that program, or choose another port with --port {port + 1}.") from error


def serve(app: dash.Dash, host: str, port: int) -> None:
    """Serve until interrupted.

    Raises:
        BusyError: the port cannot be opened.
    """
    _server(app, host, port).run()
