"""Rows out of XLSX files. A cell is what it shows.

A formula is its last result, or nothing that could be used.

Read with openpyxl, row by row. calamine 0.9 is ten times quicker, but it answers an empty
cell for an error and for a formula without a result, cannot tell a date from a midnight,
and holds the whole sheet.
"""

from __future__ import annotations

import re
import warnings
import zipfile
from collections.abc import Collection, Generator, Iterable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING, Any, cast

from twin.errors import ContractError
from twin.feeds.headers import Header, NoHeader, Row, blocks, find_header
from twin.feeds.records import mended
from twin.feeds.sheets import Sheet

if TYPE_CHECKING:
    from pathlib import Path

_MAX_BYTES = 256 * 1024 * 1024
_MAX_UNPACKED = 4 * 1024 * 1024 * 1024

# An honest sheet packs some 10 to 40 to 1; far more is a file made to fill the memory.
_MAX_RATIO = 200
_MAX_ROWS = 1_048_576

# A spreadsheet keeps 15 digits of a number.
_DIGITS = 10**15
_MERGED = re.compile(rb'<(?:\w+:)?mergeCell\s[^>]*?ref="([A-Z]+)(\d+):([A-Z]+)(\d+)"')
_FORMULA = re.compile(rb"<(?:\w+:)?f[\s>/]")

# A formula and no value, or an empty one; openpyxl does not tell them from an empty cell.
_EMPTY_FORMULA = re.compile(
    rb"<(?:\w+:)?c\s([^>]*)>\s*<(?:\w+:)?f(?:\s[^>]*)?(?:/>|>[^<]*</(?:\w+:)?f>)\s*"
    rb"(<(?:\w+:)?v\s*/>|<(?:\w+:)?v>\s*</(?:\w+:)?v>)?\s*</(?:\w+:)?c>"
)
_PLACE = re.compile(rb'\br="([A-Z]+)(\d+)"')
_PIECE, _OVERLAP = 1 << 20, 1 << 16
_HAS_CLOCK = re.compile(r"[hs]", re.IGNORECASE)
_NOT_FORM = re.compile(r'"[^"]*"|\[[^\]]*\]|\\.')

# A letter that the file writes by its number, as a line break often is.
_ESCAPED = re.compile("_x([0-9A-Fa-f]{4})_")
_NO_RESULT = (
    "the cell is a formula without a result; open the file in a spreadsheet program,"
    " save it, and read it again"
)


def open_xlsx(
    path: Path, wanted: Sequence[str], *, sheet: str | None = None
) -> Iterator[Sheet]:
    """Yield the sheets of an XLSX file that hold the columns; the last says which others there are.

    Args:
        wanted: names in NFC that a header must hold.
        sheet: the only sheet to read; every visible one whose header fits if None.

    Raises:
        ContractError: it is no XLSX, it is damaged or made to fill the memory, or no sheet fits.
        OSError: it cannot be read.
    """
    _not_a_bomb(path)
    with _sentences(path), closing(_Book(path)) as book:
        yield from _sheets(book, wanted, sheet)


@contextmanager
def _sentences(path: Path) -> Generator[None]:
    try:
        yield
    except (ContractError, GeneratorExit, OSError):
        raise
    # A damaged file makes the reader fail in any way: zlib, XML, missing parts.
    except Exception as error:
        raise ContractError(
            f"{path.name} cannot be read as XLSX.",
            why=f"{error}.",
            fix="open it in a spreadsheet program and save it again.",
        ) from error


