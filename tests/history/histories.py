"""Random histories of a small city.

They have late rows, corrections of every field, reopenings, orders that pass on, and
odd stamps.
"""

from __future__ import annotations

import random
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pyarrow as pa

from tests.oracles.history import Logs
from twin.city import City
from twin.contracts import TABLES
from twin.contracts.check import quarantined
from twin.feeds.batch import Batch
from twin.pack import load_city
from twin.store import Lake, Snapshot, compact, newest, prune, publish

Row = dict[str, Any]
TRIO = Path(__file__).resolve().parents[1] / "cities" / "trio"
WUHAN = TRIO.parents[2] / "data" / "wuhan"
EDGES = (
    ("Asia/Shanghai", datetime(2026, 7, 16, 4, tzinfo=UTC)),
    ("Asia/Shanghai", datetime(2026, 12, 31, 16, tzinfo=UTC)),
    ("America/New_York", datetime(2026, 11, 1, 6, tzinfo=UTC)),
    ("America/New_York", datetime(2026, 3, 8, 7, tzinfo=UTC)),
    ("Australia/Lord_Howe", datetime(2026, 4, 4, 15, tzinfo=UTC)),
    ("Pacific/Apia", datetime(2026, 2, 28, 23, tzinfo=UTC)),
)
"""Zones, and a moment in each at which a day, a month, a year or an hour of summer time turns."""
WUHAN_EDGES = (
    datetime(2026, 7, 16, 4, tzinfo=UTC),
    datetime(2026, 10, 7, 16, tzinfo=UTC),
    datetime(2026, 9, 30, 16, tzinfo=UTC),
    datetime(2026, 10, 9, 16, tzinfo=UTC),
)
"""An ordinary day, and the edges of a week of holidays and of a Saturday that makes up for it."""
HOLIDAYS = frozenset(
    map(
        date.fromisoformat,
        (
            "2026-06-19",
            "2026-09-25",
            "2026-10-01",
            "2026-10-02",
            "2026-10-03",
            "2026-10-05",
            "2026-10-06",
            "2026-10-07",
        ),
    )
)
WORKED = frozenset(map(date.fromisoformat, ("2026-09-20", "2026-10-10")))
"""China's in the months around those edges, as the State Council published them."""
LOGS = ("events", "event_stages", "dispatches", "feedbacks")
STAGES = ("sense", "monitor", "judge", "warn", "handle", "evaluate")


@dataclass(frozen=True)
class History:
    """One history: the rows of the logs, the city that they are of, and the moments between
    which it lies.
    """

    seed: int
    city: City
    rows: dict[str, list[Row]]
    first: datetime
    last: datetime

    def logs(self, targets: list[Row]) -> Logs:
        """The raw logs as the oracle reads them."""
        has_calendar = self.city.id == "wuhan"
        return Logs(
            **self.rows,
            sla_targets=targets,
            event_sources=self.city.reference["event_sources"].to_pylist(),
            holidays=HOLIDAYS if has_calendar else frozenset(),
            worked=WORKED if has_calendar else frozenset(),
        )

    def moment(self, draw: random.Random) -> datetime:
        """A moment in the history: now and then exactly that of a row."""
        if draw.random() < 0.6:
            row = draw.choice([row for rows in self.rows.values() for row in rows])
            stamps = [
                value
                for value in row.values()
                if isinstance(value, datetime) and self.first <= value <= self.last
            ]
            if stamps:
                return draw.choice(stamps)
        return self.first + (self.last - self.first) * draw.random()


@cache
def read(pack: Path) -> City:
    """A city, read once."""
    return load_city(pack)


def drawn(seed: int) -> History:
    """Draw the history of a seed: every fourth is one of Wuhan, as its pack is."""
    draw = random.Random(seed)
    zone, edge = draw.choice(EDGES)
    city = replace(read(TRIO), zone=ZoneInfo(zone))
    if seed % 4 == 3:
        city, edge = read(WUHAN), draw.choice(WUHAN_EDGES)
    maker = _Maker(draw, city, edge)
    rows = maker.rows()
    stamps = [row["recorded_at"] for of in rows.values() for row in of]
    first = min(edge - timedelta(days=9), *stamps)
    return History(seed, city, rows, first, max(stamps) + timedelta(hours=1))


