"""The rules by which values are written, read from `formatting.json`.

A browser writes by the same file: it is built into its scripts. Nothing in it is of a
language; what is said in words is a message that it names.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

_SAID: dict[str, Any] = json.loads(
    Path(__file__).with_name("formatting.json").read_text(encoding="utf-8")
)

DASH: str = _SAID["dash"]
MINUS: str = _SAID["minus"]
GROUP: str = _SAID["group"]
POINT: str = _SAID["point"]

# Form of a value to the unit that it has by itself.
UNITS: dict[str, str] = _SAID["units"]


@dataclass(frozen=True)
class Share:
    """How a percentage is written.

    Attributes:
        digits: after the point.
        least, below: what is more than nothing and less than `least` is written as `below`.
        most, above: what is less than all and not less than `most` is written as `above`.
    """

    digits: int
    least: float
    below: str
    most: float
    above: str

    def edge(self, value: float) -> str:
        """Return what a share near nothing or near all is written as; '' for any other."""
        if 0 < value < self.least:
            return self.below
        return self.above if self.most <= value < 100 else ""


@dataclass(frozen=True)
class Part:
    """One number in a written duration.

    Attributes:
        per_s: how many whole ones of so many seconds.
        of: less how many make one of the next greater unit; 0 for all of them.
        wide: digits at least, filled up with zeros.
        tenths: the number counts tenths, and is written with one digit after the point.
    """

    per_s: int
    of: int = 0
    wide: int = 0
    tenths: bool = False

    def written(self, total: int) -> str:
        """Return the part of `total`, s, in digits. It is never rounded up."""
        count = total // self.per_s
        if self.tenths:
            return f"{count // 10:,}".replace(",", GROUP) + f"{POINT}{count % 10}"
        return f"{count % self.of if self.of else count:0{self.wide}d}"


@dataclass(frozen=True)
class Step:
    """How durations are written that are shorter than `below_s`, s, and than no step before.

    Attributes:
        text: its parts in braces, as it stands in any language; where `say` names a message,
            that has the words.
    """

    text: str
    parts: dict[str, Part]
    below_s: float = float("inf")
    say: str = ""

    @property
    def least_s(self) -> int:
        """The smallest difference that a reader can see, s."""
        return min(part.per_s for part in self.parts.values())


def _step(said: dict[str, Any]) -> Step:
    given = {name: Part(**part) for name, part in said["parts"].items()}
    plain: dict[str, Any] = {**said, "parts": given}
    return Step(**plain)


# Form of a code to the codes that it has; the message of each is '<form>-<code>'.
CODES: dict[str, list[str]] = _SAID["codes"]

SHARE = Share(**_SAID["percent"])

# Least size to how many digits a measured number has after the point, greatest first.
DIGITS = tuple((float(each["from"]), int(each["digits"])) for each in _SAID["digits"])
DURATIONS = tuple(_step(each) for each in _SAID["durations"])
AGES = tuple(_step(each) for each in _SAID["ages"])
BEHIND = _step(_SAID["behind"])

# Every message that a written value may need.
MESSAGES = (
    *(step.say for step in (*DURATIONS, *AGES, BEHIND) if step.say),
    *(f"{form}-{code}" for form, codes in CODES.items() for code in codes),
)
