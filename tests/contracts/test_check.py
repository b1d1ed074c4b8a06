"""Good rows go on, bad rows go to quarantine, and each bad row says why."""

from __future__ import annotations

import json
import unicodedata
from datetime import UTC, datetime, timedelta
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pytest
from hypothesis import given
from hypothesis import strategies as st

from twin.contracts import TABLES
from twin.contracts.base import Table, moment, real, text, whole
from twin.contracts.check import Checked, _convert, check, quarantined
from twin.contracts.unicode import in_one_form

NOON = datetime(2026, 7, 16, 4, tzinfo=UTC)
READINGS = Table(
    name="readings",
    kind="log",
    key=("sensor_id", "occurred_at"),
    doc="One row per reading.",
    columns=(
        text("sensor_id", "sensor"),
        moment("occurred_at", "when"),
        moment("recorded_at", "when known"),
        whole("n_cars", "cars seen", "cars", high=100, null=True),
        real("depth_cm", "water", "cm", low=0, high=500),
        text("state", "what it says", allowed=("ok", "worn")),
    ),
    rules={
        "it is not recorded before it happens": (
            pc.field("recorded_at") >= pc.field("occurred_at")
        )
    },
)


def row(**changes: object) -> dict[str, object]:
    """A good row, with changes."""
    return {
        "sensor_id": "W1",
        "occurred_at": NOON,
        "recorded_at": NOON,
        "n_cars": 3,
        "depth_cm": 12.5,
        "state": "ok",
    } | changes


def held(
    *rows: dict[str, object], types: dict[str, pa.DataType] | None = None, **how: Any
) -> Checked:
    """Check rows, typed as Arrow guesses unless `types` says otherwise."""
    given_types = {
        "occurred_at": pa.timestamp("us", "UTC"),
        "recorded_at": pa.timestamp("us", "UTC"),
    } | (types or {})
    names = list(rows[0])
    table = pa.table(
        {
            name: pa.array([r[name] for r in rows], given_types.get(name))
            for name in names
        }
    )
    return check(
        READINGS, table, feed="gauges", origin="box.csv", recorded_at=NOON, **how
    )


def reasons(checked: Checked) -> list[str]:
    """The sentences of the bad rows."""
    return checked.bad["reason"].to_pylist()


def test_a_good_row_goes_on_in_the_contracts_own_types():
    checked = held(row())
    assert checked.good.schema == READINGS.schema
    assert checked.good["depth_cm"].to_pylist() == [12.5]
    assert checked.bad.num_rows == 0


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"depth_cm": 501.0}, "depth_cm: 501.0 is above 500 cm."),
        ({"depth_cm": -1.0}, "depth_cm: -1.0 is below 0 cm."),
        ({"depth_cm": float("nan")}, "depth_cm: nan is not a finite number."),
        ({"depth_cm": None}, "depth_cm is missing."),
        ({"state": "broken"}, "state: 'broken' is none of ok, worn."),
        (
            {"recorded_at": NOON - timedelta(seconds=1)},
            "it breaks the rule 'it is not recorded before it happens'.",
        ),
    ],
)
def test_a_bad_value_is_named_with_its_column_and_its_limit(
    changes: dict[str, object], sentence: str
):
    checked = held(
        row(), row(sensor_id="W2", **changes), types={"depth_cm": pa.float64()}
    )
    assert reasons(checked) == [sentence]
    assert checked.good["sensor_id"].to_pylist() == ["W1"]


def test_a_row_with_two_faults_is_told_both():
    assert reasons(held(row(depth_cm=900.0, state="?"))) == [
        "depth_cm: 900.0 is above 500 cm; state: '?' is none of ok, worn."
    ]


def test_text_is_read_as_numbers_where_it_is_one_and_refused_where_it_is_not():
    checked = held(
        row(depth_cm="7.5"),
        row(sensor_id="W2", depth_cm="deep"),
        row(sensor_id="W3", depth_cm="8"),
    )
    assert checked.good["depth_cm"].to_pylist() == [7.5, 8.0]
    assert reasons(checked) == ["depth_cm: 'deep' is not a number."]


