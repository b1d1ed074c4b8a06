"""The newest value of every indicator."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from twin.contracts.measured import INDICATOR_LATEST
from twin.engine import load_sql
from twin.measures.definition import BY_PACK, Definition
from twin.measures.state import Measure, MeasureUpdate, News, State

if TYPE_CHECKING:
    from twin.city import City

_SQL = load_sql(Path(__file__).with_name("indicator_latest.sql"))
_NEXT = load_sql(Path(__file__).with_name("indicator_next.sql"))


def _asked(city: City, as_of: datetime) -> Mapping[str, object]:
    return {"as_of": as_of, "known_at": as_of, "indicator_periods": _periods(city)}


def _periods(city: City) -> int:
    return cast("Any", city.settings["freshness"])["indicator_periods"]


def _update(city: City, state: State, news: News) -> Iterator[MeasureUpdate]:
    rows = state.query(_SQL, _asked(city, news.as_of)).cast(INDICATOR_LATEST.schema)
    yield MeasureUpdate("indicator_latest", rows, "replace")


def _until(city: City, state: State, as_of: datetime) -> datetime | None:
    """Return when a value next ages, leaves, or comes into force by itself; None for never."""
    return state.query(_NEXT, _asked(city, as_of))["next_at"][0].as_py()


MEASURE = Measure(
    table=INDICATOR_LATEST,
    definitions=(
        Definition(
            INDICATOR_LATEST.pick("value"),
            title="Newest value",
            formula=(
                "value of the latest occurred_at within the 70 days before the moment,"
                " as last corrected by what was known then"
            ),
            target="indicators: low and high",
            absent="withdrawn or missing",
            source="the catalogue names unit, formula and usual band of each",
        ),
        Definition(
            INDICATOR_LATEST.pick("day_before"),
            title="Value of the day before",
            formula=(
                "value of the same indicator and area exactly 24 h before the newest,"
                " as last corrected by what was known then"
            ),
            absent="none was measured at that very moment, or it was withdrawn",
            source="a value of another hour is not like it, and is not compared",
        ),
        Definition(
            INDICATOR_LATEST.pick("is_fresh"),
            title="Whether the value still holds",
            better="higher",
            formula=(
                "the newest value is no older than indicator_periods of its own period:"
                " hour, day, or month of 31 days"
            ),
            target="freshness in city.toml: indicator_periods",
            absent="no value within 70 days: no row; not in the catalogue: not fresh",
            source=BY_PACK,
        ),
    ),
    context=("occurred_at", "quality"),
    logs=("indicator_values",),
    update=_update,
    reference=("indicators",),
    inputs=lambda city: f"{_SQL.sha256} {_NEXT.sha256} {_periods(city)}",
    until=_until,
)
