"""The renovation programmes.

Estates, lifts and community centres move through their steps, some of them late.
"""

from __future__ import annotations

import csv
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa

from twin.contracts.community import ACTIVITIES, COMMUNITIES
from twin.contracts.renewal import ESTATES, LIFT_STEPS, LIFT_STEPS_ORDER, LIFTS
from twin.simulate.kinds import names
from twin.simulate.world import moments

if TYPE_CHECKING:
    from twin.simulate.world import World

_STEPS = {
    "estates": ("planned", "under_way", "accepted"),
    "lifts": ("applied", "approved", "building", "accepted"),
    "communities": ("planned", "under_way", "open"),
}
_RENEWED_SHARE = 0.35

# How many in a hundred of a year's works end in each month: fewer in winter, all by its
# end.
_MONTHS = np.array([5, 5, 8, 9, 9, 9, 9, 9, 9, 10, 9, 9])

# Renewed lifts are in no plan: they come after the added ones, the last in the next year.
_RENEWED_LATER = timedelta(days=75)

# Days between the steps of a programme: least and most.
_SPANS = {
    "estates": ((15, 60), (45, 190)),
    "lifts": ((25, 110), (12, 45), (55, 150)),
    "communities": ((15, 45), (35, 110)),
}
_KINDS = {
    "estates": ("estate_id", ESTATES),
    "lifts": ("lift_id", LIFTS),
    "communities": ("community_id", COMMUNITIES),
}


@dataclass(frozen=True)
class Item:
    """One thing in a programme.

    It has what does not change, and the local day on which each of its steps is
    reached.
    """

    programme: str
    fixed: dict[str, Any]
    reached: tuple[date, ...]


def items_of(world: World) -> list[Item]:
    """Return every item of the newest programme year: those that the pack names first, then others.

    The others lie in streets drawn by the seed. Lifts are planned as added; renewed ones
    come on top, as a series of their own. The plan is met by the year's end, a share of it
    in each month.
    """
    found: list[Item] = []
    newest: dict[str, dict[str, Any]] = {}
    for row in world.city.reference["targets"].to_pylist():
        if row["district_id"] is None and row["plan"] is not None:
            newest[row["programme"]] = row
    for programme, target in newest.items():
        n, year = int(target["plan"]), int(target["year"])
        named, made_up = _named(world, programme), names()[world.words][programme]
        extra = int(n * _RENEWED_SHARE) if programme == "lifts" else 0
        draw = world.draw("programme", programme, year)
        streets = draw.choice(len(world.street_code), n + extra, p=world.street_weight)
        lon, lat, district = world.ground.scatter(draw, streets)
        later = _RENEWED_LATER
        ends = [
            *_ends(draw, year, n),
            *(end + later for end in _ends(draw, year, extra)),
        ]
        for at in range(n + extra):
            seed = named[at] if at < len(named) else None
            place = {
                "lon_ud": round((seed["lon"] if seed else lon[at]) * 1e6),
                "lat_ud": round((seed["lat"] if seed else lat[at]) * 1e6),
                "district_id": seed["district_id"] if seed else str(district[at]),
                "year": year,
                "source": "simulated",
            }
            label = (
                seed["name"]
                if seed
                else f"{world.street_name[streets[at]]} {made_up} {at + 1}"
            )
            more = _more(programme, at, label, seed, draw, renewed=at >= n)
            found.append(
                Item(programme, place | more, _reached(programme, ends[at], draw))
            )
    return found


def _named(world: World, programme: str) -> list[dict[str, Any]]:
    """Return the pack's named estates or communities, with numbers for lon and lat."""
    path = world.city.root / {
        "estates": "named_estates.csv",
        "communities": "named_communities.csv",
    }.get(programme, "none")
    if not path.is_file():
        return []
    with path.open(encoding="utf-8", newline="") as file:
        return [
            row | {"lon": float(row["lon"]), "lat": float(row["lat"])}
            for row in csv.DictReader(file)
        ]


