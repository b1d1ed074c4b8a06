"""Who holds an event: the steps by which it goes up and down the four levels of the city."""

from __future__ import annotations

import pyarrow.compute as pc

from twin.contracts.base import SOURCE, VERSION, Table, clocks, text
from twin.contracts.events import EVENTS

# From the whole city down to where people live; an event begins at one of them.
LEVELS = EVENTS.column("level").allowed

ESCALATIONS = Table(
    name="escalations",
    kind="log",
    key=("escalation_id", "version"),
    sort=("event_id", "occurred_at"),
    chunk="month",
    doc=(
        "One row per version of a step by which an event is handed up or comes down."
        " Where it began is told by the event's own `level`; who holds it now, by the"
        " newest step. Append-only: a correction is a new version."
    ),
    columns=(
        text("escalation_id", "number of the step, never reused"),
        VERSION,
        *clocks(),
        text("event_id", "event that is handed on"),
        text("from_level", "level that held it", allowed=LEVELS),
        text("to_level", "level that holds it from then on", allowed=LEVELS),
        text("reason", "why it is handed on", free=True),
        text("actor", "who or what handed it on; null if not told", null=True),
        SOURCE,
    ),
    rules={
        "it goes to another level than it comes from": (
            pc.field("from_level") != pc.field("to_level")
        ),
        "it is not recorded before it happens": (
            pc.field("recorded_at") >= pc.field("occurred_at")
        ),
    },
)

TABLES = (ESCALATIONS,)
