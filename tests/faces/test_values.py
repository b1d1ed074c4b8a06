"""One table of values and their texts holds the server and a browser to the same notation."""

from __future__ import annotations

import math
import random
import tomllib
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import get_args, get_type_hints
from zoneinfo import ZoneInfo

import pytest

from tests.faces import browser_side
from twin.contracts import TABLES
from twin.faces import formatting, rules
from twin.faces.texts import load_texts
from twin.layer import Field

GOLDEN = tomllib.loads(
    Path(__file__).with_name("values.toml").read_text(encoding="utf-8")
)
LANGUAGES = ("en", "zh-CN")
TEXTS = {lang: load_texts(lang, []) for lang in LANGUAGES}
UTC_ZONE = ZoneInfo("UTC")
FORMS = get_args(get_type_hints(Field)["format"])
TZ = (
    "UTC",
    "Asia/Shanghai",
    "Europe/Lisbon",
    "America/St_Johns",
    "Australia/Lord_Howe",
    "Pacific/Chatham",
)


def rows(table, lang):
    """(form, value, text) of every row of a part of the table, in one language."""
    at = LANGUAGES.index(lang)
    return [
        (form, value, texts[min(at, len(texts) - 1)])
        for form, listed in GOLDEN[table].items()
        for value, *texts in listed
    ]


def moments():
    """(zone, moment, the hall's present or None, text) of every row."""
    for group in GOLDEN["moment"]:
        now = group.get("now")
        for at, text in group["rows"]:
            yield (
                group["zone"],
                datetime.fromisoformat(at),
                now and datetime.fromisoformat(now),
                text,
            )


def ms(at):
    return None if at is None else round(at.timestamp() * 1000)


def differing(found, wanted, asked):
    return [
        each for each in zip(asked, found, wanted, strict=True) if each[1] != each[2]
    ]


def browser_how(lang, **more):
    return {"said": browser_side.words(lang), "zone": "UTC", **more}


def test_every_form_of_a_field_stands_in_the_table():
    assert {*GOLDEN["written"], "moment"} == set(FORMS)


@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_server_writes_what_the_table_says(lang):
    asked, texts = rows("written", lang), TEXTS[lang]
    found = [formatting.write(value, form, texts, UTC_ZONE) for form, value, _ in asked]
    assert differing(found, [text for *_, text in asked], asked) == []


@pytest.mark.parametrize("lang", LANGUAGES)
def test_a_browser_writes_what_the_table_says(lang):
    asked, how = rows("written", lang), browser_how(lang)
    found = browser_side.said(
        [("write", [value, form, how]) for form, value, _ in asked]
    )
    assert differing(found, [text for *_, text in asked], asked) == []


@pytest.mark.parametrize("lang", LANGUAGES)
def test_a_value_that_stands_alone_has_its_unit_on_both_sides(lang):
    asked, texts = rows("alone", lang), TEXTS[lang]
    wanted = [text for *_, text in asked]
    here = [
        formatting.write_alone(value, form, texts, UTC_ZONE) for form, value, _ in asked
    ]
    there = browser_side.said(
        [("writeAlone", [value, form, browser_how(lang)]) for form, value, _ in asked]
    )
    assert differing(here, wanted, asked) == differing(there, wanted, asked) == []


@pytest.mark.parametrize("form", FORMS)
def test_what_is_absent_or_no_number_is_a_dash_on_both_sides(form):
    # A text that is empty is absent whatever it was to be; a code is a text.
    values = [None, *GOLDEN["nothing"]]
    here = [formatting.write(value, form, TEXTS["en"], UTC_ZONE) for value in values]
    there = browser_side.said(
        [("write", [value, form, browser_how("en")]) for value in values]
    )
    assert here == there == ["—"] * len(values)


@pytest.mark.parametrize("lang", LANGUAGES)
def test_ages_and_clocks_behind_are_said_alike(lang):
    asked, texts = rows("elapsed", lang), TEXTS[lang]
    here = [
        (
            formatting.age(timedelta(seconds=value), texts)
            if form == "ago"
            else texts.say("clock-behind", n=formatting.behind(value, texts))
        )
        for form, value, _ in asked
    ]
    names = {"ago": "age", "behind": "behind"}
    words = browser_side.words(lang)
    there = browser_side.said(
        [(names[form], [value, words]) for form, value, _ in asked]
    )
    wanted = [text for *_, text in asked]
    assert differing(here, wanted, asked) == differing(there, wanted, asked) == []


def test_moments_are_by_the_citys_clocks_and_the_halls_present_on_both_sides():
    asked = list(moments())
    wanted = [text for *_, text in asked]
    here = [
        formatting.write(at, "moment", TEXTS["en"], ZoneInfo(zone), now)
        for zone, at, now, _ in asked
    ]
    there = browser_side.said(
        [
            (
                "write",
                [ms(at), "moment", {"zone": zone, **({"now": ms(now)} if now else {})}],
            )
            for zone, at, now, _ in asked
        ]
    )
    assert differing(here, wanted, asked) == differing(there, wanted, asked) == []


