"""Whose lake it is: one city, one kind, one id.

Others are refused before a row is read or written.
"""

from __future__ import annotations

import uuid
from dataclasses import replace
from typing import TYPE_CHECKING, cast

import pyarrow.parquet as pq

from twin.errors import ForeignError, LakeError
from twin.store import seal
from twin.store.disk import write_whole
from twin.store.lake import FORMAT, Identity, Kind, Lake

if TYPE_CHECKING:
    from twin.city import City
    from twin.store.snapshot import Snapshot

_SAID = {
    "real": "real rows",
    "simulated": "simulated rows",
    "drill": "the rows of a drill",
}


def kind_of(*, simulated: bool, mode: str) -> Kind:
    """Return the kind of lake that rows belong in."""
    return "drill" if mode == "drill" else "simulated" if simulated else "real"


def of(lake: Lake, newest: Snapshot | None) -> Identity | None:
    """Return whose a lake is, as its own file says, else as its newest snapshot does.

    Return None if nobody ever said.

    Raises:
        LakeError: it is of a newer program.
    """
    said, _ = lake.who()
    if said is not None or newest is None or newest.format < FORMAT:
        return said
    return Identity(newest.lake, newest.city, cast("Kind", newest.kind))


def guard(
    lake: Lake, city: City, newest: Snapshot | None, kind: Kind | None = None
) -> None:
    """Make sure that a lake is the city's, and of the kind given.

    It must be the one that this process met first, too.

    Raises:
        ForeignError: it is not; the sentence says whose it is.
    """
    identity = of(lake, newest)
    if identity is None:
        if newest is not None:
            _guard_old(lake, city, newest, kind)
        return
    if identity.city != city.id:
        raise ForeignError(
            f"The lake {lake.path} is of the city {identity.city}, not of {city.id}.",
            why="two cities in one lake would be counted as one.",
            fix=(
                f"name the pack of {identity.city} with --city, or another lake with"
                " --lake."
            ),
        )
    if kind is not None and identity.kind != kind:
        raise _of_other_kind(lake, identity.kind, kind)
    if lake.met.setdefault("id", identity.id) != identity.id:
        raise ForeignError(
            f"The lake {lake.path} was replaced by another one while it was in use.",
            why=(
                f"it was {lake.met['id'][:8]} and is {identity.id[:8]} now; figures of"
                " two lakes must not be mixed."
            ),
            fix="put the first one back, or start this program again to use the other.",
        )


def _of_other_kind(lake: Lake, held: Kind, given: Kind) -> ForeignError:
    return ForeignError(
        f"The lake {lake.path} holds {_SAID[held]}; these are {_SAID[given]}.",
        why="mixed, no figure could be told from a made-up one.",
        fix="name another lake with --lake.",
    )


def _guard_old(lake: Lake, city: City, newest: Snapshot, kind: Kind | None) -> None:
    """Hold a lake of format 1 or 2 against the districts and the mark that it holds.

    Such a lake does not say whose it is.
    """
    files = newest.files("districts")
    try:
        held = {
            each
            for file in files
            for each in pq.read_table(file, columns=["district_id"])[
                "district_id"
            ].to_pylist()
        }
    except (OSError, ValueError, KeyError):
        return  # a damaged file is told by who opens the snapshot
    own = (
        set(city.reference["districts"]["district_id"].to_pylist())
        if "districts" in city.reference
        else set[str]()
    )
    if held and own and not held & own:
        raise ForeignError(
            f"The lake {lake.path} is not of {city.id}: none of its districts is"
            " there.",
            why="two cities in one lake would be counted as one.",
            fix="name the city's own pack with --city, or another lake with --lake.",
        )
    if kind is not None and (kind != "real") != newest.simulated:
        raise _of_other_kind(lake, "simulated" if newest.simulated else "real", kind)


def claim(lake: Lake, city: City, kind: Kind, newest: Snapshot | None) -> Identity:
    """Return whose a lake is, and write it down where that is missing.

    Only for whoever holds the lake.

    Raises:
        LakeError: the folder holds rows, but no snapshot and no word of whose they are.
    """
    said, problem = lake.who()
    if said is not None:
        if said.is_begun and newest is None:
            raise _lost(lake)
        return said
    if newest is None and (problem or _has_rows(lake)):
        raise _lost(lake)
    found = of(lake, newest) or Identity(
        uuid.uuid4().hex, city.id, kind, is_begun=False
    )
    write(lake, found)
    return found


def begun(lake: Lake, identity: Identity) -> None:
    """Write down that the lake has a snapshot.

    A lake without one is known to have lost it then.
    """
    if not identity.is_begun:
        write(lake, replace(identity, is_begun=True))


def write(lake: Lake, identity: Identity) -> None:
    """Write whose a lake is."""
    write_whole(
        lake.identity,
        seal.seal(
            {
                "format": FORMAT,
                "lake": identity.id,
                "city": identity.city,
                "kind": identity.kind,
                "is_begun": identity.is_begun,
            },
            seal.key(),
        ),
    )


def _has_rows(lake: Lake) -> bool:
    return next(lake.tables.glob("*/*.parquet"), None) is not None


def _lost(lake: Lake) -> LakeError:
    return LakeError(
        f"The lake {lake.path} holds tables but no snapshot that says which rows"
        " count.",
        why=(
            "half of it was copied, or its snapshots were removed; publishing now would"
            " hide what is there."
        ),
        fix=(
            "bring the folder `snapshots` back, or `twin lake restore BACKUP --lake"
            f" {lake.path}`; for a new lake name an empty folder."
        ),
    )
