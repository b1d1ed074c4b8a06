"""Where things lie on this machine is nobody's business who looks at a page.

Sentences on the terminal tell it; no answer does, and no line of the log (see `twin.logs`).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from twin import paths

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from pathlib import Path

    from flask import Flask, Response

_TOLD = ("text/html", "application/json")


def teller(roots: Iterable[Path]) -> Callable[[str], str]:
    """Return what leaves folders out of words that stand in no page, such as those of a file."""
    swaps = paths.swaps(roots)

    def tell(words: str) -> str:
        for folder, instead in swaps:
            words = words.replace(folder, instead)
        return words

    return tell


def keep_paths(server: Flask, roots: Iterable[Path]) -> None:
    """Leave folders out of the words of every answer.

    What lies in one of `roots` is named as seen from there.
    """
    swaps = [
        (there.encode(), instead.encode()) for there, instead in paths.swaps(roots)
    ]

    def told(words: bytes) -> bytes:
        for folder, instead in swaps:
            words = words.replace(folder, instead)
        return words

    def add(response: Response) -> Response:
        if response.mimetype not in _TOLD or response.direct_passthrough:
            return response
        if response.is_streamed:
            response.response = _each(response.response, told)
        else:
            response.set_data(told(response.get_data()))
        return response

    server.after_request(add)


def _each(
    pieces: Iterable[str | bytes], told: Callable[[bytes], bytes]
) -> Iterator[bytes]:
    for piece in pieces:
        yield told(piece.encode() if isinstance(piece, str) else piece)
