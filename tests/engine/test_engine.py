"""The engine answers over one snapshot's files, in UTC, to many threads at once, and
reaches nothing else.
"""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from twin.contracts import TABLES
from twin.engine import Earlier, Engine, Sql, Step, answer, parse_sql
from twin.errors import QueryError

MIDNIGHT = datetime(2026, 7, 16, tzinfo=UTC)


def rain(*mm: float, station: str = "R1") -> pa.Table:
    """Readings of one gauge, five minutes apart from midnight."""
    at = [MIDNIGHT + timedelta(minutes=5 * n) for n in range(len(mm))]
    return pa.table(
        {
            "station_id": [station] * len(mm),
            "occurred_at": at,
            "recorded_at": at,
            "district_id": [None] * len(mm),
            "lon_ud": [1] * len(mm),
            "lat_ud": [2] * len(mm),
            "mm_5min": mm,
            "source": ["test"] * len(mm),
        },
        schema=TABLES["rain"].schema,
    )


def asked(select: str, *params: str, reads: str = "rain") -> Sql:
    """A query with the least header that will do; `params` as 'name TYPE'."""
    lines = [f"-- param {param} - one" for param in params]
    return parse_sql(
        "\n".join(
            [
                *lines,
                f"-- reads {reads}",
                "-- column x VARCHAR - any",
                "-- rows any",
                select,
            ]
        ),
        "asked.sql",
    )


def column(table: pa.Table, name: str) -> list[object]:
    """One column as Python values."""
    return table[name].to_pylist()


@pytest.fixture
def lake(tmp_path: Path) -> Path:
    """A folder with one gauge's file, and a secret beside it."""
    (tmp_path / "tables" / "rain").mkdir(parents=True)
    pq.write_table(rain(1.0, 2.0, 4.0), tmp_path / "tables" / "rain" / "a.parquet")
    (tmp_path / "secret.csv").write_text("word\nopen sesame\n")
    return tmp_path


@pytest.fixture
def opened(lake: Path) -> Iterator[Engine]:
    """An engine over that folder."""
    with Engine.from_files(
        {"rain": [lake / "tables" / "rain" / "a.parquet"]},
        root=lake / "tables",
        threads=2,
    ) as found:
        yield found


def test_it_sums_the_rows_of_its_files(opened: Engine):
    assert column(
        opened.query(asked("SELECT sum(mm_5min) AS mm FROM rain"), {}), "mm"
    ) == [7.0]


def test_parameters_are_bound_never_pasted(opened: Engine):
    sql = asked(
        "SELECT count(*) AS n FROM rain WHERE station_id = $station", "station VARCHAR"
    )
    assert column(opened.query(sql, {"station": "R1' OR 'a' = 'a"}), "n") == [0]


def test_a_parameter_has_the_type_of_the_header_whatever_its_value(opened: Engine):
    found = opened.query(
        asked("SELECT $n AS n, $x AS x", "n BIGINT", "x DOUBLE"), {"n": 1, "x": 2}
    )
    assert found.schema.types == [pa.int64(), pa.float64()]


def test_every_contract_table_is_there_even_without_files(opened: Engine):
    for name, table in TABLES.items():
        names = ", ".join(f'"{field}"' for field in table.schema.names)
        found = opened.query(asked(f"SELECT {names} FROM {name}", reads=name), {})
        assert found.schema.types == table.schema.types, name


def test_moments_come_out_in_utc_microseconds(opened: Engine):
    found = opened.query(asked("SELECT max(occurred_at) AS last FROM rain"), {})
    assert found.schema.field("last").type == pa.timestamp("us", tz="UTC")
    assert column(found, "last") == [MIDNIGHT + timedelta(minutes=10)]


def test_a_day_is_cut_in_the_zone_that_was_asked_for(opened: Engine):
    sql = asked(
        "SELECT CAST(timezone($zone, max(occurred_at)) AS DATE) AS day FROM rain",
        "zone VARCHAR",
    )
    assert [
        str(day)
        for zone in ("Asia/Shanghai", "America/Bogota")
        for day in column(opened.query(sql, {"zone": zone}), "day")
    ] == ["2026-07-16", "2026-07-15"]


