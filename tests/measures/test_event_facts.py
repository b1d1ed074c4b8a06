"""What was known of an event, by hand-computed moments.

There is one row for each span in which nothing that was known changed.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from tests.measures.rows import NINE, Growing, make

JUNE = datetime(2026, 6, 28, 12, tzinfo=UTC)
END = NINE + timedelta(days=2)
FACTS = ("acked_at", "closed_at")


def after(minutes: float) -> datetime:
    """A moment that many minutes after nine."""
    return NINE + timedelta(minutes=minutes)


@pytest.fixture
def facts(trio):
    """The facts of logs published at once; one event at nine if no other is given."""

    def _facts(**logs):
        given = {"events": [{}]} | logs
        rows = (
            Growing(trio)
            .publish(END, **{name: make(name, *rows) for name, rows in given.items()})
            .rows("event_facts")
        )
        return sorted(
            rows,
            key=lambda row: (
                row["event_id"],
                row["known_from"],
                row["holds_from"] or NINE,
            ),
        )

    return _facts


def known(rows, *columns):
    """From when each row was known, until when, and the given columns."""
    return [
        tuple(row[name] for name in ("known_from", "known_to", *columns))
        for row in rows
    ]


def test_response_ends_at_the_first_acknowledgement_of_any_unit(facts):
    rows = facts(
        dispatches=[
            {"dispatch_id": "a", "acked_at": after(2), "recorded_at": after(4)},
            {"dispatch_id": "b", "acked_at": after(3), "recorded_at": after(5)},
        ]
    )

    assert known(rows, "acked_at", "acked_known_at") == [
        (NINE, None, after(2), after(4))
    ]


def test_an_earlier_acknowledgement_heard_later_begins_a_new_row(facts):
    rows = facts(
        dispatches=[
            {"dispatch_id": "a", "acked_at": after(3), "recorded_at": after(4)},
            {"dispatch_id": "b", "acked_at": after(2), "recorded_at": after(5)},
        ]
    )

    assert known(rows, "acked_at", "acked_known_at") == [
        (NINE, after(5), after(3), after(4)),
        (after(5), None, after(2), after(5)),
    ]


def test_closure_ends_when_the_citizen_is_told_not_when_the_work_is_done(facts):
    (row,) = facts(
        dispatches=[
            {"acked_at": after(1), "done_at": after(20), "recorded_at": after(20)}
        ],
        feedbacks=[{"told_at": after(30), "recorded_at": after(31)}],
    )

    assert (row["done_at"], row["closed_at"], row["closed_known_at"]) == (
        after(20),
        after(30),
        after(31),
    )


def test_what_nobody_has_done_yet_is_null_and_the_event_stays(facts):
    (row,) = facts()

    assert {
        row[name]
        for name in (
            "acked_at",
            "arrived_at",
            "done_at",
            "closed_at",
            "sense_at",
            "holds_from",
            "holds_to",
            "known_to",
        )
    } == {None}


def test_a_reopening_parts_the_moments_of_the_world(facts):
    told = {"version": 1, "told_at": after(10), "recorded_at": after(10)}
    again = {
        "version": 2,
        "told_at": after(20),
        "recorded_at": after(25),
        "is_reopened": True,
    }
    rows = facts(
        feedbacks=[
            told,
            again,
            {"version": 3, "told_at": after(40), "recorded_at": after(40)},
        ]
    )

    assert known(rows, "holds_from", "holds_to", "closed_at", "closed_known_at") == [
        (NINE, after(25), None, None, after(10), after(10)),
        (after(25), None, None, after(20), after(10), after(10)),
        (after(25), None, after(20), None, after(40), after(40)),
    ]


def test_telling_the_citizen_twice_closes_at_the_first_time(facts):
    rows = facts(
        feedbacks=[
            {"version": 1, "told_at": after(10), "recorded_at": after(10)},
            {"version": 2, "told_at": after(50), "recorded_at": after(50)},
        ]
    )

    assert [row["closed_at"] for row in rows] == [after(10)]


def test_answers_count_in_the_order_of_the_world_whenever_they_were_heard(facts):
    back = {
        "version": 1,
        "told_at": after(20),
        "recorded_at": after(21),
        "is_reopened": True,
    }
    rows = facts(
        feedbacks=[back, {"version": 2, "told_at": after(10), "recorded_at": after(30)}]
    )

    assert known(rows, "holds_from", "closed_at") == [
        (NINE, after(21), None, None),
        (after(21), None, None, after(10)),
        (after(21), None, after(20), None),
    ]


def test_an_acknowledgement_taken_back_leaves_the_event_waiting(facts):
    rows = facts(
        dispatches=[
            {"version": 1, "acked_at": after(1), "recorded_at": after(1)},
            {"version": 2, "acked_at": None, "recorded_at": after(9)},
        ]
    )

    assert known(rows, "acked_at") == [
        (NINE, after(9), after(1)),
        (after(9), None, None),
    ]


def test_later_steps_of_an_order_do_not_make_its_acknowledgement_known_later(facts):
    rows = facts(
        dispatches=[
            {"version": 2, "acked_at": after(1), "recorded_at": after(2)},
            {
                "version": 4,
                "acked_at": after(1),
                "done_at": after(30),
                "recorded_at": after(31),
            },
        ]
    )

    assert known(rows, "acked_known_at", "done_known_at") == [
        (NINE, None, after(2), after(31))
    ]


def test_done_waits_for_the_last_required_unit_only(facts):
    units = [
        {
            "dispatch_id": name,
            "is_required": name != "c",
            "done_at": done,
            "recorded_at": after(30),
        }
        for name, done in (("a", after(10)), ("b", after(20)), ("c", None))
    ]

    assert facts(dispatches=units)[0]["done_at"] == after(20)
    assert (
        facts(dispatches=[units[0], units[1] | {"done_at": None}, units[2]])[0][
            "done_at"
        ]
        is None
    )


def test_each_version_holds_from_when_it_was_recorded_until_a_later_one_was(facts):
    rows = facts(
        events=[
            {"version": v, "recorded_at": after(m)}
            for v, m in ((1, 0), (2, 10), (3, 5))
        ]
    )

    assert known(rows, "version") == [(NINE, after(5), 1), (after(5), None, 3)]


def test_what_is_known_is_known_to_the_microsecond(facts):
    moment = after(31) + timedelta(microseconds=1)

    assert (
        facts(feedbacks=[{"told_at": after(30), "recorded_at": moment}])[0][
            "closed_known_at"
        ]
        == moment
    )


@pytest.mark.parametrize(
    ("source", "priority", "target"),
    [("S01", 1, 10), ("S01", 2, 20), ("S02", 1, 30), ("S02", 2, 40)],
)
def test_the_most_exact_target_wins(facts, source, priority, target):
    targets = [
        {"source_id": s, "priority": p, "response_s": t}
        for s, p, t in (("S01", 1, 10), ("S01", 0, 20), ("*", 1, 30), ("*", 0, 40))
    ]
    (row,) = facts(
        events=[{"source_id": source, "priority": priority}], sla_targets=targets
    )

    assert row["response_target_s"] == target


def test_an_event_without_a_target_is_kept_and_a_drill_is_marked(facts):
    (row,) = facts(events=[{"mode": "drill"}])

    assert (row["response_target_s"], row["mode"]) == (None, "drill")


def test_a_refused_closing_is_remembered_from_when_it_was_refused(facts):
    refused = {"table_name": "feedbacks", "subject_id": "E1", "recorded_at": after(12)}

    again = refused | {"quarantine_id": "Q2", "recorded_at": after(40)}
    assert [row["refused_known_at"] for row in facts(quarantine=[again, refused])] == [
        after(12)
    ]
    assert [
        row["refused_known_at"]
        for row in facts(quarantine=[refused | {"table_name": "dispatches"}])
    ] == [None]


def test_a_correction_over_the_edge_of_a_month_keeps_what_was_done_before_it(facts):
    moved = JUNE + timedelta(days=10)
    rows = facts(
        events=[
            {
                "version": 1,
                "occurred_at": JUNE,
                "created_at": JUNE,
                "recorded_at": JUNE,
            },
            {
                "version": 2,
                "occurred_at": moved,
                "created_at": JUNE,
                "recorded_at": moved,
            },
        ],
        dispatches=[
            {
                "occurred_at": JUNE,
                "sent_at": JUNE,
                "acked_at": JUNE + timedelta(minutes=1),
                "recorded_at": JUNE + timedelta(minutes=1),
            }
        ],
    )

    assert [row["acked_at"] for row in rows] == [JUNE + timedelta(minutes=1)] * 2


def test_news_of_an_event_rewrite_its_day_and_leave_its_neighbours_rows(trio):
    lake = Growing(trio).publish(
        after(5),
        events=make(
            "events",
            {"event_id": "E1"},
            {"event_id": "E2"},
            {"event_id": "far", "occurred_at": JUNE, "created_at": JUNE},
        ),
    )
    before = lake.rows("event_facts")
    lake.publish(
        after(20),
        feedbacks=make(
            "feedbacks",
            {"event_id": "E1", "told_at": after(10), "recorded_at": after(10)},
        ),
    )

    assert [row for row in lake.rows("event_facts") if row["event_id"] != "E1"] == [
        row for row in before if row["event_id"] != "E1"
    ]
    assert lake.rows("event_facts") == lake.at_once().rows("event_facts")
    assert {row["event_id"]: row["closed_at"] for row in lake.rows("event_facts")} == {
        "E1": after(10),
        "E2": None,
        "far": None,
    }


def test_an_order_that_passes_on_changes_the_event_that_it_leaves(trio):
    lake = Growing(trio).publish(
        after(5),
        events=make("events", {"event_id": "E1"}, {"event_id": "E2"}),
        dispatches=make(
            "dispatches",
            {
                "dispatch_id": "a",
                "event_id": "E1",
                "acked_at": after(2),
                "recorded_at": after(2),
            },
        ),
    )
    lake.publish(
        after(20),
        dispatches=make(
            "dispatches",
            {
                "dispatch_id": "a",
                "version": 2,
                "event_id": "E2",
                "acked_at": after(2),
                "recorded_at": after(10),
            },
        ),
    )

    assert [
        (row["event_id"], row["known_from"], row["acked_at"])
        for row in sorted(
            lake.rows("event_facts"),
            key=lambda row: (row["event_id"], row["known_from"]),
        )
    ] == [("E1", NINE, after(2)), ("E1", after(10), None), ("E2", NINE, after(2))]


def test_rows_of_other_tables_are_no_news(trio):
    lake = Growing(trio).publish(after(5), events=make("events", {}))
    lake.publish(after(6), link_probes=make("link_probes", {}))

    assert "event_facts" not in lake.renewed


def test_news_of_very_many_events_rewrite_their_months_whole_and_leave_the_tables_of_one_publish(
    trio, monkeypatch
):
    monkeypatch.setattr("twin.measures.event_facts._MANY", 1)
    moved = {
        "event_id": "E3",
        "version": 2,
        "occurred_at": NINE,
        "recorded_at": after(11),
    }
    lake = Growing(trio).publish(
        after(5),
        events=make(
            "events",
            {"event_id": "E1"},
            {"event_id": "E2"},
            {"event_id": "E3", "occurred_at": JUNE, "created_at": JUNE},
        ),
    )
    lake.publish(
        after(20),
        events=make("events", moved),
        feedbacks=make(
            "feedbacks",
            {"event_id": "E1", "told_at": after(10), "recorded_at": after(10)},
        ),
    )

    assert lake.rows("event_facts") == lake.at_once().rows("event_facts")
    assert [
        (row["event_id"], row["version"], row["closed_at"])
        for row in sorted(
            lake.rows("event_facts"),
            key=lambda row: (row["event_id"], row["known_from"]),
        )
    ] == [("E1", 1, after(10)), ("E2", 1, None), ("E3", 1, None), ("E3", 2, None)]


def test_closed_at_a_time_that_nobody_knows_is_closed_by_the_moment_at_which_it_was_first_said(
    facts,
):
    (row,) = facts(
        feedbacks=[
            {"told_at": None, "occurred_at": after(30), "recorded_at": after(31)}
        ]
    )

    assert (row["closed_at"], row["closed_by_at"], row["closed_by_known_at"]) == (
        None,
        after(30),
        after(31),
    )


def test_the_time_that_becomes_known_later_is_known_from_then_on_and_not_before(facts):
    untimed = {
        "version": 1,
        "told_at": None,
        "occurred_at": after(30),
        "recorded_at": after(31),
    }
    rows = facts(
        feedbacks=[
            untimed,
            {
                "version": 2,
                "told_at": after(20),
                "recorded_at": after(50),
                "replaces": 1,
            },
        ]
    )

    assert known(
        rows, "closed_at", "closed_known_at", "closed_by_at", "closed_by_known_at"
    ) == [
        (NINE, after(50), None, None, after(30), after(31)),
        (after(50), None, after(20), after(50), None, None),
    ]


def test_a_time_at_least_as_early_as_the_untimed_closing_is_that_of_closing_a_later_one_is_not(
    facts,
):
    untimed = {
        "version": 1,
        "told_at": None,
        "occurred_at": after(30),
        "recorded_at": after(31),
    }
    for minutes, wanted in (
        (30, (after(30), None)),
        (29, (after(29), None)),
        (31, (None, after(30))),
    ):
        rows = facts(
            feedbacks=[
                untimed,
                {"version": 2, "told_at": after(minutes), "recorded_at": after(50)},
            ]
        )
        assert known(rows, "closed_at", "closed_by_at")[-1][2:] == wanted


def test_a_reopening_parts_a_closing_without_a_time_from_the_next_one(facts):
    rows = facts(
        feedbacks=[
            {
                "version": 1,
                "told_at": None,
                "occurred_at": after(10),
                "recorded_at": after(60),
            },
            {
                "version": 2,
                "told_at": after(20),
                "recorded_at": after(60),
                "is_reopened": True,
            },
            {
                "version": 3,
                "told_at": None,
                "occurred_at": after(40),
                "recorded_at": after(60),
            },
        ]
    )

    assert [
        (row["holds_from"], row["holds_to"], row["closed_at"], row["closed_by_at"])
        for row in rows
        if row["known_to"] is None
    ] == [(None, after(20), None, after(10)), (after(20), None, None, after(40))]


def test_an_answer_that_is_corrected_counts_until_the_correction_is_recorded(facts):
    wrong = {"version": 1, "told_at": after(10), "recorded_at": after(11)}
    rows = facts(
        feedbacks=[
            wrong,
            {
                "version": 2,
                "told_at": after(25),
                "recorded_at": after(40),
                "replaces": 1,
            },
        ]
    )

    assert known(rows, "closed_at", "closed_known_at") == [
        (NINE, after(40), after(10), after(11)),
        (after(40), None, after(25), after(40)),
    ]


def test_a_reopening_that_was_none_is_taken_back(facts):
    rows = facts(
        feedbacks=[
            {"version": 1, "told_at": after(10), "recorded_at": after(10)},
            {
                "version": 2,
                "told_at": after(20),
                "recorded_at": after(20),
                "is_reopened": True,
            },
            {
                "version": 3,
                "told_at": after(20),
                "recorded_at": after(40),
                "replaces": 2,
            },
        ]
    )

    assert [
        (row["holds_from"], row["closed_at"]) for row in rows if row["known_to"] is None
    ] == [(None, after(10))]
    assert (after(20), None) in {
        (row["holds_from"], row["closed_at"])
        for row in rows
        if row["known_to"] == after(40)
    }


def test_an_entry_into_a_stage_that_is_corrected_counts_until_the_correction_is_recorded(
    facts,
):
    wrong = {"stage": "handle", "occurred_at": after(5), "recorded_at": after(6)}
    other = {"stage": "judge", "occurred_at": after(5), "recorded_at": after(6)}
    rows = facts(
        event_stages=[
            wrong,
            other,
            {
                "stage": "handle",
                "occurred_at": after(15),
                "recorded_at": after(30),
                "replaces_at": after(5),
            },
        ]
    )

    assert known(rows, "handle_at", "handle_known_at", "judge_at") == [
        (NINE, after(30), after(5), after(6), after(5)),
        (after(30), None, after(15), after(30), after(5)),
    ]
