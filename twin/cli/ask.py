"""`twin ask`: one question of a layer, answered here, and how the answer comes about."""

from __future__ import annotations

import csv
import difflib
import io
import json
import unicodedata
from collections.abc import Iterator, Sequence
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from twin.cli.common import (
    open_service,
    say,
    the_city,
    with_city,
    with_json,
    with_lake,
)
from twin.clock import to_text
from twin.errors import LostError, UsageError
from twin.visible import visible

if TYPE_CHECKING:
    from collections.abc import Mapping

    from twin.layer import Layer, Question, Registry
    from twin.query import QueryService
    from twin.query.service import Answer, Explained
    from twin.view import Pinned


@click.command()
@click.argument("name", metavar="LAYER.NAME")
@with_city
@with_lake
@with_json
@click.option(
    "--view",
    "view_text",
    default="",
    help="The part of the page's address after '?'; empty for the whole city, live.",
)
@click.option(
    "--explain",
    is_flag=True,
    help="Tell the bound parameters and who gave them, the SQL, its plan and the time.",
)
@click.option("--csv", "as_csv", is_flag=True, help="Write the rows as CSV.")
@click.option(
    "--map", "of_map", is_flag=True, help="NAME is of what the map draws, not a panel."
)
def command(
    name: str,
    city_name: str | None,
    lake: Path,
    as_json: bool,
    view_text: str,
    explain: bool,
    as_csv: bool,
    of_map: bool,
) -> None:
    """Ask one question of a layer: that of a panel, a figure or of what the map draws.

    With --csv the rows alone go to standard output, and what is told of them to standard error.
    """
    from twin.view import View, pin

    if as_json and as_csv:
        raise UsageError("Rows are written in one form.", fix="use --json or --csv.")
    view = View.parse(view_text)
    city = the_city(city_name)
    service, registry = open_service(city, lake)
    pinned = pin(view, city, service.pointer)
    layer, question = _find(registry, service, name, pinned, of_map=of_map)
    found = service.explain(layer, question, pinned)
    if as_json:
        _as_json(name, found, pinned, explain=explain)
        return
    for line in _told(name, found, pinned, explain=explain):
        say(line, err=as_csv)
    if as_csv:
        click.echo(_csv(found.answer), nl=False)
    else:
        for line in _table(found.answer):
            say(line)


def _find(
    registry: Registry,
    service: QueryService,
    name: str,
    pinned: Pinned,
    *,
    of_map: bool,
) -> tuple[Layer, Question]:
    """Return the layer and the question that a name stands for.

    Raises:
        LostError: there is none. UsageError: it is of a chosen district, and none is chosen.
    """
    from twin.faces.arrangement import figures_of, panels_of

    panels, figures = panels_of(registry), figures_of(registry)
    maps = {
        f"{layer.id}.{data.name}": (layer, data)
        for layer in registry.layers
        for data in layer.maps
    }
    panel = figures.get(name, name)
    if panel in panels and not of_map:
        layer, found = panels[panel]
        if found.scope == "district" and not pinned.district:
            raise UsageError(
                f"{name} is of a chosen district, and the view chooses none.",
                fix="add district=ID to the view.",
            )
        if found.scope == "event" and not pinned.event:
            raise UsageError(
                f"{name} is of a picked event, and the view picks none.",
                fix="add picked=event_heat:ID to the view.",
            )
        return layer, found.question
    if name in maps:
        layer, data = maps[name]
        return layer, service.of_map(layer.id, data, pinned)
    known = sorted({*maps} if of_map else {*panels, *figures, *maps})
    near = difflib.get_close_matches(name, known, 1)
    of_layer = [each for each in known if each.startswith(f"{name.partition('.')[0]}.")]
    layers = ", ".join(layer.id for layer in registry.layers)
    raise LostError(
        f"There is no {'map data' if of_map else 'panel, figure or map data'}"
        f" {name[:60]!r} here.",
        why=f"did you mean {near[0]!r}?" if near else "",
        fix=(
            f"name one of {', '.join(of_layer)}."
            if of_layer
            else f"name a panel as LAYER.NAME; the layers are {layers}."
        ),
    )


