"""From when to when a rule is broken, and what becomes of alerts by it: raised, worse, cleared.

Moments are whole microseconds since 1970. Everything is told as whoever watched live saw it: a
moment is the one from which something was known.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, NamedTuple

SECOND = 1_000_000


@dataclass(frozen=True)
class Rule:
    """A row of `alert_rules`, durations in microseconds; what it does not give is zero or None."""

    id: str
    signal: str
    applies_to: str | None
    threshold: float | None
    least_n: int
    n_weeks: int
    within: int
    raise_for: int
    clear_threshold: float | None
    clear_for: int
    level: int
    worse_threshold: float | None
    worse_after: int | None
    worse_level: int

    @classmethod
    def of(cls, row: Mapping[str, Any]) -> Rule:
        """Return the rule that a row of the table says."""

        def us(name: str) -> int:
            return (row[name] or 0) * SECOND

        after = row["escalate_after_s"]
        return cls(
            row["rule_id"],
            row["signal"],
            row["applies_to"],
            row["threshold"],
            row["least_n"] or 1,
            row["n_weeks"] or 1,
            us("within_s"),
            us("raise_for_s"),
            row["clear_threshold"],
            us("clear_for_s"),
            row["level"],
            row["escalate_threshold"],
            None if after is None else after * SECOND,
            row["escalate_level"] or row["level"],
        )


class Span(NamedTuple):
    """A stretch in which a rule is broken.

    Attributes:
        from_k, to_k: from when to when it is seen; None while it goes on.
        from_o, to_o: the same in the world.
        worse_k: from when it is beyond the rule's worse threshold; None for never.
    """

    from_k: int
    from_o: int
    to_k: int | None = None
    to_o: int | None = None
    value: float | None = None
    threshold: float | None = None
    end_value: float | None = None
    worse_k: int | None = None
    district_id: str | None = None
    lon_ud: int | None = None
    lat_ud: int | None = None


@dataclass(frozen=True)
class Held:
    """An alert that is open."""

    raised_k: int
    raised_o: int
    is_worse: bool
    first: Span
    """Where it began: value, threshold and place are told of it."""


class Step(NamedTuple):
    """One row of the log, but for what all alerts of a rule have in common."""

    what: str
    at: int
    k: int
    raised_k: int
    rule: Rule
    subject: str
    level: int
    value: float | None
    threshold: float | None
    district_id: str | None
    lon_ud: int | None
    lat_ud: int | None


class Turn(NamedTuple):
    """A moment at which what a rule watches turned bad, or good."""

    k: int
    o: int
    is_bad: bool
    value: float | None = None
    threshold: float | None = None
    district_id: str | None = None
    lon_ud: int | None = None
    lat_ud: int | None = None


class Beat(NamedTuple):
    """A sign of life; `limit` is how long silence after it is no alert, None for ever.

    The first probe of a link that never answered stands for one, too.
    """

    k: int
    o: int
    limit: int | None
    lon_ud: int | None = None
    lat_ud: int | None = None
    is_answered: bool = True


def steps(
    rule: Rule,
    subject: str,
    spans: Iterable[Span],
    held: Held | None,
    after: int,
    until: int,
) -> list[Step]:
    """Return what becomes of a rule's alerts on one subject, later than `after` and by `until`.

    Args:
        spans: in order; at least all that reach beyond `after` less the rule's `clear_for`, and
            exact from `after` less its `raise_for` on.
        held: the alert that is open at `after`.
    """
    found: list[Step] = []
    last: Span | None = None
    for span in spans:
        end = _end(rule, span)
        if end is not None and (end <= after if held else span.to_k <= after):  # type: ignore[operator]
            continue
        if held and last and span.from_k > (_end(rule, last) or span.from_k):
            found += _ended(rule, subject, held, last)
            held = None
        if held is None:
            raised = span.from_k + rule.raise_for
            if span.to_k is not None and raised >= span.to_k:
                continue
            held = Held(raised, span.from_o + rule.raise_for, False, span)
            found.append(_step("raised", held.raised_o, raised, rule, subject, held))
        if not held.is_worse and span.worse_k is not None:
            worse = max(span.worse_k, held.raised_k)
            if span.to_k is None or worse < span.to_k:
                held = _worse(rule, subject, held, worse, found)
        last = span
    if held:
        found += _ended(rule, subject, held, last)
    return [step for step in found if after < step.k <= until]


def _end(rule: Rule, span: Span) -> int | None:
    return None if span.to_k is None else span.to_k + rule.clear_for


def _worse(rule: Rule, subject: str, held: Held, k: int, found: list[Step]) -> Held:
    held = replace(held, is_worse=True)
    at = held.raised_o + k - held.raised_k
    step = _step("escalated", at, k, rule, subject, held)
    found.append(
        step._replace(value=rule.worse_threshold, threshold=rule.worse_threshold)
    )
    return held


def _ended(rule: Rule, subject: str, held: Held, last: Span | None) -> Iterator[Step]:
    """Yield how an alert grew old, and how it was cleared."""
    end = None if last is None else _end(rule, last)
    if not held.is_worse and rule.worse_after is not None:
        worse = held.raised_k + rule.worse_after
        if end is None or worse < end:
            found: list[Step] = []
            held = _worse(rule, subject, held, worse, found)
            yield from found
    if last is not None and end is not None:
        at = (
            last.to_o if last.to_o is not None else end - rule.clear_for
        ) + rule.clear_for
        step = _step("cleared", max(at, held.raised_o), end, rule, subject, held)
        yield step._replace(value=last.end_value)


def _step(what: str, at: int, k: int, rule: Rule, subject: str, held: Held) -> Step:
    first = held.first
    level = rule.worse_level if held.is_worse else rule.level
    return Step(
        what,
        at,
        k,
        held.raised_k,
        rule,
        subject,
        level,
        first.value,
        first.threshold,
        first.district_id,
        first.lon_ud,
        first.lat_ud,
    )


def spans_of_turns(turns: Sequence[Turn], held: Held | None) -> Iterator[Span]:
    """Yield the stretches between turning bad and turning good; turns come in order.

    Args:
        held: the alert that is open where the turns begin: it was bad before them.
    """
    now = held.first if held else None
    for turn in turns:
        if turn.is_bad and now is None:
            now = Span(
                turn.k,
                turn.o,
                value=turn.value,
                threshold=turn.threshold,
                district_id=turn.district_id,
                lon_ud=turn.lon_ud,
                lat_ud=turn.lat_ud,
            )
        elif not turn.is_bad and now is not None:
            yield now._replace(to_k=turn.k, to_o=turn.o, end_value=turn.value)
            now = None
    if now is not None:
        yield now


def spans_of_silence(
    beats: Sequence[Beat],
    worse: int | None,
    held: Held | None,
    until: int,
) -> Iterator[Span]:
    """Yield the silences that last longer than their limits.

    Args:
        beats: by `k`, then `o`; one that happened before another that was known already says
            nothing.
        worse: silence from which the alert is worse, microseconds; None for never.
        held: the alert that is open where the beats begin: there was silence before them.
        until: silence is looked at up to this moment.
    """
    last: Beat | None = None
    now = _from_held(held, worse)
    for beat in beats:
        if last is not None and last.is_answered and beat.o <= last.o:
            continue
        now = now or _silence(last, beat.k, worse)
        is_over = beat.limit is None or beat.o + beat.limit > beat.k
        if now is not None and is_over:
            began = now.from_o - round((now.value or 0) * SECOND)
            gone = (beat.k - began) / SECOND
            yield now._replace(to_k=beat.k, to_o=beat.o, end_value=gone)
            now = None
        elif (
            now is not None
            and worse is not None
            and (now.worse_k is None or now.worse_k > beat.k)
        ):  # heard of long ago, and not worse yet
            now = now._replace(worse_k=max(beat.o + worse, now.from_k))
        last = beat
    now = now or _silence(last, until + 1, worse)
    if now is not None:
        yield now


def _from_held(held: Held | None, worse: int | None) -> Span | None:
    """Return the silence of an open alert, as if it had one sign of life before it."""
    if held is None or worse is None:
        return held.first if held else None
    began = held.first.from_o - round((held.first.value or 0) * SECOND)
    return held.first._replace(worse_k=max(began + worse, held.first.from_k))


def _silence(last: Beat | None, before: int, worse: int | None) -> Span | None:
    """Return the silence after a beat, if it is longer than its limit before the next."""
    if last is None or last.limit is None:
        return None
    over = last.o + last.limit
    start = max(over, last.k)
    if start >= before:
        return None
    return Span(
        start,
        over,
        value=last.limit / SECOND,
        threshold=last.limit / SECOND,
        worse_k=None if worse is None else max(last.o + worse, start),
        lon_ud=last.lon_ud,
        lat_ud=last.lat_ud,
    )
