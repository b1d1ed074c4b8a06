"""The city as its pack describes it.

It has names, districts, a raster, named cameras and the ordered list of layers.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Literal
from zoneinfo import ZoneInfo

if TYPE_CHECKING:
    import pyarrow as pa

    from twin.page import Page


@dataclass(frozen=True)
class Camera:
    """A named place to look from.

    Attributes:
        lon, lat: what it looks at, deg WGS 84.
        zoom: deck.gl's, for a map 1,000 px wide.
        box: west, south, east, north, deg, of what is to be seen whole in the part of a
            map that nothing covers, whatever its size; None where centre and zoom say it.
    """

    lon: float
    lat: float
    zoom: float
    box: tuple[float, float, float, float] | None = None


@dataclass(frozen=True)
class Raster:
    """The 50 m grid of the city.

    It has its south-west corner in degrees, the cell side in degrees and metres, and
    its size in cells.
    """

    lon0: float
    lat0: float
    dlon: float
    dlat: float
    cell_m: float
    n_x: int
    n_y: int


@dataclass(frozen=True)
class BaseMap:
    """An archive of map tiles (PMTiles) that lies under all that a city's map draws.

    Attributes:
        path: the file; it may change or go while the city is shown.
        kind: 'vector' is styled by the house, 'raster' are pictures.
        min_zoom, max_zoom: of its tiles; from `max_zoom` on the same are drawn larger.
        bounds: west, south, east, north, deg WGS 84.
        layers: of vector tiles, the names of their layers by what they hold: 'land',
            'water', 'buildings', 'roads', 'names'.
        credit: its line by language, beside the city's own.
        is_whole: whether it covers all districts. Only then what the pack draws gives way.
    """

    path: Path
    kind: Literal["vector", "raster"]
    min_zoom: int
    max_zoom: int
    bounds: tuple[float, float, float, float]
    layers: Mapping[str, tuple[str, ...]]
    credit: Mapping[str, str]
    is_whole: bool

    def replaces(self, role: str) -> bool:
        """Return whether the pack's own 'roads', 'water' … give way where this has tiles."""
        return self.is_whole and (self.kind == "raster" or role in self.layers)


@dataclass(frozen=True)
class City:
    """A city pack, read and checked.

    Attributes:
        id: folder name of the pack, as in links.
        zone: the city's time zone; everything stored is UTC.
        layers: the registry, in drawing order: bare names are folders under `layers/`,
            `pack:name` an entry point.
        cameras: named cameras; 'city' is always there.
        reference: reference tables of `twin.contracts.reference`, by name, valid by their
            contracts.
        geography: pack files that the map draws, by role: 'land', 'water', 'rivers',
            'roads', 'streets', 'places'.
        credit: the line that must stand on every map.
        lang: the language in which the city is shown when nobody asks for one, 'zh-CN' or 'en'.
        pages: pages of the browser and scenes of the wall, the shipped ones and its own.
        page_faults: a sentence for each file of a page or scene that cannot be used, and for a
            base map or heights that cannot; the city can be shown without it.
        relief: GeoTIFF of heights; None where the pack names none that can be read.
        base: the base map; None where the pack names none that can be drawn.
        settings: the rest of `city.toml`, by section (feeds, freshness, programmes, schedule).
    """

    id: str
    root: Path
    name: str
    name_en: str
    zone: ZoneInfo
    layers: tuple[str, ...]
    cameras: Mapping[str, Camera]
    raster: Raster
    reference: Mapping[str, pa.Table]
    geography: Mapping[str, Path]
    credit: Mapping[str, str]
    settings: Mapping[str, Mapping[str, object]]
    lang: str = "zh-CN"
    pages: tuple[Page, ...] = ()
    page_faults: tuple[str, ...] = ()
    base: BaseMap | None = None
    relief: Path | None = None

    def credit_line(self, lang: str) -> str:
        """Return the line that must stand on every map, in a language."""
        own = [self.credit, *([self.base.credit] if self.base else [])]
        return " · ".join(
            each.get(lang, next(iter(each.values()))) for each in own if each
        )

    @property
    def layer_ids(self) -> tuple[str, ...]:
        """Return the ids of its layers, as links name them: of `pack:name` that is `name`."""
        return tuple(name.rpartition(":")[2] for name in self.layers)
