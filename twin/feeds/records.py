"""Records of named values, as JSON and XML hold them, into the blocks of a sheet.

A file of records has no header: which columns there are is known when all of it has been read. So
it is read twice, once for the names and once for the cells, and never held. The first reading also
finds a file that is cut off, before any row of it is taken.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, NamedTuple, TypeAlias

import pyarrow as pa

from twin.contracts.unicode import one_form
from twin.errors import ContractError
from twin.feeds.sheets import ROWS_OF_A_BLOCK, Block, Sheet
from twin.json_kinds import is_list, is_object

if TYPE_CHECKING:
    from pathlib import Path

# A name of the record, or the names to a value inside of it. Readers add tuples of one.
Key: TypeAlias = str | tuple[str, ...]

# Letters of one record: more is no order, but a file made to fill the memory.
MAX_RECORD = 16 * 1024 * 1024
_MAX_COLUMNS = 1_000
_LETTERS_OF_A_BLOCK = 32 * 1024 * 1024


class Number(str):
    """A number as the file writes it: no digit of it is lost."""

    __slots__ = ()


class Twice(dict[str, Any]):
    """An object that gives one of its names twice: which of the values holds is not known."""


class Record(NamedTuple):
    """One record: its ordinal in the file, from 1, its cells, and its fault.

    `fault` says why the record cannot be used; '' if it can.
    """

    number: int
    cells: Mapping[Key, str | None]
    fault: str = ""


@dataclass
class Survey:
    """What the first reading found: all keys as they came, and how many records there are."""

    keys: dict[Key, None] = field(default_factory=dict[Key, None])
    n: int = 0


def unreadable(path: Path, error: OSError) -> ContractError:
    """Return the sentence for a file that the system does not give."""
    return ContractError(
        f"{path.name} cannot be read: {error.strerror or error}.",
        fix=f"check the file at {path}.",
    )


def survey(name: str, records: Iterable[Record], first: Iterable[Key] = ()) -> Survey:
    """Read all records of the file `name` for their keys; those of `first` stand before others.

    Raises:
        ContractError: there are more columns than any table has.
    """
    found = Survey(dict.fromkeys(first))
    for record in records:
        found.n += 1
        if not record.cells.keys() <= found.keys.keys():
            found.keys.update(dict.fromkeys(record.cells))
            if len(found.keys) > _MAX_COLUMNS:
                raise ContractError(
                    f"{name} names more than {_MAX_COLUMNS:,} different columns.",
                    why=(
                        "its records may hold data where names should stand; no row was"
                        " taken."
                    ),
                    fix="export records that share their names.",
                )
    return found


def names_of(keys: Iterable[Key]) -> list[str]:
    """Return the plain name of each key: nested names joined by dots."""
    return [key if isinstance(key, str) else ".".join(key) for key in keys]


def header_of(names: Iterable[str]) -> tuple[str, ...]:
    """Return the names as `Sheet.header` has them: in NFC, none empty, each once."""
    said = [one_form(mended(name).strip()) for name in names]
    plain, seen, header = set(said), set[str](), list[str]()
    for at, name in enumerate(said, 1):
        made = name if name and name not in seen else f"{name or 'column'} ({at})"
        while made in seen or (made != name and made in plain):
            made += f" ({at})"
        seen.add(made)
        header.append(made)
    return tuple(header)


def need(name: str, header: Collection[str], wanted: Sequence[str]) -> None:
    """Make sure that the file `name` has the columns that a mapping needs.

    Raises:
        ContractError: it lacks some.
    """
    if missing := [column for column in wanted if column not in header]:
        raise ContractError(
            f"{name} has no column {', '.join(missing)}.",
            why=f"it has: {', '.join(header)[:300]}.",
            fix=(
                "name the columns of your export under [feeds.work_orders.columns], or"
                " take out those that it does not have."
            ),
        )


def sheet_of(
    name: str,
    found: Survey,
    read: Callable[[], Iterator[Record]],
    wanted: Sequence[str],
    *,
    names: Sequence[str] | None = None,
    remarks: Sequence[str] = (),
) -> Sheet:
    """Return the sheet of the records that `read` gives anew; where there is none, none is lacking.

    Args:
        names: of the columns, one for each key of `found`; `names_of` if None.

    Raises:
        ContractError: wanted columns are lacking, or no record has any name. Blocks raise what
            `read` raises.
    """
    header = header_of(names_of(found.keys) if names is None else names)
    if not found.n:
        return Sheet(
            "",
            (*header, *(column for column in wanted if column not in header)),
            iter(()),
            tuple(remarks),
        )
    if not header:
        raise ContractError(
            f"{name} holds no records with names.",
            why="a list of bare values is no table.",
            fix="export a list of objects, one for each order.",
        )
    need(name, header, wanted)
    return Sheet(
        "", header, _blocks(name, read(), list(found.keys), header), tuple(remarks)
    )


def _blocks(
    name: str, records: Iterator[Record], keys: list[Key], header: tuple[str, ...]
) -> Iterator[Block]:
    known, rows, letters = frozenset(keys), list[Record](), 0
    for record in records:
        if not record.cells.keys() <= known:
            raise ContractError(
                f"{name} was changed while it was read.",
                fix="wait until it is written, and read it again.",
            )
        if not record.fault and not any(
            cell and not cell.isspace() for cell in record.cells.values()
        ):
            continue
        rows.append(record)
        letters += sum(len(cell) for cell in record.cells.values() if cell)
        if len(rows) == ROWS_OF_A_BLOCK or letters > _LETTERS_OF_A_BLOCK:
            yield _block(rows, keys, header)
            rows, letters = [], 0
    if rows:
        yield _block(rows, keys, header)


def _block(rows: Sequence[Record], keys: Sequence[Key], header: Sequence[str]) -> Block:
    columns = [texts([row.cells.get(key) for row in rows]) for key in keys]
    faults = {at: row.fault for at, row in enumerate(rows) if row.fault}
    numbers = pa.array([row.number for row in rows], pa.int64())
    return Block(
        numbers, pa.Table.from_arrays(columns, names=list(header)), faults=faults
    )


def texts(cells: Sequence[str | None]) -> pa.Array:
    """Return cells as strings of Arrow. Half of a letter, where a text was cut, becomes U+FFFD."""
    try:
        return pa.array(cells, pa.string())
    except UnicodeEncodeError:
        return pa.array(
            [None if cell is None else mended(cell) for cell in cells], pa.string()
        )


def mended(text: str) -> str:
    """Return `text` with U+FFFD for what is half of a letter."""
    return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")


def flat(record: Mapping[str, Any]) -> dict[Key, str | None]:
    """Return the values of a record as cells, those of objects inside of it, too; lists as JSON.

    Raises:
        RecursionError: objects inside of objects without an end.
    """
    cells: dict[Key, str | None] = {}
    for name, value in record.items():
        if value is None or isinstance(value, str):
            cells[name] = value
        elif is_object(value):
            cells.update(
                {
                    (name, *((key,) if isinstance(key, str) else key)): cell
                    for key, cell in flat(value).items()
                }
            )
        else:
            cells[name] = as_json(value)
    return cells


def as_text(value: Any) -> str:
    """Return a value as a sentence says it."""
    return (
        ""
        if value is None
        else mended(value if isinstance(value, str) else as_json(value))
    )


def as_json(value: Any) -> str:
    """Return a value as JSON, its numbers as they were written."""
    if isinstance(value, Number):
        return str(value)
    if is_list(value):
        return f"[{', '.join(map(as_json, value))}]"
    if is_object(value):
        said = (f"{as_json(name)}: {as_json(each)}" for name, each in value.items())
        return f"{{{', '.join(said)}}}"
    return json.dumps(value, ensure_ascii=False)


def record_of(
    number: int, value: Any, cells: Mapping[Key, str | None] | None = None
) -> Record:
    """Return the record of an object, with `cells` beside its own."""
    if not is_object(value):
        return Record(number, cells or {}, f"it is no object but {_short(value)}")
    try:
        said = flat(value)
        fault = (
            "it gives one of its names twice, and which value holds is not known"
            if _has_twice(value)
            else ""
        )
    except RecursionError:
        return Record(
            number, cells or {}, "it has objects inside of objects without an end"
        )
    return Record(number, {**cells, **said} if cells else said, fault)


def _has_twice(value: Any) -> bool:
    if isinstance(value, Twice):
        return True
    inside: Iterable[Any] = value.values() if is_object(value) else value
    return any(_has_twice(each) for each in inside if isinstance(each, dict | list))


def _short(value: Any) -> str:
    try:
        said = mended(as_json(value))
    except RecursionError:
        return "a list of lists without an end"
    return said if len(said) <= 60 else f"{said[:60]}…"
