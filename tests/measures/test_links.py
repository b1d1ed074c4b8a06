"""Link health: silence is down, an answer without records is late, and what was never probed is unknown, not fine."""

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


def health(*probes: Mapping[str, object]) -> dict[str, object]:
    """The link of the only department at nine."""
    rows = answer({"departments": make("departments", {}), "link_probes": make("link_probes", *probes)}, SQL, {"as_of": NINE, "late_s": LATE_S, "down_s": DOWN_S})
    (row,) = rows.cast(LINK_HEALTH.schema).to_pylist()
    return row


def test_a_link_that_answers_and_brings_records_is_ok_since_nobody_asks():
    link = health({"occurred_at": before(60), "last_record_at": before(70)})

    assert (link["state"], link["state_since"], link["last_ok_at"]) == ("ok", None, before(60))


@pytest.mark.parametrize(("age", "state"), [(DOWN_S, "ok"), (DOWN_S + 1, "down")])
def test_silence_longer_than_its_limit_is_down_since_the_last_answer(age, state):
    link = health({"occurred_at": before(age), "last_record_at": NINE}, {"occurred_at": before(1), "is_ok": False, "latency_ms": None})

    assert link["state"] == state
    assert link["state_since"] == (before(age) if state == "down" else None)


@pytest.mark.parametrize(("age", "state"), [(LATE_S, "ok"), (LATE_S + 1, "late")])
def test_an_answer_without_new_records_is_late_since_the_newest_record(age, state):
    link = health({"last_record_at": before(age)})

    assert link["state"] == state
    assert link["state_since"] == (before(age) if state == "late" else None)


def test_down_is_worse_than_late():
    assert health({"occurred_at": before(900), "last_record_at": before(900)})["state"] == "down"


def test_what_was_never_probed_is_unknown_and_has_no_figures():
    link = health()

    assert link["state"] == "unknown"
    assert [link[name] for name in ("n_records_24h", "uptime_30d_pct", "latency_p50_ms", "last_ok_at")] == [None] * 4


def test_half_of_the_probes_answered_is_half_the_time_up():
    assert health({"occurred_at": before(60)}, {"occurred_at": before(120), "is_ok": False, "latency_ms": None})["uptime_30d_pct"] == 50


def test_latency_is_the_median_of_the_last_hour_and_records_are_of_a_day():
    link = health(*({"occurred_at": before(age), "latency_ms": ms, "n_records": 10} for age, ms in ((60, 10), (120, 20), (180, 90), (4_000, 900), (90_000, 900))))

    assert (link["latency_p50_ms"], link["n_records_24h"]) == (20, 40)


probes = st.builds(dict, occurred_at=st.sampled_from([before(age) for age in (0, 100, 200, 201, 3_599, 3_600, 86_399, 86_400, 2_591_999, 2_592_000)]),
                   is_ok=st.booleans(), latency_ms=st.none() | st.integers(0, 50).map(lambda n: 2 * n), n_records=st.integers(0, 9),
                   last_record_at=st.none() | st.integers(0, 700).map(before))


@settings(max_examples=25, deadline=None)
@given(rows=st.lists(probes, max_size=6, unique_by=lambda row: row["occurred_at"]))
def test_every_figure_agrees_with_the_sentences_read_by_hand(rows):
    found, by_hand = health(*rows), answers.link(make("link_probes", *rows).to_pylist(), NINE, LATE_S, DOWN_S)

    for name, value in by_hand.items():
        assert found[name] == (pytest.approx(value, abs=0.51 if name == "latency_p50_ms" else 1e-4) if isinstance(value, float) else value)
