"""The share of events that still wait, as steps against time: one chart a group.

A group's curve lies over its interval; where groups are compared, that of all events together
is the thin line behind each. The charts are plain SVG, as `twin.faces.lines` draws it.
"""

from __future__ import annotations

from itertools import groupby
from typing import TYPE_CHECKING

from dash import html

from twin.faces import formatting, markup
from twin.faces.dom import attributes, named
from twin.faces.lines import HIGH, WIDE
from twin.faces.panels.markup import Markup
from twin.service_clocks import LEAST_OF_CURVE

if TYPE_CHECKING:
    from collections.abc import Sequence

    from dash.development.base_component import Component

    from twin.faces.figure import Row
    from twin.faces.picture import Picture, Shown

# Of so many charts or fewer each is wide enough for axes of its own.
_LARGE = 4
_STRETCHED = 'preserveAspectRatio="none" aria-hidden="true"'
# Parts of an axis of time that are named: the end of it is.
_NAMED = 2


def _body(shown: Shown, picture: Picture) -> Component:
    groups = [list(rows) for _, rows in groupby(shown.rows, lambda row: row["place"])]
    every = groups[0] if groups[0][0]["group_id"] == "" else []
    compared = groups[1:] if every and len(groups) > 1 else groups
    behind = every if compared is not groups and _is_comparable(every, compared) else []
    large = len(compared) <= _LARGE
    drawn = [
        _chart(rows, behind, picture, large=large, by=shown.panel.title)
        for rows in compared
    ]
    name = f"curves {'large' if large else 'many'} of-{min(len(drawn), _LARGE)}"
    first = shown.rows[0]
    reach = formatting.number(first["reach"])
    how = [picture.texts.say(f"curve-how-{first['axis']}", reach=reach)]
    left_out = sum(rows[0]["n_left_out"] for rows in (compared if large else [every]))
    if left_out:
        n = formatting.count(left_out)
        how.append(picture.texts.say("curve-left-out", n=n))
    dot = picture.texts.say("comma") if picture.texts.lang == "en" else "；"
    return html.Div(
        [html.Div(drawn, className=name), html.P(dot.join(how), className="how")]
    )


def _is_comparable(every: Sequence[Row], groups: Sequence[Sequence[Row]]) -> bool:
    """Return whether all lie on one axis, so that one may stand behind the other."""
    return not every[0]["is_few"] and all(
        rows[0]["reach"] == every[0]["reach"] for rows in groups
    )


def _chart(
    rows: Sequence[Row],
    behind: Sequence[Row],
    picture: Picture,
    *,
    large: bool,
    by: str,
) -> Component:
    first, texts = rows[0], picture.texts
    counts = texts.say(
        "curve-n",
        n=formatting.count(first["n"]),
        open=formatting.count(first["n_open"]),
    )
    head = html.Div(
        [html.B(named(_name(first, picture, by))), html.Span(counts)],
        className="curve-head",
        title=_name(first, picture, by),
    )
    of = attributes({"group": first["group_id"], "n": first["n"]})
    if first["is_few"]:
        said = texts.say("curve-few", least=str(LEAST_OF_CURVE))
        few = html.Div(said, className="curve-few")
        return html.Div([head, few], className="curve", **of)
    return html.Div(
        [head, _plot(rows, behind, picture, large=large), _told(first, picture, large)],
        className="curve",
        **of,
    )


def _name(row: Row, picture: Picture, by: str) -> str:
    texts, group = picture.texts, row["group_id"]
    if group == "":
        return texts.say("curve-all")
    if by.endswith("-level"):
        return texts.say(f"priority-{group}")
    return texts.name(row) if row["name"] is not None else group


