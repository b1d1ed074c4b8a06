"""The first sight of the map and what follows it, as people open it.

It is measured in a real browser before a real server.
"""

from __future__ import annotations

import json
import math
import socket
import statistics
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Generator, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any, cast
from urllib.error import URLError
from urllib.request import urlopen

from twin.bench import orders
from twin.bench.ingest import ingested
from twin.bench.queries import Measured
from twin.errors import LakeError
from twin.faces.export import browser
from twin.feeds.simulated import Simulated
from twin.store import Lake, newest, publish
from twin.view import View

if TYPE_CHECKING:
    from datetime import datetime
    from pathlib import Path

    from playwright.sync_api import Browser, BrowserContext, CDPSession, Page

    from twin.city import City

SIZES = (5_000, 100_000, 1_000_000)
RUNS = 3
_WIDE, _HIGH = 1_920, 1_080
_PATIENCE_S = 60
_TICK = timedelta(seconds=10)

# What the page notes of itself: when its map was whole, when the GPU had drawn it, its
# largest paint, and how long its thread was blocked, ms.
# How long the map is moved for counting frames, s.
_MOVING_S = 6.0

_WATCH = """
performance.setResourceTimingBufferSize(5000);
const drawn = () => {
  const gl = document.querySelector('#deckmap').getContext('webgl2');
  const fence = gl.fenceSync(gl.SYNC_GPU_COMMANDS_COMPLETE, 0);
  gl.flush();
  const look = () => {
    if (gl.getSyncParameter(fence, gl.SYNC_STATUS) === gl.SIGNALED) {
      window.shownAt = performance.now();
    } else setTimeout(look, 4);
  };
  look();
};
new MutationObserver(() => {
  if (!document.documentElement.dataset.ready) return;
  if (!window.readyAt) drawn();
  window.readyAt ??= performance.now();
  window.lastReadyAt = performance.now();
})
  .observe(document, { attributes: true, subtree: true, attributeFilter: ['data-ready'] });
new PerformanceObserver((list) => list.getEntries().forEach((each) => {
  window.largestAt = each.startTime;
})).observe({ type: 'largest-contentful-paint', buffered: true });
window.blocked = 0;
new PerformanceObserver((list) => list.getEntries().forEach((each) => {
  window.blocked += Math.max(0, each.duration - 50);
})).observe({ type: 'longtask', buffered: true });
"""
_TOLD = """() => ({
  text: performance.getEntriesByName('first-contentful-paint')[0]?.startTime ?? 0,
  ready: window.shownAt ?? 0,
  largest: window.largestAt ?? 0,
  blocked: window.blocked,
})"""

# How long it took a page from asking for the painting of a snapshot it heard of to a whole
# map, ms.
_HEARD = """() => window.lastReadyAt - performance.getEntriesByType('resource')
  .filter((each) => each.name.includes('/_dash-update-component')
    && each.startTime < window.lastReadyAt).at(-1).startTime"""

# What a trace is parted into: events of Chromium, by name, whose time is added up.
_PARTS = {
    "scripts run": {"EvaluateScript"},
    "style and layout": {"UpdateLayoutTree", "Layout", "PrePaint", "Paint"},
    "frames of the map": {"FireAnimationFrame"},
    "of these, waiting for shader programs": {"GLES2Implementation::GetProgramiv"},
    "the GPU process's own work": {"CommandBufferService:PutChanged"},
}
_CATEGORIES = [
    "devtools.timeline",
    "disabled-by-default-devtools.timeline",
    "gpu",
    "v8.execute",
]


@dataclass(frozen=True)
class Visit:
    """One opening of a page, ms and kB.

    `ready` is when the GPU had drawn the map, not when it was asked to.
    """

    text: float
    ready: float
    largest: float
    blocked: float
    sent_kb: float


def measure(
    city: City, folder: Path, sizes: Sequence[int], until: datetime
) -> Iterator[Measured]:
    """Measure pages over lakes of each size, then the life of one page of the simulated city.

    Raises:
        LakeError: a page was not ready in time. MissingToolError: there is no browser.
    """
    for size in sizes:
        lake = folder / f"lake-{size}"
        ingested(
            city,
            orders.write(folder / f"orders-{size}.parquet", city, size, until),
            size,
            lake,
        )
        with served(city, lake) as host, browser.browser() as chromium:
            yield from _visits(chromium, host, f"{size:,} events", newest_of(lake))
    yield from _life(city, folder / "living", until)


@contextmanager
def served(city: City, lake: Path) -> Generator[str]:
    """Serve a lake with `twin serve` while the block runs; the address.

    Raises:
        LakeError: the server did not answer.
    """
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    words = [
        sys.executable,
        "-m",
        "twin.cli",
        "serve",
        "--city",
        str(city.root),
        "--lake",
        str(lake),
        "--port",
        str(port),
    ]
    # Our own command.
    server = subprocess.Popen(words, stdout=subprocess.DEVNULL)  # noqa: S603
    host = f"http://127.0.0.1:{port}"
    try:
        _answers(f"{host}/api/snapshot")
        yield host
    finally:
        server.terminate()
        server.wait(timeout=30)


