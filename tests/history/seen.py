"""What stands on a face, read from its markup as a browser would.

It finds figures, rows and stages, and knows nothing of how they are made.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from html.parser import HTMLParser

VOID = {"br", "hr", "img", "input", "meta", "link", "wbr"}


@dataclass
class Node:
    """One element: tag, attributes, and what is in it."""

    tag: str
    attributes: dict[str, str]
    inside: list[Node | str] = field(default_factory=list["Node | str"])

    @property
    def text(self) -> str:
        """All that is read in it."""
        return "".join(
            each if isinstance(each, str) else each.text for each in self.inside
        )

    def all(self, tag: str = "", **attributes: str) -> Iterator[Node]:
        """Return the elements in it, in order.

        They are of a tag, and have the attributes named (`data_id` for `data-id`), of
        any value if ''.
        """
        wanted = {
            name.replace("_", "-").rstrip("-"): value
            for name, value in attributes.items()
        }
        for each in self.inside:
            if isinstance(each, str):
                continue
            has_all = all(
                name in each.attributes and value in {"", each.attributes[name]}
                for name, value in wanted.items()
            )
            if tag in {"", each.tag} and has_all:
                yield each
            yield from each.all(tag, **attributes)


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.open = [Node("", {})]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        node = Node(tag, {name: value or "" for name, value in attrs})
        self.open[-1].inside.append(node)
        if tag not in VOID:
            self.open.append(node)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop().tag == tag

    def handle_data(self, data: str) -> None:
        self.open[-1].inside.append(data)


def read(markup: str) -> Node:
    """The elements of a piece of HTML."""
    reader = _Reader()
    reader.feed(markup)
    reader.close()
    assert len(reader.open) == 1
    return reader.open[0]


def number(text: str) -> int | None:
    """A whole number as it is written; a dash is unknown."""
    return None if text.strip() == "—" else int(text.replace(",", ""))
