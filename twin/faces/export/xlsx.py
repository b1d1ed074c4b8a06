"""One workbook with a sheet per table. Text from data never becomes a formula or a link."""

from __future__ import annotations

import io
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any, NamedTuple, cast

from twin.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from xlsxwriter import Workbook
    from xlsxwriter.format import Format as Look
    from xlsxwriter.worksheet import Worksheet

    from twin.faces.export.draft import Draft
    from twin.faces.export.format import Format
    from twin.faces.export.tables import Sheet, Value
    from twin.faces.freshness import State
    from twin.faces.picture import Picture

# How a workbook is made whose texts come from data.
SAFE = {
    "strings_to_formulas": False,
    "strings_to_urls": False,
    "strings_to_numbers": False,
    "default_date_format": "yyyy-mm-dd hh:mm:ss",
}


# Rows below the heads of a sheet, and signs in one of its cells.
MOST_ROWS, MOST_SIGNS = 1_048_575, 32_767

# Excel's hatching of thin lines that rise.
_LIGHT_UP = 14


@dataclass(frozen=True)
class Xlsx:
    """Tables for a spreadsheet, in one file. Moments are in the city's zone, without offset."""

    name: str = "xlsx"
    suffix: str = ".xlsx"

    def write(self, draft: Draft, into: Path) -> list[Path]:
        """Write each sheet of the draft to a sheet of one workbook.

        The notice stands as an open note beside each sheet's heads, and above each printed
        page.

        Raises:
            LakeError: the lake cannot be read. OSError: the file cannot be written.
        """
        # It takes a tenth of a second to import, which no other command needs to wait for.
        import xlsxwriter
        from xlsxwriter.exceptions import XlsxWriterException

        path = draft.path(into, self.suffix)
        sheets, notice = draft.sheets(), draft.notice()
        try:
            with xlsxwriter.Workbook(str(path), SAFE) as book:
                _write(book, draft.picture(), sheets, notice)
        except XlsxWriterException as error:
            raise OSError(str(error)) from error
        return [path]


def book_of(picture: Picture, sheets: Sequence[Sheet], notice: str) -> bytes:
    """Return a workbook of sheets that stand behind a picture, as the bytes of its file.

    Raises:
        UsageError: a sheet has more rows than a workbook can hold.
    """
    import xlsxwriter

    for sheet in sheets:
        if len(sheet.rows) > MOST_ROWS:
            raise UsageError(
                f"A sheet holds {MOST_ROWS:,} rows, not {len(sheet.rows):,}.",
                fix="take the CSV instead.",
            )
    made = io.BytesIO()
    with xlsxwriter.Workbook(cast("Any", made), {**SAFE, "in_memory": True}) as book:
        _write(book, picture, sheets, notice)
    return made.getvalue()


def _write(
    book: Workbook, picture: Picture, sheets: Sequence[Sheet], notice: str
) -> None:
    book.set_properties({"created": picture.pinned.as_of.replace(tzinfo=None)})
    looks = _looks(book, picture.age_state)
    for sheet in sheets:
        _fill(book.add_worksheet(sheet.name), sheet, looks, notice)


FORMAT: Format = Xlsx()


class _Looks(NamedTuple):
    head: Look
    plain: Look
    moment: Look


def _looks(book: Workbook, state: State) -> _Looks:
    """Return how cells look: heads of late data are hatched, old values dimmed, as on faces."""
    hatched: dict[str, Any] = (
        {} if state == "fresh" else {"pattern": _LIGHT_UP, "fg_color": "#A0A0A0"}
    )
    dimmed = {"font_color": "#808080"} if state == "old" else {}
    return _Looks(
        book.add_format({"bold": True, "bottom": 1, **hatched}),
        book.add_format({**dimmed}),
        book.add_format({"num_format": SAFE["default_date_format"], **dimmed}),
    )


def _fill(page: Worksheet, sheet: Sheet, looks: _Looks, notice: str) -> None:
    page.freeze_panes(1, 0)
    page.write_row(0, 0, sheet.heads, looks.head)
    if notice:
        beside = {"start_row": 0, "start_col": len(sheet.heads) + 1}
        size = {"width": 260, "height": 60}
        page.write_comment(0, 0, notice, {"visible": True, **beside, **size})
        page.set_header(f"&L{notice.replace('&', '&&')}"[:255])
    for at, row in enumerate(sheet.rows, start=1):
        for column, value in enumerate(row):
            look = looks.moment if isinstance(value, datetime) else looks.plain
            _cell(page, at, column, value, look)
    page.autofit()


def _cell(page: Worksheet, row: int, column: int, value: Value, look: Look) -> None:
    if value is None:
        return
    if isinstance(value, bool):
        page.write_boolean(row, column, value, look)
    elif isinstance(value, datetime):
        page.write_datetime(row, column, value, look)
    elif isinstance(value, (int, float)):
        page.write_number(row, column, value, look)
    else:
        page.write_string(row, column, value[:MOST_SIGNS], look)