@pytest.mark.parametrize(
    "escape",
    [
        "SELECT content FROM read_text('/etc/passwd')",
        "SELECT * FROM read_csv('{lake}/secret.csv')",
        "SELECT * FROM read_csv('{lake}/tables/../secret.csv')",
        "SELECT * FROM '{lake}/tables/link.csv'",
        "SELECT * FROM sniff_csv('{lake}/secret.csv')",
        "SELECT * FROM glob('{lake}/*')",
        "SELECT * FROM read_parquet('https://example.org/a.parquet')",
        "SELECT * FROM read_text('.tmp/a')",
    ],
)
def test_no_select_reads_outside_the_lakes_tables(
    lake: Path, opened: Engine, escape: str
):
    (lake / "tables" / "link.csv").symlink_to(lake / "secret.csv")
    try:
        found = opened.query(asked(escape.format(lake=lake)), {})
    except QueryError:
        return
    assert found.num_rows == 0
    assert "glob" in escape


@pytest.mark.parametrize(
    "statement",
    [
        "ATTACH '{lake}/x.db'",
        "INSTALL httpfs",
        "LOAD httpfs",
        "SET threads = 9",
        "SET enable_external_access = true",
        "SET allowed_directories = ['/']",
        "COPY (SELECT 1) TO '{lake}/x.csv'",
        "EXPORT DATABASE '{lake}/x'",
    ],
)
def test_even_a_statement_that_got_past_the_header_is_refused_by_the_lock(
    lake: Path, opened: Engine, statement: str
):
    with pytest.raises(duckdb.Error):
        # The lock itself is what is tried here.
        opened._con.cursor().execute(statement.format(lake=lake))
    assert sorted(path.name for path in lake.iterdir()) == ["secret.csv", "tables"]


def test_a_python_variable_is_no_table(opened: Engine):
    with pytest.raises(QueryError):
        opened.query(asked("SELECT * FROM bound"), {})


def test_sixteen_threads_each_get_their_own_answer(opened: Engine):
    sql = asked(
        "SELECT $n + sum(r.mm_5min) * 0 AS n FROM rain AS r, range(2000)", "n INTEGER"
    )
    with ThreadPoolExecutor(16) as pool:
        answers = list(
            pool.map(lambda n: column(opened.query(sql, {"n": n}), "n")[0], range(400))
        )
    assert answers == list(range(400))


def test_a_question_that_takes_too_long_is_stopped_and_the_next_is_answered(lake: Path):
    with Engine.from_files(
        {"rain": [lake / "tables" / "rain" / "a.parquet"]},
        root=lake / "tables",
        patience_s=0.2,
    ) as hasty:
        with pytest.raises(QueryError, match="was stopped"):
            hasty.query(
                asked(
                    "SELECT sum(a.range * b.range) AS x FROM range(1000000) AS a,"
                    " range(1000000) AS b"
                ),
                {},
            )
        counted = hasty.query(asked("SELECT count(*) AS n FROM rain"), {})
    assert column(counted, "n") == [3]


def test_an_error_names_the_query_and_gives_the_engines_words(opened: Engine):
    with pytest.raises(QueryError, match=r"asked\.sql could not be answered") as caught:
        opened.query(asked("SELECT mm FROM rain"), {})
    assert "mm" in caught.value.why


def test_a_file_that_is_not_parquet_is_one_sentence(lake: Path):
    file = lake / "tables" / "rain" / "b.parquet"
    file.write_bytes(b"not parquet, but long enough to be looked at")
    with pytest.raises(QueryError, match="could not be opened"):
        Engine.from_files({"rain": [file]}, root=lake / "tables")


def test_a_file_that_was_removed_meanwhile_is_one_sentence(lake: Path, opened: Engine):
    (lake / "tables" / "rain" / "a.parquet").unlink()
    with pytest.raises(QueryError, match="could not be answered") as caught:
        opened.query(asked("SELECT sum(mm_5min) AS mm FROM rain"), {})
    assert "a.parquet" in caught.value.why


