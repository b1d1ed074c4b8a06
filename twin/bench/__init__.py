"""What `twin bench` measures.

Results are medians of several runs in one process, never a claim about another machine.
"""

from __future__ import annotations

import math
import shutil
import statistics
import time
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from layers.registry import load_registry
from twin.bench import queries
from twin.bench.queries import Measured, median_ms
from twin.clock import from_text
from twin.feeds.simulated import Simulated
from twin.query import QueryService
from twin.store import Lake, compact, publish, verify
from twin.view import View, pin

if TYPE_CHECKING:
    from collections.abc import Sequence

    from twin.city import City
    from twin.clock import Clock
    from twin.layer import MapData

_UNTIL = from_text("2026-11-23T06:32:10Z")
_SEED = 716
_TICK_S = 10
_TICKS = 12
_PIECE = timedelta(days=14)


def part(
    name: str, city: City, folder: Path, sizes: Sequence[int], days: int
) -> list[Measured]:
    """Measure one part: 'publish', 'verify', 'queries', 'wire' or 'paint'.

    Files go into `folder`.
    """
    if name == "queries":
        return [
            line
            for size in sizes
            for line in queries.measure(city, folder / f"facts-{size}", size, _UNTIL)
        ]
    lake = Lake(folder / "lake")
    if name == "publish":
        return _publish(city, folder, days)
    if lake.newest_id() is None:
        _fill(city, lake, days)
    if name == "verify":
        return _verify(lake)
    service = QueryService(city, load_registry(city), lake.path)
    try:
        return _wire(city, service) if name == "wire" else _paint(city, service)
    finally:
        service.close()


def lake(city: City, folder: Path, days: int) -> Path:
    """Return a lake of simulated days in `folder`."""
    filled = Lake(folder / "lake")
    _fill(city, filled, days)
    return filled.path


def _fill(city: City, lake: Lake, days: int) -> tuple[int, float]:
    """Fill a lake with simulated days, a fortnight a publish, and compact it.

    Return rows and seconds of the publishes.
    """
    feed, start = Simulated(city, _SEED), _UNTIL - timedelta(days=days)
    n_rows, begun = 0, time.perf_counter()
    at = start
    while at < _UNTIL:
        end = min(at + _PIECE, _UNTIL)
        batches = [
            *(feed.begin(start) if at == start else ()),
            *feed.poll(at, end),
        ]
        _, done = publish(lake, city, batches, as_of=end, simulated=True, now=_at(end))
        n_rows, at = n_rows + sum(done.rows.values()), end
    seconds = time.perf_counter() - begun
    compact(lake, now=_at(_UNTIL))
    return n_rows, seconds


def _at(moment: datetime) -> Clock:
    return lambda: moment


def _publish(city: City, folder: Path, days: int) -> list[Measured]:
    lake = Lake(folder / "lake")
    shutil.rmtree(lake.path, ignore_errors=True)
    rows, seconds = _fill(city, lake, days)
    feed, spans, fresh = (
        Simulated(city, _SEED, telemetry_s=_TICK_S),
        list[float](),
        list[int](),
    )
    list(feed.poll(_UNTIL, _UNTIL + timedelta(seconds=1)))
    for tick in range(_TICKS):
        start, end = (
            _UNTIL + timedelta(seconds=_TICK_S * (tick + step)) for step in (0, 1)
        )
        batches = list(feed.poll(start, end))
        begun = time.perf_counter()
        publish(lake, city, batches, as_of=end, simulated=True, now=_at(end))
        spans.append((time.perf_counter() - begun) * 1_000)
        fresh.append(sum(batch.rows.num_rows for batch in batches))
    return [
        Measured(
            f"publish {days} simulated days, simulated and checked",
            rows / seconds,
            "rows/s",
        ),
        Measured(
            f"publish one live tick ({statistics.median(fresh):.0f} new rows) after"
            f" {days} days, median of {_TICKS}",
            statistics.median(spans),
            "ms",
            "goal <= 500",
        ),
        Measured(
            f"publish one live tick after {days} days, slowest of {_TICKS}",
            max(spans),
            "ms",
        ),
    ]


def _verify(lake: Lake) -> list[Measured]:
    found = verify(lake)
    spent = median_ms(lambda: verify(lake))
    return [
        Measured(
            f"verify {found.n_files} files, {found.n_bytes / 1e6:.0f} MB",
            found.n_bytes / 1e6 / (spent / 1_000),
            "MB/s",
        )
    ]


def _wire(city: City, service: QueryService) -> list[Measured]:
    registry = load_registry(city)
    pinned = pin(View(district=queries.busiest(city)), city, service.pointer)
    lines: list[Measured] = []
    for layer in registry.layers:
        for data in layer.maps:
            snapshot, params = service.map_question(layer.id, data.name, pinned)
            sizes = [
                len(service.map_arrow(layer.id, data.name, snapshot, params | tile))
                for tile in _tiles(data, city)
            ]
            of = f", the fullest of {len(sizes)} tiles" if data.tile else ""
            lines.append(
                Measured(
                    f"on the wire: {layer.id}/{data.name}.arrow{of}",
                    max(sizes) / 1e3,
                    "kB",
                    "goal < 1000",
                )
            )
    return lines


def _tiles(data: MapData, city: City) -> list[dict[str, int]]:
    """Return each tile of map data over the whole city; one that says nothing if it has none."""
    side_m = data.question.own.get("side_m")
    if not data.tile or not isinstance(side_m, float):
        return [{}]
    cells = data.tile * side_m / city.raster.cell_m
    across, up = (math.ceil(n / cells) for n in (city.raster.n_x, city.raster.n_y))
    return [{"tile_x": x, "tile_y": y} for y in range(up) for x in range(across)]


def _paint(city: City, service: QueryService) -> list[Measured]:
    """Measure from the request of the page to its own word that the map is drawn.

    The browser is a fresh headless Chromium without a GPU.
    """
    from twin.faces.export import browser
    from twin.faces.export.moment import running
    from twin.faces.server.app import create_app

    app = create_app(service, load_registry(city), city, clock=_at(_UNTIL))
    times: list[float] = []
    with running(app) as host, browser.browser() as chromium:
        for _ in range(3):
            page = chromium.new_context(
                viewport={"width": 1920, "height": 1080}
            ).new_page()
            begun = time.perf_counter()
            page.goto(f"{host}/?{View(lang=city.lang).url()}")
            browser.settle(page, service.status().snapshot, timeout_s=120)
            times.append((time.perf_counter() - begun) * 1_000)
            page.close()
    return [
        Measured(
            "first map painted, 1920x1080, software GL, median of 3",
            statistics.median(times),
            "ms",
        )
    ]
