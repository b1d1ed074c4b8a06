"""The newest value of every indicator."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from twin.contracts import TABLES
from twin.engine import load_sql
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
    rows = state.query(_SQL, _asked(city, news.as_of)).cast(
        TABLES["indicator_latest"].schema
    )
    yield MeasureUpdate("indicator_latest", rows, "replace")


def _until(city: City, state: State, as_of: datetime) -> datetime | None:
    """Return when a value next ages, leaves, or comes into force by itself; None for never."""
    return state.query(_NEXT, _asked(city, as_of))["next_at"][0].as_py()


INDICATORS_MEASURE = Measure(
    tables=("indicator_latest",),
    logs=("indicator_values",),
    update=_update,
    reference=("indicators",),
    inputs=lambda city: f"{_SQL.sha256} {_NEXT.sha256} {_periods(city)}",
    until=_until,
)
