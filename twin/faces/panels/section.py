"""The frame of a panel: its title, how its rows were chosen, what stands in their place."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from dash import html

from twin.faces import formatting
from twin.faces.dom import aria, attributes, live_mark

if TYPE_CHECKING:
    from dash.development.base_component import Component

    from twin.faces.picture import Picture, Shown


def section(
    shown: Shown,
    picture: Picture,
    body: Component,
    title: Sequence[Component | str] = (),
) -> Component:
    """Return a panel with its title, and below its body how its rows were chosen.

    Args:
        title: stands in the place of the panel's own title, with all that belongs there.
    """
    own = [
        picture.texts.say(shown.panel.title),
        *live_mark(picture, is_live=shown.is_live),
    ]
    means = picture.texts.attribute(shown.panel.title, "means") or None
    said = list(title) or own
    if picture.is_accountable:
        said = [asks(said, f"{shown.layer}/{shown.panel.name}")]
    head = html.H3(said, title=means)
    how = [] if title else _how(shown, picture)
    return html.Section(
        [head, body, *how],
        className=f"panel kind-{shown.panel.kind}",
        **attributes(
            {"panel": f"{shown.layer}:{shown.panel.name}", "query": shown.query}
        ),
    )


def asks(said: Sequence[Component | str], account: str) -> Component:
    """Return words that open an account, the 'layer/panel' of which is given."""
    return html.Button(
        list(said),
        type="button",
        className="asks",
        **aria("haspopup", "dialog"),
        **attributes({"account": account}),
    )


def _how(shown: Shown, picture: Picture) -> list[Component]:
    panel, said = shown.panel, picture.texts.say
    is_said = panel.note and (
        not panel.note_of or any(row["kind"] == panel.note_of for row in shown.rows)
    )
    how: list[Component] = []
    if is_said:
        how.append(html.P(said(panel.note), className="how"))
    if any(row.get("is_assumed") for row in shown.rows):
        how.append(html.P(said("assumed-names"), className="how"))
    return how


def note(shown: Shown, picture: Picture) -> Component | None:
    """Return what stands in the place of rows that are not there; None if there are rows.

    They failed, are not known, or are empty, in this order. Not known is never said as empty: a
    moment of which nothing is known is not one at which nothing was.
    """
    texts = picture.texts
    if shown.failed:
        said = texts.say("panel-failed", why=shown.failed)
        return html.Div(said, className="note failed", role="status")
    if shown.unknown and not shown.figures:
        reason = html.Span(picture.reason(shown.unknown, shown.damaged))
        return html.Div(
            [html.B(formatting.DASH), reason],
            className="note unknown",
            role="status",
            **attributes({"unknown": shown.unknown}),
        )
    if not shown.rows and not shown.figures:
        return html.Div(texts.say(shown.panel.empty), className="note")
    return None
