"""Arrange a picture as a page of the browser.

Which figures and panels stand where is for the page's own file to say (see `twin.page`).
"""

from __future__ import annotations

import json
from dataclasses import replace
from html import escape
from typing import TYPE_CHECKING

from dash import html

from twin import frame
from twin.clock import to_text
from twin.faces import formatting, lines, markup, panels, parts, searchbox
from twin.faces.dom import aria, attributes, named
from twin.faces.panels import event, figures, trend
from twin.faces.panels.section import asks

if TYPE_CHECKING:
    from collections.abc import Iterable

    from dash.development.base_component import Component

    from twin.faces.figure import Row
    from twin.faces.picture import Picture, Shown
    from twin.layer import Layer, Registry
    from twin.page import Page, Region, Subject

# Figures that are shown when there is something to count, and take no room when there is not.
ONLY_IF_ANY = frozenset({"closings_refused"})

# Buttons beside the map, and how each is drawn in a box of 20 x 20.
_HANDS = {
    "in": "M10 4v12M4 10h12",
    "out": "M4 10h12",
    "home": "M3.5 9.5 10 4l6.5 5.5M5.5 8.5V16h9V8.5",
    "copy": "M7 7V4h9v9h-3M4 7h9v9H4z",
}

# Width of the panel, and of a second column, CSS px. A picture that is at least so wide has
# room for the second, since nobody can turn a page in it.
PANEL_PX, COLUMN_PX, TWO_COLUMNS_FROM_PX = 420, 400, 1_600


def top(picture: Picture, pages: Iterable[Page] = ()) -> list[Component]:
    """Return the bar at the top: city, pages if several, marks, search, ways on, age."""
    return [
        parts.title(picture.city, picture.texts),
        *_ways_to(pages, picture),
        html.Div([*parts.chips(picture), *_back_to_live(picture)], className="chips"),
        *_search(picture),
        *parts.ways(picture.texts),
        parts.age(picture),
    ]


def _search(picture: Picture) -> list[Component]:
    """Return the box to search in; nobody types into a picture that is handed on."""
    return [] if picture.pinned.view.frame else [searchbox.box(picture.texts)]


def _back_to_live(picture: Picture) -> list[Component]:
    """Return the way back to the present, beside the chip that says which moment is shown."""
    if picture.looking == "live" or picture.pinned.view.frame:
        return []
    said, action = picture.texts.say("back-to-live"), {"as_of": "live"}
    told = attributes({"action": json.dumps(action)})
    return [html.Button(said, type="button", className="back-live", **told)]


def _ways_to(pages: Iterable[Page], picture: Picture) -> list[Component]:
    """Return the way to each page, in the view that is looked at; none where there is one only."""
    lang, view = picture.texts.lang, picture.pinned.view
    found = [
        html.A(
            page.titled(lang),
            href=f"{page.path}?{view.url()}",
            className="way",
            **(aria("current", "page") if page.path == picture.page.path else {}),
        )
        for page in pages
    ]
    name = aria("label", picture.texts.say("pages"))
    return [html.Nav(found, className="ways", **name)] if len(found) > 1 else []


def headline(picture: Picture) -> list[Component]:
    """Return the line of figures; a question of the headline that failed says so in the line."""
    found = _figures(picture.page.figures, picture)
    found = _led_by_yesterday(found, picture) if picture.pinned.is_young else found
    said = [
        picture.texts.say("panel-failed", why=shown.failed)
        for shown in _failed(picture)
    ]
    return found + [html.Div(each, className="note failed") for each in said]


def _failed(picture: Picture) -> list[Shown]:
    """Return the panels of figures that failed and stand in no region to say so themselves."""
    placed = {each.panel for region in picture.page.regions.values() for each in region}
    return [
        shown
        for shown in picture.shown
        if shown.failed
        and shown.panel.kind == "figures"
        and shown.full_name not in placed
    ]


def _figures(names: tuple[str, ...], picture: Picture) -> list[Component]:
    ids = [name.partition(".")[2] for name in names]
    return [figures.headline(picture, each) for each in ids if each in picture.figures]


