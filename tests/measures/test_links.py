"""Link health: silence is down, an answer without records is late, and what was never
probed is unknown, not fine.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import twin.measures
from tests.measures.rows import NINE, make
from tests.oracles import answers
from twin.contracts.measured import LINK_HEALTH
from twin.engine import answer, load_sql

SQL = load_sql(Path(twin.measures.__file__).with_name("link_health.sql"))
LATE_S, DOWN_S = 300, 200


def before(seconds: float) -> datetime:
    """A moment that many seconds before nine."""
    return NINE - timedelta(seconds=seconds)


def health(
    *probes: Mapping[str, object], as_of: datetime = NINE, known_at: datetime = NINE
) -> dict[str, object]:
    """The link of the only department, at nine unless the test says otherwise."""
    asked = {
        "as_of": as_of,
        "known_at": known_at,
        "link_late_s": LATE_S,
        "link_down_s": DOWN_S,
    }
    rows = answer(
        {
            "departments": make("departments", {}),
            "link_probes": make("link_probes", *probes),
        },
        SQL,
        asked,
    )
    (row,) = rows.cast(LINK_HEALTH.schema).to_pylist()
    return row


def test_a_link_that_answers_and_brings_records_is_ok_since_nobody_asks():
    link = health({"occurred_at": before(60), "last_record_at": before(70)})

    assert (link["state"], link["state_since"], link["last_ok_at"]) == (
        "ok",
        None,
        before(60),
    )


@pytest.mark.parametrize(("age", "state"), [(DOWN_S, "ok"), (DOWN_S + 1, "down")])
def test_silence_longer_than_its_limit_is_down_since_the_last_answer(age, state):
    link = health(
        {"occurred_at": before(age), "last_record_at": NINE},
        {"occurred_at": before(1), "is_ok": False, "latency_ms": None},
    )

    assert link["state"] == state
    assert link["state_since"] == (before(age) if state == "down" else None)


@pytest.mark.parametrize(("age", "state"), [(LATE_S, "ok"), (LATE_S + 1, "late")])
def test_an_answer_without_new_records_is_late_since_the_newest_record(age, state):
    link = health({"last_record_at": before(age)})

    assert link["state"] == state
    assert link["state_since"] == (before(age) if state == "late" else None)


def test_down_is_worse_than_late():
    assert (
        health({"occurred_at": before(900), "last_record_at": before(900)})["state"]
        == "down"
    )


def test_what_was_never_probed_is_unknown_and_has_no_figures():
    link = health()

    assert link["state"] == "unknown"
    assert [
        link[name]
        for name in ("n_records_24h", "uptime_30d_pct", "latency_p50_ms", "last_ok_at")
    ] == [None] * 4


def test_half_of_the_probes_answered_is_half_the_time_up():
    assert (
        health(
            {"occurred_at": before(60)},
            {"occurred_at": before(120), "is_ok": False, "latency_ms": None},
        )["uptime_30d_pct"]
        == 50
    )


def test_latency_is_the_median_of_the_last_hour_and_records_are_of_a_day():
    link = health(
        *(
            {"occurred_at": before(age), "latency_ms": ms, "n_records": 10}
            for age, ms in ((60, 10), (120, 20), (180, 90), (4_000, 900), (90_000, 900))
        )
    )

    assert (link["latency_p50_ms"], link["n_records_24h"]) == (20, 40)


def test_a_record_stamped_a_year_ahead_does_not_keep_a_silent_link_fine():
    link = health(
        {
            "occurred_at": before(900),
            "recorded_at": before(899),
            "last_record_at": NINE + timedelta(days=365),
        },
        {
            "occurred_at": before(950),
            "recorded_at": before(949),
            "last_record_at": before(960),
        },
        {"last_record_at": None},
    )

    assert (link["state"], link["state_since"]) == ("late", before(960))


def test_a_record_is_believed_up_to_the_moment_its_row_was_recorded():
    link = health(
        {
            "occurred_at": before(60),
            "recorded_at": before(50),
            "last_record_at": before(50),
        }
    )
    assert (link["state"], link["last_record_at"]) == ("ok", before(50))

    link = health(
        {
            "occurred_at": before(60),
            "recorded_at": before(50),
            "last_record_at": before(49),
        }
    )
    assert (link["state"], link["last_record_at"]) == ("late", None)


def test_a_record_of_later_than_the_moment_looked_at_is_not_told_even_if_it_is_known():
    link = health(
        {
            "occurred_at": before(10),
            "recorded_at": NINE + timedelta(seconds=60),
            "last_record_at": NINE + timedelta(seconds=30),
        },
        {
            "occurred_at": before(70),
            "recorded_at": before(70),
            "last_record_at": before(70),
        },
        known_at=NINE + timedelta(hours=1),
    )

    assert link["last_record_at"] == before(70)


DAY = 86_400


def test_a_link_that_is_down_for_more_than_thirty_days_says_since_when():
    link = health(
        {
            "occurred_at": before(40 * DAY),
            "recorded_at": before(40 * DAY),
            "last_record_at": before(41 * DAY),
        },
        {"is_ok": False, "latency_ms": None, "last_record_at": None, "n_records": 0},
    )

    assert (link["state"], link["state_since"], link["last_record_at"]) == (
        "down",
        before(40 * DAY),
        before(41 * DAY),
    )
    assert link["uptime_30d_pct"] == 0


def test_a_link_that_was_not_probed_for_thirty_days_is_down_and_not_unknown():
    link = health(
        {
            "occurred_at": before(30 * DAY),
            "recorded_at": before(30 * DAY),
            "last_record_at": before(30 * DAY),
        }
    )

    assert (link["state"], link["state_since"]) == ("down", before(30 * DAY))
    assert [
        link[name] for name in ("uptime_30d_pct", "n_records_24h", "latency_p50_ms")
    ] == [None] * 3


def test_a_record_told_late_by_an_old_probe_counts():
    old = {
        "occurred_at": before(31 * DAY),
        "recorded_at": before(100),
        "last_record_at": before(200),
    }
    link = health(old, {"occurred_at": before(60), "last_record_at": before(29 * DAY)})

    assert (link["state"], link["last_record_at"]) == ("ok", before(200))


def test_the_newest_record_of_all_counts_though_a_later_probe_tells_of_an_older_one():
    old = {
        "occurred_at": before(31 * DAY),
        "recorded_at": before(100),
        "last_record_at": before(30.2 * DAY),
    }
    link = health(
        old, {"occurred_at": before(60), "last_record_at": before(30.5 * DAY)}
    )

    assert (link["state"], link["last_record_at"]) == ("late", before(30.2 * DAY))


def test_what_was_recorded_later_was_not_known_and_what_happened_later_had_not_happened():
    late = {
        "occurred_at": before(60),
        "recorded_at": NINE + timedelta(seconds=1),
        "last_record_at": before(60),
    }
    early = {
        "occurred_at": NINE + timedelta(seconds=1),
        "recorded_at": before(60),
        "last_record_at": before(60),
    }
    for probe in (late, early):
        assert health(probe)["state"] == "unknown"
    assert health(late, known_at=NINE + timedelta(seconds=1))["state"] == "ok"


def test_an_answer_a_moment_past_its_limit_is_down_to_the_microsecond():
    at = before(DOWN_S) - timedelta(microseconds=1)

    assert (
        health({"occurred_at": at, "recorded_at": at, "last_record_at": at})["state"]
        == "down"
    )


AGES = (
    -1,
    0,
    100,
    200,
    201,
    3_599,
    3_600,
    86_399,
    86_400,
    2_591_999,
    2_592_000,
    2_592_001,
    3_000_000,
)
probes = st.builds(
    dict,
    occurred_at=st.sampled_from([before(age) for age in AGES]),
    recorded_at=st.sampled_from([before(age) for age in AGES]),
    is_ok=st.booleans(),
    latency_ms=st.none() | st.integers(0, 50).map(lambda n: 2 * n),
    n_records=st.integers(0, 9),
    last_record_at=st.none()
    | st.integers(-5, 700).map(before)
    | st.integers(2_591_000, 2_593_000).map(before),
)
moments = st.sampled_from([NINE, before(150), before(4_000), before(2_000_000)])


@settings(max_examples=60, deadline=None)
@given(
    rows=st.lists(probes, max_size=6, unique_by=lambda row: row["occurred_at"]),
    as_of=moments,
    known_at=moments,
)
def test_every_figure_agrees_with_the_sentences_read_by_hand(rows, as_of, known_at):
    found = health(*rows, as_of=as_of, known_at=known_at)
    by_hand = answers.link(
        make("link_probes", *rows).to_pylist(), as_of, known_at, LATE_S, DOWN_S
    )

    for name, value in by_hand.items():
        assert found[name] == (
            pytest.approx(value, abs=0.51 if name == "latency_p50_ms" else 1e-4)
            if isinstance(value, float)
            else value
        )
