"""What the faces say, from Project Fluent files: the faces' own and one pair beside each layer."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from fluent.runtime import FluentBundle, FluentResource

from twin.faces.rules import DASH
from twin.json_kinds import is_object
from twin.pack import defaults

if TYPE_CHECKING:
    from twin.city import City

LANGUAGES = ("zh-CN", "en")
_OWN = Path(__file__).with_name("messages")


@dataclass(frozen=True)
class Texts:
    """The messages of one language.

    Attributes:
        lang: 'zh-CN' or 'en'.
    """

    lang: str
    _bundle: FluentBundle

    def keys_of(self, folder: Path) -> list[str]:
        """Return the keys of the messages that stand in `folder`, in their order."""
        path = folder / f"{self.lang}.ftl"
        if not path.is_file():
            return []
        return [
            entry.id.name
            for entry in _parsed(path.read_text(encoding="utf-8")).body
            if hasattr(entry, "id")
        ]

    def say(self, key: str, **values: str | float) -> str:
        """Return the message `key` with `values` filled in.

        An unknown key answers itself, so that nothing goes blank.
        """
        if not key or not self._bundle.has_message(key):
            return key
        pattern = self._bundle.get_message(key).value
        text, _errors = (
            self._bundle.format_pattern(pattern, values) if pattern else (key, [])
        )
        return str(text)

    def has(self, key: str) -> bool:
        """Return whether there is a message `key`."""
        return self._bundle.has_message(key)

    def attribute(self, key: str, what: str) -> str:
        """Return what is told of the figure named by the message `key`; '' where nothing is.

        Args:
            what: 'means', 'unknown' (when there is no value, and what stands in its place),
                'n' (of what it is told, such as cases) or 'unit'.
        """
        if not self._bundle.has_message(key):
            return ""
        pattern = self._bundle.get_message(key).attributes.get(what)
        return "" if pattern is None else str(self._bundle.format_pattern(pattern)[0])

    def name(self, row: Mapping[str, object], column: str = "name") -> str:
        """Return the name of a row that has `name` and `name_en`, in this language.

        A row without one is called by what it is, its `kind`, or by a dash.
        """
        english = row.get(f"{column}_en") if self.lang == "en" else None
        found = english or row[column]
        if found is not None:
            return str(found)
        key = f"row-{row.get('kind')}"
        return self.say(key) if self.has(key) else DASH


def load_texts(lang: str, folders: Iterable[Path], city: City | None = None) -> Texts:
    """Read the messages of `lang` from the faces' folder and `folders` (one per layer).

    Args:
        city: gives its own words for the levels of an event, which then stand beside the levels; in
            words that are not the city's, a level would be called what another one is
            called there. It also says what the targets that it assumes rest on.
    """
    bundle = FluentBundle([lang], use_isolating=False)
    for folder in (_OWN, *folders):
        path = folder / f"{lang}.ftl"
        if path.is_file():
            bundle.add_resource(_parsed(path.read_text(encoding="utf-8")))
    texts = Texts(lang, bundle)
    own = {} if city is None else _own_levels(city)
    named = [
        _message(
            f"priority-{level}",
            texts.say("priority-own", level=level, words="/".join(words)),
        )
        for level, words in own.items()
    ]
    named += _numbers(defaults.SECTIONS if city is None else city.settings)
    rest_on = None if city is None else city.settings.get("targets")
    if is_object(rest_on) and lang in rest_on:
        named.append(_message("reference-basis", str(rest_on[lang])))
    bundle.add_resource(FluentResource("".join(named)), allow_overrides=True)
    return texts


def _numbers(settings: Mapping[str, Mapping[str, object]]) -> list[str]:
    """Return a message for each number that decides what counts as one, as the pack has it.

    `pack-bike_clusters-eps_m` says "8"; of what is in seconds `…-window_min` has minutes.
    """
    told = {
        f"pack-{section}-{name}": value
        for section in ("incidents", "bike_clusters")
        for name, value in settings[section].items()
        if isinstance(value, (int, float))
    }
    minutes = {
        f"{name.removesuffix('_s')}_min": value / 60
        for name, value in told.items()
        if name.endswith("_s")
    }
    return [_message(name, f"{value:g}") for name, value in (told | minutes).items()]


def _own_levels(city: City) -> dict[int, list[str]]:
    """Return the words by which the city's own orders call each level, in the order of the pack."""
    orders = city.settings.get("feeds", {}).get("work_orders", {})
    given: object = (
        cast("dict[str, object]", orders).get("priorities")
        if isinstance(orders, dict)
        else None
    )
    found: dict[int, list[str]] = {}
    for word, level in (
        cast("dict[str, int]", given).items() if isinstance(given, dict) else ()
    ):
        found.setdefault(level, []).append(str(word))
    return found


def _message(key: str, text: str) -> str:
    """Return a message that says `text`, whatever signs are in it."""
    safe = text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", " ")
    return f'{key} = {{ "{safe}" }}\n'


@lru_cache(maxsize=128)
def _parsed(text: str) -> Any:
    """Return the messages of a file.

    Reading them takes a quarter of a second for all, and every export does it.
    """
    return FluentResource(text)