def _led_by_yesterday(today: list[Component], picture: Picture) -> list[Component]:
    """Return the day before, whole, and below it the day so far.

    A night is no day to begin a brief with.
    """
    texts, zone, pinned = picture.texts, picture.city.zone, picture.pinned
    whole = _figures(picture.page.day_before, picture)
    before = formatting.date(pinned.day_whole().as_of, zone, texts)
    now = formatting.clock_time(pinned.as_of, zone, seconds=False)
    heads = (
        texts.say("yesterday-whole", day=before),
        texts.say("today-so-far", moment=now),
    )
    rows = zip(heads, (whole, today), strict=True)
    return [_headline_row(head, found) for head, found in rows if found]


def _headline_row(head: str, found: list[Component]) -> Component:
    when = html.Div(head, className="headline-when")
    return html.Div(
        [when, html.Div(found, className="headline-figures")], className="headline-row"
    )


def legend(picture: Picture, registry: Registry) -> list[Component]:
    """Return the switches at the map's edge, top layer first."""
    rows = [
        parts.legend(layer, picture, _figures_of(layer, picture))
        for layer in reversed(registry.layers)
        if layer.legend is not None
    ]
    credit = picture.city.credit_line(picture.texts.lang)
    traced = picture.texts.say(
        "traced", snapshot=picture.pinned.snapshot, hash=picture.pinned.hash
    )
    link = f"/figures?{picture.pinned.view.url()}"
    meant = html.A(picture.texts.say("figures-title"), href=link)
    told = html.Div([traced, " · ", meant], className="traced")
    hands = [] if picture.pinned.view.frame else [_hands(picture)]
    return [
        html.Div(rows, className="legend-rows"),
        html.Div([credit, told], className="credit"),
        *hands,
    ]


def _hands(picture: Picture) -> Component:
    """Return the buttons beside the map: nearer, farther, the whole city again, its link."""
    found: list[Component] = []
    for what, path in _HANDS.items():
        said = picture.texts.say(f"map-{what}")
        drawn = f'<svg viewBox="0 0 20 20" aria-hidden="true"><path d="{path}"/></svg>'
        told = {**aria("label", said), **attributes({"map": what})}
        button = html.Button(markup.Raw(drawn), type="button", title=said, **told)
        found.append(button)
    return html.Div(found, className="map-hands")


def _figures_of(layer: Layer, picture: Picture) -> tuple[str, ...]:
    """Return the ids of the figures that stand beside a layer's name in the legend."""
    names = [name.partition(".")[2] for name in picture.page.legend.get(layer.id, ())]
    found = picture.figures
    any_of = {name for name in ONLY_IF_ANY if name in found and found[name].value}
    return tuple(name for name in names if name not in ONLY_IF_ANY or name in any_of)


def side(picture: Picture) -> list[Component]:
    """Return the panel: the picked event, else the chosen district, else the whole city."""
    if picture.pinned.event and picture.page.regions.get("event"):
        ways = [*to_page("event", picture.pinned.event, picture), event.close(picture)]
        return [html.Div(ways, className="event-close"), *_shown("event", picture)]
    row = picture.district()
    if row is None:
        return _whole_city(picture)
    texts = picture.texts
    facts = area_and_people(row, picture)
    close = html.Button(
        "×",
        type="button",
        className="close",
        title=texts.say("close"),
        **aria("label", texts.say("close")),
        **attributes({"action": json.dumps({"district": ""})}),
    )
    head = [
        html.H2(named(texts.name(row))),
        *to_page("district", row["district_id"], picture),
        close,
    ]
    return [
        html.Div(head, className="panel-head"),
        html.P(facts, className="sub"),
        *_shown("district", picture),
    ]


