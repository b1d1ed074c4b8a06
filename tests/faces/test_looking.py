"""A look back has its date; what was not known then is a dash with its reason and a way to now."""

import csv
import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import openpyxl
import pytest

from layers.registry import load_registry
from tests.faces.imported import (
    HALL,
    IMPORTED,
    NEWEST,
    THEN,
    TRIO,
    batch,
    event,
    imported,
    told,
)
from tests.faces.placed import walled
from twin.faces import figure, parts, picture, texts
from twin.faces.export.brief import export
from twin.faces.pages import page
from twin.faces.server import painting
from twin.faces.server.actions import acted
from twin.faces.wall import scene
from twin.pack import load_city
from twin.query import QueryService
from twin.store import Lake, publish
from twin.view import View, pin


@pytest.fixture(scope="module")
def context(tmp_path_factory):
    """What painting needs, over the lake of events that were imported late."""
    city, lake = imported(tmp_path_factory.mktemp("looking"))
    service = QueryService(city, load_registry(city), lake.path)
    yield painting.context(service, load_registry(city), city, lambda: HALL)
    service.close()


def take(context, lang="en", **view):
    """What the faces show of a view."""
    pinned = pin(
        View(lang=lang, **view),
        context.city,
        context.service.pointer,
        [layer.id for layer in context.registry.layers if layer.visible],
    )
    return picture.take(
        context.service,
        context.registry,
        context.city,
        pinned,
        context.words[lang],
        context.clock(),
        context.arrangement.pages["/"],
    )


def words(found):
    """All that stands in components, in the order in which it is read."""
    if found is None or isinstance(found, (str, int, float)):
        return "" if found is None else str(found)
    if isinstance(found, (list, tuple)):
        return " ".join(filter(None, map(words, found)))
    return words(getattr(found, "children", None))


def actions(found):
    """What the controls in components ask for."""
    if isinstance(found, (list, tuple)):
        return [action for each in found for action in actions(each)]
    own = getattr(found, "data-action", None)
    return ([json.loads(own)] if own else []) + (
        actions(found.children) if getattr(found, "children", None) is not None else []
    )


def everything(shown, context):
    """All words of the page and of the wall."""
    of_page = [
        page.top(shown),
        parts.banner(shown),
        page.headline(shown),
        page.legend(shown, context.registry),
        page.side(shown),
        page.foot(shown),
    ]
    of_wall = [
        scene.top(walled(shown)),
        scene.headline(walled(shown)),
        scene.legend(walled(shown), context.registry),
        scene.side(walled(shown)),
        scene.foot(walled(shown)),
    ]
    return words([*of_page, *of_wall])


def test_a_live_page_of_today_has_no_time_chip_and_no_date_beside_its_age(context):
    shown = take(context)

    assert words(parts.chips(shown)) == ""
    assert words(parts.age(shown)) == "Data as of 12:00:00  ·  8 s ago"


@pytest.mark.parametrize(
    ("lang", "chip"),
    [
        ("en", "Looking back at 2026-07-17 10:00:00"),
        ("zh-CN", "回看 2026-07-17 10:00:00"),
    ],
)
@pytest.mark.parametrize("frame", ["", "800x600"])
def test_a_look_back_has_its_date_on_the_page_on_the_wall_and_in_a_framed_picture(
    context, lang, chip, frame
):
    shown = take(
        context, lang, as_of=datetime(2026, 7, 17, 10, tzinfo=UTC), frame=frame
    )

    assert words(parts.chips(shown)) == chip
    assert chip in words(page.top(shown))
    assert chip in words(scene.top(walled(shown)))
    assert "2026-07-17 10:00:00" in words(parts.age(shown))


def test_a_look_back_says_with_its_date_which_snapshot_answered(context):
    shown = take(context, as_of=datetime(2026, 7, 17, 10, tzinfo=UTC))

    assert (
        words(parts.age(shown)) == "Data as of 2026-07-17 10:00:00  ·  26 h ago "
        "answered by the snapshot of 2026-07-18 12:00:00"
    )


