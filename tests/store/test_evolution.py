"""Lakes of this program under later ones, whose contracts are others: copies of the package
with a column more, a table more, or a migration, as processes of their own.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.store import evolver
from tests.store.evolving import ROOT, Program, RefusedError
from twin.contracts import history
from twin.errors import TwinError

PACK = Path(__file__).resolve().parents[1] / "cities" / "trio"
RAIN = "contracts/water.py"
GAUGE = (r'text\("station_id", ', 'text("gauge_id", ')
KEY = (r'key=\("station_id", "occurred_at"\),', 'key=("gauge_id", "occurred_at"),')
SORT = (r'sort=\("occurred_at", "station_id"\),', 'sort=("occurred_at", "gauge_id"),')
PUDDLES = """PUDDLES = Table(
    name="puddles", kind="log", key=("puddle_id",), chunk="month", doc="One row each.",
    columns=(text("puddle_id", "it"), *clocks(), SOURCE),
)"""


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A lake of three snapshots that this program wrote. Nobody may change it."""
    lake = tmp_path_factory.mktemp("filled") / "lake"
    evolver.fill(str(lake), 1, 3)
    return lake


@pytest.fixture
def lake(filled: Path, tmp_path: Path) -> str:
    """A copy of it."""
    return shutil.copytree(filled, tmp_path / "lake").as_posix()


def began(program: Program) -> Iterator[Program]:
    yield program
    program.close()


# --- what only adds -------------------------------------------------------------------


@pytest.fixture(scope="module")
def wider(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Program]:
    """A program whose gauges have a note, in the midst of their columns, and with puddles."""
    program = Program.copied(tmp_path_factory.mktemp("wider"))
    program.edit(
        RAIN,
        (GAUGE[0], 'text("note", "what is said", null=True), text("station_id", '),
        (r"WATER_DEPTHS = Table\(", f"{PUDDLES}\n\nWATER_DEPTHS = Table("),
        (r"TABLES = \(RAIN, ", "TABLES = (RAIN, PUDDLES, "),
    )
    assert program.record() == ""
    yield from began(program)


def two(tick: int, *more: Any) -> list[list[Any]]:
    """Rows of the two gauges of a tick: which, and their millimetres; then more columns."""
    return [[f"R{n}", float(tick), *more] for n in range(2)]


def by_gauge(*ticks: list[list[Any]]) -> list[list[Any]]:
    """Rows in the order of the key."""
    return [rows[n] for n in range(2) for rows in ticks]


def test_a_column_that_is_added_is_null_in_old_rows_and_there_in_new_ones(
    lake: str, wider: Program
):
    first, _, third = evolver.ACTS["ids"](lake)
    seen = ("rain", "station_id", "mm_5min", "note")
    before = wider.ask("shown", lake)
    assert wider.ask("last_good", lake) == [third, []]
    assert wider.ask("rows", lake, third, *seen) == by_gauge(
        *(two(tick, None) for tick in (1, 2, 3))
    )
    assert wider.ask("rows", lake, third, "puddles", "puddle_id") == []

    (fourth,) = wider.ask("fill", lake, 4, 4)

    after = wider.ask("shown", lake)
    assert after["files"]["rain"][:3] == before["files"]["rain"]
    assert (len(after["forms"]["rain"]), after["anew"]) == (2, [])
    assert wider.ask("rows", lake, fourth, *seen) == by_gauge(
        *(two(tick, None) for tick in (1, 2, 3)), two(4, "n4")
    )
    assert wider.ask("rows", lake, first, *seen) == by_gauge(two(1, None))
    assert wider.ask("rows", lake, fourth, "puddles", "puddle_id") == [["P4"]]
    assert wider.ask("foreign", lake, "rain", "mm_5min", "note") == [
        [1.0, None], [1.0, None], [2.0, None], [2.0, None], [3.0, None], [3.0, None],
        [4.0, "n4"], [4.0, "n4"],
    ]  # fmt: skip
    assert wider.ask("faults", lake) == []
    # What only adds is no reason to write a table that brings nothing new.
    assert after["files"]["districts"] == before["files"]["districts"]


