"""The frame of a picture: the size of the screen that it is of."""

from __future__ import annotations

import re

from twin.errors import UsageError

# No screen has a side of more digits; what is longer is refused before it becomes a number.
_FORM = re.compile(r"(\d{1,6})x(\d{1,6})(?:x(\d{0,3}\.?\d{1,6}))?", re.ASCII)


def read(text: str) -> tuple[int, int, float]:
    """Return the width and height, CSS pixels, and the ratio of 'WIDTHxHEIGHT[xRATIO]'.

    The ratio is how many pixels of the screen make one of CSS; 1 where none is given.

    Raises:
        UsageError: it is of another form or a size that no screen has.
    """
    found = _FORM.fullmatch(text)
    if found is None:
        raise UsageError(
            f"The frame {text[:30]!r} cannot be read.",
            fix="write it as 1920x1080 or 1920x1080x2.",
        )
    size = int(found[1]), int(found[2]), float(found[3] or 1)
    if not (
        200 <= size[0] <= 16_000 and 200 <= size[1] <= 16_000 and 0.5 <= size[2] <= 4
    ):
        raise UsageError(
            f"The frame {text[:30]!r} is of a size that no screen has.",
            fix="use 200 to 16000 pixels and a ratio of 0.5 to 4.",
        )
    return size
