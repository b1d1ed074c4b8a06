"""What faces say of a figure besides its number.

They say why it stands alone, of how many cases it is, and what a list leaves out.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from layers.registry import load_registry
from tests.faces.imported import HALL, TRIO, imported
from tests.faces.placed import panel_of, walled
from twin.days import days
from twin.faces import figure, formatting, picture, texts
from twin.faces.export import tables
from twin.faces.pages import page
from twin.faces.panels import events, progress, trend
from twin.faces.server import painting
from twin.faces.wall import scene
from twin.pack import find_city, load_city
from twin.query import QueryService
from twin.view import View, pin

WUHAN, ISLANDS = load_city(find_city("wuhan")), load_city(TRIO)
FOLDERS = [layer.folder for layer in load_registry(WUHAN).layers]
SAYS = {lang: texts.load_texts(lang, FOLDERS) for lang in texts.LANGUAGES}


@pytest.fixture(scope="module")
def context(tmp_path_factory):
    """What painting needs, over a lake of five events."""
    city, lake = imported(tmp_path_factory.mktemp("meaning"))
    service = QueryService(city, load_registry(city), lake.path)
    yield painting.context(service, load_registry(city), city, lambda: HALL)
    service.close()


def take(context, lang="en", **view):
    """What the faces show of a view."""
    on = [layer.id for layer in context.registry.layers if layer.visible]
    pinned = pin(View(lang=lang, **view), context.city, context.service.pointer, on)
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


def beside(lang, on=None, **row):
    """What stands beside a figure, and its verdict; on the day `on` of the first city."""
    noon = datetime(*(on or (2026, 11, 23)), 4, tzinfo=UTC)
    of = days(noon, noon, WUHAN.zone, WUHAN.settings["calendar"])
    plain = {
        "figure": "events_today",
        "format": "count",
        "unit": "unit-events",
        "better": "lower",
        "compare": None,
    }
    found = figure.figure({**plain, **row}, SAYS[lang], WUHAN, days=of)
    return found.beside, found.verdict


@pytest.mark.parametrize(
    ("on", "zh", "en"),
    [
        (
            (2026, 10, 1),
            "— 今日为国庆节，不与上周相比",
            "— today is National Day: not compared with last week",
        ),
        (
            (2026, 10, 8),
            "— 上周同日为国庆节，不作比较",
            "— a week ago was National Day: not compared",
        ),
        (
            (2026, 10, 10),
            "— 今日为调休上班日，不与上周相比",
            "— today is a weekend day that is worked: not compared with last week",
        ),
    ],
)
def test_a_figure_of_a_special_day_says_which_day_it_is(on, zh, en):
    row = {"value": 9.0, "compare_kind": "last_week", "compare_why": "special-day"}
    assert (beside("zh-CN", on, **row), beside("en", on, **row)) == ((zh, ""), (en, ""))


def test_a_figure_that_the_data_have_nothing_to_compare_with_says_so():
    row = {"value": 9.0, "compare_why": "no-history"}
    assert beside("zh-CN", **row, compare_kind="last_week") == (
        "— 上周同期数据不全",
        "",
    )
    assert beside("en", **row, compare_kind="yesterday") == (
        "— yesterday is not whole in the data",
        "",
    )


def test_a_trend_says_what_its_band_is_or_that_history_is_too_short(context):
    assert (
        "too little history: 0 days alike, and it takes 8 to say what is usual"
        in words(page.foot(take(context)))
    )
    shown = panel_of(take(context), "districts.day")
    many = picture.Shown(
        shown.layer,
        shown.panel,
        tuple(
            {**row, "usual_n": 16, "usual_low": 0.0, "usual_high": 2.0}
            for row in shown.rows
        ),
    )
    assert (
        trend.usual(many, take(context, "zh-CN"))
        == "灰带：近 16 个周末日同一小时的 10–90% 区间"
    )


@pytest.mark.parametrize(
    ("lang", "said"),
    [
        ("en", "2 more open, not listed; 1 of them past their target"),
        ("zh-CN", "另有 2 件未闭环未列出，其中 1 件已超时"),
    ],
)
def test_a_list_says_how_many_it_leaves_out_and_how_many_of_these_are_late(
    context, lang, said
):
    """E9 and E15 are open and late, N1 is open and new."""
    shown = take(context, lang)
    listed = panel_of(shown, "attention.rows")
    assert shown.open_and_late == (3, 2)
    assert words(events.unlisted(listed.rows[:1], shown)) == said
    assert words(events.unlisted(listed.rows[:2], shown)) == (
        "另有 1 件未闭环未列出" if lang == "zh-CN" else "1 more open, not listed"
    )
    assert events.unlisted(listed.rows, shown) is None
    assert take(context, district="brisa").open_and_late == (0, 0)


def test_the_wall_says_beside_the_open_how_many_are_late(context):
    # E9 and E15, of the day before yesterday; N1 is new.
    assert "2 past target" in words(scene.side(walled(take(context))))
    assert "Level 1 first, then the longest past target" in words(
        page.side(take(context))
    )


def clock(lang, n, **row):
    """What stands beside a time of closing of `n` cases."""
    plain = {
        "figure": "closure_p90_s",
        "format": "duration",
        "unit": "",
        "value": 1_000.0,
        "compare": 1_800.0,
        "compare_kind": "target",
    }
    return beside(lang, **{**plain, "n": n, "n_judged": n, "n_on_time": n, **row})


def test_a_percentile_of_two_cases_shows_the_two_and_is_not_judged():
    assert clock("en", 2) == ("target ≤ 30′00″ · 2 cases · too few to judge", "")
    assert clock("zh-CN", 9) == ("目标 ≤ 30′00″ · 9\u00a0件 · 件数少，不作评判", "")


def test_a_percentile_of_ten_cases_is_judged():
    assert clock("en", 10) == ("met target ≤ 30′00″ · 10 cases", "good")
    assert clock("zh-CN", 10, value=1_900.0) == (
        "未达标 目标 ≤ 30′00″ · 10\u00a0件",
        "bad",
    )


def test_cases_with_targets_of_their_own_are_told_by_how_many_are_on_time():
    """Nine in ten of 92 are 82.8: with 83 it is met, with 82 it is not."""
    mixed = {"compare_kind": "on_time", "compare": 0.9}
    assert clock("en", 95, **mixed, n_judged=92, n_on_time=87) == (
        "met on time: 87 of 92",
        "good",
    )
    assert [clock("zh-CN", 92, **mixed, n_on_time=n) for n in (83, 82)] == [
        ("达标 按时 83/92 件", "good"),
        ("未达标 按时 82/92 件", "bad"),
    ]
    assert clock("en", 30, **mixed, n_judged=4, n_on_time=4) == (
        "on time: 4 of 4 · too few to judge",
        "",
    )


def test_what_a_pack_assumes_is_a_reference_and_no_target():
    """Of Wuhan's pack: two minutes and thirty are one published case."""
    own = {lang: texts.load_texts(lang, FOLDERS, WUHAN) for lang in texts.LANGUAGES}
    row = {
        "figure": "closure_p90_s",
        "format": "duration",
        "unit": "",
        "value": 1_000.0,
        "compare": 1_800.0,
        "compare_kind": "target",
        "better": "lower",
        "n": 92,
        "n_judged": 92,
        "n_on_time": 87,
        "n_reference": 92,
    }
    mixed = {**row, "compare_kind": "on_time", "compare": 0.9}

    assert (
        figure.figure(row, own["en"], WUHAN).beside
        == "met reference (one case) ≤ 30′00″ · 92 cases"
    )
    assert (
        figure.figure(row, own["zh-CN"], WUHAN).beside
        == "达到 参考值（一例）≤ 30′00″ · 92\u00a0件"
    )
    assert (
        figure.figure(mixed, own["en"], WUHAN).beside
        == "met 87 of 92 within reference (one case)"
    )
    assert (
        figure.figure({**row, "n_reference": 0}, own["en"], WUHAN).beside
        == "met target ≤ 30′00″ · 92 cases"
    )


