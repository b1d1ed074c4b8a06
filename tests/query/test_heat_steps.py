"""The scale of the heat stands still while the data go on, and is one for all who look."""

from __future__ import annotations

import math
import random
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import duckdb
import pyarrow as pa
import pytest

from layers.registry import load_registry
from tests.query.conftest import event_batch, pinned
from tests.query.test_service import fetch, words
from twin.errors import UsageError
from twin.query import QueryService
from twin.query.steps import limits
from twin.store import Lake, find, publish
from twin.view import View, pin

HOUR = datetime(2026, 7, 16, 12, tzinfo=UTC)
"""20:00 by the city's clock."""
FIELDS = ("heat", "heat_near", "heat_close", "heat_closer", "street")


def scattered(city, names, when, draw):
    """Events around the middle of the first district, a kilometre or so each way."""
    batch = event_batch(city, names, when)
    rows = batch.rows
    for name in ("lon_ud", "lat_ud"):
        moved = [at + round(draw.gauss(0, 9_000)) for at in rows[name].to_pylist()]
        rows = rows.set_column(
            rows.schema.get_field_index(name), name, pa.array(moved, pa.int32())
        )
    return replace(batch, rows=rows)


def tick(lake, city, n, when, draw):
    """Publish `n` events that were recorded just before `when`."""
    names = [f"{when:%H%M%S}-{each}" for each in range(n)]
    before = when - timedelta(seconds=1)
    batches = [scattered(city, names, before, draw)] if n else []
    publish(lake, city, batches, as_of=when, simulated=True, now=lambda: when)


def steps(service, pinned):
    layer = service._registry.get("event_heat")
    return {
        data.name: service.steps("event_heat", data, pinned)
        for data in layer.maps
        if data.steps
    }


def n_cells(service, name, view):
    """How many cells all tiles of a map have."""
    url, raster = service.url("event_heat", name, view), service._city.raster
    if "tile_side=320&" not in url:
        return fetch(service, url).num_rows
    side = {"street": 25, "heat_closer": 50, "heat_close": 100, "heat_near": 150}
    tile = 320 * side.get(name, 250) / raster.cell_m
    return sum(
        fetch(
            service,
            url.replace("tile_x=0", f"tile_x={x}").replace("tile_y=0", f"tile_y={y}"),
        ).num_rows
        for x in range(math.ceil(raster.n_x / tile))
        for y in range(math.ceil(raster.n_y / tile))
    )


@pytest.fixture
def desk(city, tmp_path):
    """A desk over an empty place for a lake, opened anew by each call."""
    opened = []

    def over():
        opened.append(QueryService(city, load_registry(city), tmp_path / "lake"))
        return opened[-1]

    yield over
    for each in opened:
        each.close()


def test_the_scale_stays_from_tick_to_tick_and_is_new_with_the_hour(
    city, tmp_path, desk
):
    """Sixty events by 20:00, then twelve ticks that bring 25 each: the heat grows sixfold."""
    lake, draw = Lake(tmp_path / "lake"), random.Random(716)
    tick(lake, city, 60, HOUR, draw)
    service = desk()
    first = steps(service, pinned(service, city))
    drawn = set()
    for n in range(1, 13):
        tick(lake, city, 25, HOUR + timedelta(minutes=4, seconds=10 * n), draw)
        view = pinned(service, city)
        assert steps(service, view) == first
        drawn.add(n_cells(service, "heat", view))
    assert len(drawn) > 6  # the heat itself goes on

    tick(lake, city, 0, HOUR + timedelta(hours=1), draw)
    later = steps(service, pinned(service, city))

    assert all(later[name] != first[name] for name in FIELDS[:4])


def test_who_looks_back_sees_the_scale_of_then(city, tmp_path, desk):
    lake, draw = Lake(tmp_path / "lake"), random.Random(716)
    tick(lake, city, 60, HOUR, draw)
    service = desk()
    then = steps(service, pinned(service, city))
    tick(lake, city, 900, HOUR + timedelta(minutes=50), draw)
    tick(lake, city, 0, HOUR + timedelta(minutes=61), draw)
    assert steps(service, pinned(service, city)) != then

    back = View(as_of=HOUR + timedelta(seconds=10))

    assert steps(service, pin(back, city, service.pointer)) == then


