"""Take publishes back: the rows of an earlier snapshot become the newest.

The lake keeps a record of who did it.
"""

from __future__ import annotations

import getpass
import socket
from dataclasses import replace
from itertools import count
from typing import TYPE_CHECKING, Any

from twin.clock import to_text
from twin.contracts import TABLES
from twin.errors import LakeError, UsageError
from twin.store import delta, seal
from twin.store.disk import make_folder, unwritable, write_whole
from twin.store.lake import FORMAT, Lake, unreadable_log
from twin.store.opening import empty, ensure_intact, standing
from twin.store.publish import install, may_sign
from twin.store.snapshot import Snapshot, TableCut, name, order, read
from twin.store.taken import set_aside

if TYPE_CHECKING:
    from datetime import datetime
    from pathlib import Path

    from twin.clock import Clock


def rollback(
    lake: Lake, *, to: str | None = None, now: Clock
) -> tuple[Snapshot, tuple[str, ...]]:
    """Publish the rows of an earlier snapshot again as the newest.

    All that were published after it go to the trash.

    Args:
        to: id of the snapshot to go back to; the last whole publish before the newest if
            None. When the newest cannot be read, or is gone, that is the last one that is
            whole.

    Returns:
        The new snapshot, and the ids of those taken back.

    Raises:
        UsageError: there is nothing to take back. DamagedError: the one to go back to is not whole.
        BusyError: somebody is publishing.
    """
    with lake.writing():
        try:
            return _rolled_back(lake, to, now)
        except OSError as error:
            raise unwritable(lake.path, error) from error
        except delta.DeltaError as error:
            raise unreadable_log(lake.path, error) from error


def _rolled_back(
    lake: Lake, to: str | None, now: Clock
) -> tuple[Snapshot, tuple[str, ...]]:
    there = standing(lake)
    if there.newest is None:
        raise empty(lake)
    target = read(lake, to) if to else _before(lake, bool(there.lost))
    if target.format < FORMAT:
        raise LakeError(
            f"The snapshot {target.id} is of format {target.format}.",
            fix=f"`twin lake upgrade --lake {lake.path}` first.",
        )
    ensure_intact(lake, target)
    may_sign(lake, target)
    taken = tuple(each for each in there.ids if order(each) > order(target.id))
    hinted = lake.hint().snapshot
    if (
        hinted
        and hinted not in taken
        and order(hinted) > order(target.id)
        and hinted not in there.newest.takes_back
    ):
        taken += (hinted,)
    if not taken:
        raise UsageError(
            f"The snapshot {target.id} is the newest: nothing was published after it.",
            fix="name an earlier one with --to.",
        )
    moment = now()
    cuts = _logs_back(lake, there.newest if not there.lost else None, target)
    seq = max(order(each)[0] for each in taken) + 1
    found = replace(
        target,
        id=name(target.as_of, seq, cuts),
        parent=target.id,
        seq=seq,
        created_at=moment,
        tables=cuts,
        compacts=target.compacts or target.id,
        takes_back=tuple(
            dict.fromkeys((*there.newest.takes_back, *target.takes_back, *taken))
        ),
    )
    record(
        lake,
        moment,
        "rollback",
        {"to": target.id, "as": found.id, "taken_back": list(taken)},
    )
    install(lake, found)
    set_aside(lake, found)
    return found, taken


def _before(lake: Lake, is_newest_lost: bool) -> Snapshot:
    """Return the last whole snapshot that holds other rows than the newest.

    Compare with the newest itself if later ones are lost.
    """
    there = standing(lake)
    assert there.newest is not None  # noqa: S101  (the caller made sure)
    taken = "" if is_newest_lost else there.newest.compacts or there.newest.id
    for each in sorted(there.ids, key=order, reverse=True):
        try:
            found = read(lake, each)
            if (found.compacts or found.id) == taken:
                continue
            ensure_intact(lake, found)
        except LakeError:
            continue
        return found
    raise UsageError(
        "There is no whole snapshot to go back to.",
        why="the newest is the only one, or those before it are damaged.",
        fix=(
            "restore the lake from a backup: `twin lake restore BACKUP --lake"
            f" {lake.path}`."
        ),
    )


def _logs_back(
    lake: Lake, newest: Snapshot | None, target: Snapshot
) -> dict[str, TableCut]:
    """Bring every Delta log to the rows of `target`.

    A log that holds them already is left as it is.
    """
    if newest is not None:
        renewed = delta.reconcile(lake, newest.tables, lake.aside(target.as_of))
        now_there = dict(newest.tables) | renewed
        return {
            table: (
                now_there[table]
                if now_there[table].files == cut.files
                else _committed(lake, table, now_there[table], cut)
            )
            for table, cut in target.tables.items()
        }
    to = lake.aside(target.as_of)
    return {
        table: _written_anew(lake, table, cut, to)
        for table, cut in target.tables.items()
    }


def _committed(lake: Lake, table: str, before: TableCut, wanted: TableCut) -> TableCut:
    if table not in TABLES:
        return wanted
    return replace(
        delta.commit(lake, TABLES[table], before, wanted.files),
        schema_hash=wanted.schema_hash,
    )


def _written_anew(lake: Lake, table: str, cut: TableCut, to: Path) -> TableCut:
    last = delta.last_version(lake, table)
    if table not in TABLES or (last < 0 and cut.version < 0):
        return cut
    return replace(
        delta.rebuild(lake, TABLES[table], max(last, cut.version) + 1, cut.files, to),
        schema_hash=cut.schema_hash,
    )


def record(lake: Lake, moment: datetime, act: str, facts: dict[str, Any]) -> None:
    """Write down in the lake that somebody changed it by hand.

    Write when, what, by whom, and on which machine.
    """
    make_folder(lake.audit)
    stamp = to_text(moment).replace("-", "").replace(":", "")[:15]
    path = next(
        path
        for n in count(1)
        if not (path := lake.audit / f"{stamp}Z-{act}-{n}.json").exists()
    )
    said = {
        "at": to_text(moment),
        "act": act,
        "user": _user(),
        "machine": socket.gethostname(),
        **facts,
    }
    write_whole(path, seal.seal(said, seal.key()))


def _user() -> str:
    try:
        return getpass.getuser()
    except (KeyError, OSError):  # a container whose user has no name
        return "unknown"


def records(lake: Lake) -> list[dict[str, Any]]:
    """Return what was written down, oldest first; a record that is not what was written says so."""
    found: list[dict[str, Any]] = []
    for path in sorted(lake.audit.glob("*.json")):
        try:
            found.append(seal.unseal(path.read_bytes(), seal.key()))
        except (OSError, ValueError) as error:
            found.append(
                {
                    "at": path.stem[:16],
                    "act": "unreadable",
                    "file": path.name,
                    "why": str(error),
                }
            )
    return found
