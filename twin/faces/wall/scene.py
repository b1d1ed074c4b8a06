"""Arrange a picture as the wall's overview scene."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dash import html

from twin.faces import formatting, panels, parts

if TYPE_CHECKING:
    from dash.development.base_component import Component

    from twin.faces.figure import Row
    from twin.faces.picture import Picture
    from twin.layer import Registry

HEADLINE = ("events_today", "response_p50_s", "closure_p90_s", "proactive_pct")
FLEET = ("drones_integrated", "drones_online", "drones_flying")

# Layers drawn as fields, and the figure beside the name of each.
FIELDS = {"drone_coverage": "coverage_60_pct", "event_heat": "open_now"}
MOST_EVENTS = 5


def top(picture: Picture) -> list[Component]:
    """Return the top line: city and marks on the left, clock and age on the right.

    The clock is the server's, the age that of the data.
    """
    texts, zone, now = picture.texts, picture.city.zone, picture.now
    return [
        html.Div(
            [
                parts.title(picture.city, texts),
                html.Span(
                    texts.say(f"scene-{picture.pinned.view.scene}"), className="scene"
                ),
                *parts.chips(picture),
            ],
            className="wall-title",
        ),
        html.Div(
            [
                html.Div(
                    [
                        html.Span(formatting.clock_time(now, zone), className="clock"),
                        html.Span(formatting.date(now, zone, texts), className="date"),
                    ],
                    className="clock-line",
                ),
                parts.age(picture),
            ],
            className="wall-clock",
        ),
    ]


def headline(picture: Picture) -> list[Component]:
    """Return the left column: four figures with their last 24 hours."""
    return [
        panels.headline(picture, name, spark_line=2.5)
        for name in HEADLINE
        if name in picture.figures
    ]


def side(picture: Picture) -> list[Component]:
    """Return the right column: what needs attention, worst first."""
    texts = picture.texts
    found: list[Component] = []
    for shown in picture.slot("attention"):
        rows = shown.rows[:MOST_EVENTS]
        still_open = picture.figures.get("open_now")
        counts = [] if still_open is None else [_open(picture), *_overdue(picture)]
        title = html.H2([texts.say(shown.panel.title), *counts])
        note = panels.note(shown, picture)
        body = [note] if note else [_event(row, picture) for row in rows]
        found.append(html.Section([title, *body], className="wall-events"))
    return found


def _open(picture: Picture) -> Component:
    shown = picture.figures["open_now"]
    return html.Span(
        [f" · {shown.name} ", html.B(shown.text), shown.unit], **panels.of_figure(shown)
    )


def _overdue(picture: Picture) -> list[Component]:
    """Return how many are past their target, of all that are open.

    Not all of them have room here.
    """
    _, n = picture.open_and_late
    said = picture.texts.say("overdue-of-them", n=n)
    return [html.Span(f" · {said}", **panels.attributes({"late": n}))] if n else []


def _event(row: Row, picture: Picture) -> Component:
    texts, zone = picture.texts, picture.city.zone
    stage = formatting.write(row["stage"], "stage", texts, zone)
    parts_of = [
        picture.district_name(row["district_id"]),
        f"{stage} {formatting.write(row['age_s'], 'age', texts, zone)}",
    ]
    if row["n_units"]:
        parts_of.append(
            texts.say(
                "units-arrived",
                arrived=str(row["n_arrived"]),
                units=str(row["n_units"]),
            )
        )
    if row.get("closing_refused"):
        parts_of.append(texts.say("closing-refused"))
    return html.Div(
        [
            panels.mark(row["priority"], picture),
            html.Div(
                [
                    html.Div(panels.named(row["title"]), className="wall-event-title"),
                    html.Div(
                        [html.Span(panels.named(part)) for part in parts_of],
                        className="wall-event-facts",
                    ),
                ]
            ),
        ],
        className=f"wall-event {panels.MARKS[row['priority']]}",
        **panels.attributes({"id": row["id"]}),
    )


def legend(picture: Picture, registry: Registry) -> list[Component]:
    """Return the scales of the fields on the map, in one line, and the map's credit."""
    rows = [
        parts.legend(layer, picture, (FIELDS[layer.id],))
        for layer in registry.layers
        if layer.legend is not None
        and layer.id in picture.pinned.layers
        and layer.id in FIELDS
    ]
    credit = picture.city.credit.get(
        picture.texts.lang, next(iter(picture.city.credit.values()))
    )
    return [
        html.Div(rows, className="legend-rows"),
        html.Div(credit, className="credit"),
    ]


def foot(picture: Picture) -> list[Component]:
    """Return the bottom line: fleet, six stages, departments.

    What no layer of the city answers is not there.
    """
    fleet: list[Component] = []
    for shown in picture.slot("fleet"):
        figures = [panels.figure(each) for each in shown.figures if each.id in FLEET]
        body = panels.note(shown, picture) or html.Div(
            figures, className="fleet-figures"
        )
        is_live = picture.pinned.view.mode == "drill" and set(FLEET) <= {
            *shown.panel.live
        }
        title = [
            picture.texts.say("fleet"),
            *panels.live_mark(picture, is_live=is_live),
        ]
        fleet.append(html.Section([html.H3(title), body], className="panel kind-fleet"))
    stages = [panels.panel(shown, picture) for shown in picture.slot("stages")]
    links: list[Component] = []
    for shown in picture.slot("departments"):
        fine = picture.figures.get("departments_ok")
        title = [
            picture.texts.say(shown.panel.title),
            *([] if fine is None else [_fine(picture)]),
            *panels.live_mark(picture, is_live=shown.is_live),
        ]
        if any(row.get("is_assumed") for row in shown.rows):
            title.append(
                html.Small(
                    picture.texts.say("assumed-names"), className="assumed-names"
                )
            )
        body = panels.note(shown, picture) or panels.tiles(shown, picture)
        links.append(html.Section([html.H3(title), body], className="panel kind-tiles"))
    return [*fleet, *stages, *links]


def _fine(picture: Picture) -> Component:
    shown = picture.figures["departments_ok"]
    return html.Span([" ", html.B(shown.text), shown.unit], **panels.of_figure(shown))
