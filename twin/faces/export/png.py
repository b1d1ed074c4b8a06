"""The page itself as a picture."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from twin import frame

if TYPE_CHECKING:
    from pathlib import Path

    from twin.faces.export.draft import Draft
    from twin.faces.export.format import Format


@dataclass(frozen=True)
class Png:
    """A picture of the face, of the size that the view's frame says."""

    name: str = "png"
    suffix: str = ".png"

    def write(self, draft: Draft, into: Path) -> list[Path]:
        """Open the face at the view in a headless browser and keep its picture.

        It is taken at the page's own word that the snapshot is drawn.

        Raises:
            MissingToolError: there is no browser. LakeError: the page was not ready, or its map
                is blank.
        """
        # Whoever wants tables only needs no browser, and waits for none of this.
        from twin.faces.export import browser
        from twin.faces.export.moment import running
        from twin.faces.server.app import create_app

        # The page asks the same questions; here it comes to light which of them fail.
        draft.picture()
        view = draft.pinned.view
        wide, high, ratio = frame.read(view.frame)
        app = create_app(draft.service, draft.registry, draft.city, clock=draft.clock)
        with running(app) as address, browser.browser() as chromium:
            page = chromium.new_page(
                viewport={"width": wide, "height": high},
                device_scale_factor=ratio,
                reduced_motion="reduce",
            )
            page.goto(f"{address}{draft.face}?{view.url()}")
            browser.settle(page, draft.snapshot)
            taken = page.screenshot()
        browser.check(taken)
        path = draft.path(into, self.suffix)
        path.write_bytes(taken)
        return [path]


FORMAT: Format = Png()
