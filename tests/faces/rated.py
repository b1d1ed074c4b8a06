"""A layer of areas: how many thousand people live in each district of the made-up city.

Alva has 61.0, Brisa 38.5; of Corra nobody knows, and the free port, with 2.5, has no outline.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from layers.registry import load_registry
from tests.faces.imported import TRIO, imported
from twin.areas import areas
from twin.city import City
from twin.layer import Classes, Encoding, Layer, Legend, MapData, Question, Registry
from twin.pack import load_city
from twin.query import QueryService

DARK, MIDDLE, LIGHT = (20, 60, 100, 255), (90, 130, 170, 255), (240, 220, 120, 255)
COLORS = (DARK, MIDDLE, LIGHT)
SQL = """-- people.sql: people of each district.
-- reads districts
-- column district_id VARCHAR - district
-- column thousand DOUBLE thousand people; null where not known
-- rows one per district, by id
SELECT district_id, CAST(population AS DOUBLE) / 1000 AS thousand FROM districts
ORDER BY district_id
"""
WORDS = "rates-title = People\nrates-unit = thousand\nrates-people = People, thousand\n"


def layer(folder: Path, scale: Classes | None = None, sql: str = SQL) -> Layer:
    """The layer, its files in `folder`."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "people.sql").write_text(sql, encoding="utf-8")
    for lang in ("en", "zh-CN"):
        (folder / f"{lang}.ftl").write_text(WORDS, encoding="utf-8")
    data = MapData("people", Question("people.sql"), Encoding("area", fill="thousand"))
    lines = [["", "name", "text"], ["rates-people", "thousand", "number"]]
    return Layer(
        "rates",
        folder,
        legend=Legend("rates-title", "rates-unit", scale or Classes(COLORS)),
        maps=(data,),
        draw=lambda drawing: areas(drawing, "rates", data, lines),
    )


def rated(
    folder: Path, scale: Classes | None = None, sql: str = SQL
) -> tuple[QueryService, Registry, City]:
    """The made-up city with the layer, over a lake in `folder`; the caller closes it."""
    _, lake = imported(folder / "lake")
    city, own = load_city(TRIO), layer(folder / "layer", scale, sql)
    registry = Registry((*load_registry(city).layers, own))
    city = replace(city, layers=(*city.layers, "rates"))
    return QueryService(city, registry, lake.path), registry, city
