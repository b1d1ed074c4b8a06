"""The city's indicators: how many are fresh, which lie beyond their usual band, by domain.

Bands, and which way is better, are the catalogue's own. What is late, suspect or missing is held
against none.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from twin.layer import Field, Layer, Panel, Param, Question, Scope

# Rows of the list of what lies beyond its band, in the city and in a district.
MOST, MOST_IN_DISTRICT = 16, 8

_CITY: Mapping[str, Param] = {"district": "", "most": MOST}
_DISTRICT: Mapping[str, Param] = {"most": MOST_IN_DISTRICT}


def _beyond(name: str, scope: Scope, own: Mapping[str, Param]) -> Panel:
    where = (Field("area", "indicators-area", "name"),) if scope == "city" else ()
    return Panel(
        name,
        "rows",
        "indicators-beyond",
        Question("beyond.sql", own),
        fields=(
            Field("name", "indicators-name", "name"),
            *where,
            Field("told", "indicators-value"),
            Field("band", "indicators-band"),
            Field("beyond_pct", "indicators-by", "percent"),
        ),
        scope=scope,
        empty="indicators-none-beyond",
        note="indicators-beyond-note",
    )


LAYER = Layer(
    "indicators",
    Path(__file__).parent,
    panels=(
        Panel("figures", "figures", "indicators-title", Question("figures.sql")),
        _beyond("beyond", "city", _CITY),
        Panel(
            "domains",
            "rows",
            "indicators-domains",
            Question("domains.sql"),
            fields=(
                Field("domain", "indicators-domain", "name"),
                Field("n_listed", "indicators-listed", "count"),
                Field("n_fresh", "indicators-fresh", "count"),
                Field("n_beyond", "indicators-off", "count"),
            ),
            empty="indicators-none",
        ),
        _beyond("district", "district", _DISTRICT),
    ),
)
