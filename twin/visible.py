"""Text of strangers, made safe for a terminal and for a line of a report."""

from __future__ import annotations

import re

# What a terminal obeys instead of showing it: controls, marks that turn the direction of
# writing, separators of lines, and bytes of file names that are no Unicode.
_UNSEEN = re.compile(
    r"[\x00-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff]"
)


def visible(text: str) -> str:
    r"""Return `text` with all that a terminal would obey written out, as \u001b.

    Names and reasons come from files of strangers.

    That is how JSON writes it, too, so that inside a string of JSON it means the same as before.
    """
    return _UNSEEN.sub(lambda found: f"\\u{ord(found[0]):04x}", text)
