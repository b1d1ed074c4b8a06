"""The data dictionary says of every table and column what the contracts say, and they say
something.
"""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from click.testing import CliRunner

from twin.cli import main
from twin.cli.dictionary import range_of
from twin.contracts import TABLES, Column, Table
from twin.contracts.units import UNITS

ROOT = Path(__file__).resolve().parents[2]
PAGE = ROOT / "docs" / "data-dictionary.md"
COLUMNS = [
    pytest.param(table, column, id=f"{table.name}.{column.name}")
    for table in TABLES.values()
    for column in table.columns
]
# Words that add nothing to a name.
SMALL = {
    "a",
    "an",
    "the",
    "of",
    "its",
    "it",
    "s",
    "in",
    "is",
    "was",
    "when",
    "id",
    "at",
}


def said(*words: str) -> str:
    """What the command writes."""
    done = CliRunner().invoke(main, ["contracts", *words])
    assert done.exit_code == 0, done.output
    return done.output


def section(table: str) -> str:
    """What the page says of one table."""
    page = PAGE.read_text(encoding="utf-8")
    return (
        page.partition(f"\n### {table}\n")[2]
        .partition("\n## ")[0]
        .partition("\n### ")[0]
    )


def test_the_page_is_what_the_contracts_say_today():
    assert PAGE.read_text(encoding="utf-8") == said(), (
        "run twin contracts > docs/data-dictionary.md"
    )


@pytest.mark.parametrize("table", TABLES.values(), ids=lambda table: table.name)
def test_each_table_has_a_sentence(table: Table):
    assert re.fullmatch(r"[A-Z].+\.", table.doc)
    assert len(table.doc.split()) >= 5


@pytest.mark.parametrize(("table", "column"), COLUMNS)
def test_each_column_says_more_than_its_name(table: Table, column: Column):
    words = set(re.findall(r"[a-z0-9]+", column.doc.lower()))
    name = set(re.findall(r"[a-z0-9]+", column.name))

    assert words - name - SMALL, f"{table.name}.{column.name} says {column.doc!r}"


@pytest.mark.parametrize(("table", "column"), COLUMNS)
def test_each_unit_is_a_known_one(table: Table, column: Column):
    assert column.unit == "" or column.unit in UNITS, (
        f"{table.name}.{column.name}: write one of {', '.join(UNITS)}, or add"
        f" {column.unit!r} with its meaning to twin/contracts/units.py"
    )


def test_each_known_unit_is_some_columns():
    used = {column.unit for table in TABLES.values() for column in table.columns}

    assert set(UNITS) - used == set()


@pytest.mark.parametrize(("table", "column"), COLUMNS)
def test_each_column_has_its_line(table: Table, column: Column):
    (line,) = [
        line
        for line in section(table.name).splitlines()
        if re.match(rf"\| \*{{0,2}}`{column.name}`", line)
    ]
    cells = [cell.strip() for cell in re.split(r"(?<!\\)\|", line)][1:-1]

    assert len(cells) == 6
    assert (cells[3] == "null") is column.null
    assert cells[5].lower().startswith(column.doc[:20].lower())
    assert cells[0].startswith("**") is (column.name in table.key)


def test_a_measured_figure_is_told_with_formula_target_absence_and_reason():
    told = section("link_health")

    assert "**State of a department's link**: `state`" in told
    assert "  - how: down if the last answer is older than link_down_s" in told
    assert "  - target: freshness in city.toml: link_down_s, link_late_s" in told
    assert "  - absent: never probed: 'unknown'" in told
    assert "worked out from [link_probes](#link_probes), [departments]" in told
    assert "[link_health](#link_health), [alerts](#alerts) rest on it" in section(
        "link_probes"
    )


@pytest.mark.parametrize(
    ("table", "column", "range_"),
    [
        ("drone_states", "battery_pct", "0 to 100"),
        ("estates", "year", "2000 to 2100"),
        ("drone_states", "lat_ud", "-90,000,000 to 90,000,000"),
        ("events", "mode", "`live`, `drill`"),
        ("events", "version", "at least 1"),
        ("events", "title", ""),
    ],
)
def test_a_range_is_written_as_it_is_read(table: str, column: str, range_: str):
    assert range_of(TABLES[table].column(column)) == range_


def test_one_table_can_be_asked_for_alone():
    assert said("rain").startswith("### rain\n")
    assert "water_depths" not in said("rain")
    assert said("rain").rstrip() == f"### rain\n{section('rain')}".rstrip()


def test_a_table_that_is_not_there_is_said():
    done = CliRunner().invoke(main, ["contracts", "rains"])

    assert done.exit_code == 2
    assert "There is no table 'rains'." in done.output
