"""Points and cells are assigned by the outlines that are drawn, and both ways agree."""

from __future__ import annotations

import hashlib
import json
from datetime import UTC, datetime
from pathlib import Path
from types import MappingProxyType

import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from twin.city import City, Raster
from twin.geography import OUTSIDE, Locator, Outlines, label
from twin.pack import load_city
from twin.view import Pointer, View, pin


@pytest.fixture(scope="module")
def here(trio: City) -> Locator:
    """Return a locator of the made-up city."""
    return Locator(trio)


def square(west: float, south: float, side: float) -> shapely.Polygon:
    """Return a square outline, deg."""
    return shapely.box(west, south, west + side, south + side)


GRID = Raster(lon0=0.0, lat0=0.0, dlon=0.1, dlat=0.1, cell_m=11_100.0, n_x=4, n_y=3)


def test_a_cell_belongs_to_whoever_holds_its_centre() -> None:
    labels = label(
        Outlines(("a", "b"), (square(0.0, 0.0, 0.2), square(0.26, 0.06, 0.3))), GRID
    )

    assert labels.tolist() == [
        [0, 0, OUTSIDE, OUTSIDE],
        [0, 0, OUTSIDE, 1],
        [OUTSIDE, OUTSIDE, OUTSIDE, 1],
    ]


def test_a_hole_is_outside_and_an_island_in_it_is_not() -> None:
    ring = square(0.0, 0.0, 0.3).difference(square(0.1, 0.1, 0.1))

    assert label(Outlines(("ring",), (ring,)), GRID).tolist() == [
        [0, 0, 0, -1],
        [0, -1, 0, -1],
        [0, 0, 0, -1],
    ]
    assert (
        label(Outlines(("ring", "isle"), (ring, square(0.1, 0.1, 0.1))), GRID)[1, 1]
        == 1
    )


def test_where_outlines_overlap_the_first_wins() -> None:
    both = Outlines(("first", "second"), (square(0.0, 0.0, 0.2), square(0.1, 0.1, 0.2)))

    assert label(both, GRID)[1, 1] == 0


def test_an_outline_beyond_the_raster_is_cut_at_its_edge() -> None:
    assert (
        label(Outlines(("wide",), (square(-5.0, -5.0, 10.0),)), GRID).tolist()
        == [[0] * 4] * 3
    )
    assert label(Outlines(("far",), (square(5.0, 5.0, 1.0),)), GRID).max() == OUTSIDE


def test_open_sea_and_absent_positions_are_in_no_district(here: Locator) -> None:
    lon = np.array([-34.97, -30.0, np.nan, np.inf, 0.0])
    lat = np.array([41.0, 41.0, 41.0, 41.0, np.nan])

    assert here.districts(lon, lat).tolist() == ["brisa", None, None, None, None]


def test_no_points_give_no_districts(here: Locator) -> None:
    assert here.districts(np.empty(0), np.empty(0)).tolist() == []


def test_every_corner_of_a_common_border_has_one_district(here: Locator) -> None:
    alva, brisa = (
        here.outlines.shapes[here.ids.index(name)] for name in ("alva", "brisa")
    )
    border = shapely.get_coordinates(alva.intersection(brisa))

    assert len(border) > 1
    assert set(here.districts(border[:, 0], border[:, 1])) == {"alva"}


def test_the_river_inside_the_outlines_is_in_a_district(here: Locator) -> None:
    assert here.districts(np.array([-35.0]), np.array([41.02]))[0] in {"alva", "brisa"}


@pytest.mark.parametrize("name", ["trio", "wuhan"])
def test_a_point_inside_each_outline_is_in_that_district(
    name: str, request: pytest.FixtureRequest
) -> None:
    locator = Locator(request.getfixturevalue(name))
    inside = [shape.representative_point() for shape in locator.outlines.shapes]

    found = locator.districts(
        np.array([point.x for point in inside]), np.array([point.y for point in inside])
    )

    assert found.tolist() == locator.ids


