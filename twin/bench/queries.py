"""Each layer's questions over many events, against a bare scan of the columns that they name."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from layers.registry import load_registry
from twin.contracts import TABLES
from twin.engine import Engine, Sql, load_sql, parse_sql
from twin.errors import UsageError
from twin.query import binding
from twin.store import files
from twin.view import Pointer, View, pin

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

    from twin.city import City
    from twin.layer import Layer, Question

RUNS = 7

# Moments that no event of the bench has: nothing about it was ever corrected.
_NEVER = (
    "known_to",
    "holds_from",
    "holds_to",
    "refused_known_at",
    "closed_by_at",
    "closed_by_known_at",
)


@dataclass(frozen=True)
class Measured:
    """One line of the report: a median with its unit, and the goal if there is one."""

    what: str
    value: float
    unit: str
    goal: str = ""


def median_ms(work: Callable[[], object], runs: int = RUNS) -> float:
    """Return the median time of `work`, ms, after one run that does not count."""
    work()
    times: list[float] = []
    for _ in range(runs):
        begun = time.perf_counter()
        work()
        times.append((time.perf_counter() - begun) * 1_000)
    return statistics.median(times)


def many_facts(city: City, n: int, as_of: datetime, seed: int = 716) -> pa.Table:
    """Return `n` rows of `event_facts` over the last two years.

    Places, times and clocks are as a city has them, drawn at random.

    Raises:
        UsageError: the city has no streets or no event sources to draw from.
    """
    draw = np.random.default_rng(seed)
    streets, sources = _drawn_from(city)
    at = draw.integers(0, streets.num_rows, n)
    age_s = draw.integers(0, 730 * 86_400, n)
    response = draw.lognormal(4.5, 0.6, n).astype(np.int64)
    closure = response + draw.lognormal(7.2, 0.7, n).astype(np.int64)
    start = np.datetime64(as_of.replace(tzinfo=None), "us") - age_s.astype(
        "timedelta64[s]"
    )
    spread = draw.normal(0, 6_000, (2, n)).astype(np.int32)
    columns: dict[str, Any] = {
        "event_id": pa.array(np.char.add("B", np.arange(n).astype(str))),
        "version": np.ones(n, np.int16),
        "occurred_at": _utc(start),
        "created_at": _utc(start),
        "mode": _same("live", n),
        "source_id": sources[draw.integers(0, len(sources), n)],
        "category": np.array(["a", "b", "c", "d"])[draw.integers(0, 4, n)],
        "title": np.array(["a", "b"])[draw.integers(0, 2, n)],
        "priority": (
            draw.choice([1, 2, 3, 4], n, p=[0.01, 0.05, 0.2, 0.74]).astype(np.int8)
        ),
        "level": _same("district", n),
        "is_proactive": draw.random(n) < 0.6,
        "district_id": streets["district_id"].take(pa.array(at)),
        "street_code": streets["street_code"].take(pa.array(at)),
        "lon_ud": streets["lon_ud"].to_numpy()[at] + spread[0],
        "lat_ud": streets["lat_ud"].to_numpy()[at] + spread[1],
        "source": _same("bench", n),
        "known_from": _utc(start),
        **{name: pa.nulls(n, _MOMENT) for name in _NEVER},
        "response_target_s": np.full(n, 120, np.int32),
        "closure_target_s": np.full(n, 1_800, np.int32),
        **_steps(start, age_s, response, closure),
    }
    schema = TABLES["event_facts"].schema
    return pa.table({name: columns[name] for name in schema.names}).cast(schema)


def _drawn_from(city: City) -> tuple[pa.Table, NDArray[np.str_]]:
    """Return the streets and the ids of the event sources of a city that has both."""
    streets, sources = city.reference["streets"], city.reference["event_sources"]
    if not streets.num_rows or not sources.num_rows:
        raise UsageError(
            f"The city {city.id} has no streets or no event sources, and the bench"
            " draws events at both.",
            fix=(
                "name another city with --city, such as one that comes with the"
                " program."
            ),
        )
    return streets, np.array(sources["source_id"].to_pylist())


def _steps(
    start: NDArray[np.datetime64],
    age_s: NDArray[np.int64],
    response: NDArray[np.int64],
    closure: NDArray[np.int64],
) -> dict[str, pa.Array]:
    """Return the moments of each step and when they were known, null if still ahead."""
    steps = {
        "sense": 0 * response,
        "monitor": response // 4,
        "judge": response // 3,
        "warn": response // 2,
        "acked": response,
        "handle": response,
        "arrived": response * 4,
        "done": closure - 60,
        "closed": closure,
        "evaluate": closure,
    }
    columns: dict[str, pa.Array] = {}
    for name, after in steps.items():
        moments = _utc(start + after.astype("timedelta64[s]"), absent=age_s < after)
        columns |= {f"{name}_at": moments, f"{name}_known_at": moments}
    return columns


_MOMENT = pa.timestamp("us", tz="UTC")


def _utc(
    moments: NDArray[np.datetime64], absent: NDArray[np.bool_] | None = None
) -> pa.Array:
    return pa.array(moments, pa.timestamp("us"), mask=absent).cast(_MOMENT)


def _same(word: str, n: int) -> pa.Array:
    return pa.array([word]).take(pa.array(np.zeros(n, np.int8)))


def laid_out(root: Path, rows: pa.Table) -> list[Path]:
    """Write `rows` of `event_facts` as a lake that is compacted now and then would.

    Return the files.
    """
    table = TABLES["event_facts"]
    newest: datetime = pc.max(rows["occurred_at"]).as_py()

    def folded(day: date) -> str:
        return files.folded_chunk(table, f"{day:%Y-%m-%d}", newest)

    return [root / file.path for file in files.write(root, table, rows, name=folded)]


def scan(engine: Engine, sql: Sql, params: Mapping[str, object]) -> Sql:
    """Return the least that any answer to `sql` over `event_facts` must do.

    It must read and add up the columns that the query reads.
    """
    read = engine.columns_read(sql, params)
    columns = [
        column for column in TABLES["event_facts"].columns if column.name in read
    ]
    sums = [_summed(column.name, column.type) for column in columns]
    text = "\n".join(
        (
            "-- scan.sql: a bare scan",
            "-- reads event_facts",
            "-- column n BIGINT - sums",
            "-- rows one",
            f"SELECT {', '.join(sums) or 'count(*)'} FROM event_facts",
        )
    )
    return parse_sql(text, f"scan of {sql.name}")


def _summed(name: str, kind: pa.DataType) -> str:
    """Return the cheapest sum that reads every value of a column."""
    if pa.types.is_string(kind):
        return f"sum(strlen({name}))"
    return (
        f"sum({name})"
        if pa.types.is_integer(kind)
        else (
            f"count(CASE WHEN {name} THEN 1 END)"
            if pa.types.is_boolean(kind)
            else f"max({name})"
        )
    )


def against_scan(
    engine: Engine, sql: Sql, params: Mapping[str, object]
) -> tuple[float, float]:
    """Return the medians of `sql` and of a bare scan of its columns, ms.

    Both run in the same engine over the same files.
    """
    bare = scan(engine, sql, params)
    return median_ms(lambda: engine.query(sql, params)), median_ms(
        lambda: engine.query(bare, {})
    )


def busiest(city: City) -> str:
    """Return the district with the most people."""
    rows = city.reference["districts"].to_pylist()
    return max(
        (row for row in rows if row["population"] and row["kind"] == "district"),
        key=lambda row: row["population"],
    )["district_id"]


def measure(city: City, root: Path, n: int, as_of: datetime) -> list[Measured]:
    """Return how long each question of a layer that reads `event_facts` takes.

    For each, its median over `n` events and the ratio to a bare scan. What begins with the log
    of stages, which is empty here, would read no event.
    """
    root.mkdir(parents=True)
    paths = {"event_facts": laid_out(root, many_facts(city, n, as_of))}
    paths |= {
        name: [root / file.path for file in files.write(root, TABLES[name], rows)]
        for name, rows in city.reference.items()
    }
    pinned = pin(View(district=busiest(city)), city, lambda _: Pointer("bench", as_of))
    given = binding.of_city(city)
    lines: list[Measured] = []
    with Engine.from_files(paths, root=root) as engine:
        for layer in load_registry(city).layers:
            for part, question in _asked(layer):
                sql = load_sql(layer.folder / question.sql)
                if "event_facts" in sql.reads and "event_stages" not in sql.reads:
                    params = binding.bind(sql, question, pinned, given)
                    name = f"{layer.id}/{sql.name} ({part}) over {n:,} events"
                    lines += _told(name, *against_scan(engine, sql, params))
    return lines


def _asked(layer: Layer) -> list[tuple[str, Question]]:
    """Return the questions of a layer and what they are for; of tiles the first that is full.

    Where a scale's steps begin hangs on the data, but not how long it takes to ask by them.
    """
    found: list[tuple[str, Question]] = []
    for data in layer.maps:
        found.append((data.name, binding.of_map(data, range(1, 7))))
        if data.steps and data.steps.question not in [each for _, each in found]:
            found.append((f"{data.name}'s steps", data.steps.question))
    if layer.counts:
        found.append(("counts", layer.counts))
    return [*found, *((panel.name, panel.question) for panel in layer.panels)]


def _told(name: str, spent: float, bare: float) -> list[Measured]:
    ratio = Measured(f"{name}, against a bare scan", spent / bare, "x", "goal <= 2")
    return [Measured(name, spent, "ms"), ratio]
