"""Snapshots of verified Parquet: publish, open, verify, compact, prune. The only room that imports deltalake."""

from twin.store.lake import Lake
from twin.store.opening import Verified, find, last_good, newest, trust, verify
from twin.store.publish import Published, publish
from twin.store.snapshot import File, Snapshot, TableCut, ids, read
from twin.store.upkeep import Pruned, compact, diff, prune

__all__ = ["File", "Lake", "Pruned", "Published", "Snapshot", "TableCut", "Verified", "compact", "diff", "find", "ids", "last_good",
           "newest", "prune", "publish", "read", "trust", "verify"]
