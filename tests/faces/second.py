"""A second city: English, with names that are long in Latin letters and names in other
scripts; a lake of events open for minutes to years.
"""

from __future__ import annotations

import hashlib
import shutil
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

from tests.faces.imported import NEWEST, TRIO, batch, event, heartbeat, registered
from twin.city import City
from twin.pack import load_city
from twin.store import Lake, publish

LONG = {
    "Alva,Alva": "Charlottenburg-Wilmersdorf,Charlottenburg-Wilmersdorf",
    "Brisa,Brisa": (
        "Kensington and Chelsea upon Thames,Kensington and Chelsea upon Thames"
    ),
    "Corra,Corra": "Llanfairpwllgwyngyll,Llanfairpwllgwyngyll North",
    "Porto Livre,Free Port": "Porto Livre,Free Port and Enterprise Zone",
}
SCRIPTS = {
    "Alva,Alva": "المعادي الجديدة,المعادي الجديدة",
    "Brisa,Brisa": "नई दिल्ली,नई दिल्ली",
    "Corra,Corra": "Куршская коса,Куршская коса",
}
OFFICES = (
    "Emergency management",
    "Fire and rescue",
    "Transport",
    "Housing and urban renewal",
    "Ecology and environment",
    "Natural resources and planning",
    "Parks and forestry",
    "Market regulation",
    "Government services",
    "Meteorology",
)
"""Departments beside the four of the made-up city: as many as the first city has."""
OPEN = (
    (
        (
            "Obstruction of the carriageway · Upper Thames Street and Blackfriars"
            " Underpass"
        ),
        timedelta(minutes=3),
        "alva",
        2,
    ),
    (
        "بلاغ عن تسرب مياه في شارع الملك فيصل",
        timedelta(hours=14, minutes=18),
        "brisa",
        2,
    ),
    (
        "Llanfairpwllgwyngyllgogerychwyrndrobwllllantysiliogogogoch",
        timedelta(hours=77_423, minutes=53),
        None,
        3,
    ),
    (
        "Прорыв водопровода · Новосибирский проспект",
        timedelta(days=12, hours=4),
        "fz-porto",
        3,
    ),
    ("Overflowing litter bin", timedelta(hours=47, minutes=59), "brisa", 3),
    ("Lost dog", timedelta(hours=1, minutes=22), "corra", 3),
)
"""Title, for how long it has been open, district, priority."""


def pack(
    folder: Path,
    districts: dict[str, str],
    river: str = "Middle River",
    name: str = "Royal Borough of Longreach-on-the-Water",
) -> Path:
    """The made-up city as an English one, with other names."""
    root = folder / "trio"
    shutil.copytree(TRIO, root)
    city = (
        (root / "city.toml")
        .read_text(encoding="utf-8")
        .replace('"Trio"', f'"{name}"')
        .replace('"Trio Islands"', f'"{name}"')
    )
    city = city.replace("departments = 4", f"departments = {4 + len(OFFICES)}")
    (root / "city.toml").write_text(f'lang = "en"\n{city}', encoding="utf-8")
    table = (root / "districts.csv").read_text(encoding="utf-8")
    for old, new in districts.items():
        table = table.replace(old, new)
    (root / "districts.csv").write_text(table, encoding="utf-8")
    offices = "".join(
        f"D{n:02d},{n},{name},{name},no,-35.0,41.0,assumed,invented for tests\n"
        for n, name in enumerate(OFFICES, start=5)
    )
    with (root / "departments.csv").open("a", encoding="utf-8") as file:
        file.write(offices)
    rivers = root / "geography" / "rivers.geojson"
    before = hashlib.sha256(rivers.read_bytes()).hexdigest()
    rivers.write_text(
        rivers.read_text(encoding="utf-8").replace("Middle River", river),
        encoding="utf-8",
    )
    manifest = root / "manifest.json"
    manifest.write_text(
        manifest.read_text(encoding="utf-8").replace(
            before, hashlib.sha256(rivers.read_bytes()).hexdigest()
        ),
        encoding="utf-8",
    )
    return root


def lake(city: City, path: Path) -> Lake:
    """Its lake: six events open, one drone in its dock."""
    opened = [
        {
            **event(f"E{n}", NEWEST - age, NEWEST - age),
            "title": title,
            "district_id": district,
            "priority": priority,
        }
        for n, (title, age, district, priority) in enumerate(OPEN)
    ]
    made = Lake(path)
    rows = [
        batch("events", *opened),
        batch("drones", registered(NEWEST - timedelta(hours=2))),
        batch("drone_states", heartbeat(NEWEST - timedelta(minutes=1))),
    ]
    publish(made, city, rows, as_of=NEWEST, simulated=True, now=lambda: NEWEST)
    return made


def without(city: City, layer: str) -> City:
    """The city whose pack does not name one of its layers."""
    return replace(city, layers=tuple(name for name in city.layers if name != layer))


def second(folder: Path) -> City:
    """The city of long names."""
    return load_city(pack(folder, LONG))
