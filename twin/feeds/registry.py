"""The feeds of a city: which of them run, how each is made, and what is off with them.

In city.toml, `[feeds] run` lists the names of feeds that `twin run` drives. `[feeds.NAME]`
holds the settings of one; its key `feed` names the module that it is made by, and may be
left out where that has the feed's own name. A module is the name of one under
`twin/feeds`, or `package:entry` for an entry point of the group `twin.feeds`.
"""

from __future__ import annotations

import importlib
import pkgutil
import re
from dataclasses import replace
from difflib import get_close_matches
from typing import TYPE_CHECKING, Any, NoReturn, cast

from twin.errors import PackError
from twin.feeds.feed import FeedType
from twin.pack.lines import line_of
from twin.pack.schema import check
from twin.plugins import plugged

if TYPE_CHECKING:
    from collections.abc import Mapping

    from twin.city import City
    from twin.feeds.feed import Feed

GROUP = "twin.feeds"

# Keys of [feeds] that are no feed: which feeds run, and how exports of orders are read.
RUN, MAPPING = "run", "work_orders"

# Settings of every feed.
_COMMON = ("feed", "status")
_NAME = re.compile(r"\w+(-\w+)*(:\w+)?")


def running(city: City) -> tuple[str, ...]:
    """Return the names of the feeds that the city runs, in its order.

    Raises:
        PackError: `[feeds] run` is no list of names, or one stands twice.
    """
    given: Any = _sections(city).get(RUN, [])
    names = cast("list[Any]", given) if isinstance(given, list) else [given]
    where = f"{_place(city, RUN)}: run"
    for name in names:
        if not isinstance(name, str) or not _NAME.fullmatch(name):
            raise PackError(
                f"{where} names {name!r}.",
                fix='list names of feeds, as in run = ["simulated", "orders"].',
            )
        if names.count(name) > 1:
            raise PackError(
                f"{where} names {name!r} twice.",
                fix="keep one; two feeds of one module have sections of two names.",
            )
    return tuple(names)


def load_feed(city: City, name: str, over: Mapping[str, Any] | None = None) -> Feed:
    """Make the feed that the city calls `name`. Only its own module is imported.

    Args:
        over: settings that stand above those of its section.

    Raises:
        PackError: there is no such feed, its settings are off, or it cannot be made. The
            sentence names the line of city.toml.
    """
    made_by, settings = _type_of(city, name), _settings(city, name) | dict(over or {})
    if off := _off(city, name, made_by, settings, over or {}):
        n = len(off) - 1
        more = f"{n} more {'thing is' if n == 1 else 'things are'} off." if n else ""
        raise PackError(off[0], why=more)
    where = _place(city, name)
    own = {key: value for key, value in settings.items() if key not in _COMMON}
    try:
        return made_by.open(name, own, city)
    except PackError as error:
        raise PackError(
            f"{where}: {error.what}", why=error.why, fix=error.fix
        ) from error
    except Exception as error:
        raise PackError(
            f"{where}: the feed {name!r} cannot be made.",
            why=f"{type(error).__name__}: {error}",
            fix="mend it, or take it out of what runs.",
        ) from error


def faults(city: City) -> list[str]:
    """Return a sentence for each thing that is off with the city's feeds.

    Those that have a section are looked at, and those that run.
    """
    found: list[str] = []
    names = [name for name in _sections(city) if name not in (RUN, MAPPING)]
    try:
        names += [name for name in running(city) if name not in names]
    except PackError as error:
        found.append(_sentence(error))
    for name in names:
        try:
            made_by, settings = _type_of(city, name), _settings(city, name)
            if off := _off(city, name, made_by, settings, {}):
                found += off
            else:
                load_feed(city, name)
        except PackError as error:
            found.append(_sentence(error))
    return found


def _sections(city: City) -> Mapping[str, Any]:
    return cast("Mapping[str, Any]", city.settings.get("feeds", {}))


def _settings(city: City, name: str) -> dict[str, Any]:
    section = _sections(city).get(name, {})
    if not isinstance(section, dict):
        raise PackError(
            f"{_place(city, name)}: {name} is {section!r}, not a section.",
            fix=f"write [feeds.{name}], and its settings below.",
        )
    return cast("dict[str, Any]", section)


