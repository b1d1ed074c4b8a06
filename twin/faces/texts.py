"""What the faces say, from Project Fluent files: the faces' own and one pair beside each layer."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from fluent.runtime import FluentBundle, FluentResource

LANGUAGES = ("zh-CN", "en")
DASH = "—"
_OWN = Path(__file__).with_name("messages")


@dataclass(frozen=True)
class Texts:
    """The messages of one language.

    Attributes:
        lang: 'zh-CN' or 'en'.
    """

    lang: str
    _bundle: FluentBundle

    def say(self, key: str, **values: str | float) -> str:
        """Answer the message `key` with `values` filled in; an unknown key answers itself, so that nothing goes blank."""
        if not key or not self._bundle.has_message(key):
            return key
        pattern = self._bundle.get_message(key).value
        text, _errors = self._bundle.format_pattern(pattern, values) if pattern else (key, [])
        return str(text)

    def has(self, key: str) -> bool:
        """Answer whether there is a message `key`."""
        return self._bundle.has_message(key)

    def name(self, row: Mapping[str, object], column: str = "name") -> str:
        """Answer the name of a row that has `name` and `name_en`, in this language.

        A row without one is called by what it is, its `kind`, or by a dash.
        """
        english = row.get(f"{column}_en") if self.lang == "en" else None
        found = english or row[column]
        if found is not None:
            return str(found)
        key = f"row-{row.get('kind')}"
        return self.say(key) if self.has(key) else DASH


def load_texts(lang: str, folders: Iterable[Path]) -> Texts:
    """Read the messages of `lang` from the faces' folder and `folders` (one per layer)."""
    bundle = FluentBundle([lang], use_isolating=False)
    for folder in (_OWN, *folders):
        path = folder / f"{lang}.ftl"
        if path.is_file():
            bundle.add_resource(_parsed(path.read_text(encoding="utf-8")))
    return Texts(lang, bundle)


@lru_cache(maxsize=128)
def _parsed(text: str) -> Any:
    """Return the messages of a file: reading them takes a quarter of a second for all, and every export does it."""
    return FluentResource(text)
