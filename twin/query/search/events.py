"""Events by their number, by words of their title, by the kind or place that a word names.

The engine looks through what the lake holds, and what it finds is looked at again as it may be
shown: a word that stands only in what the city wants masked finds nothing.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from twin.contracts.unicode import one_form
from twin.query.search.names import question

if TYPE_CHECKING:
    from twin.layer import Param
    from twin.query.search.names import Row
    from twin.query.service import QueryService
    from twin.view import Pinned

# Words that are looked for one by one: a fourth stands behind the third.
MOST_WORDS = 3

# Rows that are looked at again: where masking took some away, more.
_FIRST, _MORE = 24, 2_000

# A number of an event, or the beginning of one: letters, digits and signs between them.
_NUMBER = re.compile(r"(?=.*\d)[A-Za-z0-9][A-Za-z0-9._:/#-]*")


@dataclass(frozen=True)
class Word:
    """One word that was typed, and what it names.

    Attributes:
        typed: as it was typed.
        kinds, streets, districts: ids of what it names.
    """

    typed: str
    kinds: tuple[str, ...] = ()
    streets: tuple[str, ...] = ()
    districts: tuple[str, ...] = ()

    @property
    def names_any(self) -> bool:
        """Return whether it names anything."""
        return bool(self.kinds or self.streets or self.districts)

    @property
    def text(self) -> str:
        """Return it in small letters, as it is looked for in titles."""
        return one_form(self.typed).lower()

    @property
    def form(self) -> str:
        """Return it with capitals, as typed or of its first letter; '' where it has none."""
        typed = one_form(self.typed)
        other = typed if typed != self.text else self.text[:1].upper() + self.text[1:]
        return "" if other == self.text else other

    def shows(self, row: Row) -> bool:
        """Return whether it finds a row as that may be shown."""
        named = (
            row["category"] in self.kinds
            or row["street_code"] in self.streets
            or row["district_id"] in self.districts
        )
        is_its_number = row["id"].lower().startswith(self.text)
        return named or is_its_number or self.text in str(row["title"]).lower()


def found(
    service: QueryService, words: Sequence[Word], pinned: Pinned, most: int
) -> tuple[list[Row], str]:
    """Return up to `most` events, and why nothing is known of them, if so.

    The one of that number, else the newest: those of a kind, street or district that is named, then
    those whose titles hold the words.

    Raises as `QueryService.panel` does.
    """
    asks = _Asks(service, pinned, words, most)
    is_number = len(words) == 1 and _NUMBER.fullmatch(words[0].typed) is not None
    by_number = asks.numbered() if is_number else []
    its_own = [row for row in by_number if row["id"].lower() == words[0].text]
    if its_own or asks.unknown:
        return its_own, asks.unknown
    named = asks.rows("named.sql", _named(words)) if _is_named(words) else []
    if len(named) >= most or asks.unknown:
        return named, asks.unknown
    more = by_number if is_number else asks.rows("written.sql", _texts(words))
    there = {row["id"] for row in named}
    return [*named, *(row for row in more if row["id"] not in there)][
        :most
    ], asks.unknown


def _is_named(words: Sequence[Word]) -> bool:
    return any(word.names_any for word in words)


def _padded(words: Sequence[Word]) -> list[Word]:
    return [*words, *[Word("")] * MOST_WORDS][:MOST_WORDS]


def _texts(words: Sequence[Word]) -> dict[str, Param]:
    given: dict[str, Param] = {}
    for n, word in enumerate(_padded(words), start=1):
        given |= {f"text_{n}": word.text, f"form_{n}": word.form}
    return given


def _named(words: Sequence[Word]) -> dict[str, Param]:
    given = _texts(words)
    for n, word in enumerate(_padded(words), start=1):
        given |= {
            f"kinds_{n}": word.kinds,
            f"streets_{n}": word.streets,
            f"districts_{n}": word.districts,
        }
    return given


@dataclass
class _Asks:
    """Asks of events, and notes why nothing is known of them."""

    service: QueryService
    pinned: Pinned
    words: Sequence[Word]
    most: int
    unknown: str = ""

    def numbered(self) -> list[Row]:
        """Return what a number finds: the event of it, or else what begins or holds it."""
        (word,) = self.words
        own = {"typed": word.typed, "text_1": word.text, "form_1": word.form}
        found = self.rows("numbered.sql", own)
        if len(found) < self.most or self.unknown:
            return found
        # Of many the newest are found, and it may be older.
        return [*self.rows("exact.sql", {"typed": word.typed}), *found]

    def rows(self, name: str, own: Mapping[str, Param]) -> list[Row]:
        """Return what a question finds that may be shown."""
        for most in (_FIRST, _MORE):
            answer = self.service.of_house(
                question(name), {**own, "most": most}, self.pinned
            )
            self.unknown = answer.unknown
            if answer.unknown:
                return []
            rows: list[Row] = answer.rows.to_pylist()
            shown = [row for row in rows if self._is_shown(row)]
            if len(shown) >= self.most or len(rows) < most:
                break
        return shown[: self.most]

    def _is_shown(self, row: Row) -> bool:
        return all(word.shows(row) for word in self.words)
