"""What a measured figure means, for a reader who would dispute it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from twin.contracts import Column

# A median or a percentile of fewer cases is shown with their number, and is not judged.
# This is a rule about figures, so it stands with what defines them; faces and alerts ask
# for it here.
LEAST_CASES = 10

# Where limits come from that no rule of the city sets: the `source` of several figures.
BY_PACK = "the pack's thresholds, assumed where they are marked so"


@dataclass(frozen=True)
class Definition:
    """One figure of a measure.

    Attributes:
        columns: columns of the measure's contract that hold it. Type, unit and range stand
            there and nowhere else; several columns are one figure if they differ only in
            what they are counted for, such as the corners of one ring.
        formula: how it is worked out, in the columns of the logs.
        absent: when it is null, and how that is drawn.
        source: why it is taken so.
        better: which way is better.
        target: where its target stands; '' if it has none.
    """

    columns: tuple[Column, ...]
    title: str
    formula: str
    absent: str
    source: str
    better: Literal["lower", "higher", "neither"] = "neither"
    target: str = ""

    @property
    def unit(self) -> str:
        """Return the unit that the contract gives its columns; '' for words and truths."""
        return self.columns[0].unit
