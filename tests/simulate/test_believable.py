"""Who knows a city finds nothing odd in the simulated one: a test for each line of doubt."""

from __future__ import annotations

import json
import shutil
from collections import Counter, defaultdict
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from statistics import median

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pytest
import shapely

from tests.simulate.living import hours, joined
from twin.city import City
from twin.feeds.simulated import Simulated
from twin.geography import Locator
from twin.pack import load_city, write_manifest
from twin.simulate import events, programmes, stories
from twin.simulate.flights import silences_of
from twin.simulate.world import World

ROOT = Path(__file__).resolve().parents[2]
BEGIN = datetime(2026, 3, 10, 4, tzinfo=UTC)
END = BEGIN + timedelta(days=3)
MIDNIGHT = datetime(2026, 3, 11, 16, tzinfo=UTC)
"""Midnight of 12 March in the first city."""
PLACES = {"drones": ("dock_lon_ud", "dock_lat_ud")}
"""Columns of a place, where they are not called lon_ud and lat_ud."""


@pytest.fixture(scope="module")
def rows(wuhan) -> dict[str, pa.Table]:
    """Three days of the shipped city, after its registers."""
    feed = Simulated(wuhan, 716)
    return joined([*feed.begin(BEGIN), *feed.poll(BEGIN, END)])


@pytest.fixture(scope="module")
def fortnight(wuhan) -> dict[str, pa.Table]:
    """The cases of two weeks of the shipped city, to their end."""
    world, parts = World(wuhan, 716), defaultdict(list)
    for n in range(14):
        day = date(2026, 3, 1) + timedelta(days=n)
        for told in (events.events_of(world, day), events.late_events_of(world, day)):
            for name, table in told.items():
                parts[name].append(table)
    return {name: pa.concat_tables(tables) for name, tables in parts.items()}


@pytest.fixture(scope="module")
def cases(fortnight) -> list[dict[str, object]]:
    """First report of each case, with `told_at`: when the citizen was first told."""
    told = {
        row["event_id"]: row["told_at"]
        for row in fortnight["feedbacks"].to_pylist()
        if row["version"] == 1
    }
    first = [row for row in fortnight["events"].to_pylist() if row["version"] == 1]
    return [row | {"told_at": told[row["event_id"]]} for row in first]


def water_of(city: City) -> shapely.Geometry:
    """All water that the pack draws."""
    features = json.loads(city.geography["water"].read_text(encoding="utf-8"))[
        "features"
    ]
    shapes = [shapely.from_geojson(json.dumps(each["geometry"])) for each in features]
    return shapely.union_all(np.array(shapes, object))


def points_of(table: str, rows: pa.Table) -> tuple[np.ndarray, np.ndarray]:
    """Longitudes and latitudes of a table's rows, deg."""
    lon, lat = PLACES.get(table, ("lon_ud", "lat_ud"))
    return np.asarray(rows[lon]) / 1e6, np.asarray(rows[lat]) / 1e6


def minutes(case: dict[str, object]) -> float:
    """From opening to closing."""
    return (case["told_at"] - case["created_at"]).total_seconds() / 60


def by_kind(cases: list[dict[str, object]]) -> dict[str, list[dict[str, object]]]:
    """Cases by kind."""
    found: dict[str, list[dict[str, object]]] = defaultdict(list)
    for case in cases:
        found[str(case["category"])].append(case)
    return found


@pytest.mark.parametrize(
    "table",
    [
        "events",
        "detections",
        "drones",
        "lifts",
        "estates",
        "communities",
        "dredge_jobs",
        "rain",
        "water_depths",
    ],
)
def test_nothing_that_stands_on_land_lies_in_water(wuhan, rows, table):
    wet = shapely.intersects_xy(water_of(wuhan), *points_of(table, rows[table]))

    assert rows[table].num_rows > 20
    assert wet.sum() == 0


@pytest.mark.parametrize("seed", [7, 8, 716])
def test_nothing_of_a_city_of_islands_lies_in_water(trio, seed):
    feed, water = Simulated(trio, seed), water_of(trio)
    said = joined([*feed.begin(BEGIN), *feed.poll(BEGIN - hours(96), BEGIN)])
    for table in (
        "events",
        "detections",
        "drones",
        "lifts",
        "communities",
        "dredge_jobs",
        "rain",
        "water_depths",
    ):
        assert not shapely.intersects_xy(water, *points_of(table, said[table])).any(), (
            table
        )


