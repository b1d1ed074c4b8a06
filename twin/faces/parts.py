"""Parts that every face has.

They are the marks of simulated data and of drills, the age of the data, the banner and
the legend.
"""

from __future__ import annotations

import json
import math
from dataclasses import replace
from itertools import pairwise
from types import MappingProxyType
from typing import TYPE_CHECKING

from dash import html

from twin.clock import to_text
from twin.faces import formatting, markup, narrowing, sentence
from twin.faces.dom import aria, asking, attributes, live_mark, of_figure
from twin.faces.freshness import freshness
from twin.faces.picture import OF_THE_DAY, OPEN
from twin.faces.rules import MESSAGES
from twin.layer import Band, Classes, Kind, Ramp
from twin.marks import marks
from twin.palette import rgba
from twin.view import View

# Sentences of the store that a banner shows: it must not cover the picture.
MOST_SENTENCES = 2

# What the dialog of an account says by itself.
_OF_ACCOUNTS = ("close", "account-page", "account-fetching", "account-silent")

# What the clockwork of a face says by itself.
_SPOKEN = (
    "clock-behind",
    "offline",
    "acts-kept",
    "map-label",
    "copied",
    "copy-failed",
)

# From here on a limit under a scale is written in thousands.
SHORT_FROM = 10_000

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from dash.development.base_component import Component

    from twin.city import City
    from twin.faces.figure import Figure
    from twin.faces.picture import Picture
    from twin.faces.texts import Texts
    from twin.layer import Layer, Legend, Param, Rgba
    from twin.query.areas import Read
    from twin.view import Pinned


def chips(picture: Picture) -> list[Component]:
    """Return the marks that must never be missed: simulated data, a drill, another moment."""
    texts, view = picture.texts, picture.pinned.view
    found: list[Component] = []
    if picture.status.simulated:
        found.append(
            html.Span(texts.say("simulated"), className="chip hatched", id="simulated")
        )
    if view.mode == "drill" or picture.status.mode == "drill":
        found.append(html.Span(texts.say("drill"), className="chip hatched drill"))
    if said := moments(picture):
        looking = attributes({"looking": picture.looking})
        found.append(html.Span(said, className="chip past", **looking))
    found += narrowing.chip(picture)
    # A page that lives says so by itself.
    if view.frame and picture.age_state != "fresh":
        found.append(
            html.Span(
                f"{texts.say('late')} · {picture.said_age}",
                className="chip hatched late",
            )
        )
    return found


def title(city: City, texts: Texts) -> Component:
    """Return the city's name and what is shown of it, in the direction of the name."""
    said = title_of(city, texts)
    return html.H1(said, dir="auto", title=said)


def title_of(city: City, texts: Texts) -> str:
    """Return the city's name and what is shown of it."""
    return texts.say(
        "title", city=texts.name({"name": city.name, "name_en": city.name_en})
    )


def ways(texts: Texts) -> list[Component]:
    """Return the ways to the other language and to the wall, which stays in this one."""
    other = "en" if texts.lang == "zh-CN" else "zh-CN"
    return [
        html.Button(
            texts.say("other-language"),
            type="button",
            className="quiet",
            **attributes({"action": json.dumps({"lang": other})}),
        ),
        html.A(
            texts.say("open-wall"),
            href=f"/wall/default?{View(lang=texts.lang).url()}",
            className="quiet",
        ),
    ]


def sentence_of(picture: Picture, *, links: bool) -> list[Component]:
    """Return the sentence of the day; hidden where nothing is known to say.

    Args:
        links: whether each clause leads to its rows: on a wall nobody can follow one.
    """
    said, found = picture.texts.say, sentence.clauses(picture)
    if not found:
        # It keeps its place: what stands below stays the same part of the page.
        return [html.P(className="sentence", hidden=True)]
    pieces: list[Component | str] = []
    for nth, each in enumerate(found):
        pieces += [said("sentence-join")] * (nth > 0)
        text = html.Bdi(each.text)
        of = attributes({"clause": each.kind})
        pieces.append(
            html.A(text, href=each.href, **of) if links else html.Span(text, **of)
        )
    return [
        html.P(
            [*pieces, said("sentence-end")],
            className="sentence",
            **aria("label", said("sentence")),
        )
    ]


