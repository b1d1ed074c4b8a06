"""Draw the marks of the map.

`python assets/icons/make.py` writes marks.png and marks.json beside this file.

A mark is white where it takes the colour of its row (`mask`), or has its own colour; around
it runs a hair edge that keeps it apart from whatever is behind it. Shapes are signed
distances (px, negative inside), so edges are smooth.
"""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
from PIL import Image

CELL, MARGIN, ACROSS = 128, 8, 6
HAIR, DARK = (255, 255, 255), (11, 18, 32)
WHITE = (255, 255, 255)
Field = np.ndarray
Y, X = np.mgrid[0:CELL, 0:CELL] - (CELL - 1) / 2.0


def polygon(*corners: tuple[float, float]) -> Field:
    """Return the signed distance to a polygon; corners in px from the centre, y downwards."""
    distance = np.full((CELL, CELL), np.inf)
    inside = np.zeros((CELL, CELL), dtype=bool)
    for (ax, ay), (bx, by) in zip(corners, (*corners[1:], corners[0]), strict=True):
        along = np.clip(
            ((X - ax) * (bx - ax) + (Y - ay) * (by - ay))
            / ((bx - ax) ** 2 + (by - ay) ** 2),
            0,
            1,
        )
        distance = np.minimum(
            distance, np.hypot(X - ax - along * (bx - ax), Y - ay - along * (by - ay))
        )
        crosses = ((ay > Y) != (by > Y)) & (
            (bx - ax) * (Y - ay) / ((by - ay) or 1e-9) + ax > X
        )
        inside ^= crosses
    return np.where(inside, -distance, distance)


def disc(radius: float) -> Field:
    """Return the signed distance to a disc."""
    return np.hypot(X, Y) - radius


def box(half: float) -> Field:
    """Return the signed distance to a square with rounded corners."""
    x, y = np.abs(X) - half + 6, np.abs(Y) - half + 6
    return (
        np.hypot(np.maximum(x, 0), np.maximum(y, 0))
        + np.minimum(np.maximum(x, y), 0)
        - 6
    )


def hollow(field: Field, wide: float) -> Field:
    """Return the rim of a shape, `wide` px inwards."""
    return np.maximum(field, -field - wide)


def cross(half: float, thick: float) -> Field:
    """Return the signed distance to an upright-turned-45° cross."""
    u, v = (X + Y) / 2**0.5, (X - Y) / 2**0.5
    return np.minimum(
        np.maximum(np.abs(u) - half, np.abs(v) - thick),
        np.maximum(np.abs(v) - half, np.abs(u) - thick),
    )


TRIANGLE = polygon((0, -46), (48, 40), (-48, 40))
DIAMOND = polygon((0, -48), (48, 0), (0, 48), (-48, 0))
ARROW = polygon((0, -48), (34, 44), (0, 26), (-34, 44))
HOUSE = polygon((0, -48), (46, -8), (46, 44), (-46, 44), (-46, -8))

# name: shape, own colour or None for a mask, colour of the edge, width of the edge in px
MARKS: dict[
    str, tuple[Field, tuple[int, int, int] | None, tuple[int, int, int], float]
] = {
    "p1": (TRIANGLE, (213, 94, 0), HAIR, 6),
    "p2": (DIAMOND, (230, 159, 0), HAIR, 4),
    "p3": (disc(46), (240, 228, 66), HAIR, 4),
    "p4": (hollow(disc(48), 18), (86, 180, 233), DARK, 4),
    "drone": (ARROW, None, DARK, 8),
    "dock": (hollow(box(40), 14), None, DARK, 6),
    "dept": (box(42), None, DARK, 6),
    "dept_late": (np.minimum(hollow(box(46), 14), box(20)), None, DARK, 6),
    "dept_down": (cross(50, 12), None, DARK, 6),
    "estate_planned": (hollow(HOUSE, 14), None, DARK, 5),
    "estate_under_way": (
        np.minimum(hollow(HOUSE, 14), np.maximum(HOUSE, -Y + 8)),
        None,
        DARK,
        5,
    ),
    "estate_accepted": (HOUSE, None, DARK, 5),
    "lift_added": (TRIANGLE, (0, 158, 115), DARK, 6),
    "lift_renewed": (disc(44), (204, 121, 167), DARK, 6),
    "centre": (np.minimum(hollow(disc(48), 12), disc(20)), None, DARK, 5),
}


def draw(
    field: Field,
    own: tuple[int, int, int] | None,
    edge: tuple[int, int, int],
    wide: float,
) -> Field:
    """Return one cell, RGBA, straight alpha."""
    body = np.clip(0.5 - field, 0, 1)[..., None]
    around = np.clip(0.5 - (field - wide), 0, 1)
    cell = np.empty((CELL, CELL, 4))
    cell[..., :3] = body * np.array(own or WHITE) + (1 - body) * np.array(edge)
    cell[..., 3] = around * 255
    return np.round(cell).astype(np.uint8)


def main() -> None:
    """Write the atlas and its mapping."""
    folder = Path(__file__).parent
    sheet = np.zeros(
        (-(-len(MARKS) // ACROSS) * CELL, ACROSS * CELL, 4), dtype=np.uint8
    )
    mapping: dict[str, dict[str, int | bool]] = {}
    for at, (name, (field, own, edge, wide)) in enumerate(MARKS.items()):
        y, x = at // ACROSS * CELL, at % ACROSS * CELL
        sheet[y : y + CELL, x : x + CELL] = draw(field, own, edge, wide)
        side = CELL - 2 * MARGIN
        mapping[name] = {
            "x": x + MARGIN,
            "y": y + MARGIN,
            "width": side,
            "height": side,
            "mask": own is None,
        }
    Image.fromarray(sheet).save(folder / "marks.png", optimize=True)
    (folder / "marks.json").write_text(
        json.dumps(mapping, indent=1) + "\n", encoding="utf-8"
    )


if __name__ == "__main__":
    main()