def _told(
    name: str, found: Explained, pinned: Pinned, *, explain: bool
) -> Iterator[str]:
    """Yield what is told before the rows, a line each."""
    answer = found.answer
    n = answer.rows.num_rows
    yield (
        f"{name}, {answer.sql.name}: {n:,} {'row' if n == 1 else 'rows'} of snapshot"
        f" {answer.snapshot}, as of {to_text(pinned.as_of)}, in {found.ms:.1f} ms."
    )
    if answer.unknown:
        yield f"The rows say nothing of this moment: {answer.unknown}."
    if answer.damaged:
        yield f"Tables that cannot be read: {', '.join(answer.damaged)}."
    if not explain:
        return
    yield from ("", "Parameters")
    cells = [
        [
            each.name,
            each.type,
            _shown(answer.params[each.name]),
            found.givers[each.name],
        ]
        for each in answer.sql.params
    ]
    yield from _aligned([["name", "type", "value", "given by"], *cells])
    yield from ("", "SQL", *answer.sql.text.rstrip().splitlines())
    yield from ("", "Plan", *found.plan.rstrip().splitlines())
    yield from ("", "Rows")


def _as_json(name: str, found: Explained, pinned: Pinned, *, explain: bool) -> None:
    answer = found.answer
    facts: dict[str, Any] = {
        "name": name,
        "sql_file": answer.sql.name,
        "snapshot": answer.snapshot,
        "as_of": to_text(pinned.as_of),
        "known_at": to_text(pinned.known_at),
        "ms": round(found.ms, 1),
        "unknown": answer.unknown,
        "damaged": list(answer.damaged),
    }
    if explain:
        facts["params"] = {
            each.name: {
                "type": each.type,
                "value": answer.params[each.name],
                "given_by": found.givers[each.name],
            }
            for each in answer.sql.params
        }
        facts |= {"sql": answer.sql.text, "plan": found.plan}
    facts["rows"] = answer.rows.to_pylist()
    text = json.dumps(facts, ensure_ascii=False, indent=1, default=_shown)
    for line in text.split("\n"):
        say(line)


def _shown(value: object) -> str:
    """Return a value as it stands in a table: a moment in UTC, a null as such."""
    if value is None:
        return "null"
    if isinstance(value, datetime):
        return to_text(value)
    if isinstance(value, list | tuple | dict):
        return json.dumps(value, ensure_ascii=False, default=_shown)
    return str(value)


def _csv(answer: Answer) -> str:
    """Return the rows as CSV; no text of them is a formula, or what a terminal would obey."""
    from twin.faces.export.csv import safe

    text = io.StringIO()
    out = csv.writer(text, lineterminator="\n")
    out.writerow(answer.rows.column_names)
    for row in answer.rows.to_pylist():
        cells: Mapping[str, Any] = row
        out.writerow(
            "" if value is None else _safe(value, safe) for value in cells.values()
        )
    return text.getvalue()


def _safe(value: object, safe: Any) -> Any:
    return safe(visible(value)) if isinstance(value, str) else _shown(value)


def _table(answer: Answer) -> Iterator[str]:
    """Yield the rows as lines of a table, under heads with units."""
    units = {each.name: each.unit for each in answer.sql.columns}
    heads = [
        f"{name} ({units[name]})" if units.get(name, "-") != "-" else name
        for name in answer.rows.column_names
    ]
    rows: list[dict[str, Any]] = answer.rows.to_pylist()
    return _aligned([heads, *([_shown(cell) for cell in row.values()] for row in rows)])


def _aligned(rows: Sequence[Sequence[str]]) -> Iterator[str]:
    """Yield rows as lines whose columns begin at the same place."""
    shown = [[visible(cell) for cell in row] for row in rows]
    wide = [max(map(_width, column)) for column in zip(*shown, strict=True)]
    for row in shown:
        cells = (
            cell + " " * (to - _width(cell)) for cell, to in zip(row, wide, strict=True)
        )
        yield "  ".join(cells).rstrip()


def _width(text: str) -> int:
    """Return how many places of a terminal a text takes: Chinese letters take two."""
    return sum(2 if unicodedata.east_asian_width(sign) in "WF" else 1 for sign in text)
