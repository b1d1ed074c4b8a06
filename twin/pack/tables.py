"""The tables of a city pack.

They are CSV files written by people, read by contract, with a sentence for each thing
that is off.
"""

from __future__ import annotations

import csv
from typing import TYPE_CHECKING, Any

import pyarrow as pa

from twin.contracts.base import (
    PROVENANCE,
    STATUS,
    Column,
    Table,
    place,
    real,
    text,
    whole,
)
from twin.contracts.unicode import one_form
from twin.pack import alert_rules

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

# Columns that are worked out when the pack is read, and so are not in its files.
COMPUTED = {"n_cells"}

NAMED_ESTATES = Table(
    name="named_estates",
    kind="reference",
    key=("estate_id",),
    doc="Estates that the city's own stories name: seeds of the simulated programmes.",
    columns=(
        text("estate_id", "id in the pack"),
        text("name", "name"),
        text("name_en", "name in English"),
        text("district_id", "district"),
        *place(),
        whole("accuracy_m", "how far off the point may be", "m"),
        whole("built", "year built", "year", null=True, type=pa.int16()),
        whole("households", "homes", "homes", null=True),
        text(
            "lift_kind",
            "whether its lifts are new or replaced",
            null=True,
            allowed=("added", "renewed"),
        ),
        whole("n_lifts", "lifts named", "lifts", null=True),
        real("subsidy_wan", "public money", "10,000 CNY", null=True, low=0),
        real("ride_s", "time of a ride, at most", "s", null=True, low=0),
        whole("old_age_y", "age of old lifts", "years", null=True),
        text("story", "scenario that plays here", null=True),
        text("facts", "what is told of it"),
        STATUS,
        PROVENANCE,
    ),
)

NAMED_COMMUNITIES = Table(
    name="named_communities",
    kind="reference",
    key=("community_id",),
    doc=(
        "Community centres of the conversion programme, one row per slot: seeds of the"
        " simulated programme."
    ),
    columns=(
        text("community_id", "id in the pack"),
        text("name", "name"),
        text("name_en", "name in English"),
        text("district_id", "district"),
        *place(),
        whole("accuracy_m", "how far off the point may be", "m"),
        whole("batch", "batch of the programme", "ordinal", low=1),
        text("activity", "what it is known for", null=True),
        text("facts", "what is told of it", null=True),
        STATUS,
        PROVENANCE,
    ),
)

SEEDS = (NAMED_ESTATES, NAMED_COMMUNITIES)


# Tables that every pack has; of the others a missing file is a table without rows.
REQUIRED = {"districts"}


def read_table(folder: Path, table: Table, problems: list[str]) -> pa.Table | None:
    """Read `<name>.csv` by its contract; degrees become micro-degrees.

    Add a sentence to `problems` for each fault.

    Columns that may be null may be left out.

    Returns:
        Rows in the order of the contract's `sort` or key, without the columns of COMPUTED;
        None if a fault was found.
    """
    name = f"{table.name}.csv"
    if table.name in alert_rules.WITH_DEFAULT and not (folder / name).exists():
        folder = alert_rules.SHIPPED
    columns = [column for column in table.columns if column.name not in COMPUTED]
    schema = pa.schema([table.schema.field(column.name) for column in columns])
    if table.name not in REQUIRED and not (folder / name).exists():
        return schema.empty_table()
    rows = _read_rows(
        folder / name, {in_file(column): column.null for column in columns}, problems
    )
    if rows is None:
        return None
    before = len(problems)
    values: dict[str, list[object]] = {column.name: [] for column in columns}
    for line, row in rows:
        for column in columns:
            values[column.name].append(
                _value(
                    one_form(row.get(in_file(column), "")),
                    column,
                    f"{name}, line {line}",
                    problems,
                )
            )
    lines = [line for line, _ in rows]
    _check_keys(name, table, lines, values, problems)
    _check_rows(name, table, lines, values, problems)
    if len(problems) > before:
        return None
    return pa.table(values, schema=schema).sort_by(
        [(key, "ascending") for key in table.sort or table.key]
    )


def in_file(column: Column) -> str:
    """Return what the column is called in a file.

    Positions are written in degrees, with `lon` for `lon_ud`.
    """
    return column.name.removesuffix("_ud")


