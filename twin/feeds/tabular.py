"""Opens a file of rows by its kind."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

from twin.errors import ContractError
from twin.feeds.csv_rows import ENCODINGS, open_csv
from twin.feeds.sheets import Sheet
from twin.feeds.xlsx_rows import open_xlsx

__all__ = ["ENCODINGS", "open_sheets"]

_KINDS = "CSV, XLSX"


def open_sheets(path: Path, wanted: Sequence[str], *, encoding: str = "auto", delimiter: str = ",", sheet: str | None = None) -> Iterator[Sheet]:
    """Yield the tables of a file that hold the columns; each must be read before the next is asked for.

    Args:
        wanted: names in NFC that a header must hold.
        encoding: of a CSV (see `open_csv`).
        delimiter: of a CSV.
        sheet: the only sheet of an XLSX to read.

    Raises:
        ContractError: the file is missing, of another kind or encoding, damaged, or lacks columns.
    """
    try:
        kind = path.suffix.lower()
        if kind in {".xlsx", ".xlsm"}:
            yield from open_xlsx(path, wanted, sheet=sheet)
        elif kind in {".csv", ".txt", ".tsv"}:
            yield open_csv(path, wanted, encoding=encoding, delimiter="\t" if kind == ".tsv" else delimiter)
        else:
            raise ContractError(f"{path.name} is neither {_KINDS.replace(', ', ' nor ')}.", fix="save it as .csv or .xlsx and read that.")
    except OSError as error:
        raise ContractError(f"{path.name} cannot be read: {error.strerror or error}.", fix=f"check the file at {path}.") from error
