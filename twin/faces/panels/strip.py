"""A value as a dot, over the band that it is held against: one line, without an axis of its own."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dash import html

from twin.faces.dom import aria

if TYPE_CHECKING:
    from dash.development.base_component import Component

Band = tuple[float, float]


def strip(
    dot: float | None, band: Band | None = None, tick: float | None = None
) -> Component:
    """Return a strip; words beside it say what it shows, so it is not read out.

    Args:
        dot: share of the width, 0 to 1; what lies outside stands at its end, as an arrow. None
            for no dot.
        band: share of the width at which the band begins and ends; None for none, which is hatched.
        tick: where a limit stands; None for none.
    """
    parts: list[Component] = []
    if band is not None:
        low, high = (min(max(edge, 0), 1) for edge in band)
        parts.append(
            html.I(
                className="strip-band",
                style={"left": _percent(low), "width": _percent(high - low)},
            )
        )
    if tick is not None:
        parts.append(html.I(className="strip-tick", style={"left": _percent(tick)}))
    if dot is not None:
        beyond = " beyond" if dot > 1 else ""
        place = {"left": _percent(min(max(dot, 0), 1))}
        parts.append(html.I(className=f"strip-dot{beyond}", style=place))
    none = "" if band is not None else " none"
    return html.Div(parts, className=f"strip{none}", **aria("hidden", "true"))


def _percent(share: float) -> str:
    return f"{100 * share:.1f}%"
