"""Every definition speaks of a column that exists, in that column's unit, and says when
there is nothing.
"""

from __future__ import annotations

import re

import pytest

from twin.contracts import TABLES
from twin.measures.definitions import MEASURES, Measure


@pytest.mark.parametrize(
    "measure", MEASURES, ids=lambda measure: f"{measure.table}.{measure.name}"
)
def test_a_definition_agrees_with_its_contract(measure: Measure):
    table = TABLES[measure.table]

    assert table.kind == "measure"
    assert table.column(measure.name).unit == measure.unit
    assert measure.title
    assert measure.formula
    assert measure.absent
    assert measure.source


def test_no_column_is_defined_twice():
    assert len({(measure.table, measure.name) for measure in MEASURES}) == len(MEASURES)


def test_every_measured_table_has_a_definition():
    assert {measure.table for measure in MEASURES} == {
        name for name, table in TABLES.items() if table.kind == "measure"
    }


@pytest.mark.parametrize(
    "name",
    [
        "acked_at",
        "closed_at",
        "refused_known_at",
        "seen_at",
        "state",
        "actual",
        "is_fresh",
    ],
)
def test_what_the_hall_is_judged_by_is_defined(name):
    assert name in {measure.name for measure in MEASURES}


def test_every_target_stands_where_the_definition_says(trio):
    for measure in MEASURES:
        place, _, names = measure.target.partition(": ")
        for name in re.findall(r"\b\w+_(?:s|periods)\b", names):
            held = (
                trio.settings["freshness"]
                if place == "freshness in city.toml"
                else TABLES[place].schema.names
            )
            assert name in held, (measure.name, name)
