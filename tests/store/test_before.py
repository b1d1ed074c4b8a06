"""The lake that the version before this one wrote opens, says what its files say, and goes on.

Nobody may change `tests/lakes/format-3.tar.gz`. What it holds is told in `tests/lakes/make.py`.
"""

from __future__ import annotations

import tarfile
from datetime import timedelta
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from deltalake import DeltaTable

from tests.store import evolver
from twin.contracts import TABLES, history
from twin.store import (
    Lake,
    Snapshot,
    backup,
    compact,
    engine_over,
    find,
    ids,
    last_good,
    publish,
    upgrade,
    verify,
)

PACKED = Path(__file__).resolve().parents[1] / "lakes" / "format-3.tar.gz"

# Columns that came later, by table: no row of these logs brings them.
LATER = {"detections": {"operator", "blocks"}}


@pytest.fixture
def old(tmp_path: Path) -> Lake:
    """The lake."""
    with tarfile.open(PACKED) as packed:
        packed.extractall(tmp_path, filter="data")
    return Lake(tmp_path / "lake")


def counted(snapshot: Snapshot, *, of: Snapshot | None = None) -> dict[str, int]:
    """How many rows each log and reference table has, as questions see them.

    Of the tables that another snapshot has, where one is given.
    """
    with engine_over(snapshot, evolver.CITY) as engine:
        return {
            name: len(evolver.answers(engine, name, *table.schema.names))
            for name, table in TABLES.items()
            if table.kind != "measure" and (of is None or name in of.tables)
        }


def held(snapshot: Snapshot) -> dict[str, int]:
    """The same, as the files themselves have it."""
    return {
        name: sum(pq.read_metadata(file).num_rows for file in snapshot.files(name))
        for name, table in TABLES.items()
        if table.kind != "measure"
    }


def test_it_holds_rows_of_every_table_that_there_was_then(old: Lake):
    said = find(old).tables
    assert len(said) == 36
    assert all(cut.rows for cut in said.values())


def test_every_snapshot_of_it_opens_whole_with_all_its_rows(old: Lake):
    newest, problems = last_good(old)
    assert (newest.format, problems, verify(old).faults) == (3, (), ())
    assert len(ids(old)) == 5
    for each in ids(old):
        snapshot = find(old, each)
        assert counted(snapshot) == held(snapshot)


def test_what_its_tables_looked_like_is_in_the_history_of_the_contracts(old: Lake):
    for each in ids(old):
        for table, cut in find(old, each).tables.items():
            forms = {form.hash for form in history.every()[table]}
            assert {cut.schema_hash, *cut.forms} <= forms, table


def test_it_is_published_onto_folded_copied_and_upgraded_and_loses_no_row(
    old: Lake, tmp_path: Path
):
    before = find(old)
    # Reference tables that came later are filled from the pack.
    rows = counted(before, of=before)
    for n in range(1, 4):
        moment = before.as_of + timedelta(seconds=10 * n)
        reading = evolver.batches(0)[0]
        assert reading.table == "rain"
        publish(
            old,
            evolver.CITY,
            [reading] if n == 1 else [],
            as_of=moment,
            simulated=True,
            now=lambda at=moment: at,
        )
    rows["rain"] += 2
    moment = before.as_of + timedelta(minutes=1)
    for act in (
        lambda: compact(old, now=lambda: moment),
        lambda: upgrade(old, evolver.CITY, now=lambda: moment),
        lambda: backup(old, tmp_path / "copy"),
    ):
        act()
        assert counted(find(old), of=before) == rows
        assert verify(Lake(old.path)).faults == ()
    assert counted(find(Lake(tmp_path / "copy")), of=before) == rows
    for name, cut in find(old).tables.items():
        if cut.version < 0:
            continue  # never had a row
        delta = DeltaTable(str(old.tables / name)).to_pyarrow_table()
        # A column that came later is theirs when a row has it.
        later = LATER.get(name, set())
        assert (delta.num_rows, set(delta.schema.names)) == (
            cut.rows,
            set(TABLES[name].schema.names) - later,
        ), name
    for each in ids(old)[:5]:
        assert counted(find(old, each)) == held(find(old, each))
