"""Shared bikes piled up before cameras, picture by picture, at any two clocks.

The rule stands in `twin.measures.piles`. A camera is followed by the city's day, which
begins at four in the morning here: then the fewest piles stand, and one that stands all
night is a pile of each day. So news change the days of their cameras, and nothing else.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from twin.contracts.events import BICYCLE
from twin.contracts.measured import BIKE_CLUSTERS
from twin.engine import load_sql
from twin.geography import Locator
from twin.measures.definition import Definition
from twin.measures.piles import RULE, Bike, Pile, Piling, Watch, piles
from twin.measures.spans import spans
from twin.measures.state import Measure, MeasureUpdate, News, State

if TYPE_CHECKING:
    from twin.city import City

_SEEN, _DAYS = (
    load_sql(Path(__file__).with_name(f"{name}.sql"))
    for name in ("bikes_seen", "bike_days")
)
_M_PER_DEG = 111_320.0
_CELL_M = 100.0
_US = timedelta(microseconds=1)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)

# When a day begins, by the city's clock.
_BEGINS = timedelta(hours=4)

Version = dict[str, Any]
Rows = Mapping[tuple[str, int], Mapping[str, Any]]


def piling(city: City) -> Piling:
    """Return the numbers of the rule, as the pack has them."""
    given = cast("dict[str, Any]", city.settings["bike_clusters"])
    return Piling(
        float(given["eps_m"]),
        int(given["least_bikes"]),
        float(given["close_m"]),
        int(given["lost_s"]) * 1_000_000,
    )


def _inputs(city: City) -> str:
    land = city.geography["land"].stat()
    parts = (piling(city), _plane(city), land.st_mtime_ns, land.st_size)
    return f"{RULE} {parts} {_SEEN.sha256} {_DAYS.sha256}"


def _plane(city: City) -> tuple[float, float, float]:
    """Return the corner of the city's plane, deg, and how long a degree eastwards is, m.

    It is that of the middle latitude everywhere, so that a distance never hangs on what
    else is in a picture.
    """
    raster = city.raster
    middle = raster.lat0 + raster.n_y * raster.dlat / 2
    return raster.lon0, raster.lat0, _M_PER_DEG * math.cos(math.radians(middle))


def _update(city: City, state: State, news: News) -> Iterator[MeasureUpdate]:
    asked = {"bicycle": BICYCLE, "city_zone": city.zone.key}
    if news.whole:
        days = state.query(_DAYS, {**asked, "ids": None}).to_pylist()
        yield from _replaced(city, state, days, {*state.chunks("bike_clusters")})
        return
    rows = news.batch["detections"]
    bikes = rows.filter(pc.equal(rows["class"], BICYCLE))
    if bikes.num_rows:
        ids = pc.unique(bikes["detection_id"]).to_pylist()
        days = state.query(_DAYS, {**asked, "ids": ids}).to_pylist()
        yield from _replaced(city, state, days, None)


def _replaced(
    city: City, state: State, days: list[dict[str, Any]], stale: set[str] | None
) -> Iterator[MeasureUpdate]:
    """Yield the pieces that hold days of cameras, with the rows of others as they stand.

    Args:
        days: cameras and days, as `bike_days.sql` answers.
        stale: pieces of which nothing stays; None where other rows do.
    """
    made = [BIKE_CLUSTERS.empty()]
    chunks = {*(stale or ())}
    was = [BIKE_CLUSTERS.empty()]
    held: dict[str, pa.Table] = {}
    for day, group in groupby(days, key=lambda row: row["day"]):
        devices = [row["device_id"] for row in group]
        first, last = _span(city, day)
        made.append(_day(city, state, devices, first, last))
        for chunk in sorted({state.chunk_of(_NAME, at.date()) for at in (first, last)}):
            chunks.add(chunk)
            if stale is None:
                rows = held.get(chunk, state.chunk(_NAME, chunk))
                mine = _is_of(rows, devices, first, last)
                was.append(rows.filter(mine))
                held[chunk] = rows.filter(pc.invert(mine))
    fresh = pa.concat_tables(made)
    if stale is None and _by_key(fresh).equals(_by_key(pa.concat_tables(was))):
        return
    rows = pa.concat_tables([fresh, *held.values()])
    yield MeasureUpdate(
        _NAME, rows, "replace_chunks", tuple(sorted(chunks)), fresh=fresh.num_rows
    )


def _span(city: City, day: datetime) -> tuple[datetime, datetime]:
    """Return the first and the last moment of a day, UTC."""
    begins = (day + _BEGINS).replace(tzinfo=city.zone)
    ends = (day + timedelta(days=1) + _BEGINS).replace(tzinfo=city.zone)
    return begins.astimezone(UTC), ends.astimezone(UTC) - _US


def _is_of(
    rows: pa.Table, devices: Sequence[str], first: datetime, last: datetime
) -> pa.ChunkedArray:
    """Return which rows are of cameras, and of pictures of a span."""
    low, high = (pa.scalar(at, pa.timestamp("us", tz="UTC")) for at in (first, last))
    at = rows["occurred_at"]
    within = pc.and_(pc.greater_equal(at, low), pc.less_equal(at, high))
    among = pc.is_in(rows["device_id"], value_set=pa.array(list(devices), pa.string()))
    return pc.and_(among, within)


def _by_key(rows: pa.Table) -> pa.Table:
    return rows.sort_by([(name, "ascending") for name in BIKE_CLUSTERS.key])


def _day(
    city: City, state: State, devices: Sequence[str], first: datetime, last: datetime
) -> pa.Table:
    """Return the rows of cameras whose pictures were taken in a span."""
    asked = {"devices": list(devices), "first_at": first, "last_at": last}
    rows = state.query(_SEEN, {**asked, "bicycle": BICYCLE})
    for name in ("occurred_at", "recorded_at"):
        at = rows.column_names.index(name)
        rows = rows.set_column(at, name, rows[name].cast(pa.int64()))
    versions = _effective(rows.to_pylist())
    found: list[dict[str, Any]] = []
    low, high = _us(first), _us(last)
    for device in devices:
        found += spans(_states(city, versions, device, (low, high)))
    return _table(city, found)


def _effective(versions: list[Version]) -> list[Version]:
    """Return versions without those that come after a higher one: they are never known."""
    highest: dict[str, int] = {}
    found: list[Version] = []
    for row in versions:
        if row["version"] > highest.get(row["detection_id"], 0):
            highest[row["detection_id"]] = row["version"]
            found.append(row)
    return found


def _states(
    city: City, versions: list[Version], device: str, span: tuple[int, int]
) -> Iterator[tuple[int, Rows]]:
    """Yield the rows of one camera as they were known at each moment of news."""
    rule, plane = piling(city), _plane(city)
    pictures: dict[int, dict[str, Bike]] = {}
    found: dict[int, list[Pile]] = {}
    where: dict[str, int] = {}
    watch = Watch(device, rule, _name)
    for known, news in groupby(versions, key=lambda row: row["recorded_at"]):
        changed: set[int] = set()
        for row in news:
            name, at = row["detection_id"], row["occurred_at"]
            if name in where:
                changed.add(where[name])
                del pictures[where.pop(name)][name]
            is_here = row["device_id"] == device and span[0] <= at <= span[1]
            if is_here and row["is_bike"]:
                pictures.setdefault(at, {})[name] = _bike(row, plane)
                where[name] = at
                changed.add(at)
        for at in changed:
            found[at] = piles(pictures[at].values(), rule)
        if not changed:
            continue
        # A picture of which every bike was taken back was still taken.
        again = watch.last is not None and min(changed) <= watch.last
        if again:
            watch = Watch(device, rule, _name)
        for at in sorted(found if again else changed):
            watch.look(at, found[at])
        yield known, dict(watch.rows)


def _bike(row: Version, plane: tuple[float, float, float]) -> Bike:
    lon0, lat0, east_m = plane
    return Bike(
        row["detection_id"],
        row["lon_ud"],
        row["lat_ud"],
        (row["lon_ud"] / 1e6 - lon0) * east_m,
        (row["lat_ud"] / 1e6 - lat0) * _M_PER_DEG,
        row["operator"],
        row["blocks"],
        row["event_id"],
    )


def _name(device: str, moment: int, rank: int) -> str:
    """Return what a pile is called: its camera, first picture, and rank in that."""
    return f"{device}@{_moment(moment):%Y%m%dT%H%M%S}-{rank}"


_NAME = BIKE_CLUSTERS.name
_MOMENTS = ("occurred_at", "known_from", "known_to", "first_seen_at")


def _us(moment: datetime) -> int:
    return (moment - _EPOCH) // _US


def _moment(us: int) -> datetime:
    return _EPOCH + timedelta(microseconds=us)


def _table(city: City, rows: list[dict[str, Any]]) -> pa.Table:
    """Return rows whose moments are in us, with the place that each pile was first seen at."""
    homes = sorted({row["home"] for row in rows})
    told = dict(zip(homes, _places(city, homes), strict=True))
    plain = pa.schema(
        [
            pa.field(each.name, pa.int64()) if each.name in _MOMENTS else each
            for each in BIKE_CLUSTERS.schema
        ]
    )
    full = [{**row, **told[row["home"]]} for row in rows]
    return pa.Table.from_pylist(full, schema=plain).cast(BIKE_CLUSTERS.schema)


def _places(city: City, homes: Sequence[tuple[int, int]]) -> list[dict[str, Any]]:
    """Return cell, district and nearest street-level unit of places, micro-degrees."""
    lon0, lat0, east_m = _plane(city)
    lon, lat = (np.array([home[at] / 1e6 for home in homes]) for at in (0, 1))
    x, y = (lon - lon0) * east_m, (lat - lat0) * _M_PER_DEG
    districts = _locator(city).districts(lon, lat).tolist() if homes else list[Any]()
    streets = city.reference["streets"].to_pylist()
    found: list[dict[str, Any]] = []
    for at, district in enumerate(districts):
        near = [row for row in streets if row["district_id"] == district]
        street = min(
            near,
            key=lambda row: (
                math.hypot(
                    (row["lon_ud"] / 1e6 - lon[at]) * east_m,
                    (row["lat_ud"] / 1e6 - lat[at]) * _M_PER_DEG,
                ),
                row["street_code"],
            ),
            default={"street_code": None},
        )
        found.append(
            {
                "cell_x": math.floor(x[at] / _CELL_M),
                "cell_y": math.floor(y[at] / _CELL_M),
                "district_id": district,
                "street_code": street["street_code"],
            }
        )
    return found


def _locator(city: City) -> Locator:
    there = city.geography["land"].stat()
    return _located(_Pack(city), there.st_mtime_ns, there.st_size)


class _Pack:
    """A city that is the same for whoever keeps what was made of it, if its folder is."""

    def __init__(self, city: City) -> None:
        self.city = city

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Pack) and other.city.root == self.city.root

    def __hash__(self) -> int:
        return hash(self.city.root)


@lru_cache(maxsize=4)
def _located(pack: _Pack, _mtime_ns: int, _size: int) -> Locator:
    """Read the outlines once for every state of their file: a publisher asks often."""
    return Locator(pack.city)


_CASE = "the published case of a pile-up at a crossing; numbers are the pack's, assumed"

MEASURE = Measure(
    table=BIKE_CLUSTERS,
    definitions=(
        Definition(
            BIKE_CLUSTERS.pick("n_bikes"),
            title="Bikes in a pile",
            better="lower",
            formula=(
                "detections of the class 'bicycle' of one camera and one moment that no"
                " person rejected, clustered by DBSCAN: eps_m, least_bikes with the"
                " bike itself; a bike within eps_m of a core belongs to the nearest"
                " one's; 0 in the first picture of the camera that has it no more"
            ),
            target="bike_clusters in city.toml: eps_m, least_bikes",
            absent="fewer bikes, or too far apart: no row",
            source=_CASE,
        ),
        Definition(
            BIKE_CLUSTERS.pick("max_n"),
            title="Most bikes that a pile had",
            better="lower",
            formula="greatest n_bikes of its pictures up to this one",
            absent="never",
            source="how bad it was is still to be seen when it is gone",
        ),
        Definition(
            BIKE_CLUSTERS.pick("n_close"),
            title="Bikes close together",
            better="lower",
            formula="most bikes of the pile within close_m of one of them, itself among them",
            target="bike_clusters in city.toml: close_m",
            absent="gone: 0",
            source="a long thin row of bikes is no heap",
        ),
        Definition(
            BIKE_CLUSTERS.pick("area_m2"),
            title="Ground that a pile takes",
            better="lower",
            formula="area of the convex hull of the places of its bikes",
            absent="gone",
            source="space that people cannot walk on",
        ),
        Definition(
            BIKE_CLUSTERS.pick("blocks"),
            title="What a pile blocks",
            formula=(
                "lane, entrance or tactile: the first of them that any of its bikes in"
                " the picture stands on, by `blocks` of its detection"
            ),
            absent="all bikes stand free, or the model does not look for it; or gone",
            source=_CASE,
        ),
        Definition(
            BIKE_CLUSTERS.pick("operator"),
            title="Whose bikes most are",
            formula=(
                "the most frequent operator of its bikes in the newest picture that"
                " shows it; of as many the first by name"
            ),
            absent="of no bike the operator is known",
            source="whoever rents them out is asked to fetch them",
        ),
        Definition(
            BIKE_CLUSTERS.pick("event_id"),
            title="Event of a pile",
            formula="event_id of its bikes, of the newest picture that names one",
            absent="no event was opened from it",
            source="what was ordered because of it is known of that event",
        ),
        Definition(
            BIKE_CLUSTERS.pick("first_seen_at"),
            title="First picture of a pile",
            formula=(
                "a pile goes on where a bike of it stands within eps_m of a bike of the"
                " pile in the camera's pictures of the last lost_s; the largest is asked"
                " first and takes the one seen first; days begin at four o'clock"
            ),
            absent="never",
            source=_CASE,
        ),
        Definition(
            BIKE_CLUSTERS.pick("cell_x", "cell_y"),
            title="Cell in which a pile comes again",
            formula=(
                "100 m cells from the raster's south-west corner, of the middle of the"
                " pile in its first picture"
            ),
            absent="never",
            source="the published rule speaks of the same 100 m",
        ),
        Definition(
            BIKE_CLUSTERS.pick("district_id", "street_code"),
            title="Where a pile is",
            formula=(
                "district whose outline holds that middle, and of that district the"
                " street-level unit whose point is nearest"
            ),
            absent="in no outline; a district without street-level units",
            source="a detection says no district",
        ),
        Definition(
            BIKE_CLUSTERS.pick("lon_ud", "lat_ud"),
            title="Middle of a pile",
            formula="mean of the places of its bikes in the newest picture that shows it",
            absent="never",
            source="one mark for a pile",
        ),
    ),
    context=("known_to", "device_id"),
    logs=("detections",),
    update=_update,
    reference=("streets",),
    inputs=_inputs,
)
