"""Which panels and figures a page shows, its names resolved against the layers of the city.

What needs a layer that the city does not have is left out with a note; what a layer that is there
does not have is a fault, said with file and line. In both cases the rest of the page lives on.
"""

from __future__ import annotations

import difflib
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import lru_cache
from typing import TYPE_CHECKING
from urllib.parse import unquote

from twin.engine import load_sql
from twin.errors import QueryError
from twin.faces.kinds import KINDS
from twin.faces.meanings import ids_of
from twin.pack.pages import line_of, place

if TYPE_CHECKING:
    from pathlib import Path

    from twin.city import City
    from twin.layer import Layer, Panel, Registry, Scope
    from twin.page import Page, Placed, Region
    from twin.view import Pinned

Named = tuple["Layer", "Panel"]

# What gives way on a page to one district, or one event.
_OF_CITY: tuple[Region, ...] = ("then", "side", "aside", "compare")

_SCOPES: Mapping[Scope, str] = {
    "city": "the whole city",
    "district": "a chosen district",
    "event": "a picked event",
}


@dataclass(frozen=True)
class Arrangement:
    """The pages and scenes of a city, with the names that can be resolved.

    Attributes:
        pages: by path, in the order in which they are offered.
        subjects: pages of one thing, by what it is: 'event' or 'district'.
        scenes: by name.
        faults: a sentence, with file and line, for each name that nothing answers to.
        notes: a sentence for each page that leaves something out, since the city has no such layer.
    """

    pages: Mapping[str, Page]
    scenes: Mapping[str, Page]
    faults: tuple[str, ...]
    notes: tuple[str, ...]
    subjects: Mapping[str, Page] = field(default_factory=dict[str, "Page"])

    def at(self, path: str) -> tuple[Page, str] | None:
        """Return the page at a path, and the id of the thing that it is of; None for no page."""
        if path in self.pages:
            return self.pages[path], ""
        kind, _, thing = path.removeprefix("/").partition("/")
        found = self.subjects.get(kind)
        return (found, unquote(thing)) if found and thing else None


@lru_cache(maxsize=8)
def panels_of(registry: Registry) -> Mapping[str, Named]:
    """Return all panels of the layers by 'layer.panel', in the order of the layers."""
    return {
        f"{layer.id}.{panel.name}": (layer, panel)
        for layer in registry.layers
        for panel in layer.panels
    }


@lru_cache(maxsize=8)
def figures_of(registry: Registry) -> Mapping[str, str]:
    """Return by 'layer.figure' the 'layer.panel' that answers it.

    The headers of the questions say so. Figures of a chosen district are not among them: their
    panels show them together.
    """
    found: dict[str, str] = {}
    for name, (layer, panel) in panels_of(registry).items():
        if panel.kind == "figures" and panel.scope == "city":
            for figure in ids_of(layer, panel):
                found.setdefault(f"{layer.id}.{figure}", name)
    return found


def arrange(city: City, registry: Registry) -> Arrangement:
    """Return the pages and scenes of `city` with their names resolved."""
    said = _Said([*city.page_faults, *registry.faults, *_lacking(registry)])
    resolved = [_resolved(page, registry, said) for page in city.pages]
    resolved = [page for page in resolved if not _is_bare(page)]
    return Arrangement(
        pages={
            page.path: page
            for page in sorted(resolved, key=_first)
            if page.kind == "page" and not page.subject
        },
        subjects={page.subject: page for page in resolved if page.subject},
        scenes={page.name: page for page in resolved if page.kind == "scene"},
        faults=tuple(said.faults),
        notes=tuple(said.notes),
    )


def _is_bare(page: Page) -> bool:
    """Return whether nothing is left of a page: all of it is of layers that the city lacks.

    Such a page is not offered. The one at / always is.
    """
    if page.kind != "page" or page.subject or page.path == "/":
        return False
    return not page.figures and not any(page.regions.get(name) for name in _OF_CITY)


def _first(page: Page) -> bool:
    """Return a key by which the page at / is offered first, and the others as they are."""
    return page.path != "/"


def asked(page: Page, registry: Registry, pinned: Pinned) -> tuple[Named, ...]:
    """Return the panels that a resolved page asks for a view, in the order of the layers."""
    panels, figures = panels_of(registry), figures_of(registry)
    wanted = {*page.asks, *(figures[name] for name in _figures(page, pinned))}
    for region in shown_regions(page, pinned):
        placed = page.regions[region]
        wanted |= {each.panel for each in placed}
        wanted |= {figures[each.count] for each in placed if each.count}
    return tuple(
        found
        for name, found in panels.items()
        if name in wanted and _is_due(found[1], pinned)
    )


def shown_regions(page: Page, pinned: Pinned) -> tuple[Region, ...]:
    """Return the regions that are on screen.

    On a page a chosen district takes the place of the whole city, and a picked event that of both.
    """
    hidden: Collection[Region] = ("district", "event")
    if page.subject:
        return tuple(page.regions)
    if page.kind == "page" and pinned.event and page.regions.get("event"):
        hidden = (*_OF_CITY, "district")
    elif page.kind == "page" and pinned.district:
        hidden = (*_OF_CITY, "event")
    if page.kind != "page" or not pinned.is_back:
        hidden = (*hidden, "then")
    return tuple(region for region in page.regions if region not in hidden)


def every(registry: Registry, pinned: Pinned) -> tuple[Named, ...]:
    """Return all panels that have something to say of a view: what a workbook holds."""
    return tuple(
        found for found in panels_of(registry).values() if _is_due(found[1], pinned)
    )


