"""A block that fails is named wherever it is missed: on each face, in each table, by each command."""

from __future__ import annotations

from dataclasses import replace

import openpyxl
import pytest

from layers.registry import load_registry
from tests.faces.imported import HALL, imported
from tests.faces.test_looking import words
from twin.faces import blocks, parts, picture, texts
from twin.faces.export.brief import export
from twin.query import Desk
from twin.view import View, pin

WHY = "fleet.sql: drone_flying_s is 90.5, but should be INTEGER (an aircraft in the air is lost after this silence)."


@pytest.fixture(scope="module")
def lost(tmp_path_factory):
    """A city whose pack says what one question cannot be asked with: no pack says so that was checked."""
    city, lake = imported(tmp_path_factory.mktemp("failed"))
    fresh = {**city.settings["freshness"], "drone_flying_s": 90.5}
    city = replace(city, settings={**city.settings, "freshness": fresh})
    registry = load_registry(city)
    desk = Desk(city, registry, lake.path)
    yield city, registry, desk
    desk.close()


def taken(lost, lang="en"):
    city, registry, desk = lost
    pinned = pin(View(lang=lang), city, desk.pointer)
    return picture.take(desk, registry, city, pinned, texts.load_texts(lang, [layer.folder for layer in registry.layers]), HALL)


@pytest.mark.parametrize(("lang", "lead"), [("en", "Not available here: Drones. Everything else is whole."), ("zh-CN", "此处暂不可用：无人机。其余内容完好。")])
def test_every_face_names_what_failed_and_says_why(lost, lang, lead):
    said = words(parts.banner(taken(lost, lang)))

    assert said == f"{lead} drone_coverage-fleet: {WHY}"


def test_a_picture_in_which_nothing_failed_has_no_such_banner(lost):
    shown = taken(lost)
    whole = replace(shown, shown=tuple(each for each in shown.shown if not each.failed))

    assert words(parts.banner(whole)) == ""


def test_the_tables_say_in_its_place_what_failed(lost, tmp_path):
    city, registry, desk = lost

    made = export(desk, registry, city, View(lang="en"), ["xlsx", "csv"], tmp_path, clock=lambda: HALL)

    book = openpyxl.load_workbook(next(path for path in made.files if path.suffix == ".xlsx"))
    about = dict(row[:2] for row in book["about"].iter_rows(min_row=2, values_only=True))
    assert about["failed: drone_coverage-fleet"] == WHY
    figures = {row[0]: row for row in book["figures"].iter_rows(min_row=2, values_only=True)}
    assert figures["drone_coverage-fleet"][2:6] == (None, "", "—", WHY)
    assert figures["events_today"][2] is not None
    assert list(book["drone_coverage-fleet"].iter_rows(values_only=True)) == [("failed",), (WHY,)]
    assert any(path.name.endswith("-drone_coverage-fleet.csv") for path in made.files)
    assert made.failed == (f"The block drone_coverage-fleet failed: {WHY}",)


def test_a_fault_of_the_program_costs_one_block_too(lost, caplog):
    """Rows that a face cannot write: stages that a layer gives out as figures."""
    city, registry, desk = lost
    broken = replace(registry, layers=tuple(
        replace(layer, blocks=tuple(replace(block, kind="figures") if block.id == "stages" else block for block in layer.blocks)) for layer in registry.layers))

    pinned = pin(View(lang="en"), city, desk.pointer)
    shown = picture.take(desk, broken, city, pinned, texts.load_texts("en", [layer.folder for layer in registry.layers]), HALL)

    failed = {each.name: each.failed for each in shown.shown if each.failed}
    assert failed["attention-stages"] == "Fault of the program: KeyError: 'value'."
    assert blocks.note(next(each for each in shown.shown if each.name == "attention-stages"), shown) is not None
    assert "attention-stages failed" in caplog.text
