"""Snapshots of verified Parquet: publish, open, verify, keep, mend, copy.

The only room that imports deltalake.
"""

from twin.store.copying import Copied, backup, restore
from twin.store.identity import guard
from twin.store.lake import Identity, Lake
from twin.store.maintenance import Pruned, compact, diff, prune
from twin.store.older import engine_over, reckoned_anew
from twin.store.opening import (
    Found,
    Standing,
    Verified,
    at,
    ensure_intact,
    find,
    last_good,
    newest,
    standing,
    verify,
)
from twin.store.partial import Shown, as_far_as_whole, best, may_be_whole
from twin.store.publish import Published, publish
from twin.store.repair import Repaired, repair
from twin.store.rollback import records, rollback
from twin.store.signing import sign
from twin.store.snapshot import File, Snapshot, TableCut, ids, read
from twin.store.upgrading import upgrade

__all__ = [
    "Copied",
    "File",
    "Found",
    "Identity",
    "Lake",
    "Pruned",
    "Published",
    "Repaired",
    "Shown",
    "Snapshot",
    "Standing",
    "TableCut",
    "Verified",
    "as_far_as_whole",
    "at",
    "backup",
    "best",
    "compact",
    "diff",
    "engine_over",
    "ensure_intact",
    "find",
    "guard",
    "ids",
    "last_good",
    "may_be_whole",
    "newest",
    "prune",
    "publish",
    "read",
    "reckoned_anew",
    "records",
    "repair",
    "restore",
    "rollback",
    "sign",
    "standing",
    "upgrade",
    "verify",
]
