"""Which measures a publish works out again: those with news, and those whose clock has moved on."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pyarrow as pa
import pytest

from tests.measures.rows import NINE, Rows, make
from twin.contracts import TABLES
from twin.measures import compute


def changed(trio, batch: dict[str, pa.Table], as_of: datetime = NINE, before: datetime | None = NINE, **tables: pa.Table) -> dict[str, pa.Table]:
    """Rows by measure that a publish writes."""
    updates = list(compute(trio, Rows(tables | batch, before), batch, as_of))
    for update in updates:
        assert update.rows.schema.equals(TABLES[update.table].schema)
    return {update.table: update.rows for update in updates}


def test_without_news_only_the_links_are_judged_again(trio):
    assert set(changed(trio, {})) == {"link_health"}


def test_the_first_snapshot_has_every_measure_that_stands_without_rows(trio):
    assert set(changed(trio, {}, before=None)) == {"link_health", "programme_progress", "indicator_latest"}


@pytest.mark.parametrize(("table", "measure"), [("lifts", "programme_progress"), ("indicator_values", "indicator_latest"), ("events", "event_facts"),
                                                ("drone_states", "footprints")])
def test_news_of_a_log_renew_the_measure_that_reads_it(trio, table, measure):
    assert measure in changed(trio, {table: make(table, {})})
    assert measure not in changed(trio, {table: make(table)})


def test_a_new_hour_ages_the_indicators_and_a_new_day_moves_the_plans(trio):
    assert set(changed(trio, {}, as_of=NINE + timedelta(hours=1))) == {"link_health", "indicator_latest"}
    assert "programme_progress" in changed(trio, {}, as_of=NINE + timedelta(days=1))


def test_the_day_is_the_citys_own(trio):
    """In January the Azores are an hour behind: their year begins at one o'clock UTC."""
    plan = {"targets": make("targets", {"year": 2026, "plan": 365})}
    new_year = datetime(2026, 1, 1, 0, 30, tzinfo=UTC)
    due = [changed(trio, {}, as_of=moment, before=None, **plan)["programme_progress"]["due"][0].as_py() for moment in (new_year, new_year + timedelta(hours=1))]

    assert due == [0, 1]


def test_the_last_day_of_a_leap_year_is_the_whole_plan(trio):
    plan = {"targets": make("targets", {"year": 2028, "plan": 366})}

    assert changed(trio, {}, as_of=datetime(2028, 12, 31, 12, tzinfo=UTC), before=None, **plan)["programme_progress"]["due"][0].as_py() == 366


def test_a_heartbeat_sees_cells_of_its_district_and_goes_on_from_the_one_before(trio):
    beat = {"lon_ud": -34_970_000, "lat_ud": 41_000_000}
    first = changed(trio, {"drone_states": make("drone_states", beat)})
    later = NINE + timedelta(seconds=30)
    second = changed(trio, {"drone_states": make("drone_states", beat | {"lon_ud": -34_960_000, "occurred_at": later})}, as_of=later, footprints=first["footprints"])

    assert set(first["coverage"]["district_id"].to_pylist()) == {"brisa"}
    assert len(set(second["coverage"]["cell_x"].to_pylist())) == pytest.approx(21, abs=1)  # 840 m flown and 200 m seen, in cells of 50 m
    assert min(second["coverage"]["seen_at"].to_pylist()) > NINE


def test_a_heartbeat_with_the_camera_off_sees_nothing(trio):
    found = changed(trio, {"drone_states": make("drone_states", {"pitch_deg": None})})

    assert found["footprints"].num_rows == 0
    assert "coverage" not in found
