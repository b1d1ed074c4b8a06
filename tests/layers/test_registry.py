"""The layers of a city: in its order, once each, and whole."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from zoneinfo import ZoneInfo

import pydeck as pdk
import pytest
from fluent.runtime import FluentBundle, FluentResource

from layers.registry import load_registry
from tests.layers.rows import MIDNIGHT, NOON
from twin.city import Camera
from twin.days import days
from twin.engine import load_sql
from twin.errors import QueryError
from twin.layer import Drawing, Field, Kind, Question, Ramp, Shading
from twin.pack import load_city
from twin.query import binding
from twin.view import Pinned, View

TRIO = Path(__file__).parents[1] / "cities" / "trio"
ALL = (
    "districts",
    "renovation",
    "drone_coverage",
    "detections",
    "event_clocks",
    "event_heat",
    "department_linkage",
    "headline",
    "attention",
    "incidents",
    "bikes",
    "event_sources",
    "levels",
)


class Addresses:
    """Where a drawing finds its data, for a test."""

    def data(self, name):
        return f"/data/{name}"

    def tile(self, name):
        return 320

    def pack(self, role):
        return f"/pack/{role}"

    def shade(self, role):
        return Shading(f"/pack/{role}.png", (114.0, 30.0, 115.0, 31.0))

    def base(self):
        return None


@pytest.fixture(scope="module")
def city():
    return replace(load_city(TRIO), layers=ALL)


@pytest.fixture(scope="module")
def registry(city):
    return load_registry(city)


def pinned_at(district=""):
    return Pinned(
        View(district=district),
        "trio",
        "s",
        NOON,
        NOON,
        NOON,
        MIDNIGHT,
        3_600,
        district,
        ALL,
        Camera(0, 0, 1),
        NOON,
        NOON.date(),
        *(days(NOON, NOON, ZoneInfo("UTC"), {}),) * 2,
    )


def test_layers_come_in_the_citys_order(registry):
    assert tuple(layer.id for layer in registry.layers) == ALL


@pytest.mark.parametrize(
    ("names", "said"),
    [
        (("headline", "nowhere"), "There is no layer 'nowhere'."),
        (("headline", "nobody:thing"), "There is no layer 'nobody:thing'."),
        (("headline", "headline"), "there is a layer 'headline' already"),
    ],
)
def test_a_layer_that_cannot_be_had_is_said_and_the_others_live_on(city, names, said):
    registry = load_registry(replace(city, layers=names))

    assert [layer.id for layer in registry.layers] == ["headline"]
    (fault,) = registry.faults
    assert said in fault
    assert fault.startswith("trio/city.toml")


THEIRS = """
from pathlib import Path
from twin.layer import Layer

