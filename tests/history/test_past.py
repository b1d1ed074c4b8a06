"""The past is the past: for random histories, cut into random publishes, every figure of
events at any two clocks equals an oracle that reads the raw logs and shares no code; and
many publishes leave the tables that one would.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

import layers
from layers.registry import load_registry
from tests.history.histories import TRIO, History, Row, drawn, grown, targets
from tests.measures.rows import Growing
from tests.oracles import history as oracle
from twin.city import City
from twin.contracts import TABLES
from twin.engine import Engine, load_sql
from twin.pack import load_city
from twin.query import QueryService, binding
from twin.store import Lake, Snapshot, find
from twin.store.files import read
from twin.view import Pinned, Pointer, View, pin

IN_CI, IN_MEMORY, IN_SOAK = range(1, 4), range(100, 108), range(1_000, 1_400)
MOMENTS = 6
CASES = ("n", "n_judged", "n_on_time", "n_reference")
ASKS = {
    (layer.id, panel.question.sql): panel.question
    for layer in load_registry(load_city(TRIO)).layers
    for panel in layer.panels
    if panel.question.moment == "view"
}
NOT_NARROWED: Row = {
    "of_source": "all",
    "of_category": "all",
    "of_categories": (),
    "of_priority": 0,
    "of_stage": "all",
    "of_level": "all",
}
FILTERS: tuple[Row, ...] = (
    NOT_NARROWED,
    {**NOT_NARROWED, "of_source": "S01"},
    {**NOT_NARROWED, "of_priority": 2},
    {**NOT_NARROWED, "of_stage": "handle"},
    {**NOT_NARROWED, "of_category": "a"},
    {**NOT_NARROWED, "of_categories": ("b", "c"), "of_level": "city"},
)


def same(said: Any, wanted: Any) -> bool:
    """Whether two values agree, floats to twelve digits."""
    if isinstance(wanted, (list, tuple)):
        return (
            said is not None
            and len(said) == len(wanted)
            and all(map(same, said, wanted))
        )
    if isinstance(wanted, float) or isinstance(said, float):
        return (
            said is not None
            and wanted is not None
            and said == pytest.approx(wanted, rel=1e-12, abs=1e-9)
        )
    return bool(said == wanted)


@dataclass(frozen=True)
class Asker:
    """Asks a layer's question of one pinned moment: `answer` takes layer, file and parameters."""

    pinned: Pinned
    answer: Callable[[str, str, Mapping[str, Any]], list[Row]]
    city: City

    @property
    def clocks(self) -> Row:
        """Both clocks, as parameters."""
        return {"as_of": self.pinned.as_of, "known_at": self.pinned.known_at}

    @property
    def usual(self) -> Row:
        """What the questions of a day ask."""
        return {
            **self.clocks,
            "day_from": self.pinned.day_from,
            "mode": self.pinned.view.mode,
        }

    def rows(self, layer: str, sql: str, **params: Any) -> list[Row]:
        """The rows of the answer."""
        return self.answer(layer, sql, params)

    def figures(self, layer: str, sql: str) -> dict[str, Row]:
        """Figures by their id, with what stands beside them."""
        kept = ("value", "compare", "trace", "usual_low", "usual_high")
        return {
            row["figure"]: {name: row[name] for name in (*kept, *CASES) if name in row}
            for row in self.as_asked(layer, sql)
        }

    def as_asked(self, layer: str, sql: str, **params: Any) -> list[Row]:
        """The rows of the answer to what the layer itself asks, but for some parameters."""
        question = load_sql(Path(layers.__file__).parent / layer / sql)
        given = binding.of_city(self.city)
        asked = binding.bind(question, ASKS[layer, sql], self.pinned, given)
        return self.answer(layer, sql, {**asked, **params})


