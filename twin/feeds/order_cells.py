"""Cells of a work order: moments, places, districts and words, each read strictly or refused with a sentence."""

from __future__ import annotations

import math
import re
from datetime import UTC, datetime
from typing import TYPE_CHECKING, cast

import numpy as np

from twin.contracts.crs import to_wgs84
from twin.feeds.order_mapping import FEED

if TYPE_CHECKING:
    from collections.abc import Sequence
    from zoneinfo import ZoneInfo

    from numpy.typing import NDArray

    from twin.city import City
    from twin.feeds.order_mapping import OrderMapping
    from twin.geography import Locator

EARLIEST = datetime(2000, 1, 1, tzinfo=UTC)
"""Before it lie clocks that were never set."""
NEAR_DEG = 0.1
"""A place this far beyond the box around the outlines, some 10 km, may still be the city's."""
_KM_PER_DEG = 111.32
_NUMBER = re.compile(r"[+-]?(\d+(\.\d*)?|\.\d+)$")


class Refused(ValueError):  # noqa: N818 - named after what is done with the cell
    """A cell that cannot be read; its text is the reason, without a full stop."""


def read_moment(text: str, column: str, mapping: OrderMapping, recorded_at: datetime) -> datetime | None:
    """Answer the moment in UTC; None for an empty cell.

    Raises:
        Refused: not a moment; no zone; a local time that a change of clocks skips or repeats; before 2000; in the future.
    """
    if not text:
        return None
    moment = _iso(text) or _formed(text, mapping.time_format)
    if moment is None:
        raise Refused(f"{column}: {text!r} is not a moment; the form {mapping.time_format!r} or ISO 8601 is expected")
    if moment.tzinfo is None:
        if mapping.zone is None:
            raise Refused(f"{column}: {text!r} has no time zone, and none is declared in {mapping.where}")
        moment = _local(moment, mapping.zone, f"{column}: {text!r}")
    try:
        moment = moment.astimezone(UTC)
    except OverflowError:
        raise Refused(f"{column}: {text!r} is not a moment of our time") from None
    if moment < EARLIEST:
        raise Refused(f"{column}: {text!r} lies before the year {EARLIEST.year}: a clock that was never set?")
    if moment > recorded_at:
        raise Refused(f"{column}: {text!r} lies in the future")
    return moment


def _iso(text: str) -> datetime | None:
    """Read ISO 8601 with hours and minutes; a bare date says too little."""
    try:
        return datetime.fromisoformat(text) if ":" in text else None
    except ValueError:
        return None


def _formed(text: str, form: str) -> datetime | None:
    try:
        return datetime.strptime(text, form)  # noqa: DTZ007 - a missing zone is looked for next
    except ValueError:
        return None


def _local(moment: datetime, zone: ZoneInfo, said: str) -> datetime:
    early, late = moment.replace(tzinfo=zone, fold=0), moment.replace(tzinfo=zone, fold=1)
    try:
        if early.utcoffset() == late.utcoffset():
            return early
        back = early.astimezone(UTC).astimezone(zone).replace(tzinfo=None)
    except OverflowError:
        raise Refused(f"{said} is not a moment of our time") from None
    if back == moment.replace(tzinfo=None):
        raise Refused(f"{said} comes twice that night in {zone.key}, when clocks go back; it needs a zone")
    raise Refused(f"{said} does not exist in {zone.key}: clocks skip it that night")


