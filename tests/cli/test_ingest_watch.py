"""`twin ingest --watch DIR` as a hall runs it, in a process of its own.

Files are dropped while it runs; it is told to stop, or killed.
"""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner

from twin.cli import main
from twin.store import Lake, newest

HEADER = (
    "工单编号,来电时间,渠道,诉求类型,标题,内容,地址,区划,紧急程度,"
    "经度,纬度,承办单位,派单时间,签收时间,到场时间,办结时间,回访时间,是否满意"
)
PATIENCE_S = 90


def orders(*numbers: str, opened: str = "2026-11-20 09:15:00") -> str:
    """An export of orders with these numbers."""
    return "\n".join(
        [
            HEADER,
            *(
                f"{number},{opened},电话,道路,路灯不亮,,,江汉区,一般,114.27,30.60,,,,,,,"
                for number in numbers
            ),
            "",
        ]
    )


@pytest.fixture
def watch(tmp_path):
    """Starts the command on a folder; what still runs is killed."""
    begun: list[subprocess.Popen[str]] = []
    (tmp_path / "in").mkdir()

    def _start() -> subprocess.Popen[str]:
        begun.append(
            subprocess.Popen(
                [
                    sys.executable,
                    "-m",
                    "twin.cli",
                    "ingest",
                    "--watch",
                    str(tmp_path / "in"),
                    "--city",
                    "wuhan",
                    "--lake",
                    str(tmp_path / "lake"),
                ],
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                text=True,
            )
        )
        return begun[-1]

    yield _start
    for process in begun:
        process.kill()
        process.wait()
        if process.stdout is not None:
            process.stdout.close()


def until(is_so: Callable[[], bool]) -> None:
    """Wait for a condition."""
    end = time.monotonic() + PATIENCE_S
    while not is_so():
        assert time.monotonic() < end
        time.sleep(0.1)


def rows(lake: Path) -> int:
    """Versions of events in the lake."""
    snapshot = newest(Lake(lake))
    return sum(file.rows for file in snapshot.tables["events"].files) if snapshot else 0


def test_files_are_taken_as_they_are_dropped_and_put_away_with_what_became_of_them(
    tmp_path, watch
):
    folder, running = tmp_path / "in", watch()
    (folder / "a.csv").write_text(orders("WH1", "WH2"), encoding="utf-8")
    until((folder / "done" / "a.csv").exists)
    (folder / "a.csv").write_text(orders("WH2", "WH3"), encoding="utf-8")
    (folder / "b.csv").write_text(orders("WH4", opened="昨天"), encoding="utf-8")
    until(
        lambda: (
            (folder / "refused" / "b.csv").exists()
            and len(list((folder / "done").glob("a.*.csv"))) == 1
        )
    )
    running.send_signal(signal.SIGTERM)
    said, _ = running.communicate(timeout=PATIENCE_S)
    told = [
        json.loads(path.read_text(encoding="utf-8"))
        for path in sorted((folder / "done").glob("*.report.json"))
    ]

    assert (running.returncode, rows(tmp_path / "lake")) == (0, 3), said
    assert sorted(
        (
            (each["report"]["taken"], each["report"]["known"])
            if "report" in each
            else (each["taken"], each["known"])
        )
        for each in told
    ) == [(1, 1), (2, 0)]
    assert "2 files taken, 1 refused." in said


def test_what_a_killed_watch_had_in_hand_is_taken_by_the_next_once(tmp_path, watch):
    folder, running = tmp_path / "in", watch()
    (folder / "a.csv").write_text(
        orders(*(f"WH{n}" for n in range(20_000))), encoding="utf-8"
    )
    until((tmp_path / "lake").exists)
    running.kill()
    running.wait()
    watch()
    until((folder / "done" / "a.csv").exists)

    assert rows(tmp_path / "lake") == 20_000


def test_a_file_that_meets_a_publisher_waits_for_it_and_is_taken_once(tmp_path, watch):
    folder, lake = tmp_path / "in", Lake(tmp_path / "lake")
    with lake.writing():
        running = watch()
        (folder / "a.csv").write_text(orders("WH1", "WH2"), encoding="utf-8")
        too_late = threading.Timer(PATIENCE_S, running.kill)
        too_late.start()
        said = next((line for line in running.stdout if "tries again" in line), "")
        too_late.cancel()
        assert (folder / "a.csv").exists()
    until((folder / "done" / "a.csv").exists)

    assert (
        said
        == f"Another program is publishing into the lake {lake.path}. The watch tries"
        " again until it can be written.\n"
    )
    assert (
        rows(lake.path),
        [path.name for path in (folder / "refused").iterdir()],
    ) == (2, [])


@pytest.mark.parametrize(
    "words",
    [
        ("--city", "wuhan"),
        ("--lake", "x"),
        ("--watch", "in"),
        ("--once",),
        ("--mapping", "m.toml"),
        ("--kind", "drill"),
        ("--after-gap",),
    ],
)
def test_an_option_before_the_command_that_it_is_for_is_refused(tmp_path, words):
    (tmp_path / "a.csv").write_text(orders("WH1"), encoding="utf-8")
    done = CliRunner().invoke(
        main,
        [
            "ingest",
            *words,
            "work-orders",
            "--city",
            "wuhan",
            "--lake",
            str(tmp_path / "lake"),
            str(tmp_path / "a.csv"),
        ],
    )

    assert (
        done.exit_code,
        "Options stand after the command that they are for." in done.output,
    ) == (2, True)
    assert not (tmp_path / "lake").exists()