def _more(
    programme: str,
    at: int,
    label: str,
    seed: dict[str, Any] | None,
    draw: np.random.Generator,
    *,
    renewed: bool,
) -> dict[str, Any]:
    """Return what else is said of an item: of one that the pack names, only what the pack says."""
    if programme == "lifts":
        return {
            "lift_id": f"LF{at + 1:05d}",
            "estate_name": label,
            "kind": "renewed" if renewed else "added",
            "old_age_y": int(draw.integers(15, 26)) if renewed else None,
            "subsidy_wan": round(float(draw.normal(15, 1.2)), 1),
        }
    if programme == "estates":
        built, households = (
            int(draw.integers(1955, 2000)),
            int(draw.integers(80, 1_400)),
        )
        if seed:
            built, households = (
                int(seed[name]) if seed.get(name) else None
                for name in ("built", "households")
            )
        return {
            "estate_id": seed["estate_id"] if seed else f"ES{at + 1:04d}",
            "name": label,
            "built": built,
            "households": households,
        }
    freed_m2 = round(float(draw.uniform(60, 260)))
    return {
        "community_id": seed["community_id"] if seed else f"CM{at + 1:03d}",
        "name": label,
        "batch": 1,
        "freed_m2": None if seed else freed_m2,
    }


def _ends(draw: np.random.Generator, year: int, n: int) -> list[date]:
    """Return `n` days on which works of a year end: of each month its share, on no weekend."""
    share = (draw.permutation(n) + 0.5) / max(n, 1)
    months = np.concatenate([[0.0], np.cumsum(_MONTHS / _MONTHS.sum())])
    firsts = [
        (date(year + at // 12, at % 12 + 1, 1) - date(year, 1, 1)).days
        for at in range(13)
    ]
    firsts[0] = 6  # so that no weekend brings a day back into the year before
    days = [
        date(year, 1, 1) + timedelta(days=int(at))
        for at in np.interp(share, months, firsts)
    ]
    return [day - timedelta(days=max(0, day.weekday() - 4)) for day in days]


def _reached(programme: str, end: date, draw: np.random.Generator) -> tuple[date, ...]:
    """Return the days of the steps, the last of them `end`."""
    days = [end]
    for least, most in reversed(_SPANS[programme]):
        days.append(days[-1] - timedelta(days=int(draw.integers(least, most))))
    return tuple(reversed(days))


def register(world: World, items: list[Item], at: datetime) -> dict[str, pa.Table]:
    """Return every item that has begun its way, as it stands at `at` and recorded then.

    This is where the log begins.
    """
    rows: dict[str, list[dict[str, Any]]] = {programme: [] for programme in _KINDS}
    for number, item in enumerate(items):
        n_reached = sum(_moved_at(world, number, day) <= at for day in item.reached)
        if n_reached:
            rows[item.programme].append(_row(world, item, n_reached - 1, at))
    return {programme: _table(programme, found) for programme, found in rows.items()}


def programmes_day(world: World, items: list[Item], day: date) -> dict[str, pa.Table]:
    """Return what moves on one local day.

    These are new versions of items, lift applications through their steps, and
    activities.
    """
    rows: dict[str, list[dict[str, Any]]] = {programme: [] for programme in _KINDS}
    steps: list[dict[str, Any]] = []
    for number, item in enumerate(items):
        if day in item.reached:
            rows[item.programme].append(
                _row(
                    world, item, item.reached.index(day), _moved_at(world, number, day)
                )
            )
        if item.programme == "lifts":
            steps += _lift_steps(world, number, item, day)
    tables = {programme: _table(programme, found) for programme, found in rows.items()}
    tables["lift_steps"] = pa.Table.from_pylist(steps, schema=LIFT_STEPS.schema)
    tables["activities"] = _activities(world, items, day)
    return tables


def _moved_at(world: World, number: int, day: date) -> datetime:
    """Return when an item moves on one of its days, UTC.

    It is in the office hours of the city, each at its own second.
    """
    return world.midnight(day) + timedelta(seconds=9 * 3_600 + number % 21_600)


def _row(world: World, item: Item, step: int, at: datetime) -> dict[str, Any]:
    status = _STEPS[item.programme][step]
    row = item.fixed | {
        "version": step + 1,
        "occurred_at": at,
        "recorded_at": at,
        "status": status,
    }
    done = (
        world.midnight(item.reached[step]) if status in {"accepted", "open"} else None
    )
    if item.programme == "communities":
        return row | {
            "opened_at": done,
            "freed_m2": item.fixed["freed_m2"] if done else None,
        }
    if item.programme == "estates":
        row |= {"started_at": world.midnight(item.reached[1]) if step >= 1 else None}
    return row | {"accepted_at": done}


def _table(programme: str, rows: list[dict[str, Any]]) -> pa.Table:
    return pa.Table.from_pylist(rows, schema=_KINDS[programme][1].schema)


def _lift_steps(
    world: World, number: int, item: Item, day: date
) -> list[dict[str, Any]]:
    """Return the approval steps that an application enters or leaves today.

    There are five between 'applied' and 'approved'.
    """
    length = (item.reached[1] - item.reached[0]) / len(LIFT_STEPS_ORDER)
    found: list[dict[str, Any]] = []
    channel = "mobile" if int(item.fixed["lift_id"][2:]) % 5 else "window"
    for place, step in enumerate(LIFT_STEPS_ORDER):
        entered, left = (
            item.reached[0] + length * place,
            item.reached[0] + length * (place + 1),
        )
        if day not in {entered, left}:
            continue
        at, begun = _moved_at(world, number, day), _moved_at(world, number, entered)
        found.append(
            {
                "lift_id": item.fixed["lift_id"],
                "step": step,
                "version": 1 if day == entered else 2,
                "occurred_at": begun,
                "recorded_at": at,
                "left_at": None if day == entered else at,
                "channel": channel,
                "source": "simulated",
            }
        )
    return found


def _activities(world: World, items: list[Item], day: date) -> pa.Table:
    """Return the classes and meetings of the day in centres that are open.

    Attendance is known when they end.
    """
    open_ones = [
        item
        for item in items
        if item.programme == "communities" and item.reached[-1] <= day
    ]
    draw = world.draw("activities", day)
    meeting = [item for item in open_ones if draw.random() < 0.6]
    n = len(meeting)
    begin = draw.choice([9, 10, 14, 15, 19], n) * 3_600 if n else np.zeros(0, np.int64)
    seats = draw.integers(12, 45, n)
    start = world.midnight(day)
    shared: dict[str, Any] = {
        "activity_id": np.array([f"A{day:%Y%m%d}{at:03d}" for at in range(n)], object),
        "occurred_at": moments(start, begin),
        "community_id": np.array(
            [item.fixed["community_id"] for item in meeting], object
        ),
        "kind": draw.choice(
            np.array(["calligraphy", "handcraft", "health", "reading"], object), n
        ),
        "age_group": draw.choice(
            np.array(["children", "adults", "elders", "all"], object), n
        ),
        "host": draw.choice(
            np.array(["resident", "students", "partner", "staff"], object), n
        ),
        "seats": seats.astype(np.int16),
        "source": np.full(n, "simulated", object),
    }
    first = shared | {
        "version": np.ones(n, np.int16),
        "recorded_at": moments(start, begin - 7_200),
        "attended": pa.nulls(n, pa.int16()),
    }
    last = shared | {
        "version": np.full(n, 2, np.int16),
        "recorded_at": moments(start, begin + 5_400),
        "attended": (seats * draw.uniform(0.5, 1.0, n)).astype(np.int16),
    }
    return pa.concat_tables(
        [
            pa.table(each).select(ACTIVITIES.schema.names).cast(ACTIVITIES.schema)
            for each in (first, last)
        ]
    )
