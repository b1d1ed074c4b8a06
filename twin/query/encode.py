"""From rows to an Arrow stream that the map draws without a second look.

Columns have the names of attributes of deck.gl.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from twin.errors import QueryError
from twin.layer import Classes, Encoding, Legend
from twin.marks import known, undrawn
from twin.query import areas
from twin.query.colors import paint

# Version of the encoding. A new one makes new addresses, so that no cache mixes the two.
ENCODER = "1"

_MOMENT = pa.timestamp("us", tz="UTC")

# What a browser reads without 64-bit whole numbers.
_FLAT: dict[pa.DataType, pa.DataType] = {_MOMENT: pa.timestamp("ms", tz="UTC")}


def encode(rows: pa.Table, how: Encoding, legend: Legend | None) -> bytes:
    """Return an Arrow IPC stream of one batch; the same rows give the same bytes.

    Columns: `position` (or `source_position`, `target_position` and a `path` of both; or
    `path`, a closed ring; or `x`, `y` uint16) in float64, since float32 puts a point at 114
    deg up to 0.4 m off; `fill_color` 4 x uint8; `size`, `angle` float32; `mark`; and every
    other column for picking, text as a dictionary.

    Raises:
        QueryError: the rows lack a column that `how` names, or a scale for `fill`, or name a
            mark that there is not.
    """
    found, used = _shape(rows, how)
    scale = how.scale or (legend.scale if legend else None)
    if how.fill:
        if scale is None:
            raise QueryError(
                f"The column {how.fill!r} is to be coloured, but the layer has no scale"
                " for it."
            )
        values = _column(rows, how.fill)
        is_classes = isinstance(scale, Classes)
        colors = paint(values, areas.bands(values, scale) if is_classes else scale)
        found["fill_color"] = pa.FixedSizeListArray.from_arrays(
            pa.array(colors.reshape(-1)), 4
        )
    for name, of in (("size", how.size), ("angle", how.angle)):
        if of:
            found[name] = _whole(_column(rows, of)).cast(pa.float32(), safe=False)
            used.add(of)
    if how.mark:
        found["mark"] = _picking(_drawn(_column(rows, how.mark)))
    for name in rows.column_names:
        if name not in used and name not in found:
            found[name] = _picking(rows[name])
    return _stream(pa.table(found))


def _shape(rows: pa.Table, how: Encoding) -> tuple[dict[str, pa.Array], set[str]]:
    """Return the columns that place the rows, and the names of the columns that went into them."""
    if how.shape == "point":
        return {"position": _places(rows, ("lon", "lat"))}, {"lon", "lat"}
    if how.shape == "line":
        ends = ("lon", "lat", "to_lon", "to_lat")
        return {
            "source_position": _places(rows, ends[:2]),
            "target_position": _places(rows, ends[2:]),
            "path": _places(rows, ends),
        }, set(ends)
    if how.shape == "ring":
        n = sum(
            1
            for name in rows.column_names
            if name.startswith("lon") and name[3:].isdigit()
        )
        corners = [
            f"{axis}{corner}" for corner in range(1, n + 1) for axis in ("lon", "lat")
        ]
        return {"path": _places(rows, (*corners, *corners[:2]))}, set(corners)
    if how.shape == "area":  # their outlines are the pack's
        return {how.key: _picking(_column(rows, how.key))}, {how.key}
    cells = {name: _whole(_column(rows, name)).cast(pa.uint16()) for name in ("x", "y")}
    return dict(cells), {"x", "y"}


def _places(rows: pa.Table, names: tuple[str, ...]) -> pa.FixedSizeListArray:
    """Return the columns `names` side by side, one fixed-size list of float64 per row."""
    flat: npt.NDArray[np.float64] = np.empty(
        (rows.num_rows, len(names)), dtype=np.float64
    )
    for at, name in enumerate(names):
        flat[:, at] = (
            _whole(_column(rows, name))
            .cast(pa.float64())
            .to_numpy(zero_copy_only=False)
        )
    return pa.FixedSizeListArray.from_arrays(pa.array(flat.reshape(-1)), len(names))


def _column(rows: pa.Table, name: str) -> pa.ChunkedArray:
    if name not in rows.column_names:
        raise QueryError(
            f"The rows have no column {name!r}, which the map is to draw.",
            why=f"they have {', '.join(rows.column_names)}.",
            fix="answer it in the layer's SQL.",
        )
    return rows[name]


def _drawn(column: pa.ChunkedArray) -> pa.ChunkedArray:
    """Return a column of marks, all of which the map can draw: none may go blank unseen."""
    if missing := undrawn(column.unique().to_pylist()):
        raise QueryError(
            f"The rows name marks that there are not: {', '.join(missing)}.",
            why=f"the marks are {known()}.",
            fix="name one of these in the layer's SQL, or draw it in"
            " assets/icons/marks.json.",
        )
    return column


def _whole(column: pa.ChunkedArray) -> pa.Array:
    """Return a column in one piece."""
    pieces = column.combine_chunks()
    return (
        pa.concat_arrays(pieces.chunks)
        if isinstance(pieces, pa.ChunkedArray)
        else pieces
    )


def _picking(column: pa.ChunkedArray) -> pa.Array:
    """Return a column as a click reads it.

    Text becomes a dictionary, whole numbers of 64 bits become float64, moments become
    ms.
    """
    pieces = _whole(column)
    if pa.types.is_string(pieces.type) or pa.types.is_large_string(pieces.type):
        words = pieces.cast(pa.string()).dictionary_encode()
        return pa.DictionaryArray.from_arrays(_settled(words.indices), words.dictionary)
    if pa.types.is_int64(pieces.type):
        return _settled(pieces.cast(pa.float64(), safe=False))
    return _settled(
        pieces.cast(_FLAT[pieces.type], safe=False) if pieces.type in _FLAT else pieces
    )


def _settled(column: pa.Array) -> pa.Array:
    """Return the same values with zeros where null.

    The engine leaves there whatever stood in memory, and bytes would differ.
    """
    if column.null_count == 0 or not (pa.types.is_primitive(column.type)):
        return column
    bare = column.cast(pa.int64()) if pa.types.is_timestamp(column.type) else column
    values = bare.fill_null(False if pa.types.is_boolean(bare.type) else 0).to_numpy(
        zero_copy_only=False
    )
    return pa.array(values, mask=column.is_null().to_numpy(zero_copy_only=False)).cast(
        column.type
    )


def _stream(table: pa.Table) -> bytes:
    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, table.schema) as writer:
        for batch in table.combine_chunks().to_batches() or [
            pa.RecordBatch.from_pylist([], schema=table.schema)
        ]:
            writer.write_batch(batch)
    return sink.getvalue().to_pybytes()
