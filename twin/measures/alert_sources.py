"""When a source of events falls silent, or surges, against its own past.

What is usual is told of the same hour of earlier days and weeks, in hours of 3,600 s and weeks of
168 h, by what was known when the hour began. Too little history is a state and no alert.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import cache
from typing import TYPE_CHECKING, TypeAlias

import numpy as np

from twin.measures.alert_steps import (
    SECOND,
    Beat,
    Held,
    Rule,
    Span,
    spans_of_silence,
)

if TYPE_CHECKING:
    from numpy.typing import NDArray

HOUR = 3_600 * SECOND
DAY = 24 * HOUR
WEEK = 7 * DAY

# Gaps of so many hours, which end with the hour asked about, tell what is usual in it.
BLOCK = 3

# Weeks are looked back at up to so many times as a rule asks for at least.
_WEEKS = 2

# Opened and known: two columns of moments, microseconds since 1970, in order of opening.
Inflow: TypeAlias = "NDArray[np.int64]"

# Returns the inflow of a source in an hour and the hours before it, on days or weeks before.
Past: TypeAlias = Callable[[str, int], Inflow]


def silences(
    rule: Rule,
    source: str,
    inflow: Inflow,
    past: Past,
    held: Held | None,
    after: int,
    until: int,
) -> Iterator[Span]:
    """Yield the silences of a source that are longer than a rule allows.

    Args:
        inflow: of late, with the last event before `after`.
        past: days before an hour (its start, microseconds).
    """

    @cache
    def usual(hour: int) -> int | None:
        gap = _median_gap(past(source, hour), hour, rule)
        return None if gap is None else round((rule.threshold or 0) * gap)

    beats: list[Beat] = []
    opened, known = _by_k(inflow)
    nexts = [*known, until + 1][1:]
    for o, k, following in zip(opened, known, nexts, strict=True):
        if held and k <= after:  # there is silence since then
            continue
        # What a next event ends before the rule's own patience needs no usual gap.
        ends = following if following <= until else until + 1
        is_long = ends > o + rule.raise_for and following > after
        beats.append(Beat(k, o, usual(o - o % HOUR) if is_long else None))
    yield from spans_of_silence(beats, None, held, until)


def _by_k(inflow: Inflow) -> tuple[list[int], list[int]]:
    """Return when events were opened and known, in order of knowing, but for late ones.

    One that was opened before another that was known already says nothing of silence.
    """
    order = np.lexsort((inflow[0], inflow[1]))
    opened, known = inflow[0][order], inflow[1][order]
    newest = np.maximum.accumulate(opened) if len(opened) else opened
    is_new = np.append(True, opened[1:] > newest[:-1])[: len(opened)]
    return opened[is_new].tolist(), known[is_new].tolist()


def _median_gap(inflow: Inflow, hour: int, rule: Rule) -> float | None:
    """Return the usual gap of an hour, microseconds; None with too little history.

    It is the median of the gaps between events opened one after another in the three hours that
    end with this one, on each of the days before.
    """
    opened, known = inflow
    ago = (hour + HOUR - 1 - opened) // DAY
    counts = (known <= hour) & (ago >= 1) & (ago <= rule.within // DAY)
    counts &= (hour + HOUR - 1 - opened) % DAY < BLOCK * HOUR
    opened, ago = opened[counts], ago[counts]
    gaps = np.diff(opened)[ago[1:] == ago[:-1]]
    return float(np.median(gaps)) if len(gaps) >= rule.least_n else None


def surges(
    rule: Rule,
    source: str,
    inflow: Inflow,
    past: Past,
    held: Held | None,
    after: int,
    until: int,
) -> Iterator[Span]:
    """Yield the stretches in which a source brought more in an hour than a rule allows.

    Args:
        inflow: of late, with all of the hours that are looked at.
        past: weeks before an hour (its start, microseconds).
    """
    opened, known = inflow
    first = (after - rule.clear_for) // HOUR * HOUR - HOUR
    hours = np.unique(opened[(opened >= first) & (known <= until)] // HOUR) * HOUR
    for hour in hours.tolist():
        here = np.sort(known[(opened >= hour) & (opened < hour + HOUR)])
        here = here[here < hour + HOUR]
        if len(here) < rule.least_n or hour + HOUR + rule.clear_for <= after:
            continue
        if held is None and here[-1] <= after:  # nothing of it came since
            continue
        limit = _most(past(source, hour), hour, rule)
        if limit is None:
            continue
        nth = max(int(np.floor(limit)) + 1, rule.least_n)
        if nth <= len(here) and here[nth - 1] <= until:
            at = int(here[nth - 1])
            yield Span(at, at, hour + HOUR, hour + HOUR, float(nth), limit)


def _most(inflow: Inflow, hour: int, rule: Rule) -> float | None:
    """Return the most that is usual in an hour; None with too little history.

    It is the mean and so many standard deviations of the same hour of the weeks before, back to
    the first of them in which there was any event.
    """
    opened, known = inflow
    ago = (hour + HOUR - 1 - opened) // WEEK
    counts = (known <= hour) & (ago >= 1) & (ago <= _WEEKS * rule.n_weeks)
    counts &= (hour + HOUR - 1 - opened) % WEEK < HOUR
    weeks = ago[counts]
    if not len(weeks) or weeks.max() < rule.n_weeks:
        return None
    each = np.bincount(weeks, minlength=int(weeks.max()) + 1)[1:]
    return float(each.mean() + (rule.threshold or 0) * each.std(ddof=1))


def weeks_back(rules: Sequence[Rule]) -> int:
    """Return how far back surges look, microseconds."""
    return max((_WEEKS * rule.n_weeks * WEEK for rule in rules), default=0) + HOUR
