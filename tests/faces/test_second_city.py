"""A second city is as cared for as the first.

What its pack lacks is not drawn, its names are its own, its districts stand side by side.
"""

from __future__ import annotations

import csv
import json
from dataclasses import replace

import openpyxl
import pytest

from layers.registry import load_registry
from tests.faces import second
from tests.faces.imported import HALL
from tests.faces.placed import walled
from tests.faces.test_looking import actions, everything, take, words
from twin.faces.export.brief import export
from twin.faces.pages import page
from twin.faces.server import painting
from twin.faces.server.actions import acted
from twin.faces.wall import scene
from twin.query import QueryService
from twin.view import View


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    """The city of long names and its lake."""
    folder = tmp_path_factory.mktemp("second")
    city = second.second(folder)
    return city, second.lake(city, folder / "lake")


def hall_of(city, lake):
    service = QueryService(city, load_registry(city), lake.path)
    return painting.context(service, load_registry(city), city, lambda: HALL)


@pytest.fixture(scope="module")
def context(place):
    made = hall_of(*place)
    yield made
    made.service.close()


HEADINGS = {
    "drone_coverage": (
        "Drones",
        "Drone coverage",
        "Integrated",
        "Flying",
        "Seen in 60 min",
    ),
    "attention": ("Needs attention", "Open events by stage"),
    "department_linkage": ("Departments",),
    "headline": ("First response, median",),
    "renovation": ("Renewal", "Programmes"),
    "districts": ("By district", "Events today, and the usual day"),
    "event_heat": ("Event heat",),
}


@pytest.mark.parametrize(
    ("layer", "district"),
    [
        pytest.param(
            layer, district, marks=pytest.mark.soak if district and n % 3 else ()
        )
        for district in ("", "alva")
        for n, layer in enumerate(HEADINGS)
    ],
)
def test_what_no_layer_of_the_pack_answers_is_drawn_nowhere(
    place, context, layer, district, tmp_path
):
    city, lake = second.without(place[0], layer), place[1]
    lacking = hall_of(city, lake)
    whole, shown = take(context, district=district), take(lacking, district=district)

    assert any(heading in everything(whole, context) for heading in HEADINGS[layer])
    assert [
        heading for heading in HEADINGS[layer] if heading in everything(shown, lacking)
    ] == []
    made = export(
        lacking.service,
        lacking.registry,
        city,
        View(district=district),
        ["xlsx"],
        tmp_path,
        clock=lacking.clock,
    )
    book = openpyxl.load_workbook(made.files[0])
    assert [name for name in book.sheetnames if name.startswith(f"{layer}-")] == []
    lacking.service.close()


def test_a_wall_without_drones_has_no_place_for_a_fleet(place, context):
    lacking = hall_of(second.without(place[0], "drone_coverage"), place[1])
    classes = [
        [each.className for each in scene.foot(walled(take(each)))]
        for each in (context, lacking)
    ]
    assert classes == [
        ["panel kind-figures", "panel kind-stages", "panel kind-tiles"],
        ["panel kind-stages", "panel kind-tiles"],
    ]
    lacking.service.close()


def test_a_fleet_that_cannot_be_answered_says_so_in_its_place(context):
    shown = take(context)
    failed = replace(
        shown,
        shown=tuple(
            (
                replace(each, figures=(), rows=(), failed="no answer")
                if each.full_name == "drone_coverage.fleet"
                else each
            )
            for each in shown.shown
        ),
    )
    assert "no answer" in words(scene.foot(walled(failed))[0])


def cells(table):
    """Rows of a table, as they read."""
    return [
        [words(cell).strip() for cell in row.children]
        for row in table.children[1].children
    ]


def panel(found, name):
    """The block of a name among components."""
    if isinstance(found, (list, tuple)):
        return next(filter(None, (panel(each, name) for each in found)), None)
    if getattr(found, "data-panel", None) == name:
        return found
    return (
        panel(found.children, name)
        if getattr(found, "children", None) is not None
        and not isinstance(found.children, str)
        else None
    )


def table(found):
    """The table of a block, whatever else is said in it."""
    if isinstance(found, (list, tuple)):
        return next(filter(None, map(table, found)), None)
    if type(found).__name__ == "Table":
        return found
    return (
        table(found.children)
        if getattr(found, "children", None) is not None
        and not isinstance(found.children, str)
        else None
    )


def test_ages_of_minutes_to_years_read_in_units_that_suit_them_and_names_in_the_readers_language(
    context,
):
    listed = cells(table(panel(page.side(take(context, "en")), "attention:rows")))
    assert [(row[1].split()[0], row[2], row[4]) for row in listed] == [
        ("Llanfairpwllgwyngyllgogerychwyrndrobwllllantysiliogogogoch", "—", "8.8 y"),
        ("Прорыв", "Free Port and Enterprise Zone", "12 d 4 h"),
        ("Overflowing", "Kensington and Chelsea upon Thames", "47 h 59′"),
        ("بلاغ", "Kensington and Chelsea upon Thames", "14 h 18′"),
        ("Lost", "Llanfairpwllgwyngyll North", "1 h 22′"),
        ("Obstruction", "Charlottenburg-Wilmersdorf", "3′00″"),
    ]
    chinese = cells(table(panel(page.side(take(context, "zh-CN")), "attention:rows")))
    assert [row[4] for row in chinese] == [
        "8.8 年",
        "12 天 4 小时",
        "47 h 59′",
        "14 h 18′",
        "1 h 22′",
        "3′00″",
    ]
    assert [row[2] for row in chinese][1:5:3] == ["Porto Livre", "Llanfairpwllgwyngyll"]


