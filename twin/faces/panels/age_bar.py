"""How much of its target the clock of an event has used: a bar, and a tick where the target is."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dash import html

if TYPE_CHECKING:
    from dash.development.base_component import Component

# From this share of its target on a clock is amber.
AMBER = 0.8

# Where the target stands on a bar, percent of its width: what is beyond has room as well.
LIMIT_AT = 80


def age_bar(elapsed_s: float, target_s: float | None, state: str) -> Component:
    """Return the bar of a clock: how much of its target has gone by.

    Args:
        elapsed_s: s since the clock began.
        target_s: its target, s; None for none: then nothing is drawn but the line.
        state: 'fine', 'amber', 'red' or 'none'.
    """
    if not target_s:
        return html.Div(className="age-bar none")
    share = elapsed_s / target_s
    within = LIMIT_AT * min(share, 1.0)
    parts: list[Component] = [html.I(style={"width": f"{within:.1f}%"})]
    if share > 1:
        beyond = min(LIMIT_AT * (share - 1), 100.0 - LIMIT_AT)
        style = {"left": f"{LIMIT_AT}%", "width": f"{beyond:.1f}%"}
        parts.append(html.B(style=style))
    parts.append(html.S(style={"left": f"{LIMIT_AT}%"}))
    return html.Div(parts, className=f"age-bar {state}")


def state_of(elapsed_s: float, target_s: float | None) -> str:
    """Return the state of a clock, s since it began and its target, s, as `age_bar` takes it."""
    if not target_s:
        return "none"
    share = elapsed_s / target_s
    return "red" if share > 1 else "amber" if share >= AMBER else "fine"
