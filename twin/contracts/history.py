"""Every form that a table ever had, as `history.json` beside this file keeps it.

A lake is older than the program that reads it. What its tables looked like is told by their
form: the columns with their types and units, which of them may be null, what an enumeration
allows, and the key. `python -m twin.store.migrations` adds a form when a contract changes.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import pyarrow as pa

from twin.contracts import TABLES
from twin.contracts.base import UTC_US

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from twin.contracts.base import Kind, Table

FILE = Path(__file__).with_name("history.json")

# Types that a column of a lake may have, by the name that the history gives them.
_TYPES: Mapping[str, pa.DataType] = {
    str(each): each
    for each in (
        pa.string(),
        pa.bool_(),
        pa.int8(),
        pa.int16(),
        pa.int32(),
        pa.int64(),
        pa.float32(),
        pa.float64(),
        UTC_US,
    )
}


@dataclass(frozen=True)
class Field:
    """One column of a form: its type as Arrow calls it, and what readers rely on."""

    name: str
    type: str
    unit: str = ""
    null: bool = False
    allowed: tuple[str, ...] = ()


@dataclass(frozen=True)
class Form:
    """What readers of a table rely on. Ranges and rules judge rows as they come, so are none."""

    kind: Kind
    key: tuple[str, ...]
    fields: tuple[Field, ...]

    @property
    def schema(self) -> pa.Schema:
        """Return the Arrow schema of files of this form."""
        return pa.schema(
            [
                pa.field(field.name, _TYPES[field.type], nullable=field.null)
                for field in self.fields
            ]
        )

    @property
    def hash(self) -> str:
        """Return what snapshots call the form by: a short hash of columns and types."""
        return hash_of(self.schema)


def hash_of(schema: pa.Schema) -> str:
    """Return a short hash of columns and types."""
    return hashlib.sha256(str(schema).encode()).hexdigest()[:16]


def form_of(table: Table) -> Form:
    """Return the form of a contract as it is now."""
    return Form(
        table.kind,
        table.key,
        tuple(
            Field(c.name, str(c.type), c.unit, c.null, c.allowed) for c in table.columns
        ),
    )


@cache
def today(table: str) -> str:
    """Return the hash of a table's form as this program writes it."""
    return hash_of(TABLES[table].schema)


def read(path: Path = FILE) -> dict[str, tuple[Form, ...]]:
    """Return the forms of each table that ever was, oldest first."""
    said = cast("dict[str, list[dict[str, Any]]]", json.loads(path.read_text("utf-8")))
    return {
        table: tuple(
            Form(
                each["kind"],
                tuple(each["key"]),
                tuple(
                    Field(
                        column["name"],
                        column["type"],
                        column.get("unit", ""),
                        column.get("null", False),
                        tuple(column.get("allowed", ())),
                    )
                    for column in each["columns"]
                ),
            )
            for each in forms
        )
        for table, forms in said.items()
    }


@cache
def every() -> Mapping[str, tuple[Form, ...]]:
    """Return what `read` does, read once."""
    return read()


@cache
def schema_of(table: str, form: str) -> pa.Schema | None:
    """Return the schema of a table in the form of a hash; None if the history has none."""
    if table in TABLES and form == today(table):
        return TABLES[table].schema
    return next((f.schema for f in every().get(table, ()) if f.hash == form), None)


def write(forms: Mapping[str, tuple[Form, ...]], path: Path = FILE) -> None:
    """Write the history, a line for each column, so that a change reads as one."""
    path.write_text("\n".join(_lines(forms)) + "\n", encoding="utf-8")


def _lines(forms: Mapping[str, tuple[Form, ...]]) -> Iterator[str]:
    yield "{"
    for n, table in enumerate(sorted(forms)):
        yield f'  "{table}": ['
        for m, form in enumerate(forms[table]):
            head = json.dumps({"hash": form.hash, "kind": form.kind, "key": form.key})
            yield f'    {head[:-1]}, "columns": ['
            for k, field in enumerate(form.fields):
                kept = {name: value for name, value in vars(field).items() if value}
                said = json.dumps(kept, ensure_ascii=False)
                yield f"      {said}{_comma(k, form.fields)}"
            yield f"    ]}}{_comma(m, forms[table])}"
        yield f"  ]{_comma(n, forms)}"
    yield "}"


def _comma(at: int, of: tuple[object, ...] | Mapping[str, object]) -> str:
    return "," if at < len(of) - 1 else ""


def against(table: str, old: Form, new: Form) -> list[str]:
    """Return a sentence for each way in which rows of a form do not keep a later one.

    None is said where the later form only adds: a column that may be null, a value that an
    enumeration allows, a null that is allowed from now on, another order of columns.
    """
    found = [
        f"the {what} of {table} was {was} and is {now}"
        for what, was, now in (
            ("kind", old.kind, new.kind),
            ("key", ", ".join(old.key), ", ".join(new.key)),
        )
        if was != now
    ]
    return found + _of_columns(table, old.fields, new.fields)


def strange_to(wanted: pa.Schema, held: pa.Schema) -> list[str]:
    """Return a sentence for each way in which `wanted` does more than add to what is held.

    A file tells no units and no enumerations, so only names, types and nulls are compared.
    """
    said = [
        f"the column {name} is not known to it"
        for name in held.names
        if name not in wanted.names
    ]
    for field in wanted:
        there = held.field(field.name) if field.name in held.names else None
        if there is None and not field.nullable:
            said.append(f"the column {field.name} is missing, and may not be null")
        elif there is not None and there.type != field.type:
            said.append(
                f"the column {field.name} is of type {there.type}, not {field.type}"
            )
        elif there is not None and there.nullable and not field.nullable:
            said.append(f"the column {field.name} may be null, which it may not now")
    return said


def _of_columns(
    table: str, old: tuple[Field, ...], new: tuple[Field, ...]
) -> list[str]:
    before = {field.name: field for field in old}
    after = {field.name: field for field in new}
    found = [f"{table}.{name} is gone" for name in before if name not in after]
    for name, field in after.items():
        if name in before:
            found += _of_column(f"{table}.{name}", before[name], field)
        elif not field.null:
            found.append(f"{table}.{name} is new and may not be null")
    return found


def _of_column(name: str, old: Field, new: Field) -> list[str]:
    said: list[str] = []
    if old.type != new.type:
        said.append(f"{name} was of type {old.type} and is of type {new.type}")
    if old.unit != new.unit:
        said.append(f"{name} was in {old.unit or 'no unit'}, now {new.unit or 'none'}")
    if old.null and not new.null:
        said.append(f"{name} may no longer be null")
    gone = sorted(set(old.allowed) - set(new.allowed))
    if new.allowed and (gone or not old.allowed):
        values = ", ".join(gone) if gone else "every value"
        said.append(f"{name} no longer allows {values}")
    return said
