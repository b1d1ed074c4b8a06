"""`twin ingest work-orders` as a person runs it: what was taken, what was refused and why.

A file that is off adds nothing.
"""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from tests.feeds.conftest import TESTS
from twin.cli import main
from twin.store import Lake, newest
from twin.store.files import read as rows_of

WUHAN = TESTS.parent / "data" / "wuhan"
DATA = Path(__file__).with_name("data")


def ingest(lake: Path, *words: object) -> Result:
    """Run the command on a lake of the first city."""
    return CliRunner().invoke(
        main,
        [
            "ingest",
            "work-orders",
            "--city",
            str(WUHAN),
            "--lake",
            str(lake),
            *map(str, words),
        ],
    )


def mapping_without(tmp_path: Path, line: str) -> Path:
    """The pack's own mapping in a file, short of one line."""
    text = (WUHAN / "city.toml").read_text(encoding="utf-8")
    path = tmp_path / "mapping.toml"
    path.write_text(
        text[text.index("[feeds.work_orders]") :].replace(line, ""), encoding="utf-8"
    )
    return path


def test_good_rows_are_taken_and_each_refused_row_is_named_with_its_reason(tmp_path):
    done = ingest(tmp_path / "lake", DATA / "orders_utf8.csv")
    snapshot = newest(Lake(tmp_path / "lake"))
    facts = rows_of(
        snapshot.root, list(snapshot.tables["event_facts"].files)
    ).to_pylist()

    assert done.exit_code == 0
    assert (
        "orders_utf8.csv: 16 rows: 5 taken, 1 known already, 10 refused; snapshot"
        in done.output
    )
    assert (
        "1 row (10): place: longitude 30.5365, latitude 114.302 lies in the city only"
        " if the two are swapped." in done.output
    )
    assert (
        "Note: 1 row (13): the word for the district is not known; the point counts."
        in done.output
    )
    assert {row["event_id"][-2:]: row["district_id"] for row in facts} == {
        "01": "420106",
        "02": "420106",
        "03": "420106",
        "11": "420106",
        "14": "420111",
    }
    (first,) = [row for row in facts if row["event_id"].endswith("01")]
    assert [
        (first[name] - first["created_at"]).total_seconds()
        for name in ("acked_at", "closed_at")
    ] == [120, 1_800]


def test_the_command_run_again_adds_nothing(tmp_path):
    ingest(tmp_path / "lake", DATA / "orders_utf8.csv")
    again = json.loads(
        ingest(tmp_path / "lake", DATA / "orders_utf8.csv", "--json").output
    )

    assert (again["rows"], again["taken"], again["known"], again["refused"]) == (
        16,
        0,
        6,
        10,
    )
    snapshot = newest(Lake(tmp_path / "lake"))
    assert sum(file.rows for file in snapshot.tables["events"].files) == 5
    assert sum(file.rows for file in snapshot.tables["quarantine"].files) == 12


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        (
            "noise.csv",
            "工单编号,来电时间\n".encode() + b"\xff\xfe",
            "noise.csv is not UTF-8: byte 27 (0xff) does not fit.",
        ),
        (
            "few.csv",
            "工单编号,渠道\n1,2\n".encode(),
            "few.csv has no column 来电时间, 诉求类型",
        ),
        ("sheet.xlsx", b"not a spreadsheet", "sheet.xlsx is not an XLSX file."),
        ("paper.pdf", b"%PDF-1.4", "paper.pdf is of a kind that is not read"),
        ("gone.csv", None, "gone.csv cannot be read: No such file or directory."),
    ],
)
def test_a_file_that_cannot_be_read_ends_with_a_sentence_and_leaves_no_snapshot(
    tmp_path, name, content, said
):
    if content is not None:
        (tmp_path / name).write_bytes(content)
    done = ingest(tmp_path / "lake", tmp_path / name)

    assert done.exit_code == 1
    assert said in done.output
    assert newest(Lake(tmp_path / "lake")) is None


def test_an_undeclared_datum_ends_with_a_sentence_and_leaves_no_snapshot(tmp_path):
    done = ingest(
        tmp_path / "lake",
        DATA / "orders_utf8.csv",
        "--mapping",
        mapping_without(tmp_path, 'crs = "WGS-84"\n'),
    )

    assert done.exit_code == 1
    assert "coordinates without a declared datum" in done.output
    assert newest(Lake(tmp_path / "lake")) is None
