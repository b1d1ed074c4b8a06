"""A folder that files are dropped into: one reader at a time, and whose fault an error is."""

from __future__ import annotations

import errno
import os
import traceback
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from twin.contracts.crs import UndeclaredCRS
from twin.errors import BusyError, ContractError, FeedError, TwinError, UsageError

if TYPE_CHECKING:
    from collections.abc import Generator
    from pathlib import Path


def unreadable(folder: Path, error: OSError) -> FeedError:
    """Return the sentence for a folder that the system does not let us read."""
    return FeedError(
        f"The folder {folder} cannot be read: {error.strerror or error}.",
        fix="check that it is there and may be read.",
    )


@contextmanager
def held(folder: Path) -> Generator[None]:
    """Keep a second reader off the folder, where its file system can.

    Raises:
        UsageError: there is no such folder. BusyError: another program reads it.
        FeedError: it cannot be opened.
    """
    import fcntl

    if not folder.is_dir():
        raise UsageError(
            f"There is no folder {folder}.",
            fix="make it, or name the one that files are dropped into.",
        )
    try:
        handle = os.open(folder, os.O_RDONLY)
    except OSError as error:
        raise unreadable(folder, error) from error
    try:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            if error.errno in {errno.EWOULDBLOCK, errno.EAGAIN}:
                raise BusyError(
                    f"Another program watches the folder {folder}.",
                    why="two would read every file twice.",
                    fix="stop the other, or watch another folder.",
                ) from error
        yield
    finally:
        os.close(handle)


def refusal(error: Exception, name: str) -> tuple[dict[str, Any], list[str]]:
    """Return why the file `name` is refused: for programs, and as sentences for people.

    Raises:
        TwinError: the error is not the file's fault, so the file stays where it is.
    """
    if isinstance(
        error, UndeclaredCRS
    ):  # the mapping is off, and would be for every file
        raise error
    if isinstance(error, (ContractError, FeedError)):
        return dict(error.payload()), error.lines()
    if isinstance(error, TwinError):
        raise error
    if isinstance(error, OSError):
        raise FeedError(
            f"{name} could not be taken: {error.strerror or error}.",
            why="the system refused, so the file stays where it is.",
            fix="run `twin doctor`, then start the watch again.",
        ) from error
    # A fault of the program over one file must not keep the others out.
    lines = traceback.format_exception(error)
    return {"error": type(error).__name__, "trace": lines}, [
        f"The program failed on this file: {type(error).__name__}.",
        "This is a fault of the program, and nothing of the file is lost.",
        "To fix: send the file and this report to whoever looks after the program.",
        *"".join(lines).splitlines(),
    ]
