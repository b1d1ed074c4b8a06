"""What `city.toml` says, read into the nouns of `twin.city`.

There is a sentence for each thing that is off.
"""

from __future__ import annotations

import math
import re
import tomllib
from typing import TYPE_CHECKING, Any, cast
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from twin.city import Camera, Raster
from twin.pack import defaults, schema

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from twin.geography import Outlines

Settings = dict[str, Any]

# Keys of city.toml that have an attribute of City; the other sections are its settings.
OWN = {
    "id",
    "name",
    "name_en",
    "lang",
    "zone",
    "layers",
    "pages",
    "scenes",
    "credit",
    "geography",
    "raster",
    "cameras",
}
LANGUAGES = ("zh-CN", "en")

# Cells of the largest raster: its labels take two bytes each.
MAX_CELLS = 200_000_000

# Cells of the largest raster that is fitted to outlines.
FITTED_CELLS = 40_000_000

# Cells along its longest side, as the coverage table numbers them.
MAX_SIDE = 32_767

# The map ends here, in both directions: no grid crosses the date line or reaches a pole.
EAST_DEG, NORTH_DEG = 180.0, 85.0
ROLES = ("land", "water", "rivers", "roads", "streets", "places")


def read_toml(path: Path, problems: list[str]) -> Settings | None:
    """Return the content of a TOML file, or None after adding a sentence to `problems`."""
    try:
        return tomllib.loads(path.read_bytes().decode("utf-8"))
    except OSError as error:
        problems.append(
            f"{path.name} cannot be read: {error.strerror}; it belongs at {path}."
        )
    except UnicodeDecodeError as error:
        problems.append(
            f"{path.name} is not UTF-8 (byte {error.start}); save it as UTF-8."
        )
    except tomllib.TOMLDecodeError as error:
        problems.append(f"{path.name} is not TOML: {error}.")
    return None


def section(settings: Mapping[str, Any], name: str, problems: list[str]) -> Settings:
    """Return the section `name`.

    It is an empty one, after adding a sentence, if it is missing or not a section.
    """
    found = settings.get(name)
    if isinstance(found, dict):
        return cast("Settings", found)
    problems.append(
        f"city.toml has no section [{name}]."
        if found is None
        else f"city.toml: {name} is {found!r}, not a section; write [{name}]."
    )
    return {}


def optional(
    settings: Mapping[str, Any], name: str, problems: list[str]
) -> Settings | None:
    """Return the section `name`, or None where the pack has none.

    One that is no section is a problem.
    """
    return section(settings, name, problems) if name in settings else None


def number(
    values: Mapping[str, Any],
    name: str,
    where: str,
    problems: list[str],
    *,
    whole: bool = False,
) -> float:
    """Return the number `name` of a section.

    It is NaN, after adding a sentence, if it is missing or not one.
    """
    value = values.get(name)
    if (
        isinstance(value, bool)
        or not isinstance(value, int if whole else (int, float))
        or not math.isfinite(value)
    ):
        problems.append(
            f"city.toml: {where} needs {name} as a {'whole ' if whole else ''}number,"
            f" not {value!r}."
        )
        return math.nan
    return float(value)


def words(settings: Mapping[str, Any], name: str, problems: list[str]) -> str:
    """Return the text `name` of the top of city.toml.

    It is '', after adding a sentence, if it is missing or not text.
    """
    value = settings.get(name)
    if isinstance(value, str) and value:
        return value
    problems.append(
        f"city.toml: {name} is {value!r}; write it as text between quotes, above the"
        " first section."
    )
    return ""


def read_zone(settings: Mapping[str, Any], problems: list[str]) -> ZoneInfo:
    """Return the city's time zone; UTC after adding a sentence if there is none."""
    name = words(settings, "zone", problems)
    try:
        return ZoneInfo(name or "UTC")
    except (ZoneInfoNotFoundError, ValueError, OSError):
        problems.append(
            f"city.toml: there is no time zone {name!r}; use a name such as"
            " 'Europe/Lisbon'."
        )
        return ZoneInfo("UTC")