def _type_of(city: City, name: str) -> FeedType:
    """Return what the feed `name` is made by."""
    word = _settings(city, name).get("feed", name)
    where = _place(city, name, "feed")
    if not isinstance(word, str) or not _NAME.fullmatch(word):
        raise PackError(
            f"{where}: feed is {word!r}.",
            fix="name a module of twin/feeds, or 'package:entry' of another package.",
        )
    if word == MAPPING:
        where = _place(city, RUN) if name == MAPPING else where
        raise PackError(
            f"{where}: {MAPPING} says how exports are read, and is no feed that runs.",
            fix='name a folder of them: feed = "orders_folder", folder = "…".',
        )
    found = _plugged(where, word) if ":" in word else _own(city, where, word)
    if not isinstance(found, FeedType):
        raise PackError(f"{where}: {word!r} is no feed.", fix=_meant(city, word))
    return found


def _own(city: City, where: str, word: str) -> object:
    """Return what the module `word` of twin/feeds has as its feed."""
    module = f"{GROUP}.{word}"
    try:
        return getattr(importlib.import_module(module), "FEED", None)
    except ModuleNotFoundError as error:
        if error.name != module:  # it is there, and lacks something
            _broken(where, word, error)
        raise PackError(
            f"{where}: there is no feed {word!r}.", fix=_meant(city, word)
        ) from error
    except Exception as error:  # noqa: BLE001  (whatever a module may raise)
        _broken(where, word, error)


def _plugged(where: str, word: str) -> object:
    """Return what another package offers as `word`."""
    package, _, entry = word.partition(":")
    try:
        found = plugged(GROUP, word)
    except Exception as error:  # noqa: BLE001  (whatever a strange module may raise)
        _broken(where, word, error)
    if found is None:
        raise PackError(
            f"{where}: there is no feed {word!r}.",
            why=f"no installed package {package!r} offers {entry!r} in {GROUP}.",
            fix="install the package, or name another feed.",
        )
    return found


def _broken(where: str, word: str, error: Exception) -> NoReturn:
    raise PackError(
        f"{where}: the feed {word!r} cannot be loaded.",
        why=f"{type(error).__name__}: {error}",
        fix="mend it, or take it out of what runs.",
    ) from error


def _meant(city: City, word: str) -> str:
    known = [
        module.name
        for module in pkgutil.iter_modules(importlib.import_module(GROUP).__path__)
        if isinstance(
            getattr(importlib.import_module(f"{GROUP}.{module.name}"), "FEED", None),
            FeedType,
        )
    ]
    own = [name for name in _sections(city) if name not in (RUN, word)]
    if near := get_close_matches(word.lower(), [*own, *known], 1, 0.7):
        return f"write {near[0]}."
    return f"use {', '.join(known)}, or 'package:entry' of an installed package."


def _off(
    city: City,
    name: str,
    made_by: FeedType,
    settings: Mapping[str, Any],
    over: Mapping[str, Any],
) -> list[str]:
    """Return a sentence for each setting that is off, with the line that it stands on."""
    schema = {
        key: setting for key, setting in made_by.settings.items() if key not in _COMMON
    }
    found: list[str] = []
    for key, value in settings.items():
        if key == "feed":
            continue
        where = "--set" if key in over else _place(city, name, key)
        # One at a time, for its line; those that are missing are said once, below.
        known = (
            {key: schema[key]}
            if key in schema
            else {
                each: replace(setting, needed=False) for each, setting in schema.items()
            }
        )
        found += check(f"{where}: [feeds.{name}]", {key: value}, known)
    return found + [
        f"{_place(city, name)}: [feeds.{name}] lacks {key}, which it needs."
        for key, setting in schema.items()
        if setting.needed and key not in settings
    ]


def _place(city: City, *path: str) -> str:
    """Return file and line of the first of these that is there: a key, its section, `run`."""
    try:
        text = (city.root / "city.toml").read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError):
        return "city.toml"  # it was read a moment ago, and is gone
    sections = _sections(city)
    if path[0] not in sections and path[0] not in sections.get(RUN, ()):
        return "--feed"  # named by a command alone
    for names in (("feeds", *path), ("feeds", path[0]), ("feeds", RUN)):
        if line := line_of(text, names):
            return f"city.toml, line {line}"
    return "city.toml"


def _sentence(error: PackError) -> str:
    """Return an error in one sentence."""
    parts = [part.rstrip(".") for part in (error.what, error.why, error.fix) if part]
    return f"{'; '.join(parts)}."
