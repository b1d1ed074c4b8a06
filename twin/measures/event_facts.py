"""Both service clocks of every event: only events with news are worked out again, and only their months are written.

Targets are those of the pack when the event last had news.
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
from twin.measures.state import MeasureUpdate

if TYPE_CHECKING:
    from twin.measures.state import State

_LOGS = ("events", "event_stages", "dispatches", "feedbacks")
_HERE = Path(__file__).parent
_CATCH_UP = timedelta(days=1)
"""News that reach back farther are many: looking for them would cost more than working out their months whole."""


def event_facts(state: State, batch: Mapping[str, pa.Table]) -> Iterator[MeasureUpdate]:
    """Answer the months of `event_facts` that the rows of `batch` change; none if no event has news."""
    news = [batch[name]["recorded_at"] for name in _LOGS if name in batch and batch[name].num_rows]
    if not news:
        return
    since: datetime = min(pc.min(moments).as_py() for moments in news)
    before = state.previous_as_of
    months = state.query(load_sql(_HERE / "touched_months.sql"), {"since": since, "everything": before is None})["month_from"].to_pylist()
    everything = before is None or since < before - _CATCH_UP
    parts: list[pa.Table] = []
    for month in months:
        asked = {"month_from": month, "month_to": _next(month), "since": since}
        if not everything:
            parts.append(state.query(load_sql(_HERE / "kept_facts.sql"), asked))
        parts.append(state.query(load_sql(_HERE / "event_facts.sql"), asked | {"everything": everything}))
    if parts:
        rows = pa.concat_tables([part.cast(EVENT_FACTS.schema) for part in parts])
        yield MeasureUpdate("event_facts", rows, "replace_chunks")


def _next(month: datetime) -> datetime:
    return (month.astimezone(UTC).replace(day=1) + timedelta(days=32)).replace(day=1)
