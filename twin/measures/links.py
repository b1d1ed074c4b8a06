"""Each department's link at the moment of the snapshot."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from twin.contracts import TABLES
from twin.engine import load_sql
from twin.measures.state import Measure, MeasureUpdate, News, State

if TYPE_CHECKING:
    from twin.city import City

_SQL = load_sql(Path(__file__).with_name("link_health.sql"))


def _limits(city: City) -> Mapping[str, int]:
    fresh = cast("Any", city.settings["freshness"])
    return {name: fresh[name] for name in ("link_late_s", "link_down_s")}


_MONTH = timedelta(hours=720)


def _is_silent(last: datetime | None, since: datetime) -> bool:
    return last is None or last <= since


def _update(city: City, state: State, news: News) -> Iterator[MeasureUpdate]:
    asked = {"as_of": news.as_of, "known_at": news.as_of, **_limits(city)}
    month_ago = news.as_of - _MONTH
    rows = state.query(_SQL, asked, since=month_ago)
    if any(
        _is_silent(row["last_ok_at"], month_ago)
        or _is_silent(row["last_record_at"], month_ago)
        for row in rows.to_pylist()
    ):
        rows = state.query(_SQL, asked)  # since when is told by the whole log
    rows = rows.cast(TABLES["link_health"].schema)
    yield MeasureUpdate("link_health", rows, "replace")


# A silence grows with every moment: the links are judged at every publish.
LINKS_MEASURE = Measure(
    tables=("link_health",),
    logs=("link_probes",),
    update=_update,
    reference=("departments",),
    inputs=lambda city: f"{_SQL.sha256} {_limits(city)}",
    until=lambda _city, _state, as_of: as_of,
)