def _answers(address: str) -> None:
    until = time.monotonic() + _PATIENCE_S
    while time.monotonic() < until:
        try:
            with urlopen(address) as answer:  # noqa: S310  (an address of our own)
                answer.read()
                return
        except URLError:
            time.sleep(0.1)
    raise LakeError(
        f"The server did not answer at {address} within {_PATIENCE_S} s.",
        fix="run `twin serve` to see why.",
    )


def newest_of(lake: Path) -> str:
    """Return the id of the newest snapshot of a lake.

    Raises:
        LakeError: it has none.
    """
    found = newest(Lake(lake))
    if found is None:
        raise LakeError(f"The lake {lake.name} is empty.", fix="fill it first.")
    return found.id


def _visits(
    chromium: Browser, host: str, what: str, snapshot: str
) -> Iterator[Measured]:
    """Measure first visits and second ones; the server has answered the question once before."""
    address = f"{host}/?{View(lang='zh-CN').url()}"
    _opened(chromium.new_context(), address, snapshot)
    pairs: list[tuple[Visit, Visit]] = []
    for _ in range(RUNS):
        context = chromium.new_context(
            viewport={"width": _WIDE, "height": _HIGH}, locale="zh-CN"
        )
        pairs.append(
            (_opened(context, address, snapshot), _opened(context, address, snapshot))
        )
        context.close()
    for n, visit in enumerate(("first visit", "second visit")):
        found = [pair[n] for pair in pairs]
        yield _median(
            f"{what}, {visit}: first text",
            [each.text for each in found],
            "ms",
            "goal <= 500",
        )
        yield _median(
            f"{what}, {visit}: largest paint",
            [each.largest for each in found],
            "ms",
            "goal < 2500",
        )
        yield _median(
            f"{what}, {visit}: finished map",
            [each.ready for each in found],
            "ms",
            "goal <= 1500",
        )
        yield _median(
            f"{what}, {visit}: thread blocked", [each.blocked for each in found], "ms"
        )
        yield _median(
            f"{what}, {visit}: over the wire",
            [each.sent_kb for each in found],
            "kB",
            "goal <= 60" if n else "goal <= 1500",
        )


def _median(what: str, values: Sequence[float], unit: str, goal: str = "") -> Measured:
    return Measured(what, statistics.median(values), unit, goal)


def _opened(context: BrowserContext, address: str, snapshot: str) -> Visit:
    """Open a page and return what it says once its map is whole and Dash listens."""
    page = context.new_page()
    sent = _Wire(context.new_cdp_session(page))
    page.add_init_script(_WATCH)
    page.goto(address, wait_until="domcontentloaded")
    browser.settle(page, snapshot, timeout_s=_PATIENCE_S)
    _listens(page)
    while not page.evaluate("Boolean(window.shownAt)"):
        page.wait_for_timeout(20)
    told = page.evaluate(_TOLD)
    page.close()
    return Visit(
        told["text"],
        told["ready"],
        told["largest"],
        told["blocked"],
        sent.n_bytes / 1e3,
    )


def _listens(page: Page) -> None:
    until = time.monotonic() + _PATIENCE_S
    while not page.evaluate(
        "Boolean(document.querySelector('#drawn') && window.dash_clientside.set_props)"
    ):
        if time.monotonic() > until:
            raise LakeError(
                "Dash did not run in the page.",
                fix="open it in a browser and look at what it says.",
            )
        page.wait_for_timeout(50)


class _Wire:
    """Counts what goes over the wire to a page, heads included."""

    def __init__(self, session: CDPSession) -> None:
        self.n_bytes = 0.0
        session.on("Network.loadingFinished", self._add)
        _ask(session, "Network.enable")

    def _add(self, said: dict[str, Any]) -> None:
        self.n_bytes += said["encodedDataLength"]


def _life(city: City, lake: Path, until: datetime) -> Iterator[Measured]:
    """Measure the parts of a page's first second, and what a new snapshot asks of it.

    The page is of the simulated city.
    """
    feed = Simulated(city, 716, telemetry_s=10)
    start = until - timedelta(days=1)
    publish(
        Lake(lake),
        city,
        [*feed.begin(start), *feed.poll(start, until)],
        as_of=until,
        simulated=True,
        now=lambda: until,
    )
    with served(city, lake) as host, browser.browser() as chromium:
        address = f"{host}/?{View(lang='zh-CN').url()}"
        snapshot = newest_of(lake)
        yield from _visits(chromium, host, "simulated city", snapshot)
        yield from _parts(chromium, address, snapshot, lake.parent / "trace.json")
        yield from _moves(chromium, address, snapshot)
        yield from _ticks(chromium, city, Lake(lake), feed, until, address)


