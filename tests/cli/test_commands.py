"""The `twin` command on a made-up city.

Every step works with no change to code, and every fault is a sentence.
"""

import json
import shutil
import socket
from datetime import datetime, timedelta
from pathlib import Path

import openpyxl
import pytest
from click.testing import CliRunner

from twin.cli import COMMANDS, main
from twin.cli.simulate import lively
from twin.clock import now
from twin.faces.export.registry import FORMATS
from twin.pack import load_city
from twin.store import Lake, find

TRIO = str(Path(__file__).parent.parent / "cities" / "trio")


OUTSIDE = (
    "0001-01-01",
    "9999-12-31",
    "0001-01-01T00:00:00Z",
    "0001-01-01T00:00:00+14:00",
    "0002-06-01T00:00:00Z",
    "9999-12-31T23:59:59Z",
    "9999-12-31T23:59:59-12:00",
    "1899-12-31T23:59:59Z",
    "2200-01-01T00:00:00Z",
)
"""Moments that nobody can mean: in no calendar as UTC, without a zone, or centuries away."""


def twin(*words):
    return CliRunner().invoke(main, [str(word) for word in words])


@pytest.fixture(scope="module")
def lake(tmp_path_factory):
    path = tmp_path_factory.mktemp("trio") / "lake"
    done = twin(
        "simulate",
        "--city",
        TRIO,
        "--lake",
        path,
        "--days",
        2,
        "--seed",
        7,
        "--until",
        "2026-11-23T12:00:00Z",
    )
    assert done.exit_code == 0, done.output
    return path


@pytest.mark.parametrize("name", sorted(COMMANDS))
def test_every_command_says_what_it_does(name):
    said = twin(name, "--help")

    assert said.exit_code == 0
    assert len(said.output.splitlines()) > 3


def test_the_made_up_city_is_good():
    said = twin("city", "check", "--city", TRIO, "--json")

    assert json.loads(said.output)["ok"] is True


def test_the_same_seed_gives_the_same_table_hashes(lake, tmp_path):
    twin(
        "simulate",
        "--city",
        TRIO,
        "--lake",
        tmp_path / "again",
        "--days",
        2,
        "--seed",
        7,
        "--until",
        "2026-11-23T12:00:00Z",
    )

    hashes = [
        {
            name: cut["sha256"]
            for name, cut in json.loads(
                twin("snapshot", "show", "--lake", each, "--json").output
            )["tables"].items()
        }
        for each in (lake, tmp_path / "again")
    ]
    assert hashes[0] == hashes[1]
    assert len(hashes[0]) > 25


@pytest.mark.parametrize(
    ("now", "end"),
    [
        # The Azores are on UTC in summer.
        ("2026-07-16T10:29:59+00:00", "2026-07-15T10:30:00+00:00"),
        ("2026-07-16T10:30:00+00:00", "2026-07-16T10:30:00+00:00"),
        # They are an hour behind it in winter.
        ("2026-01-16T00:10:00+00:00", "2026-01-15T11:30:00+00:00"),
        # The day that has 25 hours.
        ("2026-10-25T11:40:00+00:00", "2026-10-25T11:30:00+00:00"),
        ("2026-10-25T11:20:00+00:00", "2026-10-24T10:30:00+00:00"),
    ],
)
def test_a_history_ends_at_the_newest_half_past_ten_of_the_city(now, end):
    found = lively(load_city(Path(TRIO)), datetime.fromisoformat(now))

    assert found == datetime.fromisoformat(end)


def test_a_city_simulated_without_an_end_is_shown_in_the_middle_of_its_day(tmp_path):
    said = twin(
        "simulate", "--city", TRIO, "--lake", tmp_path, "--days", 1, "--json"
    ).output
    zone = load_city(Path(TRIO)).zone
    there = datetime.fromisoformat(json.loads(said)["as_of"]).astimezone(zone)

    assert (there.hour, there.minute, there.second) == (10, 30, 0)
    assert timedelta(0) <= now() - there < timedelta(hours=25)


def test_a_fresh_lake_is_whole_and_listed(lake):
    assert twin("snapshot", "verify", "--lake", lake).exit_code == 0
    listed = json.loads(twin("snapshot", "list", "--lake", lake, "--json").output)[
        "snapshots"
    ]
    assert [row["simulated"] for row in listed] == [True]


