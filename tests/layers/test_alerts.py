"""Open alerts, worst first, and the health of our own alarms beside its targets: by hand."""

from __future__ import annotations

from datetime import timedelta

import pytest

from layers.alerts.layer import LAYER
from tests.layers.rows import NOON, at
from twin.contracts.signals import SIGNALS

RULE = {"rule_id": "down", "signal": "link_down", "name": "断", "name_en": "down",
        "level": 2, "threshold": 300.0}  # fmt: skip
TARGETS = [
    {"metric": metric, "target": target, "standard": "ISA-18.2", "status": "assumed"}
    for metric, target in {
        "operators": 2, "per_10_min": 1, "flood_from": 10, "flood_share": 1,
        "low_share": 80, "medium_share": 15, "high_share": 5, "chatter_from": 3,
        "chatter_within": 60, "standing_from": 24,
    }.items()
]  # fmt: skip


def step(alert="A1", what="raised", when=NOON, **more):
    """One row of the log, recorded as it happened."""
    return {"alert_id": alert, "what": what, "occurred_at": when, "recorded_at": when,
            "raised_at": when, "rule_id": "down", "subject_kind": "link",
            "subject_id": "D01", "mode": "live", "level": 2} | more  # fmt: skip


def opened(ask, *steps, **asked):
    tables = {"alerts": list(steps), "alert_rules": [RULE], "departments": [
        {"dept_id": "D01", "name": "公安", "name_en": "Police"}]}  # fmt: skip
    return ask("alerts/open.sql", tables, most=asked.pop("most", 9), **asked)


def test_an_open_alert_says_its_rule_its_subject_since_when_and_how_long_now(ask):
    """Raised at 300 s of silence, ten minutes ago: the silence is 900 s by now."""
    (row,) = opened(ask, step(when=at("11:50"), value=300.0, threshold=300.0))

    assert (row["level"], row["rule_en"], row["title"], row["title_en"]) == (
        2, "down", "公安", "Police")  # fmt: skip
    assert (row["age_s"], row["value"], row["held"]) == (600, 900, "900 / 300 s")
    assert row["id"] == "department_linkage:D01"


def test_the_worst_comes_first_and_of_one_level_the_newest(ask):
    rows = opened(
        ask,
        step("A1", when=at("10:00")),
        step("A2", when=at("11:00"), subject_id="D02"),
        step("A3", when=at("09:00"), subject_id="D03"),
        step("A3", "escalated", at("09:30"), subject_id="D03", level=1),
    )

    assert [(row["level"], row["title"]) for row in rows] == [
        (1, "D03"), (2, "D02"), (2, "公安")]  # fmt: skip
    assert len(opened(ask, step("A1"), step("A2"), most=1)) == 1


def test_what_is_cleared_is_not_open_and_was_before(ask):
    steps = step(when=at("11:00")), step(what="cleared", when=at("11:30"))

    assert opened(ask, *steps) == []
    assert len(opened(ask, *steps, as_of=at("11:20"))) == 1
    assert opened(ask, *steps, as_of=at("10:50")) == []


def test_what_was_recorded_later_was_not_known(ask):
    """Of 11:20 as it was known at 11:25: the clearing of 11:10 was heard of at 11:40."""
    steps = (
        step(when=at("11:00")),
        step(what="cleared", when=at("11:10"), recorded_at=at("11:40")),
    )

    assert len(opened(ask, *steps, as_of=at("11:20"), known_at=at("11:25"))) == 1
    assert opened(ask, *steps, as_of=at("11:20"), known_at=at("11:45")) == []


def test_a_drill_is_apart_and_a_district_sees_its_own(ask):
    assert opened(ask, step(mode="drill")) == []
    assert len(opened(ask, step(mode="drill"), mode="drill")) == 1
    assert opened(ask, step(district_id="a"), district="b") == []
    assert len(opened(ask, step(district_id="a"), district="a")) == 1
    assert (
        len(opened(ask, step(street_code="s"), district="z", zone_streets=["s"])) == 1
    )


def test_figures_count_what_is_open_beside_a_day_ago(ask, figures):
    yesterday = NOON - timedelta(days=1, hours=1)
    steps = [step("A1", when=yesterday), step("A2", level=1), step("A3", "raised"),
             step("A3", "cleared")]  # fmt: skip
    told = figures("alerts/figures.sql", {"alerts": steps, "alert_rules": [RULE]})

    assert {name: (row["value"], row["compare"]) for name, row in told.items()} == {
        "alerts_open": (2, 1),
        "alerts_urgent": (1, 0),
    }
    nothing = figures("alerts/figures.sql", {"alerts": []})
    assert {row["value"] for row in nothing.values()} == {None}


def test_levels_count_open_ones_untaken_ones_and_what_rang(ask):
    event = {"subject_kind": "event", "level": 3}
    steps = [
        step("A1", **event),
        step("A2", **event),
        step("A2", "acknowledged", **event),
        step("A3", when=at("09:00"), level=2),
        step("A3", "escalated", at("10:00"), level=1),
        step("A4", when=at("11:00", day=22), level=4),
    ]
    rows = ask("alerts/levels.sql", {"alerts": steps})

    assert [tuple(row.values()) for row in rows] == [
        (1, 1, 0, 1), (2, 0, 0, 1), (3, 2, 1, 2), (4, 1, 0, 0)]  # fmt: skip


