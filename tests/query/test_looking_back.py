"""A look back is answered exactly, by one snapshot however often it is asked.

A moment of which nothing is known has no figures.
"""

from __future__ import annotations

import random
import shutil
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import parse_qsl

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from layers.registry import load_registry
from tests.layers.rows import row_of
from tests.oracles import history
from tests.query.conftest import AS_OF, add, event_batch, pinned
from twin.contracts import TABLES
from twin.feeds.batch import Batch
from twin.query import QueryService
from twin.query.service import _logs
from twin.store import Lake, compact, find, ids, prune, publish
from twin.view import Pinned, Pointer, View, pin

HOUR = timedelta(hours=1)
LATER = AS_OF + HOUR
US = timedelta(microseconds=1)


def batch(table: str, *rows: dict[str, Any]) -> Batch:
    """Rows of a log, as a feed would give them."""
    return Batch(
        table,
        pa.Table.from_pylist(
            [row_of(table, row) for row in rows], schema=TABLES[table].schema
        ),
        "test",
        "test",
    )


def heartbeat(when: datetime, name: str = "D1") -> Batch:
    """An aircraft that stands somewhere."""
    return batch(
        "drone_states",
        {
            "drone_id": name,
            "occurred_at": when,
            "recorded_at": when,
            "mode": "docked",
            "battery_pct": 50,
        },
    )


def block_of(service: QueryService, layer: str, sql: str) -> Any:
    """The layer, and its block that asks `sql`."""
    found = service._registry.get(layer)
    return found, next(panel for panel in found.panels if panel.question.sql == sql)


def unknown(service: QueryService, city: Any, layer: str, sql: str, **view: Any) -> str:
    """Why a block says nothing of a moment."""
    return service.panel(
        *block_of(service, layer, sql), pinned(service, city, **view)
    ).unknown


def figures(service: QueryService, view: Pinned) -> dict[str, Any]:
    """All figures of the headline's blocks."""
    layer = service._registry.get("headline")
    return {
        row["figure"]: row
        for panel in layer.panels
        if panel.question.moment == "view"
        for row in service.panel(layer, panel, view).rows.to_pylist()
    }


def drawn(
    service: QueryService, city: Any, layer: str, name: str, **view: Any
) -> pa.Table:
    """Rows of map data, as a browser gets them."""
    url = service.url(layer, name, pinned(service, city, **view))
    snapshot, params = service.parse_url(
        layer, name, dict(parse_qsl(url.partition("?")[2], keep_blank_values=True))
    )
    return pa.ipc.open_stream(
        service.map_arrow(layer, name, snapshot, params)
    ).read_all()


def asked(service: QueryService) -> int:
    """Questions that reached an engine."""
    return sum(opened.engine.asked for opened in service._pool._opened.values())


def two_ways(service: QueryService) -> tuple[str, str]:
    """What a page of that moment and a brief, which holds it, are answered by."""
    live = service.pointer()
    return service.pointer(live.as_of).snapshot, service.pointer(live.as_of).snapshot


def test_a_brief_and_a_page_of_one_moment_pin_the_same_though_a_compaction_ran_between(
    city, lake, service
):
    for n in range(1, 5):
        published = add(lake, city, [f"N{n}"], AS_OF + n * timedelta(seconds=10))
    moment = service.pointer().as_of
    brief = pin(View(as_of=moment), city, service.pointer)
    folded = compact(lake, now=lambda: moment)
    page = pin(View(as_of=moment), city, service.pointer)
    assert folded.id != published
    assert brief.snapshot == page.snapshot == published
    assert brief.hash == page.hash
    assert service.pointer().snapshot == folded.id


def test_the_snapshot_holds_both_the_moment_and_what_is_known_of_it(
    city, lake, service
):
    later = add(lake, city, ["E3"], LATER)
    first = service.pointer(AS_OF).snapshot
    assert pin(View(as_of=AS_OF), city, service.pointer).snapshot == first
    assert (
        pin(View(as_of=AS_OF - HOUR, known_at=AS_OF), city, service.pointer).snapshot
        == first
    )
    assert (
        pin(View(as_of=AS_OF, known_at=AS_OF + US), city, service.pointer).snapshot
        == later
    )
    assert (
        pin(View(as_of=AS_OF + US, known_at=AS_OF), city, service.pointer).snapshot
        == later
    )
    only_known = pin(View(known_at=AS_OF), city, service.pointer)
    assert (only_known.as_of, only_known.known_at, only_known.snapshot) == (
        LATER,
        AS_OF,
        later,
    )
    live = pin(View(), city, service.pointer)
    assert (live.as_of, live.known_at, live.snapshot) == (LATER, LATER, later)


