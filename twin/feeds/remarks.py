"""What a feed decided by a rule while it read, to be said to whoever reads the file.

It is a sentence, how often, and where first.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

_FIRST = 5


def place_of(sheet: str, row: int) -> str:
    """Return the place of a row in words that fit into a list.

    A sheet is named as formulas name it.
    """
    return f"{sheet}!{row}" if sheet else str(row)


@dataclass
class Remarks:
    """Sentences in the order in which they first came up.

    Attributes:
        sheet: that the rows are of from now on, where a file has several; '' where it has not.
    """

    sheet: str = ""
    _rows: dict[str, tuple[int, tuple[str, ...]]] = field(
        default_factory=dict[str, "tuple[int, tuple[str, ...]]"]
    )
    _said: list[str] = field(default_factory=list[str])

    def note(self, what: str, rows: Sequence[int]) -> None:
        """Say `what` of rows, by their numbers in the file."""
        if rows:
            n, first = self._rows.get(what, (0, ()))
            named = [place_of(self.sheet, row) for row in rows[: _FIRST - len(first)]]
            self._rows[what] = n + len(rows), (*first, *named)

    def say(self, sentence: str) -> None:
        """Say a sentence of the file as a whole, once."""
        if sentence not in self._said:
            self._said.append(sentence)

    def sentences(self) -> list[str]:
        """Return all that was said."""
        counted = [
            f"{n:,} {'row' if n == 1 else 'rows'}"
            f" ({', '.join(first)}{', …' if n > len(first) else ''}): {what}."
            for what, (n, first) in self._rows.items()
        ]
        return [*self._said, *counted]
