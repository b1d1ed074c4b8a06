"""The plain routes: what is newest, a layer's rows, the pack's geography, health."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import TYPE_CHECKING

from flask import Response, jsonify, request, send_file

from twin.clock import to_text
from twin.errors import LakeError, TwinError

if TYPE_CHECKING:
    from flask import Flask

    from twin.city import City
    from twin.clock import Clock
    from twin.query import Desk

ARROW = "application/vnd.apache.arrow.stream"
_FOREVER = "private, max-age=31536000, immutable"


def add_routes(server: Flask, desk: Desk, city: City, clock: Clock) -> None:
    """Add `/api/snapshot`, `/data/…`, `/pack/…` and `/healthz` to `server`."""

    def newest() -> Response:
        status = desk.status()
        answer = jsonify(snapshot=status.snapshot, as_of=to_text(status.as_of), created_at=to_text(status.created_at),
                         simulated=status.simulated, mode=status.mode, problems=list(status.problems), damaged=list(status.damaged),
                         state=status.tag, clock_behind_s=status.clock_behind_s(now := clock()), now=to_text(now))
        answer.headers["Cache-Control"] = "no-store"
        return answer

    def rows(layer: str, name: str) -> Response:
        tag = hashlib.sha256(request.full_path.encode()).hexdigest()[:32]
        if tag in request.if_none_match:
            return _kept(Response(status=304), tag)
        snapshot, params = desk.parse_url(layer, name, request.args.to_dict())
        stream, unknown = desk.map_answer(layer, name, snapshot, params)
        answer = Response(stream, mimetype=ARROW)
        if unknown != "damaged":
            return _kept(answer, tag)
        answer.headers["Cache-Control"] = "no-store"  # the same address has rows once the lake is mended
        return answer

    def geography(name: str, role: str) -> Response:
        path = city.geography.get(role)
        if name != city.id or path is None:
            return Response(status=404)
        tag = file_tag(path)
        return _kept(send_file(path, mimetype="application/geo+json", etag=False), tag)

    def health() -> tuple[Response, int]:
        now = clock()
        try:
            status = desk.status()
        except LakeError as error:
            return jsonify(ok=False, now=to_text(now), problems=error.lines(), **error.payload()), 503
        behind = status.clock_behind_s(now)
        problems = [*status.problems, *([f"This machine's clock is behind the data by {behind // 60} min."] if behind else [])]
        return jsonify(ok=not problems, snapshot=status.snapshot, as_of=to_text(status.as_of), now=to_text(now), problems=problems,
                       damaged=list(status.damaged), clock_behind_s=behind), 503 if problems else 200

    def refuse(error: TwinError) -> tuple[Response, int]:
        answer = jsonify(error.payload())
        answer.headers["Cache-Control"] = "no-store"
        return answer, error.http

    server.register_error_handler(TwinError, refuse)
    server.add_url_rule("/api/snapshot", view_func=newest)
    server.add_url_rule("/data/<layer>/<name>.arrow", view_func=rows)
    server.add_url_rule("/pack/<name>/<role>.geojson", view_func=geography)
    server.add_url_rule("/healthz", view_func=health)


def file_tag(path: Path) -> str:
    """Answer a short hash of a file's bytes, for its URL and its ETag."""
    return hashlib.sha256(path.read_bytes()).hexdigest()[:16]


def _kept(response: Response, tag: str) -> Response:
    response.headers["Cache-Control"] = _FOREVER
    response.set_etag(tag)
    return response
