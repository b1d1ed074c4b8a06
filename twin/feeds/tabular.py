"""Opens a file of rows by its kind."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path

from twin.errors import ContractError
from twin.feeds.csv_rows import open_csv
from twin.feeds.disguises import unmask
from twin.feeds.geojson_points import is_geojson, open_geojson
from twin.feeds.open311 import open_json, open_xml
from twin.feeds.parquet_rows import open_parquet
from twin.feeds.sheets import Sheet
from twin.feeds.xlsx_rows import open_xlsx

__all__ = ["KINDS", "open_sheets"]


def _json(path: Path, wanted: Sequence[str]) -> Sheet:
    """Open a file of JSON: GeoJSON, if it begins like it, else a list of objects.

    Such a list is what Open311 has.
    """
    return (open_geojson if is_geojson(path) else open_json)(path, wanted)


_OPEN: Mapping[str, Callable[[Path, Sequence[str]], Sheet]] = {
    ".geojson": open_geojson,
    ".geojsonl": open_geojson,
    ".geojsons": open_geojson,
    ".geojsonseq": open_geojson,
    ".json": _json,
    ".jsonl": _json,
    ".ndjson": _json,
    ".xml": open_xml,
    ".parquet": open_parquet,
    ".geoparquet": open_parquet,
}
_CSV, _XLSX = (".csv", ".txt", ".tsv"), (".xlsx", ".xlsm")

# Ends of the names of files that are read.
KINDS = (*_CSV, *_XLSX, *_OPEN)


def open_sheets(
    path: Path,
    wanted: Sequence[str],
    *,
    encoding: str = "auto",
    delimiter: str = ",",
    sheet: str | None = None,
) -> Iterator[Sheet]:
    """Yield the tables of a file that hold the columns.

    Each must be read before the next is asked for.

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
        if kind in (*_CSV, *_XLSX):
            unmask(path, may_be_packed=kind in _XLSX)
        if kind in _XLSX:
            yield from open_xlsx(path, wanted, sheet=sheet)
        elif kind in _CSV:
            yield open_csv(
                path,
                wanted,
                encoding=encoding,
                delimiter="\t" if kind == ".tsv" else delimiter,
            )
        elif kind in _OPEN:
            yield _OPEN[kind](path, wanted)
        else:
            raise ContractError(
                f"{path.name} is of a kind that is not read: {', '.join(KINDS)} are.",
                fix="save it as .csv or .xlsx and read that.",
            )
    except OSError as error:
        raise ContractError(
            f"{path.name} cannot be read: {error.strerror or error}.",
            fix=f"check the file at {path}.",
        ) from error