def _read_rows(
    path: Path, wanted: Mapping[str, bool], problems: list[str]
) -> list[tuple[int, dict[str, str]]] | None:
    """Return the rows with their lines.

    `wanted` are the columns, and whether each may be left out.
    """
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            reader = csv.DictReader(file, strict=True)
            given, before = list(reader.fieldnames or ()), len(problems)
            problems += [
                f"{path.name} has no column {name!r}; it needs {', '.join(wanted)}."
                for name, may_lack in wanted.items()
                if name not in given and not may_lack
            ]
            problems += [
                f"{path.name} has a column {name!r} that nothing reads; remove it or"
                " mend its name."
                for name in given
                if name not in wanted
            ]
            problems += [
                f"{path.name} has the column {name!r} twice; keep one."
                for name in wanted
                if given.count(name) > 1
            ]
            if len(problems) > before:
                return None
            rows: list[tuple[int, dict[str, str]]] = []
            for row in reader:
                if None in row or None in row.values():
                    problems.append(
                        f"{path.name}, line {reader.line_num}: not {len(given)} values;"
                        " quote values that hold a comma."
                    )
                    return None
                rows.append((reader.line_num, row))
            return rows
    except FileNotFoundError:
        problems.append(
            f"{path.name} is missing; put it at {path} with the columns"
            f" {', '.join(wanted)}."
        )
    except UnicodeDecodeError as error:
        problems.append(
            f"{path.name} is not UTF-8 (byte {error.start}); save it as UTF-8."
        )
    except (OSError, csv.Error) as error:
        problems.append(f"{path.name} cannot be read: {error}.")
    return None


def _value(written: str, column: Column, where: str, problems: list[str]) -> Any:
    """Return the typed value of one field; a bad one adds a sentence and gives None."""
    name = in_file(column)
    if not written:
        if not column.null:
            problems.append(f"{where}: {name} is empty; give {column.doc}.")
        return None
    if pa.types.is_string(column.type):
        if column.allowed and written not in column.allowed:
            problems.append(
                f"{where}: {name} is {written!r}; use one of"
                f" {', '.join(column.allowed)}."
            )
        return written
    try:
        value = _number(written, column)
    except (ValueError, OverflowError):
        kind = (
            "a number"
            if pa.types.is_floating(column.type) or column.name.endswith("_ud")
            else "a whole number"
        )
        problems.append(f"{where}: {name} is {written!r}, not {kind}.")
        return None
    scale = 1e6 if column.name.endswith("_ud") else 1
    if (column.low is not None and value < column.low) or (
        column.high is not None and value > column.high
    ):
        low, high = (
            edge if edge is None else f"{edge / scale:g}"
            for edge in (column.low, column.high)
        )
        problems.append(
            f"{where}: {name} is {written}; use"
            f" {f'{low} or more' if high is None else f'{low} to {high}'}."
        )
        return None
    return value


def _number(written: str, column: Column) -> float | int:
    if column.name.endswith("_ud"):
        return round(float(written) * 1_000_000)
    if pa.types.is_floating(column.type):
        value = float(written)
        if not abs(value) < float("inf"):
            raise ValueError(written)
        return value
    number = int(written)
    if (
        not -(1 << (column.type.bit_width - 1))
        <= number
        < 1 << (column.type.bit_width - 1)
    ):
        raise ValueError(written)
    return number


def _check_keys(
    name: str,
    table: Table,
    lines: list[int],
    values: dict[str, list[object]],
    problems: list[str],
) -> None:
    first: dict[tuple[object, ...], int] = {}
    for line, *key in zip(lines, *(values[part] for part in table.key), strict=True):
        if None not in key and first.setdefault(tuple(key), line) != line:
            problems.append(
                f"{name}, line {line}: {', '.join(map(str, key))} stands already in"
                f" line {first[tuple(key)]}."
            )


def _check_rows(
    name: str,
    table: Table,
    lines: list[int],
    values: dict[str, list[object]],
    problems: list[str],
) -> None:
    for n, line in enumerate(lines):
        row = {column: given[n] for column, given in values.items()}
        problems += [
            f"{name}, line {line}: {said}"
            for said in alert_rules.check_row(table.name, row)
        ]
