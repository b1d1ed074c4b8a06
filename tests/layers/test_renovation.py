"""Two series of lifts are never one; a published result of another year is no progress of this one."""

from __future__ import annotations

from tests.layers.rows import NOON, at


def lift(name, **given):
    return {"lift_id": name, "version": 1, "year": 2025, "recorded_at": at("8:00"), "occurred_at": at("8:00"), "kind": "added", "status": "building", **given}


def progress(programme, scope, year, **given):
    return {"programme": programme, "scope": scope, "year": year, "area_id": "city", "as_of": NOON, "basis": "none", **given}


PROGRESS = [progress("lifts", "added+renewed", 2024, actual=992, basis="published"), progress("lifts", "added", 2025, plan=1000),
            progress("lifts", "renewed", 2025, actual=3, basis="counted"), progress("estates", "renovated", 2025, plan=200, due=100.0),
            progress("estates", "renovated", 2024, actual=284, basis="published"), progress("lifts", "added", 2025, area_id="A", actual=7, basis="counted")]


def test_lifts_are_two_series_with_two_marks(ask):
    rows = ask("renovation/lifts.sql", {"lifts": [lift("a"), lift("b", kind="renewed", status="accepted"), lift("last year", year=2024)]})
    assert [(row["lift_id"], row["mark"], row["is_done"]) for row in rows] == [("a", "lift_added", False), ("b", "lift_renewed", True)]


def test_a_lift_stands_once_by_its_newest_version_known(ask):
    log = [lift("a"), lift("a", version=2, status="accepted", recorded_at=at("11:00"))]
    assert [row["status"] for row in ask("renovation/lifts.sql", {"lifts": log}, known_at=None)] == ["accepted"]
    assert [row["status"] for row in ask("renovation/lifts.sql", {"lifts": log}, known_at=at("10:00"))] == ["building"]


def test_scopes_and_years_stay_apart(ask):
    rows = ask("renovation/progress.sql", {"programme_progress": PROGRESS}, area="city")
    assert [(row["year"], row["programme"], row["scope"], row["plan"], row["actual"]) for row in rows] == [
        (2025, "estates", "renovated", 200, None), (2025, "lifts", "added", 1000, None), (2025, "lifts", "renewed", None, 3),
        (2024, "estates", "renovated", None, 284), (2024, "lifts", "added+renewed", None, 992)]


def test_a_district_has_its_own_rows(ask):
    assert [(row["scope"], row["actual"]) for row in ask("renovation/progress.sql", {"programme_progress": PROGRESS}, area="A")] == [("added", 7)]


def test_this_years_result_is_a_dash_over_the_plan_until_data_arrive(figures):
    row = figures("renovation/estates_done.sql", {"programme_progress": PROGRESS})["estates_accepted"]
    assert (row["value"], row["unit"], row["compare"]) == (None, "/200", 100)


def test_estates_and_centres_of_the_newest_year(ask):
    estate = {"version": 1, "recorded_at": at("8:00"), "lon_ud": 114_000_000, "lat_ud": 30_000_000}
    estates = [{**estate, "estate_id": "E1", "year": 2025, "status": "accepted"}, {**estate, "estate_id": "E2", "year": 2025, "status": "planned"},
               {**estate, "estate_id": "E0", "year": 2024, "status": "accepted"}]
    assert [row["mark"] for row in ask("renovation/estates.sql", {"estates": estates}, known_at=None)] == ["estate_planned", "estate_accepted"]
    centres = [{**estate, "community_id": "C1", "year": 2025, "status": "open"}]
    assert [row["mark"] for row in ask("renovation/centres.sql", {"communities": centres}, known_at=None)] == ["centre"]
