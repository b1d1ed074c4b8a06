"""The city's arithmetic, worked out once when a snapshot is published."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import pyarrow as pa

from twin.contracts import TABLES
from twin.engine import load_sql
from twin.geography import label, read_outlines
from twin.measures.coverage import coverage
from twin.measures.event_facts import event_facts
from twin.measures.footprints import footprints
from twin.measures.state import MeasureUpdate, State

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from twin.city import City, Raster

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
        rings = footprints(states)
        yield MeasureUpdate("footprints", rings, "append")
        if rings.num_rows:
            labels, ids = _districts(city.geography["land"], city.raster)
            yield MeasureUpdate("coverage", coverage(rings, city.raster, labels, ids, as_of), "append")
    fresh = cast("Mapping[str, Any]", city.settings["freshness"])
    asked: tuple[tuple[str, tuple[str, ...], dict[str, object]], ...] = (
        ("link_health", ("link_probes",), {"as_of": as_of, "late_s": fresh["link_late_s"], "down_s": fresh["link_down_s"]}),
        ("programme_progress", ("estates", "lifts", "communities"), {"as_of": as_of}),
        ("indicator_latest", ("indicator_values",), {"as_of": as_of, "periods": fresh["indicator_periods"]}))
    for name, reads, params in asked:
        if name == "link_health" or state.previous_as_of is None or any(batch[log].num_rows for log in reads if log in batch):
            rows = state.query(load_sql(Path(__file__).with_name(f"{name}.sql")), params)
            yield MeasureUpdate(name, rows.cast(TABLES[name].schema), "replace")


@lru_cache(maxsize=2)
def _districts(land: Path, raster: Raster) -> tuple[NDArray[np.int16], list[str]]:
    """Answer the label raster of districts and the ids that it indexes; a live publisher asks every few seconds."""
    outlines = read_outlines(land)
    return label(outlines, raster), list(outlines.ids)
