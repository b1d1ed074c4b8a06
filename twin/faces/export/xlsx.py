"""One workbook with a sheet per table. Text from data never becomes a formula or a link."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

import xlsxwriter
from xlsxwriter.worksheet import Worksheet

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from xlsxwriter.format import Format

    from twin.faces.export.tables import Sheet, Value
    from twin.faces.freshness import State

# How a workbook is made whose texts come from data.
SAFE = {
    "strings_to_formulas": False,
    "strings_to_urls": False,
    "strings_to_numbers": False,
    "default_date_format": "yyyy-mm-dd hh:mm:ss",
}


# Excel's hatching of thin lines that rise.
_LIGHT_UP = 14


def write(
    sheets: Sequence[Sheet],
    path: Path,
    made_at: datetime,
    notice: str = "",
    state: State = "fresh",
) -> None:
    """Write `sheets` to `path`.

    Args:
        made_at: goes into the file's properties.
        notice: stands as an open note beside each sheet's heads and above each printed
            page, such as that the data are late.
        state: heads of late data are hatched, and values of old data dimmed, as on the faces.
    """
    with xlsxwriter.Workbook(str(path), SAFE) as book:
        book.set_properties({"created": made_at.replace(tzinfo=None)})
        hatched = (
            {} if state == "fresh" else {"pattern": _LIGHT_UP, "fg_color": "#A0A0A0"}
        )
        bold = book.add_format({"bold": True, "bottom": 1, **hatched})
        plain = book.add_format({"font_color": "#808080"} if state == "old" else {})
        moment = book.add_format(
            {
                "num_format": SAFE["default_date_format"],
                **({"font_color": "#808080"} if state == "old" else {}),
            }
        )
        for sheet in sheets:
            page = book.add_worksheet(sheet.name)
            page.freeze_panes(1, 0)
            page.write_row(0, 0, sheet.heads, bold)
            if notice:
                page.write_comment(
                    0,
                    0,
                    notice,
                    {
                        "visible": True,
                        "start_row": 0,
                        "start_col": len(sheet.heads) + 1,
                        "width": 260,
                        "height": 60,
                    },
                )
                page.set_header(f"&L{notice.replace('&', '&&')}"[:255])
            for at, row in enumerate(sheet.rows, start=1):
                for column, value in enumerate(row):
                    _cell(
                        page,
                        at,
                        column,
                        value,
                        moment if isinstance(value, datetime) else plain,
                    )
            page.autofit()


def _cell(page: Worksheet, row: int, column: int, value: Value, look: Format) -> None:
    if value is None:
        return
    if isinstance(value, bool):
        page.write_boolean(row, column, value, look)
    elif isinstance(value, datetime):
        page.write_datetime(row, column, value, look)
    elif isinstance(value, (int, float)):
        page.write_number(row, column, value, look)
    else:
        page.write_string(row, column, value, look)
