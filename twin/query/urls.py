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
    from twin.engine import Sql
    from twin.layer import Param

Params = Mapping[str, "Param"]
_OWN = ("q", "snapshot")


def tag(sql: Sql, *of: str) -> str:
    """Return 12 hex digits for a question's text, the encoder, and what else shapes the bytes."""
    return hashlib.sha256("|".join((sql.sha256, ENCODER, *of)).encode()).hexdigest()[
        :12
    ]


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
