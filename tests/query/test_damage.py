"""One bad bit: what rests on it is said to be unknown, everything else is answered as ever,
and no figure is ever another.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from layers.registry import load_registry
from tests.layers.rows import table_of
from tests.query.conftest import AS_OF, add
from twin.contracts import TABLES
from twin.errors import LakeError
from twin.feeds.batch import Batch
from twin.feeds.simulated import Simulated
from twin.query import QueryService
from twin.store import (
    Lake,
    Snapshot,
    as_far_as_whole,
    best,
    find,
    may_be_whole,
    publish,
    seal,
)
from twin.view import View, pin

UNTIL = datetime(2026, 7, 16, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)
# No three reports of so small a city come together in two days.
RARE = {"incidents"}
IN_CI = {
    "events",
    "link_probes",
    "drone_states",
    "indicator_values",
    "event_facts",
    "coverage",
    "districts",
}
"""Tables of which a bit is bad in every run: logs, measures, and one of the pack."""
MEASURES = {name for name, table in TABLES.items() if table.kind == "measure"}


@pytest.fixture(scope="module")
def simulated(city: Any, tmp_path_factory: pytest.TempPathFactory) -> Lake:
    """One snapshot of a day and a half of a city, with rows in every table."""
    lake, feed = Lake(tmp_path_factory.mktemp("damage") / "lake"), Simulated(city, 7)
    start = UNTIL - timedelta(hours=36)
    clocks = {"version": 1, "occurred_at": start, "recorded_at": start}
    # Refused: rain does not rise.
    more = {
        "estates": {
            "estate_id": "A",
            "year": 2026,
            "status": "accepted",
            "accepted_at": start,
            "lon_ud": -35_049_200,
            "lat_ud": 41_029_500,
        },
        "lift_steps": {"lift_id": "L", "step": "survey", "channel": "window"},
        "rain": {"station_id": "R", "mm_5min": -1.0},
    }
    rows = [
        Batch(
            name,
            table_of(
                name,
                [
                    row
                    | {
                        key: value
                        for key, value in clocks.items()
                        if key in TABLES[name].schema.names
                    }
                ],
            ),
            "test",
            "test",
        )
        for name, row in more.items()
    ]
    publish(
        lake,
        city,
        [*feed.begin(start), *feed.poll(start, UNTIL), *rows],
        as_of=UNTIL,
        simulated=True,
        now=lambda: UNTIL,
    )
    return lake


@contextmanager
def flipped(snapshot: Snapshot, *tables: str) -> Iterator[None]:
    """One bit of each file of some tables is another for the length of the block."""
    whole = {
        path: path.read_bytes() for table in tables for path in snapshot.files(table)
    }
    for path, data in whole.items():
        changed = bytearray(data)
        changed[len(data) // 2] ^= 1
        path.write_bytes(bytes(changed))
    try:
        yield
    finally:
        for path, data in whole.items():
            path.write_bytes(data)


@contextmanager
def desk_over(city: Any, lake: Lake) -> Iterator[QueryService]:
    """A desk that has not seen the lake before."""
    service = QueryService(city, load_registry(city), lake.path)
    try:
        yield service
    finally:
        service.close()


def everything(
    service: QueryService, city: Any
) -> dict[tuple[str, ...], tuple[str, Any]]:
    """Return all that faces can ask, live and three hours back.

    It holds, by question, why it is unknown and its rows.
    """
    found: dict[tuple[str, ...], tuple[str, Any]] = {}
    home = city.reference["districts"]["district_id"][0].as_py()
    for when in (None, UNTIL - 3 * HOUR):
        view = pin(View(as_of=when, district=home), city, service.pointer)
        for layer in service._registry.layers:
            for panel in layer.panels:
                answer = service.panel(layer, panel, view)
                sql = panel.question.sql
                found[str(when), layer.id, sql, panel.name, panel.kind] = (
                    answer.unknown,
                    answer.rows,
                )
            for data in layer.maps:
                stream, unknown = service.map_answer(
                    layer.id,
                    data.name,
                    *service.map_question(layer.id, data.name, view),
                )
                found[str(when), layer.id, data.name, "map"] = (
                    unknown,
                    pa.ipc.open_stream(stream).read_all(),
                )
    return found


@pytest.fixture(scope="module")
def undamaged(simulated: Lake, city: Any) -> dict[tuple[str, ...], tuple[str, Any]]:
    """What the whole lake answers."""
    with desk_over(city, simulated) as service:
        return everything(service, city)


def test_the_lake_of_these_tests_has_rows_in_every_table_and_answers_everything(
    simulated, undamaged
):
    there = {name for name, cut in find(simulated).tables.items() if cut.files}
    assert there | RARE == set(TABLES)
    assert {unknown for unknown, _ in undamaged.values()} == {""}


@pytest.mark.parametrize(
    "table",
    [
        table if table in IN_CI else pytest.param(table, marks=pytest.mark.soak)
        for table in sorted(TABLES.keys() - RARE)
    ],
)
def test_one_bad_bit_in_any_table_changes_no_figure(simulated, undamaged, city, table):
    snapshot = find(simulated)
    with flipped(snapshot, table), desk_over(city, simulated) as service:
        status = service.status()
        can_be_worked_out = table in MEASURES
        assert status.damaged == (() if can_be_worked_out else (table,))
        assert len(status.problems) == 1
        assert f"{table}/" in status.problems[0]
        found = everything(service, city)
        for question, (unknown, rows) in found.items():
            assert unknown in {"", "damaged"}
            if unknown == "":
                assert rows == undamaged[question][1], question
            elif question[-1] == "map":
                assert rows.num_rows == 0
            elif question[-1] == "figures":  # each is named, so that none vanishes
                assert rows["figure"] == undamaged[question][1]["figure"]
        lost = {question for question, (unknown, _) in found.items() if unknown}
        reads = {
            question
            for question in found
            if question[-1] != "map"
            and table in service._question(question[1], question[2]).reads
        }
        assert reads.isdisjoint(lost) if can_be_worked_out else reads <= lost


@pytest.mark.parametrize(
    "measure",
    [
        (
            name
            if name in IN_CI or n % 3 == 0
            else pytest.param(name, marks=pytest.mark.soak)
        )
        for n, name in enumerate(sorted(MEASURES))
    ],
)
def test_a_damaged_measure_whose_log_is_damaged_too_is_unknown(
    simulated, undamaged, city, measure
):
    from twin.measures import rests_on

    snapshot, log = (
        find(simulated),
        next(name for name in rests_on(measure) if name != "quarantine"),
    )
    with flipped(snapshot, measure, log), desk_over(city, simulated) as service:
        assert set(service.status().damaged) == {measure, log}
        for question, (unknown, rows) in everything(service, city).items():
            assert unknown == "damaged" or rows == undamaged[question][1]


def test_a_measure_that_is_whole_is_shown_though_its_log_is_damaged(
    simulated, undamaged, city
):
    with flipped(find(simulated), "events"), desk_over(city, simulated) as service:
        found = everything(service, city)
        layer = service._registry.get("headline")
        before = pin(View(as_of=UNTIL - 100 * HOUR), city, service.pointer)
        assert service.panel(layer, layer.panels[0], before).unknown == "nothing-known"
    assert {
        found[question][0]
        for question in found
        if question[1] in {"headline", "event_heat"}
    } == {""}


def test_a_measure_is_not_worked_out_from_a_damaged_reference_table(simulated, city):
    with (
        flipped(find(simulated), "event_facts", "sla_targets"),
        desk_over(city, simulated) as service,
    ):
        assert service.status().damaged == ("event_facts", "sla_targets")


def test_damage_under_a_running_desk_is_seen_and_heals(
    simulated, undamaged, city, monkeypatch
):
    monkeypatch.setattr("twin.query.pool.RECHECK_S", 0.0)
    with desk_over(city, simulated) as service:
        assert everything(service, city) == undamaged
        layer = service._registry.get("event_heat")
        view = pin(View(), city, service.pointer)
        url = service.url("event_heat", "heat", view)
        with flipped(find(simulated), "event_facts", "events"):
            found = everything(service, city)
            assert {
                found[question][0] for question in found if question[1] == "headline"
            } == {"damaged"}
            assert all(
                unknown == "damaged" or rows == undamaged[question][1]
                for question, (unknown, rows) in found.items()
            )
            assert service.damaged_maps(layer, view) == ("event_facts",)
            # So that a browser asks anew, now and after the healing.
            assert service.url("event_heat", "heat", view) != url
            assert pin(View(), city, service.pointer).hash != view.hash
        assert everything(service, city) == undamaged
        assert service.url("event_heat", "heat", view) == url
        assert service.status().problems == ()


def test_what_was_read_while_a_file_changed_is_not_believed(simulated, undamaged, city):
    """The desk looks at its files every five seconds.

    A question between two looks finds other bytes than were verified.
    """
    with desk_over(city, simulated) as service:
        assert service.status().damaged == ()
        view = pin(View(), city, service.pointer)
        layer = service._registry.get("headline")
        panel = next(
            panel for panel in layer.panels if panel.question.sql == "events.sql"
        )
        service._pool.shown(view.snapshot)  # opened, and just looked at
        with flipped(find(simulated), "event_facts", "events"):
            assert service.panel(layer, panel, view).unknown == "damaged"
        service._pool.look_again(service._pool.shown(view.snapshot))
        assert (
            service.panel(layer, panel, view).rows
            == undamaged["None", "headline", "events.sql", "events", "figures"][1]
        )


def test_the_first_record_and_what_was_known_are_not_told_from_a_damaged_log(
    simulated, city
):
    with (
        flipped(find(simulated), "events", "event_facts"),
        desk_over(city, simulated) as service,
    ):
        assert service.first_event(service.pointer().snapshot) is None
        layer = service._registry.get("headline")
        panel = next(
            panel for panel in layer.panels if panel.question.sql == "events.sql"
        )
        before = pin(View(as_of=UNTIL - 100 * HOUR), city, service.pointer)
        assert service.panel(layer, panel, before).unknown == "damaged"
        after = pin(View(as_of=UNTIL + HOUR), city, service.pointer)
        assert service.panel(layer, panel, after).unknown == "no-data-after"


def harm(path: Path) -> None:
    """Another byte in the middle of a file."""
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 1
    path.write_bytes(bytes(data))


def own(lake: Lake, snapshot: str, before: str, table: str) -> Path:
    """The file of a table that only the later of two snapshots names."""
    (found,) = set(find(lake, snapshot).files(table)) - set(
        find(lake, before).files(table)
    )
    return found


@pytest.mark.parametrize(
    ("later", "is_near"), [(HOUR, True), (HOUR + timedelta(seconds=1), False)]
)
def test_a_whole_snapshot_of_the_last_hour_is_preferred_to_parts_of_the_newest(
    city, lake, later, is_near
):
    first = best(lake).snapshot.id
    second = add(lake, city, ["E3"], AS_OF + later)
    harm(own(lake, second, first, "events"))
    shown = best(Lake(lake.path))
    assert shown.snapshot.id == (first if is_near else second)
    assert set(shown.damaged) == (set() if is_near else {"events"})
    said = (*shown.problems, *shown.damaged.values())
    assert len(said) == 1
    assert "events/" in said[0]
    assert "has other bytes than published" in said[0]


def test_a_file_that_all_snapshots_share_leaves_the_newest_with_the_rest_of_its_tables(
    city, lake
):
    newest = [
        add(lake, city, [f"N{n}"], AS_OF + timedelta(seconds=10 * n)) for n in (1, 2, 3)
    ][-1]
    (shared,) = find(lake).files("districts")
    harm(shared)
    shown = best(Lake(lake.path))
    assert (shown.snapshot.id, set(shown.damaged), shown.problems) == (
        newest,
        {"districts"},
        (),
    )
    assert {lake.tables / path for path in shown.bad} == {shared}
    assert not may_be_whole(lake, shown, AS_OF)
    with desk_over(city, lake) as service:
        assert service.pointer().damaged == ("districts",)
        assert [
            service.pointer(AS_OF + n * timedelta(seconds=10)).snapshot for n in (0, 3)
        ] == [newest, newest]


def test_a_look_back_is_answered_by_a_later_whole_one_where_its_own_is_damaged(
    city, lake
):
    first = best(lake).snapshot.id
    middle = add(lake, city, ["E3"], AS_OF + 2 * HOUR)
    last = add(lake, city, ["E4"], AS_OF + 4 * HOUR)
    harm(own(lake, middle, first, "event_facts"))
    with desk_over(city, lake) as service:
        assert may_be_whole(lake, best(lake), AS_OF + HOUR)
        found = service.pointer(AS_OF + HOUR)
        assert (found.snapshot, found.damaged, len(found.problems)) == (last, (), 1)


def test_a_newest_snapshot_whose_file_cannot_be_read_is_said_beside_parts_of_the_one_before(
    city, lake
):
    middle = add(lake, city, ["E3"], AS_OF + 2 * HOUR)
    last = add(lake, city, ["E4"], AS_OF + 2 * HOUR + timedelta(seconds=10))
    (lake.snapshots / f"{last}.json").write_text("{")
    (shared,) = find(lake, middle).files("districts")
    harm(shared)
    shown = best(Lake(lake.path))
    assert (shown.snapshot.id, set(shown.damaged)) == (middle, {"districts"})
    assert len(shown.problems) == 1
    assert last in shown.problems[0]


def test_a_table_of_columns_that_are_not_known_is_left_out_and_the_rest_is_shown(
    city, lake
):
    path = lake.snapshots / f"{best(lake).snapshot.id}.json"
    said = seal.unseal(path.read_bytes(), None)
    said["tables"]["streets"]["schema_hash"] = "another"
    path.write_bytes(seal.seal(said, None))
    shown = as_far_as_whole(lake, find(lake))
    assert set(shown.damaged) == {"streets"}
    assert "other columns" in shown.damaged["streets"]


def test_a_lake_of_which_nothing_can_be_read_is_opened_says_why_and_heals(
    city, lake, monkeypatch
):
    monkeypatch.setattr("twin.query.pool.RECHECK_S", 0.0)
    (path,) = lake.snapshots.glob("*.json")
    whole = path.read_text()
    path.write_text("{")
    with desk_over(city, lake) as service:
        for ask in (service.status, service.pointer):
            with pytest.raises(
                LakeError, match=r"No snapshot in the lake .* can be read"
            ) as caught:
                ask()
            assert path.stem in caught.value.why
            assert "twin lake restore" in caught.value.fix
        path.write_text(whole)
        assert service.status().problems == ()


def test_a_lake_that_vanishes_says_so_and_heals(city, lake, monkeypatch):
    monkeypatch.setattr("twin.query.pool.RECHECK_S", 0.0)
    with desk_over(city, lake) as service:
        before = service.status()
        away = lake.path.rename(lake.path.with_name("away"))
        with pytest.raises(LakeError, match="holds no snapshot"):
            service.status()
        away.rename(lake.path)
        assert service.status() == before


@pytest.mark.parametrize("there", [True, False])
def test_an_empty_or_missing_lake_is_still_an_error(city, tmp_path, there):
    with pytest.raises(LakeError, match="holds no snapshot"):
        QueryService(
            city, load_registry(city), tmp_path if there else tmp_path / "nowhere"
        )
