"""Reasons of refusals, put together by kind."""

from __future__ import annotations

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from twin.contracts.check import _show  # pyright: ignore[reportPrivateUsage]
from twin.contracts.reasons import kind_of


@pytest.mark.parametrize(
    ("one", "other", "kind"),
    [
        (
            (
                "time: '24.11.2026 9:15' is not a moment; the form '%Y-%m-%d' or ISO"
                " 8601 is expected."
            ),
            (
                "time: 'gestern' is not a moment; the form '%Y-%m-%d' or ISO 8601 is"
                " expected."
            ),
            "time: … is not a moment; the form … or ISO 8601 is expected.",
        ),
        (
            "the row has 11 cells where the header has 12: it may be cut off.",
            "the row has 3 cells where the header has 12: it may be cut off.",
            "the row has … cells where the header has …: it may be cut off.",
        ),
        (
            "工单编号: 'WH202600001' stands on row 17 already, with other content.",
            "工单编号: 'WH202600999' stands on row 1203 already, with other content.",
            "工单编号: … stands on row … already, with other content.",
        ),
        (
            "version: 40000 is not a whole number (int16).",
            "version: 'x' is not a whole number (int16).",
            "version: … is not a whole number (int16).",
        ),
        (
            "a row before it has the same event_id, version: WH202600001, 1.",
            "a row before it has the same event_id, version: Ä b, 2.",
            "a row before it has the same event_id, version: ….",
        ),
        (
            (
                "recorded_at: 2026-11-24T01:15:00Z lies after 2026-11-24T01:00:00Z, the"
                " moment of the data."
            ),
            (
                "recorded_at: 2026-11-25T01:15:00.5Z lies after 2026-11-24T01:00:00Z,"
                " the moment of the data."
            ),
            "recorded_at: … lies after …, the moment of the data.",
        ),
        (
            "place: longitude 114.3, latitude -30.5 lies 1,234 km outside the city.",
            "place: longitude 4, latitude 51 lies 9 km outside the city.",
            "place: longitude …, latitude … lies … km outside the city.",
        ),
        (
            'district: the city has no district "Xi\'an".',
            "district: the city has no district 'Oz'.",
            "district: the city has no district ….",
        ),
        (
            "the event WH202600001 is unknown.",
            "the event 20261124-000017 is unknown.",
            "the event … is unknown.",
        ),
    ],
)
def test_two_rows_with_one_fault_are_of_one_kind(
    one: str, other: str, kind: str
) -> None:
    assert kind_of(one) == kind_of(other) == kind


def test_the_rule_that_was_broken_is_what_the_kind_is_about() -> None:
    rule = "it breaks the rule 'it is not created before it happens'"
    said = f"{rule}; priority: 7 is above 4 level."
    assert kind_of(said) == f"{rule}; priority: … is above … level."


def test_a_long_value_has_its_closing_quote_and_one_kind() -> None:
    """A value is cut short inside its quotes; reasons of earlier lakes lack the second quote."""
    long = "an illegible line " * 9
    now, before = _show(pa.scalar(long)), repr(long)[:80]
    assert len(now) <= 80
    for value in (now, before):
        said = (
            f"version: {value} is not a whole number (int16); mode: 'x' is none of"
            " live, drill."
        )
        assert (
            kind_of(said)
            == "version: … is not a whole number (int16); mode: … is none of live,"
            " drill."
        )


@given(st.text(max_size=200))
def test_the_kind_of_a_kind_is_itself(reason: str) -> None:
    assert kind_of(kind_of(reason)) == kind_of(reason)


@given(st.text(max_size=60), st.text(max_size=60))
def test_whatever_a_cell_holds_its_kind_is_the_sentence_around_it(
    one: str, other: str
) -> None:
    kinds = {
        kind_of(f"mode: {value!r} is none of live, drill.") for value in (one, other)
    }
    assert kinds == {"mode: … is none of live, drill."}
