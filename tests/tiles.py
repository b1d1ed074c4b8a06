"""Archives of map tiles for tests, made of a pack's own geometry: vector tiles in PMTiles 3.

Small writers of two public formats, that share no code with what reads them.
"""

from __future__ import annotations

import gzip
import io
import json
import math
import struct
import tomllib
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import shapely
from PIL import Image

EXTENT = 4096
MVT, PNG = 1, 2
PLAIN, GZIP = 1, 2
# As tile makers cut: a little beyond the edge, so that no gap is seen.
_BEYOND = 64 / EXTENT
Tile = tuple[int, int, int]
Layers = Mapping[str, Sequence[tuple[Any, Mapping[str, str]]]]


def _varint(n: int) -> bytes:
    out = bytearray()
    while n > 0x7F:
        out.append(n & 0x7F | 0x80)
        n >>= 7
    return bytes([*out, n])


def _field(number: int, content: bytes | int) -> bytes:
    if isinstance(content, int):
        return _varint(number << 3) + _varint(content)
    return _varint(number << 3 | 2) + _varint(len(content)) + content


def _zigzag(n: int) -> int:
    return n << 1 if n >= 0 else (-n << 1) - 1


def _commands(lines: Iterable[Sequence[tuple[int, int]]], *, closed: bool) -> bytes:
    said, at = bytearray(), (0, 0)
    for points in lines:
        for n, point in enumerate(points):
            if n < 2:
                said += _varint(1 << 3 | 1 if n == 0 else (len(points) - 1) << 3 | 2)
            said += _varint(_zigzag(point[0] - at[0]))
            said += _varint(_zigzag(point[1] - at[1]))
            at = point
        if closed:
            said += _varint(1 << 3 | 7)
    return bytes(said)


def _on_tile(coords: Any, tile: Tile) -> list[tuple[int, int]]:
    z, x, y = tile
    found: list[tuple[int, int]] = []
    for lon, lat in coords:
        east = (lon + 180) / 360 * 2**z - x
        south = (0.5 - math.asinh(math.tan(math.radians(lat))) / math.tau) * 2**z - y
        point = (round(east * EXTENT), round(south * EXTENT))
        if not found or found[-1] != point:
            found.append(point)
    return found


def _geometry(shape: Any, tile: Tile) -> tuple[int, bytes]:
    """Return the type and the commands of a line or an area."""
    if shape.geom_type.endswith("LineString"):
        lines = [_on_tile(part.coords, tile) for part in shapely.get_parts(shape)]
        return 2, _commands([each for each in lines if len(each) > 1], closed=False)
    rings = []
    for part in shapely.get_parts(shape):
        # Outer rings run clockwise on a screen, whose y points down, and holes the other way.
        sound = shapely.orient_polygons(part, exterior_cw=True)
        rings += [_on_tile(ring.coords, tile)[:-1] for ring in shapely.get_rings(sound)]
    return 3, _commands([each for each in rings if len(each) > 2], closed=True)


def _vector_layer(
    name: str, found: Sequence[tuple[Any, Mapping[str, str]]], tile: Tile
) -> bytes:
    keys: list[str] = []
    values: list[str] = []
    said = b""
    for shape, properties in found:
        tags = b""
        for key, value in properties.items():
            for word, words in ((key, keys), (value, values)):
                if word not in words:
                    words.append(word)
                tags += _varint(words.index(word))
        kind, commands = _geometry(shape, tile)
        if commands:
            said += _field(2, _field(2, tags) + _field(3, kind) + _field(4, commands))
    said += b"".join(_field(3, key.encode()) for key in keys)
    said += b"".join(_field(4, _field(1, value.encode())) for value in values)
    return _field(15, 2) + _field(1, name.encode()) + said + _field(5, EXTENT)


def bounds_of(tile: Tile) -> tuple[float, float, float, float]:
    """Return west, south, east, north of a tile, deg."""
    z, x, y = tile

    def lat(row: float) -> float:
        return math.degrees(math.atan(math.sinh(math.pi * (1 - 2 * row / 2**z))))

    west, east = (360 * n / 2**z - 180 for n in (x, x + 1))
    return west, lat(y + 1), east, lat(y)


def tiles_over(box: Sequence[float], z: int) -> list[Tile]:
    """Return the tiles of a zoom that a box (deg) touches."""

    def row(lat: float) -> int:
        return int((0.5 - math.asinh(math.tan(math.radians(lat))) / math.tau) * 2**z)

    def column(lon: float) -> int:
        return int((lon + 180) / 360 * 2**z)

    west, south, east, north = box
    return [
        (z, x, y)
        for x in range(column(west), column(east) + 1)
        for y in range(row(north), row(south) + 1)
    ]


def vector_tile(layers: Layers, tile: Tile) -> bytes:
    """Return the vector tile of what lies in it; b'' for nothing."""
    west, south, east, north = bounds_of(tile)
    more = (east - west) * _BEYOND
    frame = shapely.box(west - more, south - more, east + more, north + more)
    said = b""
    for name, rows in layers.items():
        found = [(shapely.intersection(shape, frame), each) for shape, each in rows]
        there = [(shape, each) for shape, each in found if not shape.is_empty]
        if there:
            said += _field(3, _vector_layer(name, there, tile))
    return said


