"""A page of the browser or a scene of the wall, as data: which figures and panels stand where.

Names are those of the layers: `layer.panel` and `layer.figure`. A page knows nothing of how a
panel is drawn, and a layer nothing of where its panels stand.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal, get_args
from urllib.parse import quote

Region = Literal[
    "then",
    "side",
    "aside",
    "compare",
    "district",
    "event",
    "foot",
    "lead",
    "main",
    "more",
]
# Where panels stand. 'then' is in front of 'side' in a look back, and nowhere else; 'side' is
# the panel of the whole city (on a wall its right column); 'aside' what follows it there, or
# 'compare' where two columns have room; 'compare' shows districts side by side; 'district' takes
# the place of these when one is chosen, and 'event' of all of them when an event is picked; 'foot'
# is under the map. A page of one thing has others: 'lead' stands beside its map, 'main' below
# across the page, 'more' after that in columns.
REGIONS: tuple[Region, ...] = get_args(Region)

Subject = Literal["", "event", "district"]
# What a page may be of: one event, or one district. Its path ends so.
SUBJECTS: tuple[Subject, ...] = get_args(Subject)
OF_ONE = "/<id>"

# Where the panels of a page of one thing may stand.
OF_SUBJECT: tuple[Region, ...] = ("lead", "main", "more")

Kind = Literal["page", "scene"]


@dataclass(frozen=True)
class Placed:
    """One panel in its place.

    Attributes:
        panel: 'layer.panel'.
        figures: ids of the figures of the panel that are shown, in this order; empty for all.
        most: rows that are shown at most; 0 for all.
        count: 'layer.figure' that stands beside the panel's title on a wall; '' for none.
    """

    panel: str
    figures: tuple[str, ...] = ()
    most: int = 0
    count: str = ""


@dataclass(frozen=True)
class Page:
    """One page or scene.

    Attributes:
        name: the stem of its file; a page of a city takes the place of the shipped one so named.
        path: of a page, where it is opened, such as '/'; '/event/<id>' of one that every event
            has; '' of a scene, which a link names.
        title: what it is called, by language.
        figures: 'layer.figure' in the line over the map, or the left column of a wall.
        day_before: figures of the whole day before, which lead a brief of a young day.
        regions: panels by region, in their order.
        legend: by layer, the figures that stand beside its name in the legend; on a wall only
            these layers have a place there.
        asks: panels that are asked and not shown, since others rest on them.
        map_layers: layers that are on when a link does not say; None for those on by themselves.
        dwell_s: how long a wall is to stay on it, s; 0 for as long as it is asked for. No wall
            turns by itself yet.
        origin: the file that says all this.
    """

    name: str
    kind: Kind
    origin: Path
    path: str = ""
    title: Mapping[str, str] = field(default_factory=dict[str, str])
    figures: tuple[str, ...] = ()
    day_before: tuple[str, ...] = ()
    regions: Mapping[Region, tuple[Placed, ...]] = field(
        default_factory=dict[Region, tuple[Placed, ...]]
    )
    legend: Mapping[str, tuple[str, ...]] = field(
        default_factory=dict[str, tuple[str, ...]]
    )
    asks: tuple[str, ...] = ()
    map_layers: tuple[str, ...] | None = None
    dwell_s: int = 0

    @property
    def subject(self) -> Subject:
        """Return what the page is of: one event or one district; '' for the city."""
        named = self.path.removesuffix(OF_ONE).strip("/")
        of_one = self.path.endswith(OF_ONE)
        found: Subject = ""
        for each in SUBJECTS:
            if of_one and each == named:
                found = each
        return found

    def of(self, thing: str) -> str:
        """Return the path of this page for one thing, by its id."""
        return self.path.replace(OF_ONE, f"/{quote(thing, safe='')}")

    def panels(self) -> Iterator[str]:
        """Yield the names of all panels that it places or asks, as they stand in its file."""
        for placed in self.regions.values():
            yield from (each.panel for each in placed)
        yield from self.asks

    def named_figures(self) -> Iterator[str]:
        """Yield the names of all figures that it shows by themselves."""
        yield from self.figures
        yield from self.day_before
        for figures in self.legend.values():
            yield from figures

    def titled(self, lang: str) -> str:
        """Return its title in a language, or in the first that it has."""
        return self.title.get(lang) or next(iter(self.title.values()), self.name)


# Of what is no page, such as a workbook: nothing has a place.
NO_PAGE = Page("", "page", Path())
