"""A panel that fails is named on each face, in each table, by each command.

That is wherever it is missed.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from dataclasses import replace

import openpyxl
import pytest

from layers.registry import load_registry
from tests.faces.imported import HALL, TRIO, imported
from tests.faces.test_looking import words
from twin.faces import panels, parts, picture, texts
from twin.faces.export.brief import export
from twin.query import QueryService
from twin.view import View, pin

WHY = (
    "fleet.sql: drone_flying_s is 90.5, but should be INTEGER (an aircraft in the air"
    " is lost after this silence)."
)


@pytest.fixture(scope="module")
def lost(tmp_path_factory):
    """A city whose pack says what one question cannot be asked with.

    No pack that was checked says so.
    """
    city, lake = imported(tmp_path_factory.mktemp("failed"))
    fresh = {**city.settings["freshness"], "drone_flying_s": 90.5}
    city = replace(city, settings={**city.settings, "freshness": fresh})
    registry = load_registry(city)
    service = QueryService(city, registry, lake.path)
    yield city, registry, service
    service.close()


def taken(lost, lang="en"):
    city, registry, service = lost
    pinned = pin(View(lang=lang), city, service.pointer)
    return picture.take(
        service,
        registry,
        city,
        pinned,
        texts.load_texts(lang, [layer.folder for layer in registry.layers]),
        HALL,
    )


@pytest.mark.parametrize(
    ("lang", "lead"),
    [
        (
            "en",
            (
                "Not available here: Drones, The fleet by use, Seen by district."
                " Everything else is whole."
            ),
        ),
        ("zh-CN", "此处暂不可用：无人机、按用途、各区覆盖。其余内容完好。"),
    ],
)
def test_every_face_names_what_failed_and_says_why(lost, lang, lead):
    said = words(parts.banner(taken(lost, lang)))

    assert said.startswith(f"{lead} drone_coverage-fleet: {WHY}")


def test_a_picture_in_which_nothing_failed_has_no_such_banner(lost):
    shown = taken(lost)
    whole = replace(shown, shown=tuple(each for each in shown.shown if not each.failed))

    assert words(parts.banner(whole)) == ""


def test_the_tables_say_in_its_place_what_failed(lost, tmp_path):
    city, registry, service = lost

    made = export(
        service,
        registry,
        city,
        View(lang="en"),
        ["xlsx", "csv"],
        tmp_path,
        clock=lambda: HALL,
    )

    book = openpyxl.load_workbook(
        next(path for path in made.files if path.suffix == ".xlsx")
    )
    about = dict(
        row[:2] for row in book["about"].iter_rows(min_row=2, values_only=True)
    )
    assert about["failed: drone_coverage-fleet"] == WHY
    figures = {
        row[0]: row for row in book["figures"].iter_rows(min_row=2, values_only=True)
    }
    assert figures["drone_coverage-fleet"][2:6] == (None, "", "—", WHY)
    assert figures["events_today"][2] is not None
    assert list(book["drone_coverage-fleet"].iter_rows(values_only=True)) == [
        ("failed",),
        (WHY,),
    ]
    assert any(path.name.endswith("-drone_coverage-fleet.csv") for path in made.files)
    of = WHY.removeprefix("fleet.sql")
    assert made.failed == tuple(
        f"The panel drone_coverage-{name} failed: {name}.sql{of}"
        for name in ("fleet", "uses", "districts")
    )


def test_a_fault_of_the_program_costs_one_panel_too(lost, caplog):
    """A panel of a kind that no face has."""
    city, registry, service = lost
    broken = replace(
        registry,
        layers=tuple(
            replace(
                layer,
                panels=tuple(
                    replace(panel, kind="pie") if panel.name == "stages" else panel
                    for panel in layer.panels
                ),
            )
            for layer in registry.layers
        ),
    )

    pinned = pin(View(lang="en"), city, service.pointer)
    shown = picture.take(
        service,
        broken,
        city,
        pinned,
        texts.load_texts("en", [layer.folder for layer in registry.layers]),
        HALL,
    )

    failed = {each.name: each.failed for each in shown.shown if each.failed}
    assert failed["attention-stages"] == "Fault of the program: KeyError: 'pie'."
    assert (
        panels.note(
            next(each for each in shown.shown if each.name == "attention-stages"), shown
        )
        is not None
    )
    assert "attention.stages failed" in caplog.text


PLUGIN = """
from pathlib import Path
from twin.layer import Layer, Panel, Question

PANEL = Panel("gauge", "figures", "Gauges", Question("gauge.sql", {"limit_s": 1.5}))
LAYER = Layer("other", Path(__file__).parent, panels=(PANEL,))
"""
ASKED = """-- gauge.sql: how many events there are, asked with half a second.
-- param as_of TIMESTAMPTZ UTC counts what had happened by then
-- param limit_s INTEGER s a limit
-- reads events (one row per version of an event)
-- column figure VARCHAR - name
-- column value DOUBLE events how many
-- rows one
SELECT 'gauge' AS figure, CAST(count(*) + $limit_s AS DOUBLE) AS value
FROM events WHERE occurred_at <= $as_of
"""


def test_the_command_writes_the_rest_and_ends_with_a_status(tmp_path):
    """A layer of somebody else, as an installed package, asks its own question wrongly."""
    info = tmp_path / "site" / "strange-1.dist-info"
    info.mkdir(parents=True)
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: strange\nVersion: 1\n")
    (info / "entry_points.txt").write_text("[twin.layers]\nother = strange:LAYER\n")
    (tmp_path / "site" / "strange.py").write_text(PLUGIN)
    (tmp_path / "site" / "gauge.sql").write_text(ASKED)
    pack = tmp_path / "pack"
    shutil.copytree(TRIO, pack)
    city = (pack / "city.toml").read_text(encoding="utf-8")
    (pack / "city.toml").write_text(
        city.replace('"event", ', '"event", "strange:other", '), encoding="utf-8"
    )
    imported(tmp_path / "lake")
    words = [
        "export",
        "brief",
        "--city",
        pack,
        "--lake",
        tmp_path / "lake",
        "--format",
        "csv",
        "--out",
        tmp_path / "out",
        "--json",
    ]
    path = os.pathsep.join(
        filter(None, [str(tmp_path / "site"), os.environ.get("PYTHONPATH", "")])
    )

    done = subprocess.run(
        [sys.executable, "-m", "twin.cli", *map(str, words)],
        env={**os.environ, "PYTHONPATH": path},
        capture_output=True,
        text=True,
        check=False,
    )

    said = (
        "The panel other-gauge failed: gauge.sql: limit_s is 1.5, but should be INTEGER"
        " (a limit)."
    )
    assert (done.returncode, done.stderr.splitlines()) == (1, [said])
    told = json.loads(done.stdout)
    assert told["failed"] == [said]
    assert len(told["files"]) == len(list((tmp_path / "out").glob("brief-*.csv"))) > 5
