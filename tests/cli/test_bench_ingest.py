"""The bench of reading orders.

Its orders are like those of a city, and its figures are those of the command alone.
"""

from __future__ import annotations

import csv
import json
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from click.testing import CliRunner
from openpyxl import load_workbook

from tests.cli.processes import below, is_alive, wait_until
from twin.bench import child, orders
from twin.bench.ingest import ingested, measure
from twin.city import City
from twin.cli import main
from twin.errors import FeedError
from twin.feeds.work_orders import load_mapping
from twin.pack import load_city

TESTS = Path(__file__).resolve().parents[1]
UNTIL = datetime(2026, 11, 25, tzinfo=UTC)


@pytest.fixture(scope="module")
def city() -> City:
    return load_city(TESTS / "cities" / "trio")


@pytest.fixture(scope="module")
def large() -> City:
    """The pack whose mapping has all steps of an order, in seconds."""
    return load_city(TESTS.parent / "data" / "wuhan")


def made(city: City, n: int) -> dict[str, list[object]]:
    """All orders, by field."""
    pieces = list(orders.pieces(city, n, UNTIL))
    return {
        field: [value for piece in pieces for value in piece[column]]
        for field, column in load_mapping(city).columns.items()
    }


def test_one_order_in_a_hundred_is_bad_and_three_in_ten_are_open(large, monkeypatch):
    monkeypatch.setattr(orders, "_AT_ONCE", 1_000)
    found = made(large, 5_000)

    assert len(set(found["event_id"]) - {None}) == 5_000 - 10
    assert found["created_at"].count(None) == 10
    assert found["district"].count("不存在的区") == 10
    assert 0.27 < found["done_at"].count(None) / 5_000 < 0.33
    last = UNTIL.replace(tzinfo=None) - timedelta(days=9)
    assert all(at < last for at in found["created_at"] if at is not None)


def test_every_kind_of_file_holds_the_same_orders(large, tmp_path):
    paths = {
        kind: orders.write(tmp_path / f"a.{kind}", large, 300, UNTIL)
        for kind in orders.KINDS
    }
    with paths["csv"].open(encoding="utf-8", newline="") as file:
        rows = list(csv.reader(file))
    sheet = [
        list(row)
        for row in load_workbook(paths["xlsx"]).active.iter_rows(values_only=True)
    ]
    table = pq.read_table(paths["parquet"])

    def said(value: object) -> str:
        return "" if value is None else str(value)

    assert len(rows) == len(sheet) == table.num_rows + 1 == 301
    assert [[said(cell) for cell in row] for row in sheet] == rows
    assert [[said(cell) for cell in row.values()] for row in table.to_pylist()] == rows[
        1:
    ]


def test_orders_are_read_by_the_command_itself(city, tmp_path):
    (found,) = measure(city, tmp_path, ["csv"], [300], UNTIL)

    assert (found.kind, found.rows) == ("csv", 300)
    assert found.rows_per_s == pytest.approx(300 / found.seconds)
    assert found.peak_mb > 50
    assert [path for path in tmp_path.iterdir() if path.suffix == ".csv"] == []


def test_a_command_that_fails_is_no_figure(city, tmp_path):
    with pytest.raises(
        FeedError, match=r"gone\.csv was not taken \(exit status 1\)"
    ) as caught:
        ingested(city, tmp_path / "gone.csv", 5, tmp_path / "lake")

    assert "No such file" in caught.value.why


def test_a_command_that_takes_too_little_is_no_figure(city, tmp_path):
    path = orders.write(tmp_path / "a.csv", city, 100, UNTIL)
    with pytest.raises(
        FeedError, match=r"Of 1,000 orders in a\.csv only \d+ were taken"
    ):
        ingested(city, path, 1_000, tmp_path / "lake")


def test_the_memory_of_who_starts_a_command_is_not_counted_as_its_own(tmp_path):
    into = tmp_path / "found.json"
    words = [
        sys.executable,
        "-S",
        child.__file__,
        str(into),
        sys.executable,
        "-S",
        "-c",
        "raise SystemExit(3)",
    ]
    parent = (
        f"import subprocess; held = b'x' * 400_000_000; subprocess.run({words!r},"
        " check=True)"
    )
    subprocess.run([sys.executable, "-c", parent], check=True)
    found = json.loads(into.read_text())

    assert found["status"] == 3
    assert found["peak_kb"] < 200_000


def test_a_command_that_is_measured_ends_with_whoever_measures_it(tmp_path):
    words = [
        sys.executable,
        "-S",
        child.__file__,
        str(tmp_path / "found.json"),
        sys.executable,
        "-S",
        "-c",
        "import time; print(1, flush=True); time.sleep(600)",
    ]
    parent = (
        f"import subprocess; subprocess.Popen({words!r}, stdin=subprocess.PIPE).wait()"
    )
    with subprocess.Popen(
        [sys.executable, "-c", parent], stdout=subprocess.PIPE
    ) as measuring:
        measuring.stdout.readline()
        family = below(measuring.pid)
        measuring.kill()

    assert len(family) == 2
    wait_until(lambda: not any(map(is_alive, family)), seconds=10)


@pytest.mark.parametrize("sizes", ["0", "many", "-5", "10,,20", ""])
def test_sizes_that_are_none_are_wrong_usage(sizes):
    done = CliRunner().invoke(main, ["bench", "ingest", "--rows", sizes])

    assert done.exit_code == 2
    assert "is not a list of whole numbers" in done.output
