"""Arrange a picture as the page of one thing: an event, or a district.

What it is stands beside a map of where it is, then what has the width of the page, then the rest in
columns; at the foot, which snapshot says so.
"""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING

from dash import html

from twin.city import Camera
from twin.faces import panels
from twin.faces.dom import aria, attributes, named
from twin.faces.pages.page import area_and_people
from twin.view import View

if TYPE_CHECKING:
    from dash.development.base_component import Component

    from twin.faces.figure import Row
    from twin.faces.picture import Picture
    from twin.page import Region

# How near the map looks at an event: its street and those beside it.
NEAR_ZOOM = 13.6


def thing(picture: Picture) -> str:
    """Return the id of what the page is of."""
    pinned = picture.pinned
    return pinned.event if picture.page.subject == "event" else pinned.district


def name(picture: Picture) -> str:
    """Return what the thing is called; its id where nothing is known of it."""
    if picture.page.subject == "event":
        row = _event(picture)
        return str(row["title"]) if row else thing(picture)
    return picture.district_name(picture.pinned.district)


def looking(picture: Picture) -> Picture:
    """Return the picture with its map at the thing, where the link does not say where to look.

    An event without a place leaves the map as it is.
    """
    row = _event(picture)
    if row is None or picture.pinned.view.camera != View.camera:
        return picture
    lon, lat = row["lon"], row["lat"]
    if lon is None or lat is None:
        return picture
    there = Camera(lon, lat, NEAR_ZOOM)
    return replace(picture, pinned=replace(picture.pinned, camera=there))


def _event(picture: Picture) -> Row | None:
    """Return the row of the picked event; None where nothing is known of it."""
    if picture.page.subject != "event":
        return None
    rows = [row for shown in picture.shown for row in shown.rows if "is_open" in row]
    wanted = thing(picture)
    return next(
        (row for row in rows if row.get("event_id") == wanted and "lon" in row), None
    )


def side(picture: Picture) -> list[Component]:
    """Return what is told of the thing, region by region."""
    lead = [_way(picture), *_title(picture), *_shown("lead", picture)]
    parts: list[Component] = [html.Div(lead, className="lead")]
    for region in ("main", "more"):
        found = _shown(region, picture)
        if found:
            parts.append(html.Div(found, className=region))
    return parts


def _shown(region: Region, picture: Picture) -> list[Component]:
    return [panels.show(shown, picture) for shown in picture.region(region)]


def _title(picture: Picture) -> list[Component]:
    """Return the name of a district with its facts; an event's panel says its own.

    An event that nobody knows is called by its id.
    """
    if picture.page.subject == "event" and _event(picture) is None:
        return [html.H2(named(thing(picture)))]
    row = picture.district()
    if picture.page.subject != "district" or row is None:
        return []
    head = html.H2(named(picture.texts.name(row)))
    return [head, html.P(area_and_people(row, picture), className="sub")]


def _way(picture: Picture) -> Component:
    """Return the way back to the city, and for an event to its district."""
    texts, view = picture.texts, picture.pinned.view
    rest = replace(view, picked="", district="", camera=View.camera)
    steps: list[Component] = [html.A(texts.say("whole-city"), href=f"/?{rest.url()}")]
    row = _event(picture)
    if row is not None and row["district_id"]:
        there = picture.subjects.get("district")
        path = there.of(row["district_id"]) if there else "/"
        asked = rest if there else replace(rest, district=row["district_id"])
        title = named(texts.name(row, "district"))
        steps.append(html.A(title, href=f"{path}?{asked.url()}"))
    steps.append(html.Span(named(thing(picture)), className="subject-id"))
    return html.Nav(steps, className="way-here", **aria("label", texts.say("way-here")))


def legend(picture: Picture) -> list[Component]:
    """Return who the map is by."""
    return [html.Div(picture.city.credit_line(picture.texts.lang), className="credit")]


def foot(picture: Picture) -> list[Component]:
    """Return which snapshot says so, the way back to live, and where figures are explained."""
    texts, pinned = picture.texts, picture.pinned
    traced = texts.say("traced", snapshot=pinned.snapshot, hash=pinned.hash)
    link = html.A(texts.say("figures-title"), href=f"/figures?{pinned.view.url()}")
    live = html.Button(
        texts.say("live"),
        type="button",
        className="live",
        disabled=picture.looking == "live",
        **attributes({"action": json.dumps({"as_of": "live"})}),
    )
    return [html.Div([live, html.Span(traced), link], className="subject-foot")]