def test_the_same_rows_again_add_nothing_across_the_change_and_another_content_is_refused(
    lake: str, wider: Program
):
    wider.ask("fill", lake, 4, 4)
    before = wider.ask("shown", lake)["rows"]["rain"]
    # The tick before the change comes again, now with a note: the key is taken.
    wider.ask("again", lake, 3, 5)
    after = wider.ask("shown", lake)
    assert (before, after["rows"]["rain"], after["rows"]["quarantine"]) == (8, 8, 2)
    reasons = wider.ask("rows", lake, "latest", "quarantine", "reason")
    assert ["is already taken by other content" in said for (said,) in reasons] == [
        True,
        True,
    ]


def test_a_lake_with_old_and_new_files_is_folded_pruned_compared_copied_and_taken_back(
    lake: str, wider: Program, tmp_path: Path
):
    third = evolver.ACTS["ids"](lake)[-1]
    (fourth,) = wider.ask("fill", lake, 4, 4)
    seen = ("rain", "station_id", "mm_5min", "note")
    held = wider.ask("rows", lake, fourth, *seen)
    assert wider.ask("diff", lake, third, fourth)["rain"] == {
        "rows_before": 6, "rows_after": 8, "files_added": 1, "files_removed": 0,
    }  # fmt: skip

    copy = str(tmp_path / "copy")
    assert wider.ask("backup", lake, copy)["problems"] == []
    assert wider.ask("rows", copy, fourth, *seen) == held
    assert wider.ask("faults", copy) == []

    folded = wider.ask("compact", lake, 4)
    assert wider.ask("rows", lake, folded, *seen) == held
    assert len(wider.ask("shown", lake)["files"]["rain"]) == 1
    assert wider.ask("foreign", lake, "rain", "note").count([None]) == 6
    assert wider.ask("faults", lake) == []

    back = wider.ask("rollback", lake, third, 4)
    assert wider.ask("rows", lake, back, *seen) == held[:3] + held[4:7]
    assert wider.ask("faults", lake) == []
    wider.ask("fill", lake, 5, 5)
    wider.ask("prune", lake, 5)
    assert wider.ask("faults", lake) == []
    assert len(wider.ask("rows", lake, "latest", *seen)) == 8

    shutil.rmtree(lake)
    wider.ask("restore", copy, lake, 6)
    assert wider.ask("rows", lake, "latest", *seen) == held
    assert wider.ask("faults", lake) == []


@pytest.mark.soak
def test_the_first_publish_after_a_column_was_added_may_be_broken_off_at_any_step(
    lake: str, wider: Program
):
    done = wider.ask(
        "interrupted", lake, "publish", 4, "rain", "station_id", "mm_5min", "note"
    )
    assert done["wrong"] == []
    assert done["before"] > 10
    assert done["after"] > 1


def test_this_program_refuses_a_lake_with_a_table_or_a_column_of_a_later_one(
    lake: str, wider: Program
):
    third = evolver.ACTS["ids"](lake)[-1]
    wider.ask("fill", lake, 4, 4)
    with pytest.raises(TwinError) as caught:
        evolver.fill(lake, 5, 5)
    assert (
        "names the table puddles, which this program does not know" in caught.value.what
    )
    assert caught.value.why == "a newer City Twin wrote it."
    assert evolver.rows(lake, third, "rain", "mm_5min") == [
        [1],
        [2],
        [3],
        [1],
        [2],
        [3],
    ]


# --- what needs a migration -----------------------------------------------------------


def rename(program: Program) -> None:
    """Call a gauge by its own name: in its columns, in its key, and in how it is sorted."""
    program.edit(RAIN, GAUGE, KEY, SORT)


