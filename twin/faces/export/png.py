"""The page itself as a picture."""

from __future__ import annotations

from typing import TYPE_CHECKING

from twin.errors import UsageError
from twin.faces.export import browser
from twin.faces.server.app import create_app
from twin.faces.server.serve import running

if TYPE_CHECKING:
    from pathlib import Path

    from twin.city import City
    from twin.clock import Clock
    from twin.layer import Registry
    from twin.query import Desk
    from twin.view import View


def frame(text: str) -> tuple[int, int, float]:
    """Read 'WIDTHxHEIGHT' or 'WIDTHxHEIGHTxRATIO', CSS pixels.

    Raises:
        UsageError: it is of another form or a size that no screen has.
    """
    try:
        wide, high, *rest = text.split("x")
        size = int(wide), int(high), float(rest[0]) if rest else 1.0
    except ValueError as error:
        raise UsageError(f"The frame {text[:30]!r} cannot be read.", fix="write it as 1920x1080 or 1920x1080x2.") from error
    if not (200 <= size[0] <= 16_000 and 200 <= size[1] <= 16_000 and 0.5 <= size[2] <= 4):
        raise UsageError(f"The frame {text[:30]!r} is of a size that no screen has.", fix="use 200 to 16000 pixels and a ratio of 0.5 to 4.")
    return size


def write(desk: Desk, registry: Registry, city: City, view: View, snapshot: str, path: Path, *, clock: Clock, face: str) -> None:
    """Open `face` at `view` in a headless browser, wait for the page's own word that `snapshot` is drawn, and keep its picture.

    Raises:
        MissingToolError: there is no browser. LakeError: the page was not ready, or its map is blank.
    """
    wide, high, ratio = frame(view.frame)
    app = create_app(desk, registry, city, clock=clock)
    with running(app) as address, browser.browser() as chromium:
        page = chromium.new_page(viewport={"width": wide, "height": high}, device_scale_factor=ratio, reduced_motion="reduce")
        page.goto(f"{address}{face}?{view.url()}")
        browser.settle(page, snapshot)
        taken = page.screenshot()
    browser.check(taken)
    path.write_bytes(taken)
