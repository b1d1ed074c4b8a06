"""`twin ask` answers one question as the faces would, and tells how the answer comes about."""

from __future__ import annotations

import csv
import io
import json
import re
import shlex
from pathlib import Path

import pytest
from click.testing import CliRunner

from tests.faces.imported import TRIO, imported
from twin.cli import main
from twin.engine import load_sql

ROOT = Path(__file__).parents[2]
COUNTS = ROOT / "layers" / "districts" / "counts.sql"


@pytest.fixture(scope="module")
def lake(tmp_path_factory):
    """Three events are open in Alva; the snapshot is of noon."""
    return imported(tmp_path_factory.mktemp("ask"))[1].path


def ask(lake, *words):
    given = ["ask", *words, "--city", TRIO, "--lake", lake]
    return CliRunner().invoke(main, [str(word) for word in given])


def test_the_rows_of_a_panel_stand_under_heads_with_units(lake):
    said = ask(lake, "districts.counts")

    first, heads, alva, *_ = said.output.splitlines()
    assert said.exit_code == 0
    assert first.startswith("districts.counts, counts.sql: 6 rows of snapshot ")
    assert "as of 2026-07-18T12:00:00Z, in " in first
    assert "open_now (events)" in heads
    assert alva.split()[:2] == ["districts:alva", "alva"]
    # Today, open, overdue, closed, refused.
    assert alva.split()[-5:] == ["1", "3", "2", "0", "0"]


def test_what_is_explained_is_what_was_asked(lake):
    said = json.loads(ask(lake, "districts.counts", "--explain", "--json").output)

    assert said["sql"] == load_sql(COUNTS).text
    assert said["snapshot"].startswith("20260718T120000Z-")
    assert said["ms"] > 0
    assert "READ_PARQUET" in said["plan"]
    assert said["params"]["day_from"] == {
        "type": "TIMESTAMPTZ",
        "value": "2026-07-18T00:00:00Z",
        "given_by": "view",
    }
    assert [row["open_now"] for row in said["rows"]] == [3, 0, 0, 0, 0, 3]


def test_each_parameter_says_who_gave_it(lake):
    """`event_heat.heat` has cells of its own, the raster of the pack, the view's moment."""
    told = json.loads(ask(lake, "event_heat.heat", "--explain", "--json").output)

    by = {name: each["given_by"] for name, each in told["params"].items()}
    assert (by["side_m"], by["raster_n_x"], by["as_of"]) == ("own", "pack", "view")
    assert told["params"]["side_m"]["value"] == 250
    assert by["limit_1"] == "own"  # where the first step of its scale begins
    assert told["params"]["raster_n_x"]["value"] == 500


def test_a_question_that_overrides_the_view_says_so(lake):
    """The day of the whole city is asked of no district, whatever the view chooses."""
    view = "v=1&district=alva"
    said = ask(lake, "districts.day", "--view", view, "--explain").output

    (line,) = (each for each in said.splitlines() if each.startswith("district "))
    assert line.split() == ["district", "VARCHAR", "own"]


def test_in_words_the_parts_follow_one_another(lake):
    lines = ask(lake, "districts.counts", "--explain").output.splitlines()

    parts = [line for line in lines if line in {"Parameters", "SQL", "Plan", "Rows"}]
    assert parts == ["Parameters", "SQL", "Plan", "Rows"]
    assert len(lines[lines.index("Rows") :]) == 1 + 1 + 6


def test_a_view_is_asked_as_it_was_seen(lake):
    """On the first day at noon two things had happened; neither was known until the next.

    One was closed at 11:30; the other, of 9:00, was past its target.
    """
    view = "v=1&as_of=2026-07-16T12:00:00Z"

    then = ask(lake, "districts.counts", "--view", view)
    now = ask(
        lake, "districts.counts", "--view", f"?{view}&known_at=2026-07-18T12:00:00Z"
    )

    assert "The rows say nothing of this moment: nothing-known." in then.output
    assert "nothing-known" not in now.output
    alva = now.output.splitlines()[2].split()
    assert alva[-5:] == ["2", "1", "1", "1", "0"]


def test_rows_as_csv_go_alone_to_standard_output(lake):
    said = ask(lake, "event_heat.marks", "--csv", "--explain")

    rows = list(csv.DictReader(io.StringIO(said.stdout)))
    assert {row["event_id"] for row in rows} == {"E9", "E15", "N1"}
    assert {row["lon"] for row in rows} == {"-35.0492"}
    assert "Parameters" in said.stderr


def test_a_figure_is_asked_by_its_own_name(lake):
    said = json.loads(ask(lake, "headline.open_now", "--json").output)

    (found,) = (row for row in said["rows"] if row["figure"] == "open_now")
    assert (found["value"], said["sql_file"]) == (3.0, "events.sql")


@pytest.mark.parametrize(
    ("words", "status", "sentence"),
    [
        (("districts.count",), 2, "did you mean 'districts.counts'?"),
        (("distrits.x",), 2, "the layers are districts, "),
        (("districts.now",), 2, "To fix: add district=ID to the view."),
        (("districts.counts", "--map"), 2, "There is no map data"),
        (("districts.counts", "--csv", "--json"), 2, "To fix: use --json or --csv."),
        (("districts.counts", "--view", "v=1&as_of=soon"), 2, "as_of cannot be read"),
        (("districts.counts", "--view", "v=1&district=x"), 2, "no district 'x'"),
    ],
)
def test_what_cannot_be_asked_is_a_sentence(lake, words, status, sentence):
    said = ask(lake, *words)

    assert said.exit_code == status
    assert sentence in said.stderr
    assert said.stdout == ""


def test_without_a_lake_it_says_how_to_fill_one(tmp_path):
    said = ask(tmp_path / "none", "districts.counts")

    assert said.exit_code == 1
    assert "To fix: fill it" in said.stderr


def test_the_question_of_the_page_about_operations_can_be_asked(lake):
    page = (ROOT / "docs" / "operations.md").read_text(encoding="utf-8")
    (line,) = re.findall(r"^twin ask (.+)$", page, re.MULTILINE)

    said = ask(lake, *shlex.split(line))

    assert said.exit_code == 0
    # The lake ends in July, and the page asks of November.
    assert "nothing of this moment: no-data-after." in said.output