@pytest.fixture(scope="module")
def later(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Program]:
    """A program in which much is called, measured or promised otherwise, with migrations."""
    program = Program.copied(tmp_path_factory.mktemp("later"))
    rename(program)
    program.edit(
        RAIN,
        (r'        text\("place_name", .*\n', ""),
        (
            r'real\("depth_cm", (".*"), "cm", low=0, high=500\),',
            r'whole("depth_mm", \1, "mm", low=0, high=5000),',
        ),
        (
            r'(text\("sensor_id", .*\n        \*clocks\(\),\n        )DISTRICT,',
            r'\1text("district_id", "district"),',
        ),
        (r"    text,\n\)", "    text,\n    whole,\n)"),
    )
    program.edit(
        "contracts/events.py",
        (r'"street", "community"\)', '"street", "neighbourhood")'),
        (r'allowed=\("camera", "drone"\)', 'allowed=("cctv", "drone")'),
    )
    program.edit(
        "contracts/reference.py",
        (r'(real\("value", .*, "see unit", type=pa.float)64', r"\g<1>32"),
    )
    drafts = program.drafts()
    assert drafts.keys() == {
        "rain",
        "water_depths",
        "events",
        "escalations",
        "detections",
        "facts",
    }
    for table, *changes in (
        ("facts", ("??? AS value", "value")),
        (
            "water_depths",
            ("??? AS depth_mm", "CAST(round(depth_cm * 10) AS INTEGER) AS depth_mm"),
            (
                "    district_id,",
                "    coalesce(district_id, 'unknown') AS district_id,",
            ),
        ),
        (
            "events",
            ("    level,", f"    {case('level', 'community', 'neighbourhood')},"),
        ),
        (
            "escalations",
            *(
                (
                    f"    {column},",
                    f"    {case(column, 'community', 'neighbourhood')},",
                )
                for column in ("from_level", "to_level")
            ),
        ),
        ("detections", ("    device,", f"    {case('device', 'camera', 'cctv')},")),
    ):
        text = drafts[table]
        for old, new in changes:
            assert text.count(old) == 1, text
            text = text.replace(old, new)
        program.migration(f"2026-12-01-{table.replace('_', '-')}", text)
    program.migration("2026-12-01-rain", of_the_recipe(drafts["rain"]))
    assert program.record() == ""
    yield from began(program)


def of_the_recipe(draft: str) -> str:
    """The example of docs/changing-a-contract.md: a draft with its gap filled in."""
    recipe = (ROOT / "docs" / "changing-a-contract.md").read_text(encoding="utf-8")
    text = recipe.partition("```sql\n")[2].partition("```")[0]
    filled = draft.replace("??? AS gauge_id", "station_id AS gauge_id")
    # But for the words that say what a column means: those are anybody's.
    told, due = (
        [line.split()[:5] for line in each.strip().splitlines()[1:]]
        for each in (text, filled)
    )
    assert told == due, "mend the recipe"
    return text


def case(column: str, old: str, new: str) -> str:
    """Another word for a value."""
    return f"CASE {column} WHEN '{old}' THEN '{new}' ELSE {column} END AS {column}"


NAMES = [
    f"2026-12-01-{table}"
    for table in (
        "detections",
        "escalations",
        "events",
        "facts",
        "rain",
        "water-depths",
    )
]
SEEN = {
    "rain": ("gauge_id", "mm_5min"),
    "water_depths": ("depth_mm", "district_id"),
    "detections": ("detection_id", "device"),
    "events": ("event_id", "level"),
    "event_facts": ("event_id", "level"),
    "facts": ("fact_id", "value"),
}


def told(program: Program, lake: str, ref: str = "latest") -> dict[str, list[Any]]:
    """What a program sees of the tables whose contract it changed."""
    return {
        table: program.ask("rows", lake, ref, table, *columns)
        for table, columns in SEEN.items()
    }


def due(*ticks: int) -> dict[str, list[Any]]:
    """What it must see of ticks, whoever published them, and of the pack."""
    events = [[f"E{tick}", "neighbourhood"] for tick in ticks]
    return {
        "rain": by_gauge(*(two(tick) for tick in ticks)),
        "water_depths": [[tick, "unknown"] for tick in ticks],
        "detections": [[f"D{tick}", "cctv"] for tick in ticks],
        "events": events,
        "event_facts": events,
        "facts": [["fleet-integrated", 12.0], ["port-visitors", 9000.0]],
    }