def test_a_name_that_the_pack_assumes_carries_a_quiet_mark_wherever_it_is_listed(
    context,
):
    """Of the four departments Águas is assumed."""
    for face in (page.side(take(context)), scene.foot(walled(take(context)))):
        assert "Water *" in words(face)
        assert "Police *" not in words(face)
        assert "* name assumed, not published" in words(face)


def programmes(context, lang, *rows):
    """What is said of programmes' years."""
    plain = {
        "programme": "estates",
        "scope": "renovated",
        "year": 2025,
        "plan": 200,
        "actual": 111,
        "under_way": 0,
        "due": 200.0,
        "basis": "counted",
        "carried": 89,
        "carried_done": 88,
        "is_closed": True,
    }
    shown = panel_of(take(context, lang), "renovation.progress")
    return words(
        progress.MARKUP.body(
            replace(shown, rows=tuple({**plain, **row} for row in rows)),
            take(context, lang),
        )
    )


def test_a_closed_year_says_its_own_result_and_what_it_carries_over(context):
    assert (
        programmes(context, "zh-CN", {})
        == "2025 老旧小区改造 111 / 200 年终结转 89，其后完成 88"
    )
    assert (
        programmes(context, "en", {})
        == "Estates renovated 2025 111 / 200 89 carried over at the year's end, 88"
        " finished since"
    )
    assert (
        programmes(context, "en", {"carried": 0})
        == "Estates renovated 2025 111 / 200 counted"
    )


