"""The address `/figures`: a plain page without scripts, in the view that its link names."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING

from flask import Response, request

from twin.errors import LakeError
from twin.faces import markup
from twin.faces.pages.figures import figures
from twin.faces.server import languages, painting
from twin.view import View

if TYPE_CHECKING:
    from flask import Flask

PATH = "/figures"
_PAGE = """<!DOCTYPE html>
<html lang="{lang}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{title}</title>
<link rel="icon" href="{prefix}/_favicon.ico">
<link rel="stylesheet" href="{files}/dist/face.css">
<link rel="stylesheet" href="{files}/dist/fonts/fonts.css">
</head>
<body class="figures-page">{body}</body>
</html>
"""


def add_figures(server: Flask, context: painting.AppContext, files: str) -> None:
    """Add the page to `server`; `files` is the address of the built files."""

    def page() -> Response:
        search = request.query_string.decode("utf-8", "replace")
        view, lang = View.parse(search), languages.of_link(search, context.city)
        try:
            shown = painting.taken(context, view)
        except LakeError:  # what a figure means can be said without one
            shown = None
        words = context.words[lang]
        link = view.url()
        body = figures(
            context.city,
            context.registry,
            words,
            shown,
            f"{context.prefix}/{f'?{link}' if link else ''}",
            context.prefix,
        )
        title = f"{context.title(lang)} · {words.say('figures-title')}"
        answer = Response(
            _PAGE.format(
                lang=escape(lang),
                title=escape(title),
                files=context.prefix + files,
                prefix=context.prefix,
                body=markup.html_of(body),
            ),
            mimetype="text/html",
        )
        answer.headers["Cache-Control"] = "no-store"
        return answer

    server.add_url_rule(PATH, view_func=page, endpoint="figures")
