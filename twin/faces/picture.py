"""One picture: every figure and row that the faces show for a pinned view, answered once and written once."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, Literal

from twin.errors import TwinError
from twin.faces import forms
from twin.faces.freshness import freshness
from twin.measures.definitions import LEAST_CASES
from twin.view import pin

if TYPE_CHECKING:
    from datetime import datetime

    from twin.city import City
    from twin.days import Days
    from twin.faces.freshness import State
    from twin.faces.texts import Texts
    from twin.layer import Block, Layer, Registry
    from twin.query import Desk, Status
    from twin.query.desk import Unknown
    from twin.view import Pinned

Row = Mapping[str, Any]
Looking = Literal["live", "looking-back", "known-at", "beyond"]
OF_THE_DAY, OPEN = "events_today", "open_now"
"""The two figures that tell what is known now of a moment of which nothing was known then."""


@dataclass(frozen=True)
class Figure:
    """One figure as it is shown.

    Attributes:
        value: the number as the query gave it; None is unknown.
        text, unit: how it is written.
        beside: the sentence that measures it, such as '较上周同期 −6%'.
        verdict: 'good', 'bad' or '' where there is nothing to hold it against.
        trace: the last 24 h, oldest first; empty for none. `usual` is the usual band beside each, low and
            high; empty for none.
        n: of how many cases it is told; None for what is not told of cases.
        unknown: why there is no value, if the moment or damage is the reason; '' otherwise.
        means: what the figure says; '' where nothing is written of it.
    """

    id: str
    name: str
    value: float | None
    text: str
    unit: str = ""
    beside: str = ""
    verdict: str = ""
    trace: tuple[float | None, ...] = ()
    usual: tuple[tuple[float, float] | None, ...] = ()
    unknown: Unknown = ""
    means: str = ""
    n: int | None = None


@dataclass(frozen=True)
class Shown:
    """One block with its answer. `failed` is the sentence to show instead, if its query failed."""

    layer: str
    block: Block
    rows: tuple[Row, ...] = ()
    figures: tuple[Figure, ...] = ()
    failed: str = ""
    query: str = ""
    """Hash of the SQL that answered, so that a figure can be traced."""
    unknown: Unknown = ""
    """Why its rows say nothing; then none are kept, so that no face can show them as figures."""
    damaged: tuple[str, ...] = ()
    """Tables that it rests on and that cannot be read, by name."""
    is_live: bool = False
    """Whether it is of the living city, in a picture of a drill."""

    @property
    def name(self) -> str:
        """Return what the block is called in tables and in sentences: layer and id."""
        return f"{self.layer}-{self.block.id}"


@dataclass(frozen=True)
class Picture:
    """All that the faces show for one pinned view.

    Attributes:
        now: the hall's present, UTC: what ages are counted from; on a live page its day goes
            without a date.
        known_now: the figures of this moment as known now, where nothing was known then; else empty.
        first_known: when the first record of any event was written, UTC, where nothing was known
            then; None if there is none.
        damaged_maps: by layer, the tables that its map rests on and that cannot be read.
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
    damaged_maps: Mapping[str, tuple[str, ...]] = field(default_factory=dict[str, tuple[str, ...]])

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
        return pinned.view.as_of is not None and not (is_newest and bool(pinned.view.frame))

    @property
    def data_as_of(self) -> datetime:
        """Return the moment that the data on screen speak of, UTC: none beyond the newest data."""
        return min(self.pinned.as_of, self.pinned.newest_as_of)

    @property
    def age_state(self) -> State:
        """Return whether the data are late; what is looked back at stands still and is never late."""
        if self.looking != "live":
            return "fresh"
        return freshness(self.city).state(self.data_as_of, self.now)

    @property
    def said_age(self) -> str:
        """Return how old the data are, in words."""
        return forms.age(self.now - self.data_as_of, self.texts)

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
        return forms.dated(moment, self.city.zone, now, seconds=seconds)

    def reason(self, unknown: Unknown, damaged: Sequence[str] = ()) -> str:
        """Return the sentence that says why something is not known; `damaged` are the tables that cannot be read."""
        until = self.when(self.pinned.newest_as_of, seconds=False)
        return self.texts.say(f"unknown-{unknown}", moment=until, tables=forms.few(damaged))

    def slot(self, slot: str) -> Iterator[Shown]:
        """Return the blocks of `slot` in their order."""
        return iter(sorted((shown for shown in self.shown if shown.block.slot == slot), key=lambda shown: shown.block.order))

    @property
    def open_and_late(self) -> tuple[int, int]:
        """Return how many events are open in the chosen district or the city, and how many of them past their target.

        Neither where that is not known.
        """
        chosen = self.pinned.district
        rows = [row for shown in self.slot("districts") for row in shown.rows]
        found = next((row for row in rows if (row["district_id"] == chosen if chosen else row["kind"] == "total")), None)
        return (0, 0) if found is None else (found["open_now"] or 0, found["overdue_now"] or 0)

    def district(self) -> Row | None:
        """Return the chosen district's row of the pack; None if none is chosen."""
        rows: list[Row] = self.city.reference["districts"].to_pylist()
        return next((row for row in rows if row["district_id"] == self.pinned.district), None)

    def district_name(self, district_id: str | None) -> str:
        """Return a district's name in the picture's language; a dash if unknown."""
        rows: list[Row] = self.city.reference["districts"].to_pylist()
        return next((self.texts.name(row) for row in rows if row["district_id"] == district_id), forms.DASH)