def test_a_place_that_a_pack_puts_into_water_comes_ashore(wuhan):
    ground, lon, lat = World(wuhan, 7).ground, 114.2955, 30.5515
    there = ground.ashore(lon, lat)

    assert shapely.intersects_xy(water_of(wuhan), lon, lat)
    assert not shapely.intersects_xy(water_of(wuhan), *there)
    assert np.hypot((there[0] - lon) * 95_900, (there[1] - lat) * 111_300) < 1_000
    assert ground.ashore(114.31, 30.533) == (114.31, 30.533)


def flooded(tmp_path: Path, *rings: list[tuple[float, float]]) -> City:
    """The made-up city with other water: one polygon for each ring, valid or not."""
    root = Path(
        shutil.copytree(ROOT / "tests" / "cities" / "trio", tmp_path / "flooded")
    )
    known = {
        "name": "Flood",
        "name_en": "Flood",
        "kind": "lake",
        "accuracy": "invented",
    }
    features = [
        {
            "type": "Feature",
            "properties": known,
            "geometry": {"type": "Polygon", "coordinates": [ring]},
        }
        for ring in rings
    ]
    text = json.dumps({"type": "FeatureCollection", "features": features})
    (root / "geography" / "water.geojson").write_text(text, encoding="utf-8")
    write_manifest(root)
    return load_city(root)


def test_districts_all_under_water_hinder_nobody(tmp_path):
    """Two districts of the made-up city are flooded; the third keeps its land."""
    corners = [
        (-35.2, 40.9),
        (-34.89, 40.9),
        (-34.89, 41.1),
        (-35.2, 41.1),
        (-35.2, 40.9),
    ]
    city, flood = flooded(tmp_path, corners), shapely.Polygon(corners)
    which = np.arange(8).repeat(50)
    lon, lat, district = World(city, 7).ground.scatter(np.random.default_rng(1), which)

    assert Locator(city).districts(lon, lat).tolist() == list(district)
    dry = district == "corra"
    assert not shapely.intersects_xy(flood, lon[dry], lat[dry]).any()
    assert (
        joined(Simulated(city, 7).poll(BEGIN, BEGIN + hours(9)))["events"].num_rows > 5
    )


@pytest.mark.parametrize(
    ("line", "district"),
    [
        # Its point is on another island.
        ("T01,Porto,Port,alva,fz-porto,-34.845,40.955", "alva"),
        # No outline; in the river.
        ("T01,Porto,Port,fz-porto,,-35.005,41.0201", "fz-porto"),
    ],
)
def test_a_street_whose_point_is_no_place_has_places_on_land_near_it(
    tmp_path, line, district
):
    root = Path(shutil.copytree(ROOT / "tests" / "cities" / "trio", tmp_path / "moved"))
    text = (root / "streets.csv").read_text(encoding="utf-8")
    before = "T01,Porto,Port,alva,fz-porto,-35.03,40.995"
    assert before in text
    (root / "streets.csv").write_text(text.replace(before, line), encoding="utf-8")
    world = World(load_city(root), 7)
    lon, lat, districts = world.ground.scatter(
        np.random.default_rng(1), np.zeros(200, int)
    )

    assert set(districts) == {district}
    assert len(set(zip(lon, lat, strict=True))) > 30
    assert not shapely.intersects_xy(world.ground.water, lon, lat).any()
    inside = Locator(world.city).districts(lon, lat)
    assert (inside == "alva").all() or district == "fz-porto"


def test_events_are_all_over_the_city_and_not_on_one_spot(rows):
    first = rows["events"].filter(
        pc.and_(
            pc.equal(rows["events"]["version"], 1),
            pc.starts_with(rows["events"]["event_id"], "E"),
        )
    )
    spots = Counter(
        zip(first["lon_ud"].to_pylist(), first["lat_ud"].to_pylist(), strict=True)
    )

    assert max(spots.values()) <= 2
    assert len(spots) > 0.99 * first.num_rows


