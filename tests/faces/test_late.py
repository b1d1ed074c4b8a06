"""Data that are late look late wherever they go.

They do so on a picture, in tables, and to whoever watches the server.

The islands' pack says that data are late after 60 s, and old after three times as long.
"""

from __future__ import annotations

import csv
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import openpyxl
import pytest

from layers.registry import load_registry
from tests.faces.imported import NEWEST, THEN, imported
from twin.faces import parts, picture
from twin.faces.export.brief import export
from twin.faces.server import painting
from twin.faces.server.app import create_app
from twin.query import QueryService
from twin.view import View, pin


@pytest.fixture(scope="module")
def context(tmp_path_factory):
    """What painting needs, over a lake that nobody has published into since NEWEST."""
    city, lake = imported(tmp_path_factory.mktemp("late"))
    service = QueryService(city, load_registry(city), lake.path)
    yield painting.context(service, load_registry(city), city, lambda: NEWEST)
    service.close()


def take(context, later_s, lang="en", **view):
    """What the faces show, so many seconds after the newest data."""
    pinned = pin(View(lang=lang, **view), context.city, context.service.pointer)
    now = NEWEST + timedelta(seconds=later_s)
    return picture.take(
        context.service,
        context.registry,
        context.city,
        pinned,
        context.words[lang],
        now,
        context.arrangement.pages["/"],
    )


def chips(shown):
    """The words of the marks, and how they look."""
    return [(chip.children, chip.className) for chip in parts.chips(shown)]


def age_of(shown):
    """The state that the style sheet hatches and dims by."""
    return getattr(parts.age(shown), "data-age")


@pytest.mark.parametrize(
    ("later_s", "state"),
    [
        (-30, "fresh"),
        (60, "fresh"),
        (61, "late"),
        (180, "late"),
        (181, "old"),
        (9e6, "old"),
    ],
)
@pytest.mark.parametrize("frame", ["", "800x600"])
def test_the_markup_says_how_old_the_data_are(context, later_s, state, frame):
    assert age_of(take(context, later_s, frame=frame)) == state


def test_a_brief_of_the_newest_moment_is_as_late_as_the_page(context):
    assert age_of(take(context, 181, frame="800x600", as_of=NEWEST)) == "old"


@pytest.mark.parametrize("known_at", [None, NEWEST])
def test_a_look_back_stands_still_and_is_never_late(context, known_at):
    shown = take(context, 9e6, frame="800x600", as_of=THEN, known_at=known_at)

    assert age_of(shown) == "fresh"
    assert not [said for said, look in chips(shown) if "late" in look]


@pytest.mark.parametrize(
    ("lang", "said"), [("en", "Data late · 3 h"), ("zh-CN", "数据滞后 · 3 小时前")]
)
def test_a_picture_of_late_data_says_so_in_a_word_and_how_late(context, lang, said):
    framed = take(context, 3 * 3_600, lang, frame="800x600")

    assert [(text[: len(said)], look) for text, look in chips(framed)] == [
        (said, "chip hatched late")
    ]
    assert chips(replace(framed, now=NEWEST)) == []


def written(context, out, later_s, **view):
    """Return a brief, so many seconds after the newest data.

    That is its workbook, and the lines of its CSV files.
    """
    now = NEWEST + timedelta(seconds=later_s)
    asked = View(**{"lang": "en", **view})
    made = export(
        context.service,
        context.registry,
        context.city,
        asked,
        ["xlsx", "csv"],
        out,
        clock=lambda: now,
    )
    (book,) = (path for path in made.files if path.suffix == ".xlsx")
    tables = [path for path in made.files if path.suffix == ".csv"]
    lines = {}
    for path in tables:
        with path.open(encoding="utf-8-sig", newline="") as file:
            lines[path.stem.partition(made.hash)[2]] = list(csv.reader(file))
    return openpyxl.load_workbook(book), lines


