"""`twin snapshot`: list, show, verify, diff, compact, prune and take back snapshots."""

from __future__ import annotations

import sys
from dataclasses import asdict
from pathlib import Path
from typing import Any

import click

from twin.cli.common import report, the_city, with_city, with_json, with_lake


@click.group()
def command() -> None:
    """Look after the snapshots of a lake."""


@command.command(name="list")
@with_lake
@with_json
def list_(lake: Path, as_json: bool) -> None:
    """List the snapshots, oldest first; one whose file is damaged is listed with what is wrong."""
    from twin.errors import LakeError
    from twin.store import Lake, read, standing

    there = standing(Lake(lake))
    rows: list[dict[str, Any]] = []
    lines: list[str] = []
    for each in there.ids:
        try:
            found = read(Lake(lake), each)
        except LakeError as error:
            rows.append({"id": each, "problem": error.what})
            lines.append(f"{each}  {error.what}")
            continue
        n_rows = sum(cut.rows for cut in found.tables.values())
        rows.append(
            {
                "id": each,
                "as_of": found.as_of,
                "created_at": found.created_at,
                "mode": found.mode,
                "simulated": found.simulated,
                "compacts": found.compacts,
                "rows": n_rows,
            }
        )
        marks = f"{'  simulated' if found.simulated else ''}{'  folded' if found.compacts else ''}"
        lines.append(
            f"{each}  as of {found.as_of:%Y-%m-%d %H:%M:%S}Z  {n_rows:>12,} rows{marks}"
        )
    problems = [
        *(
            problem
            for problem in there.lost
            if not any(problem == row.get("problem") for row in rows)
        ),
        *there.problems,
    ]
    report(
        as_json,
        {"lake": str(lake), "snapshots": rows, "problems": problems},
        [*(lines or [f"The lake {lake} holds no snapshot."]), *problems],
    )


@command.command()
@with_lake
@with_json
@click.argument("snapshot", default="latest")
def show(lake: Path, as_json: bool, snapshot: str) -> None:
    """Show SNAPSHOT: its tables, rows and hashes.

    The hash of a table is over its files' SHA-256.
    """
    from twin.store import Lake, find

    found = find(Lake(lake), snapshot)
    report(
        as_json,
        found.payload(),
        [
            (
                f"{found.id}: as of {found.as_of:%Y-%m-%d %H:%M:%S}Z, published"
                f" {found.created_at:%Y-%m-%d %H:%M:%S}Z, parent"
                f" {found.parent or 'none'}"
            ),
            *(
                f"{name:>20} {cut.rows:>12,} rows {len(cut.files):>4} files "
                f" {cut.sha256[:16]}"
                for name, cut in sorted(found.tables.items())
            ),
        ],
    )


@command.command()
@with_city
@with_lake
@with_json
@click.argument("snapshot", default="latest")
@click.option(
    "--repair",
    "mend",
    is_flag=True,
    help=(
        "Work out again what can be: measures, reference tables, Delta logs; publishes"
        " the next snapshot."
    ),
)
def verify(
    city_name: str | None, lake: Path, as_json: bool, snapshot: str, mend: bool
) -> None:
    """Hash every file of SNAPSHOT again.

    Of the newest, the lake's own files and the Delta logs are checked, too. Safe beside
    a running wall.

    Exit status: 0 whole, 1 damaged.
    """
    from twin.clock import now
    from twin.errors import UsageError
    from twin.store import Lake, repair
    from twin.store import verify as check

    done: tuple[str, ...] = ()
    if mend:
        if snapshot != "latest":
            raise UsageError(
                "Only the newest snapshot is mended.",
                why="those before it stay as they were published.",
                fix="leave the id out.",
            )
        mended = repair(Lake(lake), the_city(city_name), now=now)
        done, found = mended.done, mended.after
    else:
        found = check(Lake(lake), snapshot)
    whole = (
        f"{found.snapshot} is whole: {found.n_files} files,"
        f" {found.n_bytes / 1e6:,.1f} MB."
    )
    damaged = (
        f"{found.snapshot} is damaged: {len(found.faults)} faults in {found.n_files}"
        " files."
    )
    report(
        as_json,
        asdict(found) | {"ok": not found.faults, "repaired": done},
        [*done, *found.faults, damaged if found.faults else whole],
    )
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
    report(
        as_json,
        {"from": before.id, "to": after.id, "tables": found},
        [
            f"{name:>20} {row['rows_before']:>12,} → {row['rows_after']:>12,} rows,"
            f" {row['files_added']} files added, {row['files_removed']} removed"
            for name, row in found.items()
        ]
        or ["The same rows in every table."],
    )


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
    report(
        as_json,
        {"snapshot": found.id, "files": n_files},
        [f"{found.id}: {n_files} files."],
    )


@command.command()
@with_lake
@with_json
@click.option(
    "--latest",
    default=90,
    show_default=True,
    type=click.IntRange(1),
    help="How many of the newest to keep, whatever their age.",
)
@click.option(
    "--grace",
    "grace_h",
    default=24.0,
    show_default=True,
    type=click.FloatRange(0, 24 * 366),
    help="Hours that the trash keeps what was let go.",
)
@click.option("--dry-run", is_flag=True, help="Say what would go, and do nothing.")
def prune(
    lake: Path, as_json: bool, latest: int, grace_h: float, dry_run: bool
) -> None:
    """Move old snapshots, and files that none names, to the trash.

    Kept are the newest, one an hour for a day, and one a day for a month.
    """
    from datetime import timedelta

    from twin.clock import now
    from twin.store import Lake
    from twin.store import prune as clear

    found = clear(
        Lake(lake),
        now=now,
        latest=latest,
        grace=timedelta(hours=grace_h),
        dry_run=dry_run,
    )
    what = (
        f"{found.snapshots} snapshots and {found.files} files,"
        f" {found.bytes / 1e6:,.1f} MB"
    )
    said = (
        f"Would move {what} to the trash."
        if dry_run
        else (
            f"Moved {what} to {found.trash}."
            if found.trash
            else "Nothing was to be let go."
        )
    )
    emptied = (
        [f"Removed {found.emptied / 1e6:,.1f} MB from the trash for good."]
        if found.emptied
        else []
    )
    report(
        as_json, asdict(found) | {"dry_run": dry_run}, [said, *emptied, *found.problems]
    )


@command.command()
@with_lake
@with_json
@click.option(
    "--to",
    default=None,
    metavar="ID",
    help="Snapshot to go back to; the publish before the newest if not given.",
)
def rollback(lake: Path, as_json: bool, to: str | None) -> None:
    """Take the newest publish back.

    The rows of the one before it are published again, and the lake keeps a record.
    """
    from twin.clock import now
    from twin.store import Lake
    from twin.store import rollback as back

    found, taken = back(Lake(lake), to=to, now=now)
    report(
        as_json,
        {"snapshot": found.id, "as_of": found.as_of, "taken_back": taken},
        [
            *(f"Taken back: {each}" for each in taken),
            f"{found.id} is the newest now, as of {found.as_of:%Y-%m-%d %H:%M:%S}Z.",
        ],
    )
