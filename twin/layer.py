"""What a layer is: the questions it asks, and how answers become marks.

It says how marks are read, and what a panel shows.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Literal, Protocol

from twin.view import Pinned

if TYPE_CHECKING:
    import pydeck as pdk

Rgba = tuple[int, int, int, int]
Param = str | int | float | bool | datetime | tuple[int, ...] | tuple[str, ...] | None

# Gives the bound parameters of a question. Only what the question needs: never language,
# theme or camera.
Ask = Callable[[Pinned], Mapping[str, Param]]


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

    A value of the column, its colour and its mark (shape before hue).
    """

    value: str
    name: str
    color: Rgba
    mark: str = ""


Scale = Ramp | tuple[Band, ...] | tuple[Kind, ...]


@dataclass(frozen=True)
class Legend:
    """How a layer is read.

    `title`, `unit`, `note` and the names of bands and kinds are message keys.

    Attributes:
        count: name of the figure (see `Block`, kind 'figures') that stands beside the title, or ''.
        low_end, high_end: message keys at the ends of a ramp.
    """

    title: str
    unit: str
    scale: Scale
    note: str = ""
    note_of: str = ""
    live: tuple[str, ...] = ()
    count: str = ""
    low_end: str = ""
    high_end: str = ""


@dataclass(frozen=True)
class Encoding:
    """How rows become deck.gl attributes. Columns not named here travel as picking columns.

    Attributes:
        shape: 'point' reads `lon`, `lat` (deg) into `position`; 'line' reads `lon`, `lat`,
            `to_lon`, `to_lat` into `source_position`, `target_position` and a `path` of
            both; 'ring' reads `lon1`, `lat1` to `lonN`, `latN` into a closed path; 'raster'
            reads `x`, `y` (cells from the south-west corner) for RasterLayer.
        fill: column that the legend's scale turns into `fill_color`; '' for none.
        scale: the scale for `fill`, if it is not the legend's.
        size, angle: columns that become `size` (px) and `angle` (deg, counter-clockwise as
            deck.gl has it); '' for none.
        mark: column that holds the name of a mark in the icon atlas; '' for none.
    """

    shape: Literal["point", "line", "ring", "raster"]
    fill: str = ""
    scale: Scale | None = None
    size: str = ""
    angle: str = ""
    mark: str = ""


@dataclass(frozen=True)
class MapData:
    """One question whose rows are drawn; its URL is `/data/<layer>/<name>.arrow`."""

    name: str
    sql: str
    ask: Ask
    encoding: Encoding


@dataclass(frozen=True)
class Field:
    """One column of a block of rows.

    `label` is a message key, `form` says how the value is written.

    Of the form 'name', `<name>_en` beside it is the name in English; a row without a name
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


Slot = Literal[
    "headline",
    "attention",
    "fleet",
    "stages",
    "departments",
    "programmes",
    "day",
    "district",
    "districts",
    "yesterday",
]


@dataclass(frozen=True)
class Panel:
    """One block of figures or rows, placed by faces in its slot.

    Columns that the SQL of each kind must answer (more are allowed where `fields` names them):
        figures: `figure` (id, also the message key of its name), `value` DOUBLE, `form` (as
            Field.form), `unit` (message key or ''), `compare` DOUBLE, `compare_kind`
            ('yesterday', 'last_week', 'target', 'on_time', ''), `better` ('lower',
            'higher', ''), `trace` DOUBLE[] (last 24 h, oldest first; null for none),
            `usual_low`, `usual_high` DOUBLE[] (beside each of the trace; null for none);
            and if it may lack what it is compared with, `compare_why` (message key
            'compare-none-…' that says why; '' where it does not); `value_why` (message key
            'why-…') where there may be no value for a reason; of a share of ground,
            `of_km2` DOUBLE, how much that is; and of what is told of cases, `n` BIGINT, how
            many. Where `compare_kind` is 'on_time', `compare` is the share of cases on time
            that it takes, of `n_judged` with a target `n_on_time` are.
        trend: `at` TIMESTAMPTZ, `value`, `usual_low`, `usual_high` DOUBLE, `is_partial`
            BOOLEAN; and `usual_n` BIGINT, how many days alike there are.
        rows: what `fields` names; one column `id` ('layer:id' to pick).
        progress: `programme`, `scope` (message keys), `year`, `plan`, `actual`,
            `under_way`, `due`, `basis`.
        tiles: `id`, `name`, `name_en`, `state`, `since_s`, `detail`.
        stages: `stage`, `n`.
    Absent is null, shown as a dash.

    Attributes:
        note: message key of a sentence on how it is made, such as the order of its rows; ''
            for none.
        note_of: only where some row is of this `kind`; '' for always.
        live: figures that are of the living city in a drill too, though others of the block
            are the drill's. A block whose question does not take `mode` is so as a whole.

    Figures in the slot 'yesterday' are called `yesterday_<figure>`; they are asked for a
    picture of a young day only.
        chooses: of rows, the column of the district that is chosen by a row; '' where rows
            choose nothing.
    """

    id: str
    slot: Slot
    kind: Literal["figures", "trend", "rows", "progress", "tiles", "stages"]
    title: str
    sql: str
    ask: Ask
    fields: tuple[Field, ...] = ()
    order: int = 0
    empty: str = "nothing-here"
    chooses: str = ""
    note: str = ""
    note_of: str = ""
    live: tuple[str, ...] = ()


class Urls(Protocol):
    """Where a layer's drawing finds its data."""

    def data(self, name: str) -> str:
        """Return the URL of the layer's own MapData `name`."""
        ...

    def pack(self, role: str) -> str:
        """Return the URL of a geography file of the city pack, such as 'water'.

        Return '' for one that it does not have.
        """
        ...

    def icons(self) -> str:
        """Return the URL of the icon atlas; MarkLayer knows the names in it."""
        ...


@dataclass(frozen=True)
class Drawing:
    """What a drawing may know besides its data: names, sizes and the chosen district."""

    urls: Urls
    pinned: Pinned
    lang: str
    ratio: float
    """Size of marks and names against a desk screen: 1 in the browser, more on a wall."""
    raster: tuple[float, float, float, float, int, int]
    """`lon0, lat0, dlon, dlat, n_x, n_y` of the pack's 50 m grid."""


@dataclass(frozen=True)
class Layer:
    """One layer, one folder.

    Attributes:
        folder: where its `.sql` files and messages (`zh-CN.ftl`, `en.ftl`) are.
        draw: pydeck layers, lowest first; None for a board.
        over: how high it is drawn: 'land' under everything, then 'field', 'line', 'mark',
            'name' on top.
        visible: whether it is switched on when a view does not say.
    """

    id: str
    folder: Path
    legend: Legend | None = None
    maps: tuple[MapData, ...] = ()
    panels: tuple[Panel, ...] = ()
    draw: Callable[[Drawing], Sequence[tuple[DrawOrder, pdk.Layer]]] | None = None
    visible: bool = True


DrawOrder = Literal["land", "field", "line", "mark", "name"]


@dataclass(frozen=True)
class Registry:
    """The layers of one city, in order. A value: built once, passed in."""

    layers: tuple[Layer, ...]

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
