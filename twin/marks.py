"""The marks of the city: one shape each, the same on the map, in its legend and in lists.

`assets/icons/marks.json` is their only home. Shape says what a thing is; its colour comes
from the legend and only repeats it, so no colour stands there.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from types import MappingProxyType
from typing import Literal

from twin import paths

# Half the side of the box that a mark fills, in the units of its path; the map's icon has
# room for the edge around it.
HALF = 50


@dataclass(frozen=True)
class Mark:
    """One mark.

    Attributes:
        path: its outline as SVG path data about the centre, y downwards, within `HALF`; what
            lies inside an even number of outlines is hollow.
        edge: whether the hair around it on the map is light or dark; it keeps the mark apart
            from whatever is behind it.
        wide: width of that hair, in the units of the path.
    """

    path: str
    edge: Literal["light", "dark"]
    wide: float

    def svg(self) -> str:
        """Return the mark as an SVG of our own making, in the colour and size of its place."""
        box = f"{-HALF} {-HALF} {2 * HALF} {2 * HALF}"
        # The name stands beside it, or on the element around it.
        return f'<svg viewBox="{box}" aria-hidden="true"><path d="{self.path}"/></svg>'


@lru_cache(maxsize=1)
def marks() -> Mapping[str, Mark]:
    """Return every mark, by its name."""
    said = json.loads((paths.assets() / "icons" / "marks.json").read_bytes())
    return MappingProxyType({name: Mark(**each) for name, each in said.items()})


def undrawn(names: Iterable[str | None]) -> list[str]:
    """Return those of `names` that are no mark, quoted and in order; null where one is absent."""
    missing = {*names} - marks().keys()
    return sorted("null" if name is None else repr(name) for name in missing)


def known() -> str:
    """Return the names of all marks, for a sentence."""
    return ", ".join(marks())
