"""A chart of the page, opened large over it.

Values can be read off it, and a span of time drawn out.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from dash import dcc, html

from twin.errors import UsageError
from twin.faces import charts
from twin.faces.dom import aria
from twin.faces.panels.section import asks
from twin.faces.panels.trend import usual

if TYPE_CHECKING:
    from dash.development.base_component import Component

    from twin.faces.picture import Picture

# Axis text, px.
_SIZE = 14


def enlarged(picture: Picture, name: str) -> list[Component]:
    """Return the chart of the panel `name`, 'layer:panel', as a dialog.

    Raises:
        UsageError: the picture has no such chart.
    """
    texts = picture.texts
    found = next(
        (each for each in picture.shown if f"{each.layer}:{each.panel.name}" == name),
        None,
    )
    if found is None or found.panel.kind != "trend" or not found.rows:
        raise UsageError(
            f"There is no chart {name[:60]!r} here.",
            fix="click on a chart of the page.",
        )
    names = {"value": texts.say("trend-value"), "usual": texts.say("trend-usual")}
    chart = charts.trend(found.rows, picture.city.zone, names=names, size=_SIZE)
    close = html.Button(
        "×",
        type="button",
        className="close",
        title=texts.say("close"),
        **aria("label", texts.say("close")),
    )
    said = asks([texts.say(found.panel.title)], f"{found.layer}/{found.panel.name}")
    head = html.Div([html.H2(said), close], className="panel-head")
    graph = dcc.Graph(
        figure=chart,
        config={"displayModeBar": False, "responsive": True},
        style={"height": "100%"},
    )
    said = html.P(usual(found, picture), className="usual-said")
    return [
        html.Div(
            [head, said, html.Div(graph, className="enlarged-chart")],
            className="enlarged",
            role="dialog",
            **aria("modal", "true"),
        )
    ]
