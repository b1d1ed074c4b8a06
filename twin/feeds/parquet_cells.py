"""Columns of Arrow as text: exact, one form for one value, whatever the column's type."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import date, datetime, time
from decimal import Decimal
from math import isnan
from typing import Any, cast

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

# A whole float below it is that whole number; above it may stand for several.
_EXACT = 2**53
_UNITS_OF_A_SECOND = {"s": 1, "ms": 10**3, "us": 10**6, "ns": 10**9}

# The years 1 to 9999, in seconds from 1970: what other programs can hold.
_FIRST_S, _END_S = -62_135_596_800, 253_402_300_800


def text_of(column: pa.Array) -> tuple[pa.StringArray, Mapping[int, str]]:
    """Return a column as text (null for NaN, too), and what is wrong with which of its rows."""
    if isinstance(column, pa.ExtensionArray) and not isinstance(
        column.type, pa.UuidType
    ):
        column = column.storage
    if isinstance(column, pa.DictionaryArray):
        column = column.dictionary_decode()
    kind = column.type
    if (
        pa.types.is_string(kind)
        or pa.types.is_large_string(kind)
        or pa.types.is_string_view(kind)
    ):
        return _of_strings(column)
    if pa.types.is_integer(kind) or pa.types.is_boolean(kind) or pa.types.is_null(kind):
        return column.cast(pa.string()), {}
    if pa.types.is_floating(kind):
        return pa.array(_of_floats(column), pa.string()), {}
    if isinstance(column, pa.TimestampArray):
        return _of_moments(column), {}
    if pa.types.is_date(kind):
        return (
            _known(
                column.cast(pa.string()),
                column,
                pa.int32() if pa.types.is_date32(kind) else pa.int64(),
            ),
            {},
        )
    return pa.array([_said(value) for value in column.to_pylist()], pa.string()), {}


def without_zone(column: pa.Array) -> pa.TimestampArray | None:
    """Return the moments of a column without a zone, timestamp[us]; None for another column."""
    if isinstance(column, pa.DictionaryArray):
        column = column.dictionary_decode()
    if not isinstance(column, pa.TimestampArray) or column.type.tz is not None:
        return None
    per_s = _UNITS_OF_A_SECOND[column.type.unit]
    ticks = column.cast(pa.int64())
    fits = pc.and_(
        pc.greater_equal(ticks, max(_FIRST_S * per_s, -(2**63))),
        pc.less_equal(ticks, min(_END_S * per_s - 1, 2**63 - 1)),
    )
    return pc.if_else(fits, column, pa.scalar(None, column.type)).cast(
        pa.timestamp("us"), safe=False
    )


def _of_strings(column: pa.Array) -> tuple[pa.StringArray, Mapping[int, str]]:
    try:
        column.validate(full=True)
        return column.cast(pa.string()), {}
    except pa.ArrowInvalid:
        raw = (
            column.cast(pa.large_binary())
            if not pa.types.is_string(column.type)
            else column.view(pa.binary())
        )
    values = raw.to_pylist()
    faults = {
        at: "its bytes are not UTF-8"
        for at, value in enumerate(values)
        if value is not None and not _is_text(value)
    }
    return (
        pa.array(
            [
                None if value is None else value.decode(errors="replace")
                for value in values
            ],
            pa.string(),
        ),
        faults,
    )


def _is_text(value: bytes) -> bool:
    try:
        value.decode()
    except UnicodeDecodeError:
        return False
    return True


def _of_floats(column: pa.Array) -> list[str | None]:
    values = column.to_numpy(zero_copy_only=False)
    return [
        _number(value)
        for value in (values.tolist() if values.dtype == np.float64 else values)
    ]


def _number(value: Any) -> str | None:
    if isnan(value):
        return None
    is_whole = abs(float(value)) < _EXACT and value == int(value)
    return str(int(value)) if is_whole else str(value)


def _of_moments(column: pa.TimestampArray) -> pa.StringArray:
    zone = "+00:00" if column.type.tz is not None else ""
    unit = column.type.unit
    text = (
        column.cast(pa.timestamp(unit, "UTC")).cast(pa.timestamp(unit))
        if zone
        else column
    )
    text = pc.replace_substring_regex(text.cast(pa.string()), r"\.0+$", "")
    text = pc.replace_substring_regex(text, r"(\.\d*[1-9])0+$", r"\1")
    return _known(
        pc.binary_join_element_wise(text, zone, "") if zone else text,
        column,
        pa.int64(),
        f" {unit} since 1970",
    )


def _known(
    text: pa.StringArray,
    column: pa.Array,
    ticks: pa.DataType,
    unit: str = " days since 1970",
) -> pa.StringArray:
    """Return `text` with the plain number of the file where Arrow has no day for it."""
    lost = pc.starts_with(text, "<")
    if not pc.any(lost).as_py():
        return text
    return pc.if_else(
        lost,
        pc.binary_join_element_wise(column.cast(ticks).cast(pa.string()), unit, ""),
        text,
    )


def _said(value: Any) -> str | None:
    if value is None or isinstance(value, str):
        return value
    if isinstance(value, dict | list):
        return json.dumps(_plain(value), ensure_ascii=False)
    return str(_plain(value))


def _plain(value: Any) -> Any:
    """Return a value as JSON can hold it."""
    if isinstance(value, dict):
        return {
            str(name): _plain(each)
            for name, each in cast("dict[object, Any]", value).items()
        }
    if isinstance(value, list | tuple):
        return [_plain(each) for each in cast("Sequence[Any]", value)]
    if isinstance(value, bytes):
        return value.decode() if _is_text(value) else f"0x{value.hex()}"
    if isinstance(value, Decimal):
        return format(value, "f")
    if isinstance(value, datetime | date | time):
        return value.isoformat()
    return (
        value
        if value is None or isinstance(value, str | int | float | bool)
        else str(value)
    )
