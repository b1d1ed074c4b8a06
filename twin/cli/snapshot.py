"""`twin snapshot`: list, show, verify, diff, compact and prune the snapshots of a lake."""

from __future__ import annotations

import sys
from dataclasses import asdict
from pathlib import Path

import click

from twin.cli.common import report, with_json, with_lake


@click.group()
def command() -> None:
    """Look after the snapshots of a lake."""


@command.command(name="list")
@with_lake
@with_json
def list_(lake: Path, as_json: bool) -> None:
    """List the snapshots, oldest first."""
    from twin.store import Lake, ids, read

    found = [read(Lake(lake), each) for each in ids(Lake(lake))]
    rows = [{"id": each.id, "as_of": each.as_of, "created_at": each.created_at, "mode": each.mode, "simulated": each.simulated,
             "compacts": each.compacts, "rows": sum(cut.rows for cut in each.tables.values())} for each in found]
    report(as_json, {"lake": str(lake), "snapshots": rows},
           [f"{row['id']}  as of {row['as_of']:%Y-%m-%d %H:%M:%S}Z  {row['rows']:>12,} rows"
            f"{'  simulated' if row['simulated'] else ''}{'  folded' if row['compacts'] else ''}" for row in rows]
           or [f"The lake {lake} holds no snapshot."])


@command.command()
@with_lake
@with_json
@click.argument("snapshot", default="latest")
def show(lake: Path, as_json: bool, snapshot: str) -> None:
    """Show SNAPSHOT: its tables, rows and hashes. The hash of a table is over its files' SHA-256."""
    from twin.store import Lake, find

    found = find(Lake(lake), snapshot)
    report(as_json, found.payload(),
           [f"{found.id}: as of {found.as_of:%Y-%m-%d %H:%M:%S}Z, published {found.created_at:%Y-%m-%d %H:%M:%S}Z, parent {found.parent or 'none'}",
            *(f"{name:>20} {cut.rows:>12,} rows {len(cut.files):>4} files  {cut.sha256[:16]}" for name, cut in sorted(found.tables.items()))])


@command.command()
@with_lake
@with_json
@click.argument("snapshot", default="latest")
def verify(lake: Path, as_json: bool, snapshot: str) -> None:
    """Hash every file of SNAPSHOT again. Only reads; safe beside a running wall.

    Exit status: 0 whole, 1 damaged.
    """
    from twin.store import Lake
    from twin.store import verify as check

    found = check(Lake(lake), snapshot)
    whole = f"{found.snapshot} is whole: {found.n_files} files, {found.n_bytes / 1e6:,.1f} MB."
    report(as_json, asdict(found) | {"ok": not found.faults}, [*found.faults, f"{found.snapshot} is damaged: {len(found.faults)} of {found.n_files} files."] if found.faults else [whole])
    if found.faults:
        sys.exit(1)


@command.command()
@with_lake
@with_json
@click.argument("one")
@click.argument("other", default="latest")
def diff(lake: Path, as_json: bool, one: str, other: str) -> None:
    """Show which tables differ between snapshots ONE and OTHER."""
    from twin.store import Lake, find
    from twin.store import diff as compare

    before, after = find(Lake(lake), one), find(Lake(lake), other)
    found = compare(before, after)
    report(as_json, {"from": before.id, "to": after.id, "tables": found},
           [f"{name:>20} {row['rows_before']:>12,} → {row['rows_after']:>12,} rows, {row['files_added']} files added, {row['files_removed']} removed"
            for name, row in found.items()] or ["The same rows in every table."])


@command.command()
@with_lake
@with_json
def compact(lake: Path, as_json: bool) -> None:
    """Fold small files and sort them again; publishes the next snapshot with the same rows."""
    from twin.clock import now
    from twin.store import Lake
    from twin.store import compact as fold

    found = fold(Lake(lake), now=now)
    n_files = sum(len(cut.files) for cut in found.tables.values())
    report(as_json, {"snapshot": found.id, "files": n_files}, [f"{found.id}: {n_files} files."])


@command.command()
@with_lake
@with_json
@click.option("--latest", default=90, show_default=True, type=click.IntRange(1), help="How many of the newest to keep, whatever their age.")
def prune(lake: Path, as_json: bool, latest: int) -> None:
    """Remove old snapshots (kept: the newest, one an hour for a day, one a day for a month) and files that none names."""
    from twin.clock import now
    from twin.store import Lake
    from twin.store import prune as clear

    found = clear(Lake(lake), now=now, latest=latest)
    report(as_json, asdict(found), [f"Removed {found.snapshots} snapshots and {found.files} files, {found.bytes / 1e6:,.1f} MB."])