def test_tables_of_a_brief_name_their_snapshot(lake, tmp_path):
    done = json.loads(
        twin(
            "export",
            "brief",
            "--city",
            TRIO,
            "--lake",
            lake,
            "--format",
            "xlsx,csv",
            "--out",
            tmp_path,
            "--json",
        ).output
    )

    book = openpyxl.load_workbook(
        next(path for path in done["files"] if path.endswith(".xlsx"))
    )
    about = dict(book["about"].iter_rows(min_row=2, values_only=True))
    assert about["snapshot"] == done["snapshot"] == find(Lake(lake)).id
    assert about["simulated"] is True
    first = next(path for path in done["files"] if path.endswith(".csv"))
    assert (
        Path(first).read_text(encoding="utf-8-sig").splitlines()[0]
        == f"snapshot,{done['snapshot']}"
    )


def test_without_a_browser_the_tables_come_out_and_one_sentence_says_what_to_install(
    lake, tmp_path, monkeypatch
):
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.delenv("TWIN_CHROMIUM", raising=False)

    done = twin(
        "export", "brief", "--city", TRIO, "--lake", lake, "--out", tmp_path / "out"
    )

    assert done.exit_code == 1
    assert "No Chromium was found" in done.output
    assert "apt-get install chromium" in done.output
    assert list((tmp_path / "out").glob("*.xlsx"))


def test_a_format_that_is_named_twice_is_written_once(lake, tmp_path):
    done = json.loads(
        twin(
            "export",
            "brief",
            "--city",
            TRIO,
            "--lake",
            lake,
            "--format",
            "xlsx, xlsx,",
            "--out",
            tmp_path,
            "--json",
        ).output
    )

    assert len(done["files"]) == 1


def test_a_brief_that_is_due_is_written_once(lake, tmp_path):
    done = twin(
        "schedule",
        "run",
        "--city",
        TRIO,
        "--lake",
        lake,
        "--format",
        "csv",
        "--out",
        tmp_path,
        "--once",
    )

    assert done.exit_code == 0, done.output
    assert list(tmp_path.glob("*.csv"))


@pytest.fixture
def pack(tmp_path):
    """A way to say in a copy of the pack which formats its brief has."""
    shutil.copytree(TRIO, tmp_path / "pack")
    toml = tmp_path / "pack" / "city.toml"

    def said(formats):
        text = toml.read_text(encoding="utf-8")
        toml.write_text(
            text.replace("[schedule]\n", f"[schedule]\nformats = {formats}\n"),
            encoding="utf-8",
        )
        return tmp_path / "pack"

    return said


@pytest.mark.parametrize(
    ("words", "written"), [((), {".jsonl", ".xlsx"}), (("--format", "csv"), {".csv"})]
)
def test_the_schedule_writes_the_formats_of_the_pack_unless_it_is_told_others(
    lake, tmp_path, pack, words, written
):
    done = twin(
        "schedule",
        "run",
        "--city",
        pack('["jsonl", "xlsx"]'),
        "--lake",
        lake,
        "--out",
        tmp_path / "out",
        "--once",
        *words,
    )

    assert done.exit_code == 0, done.output
    assert {path.suffix for path in (tmp_path / "out").iterdir()} == written


@pytest.mark.parametrize(
    ("formats", "sentence"),
    [
        ('["csv", "pdf"]', "[schedule] formats: There is no format 'pdf'"),
        ('"csv"', "[schedule] formats is 'csv', not a list of names"),
    ],
)
def test_a_pack_whose_formats_are_off_is_told_by_its_check_and_by_the_schedule(
    lake, tmp_path, pack, formats, sentence
):
    city = pack(formats)

    checked = twin("city", "check", "--city", city)
    run = twin("schedule", "run", "--city", city, "--lake", lake, "--once")

    assert (checked.exit_code, run.exit_code) == (1, 1)
    assert sentence in checked.output
    assert sentence in run.output


def test_help_names_every_format():
    for command in (("export", "brief"), ("schedule", "run")):
        said = " ".join(twin(*command, "--help").output.split())
        assert f"{', '.join(FORMATS)}, or package:name" in said


def test_a_flipped_bit_is_reported_and_the_exit_status_says_so(tmp_path):
    twin(
        "simulate",
        "--city",
        TRIO,
        "--lake",
        tmp_path,
        "--days",
        1,
        "--until",
        "2026-11-23T12:00:00Z",
    )
    path = find(Lake(tmp_path)).files("events")[0]
    data = bytearray(path.read_bytes())
    data[100] ^= 1
    path.write_bytes(data)

    verified, doctor = (
        twin("snapshot", "verify", "--lake", tmp_path),
        twin("doctor", "--city", TRIO, "--lake", tmp_path),
    )

    assert verified.exit_code == 1
    assert path.name in verified.output
    assert doctor.exit_code == 1
    assert path.name in doctor.output


