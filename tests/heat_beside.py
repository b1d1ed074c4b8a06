"""Draw the heat beside datashader's picture of the same points: `python -m tests.heat_beside`.

Datashader is no dependency of this project: `DATASHADER` names a Python that has it. Points are
drawn at random, the same each time: most along the pack's roads, some around its streets' places.
"""

from __future__ import annotations

import json
import math
import os
import shutil
import subprocess
import sys
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
from PIL import Image, ImageDraw

from layers.registry import load_registry
from twin.city import City
from twin.contracts import TABLES
from twin.faces.export import browser
from twin.faces.export.moment import running
from twin.faces.server.app import create_app
from twin.feeds.batch import Batch
from twin.pack import find_city, load_city
from twin.query import QueryService
from twin.store import Lake, publish

ROOT = Path(__file__).parent.parent
OUT = ROOT / "out" / "heat"
AS_OF = datetime(2026, 11, 23, 6, 32, 10, tzinfo=UTC)
SIZES = (40, 1_000, 100_000, 1_000_000)
DAYS = 30
WIDE, HIGH = 1366, 768
CLIP = {"x": 330.0, "y": 90.0, "width": 700.0, "height": 460.0}
ZOOMS = {"city": (114.31, 30.58, 9.3), "street": (114.305, 30.57, 13.5)}

# What is not map is put away; of the legend the heat's own row stays.
BARE = """#top, #banner, #headline, #side, #foot, .credit { display: none !important; }
#map, #legend { opacity: 1 !important; }
.page #legend { left: 336px !important; bottom: 226px !important; }
.legend-row:not([data-layer=event_heat]) { display: none; }"""

# Runs where datashader is: points in, picture out.
SHADE = """
import sys, json, numpy as np, pandas as pd, datashader as ds, datashader.transfer_functions as tf
asked = json.loads(sys.argv[1])
x, y = np.load(asked["points"])
canvas = ds.Canvas(asked["wide"], asked["high"], asked["x"], asked["y"])
shaded = tf.shade(canvas.points(pd.DataFrame({"x": x, "y": y}), "x", "y"), how="eq_hist",
                  cmap=["#8E2F5B", "#E5793B", "#FFE3A3"])
spread = tf.dynspread(shaded, threshold=0.5, max_px=3)
tf.set_background(spread, "#0B1220").to_pil().convert("RGB").save(asked["to"])
"""


def ways(city: City) -> list[tuple[float, float, float, float]]:
    """Return the stretches of the pack's roads and streets, deg."""
    found: list[tuple[float, float, float, float]] = []
    for role in ("roads", "streets"):
        path = city.geography.get(role)
        features = json.loads(path.read_text("utf-8"))["features"] if path else []
        for feature in features:
            shape = feature["geometry"]
            lines = shape["coordinates"]
            for line in [lines] if shape["type"] == "LineString" else lines:
                if shape["type"].endswith("LineString"):
                    found += [(*a[:2], *b[:2]) for a, b in pairwise(line)]
    return found


def points(city: City, n: int) -> np.ndarray[Any, Any]:
    """Return `n` places, 2 x n, deg: two thirds lie along ways, denser near the centre."""
    draw = np.random.default_rng(716)
    lines = np.array(ways(city))
    middle = np.array([114.30, 30.59])
    half = (lines[:, :2] + lines[:, 2:]) / 2
    length = np.hypot(*(lines[:, 2:] - lines[:, :2]).T)
    weight = length * np.exp(-np.hypot(*(half - middle).T) / 0.12)
    busy = weight * draw.lognormal(0, 1.2, len(lines))
    on = draw.choice(len(lines), n, p=busy / busy.sum())
    along = draw.random((n, 1)) ** 1.5
    roads = lines[on, :2] + along * (lines[on, 2:] - lines[on, :2])
    roads = roads + draw.normal(0, 0.0002, (n, 2))
    streets = city.reference["streets"]
    home = np.column_stack(
        [streets[name].to_numpy() / 1e6 for name in ("lon_ud", "lat_ud")]
    )
    near = np.exp(-np.hypot(*(home - middle).T) / 0.2)
    at = draw.choice(len(home), n, p=near / near.sum())
    spread = home[at] + draw.normal(0, 0.008, (n, 2))
    return np.where(draw.random((n, 1)) < 0.67, roads, spread).T


def events(places: np.ndarray[Any, Any]) -> Batch:
    """Return open events at these places over the last days."""
    n = places.shape[1]
    ago = np.random.default_rng(7).integers(0, (DAYS - 1) * 86_400, n)
    when = np.datetime64(AS_OF.replace(tzinfo=None), "us") - ago.astype(
        "timedelta64[s]"
    )
    moments = pa.array(when, pa.timestamp("us")).cast(pa.timestamp("us", tz="UTC"))
    same = {
        "version": 1, "mode": "live", "source_id": "S01", "category": "c", "title": "t",
        "priority": 4, "level": "district", "is_proactive": True, "source": "test",
    }  # fmt: skip
    known = {
        "event_id": pa.array([f"E{at}" for at in range(n)]),
        **dict.fromkeys(("occurred_at", "recorded_at", "created_at"), moments),
        "lon_ud": np.rint(places[0] * 1e6).astype(np.int32),
        "lat_ud": np.rint(places[1] * 1e6).astype(np.int32),
        **{name: pa.array([value] * n) for name, value in same.items()},
    }
    schema = TABLES["events"].schema
    columns = {name: known.get(name, pa.nulls(n)) for name in schema.names}
    return Batch("events", pa.table(columns).cast(schema), "test", "test")


