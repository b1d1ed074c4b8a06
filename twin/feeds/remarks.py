"""What a feed decided by a rule while it read, to be said to whoever reads the file: a sentence, how often, and where first."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

_FIRST = 5


@dataclass
class Remarks:
    """Sentences in the order in which they first came up."""

    _rows: dict[str, tuple[int, tuple[int, ...]]] = field(default_factory=dict[str, "tuple[int, tuple[int, ...]]"])
    _said: list[str] = field(default_factory=list[str])

    def note(self, what: str, rows: Sequence[int]) -> None:
        """Say `what` of rows, by their numbers in the file."""
        if rows:
            n, first = self._rows.get(what, (0, ()))
            self._rows[what] = n + len(rows), (*first, *rows)[:_FIRST]

    def say(self, sentence: str) -> None:
        """Say a sentence of the file as a whole, once."""
        if sentence not in self._said:
            self._said.append(sentence)

    def sentences(self) -> list[str]:
        """Return all that was said."""
        counted = [f"{n:,} {'row' if n == 1 else 'rows'} ({', '.join(map(str, first))}{', …' if n > len(first) else ''}): {what}."
                   for what, (n, first) in self._rows.items()]
        return [*self._said, *counted]
