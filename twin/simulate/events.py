"""The rows of a day's cases: reports, six stages, orders to units, the word to the citizen."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from twin.contracts.escalations import ESCALATIONS
from twin.contracts.events import (
    DETECTIONS,
    DISPATCHES,
    EVENT_STAGES,
    EVENTS,
    FEEDBACKS,
    KIND_AND_PLACE,
    STAGES,
)
from twin.simulate.cases import LOOKS_BACK_DAYS, Cases, cases_of
from twin.simulate.escalations import escalations_of
from twin.simulate.kinds import kinds
from twin.simulate.world import micro, moments

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from twin.simulate.world import World

__all__ = ["LOOKS_BACK_DAYS", "SOON_DAYS", "events_of", "late_events_of"]

# Most cases are over, and all of their rows recorded, so many days after their own.
SOON_DAYS = 3
_UNITS = np.array([4, 3, 2, 1])

# How far a corrected report moves: some 25 m, so that it stays on the land it was on.
_MOVED_UD = 250

# What a model takes too often for what it is not, dust for smoke and shade for oil: how much
# people confirm of these, and of the rest.
_MISTAKEN = ("straw_burning", "water_pollution")
_CONFIRMED = (0.58, 0.92)

# A case that is opened again is closed again within this time.
_AGAIN_S = 12_000


def events_of(world: World, day: date) -> dict[str, pa.Table]:
    """Return the rows of one local day's cases that are recorded on it and the `SOON_DAYS` after.

    For events, event_stages, dispatches, feedbacks, escalations and detections.
    """
    case = cases_of(world, day)
    if case is None:
        tables = (
            EVENTS,
            EVENT_STAGES,
            DISPATCHES,
            FEEDBACKS,
            ESCALATIONS,
            DETECTIONS,
        )
        return {table.name: table.empty() for table in tables}
    rows, limit = _Rows(world, day, case).tables(), _soon(world, day)
    return {
        name: table.filter(pc.less(table["recorded_at"], limit))
        for name, table in rows.items()
    }


def late_events_of(world: World, day: date) -> dict[str, pa.Table]:
    """Return the rows of one local day's cases that are recorded later: of its longest cases."""
    case = cases_of(world, day)
    if case is None:
        return {}
    limit = _soon(world, day)
    last = case.told + np.where(case.reopened, _AGAIN_S, 60)
    late = last >= int((limit.as_py() - world.midnight(day)).total_seconds())
    rows = _Rows(world, day, case.take(late)).course()
    return {
        name: table.filter(pc.greater_equal(table["recorded_at"], limit))
        for name, table in rows.items()
    }


def _soon(world: World, day: date) -> pa.TimestampScalar:
    limit = world.midnight(day + timedelta(days=SOON_DAYS + 1))
    return pa.scalar(limit, pa.timestamp("us", tz="UTC"))


