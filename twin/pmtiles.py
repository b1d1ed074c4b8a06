"""Archives of map tiles in one file (PMTiles 3): what an archive says of itself.

Browsers read tiles out of it piece by piece. Here its header and its metadata are read, never
its tiles, so that a file of gigabytes costs no more than one of kilobytes.
"""

from __future__ import annotations

import hashlib
import json
import struct
import zlib
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any, BinaryIO, Literal, cast

from twin.errors import PackError

if TYPE_CHECKING:
    from pathlib import Path

# Header and first directory lie within the first 16 KiB, says the format.
HEAD = 16_384

_MAGIC = b"PMTiles"
_VERSION = 3
# Version; offset and length of the first directory, the metadata, the other directories and
# the tiles; three counts; clustered, two packings, type, two zooms; bounds in 1e-7 deg;
# the zoom and place to begin at.
_LAYOUT = struct.Struct("<7sB8Q3Q6B4iB2i")
_MOST_METADATA = 8 << 20
_PLAIN, _GZIP = 1, 2
_PACKED = {0: "an unknown way", 3: "brotli", 4: "zstd"}
_VECTOR = 1
_PICTURES = (2, 3, 4, 5)
_NOT_DRAWN = {0: "of an unknown type", 6: "MapLibre tiles (MLT)"}

Kind = Literal["vector", "raster"]


@dataclass(frozen=True)
class Archive:
    """What an archive says of itself.

    Attributes:
        kind: 'vector' for Mapbox vector tiles, 'raster' for pictures.
        min_zoom, max_zoom: of its tiles.
        bounds: west, south, east, north, deg WGS 84.
        layers: names of its vector layers; none where it does not say.
    """

    kind: Kind
    min_zoom: int
    max_zoom: int
    bounds: tuple[float, float, float, float]
    layers: tuple[str, ...]


@dataclass(frozen=True)
class _Header:
    sections: tuple[tuple[int, int], ...]
    packing: int
    tile_packing: int
    tile_type: int
    zooms: tuple[int, int]
    bounds: tuple[float, float, float, float]


def read(path: Path) -> Archive:
    """Return what the archive at `path` says of itself. Cheap while the file stays as it is.

    Raises:
        PackError: it cannot be read, is cut, is no PMTiles 3, or cannot be drawn.
    """
    try:
        there = path.stat()
    except OSError as error:
        raise _unreadable(path, error) from error
    return _read(path, there.st_mtime_ns, there.st_size)


def tag(file: BinaryIO, size: int, mtime_ns: int) -> str:
    """Return what an open archive is known by: size, time of change, header and directory.

    A hash of all of it would have to read gigabytes.
    """
    file.seek(0)
    said = f"{size} {mtime_ns} ".encode()
    return hashlib.sha256(said + file.read(HEAD)).hexdigest()[:16]


@lru_cache(maxsize=16)
def _read(path: Path, _mtime_ns: int, size: int) -> Archive:
    try:
        with path.open("rb") as file:
            header = _header(path.name, file.read(_LAYOUT.size), size)
            _check_drawn(path.name, header)
            directory, metadata = (
                _section(path.name, file, *header.sections[at], header.packing)
                for at in (0, 1)
            )
    except OSError as error:
        raise _unreadable(path, error) from error
    if not directory:
        raise _refused(path.name, "holds no tile", "write it again.")
    return Archive(
        "vector" if header.tile_type == _VECTOR else "raster",
        *header.zooms,
        header.bounds,
        _layers(metadata),
    )


def _header(name: str, head: bytes, size: int) -> _Header:
    if not head.startswith(_MAGIC[: len(head)]) or not head:
        raise _refused(name, "is no PMTiles archive", "give one, or take it out.")
    if len(head) < _LAYOUT.size:
        raise _cut(name, size, _LAYOUT.size)
    _, version, *said = _LAYOUT.unpack(head)
    if version != _VERSION:
        raise _refused(
            name,
            f"is PMTiles of version {version}, and the map reads version {_VERSION}",
            f"write it anew, as in: pmtiles convert {name} new.pmtiles.",
        )
    offsets, (packing, tile_packing, tile_type, low, high) = said[:8], said[12:17]
    sections = tuple(zip(offsets[::2], offsets[1::2], strict=True))
    ends = max(offset + length for offset, length in sections)
    if ends > size:
        raise _cut(name, size, ends)
    west, south, east, north = (each / 1e7 for each in said[17:21])
    bounds = (west, south, east, north)
    return _Header(sections, packing, tile_packing, tile_type, (low, high), bounds)


def _check_drawn(name: str, header: _Header) -> None:
    """Refuse what a browser cannot draw.

    Raises:
        PackError: with the reason.
    """
    for packing, of in (
        (header.packing, "directories"),
        (header.tile_packing, "tiles"),
    ):
        is_picture = of == "tiles" and header.tile_type in _PICTURES
        if packing not in {_PLAIN, _GZIP} and not (is_picture and packing == 0):
            how = _PACKED.get(packing, f"the way {packing}")
            raise _refused(
                name,
                f"has {of} packed with {how}, which no browser unpacks",
                "write it with gzip.",
            )
    if header.tile_type not in {_VECTOR, *_PICTURES}:
        what = _NOT_DRAWN.get(header.tile_type, f"of the type {header.tile_type}")
        raise _refused(
            name,
            f"holds tiles that cannot be drawn: they are {what}",
            "give vector tiles (MVT), or pictures as PNG, JPEG, WebP or AVIF.",
        )
    low, high = header.zooms
    west, south, east, north = header.bounds
    if low > high or not (-180 <= west < east <= 180 and -90 <= south < north <= 90):
        raise _refused(
            name,
            f"says zooms {low} to {high} and bounds {west:g}, {south:g} to {east:g},"
            f" {north:g}, which mean nothing",
            "write it again.",
        )


def _section(
    name: str, file: BinaryIO, offset: int, length: int, packing: int
) -> bytes:
    """Return a section, unpacked; so much of it as metadata may have."""
    file.seek(offset)
    content = file.read(min(length, _MOST_METADATA))
    if packing == _PLAIN:
        return content
    try:
        return zlib.decompressobj(31).decompress(content, _MOST_METADATA)
    except zlib.error as error:
        raise _refused(
            name, f"is damaged: {error}", "copy it again from where it was made."
        ) from error


def _layers(metadata: bytes) -> tuple[str, ...]:
    """Return the names of the vector layers; none where the metadata do not say."""
    try:
        said: Any = json.loads(metadata)
    except (ValueError, RecursionError):
        return ()
    listed = cast("dict[str, Any]", said).get("vector_layers") if said else None
    if not isinstance(listed, list):
        return ()
    return tuple(
        str(cast("dict[str, Any]", each)["id"])
        for each in cast("list[Any]", listed)
        if isinstance(each, dict) and "id" in each
    )


def _refused(name: str, what: str, fix: str) -> PackError:
    return PackError(f"{name} {what}.", fix=fix)


def _cut(name: str, size: int, whole: int) -> PackError:
    return _refused(
        name,
        f"is cut: it has {size:,} of at least {whole:,} bytes",
        "copy it again, whole.",
    )


def _unreadable(path: Path, error: OSError) -> PackError:
    return PackError(
        f"{path.name} cannot be read: {error.strerror}.",
        why="the map is drawn without it.",
        fix=f"put the archive at {path}, or take [base_map] out of city.toml.",
    )
