"""On which line of a TOML file something stands, for sentences about it."""

from __future__ import annotations

import tomllib
from bisect import bisect_left
from typing import TYPE_CHECKING, Any, cast

if TYPE_CHECKING:
    from collections.abc import Sequence


def line_of(text: str, path: Sequence[str]) -> int | None:
    """Return the line, from 1, on which the table or key at `path` begins.

    The reader of TOML does not tell lines, so it is asked how much of the text it needs
    until the key is there: whatever form the file is written in, the line is right.

    Args:
        text: a whole file, which is TOML.
        path: names from the top, such as ('feeds', 'buses', 'port').

    Returns:
        None if nothing stands there.
    """
    lines = text.split("\n")

    def is_there_by(n: int) -> bool:
        # A value may go on over several lines: then the text is TOML only where it ends.
        for end in range(n, len(lines) + 1):
            found = _parsed("\n".join([*lines[:end], ""]))
            if found is not None:
                return _is_there(found, path)
        return False

    n = bisect_left(range(len(lines) + 1), True, key=is_there_by)
    return n if n <= len(lines) else None


def _parsed(text: str) -> dict[str, Any] | None:
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError:
        return None


def _is_there(found: object, path: Sequence[str]) -> bool:
    for name in path:
        if not isinstance(found, dict) or name not in found:
            return False
        found = cast("dict[str, object]", found)[name]
    return True