def test_a_lake_is_read_through_migrations_before_anybody_runs_them(
    lake: str, later: Program
):
    first, _, third = evolver.ACTS["ids"](lake)
    assert later.ask("last_good", lake) == [third, []]
    assert told(later, lake) == due(1, 2, 3)
    assert told(later, lake, first) == due(1)
    assert later.ask("shown", lake)["migrations"] == []
    assert later.ask("faults", lake) == []
    # Others may read it still, and this program may go on with it.
    evolver.fill(lake, 4, 4)
    assert told(later, lake) == due(1, 2, 3, 4)


@pytest.mark.parametrize("act", ["publish", "upgrade"])
def test_migrations_run_once_are_recorded_and_leave_snapshots_from_before_as_they_are(
    lake: str, later: Program, act: str
):
    every = evolver.ACTS["ids"](lake)
    kept = {path: path.read_bytes() for path in Path(lake).glob("snapshots/*.json")}
    before = later.ask("shown", lake)

    if act == "publish":
        (new,) = later.ask("fill", lake, 4, 4)
    else:
        new = later.ask("upgrade", lake, 4)

    ticks = (1, 2, 3, 4) if act == "publish" else (1, 2, 3)
    after = later.ask("shown", lake)
    assert told(later, lake) == due(*ticks)
    assert [(each["name"], each["at"], each["by"]) for each in after["migrations"]] == [
        (name, str(evolver.moment(4)), "0.1.0") for name in NAMES
    ]
    assert (after["parent"], after["compacts"], after["anew"]) == (
        every[-1], None if act == "publish" else every[-1], [],
    )  # fmt: skip
    assert not set(after["files"]["rain"]) & set(before["files"]["rain"])
    assert after["files"]["districts"] == before["files"]["districts"]
    assert later.ask("faults", lake) == []
    assert later.ask("foreign", lake, "water_depths", "depth_mm", "district_id") == [
        [tick, "unknown"] for tick in ticks
    ]
    # Looking back, nothing was written over, and all is as it was and as it is called now.
    for n, each in enumerate(every, 1):
        assert told(later, lake, each) == due(*range(1, n + 1))
    assert all(path.read_bytes() == data for path, data in kept.items())

    if act == "upgrade":
        assert later.ask("upgrade", lake, 5) == new
        assert later.ask("ids", lake) == [*every, new]
    (next_one,) = later.ask("fill", lake, 5, 5)
    assert later.ask("shown", lake, next_one)["migrations"] == after["migrations"]
    assert after["files"]["rain"][0] in later.ask("shown", lake)["files"]["rain"]
    assert told(later, lake) == due(*ticks, 5)


@pytest.mark.parametrize(
    "act", ["upgrade", pytest.param("publish", marks=pytest.mark.soak)]
)
@pytest.mark.slow
def test_migrations_may_be_broken_off_at_any_step_and_the_lake_reads_as_before_or_after(
    lake: str, later: Program, act: str
):
    done = later.ask("interrupted", lake, act, 4, "rain", "gauge_id", "mm_5min")
    assert done["wrong"] == []
    assert done["before"] > 10
    assert done["after"] > 1


def test_a_lake_that_went_through_migrations_goes_back_is_folded_copied_and_healed(
    lake: str, later: Program, tmp_path: Path
):
    second = evolver.ACTS["ids"](lake)[1]
    evolver.fill(lake, 4, 4)
    old = str(tmp_path / "old")
    evolver.ACTS["backup"](lake, old)

    # Folding runs no migration: what is in need of one is left as it is.
    folded = later.ask("compact", lake, 4)
    assert told(later, lake, folded) == due(1, 2, 3, 4)
    assert len(later.ask("shown", lake)["files"]["rain"]) == 4
    later.ask("fill", lake, 5, 5)
    assert told(later, lake) == due(1, 2, 3, 4, 5)

    back = later.ask("rollback", lake, second, 6)
    assert told(later, lake, back) == due(1, 2)
    assert later.ask("shown", lake)["migrations"] == []
    assert later.ask("foreign", lake, "rain", "station_id")[:1] == [["R0"]]
    assert later.ask("faults", lake) == []
    later.ask("fill", lake, 6, 6)
    assert told(later, lake) == due(1, 2, 6)
    assert later.ask("foreign", lake, "rain", "gauge_id")[:1] == [["R0"]]
    later.ask("prune", lake, 6)
    assert later.ask("faults", lake) == []

    # A backup from before is a lake that is in need, and brings back what is lost.
    assert told(later, old) == due(1, 2, 3, 4)
    new = str(tmp_path / "new")
    later.ask("restore", old, new, 6)
    assert told(later, new) == due(1, 2, 3, 4)
    later.ask("upgrade", new, 6)
    later.ask("backup", new, old)
    assert told(later, old) == due(1, 2, 3, 4)
    assert [each["name"] for each in later.ask("shown", old)["migrations"]] == NAMES
    for each in (new, old):
        assert later.ask("faults", each) == []


