"""`twin quarantine` as a clerk runs it.

It tells why rows were refused, shows one row whole, and writes a file to mend and read
again.
"""

from __future__ import annotations

import csv
import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from click.testing import CliRunner, Result

from twin.cli import main
from twin.contracts import TABLES
from twin.contracts.check import quarantined
from twin.contracts.masking import MARK
from twin.feeds.batch import Batch
from twin.pack import load_city
from twin.store import Lake, publish

TRIO = Path(__file__).parent.parent / "cities" / "trio"
NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)
ROWS = [
    (
        3,
        "time: 'noon' is not a moment.",
        {"id": "A1", "title": "Leak, call 13812345678", "lon": "-8.61"},
    ),
    (
        7,
        "time: 'x' is not a moment.",
        {"id": "A2", "title": '=HYPERLINK("http://x")', "lon": "-8.62"},
    ),
    (9, "id is missing.", {"id": "", "title": "@SUM(1)", "phone": "87654321"}),
]


def twin(*words: object) -> Result:
    return CliRunner().invoke(main, list(map(str, words)))


def quarantine(lake: Path, *words: object) -> Result:
    """Run a subcommand, given first, over a lake of the made-up city."""
    return twin("quarantine", words[0], "--city", TRIO, "--lake", lake, *words[1:])


def fill(
    path: Path,
    rows: list[tuple[int | None, str, dict[str, Any]]],
    origin: str = "/in/orders.csv",
    at: datetime = NOON,
) -> None:
    """Publish refused rows of one file."""
    refused = quarantined(
        [(n, reason, json.dumps(row)) for n, reason, row in rows],
        table="events",
        feed="work_orders",
        origin=origin,
        recorded_at=at,
    )
    nothing = TABLES["events"].empty()
    publish(
        Lake(path),
        load_city(TRIO),
        [Batch("events", nothing, "work_orders", origin, refused=refused)],
        as_of=at,
        simulated=False,
        now=lambda: at,
    )


