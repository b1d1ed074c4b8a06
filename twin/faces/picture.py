"""One picture: every figure and row that the faces show for a pinned view, answered once and written once."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from twin.errors import TwinError
from twin.faces import forms

if TYPE_CHECKING:
    from twin.city import City
    from twin.faces.texts import Texts
    from twin.layer import Block, Layer, Registry
    from twin.query import Desk, Status
    from twin.view import Pinned

Row = Mapping[str, Any]


@dataclass(frozen=True)
class Figure:
    """One figure as it is shown.

    Attributes:
        value: the number as the query gave it; None is unknown.
        text, unit: how it is written.
        beside: the sentence that measures it, such as '−6% 同周同时'.
        verdict: 'good', 'bad' or '' where there is nothing to hold it against.
        trace: the last 24 h, oldest first; empty for none. `usual` is the usual band, low and high.
    """

    id: str
    name: str
    value: float | None
    text: str
    unit: str = ""
    beside: str = ""
    verdict: str = ""
    trace: tuple[float | None, ...] = ()
    usual: tuple[float, float] | None = None


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


@dataclass(frozen=True)
class Picture:
    """All that the faces show for one pinned view."""

    pinned: Pinned
    status: Status
    city: City
    texts: Texts
    shown: tuple[Shown, ...]
    figures: Mapping[str, Figure] = field(default_factory=dict[str, Figure])

    def slot(self, slot: str) -> Iterator[Shown]:
        """Answer the blocks of `slot` in their order."""
        return iter(sorted((shown for shown in self.shown if shown.block.slot == slot), key=lambda shown: shown.block.order))

    def district(self) -> Row | None:
        """Answer the chosen district's row of the pack; None if none is chosen."""
        rows: list[Row] = self.city.reference["districts"].to_pylist()
        return next((row for row in rows if row["district_id"] == self.pinned.district), None)

    def district_name(self, district_id: str | None) -> str:
        """Answer a district's name in the picture's language; a dash if unknown."""
        rows: list[Row] = self.city.reference["districts"].to_pylist()
        return next((self.texts.name(row) for row in rows if row["district_id"] == district_id), forms.DASH)


def take(desk: Desk, registry: Registry, city: City, pinned: Pinned, texts: Texts) -> Picture:
    """Ask every block that `pinned` needs. A block that fails says so in its place; the others live on."""
    shown = tuple(_show(desk, city, layer, block, pinned, texts)
                  for layer in registry.layers for block in layer.blocks if block.slot != "district" or pinned.district)
    figures = {figure.id: figure for each in shown if each.block.slot != "district" for figure in each.figures}
    return Picture(pinned, desk.status(), city, texts, shown, figures)


def _show(desk: Desk, city: City, layer: Layer, block: Block, pinned: Pinned, texts: Texts) -> Shown:
    try:
        answer = desk.block(layer, block, pinned)
    except TwinError as error:
        return Shown(layer.id, block, failed=error.what)
    rows: tuple[Row, ...] = tuple(answer.rows.to_pylist())
    figures = tuple(figure(row, texts, city) for row in rows) if block.kind == "figures" else ()
    return Shown(layer.id, block, rows, figures, query=answer.sql.sha256[:12])


def figure(row: Row, texts: Texts, city: City) -> Figure:
    """Write one row of a 'figures' block."""
    value, form = row["value"], row.get("form") or "count"
    usual = (row["usual_low"], row["usual_high"]) if row.get("usual_low") is not None else None
    beside, verdict = _beside(row, form, texts)
    return Figure(row["figure"], texts.say(row["figure"]), value, forms.write(value, form, texts, city.zone),
                  texts.say(row.get("unit") or ""), beside, verdict, tuple(row.get("trace") or ()), usual)


def _beside(row: Row, form: str, texts: Texts) -> tuple[str, str]:
    """Answer what the figure is held against, and the verdict."""
    value, other, kind = row["value"], row.get("compare"), row.get("compare_kind") or ""
    if value is None or other is None or not kind:
        return "", ""
    if kind == "target":
        within = value <= other if row.get("better") != "higher" else value >= other
        met = texts.say("target-met" if within else "target-missed")
        bound = texts.say("target", value=forms.write_number(other, form, texts), better=row.get("better") or "lower")
        return f"{met} {bound}", "good" if within else "bad"
    return f"{_change(value, other, kind, form)} {texts.say(f'compare-{kind}')}", ""


def _change(value: float, other: float, kind: str, form: str) -> str:
    if form == "count" and kind == "last_week" and other >= 20:  # a share of a handful says nothing
        share = 100 * (value - other) / other
        return forms.signed(f"{share:.0f}%".replace("-", forms.MINUS), share)
    if form == "percent":
        return forms.signed(f"{value - other:.1f}".replace("-", forms.MINUS), round(value - other, 1))
    text = forms.duration(value - other) if form == "duration" else forms.count(value - other)
    return forms.signed(text, value - other)
