"""Exports on their way into a lake.

Read again they add nothing, read later they add what is new.
"""

from __future__ import annotations

from datetime import timedelta

import pyarrow as pa
import pytest

from tests.feeds.conftest import READ_AT, order_of
from twin.feeds.work_orders import read
from twin.store import Lake, publish
from twin.store.files import read as rows_of

SENT = {"unit": "crew 4", "sent": "2026-07-16 09:01:00", "acked": "2026-07-16 09:02:00"}
TOLD = {
    "arrived": "2026-07-16 09:10:00",
    "done": "2026-07-16 09:30:00",
    "told": "2026-07-16 09:40:00",
}


@pytest.fixture
def ingest(tmp_path, trio, take):
    """Publish orders into a lake, each time a minute later.

    Return what was done, and the snapshot.
    """
    lake, minutes = Lake(tmp_path / "lake"), iter(range(60))

    def _ingest(*orders, **changes):
        moment = READ_AT + timedelta(minutes=next(minutes))
        snapshot, done = publish(
            lake,
            trio,
            take(*orders, recorded_at=moment, **changes).batches,
            as_of=moment,
            simulated=False,
            now=lambda: moment,
        )
        return snapshot, done

    return _ingest


def table(snapshot, name: str) -> pa.Table:
    """Rows of a table of the snapshot."""
    return rows_of(snapshot.root, list(snapshot.tables[name].files))


def test_the_same_export_read_again_adds_nothing(ingest):
    export = (
        order_of(**SENT),
        order_of(number=""),
        order_of(number="A2"),
        order_of(number="A2"),
    )
    first, done = ingest(*export)
    second, again = ingest(*export)

    assert (done.rows["events"], done.quarantined, done.skipped) == (2, 1, 1)
    assert (again.rows.get("events", 0), again.quarantined) == (0, 0)
    assert table(first, "events").equals(table(second, "events"))


def test_a_later_export_closes_the_order_that_an_earlier_one_opened(ingest):
    opened, _ = ingest(order_of(**SENT))
    closed, done = ingest(order_of(**SENT, **TOLD))
    before, after = (
        table(snapshot, "event_facts").to_pylist()[0] for snapshot in (opened, closed)
    )

    def clocks(fact):
        return [
            (
                None
                if fact[name] is None
                else (fact[name] - fact["created_at"]).total_seconds()
            )
            for name in ("acked_at", "arrived_at", "closed_at")
        ]

    assert (clocks(before), before["closure_target_s"] is None) == (
        [120, None, None],
        False,
    )
    assert clocks(after) == [120, 600, 2_400]
    assert (done.rows["dispatches"], done.quarantined) == (1, 0)


def test_nothing_shows_before_the_export_was_read(ingest):
    snapshot, _ = ingest(order_of(**SENT, **TOLD))
    (fact,) = table(snapshot, "event_facts").to_pylist()

    assert (
        fact["known_from"]
        == fact["closed_known_at"]
        == fact["acked_known_at"]
        == READ_AT
    )


def test_a_closing_before_the_opening_is_refused_and_the_event_says_so_until_a_good_one_comes(
    ingest,
):
    first, done = ingest(order_of(**SENT, told="2026-07-16 08:00:00"))
    second, _ = ingest(order_of(**SENT, **TOLD))
    refused, closed = (
        table(snapshot, "event_facts").to_pylist()[0] for snapshot in (first, second)
    )

    assert (done.rows["events"], done.quarantined) == (1, 1)
    assert table(first, "quarantine")["subject_id"].to_pylist() == [refused["event_id"]]
    assert (refused["closed_at"], refused["refused_known_at"]) == (None, READ_AT)
    assert closed["closed_at"] is not None


def test_a_later_export_corrects_an_order_and_what_was_known_before_stays_known(ingest):
    first, _ = ingest(order_of(urgency="low"))
    second, done = ingest(
        order_of(
            urgency="high", kind="fire", x="-34.96", text="a loud engine that burns"
        )
    )
    told = sorted(table(second, "events").to_pylist(), key=lambda row: row["version"])
    facts = sorted(
        table(second, "event_facts").to_pylist(), key=lambda row: row["known_from"]
    )

    assert [
        (row["version"], row["category"], row["priority"], row["lon_ud"])
        for row in told
    ] == [(1, "noise", 4, -34_970_000), (2, "fire", 1, -34_960_000)]
    assert [(row["category"], row["known_to"] is None) for row in facts] == [
        ("noise", False),
        ("fire", True),
    ]
    assert facts[0]["known_to"] == facts[1]["known_from"] == second.as_of
    assert (done.quarantined, table(first, "events").num_rows) == (0, 1)


def test_an_empty_cell_of_a_later_export_takes_nothing_back(ingest):
    ingest(order_of(**SENT, **TOLD, district="Brisa"))
    snapshot, done = ingest(order_of(x="", y="", text="", district="Corra"))

    assert (
        table(snapshot, "events").num_rows,
        done.rows.get("dispatches", 0),
        done.rows.get("feedbacks", 0),
    ) == (1, 0, 0)


