"""A day's events and what is done about them: reports, six stages, orders to units, the word to the citizen."""

from __future__ import annotations

from datetime import date, datetime
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa

from twin.contracts.events import DETECTIONS, DISPATCHES, EVENT_STAGES, EVENTS, FEEDBACKS, STAGES
from twin.simulate.world import micro, moments

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from twin.simulate.world import World

_HOURS = np.array([2, 1.4, 1, .8, .8, 1.2, 2.6, 5, 7.4, 7.6, 7, 6.4, 5.6, 5.6, 6.2, 6.4, 6.6, 6.8, 6.4, 5.6, 5, 4.4, 3.4, 2.6])
_WEEK = np.array([1.06, 1.02, 1.0, 1.0, 1.05, 0.94, 0.93])
_RESPONSE = np.array([48, 66, 88, 108])
_CLOSURE = np.array([17, 17, 16, 15]) * 60
_UNITS = np.array([4, 3, 2, 1])
_LATE_SHARE, _DRILL_SHARE, _FIXED_SHARE, _REOPENED_SHARE = 0.012, 0.004, 0.03, 0.02
_LONGEST_S = 2 * 86_400
"""No case takes longer: a day's rows are looked for on its own day and the three after."""


def events_of(world: World, day: date) -> dict[str, pa.Table]:
    """Answer the rows of one local day for events, event_stages, dispatches, feedbacks and detections."""
    draw = world.draw("events", day)
    sources = world.city.reference["event_sources"]
    if not sources.num_rows:
        return {table.name: table.empty() for table in (EVENTS, EVENT_STAGES, DISPATCHES, FEEDBACKS, DETECTIONS)}
    rate = np.array([value or 20.0 for value in sources["expected_per_day"].to_pylist()]) * _WEEK[day.weekday()]
    if world.storm(day):
        rate *= 1.18
    n = int(draw.poisson(rate.sum()))
    which = draw.choice(len(rate), n, p=rate / rate.sum())
    finds = np.array(sources["finds"].to_pylist(), object)[which]
    start = world.midnight(day)
    occurred = np.sort(draw.choice(24, n, p=_HOURS / _HOURS.sum()) * 3_600 + draw.integers(0, 3_600, n)) * world.length_s(day) // 86_400
    case = _Cases(world, draw, day, start, occurred, np.array(sources["source_id"].to_pylist(), object)[which], finds)
    return case.tables()


