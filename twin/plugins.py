"""What other packages offer, loaded only when a city names it."""

from __future__ import annotations

from importlib.metadata import entry_points


def plugged(group: str, name: str) -> object:
    """Load the entry point that `package:entry` names in a group.

    Args:
        name: the distribution and the name of its entry point, such as 'acme-feeds:buses'.
            '-' and '_' are one in the name of a distribution.

    Raises:
        ModuleNotFoundError: no installed package offers it. Whatever loading it raises.
    """
    package, _, entry = name.partition(":")
    for point in entry_points(group=group, name=entry):
        if point.dist is not None and _plain(point.dist.name) == _plain(package):
            return point.load()
    raise ModuleNotFoundError(
        f"no installed package {package!r} offers {entry!r} in the group {group}"
    )


def _plain(package: str) -> str:
    return package.replace("-", "_").lower()
