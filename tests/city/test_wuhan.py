"""The pack of the first city says what is published, marks the rest, and never joins what
must stay apart.
"""

from __future__ import annotations

import csv
import json
from collections import Counter
from datetime import UTC, datetime
from typing import Any

import numpy as np
import pytest
import shapely

from twin.city import City
from twin.contracts.check import check
from twin.contracts.reference import TABLES
from twin.geography import Locator, read_features

CODES = {
    "420102",
    "420103",
    "420104",
    "420105",
    "420106",
    "420107",
    "420111",
    "420112",
    "420113",
    "420114",
    "420115",
    "420116",
    "420117",
}


def rows(city: City, name: str) -> list[dict[str, Any]]:
    """Return a reference table as rows."""
    return city.reference[name].to_pylist()


def test_thirteen_districts_have_their_code_and_three_zones_have_none(
    wuhan: City,
) -> None:
    codes = {row["district_id"]: row["gb2260"] for row in rows(wuhan, "districts")}

    assert {name for name, code in codes.items() if code} == CODES
    assert all(str(code) == name for name, code in codes.items() if code)
    assert [name for name, code in codes.items() if code is None] == [
        "wh-fz-donghu-fengjing",
        "wh-fz-donghu-gaoxin",
        "wh-fz-wuhan-jingkai",
    ]


def test_the_census_adds_up_and_counts_hannan_once(wuhan: City) -> None:
    people = {row["district_id"]: row["population"] for row in rows(wuhan, "districts")}

    assert sum(n or 0 for n in people.values()) == 12_326_518
    assert people["420113"] is None
    assert people["wh-fz-wuhan-jingkai"] == 481_338


def test_the_census_agrees_with_the_file_it_was_taken_from(wuhan: City) -> None:
    with (wuhan.root / "geography/population_2020.csv").open(
        encoding="utf-8", newline=""
    ) as file:
        units = [row for row in csv.DictReader(file) if row["counts_in_total"] == "1"]
    people = {row["district_id"]: row["population"] for row in rows(wuhan, "districts")}

    assert len(units) == 15
    assert all(
        people[unit["adcode"]] == int(unit["population_2020"])
        for unit in units
        if unit["adcode"]
    )


def test_each_outline_is_within_two_percent_of_the_area_of_its_source(
    wuhan: City,
) -> None:
    for row in rows(wuhan, "districts"):
        if row["area_km2"] is not None:
            assert row["n_cells"] * 0.0025 == pytest.approx(
                row["area_km2"], rel=0.025
            ), row["name"]


def test_ten_sources_and_fourteen_departments_have_a_slot_each(wuhan: City) -> None:
    assert [row["source_id"] for row in rows(wuhan, "event_sources")] == [
        f"S{n:02d}" for n in range(1, 11)
    ]
    assert [row["dept_id"] for row in rows(wuhan, "departments")] == [
        f"D{n:02d}" for n in range(1, 15)
    ]


def test_only_published_names_are_confirmed(wuhan: City) -> None:
    assert {row["status"] for row in rows(wuhan, "event_sources")} == {"assumed"}
    assert [
        row["name"]
        for row in rows(wuhan, "departments")
        if row["status"] == "confirmed"
    ] == ["公安及交管", "城管执法", "水务", "应急"]
    for name in ("indicators", "sla_targets", "places", "department_feeds"):
        assert {row["status"] for row in rows(wuhan, name)} == {"assumed"}


def test_the_catalogue_has_more_than_fifteen_hundred_indicators_each_with_a_name_of_its_own(
    wuhan: City,
) -> None:
    listed = rows(wuhan, "indicators")

    assert len(listed) >= 1_500
    for name in ("ind_id", "name", "name_en"):
        assert len({row[name] for row in listed}) == len(listed)
    assert 150 <= sum(row["period"] == "hour" for row in listed) <= 250
    assert len({row["domain"] for row in listed}) >= 20
    assert {row["owner_dept"] for row in listed} == {
        row["dept_id"] for row in rows(wuhan, "departments")
    }


def test_a_share_stays_between_nothing_and_all(wuhan: City) -> None:
    for row in rows(wuhan, "indicators"):
        if row["unit"] == "%" and row["direction"] == "up":
            assert 0 <= row["low"] <= row["typical"] <= row["high"] <= 100, row["name"]


