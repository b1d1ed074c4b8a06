"""What is left to do once a rollback counts: what it took back goes to the trash.

Whoever holds the lake next ends it if need be.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from twin.contracts import TABLES
from twin.errors import LakeError
from twin.store import delta
from twin.store.disk import move
from twin.store.opening import standing
from twin.store.snapshot import order, read

if TYPE_CHECKING:
    from twin.store.lake import Lake
    from twin.store.snapshot import Snapshot


def is_rollback(snapshot: Snapshot) -> bool:
    """Return whether a snapshot is the one that a rollback published."""
    return (
        bool(snapshot.takes_back)
        and max(order(each)[0] for each in snapshot.takes_back) == snapshot.seq - 1
    )


def set_aside(lake: Lake, snapshot: Snapshot) -> None:
    """Move the snapshots that a rollback took back to the trash.

    The files of logs that only they read go there, too.
    """
    to = lake.aside(snapshot.as_of)
    move(
        [
            path
            for each in snapshot.takes_back
            if (path := lake.snapshots / f"{each}.json").exists()
        ],
        lake.path,
        to,
    )
    kept: list[Snapshot] = []
    for each in standing(lake).ids:
        try:
            kept.append(read(lake, each))
        except LakeError:
            return  # it may read any of them
    for table in TABLES:
        delta.tidy(
            lake,
            table,
            [each.tables[table] for each in kept if table in each.tables],
            to,
        )
