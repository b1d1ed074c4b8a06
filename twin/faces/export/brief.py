"""The brief: one View as a picture and as tables."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from twin.errors import TwinError, UsageError
from twin.faces import picture, texts
from twin.faces.export import csv_files, tables, whole, xlsx
from twin.view import View, pin

if TYPE_CHECKING:
    from twin.city import City
    from twin.clock import Clock
    from twin.layer import Registry
    from twin.query import QueryService

FORMATS = ("png", "xlsx", "csv")
_FRAME = "1920x1080"


@dataclass(frozen=True)
class Brief:
    """What was written, and of which snapshot.

    Attributes:
        as_of: the moment that it speaks of, UTC.
        failed: a sentence for each block that failed; it stands in the tables in the block's place.
        unwritten: why a format could not be written, by its name.
    """

    snapshot: str
    hash: str
    as_of: datetime
    files: tuple[Path, ...]
    failed: tuple[str, ...] = ()
    unwritten: Mapping[str, TwinError] = field(default_factory=dict[str, TwinError])


def read_formats(text: str) -> tuple[str, ...]:
    """Return the formats that `text` names, parted by commas, each once.

    Raises:
        UsageError: it names none, or one that is not there.
    """
    found = tuple(
        dict.fromkeys(part.strip() for part in text.split(",") if part.strip())
    )
    _check(found)
    return found


def _check(formats: Sequence[str]) -> None:
    usable = f"use {', '.join(FORMATS)}."
    if not formats:
        raise UsageError("No format is named, so nothing would be written.", fix=usable)
    unknown = sorted(set(formats) - set(FORMATS))
    if unknown:
        raise UsageError(f"There is no format {unknown[0][:20]!r}.", fix=usable)


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
        face: path of the face whose picture is taken: '/' or '/wall/<profile>'.

    Each file appears whole or not at all. What fails, fails alone: see `Brief`.

    Raises:
        UsageError: no format, or one that is not there, or a view that means nothing.
        LakeError: the lake cannot be read.
    """
    _check(formats)
    on = [layer.id for layer in registry.layers if layer.visible]
    now = pin(view, city, service.pointer, on)
    framed = replace(
        view,
        city=city.id,
        lang=now.view.lang,
        frame=view.frame or _FRAME,
        as_of=now.as_of,
    )
    pinned = pin(framed, city, service.pointer, on)
    words = texts.load_texts(
        pinned.view.lang, [layer.folder for layer in registry.layers], city
    )
    shown = picture.take(service, registry, city, pinned, words, clock())
    stem = f"brief-{pinned.snapshot}-{pinned.hash}"
    found, notice = tables.sheets(shown), tables.notice(shown)

    def picture_into(folder: Path) -> None:
        from twin.faces.export import png

        png.write(
            service,
            registry,
            city,
            framed,
            pinned.snapshot,
            folder / f"{stem}.png",
            clock=clock,
            face=face,
        )

    writers: dict[str, Callable[[Path], object]] = {
        "xlsx": lambda folder: xlsx.write(
            found, folder / f"{stem}.xlsx", pinned.as_of, notice, shown.age_state
        ),
        "csv": lambda folder: csv_files.write(
            found, folder, stem, pinned.snapshot, notice
        ),
        "png": picture_into,
    }
    files: list[Path] = []
    unwritten: dict[str, TwinError] = {}
    for name in (name for name in writers if name in formats):
        try:
            files += whole.deliver(out, writers[name])
        except UsageError:
            raise
        except TwinError as error:
            unwritten[name] = error
    failed = tuple(
        f"The block {each.name} failed: {each.failed}"
        for each in shown.shown
        if each.failed
    )
    return Brief(
        pinned.snapshot, pinned.hash, pinned.as_of, tuple(files), failed, unwritten
    )
