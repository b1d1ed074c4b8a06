"""A link that is not fine says so, since when, and what it blinds; unknown is never fine."""

from __future__ import annotations

from tests.layers.rows import NOON, at

DEPARTMENTS = [{"dept_id": f"D0{n}", "slot": n, "name": f"部{n}", "name_en": f"Dept {n}", "lon_ud": 114_000_000 + n, "lat_ud": 30_000_000} for n in (1, 2, 3)]
HEALTH = [{"dept_id": "D01", "as_of": NOON, "state": "ok", "latency_p50_ms": 85, "last_record_at": at("11:59")},
          {"dept_id": "D02", "as_of": NOON, "state": "down", "state_since": at("11:48")}]
DISTRICTS = [{"district_id": "A", "n_cells": 3, "label_lon_ud": 114_100_000, "label_lat_ud": 30_100_000},
             {"district_id": "B", "n_cells": 3, "label_lon_ud": 114_200_000, "label_lat_ud": 30_100_000},
             {"district_id": "zone", "n_cells": 0, "label_lon_ud": 114_300_000, "label_lat_ud": 30_100_000}]
TABLES = {"departments": DEPARTMENTS, "link_health": HEALTH, "districts": DISTRICTS}


def test_tiles_in_their_order_with_state_and_age(ask):
    rows = ask("department_linkage/tiles.sql", {"departments": DEPARTMENTS, "link_health": HEALTH})
    assert [(row["id"], row["state"], row["since_s"], row["detail"]) for row in rows] == [
        ("department_linkage:D01", "ok", None, "85 ms"), ("department_linkage:D02", "down", 720, None), ("department_linkage:D03", "unknown", None, None)]


def test_fine_links_of_all(figures):
    row = figures("department_linkage/fine.sql", {"departments": DEPARTMENTS, "link_health": HEALTH})["departments_ok"]
    assert (row["value"], row["unit"], row["compare"]) == (1, "/3", 3)


def test_links_never_probed_are_unknown_not_zero(figures):
    assert figures("department_linkage/fine.sql", {"departments": DEPARTMENTS})["departments_ok"]["value"] is None


def test_a_dead_link_is_drawn_to_what_it_blinds_and_a_fine_one_is_not_drawn(ask):
    assert [(row["dept_id"], row["district_id"]) for row in ask("department_linkage/links.sql", TABLES)] == [("D02", "A"), ("D02", "B")]
    assert [row["district_id"] for row in ask("department_linkage/links.sql", TABLES, district="B")] == ["B"]


def test_what_a_link_blinds_is_named(ask):
    feeds = [{"dept_id": "D02", "feed": "a", "name": "水位", "n_indicators": 3}, {"dept_id": "D02", "feed": "b", "name": "雨量", "n_indicators": 4}]
    rows = ask("department_linkage/blind.sql", {**TABLES, "department_feeds": feeds} | {"districts": []})
    assert [(row["name"], row["state"], row["blinds"], row["n_indicators"]) for row in rows] == [("部2", "down", "水位、雨量", 7), ("部3", "unknown", None, None)]


def test_marks_differ_in_shape_by_state(ask):
    assert [row["mark"] for row in ask("department_linkage/departments.sql", {"departments": DEPARTMENTS, "link_health": HEALTH})] == ["dept", "dept_down", "dept_late"]
