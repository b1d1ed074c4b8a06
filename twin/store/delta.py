"""Delta tables, so that readers that we did not write see the same rows.

The only module that imports deltalake.

A snapshot says of each table up to which version its log goes and holds one hash over that
log, from the last checkpoint on. So a log that was cut, flipped or written on by somebody
else is found without trusting what it says itself.
"""

from __future__ import annotations

import hashlib
import json
import os
import time
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.parquet as pq
from deltalake import DeltaTable, PostCommitHookProperties, Schema
from deltalake.exceptions import CommitFailedError, DeltaError
from deltalake.transaction import AddAction, RemoveAction, create_table_with_add_actions

from twin.contracts import TABLES
from twin.store.disk import make_folder, move, sweep, sync, write_whole
from twin.store.files import schema_hash
from twin.store.older import written_schema
from twin.store.snapshot import TableCut

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from twin.contracts import Table
    from twin.store.lake import Lake
    from twin.store.snapshot import File

__all__ = [
    "CHECKPOINT_EVERY",
    "DeltaError",
    "chain",
    "commit",
    "copied",
    "faults",
    "hashed",
    "last_version",
    "older_faults",
    "rebuild",
    "reconcile",
    "tidy",
]

CHECKPOINT_EVERY = 50

# Checkpoints and old commits are looked after here: a snapshot vouches for each file of a
# log.
_NO_HOOK = PostCommitHookProperties(create_checkpoint=False, cleanup_expired_logs=False)
_LAST = "_last_checkpoint"
_DIGITS = 20


def commit(
    lake: Lake, table: Table, before: TableCut | None, files: Sequence[File]
) -> TableCut:
    """Make `files` the table's content. On the disk when this returns.

    Args:
        before: the table as the log has it (see `reconcile`); None, or of version -1, if
            there is none.

    Raises:
        DeltaError: the log cannot be read or written, or another program wrote to it: the
            next publish takes that out.
    """
    folder = lake.tables / table.name
    if before is None or before.version < 0:
        make_folder(folder)
        done = _created(lake, table, files)
    else:
        done = _committed(lake, table, before, files)
    _remember(lake, table.name, done, _listed(folder / "_delta_log"))
    return done


def _created(lake: Lake, table: Table, files: Sequence[File]) -> TableCut:
    folder = lake.tables / table.name
    create_table_with_add_actions(
        str(folder),
        _schema(lake, table, files),
        _adds(files),
        mode="error",
        post_commithook_properties=_NO_HOOK,
    )
    return _sealed(folder, table, TableCut(-1, "", ()), 0, files)


def _committed(
    lake: Lake, table: Table, before: TableCut, files: Sequence[File]
) -> TableCut:
    folder, schema = lake.tables / table.name, _schema(lake, table, files)
    delta = DeltaTable(str(folder))
    if delta.version() != before.version:
        raise CommitFailedError(
            f"version {delta.version()} was found, not {before.version}"
        )
    held, wanted = _types(delta.schema()), _types(schema)
    if not held.items() <= wanted.items():
        # A migration came between: all files are new.
        delta.create_write_transaction(
            [*_adds(files)],
            mode="overwrite",
            schema=schema,
            post_commithook_properties=_NO_HOOK,
        )
        return _sealed(folder, table, before, before.version + 1, files)
    if added := [field for field in schema.fields if field.name not in held]:
        # Files stay, and readers find null in what they lack: a commit of its own.
        delta.alter.add_columns(added, post_commithook_properties=_NO_HOOK)
        before = _sealed(folder, table, before, before.version + 1, before.files)
        delta = DeltaTable(str(folder))
    there, to_be = ({file.path for file in each} for each in (before.files, files))
    actions: list[AddAction | RemoveAction] = [
        *_adds(file for file in files if file.path not in there)
    ]
    moment = time.time_ns() // 1_000_000
    actions += [
        RemoveAction(_name(path), True, moment, partition_values={})
        for path in sorted(there - to_be)
    ]
    if not actions:
        return replace(before, files=tuple(files))
    delta.create_write_transaction(
        actions,
        mode="append",
        schema=delta.schema(),
        post_commithook_properties=_NO_HOOK,
    )
    return _sealed(folder, table, before, before.version + 1, files)


def _types(schema: Schema) -> dict[str, str]:
    """Return the type of each column, by its name: of both the order is no matter."""
    return {field.name: str(field.type) for field in schema.fields}


def _sealed(
    folder: Path, table: Table, before: TableCut, version: int, files: Sequence[File]
) -> TableCut:
    """Return the table after commit `version`, which is brought to the disk.

    It gets a checkpoint where one is due.
    """
    log = folder / "_delta_log"
    written = _commit_file(log, version)
    sync(written)
    log_from = before.log_from if version else 0
    digest = _link(before.log_sha256, written)
    if version and version % CHECKPOINT_EVERY == 0:
        DeltaTable(str(folder)).create_checkpoint()
        log_from, digest = version, _begin_at_checkpoint(log, version)
    for each in (log, folder, folder.parent):
        sync(each)
    return TableCut(version, schema_hash(table), tuple(files), log_from, digest)


