"""Every setting of a pack has a type, a range and a name, and what passes the check fails
no block.
"""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from click.testing import CliRunner

from layers.registry import load_registry
from tests.faces.imported import imported
from twin.cli import main
from twin.engine import load_sql
from twin.faces import picture, texts
from twin.pack import check_pack, find_city, load_city, schema
from twin.query import QueryService
from twin.view import View, pin

SECTION = "city.toml: [{}] "
WRONG = (
    '"many"',
    "true",
    "[1]",
    "{a=1}",
    "nan",
    "inf",
    "-1",
    "0",
    "1e300",
    "1979-05-27",
)
"""What no number of these sections is."""
NUMBERS = [
    (section, name, setting)
    for section, schema in schema.SECTIONS.items()
    for name, setting in schema.items()
    if setting.kind in {"whole", "number", "positive"} and section == "freshness"
]


def put(pack: Path, name: str, value: str, file: str = "city.toml") -> None:
    """Give a setting another value, or another name and value."""
    path = pack / file
    text, n = re.subn(
        rf"^{name} = .*$",
        value if " = " in value else f"{name} = {value}",
        path.read_text(encoding="utf-8"),
        count=1,
        flags=re.MULTILINE,
    )
    assert n == 1
    path.write_text(text, encoding="utf-8")


@pytest.mark.parametrize(
    ("section", "name", "setting"),
    NUMBERS,
    ids=[f"{each[0]}.{each[1]}" for each in NUMBERS],
)
def test_a_number_of_another_type_or_size_is_a_fault(
    pack: Path, section, name, setting
) -> None:
    wrong = [
        *WRONG,
        *(("90.5", "90.0") if setting.kind == "whole" else ()),
        str(int(setting.high) + 1),
    ]
    for value in wrong:
        put(pack, name, value)

        told = check_pack(pack)

        assert len(told) == 1, (value, told)
        assert told[0].startswith(SECTION.format(section))
        assert name in told[0]
        assert told[0].endswith(".")


@pytest.mark.parametrize(
    ("name", "value", "sentence"),
    [
        (
            "drone_flying_s",
            "90.5",
            (
                "[freshness] needs drone_flying_s as a whole number, 1 to 31,622,400,"
                " not 90.5."
            ),
        ),
        (
            "drone_flying_s",
            "drone_flyng_s = 90",
            (
                "[freshness] has drone_flyng_s = 90, which nothing reads; write"
                " drone_flying_s, or remove it."
            ),
        ),
        ("brief", "7", "[schedule] brief is 7; write a time of the city's day"),
        ("brief", '"07:30+01:00"', "[schedule] brief is '07:30+01:00'"),
        ("brief", '"24:00"', "[schedule] brief is '24:00'"),
        (
            "brief",
            'breif = "07:30"',
            "[schedule] has breif = '07:30', which nothing reads; write brief",
        ),
        ("brief", "07:30:00", "[schedule] brief is datetime.time(7, 30)"),
        ("population", "-1", "[census] population is -1"),
        (
            "zoom",
            "zooom = 11.0",
            "[cameras.city] has zooom = 11.0, which nothing reads; write zoom",
        ),
        ("n_x", "nx = 500", "[raster] has nx = 500, which nothing reads; write n_x"),
        ("status", "status = 3", "[freshness] status is 3; write it as text"),
        ("year", '"2021"', "[census] needs year as a whole number"),
    ],
)
def test_each_of_these_is_a_fault_with_its_sentence(
    pack: Path, name, value, sentence
) -> None:
    put(pack, name, value)

    told = check_pack(pack)

    assert any(sentence in line for line in told), told


@pytest.mark.parametrize(
    ("section", "slip"),
    [("freshness", "freshnes"), ("schedule", "scedule"), ("census", "Census")],
)
def test_a_section_that_nothing_reads_is_a_fault_with_the_name_that_was_meant(
    pack: Path, section, slip
) -> None:
    path = pack / "city.toml"
    path.write_text(
        path.read_text(encoding="utf-8").replace(f"[{section}]", f"[{slip}]"),
        encoding="utf-8",
    )

    assert (
        f"city.toml has a section [{slip}] that nothing reads; write [{section}], or"
        " remove it." in check_pack(pack)
    )


