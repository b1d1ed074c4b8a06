"""What a layer is: the questions it asks, and how answers become marks.

It says how marks are read, and what a panel shows.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import pairwise
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Literal, Protocol

if TYPE_CHECKING:
    import pydeck as pdk

    from twin.city import BaseMap
    from twin.view import Pinned

Rgba = tuple[int, int, int, int]
Param = str | int | float | bool | datetime | tuple[int, ...] | tuple[str, ...] | None

Moment = Literal["view", "day_before", "hour", "newest"]


def _none() -> Mapping[str, Param]:
    return MappingProxyType({})


@dataclass(frozen=True)
class Question:
    """One `.sql` file of a layer's folder, asked.

    Its parameters bind by their names in the header: what `own` gives, else what the view gives
    (both clocks, its day, mode, district; see `twin.query.binding`), else what the pack gives.

    Attributes:
        own: parameters that are the layer's own, such as how many rows, or a district of '' for
            the whole city whatever is chosen.
        moment: 'view' asks of the moment that is looked at, 'day_before' of the last moment of
            the whole day before it, 'hour' of the last whole hour of the city's clock, as
            known then: it stays the same from tick to tick; 'newest' asks of the moment that
            is looked at, but in the newest snapshot, which knows what was recorded later.
    """

    sql: str
    own: Mapping[str, Param] = field(default_factory=_none, hash=False)
    moment: Moment = "view"


def _no_questions() -> Mapping[str, Question]:
    return MappingProxyType({})


@dataclass(frozen=True)
class Band:
    """One step of a legend: values from `low` on, to the next band."""

    low: float
    name: str
    color: Rgba


@dataclass(frozen=True)
class Ramp:
    """A continuous scale: colours spread evenly from `low` to `high`.

    Values outside take the end's colour.
    """

    low: float
    high: float
    colors: tuple[Rgba, ...]


@dataclass(frozen=True)
class Kind:
    """One named class of a legend.

    A value of the column, its colour and its mark (shape before hue; see `twin.marks`).
    """

    value: str
    name: str
    color: Rgba
    mark: str = ""


@dataclass(frozen=True)
class Classes:
    """Classes of values, from low to high; what is not known has none, and is never as zero.

    Attributes:
        colors: one for each class, lowest first.
        breaks: where each class but the first begins, rising. Without them they are
            quantiles of the values at hand, so that each class has as many, and outliers
            count as one value each; then there are fewer classes where values are few.
    """

    colors: tuple[Rgba, ...]
    breaks: tuple[float, ...] = ()

    def __post_init__(self) -> None:
        """Refuse breaks that do not fit.

        Raises:
            ValueError: there is no colour, or not one more than breaks, or these do not rise.
        """
        rising = all(low < high for low, high in pairwise(self.breaks))
        fits = not self.breaks or len(self.colors) == len(self.breaks) + 1
        if not (self.colors and rising and fits):
            raise ValueError(
                f"{len(self.colors)} classes cannot begin at {self.breaks}: give one"
                " colour more than breaks, and breaks that rise"
            )


Scale = Ramp | Classes | tuple[Band, ...] | tuple[Kind, ...]

Areas = Literal["land", "streets"]
# Geography of a pack whose areas have ids, which rows may name.
AREA_IDS: Mapping[Areas, str] = MappingProxyType(
    {"land": "district_id", "streets": "street_code"}
)
# The property of a feature that holds its id.


@dataclass(frozen=True)
class Legend:
    """How a layer is read.

    `title`, `unit`, `note` and the names of bands and kinds are message keys.

    Attributes:
        low_end, high_end: message keys at the ends of a ramp.
    """

    title: str
    unit: str
    scale: Scale
    note: str = ""
    low_end: str = ""
    high_end: str = ""


@dataclass(frozen=True)
class Encoding:
    """How rows become deck.gl attributes. Columns not named here travel as picking columns.

    Attributes:
        shape: 'point' reads `lon`, `lat` (deg) into `position`; 'line' reads `lon`, `lat`,
            `to_lon`, `to_lat` into `source_position`, `target_position` and a `path` of
            both; 'ring' reads `lon1`, `lat1` to `lonN`, `latN` into a closed path; 'raster'
            reads `x`, `y` (cells from the south-west corner) for RasterLayer; 'area' joins
            its `key` to the areas of the pack, which are sent by themselves, once (see
            `twin.areas`): one row an area.
        fill: column that the legend's scale turns into `fill_color`; '' for none.
        scale: the scale for `fill`, if it is not the legend's.
        size, angle: columns that become `size` (px) and `angle` (deg, counter-clockwise as
            deck.gl has it); '' for none.
        mark: column that holds the name of a mark (see `twin.marks`); '' for none.
        areas: of the shape 'area', the pack's geography that rows are joined to.
        key: of the shape 'area', the column that names an area of it.
    """

    shape: Literal["point", "line", "ring", "raster", "area"]
    fill: str = ""
    scale: Scale | None = None
    size: str = ""
    angle: str = ""
    mark: str = ""
    areas: Areas = "land"
    key: str = "district_id"


@dataclass(frozen=True)
class Steps:
    """Steps of a scale whose limits the data give: the legend prints them, the map asks by them.

    Attributes:
        question: answers one row, or one for each `side_m` that maps have of their own: `n`, how
            many things are counted, and `step_1`, `step_2` …, where each step begins before it is
            rounded; null where nothing tells. Asked of the last whole hour, so that a scale does
            not move under who looks at it.
        unit: message key of what a limit is of.
        counts: message key of what is counted.
        note: message key of how the limits come about; '' for none.
        whole: whether limits are whole numbers.
    """

    question: Question
    unit: str
    counts: str
    note: str = ""
    whole: bool = False


@dataclass(frozen=True)
class MapData:
    """One question whose rows are drawn; its URL is `/data/<layer>/<name>.arrow`.

    Attributes:
        zooms: zooms of the map that it is for, from the first up to the second; a drawing hands
            them on as a layer's `zooms`. Layers of one id take turns by them.
        tile: cells along the side of a tile, where the question is asked tile by tile: then it
            takes `tile_x`, `tile_y` and `tile_side`. 0 where it is asked as a whole. Where its
            steps count few things, one tile is all of it.
        steps: where its scale comes from the data: it takes `limit_1`, `limit_2` …
    """

    name: str
    question: Question
    encoding: Encoding
    zooms: tuple[float, float] | None = None
    tile: int = 0
    steps: Steps | None = None


@dataclass(frozen=True)
class Field:
    """One column of a panel of rows.

    `label` is a message key, `format` says how the value is written.

    Of the format 'name', `<name>_en` beside it is the name in English; a row without a name
    is called by its `kind`.
    """

    name: str
    label: str
    format: Literal[
        "text",
        "count",
        "duration",
        "percent",
        "number",
        "moment",
        "year",
        "age",
        "priority",
        "stage",
        "state",
        "message",
        "name",
    ] = "text"
    if_any: bool = False
    """Whether the column takes room only where some row has more than nothing in it."""


Scope = Literal["city", "district", "event"]
# 'district' is asked where a district is chosen, and of that; so is 'event' of a picked one.


@dataclass(frozen=True)
class Panel:
    """One panel of figures or rows; where it stands is for pages to say (see `twin.page`).

    Which columns its question must answer is for its kind to say: see `twin.faces.kinds`. Absent
    is null, shown as a dash.

    Attributes:
        name: its name among the panels of its layer; pages call it `layer.name`.
        kind: module of `twin.faces.panels` that draws it.
        title: message key.
        empty: message key of what stands in the place of no rows.
        chooses: of rows, the column of the district that is chosen by a row; '' for none.
        note: message key of a sentence on how it is made, such as the order of its rows.
        note_of: only where some row is of this `kind`; '' for always.
        live: figures that are of the living city in a drill too, though others of the panel are
            the drill's. A panel whose question does not take `mode` is so as a whole.
        behind: by figure, the question whose rows are what it counts or is worked out from, one
            by one; it is asked when somebody wants an account of the figure.

    Figures of a panel that asks of the day before are called `yesterday_<figure>`; they are asked
    for a picture of a young day only.
    """

    name: str
    kind: str
    title: str
    question: Question
    fields: tuple[Field, ...] = ()
    scope: Scope = "city"
    empty: str = "nothing-here"
    chooses: str = ""
    note: str = ""
    note_of: str = ""
    live: tuple[str, ...] = ()
    behind: Mapping[str, Question] = field(default_factory=_no_questions, hash=False)


class Urls(Protocol):
    """Where a layer's drawing finds its data."""

    def data(self, name: str) -> str:
        """Return the URL of the layer's own MapData `name`."""
        ...

    def tile(self, name: str) -> int:
        """Return how many cells there are along the side of a tile of MapData `name`."""
        ...

    def pack(self, role: str) -> str:
        """Return the URL of a geography file of the city pack, such as 'water'.

        Return '' for one that it does not have.
        """
        ...

    def shade(self, role: str) -> Shading | None:
        """Return the picture that shades a role, such as 'water', towards its edge.

        Return None where the pack has no such file.
        """
        ...

    def base(self) -> Base | None:
        """Return the base map of the city; None where it has none that can be drawn now."""
        ...


