"""A face without data: its frame, and the reason in plain words.

It heals by itself once there are some.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from dash import html

from twin.faces import formatting, parts

if TYPE_CHECKING:
    from datetime import datetime

    from dash.development.base_component import Component

    from twin.city import City
    from twin.errors import TwinError
    from twin.faces.texts import Texts


def banner(error: TwinError, lead: str, texts: Texts) -> list[Component]:
    """Return why nothing new can be shown: the message `lead`, then the error's own sentences."""
    lines = error.lines()
    return [
        parts.problem(
            [texts.say(lead)], lines, "reason", texts, said=error.what, most=len(lines)
        )
    ]


def page_top(city: City, texts: Texts) -> list[Component]:
    """Return the bar of the page: city, language and the wall.

    There are no data, so they have no age.
    """
    return [parts.title(city, texts), html.Div(className="chips"), *parts.ways(texts)]


def wall_top(city: City, texts: Texts, now: datetime) -> list[Component]:
    """Return the top line of the wall: city and the server's clock."""
    clock = html.Div(
        [
            html.Span(formatting.clock_time(now, city.zone), className="clock"),
            html.Span(formatting.date(now, city.zone, texts), className="date"),
        ],
        className="clock-line",
    )
    return [
        html.Div([parts.title(city, texts)], className="wall-title"),
        html.Div([clock], className="wall-clock"),
    ]
