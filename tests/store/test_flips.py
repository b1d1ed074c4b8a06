"""No flipped bit of snapshot, pointer, lake.json or Delta log is silent.

It hides as little as can be.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from twin.errors import LakeError
from twin.store import Lake, Snapshot, delta, ids, last_good, read, verify

SAMPLE = 400
"""Flips of each file that CI tries; `make soak` tries all."""


def flipped(path: Path, bits: list[int]) -> Iterator[int]:
    """Flip one bit after the other in a file, and set it right again."""
    whole = path.read_bytes()
    for bit in bits:
        changed = bytearray(whole)
        changed[bit // 8] ^= 1 << bit % 8
        path.write_bytes(bytes(changed))
        yield bit
    path.write_bytes(whole)


def chosen(path: Path, most: int | None) -> list[int]:
    """All bits of a file, or `most` of them by a fixed draw."""
    bits = list(range(path.stat().st_size * 8))
    return (
        bits
        if most is None or most >= len(bits)
        else sorted(random.Random(716).sample(bits, most))
    )


def two(filler: Any) -> tuple[Snapshot, Snapshot]:
    """Two publishes and a third of which only the two are asked."""
    return filler.publish(), filler.publish()


def try_snapshot(filler: Any, most: int | None) -> int:
    """No flip of the newest snapshot's file is read as a snapshot.

    The one before it is shown, with a sentence.
    """
    first, second = two(filler)
    path, n = filler.lake.snapshots / f"{second.id}.json", 0
    for bit in flipped(path, chosen(path, most)):
        with pytest.raises(LakeError):
            read(filler.lake, second.id)
        if n % 997 == 0:  # each of the rest goes the same way
            found, problems = last_good(filler.again())
            assert (found.id, len(problems)) == (first.id, 1), bit
            assert verify(filler.again()).faults != (), bit
            with pytest.raises(LakeError):
                filler.publish(step=False)
        n += 1
    assert last_good(filler.again()) == (second, ())
    return n


def try_small(filler: Any, name: str, most: int | None) -> int:
    """No flip of pointer or lake.json takes anything away.

    The newest snapshot is shown, with a sentence.
    """
    _, second = two(filler)
    path, n = filler.lake.path / name, 0
    for bit in flipped(path, chosen(path, most)):
        found, problems = last_good(Lake(filler.lake.path, filler.lake.verified))
        assert (found.id, len(problems)) == (second.id, 1), bit
        n += 1
    assert last_good(filler.again()) == (second, ())
    return n


def try_log(filler: Any, most: int | None) -> tuple[int, int]:
    """No flip of any file of a Delta log passes `verify`. Answer flips and files."""
    for _ in range(7):  # beyond a checkpoint
        filler.publish(n=1)
    assert verify(filler.again()).faults == ()
    log = filler.lake.tables / "rain" / "_delta_log"
    paths = sorted(path for path in log.iterdir() if path.is_file())
    assert {"_last_checkpoint", f"{5:020d}.checkpoint.parquet", f"{6:020d}.json"} <= {
        path.name for path in paths
    }
    cuts, n = [read(filler.lake, each).tables["rain"] for each in ids(filler.lake)], 0
    for path in paths:
        for bit in flipped(path, chosen(path, most)):
            found = [
                *delta.faults(filler.lake, "rain", cuts[-1]),
                *delta.older_faults(filler.lake, "rain", cuts[-1], cuts),
            ]
            assert found, (path.name, bit)
            if n % 97 == 0:  # as `twin snapshot verify` has it
                assert set(found) <= set(
                    verify(Lake(filler.lake.path, filler.lake.verified)).faults
                )
            n += 1
    assert verify(filler.again()).faults == ()
    return n, len(paths)


def test_a_flipped_bit_of_a_snapshot_is_never_read(filler: Any):
    assert try_snapshot(filler, SAMPLE) == SAMPLE


@pytest.mark.parametrize("name", ["pointer.json", "lake.json"])
def test_a_flipped_bit_of_a_small_file_hides_nothing_and_is_said(
    filler: Any, name: str
):
    assert try_small(filler, name, 120) == 120


@pytest.fixture(autouse=True)
def _soon(monkeypatch: pytest.MonkeyPatch) -> None:
    """A checkpoint at every fifth commit."""
    monkeypatch.setattr(delta, "CHECKPOINT_EVERY", 5)


def test_a_flipped_bit_of_a_delta_log_is_found(filler: Any):
    n, n_files = try_log(filler, 8)
    assert n == 8 * n_files


@pytest.mark.soak
def test_all_single_bit_flips(tmp_path: Path, filler: Any):
    made = type(filler)
    counts = {"snapshot": try_snapshot(made(Lake(tmp_path / "s"), filler.city), None)}
    for name in ("pointer.json", "lake.json"):
        counts[name] = try_small(made(Lake(tmp_path / name), filler.city), name, None)
    counts["Delta log"], _ = try_log(made(Lake(tmp_path / "d"), filler.city), None)
    out = Path("out")
    out.mkdir(exist_ok=True)
    (out / "flips.txt").write_text(
        ", ".join(f"{name}: {n} flips, 0 silent" for name, n in counts.items())
    )
