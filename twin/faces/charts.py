"""Charts: one plotly template, calm lines, the last point marked, the usual band behind.

All traces are SVG.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, TypeAlias

import plotly.graph_objects as go

from twin.palette import DARK

if TYPE_CHECKING:
    from datetime import datetime
    from zoneinfo import ZoneInfo

Row: TypeAlias = Mapping[str, Any]

_FONT = "Inter, 'Noto Sans SC', 'Other Letters', sans-serif"

# Configuration of a chart that only shows.
QUIET = {"staticPlot": True, "displayModeBar": False, "responsive": True}


def template(size: float) -> go.layout.Template:
    """Return the template for axis text of `size` px.

    It has no frame, no vertical grid, and faint horizontals.
    """
    axis = {
        "showgrid": False,
        "zeroline": False,
        "showline": False,
        "ticks": "",
        "fixedrange": True,
        "tickfont": {"size": size, "color": DARK["text-3"]},
        "automargin": False,
    }
    return go.layout.Template(
        layout={
            "paper_bgcolor": "rgba(0,0,0,0)",
            "plot_bgcolor": "rgba(0,0,0,0)",
            "showlegend": False,
            "hovermode": "x",
            "font": {"family": _FONT, "size": size, "color": DARK["text-2"]},
            "margin": {"l": 0, "r": 0, "t": 0, "b": 0},
            "hoverlabel": {
                "bgcolor": DARK["land-raised"],
                "bordercolor": DARK["edge"],
                "font": {"color": DARK["text-1"]},
            },
            "xaxis": axis,
            "yaxis": {**axis, "gridcolor": DARK["hair"], "nticks": 3},
        }
    )


def _last(trace: Sequence[float | None]) -> int | None:
    return next(
        (at for at in range(len(trace) - 1, -1, -1) if trace[at] is not None), None
    )


def trend(
    rows: Sequence[Row],
    zone: ZoneInfo,
    *,
    names: Mapping[str, str],
    size: float = 12,
    until: datetime | None = None,
) -> go.Figure:
    """Return values over time against their usual band.

    Args:
        rows: rows of a 'trend' panel, oldest first; values that are null leave a gap.
        names: what the hover calls 'value' and 'usual'.
        until: right end of the axis; None for the last row.
    """
    at = [row["at"].astimezone(zone).replace(tzinfo=None) for row in rows]
    chart = go.Figure(
        layout={
            "template": template(size),
            "margin": {"l": 0, "r": 10, "t": 6, "b": 1.8 * size},
        }
    )
    _add_band(chart, at, rows)
    _add_line(chart, at, rows, names["value"])
    _add_end(chart, at, rows)
    chart.update_xaxes(tickformat="%H:%M", nticks=6)
    chart.update_yaxes(
        rangemode="tozero",
        side="right",
        nticks=3,
        showticklabels=size > 0,
        ticklabelposition="inside top",
    )
    if at and until is not None:
        chart.update_xaxes(range=[at[0], until.astimezone(zone).replace(tzinfo=None)])
    return chart


def _add_band(chart: go.Figure, at: Sequence[datetime], rows: Sequence[Row]) -> None:
    """Draw the usual band, where it is known, as two lines with a fill between."""
    banded = [
        at_row
        for at_row in zip(at, rows, strict=True)
        if at_row[1]["usual_high"] is not None
    ]
    for bound, fill in (("usual_low", None), ("usual_high", "tonexty")):
        chart.add_scatter(
            x=[moment for moment, _ in banded],
            y=[row[bound] for _, row in banded],
            mode="lines",
            line_width=0,
            line_shape="spline",
            fill=fill,
            fillcolor=DARK["hair"],
            hoverinfo="skip",
        )


def _add_line(
    chart: go.Figure, at: Sequence[datetime], rows: Sequence[Row], name: str
) -> None:
    """Draw the values, dotted from the last whole one on."""
    whole = [row["value"] if not row["is_partial"] else None for row in rows]
    chart.add_scatter(
        x=at,
        y=whole,
        mode="lines",
        line={"color": DARK["text-1"], "width": 1.6},
        name=name,
        hovertemplate="%{y:,.0f}",
    )
    last = _last(whole)
    tail = rows[last:] if last is not None else rows
    chart.add_scatter(
        x=at[len(at) - len(tail) :],
        y=[row["value"] for row in tail],
        mode="lines",
        hoverinfo="skip",
        line={"color": DARK["text-3"], "width": 1.6, "dash": "dot"},
    )


def _add_end(chart: go.Figure, at: Sequence[datetime], rows: Sequence[Row]) -> None:
    """Mark the last point that has a value."""
    end = _last([row["value"] for row in rows])
    if end is not None:
        chart.add_scatter(
            x=[at[end]],
            y=[rows[end]["value"]],
            mode="markers",
            hoverinfo="skip",
            cliponaxis=False,
            marker={"color": DARK["text-1"], "size": 6},
        )
