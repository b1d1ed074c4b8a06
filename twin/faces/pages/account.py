"""The account of a figure: what it is, the rows behind it, and the question that answers it.

The same stands on its own page and in the dialog that a click on a figure opens.
"""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

from dash import html

from twin.faces import account, formatting, parts
from twin.faces.dom import aria, attributes, named
from twin.faces.freshness import freshness
from twin.faces.meanings import how
from twin.faces.pages import accounted
from twin.faces.parts import held
from twin.view import EVENTS

if TYPE_CHECKING:
    from dash.development.base_component import Component

    from twin.faces.account import Account
    from twin.faces.texts import Texts
    from twin.query.service import Explained

# What names the dialog that shows an account.
TITLE_ID = "account-title"


def told(of: Account, prefix: str, snapshot: str = "", events: str = "") -> Component:
    """Return the account of a figure.

    Args:
        prefix: path under which a proxy shows the faces; '' for none.
        snapshot: the one that a link was made of; '' where it names none.
        events: path of a page that shows an event; '' where none does.
    """
    texts = of.picture.texts
    there = _Ways(of, prefix)
    opens = partial(there.event, events) if events else None
    body: list[Component] = [
        _head(of),
        *_notices(of, snapshot),
        _facts(of),
        _meaning(of),
    ]
    if of.behind is not None:
        body.append(
            accounted.rows(of, of.behind, "account-behind", there.files(), opens)
        )
        body.append(accounted.asked(of.behind, of.layer.folder.name, texts))
    if of.found is not None:
        files = () if of.behind is not None else there.files()
        body.append(accounted.rows(of, of.found, "account-rows", files, opens))
        body += _asked(of, of.found)
    body.append(there.nav())
    return html.Article(
        body,
        className="account",
        lang=texts.lang,
        **attributes({"account-link": there.link}),
    )


class _Ways:
    """The addresses that an account leads to."""

    def __init__(self, of: Account, prefix: str) -> None:
        self._of, self._prefix = of, prefix
        self.link = f"{prefix}{of.named.path}?{of.link()}"

    def files(self) -> tuple[tuple[str, str], ...]:
        """Return what each file is called, and its address."""
        path, query = f"{self._prefix}{self._of.named.path}", self._of.link()
        return (("CSV", f"{path}.csv?{query}"), ("XLSX", f"{path}.xlsx?{query}"))

    def event(self, path: str, event_id: str) -> str:
        """Return the address of a page that shows an event, at the moment of the account."""
        view = replace(held(self._of.picture.pinned), picked=f"{EVENTS}{event_id}")
        return f"{self._prefix}{path}?{view.url()}"

    def nav(self) -> Component:
        """Return the links: of this moment, of now, and to the others of the question."""
        texts = self._of.picture.texts
        held = html.A(texts.say("account-link"), href=self.link, className="held")
        parts_of = [held]
        if self._of.picture.looking != "live":
            parts_of.append(html.A(texts.say("account-now"), href=self._live()))
        view = self._of.picture.pinned.view.url()
        every = html.A(
            texts.say("figures-title"), href=f"{self._prefix}/figures?{view}"
        )
        return html.Nav(
            [html.P([*parts_of, every], className="account-ways"), *self._more()],
            **aria("label", texts.say("account-ways")),
        )

    def _live(self) -> str:
        view = account.live(self._of.picture.pinned.view)
        query = account.query(view, self._of.named.figure)
        return f"{self._prefix}{self._of.named.path}?{query}"

    def _more(self) -> list[Component]:
        """Return the other figures of the question, each with its value."""
        of, texts = self._of, self._of.picture.texts
        view = of.picture.pinned.view
        others = [each for each in of.shown.figures if each.id != of.named.figure]
        links = [
            html.A(
                f"{each.name} {each.text} {each.unit}".rstrip(),
                href=f"{self._prefix}{of.named.path}?{account.query(view, each.id)}",
            )
            for each in others
        ]
        if not links:
            return []
        lead = html.Span(texts.say("account-others"), className="account-label")
        return [html.P([lead, *links], className="account-ways others")]


def _head(of: Account) -> Component:
    texts, figure = of.picture.texts, of.figure
    panel = texts.say(of.panel.title)
    if of.named.is_map:
        panel = texts.say("figures-of-map", what=panel)
    name = texts.say(of.key)
    own = _of_one_row(of)
    above = [] if name == panel else [html.P(panel, className="account-of")]
    title = html.H1(panel if of.named.is_map else name, id=TITLE_ID)
    value: list[Component] = []
    if own:
        text = html.B(named(own), className="account-figure")
        value.append(html.P(text, className="account-value"))
    if of.panel.kind == "figures" and of.named.figure:
        text = formatting.DASH if figure is None else figure.text
        unit = "" if figure is None else figure.unit
        value.append(
            html.P(
                [
                    html.B(text, className="account-figure"),
                    html.Span(unit, className="account-unit"),
                ],
                className="account-value",
                **attributes({"figure": of.named.figure}),
            )
        )
        beside = texts.say("account-not-told") if figure is None else figure.beside
        verdict = "" if figure is None else figure.verdict
        value.append(
            html.P(
                beside,
                className="figure-beside account-beside",
                **attributes({"verdict": verdict}),
            )
        )
    return html.Header([*above, title, *value, html.Div(_chips(of), className="chips")])


