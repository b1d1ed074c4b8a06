# Each writer answers 0, or a number below it where a cell could not be written.

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from .format import Format

class Worksheet:
    def autofit(self) -> None: ...
    def freeze_panes(self, row: int, col: int) -> None: ...
    def set_header(self, header: str = "") -> None: ...
    def write_boolean(
        self, row: int, col: int, boolean: bool, cell_format: Format | None = None
    ) -> int: ...
    def write_comment(
        self, row: int, col: int, comment: str, options: Mapping[str, Any] | None = None
    ) -> int: ...
    def write_datetime(
        self, row: int, col: int, date: datetime, cell_format: Format | None = None
    ) -> int: ...
    def write_number(
        self, row: int, col: int, number: float, cell_format: Format | None = None
    ) -> int: ...
    def write_row(
        self,
        row: int,
        col: int,
        data: Iterable[object],
        cell_format: Format | None = None,
    ) -> int: ...
    def write_string(
        self, row: int, col: int, string: str, cell_format: Format | None = None
    ) -> int: ...
