"""A real server behind its door, in a thread, on a free port of the loopback address."""

import socket
import threading
import time
import urllib.request
from contextlib import contextmanager

import uvicorn

from twin.faces.server.doors import door
from twin.faces.server.front import front
from twin.faces.server.serve import guarded

HERE = door("127.0.0.1")


@contextmanager
def served(application, at=HERE):
    listening = socket.create_server(("127.0.0.1", 0), backlog=2_048)
    server = uvicorn.Server(guarded(front(application, at), at))
    thread = threading.Thread(target=server.run, args=([listening],), daemon=True)
    thread.start()
    while not server.started:
        time.sleep(0.01)
    try:
        yield listening.getsockname()
    finally:
        server.should_exit = True
        server.force_exit = True
        thread.join(10)
        listening.close()


def talk(address, words, *, wait_s=5.0):
    """Say something on a new connection; return all that is answered until the server closes."""
    with socket.create_connection(address, timeout=wait_s) as line:
        line.sendall(words)
        return heard(line)


def heard(line):
    pieces = []
    while piece := line.recv(65_536):
        pieces.append(piece)
    return b"".join(pieces)


def answers(port):
    """Whether a server of another process, on the loopback address, is well."""
    try:
        return (
            urllib.request.urlopen(f"http://127.0.0.1:{port}/healthz", timeout=2).status
            == 200
        )
    except OSError:
        return False
