"""What a feed is: something that says, whenever it is asked, what it has heard since.

A feed is a module `twin/feeds/NAME.py`, or one of another package, with a value `FEED`.
What it must have is `Feed`. All else is an offer: a feed makes it by having the attributes
of one of the protocols below, and whoever drives feeds (`twin run`) asks which it makes.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any, Literal, Protocol, runtime_checkable

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from twin.errors import FeedError
from twin.feeds.batch import Batch
from twin.pack.schema import Setting

if TYPE_CHECKING:
    from twin.city import City

# What a feed's rows are. A lake holds rows of one kind (see `twin.store.lake.Kind`).
Kind = Literal["real", "simulated", "drill"]
KINDS: tuple[Kind, ...] = ("real", "simulated", "drill")


class Feed(Protocol):
    """A source of rows."""

    @property
    def name(self) -> str:
        """Return what the city calls it.

        The lake remembers under this name how far the feed was asked, so one that gets
        another name is a new one.
        """
        ...

    def poll(self, since: datetime, until: datetime) -> Iterator[Batch]:
        """Yield the rows recorded in (since, until], both UTC.

        It gives what there is now, and waits for nothing that is yet to come. `since` is the
        `until` of the last poll whose rows were published: if they were not, for whatever
        reason, the same rows are asked for again. What is given twice counts once, as long
        as its key and its content are the same.

        Rows that come late, because the feed could not be asked in time, are known from the
        moment at which they came: whoever drives the feed writes that into `recorded_at`.

        Raises:
            FeedError: it cannot be read; nothing of this poll is published, and it is asked
                again. Other feeds run on. Any other exception is taken for a fault of the
                feed's program, with the same end.
        """
        ...


@runtime_checkable
class OfKind(Protocol):
    """A feed that says what its rows are; those of one that does not are real."""

    @property
    def kind(self) -> Kind:
        """Return what its rows are."""
        ...


@runtime_checkable
class Begins(Protocol):
    """A feed with registers: what there is, before anything is said of it."""

    def begin(self, at: datetime) -> Iterator[Batch]:
        """Yield the registers as they stand at `at`, UTC.

        It is asked once, before the first poll into a lake.
        """
        ...


@runtime_checkable
class Acknowledged(Protocol):
    """A feed that must know when what it gave is safe, to let go of it."""

    def done(self, snapshot: str) -> Sequence[str]:
        """Hear that all rows of the last poll are published, in the snapshot of this id.

        It is not called if the program ends between: then the rows are asked for again, and
        the lake knows them.

        Returns:
            Sentences for whoever reads along; none is fine.

        Raises:
            FeedError: it cannot let go; it is asked again.
        """
        ...


@runtime_checkable
class Documents(Protocol):
    """A feed of documents, such as files. Each poll gives one, or none."""

    @property
    def more(self) -> bool:
        """Return whether another document waits: then the next poll comes at once."""
        ...

    def told(
        self,
        origin: str,
        new: npt.NDArray[np.int64],
        known: npt.NDArray[np.int64],
        refused: pa.Table,
    ) -> None:
        """Hear of rows, by their numbers in the origin, that were new or known.

        Hear of those that were refused, too, as rows of the contract `quarantine`.
        """
        ...

    def judge(self) -> None:
        """Say, once all rows were told, whether the document may be published.

        Raises:
            Refused: it may not.
        """
        ...


class Refused(FeedError):  # noqa: N818 - what became of a document, not of the program
    """A document is refused whole. Its feed is well, and goes on to the next one."""


@dataclass(frozen=True)
class FeedType:
    """What the module of a feed offers under the name `FEED`.

    Attributes:
        open: makes a feed from its name, its settings (a section of city.toml, checked
            against `settings`) and the city. It reads no source and holds nothing yet:
            `twin city check` calls it, too. A PackError from it is a sentence about the
            settings.
        settings: what the section may say. `feed`, the name of the module, and `status`
            may always stand there.
    """

    open: Callable[[str, Mapping[str, Any], City], Feed]
    settings: Mapping[str, Setting] = field(default_factory=dict[str, Setting])


def kind_of(feed: Feed) -> Kind:
    """Return what the rows of a feed are."""
    return feed.kind if isinstance(feed, OfKind) else "real"
