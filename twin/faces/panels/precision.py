"""How far classes of detections can be trusted: precision as a dot over its interval."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dash import html

from twin.faces import formatting
from twin.faces.dom import attributes
from twin.faces.panels.markup import Markup
from twin.faces.panels.strip import strip

if TYPE_CHECKING:
    from dash.development.base_component import Component

    from twin.faces.figure import Row
    from twin.faces.picture import Picture, Shown


def _body(shown: Shown, picture: Picture) -> Component:
    said = picture.texts.say
    names = ("class", "today", "", "precision")
    heads = [
        html.Th(said(f"detections-{name}"), scope="col", className=f"band-{name}")
        if name
        else html.Td()
        for name in names
    ]
    rows = [_row(row, picture) for row in shown.rows]
    return html.Table([html.Thead(html.Tr(heads)), html.Tbody(rows)], className="bands")


def _row(row: Row, picture: Picture) -> Component:
    texts, zone = picture.texts, picture.city.zone
    name, share = texts.say(row["class"]), row["precision_pct"]
    written = formatting.write_alone(share, "percent", texts, zone)
    n = formatting.write(row["n_today"], "count", texts, zone)
    band = None if share is None else (row["low_pct"] / 100, row["high_pct"] / 100)
    dot = None if share is None else share / 100
    word = "" if row["state"] == "fine" else texts.say(row["named"])
    cells = [
        html.Td(name, className="band-name", title=f"{name} · {row['maker']}"),
        html.Td(n, className="band-n"),
        html.Td(strip(dot, band, row["limit_pct"] / 100), className="band-strip"),
        html.Td([html.Span(written), html.Small(word)], className="band-word"),
    ]
    return html.Tr(cells, **attributes({"id": row["class"], "state": row["state"]}))


MARKUP = Markup(_body)
