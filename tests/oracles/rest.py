"""Fleet, coverage, links, programmes and newest values at any two clocks, straight from the
raw logs, in plain Python.

Imports nothing of the house. `as_of` is the moment of the world that is looked at,
`known_at` the moment up to which records count. Rows are dicts with the columns of the
logs; all moments are `datetime` in UTC.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from functools import lru_cache
from itertools import pairwise
from math import atan, ceil, cos, dist, floor, radians, sin, tan
from statistics import median
from typing import Any
from zoneinfo import ZoneInfo

Row = dict[str, Any]
Place = tuple[float, float]
Cell = tuple[int, int]
Sights = dict[Cell, datetime]
DAY, HOUR, SECOND, US = (
    timedelta(days=1),
    timedelta(hours=1),
    timedelta(seconds=1),
    timedelta(microseconds=1),
)
IN_AIR = ("flying", "returning")
M_PER_DEG = 111_320.0
EPOCH = datetime.fromisoformat("1970-01-01T00:00:00+00:00")


@dataclass(frozen=True)
class Ground:
    """The raster, from its south-west corner, and outlines of districts in the order of
    their file.
    """

    lon0: float
    lat0: float
    dlon: float
    dlat: float
    n_x: int
    n_y: int
    outlines: tuple[tuple[str, tuple[Place, ...]], ...]


@dataclass
class Logs:
    """The raw logs of a city, and what its pack says, as rows."""

    drones: list[Row] = field(default_factory=list)
    drone_states: list[Row] = field(default_factory=list)
    missions: list[Row] = field(default_factory=list)
    link_probes: list[Row] = field(default_factory=list)
    estates: list[Row] = field(default_factory=list)
    lifts: list[Row] = field(default_factory=list)
    communities: list[Row] = field(default_factory=list)
    indicator_values: list[Row] = field(default_factory=list)
    targets: list[Row] = field(default_factory=list)
    districts: list[Row] = field(default_factory=list)
    departments: list[Row] = field(default_factory=list)
    department_feeds: list[Row] = field(default_factory=list)
    indicators: list[Row] = field(default_factory=list)


def by_then(rows: list[Row], as_of: datetime, known_at: datetime) -> list[Row]:
    """Rows that had happened, and had been recorded."""
    return [
        row
        for row in rows
        if row["occurred_at"] <= as_of and row["recorded_at"] <= known_at
    ]


def newest(rows: list[Row], key: str) -> dict[Any, Row]:
    """Of each thing the highest version."""
    found: dict[Any, Row] = {}
    for row in rows:
        if row[key] not in found or row["version"] > found[row[key]]["version"]:
            found[row[key]] = row
    return found


def steps(
    rows: list[Row], key: str, as_of: datetime, known_at: datetime
) -> dict[Any, Row]:
    """Of each thing the newest step that had both happened and been recorded."""
    return newest(by_then(rows, as_of, known_at), key)


def whole(span: timedelta | None) -> int | None:
    """Whole seconds gone by."""
    return None if span is None else span // SECOND


def is_known(
    logs: Logs, names: tuple[str, ...], as_of: datetime, known_at: datetime
) -> bool:
    """Whether anything of some logs had happened and been recorded."""
    return any(by_then(getattr(logs, name), as_of, known_at) for name in names)


def day_of(as_of: datetime, zone: ZoneInfo) -> tuple[date, datetime]:
    """The city's day of a moment, and when it began."""
    day = as_of.astimezone(zone).date()
    return day, datetime.combine(day, time(), tzinfo=zone).astimezone(as_of.tzinfo)


def a_day_before(
    as_of: datetime, known_at: datetime, zone: ZoneInfo
) -> tuple[datetime, datetime, datetime]:
    """The same time by the city's clocks a day before, what was known of it, and when that
    day began.
    """
    local = as_of.astimezone(zone)
    day = local.date() - DAY
    then = (
        datetime.combine(day, local.time(), tzinfo=zone)
        .replace(fold=local.fold)
        .astimezone(as_of.tzinfo)
    )
    return (
        then,
        known_at - (as_of - then),
        datetime.combine(day, time(), tzinfo=zone).astimezone(as_of.tzinfo),
    )


# The fleet