def area_and_people(row: Row, picture: Picture) -> str:
    """Return the area of a district, how many live there, and the moment of the data."""
    km2 = row["area_km2"]
    area = formatting.DASH if km2 is None else f"{formatting.number(km2)} km²"
    people = _people(row["population"], picture)
    when = picture.when(picture.data_as_of)
    return picture.texts.say("district-facts", area=area, people=people, moment=when)


def to_page(of: Subject, thing: str, picture: Picture) -> list[Component]:
    """Return the way to the page of one thing; none where the city has no such page."""
    page = picture.subjects.get(of)
    if page is None or picture.pinned.view.frame:
        return []
    rest = replace(picture.pinned.view, picked="", district="", panel="")
    href = f"{page.of(thing)}?{rest.url()}"
    return [
        html.A(picture.texts.say(f"open-{of}-page"), href=href, className="to-page")
    ]


def _shown(region: Region, picture: Picture) -> list[Component]:
    return [panels.show(shown, picture) for shown in picture.region(region)]


def _people(population: int | None, picture: Picture) -> str:
    """Return how many live there by the census of the pack; a dash where nobody counted."""
    if population is None:
        return formatting.DASH
    counted = formatting.count(population)
    year = picture.city.settings.get("census", {}).get("year")
    if year is None:
        return picture.texts.say("people-undated", n=counted)
    return picture.texts.say("people", n=counted, year=str(year))


def _whole_city(picture: Picture) -> list[Component]:
    texts = picture.texts
    says = parts.sentence_of(picture, links=not picture.pinned.view.frame)
    head = [
        html.H2(texts.say("whole-city")),
        *says,
        html.P(texts.say("choose-district"), className="sub"),
        *_shown("then", picture),
    ]
    side, aside, compare = (
        _shown(name, picture) for name in ("side", "aside", "compare")
    )
    if not compare:
        return [*head, *side, *aside]
    if panel_px(picture) > PANEL_PX:
        columns = [html.Div([*head, *side]), html.Div([*compare, *aside])]
        return [html.Div(columns, className="columns")]
    chosen = picture.pinned.view.panel
    below = compare if chosen == "districts" else [*side, *aside]
    return [*head, _tabs(chosen, picture), *below]


def _tabs(chosen: str, picture: Picture) -> Component:
    tabs = [
        html.Button(
            picture.texts.say(f"panel-{name or 'overview'}"),
            type="button",
            role="tab",
            **aria("selected", str(name == chosen).lower()),
            **attributes({"action": json.dumps({"panel": name})}),
        )
        for name in ("", "districts")
    ]
    return html.Div(tabs, className="tabs", role="tablist")


def panel_px(picture: Picture) -> int:
    """Return the width of the panel, CSS px."""
    view = picture.pinned.view
    has_room = bool(view.frame) and frame.read(view.frame)[0] >= TWO_COLUMNS_FROM_PX
    has_two = not (view.district or picture.pinned.event) and bool(
        picture.page.regions.get("compare")
    )
    return PANEL_PX + COLUMN_PX if has_room and has_two else PANEL_PX


def foot(picture: Picture) -> list[Component]:
    """Return the time bar: the day against the usual day; a click on it looks back."""
    texts, zone = picture.texts, picture.city.zone
    live = html.Button(
        texts.say("live"),
        type="button",
        className="live",
        disabled=picture.looking == "live",
        **attributes({"action": json.dumps({"as_of": "live"})}),
    )
    day = next(picture.region("foot"), None)
    can_play = day is not None and day.panel.kind == "trend" and bool(day.rows)
    controls = html.Div(
        [live, *_then(picture), *_play(picture, can_play=can_play)],
        className="foot-controls",
    )
    if day is None:
        return [controls]
    if note := panels.note(day, picture):
        return [controls, note]
    if day.panel.kind != "trend":
        return [controls, panels.show(day, picture)]
    name = _title_of_day(day, picture)
    if picture.pinned.view.frame:
        drawn = lines.trend(day.rows, zone, heights=False)
    else:
        drawn = _chosen_from(day, name, picture)
    usual = html.Small(trend.usual(day, picture), className="usual-said")
    said: Component = html.Span(name)
    if picture.is_accountable:
        said = asks([said], f"{day.layer}/{day.panel.name}")
    title = html.Span([said, usual], className="foot-title")
    chart = html.Div(drawn, className="day")
    return [controls, html.Div([title, chart], className="foot-chart")]


