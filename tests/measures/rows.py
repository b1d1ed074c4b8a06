"""A state made of rows in memory, and makers of rows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime

import pyarrow as pa

from twin.contracts import TABLES
from twin.engine import Sql, answer

NINE = datetime(2026, 7, 16, 9, tzinfo=UTC)
_DEFAULTS: Mapping[str, Mapping[str, object]] = {
    "events": {"event_id": "E1", "version": 1, "occurred_at": NINE, "recorded_at": NINE, "created_at": NINE, "mode": "live", "source_id": "S01", "category": "noise",
               "title": "noise", "priority": 3, "level": "district", "is_proactive": False, "source": "test"},
    "event_stages": {"event_id": "E1", "stage": "sense", "occurred_at": NINE, "recorded_at": NINE, "actor": "test", "source": "test"},
    "dispatches": {"dispatch_id": "E1-1", "version": 1, "occurred_at": NINE, "recorded_at": NINE, "event_id": "E1", "unit_id": "U1", "unit_name": "crew", "role": "lead",
                   "is_required": True, "sent_at": NINE, "source": "test"},
    "feedbacks": {"event_id": "E1", "version": 1, "occurred_at": NINE, "recorded_at": NINE, "told_at": NINE, "is_satisfied": True, "is_reopened": False, "source": "test"},
    "sla_targets": {"source_id": "*", "priority": 0, "response_s": 120, "closure_s": 1800, "status": "assumed", "provenance": "test"},
    "link_probes": {"dept_id": "D01", "occurred_at": NINE, "recorded_at": NINE, "is_ok": True, "latency_ms": 20, "n_records": 5, "last_record_at": NINE, "source": "test"},
    "departments": {"dept_id": "D01", "slot": 1, "name": "police", "name_en": "police", "is_public_safety": "yes", "lon_ud": 0, "lat_ud": 0, "status": "assumed", "provenance": "t"},
    "targets": {"target_id": "T", "year": 2026, "programme": "lifts", "scope": "added", "status": "assumed", "provenance": "test"},
    "lifts": {"lift_id": "L1", "version": 1, "occurred_at": NINE, "recorded_at": NINE, "estate_name": "E", "lon_ud": 0, "lat_ud": 0, "year": 2026, "kind": "added",
              "status": "applied", "source": "test"},
    "estates": {"estate_id": "A1", "version": 1, "occurred_at": NINE, "recorded_at": NINE, "name": "E", "lon_ud": 0, "lat_ud": 0, "year": 2026, "status": "planned", "source": "test"},
    "communities": {"community_id": "C1", "version": 1, "occurred_at": NINE, "recorded_at": NINE, "name": "C", "lon_ud": 0, "lat_ud": 0, "year": 2026, "batch": 1,
                    "status": "planned", "source": "test"},
    "indicators": {"ind_id": "I1", "name": "i", "name_en": "i", "domain": "d", "domain_en": "d", "unit": "%", "formula": "f", "direction": "up", "owner_dept": "D01",
                   "period": "hour", "typical": 1.0, "status": "assumed", "provenance": "test"},
    "indicator_values": {"ind_id": "I1", "area_id": "city", "occurred_at": NINE, "recorded_at": NINE, "value": 1.0, "quality": "good", "source": "test"},
    "drone_states": {"drone_id": "U1", "occurred_at": NINE, "recorded_at": NINE, "mode": "flying", "lon_ud": 0, "lat_ud": 0, "height_m": 100.0, "speed_mps": 10.0,
                     "heading_deg": 0.0, "battery_pct": 80, "pitch_deg": -90.0, "fov_deg": 90.0, "source": "test"}}


def make(table: str, *rows: Mapping[str, object]) -> pa.Table:
    """Rows of a contract table; what is not given has a plain value, or none."""
    schema = TABLES[table].schema
    return pa.Table.from_pylist([dict.fromkeys(schema.names) | _DEFAULTS[table] | row for row in rows], schema=schema)


@dataclass(frozen=True)
class Rows:
    """The lake as a measure sees it: tables in memory."""

    tables: Mapping[str, pa.Table]
    previous_as_of: datetime | None = None
    asked: list[str] = field(default_factory=list[str])

    def query(self, sql: Sql, params: Mapping[str, object]) -> pa.Table:
        """Answer over the tables, and remember what was asked."""
        self.asked.append(sql.name)
        return answer(self.tables, sql, params)
