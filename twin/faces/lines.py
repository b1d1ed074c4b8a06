"""Lines over time as plain SVG.

They are part of the page's own markup, so that no chart library stands before them.

An SVG is drawn in units of its own, 1,000 wide and 100 high, and stretched to its box;
strokes keep their width.
"""

from __future__ import annotations

import json
import math
from typing import TYPE_CHECKING, Any

from dash import html

from twin.clock import to_text
from twin.faces import markup

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime
    from zoneinfo import ZoneInfo

    from dash.development.base_component import Component

WIDE, HIGH = 1_000, 100
_HOURS = (1, 2, 3, 4, 6, 12, 24)
_MOST_HOURS = 6

_UNSPOKEN: dict[str, Any] = {"aria-hidden": "true"}

Point = tuple[float, float]


def spark(
    trace: Sequence[float | None],
    usual: Sequence[tuple[float, float] | None] = (),
    *,
    line: float = 1.6,
) -> Component:
    """Return a sparkline of evenly spaced values, oldest first, with its usual band.

    Args:
        trace: null leaves a gap; at least one is none.
        usual: low and high beside each value of the trace; empty for no band.
        line: stroke, px.
    """
    known = [value for value in trace if value is not None]
    edges = [edge for each in usual if each for edge in each]
    low, high = _room([*known, *edges])

    def at(n: int, value: float) -> Point:
        return WIDE * (n + 0.4) / (len(trace) + 0.2), HIGH * (high - value) / (
            high - low
        )

    bounds = [
        [each and at(n, each[side]) for n, each in enumerate(usual)] for side in (0, 1)
    ]
    band = [_area(*bounds)]
    points = [None if value is None else at(n, value) for n, value in enumerate(trace)]
    return markup.Raw(
        "".join(
            (
                _open("spark-lines"),
                *band,
                _line(points, "line", line),
                _dot(points, line),
                "</svg>",
            )
        )
    )


def trend(
    rows: Sequence[Mapping[str, Any]],
    zone: ZoneInfo,
    *,
    heights: bool = True,
    chooser: Mapping[str, Any] | None = None,
    over: Sequence[Component] = (),
) -> Component:
    """Return values over time against their usual band, with the hours below.

    Args:
        rows: of a 'trend' panel, oldest first; a null value leaves a gap.
        heights: whether the values of the horizontals are written beside them.
        chooser: attributes of the box of a day whose moments can be chosen; its hours stand
            as wide as they last, and it ends where the day does.
        over: what lies over the lines.
    """
    peak = max(
        (row[name] or 0 for row in rows for name in ("value", "usual_high")), default=0
    )
    steps = _steps(peak)
    top = max(peak * 1.05, steps[-1], 1)
    steps_wide = max(len(rows) - (chooser is None), 1)
    places = [WIDE * n / steps_wide for n in range(len(rows))]

    def points(name: str, kept: Sequence[bool]) -> list[Point | None]:
        pairs = zip(places, rows, kept, strict=True)
        return [
            (
                (x, HIGH * (1 - row[name] / top))
                if keep and row[name] is not None
                else None
            )
            for x, row, keep in pairs
        ]

    every = [True] * len(rows)
    whole = points("value", [not row["is_partial"] for row in rows])
    so_far = points("value", every)
    last = max((n for n, point in enumerate(whole) if point), default=0)
    drawn = "".join(
        (
            _open("trend-lines"),
            *(_level(HIGH * (1 - step / top)) for step in steps),
            _area(points("usual_low", every), points("usual_high", every)),
            _line(whole, "line", 1.6),
            _line([None] * last + so_far[last:], "line part", 1.6),
            _dot(so_far, 1.6),
            "</svg>",
        )
    )
    box = {} if chooser is None else {**_of_moments(rows), **chooser}
    lines = html.Div([markup.Raw(drawn), *over], className="trend-box", **box)
    hours = html.Div(
        [
            html.Span(text, style={"left": f"{share:.2f}%"})
            for share, text in _hours(rows, zone, steps_wide)
        ],
        className="trend-hours",
        **_UNSPOKEN,
    )
    beside = [
        html.Span(f"{step:,.0f}", style={"bottom": f"{100 * step / top:.1f}%"})
        for step in steps
        if heights
    ]
    return html.Div(
        [lines, html.Div(beside, className="trend-heights", **_UNSPOKEN), hours],
        className="trend",
    )


