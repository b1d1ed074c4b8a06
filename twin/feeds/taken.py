"""What became of the rows of a file, in words and numbers that add up."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from twin.contracts.reasons import kind_of
from twin.errors import TwinError
from twin.feeds.remarks import place_of

if TYPE_CHECKING:
    import pyarrow as pa

_FIRST = 5
_SHOWN = 20


@dataclass(frozen=True)
class Reason:
    """Rows, or what was done about them, that were refused for one kind of reason.

    Attributes:
        kind: the reason without what differs from row to row.
        first: numbers of the first rows, in their order.
        sheets: the sheet that each of them is on; empty if the file has none, or one.
        example: the whole sentence of the first.
    """

    kind: str
    n: int
    first: tuple[int, ...]
    example: str
    sheets: tuple[str, ...] = ()

    @property
    def places(self) -> str:
        """Return where the first rows stand."""
        sheets = self.sheets or [""] * len(self.first)
        return ", ".join(
            place_of(sheet, row) for sheet, row in zip(sheets, self.first, strict=True)
        )


@dataclass(frozen=True)
class Taken:
    """What became of a file: `taken + known + refused == rows`.

    Attributes:
        snapshot: id of the snapshot that was published; None if every row was refused, and
            nothing was.
        taken: rows that brought something new: an order, a correction, a step.
        known: rows that said what the lake held already, or an earlier row of the file.
        refused: rows of which no order came.
        reasons: why rows, or parts of rows that were taken, were refused; most frequent first.
        remarks: what was decided by rule, and what was not read; sentences.
    """

    origin: str
    snapshot: str | None
    rows: int
    taken: int
    known: int
    refused: int
    reasons: tuple[Reason, ...]
    remarks: tuple[str, ...]

    @property
    def is_ok(self) -> bool:
        """Return whether anything of the file could be used, or it holds no rows at all."""
        return self.snapshot is not None

    def as_json(self) -> dict[str, object]:
        """Return the report for programs."""
        reasons = [
            {
                "reason": each.kind,
                "rows": each.n,
                "first": list(each.first),
                "example": each.example,
            }
            | ({"sheets": list(each.sheets)} if each.sheets else {})
            for each in self.reasons
        ]
        return {
            "file": self.origin,
            "snapshot": self.snapshot,
            "rows": self.rows,
            "taken": self.taken,
            "known": self.known,
            "refused": self.refused,
            "reasons": reasons,
            "remarks": list(self.remarks),
        }

    def lines(self) -> list[str]:
        """Return the report for people."""
        name = Path(self.origin).name
        told = (
            f"{name}: {self.rows:,} {'row' if self.rows == 1 else 'rows'}:"
            f" {self.taken:,} taken, {self.known:,} known already, {self.refused:,}"
            " refused"
        )
        end = (
            f"; snapshot {self.snapshot}."
            if self.snapshot
            else "; nothing was published."
        )
        shown = [
            f"  {each.n:,} {'row' if each.n == 1 else 'rows'}"
            f" ({each.places}{', …' if each.n > len(each.first) else ''}):"
            f" {each.example}"
            for each in self.reasons[:_SHOWN]
        ]
        more = (
            [
                (
                    f"  {len(self.reasons) - _SHOWN} more kinds of reasons; `twin"
                    " quarantine list` shows all."
                )
            ]
            if len(self.reasons) > _SHOWN
            else []
        )
        return [
            told + end,
            *shown,
            *more,
            *(f"  Note: {remark}" for remark in self.remarks),
        ]


class AllRefused(TwinError):  # noqa: N818 - named after what became of the rows
    """Not one row of a file could be used: nothing is published."""


@dataclass
class Tally:
    """Counts what becomes of the rows of a file while it is published.

    See `twin.store.intake.Witness`.

    Attributes:
        rows: returns how many rows were read so far.
        repeated: returns how many of them said again what an earlier one said.
    """

    rows: Callable[[], int]
    repeated: Callable[[], int]
    _new: dict[str, npt.NDArray[np.bool_]] = field(
        default_factory=dict[str, "npt.NDArray[np.bool_]"]
    )
    _known: dict[str, npt.NDArray[np.bool_]] = field(
        default_factory=dict[str, "npt.NDArray[np.bool_]"]
    )
    _kinds: dict[str, tuple[int, list[tuple[str, int]], str]] = field(
        default_factory=dict[str, "tuple[int, list[tuple[str, int]], str]"]
    )

    def told(
        self,
        origin: str,
        new: npt.NDArray[np.int64],
        known: npt.NDArray[np.int64],
        refused: pa.Table,
    ) -> None:
        """Hear of rows, by their numbers in the origin, that were new or known.

        Hear of those that were refused, too.
        """
        _mark(self._new, origin, new)
        _mark(self._known, origin, known)
        for reason, number in zip(
            refused["reason"].to_pylist(), refused["row_n"].to_pylist(), strict=True
        ):
            n, first, example = self._kinds.setdefault(kind_of(reason), (0, [], reason))
            if number is not None and len(first) < _FIRST:
                first.append((origin, number))
            self._kinds[kind_of(reason)] = n + 1, first, example

    def judge(self) -> None:
        """Refuse a file of which nothing could be used.

        Raises:
            AllRefused: it has rows, and every one was refused.
        """
        taken, known = self._counts()
        if self.rows() and not taken and not known:
            raise AllRefused(
                "Every row was refused, so nothing was published.",
                fix=(
                    "mend what the reasons name, or the mapping, and read the file"
                    " again."
                ),
            )

    def report(self, origin: str, snapshot: str | None, remarks: list[str]) -> Taken:
        """Return what became of the file."""
        taken, known = self._counts()
        reasons = [_reason(kind, *told, origin) for kind, told in self._kinds.items()]
        reasons.sort(key=lambda each: -each.n)
        return Taken(
            origin,
            snapshot,
            self.rows(),
            taken,
            known,
            self.rows() - taken - known,
            tuple(reasons),
            tuple(remarks),
        )

    def _counts(self) -> tuple[int, int]:
        """Return how many rows brought something new, and how many only what was known."""
        taken = sum(int(marks.sum()) for marks in self._new.values())
        only_known = 0
        for origin, marks in self._known.items():
            new = self._new.get(origin, np.zeros(0, np.bool_))
            both = min(marks.size, new.size)
            only_known += int(marks.sum()) - int((marks[:both] & new[:both]).sum())
        return taken, only_known + self.repeated()


def _reason(
    kind: str, n: int, first: list[tuple[str, int]], example: str, file: str
) -> Reason:
    sheets = tuple(
        origin.removeprefix(f"{file}#") if origin != file else "" for origin, _ in first
    )
    return Reason(
        kind, n, tuple(row for _, row in first), example, sheets if any(sheets) else ()
    )


def _mark(
    marks: dict[str, npt.NDArray[np.bool_]], origin: str, numbers: npt.NDArray[np.int64]
) -> None:
    if not numbers.size:
        return
    held = marks.get(origin, np.zeros(0, np.bool_))
    most = int(numbers.max()) + 1
    if held.size < most:
        held = np.concatenate(
            [held, np.zeros(max(most, 2 * held.size) - held.size, np.bool_)]
        )
        marks[origin] = held
    held[numbers] = True