def test_a_browser_that_knows_no_zone_says_no_time():
    """By the clock of whoever looks it would be another time than the page beside it says."""
    assert browser_side.said([("write", [0, "moment", {}])]) == ["—"]


def test_the_clock_of_the_wall_is_the_servers_on_both_sides():
    asked = [(zone, at) for zone, at, *_ in moments()]
    here = [formatting.clock_time(at, ZoneInfo(zone)) for zone, at in asked]
    there = browser_side.said([("clockTime", [ms(at), zone]) for zone, at in asked])
    assert differing(there, here, asked) == []


def test_words_of_a_code_come_before_its_message_and_none_are_those_of_an_object():
    how = {**browser_how("en"), "words": {"late": "too late", "3": "three"}}
    asked = [("late", "state"), ("ok", "state"), (3, "count"), ("toString", "text")]
    assert browser_side.said([("write", [*each, how]) for each in asked]) == [
        "too late",
        "fine",
        "three",
        "toString",
    ]


def drawn():
    """Numbers of any size, those with few digits after the point, and their halves."""
    draw = random.Random(7)
    steps = [
        n * unit + off
        for unit in (1, 60, 3_600, 86_400, 31_536_000)
        for n in (0, 1, 2, 48, 59, 60, 120)
        for off in (-1, -0.5, 0, 0.25, 0.5, 1)
    ]
    return [
        *steps,
        *(draw.uniform(-1, 1) * 10 ** draw.randint(-6, 24) for _ in range(2_000)),
        *(round(draw.uniform(-1_000, 1_000), draw.randint(0, 3)) for _ in range(2_000)),
        *(draw.randint(-20_000, 20_000) / 2_000 for _ in range(1_000)),
        *(2.0 ** draw.randint(-1_074, 1_023) for _ in range(100)),
        math.nextafter(0.05, 0),
        math.nextafter(99.95, 0),
        math.nextafter(100, 0),
    ]


@pytest.mark.parametrize("lang", LANGUAGES)
def test_a_browser_writes_any_number_as_the_server_does(lang):
    values, texts = drawn(), TEXTS[lang]
    forms = ("count", "number", "percent", "duration", "year", "priority", "text")
    asked = [(value, form) for form in forms for value in values]
    wanted = [formatting.write(*each, texts, UTC_ZONE) for each in asked]
    how = browser_how(lang)
    found = browser_side.said([("write", [*each, how]) for each in asked])
    assert differing(found, wanted, asked)[:10] == []


def test_a_browser_says_any_age_as_the_server_does():
    values = [each for each in drawn() if abs(each) < 1e12]
    texts, words = TEXTS["en"], browser_side.words("en")
    wanted = [formatting.age(timedelta(seconds=each), texts) for each in values]
    found = browser_side.said(
        # A difference of two moments has whole microseconds, as Python's has.
        [("age", [timedelta(seconds=each).total_seconds(), words]) for each in values]
    )
    assert differing(found, wanted, values)[:10] == []


@pytest.mark.parametrize("zone", TZ)
def test_a_browser_writes_any_moment_as_the_server_does(zone):
    draw, first = random.Random(zone), datetime(1972, 1, 1, tzinfo=UTC)
    asked = [
        first + timedelta(seconds=draw.randint(0, 65 * 31_556_952))
        for _ in range(1_000)
    ]
    wanted = [
        formatting.write(at, "moment", TEXTS["en"], ZoneInfo(zone)) for at in asked
    ]
    found = browser_side.said(
        [("write", [ms(at), "moment", {"zone": zone}]) for at in asked]
    )
    assert differing(found, wanted, asked)[:10] == []


@pytest.mark.parametrize("lang", LANGUAGES)
def test_every_message_that_a_written_value_may_need_is_written_and_sent(lang):
    assert [key for key in rules.MESSAGES if not TEXTS[lang].has(key)] == []
    assert set(rules.MESSAGES) <= browser_side.words(lang).keys()


@pytest.mark.parametrize(
    ("table", "column", "form"),
    [("event_stages", "stage", "stage"), ("link_health", "state", "state")],
)
def test_the_codes_that_have_words_are_those_of_the_contract(table, column, form):
    found = next(each for each in TABLES[table].columns if each.name == column)
    assert tuple(rules.CODES[form]) == found.allowed


def test_the_levels_that_have_words_are_those_of_the_contract():
    found = next(each for each in TABLES["events"].columns if each.name == "priority")
    levels = range(int(found.low or 0), int(found.high or 0) + 1)
    assert rules.CODES["priority"] == [str(level) for level in levels]


def test_steps_rise_and_the_last_has_no_end():
    for steps in (rules.DURATIONS, rules.AGES):
        ends = [step.below_s for step in steps]
        assert ends == sorted(set(ends))
        assert math.isinf(ends[-1])
