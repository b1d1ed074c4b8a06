"""One picture: every figure and row that the faces show for a pinned view.

Each is answered once and written once.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextvars import Context, copy_context
from dataclasses import dataclass, field, replace
from functools import partial
from typing import TYPE_CHECKING, Literal

from twin.errors import PackError, QueryError, TwinError
from twin.faces import arrangement, formatting
from twin.faces.figure import Figure, Row, figure
from twin.faces.freshness import freshness
from twin.faces.kinds import KINDS
from twin.page import NO_PAGE
from twin.view import pin

if TYPE_CHECKING:
    from datetime import datetime

    from twin.city import City
    from twin.faces.freshness import State
    from twin.faces.texts import Texts
    from twin.layer import Layer, Panel, Registry
    from twin.page import Page, Placed, Region
    from twin.query import QueryService, Status
    from twin.query.areas import Read
    from twin.query.service import Counts, Unknown
    from twin.view import Pinned

Looking = Literal["live", "looking-back", "known-at", "beyond"]

# The two figures that tell what is known now of a moment of which nothing was known then.
OF_THE_DAY, OPEN = "events_today", "open_now"

# Panels are asked by so many hands, of all pictures together: more would wait for the engine.
_HANDS = ThreadPoolExecutor(4, thread_name_prefix="panel")

# The panel that counts what is open and late, by district and in all.
COUNTS = "districts.counts"


@dataclass(frozen=True)
class Shown:
    """One panel with its answer.

    Attributes:
        failed: the sentence to show instead, if its question failed.
        query: hash of the SQL that answered, so that a figure can be traced.
        unknown: why its rows say nothing; then none are kept, so that no face can show them as
            figures.
        damaged: tables that it rests on and that cannot be read, by name.
        is_live: whether it is of the living city, in a picture of a drill.
        count: the figure that stands beside its title, where a page places one there.
    """

    layer: str
    panel: Panel
    rows: tuple[Row, ...] = ()
    figures: tuple[Figure, ...] = ()
    failed: str = ""
    query: str = ""
    unknown: Unknown = ""
    damaged: tuple[str, ...] = ()
    is_live: bool = False
    count: Figure | None = None

    @property
    def name(self) -> str:
        """Return what the panel is called in tables and in sentences: 'layer-panel'."""
        return f"{self.layer}-{self.panel.name}"

    @property
    def full_name(self) -> str:
        """Return what pages call it: 'layer.panel'."""
        return f"{self.layer}.{self.panel.name}"

    def placed(self, at: Placed, figures: Mapping[str, Figure]) -> Shown:
        """Return as much of it as a page shows in a place.

        Args:
            figures: those of the picture, by id.
        """
        own = {figure.id: figure for figure in self.figures}
        chosen = tuple(own[name] for name in at.figures if name in own)
        count = figures.get(at.count.partition(".")[2])
        rows = self.rows[: at.most] if at.most else self.rows
        shown = chosen if at.figures else self.figures
        return replace(self, rows=rows, figures=shown, count=count)


@dataclass(frozen=True)
class Picture:
    """All that the faces show for one pinned view.

    Attributes:
        now: the hall's present, UTC: what ages are counted from; on a live page its day goes
            without a date.
        known_now: the figures of this moment as known now, where nothing was known then;
            else empty.
        first_known: when the first record of any event was written, UTC, where nothing was known
            then; None if there is none.
        damaged_maps: by layer, the tables that its map rests on and that cannot be read.
        failed_maps: by layer, why its map cannot be asked for.
        areas: by layer, how the areas of its map are read.
        steps: by layer and map data, as 'layer-data', where the steps of a scale begin that the
            data give.
        counts: by layer that filters narrow down, how many things each choice of each filter would
            leave.
        live_maps: layers of whose map some is of the living city, in a picture of a drill.
        page: says which of this stands where; of a workbook it says nothing.
        faults: a sentence for each thing of pages and layers that cannot be shown.
        subjects: pages of one thing that the city has, by what it is: 'event' or 'district'.
        paths: where the other pages are that the city has.
    """

    pinned: Pinned
    status: Status
    city: City
    texts: Texts
    shown: tuple[Shown, ...]
    now: datetime
    figures: Mapping[str, Figure] = field(default_factory=dict[str, Figure])
    known_now: Mapping[str, Figure] = field(default_factory=dict[str, Figure])
    first_known: datetime | None = None
    damaged_maps: Mapping[str, tuple[str, ...]] = field(
        default_factory=dict[str, tuple[str, ...]]
    )
    steps: Mapping[str, tuple[float, ...]] = field(
        default_factory=dict[str, tuple[float, ...]]
    )
    counts: Mapping[str, Counts] = field(default_factory=dict[str, "Counts"])
    live_maps: frozenset[str] = frozenset()
    failed_maps: Mapping[str, str] = field(default_factory=dict[str, str])
    areas: Mapping[str, Read] = field(default_factory=dict[str, "Read"])
    page: Page = NO_PAGE
    faults: tuple[str, ...] = ()
    subjects: Mapping[str, Page] = field(default_factory=dict[str, "Page"])
    paths: frozenset[str] = frozenset()

    @property
    def looking(self) -> Looking:
        """Return how this moment is looked at."""
        if self.pinned.is_beyond:
            return "beyond"
        if self.pinned.known_at != self.pinned.as_of:
            return "known-at"
        return "looking-back" if self.is_held else "live"

    @property
    def is_held(self) -> bool:
        """Return whether the picture stays at its moment while the data go on.

        A brief of the newest moment holds its moment too, but is as live as the page that it shows.
        """
        pinned = self.pinned
        is_newest = pinned.as_of == pinned.newest_as_of
        return pinned.view.as_of is not None and not (
            is_newest and bool(pinned.view.frame)
        )

    @property
    def data_as_of(self) -> datetime:
        """Return the moment that the data on screen speak of, UTC: none beyond the newest data."""
        return min(self.pinned.as_of, self.pinned.newest_as_of)

    @property
    def age_state(self) -> State:
        """Return whether the data are late.

        What is looked back at stands still and is never late.
        """
        if self.looking != "live":
            return "fresh"
        return freshness(self.city).state(self.data_as_of, self.now)

    @property
    def said_age(self) -> str:
        """Return how old the data are, in words."""
        return formatting.age(self.now - self.data_as_of, self.texts)

    @property
    def clock_behind_s(self) -> int:
        """Return how far this machine's clock is behind the newest data, s; 0 up to a minute."""
        return self.status.clock_behind_s(self.now)

    def when(self, moment: datetime, *, seconds: bool = True) -> str:
        """Return a moment as this picture writes it, in the city's zone.

        It has its date, unless it is of today and this is a live page that nobody frames.
        """
        is_live = self.looking == "live" and not self.pinned.view.frame
        now = self.now if is_live else None
        return formatting.dated(moment, self.city.zone, now, seconds=seconds)

    def reason(self, unknown: Unknown, damaged: Sequence[str] = ()) -> str:
        """Return the sentence that says why something is not known.

        `damaged` are the tables that cannot be read.
        """
        until = self.when(self.pinned.newest_as_of, seconds=False)
        return self.texts.say(
            f"unknown-{unknown}", moment=until, tables=formatting.few(damaged)
        )

    @property
    def is_accountable(self) -> bool:
        """Return whether somebody may ask of each figure how it came about.

        Nobody can on a wall, nor in a picture.
        """
        return _is_accountable(self.page, self.pinned)

    def region(self, region: Region) -> Iterator[Shown]:
        """Return the panels that the page has in a region, in their order there."""
        there = {shown.full_name: shown for shown in self.shown}
        for placed in self.page.regions.get(region, ()):
            if placed.panel in there:
                yield there[placed.panel].placed(placed, self.figures)

    def rows(self, panel: str) -> tuple[Row, ...]:
        """Return the rows of a panel that was asked, by 'layer.panel'; none if it was not."""
        return next((each.rows for each in self.shown if each.full_name == panel), ())

    @property
    def open_and_late(self) -> tuple[int, int]:
        """Return how many events are open, and how many of them are past their target.

        They are those of the chosen district or the city; neither number is given where
        that is not known.
        """
        chosen = self.pinned.district
        found = next(
            (
                row
                for row in self.rows(COUNTS)
                if (row["district_id"] == chosen if chosen else row["kind"] == "total")
            ),
            None,
        )
        return (
            (0, 0)
            if found is None
            else (found["open_now"] or 0, found["overdue_now"] or 0)
        )

    def district(self) -> Row | None:
        """Return the chosen district's row of the pack; None if none is chosen."""
        rows: Sequence[Row] = self.city.reference["districts"].to_pylist()
        return next(
            (row for row in rows if row["district_id"] == self.pinned.district), None
        )

    def district_name(self, district_id: str | None) -> str:
        """Return a district's name in the picture's language; a dash if unknown."""
        rows: Sequence[Row] = self.city.reference["districts"].to_pylist()
        return next(
            (self.texts.name(row) for row in rows if row["district_id"] == district_id),
            formatting.DASH,
        )


