"""The tables of an account: rows with their columns' meaning, parameters, tables read, SQL."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from dash import html

from twin.faces import account, formatting
from twin.faces.account import Value
from twin.faces.dom import aria, attributes

if TYPE_CHECKING:
    from dash.development.base_component import Component

    from twin.engine.sql import ResultColumn
    from twin.faces.account import Account
    from twin.faces.texts import Texts
    from twin.measures import Definition
    from twin.query.service import Explained

# Rows that stand on a page; files have all.
MOST_ROWS = 100

# The column that names an event, which a page can show.
_EVENT = "event_id"

# Columns that say that the pack assumes something of a row.
_ASSUMED = ("is_assumed", "is_reference", "n_reference")


def is_assumed(of: Account) -> bool:
    """Return whether the pack assumes something that the rows of an account rest on."""
    figure = of.named.figure.removeprefix("yesterday_")
    return any(
        row.get(name)
        for row in of.shown.rows
        if not of.figure or row.get("figure", figure) in {figure, of.named.figure}
        for name in _ASSUMED
    )


def rows(
    of: Account,
    found: Explained,
    title: str,
    files: Sequence[tuple[str, str]],
    opens: Callable[[str], str] | None,
) -> Component:
    """Return the rows of an answer as a table, the first of them, with the files that have all.

    Args:
        title: message key.
        files: what each file is called, and its address.
        opens: gives the address of a page that shows an event; None where none does.
    """
    texts = of.picture.texts
    told = account.rows_of(found.answer, of.picture.city.zone)
    n, shown = len(told.rows), told.rows[:MOST_ROWS]
    many = "account-rows-first" if n > len(shown) else "account-rows-all"
    said = texts.say(many, n=n, first=len(shown))
    head: list[Component] = [html.H2(texts.say(title)), html.Span(said)]
    links = [
        html.A(name, href=href, download="", title=texts.say("account-file", of=name))
        for name, href in files
    ]
    parts: list[Component] = [html.Div([*head, *links], className="account-rows-head")]
    parts.append(html.P(told.doc, className="account-label", lang="en"))
    if shown:
        labels = {field.name: texts.say(field.label) for field in of.panel.fields}
        marked = ["asked" * (each.name == of.named.figure) for each in told.columns]
        heads = [
            _head(each, labels.get(each.name, ""), name)
            for each, name in zip(told.columns, marked, strict=True)
        ]
        ways = [opens if each.name == _EVENT else None for each in told.columns]
        body = [html.Tr(list(map(_cell, row, marked, ways))) for row in shown]
        table = html.Table([html.Thead(html.Tr(heads)), html.Tbody(body)])
        parts.append(_scrolled(table, texts.say(title)))
    return html.Section(
        parts, className="account-rows", **attributes({"rows": n, "part": title})
    )


def _head(column: ResultColumn, label: str, marked: str) -> Component:
    """Return a column's name, its unit and what it means; the words are those of the file."""
    unit = [] if column.unit == "-" else [html.Span(f" {column.unit}", lang="en")]
    name = html.Span([html.Code(column.name), *unit], className="account-column")
    own = [html.Span(label, className="account-own")] if label else []
    doc = html.Small(column.doc, lang="en")
    return html.Th([*own, name, doc], scope="col", className=marked or None)


def _cell(value: Value, marked: str, opens: Callable[[str], str] | None) -> Component:
    if opens is not None and isinstance(value, str):
        return html.Td(html.A(value, href=opens(value)), className=marked or None)
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    kind = "none" if value is None else "number" if is_number else ""
    text = formatting.DASH if value is None else str(value)
    return html.Td(text, className=f"{kind} {marked}".strip() or None)


def _scrolled(table: Component, name: str) -> Component:
    """Return a table that may be wider than the page, in a box that a keyboard can scroll."""
    return html.Div(
        table,
        className="account-table",
        role="region",
        tabIndex="0",
        **aria("label", name),
    )


def parameters(found: Explained, texts: Texts) -> Component:
    """Return the bound parameters: name, value, unit, meaning, and who gave each."""
    body = [
        html.Tr(
            [
                html.Th(html.Code(f"${name}"), scope="row"),
                html.Td(value, className="account-bound"),
                html.Td(unit, lang="en"),
                html.Td(doc, lang="en"),
                html.Td(texts.say(f"account-giver-{giver}")),
            ]
        )
        for name, value, unit, doc, giver in account.values(found)
    ]
    return _told(
        "parameters", found, body, texts, "param", "value", "unit", "meaning", "giver"
    )


def asked(found: Explained, folder: str, texts: Texts) -> Component:
    """Return the question of rows that a figure counts, with its parameters, folded."""
    summary = html.Summary(texts.say("account-behind-asked"))
    return html.Details(
        [summary, parameters(found, texts), sql(found, folder, texts)],
        className="account-asked",
    )


def tables_read(found: Explained, texts: Texts) -> Component:
    """Return the tables that were read, with how many rows each has, and how long it took."""
    read = account.tables(found)
    body = [
        html.Tr(
            [
                html.Th(html.Code(name), scope="row"),
                html.Td(doc, lang="en"),
                html.Td(formatting.count(n), className="number"),
            ]
        )
        for name, doc, n in read
    ]
    took = texts.say(
        "account-took",
        ms=f"{found.ms:.1f}",
        rows=formatting.count(sum(n for _, _, n in read)),
        tables=len(read),
    )
    return _told("tables", found, body, texts, "table", "row-is", "n-rows", after=took)


def _told(
    name: str,
    of: Explained,
    body: Sequence[Component],
    texts: Texts,
    *heads: str,
    after: str = "",
) -> Component:
    title = texts.say(f"account-{name}")
    label = f"{title} · {of.answer.sql.name}"
    row = [html.Th(texts.say(f"account-{head}"), scope="col") for head in heads]
    table = html.Table([html.Thead(html.Tr(row)), html.Tbody(list(body))])
    parts = [html.H2(title), _scrolled(table, label)]
    if after:
        parts.append(html.P(after, className="account-label"))
    return html.Section(parts, className=f"account-{name}")


def formulas(found: Sequence[tuple[str, Definition]], texts: Texts) -> Component:
    """Return formula and source of the columns of measures that a question names, folded."""
    listed = [
        html.Div(
            [
                html.Dt([html.Code(name), f" {each.title}"]),
                *_lines(each, texts),
            ]
        )
        for name, each in found
    ]
    summary = html.Summary(texts.say("account-formulas", n=len(found)))
    body = html.Dl(listed, className="account-definitions", lang="en")
    return html.Details([summary, body], className="account-formulas")


def _lines(each: Definition, texts: Texts) -> list[Component]:
    said = (
        ("account-formula", each.formula),
        ("account-absent", each.absent),
        ("account-source", each.source),
        ("account-target", each.target),
    )
    return [
        html.Dd([html.Span(texts.say(key), className="account-label"), f" {text}"])
        for key, text in said
        if text
    ]


def sql(found: Explained, folder: str, texts: Texts) -> Component:
    """Return the SQL as the engine was asked it, with the CTEs that it uses."""
    asked = found.answer.sql
    name = f"{folder}/{asked.name}"
    title = texts.say("account-sql", file=name, hash=asked.sha256[:12])
    text = html.Pre(asked.text, lang="en", tabIndex="0", **aria("label", name))
    return html.Section([html.H2(title), text], className="account-sql")