def test_work_orders_cannot_turn_time_back(lake):
    """The lake speaks of 2026; data that speak of a moment before are refused and nothing
    is lost.
    """
    before = find(Lake(lake)).id

    done = twin(
        "simulate",
        "--city",
        TRIO,
        "--lake",
        lake,
        "--days",
        1,
        "--until",
        "2026-11-01T00:00:00Z",
    )

    assert done.exit_code == 1
    assert "time would go backwards" in done.output
    assert find(Lake(lake)).id == before


@pytest.mark.parametrize(
    ("words", "status", "sentence"),
    [
        (("city", "check", "--city", "atlantis"), 2, "no city pack"),
        (
            ("serve", "--city", TRIO, "--lake", "no-such-lake", "--port", "8999"),
            1,
            "holds no snapshot",
        ),
        (
            ("export", "brief", "--city", TRIO, "--lake", "no-such-lake"),
            1,
            "holds no snapshot",
        ),
        (
            ("snapshot", "show", "nothing", "--lake", "no-such-lake"),
            1,
            "no snapshot 'nothing'",
        ),
        (
            (
                "simulate",
                "--city",
                TRIO,
                "--lake",
                "no-such-lake",
                "--until",
                "yesterday",
            ),
            2,
            "--until cannot be read",
        ),
        (
            (
                "simulate",
                "--city",
                TRIO,
                "--lake",
                "no-such-lake",
                "--scenario",
                "flood@2026-01-01T00:00:00Z",
            ),
            2,
            "no story",
        ),
        (
            ("simulate", "--city", TRIO, "--lake", "no-such-lake", "--until", ""),
            2,
            "--until cannot be read",
        ),
        *(
            (
                (
                    "simulate",
                    "--city",
                    TRIO,
                    "--lake",
                    "no-such-lake",
                    "--days",
                    days,
                    "--until",
                    until,
                ),
                2,
                "--until cannot be read",
            )
            for days in (1, 1_000)
            for until in OUTSIDE
        ),
        *(
            (
                (
                    "simulate",
                    "--city",
                    TRIO,
                    "--lake",
                    "no-such-lake",
                    "--scenario",
                    f"crossing@{moment}",
                ),
                2,
                "cannot be read",
            )
            for moment in ("", *OUTSIDE)
        ),
        *(
            (
                (
                    "export",
                    "brief",
                    "--city",
                    TRIO,
                    "--lake",
                    "no-such-lake",
                    "--view",
                    f"{name}={moment.replace('+', '%2B')}",
                ),
                2,
                f"link's {name} cannot be read",
            )
            for name in ("as_of", "known_at")
            for moment in OUTSIDE
        ),
        (
            (
                "export",
                "brief",
                "--city",
                TRIO,
                "--lake",
                "no-such-lake",
                "--view",
                "picked=\udcff",
            ),
            2,
            "not Unicode",
        ),
        *(
            (
                (
                    *command,
                    "--city",
                    TRIO,
                    "--lake",
                    "no-such-lake",
                    "--format",
                    formats,
                ),
                2,
                sentence,
            )
            for command in (
                ("export", "brief"),
                ("schedule", "run"),
                ("schedule", "run", "--once"),
            )
            for formats, sentence in (
                ("", "No format is named"),
                (",", "No format is named"),
                (" , ", "No format is named"),
                ("csv,pdf", "no format 'pdf'"),
                ("CSV", "no format 'CSV'"),
            )
        ),
    ],
)
def test_a_fault_is_a_sentence_and_a_status(
    words, status, sentence, tmp_path, monkeypatch
):
    monkeypatch.chdir(tmp_path)

    done = twin(*words)

    assert done.exit_code == status
    assert sentence in done.output
    assert "Traceback" not in done.output


def test_a_busy_port_is_said_before_any_work(lake):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        done = twin(
            "serve", "--city", TRIO, "--lake", lake, "--port", taken.getsockname()[1]
        )

    assert done.exit_code == 1
    assert "cannot be opened" in done.output


def test_a_lake_of_a_newer_program_is_left_alone(lake, tmp_path):
    (tmp_path / "pointer.json").write_text(json.dumps({"format": 99, "snapshot": "x"}))

    done = twin("snapshot", "verify", "--lake", tmp_path)

    assert done.exit_code == 1
    assert "format 99" in done.output
