"""The header of every .sql file is a promise, held against what the engine itself reports
on empty tables.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from twin.contracts import TABLES
from twin.engine import Engine, load_sql
from twin.engine.sql import MOMENTS

ROOT = Path(__file__).resolve().parents[2]
# Migrations read tables as they were: test_contracts.py looks at them.
FILES = sorted(
    path
    for folder in ("twin", "layers")
    for path in (ROOT / folder).rglob("*.sql")
    if path.parent.name != "migrations"
)
SAME = {"FLOAT": "REAL"}
"""Two words for one type; the engine is made to say the second."""
CLOCK = re.compile(
    r"\b(now\(\)|current_date|current_time|current_timestamp|today\(\)|random\(\)|uuid\(\))",
    re.IGNORECASE,
)


@pytest.fixture(scope="module")
def empty() -> Iterator[Engine]:
    """An engine over every contract table, all of them empty."""
    with Engine.from_tables({}) as engine:
        yield engine


def name(path: Path) -> str:
    """A file's path from the root, as the test's id."""
    return path.relative_to(ROOT).as_posix()


def code(path: Path) -> str:
    """A query without its comments."""
    return without_comments(path.read_text(encoding="utf-8"))


def without_comments(text: str) -> str:
    """Text of a query, such as one with the CTEs that it uses, without its comments."""
    return "\n".join(line.partition("--")[0] for line in text.splitlines())


def test_there_are_queries_to_look_at():
    assert FILES, (
        "no .sql file was found under twin/ or layers/: is this test looking in the"
        " right place?"
    )


@pytest.mark.parametrize("path", FILES, ids=name)
def test_the_columns_are_those_of_the_header(path: Path, empty: Engine):
    sql = load_sql(path)
    promised = [
        (column.name, SAME.get(column.type, column.type)) for column in sql.columns
    ]
    reported = list(empty.describe(sql).columns)
    lines = "\n".join(
        f"-- column {column} {kind} unit meaning" for column, kind in reported
    )
    assert promised == reported, (
        f"{name(path)}: the engine answers other columns than the header says. Make the"
        f" header say:\n{lines}"
    )


@pytest.mark.parametrize("path", FILES, ids=name)
def test_the_tables_read_are_those_of_the_header(path: Path, empty: Engine):
    sql = load_sql(path)
    read = sorted(empty.describe(sql).reads)
    assert sorted(sql.reads) == read, (
        f"{name(path)}: a result is kept until one of `reads` changes, so write `--"
        f" reads {', '.join(read)}`."
    )
    assert set(read) <= TABLES.keys(), (
        f"{name(path)}: read tables of twin.contracts only."
    )


@pytest.mark.parametrize("path", FILES, ids=name)
def test_every_parameter_of_the_header_is_used_and_the_other_way_round(path: Path):
    sql = load_sql(path)
    asked, used = (
        {param.name for param in sql.params},
        set(re.findall(r"\$(\w+)", without_comments(sql.text))),
    )
    assert asked == used, (
        f"{name(path)}: strike {sorted(asked - used)} from the header, and write a `--"
        f" param` line for {sorted(used - asked)}."
    )


@pytest.mark.parametrize("path", FILES, ids=name)
def test_the_first_line_says_the_files_name_and_a_sentence(path: Path):
    first = path.read_text(encoding="utf-8").partition("\n")[0]
    assert re.match(rf"-- (\S+/)?{re.escape(path.name)}: \S.+", first), (
        f"{name(path)}: begin with `-- {path.name}: what it answers, in a sentence.`"
    )


@pytest.mark.parametrize("path", FILES, ids=name)
def test_a_query_is_a_function_of_its_tables_and_parameters(path: Path):
    found = CLOCK.search(code(path))
    assert not found, (
        f"{name(path)}: {found and found[0]} makes two answers to one question; take"
        " the moment as a parameter."
    )


@pytest.mark.parametrize("path", FILES, ids=name)
def test_nothing_is_selected_by_star_and_the_rows_are_in_a_said_order(path: Path):
    text = code(path)
    assert not re.search(r"\bSELECT\s+(\w+\.)?\*", text, re.IGNORECASE), (
        f"{name(path)}: name the columns instead of *."
    )
    if path.parent == MOMENTS:
        return  # a CTE has no order of its own: whoever uses it says one
    is_one_row = re.search(
        r"^-- rows (exactly )?one\b(?! per| for)",
        path.read_text(encoding="utf-8"),
        re.MULTILINE,
    )
    assert is_one_row or re.search(
        r"\bORDER\s+BY\b[^()]*$", text.strip().rstrip(";"), re.IGNORECASE
    ), (
        f"{name(path)}: end with an ORDER BY that leaves no two rows equal, or say `--"
        " rows one …` if there is always one row."
    )
