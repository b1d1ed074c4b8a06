"""`twin run` as a hall runs it: a process of its own, killed and started again."""

from __future__ import annotations

import os
import random
import shutil
import signal
import time
from datetime import timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner

from tests.cli.gauges import install, with_feeds
from tests.cli.processes import Started, wait_until
from twin.cli import main
from twin.contracts import TABLES
from twin.feeds.simulated import LIVE_TELEMETRY_S, Simulated
from twin.pack import load_city
from twin.store import Lake, ids, newest, read
from twin.store.files import read as rows_of

TRIO = Path(__file__).resolve().parents[1] / "cities" / "trio"
HEADER = "número,hora,assunto,texto,freguesia,urgência,longitude,latitude"
SIMULATED_AND_ORDERS = """
[feeds]
run = ["simulated", "orders"]

[feeds.simulated]
seed = 9

[feeds.orders]
feed = "orders_folder"
folder = "../in"
kind = "simulated"
settle_s = 0.2
"""
GAUGES_AND_ORDERS = """
[feeds]
run = ["acme-feeds:gauges", "orders"]

[feeds."acme-feeds:gauges"]
wire = "../wire"

[feeds.orders]
feed = "orders_folder"
folder = "../in"
settle_s = 0.2
"""


class Hall:
    """A city of its own in a folder, with a lake and a folder for exports."""

    def __init__(self, path: Path) -> None:
        self.path, self.lake = path, Lake(path / "lake")
        self.pack = path / "pack"
        shutil.copytree(TRIO, self.pack)
        (path / "in").mkdir()
        self.begun: list[Started] = []

    def start(self, *words: object) -> Started:
        """Start `twin run` with a snapshot every second."""
        site = self.path / "site"
        paths = filter(None, [str(site), os.environ.get("PYTHONPATH", "")])
        self.begun.append(
            Started(
                "run",
                "--city",
                self.pack,
                "--lake",
                self.lake.path,
                "--tick",
                1,
                *words,
                env=os.environ | {"PYTHONPATH": os.pathsep.join(paths)},
            )
        )
        return self.begun[-1]

    def drop(self, name: str, *numbers: str) -> None:
        """Drop an export of orders, whole at once."""
        lines = (
            f"{number},2026-07-16 09:00,buraco,x,,alta,-34.97,41.0"
            for number in numbers
        )
        part = self.path / "in" / f"{name}.part"
        part.write_text("\n".join([HEADER, *lines, ""]), encoding="utf-8")
        part.rename(part.with_suffix(""))

    @property
    def seq(self) -> int:
        """How many snapshots were published."""
        found = newest(self.lake)
        return found.seq if found else 0

    def rows(self, table: str):
        """Rows of a table in the newest snapshot."""
        shown = newest(self.lake)
        files = list(shown.tables[table].files)
        return rows_of(shown.root, files) if files else TABLES[table].empty()


@pytest.fixture
def hall(tmp_path):
    """A hall; whatever still runs in it at the end is killed."""
    made = Hall(tmp_path)
    yield made
    for process in made.begun:
        process.kill()


def keys(table: str, rows) -> list[tuple[object, ...]]:
    """The keys of rows, with what is there twice."""
    columns = [rows[name].to_pylist() for name in TABLES[table].key]
    return sorted(zip(*columns, strict=True))


@pytest.mark.slow
def test_two_feeds_that_are_killed_again_and_again_lose_nothing_and_double_nothing(
    hall,
):
    with_feeds(hall.pack, SIMULATED_AND_ORDERS)
    dice, numbers = random.Random(716), [f"N{n}" for n in range(60)]
    for turn in range(5):
        before, running = hall.seq, hall.start()
        # The last of the turn before is told again: an export overlaps with the next.
        mine = numbers[max(0, 10 * turn - 1) : 10 * (turn + 1)]
        hall.drop(f"{turn}.csv", *mine)
        wait_until(lambda before=before: hall.seq > before + 1)
        time.sleep(dice.uniform(0, 1.2))  # to be killed anywhere within a tick
        running.kill()
    last = hall.start()
    hall.drop("last.csv", *numbers[49:])
    wait_until((hall.path / "in/done/last.csv.report.json").exists)
    status = last.end(signal.SIGTERM)

    assert status == 0
    assert sorted(path.name for path in (hall.path / "in/done").glob("*.csv")) == [
        *(f"{turn}.csv" for turn in range(5)),
        "last.csv",
    ]
    assert not [path for path in (hall.path / "in").iterdir() if path.is_file()]
    shown = newest(hall.lake)
    first = read(hall.lake, ids(hall.lake)[0])
    assert first.seq == 1
    city = load_city(hall.pack)
    feed = Simulated(city, 9, telemetry_s=LIVE_TELEMETRY_S)
    begun = first.as_of - timedelta(seconds=1)
    told: dict[str, list[tuple[object, ...]]] = {}
    for batch in [
        *feed.begin(begun),
        *feed.poll(begun, shown.polled["simulated"]),
    ]:
        told.setdefault(batch.table, []).extend(keys(batch.table, batch.rows))
    # What else happens in a few seconds hangs on the time of day.
    assert told.keys() >= {"drones", "estates"}
    told["events"] = [*told.get("events", []), *((number, 1) for number in numbers)]
    for table, expected in told.items():
        assert keys(table, hall.rows(table)) == sorted(expected), table
    assert shown.tables["quarantine"].rows == 0
    done = CliRunner().invoke(
        main, ["snapshot", "verify", "--lake", str(hall.lake.path)]
    )
    assert done.exit_code == 0, done.output


