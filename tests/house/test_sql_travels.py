"""Every .sql file keeps to the part of SQL that other engines answer alike.

The same files are to be asked of a distributed engine one day, with the same answers. Word
rules can carry a name from one engine to another (`epoch_us`, `//`, `$name`); what no rule
can carry is refused here: nulls that sort where an engine likes, fractions that become whole
numbers in an engine's own way, and forms that only one engine reads.
"""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.house.sql_facts import read
from twin.engine import Sql, load_sql, parse_sql

ROOT = Path(__file__).resolve().parents[2]
# Migrations stay at home: they run in our own engine, when a lake is written.
FILES = sorted(
    path
    for folder in ("twin", "layers")
    for path in (ROOT / folder).rglob("*.sql")
    if path.parent.name != "migrations"
)
# Functions that engines have under one name, with one meaning.
COMMON = {
    *("any", "array_agg", "array_contains", "avg", "cast", "coalesce", "contains"),
    "count",
    *("date_trunc", "exists", "exp", "floor", "greatest", "lag", "lead", "least"),
    *(
        "ln",
        "lower",
        "max",
        "max_by",
        "median",
        "min",
        "min_by",
        "nullif",
        "percentile_cont",
    ),
    *("range", "round", "row_number", "sqrt", "stddev_samp", "string_agg", "sum"),
    *("upper", "year"),
}
# Functions that engines have under several names, one for one: a word rule carries them.
CARRIED = {
    "ends_with": "endswith",
    "epoch_us": "unix_micros",
    "len": "size",
    "starts_with": "startswith",
    "timezone": "from_utc_timestamp",
    "unnest": "explode",
}
# What to write instead of functions that only some engines have, or answer otherwise.
INSTEAD = {
    **dict.fromkeys(("list_contains", "list_has", "array_has"), "array_contains"),
    **dict.fromkeys(("arg_max", "argmax"), "max_by"),
    **dict.fromkeys(("arg_min", "argmin"), "min_by"),
    **dict.fromkeys(
        ("date_diff", "datediff", "date_sub", "datesub", "age", "epoch", "epoch_ms"),
        "(epoch_us(b) - epoch_us(a)) // 1000000",
    ),
    **dict.fromkeys(
        ("to_days", "to_hours", "to_minutes", "to_seconds", "to_microseconds"),
        "INTERVAL 1 HOUR * n",
    ),
    **dict.fromkeys(
        ("quantile", "quantile_cont", "approx_quantile"),
        "percentile_cont(p) WITHIN GROUP (ORDER BY x)",
    ),
    **dict.fromkeys(
        ("first", "last", "any_value", "arbitrary"), "min, or max_by(x, order)"
    ),
    **dict.fromkeys(("ifnull", "nvl"), "coalesce"),
    **dict.fromkeys(("if", "iif"), "CASE WHEN … THEN … ELSE … END"),
    **dict.fromkeys(("list", "list_agg", "array_agg_distinct"), "array_agg"),
    **dict.fromkeys(("trunc", "try_cast"), "floor or round, then CAST"),
    "count_if": "count(CASE WHEN … THEN 1 END)",
    "generate_series": "range, whose end is not in it",
}
# Words of the language that a bracket may follow.
WORDS = {
    *("all", "and", "as", "by", "case", "else", "except", "filter", "from", "group"),
    *("having", "in", "intersect", "is", "join", "not", "on", "or", "order", "over"),
    *("select", "set", "then", "union", "using", "values", "when", "where", "with"),
}
FORMS = (
    (r"(?:^|\(|\bunion|\bunion\s+all)\s*from\b", "a query begins with SELECT"),
    (r"::", "write CAST(x AS type)"),
    (r"\bqualify\b", "number the rows in a CTE and choose with WHERE"),
    (r"\b(?:group|order)\s+by\s+all\b", "name the columns"),
    (r"\bdistinct\s+on\b", "number the rows with row_number() and choose with WHERE"),
    (r"\b(?:asof|positional)\s+(?:left\s+)?join\b", "join with a condition"),
    (r"\b(?:semi|anti)\s+join\b", "write EXISTS or NOT EXISTS"),
    (r"\b(?:un)?pivot\b", "write CASE in aggregates"),
    (r"\b(?:using|table)\s*sample\b", "no answer may hang on chance"),
    (r"\*\s*(?:exclude|replace|rename)\b|\bcolumns\s*\(", "name the columns"),
    (r"=\s*any\s*\(\s*\$", "write array_contains($list, x)"),
    (r"->|\blambda\b", "unnest the list instead of a function over it"),
    (r"\[(?!\])|\{", "no list or struct is written out: make rows of it"),
    (r"\bglob\b|~", "write LIKE"),
    (r"\blimit\s+[\d.]+\s*%", "count the rows that are wanted"),
)


def name(path: Path) -> str:
    """A file's path from the root, as the test's id."""
    return path.relative_to(ROOT).as_posix()


def code_of(text: str) -> str:
    """A query without comments and without the words inside its strings."""
    bare = "\n".join(line.partition("--")[0] for line in text.splitlines())
    return re.sub(r"'(?:[^']|'')*'", "''", bare).strip().lower()


