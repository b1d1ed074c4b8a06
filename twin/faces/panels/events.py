"""Events that need attention, worst first: a table on a page, large lines on a wall."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from dash import html

from twin.faces import formatting
from twin.faces.dom import MARKS, attributes, mark, named, of_figure
from twin.faces.panels.markup import Markup
from twin.faces.panels.rows import by_model, table
from twin.faces.panels.section import note

if TYPE_CHECKING:
    from dash.development.base_component import Component

    from twin.faces.figure import Figure, Row
    from twin.faces.picture import Picture, Shown


def _body(shown: Shown, picture: Picture) -> Component:
    listed, more = table(shown, picture), unlisted(shown.rows, picture)
    return html.Div([listed, more]) if more else listed


def unlisted(listed: Sequence[Row], picture: Picture) -> Component | None:
    """Return how many open events a list leaves out, those past their target by themselves.

    None if it has all, or if nobody counts them: the table of districts does.
    """
    n_open, n_late = picture.open_and_late
    late = n_late - sum(row["overdue_s"] is not None for row in listed)
    more = n_open - len(listed)
    if more <= 0:
        return None
    said = picture.texts.say("unlisted-late" if late else "unlisted", n=more, late=late)
    return html.P(
        said, className="unlisted", **attributes({"unlisted": more, "late": late})
    )


def _wall(shown: Shown, picture: Picture) -> Component:
    counts = [] if shown.count is None else [_open(shown.count), *_overdue(picture)]
    title = html.H2([picture.texts.say(shown.panel.title), *counts])
    said = note(shown, picture)
    body = [said] if said else [_event(row, picture) for row in shown.rows]
    return html.Section([title, *body], className="wall-events")


def _open(count: Figure) -> Component:
    return html.Span(
        [f" · {count.name} ", html.B(count.text), count.unit], **of_figure(count)
    )


def _overdue(picture: Picture) -> list[Component]:
    """Return how many of all that are open are past their target: not all have room here."""
    _, n = picture.open_and_late
    said = picture.texts.say("overdue-of-them", n=n)
    return [html.Span(f" · {said}", **attributes({"late": n}))] if n else []


def _event(row: Row, picture: Picture) -> Component:
    facts = [html.Span(named(fact)) for fact in _facts(row, picture)]
    badge = [by_model(picture)] if row.get("is_ai") else []
    said = html.Div(
        [
            html.Div([named(row["title"]), *badge], className="wall-event-title"),
            html.Div(facts, className="wall-event-facts"),
        ]
    )
    return html.Div(
        [mark(row["priority"], picture), said],
        className=f"wall-event {MARKS[row['priority']]}",
        **attributes({"id": row["id"]}),
    )


def _facts(row: Row, picture: Picture) -> list[str]:
    texts, zone = picture.texts, picture.city.zone
    stage = formatting.write(row["stage"], "stage", texts, zone)
    age = formatting.write(row["age_s"], "age", texts, zone)
    found = [picture.district_name(row["district_id"]), f"{stage} {age}"]
    if row["n_units"]:
        arrived, units = str(row["n_arrived"]), str(row["n_units"])
        found.append(texts.say("units-arrived", arrived=arrived, units=units))
    if row.get("closing_refused"):
        found.append(texts.say("closing-refused"))
    return found


MARKUP = Markup(_body, wall=_wall)