def _begin_at_checkpoint(log: Path, version: int) -> str:
    """Bring a checkpoint to the disk and let it be found.

    Return the hash of a log that begins with it.
    """
    checkpoint = _checkpoint_file(log, version)
    sync(checkpoint)
    write_whole(log / _LAST, _last_checkpoint(log, version))
    return _link(_sha256(checkpoint), _commit_file(log, version))


def rebuild(
    lake: Lake, table: Table, version: int, files: Sequence[File], to: Path
) -> TableCut:
    """Write a table's log anew, as one checkpoint at `version`.

    What stood in the log before goes to the folder `to`.

    Args:
        version: higher than any that readers may have seen.
    """
    folder = lake.tables / table.name
    log, beside = folder / "_delta_log", folder / f".rebuilt.{os.getpid()}"
    make_folder(log)
    old = [path for path in log.iterdir() if path.is_file()]
    _empty(beside)
    create_table_with_add_actions(
        str(beside),
        _schema(lake, table, files),
        _adds(files),
        mode="error",
        post_commithook_properties=_NO_HOOK,
    )
    DeltaTable(str(beside)).create_checkpoint()
    for made, wanted in (
        (_checkpoint_file, _checkpoint_file(log, version)),
        (_commit_file, _commit_file(log, version)),
    ):
        path = made(beside / "_delta_log", 0)
        sync(path)
        path.rename(wanted)
    digest = _begin_at_checkpoint(log, version)
    for each in (log, folder, folder.parent):
        sync(each)
    _empty(beside)
    kept = {_LAST, _checkpoint_file(log, version).name, _commit_file(log, version).name}
    move([path for path in old if path.name not in kept], lake.path, to)
    return TableCut(version, schema_hash(table), tuple(files), version, digest)


def _empty(folder: Path) -> None:
    if folder.is_dir():
        for path in sorted(folder.rglob("*"), reverse=True):
            path.rmdir() if path.is_dir() else path.unlink()
        folder.rmdir()


def last_version(lake: Lake, name: str) -> int:
    """Return the highest version that a table's log has a file of; -1 if it has none."""
    return _listed(lake.tables / name / "_delta_log").last


def chain(log: Path, log_from: int, version: int) -> str:
    """Return the hash over a log's files from version `log_from` on.

    Each commit is hashed onto the hash of what stands before it; a checkpoint at `log_from`
    stands before its own commit.

    Raises:
        OSError: one cannot be read.
    """
    digest = _sha256(_checkpoint_file(log, log_from)) if log_from else ""
    for each in range(log_from, version + 1):
        digest = _link(digest, _commit_file(log, each))
    return digest


@dataclass(frozen=True)
class _Log:
    """The files of one `_delta_log`, by what they are."""

    commits: frozenset[int]
    checkpoints: frozenset[int]
    others: tuple[str, ...]
    stamps: tuple[tuple[str, int, int], ...]

    @property
    def last(self) -> int:
        return max(self.commits | self.checkpoints, default=-1)


def _listed(log: Path) -> _Log:
    commits, checkpoints, others, stamps = (
        set[int](),
        set[int](),
        list[str](),
        list[tuple[str, int, int]](),
    )
    try:
        entries = sorted(os.scandir(log), key=lambda entry: entry.name)
    except FileNotFoundError:
        entries = []
    for entry in entries:
        stem, _, ending = entry.name.partition(".")
        is_numbered = len(stem) == _DIGITS and stem.isdigit()
        if is_numbered and ending == "json":
            commits.add(int(stem))
        elif is_numbered and ending == "checkpoint.parquet":
            checkpoints.add(int(stem))
        elif entry.name != _LAST:
            others.append(entry.name)
        found = entry.stat()
        stamps.append((entry.name, found.st_size, found.st_mtime_ns))
    return _Log(
        frozenset(commits), frozenset(checkpoints), tuple(others), tuple(stamps)
    )