def test_a_feed_of_a_package_fails_beside_a_good_one_and_catches_up(hall):
    install(hall.path / "site")
    with_feeds(hall.pack, GAUGES_AND_ORDERS)
    wire = hall.path / "wire"
    wire.touch()
    running = hall.start()
    wait_until(lambda: hall.seq > 1)
    wire.unlink()
    said = running.until("Its source cannot be read: No such file or directory")
    assert said.startswith("Feed 'acme-feeds:gauges': ")
    hall.drop("a.csv", "N1")
    running.until("a.csv: 1 row: 1 taken")
    wire.touch()
    running.until("Feed 'acme-feeds:gauges' is heard again.")
    assert running.end(signal.SIGINT) == 0

    rain = hall.rows("rain")
    seconds = sorted(int(at.timestamp()) for at in rain["occurred_at"].to_pylist())
    assert seconds == list(range(seconds[0], seconds[-1] + 1))
    until = newest(hall.lake).polled["acme-feeds:gauges"]
    assert seconds[-1] == int(until.timestamp())
    assert keys("events", hall.rows("events")) == [("N1", 1)]


def test_a_lake_has_one_that_runs_and_it_ends_when_it_is_told_to(hall):
    first = hall.start("--feed", "simulated", "--set", "simulated.seed=4")
    first.until("simulated: every 1 s into")
    wait_until(lambda: hall.seq > 0)
    second = hall.start("--feed", "simulated")
    second.until("Feeds already run into the lake")
    assert second.process.wait(30) == 1
    before = hall.seq
    wait_until(lambda: hall.seq > before)

    assert first.end(signal.SIGTERM) == 0
    origins = {
        path.name for path in (hall.lake.path / "tables").iterdir() if path.is_dir()
    }
    assert "drones" in origins


def test_what_does_not_run_is_said_and_the_others_run(hall):
    with_feeds(
        hall.pack,
        '[feeds]\nrun = ["nowhere", "simulated", "orders"]\n'
        '[feeds.orders]\nfeed = "orders_folder"\nfolder = "../in"\n',
    )
    running = hall.start()
    running.until("simulated: every 1 s into")

    said = "\n".join(running.lines)
    assert "Feed 'nowhere' does not run." in said
    assert "city.toml, line" in said
    assert "Feed 'orders' gives real rows, but 'simulated' before it gives" in said
    wait_until(lambda: hall.seq > 0)
    assert running.end(signal.SIGTERM) == 0


@pytest.mark.parametrize(
    ("words", "status", "sentence"),
    [
        ((), 2, "The city trio names no feeds that run."),
        (("--feed", "nowhere"), 2, "--feed: there is no feed 'nowhere'."),
        (
            ("--feed", "simulated", "--set", "simulated.seed=x"),
            2,
            "The setting 'simulated.seed=x' cannot be read.",
        ),
        (
            ("--feed", "simulated", "--set", "simulated.sede=1"),
            2,
            "--set: [feeds.simulated] has sede = 1, which nothing reads; write seed",
        ),
        (
            ("--feed", "simulated", "--set", "other.seed=1"),
            2,
            "--set names other, and no such feed runs.",
        ),
    ],
)
def test_what_was_typed_wrongly_is_a_sentence_and_touches_no_lake(
    tmp_path, words, status, sentence
):
    done = CliRunner().invoke(
        main,
        ["run", "--city", str(TRIO), "--lake", str(tmp_path / "lake"), *words],
    )

    assert (done.exit_code, sentence in done.output) == (status, True), done.output
    assert not (tmp_path / "lake").exists()
