"""Where the steps of a scale begin: what the data say, rounded to numbers that people read."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

# The first digits of a rounded limit, and of one that is a whole number below ten.
SERIES = (1.0, 1.5, 2.0, 3.0, 5.0, 7.0)
WHOLE = (1.0, 2.0, 3.0, 5.0, 7.0)

# Of fewer things no percentile is told.
LEAST = 20


def limits(raw: Sequence[float | None], *, whole: bool = False) -> tuple[float, ...]:
    """Return where each step begins: rounded, and strictly rising.

    A limit that would not lie above the one before it is the next of the series; so are all
    that follow the first where nothing is known.

    Args:
        raw: the first limit, which is known, and the others or null.
        whole: whether limits count things.

    Raises:
        ValueError: the first limit is not a number above zero.
    """
    found: list[float] = []
    for each in raw:
        near = 0.0 if each is None else rounded(each, whole=whole)
        found.append(max(near, _next(found[-1], whole=whole)) if found else near)
    return tuple(found)


def rounded(value: float, *, whole: bool = False) -> float:
    """Return the number of the series that is nearest to a value, by their ratio.

    Raises:
        ValueError: the value is not a number above zero.
    """
    if not value > 0 or math.isinf(value):
        raise ValueError(f"a step cannot begin at {value}")
    value = max(value, 1.0) if whole else value
    power = math.floor(math.log10(value))
    near = [at for each in (power - 1, power, power + 1) for at in _decade(each, whole)]
    return min(near, key=lambda at: (abs(math.log(at / value)), at))


def _next(value: float, *, whole: bool) -> float:
    power = math.floor(math.log10(value) + 1e-9)
    later = (at for each in (power, power + 1) for at in _decade(each, whole))
    return next(at for at in later if at > value)


def _decade(power: int, whole: bool) -> list[float]:
    if whole and power < 0:
        return []
    digits = WHOLE if whole and power == 0 else SERIES
    return [float(f"{digit}e{power}") for digit in digits]
