"""A day as a line over the usual day; opened large by a click."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dash import html

from twin.days import LEAST_DAYS
from twin.faces import lines
from twin.faces.dom import attributes
from twin.faces.panels.markup import Markup

if TYPE_CHECKING:
    from dash.development.base_component import Component

    from twin.faces.picture import Picture, Shown


def usual(shown: Shown, picture: Picture) -> str:
    """Return what the band behind a trend is and of how many days.

    Without one, return that history is too short.
    """
    n, kind = shown.rows[0]["usual_n"], picture.pinned.days.today.kind
    if any(row["usual_high"] is not None for row in shown.rows):
        return picture.texts.say("usual-band", n=n, kind=kind)
    return picture.texts.say("usual-none", n=n, least=LEAST_DAYS)


def _body(shown: Shown, picture: Picture) -> Component:
    """Return the line; a click, or Enter when it has the focus, opens it large."""
    name = picture.texts.say("open-chart", title=picture.texts.say(shown.panel.title))
    chart = html.Div(
        lines.trend(shown.rows, picture.city.zone),
        role="button",
        tabIndex="0",
        title=name,
        **attributes({"opens": f"{shown.layer}:{shown.panel.name}"}),
    )
    return html.Div([chart, html.P(usual(shown, picture), className="usual-said")])


MARKUP = Markup(_body)