class _Cases:
    """The day's cases as columns; each table is a way of reading them."""

    def __init__(self, world: World, draw: np.random.Generator, day: date, start: datetime, occurred: NDArray[np.int64],
                 source: NDArray[np.object_], finds: NDArray[np.object_]) -> None:
        n = len(occurred)
        self.world, self.start, self.occurred, self.source = world, start, occurred, source
        self.proactive = finds == "proactive"
        self.id = np.array([f"E{day:%Y%m%d}{at:05d}" for at in range(n)], object)
        self.priority = draw.choice([1, 2, 3, 4], n, p=[0.008, 0.05, 0.2, 0.742])
        self.category = self._categories(draw)
        self.street = draw.choice(len(world.street_code), n, p=world.street_weight)
        self.lon, self.lat, self.district = world.scatter(draw, self.street, 600.0)
        self.created = occurred + np.where(self.proactive, draw.integers(4, 50, n), draw.integers(60, 900, n))
        self.recorded = self.created + draw.integers(1, 5, n)
        tail = np.where(draw.random(n) < _LATE_SHARE, draw.uniform(8, 60, n), 1.0)
        rank = self.priority - 1
        self.sent = self.created + 6 + (draw.lognormal(2.6, 0.4, n)).astype(np.int64)
        self.acked = np.maximum(self.sent + 3, self.created + (_RESPONSE[rank] * draw.lognormal(0, 0.38, n) * np.minimum(tail, 6)).astype(np.int64))
        length = np.minimum(_CLOSURE[rank] * draw.lognormal(0, 0.36, n) * tail, _LONGEST_S)
        self.done = self.acked + 120 + (length * 0.85).astype(np.int64)
        self.arrived = self.acked + ((self.done - self.acked) * draw.uniform(0.3, 0.6, n)).astype(np.int64)
        self.told = self.done + (length * draw.uniform(0.05, 0.2, n)).astype(np.int64) + 10
        self.drill = draw.random(n) < _DRILL_SHARE
        self.fixed = draw.random(n) < _FIXED_SHARE
        self.reopened = draw.random(n) < _REOPENED_SHARE
        self.pick = draw.random((5, n))

    def _categories(self, draw: np.random.Generator) -> NDArray[np.int64]:
        words = self.world.categories
        chosen = np.zeros(len(self.proactive), np.int64)
        for is_proactive in (True, False):
            fits = np.array([word["weight"] if word["finds"] in {"both", "proactive" if is_proactive else "reported"} else 0 for word in words], float)
            who = self.proactive == is_proactive
            chosen[who] = draw.choice(len(words), int(who.sum()), p=fits / fits.sum())
        return chosen

    def tables(self) -> dict[str, pa.Table]:
        """Answer every table of the day."""
        return {"events": self._events(), "event_stages": self._stages(), "dispatches": self._dispatches(),
                "feedbacks": self._feedbacks(), "detections": self._detections()}

    def _events(self) -> pa.Table:
        n = len(self.id)
        names = np.array([word[self.world.words] for word in self.world.categories], object)[self.category]
        titles = np.array([f"{name} · {street}" for name, street in zip(names, self.world.street_name[self.street], strict=True)], object)
        first: dict[str, Any] = {
            "event_id": self.id, "version": np.ones(n, np.int16), "occurred_at": moments(self.start, self.occurred),
            "recorded_at": moments(self.start, self.recorded), "created_at": moments(self.start, self.created),
            "mode": np.where(self.drill, "drill", "live"), "source_id": self.source,
            "category": np.array([word["id"] for word in self.world.categories], object)[self.category], "title": titles,
            "details": pa.nulls(n, pa.string()), "channel": pa.nulls(n, pa.string()), "priority": self.priority.astype(np.int8),
            "level": np.where(self.priority == 1, "city", "district"), "is_proactive": self.proactive, "district_id": self.district,
            "street_code": self.world.reported_street(self.street), "address": self.world.street_name[self.street],
            "lon_ud": micro(self.lon), "lat_ud": micro(self.lat), "source": np.full(n, "simulated", object)}
        rows = pa.table(first).select(EVENTS.schema.names).cast(EVENTS.schema)
        again = np.flatnonzero(self.fixed)
        moved = rows.take(pa.array(again))
        columns = {"version": pa.array(np.full(len(again), 2, np.int16)),
                   "recorded_at": moments(self.start, self.recorded[again] + 120 + (self.pick[0][again] * 1_500).astype(np.int64)),
                   "lon_ud": pa.array(moved["lon_ud"].to_numpy() + 900, pa.int32())}
        for name, values in columns.items():
            moved = moved.set_column(moved.schema.get_field_index(name), EVENTS.schema.field(name), values)
        return pa.concat_tables([rows, moved])

    def _stages(self) -> pa.Table:
        judged = self.created + 2 + ((self.sent - self.created - 3).clip(1) * 0.5).astype(np.int64)
        entered = np.stack([self.created, self.created + 1, judged, self.sent, np.maximum(self.acked, self.sent + 1), self.told])
        actors = np.array(["sensing", "centre", "model", "centre", "unit", "centre"], object)
        n, late = len(self.id), 1
        return pa.table({
            "event_id": np.tile(self.id, 6), "stage": np.repeat(np.array(STAGES, object), n), "occurred_at": moments(self.start, entered.ravel()),
            "recorded_at": moments(self.start, np.maximum(entered.ravel() + late, np.tile(self.recorded, 6))), "actor": np.repeat(actors, n),
            "note": pa.nulls(6 * n, pa.string()), "source": np.full(6 * n, "simulated", object),
            "replaces_at": pa.nulls(6 * n, pa.timestamp("us", tz="UTC"))}).cast(EVENT_STAGES.schema)

    def _dispatches(self) -> pa.Table:
        n_units = _UNITS[self.priority - 1]
        case = np.repeat(np.arange(len(self.id)), n_units)
        unit = np.arange(len(case)) - np.repeat(np.cumsum(n_units) - n_units, n_units)
        lag = unit * 11
        times = {"sent_at": self.sent[case] + unit, "acked_at": self.acked[case] + lag, "arrived_at": self.arrived[case] + lag * 6, "done_at": self.done[case]}
        times["arrived_at"] = np.maximum(np.minimum(times["arrived_at"], times["done_at"] - 1), times["acked_at"])
        times["done_at"] = np.maximum(times["done_at"], times["arrived_at"] + 1)
        parts: list[pa.Table] = []
        for version, latest in enumerate(times, start=1):
            known = list(times)[:version]
            columns: dict[str, Any] = {
                "dispatch_id": np.array([f"{self.id[c]}-{u + 1}" for c, u in zip(case, unit, strict=True)], object), "version": np.full(len(case), version, np.int16),
                "occurred_at": moments(self.start, times[latest]), "recorded_at": moments(self.start, times[latest] + 1), "event_id": self.id[case],
                "unit_id": np.array([f"U{self.world.street_code[self.street[c]]}-{u + 1}" for c, u in zip(case, unit, strict=True)], object),
                "unit_name": np.array([f"{self.world.street_name[self.street[c]]} {u + 1}" for c, u in zip(case, unit, strict=True)], object),
                "role": np.where(unit == 0, "lead", "assist"), "is_required": np.ones(len(case), bool), "result": pa.nulls(len(case), pa.string()),
                "source": np.full(len(case), "simulated", object)}
            columns |= {name: moments(self.start, times[name]) if name in known else pa.nulls(len(case), pa.timestamp("us", tz="UTC")) for name in times}
            parts.append(pa.table(columns).select(DISPATCHES.schema.names).cast(DISPATCHES.schema))
        return pa.concat_tables(parts)

    def _feedbacks(self) -> pa.Table:
        first = self._told(np.arange(len(self.id)), 1, self.told, reopened=False)
        again = np.flatnonzero(self.reopened)
        back = self.told[again] + 300 + (self.pick[1][again] * 3_000).astype(np.int64)
        return pa.concat_tables([first, self._told(again, 2, back, reopened=True),
                                 self._told(again, 3, back + 1_800 + (self.pick[2][again] * 5_400).astype(np.int64), reopened=False)])

    def _told(self, case: NDArray[np.int64], version: int, at: NDArray[np.int64], *, reopened: bool) -> pa.Table:
        n = len(case)
        return pa.table({"event_id": self.id[case], "version": np.full(n, version, np.int16), "occurred_at": moments(self.start, at),
                         "recorded_at": moments(self.start, at + 2), "told_at": moments(self.start, at),
                         "is_satisfied": np.full(n, not reopened) & (self.pick[3][case] < 0.95), "is_reopened": np.full(n, reopened),
                         "source": np.full(n, "simulated", object), "replaces": pa.nulls(n, pa.int16())}).cast(FEEDBACKS.schema)

    def _detections(self) -> pa.Table:
        seen = np.flatnonzero(self.proactive & (self.pick[4] < 0.45))
        n, by_drone = len(seen), self.pick[3][seen] < 0.35
        judged = moments(self.start, self.recorded[seen] + 240)
        columns: dict[str, Any] = {
            "detection_id": np.array([f"K{name[1:]}" for name in self.id[seen]], object), "device": np.where(by_drone, "drone", "camera"),
            "device_id": np.array([f"C{code}" for code in self.world.street_code[self.street[seen]]], object), "model": np.full(n, "city-vision", object),
            "model_version": np.full(n, "1", object), "class": np.array([word["id"] for word in self.world.categories], object)[self.category[seen]],
            "score": (0.6 + 0.4 * self.pick[0][seen]).astype(np.float32), "event_id": self.id[seen], "evidence_uri": pa.nulls(n, pa.string()),
            "lon_ud": micro(self.lon[seen]), "lat_ud": micro(self.lat[seen]), "source": np.full(n, "simulated", object),
            "occurred_at": moments(self.start, self.occurred[seen])}
        first = columns | {"version": np.ones(n, np.int16), "recorded_at": moments(self.start, self.recorded[seen]), "human_verdict": pa.nulls(n, pa.string())}
        verdict = np.where(self.pick[2][seen] < 0.9, "confirmed", "rejected")
        second = columns | {"version": np.full(n, 2, np.int16), "recorded_at": judged, "human_verdict": verdict}
        return pa.concat_tables([pa.table(each).select(DETECTIONS.schema.names).cast(DETECTIONS.schema) for each in (first, second)])