def test_a_view_knows_the_newest_data_and_whether_it_looks_beyond(city, lake, service):
    add(lake, city, [], LATER)
    assert [
        (each.newest_as_of, each.is_beyond, each.snapshot_as_of)
        for each in (
            pinned(service, city),
            pinned(service, city, as_of=AS_OF),
            pinned(service, city, as_of=LATER),
            pinned(service, city, as_of=LATER + US),
        )
    ] == [
        (LATER, False, LATER),
        (LATER, False, AS_OF),
        (LATER, False, LATER),
        (LATER, True, LATER),
    ]
    assert pin(View(), city, lambda _: Pointer("s", AS_OF)).newest_as_of == AS_OF


def test_a_damaged_snapshot_that_would_have_answered_is_said_to_the_view(
    city, lake, service
):
    middle = add(lake, city, ["E3"], AS_OF + HOUR)
    last = add(lake, city, ["E4"], AS_OF + 2 * HOUR)
    (lake.snapshots / f"{middle}.json").write_text("{")
    found = pinned(service, city, as_of=AS_OF + US)
    assert found.snapshot == last
    assert len(found.problems) == 1
    assert middle in found.problems[0]
    assert pinned(service, city).problems == ()


def test_a_moment_after_the_newest_data_has_no_figures(city, lake, service):
    for layer, sql in (
        ("headline", "events.sql"),
        ("attention", "rows.sql"),
        ("department_linkage", "tiles.sql"),
    ):
        assert unknown(service, city, layer, sql, as_of=AS_OF + US) == "no-data-after"
        assert unknown(service, city, layer, sql, as_of=AS_OF) == ""
        assert unknown(service, city, layer, sql) == ""
    answer = service.panel(
        *block_of(service, "attention", "rows.sql"),
        pinned(service, city, as_of=AS_OF + HOUR),
    )
    assert "title" in answer.rows.column_names


def test_before_anything_was_recorded_nothing_was_known(city, lake, service):
    add(lake, city, ["E3"], LATER)
    first_known = AS_OF - timedelta(minutes=5)
    assert (
        unknown(service, city, "headline", "events.sql", as_of=first_known - US)
        == "nothing-known"
    )
    assert unknown(service, city, "headline", "events.sql", as_of=first_known) == ""
    # No record reaches back so far.
    assert (
        unknown(
            service,
            city,
            "headline",
            "events.sql",
            as_of=first_known - HOUR,
            known_at=first_known,
        )
        == "nothing-known"
    )
    assert (
        unknown(
            service,
            city,
            "headline",
            "events.sql",
            as_of=AS_OF,
            known_at=first_known - US,
        )
        == "nothing-known"
    )
    assert (
        unknown(
            service,
            city,
            "headline",
            "events.sql",
            as_of=datetime(2016, 7, 16, tzinfo=UTC),
        )
        == "nothing-known"
    )


def test_what_is_known_is_judged_log_by_log(city, lake, service):
    publish(
        lake, city, [heartbeat(LATER)], as_of=LATER, simulated=True, now=lambda: LATER
    )
    add(lake, city, ["E3"], LATER + HOUR)
    assert unknown(service, city, "headline", "events.sql", as_of=AS_OF) == ""
    assert (
        unknown(service, city, "drone_coverage", "fleet.sql", as_of=AS_OF)
        == "nothing-known"
    )
    assert unknown(service, city, "drone_coverage", "fleet.sql", as_of=LATER) == ""
    assert (
        unknown(service, city, "drone_coverage", "fleet.sql", as_of=LATER - US)
        == "nothing-known"
    )


def test_a_log_that_was_never_heard_of_is_as_empty_in_a_look_back_as_it_is_live(
    city, lake, service
):
    add(lake, city, ["E3"], LATER)
    assert unknown(service, city, "drone_coverage", "fleet.sql") == ""
    assert unknown(service, city, "drone_coverage", "fleet.sql", as_of=AS_OF) == ""


def test_a_measure_rests_on_its_logs_and_a_reference_table_on_none(service):
    def rests(layer: str, sql: str) -> set[str]:
        return set(_logs(service._question(layer, sql)))

    assert "events" in rests("headline", "events.sql")
    assert "link_probes" in rests("department_linkage", "tiles.sql")
    assert {"estates", "lifts", "communities"} <= rests("renovation", "progress.sql")
    assert "drone_states" in rests("drone_coverage", "coverage.sql")
    assert "drone_states" in rests("drone_coverage", "footprints.sql")
    assert rests("districts", "names.sql") == rests("districts", "streets.sql") == set()


