"""The made-up city with Chinese names, and a small lake of what is searched in it."""

from __future__ import annotations

import shutil
from datetime import timedelta
from pathlib import Path
from typing import Any

from tests.faces.imported import NEWEST, TRIO, batch, event, heartbeat, registered
from twin.city import City
from twin.pack import load_city
from twin.store import Lake, publish

NAMES = {
    "districts.csv": {
        "alva,,Alva,Alva": "alva,,武昌区,Wuchang",
        "brisa,,Brisa,Brisa": "brisa,,江岸区,Jiang'an",
    },
    "streets.csv": {
        "T01,Porto,Port": "T01,长江路街道,Changjianglu",
        "T02,Alto,Heights": "T02,吕家湾街道,Lüjiawan",
    },
    "event_categories.csv": {
        "Candeeiro apagado": "路灯不亮",
        "Água parada": "道路积水",
    },
    "departments.csv": {"Polícia,Police": "公安交管,Traffic police"},
}
HALF_AN_HOUR = NEWEST - timedelta(minutes=30)
"""Since then E1002 is there, by then nothing had been corrected, and L2001 was known."""
LONG_BEFORE = NEWEST - timedelta(hours=2)
"""L2001 had happened, and nobody knew of it; nothing else had happened."""


def pack(folder: Path) -> Path:
    """A copy of the made-up city, some of whose names are Chinese."""
    root = folder / "trio"
    shutil.copytree(TRIO, root)
    for name, other in NAMES.items():
        text = (root / name).read_text(encoding="utf-8")
        for old, new in other.items():
            assert old in text, f"{name} no longer says {old!r}"
            text = text.replace(old, new)
        (root / name).write_text(text, encoding="utf-8")
    return root


def told(name: str, minutes: float, title: str, **more: Any) -> dict[str, Any]:
    """An event of so many minutes ago, known at once."""
    when = NEWEST - timedelta(minutes=minutes)
    return {**event(name, when, when), "title": title, **more}


def events() -> list[dict[str, Any]]:
    """What is searched: a word of an id, of a title, of a place or of a kind finds each."""
    lamp = {"category": "lamp_out", "street_code": "T02"}
    pipe = {"category": "waterlogging", "district_id": "brisa", "street_code": "T04"}
    late = NEWEST - timedelta(hours=20)
    corrected = {"version": 2, "recorded_at": NEWEST - timedelta(minutes=10)}
    return [
        told("E1001", 40, "灯坏了 · 小巷口", **lamp),
        told("E1002", 30, "Burst pipe at the Market", **pipe),
        {
            **event("L2001", late, NEWEST - timedelta(hours=1)),
            "title": "迟到的报告",
            "district_id": None,
        },
        told("M3001", 25, "Call 13812345678 now", district_id=None),
        told("D4001", 20, "演练的报告", mode="drill"),
        told("C5001", 50, "旧的说法", district_id=None),
        {**told("C5001", 50, "新的说法", district_id=None), **corrected},
    ]


def lake(city: City, path: Path) -> Lake:
    """Its lake: seven events, an aircraft, an estate, a community, one indicator."""
    made, when = Lake(path), NEWEST - timedelta(hours=3)
    place = {"district_id": "alva", "lon_ud": -35_050_000, "lat_ud": 41_030_000}
    known = {"version": 1, "occurred_at": when, "recorded_at": when, "source": "test"}
    estate = {"estate_id": "G1", "name": "东湖花园", "year": 2026, "status": "planned"}
    community = {"community_id": "K1", "name": "澜溪社区", "year": 2026, "batch": 1}
    measured = {
        "ind_id": "WS-01-01",
        "area_id": "city",
        "occurred_at": NEWEST - timedelta(hours=1),
        "recorded_at": NEWEST - timedelta(hours=1),
        "value": 6.4,
        "quality": "good",
        "source": "test",
    }
    rows = [
        batch("events", *events()),
        batch("drones", {**registered(when), "model": "M3D", "serial": "SN-77"}),
        batch("drone_states", heartbeat(NEWEST - timedelta(minutes=1))),
        batch("estates", {**known, **place, **estate}),
        batch("communities", {**known, **place, **community, "status": "planned"}),
        batch("indicator_values", measured),
    ]
    publish(made, city, rows, as_of=NEWEST, simulated=True, now=lambda: NEWEST)
    return made


def made(folder: Path) -> tuple[City, Lake]:
    """The city and its lake."""
    city = load_city(pack(folder))
    return city, lake(city, folder / "lake")