@dataclass(frozen=True)
class Base:
    """The base map of a city, as its archive is now.

    Attributes:
        url: of the archive, of which a browser asks parts.
    """

    url: str
    map: BaseMap


@dataclass(frozen=True)
class Shading:
    """A picture of how far inside an outline a place is; see `twin.shade`.

    Attributes:
        bounds: west, south, east, north, deg WGS 84.
    """

    url: str
    bounds: tuple[float, float, float, float]


@dataclass(frozen=True)
class Drawing:
    """What a drawing may know besides its data: names, sizes and the chosen district."""

    urls: Urls
    pinned: Pinned
    lang: str
    ratio: float
    """Size of marks and names against a desk screen: 1 in the browser, more on a wall."""
    raster: tuple[float, float, float, float, int, int]
    """`lon0, lat0, dlon, dlat, n_x, n_y` of the pack's grid."""
    cell_m: float = 50.0
    """Side of a cell of that grid, m."""

    def tiles(self, side_m: float, side: int) -> list[float]:
        """Return a layer's `tiles`: corner, sides in degrees, and how many there are each way.

        Args:
            side_m: side of a cell that is drawn, m.
            side: such cells along the side of a tile.
        """
        lon0, lat0, dlon, dlat, *size = self.raster
        cells = side_m / self.cell_m
        many = [math.ceil(n / cells / side) for n in size]
        return [lon0, lat0, dlon * cells * side, dlat * cells * side, *many]


