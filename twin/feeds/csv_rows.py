"""Rows out of CSV files, a line at a time.

Every byte must fit the encoding, every quote must close.
"""

from __future__ import annotations

import codecs
import csv
import re
from collections.abc import Iterator, Sequence
from itertools import chain, islice
from typing import TYPE_CHECKING, NoReturn

from twin.errors import ContractError
from twin.feeds.headers import WITHIN, NoHeader, Row, blocks, find_header
from twin.feeds.sheets import Sheet

if TYPE_CHECKING:
    from pathlib import Path

_BOM = codecs.BOM_UTF8
_MARKS = (
    (codecs.BOM_UTF32_LE, "UTF-32"),
    (codecs.BOM_UTF32_BE, "UTF-32"),
    (codecs.BOM_UTF16_LE, "UTF-16"),
    (codecs.BOM_UTF16_BE, "UTF-16"),
)
_SAMPLE = 65_536

# Characters of one cell; a spreadsheet holds 32,767.
_MAX_CELL = 1_000_000
_SEPARATORS = {each: f'"{each}"' for each in ";|,^~，；、"} | {"\t": '"\\t"'}
_SAID = re.compile(r"\s*sep\s*=\s*(\\t|tab|[^\w\s'\x22]|\t| )\1*\s*", re.IGNORECASE)

# First lines among which the separator may be named: a title may stand above.
_SAID_WITHIN = 5


def open_csv(
    path: Path, wanted: Sequence[str], *, encoding: str = "auto", delimiter: str = ","
) -> Sheet:
    """Open a CSV file.

    A line such as 'sep=;' among the first ones names the separator and comes before `delimiter`.

    Args:
        wanted: names in NFC that the header must hold; the order does not matter and other
            columns may stand between.
        encoding: 'utf-8' (with or without a mark at its start), 'gb18030', 'auto' for the
            one of both that fits, or another that `is_encoding` knows.

    Raises:
        ContractError: the file is in another encoding, has no header that holds `wanted`,
            or, while its rows are read, holds a byte or a quote that does not fit.
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

    Almost any bytes pass as GB18030. 'auto' therefore takes it only if it makes a wanted
    name out of first lines that are not UTF-8; a header of plain ASCII is taken for UTF-8.

    Raises:
        ContractError: it is UTF-16.
    """
    with path.open("rb") as file:
        sample = file.read(_SAMPLE)
    for mark, named in _MARKS:
        if sample.startswith(mark):
            raise ContractError(
                f"{path.name} is {named}, not UTF-8 or GB18030.",
                why="its first bytes say so; no row was taken.",
                fix="save it as 'CSV UTF-8' and read that.",
            )
    if sample.startswith(_BOM):
        return "utf-8-sig"
    if encoding != "auto":
        return encoding
    return "gb18030" if _is_gb18030(sample, wanted) else "utf-8"


def is_encoding(name: str) -> bool:
    """Return whether a CSV may be declared to be in an encoding.

    It may be in 'auto', or one in which ASCII is ASCII.
    """
    if name == "auto":
        return True
    try:
        return "sep=;".encode(name) == b"sep=;" and b"sep=;".decode(name) == "sep=;"
    except (LookupError, UnicodeError):
        return False


def _is_gb18030(sample: bytes, wanted: Sequence[str]) -> bool:
    for line in sample.split(b"\n")[:WITHIN]:
        try:
            line.decode("utf-8")
        except UnicodeDecodeError:
            text = line.decode("gb18030", errors="replace")
            if any(column in text for column in wanted if not column.isascii()):
                return True
    return False


def _rows(
    path: Path, codec: str, delimiter: str, *, obeys: bool = True
) -> Iterator[Row]:
    """Yield the rows.

    If the file is obeyed, the separator that one of its first lines names comes before
    `delimiter`.
    """
    csv.field_size_limit(_MAX_CELL)
    begun = number = 1
    try:
        with path.open(encoding=codec, newline="") as file:
            lines = iter(file)
            first = list(islice(lines, _SAID_WITHIN))
            said = [_said(line) for line in first]
            if at := next(
                (nth for nth, separator in enumerate(said, 1) if separator), 0
            ):
                delimiter, begun, number, first = (
                    said[at - 1] if obeys else delimiter,
                    at + 1,
                    at + 1,
                    first[at:],
                )
            reader = csv.reader(chain(first, lines), delimiter=delimiter, strict=True)
            skipped = begun - 1
            for row in reader:
                yield Row(number, row)
                number += 1
                begun = skipped + reader.line_num + 1
    except csv.Error as error:
        raise ContractError(
            f"{path.name}, line {begun}: the quotes of the row that begins here do not"
            f" close as they should ({error}).",
            why=(
                "where its cells end is unknown, and the file may be cut off; no row"
                " was taken."
            ),
            fix='export the file again; a quote inside of a text must be doubled ("").',
        ) from error
    except UnicodeDecodeError:
        _misfit(path, codec)


def _said(line: str) -> str:
    r"""Return the separator that a line such as 'sep=;' names; '' for any other line.

    Programs write it between quotes, with blanks, a tab as \t, or with the separators of
    all columns behind it.
    """
    text = line.rstrip("\r\n")
    begun = (
        len(text) > 1 and text.startswith('"') and text.rstrip(";,|\t").endswith('"')
    )
    found = _SAID.fullmatch(text.rstrip(";,|\t").strip('"') if begun else text)
    return (
        ""
        if found is None
        else {"\\t": "\t", "tab": "\t"}.get(found[1].lower(), found[1])
    )


def _refuse_zeros(path: Path) -> None:
    before = 0
    with path.open("rb") as file:
        while chunk := file.read(_SAMPLE * 16):
            if (at := chunk.find(b"\0")) >= 0:
                raise ContractError(
                    f"{path.name}, byte {before + at + 1}: a zero byte, so this is not"
                    " a CSV in UTF-8 or GB18030.",
                    why=(
                        "it may be UTF-16, a spreadsheet, or damaged; no row was taken."
                    ),
                    fix="save it as CSV in UTF-8.",
                )
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
            # The decoder counts from the bytes it still held.
            at = before - pending + error.start
            file.seek(at)
            (byte,) = file.read(1)
            raise ContractError(
                f"{path.name} is not {shown}: byte {at + 1} (0x{byte:02x}) does not"
                " fit.",
                why=(
                    "read in the wrong encoding, names and addresses would turn to"
                    " noise; no row was taken."
                ),
                fix=(
                    "save it as CSV in UTF-8, or set encoding beside the columns of the"
                    ' feed, as in encoding = "cp1252" or "big5".'
                ),
            ) from error
    raise ContractError(
        f"{path.name} changed while it was read.",
        why="no row was taken.",
        fix="read it again once nobody writes to it.",
    )


def _with_separator(
    error: NoHeader, path: Path, codec: str, wanted: Sequence[str]
) -> ContractError:
    """Return the error, with the separator that would have found the header, if there is one."""
    for other, written in _SEPARATORS.items():
        try:
            find_header(path.name, _rows(path, codec, other, obeys=False), wanted)
        except ContractError:
            continue
        wants_name = path.suffix.lower() == ".tsv"
        said = (
            "a tab, as .tsv says"
            if wants_name
            else "what the mapping or its first line says"
        )
        return ContractError(
            f"{path.name} is separated by {written}, not by {said}.",
            why="so its header is one long name; no row was taken.",
            fix=(
                f"{'rename it to end in .csv, and ' if wants_name else ''}set delimiter"
                f" = {written} beside the columns of the feed, and take out a first"
                " line 'sep=' that says otherwise."
            ),
        )
    return error
