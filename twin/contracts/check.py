"""Parts the rows that keep their contract from those that do not.

For each of the others it says why.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.types as pt

from twin.clock import to_text
from twin.contracts.base import Column, Table
from twin.contracts.measured import QUARANTINE
from twin.contracts.unicode import in_one_form, one_form

# Sentences by index of a bad row.
_Reasons = dict[int, list[str]]

# Most characters that a sentence gives of a value, its quotes included.
_SHOWN = 80


@dataclass(frozen=True)
class Checked:
    """What `check` returns.

    `good` has the table's own schema and order, `bad` are rows of the quarantine
    contract.
    """

    good: pa.Table
    bad: pa.Table


def check(
    table: Table,
    rows: pa.Table,
    *,
    feed: str,
    origin: str,
    recorded_at: datetime,
    row_numbers: pa.Array | None = None,
    raw: pa.Table | None = None,
    known_by: datetime | None = None,
) -> Checked:
    """Part `rows` into those that keep the contract of `table` and those that go to quarantine.

    A value is converted only where nothing can be lost or guessed: a moment without zone, a
    number given for a text, or a fraction given for a whole number is refused. A column
    that may be null may be absent; any other missing column, or an unknown one, makes every
    row bad. Text is kept in one form of Unicode, NFC, so that a key is one key however its
    accents are spelt; quarantine keeps the row as it was given. Of two good rows with one
    key, the first stays.

    Args:
        table: the contract.
        rows: n rows, columns in any order.
        feed: feed that gave the rows.
        origin: file, topic or address that they came from.
        recorded_at: moment of refusal, UTC.
        row_numbers: n ordinals from 1 in the origin; null in quarantine if not given.
        raw: n rows as they stood in the origin; `rows` itself if not given.
        known_by: moment that the rows are published for, UTC: a row recorded later cannot
            be known yet. None for no limit.
    """
    bad = _wrong_columns(table, rows)
    if bad:
        kept = table.empty()
    else:
        converted, bad = _convert(table, rows)
        for faults in (
            _nulls(table, converted, bad),
            _values(table, converted),
            _rules(table, converted),
            _not_yet_known(converted, known_by),
        ):
            _join(bad, faults)
        kept, again = _first_of_each_key(table, converted, bad)
        bad |= again
    return Checked(
        kept,
        quarantine(
            table.name,
            rows if raw is None else raw,
            bad,
            feed=feed,
            origin=origin,
            recorded_at=recorded_at,
            row_numbers=row_numbers,
            subjects=rows["event_id"] if "event_id" in rows.column_names else None,
        ),
    )


def quarantine(
    table: str,
    raw: pa.Table,
    reasons: Mapping[int, list[str]],
    *,
    feed: str,
    origin: str,
    recorded_at: datetime,
    row_numbers: pa.Array | None = None,
    subjects: pa.ChunkedArray | None = None,
) -> pa.Table:
    """Return the rows of `raw` that `reasons` names by index, for the quarantine.

    They are rows of the quarantine contract, in the order of their index.

    Args:
        subjects: event that each row of `raw` speaks of, one for one; None where rows speak
            of no event.
    """
    at = sorted(reasons)
    places = pa.array(at, pa.int64())
    texts = [
        json.dumps(row, ensure_ascii=False, default=str)
        for row in raw.take(places).to_pylist()
    ]
    numbers: list[int | None] = (
        [None] * len(at)
        if row_numbers is None
        else row_numbers.take(places).to_pylist()
    )
    named = [None] * len(at) if subjects is None else subjects.take(places).to_pylist()
    return quarantined(
        (
            (number, "; ".join(reasons[index]) + ".", text)
            for index, number, text in zip(at, numbers, texts, strict=True)
        ),
        table=table,
        feed=feed,
        origin=origin,
        recorded_at=recorded_at,
        subjects=[None if name is None else str(name) for name in named],
    )


def quarantined(
    rows: Iterable[tuple[int | None, str, str]],
    *,
    table: str,
    feed: str,
    origin: str,
    recorded_at: datetime,
    subjects: Sequence[str | None] | None = None,
) -> pa.Table:
    """Return rows of the quarantine contract from (row number, reason, row as given in JSON).

    Args:
        subjects: event, order or thing that each row speaks of; None where that cannot be
            read. Kept in NFC, as its id is.

    The id is a hash of origin, place and content: the same bad row of the same file is the
    same quarantine row, whenever it is read.
    """
    given = list(rows)
    n = len(given)
    ids = [
        hashlib.sha256(
            "\0".join(
                (
                    table,
                    feed,
                    origin,
                    f"#{at}" if number is None else str(number),
                    reason,
                    text,
                )
            ).encode()
        ).hexdigest()[:24]
        for at, (number, reason, text) in enumerate(given)
    ]
    return pa.table(
        {
            "quarantine_id": ids,
            "recorded_at": [recorded_at] * n,
            "occurred_at": [recorded_at] * n,
            "table_name": [table] * n,
            "feed": [feed] * n,
            "origin": [origin] * n,
            "row_n": [number for number, _, _ in given],
            "reason": [reason for _, reason, _ in given],
            "raw": [text for _, _, text in given],
            "subject_id": pa.array(
                (
                    [None] * n
                    if subjects is None
                    else [None if name is None else one_form(name) for name in subjects]
                ),
                pa.string(),
            ),
        },
        schema=QUARANTINE.schema,
    )


def _join(into: _Reasons, faults: Iterable[tuple[int, str]]) -> None:
    for index, sentence in faults:
        into.setdefault(index, []).append(sentence)


def _wrong_columns(table: Table, rows: pa.Table) -> _Reasons:
    wanted = [column.name for column in table.columns]
    said: list[str] = []
    if missing := [
        column.name
        for column in table.columns
        if not column.null and column.name not in rows.column_names
    ]:
        said.append(f"column missing from {table.name}: {', '.join(missing)}")
    if extra := [name for name in rows.column_names if name not in wanted]:
        said.append(f"column unknown to {table.name}: {', '.join(extra)}")
    if twice := sorted(
        {name for name in rows.column_names if rows.column_names.count(name) > 1}
    ):
        said.append(f"column given twice: {', '.join(twice)}")
    return dict.fromkeys(range(rows.num_rows), said) if said else {}


def _convert(table: Table, rows: pa.Table) -> tuple[pa.Table, _Reasons]:
    """Return the rows in the contract's types, and the reasons for the nulls in them.

    A value that cannot be had is null.
    """
    bad: _Reasons = {}
    columns: list[pa.Array | pa.ChunkedArray] = []
    for column in table.columns:
        if column.name not in rows.column_names:
            columns.append(pa.nulls(rows.num_rows, column.type))
            continue
        given = rows[column.name].combine_chunks()
        if isinstance(given, pa.ChunkedArray):
            given = (
                pa.concat_arrays(given.chunks)
                if given.num_chunks
                else pa.array([], given.type)
            )
        if pt.is_dictionary(given.type):
            given = given.cast(given.type.value_type)
        if given.type == column.type:
            columns.append(in_one_form(given) if pt.is_string(column.type) else given)
            continue
        made = (
            given.cast(column.type) if pt.is_null(given.type) else _cast(given, column)
        )
        columns.append(in_one_form(made) if pt.is_string(column.type) else made)
        if made.null_count > given.null_count:
            lost = np.flatnonzero(
                _mask(made.is_null()) & _mask(given.is_valid())
            ).tolist()
            _join(
                bad,
                (
                    (i, f"{column.name}: {_show(given[i])} is not {_named(column)}")
                    for i in lost
                ),
            )
    return pa.table(columns, names=[column.name for column in table.columns]), bad


def _cast(given: pa.Array, column: Column) -> pa.Array:
    """Cast what can be cast without loss; answer null for the rest, found by halving."""
    if not _may_become(given.type, column.type):
        return pa.nulls(len(given), column.type)
    try:
        return given.cast(column.type)
    except pa.ArrowInvalid:
        if len(given) == 1:
            return pa.nulls(1, column.type)
        half = len(given) // 2
        return pa.concat_arrays(
            [_cast(given.slice(0, half), column), _cast(given.slice(half), column)]
        )


def _may_become(given: pa.DataType, wanted: pa.DataType) -> bool:
    is_text = pt.is_string(given) or pt.is_large_string(given)
    if is_text:
        return True
    if pt.is_timestamp(wanted):
        return pt.is_timestamp(given) and given.tz is not None
    if pt.is_integer(wanted) or pt.is_floating(wanted):
        return pt.is_integer(given) or pt.is_floating(given)
    return False


def _named(column: Column) -> str:
    if pt.is_timestamp(column.type):
        return "a moment with a time zone"
    if pt.is_integer(column.type):
        return f"a whole number ({column.type})"
    if pt.is_floating(column.type):
        return "a number"
    return "true or false" if pt.is_boolean(column.type) else "text"


def _show(value: pa.Scalar) -> str:
    given = value.as_py()
    said = repr(given)
    if len(said) <= _SHOWN:
        return said
    if not isinstance(given, str):
        return f"{said[: _SHOWN - 1]}…"
    # Cut inside the quotes, so that the sentence goes on where the value ends.
    kept = given[:_SHOWN]
    while len(repr(f"{kept}…")) > _SHOWN:
        kept = kept[:-1]
    return repr(f"{kept}…")


def _nulls(table: Table, rows: pa.Table, known: _Reasons) -> list[tuple[int, str]]:
    return [
        (index, f"{column.name} is missing")
        for column in table.columns
        if not column.null and rows[column.name].null_count
        for index in np.flatnonzero(_mask(rows[column.name].is_null())).tolist()
        if not any(
            reason.startswith(f"{column.name}: ") for reason in known.get(index, ())
        )
    ]


def _mask(truths: pa.Array | pa.ChunkedArray) -> npt.NDArray[np.bool_]:
    return np.asarray(
        (
            truths.to_numpy(zero_copy_only=False)
            if isinstance(truths, pa.Array)
            else truths.to_numpy()
        ),
        dtype=np.bool_,
    )


def _values(table: Table, rows: pa.Table) -> list[tuple[int, str]]:
    """Find numbers out of range or not finite, and texts that are not allowed."""
    faults: list[tuple[int, str]] = []
    for column in table.columns:
        values = rows[column.name]
        tests = (
            _numbers(column, values)
            if pt.is_integer(column.type) or pt.is_floating(column.type)
            else _words(column, values)
        )
        faults.extend(
            (index, f"{column.name}: {_show(values[index])} {sentence}")
            for mask, sentence in tests
            for index in np.flatnonzero(mask).tolist()
        )
    return faults


def _numbers(
    column: Column, values: pa.ChunkedArray
) -> list[tuple[npt.NDArray[np.bool_], str]]:
    # A null becomes NaN, which no comparison finds.
    numbers, known = (
        values.to_numpy(),
        _mask(values.is_valid()),
    )
    unit = f" {column.unit}" if column.unit else ""
    tests: list[tuple[npt.NDArray[np.bool_], str]] = []
    if pt.is_floating(column.type):
        tests.append((~np.isfinite(numbers) & known, "is not a finite number"))
    if column.low is not None:
        tests.append((numbers < column.low, f"is below {column.low:g}{unit}"))
    if column.high is not None:
        tests.append((numbers > column.high, f"is above {column.high:g}{unit}"))
    return tests


def _words(
    column: Column, values: pa.ChunkedArray
) -> list[tuple[npt.NDArray[np.bool_], str]]:
    if not column.allowed:
        return []
    coded = (
        pa.concat_arrays(values.chunks).dictionary_encode()
        if values.num_chunks
        else pa.array([], column.type).dictionary_encode()
    )
    wrong = [
        code
        for code, word in enumerate(coded.dictionary.to_pylist())
        if word not in column.allowed
    ]
    mask = np.isin(coded.indices.fill_null(-1).to_numpy(zero_copy_only=False), wrong)
    return [(mask, f"is none of {', '.join(column.allowed)}")]


def _rules(table: Table, rows: pa.Table) -> list[tuple[int, str]]:
    numbered = rows.append_column("_index", pa.array(np.arange(rows.num_rows)))
    return [
        (index, f"it breaks the rule '{sentence}'")
        for sentence, rule in table.rules.items()
        for index in numbered.filter(~rule)["_index"].to_pylist()
    ]


def _not_yet_known(rows: pa.Table, known_by: datetime | None) -> list[tuple[int, str]]:
    """Find rows that say they were recorded after the moment they are published for."""
    if known_by is None or "recorded_at" not in rows.column_names:
        return []
    recorded = rows["recorded_at"]
    limit = np.datetime64(known_by.astimezone(UTC).replace(tzinfo=None), "us")
    late = np.flatnonzero(
        recorded.to_numpy() > limit
    ).tolist()  # a null is not later than anything
    why = (
        f"lies after {to_text(known_by)}, the moment that the data speak of: it cannot"
        " be known yet"
    )
    return [
        (index, f"recorded_at: {to_text(recorded[index].as_py())} {why}")
        for index in late
    ]


def _first_of_each_key(
    table: Table, rows: pa.Table, bad: Mapping[int, list[str]]
) -> tuple[pa.Table, _Reasons]:
    """Return the good rows, the first of each key alone.

    Return also the reasons of those that came after it.
    """
    good = np.ones(rows.num_rows, dtype=np.bool_)
    good[list(bad)] = False
    key = list(table.key)
    keyed = (
        rows.select(key)
        .append_column("_index", pa.array(np.arange(rows.num_rows)))
        .filter(pa.array(good))
    )
    firsts = (
        keyed.group_by(key, use_threads=False)
        .aggregate([("_index", "min")])["_index_min"]
        .to_numpy()
    )
    again: _Reasons = {}
    if len(firsts) < keyed.num_rows:
        later = np.setdiff1d(np.flatnonzero(good), firsts, assume_unique=True)
        good[later] = False
        for index, row in zip(
            later.tolist(),
            rows.select(key).take(pa.array(later)).to_pylist(),
            strict=True,
        ):
            again[index] = [
                (
                    f"a row before it has the same {', '.join(key)}:"
                    f" {', '.join(str(row[name]) for name in key)}"
                )
            ]
    kept = rows if bool(good.all()) else rows.filter(pa.array(good))
    return (
        pa.Table.from_arrays(
            [column.combine_chunks() for column in kept.columns], schema=table.schema
        ),
        again,
    )
