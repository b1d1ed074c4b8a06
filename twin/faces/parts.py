"""Parts that every face has: the marks of simulated data and of drills, the age of the data, the banner, the legend."""

from __future__ import annotations

import json
from types import MappingProxyType
from typing import TYPE_CHECKING

from dash import html

from twin.clock import to_text
from twin.faces import forms
from twin.faces.blocks import aria, attributes, of_figure
from twin.faces.picture import OF_THE_DAY, OPEN
from twin.layer import Band, Kind, Ramp

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from dash.development.base_component import Component

    from twin.faces.picture import Figure, Picture
    from twin.layer import Layer, Legend, Rgba


def chips(picture: Picture) -> list[Component]:
    """Answer the marks that must never be missed: simulated data, a drill, another moment."""
    texts, view = picture.texts, picture.pinned.view
    found: list[Component] = []
    if picture.status.simulated:
        found.append(html.Span(texts.say("simulated"), className="chip hatched", id="simulated"))
    if view.mode == "drill" or picture.status.mode == "drill":
        found.append(html.Span(texts.say("drill"), className="chip hatched drill"))
    if said := moments(picture):
        looking = attributes({"looking": picture.looking})
        found.append(html.Span(said, className="chip past", **looking))
    return found


def moments(picture: Picture) -> list[Component]:
    """Return the words of the time chip; none on a live page.

    They are the moment looked at and, if it is another, the moment at which it was known so.
    """
    texts, pinned = picture.texts, picture.pinned
    found: list[Component] = []
    if pinned.is_beyond:
        found += [html.Span(picture.when(pinned.as_of)), html.Span(texts.say("looking-beyond"))]
    elif picture.is_held:
        found.append(html.Span(texts.say("looking-back", moment=picture.when(pinned.as_of))))
    if pinned.known_at != pinned.as_of:
        found.append(html.Span(texts.say("as-known-at", moment=picture.when(pinned.known_at))))
    return found


def age(picture: Picture) -> Component:
    """Answer the time of the data and its age; in a look back also which snapshot answered.

    The browser keeps the age running from `data-since`, and paints again when the newest snapshot is
    not `data-newest`: in a look back only when there is news.
    """
    texts, as_of, pinned = picture.texts, picture.data_as_of, picture.pinned
    passed = html.Span(forms.age(picture.now - as_of, texts), className="age",
                       **attributes({"since": to_text(as_of)}))
    when = html.Span(texts.say("data-as-of", moment=picture.when(as_of)))
    said = [html.Span([when, html.Span(" · "), passed], className="as-of-line")]
    if picture.looking in {"looking-back", "known-at"}:
        answered = texts.say("answered-by", moment=picture.when(pinned.snapshot_as_of))
        said.append(html.Span(answered, className="answered-by"))
    newest = pinned.snapshot if pinned.view.as_of is None else picture.status.snapshot
    ids = attributes({"snapshot": pinned.snapshot, "newest": newest})
    return html.Div(said, className="as-of", **ids)


def banner(picture: Picture) -> list[Component]:
    """Answer what is wrong with the data, one line each, and why this moment has no figures.

    Empty when all is well.
    """
    of_lake = picture.status.problems
    of_moment = [problem for problem in picture.pinned.problems if problem not in of_lake]
    problems = [_problem(problem, "lake") for problem in of_lake]
    problems += [_problem(problem, "moment") for problem in of_moment]
    return problems + _notices(picture)


def _problem(sentence: str, of: str) -> Component:
    return html.Div(sentence, className="problem", role="alert", **attributes({"of": of}))


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
    if OF_THE_DAY not in picture.known_now:  # that could not be asked
        return [_notice([why], control, known_at)]
    day, still_open = (_counted(picture.known_now.get(name)) for name in (OF_THE_DAY, OPEN))
    if not day and not still_open:
        return [_notice([why, texts.say("known-now-nothing")])]
    return [_notice([why, texts.say("known-now", day=day, open=still_open)], control, known_at)]