def moments(picture: Picture) -> list[Component]:
    """Return the words of the time chip; none on a live page.

    They are the moment looked at and, if it is another, the moment at which it was known so.
    """
    texts, pinned = picture.texts, picture.pinned
    found: list[Component] = []
    if pinned.is_beyond:
        found += [
            html.Span(picture.when(pinned.as_of)),
            html.Span(texts.say("looking-beyond")),
        ]
    elif picture.is_held:
        found.append(
            html.Span(texts.say("looking-back", moment=picture.when(pinned.as_of)))
        )
    if pinned.known_at != pinned.as_of:
        found.append(
            html.Span(texts.say("as-known-at", moment=picture.when(pinned.known_at)))
        )
    return found


def age(picture: Picture) -> Component:
    """Return the time of the data and its age; in a look back also which snapshot answered.

    The browser keeps the age running from `data-since`, and paints again when the newest
    snapshot is not `data-newest`, or what is damaged not `data-state`: in a look back only
    when there is news. Against a clock that is behind the newest data (`data-until`) there
    is no age: that is said instead. `data-age` is the state of the data when this was
    painted: 'fresh', 'late' or 'old'. The style sheet hatches and dims by it, so that a
    framed picture, whose age does not run, needs no browser for it.
    """
    texts, as_of, pinned = picture.texts, picture.data_as_of, picture.pinned
    behind = picture.clock_behind_s
    said_age = (
        texts.say("clock-behind", n=formatting.behind(behind, texts))
        if behind
        else picture.said_age
    )
    passed = html.Span(
        said_age,
        className="age clock-behind" if behind else "age",
        **attributes({"since": to_text(as_of), "until": to_text(picture.status.as_of)}),
    )
    when = html.Span(texts.say("data-as-of", moment=picture.when(as_of)))
    said = [html.Span([when, html.Span(" · "), passed], className="as-of-line")]
    if picture.looking in {"looking-back", "known-at"}:
        answered = texts.say("answered-by", moment=picture.when(pinned.snapshot_as_of))
        said.append(html.Span(answered, className="answered-by"))
    newest = pinned.snapshot if pinned.view.as_of is None else picture.status.snapshot
    ids = attributes(
        {
            "snapshot": pinned.snapshot,
            "newest": newest,
            "state": picture.status.tag,
            "age": picture.age_state,
        }
    )
    if picture.is_accountable:
        ids |= attributes({"view": held(pinned).url()})
    return html.Div(said, className="as-of", **ids)


def held(pinned: Pinned) -> View:
    """Return the view that shows the same whenever it is opened: both clocks stand in it."""
    known_at = None if pinned.known_at == pinned.as_of else pinned.known_at
    return replace(pinned.view, as_of=pinned.as_of, known_at=known_at, frame="")


def banner(picture: Picture) -> list[Component]:
    """Return what is wrong with the data, what to do, and why this moment has no figures.

    Empty when all is well.
    """
    of_lake = picture.status.problems
    of_moment = [
        problem for problem in picture.pinned.problems if problem not in of_lake
    ]
    found: list[Component] = []
    if of_lake:
        found.append(problem(_leads(picture), of_lake, "lake", picture.texts))
    if of_moment:
        found.append(
            problem(
                [picture.texts.say("moment-lead")], of_moment, "moment", picture.texts
            )
        )
    if picture.faults:
        lead = picture.texts.say("page-faults")
        found.append(problem([lead], picture.faults, "page", picture.texts))
    found += _failures(picture)
    return found + _notices(picture)


def _leads(picture: Picture) -> list[str]:
    texts, lost = picture.texts, picture.status.damaged or picture.pinned.damaged
    if not lost:
        return [texts.say("problems-lead")]
    return [
        texts.say("damaged-lead", tables=formatting.few(lost)),
        texts.say("damaged-fix"),
    ]


def problem(
    leads: Sequence[str],
    sentences: Sequence[str],
    of: str,
    texts: Texts,
    said: str = "",
    most: int = MOST_SENTENCES,
) -> Component:
    """Return a problem: what it means, then the first of the store's own sentences.

    The meaning is in the reader's language.

    Args:
        of: 'lake', 'moment' or 'reason' (then nothing can be shown).
        said: what the browser compares, so that the same reason is not painted again.
    """
    more = len(sentences) - most
    listed = [
        html.P(sentence, className="problem-detail", lang="en")
        for sentence in sentences[:most]
    ]
    rest = (
        [html.P(texts.say("problems-more", n=more), className="problem-detail")]
        if more > 0
        else []
    )
    said_first = [
        html.P(lead, className="problem-lead" if n == 0 else "problem-fix")
        for n, lead in enumerate(leads)
    ]
    return html.Div(
        [*said_first, *listed, *rest],
        className="problem",
        role="alert",
        **attributes({"of": of, "said": said}),
    )


