"""A lake on disk: Delta tables, snapshots over all of them, who it is, one publisher at a time."""

from __future__ import annotations

import errno
import fcntl
import json
import re
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from itertools import count
from pathlib import Path
from typing import Any, Literal, cast

from twin.clock import to_text
from twin.errors import BusyError, LakeError
from twin.store import seal
from twin.store.disk import make_folder, unwritable

# Number of the lake's layout: this program reads all up to it; a higher number was written
# by a newer program.
FORMAT = 3

# What a lake's rows are. One lake holds one kind.
Kind = Literal["real", "simulated", "drill"]

# A Delta log as it was found right: its version, its hash, and name, size and time of
# change of its files.
Seen = tuple[int, str, tuple[tuple[str, int, int], ...]]

SNAPSHOT_ID = re.compile(r"\d{8}T\d{6}Z-\d{6,}-[0-9a-f]{6}")


@dataclass(frozen=True)
class Identity:
    """Who a lake is.

    Attributes:
        id: 32 hexadecimal digits, given once.
        city: id of the city pack whose rows it holds.
        is_begun: whether a snapshot was ever published: if so and there is none, it was lost.
    """

    id: str
    city: str
    kind: Kind
    is_begun: bool = True


@dataclass(frozen=True)
class Hint:
    """What the pointer says: id of the snapshot that was published last.

    It holds a sentence instead if the pointer cannot be read.
    """

    snapshot: str | None
    problem: str = ""


@dataclass(frozen=True)
class Lake:
    """A lake by its folder.

    It remembers which files it has verified, so that each is hashed once per process.

    Attributes:
        met: the lake's id as this process saw it first, under 'id': another one later means
            that lakes were swapped.
    """

    path: Path
    verified: dict[str, tuple[int, int]] = field(
        default_factory=dict[str, tuple[int, int]], compare=False, repr=False
    )
    logs: dict[str, Seen] = field(
        default_factory=dict[str, Seen], compare=False, repr=False
    )
    spans: dict[str, tuple[str, str]] = field(
        default_factory=dict[str, tuple[str, str]], compare=False, repr=False
    )
    met: dict[str, str] = field(
        default_factory=dict[str, str], compare=False, repr=False
    )

    @property
    def tables(self) -> Path:
        """Return the folder of the Delta tables: the only one that queries may read."""
        return self.path / "tables"

    @property
    def snapshots(self) -> Path:
        """Return the folder of the snapshot files."""
        return self.path / "snapshots"

    @property
    def pointer(self) -> Path:
        """Return the file that names the newest snapshot.

        It is a hint, which the snapshots themselves overrule.
        """
        return self.path / "pointer.json"

    @property
    def identity(self) -> Path:
        """Return the file that says whose lake this is."""
        return self.path / "lake.json"

    @property
    def trash(self) -> Path:
        """Return the folder of what was let go.

        It is laid out as the lake is, by the moment of letting go.
        """
        return self.path / "trash"

    @property
    def audit(self) -> Path:
        """Return the folder of records of what was done by hand."""
        return self.path / "audit"

    def aside(self, moment: datetime) -> Path:
        """Return a folder in the trash that is not there yet.

        It is for what is let go at a moment of the data.
        """
        stamp = to_text(moment).replace("-", "").replace(":", "")[:15]
        return next(
            path
            for n in count(1)
            if not (path := self.trash / f"{stamp}Z-{n}").exists()
        )

    def who(self) -> tuple[Identity | None, str]:
        """Return who the lake says it is, and a sentence if its file cannot be read.

        Return (None, '') in a new or old lake.

        Raises:
            LakeError: the lake is of a newer program.
        """
        try:
            said = _opened(self.identity, self.path)
            return (
                Identity(
                    str(said["lake"]),
                    str(said["city"]),
                    cast("Kind", said["kind"]),
                    bool(said["is_begun"]),
                ),
                "",
            )
        except FileNotFoundError:
            return None, ""
        except (OSError, ValueError, KeyError, TypeError) as error:
            return (
                None,
                f"The file lake.json of the lake {self.path} cannot be read: {error}.",
            )

    def hint(self) -> Hint:
        """Return what the pointer says.

        Raises:
            LakeError: the lake is of a newer program.
        """
        try:
            said = _opened(self.pointer, self.path)
            named = str(said["snapshot"])
        except FileNotFoundError:
            return Hint(None)
        except (OSError, ValueError, KeyError, TypeError) as error:
            return Hint(
                None, f"The pointer of the lake {self.path} cannot be read: {error}."
            )
        if not SNAPSHOT_ID.fullmatch(named):
            return Hint(None, f"The pointer of the lake {self.path} names no snapshot.")
        own, _ = self.who()
        if own and said.get("lake") != own.id:
            return Hint(
                None, f"The pointer of the lake {self.path} is of another lake."
            )
        return Hint(named)

    def newest_id(self) -> str | None:
        """Return the id that the pointer names, as a sign of change.

        Return None if it names none that can be read.
        """
        return self.hint().snapshot

    @contextmanager
    def writing(self) -> Generator[None]:
        """Hold the lake for writing, for the length of the block.

        Raises:
            BusyError: somebody else is writing. LakeError: the folder cannot be written, or
                cannot be held.
        """
        try:
            for folder in (self.tables, self.snapshots):
                make_folder(folder)
            file = (self.path / "publish.lock").open("a")
        except OSError as error:
            raise unwritable(self.path, error) from error
        with file:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except OSError as error:
                raise self._not_held(error) from error
            yield

    def is_held(self) -> bool:
        """Return whether somebody holds the lake for writing just now."""
        try:
            with (self.path / "publish.lock").open() as file:
                fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except FileNotFoundError:
            return False
        except OSError as error:
            return error.errno in {errno.EWOULDBLOCK, errno.EAGAIN}
        return False

    def _not_held(self, error: OSError) -> LakeError:
        if error.errno in {errno.EWOULDBLOCK, errno.EAGAIN, errno.EACCES}:
            return BusyError(
                f"Another program is publishing into the lake {self.path}.",
                why="two writers at once would lose rows.",
                fix=(
                    "wait until it is done, or stop it (a running `twin demo` publishes"
                    " every few seconds)."
                ),
            )
        return LakeError(
            f"The lake {self.path} cannot be locked: {error.strerror}.",
            why=(
                "its file system gives no locks (some network shares do not), so two"
                " writers could not be kept apart."
            ),
            fix=(
                "put the lake on a disk of this machine, or mount the share with locks."
            ),
        )