def off_forms(text: str) -> list[str]:
    """Return a sentence for each form that only some engines read."""
    code = code_of(text)
    return [
        f"{' '.join(found[0].split())!r}: {instead}."
        for form, instead in FORMS
        for found in re.finditer(form, code)
    ]


def off_functions(text: str) -> list[str]:
    """Return a sentence for each function that is not known to be answered alike."""
    code = code_of(text)
    own = {
        *re.findall(r"\bas\s+(\w+)\s*\(", code),  # names of a table's columns
        *re.findall(r"(\w+)\s*\([^()]*\)\s+as\s*\(", code),  # the same of a CTE
    }
    called = set(re.findall(r"\b([a-z_]\w*)\s*\(", code)) - own - WORDS
    return [
        f"{each}: write {INSTEAD[each]}."
        if each in INSTEAD
        else f"{each}: find out whether Spark SQL has it and answers alike; then name it"
        " in COMMON or CARRIED, else in INSTEAD."
        for each in sorted(called - COMMON - CARRIED.keys())
    ]


def off_keys(sql: Sql) -> list[str]:
    """Return a sentence for each sort key that may be null and does not say where nulls go."""
    return [
        f"ORDER BY {key.text}: it may be null, so write NULLS LAST or NULLS FIRST."
        for key in read(sql).keys
        if key.null and not key.is_said
    ]


def off_casts(sql: Sql) -> list[str]:
    """Return a sentence for each fraction that becomes whole without saying how."""
    return [
        f"{cast.text}: one engine rounds and another cuts, so write round or floor"
        " inside."
        for cast in read(sql).casts
        if cast.real
    ]


@pytest.mark.parametrize("path", FILES, ids=name)
def test_no_form_is_one_engines_own(path: Path):
    assert off_forms(path.read_text(encoding="utf-8")) == []


@pytest.mark.parametrize("path", FILES, ids=name)
def test_functions_are_answered_alike_by_others(path: Path):
    assert off_functions(path.read_text(encoding="utf-8")) == []


@pytest.mark.parametrize("path", FILES, ids=name)
def test_nulls_are_sorted_where_the_query_says(path: Path):
    assert off_keys(load_sql(path)) == []


@pytest.mark.parametrize("path", FILES, ids=name)
def test_fractions_become_whole_by_round_or_floor(path: Path):
    assert off_casts(load_sql(path)) == []


def query(text: str) -> Sql:
    """A query of a test, with the header that it needs."""
    params = "".join(
        f"-- param {found} {kind} - {doc}\n"
        for found, kind, doc in (
            ("share", "DOUBLE", "a share of one"),
            ("some", "VARCHAR", "null for all"),
        )
        if f"${found}" in text
    )
    return parse_sql(
        f"{params}-- reads events\n-- column x VARCHAR - x\n-- rows any\n{text}",
        "t.sql",
    )


@pytest.mark.parametrize(
    "text",
    [
        "FROM events",
        "SELECT event_id FROM (FROM events) AS known",
        "SELECT event_id FROM events UNION ALL FROM events",
        "SELECT version::INTEGER AS x FROM events",
        "SELECT event_id AS x FROM events QUALIFY row_number() OVER () = 1",
        "SELECT event_id AS x, count(*) AS n FROM events GROUP BY ALL",
        "SELECT event_id AS x FROM events ORDER BY ALL",
        "SELECT DISTINCT ON (event_id) event_id AS x FROM events",
        "SELECT * EXCLUDE (version) FROM events",
        "SELECT event_id AS x FROM events WHERE event_id = ANY($ids)",
        "SELECT event_id AS x FROM events WHERE version IN (SELECT unnest([1, 2]))",
        "SELECT [y + 1 for y in $ids] AS x FROM events",
        "SELECT event_id AS x FROM events SEMI JOIN streets USING (street_code)",
    ],
)
def test_a_form_of_one_engine_is_found(text: str):
    assert len(off_forms(text)) >= 1


@pytest.mark.parametrize(
    "text",
    [
        "SELECT 'FROM a::b [1]' AS x FROM events -- QUALIFY, x -> y",
        "SELECT CAST(NULL AS DOUBLE[]) AS x FROM events",
        "SELECT count(*) AS x FROM events",
        "SELECT 5 // 2 * 3 AS x FROM events",
    ],
)
def test_a_form_of_all_engines_is_left_alone(text: str):
    assert off_forms(text) == []


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("SELECT list_contains($ids, event_id) AS x FROM events", "array_contains"),
        ("SELECT date_diff('s', created_at, $as_of) AS x FROM events", "epoch_us"),
        ("SELECT arg_max(title, version) AS x FROM events", "max_by"),
        ("SELECT first(title) AS x FROM events", "max_by"),
        ("SELECT created_at + to_hours(3) AS x FROM events", "INTERVAL"),
        ("SELECT levenshtein(title, 'a') AS x FROM events", "Spark SQL"),
    ],
)
def test_a_function_of_one_engine_is_found_with_what_to_write(text: str, said: str):
    (found,) = off_functions(text)

    assert said in found


