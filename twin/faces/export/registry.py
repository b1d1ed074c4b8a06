"""The formats that there are, in the order in which they are written."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING

from twin.errors import ExportError, UsageError
from twin.faces.export import csv, jsonl, png, xlsx
from twin.faces.export.format import Format
from twin.plugins import offered

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

# Tables come first: they lie there already if a browser hangs over the picture.
FORMATS: Mapping[str, Format] = MappingProxyType(
    {each.name: each for each in (xlsx.FORMAT, csv.FORMAT, jsonl.FORMAT, png.FORMAT)}
)

# What is written where nobody says.
USUAL = ("png", "xlsx", "csv")

# Entry points of other packages: `package:name` is the one called `name` of the
# distribution `package`.
GROUP = "twin.formats"


def read_formats(text: str) -> tuple[str, ...]:
    """Return the formats that `text` names, parted by commas, each once.

    Raises:
        UsageError: it names none, or one that is not there.
    """
    parts = (part.strip() for part in text.split(","))
    found = tuple(dict.fromkeys(part for part in parts if part))
    ensure_there(found)
    return found


def ensure_there(names: Sequence[str]) -> None:
    """Refuse names of formats of which one is not there; nothing is loaded.

    Raises:
        UsageError: there is no such format, or no name.
    """
    usable = f"use {', '.join(FORMATS)}, or package:name of an installed package."
    if not names:
        raise UsageError("No format is named, so nothing would be written.", fix=usable)
    for name in sorted(set(names) - set(FORMATS)):
        if offered(GROUP, name) is None:
            package, colon, own = name.partition(":")
            raise UsageError(
                f"There is no format {name[:60]!r}.",
                why=(
                    f"no installed package {package[:30]!r} offers a format {own[:30]!r}."
                    if colon
                    else ""
                ),
                fix=usable,
            )


def in_order(names: Sequence[str]) -> list[str]:
    """Return `names` in the order in which they are written, each once: ours come first."""
    ours = [name for name in FORMATS if name in names]
    return ours + [name for name in dict.fromkeys(names) if name not in FORMATS]


def load_format(name: str) -> Format:
    """Return the format called `name`; one of another package is imported now.

    Raises:
        ExportError: it is not there, cannot be loaded, or is no format.
    """
    if name in FORMATS:
        return FORMATS[name]
    fix = f"mend the package {name.partition(':')[0]!r}, or leave the format out."
    point = offered(GROUP, name)
    if point is None:
        raise ExportError(f"There is no format {name!r} any more.", fix=fix)
    try:
        found: object = point.load()
    except Exception as error:  # code of somebody else: it may fail in any way
        raise ExportError(
            f"The format {name!r} cannot be loaded.",
            why=f"{type(error).__name__}: {error}",
            fix=fix,
        ) from error
    if not isinstance(found, Format):
        raise ExportError(
            f"The format {name!r} is a {type(found).__name__}, not a Format.",
            why="a Format has a name, a suffix and write().",
            fix=fix,
        )
    if found.name != point.name:
        raise ExportError(
            f"The format {name!r} calls itself {found.name!r}.",
            why="a brief would name it in two ways.",
            fix=fix,
        )
    return found
