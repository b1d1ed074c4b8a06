"""How a kind of panel stands on a page and on a wall."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from dash.development.base_component import Component

    from twin.faces.picture import Picture, Shown


@dataclass(frozen=True)
class Markup:
    """The markup of one kind of panel (see `twin.faces.kinds`).

    Attributes:
        body: draws the rows, below the panel's title.
        wall: draws the whole panel on a wall; None where it stands there as on a page.
    """

    body: Callable[[Shown, Picture], Component]
    wall: Callable[[Shown, Picture], Component] | None = None
