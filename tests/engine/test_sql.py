"""A named query is one SELECT with a header that says what it takes and what it answers."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pyarrow as pa
import pytest

from twin.contracts import TABLES
from twin.engine import Param, answer, load_sql, parse_sql
from twin.errors import QueryError

HEADER = """-- rainy.sql: rain since a moment.
-- param since TIMESTAMPTZ UTC counts from here
-- param least DOUBLE mm and at least this much
-- reads rain
-- column station_id VARCHAR - gauge
-- column n BIGINT readings 1 or more
-- rows one per gauge, by id
"""
BODY = (
    "SELECT station_id, count(*) AS n FROM rain WHERE occurred_at >= $since AND mm_5min"
    " >= $least GROUP BY 1 ORDER BY 1\n"
)
SINCE = datetime(2026, 7, 1, tzinfo=UTC)


def test_a_header_is_read_whole():
    sql = parse_sql(HEADER + BODY, "rainy.sql")
    assert sql.param("since") == Param(
        "since", "TIMESTAMPTZ", "UTC", "counts from here"
    )
    assert [column.name for column in sql.columns] == ["station_id", "n"]
    assert sql.reads == ("rain",)
    assert sql.rows == "one per gauge, by id"


def test_the_hash_is_of_every_byte(tmp_path: Path):
    file = tmp_path / "rainy.sql"
    file.write_text(HEADER + BODY)
    assert load_sql(file).sha256 == parse_sql(HEADER + BODY, "rainy.sql").sha256
    assert (
        parse_sql(HEADER + BODY + "-- again\n", "rainy.sql").sha256
        != load_sql(file).sha256
    )


def test_a_missing_file_is_one_sentence(tmp_path: Path):
    with pytest.raises(QueryError, match=r"none\.sql cannot be read"):
        load_sql(tmp_path / "none.sql")


@pytest.mark.parametrize("lost", ["reads", "column", "rows"])
def test_a_header_without_one_of_its_parts_is_refused(lost: str):
    short = "".join(
        line
        for line in HEADER.splitlines(keepends=True)
        if not line.startswith(f"-- {lost}")
    )
    with pytest.raises(QueryError, match=f"lacks a '-- {lost}' line"):
        parse_sql(short + BODY, "rainy.sql")


def test_a_header_line_with_a_slip_is_not_passed_over():
    with pytest.raises(QueryError, match="cannot be read: '-- param least DOUBLE'"):
        parse_sql(
            HEADER.replace(
                "-- param least DOUBLE mm and at least this much",
                "-- param least DOUBLE",
            )
            + BODY,
            "rainy.sql",
        )


def test_a_parameter_of_unknown_type_is_refused():
    with pytest.raises(QueryError, match="a parameter of type FLOAT"):
        parse_sql(HEADER.replace("DOUBLE", "FLOAT") + BODY, "rainy.sql")


@pytest.mark.parametrize(
    "body",
    [
        "COPY (SELECT 1) TO 'x.csv'",
        "ATTACH 'x.db'",
        "INSTALL httpfs",
        "SET threads = 9",
        "DROP VIEW rain",
        "CREATE TABLE t AS SELECT 1",
        "SELECT 1; COPY (SELECT 1) TO 'x.csv'",
        "SELECT 1; SELECT 2",
        "",
    ],
)
def test_whatever_is_not_one_select_is_refused(body: str):
    with pytest.raises(QueryError, match="is not one SELECT"):
        parse_sql(HEADER + body, "rainy.sql")


def test_what_is_not_sql_is_refused_with_the_engines_own_words():
    with pytest.raises(QueryError, match="is not SQL") as caught:
        parse_sql(HEADER + "SELEKT 1", "rainy.sql")
    assert "SELEKT" in caught.value.why


@pytest.mark.parametrize(
    ("params", "sentence"),
    [
        ({"since": SINCE}, "it lacks least"),
        ({"since": SINCE, "least": 1.0, "most": 2.0}, "it does not take most"),
        (
            {"since": "yesterday", "least": 1.0},
            "since is 'yesterday', but should be TIMESTAMPTZ",
        ),
        ({"since": datetime(2026, 7, 1), "least": 1.0}, "a moment without a time zone"),
        ({"since": SINCE, "least": True}, "least is True, but should be DOUBLE"),
        ({"since": SINCE, "least": "1"}, "least is '1', but should be DOUBLE"),
    ],
)
def test_wrong_parameters_are_named(params: dict[str, object], sentence: str):
    with pytest.raises(QueryError, match=sentence):
        parse_sql(HEADER + BODY, "rainy.sql").bind(params)


USES = """-- used.sql: how many events are open, now and a day before.
-- param as_of TIMESTAMPTZ UTC what had happened by then
-- param known_at TIMESTAMPTZ UTC and had been recorded by then
-- uses events_at
-- uses events_at AS day_ago AT $as_of - INTERVAL 24 HOUR, $known_at - INTERVAL 24 HOUR
-- reads event_facts
-- column now BIGINT events open now
-- column then BIGINT events open a day before
-- rows one
"""
COUNTS = (
    "WITH a AS (SELECT count(*) AS n FROM events_at WHERE is_open), b AS (SELECT"
    " count(*) AS n FROM day_ago WHERE is_open) SELECT a.n AS now, b.n AS then FROM"
    " a, b"
)
OPENED = datetime(2026, 7, 1, 12, tzinfo=UTC)


def test_a_query_reads_the_ctes_that_it_uses_at_the_moments_that_it_says():
    event = {
        "event_id": "E1",
        "version": 1,
        "occurred_at": OPENED,
        "created_at": OPENED,
        "known_from": OPENED,
        "closed_at": OPENED + timedelta(hours=30),
        "closed_known_at": OPENED + timedelta(hours=30),
    }
    facts = pa.Table.from_pylist(
        [event],
        schema=pa.schema(
            [field.with_nullable(True) for field in TABLES["event_facts"].schema]
        ),
    )
    sql = parse_sql(USES + COUNTS, "used.sql")

    def counted(hours: float) -> tuple[int, int]:
        moment = OPENED + timedelta(hours=hours)
        (row,) = answer(
            {"event_facts": facts}, sql, {"as_of": moment, "known_at": moment}
        ).to_pylist()
        return row["now"], row["then"]

    assert [counted(hours) for hours in (-1, 0, 24, 29.9, 30, 54)] == [
        (0, 0),
        (1, 0),
        (1, 1),
        (1, 1),
        (0, 1),
        (0, 0),
    ]


def test_the_hash_of_a_query_is_over_the_ctes_that_it_uses():
    plain = (
        COUNTS.replace("events_at", "event_facts")
        .replace("day_ago", "event_facts")
        .replace("WHERE is_open", "")
    )
    without = "".join(
        line for line in USES.splitlines(keepends=True) if " uses " not in line
    )

    assert (
        parse_sql(USES + COUNTS, "used.sql").sha256
        != parse_sql(without + plain, "used.sql").sha256
    )


@pytest.mark.parametrize(
    ("line", "sentence"),
    [
        ("-- uses nothing_of_the_kind", "nothing_of_the_kind.sql cannot be read"),
        ("-- uses events_at AT $as_of", "cannot be read"),
    ],
)
def test_a_cte_that_is_not_there_is_missed_in_a_sentence(line, sentence):
    with pytest.raises(QueryError, match=sentence):
        parse_sql(USES.replace("-- uses events_at\n", f"{line}\n") + COUNTS, "used.sql")