def faults(lake: Lake, name: str, cut: TableCut) -> list[str]:
    """Return a sentence for each thing in which a table's log is not as published.

    The newest snapshot says how it was.
    """
    log = lake.tables / name / "_delta_log"
    if cut.version < 0:
        return (
            [f"{name}: the Delta log has rows that no snapshot names."]
            if _listed(log).last >= 0
            else []
        )
    found: list[str] = []
    there = _listed(log)
    if there.last > cut.version:
        found.append(
            f"{name}: the Delta log goes on to version {there.last}; the snapshot names"
            f" {cut.version}."
        )
    try:
        if cut.log_sha256 and chain(log, cut.log_from, cut.version) != cut.log_sha256:
            found.append(
                f"{name}: the Delta log up to version {cut.version} has other bytes"
                " than published."
            )
        if any(
            cut.log_from < each <= cut.version for each in there.checkpoints
        ) or not _is_last_right(log, cut):
            found.append(
                f"{name}: the Delta log's {_LAST} has other bytes than published."
            )
    except (OSError, ValueError) as error:  # a footer that is off is told in many ways
        return [*found, f"{name}: the Delta log cannot be read: {error}."]
    return found or _other_rows(lake.tables / name, name, cut)


def older_faults(
    lake: Lake, name: str, newest: TableCut, before: Iterable[TableCut]
) -> list[str]:
    """Return a sentence for each part of a log that is not as older snapshots say.

    Only parts that they alone read are looked at.

    What no snapshot reads at all, as a prune that was killed leaves it, is no fault: the
    next prune takes it away.
    """
    log = lake.tables / name / "_delta_log"
    there = _listed(log)
    found: list[str] = []
    longest: dict[int, TableCut] = {}
    for cut in before:
        if cut.log_sha256 and cut.log_from < newest.log_from:
            longest[cut.log_from] = max(
                cut, longest.get(cut.log_from, cut), key=lambda each: each.version
            )
    for cut in longest.values():
        is_there = there.commits >= set(range(cut.log_from, cut.version + 1)) and (
            not cut.log_from or cut.log_from in there.checkpoints
        )
        if is_there and _chain_or_none(log, cut) != cut.log_sha256:
            found.append(
                f"{name}: the Delta log up to version {cut.version} has other bytes"
                " than published."
            )
    return found + [
        f"{name}: the Delta log holds {other}, which is not of this program."
        for other in there.others
    ]


def _is_last_right(log: Path, cut: TableCut) -> bool:
    last = log / _LAST
    if not cut.log_from:
        return not last.exists()
    return last.exists() and last.read_bytes() == _last_checkpoint(log, cut.log_from)


def _other_rows(folder: Path, name: str, cut: TableCut) -> list[str]:
    """Return a sentence if deltalake itself reads other files than the snapshot names."""
    try:
        delta = DeltaTable(str(folder))
        version, there = delta.version(), {Path(uri).name for uri in delta.file_uris()}
    except DeltaError as error:
        return [
            (
                f"{name}: the Delta log does not open:"
                f" {str(error).strip().splitlines()[0]}."
            )
        ]
    if version != cut.version:
        return [
            (
                f"{name}: the Delta table is at version {version}; the snapshot names"
                f" {cut.version}."
            )
        ]
    if there != {_name(file.path) for file in cut.files}:
        return [f"{name}: the Delta table names other files than the snapshot."]
    return []


def reconcile(
    lake: Lake, cuts: Mapping[str, TableCut], to: Path
) -> dict[str, TableCut]:
    """Bring every log to where the newest snapshot has it.

    Return the tables whose log had to be written anew.

    Commits that no snapshot names, of a killed publisher or of another program, go to the
    folder `to`. A log that is not what was published is written anew, from the snapshot. A
    log that was found right is not read again until its files change.
    """
    renewed: dict[str, TableCut] = {}
    for table in TABLES.values():
        cut, log = (
            cuts.get(table.name) or TableCut(-1, "", ()),
            lake.tables / table.name / "_delta_log",
        )
        there = _listed(log)
        if _is_known(lake, table.name, cut, there):
            continue
        sweep(log)
        if there.last > cut.version:
            _cut_tail(lake, table.name, cut, to)
        if cut.version >= 0 and (not cut.log_sha256 or faults(lake, table.name, cut)):
            renewed[table.name] = _mended(lake, table, cut, there, to)
            cut = renewed[table.name]
        _remember(lake, table.name, cut, _listed(log))
    return renewed


def _mended(lake: Lake, table: Table, cut: TableCut, there: _Log, to: Path) -> TableCut:
    """Return a table after its log was set right: hashed for the first time, or written anew."""
    log = lake.tables / table.name / "_delta_log"
    if not cut.log_sha256 and not _other_rows(
        lake.tables / table.name, table.name, cut
    ):
        found = hashed(lake, table.name, cut)
        if found.log_sha256:
            _say_last(log, found)
            return found
    if cut.log_sha256 and _chain_or_none(log, cut) == cut.log_sha256:
        _say_last(log, cut)
        if not faults(lake, table.name, cut):
            return cut
    return replace(
        rebuild(lake, table, max(there.last, cut.version) + 1, cut.files, to),
        schema_hash=cut.schema_hash,
    )


