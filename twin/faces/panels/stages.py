"""The stages of work: bars over their counts, or lines with how long events dwell in each."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dash import html

from twin.faces import formatting
from twin.faces.dom import attributes
from twin.faces.panels.markup import Markup

if TYPE_CHECKING:
    from dash.development.base_component import Component

    from twin.faces.figure import Row
    from twin.faces.picture import Picture, Shown


def _body(shown: Shown, picture: Picture) -> Component:
    most = max((row["n"] or 0 for row in shown.rows), default=0) or 1
    if shown.rows and "median_s" in shown.rows[0]:
        return _dwelling(shown, most, picture)
    return html.Div(
        [_stage(row, most, picture) for row in shown.rows], className="stages-row"
    )


def _dwelling(shown: Shown, most: int, picture: Picture) -> Component:
    """Return a table of the stages; its question answers how long events dwell in them."""
    texts = picture.texts
    heads = (
        "stages-stage",
        "stages-open",
        "stages-median",
        "stages-p90",
        "stages-waiting",
    )
    head = [html.Th(texts.say(key), scope="col") for key in heads]
    rows = [_line(row, most, picture) for row in shown.rows]
    return html.Table(
        [html.Thead(html.Tr(head)), html.Tbody(rows)], className="stages-table"
    )


def _line(row: Row, most: int, picture: Picture) -> Component:
    texts, zone = picture.texts, picture.city.zone
    name = texts.say(f"stage-{row['stage']}")
    bar = html.I(style={"width": f"{100 * (row['n'] or 0) / most:.0f}%"})
    cells = [
        formatting.write(row["n"], "count", texts, zone),
        formatting.write(row["median_s"], "duration", texts, zone),
        formatting.write(row["p90_s"], "duration", texts, zone),
        formatting.write(row["n_waiting"], "count", texts, zone),
    ]
    line = [html.Span(name), html.Span(bar, className="stage-track")]
    named = html.Th(html.Div(line, className="stage-line"), scope="row")
    return html.Tr(
        [named, *(html.Td(text, className="format-count") for text in cells)],
        **attributes({"stage": row["stage"]}),
    )


def _stage(row: Row, most: int, picture: Picture) -> Component:
    texts, high = picture.texts, f"{100 * (row['n'] or 0) / most:.0f}%"
    n = formatting.write(row["n"], "count", texts, picture.city.zone)
    return html.Div(
        [
            html.Div(html.I(style={"height": high}), className="stage-bar"),
            html.Span(n, className="stage-n"),
            html.Span(texts.say(f"stage-{row['stage']}"), className="stage-name"),
        ],
        className="stage",
        **attributes({"stage": row["stage"]}),
    )


MARKUP = Markup(_body)
