"""The filters of a view: closed lists, one home in SQL, and what each choice would leave."""

from __future__ import annotations

import random

import pytest

from tests.history.histories import TRIO
from tests.layers.rows import at, closed, event
from twin import filters
from twin.errors import UsageError
from twin.pack import load_city
from twin.query import binding
from twin.view import Pointer, View, pin

PLACE = {"lon_ud": 114_000_000, "lat_ud": 30_000_000}
DEPARTMENTS = [
    {"category": "lamp_out", "dept_id": "D01"},
    {"category": "road_damage", "dept_id": "D02"},
    {"category": "street_stalls", "dept_id": "D02"},
]
LOG = [
    event("a", at("11:30"), source_id="S01", category="lamp_out", priority=1, **PLACE),
    event(
        "b", at("11:30"), source_id="S01", category="road_damage", priority=3, **PLACE
    ),
    event(
        "c",
        at("11:30"),
        source_id="S02",
        category="street_stalls",
        priority=3,
        level="city",
        **PLACE,
    ),
    event("d", at("11:30"), source_id="S02", category="noise", priority=4, judge_s=9),
    event(
        "over", at("11:00"), source_id="S02", category="noise", **closed(60), **PLACE
    ),
    event("drill", at("11:30"), source_id="S02", mode="drill", **PLACE),
]


@pytest.fixture(scope="module")
def trio():
    return load_city(TRIO)


@pytest.fixture
def counts(ask):
    def asked(log, **given):
        tables = {"event_facts": log, "event_categories": DEPARTMENTS}
        rows = ask("event_heat/counts.sql", tables, **given)
        return {(row["filter"], row["choice"] or ""): row["n"] for row in rows}

    return asked


def test_each_choice_says_how_many_open_events_it_would_leave(counts):
    said = counts(LOG)

    assert {name: n for (of, name), n in said.items() if of == "source"} == {
        "": 4,
        "S01": 2,
        "S02": 2,
    }
    assert said["department", "D02"] == 2
    assert said["department", ""] == 4
    assert said["priority", "3"] == 2
    assert (said["stage", "sense"], said["stage", "judge"]) == (3, 1)
    assert said["level", "city"] == 1
    assert ("category", "leak") not in said


def test_a_choice_counts_under_the_other_filters_and_not_under_its_own(counts):
    said = counts(LOG, of_source="S02")

    assert (said["source", "S01"], said["source", "S02"]) == (2, 2)
    assert said["priority", ""] == 2
    assert ("priority", "1") not in said
    assert said["department", "D02"] == 1


def test_a_department_is_the_kinds_of_trouble_that_it_answers_for(counts):
    said = counts(LOG, of_categories=["road_damage", "street_stalls"])

    assert said["source", ""] == 2
    assert said["department", "D01"] == 1


def test_no_open_event_is_no_row_but_those_of_nothing(counts):
    assert set(counts([]).values()) <= {None, 0}


@pytest.mark.parametrize("seed", range(20))
def test_counts_are_those_of_the_marks_that_the_choice_leaves(counts, ask, seed):
    draw = random.Random(seed)
    log = [
        event(
            f"e{n}",
            at("11:30"),
            source_id=draw.choice(["S01", "S02"]),
            category=draw.choice(["lamp_out", "road_damage", "noise"]),
            priority=draw.randint(1, 4),
            level=draw.choice(["city", "street"]),
            **({"judge_s": 5} if draw.random() < 0.4 else {}),
            **PLACE,
        )
        for n in range(40)
    ]
    chosen = {
        "of_source": draw.choice(["all", "S01"]),
        "of_priority": draw.choice([0, 2]),
        "of_stage": draw.choice(["all", "judge"]),
        "of_level": draw.choice(["all", "city"]),
    }
    said = counts(log, **chosen)
    for source in ("S01", "S02"):
        marks = ask(
            "event_heat/marks.sql",
            {"event_facts": log},
            most=99,
            **{**chosen, "of_source": source},
        )
        assert said.get(("source", source), 0) == len(marks)


def test_a_view_carries_its_filters_and_a_question_gets_them(trio):
    view = View.parse("source=S01&priority=2&stage=judge&department=D02&level=city&v=1")
    pinned = pin(view, trio, lambda _: Pointer("one", at("12:00")))
    given = binding.of_view(pinned)

    assert view.url().count("&") == 5
    assert (given["of_source"], given["of_priority"]) == ("S01", 2)
    assert (given["of_stage"], given["of_level"]) == ("judge", "city")
    assert given["of_category"] == "all"
    assert given["of_categories"] == ("road_damage", "street_stalls")


@pytest.mark.parametrize(
    "field",
    [
        "source=S99",
        "category=meteor",
        "priority=5",
        "priority=x",
        "stage=later",
        "department=D99",
        "level=moon",
    ],
)
def test_what_is_on_no_list_is_a_sentence(trio, field):
    name = field.partition("=")[0]

    with pytest.raises(UsageError, match=f"There is no {name}"):
        pin(View.parse(field), trio, lambda _: Pointer("one", at("12:00")))


def test_what_a_messenger_calls_its_source_is_nothing_to_us(trio):
    pinned = pin(
        View.parse("source=wechat"), trio, lambda _: Pointer("one", at("12:00"))
    )

    assert pinned.view.source == ""


def test_departments_that_answer_for_nothing_are_not_offered(trio):
    offered = filters.choices(trio)

    assert [each.value for each in offered["department"]] == ["D01", "D02", "D03"]
    assert [each.value for each in offered["level"]] == [
        "city",
        "district",
        "street",
        "community",
    ]
