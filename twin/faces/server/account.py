"""The addresses `/account/…`: how a figure came about, as a plain page and as files.

`/account/<layer>/<panel>?figure=<id>` and the fields of a view; `/account/map/<layer>/<data>` of
what a map draws. With `.csv` or `.xlsx` at the end of the path they are files. A page works
without scripts; the dialog of a face shows what stands in it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, fields
from functools import partial
from html import escape
from typing import TYPE_CHECKING

from dash import html
from flask import Response, request

from twin.errors import DamagedError, LakeError, LostError, TwinError
from twin.faces import account, markup
from twin.faces.export.account import csv_of, xlsx_of
from twin.faces.pages.account import lost, told
from twin.faces.server import languages, painting
from twin.forwarded import fields_of, word
from twin.view import View

if TYPE_CHECKING:
    from collections.abc import Callable

    from dash.development.base_component import Component
    from flask import Flask

    from twin.faces.account import Account

_FILES = {
    "csv": ("text/csv; charset=utf-8", csv_of),
    "xlsx": (
        "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        xlsx_of,
    ),
}
_OWN = ("figure", "snapshot")

# What no name of a file has in a header.
_NO_NAME = re.compile(r"[^A-Za-z0-9._-]")
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
<body class="figures-page account-page">{head}<main>{body}</main></body>
</html>
"""


@dataclass(frozen=True)
class _Asked:
    """What a link asks for.

    Attributes:
        snapshot: the one that the link was made of; '' where it names none.
    """

    named: account.Named
    view: View
    snapshot: str


def add_accounts(
    server: Flask,
    context: painting.AppContext,
    files: str,
    tell: Callable[[str], str],
) -> None:
    """Add the pages and files to `server`.

    Args:
        files: address of the built files.
        tell: leaves out of words where things lie on this machine; of a page that is done
            to every answer.
    """
    answers = _Answers(context, files, tell)
    for kind, is_map in (("", False), ("map/", True)):
        path = f"/account/{kind}<layer>/<name>"
        name = f"account-{kind.strip('/') or 'panel'}"
        page = partial(answers.page, is_map=is_map)
        server.add_url_rule(path, endpoint=name, view_func=page)
        for form in _FILES:
            file = partial(answers.file, form=form, is_map=is_map)
            server.add_url_rule(
                f"{path}.{form}", endpoint=f"{name}-{form}", view_func=file
            )


class _Answers:
    """What the addresses answer."""

    def __init__(
        self, context: painting.AppContext, files: str, tell: Callable[[str], str]
    ) -> None:
        self._context, self._files, self._tell = context, files, tell

    def page(self, layer: str, name: str, *, is_map: bool) -> Response:
        """Return the account as a page, or a page that says why there is none."""
        try:
            asked = self._asked(layer, name, is_map)
            of = self._account(asked)
        except TwinError as error:
            return self._lost(error)
        context = self._context
        back = f"{context.prefix}{self._page_of(of)}?{of.picture.pinned.view.url()}"
        pages = context.arrangement.pages
        events = next((at for at in pages if pages[at].regions.get("event")), "")
        body = told(of, context.prefix, asked.snapshot, events)
        texts = of.picture.texts
        name = f"{texts.say(of.key)} · {context.title(texts.lang)}"
        return self._html(body, name, texts.lang, 200, back)

    def file(self, layer: str, name: str, *, form: str, is_map: bool) -> Response:
        """Return the rows behind a figure as a file, or a page that says why there is none."""
        mimetype, write = _FILES[form]
        try:
            asked = self._asked(layer, name, is_map)
            of = self._account(asked)
            if of.shown.failed:
                raise DamagedError(of.shown.failed, fix="open the page of the account.")
            host = request.host_url.rstrip("/") + self._context.prefix
            content = write(of, f"{host}{of.named.path}?{of.link()}", self._tell)
        except TwinError as error:
            return self._lost(error)
        parts = (layer, name, asked.named.figure, of.picture.pinned.snapshot)
        called = _NO_NAME.sub("_", "-".join(filter(None, ("account", *parts))))
        answer = Response(content, content_type=mimetype)
        answer.headers["Content-Disposition"] = (
            f'attachment; filename="{called}.{form}"'
        )
        answer.headers["Cache-Control"] = "no-store"
        return answer

    def _asked(self, layer: str, name: str, is_map: bool) -> _Asked:
        search = _search()
        known = {"v", *_OWN, *(spec.name for spec in fields(View))}
        found = dict(fields_of(search, known))
        figure, snapshot = (word(found.get(each, "")) for each in _OWN)
        named = account.Named(layer, name, figure, is_map)
        return _Asked(named, View.parse(search), snapshot)

    def _account(self, asked: _Asked) -> Account:
        context = self._context
        return account.account(
            context.service,
            context.registry,
            context.city,
            context.words,
            context.clock,
            asked.named,
            asked.view,
        )

    def _page_of(self, of: Account) -> str:
        """Return the path of a page that shows a panel; the first page where none does."""
        name, figure = (
            f"{of.named.layer}.{each}" for each in (of.named.name, of.named.figure)
        )
        pages = self._context.arrangement.pages
        for path, page in pages.items():
            if name in page.panels() or figure in page.named_figures():
                return path
        return next(iter(pages), "/")

    def _lost(self, error: TwinError) -> Response:
        """Return a page that says why there is no account, with ways on."""
        context = self._context
        lang = languages.of_link(_search(), context.city)
        texts = context.words[lang]
        lead = "account-misread"
        if isinstance(error, LostError):
            lead = "account-lost"
        elif isinstance(error, LakeError):
            lead = "account-unreadable"
        view = View(lang=lang).url()
        back = f"{context.prefix}/?{view}"
        ways = [
            (texts.say("figures-back"), back),
            (texts.say("figures-title"), f"{context.prefix}/figures?{view}"),
        ]
        title = f"{texts.say(lead)} · {context.title(lang)}"
        body = lost(texts, lead, error.lines(), ways)
        status = error.http if error.http != 500 else 503
        return self._html(body, title, lang, status, back)

    def _html(
        self, body: Component, title: str, lang: str, status: int, back: str
    ) -> Response:
        context = self._context
        head = html.Header(
            [
                html.P(context.title(lang), className="account-city", dir="auto"),
                html.A(
                    context.words[lang].say("figures-back"),
                    href=back,
                    className="quiet",
                ),
            ]
        )
        text = _PAGE.format(
            lang=escape(lang),
            title=escape(title),
            files=context.prefix + self._files,
            prefix=context.prefix,
            head=markup.html_of(head),
            body=markup.html_of(body),
        )
        answer = Response(text, status, mimetype="text/html")
        answer.headers["Cache-Control"] = "no-store"
        return answer


def _search() -> str:
    return request.query_string.decode("utf-8", "replace")
