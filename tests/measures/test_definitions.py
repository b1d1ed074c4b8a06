"""Every measure has a definition that a reader can dispute, and the definition agrees with the tables and with the numbers in use."""

from __future__ import annotations

from dataclasses import fields

import pytest

from twin.contracts import TABLES
from twin.contracts.events import DISPATCHES, EVENTS, FEEDBACKS
from twin.contracts.reference import SLA_TARGETS, TARGETS
from twin.measures.definitions import CLOSURE, FRESHNESS, LINK, MEASURES, PROGRESS, RESPONSE, SEEN, Measure


def test_every_measure_table_has_a_definition():
    assert {measure.table for measure in MEASURES} == {table.name for table in TABLES.values() if table.kind == "measure"}


def test_names_are_given_once():
    assert len({measure.name for measure in MEASURES}) == len(MEASURES)


@pytest.mark.parametrize("measure", MEASURES, ids=lambda measure: measure.name)
def test_a_definition_says_everything_and_reads_columns_that_are_there(measure: Measure):
    table = TABLES[measure.table]

    assert [each.name for each in fields(measure) if each.name != "unit" and not getattr(measure, each.name)] == []
    assert set(measure.reads) <= set(table.schema.names)
    if measure.name in table.schema.names:
        assert measure.name in measure.reads
        assert table.column(measure.name).unit == measure.unit


@pytest.mark.parametrize(("measure", "words"), [
    (RESPONSE, [(DISPATCHES, "acked_at"), (EVENTS, "created_at")]), (CLOSURE, [(FEEDBACKS, "told_at"), (EVENTS, "created_at")])])
def test_a_clock_names_the_moments_between_which_it_runs(measure, words):
    for table, column in words:
        assert column in measure.formula
        assert table.column(column).unit == "UTC"


def test_what_is_said_of_targets_is_in_the_pack(trio):
    assert {"response_s", "closure_s"} <= set(SLA_TARGETS.schema.names)
    assert "plan" in TARGETS.schema.names
    for measure, keys in ((LINK, ("link_down_s", "link_late_s")), (FRESHNESS, ("indicator_periods",))):
        for key in keys:
            assert key in measure.target
            assert key in trio.settings["freshness"]


def test_absent_is_never_zero():
    for measure in (RESPONSE, CLOSURE, SEEN, PROGRESS):
        assert "null" in measure.absent
    assert "24 h" in SEEN.absent
