"""What is not for everybody's eyes: telephone and identity numbers, plates, e-mail addresses.

What is found in a text is replaced by a mark that keeps nothing of it, so that nothing can be put
together again from two texts, and that needs no translation. Digits of every script count,
full-width ones too, whatever sign or space of no width parts them.

What looks like none of these stays: order numbers, moments, coordinates, house numbers, prices.
Two choices follow from that. A number of seven to ten digits in one piece may be an order's as
well: it is masked only behind a word such as "tel" or 电话. A number of 18 digits is a person's if
it holds a province and a birthday; with a birthday from 2020 on its check digit must be right too,
since order numbers are put together of an area code, a day and a serial number.
"""

from __future__ import annotations

import hashlib
import json
import re
import sys
import unicodedata
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import lru_cache
from typing import Any, cast, overload

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.types as pt

from twin.errors import PackError

__all__ = ["MARK", "Mask", "check_mask", "read_mask"]

# Stands for what was taken out, whatever it was.
MARK = "•••"

_PROVINCES = frozenset(
    map(
        str,
        (
            *range(11, 16),
            *range(21, 24),
            *range(31, 38),
            *range(41, 47),
            *range(50, 55),
            *range(61, 66),
            71,
            81,
            82,
            83,
            91,
        ),
    )
)
_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_CHECK_DIGITS = "10X98765432"
_EVERY_BIRTHDAY_BEFORE = 2020
_OF_PLATES = "京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼"

_SIGNS = {"＠": "@", "＋": "+", "．": ".", "（": "(", "）": ")", "：": ":"}
_DASHES = "－﹣‐‑‒–—―−"
_SPACES = "\t\r\n\u3000\u00a0\u2002\u2003\u2009\u202f\u200b\u200c\u200d\u2060\ufeff"

# Each letter, digit and sign of another form to the one that the rules speak of, one for
# one.
_PLAIN = str.maketrans(
    _SIGNS
    | dict.fromkeys(_DASHES, "-")
    | dict.fromkeys(_SPACES, " ")
    | {chr(at + 0xFEE0): chr(at) for at in (*range(0x41, 0x5B), *range(0x61, 0x7B))}
    | {
        chr(at): str(digit)
        for at in range(0x80, sys.maxunicode + 1)
        if (digit := unicodedata.decimal(chr(at), None)) is not None
    }
)

# What a text holds in which any rule finds something (RE2): most cost no more than this
# look.
_WORTH_A_LOOK = (
    r"(?:\p{Nd}[^\p{Nd}]{0,4}){6}\p{Nd}|[@＠]|"
    rf"[{_OF_PLATES}].?[A-Za-zＡ-Ｚａ-ｚ].?[A-Za-z\p{{Nd}}Ａ-Ｚａ-ｚ]{{4}}"
)

# Where rules may find something, and how many characters before and after it they look at.
_LOOKS = (
    (re.compile(r"\d(?:\D{0,4}\d){6,}"), 16, 2, ("phone", "identity_number")),
    (re.compile("[@＠]"), 80, 640, ("email",)),
    (re.compile(rf"[{_OF_PLATES}].?[A-Za-zＡ-Ｚａ-ｚ]"), 0, 9, ("plate",)),
)

_DAY = re.compile(
    r"(?<!\d)(?:19|20)\d\d[- ](?:0?[1-9]|1[0-2])[- ](?:[12]\d|3[01]|0?[1-9])"
)
_DECIMALS = re.compile(r"\d{1,3}\.\d+(?:[- ]+\d{1,3}\.\d+)*")
_COMPACT_DAY = re.compile(r"(?:19|20)\d\d(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])")


def _is_mobile(found: re.Match[str]) -> bool:
    """Return whether groups of digits are those of one number: not a room, then a day."""
    groups = re.findall(r"\d+", found["n"])
    is_split = all(len(group) == 1 for group in groups)
    return (is_split or len(groups[0]) >= 3) and not _DAY.search(found["n"])


def _is_landline(found: re.Match[str]) -> bool:
    is_dated = found["gap"] != "-" and _COMPACT_DAY.fullmatch(found["own"])
    return not is_dated and not _DAY.search(found["own"])