def _failures(picture: Picture) -> list[Component]:
    """Return which panels and maps failed, by name, and why.

    On no face has each of them a place of its own to say it in.
    """
    texts, failed = picture.texts, [shown for shown in picture.shown if shown.failed]
    maps = picture.failed_maps
    if not failed and not maps:
        return []
    titles = [shown.panel.title for shown in failed]
    names = dict.fromkeys(
        texts.say(each) for each in (*titles, *(f"{name}-title" for name in maps))
    )
    lead = texts.say("panels-failed", names=texts.say("comma").join(names))
    why = [f"{shown.name}: {shown.failed}" for shown in failed]
    why += [f"{name}: {said}" for name, said in maps.items()]
    said = [
        html.P(lead, className="problem-lead"),
        *(
            html.P(each, className="problem-detail", lang="en")
            for each in why[:MOST_SENTENCES]
        ),
    ]
    return [
        html.Div(
            said,
            className="problem",
            role="alert",
            **attributes({"of": "panels", "said": " ".join(why)}),
        )
    ]


def _notices(picture: Picture) -> list[Component]:
    """Return why this moment has no figures, with the control that leads to some."""
    texts, found = picture.texts, picture.figures.get(OF_THE_DAY)
    if picture.looking == "beyond":
        until = picture.reason("no-data-after")
        return [_notice([until], texts.say("back-to-live"), {"as_of": "live"})]
    if found is None or found.unknown != "nothing-known":
        return []
    first, why = picture.first_known, picture.reason("nothing-known")
    if first is not None:
        records = texts.say("first-records", moment=picture.when(first))
        why = texts.say("because", what=why, why=records)
    known_at = {"known_at": to_text(picture.pinned.newest_as_of)}
    control = texts.say("show-as-known-now")
    asked = picture.known_now.get(OF_THE_DAY)
    # These could not be asked, or not be answered.
    if asked is None or asked.unknown == "damaged":
        return [_notice([why], control, known_at)]
    day, still_open = (
        _counted(picture.known_now.get(name)) for name in (OF_THE_DAY, OPEN)
    )
    if not day and not still_open:
        return [_notice([why, texts.say("known-now-nothing")])]
    return [
        _notice(
            [why, texts.say("known-now", day=day, open=still_open)], control, known_at
        )
    ]


def _notice(
    sentences: Sequence[str],
    control: str = "",
    action: Mapping[str, str] = MappingProxyType({}),
) -> Component:
    """Return a notice; with a control where there is something to go to."""
    said = html.Span(
        [html.Span(sentence) for sentence in sentences], className="notice-text"
    )
    button = html.Button(
        control,
        type="button",
        className="notice-control",
        **attributes({"action": json.dumps(dict(action))}),
    )
    return html.Div(
        [said, button] if control else [said], className="notice hatched", role="status"
    )


def _counted(figure: Figure | None) -> int:
    return 0 if figure is None or figure.value is None else round(figure.value)


def spoken(texts: Texts, city: City, ttl_s: float) -> str:
    """Return what the browser's own clockwork says, as JSON for a `data-` attribute.

    Those are ages, durations, words of codes and the lost link.
    """
    words = {
        key: texts.say(key, **{name: f"{{{name}}}" for name in "nmdhy"})
        for key in (*MESSAGES, *_SPOKEN, *_OF_ACCOUNTS)
    }
    old_s = ttl_s * freshness(city).stale_factor
    said = {
        "words": words,
        "zone": city.zone.key,
        "ttl": ttl_s,
        "old": old_s,
    }
    return json.dumps(said, ensure_ascii=False)


