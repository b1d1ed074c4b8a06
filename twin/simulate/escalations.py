"""How cases of the simulated city go up and down its four levels.

What nobody answers goes up one level; what the level below can deal with comes down. Nothing is
said after the citizen was told.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa

from twin.contracts.escalations import ESCALATIONS, LEVELS
from twin.simulate.world import moments

if TYPE_CHECKING:
    from datetime import date

    from numpy.typing import NDArray

    from twin.simulate.cases import Cases
    from twin.simulate.world import World

CITY, DISTRICT, STREET = (LEVELS.index(each) for each in ("city", "district", "street"))
_UP, _DOWN, _ANY = -1, 1, -1

# How much longer than its target a case waits before it is handed up: a desk that is a
# few seconds late is reminded first.
_UNANSWERED, _OVERDUE = 2.0, 1.5

# Of those that may come down at a step, how many do; small troubles only go to streets.
_TO_STREET, _TO_COMMUNITY, _BACK, _CALMED = 0.35, 0.25, 0.7, 0.6
_SMALL = 3
_NEVER = np.iinfo(np.int64).max


@dataclass(frozen=True)
class _Step:
    """One way in which cases are handed on.

    Attributes:
        why: in Chinese and in English.
        at: (n) when, s after midnight; `_NEVER` for a case that is not.
        way: up or down.
        held_by: level that must hold the case then; `_ANY` for whoever does.
    """

    why: tuple[str, str]
    at: NDArray[np.int64]
    way: int
    held_by: int = _ANY


def escalations_of(
    world: World, day: date, event_id: NDArray[np.object_], case: Cases
) -> pa.Table:
    """Return every step of a local day's cases, or of some of them.

    Args:
        event_id: (n) the number of each case's event.
    """
    if not len(case.number):
        return ESCALATIONS.empty()
    chance = world.draw("escalations", day).random((int(case.number.max()) + 1, 4))
    steps = _steps(world, case, chance[case.number])
    at = np.stack([np.where(each.at < case.told, each.at, _NEVER) for each in steps], 1)
    order = np.argsort(at, axis=1, kind="stable")
    level = np.where(case.priority == 1, CITY, DISTRICT)
    nth = np.zeros(len(level), np.int64)
    way, held_by = (
        np.array([getattr(each, name) for each in steps]) for name in ("way", "held_by")
    )
    parts: list[pa.Table] = []
    for turn in order.T:
        moment = at[np.arange(len(turn)), turn]
        to = level + way[turn]
        fits = (held_by[turn] == _ANY) | (held_by[turn] == level)
        goes = np.flatnonzero((moment != _NEVER) & fits & (to >= CITY))
        nth[goes] += 1
        why = np.array([each.why[world.words == "en"] for each in steps], object)
        parts.append(
            _rows(
                world,
                day,
                {
                    "event_id": event_id[goes],
                    "nth": nth[goes],
                    "at": moment[goes],
                    "known": np.maximum(moment[goes] + 2, case.recorded[goes] + 1),
                    "from": level[goes],
                    "to": to[goes],
                    "why": why[turn[goes]],
                },
            )
        )
        level[goes] = to[goes]
    return pa.concat_tables(parts)


def _steps(world: World, case: Cases, chance: NDArray[np.float64]) -> list[_Step]:
    response_s, closure_s = _targets(world, case)

    def some(at: NDArray[Any], which: NDArray[np.bool_]) -> NDArray[np.int64]:
        return np.where(which, at.astype(np.int64), _NEVER)

    late = case.created + np.minimum(_UNANSWERED * response_s, 1e12)
    overdue = case.created + np.minimum(_OVERDUE * closure_s, 1e12)
    is_small = case.priority >= _SMALL
    unanswered = some(late, case.acked > late)
    return [
        _Step(
            ("街道可自行处置", "the street can deal with it"),
            some(case.sent + 5, is_small & (chance[:, 0] < _TO_STREET)),
            _DOWN,
            DISTRICT,
        ),
        _Step(
            ("超时无人接单", "nobody acknowledged in time"),
            unanswered,
            _UP,
        ),
        _Step(
            ("已有单位接单，退回区级", "a unit has it: back to the district"),
            some(case.acked + 120, (unanswered != _NEVER) & (chance[:, 1] < _BACK)),
            _DOWN,
            CITY,
        ),
        _Step(
            ("现场受控，转区级", "under control on site: to the district"),
            some(case.arrived + 60, (case.priority == 1) & (chance[:, 2] < _CALMED)),
            _DOWN,
            CITY,
        ),
        _Step(
            ("社区可自行处置", "the community can deal with it"),
            some(case.arrived + 30, is_small & (chance[:, 3] < _TO_COMMUNITY)),
            _DOWN,
            STREET,
        ),
        _Step(
            ("超过闭环时限", "past its target of closing"),
            some(overdue, case.told > overdue),
            _UP,
        ),
    ]


def _targets(
    world: World, case: Cases
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return the targets of response and closure of each case, s; infinite without one.

    They are chosen as `twin/measures/event_facts.sql` does.
    """
    found = np.full((2, len(case.number)), np.inf)
    rows = world.city.reference["sla_targets"].to_pylist()
    for row in sorted(rows, key=lambda row: (row["source_id"] != "*", row["priority"])):
        of_source = np.isin(case.source, [row["source_id"]]) | (row["source_id"] == "*")
        mine = of_source & ((row["priority"] == 0) | (case.priority == row["priority"]))
        for at, name in enumerate(("response_s", "closure_s")):
            target = row[name]
            found[at][mine] = np.inf if target is None else target
    return found[0], found[1]


def _rows(world: World, day: date, steps: dict[str, NDArray[Any]]) -> pa.Table:
    n, start = len(steps["at"]), world.midnight(day)
    names = np.array(LEVELS, object)
    pairs = zip(steps["event_id"], steps["nth"], strict=True)
    columns: dict[str, Any] = {
        "escalation_id": pa.array(
            [f"{name}-L{nth}" for name, nth in pairs], pa.string()
        ),
        "version": np.ones(n, np.int16),
        "occurred_at": moments(start, steps["at"]),
        "recorded_at": moments(start, steps["known"]),
        "event_id": pa.array(steps["event_id"], pa.string()),
        "from_level": pa.array(names[steps["from"]], pa.string()),
        "to_level": pa.array(names[steps["to"]], pa.string()),
        "reason": pa.array(steps["why"], pa.string()),
        "actor": pa.array(np.full(n, "centre", object), pa.string()),
        "source": pa.array(np.full(n, "simulated", object), pa.string()),
    }
    return pa.table(columns).select(ESCALATIONS.schema.names).cast(ESCALATIONS.schema)