def test_two_engines_over_two_snapshots_do_not_mix(lake: Path, opened: Engine):
    pq.write_table(rain(9.0), lake / "tables" / "rain" / "b.parquet")
    count = asked("SELECT count(*) AS n FROM rain")
    with Engine.from_files(
        {
            "rain": [
                lake / "tables" / "rain" / name for name in ("a.parquet", "b.parquet")
            ]
        },
        root=lake / "tables",
    ) as newer:
        assert (
            column(opened.query(count, {}), "n"),
            column(newer.query(count, {}), "n"),
        ) == ([3], [4])


def test_tables_in_memory_are_answered_the_same():
    assert column(
        answer(
            {"rain": rain(1.0, 2.0)}, asked("SELECT sum(mm_5min) AS mm FROM rain"), {}
        ),
        "mm",
    ) == [3.0]


def test_tables_in_memory_give_no_way_out():
    with pytest.raises(QueryError):
        answer({}, asked("SELECT content FROM read_text('/etc/passwd')"), {})


def test_what_a_query_reads_and_answers_is_told_without_running_it(opened: Engine):
    sql = asked(
        "WITH known AS (SELECT station_id FROM rain) SELECT station_id, count(*) AS n,"
        " $t AS t FROM known JOIN drones ON true GROUP BY 1",
        "t TIMESTAMPTZ",
    )
    described = opened.describe(sql)
    assert described.columns == (
        ("station_id", "VARCHAR"),
        ("n", "BIGINT"),
        ("t", "TIMESTAMPTZ"),
    )
    assert described.reads == {"rain", "drones"}


def test_an_engine_opens_quickly_over_every_table(lake: Path):
    for name, table in TABLES.items():
        (lake / "tables" / name).mkdir(exist_ok=True)
        pq.write_table(table.empty(), lake / "tables" / name / "0.parquet")
    files = {name: [lake / "tables" / name / "0.parquet"] for name in TABLES}
    taken: list[float] = []
    for _ in range(5):
        begun = time.perf_counter()
        Engine.from_files(files, root=lake / "tables").close()
        taken.append(time.perf_counter() - begun)
    assert min(taken) < 0.5 * (1 + os.getloadavg()[0]), taken


NAMES = frozenset(TABLES["rain"].schema.names)
TYPES = tuple((field.name, field.type) for field in TABLES["rain"].schema)


def test_a_column_that_the_files_lack_is_null_in_every_row_of_them(lake: Path):
    short = lake / "tables" / "rain" / "short.parquet"
    whole = lake / "tables" / "rain" / "whole.parquet"
    pq.write_table(rain(1.0, 2.0).drop_columns(["district_id"]), short)
    pq.write_table(
        rain(4.0).set_column(3, "district_id", pa.array(["alva"])),
        whole,
    )
    with Engine.from_files(
        {"rain": [short, whole]},
        root=lake / "tables",
        earlier={"rain/short.parquet": Earlier(NAMES - {"district_id"})},
    ) as engine:
        found = engine.query(
            asked("SELECT district_id AS x, mm_5min FROM rain ORDER BY mm_5min"), {}
        )
        files = {"rain": [str(short.resolve())]}
        of_one = engine.query(
            asked("SELECT count(district_id) AS x FROM rain"), {}, files=files
        )
    assert column(found, "x") == [None, None, "alva"]
    assert found.schema.field("x").type == pa.string()
    assert column(found, "mm_5min") == [1.0, 2.0, 4.0]
    assert column(of_one, "x") == [0]


def step(changes: dict[str, str], given: tuple[tuple[str, pa.DataType], ...]) -> Step:
    """A migration that answers today's columns of rain, some by another expression."""
    said = [f"{changes.get(name, name)} AS {name}" for name, _ in TYPES]
    header = "\n".join(f"-- column {name} VARCHAR - any" for name, _ in TYPES)
    text = f"-- reads rain\n{header}\n-- rows any\nSELECT {', '.join(said)} FROM rain;"
    return Step(given, parse_sql(text, "step.sql"))


