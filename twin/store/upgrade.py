"""From format 1 or 2 to 3: every snapshot is sealed and says whose it is.

May be broken off at any point and begun again.
"""

from __future__ import annotations

import uuid
from dataclasses import replace
from typing import TYPE_CHECKING

from twin.contracts import TABLES
from twin.errors import DamagedError
from twin.store import delta, files, identity, seal
from twin.store.disk import write_whole
from twin.store.lake import FORMAT, Identity, Kind, Lake
from twin.store.snapshot import Snapshot, TableCut, ids, order, read

if TYPE_CHECKING:
    from twin.city import City


def upgraded(
    lake: Lake, current: Snapshot | None, city: City, kind: Kind | None = None
) -> Snapshot | None:
    """Bring all readable snapshots to format 3, and return the newest in that form.

    Only for whoever holds the lake.

    Nothing of a snapshot's rows, id or moment changes. Each file is replaced whole;
    lake.json comes last, and until then a lake that holds both formats is read as it was.
    What cannot be read is left as it is.
    """
    said, _ = lake.who()
    if current is None or (said is not None and current.format == FORMAT):
        return current
    is_old = current.format < FORMAT or any(
        _format(lake, each) < FORMAT for each in ids(lake)
    )
    if not is_old:
        # Broken off before its last two steps.
        if said is None and (owner := identity.of(lake, current)):
            _end(lake, owner, current)
        return current
    owner = _owner(lake, current, city, kind)
    renewed = delta.reconcile(lake, current.tables, lake.aside(current.as_of))
    for each in sorted(ids(lake), key=order):
        try:
            old = read(lake, each)
        except DamagedError:
            continue
        if old.format < FORMAT:
            _seal(lake, old, owner, renewed if old.id == current.id else {})
    found = read(lake, current.id)
    _tidy(lake, found)
    _end(lake, owner, found)
    return found


def _end(lake: Lake, owner: Identity, newest: Snapshot) -> None:
    said = {"format": FORMAT, "lake": owner.id, "snapshot": newest.id}
    write_whole(lake.pointer, seal.seal(said, seal.key()))
    identity.write(lake, owner)


def _format(lake: Lake, snapshot_id: str) -> int:
    try:
        return read(lake, snapshot_id).format
    except DamagedError:
        return FORMAT


def _owner(lake: Lake, newest: Snapshot, city: City, kind: Kind | None) -> Identity:
    """Return the identity that a lake gets, or got before its upgrade was broken off."""
    for each in ids(lake):
        try:
            found = read(lake, each)
        except DamagedError:
            continue
        if found.format == FORMAT and found.kind:
            return Identity(found.lake, found.city, found.kind)
    return Identity(
        uuid.uuid4().hex, city.id, kind or ("simulated" if newest.simulated else "real")
    )


def _seal(
    lake: Lake, old: Snapshot, owner: Identity, logs: dict[str, TableCut]
) -> None:
    cuts = {
        table: TableCut(-1, files.schema_hash(contract), ())
        for table, contract in TABLES.items()
    }
    cuts |= {
        table: delta.hashed(lake, table, cut) for table, cut in old.tables.items()
    } | logs
    new = replace(
        old, format=FORMAT, tables=cuts, lake=owner.id, city=owner.city, kind=owner.kind
    )
    write_whole(lake.snapshots / f"{old.id}.json", seal.seal(new.payload(), seal.key()))


def _tidy(lake: Lake, newest: Snapshot) -> None:
    """Set aside the files of logs that no snapshot vouches for.

    They are checkpoints that deltalake made unasked.
    """
    every = [newest]
    for each in ids(lake):
        try:
            every.append(read(lake, each))
        except DamagedError:
            continue
    to = lake.aside(newest.as_of)
    for table in TABLES:
        delta.tidy(
            lake,
            table,
            [found.tables[table] for found in every if table in found.tables],
            to,
        )
