"""The filters of a view: what the events on the map are narrowed down to, and its controls."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from dash import html

from twin import filters
from twin.faces import formatting
from twin.faces.dom import aria, attributes

if TYPE_CHECKING:
    from collections.abc import Sequence

    from dash.development.base_component import Component

    from twin.faces.picture import Picture
    from twin.faces.texts import Texts
    from twin.filters import Choice
    from twin.layer import Layer


def told(picture: Picture) -> list[str]:
    """Return what the events on the map are narrowed down to, in words; none where they are not."""
    offered = filters.choices(picture.city)
    return [
        _name(choice, picture.texts)
        for name in filters.NAMES
        for choice in offered[name]
        if choice.value == getattr(picture.pinned.view, name)
    ]


def chip(picture: Picture) -> list[Component]:
    """Return the mark of a map that shows some events only; none where it shows all."""
    texts, said = picture.texts, told(picture)
    if not said:
        return []
    words = texts.say("only-these", what=texts.say("comma").join(said))
    return [html.Span(words, className="chip narrowed", title=words)]


def control(layer: Layer, picture: Picture) -> list[Component]:
    """Return the filters of a layer, one list each; none for a layer that nothing narrows down.

    Beside each choice stands how many open events it would leave. On a wall, and in a picture that
    is handed on, nothing can be chosen.
    """
    is_page = picture.page.kind == "page" and not picture.pinned.view.frame
    if layer.counts is None or not is_page:
        return []
    texts, chosen = picture.texts, told(picture)
    offered = filters.choices(picture.city)
    lists = [
        _list(name, offered[name], layer, picture)
        for name in filters.NAMES
        if offered[name]
    ]
    said = texts.say("comma").join(chosen) if chosen else texts.say("filter-none")
    head = html.Summary(
        [html.Span(texts.say("filters"), className="filters-name"), html.Span(said)],
        className="filters-head",
    )
    clear = html.Button(
        texts.say("filter-clear"),
        type="button",
        className="filters-clear",
        **attributes({"action": '{"filters": "clear"}'}),
    )
    inside = html.Div([*lists, *([clear] if chosen else [])], className="filters-lists")
    shown = attributes({"narrowed": "yes"}) if chosen else {}
    return [html.Details([head, inside], className="filters", **shown)]


def _list(
    name: str, offered: Sequence[Choice], layer: Layer, picture: Picture
) -> Component:
    texts, now = picture.texts, getattr(picture.pinned.view, name)
    counts = picture.counts.get(layer.id)
    pairs = [("", texts.say("filter-all"))]
    pairs += [(each.value, _name(each, texts)) for each in offered]
    options = [
        html.Option(
            _counted(said, None if counts is None else counts.get((name, value), 0)),
            **_chosen_if(value == now),
            value=value,
        )
        for value, said in pairs
    ]
    title = texts.say(f"filter-{name}")
    select = html.Select(
        options, **aria("label", title), **attributes({"filter": name})
    )
    return html.Label([html.Span(title), select], className="filter")


def _chosen_if(is_chosen: bool) -> dict[str, Any]:
    """Return the attribute of an option that is the chosen one."""
    return {"selected": True} if is_chosen else {}


def _counted(said: str, n: int | None) -> str:
    return f"{said} · {formatting.DASH if n is None else formatting.count(n)}"


def _name(choice: Choice, texts: Texts) -> str:
    if choice.message:
        return texts.say(choice.message)
    return texts.name({"name": choice.name, "name_en": choice.name_en})
