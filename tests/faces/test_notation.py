"""Verdicts and changes say what the figures beside them say, in the same notation."""

import json
from dataclasses import replace

import pytest

from tests.faces.imported import TRIO
from twin.faces import parts
from twin.faces.figure import figure
from twin.faces.texts import load_texts
from twin.pack import load_city

TEXTS = {lang: load_texts(lang, []) for lang in ("zh-CN", "en")}


def test_a_browser_hears_from_the_pack_when_data_are_late_and_when_old():
    city = load_city(TRIO)
    slow = {**city.settings["freshness"], "snapshot_stale_factor": 5}
    told = json.loads(
        parts.spoken(
            TEXTS["en"],
            replace(city, settings={**city.settings, "freshness": slow}),
            60,
        )
    )
    assert (told["ttl"], told["old"]) == (60, 300)


def said(value, other, kind, fmt, lang="en", **more):
    row = {
        "figure": "x",
        "value": value,
        "format": fmt,
        "compare": other,
        "compare_kind": kind,
        **more,
    }
    found = figure(row, TEXTS[lang], load_city(TRIO))
    return found.beside, found.verdict


@pytest.mark.parametrize(
    ("value", "target", "fmt", "better", "verdict"),
    [
        (1800.0000000000005, 1800, "duration", "lower", "good"),
        (120.4, 120, "duration", "lower", "good"),
        (120.5, 120, "duration", "lower", "bad"),
        (
            12 * 86_400 + 4 * 3_600 + 30,
            12 * 86_400 + 4 * 3_600,
            "duration",
            "lower",
            "good",
        ),
        (97, 97.4, "count", "higher", "good"),
        (97.04, 97, "percent", "lower", "good"),
        (97.06, 97, "percent", "lower", "bad"),
        (99.96, 100, "percent", "higher", "bad"),
        (99.9, 99.94, "percent", "higher", "good"),
    ],
)
def test_a_verdict_compares_what_is_written(value, target, fmt, better, verdict):
    assert said(value, target, "target", fmt, better=better)[1] == verdict


@pytest.mark.parametrize(
    ("value", "other", "kind", "fmt", "text"),
    [
        (1000, 1001, "last_week", "count", "0% vs same time last week"),
        (1001, 1000, "last_week", "count", "0% vs same time last week"),
        (94, 100, "last_week", "count", "−6% vs same time last week"),
        (5, 5, "yesterday", "count", "0 vs same time yesterday"),
        (41.96, 41.94, "last_week", "percent", "+0.1 points vs same time last week"),
        (41.94, 41.96, "last_week", "percent", "−0.1 points vs same time last week"),
        (41.91, 41.94, "last_week", "percent", "0.0 points vs same time last week"),
        (61, 60.6, "yesterday", "duration", "0″ vs same time yesterday"),
        (59, 61, "yesterday", "duration", "−2″ vs same time yesterday"),
    ],
)
def test_a_change_is_that_of_what_is_written(value, other, kind, fmt, text):
    assert said(value, other, kind, fmt)[0] == text


def test_in_chinese_what_it_is_held_against_comes_first():
    assert said(94, 100, "last_week", "count", "zh-CN")[0] == "较上周同期 −6%"
    assert (
        said(42.2, 41.0, "last_week", "percent", "zh-CN")[0]
        == "较上周同期 +1.2 个百分点"
    )