def test_stories_of_one_place_do_not_all_happen_on_one_point(wuhan):
    told = [
        stories.stories_day(World(wuhan, 7), date(2026, 7, 1) + timedelta(days=n), ())[
            0
        ]
        for n in range(30)
    ]
    events_ = pa.concat_tables([each["events"] for each in told if each])
    lon, lat = points_of("events", events_)

    assert events_.num_rows > 30
    assert len(set(zip(lon, lat, strict=True))) == events_.num_rows
    assert not shapely.intersects_xy(water_of(wuhan), lon, lat).any()
    assert (
        Locator(wuhan).districts(lon, lat).tolist()
        == events_["district_id"].to_pylist()
    )


def test_the_places_of_one_street_are_spread_over_it(wuhan):
    """The busiest street has the spots of many corners, hundreds of metres apart."""
    world = World(wuhan, 716)
    street = int(np.argmax(world.street_weight))
    lon, lat, _ = world.ground.scatter(np.random.default_rng(1), np.full(400, street))

    assert len(set(zip(lon.round(3), lat.round(3), strict=True))) > 40
    assert np.ptp(lon) * 95_900 > 500
    assert np.ptp(lat) * 111_300 > 500


def test_a_corrected_report_moves_a_little(rows):
    versions = defaultdict(list)
    for row in rows["events"].to_pylist():
        versions[row["event_id"]].append(row)
    moved = [
        abs(two["lon_ud"] - one["lon_ud"]) * 0.0959
        for one, two in (
            sorted(each, key=lambda row: row["version"])
            for each in versions.values()
            if len(each) == 2
        )
    ]

    assert len(moved) > 50
    assert 5 < min(moved) <= max(moved) < 60


def test_a_kind_has_the_priorities_that_it_deserves(cases):
    found = {
        kind: Counter(case["priority"] for case in each)
        for kind, each in by_kind(cases).items()
    }
    worst = {kind: min(each) for kind, each in found.items()}

    assert set(found["lift_stuck"]) <= {1, 2}
    assert found["lift_stuck"][1] > 3 * found["lift_stuck"][2]
    assert set(found["burning_smell"]) | set(found["straw_burning"]) <= {1, 2, 3}
    assert {
        worst[kind]
        for kind in (
            "street_stalls",
            "illegal_parking",
            "waste_exposed",
            "bare_soil",
            "lamp_out",
            "construction_noise",
        )
    } == {3}
    assert sum(each[1] for each in found.values()) < 0.03 * len(cases)


def test_complaints_of_building_at_night_come_at_night(wuhan, cases):
    at = [
        case["created_at"].astimezone(wuhan.zone).hour
        for case in by_kind(cases)["construction_noise"]
    ]

    assert len(at) > 200
    assert set(at) <= {22, 23, 0, 1, 2, 3, 4, 5}


def test_street_lamps_are_out_when_it_is_dark_and_stalls_stand_when_people_walk(
    wuhan, cases
):
    found = {
        kind: Counter(case["occurred_at"].astimezone(wuhan.zone).hour for case in each)
        for kind, each in by_kind(cases).items()
    }

    assert sum(found["lamp_out"][hour] for hour in range(7, 18)) == 0
    assert sum(found["street_stalls"][hour] for hour in range(1, 4)) == 0
    assert sum(found["bare_soil"][hour] for hour in (*range(5), *range(20, 24))) == 0


def test_smoke_takes_minutes_and_bare_soil_days(cases):
    takes = {
        kind: median(minutes(case) for case in each)
        for kind, each in by_kind(cases).items()
    }

    assert takes["lift_stuck"] < 25
    assert 15 < takes["burning_smell"] < 45
    assert 15 < takes["straw_burning"] < 45
    assert 25 < takes["street_stalls"] < 60
    assert 2 * 60 < takes["waste_exposed"] < 6 * 60
    assert 10 * 60 < takes["road_damage"] < 48 * 60
    assert 1.5 * 1_440 < takes["bare_soil"] < 5 * 1_440
    assert max(takes.values()) > 50 * min(takes.values())


def test_what_is_dangerous_ends_sooner_than_what_is_not_of_the_same_kind(cases):
    broken = by_kind(cases)["road_damage"]
    takes = [
        median(minutes(case) for case in broken if case["priority"] == n)
        for n in (2, 3, 4)
    ]

    assert 4 * takes[0] < 2 * takes[1] < takes[2]
    assert median(minutes(case) for case in cases if case["priority"] == 1) < 25


