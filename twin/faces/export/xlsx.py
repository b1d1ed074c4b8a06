"""One workbook with a sheet per table. Text from data never becomes a formula or a link."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

import xlsxwriter
from xlsxwriter.worksheet import Worksheet

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from twin.faces.export.tables import Sheet, Value

SAFE = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False, "default_date_format": "yyyy-mm-dd hh:mm:ss"}
"""How a workbook is made whose texts come from data."""


def write(sheets: Sequence[Sheet], path: Path, made_at: datetime) -> None:
    """Write `sheets` to `path`; `made_at` goes into the file's properties, so that same rows give same bytes."""
    with xlsxwriter.Workbook(str(path), SAFE) as book:
        book.set_properties({"created": made_at.replace(tzinfo=None)})
        bold = book.add_format({"bold": True, "bottom": 1})
        for sheet in sheets:
            page = book.add_worksheet(sheet.name)
            page.freeze_panes(1, 0)
            page.write_row(0, 0, sheet.heads, bold)
            for at, row in enumerate(sheet.rows, start=1):
                for column, value in enumerate(row):
                    _cell(page, at, column, value)
            page.autofit()


def _cell(page: Worksheet, row: int, column: int, value: Value) -> None:
    if value is None:
        return
    if isinstance(value, bool):
        page.write_boolean(row, column, value)
    elif isinstance(value, datetime):
        page.write_datetime(row, column, value)
    elif isinstance(value, (int, float)):
        page.write_number(row, column, value)
    else:
        page.write_string(row, column, value)
