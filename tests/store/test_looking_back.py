"""A moment is answered by the first whole snapshot at or after it, and by the same one
however often it is chosen.
"""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from typing import Any

import pytest

from tests.store.conftest import resealed
from twin.feeds.batch import Batch
from twin.store import (
    Snapshot,
    at,
    compact,
    ensure_intact,
    find,
    ids,
    prune,
    publish,
    read,
)
from twin.store.snapshot import place

TENTH = timedelta(milliseconds=100)


def nothing_at(filler: Any, moment: datetime) -> Snapshot:
    """A snapshot without news that speaks of `moment`."""
    return publish(
        filler.lake, filler.city, [], as_of=moment, simulated=True, now=lambda: moment
    )[0]


def folded(filler: Any) -> Snapshot:
    """Compact, at the moment of the last tick."""
    return compact(filler.lake, now=lambda: filler.at)


def harm(snapshot: Snapshot) -> None:
    """Take away the file of rain that this snapshot brought."""
    snapshot.files("rain")[-1].unlink()


def test_a_moment_between_two_snapshots_is_answered_by_the_later(filler: Any):
    first, second = filler.publish(), filler.publish()
    for late in (
        timedelta(microseconds=1),
        timedelta(seconds=4),
        timedelta(seconds=10),
    ):
        found = at(filler.lake, first.as_of + late)
        assert (found.snapshot.id, found.is_exact, found.problems) == (
            second.id,
            True,
            (),
        )
    assert at(filler.lake, first.as_of).snapshot.id == first.id


def test_a_moment_before_the_first_is_answered_by_the_first(filler: Any):
    first = filler.publish()
    filler.publish()
    found = at(filler.lake, first.as_of - timedelta(days=400))
    assert (found.snapshot.id, found.is_exact) == (first.id, True)


def test_a_moment_after_the_newest_is_answered_by_the_newest_and_not_exactly(
    filler: Any,
):
    filler.publish()
    newest = filler.publish()
    found = at(filler.lake, newest.as_of + timedelta(microseconds=1))
    assert (found.snapshot.id, found.is_exact, found.problems) == (newest.id, False, ())


def test_three_snapshots_of_one_second_are_told_apart_by_the_microsecond(filler: Any):
    filler.publish()
    second = filler.at + timedelta(seconds=1)
    three = [nothing_at(filler, second + n * TENTH) for n in range(3)]
    assert len({each.id[:16] for each in three}) == 1
    for n, each in enumerate(three):
        assert at(filler.lake, second + n * TENTH).snapshot.id == each.id
        assert (
            at(filler.lake, second + n * TENTH - timedelta(microseconds=1)).snapshot.id
            == each.id
        )
    assert (
        at(filler.lake, second + 2 * TENTH + timedelta(microseconds=1)).is_exact
        is False
    )


def test_a_damaged_snapshot_is_passed_over_for_the_next_later_and_that_is_said(
    filler: Any,
):
    first, second, third = (filler.publish() for _ in range(3))
    folded_third = [file.path for file in third.tables["rain"].files]
    gone = next(
        file
        for file in (
            second.tables["coverage" if "coverage" in second.tables else "rain"].files
            or second.tables["rain"].files
        )
    )
    assert gone.path in folded_third
    path = filler.lake.snapshots / f"{second.id}.json"
    said = json.loads(path.read_text())
    for file in (
        each
        for cut in said["tables"].values()
        for each in cut["files"]
        if each["path"] == gone.path
    ):
        file["bytes"] += 1
    resealed(path, tables=said["tables"])
    found = at(filler.again(), first.as_of + timedelta(seconds=1))
    assert (found.snapshot.id, found.is_exact, len(found.problems)) == (
        third.id,
        True,
        1,
    )
    assert second.id in found.problems[0]


def test_a_snapshot_file_that_cannot_be_read_is_passed_over_and_said(filler: Any):
    first, second, third = (filler.publish() for _ in range(3))
    (filler.lake.snapshots / f"{second.id}.json").write_text("{")
    found = at(filler.again(), first.as_of + timedelta(seconds=1))
    assert (found.snapshot.id, found.is_exact) == (third.id, True)
    assert [second.id in problem for problem in found.problems] == [True]


def test_where_nothing_later_is_whole_the_newest_whole_one_before_answers_and_not_exactly(
    filler: Any,
):
    first, second, third = (filler.publish() for _ in range(3))
    harm(third)
    found = at(filler.again(), second.as_of + timedelta(seconds=1))
    assert (found.snapshot.id, found.is_exact, len(found.problems)) == (
        second.id,
        False,
        1,
    )
    assert third.id in found.problems[0]
    assert at(filler.again(), first.as_of).problems == ()


def test_a_compaction_does_not_change_what_a_moment_is_answered_by(filler: Any):
    published = [filler.publish() for _ in range(4)][-1]
    chosen = at(filler.lake, published.as_of).snapshot
    compacted = folded(filler)
    assert compacted.compacts == published.id
    assert (compacted.as_of, compacted.marks) == (published.as_of, published.marks)
    assert at(filler.lake, published.as_of).snapshot == chosen == published
    assert at(filler.lake, published.as_of - timedelta(seconds=3)).snapshot == chosen
    assert at(filler.lake, published.as_of + timedelta(days=1)).snapshot == chosen
    assert find(filler.lake).id == compacted.id


def test_once_its_publish_is_gone_the_compaction_answers(filler: Any):
    published = [filler.publish() for _ in range(4)][-1]
    compacted = folded(filler)
    (filler.lake.snapshots / f"{published.id}.json").unlink()
    assert at(filler.lake, published.as_of).snapshot.id == compacted.id


