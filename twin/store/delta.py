"""Commits to Delta tables, so that readers that we did not write see the same rows. The only module that imports deltalake."""

from __future__ import annotations

import json
import time
from typing import TYPE_CHECKING

import pyarrow as pa
from deltalake import DeltaTable, Schema
from deltalake.exceptions import CommitFailedError, DeltaError
from deltalake.transaction import AddAction, RemoveAction, create_table_with_add_actions

from twin.store.lake import sync

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from twin.contracts import Table
    from twin.store.snapshot import File, TableCut

__all__ = ["CHECKPOINT_EVERY", "DeltaError", "commit"]

CHECKPOINT_EVERY = 50
_TRIES = 3
_LOG_KEPT = "interval 6 hours"
"""A commit every ten seconds makes 8,640 log files a day, and opening a table lists them all. Our snapshots need none of them."""


def commit(root: Path, table: Table, before: TableCut | None, files: Sequence[File]) -> int:
    """Make `files` the table's content; answer the Delta version. What a killed writer left in the log is taken out again.

    Args:
        before: the table in the parent snapshot; None if it was not there.
    """
    folder = root / table.name
    folder.mkdir(parents=True, exist_ok=True)
    version = _retried(folder, table, before, files)
    log = folder / "_delta_log"
    for written in (*log.glob(f"{version:020d}*"), *log.glob("_last_checkpoint"), log, folder, root):
        sync(written)
    return version


def _retried(folder: Path, table: Table, before: TableCut | None, files: Sequence[File]) -> int:
    for _ in range(_TRIES - 1):
        try:
            return _commit(folder, table, before, files)
        except CommitFailedError:
            continue  # another program wrote to the table; the next try sees what
    return _commit(folder, table, before, files)


def _commit(folder: Path, table: Table, before: TableCut | None, files: Sequence[File]) -> int:
    wanted = {file.path.partition("/")[2]: file for file in files}
    schema = Schema.from_arrow(pa.schema([field.with_nullable(True) for field in table.schema]))
    moment = time.time_ns() // 1_000_000
    if not DeltaTable.is_deltatable(str(folder)):
        create_table_with_add_actions(str(folder), schema, [_add(name, file, moment) for name, file in wanted.items()], mode="error",
                                      configuration={"delta.logRetentionDuration": _LOG_KEPT})
        return 0
    try:
        delta = DeltaTable(str(folder))
    except DeltaError:
        _drop_torn(folder / "_delta_log", before.version if before else -1)
        delta = DeltaTable(str(folder))
    if delta.schema() != schema:  # another version of this program wrote it: all files are new
        delta.create_write_transaction([_add(name, file, moment) for name, file in wanted.items()], mode="overwrite", schema=schema)
        return DeltaTable(str(folder)).version()
    if before is not None and delta.version() == before.version:
        there = {file.path.partition("/")[2] for file in before.files}
    else:
        there = {uri.rpartition("/")[2] for uri in delta.file_uris()}
    actions: list[AddAction | RemoveAction] = [_add(name, file, moment) for name, file in wanted.items() if name not in there]
    actions += [RemoveAction(name, True, moment, partition_values={}) for name in sorted(there - wanted.keys())]
    if not actions:
        return delta.version()
    delta.create_write_transaction(actions, mode="append", schema=schema)
    version = max(int(entry.stem) for entry in (folder / "_delta_log").glob("*.json") if entry.stem.isdigit())
    if version % CHECKPOINT_EVERY == 0:
        DeltaTable(str(folder)).create_checkpoint()
    return version


def _drop_torn(log: Path, published: int) -> None:
    """Remove commits later than version `published` that are not whole: a power cut left them, and no snapshot names them."""
    for entry in log.glob("*.json"):
        if entry.stem.isdigit() and int(entry.stem) > published:
            try:
                for line in entry.read_text(encoding="utf-8").splitlines() or [""]:
                    json.loads(line)
            except ValueError:
                entry.unlink()


def _add(name: str, file: File, moment: int) -> AddAction:
    return AddAction(name, file.bytes, {}, moment, True, json.dumps({"numRecords": file.rows}))