def test_a_fraction_is_never_cut_to_a_whole_number():
    checked = held(row(n_cars=3.0), row(sensor_id="W2", n_cars=3.5))
    assert checked.good["n_cars"].to_pylist() == [3]
    assert reasons(checked) == ["n_cars: 3.5 is not a whole number (int32)."]


def test_a_moment_without_a_zone_is_refused_not_guessed():
    checked = held(
        row(occurred_at=datetime(2026, 7, 16, 4)),
        types={"occurred_at": pa.timestamp("us")},
    )
    assert checked.good.num_rows == 0
    assert reasons(checked)[0].endswith("is not a moment with a time zone.")


def test_a_number_is_not_taken_for_a_text():
    assert reasons(held(row(sensor_id=7))) == ["sensor_id: 7 is not text."]


def test_the_first_good_row_of_a_key_stays():
    checked = held(row(depth_cm=900.0), row(depth_cm=1.0), row(depth_cm=2.0))
    assert checked.good["depth_cm"].to_pylist() == [1.0]
    assert reasons(checked)[1].startswith(
        "a row before it has the same sensor_id, occurred_at: W1, 2026-07-16 04:00"
    )


def test_a_missing_column_refuses_the_batch_whole_and_loses_no_row():
    short = {name: value for name, value in row().items() if name != "state"}
    checked = held(short, short)
    assert checked.good.num_rows == 0
    assert reasons(checked) == ["column missing from readings: state."] * 2


def test_an_unknown_column_refuses_the_batch_by_its_name():
    assert reasons(held(row() | {"colour": "red"})) == [
        "column unknown to readings: colour."
    ]


def test_a_column_that_may_be_null_may_be_absent():
    checked = held({name: value for name, value in row().items() if name != "n_cars"})
    assert checked.good["n_cars"].to_pylist() == [None]


def test_quarantine_keeps_where_the_row_came_from_and_the_row_as_given():
    raw = pa.table({"水位": ["1m2"]})
    bad = held(
        row(depth_cm="1m2"), row_numbers=pa.array([41]), raw=raw
    ).bad.to_pylist()[0]
    assert (bad["feed"], bad["origin"], bad["row_n"], bad["table_name"]) == (
        "gauges",
        "box.csv",
        41,
        "readings",
    )
    assert json.loads(bad["raw"]) == {"水位": "1m2"}
    assert bad["recorded_at"] == NOON


def test_the_same_bad_row_has_the_same_id_whenever_it_is_read():
    def id_at(recorded_at: datetime) -> str:
        return quarantined(
            [(4, "late.", "{}")],
            table="rain",
            feed="f",
            origin="o",
            recorded_at=recorded_at,
        )["quarantine_id"][0].as_py()

    assert id_at(NOON) == id_at(NOON + timedelta(days=1))


@pytest.mark.parametrize("table", TABLES.values(), ids=lambda table: table.name)
def test_every_contract_accepts_nothing_as_nothing(table: Table):
    checked = check(table, table.empty(), feed="f", origin="o", recorded_at=NOON)
    assert checked.good.schema == table.schema
    assert checked.bad.num_rows == 0


def is_good(candidate: dict[str, Any]) -> bool:
    """The contract of `readings`, read aloud in plain Python."""
    depth, cars = candidate["depth_cm"], candidate["n_cars"]
    return (
        candidate["sensor_id"] is not None
        and depth is not None
        and 0 <= depth <= 500
        and (cars is None or 0 <= cars <= 100)
        and candidate["state"] in ("ok", "worn")
        and candidate["recorded_at"] >= candidate["occurred_at"]
    )