def _is_abroad(found: re.Match[str]) -> bool:
    """Return whether a number after "+" is a telephone's: not coordinates, nor a zone and a day."""
    number = found["n"]
    if _DECIMALS.fullmatch(number) or _DAY.search(number):
        return False
    first, *others = re.findall(r"\d+", number)
    n = len(first) + sum(map(len, others))
    return n == 11 if number[0] in "17" else len(first) > 1


def _is_named(found: re.Match[str]) -> bool:
    return not (_DAY.match(found["mask"]) or _COMPACT_DAY.fullmatch(found["mask"]))


def _is_persons(found: re.Match[str]) -> bool:
    """Return whether digits are an identity number: a province, a birthday, and a check digit."""
    given = re.sub(r"\D", "", found["n"][:-1]) + found["n"][-1].upper()
    born = given[6:14] if len(given) == 18 else f"19{given[6:12]}"
    if given[:2] not in _PROVINCES or not "1880" < born[:4] < "2100":
        return False
    try:
        date(int(born[:4]), int(born[4:6]), int(born[6:]))
    except ValueError:
        return False
    if len(given) == 15 or int(born[:4]) < _EVERY_BIRTHDAY_BEFORE:
        return True
    sum_of = sum(
        weight * int(digit) for weight, digit in zip(_WEIGHTS, given[:17], strict=True)
    )
    return _CHECK_DIGITS[sum_of % 11] == given[17]


_Rule = tuple[re.Pattern[str], Callable[[re.Match[str]], bool]]

# By kind: what may be one, in plain signs, and a test of it; of a group `mask` only that
# goes.
_RULES: Mapping[str, tuple[_Rule, ...]] = {
    "email": (
        (
            re.compile(
                r"(?<![A-Za-z0-9À-ɏ._%+-])[A-Za-z0-9À-ɏ._%+-]{1,64}"
                r"@(?:[A-Za-z0-9À-ɏ-]{1,63}\.){1,8}[A-Za-zÀ-ɏ]{2,24}"
            ),
            lambda _: True,
        ),
    ),
    "identity_number": (
        (
            re.compile(
                r"(?<!\d)(?P<n>[1-9](?:[- ]?\d){16}[- ]?[\dXx]|[1-9]\d{5}[- ]?\d{6}[-"
                r" ]?\d{3})(?!\d)"
            ),
            _is_persons,
        ),
    ),
    "phone": (
        (
            re.compile(  # a mobile of China: 138 1234 5678, +86 13812345678
                r"(?<!\d)(?<!\d\d\.)(?:\(?(?:\+|00)?86\)?[- ]{0,2})?"
                r"(?P<n>1[- ]{0,2}[3-9](?:[- ]{0,2}\d){9}|1[3-9]\d\.\d{4}\.\d{4})(?!\d)"
            ),
            _is_mobile,
        ),
        (
            re.compile(  # a line of China, with its area code: 027-87654321-802
                r"(?<!\d)(?<!\d\d\.)\(?(?:(?:\+|00)86[-"
                r" ]?)?\(?0?(?:(?<=0)|(?<=86)|(?<=86[- ]))"
                r"(?:10|2\d|[3-9]\d\d)\)?(?P<gap>[- ]{0,2})(?P<own>[2-8]\d{2,3}[-"
                r" ]?\d{3,4})"
                r"(?:(?:-|转 ?)\d{1,6})?(?!\d)"
            ),
            _is_landline,
        ),
        (
            re.compile(  # an extension behind a number of the same town: 87654321转802
                r"(?<!\d)(?P<n>[2-8]\d{2,3}[- ]?\d{4} ?转接? ?\d{1,6})(?!\d)"
            ),
            lambda _: True,
        ),
        (
            re.compile(  # any country: +44 (0)20 7946 0958
                r"(?<!\d)(?:\+|00(?=[1-9]\d{0,2}[- ]))[( ]?"
                r"(?P<n>[1-9](?:[-(). ]{0,4}\d){6,14})(?!\.?\d)"
            ),
            _is_abroad,
        ),
        (
            re.compile(  # North America: (212) 555-0123, 212.555.0123
                r"(?<!\d)(?<!\d[.-])(?:1[-. ])?(?:\([2-9]\d\d\)[- ]?|[2-9]\d\d[-. ])"
                r"[2-9]\d\d[-. ]\d{4}(?![.-]?\d)"
            ),
            lambda _: True,
        ),
        (
            re.compile(  # what a word says to be one
                r"(?:电话|手机|座机|固话|联系方式|致电|来电|传真"
                r"|(?<![A-Za-z])(?:telephone|phone|tel|mobile|cell|call|fax))"
                r"[-.: 是为号(]{0,4}(?P<mask>\d(?:[- ]?\d){6,12})(?!\d)",
                re.IGNORECASE,
            ),
            _is_named,
        ),
    ),
    "plate": (
        (
            re.compile(
                rf"[{_OF_PLATES}] ?[A-HJ-NP-Z][·•・.\-"
                r" ]?(?=[A-Z]*\d)[A-HJ-NP-Z0-9]{4}"
                r"(?:[挂学警港澳]|[A-HJ-NP-Z0-9]{1,2}(?![A-Z0-9]))",
                re.IGNORECASE,
            ),
            lambda _: True,
        ),
    ),
}


