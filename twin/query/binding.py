"""What a question's parameters are bound to, by their names in its header.

There are three givers, the nearest first: the question itself (`Question.own`), the view that is
looked at, and the city's pack. A header asks for what it needs and no layer hands anything on.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Literal

from twin.clock import year_share
from twin.errors import QueryError
from twin.safety import safety_of

if TYPE_CHECKING:
    from twin.city import City
    from twin.engine import Sql
    from twin.layer import MapData, Moment, Param, Question
    from twin.view import Pinned

Params = Mapping[str, "Param"]
Giver = Literal["pack", "view", "own"]
# Sections of city.toml whose numbers questions may take; no two have one of the same name.
_SECTIONS = ("freshness", "incidents", "bike_clusters")

# Steps of a scale whose limits the data give.
_STEPS = 6
_ASKED: Mapping[Moment, Callable[[Pinned], Pinned]] = {
    "view": lambda pinned: pinned,
    "day_before": lambda pinned: pinned.day_whole(),
    "hour": lambda pinned: pinned.hour_whole(),
    "newest": lambda pinned: pinned.in_newest(),
}


def snapshot_of(question: Question, pinned: Pinned) -> str:
    """Return the id of the snapshot that answers a question for a view."""
    return _ASKED[question.moment](pinned).snapshot


def of_view(pinned: Pinned) -> dict[str, Param]:
    """Return what a view gives: both clocks, its day and days like it, district, event, mode.

    Moments are UTC. Language, theme and camera are never among them: what is asked must not hang
    on how it is shown.
    """
    days, view = pinned.days, pinned.view
    return {
        "as_of": pinned.as_of,
        "known_at": pinned.known_at,
        "day_from": pinned.day_from,
        "day_to": days.day_to,
        "clock_hours": days.hours,
        "window_from": pinned.window_from,
        "mode": view.mode,
        "district": pinned.district,
        "event": pinned.event,
        "zone_streets": pinned.zone_streets,
        "this_year": pinned.day.year,
        "year_share": year_share(pinned.day),
        "of_source": view.source or "all",
        "of_category": view.category or "all",
        "of_categories": pinned.categories,
        "of_priority": int(view.priority or 0),
        "of_stage": view.stage or "all",
        "of_level": view.level or "all",
        "from_snapshot": pinned.is_snapshot_moment,
        "from_newest": pinned.is_newest_moment,
        **pinned.week_before,
        **pinned.day_before,
        **pinned.like_hours,
        **pinned.same_weeks,
    }


def of_city(city: City) -> dict[str, Param]:
    """Return what a pack gives: the raster, the time zone, and the numbers of `_SECTIONS`.

    Besides the words that say danger, and the units that are suggested for them.
    """
    raster = city.raster
    given: dict[str, Param] = {
        "raster_lon0_ud": raster.lon0 * 1e6,
        "raster_lat0_ud": raster.lat0 * 1e6,
        "raster_dlon_ud": raster.dlon * 1e6,
        "raster_dlat_ud": raster.dlat * 1e6,
        "raster_cell_m": raster.cell_m,
        "raster_n_x": raster.n_x,
        "raster_n_y": raster.n_y,
        "city_zone": city.zone.key,
        "safety_words": safety_of(city).words,
        "safety_units": safety_of(city).units,
    }
    return given | {
        name: value
        for section in _SECTIONS
        for name, value in city.settings.get(section, {}).items()
        if isinstance(value, (int, float)) and not isinstance(value, bool)
    }


def givers(question: Question, pinned: Pinned, pack: Params) -> dict[Giver, Params]:
    """Return what each giver gives a question; of two that give the same, the last one counts.

    Args:
        pack: what `of_city` gave.
    """
    asked = _ASKED[question.moment](pinned)
    return {"pack": pack, "view": of_view(asked), "own": question.own}


def of_map(data: MapData, limits: Sequence[float] = (), tile_side: int = 0) -> Question:
    """Return the question of map data with what the map gives it: the first tile, its limits.

    Args:
        limits: where the steps of its scale begin; none where only the tables matter.
        tile_side: cells along the side of a tile; 0 for the map's own.
    """
    own = dict(data.question.own)
    if data.tile:
        own |= {"tile_x": 0, "tile_y": 0, "tile_side": tile_side or data.tile}
    if data.steps:
        steps = limits or (math.inf,) * _STEPS
        own |= {f"limit_{n}": limit for n, limit in enumerate(steps, start=1)}
    return replace(data.question, own=own)


def bind(
    sql: Sql, question: Question, pinned: Pinned, pack: Params
) -> dict[str, Param]:
    """Return the parameters of a question of a layer for a view.

    Args:
        pack: what `of_city` gave.

    Raises:
        QueryError: nobody gives one that the header names, or the question has one of its own that
            the header does not name.
    """
    given = {
        name: value
        for each in givers(question, pinned, pack).values()
        for name, value in each.items()
    }
    wanted = [param.name for param in sql.params]
    missing = [name for name in wanted if name not in given]
    left = [name for name in question.own if name not in wanted]
    if missing or left:
        faults = (("nobody gives", missing), ("its header does not name", left))
        said = "; ".join(
            f"{fault} {', '.join(names)}" for fault, names in faults if names
        )
        raise QueryError(
            f"The parameters of {sql.name} cannot be bound: {said}.",
            fix="give it in the question's `own`, or mend the `-- param` lines of its header.",
        )
    return {name: given[name] for name in wanted}


def fill(sql: Sql, asked: Params, pack: Params) -> dict[str, Param]:
    """Return what was asked, with what `sql` takes besides filled in from the pack."""
    wanted = {param.name for param in sql.params}
    return {**{name: value for name, value in pack.items() if name in wanted}, **asked}
