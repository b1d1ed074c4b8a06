"""The links to the departments' command systems."""

from __future__ import annotations

from twin.contracts.base import SOURCE, Table, clocks, flag, moment, text, whole

LINK_PROBES = Table(
    name="link_probes",
    kind="log",
    key=("dept_id", "occurred_at"),
    sort=("occurred_at", "dept_id"),
    chunk="month",
    doc="One row per probe of one department's link, once a minute.",
    columns=(
        text("dept_id", "department whose link was probed"),
        *clocks(),
        flag("is_ok", "it answered in time"),
        whole("latency_ms", "time to answer; null without an answer", "ms", null=True),
        whole("n_records", "records received since the probe before", "records"),
        moment(
            "last_record_at",
            "newest record received so far; null before the first",
            null=True,
        ),
        SOURCE,
    ),
)

TABLES = (LINK_PROBES,)
