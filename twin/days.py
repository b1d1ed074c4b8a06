"""The city's calendar: when its days begin, which are alike, and the same time of another day.

What is compared is compared like with like: the same time by the city's clocks, on a day of the
same kind. A day lasts 23 or 25 hours where clocks change.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Literal

if TYPE_CHECKING:
    from collections.abc import Mapping
    from zoneinfo import ZoneInfo

Kind = Literal["workday", "weekend", "holiday"]

# Days alike that there must be before anything is called usual.
LEAST_DAYS = 8

# Days alike that are looked at, the newest first.
MOST_DAYS = 20

# How far back they are looked for.
REACH_DAYS = 56

# Weeks back at which the same hour of the week is looked at.
MOST_WEEKS = REACH_DAYS // 7
_SECOND, _HOUR, _DAY = timedelta(seconds=1), timedelta(hours=1), timedelta(days=1)
_WEEKEND = frozenset({5, 6})


@dataclass(frozen=True)
class Day:
    """One day of the city: what kind it is, and its name if it is no ordinary one of its weekday.

    Attributes:
        name, name_en: of a holiday; '' of every other day.
        is_special: a holiday, or a day of the weekend that is worked to make up for one.
    """

    date: date
    kind: Kind
    name: str = ""
    name_en: str = ""
    is_special: bool = False


@dataclass(frozen=True)
class Back:
    """The same time by the city's clocks some days before.

    Attributes:
        as_of: that moment, UTC.
        known_at: as far behind it in what is known as the picture is behind its own moment, UTC.
        day_from: when that day began, UTC.
    """

    as_of: datetime
    known_at: datetime
    day_from: datetime


@dataclass(frozen=True)
class Days:
    """The day of a picture and the days that it may be compared with.

    Attributes:
        day_to: when the day ends, UTC.
        hours: the hour on the city's clocks at which each hour of the day begins: 0 to 23, one of
            them missing or twice where clocks change.
        yesterday, week: the same time a day ago and a week ago.
        today, week_ago: the two days.
        like_today, like_yesterday: how many hours before this day, and before the day before, each
            day like it began; newest first. Days that do not last 24 hours are like none.
        weeks: the same time now, a week ago, and so on for `MOST_WEEKS`.
    """

    day_to: datetime
    hours: tuple[int, ...]
    yesterday: Back
    week: Back
    today: Day
    week_ago: Day
    like_today: tuple[int, ...]
    like_yesterday: tuple[int, ...]
    weeks: tuple[Back, ...]

    @property
    def is_week_like(self) -> bool:
        """Return whether today may be held against the day a week ago."""
        return self.today.kind == self.week_ago.kind

    @property
    def weeks_s(self) -> tuple[int, ...]:
        """Return how long before now the same time of each week was, s; the first is 0."""
        now = self.weeks[0].as_of
        return tuple((now - each.as_of) // _SECOND for each in self.weeks)

    @property
    def week_days_s(self) -> tuple[int, ...]:
        """Return how long before today the day of each of them began, s; the first is 0."""
        today = self.weeks[0].day_from
        return tuple((today - each.day_from) // _SECOND for each in self.weeks)

    @property
    def unlike(self) -> Day:
        """Return which of the two is the special one, where they may not be compared."""
        return self.today if self.today.is_special else self.week_ago

    @property
    def reach_hours(self) -> int:
        """Return how many hours back the days alike lie, the last 24 hours included."""
        return (
            max((*self.like_today, *(24 + each for each in self.like_yesterday), 168))
            + 26
        )


def days(
    as_of: datetime, known_at: datetime, zone: ZoneInfo, calendar: Mapping[str, Any]
) -> Days:
    """Return the calendar of a moment.

    Args:
        calendar: section [calendar] of a pack, `country` and `subdivision`; empty for one that
            names none: then days are workdays and weekends only.
    """
    day = as_of.astimezone(zone).date()
    country, part = (
        str(calendar.get("country", "")),
        str(calendar.get("subdivision", "")),
    )
    yesterday, week = (back(as_of, known_at, zone, n) for n in (1, 7))
    today, before = (like(day - n * _DAY, zone, country, part) for n in (0, 1))
    return Days(
        day_to=start_of(day + _DAY, zone),
        hours=_hours(day, zone),
        yesterday=yesterday,
        week=week,
        today=kind_of(day, country, part),
        week_ago=kind_of(day - 7 * _DAY, country, part),
        like_today=today,
        like_yesterday=before,
        weeks=tuple(back(as_of, known_at, zone, 7 * n) for n in range(MOST_WEEKS + 1)),
    )


def start_of(day: date, zone: ZoneInfo) -> datetime:
    """Return when a day begins, UTC.

    It is the first of two midnights, and the change where there is none.
    """
    return datetime.combine(day, time(), tzinfo=zone).astimezone(UTC)


def same_time(moment: datetime, zone: ZoneInfo, days_before: int) -> datetime:
    """Return the moment, UTC, at which clocks showed the same time that many days before.

    A time that clocks left out that day is taken as if they had not been put on.
    """
    local = moment.astimezone(zone)
    return (local - days_before * _DAY).replace(fold=local.fold).astimezone(UTC)


def back(as_of: datetime, known_at: datetime, zone: ZoneInfo, n: int) -> Back:
    """Return the same time `n` days before, with as much known of it as is known of `as_of`."""
    then = same_time(as_of, zone, n)
    day = as_of.astimezone(zone).date() - n * _DAY
    return Back(then, known_at - (as_of - then), start_of(day, zone))


@lru_cache(maxsize=256)
def _hours(day: date, zone: ZoneInfo) -> tuple[int, ...]:
    """Return the hour on the clocks at the start of each hour of a day; the last may be shorter."""
    start, end = start_of(day, zone), start_of(day + _DAY, zone)
    n = -((start - end) // _HOUR)
    return tuple((start + each * _HOUR).astimezone(zone).hour for each in range(n))


@lru_cache(maxsize=256)
def like(day: date, zone: ZoneInfo, country: str, part: str) -> tuple[int, ...]:
    """Return how many hours before `day` the days like it began, newest first."""
    kind, start, found = (
        kind_of(day, country, part).kind,
        start_of(day, zone),
        list[int](),
    )
    for n in range(1, REACH_DAYS + 1):
        before = day - n * _DAY
        begun, ended = start_of(before, zone), start_of(before + _DAY, zone)
        is_even = ended - begun == _DAY and (start - begun) % _HOUR == timedelta()
        if is_even and kind_of(before, country, part).kind == kind:
            found.append((start - begun) // _HOUR)
    return tuple(found[:MOST_DAYS])


@lru_cache(maxsize=4096)
def kind_of(day: date, country: str, part: str) -> Day:
    """Return what kind of day it is in a country; without one, by its weekday alone.

    A day of the weekend that is worked to make up for a holiday is a workday.
    """
    weekday = day.weekday()
    if not country:
        return Day(day, "weekend" if weekday in _WEEKEND else "workday")
    own, english = _calendar(country, part), _calendar(country, part, "en_US")
    if day in own:
        return Day(
            day, "holiday", _plain(own[day]), _plain(english[day]), is_special=True
        )
    is_free = weekday in own.weekend
    if is_free and day in own.weekend_workdays:
        return Day(day, "workday", is_special=True)
    return Day(day, "weekend" if is_free else "workday")


def _plain(name: str) -> str:
    """Return a holiday's name without what stands in brackets, such as the day it makes up for."""
    return name.partition("（")[0].partition("(")[0].strip()


@lru_cache(maxsize=8)
def _calendar(country: str, part: str, lang: str = "") -> Any:
    """Return a country's calendar in the language `lang`, else in the country's own."""
    import holidays  # loaded only where a pack names its country

    found = holidays.country_holidays(country, subdiv=part or None)
    spoken = lang if lang in found.supported_languages else found.default_language
    return holidays.country_holidays(country, subdiv=part or None, language=spoken)


def check_calendar(calendar: Mapping[str, Any]) -> list[str]:
    """Return a sentence if nobody keeps the calendar that a pack names; none if it names none."""
    country, part = calendar.get("country", ""), calendar.get("subdivision", "")
    if (
        not isinstance(country, str)
        or not isinstance(part, str)
        or not (country or part)
    ):
        return []  # what is no text is said where settings are checked
    try:
        _calendar(country, part)
    except NotImplementedError:
        named = f"country {country!r}" + (
            f" with the subdivision {part!r}" if part else ""
        )
        said = (
            f"city.toml: [calendar] names the {named}, of which no holidays are known; "
        )
        return [
            said + 'use the two letters of ISO 3166, such as "CN", and its own codes of'
            " parts."
        ]
    return []
