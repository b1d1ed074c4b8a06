"""A lake of yesterday's program opens, says what its raw logs say, and goes on.

It is published onto, verified, folded and pruned.
"""

from __future__ import annotations

import hashlib
import json
import tarfile
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from deltalake import DeltaTable

from layers.registry import load_registry
from tests.oracles import history
from twin.city import City
from twin.clock import from_text
from twin.contracts import TABLES
from twin.engine import parse_sql
from twin.errors import LakeError
from twin.feeds.batch import Batch
from twin.query import QueryService
from twin.query.service import _key
from twin.store import (
    File,
    Lake,
    Snapshot,
    TableCut,
    at,
    compact,
    engine_over,
    ensure_intact,
    find,
    ids,
    newest,
    prune,
    publish,
    reckoned_anew,
    upgrade,
    verify,
)
from twin.store.files import hash_of, schema_hash
from twin.store.older import earlier
from twin.store.snapshot import name as id_of
from twin.view import View, pin

PACKED = Path(__file__).resolve().parents[1] / "lakes" / "format-1.tar.gz"
NEWEST = datetime(2026, 7, 16, 7, 30, tzinfo=UTC)
NEXT = NEWEST + timedelta(minutes=1)

# Columns that came later, by table: files of these lakes do not have them.
LATER = {
    "event_stages": {"replaces_at"},
    "feedbacks": {"replaces"},
    "detections": {"operator", "blocks"},
}
MEASURES = sorted(name for name, table in TABLES.items() if table.kind == "measure")


@pytest.fixture
def old(tmp_path: Path) -> Lake:
    """The lake that yesterday's program wrote."""
    with tarfile.open(PACKED) as packed:
        packed.extractall(tmp_path, filter="data")
    return Lake(tmp_path / "lake")


@pytest.fixture
def service(old: Lake, city: City) -> Iterator[QueryService]:
    """A desk over it."""
    found = QueryService(city, load_registry(city), old.path)
    yield found
    found.close()


def raw(snapshot: Snapshot, table: str) -> list[dict[str, Any]]:
    """Rows of one table, read by pyarrow alone."""
    return [
        row
        for file in snapshot.files(table)
        for row in pq.ParquetFile(file).read().to_pylist()
    ]


def logs(snapshot: Snapshot) -> history.Logs:
    """The raw logs, as the oracle takes them."""
    lacked = {
        "quarantine": "subject_id",
        "event_stages": "replaces_at",
        "feedbacks": "replaces",
    }
    rows = {
        name: [{lacked.get(name, name): None, **row} for row in raw(snapshot, name)]
        for name in (
            "events",
            "event_stages",
            "dispatches",
            "feedbacks",
            "quarantine",
            "sla_targets",
        )
    }
    return history.Logs(**rows)


def rows_of(snapshot: Snapshot, city: City, table: str) -> list[dict[str, Any]]:
    """Rows of one table as this program reads them, in one order."""
    names = TABLES[table].schema.names
    header = "\n".join(f"-- column {name} VARCHAR - any" for name in names)
    sql = parse_sql(
        f"-- reads {table}\n{header}\n-- rows any\nSELECT {', '.join(names)} FROM"
        f" {table} ORDER BY {', '.join(TABLES[table].key)}",
        "all.sql",
    )
    with engine_over(snapshot, city) as engine:
        return engine.query(sql, {}).to_pylist()


def headline(service: QueryService, city: City, **view: Any) -> dict[str, Any]:
    """The headline's figures by name."""
    layer = service._registry.get("headline")
    pinned = pin(View(**view), city, service.pointer)
    return {
        row["figure"]: row["value"]
        for panel in layer.panels
        if panel.question.moment == "view"
        for row in service.panel(layer, panel, pinned).rows.to_pylist()
    }


def on_top(old: Lake, city: City, *batches: Batch) -> Snapshot:
    """Publish onto the old lake, a minute after its newest snapshot."""
    return publish(old, city, batches, as_of=NEXT, simulated=True, now=lambda: NEXT)[0]


def test_the_lake_is_of_the_format_and_the_schema_that_this_is_about(old: Lake):
    snapshot = find(old)
    assert (snapshot.format, json.loads(old.pointer.read_text())["format"]) == (1, 1)
    assert snapshot.tables["event_facts"].schema_hash != schema_hash(
        TABLES["event_facts"]
    )
    assert snapshot.tables["event_facts"].rows == 7
    assert "event_facts" in reckoned_anew(snapshot)


