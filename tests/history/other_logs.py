"""Random histories of what is not events: fleet, flights, links, programmes, values.

They are late, corrected, and stamped oddly.
"""

from __future__ import annotations

import json
import random
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any
from zoneinfo import ZoneInfo

import pyarrow as pa

from tests.history.histories import EDGES, TRIO
from tests.oracles.rest import Ground, Logs
from twin.city import City
from twin.contracts import TABLES
from twin.feeds.batch import Batch
from twin.pack import load_city
from twin.store import Lake, Snapshot, compact, newest, prune, publish

Row = dict[str, Any]
LOGS = (
    "drones",
    "drone_states",
    "missions",
    "link_probes",
    "estates",
    "lifts",
    "communities",
    "indicator_values",
)
SAID = ("targets", "districts", "departments", "department_feeds", "indicators")
"""Reference tables that the figures rest on."""
DAY, HOUR, SECOND, US = (
    timedelta(days=1),
    timedelta(hours=1),
    timedelta(seconds=1),
    timedelta(microseconds=1),
)
LIMITS = {
    "drone_states": (
        30 * SECOND,
        60 * SECOND,
        90 * SECOND,
        900 * SECOND,
        HOUR,
        2 * HOUR,
        DAY,
    ),
    "link_probes": (60 * SECOND, 120 * SECOND, 600 * SECOND, HOUR, DAY, 30 * DAY),
    "indicator_values": (HOUR, 2 * HOUR, DAY, 2 * DAY, 31 * DAY, 62 * DAY, 70 * DAY),
    "missions": (DAY,),
}
"""How long after a stamp of a log something ends: a moment just there is worth a look."""
USES = ("city_management", "traffic_patrol", "ecology", "fire_emergency")


@dataclass(frozen=True)
class History:
    """One history: the rows of the logs, the city that they are of, and the moments between
    which it lies.

    The newest row was recorded at `told`; until `last` there is nothing new but the time.
    """

    seed: int
    city: City
    rows: dict[str, list[Row]]
    first: datetime
    told: datetime
    last: datetime

    def logs(self, said: dict[str, list[Row]]) -> Logs:
        """The raw logs as the oracle reads them, and what the pack said."""
        return Logs(**self.rows, **said)

    def moment(self, draw: random.Random) -> datetime:
        """A moment in the history: mostly that of a row, exactly or soon after it, or so
        long after it that something ends.
        """
        if draw.random() < 0.75:
            name = draw.choice(
                [name for name, of in self.rows.items() if of] + ["drone_states"] * 5
            )
            stamps = [
                value
                for value in draw.choice(self.rows[name]).values()
                if isinstance(value, datetime)
            ]
            soon = timedelta(seconds=draw.uniform(0, 90))
            step = draw.choice(
                [timedelta(), soon, soon, draw.choice(LIMITS.get(name, (timedelta(),)))]
            )
            found = (
                draw.choice(stamps)
                + step
                + draw.choice([timedelta(), timedelta(), US, -US])
            )
            if self.first <= found <= self.last:
                return found
        return self.first + (self.last - self.first) * draw.random()

    def cuts(self, draw: random.Random, least: int) -> list[datetime]:
        """Moments of publishes: some come so soon after another, or so late, that there is
        little new but the time.
        """
        found: list[datetime] = []
        for _ in range(draw.randint(least, 4)):
            found.append(self.moment(draw))
            if draw.random() < 0.4:
                found.append(
                    min(
                        found[-1]
                        + timedelta(seconds=draw.choice([5, 60, 900]) * draw.random()),
                        self.last,
                    )
                )
        quiet = sorted(
            moment for moment in self.edges() if self.told < moment < self.last
        )
        found += draw.sample(quiet, min(len(quiet), draw.choice([0, 1, 2])))
        return sorted(found)

    def edges(self) -> list[datetime]:
        """Moments at which time alone changes what is said.

        A stamp is reached, or something of it ends.
        """
        steps = {name: (timedelta(), *LIMITS.get(name, ())) for name in self.rows}
        return [
            row["occurred_at"] + step
            for name, rows in self.rows.items()
            for row in rows
            for step in steps[name]
        ]


