"""The address `/api/search`: what fits what somebody types, at the moment of the open view."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from flask import jsonify, request

from twin.clock import to_text
from twin.faces import search
from twin.faces.server import painting
from twin.query.search import MOST_TEXT, Finder, TooLongError
from twin.view import View, pin

if TYPE_CHECKING:
    from flask import Flask, Response

PATH = "/api/search"

# Besides the fields of a view: what was typed, and the path of the page that is open.
_OWN = ("q", "page")


def add_search(server: Flask, context: painting.AppContext) -> None:
    """Add the address to `server`."""
    finder = Finder(context.service, context.city)

    def found() -> Response:
        answer = _found(finder, context)
        answer.headers["Cache-Control"] = "no-store"
        return answer

    server.add_url_rule(PATH, view_func=found, endpoint="search")


def _found(finder: Finder, of: painting.AppContext) -> Response:
    typed, path = (request.args.get(name, "") for name in _OWN)
    path = path.removeprefix(of.prefix) or "/"
    fields = [pair for pair in request.args.items(multi=True) if pair[0] not in _OWN]
    view = View.parse(urlencode(fields))
    on = painting.layers_on(of, view, path)
    pinned = pin(view, of.city, of.service.pointer, on)
    words = of.words[pinned.view.lang]
    searcher = search.Searcher(
        pinned,
        of.city,
        words,
        painting.page_at(of, pinned.view, path),
        of.arrangement.pages,
        of.city.layer_ids,
        of.prefix,
    )
    told: dict[str, Any]
    try:
        told = search.told(finder.find(typed, pinned), searcher)
    except TooLongError:
        told = {"groups": [], "said": words.say("search-long", n=MOST_TEXT)}
    return jsonify(
        q=typed[:MOST_TEXT],
        snapshot=pinned.snapshot,
        as_of=to_text(pinned.as_of),
        known_at=to_text(pinned.known_at),
        **told,
    )
