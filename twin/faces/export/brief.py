"""The brief: one View as a picture and as tables."""

from __future__ import annotations

import logging
import traceback
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from twin.errors import ExportError, TwinError
from twin.faces.export import registry as formats_of
from twin.faces.export import whole
from twin.faces.export.draft import draft

if TYPE_CHECKING:
    from twin.city import City
    from twin.clock import Clock
    from twin.faces.export.draft import Draft
    from twin.faces.export.format import Format
    from twin.layer import Registry
    from twin.query import QueryService
    from twin.view import View


@dataclass(frozen=True)
class Brief:
    """What was written, and of which snapshot.

    Attributes:
        as_of: the moment that it speaks of, UTC.
        failed: a sentence for each panel that failed; it stands in the tables in the panel's place.
        unwritten: why a format could not be written, by its name.
    """

    snapshot: str
    hash: str
    as_of: datetime
    files: tuple[Path, ...]
    failed: tuple[str, ...] = ()
    unwritten: Mapping[str, TwinError] = field(default_factory=dict[str, TwinError])


def export(
    service: QueryService,
    registry: Registry,
    city: City,
    view: View,
    formats: Sequence[str],
    out: Path,
    *,
    clock: Clock,
    face: str = "/",
) -> Brief:
    """Write `view` in each of `formats` into `out`; every file names its snapshot.

    Args:
        formats: names of `registry.FORMATS`, or `package:name` of other packages.
        face: path of the face whose picture is taken: '/' or '/wall/<profile>'.

    Each file appears whole or not at all. What fails, fails alone: see `Brief`.

    Raises:
        UsageError: no format, or one that is not there, or a view that means nothing.
        LakeError: the lake cannot be read.
    """
    formats_of.ensure_there(formats)
    begun = draft(service, registry, city, view, clock=clock, face=face)
    files: list[Path] = []
    unwritten: dict[str, TwinError] = {}
    for name in formats_of.in_order(formats):
        try:
            files += _write(name, begun, out, {path.name for path in files})
        except TwinError as error:
            unwritten[name] = error
    return Brief(
        begun.snapshot,
        begun.pinned.hash,
        begun.pinned.as_of,
        tuple(files),
        begun.failed,
        unwritten,
    )


def _write(name: str, begun: Draft, out: Path, taken: Collection[str]) -> list[Path]:
    """Write one format; return its files in `out`.

    Args:
        taken: names of files that other formats of this brief have written.

    Raises:
        TwinError: it cannot be written; then none of its files is in `out`.
    """

    def write(folder: Path) -> list[Path]:
        chosen = formats_of.load_format(name)
        written = chosen.write(begun, folder)
        _ensure_fit(name, chosen, begun, folder, written, taken)
        return written

    try:
        return whole.deliver(out, write)
    except TwinError:
        raise
    except Exception as error:  # a fault of one format costs one format, whatever it is
        # A schedule reads what is said line by line: the whole trace would drown it.
        logging.getLogger(__name__).debug("%s failed", name, exc_info=True)
        at = traceback.extract_tb(error.__traceback__)[-1]
        where = f"{Path(at.filename).name}, line {at.lineno}"
        raise ExportError(
            f"The format {name!r} failed by a fault of the program.",
            why=f"{type(error).__name__}: {str(error)[:150]} ({where}).",
            fix="send that to whoever looks after it; other formats come out.",
        ) from error


def _ensure_fit(
    name: str,
    chosen: Format,
    begun: Draft,
    folder: Path,
    written: Sequence[Path],
    taken: Collection[str],
) -> None:
    """Refuse files that a format may not write.

    A schedule would take no file for a brief that is still owed, and a file of another name
    may be anybody's.

    Raises:
        ExportError: there is none, one lies elsewhere, does not begin as the draft says or
            end as the format says, or has the name of one that is written already.
    """
    fix = f"mend the format {name!r}, or leave it out."
    if not written:
        raise ExportError(f"The format {name!r} wrote no file.", fix=fix)
    for path in written:
        is_named = path.name.startswith(begun.stem) and path.name.endswith(
            chosen.suffix
        )
        if path.parent != folder or not is_named:
            raise ExportError(
                f"The format {name!r} wrote {path.name[:100]!r}, which is no file of a"
                " brief.",
                why=f"such a file is called {begun.stem}…{chosen.suffix}.",
                fix=fix,
            )
        if path.name in taken:
            raise ExportError(
                f"The format {name!r} wrote {path.name[:100]}, as another format did.",
                why="one of the two would be lost.",
                fix=fix,
            )
