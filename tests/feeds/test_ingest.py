"""Exports on their way into a lake: read again they add nothing, read later they add what is new."""

from __future__ import annotations

from datetime import timedelta

import pyarrow as pa
import pytest

from tests.feeds.conftest import READ_AT, order_of
from twin.feeds.work_orders import read
from twin.store import Lake, publish
from twin.store.files import read as rows_of

SENT = {"unit": "crew 4", "sent": "2026-07-16 09:01:00", "acked": "2026-07-16 09:02:00"}
TOLD = {"arrived": "2026-07-16 09:10:00", "done": "2026-07-16 09:30:00", "told": "2026-07-16 09:40:00"}


@pytest.fixture
def ingest(tmp_path, trio, take):
    """Publishes orders into a lake, each time a minute later; answers what was done, and the snapshot."""
    lake, minutes = Lake(tmp_path / "lake"), iter(range(60))

    def _ingest(*orders):
        moment = READ_AT + timedelta(minutes=next(minutes))
        snapshot, done = publish(lake, trio, take(*orders).batches, as_of=moment, simulated=False, now=lambda: moment)
        return snapshot, done

    return _ingest


def table(snapshot, name: str) -> pa.Table:
    """Rows of a table of the snapshot."""
    return rows_of(snapshot.root, list(snapshot.tables[name].files))


def test_the_same_export_read_again_adds_nothing(ingest):
    export = (order_of(**SENT), order_of(number=""), order_of(number="A2"), order_of(number="A2"))
    first, done = ingest(*export)
    second, again = ingest(*export)

    assert (done.rows["events"], done.quarantined, done.skipped) == (2, 1, 1)
    assert (again.rows.get("events", 0), again.quarantined) == (0, 0)
    assert table(first, "events").equals(table(second, "events"))


def test_a_later_export_closes_the_order_that_an_earlier_one_opened(ingest):
    opened, _ = ingest(order_of(**SENT))
    closed, done = ingest(order_of(**SENT, **TOLD))
    before, after = (table(snapshot, "event_facts").to_pylist()[0] for snapshot in (opened, closed))

    def clocks(fact):
        return [None if fact[name] is None else (fact[name] - fact["created_at"]).total_seconds() for name in ("acked_at", "arrived_at", "closed_at")]

    assert (clocks(before), before["closure_target_s"] is None) == ([120, None, None], False)
    assert clocks(after) == [120, 600, 2_400]
    assert (done.rows["dispatches"], done.quarantined) == (2, 0)


def test_nothing_shows_before_the_export_was_read(ingest):
    snapshot, _ = ingest(order_of(**SENT, **TOLD))
    (fact,) = table(snapshot, "event_facts").to_pylist()

    assert fact["known_from"] == fact["closed_known_at"] == fact["acked_known_at"] == READ_AT


def test_a_closing_before_the_opening_is_refused_and_the_event_says_so_until_a_good_one_comes(ingest):
    first, done = ingest(order_of(**SENT, told="2026-07-16 08:00:00"))
    second, _ = ingest(order_of(**SENT, **TOLD))
    refused, closed = (table(snapshot, "event_facts").to_pylist()[0] for snapshot in (first, second))

    assert (done.rows["events"], done.quarantined) == (1, 1)
    assert table(first, "quarantine")["subject_id"].to_pylist() == [refused["event_id"]]
    assert (refused["closed_at"], refused["refused_known_at"]) == (None, READ_AT)
    assert closed["closed_at"] is not None


def test_an_order_that_changed_its_words_is_refused_and_the_one_in_the_lake_stays(ingest):
    ingest(order_of())
    snapshot, done = ingest(order_of(text="something else"))

    assert table(snapshot, "events")["details"].to_pylist() == ["a loud engine"]
    assert done.quarantined == 1


def test_refused_rows_keep_the_path_as_given_so_that_two_files_of_one_name_stay_apart(tmp_path, trio, mapping):
    lake = Lake(tmp_path / "lake")
    paths = [tmp_path / month / "orders.csv" for month in ("june", "july")]
    for path in paths:
        path.parent.mkdir()
        path.write_text(f"{','.join(order_of())}\n{','.join(order_of(number='').values())}\n", encoding="utf-8")
        batches = list(read(path, mapping, trio, recorded_at=READ_AT))
        snapshot, done = publish(lake, trio, batches, as_of=READ_AT, simulated=False, now=lambda: READ_AT)

        assert {batch.origin for batch in batches} == {str(path)}
        assert done.quarantined == 1

    assert sorted(table(snapshot, "quarantine")["origin"].to_pylist()) == sorted(map(str, paths))