def test_every_snapshot_of_it_opens_with_the_figures_of_its_raw_logs(
    old: Lake, service: QueryService, city: City
):
    moments = sorted({find(old, each).as_of for each in ids(old)})
    assert len(moments) == 5
    for as_of in moments:
        known = logs(at(old, as_of).snapshot)
        wanted = {
            name: row["value"]
            for figures in (
                history.headline_events,
                history.headline_clocks,
                history.headline_proactive,
            )
            for name, row in figures(known, as_of, as_of, city.zone, "live").items()
        }
        assert headline(service, city, as_of=as_of) == pytest.approx(wanted)
    assert headline(service, city)["events_today"] > 0


def test_what_is_worked_out_on_opening_is_what_a_new_lake_of_the_same_rows_would_hold(
    old: Lake, city: City, tmp_path: Path
):
    snapshot = find(old)
    batches = [
        Batch(
            name,
            pa.Table.from_pylist(raw(snapshot, name), schema=table.schema),
            "again",
            "old lake",
        )
        for name, table in TABLES.items()
        if table.kind == "log" and snapshot.files(name)
    ]
    again, _ = publish(
        Lake(tmp_path / "new"),
        city,
        batches,
        as_of=snapshot.as_of,
        simulated=True,
        now=lambda: snapshot.as_of,
    )
    # No rule, no alarm: these lakes are older than the table of rules.
    assert "alert_rules" not in snapshot.tables
    assert rows_of(snapshot, city, "alerts") == []
    for table in set(MEASURES) - {"alerts"}:
        assert rows_of(snapshot, city, table) == rows_of(again, city, table), table


def test_an_answer_of_a_measure_that_has_no_bytes_of_its_own_is_kept_for_its_snapshot_alone(
    old: Lake, city: City
):
    one = find(old)
    other = replace(
        one, id="20260716T083000Z-000007-abcdef", as_of=NEWEST + timedelta(hours=1)
    )
    links, events = (
        parse_sql(
            f"-- reads {table}\n-- column n BIGINT - any\n-- rows one\nSELECT count(*)"
            f" AS n FROM {table}",
            "n.sql",
        )
        for table in ("link_health", "events")
    )
    assert _key(one, links, {}) != _key(other, links, {})
    assert _key(one, events, {}) == _key(other, events, {})
    new = on_top(old, city)
    assert _key(new, links, {}) == _key(replace(new, id=other.id), links, {})


def test_published_onto_it_is_of_the_new_form_and_says_the_same(old: Lake, city: City):
    before = find(old)
    facts = rows_of(before, city, "event_facts")
    after = on_top(old, city)
    assert (
        after.format,
        json.loads(old.pointer.read_text())["format"],
        after.parent,
    ) == (3, 3, before.id)
    assert reckoned_anew(after) == frozenset()
    assert {
        name
        for name, cut in after.tables.items()
        if cut.schema_hash != schema_hash(TABLES[name])
    } == LATER.keys()
    assert rows_of(after, city, "event_facts") == facts
    for table in MEASURES:
        keys = [
            tuple(row[name] for name in TABLES[table].key) for row in raw(after, table)
        ]
        assert len(keys) == len(set(keys)), table
    for table in TABLES:
        if TABLES[table].kind == "log" and table in before.tables:
            assert after.tables[table].files == before.tables[table].files, table


def test_a_lake_of_the_format_before_this_one_says_the_same_before_and_after_a_publish(
    city: City, tmp_path: Path
):
    """Its answers and stages lack what says that they correct others.

    Its facts lack when a closing without a time was said.
    """
    with tarfile.open(PACKED.with_name("format-2.tar.gz")) as packed:
        packed.extractall(tmp_path, filter="data")
    lake = Lake(tmp_path / "lake")
    before = find(lake)
    for table, columns in LATER.items():
        held = {frozenset(how.held) for how in earlier(before, {table}).values()}
        assert held == {frozenset(TABLES[table].schema.names) - columns}
    assert "event_facts" in reckoned_anew(before)
    held = {
        table: rows_of(before, city, table)
        for table in ("feedbacks", "event_stages", "event_facts")
    }
    moment = before.as_of + timedelta(minutes=1)
    publish(lake, city, [], as_of=moment, simulated=True, now=lambda: moment)
    after = find(lake)
    assert reckoned_anew(after) == frozenset()
    assert {table: rows_of(after, city, table) for table in held} == held
    assert all(held.values())
    assert verify(Lake(lake.path)).faults == ()


