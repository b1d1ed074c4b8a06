"""A snapshot: one small, immutable file that names every data file of one cut.

The cut is consistent over all tables.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from pathlib import Path
from typing import Any, Literal, cast

from twin.clock import from_text, to_text
from twin.contracts import TABLES, history
from twin.errors import DamagedError, ForeignError, GoneError
from twin.measures import Mark
from twin.store import migrations, seal
from twin.store.lake import FORMAT, SNAPSHOT_ID, Kind, Lake, newer, of_newer
from twin.store.migrations import Ran

# Number of the rule by which measures of a snapshot's own moment are worked out: 1 was
# another (see `older`).
RULE = 2

_DATA_FILE = re.compile(r"part-[0-9a-z-]+\.parquet")


@dataclass(frozen=True)
class File:
    """One data file. `path` is from the lake's `tables` folder.

    `chunk` is the month, day or 'all' that it holds.

    `first` and `last` bound `occurred_at`, `known` is the newest `recorded_at`; '' where
    the table has no such column.

    `form` is the hash of the columns that it was written with (see `twin.contracts.history`).
    """

    path: str
    chunk: str
    rows: int
    bytes: int
    sha256: str
    first: str = ""
    last: str = ""
    known: str = ""
    form: str = ""

    def payload(self) -> dict[str, str | int]:
        """Return the file as it stands in a snapshot; its form stands with the table's."""
        return {name: value for name, value in vars(self).items() if name != "form"}


@dataclass(frozen=True)
class TableCut:
    """One table in a snapshot: its Delta version and its files, in order.

    Attributes:
        version: -1 for a table that never had a row, and no Delta log.
        schema_hash: form that it was last written in; files of before may be of others.
        log_from: version of the last checkpoint, from which the log is read; 0 if there is none.
        log_sha256: hash over the files of the log from there to `version` (see
            `delta.chain`); '' in formats 1 and 2.
    """

    version: int
    schema_hash: str
    files: tuple[File, ...]
    log_from: int = 0
    log_sha256: str = ""

    @property
    def rows(self) -> int:
        """Return how many rows the table has."""
        return sum(file.rows for file in self.files)

    @cached_property
    def forms(self) -> frozenset[str]:
        """Return the forms that its files are of; none if it has no file."""
        return frozenset(file.form or self.schema_hash for file in self.files)

    @property
    def sha256(self) -> str:
        """Return one hash for the table: over its files' hashes, in order."""
        return hashlib.sha256(
            "\n".join(file.sha256 for file in self.files).encode()
        ).hexdigest()


