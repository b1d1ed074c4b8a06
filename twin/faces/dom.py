"""Pieces of markup that every face uses: attributes, names in any script, the marks of levels."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from dash import html

from twin.faces import markup
from twin.marks import marks
from twin.view import EVENTS

if TYPE_CHECKING:
    from dash.development.base_component import Component

    from twin.faces.figure import Figure, Row
    from twin.faces.picture import Picture

MARKS = {1: "p1", 2: "p2", 3: "p3", 4: "p4"}


def attributes(values: Mapping[str, object]) -> dict[str, Any]:
    """Return `data-` attributes."""
    return {f"data-{name}": str(value) for name, value in values.items()}


def aria(name: str, value: str) -> dict[str, Any]:
    """Return an `aria-` attribute in the form that Dash takes."""
    return {f"aria-{name}": value}


def mark(priority: float, picture: Picture) -> Component:
    """Return the shape of a priority; its name is read out to those who cannot see it."""
    name = picture.texts.say(f"priority-{round(priority)}")
    level = MARKS[round(priority)]
    return html.Span(
        markup.Raw(marks()[level].svg()),
        className=f"mark {level}",
        title=name,
        role="img",
        **aria("label", name),
    )


def named(name: str) -> Component:
    """Return a name in whatever script.

    It keeps its own direction, and leaves that of its neighbours alone.
    """
    return html.Bdi(name)


def assumed(row: Row, picture: Picture) -> list[Component]:
    """Return the quiet mark of a name that the pack assumes, since nobody has published it."""
    if not row.get("is_assumed"):
        return []
    said = picture.texts.say("assumed-name")
    return [
        html.Sup(
            "*", title=said, className="assumed", role="img", **aria("label", said)
        )
    ]


def opens(thing: str | None, picture: Picture) -> dict[str, Any]:
    """Return the attributes of a row of an event: it opens it, by a click or by Enter.

    None for a row of anything else, and on a page that has no place for an event.

    Args:
        thing: what the row is of, as 'layer:id'.
    """
    page = picture.page
    has_place = bool(page.subject or page.regions.get("event"))
    if not thing or not thing.startswith(EVENTS) or not has_place:
        return {}
    return {"tabIndex": "0", **attributes({"action": json.dumps({"picked": thing})})}


def of_figure(shown: Figure) -> dict[str, Any]:
    """Return the `data-` attributes of a figure: id, value, and why it is not known."""
    why = {"unknown": shown.unknown} if shown.unknown else {}
    value = "" if shown.value is None else shown.value
    account = {"account": shown.account} if shown.account else {}
    return attributes({"figure": shown.id, "value": value, **why, **account})


def asking(shown: Figure) -> dict[str, Any]:
    """Return the attributes by which a figure takes the focus and opens its account.

    None where nobody may ask for that.
    """
    return as_button() if shown.account else {}


def as_button() -> dict[str, Any]:
    """Return the attributes of what opens an account, as a button does a dialog."""
    return {"role": "button", "tabIndex": "0", **aria("haspopup", "dialog")}


def live_mark(picture: Picture, *, is_live: bool) -> list[Component]:
    """Return the mark of what is of the living city in a picture of a drill."""
    if not is_live:
        return []
    said = picture.texts.say("live-in-drill-short")
    whole = picture.texts.say("live-in-drill")
    return [html.Span(said, title=whole, className="chip hatched live-in-drill")]