def test_a_year_without_plans_says_once_of_which_programmes_none_is_published(context):
    none = {
        "year": 2026,
        "plan": None,
        "actual": None,
        "due": None,
        "basis": "none",
        "carried": None,
        "carried_done": None,
        "is_closed": False,
    }
    rows = (none, {**none, "programme": "lifts", "scope": "added"}, {"carried": 0})
    assert (
        programmes(context, "zh-CN", *rows)
        == "2026 年计划未公布：老旧小区改造、加装电梯 2025 老旧小区改造 111 / 200 据台账"
    )
    assert (
        programmes(context, "en", *rows)
        == "Plans of 2026 not published: Estates renovated, Lifts added Estates"
        " renovated 2025 111 / 200 counted"
    )


def test_a_citys_own_words_for_levels_stand_beside_the_levels():
    """An order that is 紧急 in the file is on level 2, and is not called what another level
    is called there.
    """
    for lang, said in (
        (
            "zh-CN",
            ["1 级（特急）", "2 级（紧急）", "3 级（一般/普通）", "4 级（咨询）"],
        ),
        (
            "en",
            [
                "Level 1 (特急)",
                "Level 2 (紧急)",
                "Level 3 (一般/普通)",
                "Level 4 (咨询)",
            ],
        ),
    ):
        own = texts.load_texts(lang, FOLDERS, WUHAN)
        assert [own.say(f"priority-{level}") for level in (1, 2, 3, 4)] == said
        assert formatting.write(2, "priority", own, WUHAN.zone) == said[1]


def test_a_level_for_which_a_city_has_no_word_keeps_the_programs_and_any_word_stands_as_it_is():
    odd = {"work_orders": {"priorities": {'so "urgent" { $n }': 1, "back\\slash": 3}}}
    own = texts.load_texts(
        "en", FOLDERS, replace(ISLANDS, settings={**ISLANDS.settings, "feeds": odd})
    )
    assert [own.say(f"priority-{level}") for level in (1, 2, 3)] == [
        'Level 1 (so "urgent" { $n })',
        "Serious",
        "Level 3 (back\\slash)",
    ]


def test_the_words_of_the_city_are_those_of_its_page(context):
    assert context.words["en"].say("priority-1") == "Level 1 (alta)"


def test_where_no_proactive_source_is_connected_that_is_said_and_not_nought():
    row = {
        "figure": "proactive_pct",
        "value": None,
        "value_why": "no-proactive-source",
        "format": "percent",
        "unit": "unit-percent",
        "compare_kind": "last_week",
    }
    assert beside("zh-CN", **row) == ("尚未接入主动发现的来源", "")
    assert beside("en", **row) == ("no proactive source is connected", "")


def test_a_share_of_few_cases_says_of_how_many():
    row = {
        "figure": "proactive_pct",
        "value": 100.0,
        "format": "percent",
        "unit": "unit-percent",
        "compare": 50.0,
        "compare_kind": "last_week",
    }
    assert beside("en", **row, n=1) == (
        "+50.0 points vs same time last week · 1 case",
        "",
    )
    assert beside("zh-CN", **row, n=9) == ("较上周同期 +50.0 个百分点 · 9\u00a0件", "")
    assert beside("en", **row, n=10) == ("+50.0 points vs same time last week", "")
    assert beside(
        "en", **{**row, "compare": None, "compare_why": "no-history"}, n=3
    ) == ("— last week is not whole in the data · 3 cases", "")


def test_the_heat_says_what_is_counted_and_where_its_steps_begin(context):
    """Far off: a floor and the series after it, since two events tell no percentile."""
    said = words(page.legend(take(context), context.registry))
    assert "events/km² · open, and of the last hour" in said
    assert "events per 25 m square · open, and of the last 7 days" in said
    long = words(page.legend(take(context, window_s=9 * 86_400), context.registry))
    assert "events per 25 m square · open, and of the last 9 days" in long
    assert "件/km² · 未闭环及近 90 分钟" in words(
        page.legend(take(context, "zh-CN", window_s=5_400), context.registry)
    )


def test_coverage_says_of_what_it_is_a_share(context):
    n_cells = sum(context.city.reference["districts"]["n_cells"].to_pylist())
    whole = round(n_cells * 0.0025)
    assert (
        f"as a share of all {whole} km², water and fields included; which streets are"
        " built up is not known" in words(page.legend(take(context), context.registry))
    )
    assert beside(
        "en", figure="coverage_60_pct", value=3.0, format="percent", of_km2=8_570.4
    ) == ("of all 8,570 km², water and fields too", "")
    assert beside(
        "zh-CN", figure="coverage_60_pct", value=3.0, format="percent", of_km2=8_570.4
    ) == ("占全域 8,570 km²，含水面田地", "")


