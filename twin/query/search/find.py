"""Everything that fits what somebody typed, in groups, at one moment as known at another."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING

from twin.contracts.unicode import without_hidden
from twin.errors import UsageError
from twin.query.search import events
from twin.query.search.events import MOST_WORDS, Word
from twin.query.search.names import (
    LAKE_KINDS,
    Kind,
    Named,
    OfLake,
    Row,
    Words,
    found,
    kinds_of_trouble,
    of_pack,
    question,
)
from twin.query.search.spelling import Fit, Spelled, plain

if TYPE_CHECKING:
    from twin.city import City
    from twin.query.service import QueryService
    from twin.view import Pinned

# Letters of what may be typed.
MOST_TEXT = 100

# What a group shows; of events a few more, since their titles are alike.
MOST_SHOWN, MOST_EVENTS = 5, 8

# Indicators that are asked for a value, the best first.
_MOST_VALUES = 40

# Places that one word may name for events: a letter that begins a hundred names says nothing.
_MOST_NAMED = 60

# Of those that fit alike, this group comes first.
_ORDER: tuple[Kind, ...] = (
    "district",
    "street",
    "place",
    "department",
    "drone",
    "estate",
    "community",
    "event",
    "indicator",
)


class TooLongError(UsageError):
    """More was typed than is searched for."""

    def __init__(self) -> None:
        super().__init__(
            f"More than {MOST_TEXT} letters are not searched for.",
            fix="type a name, a number or a few words.",
        )


@dataclass(frozen=True)
class Group:
    """What of one kind fits.

    Attributes:
        rows: the best, with their `id`.
        n: how many there are in all; None where that was not counted.
        best: how well the first of them fits.
    """

    kind: Kind
    rows: tuple[Row, ...]
    n: int | None
    best: Fit


@dataclass(frozen=True)
class Found:
    """What fits what was typed.

    Attributes:
        groups: those with anything in them, the one that fits best first.
        unknown: by kind, why nothing is known of it: 'damaged', 'nothing-known' or
            'no-data-after'.
    """

    groups: tuple[Group, ...] = ()
    unknown: dict[Kind, str] = field(default_factory=dict[Kind, str])


class Finder:
    """Searches one city. Safe between threads."""

    def __init__(self, service: QueryService, city: City) -> None:
        """Take a city; how its names are typed is worked out when somebody first searches."""
        self._service, self._city, self._lake = service, city, OfLake(service)

    def find(self, text: str, pinned: Pinned) -> Found:
        """Return what fits `text` at the moment of a view, by what was known then.

        Raises:
            TooLongError: it has more than `MOST_TEXT` letters.
            as `QueryService.panel` does.
        """
        if len(text) > MOST_TEXT:
            raise TooLongError
        words = Words.of(without_hidden(text))
        if not words.whole:
            self._warm(pinned)
            return Found()
        unknown: dict[Kind, str] = {}
        groups = [
            self._group(kind, self._listed(kind, pinned, unknown), words)
            for kind in _ORDER
            if kind not in {"event", "indicator"}
        ]
        groups += [
            self._events(words, pinned, unknown),
            self._indicators(words, pinned, unknown),
        ]
        there = [group for group in groups if group.rows]
        there.sort(key=lambda group: (group.best, _ORDER.index(group.kind)))
        return Found(tuple(there), unknown)

    def _warm(self, pinned: Pinned) -> None:
        """Work out how names are typed before somebody types: the box asks when it is opened."""
        _ = self._pack, self._trouble
        for kind in LAKE_KINDS:
            self._lake.listed(kind, pinned)

    @cached_property
    def _pack(self) -> dict[Kind, tuple[Named, ...]]:
        return of_pack(self._city)

    @cached_property
    def _trouble(self) -> tuple[tuple[str, str | None, Spelled], ...]:
        return kinds_of_trouble(self._city)

    def _listed(
        self, kind: Kind, pinned: Pinned, unknown: dict[Kind, str]
    ) -> tuple[Named, ...]:
        if kind not in LAKE_KINDS:
            return self._pack.get(kind, ())
        named, why = self._lake.listed(kind, pinned)
        if why:
            unknown[kind] = why
        return named

    @staticmethod
    def _group(kind: Kind, named: tuple[Named, ...], words: Words) -> Group:
        fits = found(named, words)
        rows = tuple(each.row for _, each in fits[:MOST_SHOWN])
        return Group(kind, rows, len(fits), fits[0][0] if fits else Fit.INSIDE)

    def _indicators(
        self, words: Words, pinned: Pinned, unknown: dict[Kind, str]
    ) -> Group:
        """Return the indicators that the lake has a value of, with that value."""
        fits = found(self._pack.get("indicator", ()), words)[:_MOST_VALUES]
        if not fits:
            return Group("indicator", (), 0, Fit.INSIDE)
        ids = tuple(each.row["id"] for _, each in fits)
        answer = self._service.of_house(
            question("values.sql"), {"indicators": ids}, pinned
        )
        if answer.unknown:
            unknown["indicator"] = answer.unknown
            return Group("indicator", (), 0, Fit.INSIDE)
        values = {row["id"]: row for row in answer.rows.to_pylist()}
        there = [(fit, each.row) for fit, each in fits if each.row["id"] in values]
        rows = tuple({**row, **values[row["id"]]} for _, row in there[:MOST_SHOWN])
        best = there[0][0] if there else Fit.INSIDE
        return Group("indicator", rows, None, best)

    def _events(self, words: Words, pinned: Pinned, unknown: dict[Kind, str]) -> Group:
        # A letter alone is in nearly every title.
        if len(words.whole) < 2 and words.whole.isascii():
            return Group("event", (), None, Fit.INSIDE)
        named = self._words(words)
        rows, why = events.found(self._service, named, pinned, MOST_EVENTS)
        if why:
            unknown["event"] = why
        is_one = len(rows) == 1 and rows[0]["id"].lower() == named[0].text
        best = Fit.WHOLE if is_one else Fit.INSIDE
        return Group("event", tuple(rows), None, best)

    def _words(self, words: Words) -> list[Word]:
        """Return the words that events are looked for by: one, if all of it names something."""
        whole = self._word(" ".join(words.typed))
        if len(words.typed) == 1 or whole.names_any:
            return [whole]
        return [self._word(typed) for typed in _few(words.typed)]

    def _word(self, typed: str) -> Word:
        """Return a word with the kinds of trouble, streets and districts that it names."""
        word = plain(typed)
        places = {kind: self._begun(kind, word) for kind in ("street", "district")}
        answer_for = set(self._begun("department", word))
        kinds = [
            category
            for category, dept_id, there in self._trouble
            if dept_id in answer_for or _names(there, word, inside=not word.isascii())
        ]
        return Word(typed, tuple(kinds), places["street"], places["district"])

    def _begun(self, kind: Kind, word: str) -> tuple[str, ...]:
        """Return the ids of a kind that a word names or begins to name; none of too many."""
        ids = [
            each.row["id"]
            for each in self._pack.get(kind, ())
            if _names(each.spelled, word)
        ]
        return tuple(ids) if len(ids) <= _MOST_NAMED else ()


def _names(there: Spelled, word: str, *, inside: bool = False) -> bool:
    """Return whether a word is a name or begins it; with `inside`, also whether it is within."""
    fit = there.fit(word) if word else None
    return fit is not None and (inside or fit <= Fit.BEGINS)


def _few(typed: tuple[str, ...]) -> tuple[str, ...]:
    """Return so many words as are looked for one by one; the last is all that is left."""
    last = MOST_WORDS - 1
    return (*typed[:last], " ".join(typed[last:])) if len(typed) > MOST_WORDS else typed