def test_live_data_of_yesterday_has_its_date(context):
    shown = replace(take(context), now=HALL + timedelta(hours=12))

    assert words(parts.age(shown)) == "Data as of 2026-07-18 12:00:00  ·  12 h ago"


def test_a_framed_picture_of_the_newest_moment_has_the_date_and_is_no_look_back(
    context,
):
    shown = take(context, as_of=NEWEST, frame="800x600")

    assert shown.looking == "live"
    assert words(parts.chips(shown)) == ""
    assert words(parts.age(shown)).startswith("Data as of 2026-07-18 12:00:00")


def test_another_moment_of_knowing_is_named_in_the_chip_and_has_a_way_back(context):
    shown = take(context, as_of=THEN, known_at=NEWEST)

    assert (
        words(parts.chips(shown))
        == "Looking back at 2026-07-16 12:00:00 as known at 2026-07-18 12:00:00"
    )
    assert {"known_at": ""} in actions(page.foot(shown))
    assert acted(shown.pinned.view, {"known_at": ""}, context).known_at is None


def test_where_nothing_was_known_every_figure_of_events_is_a_dash_with_its_reason(
    context,
):
    shown = take(context, as_of=THEN)

    for name in (
        "events_today",
        "open_now",
        "response_p50_s",
        "closure_p90_s",
        "proactive_pct",
    ):
        found = shown.figures[name]
        assert (
            found.value,
            found.text,
            found.unit,
            found.beside,
            found.trace,
            found.usual,
        ) == (
            None,
            "—",
            "",
            "not known then",
            (),
            (),
        )
    assert all(not each.rows for each in shown.shown if each.unknown)
    said = everything(shown, context)
    assert "Nothing was known at that moment" in said
    for sentence in ("No event is open", "Nothing today so far"):
        assert sentence not in said


def test_only_what_was_not_known_is_dashed(context):
    shown = take(context, as_of=THEN)

    assert shown.figures["drones_online"].value == 1
    assert shown.figures["drones_online"].unknown == ""
    assert shown.figures["open_now"].unknown == "nothing-known"


@pytest.mark.parametrize(
    ("lang", "sentences", "control"),
    [
        (
            "en",
            (
                "Nothing was known at that moment (first records: 2026-07-17 06:00:00) "
                "Known now: 2 events that day, 1 open"
            ),
            "Show as known now",
        ),
        (
            "zh-CN",
            (
                "当时尚无任何记录（最早记录：2026-07-17 06:00:00） 现在所知：当日事件 2"
                " 件，未闭环 1 件"
            ),
            "按现在所知查看",
        ),
    ],
)
def test_the_banner_says_what_is_known_now_and_a_control_shows_it(
    context, lang, sentences, control
):
    shown = take(context, lang, as_of=THEN)

    assert words(parts.banner(shown)) == f"{sentences} {control}"
    (action,) = actions(parts.banner(shown))
    later = acted(shown.pinned.view, action, context)
    assert (later.as_of, later.known_at) == (THEN, NEWEST)
    as_known_now = take(context, lang, as_of=later.as_of, known_at=later.known_at)
    assert (
        as_known_now.figures["events_today"].value,
        as_known_now.figures["open_now"].value,
    ) == (
        2,
        1,
    )
    assert words(parts.banner(as_known_now)) == ""


def test_what_could_not_be_asked_is_not_said_to_be_unknown_now(context):
    shown = replace(take(context, as_of=THEN), known_now={}, first_known=None)

    said = "Nothing was known at that moment Show as known now"
    assert words(parts.banner(shown)) == said


def test_a_moment_of_which_nothing_is_known_even_now_says_so(context):
    shown = take(context, as_of=datetime(2016, 3, 1, tzinfo=UTC))

    assert words(parts.banner(shown)).endswith("Nothing is known of it now either")
    # There is no control that leads nowhere.
    assert actions(parts.banner(shown)) == []
    assert shown.figures["drones_online"].unknown == "nothing-known"


