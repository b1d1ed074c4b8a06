"""Add a name to a list of a TOML file, and leave the rest of the text as it is."""

from __future__ import annotations

import copy
import tomllib
from typing import TYPE_CHECKING, Any

from twin.pack.lines import line_of

if TYPE_CHECKING:
    from collections.abc import Iterator


def with_item(text: str, path: tuple[str, ...], item: str) -> str | None:
    """Return a TOML text with one more name at the end of a list; a list not there is begun.

    The new text is read again: it says what the old one said, and the name.

    Args:
        path: names from the top, of a key or of a key in a table: ('regions', 'side').

    Returns:
        None if that cannot be done without a person who looks.
    """
    try:
        wanted = copy.deepcopy(tomllib.loads(text))
        _append(wanted, path, item)
        line = line_of(text, path)
        made = _begun(text, path, item) if line is None else _longer(text, line, item)
        return made if made is not None and tomllib.loads(made) == wanted else None
    except (tomllib.TOMLDecodeError, AttributeError):
        return None


def _append(into: dict[str, Any], path: tuple[str, ...], item: str) -> None:
    *tables, key = path
    for name in tables:
        into = into.setdefault(name, {})
    into.setdefault(key, []).append(item)


def _begun(text: str, path: tuple[str, ...], item: str) -> str | None:
    """Return the text with a list of one name, below the head of its table."""
    *tables, key = path
    if len(tables) != 1:
        return None
    entry, lines = f'{key} = ["{item}"]', text.splitlines()
    head = line_of(text, tables)
    if head is None:
        lines += ["", f"[{tables[0]}]", entry]
    elif lines[head - 1].partition("#")[0].strip() == f"[{tables[0]}]":
        lines.insert(head, entry)
    else:
        return None
    return "\n".join([*lines, ""])


def _longer(text: str, line: int, item: str) -> str | None:
    """Return the text with a name before the bracket that closes the list of a line."""
    start = sum(len(each) + 1 for each in text.split("\n")[: line - 1])
    depth, last = 0, ""
    for at, sign in _signs(text, start):
        depth += (sign == "[") - (sign == "]")
        if sign == "]" and depth == 0:
            return _before(text, at, item, last)
        last = last if sign.isspace() else sign
    return None


def _before(text: str, at: int, item: str, last: str) -> str:
    """Return the text with a name before the closing bracket at `at`.

    Args:
        last: what stands before that bracket: ',' or '[' need no comma.
    """
    comma = "" if last in {",", "["} else ","
    body = text[:at].rstrip()
    if "\n" not in text[len(body) : at]:
        space = " " if last != "[" else ""
        return f'{body}{comma}{space}"{item}"{text[at:]}'
    return f'{body}{comma}\n  "{item}",\n{text[at:]}'


def _signs(text: str, start: int) -> Iterator[tuple[int, str]]:
    """Yield each sign with its place; of a string only its quotes, of a remark nothing."""
    quote, is_remark, is_bare = "", False, False
    for at in range(start, len(text)):
        sign = text[at]
        if is_bare or is_remark:
            is_remark, is_bare = is_remark and sign != "\n", False
        elif quote:
            is_bare = sign == "\\" and quote == '"'
            if sign == quote:
                quote = ""
                yield at, sign
        elif sign == "#":
            is_remark = True
        else:
            quote = sign if sign in "\"'" else ""
            yield at, sign
