"""Arrange a picture as the page `/`."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from dash import html

from twin.faces import formatting, lines, panels, parts

if TYPE_CHECKING:
    from dash.development.base_component import Component

    from twin.faces.picture import Picture
    from twin.layer import Layer, Registry

# The figures in the line over the map; the others stand in the legend of their layer.
HEADLINE = (
    "events_today",
    "open_now",
    "response_p50_s",
    "closure_p90_s",
    "proactive_pct",
    "coverage_60_pct",
)

# The figures of the day before, with which a brief of a young day begins.
YESTERDAY = (
    "yesterday_events_today",
    "yesterday_open_now",
    "yesterday_response_p50_s",
    "yesterday_closure_p90_s",
    "yesterday_proactive_pct",
)
FIGURES_OF = {
    "drone_coverage": ("drones_integrated", "drones_online", "drones_flying"),
    "department_linkage": ("departments_ok",),
    "event_heat": ("open_now", "closings_refused"),
}

# Figures that are shown when there is something to count, and take no room when there is
# not.
ONLY_IF_ANY = frozenset({"closings_refused"})

# What the panel of the whole city shows, by slot: how it is, or its districts side by side.
OVERVIEW, SIDE_BY_SIDE = (
    ("attention", "stages", "programmes", "departments"),
    ("districts",),
)

# Width of the panel, CSS px; a picture that is at least so wide has room for a second
# column, since nobody can turn a page in it.
PANEL_PX, COLUMN_PX, TWO_COLUMNS_FROM_PX = 420, 400, 1_600


def top(picture: Picture) -> list[Component]:
    """Return the bar at the top: city, marks, language, the wall, age of the data."""
    return [
        parts.title(picture.city, picture.texts),
        html.Div(parts.chips(picture), className="chips"),
        *parts.ways(picture.texts),
        parts.age(picture),
    ]


def headline(picture: Picture) -> list[Component]:
    """Return the line of figures; a headline query that failed says so in the line."""
    found = [
        panels.headline(picture, name) for name in HEADLINE if name in picture.figures
    ]
    found = [*_led_by_yesterday(found, picture)] if picture.pinned.is_young else found
    failed = [shown for shown in picture.slot("headline") if shown.failed]
    return found + [
        html.Div(
            picture.texts.say("block-failed", why=shown.failed), className="note failed"
        )
        for shown in failed
    ]


def _led_by_yesterday(today: list[Component], picture: Picture) -> list[Component]:
    """Return the day before, whole, and below it the day so far.

    A night is no day to begin a brief with.
    """
    texts, zone, pinned = picture.texts, picture.city.zone, picture.pinned
    whole = [
        panels.headline(picture, name) for name in YESTERDAY if name in picture.figures
    ]
    before = formatting.date(pinned.day_whole().as_of, zone, texts)
    heads = (
        texts.say("yesterday-whole", day=before),
        texts.say(
            "today-so-far",
            moment=formatting.clock_time(pinned.as_of, zone, seconds=False),
        ),
    )
    return [
        html.Div(
            [
                html.Div(head, className="headline-when"),
                html.Div(figures, className="headline-figures"),
            ],
            className="headline-row",
        )
        for head, figures in zip(heads, (whole, today), strict=True)
        if figures
    ]


def legend(picture: Picture, registry: Registry) -> list[Component]:
    """Return the switches at the map's edge, top layer first."""
    rows = [
        parts.legend(layer, picture, _figures_of(layer, layer.legend.count, picture))
        for layer in reversed(registry.layers)
        if layer.legend is not None
    ]
    credit = picture.city.credit.get(
        picture.texts.lang, next(iter(picture.city.credit.values()))
    )
    traced = picture.texts.say(
        "traced", snapshot=picture.pinned.snapshot, hash=picture.pinned.hash
    )
    meant = html.A(
        picture.texts.say("figures-title"), href=f"/figures?{picture.pinned.view.url()}"
    )
    told = html.Div([traced, " · ", meant], className="traced")
    return [
        html.Div(rows, className="legend-rows"),
        html.Div([credit, told], className="credit"),
    ]


def _figures_of(layer: Layer, count: str, picture: Picture) -> tuple[str, ...]:
    """Return the figures that stand beside a layer's name in the legend."""
    names, figures = FIGURES_OF.get(layer.id, (count,)), picture.figures
    any_of = {name for name in ONLY_IF_ANY if name in figures and figures[name].value}
    return tuple(name for name in names if name not in ONLY_IF_ANY or name in any_of)


