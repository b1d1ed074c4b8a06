"""What models saw, and how much of it people confirmed: by class, model, release and week."""

from __future__ import annotations

import random
from datetime import timedelta

import pytest

from layers.detections.layer import CLASSES, LAYER, SEEN_HOURS
from tests.layers.rows import NOON, at, event
from tests.oracles import inflow as oracle
from twin.simulate.kinds import kinds

CLASS_RULES = LAYER.panels[0].question.own
MARK_RULES = LAYER.maps[0].question.own


def seen(name, when, verdict=None, *, judged=None, **given):
    """A detection as it was first recorded, and its verdict, recorded four minutes later."""
    first = {
        "detection_id": name,
        "version": 1,
        "occurred_at": when,
        "recorded_at": when,
        "class": "smoke",
        "model": "eye",
        "model_version": "1",
        "score": 0.5,
        "device": "camera",
        "human_verdict": None,
        **given,
    }
    if verdict is None:
        return [first]
    known = when + timedelta(minutes=4) if judged is None else judged
    return [
        first,
        {**first, "version": 2, "recorded_at": known, "human_verdict": verdict},
    ]


NINE = at("9:00")


def many(right, wrong, when=NINE, **given):
    """So many detections that were confirmed, and so many that were rejected."""
    verdicts = ["confirmed"] * right + ["rejected"] * wrong
    label = given.get("class", "smoke") + given.get("model_version", "1")
    return [
        row
        for n, verdict in enumerate(verdicts)
        for row in seen(f"{label} {when:%d%H%M} {n}", when, verdict, **given)
    ]


@pytest.fixture
def classes(ask):
    """The board's rows by class and release."""

    def asked(log, **params):
        rows = ask(
            "detections/classes.sql", {"detections": log}, **{**CLASS_RULES, **params}
        )
        return {(row["class"], row["model_version"]): row for row in rows}

    return asked


@pytest.fixture
def marks(ask):
    return lambda log, **params: ask(
        "detections/marks.sql", {"detections": log}, **{**MARK_RULES, **params}
    )


def test_precision_is_what_people_confirmed_of_what_they_judged(classes):
    """45 of 50: 90 %, and by Wilson between 78.64 % and 95.65 %."""
    log = [*many(45, 5), *seen("open", at("9:00"))]

    row = classes(log)["smoke", "1"]

    assert (row["n_today"], row["n_confirmed"], row["n_rejected"], row["n_judged"]) == (
        51,
        45,
        5,
        50,
    )
    assert (row["precision_pct"], row["override_pct"]) == (
        pytest.approx(90),
        pytest.approx(10),
    )
    assert (row["low_pct"], row["high_pct"]) == (
        pytest.approx(78.6398, abs=1e-4),
        pytest.approx(95.6524, abs=1e-4),
    )
    assert row["state"] == "fine"


@pytest.mark.parametrize(
    ("right", "wrong", "state"),
    [(34, 15, "too_few"), (35, 15, "fine"), (34, 16, "unsure"), (0, 49, "too_few")],
)
def test_a_class_needs_confirmation_below_seven_in_ten_of_fifty_verdicts(
    classes, right, wrong, state
):
    assert classes(many(right, wrong))["smoke", "1"]["state"] == state


def test_it_recovers_once_what_it_saw_wrongly_is_four_weeks_old(classes):
    old = many(10, 40, NOON - timedelta(days=27))
    log = [*old, *many(50, 0)]

    assert classes(log)["smoke", "1"]["state"] == "unsure"
    later = classes(log, as_of=NOON + timedelta(days=1, seconds=1))
    assert later["smoke", "1"]["state"] == "fine"


def test_the_state_is_of_the_class_over_all_its_releases(classes):
    """Of release 1 ten of forty were right, of release 2 all twenty: 30 of 60."""
    log = [*many(10, 30), *many(20, 0, model_version="2")]

    rows = classes(log)

    assert {key: row["state"] for key, row in rows.items()} == {
        ("smoke", "1"): "unsure",
        ("smoke", "2"): "unsure",
    }
    assert rows["smoke", "2"]["precision_pct"] == 100
    assert rows["smoke", "2"]["high_pct"] == 100


def test_without_a_verdict_nothing_is_said_of_precision(classes):
    row = classes(seen("a", at("9:00"), score=0.8))["smoke", "1"]

    names = ("precision_pct", "low_pct", "high_pct", "override_pct")
    assert [row[name] for name in names] == [None] * 4
    assert (row["state"], row["score_pct"]) == ("too_few", pytest.approx(80))


def test_mean_confidence_is_of_today(classes):
    log = [
        *seen("a", at("9:00"), score=0.6),
        *seen("b", at("10:00"), score=0.9),
        *seen("c", at("10:00", day=22), score=0.1),
    ]

    row = classes(log)["smoke", "1"]
    assert (row["n_today"], row["score_pct"]) == (2, pytest.approx(75))
    yesterday = classes(seen("c", at("10:00", day=22)))["smoke", "1"]
    assert (yesterday["n_today"], yesterday["score_pct"]) == (0, None)


def test_a_verdict_is_known_from_when_it_was_recorded(classes):
    log = seen("a", at("9:00"), "rejected", judged=at("10:00"))

    def judged(as_of, known_at):
        rows = classes(log, as_of=at(as_of), known_at=at(known_at))
        return rows["smoke", "1"]["n_judged"]

    assert [judged("9:30", "9:59"), judged("9:30", "10:00")] == [0, 1]


