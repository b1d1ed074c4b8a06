"""Arrange a picture as a scene of the wall.

Which figures and panels stand where is for the scene's own file to say (see `twin.page`).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from dash import html

from twin.faces import formatting, panels, parts
from twin.faces.panels import figures

if TYPE_CHECKING:
    from dash.development.base_component import Component

    from twin.faces.picture import Picture
    from twin.layer import Registry
    from twin.page import Region

# Width of the line of a trace, in the wall's own px.
_SPARK_PX = 2.5


def top(picture: Picture) -> list[Component]:
    """Return the top line: city, scene and marks on the left, clock and age on the right."""
    texts, zone, now = picture.texts, picture.city.zone, picture.now
    scene = html.Span(picture.page.titled(texts.lang), className="scene")
    title = [parts.title(picture.city, texts), scene, *parts.chips(picture)]
    clock = html.Span(formatting.clock_time(now, zone), className="clock")
    date = html.Span(formatting.date(now, zone, texts), className="date")
    line = html.Div([clock, date], className="clock-line")
    return [
        html.Div(title, className="wall-title"),
        *parts.sentence_of(picture, links=False),
        html.Div([line, parts.age(picture)], className="wall-clock"),
    ]


def headline(picture: Picture) -> list[Component]:
    """Return the left column: figures with their last 24 hours."""
    ids = [name.partition(".")[2] for name in picture.page.figures]
    return [
        figures.headline(picture, each, spark_line=_SPARK_PX)
        for each in ids
        if each in picture.figures
    ]


def side(picture: Picture) -> list[Component]:
    """Return the right column, such as what needs attention, worst first."""
    return _shown("side", picture)


def foot(picture: Picture) -> list[Component]:
    """Return the bottom line; what no layer of the city answers is not there."""
    return _shown("foot", picture)


def _shown(region: Region, picture: Picture) -> list[Component]:
    return [panels.show_on_wall(shown, picture) for shown in picture.region(region)]


def legend(picture: Picture, registry: Registry) -> list[Component]:
    """Return the scales of the layers that the scene names, in one line, and the map's credit."""
    named = picture.page.legend
    rows = [
        parts.legend(
            layer, picture, [name.partition(".")[2] for name in named[layer.id]]
        )
        for layer in registry.layers
        if layer.legend is not None
        and layer.id in picture.pinned.layers
        and layer.id in named
    ]
    credit = picture.city.credit_line(picture.texts.lang)
    return [
        html.Div(rows, className="legend-rows"),
        html.Div(credit, className="credit"),
    ]
