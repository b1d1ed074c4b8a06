"""The plain routes: what is newest, a layer's rows, the pack's geography, health."""

from __future__ import annotations

import hashlib
import logging
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

from dash.exceptions import DependencyException
from flask import Response, abort, jsonify, request
from werkzeug.exceptions import HTTPException, MethodNotAllowed, NotFound

from twin.clock import to_text
from twin.errors import LakeError, PackError, TwinError
from twin.faces import formatting
from twin.faces.freshness import freshness
from twin.faces.hills import hills
from twin.faces.server import archive
from twin.faces.shade import KINDS, Shade, shade
from twin.layer import Shading

if TYPE_CHECKING:
    from datetime import datetime

    from flask import Flask

    from twin.city import City
    from twin.clock import Clock
    from twin.query import QueryService, Status

ARROW = "application/vnd.apache.arrow.stream"
_SAID = {
    404: "There is nothing at this address.",
    405: "This address is not asked in this way.",
    500: "The server failed; its log says how.",
}
_log = logging.getLogger("twin.server")
# What the shade of hills is called among roles; it is made of heights, not of an outline.
HILLS = "hills"
_FOREVER = "private, max-age=31536000, immutable"


def add_routes(server: Flask, service: QueryService, city: City, clock: Clock) -> None:
    """Add `/api/snapshot`, `/data/…`, `/pack/…` and `/healthz` to `server`."""

    def newest() -> Response:
        return _newest(service, clock)

    def rows(layer: str, name: str) -> Response:
        return _rows(service, layer, name)

    def geography(name: str, role: str) -> Response:
        return _geography(city, name, role)

    def shaded(name: str, role: str) -> Response:
        return _shaded(city, name, role)

    def tiles(name: str) -> Response:
        return archive.part(city, name)

    def health() -> tuple[Response, int]:
        return _how_it_is(service, city, clock())

    server.register_error_handler(TwinError, _refuse)
    server.register_error_handler(HTTPException, _missing)
    # A script that Dash does not have.
    server.register_error_handler(DependencyException, lambda _: _missing(NotFound()))
    server.add_url_rule("/api/snapshot", view_func=newest)
    server.add_url_rule("/data/<layer>/<name>.arrow", view_func=rows)
    server.add_url_rule("/pack/<name>/<role>.geojson", view_func=geography)
    server.add_url_rule("/pack/<name>/<role>.png", view_func=shaded)
    server.add_url_rule(f"/pack/<name>/{archive.NAME}", view_func=tiles)
    server.add_url_rule("/healthz", view_func=health)


def _newest(service: QueryService, clock: Clock) -> Response:
    """Return which snapshot is the newest, and how it is."""
    status = service.status()
    answer = jsonify(
        snapshot=status.snapshot,
        as_of=to_text(status.as_of),
        created_at=to_text(status.created_at),
        simulated=status.simulated,
        mode=status.mode,
        problems=list(status.problems),
        damaged=list(status.damaged),
        state=status.tag,
        clock_behind_s=status.clock_behind_s(now := clock()),
        now=to_text(now),
    )
    answer.headers["Cache-Control"] = "no-store"
    return answer


def _rows(service: QueryService, layer: str, name: str) -> Response:
    """Return a layer's rows, as the address asks for them."""
    snapshot, params = service.parse_url(layer, name, request.args.to_dict())
    stream, unknown = service.map_answer(layer, name, snapshot, params)
    if unknown != "damaged":
        return _kept(stream, ARROW)
    answer = Response(stream, mimetype=ARROW)
    # The same address has rows once the lake is mended.
    answer.headers["Cache-Control"] = "no-store"
    return answer


def _geography(city: City, name: str, role: str) -> Response:
    """Return a map file of the pack, if the address names its bytes."""
    path = city.geography.get(role) if name == city.id else None
    if path is None:
        abort(404)
    content = _read(path)
    if request.query_string != _tag(content).encode():
        # Saved anew, or half saved: other bytes than the address promises for ever.
        abort(404)
    return _kept(content, "application/geo+json")


def _shaded(city: City, name: str, role: str) -> Response:
    """Return the picture that shades a role, if the address names the bytes it was made of."""
    path = _shaded_file(city, role) if name == city.id else None
    if path is None or request.query_string != file_tag(path).encode():
        abort(404)
    return _kept(_shade(path, role).png, "image/png")


def _shaded_file(city: City, role: str) -> Path | None:
    """Return the file that a shade is made of; None for a role that the city has none of."""
    if role == HILLS:
        return city.relief
    return city.geography.get(role) if role in KINDS else None