def test_all_faces_of_a_moment_have_one_scale(city, tmp_path, desk):
    lake, draw = Lake(tmp_path / "lake"), random.Random(716)
    tick(lake, city, 60, HOUR, draw)
    service = desk()
    home = city.reference["districts"]["district_id"][0].as_py()
    looks = [{}, {"lang": "en"}, {"district": home}, {"frame": "800x600"}]
    scales = [steps(service, pinned(service, city, **each)) for each in looks]
    assert all(each == scales[0] for each in scales)


def test_the_scale_is_what_plain_sql_says(city, tmp_path, desk):
    """Cells of 25 m, counted from the files of the snapshot by another engine's own SQL."""
    lake, draw = Lake(tmp_path / "lake"), random.Random(716)
    tick(lake, city, 400, HOUR, draw)
    service, raster = desk(), city.raster
    files = [str(path) for path in find(lake).files("events")]
    wide, high = raster.dlon * 1e6 * 25 / raster.cell_m, raster.dlat * 1e6 * 25 / 50
    query = f"""
        SELECT unnest(quantile_cont(n, [.42, .66, .82, .92, .98])) FROM (
            SELECT count(*) AS n FROM read_parquet({files})
            GROUP BY floor((lon_ud - {raster.lon0 * 1e6}) / {wide}),
                     floor((lat_ud - {raster.lat0 * 1e6}) / {high}))"""
    raw = [row[0] for row in duckdb.sql(query).fetchall()]

    found = steps(service, pinned(service, city))["street"]

    assert found == limits([1.0, *raw], whole=True)


def test_of_a_new_city_whose_last_hour_was_empty_the_moment_itself_tells(
    city, tmp_path, desk
):
    lake, draw = Lake(tmp_path / "lake"), random.Random(716)
    tick(lake, city, 300, HOUR + timedelta(minutes=20), draw)
    service = desk()
    assert steps(service, pinned(service, city))["heat"][-1] > 10


@pytest.mark.parametrize("n", [0, 1, 19])
def test_of_too_few_events_the_series_itself_is_the_scale(city, tmp_path, desk, n):
    lake = Lake(tmp_path / "lake")
    tick(lake, city, n, HOUR, random.Random(716))
    service = desk()
    view = pinned(service, city)
    found = steps(service, view)
    assert found["heat"] == (0.5, 0.7, 1, 1.5, 2, 3)
    assert found["street"] == (1, 2, 3, 5, 7, 10)
    for name in FIELDS:  # and the map stays a map
        assert (n_cells(service, name, view) > 0) == (n > 0)


@pytest.mark.parametrize(
    ("bent", "said"),
    [
        ({"tile_x": "-1"}, "tile_x as '-1', and there is no such tile"),
        ({"tile_y": "1"}, "tile_y as '1'"),
        ({"tile_side": "320", "tile_y": "205"}, "tile_y as '205'"),
        ({"tile_x": ""}, "tile_x as 'None'"),
        ({"tile_x": "one"}, "tile_x as 'one', which is not INTEGER"),
        ({"tile_side": "321"}, "tile_side as '321'"),
    ],
)
def test_a_tile_that_cannot_be_is_refused_in_a_sentence(service, city, bent, said):
    given = words(service.url("event_heat", "heat", pinned(service, city)))
    with pytest.raises(UsageError, match=said):
        service.parse_url("event_heat", "heat", {**given, **bent})


def test_few_events_are_one_answer_and_many_are_tiles(city, tmp_path, desk):
    lake, draw = Lake(tmp_path / "lake"), random.Random(716)
    tick(lake, city, 1_500, HOUR, draw)
    service = desk()
    given = words(service.url("event_heat", "heat", pinned(service, city)))
    assert (given["tile_x"], given["tile_side"]) == ("0", "65536")
    tick(lake, city, 1, HOUR + timedelta(hours=1), draw)
    view = pinned(service, city)
    given = words(service.url("event_heat", "heat", view))
    assert (given["tile_side"], service.tile_side("event_heat", "heat", view)) == (
        "320",
        320,
    )
    snapshot, params = service.parse_url("event_heat", "heat", {**given, "tile_x": "9"})
    assert service.map_answer("event_heat", "heat", snapshot, params)[1] == ""
