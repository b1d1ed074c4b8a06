"""How values are written: the same value in the same form reads the same on every face."""

from __future__ import annotations

import math
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from twin.faces.texts import DASH

if TYPE_CHECKING:
    from zoneinfo import ZoneInfo

    from twin.faces.texts import Texts

MINUS = "−"


MINUTE, HOUR, DAY = 60, 3_600, 86_400
YEAR = 365 * DAY
"""A year of a duration, s: the tenth of one that a leap day may be off is not seen."""


def duration(seconds: float, texts: Texts | None = None) -> str:
    """Answer a duration in units that suit its size; `assets/src/durations.js` writes the same in a browser.

    42″ below a minute, 1′38″ below an hour, 3 h 05′ below 48 hours, 12 d 4 h below 60 days, 212 d below 365 days, then 8.8 y.
    From 48 hours on nothing is rounded up, so that no duration is said to be longer than it is.

    Args:
        texts: gives the words for days and years; letters without.
    """
    total = math.floor(abs(seconds) + 0.5)
    sign = MINUS if seconds < 0 and total else ""
    return sign + (_short(total) if total < 48 * HOUR else _long(total, texts))


def _short(total: int) -> str:
    if total >= HOUR:
        return f"{total // HOUR} h {total % HOUR // MINUTE:02d}′"
    return f"{total // MINUTE}′{total % MINUTE:02d}″" if total >= MINUTE else f"{total}″"


def _long(total: int, texts: Texts | None) -> str:
    days, hours = str(total // DAY), str(total % DAY // HOUR)
    if total < 60 * DAY:
        return texts.say("duration-days-hours", d=days, h=hours) if texts else f"{days} d {hours} h"
    if total < YEAR:
        return texts.say("duration-days", d=days) if texts else f"{days} d"
    return texts.say("duration-years", y=years(total)) if texts else f"{years(total)} y"


def years(total: int) -> str:
    """Answer whole seconds as years with one decimal, not rounded up."""
    tenths = total * 10 // YEAR
    return f"{tenths // 10:,}.{tenths % 10}"


def behind(seconds: int, texts: Texts | None = None) -> str:
    """Answer how far a clock is behind: whole minutes below 48 hours, since that is what one sets a clock by, then as `duration`."""
    if seconds >= 48 * HOUR:
        return duration(seconds, texts)
    return texts.say("duration-minutes", m=str(seconds // MINUTE)) if texts else f"{seconds // MINUTE} min"


def minutes(seconds: float, texts: Texts | None = None) -> str:
    """Answer seconds as whole minutes, 13′, where there is no room for more.

    Under a minute as seconds. How long something has lasted is never below zero: a time that would
    be is unknown, and a dash.
    """
    if seconds < 0:
        return DASH
    return f"{int(seconds // 60)}′" if MINUTE <= seconds < HOUR else duration(seconds, texts)


def count(value: float) -> str:
    """Answer a whole number with thousands apart."""
    return f"{round(value):,}".replace("-", MINUS)


def number(value: float) -> str:
    """Answer a measured number with as many digits as it is worth: three, at most one decimal above ten."""
    size = abs(value)
    digits = 0 if size >= 100 else 1 if size >= 10 else 2
    text = f"{value:,.{digits}f}"
    return (text.rstrip("0").rstrip(".") if "." in text else text).replace("-", MINUS)


def signed(text: str, value: float) -> str:
    """Answer `text`, the written size of `value`, with its sign in front."""
    return f"+{text}" if value > 0 else text


def clock_time(moment: datetime, zone: ZoneInfo, *, seconds: bool = True) -> str:
    """Answer the time of day in the city's zone."""
    return moment.astimezone(zone).strftime("%H:%M:%S" if seconds else "%H:%M")


def date(moment: datetime, zone: ZoneInfo, texts: Texts) -> str:
    """Answer the date and the day of the week in the city's zone."""
    local = moment.astimezone(zone)
    return f"{local:%Y-%m-%d} {texts.say(f'weekday-{local.isoweekday()}')}"


def dated(at: datetime, zone: ZoneInfo, now: datetime | None = None, *,
          seconds: bool = True) -> str:
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
    """Answer how long ago, in the largest unit that still says something: '8 秒前', '12 分前', '3 天前', '8.8 年前'.

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


def write(value: object, form: str, texts: Texts, zone: ZoneInfo) -> str:
    """Answer `value` in `form` (see `twin.layer.Field`); absent is a dash, never zero."""
    if value is None:
        return DASH
    if isinstance(value, datetime):
        return clock_time(value, zone)
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        return write_number(float(value), form, texts)
    if form in {"stage", "state", "message"}:
        key = str(value) if form == "message" else f"{form}-{value}"
        return texts.say(key)
    return str(value)


def write_number(value: float, form: str, texts: Texts) -> str:
    """Answer a number in `form`; percent without its sign, which is its unit.

    Nothing lasts less than no time: such an age or duration is a dash.
    """
    match form:
        case "duration" | "age":
            return duration(value, texts) if value >= 0 else DASH
        case "percent":
            return f"{value:.1f}".replace("-", MINUS)
        case "number":
            return number(value)
        case "priority":
            return texts.say(f"priority-{round(value)}")
        case "text":
            return number(value)
        case _:
            return count(value)
