"""The past of what is not events equals an oracle that shares no code.

Random histories are cut into random publishes. Every figure and row of fleet, coverage,
links and programmes, and every table, at any two clocks, equals what the oracle reads
from the raw logs.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

import twin.measures
from layers.registry import load_registry
from tests.history.other_logs import SAID, History, Row, drawn, ground, grown, trio
from tests.oracles import rest as oracle
from twin.city import City
from twin.contracts import TABLES
from twin.engine import load_sql
from twin.feeds.batch import Batch
from twin.layer import Registry
from twin.query import QueryService
from twin.store import Lake, Snapshot, find, publish
from twin.store.files import read
from twin.view import Pinned, View, pin

IN_CI, IN_PIECES, IN_SOAK = range(4), range(3), range(1_000, 1_150)
MOMENTS = 6
MAPS = (
    "coverage",
    "footprints",
    "drones",
    "links",
    "departments",
    "estates",
    "lifts",
    "centres",
)
VALUES = load_sql(Path(twin.measures.__file__).with_name("indicator_latest.sql"))
REST = {
    "fleet.sql": ("drones", "drone_states", "missions"),
    "drones.sql": ("drones", "drone_states"),
    "footprints.sql": ("drone_states",),
    "seen.sql": ("drone_states",),
    "district.sql": ("drones", "drone_states"),
    "uses.sql": ("drones", "drone_states"),
    "coverage.sql": ("drone_states",),
    **dict.fromkeys(
        (
            "fine.sql",
            "tiles.sql",
            "blind.sql",
            "departments.sql",
            "links.sql",
            "table.sql",
        ),
        ("link_probes",),
    ),
    "estates.sql": ("estates",),
    "lifts.sql": ("lifts",),
    "centres.sql": ("communities",),
    **dict.fromkeys(
        ("estates_done.sql", "progress.sql"), ("estates", "lifts", "communities")
    ),
}
"""The logs that each question is about."""

# Two layers name one of their questions alike.
ABOUT_DISTRICTS = {
    "drone_coverage": ("drones", "drone_states"),
    "renovation": ("estates", "lifts", "communities"),
}


def same(said: Any, wanted: Any) -> bool:
    """Return whether two values agree in what the wanted one names.

    Numbers agree if they do to the seven digits of a REAL.
    """
    if isinstance(wanted, dict):
        return isinstance(said, dict) and all(
            name in said and same(said[name], value) for name, value in wanted.items()
        )
    if isinstance(wanted, list):
        return (
            said is not None
            and len(said) == len(wanted)
            and all(map(same, said, wanted))
        )
    if isinstance(wanted, float) or isinstance(said, float):
        return (
            said is not None
            and wanted is not None
            and said == pytest.approx(wanted, rel=1e-6, abs=1e-9)
        )
    return bool(said == wanted)


@dataclass
class Tally:
    """How many moments and values were compared, and what differs."""

    n_moments: int = 0
    n_values: int = 0
    wrong: list[str] = field(default_factory=list[str])

    def compare(self, what: str, said: Any, wanted: Any) -> None:
        """Compare a value, or rows one by one."""
        if isinstance(wanted, list):
            self.n_values += sum(len(row) for row in wanted)
            pairs = list(zip(said, wanted, strict=False))
            if len(said) == len(wanted) and all(map(same, said, wanted)):
                return
            first = next(
                ((one, other) for one, other in pairs if not same(one, other)),
                (said[len(wanted) :], wanted[len(said) :]),
            )
            self.wrong.append(
                f"{what}: {len(said)} rows for {len(wanted)}; said {first[0]}, the logs"
                f" say {first[1]}"
            )
        else:
            self.n_values += 1
            if not same(said, wanted):
                self.wrong.append(f"{what}: said {said}, the logs say {wanted}")


def wanted_rows(
    logs: oracle.Logs, pinned: Pinned, city: City
) -> dict[tuple[str, str], Callable[[], list[Row]]]:
    """What the logs say to each question, by layer and name of the block or map."""
    clocks = (logs, pinned.as_of, pinned.known_at)
    fresh: Any = city.settings["freshness"]
    lost = (fresh["drone_flying_s"], fresh["drone_docked_s"])
    states = oracle.links(*clocks, fresh["link_late_s"], fresh["link_down_s"])
    seen = oracle.sights(*clocks, ground())
    progress = oracle.progress(*clocks, city.zone)

    def share(figure: str, district: str | None) -> Row:
        return {
            "figure": figure,
            "value": oracle.seen_pct(logs, seen, ground(), pinned.as_of, district),
            "compare": None,
        }

    def of_district() -> list[Row]:
        flying = oracle.district_flying(*clocks, pinned.district, *lost)
        return [
            share("district_seen_pct", pinned.district),
            {"figure": "district_drones_flying", "value": flying},
        ]

    return {
        ("drone_coverage", "fleet"): lambda: oracle.fleet(
            *clocks, city.zone, pinned.view.mode, *lost
        ),
        ("drone_coverage", "drones"): lambda: oracle.drones(*clocks, *lost),
        ("drone_coverage", "footprints"): lambda: oracle.footprints(*clocks, lost[0]),
        ("drone_coverage", "coverage"): lambda: oracle.field_of(
            seen, pinned.as_of, pinned.window_from
        ),
        ("drone_coverage", "seen"): lambda: [share("coverage_60_pct", None)],
        ("drone_coverage", "district"): of_district,
        ("drone_coverage", "uses"): lambda: oracle.uses(*clocks, *lost),
        ("drone_coverage", "districts"): lambda: oracle.seen_by_district(
            *clocks, seen, ground(), *lost
        ),
        ("department_linkage", "fine"): lambda: oracle.fine(states),
        ("department_linkage", "tiles"): lambda: oracle.tiles(states, pinned.as_of),
        ("department_linkage", "table"): lambda: oracle.links_table(
            logs, states, pinned.as_of
        ),
        ("department_linkage", "carries"): lambda: oracle.links_table(
            logs, states, pinned.as_of
        ),
        ("department_linkage", "blind"): lambda: oracle.blind(
            logs, states, pinned.as_of
        ),
        ("department_linkage", "departments"): lambda: oracle.departments(states),
        ("department_linkage", "links"): lambda: oracle.lines(
            logs, states, pinned.district
        ),
        ("renovation", "estates"): lambda: oracle.estates_done(
            progress, pinned.day.year
        ),
        ("renovation", "progress"): lambda: oracle.progress_of(
            progress, "city", pinned.day.year
        ),
        ("renovation", "districts"): lambda: oracle.progress_by_district(
            logs, progress
        ),
        ("renovation", "district"): lambda: oracle.progress_of(
            progress, pinned.district, pinned.day.year
        ),
        ("renovation", "estates of the map"): lambda: oracle.estates(*clocks),
        ("renovation", "lifts"): lambda: oracle.lifts(*clocks),
        ("renovation", "centres"): lambda: oracle.centres(*clocks),
    }


def about(layer: str, sql: str) -> tuple[str, ...]:
    """The logs that a question is about."""
    return ABOUT_DISTRICTS[layer] if sql == "districts.sql" else REST[sql]


def why_unknown(logs: oracle.Logs, pinned: Pinned, about: tuple[str, ...]) -> str:
    """Why a question has no answer at a moment, by what its logs had; '' if it has one."""
    if pinned.is_beyond:
        return "no-data-after"
    is_live = min(pinned.as_of, pinned.known_at) >= pinned.newest_as_of
    was_heard = any(getattr(logs, name) for name in about)
    return (
        "nothing-known"
        if was_heard
        and not is_live
        and not oracle.is_known(logs, about, pinned.as_of, pinned.known_at)
        else ""
    )


def asked(
    service: QueryService,
    registry: Registry,
    logs: oracle.Logs,
    pinned: Pinned,
    city: City,
    tally: Tally,
    drawn_map: str,
) -> None:
    """Ask every block and every map of the three layers as faces do, and compare.

    Of one map compare also what is sent to be drawn.
    """
    wanted = wanted_rows(logs, pinned, city)
    at = (
        f"at {pinned.as_of} known {pinned.known_at} ({pinned.view.mode},"
        f" {pinned.district or 'city'})"
    )
    for layer in (
        registry.get(name)
        for name in ("drone_coverage", "department_linkage", "renovation")
    ):
        for panel in layer.panels:
            # A face asks it of a chosen district only.
            if panel.scope == "district" and not pinned.district:
                wanted.pop((layer.id, panel.name))
                continue
            answer = service.panel(layer, panel, pinned)
            tally.compare(
                f"{layer.id} {panel.name} {at}",
                answer.rows.to_pylist(),
                wanted.pop((layer.id, panel.name))(),
            )
            tally.compare(
                f"{layer.id} {panel.name} unknown {at}",
                answer.unknown,
                why_unknown(logs, pinned, about(layer.id, panel.question.sql)),
            )
        for data in layer.maps:
            name = "estates of the map" if data.name == "estates" else data.name
            rows = service.ask(
                layer.id,
                data.question.sql,
                service.map_question(layer.id, data.name, pinned)[1],
                pinned.snapshot,
            ).rows.to_pylist()
            tally.compare(
                f"{layer.id} {name} {at}", rows, wanted.pop((layer.id, name))()
            )
            if data.name != drawn_map:
                continue
            drawn_rows = (
                pa.ipc.open_stream(
                    service.map_arrow(
                        layer.id,
                        data.name,
                        *service.map_question(layer.id, data.name, pinned),
                    )
                )
                .read_all()
                .num_rows
            )
            shown = (
                0 if why_unknown(logs, pinned, REST[data.question.sql]) else len(rows)
            )
            tally.compare(f"{layer.id} {name} rows drawn {at}", drawn_rows, shown)
    assert not wanted


def said_by(snapshot: Snapshot, *names: str) -> dict[str, list[Row]]:
    """Rows of tables of a snapshot, each table in one order."""
    found: dict[str, list[Row]] = {}
    for name in names:
        cut = snapshot.tables.get(name)
        rows = (
            read(snapshot.root, list(cut.files))
            .select(TABLES[name].schema.names)
            .to_pylist()
            if cut and cut.files
            else []
        )
        found[name] = sorted(rows, key=lambda row: tuple(str(row[key]) for key in row))
    return found


def tables_compared(
    history: History, snapshot: Snapshot, city: City, tally: Tally
) -> None:
    """Hold every measure of a snapshot against the oracle, at the snapshot's own moment."""
    as_of, fresh = snapshot.as_of, city.settings["freshness"]
    held = {
        name: [row for row in rows if row["recorded_at"] <= as_of]
        for name, rows in history.rows.items()
    }
    logs = oracle.Logs(**held, **said_by(snapshot, *SAID))
    clocks, at = (logs, as_of, as_of), {"as_of": as_of}
    _, day_from = oracle.day_of(as_of, city.zone)
    states = oracle.links(*clocks, fresh["link_late_s"], fresh["link_down_s"])
    looks = [look for look in map(oracle.footprint, logs.drone_states) if look]
    wanted = {
        "link_health": [
            {name: row[name] for name in TABLES["link_health"].schema.names}
            for row in ({**row, **at} for row in states.values())
        ],
        "programme_progress": [
            {**row, "as_of": day_from} for row in oracle.progress(*clocks, city.zone)
        ],
        "indicator_latest": oracle.newest_values(*clocks, fresh["indicator_periods"]),
        "coverage": oracle.coverage_table(oracle.sights(*clocks, ground()), ground()),
        "footprints": looks,
    }
    said = said_by(snapshot, *wanted)
    for name, rows in wanted.items():
        key = TABLES[name].key
        tally.compare(
            f"{name} of the snapshot of {as_of}",
            sorted(said[name], key=lambda row: [str(row[each]) for each in key]),
            sorted(rows, key=lambda row: [str(row[each]) for each in key]),
        )