@pytest.mark.parametrize(
    ("name", "value", "sentence"),
    [
        ("width", "1920.5", "[default] needs width as a whole number"),
        ("pitch_mm", "0", "pitch_mm is 0; give more than 0"),
        ("distance_m", "1e9", "distance_m is"),
        (
            "distance_m",
            "distnce_m = 8.0",
            "has distnce_m = 8.0, which nothing reads; write distance_m",
        ),
    ],
)
def test_a_wall_is_checked_the_same_way(pack: Path, name, value, sentence) -> None:
    put(pack, name, value, "wall.toml")

    assert any(sentence in line for line in check_pack(pack))


@pytest.mark.parametrize(
    ("name", "value", "sentence"),
    [
        (
            "safety_words",
            'safty_words = ["gás"]',
            "safty_words is no setting of a mapping; write safety_words.",
        ),
        ("crs", "7", "crs is 7, not text"),
        (
            "source_id",
            '"S99"',
            "source_id is 'S99', which is none of the pack's sources",
        ),
        ("safety_priority", "9", "safety_priority is 9"),
        ("created_at", "7", "the column of created_at is not text"),
        ('"alta"', "9", "priorities: alta"),
    ],
)
def test_the_command_checks_what_the_pack_says_of_its_feeds(
    pack: Path, name, value, sentence
) -> None:
    put(pack, name, value)

    done = CliRunner().invoke(main, ["city", "check", "--city", str(pack)])

    assert done.exit_code == 1
    assert sentence in done.output


def test_a_mapping_without_columns_is_one_that_is_not_written_yet_unless_its_name_is_a_slip(
    pack: Path,
) -> None:
    path, text = pack / "city.toml", (pack / "city.toml").read_text(encoding="utf-8")
    head, _, tail = text.partition("[feeds.work_orders.columns]")
    for word, status in (("", 0), ("[feeds.work_orders.colums]", 1)):
        path.write_text(head + (word + tail if word else ""), encoding="utf-8")
        assert (
            CliRunner().invoke(main, ["city", "check", "--city", str(pack)]).exit_code
            == status
        )


def test_the_packs_that_come_along_are_good(pack: Path) -> None:
    for root in (pack, find_city("wuhan")):
        done = CliRunner().invoke(main, ["city", "check", "--city", str(root)])
        assert done.exit_code == 0, done.output


def test_layers_ask_for_whole_numbers_where_the_pack_must_give_them(pack: Path) -> None:
    city = load_city(pack)
    asked = {
        (param.name, param.type)
        for layer in load_registry(city).layers
        for path in layer.folder.glob("*.sql")
        for param in load_sql(path).params
        if param.name in schema.SECTIONS["freshness"]
    }

    assert {name for name, _ in asked} == {
        "drone_flying_s",
        "drone_docked_s",
        "link_late_s",
        "link_down_s",
        "indicator_periods",
    }
    assert {kind for _, kind in asked} == {"INTEGER"}


@pytest.mark.parametrize("end", ["low", "high"])
def test_no_block_fails_at_either_end_of_what_a_pack_may_say(
    pack: Path, tmp_path: Path, end
) -> None:
    for _, name, setting in NUMBERS:
        put(pack, name, f"{getattr(setting, end):.0f}")
    city = load_city(pack)
    registry = load_registry(city)
    _, lake = imported(tmp_path / "lake")
    service = QueryService(city, registry, lake.path)

    pinned = pin(View(lang="en", district="alva"), city, service.pointer)
    shown = picture.take(
        service,
        registry,
        city,
        pinned,
        texts.load_texts("en", [layer.folder for layer in registry.layers]),
        pinned.as_of,
    )
    service.close()

    assert [(each.name, each.failed) for each in shown.shown if each.failed] == []
