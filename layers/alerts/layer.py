"""Alerts that are open, by the rules of the pack, and the health of our own alarms.

A board: it draws nothing on the map. What `alerts` and `alarm_targets` hold is told in panels.
"""

from __future__ import annotations

from pathlib import Path

from twin.contracts.signals import SIGNALS
from twin.layer import Field, Layer, Panel, Question

# Rows of the list: what is worse than the rest; the levels beside it count all.
MOST = 10
MOST_IN_DISTRICT = 6

_NOT_FED = tuple(name for name, signal in SIGNALS.items() if not signal.is_fed)
_WHOLE_CITY: dict[str, str | tuple[str, ...]] = {"district": "", "zone_streets": ()}

_WHAT = (
    Field("level", "alerts-level", "priority"),
    Field("rule", "alerts-rule", "name"),
    Field("title", "alerts-subject", "name"),
)
_HOW = (
    Field("age_s", "alerts-since", "age"),
    Field("held", "alerts-held"),
)
_LEVELS = (
    Field("level", "alerts-level", "priority"),
    Field("n_open", "alerts-open-n", "count"),
    Field("n_unacked", "alerts-unacked", "count"),
    Field("n_rung", "alerts-rung", "count"),
)

LAYER = Layer(
    "alerts",
    Path(__file__).parent,
    panels=(
        Panel(
            "figures",
            "figures",
            "alerts-figures",
            Question("figures.sql", _WHOLE_CITY),
            behind={
                each: Question("behind.sql", {**_WHOLE_CITY, "of": each})
                for each in ("alerts_open", "alerts_urgent")
            },
        ),
        Panel(
            "open",
            "rows",
            "alerts-open",
            Question("open.sql", {**_WHOLE_CITY, "most": MOST}),
            fields=(*_WHAT, *_HOW),
            empty="alerts-none",
            note="alerts-order",
        ),
        Panel(
            "levels",
            "rows",
            "alerts-levels",
            Question("levels.sql", _WHOLE_CITY),
            fields=_LEVELS,
        ),
        Panel(
            "districts",
            "rows",
            "alerts-districts",
            Question("districts.sql"),
            fields=(
                Field("name", "alerts-district", "name"),
                Field("level", "alerts-worst", "priority"),
                Field("n_open", "alerts-open-n", "count"),
                Field("n_first", "alerts-first", "count"),
                Field("n_second", "alerts-second", "count"),
            ),
            chooses="district_id",
            empty="alerts-none",
        ),
        Panel(
            "health",
            "rows",
            "alerts-health",
            Question("health.sql"),
            fields=(
                Field("metric", "alerts-metric", "message"),
                Field("value", "alerts-measured", "number"),
                Field("target", "alerts-target", "number"),
                Field("verdict", "alerts-verdict", "message"),
            ),
            note="alerts-health-note",
        ),
        Panel(
            "rules",
            "rows",
            "alerts-rules",
            Question("rules.sql", {"not_fed": _NOT_FED}),
            fields=(
                Field("level", "alerts-level", "priority"),
                Field("name", "alerts-rule", "name"),
                Field("state", "alerts-state", "message"),
                Field("n_open", "alerts-open-n", "count"),
                Field("n_raised", "alerts-raised", "count"),
            ),
            empty="alerts-no-rules",
        ),
        Panel(
            "district",
            "rows",
            "alerts-open",
            Question("open.sql", {"most": MOST_IN_DISTRICT}),
            fields=(*_WHAT, *_HOW),
            scope="district",
            empty="alerts-none",
            note="alerts-order",
        ),
        Panel(
            "district-levels",
            "rows",
            "alerts-levels",
            Question("levels.sql"),
            fields=_LEVELS,
            scope="district",
        ),
    ),
)
