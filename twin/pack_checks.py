"""What the parts of a city pack must say of each other: ids that exist, slots that are filled, sums that add up."""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, cast

if TYPE_CHECKING:
    from pathlib import Path

    import pyarrow as pa

    from twin.city import Raster
    from twin.geography import Outlines

Tables = Mapping[str, "pa.Table"]

REFERS = (
    ("streets", "district_id", "districts", "district_id"), ("streets", "zone_id", "districts", "district_id"),
    ("department_feeds", "dept_id", "departments", "dept_id"), ("sla_targets", "source_id", "event_sources", "source_id"),
    ("targets", "district_id", "districts", "district_id"), ("indicators", "owner_dept", "departments", "dept_id"),
    ("places", "district_id", "districts", "district_id"), ("facts", "district_id", "districts", "district_id"),
    ("named_estates", "district_id", "districts", "district_id"),
    ("named_communities", "district_id", "districts", "district_id"))
"""(table, column) whose values must be among those of (table, column); empty values, and '*', refer to nothing."""


def check_references(tables: Tables) -> list[str]:
    """Answer a sentence for each value that refers to a row that is not there."""
    found: list[str] = []
    for table, column, other, key in REFERS:
        if table in tables and other in tables:
            known = {*tables[other][key].to_pylist(), None, "*"}
            names, values = (tables[table][part].to_pylist() for part in (tables[table].column_names[0], column))
            found += [f"{table}.csv: {name} has {column} {value!r}, which is not in {other}.csv."
                      for name, value in zip(names, values, strict=True) if value not in known]
    return found


def check_slots(tables: Tables, promised: Mapping[str, Any]) -> list[str]:
    """Answer a sentence for slots that leave a gap, and for tables with fewer rows than `[slots]` of city.toml promises."""
    found: list[str] = []
    for name in ("event_sources", "departments"):
        if name in tables:
            slots = sorted(tables[name]["slot"].to_pylist())
            if slots != list(range(1, len(slots) + 1)):
                found.append(f"{name}.csv: the slots are {', '.join(map(str, slots))}; number them from 1 without a gap.")
    for name, least in promised.items():
        if name not in tables:
            found += [] if isinstance(least, int) else [f"city.toml: [slots] {name} is {least!r}; give a whole number."]
        elif not isinstance(least, int) or tables[name].num_rows < least:
            found.append(f"{name}.csv has {tables[name].num_rows} rows, fewer than the {least} "
                         "that [slots] of city.toml promises.")
    return found


def check_sums(tables: Tables, census: Mapping[str, Any]) -> list[str]:
    """Answer a sentence if the populations of districts and zones do not add up to the published total."""
    total = census.get("population")
    if not isinstance(total, int):
        return [f"city.toml: [census] population is {total!r}; give the published total."]
    if "districts" not in tables:
        return []
    counted = sum(value for value in tables["districts"]["population"].to_pylist() if value is not None)
    sentence = (f"districts.csv: the populations add up to {counted:,}, not to {total:,} of [census] in city.toml; "
                "leave empty whoever is counted in another row.")
    return [] if counted == total else [sentence]


def check_indicators(tables: Tables) -> list[str]:
    """Answer a sentence for names that stand twice in the catalogue, and for bands that do not rise."""
    if "indicators" not in tables:
        return []
    rows = tables["indicators"].select(["ind_id", "name", "name_en", "low", "typical", "high"]).to_pylist()
    found: list[str] = []
    for name in ("name", "name_en"):
        times = Counter(row[name] for row in rows)
        found += [f"indicators.csv: {n} rows have the {name} {text!r}; give each its own." for text, n in times.items() if n > 1]
    for row in rows:
        edges = [row[key] for key in ("low", "typical", "high") if row[key] is not None]
        if edges != sorted(edges):
            found.append(f"indicators.csv: {row['ind_id']} has low, typical, high {edges}; they must rise.")
    return found


