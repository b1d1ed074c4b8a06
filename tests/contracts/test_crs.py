"""Datums: shifts of the right size, undone to the centimetre; nothing is guessed."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from twin.contracts.crs import UndeclaredCRS, gcj02_of_wgs84, to_wgs84

LON, LAT = np.array([114.30]), np.array([30.60])
# WGS 84 to GCJ-02, from the tests of the library eviltransform: Shanghai, Shenzhen,
# Beijing.
PUBLISHED = [
    (121.5272106, 31.1774276, 121.531541859215, 31.17530398364597),
    (113.912316, 22.543847, 113.9171764808363, 22.540796131694766),
    (116.377817, 39.911954, 116.38404722455657, 39.91334545536069),
]


def metres(
    lon1: np.ndarray, lat1: np.ndarray, lon2: np.ndarray, lat2: np.ndarray
) -> float:
    """The largest distance of two lists of points, m, on a sphere."""
    east = np.radians(lon2 - lon1) * np.cos(np.radians(lat1))
    return float(np.max(np.hypot(east, np.radians(lat2 - lat1)) * 6_371_000))


@pytest.mark.parametrize(("lon", "lat", "gcj_lon", "gcj_lat"), PUBLISHED)
def test_the_shift_is_the_published_one_to_five_centimetres(lon, lat, gcj_lon, gcj_lat):
    x, y = gcj02_of_wgs84(np.array([lon]), np.array([lat]))

    assert metres(x, y, np.array([gcj_lon]), np.array([gcj_lat])) < 0.05


@pytest.mark.parametrize(("lon", "lat", "gcj_lon", "gcj_lat"), PUBLISHED)
def test_published_positions_come_back_to_five_centimetres(lon, lat, gcj_lon, gcj_lat):
    x, y = to_wgs84(np.array([gcj_lon]), np.array([gcj_lat]), "GCJ-02")

    assert metres(x, y, np.array([lon]), np.array([lat])) < 0.05


def test_at_thirty_degrees_north_the_shift_is_the_length_of_a_street():
    assert metres(LON, LAT, *gcj02_of_wgs84(LON, LAT)) == pytest.approx(587, abs=5)


def test_bd_09_lies_farther_off_than_gcj_02():
    shift = metres(LON, LAT, *to_wgs84(LON, LAT, "BD-09"))

    assert 900 < shift < 1_600


@given(lon=st.floats(73, 137), lat=st.floats(1, 55))
def test_the_inverse_of_the_shift_is_exact_to_a_millimetre_everywhere(lon, lat):
    there = gcj02_of_wgs84(np.array([lon]), np.array([lat]))

    assert metres(*to_wgs84(*there, "GCJ-02"), np.array([lon]), np.array([lat])) < 0.001


@given(lon=st.floats(100, 125), lat=st.floats(20, 45))
def test_bd_09_undone_in_two_steps_keeps_to_its_published_inverse(lon, lat):
    """The map maker's inverse is itself approximate: below two metres from the exact one."""
    scale = np.pi * 3000 / 180
    x, y = lon - 0.0065, lat - 0.006
    reach, angle = (
        np.hypot(x, y) - 0.00002 * np.sin(y * scale),
        np.arctan2(y, x) - 0.000003 * np.cos(x * scale),
    )
    published = to_wgs84(
        np.array([reach * np.cos(angle)]), np.array([reach * np.sin(angle)]), "GCJ-02"
    )

    assert metres(*to_wgs84(np.array([lon]), np.array([lat]), "BD-09"), *published) < 2


@pytest.mark.parametrize("crs", ["WGS-84", "CGCS2000"])
def test_what_is_wgs_84_already_stays(crs):
    assert to_wgs84(LON, LAT, crs) == (LON, LAT)


@pytest.mark.parametrize("crs", ["GCJ-02", "BD-09"])
def test_outside_the_shifted_box_nothing_moves(crs):
    lon, lat = to_wgs84(np.array([-35.0]), np.array([41.0]), crs)

    assert (lon[0], lat[0]) == (-35.0, 41.0)


def test_a_missing_place_stays_missing():
    lon, lat = to_wgs84(np.array([np.nan]), np.array([np.nan]), "GCJ-02")

    assert np.isnan(lon[0])
    assert np.isnan(lat[0])


@pytest.mark.parametrize("crs", [None, "", "EPSG:4490", "gcj02"])
def test_a_datum_that_is_not_declared_is_never_guessed(crs):
    with pytest.raises(UndeclaredCRS, match=r"cases\.csv: coordinates") as caught:
        to_wgs84(LON, LAT, crs, feed="cases.csv")

    assert "GCJ-02" in caught.value.fix
