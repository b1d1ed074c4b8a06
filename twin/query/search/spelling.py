"""How a name may be typed: as it is written, in pinyin, by the initials of it, or by its id.

Each character is read in every way that it has (长 is chang and zhang): who types one of them means
it. A word that is typed is the whole of each syllable or its initial, and of the last as much as
one has typed so far: 武昌区 is wuchangqu, wuchq, wcq, wuch.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from enum import IntEnum
from functools import lru_cache

from pypinyin import Style, pinyin

# Names that are spelled once; a city of a million names would read some anew.
_MOST_KEPT = 65_536
_HAN = re.compile(r"[\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]")

# Letters of a reading that begins in the middle of a name: two of them are in nearly every list.
_LEAST_INSIDE = 3

# Initials that are written with two letters; one of them is enough.
_DOUBLE = ("zh", "ch", "sh")


@dataclass(frozen=True)
class Syllable:
    """A character as it is read.

    Attributes:
        sounds: all its readings.
        initials: the first letter of each.
        parts: what may be typed of it before the next one: a reading, or its initial.
    """

    sounds: tuple[str, ...]
    initials: frozenset[str]
    parts: tuple[str, ...]

    @classmethod
    def of(cls, sounds: tuple[str, ...]) -> Syllable:
        """Return a character of these readings."""
        initials = frozenset(sound[:1] for sound in sounds)
        double = {sound[:2] for sound in sounds if sound[:2] in _DOUBLE}
        return cls(sounds, initials, tuple({*sounds, *initials, *double}))


class Fit(IntEnum):
    """How well a name fits what was typed; the least is the best."""

    WHOLE = 0
    BEGINS = 1
    INSIDE = 2


@dataclass(frozen=True)
class Spelled:
    """A name as it can be typed.

    Attributes:
        written: the name and its names in other languages, in plain letters without spaces.
        words: words of them in Latin letters.
        syllables: by character, how it is read; what is not Chinese is read as it is written.
    """

    written: tuple[str, ...]
    words: tuple[str, ...]
    syllables: tuple[Syllable, ...]

    def fit(self, typed: str) -> Fit | None:
        """Return how well it fits what was typed, in plain letters; None if not at all."""
        if typed in self.written:
            return Fit.WHOLE
        begins = any(each.startswith(typed) for each in self.written)
        if begins or (self.syllables and self._is_read(typed, 0)):
            return Fit.BEGINS
        inside = any(word.startswith(typed) for word in self.words)
        is_part = not typed.isascii() and any(typed in each for each in self.written)
        if inside or is_part:
            return Fit.INSIDE
        later = range(1, len(self.syllables) if len(typed) >= _LEAST_INSIDE else 0)
        return Fit.INSIDE if any(self._is_read(typed, at) for at in later) else None

    def _is_read(self, typed: str, at: int) -> bool:
        """Return whether `typed` is how the name is read from its syllable `at` on."""
        if typed[0] not in self.syllables[at].initials:
            return False
        ends = {0}
        for syllable in self.syllables[at:]:
            rests = [typed[end:] for end in ends]
            if any(
                sound.startswith(rest) for sound in syllable.sounds for rest in rests
            ):
                return True
            ends = {
                end + len(part)
                for part in syllable.parts
                for end in ends
                if typed.startswith(part, end)
            }
            if not ends:
                return False
        return False


@lru_cache(_MOST_KEPT)
def plain(text: str) -> str:
    """Return a text in the letters that are compared: small, without accents, signs and spaces.

    Full-width letters are plain ones, ü is v as keyboards have it.
    """
    small = unicodedata.normalize("NFKC", text).casefold().replace("ü", "v")
    parts = unicodedata.normalize("NFKD", small)
    kept = (sign for sign in parts if unicodedata.category(sign)[0] in "LN")
    return unicodedata.normalize("NFC", "".join(kept))


@lru_cache(_MOST_KEPT)
def spelled(*names: str) -> Spelled:
    """Return how something of these names can be typed; the first is the one that is read."""
    latin = [
        word
        for name in names
        for word in re.split(r"[\s\-·,/()（）]+", name)
        if word and not _HAN.search(word)
    ]
    return Spelled(
        tuple(filter(None, map(plain, names))),
        tuple(filter(None, map(plain, latin))),
        _syllables(names[0]) if names else (),
    )


def _syllables(name: str) -> tuple[Syllable, ...]:
    if not _HAN.search(name):
        return ()
    found: list[Syllable] = []
    read = pinyin(name, style=Style.NORMAL, heteronym=True)
    for readings in read:
        sounds = [each for each in map(plain, readings) if each]
        # lü is typed as lv or as lu.
        sounds += [each.replace("v", "u") for each in sounds if "v" in each]
        if sounds:
            found.append(Syllable.of(tuple(dict.fromkeys(sounds))))
    return tuple(found)
