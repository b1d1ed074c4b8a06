"""What came later, of random histories, is what plain Python reads from the raw logs.

The histories are cut into random publishes, with compaction and prune between; the look back is
answered by an old snapshot, what came later by the newest.
"""

from __future__ import annotations

import random
from datetime import datetime, timedelta

import pytest

from layers.registry import load_registry
from tests.history.histories import History, Row, drawn, grown
from twin.query import QueryService
from twin.store import Lake
from twin.view import View, pin

MOMENTS = 30
FIELDS = (
    "title",
    "priority",
    "district_id",
    "category",
    "level",
    "street_code",
    "lon_ud",
    "lat_ud",
    "occurred_at",
    "created_at",
)


def view_of(history: History, draw: random.Random) -> View:
    """Return a look back at or soon after some event happened, mostly as known then."""
    row = draw.choice(history.rows["events"])
    as_of = row["occurred_at"] + timedelta(seconds=draw.choice([0, 1, 600, 7_200]))
    known_at = draw.choice([as_of, as_of, as_of, history.moment(draw)])
    return View(as_of=as_of, known_at=known_at, mode=draw.choice(["live", row["mode"]]))


def highest(rows: list[Row]) -> Row | None:
    return max(rows, key=lambda row: row["version"], default=None)


def came_later(
    history: History, as_of: datetime, known_at: datetime, mode: str
) -> list[tuple[str, str, datetime]]:
    """Return event, what came later of it, and when: late, corrected or answered."""
    found = []
    events = history.rows["events"]
    for name in {row["event_id"] for row in events}:
        mine = [row for row in events if row["event_id"] == name]
        newest = highest(mine)
        known = highest([row for row in mine if row["recorded_at"] <= known_at])
        if newest is None or newest["mode"] != mode:
            continue
        after = [
            row["recorded_at"]
            for row in mine
            if row["recorded_at"] > known_at and row["occurred_at"] <= as_of
        ]
        if after and newest["occurred_at"] <= as_of:
            if known is None:
                found.append((name, "later-late", min(after)))
            elif any(known[each] != newest[each] for each in FIELDS):
                found.append((name, "later-corrected", min(after)))
        told = answered(history, name, as_of, known_at)
        if told and known is not None:
            found.append((name, "later-answered", told))
    return sorted(found)


def answered(
    history: History, name: str, as_of: datetime, known_at: datetime
) -> datetime | None:
    """Return when the first answer that had been given by then was recorded, later."""
    mine = [row for row in history.rows["feedbacks"] if row["event_id"] == name]
    replaced = {row["replaces"] for row in mine if row["replaces"] is not None}
    return min(
        (
            row["recorded_at"]
            for row in mine
            if row["version"] not in replaced
            and row["recorded_at"] > known_at
            and row["told_at"] is not None
            and row["told_at"] <= as_of
        ),
        default=None,
    )


@pytest.mark.parametrize("seed", range(1, 5))
def test_what_came_later_is_what_the_logs_say(tmp_path, seed):
    history, draw = drawn(seed), random.Random(seed)
    cuts = sorted(history.moment(draw) for _ in range(4))
    _, city = grown(history, Lake(tmp_path), cuts, draw)
    registry = load_registry(city)
    layer = registry.get("later")
    panels = {panel.name: panel for panel in layer.panels}
    service = QueryService(city, registry, tmp_path)
    n_told = 0
    for _ in range(MOMENTS):
        pinned = pin(view_of(history, draw), city, service.pointer)
        if pinned.is_beyond:
            continue
        clocks = pinned.as_of, pinned.known_at
        wanted = came_later(history, *clocks, pinned.view.mode)
        counts = [
            sum(kind == f"later-{of}" for _, kind, _ in wanted)
            for of in ("late", "corrected", "answered")
        ]
        figures = service.panel(layer, panels["figures"], pinned)
        listed = service.panel(layer, panels["rows"], pinned)
        said = {
            (row["id"].partition(":")[2], row["kind"], row["recorded_at"])
            for row in listed.rows.to_pylist()
        }
        if figures.unknown:
            continue
        n_told += len(wanted)
        assert [row["value"] for row in figures.rows.to_pylist()] == counts, clocks
        assert said <= set(wanted), clocks
        assert len(said) == min(len(wanted), 8), clocks
    service.close()
    assert n_told > 0
