"""The lake's own commands as an operator types them.

They are judged by what they say, how they end, and what they leave.
"""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from twin.cli import main
from twin.store import Lake, find, ids
from twin.store import seal as seals

CITIES = Path(__file__).parent.parent / "cities"
TRIO = CITIES / "trio"
WUHAN = CITIES.parents[1] / "data" / "wuhan"
ORDERS = CITIES.parent / "feeds" / "data" / "orders_utf8.csv"


def twin(*words: object) -> Result:
    """Run the command."""
    return CliRunner().invoke(main, [str(word) for word in words])


def said(*words: object) -> dict[str, Any]:
    """What a command that must succeed says as JSON."""
    done = twin(*words, "--json")
    assert done.exit_code == 0, done.output
    return json.loads(done.output)


def fill(lake: Path, until: str) -> None:
    """A day of the made-up city."""
    said(
        "simulate",
        "--city",
        TRIO,
        "--lake",
        lake,
        "--days",
        1,
        "--seed",
        7,
        "--until",
        until,
    )


@pytest.fixture
def lake(tmp_path: Path) -> Path:
    """Two publishes, a day apart."""
    for day in (20, 21):
        fill(tmp_path / "lake", f"2026-11-{day}T00:00:00Z")
    return tmp_path / "lake"


def flip(path: Path) -> None:
    """Flip one bit in the middle of a file."""
    whole = bytearray(path.read_bytes())
    whole[len(whole) // 2] ^= 1
    path.write_bytes(whole)


def test_the_same_day_simulated_twice_adds_nothing(lake: Path):
    before = find(Lake(lake)).tables
    done = said(
        "simulate",
        "--city",
        TRIO,
        "--lake",
        lake,
        "--days",
        1,
        "--seed",
        7,
        "--until",
        "2026-11-21T00:00:00Z",
    )
    after = find(Lake(lake)).tables
    assert (done["quarantined"], {name: cut.rows for name, cut in after.items()}) == (
        0,
        {name: cut.rows for name, cut in before.items()},
    )


def test_a_damaged_snapshot_is_listed_with_what_is_wrong(lake: Path):
    first, second = ids(Lake(lake))
    flip(lake / "snapshots" / f"{first}.json")
    listed = said("snapshot", "list", "--lake", lake)["snapshots"]
    assert [row["id"] for row in listed] == [first, second]
    assert "cannot be read" in listed[0]["problem"]
    assert twin("snapshot", "list", "--lake", lake).output.count("\n") == 2


def test_verify_repair_mends_and_says_so_and_ends_with_one_where_it_cannot(lake: Path):
    flip(find(Lake(lake)).files("coverage")[0])
    assert twin("snapshot", "verify", "--lake", lake).exit_code == 1
    done = twin("snapshot", "verify", "--repair", "--city", TRIO, "--lake", lake)
    assert (
        done.exit_code,
        "The table coverage was worked out anew." in done.output,
    ) == (0, True)
    flip(find(Lake(lake)).files("rain")[0])
    done = twin("snapshot", "verify", "--repair", "--city", TRIO, "--lake", lake)
    assert (
        done.exit_code,
        "The table rain cannot be worked out from anything" in done.output,
    ) == (1, True)


def test_backup_loss_and_restore(lake: Path, tmp_path: Path):
    newest = find(Lake(lake)).id
    assert (
        said("lake", "backup", tmp_path / "copy", "--lake", lake)["snapshot"] == newest
    )
    assert said("lake", "backup", tmp_path / "copy", "--lake", lake)["files"] == 0
    shutil.rmtree(lake)
    assert said("lake", "restore", tmp_path / "copy", "--lake", lake)["snapshots"] == 2
    assert said("snapshot", "verify", "--lake", lake)["ok"]
    assert [
        each["act"] for each in said("lake", "audit", "--lake", lake)["records"]
    ] == ["restore"]


def test_rollback_takes_the_newest_back(lake: Path):
    first, second = ids(Lake(lake))
    assert said("snapshot", "rollback", "--lake", lake)["taken_back"] == [second]
    assert find(Lake(lake)).compacts == first
    assert "rollback" in twin("lake", "audit", "--lake", lake).output


def test_prune_says_beforehand_what_it_would_do(lake: Path):
    done = said("snapshot", "prune", "--latest", 1, "--dry-run", "--lake", lake)
    assert (done["dry_run"], done["trash"], len(ids(Lake(lake)))) == (True, "", 2)


def test_a_lake_says_whose_it_is(lake: Path):
    shown = said("lake", "show", "--lake", lake)
    assert (
        shown["identity"]["city"],
        shown["identity"]["kind"],
        shown["snapshots"],
        shown["problems"],
    ) == ("trio", "simulated", 2, [])


def test_real_orders_and_simulated_rows_never_mix(lake: Path, tmp_path: Path):
    for words in (("ingest", "work-orders", ORDERS, "--city", WUHAN, "--lake", lake),):
        done = twin(*words)
        assert (done.exit_code, "is of the city trio, not of wuhan" in done.output) == (
            1,
            True,
        )
    real = tmp_path / "real"
    assert (
        twin("ingest", "work-orders", ORDERS, "--city", WUHAN, "--lake", real).exit_code
        == 0
    )
    done = twin("simulate", "--city", WUHAN, "--lake", real, "--days", 1)
    assert (
        done.exit_code,
        "holds real rows; these are simulated rows" in done.output,
    ) == (1, True)
    done = twin(
        "ingest",
        "work-orders",
        ORDERS,
        "--city",
        WUHAN,
        "--lake",
        real,
        "--kind",
        "drill",
    )
    assert (done.exit_code, "these are the rows of a drill" in done.output) == (1, True)
    assert len(ids(Lake(real))) == 1


@pytest.mark.parametrize(
    "words", [("serve", "--port", 8999), ("export", "brief", "--format", "csv")]
)
def test_the_wrong_citys_lake_is_neither_served_nor_exported(
    lake: Path, tmp_path: Path, words: tuple[object, ...]
):
    out = ("--out", tmp_path / "out") if words[0] == "export" else ()
    done = twin(*words, "--city", WUHAN, "--lake", lake, *out)
    assert (done.exit_code, "is of the city trio, not of wuhan" in done.output) == (
        1,
        True,
    )


def test_a_history_that_ends_in_the_future_is_refused(tmp_path: Path):
    done = twin(
        "simulate",
        "--city",
        TRIO,
        "--lake",
        tmp_path / "lake",
        "--days",
        1,
        "--until",
        "2130-01-01T00:00:00Z",
    )
    assert (done.exit_code, "but this machine's clock says" in done.output) == (1, True)


def test_a_signed_lake_refuses_what_was_not_signed(
    lake: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    assert twin("lake", "sign", "--lake", lake).exit_code == 1
    (tmp_path / "key").write_text("f" * 64)
    monkeypatch.setenv(seals.KEY_FILE, str(tmp_path / "key"))
    assert twin("snapshot", "verify", "--lake", lake).exit_code == 1
    assert said("lake", "sign", "--lake", lake)["signed"] == 4
    assert said("snapshot", "verify", "--lake", lake)["ok"]
    fill(lake, "2026-11-22T00:00:00Z")
    monkeypatch.delenv(seals.KEY_FILE)
    assert said("snapshot", "verify", "--lake", lake)["ok"]


def test_an_old_lake_is_upgraded_by_name(tmp_path: Path):
    shutil.unpack_archive(
        CITIES.parent / "lakes" / "format-2.tar.gz", tmp_path, filter="data"
    )
    for _ in range(2):
        assert (
            said("lake", "upgrade", "--city", TRIO, "--lake", tmp_path / "lake")[
                "format"
            ]
            == 3
        )
    assert said("snapshot", "verify", "--lake", tmp_path / "lake")["ok"]
