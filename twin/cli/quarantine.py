"""`twin quarantine`: the rows that were refused.

It tells why they were, shows where they stood, and writes a file of them to be mended.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar, cast

import click

from twin.cli.common import report, the_city, with_city, with_json, with_lake

if TYPE_CHECKING:
    from twin.contracts.masking import Mask

Row = dict[str, Any]
_F = TypeVar("_F", bound=Callable[..., Any])

# Rows of a kind that are named by their number.
_FIRST = 5


@click.group()
def command() -> None:
    """Look at the rows that were refused, and take them out to be mended."""


def _looks(command: _F) -> _F:
    """Add the options of every look at the quarantine.

    They are the city, the lake, the form of the report and the snapshot.
    """
    snapshot = click.option(
        "--snapshot",
        default="latest",
        show_default=True,
        metavar="ID",
        help="Snapshot that is looked at.",
    )
    return with_city(with_lake(with_json(snapshot(command))))


def _with_raw(command: _F) -> _F:
    return click.option(
        "--raw",
        "as_given",
        is_flag=True,
        help=(
            "Show rows as they were given: telephone numbers and the like are not"
            " masked."
        ),
    )(command)


def _with_which(command: _F) -> _F:
    """Add the options that choose rows."""
    for option in (
        click.option(
            "--table",
            default=None,
            metavar="NAME",
            help="Only rows meant for this table, such as events.",
        ),
        click.option(
            "--since",
            default=None,
            metavar="MOMENT",
            help="Only rows refused then or later, ISO 8601 with zone.",
        ),
        click.option(
            "--origin",
            default=None,
            metavar="FILE",
            help="Only rows of this file or address; its last part is enough.",
        ),
    ):
        command = option(command)
    return command


@command.command(name="list")
@_looks
@_with_which
def list_(
    city_name: str | None,
    lake: Path,
    as_json: bool,
    snapshot: str,
    origin: str | None,
    since: str | None,
    table: str | None,
) -> None:
    """List why rows were refused, by kind of reason: how many, where they stand, and when."""
    from twin.contracts.masking import read_mask

    mask = read_mask(the_city(city_name).settings)
    found, rows = _asked(
        lake, snapshot, "quarantine_list.sql", _chosen(origin, since, table)
    )
    kinds = _by_kind(rows, mask)
    said = (
        f"{_rows(len(rows))} in quarantine{_of(origin, since, table)}; snapshot"
        f" {found}."
    )
    if not rows:
        said = f"No row is in quarantine{_of(origin, since, table)}; snapshot {found}."
    report(
        as_json,
        {
            "snapshot": found,
            "rows": len(rows),
            "kinds": [kind.payload() for kind in kinds],
        },
        [said, *(line for kind in kinds for line in kind.lines())],
    )


@command.command()
@_looks
@_with_raw
@click.argument("what", metavar="ID_OR_ORIGIN")
@click.argument("row", required=False, type=click.IntRange(min=1))
def show(
    city_name: str | None,
    lake: Path,
    as_json: bool,
    snapshot: str,
    as_given: bool,
    what: str,
    row: int | None,
) -> None:
    """Show one refused row whole, with the reason, as it was given.

    It is named by its id, or by its file and its number in it.

    Telephone numbers and the like are masked as the city wants it, unless --raw is said.
    """
    from twin.contracts.masking import read_mask
    from twin.errors import UsageError

    mask = None if as_given else read_mask(the_city(city_name).settings)
    which = (
        {"id": what, "row_n": None, "origin": None}
        if row is None
        else {"id": None, "row_n": row, "origin": what}
    )
    found, rows = _asked(
        lake, snapshot, "quarantine_rows.sql", {**_chosen(None, None, None), **which}
    )
    if not rows:
        named = f"the id {what[:80]!r}" if row is None else f"{what[:80]!r} row {row}"
        raise UsageError(
            f"No row in quarantine is of {named}; snapshot {found}.",
            fix="see `twin quarantine list`.",
        )
    shown = [_readable(each, mask) for each in rows]
    report(
        as_json,
        {"snapshot": found, "masked": not as_given, "rows": shown},
        [line for each in shown for line in _told(each, as_given)],
    )


@command.command()
@_looks
@_with_raw
@_with_which
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
def export(
    city_name: str | None,
    lake: Path,
    as_json: bool,
    snapshot: str,
    as_given: bool,
    file: Path,
    origin: str | None,
    since: str | None,
    table: str | None,
) -> None:
    """Write refused rows to FILE (.csv, .xlsx or .jsonl).

    They have their columns as given, and the reason as the last one.

    Mend them in a spreadsheet and read the file again. A row that was refused for several
    tables stands once.
    """
    from twin.contracts.masking import read_mask
    from twin.faces.export import plain

    mask = None if as_given else read_mask(the_city(city_name).settings)
    found, rows = _asked(
        lake,
        snapshot,
        "quarantine_rows.sql",
        {"id": None, "row_n": None, **_chosen(origin, since, table)},
    )
    heads, written = _sheet([_readable(row, mask) for row in rows])
    if rows:
        plain.write(file, heads, written)
    said = [
        f"{_rows(len(written))} written to {file}; snapshot {found}.",
        (
            "As given: telephone numbers and the like are not masked."
            if as_given
            else "Masked; --raw writes them as given."
        ),
    ]
    if not rows:
        said = [
            (
                f"No row is in quarantine{_of(origin, since, table)}, so nothing was"
                f" written; snapshot {found}."
            )
        ]
    report(
        as_json,
        {
            "snapshot": found,
            "rows": len(written),
            "masked": not as_given,
            "file": str(file) if rows else None,
        },
        said,
    )


def _chosen(
    origin: str | None, since: str | None, table: str | None
) -> dict[str, object]:
    """Return the parameters that choose rows.

    Raises:
        UsageError: a moment cannot be read, or there is no such table.
    """
    from twin.clock import asked_for
    from twin.contracts import TABLES
    from twin.errors import UsageError

    if table is not None and table not in TABLES:
        raise UsageError(
            f"There is no table {table[:40]!r}.",
            fix="use a name that `twin snapshot show` lists.",
        )
    try:
        moment = None if since is None else asked_for(since)
    except ValueError as error:
        raise UsageError(
            f"--since cannot be read: {error}.",
            fix="write it as 2026-11-23T00:00:00+08:00.",
        ) from error
    return {"origin": origin, "table_name": table, "since": moment}


def _asked(
    lake: Path, snapshot: str, sql: str, params: Mapping[str, object]
) -> tuple[str, list[Row]]:
    """Return the id of a snapshot, and the rows of its quarantine that a question finds."""
    from twin.engine import Engine, load_sql
    from twin.store import Lake, find
    from twin.store.older import earlier

    there = find(Lake(lake), snapshot)
    files = {"quarantine": there.all_files().get("quarantine", ())}
    how = earlier(there, files.keys())
    with Engine.from_files(files, root=there.root, earlier=how) as engine:
        return (
            there.id,
            engine.query(load_sql(Path(__file__).with_name(sql)), params).to_pylist(),
        )


@dataclass
class _Kind:
    """Rows of one table and origin that were refused for one kind of reason, newest first."""

    kind: str
    table: str
    feed: str
    origin: str
    first_id: str
    n: int = 0
    rows: list[int] = field(default_factory=list[int])
    moments: list[datetime] = field(default_factory=list[datetime])

    def payload(self) -> Row:
        """Return it as JSON."""
        return {
            "kind": self.kind,
            "table": self.table,
            "feed": self.feed,
            "origin": self.origin,
            "n": self.n,
            "first_id": self.first_id,
            "first_rows": sorted(self.rows)[:_FIRST],
            "first_at": min(self.moments),
            "last_at": max(self.moments),
        }

    def lines(self) -> list[str]:
        """Return it as sentences."""
        named = ", ".join(map(str, sorted(self.rows)[:_FIRST]))
        more = ", …" if len(self.rows) > _FIRST else ""
        where = (
            f", row{'s' if len(self.rows) > 1 else ''} {named}{more}"
            if self.rows
            else ""
        )
        first, last = (
            f"{moment:%Y-%m-%d %H:%M:%S}Z"
            for moment in (min(self.moments), max(self.moments))
        )
        when = first if first == last else f"{first} to {last}"
        return [
            f"{self.n:>7,} × {self.table}: {self.kind}",
            (
                f"{'':>10}{self.origin} ({self.feed}){where}; {when}; such as"
                f" {self.first_id}"
            ),
        ]


def _by_kind(rows: list[Row], mask: Mask) -> list[_Kind]:
    """Put refused rows together: the kind with most rows first."""
    from twin.contracts.reasons import kind_of

    found: dict[tuple[str, str, str, str], _Kind] = {}
    for row in rows:
        key = (
            mask.text(kind_of(row["reason"])),
            row["table_name"],
            row["feed"],
            row["origin"],
        )
        kind = found.setdefault(key, _Kind(*key, row["quarantine_id"]))
        kind.n += 1
        kind.moments = [
            min([*kind.moments, row["recorded_at"]]),
            max([*kind.moments, row["recorded_at"]]),
        ]
        if row["row_n"] is not None:
            kind.rows.append(row["row_n"])
    return sorted(
        found.values(), key=lambda kind: (-kind.n, kind.table, kind.kind, kind.origin)
    )


def _readable(row: Row, mask: Mask | None) -> Row:
    """Return a refused row with its cells by the name of their column.

    A cell is masked where there is a mask.
    """
    raw = row["raw"] if mask is None else mask.json(row["raw"])
    reason = row["reason"] if mask is None else mask.text(row["reason"])
    try:
        given = json.loads(raw)
    except ValueError:
        given = raw
    cells = cast("Row", given) if isinstance(given, dict) else {"raw": given}
    return {
        **{
            name: row[name]
            for name in (
                "quarantine_id",
                "table_name",
                "feed",
                "origin",
                "row_n",
                "recorded_at",
            )
        },
        "reason": reason,
        "cells": cells,
    }


def _told(row: Row, as_given: bool) -> list[str]:
    """Return the sentences that show one refused row."""
    place = (
        row["origin"] if row["row_n"] is None else f"{row['origin']} row {row['row_n']}"
    )
    head = (
        f"{row['quarantine_id']}: {place}, refused"
        f" {row['recorded_at']:%Y-%m-%d %H:%M:%S}Z for {row['table_name']} (feed"
        f" {row['feed']})."
    )
    how = (
        "The row as given, not masked:"
        if as_given
        else "The row, masked (--raw shows it as given):"
    )
    return [
        head,
        row["reason"],
        how,
        *(
            f"  {name}:"
            f" {value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)}"
            for name, value in cast("Row", row["cells"]).items()
        ),
    ]


def _sheet(rows: list[Row]) -> tuple[list[str], list[Row]]:
    """Return columns and rows of a file to be mended.

    Each row of an origin stands once, with all its reasons.
    """
    names = {name: None for row in rows for name in cast("Row", row["cells"])}
    said = "reason"
    while said in names:
        said = f"{said} of refusal" if said == "reason" else f"{said}'"
    once: dict[tuple[str, str], Row] = {}
    for row in rows:
        place = row["quarantine_id"] if row["row_n"] is None else row["row_n"]
        key = (
            row["origin"],
            f"{place} {json.dumps(row['cells'], ensure_ascii=False, default=str)}",
        )
        held = once.setdefault(key, {**row["cells"], said: ""})
        if row["reason"] not in held[said]:
            held[said] = f"{held[said]} {row['reason']}".strip()
    return [*names, said], list(once.values())


def _rows(n: int) -> str:
    return f"{n:,} row{'' if n == 1 else 's'}"


def _of(origin: str | None, since: str | None, table: str | None) -> str:
    """Return which rows were asked for, in words."""
    return "".join(
        (
            f" of {origin}" if origin else "",
            f" for {table}" if table else "",
            f" since {since}" if since else "",
        )
    )
