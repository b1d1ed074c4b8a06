"""One figure as the faces write it: its number, and what stands beside it.

That is what it is held against, with the verdict; or why there is nothing to hold it
against, or no number.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from twin.faces import formatting
from twin.measures import LEAST_CASES

if TYPE_CHECKING:
    from twin.city import City
    from twin.days import Days
    from twin.faces.texts import Texts
    from twin.query.service import Unknown

Row = Mapping[str, Any]


@dataclass(frozen=True)
class Figure:
    """One figure as it is shown.

    Attributes:
        value: the number as the query gave it; None is unknown.
        text, unit: how it is written.
        beside: the sentence that measures it, such as '较上周同期 −6%'.
        verdict: 'good', 'bad' or '' where there is nothing to hold it against.
        trace: the last 24 h, oldest first; empty for none. `usual` is the usual band beside
            each, low and high; empty for none.
        n: of how many cases it is told; None for what is not told of cases.
        unknown: why there is no value, if the moment or damage is the reason; '' otherwise.
        means: what the figure says; '' where nothing is written of it.
        account: the 'layer/panel' that tells how it came about, on a face where somebody
            may ask for that; '' elsewhere.
    """

    id: str
    name: str
    value: float | None
    text: str
    unit: str = ""
    beside: str = ""
    verdict: str = ""
    trace: tuple[float | None, ...] = ()
    usual: tuple[tuple[float, float] | None, ...] = ()
    unknown: Unknown = ""
    means: str = ""
    n: int | None = None
    account: str = ""


def figure(
    row: Row,
    texts: Texts,
    city: City,
    unknown: Unknown = "",
    damaged: Sequence[str] = (),
    days: Days | None = None,
) -> Figure:
    """Write one row of a 'figures' panel.

    One that is unknown has its name, a dash and the reason.
    """
    if unknown:
        name, why = (
            texts.say(row["figure"]),
            texts.say(f"beside-{unknown}", tables=formatting.few(damaged, most=1)),
        )
        return Figure(
            row["figure"],
            name,
            None,
            formatting.DASH,
            beside=why,
            unknown=unknown,
            means=texts.attribute(row["figure"], "means"),
        )
    value, fmt = row["value"], row.get("format") or "count"
    usual = tuple(
        None if low is None or high is None else (low, high)
        for low, high in zip(
            row.get("usual_low") or (), row.get("usual_high") or (), strict=True
        )
    )
    beside, verdict = _beside(row, fmt, texts, days)
    # A dash counts nothing.
    unit = "" if value is None else texts.say(row.get("unit") or "")
    return Figure(
        row["figure"],
        texts.say(row["figure"]),
        value,
        formatting.write(value, fmt, texts, city.zone),
        unit,
        beside,
        verdict,
        tuple(row.get("trace") or ()),
        usual,
        n=row.get("n"),
        means=texts.attribute(row["figure"], "means"),
    )


def _beside(row: Row, fmt: str, texts: Texts, days: Days | None) -> tuple[str, str]:
    """Return what the figure is held against, and the verdict.

    With nothing to hold it against, say why.
    """
    value, other, kind = row["value"], row.get("compare"), row.get("compare_kind") or ""
    if value is None:
        return texts.say(f"why-{row['value_why']}") if row.get("value_why") else "", ""
    if row.get("of_km2"):
        return texts.say("share-of-area", km2=formatting.count(row["of_km2"])), ""
    if not kind:
        return "", ""
    if other is None:
        return (
            _of_few(
                _nothing_like(row.get("compare_why") or "", kind, texts, days),
                row,
                texts,
            ),
            "",
        )
    if kind in {"target", "on_time"}:
        return _judged(row, fmt, texts)
    change = _change(value, other, kind, fmt, texts)
    said = texts.say("compared", change=change, to=texts.say(f"compare-{kind}"))
    return _of_few(said, row, texts), ""


def _of_few(said: str, row: Row, texts: Texts) -> str:
    """Return what stands beside a figure with the number of its cases, where these are few."""
    n = row.get("n")
    if n is None or n >= LEAST_CASES:
        return said
    return " · ".join(filter(None, (said, texts.say("of-cases", n=n))))


def _judged(row: Row, fmt: str, texts: Texts) -> tuple[str, str]:
    """Return how a figure stands to its target, and the verdict; of too few cases none.

    Where the cases have targets of their own they are judged one by one: enough of them are
    on time, or not.
    """
    value, other, n, of = row["value"], row["compare"], row.get("n"), _standard(row)
    if row["compare_kind"] == "on_time":
        n = row["n_judged"]
        within = row["n_on_time"] >= other * n
        said = texts.say(f"on-time{of}", on_time=row["n_on_time"], n=n)
    else:
        read, limit = formatting.written(value, fmt), formatting.written(other, fmt)
        within = read <= limit if row.get("better") != "higher" else read >= limit
        bound = formatting.write_number(other, fmt, texts)
        said = texts.say(
            f"target{of}", value=bound, better=row.get("better") or "lower"
        )
        said = said if n is None else f"{said} · {texts.say('of-cases', n=n)}"
    if n is not None and n < LEAST_CASES:
        return f"{said} · {texts.say('too-few')}", ""
    # Then it is the share of cases that is met or not.
    of = "" if row["compare_kind"] == "on_time" else of
    met = texts.say(f"target-{'met' if within else 'missed'}{of}")
    return f"{met} {said}", "good" if within else "bad"


def _standard(row: Row) -> str:
    """Return '-reference' if some case is held against what the pack assumes, else ''.

    That is no rule of the city.
    """
    return "-reference" if row.get("n_reference") else ""


def _nothing_like(why: str, kind: str, texts: Texts, days: Days | None) -> str:
    """Return why a figure stands beside nothing.

    Either the data do not reach back so far, or the days are not alike.
    """
    if not why:
        return ""
    if why != "special-day" or days is None:
        return f"{formatting.DASH} {texts.say(f'compare-none-{why}-{kind}')}"
    unlike = days.unlike
    name = unlike.name_en if texts.lang == "en" else unlike.name
    what = "made-up" if unlike.kind == "workday" else unlike.kind
    names = (
        ("today", "week-ago") if kind == "last_week" else ("that-day", "week-before")
    )
    when = names[0] if unlike is days.today else names[1]
    said = texts.say(f"special-{when}", day=name or texts.say(f"day-{what}"))
    return f"{formatting.DASH} {said}"


def _change(value: float, other: float, kind: str, fmt: str, texts: Texts) -> str:
    """Return how far apart two figures are, as they are written; of shares in points."""
    # A share of a handful says nothing.
    if fmt == "count" and kind in {"last_week", "week_before"} and other >= 20:
        share = 100 * (value - other) / other
        return formatting.signed(f"{formatting.count(share)}%", share)
    apart = formatting.written(value, fmt) - formatting.written(other, fmt)
    if fmt == "percent":
        return texts.say(
            "points", n=formatting.signed(formatting.percent(apart), apart)
        )
    text = (
        formatting.duration(apart, texts)
        if fmt == "duration"
        else formatting.write_number(apart, fmt, texts)
    )
    return formatting.signed(text, apart)
