"""The course of one event as lanes along one time line: stages, reports and levels, each unit.

How a line is drawn says how far a unit was: dotted while it had not taken the order, thin on its
way, a bar on site, a tick when it was done. The first seconds matter most and would be nothing
beside hours: up to the target of the first response the scale is another, and the break is drawn.

The rows are those of the other panels of the page, so that no figure is worked out twice.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from dash import html

from twin.faces import formatting
from twin.faces.dom import attributes, named
from twin.faces.panels.markup import Markup

if TYPE_CHECKING:
    from datetime import datetime

    from dash.development.base_component import Component

    from twin.faces.figure import Row
    from twin.faces.picture import Picture, Shown

# Share of the line that the first part takes, %, and how many times longer the whole must be.
FIRST_PCT, BREAKS_FROM = 27.0, 4.0
# Room beside a label, % of the line: closer than this the later of two is not written.
LABEL_PCT = 9.0
# Lengths of a step of the scale, s, of which it has at most so many.
STEPS_S = (60, 300, 600, 1_800, 3_600, 7_200, 21_600, 43_200, 86_400, 172_800, 604_800)
MOST_STEPS = 6
# The time after now is drawn while the target is no further away than what has gone by.
AHEAD = 2.0


@dataclass(frozen=True)
class Scale:
    """Where a moment lies along the line.

    Attributes:
        whole_s: seconds that the line is long.
        knee_s: end of the first part, s; 0 where one scale serves all.
    """

    whole_s: float
    knee_s: float = 0.0

    def at(self, seconds: float) -> float:
        """Return where a moment lies, % of the line; it never lies beside it."""
        seconds = min(max(seconds, 0.0), self.whole_s)
        if not self.knee_s:
            return 100 * seconds / self.whole_s
        if seconds <= self.knee_s:
            return FIRST_PCT * seconds / self.knee_s
        rest = (seconds - self.knee_s) / (self.whole_s - self.knee_s)
        return FIRST_PCT + (100 - FIRST_PCT) * rest

    def ticks(self) -> Iterator[float]:
        """Yield where the scale is written, s."""
        if self.knee_s:
            yield from (0.0, self.knee_s / 2)
        length = self.whole_s - self.knee_s
        step = next(
            (each for each in STEPS_S if length / each <= MOST_STEPS), STEPS_S[-1]
        )
        n = 1 if self.knee_s else 0
        while n * step <= self.whole_s:
            if n * step > self.knee_s or not self.knee_s:
                yield float(n * step)
            n += 1


def scale_of(row: Row) -> Scale:
    """Return the scale of an event's lanes: as far as now, its end, or a target close ahead."""
    gone = max(float(row["age_s"]), 1.0)
    if not row["is_open"] and row["closure_s"] is not None:
        gone = max(float(row["closure_s"]), 1.0)
    target = row["closure_target_s"]
    whole = max(gone, target) if target and target <= AHEAD * gone else gone
    whole *= 1.02
    knee = row["response_target_s"] or 0
    return Scale(whole, float(knee) if knee and whole > BREAKS_FROM * knee else 0.0)


def _body(shown: Shown, picture: Picture) -> Component:
    row = shown.rows[0]
    scale = scale_of(row)
    drawing = _Lanes(row, scale, picture)
    lanes = [drawing.axis(), drawing.stages(), drawing.reports()]
    lanes += [drawing.unit(each) for each in picture.rows("event.units")]
    return html.Div([*lanes, drawing.key()], className="lanes")


