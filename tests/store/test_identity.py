"""A lake is of one city and one kind, and knows itself.

Others are refused before a row is read or written.
"""

from __future__ import annotations

import shutil
import tarfile
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from tests.store.conftest import resealed
from twin.city import City
from twin.errors import DamagedError, FeedError, ForeignError, LakeError
from twin.feeds.batch import Batch
from twin.store import (
    Lake,
    Snapshot,
    find,
    guard,
    ids,
    last_good,
    newest,
    publish,
    verify,
)
from twin.store import seal as seals

FORMAT_2 = Path(__file__).resolve().parents[1] / "lakes" / "format-2.tar.gz"


@pytest.fixture
def other(city: City) -> City:
    """Another city: the same pack under another name, with districts of its own."""
    districts = city.reference["districts"]
    at = districts.schema.get_field_index("district_id")
    named = pa.array([f"x-{each}" for each in districts["district_id"].to_pylist()])
    return replace(
        city,
        id="elsewhere",
        reference={
            **city.reference,
            "districts": districts.set_column(at, districts.schema.field(at), named),
        },
    )


def onto(
    lake: Lake, city: City, moment: Any, *batches: Batch, **words: Any
) -> Snapshot:
    """Publish at a moment."""
    return publish(
        lake,
        city,
        batches,
        as_of=moment,
        now=lambda: moment,
        **{"simulated": True, **words},
    )[0]


def test_another_citys_rows_are_refused_and_nothing_is_written(
    filler: Any, other: City
):
    first = filler.publish()
    with pytest.raises(ForeignError, match="is of the city trio, not of elsewhere"):
        onto(filler.lake, other, filler.at)
    assert ids(filler.lake) == [first.id]
    assert verify(filler.again()).faults == ()


@pytest.mark.parametrize(
    ("simulated", "mode", "said"),
    [
        (False, "live", "these are real rows"),
        (True, "drill", "these are the rows of a drill"),
    ],
)
def test_rows_of_another_kind_are_refused(
    filler: Any, simulated: bool, mode: str, said: str
):
    first = filler.publish()
    with pytest.raises(ForeignError, match=said):
        onto(filler.lake, filler.city, filler.at, simulated=simulated, mode=mode)
    assert newest(filler.again()) == first


def test_simulated_rows_never_enter_a_lake_of_real_ones(filler: Any):
    first = onto(filler.lake, filler.city, filler.at, simulated=False)
    with pytest.raises(ForeignError, match="holds real rows; these are simulated rows"):
        filler.publish()
    assert (first.simulated, first.kind, newest(filler.again())) == (
        False,
        "real",
        first,
    )


def test_who_looks_at_the_wrong_citys_lake_is_told_so(filler: Any, other: City):
    filler.publish()
    with pytest.raises(ForeignError, match="is of the city trio") as caught:
        guard(filler.again(), other, filler.current())
    assert "with --city" in caught.value.fix


def test_an_old_lake_is_recognised_by_its_districts_and_its_mark(
    city: City, other: City, tmp_path: Path
):
    with tarfile.open(FORMAT_2) as packed:
        packed.extractall(tmp_path, filter="data")
    lake = Lake(tmp_path / "lake")
    moment = find(lake).as_of
    for pack, words, said in (
        (other, {}, "none of its districts"),
        (city, {"simulated": False}, "holds simulated rows"),
    ):
        with pytest.raises(ForeignError, match=said):
            onto(lake, pack, moment, **words)
    with pytest.raises(ForeignError, match="none of its districts"):
        guard(lake, other, newest(lake))
    assert find(lake).format == 2


def test_a_lake_swapped_under_a_running_program_is_noticed(tmp_path: Path, filler: Any):
    mine = filler.publish()
    guard(filler.lake, filler.city, mine)
    another = type(filler)(Lake(tmp_path / "another"), filler.city)
    another.publish()
    filler.lake.path.rename(tmp_path / "kept")
    (tmp_path / "another").rename(filler.lake.path)
    with pytest.raises(ForeignError, match="was replaced by another one"):
        guard(filler.lake, filler.city, newest(filler.lake))
    with pytest.raises(ForeignError, match="was replaced by another one"):
        filler.publish()
    shutil.rmtree(filler.lake.path)
    (tmp_path / "kept").rename(filler.lake.path)
    assert filler.publish().parent == mine.id


def test_without_its_own_file_a_lake_is_known_by_its_snapshots(
    filler: Any, other: City
):
    first = filler.publish()
    filler.lake.identity.unlink()
    with pytest.raises(ForeignError):
        onto(filler.lake, other, filler.at)
    assert filler.publish().lake == first.lake
    assert verify(filler.again()).faults == ()


def test_snapshots_of_another_lake_are_passed_over_and_said(
    tmp_path: Path, filler: Any
):
    mine = filler.publish()
    another = type(filler)(Lake(tmp_path / "another"), filler.city)
    foreign = [another.publish() for _ in range(3)][-1]
    shutil.copy(another.lake.snapshots / f"{foreign.id}.json", filler.lake.snapshots)
    found, problems = last_good(filler.again())
    assert (found.id, len(problems)) == (mine.id, 1)
    assert f"The snapshot {foreign.id} is of another lake" in problems[0]
    assert filler.publish().parent == mine.id


