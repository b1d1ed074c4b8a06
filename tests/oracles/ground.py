"""What a camera sees, in plain Python.

Rays meet flat ground, and cells have their centre in a polygon. This module imports
nothing of the house.
"""

from __future__ import annotations

from math import cos, hypot, radians, sin, tan


def ray(
    height: float,
    pitch: float,
    fov: float,
    heading: float,
    side: int,
    rise: int,
    aspect: float = 9 / 16,
) -> tuple[float, float] | None:
    """Return metres east and north where the ray to one corner meets the ground.

    It is a corner of the picture. Return None if the ray never meets it.

    The camera looks `pitch` deg up (negative: down) and `heading` deg from north; `side` -1
    is the left edge, `rise` -1 the lower one.
    """
    p, h = radians(pitch), radians(heading)
    forward = (cos(p) * sin(h), cos(p) * cos(h), sin(p))
    right = (cos(h), -sin(h), 0.0)
    up = (-sin(p) * sin(h), -sin(p) * cos(h), cos(p))
    across = tan(radians(fov) / 2)
    x, y, z = (
        f + side * across * r + rise * across * aspect * u
        for f, r, u in zip(forward, right, up, strict=True)
    )
    return None if z >= 0 else (x * height / -z, y * height / -z)


def area(ring: list[tuple[float, float]]) -> float:
    """Signed area of a ring, positive counter-clockwise."""
    return (
        sum(
            x1 * y2 - x2 * y1
            for (x1, y1), (x2, y2) in zip(ring, ring[1:] + ring[:1], strict=True)
        )
        / 2
    )


def holds(ring: list[tuple[float, float]], x: float, y: float) -> bool:
    """Whether a point lies in a ring, by counting the sides to its east."""
    inside = False
    for (x1, y1), (x2, y2) in zip(ring, ring[1:] + ring[:1], strict=True):
        if (y1 <= y) != (y2 <= y) and x < x1 + (x2 - x1) * (y - y1) / (y2 - y1):
            inside = not inside
    return inside


def cells(ring: list[tuple[float, float]], n_x: int, n_y: int) -> set[tuple[int, int]]:
    """Cells of side 1 whose centre lies in a ring."""
    return {
        (x, y) for x in range(n_x) for y in range(n_y) if holds(ring, x + 0.5, y + 0.5)
    }


def far_off(point: tuple[float, float]) -> float:
    """Distance from the foot of the aircraft."""
    return hypot(*point)
