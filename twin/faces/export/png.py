"""The page itself as a picture."""

from __future__ import annotations

from typing import TYPE_CHECKING

from twin import frame
from twin.faces.export import browser
from twin.faces.export.moment import running
from twin.faces.server.app import create_app

if TYPE_CHECKING:
    from pathlib import Path

    from twin.city import City
    from twin.clock import Clock
    from twin.layer import Registry
    from twin.query import QueryService
    from twin.view import View


def write(
    service: QueryService,
    registry: Registry,
    city: City,
    view: View,
    snapshot: str,
    path: Path,
    *,
    clock: Clock,
    face: str,
) -> None:
    """Open `face` at `view` in a headless browser and keep its picture.

    It is taken at the page's own word that `snapshot` is drawn.

    Raises:
        MissingToolError: there is no browser. LakeError: the page was not ready, or its map
            is blank.
    """
    wide, high, ratio = frame.read(view.frame)
    app = create_app(service, registry, city, clock=clock)
    with running(app) as address, browser.browser() as chromium:
        page = chromium.new_page(
            viewport={"width": wide, "height": high},
            device_scale_factor=ratio,
            reduced_motion="reduce",
        )
        page.goto(f"{address}{face}?{view.url()}")
        browser.settle(page, snapshot)
        taken = page.screenshot()
    browser.check(taken)
    path.write_bytes(taken)