OTHER, SAME = Layer("rain", Path()), Layer("headline", Path())
NONE = print
"""


@pytest.mark.parametrize(
    ("name", "said"),
    [
        (
            "their-pack:other",
            (
                "The layer 'their-pack:other' calls itself 'rain'."
                " To fix: give it the name by which it is loaded."
            ),
        ),
        (
            "their-pack:headline",
            "there is a layer 'headline' already; name each once.",
        ),
        (
            "their-pack:none",
            "The layer 'their-pack:none' is a builtin_function_or_method, not a Layer.",
        ),
        (
            "their-pack:broken",
            "The layer 'their-pack:broken' cannot be loaded. ZeroDivisionError:",
        ),
    ],
)
def test_a_layer_of_a_package_that_is_off_is_said_with_its_line_and_the_others_live_on(
    city, tmp_path, monkeypatch, name, said
):
    info = tmp_path / "their_pack-1.dist-info"
    info.mkdir()
    (info / "METADATA").write_text(
        "Metadata-Version: 2.1\nName: their-pack\nVersion: 1"
    )
    (info / "entry_points.txt").write_text(
        "[twin.layers]\nother = their_pack:OTHER\nheadline = their_pack:SAME\n"
        "none = their_pack:NONE\nbroken = their_broken:LAYER\n"
    )
    (tmp_path / "their_pack.py").write_text(THEIRS)
    (tmp_path / "their_broken.py").write_text("1 / 0")
    (tmp_path / "city.toml").write_text(f'layers = [\n  "headline",\n  "{name}",\n]\n')
    monkeypatch.syspath_prepend(tmp_path)

    named = replace(city, layers=("headline", name), root=tmp_path)
    registry = load_registry(named)

    assert [layer.id for layer in registry.layers] == ["headline"]
    (fault,) = registry.faults
    assert fault.startswith(f"{tmp_path.name}/city.toml, line 3: {said}")


def test_the_line_of_city_toml_that_names_a_missing_layer_is_told(city, tmp_path):
    (tmp_path / "city.toml").write_text('# one\nlayers = [\n  "nowhere",\n]\n')
    (fault,) = load_registry(replace(city, layers=("nowhere",), root=tmp_path)).faults

    assert f"{tmp_path.name}/city.toml, line 3: There is no layer 'nowhere'." in fault


def test_every_question_binds_with_exactly_what_its_header_names(registry, city):
    given = binding.of_city(city)
    for layer in registry.layers:
        asked = [binding.of_map(data) for data in layer.maps]
        asked += [data.steps.question for data in layer.maps if data.steps]
        asked += [each for each in layer.questions if each not in asked]
        asked = [
            each for each in asked if each not in {data.question for data in layer.maps}
        ]
        for question in asked:
            sql = load_sql(layer.folder / question.sql)
            sql.bind(binding.bind(sql, question, pinned_at("A"), given))


def test_a_parameter_that_nobody_gives_and_one_that_nothing_takes_are_said(registry):
    layer = registry.get("attention")
    sql = load_sql(layer.folder / "rows.sql")

    with pytest.raises(QueryError, match="nobody gives most"):
        binding.bind(sql, Question("rows.sql"), pinned_at("A"), {})
    own = {"most": 8, "color": "red"}
    with pytest.raises(QueryError, match="its header does not name color"):
        binding.bind(sql, Question("rows.sql", own), pinned_at("A"), {})


def test_every_sql_file_of_a_layer_is_asked(registry):
    for layer in registry.layers:
        asked = {question.sql for question in layer.questions}
        asked |= {data.steps.question.sql for data in layer.maps if data.steps}
        assert asked == {path.name for path in layer.folder.glob("*.sql")}, (
            f"{layer.id}: remove the file, or ask it"
        )


def test_no_question_carries_language_theme_or_camera():
    other = replace(
        pinned_at("A"),
        view=View(district="A", lang="en", frame="800x600"),
        camera=Camera(9, 9, 9),
    )
    assert binding.of_view(other) == binding.of_view(pinned_at("A"))


@pytest.mark.parametrize("district", ["", "A"])
@pytest.mark.parametrize("lang", ["zh-CN", "en"])
def test_drawings_are_json_with_ids_of_their_own(registry, district, lang):
    drawing = Drawing(
        Addresses(), pinned_at(district), lang, 1.0, (0.0, 0.0, 1.0, 1.0, 9, 9)
    )
    ids, turns = [], {}
    for layer in registry.layers:
        drawn = [each[1] for each in layer.draw(drawing)] if layer.draw else []
        ids += dict.fromkeys(each.id for each in drawn)
        for each in drawn:
            turns.setdefault(each.id, []).append(getattr(each, "zooms", None))
        assert all(each.id.startswith(f"{layer.id}-") for each in drawn)
        json.loads(pdk.Deck(layers=drawn, map_provider=None, map_style=None).to_json())
    assert len(set(ids)) == len(ids)
    for each, zooms in turns.items():
        if (
            len(zooms) > 1
        ):  # layers of one id take turns, and none leaves a zoom to nobody
            assert [zooms[0][0], *(upper for _, upper in zooms)] == [
                *(lower for lower, _ in zooms),
                zooms[-1][1],
            ], each


def _keys(layer):
    """Every message that a layer's legend and panels name."""
    if layer.legend:
        yield from (
            layer.legend.title,
            layer.legend.unit,
            layer.legend.note,
            layer.legend.low_end,
            layer.legend.high_end,
        )
        if not isinstance(layer.legend.scale, Ramp):
            yield from (step.name for step in layer.legend.scale)
    for data in layer.maps:
        if isinstance(data.encoding.scale, tuple):
            yield from (
                step.name for step in data.encoding.scale if isinstance(step, Kind)
            )
    for panel in layer.panels:
        yield from (
            panel.title,
            panel.empty,
            panel.note,
            *(field.label for field in panel.fields if isinstance(field, Field)),
        )


@pytest.mark.parametrize("lang", ["zh-CN", "en"])
def test_every_message_that_a_layer_names_is_written(registry, lang):
    bundle = FluentBundle([lang])
    faces = Path(binding.__file__).parents[1] / "faces" / "messages"
    for folder in (faces, *(layer.folder for layer in registry.layers)):
        bundle.add_resource(
            FluentResource((folder / f"{lang}.ftl").read_text(encoding="utf-8"))
        )
    missing = {
        key
        for layer in registry.layers
        for key in _keys(layer)
        if key and not bundle.has_message(key)
    }
    assert not missing, f"write them in {lang}.ftl: {missing}"


def test_both_languages_have_the_same_messages(registry):
    for layer in registry.layers:
        ids = [
            {
                line.partition(" =")[0]
                for line in (
                    (layer.folder / f"{lang}.ftl")
                    .read_text(encoding="utf-8")
                    .splitlines()
                )
                if " =" in line
            }
            for lang in ("zh-CN", "en")
        ]
        assert ids[0] == ids[1], layer.id