def test_a_verdict_that_is_taken_back_counts_no_longer(classes):
    log = seen("a", at("9:00"), "rejected")
    log.append({**log[0], "version": 3, "recorded_at": at("9:30")})

    assert classes(log, as_of=at("9:29"))["smoke", "1"]["n_rejected"] == 1
    assert classes(log)["smoke", "1"]["n_judged"] == 0


def test_weeks_begin_on_monday_by_the_city_s_clocks(ask):
    """Noon of a Monday: the week began twelve hours before, at 16:00 UTC of Sunday."""
    log = [
        *seen("this", at("0:00"), "confirmed"),
        *seen("last", at("23:59", day=22), "rejected"),
        *seen("too", at("12:00", day=16), "confirmed"),
    ]

    rows = ask("detections/weeks.sql", {"detections": log}, seen_hours=SEEN_HOURS)

    assert [
        (row["week"], row["n"], row["n_judged"], row["precision_pct"]) for row in rows
    ] == [("2026-W48", 1, 1, 100), ("2026-W47", 2, 2, 50)]
    # One of one: by Wilson between 20.65 % and 100 %.
    assert rows[0]["low_pct"] == pytest.approx(20.6549, abs=1e-4)


@pytest.mark.parametrize(
    ("day", "week"), [(1, "2026-W53"), (3, "2026-W53"), (4, "2027-W01")]
)
def test_the_week_of_new_year_belongs_to_the_year_of_its_thursday(ask, day, week):
    noon = NOON.replace(year=2027, month=1, day=day)

    (row,) = ask(
        "detections/weeks.sql",
        {"detections": seen("a", noon)},
        as_of=noon,
        seen_hours=SEEN_HOURS,
    )

    assert (row["week"], row["precision_pct"]) == (week, None)


def test_marks_of_a_class_that_needs_confirmation_are_hollow(marks):
    log = [*many(10, 40), *many(40, 10, **{"class": "bikes"})]

    assert {(row["class"], row["mark"]) for row in marks(log)} == {
        ("smoke", "detection_unsure"),
        ("bikes", "detection"),
    }


def test_the_detections_of_six_hours_are_drawn_the_newest_on_top(marks):
    log = [
        *seen("old", at("6:00")),
        *seen("first", at("6:00:01")),
        *seen("new", at("11:59"), "rejected", judged=at("11:59:30"), score=0.7),
    ]

    rows = marks(log)

    assert [row["detection_id"] for row in rows] == ["first", "new"]
    assert (rows[1]["verdict"], rows[1]["maker"], rows[1]["since_s"]) == (
        "rejected",
        "eye 1",
        60,
    )
    assert (rows[0]["verdict"], rows[0]["evidence_uri"]) == ("none", None)
    assert [row["detection_id"] for row in marks(log, most=1)] == ["new"]


def test_an_event_is_of_a_model_while_the_newest_version_of_a_detection_names_it(ask):
    log = [event("E1", at("11:00")), event("E2", at("11:00"))]
    detections = seen("a", at("10:59"), event_id="E1")
    detections.append(
        {**detections[0], "version": 2, "recorded_at": at("11:30"), "event_id": None}
    )
    detections += seen("b", at("10:59"), "rejected", event_id="E2", judged=at("11:50"))

    def badges(question, as_of, key):
        tables = {"event_facts": log, "detections": detections}
        rows = ask(question, tables, as_of=at(as_of), most=8)
        return {row[key] for row in rows if row["is_ai"]}

    for question, key in (
        ("attention/rows.sql", "title"),
        ("event_heat/marks.sql", "event_id"),
    ):
        placed = [row | {"lon_ud": 1, "lat_ud": 1} for row in log]
        log[:] = placed
        assert badges(question, "11:29", key) == {"E1", "E2"}
        assert badges(question, "11:59", key) == {"E2"}


def test_every_class_of_the_simulated_model_has_a_word():
    assert set(CLASSES) == set(kinds().id)


@pytest.mark.parametrize("seed", range(8))
def test_an_oracle_in_plain_python_says_the_same_of_random_logs(ask, classes, seed):
    draw = random.Random(seed)
    log = []
    for n in range(draw.randint(1, 500)):
        log += seen(
            f"d{n}",
            NOON - timedelta(seconds=draw.randint(-3600, 40 * 86_400)),
            draw.choice(["confirmed", "rejected", "confirmed", None]),
            model_version=draw.choice(["1", "2"]),
            **{"class": draw.choice(["smoke", "bikes"])},
        )
    told = oracle.precision(log, NOON, NOON, SEEN_HOURS)
    rows = classes(log)
    weeks = ask(
        "detections/weeks.sql",
        {"detections": log},
        seen_hours=SEEN_HOURS,
        city_zone="UTC",
    )

    assert {(row["class"], "eye", row["model_version"]) for row in rows.values()} == {
        key for key in told if len(key) == 3
    }
    found = {(row["class"], "eye", row["model_version"]): row for row in rows.values()}
    found |= {(row["class"], row["week"]): row for row in weeks}
    for key, row in found.items():
        right, wrong = told[key]["confirmed"], told[key]["rejected"]
        assert (row["n_judged"], row["n_confirmed"]) == (right + wrong, right)
        span = oracle.wilson(right, right + wrong)
        assert (row["low_pct"], row["high_pct"]) == (
            (None, None) if span is None else pytest.approx(span, abs=1e-9)
        )
    for row in rows.values():
        of_class = told[row["class"],]
        n = of_class["confirmed"] + of_class["rejected"]
        few, many_ = n < 50, of_class["confirmed"] * 10 >= 7 * n
        assert row["state"] == ("too_few" if few else "fine" if many_ else "unsure")