def test_names_of_columns_of_a_table_are_no_functions():
    text = (
        "WITH kernel(away, share) AS (VALUES (1, 2)) SELECT all_hours.h"
        " FROM kernel CROSS JOIN range(0, 24) AS all_hours(h)"
    )

    assert off_functions(text) == []


@pytest.mark.parametrize(
    "text",
    [
        # As the contract has it, and by each way in which a value may come to be absent.
        "SELECT district_id AS x FROM events ORDER BY district_id",
        "SELECT district_id AS x FROM events ORDER BY 1 DESC",
        "SELECT event_id AS x FROM events ORDER BY CASE WHEN version > 1 THEN 1 END",
        (
            "SELECT e.event_id AS x FROM events AS e LEFT JOIN streets ON streets.street_code"
            " = e.street_code ORDER BY streets.street_code"
        ),
        "SELECT lag(version) OVER (ORDER BY event_id) AS x FROM events ORDER BY x",
        "SELECT row_number() OVER (ORDER BY title, address) AS x FROM events",
        "SELECT array_agg(title ORDER BY address) AS x FROM events",
        (
            "WITH one AS (SELECT max(version) AS v FROM events) SELECT v AS x FROM one"
            " ORDER BY v"
        ),
        "SELECT event_id AS x FROM events UNION ALL SELECT NULL ORDER BY x",
        "SELECT event_id AS x FROM events ORDER BY coalesce($some, address)",
        "SELECT event_id AS x FROM events ORDER BY 1 // (version - 1)",
        "SELECT nullif(title, '') AS x FROM events ORDER BY x",
        (
            "SELECT event_id AS x FROM events WHERE district_id IS NOT NULL OR version > 1"
            " ORDER BY district_id"
        ),
    ],
)
def test_a_key_that_may_be_null_is_found(text: str):
    assert len(off_keys(query(text))) == 1


@pytest.mark.parametrize(
    "text",
    [
        "SELECT event_id AS x FROM events ORDER BY event_id, version DESC",
        "SELECT district_id AS x FROM events ORDER BY district_id NULLS LAST",
        "SELECT district_id AS x FROM events ORDER BY district_id DESC NULLS FIRST",
        (
            "SELECT district_id AS x FROM events WHERE district_id IS NOT NULL ORDER BY x"
            ", district_id NULLS LAST"
        ),
        (
            "SELECT event_id AS x FROM events WHERE lon_ud / 2 > 0 AND lat_ud IN (1, 2)"
            " ORDER BY lon_ud, lat_ud"
        ),
        "SELECT CASE priority WHEN 1 THEN 1 ELSE 2 END AS x FROM events ORDER BY x",
        "SELECT coalesce(district_id, '') AS x FROM events ORDER BY x",
        (
            "SELECT event_id AS x, count(*) AS n, max(version) AS v FROM events"
            " GROUP BY event_id ORDER BY n, v, x"
        ),
        (
            "SELECT e.event_id AS x FROM events AS e JOIN streets ON streets.street_code ="
            " e.street_code ORDER BY e.street_code"
        ),
        "SELECT percentile_cont(0.5) WITHIN GROUP (ORDER BY lon_ud) AS x FROM events",
        (
            "SELECT coalesce(a.event_id, b.event_id) AS x FROM events AS a FULL JOIN events"
            " AS b ON a.event_id = b.event_id ORDER BY coalesce(a.event_id, b.event_id)"
        ),
    ],
)
def test_a_key_that_is_never_null_or_says_where_nulls_go_is_left_alone(text: str):
    assert off_keys(query(text)) == []


@pytest.mark.parametrize(
    "text",
    [
        "SELECT CAST(version / 2 AS INTEGER) AS x FROM events",
        "SELECT CAST(avg(version) AS BIGINT) AS x FROM events",
        "SELECT CAST(mm_5min AS SMALLINT) AS x FROM rain",
        "SELECT CAST($share AS INTEGER) AS x FROM events",
        (
            "WITH half AS (SELECT version * 0.5 AS v FROM events)"
            " SELECT CAST(CASE WHEN v > 1 THEN v ELSE 1 END AS INTEGER) AS x FROM half"
        ),
        "SELECT CAST(round(mm_5min) / 2 AS INTEGER) AS x FROM rain",
    ],
)
def test_a_fraction_that_becomes_whole_unsaid_is_found(text: str):
    assert len(off_casts(query(text))) == 1


@pytest.mark.parametrize(
    "text",
    [
        "SELECT CAST(round(version / 2) AS INTEGER) AS x FROM events",
        "SELECT CAST(floor(mm_5min) AS INTEGER) AS x FROM rain",
        "SELECT CAST(version // 2 AS INTEGER) AS x FROM events",
        "SELECT CAST(count(*) AS INTEGER) AS x FROM events",
        "SELECT created_at + INTERVAL 1 HOUR * version AS x FROM events",
        "SELECT CAST(version AS DOUBLE) / 2 AS x FROM events",
    ],
)
def test_a_whole_number_that_says_how_is_left_alone(text: str):
    assert off_casts(query(text)) == []