def differences(
    ask: Asker, logs: oracle.Logs, draw: random.Random, city: City
) -> tuple[int, list[str]]:
    """Compare every question of events with the oracle.

    Return how many values were compared, and what differs.
    """
    compared = Compared(ask, logs, city)
    compared.headline()
    for district in ("", draw.choice(compared.districts)):
        compared.attention(district)
        compared.hours(district)
    compared.stages()
    compared.district(draw.choice(compared.districts))
    compared.side_by_side()
    drawn_too(ask, compared.clocks, draw.choice(FILTERS), compared.value)
    return compared.n, compared.wrong


class Compared:
    """Answers held against the oracle: how many values were compared, and what differs."""

    def __init__(self, ask: Asker, logs: oracle.Logs, city: City) -> None:
        self.ask, self.zone, self.mode = ask, city.zone, ask.pinned.view.mode
        self.clocks = logs, ask.pinned.as_of, ask.pinned.known_at
        self.places: list[Row] = city.reference["districts"].to_pylist()
        self.districts: list[str] = [row["district_id"] for row in self.places]
        self.zones = {
            row["street_code"]: row["zone_id"]
            for row in city.reference["streets"].to_pylist()
            if row["zone_id"]
        }
        self.n = 0
        self.wrong: list[str] = []

    def of(self, district: str) -> Row:
        """A district, as parameters."""
        return {
            "district": district,
            "zone_streets": tuple(
                street for street, its in self.zones.items() if its == district
            ),
        }

    def value(self, what: str, said: Any, wanted: Any) -> None:
        """Compare one value."""
        self.n += 1
        if not same(said, wanted):
            pinned = self.ask.pinned
            self.wrong.append(
                f"{what} at {pinned.as_of} known {pinned.known_at} ({self.mode}): said"
                f" {said}, the logs say {wanted}"
            )

    def headline(self) -> None:
        """Compare the figures of the whole city."""
        for sql, figures in (
            ("events.sql", oracle.headline_events),
            ("clocks.sql", oracle.headline_clocks),
            ("proactive.sql", oracle.headline_proactive),
        ):
            said = self.ask.figures("headline", sql)
            wanted = figures(*self.clocks, self.zone, self.mode)
            self.value(sql, sorted(said), sorted(wanted))
            for name, row in wanted.items():
                for part, value in row.items():
                    self.value(f"{name}.{part}", said.get(name, {}).get(part), value)

    def attention(self, district: str) -> None:
        """Compare what needs attention."""
        wanted = oracle.attention(*self.clocks, self.mode, district, 99, self.zones)
        said = self.ask.rows(
            "attention",
            "rows.sql",
            **self.ask.clocks,
            mode=self.mode,
            **self.of(district),
            most=99,
        )
        self.value(
            "attention", [row["id"] for row in said], [row["id"] for row in wanted]
        )
        for one, other in zip(said, wanted, strict=False):
            for part, value in other.items():
                self.value(f"attention {other['id']}.{part}", one[part], value)

    def hours(self, district: str) -> None:
        """Compare the hours of today, which add up to its events."""
        names = ("at", "value", "usual_low", "usual_high", "usual_n")
        hours = [
            tuple(row[name] for name in names)
            for row in self.ask.as_asked("districts", "day.sql", **self.of(district))
        ]
        among = district, self.zones, {*self.districts}
        self.value(
            "hours of today",
            hours,
            oracle.by_hour(*self.clocks, self.zone, self.mode, *among),
        )
        counted = (
            oracle.district_now(*self.clocks, self.zone, self.mode, *among)[0][0] or 0
            if district
            else oracle.events_today(*self.clocks, self.zone, self.mode)
        )
        self.value("and they add up", sum(row[1] or 0 for row in hours), counted)

    def stages(self) -> None:
        """Compare where the work stands."""
        said = [
            (row["stage"], row["n"], row["n_today"])
            for row in self.ask.rows("attention", "stages.sql", **self.ask.usual)
        ]
        day_from = self.ask.pinned.day_from
        self.value("stages", said, oracle.stages(*self.clocks, day_from, self.mode))

    def district(self, district: str) -> None:
        """Compare the figures of one district."""
        said = [
            (
                row["value"],
                row["compare"],
                *(row[name] for name in CASES if row[name] is not None),
            )
            for row in self.ask.as_asked("districts", "now.sql", **self.of(district))
        ]
        among = district, self.zones, {*self.districts}
        self.value(
            f"district {district}",
            said,
            oracle.district_now(*self.clocks, self.zone, self.mode, *among),
        )

    def side_by_side(self) -> None:
        """Compare the table of the districts, with the unknown one and the total."""
        names = (
            "events_today",
            "open_now",
            "overdue_now",
            "closed_today",
            "refused_now",
        )
        called: dict[str, str | None] = {"unknown": "", "total": None}
        said = [
            (
                called.get(row["kind"], row["district_id"]),
                *(row[name] for name in names),
            )
            for row in self.ask.rows("districts", "counts.sql", **self.ask.usual)
        ]
        day_from = self.ask.pinned.day_from
        self.value(
            "districts side by side",
            said,
            oracle.district_counts(
                *self.clocks, day_from, self.mode, self.places, self.zones
            ),
        )


