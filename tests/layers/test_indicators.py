"""Indicators: fresh or silent, within their band or beyond it, in the city and in a district."""

from __future__ import annotations

import pytest

from tests.layers.rows import NOON, at


def listed(name, direction="band", low=10.0, high=20.0, period="hour", domain="air"):
    return {
        "ind_id": name,
        "name": name,
        "name_en": name,
        "domain": domain,
        "domain_en": domain,
        "unit": "ppm",
        "direction": direction,
        "period": period,
        "low": low,
        "high": high,
    }


def measured(name, value, when="11:00", area="A", quality="good", known=None):
    return {
        "ind_id": name,
        "area_id": area,
        "occurred_at": at(when),
        "recorded_at": at(known or when),
        "value": value,
        "quality": quality,
    }


CATALOGUE = [
    listed("within"),
    listed("above", "down"),
    listed("above, and the better", "up"),
    listed("below", "up", domain="water"),
    listed("suspect", domain="water"),
    listed("old"),
    listed("never", domain="noise"),
    listed("without a band", low=None, high=None),
]
VALUES = [
    measured("within", 20.0),
    measured("above", 25.0),
    measured("above", 40.0, area="city"),
    measured("above, and the better", 99.0),
    measured("below", 9.0),
    measured("suspect", 99.0, quality="suspect"),
    measured("old", 99.0, when="9:00"),
    measured("without a band", 99.0),
]
TABLES = {
    "indicators": CATALOGUE,
    "indicator_values": VALUES,
    "districts": [{"district_id": "A", "name": "Ay"}],
}
GIVEN = {"indicator_periods": 2, "from_snapshot": False}


def test_an_indicator_counts_once_whatever_number_of_areas_it_has(figures):
    """At noon an hourly value is fresh for two hours: that of nine o'clock is not."""
    found = figures("indicators/figures.sql", TABLES, **GIVEN)

    assert {name: row["value"] for name, row in found.items()} == {
        "indicators_listed": 8,
        "indicators_fresh": 5,
        "indicators_beyond": 2,
        "indicators_silent": 3,
    }


def test_what_is_beyond_its_band_comes_furthest_first(ask):
    rows = ask("indicators/beyond.sql", TABLES, most=9, **GIVEN)

    assert [(row["name"], row["area"], row["beyond_pct"]) for row in rows] == [
        ("above", None, pytest.approx(200)),
        ("above", "Ay", pytest.approx(50)),
        ("below", "Ay", pytest.approx(10)),
    ]
    assert {row["n_beyond"] for row in rows} == {3}
    assert rows[0]["kind"] == "total"
    (row,) = ask("indicators/beyond.sql", TABLES, most=1, district="A", **GIVEN)
    assert (row["value"], row["band"], row["n_beyond"]) == (25, "10–20", 2)


def test_domains_add_up_to_the_catalogue(ask):
    rows = ask("indicators/domains.sql", TABLES, **GIVEN)

    counts = {
        row["domain"]: (row["n_listed"], row["n_fresh"], row["n_beyond"])
        for row in rows
    }
    assert counts == {"water": (2, 1, 1), "air": (5, 4, 1), "noise": (1, 0, None)}
    assert [row["domain"] for row in rows][-1] == "noise"


def test_a_correction_counts_from_when_it_was_known(ask):
    late = measured("within", 30.0, known="11:45")
    tables = {**TABLES, "indicator_values": [*VALUES, late]}

    def names(known):
        rows = ask("indicators/beyond.sql", tables, most=9, known_at=at(known), **GIVEN)
        return {row["name"] for row in rows}

    assert names("11:44") == {"above", "below"}
    assert names("11:45") == {"above", "below", "within"}


def test_at_the_moment_of_a_snapshot_its_own_table_answers(ask):
    kept = {
        "ind_id": "within",
        "area_id": "A",
        "occurred_at": NOON,
        "value": 5.0,
        "quality": "good",
        "is_fresh": True,
    }
    tables = {**TABLES, "indicator_values": [], "indicator_latest": [kept]}
    given = {**GIVEN, "from_snapshot": True}
    (row,) = ask("indicators/beyond.sql", tables, most=9, **given)

    assert (row["name"], row["value"]) == ("within", 5)


def test_an_empty_catalogue_has_no_figure_and_no_rows(figures, ask):
    found = figures("indicators/figures.sql", {}, **GIVEN)

    assert {row["value"] for row in found.values()} == {None}
    assert ask("indicators/domains.sql", {}, **GIVEN) == []
    assert ask("indicators/beyond.sql", {}, most=9, **GIVEN) == []
