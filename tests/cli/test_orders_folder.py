"""A folder of exports as a feed: each file is taken once, and put away when its rows are safe."""

from __future__ import annotations

import json
import os
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from twin.cli.running import Runner
from twin.errors import BusyError, UsageError
from twin.feeds.drop_folder import held
from twin.feeds.orders_folder import OrdersFolder
from twin.feeds.work_orders import load_mapping
from twin.pack import load_city
from twin.store import Lake, ids, newest, publish
from twin.store.files import read as rows_of

TRIO = Path(__file__).resolve().parents[1] / "cities" / "trio"
START = datetime(2026, 7, 16, 12, tzinfo=UTC)
HEADER = "número,hora,assunto,texto,freguesia,urgência,longitude,latitude"


def order(number: str, kind: str = "buraco", opened: str = "2026-07-16 09:00") -> str:
    """A good line of an export."""
    return f"{number},{opened},{kind},um buraco,,alta,-34.97,41.0"


def drop(folder: Path, name: str, *lines: str, changed: int = 0) -> Path:
    """Drop an export; files are taken in the order of `changed`."""
    path = folder / name
    path.write_text("\n".join([HEADER, *lines, ""]), encoding="utf-8")
    os.utime(path, (changed, changed))
    return path


class Hall:
    """A folder, a lake, and what runs between them; a tick is ten seconds."""

    def __init__(self, path: Path, n: int = 1) -> None:
        self.city, self.at, self.said = load_city(TRIO), START, []
        self.lake, self.folders = Lake(path / "lake"), []
        for at in range(n):
            self.folders.append(path / f"in{at}")
            self.folders[-1].mkdir(exist_ok=True)
        self.folder = self.folders[0]
        self.feeds = [self.feed(folder) for folder in self.folders]
        self.runner = Runner(
            self.city,
            self.lake,
            self.feeds,
            tick_s=10,
            trash_for=timedelta(hours=1),
            clock=lambda: self.at,
            ticks=self.seconds,
            tell=self.said.append,
            complain=self.said.append,
        )

    def feed(self, folder: Path, **changes: object) -> OrdersFolder:
        """A feed of a folder, read as the city reads its orders."""
        mapping = replace(load_mapping(self.city), **changes)
        return OrdersFolder(folder.name, folder, self.city, mapping, ticks=self.seconds)

    def seconds(self) -> float:
        """Seconds that only go forward."""
        return self.at.timestamp()

    def tick(self) -> bool:
        """Let ten seconds pass; answer whether more waits."""
        self.at += timedelta(seconds=10)
        return self.runner.tick()

    def at_once(self) -> bool:
        """Tick again, as when more waits."""
        self.at += timedelta(microseconds=1)
        return self.runner.tick()

    def events(self) -> list[tuple[str, int, str]]:
        """Number, version and kind of each event."""
        shown = newest(self.lake)
        files = list(shown.tables["events"].files) if shown else []
        rows = rows_of(shown.root, files).to_pylist() if files else []
        return sorted(
            (row["event_id"], row["version"], row["category"]) for row in rows
        )

    def tree(self) -> set[str]:
        """What lies in the first folder."""
        return {
            str(path.relative_to(self.folder))
            for path in self.folder.rglob("*")
            if path.is_file()
        }


@pytest.fixture
def hall(tmp_path):
    return Hall(tmp_path)


def put_away(outcome: str, *names: str) -> set[str]:
    """A file and its reports."""
    ends = ("", ".report.json", ".report.txt")
    return {f"{outcome}/{name}{end}" for name in names for end in ends}


def test_a_file_is_taken_when_it_stands_still_and_put_away_when_its_rows_are_published(
    hall,
):
    drop(hall.folder, "a.csv", order("N1"), order("N2"), order(""))
    hall.tick()
    assert (hall.events(), hall.tree()) == ([], {"a.csv"})
    assert not hall.tick()

    assert hall.events() == [("N1", 1, "buraco"), ("N2", 1, "buraco")]
    assert hall.tree() == put_away("done", "a.csv")
    report = json.loads((hall.folder / "done/a.csv.report.json").read_text())
    assert {name: report[name] for name in ("rows", "taken", "known", "refused")} == {
        "rows": 3,
        "taken": 2,
        "known": 0,
        "refused": 1,
    }
    assert report["snapshot"] == newest(hall.lake).id
    (said,) = hall.said
    assert said == (
        "a.csv: 3 rows: 2 taken, 0 known already, 1 refused; snapshot"
        f" {newest(hall.lake).id}. (done/a.csv.report.txt)"
    )


def test_a_file_whose_rows_were_not_published_stays_where_it_is(hall):
    drop(hall.folder, "a.csv", order("N1"))
    hall.tick()
    with hall.lake.writing():
        hall.tick()
        assert hall.tree() == {"a.csv"}
    hall.tick()

    assert hall.events() == [("N1", 1, "buraco")]
    assert hall.tree() == put_away("done", "a.csv")


def test_a_file_that_was_published_and_not_put_away_is_read_again_and_adds_nothing(
    hall, tmp_path
):
    """As after a kill between the two: the feed is gone before it hears of the snapshot."""
    drop(hall.folder, "a.csv", order("N1"), order("", "lixo"))
    killed = hall.feed(hall.folder)
    list(killed.poll(START, START))
    hall.at += timedelta(seconds=10)
    publish(
        hall.lake,
        hall.city,
        lambda _: killed.poll(START, hall.at),
        as_of=hall.at,
        simulated=False,
        now=lambda: hall.at,
    )
    assert hall.tree() == {"a.csv"}
    killed._holding.close()  # the system lets go of what a killed process held
    hall.tick()
    hall.tick()

    assert hall.events() == [("N1", 1, "buraco")]
    assert newest(hall.lake).tables["quarantine"].rows == 1
    report = json.loads((hall.folder / "done/a.csv.report.json").read_text())
    assert (report["taken"], report["known"], report["refused"]) == (0, 1, 1)