def test_in_a_drill_what_is_of_the_living_city_is_marked_wherever_it_stands(context):
    """Aircraft, coverage, links and programmes know no drill; events and flights do."""
    shown, mark = take(context, mode="drill"), "live, not of the drill"
    marked = {name for name, figure in shown.figures.items() if mark in figure.beside}
    assert marked == {
        "drones_integrated",
        "drones_online",
        "drones_flying",
        "coverage_60_pct",
        "departments_ok",
    }
    legend = {
        row.children[0].children[1].children: words(row)
        for row in page.legend(shown, context.registry)[0].children
    }
    assert {title for title, said in legend.items() if " live" in said} == {
        "AI detections",
        "Shared bikes piled up",
        "Drone coverage",
        "Departments",
        "Renewal",
    }
    assert {each.name for each in shown.shown if each.is_live} >= {
        "department_linkage-tiles",
        "renovation-progress",
        "drone_coverage-seen",
    }
    assert "Programmes (the line: due by now) live" in words(page.side(shown))
    assert "Drones live" in words(scene.foot(walled(shown)))
    about = dict(tables.sheets(shown)[0].rows)
    assert about["live: department_linkage-tiles"] == mark


def test_outside_a_drill_nothing_is_marked_so(context):
    shown = take(context)
    assert "not of the drill" not in words(
        [
            page.side(shown),
            page.legend(shown, context.registry),
            scene.foot(walled(shown)),
        ]
    )
    assert not any(each.is_live for each in shown.shown)


def test_a_brief_of_the_morning_leads_with_yesterday_whole_then_today_so_far(context):
    """At 7:30 on the 17th, as known by noon of the 18th.

    There are three events on the 16th, of which one was closed, and none on the 17th
    yet.
    """
    asked = {
        "as_of": datetime(2026, 7, 17, 7, 30, tzinfo=UTC),
        "known_at": datetime(2026, 7, 18, 12, tzinfo=UTC),
    }
    shown = take(context, frame="1920x1080", **asked)
    said = words(page.headline(shown))
    assert said.startswith("Yesterday, the whole day · 2026-07-16 Thursday Events 3 ")
    assert (
        said.index("Open at its end 2")
        < said.index("Today so far, until 07:30")
        < said.index("Events today 0")
    )
    assert tables.sheets(shown)[1].rows[0][0] == "yesterday_events_today"
    assert "Yesterday" not in words(page.headline(take(context, **asked)))
    assert "Yesterday" not in words(
        page.headline(
            take(
                context, frame="1920x1080", as_of=datetime(2026, 7, 17, 19, tzinfo=UTC)
            )
        )
    )


def test_yesterday_is_compared_with_the_same_day_of_the_week_before_it_whole_with_whole(
    context,
):
    pinned = pin(
        View(as_of=datetime(2026, 7, 17, 7, 30, tzinfo=UTC), frame="800x600"),
        context.city,
        context.service.pointer,
    ).day_whole()
    week = pinned.days.week
    assert (pinned.day_from, pinned.as_of) == (
        datetime(2026, 7, 16, tzinfo=UTC),
        datetime(2026, 7, 16, 23, 59, 59, 999_999, tzinfo=UTC),
    )
    assert (week.day_from, week.as_of) == (
        datetime(2026, 7, 9, tzinfo=UTC),
        datetime(2026, 7, 9, 23, 59, 59, 999_999, tzinfo=UTC),
    )
    assert week.known_at - week.as_of == pinned.known_at - pinned.as_of


def test_yesterday_is_said_to_be_compared_with_the_day_a_week_before_it_and_by_its_own_calendar():
    """A brief of 2 October speaks of the National Day, that of the 9th of an ordinary
    Thursday after it.
    """
    for day, said in (
        ((2026, 10, 1), "— that day was National Day: not compared"),
        ((2026, 10, 8), "— a week before was National Day: not compared"),
    ):
        assert beside(
            "en", day, value=9.0, compare_kind="week_before", compare_why="special-day"
        ) == (said, "")
    assert beside("zh-CN", value=50.0, compare=40.0, compare_kind="week_before") == (
        "较前一周同日 +25%",
        "",
    )
    assert beside(
        "en", value=3.0, compare_kind="day_before", compare_why="no-history"
    ) == ("— the day before is not whole in the data", "")


def test_a_brief_of_the_day_after_a_holiday_does_not_call_today_one(context):
    of_holiday = replace(
        context.city, settings={**context.city.settings, "calendar": {"country": "CN"}}
    )
    pinned = pin(
        View(as_of=datetime(2026, 10, 8, 8, tzinfo=UTC), frame="800x600"),
        of_holiday,
        context.service.pointer,
    )
    assert (pinned.days.today.kind, pinned.day_whole().days.today.kind) == (
        "workday",
        "holiday",
    )