def test_an_answer_without_a_time_is_taken_into_a_lake_in_which_every_answer_had_one(
    old: Lake, city: City
):
    event = {**raw(find(old), "events")[0], "event_id": "new", "version": 1}
    answer = {
        "event_id": "new",
        "version": 1,
        "occurred_at": NEWEST,
        "recorded_at": NEWEST,
        "told_at": None,
        "is_satisfied": None,
        "is_reopened": False,
        "source": "test",
        "replaces": None,
    }
    after = on_top(
        old,
        city,
        *(
            Batch(
                table,
                pa.Table.from_pylist([row], schema=TABLES[table].schema),
                "test",
                "test",
            )
            for table, row in (("events", event), ("feedbacks", answer))
        ),
    )
    assert answer in raw(after, "feedbacks")
    (row,) = [
        row
        for row in rows_of(after, city, "event_facts")
        if row["event_id"] == "new" and row["known_to"] is None
    ]
    assert (row["closed_at"], row["closed_by_at"], row["closed_by_known_at"]) == (
        None,
        NEWEST,
        NEWEST,
    )
    assert verify(Lake(old.path)).faults == ()


def test_readers_that_we_did_not_write_see_the_new_form(old: Lake, city: City):
    after = on_top(old, city)
    for name, cut in after.tables.items():
        if cut.version < 0:
            continue  # never had a row
        delta = DeltaTable(str(old.tables / name))
        assert (delta.version(), delta.to_pyarrow_table().num_rows) == (
            cut.version,
            cut.rows,
        ), name
        later = LATER.get(name, set())
        wanted = [each for each in TABLES[name].schema.names if each not in later]
        assert delta.to_pyarrow_table().schema.names == wanted, name
    assert (
        DeltaTable(str(old.tables / "event_facts"), version=0)
        .to_pyarrow_table()
        .num_rows
        == 6
    )


def test_the_upgraded_lake_is_verified_folded_and_pruned_and_its_old_snapshots_still_open(
    old: Lake, city: City
):
    for n in range(1, 5):
        moment = NEWEST + timedelta(minutes=n)
        publish(
            old,
            city,
            [],
            as_of=moment,
            simulated=True,
            now=lambda moment=moment: moment,
        )
    folded = compact(old, now=lambda: NEWEST + timedelta(minutes=4))
    assert verify(Lake(old.path)).faults == ()
    for each in ids(old):
        ensure_intact(Lake(old.path), find(old, each))
    first = find(old, "20260716T070036Z-000003-330a0f")
    assert (first.format, first.rule, first.city, first.kind) == (
        3,
        1,
        "trio",
        "simulated",
    )
    prune(old, now=lambda: NEWEST + timedelta(days=40), latest=1)
    assert newest(old) == folded
    assert verify(Lake(old.path)).faults == ()
    assert len(rows_of(folded, city, "event_facts")) == 7


def test_folding_a_lake_that_was_upgraded_and_not_yet_published_onto(
    old: Lake, city: City
):
    (
        old.snapshots / "20260716T073000Z-000006-e734b4.json"
    ).unlink()  # what yesterday's program folded itself
    old.pointer.write_text(
        json.dumps({"format": 1, "snapshot": "20260716T073000Z-000005-b49c58"})
    )
    with pytest.raises(LakeError, match="is of format 1"):
        compact(old, now=lambda: NEWEST)
    unfolded = upgrade(old, city)
    folded = compact(old, now=lambda: NEWEST)
    assert (folded.rule, folded.compacts) == (1, unfolded.id)
    assert folded.tables["event_facts"] == unfolded.tables["event_facts"]
    assert len(folded.tables["drone_states"].files) < len(
        unfolded.tables["drone_states"].files
    )
    for table in ("event_facts", "coverage", "footprints"):
        assert rows_of(folded, city, table) == rows_of(unfolded, city, table)
    assert (
        len(unfolded.tables["coverage"].files),
        len(folded.tables["coverage"].files),
    ) == (5, 1)
    # As they stand in the files: no cell is given another's time.
    for table in unfolded.tables:
        none = dict.fromkeys(LATER.get(table, ()))
        assert sorted(str(none | row) for row in raw(folded, table)) == sorted(
            str(none | row) for row in raw(unfolded, table)
        ), table
    assert verify(old).faults == ()
    assert on_top(old, city).rule == 2


def test_an_old_program_refuses_the_upgraded_lake_by_the_number_that_it_looks_at(
    old: Lake, city: City
):
    after = on_top(old, city)
    assert json.loads(old.pointer.read_text())["format"] == 3
    assert json.loads((old.snapshots / f"{after.id}.json").read_text())["format"] == 3


