"""One tile per row: name, state and since when.

A state is a word and a line style, not a colour alone.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from dash import html

from twin.faces import formatting
from twin.faces.dom import assumed, attributes, live_mark, named, of_figure
from twin.faces.panels.markup import Markup
from twin.faces.panels.section import note, section

if TYPE_CHECKING:
    from dash.development.base_component import Component

    from twin.faces.figure import Row
    from twin.faces.picture import Picture, Shown


def _body(shown: Shown, picture: Picture) -> Component:
    return html.Div([_tile(row, picture) for row in shown.rows], className="tiles")


def _tile(row: Row, picture: Picture) -> Component:
    texts, name = picture.texts, picture.texts.name(row)
    state, since = texts.say(f"state-{row['state']}"), ""
    if row["state"] not in {"ok", "unknown"} and row["since_s"] is not None:
        since = f" {formatting.minutes(row['since_s'], texts)}"
    return html.Div(
        [
            html.Span(
                [named(name), *assumed(row, picture)], className="tile-name", title=name
            ),
            html.Span(f"{state}{since}", className="tile-state"),
        ],
        className="tile",
        **attributes({"state": row["state"], "id": row["id"]}),
    )


def _wall(shown: Shown, picture: Picture) -> Component:
    """Return the tiles; the title says how many are well, and that names are assumed."""
    texts, count = picture.texts, shown.count
    title: list[Component | str] = [texts.say(shown.panel.title)]
    if count is not None:
        title.append(
            html.Span([" ", html.B(count.text), count.unit], **of_figure(count))
        )
    title += live_mark(picture, is_live=shown.is_live)
    if any(row.get("is_assumed") for row in shown.rows):
        title.append(html.Small(texts.say("assumed-names"), className="assumed-names"))
    return section(shown, picture, note(shown, picture) or _body(shown, picture), title)


MARKUP = Markup(_body, wall=_wall)