def about(book):
    return dict(row[:2] for row in book["about"].iter_rows(min_row=2, values_only=True))


def test_tables_of_fresh_data_have_plain_heads_and_say_that_they_are_fresh(
    context, tmp_path
):
    book, lines = written(context, tmp_path, 8)

    said = about(book)
    assert (said["state"], said["age"]) == ("up to date", "8 s ago")
    assert said["made_at"] == "2026-07-18 12:00:08"
    assert said["drill"] == "no"
    assert {sheet["A1"].fill.patternType for sheet in book} == {None}
    assert {sheet["A1"].comment for sheet in book} == {None}
    assert lines["-figures"][1][-2:] == ["query_sha256", "n"]


@pytest.mark.parametrize(
    ("lang", "state", "age", "notice"),
    [
        (
            "en",
            "data late",
            "2 min ago",
            "Data late · Data as of 2026-07-18 12:00:00 · 2 min ago",
        ),
        (
            "zh-CN",
            "数据滞后",
            "2 分钟前",
            "数据滞后 · 数据截至 2026-07-18 12:00:00 · 2 分钟前",
        ),
    ],
)
def test_tables_of_late_data_are_hatched_and_dated_on_every_sheet(
    context, tmp_path, lang, state, age, notice
):
    book, lines = written(context, tmp_path, 130, lang=lang)

    said = about(book)
    assert (said["state"], said["age"]) == (state, age)
    assert {sheet["A1"].fill.patternType for sheet in book} == {"lightUp"}
    assert {sheet["A1"].comment.text for sheet in book} == {notice}
    assert {sheet.oddHeader.left.text for sheet in book} == {notice}
    assert {(len(rows[0]), rows[1][-1]) for rows in lines.values()} == {(2, notice)}


def test_values_of_old_data_are_dimmed(context, tmp_path):
    late, old = (written(context, tmp_path, later_s)[0] for later_s in (180, 181))

    color = [book["figures"]["C2"].font.color for book in (late, old)]
    assert color[1].rgb == "FF808080"
    assert color[0] is None or color[0].rgb != "FF808080"
    assert about(old)["state"].startswith("data late by far")


@pytest.mark.parametrize(
    ("view", "notice"),
    [
        ({"as_of": THEN}, "Looking back at 2026-07-16 12:00:00"),
        (
            {"as_of": THEN, "known_at": NEWEST},
            "Looking back at 2026-07-16 12:00:00 · as known at 2026-07-18 12:00:00",
        ),
        (
            {"as_of": datetime(2026, 7, 20, tzinfo=UTC)},
            "2026-07-20 00:00:00 lies after the newest data",
        ),
    ],
)
def test_tables_of_another_moment_carry_its_date_and_no_hatching(
    context, tmp_path, view, notice
):
    book, lines = written(context, tmp_path, 9e5, **view)

    assert {sheet["A1"].comment.text for sheet in book} == {notice}
    assert {sheet.oddHeader.left.text for sheet in book} == {notice}
    assert {(len(rows[0]), rows[1][-1]) for rows in lines.values()} == {(2, notice)}
    assert {sheet["A1"].fill.patternType for sheet in book} == {None}
    assert about(book)["state"] == about(book)["looking"]


@pytest.mark.parametrize(
    ("later_s", "state", "stale"),
    [(60, "fresh", False), (61, "late", False), (181, "old", True)],
)
def test_health_says_how_old_the_data_are_and_keeps_the_server_in_service(
    context, later_s, state, stale
):
    now = NEWEST + timedelta(seconds=later_s)
    app = create_app(context.service, context.registry, context.city, clock=lambda: now)

    answer = app.server.test_client().get("/healthz")

    said = answer.get_json()
    assert answer.status_code == 200
    assert (said["state"], said["stale"], said["ok"]) == (state, stale, not stale)
    assert said["age_s"] == later_s
    assert bool(said["problems"]) == (state != "fresh")