def read_places(lon: Sequence[str], lat: Sequence[str], mapping: OrderMapping, locator: Locator) -> tuple[NDArray[np.float64], NDArray[np.float64], dict[int, str]]:
    """Answer longitudes and latitudes, deg WGS 84, NaN where none was given, and a reason for each that is refused.

    Raises:
        UndeclaredCRS: there are places, and the mapping declares no datum that is understood.
    """
    x, y = np.full(len(lon), np.nan), np.full(len(lat), np.nan)
    reasons: dict[int, str] = {}
    for at, (east, north) in enumerate(zip(lon, lat, strict=True)):
        if not east and not north:
            continue
        if not _NUMBER.fullmatch(east) or not _NUMBER.fullmatch(north):
            reasons[at] = f"place: longitude {east!r} and latitude {north!r} are not both decimal degrees"
            continue
        x[at], y[at] = float(east), float(north)
    if not np.isfinite(x).any():
        return x, y, reasons
    lon_wgs, lat_wgs = to_wgs84(x, y, mapping.crs, feed=FEED)
    for at in np.flatnonzero(np.isfinite(x) & ~_inside(lon_wgs, lat_wgs, locator)).tolist():
        reasons[at] = _astray(float(x[at]), float(y[at]), locator)
    return lon_wgs, lat_wgs, reasons


def _inside(lon: NDArray[np.float64], lat: NDArray[np.float64], locator: Locator) -> NDArray[np.bool_]:
    west, south, east, north = locator.outlines.bounds
    return (lon >= west - NEAR_DEG) & (lon <= east + NEAR_DEG) & (lat >= south - NEAR_DEG) & (lat <= north + NEAR_DEG)


def _astray(lon: float, lat: float, locator: Locator) -> str:
    said = f"place: longitude {lon:g}, latitude {lat:g}"
    if lon == 0 and lat == 0:
        return f"{said} stands for an unknown place; leave both cells empty"
    if bool(_inside(np.array([lat]), np.array([lon]), locator)[0]):
        return f"{said} lies in the city only if the two are swapped"
    if abs(lon) > 180 or abs(lat) > 90:
        return f"{said} is no place on earth"
    west, south, east, north = locator.outlines.bounds
    away = math.hypot(max(west - lon, lon - east, 0) * math.cos(math.radians(lat)), max(south - lat, lat - north, 0)) * _KM_PER_DEG
    return f"{said} lies {away:,.0f} km outside the city"


class Districts:
    """Finds a district by its id or name."""

    def __init__(self, city: City) -> None:
        """Learn the names of the pack."""
        ids, names, names_en = (cast("list[str]", city.reference["districts"][name].to_pylist()) for name in ("district_id", "name", "name_en"))
        self._names = dict(zip(names, ids, strict=True))
        self._exact = {word.lower(): key for words in (ids, names, names_en) for word, key in zip(words, ids, strict=True)}

    def find(self, text: str, column: str) -> str | None:
        """Answer the id; None for an empty cell. A name with the city's before it is understood.

        Raises:
            Refused: the pack knows no such district.
        """
        if not text:
            return None
        found = {self._exact[text.lower()]} if text.lower() in self._exact else {key for name, key in self._names.items() if text.endswith(name)}
        if len(found) != 1:
            raise Refused(f"{column}: the city has no district {text!r}")
        return found.pop()


def read_priority(text: str, words: str, mapping: OrderMapping) -> int:
    """Answer 1 to 4; `words` (title, details and kind) that speak of danger raise it.

    Raises:
        Refused: a word that the mapping does not know.
    """
    if text and text not in mapping.priorities:
        raise Refused(f"{mapping.columns['priority']}: {text!r} is none of {', '.join(mapping.priorities)}")
    level = mapping.priorities[text] if text else mapping.default_priority
    lowered = words.lower()
    return min(level, mapping.safety_priority) if any(word in lowered for word in mapping.safety_words) else level


def read_truth(text: str, column: str, mapping: OrderMapping) -> bool | None:
    """Answer true or false; None for an empty cell.

    Raises:
        Refused: a word that the mapping does not know.
    """
    if not text:
        return None
    word = text.lower()
    if word not in (*mapping.yes, *mapping.no):
        raise Refused(f"{column}: {text!r} is none of {', '.join((*mapping.yes, *mapping.no))}")
    return word in mapping.yes