class _Maker:
    def __init__(self, draw: random.Random, city: City, edge: datetime) -> None:
        self.draw, self.edge = draw, edge
        self.districts = [*city.reference["districts"]["district_id"].to_pylist(), None]
        self.streets = [*city.reference["streets"]["street_code"].to_pylist(), None]
        self.sources = city.reference["event_sources"]["source_id"].to_pylist()
        raster = city.raster
        self.lon = int((raster.lon0 + raster.dlon * raster.n_x / 2) * 1e6)
        self.lat = int((raster.lat0 + raster.dlat * raster.n_y / 2) * 1e6)

    def near(self, moment: datetime, spread_s: float = 7_200) -> datetime:
        """Return a moment near another, microseconds and all.

        Most lie within the hour, some days off, a few exactly there.
        """
        kind = self.draw.random()
        if kind < 0.15:
            return moment
        reach = spread_s if kind < 0.85 else 9 * 86_400
        step = timedelta(microseconds=self.draw.randint(0, int(reach * 1e6)))
        return moment + step

    def rows(self) -> dict[str, list[Row]]:
        names = [f"E{n}" for n in range(self.draw.randint(2, 7))]
        found: dict[str, list[Row]] = {name: [] for name in (*LOGS, "quarantine")}
        for name in names:
            opened = self.edge + timedelta(
                seconds=self.draw.uniform(-3 * 86_400, 86_400)
            )
            # The others exist only as what was done about them.
            if self.draw.random() < 0.92:
                found["events"] += self.versions(name, opened)
            found["dispatches"] += self.orders(name, names, opened)
            found["feedbacks"] += self.answers(name, opened)
            found["event_stages"] += self.stages(name, opened)
            for nth in range(self.draw.choice([0, 0, 0, 0, 0, 1, 2])):
                found["quarantine"].append(self.refusal(name, nth, opened))
        return found

    def versions(self, name: str, opened: datetime) -> list[Row]:
        draw, made = self.draw, []
        for version in range(1, draw.choice([1, 1, 2, 3, 4]) + 1):
            moved = (
                draw.choice([0, 0, 0, 3_600, 86_400, 10 * 86_400, 40 * 86_400])
                if version > 1
                else 0
            )
            occurred = (
                opened - timedelta(seconds=moved)
                if draw.random() < 0.7
                else self.near(opened)
            )
            created = self.near(occurred, 600)
            placed = draw.random() < 0.85
            made.append(
                {
                    "event_id": name,
                    "version": version,
                    "occurred_at": occurred,
                    "created_at": created,
                    "recorded_at": self.near(max(created, opened)),
                    "mode": draw.choice(["live", "live", "live", "drill"]),
                    "source_id": draw.choice(self.sources),
                    "category": draw.choice("ab"),
                    "title": f"{name} v{version}",
                    "details": None,
                    "channel": None,
                    "priority": draw.randint(1, 4),
                    "level": draw.choice(["city", "district"]),
                    "is_proactive": draw.random() < 0.5,
                    "district_id": draw.choice(self.districts),
                    "street_code": draw.choice(self.streets),
                    "address": None,
                    "lon_ud": self.lon + draw.randint(-9_000, 9_000)
                    if placed
                    else None,
                    "lat_ud": self.lat + draw.randint(-9_000, 9_000)
                    if placed
                    else None,
                    "source": draw.choice(["test", "test", "work_orders"]),
                }
            )
        return made

    def orders(self, name: str, names: list[str], opened: datetime) -> list[Row]:
        draw, made = self.draw, []
        for unit in range(draw.choice([0, 1, 1, 2, 3])):
            sent, event = self.near(opened, 300), name
            steps: Row = {"acked_at": None, "arrived_at": None, "done_at": None}
            known = sent
            for version in range(1, draw.choice([1, 2, 3, 4, 5]) + 1):
                for step in steps:
                    if draw.random() < 0.4:
                        steps[step] = self.near(sent) if draw.random() < 0.9 else None
                if version > 1 and draw.random() < 0.12:
                    event = draw.choice(names)
                known = self.near(known if draw.random() < 0.8 else sent, 1_200)
                made.append(
                    {
                        "dispatch_id": f"{name}-{unit}",
                        "version": version,
                        "occurred_at": sent,
                        "recorded_at": known,
                        "event_id": event,
                        "unit_id": f"U{unit}",
                        "unit_name": f"unit {unit}",
                        "role": "lead",
                        "is_required": draw.random() < 0.8,
                        "sent_at": sent,
                        **steps,
                        "result": None,
                        "source": "test",
                    }
                )
        return made

    def answers(self, name: str, opened: datetime) -> list[Row]:
        """Answers; some correct an earlier one, some have no time, and some of those get it
        later.
        """
        draw, made = self.draw, list[Row]()
        told = opened
        for version in range(1, draw.choice([0, 1, 1, 2, 3, 5]) + 1):
            told = self.near(
                told if draw.random() < 0.85 else opened - timedelta(minutes=5)
            )
            known = (
                self.near(told, 900)
                if draw.random() < 0.85
                else told - timedelta(minutes=1)
            )
            made.append(
                {
                    "event_id": name,
                    "version": version,
                    "occurred_at": told,
                    "recorded_at": known,
                    "told_at": None if draw.random() < 0.25 else told,
                    "is_satisfied": None,
                    "is_reopened": version > 1 and draw.random() < 0.5,
                    "source": "test",
                    "replaces": None,
                }
            )
            if version > 1 and draw.random() < 0.35:
                made[-1]["replaces"] = draw.randint(1, version - 1)
        untimed = [row for row in made if row["told_at"] is None]
        # The time of a closing becomes known.
        for row in untimed[: draw.choice([0, 1, 1, 2])]:
            told = min(
                row["occurred_at"], self.near(row["occurred_at"] - timedelta(hours=1))
            )
            made.append(
                {
                    **row,
                    "version": len(made) + 1,
                    "occurred_at": told,
                    "told_at": told,
                    "recorded_at": self.near(row["recorded_at"]),
                    "replaces": row["version"],
                }
            )
        return made

    def stages(self, name: str, opened: datetime) -> list[Row]:
        """Entries into stages; some correct an earlier one of the same stage."""
        draw, made = self.draw, dict[tuple[str, datetime], Row]()
        for _ in range(draw.randint(0, 7)):
            stage, entered = draw.choice(STAGES), self.near(opened)
            before = [at for of, at in made if of == stage and at != entered]
            made[stage, entered] = {
                "event_id": name,
                "stage": stage,
                "occurred_at": entered,
                "recorded_at": self.near(entered, 600),
                "actor": "test",
                "note": None,
                "source": "test",
                "replaces_at": (
                    draw.choice(before) if before and draw.random() < 0.5 else None
                ),
            }
        return list(made.values())

    def refusal(self, name: str, nth: int, opened: datetime) -> Row:
        known = self.near(opened)
        (row,) = quarantined(
            [(nth + 1, f"told before it was opened: {name}.", "{}")],
            table="feedbacks",
            feed="test",
            origin="test",
            recorded_at=known,
            subjects=[name],
        ).to_pylist()
        return row


