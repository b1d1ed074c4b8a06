"""Files whose name says one thing and whose first bytes another: what they are, in words."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from twin.errors import ContractError

if TYPE_CHECKING:
    from pathlib import Path

_LOOK = 1_024
_SAVE = "open it in a spreadsheet program, and save it as .xlsx or as CSV in UTF-8."


class _Kind(NamedTuple):
    begins: re.Pattern[bytes]
    is_a: str
    fix: str


_PACKED = _Kind(
    re.compile(rb"PK\x03\x04"),
    "a packed file, as .xlsx is",
    "if it is a spreadsheet, rename it to end in .xlsx; else unpack it.",
)
_KINDS = (
    _Kind(
        re.compile(rb"\xd0\xcf\x11\xe0"),
        "an old Excel file (.xls), or one with a password",
        _SAVE,
    ),
    _Kind(
        re.compile(
            rb"\s*(\xef\xbb\xbf)?\s*<(!doctype\s+html|html|head|meta|body|table|style|div)\b",
            re.IGNORECASE,
        ),
        "a web page (HTML), as many systems export tables",
        _SAVE,
    ),
    _Kind(
        re.compile(
            rb"(\xef\xbb\xbf)?\s*<\?xml[^>]*>\s*(<\?[^>]*>\s*)?<(\w+:)?Workbook\b"
        ),
        "a spreadsheet in XML of 2003",
        _SAVE,
    ),
    _Kind(
        re.compile(rb"\x1f\x8b|BZh\d|7z\xbc\xaf|\xfd7zXZ|Rar!|\x28\xb5\x2f\xfd"),
        "a packed file",
        "unpack it, and read what is inside.",
    ),
    _Kind(
        re.compile(rb"%PDF"),
        "a PDF, which is paper and no table",
        "export the rows as .csv or .xlsx from the system that holds them.",
    ),
)


def unmask(path: Path, *, may_be_packed: bool) -> None:
    """Refuse a file whose first bytes say that it is neither a text table nor an XLSX.

    Args:
        may_be_packed: whether the name says that it is packed, as an XLSX is.

    Raises:
        ContractError: it is something else. OSError: it cannot be read.
    """
    with path.open("rb") as file:
        head = file.read(_LOOK)
    for kind in _KINDS if may_be_packed else (*_KINDS, _PACKED):
        if kind.begins.match(head):
            raise ContractError(
                f"{path.name} is {kind.is_a}, by its first bytes.",
                why="no row was taken.",
                fix=kind.fix,
            )
    if may_be_packed and head and not head.startswith(b"PK") and _is_text(head):
        raise ContractError(
            f"{path.name} is not an XLSX file, but plain text.",
            why="no row was taken.",
            fix="if it is a CSV, rename it to end in .csv.",
        )


def _is_text(head: bytes) -> bool:
    return (
        b"\0" not in head
        and b"\n" in head
        and not re.search(rb"[\x01-\x08\x0e-\x1f]", head)
    )
