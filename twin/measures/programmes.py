"""Each programme against its plan, by the city's own calendar."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, time, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from twin.clock import year_share
from twin.contracts import TABLES
from twin.engine import load_sql
from twin.measures.state import Measure, MeasureUpdate, News, State

if TYPE_CHECKING:
    from twin.city import City

_SQL = load_sql(Path(__file__).with_name("programme_progress.sql"))
_NEXT = load_sql(Path(__file__).with_name("programme_next.sql"))


def _update(city: City, state: State, news: News) -> Iterator[MeasureUpdate]:
    today = news.as_of.astimezone(city.zone).date()
    asked = {
        "as_of": news.as_of,
        "known_at": news.as_of,
        "city_zone": city.zone.key,
        "this_year": today.year,
        "year_share": year_share(today),
        "day_from": _day_from(city, news.as_of),
    }
    rows = state.query(_SQL, asked).cast(TABLES["programme_progress"].schema)
    yield MeasureUpdate("programme_progress", rows, "replace")


def _day_from(city: City, as_of: datetime, days: int = 0) -> datetime:
    """Return the start of the city's day of `as_of`, or of one so many days later, UTC."""
    day = as_of.astimezone(city.zone).date() + timedelta(days=days)
    return datetime.combine(day, time(), tzinfo=city.zone).astimezone(UTC)


def _until(city: City, state: State, as_of: datetime) -> datetime:
    """Return the city's next midnight, or when a step held already counts, if that is sooner."""
    midnight = _day_from(city, as_of, days=1)
    step: datetime | None = state.query(_NEXT, {"as_of": as_of})["next_at"][0].as_py()
    return midnight if step is None else min(midnight, step)


PROGRAMMES_MEASURE = Measure(
    tables=("programme_progress",),
    logs=("estates", "lifts", "communities"),
    update=_update,
    reference=("targets",),
    inputs=lambda city: f"{_SQL.sha256} {_NEXT.sha256} {city.zone.key}",
    until=_until,
)