def heard(
    logs: Logs, as_of: datetime, known_at: datetime, flying_s: int, docked_s: int
) -> list[Row]:
    """Every registered aircraft; with its newest heartbeat if that was in time."""
    found = []
    beats = by_then(logs.drone_states, as_of, known_at)
    for name, entry in steps(logs.drones, "drone_id", as_of, known_at).items():
        own = [row for row in beats if row["drone_id"] == name]
        last = max(own, key=lambda row: row["occurred_at"], default=None)
        limit = flying_s if last and last["mode"] in IN_AIR else docked_s
        in_time = last is not None and as_of - last["occurred_at"] <= limit * SECOND
        found.append(
            {
                **entry,
                "beat": last if in_time else None,
                "is_flying": in_time and last["mode"] in IN_AIR,
            }
        )
    return found


def flights(logs: Logs, as_of: datetime, known_at: datetime) -> list[Row]:
    """Flights that had begun, each by its newest version that was known."""
    known = [row for row in logs.missions if row["recorded_at"] <= known_at]
    return [
        row
        for row in newest(known, "mission_id").values()
        if row["started_at"] <= as_of
    ]


def sorties(
    logs: Logs, as_of: datetime, known_at: datetime, day_from: datetime, mode: str
) -> tuple[int, int]:
    """Flights of a mode that began in a day, and the metres of those that had landed, each
    flight in whole metres.
    """
    mine = [
        row
        for row in flights(logs, as_of, known_at)
        if row["mode"] == mode and row["started_at"] >= day_from
    ]
    landed = [
        row["flown_m"]
        for row in mine
        if row["ended_at"] is not None and row["ended_at"] <= as_of
    ]
    return len(mine), sum(
        floor(metres + 0.5) for metres in landed if metres is not None
    )


def fleet(
    logs: Logs,
    as_of: datetime,
    known_at: datetime,
    zone: ZoneInfo,
    mode: str,
    flying_s: int,
    docked_s: int,
) -> list[Row]:
    """Figures of the fleet, as layers/drone_coverage/fleet.sql says them.

    Yesterday counts if flights are known from before it.
    """
    _, day_from = day_of(as_of, zone)
    known = heard(logs, as_of, known_at, flying_s, docked_s)
    mine = [row for row in known if row["is_integrated"]]
    counts = (
        len(mine),
        sum(row["beat"] is not None for row in mine),
        sum(row["is_flying"] for row in mine),
    )
    n, metres = sorties(logs, as_of, known_at, day_from, mode)
    before, before_known, before_from = a_day_before(as_of, known_at, zone)
    n_then, metres_then = sorties(logs, before, before_known, before_from, mode)
    was_known = any(
        row["started_at"] <= before_from and row["recorded_at"] <= before_known
        for row in logs.missions
    )
    has_flights = any(
        row["started_at"] <= as_of and row["recorded_at"] <= known_at
        for row in logs.missions
    )
    names = ("drones_integrated", "drones_online", "drones_flying")
    return [
        *(
            {"figure": name, "value": count if known else None, "compare": None}
            for name, count in zip(names, counts, strict=True)
        ),
        {
            "figure": "sorties_today",
            "value": n if has_flights else None,
            "compare": n_then if was_known else None,
        },
        {
            "figure": "flown_km_today",
            "value": metres / 1_000 if has_flights else None,
            "compare": metres_then / 1_000 if was_known else None,
        },
    ]


def drones(
    logs: Logs, as_of: datetime, known_at: datetime, flying_s: int, docked_s: int
) -> list[Row]:
    """Aircraft that are heard of, as layers/drone_coverage/drones.sql draws them."""
    found = []
    for row in heard(logs, as_of, known_at, flying_s, docked_s):
        beat = row["beat"]
        if beat is None or not row["is_integrated"]:
            continue
        found.append(
            {
                "drone_id": row["drone_id"],
                "lon": beat["lon_ud"] / 1e6,
                "lat": beat["lat_ud"] / 1e6,
                "state": beat["mode"],
                "mark": "drone" if row["is_flying"] else "dock",
                "angle_deg": (360 - beat["heading_deg"]) % 360
                if row["is_flying"]
                else 0,
                "height_m": beat["height_m"],
                "speed_mps": beat["speed_mps"],
                "battery_pct": beat["battery_pct"],
                "use_case": row["use_case"],
                "district_id": row["district_id"],
                "age_s": whole(as_of - beat["occurred_at"]),
            }
        )
    return sorted(found, key=lambda row: (row["mark"] == "drone", row["drone_id"]))