def view_of(
    history: History, cuts: list[datetime], districts: list[str], draw: random.Random
) -> View:
    """A view: live, of two random moments, of a snapshot's own, or of one that lies after
    all data.
    """
    kind = draw.random()
    of_snapshot = kind < 0.3
    moment = (
        None
        if kind < 0.1
        else draw.choice([*cuts, history.last])
        if of_snapshot
        else history.moment(draw)
    )
    if kind > 0.95:
        moment = history.last + oracle.HOUR * draw.random()
    told = moment or history.last
    later = (
        [None, None, None]
        if of_snapshot
        else [None, None, told, max(told, history.moment(draw)), history.last]
    )
    known_at = draw.choice([*later, min(told, history.moment(draw))])
    return View(
        as_of=moment,
        known_at=known_at,
        mode=draw.choice(["live", "live", "drill"]),
        window_s=draw.choice([3_600, 7_200, 86_400]),
        district=draw.choice(["", *districts]),
    )


def looked_back(seed: int, folder: Path, moments: int = MOMENTS) -> Tally:
    """Grow a history on disk with compaction and prune between, look at it from many
    moments; answer what was compared.
    """
    history, draw, tally = drawn(seed), random.Random(-seed), Tally()
    cuts = history.cuts(draw, 0)
    lake = Lake(folder / f"pieces-{seed}")
    _, city = grown(
        history,
        lake,
        cuts,
        draw,
        lambda snapshot, city: tables_compared(history, snapshot, city, tally),
    )
    registry = load_registry(city)
    service = QueryService(city, registry, lake.path)
    districts = city.reference["districts"]["district_id"].to_pylist()
    try:
        for _ in range(moments):
            pinned = pin(view_of(history, cuts, districts, draw), city, service.pointer)
            snapshot = find(lake, pinned.snapshot)
            logs = history.logs(said_by(snapshot, *SAID))
            asked(service, registry, logs, pinned, city, tally, draw.choice(MAPS))
            values_compared(service, logs, pinned, city, tally)
            tally.n_moments += 1
    finally:
        service.close()
    assert not tally.wrong, f"history {seed}: {len(tally.wrong)} differ:\n" + "\n".join(
        tally.wrong[:8]
    )
    return tally


