"""Rows out of CSV files, a line at a time. Every byte must fit the encoding, every quote must close."""

from __future__ import annotations

import codecs
import csv
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, NoReturn

from twin.errors import ContractError
from twin.feeds.headers import WITHIN, NoHeader, Row, blocks, find_header
from twin.feeds.sheets import Sheet

if TYPE_CHECKING:
    from pathlib import Path

ENCODINGS = ("auto", "utf-8", "gb18030")
_BOM = codecs.BOM_UTF8
_UTF16 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
_SAMPLE = 65_536
_MAX_CELL = 1_000_000
"""Characters of one cell; a spreadsheet holds 32,767."""
_SEPARATORS = {";": '";"', "\t": '"\\t"', "|": '"|"', ",": '","'}


def open_csv(path: Path, wanted: Sequence[str], *, encoding: str = "auto", delimiter: str = ",") -> Sheet:
    """Open a CSV file.

    A first line such as 'sep=;' names the separator and comes before `delimiter`.

    Args:
        wanted: names in NFC that the header must hold; the order does not matter and other columns may stand between.
        encoding: 'utf-8' (with or without a mark at its start), 'gb18030', or 'auto' for the one of both that fits.

    Raises:
        ContractError: the file is in another encoding, has no header that holds `wanted`, or, while its rows are read,
            holds a byte or a quote that does not fit.
        OSError: it cannot be read.
    """
    codec = codec_of(path, wanted, encoding)
    _refuse_zeros(path)
    rows = _rows(path, codec, delimiter)
    try:
        header = find_header(path.name, rows, wanted)
    except NoHeader as error:
        raise _with_separator(error, path, codec, wanted) from None
    return Sheet("", header.names, blocks(header, rows, wanted, may_be_short=False))


def codec_of(path: Path, wanted: Sequence[str], encoding: str = "auto") -> str:
    """Return the codec that a CSV file is read with, by its first bytes.

    Almost any bytes pass as GB18030. 'auto' therefore takes it only if it makes a wanted name out of first lines that are
    not UTF-8; a header of plain ASCII is taken for UTF-8.

    Raises:
        ContractError: it is UTF-16.
    """
    with path.open("rb") as file:
        sample = file.read(_SAMPLE)
    if sample.startswith(_UTF16):
        raise ContractError(f"{path.name} is UTF-16, not UTF-8 or GB18030.", why="its first two bytes say so; no row was taken.",
                            fix="save it as 'CSV UTF-8' and read that.")
    if sample.startswith(_BOM):
        return "utf-8-sig"
    if encoding != "auto":
        return encoding
    return "gb18030" if _is_gb18030(sample, wanted) else "utf-8"


def _is_gb18030(sample: bytes, wanted: Sequence[str]) -> bool:
    for line in sample.split(b"\n")[:WITHIN]:
        try:
            line.decode("utf-8")
        except UnicodeDecodeError:
            text = line.decode("gb18030", errors="replace")
            if any(column in text for column in wanted if not column.isascii()):
                return True
    return False


def _rows(path: Path, codec: str, delimiter: str, *, obeys: bool = True) -> Iterator[Row]:
    """Yield the rows; the separator that a first line names comes before `delimiter` if the file is obeyed."""
    csv.field_size_limit(_MAX_CELL)
    begun = number = 1
    try:
        with path.open(encoding=codec, newline="") as file:
            lines = iter(file)
            first = next(lines, "")
            if (separator := _said(first)) is not None:
                delimiter, begun, number, first = separator if obeys else delimiter, 2, 2, ""
            reader = csv.reader(_with(first, lines), delimiter=delimiter, strict=True)
            skipped = begun - 1
            for row in reader:
                yield Row(number, row)
                number += 1
                begun = skipped + reader.line_num + 1
    except csv.Error as error:
        raise ContractError(f"{path.name}, line {begun}: the quotes of the row that begins here do not close as they should ({error}).",
                            why="where its cells end is unknown, and the file may be cut off; no row was taken.",
                            fix="export the file again.") from error
    except UnicodeDecodeError:
        _misfit(path, codec)


def _with(first: str, lines: Iterator[str]) -> Iterator[str]:
    if first:
        yield first
    yield from lines


def _said(line: str) -> str | None:
    """Return the separator that a first line such as 'sep=;' names; None for any other line."""
    text = line.rstrip("\r\n").strip('"')
    return text[4:] if len(text) == 5 and text[:4].lower() == "sep=" else None


def _refuse_zeros(path: Path) -> None:
    before = 0
    with path.open("rb") as file:
        while chunk := file.read(_SAMPLE * 16):
            if (at := chunk.find(b"\0")) >= 0:
                raise ContractError(f"{path.name}, byte {before + at + 1}: a zero byte, so this is not a CSV in UTF-8 or GB18030.",
                                    why="it may be UTF-16, a spreadsheet, or damaged; no row was taken.", fix="save it as CSV in UTF-8.")
            before += len(chunk)


def _misfit(path: Path, codec: str) -> NoReturn:
    """Read the file again to find the first byte that does not fit."""
    decoder = codecs.getincrementaldecoder(codec)()
    before, pending, shown = 0, 0, codec.removesuffix("-sig").upper()
    with path.open("rb") as file:
        try:
            while chunk := file.read(_SAMPLE):
                pending = len(decoder.getstate()[0])
                decoder.decode(chunk)
                before += len(chunk)
            pending = len(decoder.getstate()[0])
            decoder.decode(b"", final=True)
        except UnicodeDecodeError as error:
            at = before - pending + error.start  # the decoder counts from the bytes it still held
            file.seek(at)
            (byte,) = file.read(1)
            raise ContractError(f"{path.name} is not {shown}: byte {at + 1} (0x{byte:02x}) does not fit.",
                                why="read in the wrong encoding, names and addresses would turn to noise; no row was taken.",
                                fix="save it as CSV in UTF-8, or set encoding beside the columns of the feed.") from error
    raise ContractError(f"{path.name} changed while it was read.", why="no row was taken.", fix="read it again once nobody writes to it.")


def _with_separator(error: NoHeader, path: Path, codec: str, wanted: Sequence[str]) -> ContractError:
    """Return the error, with the separator that would have found the header, if there is one."""
    for other, written in _SEPARATORS.items():
        try:
            find_header(path.name, _rows(path, codec, other, obeys=False), wanted)
        except ContractError:
            continue
        return ContractError(f"{path.name} is separated by {written}, not by what the mapping or its first line says.",
                             why="so its header is one long name; no row was taken.",
                             fix=f"set delimiter = {written} beside the columns of the feed, and take out a first line 'sep=' that says otherwise.")
    return error