def drawn_too(ask: Asker, clocks: tuple[Any, ...], filters: Row, compare: Any) -> None:
    """Compare what the map draws."""
    mode, window = ask.pinned.view.mode, ask.pinned.window_from
    wanted = oracle.marks(*clocks, mode, filters)
    said = ask.rows(
        "event_heat",
        "marks.sql",
        **ask.clocks,
        mode=mode,
        most=999,
        **filters,
    )
    compare(
        "marks",
        (
            sorted(
                [{name: row[name] for name in wanted[0]} for row in said],
                key=lambda row: row["event_id"],
            )
            if wanted
            else said
        ),
        wanted,
    )
    given = {**ask.clocks, **filters, "mode": mode, "window_from": window}
    steps = ask.rows("event_heat", "steps.sql", **given, least_days=3)
    counted = {row["side_m"]: row["n"] for row in steps}
    compare("heat", counted[250], oracle.heat(*clocks, mode, window, filters))
    long = min(window, clocks[1] - timedelta(days=3))
    compare("street", counted[25], oracle.heat(*clocks, mode, long, filters))


def targets_of(lake: Lake, snapshot_id: str) -> list[Row]:
    """The targets that stood in the snapshot that answers."""
    snapshot = find(lake, snapshot_id)
    return read(snapshot.root, list(snapshot.tables["sla_targets"].files)).to_pylist()


def view_of(history: History, draw: random.Random) -> View:
    """Return a view of two random moments.

    It is mostly as known then, sometimes as known later, or of what was known before.
    """
    as_of = history.moment(draw)
    known_at = draw.choice(
        [
            as_of,
            as_of,
            max(as_of, history.moment(draw)),
            history.moment(draw),
            history.last,
        ]
    )
    return View(
        as_of=as_of,
        known_at=known_at,
        mode=draw.choice(["live", "live", "drill"]),
        window_s=draw.choice([3_600, 86_400]),
    )


def looked_back(seed: int, folder: Path, moments: int = MOMENTS) -> tuple[int, int]:
    """Grow a history on disk with compaction and prune between, look at it from many
    moments; answer moments and values.
    """
    history, draw = drawn(seed), random.Random(-seed)
    cuts = sorted(history.moment(draw) for _ in range(draw.randint(0, 6)))
    lake = Lake(folder / f"pieces-{seed}")
    _, city = grown(history, lake, cuts, draw)
    service = QueryService(city, load_registry(city), lake.path)
    n_values = 0
    try:
        for _ in range(moments):
            pinned = pin(view_of(history, draw), city, service.pointer)
            logs = history.logs(targets_of(lake, pinned.snapshot))
            ask = Asker(
                pinned,
                lambda layer, sql, params, at=pinned.snapshot: service.ask(
                    layer, sql, params, at
                ).rows.to_pylist(),
                city,
            )
            n, wrong = differences(ask, logs, draw, city)
            assert not wrong, f"history {seed}: " + "\n".join(wrong[:5])
            n_values += n
    finally:
        service.close()
    return moments, n_values