def take(desk: Desk, registry: Registry, city: City, pinned: Pinned, texts: Texts,
         now: datetime) -> Picture:
    """Ask every block that `pinned` needs. A block that fails says so in its place; the others live on."""
    shown = tuple(_show(desk, city, layer, block, pinned, texts)
                  for layer in registry.layers for block in layer.blocks if _is_asked(block, pinned))
    figures = {figure.id: figure for each in shown if each.block.slot != "district" for figure in each.figures}
    maps = {layer.id: lost for layer in registry.layers if layer.id in pinned.layers and (lost := desk.damaged_maps(layer, pinned))}
    taken = Picture(pinned, desk.status(), city, texts, shown, now, figures, damaged_maps=maps)
    return _with_known_now(desk, registry, taken) if _nothing_known(figures) else taken


def _is_asked(block: Block, pinned: Pinned) -> bool:
    """Return whether a picture needs a block: a district's of a chosen one, yesterday's of a young day."""
    return {"district": bool(pinned.district), "yesterday": pinned.is_young}.get(block.slot, True)


def _nothing_known(figures: Mapping[str, Figure]) -> bool:
    found = figures.get(OF_THE_DAY)
    return found is not None and found.unknown == "nothing-known"


def _with_known_now(desk: Desk, registry: Registry, taken: Picture) -> Picture:
    """Return the picture with what is known now of its moment, by the same questions.

    Without it if they fail: then the picture says only that nothing was known.
    """
    view = replace(taken.pinned.view, as_of=taken.pinned.as_of, known_at=taken.pinned.newest_as_of)
    try:
        later = pin(view, taken.city, desk.pointer, taken.pinned.layers)
        first = desk.first_event(later.snapshot)
    except TwinError:
        return taken
    found = [_show(desk, taken.city, layer, block, later, taken.texts) for layer in registry.layers
             for block in layer.blocks if block.slot == "headline"]
    known_now = {figure.id: figure for each in found for figure in each.figures}
    return replace(taken, known_now=known_now, first_known=first)


def _show(desk: Desk, city: City, layer: Layer, block: Block, pinned: Pinned, texts: Texts) -> Shown:
    try:
        return _answered(desk, city, layer, block, pinned, texts)
    except TwinError as error:
        return Shown(layer.id, block, failed=error.what)
    except Exception as error:  # a fault of one layer costs one block, whatever it is
        logging.getLogger(__name__).exception("%s-%s failed", layer.id, block.id)
        return Shown(layer.id, block, failed=f"Fault of the program: {type(error).__name__}: {error}"[:200].rstrip(".") + ".")


def _answered(desk: Desk, city: City, layer: Layer, block: Block, pinned: Pinned, texts: Texts) -> Shown:
    answer = desk.block(layer, block, pinned)
    rows: tuple[Row, ...] = tuple(answer.rows.to_pylist())
    if block.slot == "yesterday":
        rows, pinned = tuple(map(_of_yesterday, rows)), pinned.day_whole()
    unknown = answer.unknown
    counted = rows if block.kind == "figures" else ()
    of_city = pinned.view.mode == "drill" and "mode" not in block.ask(pinned)
    figures = tuple(figure(row, texts, city, unknown, answer.damaged, pinned.days) for row in counted)
    if pinned.view.mode == "drill":
        figures = tuple(_marked(each, texts) if of_city or each.id in block.live else each for each in figures)
    kept = () if unknown else rows
    query = answer.sql.sha256[:12]
    return Shown(layer.id, block, kept, figures, query=query, unknown=unknown, damaged=answer.damaged, is_live=of_city)


def _of_yesterday(row: Row) -> Row:
    """Return a figure of the whole day before under a name of its own, and what it is compared with there."""
    kind = {"last_week": "week_before", "yesterday": "day_before"}.get(row["compare_kind"], row["compare_kind"])
    return {**row, "figure": f"yesterday_{row['figure']}", "compare_kind": kind}


def _marked(found: Figure, texts: Texts) -> Figure:
    """Return a figure that is of the living city, in a picture of a drill, with the words that say so."""
    return replace(found, beside=" · ".join(filter(None, (texts.say("live-in-drill"), found.beside))))


