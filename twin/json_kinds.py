"""What kind of value something of JSON is, asked so that a type checker hears the answer.

After a bare `isinstance(value, dict)` it knows nothing of what the dict holds.
"""

from __future__ import annotations

from typing import Any, TypeGuard


def is_object(value: object) -> TypeGuard[dict[str, Any]]:
    """Return whether a value of JSON is an object."""
    return isinstance(value, dict)


def is_list(value: object) -> TypeGuard[list[Any]]:
    """Return whether a value of JSON is a list."""
    return isinstance(value, list)