def looked_at_in_memory(seed: int, moments: int = MOMENTS) -> tuple[int, int]:
    """Work out the facts of a history in memory and look at it from many moments.

    Return how many moments and values were compared.
    """
    history, draw = drawn(seed), random.Random(seed)
    city = targets(draw, history.city)
    given = {
        name: pa.Table.from_pylist(rows, schema=TABLES[name].schema)
        for name, rows in history.rows.items()
    }
    lake = Growing(city).publish(history.last, **dict(city.reference), **given)
    logs, of_city = (
        history.logs(city.reference["sla_targets"].to_pylist()),
        binding.of_city(city),
    )
    n_values = 0
    with Engine.from_tables(lake.tables) as engine:

        def answer(layer: str, sql: str, params: Mapping[str, Any]) -> list[Row]:
            question = load_sql(Path(layers.__file__).parent / layer / sql)
            return engine.query(
                question, binding.fill(question, params, of_city)
            ).to_pylist()

        for _ in range(moments):
            pinned = pin(
                view_of(history, draw),
                city,
                lambda _moment: Pointer("memory", history.last),
            )
            n, wrong = differences(Asker(pinned, answer, city), logs, draw, city)
            assert not wrong, f"history {seed}: " + "\n".join(wrong[:5])
            n_values += n
    return moments, n_values


@pytest.mark.parametrize("seed", IN_CI)
def test_every_figure_of_a_lake_that_lived_on_is_what_the_logs_say(
    seed: int, tmp_path: Path
):
    n_moments, n_values = looked_back(seed, tmp_path)

    assert (n_moments, n_values > 25 * MOMENTS) == (MOMENTS, True)


@pytest.mark.parametrize("seed", IN_MEMORY)
def test_every_figure_at_any_two_clocks_is_what_the_logs_say(seed: int):
    n_moments, n_values = looked_at_in_memory(seed)

    assert (n_moments, n_values > 25 * MOMENTS) == (MOMENTS, True)


def rows_of(snapshot: Snapshot) -> dict[str, list[Row]]:
    """Every table of a snapshot, in one order."""
    found = {}
    for name, cut in snapshot.tables.items():
        if cut.files:
            rows = (
                read(snapshot.root, list(cut.files))
                .select(TABLES[name].schema.names)
                .to_pylist()
            )
            found[name] = sorted(
                rows, key=lambda row: tuple(str(row[key]) for key in row)
            )
    return found


def pieces_and_whole(seed: int, folder: Path) -> None:
    """Publish a history in pieces and at once; hold every table of one against the other's."""
    history, draw = drawn(seed), random.Random(-seed)
    cuts = sorted(history.moment(draw) for _ in range(draw.randint(1, 8)))
    pieces, city = grown(history, Lake(folder / f"cut-{seed}"), cuts, draw)
    whole, _ = grown(
        replace(history, city=city), Lake(folder / f"whole-{seed}"), [], None
    )
    one, other = rows_of(pieces), rows_of(whole)
    for table in sorted(one.keys() | other.keys()):
        assert one.get(table, []) == other.get(table, []), (
            f"history {seed}: {table} in pieces is not {table} at once"
        )


@pytest.mark.parametrize("seed", IN_CI)
def test_publishing_in_pieces_leaves_the_tables_of_publishing_at_once(
    seed: int, tmp_path: Path
):
    pieces_and_whole(seed, tmp_path)


@pytest.mark.soak
def test_many_histories(tmp_path: Path):
    totals = [looked_back(seed, tmp_path, 10) for seed in IN_SOAK] + [
        looked_at_in_memory(-seed, 10) for seed in IN_SOAK
    ]
    for seed in IN_SOAK:
        pieces_and_whole(seed, tmp_path)
    said = (
        f"{len(totals)} histories, {sum(n for n, _ in totals)} moments,"
        f" {sum(n for _, n in totals)} values, 0 differences"
    )
    (Path(__file__).parents[2] / "out").mkdir(exist_ok=True)
    (Path(__file__).parents[2] / "out" / "histories.txt").write_text(
        said, encoding="utf-8"
    )
