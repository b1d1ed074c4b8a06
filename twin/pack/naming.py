"""Which properties of outlines are the id and the name of a district.

It also finds what else the properties say of it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from twin.contracts.unicode import one_form, without_hidden
from twin.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from pathlib import Path

    from twin.pack.outlines import Reading

# Properties that are taken as the id, in this order, in any case of letters.
ID_NAMES = (
    "district_id",
    "id",
    "code",
    "adcode",
    "gid",
    "geoid",
    "objectid",
    "fid",
    "ogc_fid",
)

# Properties that are taken as the name, in this order, in any case of letters.
NAME_NAMES = (
    "name",
    "district",
    "nhood",
    "neighborhood",
    "neighbourhood",
    "namelsad",
    "label",
    "title",
    "名称",
    "name_zh",
    "name_local",
    "name_en",
)
NAME_EN_NAMES = ("name_en", "name:en", "name_eng", "english_name", "en_name")


@dataclass(frozen=True)
class Area:
    """One polygon feature as it was given.

    It has its number in the file, from 1, and its geometry, sound.
    """

    number: int
    said: Mapping[str, Any]
    shape: Any


def chosen(
    areas: Sequence[Area],
    wished: str,
    fits: Callable[[Sequence[Any]], bool],
    names: Sequence[str],
    option: str,
    path: Path,
) -> str:
    """Return the property that is asked for, else the first of `names` that fits.

    Return '' if none does.
    """
    keys = list(dict.fromkeys(key for each in areas for key in each.said))
    if wished:
        if wished not in keys:
            raise UsageError(
                f"{option} is {wished[:60]!r}, which no polygon of {path.name} has.",
                fix=(
                    f"use one of {', '.join(keys[:40])}."
                    if keys
                    else "leave it out: the polygons have no properties."
                ),
            )
        return wished
    by_small = {key.casefold(): key for key in reversed(keys)}
    for name in names:
        key = by_small.get(name)
        if key is not None and fits([each.said.get(key) for each in areas]):
            return key
    return ""


def fits_id(values: Sequence[Any]) -> bool:
    """Return whether each value is an id, and not all are the same."""
    texts = [text_of(value) for value in values]
    return all(texts) and (len(texts) == 1 or len(set(texts)) > 1)


def fits_name(values: Sequence[Any]) -> bool:
    """Return whether values are names: text for most, and not all the same."""
    names = [value for value in values if isinstance(value, str) and value.strip()]
    return 2 * len(names) > len(values) and (len(values) == 1 or len(set(names)) > 1)


def wordiest(areas: Sequence[Area], id_property: str) -> str:
    """Return the property of text with the most different values that hold a letter.

    Return '' if there is none.
    """
    best, most = "", 0
    for key in dict.fromkeys(key for each in areas for key in each.said):
        values = [
            value for each in areas if isinstance(value := each.said.get(key), str)
        ]
        different = len({value for value in values if re.search(r"[^\W\d_]", value)})
        if (
            key != id_property
            and different > most
            and fits_name(values)
            and 2 * len(values) > len(areas)
        ):
            best, most = key, different
    return best


def choices(
    areas: Sequence[Area], id_property: str, name_property: str, reading: Reading
) -> list[str]:
    """Return what was taken as id and name, and how to have it otherwise."""
    others = [
        key
        for key in dict.fromkeys(key for each in areas for key in each.said)
        if key not in {id_property, name_property}
    ]
    rest = (
        " Other properties:"
        f" {', '.join(others[:12])}{' …' if len(others) > 12 else ''}."
        if others
        else ""
    )
    ids = (
        f"Ids are from the property {id_property!r}"
        if id_property
        else (
            "Ids are numbers in the order of the file: no property has a value for each"
            " outline that is called like an id"
        )
    )
    names = (
        f"names from {name_property!r}"
        if name_property
        else "names are the ids: no property holds names"
    )
    told = reading.id_property and reading.name_property
    return [
        (
            f"{ids};"
            f" {names}{'' if told else ' (--id-property and --name-property choose others)'}.{rest}"
        )
    ]


def text_of(value: Any) -> str:
    """Return a value of a property as text; '' for none."""
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    if value is None or isinstance(value, (bool, dict, list)):
        return ""
    return " ".join(one_form(without_hidden(str(value))).split())


def english(said: Mapping[str, Any]) -> str:
    """Return the English name that properties give; '' for none."""
    small = {key.casefold(): value for key, value in said.items()}
    return next(
        (text for name in NAME_EN_NAMES if (text := text_of(small.get(name)))), ""
    )


def called(said: Mapping[str, Any]) -> str:
    """Return what a sentence calls the feature of these properties, with a blank before it.

    Return '' for nothing.
    """
    small = {key.casefold(): value for key, value in said.items()}
    text = next(
        (
            text
            for name in (*NAME_NAMES, *ID_NAMES)
            if (text := text_of(small.get(name)))
        ),
        "",
    )
    return f" ({text[:60]})" if text else ""