def legend(layer: Layer, picture: Picture, figures: Sequence[str]) -> Component:
    """Return one layer's row: its switch, its count and its scale. The legend is the switch."""
    assert layer.legend is not None  # noqa: S101  (callers pass layers that are read)
    on, texts = layer.id in picture.pinned.layers, picture.texts
    failed = layer.id in picture.failed_maps or any(
        shown.failed for shown in picture.shown if shown.layer == layer.id
    )
    title = texts.say(layer.legend.title)
    is_live = layer.id in picture.live_maps
    counted = [picture.figures[name] for name in figures if name in picture.figures]
    many = len(counted) > 1
    counts = [_count(each, title, asks=many) for each in counted]
    switch = html.Button(
        [
            html.Span(className="switch-box"),
            html.Span(title, className="legend-title"),
            *live_mark(picture, is_live=is_live),
            *([] if many else [html.Span(counts, className="legend-count")]),
        ],
        type="button",
        role="switch",
        className="legend-switch",
        **aria("checked", "true" if on else "false"),
        **attributes({"action": json.dumps({"toggle": layer.id})}),
    )
    lost = picture.damaged_maps.get(layer.id, ())
    scale = (
        []
        if not on
        else [_undrawn(lost, picture)]
        if lost
        else _stepped(layer, picture)
        or [_scale(layer.legend, picture, picture.areas.get(layer.id))]
    )
    listed = [html.Div(counts, className="legend-counts")] if many else []
    of = {"layer": layer.id, "failed": "yes" if failed else ""}
    if picture.is_accountable:
        of["maps"] = ",".join(data.name for data in layer.maps)
    return html.Div(
        [switch, *listed, *scale, *(narrowing.control(layer, picture) if on else [])],
        className="legend-row",
        **attributes(of),
    )


def _undrawn(lost: Sequence[str], picture: Picture) -> Component:
    """Return what stands in place of the scale of a layer that is not drawn whole.

    Nothing of it, or only a part, can be drawn.
    """
    return html.Div(
        [html.B(formatting.DASH), html.Span(picture.reason("damaged", lost))],
        className="note unknown undrawn",
        **attributes({"unknown": "damaged"}),
    )


def _count(shown: Figure, title: str, *, asks: bool) -> Component:
    """Return a figure in words; its name is left out where the title beside it says the same.

    Args:
        asks: whether it stands by itself, so that it can be asked how it came about; inside a
            switch a key asks for that.
    """
    name = [] if shown.name == title else [f"{shown.name} "]
    return html.Span(
        [
            *name,
            html.B(
                f"{shown.text} {shown.unit}"
                if shown.unit[:1].isalpha()
                else f"{shown.text}{shown.unit}"
            ),
        ],
        className="legend-figure",
        **of_figure(shown),
        **(asking(shown) if asks else {}),
    )


def _css(color: Rgba) -> str:
    return f"rgba({color[0]},{color[1]},{color[2]},{color[3] / 255:.2f})"


def _stepped(layer: Layer, picture: Picture) -> list[Component]:
    """Return the scales whose limits the data give, one for each range of zooms.

    The browser shows the one by which the map is drawn; until then it is the first.
    """
    found: list[Component] = []
    for data in layer.maps:
        limits = picture.steps.get(f"{layer.id}-{data.name}", ())
        scale = data.encoding.scale or (layer.legend.scale if layer.legend else ())
        if data.steps is None or not limits or not isinstance(scale, tuple):
            continue
        read, texts = data.steps, picture.texts
        colors = [_css(step.color) for step in scale]
        shown = [html.Span(_limit(each, texts)) for each in limits]
        bar = [html.I(style={"background": color}) for color in colors]
        counts = _noted(read.counts, picture, read.question.own)
        said = f"{texts.say(read.unit)} · {counts}"
        note = [html.Div(texts.say(read.note), className="legend-note")]
        found.append(
            html.Div(
                [
                    html.Div(bar, className="steps"),
                    html.Div(shown, className="step-limits"),
                    html.Div(said, className="step-unit"),
                    *(note if read.note else []),
                ],
                className="stepped",
                hidden=bool(found),
                **attributes(
                    {"zooms": ",".join(f"{each:g}" for each in data.zooms or ())}
                ),
            )
        )
    return found


def _limit(value: float, texts: Texts) -> str:
    """Return a limit so short that six of them stand side by side."""
    if value < SHORT_FROM:
        return formatting.number(value)
    n, wan = (formatting.number(value / unit) for unit in (1_000, 10_000))
    return texts.say("thousands", n=n, wan=wan)