def tile_id(tile: Tile) -> int:
    """Return the number of a tile on the Hilbert curve, after all of smaller zooms."""
    z, x, y = tile
    number = (4**z - 1) // 3
    side = 2**z // 2
    while side:
        right, low = int(x & side > 0), int(y & side > 0)
        number += side * side * ((3 * right) ^ low)
        if not low:
            if right:
                x, y = side - 1 - x, side - 1 - y
            x, y = y, x
        side //= 2
    return number


def archive(
    tiles: Mapping[Tile, bytes],
    box: Sequence[float],
    *,
    layers: Sequence[str] = (),
    kind: int = MVT,
    version: int = 3,
    packing: int = GZIP,
) -> bytes:
    """Return a PMTiles archive of some tiles, with a header that says `box` (deg)."""
    data, entries = b"", []
    for number, content in sorted(
        (tile_id(tile), each) for tile, each in tiles.items()
    ):
        packed = gzip.compress(content, mtime=0) if kind == MVT else content
        entries.append((number, len(data), len(packed)))
        data += packed
    directory = _varint(len(entries))
    before = 0
    for number, *_ in entries:
        directory += _varint(number - before)
        before = number
    directory += b"".join(_varint(1) for _ in entries)
    directory += b"".join(_varint(length) for *_, length in entries)
    directory += b"".join(_varint(offset + 1) for _, offset, _ in entries)
    metadata = json.dumps({"vector_layers": [{"id": name} for name in layers]})
    root, said = gzip.compress(directory), gzip.compress(metadata.encode())
    zooms = [z for z, *_ in tiles] or [0]
    starts = [127, 127 + len(root), 127 + len(root) + len(said)]
    sections = (
        *(starts[0], len(root), starts[1], len(said), starts[2], 0),
        *(starts[2], len(data)),
    )
    edges = [round(each * 1e7) for each in box]
    head = struct.pack(
        "<7sB8Q3Q6B4iB2i",
        *(b"PMTiles", version, *sections, *[len(entries)] * 3, 1, packing),
        *(GZIP if kind == MVT else PLAIN, kind, min(zooms), max(zooms), *edges),
        *(min(zooms), (edges[0] + edges[2]) // 2, (edges[1] + edges[3]) // 2),
    )
    return head + root + said + data


# How the pack's roads would be called by Protomaps.
_KINDS = {"ring": "highway", "axis": "major_road", "bridge": "major_road"}


def _features(pack: Path, role: str) -> list[dict[str, Any]]:
    named = tomllib.loads((pack / "city.toml").read_text("utf-8"))["geography"][role]
    return json.loads((pack / named).read_text("utf-8"))["features"]


def geometry_of(pack: Path) -> dict[str, list[tuple[Any, dict[str, str]]]]:
    """Return a pack's roads and water as a base map has them."""
    found: dict[str, list[tuple[Any, dict[str, str]]]] = {"roads": [], "water": []}
    for layer, rows in found.items():
        for feature in _features(pack, layer):
            said = feature["properties"]
            kind = _KINDS.get(said.get("kind"), "minor_road")
            words = {"kind": kind if layer == "roads" else "river"}
            for ours, theirs in (("name", "name"), ("name_en", "name:en")):
                if said.get(ours):
                    words[theirs] = said[ours]
            rows.append((shapely.from_geojson(json.dumps(feature["geometry"])), words))
    return found


def box_of(pack: Path, margin_deg: float = 0.02) -> tuple[float, float, float, float]:
    """Return a box around a pack's land, deg."""
    shapes = [
        shapely.from_geojson(json.dumps(each["geometry"]))
        for each in _features(pack, "land")
    ]
    west, south, east, north = (float(each) for each in shapely.total_bounds(shapes))
    return (
        *(west - margin_deg, south - margin_deg),
        *(east + margin_deg, north + margin_deg),
    )


def base_of(pack: Path, zooms: Iterable[int] = range(8, 13), **more: Any) -> bytes:
    """Return an archive of a pack's own roads and water, and what else is told in `more`."""
    layers, box = geometry_of(pack), box_of(pack)
    layers.update(more)
    wanted = [tile for z in zooms for tile in tiles_over(box, z)]
    made = {tile: vector_tile(layers, tile) for tile in wanted}
    there = {tile: content for tile, content in made.items() if content}
    return archive(there, box, layers=list(layers))


def pictures_of(pack: Path, zooms: Iterable[int] = range(8, 12)) -> bytes:
    """Return an archive of pictures of one colour, a strong green, over a pack's land."""
    png = io.BytesIO()
    Image.new("RGB", (256, 256), (0, 200, 0)).save(png, "PNG")
    box = box_of(pack)
    tiles = {tile: png.getvalue() for z in zooms for tile in tiles_over(box, z)}
    return archive(tiles, box, kind=PNG)


def put_base(pack: Path, content: bytes, more: str = "") -> Path:
    """Write an archive into a pack, and name it in its city.toml."""
    path = pack / "geography" / "base.pmtiles"
    path.write_bytes(content)
    toml = pack / "city.toml"
    text = toml.read_text(encoding="utf-8")
    if "[base_map]" not in text:
        toml.write_text(
            f'{text}\n[base_map]\nfile = "geography/base.pmtiles"\n'
            '[base_map.credit]\nzh-CN = "底图：虚构"\nen = "Base map: invented"\n'
            f"{more}",
            encoding="utf-8",
        )
    return path
