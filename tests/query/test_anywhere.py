"""A city may lie anywhere, and an event or an aircraft of it anywhere else.

Both are drawn, or left out, never a fault.
"""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from urllib.parse import parse_qsl

import pyarrow as pa
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from layers.registry import load_registry
from tests.layers.rows import row_of
from tests.query.conftest import AS_OF, event_batch, pinned
from twin.city import City, Raster
from twin.contracts import TABLES
from twin.feeds.batch import Batch
from twin.pack.city_toml import metres_per_degree
from twin.query import QueryService
from twin.store import Lake, find, publish

N_X, N_Y = 60, 45
lons, lats = st.floats(-180, 180), st.floats(-85, 85)


def city_at(city: City, folder: Path, lon: float, lat: float) -> City:
    """The made-up city with its first district, as a square of 2 km, around a place.

    All of it lies inside the map.
    """
    east_m, north_m = metres_per_degree(lat)
    dlon, dlat = 50 / east_m, 50 / north_m
    lon0, lat0 = (
        max(-edge, min(edge - n * side, at - n * side / 2))
        for at, edge, n, side in ((lon, 180, N_X, dlon), (lat, 85, N_Y, dlat))
    )
    west, south, east, north = (
        lon0 + 10 * dlon,
        lat0 + 2 * dlat,
        lon0 + 50 * dlon,
        lat0 + 42 * dlat,
    )
    ring = [[west, south], [east, south], [east, north], [west, north], [west, south]]
    land = folder / "land.geojson"
    land.write_text(
        json.dumps(
            {
                "type": "FeatureCollection",
                "features": [
                    {
                        "type": "Feature",
                        "properties": {"district_id": "alva"},
                        "geometry": {"type": "Polygon", "coordinates": [ring]},
                    }
                ],
            }
        ),
        encoding="utf-8",
    )
    return replace(
        city,
        raster=Raster(lon0, lat0, dlon, dlat, 50.0, N_X, N_Y),
        geography={**city.geography, "land": land},
    )


def moved(batch: Batch, *places: tuple[float, float]) -> Batch:
    """The rows of a batch, each at its place (deg)."""
    rows = [
        {**row, "lon_ud": round(lon * 1e6), "lat_ud": round(lat * 1e6)}
        for row, (lon, lat) in zip(batch.rows.to_pylist(), places, strict=True)
    ]
    return replace(batch, rows=pa.Table.from_pylist(rows, schema=batch.rows.schema))


def heartbeats(*drones: str) -> Batch:
    """Aircraft 500 m up whose cameras look straight down."""
    rows = [
        row_of(
            "drone_states",
            {
                "drone_id": drone,
                "occurred_at": AS_OF,
                "recorded_at": AS_OF,
                "mode": "flying",
                "height_m": 500.0,
                "battery_pct": 50,
                "pitch_deg": -90.0,
                "fov_deg": 60.0,
                "source": "test",
            },
        )
        for drone in drones
    ]
    return Batch(
        "drone_states",
        pa.Table.from_pylist(rows, schema=TABLES["drone_states"].schema),
        "test",
        "test",
    )


def drawn(service: QueryService, city: City, layer: str, name: str) -> pa.Table:
    """Rows behind the address of map data, as a browser gets them."""
    words = dict(
        parse_qsl(
            service.url(layer, name, pinned(service, city)).partition("?")[2],
            keep_blank_values=True,
        )
    )
    snapshot, params = service.parse_url(layer, name, words)
    return pa.ipc.open_stream(
        service.map_arrow(layer, name, snapshot, params)
    ).read_all()


def told(
    city: City, home: tuple[float, float], away: tuple[float, float]
) -> tuple[dict[str, pa.Table], int]:
    """What is drawn of a city whose event and aircraft are at home, with others of them
    away; and the rows refused.
    """
    with TemporaryDirectory() as folder:
        there = city_at(city, Path(folder), *home)
        middle = (
            there.raster.lon0 + N_X / 2 * there.raster.dlon,
            there.raster.lat0 + N_Y / 2 * there.raster.dlat,
        )
        lake = Lake(Path(folder) / "lake")
        events = moved(
            event_batch(there, ["E1", "E2"], AS_OF - timedelta(minutes=5)), middle, away
        )
        batches = [events, moved(heartbeats("D1", "D2"), middle, away)]
        snapshot, done = publish(
            lake, there, batches, as_of=AS_OF, simulated=False, now=lambda: AS_OF
        )
        assert find(lake).tables["events"].rows == 2
        service = QueryService(there, load_registry(there), lake.path)
        try:
            maps = {
                name: drawn(service, there, layer, name)
                for layer, name in (
                    ("event_heat", "heat"),
                    ("event_heat", "marks"),
                    ("drone_coverage", "coverage"),
                    ("drone_coverage", "footprints"),
                )
            }
        finally:
            service.close()
        assert snapshot.tables["coverage"].rows > 0
        return maps, done.quarantined


@example(home=(-60.0, -35.0), away=(170.0, -35.0))
@example(home=(-179.9, -84.9), away=(180.0, 85.0))
@example(home=(180.0, 85.0), away=(180.0, 90.0))
@example(home=(0.0, 0.0), away=(-180.0, -90.0))
@settings(
    max_examples=8,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(home=st.tuples(lons, lats), away=st.tuples(lons, st.floats(-90, 90)))
def test_a_city_anywhere_draws_what_is_in_it_and_nothing_beyond_its_grid(
    city, home, away
):
    maps, refused = told(city, home, away)

    assert refused == 0
    heat, seen = maps["heat"].to_pydict(), maps["coverage"].to_pydict()
    assert (6, 4) in set(zip(heat["x"], heat["y"], strict=True))
    assert (15, 11) in set(zip(seen["x"], seen["y"], strict=True))
    assert max(heat["x"]) < N_X / 5
    assert max(heat["y"]) < N_Y / 5
    assert max(seen["x"]) < N_X / 2
    assert max(seen["y"]) < N_Y / 2 + 1
    assert sorted(maps["marks"]["event_id"].to_pylist()) == ["E1", "E2"]
    assert sorted(maps["footprints"]["drone_id"].to_pylist()) == ["D1", "D2"]
    for corners in maps["footprints"]["path"].to_pylist():
        assert all(abs(lon) <= 180 for lon in corners[::2])
        assert all(abs(lat) <= 90 for lat in corners[1::2])


@pytest.mark.parametrize("home", [(114.3, 30.6), (-58.4, -34.6), (0.0, 0.0)])
def test_one_event_alone_keeps_its_whole_weight_wherever_the_city_lies(city, home):
    """Its middle has 78 x 78 of 65,536 shares of 16 per km2: 1.485, in the step from 1 to 1.5.

    An eighth of the floor of 0.5 are 256 shares: 5 x 5 cells, and 12 more at 3 x 0 and 3 x 1.
    """
    heat = told(city, home, (home[0] - 100, 0.0))[0]["heat"]

    assert heat.num_rows == 37
    assert max(heat["level"].to_pylist()) == 36 * 3 + 34
    assert (
        len(set(zip(heat["x"].to_pylist(), heat["y"].to_pylist(), strict=True)))
        == heat.num_rows
    )
