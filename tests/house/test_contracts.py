"""Lakes are older than the program: no contract changes in a way that they cannot follow."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from twin.contracts import TABLES, history
from twin.contracts.history import Field, Form, against
from twin.engine import Earlier, Engine, parse_sql
from twin.store import older
from twin.store.migrations import NAME, Migration, migrations
from twin.store.migrations.checks import draft, faults, with_today

COLUMNS = (
    Field("id", "string"),
    Field("seen_at", "timestamp[us, tz=UTC]", "UTC"),
    Field("state", "string", allowed=("on", "off")),
    Field("mm", "float", "mm", null=True),
)
FORM = Form("log", ("id",), COLUMNS)


def form(*fields: Field) -> Form:
    """The same table with other columns."""
    return replace(FORM, fields=fields)


def changed(n: int, **words: object) -> Form:
    """The same table with one column changed."""
    return form(*COLUMNS[:n], replace(COLUMNS[n], **words), *COLUMNS[n + 1 :])


# --- the contracts of today -----------------------------------------------------------


def test_the_history_ends_with_the_contracts_as_they_are():
    assert with_today(history.read()) == history.read(), "run `make contracts`"


def test_lakes_can_follow_every_change_that_a_contract_ever_went_through():
    assert faults(history.read(), migrations()) == []


def test_the_history_is_written_as_the_command_writes_it(tmp_path: Path):
    history.write(history.read(), tmp_path / "again.json")
    assert (tmp_path / "again.json").read_bytes() == history.FILE.read_bytes(), (
        "run `make contracts`"
    )


def test_every_migration_is_named_by_its_day_and_takes_rows_of_its_own_form(
    tmp_path: Path,
):
    known = migrations()
    for n, each in enumerate(known):
        assert NAME.fullmatch(each.name), each.name
        steps = [later for later in known[n:] if later.table == each.table]
        schema = history.schema_of(each.table, each.since)
        assert schema is not None, each.name
        path = tmp_path / each.table / f"{each.name}.parquet"
        path.parent.mkdir(exist_ok=True)
        pq.write_table(schema.empty_table(), path)
        how = Earlier(frozenset(schema.names), tuple(older.step(s) for s in steps))
        key = str(path.relative_to(tmp_path))
        with Engine.from_files(
            {}, root=tmp_path, earlier={key: how}, lazily=True
        ) as engine:
            assert engine.rows(each.table, path).num_rows == 0, each.name


# --- what is told apart ---------------------------------------------------------------


@pytest.mark.parametrize(
    "later",
    [
        FORM,
        form(*COLUMNS, Field("note", "string", null=True)),
        form(Field("note", "string", null=True), *COLUMNS),
        form(*reversed(COLUMNS)),
        changed(0, null=True),
        changed(2, allowed=("on", "off", "unknown")),
        changed(2, allowed=()),
    ],
    ids=["same", "column", "in front", "order", "null", "value", "any value"],
)
def test_what_only_adds_needs_nothing(later: Form):
    assert against("t", FORM, later) == []
    assert faults({"rain": (FORM, later)}, []) == []


@pytest.mark.parametrize(
    ("later", "said"),
    [
        (form(*COLUMNS[:3]), "t.mm is gone"),
        (form(*COLUMNS, Field("n", "int32")), "t.n is new and may not be null"),
        (changed(3, type="double"), "t.mm was of type float and is of type double"),
        (changed(3, unit="cm"), "t.mm was in mm, now cm"),
        (changed(3, null=False), "t.mm may no longer be null"),
        (changed(2, allowed=("on", "out")), "t.state no longer allows off"),
        (changed(0, allowed=("a",)), "t.id no longer allows every value"),
        (
            replace(FORM, key=("id", "seen_at")),
            "the key of t was id and is id, seen_at",
        ),
    ],
)
def test_what_does_more_is_said_and_needs_a_migration(later: Form, said: str):
    assert against("t", FORM, later) == [said]
    (fault,) = faults({"rain": (FORM, later)}, [])
    assert said.replace("t.", "rain.").replace(" of t ", " of rain ") in fault
    assert f"`-- since {FORM.hash}`" in fault


def test_a_renamed_column_is_one_that_is_gone_and_one_that_is_new():
    said = against("t", FORM, changed(0, name="number"))
    assert said == ["t.id is gone", "t.number is new and may not be null"]


def test_a_measure_may_change_as_it_likes():
    one, other = (replace(each, kind="measure") for each in (FORM, form(*COLUMNS[:2])))
    assert faults({"coverage": (one, other)}, []) == []


def test_a_table_does_not_change_its_kind():
    other = replace(FORM, kind="measure")
    assert faults({"rain": (FORM, other)}, []) == [
        "The kind of rain was log and is measure. Give the new table another name."
    ]


def test_a_log_is_not_taken_away_and_a_measure_may_be():
    assert "The log gone is gone" in faults({"gone": (FORM,)}, [])[0]
    assert faults({"gone": (replace(FORM, kind="measure"),)}, []) == []


def made(
    since: Form, *columns: str, table: str = "rain", name: str = "2026-12-01-a"
) -> Migration:
    """A migration that answers columns, as 'name TYPE'."""
    header = "\n".join(f"-- column {each} - any" for each in columns)
    select = ", ".join(each.split()[0] for each in columns)
    text = f"-- reads {table}\n{header}\n-- rows any\nSELECT {select} FROM {table}"
    return Migration(name, table, since.hash, parse_sql(text, f"{name}.sql"))


WHOLE = ("id VARCHAR", "seen_at TIMESTAMPTZ", "state VARCHAR", "mm DOUBLE")


def test_a_migration_explains_one_change_and_no_other():
    second = changed(3, type="double")
    third = replace(second, key=("id", "seen_at"))
    explained = made(FORM, *WHOLE)
    assert faults({"rain": (FORM, second)}, [explained]) == []
    (left,) = faults({"rain": (FORM, second, third)}, [explained])
    assert second.hash in left
    both = [explained, made(second, *WHOLE, name="2026-12-02-b")]
    assert faults({"rain": (FORM, second, third)}, both) == []
    assert (
        len(faults({"rain": (FORM, second)}, [made(FORM, *WHOLE, table="tracks")])) == 2
    )


@pytest.mark.parametrize(
    ("columns", "said"),
    [
        (WHOLE[:3], "answers no mm."),
        ((*WHOLE[:3], "mm REAL"), "mm must be DOUBLE."),
        ((*WHOLE, "extra VARCHAR"), "rain has no extra."),
    ],
)
def test_a_migration_answers_every_column_as_it_is_then(
    columns: tuple[str, ...], said: str
):
    (fault,) = faults(
        {"rain": (FORM, changed(3, type="double"))}, [made(FORM, *columns)]
    )
    assert fault.endswith(said)


def test_what_is_new_and_may_be_null_need_not_be_answered():
    later = form(*changed(3, type="double").fields, Field("note", "string", null=True))
    assert faults({"rain": (FORM, later)}, [made(FORM, *WHOLE)]) == []


def test_a_migration_begins_with_a_form_that_there_was():
    stranger = made(form(*COLUMNS[:2]), *WHOLE)
    (fault,) = faults({"rain": (FORM,)}, [stranger])
    assert "which was never a form of rain" in fault


def test_a_draft_names_every_column_and_leaves_gaps_where_only_a_person_knows():
    rain = history.form_of(TABLES["rain"])
    old = replace(rain, fields=(Field("gauge", "string"), *rain.fields[1:]))
    text = draft("rain", old)
    assert f"-- since {old.hash}" in text
    assert "??? AS station_id" in text
    filled = text.replace("??? AS station_id", "gauge AS station_id")
    said = parse_sql(filled, "draft.sql")
    assert [column.name for column in said.columns] == TABLES["rain"].schema.names
    assert said.reads == ("rain",)


def test_the_hash_of_a_form_is_that_of_its_files(tmp_path: Path):
    for name, table in TABLES.items():
        path = tmp_path / f"{name}.parquet"
        pq.write_table(table.empty(), path)
        told = pq.read_schema(path)
        bare = pa.schema([pa.field(f.name, f.type, f.nullable) for f in told])
        assert (
            history.hash_of(bare) == history.form_of(table).hash == history.today(name)
        )
