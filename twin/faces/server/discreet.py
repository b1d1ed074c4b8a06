"""Where things lie on this machine is nobody's business who looks at a page.

The log tells it, no answer does.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from pathlib import Path

    from flask import Flask, Response

_TOLD = ("text/html", "application/json")


def keep_paths(server: Flask, roots: Iterable[Path]) -> None:
    """Leave folders out of the words of every answer.

    What lies in one of `roots` is named as seen from there.

    A root of one part, such as /data, tells nothing, and may well be an address of ours.
    """
    every = {
        str(found) for root in roots for found in (root.absolute(), root.resolve())
    }
    long = sorted(
        (root for root in every if root.count("/") > 1), key=len, reverse=True
    )
    swaps = [
        (said.encode(), b"")
        for root in long
        for said in dict.fromkeys((f"{root}/", json.dumps(f"{root}/")[1:-1]))
    ]
    swaps += [
        (said.encode(), json.dumps(root.rpartition("/")[2])[1:-1].encode())
        for root in long
        for said in dict.fromkeys((root, json.dumps(root)[1:-1]))
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
