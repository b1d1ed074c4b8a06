"""A block of rows of an export, read column by column.

It tells what each order says, and why others are refused.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, cast

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from twin.contracts.masking import read_mask
from twin.feeds.order_cells import (
    Districts,
    by_word,
    digits_lost,
    read_places,
    read_priorities,
)
from twin.feeds.order_columns import errors, is_given, tidied
from twin.feeds.order_dedupe import Seen, Sorted
from twin.feeds.order_mapping import STEPS, OrderMapping
from twin.feeds.order_moments import Moments, Reader, none
from twin.geography import Locator

if TYPE_CHECKING:
    from datetime import datetime

    from twin.city import City
    from twin.feeds.remarks import Remarks
    from twin.feeds.sheets import Block

_TIMES = ("occurred_at", "created_at", *STEPS, "told_at")

# Stands between the cells of a row that are compared as one text; no tidied cell holds it.
_UNIT_MARK = "\x1f"
_OF_UNIT = ("unit_name", *STEPS)

# Moment, and the one that comes before it.
_BEFORE = (
    ("sent_at", "created_at"),
    ("acked_at", "sent_at"),
    ("arrived_at", "sent_at"),
    ("done_at", "sent_at"),
    ("told_at", "created_at"),
)


class Reading:
    """What the blocks of one file share.

    They share the mapping, the city's places and words, and the orders seen so far.
    """

    def __init__(
        self, mapping: OrderMapping, city: City, recorded_at: datetime, remarks: Remarks
    ) -> None:
        """Learn what the city calls its places and what it wants masked."""
        self.mapping, self.recorded_at, self.remarks = mapping, recorded_at, remarks
        self.mask = read_mask(city.settings)
        slots = city.reference["event_sources"]
        sources = dict(
            zip(slots["source_id"].to_pylist(), slots["finds"].to_pylist(), strict=True)
        )
        self.is_proactive = sources[mapping.source_id] == "proactive"
        self.districts, self.locator = Districts(city, mapping), Locator(city)
        self.moments = Reader(mapping, recorded_at)
        self.seen = Seen(mapping.columns["event_id"])

    def begin(self, sheet: str) -> None:
        """Say which sheet the next blocks are of; '' where the file has none, or one."""
        self.remarks.sheet = sheet
        self.seen.begin(sheet)

    def column(self, name: str) -> str:
        """Return the column of the export that holds a field; '' if none does."""
        return self.mapping.columns.get(name, "")


class OrderBlock:
    """The orders of a block of n rows.

    Attributes:
        refused: by index, why an order is refused, without a full stop; the first reason found.
        moments: by field, n moments.
        occurred: n moments at which it happened, datetime64[us], UTC.
        priority, district, places: n of each.
        sorted: which rows are the first of their order, which add a unit to one.
    """

    def __init__(self, of: Reading, block: Block) -> None:
        """Read every row of the block."""
        given = {
            name: tidied(
                cast("pa.StringArray", block.cells[column].combine_chunks()),
                name,
                of.mapping.null_words,
            )
            for name, column in of.mapping.columns.items()
        }
        self.of, self.block, self.given, self.n = of, block, given, len(block.numbers)
        self.numbers = block.numbers.to_pylist()
        self.refused: dict[int, str] = dict(block.faults)
        for name, texts in given.items():
            self._refuse(errors(texts, name, of.column(name)))
        self.moments = {name: self._moments(name, block) for name in _TIMES}
        self._own_cells()
        good = [at for at in range(self.n) if at not in self.refused]
        self.sorted = self._sort(good)
        self.refused |= self.sorted.reasons
        self._say_moments()

    def text(self, name: str) -> pa.StringArray:
        """Return a field's n cells; empty ones where the export has no such column."""
        held = self.given.get(name)
        return pa.array([""] * self.n, pa.string()) if held is None else held

    def _refuse(self, reasons: Mapping[int, str]) -> None:
        self.refused = {**reasons, **self.refused}  # the first reason found stays

    def _moments(self, name: str, block: Block) -> Moments:
        if name not in self.given:
            return none(self.n)
        return self.of.moments.read(
            self.given[name],
            self.of.column(name),
            block.moments.get(self.of.column(name)),
        )

    def _own_cells(self) -> None:
        """Read what an order itself says; refuse what cannot be read."""
        id_column, created = self.of.column("event_id"), self.moments["created_at"]
        ids = self.text("event_id")
        self._refuse(
            dict.fromkeys(
                np.flatnonzero(~is_given(ids)).tolist(), f"{id_column} is missing"
            )
        )
        self._refuse(digits_lost(ids, id_column))
        self._refuse(created.reasons)
        self._refuse(
            {
                at: f"{self.of.column('created_at')} is missing"
                for at in np.flatnonzero(~is_given(self.text("created_at"))).tolist()
            }
        )
        self._refuse(self.moments["occurred_at"].reasons)
        occurred = self.moments["occurred_at"].at
        self.occurred = np.where(np.isnat(occurred), created.at, occurred)
        self._refuse(
            {
                at: f"{self.of.column('occurred_at')}: it happened after it was reported"
                for at in np.flatnonzero(self.occurred > created.at).tolist()
            }
        )
        words = pc.binary_join_element_wise(
            self.text("title"), self.text("details"), self.text("category"), " "
        )
        self.priority, reasons = read_priorities(
            self.text("priority"), words, self.of.mapping
        )
        self._refuse(reasons)
        self._place()

    def _place(self) -> None:
        """Find the district: by the point, else by the word for it."""
        districts, locator = self.of.districts, self.of.locator
        self.places = read_places(
            self.text("lon"), self.text("lat"), self.of.mapping, locator
        )
        self._refuse(self.places.reasons)
        held_by = locator.districts(self.places.lon, self.places.lat)
        words = self.text("district")
        named = cast(
            "list[str | None]",
            by_word(words, lambda word: districts.find(word) if word else None),
        )
        is_named, has_point = is_given(words), np.isfinite(self.places.lon)
        column = self.of.column("district")
        unknown = [at for at in np.flatnonzero(is_named).tolist() if named[at] is None]
        self._refuse(
            {
                at: (
                    f"{column}: the city has no district {words[at].as_py()!r}, and the"
                    " order has no place"
                )
                for at in unknown
                if not has_point[at]
            }
        )
        self.district = [
            by_point or by_name
            for by_point, by_name in zip(held_by.tolist(), named, strict=True)
        ]
        self.say(
            "the word for the district is not known; the point counts",
            [at for at in unknown if has_point[at]],
        )
        clash = [
            at
            for at, (by_point, by_name) in enumerate(
                zip(held_by.tolist(), named, strict=True)
            )
            if by_point and by_name and by_point != by_name
        ]
        self.say(
            "the point lies in another district than the one that is named; the point"
            " counts",
            clash,
        )
        self.say(
            "the place is one that stands for none; the order is taken without a place",
            np.flatnonzero(self.places.is_no_place).tolist(),
        )

    def say(self, what: str, where: Sequence[int]) -> None:
        """Note what was decided by rule of rows, by their indexes."""
        self.of.remarks.note(
            what, [self.numbers[at] for at in where if at not in self.refused]
        )

    def _say_moments(self) -> None:
        created = self.moments["created_at"].at
        for name, before in _BEFORE:
            earlier = self.moments[before].at
            self.moments[name] = self.moments[name].after(
                np.where(np.isnat(earlier), created, earlier)
            )
        zone = self.of.mapping.zone.key if self.of.mapping.zone else ""
        for name, moments in self.moments.items():
            column = self.of.column(name)
            self.say(
                f"{column}: a local time that comes twice when clocks go back in"
                f" {zone}; the first was taken, or the second where the step before it"
                " was later",
                list(moments.second),
            )
            self.say(
                f"{column}: a local time that clocks skip in {zone}; it was read by the"
                " clock as it ran before the change",
                list(moments.skipped),
            )

    def _sort(self, good: list[int]) -> Sorted:
        """Tell rows that are the first of their order from those that are not.

        Indexes are those of the block.
        """
        taken = pa.array(good, pa.int64())
        ids, units = (
            self.text(name).take(taken).to_pylist()
            for name in ("event_id", "unit_name")
        )
        orders = _joined(
            [
                texts.take(taken)
                for name, texts in self.given.items()
                if name not in _OF_UNIT
            ]
        )
        deeds = _joined([self.text(step).take(taken) for step in STEPS])
        nothing = _UNIT_MARK * (len(STEPS) - 1)
        found = self.of.seen.sort(
            ids,
            [self.numbers[at] for at in good],
            orders,
            units,
            [None if deed == nothing else deed for deed in deeds],
        )
        return Sorted(
            [good[at] for at in found.first],
            {good[at]: nth for at, nth in found.parts.items()},
            found.repeated,
            {good[at]: why for at, why in found.reasons.items()},
        )


def _joined(columns: Sequence[pa.StringArray]) -> list[str]:
    return pc.binary_join_element_wise(*columns, _UNIT_MARK).to_pylist()
