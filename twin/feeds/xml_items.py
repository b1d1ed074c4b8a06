"""Items of an XML file one after the other. No entity and no document type is ever looked at."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from xml.etree.ElementTree import ParseError

from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import DefusedXMLParser

from twin.errors import ContractError
from twin.feeds.records import MAX_RECORD, unreadable

if TYPE_CHECKING:
    from pathlib import Path

# The elements of an item by their names, and why it cannot be used ('' if it can).
Item = tuple[dict[str, Any], str]
_CHUNK = 64 * 1024
_MAX_DEPTH = 64

# End of the attribute that says that an element holds nothing.
_NIL = "XMLSchema-instance}nil"


@dataclass
class Passed:
    """What stands around the items; whole at the end.

    Attributes:
        root: name of the outermost element.
        others: how many elements of other names stand beside the items.
    """

    root: str = ""
    others: Counter[str] = field(default_factory=Counter[str])


def read_items(path: Path, roots: Mapping[str, str], passed: Passed) -> Iterator[Item]:
    """Read the file at `path`: text by name, an object for elements inside, a list of what repeats.

    Args:
        roots: name of the outermost element to the name of the items in it.

    Raises:
        ContractError: the file is missing, not XML, cut off, declares a document type, or is of
            another root.
    """
    target = _Target(path.name, roots, passed)
    parser: Any = DefusedXMLParser(target=target, forbid_dtd=True)
    # expat: its words go to the target without a detour, a third faster.
    told = parser.parser
    told.StartElementHandler, told.EndElementHandler = target.start, target.end
    told.CharacterDataHandler = target.data
    try:
        with path.open("rb") as file:
            while chunk := file.read(_CHUNK):
                _fed(path.name, parser, chunk)
                yield from target.taken()
        _fed(path.name, parser, None)
        yield from target.taken()
    except OSError as error:
        raise unreadable(path, error) from error


def _fed(name: str, parser: Any, chunk: bytes | None) -> None:
    """Give the parser a piece of the file, or its end."""
    try:
        if chunk is None:
            parser.close()
        else:
            parser.feed(chunk)
    except ParseError as error:
        raise ContractError(
            f"{name}, line {error.position[0]}: this is no XML"
            f" ({str(error).partition(':')[0]}).",
            why=(
                "the file may be cut off, or in another encoding than it says; no row"
                " was taken."
            ),
            fix="export the file again.",
        ) from error
    except DefusedXmlException as error:
        raise ContractError(
            f"{name}, line {_line(parser)}: it declares a document type or entities,"
            " which are not read.",
            why="with them a small file can fill the memory or fetch others.",
            fix="export it without <!DOCTYPE …>.",
        ) from error
    except (LookupError, ValueError) as error:
        raise ContractError(
            f"{name}, line {_line(parser)}: its encoding is not understood ({error}).",
            fix="save it as UTF-8.",
        ) from error


def _line(parser: Any) -> int:
    return int(parser.parser.CurrentLineNumber)


def _is_nil(attributes: Sequence[str]) -> bool:
    """Return whether one of the attributes, name and value in turn, says that there is nothing."""
    pairs = zip(attributes[::2], attributes[1::2], strict=True)
    return any(name.endswith(_NIL) and value in {"true", "1"} for name, value in pairs)


@dataclass
class _Element:
    name: str
    is_nil: bool
    text: list[str] = field(default_factory=list[str])
    inside: dict[str, Any] = field(default_factory=dict[str, Any])


class _Target:
    """Is told what stands in the file, and keeps whole items until they are taken."""

    def __init__(self, name: str, roots: Mapping[str, str], passed: Passed) -> None:
        self.name, self.roots, self.passed = name, roots, passed
        self.items: list[Item] = []
        self.open: list[_Element] = []
        self.letters = 0
        self.fault = ""

    def taken(self) -> list[Item]:
        """Hand over the items that are whole."""
        items, self.items = self.items, []
        return items

    def start(self, tag: str, attributes: Sequence[str]) -> None:
        """Begin an element."""
        name = tag.rpartition("}")[2]
        if not self.open:
            self.passed.root = name
            if name not in self.roots:
                raise ContractError(
                    f"{self.name} holds no service requests, but <{name[:60]}>.",
                    fix="export <service_requests>, as GeoReport v2 has it.",
                )
        if len(self.open) == _MAX_DEPTH:
            raise ContractError(
                f"{self.name} has elements inside of elements without an end.",
                fix="export the file again.",
            )
        self._hold(len(name))
        self.open.append(_Element(name, bool(attributes) and _is_nil(attributes)))

    def data(self, text: str) -> None:
        """Add text to the element that is open."""
        self._hold(len(text))
        if len(self.open) > 1:
            self.open[-1].text.append(text)

    def end(self, _tag: str) -> None:
        """End an element; one of the items is whole then."""
        ended = self.open.pop()
        if len(self.open) > 1:
            self._add(self.open[-1].inside, ended)
        elif self.open:
            if ended.name == self.roots[self.passed.root]:
                self._value(ended)
                self.items.append((ended.inside, self.fault))
            else:
                self.passed.others[ended.name] += 1
            self.letters, self.fault = 0, ""

    def close(self) -> None:
        """End the file."""

    def _hold(self, letters: int) -> None:
        self.letters += letters
        if self.letters > MAX_RECORD:
            raise ContractError(
                f"{self.name} has a request of more than {MAX_RECORD // 1_000_000}"
                " million letters.",
                why="no order is that long; no row was taken.",
                fix="export the file again.",
            )

    def _add(self, inside: dict[str, Any], ended: _Element) -> None:
        value = self._value(ended)
        if ended.name not in inside:
            inside[ended.name] = value
        elif isinstance(inside[ended.name], list):
            inside[ended.name].append(value)
        else:
            inside[ended.name] = [inside[ended.name], value]

    def _value(self, ended: _Element) -> Any:
        text = "".join(ended.text)
        if ended.inside:
            if not text.isspace() and text:
                self.fault = f"<{ended.name}> has text between its elements"
            return ended.inside
        return None if ended.is_nil else text
