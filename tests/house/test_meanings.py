"""Whatever the faces show says what it means, in both languages.

The file docs/figures.md is what the words say today.
"""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner

from layers.registry import load_registry
from twin.cli import main
from twin.engine import load_sql
from twin.faces import meanings
from twin.faces.texts import LANGUAGES, Texts, load_texts
from twin.layer import Layer
from twin.pack import load_city

ROOT = Path(__file__).resolve().parents[2]
CITY = load_city(ROOT / "data" / "wuhan")
REGISTRY = load_registry(CITY)
BLOCKS = [(layer, panel) for layer in REGISTRY.layers for panel in layer.panels]
SELF_TOLD = {
    "districts-name",
    "attention-event",
    "attention-district",
    "attention-street",
    "event_clocks-event",
    "event_clocks-where",
    "event_clocks-source",
}
"""Columns of names: a name needs no definition."""


@pytest.fixture(scope="module", params=LANGUAGES)
def texts(request: pytest.FixtureRequest) -> Texts:
    """All messages of one language."""
    return load_texts(request.param, [layer.folder for layer in REGISTRY.layers], CITY)


@pytest.mark.parametrize(
    ("layer", "panel"), BLOCKS, ids=lambda each: getattr(each, "name", "") or each.id
)
def test_each_figure_and_column_says_what_it_means_and_when_it_is_unknown(
    layer: Layer, panel, texts: Texts
):
    sql = load_sql(layer.folder / panel.question.sql)
    before = meanings.YESTERDAY if panel.question.moment == "day_before" else ""
    keys = (
        [f"{before}{name}" for name in meanings.figures_of(sql)]
        if panel.kind == "figures"
        else [field.label for field in panel.fields] or [panel.title]
    )
    untold = [
        key
        for key in keys
        if key not in SELF_TOLD
        and not (texts.attribute(key, "means") and texts.attribute(key, "unknown"))
    ]

    assert untold == []


def test_a_length_of_cases_names_what_it_is_told_of(texts: Texts):
    lengths = [
        each.key
        for asked in meanings.asked(REGISTRY, texts)
        for each in asked.figures
        if "_p50_" in each.key or "_p90_" in each.key
    ]

    assert lengths
    assert [key for key in lengths if not texts.attribute(key, "n")] == []


def test_both_languages_tell_of_the_same(tmp_path: Path):
    folders = [layer.folder for layer in REGISTRY.layers]
    told = [
        [
            (asked.where, each.key, bool(each.n))
            for asked in meanings.asked(REGISTRY, load_texts(lang, folders, CITY))
            for each in asked.figures
        ]
        for lang in LANGUAGES
    ]

    assert told[0] == told[1]
    assert len(told[0]) > 50


def test_the_page_of_figures_is_made_from_these_words():
    said = CliRunner().invoke(main, ["city", "figures", "--city", "wuhan"])

    assert said.exit_code == 0, said.output
    assert (ROOT / "docs" / "figures.md").read_text(encoding="utf-8") == said.output, (
        "run twin city figures > docs/figures.md"
    )