def _scale(read: Legend, picture: Picture, areas: Read | None) -> Component:
    """Return how the colours and marks of a layer are read; of areas also which have none.

    Classes of areas that could not be asked for have no numbers, so that nothing is said of them.
    """
    is_classes = isinstance(read.scale, Classes)
    if areas is None:
        return html.Div() if is_classes else _steps(read, picture)
    parts = [_classes(read, picture, areas) if is_classes else _steps(read, picture)]
    if areas.n_lost:
        said = picture.texts.say("areas-lost", n=areas.n_lost)
        parts.append(html.Div(said, className="legend-lost", role="status"))
    if is_classes and read.note:
        parts.append(html.Div(_noted(read.note, picture), className="legend-note"))
    return html.Div(parts)


def _classes(read: Legend, picture: Picture, areas: Read) -> Component:
    """Return the classes of areas with their numbers, and what is not known, which has no colour.

    A class goes from its first number to just below the next.
    """
    texts, n = picture.texts, len(areas.bands)
    lows = [formatting.number(band.low) for band in areas.bands[1:]]
    if n == 1:
        low, high = formatting.number(areas.low), formatting.number(areas.high)
        said = [low if low == high else f"{low}–{high}"]
    else:
        between = [f"{low}–{high}" for low, high in pairwise(lows)]
        said = [f"< {lows[0]}", *between, f"≥ {lows[-1]}"] if lows else []
    steps = [
        html.Span([_swatch(band), text], className="kind")
        for band, text in zip(areas.bands, said, strict=True)
    ]
    if read.unit and steps:
        steps.append(html.Span(texts.say(read.unit), className="kind"))
    if areas.n_unknown:
        land = Band(0.0, "", rgba("land"))
        unknown = [_swatch(land), texts.say("areas-unknown", n=areas.n_unknown)]
        steps.append(
            html.Span(
                unknown,
                className="kind",
                **attributes({"unknown-areas": areas.n_unknown}),
            )
        )
    return html.Div(steps, className="kinds classes")


def _steps(read: Legend, picture: Picture) -> Component:
    """Return a ramp between its ends, or each band or kind by its name."""
    texts, scale = picture.texts, read.scale
    assert not isinstance(scale, Classes)  # noqa: S101  (its numbers are those of rows)
    if isinstance(scale, Ramp):
        ends = [
            html.Span(
                texts.say(read.low_end)
                if read.low_end
                else formatting.number(scale.low)
            ),
            html.Span(
                texts.say(read.high_end)
                if read.high_end
                else f"{formatting.number(scale.high)} {texts.say(read.unit)}"
            ),
        ]
        gradient = (
            f"linear-gradient(90deg,{','.join(_css(color) for color in scale.colors)})"
        )
        note = (
            [html.Div(_noted(read.note, picture), className="legend-note")]
            if read.note
            else []
        )
        return html.Div(
            [
                html.Div(className="ramp", style={"background": gradient}),
                html.Div(ends, className="ramp-ends"),
                *note,
            ]
        )
    return html.Div(
        [
            html.Span([_swatch(step), texts.say(step.name)], className="kind")
            for step in scale
        ],
        className="kinds",
    )


def _noted(
    key: str, picture: Picture, own: Mapping[str, Param] = MappingProxyType({})
) -> str:
    """Return the sentence under a scale.

    It says how far back it looks, and of how much ground a share is.

    Args:
        own: what the question gives itself: `least_days` makes the window longer.
    """
    window_s, city = picture.pinned.window_s, picture.city
    least_days = own.get("least_days", 0)
    days = max(window_s / 86_400, least_days if isinstance(least_days, int) else 0)
    cells = sum(city.reference["districts"]["n_cells"].to_pylist())
    hours = window_s // 3_600 if window_s % 3_600 == 0 else 0
    return picture.texts.say(
        key,
        hours=hours,
        minutes=window_s // 60,
        days=math.ceil(days),
        whole_days=0 if window_s % 86_400 or window_s < 172_800 else window_s // 86_400,
        km2=formatting.count(cells * city.raster.cell_m**2 / 1e6),
    )


def _swatch(step: Band | Kind) -> Component:
    """Return what a step looks like on the map: its mark, or a patch of what has none."""
    drawn = (
        [markup.Raw(marks()[step.mark].svg())]
        if isinstance(step, Kind) and step.mark
        else []
    )
    return html.I(
        drawn,
        className="swatch" if drawn else "swatch patch",
        style={"--swatch": _css(step.color)},
    )
