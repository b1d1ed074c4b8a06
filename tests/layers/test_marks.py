"""Every mark that a layer can name is drawn, and every mark that is drawn is named by one."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

import layers
from layers.registry import load_registry
from tests.layers.rows import NOON, at, event
from tests.layers.test_registry import ALL, TRIO
from twin.contracts import TABLES
from twin.layer import Kind
from twin.marks import HALF, Mark, marks
from twin.pack import load_city

HERE = {"lon_ud": 114_300_000, "lat_ud": 30_600_000}
KNOWN = {"version": 1, "occurred_at": at("8:00"), "recorded_at": at("8:00")}


def allowed(table, column):
    """Every word that the contract lets stand in a column."""
    return next(each.allowed for each in TABLES[table].columns if each.name == column)


def events():
    return {
        "event_facts": [
            event(f"E{level}", at("11:00"), priority=level, **HERE)
            for level in (1, 2, 3, 4)
        ]
    }


def drones():
    modes = allowed("drone_states", "mode")
    moment = {"occurred_at": at("11:59"), "recorded_at": at("11:59")}
    return {
        "drones": [
            {"drone_id": each, **KNOWN, "is_integrated": True} for each in modes
        ],
        "drone_states": [
            {"drone_id": each, "mode": each, **moment, **HERE} for each in modes
        ],
    }


def departments():
    states = allowed("link_health", "state")
    return {
        "departments": [
            {"dept_id": each, "slot": n, "name": each, **HERE}
            for n, each in enumerate([*states, "never probed"])
        ],
        "link_health": [
            {"dept_id": each, "as_of": NOON, "state": each} for each in states
        ],
    }


def renewed(table, key, column):
    return {
        table: [
            {key: each, "year": 2026, column: each, **KNOWN, **HERE}
            for each in allowed(table, column)
        ]
    }


def detections():
    """One of a class that people confirm, and one of a class that they reject."""
    moment = {"occurred_at": at("11:59"), "recorded_at": at("11:59"), "version": 1}
    return {
        "detections": [
            {
                "detection_id": each,
                "class": each,
                "human_verdict": each,
                **moment,
                **HERE,
            }
            for each in allowed("detections", "human_verdict")
        ]
    }


def bikes():
    """A pile that stands, and one that was lost from sight."""
    moments = {"standing": at("11:59"), "lost": at("9:00")}
    return {
        "bike_clusters": [
            {
                "cluster_id": name,
                "occurred_at": when,
                "known_from": when,
                "first_seen_at": when,
                "n_bikes": 12,
                **HERE,
            }
            for name, when in moments.items()
        ]
    }


def incidents():
    levels = (1, 2, 3, 4)
    return events() | {
        "incidents": [
            {
                "incident_id": f"I{level}",
                "event_id": f"E{level}",
                "is_first": True,
                "n_reports": 1,
                "priority": level,
                "mode": "live",
                "occurred_at": at("11:00"),
                "merged_at": at("11:00"),
                "known_from": at("11:00"),
                **HERE,
            }
            for level in levels
        ]
    }


# Every question whose rows are marks: tables in which each word that may decide its mark
# stands once, and how many rows that gives.
QUESTIONS = {
    "detections/marks.sql": (
        detections(),
        {
            "drawn_hours": 6,
            "seen_hours": 24,
            "least_verdicts": 1,
            "least_precision": 0.7,
            "most": 9,
        },
        2,
    ),
    "event_heat/marks.sql": (events(), {"most": 9}, 4),
    "bikes/marks.sql": (bikes(), {"most": 9, "lost_s": 3_600}, 2),
    "incidents/marks.sql": (incidents(), {"most": 9}, 4),
    "drone_coverage/drones.sql": (drones(), {}, 5),
    "department_linkage/departments.sql": (departments(), {}, 5),
    "renovation/estates.sql": (renewed("estates", "estate_id", "status"), {}, 3),
    "renovation/lifts.sql": (renewed("lifts", "lift_id", "kind"), {}, 2),
    "renovation/centres.sql": (renewed("communities", "community_id", "status"), {}, 3),
}


@pytest.fixture(scope="module")
def registry():
    return load_registry(replace(load_city(TRIO), layers=ALL))


def named(ask):
    """The marks in the rows of every question of a layer, by the question."""
    found = {}
    for path, (tables, own, n_rows) in QUESTIONS.items():
        rows = ask(path, tables, **own)
        assert len(rows) == n_rows, path
        found[path] = {row["mark"] for row in rows}
    return found


def test_every_question_that_names_marks_is_asked_here(registry):
    asked = {
        f"{layer.id}/{data.question.sql}"
        for layer in registry.layers
        for data in layer.maps
        if data.encoding.mark
    }
    assert asked == QUESTIONS.keys(), "write rows for it in QUESTIONS"


def test_every_mark_that_a_question_can_name_is_in_the_table(ask):
    for path, names in named(ask).items():
        assert names <= marks().keys(), f"{path}: draw it in assets/icons/marks.json"


def test_no_mark_of_the_table_is_without_a_question_that_names_it(ask):
    assert set.union(*named(ask).values()) == marks().keys()


def test_the_legend_shows_each_row_with_the_mark_that_the_map_draws_for_it(
    registry, ask
):
    """Where a layer's scale names marks, the row of each kind has the mark of that kind."""
    for layer in registry.layers:
        for data in layer.maps:
            scale = data.encoding.scale or (layer.legend and layer.legend.scale)
            if not (data.encoding.mark and isinstance(scale, tuple)):
                continue
            kinds = {step.value: step.mark for step in scale if isinstance(step, Kind)}
            tables, own, _ = QUESTIONS[f"{layer.id}/{data.question.sql}"]
            for row in ask(f"{layer.id}/{data.question.sql}", tables, **own):
                assert kinds[row[data.encoding.fill]] == row["mark"], data.name