def _notice(sentences: Sequence[str], control: str = "", wish: Mapping[str, str] = MappingProxyType({})) -> Component:
    """Return a notice; with a control where there is something to go to."""
    said = html.Span([html.Span(sentence) for sentence in sentences], className="notice-text")
    button = html.Button(control, type="button", className="notice-control",
                         **attributes({"wish": json.dumps(dict(wish))}))
    return html.Div([said, button] if control else [said], className="notice hatched", role="status")


def _counted(figure: Figure | None) -> int:
    return 0 if figure is None or figure.value is None else round(figure.value)


def spoken(picture: Picture, ttl_s: float) -> str:
    """Answer what the browser's own clockwork says (ages, lost link), as JSON for a `data-` attribute."""
    keys = ("age-seconds", "age-minutes", "age-hours", "age-days", "offline", "late")
    words = {key: picture.texts.say(key, n="{n}") for key in keys}
    weekdays = [picture.texts.say(f"weekday-{day}") for day in range(1, 8)]
    return json.dumps({"words": words, "weekdays": weekdays, "zone": picture.city.zone.key, "ttl": ttl_s}, ensure_ascii=False)


def legend(layer: Layer, picture: Picture, figures: Sequence[str]) -> Component:
    """Answer one layer's row: its switch, its count and its scale. The legend is the switch."""
    assert layer.legend is not None  # noqa: S101  (callers pass layers that are read)
    on, texts = layer.id in picture.pinned.layers, picture.texts
    failed = any(shown.failed for shown in picture.shown if shown.layer == layer.id)
    title = texts.say(layer.legend.title)
    counts = [_count(picture.figures[name], title) for name in figures if name in picture.figures]
    many = len(counts) > 1
    switch = html.Button([html.Span(className="switch-box"), html.Span(title, className="legend-title"),
                          *([] if many else [html.Span(counts, className="legend-count")])], type="button", role="switch", className="legend-switch",
                         **aria("checked", "true" if on else "false"), **attributes({"wish": json.dumps({"toggle": layer.id})}))
    scale = [_scale(layer.legend, picture)] if on else []
    listed = [html.Div(counts, className="legend-counts")] if many else []
    return html.Div([switch, *listed, *scale], className="legend-row", **attributes({"layer": layer.id, "failed": "yes" if failed else ""}))


def _count(shown: Figure, title: str) -> Component:
    """Answer a figure in words; its name is left out where the title beside it says the same."""
    name = [] if shown.name == title else [f"{shown.name} "]
    return html.Span([*name, html.B(f"{shown.text} {shown.unit}" if shown.unit[:1].isalpha() else f"{shown.text}{shown.unit}")], className="legend-figure",
                     **of_figure(shown))


def _css(color: Rgba) -> str:
    return f"rgba({color[0]},{color[1]},{color[2]},{color[3] / 255:.2f})"


def _scale(read: Legend, picture: Picture) -> Component:
    texts, scale = picture.texts, read.scale
    if isinstance(scale, Ramp):
        ends = [html.Span(texts.say(read.low_end) if read.low_end else forms.number(scale.low)),
                html.Span(texts.say(read.high_end) if read.high_end else f"{forms.number(scale.high)} {texts.say(read.unit)}")]
        gradient = f"linear-gradient(90deg,{','.join(_css(color) for color in scale.colors)})"
        return html.Div([html.Div(className="ramp", style={"background": gradient}), html.Div(ends, className="ramp-ends")])
    return html.Div([html.Span([_swatch(step), texts.say(step.name)], className="kind") for step in scale], className="kinds")


def _swatch(step: Band | Kind) -> Component:
    shape = step.mark if isinstance(step, Kind) and step.mark else "square"
    return html.I(className=f"swatch {shape.replace('_', '-')}", style={"--swatch": _css(step.color)})