def take(
    service: QueryService,
    registry: Registry,
    city: City,
    pinned: Pinned,
    texts: Texts,
    now: datetime,
    page: Page | None = None,
    faults: tuple[str, ...] = (),
) -> Picture:
    """Ask the panels of a page for a view.

    A panel that fails says so in its place; the others live on.

    Args:
        page: resolved by `arrangement.arrange`; None asks every panel there is, as for a workbook.
        faults: what `arrange` said cannot be shown.
    """
    every = arrangement.every(registry, pinned)
    asked = every if page is None else arrangement.asked(page, registry, pinned)
    shown = _side_by_side(
        [partial(_show, service, city, *named, pinned, texts) for named in asked]
    )
    if page is not None and _is_accountable(page, pinned):
        shown = tuple(map(_accountable, shown))
    figures = {
        figure.id: figure
        for each in shown
        if each.panel.scope == "city"
        for figure in each.figures
    }
    maps = _maps(service, registry, pinned)
    taken = Picture(
        pinned,
        service.status(),
        city,
        texts,
        shown,
        now,
        figures,
        damaged_maps=maps.damaged,
        steps=maps.steps,
        counts=maps.counts,
        live_maps=frozenset(maps.live),
        failed_maps=maps.failed,
        areas=maps.areas,
        page=page or NO_PAGE,
        faults=faults,
    )
    if not _nothing_known(figures):
        return taken
    return _with_known_now(service, registry, taken)


