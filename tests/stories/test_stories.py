"""The four stories are told with known truth, published, and found again to the second."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

import layers
from layers.headline.layer import LAYER
from twin.city import City
from twin.contracts import TABLES
from twin.contracts.check import check
from twin.engine import answer, load_sql
from twin.errors import UsageError
from twin.feeds.simulated import Simulated
from twin.pack import load_city
from twin.query import binding
from twin.simulate import Scenario, Simulation, Truth, stories
from twin.simulate.world import World
from twin.store import Lake, Snapshot, publish
from twin.view import Pointer, View, pin

ROOT = Path(__file__).resolve().parents[2]
CASES = {
    *("events", "event_stages", "dispatches", "feedbacks", "tracks"),
    "detections",
}
EIGHT = datetime(2026, 3, 10, 8, tzinfo=UTC)
"""A day without a crossing or a storm in the calendar of seed 7."""
PLACED = tuple(
    Scenario(name, EIGHT + timedelta(minutes=10 * n))
    for n, name in enumerate(stories.NAMES)
)
BEFORE = EIGHT - timedelta(hours=1)
OVER = EIGHT + timedelta(hours=2)


def city_of(name: str) -> City:
    return load_city(ROOT / {"trio": "tests/cities/trio", "wuhan": "data/wuhan"}[name])


def published(
    city: City, lake: Path, placed: tuple[Scenario, ...], start: datetime, end: datetime
) -> Snapshot:
    """A lake with the cases of (start, end]; with their tracks where these are few."""
    tables = CASES if city.id == "trio" else CASES - {"tracks"}
    batches = [
        each
        for each in Simulated(city, 7, scenarios=placed).poll(start, end)
        if each.table in tables
    ]
    snapshot, done = publish(
        Lake(lake), city, batches, as_of=end, simulated=True, now=lambda: end
    )
    assert done.quarantined == 0
    return snapshot


def rows_of(snapshot: Snapshot, table: str) -> pa.Table:
    return pa.concat_tables([pq.read_table(path) for path in snapshot.files(table)])


@pytest.fixture(params=["trio", "wuhan"], scope="module")
def told(request, tmp_path_factory) -> tuple[City, pa.Table, dict[str, Truth]]:
    """City, facts by the lake, and truth by story, once all four are over."""
    city = city_of(request.param)
    snapshot = published(
        city, tmp_path_factory.mktemp("lake"), PLACED, EIGHT - timedelta(hours=1), OVER
    )
    truths = Simulation(city, 7, 60, PLACED).truth(EIGHT, EIGHT + timedelta(minutes=31))
    return (
        city,
        rows_of(snapshot, "event_facts"),
        {
            truth.name: truth
            for truth in truths
            if truth.at in {each.at for each in PLACED}
        },
    )


@pytest.mark.parametrize("name", stories.NAMES)
def test_the_lake_finds_exactly_what_the_story_planted(told, name):
    _, facts, truths = told
    truth = truths[name]
    (row,) = [
        row
        for row in facts.to_pylist()
        if row["event_id"] == truth.event_id and row["known_to"] is None
    ]

    assert (
        (row["acked_at"] - truth.at).total_seconds(),
        (row["closed_at"] - truth.at).total_seconds(),
    ) == (truth.response_s, truth.closure_s)
    assert (row["created_at"], row["mode"]) == (
        PLACED[stories.NAMES.index(name)].at,
        truth.mode,
    )


@pytest.mark.parametrize("name", stories.NAMES)
def test_every_unit_that_a_story_sent_has_arrived(name):
    tables, truths = stories.stories_day(
        World(city_of("wuhan"), 7), EIGHT.date(), PLACED
    )
    (truth,) = [
        each
        for each in truths
        if each.name == name and each.at in {placed.at for placed in PLACED}
    ]
    last = [
        row
        for row in tables["dispatches"].to_pylist()
        if row["event_id"] == truth.event_id and row["version"] == 4
    ]

    assert len([row for row in last if row["arrived_at"] is not None]) == truth.n_units


def test_a_burning_smell_has_four_units_an_answer_in_two_minutes_and_an_end_in_thirty():
    city = city_of("wuhan")
    tables, truths = stories.stories_day(World(city, 7), EIGHT.date(), PLACED[1:2])
    (truth,) = [each for each in truths if each.at == PLACED[1].at]
    orders = [
        row
        for row in tables["dispatches"].to_pylist()
        if row["event_id"] == truth.event_id
    ]
    last = [row for row in orders if row["version"] == 4]

    assert [row["unit_name"] for row in last] == [
        "紫阳街道平安办",
        "复兴路社区",
        "消防救援站",
        "天然气公司",
    ]
    assert len({row["sent_at"] for row in orders}) == 1
    assert min(row["acked_at"] for row in last) - truth.at <= timedelta(seconds=120)
    (answered,) = [
        row
        for row in tables["feedbacks"].to_pylist()
        if row["event_id"] == truth.event_id
    ]
    assert answered["told_at"] - truth.at <= timedelta(minutes=30)
    assert max(row["done_at"] for row in last) < answered["told_at"]
    (event,) = [
        row for row in tables["events"].to_pylist() if row["event_id"] == truth.event_id
    ]
    assert (event["is_proactive"], event["district_id"], event["mode"]) == (
        False,
        "420106",
        "live",
    )


def test_a_drill_is_in_the_lake_and_in_no_figure_of_the_living_city(told):
    _, facts, truths = told
    assert truths["crossing"].mode == "drill"
    rest = facts.filter(
        pa.array(
            [
                event != truths["crossing"].event_id
                for event in facts["event_id"].to_pylist()
            ]
        )
    )
    sql = load_sql(Path(layers.__file__).parent / "headline" / "events.sql")
    (panel,) = [
        each
        for each in LAYER.panels
        if each.question.sql == "events.sql" and each.question.moment == "view"
    ]

    def figures(rows: pa.Table, mode: str) -> Mapping[str, float]:
        city = city_of("wuhan")
        view = View(as_of=OVER, mode=mode)
        pinned = pin(view, city, lambda _: Pointer("s", OVER))
        given = binding.of_city(city)
        params = binding.bind(sql, panel.question, pinned, given)
        return {
            row["figure"]: row["value"]
            for row in answer({"event_facts": rows}, sql, params).to_pylist()
        }

    assert figures(facts, "live") == figures(rest, "live")
    assert (
        figures(facts, "drill")["events_today"]
        == (figures(rest, "drill")["events_today"] or 0) + 1
    )


@pytest.mark.parametrize(("day", "mode"), [(15, "drill"), (16, "live")])
def test_the_rehearsal_is_a_drill_and_the_day_itself_is_not(day, mode):
    tables, truths = stories.stories_day(
        World(city_of("trio"), 7), date(2026, 7, day), ()
    )
    (crossing,) = [truth for truth in truths if truth.name == "crossing"]

    assert crossing.mode == mode
    assert set(tables["tracks"]["mode"].to_pylist()) == {mode}
    assert {
        row["mode"]
        for row in tables["events"].to_pylist()
        if row["event_id"] == crossing.event_id
    } == {mode}


def test_every_position_of_a_drill_is_marked_in_the_lake(tmp_path):
    snapshot = published(city_of("trio"), tmp_path / "lake", PLACED[3:], EIGHT, OVER)
    tracks = rows_of(snapshot, "tracks")

    assert len(set(tracks["bib"].to_pylist())) == 4 * 20
    assert set(tracks["mode"].to_pylist()) == {"drill"}


@pytest.fixture(scope="module")
def crossing() -> pa.Table:
    """The tracks of the rehearsal as the shipped pack tells it."""
    return stories.stories_day(World(city_of("wuhan"), 7), date(2026, 7, 15), ())[0][
        "tracks"
    ]


def test_27_formations_of_80_swimmers_cross_the_river(crossing):
    swimmers = set(
        zip(
            *(
                crossing[name].to_pylist()
                for name in ("track_id", "formation_id", "bib")
            ),
            strict=True,
        )
    )

    assert len(swimmers) == 27 * 80
    assert len({bib for _, _, bib in swimmers}) == 2_160
    assert set(Counter(formation for _, formation, _ in swimmers).values()) == {80}
    assert set(crossing["mode"].unique().to_pylist()) == {"drill"}


def test_one_sample_in_twenty_is_lost_and_each_is_seen_every_five_seconds(crossing):
    of_one = crossing.filter(pa.array(np.asarray(crossing["bib"]) == "0000"))
    gaps = np.diff(np.asarray(of_one["occurred_at"].cast(pa.int64()))) / 1e6
    length = (
        of_one["occurred_at"][-1].as_py() - of_one["occurred_at"][0].as_py()
    ).total_seconds()

    assert set(gaps % 5) == {0}
    assert 1 - crossing.num_rows / (2_160 * (length / 5 + 1)) == pytest.approx(
        0.05, abs=0.002
    )


def test_swimmers_keep_to_their_course_with_a_metre_and_a_half_of_noise(crossing):
    """From the first gate to the square.

    The middle of a formation's front rank stays on the straight line.
    """
    front = crossing.filter(
        pa.array(np.isin(np.asarray(crossing["bib"]), ["0003", "0004"]))
    )
    lon, lat = (
        np.asarray(front[name]).astype(float) / 1e6 for name in ("lon_ud", "lat_ud")
    )
    x, y = (
        (lon - 114.2955) * 111_320 * np.cos(np.radians(30.5515)),
        (lat - 30.5515) * 111_320,
    )
    far = np.array(
        [
            (114.309 - 114.2955) * 111_320 * np.cos(np.radians(30.5515)),
            (30.601 - 30.5515) * 111_320,
        ]
    )
    across = (x * far[1] - y * far[0]) / np.hypot(*far)

    assert abs(across.mean()) < 0.2
    # Noise, and two places 2.5 m apart.
    assert across.std() == pytest.approx(np.hypot(1.5, 1.25), rel=0.05)


@pytest.mark.parametrize("name", ["trio", "wuhan"])
def test_what_stories_say_keeps_the_contracts(name, crossing):
    tables, _ = stories.stories_day(World(city_of(name), 7), EIGHT.date(), PLACED)
    for table, rows in (tables | {"tracks": crossing.slice(0, 50_000)}).items():
        assert (
            check(
                TABLES[table], rows, feed="simulated", origin="seed 7", recorded_at=OVER
            ).bad.num_rows
            == 0
        )


def test_a_city_without_a_script_still_has_a_crossing_in_lines_not_on_one_spot():
    tracks = stories.stories_day(World(city_of("trio"), 7), date(2026, 7, 16), ())[0][
        "tracks"
    ]
    at_once = tracks.filter(
        pa.array(
            [
                at == tracks["occurred_at"][0].as_py()
                for at in tracks["occurred_at"].to_pylist()
            ]
        )
    )

    assert (
        len(
            set(
                zip(
                    at_once["lon_ud"].to_pylist(),
                    at_once["lat_ud"].to_pylist(),
                    strict=True,
                )
            )
        )
        > 10
    )
    assert (
        np.ptp(np.asarray(tracks["lon_ud"])) / 1e6 * 111_320 * np.cos(np.radians(41))
        > 500
    )


def test_a_placed_story_leaves_everything_else_as_it_was():
    city = city_of("trio")
    plain, with_one = (
        list(
            Simulated(city, 7, scenarios=placed).poll(EIGHT - timedelta(hours=1), OVER)
        )
        for placed in ((), PLACED[:1])
    )

    def others(batches) -> dict[str, set[str]]:
        return {
            table: {
                str(row)
                for batch in batches
                if batch.table == table
                for row in batch.rows.to_pylist()
                if not str(row.get("event_id")).startswith("T")
                and not str(row.get("device_id")).startswith("CT")
            }
            for table in {batch.table for batch in batches}
        }

    assert others(plain) == others(with_one)


def test_a_story_of_unknown_name_is_refused_with_the_names_that_there_are():
    with pytest.raises(UsageError) as refused:
        Simulated(city_of("trio"), 7, scenarios=(Scenario("parade", EIGHT),))

    assert "crossing" in "\n".join(refused.value.lines())


@pytest.fixture(params=["trio", "wuhan"], scope="module")
def three_days(request, tmp_path_factory) -> tuple[Simulation, Snapshot]:
    """A city of three days, with the stories that its calendar brings."""
    city = city_of(request.param)
    end = EIGHT + timedelta(days=3)  # no pile stands then
    batches = [
        each
        for each in Simulated(city, 7, scenarios=PLACED).poll(BEFORE, end)
        if each.table in {"events", "detections"}
    ]
    lake = Lake(tmp_path_factory.mktemp("days"))
    snapshot, _ = publish(
        lake, city, batches, as_of=end, simulated=True, now=lambda: end
    )
    return Simulation(city, 7, 60, PLACED), snapshot


def now_of(snapshot: Snapshot, table: str) -> list[dict]:
    return [row for row in rows_of(snapshot, table).to_pylist() if not row["known_to"]]


def test_every_planted_pile_of_bikes_is_exactly_one_cluster(three_days):
    simulation, snapshot = three_days
    planted = simulation.piles(BEFORE, EIGHT + timedelta(days=3))
    rows = now_of(snapshot, "bike_clusters")
    found = {row["cluster_id"]: row for row in rows if row["n_bikes"] == 0}

    assert len(planted) >= 4
    assert len({row["cluster_id"] for row in rows}) == len(found)
    assert sorted(
        (row["device_id"], row["first_seen_at"], row["occurred_at"])
        for row in found.values()
    ) == sorted((pile.device_id, pile.first_seen, pile.cleared) for pile in planted)
    told = {(row["device_id"], row["first_seen_at"]): row for row in found.values()}
    for pile in planted:
        row = told[pile.device_id, pile.first_seen]
        assert (row["max_n"], row["operator"], row["event_id"]) == (
            pile.max_n,
            pile.operator,
            pile.event_id,
        )
        worst = [
            each["blocks"]
            for each in rows
            if each["cluster_id"] == row["cluster_id"] and each["n_bikes"] == pile.max_n
        ]
        assert worst == [pile.blocks]


def test_a_smell_that_four_people_report_is_exactly_one_incident(three_days):
    simulation, snapshot = three_days
    truths = [
        truth
        for truth in simulation.truth(EIGHT, EIGHT + timedelta(days=2))
        if truth.reports
    ]
    rows = now_of(snapshot, "incidents")

    assert truths
    for truth in truths:
        mine = [row for row in rows if row["event_id"] in truth.reports]
        assert [row["event_id"] for row in mine] == list(truth.reports)
        assert {row["incident_id"] for row in mine} == {f"I-{truth.event_id}"}
        assert (mine[-1]["n_reports"], mine[-1]["priority"]) == (4, 1)
        assert mine[0]["merged_at"] == truth.at + timedelta(seconds=200)


def test_what_a_citizen_smells_is_of_level_2_at_least_by_the_words_of_the_pack():
    tables, truths = stories.stories_day(
        World(city_of("wuhan"), 7), EIGHT.date(), PLACED[1:2]
    )
    (truth,) = [each for each in truths if each.at == PLACED[1].at]
    said = [
        row for row in tables["events"].to_pylist() if row["event_id"] in truth.reports
    ]

    assert [row["details"] for row in said] == ["附近有持续的焦煳味"] * 4
    assert all(row["priority"] <= 2 for row in said)


def test_each_of_four_units_has_its_own_clock():
    tables, truths = stories.stories_day(
        World(city_of("wuhan"), 7), EIGHT.date(), PLACED[1:2]
    )
    (truth,) = [each for each in truths if each.at == PLACED[1].at]
    last = [
        row
        for row in tables["dispatches"].to_pylist()
        if row["event_id"] == truth.event_id and row["version"] == 4
    ]

    for name in ("acked_at", "arrived_at", "done_at"):
        assert len({row[name] for row in last}) == 4
