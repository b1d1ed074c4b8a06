"""Which level holds an event, and what went up and came down, at any two clocks."""

from __future__ import annotations

import pytest

from tests.layers.rows import MIDNIGHT, at, closed, event

DISTRICTS = [
    {"district_id": "A", "name": "甲区", "name_en": "Jia", "kind": "district"},
    {"district_id": "B", "name": "乙区", "name_en": "Yi", "kind": "district"},
]


def step(name, event_id, when, way, version=1, **given):
    """A step such as 'district city', recorded when it was made."""
    from_level, to_level = way.split()
    return {
        "escalation_id": name,
        "version": version,
        "event_id": event_id,
        "occurred_at": when,
        "recorded_at": when,
        "from_level": from_level,
        "to_level": to_level,
        "reason": "late",
        **given,
    }


@pytest.fixture
def levels(ask):
    """(held, handed up, came down) by level."""

    def asked(log, steps, **params):
        rows = ask(
            "levels/levels.sql", {"event_facts": log, "escalations": steps}, **params
        )
        assert [row["level"] for row in rows] == [
            "city",
            "district",
            "street",
            "community",
        ]
        return {
            row["level"]: (row["n_open"], row["n_up"], row["n_down"]) for row in rows
        }

    return asked


@pytest.fixture
def held(levels):
    """Who holds the one open event."""

    def asked(log, steps, **params):
        rows = levels(log, steps, **params)
        (found,) = [level for level, (n, _, _) in rows.items() if n]
        return found

    return asked


E1 = event("E1", at("9:00"), level="district")


def test_an_event_that_was_never_handed_on_is_held_where_it_began(levels):
    log = [
        event("E1", at("9:00"), level="city"),
        event("E2", at("9:00"), level="district"),
        event("E3", at("9:00"), level="district"),
        event("done", at("9:00"), level="street", **closed(60)),
    ]

    assert {name: row[0] for name, row in levels(log, []).items()} == {
        "city": 1,
        "district": 2,
        "street": 0,
        "community": 0,
    }


def test_the_newest_step_says_who_holds_it(held):
    steps = [
        step("a", "E1", at("9:10"), "district city"),
        step("b", "E1", at("9:40"), "city district"),
        step("c", "E1", at("10:00"), "district street"),
    ]

    moments = ("9:09", "9:10", "9:39", "9:40", "10:00")
    assert [held([E1], steps, as_of=at(moment)) for moment in moments] == [
        "district",
        "city",
        "city",
        "district",
        "street",
    ]


def test_a_step_counts_from_when_it_was_known(held):
    late = step("a", "E1", at("9:10"), "district city", recorded_at=at("9:30"))

    assert held([E1], [late], as_of=at("9:20")) == "district"
    assert held([E1], [late], as_of=at("9:20"), known_at=at("9:30")) == "city"


def test_a_corrected_step_counts_as_corrected_from_when_that_was_known(held, levels):
    first = step("a", "E1", at("9:10"), "district city")
    steps = [
        first,
        step("a", "E1", at("9:10"), "district street", 2, recorded_at=at("9:30")),
    ]

    assert held([E1], steps, as_of=at("9:29")) == "city"
    assert held([E1], steps, as_of=at("9:30")) == "street"
    assert levels([E1], steps)["district"] == (0, 0, 0)
    assert levels([E1], steps)["street"] == (1, 0, 1)


def test_a_step_that_turns_out_to_be_of_another_event_leaves_the_first_where_it_was(
    ask,
):
    log = [E1, event("E2", at("9:00"), level="district", district_id="B")]
    steps = [
        step("a", "E1", at("9:10"), "district city"),
        step("a", "E2", at("9:10"), "district city", 2, recorded_at=at("9:30")),
    ]
    tables = {"event_facts": log, "escalations": steps, "districts": DISTRICTS}

    def by_city(as_of):
        rows = ask("levels/districts.sql", tables, as_of=at(as_of))
        return {row["district_id"]: (row["n_city"], row["n_up"]) for row in rows}

    assert by_city("9:29") == {"A": (1, 1), "B": (0, 0)}
    assert by_city("9:30") == {"B": (1, 1), "A": (0, 0)}


