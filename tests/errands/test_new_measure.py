"""The errand 'a new measure': one module with its SQL, one contract, one line in `MEASURES`.

It is run in a copy of the program, over a lake that the program as it stands has written,
and nothing else of the copy is touched: neither the store nor any face.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pyarrow as pa
import pytest

from twin.contracts import TABLES
from twin.feeds.batch import Batch
from twin.pack import load_city
from twin.store import Lake, publish

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
TRIO = ROOT / "tests" / "cities" / "trio"
NINE = datetime(2026, 7, 16, 9, tzinfo=UTC)


@pytest.fixture
def program(tmp_path: Path) -> Path:
    """Copy the program, and run the errand in the copy."""
    copy = tmp_path / "program"
    for room in ("twin", "layers"):
        shutil.copytree(
            ROOT / room, copy / room, ignore=shutil.ignore_patterns("__pycache__")
        )
    measures = copy / "twin" / "measures"
    shutil.copy(HERE / "rain_hour.sql", measures)
    shutil.copy(HERE / "rain_hour.py.txt", measures / "rain_hour.py")
    written(
        copy / "twin" / "contracts" / "measured.py",
        ("\nTABLES = (\n", f"\n{text('rain_hour_contract.py.txt')}\nTABLES = (\n"),
        ("    QUARANTINE,\n)", "    QUARANTINE,\n    RAIN_HOUR,\n)"),
    )
    written(
        measures / "__init__.py",
        ("    programme_progress,\n)", "    programme_progress,\n    rain_hour,\n)"),
        (
            "    alerts.MEASURE,\n)",
            "    alerts.MEASURE,\n    rain_hour.MEASURE,\n)",
        ),
    )
    return copy


def text(name: str) -> str:
    return (HERE / name).read_text(encoding="utf-8")


def written(path: Path, *changes: tuple[str, str]) -> None:
    """Make changes to a file, each of which must find its one place."""
    told = path.read_text(encoding="utf-8")
    for old, new in changes:
        assert told.count(old) == 1, (path, old)
        told = told.replace(old, new)
    path.write_text(told, encoding="utf-8")


def rain(*readings: tuple[str, int, float]) -> Batch:
    """Readings of gauges: (gauge, minutes before nine, mm)."""
    columns = {
        "station_id": [gauge for gauge, _, _ in readings],
        "occurred_at": [NINE - timedelta(minutes=ago) for _, ago, _ in readings],
        "recorded_at": [NINE - timedelta(minutes=ago) for _, ago, _ in readings],
        "district_id": [None for _ in readings],
        "lon_ud": [1 for _ in readings],
        "lat_ud": [2 for _ in readings],
        "mm_5min": [mm for _, _, mm in readings],
        "source": ["test" for _ in readings],
    }
    rows = pa.table(columns, schema=TABLES["rain"].schema)
    return Batch("rain", rows, "gauges", "box.csv")


def test_a_new_measure_is_worked_out_over_a_lake_of_the_program_before(
    program: Path, tmp_path: Path
):
    lake = Lake(tmp_path / "lake")
    publish(
        lake,
        load_city(TRIO),
        # Of R1 the two readings within the hour count, 1.5 and 2 mm; R2 was last read
        # two hours ago.
        [rain(("R1", 65, 8.0), ("R1", 50, 1.5), ("R1", 5, 2.0), ("R2", 120, 4.0))],
        as_of=NINE,
        simulated=True,
        now=lambda: NINE,
    )

    told = json.loads(
        ran(
            program,
            HERE / "publishing.py",
            lake.path,
            TRIO,
            NINE + timedelta(minutes=1),
        )
    )

    assert told == {"rows": [{"station_id": "R1", "mm_hour": 3.5}], "faults": []}


def test_the_data_dictionary_tells_of_it(program: Path):
    told = ran(program, "-m", "twin.cli", "contracts", "rain_hour")

    assert "- worked out from [rain](#rain)" in told
    assert "| `mm_hour` | double | mm |  | at least 0 | Rain of the last hour |" in told
    assert "  - how: sum of mm_5min over the readings of the hour before" in told


def ran(program: Path, *words: object) -> str:
    """Run Python with the copied program, and return what it prints."""
    done = subprocess.run(
        [sys.executable, *map(str, words)],
        env=os.environ | {"PYTHONPATH": str(program)},
        cwd=program,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout
