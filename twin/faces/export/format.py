"""What a format of an export is: a name, how its files end, and how a brief is written in it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol, runtime_checkable

if TYPE_CHECKING:
    from pathlib import Path

    from twin.faces.export.draft import Draft


@runtime_checkable
class Format(Protocol):
    """One way to write a brief: a frozen value, `FORMAT` of its module.

    `registry.FORMATS` has those of the house. Another package offers its own as an entry
    point of the group `twin.formats`.
    """

    @property
    def name(self) -> str:
        """What it is called in commands; of an entry point, the point's own name."""
        ...

    @property
    def suffix(self) -> str:
        """How each of its files ends, such as '.csv'."""
        ...

    def write(self, draft: Draft, into: Path) -> list[Path]:
        """Write files into the folder `into`, named by `draft.path`; return them, at least one.

        What else is left in the folder is thrown away. The files are moved to where they
        belong when all of them are whole, so that nobody ever finds half of a brief.

        Raises:
            TwinError: it cannot be written; other formats of the same brief are.
        """
        ...