def of_panel(
    service: QueryService,
    city: City,
    layer: Layer,
    panel: Panel,
    pinned: Pinned,
    texts: Texts,
    now: datetime,
) -> Picture:
    """Return a picture that shows one panel and nothing else.

    Raises:
        LakeError: the lake cannot be read. A panel that fails says so in its place.
    """
    shown = _show(service, city, layer, panel, pinned, texts)
    figures = {figure.id: figure for figure in shown.figures}
    return Picture(pinned, service.status(), city, texts, (shown,), now, figures)


def _is_accountable(page: Page, pinned: Pinned) -> bool:
    return bool(page.path) and page.kind == "page" and not pinned.view.frame


def _accountable(shown: Shown) -> Shown:
    account = f"{shown.layer}/{shown.panel.name}"
    return replace(
        shown, figures=tuple(replace(each, account=account) for each in shown.figures)
    )


def _side_by_side(asks: Sequence[Callable[[], Shown]]) -> tuple[Shown, ...]:
    """Return what each answers, in order, some asked at the same time.

    Records of each are joined to the request that it is asked for.
    """
    contexts = [copy_context() for _ in asks]
    return tuple(_HANDS.map(_run, contexts, asks))


def _run(context: Context, ask: Callable[[], Shown]) -> Shown:
    return context.run(ask)


@dataclass
class _Maps:
    """What must be said of the layers' maps, by layer."""

    damaged: dict[str, tuple[str, ...]] = field(
        default_factory=dict[str, tuple[str, ...]]
    )
    failed: dict[str, str] = field(default_factory=dict[str, str])
    steps: dict[str, tuple[float, ...]] = field(
        default_factory=dict[str, tuple[float, ...]]
    )
    counts: dict[str, Counts] = field(default_factory=dict[str, "Counts"])
    live: set[str] = field(default_factory=set[str])
    areas: dict[str, Read] = field(default_factory=dict[str, "Read"])


