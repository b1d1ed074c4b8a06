"""The map as a small spec for the bundle: pydeck layers whose data are URLs, and a camera."""

from __future__ import annotations

import json
import logging
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, get_args

import pydeck as pdk

from twin.errors import TwinError
from twin.layer import Drawing, DrawOrder

if TYPE_CHECKING:
    from twin.city import Camera, City
    from twin.faces.texts import Texts
    from twin.layer import Base, Layer, Registry, Shading
    from twin.query import QueryService
    from twin.view import Pinned

EMPTY: Mapping[str, Shading] = MappingProxyType({})
_ORDER = {over: at for at, over in enumerate(get_args(DrawOrder))}


@dataclass(frozen=True)
class Links:
    """The URLs of one layer's data, for its drawing (see `twin.layer.Urls`)."""

    service: QueryService
    layer: Layer
    pinned: Pinned
    pack_urls: Mapping[str, str]
    shades: Mapping[str, Shading]
    base_map: Base | None = None

    def data(self, name: str) -> str:
        """Return the URL of the layer's own data `name`."""
        return self.service.url(self.layer.id, name, self.pinned)

    def tile(self, name: str) -> int:
        """Return how many cells there are along the side of a tile of the data `name`."""
        return self.service.tile_side(self.layer.id, name, self.pinned)

    def pack(self, role: str) -> str:
        """Return the URL of a geography file of the pack; '' for one that it does not have."""
        return self.pack_urls.get(role, "")

    def shade(self, role: str) -> Shading | None:
        """Return the picture that shades a role; None where there is none."""
        return self.shades.get(role)

    def base(self) -> Base | None:
        """Return the base map; None where there is none that can be drawn."""
        return self.base_map


def spec(
    service: QueryService,
    registry: Registry,
    city: City,
    pinned: Pinned,
    words: Texts,
    *,
    pack_urls: Mapping[str, str],
    shades: Mapping[str, Shading] = EMPTY,
    base: Base | None = None,
    ratio: float = 1.0,
    padding: tuple[int, int, int, int] = (0, 0, 0, 0),
) -> tuple[dict[str, Any], dict[str, str]]:
    """Return what the bundle draws, and by layer why one could not be drawn.

    Args:
        ratio: size of marks and names against a desk screen.
        padding: CSS px of the map that other things cover: top, right, bottom, left; the
            camera centres on the rest.
    """
    raster = city.raster
    grid = (raster.lon0, raster.lat0, raster.dlon, raster.dlat, raster.n_x, raster.n_y)
    drawn: list[tuple[DrawOrder, pdk.Layer]] = []
    failed: dict[str, str] = {}
    for layer in registry.layers:
        if layer.id in pinned.layers:
            links = Links(service, layer, pinned, pack_urls, shades, base)
            lang = pinned.view.lang
            drawing = Drawing(links, pinned, lang, ratio, grid, raster.cell_m)
            drawn += _drawn(layer, drawing, failed)
    drawn.sort(key=lambda each: _ORDER[each[0]])
    deck = pdk.Deck(
        layers=[each[1] for each in drawn],
        map_provider=None,
        map_style=None,
    )
    said: dict[str, Any] = json.loads(deck.to_json())
    for drawn_layer in said["layers"]:
        if "tooltip" in drawn_layer:
            drawn_layer["tooltip"] = [
                _spoken(line, words) for line in drawn_layer["tooltip"]
            ]
    spec = {
        "deck": said,
        "snapshot": pinned.snapshot,
        "hash": pinned.hash,
        "camera": looking(pinned.camera),
        "cameraKey": (
            f"{pinned.view.camera}|{pinned.view.scene}"
            f"|{pinned.district if pinned.view.camera == 'city' else ''}"
        ),
        "padding": dict(zip(("top", "right", "bottom", "left"), padding, strict=True)),
        "home": looking(city.cameras["city"]),
        "picked": pinned.view.picked,
        "frame": pinned.view.frame,
    }
    return spec, failed


def looking(camera: Camera) -> dict[str, Any]:
    """Return a camera as the bundle has it."""
    return {
        "longitude": camera.lon,
        "latitude": camera.lat,
        "zoom": camera.zoom,
        "box": camera.box,
    }


def _drawn(
    layer: Layer, drawing: Drawing, failed: dict[str, str]
) -> list[tuple[DrawOrder, pdk.Layer]]:
    """Return what a layer draws; nothing of one that fails, which is said in `failed`."""
    if layer.draw is None:
        return []
    try:
        return list(layer.draw(drawing))
    except TwinError as error:
        failed[layer.id] = error.what
    except Exception as error:  # a fault of one layer costs that layer, whatever it is
        logging.getLogger(__name__).exception("%s cannot be drawn", layer.id)
        failed[layer.id] = f"Fault of the program: {type(error).__name__}: {error}"[
            :200
        ]
    return []


def _spoken(line: list[Any], words: Texts) -> list[Any]:
    """Return one line of a tooltip with its messages said.

    The line is (label, column, form, names of values).
    """
    label, column, fmt, *names = line
    return [
        words.say(label),
        column,
        fmt,
        *({value: words.say(key) for value, key in each.items()} for each in names),
    ]