def test_of_two_steps_of_one_moment_the_one_recorded_later_is_the_newer(held):
    steps = [
        step("b", "E1", at("9:10"), "district city"),
        step("a", "E1", at("9:10"), "city street", recorded_at=at("9:11")),
    ]

    assert held([E1], steps) == "street"


def test_what_was_handed_up_and_came_down_is_of_today_open_or_not(levels):
    log = [
        E1,
        event("done", at("8:00"), level="district", **closed(3600)),
        event("night", at("23:00", day=22), level="street"),
    ]
    steps = [
        step("a", "E1", at("9:10"), "district city"),
        step("b", "E1", at("9:20"), "city district"),
        step("c", "done", at("8:10"), "district city"),
        step("d", "night", at("23:30", day=22), "street district"),
        step("e", "night", MIDNIGHT, "district street"),
    ]

    assert levels(log, steps) == {
        "city": (0, 0, 0),
        "district": (1, 2, 1),
        "street": (1, 0, 1),
        "community": (0, 0, 0),
    }


def test_where_no_step_was_ever_told_of_none_today_is_no_zero(levels):
    assert levels([E1], [])["district"] == (1, None, None)
    yesterday = [step("a", "E1", at("9:00", day=22), "street district")]
    assert levels([E1], yesterday)["district"] == (1, 0, 0)
    assert levels([], [])["district"] == (None, None, None)


def test_a_district_is_told_of_its_own_and_drills_of_drills(levels):
    log = [
        E1,
        event("E2", at("9:00"), level="city", district_id="B"),
        event("E3", at("9:00"), level="city", mode="drill"),
    ]
    steps = [step(name, name, at("9:10"), "city district") for name in ("E2", "E3")]

    assert levels(log, steps, district="A")["district"] == (1, 0, 0)
    assert levels(log, steps, district="B")["district"] == (1, 0, 1)
    assert levels(log, steps, mode="drill")["district"] == (1, 0, 1)


def test_districts_are_told_side_by_side_and_what_has_none_by_itself(ask):
    log = [
        E1,
        event("E2", at("9:00"), level="city", district_id="B"),
        event("E3", at("9:00"), level="district", district_id="X"),
    ]
    steps = [step("a", "E1", at("9:10"), "district street")]

    rows = ask(
        "levels/districts.sql",
        {"event_facts": log, "escalations": steps, "districts": DISTRICTS},
    )

    assert [
        (row["district_id"], row["kind"], row["n_held"], row["n_city"]) for row in rows
    ] == [("B", "district", 0, 1), ("A", "district", 1, 0), (None, "unknown", 1, 0)]
    assert {(row["n_up"], row["n_down"]) for row in rows} == {(0, 0)}


def test_the_newest_steps_are_listed_first(ask):
    log = [E1, event("done", at("8:00"), **closed(60))]
    steps = [
        step("a", "E1", at("9:10"), "district city"),
        step("b", "done", at("9:20"), "city district"),
        step("c", "nobody", at("9:30"), "street district"),
    ]
    tables = {"event_facts": log, "escalations": steps, "districts": DISTRICTS}

    rows = ask("levels/recent.sql", tables, most=8)

    assert [(row["id"], row["title"], row["way"]) for row in rows] == [
        ("", "nobody", "levels-street-district"),
        ("", "done", "levels-city-district"),
        ("event_heat:E1", "E1", "levels-district-city"),
    ]
    assert [row["since_s"] for row in rows] == [9000, 9600, 10_200]
    assert [row["district"] for row in rows] == [None, "甲区", "甲区"]
    assert len(ask("levels/recent.sql", tables, most=2)) == 2


def test_a_step_of_an_event_that_nobody_knows_counts_in_no_figure(levels):
    steps = [step("a", "nobody", at("9:10"), "district city")]

    assert levels([E1], steps) == {
        "city": (0, 0, 0),
        "district": (1, 0, 0),
        "street": (0, 0, 0),
        "community": (0, 0, 0),
    }
