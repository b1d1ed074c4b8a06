"""Programmes against plan.

A bar shows what is finished, a line where a straight course of works would be by now.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from dash import html

from twin.faces import formatting
from twin.faces.panels.markup import Markup

if TYPE_CHECKING:
    from dash.development.base_component import Component

    from twin.faces.figure import Row
    from twin.faces.picture import Picture, Shown


def _body(shown: Shown, picture: Picture) -> Component:
    unplanned: dict[int, list[str]] = {}
    for row in shown.rows:
        if not _is_told(row):
            unplanned.setdefault(row["year"], []).append(_name(row, picture))
    none = [_unpublished(year, names, picture) for year, names in unplanned.items()]
    told = [_programme(row, picture) for row in shown.rows if _is_told(row)]
    return html.Div([*none, *told], className="programmes")


def _is_told(row: Row) -> bool:
    return row["plan"] is not None or row["actual"] is not None


def _unpublished(year: int, names: list[str], picture: Picture) -> Component:
    texts = picture.texts
    listed = texts.say("comma").join(names)
    said = texts.say("plans-not-published", year=str(year), programmes=listed)
    return html.Div(said, className="programme-none")


def _name(row: Row, picture: Picture) -> str:
    scope = row["scope"].replace("+", "-and-")
    return picture.texts.say(f"programme-{row['programme']}-{scope}")


def _programme(row: Row, picture: Picture) -> Component:
    texts, plan = picture.texts, row["plan"]
    name = texts.say(
        "programme-in-year", programme=_name(row, picture), year=str(row["year"])
    )
    written = formatting.write(row["actual"], "count", texts, picture.city.zone)
    if plan is not None:
        written = f"{written} / {formatting.count(plan)}"
    track = "track" if plan else "track none"
    return html.Div(
        [
            html.Span(name, className="programme-name"),
            html.Div(_bar(row), className=track),
            html.B(written),
            _told(row, picture),
        ],
        className=f"programme {row['programme']} {row['scope'].replace('+', '-')}",
    )


def _told(row: Row, picture: Picture) -> Component:
    """Return what was carried over from a closed year, else how the number was come by."""
    texts = picture.texts
    if row["carried"]:
        said = texts.say("carried-over", n=row["carried"], done=row["carried_done"])
        return html.Small([said], className="told")
    return html.Small([texts.say(f"basis-{row['basis']}")], className="")


def _bar(row: Row) -> list[Component]:
    plan = row["plan"]
    if not plan:
        return []
    done = min(100.0, 100 * (row["actual"] or 0) / plan)
    bar: list[Component] = [html.I(style={"width": f"{done:.1f}%"})]
    if row["due"] is not None:
        due = min(100.0, 100 * row["due"] / plan)
        bar.append(html.S(style={"left": f"{due:.1f}%"}))
    return bar


MARKUP = Markup(_body)
