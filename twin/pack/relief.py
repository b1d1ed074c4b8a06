"""The relief of a pack: heights of the ground, which a city may have or not.

Whatever is off with the file costs the shade of the hills only.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from twin import relief
from twin.errors import PackError
from twin.pack.base_map import one_sentence
from twin.pack.city_toml import optional

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from twin.geography import Outlines

# Enough of a file to know that it can be read.
_FEW_PX = 64


def read_relief(
    settings: Mapping[str, Any],
    root: Path,
    outlines: Outlines | None,
    problems: list[str],
    faults: list[str],
) -> Path | None:
    """Return the heights that city.toml names; None where it names none, or some that are off.

    Args:
        settings: what city.toml says.
        root: folder of the pack.
        outlines: of the districts, which the heights are of.
        problems: gets a sentence for a setting that is off.
        faults: gets the sentence why a file is left out.
    """
    given = optional(settings, "relief", problems) if "relief" in settings else None
    name = (given or {}).get("file")
    if not isinstance(name, str) or outlines is None:
        return None
    path = (root / name).resolve()
    if not path.is_relative_to(root.resolve()):
        problems.append(
            f"city.toml: [relief] file leaves the pack; give a path inside {root.name}/."
        )
        return None
    try:
        west, south, east, north = relief.read(path, _FEW_PX).bounds
    except PackError as error:
        faults.append(f"The shade of hills is left out: {one_sentence(error)}")
        return None
    here = outlines.bounds
    if west >= here[2] or east <= here[0] or south >= here[3] or north <= here[1]:
        faults.append(
            f"The shade of hills is left out: {path.name} is of another place: it reaches"
            f" from {west:g}, {south:g} to {east:g}, {north:g}; cut one for this city."
        )
        return None
    return path
