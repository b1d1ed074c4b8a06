"""How the house itself is fed: what each log received and when, and what was refused, and why."""

from __future__ import annotations

from pathlib import Path

from twin.layer import Field, Layer, Panel, Question

# Refused rows that are listed: `twin quarantine` has all of them, whole.
MOST = 12

LAYER = Layer(
    "system",
    Path(__file__).parent,
    panels=(
        Panel("figures", "figures", "system-title", Question("figures.sql")),
        Panel(
            "streams",
            "rows",
            "system-streams",
            Question("streams.sql"),
            fields=(
                Field("log", "system-log", "message"),
                Field("last_s", "system-last", "age"),
                Field("n_day", "system-day", "count"),
                Field("n", "system-all", "count"),
            ),
        ),
        Panel(
            "refused",
            "rows",
            "system-refused",
            Question("refused.sql"),
            fields=(
                Field("log", "system-meant"),
                Field("feed", "system-feed"),
                Field("n_day", "system-day", "count"),
                Field("n", "system-all", "count"),
                Field("last_s", "system-last-refused", "age"),
            ),
            empty="system-none-refused",
        ),
        Panel(
            "rows",
            "rows",
            "system-rows",
            Question("rows.sql", {"most": MOST}),
            fields=(
                Field("log", "system-meant"),
                Field("row_n", "system-number", "count", if_any=True),
                Field("reason", "system-reason"),
                Field("refused_at", "system-refused-at", "moment"),
            ),
            empty="system-none-refused",
            note="system-rows-note",
        ),
    ),
)
