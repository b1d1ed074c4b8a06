"""The brief: one View as a picture and as tables."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from twin.errors import UsageError
from twin.faces import picture, texts
from twin.faces.export import csv_files, tables, xlsx
from twin.view import View, pin

if TYPE_CHECKING:
    from twin.city import City
    from twin.clock import Clock
    from twin.layer import Registry
    from twin.query import Desk

FORMATS = ("png", "xlsx", "csv")
_FRAME = "1920x1080"


@dataclass(frozen=True)
class Brief:
    """What was written, and of which snapshot."""

    snapshot: str
    hash: str
    files: tuple[Path, ...]


def read_formats(text: str) -> tuple[str, ...]:
    """Answer the formats that `text` names, parted by commas, each once.

    Raises:
        UsageError: it names none, or one that is not there.
    """
    found = tuple(dict.fromkeys(part.strip() for part in text.split(",") if part.strip()))
    _check(found)
    return found


def _check(formats: Sequence[str]) -> None:
    usable = f"use {', '.join(FORMATS)}."
    if not formats:
        raise UsageError("No format is named, so nothing would be written.", fix=usable)
    unknown = sorted(set(formats) - set(FORMATS))
    if unknown:
        raise UsageError(f"There is no format {unknown[0][:20]!r}.", fix=usable)


def export(desk: Desk, registry: Registry, city: City, view: View, formats: Sequence[str], out: Path, *, clock: Clock,
           face: str = "/") -> Brief:
    """Write `view` in each of `formats` into `out`; every file names its snapshot.

    Args:
        face: path of the face whose picture is taken: '/' or '/wall/<profile>'.

    Raises:
        UsageError: no format, or one that is not there, or a view that means nothing.
        MissingToolError: a picture was asked for and there is no browser; the tables are written before that is said.
    """
    _check(formats)
    on = [layer.id for layer in registry.layers if layer.on]
    now = pin(view, city, desk.pointer, on)
    framed = replace(view, city=city.id, lang=now.view.lang, frame=view.frame or _FRAME, as_of=now.as_of)
    pinned = pin(framed, city, desk.pointer, on)
    words = texts.load_texts(pinned.view.lang, [layer.folder for layer in registry.layers])
    shown = picture.take(desk, registry, city, pinned, words, clock())
    out.mkdir(parents=True, exist_ok=True)
    stem = f"brief-{pinned.snapshot}-{pinned.hash}"
    found = tables.sheets(shown)
    files: list[Path] = []
    if "xlsx" in formats:
        files.append(out / f"{stem}.xlsx")
        xlsx.write(found, files[-1], pinned.as_of)
    if "csv" in formats:
        files += csv_files.write(found, out, stem, pinned.snapshot)
    if "png" in formats:
        from twin.faces.export import png

        files.append(out / f"{stem}.png")
        png.write(desk, registry, city, framed, pinned.snapshot, files[-1], clock=clock, face=face)
    return Brief(pinned.snapshot, pinned.hash, tuple(files))