def mercator(places: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
    """Return places as the map lays them out, in parts of the world's width, north up."""
    lat = np.radians(places[1])
    return np.array(
        [places[0] / 360, np.log(np.tan(np.pi / 4 + lat / 2)) / (2 * np.pi)]
    )


def ours(city: City, n: int, places: np.ndarray[Any, Any]) -> dict[str, dict[str, Any]]:
    """Take our pictures of the city and of streets; return what part of the world each shows."""
    lake = Lake(OUT / f"lake-{n}")
    if not lake.path.exists():
        publish(
            lake, city, [events(places)], as_of=AS_OF, simulated=True, now=lambda: AS_OF
        )
    registry = load_registry(city)
    service = QueryService(city, registry, lake.path)
    app = create_app(
        service, registry, city, clock=lambda: AS_OF + timedelta(seconds=8)
    )
    seen: dict[str, dict[str, Any]] = {}
    with running(app) as host, browser.browser() as chromium:
        for name, camera in ZOOMS.items():
            page = chromium.new_page(viewport={"width": WIDE, "height": HIGH})
            view = f"layers=districts,event_heat&window_s={DAYS * 86_400}&lang=en&v=1"
            page.goto(f"{host}/?{view}&camera={','.join(map(str, camera))}")
            browser.settle(page, service.status().snapshot, timeout_s=240)
            page.evaluate(
                "text => document.head.append(Object.assign(document.createElement('style'),"
                " {textContent: text}))",
                BARE,
            )
            state = page.evaluate("twinMap.state.layers['event_heat-heat']")
            x, y = page.evaluate("twinMap.project([114.3, 30.6])")
            zoom = page.evaluate("twinMap.state.camera.zoom")
            print(n, name, zoom, state, flush=True)  # noqa: T201
            page.screenshot(path=OUT / f"{n}-{name}-ours.png", clip=CLIP)
            page.close()
            (east,), (north,) = mercator(np.array([[114.3], [30.6]]))
            px = 512 * 2**zoom
            left, top = east + (CLIP["x"] - x) / px, north - (CLIP["y"] - y) / px
            seen[name] = {
                "x": [left, left + CLIP["width"] / px],
                "y": [top - CLIP["height"] / px, top],
            }
    service.close()
    return seen


def theirs(
    n: int, seen: dict[str, dict[str, Any]], places: np.ndarray[Any, Any]
) -> None:
    """Let datashader draw the same points over the same parts of the world."""
    np.save(OUT / f"{n}.npy", mercator(places))
    for name, ranges in seen.items():
        asked = {
            "points": str(OUT / f"{n}.npy"), "to": str(OUT / f"{n}-{name}-theirs.png"),
            "wide": int(CLIP["width"]), "high": int(CLIP["height"]), **ranges,
        }  # fmt: skip
        command = [os.environ["DATASHADER"], "-c", SHADE, json.dumps(asked)]
        subprocess.run(command, check=True)


def beside(name: str, sizes: Sequence[int]) -> None:
    """Lay the pictures of a zoom side by side: ours left, datashader's right."""
    wide, high, line = int(CLIP["width"]), int(CLIP["height"]), 22
    sheet = Image.new("RGB", (2 * wide + 8, len(sizes) * (high + line)), "#0B1220")
    pen = ImageDraw.Draw(sheet)
    for row, n in enumerate(sizes):
        top = row * (high + line)
        pen.text((6, top + 5), f"{n:,} events, {name}: this program", fill="#E8EEF6")
        pen.text(
            (wide + 14, top + 5), "the same points: datashader, eq_hist", fill="#E8EEF6"
        )
        for column, whose in enumerate(("ours", "theirs")):
            picture = Image.open(OUT / f"{n}-{name}-{whose}.png").convert("RGB")
            sheet.paste(picture, (column * (wide + 8), top + line))
    small = sheet.resize((math.ceil(sheet.width * 0.8), math.ceil(sheet.height * 0.8)))
    small.quantize(192).save(ROOT / "docs" / "img" / f"heat-{name}.png", optimize=True)


def main(sizes: Sequence[int]) -> None:
    """Draw all of it into docs/img."""
    city = load_city(find_city("wuhan"))
    OUT.mkdir(parents=True, exist_ok=True)
    for n in sizes:
        places = points(city, n)
        theirs(n, ours(city, n, places), places)
    for name in ZOOMS:
        beside(name, sizes)


if __name__ == "__main__":
    if "--anew" in sys.argv:
        shutil.rmtree(OUT, ignore_errors=True)
    main(SIZES)
