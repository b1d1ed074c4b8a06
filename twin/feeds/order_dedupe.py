"""Rows of one order within a file.

They are the same row again, another unit's part of the order, or a contradiction.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt

Hashes = npt.NDArray[np.int64]

# Of what is remembered of a row. Units and deeds are compared within one order only: half a
# hash tells them apart.
_KINDS = (np.int64, np.int64, np.int32, np.int32, np.int32)


# Bits of the number of a row, above which stands the ordinal of its sheet: a sheet has 2 **
# 20 rows.
_ROWS_OF_A_SHEET = 21


@dataclass
class Sorted:
    """What the rows of a block are.

    Attributes:
        first: indexes of rows whose order the file had not named before.
        parts: index and number, from 2, of rows that add a unit to an order.
        repeated: how many rows say again what was said.
        reasons: by index, why a row contradicts an earlier one.
    """

    first: list[int]
    parts: dict[int, int] = field(default_factory=dict[int, int])
    repeated: int = 0
    reasons: dict[int, str] = field(default_factory=dict[int, str])


class Seen:
    """Remembers the orders of a file by hashes: a million take 28 MB."""

    def __init__(self, column: str) -> None:
        """Begin; `column` holds the orders' numbers."""
        self._column = column
        self._known: list[npt.NDArray[Any]] = [np.empty(0, kind) for kind in _KINDS]
        self._sheets: list[str] = []
        self._units: dict[int, dict[int, int]] = {}
        """Of orders with several units: hash of the unit's name to hash of what it did."""

    def begin(self, sheet: str) -> None:
        """Say which sheet the next rows are of; '' where the file has none."""
        if sheet:
            self._sheets.append(sheet)

    def sort(
        self,
        ids: Sequence[str],
        numbers: Sequence[int],
        orders: Sequence[object],
        units: Sequence[str],
        deeds: Sequence[object],
    ) -> Sorted:
        """Sort the n rows of a block.

        Args:
            numbers: their numbers in the file.
            orders: what each says of the order as such, as something that can be hashed.
            units: name of the unit; '' for none.
            deeds: what each says of that unit; None for nothing.
        """
        hashed = [
            np.fromiter(map(hash, part), np.int64, len(ids))
            for part in (ids, orders, units, deeds)
        ]
        key = hashed[0]
        is_new = ~_held(self._known[0], key)
        _, firsts = np.unique(key, return_index=True)
        is_first = np.zeros(len(ids), np.bool_)
        is_first[firsts] = True
        fresh = np.flatnonzero(is_new & is_first)
        told = (
            *hashed,
            np.asarray(numbers, np.int64) + (len(self._sheets) << _ROWS_OF_A_SHEET),
        )
        self._learn(
            [part[fresh].astype(kind) for part, kind in zip(told, _KINDS, strict=True)]
        )
        found = Sorted(fresh.tolist())
        for at in np.flatnonzero(~(is_new & is_first)).tolist():
            row = [
                int(part[at].astype(kind))
                for part, kind in zip(hashed, _KINDS, strict=False)
            ]
            self._again(at, ids[at], row, found, has_unit=bool(units[at]))
        return found

    def _learn(self, more: list[npt.NDArray[Any]]) -> None:
        order = np.argsort(np.concatenate([self._known[0], more[0]]), kind="stable")
        for nth, part in enumerate(more):
            self._known[nth] = np.concatenate([self._known[nth], part])[order]

    def _again(
        self, at: int, name: str, row: list[int], found: Sorted, *, has_unit: bool
    ) -> None:
        """Say what a row is whose order is known."""
        key, order, unit, deed = row
        place = int(np.searchsorted(self._known[0], key))
        _, first_order, first_unit, first_deed, number = (
            int(part[place]) for part in self._known
        )
        nothing = (first_unit, first_deed) == (_half(""), _half(None))
        units = self._units.setdefault(key, {} if nothing else {first_unit: first_deed})
        if order != first_order or (unit in units and units[unit] != deed):
            found.reasons[at] = (
                f"{self._column}: {name!r} stands on {self._said(number)} already, with"
                " other content"
            )
        elif unit in units or not has_unit:
            found.repeated += 1
        else:
            units[unit] = deed
            found.parts[at] = len(units)

    def _said(self, place: int) -> str:
        sheet, row = place >> _ROWS_OF_A_SHEET, place & ((1 << _ROWS_OF_A_SHEET) - 1)
        return (
            f"row {row} of sheet {self._sheets[sheet - 1]!r}"
            if self._sheets
            else f"row {place}"
        )


def _half(value: object) -> int:
    return int(np.int64(hash(value)).astype(np.int32))


def _held(ordered: Hashes, keys: Hashes) -> npt.NDArray[np.bool_]:
    if not ordered.size:
        return np.zeros(keys.size, np.bool_)
    at = np.minimum(np.searchsorted(ordered, keys), ordered.size - 1)
    return ordered[at] == keys
