"""A snapshot: one small, immutable file that names every data file of one consistent cut over all tables."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any, cast

from twin.clock import from_text, to_text
from twin.errors import DamagedError, LakeError
from twin.measures import Mark
from twin.store.lake import FORMAT, Lake


@dataclass(frozen=True)
class File:
    """One data file. `path` is from the lake's `tables` folder; `chunk` is the month, day or 'all' that it holds.

    `first` and `last` bound `occurred_at`, `known` is the newest `recorded_at`; '' where the table has no such column.
    """

    path: str
    chunk: str
    rows: int
    bytes: int
    sha256: str
    first: str = ""
    last: str = ""
    known: str = ""


@dataclass(frozen=True)
class TableCut:
    """One table in a snapshot: its Delta version and its files, in order."""

    version: int
    schema_hash: str
    files: tuple[File, ...]

    @property
    def rows(self) -> int:
        """Answer how many rows the table has."""
        return sum(file.rows for file in self.files)

    @property
    def sha256(self) -> str:
        """Answer one hash for the table: over its files' hashes, in order."""
        return hashlib.sha256("\n".join(file.sha256 for file in self.files).encode()).hexdigest()


@dataclass(frozen=True)
class Snapshot:
    """One cut over all tables, as of one moment.

    Attributes:
        id: begins with the second of `as_of` and the order of publishing (see `place`).
        created_at: when it was published; `as_of`: the moment its data speak of (both UTC).
        marks: what each measure was worked out from (see `twin.measures.Mark`).
        compacts: id of the published snapshot whose rows this one holds in fewer files; None if it was published itself.
        format: number of the layout that it was written in.
    """

    id: str
    parent: str | None
    seq: int
    created_at: datetime
    as_of: datetime
    mode: str
    simulated: bool
    tables: Mapping[str, TableCut]
    root: Path
    marks: Mapping[str, Mark] = field(default_factory=dict[str, Mark])
    compacts: str | None = None
    format: int = FORMAT

    def files(self, table: str) -> list[Path]:
        """Answer the data files of `table`; none for a table that is empty or unknown."""
        cut = self.tables.get(table)
        return [self.root / file.path for file in cut.files] if cut else []

    def all_files(self) -> dict[str, list[Path]]:
        """Answer the data files of every table."""
        return {name: self.files(name) for name in self.tables}

    def payload(self) -> dict[str, Any]:
        """Answer the snapshot as it stands in its file."""
        tables = {name: {"version": cut.version, "schema_hash": cut.schema_hash, "rows": cut.rows, "sha256": cut.sha256,
                         "files": [vars(file) for file in cut.files]} for name, cut in self.tables.items()}
        return {"format": self.format, "id": self.id, "parent": self.parent, "compacts": self.compacts, "seq": self.seq,
                "created_at": to_text(self.created_at), "as_of": to_text(self.as_of), "mode": self.mode,
                "simulated": self.simulated, "tables": tables,
                "measures": {name: _mark_to_json(mark) for name, mark in self.marks.items()}}


def _mark_to_json(mark: Mark) -> dict[str, str | None]:
    return {"inputs": mark.inputs, "until": None if mark.until is None else to_text(mark.until)}


def _marks(said: Mapping[str, Mapping[str, str | None]]) -> dict[str, Mark]:
    return {name: Mark(str(mark["inputs"]), None if (until := mark["until"]) is None else from_text(until))
            for name, mark in said.items()}


def name(as_of: datetime, seq: int, tables: Mapping[str, TableCut]) -> str:
    """Answer a snapshot's id: its moment, its place in the order, six digits of its content."""
    content = "\n".join(f"{table} {cut.sha256}" for table, cut in sorted(tables.items()))
    return f"{to_text(as_of).replace('-', '').replace(':', '')[:15]}Z-{seq:06d}-{hashlib.sha256(content.encode()).hexdigest()[:6]}"


def read(lake: Lake, snapshot_id: str) -> Snapshot:
    """Read one snapshot file.

    Raises:
        DamagedError: it is missing or unreadable. LakeError: it is of a newer program.
    """
    path = lake.snapshots / f"{snapshot_id}.json"
    try:
        said = cast("dict[str, Any]", json.loads(path.read_text(encoding="utf-8")))
        if int(said["format"]) > FORMAT:
            raise LakeError(f"Snapshot {snapshot_id} is of format {said['format']}; this program reads up to {FORMAT}.",
                            why="a newer City Twin wrote it.", fix="update this program.")
        tables = {table: TableCut(cut["version"], cut["schema_hash"], tuple(File(**file) for file in cut["files"]))
                  for table, cut in said["tables"].items()}
        return Snapshot(said["id"], said["parent"], said["seq"], from_text(said["created_at"]), from_text(said["as_of"]), said["mode"],
                        said["simulated"], tables, lake.tables, _marks(said.get("measures", {})), said.get("compacts"),
                        int(said["format"]))
    except FileNotFoundError as error:
        raise DamagedError(f"There is no snapshot {snapshot_id} in the lake {lake.path}.", why="it was pruned, or never published.",
                           fix=f"`twin snapshot list --lake {lake.path}` shows what there is.") from error
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise DamagedError(f"The snapshot file {path} cannot be read: {error}.", fix="`twin snapshot list` shows the others.") from error


def ids(lake: Lake) -> list[str]:
    """Answer the ids of all snapshots, oldest first."""
    return sorted((path.stem for path in lake.snapshots.glob("*.json") if not path.name.startswith(".")), key=place)


def place(snapshot_id: str) -> tuple[str, int]:
    """Return what ids are ordered by: the second of their moment, then the order of publishing, as a number.

    As text, the millionth publish would come before the one before it.
    """
    second, _, rest = snapshot_id.partition("-")
    n = rest.partition("-")[0]
    return second, int(n) if n.isdecimal() else 0