def _opened(path: Path, root: Path) -> dict[str, Any]:
    """Return what one of the lake's two small files says.

    Of formats 1 and 2 they are not sealed.
    """
    data = path.read_bytes()
    if seal.is_sealed(data):
        said = seal.unseal(data, seal.key())
    else:
        said = cast("dict[str, Any]", json.loads(data))
        if int(said["format"]) == FORMAT or seal.key() is not None:
            raise ValueError("it carries no seal")
    if int(said["format"]) > FORMAT:
        raise newer(f"The lake {root}", int(said["format"]))
    return said


def newer(what: str, version: int) -> LakeError:
    """Return the sentence for what a newer program wrote."""
    return LakeError(
        f"{what} is of format {version}; this program reads up to {FORMAT}.",
        why="a newer City Twin wrote it.",
        fix="update this program, or name another lake with --lake.",
    )


def of_newer(what: str, thing: str) -> LakeError:
    """Return the sentence for what names a thing that this program never heard of."""
    return LakeError(
        f"{what} names {thing}, which this program does not know.",
        why="a newer City Twin wrote it.",
        fix="update this program, or name another lake with --lake.",
    )


def unreadable_log(path: Path, error: Exception) -> LakeError:
    """Return the sentence for a Delta log that refuses a commit."""
    return LakeError(
        f"A table of the lake {path} cannot be committed to:"
        f" {str(error).strip().splitlines()[0]}.",
        why=(
            "its Delta log is damaged, or the disk refused. What was published before"
            " is whole."
        ),
        fix=(
            "make room if the disk is full; otherwise `twin snapshot verify --repair"
            f" --lake {path}` writes the log anew."
        ),
    )
