"""What other packages offer, loaded only when a city names it.

The one place that reads entry points, of the groups `twin.layers`, `twin.pages`,
`twin.scenes`, `twin.feeds` and `twin.formats`.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from importlib.metadata import EntryPoint


def offered(group: str, name: str) -> EntryPoint | None:
    """Return the entry point that `package:entry` names in a group; None if nobody offers it.

    Nothing of the package is imported.

    Args:
        name: the distribution and the name of its entry point, such as 'acme-feeds:buses'.
            '-', '_' and '.' are one in the name of a distribution, and so is case.
    """
    # It takes a tenth of a second to import: only who names a package waits for it.
    from importlib.metadata import entry_points

    package, _, entry = name.partition(":")
    for point in entry_points(group=group, name=entry) if entry else ():
        if point.dist is not None and _plain(point.dist.name) == _plain(package):
            return point
    return None


def plugged(group: str, name: str) -> object | None:
    """Load what `package:entry` names in a group; None if nobody offers it.

    Raises:
        Exception: whatever the package raises when it is loaded.
    """
    point = offered(group, name)
    return None if point is None else point.load()


def _plain(package: str) -> str:
    return re.sub(r"[-_.]+", "-", package).lower()