def read_lang(settings: Mapping[str, Any], problems: list[str]) -> str:
    """Return the language of the city's faces.

    It is the first of LANGUAGES where city.toml names none.
    """
    given = settings.get("lang", LANGUAGES[0])
    if given in LANGUAGES:
        return str(given)
    problems.append(
        f"city.toml: lang is {given!r}; use one of {', '.join(LANGUAGES)}, or leave it"
        " out."
    )
    return LANGUAGES[0]


def read_id(settings: Mapping[str, Any], problems: list[str]) -> str:
    """Return the city's id.

    It stands in addresses, so it has no other letters than those of a name.
    """
    found = words(settings, "id", problems)
    if found and not re.fullmatch(r"\w[\w-]*", found):
        problems.append(
            f"city.toml: id is {found!r}; use letters, digits, '-' and '_' only."
        )
    return found


def read_name_en(settings: Mapping[str, Any], problems: list[str]) -> str:
    """Return the city's name in English: its name where the pack gives no other."""
    return words(settings, "name_en" if "name_en" in settings else "name", problems)


def read_layers(settings: Mapping[str, Any], problems: list[str]) -> tuple[str, ...]:
    """Return the names of layers in drawing order.

    Add sentences for wrong forms and for names that stand twice.
    """
    given: Any = settings.get("layers", list(defaults.LAYERS))
    names = cast("list[Any]", given) if isinstance(given, list) else []
    if not names or not all(isinstance(name, str) and name for name in names):
        problems.append(
            'city.toml: layers is not a list of names; write layers = ["districts",'
            ' "headline"].'
        )
        return ()
    problems += [
        f"city.toml: the layer {name!r} stands twice in layers; keep one."
        for name in sorted({name for name in names if names.count(name) > 1})
    ]
    problems += [
        f"city.toml: {name!r} in layers is no name; use a folder's name, or"
        " 'package:name'."
        for name in sorted(set(names))
        if not re.fullmatch(r"\w+(-\w+)*(:\w+)?", name)
    ]
    return tuple(names)


def read_credit(settings: Mapping[str, Any], problems: list[str]) -> dict[str, str]:
    """Return the credit line by language; a pack that gives one gives it in every language."""
    given = optional(settings, "credit", problems)
    if given is None:
        return dict(defaults.CREDIT)
    problems += [
        f"city.toml: [credit] has no line for {lang}; name the sources of the map."
        for lang in LANGUAGES
        if not isinstance(given.get(lang), str) or not given[lang]
    ]
    return {lang: str(line) for lang, line in given.items()}


def read_geography(
    settings: Mapping[str, Any], root: Path, problems: list[str]
) -> dict[str, Path]:
    """Return the files that the map draws, by role.

    'land' is needed, and no path leaves the pack.
    """
    given = section(settings, "geography", problems)
    if "land" not in given:
        problems.append(
            "city.toml: [geography] names no file for 'land', the outlines of the"
            " districts."
        )
    problems += [
        f"city.toml: [geography] {role} is no role that the map knows; use one of"
        f" {', '.join(ROLES)}."
        for role in given
        if role not in ROLES
    ]
    paths: dict[str, Path] = {}
    for role, name in ((role, given[role]) for role in given if role in ROLES):
        path = (root / str(name)).resolve()
        if not path.is_relative_to(root.resolve()):
            problems.append(
                f"city.toml: [geography] {role} leaves the pack; give a path inside"
                f" {root.name}/."
            )
        elif not path.is_file():
            problems.append(
                f"{name} is missing; [geography] {role} of city.toml names it."
            )
        else:
            paths[role] = path
    return paths


