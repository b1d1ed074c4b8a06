"""Rows of Parquet and GeoParquet files as text, a batch at a time.

A number has the digits of the file: whole ones no fraction, others the shortest text that is that
number again. A truth is `true` or `false`, a date `2026-07-16`, a moment with a zone ISO 8601 in
UTC; a moment without one has its text and stands in `Block.moments` too. What is nested is
written as JSON. Points of GeoParquet become the columns `longitude` and `latitude`, in degrees as
they are written; a row with a line or an area is refused, since any point of it would be a guess.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from twin.errors import ContractError
from twin.feeds.parquet_cells import text_of, without_zone
from twin.feeds.records import header_of, need, unreadable
from twin.feeds.sheets import ROWS_OF_A_BLOCK, Block, Sheet
from twin.json_kinds import is_object

if TYPE_CHECKING:
    from collections.abc import Generator
    from pathlib import Path

# 4490 is CGCS2000, which differs from WGS 84 by centimetres.
_WGS84 = {
    ("OGC", "CRS84"),
    ("OGC", "CRS84H"),
    ("EPSG", "4326"),
    ("EPSG", "4979"),
    ("EPSG", "4490"),
}

# Bytes of one batch of rows, unpacked: where rows are long, fewer are taken at once.
_ROOMY = 256 * 1024 * 1024

# Kinds of geometry, as shapely counts them, of which no point is the place of an order.
_NO_POINT = {1: "a line", 2: "a line", 3: "an area", 5: "a line", 6: "an area"}


def open_parquet(path: Path, wanted: Sequence[str]) -> Sheet:
    """Read a Parquet file as a sheet, its rows numbered from 1.

    Args:
        wanted: names in NFC that the columns must hold.

    Raises:
        ContractError: the file is missing, damaged or no Parquet, its points are not in WGS 84, or
            it lacks columns. The blocks raise it, too, where the damage is further inside.
    """
    with _damage(path):
        with pq.ParquetFile(
            path, memory_map=False, page_checksum_verification=True
        ) as file:
            schema, facts = file.schema_arrow, file.metadata.metadata or {}
            batch = _rows_at_once(file)
        geometry = _geometry(path.name, schema, facts.get(b"geo"))
    names = [
        name
        for at, name in enumerate(schema.names)
        for name in (("longitude", "latitude") if at == geometry else (name,))
    ]
    header = header_of(_places_first(names, schema.names, geometry))
    need(path.name, header, wanted)
    return Sheet("", header, _blocks(path, header, geometry, batch))


def _places_first(
    names: list[str], own: Sequence[str], geometry: int | None
) -> list[str]:
    """Give the names of the place to the geometry: a column so named has its number behind it."""
    if geometry is None:
        return names
    return [
        (
            f"{name} ({at})"
            if name in {"longitude", "latitude"}
            and name in own
            and at - 1 not in {geometry, geometry + 1}
            else name
        )
        for at, name in enumerate(names, 1)
    ]


def _rows_at_once(file: pq.ParquetFile) -> int:
    """Return how many rows are read at once: fewer where they are long."""
    groups = [file.metadata.row_group(at) for at in range(file.metadata.num_row_groups)]
    widest = max(
        (group.total_byte_size / group.num_rows for group in groups if group.num_rows),
        default=0,
    )
    return max(1, min(ROWS_OF_A_BLOCK, int(_ROOMY / max(widest, 1))))


@contextmanager
def _damage(path: Path) -> Generator[None]:
    """Say what pyarrow finds wrong with the file as one sentence."""
    try:
        yield
    except ContractError:
        raise
    except (FileNotFoundError, PermissionError, IsADirectoryError) as error:
        raise unreadable(path, error) from error
    except (
        pa.ArrowException,
        OSError,
        ValueError,
        KeyError,
        TypeError,
        OverflowError,
        RecursionError,
        MemoryError,
    ) as error:
        said = (str(error).splitlines() or [type(error).__name__])[0]
        raise ContractError(
            f"{path.name} cannot be read as Parquet.",
            why=f"{said[:300].rstrip('.')}; the file may be damaged or cut off.",
            fix="export the file again.",
        ) from error


def _blocks(
    path: Path, header: tuple[str, ...], geometry: int | None, at_once: int
) -> Iterator[Block]:
    begin = 1
    with (
        _damage(path),
        pq.ParquetFile(path, memory_map=False, page_checksum_verification=True) as file,
    ):
        for batch in file.iter_batches(at_once, use_threads=False):
            block = _block(batch, header, geometry, begin)
            begin += batch.num_rows
            if block is not None:
                yield block


def _block(
    batch: pa.RecordBatch, header: tuple[str, ...], geometry: int | None, begin: int
) -> Block | None:
    cells, moments, faults = (
        list[pa.Array](),
        dict[str, pa.TimestampArray](),
        dict[int, str](),
    )
    for at, column in enumerate(batch.columns):
        name = header[len(cells)]
        if at == geometry:
            places = _places(column)
            cells += [places.lon, places.lat]
            faults |= places.faults
            continue
        text, wrong = text_of(column)
        faults |= {row: f"{name}: {reason}" for row, reason in wrong.items()}
        cells.append(text)
        if (said := without_zone(column)) is not None:
            moments[name] = said
    if len(cells) != len(header):
        raise ValueError("its columns changed while it was read")
    return _without_blanks(
        pa.Table.from_arrays(cells, names=list(header)), moments, faults, begin
    )


def _without_blanks(
    cells: pa.Table,
    moments: Mapping[str, pa.TimestampArray],
    faults: Mapping[int, str],
    begin: int,
) -> Block | None:
    said = np.zeros(cells.num_rows, bool)
    for column in cells.columns:
        said |= pc.fill_null(
            pc.not_equal(pc.utf8_trim_whitespace(column), ""), fill_value=False
        ).to_numpy()
    said[list(faults)] = True
    numbers = pa.array(np.arange(begin, begin + cells.num_rows), pa.int64())
    if said.all():
        return Block(numbers, cells, moments, faults) if cells.num_rows else None
    keep, place = pa.array(np.flatnonzero(said)), np.cumsum(said) - 1
    if not len(keep):
        return None
    return Block(
        numbers.take(keep),
        cells.take(keep),
        {name: column.take(keep) for name, column in moments.items()},
        {int(place[at]): reason for at, reason in faults.items()},
    )


# --- places ---------------------------------------------------------------------------------------


def _geometry(name: str, schema: pa.Schema, geo: bytes | None) -> int | None:
    """Return which column holds the points of a GeoParquet file; None if it is none.

    Raises:
        ContractError: what it says of its geometry cannot be read, or names another reference
            system than WGS 84.
    """
    if geo is None:
        return None
    said = json.loads(geo)
    primary = said["primary_column"]
    column = said["columns"][primary]
    if schema.names.count(primary) != 1:
        raise ValueError(f"its geometry {primary!r} is none of its columns")
    if column.get("encoding") not in {"WKB", "point"}:
        raise ContractError(
            f"{name} has geometry in the form {str(column.get('encoding'))[:60]!r}, and"
            " only points are read.",
            fix="export points, as WKB or as point.",
        )
    if not _is_wgs84(column.get("crs")):
        crs = column["crs"]
        said = crs.get("name") if is_object(crs) else crs
        raise ContractError(
            f"{name}: its reference system is {str(said)[:60]}, and degrees of WGS 84"
            " are read only.",
            why=(
                "read as degrees its places would lie elsewhere, and nothing would"
                " show it."
            ),
            fix="export it in degrees of WGS 84 (OGC:CRS84 or EPSG:4326).",
        )
    return schema.names.index(primary)


def _is_wgs84(crs: Any) -> bool:
    """Return whether PROJJSON is WGS 84 in degrees. None is: GeoParquet has that as its own."""
    if crs is None:
        return True
    if not is_object(crs):
        return False
    named = crs.get("id")
    if is_object(named):
        return (
            str(named.get("authority")).upper(),
            str(named.get("code")).upper(),
        ) in _WGS84
    return crs.get("type") == "GeographicCRS" and str(crs.get("name")).startswith(
        "WGS 84"
    )


@dataclass(frozen=True)
class _Places:
    lon: pa.StringArray
    lat: pa.StringArray
    faults: Mapping[int, str]


def _places(column: pa.Array) -> _Places:
    """Return longitudes and latitudes as text, and a fault for each row that has no point."""
    if isinstance(column, pa.ExtensionArray):
        column = column.storage
    if isinstance(column, pa.StructArray):
        known = column.is_valid()
        axes = [pc.if_else(known, column.field(axis), None) for axis in ("x", "y")]
        return _Places(text_of(axes[0])[0], text_of(axes[1])[0], {})
    return _of_wkb(
        [None if value is None else bytes(value) for value in column.to_pylist()]
    )


def _of_wkb(values: Sequence[bytes | None]) -> _Places:
    import shapely

    shapes = shapely.from_wkb(
        np.array([value or None for value in values], object), on_invalid="ignore"
    )
    kinds = shapely.get_type_id(shapes)
    only = (kinds == 4) & (shapely.get_num_geometries(shapes) == 1)
    shapes = np.where(only, shapely.get_geometry(shapes, 0), shapes)
    faults = {
        int(at): (
            f"its geometry is {_NO_POINT[int(kinds[at])]}, and any point of it would be"
            " a guess"
        )
        for at in np.flatnonzero(np.isin(kinds, list(_NO_POINT)))
    }
    faults |= {
        at: "its geometry cannot be read as WKB"
        for at, value in enumerate(values)
        if value and kinds[at] < 0
    }
    is_point = (shapely.get_type_id(shapes) == 0) & ~shapely.is_empty(shapes)
    points = np.where(is_point, shapes, np.array(None, object))
    lon, lat = (pa.array(axis(points)) for axis in (shapely.get_x, shapely.get_y))
    return _Places(text_of(lon)[0], text_of(lat)[0], faults)