def values_compared(
    service: QueryService, logs: oracle.Logs, pinned: Pinned, city: City, tally: Tally
) -> None:
    """Hold the newest values of indicators at two clocks against the oracle.

    No layer asks them yet.
    """
    fresh: Any = city.settings["freshness"]
    clocks = {"as_of": pinned.as_of, "known_at": pinned.known_at}
    with service._pool.open(pinned.snapshot) as (_, engine):
        said = engine.query(
            VALUES, {**clocks, "indicator_periods": fresh["indicator_periods"]}
        ).to_pylist()
    tally.compare(
        f"newest values at {clocks}",
        said,
        oracle.newest_values(
            logs, pinned.as_of, pinned.known_at, fresh["indicator_periods"]
        ),
    )


def pieces_and_whole(seed: int, folder: Path) -> None:
    """Publish a history in pieces and at once; hold every table of one against the other's."""
    history, draw = drawn(seed), random.Random(-seed)
    cuts = history.cuts(draw, 1)
    pieces, city = grown(history, Lake(folder / f"cut-{seed}"), cuts, draw)
    whole, _ = grown(
        replace(history, city=city), Lake(folder / f"whole-{seed}"), [], None
    )
    one, other = (
        said_by(snapshot, *sorted(pieces.tables.keys() | whole.tables.keys()))
        for snapshot in (pieces, whole)
    )
    for table in one:
        assert one[table] == other[table], (
            f"history {seed}: {table} in pieces is not {table} at once"
        )