def test_districts_are_told_with_their_worst_and_what_has_none_at_the_end(ask):
    steps = [step("A1", district_id="a"), step("A2", district_id="a", level=1),
             step("A3", district_id="b", level=3), step("A4"), step("A5"),
             step("A6")]  # fmt: skip
    tables = {"alerts": steps, "districts": [{"district_id": "a", "name": "甲"}]}
    rows = ask("alerts/districts.sql", tables)

    assert [(r["district_id"], r["level"], r["n_open"], r["n_first"], r["n_second"])
            for r in rows] == [
        ("a", 1, 2, 1, 1), ("b", 3, 1, 0, 0), (None, 2, 3, 0, 3),
    ]  # fmt: skip


def health(ask, *steps, targets=TARGETS, **asked):
    rows = ask(
        "alerts/health.sql", {"alerts": list(steps), "alarm_targets": targets}, **asked
    )
    return {row["metric"].removeprefix("alerts-metric-"): row for row in rows}


def test_alarms_per_operator_and_time_in_flood(ask):
    """Two operators: 21 alarms within the last ten minutes are 10.5 each, one flood of 144."""
    told = health(
        ask, *(step(f"A{n}", when=at("11:55"), subject_id=f"D{n}") for n in range(21))
    )

    assert told["per_10_min"]["value"] == pytest.approx(21 / 144 / 2)
    assert told["flood_from"]["value"] == 10.5
    assert told["flood_share"]["value"] == pytest.approx(100 / 144)
    assert (told["flood_share"]["target"], told["flood_share"]["verdict"]) == (
        1, "alerts-kept")  # fmt: skip
    assert told["flood_from"]["verdict"] == "alerts-missed"
    twenty = health(
        ask, *(step(f"A{n}", when=at("11:55"), subject_id=f"D{n}") for n in range(20))
    )
    assert twenty["flood_share"]["value"] == 0


def test_three_alarms_on_one_thing_within_a_minute_are_chatter(ask):
    def rung(*seconds):
        return [
            step(f"A{n}", when=NOON - timedelta(seconds=s))
            for n, s in enumerate(seconds)
        ]

    assert health(ask, *rung(0, 30, 60))["chatter_from"]["value"] == 1
    assert health(ask, *rung(0, 30, 61))["chatter_from"]["value"] == 0
    assert health(ask, *rung(0, 30))["chatter_from"]["value"] == 0


def test_what_is_open_for_more_than_a_day_is_standing(ask):
    old = step(when=NOON - timedelta(hours=24, seconds=1))
    assert health(ask, old)["standing_from"]["value"] == 1
    assert (
        health(ask, step(when=NOON - timedelta(hours=24)))["standing_from"]["value"]
        == 0
    )


def test_the_mix_of_levels_beside_80_15_5(ask):
    levels = [1] + [2] * 3 + [3] * 10 + [4] * 6
    told = health(
        ask,
        *(
            step(f"A{n}", subject_id=f"D{n}", level=level)
            for n, level in enumerate(levels)
        ),
    )

    assert [
        (told[f"{name}_share"]["value"], told[f"{name}_share"]["verdict"])
        for name in ("high", "medium", "low")
    ] == [(5, "alerts-kept"), (15, "alerts-kept"), (80, "alerts-kept")]


def test_an_alarm_that_grows_worse_rings_again(ask):
    told = health(ask, step(), step(what="escalated", level=1))

    assert told["high_share"]["value"] == told["medium_share"]["value"] == 50


def test_before_the_first_alert_and_without_targets_nothing_is_judged(ask):
    assert {row["value"] for row in health(ask).values()} == {None}
    bare = health(ask, step(), targets=[])
    assert bare["per_10_min"]["value"] is None
    assert {row["verdict"] for row in bare.values()} == {"alerts-not-judged"}


def rules(ask, *given, **tables):
    rows = ask(
        "alerts/rules.sql",
        {"alert_rules": [{"rule_id": f"r{n}", "name": "n", "name_en": "n", "level": 2} | r
                         for n, r in enumerate(given)], **tables},
        not_fed=["drone_airspace"],
    )  # fmt: skip
    return [(row["state"].removeprefix("alerts-"), row["n_open"]) for row in rows]


def test_every_rule_is_listed_with_what_it_can_tell(ask):
    events = [{"event_id": "E1", "created_at": NOON - timedelta(days=8),
               "occurred_at": NOON - timedelta(days=8),
               "recorded_at": NOON - timedelta(days=8)}]  # fmt: skip
    surge = {"signal": "source_surge", "n_weeks": 4}

    assert rules(
        ask, {"signal": "drone_airspace"}, {"signal": "bike_cluster"}, surge,
        {"signal": "event_response"}, events=events,
    ) == [("not-fed", None), ("no-data", None), ("too-little", None), ("quiet", 0)]  # fmt: skip
    ringing = step(rule_id="r0", subject_kind="event", subject_id="E1")
    assert rules(ask, {"signal": "event_response"}, events=events, alerts=[ringing]) == [
        ("ringing", 1)]  # fmt: skip


def test_the_board_knows_which_signals_no_table_tells():
    (panel,) = (panel for panel in LAYER.panels if panel.name == "rules")

    assert panel.question.own["not_fed"] == ("drone_airspace",)
    assert SIGNALS["drone_airspace"].logs == ()
