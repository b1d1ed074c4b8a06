"""Cells of orders, tidied a column at a time.

What nobody sees and what spreadsheets add makes no other text of a text.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from twin.contracts.unicode import HIDDEN, in_one_form, letters_of, one_form

# Fields that are people's own words; all others are numbers, names, moments and words of a
# list.
FREE_TEXT = ("title", "details", "address")

# They shape words of some scripts, and emoji; in a number or name they are noise.
_JOINERS = (
    "\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180d\u200c\u200d\u2800\u3164"
    "\ufe00-\ufe0f\uffa0\U000e0000-\U000e0fff"
)
_CONTROL = "\x00-\x08\x0b\x0c\x0e-\x1f\x7f"
_UNSEEN, _UNSEEN_IN_CODES = (
    f"[{HIDDEN}{_CONTROL}]",
    f"[{HIDDEN}{_JOINERS}{_CONTROL}\t\r\n]",
)
_ANY = re.compile(_UNSEEN_IN_CODES)
_QUOTES = '"“”„＂'
_TEXT_MARK = rf"^[=＝] ?[{_QUOTES}](.*)[{_QUOTES}]$"
_MARKED = re.compile(f"[=＝] ?[{_QUOTES}]")
_APOSTROPHES = "'‘’＇`´"
_DASH = re.compile("[\u2010-\u2015\u2212]")

# A number as a spreadsheet shows it with a comma after each thousand.
_GROUPED = r"^\d{1,3}(,\d{3})+(\.0+)?$"
_TOO_NARROW = "###"
_ERRORS = (
    "#REF!",
    "#DIV/0!",
    "#VALUE!",
    "#NAME?",
    "#NUM!",
    "#N/A",
    "#NULL!",
    "#SPILL!",
    "#CALC!",
    "#GETTING_DATA",
)
_WIDE = re.compile("[\u3000\uff01-\uff5e]")
_TO_WIDE = {code: code + 0xFEE0 for code in range(0x21, 0x7F)}


def tidied(
    cells: pa.StringArray, field: str, null_words: Sequence[str]
) -> pa.StringArray:
    """Return n texts in NFC without invisible signs and outer spaces.

    An empty cell is ''.

    A leading apostrophe and ="…" are marks by which a spreadsheet keeps a text a text; they
    are no part of it, nor are quotes around a number or name. In numbers of orders letters,
    digits and dashes of another form are the plain ones.

    Args:
        field: one of `FIELDS`, the meaning of the column.
        null_words: words in small letters that stand for an empty cell.
    """
    is_free = field in FREE_TEXT
    texts = in_one_form(pc.fill_null(cells, ""))
    letters = letters_of(texts)
    if _ANY.search(letters):
        texts = pc.replace_substring_regex(
            texts, pattern=_UNSEEN if is_free else _UNSEEN_IN_CODES, replacement=""
        )
    texts = pc.utf8_trim_whitespace(texts)
    if ("=" in letters or "＝" in letters) and _MARKED.search(letters):
        texts = pc.utf8_trim_whitespace(
            pc.replace_substring_regex(texts, pattern=_TEXT_MARK, replacement=r"\1")
        )
    # Only where it keeps a spreadsheet from running people's words.
    if is_free and "'" in letters:
        texts = pc.replace_substring_regex(
            texts, pattern=r"^'([=+\-@])", replacement=r"\1"
        )
    if not is_free:
        texts = _bare(texts, letters)
    if field == "event_id":
        texts = _as_number(texts, letters)
    is_null = pc.is_in(
        pc.utf8_lower(texts), value_set=pa.array(_in_both_widths(tuple(null_words)))
    )
    return pc.if_else(is_null, "", texts)


def _bare(texts: pa.StringArray, letters: str) -> pa.StringArray:
    """Return numbers and names without apostrophes before them and quotes around them."""
    if any(mark in letters for mark in _APOSTROPHES):
        texts = pc.replace_substring_regex(
            texts, pattern=f"^[{_APOSTROPHES}]+", replacement=""
        )
    if '"' in letters:
        texts = pc.replace_substring_regex(
            texts, pattern=r'^"+([^"]*)"+$', replacement=r"\1"
        )
        texts = pc.utf8_trim_whitespace(texts)
    return texts


def _as_number(texts: pa.StringArray, letters: str) -> pa.StringArray:
    """Return numbers of orders in the one form that different programs write differently."""
    if _WIDE.search(letters):
        texts = pc.utf8_trim_whitespace(pc.utf8_normalize(texts, form="NFKC"))
    if _DASH.search(letters):
        texts = pc.replace_substring_regex(
            texts, pattern=_DASH.pattern, replacement="-"
        )
    if "," in letters:
        plain = pc.replace_substring(texts, pattern=",", replacement="")
        texts = pc.if_else(pc.match_substring_regex(texts, _GROUPED), plain, texts)
    if ".0" in letters:  # a program kept it as a fraction
        texts = pc.replace_substring_regex(
            texts, pattern=r"^(\d+)\.0+$", replacement=r"\1"
        )
    return texts


@lru_cache(64)
def _in_both_widths(words: tuple[str, ...]) -> list[str]:
    """Return words in small letters, and the same of double width."""
    wide = [word.translate(_TO_WIDE) for word in words]
    return list(dict.fromkeys([*words, *wide]))


def heading(name: str) -> str:
    """Return the name of a column in NFC without what nobody sees, with single spaces."""
    return " ".join(one_form(_ANY.sub("", re.sub(r"\s", " ", name))).split())


def errors(texts: pa.StringArray, field: str, column: str) -> dict[int, str]:
    """Find cells that hold a spreadsheet's error, or a formula, as text.

    Return, by index, why the row is refused.

    What people wrote may begin as a formula does; it is never run.
    """
    found = np.asarray(
        pc.is_in(pc.utf8_upper(texts), value_set=pa.array(_ERRORS)).to_numpy(
            zero_copy_only=False
        ),
        np.bool_,
    )
    said = {
        at: f"{column}: the cell holds the error {texts[at].as_py()}"
        for at in np.flatnonzero(found).tolist()
    }
    hashes = np.asarray(
        pc.starts_with(texts, _TOO_NARROW).to_numpy(zero_copy_only=False), np.bool_
    )
    narrow = [
        at for at in np.flatnonzero(hashes).tolist() if set(texts[at].as_py()) == {"#"}
    ]
    said |= {
        at: (
            f"{column}: the cell shows only {texts[at].as_py()!r}: its column was too"
            " narrow when the file was saved; widen it, and save again"
        )
        for at in narrow
    }
    if field not in FREE_TEXT:
        formulas = np.asarray(
            pc.starts_with(texts, "=").to_numpy(zero_copy_only=False), np.bool_
        )
        said |= {
            at: f"{column}: {texts[at].as_py()!r} is a formula, not its result"
            for at in np.flatnonzero(formulas).tolist()
        }
    return said


def is_given(texts: pa.StringArray) -> npt.NDArray[np.bool_]:
    """Return whether each of n texts is not empty."""
    return np.asarray(pc.not_equal(texts, "").to_numpy(zero_copy_only=False), np.bool_)
