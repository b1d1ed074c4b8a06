"""Which measures a publish works out again: those with news, and those whose clock has moved on."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pyarrow as pa
import pytest

from tests.measures.rows import NINE, Growing, make
from twin.city import City

BEAT = {"lon_ud": -34_970_000, "lat_ud": 41_000_000}


@pytest.fixture
def lake(trio: City) -> Growing:
    """A lake whose first snapshot holds nothing."""
    return Growing(trio).publish(NINE)


def test_without_news_only_the_links_are_judged_again(lake: Growing):
    assert lake.publish(NINE + timedelta(seconds=10)).renewed == ["link_health"]


def test_the_first_snapshot_has_every_measure_that_stands_without_rows(lake: Growing):
    assert set(lake.renewed) >= {
        "link_health",
        "programme_progress",
        "indicator_latest",
        "coverage",
    }


@pytest.mark.parametrize(
    ("table", "measure"),
    [
        ("lifts", "programme_progress"),
        ("indicator_values", "indicator_latest"),
        ("events", "event_facts"),
        ("drone_states", "footprints"),
    ],
)
def test_news_of_a_log_renew_the_measure_that_reads_it(
    lake: Growing, table: str, measure: str
):
    assert measure in lake.publish(NINE, **{table: make(table, {})}).renewed
    assert measure not in lake.publish(NINE, **{table: make(table)}).renewed


def test_the_last_day_of_a_leap_year_is_the_whole_plan(trio: City):
    lake = Growing(trio).publish(
        datetime(2028, 12, 31, 12, tzinfo=UTC),
        targets=make("targets", {"year": 2028, "plan": 366}),
    )

    assert [row["due"] for row in lake.rows("programme_progress")] == [366]


def test_a_heartbeat_sees_cells_of_its_district_and_goes_on_from_the_one_before(
    lake: Growing,
):
    lake.publish(NINE, drone_states=make("drone_states", BEAT))
    first = lake.rows("coverage")
    later = NINE + timedelta(seconds=30)
    lake.publish(
        later,
        drone_states=make(
            "drone_states", BEAT | {"lon_ud": -34_960_000, "occurred_at": later}
        ),
    )
    swath = [row for row in lake.rows("coverage") if row["seen_at"] > NINE]

    assert {row["district_id"] for row in first} == {"brisa"}
    # 840 m flown and 200 m seen, in cells of 50 m.
    assert len({row["cell_x"] for row in swath}) == pytest.approx(21, abs=1)


def test_a_heartbeat_with_the_camera_off_sees_nothing(lake: Growing):
    lake.publish(NINE, drone_states=make("drone_states", BEAT | {"pitch_deg": None}))

    assert lake.rows("footprints") == []
    assert lake.rows("coverage") == []


def test_footprints_of_another_rule_are_worked_out_day_by_day(lake: Growing):
    beats = [
        BEAT | {"drone_id": drone, "occurred_at": NINE - timedelta(days=days)}
        for days in (0, 1, 3)
        for drone in "ab"
    ]
    lake.publish(NINE, drone_states=make("drone_states", *beats))
    right = lake.tables["footprints"]
    lake.tables["footprints"] = right.set_column(
        2, right.schema.field(2), pa.array([0] * right.num_rows, pa.int32())
    )
    del lake.marks["footprints"]
    lake.publish(NINE)

    assert lake.renewed.count("footprints") == 3
    assert lake.rows("footprints") == right.to_pylist()