@dataclass(frozen=True)
class Mask:
    """Takes out of texts what is not for everybody's eyes.

    Attributes:
        kinds: names of the rules that hold: phone, identity_number, plate, email.
        patterns: a city's own rules, by name, as regular expressions of RE2.
    """

    kinds: tuple[str, ...] = tuple(_RULES)
    patterns: Mapping[str, str] = field(default_factory=dict[str, str])

    @property
    def sha256(self) -> str:
        """Return a hash of the rules: with another one, other texts may come out."""
        rules = [rule.pattern for kind in self.kinds for rule, _ in _RULES[kind]]
        said = json.dumps([MARK, rules, sorted(self.patterns.items())])
        return hashlib.sha256(said.encode()).hexdigest()

    def text(self, text: str) -> str:
        """Return `text` with a mark for whatever a rule finds."""
        if not self.patterns:
            return _masked(text, self.kinds)
        whole = text.encode(errors="replace").decode()  # half a letter is none to Arrow
        return cast("str", self.texts(pa.array([whole], pa.string()))[0].as_py())

    @overload
    def texts(self, texts: pa.StringArray) -> pa.StringArray: ...
    @overload
    def texts(self, texts: pa.Array) -> pa.Array: ...
    @overload
    def texts(self, texts: pa.ChunkedArray) -> pa.ChunkedArray: ...
    def texts(self, texts: pa.Array | pa.ChunkedArray) -> pa.Array | pa.ChunkedArray:
        """Return texts (an array of `string`, in chunks or not) with marks, nulls as they are.

        The very same array if no rule finds anything. A million short texts cost about 0.2 s, and
        some 20 us more for each that may hold a number, an address or a plate.
        """
        if isinstance(texts, pa.ChunkedArray):
            given = texts.chunks
            parts = [self.texts(part) for part in given]
            is_same = all(new is old for new, old in zip(parts, given, strict=True))
            return texts if is_same else pa.chunked_array(parts, texts.type)
        made = texts
        for pattern in self.patterns.values():
            made = pc.replace_substring_regex(made, pattern=pattern, replacement=MARK)
        found: list[int] = []
        if self.kinds:
            found = pc.indices_nonzero(
                pc.match_substring_regex(made, _WORTH_A_LOOK)
            ).to_pylist()
        looked_at = made.take(pa.array(found, pa.int64())).to_pylist()
        masked = [_masked(text, self.kinds) for text in looked_at]
        if masked != looked_at:
            is_one = np.zeros(len(made), dtype=np.bool_)
            is_one[found] = True
            made = pc.replace_with_mask(
                made, pa.array(is_one), pa.array(masked, made.type)
            )
        return texts if made.equals(texts) else made

    def columns(self, rows: pa.Table, names: Collection[str]) -> pa.Table:
        """Return rows with marks in the columns of text that `names` names.

        The other columns stay as they are.
        """
        for at, field_of in enumerate(rows.schema):
            if field_of.name in names and pt.is_string(field_of.type):
                rows = rows.set_column(at, field_of, self.texts(rows.column(at)))
        return rows

    def json(self, text: str) -> str:
        """Return JSON with marks in its texts and numbers; what is no JSON is taken as a text.

        The name of a column counts as a word before its value: "电话": "87654321".
        """
        try:
            given = json.loads(text)
        except ValueError:
            return self.text(text)
        masked = self._within(given)
        return text if masked == given else json.dumps(masked, ensure_ascii=False)

    def _within(self, given: Any, name: str = "") -> Any:
        """Return a value out of JSON, masked all through; `name` is the column it stands in."""
        if isinstance(given, dict):
            return {
                self.text(key): self._within(value, key)
                for key, value in cast("dict[str, Any]", given).items()
            }
        if isinstance(given, list):
            return [self._within(value, name) for value in cast("list[Any]", given)]
        if given is None or isinstance(given, bool):
            return given
        said = str(given)
        masked = self.text(said)
        if (
            masked == said
            and self.text(f"{name}: {said}") != f"{self.text(name)}: {said}"
        ):
            masked = MARK
        return given if masked == said else masked


