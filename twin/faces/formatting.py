"""How values are written: the same value in the same form reads the same on every face."""

from __future__ import annotations

import math
from collections.abc import Sequence
from datetime import datetime, timedelta
from decimal import ROUND_HALF_UP, Context, Decimal
from typing import TYPE_CHECKING

from twin.faces.texts import DASH

if TYPE_CHECKING:
    from zoneinfo import ZoneInfo

    from twin.faces.texts import Texts

MINUS = "−"


_LEAST_SHARE, _MOST_SHARE = 0.05, 99.95

# Room for the digits of any number that a column holds.
_WIDE = Context(prec=400)

MINUTE, HOUR, DAY = 60, 3_600, 86_400

# A year of a duration, s: the tenth of one that a leap day may be off is not seen.
YEAR = 365 * DAY


def duration(seconds: float, texts: Texts | None = None) -> str:
    """Return a duration in units that suit its size.

    `assets/src/durations.js` writes the same in a browser.

    42″ below a minute, 1′38″ below an hour, 3 h 05′ below 48 hours, 12 d 4 h below 60 days,
    212 d below 365 days, then 8.8 y. From 48 hours on nothing is rounded up, so that no
    duration is said to be longer than it is.

    Args:
        texts: gives the words for days and years; letters without.
    """
    total = math.floor(abs(seconds) + 0.5)
    sign = MINUS if seconds < 0 and total else ""
    return sign + (_short(total) if total < 48 * HOUR else _long(total, texts))


def _short(total: int) -> str:
    if total >= HOUR:
        return f"{total // HOUR} h {total % HOUR // MINUTE:02d}′"
    return (
        f"{total // MINUTE}′{total % MINUTE:02d}″" if total >= MINUTE else f"{total}″"
    )


def _long(total: int, texts: Texts | None) -> str:
    days, hours = str(total // DAY), str(total % DAY // HOUR)
    if total < 60 * DAY:
        return (
            texts.say("duration-days-hours", d=days, h=hours)
            if texts
            else f"{days} d {hours} h"
        )
    if total < YEAR:
        return texts.say("duration-days", d=days) if texts else f"{days} d"
    return texts.say("duration-years", y=years(total)) if texts else f"{years(total)} y"


def years(total: int) -> str:
    """Return whole seconds as years with one decimal, not rounded up."""
    tenths = total * 10 // YEAR
    return f"{tenths // 10:,}.{tenths % 10}"


def behind(seconds: int, texts: Texts | None = None) -> str:
    """Return how far a clock is behind.

    It is whole minutes below 48 hours, since that is what one sets a clock by, then as
    `duration`.
    """
    if seconds >= 48 * HOUR:
        return duration(seconds, texts)
    return (
        texts.say("duration-minutes", m=str(seconds // MINUTE))
        if texts
        else f"{seconds // MINUTE} min"
    )


def minutes(seconds: float, texts: Texts | None = None) -> str:
    """Return seconds as whole minutes, 13′, where there is no room for more.

    Under a minute as seconds. How long something has lasted is never below zero: a time that would
    be is unknown, and a dash.
    """
    if seconds < 0:
        return DASH
    return (
        f"{int(seconds // 60)}′"
        if MINUTE <= seconds < HOUR
        else duration(seconds, texts)
    )


def count(value: float) -> str:
    """Return a whole number with thousands apart; halves are rounded away from zero."""
    return _decimal(value, 0)


def number(value: float) -> str:
    """Return a measured number with as many digits as it is worth.

    Three, at most one decimal from ten on; none that is an empty 0.
    """
    text = _decimal(value, _digits(value))
    return text.rstrip("0").rstrip(".") if "." in text else text


def percent(value: float) -> str:
    """Return a share in percent, one decimal, without its sign, which is its unit.

    What is not all is never 100.0, and what is not nothing never 0.0: 99.9 and <0.1 stand there.
    """
    if 0 < value < _LEAST_SHARE:
        return "<0.1"
    return "99.9" if _MOST_SHARE <= value < 100 else _decimal(value, 1)


def _digits(value: float) -> int:
    size = abs(value)
    return 0 if size >= 100 else 1 if size >= 10 else 2


def _rounded(value: float, digits: int) -> Decimal:
    """Return a number so exactly, halves away from zero, and never a zero below zero."""
    exact = Decimal(value).quantize(Decimal(1).scaleb(-digits), ROUND_HALF_UP, _WIDE)
    return exact or abs(exact)


def _decimal(value: float, digits: int) -> str:
    return f"{_rounded(value, digits):,f}".replace("-", MINUS)


def written(value: float, fmt: str) -> float:
    """Return the number that a reader takes from what is written.

    No verdict contradicts it then.

    1800.4 s and 1800 s are both 30′00″, and neither is longer.
    """
    match fmt:
        case "duration" | "age":
            return _shown_s(value)
        case "percent":
            is_at_edge = 0 < value < _LEAST_SHARE or _MOST_SHARE <= value < 100
            return value if is_at_edge else float(_rounded(value, 1))
        case "number" | "text":
            return float(_rounded(value, _digits(value)))
        case _:
            return float(_rounded(value, 0))


def _shown_s(seconds: float) -> int:
    total = math.floor(abs(seconds) + 0.5)
    step = (
        1
        if total < HOUR
        else (
            MINUTE
            if total < 48 * HOUR
            else HOUR
            if total < 60 * DAY
            else DAY
            if total < YEAR
            else YEAR // 10
        )
    )
    return int(math.copysign(total - total % step, seconds))


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


def age(elapsed: timedelta, texts: Texts) -> str:
    """Return how long ago, in the largest unit that still says something.

    Examples are '8 秒前', '12 分钟前', '3 天前' and '8.8 年前'.

    What is still to come has no age: a dash.
    """
    seconds = math.floor(elapsed.total_seconds())
    if seconds < 0:
        return DASH
    if seconds >= YEAR:
        return texts.say("age-years", n=years(seconds))
    for unit, size in (("days", DAY), ("hours", HOUR), ("minutes", MINUTE)):
        if seconds >= 2 * size:
            return texts.say(f"age-{unit}", n=seconds // size)
    return texts.say("age-seconds", n=seconds)


def write(value: object, fmt: str, texts: Texts, zone: ZoneInfo) -> str:
    """Return `value` in `form` (see `twin.layer.Field`); absent is a dash, never zero."""
    if value is None:
        return DASH
    if isinstance(value, datetime):
        return dated(value, zone)
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        return write_number(float(value), fmt, texts) if math.isfinite(value) else DASH
    if fmt in {"stage", "state", "message"}:
        key = str(value) if fmt == "message" else f"{fmt}-{value}"
        return texts.say(key)
    return str(value)


def write_number(value: float, fmt: str, texts: Texts) -> str:
    """Return a number in `form`; percent without its sign, which is its unit.

    Nothing lasts less than no time: such an age or duration is a dash.
    """
    match fmt:
        case "duration" | "age":
            return duration(value, texts) if value >= 0 else DASH
        case "percent":
            return percent(value)
        case "number":
            return number(value)
        case "year":
            return f"{value:.0f}"
        case "priority":
            return texts.say(f"priority-{round(value)}")
        case "text":
            return number(value)
        case _:
            return count(value)
