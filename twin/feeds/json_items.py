"""Items of a JSON file one after the other: of a list, of a list inside an object, or by line.

Only a window of the file is held, so that none is too large. Numbers stay text (`records.Number`).
"""

from __future__ import annotations

import codecs
import json
import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, BinaryIO, NoReturn

from twin.errors import ContractError
from twin.feeds.records import MAX_RECORD, Number, Twice, unreadable

if TYPE_CHECKING:
    from pathlib import Path

ONE_A_LINE = (".ndjson", ".jsonl", ".geojsonl", ".geojsons", ".geojsonseq")
_CHUNK = 1024 * 1024
_SPACE = re.compile(r"[ \t\r\n]*")

# What may stand between the items of a sequence; RFC 8142 has a record separator before
# each.
_BETWEEN = re.compile(r"[ \t\r\n\x1e]*")


@dataclass
class Outline:
    """What stands around the items; filled while they are read.

    Attributes:
        shape: 'list', 'object' (its list `name` holds the items), 'one' (an object that is the only
            item), 'lines'.
        members: the other members of the outermost object.
    """

    shape: str = ""
    name: str = ""
    members: dict[str, Any] = field(default_factory=dict[str, Any])


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    made = dict(pairs)
    return made if len(made) == len(pairs) else Twice(made)


def _constant(word: str) -> Number | None:
    """NaN is how programs write a number that is not there."""
    return None if word == "NaN" else Number(word)


# A line break inside a text, which JSON forbids and programs write, can mean only itself.
_DECODER = json.JSONDecoder(
    object_pairs_hook=_object,
    parse_float=Number,
    parse_int=Number,
    parse_constant=_constant,
    strict=False,
)


def read_items(path: Path, lists: Collection[str], outline: Outline) -> Iterator[Any]:
    """Read the file at `path` and answer its items.

    Args:
        lists: which members of an outermost object hold items.
        outline: is filled; whole at the end.

    Raises:
        ContractError: the file is missing, not JSON, not UTF-8, cut off, or one item is larger than
            MAX_RECORD.
    """
    try:
        with path.open("rb") as file:
            yield from _items(
                _Window(path.name, file),
                path.suffix.lower() in ONE_A_LINE,
                lists,
                outline,
            )
    except OSError as error:
        raise unreadable(path, error) from error


def _items(
    window: _Window, is_lines: bool, lists: Collection[str], outline: Outline
) -> Iterator[Any]:
    window.begin()
    first = window.peek(_BETWEEN)
    if not first:
        raise ContractError(f"{window.name} is empty.", fix="export it again.")
    if is_lines or window.has_lines():
        outline.shape = "lines"
        while window.peek(_BETWEEN):
            yield window.value()
        return
    if first == "[":
        outline.shape = "list"
        yield from window.listed()
    elif first == "{":
        outline.shape = "one"
        yield from _members(window, lists, outline)
    else:
        window.off(f"it begins with {first!r}")
    if window.peek():
        window.off("something stands behind its end")


def _members(
    window: _Window, lists: Collection[str], outline: Outline
) -> Iterator[Any]:
    for name in window.members():
        if name in outline.members or name == outline.name:
            window.off(f"{name!r} is given twice")
        if name in lists and window.peek() == "[" and not outline.name:
            outline.shape, outline.name = "object", name
            yield from window.listed()
        else:
            outline.members[name] = window.value()
    if outline.shape == "one":
        yield outline.members


