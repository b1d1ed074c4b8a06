"""Figures: number, unit, and what each is held against."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from dash import html

from twin.faces import lines
from twin.faces.dom import asking, attributes, live_mark, of_figure
from twin.faces.panels.markup import Markup
from twin.faces.panels.section import note, section

if TYPE_CHECKING:
    from dash.development.base_component import Component

    from twin.faces.figure import Figure
    from twin.faces.picture import Picture, Shown


def figure(
    shown: Figure, *, spark_line: float | None = None, notes: Sequence[Component] = ()
) -> Component:
    """Return one figure: name above, number with unit, what it is held against, notes.

    With a trace if `spark_line`, its width in px, is given. One that is not known is a
    hatched dash with the reason beside it.
    """
    value = html.Span(shown.text, className="figure-value")
    unit = html.Span(shown.unit, className="figure-unit")
    parts: list[Component] = [
        html.Div(shown.name, className="figure-name", title=shown.means or None),
        html.Div([value, unit], className="figure-line"),
    ]
    beside = html.Div(
        shown.beside,
        className="figure-beside",
        **attributes({"verdict": shown.verdict}),
    )
    if spark_line is not None and any(point is not None for point in shown.trace):
        spark = lines.spark(shown.trace, shown.usual, line=spark_line)
        trace = html.Div(spark, className="spark")
        parts.append(html.Div([trace, beside], className="figure-trace"))
    else:
        parts.append(beside)
    return html.Div(
        [*parts, *notes], className="figure", **of_figure(shown), **asking(shown)
    )


def headline(
    picture: Picture, name: str, *, spark_line: float | None = None
) -> Component:
    """Return a figure of the headline.

    Under the time of closing stands how many closings have none, if any.
    """
    untimed = picture.figures.get("closed_untimed")
    notes: list[Component] = []
    if name == "closure_p90_s" and untimed is not None and untimed.value:
        said = picture.texts.say("closed_untimed-note", n=untimed.text)
        notes = [
            html.Div(said, className="figure-beside figure-note", **of_figure(untimed))
        ]
    return figure(picture.figures[name], spark_line=spark_line, notes=notes)


def _body(shown: Shown, _picture: Picture) -> Component:
    return html.Div([figure(each) for each in shown.figures], className="figures-grid")


def _wall(shown: Shown, picture: Picture) -> Component:
    """Return them side by side; the title says at once if all are of the living city."""
    ids = {each.id for each in shown.figures}
    is_live = picture.pinned.view.mode == "drill" and (
        shown.is_live or (bool(ids) and ids <= {*shown.panel.live})
    )
    title = [picture.texts.say(shown.panel.title), *live_mark(picture, is_live=is_live)]
    return section(shown, picture, note(shown, picture) or _body(shown, picture), title)


MARKUP = Markup(_body, wall=_wall)
