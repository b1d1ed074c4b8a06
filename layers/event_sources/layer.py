"""What each source of events brings, against what is usual of it at this hour of the week.

It is told of the city and of the chosen district. That a source is silent is always told of the
whole city: a feed is interrupted as a whole.
"""

from __future__ import annotations

from pathlib import Path

from twin.days import MOST_WEEKS
from twin.layer import Field, Layer, Panel, Param, Question

# When a source is silent or surges: the rules of DOMAIN A1 row 3, which the city may change.
SILENT_GAPS, SURGE_SDS = 3.0, 4.0

# Weeks at the same hour that there must be before anything is usual.
LEAST_WEEKS = 3

# A source's silence is held against the gaps of so many days before its last event.
GAP_DAYS = 14

# A median of fewer gaps says nothing: as of any length of cases, see `twin.measures`.
LEAST_GAPS = 10

# How far back events are looked for, so that a question stays quick however long a lake is: the
# weeks that are compared and one more, in which a source may be heard of first.
REACH_HOURS = (MOST_WEEKS + 1) * 168 + 26

_RULES: dict[str, Param] = {
    "reach_hours": REACH_HOURS,
    "least_weeks": LEAST_WEEKS,
    "gap_days": GAP_DAYS,
    "least_gaps": LEAST_GAPS,
    "silent_gaps": SILENT_GAPS,
    "surge_sds": SURGE_SDS,
}
_CITY = Question("sources.sql", {"district": "", "zone_streets": (), **_RULES})
_DISTRICT = Question("sources.sql", _RULES)

_BOARD = (
    Field("name", "event_sources-name", "name"),
    Field("n_day", "event_sources-today", "count"),
    Field("day_low", "event_sources-usual-from", "number"),
    Field("day_high", "event_sources-usual-to", "number"),
    Field("n_weeks", "event_sources-weeks", "count"),
    Field("since_s", "event_sources-since", "age"),
    Field("named", "event_sources-state", "message"),
)
_TABLE = (
    Field("name", "event_sources-name", "name"),
    Field("n_5min", "event_sources-5min", "count"),
    Field("n_hour", "event_sources-hour", "count"),
    Field("hour_mid", "event_sources-hour-mid", "number"),
    Field("share_pct", "event_sources-share", "percent"),
    Field("proactive_pct", "event_sources-proactive", "percent"),
    Field("merged_pct", "event_sources-merged", "percent"),
)

LAYER = Layer(
    "event_sources",
    Path(__file__).parent,
    panels=(
        Panel(
            "city",
            "sources",
            "event_sources-title",
            _CITY,
            fields=_BOARD,
            empty="event_sources-none",
        ),
        Panel(
            "inflow",
            "rows",
            "event_sources-inflow",
            _CITY,
            fields=_TABLE,
            empty="event_sources-none",
        ),
        Panel(
            "district",
            "sources",
            "event_sources-title",
            _DISTRICT,
            fields=_BOARD,
            scope="district",
            empty="event_sources-none",
        ),
        Panel(
            "district-inflow",
            "rows",
            "event_sources-inflow",
            _DISTRICT,
            fields=_TABLE,
            scope="district",
            empty="event_sources-none",
        ),
    ),
)
