"""Each layer's questions over many events, against a bare scan of the columns that they name."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa

from layers.registry import load_registry
from twin.contracts import TABLES
from twin.engine import Engine, Sql, load_sql, parse_sql
from twin.query import links
from twin.store import files
from twin.view import Pointer, View, pin

if TYPE_CHECKING:
    from pathlib import Path

    from twin.city import City

RUNS = 7


@dataclass(frozen=True)
class Measured:
    """One line of the report: a median with its unit, and the goal if there is one."""

    what: str
    value: float
    unit: str
    goal: str = ""


def median_ms(work: Callable[[], object], runs: int = RUNS) -> float:
    """Answer the median time of `work`, ms, after one run that does not count."""
    work()
    times: list[float] = []
    for _ in range(runs):
        begun = time.perf_counter()
        work()
        times.append((time.perf_counter() - begun) * 1_000)
    return statistics.median(times)


def many_facts(city: City, n: int, as_of: datetime, seed: int = 716) -> pa.Table:
    """Answer `n` rows of `event_facts` over the last two years: places, times and clocks as a city has them, drawn at random."""
    draw = np.random.default_rng(seed)
    streets = city.reference["streets"]
    at = draw.integers(0, streets.num_rows, n)
    age_s = draw.integers(0, 730 * 86_400, n)
    priority = draw.choice([1, 2, 3, 4], n, p=[0.01, 0.05, 0.2, 0.74]).astype(np.int8)
    response = draw.lognormal(4.5, 0.6, n).astype(np.int32)
    closure = response + draw.lognormal(7.2, 0.7, n).astype(np.int32)
    is_open = age_s < closure
    start = np.datetime64(as_of.replace(tzinfo=None), "us") - age_s.astype("timedelta64[s]")
    moments = pa.array(start, pa.timestamp("us")).cast(pa.timestamp("us", tz="UTC"))
    sources = np.array(city.reference["event_sources"]["source_id"].to_pylist())
    spread = draw.normal(0, 6_000, (2, n)).astype(np.int32)
    columns: dict[str, Any] = {
        "event_id": pa.array(np.char.add("B", np.arange(n).astype(str))), "version": np.ones(n, np.int16), "occurred_at": moments,
        "created_at": moments, "mode": pa.array(["live"]).take(pa.array(np.zeros(n, np.int8))),
        "source_id": sources[draw.integers(0, len(sources), n)], "category": np.array(["a", "b", "c", "d"])[draw.integers(0, 4, n)],
        "title": np.array(["a", "b"])[draw.integers(0, 2, n)], "priority": priority, "level": np.array(["district"])[np.zeros(n, int)],
        "is_proactive": draw.random(n) < 0.6, "district_id": streets["district_id"].take(pa.array(at)), "street_code": streets["street_code"].take(pa.array(at)),
        "lon_ud": streets["lon_ud"].to_numpy()[at] + spread[0], "lat_ud": streets["lat_ud"].to_numpy()[at] + spread[1],
        "source": np.array(["bench"])[np.zeros(n, int)], "known_from": moments, "known_to": pa.nulls(n, pa.timestamp("us", tz="UTC")),
        "response_s": response, "response_known_s": response, "arrive_s": response * 4, "done_s": closure,
        "closure_s": pa.array(closure, mask=is_open), "closure_known_s": pa.array(closure, mask=is_open), "n_units": np.ones(n, np.int16),
        "n_arrived": np.ones(n, np.int16), "response_target_s": np.full(n, 120, np.int32), "closure_target_s": np.full(n, 1_800, np.int32)}
    columns |= {f"{stage}_s": (response * step).astype(np.int32) for step, stage in enumerate(("sense", "monitor", "judge", "warn", "handle"))}
    columns["evaluate_s"] = pa.array(closure, mask=is_open)
    schema = TABLES["event_facts"].schema
    return pa.table({name: columns[name] for name in schema.names}).cast(schema)


def laid_out(root: Path, rows: pa.Table) -> list[Path]:
    """Write `rows` of `event_facts` as a lake would; answer the files."""
    return [root / file.path for file in files.write(root, TABLES["event_facts"], rows)]


def scan(sql: Sql) -> Sql:
    """Answer the least that any answer to `sql` over `event_facts` must do: read and add up the columns that it names."""
    body = "\n".join(line for line in sql.text.splitlines() if not line.lstrip().startswith("--"))
    columns = [column for column in TABLES["event_facts"].columns if column.name in body.replace("(", " ").replace(")", " ").replace(",", " ").replace(".", " ").split()]
    sums = [_summed(column.name, column.type) for column in columns]
    text = "\n".join(("-- scan.sql: a bare scan", "-- reads event_facts", "-- column n BIGINT - sums", "-- rows one", f"SELECT {', '.join(sums)} FROM event_facts"))
    return parse_sql(text, f"scan of {sql.name}")


def _summed(name: str, kind: pa.DataType) -> str:
    """Answer the cheapest sum that reads every value of a column."""
    if pa.types.is_string(kind):
        return f"sum(strlen({name}))"
    return f"sum({name})" if pa.types.is_integer(kind) else f"count(CASE WHEN {name} THEN 1 END)" if pa.types.is_boolean(kind) else f"max({name})"


def against_scan(engine: Engine, sql: Sql, params: Mapping[str, object]) -> tuple[float, float]:
    """Answer the medians of `sql` and of a bare scan of its columns, ms, same engine, same files."""
    bare = scan(sql)
    return median_ms(lambda: engine.query(sql, params)), median_ms(lambda: engine.query(bare, {}))




def busiest(city: City) -> str:
    """Answer the district with the most people."""
    rows = city.reference["districts"].to_pylist()
    return max((row for row in rows if row["population"] and row["kind"] == "district"), key=lambda row: row["population"])["district_id"]


def measure(city: City, root: Path, n: int, as_of: datetime) -> list[Measured]:
    """Answer, for each question of a layer that reads `event_facts`, its median over `n` events and the ratio to a bare scan."""
    root.mkdir(parents=True)
    paths = {"event_facts": laid_out(root, many_facts(city, n, as_of))}
    paths |= {name: [root / file.path for file in files.write(root, TABLES[name], rows)] for name, rows in city.reference.items()}
    pinned = pin(View(district=busiest(city)), city, lambda _: Pointer("bench", as_of))
    given = links.of_city(city)
    lines: list[Measured] = []
    with Engine.over(paths, root=root) as engine:
        for layer in load_registry(city).layers:
            asked = {(part.sql, part.ask) for part in (*layer.maps, *layer.blocks)}
            for name, ask in sorted(asked, key=lambda each: each[0]):
                question = load_sql(layer.folder / name)
                if "event_facts" in question.reads:
                    spent, bare = against_scan(engine, question, links.fill(question, ask(pinned), given))
                    lines += [Measured(f"{layer.id}/{name} over {n:,} events", spent, "ms"),
                              Measured(f"{layer.id}/{name} over {n:,} events, against a bare scan", spent / bare, "x", "goal <= 2")]
    return lines
