"""A brief that is being written: what formats are given to write."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING

from twin.faces import picture, texts
from twin.faces.export import tables
from twin.view import pin

if TYPE_CHECKING:
    from pathlib import Path

    from twin.city import City
    from twin.clock import Clock
    from twin.faces.export.tables import Sheet
    from twin.faces.picture import Picture
    from twin.layer import Registry
    from twin.query import QueryService
    from twin.view import Pinned, View

# The frame of a brief whose view has none: that of a common screen.
_FRAME = "1920x1080"


@dataclass(frozen=True)
class Draft:
    """One pinned view, and what a format may ask of it. Each is worked out when it is asked for.

    Attributes:
        pinned: the view with nothing left open; it has a frame.
        clock: tells the present, UTC: ages are counted from it.
        face: path of the face that a picture is taken of: '/' or '/wall/<profile>'.
    """

    service: QueryService
    registry: Registry
    city: City
    pinned: Pinned
    clock: Clock
    face: str = "/"

    @property
    def snapshot(self) -> str:
        """Return the id of the snapshot that each file must name."""
        return self.pinned.snapshot

    @property
    def stem(self) -> str:
        """Return how the name of each file begins: with the snapshot, and the picture."""
        return f"brief-{self.pinned.snapshot}-{self.pinned.hash}"

    def path(self, into: Path, suffix: str, part: str = "") -> Path:
        """Return the path of a file in the folder `into`.

        Args:
            suffix: that of the format.
            part: which of several files it is, such as the name of a sheet; '' for the only one.
        """
        return into / f"{self.stem}{f'-{part}' if part else ''}{suffix}"

    def picture(self) -> Picture:
        """Return every figure and row that the faces show for the view, asked once.

        Raises:
            LakeError: the lake cannot be read.
        """
        return self._picture

    def sheets(self) -> tuple[Sheet, ...]:
        """Return the tables that stand behind the picture, made once. Raises as `picture`."""
        return self._sheets

    def notice(self) -> str:
        """Return what must be known before a row of a table is read; '' for nothing.

        Such as that the data are late. Raises as `picture`.
        """
        return tables.notice(self.picture())

    @property
    def failed(self) -> tuple[str, ...]:
        """Return a sentence for each panel that failed, of those that were asked so far."""
        # What no format asked for is not asked for the sake of its faults.
        taken: Picture | None = vars(self).get("_picture")
        return tuple(
            f"The panel {each.name} failed: {each.failed}"
            for each in (taken.shown if taken else ())
            if each.failed
        )

    @cached_property
    def _picture(self) -> Picture:
        layers = [layer.folder for layer in self.registry.layers]
        return picture.take(
            self.service,
            self.registry,
            self.city,
            self.pinned,
            texts.load_texts(self.pinned.view.lang, layers, self.city),
            self.clock(),
        )

    @cached_property
    def _sheets(self) -> tuple[Sheet, ...]:
        return tuple(tables.sheets(self.picture()))


def draft(
    service: QueryService,
    registry: Registry,
    city: City,
    view: View,
    *,
    clock: Clock,
    face: str = "/",
) -> Draft:
    """Return the draft of `view`, held at its moment, so that all its files are of that one.

    Raises:
        UsageError: the view means nothing. LakeError: the lake cannot be read.
    """
    visible = [layer.id for layer in registry.layers if layer.visible]
    now = pin(view, city, service.pointer, visible)
    framed = replace(
        view,
        city=city.id,
        lang=now.view.lang,
        frame=now.view.frame or _FRAME,
        as_of=now.as_of,
    )
    pinned = pin(framed, city, service.pointer, visible)
    return Draft(service, registry, city, pinned, clock, face)