def test_a_name_keeps_its_direction_and_the_whole_of_it_is_in_its_title(context):
    row = (
        table(panel(page.side(take(context, "en")), "attention:rows"))
        .children[1]
        .children[0]
    )
    cell = row.children[1]
    assert (type(cell.children[0].children).__name__, cell.title) == (
        "Bdi",
        second.OPEN[2][0],
    )
    assert page.top(take(context))[0].dir == "auto"


def side_by_side(context, lang="en", **view):
    return table(
        panel(
            page.side(take(context, lang, panel="districts", **view)),
            "districts:counts",
        )
    )


def test_districts_side_by_side_worst_first_and_they_add_up(context):
    table = side_by_side(context)
    assert [words(head) for head in table.children[0].children.children] == [
        "District",
        "Open",
        "Overdue",
        "Today",
        "Closed today",
    ]
    assert cells(table) == [
        ["Kensington and Chelsea upon Thames", "2", "2", "0", "0"],
        ["Llanfairpwllgwyngyll North", "1", "1", "1", "0"],
        ["Free Port and Enterprise Zone", "1", "1", "0", "0"],
        ["Charlottenburg-Wilmersdorf", "1", "0", "1", "0"],
        ["No district known", "1", "1", "0", "0"],
        ["Whole city", "6", "5", "2", "0"],
    ]
    assert [row[0] for row in cells(side_by_side(context, "zh-CN"))][-2:] == [
        "所在区不明",
        "全市",
    ]


def test_a_row_chooses_its_district_and_no_row_without_one_chooses(context):
    rows = side_by_side(context).children[1].children
    chosen = [
        (
            json.loads(row.__dict__["data-action"])["district"]
            if hasattr(row, "data-action")
            else None
        )
        for row in rows
    ]
    assert chosen == ["brisa", "corra", "fz-porto", "alva", None, None]
    assert [getattr(row, "tabIndex", None) for row in rows] == [
        "0",
        "0",
        "0",
        "0",
        None,
        None,
    ]
    assert acted(View(panel="districts"), {"district": "brisa"}, context) == View(
        panel="districts", district="brisa"
    )


def test_the_panel_turns_between_the_overview_and_the_districts_and_the_link_says_which(
    context,
):
    for chosen in ("", "districts"):
        side = page.side(take(context, panel=chosen))
        assert [action for action in actions(side) if "panel" in action] == [
            {"panel": ""},
            {"panel": "districts"},
        ]
        assert (panel(side, "districts:counts") is not None) == (chosen == "districts")
        assert (panel(side, "attention:rows") is not None) == (chosen == "")
    assert acted(View(), {"panel": "districts"}, context).url() == "panel=districts&v=1"


def test_a_wide_picture_has_both_since_nobody_can_turn_its_panel(context):
    for frame, both in (
        ("1920x1080", True),
        ("1600x900x2", True),
        ("1366x768", False),
        ("", False),
    ):
        shown = take(context, frame=frame)
        assert (
            {"attention:rows", "districts:counts", "department_linkage:tiles"}
            <= {
                name
                for name in (
                    "attention:rows",
                    "districts:counts",
                    "department_linkage:tiles",
                )
                if panel(page.side(shown), name)
            }
        ) == both
        assert (page.panel_px(shown) > page.PANEL_PX) == both


def test_the_workbook_and_the_tables_have_every_district(context, tmp_path):
    made = export(
        context.service,
        context.registry,
        context.city,
        View(),
        ["xlsx", "csv"],
        tmp_path,
        clock=context.clock,
    )
    heads, *rows = openpyxl.load_workbook(made.files[0])["districts-counts"].iter_rows(
        values_only=True
    )
    found = [dict(zip(heads, row, strict=True)) for row in rows]
    figures = ("open_now", "overdue_now", "events_today", "closed_today", "refused_now")
    assert [row["name"] for row in found[-2:]] == ["No district known", "Whole city"]
    assert {name: sum(row[name] for row in found[:-1]) for name in figures} == {
        name: found[-1][name] for name in figures
    }
    assert found[-1]["open_now"] == take(context).figures["open_now"].value == 6
    (of_csv,) = (
        path for path in made.files if path.name.endswith("-districts-counts.csv")
    )
    with of_csv.open(encoding="utf-8-sig", newline="") as file:
        assert [row["name"] for row in csv.DictReader(list(file)[1:])] == [
            row["name"] for row in found
        ]
