"""The layers' own questions over small tables written in the test."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

import layers
from tests.layers.rows import MIDNIGHT, NOON, Row, table_of
from twin.days import LEAST_DAYS, days
from twin.engine import Engine, load_sql

FOLDER = Path(layers.__file__).parent
Ask = Callable[..., list[Row]]


CITY = ZoneInfo("Asia/Shanghai")


def calendar(as_of: datetime, known_at: datetime, zone: ZoneInfo, country: str) -> Row:
    """What a pinned view of a city in `zone` says of the days that a moment is compared with."""
    found = days(as_of, known_at, zone, {"country": country})
    week, before = found.week, found.yesterday
    return {
        "week_at": week.as_of,
        "week_known_at": week.known_at,
        "week_from": week.day_from,
        "week_is_like": found.is_week_like,
        "before_at": before.as_of,
        "before_known_at": before.known_at,
        "before_from": before.day_from,
        "day_to": found.day_to,
        "clock_hours": found.hours,
        "like_today": found.like_today,
        "like_yesterday": found.like_yesterday,
        "reach_hours": found.reach_hours,
        "least_days": LEAST_DAYS,
        "weeks_s": found.weeks_s,
        "week_days_s": found.week_days_s,
    }


@pytest.fixture(scope="session")
def engine() -> Iterator[Engine]:
    """Return an engine in which every table is empty. One for all: opening it costs more than
    most questions.
    """
    with Engine.from_tables({}) as opened:
        yield opened


@pytest.fixture(scope="session")
def ask(engine: Engine) -> Ask:
    """Return a layer's question over tables given as lists of rows.

    `as_of` is noon unless the test says otherwise.
    """

    def asked(path: str, tables: Mapping[str, list[Row]], **params: Any) -> list[Row]:
        sql = load_sql(FOLDER / path)
        as_of = params.pop("as_of", NOON)
        known_at = params.pop("known_at", as_of)
        usual = {
            "as_of": as_of,
            "known_at": known_at,
            "day_from": MIDNIGHT,
            "mode": "live",
            "district": "",
            "zone_streets": [],
            "of_source": "all",
            "of_priority": 0,
            "of_stage": "all",
            "of_category": "all",
            "of_categories": [],
            "of_level": "all",
            "window_from": as_of - timedelta(hours=1),
            "drone_flying_s": 90,
            "drone_docked_s": 900,
            "link_late_s": 300,
            "link_down_s": 300,
            "lost_s": 3_600,
            "hot_days": 7,
            "hot_times": 3,
            "raster_dlon_ud": 522.0,
            "raster_dlat_ud": 451.0,
            "from_snapshot": True,
            "from_newest": True,
            "raster_cell_m": 50.0,
            "city_zone": CITY.key,
            "this_year": as_of.year,
            "year_share": 0.5,
            **calendar(
                as_of, known_at, params.pop("zone", CITY), params.pop("country", "")
            ),
        }
        filled = {
            param.name: params.pop(param.name, usual.get(param.name))
            for param in sql.params
        }
        assert not params, f"{path} does not take {sorted(params)}"
        instead = {name: table_of(name, rows) for name, rows in tables.items()}
        return engine.query(sql, filled, instead).to_pylist()

    return asked


@pytest.fixture(scope="session")
def figures(ask: Ask) -> Callable[..., dict[str, Row]]:
    """The same, for a panel of figures: rows by the figure's id."""
    return lambda path, tables, **params: {
        row["figure"]: row for row in ask(path, tables, **params)
    }
