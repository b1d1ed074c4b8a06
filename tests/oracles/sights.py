"""When a camera last saw each cell, in plain Python.

Squares are moved along between two heartbeats. This module imports nothing of the
house.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from itertools import pairwise
from math import ceil, dist

Ring = list[tuple[float, float]]
Cell = tuple[int, int]


def seen(
    looks: list[tuple[str, datetime, Ring]], as_of: datetime, n_x: int, n_y: int
) -> dict[Cell, datetime]:
    """The newest moment of the 24 h before `as_of` by cell, of looks (aircraft, moment,
    corners in cells).
    """
    found: dict[Cell, datetime] = {}
    for at, ring in swaths([look for look in looks if look[1] <= as_of]):
        if at <= as_of - timedelta(hours=24):
            continue
        for cell in inside(ring, n_x, n_y):
            found[cell] = max(at, found.get(cell, at))
    return found


def swaths(looks: list[tuple[str, datetime, Ring]]) -> list[tuple[datetime, Ring]]:
    """Every look, and those between two of one aircraft that are at most 61 s apart."""
    made: list[tuple[datetime, Ring]] = [(at, ring) for _, at, ring in looks]
    for drone in {drone for drone, _, _ in looks}:
        own = sorted((at, ring) for name, at, ring in looks if name == drone)
        for (at_a, a), (at_b, b) in pairwise(own):
            if at_b - at_a <= timedelta(seconds=61):
                made += between(at_a, a, at_b, b)
    return made


def between(
    at_a: datetime, a: Ring, at_b: datetime, b: Ring
) -> list[tuple[datetime, Ring]]:
    """Looks between two, in steps of half the shorter side: each of the shape of the nearer one."""
    side = min(dist(ring[n], ring[n - 1]) for ring in (a, b) for n in range(4))
    (ax, ay), (bx, by) = middle(a), middle(b)
    steps = min(max(ceil(dist((ax, ay), (bx, by)) / max(side / 2, 0.5)), 1), 60)
    made: list[tuple[datetime, Ring]] = []
    for n in range(1, steps):
        share = n / steps
        near, (x, y) = (a, (ax, ay)) if share < 0.5 else (b, (bx, by))
        to_x, to_y = ax + (bx - ax) * share - x, ay + (by - ay) * share - y
        us = int((at_b - at_a) / timedelta(microseconds=1) * share)
        made.append(
            (
                at_a + timedelta(microseconds=us),
                [(px + to_x, py + to_y) for px, py in near],
            )
        )
    return made


def middle(ring: Ring) -> tuple[float, float]:
    """The mean of the corners."""
    return sum(x for x, _ in ring) / 4, sum(y for _, y in ring) / 4


def inside(ring: Ring, n_x: int, n_y: int) -> set[Cell]:
    """Cells of side 1 whose centre lies in an upright rectangle."""
    west, east = min(x for x, _ in ring), max(x for x, _ in ring)
    south, north = min(y for _, y in ring), max(y for _, y in ring)
    columns = [x for x in range(n_x) if west <= x + 0.5 < east]
    rows = [y for y in range(n_y) if south <= y + 0.5 < north]
    return {(x, y) for x in columns for y in rows}
