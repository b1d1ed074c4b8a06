"""The city's arithmetic, worked out once when a snapshot is published.

Each measure names what it depends on; it is worked out anew when any of that changes, and
only then. Whatever way rows came in, in one publish or in a thousand, the tables are the
same.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
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
            city, state, [each for each in due if not each[1].whole]
        )
        for measure, news, inputs in due:
            if (
                news.whole
            ):  # piece by piece: all of it may be more than the memory holds
                yield from measure.update(city, state, news)
                yield _marked(city, state, measure, news, inputs)


def _waves() -> tuple[tuple[Measure, ...], ...]:
    """Return the measures in the order of working out; those of a wave do not ask of each other."""
    first = tuple(measure for measure in MEASURES if not measure.after)
    return first, tuple(measure for measure in MEASURES if measure.after)


def _side_by_side(
    city: City, state: State, due: Sequence[tuple[Measure, News, str]]
) -> list[MeasureUpdate | tuple[str, Mark]]:
    """Return what news change in measures, worked out together: each asks little, and waits."""

    def done(
        measure: Measure, news: News, inputs: str
    ) -> list[MeasureUpdate | tuple[str, Mark]]:
        found: list[MeasureUpdate | tuple[str, Mark]] = [
            *measure.update(city, state, news)
        ]
        return [*found, _marked(city, state, measure, news, inputs)]

    if len(due) < 2:
        return [row for each in due for row in done(*each)]
    with ThreadPoolExecutor(_AT_ONCE, thread_name_prefix="measure") as pool:
        asked = [pool.submit(done, *each) for each in due]
        return [row for each in asked for row in each.result()]


def _marked(
    city: City, state: State, measure: Measure, news: News, inputs: str
) -> tuple[str, Mark]:
    """Return a measure's name, and the mark of what was just worked out."""
    until = measure.until(city, state, news.as_of) if measure.until else None
    return measure.name, Mark(inputs, until)


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