def _of_one_row(of: Account) -> str:
    """Return the value of a column as the page writes it, where the answer has one row; else ''."""
    fields = [each for each in of.panel.fields if each.name == of.named.figure]
    if not fields or len(of.shown.rows) != 1:
        return ""
    value, zone = of.shown.rows[0][fields[0].name], of.picture.city.zone
    return formatting.write_alone(value, fields[0].format, of.picture.texts, zone)


def _chips(of: Account) -> list[Component]:
    """Return what must not be missed: simulated, a drill, another moment, late, assumed."""
    shown, texts = of.picture, of.picture.texts
    found = parts.chips(shown)
    if _state(of) != "fresh":
        found.append(html.Span(texts.say("late"), className="chip hatched late"))
    if accounted.is_assumed(of):
        found.append(html.Span(texts.say("account-assumed"), className="chip"))
    return found


def _state(of: Account) -> str:
    """Return how late the data are; of a moment that is looked back at they are not."""
    shown = of.picture
    if shown.looking != "live":
        return "fresh"
    return freshness(shown.city).state(shown.data_as_of, shown.now)


def _notices(of: Account, snapshot: str) -> list[Component]:
    """Return what must be known before a row is read: why there is no value, what answers."""
    texts, shown = of.picture.texts, of.shown
    said: list[str] = []
    if shown.failed:
        said.append(texts.say("panel-failed", why=shown.failed))
    if shown.unknown:
        said.append(of.picture.reason(shown.unknown, shown.damaged))
    answers = of.picture.pinned.snapshot
    if snapshot and snapshot != answers:
        said.append(texts.say("account-other-snapshot", old=snapshot[:60], new=answers))
    if of.panel.question.moment == "day_before":
        said.append(texts.say("account-day-before"))
    return [html.P(each, className="account-notice", role="status") for each in said]


def _facts(of: Account) -> Component:
    """Return both clocks, age, snapshot, and what the question is narrowed down to."""
    shown, texts = of.picture, of.picture.texts
    pinned, zone = shown.pinned, shown.city.zone
    state = texts.say(f"data-{_state(of)}-said")
    age = f"{shown.said_age} · {state}" if shown.looking == "live" else shown.said_age
    facts = [
        ("account-as-of", formatting.dated(pinned.as_of, zone)),
        ("account-known-at", formatting.dated(pinned.known_at, zone)),
        ("account-age", age),
        ("account-snapshot", pinned.snapshot),
        ("account-snapshot-as-of", formatting.dated(pinned.snapshot_as_of, zone)),
        ("account-zone", zone.key),
    ]
    if of.found is not None and "district" in of.found.givers:
        is_chosen = of.found.givers["district"] == "view" and pinned.district
        chosen = shown.district_name(pinned.district)
        if chosen == formatting.DASH:
            chosen = pinned.district
        whole = texts.say("whole-city")
        facts.append(("account-district", chosen if is_chosen else whole))
    if of.panel.scope == "event":
        facts.append(("account-event", pinned.event))
    listed = [
        html.Div(
            [html.Dt(texts.say(key)), html.Dd(named(value))],
            **attributes({"fact": key}),
        )
        for key, value in facts
    ]
    return html.Dl(listed, className="account-facts")


def _meaning(of: Account) -> Component:
    """Return what the figure means, what stands where it is not known, and how it is worked out."""
    texts, key = of.picture.texts, of.key
    told: list[Component] = [
        html.P(said, className=name)
        for name, said in (
            ("account-means", texts.attribute(key, "means")),
            ("account-unknown", texts.attribute(key, "unknown")),
        )
        if said
    ]
    if n := texts.attribute(key, "n"):
        told.append(html.P(texts.say("figures-n", n=n), className="account-unknown"))
    if not of.named.figure and of.panel.fields:
        told.append(_columns(of))
    path = of.layer.folder / of.panel.question.sql
    worked_out = how(path) if path.is_file() else ""
    if worked_out:
        label = html.B(texts.say("account-how"), className="account-label")
        worked = html.Span(worked_out, lang="en")
        told.append(html.P([label, worked], className="account-how"))
    head = html.H2(texts.say("account-meaning-head"))
    return html.Section([head, *told], className="account-meaning")


def _columns(of: Account) -> Component:
    """Return what each column that the panel shows means."""
    texts = of.picture.texts
    told = [(field, texts.attribute(field.label, "means")) for field in of.panel.fields]
    listed = [
        html.Div([html.Dt(texts.say(field.label)), html.Dd(means)])
        for field, means in told
        if means
    ]
    return html.Dl(listed, className="account-columns")


def _asked(of: Account, found: Explained) -> list[Component]:
    """Return the parameters, the tables, what their columns mean, and the SQL."""
    texts = of.picture.texts
    sections = [
        accounted.parameters(found, texts),
        accounted.tables_read(found, texts),
    ]
    if definitions := account.definitions(found.answer.sql):
        sections.append(accounted.formulas(definitions, texts))
    sections.append(accounted.sql(found, of.layer.folder.name, texts))
    return sections


def lost(
    texts: Texts, lead: str, lines: list[str], ways: list[tuple[str, str]]
) -> Component:
    """Return what stands in the place of an account: a sentence, and ways on.

    Args:
        lead: message key of what is wrong.
        lines: the sentences of the error, in English.
        ways: words and address of each way on.
    """
    said = [html.P(line, className="problem-detail", lang="en") for line in lines]
    links = [html.A(text, href=href) for text, href in ways]
    head = html.H1(texts.say(lead), id=TITLE_ID)
    problem = html.Div(said, className="problem", role="alert")
    return html.Article(
        [head, problem, html.P(links, className="account-ways")],
        className="account",
        lang=texts.lang,
    )