@dataclass(frozen=True)
class Layer:
    """One layer, one folder.

    Attributes:
        folder: where its `.sql` files and messages (`zh-CN.ftl`, `en.ftl`) are.
        draw: pydeck layers, lowest first; None for a board.
        over: how high it is drawn: 'land' under everything, then 'area', 'water' with roads,
            'field', 'line', 'mark', 'name' on top.
        visible: whether it is switched on when a view does not say.
        counts: of a layer that the filters of a view narrow down (see `twin.filters`): how many
            things each choice would leave, as `filter`, `choice` (null for all) and `n`.
    """

    id: str
    folder: Path
    legend: Legend | None = None
    maps: tuple[MapData, ...] = ()
    panels: tuple[Panel, ...] = ()
    draw: Callable[[Drawing], Sequence[tuple[DrawOrder, pdk.Layer]]] | None = None
    visible: bool = True
    counts: Question | None = None

    @property
    def questions(self) -> tuple[Question, ...]:
        """Return all that it asks, but for the steps of scales."""
        asked = tuple(each.question for each in (*self.maps, *self.panels))
        asked += tuple(each for panel in self.panels for each in panel.behind.values())
        return (*asked, self.counts) if self.counts else asked


DrawOrder = Literal["land", "area", "water", "field", "line", "mark", "name"]


@dataclass(frozen=True)
class Registry:
    """The layers of one city, in order. A value: built once, passed in.

    Attributes:
        faults: a sentence for each layer that the city names and that cannot be used.
    """

    layers: tuple[Layer, ...]
    faults: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        """Refuse two layers of one name.

        Raises:
            ValueError: a name stands twice.
        """
        names = [layer.id for layer in self.layers]
        if len(set(names)) != len(names):
            raise ValueError(f"a layer is named twice among {', '.join(names)}")

    def get(self, name: str) -> Layer:
        """Return the layer called `name`.

        Raises:
            KeyError: there is none.
        """
        for layer in self.layers:
            if layer.id == name:
                return layer
        raise KeyError(name)
