"""Sources of events: how many today, over what is usual of each, and whether it is heard at all."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dash import html

from twin.faces import formatting
from twin.faces.dom import assumed, attributes, mark, named
from twin.faces.panels.markup import Markup
from twin.faces.panels.strip import strip

if TYPE_CHECKING:
    from dash.development.base_component import Component

    from twin.faces.figure import Row
    from twin.faces.picture import Picture, Shown

# States that are alarms: both of priority 2.
_ALARMS = ("silent", "surge")
_ALARM_PRIORITY = 2


def _body(shown: Shown, picture: Picture) -> Component:
    """Return a row for each source, most of today first, and below what holds of all."""
    rows = [_row(row, picture) for row in shown.rows]
    return html.Div(
        [
            html.Table([_head(picture), html.Tbody(rows)], className="bands"),
            html.P(_foot(shown, picture), className="how"),
        ]
    )


def _head(picture: Picture) -> Component:
    said = picture.texts.say
    labels = ("name", "today", "usual", "state")
    heads = [
        html.Th(said(f"event_sources-{label}"), scope="col", className=f"band-{label}")
        for label in labels
    ]
    return html.Thead(html.Tr(heads))


def _row(row: Row, picture: Picture) -> Component:
    texts, zone = picture.texts, picture.city.zone
    name = texts.name(row)
    cells = [
        html.Td(
            [named(name), *assumed(row, picture)], className="band-name", title=name
        ),
        html.Td(
            formatting.write(row["n_day"], "count", texts, zone), className="band-n"
        ),
        html.Td(_strip(row), className="band-strip", title=_of_band(row, picture)),
        html.Td(
            _word(row, picture), className="band-word", title=_of_gap(row, picture)
        ),
    ]
    return html.Tr(cells, **attributes({"id": row["source_id"], "state": row["state"]}))


def _strip(row: Row) -> Component:
    """Return the strip of a source: its own median in the middle, none at the left."""
    middle = row["day_mid"]
    if middle is None or row["n_day"] is None:
        return strip(None)
    whole = 2 * middle if middle else max(row["day_high"], 1)
    return strip(
        row["n_day"] / whole, (row["day_low"] / whole, row["day_high"] / whole)
    )


def _word(row: Row, picture: Picture) -> list[Component | str]:
    """Return what is to be said of a source: nothing where all is as usual."""
    texts, state = picture.texts, row["state"]
    if state in _ALARMS:
        return [mark(_ALARM_PRIORITY, picture), " ", texts.say(row["named"])]
    if row["n_day"] is None:
        return [texts.say("event_sources-unheard")]
    if state == "too_little":
        return [texts.say("event_sources-weeks-only", n=row["n_weeks"])]
    usual = row["usual"]
    return [] if usual == "usual" else [texts.say(f"event_sources-{usual}")]


def _of_band(row: Row, picture: Picture) -> str | None:
    if row["day_mid"] is None:
        return None
    low, high = (
        formatting.number(round(row[name])) for name in ("day_low", "day_high")
    )
    return picture.texts.say("event_sources-band", low=low, high=high, n=row["n_weeks"])


def _of_gap(row: Row, picture: Picture) -> str | None:
    texts, zone = picture.texts, picture.city.zone
    if row["gap_s"] is None or row["since_s"] is None:
        return None
    since = formatting.write(row["since_s"], "age", texts, zone)
    gap = formatting.write(row["gap_s"], "duration", texts, zone)
    return texts.say("event_sources-gap", since=since, gap=gap, n=row["n_gaps"])


def _foot(shown: Shown, picture: Picture) -> str:
    texts, zone = picture.texts, picture.city.zone
    found = shown.rows[0]["all_proactive_pct"]
    return texts.say(
        "event_sources-foot",
        proactive=formatting.write_alone(found, "percent", texts, zone),
        merged=formatting.write_alone(
            shown.rows[0]["all_merged_pct"], "percent", texts, zone
        ),
        silent=sum(row["state"] == "silent" for row in shown.rows),
    )


MARKUP = Markup(_body)
