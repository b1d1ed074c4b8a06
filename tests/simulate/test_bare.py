"""A pack of nothing but outlines lives too.

What it does not have is absent from the rows, and not made up.
"""

from __future__ import annotations

import re
import shutil
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest

from twin.city import City
from twin.contracts import TABLES
from twin.feeds.simulated import Simulated
from twin.geography import Locator
from twin.pack import load_city
from twin.simulate import Scenario, Simulation
from twin.simulate.world import World
from twin.store import Lake, publish

TRIO = Path(__file__).resolve().parents[1] / "cities" / "trio"
# The day before is one of the crossing, whose places the pack may not have.
END = datetime(2026, 7, 17, tzinfo=UTC)
LACKING = (
    "streets",
    "departments",
    "indicators",
    "places",
    "targets",
    "facts",
    "event_sources",
)


def without(settings: str, section: str) -> str:
    """Return the settings of a pack without one of their sections."""
    return re.sub(
        rf"^\[{section}\]\n(?:(?!\[).*\n?)*", "", settings, flags=re.MULTILINE
    )


def pack_without(tmp_path: Path, *names: str) -> City:
    """Return the made-up city without some of its tables, and without those that refer to them."""
    root = Path(shutil.copytree(TRIO, tmp_path / "bare"))
    refer = {
        "departments": ("department_feeds", "event_categories", "indicators"),
        "event_sources": ("sla_targets",),
    }
    for table in {*names, *(each for name in names for each in refer.get(name, ()))}:
        (root / f"{table}.csv").unlink()
    text = (root / "city.toml").read_text(encoding="utf-8")
    (root / "city.toml").write_text(without(text, "slots"), encoding="utf-8")
    return load_city(root)


def days(city: City) -> dict[str, pa.Table]:
    """Return two days of rows, by table."""
    simulation = Simulation(city, 716, 60)
    parts: dict[str, list[pa.Table]] = {}
    for _day, tables in simulation.days(END - timedelta(days=2), END):
        for name, rows in tables.items():
            parts.setdefault(name, []).append(rows)
    return {name: pa.concat_tables(each) for name, each in parts.items()}


@pytest.mark.parametrize("name", [*LACKING, "all of them"])
def test_a_city_lives_without_each_table_and_without_all(tmp_path, name):
    city = pack_without(tmp_path, *(LACKING if name == "all of them" else (name,)))
    feed, start = Simulated(city, 716), END - timedelta(days=2)

    _snapshot, done = publish(
        Lake(tmp_path / "lake"),
        city,
        [*feed.begin(start), *feed.poll(start, END)],
        as_of=END,
        simulated=True,
        now=lambda: END,
    )

    assert done.quarantined == 0
    assert (done.rows.get("events", 0) > 0) == (
        name not in {"event_sources", "all of them"}
    )


def test_without_streets_events_lie_inside_the_outlines_and_name_no_street(tmp_path):
    city = pack_without(tmp_path, "streets")
    events = days(city)["events"]
    first = events.filter(pa.compute.equal(events["version"], 1))
    lon, lat = (first[name].to_numpy() / 1e6 for name in ("lon_ud", "lat_ud"))

    assert first["street_code"].null_count == first.num_rows > 20
    assert (
        Locator(city).districts(lon, lat).tolist() == first["district_id"].to_pylist()
    )
    assert set(first["district_id"].to_pylist()) == {"alva", "brisa", "corra"}


def test_the_points_of_a_city_without_streets_are_spread_over_each_district(tmp_path):
    world = World(pack_without(tmp_path, "streets"), 716)
    for name, shape in zip(
        world.locator.ids, world.locator.outlines.shapes, strict=True
    ):
        mine = world.street_district == name
        west, south, east, north = shape.bounds

        assert mine.sum() == 40
        assert np.ptp(world.street_lon[mine]) > 0.6 * (east - west)
        assert np.ptp(world.street_lat[mine]) > 0.6 * (north - south)


def test_a_city_of_unknown_population_is_as_busy_everywhere(tmp_path):
    root = Path(shutil.copytree(TRIO, tmp_path / "bare"))
    text = (root / "districts.csv").read_text(encoding="utf-8")
    for people in ("61000", "38500", "2500"):
        text = text.replace(f",{people},", ",,")
    (root / "districts.csv").write_text(text, encoding="utf-8")
    (root / "city.toml").write_text(
        without((root / "city.toml").read_text(encoding="utf-8"), "census"),
        encoding="utf-8",
    )

    assert days(load_city(root))["events"].num_rows > 20


def test_every_table_keeps_its_schema_without_a_row(tmp_path):
    for name, rows in days(pack_without(tmp_path, *LACKING)).items():
        assert rows.schema == TABLES[name].schema, name


def test_only_a_source_that_finds_by_itself_finds_anything(tmp_path):
    """Stories too: a city of one citizens' line finds nothing proactively, whatever happens
    in it.
    """
    city = pack_without(tmp_path)
    rows = [
        {**row, "finds": "reported", "expected_per_day": 24}
        for row in city.reference["event_sources"].to_pylist()
    ]
    sources = pa.Table.from_pylist(rows, schema=city.reference["event_sources"].schema)
    line = replace(city, reference={**city.reference, "event_sources": sources})
    start = END - timedelta(days=2)
    stories = tuple(
        Scenario(name, END - timedelta(hours=3))
        for name in ("burning_smell", "bike_pileup")
    )
    batches = Simulated(line, 716, scenarios=stories).poll(start, END)
    events = pa.concat_tables(
        [batch.rows for batch in batches if batch.table == "events"]
    )

    assert events.num_rows > 40
    assert {"burning_smell", "bike_pileup"} <= set(events["category"].to_pylist())
    assert set(events["is_proactive"].to_pylist()) == {False}
