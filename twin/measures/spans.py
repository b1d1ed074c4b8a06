"""From when until when each row was what is known."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Iterator, Mapping
from typing import Any, TypeVar

Key = TypeVar("Key", bound=Hashable)


def spans(
    states: Iterable[tuple[int, Mapping[Key, Mapping[str, Any]]]],
) -> Iterator[dict[str, Any]]:
    """Yield each row with `known_from` and `known_to`, None while it still holds.

    A row that says the same at neighbouring moments is one.

    Args:
        states: all rows as they were known from a moment on (us), by key, in order of time.
    """
    held: dict[Key, tuple[int, Mapping[str, Any]]] = {}
    for moment, rows in states:
        for key in [key for key in held if rows.get(key) != held[key][1]]:
            since, row = held.pop(key)
            yield {**row, "known_from": since, "known_to": moment}
        for key, row in rows.items():
            held.setdefault(key, (moment, row))
    for since, row in held.values():
        yield {**row, "known_from": since, "known_to": None}
