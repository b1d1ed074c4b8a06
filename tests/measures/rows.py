"""A state made of rows in memory, and makers of rows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime

import pyarrow as pa
import pyarrow.compute as pc

from twin.city import City
from twin.contracts import TABLES
from twin.engine import Engine, Sql, answer
from twin.measures import Mark, MeasureUpdate, compute
from twin.store.files import chunk_of, chunks, ordered

NINE = datetime(2026, 7, 16, 9, tzinfo=UTC)
_DEFAULTS: Mapping[str, Mapping[str, object]] = {
    "quarantine": {
        "quarantine_id": "Q1",
        "recorded_at": NINE,
        "occurred_at": NINE,
        "table_name": "feedbacks",
        "feed": "test",
        "origin": "test",
        "reason": "it makes no sense.",
        "raw": "{}",
    },
    "events": {
        "event_id": "E1",
        "version": 1,
        "occurred_at": NINE,
        "recorded_at": NINE,
        "created_at": NINE,
        "mode": "live",
        "source_id": "S01",
        "category": "noise",
        "title": "noise",
        "priority": 3,
        "level": "district",
        "is_proactive": False,
        "source": "test",
    },
    "event_stages": {
        "event_id": "E1",
        "stage": "sense",
        "occurred_at": NINE,
        "recorded_at": NINE,
        "actor": "test",
        "source": "test",
    },
    "dispatches": {
        "dispatch_id": "E1-1",
        "version": 1,
        "occurred_at": NINE,
        "recorded_at": NINE,
        "event_id": "E1",
        "unit_id": "U1",
        "unit_name": "crew",
        "role": "lead",
        "is_required": True,
        "sent_at": NINE,
        "source": "test",
    },
    "feedbacks": {
        "event_id": "E1",
        "version": 1,
        "occurred_at": NINE,
        "recorded_at": NINE,
        "told_at": NINE,
        "is_satisfied": True,
        "is_reopened": False,
        "source": "test",
    },
    "sla_targets": {
        "source_id": "*",
        "priority": 0,
        "response_s": 120,
        "closure_s": 1800,
        "status": "assumed",
        "provenance": "test",
    },
    "link_probes": {
        "dept_id": "D01",
        "occurred_at": NINE,
        "recorded_at": NINE,
        "is_ok": True,
        "latency_ms": 20,
        "n_records": 5,
        "last_record_at": NINE,
        "source": "test",
    },
    "departments": {
        "dept_id": "D01",
        "slot": 1,
        "name": "police",
        "name_en": "police",
        "is_public_safety": "yes",
        "lon_ud": 0,
        "lat_ud": 0,
        "status": "assumed",
        "provenance": "t",
    },
    "targets": {
        "target_id": "T",
        "year": 2026,
        "programme": "lifts",
        "scope": "added",
        "status": "assumed",
        "provenance": "test",
    },
    "lifts": {
        "lift_id": "L1",
        "version": 1,
        "occurred_at": NINE,
        "recorded_at": NINE,
        "estate_name": "E",
        "lon_ud": 0,
        "lat_ud": 0,
        "year": 2026,
        "kind": "added",
        "status": "applied",
        "source": "test",
    },
    "estates": {
        "estate_id": "A1",
        "version": 1,
        "occurred_at": NINE,
        "recorded_at": NINE,
        "name": "E",
        "lon_ud": 0,
        "lat_ud": 0,
        "year": 2026,
        "status": "planned",
        "source": "test",
    },
    "communities": {
        "community_id": "C1",
        "version": 1,
        "occurred_at": NINE,
        "recorded_at": NINE,
        "name": "C",
        "lon_ud": 0,
        "lat_ud": 0,
        "year": 2026,
        "batch": 1,
        "status": "planned",
        "source": "test",
    },
    "indicators": {
        "ind_id": "I1",
        "name": "i",
        "name_en": "i",
        "domain": "d",
        "domain_en": "d",
        "unit": "%",
        "formula": "f",
        "direction": "up",
        "owner_dept": "D01",
        "period": "hour",
        "typical": 1.0,
        "status": "assumed",
        "provenance": "test",
    },
    "indicator_values": {
        "ind_id": "I1",
        "area_id": "city",
        "occurred_at": NINE,
        "recorded_at": NINE,
        "value": 1.0,
        "quality": "good",
        "source": "test",
    },
    "alert_rules": {
        "rule_id": "R1",
        "signal": "event_response",
        "name": "r",
        "name_en": "r",
        "level": 3,
        "status": "assumed",
        "provenance": "test",
    },
    "drones": {
        "drone_id": "U1",
        "version": 1,
        "occurred_at": NINE,
        "recorded_at": NINE,
        "serial": "s",
        "owner_dept": "D01",
        "dock_id": "K1",
        "dock_lon_ud": 0,
        "dock_lat_ud": 0,
        "model": "m",
        "use_case": "ecology",
        "is_integrated": True,
        "source": "test",
    },
    "detections": {
        "detection_id": "N1",
        "version": 1,
        "occurred_at": NINE,
        "recorded_at": NINE,
        "device": "camera",
        "device_id": "C1",
        "model": "m",
        "model_version": "1",
        "class": "bicycle",
        "score": 0.9,
        "lon_ud": 0,
        "lat_ud": 0,
        "source": "test",
    },
    "drone_states": {
        "drone_id": "U1",
        "occurred_at": NINE,
        "recorded_at": NINE,
        "mode": "flying",
        "lon_ud": 0,
        "lat_ud": 0,
        "height_m": 100.0,
        "speed_mps": 10.0,
        "heading_deg": 0.0,
        "battery_pct": 80,
        "pitch_deg": -90.0,
        "fov_deg": 90.0,
        "source": "test",
    },
}


def make(table: str, *rows: Mapping[str, object]) -> pa.Table:
    """Rows of a contract table; what is not given has a plain value, or none."""
    schema = TABLES[table].schema
    return pa.Table.from_pylist(
        [dict.fromkeys(schema.names) | _DEFAULTS[table] | row for row in rows],
        schema=schema,
    )


@dataclass(frozen=True)
class Rows:
    """The lake as a measure sees it: tables in memory."""

    tables: Mapping[str, pa.Table]
    previous_as_of: datetime | None = None
    marks: Mapping[str, Mark] = field(default_factory=dict[str, Mark])
    asked: list[str] = field(default_factory=list[str])
    engine: Engine | None = None
    made: frozenset[str] | set[str] = frozenset()
    """Tables of measures that changed since the engine was opened."""

    def query(
        self, sql: Sql, params: Mapping[str, object], since: datetime | None = None
    ) -> pa.Table:
        """Return over the tables, and remember what was asked."""
        self.asked.append(sql.name)
        made = {name: self.tables[name] for name in sql.reads if name in self.made}
        return (
            self.engine.query(sql, params, instead=made)
            if self.engine
            else answer(self.tables, sql, params)
        )

    def chunks(self, table: str) -> set[str]:
        """Names of the pieces that a table has."""
        return set(
            dict(chunks(TABLES[table], self.tables.get(table, TABLES[table].empty())))
        )

    def chunk_of(self, table: str, day: date) -> str:
        """Name the piece of a day, as a table that was never compacted has it."""
        return chunk_of(TABLES[table])(day)

    def chunk(self, table: str, name: str) -> pa.Table:
        """The rows of one piece of a table."""
        held = self.tables.get(table, TABLES[table].empty())
        return dict(chunks(TABLES[table], held)).get(name, TABLES[table].empty())

    def hash(self, table: str) -> str:
        """A hash of the rows as they stand."""
        return (
            str(hash(str(self.tables[table].to_pylist())))
            if table in self.tables
            else ""
        )


@dataclass
class Growing:
    """A lake in memory that grows publish by publish, its measures kept as the store keeps them."""

    city: City
    tables: dict[str, pa.Table] = field(default_factory=dict[str, pa.Table])
    marks: dict[str, Mark] = field(default_factory=dict[str, Mark])
    as_of: datetime | None = None
    renewed: list[str] = field(default_factory=list[str])
    """Tables that the last publish wrote."""
    made: set[str] = field(default_factory=set[str])
    asked: int = 0
    """Questions that the last publish asked."""

    def publish(self, as_of: datetime, **batch: pa.Table) -> Growing:
        """Take in new rows of logs, or whole reference tables, and work out the measures at
        the moment.
        """
        for name, rows in batch.items():
            held = self.tables.get(name, TABLES[name].empty())
            self.tables[name] = (
                rows
                if TABLES[name].kind == "reference"
                else pa.concat_tables([held, rows])
            )
        logs = {
            name: rows for name, rows in batch.items() if TABLES[name].kind == "log"
        }
        self.renewed.clear()
        self.made.clear()
        with Engine.from_tables(dict(self.tables)) as engine:
            for update in compute(
                self.city,
                Rows(
                    self.tables,
                    self.as_of,
                    dict(self.marks),
                    engine=engine,
                    made=self.made,
                ),
                logs,
                as_of,
            ):
                if isinstance(update, tuple):
                    self.marks[update[0]] = update[1]
                else:
                    self._take(update)
            self.asked = engine.asked
        self.as_of = as_of
        return self

    def _take(self, update: MeasureUpdate) -> None:
        assert update.rows.schema.equals(TABLES[update.table].schema)
        held = self.tables.get(update.table, TABLES[update.table].empty())
        if update.how == "replace_chunks":
            days = pc.strftime(held["occurred_at"], format="%Y-%m-%d")
            held = held.filter(
                pc.invert(
                    pc.is_in(days, value_set=pa.array(update.chunks, pa.string()))
                )
            )
        rows = (
            update.rows
            if update.how == "replace"
            else pa.concat_tables([held, update.rows])
        )
        self.tables[update.table] = ordered(TABLES[update.table], rows)
        self.renewed.append(update.table)
        self.made.add(update.table)

    def rows(self, table: str) -> list[dict[str, object]]:
        """Rows of a table as they stand, in the order of its file."""
        return self.tables[table].to_pylist() if table in self.tables else []

    def at_once(self) -> Growing:
        """The same rows, published in one piece at the same moment."""
        assert self.as_of is not None
        given = {
            name: rows
            for name, rows in self.tables.items()
            if TABLES[name].kind != "measure"
        }
        return Growing(self.city).publish(self.as_of, **given)