@given(
    st.lists(
        st.fixed_dictionaries(
            {
                "sensor_id": st.sampled_from(["W1", "W2", None]),
                "n_cars": st.sampled_from([None, -1, 0, 100, 101]),
                "depth_cm": st.sampled_from(
                    [None, -0.5, 0.0, 500.0, 500.5, float("nan"), float("inf")]
                ),
                "state": st.sampled_from(["ok", "worn", "bad", None]),
                "occurred_at": st.integers(0, 3).map(
                    lambda h: NOON + timedelta(hours=h)
                ),
                "recorded_at": st.integers(0, 3).map(
                    lambda h: NOON + timedelta(hours=h)
                ),
            }
        ),
        min_size=1,
        max_size=12,
    )
)
def test_every_row_is_judged_as_by_hand_and_none_is_lost(rows: list[dict[str, Any]]):
    wanted: dict[tuple[object, object], dict[str, Any]] = {}
    for candidate in filter(is_good, rows):
        wanted.setdefault((candidate["sensor_id"], candidate["occurred_at"]), candidate)
    checked = held(
        *rows,
        types={
            "sensor_id": pa.string(),
            "n_cars": pa.int32(),
            "depth_cm": pa.float32(),
            "state": pa.string(),
        },
    )
    assert checked.good.select(list(rows[0])).to_pylist() == list(wanted.values())
    assert checked.good.num_rows + checked.bad.num_rows == len(rows)


COMPOSED, APART = "caf\u00e9-1", "cafe\u0301-1"
"""One id, as two programs write it.

One has the accent in its letter, the other a letter for the accent.
"""


@pytest.mark.parametrize(
    "kind", [pa.string(), pa.large_string(), pa.dictionary(pa.int32(), pa.string())]
)
def test_a_key_is_one_key_however_its_accents_are_spelt(kind):
    done = held(
        row(sensor_id=COMPOSED),
        row(sensor_id=APART, n_cars=4),
        row(sensor_id=APART, occurred_at=NOON - timedelta(hours=1)),
        types={"sensor_id": kind},
    )

    assert done.good["sensor_id"].to_pylist() == [COMPOSED, COMPOSED]
    assert done.good["n_cars"].to_pylist() == [3, 3]
    assert (
        done.bad["reason"]
        .to_pylist()[0]
        .startswith("a row before it has the same sensor_id, occurred_at: caf\u00e9-1")
    )
    assert json.loads(done.bad["raw"][0].as_py())["sensor_id"] == APART


@pytest.mark.parametrize(
    "table",
    [
        name
        for name, table in TABLES.items()
        if any(pa.types.is_string(table.column(key).type) for key in table.key)
    ],
)
def test_every_table_keeps_its_text_in_one_form(table):
    contract = TABLES[table]
    given = {
        column.name: pa.array(
            [APART if pa.types.is_string(column.type) else None], column.type
        )
        for column in contract.columns
    }
    free = {
        column.name for column in contract.columns if pa.types.is_string(column.type)
    }

    converted, _ = _convert(contract, pa.table(given))

    assert {name: converted[name][0].as_py() for name in free} == dict.fromkeys(
        free, COMPOSED
    )


def test_what_is_refused_speaks_of_the_event_that_it_means():
    rows = pa.table({"event_id": [APART, None]})

    done = check(TABLES["feedbacks"], rows, feed="f", origin="o", recorded_at=NOON)

    assert done.bad["subject_id"].to_pylist() == [COMPOSED, None]


@given(texts=st.lists(st.none() | st.text(max_size=6), max_size=8))
def test_one_form_is_that_of_the_standard_library_and_stays(texts):
    given_texts = pa.array(texts, pa.string())

    made = in_one_form(given_texts)
    part = in_one_form(given_texts.slice(1, 3))

    assert part.to_pylist() == made.to_pylist()[1:4]
    assert made.to_pylist() == [
        None if text is None else unicodedata.normalize("NFC", text) for text in texts
    ]
    assert in_one_form(made) is made


def test_a_text_that_needs_another_form_is_found_among_many_that_do_not():
    texts = pa.array([*[f"\u6b66\u6c49-{n}" for n in range(70_000)], APART, None])

    assert in_one_form(texts).to_pylist() == [
        *texts.to_pylist()[:70_000],
        COMPOSED,
        None,
    ]
    assert in_one_form(texts.slice(0, 70_000)).to_pylist() == texts.to_pylist()[:70_000]
