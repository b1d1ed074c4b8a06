"""City packs: a folder of plain files that says all there is to know about a city. Reading one checks it whole."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa

from twin import pack_checks, pack_settings, paths
from twin.city import Camera, City, Raster
from twin.contracts.reference import TABLES
from twin.errors import PackError, UsageError
from twin.geography import Outlines, label, read_features, read_outlines
from twin.pack_tables import SEEDS, read_table

if TYPE_CHECKING:
    from collections.abc import Mapping


def load_city(root: Path) -> City:
    """Read the city pack in the folder `root`.

    Raises:
        PackError: something in it is off; the sentence is the first of `check_pack`.
    """
    city, problems = _read(root)
    if city is None or problems:
        others = len(problems) - 1
        more = f"{others} more {'things are' if others > 1 else 'thing is'} off in this pack." if others > 0 else ""
        raise PackError(f"The city pack {root.name!r} cannot be used: {problems[0]}", why=more,
                        fix=f"run `twin city check {root}` to see all of it.")
    return city


def check_pack(root: Path) -> list[str]:
    """Answer a sentence for each thing that is off in the pack; none if it is good."""
    return _read(root)[1]


def find_city(text: str | None) -> Path:
    """Answer the folder of the pack that `text` names: a path, or the name of a pack that comes with the program.

    None means the only pack there is.

    Raises:
        UsageError: there is no such pack, or there are several and none was named.
    """
    shipped = {folder.parent.name: folder.parent for folder in sorted(paths.data().glob("*/city.toml"))}
    if text is None:
        if len(shipped) == 1:
            return next(iter(shipped.values()))
        raise UsageError("No city was named, and there is not exactly one to choose.", fix=_choices(shipped))
    if text in shipped:
        return shipped[text]
    if text and _is_pack(Path(text)):
        return Path(text)
    raise UsageError(f"There is no city pack at {text[:200]!r}.", why="A pack is a folder that holds a city.toml.",
                     fix=_choices(shipped))


def _is_pack(folder: Path) -> bool:
    try:
        return (folder / "city.toml").is_file()
    except OSError:  # a name that is too long for the system, or a folder that may not be looked into
        return False


def _choices(shipped: Mapping[str, Path]) -> str:
    return f"name one of {', '.join(shipped)}, or give the folder of a pack." if shipped else "give the folder of a pack."


def _read(root: Path) -> tuple[City | None, list[str]]:
    """Answer the city, if enough of the pack is sound, and all sentences."""
    problems: list[str] = []
    settings = pack_settings.read_toml(root / "city.toml", problems)
    walls = pack_settings.read_toml(root / "wall.toml", problems)
    if settings is None:
        return None, problems
    name = pack_settings.words(settings, "id", problems)
    if name and name != root.resolve().name:
        problems.append(f"city.toml: id is {name!r}, but the folder is {root.resolve().name!r}; they must be the same.")
    raster = pack_settings.read_raster(settings, problems)
    geography = pack_settings.read_geography(settings, root, problems)
    outlines = _read_map(geography, problems)
    tables = _read_tables(root, problems)
    problems += pack_checks.check_manifest(root, geography)
    problems += [*pack_checks.check_references(tables), *pack_checks.check_indicators(tables),
                 *pack_checks.check_targets(tables),
                 *pack_checks.check_slots(tables, pack_settings.section(settings, "slots", problems)),
                 *pack_checks.check_sums(tables, pack_settings.section(settings, "census", problems))]
    if outlines is not None:
        problems += pack_checks.check_outlines(tables, outlines, raster)
    cameras: dict[str, Camera] = {}
    if raster is not None:
        cameras = pack_settings.read_cameras(settings, raster, problems)
        problems += pack_checks.check_positions(tables, raster)
    rough = City(
        id=name, root=root.resolve(), name=pack_settings.words(settings, "name", problems),
        name_en=pack_settings.words(settings, "name_en", problems), zone=pack_settings.read_zone(settings, problems),
        layers=pack_settings.read_layers(settings, problems), cameras=cameras, raster=raster or Raster(0, 0, 1, 1, 1, 1, 1),
        reference={}, geography=geography, credit=pack_settings.read_credit(settings, problems),
        settings=pack_settings.rest(settings, walls or {}, problems), lang=pack_settings.read_lang(settings, problems))
    if problems or outlines is None:
        return None, problems
    reference = {table.name: tables[table.name] for table in TABLES}
    reference["districts"] = _with_cells(reference["districts"], outlines, rough.raster)
    return replace(rough, cameras={**_cameras(outlines), **cameras}, reference=reference), problems


def _read_map(geography: Mapping[str, Path], problems: list[str]) -> Outlines | None:
    """Answer the outlines; adds a sentence for each map file that cannot be read."""
    outlines = None
    for role, path in geography.items():
        try:
            if role == "land":
                outlines = read_outlines(path)
            else:
                read_features(path)
        except PackError as error:
            problems.append(" ".join(error.lines()))
    return outlines


def _read_tables(root: Path, problems: list[str]) -> dict[str, pa.Table]:
    """Answer the tables and seeds that can be read, by name."""
    read = {table.name: read_table(root, table, problems) for table in (*TABLES, *SEEDS)}
    return {name: rows for name, rows in read.items() if rows is not None}


def _with_cells(districts: pa.Table, outlines: Outlines, raster: Raster) -> pa.Table:
    """Answer `districts` with `n_cells`: cells of the raster whose centre is inside each outline, 0 without an outline."""
    labels = label(outlines, raster)
    counts = dict(zip(outlines.ids, np.bincount(labels[labels >= 0], minlength=len(outlines.ids)).tolist(), strict=True))
    contract = next(table for table in TABLES if table.name == "districts")
    cells = pa.array([counts.get(name, 0) for name in districts["district_id"].to_pylist()], contract.column("n_cells").type)
    return districts.append_column("n_cells", cells).select(contract.schema.names).cast(contract.schema)


def _cameras(outlines: Outlines) -> dict[str, Camera]:
    """Answer a camera over each district, by id, and 'all' over the whole."""
    over = {name: pack_settings.over(*shape.bounds) for name, shape in zip(outlines.ids, outlines.shapes, strict=True)}
    return {**over, "all": pack_settings.over(*outlines.bounds)}
