"""A step that makes no sense goes to quarantine with a sentence, and names its event."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pyarrow as pa
import pytest

from twin.contracts import TABLES
from twin.contracts.check import check

NOON = datetime(2026, 11, 23, 4, tzinfo=UTC)
TABLE = TABLES["escalations"]


def checked(**given):
    """What is kept of one step, and the reason why not."""
    row = {
        "escalation_id": "E1-L1",
        "version": 1,
        "occurred_at": NOON,
        "recorded_at": NOON,
        "event_id": "E1",
        "from_level": "district",
        "to_level": "city",
        "reason": "late",
        "actor": None,
        "source": "test",
        **given,
    }
    rows = pa.Table.from_pylist([row], schema=TABLE.schema)
    done = check(TABLE, rows, feed="f", origin="o", recorded_at=NOON, known_by=NOON)
    return done.good.num_rows, done.bad.to_pylist()


def test_a_step_is_kept_though_nobody_says_who_made_it():
    assert checked() == (1, [])


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"to_level": "district"}, "it goes to another level than it comes from"),
        ({"to_level": "province"}, "province"),
        (
            {"occurred_at": NOON + timedelta(seconds=1)},
            "it is not recorded before it happens",
        ),
        (
            {
                "occurred_at": NOON + timedelta(hours=1),
                "recorded_at": NOON + timedelta(hours=1),
            },
            "recorded_at",
        ),
    ],
)
def test_a_step_that_makes_no_sense_is_refused_with_a_sentence(given, said):
    kept, bad = checked(**given)

    assert kept == 0
    assert said in bad[0]["reason"]
    assert (bad[0]["table_name"], bad[0]["subject_id"]) == ("escalations", "E1")