def test_every_log_that_a_layer_rests_on_can_be_asked_about(service):
    from twin.query.service import _KNOWN_LOGS

    assert set(_KNOWN_LOGS.reads) == {
        name for name, table in TABLES.items() if table.kind == "log"
    } - {"quarantine"}
    for sql in service._sql.values():
        assert set(_logs(sql)) - {"quarantine"} <= set(_KNOWN_LOGS.reads)


@pytest.mark.parametrize(
    "log",
    sorted(
        name
        for name, table in TABLES.items()
        if table.kind == "log" and name != "quarantine"
    ),
)
def test_each_log_is_asked_about_by_its_own_rows(log):
    from twin.engine import answer
    from twin.query.service import _KNOWN_LOGS

    row = pa.Table.from_pylist(
        [row_of(log, {"occurred_at": AS_OF, "recorded_at": AS_OF})],
        schema=TABLES[log].schema,
    )

    def known(logs: list[str], as_of: datetime, known_at: datetime) -> list[str]:
        return answer(
            {log: row},
            _KNOWN_LOGS,
            {"logs": logs, "as_of": as_of, "known_at": known_at},
        )["log"].to_pylist()

    assert known([log], AS_OF, AS_OF) == [log]
    assert known([log], AS_OF, AS_OF - US) == []
    assert known([log], AS_OF - US, AS_OF) == []
    assert known([other for other in TABLES if other != log], AS_OF, AS_OF) == []


def test_reference_tables_are_drawn_at_every_moment(city, lake, service):
    live = drawn(service, city, "districts", "names")
    assert live.num_rows == 3
    for as_of in (AS_OF + HOUR, datetime(2016, 1, 1, tzinfo=UTC)):
        assert drawn(service, city, "districts", "names", as_of=as_of).num_rows == 3


def test_map_data_of_a_moment_of_which_nothing_is_known_are_empty_with_the_same_columns(
    city, lake, service
):
    live = drawn(service, city, "event_heat", "marks")
    assert live.num_rows == 2
    for as_of in (AS_OF + US, AS_OF - timedelta(minutes=5) - US):
        found = drawn(service, city, "event_heat", "marks", as_of=as_of)
        assert (found.num_rows, found.schema) == (0, live.schema)
    assert drawn(service, city, "event_heat", "marks", as_of=AS_OF).num_rows == 2


def test_the_microsecond_decides_within_a_file_of_many_rows(city, lake, service):
    first = LATER - timedelta(minutes=30)
    beats = [heartbeat(first + n * timedelta(minutes=1)).rows for n in range(20)]
    publish(
        lake,
        city,
        [Batch("drone_states", pa.concat_tables(beats), "test", "test")],
        as_of=LATER,
        simulated=True,
        now=lambda: LATER,
    )
    add(lake, city, ["E3"], LATER + HOUR)
    assert unknown(service, city, "drone_coverage", "fleet.sql", as_of=first) == ""
    assert (
        unknown(service, city, "drone_coverage", "fleet.sql", as_of=first - US)
        == "nothing-known"
    )


def test_a_live_view_asks_nothing_about_what_is_known(city, lake, service):
    add(lake, city, ["E3"], LATER)
    view, (layer, panel) = (
        pinned(service, city),
        block_of(service, "headline", "events.sql"),
    )
    service.panel(layer, panel, view)
    back = pinned(service, city, as_of=AS_OF)
    before = asked(service)
    service.panel(layer, panel, view)
    assert asked(service) == before
    service.panel(layer, panel, back)
    assert asked(service) == before + 1  # a whole file of events was known
    long_ago = pinned(service, city, as_of=AS_OF - HOUR)
    service.panel(layer, panel, long_ago)
    assert asked(service) == before + 3  # the figures, and whether any event was known
    service.panel(*block_of(service, "headline", "proactive.sql"), long_ago)
    assert asked(service) == before + 4
    service.panel(layer, panel, long_ago)
    assert asked(service) == before + 4


