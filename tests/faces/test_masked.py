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
from twin.faces.server.painting import AppContext
from twin.pack import load_city
from twin.query import QueryService
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
def context(lake: Lake) -> Iterator[AppContext]:
    """What painting needs over it."""
    city = load_city(TRIO)
    service = QueryService(city, load_registry(city), lake.path)
    yield painting.context(service, load_registry(city), city, lambda: HALL)
    service.close()


def secrets_in(text: str) -> set[str]:
    """The names of the secrets that stand in a text."""
    return {name for name, secret in SECRETS.items() if secret in text}


def test_the_lake_holds_them_all(lake: Lake) -> None:
    snapshot = newest(lake)
    assert snapshot is not None
    rows = read(snapshot.root, list(snapshot.tables["event_facts"].files)).to_pylist()
    assert secrets_in(str(rows)) == set(SECRETS)


@pytest.mark.parametrize("district", ["", "alva"])
def test_no_face_shows_one(context: AppContext, district: str) -> None:
    said = everything(take(context, district=district), context)

    assert secrets_in(said) == set()
    assert said.count(f"Leak {MARK}") >= len(SECRETS)


def test_no_map_sends_one(context: AppContext) -> None:
    shown = take(context)
    sent = ""
    for layer in context.registry.layers:
        for data in layer.maps:
            asked = context.service.map_question(layer.id, data.name, shown.pinned)
            stream = context.service.map_arrow(layer.id, data.name, *asked)
            sent += str(pa.ipc.open_stream(stream).read_all().to_pylist())

    assert secrets_in(sent) == set()
    assert sent.count(f"Leak {MARK}") == len(SECRETS)


def test_no_table_that_is_exported_holds_one(
    context: AppContext, tmp_path: Path
) -> None:
    made = export(
        context.service,
        context.registry,
        context.city,
        View(lang="en"),
        ["csv", "xlsx"],
        tmp_path,
        clock=context.clock,
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
    context: AppContext, lake: Lake
) -> None:
    city = load_city(TRIO)
    city = replace(city, settings={**city.settings, "mask": {"plate": False}})
    service = QueryService(city, load_registry(city), lake.path)
    other = painting.context(service, load_registry(city), city, lambda: HALL)
    try:
        assert secrets_in(everything(take(other), other)) == {"C"}
        pinned = take(context).pinned
        assert service.url("event_heat", "marks", pinned) != context.service.url(
            "event_heat", "marks", pinned
        )
    finally:
        service.close()


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
