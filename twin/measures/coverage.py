"""When a camera last saw each cell of the 50 m raster, in the 24 h before a moment."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from twin.contracts import TABLES
from twin.contracts.measured import COVERAGE
from twin.engine import Sql, load_sql
from twin.geography import label, read_outlines
from twin.measures import swaths
from twin.measures.definition import Definition
from twin.measures.footprints import RULE, footprints
from twin.measures.state import Measure, MeasureUpdate, News, State

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from twin.city import City, Raster

Query = Callable[[Sql, Mapping[str, object]], pa.Table]

# What was seen longer ago is not told.
KEPT = timedelta(hours=24)

# A swath may begin so long before its first row.
GAP = timedelta(microseconds=swaths.GAP_US)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_US = timedelta(microseconds=1)
_SIGHTS, _SINCE = (
    load_sql(Path(__file__).with_name(f"{name}.sql"))
    for name in ("sights", "sights_since")
)


def coverage(
    rings: pa.Table,
    raster: Raster,
    labels: NDArray[np.int16],
    ids: list[str],
    as_of: datetime,
    before: pa.Table | None = None,
) -> pa.Table:
    """Return rows of `coverage`: one per cell seen in the 24 h before `as_of`, the newest moment.

    A cell is seen if its centre lies in a footprint. Between two heartbeats of one aircraft that
    are at most a minute apart, the footprint is moved along in steps of half its shorter side, so
    that the swath has no holes; it keeps the shape of the nearer heartbeat.

    Args:
        rings: rows of `footprints`, none later than `as_of`.
        labels: label raster (n_y, n_x) of districts, index into `ids`, negative outside.
        before: rows of `footprints` that swaths may go on from; not counted again.
    """
    parts = [(rings, True), (before, False)]
    marked = [_marked(part, is_new) for part, is_new in parts if part is not None]
    rows = pa.concat_tables(marked).sort_by(
        [("drone_id", "ascending"), ("occurred_at", "ascending")]
    )
    flat, seen = swaths.swept(
        rows, rows["is_new"].to_numpy(), raster, _us(as_of - KEPT)
    )
    return _rows(flat, seen, labels[np.divmod(flat, raster.n_x)], raster, ids)


def coverage_at(
    query: Query, city: City, as_of: datetime, known_at: datetime
) -> pa.Table:
    """Return `coverage` as it was at `as_of`, by the heartbeats that were recorded by `known_at`.

    Args:
        query: returns the answer to a question over the logs of a snapshot that holds all that was
            known then.
    """
    asked = {"since": as_of - KEPT - GAP, "as_of": as_of, "known_at": known_at}
    labels, ids = districts(city)
    return coverage(footprints(query(_SIGHTS, asked)), city.raster, labels, ids, as_of)


def _marked(rings: pa.Table, is_new: bool) -> pa.Table:
    return rings.append_column("is_new", pa.array(np.full(rings.num_rows, is_new)))


def _us(moment: datetime) -> int:
    return (moment - _EPOCH) // _US


def _rows(
    flat: NDArray[np.int64],
    seen: NDArray[np.int64],
    district: NDArray[np.int16],
    raster: Raster,
    ids: list[str],
) -> pa.Table:
    """Return rows of `coverage`; `district` is an index into `ids`, negative outside."""
    y, x = np.divmod(flat, raster.n_x)
    names = pa.DictionaryArray.from_arrays(
        pa.array(district, mask=district < 0), pa.array(ids, pa.string())
    )
    moments = pa.array(seen, pa.int64()).cast(pa.timestamp("us", tz="UTC"))
    columns = {
        "cell_x": x.astype(np.int16),
        "cell_y": y.astype(np.int16),
        "district_id": names.cast(pa.string()),
        "seen_at": moments,
    }
    return pa.table(columns).cast(COVERAGE.schema)


def _merged(
    stored: pa.Table, fresh: pa.Table, as_of: datetime
) -> tuple[pa.Table, pa.Table]:
    """Return the newest sight of each cell, none older than a day: fresh ones, and what stays.

    Both come by row and column, as the store keeps them.
    """
    kept = stored.filter(pc.greater(stored["seen_at"], _scalar(as_of - KEPT)))
    old, new = _places(kept), _places(fresh)
    at = np.searchsorted(old, new)
    is_held = np.append(old, -1)[at] == new
    old_seen, new_seen = (
        rows["seen_at"].cast(pa.int64()).to_numpy() for rows in (kept, fresh)
    )
    counts = ~is_held | (new_seen > np.append(old_seen, 0)[at])
    stays = np.ones(len(old), np.bool_)
    stays[at[is_held & counts]] = False
    return fresh.filter(pa.array(counts)), kept.filter(pa.array(stays))


def _places(rows: pa.Table) -> NDArray[np.int64]:
    """Return a number per cell that grows by row, then column."""
    return rows["cell_y"].to_numpy().astype(np.int64) << 16 | rows[
        "cell_x"
    ].to_numpy().astype(np.int64)


def districts(city: City) -> tuple[NDArray[np.int16], list[str]]:
    """Return the label raster (n_y, n_x) of districts, and the ids that it indexes."""
    return _labelled(*_state_of(city.geography["land"]), city.raster)


def _state_of(path: Path) -> tuple[Path, int, int]:
    there = path.stat()
    return path, there.st_mtime_ns, there.st_size


@lru_cache(maxsize=4)
def _labelled(
    land: Path, _mtime_ns: int, _size: int, raster: Raster
) -> tuple[NDArray[np.int16], list[str]]:
    """Read and label the outlines once for every state of their file: a publisher asks often."""
    outlines = read_outlines(land)
    return label(outlines, raster), list(outlines.ids)


@lru_cache(maxsize=4)
def _hash(path: Path, _mtime_ns: int, _size: int) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def _inputs(city: City) -> str:
    """Return what coverage rests on beside the log: outlines, raster, and the rule itself."""
    parts = [
        _hash(*_state_of(path))
        for path in (city.geography["land"], Path(swaths.__file__), Path(__file__))
    ]
    return f"{parts} {city.raster} {RULE} {_SIGHTS.sha256} {_SINCE.sha256}"


def _update(city: City, state: State, news: News) -> Iterator[MeasureUpdate]:
    fresh = None if news.whole else _fresh(city, state, news)
    if fresh is None:
        yield MeasureUpdate(
            "coverage",
            coverage_at(state.query, city, news.as_of, news.as_of),
            "replace",
        )
        return
    stored = state.chunk("coverage", "all")
    newer, kept = _merged(stored, fresh, news.as_of)
    if newer.num_rows or kept.num_rows < stored.num_rows:
        yield MeasureUpdate(
            "coverage", pa.concat_tables([newer, kept]), "replace", fresh=newer.num_rows
        )


def _fresh(city: City, state: State, news: News) -> pa.Table | None:
    """Return what was seen since the snapshot before; None if that cannot be added to what stands.

    A heartbeat that is older than one of its aircraft that was counted already changes a swath
    that was drawn: then the day is worked out whole.
    """
    before = state.previous_as_of
    if before is None:
        return None
    oldest = news.as_of - KEPT - GAP
    came = _came(news, oldest)
    first = (
        min(before, pc.min(came["occurred_at"]).as_py()) if came.num_rows else before
    )
    since = max(first - GAP - _US, oldest)
    asked = {"since": since, "oldest": oldest, "before": before, "as_of": news.as_of}
    states = state.query(_SINCE, asked, since=oldest)
    if pc.any(pc.less_equal(states["occurred_at"], _scalar(since))).as_py():
        return None  # held until it came into force: its neighbours were not asked for
    is_new = _is_new(states, came, before)
    drones = states["drone_id"].combine_chunks().dictionary_encode().indices.to_numpy()
    if np.any((drones[1:] == drones[:-1]) & is_new[:-1] & ~is_new[1:]):
        return None
    labels, ids = districts(city)
    rings, held = (
        footprints(states.filter(pa.array(mask))) for mask in (is_new, ~is_new)
    )
    return coverage(rings, city.raster, labels, ids, news.as_of, held)


def _came(news: News, oldest: datetime) -> pa.Table:
    """Return the heartbeats of the batch that may still count."""
    rows = news.batch.get("drone_states", TABLES["drone_states"].empty())
    sees = pc.and_(pc.is_valid(rows["pitch_deg"]), pc.is_valid(rows["fov_deg"]))
    return rows.filter(pc.and_(sees, pc.greater(rows["occurred_at"], _scalar(oldest))))


def _is_new(states: pa.Table, came: pa.Table, before: datetime) -> NDArray[np.bool_]:
    """Return which heartbeats the snapshot before did not count: not held, or not in force."""
    is_new = _is_later(states, before)
    told = (
        came.filter(pa.array(~_is_later(came, before)))
        .select(["drone_id", "occurred_at"])
        .to_pylist()
    )
    late = {(row["drone_id"], row["occurred_at"]) for row in told}
    for n in np.flatnonzero(~is_new) if late else ():
        is_new[n] = (
            states["drone_id"][n].as_py(),
            states["occurred_at"][n].as_py(),
        ) in late
    return is_new


def _is_later(states: pa.Table, moment: datetime) -> NDArray[np.bool_]:
    """Return which heartbeats came into force after a moment, by either clock."""
    limit = _scalar(moment)
    later = pc.or_(
        pc.greater(states["occurred_at"], limit),
        pc.greater(states["recorded_at"], limit),
    )
    return later.to_numpy(zero_copy_only=False).copy()


def _scalar(moment: datetime) -> pa.Scalar:
    return pa.scalar(moment, pa.timestamp("us", tz="UTC"))


# Sights grow old at any moment, and a heartbeat may be held ahead of its own: each looks.
MEASURE = Measure(
    table=COVERAGE,
    definitions=(
        Definition(
            COVERAGE.pick("seen_at"),
            title="When a camera last saw a cell",
            formula=(
                "newest footprint that holds the centre of the 50 m cell, in the 24 h"
                " before the moment, by the heartbeats known then; between heartbeats"
                " up to a minute apart it moves straight on; the share of an area that"
                " was seen is its cells seen within the window asked for, each once,"
                " divided by its cells"
            ),
            absent=(
                "not seen in 24 h: no row, drawn as unseen and never as fine; no cell"
                " of the city seen in 24 h: no share, neither of the city nor of a"
                " district, else 0 and up"
            ),
            source="a count of cells agrees with exact areas to half a per cent",
        ),
    ),
    context=("district_id",),
    logs=("drone_states",),
    update=_update,
    inputs=_inputs,
    # Sights grow old at any moment, and a heartbeat may be held ahead of its own: each looks.
    until=lambda _city, _state, as_of: as_of,
)