@dataclass(frozen=True)
class Snapshot:
    """One cut over all tables, as of one moment.

    Attributes:
        id: begins with the second of `as_of` and the order of publishing (see `place`).
        created_at: when it was published; `as_of`: the moment its data speak of (both UTC).
        marks: what each measure was worked out from (see `twin.measures.Mark`).
        compacts: id of the published snapshot whose rows this one holds, in fewer files or
            again; None if it was published itself.
        format: number of the layout that it was written in; `rule`: by which rule its
            measures were worked out.
        lake, city, kind: whose it is; '' in formats 1 and 2, which did not say.
        takes_back: ids of snapshots that were published and taken back since the lake began.
        polled: up to which moment the rows of each feed are in it, UTC, by the feed's name;
            None if it rests on a snapshot of a program that did not tell feeds apart.
        is_signed: whether its file carries a signature.
        migrations: those that its rows have gone through. Of all others that this program
            knows they are in need (see `older`).
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
    rule: int = RULE
    lake: str = ""
    city: str = ""
    kind: Kind | Literal[""] = ""
    takes_back: tuple[str, ...] = ()
    polled: Mapping[str, datetime] | None = None
    is_signed: bool = field(default=False, compare=False)
    migrations: tuple[Ran, ...] = ()

    def files(self, table: str) -> list[Path]:
        """Return the data files of `table`; none for a table that is empty or unknown."""
        cut = self.tables.get(table)
        return [self.root / file.path for file in cut.files] if cut else []

    def all_files(self) -> dict[str, list[Path]]:
        """Return the data files of every table."""
        return {name: self.files(name) for name in self.tables}

    def payload(self) -> dict[str, Any]:
        """Return the snapshot as it stands in its file."""
        tables = {name: _cut_to_json(cut) for name, cut in self.tables.items()}
        polled = {name: to_text(at) for name, at in (self.polled or {}).items()}
        return {
            "format": self.format,
            "lake": self.lake,
            "city": self.city,
            "kind": self.kind,
            "rule": self.rule,
            "id": self.id,
            "parent": self.parent,
            "compacts": self.compacts,
            "takes_back": list(self.takes_back),
            "seq": self.seq,
            "created_at": to_text(self.created_at),
            "as_of": to_text(self.as_of),
            "mode": self.mode,
            "simulated": self.simulated,
            "tables": tables,
            "measures": {
                name: _mark_to_json(mark) for name, mark in self.marks.items()
            },
            **({} if self.polled is None else {"polled": polled}),
            "migrations": [
                {"name": each.name, "at": to_text(each.at), "by": each.by}
                for each in self.migrations
            ],
        }


def _cut_to_json(cut: TableCut) -> dict[str, Any]:
    said: dict[str, Any] = {
        "version": cut.version,
        "log_from": cut.log_from,
        "log_sha256": cut.log_sha256,
        "schema_hash": cut.schema_hash,
        "rows": cut.rows,
        "sha256": cut.sha256,
        "files": [file.payload() for file in cut.files],
    }
    # Few tables have any, and a live city writes this every ten seconds.
    forms = {
        file.path: file.form
        for file in cut.files
        if file.form and file.form != cut.schema_hash
    }
    return said | {"forms": forms} if forms else said


def _mark_to_json(mark: Mark) -> dict[str, str | None]:
    return {
        "inputs": mark.inputs,
        "until": None if mark.until is None else to_text(mark.until),
    }


def _marks(said: Mapping[str, Mapping[str, str | None]]) -> dict[str, Mark]:
    return {
        name: Mark(
            str(mark["inputs"]),
            None if (until := mark["until"]) is None else from_text(until),
        )
        for name, mark in said.items()
    }


def _polled(said: Mapping[str, str] | None) -> dict[str, datetime] | None:
    return None if said is None else {name: from_text(at) for name, at in said.items()}


def name(as_of: datetime, seq: int, tables: Mapping[str, TableCut]) -> str:
    """Return a snapshot's id: its moment, its place in the order, six digits of its content."""
    content = "\n".join(
        f"{table} {cut.sha256}" for table, cut in sorted(tables.items())
    )
    moment = to_text(as_of).replace("-", "").replace(":", "")[:15]
    return f"{moment}Z-{seq:06d}-{hashlib.sha256(content.encode()).hexdigest()[:6]}"


def read(lake: Lake, snapshot_id: str) -> Snapshot:
    """Read one snapshot file, and make sure that it is what was written.

    It must stand under its own name and be of this lake.

    Raises:
        DamagedError: it is missing or not what was written. ForeignError: it is of another lake.
        LakeError: it is of a newer program.
    """
    path = lake.snapshots / f"{snapshot_id}.json"
    if not SNAPSHOT_ID.fullmatch(snapshot_id):
        raise _not_there(f"{snapshot_id[:60]!a}")
    try:
        found = _parsed(path.read_bytes(), snapshot_id, lake.tables)
    except FileNotFoundError as error:
        raise _not_there(snapshot_id) from error
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        said = error.strerror if isinstance(error, OSError) else error
        raise DamagedError(
            f"The snapshot {snapshot_id} cannot be read: {said}.",
            why="its file is not what was written.",
            fix=(
                "restore it from a backup with `twin lake restore`; `twin snapshot"
                " list` shows the others."
            ),
        ) from error
    own, _ = lake.who()
    if own and found.format == FORMAT and found.lake != own.id:
        raise ForeignError(
            f"The snapshot {snapshot_id} is of another lake, of {found.city}.",
            why="somebody copied it here.",
            fix="take its file out of the folder `snapshots`.",
        )
    if own and found.format < FORMAT and own.is_begun:
        raise DamagedError(
            f"The snapshot {snapshot_id} carries no seal.",
            why="all snapshots of this lake were sealed.",
            fix="restore it from a backup with `twin lake restore`.",
        )
    return found


def _not_there(snapshot_id: str) -> GoneError:
    return GoneError(
        f"There is no snapshot {snapshot_id} in this lake.",
        why="it was pruned, taken back, or never published.",
        fix=(
            "`twin snapshot list` shows what there is; a page's link without its moment"
            " shows the newest."
        ),
    )


