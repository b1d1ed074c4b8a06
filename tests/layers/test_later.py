"""What is known now of a moment and was not known then."""

from __future__ import annotations

import pytest

from tests.layers.rows import at

NOON = at("12:00")


def row(name, version, happened, recorded, **given):
    return {
        "event_id": name,
        "version": version,
        "occurred_at": at(happened),
        "created_at": at(happened),
        "recorded_at": at(recorded),
        "mode": "live",
        "title": name,
        "priority": 3,
        "category": "leak",
        "level": "street",
        **given,
    }


def answer(name, version, told, recorded, **given):
    return {
        "event_id": name,
        "version": version,
        "occurred_at": at(told),
        "told_at": at(told),
        "recorded_at": at(recorded),
        **given,
    }


EVENTS = [
    row("known", 1, "9:00", "9:01"),
    row("late", 1, "11:00", "12:30"),
    row("raised", 1, "10:00", "10:01"),
    row("raised", 2, "10:00", "13:00", priority=1, district_id="A"),
    row("said again", 1, "10:00", "10:01"),
    row("said again", 2, "10:00", "13:00"),
    row("ahead", 1, "12:30", "12:31"),
    row("of an exercise", 1, "11:00", "12:30", mode="drill"),
    # Moved behind the moment by a correction: then it had not happened by then.
    row("moved", 1, "11:00", "11:01"),
    row("moved", 2, "14:00", "14:01"),
]
FEEDBACKS = [
    answer("known", 1, "11:30", "12:10"),
    answer("raised", 1, "11:30", "11:31"),
    answer("said again", 1, "11:30", "12:10"),
    answer("said again", 2, "12:20", "12:20", replaces=1),
]
TABLES = {
    "events": EVENTS,
    "feedbacks": FEEDBACKS,
    "districts": [{"district_id": "A", "name": "Ay"}],
}


def test_what_came_late_what_was_corrected_and_what_was_answered_is_told(ask, figures):
    rows = ask("later/rows.sql", TABLES, most=9)

    assert [(each["title"], each["kind"]) for each in rows] == [
        ("raised", "later-corrected"),
        ("known", "later-answered"),
        ("late", "later-late"),
    ]
    assert (rows[0]["priority"], rows[0]["district"]) == (1, "Ay")
    assert rows[0]["recorded_at"] == at("13:00")
    found = figures("later/figures.sql", TABLES)
    assert [each["value"] for each in found.values()] == [1, 1, 1]


def test_what_was_known_by_then_is_not_told_again(ask):
    rows = ask("later/rows.sql", TABLES, most=9, known_at=at("12:45"))
    assert [each["title"] for each in rows] == ["raised"]
    assert ask("later/rows.sql", TABLES, most=9, known_at=at("15:00")) == []


def test_the_worst_come_first_and_the_rest_is_counted(ask, figures):
    assert [each["title"] for each in ask("later/rows.sql", TABLES, most=1)] == [
        "raised"
    ]
    found = figures("later/figures.sql", TABLES, mode="drill")
    assert found["learned_late"]["value"] == 1


@pytest.mark.parametrize("empty", ["events", "feedbacks"])
def test_a_log_without_rows_tells_nothing_of_its_kind(figures, empty):
    found = figures("later/figures.sql", {**TABLES, empty: []})
    told = {name: each["value"] for name, each in found.items()}
    assert told["learned_answered"] == 0
    assert told["learned_late"] == (0 if empty == "events" else 1)