def uses(
    logs: Logs, as_of: datetime, known_at: datetime, flying_s: int, docked_s: int
) -> list[Row]:
    """The fleet by use, as layers/drone_coverage/uses.sql says it."""
    by_use: dict[str, list[Row]] = {}
    for row in heard(logs, as_of, known_at, flying_s, docked_s):
        by_use.setdefault(row["use_case"], []).append(row)
    found = []
    for use, rows in by_use.items():
        mine = [row for row in rows if row["is_integrated"]]
        online = [row["beat"] for row in mine if row["beat"] is not None]
        charges = [
            beat["battery_pct"] for beat in online if beat["battery_pct"] is not None
        ]
        found.append(
            {
                "use_case": use,
                "n_registered": len(rows),
                "n_integrated": len(mine),
                "n_online": len(online),
                "n_flying": sum(row["is_flying"] for row in mine),
                "battery_pct": float(median(charges)) if charges else None,
            }
        )
    return sorted(found, key=lambda row: (-row["n_registered"], row["use_case"]))


# What cameras see


def ring(beat: Row) -> tuple[tuple[int, int], ...] | None:
    """Return the corners of the ground that a heartbeat's camera sees, micro-degrees.

    Return None for a camera that is off or sees none.

    A 16:9 picture on flat ground; nothing beyond four heights ahead counts.
    """
    if beat["pitch_deg"] is None or beat["fov_deg"] is None or beat["height_m"] <= 1:
        return None
    height, down, turn = (
        beat["height_m"],
        radians(-beat["pitch_deg"]),
        radians(beat["heading_deg"]),
    )
    across = tan(radians(beat["fov_deg"]) / 2)
    half = atan(across * 9 / 16)
    near = min(height / tan(down + half), 4 * height)
    far = min(height / tan(down - half), 4 * height) if down > half else 4 * height
    if near >= far:
        return None
    corners = []
    for ahead, side in ((near, -1), (near, 1), (far, 1), (far, -1)):
        right = side * across * (ahead * cos(down) + height * sin(down))
        east, north = (
            ahead * sin(turn) + right * cos(turn),
            ahead * cos(turn) - right * sin(turn),
        )
        lon = (
            beat["lon_ud"]
            + east / (M_PER_DEG * cos(radians(beat["lat_ud"] / 1e6))) * 1e6
        )
        corners.append((round(lon), round(beat["lat_ud"] + north / M_PER_DEG * 1e6)))
    return tuple(corners)


def footprint(beat: Row) -> Row | None:
    """A row of `footprints`."""
    corners = ring(beat)
    if corners is None:
        return None
    return {
        "drone_id": beat["drone_id"],
        "occurred_at": beat["occurred_at"],
        **{f"lon{n}_ud": lon for n, (lon, _) in enumerate(corners, 1)},
        **{f"lat{n}_ud": lat for n, (_, lat) in enumerate(corners, 1)},
    }


def footprints(
    logs: Logs, as_of: datetime, known_at: datetime, flying_s: int
) -> list[Row]:
    """Return what each camera in the air sees.

    It is as layers/drone_coverage/footprints.sql draws it: its newest look, if that was
    in time.
    """
    looks: dict[str, Row] = {}
    for beat in sorted(
        by_then(logs.drone_states, as_of, known_at), key=lambda row: row["occurred_at"]
    ):
        made = footprint(beat)
        if made is not None and as_of - beat["occurred_at"] <= flying_s * SECOND:
            looks[beat["drone_id"]] = made
    return [
        {
            "drone_id": name,
            **{
                f"{axis}{n}": looks[name][f"{axis}{n}_ud"] / 1e6
                for n in range(1, 5)
                for axis in ("lon", "lat")
            },
        }
        for name in sorted(looks)
    ]


def sights(logs: Logs, as_of: datetime, known_at: datetime, ground: Ground) -> Sights:
    """When each cell was last seen in the 24 h before a moment."""
    found: Sights = {}
    looks: dict[str, list[tuple[datetime, tuple[tuple[int, int], ...]]]] = {}
    for beat in sorted(
        by_then(logs.drone_states, as_of, known_at), key=lambda row: row["occurred_at"]
    ):
        corners = ring(beat)
        if corners is not None:
            looks.setdefault(beat["drone_id"], []).append(
                (beat["occurred_at"], corners)
            )
    for own in looks.values():
        seen = [(at, cells(shape_of(corners, ground), ground)) for at, corners in own]
        for (at_a, a), (at_b, b) in pairwise(own):
            if at_b - at_a <= 61 * SECOND:
                seen += swath(at_a, a, at_b, b, ground)
        for at, held in seen:
            if at > as_of - DAY:
                found |= {
                    cell: at for cell in held if cell not in found or found[cell] < at
                }
    return found


