"""Numbers of an order's dispatches: a unit keeps the number that the lake knows it by.

An export of states names the units of an order in any order, which another export need not keep. So
the place of a unit among the rows of its order is its number only as long as nobody knows better.
"""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from twin.store import dedupe
from twin.store.revise import newest

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from twin.contracts import Table
    from twin.store.lake import Lake
    from twin.store.snapshot import File

_ID, _EVENT, _UNIT = "dispatch_id", "event_id", "unit_id"


def kept(
    lake: Lake,
    there: Sequence[File],
    since: Sequence[File],
    table: Table,
    rows: pa.Table,
    held: pa.Table,
) -> pa.Table:
    """Return dispatches with the numbers by which the lake knows their units.

    If they have them, it is the very same table.

    Args:
        there: files of the table as they stood before the export.
        since: files that the export itself has brought so far: their numbers are given away.
        rows: n dispatches of the export, the ids of which end in '-' and a number.
        held: the newest version of what the lake holds under these ids.
    """
    events = _with_others(rows, held)
    if not len(events):
        return rows
    known = _units(
        newest(lake, there, table, _ids(lake, there, table, events), [_EVENT, _UNIT])
    )
    given = _numbers(dedupe.parts_of(lake, since, _EVENT, events, [_ID, _EVENT], table))
    places = np.flatnonzero(
        np.asarray(pc.is_in(rows[_EVENT], value_set=events).to_numpy(), np.bool_)
    ).tolist()
    of_event: dict[str, list[tuple[int, str, int]]] = defaultdict(list)
    for at, row in zip(
        places,
        rows.select([_ID, _EVENT, _UNIT]).take(pa.array(places)).to_pylist(),
        strict=True,
    ):
        of_event[row[_EVENT]].append((at, row[_UNIT], _number(row[_ID], row[_EVENT])))
    ids = rows[_ID].to_pylist()
    for event, said in of_event.items():
        for at, number in _assigned(
            said, known.get(event, {}), given.get(event, set())
        ):
            ids[at] = f"{event}-{number}"
    return rows.set_column(
        rows.column_names.index(_ID), rows.schema.field(_ID), pa.array(ids, pa.string())
    )


def _with_others(rows: pa.Table, held: pa.Table) -> pa.Array:
    """Return events of which a number is another unit's in the lake."""
    pairs = rows.select([_ID, _EVENT, _UNIT]).join(
        held.select([_ID, _UNIT]), keys=[_ID], join_type="inner", right_suffix="_held"
    )
    return pc.unique(
        pairs.filter(pc.not_equal(pairs[_UNIT], pairs[f"{_UNIT}_held"]))[
            _EVENT
        ].combine_chunks()
    )


def _ids(lake: Lake, there: Sequence[File], table: Table, events: pa.Array) -> pa.Array:
    return pc.unique(
        dedupe.parts_of(lake, there, _EVENT, events, [_ID], table)[_ID].combine_chunks()
    )


def _units(known: pa.Table) -> Mapping[str, Mapping[str, list[int]]]:
    """Return the numbers of each unit of each event, smallest first."""
    found: dict[str, dict[str, list[int]]] = defaultdict(lambda: defaultdict(list))
    for row in known.to_pylist():
        found[row[_EVENT]][row[_UNIT]].append(_number(row[_ID], row[_EVENT]))
    return {
        event: {unit: sorted(numbers) for unit, numbers in units.items()}
        for event, units in found.items()
    }


def _numbers(rows: pa.Table) -> Mapping[str, set[int]]:
    found: dict[str, set[int]] = defaultdict(set)
    for row in rows.to_pylist():
        found[row[_EVENT]].add(_number(row[_ID], row[_EVENT]))
    return found


def _number(dispatch_id: str, event_id: str) -> int:
    """Return the number at the end of an id; 0 for an id that another feed gave."""
    written = dispatch_id.removeprefix(f"{event_id}-")
    return int(written) if written.isdecimal() else 0


def _assigned(
    said: Iterable[tuple[int, str, int]],
    known: Mapping[str, list[int]],
    given: set[int],
) -> Iterable[tuple[int, int]]:
    """Yield place and number of each dispatch.

    The units that are known come first, then the others.

    A unit that nobody knows takes the number of one that the export no longer names, or a new one.
    """
    free = {
        unit: [number for number in numbers if number]
        for unit, numbers in known.items()
    }
    taken, others = set(given), list[int]()
    for at, unit, _ in said:
        if free.get(unit):
            taken.add(number := free[unit].pop(0))
            yield at, number
        else:
            others.append(at)
    for at in others:
        number = next(
            number for number in range(1, len(taken) + 2) if number not in taken
        )
        taken.add(number)
        yield at, number
