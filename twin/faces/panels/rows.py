"""Rows as a table: the columns that the panel's fields name."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from dash import html

from twin.faces import formatting
from twin.faces.dom import assumed, attributes, mark, named, opens
from twin.faces.panels.age_bar import age_bar, state_of
from twin.faces.panels.markup import Markup

if TYPE_CHECKING:
    from dash.development.base_component import Component

    from twin.faces.figure import Row
    from twin.faces.picture import Picture, Shown
    from twin.layer import Field


def table(shown: Shown, picture: Picture) -> Component:
    """Return rows as a table; a field of the format 'priority' becomes a mark."""
    fields = [
        field
        for field in shown.panel.fields
        if not field.if_any or any(row[field.name] for row in shown.rows)
    ]
    heads = [_head(field, picture) for field in fields]
    rows = [_row(row, fields, shown, picture) for row in shown.rows]
    return html.Table([html.Thead(html.Tr(heads)), html.Tbody(rows)])


def _head(field: Field, picture: Picture) -> Component:
    means = picture.texts.attribute(field.label, "means") or None
    label = picture.texts.say(field.label)
    of = attributes({"of": field.name}) if picture.is_accountable else {}
    return html.Th(
        label, scope="col", className=f"format-{field.format}", title=means, **of
    )


def _row(row: Row, fields: list[Field], shown: Shown, picture: Picture) -> Component:
    cells = [_cell(row, field, picture) for field in fields]
    return html.Tr(cells, **_of_row(row, shown.panel.chooses, picture))


def _of_row(row: Row, chooses: str, picture: Picture) -> dict[str, Any]:
    """Return the attributes of a row.

    One that chooses a district, or is of an event, opens that by a click, and by Enter when it has
    the focus.
    """
    own = {**attributes({"id": row.get("id") or ""}), **opens(row.get("id"), picture)}
    if chooses and row[chooses]:
        action = json.dumps({"district": row[chooses]})
        return {**own, "tabIndex": "0", **attributes({"action": action})}
    return {**own, "className": f"row-{row['kind']}"} if chooses else own


def _cell(row: Row, field: Field, picture: Picture) -> Component:
    value, texts, zone = row[field.name], picture.texts, picture.city.zone
    if field.format == "priority" and value is not None:
        return html.Td(mark(value, picture), className="format-priority")
    if field.format not in {"text", "name"}:
        zero = " zero" if field.format == "count" and value == 0 else ""
        # No unit stands beside a cell.
        text = formatting.write_alone(value, field.format, texts, zone)
        bar = _against_target(row, field)
        return html.Td([text, *bar], className=f"format-{field.format}{zero}")
    is_name = field.format == "name"
    text = (
        texts.name(row, field.name)
        if is_name
        else formatting.write(value, "text", texts, zone)
    )
    star = assumed(row, picture) if field.name == "name" else []
    more = _beside_title(row, picture) if field.name == "title" else []
    lines = html.Div([named(text), *star] if star else named(text), className="lines")
    return html.Td([lines, *more], className=f"format-{field.format}", title=text)


def _against_target(row: Row, field: Field) -> list[Component]:
    """Return the bar under the age of an open event that has a target of closing."""
    target_s = row.get("closure_target_s")
    if field.format != "age" or not target_s or row[field.name] is None:
        return []
    age_s = row[field.name]
    return [age_bar(age_s, target_s, state_of(age_s, target_s))]


def _beside_title(row: Row, picture: Picture) -> list[Component]:
    """Return what is to be known of an event beside its title."""
    found = [by_model(picture)] if row.get("is_ai") else []
    return [*found, refused(picture)] if row.get("closing_refused") else found


def by_model(picture: Picture) -> Component:
    """Return the badge of an event that came from what a model saw."""
    texts = picture.texts
    why = texts.say("by-model-why")
    return html.Span(texts.say("by-model"), className="by-model", title=why)


def refused(picture: Picture) -> Component:
    """Return the word beside an event that stays open, since its closing made no sense."""
    texts = picture.texts
    why = texts.say("closing-refused-why")
    return html.Span(texts.say("closing-refused"), className="refused", title=why)


MARKUP = Markup(table)