def side(picture: Picture) -> list[Component]:
    """Return the panel: the chosen district, or the whole city when none is chosen."""
    texts, row = picture.texts, picture.district()
    if row is None:
        return _whole_city(picture)
    area = (
        f"{formatting.number(row['area_km2'])} km²"
        if row["area_km2"] is not None
        else formatting.DASH
    )
    people = _people(row["population"], picture)
    close = html.Button(
        "×",
        type="button",
        className="close",
        title=texts.say("close"),
        **panels.aria("label", texts.say("close")),
        **panels.attributes({"action": json.dumps({"district": ""})}),
    )
    when = picture.when(picture.data_as_of)
    facts = texts.say("district-facts", area=area, people=people, moment=when)
    return [
        html.Div(
            [html.H2(panels.named(texts.name(row))), close], className="panel-head"
        ),
        html.P(facts, className="sub"),
        *(panels.panel(shown, picture) for shown in picture.slot("district")),
    ]


def _people(population: int | None, picture: Picture) -> str:
    """Return how many live there by the census of the pack; a dash where nobody counted."""
    if population is None:
        return formatting.DASH
    counted, year = (
        formatting.count(population),
        picture.city.settings.get("census", {}).get("year"),
    )
    if year is None:
        return picture.texts.say("people-undated", n=counted)
    return picture.texts.say("people", n=counted, year=str(year))


def _whole_city(picture: Picture) -> list[Component]:
    texts, districts = picture.texts, list(picture.slot("districts"))
    head: list[Component] = [
        html.H2(texts.say("whole-city")),
        html.P(texts.say("choose-district"), className="sub"),
    ]
    overview = [
        panels.panel(shown, picture)
        for slot in OVERVIEW
        for shown in picture.slot(slot)
    ]
    if not districts:
        return [*head, *overview]
    counts = [panels.panel(shown, picture) for shown in districts]
    if panel_px(picture) > PANEL_PX:
        links = [panels.panel(shown, picture) for shown in picture.slot("departments")]
        first = overview[: len(overview) - len(links)]
        return [
            html.Div(
                [html.Div([*head, *first]), html.Div([*counts, *links])],
                className="columns",
            )
        ]
    chosen = picture.pinned.view.panel
    tabs = [
        html.Button(
            texts.say(f"panel-{name or 'overview'}"),
            type="button",
            role="tab",
            **panels.aria("selected", str(name == chosen).lower()),
            **panels.attributes({"action": json.dumps({"panel": name})}),
        )
        for name in ("", "districts")
    ]
    return [
        *head,
        html.Div(tabs, className="tabs", role="tablist"),
        *(counts if chosen == "districts" else overview),
    ]


def panel_px(picture: Picture) -> int:
    """Return the width of the panel, CSS px."""
    wide, view = picture.pinned.view.frame.partition("x")[0], picture.pinned.view
    has_room = wide.isdecimal() and int(wide) >= TWO_COLUMNS_FROM_PX
    return (
        PANEL_PX + COLUMN_PX
        if has_room and not view.district and any(picture.slot("districts"))
        else PANEL_PX
    )


def foot(picture: Picture) -> list[Component]:
    """Return the time bar: today's events against the usual day; a click on it looks back."""
    texts, zone = picture.texts, picture.city.zone
    live = html.Button(
        texts.say("live"),
        type="button",
        className="live",
        disabled=picture.looking == "live",
        **panels.attributes({"action": json.dumps({"as_of": "live"})}),
    )
    controls = html.Div([live, *_then(picture)], className="foot-controls")
    day = next(picture.slot("day"), None)
    if day is None:
        return [controls]
    if note := panels.note(day, picture):
        return [controls, note]
    chart = lines.trend(day.rows, zone, heights=False, chooses=True)
    title = [
        html.Span(texts.say(day.panel.title)),
        html.Small(panels.usual(day, picture), className="usual-said"),
    ]
    return [
        controls,
        html.Div(
            [
                html.Span(title, className="foot-title"),
                html.Div(chart, className="day"),
            ],
            className="foot-chart",
        ),
    ]


def _then(picture: Picture) -> list[Component]:
    """Return the control back to what was known at the moment itself, where it is not shown."""
    if picture.looking != "known-at" or not picture.is_held:
        return []
    return [
        html.Button(
            picture.texts.say("show-as-known-then"),
            type="button",
            className="then",
            **panels.attributes({"action": json.dumps({"known_at": ""})}),
        )
    ]
