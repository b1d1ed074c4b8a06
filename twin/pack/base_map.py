"""The base map of a pack: an archive of map tiles, which a city may have or not.

Whatever is off with the archive costs the base map only: the pack's own geometry is drawn.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

from twin import pmtiles
from twin.city import BaseMap
from twin.errors import PackError
from twin.pack.city_toml import LANGUAGES, optional

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from twin.geography import Outlines

# What is drawn of vector tiles, and how the Protomaps basemap (version 4) and OpenMapTiles
# call the layers that hold it.
ROLES: Mapping[str, tuple[str, ...]] = {
    "land": ("landuse", "landcover", "park"),
    "water": ("water",),
    "buildings": ("buildings", "building"),
    "roads": ("roads", "transportation"),
    "names": ("roads", "transportation_name"),
}

_LEFT_OUT = "The base map is left out: {}"


def read_base(
    settings: Mapping[str, Any],
    root: Path,
    outlines: Outlines | None,
    problems: list[str],
    faults: list[str],
) -> BaseMap | None:
    """Return the base map that city.toml names; None where it names none, or one that is off.

    Args:
        settings: what city.toml says.
        root: folder of the pack.
        outlines: of the districts, which it is to show.
        problems: gets a sentence for each setting that is off.
        faults: gets the sentence why an archive is left out.
    """
    if "base_map" not in settings:
        return None
    before = len(problems)
    given = optional(settings, "base_map", problems) or {}
    path = _path(given, root, problems)
    named, credit = _named(given, problems), _credit(given, problems)
    if path is None or outlines is None or len(problems) > before:
        return None
    try:
        archive = pmtiles.read(path)
        layers = _layers(path.name, archive, named)
    except PackError as error:
        faults.append(_LEFT_OUT.format(one_sentence(error)))
        return None
    if not _meet(archive.bounds, outlines.bounds):
        faults.append(_LEFT_OUT.format(_elsewhere(path.name, archive.bounds, outlines)))
        return None
    return BaseMap(
        path=path,
        kind=archive.kind,
        min_zoom=archive.min_zoom,
        max_zoom=archive.max_zoom,
        bounds=archive.bounds,
        layers=layers,
        credit=credit,
        is_whole=_holds(archive.bounds, outlines.bounds),
    )


def one_sentence(error: PackError) -> str:
    """Return an error's first sentence and what to do, as one."""
    return f"{error.what.rstrip('.')}; {error.fix}" if error.fix else error.what


def _path(given: Mapping[str, Any], root: Path, problems: list[str]) -> Path | None:
    name = given.get("file")
    if not isinstance(name, str):
        return None
    path = (root / name).resolve()
    if path.is_relative_to(root.resolve()):
        return path
    problems.append(
        f"city.toml: [base_map] file leaves the pack; give a path inside {root.name}/."
    )
    return None


def _named(given: Mapping[str, Any], problems: list[str]) -> dict[str, tuple[str, ...]]:
    """Return by role the layers of the archive that hold it, as the pack or the program says."""
    said: Any = given.get("layers", {})
    if not isinstance(said, dict):
        problems.append(
            f"city.toml: [base_map] layers is {said!r}, not a section; write"
            " [base_map.layers]."
        )
        return {}
    found = dict(ROLES)
    for role, names in cast("dict[str, Any]", said).items():
        listed = cast("list[Any]", [names] if isinstance(names, str) else names)
        if role not in ROLES:
            problems.append(
                f"city.toml: [base_map.layers] {role} is nothing that a base map has;"
                f" use one of {', '.join(ROLES)}."
            )
        elif not isinstance(names, str | list) or not all(
            isinstance(each, str) for each in listed
        ):
            problems.append(
                f"city.toml: [base_map.layers] {role} is {names!r}; name the archive's"
                ' layers, such as ["roads"].'
            )
        else:
            found[role] = tuple(listed)
    return found


def _credit(given: Mapping[str, Any], problems: list[str]) -> dict[str, str]:
    said: Any = given.get("credit")
    lines = cast("dict[str, Any]", said) if isinstance(said, dict) else {}
    problems += [
        f"city.toml: [base_map.credit] has no line for {lang}; name the source of the"
        " base map."
        for lang in LANGUAGES
        if not isinstance(lines.get(lang), str) or not lines[lang]
    ]
    return {lang: str(line) for lang, line in lines.items()}


def _layers(
    name: str, archive: pmtiles.Archive, named: Mapping[str, tuple[str, ...]]
) -> dict[str, tuple[str, ...]]:
    """Return by role the layers that an archive has; all that are named where it does not say.

    Raises:
        PackError: it has none of them.
    """
    if archive.kind == "raster":
        return {}
    if not archive.layers:
        return dict(named)
    found = {
        role: tuple(each for each in names if each in archive.layers)
        for role, names in named.items()
    }
    there = {role: names for role, names in found.items() if names}
    if there:
        return there
    raise PackError(
        f"{name} has no layer of roads, water, land or buildings that is known, but"
        f" {', '.join(archive.layers[:12])}.",
        fix="say under [base_map.layers] of city.toml which is which.",
    )


def _elsewhere(
    name: str, box: tuple[float, float, float, float], outlines: Outlines
) -> str:
    said, here = (
        "{:g}, {:g} to {:g}, {:g}".format(*each) for each in (box, outlines.bounds)
    )
    return (
        f"{name} is of another place: it reaches from {said}, and the districts from"
        f" {here}; cut one for this city."
    )


def _meet(
    box: tuple[float, float, float, float], other: tuple[float, float, float, float]
) -> bool:
    return (
        box[0] < other[2]
        and box[2] > other[0]
        and box[1] < other[3]
        and box[3] > other[1]
    )


def _holds(
    box: tuple[float, float, float, float], other: tuple[float, float, float, float]
) -> bool:
    return (
        box[0] <= other[0]
        and box[1] <= other[1]
        and box[2] >= other[2]
        and box[3] >= other[3]
    )
