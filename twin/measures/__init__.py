"""The city's arithmetic, worked out once when a snapshot is published.

Each measure names what it depends on; it is worked out anew when any of that changes, and
only then. Whatever way rows came in, in one publish or in a thousand, the tables are the
same.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import FIRST_COMPLETED, ThreadPoolExecutor, wait
from datetime import datetime
from typing import TYPE_CHECKING

from twin.measures import (
    alerts,
    bike_clusters,
    coverage,
    event_facts,
    footprints,
    incidents,
    indicator_latest,
    link_health,
    programme_progress,
)
from twin.measures.definition import LEAST_CASES, Definition
from twin.measures.state import Mark, Measure, MeasureUpdate, News, State

if TYPE_CHECKING:
    import pyarrow as pa

    from twin.city import City

__all__ = [
    "LEAST_CASES",
    "MEASURES",
    "Definition",
    "Mark",
    "Measure",
    "MeasureUpdate",
    "News",
    "State",
    "compute",
    "rests_on",
]

# Every measure, one module each. They are worked out in this order, each from logs and
# reference tables alone, but for what stands in its `after`.
MEASURES: tuple[Measure, ...] = (
    event_facts.MEASURE,
    incidents.MEASURE,
    bike_clusters.MEASURE,
    footprints.MEASURE,
    coverage.MEASURE,
    link_health.MEASURE,
    programme_progress.MEASURE,
    indicator_latest.MEASURE,
    alerts.MEASURE,
)

# So many are worked out at a time: as many as the engine of a publish answers.
_AT_ONCE = 2


def compute(
    city: City,
    state: State,
    batch: Mapping[str, pa.Table],
    as_of: datetime,
    only: frozenset[str] | None = None,
) -> Iterator[MeasureUpdate | tuple[str, Mark]]:
    """Yield what changes in the measures at the moment `as_of`.

    After its changes, each measure's new mark is yielded.

    Args:
        state: the lake with `batch` already in it.
        batch: the new rows by table.
        only: tables of measures that are wanted, worked out whole; None for all that
            anything changed.
    """
    for wave in _waves():
        due: list[tuple[Measure, News, str]] = []
        for measure in wave:
            name = measure.name
            if only is not None and name not in only:
                continue
            inputs = _inputs(city, state, measure)
            mark = state.marks.get(name)
            news = News(
                batch,
                as_of,
                whole=only is not None or mark is None or mark.inputs != inputs,
            )
            is_due = mark is not None and mark.until is not None and as_of >= mark.until
            if mark is None or news.whole or is_due or news.rows(*measure.logs):
                due.append((measure, news, inputs))
            else:
                yield name, mark
        yield from _side_by_side(
            [_told(city, state, *each) for each in due],
        )


def _waves() -> tuple[tuple[Measure, ...], ...]:
    """Return the measures in the order of working out; those of a wave do not ask of each other."""
    first = tuple(measure for measure in MEASURES if not measure.after)
    return first, tuple(measure for measure in MEASURES if measure.after)


def _told(
    city: City, state: State, measure: Measure, news: News, inputs: str
) -> Iterator[MeasureUpdate | tuple[str, Mark]]:
    """Yield what changes in one measure, then its mark."""
    yield from measure.update(city, state, news)
    until = measure.until(city, state, news.as_of) if measure.until else None
    yield measure.name, Mark(inputs, until)


def _side_by_side(
    told: Sequence[Iterator[MeasureUpdate | tuple[str, Mark]]],
) -> Iterator[MeasureUpdate | tuple[str, Mark]]:
    """Yield what several measures tell, some of them worked out at a time.

    Each goes on when its piece before was taken: all pieces may be more than the memory holds.
    """
    waiting = list(reversed(told))
    with ThreadPoolExecutor(_AT_ONCE, thread_name_prefix="measure") as pool:
        under_way = {
            pool.submit(next, each, None): each
            for each in (waiting.pop() for _ in range(min(_AT_ONCE, len(waiting))))
        }
        while under_way:
            done = next(iter(wait(under_way, return_when=FIRST_COMPLETED).done))
            each = under_way.pop(done)
            piece = done.result()
            if piece is not None:
                yield piece
                under_way[pool.submit(next, each, None)] = each
            elif waiting:
                each = waiting.pop()
                under_way[pool.submit(next, each, None)] = each


def rests_on(table: str, *, reference: bool = False) -> tuple[str, ...]:
    """Return the logs that a measure's table is worked out from; none for any other table.

    Args:
        reference: whether the reference tables that it reads are named, too, after the logs.
    """
    for measure in MEASURES:
        if measure.name == table:
            return (*measure.logs, *(measure.reference if reference else ()))
    return ()


def _inputs(city: City, state: State, measure: Measure) -> str:
    parts = [
        measure.inputs(city),
        *(each.inputs(city) for each in MEASURES if each.name in measure.after),
        *(f"{table} {state.hash(table)}" for table in measure.reference),
    ]
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()[:16]
