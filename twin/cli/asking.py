"""Ask a feed on a thread of its own: one that does not answer holds up nobody for long."""

from __future__ import annotations

import threading
from concurrent.futures import Future
from contextlib import suppress
from queue import SimpleQueue
from typing import TYPE_CHECKING, Any, TypeVar

from twin.errors import FeedError

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Iterator

    from twin.feeds.batch import Batch

_T = TypeVar("_T")

# How long a feed may take for one batch, s. A simulated day of a large city takes five.
PATIENCE_S = 120.0


class Asker:
    """Calls things of one feed, one after the other, and waits for each only so long.

    A call that takes longer is left alone: nothing can end it. Until it returns nothing
    else is asked of the feed.
    """

    def __init__(self, name: str, patience_s: float = PATIENCE_S) -> None:
        """Start the thread; it ends with the process, whatever it is waiting for."""
        self._patience_s = patience_s
        self._calls: SimpleQueue[tuple[Future[Any], Callable[[], Any]]] = SimpleQueue()
        self._last: Future[Any] | None = None
        threading.Thread(
            target=self._serve, name=f"twin-feed-{name}", daemon=True
        ).start()

    @property
    def is_silent(self) -> bool:
        """Return whether the last call has not returned yet."""
        return self._last is not None and not self._last.done()

    def ask(self, call: Callable[[], _T]) -> _T:
        """Return what `call` returns, or raise what it raises.

        Raises:
            FeedError: it has not returned in time, or one before it has not.
        """
        if self.is_silent:
            raise self._silence()
        answer: Future[_T] = Future()
        self._last = answer
        self._calls.put((answer, call))
        try:
            return answer.result(self._patience_s)
        except TimeoutError:
            if answer.done():  # it was the call's own
                raise
            raise self._silence() from None

    def batches(self, call: Callable[[], Iterator[Batch]]) -> Generator[Batch]:
        """Yield the batches of the iterator that `call` returns.

        It is closed when this is.

        Raises:
            FeedError: one of them does not come in time.
        """
        given = self.ask(call)
        try:
            while (batch := self.ask(lambda: next(given, None))) is not None:
                yield batch
        finally:
            close = getattr(given, "close", None)
            if close is not None and not self.is_silent:
                with suppress(Exception):  # what matters is raised already
                    self.ask(close)

    def _serve(self) -> None:
        while True:
            answer, call = self._calls.get()
            try:
                answer.set_result(call())
            except BaseException as error:  # noqa: BLE001  (it is raised where it was asked)
                answer.set_exception(error)

    def _silence(self) -> FeedError:
        return FeedError(
            f"No answer for {self._patience_s:g} s.",
            why="it waits for its source, and says nothing of why.",
            fix="look at the source; the feed is asked again once it has answered.",
        )