def test_a_few_cases_stay_open_for_weeks_and_none_for_ever(cases):
    takes = np.array([minutes(case) / 1_440 for case in cases])

    assert 0.003 < (takes > 5).mean() < 0.03
    assert (takes > 10).sum() >= 10
    assert takes.max() < events.LOOKS_BACK_DAYS
    passing = [
        minutes(case)
        for case in cases
        if case["category"] in {"crowd", "straw_burning", "lift_stuck"}
    ]
    assert max(passing) < 12 * 60


def test_works_that_need_daylight_do_not_end_at_night(wuhan, fortnight, cases):
    kinds = {"bare_soil", "road_damage", "lamp_out"}
    of = [
        case["event_id"]
        for case in cases
        if case["category"] in kinds and case["priority"] != 2
    ]
    orders = fortnight["dispatches"]
    last = pc.and_(
        pc.is_in(orders["event_id"], pa.array(of)), pc.equal(orders["version"], 4)
    )
    done = [
        at.astimezone(wuhan.zone).hour
        for at in orders["done_at"].filter(last).to_pylist()
    ]

    assert len(done) > 1_000
    assert 7 <= min(done) <= max(done) < 20


def test_water_stands_in_the_streets_when_it_rains(wuhan, cases):
    world = World(wuhan, 716)
    days = Counter(
        case["occurred_at"].astimezone(wuhan.zone).date()
        for case in by_kind(cases)["waterlogging"]
    )
    stormy = [
        day
        for day in (date(2026, 3, 1) + timedelta(days=n) for n in range(14))
        if world.storm(day)
    ]

    assert stormy
    assert min(days[day] for day in stormy) > 4 * max(
        days[day] for day in days if day not in stormy
    )


def test_discoloured_water_is_seen_from_its_shore(wuhan, cases):
    lon, lat = (
        np.array([case[name] for case in by_kind(cases)["water_pollution"]]) / 1e6
        for name in ("lon_ud", "lat_ud")
    )
    away = shapely.distance(water_of(wuhan), shapely.points(lon, lat)) * 111_300

    assert len(away) > 100
    assert away.min() > 0
    assert away.max() < 200


def test_as_much_happens_in_a_day_as_the_sources_are_expected_to_say(wuhan, cases):
    expected = sum(
        wuhan.reference["event_sources"]["expected_per_day"].drop_null().to_pylist()
    )

    assert len(cases) / 14 == pytest.approx(expected, rel=0.06)


def heard(rows: pa.Table, at: datetime) -> tuple[int, int]:
    """Aircraft heard of in time, and those in the air: 900 s on the ground, 90 s in the air."""
    lately = rows.filter(
        pc.and_(
            pc.greater(rows["occurred_at"], at - timedelta(seconds=900)),
            pc.less_equal(rows["occurred_at"], at),
        )
    )
    last: dict[str, dict[str, object]] = {}
    for row in lately.sort_by("occurred_at").to_pylist():
        last[row["drone_id"]] = row
    flying = [
        row
        for row in last.values()
        if row["mode"] in {"flying", "returning"}
        and at - row["occurred_at"] <= timedelta(seconds=90)
    ]
    ground = [
        row for row in last.values() if row["mode"] not in {"flying", "returning"}
    ]
    return len(flying) + len(ground), len(flying)


@pytest.fixture(scope="module")
def states(rows) -> pa.Table:
    return rows["drone_states"].select(["drone_id", "occurred_at", "mode"])


def test_the_sky_is_not_empty_at_midnight(states, rows):
    around = [
        heard(states, MIDNIGHT + timedelta(minutes=n))[1]
        for n in (-20, -10, -5, 0, 5, 10, 20)
    ]

    assert min(around) >= 3
    over = [
        row
        for row in rows["missions"].to_pylist()
        if row["ended_at"] and row["started_at"] < MIDNIGHT < row["ended_at"]
    ]
    assert len(over) >= 3


