"""Name a new layer where layers are named: in a pack's city.toml, and on its page at /."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from twin.errors import UsageError
from twin.pack.pages import SHIPPED, place
from twin.scaffold.toml_text import with_item

if TYPE_CHECKING:
    from twin.scaffold.layer import Made

# The page at /, in the pack that has it; else the one that ships with the product.
_PAGE = Path("pages", "city.toml")


@dataclass(frozen=True)
class Named:
    """Where a layer was named.

    Attributes:
        files: that were changed, or written.
        left: a sentence for each line that is left to add by hand.
    """

    files: tuple[Path, ...]
    left: tuple[str, ...]


def ensure_unnamed(root: Path, name: str) -> None:
    """Refuse a layer that a pack names already.

    Raises:
        UsageError: its city.toml names one of that id.
    """
    try:
        said = tomllib.loads((root / "city.toml").read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return  # what is off with it is for `twin city check` to say
    named = said.get("layers", [])
    if name in [str(each).rpartition(":")[2] for each in named]:
        raise UsageError(
            f"{root.name}/city.toml names a layer {name!r} already.",
            fix="choose another name.",
        )


def name_in(root: Path, made: Made) -> Named:
    """Name a layer in the pack in the folder `root`, and its panel and figure on the page at /.

    A pack without such a page gets a copy of the shipped one, which takes its place.
    """
    own = root / _PAGE
    page = own if own.is_file() else SHIPPED / _PAGE
    edits = [
        (root / "city.toml", root / "city.toml", _of_city(made)),
        (page, own, _of_page(made)),
    ]
    files: list[Path] = []
    left: list[str] = []
    for source, path, items in edits:
        if _edited(source, path, items):
            files.append(path)
        else:
            left += _sentences(path, items)
    return Named(tuple(files), tuple(left))


def by_hand(made: Made) -> tuple[str, ...]:
    """Return the lines to add in a city, of which none was named."""
    page = f"{_PAGE} (if the pack has none, a copy of {SHIPPED.name}/{_PAGE})"
    return (
        *(_sentence("city.toml", each) for each in _of_city(made)),
        *(_sentence(page, each) for each in _of_page(made)),
    )


_Item = tuple[tuple[str, ...], str]


def _of_city(made: Made) -> tuple[_Item, ...]:
    return ((("layers",), made.name),)


def _of_page(made: Made) -> tuple[_Item, ...]:
    return (("regions", "side"), made.panel), (("legend", made.id), made.figure)


def _edited(source: Path, path: Path, items: tuple[_Item, ...]) -> bool:
    """Write `source` with some names more to `path`; return False if that cannot be done."""
    try:
        text: str | None = source.read_text(encoding="utf-8")
        for keys, item in items:
            text = text and with_item(text, keys, item)
        if not text:
            return False
        path.parent.mkdir(exist_ok=True)
        path.write_text(text, encoding="utf-8")
    except (OSError, UnicodeDecodeError):
        return False
    return True


def _sentences(path: Path, items: tuple[_Item, ...]) -> list[str]:
    return [_sentence(place(path), each) for each in items]


def _sentence(where: str, item: _Item) -> str:
    *tables, key = item[0]
    under = f", under [{tables[0]}]" if tables else ""
    return f'To show it, in {where}{under}: {key} = [… "{item[1]}"]'