def test_files_that_wait_come_one_after_the_other_at_once_and_later_ones_correct(hall):
    drop(hall.folder, "b.csv", order("N1", "lixo"), changed=1)
    drop(hall.folder, "a.csv", order("N1", "ruído"), changed=2)
    drop(hall.folder, "c.csv", order("N2"), changed=3)
    hall.tick()
    assert hall.tick()
    assert hall.events() == [("N1", 1, "lixo")]
    assert hall.at_once()
    assert hall.events() == [("N1", 1, "lixo"), ("N1", 2, "ruído")]
    assert not hall.at_once()

    assert hall.events()[2:] == [("N2", 1, "buraco")]
    assert hall.tree() == put_away("done", "a.csv", "b.csv", "c.csv")
    assert len(ids(hall.lake)) == 4


def test_two_folders_of_one_source_take_turns_so_that_neither_speaks_over_the_other(
    tmp_path,
):
    hall = Hall(tmp_path, 2)
    drop(hall.folders[0], "a.csv", order("N1", "lixo"), changed=1)
    drop(hall.folders[0], "c.csv", order("N1", "fogo"), changed=2)
    drop(hall.folders[1], "b.csv", order("N1", "ruído"))
    hall.tick()
    assert hall.tick()
    assert hall.events() == [("N1", 1, "lixo")]
    assert hall.at_once()
    assert hall.events()[1:] == [("N1", 2, "ruído")]
    assert not hall.at_once()

    assert hall.events()[2:] == [("N1", 3, "fogo")]


def test_a_file_of_which_nothing_can_be_used_is_refused_and_holds_up_nobody(tmp_path):
    hall = Hall(tmp_path, 2)
    drop(hall.folder, "a.csv", order("N1", opened="ontem"))
    drop(hall.folders[1], "b.csv", order("N2"))
    hall.tick()
    hall.tick()

    assert hall.events() == [("N2", 1, "buraco")]
    assert hall.tree() == put_away("refused", "a.csv")
    assert newest(hall.lake).tables["quarantine"].rows == 0
    assert hall.said[0] == (
        "a.csv: 1 row: 0 taken, 0 known already, 1 refused; nothing was published."
        " (refused/a.csv.report.txt)"
    )
    assert not any("asked again" in line for line in hall.said)


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"PK\x03\x04 no table", "a.csv"),
        (b"one,two\n1,2\n", "a.csv has no column número"),
        (b"", "a.csv"),
    ],
)
def test_a_file_that_cannot_be_read_is_refused_and_the_next_one_is_taken(
    hall, content, sentence
):
    (hall.folder / "a.csv").write_bytes(content)
    os.utime(hall.folder / "a.csv", (0, 0))
    drop(hall.folder, "b.csv", order("N1"), changed=1)
    for _ in range(9):  # one without a byte has a minute to be filled
        hall.tick()

    assert hall.events() == [("N1", 1, "buraco")]
    assert hall.tree() == put_away("refused", "a.csv") | put_away("done", "b.csv")
    assert any(line.startswith(sentence) for line in hall.said)


def test_a_file_that_breaks_off_after_good_rows_gives_none_of_them(hall):
    """Its rows are read a block at a time, so some are on their way when it breaks off."""
    path = drop(hall.folder, "a.csv", *(order(f"N{n}") for n in range(120_000)))
    with path.open("ab") as file:
        file.write(b'"' + b"x" * 20_000_000)
    os.utime(path, (0, 0))
    hall.tick()
    hall.tick()

    assert hall.events() == []
    assert hall.tree() == put_away("refused", "a.csv")


def test_a_file_that_is_changed_while_it_is_read_is_read_again(hall):
    path = drop(hall.folder, "a.csv", order("N1"))
    feed = hall.feed(hall.folder)
    list(feed.poll(START, START))
    hall.at += timedelta(seconds=10)
    for _ in feed.poll(START, hall.at):
        drop(hall.folder, "a.csv", order("N1"), order("N2"), changed=5)

    assert feed.done("S1") == [
        "a.csv was changed while it was read; it is read again when it stands still."
    ]
    assert path.exists()


def test_a_disk_that_refuses_to_put_away_loses_no_row_and_doubles_none(hall):
    hall.tick()
    drop(hall.folder, "a.csv", order("N1"))
    (hall.folder / "done").rmdir()
    (hall.folder / "done").write_text("in the way")
    hall.tick()
    hall.tick()
    assert hall.said[0].startswith(f"Feed 'in0': The folder {hall.folder} cannot be")
    assert hall.events() == [("N1", 1, "buraco")]
    (hall.folder / "done").unlink()
    for _ in range(4):
        hall.tick()

    assert hall.events() == [("N1", 1, "buraco")]
    assert hall.tree() == put_away("done", "a.csv")


def test_a_folder_has_one_reader_and_must_be_there(hall):
    with held(hall.folder), pytest.raises(BusyError, match="Another program watches"):
        list(hall.feed(hall.folder).poll(START, START))
    with pytest.raises(UsageError, match="There is no folder"):
        list(hall.feed(hall.folder / "nowhere").poll(START, START))
    with held(hall.folder):
        hall.tick()
        assert newest(hall.lake) is None
    hall.tick()

    assert hall.said[-1] == "Feed 'in0' is heard again."


def test_what_is_no_plain_file_is_said_once(hall):
    (hall.folder / "sub").mkdir()
    for _ in range(3):
        hall.tick()

    assert hall.said == ["sub is no plain file; it is left where it is."]