def _maps(service: QueryService, registry: Registry, pinned: Pinned) -> _Maps:
    """Return what must be said of the maps: of those that are on, and in a drill of all."""
    found = _Maps()
    for layer in registry.layers:
        try:
            if layer.id in pinned.layers and (
                lost := service.damaged_maps(layer, pinned)
            ):
                found.damaged[layer.id] = lost
            if layer.id in pinned.layers:
                found.steps |= {
                    f"{layer.id}-{data.name}": service.steps(layer.id, data, pinned)
                    for data in layer.maps
                    if data.steps
                }
                if counts := service.counts(layer, pinned):
                    found.counts[layer.id] = counts
                if areas := service.areas(layer, pinned):
                    found.areas[layer.id] = areas
            if pinned.view.mode == "drill" and _is_live(service, layer):
                found.live.add(layer.id)
        except (
            PackError,
            QueryError,
        ) as error:  # one layer's SQL costs that layer only
            found.failed[layer.id] = error.what
    return found


def _is_live(service: QueryService, layer: Layer) -> bool:
    """Return whether some of a layer's map asks the same of the living city and of a drill."""
    return any(not service.takes(layer, data.question, "mode") for data in layer.maps)


def _nothing_known(figures: Mapping[str, Figure]) -> bool:
    found = figures.get(OF_THE_DAY)
    return found is not None and found.unknown == "nothing-known"


def _with_known_now(
    service: QueryService, registry: Registry, taken: Picture
) -> Picture:
    """Return the picture with what is known now of its moment, by the same questions.

    Without it if they fail: then the picture says only that nothing was known.
    """
    view = replace(
        taken.pinned.view, as_of=taken.pinned.as_of, known_at=taken.pinned.newest_as_of
    )
    try:
        later = pin(view, taken.city, service.pointer, taken.pinned.layers)
        first = service.first_event(later.snapshot)
    except TwinError:
        return taken
    wanted = arrangement.answering((OF_THE_DAY, OPEN), registry)
    found = [_show(service, taken.city, *named, later, taken.texts) for named in wanted]
    known_now = {figure.id: figure for each in found for figure in each.figures}
    return replace(taken, known_now=known_now, first_known=first)


def _show(
    service: QueryService,
    city: City,
    layer: Layer,
    panel: Panel,
    pinned: Pinned,
    texts: Texts,
) -> Shown:
    try:
        return _answered(service, city, layer, panel, pinned, texts)
    except TwinError as error:
        return Shown(layer.id, panel, failed=error.what)
    except Exception as error:  # a fault of one layer costs one panel, whatever it is
        logging.getLogger(__name__).exception("%s.%s failed", layer.id, panel.name)
        said = f"Fault of the program: {type(error).__name__}: {error}"[:200]
        return Shown(layer.id, panel, failed=f"{said.rstrip('.')}.")


def _answered(
    service: QueryService,
    city: City,
    layer: Layer,
    panel: Panel,
    pinned: Pinned,
    texts: Texts,
) -> Shown:
    answer = service.panel(layer, panel, pinned)
    if lacking := KINDS[panel.kind].lacking(panel, answer.sql):
        raise QueryError(lacking)
    rows: tuple[Row, ...] = tuple(answer.rows.to_pylist())
    if panel.question.moment == "day_before":
        rows, pinned = tuple(map(_of_yesterday, rows)), pinned.day_whole()
    unknown = answer.unknown
    counted = rows if panel.kind == "figures" else ()
    takes_mode = service.takes(layer, panel.question, "mode")
    of_city = pinned.view.mode == "drill" and not takes_mode
    figures = tuple(
        figure(row, texts, city, unknown, answer.damaged, pinned.days)
        for row in counted
    )
    if pinned.view.mode == "drill":
        figures = tuple(
            _marked(each, texts) if of_city or each.id in panel.live else each
            for each in figures
        )
    kept = () if unknown else rows
    query = answer.sql.sha256[:12]
    return Shown(
        layer.id,
        panel,
        kept,
        figures,
        query=query,
        unknown=unknown,
        damaged=answer.damaged,
        is_live=of_city,
    )


def _of_yesterday(row: Row) -> Row:
    """Return a figure of the whole day before, and what it is compared with there.

    It has a name of its own.
    """
    kind = {"last_week": "week_before", "yesterday": "day_before"}.get(
        row["compare_kind"], row["compare_kind"]
    )
    return {**row, "figure": f"yesterday_{row['figure']}", "compare_kind": kind}


def _marked(found: Figure, texts: Texts) -> Figure:
    """Return a figure of the living city in a picture of a drill, marked as such.

    Its words say so.
    """
    return replace(
        found,
        beside=" · ".join(filter(None, (texts.say("live-in-drill"), found.beside))),
    )
