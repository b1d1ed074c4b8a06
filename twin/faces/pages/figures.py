"""The page `/figures`: what each figure of a view says, and its value.

It shows how each is worked out, and the SQL that answers it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from dash import html

from twin.engine import load_sql
from twin.faces import meanings, parts
from twin.faces.account import Named, query
from twin.faces.dom import aria, attributes
from twin.faces.parts import held

if TYPE_CHECKING:
    from dash.development.base_component import Component

    from twin.city import City
    from twin.faces.figure import Figure
    from twin.faces.meanings import Asked, Meaning
    from twin.faces.picture import Picture
    from twin.faces.texts import Texts
    from twin.layer import Registry
    from twin.view import View


@dataclass(frozen=True)
class _Way:
    """The way to the account of a panel, in a view that is held at its moment."""

    named: Named
    prefix: str
    view: View

    def to(self, figure: str) -> str:
        """Return the address of the account of a figure; '' for the whole panel."""
        return f"{self.prefix}{self.named.path}?{query(self.view, figure)}"


def figures(
    city: City,
    registry: Registry,
    texts: Texts,
    picture: Picture | None,
    back: str,
    prefix: str = "",
) -> list[Component]:
    """Return the whole page.

    Args:
        picture: gives the values of the moment; None where the lake has none, then only
            words stand there.
        back: address of the face that this page explains.
        prefix: path under which a proxy shows the faces; '' for none.
    """
    values = {} if picture is None else _values(picture)
    when = (
        []
        if picture is None
        else [html.Span(parts.chips(picture), className="chips"), parts.age(picture)]
    )
    head = html.Header(
        [
            html.H1([parts.title_of(city, texts), " · ", texts.say("figures-title")]),
            *when,
            html.A(texts.say("figures-back"), href=back, className="quiet"),
        ]
    )
    lead = html.P(texts.say("figures-lead"), className="sub")
    sections = [
        _section(each, values, texts, _account(each, picture, prefix))
        for each in meanings.asked(registry, texts)
        if each.figures
    ]
    return [head, html.Main([lead, *sections])]


def _values(picture: Picture) -> dict[tuple[str, str], Figure]:
    return {
        (shown.name, each.id): each for shown in picture.shown for each in shown.figures
    }


def _account(asked: Asked, picture: Picture | None, prefix: str) -> _Way | None:
    """Return where the panel of a question gives account of itself in the view that is shown.

    None where it is not asked there, or is a map.
    """
    if picture is None:
        return None
    for each in picture.shown:
        if each.name == asked.where:
            named = Named(each.layer, each.panel.name)
            return _Way(named, prefix, held(picture.pinned))
    return None


def _section(
    asked: Asked,
    values: dict[tuple[str, str], Figure],
    texts: Texts,
    account: _Way | None,
) -> Component:
    told = [
        _told(each, values.get((asked.where, each.key)), texts, asked.title, account)
        for each in asked.figures
    ]
    ways: list[Component] = []
    if account is not None:
        said = texts.say("account-open", what=asked.title)
        ways = [html.P(html.A(said, href=account.to("")), className="sub")]
    return html.Section(
        [html.H2(asked.title), *told, *ways, *_traced(asked, texts)], id=asked.where
    )


def _told(
    meaning: Meaning,
    value: Figure | None,
    texts: Texts,
    title: str,
    account: _Way | None,
) -> Component:
    now: list[Component] = []
    if value is not None:
        number: list[Component | str] = [html.B(value.text), f" {value.unit}".rstrip()]
        if account is not None:
            number = [html.A(number, href=account.to(meaning.key))]
        now = [
            html.Span(number, className="told-value"),
            html.Small(value.beside),
        ]
    words = [html.P(meaning.means), html.P(meaning.unknown, className="told-unknown")]
    if meaning.n:
        words.append(
            html.P(texts.say("figures-n", n=meaning.n), className="told-unknown")
        )
    return html.Div(
        [
            html.Div(
                [*([] if meaning.name == title else [html.H3(meaning.name)]), *now]
            ),
            html.Div(words),
        ],
        className="told",
        **attributes({"key": meaning.key}),
    )


def _traced(asked: Asked, texts: Texts) -> list[Component]:
    """Return how a question is worked out and its SQL, both folded.

    They are in English, as the files are.
    """
    if asked.path is None:
        return []
    sql = load_sql(asked.path)
    summary = html.Summary(
        texts.say(
            "figures-sql",
            file=f"{asked.path.parent.name}/{asked.path.name}",
            hash=sql.sha256[:12],
        )
    )
    text = asked.path.read_text(encoding="utf-8")
    body = [
        html.P(asked.how, lang="en"),
        html.Pre(text, lang="en", tabIndex="0", **aria("label", asked.path.name)),
    ]
    return [html.Details([summary, *body])]
