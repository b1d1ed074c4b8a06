"""How one figure came about: what it means, what was asked with which parameters, and of what.

Nothing here is markup, so that files say the same as the page.
"""

from __future__ import annotations

import difflib
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING, Any, cast

from twin.clock import to_text
from twin.contracts import TABLES
from twin.errors import LostError, UsageError
from twin.faces import arrangement, picture
from twin.faces.meanings import YESTERDAY, ids_of
from twin.faces.parts import held
from twin.layer import Panel
from twin.measures import MEASURES
from twin.view import pin

if TYPE_CHECKING:
    from zoneinfo import ZoneInfo

    from twin.city import City
    from twin.clock import Clock
    from twin.engine import Sql
    from twin.engine.sql import ResultColumn
    from twin.faces.figure import Figure
    from twin.faces.picture import Picture, Shown
    from twin.faces.texts import Texts
    from twin.layer import Layer, Question, Registry
    from twin.measures import Definition
    from twin.query import QueryService
    from twin.query.service import Answer, Explained
    from twin.view import Pinned, View

Value = str | int | float | bool | datetime | None

# From here on a whole number is no longer told apart from its neighbours.
_EXACT = 2**53


@dataclass(frozen=True)
class Named:
    """What an account is of, by its names in a link.

    Attributes:
        name: a panel of the layer; of a map its data.
        figure: id of a figure, or a column; '' for the whole.
    """

    layer: str
    name: str
    figure: str = ""
    is_map: bool = False

    @property
    def path(self) -> str:
        """Return the part of an address that names it, without the figure."""
        of = "map/" if self.is_map else ""
        return f"/account/{of}{self.layer}/{self.name}"


@dataclass(frozen=True)
class Rows:
    """Rows of an answer as plain values, a column each.

    Attributes:
        unknown: whether they say nothing of the moment; then there are none.
    """

    columns: tuple[ResultColumn, ...]
    rows: tuple[tuple[Value, ...], ...]
    doc: str
    unknown: bool = False


@dataclass(frozen=True)
class Account:
    """One figure, or a whole panel, and how it came about.

    Attributes:
        layer, panel: whose question answers it; a map's stands as a panel of rows.
        picture: shows that panel only. What is held at the newest moment is live in it: its
            data may be late.
        found: None where the question failed; `picture.shown` says why.
        behind: what the figure counts, one by one, where its layer names that.
    """

    named: Named
    layer: Layer
    panel: Panel
    picture: Picture
    found: Explained | None
    behind: Explained | None = None

    @property
    def shown(self) -> Shown:
        """Return the panel with its answer."""
        return self.picture.shown[0]

    @property
    def figure(self) -> Figure | None:
        """Return the figure that is asked for; None for a column or a whole panel."""
        return self.picture.figures.get(self.named.figure)

    @property
    def key(self) -> str:
        """Return the message that names what is asked for."""
        labels = {field.name: field.label for field in self.panel.fields}
        if self.panel.kind == "figures" and self.named.figure:
            return self.named.figure
        return labels.get(self.named.figure, self.panel.title)

    @property
    def main(self) -> Explained | None:
        """Return whose rows stand behind the figure: what it counts, else the answer itself."""
        return self.behind or self.found

    def link(self) -> str:
        """Return the query of a link that shows the same to everybody, whenever it is opened.

        Both clocks stand in it, and the snapshot that answers now.
        """
        pinned = self.picture.pinned
        return query(held(pinned), self.named.figure, pinned.snapshot)


def query(view: View, figure: str = "", snapshot: str = "") -> str:
    """Return the query of a link to an account in a view; '' leaves a field out."""
    found = view.url()
    if figure:
        found = f"figure={figure}&{found}"
    return f"{found}&snapshot={snapshot}" if snapshot else found


def account(
    service: QueryService,
    registry: Registry,
    city: City,
    words: Mapping[str, Texts],
    clock: Clock,
    named: Named,
    view: View,
) -> Account:
    """Return the account of a figure, a column, a panel or map data in a view.

    Raises:
        LostError: there is none of that name. UsageError: it is of a chosen district or a
            picked event, and the view has none; or the view means nothing. LakeError: the
            lake cannot be read.
    """
    pinned = pin(replace(view, frame=""), city, service.pointer)
    pinned = _as_live(pinned)
    layer, panel = _panel(service, registry, named, pinned)
    _refuse_unknown(layer, panel, named)
    if panel.question.moment == "newest":
        pinned = (
            pinned.in_newest()
        )  # the snapshot that answers is the one that is named
    texts = words[pinned.view.lang]
    taken = picture.of_panel(service, city, layer, panel, pinned, texts, clock())
    if taken.shown[0].failed:
        return Account(named, layer, panel, taken, None)
    found = service.explain(layer, panel.question, pinned, plans=False)
    before = YESTERDAY if panel.question.moment == "day_before" else ""
    asked = panel.behind.get(named.figure.removeprefix(before))
    figure = taken.figures.get(named.figure)
    behind = (
        None
        if asked is None or found.answer.unknown or figure is None
        else service.explain(layer, asked, pinned, plans=False)
    )
    return Account(named, layer, panel, taken, found, behind)


