"""One event on a page of its own: what it is, how it stands in a sentence, and four answers.

The answers are how much time is left, how long the first response took, who has it, and what comes
next: in this order, since that is the order in which people ask.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from dash import html

from twin.faces.dom import mark, named
from twin.faces.panels.clocks import coming_next
from twin.faces.panels.event import (
    Answered,
    accountable,
    answer,
    closing,
    facts,
    response,
    who,
)
from twin.faces.panels.markup import Markup

if TYPE_CHECKING:
    from dash.development.base_component import Component

    from twin.faces.figure import Row
    from twin.faces.picture import Picture, Shown


def _body(shown: Shown, picture: Picture) -> Component:
    row = shown.rows[0]
    head = html.Div(
        [mark(row["priority"], picture), html.H2(named(row["title"]))],
        className="event-head",
    )
    stands = html.P(sentence(row, picture), className="event-sentence")
    told = [closing(row, picture), response(row, picture), who(row, picture)]
    if row["next"]:
        told.append(_next(row, picture))
    answers = [accountable(each, shown, picture) for each in told]
    parts: list[Component] = [
        head,
        stands,
        html.Div(answers, className="event-answers"),
    ]
    if row["details"]:
        words = picture.texts.say("event-words", words=row["details"])
        parts.append(html.P(words, className="event-words"))
    parts.append(html.P(" · ".join(facts(row, picture)), className="sub"))
    return html.Div(parts, className="event whole-event")


def _next(row: Row, picture: Picture) -> Answered:
    return answer("event-next", coming_next(row, picture), None, picture)


def sentence(row: Row, picture: Picture) -> str:
    """Return how an event stands, in a sentence: what its units did, and what is missing."""
    units = picture.rows("event.units")
    n = len(units)
    counts = {
        "units": n,
        "acked": sum(each["state"] != "unit-sent" for each in units),
        "arrived": row["n_arrived"],
        "done": sum(each["state"] == "unit-done" for each in units),
    }
    return picture.texts.say(f"event-stands-{_stands(row, counts)}", **counts)


def _stands(row: Row, counts: dict[str, int]) -> str:
    """Return how far an event is: the furthest that any of its units came."""
    if not row["is_open"]:
        return "closed" if counts["units"] else "closed-alone"
    if not counts["units"]:
        return "nobody"
    if counts["done"] == counts["units"]:
        return "done"
    if counts["arrived"]:
        return "arrived"
    return "acked" if counts["acked"] else "sent"


MARKUP = Markup(_body)