def test_a_damaged_publish_is_answered_by_its_compaction(filler: Any):
    published = [filler.publish() for _ in range(4)][-1]
    compacted = folded(filler)
    harm(published)
    found = at(filler.again(), published.as_of)
    assert (found.snapshot.id, found.is_exact, len(found.problems)) == (
        compacted.id,
        True,
        1,
    )


def test_of_two_publishes_of_one_moment_only_the_later_answers_with_its_compactions(
    filler: Any,
):
    for _ in range(3):
        filler.publish()
    first = filler.publish(n=3)
    filler.lake, compacted_first = filler.again(), folded(filler)
    more = [
        Batch("rain", filler.rain(1, station_id=f"S{n}"), "gauges", "box.csv")
        for n in range(3)
    ]
    # Speaks of the same moment and knows more.
    second = [filler.publish(each, step=False) for each in more][-1]
    compacted_second = folded(filler)
    assert compacted_second.compacts == second.id
    assert (
        first.as_of == compacted_first.as_of == second.as_of == compacted_second.as_of
    )
    assert at(filler.lake, first.as_of).snapshot.id == second.id
    (filler.lake.snapshots / f"{second.id}.json").unlink()
    assert at(filler.lake, first.as_of).snapshot.id == compacted_second.id


def test_an_unreadable_publish_is_not_answered_by_an_earlier_one_of_its_moment(
    filler: Any,
):
    first = filler.publish()
    second = filler.publish(step=False)
    later = filler.publish()
    (filler.lake.snapshots / f"{second.id}.json").write_text("{")
    found = at(filler.again(), first.as_of)
    assert (found.snapshot.id, found.is_exact, len(found.problems)) == (
        later.id,
        True,
        1,
    )


def test_a_snapshot_that_the_pointer_did_not_get_to_name_was_published(filler: Any):
    filler.publish()
    pointer = filler.lake.pointer.read_bytes()
    unnamed = filler.publish()
    filler.lake.pointer.write_bytes(pointer)  # killed before the pointer
    assert at(filler.again(), unnamed.as_of).snapshot.id == unnamed.id
    assert filler.publish().parent == unnamed.id


def test_the_millionth_publish_comes_after_the_one_before_it():
    before, after = "20260716T073000Z-999999-aaaaaa", "20260716T073000Z-1000000-aaaaaa"
    assert after < before
    assert place(before) < place(after) < place("20260716T073001Z-000001-aaaaaa")


def test_the_publish_before_the_millionth_is_kept_and_found(filler: Any):
    for _ in range(3):
        filler.publish()
    path = filler.lake.snapshots / f"{filler.current().id}.json"
    late = path.rename(path.with_name(path.name.replace("-000003-", "-999998-")))
    resealed(late, seq=999_998, id=late.stem)
    resealed(filler.lake.pointer, snapshot=late.stem)
    published = filler.publish()
    compacted = folded(filler)
    assert (published.seq, compacted.seq) == (999_999, 1_000_000)
    assert ids(filler.lake)[-2:] == [published.id, compacted.id]
    assert at(filler.lake, published.as_of).snapshot.id == published.id
    later = filler.publish()
    assert later.seq == 1_000_001
    assert {published.id, compacted.id} <= set(ids(filler.lake))


def test_prune_keeps_of_an_hour_the_publish_that_answers_its_moment_not_its_compaction(
    filler: Any,
):
    for _ in range(4):
        filler.publish()
    published, compacted = filler.current(), folded(filler)
    filler.tick += 360
    filler.publish()
    filler.tick += 360
    assert prune(filler.lake, now=lambda: filler.at, latest=1).snapshots > 0
    assert published.id in ids(filler.lake)
    assert compacted.id not in ids(filler.lake)
    assert at(filler.lake, published.as_of).snapshot.id == published.id
    ensure_intact(filler.again(), read(filler.lake, published.id))


def test_while_a_compaction_is_kept_as_one_of_the_newest_so_is_its_publish(filler: Any):
    for _ in range(4):
        filler.publish()
    published, compacted = filler.current(), folded(filler)
    last = filler.after(360 * 24 * 40)
    prune(filler.lake, now=lambda: filler.at, latest=2)
    assert ids(filler.lake) == [published.id, compacted.id, last.id]


def test_a_snapshot_file_that_cannot_be_read_and_would_go_does_not_stop_pruning(
    filler: Any,
):
    second = [filler.publish() for _ in range(4)][1]
    (filler.lake.snapshots / f"{second.id}.json").write_text("{")
    filler.after(360 * 24 * 40)
    assert prune(filler.lake, now=lambda: filler.at, latest=1).snapshots == 4


@pytest.mark.parametrize("gap_s", [1, 59, 3_599])
def test_a_moment_in_a_pruned_gap_is_answered_by_a_later_snapshot_that_holds_its_rows(
    filler: Any, gap_s: int
):
    kept: dict[datetime, int] = {}
    for _ in range(12):
        filler.tick += 59  # ten minutes each
        snapshot = filler.publish()
        kept[snapshot.as_of] = snapshot.tables["rain"].rows
    filler.tick += 360
    filler.publish()
    before = len(ids(filler.lake))
    prune(filler.lake, now=lambda: filler.at, latest=1)
    assert len(ids(filler.lake)) < before
    for as_of, n in kept.items():
        for moment in (as_of, as_of - timedelta(seconds=gap_s)):
            found = at(filler.lake, moment)
            assert found.is_exact
            assert found.snapshot.as_of >= moment
            if moment == as_of:
                assert found.snapshot.tables["rain"].rows >= n