def rewritten(lake: Lake, **tables: dict[str, Any]) -> Snapshot:
    """Write the newest snapshot, of format 1, with other tables, as that program would
    have: under the id of its content.
    """
    path = lake.snapshots / f"{find(lake).id}.json"
    said = json.loads(path.read_text())
    said["tables"] |= tables
    cuts = {
        name: TableCut(
            cut["version"],
            cut["schema_hash"],
            tuple(File(**file) for file in cut["files"]),
        )
        for name, cut in said["tables"].items()
    }
    for name, cut in said["tables"].items():
        cut |= {"sha256": cuts[name].sha256, "rows": cuts[name].rows}
    said["id"] = id_of(from_text(said["as_of"]), said["seq"], cuts)
    path.unlink()
    (lake.snapshots / f"{said['id']}.json").write_text(json.dumps(said))
    lake.pointer.write_text(json.dumps({"format": 1, "snapshot": said["id"]}))
    return find(lake)


def with_old_quarantine(lake: Lake) -> Snapshot:
    """Give the newest snapshot a quarantine of one row, in the form that had no `subject_id`."""
    schema = pa.schema(
        [field for field in TABLES["quarantine"].schema if field.name != "subject_id"]
    )
    row = {
        "quarantine_id": "q1",
        "recorded_at": NEWEST,
        "occurred_at": NEWEST,
        "table_name": "events",
        "feed": "f",
        "origin": "o",
        "row_n": 3,
        "reason": "It was off.",
        "raw": "{}",
    }
    (lake.tables / "quarantine").mkdir()
    path = lake.tables / "quarantine" / "part-2026-07-q.parquet"
    pq.write_table(pa.Table.from_pylist([row], schema=schema), path)
    data = path.read_bytes()
    file = {
        "path": "quarantine/part-2026-07-q.parquet",
        "chunk": "2026-07",
        "rows": 1,
        "bytes": len(data),
        "sha256": hashlib.sha256(data).hexdigest(),
        "first": "",
        "last": "",
        "known": "",
    }
    return rewritten(
        lake, quarantine={"version": 0, "schema_hash": hash_of(schema), "files": [file]}
    )


def test_a_log_that_lacks_a_column_which_may_be_null_is_null_there(
    old: Lake, city: City
):
    snapshot = with_old_quarantine(old)
    ensure_intact(old, snapshot)
    assert [
        (row["quarantine_id"], row["reason"], row["subject_id"])
        for row in rows_of(snapshot, city, "quarantine")
    ] == [("q1", "It was off.", None)]


def test_the_next_publish_adds_the_new_form_to_such_a_log_and_leaves_what_is_there(
    old: Lake, city: City
):
    with_old_quarantine(old)
    bad = pa.table({"event_id": ["E9"], "version": [1]})
    after = on_top(old, city, Batch("events", bad, "feed", "file"))
    cut = after.tables["quarantine"]
    assert cut.schema_hash == schema_hash(TABLES["quarantine"])
    assert [file.form == cut.schema_hash for file in cut.files] == [False, True]
    assert "q1" in [row["quarantine_id"] for row in raw(after, "quarantine")]
    seen = rows_of(after, city, "quarantine")
    assert [(row["quarantine_id"] == "q1", row["subject_id"]) for row in seen] in (
        [(True, None), (False, "E9")],
        [(False, "E9"), (True, None)],
    )
    delta = DeltaTable(str(old.tables / "quarantine")).to_pyarrow_table()
    assert {row["quarantine_id"]: row["subject_id"] for row in delta.to_pylist()} == {
        row["quarantine_id"]: row["subject_id"] for row in seen
    }
    assert verify(Lake(old.path)).faults == ()


@pytest.mark.parametrize("table", ["events", "districts", "quarantine"])
def test_a_log_or_reference_table_of_any_other_form_is_refused_in_one_sentence(
    old: Lake, city: City, table: str
):
    with_old_quarantine(old)
    said = json.loads((old.snapshots / f"{find(old).id}.json").read_text())
    rewritten(old, **{table: said["tables"][table] | {"schema_hash": "another"}})
    with pytest.raises(
        LakeError, match=f"The table {table} of snapshot .* has other columns"
    ):
        ensure_intact(old, find(old))
    with pytest.raises(LakeError, match="has other columns"):
        on_top(old, city)


def test_a_column_that_may_not_be_null_is_never_made_up(old: Lake):
    snapshot = find(old)
    schema = TABLES["events"].schema
    assert not schema.field(len(schema) - 1).nullable
    said = json.loads((old.snapshots / f"{snapshot.id}.json").read_text())
    rewritten(
        old,
        events=said["tables"]["events"]
        | {"schema_hash": hash_of(pa.schema(list(schema)[:-1]))},
    )
    with pytest.raises(LakeError, match="has other columns"):
        ensure_intact(old, find(old))
