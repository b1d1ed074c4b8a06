"""Open events by the time left: an age bar against the target, and what comes next.

The bar is blue below the share from which a clock is amber, then amber, and red only for the
part beyond the target, which is a tick.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from dash import html

from twin.faces import formatting
from twin.faces.dom import attributes, mark, named, of_figure, opens
from twin.faces.panels.age_bar import age_bar
from twin.faces.panels.markup import Markup
from twin.faces.panels.rows import refused
from twin.faces.panels.section import note

if TYPE_CHECKING:
    from dash.development.base_component import Component

    from twin.faces.figure import Row
    from twin.faces.picture import Picture, Shown


def _body(shown: Shown, picture: Picture) -> Component:
    where = next(field.name for field in shown.panel.fields if field.format == "name")
    parts: list[Component] = [
        html.Ol([_row(row, where, picture) for row in shown.rows], className="clocks")
    ]
    more = shown.rows[0]["n_open"] - len(shown.rows) if shown.rows else 0
    said = [picture.texts.say("clock-unlisted", n=formatting.count(more))] * (more > 0)
    if any(row["is_reference"] for row in shown.rows):
        said.append(picture.texts.say("clock-reference"))
    if said:
        more_of = attributes({"unlisted": max(more, 0)})
        parts.append(html.P(" · ".join(said), className="unlisted", **more_of))
    return html.Div(parts)


def _row(row: Row, where: str, picture: Picture) -> Component:
    texts, zone = picture.texts, picture.city.zone
    stage = formatting.write(row["stage"], "stage", texts, zone)
    who = [texts.name(row, where), stage, row["unit"] or ""]
    facts = [html.Span(named(each)) for each in who if each and each != formatting.DASH]
    title: list[Component] = [named(row["title"])]
    if row["closing_refused"]:
        title.append(refused(picture))
    name = html.Span(title, className="clock-title", title=row["title"])
    left = html.B(_left(row, picture), className="clock-left")
    coming = html.Span(coming_next(row, picture), className="clock-next")
    elapsed = html.Span(_elapsed(row, picture), className="clock-elapsed")
    return html.Li(
        [
            mark(row["priority"], picture),
            html.Div([name, left], className="clock-head"),
            html.Span(facts, className="clock-facts"),
            age_bar(row["elapsed_s"], row["target_s"], row["state"]),
            html.Div([coming, elapsed], className="clock-foot"),
        ],
        className=f"clock-row {row['state']}",
        **attributes(
            {"id": row["id"], "state": row["state"], "left": row["time_left_s"]}
        ),
        **opens(row["id"], picture),
    )


def _left(row: Row, picture: Picture) -> str:
    """Return how much time is left, or how much it is over, in words."""
    texts, left = picture.texts, row["time_left_s"]
    if left is None:
        return texts.say("clock-no-target")
    time = formatting.duration(abs(left), texts)
    return texts.say("clock-left" if left > 0 else "clock-over", time=time)


def _elapsed(row: Row, picture: Picture) -> str:
    """Return which clock runs, how long it has run, and its target."""
    texts = picture.texts
    said = {
        "clock": texts.say(f"clock-{row['clock']}"),
        "elapsed": formatting.duration(row["elapsed_s"], texts),
    }
    if row["target_s"] is None:
        return texts.say("clock-elapsed-only", **said)
    target = formatting.duration(row["target_s"], texts)
    star = "*" if row["is_reference"] else ""
    return texts.say("clock-elapsed", **said, target=f"{target}{star}")


def coming_next(row: Row, picture: Picture) -> str:
    """Return what comes next of an open event, and when."""
    texts, coming, level = picture.texts, row["next"], row["next_level"]
    if coming in {"runs-out", "escalate"}:
        if level is None:
            return texts.say(f"clock-next-{coming}-top")
        return texts.say(
            f"clock-next-{coming}", level=texts.say(f"clock-level-{level}")
        )
    time = formatting.duration(abs(row["next_s"] or 0), texts)
    return texts.say(f"clock-next-{coming}", time=time)


def _wall(shown: Shown, picture: Picture) -> Component:
    """Return the list in large lines: what it is, what is left, its bar, and what comes next."""
    count = shown.count
    counted = (
        []
        if count is None
        else [
            html.Span(
                [f" · {count.name} ", html.B(count.text), count.unit],
                **of_figure(count),
            )
        ]
    )
    title = html.H2([picture.texts.say(shown.panel.title), *counted])
    said = note(shown, picture)
    where = next(field.name for field in shown.panel.fields if field.format == "name")
    body = [said] if said else [_large(row, where, picture) for row in shown.rows]
    return html.Section([title, *body], className="wall-events")


def _large(row: Row, where: str, picture: Picture) -> Component:
    told = (picture.texts.name(row, where), coming_next(row, picture))
    facts = [
        html.Span(named(each)) for each in told if each and each != formatting.DASH
    ]
    said = html.Div(
        [
            html.Div(named(row["title"]), className="wall-event-title"),
            html.Div(
                [
                    age_bar(row["elapsed_s"], row["target_s"], row["state"]),
                    html.B(_left(row, picture), className="clock-left"),
                ],
                className="wall-clock-line",
            ),
            html.Div(facts, className="wall-event-facts"),
        ]
    )
    return html.Div(
        [mark(row["priority"], picture), said],
        className=f"wall-event {row['state']}",
        **attributes({"id": row["id"], "left": row["time_left_s"]}),
    )


MARKUP = Markup(_body, wall=_wall)