@pytest.mark.parametrize("seed", IN_CI)
def test_fleet_links_and_programmes_of_a_lake_that_lived_on_are_what_the_logs_say(
    seed: int, tmp_path: Path
):
    tally = looked_back(seed, tmp_path)

    assert (tally.n_moments, tally.n_values > 100 * MOMENTS) == (MOMENTS, True)


@pytest.mark.parametrize("seed", IN_PIECES)
def test_publishing_them_in_pieces_leaves_the_tables_of_publishing_at_once(
    seed: int, tmp_path: Path
):
    pieces_and_whole(seed, tmp_path)


def test_a_link_looked_at_from_an_older_snapshot_is_judged_by_the_limits_of_now(
    tmp_path: Path,
):
    """Silent for 90 s: down when two minutes of silence were not allowed yet, and fine by
    the limits that were set since.
    """
    as_of = datetime(2026, 7, 16, 9, tzinfo=UTC)
    heard_at = as_of - timedelta(seconds=90)
    probe = {
        "dept_id": "D01",
        "occurred_at": heard_at,
        "recorded_at": heard_at,
        "is_ok": True,
        "latency_ms": 20,
        "n_records": 1,
        "last_record_at": heard_at,
        "source": "test",
    }
    lake, city = Lake(tmp_path / "lake"), trio()
    rows = Batch(
        "link_probes",
        pa.Table.from_pylist([probe], schema=TABLES["link_probes"].schema),
        "test",
        "test",
    )
    for down_s, moment, batches in (
        (60, as_of, [rows]),
        (120, as_of + oracle.HOUR, []),
    ):
        city = replace(
            city,
            settings={
                **city.settings,
                "freshness": {**city.settings["freshness"], "link_down_s": down_s},
            },
        )
        publish(
            lake,
            city,
            batches,
            as_of=moment,
            simulated=True,
            now=lambda moment=moment: moment,
        )
    registry = load_registry(city)
    service = QueryService(city, registry, lake.path)
    layer = registry.get("department_linkage")
    tiles = next(panel for panel in layer.panels if panel.name == "tiles")

    said = []
    for moment in (as_of, as_of + oracle.US):
        rows = service.panel(
            layer, tiles, pin(View(as_of=moment), city, service.pointer)
        ).rows.to_pylist()
        said.append((rows[0]["state"], rows[0]["since_s"], rows[0]["last_record_s"]))
    service.close()

    assert said == [("ok", None, 90), ("ok", None, 90)]


@pytest.mark.soak
def test_many_histories_of_all_that_is_not_events(tmp_path: Path):
    totals = [looked_back(seed, tmp_path, 12) for seed in IN_SOAK]
    for seed in IN_SOAK:
        pieces_and_whole(seed, tmp_path)
    said = (
        f"{len(totals)} histories, {sum(each.n_moments for each in totals)} moments,"
        f" {sum(each.n_values for each in totals)} values, 0 differences"
    )
    (Path(__file__).parents[2] / "out").mkdir(exist_ok=True)
    (Path(__file__).parents[2] / "out" / "histories-rest.txt").write_text(
        said, encoding="utf-8"
    )
