"""A disk that forgets: what a power cut may leave of a folder, at every step of a program at work.

The program runs as it is, in a real folder. Each of its calls to the system that moves a name or
makes something last passes through `Disk`, which looks at the whole folder before and after: so it
also sees what libraries write that are not in Python. It keeps what is safe: of a file the bytes of
its last fsync, of a folder the names of its last fsync. All else is in the cache, and a power cut
may lose it: any of it, independently, in any mixture. That is more than most file systems lose, and
no more than POSIX allows.
"""

from __future__ import annotations

import os
import random
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from pathlib import Path
from stat import S_ISDIR
from typing import Any

_MOVES = (
    "rename",
    "replace",
    "link",
    "symlink",
    "unlink",
    "remove",
    "mkdir",
    "rmdir",
    "truncate",
)
_SYNCS = ("fsync", "fdatasync")
_SETTLED_NS = 50_000_000
"""A file that was changed this long ago shows it in its time of change."""


class KilledError(BaseException):
    """The process is gone: no handler of the store may see it."""


@dataclass(frozen=True)
class Data:
    """A file: its bytes, and those that are safe (None: it was never synced)."""

    now: bytes
    safe: bytes | None = None

    @property
    def is_safe(self) -> bool:
        """Whether a power cut cannot change it."""
        return self.now == self.safe


@dataclass(frozen=True)
class Folder:
    """A folder: what each name leads to, what of that is safe, what else a name led to since."""

    now: Mapping[str, int]
    safe: Mapping[str, int] = field(default_factory=dict)
    since: Mapping[str, tuple[int | None, ...]] = field(default_factory=dict)

    def seen(self, now: Mapping[str, int]) -> Folder:
        """The folder when its names have become `now`."""
        if now == self.now:
            return self
        changed = {
            name
            for name in self.now.keys() | now.keys()
            if self.now.get(name) != now.get(name)
        }
        since = {
            name: (*self.since.get(name, ()), self.now.get(name)) for name in changed
        }
        return Folder(now, self.safe, {**self.since, **since})

    def may_be(self, name: str) -> list[int | None]:
        """What a name may lead to after a power cut: the safe one first, today's last."""
        every = [self.safe.get(name), *self.since.get(name, ()), self.now.get(name)]
        return list(dict.fromkeys(every)) if every[0] != every[-1] else [every[0]]


@dataclass(frozen=True)
class Moment:
    """The disk between two steps; `promised` is what the caller had been told by then."""

    step: str
    nodes: Mapping[int, Data | Folder]
    promised: Any


def _never(_path: Path) -> bool:
    return False


@dataclass
class Disk:
    """Watches `root`, in which all that is there to begin with is safe.

    Attributes:
        deaf: paths from `root` whose fsync does nothing: a protection taken away.
        before: called with each step before it is done, but not with those that it makes itself;
            what it raises, the program sees.
    """

    root: Path
    deaf: Callable[[Path], bool] = _never
    before: Callable[[str], object] | None = None
    moments: list[Moment] = field(default_factory=list[Moment])
    promised: Any = None
    _nodes: dict[int, Data | Folder] = field(default_factory=dict[int, Data | Folder])
    _held: dict[int, int] = field(default_factory=dict[int, int])
    _read: dict[int, tuple[int, int]] = field(
        default_factory=dict[int, tuple[int, int]]
    )
    _lock: threading.RLock = field(default_factory=threading.RLock)
    _busy: bool = False

    @contextmanager
    def watching(self) -> Iterator[Disk]:
        """Stand between the program and the system for the length of the block."""
        real = {name: getattr(os, name) for name in (*_MOVES, *_SYNCS)}
        self._look()
        for number, node in self._nodes.items():
            self._nodes[number] = (
                Data(node.now, node.now)
                if isinstance(node, Data)
                else Folder(node.now, node.now)
            )
        self._note("begin")
        for name in _MOVES:
            setattr(os, name, self._moving(name, real[name]))
        for name in _SYNCS:
            setattr(os, name, self._syncing(name))
        try:
            yield self
            self._look()
            self._note("end")
        finally:
            for name, function in real.items():
                setattr(os, name, function)
            for handle in self._held.values():
                os.close(handle)

    def promise(self, promised: Any) -> None:
        """From now on the caller has been told this."""
        with self._lock:
            self.promised = promised
            self._look()
            self._note("promised")

    def _moving(self, name: str, real: Callable[..., Any]) -> Callable[..., Any]:
        def moved(*args: Any, **more: Any) -> Any:
            paths = args[:2] if name in {"rename", "replace", "link"} else args[:1]
            path = next(
                (found for given in paths if (found := self._inside(given))), None
            )
            if path is None and not more.get("dir_fd"):
                return real(*args, **more)
            step = f"{name} {path or args[0]}"
            self._step(step)
            with self._lock:
                self._look()
                self._note(f"before {step}")
                done = real(*args, **more)
                self._look()
                self._note(f"after {step}")
                return done

        return moved

    def _syncing(self, name: str) -> Callable[[Any], None]:
        def synced(file: Any) -> None:
            handle = file if isinstance(file, int) else file.fileno()
            path = self._inside(Path(f"/proc/self/fd/{handle}").readlink())
            if path is None:
                return
            self._step(f"{name} {path}")
            with self._lock:
                self._look()
                self._note(f"before {name} {path}")
                if not self.deaf(path):
                    self._save(os.fstat(handle).st_ino)
                self._note(f"after {name} {path}")

        return synced

    def _inside(self, path: str | bytes | os.PathLike[str]) -> Path | None:
        # Follows no link.
        full = Path(os.path.abspath(os.fsdecode(path)))  # noqa: PTH100
        if full == self.root:
            return Path()
        return full.relative_to(self.root) if self.root in full.parents else None

    def _step(self, step: str) -> None:
        if self.before and not self._busy:
            self._busy = True
            try:
                self.before(step)
            finally:
                self._busy = False

    def _save(self, number: int) -> None:
        node = self._nodes.get(number)
        if isinstance(node, Data):
            self._nodes[number] = Data(node.now, node.now)
        elif node:
            self._nodes[number] = Folder(node.now, node.now)

    def _note(self, step: str) -> None:
        last = self.moments[-1] if self.moments else None
        if (
            last is None
            or last.nodes != self._nodes
            or last.promised is not self.promised
        ):
            self.moments.append(Moment(step, dict(self._nodes), self.promised))

    def _look(self) -> None:
        waiting = [(self.root, self._hold(self.root))]
        while waiting:
            folder, number = waiting.pop()
            names: dict[str, int] = {}
            # what is gone while we look is another thread's work, which looks again when it is done
            with suppress(FileNotFoundError), os.scandir(folder) as entries:
                for entry in entries:
                    with suppress(FileNotFoundError):
                        found = entry.inode()
                        names[entry.name] = (
                            found if found in self._held else self._hold(entry.path)
                        )
            before = self._nodes.get(number, Folder({}))
            assert isinstance(before, Folder)
            self._nodes[number] = before.seen(names)
            for name, found in names.items():
                if S_ISDIR(os.fstat(self._held[found]).st_mode):
                    waiting.append((folder / name, found))
                else:
                    self._read_again(found)

    def _hold(self, path: str | Path) -> int:
        """Keep a file or folder open, so that its number is not given to another one."""
        handle = os.open(path, os.O_RDONLY)
        number = os.fstat(handle).st_ino
        if number in self._held:
            os.close(handle)
        else:
            self._held[number] = handle
        return number

    def _read_again(self, number: int) -> None:
        handle = self._held[number]
        found = os.fstat(handle)
        shape = found.st_size, found.st_mtime_ns
        if self._read.get(number) == shape:
            return
        data = os.pread(handle, found.st_size, 0)
        before = self._nodes.get(number)
        if not isinstance(before, Data) or before.now != data:
            self._nodes[number] = Data(
                data, before.safe if isinstance(before, Data) else None
            )
        if time.time_ns() - found.st_mtime_ns > _SETTLED_NS:
            self._read[number] = shape