# How many times faster than the world a day may be played, and the first of them that is offered.
SPEEDS, SPEED = (1, 60, 300, 600), 60


def _play(picture: Picture, *, can_play: bool) -> list[Component]:
    """Return what plays the day from the moment looked at, how fast, and the way to another day.

    Without the day's line there is nothing to play along.
    """
    if picture.pinned.view.frame or picture.pinned.is_beyond:
        return []
    say, local = picture.texts.say, picture.pinned.as_of.astimezone(picture.city.zone)
    newest = picture.pinned.newest_as_of.astimezone(picture.city.zone)
    play = html.Button(
        "▶",
        type="button",
        className="play",
        title=say("play"),
        **aria("label", say("play")),
        **aria("pressed", "false"),
        **attributes({"play": "yes"}),
    )
    speeds = [
        html.Option(f"{each}×", value=str(each), selected=each == SPEED)
        for each in SPEEDS
    ]
    speed = html.Select(
        speeds,
        className="speed",
        **aria("label", say("speed")),
        **attributes({"speed": "yes"}),
    )
    # The time of day stays as it is: the browser gives another date.
    date = markup.Raw(
        f'<input type="date" class="other-day" aria-label="{escape(say("other-day"))}"'
        f' value="{local.date()}" max="{newest.date()}"'
        f' data-date="{local:%H:%M:%S}">'
    )
    player = [html.Div([play, speed], className="player")] if can_play else []
    return [*player, date]


def _title_of_day(day: Shown, picture: Picture) -> str:
    """Return what the day's line shows; of another day than the present one with its date."""
    title = picture.texts.say(day.panel.title)
    if picture.looking == "live":
        return title
    zone, moment = picture.city.zone, picture.pinned.as_of
    date = formatting.date(moment, zone, picture.texts)
    dated = picture.texts.attribute(day.panel.title, "dated")
    return f"{date} · {dated or title}"


def _chosen_from(day: Shown, name: str, picture: Picture) -> Component:
    """Return the day's line as a slider: any minute of it can be looked at."""
    texts, pinned = picture.texts, picture.pinned
    first, as_of = day.rows[0]["at"], pinned.as_of
    whole_s = len(day.rows) * 3_600
    at_s = min(max((as_of - first).total_seconds(), 0), whole_s)
    told = texts.say("day-told", moment="{moment}", n="{n}")
    held = {} if picture.looking == "live" else {"held": "yes"}
    slider = {
        "role": "slider",
        "tabIndex": "0",
        "title": texts.say("day-choose"),
        **aria("label", f"{name}. {texts.say('day-choose')}"),
        **aria("valuemin", "0"),
        **aria("valuemax", str(whole_s // 60)),
        **aria("valuenow", str(round(at_s / 60))),
        **aria("valuetext", picture.when(as_of, seconds=False)),
        **attributes(
            {
                "at": to_text(as_of),
                "until": to_text(pinned.newest_as_of),
                "told": told,
                **held,
            }
        ),
    }
    shown = {"left": f"{100 * at_s / whole_s:.2f}%"}
    looked = [html.I(className="day-at", style=shown)] if held else []
    over = [
        *looked,
        html.I(className="day-cross", hidden=True),
        html.Span(className="day-told", hidden=True),
    ]
    return lines.trend(
        day.rows, picture.city.zone, heights=False, chooser=slider, over=over
    )


def _then(picture: Picture) -> list[Component]:
    """Return the control back to what was known at the moment itself, where it is not shown."""
    if picture.looking != "known-at" or not picture.is_held:
        return []
    action = attributes({"action": json.dumps({"known_at": ""})})
    said = picture.texts.say("show-as-known-then")
    return [html.Button(said, type="button", className="then", **action)]