_MAY_HOLD = re.compile(rf"[\d@＠{_OF_PLATES}]")


@lru_cache(8_192)
def _masked(text: str, kinds: tuple[str, ...]) -> str:
    """Return `text` with a mark for each find; again, until what is left holds nothing."""
    if not _MAY_HOLD.search(text):
        return text
    while spans := _spans(text, kinds):
        made, at = "", 0
        for start, end in spans:
            if start >= at:
                made += text[at:start] + MARK
            at = max(at, end)
        text = made + text[at:]
    return text


def _spans(text: str, kinds: tuple[str, ...]) -> list[tuple[int, int]]:
    """Return where rules find something in a text, in order; they may overlap."""
    found: list[tuple[int, int]] = []
    for look, before, after, of in _LOOKS:
        rules = [rule for kind in of if kind in kinds for rule in _RULES[kind]]
        for seen in look.finditer(text):
            begin = max(0, seen.start() - before)
            plain = text[begin : seen.end() + after].translate(_PLAIN)
            for rule, is_one in rules:
                spans = [
                    match.span("mask" if match.lastgroup == "mask" else 0)
                    for match in rule.finditer(plain)
                    if is_one(match)
                ]
                found += [(begin + start, begin + end) for start, end in spans]
                if any(
                    start <= seen.start() - begin and end >= seen.end() - begin
                    for start, end in spans
                ):
                    break  # nothing of it is left for the other rules
    return sorted(found)


def read_mask(settings: Mapping[str, Any]) -> Mask:
    """Read the section [mask] of city.toml: each kind true or false, all true if not said.

    Args:
        settings: sections of city.toml by name.

    Raises:
        PackError: the section says something that cannot be followed.
    """
    given = settings.get("mask", {})
    if not isinstance(given, Mapping):
        raise _off(f"mask is {given!r}, not a section", "write [mask].")
    said = cast("Mapping[str, Any]", given)
    for name, value in said.items():
        if name not in (*_RULES, "patterns"):
            raise _off(
                f"[mask] has {name!r}", f"use {', '.join(_RULES)}, and patterns."
            )
        if name != "patterns" and not isinstance(value, bool):
            raise _off(f"[mask] {name} is {value!r}", "write true or false.")
    patterns: Any = said.get("patterns", {})
    if not isinstance(patterns, Mapping):
        raise _off(
            f"[mask] patterns is {patterns!r}, not a section",
            'write patterns = {name = "expression"}.',
        )
    own = cast("Mapping[str, Any]", patterns)
    for name, pattern in own.items():
        _check_pattern(name, pattern)
    return Mask(tuple(kind for kind in _RULES if said.get(kind, True)), dict(own))


def check_mask(settings: Mapping[str, Any]) -> list[str]:
    """Return a sentence if the section [mask] cannot be followed by `read_mask`."""
    try:
        read_mask(settings)
    except PackError as error:
        return [error.what]
    return []


def _check_pattern(name: str, pattern: Any) -> None:
    """Refuse what is no expression, and what finds nothing or the mark itself: it never ends."""
    if not isinstance(pattern, str):
        raise _off(
            f"[mask] patterns.{name} is {pattern!r}, not text",
            "write it between quotes.",
        )
    try:
        finds = pc.match_substring_regex(pa.array(["", MARK]), pattern).to_pylist()
    except (pa.ArrowInvalid, UnicodeError) as error:
        why = str(error).removeprefix("Invalid regular expression: ")
        raise _off(
            f"[mask] patterns.{name} is no regular expression ({why})",
            "see RE2's syntax; it has no look-ahead or look-behind.",
        ) from error
    if any(finds):
        raise _off(
            f"[mask] patterns.{name} finds"
            f" {'nothing at all' if finds[0] else 'the mark'}",
            "make it find at least one sign of what is to be masked.",
        )


def _off(what: str, fix: str) -> PackError:
    return PackError(f"city.toml: {what}; {fix}")