def test_files_of_other_names_in_the_snapshots_folder_are_none_of_ours(filler: Any):
    first = filler.publish()
    for name in (
        "notes.json",
        "20260716.json",
        "20300101T000000Z-x-abcdef.json",
        ".hidden.json",
        "a" * 200 + ".json",
        "日志.json",
    ):
        (filler.lake.snapshots / name).write_text("{}")
    (filler.lake.snapshots / "20300101T000000Z-000009-abcdef.json.bak").write_text("{}")
    assert (ids(filler.lake), last_good(filler.again())) == ([first.id], (first, ()))
    assert filler.publish().parent == first.id
    assert (filler.lake.snapshots / "notes.json").exists()


@pytest.mark.parametrize(
    "gone",
    [
        ["snapshots"],
        ["snapshots", "pointer.json"],
        ["snapshots", "lake.json", "pointer.json"],
    ],
)
def test_half_a_lake_is_never_published_onto(filler: Any, gone: list[str]):
    filler.publish()
    files = sorted(filler.lake.tables.rglob("*.parquet"))
    for name in gone:
        path = filler.lake.path / name
        shutil.rmtree(path) if path.is_dir() else path.unlink()
    with pytest.raises(LakeError) as caught:
        filler.publish()
    assert len(caught.value.lines()) == 3
    assert sorted(filler.lake.tables.rglob("*.parquet")) == files


def test_a_lost_pointer_loses_no_history(filler: Any):
    before = [filler.publish().id for _ in range(4)]
    filler.lake.pointer.unlink()
    after = filler.publish()
    assert ids(filler.lake) == [*before, after.id]
    assert after.tables["rain"].rows == 25
    assert verify(filler.again()).faults == ()


def test_a_newest_snapshot_that_is_gone_is_not_published_over(filler: Any):
    first, second = filler.publish(), filler.publish()
    (filler.lake.snapshots / f"{second.id}.json").unlink()
    found, problems = last_good(filler.again())
    assert (found.id, problems) == (
        first.id,
        (f"The snapshot {second.id} was published last and its file is missing.",),
    )
    with pytest.raises(DamagedError, match="its file is missing"):
        filler.publish()
    assert all(path.exists() for path in second.files("rain"))


def test_a_feed_that_breaks_off_is_not_a_disk_that_refuses(filler: Any):
    first = filler.publish()

    def broken() -> Any:
        yield Batch("rain", filler.rain(), "gauges", "box.csv")
        raise OSError(5, "Input/output error", "/media/stick/box.csv")

    with pytest.raises(
        FeedError, match="A feed cannot be read to its end: Input/output error"
    ) as caught:
        publish(
            filler.lake,
            filler.city,
            broken(),
            as_of=filler.at,
            simulated=True,
            now=lambda: filler.at,
        )
    assert "/media/stick/box.csv" in caught.value.fix
    assert newest(filler.again()) == first
    assert filler.publish().tables["rain"].rows == 10


def signed(monkeypatch: pytest.MonkeyPatch, path: Path, text: str = "a" * 32) -> None:
    """Give this process a key."""
    path.write_text(text)
    monkeypatch.setenv(seals.KEY_FILE, str(path))


def test_with_a_key_a_forged_snapshot_is_refused(
    filler: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    signed(monkeypatch, tmp_path / "key")
    first, second = filler.publish(), filler.publish()
    path = filler.lake.snapshots / f"{second.id}.json"
    said = seals.unseal(path.read_bytes(), b"a" * 32)
    path.write_bytes(
        seals.seal(said | {"mode": "drill"}, b"another key of enough bytes")
    )
    assert last_good(filler.again())[0] == first
    path.write_bytes(
        seals.seal(
            {name: value for name, value in said.items() if name != "signed"}, None
        )
    )
    found, problems = last_good(filler.again())
    assert found == first
    assert "it is not signed" in problems[0]


def test_without_the_key_a_signed_lake_is_read_and_not_published_onto(
    filler: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    signed(monkeypatch, tmp_path / "key")
    first = filler.publish()
    monkeypatch.delenv(seals.KEY_FILE)
    assert last_good(filler.again()) == (first, ())
    with pytest.raises(LakeError, match="is signed, and this program was given no key"):
        filler.publish()
    assert verify(filler.again()).faults == ()


@pytest.mark.parametrize(
    "harm",
    [lambda path: path.unlink(), lambda path: path.write_text("short")],
    ids=["missing", "short"],
)
def test_a_key_that_cannot_be_used_is_a_sentence(
    filler: Any,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    harm: Callable[[Path], object],
):
    signed(monkeypatch, tmp_path / "key")
    harm(tmp_path / "key")
    with pytest.raises(LakeError, match="The key file"):
        filler.publish()


@pytest.mark.parametrize("name", ["lake.json", "pointer.json", "the snapshot"])
def test_what_a_newer_program_wrote_is_one_sentence_and_is_not_touched(
    filler: Any, name: str
):
    snapshot = filler.publish()
    path = (
        filler.lake.snapshots / f"{snapshot.id}.json"
        if name == "the snapshot"
        else filler.lake.path / name
    )
    resealed(path, format=4)
    newer = path.read_bytes()
    for use in (
        lambda: last_good(filler.again()),
        filler.publish,
        lambda: verify(filler.again()),
    ):
        with pytest.raises(
            LakeError, match="is of format 4; this program reads up to 3"
        ):
            use()
    assert path.read_bytes() == newer
    assert len(list(filler.lake.snapshots.iterdir())) == 1
