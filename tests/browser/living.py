"""A small city that lives: seven open events, served to real browsers, and the next tick."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

from layers.registry import load_registry
from tests.browser.conftest import Watched
from tests.faces.imported import NEWEST, TRIO, batch, event, told
from twin.faces.export.moment import running
from twin.faces.server.app import create_app
from twin.pack import load_city
from twin.query import QueryService
from twin.store import Lake, publish

READY = """document.documentElement.dataset.ready && document.documentElement.dataset.ready
    === document.querySelector('.as-of')?.dataset.snapshot"""

BEFORE = NEWEST - timedelta(days=2)
"""Of an event that was closed an hour later: since then the city knows something."""

PLACES = {
    "E1": ("alva", -35.0700, 41.0300),
    "E2": ("alva", -35.0300, 41.0400),
    "E3": ("brisa", -34.9600, 41.0200),
    "E4": ("brisa", -34.9400, 41.0000),
    "E5": ("corra", -34.8700, 40.9600),
    "E6": ("corra", -34.8500, 40.9500),
    "E7": ("alva", -35.0500, 41.0200),
}
"""District of each event, and where it lies, deg. E1 is the oldest: each is an hour younger."""


def _placed(name: str, n: int) -> dict[str, Any]:
    district, lon, lat = PLACES[name]
    when = NEWEST - timedelta(hours=9 - n)
    return {
        **event(name, when, when),
        "district_id": district,
        "lon_ud": round(lon * 1e6),
        "lat_ud": round(lat * 1e6),
    }


class Living:
    """The city, its lake and its clock."""

    def __init__(self, folder: Path) -> None:
        self.city, self.lake, self.at = load_city(TRIO), Lake(folder), NEWEST
        rows = [_placed(name, n) for n, name in enumerate(PLACES, 1)]
        self.snapshot = self._publish(event("E0", BEFORE, BEFORE), *rows)
        self.registry = load_registry(self.city)
        self.service = QueryService(self.city, self.registry, folder)
        self.app = create_app(
            self.service,
            self.registry,
            self.city,
            clock=lambda: self.at + timedelta(seconds=8),
        )

    def _publish(self, *rows: dict[str, Any]) -> str:
        soon = BEFORE + timedelta(hours=1)
        made, _ = publish(
            self.lake,
            self.city,
            [batch("events", *rows), batch("feedbacks", told("E0", soon, soon))],
            as_of=self.at,
            simulated=True,
            now=lambda: self.at,
        )
        return made.id

    def go_on(self, name: str, priority: int = 4) -> None:
        """Publish ten seconds later, with one more event: of priority 1 it leads the list."""
        self.at += timedelta(seconds=10)
        made = {**event(name, self.at, self.at), "priority": priority}
        self.snapshot = self._publish(made)

    def tick(self, page: Watched, name: str, priority: int = 4) -> None:
        """Publish the next ten seconds, and wait until a page shows them."""
        self.go_on(name, priority)
        page.page.evaluate("document.dispatchEvent(new CustomEvent('twin:look')); 0")
        shown = "document.querySelector('.as-of').dataset.snapshot"
        page.until(f"{shown} === '{self.snapshot}'", seconds=30)
        page.until(READY, seconds=40)


@contextmanager
def living(folder: Path) -> Iterator[tuple[Living, str]]:
    """Serve such a city; the second is its address."""
    made = Living(folder)
    with running(made.app) as address:
        yield made, address
    made.service.close()
