"""Units of one event side by side, each by its own clock; and those that its words suggest."""

from __future__ import annotations

import pytest

from tests.layers.rows import Row, at, event

WORDS = ["焦煳", "gas"]
UNITS = ["消防救援站", "天然气公司"]


def order(number: int, version: int, known: str, **moments) -> Row:
    """A version of an order of the smell, sent at 11:50."""
    given = {name: at(when) for name, when in moments.items() if name != "unit_name"}
    return {
        "dispatch_id": f"S-{number}",
        "version": version,
        "event_id": "S",
        "unit_id": f"U{number}",
        "unit_name": moments.get("unit_name", f"unit {number}"),
        "role": "lead" if number == 1 else "assist",
        "is_required": True,
        "sent_at": at("11:50"),
        "recorded_at": at(known),
        **given,
    }


ORDERS = [
    order(1, 1, "11:50"),
    order(1, 2, "11:52", acked_at="11:51:30"),
    {
        **order(
            1, 3, "11:59", acked_at="11:51:30", arrived_at="11:55", done_at="11:58"
        ),
        "result": "fire out",
    },
    order(2, 1, "11:50"),
    order(2, 2, "11:53", acked_at="11:52:30", arrived_at="11:53"),
    order(3, 1, "11:50", unit_name="消防救援站"),
    order(3, 2, "11:54", acked_at="11:49", unit_name="消防救援站"),
    order(4, 1, "11:50"),
]
LOG = [
    event("S", at("11:49"), priority=1),
    event("one unit", at("11:55"), priority=1),
    event("less", at("11:56"), priority=2),
]
OTHERS = [
    {**order(7, 1, "11:56"), "event_id": "one unit"},
    {**order(8, 1, "11:56"), "event_id": "less"},
    {**order(9, 1, "11:56"), "event_id": "less"},
]


@pytest.fixture
def units(ask):
    """The units of an event, at a moment."""
    tables = {"event_facts": LOG, "dispatches": [*ORDERS, *OTHERS]}
    return lambda **asked: ask("units/units.sql", tables, **{"event": "", **asked})


def test_each_unit_has_its_own_clock_and_the_lead_comes_first(units):
    assert [
        (
            row["unit_name"],
            row["role"],
            row["state"],
            row["acked_s"],
            row["arrived_s"],
            row["done_s"],
            row["running_s"],
        )
        for row in units()
    ] == [
        ("unit 1", "units-lead", "units-done", 90, 300, 480, None),
        ("unit 2", "units-assist", "units-on-site", 150, 180, None, 600),
        ("消防救援站", "units-assist", "units-on-the-way", None, None, None, 600),
        ("unit 4", "units-assist", "units-waiting", None, None, None, 600),
    ]
    assert [row["result"] for row in units()] == ["fire out", None, None, None]


def test_as_known_then_nobody_had_acknowledged(units):
    rows = units(as_of=at("11:51"), known_at=at("11:51"))

    assert {row["state"] for row in rows} == {"units-waiting"}
    assert {row["running_s"] for row in rows} == {60}


def test_the_named_event_or_the_worst_open_one_with_several_units(units):
    assert {row["event_id"] for row in units()} == {"S"}
    assert len(units(event="less")) == 2
    assert len(units(event="one unit")) == 1
    assert units(event="nothing") == []


@pytest.fixture
def suggested(ask):
    """The units that words of the event suggest."""

    def _suggested(details: str | None, title: str = "smell", **asked) -> list[Row]:
        said = {
            "event_id": "S",
            "version": 1,
            "title": title,
            "details": details,
            "recorded_at": at("11:49"),
        }
        tables = {
            "event_facts": LOG,
            "dispatches": ORDERS,
            "events": [said, {**said, "version": 2, "recorded_at": at("12:30")}],
        }
        given = {"safety_words": WORDS, "safety_units": UNITS, "event": "S", **asked}
        return ask("units/suggested.sql", tables, **given)

    return _suggested


def test_words_of_danger_suggest_the_units_of_the_pack(suggested):
    assert [
        (row["unit_name"], row["word"], row["state"])
        for row in suggested("附近有持续的焦煳味")
    ] == [
        ("消防救援站", "焦煳", "units-sent"),
        ("天然气公司", "焦煳", "units-not-sent"),
    ]


def test_the_title_counts_too_and_capital_letters_do_not(suggested):
    assert {row["word"] for row in suggested(None, title="Smell of GAS")} == {"gas"}


def test_other_words_suggest_nobody(suggested):
    assert suggested("有噪声") == []