def check_targets(tables: Tables) -> list[str]:
    """Answer a sentence for two targets of one scope, and for a target that says nothing."""
    rows = tables["targets"].to_pylist() if "targets" in tables else []
    times = Counter((row["year"], row["programme"], row["scope"], row["district_id"] or "the city") for row in rows)
    found = [f"targets.csv: {n} rows are for {', '.join(map(str, key))}; keep one." for key, n in times.items() if n > 1]
    found += [f"targets.csv: {row['target_id']} has neither plan nor actual; remove it or give one."
              for row in rows if row["plan"] is None and row["actual"] is None]
    return found


def check_outlines(tables: Tables, outlines: Outlines, raster: Raster | None) -> list[str]:
    """Answer a sentence for outlines without a row, districts without an outline, and a raster that is too small."""
    found: list[str] = []
    if "districts" in tables:
        kinds = {row["district_id"]: row["kind"] for row in tables["districts"].to_pylist()}
        found += [f"districts.csv has no row {name!r}, which has an outline in [geography] land."
                  for name in outlines.ids if name not in kinds]
        found += [f"districts.csv: {name} has no outline in [geography] land." for name, kind in kinds.items()
                  if kind == "district" and name not in outlines.ids]
    if raster is not None:
        west, south, east, north = outlines.bounds
        if (west < raster.lon0 or south < raster.lat0 or east > raster.lon0 + raster.n_x * raster.dlon
                or north > raster.lat0 + raster.n_y * raster.dlat):
            found.append(f"city.toml: [raster] does not cover the districts, which reach from {west:g}, {south:g} "
                         f"to {east:g}, {north:g}; move its corner or enlarge n_x and n_y.")
    return found


def check_positions(tables: Tables, raster: Raster) -> list[str]:
    """Answer a sentence for each point that lies outside the raster: most often longitude and latitude are swapped."""
    found: list[str] = []
    for name, table in tables.items():
        if "lon_ud" in table.column_names:
            parts = (table.column_names[0], "lon_ud", "lat_ud")
            for key, lon_ud, lat_ud in zip(*(table[part].to_pylist() for part in parts), strict=True):
                x, y = (lon_ud / 1e6 - raster.lon0) / raster.dlon, (lat_ud / 1e6 - raster.lat0) / raster.dlat
                if not (0 <= x < raster.n_x and 0 <= y < raster.n_y):
                    found.append(f"{name}.csv: {key} lies at {lon_ud / 1e6:g}, {lat_ud / 1e6:g}, outside the city; "
                                 "give lon, then lat, in WGS 84.")
    return found


def check_manifest(root: Path, used: Mapping[str, Path]) -> list[str]:
    """Answer a sentence for each file that manifest.json does not list with source, licence, accuracy and its true SHA-256."""
    path = root / "manifest.json"
    try:
        files: Any = json.loads(path.read_text(encoding="utf-8"))["files"]
    except (OSError, ValueError, KeyError, TypeError) as error:
        return [f"manifest.json cannot be read ({type(error).__name__}); it lists the map's files with sources and licences."]
    listed = cast("dict[str, Any]", files) if isinstance(files, dict) else {}
    names = {role: file.relative_to(root.resolve()).as_posix() for role, file in used.items()}
    found = [f"manifest.json does not list {name}, which [geography] {role} names; say where it comes from."
             for role, name in names.items() if name not in listed]
    for name, entry in listed.items():
        facts = cast("dict[str, Any]", entry) if isinstance(entry, dict) else {}
        found += [f"manifest.json: {name} has no {key}." for key in ("source", "licence", "accuracy") if not facts.get(key)]
        file = root / name
        if not file.is_file():
            found.append(f"{name} is missing; manifest.json lists it.")
        elif hashlib.sha256(file.read_bytes()).hexdigest() != facts.get("sha256"):
            found.append(f"{name} is not the file that manifest.json describes: its SHA-256 differs; "
                         "restore it, or describe the new one.")
    return found
