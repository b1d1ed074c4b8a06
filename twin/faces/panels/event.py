"""One event: what it is in a line, then what matters of it: time left, response, who has it."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from dash import html

from twin.faces import formatting
from twin.faces.dom import aria, as_button, attributes, mark, named
from twin.faces.panels.age_bar import age_bar
from twin.faces.panels.markup import Markup

if TYPE_CHECKING:
    from dash.development.base_component import Component

    from twin.faces.figure import Row
    from twin.faces.picture import Picture, Shown

# The parts of an answer, and what its markup says of it.
Answered = tuple[list["Component"], dict[str, str]]

# The column that an answer is, where it is one as it stands.
_COLUMNS = {
    "event-response": "response_s",
    "event-closed": "closure_s",
    "event-who": "unit",
}

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
        [
            accountable(answer, shown, picture)
            for answer in (
                closing(row, picture),
                response(row, picture),
                who(row, picture),
            )
        ],
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
    told = html.P(" · ".join(facts(row, picture)), className="sub")
    return html.Div([head, told, *words, answers], className="event")


def accountable(answer: Answered, shown: Shown, picture: Picture) -> Component:
    """Return an answer; on a page somebody may ask how it came about."""
    parts, told = answer
    asked: dict[str, Any] = {}
    if picture.is_accountable:
        figure = _COLUMNS.get(told["answer"])
        of = attributes(
            {
                "account": f"{shown.layer}/{shown.panel.name}",
                **({"figure": figure} if figure else {}),
            }
        )
        asked = {**as_button(), **of}
    return html.Div(parts, className="event-answer", **attributes(told), **asked)


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


def facts(row: Row, picture: Picture) -> list[str]:
    """Return what an event is, where, since when and who holds it, each in a few words."""
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


def closing(row: Row, picture: Picture) -> Answered:
    """Return the clock of closing: what is left or over of its target, or how long it took."""
    texts, target = picture.texts, row["closure_target_s"]
    if not row["is_open"]:
        took = "" if row["is_closed_untimed"] else _length(row["closure_s"], picture)
        return answer("event-closed", took or formatting.DASH, target, picture)
    if target is None:
        age = _length(row["age_s"], picture)
        said = texts.say("event-no-target")
        return answer("event-open-for", age, None, picture, said)
    left = target - row["age_s"]
    key = "event-left" if left >= 0 else "event-over"
    state = "over" if left < 0 else "soon" if row["age_s"] >= 0.8 * target else ""
    text = _length(abs(left), picture)
    return answer(key, text, target, picture, state=state, elapsed=row["age_s"])


def response(row: Row, picture: Picture) -> Answered:
    """Return the clock of the first response: how long it took, or that nobody has answered."""
    target = row["response_target_s"]
    if row["response_s"] is not None:
        took = _length(row["response_s"], picture)
        late = target is not None and row["response_s"] > target
        state = "late" * late
        return answer(
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
    return answer("event-response", said, target, picture)


def who(row: Row, picture: Picture) -> Answered:
    """Return who has an event: the unit that leads, and how many are on site."""
    texts = picture.texts
    said = texts.say(
        "event-units-at", arrived=str(row["n_arrived"]), units=str(row["n_units"])
    )
    unit = row["unit"] or texts.say("event-nobody")
    return answer("event-who", unit, None, picture, said if row["n_units"] else "")


def answer(
    key: str,
    value: str,
    target: int | None,
    picture: Picture,
    beside: str = "",
    state: str = "",
    elapsed: int | None = None,
) -> Answered:
    """Return one answer about an event: what is asked, the answer, its bar, and what it is held to.

    Args:
        target: s; None for none.
        beside: what stands below where there is no target.
        state: 'soon', 'over', 'late' or ''.
        elapsed: s of the bar; None for no bar.
    """
    texts = picture.texts
    if target is not None:
        beside = texts.say("event-of-target", target=_length(target, picture))
    bar = (
        [] if elapsed is None else [age_bar(elapsed, target, _BARS.get(state, "fine"))]
    )
    parts: list[Component] = [
        html.Div(texts.say(key), className="figure-name"),
        html.Div(named(value), className="event-value"),
        *bar,
        html.Div(beside, className="figure-beside"),
    ]
    return parts, {"answer": key, "state": state}


def _length(seconds: int | None, picture: Picture) -> str:
    return formatting.write(seconds, "duration", picture.texts, picture.city.zone)


MARKUP = Markup(_body)
