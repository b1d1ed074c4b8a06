"""Rules of alerts in a pack: the program's own where it has none, and a sentence with file and
line for each that cannot be followed.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from twin.contracts.signals import SIGNALS
from twin.pack import check_pack, load_city
from twin.pack.alert_rules import SHIPPED

HEAD = "rule_id,signal,name,name_en,level,status,provenance"


def write(
    pack: Path, columns: str, values: str, signal: str = "event_response"
) -> None:
    """Write a pack's file with one rule."""
    text = f"{HEAD},{columns}\nr1,{signal},r,r,3,assumed,test,{values}\n"
    (pack / "alert_rules.csv").write_text(text, encoding="utf-8")


def test_a_pack_without_the_file_has_the_programs_own_rules(pack: Path) -> None:
    rules = load_city(pack).reference["alert_rules"]

    assert not (pack / "alert_rules.csv").exists()
    assert set(rules["signal"].to_pylist()) == set(SIGNALS)
    assert load_city(pack).reference["alarm_targets"].num_rows == 10


def test_a_pack_with_the_file_has_those_alone(pack: Path) -> None:
    write(pack, "threshold", "1")

    assert load_city(pack).reference["alert_rules"]["rule_id"].to_pylist() == ["r1"]


def test_the_programs_own_files_may_be_copied_into_a_pack(pack: Path) -> None:
    for file in SHIPPED.glob("*.csv"):
        (pack / file.name).write_bytes(file.read_bytes())

    assert check_pack(pack) == []


@pytest.mark.parametrize(
    ("columns", "values", "said"),
    [
        ("priority", "2", "a rule on event_response needs threshold"),
        ("threshold,least_n", "1,5", "least_n is 5, but nothing reads it"),
        ("threshold,escalate_threshold", "1,2", "escalate_level goes with"),
        (
            "threshold,escalate_threshold,escalate_level",
            "1,0.5,2",
            "escalate_threshold 0.5 must lie beyond the threshold 1",
        ),
        (
            "threshold,escalate_after_s,escalate_level",
            "1,60,3",
            "escalate_level 3 must be worse than level 3",
        ),
        (
            "threshold,escalate_after_s,escalate_threshold,escalate_level",
            "1,60,2,1",
            "it has both escalate_threshold and escalate_after_s",
        ),
        ("threshold,priority", "1,7", "priority is 7; use 1 to 4"),
        (
            "threshold,raise_for_s",
            "1,soon",
            "raise_for_s is 'soon', not a whole number",
        ),
    ],
)
def test_a_bad_rule_is_a_sentence_with_file_and_line(
    pack: Path, columns: str, values: str, said: str
) -> None:
    write(pack, columns, values)

    (found,) = check_pack(pack)

    assert found.startswith(f"alert_rules.csv, line 2: {said}")


@pytest.mark.parametrize(
    ("signal", "columns", "values", "said"),
    [
        (
            "drone_battery",
            "threshold,clear_threshold",
            "25,20",
            "clear_threshold 20 lies below",
        ),
        (
            "drone_height",
            "threshold,clear_threshold",
            "120,130",
            "clear_threshold 130 lies above",
        ),
        ("link_down", "threshold,applies_to", "300,judge", "applies_to is 'judge'"),
        ("event_stage", "threshold", "60", "a rule on event_stage needs applies_to"),
        ("river_level", "threshold", "60", "signal is 'river_level'; use one of"),
    ],
)
def test_numbers_must_fit_what_is_watched(
    pack: Path, signal: str, columns: str, values: str, said: str
) -> None:
    write(pack, columns, values, signal)

    (found,) = check_pack(pack)

    assert found.startswith(f"alert_rules.csv, line 2: {said}")


@pytest.mark.parametrize(
    ("row", "said"),
    [
        ("operators,1.5,seats", "operators is 1.5; give a whole number from 1."),
        ("flood_share,120,%", "flood_share is 120 %; use 0 to 100."),
    ],
)
def test_a_bad_target_is_a_sentence_with_file_and_line(
    pack: Path, row: str, said: str
) -> None:
    text = f"metric,target,unit,status,provenance\n{row},assumed,test\n"
    (pack / "alarm_targets.csv").write_text(text, encoding="utf-8")

    assert check_pack(pack) == [f"alarm_targets.csv, line 2: {said}"]
