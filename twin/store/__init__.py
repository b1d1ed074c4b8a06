"""Snapshots of verified Parquet: publish, open, verify, compact, prune. The only room that imports deltalake."""

from twin.store.lake import Lake
from twin.store.older import engine_over, reckoned_anew
from twin.store.opening import Found, Verified, at, find, last_good, newest, trust, verify
from twin.store.partial import Shown, as_far_as_whole, best, may_be_whole
from twin.store.publish import Published, publish
from twin.store.snapshot import File, Snapshot, TableCut, ids, read
from twin.store.upkeep import Pruned, compact, diff, prune

__all__ = ["File", "Found", "Lake", "Pruned", "Published", "Shown", "Snapshot", "TableCut", "Verified", "as_far_as_whole", "at", "best",
           "compact", "diff", "engine_over", "find", "ids", "last_good", "may_be_whole", "newest", "prune", "publish", "read", "reckoned_anew", "trust",
           "verify"]
