"""City packs: a folder of plain files that says all there is to know about a city.

Reading one checks it whole.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, cast

import numpy as np
import pyarrow as pa

from twin import paths
from twin.city import Camera, City, Raster
from twin.contracts.masking import check_mask
from twin.contracts.reference import TABLES
from twin.days import check_calendar
from twin.errors import PackError, UsageError
from twin.geography import Outlines, label
from twin.pack import checks, city_toml, defaults, manifest
from twin.pack.base_map import read_base
from twin.pack.geography import check_geography
from twin.pack.pages import read_pages
from twin.pack.relief import read_relief
from twin.pack.schema import retired
from twin.pack.tables import REQUIRED, SEEDS, read_table

if TYPE_CHECKING:
    from collections.abc import Mapping


@dataclass(frozen=True)
class Examined:
    """What was found in a pack.

    Attributes:
        city: the city; None if there are faults.
        faults: a sentence for each thing that is off.
        notes: a sentence for each thing that is absent, and what is off, or holds, without it.
    """

    city: City | None
    faults: tuple[str, ...]
    notes: tuple[str, ...]


def examine(root: Path) -> Examined:
    """Read the city pack in the folder `root` and say all that there is to say about it."""
    city, faults, notes = _read(root)
    return Examined(None if faults else city, tuple(faults), tuple(notes))


def load_city(root: Path) -> City:
    """Read the city pack in the folder `root`.

    Raises:
        PackError: something in it is off; the sentence is the first of `check_pack`.
    """
    city, problems, _notes = _read(root)
    if city is None or problems:
        others = len(problems) - 1
        more = (
            f"{others} more {'things are' if others > 1 else 'thing is'} off in this"
            " pack."
            if others > 0
            else ""
        )
        raise PackError(
            f"The city pack {root.name!r} cannot be used: {problems[0]}",
            why=more,
            fix=f"run `twin city check {root}` to see all of it.",
        )
    return city


def check_pack(root: Path) -> list[str]:
    """Return a sentence for each thing that is off in the pack; none if it is good."""
    return _read(root)[1]


def find_city(text: str | None) -> Path:
    """Return the folder of the pack that `text` names.

    It is a path, or the name of a pack that comes with the program.

    None means the only pack there is.

    Raises:
        UsageError: there is no such pack, or there are several and none was named.
    """
    shipped = {
        folder.parent.name: folder.parent
        for folder in sorted(paths.data().glob("*/city.toml"))
    }
    if text is None:
        if len(shipped) == 1:
            return next(iter(shipped.values()))
        raise UsageError(
            "No city was named, and there is not exactly one to choose.",
            fix=_choices(shipped),
        )
    if text in shipped:
        return shipped[text]
    if text and _is_pack(Path(text)):
        return Path(text)
    raise UsageError(
        f"There is no city pack at {text[:200]!r}.",
        why="A pack is a folder that holds a city.toml.",
        fix=_choices(shipped),
    )


def _is_pack(folder: Path) -> bool:
    try:
        return (folder / "city.toml").is_file()
    # The name is too long for the system, or the folder may not be looked into.
    except OSError:
        return False


def _choices(shipped: Mapping[str, Path]) -> str:
    return (
        f"name one of {', '.join(shipped)}, or give the folder of a pack."
        if shipped
        else "give the folder of a pack."
    )


def write_manifest(root: Path) -> list[str]:
    """Write the hashes of the pack's map files into its manifest.json, and answer the files' names.

    Raises:
        PackError: city.toml cannot be read, or a file cannot.
    """
    problems: list[str] = []
    settings = city_toml.read_toml(root / "city.toml", problems)
    if settings is None:
        raise PackError(problems[0], fix="mend it first: it names the files.")
    return manifest.write_manifest(
        root, city_toml.read_geography(settings, root, problems)
    )


def _read(root: Path) -> tuple[City | None, list[str], list[str]]:
    """Return the city, if enough of the pack is sound, the faults, and the notes.

    The notes tell what is absent.
    """
    problems: list[str] = []
    settings = city_toml.read_toml(root / "city.toml", problems)
    walls = (
        city_toml.read_toml(root / "wall.toml", problems)
        if (root / "wall.toml").exists()
        else None
    )
    if settings is None:
        return None, problems, []
    name, zone = (
        city_toml.read_id(settings, problems),
        city_toml.read_zone(settings, problems),
    )
    geography = city_toml.read_geography(settings, root, problems)
    outlines = check_geography(geography, problems)
    raster = _raster(settings, outlines, problems)
    tables = _read_tables(root, problems)
    problems += [
        *manifest.check_manifest(root, geography),
        *check_mask(settings),
        *_check_calendar(settings),
    ]
    problems += _check_tables(tables, settings, problems)
    if outlines is not None:
        problems += [
            *checks.check_axes(outlines, zone),
            *checks.check_outlines(tables, outlines, raster),
        ]
    cameras: dict[str, Camera] = {}
    if raster is not None:
        cameras = city_toml.read_cameras(settings, raster, outlines, problems)
        problems += checks.check_positions(tables, raster)
    page_faults: list[str] = []
    pages = read_pages(root, settings, page_faults)
    base = read_base(settings, root, outlines, problems, page_faults)
    heights = read_relief(settings, root, outlines, problems, page_faults)
    rough = City(
        id=name,
        root=root.resolve(),
        name=city_toml.words(settings, "name", problems),
        name_en=city_toml.read_name_en(settings, problems),
        zone=zone,
        layers=city_toml.read_layers(settings, problems),
        cameras=cameras,
        raster=raster or Raster(0, 0, 1, 1, 1, 1, 1),
        reference={},
        geography=geography,
        credit=city_toml.read_credit(settings, problems),
        settings=city_toml.rest(settings, walls, problems),
        lang=city_toml.read_lang(settings, problems),
        pages=pages,
        page_faults=tuple(page_faults),
        base=base,
        relief=heights,
    )
    notes = [*_notes(root, settings, tables), *retired(settings, walls or {})]
    if problems or outlines is None:
        return None, problems, notes
    return _whole(rough, tables, outlines), problems, notes


def _whole(rough: City, tables: Mapping[str, pa.Table], outlines: Outlines) -> City:
    """Return the city with its tables, and with a camera over the whole and each district."""
    reference = {table.name: tables[table.name] for table in TABLES}
    reference["districts"] = _with_cells(reference["districts"], outlines, rough.raster)
    over = {**_cameras(outlines), **rough.cameras}
    return replace(rough, cameras={"city": over["all"], **over}, reference=reference)


def _check_calendar(settings: city_toml.Settings) -> list[str]:
    given = settings.get("calendar")
    return (
        check_calendar(cast("city_toml.Settings", given))
        if isinstance(given, dict)
        else []
    )


def _raster(
    settings: city_toml.Settings, outlines: Outlines | None, problems: list[str]
) -> Raster | None:
    """Return the raster that city.toml gives, else one fitted to the outlines."""
    if "raster" in settings:
        return city_toml.read_raster(settings, problems)
    return None if outlines is None else city_toml.fit(*outlines.bounds)


def _check_tables(
    tables: Mapping[str, pa.Table],
    settings: city_toml.Settings,
    problems: list[str],
) -> list[str]:
    """Return a sentence for each thing that tables say against each other, or against city.toml."""
    slots = city_toml.optional(settings, "slots", problems) or {}
    census = city_toml.optional(settings, "census", problems)
    return [
        *checks.check_ids(tables),
        *checks.check_references(tables),
        *checks.check_indicators(tables),
        *checks.check_targets(tables),
        *checks.check_clock_targets(tables),
        *checks.check_slots(tables, slots),
        *checks.check_sums(tables, census),
    ]


def _notes(
    root: Path, settings: city_toml.Settings, tables: Mapping[str, pa.Table]
) -> list[str]:
    """Return a sentence for each thing that the pack lacks.

    It says what is off, or what holds, without it.
    """
    found = [
        defaults.note_of_table(name, there=(root / f"{name}.csv").exists())
        for name, rows in tables.items()
        if name not in REQUIRED and not rows.num_rows
    ]
    people = (
        tables["districts"]["population"] if "districts" in tables else pa.array([0])
    )
    if people.null_count == len(people):
        found.append("districts.csv gives no population: figures per head are unknown.")
    roles = settings.get("geography")
    given = cast("city_toml.Settings", roles) if isinstance(roles, dict) else {}
    found += [
        f"[geography] names no {role}: {off}."
        for role, off in defaults.ABSENT_ROLES.items()
        if role not in given
    ]
    found += [
        f"city.toml has no {name if name == 'layers' else f'[{name}]'}: {holds}."
        for name, holds in defaults.ABSENT_SECTIONS.items()
        if name not in settings
    ]
    if not (root / "wall.toml").exists():
        found.append(
            f"There is no wall.toml: the walls are {' and '.join(defaults.WALLS)},"
            " with the program's own sizes."
        )
    return found


def _read_tables(root: Path, problems: list[str]) -> dict[str, pa.Table]:
    """Return the tables and seeds that can be read, by name."""
    read = {
        table.name: read_table(root, table, problems) for table in (*TABLES, *SEEDS)
    }
    return {name: rows for name, rows in read.items() if rows is not None}


def _with_cells(districts: pa.Table, outlines: Outlines, raster: Raster) -> pa.Table:
    """Return `districts` with `n_cells`.

    That counts the cells of the raster whose centre is inside each outline, 0 without
    an outline.
    """
    labels = label(outlines, raster)
    counts = dict(
        zip(
            outlines.ids,
            np.bincount(labels[labels >= 0], minlength=len(outlines.ids)).tolist(),
            strict=True,
        )
    )
    contract = next(table for table in TABLES if table.name == "districts")
    cells = pa.array(
        [counts.get(name, 0) for name in districts["district_id"].to_pylist()],
        contract.column("n_cells").type,
    )
    return (
        districts.append_column("n_cells", cells)
        .select(contract.schema.names)
        .cast(contract.schema)
    )


def _cameras(outlines: Outlines) -> dict[str, Camera]:
    """Return a camera over each district, by id, and 'all' over the whole."""
    over = {
        name: city_toml.over(*shape.bounds)
        for name, shape in zip(outlines.ids, outlines.shapes, strict=True)
    }
    return {**over, "all": city_toml.over(*outlines.bounds)}
