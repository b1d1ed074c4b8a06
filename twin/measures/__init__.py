"""The city's arithmetic, worked out once when a snapshot is published."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date, datetime
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import pyarrow as pa

from twin.arrow import compute as pc
from twin.contracts import TABLES
from twin.contracts.measured import FOOTPRINTS
from twin.engine import load_sql
from twin.geography import label, read_outlines
from twin.measures.coverage import GAP, KEPT, coverage
from twin.measures.event_facts import event_facts
from twin.measures.footprints import footprints
from twin.measures.state import MeasureUpdate, State

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from twin.city import City, Raster

_HERE = Path(__file__).parent
__all__ = ["MeasureUpdate", "State", "compute"]


def compute(city: City, state: State, batch: Mapping[str, pa.Table], as_of: datetime) -> Iterator[MeasureUpdate]:
    """Answer what the rows of `batch` change in the measures at the moment `as_of`.

    Args:
        state: the lake with `batch` already in it.
        batch: the new rows by table.
    """
    yield from event_facts(state, batch)
    states = batch.get("drone_states")
    if states is not None and states.num_rows:
        yield from _seen(city, state, footprints(states), as_of)
    for name, params in _asked(city, state, batch, as_of):
        rows = state.query(load_sql(_HERE / f"{name}.sql"), params)
        yield MeasureUpdate(name, rows.cast(TABLES[name].schema), "replace")


def _asked(city: City, state: State, batch: Mapping[str, pa.Table], as_of: datetime) -> Iterator[tuple[str, dict[str, object]]]:
    """Answer the tables that are answered whole, and their parameters: on news, and when their clock moves on.

    The plan of a programme grows by the day of the city, and a value that nobody renews grows old by the hour.
    """
    fresh = cast("Mapping[str, Any]", city.settings["freshness"])
    here = as_of.astimezone(city.zone)
    before = state.previous_as_of.astimezone(city.zone) if state.previous_as_of else None

    def has_news(*logs: str) -> bool:
        return any(batch[log].num_rows for log in logs if log in batch)

    yield "link_health", {"as_of": as_of, "late_s": fresh["link_late_s"], "down_s": fresh["link_down_s"]}
    if before is None or before.date() != here.date() or has_news("estates", "lifts", "communities"):
        days = date(here.year, 12, 31).timetuple().tm_yday
        yield "programme_progress", {"as_of": as_of, "this_year": here.year, "share": here.timetuple().tm_yday / days}
    if before is None or (before.date(), before.hour) != (here.date(), here.hour) or has_news("indicator_values"):
        yield "indicator_latest", {"as_of": as_of, "periods": fresh["indicator_periods"]}


@lru_cache(maxsize=2)
def _districts(land: Path, raster: Raster) -> tuple[NDArray[np.int16], list[str]]:
    """Answer the label raster of districts and the ids that it indexes; a live publisher asks every few seconds."""
    outlines = read_outlines(land)
    return label(outlines, raster), list(outlines.ids)


def _seen(city: City, state: State, rings: pa.Table, as_of: datetime) -> Iterator[MeasureUpdate]:
    yield MeasureUpdate("footprints", rings, "append")
    if rings.num_rows:
        first: datetime = pc.min(rings["occurred_at"]).as_py()
        before = state.query(load_sql(_HERE / "recent_footprints.sql"), {"since": max(first, as_of - KEPT) - GAP})
        labels, ids = _districts(city.geography["land"], city.raster)
        seen = coverage(rings, city.raster, labels, ids, as_of, before.cast(FOOTPRINTS.schema))
        yield MeasureUpdate("coverage", seen, "append")
