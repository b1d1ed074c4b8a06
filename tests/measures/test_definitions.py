"""Every column of a measure is defined, once, by the module that works it out.

Columns that only say what a row is about are named as such.
"""

from __future__ import annotations

import importlib
import re
from pathlib import Path

import pytest

import twin.measures
from twin.contracts import TABLES
from twin.measures import MEASURES, Definition, Measure

ROOM = Path(twin.measures.__file__).parent
DEFINED = [(measure, each) for measure in MEASURES for each in measure.definitions]


def named(value: Measure | Definition) -> str:
    return value.name if isinstance(value, Measure) else value.columns[0].name


def columns_defined(measure: Measure) -> list[str]:
    return [column.name for each in measure.definitions for column in each.columns]


def test_every_measured_table_has_one_measure_in_a_module_of_its_name():
    assert sorted(measure.name for measure in MEASURES) == sorted(
        name for name, table in TABLES.items() if table.kind == "measure"
    )
    for measure in MEASURES:
        module = importlib.import_module(f"twin.measures.{measure.name}")
        assert module.MEASURE is measure
        assert measure.table is TABLES[measure.name]


@pytest.mark.parametrize("measure", MEASURES, ids=named)
def test_each_column_is_of_the_key_or_of_the_context_or_defined_once(measure: Measure):
    defined = columns_defined(measure)
    told = {*measure.table.key, *measure.context}

    assert sorted(defined) == sorted(set(measure.table.schema.names) - told)


@pytest.mark.parametrize("measure", MEASURES, ids=named)
def test_what_only_says_what_a_row_is_about_is_a_column(measure: Measure):
    assert set(measure.context) <= set(measure.table.schema.names)


@pytest.mark.parametrize(("measure", "definition"), DEFINED, ids=named)
def test_a_definition_refers_to_its_contract(measure: Measure, definition: Definition):
    own = measure.table.pick(*(column.name for column in definition.columns))

    # The very objects, so that type, unit and range can be written in one place only.
    assert all(a is b for a, b in zip(own, definition.columns, strict=True))
    assert {column.unit for column in definition.columns} == {definition.unit}
    assert len({column.type for column in definition.columns}) == 1


@pytest.mark.parametrize(("measure", "definition"), DEFINED, ids=named)
def test_a_definition_tells_a_reader_all_that_he_may_dispute(
    measure: Measure, definition: Definition
):
    for said in (
        definition.title,
        definition.formula,
        definition.absent,
        definition.source,
    ):
        assert said.strip()
    assert definition.absent != "never" or not any(
        column.null for column in definition.columns
    )


def test_every_target_stands_where_the_definition_says(trio):
    for _, definition in DEFINED:
        place, _, names = definition.target.partition(": ")
        for name in re.findall(r"\b\w+_(?:s|periods)\b", names):
            held = (
                trio.settings[place.partition(" ")[0]]
                if place.endswith(" in city.toml")
                else TABLES[place].schema.names
            )
            assert name in held, (definition.title, name)


def test_measures_rest_on_logs_and_reference_tables_so_that_their_order_is_free():
    for measure in MEASURES:
        assert {TABLES[name].kind for name in measure.logs} == {"log"}
        assert {TABLES[name].kind for name in measure.reference} <= {"reference"}


def test_no_question_lies_in_the_room_that_no_module_of_it_asks():
    code = "\n".join(path.read_text(encoding="utf-8") for path in ROOM.glob("*.py"))
    lost = [path.name for path in ROOM.glob("*.sql") if f'"{path.stem}' not in code]

    assert lost == []