def _parts(
    chromium: Browser, address: str, snapshot: str, into: Path
) -> Iterator[Measured]:
    """Measure where the time of a first visit goes, from Chromium's own trace."""
    page = chromium.new_context(viewport={"width": _WIDE, "height": _HIGH}).new_page()
    chromium.start_tracing(page=page, path=into, categories=_CATEGORIES)
    page.goto(address, wait_until="domcontentloaded")
    browser.settle(page, snapshot, timeout_s=_PATIENCE_S)
    chromium.stop_tracing()
    page.close()
    spent: Counter[str] = Counter()
    for each in json.loads(into.read_text(encoding="utf-8"))["traceEvents"]:
        if each.get("ph") == "X":
            spent[each["name"]] += each.get("dur", 0)
    for part, names in _PARTS.items():
        yield Measured(
            f"of a first visit: {part}", sum(spent[name] for name in names) / 1e3, "ms"
        )


def _moves(chromium: Browser, address: str, snapshot: str) -> Iterator[Measured]:
    """Measure how many frames a second the map draws while it is dragged, and while it zooms."""
    page = chromium.new_context(viewport={"width": _WIDE, "height": _HIGH}).new_page()
    page.goto(address, wait_until="domcontentloaded")
    browser.settle(page, snapshot, timeout_s=_PATIENCE_S)
    _listens(page)
    x, y = _WIDE / 2, _HIGH / 2
    page.mouse.move(x, y)
    page.mouse.down()
    rates: dict[str, float] = {}
    for what in ("dragged", "zoomed"):
        before, begun = page.evaluate("twinMap.state.frames"), time.monotonic()
        while (spent := time.monotonic() - begun) < _MOVING_S:
            if what == "dragged":
                turn = 2 * math.pi * spent
                page.mouse.move(x + 60 * math.cos(turn), y + 60 * math.sin(turn))
            else:
                page.mouse.wheel(0, -60 if spent < _MOVING_S / 2 else 60)
            page.wait_for_timeout(8)
        rates[what] = (page.evaluate("twinMap.state.frames") - before) / spent
        page.mouse.up()
    page.close()
    for what, rate in rates.items():
        yield Measured(f"simulated city: frames while {what}", rate, "/s", "goal >= 12")


def _ticks(
    chromium: Browser,
    city: City,
    lake: Lake,
    feed: Simulated,
    until: datetime,
    address: str,
) -> Iterator[Measured]:
    """Measure what new snapshots ask of an open page.

    Some bring ten seconds of news, some bring none.
    """
    context = chromium.new_context(
        viewport={"width": _WIDE, "height": _HIGH}, reduced_motion="reduce"
    )
    page = context.new_page()
    page.add_init_script(_WATCH)
    session = context.new_cdp_session(page)
    wire = _Wire(session)
    _ask(session, "Performance.enable")
    page.goto(address)
    browser.settle(page, newest_of(lake.path), timeout_s=_PATIENCE_S)
    _listens(page)
    at = until
    for what, brings in (("a new snapshot", True), ("one without news", False)):
        told, heard, busy, sent = (
            list[float](),
            list[float](),
            list[float](),
            list[float](),
        )
        for _ in range(RUNS + 2):
            before, at = at, at + _TICK
            batches = list(feed.poll(before, at)) if brings else []
            page.wait_for_timeout(2_500)
            started, n_bytes = _busy_s(session), wire.n_bytes
            snapshot, _ = publish(
                lake,
                city,
                batches,
                as_of=at,
                simulated=True,
                now=lambda moment=at: moment,
            )
            begun = time.perf_counter()
            browser.settle(page, snapshot.id, timeout_s=_PATIENCE_S)
            told.append((time.perf_counter() - begun) * 1e3)
            heard.append(page.evaluate(_HEARD))
            busy.append((_busy_s(session) - started) * 1e3)
            sent.append((wire.n_bytes - n_bytes) / 1e3)
        yield _median(
            f"{what}: from asking for its painting to the whole picture",
            heard,
            "ms",
            "goal <= 500",
        )
        yield _median(f"{what}: from its publishing, asked for every 2 s", told, "ms")
        yield _median(
            f"{what}: main thread", busy, "ms", "" if brings else "goal <= 16"
        )
        yield _median(f"{what}: over the wire", sent, "kB")


def _ask(session: CDPSession, what: str) -> dict[str, Any]:
    """Return what a page answers to a command of the browser's own protocol."""
    return cast("dict[str, Any]", session.send(what))  # pyright: ignore[reportUnknownMemberType]


def _busy_s(session: CDPSession) -> float:
    """Return how long the page's main thread has worked so far, s."""
    told = _ask(session, "Performance.getMetrics")["metrics"]
    return next(each["value"] for each in told if each["name"] == "TaskDuration")