@dataclass(frozen=True)
class _Lanes:
    row: Row
    scale: Scale
    picture: Picture

    def axis(self) -> Component:
        marks: list[Component] = [
            self._at(second, self._length(second), "lane-tick")
            for second in self.scale.ticks()
        ]
        return self._lane("", "", [*marks, *self._lines(named_too=True)], "axis")

    def stages(self) -> Component:
        """Return the lane of the stages that the event was in."""
        entries = self.picture.rows("event.stages")
        parts: list[Component] = []
        for nth, each in enumerate(entries):
            begun = self._since(each["entered_at"])
            is_last = nth == len(entries) - 1
            name = self._write(each["stage"], "stage")
            closed = is_last and not self.row["is_open"]
            until = begun if closed else begun + max(float(each["dwell_s"]), 0.0)
            moment = self.picture.when(each["entered_at"])
            title = f"{name} · {moment} · {self._length(each['dwell_s'])}"
            kind = "lane-stage back" if each["is_back"] else "lane-stage"
            parts.append(self._span(begun, until, kind, title, name))
        said = self.picture.texts.say
        empty = (
            [] if parts else [html.Span(said("event-no-stages"), className="lane-none")]
        )
        return self._lane(
            said("event-lane-stages"),
            said("event-lane-entered"),
            [*parts, *empty, *self._lines()],
            "stages",
        )

    def reports(self) -> Component:
        """Return the lane of reports that are one incident, and of steps to other levels."""
        said = self.picture.texts.say
        parts: list[Component] = []
        reports = self.picture.rows("event.reports")
        for each in reports:
            title = f"{each['title']} · {self.picture.when(each['reported_at'])}"
            begun = self._since(each["reported_at"])
            parts.append(self._point(begun, "lane-report", title))
        last = -100.0
        for each in self.picture.rows("event.steps"):
            level = said(each["to_level"])
            moved = self._since(each["moved_at"])
            title = (
                f"{said(each['way'])} · {level} · {self.picture.when(each['moved_at'])}"
            )
            parts.append(self._point(moved, f"lane-{each['way']}", title))
            if self.scale.at(moved) - last >= LABEL_PCT:
                last = self.scale.at(moved)
                parts.append(self._at(moved, level, "lane-label below"))
        below = said("event-lane-merged", n=max(len(reports), 1))
        return self._lane(
            said("event-lane-reports"), below, [*parts, *self._lines()], "reports"
        )

    def unit(self, unit: Row) -> Component:
        """Return the lane of one unit, drawn by how far it was."""
        sent = self._since(unit["sent_at"])
        acked, arrived, done = (
            unit[f"{name}_s"] for name in ("acked", "arrived", "done")
        )
        ends = self._now() if self.row["is_open"] else self.scale.whole_s / 1.02
        parts = [self._span(sent, _first(acked, arrived, done, ends), "lane-waiting")]
        if acked is not None:
            parts.append(self._span(acked, _first(arrived, done, ends), "lane-way"))
            parts.append(self._point(acked, "lane-acked"))
        if arrived is not None:
            parts.append(self._span(arrived, _first(done, ends), "lane-site"))
        if done is not None:
            parts.append(self._point(done, "lane-done"))
        labels = self._labels(
            (acked, "event-lane-acked"),
            (arrived, "event-lane-arrived"),
            (done, "event-lane-done"),
        )
        told = unit["result"] or self.picture.texts.say(unit["state"])
        times = html.Small(self._times(unit), className="lane-times")
        result = [html.Span(named(told)), times]
        role = self.picture.texts.say(f"unit-{unit['role']}")
        return self._lane(
            unit["unit"], role, [*parts, *labels, *self._lines()], "unit", result
        )

    def key(self) -> Component:
        """Return what each way of drawing a line says."""
        found = [
            html.Span(
                [html.I(className=f"lane-key-{name}"), self.picture.texts.say(key)]
            )
            for name, key in (
                ("waiting", "unit-sent"),
                ("way", "unit-acked"),
                ("site", "unit-arrived"),
                ("done", "unit-done"),
            )
        ]
        return html.Div(found, className="lane-keys")

    def _times(self, unit: Row) -> str:
        """Return the times of a unit in words, for whoever does not see the line."""
        said = [
            self.picture.texts.say(key, time=self._length(unit[name]))
            for name, key in (
                ("acked_s", "event-lane-acked"),
                ("arrived_s", "event-lane-arrived"),
                ("done_s", "event-lane-done"),
            )
            if unit[name] is not None
        ]
        return " · ".join(said)

    def _labels(self, *given: tuple[int | None, str]) -> Iterator[Component]:
        last = -100.0
        for seconds, key in given:
            if seconds is None or self.scale.at(seconds) - last < LABEL_PCT:
                continue
            last = self.scale.at(seconds)
            text = self.picture.texts.say(key, time=self._length(seconds))
            yield self._at(seconds, text, "lane-label")

    def _lines(self, *, named_too: bool = False) -> Iterator[Component]:
        """Yield the lines that go through all lanes: both targets, the break, now."""
        texts = self.picture.texts
        for name in ("response", "closure"):
            target = self.row[f"{name}_target_s"]
            if target and target <= self.scale.whole_s:
                said = texts.say(f"event-lane-{name}", time=self._length(target))
                kind = f"lane-target of-{name}"
                yield self._at(target, said if named_too else "", kind)
        if self.row["is_open"]:
            now = self._now()
            said = texts.say("event-lane-now", time=self._length(now))
            yield self._at(now, said if named_too else "", "lane-now")
            yield self._span(now, self.scale.whole_s, "lane-ahead")

    def _now(self) -> float:
        return max(float(self.row["age_s"]), 0.0)

    def _since(self, moment: datetime) -> float:
        return (moment - self.row["created_at"]).total_seconds()

    def _length(self, seconds: float | None) -> str:
        return self._write(seconds, "duration")

    def _write(self, value: object, fmt: str) -> str:
        return formatting.write(value, fmt, self.picture.texts, self.picture.city.zone)

    def _at(self, seconds: float, text: str, kind: str) -> Component:
        at = self.scale.at(seconds)
        side = " ends" if at > 100 - LABEL_PCT else ""
        return html.Span(text, className=f"{kind}{side}", style={"left": f"{at:.2f}%"})

    def _point(self, seconds: float, kind: str, title: str = "") -> Component:
        style = {"left": f"{self.scale.at(seconds):.2f}%"}
        return html.I(className=f"lane-point {kind}", style=style, title=title or None)

    def _span(
        self, start: float, end: float, kind: str, title: str = "", text: str = ""
    ) -> Component:
        left, right = self.scale.at(start), self.scale.at(end)
        style = {"left": f"{left:.2f}%", "width": f"{max(right - left, 0):.2f}%"}
        has_room = bool(text) and right - left >= LABEL_PCT / 2
        inner = html.Span(text) if has_room else None
        return html.Div(inner, className=kind, style=style, title=title or None)

    def _lane(
        self,
        name: str,
        below: str,
        parts: Sequence[Component],
        kind: str,
        result: Sequence[Component] = (),
    ) -> Component:
        head = html.Div([html.B(named(name)), html.Small(below)], className="lane-name")
        knee = self.scale.at(self.scale.knee_s)
        broken = (
            [html.S(className="lane-break", style={"left": f"{knee:.2f}%"})]
            if self.scale.knee_s
            else []
        )
        track = html.Div([*broken, *parts], className="lane-track")
        end = html.Div(list(result), className="lane-result")
        return html.Div(
            [head, track, end], className=f"lane {kind}", **attributes({"lane": kind})
        )


def _first(*moments: float | None) -> float:
    """Return the first of some moments that is known, s."""
    return next(float(each) for each in moments if each is not None)


MARKUP = Markup(_body)
