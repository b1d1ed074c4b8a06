"""What each figure on the faces means.

Its words come from beside its name, its unit and its question from the SQL.

The words stand as the attributes `.means` and `.unknown` of the message that names the
figure; this module only gathers them, for the page `/figures`, for the workbook and for
docs/figures.md.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

from twin.engine import load_sql
from twin.errors import QueryError

if TYPE_CHECKING:
    from twin.engine.sql import Sql
    from twin.faces.texts import Texts
    from twin.layer import Layer, Panel, Registry

YESTERDAY = "yesterday_"

# The order in which a reader meets them: figures of the day, of the day before, other panels of
# the city, those of a chosen district, and the map.
_ORDER = ("figures", "day_before", "city", "district", "event", "map")
_NAME = re.compile(r"[a-z][a-z0-9_]+")
_FIELD = re.compile(r"^-- +(param|column|uses|reads|rows) ")


@dataclass(frozen=True)
class Meaning:
    """One figure, column, chart or layer of the map.

    Attributes:
        key: message that names it; of a figure also its id.
        unit: as its message has it, or the header of its question; '' for none.
        n: what is counted beside it, such as cases; '' where nothing is.
    """

    key: str
    name: str
    means: str
    unknown: str
    unit: str
    n: str


@dataclass(frozen=True)
class Asked:
    """One question, and the figures that it answers.

    Attributes:
        where: layer and panel, such as 'headline-events'; or 'event_heat-map' of what is drawn.
        group: of which it is one, see `_ORDER`.
        path: `.sql` file; None of a map, which has several.
        how: what the header says of how it is worked out.
    """

    where: str
    group: str
    title: str
    path: Path | None
    how: str
    figures: tuple[Meaning, ...]


@lru_cache(maxsize=8)
def asked(registry: Registry, texts: Texts) -> tuple[Asked, ...]:
    """Return every question of the layers with the figures that it answers.

    They are told in the words of one language.

    They change with the program only, so they are read once for all viewers.

    Raises:
        QueryError: a `.sql` file cannot be read.
    """
    found = [each for layer in registry.layers for each in _of_layer(layer, texts)]
    return tuple(sorted(found, key=lambda each: _ORDER.index(each.group)))


def _of_layer(layer: Layer, texts: Texts) -> Iterator[Asked]:
    for panel in layer.panels:
        path = layer.folder / panel.question.sql
        sql = load_sql(path)
        found = [_meaning(key, unit, texts) for key, unit in _named(panel, sql)]
        title = texts.say(panel.title)
        title = (
            texts.say("figures-of-district", what=title)
            if panel.scope == "district"
            else title
        )
        yield Asked(
            f"{layer.id}-{panel.name}",
            _group(panel),
            title,
            path,
            how(path),
            tuple(filter(None, found)),
        )
    if layer.legend is not None and (drawn := _drawn(layer, texts)):
        title = texts.say("figures-of-map", what=texts.say(layer.legend.title))
        yield Asked(f"{layer.id}-map", "map", title, None, "", drawn)


def _named(panel: Panel, sql: Sql) -> list[tuple[str, str]]:
    """Return the message and the unit of everything that a panel shows."""
    units = {column.name: column.unit for column in sql.columns}
    if panel.kind == "figures":
        return [(name, units["value"]) for name in _ids(panel, sql)]
    whole = [(panel.title, units.get("value", units.get("n", "")))]
    return [
        *whole,
        *((field.label, units.get(field.name, "")) for field in panel.fields),
    ]


def _group(panel: Panel) -> str:
    if panel.scope != "city":
        return panel.scope
    if panel.kind != "figures":
        return "city"
    return "day_before" if panel.question.moment == "day_before" else "figures"


def ids_of(layer: Layer, panel: Panel) -> list[str]:
    """Return the ids of the figures that a panel answers; none if its SQL cannot be read."""
    try:
        return _ids(panel, load_sql(layer.folder / panel.question.sql))
    except QueryError:
        return []


def _ids(panel: Panel, sql: Sql) -> list[str]:
    before = YESTERDAY if panel.question.moment == "day_before" else ""
    return [f"{before}{name}" for name in figures_of(sql)]


def figures_of(sql: Sql) -> list[str]:
    """Return the ids of the figures that a question answers.

    Its header lists them at its column `figure`.
    """
    told = next((column.doc for column in sql.columns if column.name == "figure"), "")
    return _NAME.findall(told)


def _meaning(key: str, unit: str, texts: Texts) -> Meaning | None:
    means = texts.attribute(key, "means")
    if not means:
        return None
    unit = texts.attribute(key, "unit") or ("" if unit == "-" else unit)
    return Meaning(
        key,
        texts.say(key),
        means,
        texts.attribute(key, "unknown"),
        unit,
        texts.attribute(key, "n"),
    )


def _drawn(layer: Layer, texts: Texts) -> tuple[Meaning, ...]:
    """Return what the legend and the tooltips of a layer say.

    It is all that its messages explain and no panel shows.
    """
    shown = {
        key
        for panel in layer.panels
        for key, _ in _named(panel, load_sql(layer.folder / panel.question.sql))
    }
    keys = [
        key
        for key in texts.keys_of(layer.folder)
        if key not in shown or (layer.legend and key == layer.legend.title)
    ]
    return tuple(filter(None, (_meaning(key, "", texts) for key in keys)))


def how(path: Path) -> str:
    """Return what the header of a `.sql` file says of how its answer is worked out."""
    found: list[str] = []
    for line in path.read_text(encoding="utf-8").splitlines():
        if not line.startswith("--") or _FIELD.match(line):
            break
        found.append(line.removeprefix("--").strip())
    return " ".join(found).partition(": ")[2]


def markdown(of: Sequence[tuple[Asked, Asked]]) -> str:
    """Return the figures as Markdown, each question with a table.

    `of` holds it in English and in Chinese.
    """
    parts = [_HEAD]
    for english, chinese in of:
        if not english.figures:
            continue
        path = f"{english.path.parent.name}/{english.path.name}" if english.path else ""
        source = (
            f"Asked by `{path}`: {english.how}\n"
            if path
            else "The map and its tooltips.\n"
        )
        rows = [
            f"| {one.name} · {two.name} | {one.means} | {one.unit or '–'} |"
            f" {one.n or '–'} | {one.unknown} |"
            for one, two in zip(english.figures, chinese.figures, strict=True)
        ]
        parts.append(
            "\n".join(
                (
                    f"## {english.where}: {english.title} · {chinese.title}\n",
                    source,
                    *_TABLE,
                    *rows,
                    "",
                )
            )
        )
    return "\n".join(parts)


_HEAD = """# What each figure says

Made by `twin city figures` from the words beside each figure's name (`layers/*/en.ftl`) and from the headers of the
questions (`layers/*/*.sql`); do not edit it. The page shows the same under `/figures`, with the value of the moment
and the whole SQL; a workbook has it as its sheet `definitions`. `n` says what is counted beside the figure, of which it is told. What is not known is a dash with its reason, never nought.
"""  # noqa: E501
_TABLE = (
    "| figure | what it means | unit | n | when it is not known |",
    "|---|---|---|---|---|",
)
