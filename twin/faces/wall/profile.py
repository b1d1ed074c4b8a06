"""How large type must be on a wall, from the distance of the last row and the size of a pixel."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, cast

from twin.errors import LostError, UsageError

if TYPE_CHECKING:
    from twin.city import City

# Chinese characters need this much more height than Latin letters to be told apart
# (assumed; see the wall profile).
HAN = 1.25

# Share of the wall's width that its smallest letters may have: with larger ones the scene's
# nine figures and five events do not fit.
ROOM = 0.0105


@dataclass(frozen=True)
class Profile:
    """One wall.

    Attributes:
        distance_m: from the screen to the last row.
        pitch_mm: from one pixel to the next.
        width, height: pixels of the whole wall.
    """

    name: str
    distance_m: float
    pitch_mm: float
    width: int
    height: int

    def px(self, minutes: float) -> int:
        """Return the height in pixels that fills `minutes` of arc from the last row.

        It is ceil(2 D tan(a/2) / pitch).

        Source: ISO 9241-303 (16 minutes of arc are the least, 20 to 22 preferred).
        """
        angle = math.radians(minutes / 60)
        return math.ceil(
            2 * self.distance_m * 1_000 * math.tan(angle / 2) / self.pitch_mm
        )

    def sizes(self) -> dict[str, int]:
        """Return type sizes in pixels of this wall.

        They are those of least, body, title, first (the worst event) and figure.
        """
        least = math.ceil(self.px(16) * HAN)
        return {
            "least": least,
            "body": math.ceil(least * 1.12),
            "title": math.ceil(self.px(22) * HAN * 1.08),
            "first": math.ceil(self.px(22) * HAN * 1.3),
            "figure": math.ceil(self.px(22) * HAN * 2.6),
        }


def profile(city: City, name: str) -> Profile:
    """Return the profile `name` of the city's pack.

    Raises:
        LostError: the pack has no wall of that name. UsageError: letters as large as it
            needs leave no room for the scene.
    """
    walls = city.settings.get("wall", {})
    found = cast("dict[str, Any] | None", walls.get(name))
    if found is None:
        raise LostError(
            f"The city {city.id} has no wall {name[:40]!r}.",
            fix=f"use one of {', '.join(sorted(walls))}.",
        )
    wall = Profile(
        name,
        float(found["distance_m"]),
        float(found["pitch_mm"]),
        int(found["width"]),
        int(found["height"]),
    )
    least, room = wall.sizes()["least"], int(wall.width * ROOM)
    if least > room:
        raise UsageError(
            f"The wall {name!r} cannot hold the scene: from {wall.distance_m:g} m its"
            f" smallest letters must be {least} px, and there is room for {room}.",
            why="letters that are shrunk to fit could not be read from the last row.",
            fix=(
                "in wall.toml bring the last row nearer, or name a wall with larger"
                " pixels."
            ),
        )
    return wall