@pytest.mark.parametrize(
    ("lang", "said"),
    [
        ("en", "No data after 2026-07-18 12:00"),
        ("zh-CN", "2026-07-18 12:00 之后没有数据"),
    ],
)
def test_a_moment_after_the_newest_data_has_no_figures_and_says_until_when_there_are(
    context, lang, said
):
    shown = take(context, lang, as_of=NEWEST + timedelta(days=9))

    assert words(parts.banner(shown)).startswith(said)
    assert words(parts.chips(shown)).startswith("2026-07-27 12:00:00 ")
    assert {each.text for each in shown.figures.values() if each.unknown} == {"—"}
    assert (
        shown.figures["events_today"].unknown
        == shown.figures["drones_online"].unknown
        == "no-data-after"
    )
    assert said in words(page.foot(shown))
    assert said in words(scene.side(walled(shown)))
    assert "2026-07-27" not in words(parts.age(shown))
    assert {"as_of": "live"} in actions(page.foot(shown))
    assert {"as_of": "live"} in actions(parts.banner(shown))


@pytest.mark.parametrize(
    "action",
    [
        {"at": "2026-07-18 12:00:07"},
        {"at": "2026-07-19T00:00"},
        {"as_of": "2026-07-18T12:00:07Z"},
    ],
)
def test_no_control_leads_to_a_moment_after_the_newest_data(context, action):
    assert acted(View(), action, context).as_of == NEWEST


def test_a_control_to_an_earlier_moment_leads_there(context):
    assert acted(View(), {"at": "2026-07-16 12:00"}, context).as_of == THEN


def test_back_to_live_is_back_to_what_is_known_live(context):
    assert acted(
        View(as_of=THEN, known_at=NEWEST, lang="en"), {"as_of": "live"}, context
    ) == View(lang="en")


def test_another_moment_keeps_what_is_known_later_only_while_it_is_later(context):
    view = View(as_of=THEN, known_at=IMPORTED)

    assert acted(view, {"as_of": "2026-07-16T15:00:00Z"}, context).known_at == IMPORTED
    assert acted(view, {"as_of": "2026-07-17T09:00:00Z"}, context).known_at is None


@pytest.fixture(scope="module")
def refusing(tmp_path_factory):
    """A lake of two open events; the closing of one has a version that no feed counts from."""
    city, lake = load_city(TRIO), Lake(tmp_path_factory.mktemp("refusing"))
    opened = [
        event(name, NEWEST - timedelta(minutes=40), NEWEST) for name in ("A", "B")
    ]
    senseless = {**told("A", NEWEST - timedelta(minutes=20), NEWEST), "version": 0}
    publish(
        lake,
        city,
        [batch("events", *opened), batch("feedbacks", senseless)],
        as_of=NEWEST,
        simulated=False,
        now=lambda: NEWEST,
    )
    service = QueryService(city, load_registry(city), lake.path)
    yield painting.context(service, load_registry(city), city, lambda: HALL)
    service.close()


@pytest.mark.parametrize(
    ("lang", "said"), [("en", "Closing refused  1"), ("zh-CN", "闭环被拒  1 件")]
)
def test_refused_closings_are_counted_beside_the_open_events(refusing, lang, said):
    shown = take(refusing, lang)

    assert (
        shown.figures["open_now"].value,
        shown.figures["closings_refused"].value,
    ) == (2, 1)
    assert said in words(page.legend(shown, refusing.registry))


@pytest.mark.parametrize(
    ("lang", "said"),
    [
        ("en", "2 closed, time unknown: not in the closing times"),
        ("zh-CN", "2 件已闭环但时间不详，未计入闭环用时"),
    ],
)
def test_closings_without_a_time_are_told_in_words_under_the_clock(context, lang, said):
    shown = take(context, lang)
    untimed = figure.Figure("closed_untimed", shown.texts.say("closed_untimed"), 2, "2")
    counted = replace(shown, figures={**shown.figures, "closed_untimed": untimed})

    for face in (page, scene):
        assert said in words(face.headline(counted))
        assert said[2:] not in words(face.headline(shown))


