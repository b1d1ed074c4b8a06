"""The process of `make dev` that is started again: a living city, with the newest built files."""

from __future__ import annotations

import os
import threading
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from twin.city import City

# One day is enough to see everything move, and is made in seconds.
_DAYS, _SEED, _TICK_S = 1, 716, 10
_GAP = timedelta(minutes=10)


@dataclass(frozen=True)
class Served:
    """What is served.

    Attributes:
        city: folder or name of its pack.
        lake: folder of its tables; filled if it is empty.
        built: folder of scripts and sheets.
    """

    city: str
    lake: Path
    built: Path
    port: int


def run(of: Served) -> None:
    """Bring the lake up to now and serve it until interrupted. What is wrong is said."""
    # What a terminal sends to all is for the process that watches; it tells us.
    os.setpgid(0, 0)
    # Imported here, so that a fault in the program ends this process and not the watching one.
    from twin import logs
    from twin.cli.common import say, the_city
    from twin.errors import TwinError
    from twin.faces.server.serve import end_with

    threading.Thread(target=end_with, args=(os.getppid(),), daemon=True).start()
    logs.begin()
    with suppress(KeyboardInterrupt):
        try:
            _live(of, the_city(of.city))
        except TwinError as error:
            for line in (*error.lines(), "It is tried again when a file changes."):
                say(line, err=True)


def _live(of: Served, city: City) -> None:
    import uvicorn

    from dev.fresh import Fresh
    from layers.registry import load_registry
    from twin import children
    from twin.cli.demo import catch_up, kept_up, publisher
    from twin.clock import now
    from twin.faces.server.app import create_app
    from twin.faces.server.doors import door
    from twin.faces.server.front import front
    from twin.faces.server.serve import guarded
    from twin.query import QueryService
    from twin.store import Lake, newest

    here = door("127.0.0.1")
    before = newest(Lake(of.lake))
    # What little is missing after a start the publisher makes up with its first tick.
    if before is None or now() - before.as_of > _GAP:
        catch_up(city, Lake(of.lake), _SEED, _DAYS, after_gap=True)
    words = publisher(city, of.lake, _SEED, _TICK_S)
    with kept_up(lambda: children.start(words)):
        registry = load_registry(city)
        service = QueryService(city, registry, of.lake)
        try:
            app = create_app(service, registry, city).server
            fresh = Fresh(front(app, here), of.built)
            uvicorn.Server(guarded(fresh, here, host="127.0.0.1", port=of.port)).run()
        finally:
            service.close()
