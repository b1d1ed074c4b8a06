"""How the house is fed: what each log received, what was refused, and why."""

from __future__ import annotations

from tests.layers.rows import at


def refused(name, when, table="events", feed="orders", **given):
    return {
        "quarantine_id": name,
        "recorded_at": at(when),
        "occurred_at": at(when),
        "table_name": table,
        "feed": feed,
        "reason": f"{name} is off.",
        **given,
    }


REFUSED = [
    refused("first", "9:00", row_n=7),
    refused("second", "11:00"),
    refused("other", "11:30", table="dispatches"),
    refused("yesterday", "9:00") | {"recorded_at": at("9:00", day=22)},
    refused("later", "12:30"),
]


def test_each_log_says_when_its_newest_row_came_and_how_many(ask):
    probes = [
        {"dept_id": "D", "occurred_at": at(when), "recorded_at": at(when)}
        for when in ("9:00", "11:59", "12:01")
    ]
    rows = ask("system/streams.sql", {"link_probes": probes})

    told = {row["log"]: (row["last_s"], row["n_day"], row["n"]) for row in rows}
    assert told["system-log-link_probes"] == (60, 2, 2)
    assert told["system-log-events"] == (None, 0, 0)
    assert rows[0]["log"] == "system-log-link_probes"
    assert len(rows) == len(told) == 14


def test_refused_rows_count_by_what_they_were_meant_for(ask, figures):
    tables = {"quarantine": REFUSED}

    rows = ask("system/refused.sql", tables)
    counts = [(row["log"], row["n_day"], row["n"], row["last_s"]) for row in rows]
    assert counts == [("events", 2, 3, 3_600), ("dispatches", 1, 1, 1_800)]
    found = figures("system/figures.sql", tables)
    assert [row["value"] for row in found.values()] == [3, 4]


def test_the_newest_refused_rows_stand_with_their_reasons(ask):
    rows = ask("system/rows.sql", {"quarantine": REFUSED}, most=3)

    assert [row["reason"] for row in rows] == [
        "other is off.",
        "second is off.",
        "first is off.",
    ]
    assert rows[-1]["row_n"] == 7


def test_where_nothing_was_refused_nothing_stands(ask, figures):
    assert ask("system/refused.sql", {}) == ask("system/rows.sql", {}, most=3) == []
    found = figures("system/figures.sql", {})
    assert [row["value"] for row in found.values()] == [0, 0]