@cache
def trio() -> City:
    """The city of all histories, read once."""
    return load_city(TRIO)


@cache
def ground() -> Ground:
    """Its raster and its outlines, as the oracle reads them."""
    raster = trio().raster
    features = json.loads(
        (TRIO / "geography" / "land.geojson").read_text(encoding="utf-8")
    )["features"]
    outlines = (
        (each["properties"]["district_id"], each["geometry"]["coordinates"][0])
        for each in features
    )
    return Ground(
        raster.lon0,
        raster.lat0,
        raster.dlon,
        raster.dlat,
        raster.n_x,
        raster.n_y,
        tuple((name, tuple((x, y) for x, y in ring[:-1])) for name, ring in outlines),
    )


def drawn(seed: int) -> History:
    """Draw the history of a seed."""
    draw = random.Random(f"rest {seed}")
    zone, edge = draw.choice(EDGES)
    city = replace(trio(), zone=ZoneInfo(zone))
    rows = _Maker(draw, city, edge).rows()
    recorded = [row["recorded_at"] for of in rows.values() for row in of]
    last = max(recorded) + draw.choice([timedelta(), HOUR, 30 * HOUR, 3 * DAY])
    return History(seed, city, rows, edge - 4 * DAY, max(recorded), last)


class _Maker:
    def __init__(self, draw: random.Random, city: City, edge: datetime) -> None:
        self.draw, self.edge, self.year = draw, edge, edge.astimezone(city.zone).year
        # Most aircraft are up at once.
        self.rush = edge + timedelta(
            seconds=draw.choice([0, 0, draw.uniform(-7_200, 7_200)])
        )
        self.districts = [*city.reference["districts"]["district_id"].to_pylist(), None]
        self.places = [
            (int(x * 1e6), int(y * 1e6))
            for _, ring in ground().outlines
            for x, y in ring
        ]
        self.places += [
            (row["label_lon_ud"], row["label_lat_ud"])
            for row in city.reference["districts"].to_pylist()
            if row["label_lon_ud"]
        ]
        self.places.append((int(city.raster.lon0 * 1e6), int(city.raster.lat0 * 1e6)))

    def rows(self) -> dict[str, list[Row]]:
        """All rows; those of one table have keys of their own."""
        aircraft = [f"U{n}" for n in range(self.draw.randint(1, 5))]
        return {
            "drones": [
                row
                for name in aircraft
                if self.draw.random() < 0.85
                for row in self.entries(name)
            ],
            "drone_states": [row for name in aircraft for row in self.beats(name)],
            "missions": [
                row
                for name in aircraft
                for n in range(self.draw.randint(0, 3))
                for row in self.flight(f"{name}-{n}", name)
            ],
            "link_probes": [
                row
                for n in range(1, 5)
                if self.draw.random() < 0.85
                for row in self.probes(f"D0{n}")
            ],
            "estates": self.works(
                "estate_id", "E", ("planned", "under_way", "accepted"), self.estate
            ),
            "lifts": self.works(
                "lift_id",
                "L",
                ("applied", "approved", "building", "accepted"),
                self.lift,
            ),
            "communities": self.works(
                "community_id", "C", ("planned", "under_way", "open"), self.centre
            ),
            "indicator_values": self.values(),
        }

    # Moments

    def around(self, days: float = 2.5) -> datetime:
        """A moment near the edge: some on the minute, some exactly there, one in fifty in 1970."""
        kind = self.draw.random()
        if kind < 0.02:
            return datetime(1970, 1, 1, tzinfo=UTC) + timedelta(
                seconds=self.draw.randint(0, 9)
            )
        if kind < 0.08:
            return self.edge
        reach = self.draw.choice([(-0.1, 0.1), (-0.5, 0.5), (-days, 1)])
        found = self.edge + timedelta(seconds=self.draw.uniform(*reach) * 86_400)
        return found.replace(second=0, microsecond=0) if kind < 0.5 else found

    def known(self, occurred: datetime) -> datetime:
        """When a row is recorded: mostly within seconds, now and then at once, days late,
        or before it happens.
        """
        kind = self.draw.random()
        if kind < 0.25:
            found = occurred
        elif kind < 0.75:
            found = occurred + timedelta(
                microseconds=self.draw.choice([2, 90]) * self.draw.randint(0, 1_000_000)
            )
        elif kind < 0.92:
            found = occurred + timedelta(
                seconds=self.draw.choice([300, 7_200, 2 * 86_400]) * self.draw.random()
            )
        else:
            found = occurred - timedelta(seconds=self.draw.randint(1, 86_400))
        return min(max(found, self.edge - 3 * DAY), self.edge + 2 * DAY)

    def clocks(self, occurred: datetime) -> Row:
        """Both clocks of a row; now and then it speaks of a day that is still far off."""
        if self.draw.random() < 0.02:
            occurred += self.draw.choice([3 * DAY, 365 * DAY])
        return {
            "occurred_at": occurred,
            "recorded_at": self.known(occurred),
            "source": "test",
        }

    def place(self) -> tuple[int, int]:
        """A place on the edge of the land, in the middle of a district, or in the corner of
        the raster.
        """
        lon, lat = self.draw.choice(self.places)
        return lon + self.draw.randint(-2_000, 2_000), lat + self.draw.randint(
            -2_000, 2_000
        )

    # The fleet

    def entries(self, name: str) -> list[Row]:
        draw, made = self.draw, []
        for n, version in enumerate(
            draw.sample(range(1, 6), draw.choice([1, 1, 2, 3]))
        ):
            lon, lat = self.place()
            clocks = self.clocks(
                self.around(3) if n or draw.random() < 0.3 else self.edge - 3 * DAY
            )
            made.append(
                {
                    "drone_id": name,
                    "version": version,
                    **clocks,
                    "serial": name,
                    "uas_id": None,
                    "owner_dept": "D01",
                    "district_id": draw.choice(self.districts),
                    "dock_id": "K",
                    "dock_lon_ud": lon,
                    "dock_lat_ud": lat,
                    "model": "m",
                    "use_case": draw.choice(USES),
                    "is_integrated": draw.random() < 0.8,
                }
            )
        return made

    def beats(self, name: str) -> list[Row]:
        draw, made = self.draw, {}
        for _ in range(draw.randint(1, 4)):
            (lon, lat), at = self.place(), self.around()
            at = (
                at
                if draw.random() < 0.4
                else self.rush
                - timedelta(seconds=draw.choice([0, 30, draw.uniform(0, 200)]))
            )
            step, looks = draw.choice([5, 10, 30, 60, 61, 62]), draw.random() < 0.8
            pitch, fov, heading = (
                draw.choice([-90.0, -75.0, -45.5]),
                draw.choice([30.0, 50.25]),
                draw.randint(0, 1_439) / 4,
            )
            for n in range(draw.randint(1, 7)):
                lon, lat = lon + draw.randint(-900, 900), lat + draw.randint(-700, 700)
                heading = heading if draw.random() < 0.8 else draw.randint(0, 1_439) / 4
                mode = draw.choice(
                    [
                        "flying",
                        "flying",
                        "flying",
                        "returning",
                        "docked",
                        "charging",
                        "fault",
                    ]
                )
                clocks = self.clocks(at + timedelta(seconds=step * n))
                sees = looks and draw.random() < 0.9
                made[clocks["occurred_at"]] = {
                    "drone_id": name,
                    **clocks,
                    "mode": mode,
                    "lon_ud": lon,
                    "lat_ud": lat,
                    "height_m": draw.choice([0.5, 40.0, 75.5, 110.0]),
                    "speed_mps": 8.5,
                    "heading_deg": heading,
                    "battery_pct": draw.randint(0, 100),
                    "pitch_deg": pitch if sees else None,
                    "fov_deg": fov if sees else None,
                    "mission_id": None,
                }
        return list(made.values())

    def flight(self, mission: str, name: str) -> list[Row]:
        draw, made = self.draw, []
        started = self.around()
        for version in draw.sample(range(1, 7), draw.choice([1, 2, 3, 4])):
            if draw.random() < 0.25:
                started = draw.choice(
                    [self.around(), started - DAY, started + DAY, started - 3 * DAY]
                )
            ended = (
                started + timedelta(seconds=draw.randint(0, 7_200))
                if draw.random() < 0.6
                else None
            )
            made.append(
                {
                    "mission_id": mission,
                    "version": version,
                    **self.clocks(started),
                    "mode": draw.choice(["live", "live", "live", "drill"]),
                    "drone_id": name,
                    "use_case": draw.choice(USES),
                    "started_at": started,
                    "ended_at": ended,
                    "flown_m": (
                        draw.randint(0, 9_000) + draw.choice([0.0, 0.25, 0.75])
                        if ended and draw.random() < 0.9
                        else None
                    ),
                    "n_found": None,
                }
            )
        return made

    # Links and values

    def probes(self, dept: str) -> list[Row]:
        draw, made = self.draw, {}
        for _ in range(draw.randint(1, 4)):
            at = self.around() - draw.choice(
                [timedelta(), timedelta(), timedelta(), 29 * DAY, 40 * DAY]
            )
            answers, step = draw.choice([0.1, 0.5, 0.95]), draw.choice([60, 60, 300])
            for n in range(draw.randint(1, 6)):
                clocks = self.clocks(at + timedelta(seconds=step * n))
                when, is_ok = clocks["occurred_at"], draw.random() < answers
                told = draw.choice(
                    [
                        when,
                        when - timedelta(seconds=draw.randint(0, 900)),
                        when + timedelta(seconds=30),
                        when + 365 * DAY,
                        None,
                    ]
                )
                made[when] = {
                    "dept_id": dept,
                    **clocks,
                    "is_ok": is_ok,
                    "latency_ms": (
                        draw.randint(1, 400) if is_ok and draw.random() < 0.95 else None
                    ),
                    "n_records": draw.randint(0, 50),
                    "last_record_at": told,
                }
        return list(made.values())

    def values(self) -> list[Row]:
        draw, made = self.draw, {}
        for ind in ("WS-01-01", "WS-01-03", "HE-01-04", "not-listed"):
            for area in draw.sample(["city", "alva", "brisa"], draw.randint(0, 2)):
                for _ in range(draw.randint(1, 5)):
                    hours = draw.choice(
                        [0, 1, 24, 25, 48, 31 * 24, 62 * 24, 70 * 24, 75 * 24]
                    )
                    at = (
                        self.edge - timedelta(hours=hours - draw.randint(0, 2))
                        if draw.random() < 0.8
                        else self.around()
                    )
                    for _ in range(draw.choice([1, 1, 2, 3])):
                        clocks = self.clocks(at)
                        bad = draw.random() < 0.2
                        made[
                            ind, area, clocks["occurred_at"], clocks["recorded_at"]
                        ] = {
                            "ind_id": ind,
                            "area_id": area,
                            **clocks,
                            "value": None if bad else draw.randint(0, 999) / 8,
                            "quality": (
                                "missing"
                                if bad
                                else draw.choice(["good", "late", "suspect"])
                            ),
                        }
        return list(made.values())

    # The programmes

    def works(
        self, key: str, letter: str, status: tuple[str, ...], more: Callable[[], Row]
    ) -> list[Row]:
        draw, made = self.draw, []
        for n in range(draw.randint(0, 4)):
            year, district, (lon, lat) = (
                self.year + draw.choice([-1, 0, 0, 0, 1]),
                draw.choice(self.districts),
                self.place(),
            )
            for version in draw.sample(range(1, 7), draw.choice([1, 2, 3])):
                if draw.random() < 0.15:
                    year = self.year + draw.choice([-1, 0, 1])
                if draw.random() < 0.15:
                    district, (lon, lat) = draw.choice(self.districts), self.place()
                made.append(
                    {
                        key: f"{letter}{n}",
                        "version": version,
                        **self.clocks(self.around(3)),
                        "district_id": district,
                        "lon_ud": lon,
                        "lat_ud": lat,
                        "year": year,
                        "status": draw.choice(status),
                        **more(),
                    }
                )
        return made

    def estate(self) -> Row:
        return {
            "name": f"estate {self.draw.randint(1, 9)}",
            "built": self.draw.choice([None, 1984]),
            "households": self.draw.choice([None, 48]),
            "started_at": None,
            "accepted_at": None,
        }

    def lift(self) -> Row:
        return {
            "estate_name": f"estate {self.draw.randint(1, 9)}",
            "kind": self.draw.choice(["added", "renewed"]),
            "old_age_y": None,
            "subsidy_wan": None,
            "accepted_at": None,
        }

    def centre(self) -> Row:
        return {
            "name": f"centre {self.draw.randint(1, 9)}",
            "batch": 1,
            "freed_m2": self.draw.choice([None, 40.5]),
            "opened_at": None,
        }


