"""News is told when it can be shown.

A thousand viewers who hear of a new snapshot ask for its picture at once.

So what most of them look at is painted first; until then they hear of the
snapshot before. A picture that takes too long is told of anyway.
"""

from __future__ import annotations

import asyncio
import json
from collections import Counter
from collections.abc import Awaitable, Callable, Hashable
from typing import Any

# News waits for its pictures so long at most, s.
PAINTED_S = 3.0

# Pictures that are painted before: those that most asked for since the last news.
MOST_PAINTED = 4
MOST_KNOWN = 512

# What is told at once.
_PASSES = ("now", "clock_behind_s")
Told = dict[str, Any]


class News:
    """What the viewers are told of the newest snapshot. For one event loop."""

    def __init__(self, paint: Callable[[Any], Awaitable[None]]) -> None:
        """Begin with nothing told; `paint` answers a question again, as it was asked."""
        self._paint, self._asked = paint, dict[Hashable, Any]()
        self._looks: Counter[Hashable] = Counter()
        self._told: Told = {}
        self._painting: asyncio.Task[None] | None = None

    def looked_at(self, what: Hashable, question: Any) -> None:
        """Note that somebody looks at something, and how it is asked for."""
        if what in self._asked or len(self._asked) < MOST_KNOWN:
            self._asked[what] = question
            self._looks[what] += 1

    def tell(self, heard: bytes) -> bytes:
        """Return what a viewer is told, of what the server says now."""
        try:
            said: Told = json.loads(heard)
        except ValueError:
            return heard
        if not self._told or "snapshot" not in said or not self._asked:
            self._told = said
        elif _state(said) != _state(self._told) and self._painting is None:
            self._painting = asyncio.create_task(self._paint_first(said))
        return json.dumps(
            {**self._told, **{name: said[name] for name in _PASSES if name in said}}
        ).encode()

    @property
    def state(self) -> Hashable:
        """Return what names the state of the lake that viewers were told of."""
        return _state(self._told)

    async def _paint_first(self, said: Told) -> None:
        try:
            first = [
                self._asked[what] for what, _ in self._looks.most_common(MOST_PAINTED)
            ]
            self._asked.clear()
            self._looks.clear()
            paintings = [
                asyncio.ensure_future(self._paint(question)) for question in first
            ]
            await asyncio.wait(paintings, timeout=PAINTED_S)
        finally:
            self._told, self._painting = said, None


def _state(said: Told) -> Hashable:
    return tuple((name, str(said[name])) for name in sorted(said.keys() - {*_PASSES}))
