"""Mend the newest snapshot from what is whole.

Measures come from their logs, reference tables from the pack, Delta logs from the
snapshot.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from twin.contracts import TABLES
from twin.errors import DamagedError
from twin.measures import rests_on
from twin.store import delta, identity, older
from twin.store.disk import sync, unwritable
from twin.store.lake import Lake, unreadable_log
from twin.store.opening import Verified, empty, fault, fits, newest, verify
from twin.store.publish import Draft, begin, measure, point
from twin.store.rollback import record
from twin.store.snapshot import File, Snapshot

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence
    from pathlib import Path

    from twin.city import City
    from twin.clock import Clock


@dataclass(frozen=True)
class Repaired:
    """What was mended, a sentence each, and what a check of the lake found afterwards."""

    done: tuple[str, ...]
    after: Verified


def repair(lake: Lake, city: City, *, now: Clock) -> Repaired:
    """Mend what can be worked out again, and say what cannot.

    Publish the result as the next snapshot.

    Files that were let go too early are taken back from the trash. Logs of rows cannot be
    worked out from anything: for them the sentence names the backup.

    Raises:
        LakeError: the newest snapshot itself cannot be read, or the lake is empty.
            BusyError: somebody is publishing.
    """
    with lake.writing():
        try:
            done = _repaired(lake, city, now)
        except OSError as error:
            raise unwritable(lake.path, error) from error
        except delta.DeltaError as error:
            raise unreadable_log(lake.path, error) from error
        return Repaired(tuple(done), verify(Lake(lake.path)))


def _repaired(lake: Lake, city: City, now: Clock) -> list[str]:
    current = newest(lake)
    if current is None:
        raise empty(lake)
    identity.guard(lake, city, current)
    fits(current)
    done = _taken_back(lake, current)
    broken = _broken(lake, current)
    lost = {
        table: said for table, said in broken.items() if TABLES[table].kind == "log"
    }
    able = _able(broken, lost)
    if lost and older.in_need(current):
        # Rows must go through a migration, and some of them are not there.
        raise _hopeless(lake, lost, done)
    draft = begin(
        lake,
        city,
        current,
        current.kind or ("simulated" if current.simulated else "real"),
        able,
    )
    done += [f"The Delta log of {table} was set right." for table in sorted(draft.logs)]
    if lost:
        draft.cuts.clear()
    elif able or draft.cuts:
        for table in able:
            draft.cuts[table] = []
        for table in able & city.reference.keys():
            draft.replace(table, city.reference[table])
        measure(draft, city, {}, current.as_of, current.as_of, frozenset(able))
        done += [f"The table {table} was worked out anew." for table in sorted(able)]
    # Measures that cannot be used and not be worked out either stay as they are.
    if draft.cuts or (draft.logs and not (lost and draft.anew)):
        _publish(draft, current, now)
    else:
        point(lake, current)
    if done:
        record(lake, now(), "repair", {"snapshot": current.id, "done": done})
    if lost:
        raise _hopeless(lake, lost, done)
    return done


def _able(broken: Collection[str], lost: Mapping[str, str]) -> set[str]:
    """Return the broken tables that can be worked out anew.

    A log cannot be, nor a measure that rests on one that is lost.
    """
    return {
        table
        for table in broken
        if table not in lost
        and not (TABLES[table].kind == "measure" and set(rests_on(table)) & lost.keys())
    }


def _publish(draft: Draft, current: Snapshot, now: Clock) -> None:
    """Publish the draft as the next snapshot, of the moment and kind of the newest."""
    draft.marks.update(
        {name: mark for name, mark in current.marks.items() if name not in draft.marks}
    )
    draft.finish(
        current.as_of,
        current.simulated,
        max(now(), current.created_at),
        current.mode,
        current.compacts or current.id,
    )


def _hopeless(lake: Lake, lost: Mapping[str, str], done: Sequence[str]) -> DamagedError:
    """Return the sentence for logs that cannot be worked out from anything."""
    table, said = next(iter(lost.items()))
    return DamagedError(
        f"The table {table} cannot be worked out from anything: {said}",
        why="its rows came from outside."
        + (f" Mended nevertheless: {' '.join(done)}" if done else ""),
        fix=(
            f"`twin lake restore BACKUP --lake {lake.path}`, or `twin snapshot"
            " rollback` to the last whole snapshot."
        ),
    )


def _taken_back(lake: Lake, snapshot: Snapshot) -> list[str]:
    """Bring files that are missing or damaged back from the trash, where they are whole."""
    done: list[str] = []
    for cut in snapshot.tables.values():
        for file in cut.files:
            if fault(lake, file) and (found := _in_trash(lake, file)):
                there = lake.tables / file.path
                found.rename(there)
                sync(there.parent)
                done.append(f"The file {file.path} was taken back from the trash.")
    return done


def _in_trash(lake: Lake, file: File) -> Path | None:
    for folder in sorted(lake.trash.glob("*"), reverse=True):
        beside = Lake(folder)
        if (folder / "tables" / file.path).is_file() and fault(beside, file) is None:
            return folder / "tables" / file.path
    return None


def _broken(lake: Lake, snapshot: Snapshot) -> dict[str, str]:
    """Return the tables that are not whole, each with a sentence."""
    found: dict[str, str] = {}
    for table, cut in snapshot.tables.items():
        said = [problem for file in cut.files if (problem := fault(lake, file))]
        if said and table in TABLES:
            found[table] = said[0]
    return found