def test_where_no_closing_was_refused_that_takes_no_room(context):
    shown = take(context)
    none = figure.Figure(
        "closings_refused", shown.texts.say("closings_refused"), 0, "0"
    )
    counted = replace(shown, figures={**shown.figures, "closings_refused": none})

    for each in (shown, counted):
        assert "Closing refused" not in words(page.legend(each, context.registry))


@pytest.mark.parametrize(
    ("lang", "word"), [("en", "closing refused"), ("zh-CN", "闭环被拒")]
)
def test_an_event_whose_closing_was_refused_is_marked_with_a_word(refusing, lang, word):
    shown = take(refusing, lang)

    for face in (page.side(shown), scene.side(walled(shown))):
        assert words(face).count(word) == 1


def lines_of(book):
    return {
        row[0]: row[1] for row in book["about"].iter_rows(min_row=2, values_only=True)
    }


def test_the_workbook_says_how_it_looks_and_why_something_is_not_known(
    context, tmp_path
):
    view = View(lang="en", as_of=THEN)
    made = export(
        context.service,
        context.registry,
        context.city,
        view,
        ["xlsx", "csv"],
        tmp_path,
        clock=context.clock,
    )
    book = openpyxl.load_workbook(made.files[0])
    about = lines_of(book)

    assert about["looking"] == "looking back, as known then"
    assert (about["as_of"], about["known_at"], about["zone"]) == (
        "2026-07-16 12:00:00",
        "2026-07-16 12:00:00",
        "Atlantic/Azores",
    )
    assert (about["snapshot_as_of"], about["newest_data"]) == (
        "2026-07-16 18:00:00",
        "2026-07-18 12:00:00",
    )
    assert about["unknown: headline-events"] == "Nothing was known at that moment"
    assert "unknown: drone_coverage-fleet" not in about
    figures = {
        row[0]: row for row in book["figures"].iter_rows(min_row=2, values_only=True)
    }
    assert figures["events_today"][2:6] == (None, "", "—", "not known then")
    rows = list(book["attention-rows"].iter_rows(values_only=True))
    assert [row[0] for row in rows] == ["unknown", "Nothing was known at that moment"]
    (of_csv,) = (path for path in made.files if path.name.endswith("-about.csv"))
    with of_csv.open(encoding="utf-8-sig", newline="") as file:
        assert dict(list(csv.reader(file))[2:]) | {"simulated": "", "drill": ""} == {
            name: str(value or "") for name, value in about.items()
        } | {"simulated": "", "drill": ""}


@pytest.mark.parametrize(
    ("view", "said"),
    [
        (View(), "实时"),
        (View(as_of=THEN), "回看（当时所知）"),
        (View(as_of=THEN, known_at=NEWEST), "回看（按另一时刻所知）"),
        (View(as_of=NEWEST + timedelta(days=1)), "晚于最新数据"),
    ],
)
def test_the_workbook_names_the_four_ways_of_looking(context, tmp_path, view, said):
    made = export(
        context.service,
        context.registry,
        context.city,
        view,
        ["xlsx"],
        tmp_path,
        clock=context.clock,
    )

    assert lines_of(openpyxl.load_workbook(made.files[0]))["looking"] == said


def test_every_word_of_a_look_is_said_in_both_languages():
    keys = [
        f"looking-{way}-said" for way in ("live", "looking-back", "known-at", "beyond")
    ]
    keys += [
        f"{what}-{why}"
        for what in ("unknown", "beside")
        for why in ("nothing-known", "no-data-after")
    ]
    for lang in texts.LANGUAGES:
        assert [key for key in keys if not texts.load_texts(lang, []).has(key)] == []
