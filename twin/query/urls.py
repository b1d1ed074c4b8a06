"""The address of a layer's data: its question, and nothing else.

The same words make the cache's key.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from datetime import datetime
from typing import TYPE_CHECKING
from urllib.parse import urlencode

from twin.clock import asked_for, to_text
from twin.errors import UsageError
from twin.query.encode import ENCODER

if TYPE_CHECKING:
    from twin.city import City
    from twin.engine import Sql
    from twin.layer import Param

Params = Mapping[str, "Param"]
_OWN = ("q", "snapshot")


def tag(sql: Sql, *of: str) -> str:
    """Return 12 hex digits for a question's text, the encoder, and what else shapes the bytes."""
    return hashlib.sha256("|".join((sql.sha256, ENCODER, *of)).encode()).hexdigest()[
        :12
    ]


def of_city(city: City) -> dict[str, Param]:
    """Return the parameters that the pack gives, so that no layer needs the city.

    They are the raster, the zone, and numbers of [freshness].
    """
    raster = city.raster
    given: dict[str, Param] = {
        "raster_lon0_ud": raster.lon0 * 1e6,
        "raster_lat0_ud": raster.lat0 * 1e6,
        "raster_dlon_ud": raster.dlon * 1e6,
        "raster_dlat_ud": raster.dlat * 1e6,
        "raster_cell_m": raster.cell_m,
        "raster_n_x": raster.n_x,
        "raster_n_y": raster.n_y,
    }
    numbers: dict[str, Param] = {
        name: value
        for name, value in city.settings.get("freshness", {}).items()
        if isinstance(value, (int, float)) and not isinstance(value, bool)
    }
    return {**given, **numbers, "city_zone": city.zone.key}


def fill(sql: Sql, asked: Params, given: Params) -> dict[str, Param]:
    """Return what a layer asked, with what `sql` takes besides filled in from the pack."""
    wanted = {param.name for param in sql.params}
    return {**{name: value for name, value in given.items() if name in wanted}, **asked}


def to_url(layer: str, name: str, tagged: str, snapshot: str, params: Params) -> str:
    """Return `/data/<layer>/<name>.arrow?…`, sorted; a null is an empty word."""
    pairs = {
        "q": tagged,
        "snapshot": snapshot,
        **{key: write(value) for key, value in params.items()},
    }
    return f"/data/{layer}/{name}.arrow?{urlencode(sorted(pairs.items()), safe=':')}"


def write(value: Param) -> str:
    """Return a parameter as it stands in an address; equal values give equal words."""
    if value is None:
        return ""
    if isinstance(value, datetime):
        return to_text(value)
    if isinstance(value, tuple):
        return ",".join(map(str, value))
    return ("yes" if value else "no") if isinstance(value, bool) else str(value)


def read(sql: Sql, words: Mapping[str, str]) -> dict[str, Param]:
    """Return the parameters of `sql` from the words of an address, typed by the header.

    Raises:
        UsageError: a word is missing, unknown, or not of its type.
    """
    types = {param.name: param.type for param in sql.params}
    unknown, missing = (
        sorted(words.keys() - types.keys() - {*_OWN}),
        sorted(types.keys() - words.keys()),
    )
    if unknown or missing:
        raise UsageError(
            f"The address asks {sql.name} wrongly:"
            f" {'unknown' if unknown else 'missing'} {(unknown or missing)[0][:40]!r}.",
            fix=f"give exactly {', '.join(sorted({*types, *_OWN}))}.",
        )
    return {name: _typed(name, words[name], kind) for name, kind in types.items()}


def _typed(name: str, word: str, kind: str) -> Param:
    if word == "" and kind != "VARCHAR":
        return None
    try:
        match kind:
            case "TIMESTAMPTZ":
                return asked_for(word)
            case "INTEGER" | "BIGINT":
                return int(word)
            case "DOUBLE":
                return float(word)
            case "BOOLEAN":
                return {"yes": True, "no": False}[word]
            case _:
                return word
    except (ValueError, KeyError) as error:
        raise UsageError(
            f"The address gives {name} as {word[:40]!r}, which is not {kind}.",
            fix="take the address from the page as it is.",
        ) from error