def _plot(
    rows: Sequence[Row], behind: Sequence[Row], picture: Picture, *, large: bool
) -> Component:
    """Return the curve with its interval and target, and the axes' words around it."""
    first = rows[0]
    reach, target = first["reach"], first["target"]
    drawn = "".join(
        (
            f'<svg class="curve-lines" viewBox="0 0 {WIDE} {HIGH}" {_STRETCHED}>',
            *(f'<path class="level" d="M0 {y}H{WIDE}"/>' for y in (0, 50, 100)),
            _band(rows, reach),
            _steps(behind, reach, "line behind"),
            _steps(rows, reach, "line"),
            _target(first),
            "</svg>",
        )
    )
    box: list[Component] = [markup.Raw(drawn)]
    if target is not None and large:
        left = {"left": f"{100 * target / reach:.1f}%"}
        box.append(html.Span(_time(first, target, picture), style=left))
    axes: list[Component] = []
    if large:
        heights = [html.Span(f"{share}%") for share in (100, 50, 0)]
        axes.append(html.Div(heights, className="curve-heights"))
        times = [_time(first, reach * part / _NAMED, picture) for part in range(3)]
        axes.append(html.Div([html.Span(t) for t in times], className="curve-times"))
    return html.Div(
        [html.Div(box, className="curve-box"), *axes], className="curve-plot"
    )


def _time(first: Row, at: float, picture: Picture) -> str:
    """Return a place on the axis as it is written: a duration, or so many targets."""
    if first["axis"] == "target":
        return picture.texts.say("curve-times", n=formatting.number(at))
    return formatting.duration(at, picture.texts) if at else "0"


def _told(first: Row, picture: Picture, large: bool) -> Component:
    """Return the share at the target with its interval, and the median."""
    texts, parts = picture.texts, [_at_target(first, picture, large)]
    if large and first["median"] is not None:
        median = _time(first, first["median"], picture)
        parts.append(texts.say("curve-median", time=median))
    return html.Div(
        " · ".join(filter(None, parts)),
        className="curve-told",
        **attributes({"at-target": first["at_target"]}),
    )


def _at_target(first: Row, picture: Picture, large: bool) -> str:
    texts = picture.texts
    if first["target"] is None:
        return texts.say("curve-none")
    if first["at_target"] is None:
        return texts.say("curve-at-unknown")
    said = {"share": formatting.percent(100 * first["at_target"])}
    key = "curve-at" if large else "curve-at-short"
    if large:
        is_own = first["axis"] == "target"
        target = _time(first, first["target"], picture)
        said["target"] = texts.say("curve-target") if is_own else target
    if first["at_target_low"] is None:
        return texts.say(f"{key}-unsure", **said)
    for end in ("low", "high"):
        said[end] = formatting.percent(100 * first[f"at_target_{end}"])
    return texts.say(key, **said)


def _x(t: float, reach: float) -> float:
    return WIDE * min(t, reach) / reach


def _steps(rows: Sequence[Row], reach: float, name: str) -> str:
    """Return a curve that stays level until the next step."""
    if not rows:
        return ""
    words = [f"M0 {HIGH * (1 - rows[0]['survival']):.1f}"]
    words += [
        f"H{_x(row['t'], reach):.1f}V{HIGH * (1 - row['survival']):.1f}"
        for row in rows[1:]
    ]
    if rows[-1]["survival"] == 0:
        words.append(f"H{WIDE}")
    return f'<path class="{name}" d="{"".join(words)}"/>'


def _band(rows: Sequence[Row], reach: float) -> str:
    """Return the interval as an area of the same steps, as far as it is known."""
    known = [row for row in rows if row["low"] is not None]
    if len(known) < _NAMED:
        return ""
    ends = [_x(row["t"], reach) for row in known]
    upper = [f"M0 {HIGH * (1 - known[0]['high']):.1f}"]
    upper += [
        f"H{x:.1f}V{HIGH * (1 - row['high']):.1f}"
        for x, row in zip(ends[1:], known[1:], strict=True)
    ]
    lower = [f"L{ends[-1]:.1f} {HIGH * (1 - known[-1]['low']):.1f}"]
    lower += [
        f"V{HIGH * (1 - row['low']):.1f}H{x:.1f}"
        for x, row in zip(reversed(ends), reversed(known), strict=True)
    ]
    return f'<path class="interval" d="{"".join((*upper, *lower))}Z"/>'


def _target(first: Row) -> str:
    """Return the target as an upright tick, and a dot where the curve crosses it."""
    if first["target"] is None:
        return ""
    x = _x(first["target"], first["reach"])
    tick = f'<path class="limit" d="M{x:.1f} 0V{HIGH}"/>'
    if first["at_target"] is None:
        return tick
    y = HIGH * (1 - first["at_target"])
    return f'{tick}<path class="dot" d="M{x:.1f} {y:.1f}h.01"/>'


MARKUP = Markup(_body)
