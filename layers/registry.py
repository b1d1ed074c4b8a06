"""Load the layers that a city names, in its order."""

from __future__ import annotations

import importlib
from importlib.metadata import entry_points
from typing import TYPE_CHECKING, cast

from twin.errors import PackError
from twin.layer import Layer, Registry

if TYPE_CHECKING:
    from twin.city import City

# Entry points of other packages: `pack:name` in city.toml names the one called `name` of
# the distribution `pack`.
GROUP = "twin.layers"


def load_registry(city: City) -> Registry:
    """Return the layers of `city.layers`, in order. Only what is named is imported.

    Raises:
        PackError: a layer is not there, is broken, or stands twice.
    """
    try:
        return Registry(tuple(_load(name) for name in city.layers))
    except ValueError as error:
        raise PackError(
            f"The city {city.id} has unfit layers: {error}.",
            fix="name each layer once in city.toml.",
        ) from error


def _load(name: str) -> Layer:
    try:
        found = (
            _plugged(name)
            if ":" in name
            else importlib.import_module(f"layers.{name}.layer").LAYER
        )
    except ModuleNotFoundError as error:
        raise PackError(
            f"There is no layer {name!r}.",
            why=str(error),
            fix=(
                "name a folder under layers/, or 'package:name' of an installed"
                " package, in city.toml."
            ),
        ) from error
    except Exception as error:
        raise PackError(
            f"The layer {name!r} cannot be loaded.",
            why=f"{type(error).__name__}: {error}",
            fix="mend it, or take it out of the layers in city.toml.",
        ) from error
    if not isinstance(found, Layer):
        raise PackError(
            f"The layer {name!r} is a {type(found).__name__}, not a Layer.",
            fix="name the LAYER value of its module.",
        )
    return found


def _plugged(name: str) -> Layer:
    distribution, _, entry = name.partition(":")
    for point in entry_points(group=GROUP, name=entry):
        if point.dist is not None and point.dist.name.replace(
            "-", "_"
        ) == distribution.replace("-", "_"):
            return cast("Layer", point.load())
    raise ModuleNotFoundError(
        f"no installed package {distribution!r} offers a layer {entry!r}"
    )
