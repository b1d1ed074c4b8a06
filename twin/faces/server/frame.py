"""The first answer of a face.

It is a whole page of HTML, so that what it says can be read before any script has run.

It is sent in two pieces. The head goes out at once, so that the browser fetches scripts,
style and fonts while the picture is queried; the body follows with the face painted and the
spec of its map beside it.
"""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING

from twin.faces import markup
from twin.faces.server import painting

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

SCRIPTS = ("deckmap", "face")
FONTS = ("latin", "letters")
_FACE = "<!--face-->"
_PAGE = """<!DOCTYPE html>
<html lang="{lang}">
<head>
{metas}
<title>{title}</title>
{favicon}
{links}
{css}
</head>
<body>
{face}
{app_entry}
{config}
<template id="later">{letters}{scripts}{renderer}</template>
</body>
</html>
"""


def _links(files: str) -> str:
    """Return the links of a page's head.

    Style comes first, then the fonts of its words, and scripts that run when the page
    is read.
    """
    fonts = [
        f'<link rel="preload" href="{files}/dist/fonts/{name}.woff2" as="font"'
        ' type="font/woff2" crossorigin>'
        for name in FONTS
    ]
    scripts = [
        f'<script defer src="{files}/dist/{name}.js"></script>' for name in SCRIPTS
    ]
    return "\n".join(
        [f'<link rel="stylesheet" href="{files}/dist/face.css">', *fonts, *scripts]
    )


def page(lang: str, title: str, files: str, dash: Mapping[str, str]) -> str:
    """Return the page around a face, with a mark where that stands.

    Args:
        files: address of the built files.
        dash: the parts of the page that Dash writes; its scripts wait until the map is
            drawn (see later.js).
    """
    return _PAGE.format_map(
        {
            **dash,
            "lang": escape(lang),
            "title": escape(title),
            "links": _links(files),
            "face": _FACE,
            "letters": f'<link rel="stylesheet" href="{files}/dist/fonts/fonts.css">',
        }
    )


def stream(
    page: str, context: painting.AppContext, pathname: str, search: str
) -> Iterator[str]:
    """Yield a page in two pieces: as far as its head, then the face at an address and the rest."""
    head, rest = page.split(_FACE, 1)
    yield head
    yield body(painting.face(context, pathname, search)) + rest


def body(face: painting.Face) -> str:
    """Return a face as HTML, and as data what its map draws."""
    places = {name: "".join(pieces) for name, pieces in face.places.items()}
    inner = "".join(
        (
            f'<header id="top">{places["top"]}</header>',
            f'<div id="banner">{places["banner"]}</div>',
            (
                '<main id="main"><div id="map"></div><div'
                f' id="headline">{places["headline"]}</div><div'
                f' id="legend">{places["legend"]}</div>'
            ),
            f'<aside id="side">{places["side"]}</aside></main>',
            f'<footer id="foot">{places["foot"]}</footer>',
        )
    )
    first = {
        **face.since({}),
        "places": {
            name: {"tags": each["tags"]}
            for name, each in face.since({})["places"].items()
        },
    }
    style = f' style="{escape(markup.style(face.style))}"' if face.style else ""
    return (
        f'<div id="face" class="{escape(face.kind)}"'
        f' lang="{face.lang}"{style}>{inner}</div><script type="application/json"'
        f' id="first">{painting.to_json(first)}</script>'
    )
