"""Every way to count open events gives the same number as counting them by hand, for any log and any two moments."""

from __future__ import annotations

from datetime import timedelta

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.layers.rows import MIDNIGHT, NOON, at, event
from tests.oracles import open_events as oracle

RASTER = {"raster_lon0_ud": 114_000_000.0, "raster_lat0_ud": 30_000_000.0, "raster_dlon_ud": 500.0, "raster_dlat_ud": 450.0, "raster_cell_m": 50.0,
          "weight_1": 1, "weight_2": 1, "weight_3": 1, "weight_4": 1, "least": 0.0}
minutes = st.integers(0, 14 * 60).map(lambda n: at("0:00") - timedelta(hours=2) + timedelta(minutes=n))
moments = st.sampled_from([NOON, at("9:00"), at("11:59")])


@st.composite
def logs(draw):
    """Up to eight events of one or two versions, some late, closed, reopened or drills."""
    rows = []
    for n in range(draw(st.integers(1, 8))):
        when = draw(minutes)
        first = when + timedelta(minutes=draw(st.sampled_from([0, 0, 15, 90])))
        told = draw(st.sampled_from([None, 60, 600, 7_200]))
        facts = {"mode": draw(st.sampled_from(["live", "live", "drill"])), "priority": draw(st.integers(1, 4)), "lon_ud": 114_050_000, "lat_ud": 30_070_000,
                 "district_id": draw(st.sampled_from(["A", "B"])), "closure_s": told,
                 "closure_known_s": None if told is None else told + draw(st.sampled_from([0, 3_600])), "handle_s": draw(st.sampled_from([None, 300])),
                 "created_at": when}
        second = draw(st.sampled_from([None, 20, 120]))
        later = None if second is None else first + timedelta(minutes=second)
        rows.append({**event(f"E{n}", when), **facts, "known_from": first, "known_to": later})
        if later is not None:
            rows.append({**event(f"E{n}", when - timedelta(minutes=draw(st.sampled_from([0, 180])))), **facts, "version": 2, "known_from": later, "known_to": None})
    return [{"known_to": None, **row} for row in rows]


@settings(max_examples=35, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(log=logs(), as_of=moments, known_at=moments)
def test_open_events_agree_with_counting_by_hand_on_every_block_and_map(ask, log, as_of, known_at):
    tables, seen = {"event_facts": log}, {"as_of": as_of, "known_at": known_at}
    by_hand = oracle.open_events(log, as_of, known_at)
    events, still_open = ask("headline/events.sql", tables, **seen)
    assert (still_open["value"] or 0) == len(by_hand)
    assert (events["value"] or 0) == oracle.events_today(log, MIDNIGHT, as_of, known_at)
    assert sum(row["n"] for row in ask("attention/stages.sql", tables, **seen)) == len(by_hand)
    names = sorted(row["event_id"] for row in by_hand)
    assert sorted(row["id"].removeprefix("event_heat:") for row in ask("attention/rows.sql", tables, most=99, **seen)) == names
    assert sorted(row["event_id"] for row in ask("event_heat/marks.sql", tables, most=99, most_minor=99, **seen)) == names
    here = [row for row in by_hand if row["district_id"] == "A"]
    assert ask("districts/now.sql", tables, district="A", **seen)[2]["value"] == len(here)


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(log=logs(), as_of=moments, known_at=moments)
def test_the_weight_of_heat_is_what_is_open_or_happened_in_the_window(ask, log, as_of, known_at):
    cells = ask("event_heat/heat.sql", {"event_facts": log}, as_of=as_of, known_at=known_at, **RASTER)
    window = as_of - timedelta(hours=1)
    drawn = [row for row in oracle.known(log, known_at, "live") if row["occurred_at"] <= as_of
             and (oracle.is_open(row, as_of, known_at) or row["occurred_at"] > window or row["created_at"] > as_of)]
    assert round(sum(cell["per_km2"] for cell in cells) * 0.0625, 6) == len(drawn)
