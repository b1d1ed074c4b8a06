"""The mapping of an export: from the pack or a file; what is off is said in a sentence."""

from __future__ import annotations

from dataclasses import replace
from zoneinfo import ZoneInfo

import pytest

from twin.errors import PackError, UsageError
from twin.feeds.work_orders import load_mapping

GOOD = 'source_id = "S01"\n[columns]\nevent_id = "id"\ncreated_at = "when"\n'


def test_both_packs_bring_a_mapping(trio, wuhan):
    assert load_mapping(trio).zone == ZoneInfo("Atlantic/Azores")
    assert load_mapping(wuhan).columns["told_at"] == "回访时间"


def test_a_file_may_stand_in_for_the_pack_and_declares_all_by_itself(trio, tmp_path):
    path = tmp_path / "m.toml"
    path.write_text(GOOD, encoding="utf-8")
    found = load_mapping(trio, path)

    assert (found.columns, found.zone, found.crs, found.default_priority) == (
        {"event_id": "id", "created_at": "when"},
        None,
        None,
        3,
    )


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (
            GOOD.replace("S01", "S99"),
            "source_id is 'S99', which is none of the pack's sources",
        ),
        (GOOD.replace('source_id = "S01"\n', ""), "source_id is missing"),
        (
            GOOD.replace("created_at", "opened_at"),
            "columns names unknown fields: opened_at",
        ),
        ('source_id = "S01"\n', "there is no section of columns"),
        ('source_id = "S01"\n[columns]\nevent_id = "id"\n', "columns lacks created_at"),
        (GOOD + 'lon = "x"\n', "only one of lon and lat"),
        (GOOD + 'acked_at = "a"\n', "columns names acked_at without sent_at"),
        (GOOD + "title = 3\n", "the column of title is not text"),
        ('zone = "Mars/Olympus"\n' + GOOD, "there is no time zone 'Mars/Olympus'"),
        ('zone = "../../etc/passwd"\n' + GOOD, "there is no time zone"),
        ('encoding = "utf-16"\n' + GOOD, "encoding is 'utf-16'"),
        ('encoding = "klingon"\n' + GOOD, "encoding is 'klingon'"),
        ('delimiter = "::"\n' + GOOD, "delimiter is '::'"),
        ("default_priority = 5\n" + GOOD, "default_priority is 5"),
        ('safety_words = "gas"\n' + GOOD, "safety_words is not a list of words"),
        (GOOD + "[priorities]\nhigh = 0\n", "priorities: high: not a priority"),
        ("crs = 4326\n" + GOOD, "crs is 4326, not text"),
        ("= 3", "is not TOML in UTF-8"),
    ],
)
def test_what_is_off_in_a_file_is_said_with_its_name(trio, tmp_path, text, said):
    path = tmp_path / "m.toml"
    path.write_text(text, encoding="utf-8")

    with pytest.raises(UsageError, match=r"m\.toml") as caught:
        load_mapping(trio, path)
    assert said in caught.value.what
    assert caught.value.fix


def test_a_missing_file_says_so(trio, tmp_path):
    with pytest.raises(UsageError, match=r"gone\.toml cannot be read"):
        load_mapping(trio, tmp_path / "gone.toml")


def test_a_pack_without_a_mapping_is_at_fault_itself(trio):
    with pytest.raises(
        PackError,
        match=r"city\.toml, \[feeds\.work_orders\]: there is no section of columns",
    ):
        load_mapping(replace(trio, settings={"freshness": {}}))
