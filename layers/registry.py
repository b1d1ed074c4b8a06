"""Load the layers that a city names, in its order."""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING

from twin.errors import PackError
from twin.layer import Kind, Layer, Registry
from twin.marks import known, undrawn
from twin.pack.pages import line_of
from twin.plugins import plugged

if TYPE_CHECKING:
    from twin.city import City

# Entry points of other packages: `pack:name` in city.toml names the one called `name` of the
# distribution `pack`.
GROUP = "twin.layers"


def load_registry(city: City) -> Registry:
    """Return the layers of `city.layers`, in order. Only what is named is imported.

    A layer that is not there, is broken or stands twice is left out, and `Registry.faults` says
    so with the line of city.toml: the others live on.
    """
    found: dict[str, Layer] = {}
    faults: list[str] = []
    for name in city.layers:
        try:
            layer = _load(name)
        except PackError as error:
            faults.append(f"{_where(city, name)}: {' '.join(error.lines())}")
            continue
        if layer.id in found:
            faults.append(
                f"{_where(city, name)}: there is a layer {layer.id!r} already; name each once."
            )
        found.setdefault(layer.id, layer)
    return Registry(tuple(found.values()), tuple(faults))


def _where(city: City, name: str) -> str:
    return line_of(city.root / "city.toml", name)


def _load(name: str) -> Layer:
    """Return the layer that city.toml calls `name`. Raises PackError if there is none."""
    try:
        found = (
            _plugged(name)
            if ":" in name
            else importlib.import_module(f"layers.{name}.layer").LAYER
        )
    except ModuleNotFoundError as error:
        raise PackError(
            f"There is no layer {name!r}.",
            why=f"{error}.",
            fix="name a folder under layers/, or 'package:name' of an installed package.",
        ) from error
    except Exception as error:
        raise PackError(
            f"The layer {name!r} cannot be loaded.",
            why=f"{type(error).__name__}: {error}.",
            fix="mend it, or take it out of the layers.",
        ) from error
    if not isinstance(found, Layer):
        raise PackError(
            f"The layer {name!r} is a {type(found).__name__}, not a Layer.",
            fix="name the LAYER value of its module.",
        )
    if found.id != name.rpartition(":")[2]:  # a link could not name it
        raise PackError(
            f"The layer {name!r} calls itself {found.id!r}.",
            fix="give it the name by which it is loaded.",
        )
    if missing := undrawn(_marks_of(found)):
        raise PackError(
            f"The layer {name!r} names marks that there are not: {', '.join(missing)}.",
            why=f"the marks are {known()}.",
            fix="name one of these in its scales, or draw it in assets/icons/marks.json.",
        )
    return found


def _marks_of(layer: Layer) -> list[str]:
    """Return the names of the marks in the scales of a layer's legend and map."""
    scales = [data.encoding.scale for data in layer.maps]
    if layer.legend is not None:
        scales.append(layer.legend.scale)
    return [
        step.mark
        for scale in scales
        if isinstance(scale, tuple)
        for step in scale
        if isinstance(step, Kind) and step.mark
    ]


def _plugged(name: str) -> object:
    found = plugged(GROUP, name)
    if found is None:
        package, _, entry = name.partition(":")
        raise ModuleNotFoundError(
            f"no installed package {package!r} offers a layer {entry!r}"
        )
    return found