def told(city: Any, dice: random.Random, tick: int, moment: datetime) -> list[Batch]:
    """Return what is told at one publish.

    That is an event, and now and then late an acknowledgement, a closing or a
    reopening.
    """
    late = timedelta(minutes=dice.choice((0, 0, 5, 55)))
    home = event_batch(city, [f"E{tick}"], moment - late).rows.to_pylist()[0]
    rows = [{**home, "recorded_at": moment, "is_proactive": dice.random() < 0.5}]
    orders, answers = [], []
    if tick > 3:
        name = f"E{dice.randrange(tick - 3)}"
        sent = moment - timedelta(minutes=4)
        orders.append(
            {
                "dispatch_id": f"O{tick}",
                "version": 1,
                "event_id": name,
                "occurred_at": sent,
                "recorded_at": moment,
                "sent_at": sent,
                "acked_at": moment - timedelta(minutes=2),
                "role": "lead",
                "is_required": True,
            }
        )
        answers.append(
            {
                "event_id": name,
                "version": tick,
                "occurred_at": moment - late,
                "recorded_at": moment,
                "told_at": moment - late,
                "is_reopened": dice.random() < 0.3,
            }
        )
    fixed = [
        Batch(
            "events",
            pa.Table.from_pylist(rows, schema=TABLES["events"].schema),
            "test",
            "test",
        )
    ]
    return fixed + [
        batch(name, *each)
        for name, each in (("dispatches", orders), ("feedbacks", answers))
        if each
    ]


@pytest.fixture(scope="module")
def long(
    city: Any, tmp_path_factory: Any
) -> Iterator[tuple[QueryService, QueryService, list[datetime]]]:
    """The same lake of five hours, whole and pruned, and the moments of its publishes."""
    tmp_path = tmp_path_factory.mktemp("long")
    dice, whole = random.Random(6), Lake(tmp_path / "whole")
    moments = [AS_OF + n * timedelta(minutes=10) for n in range(30)]
    for n, moment in enumerate(moments):
        publish(
            whole,
            city,
            told(city, dice, n, moment),
            as_of=moment,
            simulated=True,
            now=lambda moment=moment: moment,
        )
        if n % 7 == 6:
            compact(whole, now=lambda moment=moment: moment)
    shutil.copytree(whole.path, tmp_path / "pruned")
    pruned = Lake(tmp_path / "pruned")
    assert prune(pruned, now=lambda: moments[-1] + HOUR, latest=1).snapshots > 15
    assert len(ids(pruned)) < len(ids(whole)) / 2
    services = (
        QueryService(city, load_registry(city), whole.path),
        QueryService(city, load_registry(city), pruned.path),
    )
    yield *services, moments
    for each in services:
        each.close()


def test_after_pruning_every_look_back_says_what_the_whole_lake_and_the_raw_logs_say(
    city, long
):
    whole, pruned, moments = long
    snapshot = find(whole._pool.lake)
    raw = {
        name: (
            pa.concat_tables(
                [pq.ParquetFile(file).read() for file in snapshot.files(name)]
            ).to_pylist()
        )
        for name in ("events", "dispatches", "feedbacks", "sla_targets")
    }
    logs = history.Logs(
        raw["events"],
        [],
        raw["dispatches"],
        raw["feedbacks"],
        [],
        raw["sla_targets"],
        city.reference["event_sources"].to_pylist(),
    )
    dice, n_from_the_gap = random.Random(1), 0
    between = [
        dice.choice(moments[1:]) - timedelta(seconds=dice.randrange(1, 600))
        for _ in range(5)
    ]
    for as_of in (*moments[::16], *between):
        for known_at in (as_of, min(as_of + 2 * HOUR, moments[-1])):
            views = [
                pin(View(as_of=as_of, known_at=known_at), city, service.pointer)
                for service in (whole, pruned)
            ]
            n_from_the_gap += views[0].snapshot != views[1].snapshot
            found = figures(pruned, views[1])
            assert found == figures(whole, views[0])
            wanted = {
                name: row["value"]
                for each in (
                    history.headline_events,
                    history.headline_clocks,
                    history.headline_proactive,
                )
                for name, row in each(logs, as_of, known_at, city.zone, "live").items()
            }
            assert {name: row["value"] for name, row in found.items()} == pytest.approx(
                wanted
            )
            for layer, sql in (("attention", "rows.sql"), ("attention", "stages.sql")):
                rows = [
                    service.panel(*block_of(service, layer, sql), view).rows.to_pylist()
                    for service, view in zip((whole, pruned), views, strict=True)
                ]
                assert rows[0] == rows[1]
    assert n_from_the_gap > 6


def test_after_pruning_the_same_moments_are_known_and_unknown(city, long):
    whole, pruned, moments = long
    for as_of in (
        moments[0] - US,
        moments[0],
        moments[0] + US,
        moments[3] + US,
        moments[-1],
        moments[-1] + US,
    ):
        for layer, sql in (
            ("headline", "events.sql"),
            ("drone_coverage", "fleet.sql"),
            ("department_linkage", "tiles.sql"),
        ):
            assert unknown(whole, city, layer, sql, as_of=as_of) == unknown(
                pruned, city, layer, sql, as_of=as_of
            )
