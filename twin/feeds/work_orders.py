"""Work orders of a citizens' line, out of a CSV or XLSX export: events, and what was done about them.

An order whose own cells are off is refused whole; if only what was done about it is off, the event is taken and the rest
refused. Every step of an order is a version of its own (1 sent, 2 acknowledged, 3 arrived, 4 done), so that a later export
of the same orders adds what is new and repeats the rest.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from math import isfinite
from typing import TYPE_CHECKING, Any

import pyarrow as pa

from twin.contracts import TABLES
from twin.contracts.check import quarantined
from twin.contracts.crs import CRS, UndeclaredCRS
from twin.contracts.unicode import one_form
from twin.feeds.batch import Batch
from twin.feeds.order_cells import Districts, Refused, read_moment, read_places, read_priority, read_truth
from twin.feeds.order_mapping import FEED, STEPS, OrderMapping, load_mapping
from twin.feeds.tabular import Sheet, read_sheet
from twin.geography import Locator

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime
    from pathlib import Path

    from twin.city import City

__all__ = ["FEED", "OrderMapping", "load_mapping", "read"]

_TABLES = ("events", "event_stages", "dispatches", "feedbacks")
_UNNAMED_KIND, _UNNAMED_UNIT = "unclassified", "unnamed unit"
_TITLE_LENGTH = 40


def read(path: Path, mapping: OrderMapping, city: City, *, recorded_at: datetime) -> Iterator[Batch]:
    """Read an export whole and answer one batch per table.

    Args:
        recorded_at: when the city first knows these rows, UTC; later moments lie in the future and are refused.

    Raises:
        ContractError: the file as a whole cannot be read, or lacks columns.
        UndeclaredCRS: it gives coordinates, and the mapping declares no datum that is understood.
    """
    if "lon" in mapping.columns and mapping.crs not in CRS:
        raise UndeclaredCRS(FEED, mapping.crs)
    sheet = read_sheet(path, list(mapping.columns.values()), encoding=mapping.encoding, delimiter=mapping.delimiter, sheet=mapping.sheet)
    reader = _Reader(mapping, city, recorded_at)
    reader.take(_Rows(sheet, mapping))
    yield from reader.batches(sheet, str(path))


@dataclass
class _Rows:
    """Rows of the sheet that may be orders, each once; those that may not, with their reasons."""

    sheet: Sheet
    mapping: OrderMapping
    kept: list[tuple[int, dict[str, str]]] = field(default_factory=list[tuple[int, dict[str, str]]])
    refused: list[tuple[int, str]] = field(default_factory=list[tuple[int, str]])
    repeated: int = 0

    def __post_init__(self) -> None:
        """Sort the rows."""
        places = {name: self.sheet.header.index(column) for name, column in self.mapping.columns.items()}
        width = len(self.sheet.header)
        id_column = self.mapping.columns["event_id"]
        first: dict[str, tuple[int, list[str]]] = {}
        for at, (number, cells) in enumerate(self.sheet.rows):
            if len(cells) < width or any(cell.strip() for cell in cells[width:]):
                self.refused.append((at, f"the row has {len(cells)} cells where the header has {width}: it may be cut off"))
                continue
            said = [one_form(cell) for cell in cells]
            given = {name: said[place].strip() for name, place in places.items()}
            name = given["event_id"]
            if not name:
                self.refused.append((at, f"{id_column} is missing"))
            elif name not in first:
                first[name] = (number, said)
                self.kept.append((at, given))
            elif first[name][1] == said:
                self.repeated += 1
            else:
                self.refused.append((at, f"{id_column}: {name!r} stands on row {first[name][0]} already, with other content"))


@dataclass
class _Reader:
    """Turns rows into rows of the contract tables."""

    mapping: OrderMapping
    city: City
    recorded_at: datetime
    rows: dict[str, list[tuple[int, dict[str, Any]]]] = field(default_factory=lambda: {name: [] for name in _TABLES})
    refused: dict[str, list[tuple[int, str]]] = field(default_factory=lambda: {name: [] for name in _TABLES})
    repeated: int = 0

    def __post_init__(self) -> None:
        """Look up who notices what this source reports."""
        slots = self.city.reference["event_sources"]
        sources = dict(zip(slots["source_id"].to_pylist(), slots["finds"].to_pylist(), strict=True))
        self.is_proactive = sources[self.mapping.source_id] == "proactive"
        self.districts = Districts(self.city)

    def take(self, rows: _Rows) -> None:
        """Read every row: its event, then what was done about it."""
        self.refused["events"].extend(rows.refused)
        self.repeated = rows.repeated
        locator = Locator(self.city)
        east, north = ([given.get(axis, "") for _, given in rows.kept] for axis in ("lon", "lat"))
        lon, lat, astray = read_places(east, north, self.mapping, locator)
        held_by = locator.districts(lon, lat)
        for nth, (at, given) in enumerate(rows.kept):
            try:
                if nth in astray:
                    raise Refused(astray[nth])  # noqa: TRY301 - joins the reasons that cells give
                event = self._event(given) | self._where(given, float(lon[nth]), float(lat[nth]), held_by[nth])
            except Refused as error:
                self.refused["events"].append((at, str(error)))
                continue
            self._add(at, "events", event)
            self._add(at, "event_stages", self._stage(event, "sense", event["created_at"], "reporter"))
            self._done(at, given, event)

    def _where(self, given: dict[str, str], lon: float, lat: float, held_by: str | None) -> dict[str, Any]:
        """Answer place and district: by the place, else by name; a name that is given must be known all the same."""
        named = self.districts.find(given.get("district", ""), self.mapping.columns.get("district", ""))
        district, is_known = held_by or named, isfinite(lon)
        return {"district_id": district, "level": "district" if district else "city", "lon_ud": round(lon * 1e6) if is_known else None,
                "lat_ud": round(lat * 1e6) if is_known else None}

    def _event(self, given: dict[str, str]) -> dict[str, Any]:
        created = self._moment(given, "created_at")
        if created is None:
            raise Refused(f"{self.mapping.columns['created_at']} is missing")
        occurred = self._moment(given, "occurred_at") or created
        if occurred > created:
            raise Refused(f"{self.mapping.columns['occurred_at']}: it happened after it was reported")
        details, kind = given.get("details", ""), given.get("category", "") or _UNNAMED_KIND
        title = given.get("title", "") or details[:_TITLE_LENGTH] or kind
        return {"event_id": given["event_id"], "version": 1, "occurred_at": occurred, "recorded_at": self.recorded_at, "created_at": created, "mode": "live",
                "source_id": self.mapping.source_id, "category": kind, "title": title, "details": details or None, "channel": given.get("channel") or None,
                "priority": read_priority(given.get("priority", ""), f"{title} {details} {kind}", self.mapping), "is_proactive": self.is_proactive,
                "street_code": None, "address": given.get("address") or None, "source": FEED}

    def _done(self, at: int, given: dict[str, str], event: dict[str, Any]) -> None:
        """Add the order to the unit, the answer to the citizen, and the stages that they mean."""
        for table, made in (("dispatches", self._dispatch), ("feedbacks", self._feedback)):
            try:
                for name, row in made(given, event):
                    self._add(at, name, row)
            except Refused as error:
                self.refused[table].append((at, str(error)))

    def _dispatch(self, given: dict[str, str], event: dict[str, Any]) -> list[tuple[str, dict[str, Any]]]:
        times = {step: self._moment(given, step) for step in STEPS}
        columns = self.mapping.columns
        sent = times["sent_at"]
        if sent is None:
            if late := [columns[step] for step in STEPS[1:] if times[step]]:
                raise Refused(f"{columns['sent_at']} is missing, but {', '.join(late)} is there")
            return []
        if sent < event["created_at"]:
            raise Refused(f"{columns['sent_at']}: it was sent before the order was opened")
        if early := [columns[step] for step in STEPS[1:] if (moment := times[step]) and moment < sent]:
            raise Refused(f"{', '.join(early)}: earlier than {columns['sent_at']}")
        unit = given.get("unit_name", "") or _UNNAMED_UNIT
        shared: dict[str, Any] = {"dispatch_id": f"{event['event_id']}-1", "recorded_at": self.recorded_at, "event_id": event["event_id"], "unit_id": unit,
                                  "unit_name": unit, "role": "lead", "is_required": True, "result": None, "source": FEED}
        known: dict[str, Any] = dict.fromkeys(STEPS)
        made: list[tuple[str, dict[str, Any]]] = []
        for version, step in enumerate(STEPS, start=1):
            if times[step]:
                known = known | {step: times[step]}
                made.append(("dispatches", shared | known | {"version": version, "occurred_at": times[step]}))
        if times["acked_at"]:
            made.append(("event_stages", self._stage(event, "handle", times["acked_at"], unit)))
        return made

    def _feedback(self, given: dict[str, str], event: dict[str, Any]) -> list[tuple[str, dict[str, Any]]]:
        told = self._moment(given, "told_at")
        satisfied, reopened = (read_truth(given.get(name, ""), self.mapping.columns.get(name, ""), self.mapping) for name in ("is_satisfied", "is_reopened"))
        if told is None:
            return []
        if told < event["created_at"]:
            raise Refused(f"{self.mapping.columns['told_at']}: the citizen was told before the order was opened")
        return [("feedbacks", {"event_id": event["event_id"], "version": 1, "occurred_at": told, "recorded_at": self.recorded_at, "told_at": told,
                               "is_satisfied": satisfied, "is_reopened": bool(reopened), "source": FEED}),
                ("event_stages", self._stage(event, "evaluate", told, "centre"))]

    def _stage(self, event: dict[str, Any], stage: str, entered: datetime, actor: str) -> dict[str, Any]:
        return {"event_id": event["event_id"], "stage": stage, "occurred_at": entered, "recorded_at": self.recorded_at, "actor": actor, "note": None, "source": FEED}

    def _moment(self, given: dict[str, str], name: str) -> datetime | None:
        return read_moment(given.get(name, ""), self.mapping.columns.get(name, ""), self.mapping, self.recorded_at)

    def _add(self, at: int, table: str, row: dict[str, Any]) -> None:
        self.rows[table].append((at, row))

    def batches(self, sheet: Sheet, origin: str) -> Iterator[Batch]:
        """Answer what was read, table by table, with the rows of the file at `origin` beside it."""
        names = [f"{name or 'column'} ({at + 1})" if not name or name in sheet.header[:at] else name for at, name in enumerate(sheet.header)]
        numbers = pa.array([number for number, _ in sheet.rows], pa.int64())
        given = pa.table({name: pa.array([cells[at] if at < len(cells) else None for _, cells in sheet.rows], pa.string()) for at, name in enumerate(names)})
        for table in _TABLES:
            taken, refused = self.rows[table], sorted(self.refused[table])
            if not taken and not refused and table != "events":
                continue
            said = [(sheet.rows[at][0], f"{reason}.", json.dumps(dict(zip(names, sheet.rows[at][1], strict=False)), ensure_ascii=False)) for at, reason in refused]
            named = sheet.header.index(self.mapping.columns["event_id"])
            subjects = [sheet.rows[at][1][named].strip() or None if len(sheet.rows[at][1]) > named else None for at, _ in refused]
            lines = pa.array([at for at, _ in taken], pa.int64())
            yield Batch(table, pa.Table.from_pylist([row for _, row in taken], schema=TABLES[table].schema), FEED, origin,
                        row_numbers=numbers.take(lines), raw=given.take(lines),
                        refused=quarantined(said, table=table, feed=FEED, origin=origin, recorded_at=self.recorded_at, subjects=subjects),
                        skipped=self.repeated if table == "events" else 0)