@dataclass(frozen=True)
class Fate:
    """What becomes of the cache in a power cut.

    Attributes:
        name_kept: how likely a name is as it was last, from 0 to 1.
        data_kept: how likely a file has all its bytes.
        lost: what becomes of bytes that are lost: "empty", "zeros", "torn", "old", or "any".
        by_folder: whether the names of one folder are kept or lost together.
    """

    name_kept: float
    data_kept: float
    lost: str = "any"
    by_folder: bool = False


FATES = {
    "all is lost": Fate(0, 0, "old"),
    "all is kept": Fate(1, 1),
    "names are kept, data empty": Fate(1, 0, "empty"),
    "names are kept, data zeros": Fate(1, 0, "zeros"),
    "names are kept, data torn": Fate(1, 0, "torn"),
    "data are kept, names lost": Fate(0, 1),
    "half is kept": Fate(0.5, 0.5),
    "half of the folders are kept": Fate(0.5, 1, by_folder=True),
    "little is kept": Fate(0.15, 0.3),
    "most is kept": Fate(0.85, 0.7),
}


def after_cut(
    moment: Moment, root: int, into: Path, fate: Fate, dice: random.Random
) -> list[str]:
    """Write under `into` what a power cut at a moment leaves; say what of the cache was lost."""
    lost: list[str] = []

    def place(number: int, path: Path) -> None:
        node = moment.nodes[number]
        if isinstance(node, Data):
            data = _data(node, fate, dice)
            if data != node.now:
                kind = " zeros" if data and not any(data) else ""
                left = f"{len(data):,}{kind} of {len(node.now):,} bytes"
                lost.append(f"{path.relative_to(into)} is {left}")
            path.write_bytes(data)
            return
        path.mkdir(exist_ok=True)
        folder = (
            replace(fate, name_kept=dice.random() < fate.name_kept)
            if fate.by_folder
            else fate
        )
        for name in sorted(node.now.keys() | node.safe.keys() | node.since.keys()):
            chosen = _name(node.may_be(name), folder, dice)
            if chosen != node.now.get(name):
                what = "not there" if chosen is None else "an older one"
                lost.append(f"{(path / name).relative_to(into)} is {what}")
            if chosen is not None:
                place(chosen, path / name)

    place(root, into)
    return lost


def _name(choices: list[int | None], fate: Fate, dice: random.Random) -> int | None:
    if dice.random() < fate.name_kept:
        return choices[-1]
    return dice.choice(choices) if fate.name_kept else choices[0]


def _data(file: Data, fate: Fate, dice: random.Random) -> bytes:
    if file.is_safe or dice.random() < fate.data_kept:
        return file.now
    how = (
        dice.choice(("empty", "zeros", "torn", "old"))
        if fate.lost == "any"
        else fate.lost
    )
    if how == "zeros":
        return bytes(len(file.now))
    if how == "torn":
        return file.now[: dice.randrange(len(file.now))] if file.now else b""
    return file.safe or b"" if how == "old" else b""
