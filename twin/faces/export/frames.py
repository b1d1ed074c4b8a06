"""The size of a picture."""

from __future__ import annotations

from twin.errors import UsageError


def read(text: str) -> tuple[int, int, float]:
    """Read 'WIDTHxHEIGHT' or 'WIDTHxHEIGHTxRATIO', CSS pixels.

    Raises:
        UsageError: it is of another form or a size that no screen has.
    """
    try:
        wide, high, *rest = text.split("x")
        size = int(wide), int(high), float(rest[0]) if rest else 1.0
    except ValueError as error:
        raise UsageError(
            f"The frame {text[:30]!r} cannot be read.",
            fix="write it as 1920x1080 or 1920x1080x2.",
        ) from error
    if not (
        200 <= size[0] <= 16_000 and 200 <= size[1] <= 16_000 and 0.5 <= size[2] <= 4
    ):
        raise UsageError(
            f"The frame {text[:30]!r} is of a size that no screen has.",
            fix="use 200 to 16000 pixels and a ratio of 0.5 to 4.",
        )
    return size
