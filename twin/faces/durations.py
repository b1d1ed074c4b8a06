"""How long, how long ago, how far behind: in units that suit the size.

`assets/src/durations.js` writes the same in a browser, by the same steps.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from datetime import timedelta
from typing import TYPE_CHECKING

from twin.faces.rules import AGES, BEHIND, DASH, DURATIONS, MINUS, Step

if TYPE_CHECKING:
    from twin.faces.texts import Texts

MINUTE, HOUR = 60, 3_600


def duration(seconds: float, texts: Texts | None = None) -> str:
    """Return a duration in units that suit its size.

    42″ below a minute, 1′38″ below an hour, 3 h 05′ below 48 hours, 12 d 4 h below 60 days,
    212 d below 365 days, then 8.8 y: the tenth of a year that a leap day may be off is not
    seen. Below an hour seconds are rounded; nothing else is rounded up, so that no duration
    is said to be longer than it is.

    Args:
        texts: gives the words for days and years; letters without.
    """
    total = _whole(seconds)
    sign = MINUS if seconds < 0 and total else ""
    return sign + _written(total, _step(total, DURATIONS), texts)


def behind(seconds: int, texts: Texts | None = None) -> str:
    """Return how far a clock is behind.

    It is whole minutes below 48 hours, since that is what one sets a clock by, then as
    `duration`.
    """
    if seconds < BEHIND.below_s:
        return _written(seconds, BEHIND, texts)
    return duration(seconds, texts)


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


def age(elapsed: timedelta, texts: Texts) -> str:
    """Return how long ago, in the largest unit that still says something.

    Examples are '8 秒前', '12 分钟前', '3 天前' and '8.8 年前'.

    What is still to come has no age: a dash.
    """
    seconds = math.floor(elapsed.total_seconds())
    return DASH if seconds < 0 else _written(seconds, _step(seconds, AGES), texts)


def shown_s(seconds: float) -> int:
    """Return the seconds that a reader takes from a written duration."""
    total = _whole(seconds)
    step_s = _step(total, DURATIONS).least_s
    return int(math.copysign(total - total % step_s, seconds))


def _whole(seconds: float) -> int:
    """Return how long, in whole seconds; half of one counts as one."""
    return math.floor(abs(seconds) + 0.5)


def _step(total: int, steps: Sequence[Step]) -> Step:
    return next(step for step in steps if total < step.below_s)


def _written(total: int, step: Step, texts: Texts | None) -> str:
    values = {name: part.written(total) for name, part in step.parts.items()}
    if texts is not None and step.say:
        return texts.say(step.say, **values)
    return step.text.format(**values)
