"""What has a name, in the pack and in the lake, and which of it fits what was typed."""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING, Any, Literal

from twin.engine import Sql, load_sql
from twin.query.search.spelling import Fit, Spelled, plain, spelled

if TYPE_CHECKING:
    from collections.abc import Hashable, Iterable, Mapping, Sequence

    from twin.city import City
    from twin.query.service import QueryService
    from twin.view import Pinned

Kind = Literal[
    "district",
    "street",
    "place",
    "department",
    "drone",
    "estate",
    "community",
    "indicator",
    "event",
]
Row = dict[str, Any]

# Lists of names of other moments that are kept, for those who look back.
_MOST_KEPT = 24
_FOLDER = Path(__file__).parent

# By kind: the table of the pack, its key, and what stands before `lon_ud`.
_OF_PACK: Mapping[Kind, tuple[str, str, str]] = {
    "district": ("districts", "district_id", "label_"),
    "street": ("streets", "street_code", ""),
    "place": ("places", "place_id", ""),
    "department": ("departments", "dept_id", ""),
    "indicator": ("indicators", "ind_id", ""),
}

# By kind: the question that lists what the lake knows, and what of a row can be typed.
_OF_LAKE: Mapping[Kind, tuple[str, tuple[str, ...]]] = {
    "drone": ("drones.sql", ("id", "model", "serial", "uas_id")),
    "estate": ("estates.sql", ("name", "id")),
    "community": ("communities.sql", ("name", "id")),
}


@dataclass(frozen=True)
class Named:
    """One thing with a name.

    Attributes:
        row: `id`, its names, and whatever else its table says of it.
    """

    kind: Kind
    row: Row
    spelled: Spelled


@dataclass(frozen=True)
class Words:
    """What was typed.

    Attributes:
        whole: all of it in plain letters, without spaces.
        each: its words in plain letters.
        typed: its words as they were typed.
    """

    whole: str
    each: tuple[str, ...]
    typed: tuple[str, ...]

    @classmethod
    def of(cls, text: str) -> Words:
        """Read what was typed; signs alone are no word."""
        pairs = [(plain(part), part) for part in text.split()]
        said = [pair for pair in pairs if pair[0]]
        each, typed = (tuple(pair[at] for pair in said) for at in (0, 1))
        return cls("".join(each), each, typed)

    def fit(self, there: Spelled) -> Fit | None:
        """Return how well a name fits: all that was typed, or else each word of it."""
        whole = there.fit(self.whole)
        if whole is not None or len(self.each) < 2:
            return whole
        fits = [there.fit(word) for word in self.each]
        known = [fit for fit in fits if fit is not None]
        return max(known) if len(known) == len(fits) else None


def found(named: Iterable[Named], words: Words) -> list[tuple[Fit, Named]]:
    """Return what fits, the best first, of the same the shorter name, then by its name and id."""
    fits = [(words.fit(each.spelled), each) for each in named]
    there = [(fit, each) for fit, each in fits if fit is not None]
    return sorted(there, key=_order)


def _order(found: tuple[Fit, Named]) -> tuple[int, int, str, str]:
    fit, each = found
    name = str(each.row.get("name") or each.row["id"])
    return fit, len(name), name, str(each.row["id"])


@lru_cache
def question(name: str) -> Sql:
    """Return the question of a file of this folder. Raises QueryError if it cannot be read."""
    return load_sql(_FOLDER / name)


def of_pack(city: City) -> dict[Kind, tuple[Named, ...]]:
    """Return the names of a city's pack, by kind."""
    return {
        kind: tuple(
            _named_of_pack(kind, row, key, prefix)
            for row in city.reference[table].to_pylist()
        )
        for kind, (table, key, prefix) in _OF_PACK.items()
        if table in city.reference
    }


def _named_of_pack(kind: Kind, row: Row, key: str, prefix: str) -> Named:
    names = [row["name"], row.get("name_en"), row[key]]
    # The statutory code is typed by those who know it.
    names.append(str(row["gb2260"]) if row.get("gb2260") else None)
    # An indicator is found by its domain, too.
    names += [row.get("domain"), row.get("domain_en")]
    place = {each: row.get(f"{prefix}{each}") for each in ("lon_ud", "lat_ud")}
    return Named(kind, {**row, **place, "id": row[key]}, spelled(*filter(None, names)))


def kinds_of_trouble(city: City) -> tuple[tuple[str, str | None, Spelled], ...]:
    """Return each kind of trouble of the pack: its key, its department, how it is typed."""
    rows = (
        city.reference["event_categories"].to_pylist()
        if "event_categories" in city.reference
        else []
    )
    return tuple(
        (row["category"], row["dept_id"], spelled(*filter(None, _names(row))))
        for row in rows
    )


def _names(row: Row) -> Sequence[str | None]:
    return row["name"], row["name_en"]


class OfLake:
    """Names that the lake knows at a moment, each list read and spelled once.

    Safe between threads.
    """

    def __init__(self, service: QueryService) -> None:
        """Begin with nothing read."""
        self._service = service
        self._kept: OrderedDict[Hashable, tuple[Named, ...]] = OrderedDict()
        self._lock = Lock()

    def listed(self, kind: Kind, pinned: Pinned) -> tuple[tuple[Named, ...], str]:
        """Return what there is of a kind, and why that is not known, if so.

        Raises as `QueryService.panel` does.
        """
        name, typed = _OF_LAKE[kind]
        key = (name, pinned.snapshot, pinned.damaged, pinned.as_of, pinned.known_at)
        with self._lock:
            kept = self._kept.get(key)
        if kept is not None:
            return kept, ""
        answer = self._service.of_house(question(name), {}, pinned)
        if answer.unknown:
            return (), answer.unknown
        named = tuple(
            _named_of_lake(kind, row, typed) for row in answer.rows.to_pylist()
        )
        with self._lock:
            self._kept[key] = named
            while len(self._kept) > _MOST_KEPT:
                self._kept.popitem(last=False)
        return named, ""


def _named_of_lake(kind: Kind, row: Row, typed: tuple[str, ...]) -> Named:
    names = (row[column] for column in typed)
    return Named(kind, row, spelled(*filter(None, names)))


LAKE_KINDS: tuple[Kind, ...] = tuple(_OF_LAKE)
