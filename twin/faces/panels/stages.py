"""The stages of work as bars over their counts."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dash import html

from twin.faces import formatting
from twin.faces.dom import attributes
from twin.faces.panels.markup import Markup

if TYPE_CHECKING:
    from dash.development.base_component import Component

    from twin.faces.figure import Row
    from twin.faces.picture import Picture, Shown


def _body(shown: Shown, picture: Picture) -> Component:
    most = max((row["n"] or 0 for row in shown.rows), default=0) or 1
    return html.Div(
        [_stage(row, most, picture) for row in shown.rows], className="stages-row"
    )


def _stage(row: Row, most: int, picture: Picture) -> Component:
    texts, high = picture.texts, f"{100 * (row['n'] or 0) / most:.0f}%"
    n = formatting.write(row["n"], "count", texts, picture.city.zone)
    return html.Div(
        [
            html.Div(html.I(style={"height": high}), className="stage-bar"),
            html.Span(n, className="stage-n"),
            html.Span(texts.say(f"stage-{row['stage']}"), className="stage-name"),
        ],
        className="stage",
        **attributes({"stage": row["stage"]}),
    )


MARKUP = Markup(_body)
