"""The components of a face as the HTML that a browser reads.

So the first answer already shows the picture.

Only what a face is made of: elements of `dash.html` with attributes that HTML has. What
needs Dash in the browser (stores, the address, charts that are opened) stands in the layout
of the application.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from html import escape
from typing import Any, cast

from dash.development.base_component import Component

_VOID = frozenset({"br", "hr", "img", "input", "meta", "link", "wbr"})
_CALLED = {
    "className": "class",
    "tabIndex": "tabindex",
    "htmlFor": "for",
    "colSpan": "colspan",
    "rowSpan": "rowspan",
    "spellCheck": "spellcheck",
    "dateTime": "datetime",
}
_SPACE = re.compile(r"(?<=[a-z])(?=[A-Z])")


class Raw(Component):
    """Markup of our own making, such as an SVG that `dash.html` has no elements for.

    Nothing from data stands in it unescaped.
    """

    def __init__(self, text: str) -> None:
        """Hold `text`, HTML."""
        self.text = text


def html_of(content: Any) -> str:
    """Return components, texts and lists of them as HTML; None is nothing.

    Raises:
        TypeError: a component is none of HTML's elements.
    """
    if content is None:
        return ""
    if isinstance(content, Raw):
        return content.text
    if isinstance(content, Component):
        return _element(content)
    if isinstance(content, (list, tuple)):
        return "".join(html_of(each) for each in cast("Sequence[Any]", content))
    return escape(str(content), quote=False)


def _element(component: Component) -> str:
    told = cast("dict[str, Any]", component.to_plotly_json())
    if told["namespace"] != "dash_html_components":
        raise TypeError(
            f"{told['type']} is no element of HTML; it belongs into the layout of the"
            " application."
        )
    name, props = str(told["type"]).lower(), dict(told["props"])
    children = props.pop("children", None)
    # Dash gives them in any order.
    opened = "".join(_attribute(key, props[key]) for key in sorted(props))
    return (
        f"<{name}{opened}>"
        if name in _VOID
        else f"<{name}{opened}>{html_of(children)}</{name}>"
    )


def _attribute(key: str, value: Any) -> str:
    if value is None or value is False:
        return ""
    name = _CALLED.get(key, key)
    if value is True:
        return f" {name}"
    text = style(value) if key == "style" else str(value)
    return f' {name}="{escape(text)}"'


def style(values: Mapping[str, object]) -> str:
    """Return a style as CSS; its names are those of JavaScript, or `--names` of our own."""
    pairs = (
        (key if key.startswith("--") else _SPACE.sub("-", key).lower(), value)
        for key, value in values.items()
    )
    return ";".join(f"{name}:{value}" for name, value in pairs)
