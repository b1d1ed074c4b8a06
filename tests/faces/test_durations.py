"""Durations that only the server writes; what a browser writes too stands in values.toml."""

from __future__ import annotations

import pytest

from twin.faces import formatting
from twin.faces.texts import load_texts

HOUR, DAY = 3_600, 86_400
EN = load_texts("en", [])


def test_less_than_nothing_has_a_sign_only_as_a_difference():
    assert formatting.duration(-77_423 * HOUR, EN) == "−8.8 y"
    assert formatting.duration(-0.4) == "0″"
    assert formatting.duration(-12) == "−12″"


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (59, "59″"),
        (60, "1′"),
        (3_599, "59′"),
        (HOUR, "1 h 00′"),
        (77_423 * HOUR, "8.8 y"),
    ],
)
def test_where_there_is_no_room_minutes_are_whole(seconds, text):
    assert formatting.minutes(seconds, EN) == text


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (61, "1 min"),
        (135 * 60, "135 min"),
        (48 * HOUR - 1, "2879 min"),
        (48 * HOUR, "2 d 0 h"),
        (9 * 365 * DAY, "9.0 y"),
    ],
)
def test_a_clock_is_behind_by_minutes_until_nobody_would_count_them(seconds, text):
    assert formatting.behind(seconds) == formatting.behind(seconds, EN) == text
