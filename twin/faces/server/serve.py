"""Run an application on a port, for people."""

from __future__ import annotations

import os
import resource
import signal
import socket
import sys
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import uvicorn
from uvicorn.supervisors import Multiprocess

from twin import logs
from twin.errors import BusyError
from twin.faces.server.deadlines import Guarded
from twin.faces.server.front import Door, front

# What was begun when the server is told to end has so long, s.
GRACE_S = 10
BACKLOG = 2_048
_LOOK_S = 1.0
MOST_FILES = 65_536


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
            raise BusyError(
                f"The port {port} on {host} cannot be opened: {error.strerror}.",
                why="another program listens there.",
                fix=(
                    f"stop that program, or choose another port with --port {port + 1}."
                ),
            ) from error


def serve(
    made: Callable[[], Any], host: str, port: int, door: Door, *, workers: int = 1
) -> None:
    """Serve until interrupted, or until told to end: then what was begun is answered first.

    Args:
        made: what makes the WSGI application; in each process of several it is called once.
        host: address to listen on.
        port: port to listen on.
        door: how the server is reached.
        workers: processes that share the port, each with a memory of its own.

    Raises:
        BusyError: the port cannot be opened. TwinError: what `made` raises.
    """
    listening = _listen(host, port)
    _open_many()
    if threading.current_thread() is threading.main_thread():
        # So that what is around us ends as well.
        signal.signal(signal.SIGTERM, lambda _kind, _frame: sys.exit(0))
    try:
        if workers == 1:
            config = guarded(front(made(), door), door)
            uvicorn.Server(config).run([listening])
        else:
            config = guarded(Front(made, door), door, factory=True, workers=workers)
            Multiprocess(config, [listening]).run()
    finally:
        listening.close()


def guarded(app: Any, door: Door, **settings: Any) -> Guarded:
    """Return the settings of a server behind `door`."""
    return Guarded(
        app,
        per_address=door.per_address,
        proxies=door.proxies,
        timeout_graceful_shutdown=GRACE_S,
        **settings,
    )


@dataclass(frozen=True)
class Front:
    """Makes the application of one process of several."""

    made: Callable[[], Any]
    door: Door

    def __call__(self) -> Any:
        """Return the ASGI application.

        Its process ends when the one that started it is gone, whatever ended that.
        """
        _open_many()
        logs.begin()
        threading.Thread(
            target=end_with, args=(os.getppid(),), daemon=True, name="twin-parent"
        ).start()
        return front(self.made(), self.door)


def end_with(parent: int) -> None:
    """End this process when the one that started it, of number `parent`, is gone."""
    while os.getppid() == parent:
        time.sleep(_LOOK_S)
    os.kill(os.getpid(), signal.SIGTERM)


def _listen(host: str, port: int) -> socket.socket:
    try:
        return socket.create_server(
            (host, port),
            family=socket.AF_INET6 if ":" in host else socket.AF_INET,
            backlog=BACKLOG,
        )
    except OSError as error:
        raise BusyError(
            f"The port {port} on {host} cannot be opened: {error.strerror}.",
            why="another program listens there, or the address is not this machine's.",
            fix=f"stop that program, or choose another port with --port {port + 1}.",
        ) from error


def _open_many() -> None:
    """Let this process hold as many connections as the system lets it.

    Often it begins with a thousand.
    """
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    most = MOST_FILES if hard == resource.RLIM_INFINITY else min(hard, MOST_FILES)
    if soft < most:
        resource.setrlimit(resource.RLIMIT_NOFILE, (most, hard))
