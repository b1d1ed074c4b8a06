"""What messengers, mails and people make of a link on its way, undone.

The fields of ours that it still holds are found.

Our own links (`View.url`) escape every sign that means something in an address, and end in
a number. So what is undone here cannot be meant by one of them.
"""

from __future__ import annotations

import re
import unicodedata
from typing import TYPE_CHECKING
from urllib.parse import parse_qsl, unquote

from twin.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Collection

# Fields of others that are near to one of ours by chance: they are ignored like all of
# others.
OTHERS = frozenset(
    {"from", "iframe", "model", "node", "code", "modes", "land", "state", "label"}
)
_AMPERSAND = re.compile(
    r"&(?:(?:amp|#0*38|#x0*26)(?:;|%3B))+|\^&|\\&|＆", re.IGNORECASE
)
_EQUALS = re.compile(r"&(?:#0*61|#x0*3d|equals)(?:;|%3B)|＝", re.IGNORECASE)
_UNSEEN = r"(?:\s|%0D|%0A|%C2%AD|%E2%80%8B|[\u00ad\u200b-\u200d\u2060\ufeff])+"

# A line that was broken between two fields.
_BROKEN = re.compile(rf"([&?＆]|%EF%BC%86|^){_UNSEEN}", re.IGNORECASE)
_WIDE_BETWEEN = r"%EF%BC%86(?:amp(?:;|%3B))*(?=(?:{names})(?:=|%EF%BC%9D))"
_WIDE_EQUALS = r"(?<![^&?])({names})%EF%BC%9D"
_DASHES = str.maketrans(dict.fromkeys("‐‑‒–—−", "-"))
_SENTENCE = "。．，、；：！？,.;:!…·"
_QUOTES = "\"'`“”‘’«»『』「」《》〈〉<>＞＜*_~\\|^"
_CLOSING = {
    ")": "(",
    "）": "（",
    "]": "[",
    "】": "【",
    "}": "{",
    "〉": "〈",
    "］": "［",
}

# How often a link may have been escaped as a whole.
_ROUNDS = 3


def fields_of(link: str, known: Collection[str]) -> list[tuple[str, str]]:
    """Return the fields of `link` that are among `known`, with their texts, in their order.

    Args:
        link: an address, or the part of one after '?'.

    Raises:
        UsageError: a field is none of ours and nearly one: it may have been meant, and
            would change the picture.
    """
    pairs = _pairs(link, known)
    found: list[tuple[str, str]] = []
    for at, (name, text) in enumerate(pairs):
        ours = _ours(name, known)
        if ours is None:
            _refuse_near(name, known)
        else:
            found.append((ours, _end(text) if at == len(pairs) - 1 else text))
    return found


def word(text: str) -> str:
    """Return a moment, a number or one of few words as it was before it was forwarded.

    Escaped twice, broken into lines, in wide letters or between quotes, it is the same.
    """
    for _ in range(_ROUNDS):
        text = unquote(text) if "%" in text else text
    shown = (
        sign
        for sign in unicodedata.normalize("NFKC", text)
        if unicodedata.category(sign) not in {"Cf", "Cc"}
    )
    # A field of others may follow that no sign of ours parts from it.
    first = re.split("[&#?]", "".join(shown))[0]
    return _end(first.translate(_DASHES).strip().lstrip(_QUOTES + "([{"))


def _pairs(
    link: str, known: Collection[str], rounds: int = _ROUNDS
) -> list[tuple[str, str]]:
    """Return the names and texts of a link, in their order.

    What adds to an address without looking puts a second '?' before its fields. A part
    without '=' may be several fields that were escaped as a whole.
    """
    found: list[tuple[str, str]] = []
    for part in re.split("[?&]", _parted(link, known).partition("#")[0]):
        if "=" not in part and "%" in part and rounds:
            found += _pairs(unquote(part), known, rounds - 1)
        else:
            found += parse_qsl(part, keep_blank_values=True)
    return found


def _parted(link: str, known: Collection[str]) -> str:
    """Return a link in which the signs between fields are written in one way."""
    names = "|".join(sorted(map(re.escape, known)))
    text = (
        _EQUALS.sub("=", _AMPERSAND.sub("&", _BROKEN.sub(r"\1", link)))
        .replace("？", "?")
        .replace("＃", "#")
    )
    text = _BROKEN.sub(r"\1", text)
    text = re.sub(_WIDE_BETWEEN.format(names=names), "&", text, flags=re.IGNORECASE)
    text = re.sub(_WIDE_EQUALS.format(names=names), r"\1=", text, flags=re.IGNORECASE)
    return (
        re.sub(r"=3D(?=\S)", "=", text)
        if re.search(r"(?<!\w)v=3D\d", text, re.IGNORECASE)
        else text
    )


def _ours(name: str, known: Collection[str]) -> str | None:
    """Return which of our fields a name means; None for none."""
    plain = _plain(name)
    for tried in (plain, re.sub(r"^(?:amp;?)+", "", plain)):
        if tried in known:
            return tried
    return None


def _plain(name: str) -> str:
    seen = (
        sign
        for sign in unicodedata.normalize("NFKC", name)
        if unicodedata.category(sign) not in {"Cf", "Cc"}
    )
    return re.sub(r"^\W+|\W+$", "", "".join(seen).replace("\\", "")).lower()


def _refuse_near(name: str, known: Collection[str]) -> None:
    """Refuse a name that is one slip away from one of ours."""
    plain = _plain(name)
    near = [
        ours
        for ours in sorted(known)
        if len(ours) > 2 and plain not in OTHERS and _is_slip(plain, ours)
    ]
    if near:
        raise UsageError(
            f"The link has a field {name[:40]!r} that no view has.",
            why="left out, it might show another picture than was meant.",
            fix=f"write it as {near[0]}, or leave it out.",
        )


def _is_slip(one: str, other: str) -> bool:
    """Return whether two words differ by one slip.

    That is one letter left out, added or changed, or two that changed places.
    """
    if one == other or abs(len(one) - len(other)) > 1:
        return one == other
    first = next(
        (n for n, (a, b) in enumerate(zip(one, other, strict=False)) if a != b),
        min(len(one), len(other)),
    )
    a, b = one[first:], other[first:]
    return (
        a[1:] == b
        or a == b[1:]
        or a[1:] == b[1:]
        or (a[:2] == b[:2][::-1] and a[2:] == b[2:])
    )


def _end(text: str) -> str:
    """Return the last text of a link without what stood after the link.

    That is a full stop, a bracket, a quote or nothing visible.
    """
    while text:
        last = text[-1]
        is_open = last in _CLOSING and text.count(_CLOSING[last]) < text.count(last)
        if not (
            is_open
            or last in _SENTENCE + _QUOTES
            or last.isspace()
            or unicodedata.category(last) in {"Cf", "Cc"}
        ):
            break
        text = text[:-1]
    return text