def test_a_dead_link_blinds_the_indicators_that_its_department_answers_for(
    wuhan: City,
) -> None:
    blinded, owned = Counter[str](), Counter[str]()
    for row in rows(wuhan, "department_feeds"):
        blinded[row["dept_id"]] += row["n_indicators"]
    for row in rows(wuhan, "indicators"):
        owned[row["owner_dept"]] += 1

    assert blinded == owned


def test_last_year_and_this_year_are_never_one_series(wuhan: City) -> None:
    targets = {
        row["target_id"]: (row["year"], row["scope"], row["plan"], row["actual"])
        for row in rows(wuhan, "targets")
    }

    assert targets == {
        "estates-2024": (2024, "renovated", None, 284),
        "lifts-2024": (2024, "added+renewed", None, 992),
        "estates-2025": (2025, "renovated", 200, None),
        "lifts-2025": (2025, "added", 1_000, None),
        "communities-2025": (2025, "converted", 26, None),
    }


def test_lower_bounds_stay_lower_bounds(wuhan: City) -> None:
    facts = {
        row["fact_id"]: (row["value_op"], row["value"]) for row in rows(wuhan, "facts")
    }

    assert facts["indicators-count"] == (">=", 1_500)
    assert facts["zhangjiawan-services"] == (">=", 20)
    assert facts["zhangjiawan-residents"] == (">=", 3_000)
    assert facts["dajiangyuan-ride"] == ("<", 10)
    assert facts["fleet-integrated"] == ("=", 297)


def test_the_subsidy_per_lift_is_the_quotient_of_its_two_figures(wuhan: City) -> None:
    facts = {row["fact_id"]: row["value"] for row in rows(wuhan, "facts")}

    assert (
        facts["lidao-subsidy"] / facts["lidao-lifts"]
        == facts["lidao-subsidy-per-lift"]
        == 15
    )


def test_the_benchmark_of_one_night_is_marked_as_such(wuhan: City) -> None:
    target, *others = rows(wuhan, "sla_targets")

    assert {row["status"] for row in others} == {"assumed"}
    assert [
        (row["source_id"], row["priority"], row["closure_s"]) for row in others
    ] == [("*", 2, 7_200), ("*", 3, 43_200), ("*", 4, 259_200)]
    assert (
        target["source_id"],
        target["priority"],
        target["response_s"],
        target["closure_s"],
    ) == ("*", 0, 120, 1_800)
    assert "not a rule" in target["provenance"]


@pytest.mark.parametrize("table", TABLES, ids=lambda table: table.name)
@pytest.mark.parametrize("name", ["wuhan", "trio"])
def test_every_reference_table_keeps_its_contract(
    name: str, table: Any, request: pytest.FixtureRequest
) -> None:
    city: City = request.getfixturevalue(name)
    given = city.reference[table.name]

    checked = check(
        table,
        given,
        feed="pack",
        origin=table.name,
        recorded_at=datetime(2026, 1, 1, tzinfo=UTC),
    )

    assert given.schema == table.schema
    assert checked.bad.num_rows == 0
    assert checked.good.num_rows == given.num_rows


def test_no_department_estate_or_community_stands_in_drawn_water(wuhan: City) -> None:
    lakes = shapely.union_all(
        [
            shapely.from_geojson(json.dumps(feature["geometry"]))
            for feature in read_features(wuhan.geography["water"])
        ]
    )
    for name in ("departments", "streets"):
        points = [
            (row["lon_ud"] / 1e6, row["lat_ud"] / 1e6) for row in rows(wuhan, name)
        ]
        assert not shapely.contains_xy(lakes, *zip(*points, strict=True)).any(), name
    for name in ("named_estates", "named_communities"):
        with (wuhan.root / f"{name}.csv").open(encoding="utf-8", newline="") as file:
            points = [
                (float(row["lon"]), float(row["lat"])) for row in csv.DictReader(file)
            ]
        assert not shapely.contains_xy(lakes, *zip(*points, strict=True)).any(), name


@pytest.mark.parametrize(
    "name", ["streets", "places", "named_estates", "named_communities"]
)
def test_a_thing_lies_in_the_district_that_it_names(name: str, wuhan: City) -> None:
    with (wuhan.root / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        listed = [row for row in csv.DictReader(file) if row["district_id"]]

    lon, lat = (
        np.array([float(row[axis]) for row in listed]) for axis in ("lon", "lat")
    )
    found = Locator(wuhan).districts(lon, lat)

    assert [
        row["name"]
        for row, there in zip(listed, found, strict=True)
        if there != row["district_id"]
    ] == []
