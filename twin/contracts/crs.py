"""Coordinates of other datums into WGS 84, in which everything is stored.

Nothing is guessed: a datum is declared or refused.

Source: GCJ-02 has no published specification. The formula is the one that public libraries
share (`eviltransform` 0.1.1 and others); BD-09 is the map maker's own shift of GCJ-02. Both
shifts are inverted by iteration, down to the rounding of a micro-degree. No kept package
does this for arrays without building from source.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

import numpy as np
from numpy.typing import NDArray

from twin.errors import ContractError

if TYPE_CHECKING:
    from collections.abc import Callable

Degrees: TypeAlias = NDArray[np.float64]

# Datums that are understood. CGCS2000 is taken as WGS 84: they differ by centimetres.
CRS = ("WGS-84", "CGCS2000", "GCJ-02", "BD-09")

# Krasovsky 1940, as the formula has it.
_AXIS_M, _ECCENTRICITY2 = 6_378_245.0, 0.00669342162296594323

# West, east, south, north: outside, both datums equal WGS 84.
_SHIFTED = (72.004, 137.8347, 0.8293, 55.8271)

# Each turn shrinks the error some thousandfold; 5 are enough for 1e-9 deg.
_TURNS = 12


class UndeclaredCRS(ContractError):  # noqa: N818 - named after what is wrong
    """A feed did not name the datum of its coordinates, or it is not understood."""

    def __init__(self, feed: str, crs: str | None = None) -> None:
        """Say it of `feed`; `crs` is the name that is not understood, None if there was none."""
        said = (
            f"{feed}: coordinates in the datum {crs!r}, which is not understood."
            if crs
            else f"{feed}: coordinates without a declared datum."
        )
        super().__init__(
            said,
            why=(
                "GCJ-02 read as WGS 84 lands some 500 m away, and nothing on the map"
                " would show it."
            ),
            fix=(
                f'set crs to "{CRS[0]}", "{CRS[1]}", "{CRS[2]}" or "{CRS[3]}" beside'
                f" the columns of {feed}."
            ),
        )


def to_wgs84(
    lon: Degrees, lat: Degrees, crs: str | None, *, feed: str = "the rows"
) -> tuple[Degrees, Degrees]:
    """Return longitudes and latitudes in degrees WGS 84.

    Args:
        lon: n longitudes, deg, in `crs`; NaN stays NaN.
        lat: n latitudes, deg, in `crs`.
        crs: one of `CRS`.
        feed: how the error names the giver.

    Raises:
        UndeclaredCRS: `crs` is None or not one of `CRS`.
    """
    if crs not in CRS:
        raise UndeclaredCRS(feed, crs)
    if crs == "BD-09":
        lon, lat = _inverse(_bd09_of_gcj02, lon, lat)
    return (
        _inverse(gcj02_of_wgs84, lon, lat) if crs in {"GCJ-02", "BD-09"} else (lon, lat)
    )


def gcj02_of_wgs84(lon: Degrees, lat: Degrees) -> tuple[Degrees, Degrees]:
    """Return GCJ-02 degrees of WGS 84 degrees."""
    x, y = lon - 105.0, lat - 35.0
    both = 20.0 * (np.sin(6.0 * x * np.pi) + np.sin(2.0 * x * np.pi)) / 1.5
    east = (
        300.0
        + x
        + 2.0 * y
        + 0.1 * x * x
        + 0.1 * x * y
        + 0.1 * np.sqrt(np.abs(x))
        + both
    )
    east += (
        20.0 * _wave(x, 1.0, 1 / 3, 2.0)
        + 150.0 * np.sin(x / 12.0 * np.pi)
        + 300.0 * np.sin(x / 30.0 * np.pi)
    ) / 1.5
    north = (
        -100.0
        + 2.0 * x
        + 3.0 * y
        + 0.2 * y * y
        + 0.1 * x * y
        + 0.2 * np.sqrt(np.abs(x))
        + both
    )
    north += (
        20.0 * _wave(y, 1.0, 1 / 3, 2.0)
        + 160.0 * np.sin(y / 12.0 * np.pi)
        + 320.0 * np.sin(y * np.pi / 30.0)
    ) / 1.5
    radians = np.radians(lat)
    flat = 1 - _ECCENTRICITY2 * np.sin(radians) ** 2
    shifted = _is_shifted(lon, lat)
    dlon = np.degrees(east / (_AXIS_M / np.sqrt(flat) * np.cos(radians)))
    dlat = np.degrees(north / (_AXIS_M * (1 - _ECCENTRICITY2) / (flat * np.sqrt(flat))))
    return lon + np.where(shifted, dlon, 0.0), lat + np.where(shifted, dlat, 0.0)


def _wave(value: Degrees, first: float, second: float, weight: float) -> Degrees:
    return np.sin(value * np.pi * first) + weight * np.sin(value * np.pi * second)


def _bd09_of_gcj02(lon: Degrees, lat: Degrees) -> tuple[Degrees, Degrees]:
    scale = np.pi * 3000.0 / 180.0
    reach = np.hypot(lon, lat) + 0.00002 * np.sin(lat * scale)
    angle = np.arctan2(lat, lon) + 0.000003 * np.cos(lon * scale)
    shifted = _is_shifted(lon, lat)
    return np.where(shifted, reach * np.cos(angle) + 0.0065, lon), np.where(
        shifted, reach * np.sin(angle) + 0.006, lat
    )


def _is_shifted(lon: Degrees, lat: Degrees) -> NDArray[np.bool_]:
    west, east, south, north = _SHIFTED
    return (lon >= west) & (lon <= east) & (lat >= south) & (lat <= north)


def _inverse(
    forward: Callable[[Degrees, Degrees], tuple[Degrees, Degrees]],
    lon: Degrees,
    lat: Degrees,
) -> tuple[Degrees, Degrees]:
    """Return what `forward` maps to the given degrees."""
    x, y = lon.astype(np.float64), lat.astype(np.float64)
    for _ in range(_TURNS):
        seen_x, seen_y = forward(x, y)
        x, y = x + (lon - seen_x), y + (lat - seen_y)
    return x, y
