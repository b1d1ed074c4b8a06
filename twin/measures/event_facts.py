"""What was known of every event, at any two clocks: only events with news are worked out again, only their days written.

Targets are those of the pack at publish: when they change, every event is worked out anew.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import pyarrow as pa

from twin.arrow import compute as pc
from twin.contracts.measured import EVENT_FACTS
from twin.engine import load_sql
from twin.measures.state import Measure, MeasureUpdate, News, State

if TYPE_CHECKING:
    from twin.city import City

_LOGS = ("events", "event_stages", "dispatches", "feedbacks", "quarantine")
_SQL = load_sql(Path(__file__).with_name("event_facts.sql"))
_DAYS = load_sql(Path(__file__).with_name("event_days.sql"))
_PASSED = load_sql(Path(__file__).with_name("orders_passed.sql"))
_MANY = 20_000
"""News of more events than this are quicker worked out month by month than event by event."""


def _update(_city: City, state: State, news: News) -> Iterator[MeasureUpdate]:
    """Yield the days of `event_facts` that news change, or the whole table."""
    touched = _touched(state, news.batch)
    if news.whole:
        made = [rows for _days, rows in _by_month(state, _days(state, None))]
        yield MeasureUpdate("event_facts", pa.concat_tables([EVENT_FACTS.empty(), *made]), "replace")
    elif len(touched) > _MANY:
        months = {(day.year, day.month) for day in _days(state, touched)}
        every = [day for day in _days(state, None) if (day.year, day.month) in months]
        for days, rows in _by_month(state, every):
            yield MeasureUpdate("event_facts", rows, "replace_chunks", _chunks(state, days))
    elif touched:
        yield from _again(state, touched)


def _touched(state: State, batch: Mapping[str, pa.Table]) -> list[str]:
    """Return the ids of events that new rows speak of, in order: also those that an order was taken from."""
    found: set[str] = set()
    for name in ("events", "event_stages", "dispatches", "feedbacks"):
        if name in batch:
            found.update(pc.unique(batch[name]["event_id"]).to_pylist())
    if "quarantine" in batch:
        refused = batch["quarantine"]
        closings = refused.filter(pc.equal(refused["table_name"], "feedbacks"))["subject_id"]
        found.update(name for name in closings.to_pylist() if name is not None)
    if "dispatches" in batch and batch["dispatches"].num_rows:
        orders: list[str] = pc.unique(batch["dispatches"]["dispatch_id"]).to_pylist()
        asked = {"orders": orders, "first_id": min(orders), "last_id": max(orders)}
        found.update(state.query(_PASSED, asked)["event_id"].to_pylist())
    return sorted(found)


def _of(ids: list[str] | None) -> dict[str, object]:
    """Return the parameters that name events; None for all. Their range lets files be passed over."""
    return {"ids": ids, "first_id": min(ids) if ids else None, "last_id": max(ids) if ids else None}


def _days(state: State, ids: list[str] | None) -> list[datetime]:
    """Return the days, UTC, in which versions of events occurred; of all events for None."""
    days: list[datetime] = state.query(_DAYS, _of(ids))["day"].to_pylist()
    return [day.astimezone(UTC) for day in days]


def _chunks(state: State, days: list[datetime]) -> tuple[str, ...]:
    return tuple(sorted({state.chunk_of("event_facts", day.date()) for day in days}))


def _by_month(state: State, days: list[datetime]) -> Iterator[tuple[list[datetime], pa.Table]]:
    """Yield, for each month, its days among `days` and the facts of all events in it: a month bounds the memory."""
    for month in sorted({day.replace(day=1) for day in days}):
        asked = {**_of(None), "month_from": month, "month_to": _next(month)}
        within = [day for day in days if day.replace(day=1) == month]
        yield within, state.query(_SQL, asked).cast(EVENT_FACTS.schema)


def _again(state: State, touched: list[str]) -> Iterator[MeasureUpdate]:
    """Yield the days in which events with news occurred: their new facts, and those of other events as they stand."""
    days = _days(state, touched)
    if not days:  # news of events that are not known themselves
        return
    asked = {**_of(touched), "month_from": None, "month_to": None}
    made = state.query(_SQL, asked).cast(EVENT_FACTS.schema)
    chunks = _chunks(state, days)
    held = pa.concat_tables([state.chunk("event_facts", chunk) for chunk in chunks])
    again = pc.is_in(held["event_id"], value_set=pa.array(touched))
    kept = held.filter(pc.invert(again))
    yield MeasureUpdate("event_facts", pa.concat_tables([made, kept]), "replace_chunks", chunks, fresh=made.num_rows)


def _next(month: datetime) -> datetime:
    return (month + timedelta(days=32)).replace(day=1)


EVENT_FACTS_MEASURE = Measure(
    tables=("event_facts",), logs=_LOGS, update=_update, reference=("sla_targets",),
    inputs=lambda _city: _SQL.sha256)
