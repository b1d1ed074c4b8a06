"""`twin lake`: who a lake is, its backup and restore, its upgrade, its signature.

It also lists what was done to a lake by hand.
"""

from __future__ import annotations

import sys
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

import click

from twin.cli.common import report, the_city, with_city, with_json, with_lake

if TYPE_CHECKING:
    from twin.store import Copied, Snapshot


@click.group()
def command() -> None:
    """Look after a lake as a whole."""


@command.command()
@with_lake
@with_json
def show(lake: Path, as_json: bool) -> None:
    """Say whose lake it is, and what stands in it."""
    from twin.store import Lake, standing

    found = Lake(lake)
    there, (identity, _) = standing(found), found.who()
    newest = there.newest
    who = (
        f"The lake {identity.id} of {identity.city} holds {identity.kind} rows."
        if identity
        else f"The lake {lake} does not say whose it is."
    )
    what = (
        f"{len(there.ids)} snapshots, the newest as of"
        f" {newest.as_of:%Y-%m-%d %H:%M:%S}Z."
        if newest
        else "It holds no snapshot."
    )
    facts = {
        "lake": str(lake),
        "identity": asdict(identity) if identity else None,
        "snapshots": len(there.ids),
        "newest": newest.id if newest else None,
        "migrations": [asdict(each) for each in newest.migrations] if newest else [],
        "problems": [*there.lost, *there.problems],
    }
    ran = _migrated(newest) if newest else []
    report(as_json, facts, [who, what, *ran, *there.lost, *there.problems])


@command.command()
@with_lake
@with_json
@click.argument("folder", type=click.Path(path_type=Path, file_okay=False))
def backup(lake: Path, as_json: bool, folder: Path) -> None:
    """Copy the lake into FOLDER, or what is new since the last time.

    Each file is hashed on its way. Safe while publishing.

    A backup is a lake: verify it, serve it, prune it with --lake FOLDER. Exit status: 1 if
    a snapshot could not be copied.
    """
    from twin.store import Lake
    from twin.store import backup as copy

    _report(as_json, copy(Lake(lake), folder), f"{folder} holds")


@command.command()
@with_lake
@with_json
@click.argument("folder", type=click.Path(path_type=Path, file_okay=False))
def restore(lake: Path, as_json: bool, folder: Path) -> None:
    """Bring the backup in FOLDER into an empty lake, or heal the lake it was taken from.

    Nothing that is whole is replaced.
    """
    from twin.clock import now
    from twin.store import Lake
    from twin.store import restore as copy

    _report(as_json, copy(folder, Lake(lake), now=now), f"{lake} holds")


def _report(as_json: bool, done: Copied, holds: str) -> None:
    report(
        as_json,
        asdict(done) | {"ok": not done.problems},
        [
            *done.problems,
            (
                f"{holds} everything up to {done.snapshot}: {done.snapshots} snapshots"
                f" and {done.files} files copied, {done.bytes / 1e6:,.1f} MB;"
                f" {done.there} files were there already and are whole."
            ),
        ],
    )
    if done.problems:
        sys.exit(1)


@command.command()
@with_city
@with_lake
@with_json
def upgrade(city_name: str | None, lake: Path, as_json: bool) -> None:
    """Bring a lake of an earlier program to today's format, and its rows through migrations.

    The next publish does the same; may be broken off and begun again.
    """
    from twin.clock import now
    from twin.store import Lake
    from twin.store import upgrade as bring

    found = bring(Lake(lake), the_city(city_name), now=now)
    report(
        as_json,
        {
            "snapshot": found.id,
            "format": found.format,
            "lake": found.lake,
            "migrations": [asdict(each) for each in found.migrations],
        },
        [f"The lake {lake} is of format {found.format}.", *_migrated(found)],
    )


def _migrated(newest: Snapshot) -> list[str]:
    """Return a sentence for each migration that the rows of a snapshot have gone through."""
    return [
        f"Its rows went through {each.name} by {each.at:%Y-%m-%d %H:%M:%S}Z, with City"
        f" Twin {each.by}."
        for each in newest.migrations
    ]


@command.command()
@with_lake
@with_json
def sign(lake: Path, as_json: bool) -> None:
    """Sign the lake with the key whose file TWIN_LAKE_KEY_FILE names.

    From then on a forged snapshot is refused too.
    """
    from twin.store import Lake
    from twin.store import sign as seal

    n_files = seal(Lake(lake))
    report(as_json, {"signed": n_files}, [f"{n_files} files are signed."])


@command.command()
@with_lake
@with_json
def audit(lake: Path, as_json: bool) -> None:
    """List what was done to the lake by hand: rollbacks, restores, repairs.

    Each is told with when, by whom and on which machine.
    """
    from twin.store import Lake, records

    found = records(Lake(lake))
    lines = [
        f"{each['at']}  {each['act']}  {each.get('user', '—')} on"
        f" {each.get('machine', '—')}"
        for each in found
    ]
    report(as_json, {"records": found}, lines or ["Nothing was done by hand."])
