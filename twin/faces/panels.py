"""Blocks as Dash components: the same markup on every face.

The style sheet gives each face its sizes.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from dash import html

from twin.days import LEAST_DAYS
from twin.faces import formatting, lines

if TYPE_CHECKING:
    from dash.development.base_component import Component

    from twin.faces.figure import Figure, Row
    from twin.faces.picture import Picture, Shown
    from twin.layer import Field

MARKS = {1: "p1", 2: "p2", 3: "p3", 4: "p4"}


def mark(priority: float, picture: Picture) -> Component:
    """Return the shape of a priority; its name is read out to those who cannot see it."""
    name = picture.texts.say(f"priority-{round(priority)}")
    return html.Span(
        className=f"mark {MARKS[round(priority)]}",
        title=name,
        role="img",
        **aria("label", name),
    )


def aria(name: str, value: str) -> dict[str, Any]:
    """Return an `aria-` attribute in the form that Dash takes."""
    return {f"aria-{name}": value}


def figure(
    shown: Figure, *, spark_line: float | None = None, notes: Sequence[Component] = ()
) -> Component:
    """Return one figure: name above, number with unit, what it is held against, notes.

    With a trace if `spark_line`, its width in px, is given. One that is not known is a
    hatched dash with the reason beside it.
    """
    parts: list[Component] = [
        html.Div(shown.name, className="figure-name", title=shown.means or None),
        html.Div(
            [
                html.Span(shown.text, className="figure-value"),
                html.Span(shown.unit, className="figure-unit"),
            ],
            className="figure-line",
        ),
    ]
    beside = html.Div(
        shown.beside,
        className="figure-beside",
        **attributes({"verdict": shown.verdict}),
    )
    if spark_line is not None and any(point is not None for point in shown.trace):
        spark = lines.spark(shown.trace, shown.usual, line=spark_line)
        parts.append(
            html.Div(
                [html.Div(spark, className="spark"), beside], className="figure-trace"
            )
        )
    else:
        parts.append(beside)
    return html.Div([*parts, *notes], className="figure", **of_figure(shown))


def headline(
    picture: Picture, name: str, *, spark_line: float | None = None
) -> Component:
    """Return a figure of the headline.

    Under the time of closing it says how many closings have none, if any.
    """
    untimed = picture.figures.get("closed_untimed")
    notes: list[Component] = []
    if name == "closure_p90_s" and untimed is not None and untimed.value:
        said = picture.texts.say("closed_untimed-note", n=untimed.text)
        notes = [
            html.Div(said, className="figure-beside figure-note", **of_figure(untimed))
        ]
    return figure(picture.figures[name], spark_line=spark_line, notes=notes)


def of_figure(shown: Figure) -> dict[str, Any]:
    """Return the `data-` attributes of a figure wherever it stands.

    They are its id, its value, and why it is not known.
    """
    why = {"unknown": shown.unknown} if shown.unknown else {}
    value = "" if shown.value is None else shown.value
    return attributes({"figure": shown.id, "value": value, **why})


def section(shown: Shown, picture: Picture, body: Component) -> Component:
    """Return a block with its title, and below its body how its rows were chosen."""
    title = html.H3(
        [
            picture.texts.say(shown.panel.title),
            *live_mark(picture, is_live=shown.is_live),
        ],
        title=picture.texts.attribute(shown.panel.title, "means") or None,
    )
    of = shown.panel.note_of
    is_said = shown.panel.note and (
        not of or any(row["kind"] == of for row in shown.rows)
    )
    how = (
        [html.P(picture.texts.say(shown.panel.note), className="how")]
        if is_said
        else []
    )
    if any(row.get("is_assumed") for row in shown.rows):
        how.append(html.P(picture.texts.say("assumed-names"), className="how"))
    return html.Section(
        [title, body, *how],
        className=f"panel kind-{shown.panel.kind}",
        **attributes(
            {"panel": f"{shown.layer}:{shown.panel.id}", "query": shown.query}
        ),
    )


def live_mark(picture: Picture, *, is_live: bool) -> list[Component]:
    """Return the mark of what is of the living city in a picture of a drill.

    Return None where it is not.
    """
    said, whole = (picture.texts.say(f"live-in-drill{more}") for more in ("-short", ""))
    return (
        [html.Span(said, title=whole, className="chip hatched live-in-drill")]
        if is_live
        else []
    )


def note(shown: Shown, picture: Picture) -> Component | None:
    """Return what stands in the place of rows that are not there; None if there are rows.

    They failed, are not known, or are empty, in this order. Not known is never said as empty: a
    moment of which nothing is known is not one at which nothing was.
    """
    texts = picture.texts
    if shown.failed:
        said = texts.say("block-failed", why=shown.failed)
        return html.Div(said, className="note failed", role="status")
    if shown.unknown and not shown.figures:
        reason = html.Span(picture.reason(shown.unknown, shown.damaged))
        return html.Div(
            [html.B(formatting.DASH), reason],
            className="note unknown",
            role="status",
            **attributes({"unknown": shown.unknown}),
        )
    if not shown.rows and not shown.figures:
        return html.Div(texts.say(shown.panel.empty), className="note")
    return None


def panel(shown: Shown, picture: Picture) -> Component:
    """Return any block by its kind."""
    draw = {
        "figures": _figures,
        "trend": _trend,
        "rows": table,
        "progress": progress,
        "tiles": tiles,
        "stages": stages,
    }
    return section(
        shown, picture, note(shown, picture) or draw[shown.panel.kind](shown, picture)
    )


def _figures(shown: Shown, _picture: Picture) -> Component:
    return html.Div([figure(each) for each in shown.figures], className="figures-grid")


def _trend(shown: Shown, picture: Picture) -> Component:
    """Return a trend; a click, or Enter when it has the focus, opens it large."""
    name = picture.texts.say("open-chart", title=picture.texts.say(shown.panel.title))
    chart = html.Div(
        lines.trend(shown.rows, picture.city.zone),
        role="button",
        tabIndex="0",
        title=name,
        **attributes({"opens": f"{shown.layer}:{shown.panel.id}"}),
    )
    return html.Div([chart, html.P(usual(shown, picture), className="usual-said")])


def usual(shown: Shown, picture: Picture) -> str:
    """Return what the band behind a trend is and of how many days.

    Without one, it says that history is too short.
    """
    n, kind = shown.rows[0]["usual_n"], picture.pinned.days.today.kind
    if any(row["usual_high"] is not None for row in shown.rows):
        return picture.texts.say("usual-band", n=n, kind=kind)
    return picture.texts.say("usual-none", n=n, least=LEAST_DAYS)


def table(shown: Shown, picture: Picture) -> Component:
    """Return rows as a table; the first column of form 'priority' becomes a mark."""
    fields = [
        field
        for field in shown.panel.fields
        if not field.if_any or any(row[field.name] for row in shown.rows)
    ]
    head = html.Thead(
        html.Tr(
            [
                html.Th(
                    picture.texts.say(field.label),
                    scope="col",
                    className=f"format-{field.format}",
                    title=picture.texts.attribute(field.label, "means") or None,
                )
                for field in fields
            ]
        )
    )
    body = html.Tbody(
        [
            html.Tr(
                [_cell(row, field, picture) for field in fields],
                **_of_row(row, shown.panel.chooses),
            )
            for row in shown.rows
        ]
    )
    listed = html.Table([head, body])
    said = (
        unlisted(shown.rows, picture)
        if any("overdue_s" in row for row in shown.rows)
        else None
    )
    return html.Div([listed, said]) if said else listed


def unlisted(listed: Sequence[Row], picture: Picture) -> Component | None:
    """Return how many open events a list leaves out, those past their target by themselves.

    None if it has all, or if nobody counts them: the table of districts does.
    """
    n_open, n_late = picture.open_and_late
    more, late = (
        n_open - len(listed),
        n_late - sum(row["overdue_s"] is not None for row in listed),
    )
    if more <= 0:
        return None
    said = picture.texts.say("unlisted-late" if late else "unlisted", n=more, late=late)
    return html.P(
        said, className="unlisted", **attributes({"unlisted": more, "late": late})
    )


def _of_row(row: Row, chooses: str) -> dict[str, Any]:
    """Return the attributes of a row.

    One that chooses a district does so by a click, and by Enter when it has the focus.
    """
    named = attributes({"id": row.get("id") or ""})
    if chooses and row[chooses]:
        return {
            **named,
            "tabIndex": "0",
            **attributes({"action": json.dumps({"district": row[chooses]})}),
        }
    return {**named, "className": f"row-{row['kind']}"} if chooses else named


def named(name: str) -> Component:
    """Return a name in whatever script.

    It keeps its own direction and leaves that of its neighbours alone.
    """
    return html.Bdi(name)


def assumed(row: Row, picture: Picture) -> list[Component]:
    """Return the quiet mark of a name that the pack assumes, since nobody has published it.

    Return None for all other names.
    """
    said = picture.texts.say("assumed-name")
    return (
        [
            html.Sup(
                "*", title=said, className="assumed", role="img", **aria("label", said)
            )
        ]
        if row.get("is_assumed")
        else []
    )


def _cell(row: Row, field: Field, picture: Picture) -> Component:
    value = row[field.name]
    if field.format == "priority" and value is not None:
        return html.Td(mark(value, picture), className="format-priority")
    if field.format not in {"text", "name"}:
        is_zero = field.format == "count" and value == 0
        return html.Td(
            formatting.write(value, field.format, picture.texts, picture.city.zone),
            className=f"format-{field.format}{' zero' if is_zero else ''}",
        )
    text = (
        picture.texts.name(row, field.name)
        if field.format == "name"
        else formatting.write(value, "text", picture.texts, picture.city.zone)
    )
    more = (
        [refused(picture)]
        if field.name == "title" and row.get("closing_refused")
        else []
    )
    star = assumed(row, picture) if field.name == "name" else []
    return html.Td(
        [
            html.Div([named(text), *star] if star else named(text), className="lines"),
            *more,
        ],
        className=f"format-{field.format}",
        title=text,
    )


def refused(picture: Picture) -> Component:
    """Return the word beside an event left open since its closing made no sense."""
    texts = picture.texts
    why = texts.say("closing-refused-why")
    return html.Span(texts.say("closing-refused"), className="refused", title=why)


def progress(shown: Shown, picture: Picture) -> Component:
    """Return programmes against plan.

    A bar shows what is finished, a line where a straight line would be by now.
    """
    unplanned: dict[int, list[str]] = {}
    for row in shown.rows:
        if row["plan"] is None and row["actual"] is None:
            unplanned.setdefault(row["year"], []).append(_programme_name(row, picture))
    none = [
        html.Div(
            picture.texts.say(
                "plans-not-published",
                year=str(year),
                programmes=picture.texts.say("comma").join(names),
            ),
            className="programme-none",
        )
        for year, names in unplanned.items()
    ]
    told = [
        _programme(row, picture)
        for row in shown.rows
        if row["plan"] is not None or row["actual"] is not None
    ]
    return html.Div([*none, *told], className="programmes")


def _programme_name(row: Row, picture: Picture) -> str:
    return picture.texts.say(
        f"programme-{row['programme']}-{row['scope'].replace('+', '-and-')}"
    )


def _programme(row: Row, picture: Picture) -> Component:
    texts, plan, actual = picture.texts, row["plan"], row["actual"]
    name = texts.say(
        "programme-in-year",
        programme=_programme_name(row, picture),
        year=str(row["year"]),
    )
    written = formatting.write(actual, "count", texts, picture.city.zone)
    written = f"{written} / {formatting.count(plan)}" if plan is not None else written
    carried = (
        [texts.say("carried-over", n=row["carried"], done=row["carried_done"])]
        if row["carried"]
        else []
    )
    told = html.Small(
        [*carried, *([] if carried else [texts.say(f"basis-{row['basis']}")])],
        className="told" if carried else "",
    )
    bar: list[Component] = []
    if plan:
        bar.append(
            html.I(style={"width": f"{min(100.0, 100 * (actual or 0) / plan):.1f}%"})
        )
        if row["due"] is not None:
            bar.append(
                html.S(style={"left": f"{min(100.0, 100 * row['due'] / plan):.1f}%"})
            )
    return html.Div(
        [
            html.Span(name, className="programme-name"),
            html.Div(bar, className="track" if plan else "track none"),
            html.B(written),
            told,
        ],
        className=f"programme {row['programme']} {row['scope'].replace('+', '-')}",
    )


def tiles(shown: Shown, picture: Picture) -> Component:
    """Return one tile per row: name, state and since when.

    A state is a word and a line style, not a colour alone.
    """
    return html.Div([_tile(row, picture) for row in shown.rows], className="tiles")


def _tile(row: Row, picture: Picture) -> Component:
    state = picture.texts.say(f"state-{row['state']}")
    since = (
        f" {formatting.minutes(row['since_s'], picture.texts)}"
        if row["state"] not in {"ok", "unknown"} and row["since_s"] is not None
        else ""
    )
    name = picture.texts.name(row)
    return html.Div(
        [
            html.Span(
                [named(name), *assumed(row, picture)], className="tile-name", title=name
            ),
            html.Span(f"{state}{since}", className="tile-state"),
        ],
        className="tile",
        **attributes({"state": row["state"], "id": row["id"]}),
    )


def stages(shown: Shown, picture: Picture) -> Component:
    """Return the stages as bars over their counts."""
    most = max((row["n"] or 0 for row in shown.rows), default=0) or 1
    return html.Div(
        [
            html.Div(
                [
                    html.Div(
                        html.I(
                            style={"height": f"{100 * (row['n'] or 0) / most:.0f}%"}
                        ),
                        className="stage-bar",
                    ),
                    html.Span(
                        formatting.write(
                            row["n"], "count", picture.texts, picture.city.zone
                        ),
                        className="stage-n",
                    ),
                    html.Span(
                        picture.texts.say(f"stage-{row['stage']}"),
                        className="stage-name",
                    ),
                ],
                className="stage",
                **attributes({"stage": row["stage"]}),
            )
            for row in shown.rows
        ],
        className="stages-row",
    )


def attributes(values: Mapping[str, object]) -> dict[str, Any]:
    """Return `data-` attributes."""
    return {f"data-{name}": str(value) for name, value in values.items()}