@pytest.mark.parametrize("name", ["trio", "wuhan"])
def test_cells_and_points_agree(name: str, request: pytest.FixtureRequest) -> None:
    city: City = request.getfixturevalue(name)
    locator, grid = Locator(city), city.raster
    chance = np.random.default_rng(716)
    x, y = chance.integers(0, grid.n_x, 20_000), chance.integers(0, grid.n_y, 20_000)

    by_point = locator.districts(
        grid.lon0 + (x + 0.5) * grid.dlon, grid.lat0 + (y + 0.5) * grid.dlat
    )

    assert np.array_equal(
        by_point, np.array([*locator.ids, None], dtype=object)[locator.cells()[y, x]]
    )


@given(
    points=st.lists(
        st.tuples(st.floats(-35.2, -34.7), st.floats(40.9, 41.1)), max_size=20
    )
)
def test_each_point_agrees_with_asking_every_outline(
    here: Locator, points: list[tuple[float, float]]
) -> None:
    by_hand = [
        next(
            (
                name
                for name, shape in zip(here.ids, here.outlines.shapes, strict=True)
                if shape.intersects(shapely.Point(point))
            ),
            None,
        )
        for point in points
    ]

    found = here.districts(
        np.array([lon for lon, _ in points]), np.array([lat for _, lat in points])
    )

    assert found.tolist() == by_hand


@given(
    corners=st.lists(
        st.tuples(st.floats(-0.1, 0.5), st.floats(-0.1, 0.4)),
        min_size=3,
        max_size=12,
        unique=True,
    )
)
def test_a_label_agrees_with_asking_for_each_centre(
    corners: list[tuple[float, float]],
) -> None:
    hull = shapely.MultiPoint(corners).convex_hull
    if hull.geom_type != "Polygon":
        return
    centres = [
        [shapely.Point((x + 0.5) * 0.1, (y + 0.5) * 0.1) for x in range(4)]
        for y in range(3)
    ]
    clear = [[hull.boundary.distance(point) > 1e-9 for point in row] for row in centres]

    labels = label(Outlines(("hull",), (hull,)), GRID)

    assert all(
        (labels[y, x] == 0) == hull.contains(centres[y][x])
        for y in range(3)
        for x in range(4)
        if clear[y][x]
    )


def test_labels_are_read_only_and_worked_out_once(here: Locator) -> None:
    assert here.cells() is here.cells()
    with pytest.raises(ValueError, match="read-only"):
        here.cells()[0, 0] = 3


def test_the_counted_cells_are_those_of_the_districts_table(
    trio: City, here: Locator
) -> None:
    counted = MappingProxyType(
        {
            name: int((here.cells() == number).sum())
            for number, name in enumerate(here.ids)
        }
    )

    for row in trio.reference["districts"].to_pylist():
        assert row["n_cells"] == counted.get(row["district_id"], 0)


def test_a_district_is_one_district_however_the_files_of_the_pack_spell_it(
    pack: Path,
) -> None:
    """The table has the accent in its letter, the outlines and the other tables have it apart."""
    land = next((pack / "geography").glob("land*"))
    for path in (*pack.glob("*.csv"), land):
        spelt = "alv\u00e1" if path.name == "districts.csv" else "alva\u0301"
        path.write_text(
            path.read_text(encoding="utf-8").replace("alva", spelt), encoding="utf-8"
        )
    manifest = json.loads((pack / "manifest.json").read_text(encoding="utf-8"))
    manifest["files"][f"geography/{land.name}"]["sha256"] = hashlib.sha256(
        land.read_bytes()
    ).hexdigest()
    (pack / "manifest.json").write_text(json.dumps(manifest), encoding="utf-8")

    city = load_city(pack)
    pointer = Pointer("s", datetime(2026, 7, 16, tzinfo=UTC))

    assert Locator(city).ids[0] == "alv\u00e1"
    assert "alva\u0301" not in city.reference["streets"]["district_id"].to_pylist()
    assert pin(View(district="alva\u0301"), city, lambda _: pointer) == pin(
        View(district="alv\u00e1"), city, lambda _: pointer
    )