@pytest.mark.parametrize("name", marks())
def test_a_mark_lies_within_its_box_and_has_an_edge(name):
    """Capitals are places, small letters would be steps from the place before."""
    mark = marks()[name]
    numbers = [
        abs(float(word))
        for word in "".join(
            each if each.isdigit() or each in ".-" else " " for each in mark.path
        )
        .replace("-", " -")
        .split()
    ]
    assert max(numbers) <= HALF
    assert mark.path.isupper()
    assert mark.edge in {"light", "dark"}
    assert 0 < mark.wide <= 8


def test_a_mark_is_an_svg_that_takes_its_colour_from_its_place():
    assert (
        Mark("M0-9 9 9H-9Z", "dark", 5).svg()
        == '<svg viewBox="-50 -50 100 100" aria-hidden="true"><path d="M0-9 9'
        ' 9H-9Z"/></svg>'
    )


ODD = """
from pathlib import Path
from twin.layer import Encoding, Kind, Layer, Legend, MapData, Question
KINDS = (Kind("yes", "state-ok", (1, 2, 3, 255), {mark!r}),)
ENCODING = Encoding("point", "x", scale=KINDS)
LAYER = Layer(
    {name!r}, Path(__file__).parent, legend={legend},
    maps=(MapData("rows", Question("rows.sql"), ENCODING),),
)
"""


@pytest.fixture
def written(tmp_path, monkeypatch):
    """Return a function that loads headline and a layer that it writes into a folder."""

    def write(name, **given):
        folder = tmp_path / name
        folder.mkdir()
        (folder / "__init__.py").touch()
        (folder / "layer.py").write_text(ODD.format(name=name, **given), "utf-8")
        monkeypatch.setattr(layers, "__path__", [*layers.__path__, str(tmp_path)])
        return load_registry(replace(load_city(TRIO), layers=("headline", name)))

    return write


@pytest.mark.parametrize(
    ("name", "legend"),
    [("odd_legend", "Legend('odd', '', KINDS)"), ("odd_scale", "None")],
)
def test_a_layer_that_names_a_mark_that_there_is_not_is_left_out_with_a_sentence(
    written, name, legend
):
    registry = written(name, mark="lift_aded", legend=legend)

    assert [layer.id for layer in registry.layers] == ["headline"]
    (fault,) = registry.faults
    assert f"The layer {name!r} names marks that there are not: 'lift_aded'." in fault
    assert "the marks are p1, p2, p3, p4, drone, " in fault
    assert "draw it in assets/icons/marks.json." in fault


def test_a_layer_that_names_a_mark_that_there_is_is_loaded(written):
    registry = written("fine", mark="drone", legend="None")
    assert [layer.id for layer in registry.layers] == ["headline", "fine"]
    assert registry.faults == ()


def test_the_table_is_the_only_file_of_shapes():
    folder = Path(layers.__file__).parents[1] / "assets"
    assert [path.name for path in (folder / "icons").iterdir()] == ["marks.json"]
    for sheet in (folder / "css").iterdir():
        assert "clip-path" not in sheet.read_text(encoding="utf-8"), sheet.name
