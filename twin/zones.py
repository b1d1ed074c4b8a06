"""Where on the earth a time zone is.

This is enough to see that a city's longitudes and latitudes are swapped.
"""

from __future__ import annotations

import math
import re
from functools import lru_cache
from importlib.resources import files
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

# A place is far from its zone from here on; the widest zones reach about this far from
# their city.
FAR_KM = 3_000.0
_EARTH_KM = 6_371.0
_PLACE = re.compile(r"([+-])(\d{2})(\d{2})(\d{2})?([+-])(\d{3})(\d{2})(\d{2})?")


@lru_cache(maxsize=1)
def _places() -> Mapping[str, tuple[float, float]]:
    """Return longitude and latitude (deg) of the city that each zone is named after."""
    text = (files("tzdata") / "zoneinfo" / "zone.tab").read_text(encoding="utf-8")
    rows = [
        line.split("\t")
        for line in text.splitlines()
        if line and not line.startswith("#")
    ]
    return {row[2]: place for row in rows if (place := _degrees(row[1])) is not None}


def _degrees(written: str) -> tuple[float, float] | None:
    found = _PLACE.fullmatch(written)
    if found is None:
        return None
    ns, lat, lat_min, lat_s, ew, lon, lon_min, lon_s = found.groups(default="0")
    north = int(lat) + int(lat_min) / 60 + int(lat_s) / 3_600
    east = int(lon) + int(lon_min) / 60 + int(lon_s) / 3_600
    return (-east if ew == "-" else east), (-north if ns == "-" else north)


def away_km(zone: str, lon: float, lat: float) -> float | None:
    """Return how far a place (deg, WGS 84) is from the city that `zone` is named after, km.

    None for a zone that is named after none, such as 'UTC', and for an old name of a zone.
    """
    place = _places().get(zone)
    if place is None or not (abs(lon) <= 180 and abs(lat) <= 90):
        return None
    lon1, lat1, lon2, lat2 = map(math.radians, (*place, lon, lat))
    half = (
        math.sin((lat2 - lat1) / 2) ** 2
        + math.cos(lat1) * math.cos(lat2) * math.sin((lon2 - lon1) / 2) ** 2
    )
    return 2 * _EARTH_KM * math.asin(math.sqrt(min(half, 1.0)))


def looks_swapped(zone: str, lon: float, lat: float) -> bool:
    """Return whether a city there has its axes swapped.

    It does if it is far from its zone, and near with (lat, lon).
    """
    here, mirrored = away_km(zone, lon, lat), away_km(zone, lat, lon)
    return (
        here is not None
        and here > FAR_KM
        and mirrored is not None
        and mirrored < FAR_KM
    )