@pytest.fixture(scope="module")
def lake(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A lake with three refused rows of one file, and a fourth of another, an hour later."""
    path = tmp_path_factory.mktemp("refused") / "lake"
    fill(path, [(n, reason, row) for n, reason, row in ROWS])
    fill(
        path,
        [(None, "time: 'later' is not a moment.", {"id": "B1"})],
        origin="broker",
        at=NOON.replace(hour=13),
    )
    return path


def test_reasons_are_put_together_by_kind_the_most_frequent_first(lake: Path) -> None:
    said = quarantine(lake, "list")

    assert said.exit_code == 0
    lines = said.output.splitlines()
    assert lines[0].startswith("4 rows in quarantine; snapshot 20261124T130000Z-")
    assert lines[1] == "      2 × events: time: … is not a moment."
    assert lines[2].startswith(
        "          /in/orders.csv (work_orders), rows 3, 7; 2026-11-24 12:00:00Z;"
        " such as "
    )
    assert [line.partition(":")[2] for line in lines[1::2]] == [
        " time: … is not a moment.",
        " id is missing.",
        " time: … is not a moment.",
    ]


@pytest.mark.parametrize(
    ("words", "n"),
    [
        (("--origin", "orders.csv"), 3),
        (("--origin", "/in/orders.csv"), 3),
        (("--origin", "ders.csv"), 0),
        (("--table", "events"), 4),
        (("--table", "feedbacks"), 0),
        (("--since", "2026-11-24T12:30:00Z"), 1),
        (("--since", "2026-11-24T20:00:00+08:00"), 4),
    ],
)
def test_rows_are_chosen_by_origin_table_and_moment(
    lake: Path, words: tuple[str, ...], n: int
) -> None:
    said = json.loads(quarantine(lake, "list", "--json", *words).output)

    assert (said["rows"], sum(kind["n"] for kind in said["kinds"])) == (n, n)


def test_an_earlier_snapshot_knows_the_rows_of_its_time(lake: Path) -> None:
    first = json.loads(twin("snapshot", "list", "--lake", lake, "--json").output)[
        "snapshots"
    ][0]["id"]

    assert (
        json.loads(quarantine(lake, "list", "--snapshot", first, "--json").output)[
            "rows"
        ]
        == 3
    )


def test_one_row_is_shown_whole_and_masked_unless_it_is_wanted_as_given(
    lake: Path,
) -> None:
    masked, given = (
        quarantine(lake, "show", "orders.csv", 3, *raw).output
        for raw in ((), ("--raw",))
    )

    assert "time: 'noon' is not a moment." in masked
    assert f"  title: Leak, call {MARK}\n" in masked
    assert "The row, masked (--raw shows it as given):" in masked
    assert "  title: Leak, call 13812345678\n" in given
    assert "The row as given, not masked:" in given


def test_a_row_is_shown_by_its_id_too(lake: Path) -> None:
    (kind,) = json.loads(
        quarantine(lake, "list", "--origin", "broker", "--json").output
    )["kinds"]
    (row,) = json.loads(quarantine(lake, "show", kind["first_id"], "--json").output)[
        "rows"
    ]

    assert (row["origin"], row["row_n"], row["cells"]) == ("broker", None, {"id": "B1"})


def test_a_column_that_is_named_so_masks_its_number(lake: Path) -> None:
    (row,) = json.loads(quarantine(lake, "show", "orders.csv", 9, "--json").output)[
        "rows"
    ]

    assert row["cells"]["phone"] == MARK


def cells(path: Path) -> list[list[Any]]:
    """The cells of a file that was written; of a workbook all are texts."""
    if path.suffix == ".csv":
        with path.open(encoding="utf-8-sig", newline="") as file:
            return list(csv.reader(file))
    return [
        [cell.value or "" for cell in row]
        for row in openpyxl.load_workbook(path).active.iter_rows()
    ]


@pytest.mark.parametrize(("form", "mark"), [("csv", "'"), ("xlsx", "")])
def test_refused_rows_are_written_as_given_with_their_reason_and_run_nothing(
    lake: Path, tmp_path: Path, form: str, mark: str
) -> None:
    path = tmp_path / f"mend.{form}"
    said = quarantine(lake, "export", path, "--origin", "orders.csv")

    assert said.exit_code == 0
    assert "3 rows written to" in said.output
    assert cells(path) == [
        ["id", "title", "lon", "phone", "reason"],
        ["A1", f"Leak, call {MARK}", "-8.61", "", "time: 'noon' is not a moment."],
        [
            "A2",
            f'{mark}=HYPERLINK("http://x")',
            "-8.62",
            "",
            "time: 'x' is not a moment.",
        ],
        ["", f"{mark}@SUM(1)", "", MARK, "id is missing."],
    ]
    if form == "xlsx":
        kinds = {
            cell.data_type
            for row in openpyxl.load_workbook(path).active.iter_rows()
            for cell in row
        }
        assert kinds <= {"s", "n"}  # n: an empty cell
        assert "f" not in kinds


def test_jsonl_holds_each_row_on_a_line_of_its_own_as_given_if_wanted(
    lake: Path, tmp_path: Path
) -> None:
    said = quarantine(
        lake, "export", tmp_path / "mend.jsonl", "--origin", "orders.csv", "--raw"
    )
    lines = (tmp_path / "mend.jsonl").read_text(encoding="utf-8").splitlines()

    assert "As given: telephone numbers and the like are not masked." in said.output
    assert [json.loads(line) for line in lines] == [
        {**row, "reason": reason} for _, reason, row in ROWS
    ]


def test_a_row_refused_for_two_tables_is_written_once_with_both_reasons(
    tmp_path: Path,
) -> None:
    row = {"id": "A1", "reason": "noise"}
    fill(
        tmp_path / "lake",
        [(3, "sent is missing.", row), (3, "told is no moment.", row)],
    )
    quarantine(tmp_path / "lake", "export", tmp_path / "mend.csv")

    assert cells(tmp_path / "mend.csv") == [
        ["id", "reason", "reason of refusal"],
        ["A1", "noise", "sent is missing. told is no moment."],
    ]


def test_a_lake_without_refused_rows_says_so_and_writes_nothing(tmp_path: Path) -> None:
    lake = tmp_path / "lake"
    publish(
        Lake(lake), load_city(TRIO), [], as_of=NOON, simulated=False, now=lambda: NOON
    )
    listed, written = (
        quarantine(lake, "list"),
        quarantine(lake, "export", tmp_path / "mend.csv"),
    )

    assert (listed.exit_code, written.exit_code) == (0, 0)
    assert listed.output.startswith("No row is in quarantine; snapshot ")
    assert written.output.startswith(
        "No row is in quarantine, so nothing was written; snapshot "
    )
    assert not (tmp_path / "mend.csv").exists()


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (("show", "nothing"), "No row in quarantine is of the id 'nothing'"),
        (("show", "orders.csv", 4), "No row in quarantine is of 'orders.csv' row 4"),
        (("list", "--since", "noon"), "--since cannot be read"),
        (("list", "--table", "orders"), "There is no table 'orders'."),
        (("export", "mend.pdf"), "mend.pdf ends in none of .csv, .xlsx, .jsonl."),
        (
            ("export", "/nowhere/mend.csv"),
            "/nowhere/mend.csv cannot be written: No such file or directory.",
        ),
        (
            (
                "export",
                __file__.replace("test_quarantine.py", "../cities/trio/facts.csv"),
            ),
            "facts.csv is there already.",
        ),
    ],
)
def test_whatever_cannot_be_done_is_a_sentence(
    lake: Path, words: tuple[object, ...], sentence: str
) -> None:
    said = quarantine(lake, *words)

    assert said.exit_code == 2
    assert sentence in said.output
