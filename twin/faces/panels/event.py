"""One event: what it is in a line, then what matters of it: time left, response, who has it."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from dash import html

from twin.faces import formatting
from twin.faces.dom import aria, attributes, mark, named
from twin.faces.panels.age_bar import age_bar
from twin.faces.panels.markup import Markup

if TYPE_CHECKING:
    from dash.development.base_component import Component

    from twin.faces.figure import Row
    from twin.faces.picture import Picture, Shown

# How the bar of a clock is drawn that is so.
_BARS = {"soon": "amber", "over": "red", "late": "red"}


def _body(shown: Shown, picture: Picture) -> Component:
    row = shown.rows[0]
    texts = picture.texts
    head = html.Div(
        [mark(row["priority"], picture), html.H2(named(row["title"]))],
        className="event-head",
    )
    answers = html.Div(
        [_clock(row, picture), _response(row, picture), _who(row, picture)],
        className="event-answers",
    )
    words = (
        [
            html.P(
                texts.say("event-words", words=row["details"]), className="event-words"
            )
        ]
        if row["details"]
        else []
    )
    facts = html.P(" · ".join(_facts(row, picture)), className="sub")
    return html.Div([head, facts, *words, answers], className="event")


def close(picture: Picture) -> Component:
    """Return the control that leads from an event back to what was shown before."""
    said = picture.texts.say("event-back")
    return html.Button(
        "×",
        type="button",
        className="close",
        title=said,
        **aria("label", said),
        **attributes({"action": json.dumps({"picked": ""})}),
    )


def _facts(row: Row, picture: Picture) -> list[str]:
    texts = picture.texts
    place = texts.name(row, "street") if row["street"] else row["address"]
    where = [texts.name(row, "district"), place]
    source = texts.say(
        "event-from",
        source=texts.name(row, "source"),
        found="yes" if row["is_proactive"] else "no",
    )
    since = texts.say("event-since", moment=picture.when(row["created_at"]))
    held = texts.say("event-held", level=texts.say(f"level-{row['level']}"))
    stage = formatting.write(row["stage"], "stage", texts, picture.city.zone)
    found = [texts.say(f"priority-{row['priority']}"), texts.name(row, "category")]
    found += [each for each in where if each and each != formatting.DASH]
    return [*found, stage, since, source, held, row["event_id"]]


def _clock(row: Row, picture: Picture) -> Component:
    """Return the clock of closing: what is left or over of its target, or how long it took."""
    texts, target = picture.texts, row["closure_target_s"]
    if not row["is_open"]:
        took = "" if row["is_closed_untimed"] else _length(row["closure_s"], picture)
        return _answer("event-closed", took or formatting.DASH, target, picture)
    if target is None:
        age = _length(row["age_s"], picture)
        said = texts.say("event-no-target")
        return _answer("event-open-for", age, None, picture, said)
    left = target - row["age_s"]
    key = "event-left" if left >= 0 else "event-over"
    state = "over" if left < 0 else "soon" if row["age_s"] >= 0.8 * target else ""
    text = _length(abs(left), picture)
    return _answer(key, text, target, picture, state=state, elapsed=row["age_s"])


def _response(row: Row, picture: Picture) -> Component:
    target = row["response_target_s"]
    if row["response_s"] is not None:
        took = _length(row["response_s"], picture)
        late = target is not None and row["response_s"] > target
        state = "late" * late
        return _answer(
            "event-response",
            took,
            target,
            picture,
            state=state,
            elapsed=row["response_s"],
        )
    said = (
        formatting.DASH if row["is_acked"] else picture.texts.say("event-response-none")
    )
    return _answer("event-response", said, target, picture)


def _who(row: Row, picture: Picture) -> Component:
    texts = picture.texts
    said = texts.say(
        "event-units-at", arrived=str(row["n_arrived"]), units=str(row["n_units"])
    )
    unit = row["unit"] or texts.say("event-nobody")
    return _answer("event-who", unit, None, picture, said if row["n_units"] else "")


def _answer(
    key: str,
    value: str,
    target: int | None,
    picture: Picture,
    beside: str = "",
    state: str = "",
    elapsed: int | None = None,
) -> Component:
    texts = picture.texts
    if target is not None:
        beside = texts.say("event-of-target", target=_length(target, picture))
    bar = (
        [] if elapsed is None else [age_bar(elapsed, target, _BARS.get(state, "fine"))]
    )
    return html.Div(
        [
            html.Div(texts.say(key), className="figure-name"),
            html.Div(named(value), className="event-value"),
            *bar,
            html.Div(beside, className="figure-beside"),
        ],
        className="event-answer",
        **attributes({"answer": key, "state": state}),
    )


def _length(seconds: int | None, picture: Picture) -> str:
    return formatting.write(seconds, "duration", picture.texts, picture.city.zone)


MARKUP = Markup(_body)
