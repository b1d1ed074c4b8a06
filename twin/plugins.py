"""What other packages offer, loaded only when a city names it."""

from __future__ import annotations

from importlib.metadata import entry_points


def plugged(group: str, name: str) -> object | None:
    """Load the entry point that `package:entry` names in a group; None if nobody offers it.

    Args:
        name: the distribution and the name of its entry point, such as 'acme-feeds:buses'.
            '-' and '_' are one in the name of a distribution.

    Raises:
        Exception: whatever the package raises when it is loaded.
    """
    package, _, entry = name.partition(":")
    for point in entry_points(group=group, name=entry):
        if point.dist is not None and _plain(point.dist.name) == _plain(package):
            return point.load()
    return None


def _plain(package: str) -> str:
    return package.replace("-", "_").lower()
