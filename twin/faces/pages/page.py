"""Arrange a picture as the page `/`."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from dash import html

from twin.faces import blocks, charts, forms, parts

if TYPE_CHECKING:
    from dash.development.base_component import Component

    from twin.faces.picture import Picture
    from twin.layer import Layer, Registry

HEADLINE = ("events_today", "open_now", "response_p50_s", "closure_p90_s", "proactive_pct", "coverage_60_pct")
"""The figures in the line over the map; the others stand in the legend of their layer."""
FIGURES_OF = {"drone_coverage": ("drones_integrated", "drones_online", "drones_flying"),
              "department_linkage": ("departments_ok",), "event_heat": ("open_now", "closings_refused")}
ONLY_IF_ANY = frozenset({"closings_refused"})
"""Figures that are shown when there is something to count, and take no room when there is not."""
PANEL_PX = 420


def top(picture: Picture) -> list[Component]:
    """Answer the bar at the top: city, marks, language, the wall, age of the data."""
    texts = picture.texts
    other = "en" if texts.lang == "zh-CN" else "zh-CN"
    return [html.H1(texts.say("title", city=texts.name({"name": picture.city.name, "name_en": picture.city.name_en}))),
            html.Div(parts.chips(picture), className="chips"),
            html.Button(texts.say("other-language"), type="button", className="quiet", **blocks.attributes({"wish": json.dumps({"lang": other})})),
            html.A(texts.say("open-wall"), href="/wall/default", className="quiet"),
            parts.age(picture)]


def headline(picture: Picture) -> list[Component]:
    """Answer the line of figures; a headline query that failed says so in the line."""
    found = [blocks.headline(picture, name) for name in HEADLINE if name in picture.figures]
    failed = [shown for shown in picture.slot("headline") if shown.failed]
    return found + [html.Div(picture.texts.say("block-failed", why=shown.failed), className="note failed") for shown in failed]


def legend(picture: Picture, registry: Registry) -> list[Component]:
    """Answer the switches at the map's edge, top layer first."""
    rows = [parts.legend(layer, picture, _figures_of(layer, layer.legend.count, picture))
            for layer in reversed(registry.layers) if layer.legend is not None]
    credit = picture.city.credit.get(picture.texts.lang, next(iter(picture.city.credit.values())))
    traced = picture.texts.say("traced", snapshot=picture.pinned.snapshot, hash=picture.pinned.hash)
    return [html.Div(rows, className="legend-rows"), html.Div([credit, html.Div(traced, className="traced")], className="credit")]


def _figures_of(layer: Layer, count: str, picture: Picture) -> tuple[str, ...]:
    """Return the figures that stand beside a layer's name in the legend."""
    names, figures = FIGURES_OF.get(layer.id, (count,)), picture.figures
    any_of = {name for name in ONLY_IF_ANY if name in figures and figures[name].value}
    return tuple(name for name in names if name not in ONLY_IF_ANY or name in any_of)


def side(picture: Picture) -> list[Component]:
    """Answer the panel: the chosen district, or the whole city when none is chosen."""
    texts, row = picture.texts, picture.district()
    if row is None:
        slots = ("attention", "stages", "programmes", "departments")
        return [html.H2(texts.say("whole-city")), html.P(texts.say("choose-district"), className="sub"),
                *(blocks.block(shown, picture) for slot in slots for shown in picture.slot(slot))]
    area = f"{forms.number(row['area_km2'])} km²" if row["area_km2"] is not None else forms.DASH
    people = texts.say("people", n=forms.count(row["population"])) if row["population"] is not None else forms.DASH
    close = html.Button("×", type="button", className="close", title=texts.say("close"), **blocks.aria("label", texts.say("close")),
                        **blocks.attributes({"wish": json.dumps({"district": ""})}))
    when = picture.when(picture.data_as_of)
    facts = texts.say("district-facts", area=area, people=people, moment=when)
    return [html.Div([html.H2(texts.name(row)), close], className="panel-head"), html.P(facts, className="sub"),
            *(blocks.block(shown, picture) for shown in picture.slot("district"))]


def foot(picture: Picture) -> list[Component]:
    """Answer the time bar: today's events against the usual day; a click on it looks back."""
    texts, zone = picture.texts, picture.city.zone
    live = html.Button(texts.say("live"), type="button", className="live",
                       disabled=picture.looking == "live",
                       **blocks.attributes({"wish": json.dumps({"as_of": "live"})}))
    controls = html.Div([live, *_then(picture)], className="foot-controls")
    day = next(picture.slot("day"), None)
    if day is None:
        return [controls]
    if note := blocks.note(day, picture):
        return [controls, note]
    names = {"value": texts.say("trend-value"), "usual": texts.say("trend-usual")}
    chart = charts.trend(day.rows, zone, names=names, size=12)
    chart.update_yaxes(visible=False)
    return [controls, html.Div([html.Span(texts.say(day.block.title), className="foot-title"),
                            html.Div(blocks.graph(chart, name="day", config={"displayModeBar": False, "responsive": True}), className="day")],
                           className="foot-chart")]


def _then(picture: Picture) -> list[Component]:
    """Return the control back to what was known at the moment itself, where it is not shown."""
    if picture.looking != "known-at" or not picture.is_held:
        return []
    return [html.Button(picture.texts.say("show-as-known-then"), type="button", className="then",
                        **blocks.attributes({"wish": json.dumps({"known_at": ""})}))]
