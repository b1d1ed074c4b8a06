"""Rows of areas: which have an outline, and the classes that their values fall into."""

from __future__ import annotations

import hashlib
import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, cast

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from twin.errors import QueryError
from twin.geography import area_ids
from twin.layer import AREA_IDS, Band, Classes

if TYPE_CHECKING:
    from collections.abc import Sequence

    from twin.city import City
    from twin.layer import Encoding, Rgba


@dataclass(frozen=True)
class Read:
    """How the areas of a layer's map are read.

    Attributes:
        bands: the classes, lowest first, each from `low` on; the first from minus infinity.
            Empty where no value is known, or the scale has no classes.
        low, high: the least and the greatest value.
        n_unknown: areas of the pack of which no value is known.
        n_lost: rows that name no area of the pack, and so are not drawn.
    """

    bands: tuple[Band, ...] = ()
    low: float = math.nan
    high: float = math.nan
    n_unknown: int = 0
    n_lost: int = 0


def ids_of(city: City, how: Encoding) -> frozenset[str]:
    """Return the ids of the areas that rows are joined to; none where the pack has no such file.

    Raises:
        PackError: the file cannot be read.
    """
    path = city.geography.get(how.areas)
    return frozenset() if path is None else area_ids(path, AREA_IDS[how.areas])


def digest(ids: frozenset[str]) -> str:
    """Return a short hash of ids: which rows are sent hangs on them."""
    return hashlib.sha256("\n".join(sorted(ids)).encode()).hexdigest()[:12]


def placed(rows: pa.Table, how: Encoding, ids: frozenset[str]) -> pa.Table:
    """Return the rows that name an area of the pack.

    Raises:
        QueryError: there is no column `key`, or two rows are of one area.
    """
    if how.key not in rows.column_names:
        raise QueryError(
            f"The rows have no column {how.key!r}, which names their areas.",
            why=f"they have {', '.join(rows.column_names)}.",
            fix="answer it in the layer's SQL.",
        )
    there = pa.array(sorted(ids), pa.string())
    keys = rows[how.key].cast(pa.string())
    found = rows.filter(cast("Any", pc).is_in(keys, value_set=there))
    named = found[how.key].to_pylist()
    if len(set(named)) < len(named):
        twice = next(name for name in named if named.count(name) > 1)
        raise QueryError(
            f"Two rows are of the area {twice!r}.",
            why="an area has one colour.",
            fix="answer one row for each area in the layer's SQL.",
        )
    return found


def read(rows: pa.Table, how: Encoding, scale: object, ids: frozenset[str]) -> Read:
    """Return how the areas are read that `rows` give values to. Raises as `placed` does."""
    found = placed(rows, how, ids)
    n_lost = rows.num_rows - found.num_rows
    if not how.fill:
        return Read(n_unknown=len(ids) - found.num_rows, n_lost=n_lost)
    values = found[how.fill]
    n_unknown = len(ids) - (len(values) - values.null_count)
    if not isinstance(scale, Classes):
        return Read(n_unknown=n_unknown, n_lost=n_lost)
    known = _known(values)
    low, high = (known[0], known[-1]) if known else (math.nan, math.nan)
    return Read(bands(values, scale), low, high, n_unknown, n_lost)


def bands(values: pa.ChunkedArray, scale: Classes) -> tuple[Band, ...]:
    """Return the classes that values fall into, each from its `low` on; none if none is known.

    Breaks that the scale gives stand as they are. Else there are quantiles, rounded to two
    digits, and none of these classes is empty.
    """
    known = _known(values)
    if not known:
        return ()
    n = len(scale.colors)
    # Where most values are the same, all quantiles may be that one: then each counts once.
    lows = scale.breaks or _quantiles(known, n) or _quantiles(sorted({*known}), n)
    colors = _spread(scale.colors, len(lows) + 1)
    return tuple(
        Band(low, "", color)
        for low, color in zip((-math.inf, *lows), colors, strict=True)
    )


def _known(values: pa.ChunkedArray) -> list[float]:
    """Return the values that are known, from low to high."""
    given = values.drop_null().cast(pa.float64(), safe=False).to_pylist()
    return sorted(value for value in given if math.isfinite(value))


def _quantiles(known: Sequence[float], n: int) -> tuple[float, ...]:
    """Return where the classes of about as many values each begin, but for the first."""
    found: list[float] = []
    for at in range(1, n):
        low = _rounded(float(np.quantile(known, at / n)), known[-1] - known[0])
        before = found[-1] if found else -math.inf
        has_below = any(before <= value < low for value in known)
        if has_below and low <= known[-1]:
            found.append(low)
    return tuple(found)


def _rounded(value: float, spread: float) -> float:
    """Return a break with two digits, of itself or of how far the values are spread."""
    sizes = [math.log10(abs(each)) for each in (value, spread) if each]
    digits = 1 - math.floor(min(sizes, default=0.0))
    return round(value, digits)


def _spread(colors: tuple[Rgba, ...], n: int) -> list[Rgba]:
    """Return `n` of the colours, as far apart as can be; the middle one of all for one."""
    last = len(colors) - 1
    if n == 1:
        return [colors[last // 2]]
    return [colors[round(at * last / (n - 1))] for at in range(n)]
