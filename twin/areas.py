"""Areas of the pack, coloured by the rows of a layer: a choropleth of districts or of streets."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pydeck as pdk
from pydeck.types import String

from twin.layer import AREA_IDS

if TYPE_CHECKING:
    from collections.abc import Sequence

    from twin.layer import Drawing, DrawOrder, MapData


def areas(
    drawing: Drawing, layer: str, data: MapData, tooltip: Sequence[Sequence[object]]
) -> list[tuple[DrawOrder, pdk.Layer]]:
    """Return the areas of a layer, under water and roads; none where the pack has no such outlines.

    Their outlines are those that the pack has, under an address that a browser keeps for ever; the
    values come by themselves. An area without a value is left as land. A click on one is a
    click on what the outlines say it is: a district, or a street of one.

    Args:
        data: of the shape 'area'.
        tooltip: lines of label, column and format; columns are those of the rows, or properties
            of the outlines.
    """
    encoding = data.encoding
    outlines = drawing.urls.pack(encoding.areas)
    if not outlines:
        return []
    drawn = pdk.Layer(
        "AreaLayer",
        outlines,
        id=f"{layer}-{data.name}",
        values=String(drawing.urls.data(data.name)),
        key=String(encoding.key),
        area_id=String(AREA_IDS[encoding.areas]),
        filled=True,
        stroked=False,
        pickable=True,
        tooltip=[list(line) for line in tooltip],
    )
    return [("area", drawn)]
