"""One form for what is written in several.

The same letters by another spelling of Unicode are the same name.

An accent may be a letter of its own after its base (NFD, as some file systems and exports write it)
or one with it (NFC). Nobody sees a difference, and a key that differs only so would be two things.
"""

from __future__ import annotations

import re
import unicodedata
from typing import TypeVar

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

# Texts looked at together: their letters are held once more meanwhile.
_PIECE = 65_536

_Texts = TypeVar("_Texts", bound=pa.Array)

# Letters that show nothing and mean nothing in any script, as a class of an expression:
# zero-width spaces, soft hyphens, marks of direction.
HIDDEN = (
    "\u00ad\u061c\u180e\u200b\u200e\u200f\u202a-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb"
)

_HIDDEN = re.compile(f"[{HIDDEN}\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")


def without_hidden(text: str) -> str:
    """Return `text` without letters that nobody sees, nor signs that steer machines."""
    return _HIDDEN.sub("", text)


def one_form(text: str) -> str:
    """Return `text` in NFC."""
    return unicodedata.normalize("NFC", text)


def in_one_form(texts: _Texts) -> _Texts:
    """Return texts (an array of `string`) in NFC, nulls as they are.

    If that changes nothing, it is the very same array.
    """
    pieces = [texts.slice(start, _PIECE) for start in range(0, len(texts), _PIECE)]
    made = [
        piece if _is_in_one_form(piece) else pc.utf8_normalize(piece, form="NFC")
        for piece in pieces
    ]
    if all(
        new is old or new.equals(old) for new, old in zip(made, pieces, strict=True)
    ):
        return texts
    return pa.concat_arrays(made)


def _is_in_one_form(texts: pa.Array) -> bool:
    """Return whether all texts surely are in NFC.

    Each part of a text in NFC is in NFC, so they are looked at as one.

    That is many times cheaper than to write a million texts anew, of which most often none changes.
    """
    return unicodedata.is_normalized("NFC", letters_of(texts))


def letters_of(texts: pa.Array) -> str:
    """Return the letters of n texts (an array of `string`), one text after the other."""
    _, ends, letters = texts.buffers()
    if ends is None or letters is None:
        return ""
    at = np.frombuffer(memoryview(ends), np.int32, texts.offset + len(texts) + 1)
    joined = letters[int(at[texts.offset]) : int(at[-1])].to_pybytes()
    return joined.decode(errors="replace")
