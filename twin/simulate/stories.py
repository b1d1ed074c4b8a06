"""The four stories of the city, told with known truth.

They are bikes, a smell at night, a storm over the old estate, and the river crossing.
"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa

from twin.contracts.events import DISPATCHES, EVENT_STAGES, EVENTS, FEEDBACKS, STAGES
from twin.contracts.tracks import TRACKS
from twin.errors import UsageError
from twin.safety import safety_of
from twin.simulate import bikes
from twin.simulate.bikes import PileUp
from twin.simulate.kinds import kinds
from twin.simulate.world import moments

if TYPE_CHECKING:
    from twin.simulate.world import World

NAMES = ("bike_pileup", "burning_smell", "storm", "crossing")
_SWIM_MPS, _SAMPLE_S, _NOISE_M, _DROPPED, _SHORTEST_M = 1.0, 5, 1.5, 0.05, 600.0
_M_PER_DEG = 111_320.0


@dataclass(frozen=True)
class Scenario:
    """A story placed at a moment, UTC; `name` is one of `NAMES`."""

    name: str
    at: datetime


@dataclass(frozen=True)
class Truth:
    """What a story planted: its event, and the times that a measure must find.

    Times are seconds after the event was created.

    Attributes:
        reports: events of the one incident that people made of it, in their order; none
            where nobody else reported it.
        pile: the pile of bikes that it was opened from.
    """

    name: str
    event_id: str
    at: datetime
    response_s: int
    closure_s: int
    n_units: int
    mode: str = "live"
    reports: tuple[str, ...] = ()
    pile: PileUp | None = None

    def after(self, seconds: float) -> datetime:
        """Return the moment so many seconds after the event was created."""
        return self.at + timedelta(seconds=seconds)


def planned(world: World, day: date, placed: tuple[Scenario, ...]) -> list[Scenario]:
    """Return the stories that begin on a local day.

    They are those that were placed, and those that the calendar brings.
    """
    draw, start = world.draw("stories", day), world.midnight(day)
    found = [
        each for each in placed if each.at.astimezone(world.city.zone).date() == day
    ]
    if draw.random() < 0.8:
        found.append(
            Scenario(
                "bike_pileup",
                start + timedelta(hours=8, minutes=int(draw.integers(5, 50))),
            )
        )
    if draw.random() < 0.35:
        found.append(
            Scenario(
                "burning_smell",
                start + timedelta(hours=21, minutes=int(draw.integers(0, 80))),
            )
        )
    storm = world.storm(day)
    if storm:
        found.append(
            Scenario(
                "storm", start + timedelta(seconds=storm.start_s + storm.length_s // 2)
            )
        )
    if (day.month, day.day) in {(7, 15), (7, 16)}:
        found.append(Scenario("crossing", start + timedelta(hours=9)))
    return found


def check(scenarios: tuple[Scenario, ...]) -> None:
    """Refuse a scenario of unknown name. Raises UsageError."""
    for each in scenarios:
        if each.name not in NAMES:
            raise UsageError(
                f"There is no story {each.name[:40]!r}.",
                fix=f"use one of {', '.join(NAMES)}.",
            )


# Priority, response and closure, s: the city's own example answers in 2 minutes and closes
# in 30.
_SHAPES = {
    "bike_pileup": (2, 45, 22 * 60),
    "burning_smell": (1, 98, 27 * 60),
    "storm": (3, 70, 29 * 60),
    "crossing": (1, 20, 6 * 60),
}
_SOURCES = {
    "bike_pileup": "proactive",
    "burning_smell": "reported",
    "storm": "proactive",
    "crossing": "proactive",
}


def stories_day(
    world: World, day: date, placed: tuple[Scenario, ...]
) -> tuple[dict[str, pa.Table], list[Truth]]:
    """Return the rows and the truth of the stories that begin on a local day."""
    tables: dict[str, list[pa.Table]] = {}
    truths: list[Truth] = []
    told = _script(world)
    if not world.city.reference["event_sources"].num_rows:
        return {}, []
    for number, scenario in enumerate(planned(world, day, placed)):
        mode = (
            "drill"
            if scenario.name == "crossing" and (day.month, day.day) != (7, 16)
            else "live"
        )
        priority, response, closure = _SHAPES[scenario.name]
        words = told.get(scenario.name, {})
        truth = Truth(
            scenario.name,
            f"T{day:%Y%m%d}{number:02d}",
            scenario.at,
            response,
            closure,
            max(1, len(words.get("units", ["U"]))),
            mode,
        )
        event = _event(world, truth, priority, words)
        parts = [_case(truth, event, words)]
        if scenario.name == "bike_pileup":
            seen, pile = bikes.story(
                world,
                truth.event_id,
                truth.at,
                event["lon_ud"] / 1e6,
                event["lat_ud"] / 1e6,
                day,
            )
            parts.append({"detections": seen})
            truth = replace(truth, pile=pile)
        if scenario.name == "burning_smell":
            others = _others(world, truth, event)
            parts += [_case(each, said, words) for each, said in others]
            names = tuple(each.event_id for each, _ in others)
            truth = replace(truth, reports=(truth.event_id, *names))
        truths.append(truth)
        for name, table in (each for part in parts for each in part.items()):
            tables.setdefault(name, []).append(table)
        if scenario.name == "crossing":
            tables.setdefault("tracks", []).append(
                _crossing(world, scenario.at, words, mode)
            )
    return {name: pa.concat_tables(parts) for name, parts in tables.items()}, truths


def _script(world: World) -> dict[str, Any]:
    path = world.city.root / "stories.toml"
    return tomllib.loads(path.read_text(encoding="utf-8")) if path.is_file() else {}


def _spot(world: World, name: str | None) -> tuple[float, float, str | None]:
    """Return longitude, latitude (deg) and district of a place.

    It is a named one of the pack, or the busiest street.
    """
    for row in world.city.reference["places"].to_pylist():
        if name and row["name"] == name:
            return row["lon_ud"] / 1e6, row["lat_ud"] / 1e6, row["district_id"]
    busiest = int(np.argmax(world.street_weight))
    lon, lat = world.ground.street_spot(np.array([busiest]))
    return float(lon[0]), float(lat[0]), str(world.street_district[busiest])


def _street(world: World, lon: float, lat: float) -> str | None:
    """Return the nearest street-level unit; None where the pack has no streets."""
    if not world.has_streets:
        return None
    return str(
        world.street_code[
            int(
                np.argmin(
                    np.hypot(
                        (world.street_lon - lon) * np.cos(np.radians(lat)),
                        world.street_lat - lat,
                    )
                )
            )
        ]
    )


# When others report the same smell, s after the first; who is asked to look is one unit.
_ALSO_S = (75, 200, 410)


def _others(
    world: World, truth: Truth, first: dict[str, Any]
) -> list[tuple[Truth, dict[str, Any]]]:
    """Return reports of other citizens of the same, each with its event.

    They are answered with the first: what was done is told to all of them.
    """
    draw = world.draw("also reported", truth.event_id)
    sources = [
        row["source_id"]
        for row in world.city.reference["event_sources"].to_pylist()
        if row["finds"] == _SOURCES[truth.name]
    ]
    found: list[tuple[Truth, dict[str, Any]]] = []
    for number, second in enumerate(_ALSO_S, start=1):
        lon, lat = world.ground.near(
            draw, first["lon_ud"] / 1e6, first["lat_ud"] / 1e6, first["district_id"]
        )
        also = Truth(
            truth.name,
            f"{truth.event_id}R{number}",
            truth.after(second),
            40 + 9 * number,
            truth.closure_s - second + 20 * number,
            1,
            truth.mode,
        )
        event = first | {
            "event_id": also.event_id,
            "occurred_at": also.after(-30),
            "recorded_at": also.after(2),
            "created_at": also.at,
            "source_id": sources[number % len(sources)]
            if sources
            else first["source_id"],
            "priority": min(first["priority"] + 1, 4),
            "lon_ud": round(lon * 1e6),
            "lat_ud": round(lat * 1e6),
            "street_code": _street(world, lon, lat),
        }
        found.append((also, event))
    return found


def _case(
    truth: Truth, event: dict[str, Any], words: dict[str, Any]
) -> dict[str, pa.Table]:
    """Return the rows of one event of a story, by table."""
    orders = [
        row
        for number, unit in enumerate((words.get("units") or ["1"])[: truth.n_units])
        for row in _order(truth, number, unit, words.get("result"))
    ]
    rows = (
        (EVENTS, [event]),
        (EVENT_STAGES, _stages(truth)),
        (DISPATCHES, orders),
        (FEEDBACKS, [_feedback(truth)]),
    )
    return {
        table.name: pa.Table.from_pylist(made, schema=table.schema)
        for table, made in rows
    }


def _event(
    world: World, truth: Truth, priority: int, words: dict[str, Any]
) -> dict[str, Any]:
    lon, lat, district = _spot(world, words.get("place") or words.get("from"))
    lon, lat = world.ground.near(
        world.draw("story", truth.event_id), lon, lat, district
    )
    sources = world.city.reference["event_sources"].to_pylist()
    source = next(
        (row for row in sources if row["finds"] == _SOURCES[truth.name]), sources[0]
    )
    category = "waterlogging" if truth.name == "storm" else truth.name
    labels = dict(zip(kinds().id, kinds().label[world.words], strict=True))
    label = labels.get(category, truth.name.replace("_", " "))
    return {
        "event_id": truth.event_id,
        "version": 1,
        "occurred_at": truth.after(-30),
        "recorded_at": truth.after(2),
        "created_at": truth.after(0),
        "mode": truth.mode,
        "source_id": source["source_id"],
        "category": category,
        "title": words.get("title", label),
        "details": words.get("details"),
        "channel": None,
        "priority": safety_of(world.city).level(
            priority, words.get("title", label), words.get("details")
        ),
        "level": "district",
        "is_proactive": source["finds"] == "proactive",
        "district_id": district,
        "street_code": _street(world, lon, lat),
        "address": words.get("place"),
        "lon_ud": round(lon * 1e6),
        "lat_ud": round(lat * 1e6),
        "source": "simulated",
    }


def _stages(truth: Truth) -> list[dict[str, Any]]:
    """Return the six stages of an event, in order."""
    entered = dict(
        zip(STAGES, (0, 5, 15, 25, truth.response_s, truth.closure_s), strict=True)
    )
    return [
        {
            "event_id": truth.event_id,
            "stage": stage,
            "occurred_at": truth.after(second),
            "recorded_at": truth.after(max(second, 2) + 1),
            "actor": "centre",
            "note": None,
            "source": "simulated",
        }
        for stage, second in entered.items()
    ]


def _feedback(truth: Truth) -> dict[str, Any]:
    """Return what citizens are told when the event is closed."""
    return {
        "event_id": truth.event_id,
        "version": 1,
        "occurred_at": truth.after(truth.closure_s),
        "recorded_at": truth.after(truth.closure_s + 2),
        "told_at": truth.after(truth.closure_s),
        "is_satisfied": True,
        "is_reopened": False,
        "source": "simulated",
    }


def _order(
    truth: Truth, number: int, unit: str, result: str | None
) -> list[dict[str, Any]]:
    """Return the four versions of one order.

    All units are told at once, the first acknowledges after `response_s`, and each is done
    in its own time; the lead is last.
    """
    when = {
        "sent_at": 18,
        "acked_at": truth.response_s + number * 6,
        "arrived_at": truth.closure_s * 0.3 + number * 60,
        "done_at": truth.closure_s * (0.9 - 0.07 * number),
    }
    rows: list[dict[str, Any]] = []
    for version, latest in enumerate(when, start=1):
        known = {
            name: truth.after(second) if place < version else None
            for place, (name, second) in enumerate(when.items())
        }
        rows.append(
            {
                "dispatch_id": f"{truth.event_id}-{number + 1}",
                "version": version,
                "occurred_at": truth.after(when[latest]),
                "recorded_at": truth.after(when[latest] + 1),
                "event_id": truth.event_id,
                "unit_id": f"U-{truth.name}-{number + 1}",
                "unit_name": unit,
                "role": "lead" if number == 0 else "assist",
                "is_required": True,
                "result": result if version == 4 and number == 0 else None,
                "source": "simulated",
            }
            | known
        )
    return rows


def _crossing(world: World, at: datetime, words: dict[str, Any], mode: str) -> pa.Table:
    """Return the tracks of a crossing.

    Formations that start two minutes apart and swim the course in blocks.

    Every position has 1.5 m of noise; 5 % of the samples are lost.
    """
    draw = world.draw("crossing", at)
    here, there = _spot(world, words.get("from")), _spot(world, words.get("to"))
    n_formations, n_each = (
        int(words.get("formations", 4)),
        int(words.get("swimmers", 20)),
    )
    n = n_formations * n_each
    east, north = (
        (there[0] - here[0]) * _M_PER_DEG * np.cos(np.radians(here[1])),
        (there[1] - here[1]) * _M_PER_DEG,
    )
    far = float(np.hypot(east, north))
    if far < _SHORTEST_M:
        east, north, far = _SHORTEST_M, 0.0, _SHORTEST_M
    samples = np.arange(0, int(far / _SWIM_MPS), _SAMPLE_S)
    who, when = (
        grid.ravel() for grid in np.meshgrid(np.arange(n), samples, indexing="ij")
    )
    kept = draw.random(len(who)) >= _DROPPED
    who, when = who[kept], when[kept]
    rank = who % n_each
    along = when * _SWIM_MPS - (rank // 8) * 3.0 + draw.normal(0, _NOISE_M, len(who))
    across = (rank % 8 - 3.5) * 2.5 + draw.normal(0, _NOISE_M, len(who))
    x, y = (along * east - across * north) / far, (along * north + across * east) / far
    second = when + (who // n_each) * 120
    columns: dict[str, Any] = {
        "track_id": np.array(
            [f"X{at:%Y%m%d%H%M}-{each:04d}" for each in range(n)], object
        )[who],
        "occurred_at": moments(at, second),
        "recorded_at": moments(at, second + 1),
        "mode": np.full(len(who), mode, object),
        "kind": np.full(len(who), "swimmer", object),
        "bib": np.array([f"{each:04d}" for each in range(n)], object)[who],
        "formation_id": np.array(
            [f"F{each // n_each + 1:02d}" for each in range(n)], object
        )[who],
        "lon_ud": (
            np.rint(
                (here[0] + x / (_M_PER_DEG * np.cos(np.radians(here[1])))) * 1e6
            ).astype(np.int32)
        ),
        "lat_ud": np.rint((here[1] + y / _M_PER_DEG) * 1e6).astype(np.int32),
        "confidence": draw.uniform(0.7, 1.0, len(who)).astype(np.float32),
        "sensor": np.full(len(who), "drone", object),
        "source": np.full(len(who), "simulated", object),
    }
    return pa.table(columns).cast(TRACKS.schema)
