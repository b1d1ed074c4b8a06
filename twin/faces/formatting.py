"""How values are written: the same value in the same form reads the same on every face.

`assets/src/formatting.js` writes the same in the tooltips of a browser, by the same rules
(`formatting.json`).
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from datetime import datetime
from decimal import ROUND_HALF_UP, Context, Decimal
from typing import TYPE_CHECKING

from twin.faces.durations import age, behind, duration, minutes, shown_s
from twin.faces.rules import DASH, DIGITS, GROUP, MINUS, POINT, SHARE, UNITS

if TYPE_CHECKING:
    from zoneinfo import ZoneInfo

    from twin.faces.texts import Texts

__all__ = [
    "DASH",
    "age",
    "behind",
    "clock_time",
    "count",
    "date",
    "dated",
    "duration",
    "few",
    "minutes",
    "number",
    "percent",
    "signed",
    "write",
    "write_alone",
    "write_number",
    "written",
]

# Room for the digits of any number that a column holds.
_WIDE = Context(prec=400)
_SIGNS = str.maketrans({",": GROUP, ".": POINT, "-": MINUS})


def count(value: float) -> str:
    """Return a whole number with thousands apart; halves are rounded away from zero."""
    return _decimal(value, 0)


def number(value: float) -> str:
    """Return a measured number with as many digits as it is worth.

    Three, at most one decimal from ten on; none that is an empty 0.
    """
    text = _decimal(value, _digits(value))
    return text.rstrip("0").rstrip(POINT) if POINT in text else text


def percent(value: float) -> str:
    """Return a share in percent, one decimal, without its sign, which is its unit.

    What is not all is never 100.0, and what is not nothing never 0.0: 99.9 and <0.1 stand there.
    """
    return SHARE.edge(value) or _decimal(value, SHARE.digits)


def _digits(value: float) -> int:
    return next(digits for least, digits in DIGITS if abs(value) >= least)


def _rounded(value: float, digits: int) -> Decimal:
    """Return a number so exactly, halves away from zero, and never a zero below zero.

    12.35 is the number that people read and wrote, not the binary one a hair below it that
    stands for it: it has a half, and becomes 12.4.
    """
    said = Decimal(repr(float(value)))
    exact = said.quantize(Decimal(1).scaleb(-digits), ROUND_HALF_UP, _WIDE)
    return exact or abs(exact)


def _decimal(value: float, digits: int) -> str:
    return f"{_rounded(value, digits):,f}".translate(_SIGNS)


def written(value: float, fmt: str) -> float:
    """Return the number that a reader takes from what is written.

    No verdict contradicts it then.

    1800.4 s and 1800 s are both 30′00″, and neither is longer.
    """
    match fmt:
        case "duration" | "age":
            return shown_s(value)
        case "percent":
            return value if SHARE.edge(value) else float(_rounded(value, SHARE.digits))
        case "count" | "year" | "priority":
            return float(_rounded(value, 0))
        case _:
            return float(_rounded(value, _digits(value)))


def signed(text: str, value: float) -> str:
    """Return `text`, the written size of `value`, with its sign in front; nothing has none."""
    return (
        f"+{text}"
        if value > 0 and any(digit in text for digit in "123456789")
        else text
    )


def clock_time(moment: datetime, zone: ZoneInfo, *, seconds: bool = True) -> str:
    """Return the time of day in the city's zone."""
    return moment.astimezone(zone).strftime("%H:%M:%S" if seconds else "%H:%M")


def date(moment: datetime, zone: ZoneInfo, texts: Texts) -> str:
    """Return the date and the day of the week in the city's zone."""
    local = moment.astimezone(zone)
    return f"{local:%Y-%m-%d} {texts.say(f'weekday-{local.isoweekday()}')}"


def dated(
    at: datetime, zone: ZoneInfo, now: datetime | None = None, *, seconds: bool = True
) -> str:
    """Return the date and time of day in the city's zone; the time alone on the day of `now`.

    Args:
        at: a moment, UTC.
        now: the hall's present, UTC; None where the text outlives its day, as on a picture: then it
            always has the date.
        seconds: whether the time of day has its seconds.
    """
    local, written = at.astimezone(zone), clock_time(at, zone, seconds=seconds)
    if now is not None and local.date() == now.astimezone(zone).date():
        return written
    return f"{local:%Y-%m-%d} {written}"


def few(names: Sequence[str], *, most: int = 3) -> str:
    """Return names in one line; of many the first and how many more: 'drones, events +2'."""
    more = len(names) - most
    return ", ".join(names[:most]) + (f" +{more}" if more > 0 else "")


def write(
    value: object,
    fmt: str,
    texts: Texts,
    zone: ZoneInfo,
    now: datetime | None = None,
) -> str:
    """Return `value` in a form (see `twin.layer.Field.format`); absent is a dash, never zero.

    The unit of a form is not written: see `write_alone`.

    Args:
        texts: gives the words of codes and of long durations.
        zone: the city's, in which moments are written.
        now: the hall's present, UTC: a moment of its day goes without a date (see `dated`).
    """
    if value is None or value == "":
        return DASH
    if isinstance(value, datetime):
        return dated(value, zone, now)
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, (int, float)):
        return write_number(float(value), fmt, texts) if math.isfinite(value) else DASH
    if fmt in {"stage", "state", "message"}:
        key = str(value) if fmt == "message" else f"{fmt}-{value}"
        return texts.say(key)
    return str(value)


def write_alone(
    value: object,
    fmt: str,
    texts: Texts,
    zone: ZoneInfo,
    now: datetime | None = None,
) -> str:
    """Return `value` as `write` does, with the unit that its form has by itself: '62.4%'.

    For a place that names no unit, such as a cell or a line of a tooltip. A dash counts
    nothing, and has none.
    """
    text = write(value, fmt, texts, zone, now)
    return text if text == DASH else f"{text}{UNITS.get(fmt, '')}"


def write_number(value: float, fmt: str, texts: Texts) -> str:
    """Return a number in a form; percent without its sign, which is its unit.

    Nothing lasts less than no time: such an age or duration is a dash. What has no form of
    its own is a measured number.
    """
    match fmt:
        case "duration" | "age":
            return duration(value, texts) if value >= 0 else DASH
        case "percent":
            return percent(value)
        case "count":
            return count(value)
        case "year":
            return f"{_rounded(value, 0):f}".translate(_SIGNS)
        case "priority":
            return texts.say(f"priority-{_rounded(value, 0):f}")
        case _:
            return number(value)