def test_a_step_that_is_corrected_is_another_version_of_the_order_to_the_unit(ingest):
    ingest(order_of(**SENT))
    snapshot, _ = ingest(
        order_of(**SENT | {"acked": "2026-07-16 09:05:00", "unit": "crew 5"})
    )
    first, second = sorted(
        table(snapshot, "dispatches").to_pylist(), key=lambda row: row["version"]
    )
    facts = table(snapshot, "event_facts").to_pylist()

    assert (first["dispatch_id"], first["unit_name"], first["acked_at"].minute) == (
        "A1-1",
        "crew 4",
        2,
    )
    assert (second["dispatch_id"], second["unit_name"], second["acked_at"].minute) == (
        "A1-1",
        "crew 5",
        5,
    )
    assert [
        row["acked_at"].minute
        for row in sorted(facts, key=lambda row: row["known_from"])
    ] == [2, 5]


def test_rows_that_differ_in_the_unit_alone_are_one_order_with_two_dispatches(ingest):
    snapshot, done = ingest(
        order_of(**SENT), order_of(**SENT | {"unit": "crew 9", "acked": ""})
    )
    _, nothing = ingest(
        order_of(**SENT), order_of(**SENT | {"unit": "crew 9", "acked": ""})
    )

    assert sorted(
        table(snapshot, "dispatches").select(["dispatch_id", "unit_name"]).to_pylist(),
        key=lambda row: row["dispatch_id"],
    ) == [
        {"dispatch_id": "A1-1", "unit_name": "crew 4"},
        {"dispatch_id": "A1-2", "unit_name": "crew 9"},
    ]
    assert (
        done.rows["events"],
        done.quarantined,
        nothing.rows.get("dispatches", 0),
    ) == (1, 0, 0)


def test_a_corrected_answer_takes_the_place_of_the_one_that_was_known(ingest):
    ingest(order_of(**SENT, **TOLD))
    snapshot, _ = ingest(order_of(**SENT, **TOLD | {"told": "2026-07-16 10:40:00"}))
    closed = [
        row["closed_at"].hour
        for row in sorted(
            table(snapshot, "event_facts").to_pylist(),
            key=lambda row: row["known_from"],
        )
    ]

    assert closed == [9, 10]
    assert [
        (row["version"], row["replaces"])
        for row in sorted(
            table(snapshot, "feedbacks").to_pylist(), key=lambda row: row["version"]
        )
    ] == [(1, None), (2, 1)]


def test_a_status_without_a_time_takes_no_known_time_back(ingest, mapping):
    columns = {**mapping.columns, "status": "kind"}
    ingest(
        order_of(**SENT, **TOLD | {"told": "2026-07-16 09:40:00"}, kind="closed"),
        columns=columns,
    )
    snapshot, done = ingest(order_of(kind="closed"), columns=columns)

    assert done.rows.get("feedbacks", 0) == 0
    assert [
        row["closed_at"].minute for row in table(snapshot, "event_facts").to_pylist()
    ] == [40]


def test_an_order_that_is_closed_again_after_it_was_open_again_keeps_its_reopening(
    ingest, mapping
):
    columns = {**mapping.columns, "status": "kind"}
    for word in ("closed", "open", "closed", "closed"):
        snapshot, _ = ingest(order_of(kind=word), columns=columns)

    answers = sorted(
        table(snapshot, "feedbacks").to_pylist(), key=lambda row: row["version"]
    )
    assert [(row["is_reopened"], row["replaces"]) for row in answers] == [
        (False, None),
        (True, None),
        (False, None),
    ]


def test_the_numbers_of_two_sources_are_two_orders(ingest):
    ingest(order_of())
    snapshot, _ = ingest(order_of(text="another matter", **SENT), source_id="S02")
    _, nothing = ingest(order_of(text="another matter", **SENT), source_id="S02")

    assert sorted(
        zip(
            *(
                table(snapshot, "events")[name].to_pylist()
                for name in ("event_id", "source_id")
            ),
            strict=True,
        )
    ) == [("A1", "S01"), ("A1@S02", "S02")]
    assert table(snapshot, "dispatches").select(
        ["dispatch_id", "event_id"]
    ).to_pylist() == [{"dispatch_id": "A1@S02-1", "event_id": "A1@S02"}]
    assert (nothing.rows.get("events", 0), nothing.rows.get("dispatches", 0)) == (0, 0)


def test_refused_rows_keep_the_path_as_given_so_that_two_files_of_one_name_stay_apart(
    tmp_path, trio, mapping
):
    lake = Lake(tmp_path / "lake")
    paths = [tmp_path / month / "orders.csv" for month in ("june", "july")]
    for path in paths:
        path.parent.mkdir()
        path.write_text(
            f"{','.join(order_of())}\n{','.join(order_of(number='').values())}\n",
            encoding="utf-8",
        )
        batches = list(read(path, mapping, trio, recorded_at=READ_AT))
        snapshot, done = publish(
            lake, trio, batches, as_of=READ_AT, simulated=False, now=lambda: READ_AT
        )

        assert {batch.origin for batch in batches} == {str(path)}
        assert done.quarantined == 1

    assert sorted(table(snapshot, "quarantine")["origin"].to_pylist()) == sorted(
        map(str, paths)
    )
