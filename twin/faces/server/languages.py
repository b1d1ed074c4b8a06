"""In which language a face answers.

It is the link's, else one that the browser asks for, else the city's own.

The browser's wish is asked once, where a face is opened: it is sent on to the link that
names the language. So everything else (pictures, exports, what is kept) hangs on the link
alone, never on who asked, and a link that is passed on says the same.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING
from urllib.parse import parse_qsl, quote

from flask import Response, redirect, request

from twin.errors import UsageError
from twin.faces.texts import LANGUAGES
from twin.view import VERSION, View

if TYPE_CHECKING:
    from collections.abc import Collection

    from flask import Flask
    from werkzeug import Response as Answer
    from werkzeug.datastructures import LanguageAccept

    from twin.city import City


def wanted(accepted: LanguageAccept) -> str:
    """Return the first language of a browser's wishes that there is; '' if it names none of them.

    Regions are passed over: whoever reads zh-TW or en-GB is better served by the Chinese
    and English that there are.
    """
    primary = {lang.partition("-")[0]: lang for lang in LANGUAGES}
    named = (
        primary.get(name.lower().partition("-")[0], "")
        for name, quality in accepted
        if quality > 0
    )
    return next(filter(None, named), "")


def of_link(search: str, city: City) -> str:
    """Return the language that a link names.

    It is the city's own if the link names none, or one that is not there.
    """
    try:
        lang = View.parse(search).lang
    except UsageError:
        return city.lang
    return lang if lang in LANGUAGES else city.lang


def negotiate(server: Flask, city: City) -> None:
    """Send a browser that wants another language to the link that names it.

    It has opened a face without one, and wants another than the city's.

    A link that was changed on its way is sent on to the one that was meant: what the page
    does hangs on its address.
    """
    faces = {"/figures", *(page.path for page in city.pages if page.kind == "page")}
    # Of a page of one thing whatever its path goes on with.
    begun = tuple(page.path.removesuffix("<id>") for page in city.pages if page.subject)

    def choose() -> Answer | None:
        view = _opened(faces, begun)
        if view is None:
            return None
        other = "" if view.lang else wanted(request.accept_languages)
        meant = view if other in {"", city.lang} else replace(view, lang=other)
        asked = request.query_string.decode("utf-8", "replace")
        return (
            None
            if _is_same(asked, meant.url())
            else redirect(f"{quote(request.script_root + request.path)}?{meant.url()}")
        )

    def say(response: Response) -> Response:
        view = _opened(faces, begun)
        if view is not None and not view.lang:
            response.vary.add("Accept-Language")
        return response

    server.before_request(choose)
    server.after_request(say)


def _is_same(asked: str, link: str) -> bool:
    """Return whether a query has the fields of a link of ours.

    They may be in any order and escaped in any way.
    """
    fields = [
        {*parse_qsl(each, keep_blank_values=True), ("v", VERSION)}
        for each in (asked, link)
    ]
    return fields[0] == fields[1]


def _opened(faces: Collection[str], begun: tuple[str, ...]) -> View | None:
    """Return the view of a request that opens a face; None for any other."""
    if request.method not in {"GET", "HEAD"} or not (
        request.path in faces or request.path.startswith(("/wall/", *begun))
    ):
        return None
    try:
        return View.parse(request.query_string.decode("utf-8", "replace"))
    except UsageError:  # the face says what is wrong with it
        return None