class _Book:
    """The workbook, opened for the results of its formulas."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._book = _load(path)
        self._traits = dict[str, _Traits]()

    @property
    def names(self) -> list[str]:
        return [tab.title for tab in self._book.worksheets]

    def is_hidden(self, name: str) -> bool:
        return self._book[name].sheet_state != "visible"

    def rows(self, name: str) -> Iterator[Row]:
        """Yield the rows of a sheet; what the file says of its own size may be wrong."""
        tab = self._book[name]
        # openpyxl tells of merged cells only when it holds the whole sheet.
        traits = _traits(self.path, tab._worksheet_path)  # noqa: SLF001
        self._traits[name] = traits
        fill = _Fill(traits.merged)
        tab.reset_dimensions()
        for number, cells in enumerate(tab.iter_rows(), 1):
            if number > _MAX_ROWS:
                raise ContractError(
                    f"{self.path.name} has more than {_MAX_ROWS:,} rows.",
                    fix="cut it into several files.",
                )
            yield fill.row(_row(number, cells, traits.without_result.get(number, ())))

    def merged_across(
        self, name: str, header: Header, wanted: Sequence[str]
    ) -> list[str]:
        """Return a sentence if cells of several wanted columns are merged.

        They are cells below the header.
        """
        merged = self._traits[name].merged
        tops = [
            top
            for top, left, _, right in merged
            if top > header.number
            and any(column in wanted for column in header.names[left:right])
        ]
        if not tops:
            return []
        first = ", ".join(map(str, tops[:5]))
        where = f"on sheet {name!r}, row" if len(self.names) > 1 else "on row"
        return [
            (
                f"Cells are merged across columns {where}{'s' if len(tops) > 1 else ''}"
                f" {first}{', …' if len(tops) > 5 else ''}: the value counts for the first"
                " of the columns."
            )
        ]

    def close(self) -> None:
        self._book.close()


def _load(path: Path) -> Any:
    from openpyxl import load_workbook

    with warnings.catch_warnings():
        # Styles and print areas that openpyxl does not know are no concern here.
        warnings.simplefilter("ignore")
        return load_workbook(path, read_only=True, data_only=True, keep_links=False)


def _sheets(book: _Book, wanted: Sequence[str], sheet: str | None) -> Iterator[Sheet]:
    name, names = book.path.name, book.names
    if sheet is not None and sheet not in names:
        raise ContractError(
            f"{name} has no sheet {sheet!r}, only {', '.join(names)}.",
            fix="name one of these in the mapping.",
        )
    if not names:
        raise ContractError(
            f"{name} holds no sheet with cells.", fix="put the rows on its first sheet."
        )
    tried = (
        [sheet]
        if sheet is not None
        else [tab for tab in names if not book.is_hidden(tab)] or names
    )
    unread = {
        tab: (
            "another is named in the mapping"
            if sheet is not None
            else "it is hidden; name it in the mapping to read it"
        )
        for tab in names
        if tab not in tried
    }
    found = _fitting(book, tried, wanted, unread)
    said = [
        f"Sheet {tab!r} of {name} was not read: {why}." for tab, why in unread.items()
    ]
    for tab, header, rows in found:
        is_last = tab == found[-1][0]
        told = book.merged_across(tab, header, wanted)
        yield Sheet(
            tab if len(found) > 1 else "",
            header.names,
            blocks(header, rows, wanted, may_be_short=True),
            (*told, *(said if is_last else ())),
        )


def _fitting(
    book: _Book, tried: Sequence[str], wanted: Sequence[str], unread: dict[str, str]
) -> list[tuple[str, Header, Iterator[Row]]]:
    """Return the sheets that hold the columns; add to `unread` why others do not.

    Raises:
        ContractError: none does, or a column stands twice in one.
    """
    name = book.path.name
    found, first = list[tuple[str, Header, Iterator[Row]]](), None
    for tab in tried:
        rows = book.rows(tab)
        try:
            found.append((tab, find_header(name, rows, wanted), rows))
        except NoHeader as error:
            first = first if isinstance(first, NoHeader) else error
            has_some = len(error.missing) < len(wanted)
            unread[tab] = (
                f"it has no column {', '.join(error.missing)}"
                if has_some
                else f"it has no header with {', '.join(wanted[:2])}"
            )
        except ContractError as error:
            if "more than once" in str(error):
                raise
            # It is empty, which need not be said where others are not.
            first = first or error
    if not found:
        hidden = [tab for tab in book.names if book.is_hidden(tab) and tab not in tried]
        raise _none_fits(first, name, hidden)
    return found


def _none_fits(
    error: ContractError | None, name: str, hidden: Sequence[str]
) -> ContractError:
    """Return the sentence for a workbook of which no sheet fits.

    Sheets that nobody sees may be the ones that are meant.
    """
    error = error or ContractError(
        f"{name} is empty.", fix="export it again, with its header."
    )
    if not hidden:
        return error
    listed = ", ".join(map(repr, hidden[:5]))
    return ContractError(
        error.what,
        why=f"{error.why} Hidden sheets were not looked at: {listed}.".strip(),
        fix=(
            "if one of those is meant, name it in the mapping, as in sheet ="
            f" {hidden[0]!r}, or show it and save again; else {error.fix}"
        ),
    )


@dataclass(frozen=True)
class _Traits:
    """What the sheet's own text tells before it is read.

    Attributes:
        merged: first row, first column, last row, last column of each block of merged
            cells, from 1.
        without_result: by row, columns of the formulas that were never worked out, from 1.
    """

    merged: Sequence[tuple[int, int, int, int]]
    without_result: Mapping[int, Collection[int]]


def _traits(path: Path, part: str) -> _Traits:
    merged, lacking, tail = set[tuple[int, int, int, int]](), dict[int, set[int]](), b""
    with zipfile.ZipFile(path) as packed, packed.open(part) as file:
        while piece := file.read(_PIECE):
            text = tail + piece
            merged.update(
                (int(top), _column(left), int(bottom), _column(right))
                for left, top, right, bottom in _MERGED.findall(text)
            )
            for row, column in _without_result(text) if _FORMULA.search(text) else ():
                lacking.setdefault(row, set()).add(column)
            tail = text[-_OVERLAP:]
    return _Traits(sorted(merged), lacking)


def _without_result(text: bytes) -> Iterator[tuple[int, int]]:
    for found in _EMPTY_FORMULA.finditer(text):
        about, place = found[1], _PLACE.search(found[1])
        is_empty_text = found[2] is not None and b't="str"' in about
        if place and not is_empty_text:
            yield int(place[2]), _column(place[1])


def _column(letters: bytes) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + letter - 64
    return number


def _row(number: int, cells: Iterable[Any], without_result: Collection[int]) -> Row:
    texts: list[str] = []
    moments: list[tuple[int, datetime]] = []
    faults: list[tuple[int, str]] = []
    for at, cell in enumerate(cells):
        value = cell.value
        if isinstance(value, str):
            texts.append(_unescaped(value) if "_x" in value else value)
            if cell.data_type == "e":
                faults.append((at, f"the cell holds the error {value}"))
            continue
        if isinstance(value, datetime):
            value = _to_the_second(value)
        texts.append(_text(value, cell))
        if isinstance(value, datetime) and not _is_bare(value, cell.number_format):
            moments.append((at, value))
    faults += [(column - 1, _NO_RESULT) for column in sorted(without_result)]
    return Row(number, texts, moments, faults)


def _unescaped(text: str) -> str:
    return mended(_ESCAPED.sub(lambda found: chr(int(found[1], 16)), text))


def _to_the_second(moment: datetime) -> datetime:
    """Return a moment as a spreadsheet shows it.

    What lies below a second is the noise of a fraction of a day.
    """
    return (
        (moment + timedelta(microseconds=500_000)).replace(microsecond=0)
        if moment.microsecond
        else moment
    )


def _is_bare(value: datetime, form: str) -> bool:
    """Return whether a cell shows a date and no time of the day."""
    return value.time() == time.min and not _HAS_CLOCK.search(_NOT_FORM.sub("", form))


def _text(value: object, cell: Any) -> str:
    """Return a cell as text; a moment as ISO 8601, a number without a needless fraction."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(value).upper()
    if isinstance(value, datetime):
        return (
            value.date().isoformat()
            if _is_bare(value, cell.number_format)
            else value.isoformat(sep=" ")
        )
    if isinstance(value, timedelta):
        minutes, seconds = divmod(round(value.total_seconds()), 60)
        return f"{minutes // 60}:{minutes % 60:02d}:{seconds:02d}"
    if isinstance(value, (date, time)):
        return str(value)
    number = cast("float | int", value)
    if abs(number) >= _DIGITS:
        # Digits beyond the fifteenth are lost: it must not look like a whole number.
        return f"{number:.14E}"
    if float(number).is_integer():
        shown = str(int(number))
        return (
            shown.zfill(len(cell.number_format))
            if number >= 0 and set(cell.number_format or "") == {"0"}
            else shown
        )
    return _plain(repr(number))