def hashed(lake: Lake, name: str, cut: TableCut) -> TableCut:
    """Return a table of format 1 or 2 with the hash of its log.

    It stays as it is if the log is not there any more.
    """
    log = lake.tables / name / "_delta_log"
    log_from = max(
        (each for each in _listed(log).checkpoints if each <= cut.version), default=0
    )
    try:
        return replace(
            cut, log_from=log_from, log_sha256=chain(log, log_from, cut.version)
        )
    except OSError:
        return cut


def _say_last(log: Path, cut: TableCut) -> None:
    if cut.log_from:
        write_whole(log / _LAST, _last_checkpoint(log, cut.log_from))
    else:
        (log / _LAST).unlink(missing_ok=True)


def _chain_or_none(log: Path, cut: TableCut) -> str | None:
    try:
        return chain(log, cut.log_from, cut.version)
    except OSError:
        return None


def _is_known(lake: Lake, name: str, cut: TableCut, there: _Log) -> bool:
    known = lake.logs.get(name)
    return known is not None and known == (cut.version, cut.log_sha256, there.stamps)


def _remember(lake: Lake, name: str, cut: TableCut, there: _Log) -> None:
    lake.logs[name] = (cut.version, cut.log_sha256, there.stamps)


def _cut_tail(lake: Lake, name: str, cut: TableCut, to: Path) -> None:
    """Move what a log has after the version that the newest snapshot names to the folder `to`."""
    log = lake.tables / name / "_delta_log"
    numbered = {
        path: stem
        for path in log.iterdir()
        if (stem := path.name.partition(".")[0]).isdigit()
    }
    move(
        sorted(
            (path for path, stem in numbered.items() if int(stem) > cut.version),
            reverse=True,
        ),
        lake.path,
        to,
    )
    if cut.version >= 0 and cut.log_sha256:
        # A damaged checkpoint is found out, and the log written anew.
        with suppress(OSError, ValueError):
            _say_last(log, cut)
    elif (log / _LAST).exists():
        (log / _LAST).unlink()


def copied(source: Lake, target: Lake, name: str, cut: TableCut) -> bool:
    """Copy a table's log as a snapshot has it to another lake, beside what is there.

    Return whether it could be copied.
    """
    here, there = (lake.tables / name / "_delta_log" for lake in (source, target))
    wanted = [_checkpoint_file(here, cut.log_from)] if cut.log_from else []
    wanted += [
        _commit_file(here, each) for each in range(cut.log_from, cut.version + 1)
    ]
    make_folder(there)
    try:
        for path in wanted:
            data = path.read_bytes()
            if (
                not (there / path.name).exists()
                or (there / path.name).read_bytes() != data
            ):
                write_whole(there / path.name, data)
        _say_last(there, cut)
        return chain(there, cut.log_from, cut.version) == cut.log_sha256
    except (FileNotFoundError, ValueError):
        return False


def tidy(lake: Lake, name: str, kept: Iterable[TableCut], to: Path) -> int:
    """Move the files of a log that no kept snapshot reads to the folder `to`; return how many."""
    log, needed = lake.tables / name / "_delta_log", set[str]()
    for cut in kept:
        if cut.log_sha256:
            needed.update(
                _commit_file(log, each).name
                for each in range(cut.log_from, cut.version + 1)
            )
            needed.add(_checkpoint_file(log, cut.log_from).name)
    if not log.is_dir():
        return 0
    gone = [
        path
        for path in log.iterdir()
        if path.is_file() and path.name not in needed and path.name != _LAST
    ]
    move(gone, lake.path, to)
    return len(gone)


def _schema(lake: Lake, table: Table, files: Sequence[File]) -> Schema:
    """Return the schema under which a log tells of files, in which all may be null."""
    schema = written_schema(lake.tables, table.name, files)
    return Schema.from_arrow(pa.schema([field.with_nullable(True) for field in schema]))


def _adds(files: Iterable[File]) -> list[AddAction]:
    moment = time.time_ns() // 1_000_000
    return [
        AddAction(
            _name(file.path),
            file.bytes,
            {},
            moment,
            True,
            json.dumps({"numRecords": file.rows}),
        )
        for file in files
    ]


def _name(path: str) -> str:
    return path.rpartition("/")[2]


def _commit_file(log: Path, version: int) -> Path:
    return log / f"{version:0{_DIGITS}d}.json"


def _checkpoint_file(log: Path, version: int) -> Path:
    return log / f"{version:0{_DIGITS}d}.checkpoint.parquet"


def _last_checkpoint(log: Path, version: int) -> bytes:
    """Return the file that tells readers where the last checkpoint is.

    It is as this program writes it.
    """
    n_actions = pq.read_metadata(_checkpoint_file(log, version)).num_rows
    return json.dumps({"version": version, "size": n_actions}).encode()


def _sha256(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def _link(before: str, path: Path) -> str:
    return hashlib.sha256(f"{before}{_sha256(path)}".encode()).hexdigest()