def _parsed(data: bytes, snapshot_id: str, root: Path) -> Snapshot:
    is_sealed, key = seal.is_sealed(data), seal.key()
    said = (
        seal.unseal(data, key)
        if is_sealed
        else cast("dict[str, Any]", json.loads(data))
    )
    version = int(said["format"])
    if version > FORMAT and (
        is_sealed or "tables" not in said or len(said) < _FEWEST_WORDS
    ):
        raise newer(f"The snapshot {snapshot_id}", version)
    if is_sealed != (version == FORMAT) or (key is not None and not is_sealed):
        raise ValueError("it carries no seal")
    if said["id"] != snapshot_id:
        raise ValueError(f"it calls itself {str(said['id'])[:60]!a}")
    tables = {table: _cut(table, cut) for table, cut in said["tables"].items()}
    found = Snapshot(
        said["id"],
        said["parent"],
        said["seq"],
        from_text(said["created_at"]),
        from_text(said["as_of"]),
        said["mode"],
        said["simulated"],
        tables,
        root,
        _marks(said.get("measures", {})),
        said.get("compacts"),
        version,
        int(said.get("rule", version)),
        said.get("lake", ""),
        said.get("city", ""),
        said.get("kind", ""),
        tuple(said.get("takes_back", ())),
        _polled(said.get("polled")),
        bool(said.get("signed", False)),
        tuple(
            Ran(each["name"], from_text(each["at"]), each["by"])
            for each in said.get("migrations", ())
        ),
    )
    if not is_sealed:
        _as_it_was(found, said)
    _ensure_known(found)
    return found


def _ensure_known(found: Snapshot) -> None:
    """Make sure that no newer program wrote a snapshot.

    Raises:
        LakeError: it names a table or a migration that this program never heard of.
    """
    strange = next(iter(sorted(found.tables.keys() - TABLES.keys())), "")
    if strange and strange not in history.every():
        raise of_newer(f"The snapshot {found.id}", f"the table {strange[:60]}")
    if name := migrations.unknown(found.migrations):
        raise of_newer(f"The snapshot {found.id}", f"the migration {name[:60]}")


_OLD_WORDS = {
    "format",
    "id",
    "parent",
    "compacts",
    "seq",
    "created_at",
    "as_of",
    "mode",
    "simulated",
    "tables",
    "measures",
}
_FEWEST_WORDS = 5


def _cut(table: str, said: Mapping[str, Any]) -> TableCut:
    forms = said.get("forms", {})
    files = tuple(
        File(**file, form=forms.get(file["path"], said["schema_hash"]))
        for file in said["files"]
    )
    for file in files:
        folder, _, name = file.path.partition("/")
        if folder != table or not _DATA_FILE.fullmatch(name):
            raise ValueError(
                f"it names {file.path[:60]!a} as a file of the table {table[:60]!a}"
            )
    return TableCut(
        said["version"],
        said["schema_hash"],
        files,
        said.get("log_from", 0),
        said.get("log_sha256", ""),
    )


def _as_it_was(found: Snapshot, said: Mapping[str, Any]) -> None:
    """Hold a snapshot of format 1 or 2, which carries no seal, against what it says twice.

    Raises:
        ValueError: two of its words differ, or a word or table is none that those formats had.
    """
    if strange := sorted(said.keys() - _OLD_WORDS) + sorted(
        found.tables.keys() - TABLES.keys() - history.every().keys()
    ):
        raise ValueError(f"the word {strange[0][:60]!a} in it is unknown")
    if found.id != name(found.as_of, found.seq, found.tables):
        raise ValueError("its id is not that of its content")
    for table, cut in found.tables.items():
        if (cut.rows, cut.sha256) != (
            said["tables"][table]["rows"],
            said["tables"][table]["sha256"],
        ):
            raise ValueError(
                f"rows or hash of the table {table} are not those of its files"
            )


def ids(lake: Lake) -> list[str]:
    """Return the ids of all snapshots, by the moment that they speak of.

    Files of other names are none of ours.
    """
    return sorted(
        (
            path.stem
            for path in lake.snapshots.glob("*.json")
            if SNAPSHOT_ID.fullmatch(path.stem)
        ),
        key=place,
    )


def place(snapshot_id: str) -> tuple[str, int]:
    """Return what ids are ordered by.

    It is the second of their moment, then the order of publishing, as a number.

    As text, the millionth publish would come before the one before it.
    """
    second, _, rest = snapshot_id.partition("-")
    n = rest.partition("-")[0]
    return second, int(n) if n.isdecimal() else 0


def order(snapshot_id: str) -> tuple[int, str]:
    """Return what ids are ordered by to tell which was published last.

    A rollback speaks of an earlier moment.
    """
    second, n = place(snapshot_id)
    return n, second
