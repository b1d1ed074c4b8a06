"""A headless Chromium of this machine that opens a page of ours.

It takes the page's picture when the page says it is ready.
"""

from __future__ import annotations

import io
import os
import shutil
import time
from collections.abc import Generator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING

from PIL import Image
from playwright.sync_api import Error, sync_playwright

from twin.errors import ExportError, LakeError, MissingToolError

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
FLAGS = (
    "--no-sandbox",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--use-gl=angle",
    "--use-angle=swiftshader",
    "--enable-unsafe-swiftshader",
    "--force-color-profile=srgb",
)
_READY_S = 60.0


def find() -> str:
    """Return the path of a Chromium: `TWIN_CHROMIUM`, or the first found on the PATH.

    Raises:
        MissingToolError: there is none.
    """
    named = os.environ.get("TWIN_CHROMIUM")
    found = (
        named
        if named and Path(named).exists()
        else next(filter(None, map(shutil.which, NAMES)), None)
    )
    if found is None:
        raise MissingToolError(
            "No Chromium was found on this machine, so no picture can be taken.",
            why="pictures are taken of the page itself; tables come out without it.",
            fix=(
                "install one, such as: apt-get install chromium fonts-noto-cjk — or"
                " name one in TWIN_CHROMIUM."
            ),
        )
    return found


@contextmanager
def browser() -> Generator[Browser]:
    """Return a running headless Chromium for the length of the block.

    Raises:
        MissingToolError: there is none, or it does not start. ExportError: it breaks off in
            the block.
    """
    path = find()
    with sync_playwright() as driver:
        try:
            chromium = driver.chromium.launch(executable_path=path, args=list(FLAGS))
        except Error as error:
            raise MissingToolError(
                f"The Chromium at {path} does not start.",
                why=error.message.splitlines()[0],
                fix="run it once by hand to see what it lacks.",
            ) from error
        try:
            yield chromium
        except Error as error:
            raise ExportError(
                "The browser broke off, so no picture was taken.",
                why=error.message.splitlines()[0],
                fix=(
                    "try again; if it happens again, look for what ends it, such as a"
                    " lack of memory."
                ),
            ) from error
        finally:
            with suppress(Error):
                chromium.close()


def settle(page: Page, snapshot: str, *, timeout_s: float = _READY_S) -> None:
    """Wait until the page itself says that everything of `snapshot` is drawn.

    Raises:
        LakeError: it did not in `timeout_s`, or a layer failed; the sentence says what the
            page said instead.
    """
    until = time.monotonic() + timeout_s
    state: dict[str, str] = {}
    while time.monotonic() < until:
        state = page.evaluate(
            """() => ({
                map: document.documentElement.dataset.ready ?? '',
                page: document.querySelector('.as-of')?.dataset.snapshot ?? '',
                problem: document.querySelector('.problem')?.textContent ?? '',
                broken: document.documentElement.dataset.broken ?? '',
            })"""
        )
        if state["broken"]:
            raise LakeError(
                f"The page could not draw {state['broken']}, so no picture was taken.",
                fix="run `twin doctor`; the tables of the same view come out.",
            )
        if state["map"] == snapshot and state["page"] == snapshot:
            return
        page.wait_for_timeout(100)
    raise LakeError(
        f"The page was not ready for snapshot {snapshot} within {timeout_s:.0f} s.",
        why=(
            f"it shows snapshot {state.get('page') or 'none'}, its map"
            f" {state.get('map') or 'none'}. {state.get('problem', '')}".strip()
        ),
        fix="open the same link in a browser and look at what it says.",
    )


def check(picture: bytes) -> None:
    """Refuse a picture whose middle is of one colour: a map that was not drawn.

    Raises:
        LakeError: it is.
    """
    image = Image.open(io.BytesIO(picture)).convert("RGB")
    wide, high = image.size
    middle = image.crop((wide // 4, high // 4, wide * 5 // 8, high * 3 // 4))
    colors = middle.getcolors(maxcolors=64)
    if colors is not None and len(colors) < 8:
        raise LakeError(
            "The picture's map is blank, so it was not kept.",
            why="the browser gave no WebGL picture.",
            fix="run `twin doctor`, which tries the browser's WebGL.",
        )
