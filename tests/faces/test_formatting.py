"""What only the server writes; what a browser writes too stands in values.toml."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from twin.faces import formatting
from twin.faces.texts import load_texts

WUHAN = ZoneInfo("Asia/Shanghai")
ZH = load_texts("zh-CN", [])


def test_nothing_lasts_less_than_no_time():
    assert formatting.minutes(-217_728_000) == "—"
    assert formatting.minutes(0) == "0″"


def test_a_date_and_time_may_do_without_seconds():
    assert (
        formatting.dated(
            datetime(2026, 11, 22, 16, 30, 59, tzinfo=UTC), WUHAN, seconds=False
        )
        == "2026-11-23 00:30"
    )


def test_a_date_has_its_day_of_the_week_in_the_city_s_zone():
    assert (
        formatting.date(datetime(2026, 11, 22, 16, 0, tzinfo=UTC), WUHAN, ZH)
        == "2026-11-23 星期一"
    )


def test_both_languages_say_the_same_things():
    for name in ("zh-CN", "en"):
        assert load_texts(name, []).lang == name
    keys = {line.split(" =")[0] for line in _lines("zh-CN")}
    assert keys == {line.split(" =")[0] for line in _lines("en")}


def _lines(lang):
    from twin.faces import texts

    path = texts._OWN / f"{lang}.ftl"
    return [
        line
        for line in path.read_text(encoding="utf-8").splitlines()
        if line and not line.startswith((" ", "}", "#"))
    ]
