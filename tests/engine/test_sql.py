"""A named query is one SELECT with a header that says what it takes and what it answers."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from twin.engine import Param, load_sql, parse_sql
from twin.errors import QueryError

HEADER = """-- rainy.sql: rain since a moment.
-- param since TIMESTAMPTZ UTC counts from here
-- param least DOUBLE mm and at least this much
-- reads rain
-- column station_id VARCHAR - gauge
-- column n BIGINT readings 1 or more
-- rows one per gauge, by id
"""
BODY = "SELECT station_id, count(*) AS n FROM rain WHERE occurred_at >= $since AND mm_5min >= $least GROUP BY 1 ORDER BY 1\n"
SINCE = datetime(2026, 7, 1, tzinfo=UTC)


def test_a_header_is_read_whole():
    sql = parse_sql(HEADER + BODY, "rainy.sql")
    assert sql.param("since") == Param("since", "TIMESTAMPTZ", "UTC", "counts from here")
    assert [column.name for column in sql.columns] == ["station_id", "n"]
    assert sql.reads == ("rain",)
    assert sql.rows == "one per gauge, by id"


def test_the_hash_is_of_every_byte(tmp_path: Path):
    file = tmp_path / "rainy.sql"
    file.write_text(HEADER + BODY)
    assert load_sql(file).sha256 == parse_sql(HEADER + BODY, "rainy.sql").sha256
    assert parse_sql(HEADER + BODY + "-- again\n", "rainy.sql").sha256 != load_sql(file).sha256


def test_a_missing_file_is_one_sentence(tmp_path: Path):
    with pytest.raises(QueryError, match=r"none\.sql cannot be read"):
        load_sql(tmp_path / "none.sql")


@pytest.mark.parametrize("lost", ["reads", "column", "rows"])
def test_a_header_without_one_of_its_parts_is_refused(lost: str):
    short = "".join(line for line in HEADER.splitlines(keepends=True) if not line.startswith(f"-- {lost}"))
    with pytest.raises(QueryError, match=f"lacks a '-- {lost}' line"):
        parse_sql(short + BODY, "rainy.sql")


def test_a_header_line_with_a_slip_is_not_passed_over():
    with pytest.raises(QueryError, match="cannot be read: '-- param least DOUBLE'"):
        parse_sql(HEADER.replace("-- param least DOUBLE mm and at least this much", "-- param least DOUBLE") + BODY, "rainy.sql")


def test_a_parameter_of_unknown_type_is_refused():
    with pytest.raises(QueryError, match="a parameter of type FLOAT"):
        parse_sql(HEADER.replace("DOUBLE", "FLOAT") + BODY, "rainy.sql")


@pytest.mark.parametrize("body", ["COPY (SELECT 1) TO 'x.csv'", "ATTACH 'x.db'", "INSTALL httpfs", "SET threads = 9", "DROP VIEW rain",
                                  "CREATE TABLE t AS SELECT 1", "SELECT 1; COPY (SELECT 1) TO 'x.csv'", "SELECT 1; SELECT 2", ""])
def test_whatever_is_not_one_select_is_refused(body: str):
    with pytest.raises(QueryError, match="is not one SELECT"):
        parse_sql(HEADER + body, "rainy.sql")


def test_what_is_not_sql_is_refused_with_the_engines_own_words():
    with pytest.raises(QueryError, match="is not SQL") as caught:
        parse_sql(HEADER + "SELEKT 1", "rainy.sql")
    assert "SELEKT" in caught.value.why


@pytest.mark.parametrize(("params", "sentence"), [
    ({"since": SINCE}, "it lacks least"),
    ({"since": SINCE, "least": 1.0, "most": 2.0}, "it does not take most"),
    ({"since": "yesterday", "least": 1.0}, "since is 'yesterday', but should be TIMESTAMPTZ"),
    ({"since": datetime(2026, 7, 1), "least": 1.0}, "a moment without a time zone"),
    ({"since": SINCE, "least": True}, "least is True, but should be DOUBLE"),
    ({"since": SINCE, "least": "1"}, "least is '1', but should be DOUBLE"),
])
def test_wrong_parameters_are_named(params: dict[str, object], sentence: str):
    with pytest.raises(QueryError, match=sentence):
        parse_sql(HEADER + BODY, "rainy.sql").bind(params)
