"""One line of the log for each question: what was asked, of which snapshot, how long it took."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from types import TracebackType
from typing import Any, Self, TypeVar

V = TypeVar("V")
_log = logging.getLogger("twin.query")


class Noted:
    """The length of one question.

    What had to be worked out is written at level info, what was there already, of which
    there is far more, at level debug. Parameters are not written.
    """

    __slots__ = ("_begun", "_facts", "_is_on", "_worked_out")

    def __init__(self, layer: str, question: str, snapshot: str) -> None:
        """Begin to count; `layer` is '' for a question of the house itself."""
        self._is_on, self._worked_out = _log.isEnabledFor(logging.INFO), False
        if self._is_on:
            self._facts: dict[str, Any] = {
                "question": question,
                "layer": layer,
                "snapshot": snapshot,
            }
            self._begun = time.perf_counter()

    def working(self, work_out: Callable[[], V]) -> Callable[[], V]:
        """Return `work_out`, so that it is noted if it is called: the answer was not there."""
        if not self._is_on:
            return work_out

        def work() -> V:
            self._worked_out = True
            return work_out()

        return work

    def found(self, **facts: int) -> None:
        """Note how much was answered."""
        if self._is_on:
            self._facts.update(facts)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        level = logging.INFO if self._worked_out or kind else logging.DEBUG
        if not self._is_on or not _log.isEnabledFor(level):
            return
        self._facts["ms"] = round(1_000 * (time.perf_counter() - self._begun), 2)
        self._facts["cached"] = not self._worked_out
        if kind:
            self._facts["error"] = kind.__name__
        _log.log(level, "question", extra=self._facts)
