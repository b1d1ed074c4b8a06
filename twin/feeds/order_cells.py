"""Cells of orders, a column at a time.

Places, districts and words of a list, each read strictly or refused with a sentence.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, cast

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from twin.contracts.crs import to_wgs84
from twin.feeds.order_columns import is_given
from twin.feeds.order_mapping import FEED

if TYPE_CHECKING:
    from twin.city import City
    from twin.feeds.order_mapping import OrderMapping
    from twin.geography import Locator

# A place this far beyond the box around the outlines, some 10 km, may still be the city's.
NEAR_DEG = 0.1
_KM_PER_DEG = 111.32

# No degree is as large; metres of a projection nearly always are.
_METRES = 1_000
_NUMBER = r"^[+-]?(\d+(\.\d*)?|\.\d+)$"

# As programs write a long number: '2.02611E+17', '2,02611E+17', '2.02611E17'; '1E5' may be
# a number of an order.
_LOST_DIGITS = r"^[+-]?(\d+[.,]\d+ ?[eE] ?\+?\d+|\d+[.,]? ?[eE] ?\+ ?\d+)$"
_MIN_LOST, _LONG = 3, 17

# By index of a row, why it is refused, without a full stop.
Reasons = Mapping[int, str]


def digits_lost(ids: pa.StringArray, column: str) -> Reasons:
    """Find numbers of orders that a spreadsheet has shortened.

    They are written with an exponent, or all have zeros from the 16th digit on.
    """
    how = (
        "keep that column as text when you export, or export as CSV straight from the"
        " system that holds the orders"
    )
    short = {
        at: f"{column}: {ids[at].as_py()!r} lost digits in a spreadsheet; {how}"
        for at in _where(pc.match_substring_regex(ids, _LOST_DIGITS))
    }
    is_long = np.asarray(
        pc.match_substring_regex(ids, rf"^\d{{{_LONG},}}$").to_numpy(
            zero_copy_only=False
        ),
        np.bool_,
    )
    rounded = (
        np.asarray(
            pc.match_substring_regex(ids, r"^\d{15}0+$").to_numpy(zero_copy_only=False),
            np.bool_,
        )
        & is_long
    )
    # One number in a hundred may end so by chance.
    if rounded.sum() >= _MIN_LOST and rounded.sum() > 0.9 * is_long.sum():
        short |= {
            at: (
                f"{column}: {ids[at].as_py()!r} has zeros from the 16th digit on, as"
                f" most others do: digits were lost in a spreadsheet; {how}"
            )
            for at in np.flatnonzero(rounded).tolist()
        }
    return short


def _where(mask: pa.BooleanArray) -> list[int]:
    return np.flatnonzero(
        np.asarray(mask.to_numpy(zero_copy_only=False), np.bool_)
    ).tolist()


@dataclass(frozen=True)
class Places:
    """Longitudes and latitudes, deg WGS 84, NaN where there is none.

    They also tell whether the row named a pair that means 'no place'.
    """

    lon: npt.NDArray[np.float64]
    lat: npt.NDArray[np.float64]
    is_no_place: npt.NDArray[np.bool_]
    reasons: Reasons


def read_places(
    lon: pa.StringArray, lat: pa.StringArray, mapping: OrderMapping, locator: Locator
) -> Places:
    """Read n pairs of cells, tidied.

    Raises:
        UndeclaredCRS: there are places, and the mapping declares no datum that is understood.
    """
    given = is_given(lon) | is_given(lat)
    numeric = _matches(lon, _NUMBER) & _matches(lat, _NUMBER)
    reasons = {
        at: _not_degrees(lon[at].as_py(), lat[at].as_py())
        for at in np.flatnonzero(given & ~numeric).tolist()
    }
    x, y = (_numbers(cells, numeric) for cells in (lon, lat))
    is_no_place = np.zeros(len(x), np.bool_)
    for east, north in mapping.no_place:
        is_no_place |= (x == east) & (y == north)
    x[is_no_place] = y[is_no_place] = np.nan
    if not np.isfinite(x).any():
        return Places(x, y, is_no_place, reasons)
    lon_wgs, lat_wgs = to_wgs84(x, y, mapping.crs, feed=FEED)
    for at in np.flatnonzero(
        np.isfinite(x) & ~_inside(lon_wgs, lat_wgs, locator)
    ).tolist():
        reasons[at] = _astray(float(x[at]), float(y[at]), locator)
    return Places(lon_wgs, lat_wgs, is_no_place, reasons)


def _not_degrees(lon: str, lat: str) -> str:
    said = f"place: longitude {lon!r} and latitude {lat!r} are not both decimal degrees"
    if not lon or not lat:
        return f"{said}: one of them is missing"
    if re.search(r"\d,\d", lon + lat):
        return f"{said}; write them with a point, not a comma, each in its own column"
    if re.search(r"\d[eE][+-]?\d", lon + lat):
        return f"{said}; export them with all their digits, not with an exponent"
    if not re.search(r"\d", lon + lat):
        return (
            f"{said}; if such a word stands for an empty cell, add it to null_words in"
            " the mapping"
        )
    return f"{said}, as 114.3055 is one"


def _matches(texts: pa.StringArray, pattern: str) -> npt.NDArray[np.bool_]:
    return np.asarray(
        pc.match_substring_regex(texts, pattern).to_numpy(zero_copy_only=False),
        np.bool_,
    )


def _numbers(
    cells: pa.StringArray, numeric: npt.NDArray[np.bool_]
) -> npt.NDArray[np.float64]:
    made = np.full(len(cells), np.nan)
    made[numeric] = [
        float(text) for text in cells.filter(pa.array(numeric)).to_pylist()
    ]
    return made


def _inside(
    lon: npt.NDArray[np.float64], lat: npt.NDArray[np.float64], locator: Locator
) -> npt.NDArray[np.bool_]:
    west, south, east, north = locator.outlines.bounds
    return (
        (lon >= west - NEAR_DEG)
        & (lon <= east + NEAR_DEG)
        & (lat >= south - NEAR_DEG)
        & (lat <= north + NEAR_DEG)
    )


def _astray(lon: float, lat: float, locator: Locator) -> str:
    said = f"place: longitude {lon:.10g}, latitude {lat:.10g}"
    if lon == 0 and lat == 0:
        return (
            f"{said} stands for an unknown place; leave both cells empty, or name it in"
            " the mapping: no_place = [[0, 0]]"
        )
    if bool(_inside(np.array([lat]), np.array([lon]), locator)[0]):
        return f"{said} lies in the city only if the two are swapped"
    if max(abs(lon), abs(lat)) > _METRES:
        return (
            f"{said} is no place on earth; if these are metres of a map, export degrees"
            " instead"
        )
    if abs(lon) > 180 or abs(lat) > 90:
        return f"{said} is no place on earth"
    west, south, east, north = locator.outlines.bounds
    away = (
        math.hypot(
            max(west - lon, lon - east, 0) * math.cos(math.radians(lat)),
            max(south - lat, lat - north, 0),
        )
        * _KM_PER_DEG
    )
    return f"{said} lies {away:,.0f} km outside the city"


class Districts:
    """Finds districts by id, name, or another word that the pack gives for them."""

    def __init__(self, city: City, mapping: OrderMapping) -> None:
        """Learn the names of the pack."""
        ids, names, names_en = (
            cast("list[str]", city.reference["districts"][name].to_pylist())
            for name in ("district_id", "name", "name_en")
        )
        self.names = dict(zip(ids, names, strict=True))
        self._city = (city.name, city.name.removesuffix("市"), city.name_en)
        self._ids = dict(zip(names, ids, strict=True))
        self._exact = {
            word.lower(): key
            for words in (ids, names, names_en)
            for word, key in zip(words, ids, strict=True)
            if word
        }
        self._exact |= {
            alias: self._exact[name.lower()]
            for alias, name in mapping.aliases.items()
            if name.lower() in self._exact
        }

    def find(self, word: str) -> str | None:
        """Return the id, or None if the pack knows no such district.

        A name with the city's before it is understood.
        """
        # A program kept a code as a fraction.
        word = re.sub(r"^(\d+)\.0+$", r"\1", word)
        if word.lower() in self._exact:
            return self._exact[word.lower()]
        found = {
            key
            for name, key in self._ids.items()
            if name and self._is_in_city(word, name)
        }
        return found.pop() if len(found) == 1 else None

    def _is_in_city(self, word: str, name: str) -> bool:
        """Return whether a word is the name of a district behind that of its city.

        It must be the name of nothing else.
        """
        before = (
            word.removesuffix(name).rstrip(" ,，-·/") if word.endswith(name) else ""
        )
        return any(
            before.endswith((city, f"{city}市", f"{city}州", f"{city} city"))
            for city in self._city
            if city
        )


def by_word(texts: pa.StringArray, read: Callable[[str], object]) -> list[object]:
    """Return what `read` makes of each of n texts; it is asked once for each different one."""
    coded = texts.dictionary_encode()
    answers = [read(word) for word in coded.dictionary.to_pylist()]
    return [answers[code] for code in coded.indices.to_pylist()]


def read_priorities(
    texts: pa.StringArray, words: pa.StringArray, mapping: OrderMapping
) -> tuple[npt.NDArray[np.int8], Reasons]:
    """Return 1 to 4 for each of n rows.

    `words` (title, details and kind) that speak of danger raise it.
    """
    column = mapping.columns.get("priority", "")
    known = {word.lower(): level for word, level in mapping.priorities.items()}
    levels = by_word(
        texts,
        lambda word: known.get(word.lower(), 0) if word else mapping.default_priority,
    )
    level = np.array(levels, np.int8)
    reasons = {
        at: (
            f"{column}: {texts[at].as_py()!r}"
            f" {_unknown(mapping.priorities, 'priorities')}"
        )
        for at in np.flatnonzero(level == 0).tolist()
    }
    if mapping.safety_words:
        danger = "|".join(re.escape(word) for word in mapping.safety_words)
        is_danger = _matches(pc.utf8_lower(words), danger)
        level[is_danger] = np.minimum(level[is_danger], mapping.safety_priority)
    return level, reasons


def _unknown(words: Iterable[str], section: str) -> str:
    """Return why a word of a list is refused, with what helps: a sentence's end."""
    listed = (
        f"is none of {', '.join(words)}" if words else "is a word that nothing explains"
    )
    return f"{listed}; if it is right, say under {section} of the mapping what it means"


