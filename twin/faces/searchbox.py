"""The box in which people search: a combobox whose list search.js fills."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING

from dash import html

from twin.faces import markup
from twin.faces.dom import MARKS, aria, attributes
from twin.marks import marks
from twin.query.search import MOST_TEXT

if TYPE_CHECKING:
    from dash.development.base_component import Component

    from twin.faces.texts import Texts

# What search.js says by itself, by the attribute that it reads it from.
_SAID = {"failed": "search-failed", "hint": "search-hint", "wait": "search-wait"}
_LENS = (
    '<svg viewBox="0 0 20 20" aria-hidden="true"><circle cx="8.5" cy="8.5" r="5.5"/>'
    '<path d="M12.7 12.7 17.5 17.5"/></svg>'
)


def box(texts: Texts) -> Component:
    """Return the box in a language; it is the same for all, so that a tick leaves it alone."""
    said = {name: texts.say(key) for name, key in _SAID.items()}
    said["long"] = texts.say("search-long", n=MOST_TEXT)
    label = texts.say("search")
    opens = html.Button(
        markup.Raw(_LENS),
        type="button",
        className="search-open",
        title=label,
        **aria("label", label),
        **aria("keyshortcuts", "/"),
    )
    found = html.Div(
        id="search-list", role="listbox", hidden=True, **aria("label", label)
    )
    heard = html.P(role="status", className="search-said", id="search-said")
    drop = html.Div([found, heard], className="search-drop", hidden=True)
    shapes = [
        html.Span(
            markup.Raw(marks()[level].svg()),
            className=f"mark {level}",
            title=(name := texts.say(f"priority-{priority}")),
            role="img",
            **aria("label", name),
            **attributes({"priority": priority}),
        )
        for priority, level in MARKS.items()
    ]
    inside = [*_field(texts), drop]
    return html.Div(
        [
            opens,
            html.Div(inside, className="search-box"),
            html.Div(shapes, hidden=True, className="search-marks"),
        ],
        id="search",
        className="search",
        role="search",
        lang=texts.lang,
        **attributes({**said, "most": MOST_TEXT}),
    )


def _field(texts: Texts) -> list[Component]:
    """Return the field with its key beside it, and what closes it on a phone."""
    label, placeholder = (
        escape(texts.say(key)) for key in ("search", "search-placeholder")
    )
    field = (
        f'<input id="search-field" type="text" role="combobox" aria-label="{label}"'
        f' placeholder="{placeholder}" aria-expanded="false" aria-controls="search-list"'
        ' aria-autocomplete="list" aria-haspopup="listbox" aria-keyshortcuts="/"'
        ' aria-describedby="search-said" autocomplete="off" autocapitalize="off"'
        ' autocorrect="off" spellcheck="false" enterkeyhint="go">'
    )
    close = html.Button(
        "×",
        type="button",
        className="search-close",
        **aria("label", texts.say("close")),
    )
    key = html.Kbd("/", className="search-key", **aria("hidden", "true"))
    return [markup.Raw(field), key, close]
