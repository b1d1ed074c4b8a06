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


AREAS = [{"district_id": "A", "name": "甲区", "name_en": "First", "kind": "district", "n_cells": 9},
         {"district_id": "B", "name": "乙区", "name_en": "Second", "kind": "district", "n_cells": 9},
         {"district_id": "C", "name": "丙区", "name_en": "Third", "kind": "district", "n_cells": 0},
         {"district_id": "Z1", "name": "新区", "name_en": "New zone", "kind": "functional_zone", "n_cells": 0},
         {"district_id": "Z2", "name": "港区", "name_en": "Port zone", "kind": "functional_zone", "n_cells": 0}]
COUNTED = ("open_now", "overdue_now", "events_today", "closed_today", "refused_now")


def side_by_side(rows):
    return {row["district_id"] or row["kind"]: tuple(row[name] for name in COUNTED) for row in rows}


def test_districts_side_by_side_worst_first_and_they_add_up(ask):
    log = [event("a1", at("9:00"), closure_target_s=3600), event("a2", at("11:30"), closure_target_s=3600),
           event("a3", at("10:00"), **closed(600)), event("a4", at("8:00", day=22), **closed(20 * 3600)),
           event("a5", at("8:00", day=22), **closed(600)),
           event("b1", at("9:00", day=20), district_id="B", closure_target_s=60), event("b2", at("9:00"), district_id="B", closure_target_s=60),
           event("b3", at("9:00"), district_id="B", refused_known_at=at("9:30")),
           event("z1", at("11:00"), district_id="Z2"),
           event("nowhere", at("11:00"), district_id=None), event("elsewhere", at("11:00"), district_id="X"),
           event("drill", at("11:00"), mode="drill")]
    rows = ask("districts/counts.sql", {"event_facts": log, "districts": AREAS})
    assert side_by_side(rows) == {"B": (3, 2, 2, 0, 1), "A": (2, 1, 3, 2, 0), "Z2": (1, 0, 1, 0, 0), "C": (0, 0, 0, 0, 0),
                                  "Z1": (None, None, None, None, None), "unknown": (2, 0, 2, 0, 0), "total": (8, 3, 8, 2, 1)}
    assert [row["district_id"] for row in rows] == ["B", "A", "Z2", "C", "Z1", None, None]
    assert [(row["id"], row["name"], row["name_en"]) for row in rows[::5]] == [("districts:B", "乙区", "Second"), (None, None, None)]


def test_a_closing_counts_on_the_day_of_its_own_microsecond(ask):
    """Created half a second past a whole one, so that whole seconds of lasting do not tell which day it was closed."""
    late = at("23:00", day=22).replace(microsecond=500_000)
    log = [event("first of today", late, closed_at=MIDNIGHT, closed_known_at=MIDNIGHT),
           event("last of yesterday", late, closed_at=MIDNIGHT.replace(minute=59, hour=15, second=59, microsecond=999_999), closed_known_at=MIDNIGHT),
           event("not known yet", late, **closed(7200, known_s=86_400)), event("still to come", late, **closed(86_400))]
    total = ask("districts/counts.sql", {"event_facts": log, "districts": AREAS})[-1]
    assert tuple(total[name] for name in COUNTED) == (2, 0, 0, 1, 0)


def test_where_no_event_is_known_no_district_is_said_to_be_at_rest(ask):
    old = [event("old", at("9:00", day=1), **closed(60))]
    for log in ([], old):
        rows = ask("districts/counts.sql", {"event_facts": log, "districts": AREAS})
        assert set(side_by_side(rows).values()) == {(None,) * 5}


def test_what_is_open_is_told_though_nothing_happened_lately(ask):
    rows = ask("districts/counts.sql", {"event_facts": [event("old", at("9:00", day=1))], "districts": AREAS})
    assert side_by_side(rows)["A"] == (1, 0, None, 0, 0)