def read_raster(settings: Mapping[str, Any], problems: list[str]) -> Raster | None:
    """Return the grid, or None after adding sentences.

    Cells are within 2 % of `cell_m` at the middle latitude.
    """
    given = section(settings, "raster", problems)
    before = len(problems)
    real = {
        name: number(given, name, "[raster]", problems)
        for name in ("lon0", "lat0", "dlon", "dlat", "cell_m")
    }
    size = {
        name: number(given, name, "[raster]", problems, whole=True)
        for name in ("n_x", "n_y")
    }
    if len(problems) > before:
        return None
    sides = (real["dlon"], real["dlat"], real["cell_m"])
    if (
        min(sides) <= 0
        or min(size.values()) < 1
        or size["n_x"] * size["n_y"] > MAX_CELLS
    ):
        problems.append(
            f"city.toml: [raster] needs sides above 0 and 1 to {MAX_CELLS:,} cells."
        )
        return None
    if max(size.values()) > MAX_SIDE:
        problems.append(
            f"city.toml: [raster] is {size['n_x']:,.0f} by {size['n_y']:,.0f} cells;"
            f" use at most {MAX_SIDE:,} along a side."
        )
        return None
    raster = Raster(**real, n_x=int(size["n_x"]), n_y=int(size["n_y"]))
    for low, n, side, edge, name in (
        (raster.lon0, raster.n_x, raster.dlon, EAST_DEG, "longitudes"),
        (raster.lat0, raster.n_y, raster.dlat, NORTH_DEG, "latitudes"),
    ):
        if low < -edge or low + n * side > edge + 1e-9:
            problems.append(
                f"city.toml: [raster] reaches from {low:g} to {low + n * side:g};"
                f" {name} of the map go from {-edge:g} to {edge:g}."
            )
            return None
    east_m, north_m = metres_per_degree(raster.lat0 + raster.n_y * raster.dlat / 2)
    for name, side_m in (
        ("dlon", raster.dlon * east_m),
        ("dlat", raster.dlat * north_m),
    ):
        if abs(side_m / raster.cell_m - 1) > 0.02:
            fit = raster.cell_m / (east_m if name == "dlon" else north_m)
            problems.append(
                f"city.toml: [raster] {name} makes a side of {side_m:.1f} m, not"
                f" {raster.cell_m:g} m; use {fit:.6f}."
            )
    return raster


def metres_per_degree(lat_deg: float) -> tuple[float, float]:
    """Return metres per degree eastwards and northwards at a latitude.

    A series for WGS 84 gives them, good to 0.1 m.
    """
    lat = math.radians(lat_deg)
    north = 111_132.92 - 559.82 * math.cos(2 * lat) + 1.175 * math.cos(4 * lat)
    east = (
        111_412.84 * math.cos(lat)
        - 93.5 * math.cos(3 * lat)
        + 0.118 * math.cos(5 * lat)
    )
    return east, north


def read_cameras(
    settings: Mapping[str, Any],
    raster: Raster,
    outlines: Outlines | None,
    problems: list[str],
) -> dict[str, Camera]:
    """Return the cameras of city.toml.

    Where there are any 'city' is one, and each looks at a point on the raster. One that names
    districts fits them into whatever map there is; its `lon` and `lat`, if given, are the
    middle of what goes on in it.
    """
    cameras: dict[str, Camera] = {}
    given = optional(settings, "cameras", problems) or {}
    if "cameras" in settings and "city" not in given:
        problems.append(
            "city.toml: there is no [cameras.city], where the map looks first."
        )
    for name in given:
        before = len(problems)
        place = section(given, name, problems)
        around = _around(place, name, outlines, problems)
        if around is not None:
            place = {"lon": around.lon, "lat": around.lat, **place, "zoom": around.zoom}
        lon, lat, zoom = (
            number(place, part, f"[cameras.{name}]", problems)
            for part in ("lon", "lat", "zoom")
        )
        if len(problems) > before:
            continue
        if not (
            0 <= lon - raster.lon0 <= raster.n_x * raster.dlon
            and 0 <= lat - raster.lat0 <= raster.n_y * raster.dlat
        ):
            problems.append(
                f"city.toml: [cameras.{name}] looks at {lon:g}, {lat:g}, outside the"
                " city's raster."
            )
        if not 0 <= zoom <= 24:
            problems.append(
                f"city.toml: [cameras.{name}] has zoom {zoom:g}; use 0 to 24."
            )
        cameras[name] = Camera(lon, lat, zoom, around.box if around else None)
    return cameras


