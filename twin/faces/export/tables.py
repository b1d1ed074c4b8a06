"""The tables of an export: the rows that stand behind a picture, straight from its queries."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from twin.clock import to_text
from twin.faces import formatting, sentence
from twin.faces.kinds import KINDS

if TYPE_CHECKING:
    from twin.faces.picture import Picture

Value = str | int | float | bool | datetime | None


@dataclass(frozen=True)
class Sheet:
    """One table: a name, column heads with unit, rows of plain values.

    Moments are in the city's zone, without offset.
    """

    name: str
    heads: tuple[str, ...]
    rows: tuple[tuple[Value, ...], ...]


def notice(picture: Picture) -> str:
    """Return what stands on each table of what is not fresh or not live.

    It says how late it is, or the moment; '' otherwise.
    """
    texts = picture.texts
    if picture.looking == "beyond":
        return texts.say("looking-beyond-at", moment=picture.when(picture.pinned.as_of))
    if picture.looking != "live":
        back = texts.say("looking-back", moment=picture.when(picture.pinned.as_of))
        known = texts.say("as-known-at", moment=picture.when(picture.pinned.known_at))
        return (
            back
            if picture.pinned.known_at == picture.pinned.as_of
            else f"{back} · {known}"
        )
    if picture.age_state == "fresh":
        return ""
    as_of = texts.say(
        "data-as-of", moment=formatting.dated(picture.data_as_of, picture.city.zone)
    )
    return f"{texts.say('late')} · {as_of} · {picture.said_age}"


def sheets(picture: Picture) -> list[Sheet]:
    """Return the cover, the figures, and a sheet for each panel.

    The panels are those that stand in a slot of the whole city or the district.
    """
    found = [cover(picture), _figures(picture)]
    for shown in picture.shown:
        if shown.failed:
            found.append(Sheet(shown.name[:31], ("failed",), ((shown.failed,),)))
        elif shown.unknown and not shown.figures:
            why = ((picture.reason(shown.unknown, shown.damaged),),)
            found.append(Sheet(shown.name[:31], ("unknown",), why))
        elif KINDS[shown.panel.kind].is_table and shown.rows:
            names = tuple(
                name
                for name in shown.rows[0]
                if not isinstance(shown.rows[0][name], list)
            )
            said = {
                field.name for field in shown.panel.fields if field.format == "name"
            }
            rows = tuple(
                tuple(
                    (
                        picture.texts.name(row, name)
                        if name in said and row[name] is None and row.get("kind")
                        else _plain(row[name], picture)
                    )
                    for name in names
                )
                for row in shown.rows
            )
            found.append(Sheet(shown.name[:31], names, rows))
    return [*found, definitions(picture)]


def definitions(picture: Picture) -> Sheet:
    """Return what each figure and column of these tables says, once.

    It also names the question that answers it.
    """
    texts = picture.texts
    rows: dict[str, tuple[Value, ...]] = {}
    for shown in picture.shown:
        keys = [each.id for each in shown.figures] or [
            shown.panel.title,
            *(field.label for field in shown.panel.fields),
        ]
        for key in keys:
            if said := texts.attribute(key, "means"):
                rows[key] = (
                    shown.name,
                    key,
                    texts.say(key),
                    said,
                    texts.attribute(key, "unknown"),
                    texts.attribute(key, "n"),
                    shown.query,
                )
    return Sheet(
        "definitions",
        ("table", "key", "name", "means", "when_unknown", "n", "query_sha256"),
        tuple(rows.values()),
    )


def cover(picture: Picture) -> Sheet:
    """Return what tables are of: city, snapshot, both clocks, and all that must be known."""
    pinned, status, zone = picture.pinned, picture.status, picture.city.zone
    lines: tuple[tuple[str, Value], ...] = (
        ("city", picture.city.name),
        ("sentence", sentence.text(picture) or formatting.DASH),
        ("snapshot", pinned.snapshot),
        ("picture", pinned.hash),
        ("looking", picture.texts.say(f"looking-{picture.looking}-said")),
        ("state", _state(picture)),
        ("age", picture.said_age),
        ("made_at", formatting.dated(picture.now, zone)),
        ("as_of", formatting.dated(pinned.as_of, zone)),
        ("known_at", formatting.dated(pinned.known_at, zone)),
        ("snapshot_as_of", formatting.dated(pinned.snapshot_as_of, zone)),
        ("newest_data", formatting.dated(pinned.newest_as_of, zone)),
        ("zone", zone.key),
        ("as_of_utc", to_text(pinned.as_of)),
        ("known_at_utc", to_text(pinned.known_at)),
        ("district", pinned.district),
        ("drill", "yes" if "drill" in {pinned.view.mode, status.mode} else "no"),
        ("simulated", status.simulated),
        ("view", pinned.view.url()),
    )
    return Sheet(
        "about", ("what", "value"), (*lines, *_notes(picture), *_missing(picture))
    )


def _state(picture: Picture) -> str:
    """Return in words whether the data are late; what is looked back at stands still."""
    key = (
        f"data-{picture.age_state}-said"
        if picture.looking == "live"
        else f"looking-{picture.looking}-said"
    )
    return picture.texts.say(key)


def _missing(picture: Picture) -> list[tuple[Value, ...]]:
    """Return a line for each panel without an answer: what it is, and why."""
    found: list[tuple[Value, ...]] = []
    for shown in picture.shown:
        if shown.failed:
            found.append((f"failed: {shown.name}", shown.failed))
        elif shown.unknown:
            found.append(
                (f"unknown: {shown.name}", picture.reason(shown.unknown, shown.damaged))
            )
    return found


def _notes(picture: Picture) -> list[tuple[Value, ...]]:
    """Return a line for each thing that whoever reads the tables must know.

    Such things are damage, and a clock that is wrong.
    """
    texts, lost = picture.texts, picture.pinned.damaged
    found: list[tuple[Value, ...]] = []
    if lost:
        found.append(("damaged", texts.say("damaged-lead", tables=", ".join(lost))))
    found += [
        (f"live: {shown.name}", texts.say("live-in-drill"))
        for shown in picture.shown
        if shown.is_live
    ]
    found += [
        ("problem", problem)
        for problem in dict.fromkeys(
            (*picture.status.problems, *picture.pinned.problems)
        )
    ]
    if behind := picture.clock_behind_s:
        found.append(
            ("clock", texts.say("clock-behind", n=formatting.behind(behind, texts)))
        )
    return found


def _figures(picture: Picture) -> Sheet:
    # A brief leads with it.
    in_order = sorted(
        picture.shown, key=lambda each: each.panel.question.moment != "day_before"
    )
    rows: list[tuple[Value, ...]] = [
        (
            each.name,
            picture.texts.say(each.panel.title),
            None,
            "",
            formatting.DASH,
            each.failed,
            "",
            None,
        )
        for each in in_order
        if each.failed and each.panel.kind == "figures"
    ]
    rows += [
        (
            shown.id,
            shown.name,
            shown.value,
            shown.unit,
            shown.text,
            shown.beside,
            each.query,
            shown.n,
        )
        for each in in_order
        for shown in each.figures
    ]
    return Sheet(
        "figures",
        (
            "figure",
            "name",
            "value",
            "unit",
            "as_shown",
            "held_against",
            "query_sha256",
            "n",
        ),
        tuple(rows),
    )


def _plain(value: object, picture: Picture) -> Value:
    if isinstance(value, datetime):
        return value.astimezone(picture.city.zone).replace(tzinfo=None)
    return (
        value
        if isinstance(value, (str, int, float, bool)) or value is None
        else str(value)
    )