def figure(row: Row, texts: Texts, city: City, unknown: Unknown = "", damaged: Sequence[str] = (),
           days: Days | None = None) -> Figure:
    """Write one row of a 'figures' block; of one that is unknown its name, a dash and the reason."""
    if unknown:
        name, why = texts.say(row["figure"]), texts.say(f"beside-{unknown}", tables=forms.few(damaged, most=1))
        return Figure(row["figure"], name, None, forms.DASH, beside=why, unknown=unknown,
                      means=texts.told(row["figure"], "means"))
    value, form = row["value"], row.get("form") or "count"
    usual = tuple(None if low is None or high is None else (low, high) for low, high
                  in zip(row.get("usual_low") or (), row.get("usual_high") or (), strict=True))
    beside, verdict = _beside(row, form, texts, days)
    unit = "" if value is None else texts.say(row.get("unit") or "")  # a dash counts nothing
    return Figure(row["figure"], texts.say(row["figure"]), value, forms.write(value, form, texts, city.zone),
                  unit, beside, verdict, tuple(row.get("trace") or ()), usual, n=row.get("n"),
                  means=texts.told(row["figure"], "means"))


def _beside(row: Row, form: str, texts: Texts, days: Days | None) -> tuple[str, str]:
    """Return what the figure is held against, and the verdict; with nothing to hold it against, why."""
    value, other, kind = row["value"], row.get("compare"), row.get("compare_kind") or ""
    if value is None:
        return texts.say(f"why-{row['value_why']}") if row.get("value_why") else "", ""
    if row.get("of_km2"):
        return texts.say("share-of-area", km2=forms.count(row["of_km2"])), ""
    if not kind:
        return "", ""
    if other is None:
        return _of_few(_nothing_like(row.get("compare_why") or "", kind, texts, days), row, texts), ""
    if kind in {"target", "on_time"}:
        return _judged(row, form, texts)
    change = _change(value, other, kind, form, texts)
    said = texts.say("compared", change=change, to=texts.say(f"compare-{kind}"))
    return _of_few(said, row, texts), ""


def _of_few(said: str, row: Row, texts: Texts) -> str:
    """Return what stands beside a figure with the number of its cases, where these are few."""
    n = row.get("n")
    if n is None or n >= LEAST_CASES:
        return said
    return " · ".join(filter(None, (said, texts.say("of-cases", n=n))))


def _judged(row: Row, form: str, texts: Texts) -> tuple[str, str]:
    """Return how a figure stands to its target, and the verdict; of too few cases none.

    Where the cases have targets of their own they are judged one by one: enough of them are on time,
    or not.
    """
    value, other, n, of = row["value"], row["compare"], row.get("n"), _standard(row)
    if row["compare_kind"] == "on_time":
        n = row["n_judged"]
        within = row["n_on_time"] >= other * n
        said = texts.say(f"on-time{of}", on_time=row["n_on_time"], n=n)
    else:
        read, limit = forms.written(value, form), forms.written(other, form)
        within = read <= limit if row.get("better") != "higher" else read >= limit
        bound = forms.write_number(other, form, texts)
        said = texts.say(f"target{of}", value=bound, better=row.get("better") or "lower")
        said = said if n is None else f"{said} · {texts.say('of-cases', n=n)}"
    if n is not None and n < LEAST_CASES:
        return f"{said} · {texts.say('too-few')}", ""
    of = "" if row["compare_kind"] == "on_time" else of  # then it is the share of cases that is met or not
    met = texts.say(f"target-{'met' if within else 'missed'}{of}")
    return f"{met} {said}", "good" if within else "bad"


def _standard(row: Row) -> str:
    """Return '-reference' if some case is held against what the pack assumes, which is no rule of the city; else ''."""
    return "-reference" if row.get("n_reference") else ""


def _nothing_like(why: str, kind: str, texts: Texts, days: Days | None) -> str:
    """Return why a figure stands beside nothing: the data do not reach back so far, or the days are not alike."""
    if not why:
        return ""
    if why != "special-day" or days is None:
        return f"{forms.DASH} {texts.say(f'compare-none-{why}-{kind}')}"
    unlike = days.unlike
    name = unlike.name_en if texts.lang == "en" else unlike.name
    what = "made-up" if unlike.kind == "workday" else unlike.kind
    names = ("today", "week-ago") if kind == "last_week" else ("that-day", "week-before")
    when = names[0] if unlike is days.today else names[1]
    said = texts.say(f"special-{when}", day=name or texts.say(f"day-{what}"))
    return f"{forms.DASH} {said}"


def _change(value: float, other: float, kind: str, form: str, texts: Texts) -> str:
    """Return how far apart two figures are, as they are written; of shares in points."""
    if form == "count" and kind in {"last_week", "week_before"} and other >= 20:  # a share of a handful says nothing
        share = 100 * (value - other) / other
        return forms.signed(f"{forms.count(share)}%", share)
    apart = forms.written(value, form) - forms.written(other, form)
    if form == "percent":
        return texts.say("points", n=forms.signed(forms.percent(apart), apart))
    text = forms.duration(apart, texts) if form == "duration" else forms.write_number(apart, form, texts)
    return forms.signed(text, apart)