def shape_of(corners: tuple[tuple[int, int], ...], ground: Ground) -> tuple[Place, ...]:
    """Corners in cells from the raster's south-west corner."""
    return tuple(
        (
            (lon / 1e6 - ground.lon0) / ground.dlon,
            (lat / 1e6 - ground.lat0) / ground.dlat,
        )
        for lon, lat in corners
    )


@lru_cache(maxsize=4_096)
def swath(
    at_a: datetime,
    a: tuple[tuple[int, int], ...],
    at_b: datetime,
    b: tuple[tuple[int, int], ...],
    ground: Ground,
) -> tuple[tuple[datetime, frozenset[Cell]], ...]:
    """Return looks between two of one aircraft, in steps of half the shorter side.

    Each has the shape of the nearer one.
    """
    one, other = shape_of(a, ground), shape_of(b, ground)
    side = min(dist(shape[n], shape[n - 1]) for shape in (one, other) for n in range(4))
    from_, to = middle(one), middle(other)
    n_steps = min(max(ceil(dist(from_, to) / max(side / 2, 0.5)), 1), 60)
    made = []
    for n in range(1, n_steps):
        share = n / n_steps
        shape = one if share < 0.5 else other
        x, y = middle(shape)
        to_x, to_y = (
            start + (end - start) * share - at
            for start, end, at in zip(from_, to, (x, y), strict=True)
        )
        start_us = (at_a - EPOCH) // US
        at = EPOCH + int(start_us + ((at_b - at_a) // US) * share) * US
        made.append(
            (at, cells(tuple((px + to_x, py + to_y) for px, py in shape), ground))
        )
    return tuple(made)


def middle(shape: tuple[Place, ...]) -> Place:
    """The mean of the corners."""
    return sum(x for x, _ in shape) / len(shape), sum(y for _, y in shape) / len(shape)


def holds(shape: tuple[Place, ...], x: float, y: float) -> bool:
    """Whether a point lies in a ring, by counting the sides to its east."""
    inside = False
    for (x1, y1), (x2, y2) in zip(shape, shape[1:] + shape[:1], strict=True):
        if (y1 <= y) != (y2 <= y) and x < x1 + (x2 - x1) * (y - y1) / (y2 - y1):
            inside = not inside
    return inside


@lru_cache(maxsize=16_384)
def cells(shape: tuple[Place, ...], ground: Ground) -> frozenset[Cell]:
    """Cells of the raster whose centre lies in a shape."""
    xs, ys = [x for x, _ in shape], [y for _, y in shape]
    columns = range(max(floor(min(xs)), 0), min(ceil(max(xs)), ground.n_x))
    rows = range(max(floor(min(ys)), 0), min(ceil(max(ys)), ground.n_y))
    return frozenset(
        (x, y) for y in rows for x in columns if holds(shape, x + 0.5, y + 0.5)
    )


@lru_cache(maxsize=65_536)
def district_of(cell: Cell, ground: Ground) -> str | None:
    """The first district whose outline holds the cell's centre."""
    lon, lat = (
        ground.lon0 + (cell[0] + 0.5) * ground.dlon,
        ground.lat0 + (cell[1] + 0.5) * ground.dlat,
    )
    return next(
        (name for name, outline in ground.outlines if holds(outline, lon, lat)), None
    )


def coverage_table(seen: Sights, ground: Ground) -> list[Row]:
    """Rows of `coverage`, by row and column."""
    return [
        {
            "cell_x": x,
            "cell_y": y,
            "district_id": district_of((x, y), ground),
            "seen_at": seen[x, y],
        }
        for x, y in sorted(seen, key=lambda cell: (cell[1], cell[0]))
    ]


def field_of(seen: Sights, as_of: datetime, window_from: datetime) -> list[Row]:
    """How long ago each 100 m were seen, as layers/drone_coverage/coverage.sql draws them."""
    found: Sights = {}
    for (x, y), at in seen.items():
        wide = (x // 2, y // 2)
        if at > window_from:
            found[wide] = max(at, found.get(wide, at))
    return [
        {"x": x, "y": y, "age_s": whole(as_of - found[x, y])}
        for x, y in sorted(found, key=lambda cell: (cell[1], cell[0]))
    ]


def seen_pct(
    logs: Logs, seen: Sights, ground: Ground, as_of: datetime, district: str | None
) -> float | None:
    """Share of the city (None) or of a district that was seen in the last 60 minutes."""
    of_city = {
        cell: at for cell, at in seen.items() if district_of(cell, ground) is not None
    }
    n_cells = sum(
        row["n_cells"]
        for row in logs.districts
        if district in {None, row["district_id"]}
    )
    if not of_city or not n_cells:
        return None
    mine = [
        at
        for cell, at in of_city.items()
        if district in {None, district_of(cell, ground)}
    ]
    return 100 * sum(at > as_of - HOUR for at in mine) / n_cells


def seen_by_district(
    logs: Logs,
    as_of: datetime,
    known_at: datetime,
    seen: Sights,
    ground: Ground,
    flying_s: int,
    docked_s: int,
) -> list[Row]:
    """What was seen of each district, as layers/drone_coverage/districts.sql says it."""
    known = heard(logs, as_of, known_at, flying_s, docked_s)
    found = []
    for row in logs.districts:
        name = row["district_id"]
        if row["n_cells"] <= 0 or row["kind"] != "district":
            continue
        mine = [
            each
            for each in known
            if each["is_integrated"] and each["district_id"] == name
        ]
        found.append(
            {
                "district_id": name,
                "seen_pct": seen_pct(logs, seen, ground, as_of, name),
                "n_flying": sum(each["is_flying"] for each in mine) if known else None,
                "n_registered": len(mine) if known else None,
            }
        )
    return sorted(
        found,
        key=lambda row: (
            row["seen_pct"] is None,
            -(row["seen_pct"] or 0),
            row["district_id"],
        ),
    )


def district_flying(
    logs: Logs,
    as_of: datetime,
    known_at: datetime,
    district: str,
    flying_s: int,
    docked_s: int,
) -> int | None:
    """Aircraft of a district that are in the air; None while the register is empty."""
    known = heard(logs, as_of, known_at, flying_s, docked_s)
    return (
        sum(
            row["is_flying"] and row["is_integrated"] and row["district_id"] == district
            for row in known
        )
        if known
        else None
    )


# The links


def link(
    probes: list[Row], as_of: datetime, known_at: datetime, late_s: int, down_s: int
) -> Row:
    """A department's link by its probes."""
    known = by_then(probes, as_of, known_at)
    last_ok = max((row["occurred_at"] for row in known if row["is_ok"]), default=None)
    last_record = max(
        (
            row["last_record_at"]
            for row in known
            if row["last_record_at"] is not None
            and row["last_record_at"] <= min(row["recorded_at"], as_of)
        ),
        default=None,
    )
    state, since = "ok", None
    if last_record is None or as_of - last_record > late_s * SECOND:
        state, since = "late", last_record
    if last_ok is None or as_of - last_ok > down_s * SECOND:
        state, since = "down", last_ok
    if not known:
        state, since = "unknown", None
    hour, day, month = (
        [row for row in known if row["occurred_at"] > as_of - n * HOUR]
        for n in (1, 24, 720)
    )
    waits = [
        row["latency_ms"]
        for row in hour
        if row["is_ok"] and row["latency_ms"] is not None
    ]
    return {
        "state": state,
        "state_since": since,
        "last_ok_at": last_ok,
        "last_record_at": last_record,
        "latency_p50_ms": floor(median(waits) + 0.5) if waits else None,
        "n_records_24h": sum(row["n_records"] for row in day) if day else None,
        "uptime_30d_pct": (
            100 * sum(row["is_ok"] for row in month) / len(month) if month else None
        ),
    }


def links(
    logs: Logs, as_of: datetime, known_at: datetime, late_s: int, down_s: int
) -> dict[str, Row]:
    """Every department with its link, by id."""
    return {
        dept["dept_id"]: {
            **dept,
            **link(
                [row for row in logs.link_probes if row["dept_id"] == dept["dept_id"]],
                as_of,
                known_at,
                late_s,
                down_s,
            ),
        }
        for dept in sorted(logs.departments, key=lambda row: row["dept_id"])
    }


def since(as_of: datetime, moment: datetime | None) -> int | None:
    """Whole seconds since a moment."""
    return None if moment is None else whole(as_of - moment)


def fine(states: dict[str, Row]) -> list[Row]:
    """How many links are fine, as layers/department_linkage/fine.sql says it."""
    kinds = [row["state"] for row in states.values()]
    value = None if set(kinds) <= {"unknown"} else kinds.count("ok")
    return [
        {
            "figure": "departments_ok",
            "value": value,
            "unit": f"/{len(kinds)}",
            "compare": len(kinds),
        }
    ]


def tiles(states: dict[str, Row], as_of: datetime) -> list[Row]:
    """One tile per department, as layers/department_linkage/tiles.sql says them."""
    return [
        {
            "id": f"department_linkage:{row['dept_id']}",
            "name": row["name"],
            "name_en": row["name_en"],
            "state": row["state"],
            "is_assumed": row["status"] == "assumed",
            "since_s": since(as_of, row["state_since"]),
            "detail": (
                None if row["latency_p50_ms"] is None else f"{row['latency_p50_ms']} ms"
            ),
            "last_record_s": since(as_of, row["last_record_at"]),
        }
        for row in sorted(states.values(), key=lambda row: row["slot"])
    ]


def links_table(logs: Logs, states: dict[str, Row], as_of: datetime) -> list[Row]:
    """Every link, as layers/department_linkage/table.sql says them: the worst first."""
    order = ("down", "late", "unknown", "ok")
    found = []
    for row in sorted(
        states.values(), key=lambda row: (order.index(row["state"]), row["slot"])
    ):
        feeds = sorted(
            (
                feed
                for feed in logs.department_feeds
                if feed["dept_id"] == row["dept_id"]
            ),
            key=lambda feed: feed["feed"],
        )
        names = [feed["name"] for feed in feeds]
        found.append(
            {
                "id": f"department_linkage:{row['dept_id']}",
                "state": row["state"],
                "since_s": since(as_of, row["state_since"]),
                "last_record_s": since(as_of, row["last_record_at"]),
                "latency_ms": row["latency_p50_ms"],
                "uptime_30d_pct": row["uptime_30d_pct"],
                "n_records_24h": row["n_records_24h"],
                "carries": "、".join(names) if names else None,
            }
        )
    return found


def blind(logs: Logs, states: dict[str, Row], as_of: datetime) -> list[Row]:
    """Links that are not fine and what they blind, as layers/department_linkage/blind.sql
    says them.
    """
    found = []
    for row in sorted(states.values(), key=lambda row: row["slot"]):
        if row["state"] == "ok":
            continue
        feeds = sorted(
            (
                feed
                for feed in logs.department_feeds
                if feed["dept_id"] == row["dept_id"]
            ),
            key=lambda feed: feed["feed"],
        )
        found.append(
            {
                "id": f"department_linkage:{row['dept_id']}",
                "name": row["name"],
                "state": row["state"],
                "since_s": since(as_of, row["state_since"]),
                "is_assumed": row["status"] == "assumed",
                "blinds": "、".join(feed["name"] for feed in feeds) if feeds else None,
                "blinds_en": (
                    ", ".join(feed["name_en"] or feed["name"] for feed in feeds)
                    if feeds
                    else None
                ),
                "n_indicators": (
                    sum(feed["n_indicators"] for feed in feeds) if feeds else None
                ),
            }
        )
    return found


def departments(states: dict[str, Row]) -> list[Row]:
    """Departments as layers/department_linkage/departments.sql draws them."""
    marks = {
        "ok": "dept",
        "late": "dept_late",
        "down": "dept_down",
        "unknown": "dept_unknown",
    }
    return [
        {
            "dept_id": name,
            "name": row["name"],
            "name_en": row["name_en"],
            "status": row["status"],
            "lon": row["lon_ud"] / 1e6,
            "lat": row["lat_ud"] / 1e6,
            "state": row["state"],
            "mark": marks[row["state"]],
            "latency_ms": row["latency_p50_ms"],
            "last_record_at": row["last_record_at"],
            "n_records_24h": row["n_records_24h"],
            "uptime_30d_pct": row["uptime_30d_pct"],
        }
        for name, row in states.items()
    ]


def lines(logs: Logs, states: dict[str, Row], district: str) -> list[Row]:
    """Lines to what is blinded, as layers/department_linkage/links.sql draws them."""
    outlined = [
        row
        for row in logs.districts
        if row["n_cells"] > 0 and district in {"", row["district_id"]}
    ]
    return [
        {
            "dept_id": name,
            "district_id": to["district_id"],
            "name": row["name"],
            "name_en": row["name_en"],
            "state": row["state"],
            "lon": row["lon_ud"] / 1e6,
            "lat": row["lat_ud"] / 1e6,
            "to_lon": to["label_lon_ud"] / 1e6,
            "to_lat": to["label_lat_ud"] / 1e6,
        }
        for name, row in states.items()
        if row["state"] in {"late", "down"}
        for to in sorted(outlined, key=lambda each: each["district_id"])
    ]


# The programmes


def of_newest_year(items: dict[Any, Row]) -> list[Row]:
    """Things of the newest programme year, by id."""
    year = max((row["year"] for row in items.values()), default=None)
    return [
        row | {"id": name, "lon": row["lon_ud"] / 1e6, "lat": row["lat_ud"] / 1e6}
        for name, row in sorted(items.items())
        if row["year"] == year
    ]


def estates(logs: Logs, as_of: datetime, known_at: datetime) -> list[Row]:
    """Estates as layers/renovation/estates.sql draws them."""
    order = ("planned", "under_way", "accepted")
    rows = of_newest_year(steps(logs.estates, "estate_id", as_of, known_at))
    names = (
        "estate_id",
        "name",
        "district_id",
        "lon",
        "lat",
        "status",
        "built",
        "households",
    )
    return [
        {**{name: row[name] for name in names}, "mark": f"estate_{row['status']}"}
        for row in sorted(rows, key=lambda row: order.index(row["status"]))
    ]


def lifts(logs: Logs, as_of: datetime, known_at: datetime) -> list[Row]:
    """Lifts as layers/renovation/lifts.sql draws them."""
    rows = of_newest_year(steps(logs.lifts, "lift_id", as_of, known_at))
    names = ("lift_id", "estate_name", "district_id", "lon", "lat", "kind", "status")
    return [
        {
            **{name: row[name] for name in names},
            "mark": f"lift_{row['kind']}",
            "is_done": row["status"] == "accepted",
        }
        for row in sorted(rows, key=lambda row: row["status"] == "accepted")
    ]


def centres(logs: Logs, as_of: datetime, known_at: datetime) -> list[Row]:
    """Community centres as layers/renovation/centres.sql draws them."""
    names = ("community_id", "name", "district_id", "lon", "lat", "status", "freed_m2")
    return [
        {**{name: row[name] for name in names}, "mark": "centre"}
        for row in of_newest_year(
            steps(logs.communities, "community_id", as_of, known_at)
        )
    ]


def counted(
    logs: Logs, as_of: datetime, known_at: datetime, zone: ZoneInfo
) -> dict[tuple[int, str, str, str], list[int]]:
    """Return items by year, programme, scope and area, in their district and in the city.

    Of each: finished, begun, carried over, and finished since of these.

    Of a year that is over, finished are those that were by its last day.
    """
    this_year = as_of.astimezone(zone).year
    found: dict[tuple[int, str, str, str], list[int]] = {}
    kinds: tuple[tuple[str, list[Row], str, Callable[[Row], str], set[str]], ...] = (
        ("estates", logs.estates, "estate_id", lambda _: "renovated", {"under_way"}),
        (
            "lifts",
            logs.lifts,
            "lift_id",
            lambda row: row["kind"],
            {"approved", "building"},
        ),
        (
            "communities",
            logs.communities,
            "community_id",
            lambda _: "converted",
            {"under_way"},
        ),
    )
    for programme, rows, key, scope, begun in kinds:
        known = by_then(rows, as_of, known_at)
        for name, row in newest(known, key).items():
            in_year = [
                each
                for each in known
                if each[key] == name
                and each["occurred_at"].astimezone(zone).year <= row["year"]
            ]
            last = max(in_year, key=lambda each: each["version"], default=None)
            is_done, was_done = (
                each is not None and each["status"] in {"accepted", "open"}
                for each in (row, last)
            )
            finished = (
                row["opened_at"] if programme == "communities" else row["accepted_at"]
            )
            if is_done and finished is not None:
                was_done = finished.astimezone(zone).year <= row["year"]
            is_over = row["year"] < this_year
            for area in {"city", row["district_id"]} - {None}:
                counts = found.setdefault(
                    (row["year"], programme, scope(row), area), [0, 0, 0, 0]
                )
                counts[0] += was_done if is_over else is_done
                counts[1] += row["status"] in begun
                counts[2] += is_over and not was_done
                counts[3] += is_over and not was_done and is_done
    return found


def progress(
    logs: Logs, as_of: datetime, known_at: datetime, zone: ZoneInfo
) -> list[Row]:
    """Rows of `programme_progress`, but for the moment that they speak of."""
    day, _ = day_of(as_of, zone)
    days = date(day.year, 12, 31).timetuple().tm_yday
    share = day.timetuple().tm_yday / days
    counts = counted(logs, as_of, known_at, zone)
    said = {
        (row["year"], row["programme"], row["scope"], row["district_id"] or "city"): row
        for row in logs.targets
    }
    follows = [
        (year + 1, *rest)
        for (year, *rest), row in said.items()
        if row["plan"] is not None and year + 1 == day.year
    ]
    said |= {key: {"plan": None, "actual": None} for key in follows if key not in said}
    found = []
    for key in sorted(
        counts.keys() | said.keys(), key=lambda key: (key[1], key[0], key[2], key[3])
    ):
        year, programme, scope, area = key
        goal, held = said.get(key, {"plan": None, "actual": None}), counts.get(key)
        published, plan = goal["actual"], goal["plan"]
        due = (
            None
            if plan is None
            else plan * (1.0 if year < day.year else share if year == day.year else 0.0)
        )
        found.append(
            {
                "year": year,
                "programme": programme,
                "scope": scope,
                "area_id": area,
                "plan": plan,
                "actual": published
                if published is not None
                else held[0]
                if held
                else None,
                "under_way": held[1] if held else None,
                "due": due,
                "carried": held[2] if held and year < day.year else None,
                "carried_done": held[3] if held and year < day.year else None,
                "basis": (
                    "published"
                    if published is not None
                    else "counted"
                    if held
                    else "none"
                ),
            }
        )
    return found


def progress_of(rows: list[Row], area: str, this_year: int) -> list[Row]:
    """Progress of an area, as layers/renovation/progress.sql says it."""
    order = ("estates", "lifts", "communities")
    mine = [
        {name: value for name, value in row.items() if name != "area_id"}
        | {"is_closed": row["year"] < this_year}
        for row in rows
        if row["area_id"] == area
    ]
    return sorted(
        mine,
        key=lambda row: (-row["year"], order.index(row["programme"]), row["scope"]),
    )


def progress_by_district(logs: Logs, rows: list[Row]) -> list[Row]:
    """Programmes by district, as layers/renovation/districts.sql says them."""
    of_areas = [row for row in rows if row["area_id"] != "city"]
    told = [row["year"] for row in of_areas if row["actual"] is not None]
    if not told:
        return []
    year = max(told)
    names = {row["district_id"] for row in logs.districts}
    found = []
    for area in {row["area_id"] for row in of_areas if row["year"] == year} & names:
        mine = {
            (row["programme"], row["scope"]): row
            for row in of_areas
            if row["area_id"] == area and row["year"] == year
        }

        def done(
            programme: str, scope: str = "", mine: dict[tuple[str, str], Row] = mine
        ) -> int | None:
            counts = [
                row["actual"]
                for (name, of), row in mine.items()
                if name == programme and scope in {"", of}
            ]
            return max((each for each in counts if each is not None), default=None)

        under_way = [row["under_way"] for row in mine.values()]
        begun = [each for each in under_way if each is not None]
        found.append(
            {
                "district_id": area,
                "year": year,
                "estates": done("estates"),
                "lifts_added": done("lifts", "added"),
                "lifts_renewed": done("lifts", "renewed"),
                "communities": done("communities"),
                "under_way": sum(begun) if begun else None,
            }
        )
    return sorted(
        found,
        key=lambda row: (
            row["estates"] is None,
            -(row["estates"] or 0),
            row["district_id"],
        ),
    )


def estates_done(rows: list[Row], this_year: int) -> list[Row]:
    """The figure of estates, as layers/renovation/estates_done.sql says it."""
    planned = [
        row
        for row in rows
        if row["programme"] == "estates"
        and row["area_id"] == "city"
        and row["plan"] is not None
        and row["year"] <= this_year
    ]
    if not planned:
        return []
    row = max(planned, key=lambda row: row["year"])
    return [
        {
            "figure": "estates_accepted",
            "value": row["actual"],
            "unit": f"/{row['plan']} · {row['year']}",
            "compare": row["due"],
        }
    ]


# The newest values


def newest_values(
    logs: Logs, as_of: datetime, known_at: datetime, periods: int
) -> list[Row]:
    """Return rows of `indicator_latest`.

    Each is the newest value within 70 days and the one 24 h before it, each as last
    corrected.
    """
    lengths = {"hour": HOUR, "day": DAY, "month": 31 * DAY}
    period_of = {row["ind_id"]: lengths[row["period"]] for row in logs.indicators}
    known: dict[tuple[str, str], dict[datetime, Row]] = {}
    for row in sorted(
        by_then(logs.indicator_values, as_of, known_at),
        key=lambda row: row["recorded_at"],
    ):
        known.setdefault((row["ind_id"], row["area_id"]), {})[row["occurred_at"]] = row
    found = []
    for (ind, area), by_moment in sorted(known.items()):
        at = max(by_moment)
        if at <= as_of - 70 * DAY:
            continue
        before = by_moment.get(at - DAY)
        found.append(
            {
                "ind_id": ind,
                "area_id": area,
                "occurred_at": at,
                "value": by_moment[at]["value"],
                "quality": by_moment[at]["quality"],
                "day_before": before["value"] if before else None,
                "is_fresh": ind in period_of and as_of - at <= periods * period_of[ind],
            }
        )
    return found