def test_files_of_before_two_migrations_go_through_both_beside_files_of_today(
    lake: Path,
):
    """First `gauge` became `station_id`, then centimetres became millimetres.

    Between the two came a column, `district_id`, that the old file does not have.
    """
    old = lake / "tables" / "rain" / "old.parquet"
    new = lake / "tables" / "rain" / "new.parquet"
    named = ["gauge" if name == "station_id" else name for name in NAMES_IN_ORDER]
    was = rain(1.0, 2.0, station="G").rename_columns(named)
    pq.write_table(was.drop_columns(["district_id"]), old)
    pq.write_table(rain(4.0, station="R"), new)
    before = tuple((name, kind) for name, kind in zip(named, KINDS, strict=True))
    renamed = step({"station_id": "gauge", "district_id": "NULL"}, before)
    turned = step({"mm_5min": "mm_5min * 10"}, TYPES)
    how = Earlier(frozenset(named) - {"district_id"}, (renamed, turned))
    with Engine.from_files(
        {"rain": [new, old]},
        root=lake / "tables",
        earlier={"rain/old.parquet": how},
    ) as engine:
        found = engine.query(
            asked("SELECT station_id AS x, mm_5min FROM rain ORDER BY mm_5min"), {}
        )
        rows = engine.rows("rain", old)
    assert column(found, "x") == ["R", "G", "G"]
    assert column(found, "mm_5min") == [4.0, 10.0, 20.0]
    assert rows.schema.names == TABLES["rain"].schema.names
    assert rows.schema.types == TABLES["rain"].schema.types
    assert (rows["lon_ud"].to_pylist(), rows["district_id"].null_count) == ([1, 1], 2)


NAMES_IN_ORDER = TABLES["rain"].schema.names
KINDS = TABLES["rain"].schema.types


def test_a_table_in_memory_stands_in_for_the_files_for_every_thread(lake: Path):
    files = {"rain": [lake / "tables" / "rain" / "a.parquet"]}
    sql = asked("SELECT sum(mm_5min) AS mm FROM rain")
    with (
        Engine.from_files(
            files, root=lake / "tables", tables={"rain": rain(8.0, 16.0)}
        ) as engine,
        ThreadPoolExecutor(4) as pool,
    ):
        assert {
            column(found, "mm")[0]
            for found in pool.map(lambda _: engine.query(sql, {}), range(16))
        } == {24.0}


def test_rows_given_with_a_question_stand_in_for_the_files_for_that_question_only(
    opened: Engine,
):
    sql = asked("SELECT sum(mm_5min) AS mm FROM rain")
    given = [
        opened.query(sql, {}, rows)
        for rows in (None, {"rain": rain(8.0)}, {"rain": rain(16.0)}, None)
    ]

    assert [column(found, "mm")[0] for found in given] == [7, 8, 16, 7]
    with ThreadPoolExecutor(4) as pool:
        answers = pool.map(
            lambda n: column(
                opened.query(sql, {}, {"rain": rain(float(n))} if n else None), "mm"
            )[0],
            list(range(4)) * 8,
        )
    assert list(answers) == [7, 1, 2, 3] * 8


def test_files_named_for_one_question_stand_in_for_that_question_only(lake: Path):
    pq.write_table(rain(8.0), lake / "tables" / "rain" / "b.parquet")
    files = [lake / "tables" / "rain" / name for name in ("a.parquet", "b.parquet")]
    total = asked("SELECT sum(mm_5min) AS mm FROM rain")
    with Engine.from_files({"rain": files}, root=lake / "tables") as found:
        assert column(found.query(total, {}), "mm") == [15.0]
        assert column(
            found.query(total, {}, files={"rain": [str(files[1])]}), "mm"
        ) == [8.0]
        assert column(found.query(total, {}), "mm") == [15.0]
        with pytest.raises(QueryError, match="could not be answered"):
            found.query(total, {}, files={"rain": [str(lake / "secret.csv")]})


def test_an_engine_opened_lazily_finds_a_broken_file_when_it_is_asked_for(lake: Path):
    (lake / "tables" / "rain" / "a.parquet").write_bytes(b"no parquet")
    with Engine.from_files(
        {"rain": [lake / "tables" / "rain" / "a.parquet"]},
        root=lake / "tables",
        lazily=True,
    ) as found:
        assert column(
            found.query(asked("SELECT count(*) AS n FROM events", reads="events"), {}),
            "n",
        ) == [0]
        with pytest.raises(QueryError, match="could not be answered"):
            found.query(asked("SELECT count(*) AS n FROM rain"), {})
