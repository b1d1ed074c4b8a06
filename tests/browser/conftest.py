"""A real Chromium for the tests that look at pages, and pages that remember what went wrong
in them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import pytest

from twin.errors import MissingToolError
from twin.faces.export.browser import browser

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page


@dataclass
class Watched:
    """A page, what its console complained of, and what it asked of other hosts."""

    page: Page
    console_errors: list[str] = field(default_factory=list[str])
    outside_requests: list[str] = field(default_factory=list[str])

    def until(self, expression: str, *, seconds: float = 20) -> object:
        """Wait until a JavaScript expression is true and answer its value.

        A strict policy forbids Playwright's own way.
        """
        for _ in range(int(seconds * 20)):
            value = self.page.evaluate(expression)
            if value:
                return value
            self.page.wait_for_timeout(50)
        raise AssertionError(
            f"after {seconds} s this is still not so: {expression}\nconsole:"
            f" {self.console_errors}"
        )


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """Return the machine's Chromium.

    Without one these tests fail, since the map would be unproven.
    """
    with ExitStack() as stack:
        try:
            opened = stack.enter_context(browser())
        except MissingToolError as error:
            pytest.fail(" ".join(error.lines()), pytrace=False)
        yield opened


@pytest.fixture
def watch(chromium: Browser) -> Iterator[Callable[..., Watched]]:
    """Return a function that opens an address in a fresh page of a size, in a Chinese
    browser unless told otherwise, and watches it.
    """
    with ExitStack() as stack:

        def opened(
            url: str, width: int = 1000, height: int = 700, **context: object
        ) -> Watched:
            made = chromium.new_context(
                viewport={"width": width, "height": height},
                **{"locale": "zh-CN", **context},
            )  # type: ignore[arg-type]
            stack.callback(made.close)
            page = made.new_page()
            watched = Watched(page)
            host = urlsplit(url).netloc
            page.on(
                "console",
                lambda said: (
                    watched.console_errors.append(said.text)
                    if said.type == "error"
                    else None
                ),
            )
            page.on(
                "pageerror", lambda error: watched.console_errors.append(str(error))
            )
            page.on(
                "request",
                lambda asked: (
                    watched.outside_requests.append(asked.url)
                    if urlsplit(asked.url).scheme in {"http", "https", "ws", "wss"}
                    and urlsplit(asked.url).netloc != host
                    else None
                ),
            )
            page.goto(url)
            return watched

        yield opened


@pytest.fixture
def still(watch: Callable[..., Watched]) -> Callable[..., Watched]:
    """Return a function as `watch` whose page runs no scripts.

    A face as it is first painted, to be measured.

    Without a map, which takes a machine without a GPU four seconds, and says nothing of
    where words stand.
    """
    return lambda url, wide, high: watch(url, wide, high, java_script_enabled=False)


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Leave walls of four thousand pixels to `make soak`.

    Without a GPU each takes a quarter of a minute.
    """
    for item in items:
        spec = getattr(item, "callspec", None)
        if (
            "browser" in item.path.parts
            and spec is not None
            and spec.params.get("wide") == 3840
        ):
            item.add_marker(pytest.mark.soak)