def batches(rows: dict[str, list[Row]]) -> list[Batch]:
    """Rows of the logs as a feed gives them."""
    made = [
        Batch(
            table,
            pa.Table.from_pylist(rows[table], schema=TABLES[table].schema),
            "test",
            "test",
        )
        for table in LOGS
        if rows[table]
    ]
    if rows["quarantine"]:
        refused = pa.Table.from_pylist(
            rows["quarantine"], schema=TABLES["quarantine"].schema
        )
        made.append(
            Batch(
                "feedbacks",
                TABLES["feedbacks"].empty(),
                "test",
                "test",
                refused=refused,
            )
        )
    return made


def between(
    history: History, start: datetime | None, end: datetime
) -> dict[str, list[Row]]:
    """Rows recorded after `start` and up to `end`."""
    return {
        table: [
            row
            for row in rows
            if (start is None or row["recorded_at"] > start)
            and row["recorded_at"] <= end
        ]
        for table, rows in history.rows.items()
    }


def targets(draw: random.Random, city: City) -> City:
    """The city with other targets of its clocks."""
    rows = city.reference["sla_targets"].to_pylist()
    changed = [
        {
            **row,
            "response_s": draw.randint(1, 900),
            "closure_s": draw.randint(60, 7_200),
            "status": draw.choice(("assumed", "confirmed")),
        }
        for row in rows
    ]
    table = pa.Table.from_pylist(changed, schema=city.reference["sla_targets"].schema)
    return replace(city, reference={**city.reference, "sla_targets": table})


def grown(
    history: History, lake: Lake, cuts: list[datetime], draw: random.Random | None
) -> tuple[Snapshot, City]:
    """Publish a history at each of the moments.

    `draw` brings other targets, compaction and prune between.
    """
    city, start = history.city, None
    for end in [*cuts, history.last]:
        if draw and draw.random() < 0.25:
            city = targets(draw, city)
        publish(
            lake,
            city,
            batches(between(history, start, end)),
            as_of=end,
            simulated=True,
            now=lambda moment=end: moment,
        )
        start = end
        if draw and draw.random() < 0.35:
            compact(lake, now=lambda moment=end: moment)
        if draw and draw.random() < 0.35:
            prune(
                lake,
                now=lambda moment=end: moment + timedelta(days=400),
                latest=draw.randint(1, 3),
            )
    found = newest(lake)
    assert found is not None
    return found, city
