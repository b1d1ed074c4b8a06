"""Where the packaged files are, in a checkout or in a wheel.

They are city packs, style, icons and the built bundle.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path

_PACKAGE = Path(__file__).resolve().parent


def _shared(name: str) -> Path:
    """Return the folder `name` that comes with the program.

    It lies beside the packages in a checkout, or inside `twin` in an installed wheel.
    """
    inside = _PACKAGE / "_shared" / name
    return inside if inside.is_dir() else _PACKAGE.parent / name


def swaps(roots: Iterable[Path]) -> list[tuple[str, str]]:
    """Return what has to be replaced, in this order, so that a text names no folder of `roots`.

    What lies in one of them is named as seen from there; it is found in JSON as well.

    A root of one part, such as /data, tells nothing, and may well be an address of ours.
    """
    every = {
        str(found) for root in roots for found in (root.absolute(), root.resolve())
    }
    long = sorted(
        (root for root in every if root.count("/") > 1), key=len, reverse=True
    )
    inside = [(f"{root}/", "") for root in long]
    themselves = [(root, root.rpartition("/")[2]) for root in long]
    return [
        pair
        for there, instead in inside + themselves
        for pair in dict.fromkeys(
            ((there, instead), (_in_json(there), _in_json(instead)))
        )
    ]


def _in_json(text: str) -> str:
    return json.dumps(text)[1:-1]


def data() -> Path:
    """Return the folder that holds the city packs that come with the program."""
    return _shared("data")


def assets() -> Path:
    """Return the folder of css/, icons/ and dist/ (the built bundle and the fonts)."""
    return _shared("assets")
