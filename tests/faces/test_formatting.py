"""The same value in the same form reads the same everywhere; the unknown is a dash."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from twin.faces import formatting
from twin.faces.texts import load_texts

WUHAN = ZoneInfo("Asia/Shanghai")
ZH, EN = load_texts("zh-CN", []), load_texts("en", [])


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (0, "0″"),
        (42, "42″"),
        (98, "1′38″"),
        (1800, "30′00″"),
        (3 * 3600 + 300, "3 h 05′"),
        (-12, "−12″"),
    ],
)
def test_durations(seconds, text):
    assert formatting.duration(seconds) == text


@pytest.mark.parametrize(
    ("value", "fmt", "text"),
    [
        (1284, "count", "1,284"),
        (-6, "count", "−6"),
        (62.44, "percent", "62.4"),
        (64.58, "number", "64.6"),
        (8581.1, "number", "8,581"),
        (3.0, "number", "3"),
        (None, "count", "—"),
        (None, "percent", "—"),
        (98.4, "duration", "1′38″"),
        ("handle", "stage", "处置"),
        (1, "priority", "紧急"),
    ],
)
def test_forms(value, fmt, text):
    assert formatting.write(value, fmt, ZH, WUHAN) == text


@pytest.mark.parametrize("fmt", ["age", "duration"])
def test_nothing_lasts_less_than_no_time(fmt):
    assert formatting.write(-54_427, fmt, ZH, WUHAN) == "—"
    assert formatting.write(0, fmt, ZH, WUHAN) == "0″"
    assert formatting.minutes(-217_728_000) == "—"
    assert formatting.minutes(0) == "0″"


@pytest.mark.parametrize(
    ("now", "text"),
    [
        # 23:59 of the same day in the hall.
        (datetime(2026, 11, 23, 15, 59, tzinfo=UTC), "00:30:00"),
        # Midnight in the hall: the day before.
        (datetime(2026, 11, 23, 16, 0, tzinfo=UTC), "2026-11-23 00:30:00"),
        (datetime(2026, 11, 22, 15, 59, tzinfo=UTC), "2026-11-23 00:30:00"),
        (None, "2026-11-23 00:30:00"),
    ],
)
def test_a_moment_of_another_day_than_the_hall_s_has_its_date(now, text):
    assert (
        formatting.dated(datetime(2026, 11, 22, 16, 30, tzinfo=UTC), WUHAN, now) == text
    )


def test_a_date_and_time_may_do_without_seconds():
    assert (
        formatting.dated(
            datetime(2026, 11, 22, 16, 30, 59, tzinfo=UTC), WUHAN, seconds=False
        )
        == "2026-11-23 00:30"
    )


def test_zero_is_not_unknown():
    assert formatting.write(0, "count", ZH, WUHAN) == "0"


def test_moments_are_written_in_the_city_s_zone():
    assert (
        formatting.write(
            datetime(2026, 11, 23, 6, 32, 10, tzinfo=UTC), "moment", ZH, WUHAN
        )
        == "2026-11-23 14:32:10"
    )
    assert (
        formatting.date(datetime(2026, 11, 22, 16, 0, tzinfo=UTC), WUHAN, ZH)
        == "2026-11-23 星期一"
    )


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (8, "8 秒前"),
        (119, "119 秒前"),
        (120, "2 分钟前"),
        (7_200, "2 小时前"),
        (200_000, "2 天前"),
        (-0.4, "—"),
        (-3, "—"),
        (-54_427, "—"),
    ],
)
def test_ages_in_the_largest_unit_that_still_says_something(seconds, text):
    assert formatting.age(timedelta(seconds=seconds), ZH) == text


def test_both_languages_say_the_same_things():
    for name in ("zh-CN", "en"):
        assert load_texts(name, []).lang == name
    keys = {line.split(" =")[0] for line in _lines("zh-CN")}
    assert keys == {line.split(" =")[0] for line in _lines("en")}


def _lines(lang):
    from twin.faces import texts

    path = texts._OWN / f"{lang}.ftl"
    return [
        line
        for line in path.read_text(encoding="utf-8").splitlines()
        if line and not line.startswith((" ", "}", "#"))
    ]
