"""The sentence of the day: what changed, and up to three things that somebody has to look at.

It is put together by rules from figures and rows that the picture has, so that each clause leads to
what it says, and page, wall and exports say the same. What is not known is not said: a clause that
has no figure is left out, and that all is well is only said where all of it was looked at.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from twin.faces import formatting
from twin.view import EVENTS, View

if TYPE_CHECKING:
    from twin.faces.figure import Row
    from twin.faces.picture import Picture

# Exceptions that the sentence names at most: who has a minute reads three.
MOST = 3

# Where the rows and figures stand that it is made of.
_WORST, _LINKS = "attention.rows", "department_linkage.tiles"
_EVENTS, _RESPONSE = "events_today", "response_p50_s"


@dataclass(frozen=True)
class Clause:
    """One clause of the sentence.

    Attributes:
        kind: what it is of: 'events', 'urgent', 'late', 'blind', 'slow' or 'calm'.
        text: as it is said.
        path, view: where its rows are shown.
    """

    kind: str
    text: str
    path: str
    view: View

    @property
    def href(self) -> str:
        """Return the link to its rows."""
        return f"{self.path}?{self.view.url()}"


def clauses(picture: Picture) -> tuple[Clause, ...]:
    """Return the clauses of a picture of the whole city, in their order; none where none is known.

    First how many events there are against the like day, then what is wrong, worst first: open
    events of priority 1, departments whose data do not come, events past their target, and a first
    response over its target.
    """
    if picture.looking == "beyond" or picture.pinned.district or picture.pinned.event:
        return ()
    found = [each for rule in _RULES for each in rule(picture)][:MOST]
    if not found:
        found = list(_calm(picture))
    return (*_events(picture), *found)


def text(picture: Picture) -> str:
    """Return the whole sentence as text; '' where there is none."""
    said = [each.text for each in clauses(picture)]
    join, end = (picture.texts.say(f"sentence-{name}") for name in ("join", "end"))
    return join.join(said) + end if said else ""


def _clause(
    picture: Picture, kind: str, path: str, *, picked: str = "", **values: str | float
) -> Clause:
    """Return a clause that leads to a page, whatever else the view had opened."""
    pinned = picture.pinned
    view = replace(
        pinned.view,
        picked=picked,
        panel="",
        camera=View.camera,
        scene=View.scene,
        frame="",
    )
    if kind == "blind" and "department_linkage" not in pinned.layers:
        view = replace(view, layers=(*pinned.layers, "department_linkage"))
    return Clause(kind, picture.texts.say(f"sentence-{kind}", **values), path, view)


def _at(picture: Picture, path: str) -> str:
    """Return the path of a page, or of the first one where the city lacks it."""
    return path if path in picture.paths else "/"


def _events(picture: Picture) -> Iterator[Clause]:
    figure = picture.figures.get(_EVENTS)
    if figure is None or figure.value is None:
        return
    # Why there is nothing to hold it against is said beside the figure.
    beside = "" if figure.beside.startswith(formatting.DASH) else figure.beside
    kind = "events" if beside else "events-alone"
    found = _clause(
        picture, kind, _at(picture, "/sources"), n=figure.text, beside=beside
    )
    yield replace(found, kind="events")


def _urgent(picture: Picture) -> Iterator[Clause]:
    """Yield a clause of the open events of priority 1: the first by name, and how many there are.

    The list names the worst first, so that all of them stand there up to its length.
    """
    rows = [row for row in picture.rows(_WORST) if row["priority"] == 1]
    if not rows:
        return
    worst = rows[0]
    path, picked = _page_of(worst, picture)
    where = picture.texts.name(worst, "district")
    title = (
        worst["title"] if where == formatting.DASH else f"{worst['title']} ({where})"
    )
    yield _clause(
        picture,
        "urgent",
        path,
        picked=picked,
        n=len(rows),
        title=title,
        since=formatting.duration(worst["age_s"], picture.texts),
        units=worst["n_units"],
        arrived=worst["n_arrived"],
    )


def _blind(picture: Picture) -> Iterator[Clause]:
    rows = [row for row in picture.rows(_LINKS) if row["state"] == "down"]
    if not rows:
        return
    longest = max(rows, key=lambda row: row["since_s"] or 0)
    since = longest["since_s"]
    yield _clause(
        picture,
        "blind",
        "/",
        n=len(rows),
        name=picture.texts.name(longest),
        since=formatting.DASH
        if since is None
        else formatting.minutes(since, picture.texts),
    )


def _late(picture: Picture) -> Iterator[Clause]:
    n_open, n_late = picture.open_and_late
    rows = [row for row in picture.rows(_WORST) if row["overdue_s"] is not None]
    if not n_late or not rows:
        return
    longest = max(rows, key=lambda row: row["overdue_s"])
    yield _clause(
        picture,
        "late",
        _at(picture, "/events"),
        late=formatting.count(n_late),
        open=formatting.count(n_open),
        title=longest["title"],
        over=formatting.duration(longest["overdue_s"], picture.texts),
    )


def _slow(picture: Picture) -> Iterator[Clause]:
    figure = picture.figures.get(_RESPONSE)
    if figure is not None and figure.value is not None and figure.verdict == "bad":
        yield _clause(
            picture,
            "slow",
            _at(picture, "/events"),
            value=figure.text,
            beside=figure.beside,
        )


def _calm(picture: Picture) -> Iterator[Clause]:
    """Yield that nothing is past its target, where that was looked at: events, and every link."""
    shown = {each.full_name: each for each in picture.shown}
    looked_at = [shown.get(name) for name in (_WORST, _LINKS)]
    links = picture.rows(_LINKS)
    is_known = all(each and not each.failed and not each.unknown for each in looked_at)
    if is_known and links and all(row["state"] == "ok" for row in links):
        yield _clause(picture, "calm", "/")


_RULES: tuple[Callable[[Picture], Iterator[Clause]], ...] = (
    _urgent,
    _blind,
    _late,
    _slow,
)


def _page_of(row: Row, picture: Picture) -> tuple[str, str]:
    """Return the path of an event's page and what is picked there: nothing, the path says it."""
    page = picture.subjects.get("event")
    if page is None:
        return "/", row["id"]
    return page.of(row["id"].removeprefix(EVENTS)), ""
