"""The base map's archive, in parts: a browser asks for the bytes of a tile, and gets no more.

A part is read when it is asked for. The whole is sent piece by piece, so that an archive of
gigabytes takes no room in memory.
"""

from __future__ import annotations

import os
from contextlib import contextmanager
from typing import TYPE_CHECKING, BinaryIO

from flask import Response, abort, jsonify, request
from werkzeug.datastructures import ContentRange

from twin import pmtiles
from twin.errors import PackError

if TYPE_CHECKING:
    from collections.abc import Generator, Iterator

    from twin.city import BaseMap, City

KIND = "application/vnd.pmtiles"
NAME = "base.pmtiles"

# Bytes of one part. Who asks for more is given the first of it, and told so, as HTTP allows.
MOST_OF_PART = 8 << 20
_PIECE = 256 << 10
_FOREVER = "private, max-age=31536000, immutable"


def url(city_id: str, base: BaseMap) -> str:
    """Return the address of the archive as it is now.

    Raises:
        PackError: it cannot be read, is cut, or is another than the city was loaded with.
    """
    now = pmtiles.read(base.path)
    if (now.kind, now.bounds) != (base.kind, base.bounds):
        raise PackError(
            f"{base.path.name} is another archive than before.",
            fix="start the server again, which checks it.",
        )
    with _opened(base) as (_, _, tag):
        return f"/pack/{city_id}/{NAME}?{tag}"


def part(city: City, name: str) -> Response:
    """Return the part of the archive that is asked for; all of it where no part is.

    An address that does not name the file as it is now has none.
    """
    base = city.base if name == city.id else None
    if base is None:
        abort(404)
    with _opened(base) as (file, size, tag):
        if request.query_string != tag.encode():
            abort(404)
        response = _answer(base, file, size, tag)
    response.headers["Accept-Ranges"] = "bytes"
    if response.status_code < 400:
        response.headers["Cache-Control"] = _FOREVER
        response.set_etag(tag)
        response.make_conditional(request)
    return response


def _answer(base: BaseMap, file: BinaryIO, size: int, tag: str) -> Response:
    if not is_part(request.headers.get("Range", "")) or not _is_of(tag):
        whole = Response(_pieces(base, tag), mimetype=KIND)
        whole.content_length = size
        return whole
    span = _span(size)
    if span is None:
        return _beyond(size)
    start, stop = span[0], min(span[1], span[0] + MOST_OF_PART)
    content = os.pread(file.fileno(), stop - start, start)
    if len(content) < stop - start:
        raise _changed(base)
    found = Response(content, 206, mimetype=KIND)
    found.content_range = ContentRange("bytes", start, stop, size)
    return found


def is_part(said: str) -> bool:
    """Return whether a header `Range` is one that is heard here: others ask for the whole."""
    return said.startswith("bytes=")


def _span(size: int) -> tuple[int, int] | None:
    """Return which bytes are wanted, first and the one after the last.

    Return None for none of the file, for several parts, and for words that mean none.
    """
    asked = request.range
    if asked is None or len(asked.ranges) != 1:
        return None
    first, after = asked.ranges[0]
    first = max(size + first, 0) if first < 0 else first
    after = size if after is None else min(after, size)
    return (first, after) if first < after else None


def _is_of(tag: str) -> bool:
    """Return whether a part is wanted of this file, and not the whole of any other."""
    if "If-Range" not in request.headers:
        return True
    return request.if_range.etag == tag


def _beyond(size: int) -> Response:
    answer = jsonify(
        error="RangeNotSatisfiable",
        what=f"The archive has {size:,} bytes, and none of those that are asked for.",
        why="",
        fix="load the page again.",
    )
    answer.status_code = 416
    answer.content_range = ContentRange("bytes", None, None, size)
    return answer


def _pieces(base: BaseMap, tag: str) -> Iterator[bytes]:
    """Yield the file, opened when it is sent: no answer that is not sent holds it open."""
    with _opened(base) as (file, size, now):
        if now != tag:
            raise _changed(base)
        file.seek(0)
        sent = 0
        while sent < size:
            piece = file.read(min(_PIECE, size - sent))
            if not piece:
                raise _changed(base)
            sent += len(piece)
            yield piece


@contextmanager
def _opened(base: BaseMap) -> Generator[tuple[BinaryIO, int, str]]:
    """Open the archive; give the file, its size, and what it is known by."""
    try:
        file = base.path.open("rb")
    except OSError as error:
        raise PackError(
            f"{base.path.name} cannot be read: {error.strerror}.",
            why="the map is drawn without it.",
            fix=f"put the archive back at {base.path}.",
        ) from error
    with file:
        there = os.fstat(file.fileno())
        tag = pmtiles.tag(file, there.st_size, there.st_mtime_ns)
        yield file, there.st_size, tag


def _changed(base: BaseMap) -> PackError:
    return PackError(
        f"{base.path.name} changed while it was read.", fix="load the page again."
    )