class _Rows:
    """A day's cases; each table is a way of reading them."""

    def __init__(self, world: World, day: date, case: Cases) -> None:
        self.world, self.start, self.case = world, world.midnight(day), case
        self.day = day
        self.id = np.array([f"E{day:%Y%m%d}{at:05d}" for at in case.number], object)

    def tables(self) -> dict[str, pa.Table]:
        """Return every table of the day."""
        return {
            "events": self._events(),
            **self.course(),
            "detections": self._detections(),
        }

    def course(self) -> dict[str, pa.Table]:
        """Return the tables that a case goes on in for as long as it lasts."""
        return {
            "event_stages": self._stages(),
            "dispatches": self._dispatches(),
            "feedbacks": self._feedbacks(),
            "escalations": escalations_of(self.world, self.day, self.id, self.case),
        }

    def _events(self) -> pa.Table:
        c = self.case
        n = len(c.number)
        names = kinds().label[self.world.words][c.kind]
        streets = self.world.street_name[c.street]
        titles = _joined("", names, KIND_AND_PLACE, streets)
        first: dict[str, Any] = {
            "event_id": self.id,
            "version": np.ones(n, np.int16),
            "occurred_at": moments(self.start, c.occurred),
            "recorded_at": moments(self.start, c.recorded),
            "created_at": moments(self.start, c.created),
            "mode": np.where(c.drill, "drill", "live"),
            "source_id": c.source,
            "category": kinds().id[c.kind],
            "title": titles,
            "details": pa.nulls(n, pa.string()),
            "channel": pa.nulls(n, pa.string()),
            "priority": c.priority.astype(np.int8),
            "level": np.where(c.priority == 1, "city", "district"),
            "is_proactive": c.proactive,
            "district_id": c.district,
            "street_code": self.world.reported_street(c.street),
            "address": streets,
            "lon_ud": micro(c.lon),
            "lat_ud": micro(c.lat),
            "source": np.full(n, "simulated", object),
        }
        rows = pa.table(first).select(EVENTS.schema.names).cast(EVENTS.schema)
        again = np.flatnonzero(c.fixed)
        moved = rows.take(pa.array(again))
        known = c.recorded[again] + 120 + (c.pick[again, 0] * 1_500).astype(np.int64)
        columns = {
            "version": pa.array(np.full(len(again), 2, np.int16)),
            "recorded_at": moments(self.start, known),
            "lon_ud": pa.array(moved["lon_ud"].to_numpy() + _MOVED_UD, pa.int32()),
        }
        for name, values in columns.items():
            moved = moved.set_column(
                moved.schema.get_field_index(name), EVENTS.schema.field(name), values
            )
        return pa.concat_tables([rows, moved])

    def _stages(self) -> pa.Table:
        c = self.case
        judged = (
            c.created + 2 + ((c.sent - c.created - 3).clip(1) * 0.5).astype(np.int64)
        )
        handled = np.maximum(c.acked, c.sent + 1)
        entered = np.stack(
            [c.created, c.created + 1, judged, c.sent, handled, c.told]
        ).ravel()
        known = np.maximum(entered + 1, np.tile(c.recorded, 6))
        actors = np.array(
            ["sensing", "centre", "model", "centre", "unit", "centre"], object
        )
        n = len(c.number)
        return pa.table(
            {
                "event_id": np.tile(self.id, 6),
                "stage": np.repeat(np.array(STAGES, object), n),
                "occurred_at": moments(self.start, entered),
                "recorded_at": moments(self.start, known),
                "actor": np.repeat(actors, n),
                "note": pa.nulls(6 * n, pa.string()),
                "source": np.full(6 * n, "simulated", object),
                "replaces_at": pa.nulls(6 * n, pa.timestamp("us", tz="UTC")),
            }
        ).cast(EVENT_STAGES.schema)

    def _dispatches(self) -> pa.Table:
        c = self.case
        n_units = _UNITS[c.priority - 1]
        case = np.repeat(np.arange(len(c.number)), n_units)
        unit = np.arange(len(case)) - np.repeat(np.cumsum(n_units) - n_units, n_units)
        lag = unit * 11
        times = {
            "sent_at": c.sent[case] + unit,
            "acked_at": c.acked[case] + lag,
            "arrived_at": c.arrived[case] + lag * 6,
            "done_at": c.done[case],
        }
        times["arrived_at"] = np.maximum(
            np.minimum(times["arrived_at"], times["done_at"] - 1), times["acked_at"]
        )
        times["done_at"] = np.maximum(times["done_at"], times["arrived_at"] + 1)
        n, code, name = len(case), self.world.street_code, self.world.street_name
        street, number = c.street[case], unit + 1
        shared: dict[str, Any] = {
            "dispatch_id": _joined("", self.id[case], "-", number),
            "event_id": self.id[case],
            "unit_id": _joined("U", code[street], "-", number),
            "unit_name": _joined("", name[street], " ", number),
            "role": np.where(unit == 0, "lead", "assist"),
            "is_required": np.ones(n, bool),
            "result": pa.nulls(n, pa.string()),
            "source": np.full(n, "simulated", object),
        }
        at = {each: moments(self.start, times[each]) for each in times}
        unknown = pa.nulls(n, pa.timestamp("us", tz="UTC"))
        parts: list[pa.Table] = []
        for version, latest in enumerate(times, start=1):
            known = list(times)[:version]
            columns = (
                shared
                | {each: at[each] if each in known else unknown for each in times}
                | {
                    "version": np.full(n, version, np.int16),
                    "occurred_at": at[latest],
                    "recorded_at": moments(self.start, times[latest] + 1),
                }
            )
            parts.append(
                pa.table(columns)
                .select(DISPATCHES.schema.names)
                .cast(DISPATCHES.schema)
            )
        return pa.concat_tables(parts)

    def _feedbacks(self) -> pa.Table:
        c = self.case
        first = self._told(np.arange(len(c.number)), 1, c.told, reopened=False)
        again = np.flatnonzero(c.reopened)
        back = c.told[again] + 300 + (c.pick[again, 1] * 3_000).astype(np.int64)
        over = back + 1_800 + (c.pick[again, 2] * 5_400).astype(np.int64)
        return pa.concat_tables(
            [
                first,
                self._told(again, 2, back, reopened=True),
                self._told(again, 3, over, reopened=False),
            ]
        )

    def _told(
        self,
        case: NDArray[np.int64],
        version: int,
        at: NDArray[np.int64],
        *,
        reopened: bool,
    ) -> pa.Table:
        c = self.case
        n = len(case)
        is_satisfied = np.full(n, not reopened) & (c.pick[case, 3] < 0.95)
        return pa.table(
            {
                "event_id": self.id[case],
                "version": np.full(n, version, np.int16),
                "occurred_at": moments(self.start, at),
                "recorded_at": moments(self.start, at + 2),
                "told_at": moments(self.start, at),
                "is_satisfied": is_satisfied,
                "is_reopened": np.full(n, reopened),
                "source": np.full(n, "simulated", object),
                "replaces": pa.nulls(n, pa.int16()),
            }
        ).cast(FEEDBACKS.schema)

    def _detections(self) -> pa.Table:
        c = self.case
        seen = np.flatnonzero(c.proactive & (c.pick[:, 4] < 0.45))
        n, by_drone = len(seen), c.pick[seen, 3] < 0.35
        judged = moments(self.start, c.recorded[seen] + 240)
        columns: dict[str, Any] = {
            "detection_id": np.array(
                [f"K{name[1:]}" for name in self.id[seen]], object
            ),
            "device": np.where(by_drone, "drone", "camera"),
            "device_id": np.array(
                [f"C{code}" for code in self.world.street_code[c.street[seen]]], object
            ),
            "model": np.full(n, "city-vision", object),
            "model_version": np.full(n, "1", object),
            "class": kinds().id[c.kind[seen]],
            "event_id": self.id[seen],
            "score": (0.6 + 0.4 * c.pick[seen, 0]).astype(np.float32),
            "evidence_uri": pa.nulls(n, pa.string()),
            "lon_ud": micro(c.lon[seen]),
            "lat_ud": micro(c.lat[seen]),
            "source": np.full(n, "simulated", object),
            "occurred_at": moments(self.start, c.occurred[seen]),
            "operator": pa.nulls(n, pa.string()),
            "blocks": pa.nulls(n, pa.string()),
        }
        first = columns | {
            "version": np.ones(n, np.int16),
            "recorded_at": moments(self.start, c.recorded[seen]),
            "human_verdict": pa.nulls(n, pa.string()),
        }
        right = np.where(np.isin(kinds().id[c.kind[seen]], _MISTAKEN), *_CONFIRMED)
        verdict = np.where(c.pick[seen, 2] < right, "confirmed", "rejected")
        second = columns | {
            "version": np.full(n, 2, np.int16),
            "recorded_at": judged,
            "human_verdict": verdict,
        }
        return pa.concat_tables(
            [
                pa.table(each).select(DETECTIONS.schema.names).cast(DETECTIONS.schema)
                for each in (first, second)
            ]
        )


def _joined(
    first: str, words: NDArray[np.object_], between: str, last: NDArray[Any]
) -> NDArray[np.object_]:
    """Return each of `words` after `first` and before its own of `last`."""
    pairs = zip(words, last, strict=True)
    return np.array([f"{first}{word}{between}{end}" for word, end in pairs], object)