def _room(values: Sequence[float]) -> tuple[float, float]:
    """Return the ends of an axis that holds `values`, with a little air; never of no height."""
    low, high = min(values), max(values)
    air = (high - low) * 0.06 or max(abs(high), 1) * 0.06
    return low - air, high + air


def _steps(peak: float) -> list[float]:
    """Return one to three round values from above 0 up to `peak`.

    They are 1, 2 or 5 times a power of ten apart.
    """
    if peak <= 0:
        return [1]
    scale = 10 ** math.floor(math.log10(peak))
    step = next(
        step for step in (scale / 2, scale, 2 * scale, 5 * scale) if peak / step < 4
    )
    step = max(step, 1)
    return [step * n for n in range(1, int(peak / step) + 1)] or [step]


def _hours(
    rows: Sequence[Mapping[str, Any]], zone: ZoneInfo, wide: int
) -> list[tuple[float, str]]:
    """Return the hours named below a trend.

    Each is how far from the left it stands, percent, and the hour by the city's clock.
    """
    every = next(
        (hours for hours in _HOURS if len(rows) / hours <= _MOST_HOURS), _HOURS[-1]
    )
    local = [row["at"].astimezone(zone) for row in rows]
    whole = [
        n
        for n, moment in enumerate(local)
        if moment.minute == 0 and moment.hour % every == 0
    ]
    return [(100 * n / wide, f"{local[n]:%H:%M}") for n in whole]


def _of_moments(rows: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """Return the attribute that tells the browser the hours of a day, UTC, and their values."""
    moments: list[datetime] = [row["at"] for row in rows]
    told = [
        [to_text(moment), row["value"]]
        for moment, row in zip(moments, rows, strict=True)
    ]
    return {"data-day": json.dumps(told, separators=(",", ":"))}


def _open(name: str) -> str:
    return (
        f'<svg class="{name}" viewBox="0 0 {WIDE} {HIGH}" preserveAspectRatio="none"'
        ' aria-hidden="true">'
    )


def _line(points: Sequence[Point | None], name: str, width: float) -> str:
    path = _path(points)
    return (
        f'<path class="{name}" d="{path}" style="stroke-width:{width:g}px"/>'
        if path
        else ""
    )


def _path(points: Sequence[Point | None]) -> str:
    """Return the path through `points`, begun anew after each gap."""
    words: list[str] = []
    before: Point | None = None
    for point in points:
        if point is not None:
            words.append(
                f"{'M' if before is None else 'L'}{point[0]:.1f} {point[1]:.1f}"
            )
        before = point
    return "".join(words)


def _dot(points: Sequence[Point | None], line: float) -> str:
    """Return a dot on the last point.

    A line of no length with round ends stays round however it is stretched.
    """
    last = next((point for point in reversed(points) if point is not None), None)
    if last is None:
        return ""
    return (
        f'<path class="dot" d="M{last[0]:.1f} {last[1]:.1f}h.01"'
        f' style="stroke-width:{4 * line:g}px"/>'
    )


def _area(low: Sequence[Point | None], high: Sequence[Point | None]) -> str:
    there = [
        (a, b)
        for a, b in zip(low, high, strict=True)
        if a is not None and b is not None
    ]
    if not there:
        return ""
    edge = [b for _, b in there] + [a for a, _ in reversed(there)]
    return f'<path class="usual" d="{_path(edge)}Z"/>'


def _level(y: float) -> str:
    return f'<path class="level" d="M0 {y:.1f}H{WIDE}"/>'