def flip(lake: str, file: str) -> None:
    """Flip one bit in the middle of a data file."""
    path = Path(lake) / "tables" / file
    whole = bytearray(path.read_bytes())
    whole[len(whole) // 2] ^= 4
    path.write_bytes(whole)


def test_damage_is_mended_or_said_before_any_migration_runs(lake: str, later: Program):
    files = later.ask("shown", lake)["files"]
    flip(lake, files["event_facts"][0])
    flip(lake, files["facts"][0])
    with pytest.raises(RefusedError, match="is damaged"):
        later.ask("upgrade", lake, 4)
    assert later.ask("repair", lake, 4) == []
    assert told(later, lake) == due(1, 2, 3)
    assert [each["name"] for each in later.ask("shown", lake)["migrations"]] == NAMES


def test_a_damaged_log_that_is_in_need_of_a_migration_is_left_to_the_backup(
    lake: str, later: Program
):
    before = later.ask("ids", lake)
    flip(lake, later.ask("shown", lake)["files"]["rain"][0])
    with pytest.raises(RefusedError, match="The table rain cannot be worked out"):
        later.ask("repair", lake, 4)
    assert later.ask("ids", lake) == before


def test_this_program_refuses_a_lake_that_went_through_a_migration_of_a_later_one(
    lake: str, later: Program
):
    every = evolver.ACTS["ids"](lake)
    later.ask("upgrade", lake, 4)
    with pytest.raises(TwinError) as caught:
        evolver.ACTS["last_good"](lake)
    assert f"names the migration {NAMES[0]}, which this program" in caught.value.what
    assert caught.value.fix.startswith("update this program")
    assert evolver.ACTS["ids"](lake)[:3] == every


def test_the_commands_say_which_migrations_ran(lake: str, later: Program):
    done = later.twin("lake", "upgrade", "--city", PACK, "--lake", lake)
    shown = later.twin("lake", "show", "--lake", lake)
    for said in (done, shown):
        lines = [line for line in said.splitlines() if "went through" in line]
        assert [line.split()[4] for line in lines] == NAMES
        assert all(line.endswith("with City Twin 0.1.0.") for line in lines)


def test_the_house_has_nothing_against_changes_that_have_their_migrations(
    later: Program,
):
    done = later.run(
        *("-m", "pytest", "-q", "-n", "0", "-p", "no:cacheprovider"),
        *("-o", "pythonpath=", "--rootdir", ROOT, "-c", ROOT / "pyproject.toml"),
        ROOT / "tests" / "house" / "test_contracts.py",
        *("-k", "history or lakes_can_follow or every_migration"),
    )
    assert done.returncode == 0, done.stdout
    assert "4 passed" in done.stdout


def test_a_contract_that_changed_without_a_migration_is_told_to_whoever_changed_it(
    lake: str, tmp_path: Path
):
    program = Program.copied(tmp_path / "program")
    rename(program)
    before = (program.root / "twin/contracts/history.json").read_bytes()
    said = program.record()
    assert (
        "The contract of rain changed and lakes cannot follow: the key of rain was"
        " station_id, occurred_at and is gauge_id, occurred_at; rain.station_id is gone;"
        " rain.gauge_id is new and may not be null. Write a migration, with the header"
        f" line `-- since {history.every()['rain'][-1].hash}`"
    ) in said
    assert (program.root / "twin/contracts/history.json").read_bytes() == before

    # And should it come to a lake nevertheless, nothing of that is touched.
    held = evolver.rows(lake, "latest", "rain", "station_id", "mm_5min")
    for act in (("last_good", lake), ("fill", lake, 4, 4), ("upgrade", lake, 4)):
        if act[0] == "upgrade":
            assert program.ask(*act) == evolver.ACTS["ids"](lake)[-1]
            continue
        with pytest.raises(RefusedError) as caught:
            program.ask(*act)
        assert caught.value.kind == "LakeError"
        assert "The table rain of snapshot" in caught.value.what
        assert "the column station_id is not known to it" in caught.value.what
        assert "docs/changing-a-contract.md" in caught.value.fix
    assert program.ask("damaged", lake) == ["rain"]
    program.close()
    assert evolver.rows(lake, "latest", "rain", "station_id", "mm_5min") == held
    assert evolver.ACTS["faults"](lake) == []


@pytest.mark.parametrize(
    ("change", "why"),
    [
        (
            ("station_id,", "nullif(station_id, 'R1') AS station_id,"),
            "have no station_id",
        ),
        (("FROM rain", "FROM rain WHERE mm_5min > 1"), "of 2 rows 0 come out"),
        (
            ("station_id,", "CAST(station_id AS INTEGER) AS station_id,"),
            "Could not convert",
        ),
    ],
)
def test_rows_that_do_not_come_through_a_migration_leave_the_lake_as_it_is(
    lake: str, tmp_path: Path, change: tuple[str, str], why: str
):
    program = Program.copied(tmp_path / "program")
    text = program.draft("rain")
    assert text.count(change[0]) >= 1
    head, _, select = text.partition("SELECT")
    program.migration("2026-12-01-wrong", f"{head}SELECT{select.replace(*change, 1)}")
    before = {path: path.read_bytes() for path in Path(lake).glob("snapshots/*")}
    for act in (("fill", lake, 4, 4), ("upgrade", lake, 4)):
        with pytest.raises(RefusedError) as caught:
            program.ask(*act)
        assert caught.value.what == (
            "The rows of rain cannot be brought to today's contract."
        )
        assert why in caught.value.why
    program.close()
    assert {path: path.read_bytes() for path in before} == before
    assert evolver.ACTS["faults"](lake) == []
    evolver.fill(lake, 4, 4)
    assert evolver.ACTS["faults"](lake) == []


# --- tables that came later -----------------------------------------------------------


def test_a_new_reference_table_is_filled_from_the_pack_and_a_new_measure_is_worked_out(
    tmp_path: Path,
):
    """An earlier program knew neither facts nor how links fare; probes it had."""
    program, lake = Program.copied(tmp_path / "program"), str(tmp_path / "lake")
    program.edit(
        "contracts/reference.py", (r"    PLACES,\n    FACTS,\n\)", "    PLACES,\n)")
    )
    program.edit(
        "contracts/measured.py",
        ("    COVERAGE,\n    LINK_HEALTH,\n", "    COVERAGE,\n"),
    )
    program.edit("measures/__init__.py", ("    link_health.MEASURE,\n", ""))
    first, second = program.ask("fill", lake, 1, 2)
    assert not {"facts", "link_health"} & program.ask("shown", lake)["rows"].keys()
    program.close()

    seen = ("link_health", "dept_id", "state")
    assert evolver.shown(lake)["anew"] == ["link_health"]
    links = evolver.rows(lake, second, *seen)
    assert len(links) > 3
    assert evolver.rows(lake, first, "facts", "fact_id") == []

    evolver.fill(lake, 3, 3)

    after = evolver.shown(lake)
    assert after["anew"] == []
    assert after["rows"]["facts"] == evolver.CITY.reference["facts"].num_rows > 0
    assert after["rows"]["link_health"] == len(links)
    assert evolver.rows(lake, "latest", *seen) == links
    assert evolver.ACTS["faults"](lake) == []
