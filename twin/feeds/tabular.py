"""Rows of text out of CSV and XLSX files. A cell stays what it shows: nothing is run, nothing is guessed."""

from __future__ import annotations

import csv
import io
import warnings
import zipfile
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from twin.contracts.unicode import one_form
from twin.errors import ContractError

if TYPE_CHECKING:
    from pathlib import Path

ENCODINGS = ("auto", "utf-8", "gb18030")
_BOM = b"\xef\xbb\xbf"
_MAX_BYTES = 256 * 1024 * 1024
_MAX_UNPACKED = 1024 * 1024 * 1024
_MAX_RATIO = 200
"""An honest sheet packs some 10 to 40 to 1; far more is a file made to fill the memory."""
_MAX_ROWS = 1_048_576
_MAX_CELL = 1_000_000
"""Characters of one cell; a spreadsheet holds 32,767."""


@dataclass(frozen=True)
class Sheet:
    """A table of text.

    Attributes:
        header: names of the columns in NFC, without spaces around them.
        rows: number of each row in the file (the header is row 1 of most) and its cells, blank rows left out.
    """

    name: str
    header: tuple[str, ...]
    rows: list[tuple[int, list[str]]]


def read_sheet(path: Path, wanted: Sequence[str], *, encoding: str = "auto", delimiter: str = ",", sheet: str | None = None) -> Sheet:
    """Read a CSV or XLSX file whole.

    Args:
        wanted: names in NFC that the header must hold; the order does not matter and other columns may stand between.
        encoding: of a CSV: 'utf-8' (with or without a mark at its start), 'gb18030', or 'auto' for the one of both that fits.
        sheet: name of the sheet of an XLSX; the first if None.

    Raises:
        ContractError: the file is missing, too large, neither CSV nor XLSX, in another encoding, or lacks columns.
    """
    try:
        size = path.stat().st_size
        if size > _MAX_BYTES:
            raise ContractError(f"{path.name} has {size // 1_000_000} MB, more than {_MAX_BYTES // 1_000_000}.", fix="cut it into several files.")
        kind = path.suffix.lower()
        if kind == ".xlsx":
            rows = _rows_of_xlsx(path, sheet)
        elif kind in {".csv", ".txt"}:
            rows = _rows_of_csv(path.name, decode(path.name, path.read_bytes(), wanted, encoding), delimiter)
        else:
            raise ContractError(f"{path.name} is neither CSV nor XLSX.", fix="save it as .csv or .xlsx and read that.")
        return _with_header(path.name, rows, wanted)
    except OSError as error:
        raise ContractError(f"{path.name} cannot be read: {error.strerror or error}.", fix=f"check the file at {path}.") from error


def decode(name: str, data: bytes, wanted: Sequence[str], encoding: str = "auto") -> str:
    """Answer the text of a CSV file; every byte must fit.

    Almost any bytes pass as GB18030. 'auto' therefore takes it only if it makes a wanted name out of a header that is not
    UTF-8; a header of plain ASCII is taken for UTF-8.

    Raises:
        ContractError: the bytes do not fit, with the place of the first that does not.
    """
    if (at := data.find(b"\0")) >= 0:
        raise ContractError(f"{name}, byte {at + 1}: a zero byte, so this is not a CSV in UTF-8 or GB18030.",
                            why="it may be UTF-16, a spreadsheet, or damaged.", fix="save it as CSV in UTF-8.")
    marked = data.startswith(_BOM)
    content = data[len(_BOM):] if marked else data
    codec = "utf-8" if marked or (encoding == "auto" and not _is_gb18030(content, wanted)) else encoding.replace("auto", "gb18030")
    try:
        return content.decode(codec)
    except UnicodeDecodeError as error:
        at = error.start + (len(_BOM) if marked else 0)
        raise ContractError(f"{name} is not {codec.upper()}: byte {at + 1} (0x{data[at]:02x}) does not fit.",
                            why="read in the wrong encoding, names and addresses would turn to noise; no row was taken.",
                            fix="save it as CSV in UTF-8, or set encoding beside the columns of the feed.") from error


def _is_gb18030(content: bytes, wanted: Sequence[str]) -> bool:
    line = content.split(b"\n", 1)[0]
    try:
        line.decode("utf-8")
    except UnicodeDecodeError:
        text = line.decode("gb18030", errors="replace")
        return any(column in text for column in wanted if not column.isascii())
    return False