@dataclass
class _Window:
    """A part of the file as text, and a place in it."""

    name: str
    file: BinaryIO
    text: str = ""
    at: int = 0
    line: int = 1
    n_bytes: int = 0
    is_end: bool = False
    decoder: codecs.IncrementalDecoder = field(
        default_factory=codecs.getincrementaldecoder("utf-8")
    )

    def begin(self) -> None:
        """Read the first bytes, without the mark that some programs put before them."""
        head = self.file.read(4)
        if (found := json.detect_encoding(head)) not in {"utf-8", "utf-8-sig"} and head:
            raise ContractError(
                f"{self.name} is {found.upper()}.",
                why="JSON is exchanged in UTF-8.",
                fix="save it as UTF-8.",
            )
        self.file.seek(3 if found == "utf-8-sig" else 0)
        self.n_bytes = self.file.tell()

    def more(self, at_least: int = 0) -> bool:
        """Move the window on; answer whether there was more to read."""
        if self.is_end:
            return False
        self.line += self.text.count("\n", 0, self.at)
        self.text, self.at = self.text[self.at :], 0
        chunk = self.file.read(max(_CHUNK, at_least))
        self.is_end = not chunk
        held = len(self.decoder.getstate()[0])
        try:
            self.text += self.decoder.decode(chunk, final=self.is_end)
        except UnicodeDecodeError as error:
            self._no_letter(error, self.n_bytes - held)
        self.n_bytes += len(chunk)
        return not self.is_end

    def _no_letter(self, error: UnicodeDecodeError, begin: int) -> NoReturn:
        before = error.object[: error.start]
        line = self.line + self.text.count("\n") + before.count(b"\n")
        raise ContractError(
            f"{self.name}, line {line}: it is not UTF-8, byte {begin + error.start + 1}"
            f" (0x{error.object[error.start]:02x}) does not fit.",
            why=(
                "in the wrong encoding names and addresses would turn to noise; no row"
                " was taken."
            ),
            fix="save it as UTF-8.",
        ) from error

    def peek(self, space: re.Pattern[str] = _SPACE) -> str:
        """Return the next letter that is no space, '' at the end, and stand before it."""
        while True:
            found = space.match(self.text, self.at)
            self.at = found.end() if found else self.at
            if self.at < len(self.text):
                return self.text[self.at]
            if not self.more():
                return ""

    def value(self) -> Any:
        """Read one value from here on, and stand behind it."""
        self.peek()
        while True:
            try:
                made, end = _DECODER.raw_decode(self.text, self.at)
            except json.JSONDecodeError as error:
                self._longer(error)
                continue
            except RecursionError:
                self.off("it has objects inside of objects without an end")
            # A number may go on behind the window.
            if end == len(self.text) and self.more():
                continue
            self.at = end
            return made

    def _longer(self, error: json.JSONDecodeError) -> None:
        """Read on, since the value may only not be there as a whole yet."""
        held = len(self.text) - self.at
        if held > MAX_RECORD:
            raise ContractError(
                f"{self.name}, line {self.line_here(self.at)}: an item that begins here"
                f" has more than {MAX_RECORD // 1_000_000} million letters, or is no"
                f" JSON ({error.msg}).",
                why="no order is that long; no row was taken.",
                fix="export the file again.",
            )
        if not self.more(held):
            raw = error.pos if error.doc is self.text else self.at
            self.off(error.msg, raw)

    def listed(self) -> Iterator[Any]:
        """Return the values of the list that begins here, and stand behind it."""
        self.at += 1
        if self.peek() == "]":
            self.at += 1
            return
        while True:
            yield self.value()
            if self._next("]"):
                return

    def members(self) -> Iterator[str]:
        """Return the names in the object that begins here, each when its value is next."""
        self.at += 1
        if self.peek() == "}":
            self.at += 1
            return
        while True:
            if self.peek() != '"':
                self.off("a name should stand here")
            name = str(self.value())
            if self.peek() != ":":
                self.off("a colon should stand here")
            self.at += 1
            yield name
            if self._next("}"):
                return

    def _next(self, close: str) -> bool:
        """Pass a comma, or `close` and answer True."""
        found = self.peek()
        if found not in {",", close}:
            self.off(f"a comma or {close} should stand here")
        self.at += 1
        return found == close

    def has_lines(self) -> bool:
        """Return whether items are marked as a sequence, or the first line is all of an object."""
        if "\x1e" in self.text[: self.at]:
            return True
        while (end := self.text.find("\n", self.at)) < 0:
            if len(self.text) - self.at > MAX_RECORD or not self.more():
                return False
        try:
            made, stop = _DECODER.raw_decode(self.text, self.at)
        except (json.JSONDecodeError, RecursionError):
            return False
        if not isinstance(made, dict) or stop > end or self.text[stop:end].strip():
            return False
        while not self.text[end:].strip():
            moved = self.at
            if len(self.text) - moved > MAX_RECORD or not self.more():
                return False
            end -= moved
        return self.text[end:].lstrip()[0] in "{\x1e"

    def line_here(self, at: int) -> int:
        """Return the line of the file that the letter `at` of the window is in, from 1."""
        return self.line + self.text.count("\n", 0, at)

    def off(self, what: str, at: int | None = None) -> NoReturn:
        """Refuse the file for what stands here, or at the letter `at` of the window."""
        line = self.line_here(self.at if at is None else at)
        raise ContractError(
            f"{self.name}, line {line}: this is no JSON ({what}).",
            why=(
                "where its records end is unknown, and the file may be cut off; no row"
                " was taken."
            ),
            fix="export the file again.",
        )