def _around(
    place: Mapping[str, Any],
    name: str,
    outlines: Outlines | None,
    problems: list[str],
) -> Camera | None:
    """Return the camera over the districts that a section names; None where it names none."""
    wanted = place.get("districts")
    if wanted is None or outlines is None:
        return None
    where = f"city.toml: [cameras.{name}] districts"
    if not isinstance(wanted, list) or not wanted:
        problems.append(
            f'{where} is {wanted!r}; list district ids, such as ["a", "b"].'
        )
        return None
    shapes = dict(zip(outlines.ids, outlines.shapes, strict=True))
    listed = cast("list[Any]", wanted)
    unknown = [each for each in listed if each not in shapes]
    if unknown:
        problems.append(
            f"{where} names {unknown[0]!r}, which has no outline; use some of"
            f" {', '.join(sorted(shapes)[:20])}."
        )
        return None
    bounds = [shapes[each].bounds for each in listed]
    west, south = (min(box[at] for box in bounds) for at in (0, 1))
    east, north = (max(box[at] for box in bounds) for at in (2, 3))
    return over(west, south, east, north)


def fit(
    west: float, south: float, east: float, north: float, most: int = FITTED_CELLS
) -> Raster:
    """Return a raster over a box (deg) with a margin of two cells.

    Cells have 50 m, or are coarser where there would be too many.

    Args:
        west, south, east, north: the box, on the map: `EAST_DEG` and `NORTH_DEG` are its edges.
        most: cells that it may have.
    """
    sides = [
        50.0 * step
        for scale in (1, 10, 100, 1_000)
        for step in (scale, 2 * scale, 5 * scale)
    ]
    tried = [_grid(west, south, east, north, cell_m) for cell_m in sides]
    fits = (
        raster
        for raster in tried
        if raster.n_x * raster.n_y <= most and max(raster.n_x, raster.n_y) <= MAX_SIDE
    )
    return next(fits, tried[-1])


def _grid(
    west: float, south: float, east: float, north: float, cell_m: float
) -> Raster:
    """Return a raster of cells of one size over a box.

    It has a margin of two cells where the map has room for it.
    """
    east_m, north_m = metres_per_degree((south + north) / 2)
    dlon, dlat = round(cell_m / east_m, 7), round(cell_m / north_m, 7)
    lon0, lat0 = (
        round(max(low - 2 * side, -edge), 6)
        for low, side, edge in ((west, dlon, EAST_DEG), (south, dlat, NORTH_DEG))
    )
    n_x, n_y = (
        min(math.ceil((high - low) / side) + 2, int((edge - low) / side))
        for high, low, side, edge in (
            (east, lon0, dlon, EAST_DEG),
            (north, lat0, dlat, NORTH_DEG),
        )
    )
    return Raster(lon0, lat0, dlon, dlat, cell_m, n_x, n_y)


def over(west: float, south: float, east: float, north: float) -> Camera:
    """Return the camera that shows a box (deg) whole, with a margin of a tenth.

    The map is 1,000 px wide and 700 px high.
    """
    lat = (south + north) / 2
    across, up = 1_000 * 0.8, 700 * 0.8
    wide, high = (
        max(east - west, 1e-4),
        max(north - south, 1e-4) / math.cos(math.radians(lat)),
    )
    zoom = math.log2(min(across / wide, up / high) * 360 / 512)
    return Camera(
        round((west + east) / 2, 5),
        round(lat, 5),
        round(min(max(zoom, 0.0), 20.0), 2),
        (west, south, east, north),
    )


def rest(
    settings: Mapping[str, Any], walls: Settings | None, problems: list[str]
) -> dict[str, Settings]:
    """Return the other sections by name, with the walls as section 'wall'.

    Check the numbers and times that are known.

    A section that the program needs and the pack does not have is that of `pack_defaults`.
    """
    found = {
        name: cast("Settings", value)
        for name, value in settings.items()
        if name not in OWN and isinstance(value, dict)
    }
    problems += [
        f"city.toml has a line {name} = {value!r} that nothing reads; remove it or put"
        " it into its section."
        for name, value in settings.items()
        if name not in OWN and name not in found and name not in schema.SECTIONS
    ]
    problems += [
        f"city.toml: {name} is {settings[name]!r}, not a section; write [{name}]."
        for name in schema.SECTIONS
        if name in settings and not isinstance(settings[name], dict)
    ]
    problems += schema.check_sections(settings, OWN)
    if walls is not None:
        problems += schema.check_walls(walls)
    own = {name: dict(values) for name, values in defaults.SECTIONS.items()}
    plain = {name: dict(wall) for name, wall in defaults.WALLS.items()}
    return {**own, **found, "wall": plain if walls is None else walls}
