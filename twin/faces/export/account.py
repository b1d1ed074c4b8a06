"""The rows behind a figure as files: CSV, or a workbook with what was asked beside them."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING

from twin.clock import to_text
from twin.faces import account
from twin.faces.export import tables, xlsx
from twin.faces.export.csv import safe
from twin.faces.export.tables import Sheet

if TYPE_CHECKING:
    from twin.faces.account import Account
    from twin.faces.export.tables import Value
    from twin.query.service import Explained

# What is done to words, so that none of them names a folder of this machine.
Told = Callable[[str], str]


def csv_of(of: Account, link: str, told: Told) -> bytes:
    """Return the rows behind a figure as CSV, UTF-8 with a mark.

    The first line says what they are of, the second has the heads, which end in how late the
    data are, or of which other moment. No text is a formula.

    Args:
        link: whole address of the account.
    """
    sheet = Sheet("rows", (), ()) if of.main is None else rows_of(of, of.main)
    notice = tables.notice(of.picture)
    made = io.StringIO(newline="")
    out = csv.writer(made)
    out.writerow([safe(told(each)) for each in _origin(of, link)])
    out.writerow([*sheet.heads, *([told(notice)] if notice else [])])
    out.writerows([safe(value) for value in row] for row in sheet.rows)
    return made.getvalue().encode("utf-8-sig")


def xlsx_of(of: Account, link: str, told: Told) -> bytes:
    """Return a workbook: what it is of, the rows, the answer, parameters, columns and SQL.

    Raises:
        UsageError: a sheet has more rows than a workbook can hold.
    """
    cover = tables.cover(of.picture)
    more: tuple[tuple[Value, ...], ...] = (
        ("panel", f"{of.named.layer}.{of.named.name}"),
        ("figure", of.named.figure),
        ("link", link),
    )
    about = tuple(
        tuple(told(value) if isinstance(value, str) else value for value in row)
        for row in (*cover.rows, *more)
    )
    sheets = [replace(cover, rows=about)]
    if of.behind is not None:
        sheets.append(replace(rows_of(of, of.behind), name="rows"))
        sheets += _asked(of.behind, "rows_")
    if of.found is not None:
        name = "rows" if of.behind is None else "answer"
        sheets.append(replace(rows_of(of, of.found), name=name))
        sheets += _asked(of.found)
    sheets.append(tables.definitions(of.picture))
    return xlsx.book_of(of.picture, sheets, told(tables.notice(of.picture)))


def rows_of(of: Account, found: Explained) -> Sheet:
    """Return the rows of an answer, complete, in the order in which they were answered."""
    rows = account.rows_of(found.answer, of.picture.city.zone)
    return Sheet("rows", tuple(column.name for column in rows.columns), rows.rows)


def _origin(of: Account, link: str) -> list[str]:
    pinned = of.picture.pinned
    return [
        "snapshot",
        pinned.snapshot,
        "city",
        of.picture.city.name,
        "as_of_utc",
        to_text(pinned.as_of),
        "known_at_utc",
        to_text(pinned.known_at),
        "link",
        link,
    ]


def _asked(found: Explained, before: str = "") -> list[Sheet]:
    """Return parameters, columns, tables and SQL of a question; `before` begins their names."""
    sql = found.answer.sql
    columns = tuple((each.name, each.unit, each.doc) for each in sql.columns)
    return [
        Sheet(
            f"{before}parameters",
            ("name", "value", "unit", "meaning", "given_by"),
            account.values(found),
        ),
        Sheet(f"{before}columns", ("column", "unit", "meaning"), columns),
        Sheet(f"{before}tables", ("table", "a_row_is", "rows"), account.tables(found)),
        Sheet(
            f"{before}sql",
            (sql.name,),
            tuple((line,) for line in sql.text.splitlines()),
        ),
    ]
