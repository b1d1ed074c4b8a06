"""What people wrote is masked wherever it is shown, whatever the lake holds."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import openpyxl
import pyarrow as pa
import pytest

from layers.registry import load_registry
from tests.faces.imported import HALL, NEWEST, TRIO, batch, event
from tests.faces.test_looking import everything, take
from twin.contracts import FREE_TEXT
from twin.contracts.masking import MARK
from twin.faces.export.brief import export
from twin.faces.server import painting
from twin.faces.server.painting import Hall
from twin.pack import load_city
from twin.query import Desk
from twin.store import Lake, newest, publish
from twin.store.files import read
from twin.view import View

SECRETS = {
    "P": "13812345678",
    "W": "１３９８７６５４３２１",
    "I": "42010619900307123X",
    "C": "鄂A12345",
    "M": "zhang@qq.com",
}


@pytest.fixture(scope="module")
def lake(tmp_path_factory: pytest.TempPathFactory) -> Lake:
    """A lake of five open events, as an earlier version took them.

    Title and place hold what must not be read.
    """
    lake = Lake(tmp_path_factory.mktemp("masked"))
    opened = [
        {
            **event(name, NEWEST - timedelta(minutes=40), NEWEST),
            "title": f"Leak {secret}",
            "details": secret,
            "address": secret,
            "category": f"Leak {secret}",
            "channel": secret,
        }
        for name, secret in SECRETS.items()
    ]
    publish(
        lake,
        load_city(TRIO),
        [batch("events", *opened)],
        as_of=NEWEST,
        simulated=False,
        now=lambda: NEWEST,
    )
    return lake


@pytest.fixture(scope="module")
def hall(lake: Lake) -> Iterator[Hall]:
    """What painting needs over it."""
    city = load_city(TRIO)
    desk = Desk(city, load_registry(city), lake.path)
    yield painting.hall(desk, load_registry(city), city, lambda: HALL)
    desk.close()


def secrets_in(text: str) -> set[str]:
    """The names of the secrets that stand in a text."""
    return {name for name, secret in SECRETS.items() if secret in text}


def test_the_lake_holds_them_all(lake: Lake) -> None:
    snapshot = newest(lake)
    assert snapshot is not None
    rows = read(snapshot.root, list(snapshot.tables["event_facts"].files)).to_pylist()
    assert secrets_in(str(rows)) == set(SECRETS)


@pytest.mark.parametrize("district", ["", "alva"])
def test_no_face_shows_one(hall: Hall, district: str) -> None:
    said = everything(take(hall, district=district), hall)

    assert secrets_in(said) == set()
    assert said.count(f"Leak {MARK}") >= len(SECRETS)


def test_no_map_sends_one(hall: Hall) -> None:
    shown = take(hall)
    sent = ""
    for layer in hall.registry.layers:
        for data in layer.maps:
            asked = data.ask(shown.pinned)
            stream = hall.desk.map_arrow(
                layer.id, data.name, shown.pinned.snapshot, asked
            )
            sent += str(pa.ipc.open_stream(stream).read_all().to_pylist())

    assert secrets_in(sent) == set()
    assert sent.count(f"Leak {MARK}") == len(SECRETS)


def test_no_table_that_is_exported_holds_one(hall: Hall, tmp_path: Path) -> None:
    made = export(
        hall.desk,
        hall.registry,
        hall.city,
        View(lang="en"),
        ["csv", "xlsx"],
        tmp_path,
        clock=hall.clock,
    )
    (book,) = [
        openpyxl.load_workbook(path) for path in made.files if path.suffix == ".xlsx"
    ]
    cells = str(
        [[cell.value for cell in row] for page in book for row in page.iter_rows()]
    )
    texts = "".join(
        path.read_text(encoding="utf-8-sig")
        for path in made.files
        if path.suffix == ".csv"
    )

    assert secrets_in(cells + texts) == set()
    assert f"Leak {MARK}" in cells
    assert f"Leak {MARK}" in texts


def test_a_city_that_masks_no_plates_shows_them_and_its_maps_have_other_addresses(
    hall: Hall, lake: Lake
) -> None:
    city = load_city(TRIO)
    city = replace(city, settings={**city.settings, "mask": {"plate": False}})
    desk = Desk(city, load_registry(city), lake.path)
    other = painting.hall(desk, load_registry(city), city, lambda: HALL)
    try:
        assert secrets_in(everything(take(other), other)) == {"C"}
        pinned = take(hall).pinned
        assert desk.url("event_heat", "marks", pinned) != hall.desk.url(
            "event_heat", "marks", pinned
        )
    finally:
        desk.close()


def test_what_people_wrote_is_named_in_the_contract() -> None:
    assert {
        "title",
        "details",
        "address",
        "category",
        "channel",
        "unit_name",
        "actor",
        "note",
        "result",
        "reason",
        "raw",
    } == FREE_TEXT
