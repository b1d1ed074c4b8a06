"""What the parts of a city pack must say of each other.

Ids exist, slots are filled, and sums add up.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from twin.zones import looks_swapped

if TYPE_CHECKING:
    from zoneinfo import ZoneInfo

    import pyarrow as pa

    from twin.city import Raster
    from twin.geography import Outlines

Tables = Mapping[str, "pa.Table"]

# (table, column) whose values must be among those of (table, column); empty values, and
# '*', refer to nothing.
REFERS = (
    ("streets", "district_id", "districts", "district_id"),
    ("streets", "zone_id", "districts", "district_id"),
    ("department_feeds", "dept_id", "departments", "dept_id"),
    ("event_categories", "dept_id", "departments", "dept_id"),
    ("sla_targets", "source_id", "event_sources", "source_id"),
    ("targets", "district_id", "districts", "district_id"),
    ("indicators", "owner_dept", "departments", "dept_id"),
    ("places", "district_id", "districts", "district_id"),
    ("facts", "district_id", "districts", "district_id"),
    ("named_estates", "district_id", "districts", "district_id"),
    ("named_communities", "district_id", "districts", "district_id"),
)


# What a district's id is made of: it stands in links, and in what the map draws by.
ID = re.compile(r"[\w.:-]+")

# Ids that no district has: they mean the whole city.
WHOLE = ("city", "all")


def check_references(tables: Tables) -> list[str]:
    """Return a sentence for each value that refers to a row that is not there."""
    found: list[str] = []
    for table, column, other, key in REFERS:
        if table in tables and other in tables:
            known = {*tables[other][key].to_pylist(), None, "*"}
            names, values = (
                tables[table][part].to_pylist()
                for part in (tables[table].column_names[0], column)
            )
            found += [
                f"{table}.csv: {name} has {column} {value!r}, which is not in"
                f" {other}.csv."
                for name, value in zip(names, values, strict=True)
                if value not in known
            ]
    return found


def check_slots(tables: Tables, promised: Mapping[str, Any]) -> list[str]:
    """Return a sentence for slots that leave a gap, and for tables with too few rows.

    How many rows there are to be, `[slots]` of city.toml promises.
    """
    found: list[str] = []
    for name in ("event_sources", "departments"):
        if name in tables:
            slots = sorted(tables[name]["slot"].to_pylist())
            if slots != list(range(1, len(slots) + 1)):
                found.append(
                    f"{name}.csv: the slots are {', '.join(map(str, slots))}; number"
                    " them from 1 without a gap."
                )
    for name, least in promised.items():
        if name not in tables:
            found += (
                []
                if isinstance(least, int)
                else [f"city.toml: [slots] {name} is {least!r}; give a whole number."]
            )
        elif not isinstance(least, int) or tables[name].num_rows < least:
            found.append(
                f"{name}.csv has {tables[name].num_rows} rows, fewer than the {least} "
                "that [slots] of city.toml promises."
            )
    return found


def check_ids(tables: Tables) -> list[str]:
    """Return a sentence for each district id that a link or a camera cannot have."""
    ids = (
        tables["districts"]["district_id"].to_pylist() if "districts" in tables else []
    )
    found = [
        f"districts.csv: district_id {name!r} holds a space or a sign that links need; "
        "use letters, digits, '-', '_', '.' and ':'."
        for name in ids
        if name and not ID.fullmatch(name)
    ]
    return found + [
        f"districts.csv: district_id {name!r} means the whole city; give the district"
        " another."
        for name in ids
        if name in WHOLE
    ]


def check_sums(tables: Tables, census: Mapping[str, Any] | None) -> list[str]:
    """Return a sentence if the populations do not add up to the published total.

    They are those of districts and zones. Without a total there is nothing to say.
    """
    if census is None:
        return []
    total = census.get("population")
    if not isinstance(total, int):
        return [
            f"city.toml: [census] population is {total!r}; give the published total."
        ]
    if "districts" not in tables:
        return []
    counted = sum(
        value
        for value in tables["districts"]["population"].to_pylist()
        if value is not None
    )
    sentence = (
        f"districts.csv: the populations add up to {counted:,}, not to {total:,} of"
        " [census] in city.toml; leave empty whoever is counted in another row."
    )
    return [] if counted == total else [sentence]


def check_indicators(tables: Tables) -> list[str]:
    """Return a sentence for repeated names and for bands that do not rise.

    The names are those of the catalogue.
    """
    if "indicators" not in tables:
        return []
    rows = (
        tables["indicators"]
        .select(["ind_id", "name", "name_en", "low", "typical", "high"])
        .to_pylist()
    )
    found: list[str] = []
    for name in ("name", "name_en"):
        times = Counter(row[name] for row in rows)
        found += [
            f"indicators.csv: {n} rows have the {name} {text!r}; give each its own."
            for text, n in times.items()
            if n > 1
        ]
    for row in rows:
        edges = [row[key] for key in ("low", "typical", "high") if row[key] is not None]
        if edges != sorted(edges):
            found.append(
                f"indicators.csv: {row['ind_id']} has low, typical, high {edges}; they"
                " must rise."
            )
    return found


def check_targets(tables: Tables) -> list[str]:
    """Return a sentence for two targets of one scope, and for a target that says nothing."""
    rows = tables["targets"].to_pylist() if "targets" in tables else []
    times = Counter(
        (row["year"], row["programme"], row["scope"], row["district_id"] or "the city")
        for row in rows
    )
    found = [
        f"targets.csv: {n} rows are for {', '.join(map(str, key))}; keep one."
        for key, n in times.items()
        if n > 1
    ]
    found += [
        f"targets.csv: {row['target_id']} has neither plan nor actual; remove it or"
        " give one."
        for row in rows
        if row["plan"] is None and row["actual"] is None
    ]
    return found


def check_clock_targets(tables: Tables) -> list[str]:
    """Return a sentence for each row of sla_targets.csv that closes before it answers.

    By such a row a case is to be closed before anybody has answered it.
    """
    rows = tables["sla_targets"].to_pylist() if "sla_targets" in tables else []
    return [
        f"sla_targets.csv: {row['source_id']},{row['priority']} is to be closed in"
        f" {row['closure_s']:,} s, before its first response is due"
        f" ({row['response_s']:,} s); mend one of them."
        for row in rows
        if row["closure_s"] < row["response_s"]
    ]


def check_axes(outlines: Outlines, zone: ZoneInfo) -> list[str]:
    """Return a sentence if only swapped axes put the outlines where the zone is.

    The axes are longitude and latitude.
    """
    west, south, east, north = outlines.bounds
    if not looks_swapped(zone.key, (west + east) / 2, (south + north) / 2):
        return []
    return [
        (
            f"[geography] land reaches from {west:g}, {south:g} to {east:g}, {north:g}, far"
            f" from {zone.key}: longitude and latitude are swapped; write lon, then lat, or"
            " mend the zone in city.toml."
        )
    ]


def check_outlines(
    tables: Tables, outlines: Outlines, raster: Raster | None
) -> list[str]:
    """Return a sentence for outlines without a row and districts without an outline.

    Return one for a raster that is too small, too.
    """
    found: list[str] = []
    if "districts" in tables:
        kinds = {
            row["district_id"]: row["kind"] for row in tables["districts"].to_pylist()
        }
        found += [
            f"districts.csv has no row {name!r}, which has an outline in [geography]"
            " land."
            for name in outlines.ids
            if name not in kinds
        ]
        found += [
            f"districts.csv: {name} has no outline in [geography] land."
            for name, kind in kinds.items()
            if kind == "district" and name not in outlines.ids
        ]
    if raster is not None:
        west, south, east, north = outlines.bounds
        if (
            west < raster.lon0
            or south < raster.lat0
            or east > raster.lon0 + raster.n_x * raster.dlon
            or north > raster.lat0 + raster.n_y * raster.dlat
        ):
            found.append(
                "city.toml: [raster] does not cover the districts, which reach from"
                f" {west:g}, {south:g} to {east:g}, {north:g}; move its corner or"
                " enlarge n_x and n_y."
            )
    return found


def check_positions(tables: Tables, raster: Raster) -> list[str]:
    """Return a sentence for each point that lies outside the raster.

    Most often longitude and latitude are swapped.
    """
    found: list[str] = []
    for name, table in tables.items():
        if "lon_ud" in table.column_names:
            parts = (table.column_names[0], "lon_ud", "lat_ud")
            for key, lon_ud, lat_ud in zip(
                *(table[part].to_pylist() for part in parts), strict=True
            ):
                x, y = (
                    (lon_ud / 1e6 - raster.lon0) / raster.dlon,
                    (lat_ud / 1e6 - raster.lat0) / raster.dlat,
                )
                if not (0 <= x < raster.n_x and 0 <= y < raster.n_y):
                    found.append(
                        f"{name}.csv: {key} lies at {lon_ud / 1e6:g}, {lat_ud / 1e6:g},"
                        " outside the city; give lon, then lat, in WGS 84."
                    )
    return found
