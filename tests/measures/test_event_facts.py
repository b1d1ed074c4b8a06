"""Both clocks run from the opening of an order; what nobody has done yet stays open, and nothing shows before it was known."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.measures.rows import NINE, Rows, make
from tests.oracles import clocks
from twin.contracts.measured import EVENT_FACTS
from twin.measures.event_facts import event_facts

LOGS = ("events", "event_stages", "dispatches", "feedbacks")
JUNE = datetime(2026, 6, 30, 23, 59, tzinfo=UTC)
JULY = datetime(2026, 7, 1, tzinfo=UTC)


def after(minutes: float) -> datetime:
    """A moment that many minutes after nine."""
    return NINE + timedelta(minutes=minutes)


def facts_of(batch: Mapping[str, Sequence[Mapping[str, object]]], before: Mapping[str, Sequence[Mapping[str, object]]] | None = None,
             known: Sequence[Mapping[str, object]] = (), previous: datetime | None = None) -> list[dict[str, object]]:
    """The facts that a publish of `batch` writes, over a lake that holds the logs `before` and the facts `known`."""
    new = {name: make(name, *rows) for name, rows in batch.items()}
    held = {name: pa.concat_tables([make(name, *(before or {}).get(name, ())), new.get(name, make(name))]) for name in (*LOGS, "sla_targets")}
    held["event_facts"] = pa.Table.from_pylist(list(known), schema=EVENT_FACTS.schema)
    updates = list(event_facts(Rows(held, previous), {name: rows for name, rows in new.items() if name in LOGS}))
    assert all(update.how == "replace_chunks" and update.rows.schema == EVENT_FACTS.schema for update in updates)
    return [row for update in updates for row in update.rows.to_pylist()]


def fact_of(**logs: Sequence[Mapping[str, object]]) -> dict[str, object]:
    """The only fact of one event."""
    (fact,) = facts_of({"events": [{}]} | logs)
    return fact


def test_response_ends_at_the_first_acknowledgement_of_any_unit():
    fact = fact_of(dispatches=[{"dispatch_id": "a", "acked_at": after(3), "recorded_at": after(4)},
                               {"dispatch_id": "b", "acked_at": after(2), "recorded_at": after(5)}])

    assert (fact["response_s"], fact["response_known_s"], fact["n_units"]) == (120, 300, 2)


def test_closure_ends_when_the_citizen_is_told_not_when_the_work_is_done():
    fact = fact_of(dispatches=[{"acked_at": after(1), "done_at": after(20)}], feedbacks=[{"told_at": after(30), "recorded_at": after(31)}])

    assert (fact["done_s"], fact["closure_s"], fact["closure_known_s"]) == (1_200, 1_800, 1_860)


def test_what_nobody_has_done_yet_is_null_and_the_event_stays():
    fact = fact_of()

    assert [fact[name] for name in ("response_s", "arrive_s", "done_s", "closure_s", "sense_s", "n_units")] == [None, None, None, None, None, 0]


def test_an_event_opened_again_is_open_until_the_next_answer():
    told, again = {"version": 1, "told_at": after(10)}, {"version": 2, "told_at": after(20), "is_reopened": True}

    assert fact_of(feedbacks=[told, again])["closure_s"] is None
    assert fact_of(feedbacks=[told, again, {"version": 3, "told_at": after(40)}])["closure_s"] == 2_400


def test_telling_the_citizen_twice_closes_at_the_first_time():
    assert fact_of(feedbacks=[{"version": 1, "told_at": after(10)}, {"version": 2, "told_at": after(50)}])["closure_s"] == 600


def test_a_corrected_acknowledgement_counts_as_corrected_and_from_when_it_was_corrected():
    fact = fact_of(dispatches=[{"version": 1, "acked_at": after(1), "recorded_at": after(1)}, {"version": 2, "acked_at": after(2), "recorded_at": after(9)}])

    assert (fact["response_s"], fact["response_known_s"]) == (120, 540)


def test_later_steps_of_an_order_do_not_make_its_acknowledgement_known_later():
    fact = fact_of(dispatches=[{"version": 2, "acked_at": after(1), "recorded_at": after(2)},
                               {"version": 4, "acked_at": after(1), "done_at": after(30), "recorded_at": after(31)}])

    assert (fact["response_s"], fact["response_known_s"]) == (60, 120)


def test_an_acknowledgement_taken_back_leaves_the_event_waiting():
    fact = fact_of(dispatches=[{"version": 1, "acked_at": after(1), "recorded_at": after(1)}, {"version": 2, "acked_at": None, "recorded_at": after(9)}])

    assert fact["response_s"] is None


def test_clocks_count_whole_seconds_gone_by_and_nothing_is_known_early():
    acked = NINE + timedelta(seconds=1.2)
    fact = facts_of({"events": [{"created_at": NINE + timedelta(seconds=0.9)}], "dispatches": [{"acked_at": acked, "recorded_at": acked}]})[0]

    assert (fact["response_s"], fact["response_known_s"]) == (0, 1)


def test_done_waits_for_the_last_required_unit_only():
    a, b, c = ({"dispatch_id": name, "is_required": name != "c", "done_at": done} for name, done in (("a", after(10)), ("b", after(20)), ("c", None)))

    assert fact_of(dispatches=[a, b, c])["done_s"] == 1_200
    assert fact_of(dispatches=[a, b | {"done_at": None}, c])["done_s"] is None


def test_each_version_holds_from_when_it_was_recorded_until_a_later_one_was():
    facts = facts_of({"events": [{"version": v, "recorded_at": after(m)} for v, m in ((1, 0), (2, 10), (3, 5))]})

    assert [(fact["known_from"], fact["known_to"]) for fact in facts] == [(NINE, after(5)), (after(10), after(5)), (after(5), None)]


@pytest.mark.parametrize(("source", "priority", "target"), [("S01", 1, 10), ("S01", 2, 20), ("S02", 1, 30), ("S02", 2, 40)])
def test_the_most_exact_target_wins(source, priority, target):
    rows = [{"source_id": s, "priority": p, "response_s": t} for s, p, t in (("S01", 1, 10), ("S01", 0, 20), ("*", 1, 30), ("*", 0, 40))]
    (fact,) = facts_of({"events": [{"source_id": source, "priority": priority}], "sla_targets": rows})

    assert fact["response_target_s"] == target


def test_an_event_without_a_target_is_kept():
    assert fact_of()["response_target_s"] is None


def test_a_drill_is_kept_and_marked():
    assert facts_of({"events": [{"mode": "drill"}]})[0]["mode"] == "drill"


def test_news_of_an_old_event_rewrite_its_month_and_no_other():
    june = {"occurred_at": JUNE, "created_at": JUNE, "recorded_at": JUNE}
    before = {"events": [{"event_id": "old"} | june, {"event_id": "its neighbour"} | june, {"event_id": "new"}]}
    facts = facts_of({"feedbacks": [{"event_id": "old", "told_at": after(0), "recorded_at": after(1)}]}, before, facts_of(before), NINE)

    assert [(fact["event_id"], fact["closure_s"]) for fact in facts] == [("its neighbour", None), ("old", (NINE - JUNE).total_seconds())]


def test_facts_of_events_without_news_are_carried_over_and_not_asked_for_again():
    june = {"occurred_at": JUNE, "created_at": JUNE, "recorded_at": JUNE}
    before = {"events": [{"event_id": "old"} | june, {"event_id": "its neighbour"} | june]}
    known = [fact | {"title": "carried over"} for fact in facts_of(before)]
    facts = facts_of({"feedbacks": [{"event_id": "old", "told_at": after(0), "recorded_at": after(1)}]}, before, known, NINE)

    assert [(fact["event_id"], fact["title"]) for fact in facts] == [("its neighbour", "carried over"), ("old", "noise")]


def test_a_correction_over_the_edge_of_a_month_keeps_what_was_done_before_it():
    moved = [{"version": 1, "occurred_at": JUNE, "created_at": JUNE, "recorded_at": JUNE}, {"version": 2, "occurred_at": JULY, "created_at": JULY, "recorded_at": JULY}]
    facts = facts_of({"events": moved, "dispatches": [{"occurred_at": JUNE, "acked_at": JULY, "recorded_at": JULY}]})

    assert [(fact["version"], fact["response_s"]) for fact in facts] == [(1, 60), (2, 0)]


def test_rows_of_other_tables_are_no_news():
    state = Rows({})

    assert list(event_facts(state, {"link_probes": make("link_probes", {})})) == []
    assert state.asked == []


moments = st.integers(0, 40).map(lambda n: NINE + timedelta(seconds=n * 20 + (n % 3) * 0.5))
maybe = st.none() | moments
versions = st.lists(st.integers(1, 4), unique=True, min_size=1, max_size=3)


@st.composite
def logs(draw: st.DrawFn) -> dict[str, list[dict[str, object]]]:
    """Logs of one event: late, corrected and reopened in any order."""
    events = [{"version": v, "recorded_at": draw(moments), "source_id": draw(st.sampled_from(["S01", "S02"])), "priority": draw(st.integers(1, 2))} for v in draw(versions)]
    orders = [{"dispatch_id": unit, "version": v, "recorded_at": draw(moments), "is_required": draw(st.booleans()), "acked_at": draw(maybe), "arrived_at": draw(maybe),
               "done_at": draw(maybe)} for unit in draw(st.lists(st.sampled_from("abc"), unique=True)) for v in draw(versions)]
    answers = [{"version": v, "told_at": draw(moments), "recorded_at": draw(moments), "is_reopened": draw(st.booleans())} for v in draw(versions)] if draw(st.booleans()) else []
    stages = [{"stage": draw(st.sampled_from(["sense", "judge", "evaluate"])), "occurred_at": draw(moments), "recorded_at": draw(moments)} for _ in range(draw(st.integers(0, 4)))]
    targets = [{"source_id": s, "priority": p, "response_s": draw(st.integers(1, 99))} for s, p in draw(st.sets(st.sampled_from([("S01", 1), ("S02", 0), ("*", 2), ("*", 0)])))]
    return {"events": events, "dispatches": orders, "feedbacks": answers, "event_stages": stages, "sla_targets": targets}


@settings(max_examples=25, deadline=None)
@given(given_logs=logs())
def test_every_fact_agrees_with_the_sentences_read_by_hand(given_logs):
    rows = {name: make(name, *given_logs[name]).to_pylist() for name in given_logs}
    facts = facts_of(given_logs)

    assert len(facts) == len(rows["events"])
    for fact, event in zip(facts, sorted(rows["events"], key=lambda row: row["version"]), strict=True):
        by_hand = clocks.facts(event, rows["events"], rows["dispatches"], rows["feedbacks"], rows["event_stages"], rows["sla_targets"])
        assert {name: fact[name] for name in by_hand} == by_hand


def test_after_a_long_gap_months_with_news_are_worked_out_whole():
    before = {"events": [{}, {"event_id": "E2"}]}
    known = [fact | {"title": "carried over"} for fact in facts_of(before)]
    facts = facts_of({"feedbacks": [{"told_at": after(5), "recorded_at": after(5)}]}, before, known, previous=NINE + timedelta(days=2))

    assert [(fact["title"], fact["closure_s"]) for fact in facts] == [("noise", 300), ("noise", None)]


@settings(max_examples=15, deadline=None)
@given(given_logs=logs(), cut=moments)
def test_two_publishes_give_the_facts_of_one(given_logs, cut):
    """Rows recorded up to a moment, then the rest: as the whole at once."""
    parts = [{name: [row for row in rows if name == "sla_targets" or (row["recorded_at"] <= cut) is early] for name, rows in given_logs.items()} for early in (True, False)]
    targets, early, late = given_logs["sla_targets"], parts[0], parts[1] | {"sla_targets": []}
    known = facts_of(early)
    second = facts_of(late, early, known, NINE) or known

    assert second == facts_of(given_logs | {"sla_targets": targets})
