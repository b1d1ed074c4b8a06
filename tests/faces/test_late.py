"""Data that are late look late wherever they go: on a picture, in tables, and to whoever watches the server.

The islands' pack says that data are late after 60 s, and old after three times as long.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from layers.registry import load_registry
from tests.faces.imported import NEWEST, THEN, imported
from twin.faces import parts, picture
from twin.faces.server.app import _hall
from twin.query import Desk
from twin.view import View, pin


@pytest.fixture(scope="module")
def hall(tmp_path_factory):
    """What painting needs, over a lake that nobody has published into since NEWEST."""
    city, lake = imported(tmp_path_factory.mktemp("late"))
    desk = Desk(city, load_registry(city), lake.path)
    yield _hall(desk, load_registry(city), city, lambda: NEWEST)
    desk.close()


def take(hall, later_s, lang="en", **view):
    """What the faces show, so many seconds after the newest data."""
    pinned = pin(View(lang=lang, **view), hall.city, hall.desk.pointer)
    now = NEWEST + timedelta(seconds=later_s)
    return picture.take(hall.desk, hall.registry, hall.city, pinned, hall.words[lang], now)


def chips(shown):
    """The words of the marks, and how they look."""
    return [(chip.children, chip.className) for chip in parts.chips(shown)]


def age_of(shown):
    """The state that the style sheet hatches and dims by."""
    return getattr(parts.age(shown), "data-age")


@pytest.mark.parametrize(
    ("later_s", "state"),
    [(-30, "fresh"), (60, "fresh"), (61, "late"), (180, "late"), (181, "old"), (9e6, "old")],
)
@pytest.mark.parametrize("frame", ["", "800x600"])
def test_the_markup_says_how_old_the_data_are(hall, later_s, state, frame):
    assert age_of(take(hall, later_s, frame=frame)) == state


def test_a_brief_of_the_newest_moment_is_as_late_as_the_page(hall):
    assert age_of(take(hall, 181, frame="800x600", as_of=NEWEST)) == "old"


@pytest.mark.parametrize("known_at", [None, NEWEST])
def test_a_look_back_stands_still_and_is_never_late(hall, known_at):
    shown = take(hall, 9e6, frame="800x600", as_of=THEN, known_at=known_at)

    assert age_of(shown) == "fresh"
    assert not [said for said, look in chips(shown) if "late" in look]


@pytest.mark.parametrize(
    ("lang", "said"), [("en", "Data late · 3 h"), ("zh-CN", "数据滞后 · 3 小时前")]
)
def test_a_picture_of_late_data_says_so_in_a_word_and_how_late(hall, lang, said):
    framed = take(hall, 3 * 3_600, lang, frame="800x600")

    assert [(text[: len(said)], look) for text, look in chips(framed)] == [
        (said, "chip hatched late")
    ]
    assert chips(replace(framed, now=NEWEST)) == []
