"""Each programme against its plan, by the city's own calendar."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, time, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from twin.clock import year_share
from twin.contracts.measured import PROGRAMME_PROGRESS
from twin.engine import load_sql
from twin.measures.definition import Definition
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
    rows = state.query(_SQL, asked).cast(PROGRAMME_PROGRESS.schema)
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


MEASURE = Measure(
    table=PROGRAMME_PROGRESS,
    definitions=(
        Definition(
            PROGRAMME_PROGRESS.pick("plan"),
            title="Planned",
            formula="plan of the row of targets of this year, programme, scope and area",
            absent="never published for this scope and area: drawn as a dash",
            source=(
                "plans of different scope are never summed, nor is a plan of the city"
                " shared out among districts"
            ),
        ),
        Definition(
            PROGRAMME_PROGRESS.pick("actual"),
            title="Finished",
            better="higher",
            formula=(
                "the published result of this scope; else items accepted or open, by"
                " the newest version that had both happened and been recorded, of a"
                " closed year the newest that had happened by 31 December of that year"
            ),
            target="targets: plan, of the same year, programme and scope",
            absent="no report of this scope yet: drawn as a dash beside the plan",
            source="results of different scope are never one series",
        ),
        Definition(
            PROGRAMME_PROGRESS.pick("basis"),
            title="Where the result is from",
            formula=(
                "'published' if targets has a result of this scope; else 'counted' if"
                " the log has items of it; else 'none'"
            ),
            absent="never",
            source="a count of our own must not pass for what the city has published",
        ),
        Definition(
            PROGRAMME_PROGRESS.pick("under_way"),
            title="Under way",
            formula=(
                "items begun and not finished, by the newest version that had both"
                " happened and been recorded: estates and communities under_way, lifts"
                " approved or building"
            ),
            absent="no report of this scope yet: not shown",
            source="what is begun is no part of the result, and is told beside it",
        ),
        Definition(
            PROGRAMME_PROGRESS.pick("carried"),
            title="Carried over",
            better="lower",
            formula=(
                "items of the programme year that were not accepted or open on 31"
                " December of it, by the city's calendar; those finished since are told"
                " apart (carried_done) and never added to the year's result"
            ),
            absent="the year has not closed, or no report of this scope: not shown",
            source="a year's result is what was finished in it",
        ),
        Definition(
            PROGRAMME_PROGRESS.pick("carried_done"),
            title="Carried over and finished since",
            better="higher",
            formula="of the items carried over, those that are accepted or open by now",
            absent="where carried is: the year has not closed, or no report",
            source="a year's result is what was finished in it",
        ),
        Definition(
            PROGRAMME_PROGRESS.pick("due"),
            title="Due by now",
            formula=(
                "plan times the share of the year's days that have begun, by the city's"
                " calendar; a past year's plan is due whole"
            ),
            absent="no plan was published",
            source="a straight line: the city has published no course of works",
        ),
    ),
    context=("as_of",),
    logs=("estates", "lifts", "communities"),
    update=_update,
    reference=("targets",),
    inputs=lambda city: f"{_SQL.sha256} {_NEXT.sha256} {city.zone.key}",
    until=_until,
)