def _as_live(pinned: Pinned) -> Pinned:
    """Return a view that is held at the newest moment as live: its data may be late."""
    if not pinned.is_newest_moment:
        return pinned
    return replace(pinned, view=replace(pinned.view, as_of=None, known_at=None))


def _panel(
    service: QueryService, registry: Registry, named: Named, pinned: Pinned
) -> tuple[Layer, Panel]:
    if named.is_map:
        return _map(service, registry, named, pinned)
    panels = arrangement.panels_of(registry)
    name = f"{named.layer}.{named.name}"
    if name not in panels:
        raise _lost(name, panels, "panel")
    layer, panel = panels[name]
    if panel.scope == "district" and not pinned.district:
        raise UsageError(
            f"{name} is of a chosen district, and the link chooses none.",
            fix="choose a district on the page, and ask there.",
        )
    if panel.scope == "event" and not pinned.event:
        raise UsageError(
            f"{name} is of a picked event, and the link picks none.",
            fix="open an event on the page, and ask there.",
        )
    return layer, panel


def _map(
    service: QueryService, registry: Registry, named: Named, pinned: Pinned
) -> tuple[Layer, Panel]:
    """Return the question of map data as a panel of rows: all that is drawn, as one tile."""
    maps = {
        f"{layer.id}.{data.name}": (layer, data)
        for layer in registry.layers
        for data in layer.maps
    }
    name = f"{named.layer}.{named.name}"
    if name not in maps:
        raise _lost(name, maps, "map data")
    layer, data = maps[name]
    asked = service.of_map(layer.id, data, pinned, is_whole=True)
    title = layer.legend.title if layer.legend else layer.id
    return layer, Panel(data.name, "rows", title, asked)


def _refuse_unknown(layer: Layer, panel: Panel, named: Named) -> None:
    """Refuse a figure or a column that a panel does not have.

    Raises:
        LostError: it has not.
    """
    if not named.figure:
        return
    known = figures(layer, panel)
    if named.figure not in known:
        raise _lost(named.figure, known, "figure")


def figures(layer: Layer, panel: Panel) -> tuple[str, ...]:
    """Return what may be asked for of a panel: its figures, or the columns that it shows."""
    if panel.kind == "figures":
        return tuple(ids_of(layer, panel))
    return tuple(field.name for field in panel.fields)


def _lost(name: str, known: Sequence[str] | Mapping[str, Any], what: str) -> LostError:
    near = difflib.get_close_matches(name, list(known), 1)
    return LostError(
        f"There is no {what} {name[:60]!a} here.",
        why=f"did you mean {near[0]!r}?" if near else "",
        fix="click on a figure of the page, and copy the link of its account.",
    )


def path_of(file: Layer, question: Question) -> str:
    """Return what a question's file is called: 'layer/file.sql'."""
    return f"{file.folder.name}/{question.sql}"


def rows_of(answer: Answer, zone: ZoneInfo) -> Rows:
    """Return the rows of an answer as plain values; none where they are no figures.

    Moments are in the city's zone, without offset; lists are JSON.
    """
    order = {column.name: column for column in answer.sql.columns}
    columns = tuple(order[name] for name in answer.rows.column_names if name in order)
    if answer.unknown:
        return Rows(columns, (), answer.sql.rows, unknown=True)
    found = tuple(
        tuple(plain(row[column.name], zone) for column in columns)
        for row in answer.rows.to_pylist()
    )
    return Rows(columns, found, answer.sql.rows)


def plain(value: object, zone: ZoneInfo) -> Value:
    """Return a value as a table has it: a whole number without a point, a list as JSON."""
    if isinstance(value, datetime):
        return value.astimezone(zone).replace(tzinfo=None)
    if isinstance(value, float) and value.is_integer() and abs(value) < _EXACT:
        return int(value)
    if value is None or isinstance(value, str | int | float | bool):
        return value
    return text(value)


def text(value: object) -> str:
    """Return a parameter or a list as it is written: a moment in UTC, the rest as JSON has it."""
    if value is None:
        return "null"
    if isinstance(value, str):
        return value
    if isinstance(value, datetime):
        return to_text(value)
    return json.dumps(value, ensure_ascii=False, default=text)


def definitions(sql: Sql) -> tuple[tuple[str, Definition], ...]:
    """Return what the measures that a question reads say of the columns that it names.

    Each with its column, as 'table.column'.
    """
    words = set(re.findall(r"\w+", sql.text))
    return tuple(
        (f"{measure.name}.{column.name}", each)
        for measure in MEASURES
        if measure.name in sql.reads
        for each in measure.definitions
        for column in each.columns[:1]
        if column.name in words
    )


def tables(found: Explained) -> tuple[tuple[str, str, int], ...]:
    """Return the tables that an answer rests on: name, what a row is, rows in the snapshot."""
    return tuple((name, TABLES[name].doc, n) for name, n in found.read.items())


def values(found: Explained) -> tuple[tuple[str, str, str, str, str], ...]:
    """Return the bound parameters: name, value, unit, meaning and who gave it."""
    answer = found.answer
    return tuple(
        (
            each.name,
            text(cast("object", answer.params[each.name])),
            "" if each.unit == "-" else each.unit,
            each.doc,
            found.givers[each.name],
        )
        for each in answer.sql.params
    )


def live(view: View) -> View:
    """Return a view of now: with neither clock held."""
    return replace(view, as_of=None, known_at=None)
