"""A district's figures, and the day against the usual day of its kind."""

from __future__ import annotations

from tests.layers.rows import MIDNIGHT, NOON, at, closed, event


def test_three_figures_of_a_district_and_of_no_other(figures):
    log = [event("a", at("9:00"), response_s=90, response_known_s=90, response_target_s=120), event("b", at("10:00"), **closed(60)),
           event("elsewhere", at("9:00"), district_id="B"), event("yesterday", at("9:00", day=22)), event("a week ago", at("9:00", day=16))]
    found = figures("districts/now.sql", {"event_facts": log}, district="A")
    assert {name: (row["value"], row["compare"]) for name, row in found.items()} == {
        "district_events_today": (2, 1), "district_response_p50_s": (90, 120), "district_open_now": (3, 2)}


def test_a_district_without_events_has_none_today_and_no_response(figures):
    found = figures("districts/now.sql", {"event_facts": []}, district="A")
    assert [row["value"] for row in found.values()] == [0, None, 0]


def test_the_day_has_24_hours_and_the_future_is_empty(ask):
    rows = ask("districts/day.sql", {"event_facts": [event("a", at("9:30")), event("b", at("12:00"))]})
    assert rows[0]["at"] == MIDNIGHT
    assert [row["value"] for row in rows] == [0.0] * 9 + [1.0, 0, 0, 1.0] + [None] * 11
    assert [row["is_partial"] for row in rows].index(True) == 12


def test_a_monday_is_usual_as_other_workdays_are(ask):
    friday, thursday, sunday = (at("9:30", day=day) for day in (20, 19, 22))
    log = [event("first", at("0:00", day=16)), *(event(f"f{n}", friday) for n in range(4)), *(event(f"t{n}", thursday) for n in range(2)),
           *(event(f"s{n}", sunday) for n in range(50))]
    nine = ask("districts/day.sql", {"event_facts": log})[9]
    assert (nine["usual_low"], nine["usual_high"]) == (0, 2)  # Mon 0, Tue 0, Wed 0, Thu 2, Fri 4


def test_without_a_day_to_compare_there_is_no_usual(ask):
    assert ask("districts/day.sql", {"event_facts": [event("a", NOON)]})[9]["usual_low"] is None


def test_names_stand_where_the_pack_says_and_only_of_districts_with_an_outline(ask):
    rows = ask("districts/names.sql", {"districts": [
        {"district_id": "A", "name": "甲区", "label_lon_ud": 114_300_000, "label_lat_ud": 30_600_000, "n_cells": 9},
        {"district_id": "zone", "name": "乙", "label_lon_ud": 114_300_000, "label_lat_ud": 30_600_000, "n_cells": 0}]})
    assert [(row["name"], row["lon"], row["lat"]) for row in rows] == [("甲区", 114.3, 30.6)]