def changed(draw: random.Random, history: History, city: City) -> City:
    """The city with other plans and results, or other limits of freshness."""
    if draw.random() < 0.5:
        fresh = {
            "drone_flying_s": draw.choice([30, 90]),
            "drone_docked_s": draw.choice([60, 900]),
            "link_late_s": draw.choice([60, 600]),
            "link_down_s": draw.choice([60, 120]),
            "indicator_periods": draw.choice([1, 2]),
        }
        return replace(
            city,
            settings={
                **city.settings,
                "freshness": {**city.settings["freshness"], **fresh},
            },
        )
    year = history.last.astimezone(city.zone).year
    scopes = {
        "estates": ("renovated",),
        "lifts": ("added", "renewed", "added+renewed"),
        "communities": ("converted",),
    }
    rows: dict[tuple[object, ...], Row] = {}
    for _ in range(draw.randint(0, 8)):
        programme = draw.choice(list(scopes))
        key = (
            year + draw.choice([-1, -1, 0, 0, 1]),
            programme,
            draw.choice(scopes[programme]),
            draw.choice([None, None, "alva", "corra"]),
        )
        rows[key] = {
            "target_id": f"T{len(rows)}{draw.random()}",
            "year": key[0],
            "programme": programme,
            "scope": key[2],
            "district_id": key[3],
            "plan": draw.choice([None, 3, 7, 365]),
            "actual": draw.choice([None, None, 4]),
            "status": "assumed",
            "provenance": "test",
        }
    table = pa.Table.from_pylist(list(rows.values()), schema=TABLES["targets"].schema)
    return replace(city, reference={**city.reference, "targets": table})


def between(history: History, start: datetime | None, end: datetime) -> list[Batch]:
    """Rows recorded after `start` and up to `end`, as a feed gives them."""
    made = []
    for table in LOGS:
        rows = [
            row
            for row in history.rows[table]
            if (start is None or row["recorded_at"] > start)
            and row["recorded_at"] <= end
        ]
        if rows:
            made.append(
                Batch(
                    table,
                    pa.Table.from_pylist(rows, schema=TABLES[table].schema),
                    "test",
                    "test",
                )
            )
    return made


def grown(
    history: History,
    lake: Lake,
    cuts: list[datetime],
    draw: random.Random | None,
    look: Callable[[Snapshot, City], None] = lambda _snapshot, _city: None,
) -> tuple[Snapshot, City]:
    """Publish a history at each of the moments.

    `draw` changes the pack, compacts and prunes between. `look` sees each snapshot.
    """
    city, start = history.city, None
    for end in [*cuts, history.last]:
        if draw and draw.random() < 0.35:
            city = changed(draw, history, city)
        snapshot, done = publish(
            lake,
            city,
            between(history, start, end),
            as_of=end,
            simulated=True,
            now=lambda moment=end: moment,
        )
        assert done.quarantined == 0
        look(snapshot, city)
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