def test_the_number_online_drifts_and_does_not_saw(states):
    minute = [
        heard(states, BEGIN + hours(30) + timedelta(minutes=n))[0] for n in range(40)
    ]
    steps = np.abs(np.diff(minute))

    assert steps.max() <= 3
    assert np.ptp(minute) <= 8
    over_days = [heard(states, BEGIN + hours(2 + 5 * n))[0] for n in range(14)]
    assert len(set(over_days)) >= 4
    assert 0.9 * 297 < min(over_days) <= max(over_days) < 297


def test_nobody_falls_silent_or_is_heard_again_by_the_hour_of_the_clock(wuhan):
    world, found = World(wuhan, 716), set()
    for n in range(10):
        day = date(2026, 3, 1) + timedelta(days=n)
        silences, midnight = (
            silences_of(world, 297, day),
            int(world.midnight(day).timestamp()),
        )
        found |= set(
            zip(
                silences.drone.tolist(),
                (silences.begin + midnight).tolist(),
                (silences.end + midnight).tolist(),
                strict=True,
            )
        )
    begins = np.array([begin for _, begin, _ in found])

    assert len(begins) > 400
    assert np.bincount((begins % 86_400) // 3_600, minlength=24).min() > 0
    assert max(end - begin for _, begin, end in found) <= 43_200


def test_in_june_much_of_the_year_is_done_and_by_its_end_the_plan_is_met(wuhan):
    feed, done = Simulated(wuhan, 716), []
    for at in (
        datetime(2025, 6, 30, 16, tzinfo=UTC),
        datetime(2025, 12, 31, 15, 59, tzinfo=UTC),
    ):
        said = joined(feed.begin(at))
        added = said["lifts"].filter(pc.equal(said["lifts"]["kind"], "added"))
        tables = {
            "estates": (said["estates"], "accepted"),
            "lifts": (added, "accepted"),
            "communities": (said["communities"], "open"),
        }
        done.append(
            {
                name: pc.sum(pc.equal(table["status"], last)).as_py()
                for name, (table, last) in tables.items()
            }
        )
    plans = {
        row["programme"]: row["plan"]
        for row in wuhan.reference["targets"].to_pylist()
        if row["plan"]
    }

    assert all(0.35 < done[0][name] / plan < 0.55 for name, plan in plans.items())
    assert done[1] == plans == {"estates": 200, "lifts": 1_000, "communities": 26}


@pytest.mark.parametrize("name", ["trio", "wuhan"])
@pytest.mark.parametrize("seed", [7, 716])
def test_works_end_in_every_month_of_the_year_and_on_no_weekend(name, seed, request):
    items = programmes.items_of(World(request.getfixturevalue(name), seed))
    planned = [item for item in items if item.fixed.get("kind") != "renewed"]
    for programme in {item.programme for item in planned}:
        ends = [item.reached[-1] for item in planned if item.programme == programme]
        assert {end.year for end in ends} == {2025}
        assert max(ends) >= date(2025, 11, 1)
        assert all(end.weekday() < 5 for end in ends)
        if len(ends) >= 24:
            assert {end.month for end in ends} == set(range(1, 13))


def test_renewed_lifts_are_in_no_plan_and_some_are_carried_over(wuhan):
    ends = [
        item.reached[-1]
        for item in programmes.items_of(World(wuhan, 716))
        if item.fixed.get("kind") == "renewed"
    ]

    assert {end.year for end in ends} == {2025, 2026}
    assert max(ends) < date(2026, 5, 1)


def test_of_a_named_place_only_is_said_what_the_pack_says(wuhan):
    said = joined(Simulated(wuhan, 716).begin(datetime(2025, 12, 31, tzinfo=UTC)))
    estates = {
        row["name"]: (row["built"], row["households"])
        for row in said["estates"].to_pylist()
    }
    named = {
        "老三栋": (1957, None),
        "统建大江园北苑": (None, None),
        "丽岛花园": (None, None),
        "崇仁新都": (None, 262),
        "凤凰世纪家园": (None, None),
    }

    assert {name: estates[name] for name in named} == named
    assert {row["freed_m2"] for row in said["communities"].to_pylist()} == {None}
    others = [
        name
        for name in (*estates, *said["lifts"]["estate_name"].to_pylist())
        if name not in named
    ]
    assert all("模拟" in name for name in others)
