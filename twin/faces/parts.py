"""Parts that every face has: the marks of simulated data and of drills, the age of the data, the banner, the legend."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from dash import html

from twin.clock import to_text
from twin.faces import forms
from twin.faces.blocks import aria, attributes
from twin.layer import Band, Kind, Ramp

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from dash.development.base_component import Component

    from twin.faces.picture import Figure, Picture
    from twin.layer import Layer, Legend, Rgba


def chips(picture: Picture) -> list[Component]:
    """Answer the marks that must never be missed: simulated data, a drill, a moment that is past."""
    texts, view = picture.texts, picture.pinned.view
    found: list[Component] = []
    if picture.status.simulated:
        found.append(html.Span(texts.say("simulated"), className="chip hatched", id="simulated"))
    if view.mode == "drill" or picture.status.mode == "drill":
        found.append(html.Span(texts.say("drill"), className="chip hatched drill"))
    if view.as_of is not None and not view.frame:
        moment = forms.clock_time(picture.pinned.as_of, picture.city.zone)
        found.append(html.Span(texts.say("looking-back", moment=moment), className="chip past"))
        if picture.pinned.snapshot_as_of != picture.pinned.as_of:
            held = forms.clock_time(picture.pinned.snapshot_as_of, picture.city.zone)
            found.append(html.Span(texts.say("from-snapshot", moment=held), className="chip"))
    return found


def age(picture: Picture, now: datetime) -> Component:
    """Answer the time of the data and its age; the browser keeps the age running."""
    texts, as_of = picture.texts, picture.pinned.as_of
    return html.Div([html.Span(texts.say("data-as-of", moment=forms.clock_time(as_of, picture.city.zone))), html.Span(" · "),
                     html.Span(forms.age(now - as_of, texts), className="age", **attributes({"since": to_text(as_of)}))],
                    className="as-of", **attributes({"snapshot": picture.pinned.snapshot}))


def banner(picture: Picture) -> list[Component]:
    """Answer what is wrong with the data, one line each; empty when all is well."""
    return [html.Div(problem, className="problem", role="alert") for problem in picture.status.problems]


def spoken(picture: Picture, ttl_s: float) -> str:
    """Answer what the browser's own clockwork says (ages, lost link), as JSON for a `data-` attribute."""
    keys = ("age-seconds", "age-minutes", "age-hours", "age-days", "offline", "late")
    words = {key: picture.texts.say(key, n="{n}") for key in keys}
    weekdays = [picture.texts.say(f"weekday-{day}") for day in range(1, 8)]
    return json.dumps({"words": words, "weekdays": weekdays, "zone": picture.city.zone.key, "ttl": ttl_s}, ensure_ascii=False)


def legend(layer: Layer, picture: Picture, figures: Sequence[str]) -> Component:
    """Answer one layer's row: its switch, its count and its scale. The legend is the switch."""
    assert layer.legend is not None  # noqa: S101  (callers pass layers that are read)
    on, texts = layer.id in picture.pinned.layers, picture.texts
    failed = any(shown.failed for shown in picture.shown if shown.layer == layer.id)
    title = texts.say(layer.legend.title)
    counts = [_count(picture.figures[name], title) for name in figures if name in picture.figures]
    many = len(counts) > 1
    switch = html.Button([html.Span(className="switch-box"), html.Span(title, className="legend-title"),
                          *([] if many else [html.Span(counts, className="legend-count")])], type="button", role="switch", className="legend-switch",
                         **aria("checked", "true" if on else "false"), **attributes({"wish": json.dumps({"toggle": layer.id})}))
    scale = [_scale(layer.legend, picture)] if on else []
    listed = [html.Div(counts, className="legend-counts")] if many else []
    return html.Div([switch, *listed, *scale], className="legend-row", **attributes({"layer": layer.id, "failed": "yes" if failed else ""}))


def _count(shown: Figure, title: str) -> Component:
    """Answer a figure in words; its name is left out where the title beside it says the same."""
    name = [] if shown.name == title else [f"{shown.name} "]
    return html.Span([*name, html.B(f"{shown.text} {shown.unit}" if shown.unit[:1].isalpha() else f"{shown.text}{shown.unit}")], className="legend-figure",
                     **attributes({"figure": shown.id, "value": "" if shown.value is None else shown.value}))


def _css(color: Rgba) -> str:
    return f"rgba({color[0]},{color[1]},{color[2]},{color[3] / 255:.2f})"


def _scale(read: Legend, picture: Picture) -> Component:
    texts, scale = picture.texts, read.scale
    if isinstance(scale, Ramp):
        ends = [html.Span(texts.say(read.low_end) if read.low_end else forms.number(scale.low)),
                html.Span(texts.say(read.high_end) if read.high_end else f"{forms.number(scale.high)} {texts.say(read.unit)}")]
        gradient = f"linear-gradient(90deg,{','.join(_css(color) for color in scale.colors)})"
        return html.Div([html.Div(className="ramp", style={"background": gradient}), html.Div(ends, className="ramp-ends")])
    return html.Div([html.Span([_swatch(step), texts.say(step.name)], className="kind") for step in scale], className="kinds")


def _swatch(step: Band | Kind) -> Component:
    shape = step.mark if isinstance(step, Kind) and step.mark else "square"
    return html.I(className=f"swatch {shape.replace('_', '-')}", style={"--swatch": _css(step.color)})