def read_statuses(
    texts: pa.StringArray, column: str, words: Mapping[str, str]
) -> tuple[list[str | None], Reasons]:
    """Return what each of n words means: open, closed or reopened; None for an empty cell.

    Args:
        words: word to meaning; case, and whether parts are joined by blanks, '-' or '_',
            does not matter.
    """
    known = {_plain(word): means for word, means in words.items()}
    found = cast(
        "list[str | None]",
        by_word(texts, lambda word: known.get(_plain(word), "") if word else None),
    )
    reasons = {
        at: (
            f"{column}: {texts[at].as_py()!r} is no status that the mapping knows; say"
            " under statuses whether it is open or closed"
        )
        for at, means in enumerate(found)
        if means == ""
    }
    return [means or None for means in found], reasons


def _plain(word: str) -> str:
    return re.sub(r"[\s_-]+", " ", word).strip().lower()


def read_truths(
    texts: pa.StringArray, column: str, yes: tuple[str, ...], no: tuple[str, ...]
) -> tuple[list[bool | None], Reasons]:
    """Return true, false, or None for an empty cell, for each of n rows."""

    def read(word: str) -> bool | str | None:
        lowered = word.lower()
        return (
            None
            if not word
            else True
            if lowered in yes
            else False
            if lowered in no
            else word
        )

    found = by_word(texts, read)
    reasons = {
        at: f"{column}: {value!r} is none of {', '.join((*yes, *no))}"
        for at, value in enumerate(found)
        if isinstance(value, str)
    }
    return [value if isinstance(value, bool) else None for value in found], reasons