def _rows_of_csv(name: str, text: str, delimiter: str) -> Iterator[list[str]]:
    csv.field_size_limit(_MAX_CELL)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    begun = 1
    try:
        for row in reader:
            yield row
            begun = reader.line_num + 1
    except csv.Error as error:
        raise ContractError(f"{name}, line {begun}: the quotes of the row that begins here do not close as they should ({error}).",
                            why="where its cells end is unknown, and the file may be cut off; no row was taken.", fix="export the file again.") from error


def _rows_of_xlsx(path: Path, sheet: str | None) -> Iterator[list[str]]:
    from openpyxl import load_workbook

    _not_a_bomb(path)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # styles and print areas that openpyxl does not know are no concern here
            book: Any = load_workbook(path, read_only=True, data_only=False, keep_links=False)
            try:
                yield from _cells(path.name, book, sheet)
            finally:
                book.close()
    except ContractError:
        raise
    except Exception as error:  # a damaged file makes the reader fail in any way: zlib, XML, missing parts
        raise ContractError(f"{path.name} cannot be read as XLSX.", why=f"{error}.", fix="open it in a spreadsheet program and save it again.") from error


def _cells(name: str, book: Any, sheet: str | None) -> Iterator[list[str]]:
    if sheet is not None and sheet not in book.sheetnames:
        raise ContractError(f"{name} has no sheet {sheet!r}, only {', '.join(book.sheetnames)}.", fix="name one of these in the mapping.")
    if not book.worksheets:
        raise ContractError(f"{name} holds no sheet with cells.", fix="put the rows on its first sheet.")
    chosen = book[sheet] if sheet is not None else book.worksheets[0]
    chosen.reset_dimensions()  # what the file says of its own size may be wrong
    for number, row in enumerate(chosen.iter_rows(values_only=True), 1):
        if number > _MAX_ROWS:
            raise ContractError(f"{name} has more than {_MAX_ROWS:,} rows.", fix="cut it into several files.")
        yield [_text(cell) for cell in row]


def _text(cell: object) -> str:
    """Answer a cell of a spreadsheet as text; a moment as ISO 8601, a whole number without a fraction."""
    if cell is None:
        return ""
    if isinstance(cell, datetime):
        return cell.isoformat(sep=" ")
    if isinstance(cell, date):
        return cell.isoformat()
    if isinstance(cell, float) and cell.is_integer() and abs(cell) < 2**53:
        return str(int(cell))
    return str(cell)


def _not_a_bomb(path: Path) -> None:
    """Refuse an XLSX that unpacks to far more than its own size.

    Raises:
        ContractError: it does, or it is no XLSX at all.
    """
    try:
        with zipfile.ZipFile(path) as packed:
            unpacked = sum(part.file_size for part in packed.infolist())
    except (zipfile.BadZipFile, ValueError, NotImplementedError) as error:
        raise ContractError(f"{path.name} is not an XLSX file.", why=f"{error}.", fix="open it in a spreadsheet program and save it again.") from error
    if unpacked > _MAX_UNPACKED or (unpacked > 10_000_000 and unpacked > _MAX_RATIO * path.stat().st_size):
        raise ContractError(f"{path.name} would unpack to {unpacked // 1_000_000} MB.", why="no export of orders is packed that tightly; it is not opened.",
                            fix="save the rows as CSV.")


def _with_header(name: str, rows: Iterable[list[str]], wanted: Sequence[str]) -> Sheet:
    """Part the header from the rows; blank rows are counted and left out."""
    numbered = ((number, row) for number, row in enumerate(rows, 1) if any(cell.strip() for cell in row))
    first = next(numbered, None)
    if first is None:
        raise ContractError(f"{name} is empty.", fix="export it again, with its header.")
    header = [one_form(cell.strip()) for cell in first[1]]
    while header and not header[-1]:
        header.pop()
    if missing := [column for column in wanted if column not in header]:
        raise ContractError(f"{name} has no column {', '.join(missing)}.", why=f"its header is: {', '.join(header)[:300]}.",
                            fix="name the columns of your export under [feeds.work_orders.columns], or take out those that it does not have.")
    if twice := [column for column in wanted if header.count(column) > 1]:
        raise ContractError(f"{name} has the column {', '.join(twice)} more than once.", fix="rename or remove one of them.")
    return Sheet(name, tuple(header), list(numbered))