def _plain(text: str) -> str:
    from decimal import Decimal

    return f"{Decimal(text):f}" if "e" in text else text


class _Fill:
    """Gives each row of merged cells the value that stands in the first of them.

    Of cells over several columns, it goes to the first column.
    """

    def __init__(self, merged: Sequence[tuple[int, int, int, int]]) -> None:
        self._to_come = sorted(merged)
        self._open: list[tuple[int, int, Mapping[str, Any]]] = []

    def row(self, row: Row) -> Row:
        """Return the row with the values of merged cells that reach into it."""
        self._open = [held for held in self._open if held[0] >= row.number]
        while self._to_come and self._to_come[0][0] <= row.number:
            top, left, bottom, _ = self._to_come.pop(0)
            if top == row.number and bottom > top:
                self._open.append((bottom, left - 1, _held(row, left - 1)))
        return self._filled(row) if self._open else row

    def _filled(self, row: Row) -> Row:
        cells, moments, faults = list(row.cells), list(row.moments), list(row.faults)
        for _bottom, at, held in self._open:
            cells.extend([""] * (at + 1 - len(cells)))
            if not cells[at]:
                cells[at] = held["text"]
                moments += [(at, moment) for moment in held["moments"]]
                faults += [(at, why) for why in held["faults"]]
        return Row(row.number, cells, moments, faults)


def _held(row: Row, at: int) -> Mapping[str, Any]:
    return {
        "text": row.cells[at] if at < len(row.cells) else "",
        "moments": [moment for place, moment in row.moments if place == at],
        "faults": [why for place, why in row.faults if place == at],
    }


def _not_a_bomb(path: Path) -> None:
    """Refuse an XLSX that unpacks to far more than its own size.

    Raises:
        ContractError: it does, or it is no XLSX at all.
    """
    size = path.stat().st_size
    if size > _MAX_BYTES:
        raise ContractError(
            f"{path.name} has {size // 1_000_000} MB, more than"
            f" {_MAX_BYTES // 1_000_000}.",
            fix="cut it into several files, or save it as CSV.",
        )
    try:
        with zipfile.ZipFile(path) as packed:
            unpacked = sum(part.file_size for part in packed.infolist())
    except (zipfile.BadZipFile, ValueError, NotImplementedError) as error:
        raise ContractError(
            f"{path.name} is not an XLSX file.",
            why=f"{error}.",
            fix="open it in a spreadsheet program and save it again.",
        ) from error
    if unpacked > _MAX_UNPACKED or (
        unpacked > 10_000_000 and unpacked > _MAX_RATIO * size
    ):
        raise ContractError(
            f"{path.name} would unpack to {unpacked // 1_000_000} MB.",
            why="no export of orders is packed that tightly; it is not opened.",
            fix="save the rows as CSV.",
        )