def answering(figures: Iterable[str], registry: Registry) -> tuple[Named, ...]:
    """Return the panels of the city that answer any of these figures, by id."""
    wanted = set(figures)
    found = {
        panel
        for name, panel in figures_of(registry).items()
        if name.partition(".")[2] in wanted
    }
    return tuple(
        panels_of(registry)[name] for name in panels_of(registry) if name in found
    )


def _is_due(panel: Panel, pinned: Pinned) -> bool:
    """Return whether a panel is asked.

    One of a district is asked of a chosen one, one of an event of a picked one, one of the day
    before of a young day.
    """
    if panel.scope == "district" and not pinned.district:
        return False
    if panel.scope == "event" and not pinned.event:
        return False
    return panel.question.moment != "day_before" or pinned.is_young


def _figures(page: Page, pinned: Pinned) -> Iterator[str]:
    yield from page.figures
    if pinned.is_young:
        yield from page.day_before
    for figures in page.legend.values():
        yield from figures


def _lacking(registry: Registry) -> Iterator[str]:
    """Yield a sentence for each panel whose question cannot be read or lacks a column."""
    for layer, panel in panels_of(registry).values():
        path = layer.folder / panel.question.sql
        where = f"{place(path)}, line 1"
        if panel.kind not in KINDS:
            kinds = ", ".join(KINDS)
            yield f"{layer.id}.{panel.name} is of the kind {panel.kind!r}; use one of {kinds}."
            continue
        try:
            lacking = KINDS[panel.kind].lacking(panel, load_sql(path))
        except QueryError as error:
            yield f"{where}: {error.what}"
            continue
        if lacking:
            yield f"{where}: {lacking}"


def _resolved(page: Page, registry: Registry, said: _Said) -> Page:
    """Return a page without the names that nothing answers to; say which these are."""
    panels, figures = panels_of(registry), figures_of(registry)
    ids = {layer.id for layer in registry.layers}
    names = _Names(page.origin, ids, said, subject=page.subject)
    regions = {
        region: tuple(
            names.counted(each, figures)
            for each in found
            if names.is_placed(region, each, panels)
        )
        for region, found in page.regions.items()
    }
    legend = {
        layer: names.known(found, figures, "figure")
        for layer, found in page.legend.items()
        if names.has_layer(layer)
    }
    resolved = replace(
        page,
        figures=names.known(page.figures, figures, "figure"),
        day_before=names.known(page.day_before, figures, "figure"),
        regions=regions,
        legend=legend,
        asks=names.known(page.asks, panels, "panel"),
        map_layers=names.layers(page.map_layers),
    )
    if names.absent:
        listed = ", ".join(sorted(names.absent))
        said.notes.append(
            f"{place(page.origin)} leaves out what is of {listed}: the city has no such layer."
        )
    return resolved


@dataclass
class _Said:
    """What is said while names are resolved."""

    faults: list[str] = field(default_factory=list[str])
    notes: list[str] = field(default_factory=list[str])


@dataclass
class _Names:
    """Resolves the names of one file.

    Attributes:
        ids: of the layers that the city has.
        absent: layers that the file names and the city does not have.
        subject: what the page is of; '' for the city.
    """

    origin: Path
    ids: set[str]
    said: _Said
    absent: set[str] = field(default_factory=set[str])
    subject: str = ""

    def has_layer(self, layer: str) -> bool:
        """Return whether the city has a layer; one that it does not have is noted."""
        if layer not in self.ids:
            self.absent.add(layer)
        return layer in self.ids

    def is_known(self, name: str, known: Collection[str], what: str) -> bool:
        """Return whether a panel or figure is there; if only its layer is, that is a fault."""
        if name in known:
            return True
        if self.has_layer(name.partition(".")[0]):
            near = difflib.get_close_matches(name, known, 1)
            hint = f"; did you mean {near[0]!r}?" if near else "."
            self.fault(name, f"there is no {what} {name!r}{hint}")
        return False

    def known(
        self, names: Iterable[str], known: Collection[str], what: str
    ) -> tuple[str, ...]:
        """Return those of `names` that are there."""
        return tuple(name for name in names if self.is_known(name, known, what))

    def is_placed(
        self, region: Region, at: Placed, panels: Mapping[str, Named]
    ) -> bool:
        """Return whether a panel is there, and of a scope that belongs into a region."""
        if not self.is_known(at.panel, panels, "panel"):
            return False
        scope = panels[at.panel][1].scope
        wanted = region if region in {"district", "event"} else self.subject or "city"
        if scope == wanted:
            return True
        of = _SCOPES[scope]
        self.fault(
            at.panel, f"{at.panel!r} is of {of}, and has no place in {region!r}."
        )
        return False

    def counted(self, at: Placed, figures: Mapping[str, str]) -> Placed:
        """Return a place without its count where that is not there."""
        if not at.count or self.is_known(at.count, figures, "figure"):
            return at
        return replace(at, count="")

    def layers(self, names: tuple[str, ...] | None) -> tuple[str, ...] | None:
        """Return those of `names` that the city has; None for None."""
        return (
            None
            if names is None
            else tuple(name for name in names if self.has_layer(name))
        )

    def fault(self, word: str, sentence: str) -> None:
        """Say what is off, with the file and the line in which `word` stands."""
        self.said.faults.append(f"{line_of(self.origin, word)}: {sentence}")