def _shade(path: Path, role: str) -> Shade:
    return hills(path) if role == HILLS else shade(path, role)


def _refuse(error: TwinError) -> tuple[Response, int]:
    if error.http >= 500:
        of = {"path": request.path, "error": type(error).__name__}
        _log.warning("%s", " ".join(error.lines()), extra=of)
    return jsonify(error.payload()), error.http


def _missing(error: HTTPException) -> tuple[Response, int]:
    status = error.code or 500
    what = _SAID.get(status) or f"The server cannot answer this: {error.name}."
    answer = jsonify(
        error=error.name,
        what=what,
        why="",
        fix="open / for the browser or /wall/default for the wall.",
    )
    if isinstance(error, MethodNotAllowed) and error.valid_methods:
        answer.headers["Allow"] = ", ".join(error.valid_methods)
    return answer, status


def _how_it_is(
    service: QueryService, city: City, now: datetime
) -> tuple[Response, int]:
    """Return what `_health` says, or why the lake cannot be looked at, with its status."""
    try:
        status = service.status()
    except LakeError as error:
        answer = jsonify(
            ok=False, now=to_text(now), problems=error.lines(), **error.payload()
        )
        return answer, 503
    facts, is_broken = _health(status, city, now)
    return jsonify(facts), 503 if is_broken else 200


def _health(
    status: Status, city: City, now: datetime
) -> tuple[dict[str, object], bool]:
    """Return how the lake is, and whether anything in it or on this machine is broken.

    Late data are not: who is sent away for them loses the last whole picture, which is
    hatched and says its age.
    """
    limits, behind, age_s = (
        freshness(city),
        status.clock_behind_s(now),
        (now - status.as_of).total_seconds(),
    )
    state = limits.state(status.as_of, now)
    problems = list(status.problems)
    if behind:
        problems.append(
            f"This machine's clock is behind the data by {formatting.behind(behind)}."
        )
    is_broken = bool(problems)
    if state != "fresh":
        problems.append(
            f"The newest data are {formatting.duration(age_s)} old; they are late from"
            f" {limits.ttl_s:g} s on."
        )
    return {
        "ok": not is_broken and state != "old",
        "snapshot": status.snapshot,
        "as_of": to_text(status.as_of),
        "now": to_text(now),
        "age_s": round(max(0.0, age_s)),
        "state": state,
        "stale": state == "old",
        "problems": problems,
        "damaged": list(status.damaged),
        "clock_behind_s": behind,
    }, is_broken


def pack_url(city: City, role: str) -> str:
    """Return the address of a map file of the pack as it is now: it ends in the tag of its bytes.

    Raises:
        PackError: the file cannot be read.
    """
    return f"/pack/{city.id}/{role}.geojson?{file_tag(city.geography[role])}"


def shading(city: City, role: str) -> Shading:
    """Return the picture that shades a role of the pack, as its file is now.

    Raises:
        PackError: the file cannot be read. KeyError: the city has none.
    """
    path = _shaded_file(city, role)
    if path is None:
        raise KeyError(role)
    tag = file_tag(path)
    return Shading(f"/pack/{city.id}/{role}.png?{tag}", _shade(path, role).bounds)


def file_tag(path: Path) -> str:
    """Return a short hash of a file's bytes, for its URL. Cheap while the file stays as it is.

    Raises:
        PackError: the file cannot be read.
    """
    try:
        there = path.stat()
    except OSError as error:
        raise _unreadable(path, error) from error
    return _file_tag(path, there.st_mtime_ns, there.st_size)


@lru_cache(maxsize=64)
def _file_tag(path: Path, _mtime_ns: int, _size: int) -> str:
    return _tag(_read(path))


def _tag(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()[:16]


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise _unreadable(path, error) from error


def _unreadable(path: Path, error: OSError) -> PackError:
    return PackError(
        f"{path.name} cannot be read: {error.strerror}.",
        why="the map is drawn without it.",
        fix=f"put the file back at {path}.",
    )


def _kept(content: bytes, mimetype: str) -> Response:
    """Return `content` under an address that names nothing else: a browser keeps it for ever.

    The ETag is of the bytes that are sent, so that a browser is told that it has them only
    when it has.
    """
    response = Response(content, mimetype=mimetype)
    response.headers["Cache-Control"] = _FOREVER
    response.set_etag(hashlib.sha256(content).hexdigest()[:32])
    response.make_conditional(request)
    return response
