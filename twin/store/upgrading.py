"""`twin lake upgrade`: a lake of an earlier program as this one would have written it."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from twin import clock
from twin.store import identity
from twin.store.delta import DeltaError
from twin.store.disk import unwritable
from twin.store.lake import Kind, Lake, unreadable_log
from twin.store.migrations import pending
from twin.store.opening import empty, ensure_intact, newest
from twin.store.publish import begin, measure, undo
from twin.store.upgrade import upgraded

if TYPE_CHECKING:
    from twin.city import City
    from twin.clock import Clock
    from twin.store.snapshot import Snapshot


def upgrade(lake: Lake, city: City, *, now: Clock = clock.now) -> Snapshot:
    """Bring a lake to what this program writes, as the next publish would; return its newest.

    Snapshots get today's format, and rows of the newest go through the migrations that are
    new to them (see `migrations`). Where there is nothing to do nothing is done; it may be
    broken off at any point and begun again.

    Raises:
        LakeError: the lake is empty, its newest snapshot cannot be read, or a row does not
            come through a migration. DamagedError: a file of it is not what was published.
        ForeignError: it is of another city. BusyError: somebody is publishing.
    """
    with lake.writing():
        try:
            return _upgraded(lake, city, now)
        except OSError as error:
            raise unwritable(lake.path, error) from error
        except DeltaError as error:
            undo(lake)
            raise unreadable_log(lake.path, error) from error


def _upgraded(lake: Lake, city: City, now: Clock) -> Snapshot:
    known = newest(lake)
    identity.guard(lake, city, known)
    found = upgraded(lake, known, city)
    if found is None:
        raise empty(lake)
    if not pending(found.migrations):
        return found
    ensure_intact(lake, found)
    # Same rows, same moment: as a compaction does, it says whose rows it holds again.
    draft = begin(lake, city, found, cast("Kind", found.kind))
    measure(draft, city, {}, found.as_of, found.as_of)
    return draft.finish(
        found.as_of,
        found.simulated,
        max(now(), found.created_at),
        found.mode,
        found.compacts or found.id,
    )
