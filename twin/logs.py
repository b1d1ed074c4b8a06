"""What goes on, line by line on standard error; quiet unless asked.

Every room writes with the standard library's `logging`, and what it knows beside the words
stands in `extra`, so that whoever takes us as a library hears of it in his own way and is
written nothing by default. The command line calls `begin`: then all records, those of other
libraries included, go through one pipe.

No line tells where things lie on this machine, nor what an exception of other libraries
quotes of the data (that only at level debug, or on a terminal, where nothing is kept).
"""

from __future__ import annotations

import logging
import os
import sys
import sysconfig
import threading
from collections.abc import Iterable, Mapping, MutableMapping
from dataclasses import dataclass
from pathlib import Path
from traceback import TracebackException
from types import TracebackType
from typing import TYPE_CHECKING, Any, cast

from twin import paths
from twin.errors import TwinError, UsageError
from twin.visible import visible

if TYPE_CHECKING:
    from structlog.stdlib import ProcessorFormatter

# The environment's words; processes that we start are given them too.
FORM, LEVEL = "TWIN_LOG", "TWIN_LOG_LEVEL"
FORMS = ("json", "text")
LEVELS = ("debug", "info", "warning", "error")

# Of an exception so many of the innermost frames are written.
_MOST_FRAMES = 40
_FIRST = ["timestamp", "level", "logger", "event"]
_log = logging.getLogger("twin")


@dataclass(frozen=True)
class Settings:
    """What is written.

    Attributes:
        form: one of FORMS.
        level: the least that is written, as `logging` counts.
        is_asked: whether somebody asked for a form; else only what is wrong is written.
    """

    form: str = "text"
    level: int = logging.WARNING
    is_asked: bool = False


def settings(environ: Mapping[str, str]) -> Settings:
    """Read what the environment asks for.

    Raises:
        UsageError: it is none of FORMS or LEVELS.
    """
    form, level = (environ.get(name, "").lower() for name in (FORM, LEVEL))
    for name, word, known in ((FORM, form, FORMS), (LEVEL, level, LEVELS)):
        if word and word not in known:
            raise UsageError(
                f"{name} is {word[:40]!r}, which means nothing.",
                fix=f"set it to {', '.join(known[:-1])} or {known[-1]}.",
            )
    least = level or ("info" if form else "warning")
    return Settings(
        form or "text", logging.getLevelNamesMapping()[least.upper()], bool(form)
    )


def begin(environ: Mapping[str, str] | None = None) -> None:
    """Let all records of this process go through one pipe; a second call takes its place.

    Raises:
        UsageError: the environment asks for something that is not there.
    """
    asked = settings(os.environ if environ is None else environ)
    root = logging.getLogger()
    for before in [each for each in root.handlers if isinstance(each, _Pipe)]:
        root.removeHandler(before)
    root.addHandler(_Pipe(asked))
    # Of other libraries only what is wrong; ours says what goes on.
    root.setLevel(max(asked.level, logging.WARNING))
    _log.setLevel(asked.level)
    if asked.is_asked:
        # Whoever reads lines finds nothing else among them, whatever ends the program.
        logging.captureWarnings(capture=True)
        sys.excepthook = _died
        threading.excepthook = lambda died: _died(
            died.exc_type, died.exc_value, died.exc_traceback
        )


def leave_out(folders: Iterable[Path]) -> None:
    """Name what lies in one of `folders` as seen from there, from now on."""
    every = tuple(folders)
    for pipe in logging.getLogger().handlers:
        if isinstance(pipe, _Pipe):
            pipe.leave_out(every)


def _died(
    kind: type[BaseException],
    error: BaseException | None,
    trace: TracebackType | None,
) -> None:
    if issubclass(kind, KeyboardInterrupt) or error is None:
        return
    _log.critical("A part of the program ended.", exc_info=(kind, error, trace))


class _Pipe(logging.Handler):
    """Writes each record as one line on standard error, wherever that leads by then."""

    def __init__(self, asked: Settings) -> None:
        super().__init__(asked.level)
        self._asked = asked
        self._text: ProcessorFormatter | None = None
        # Where frames of a traceback are: this program, its libraries, Python's own.
        libraries = [sysconfig.get_path(each) for each in ("purelib", "stdlib")]
        self._folders = (paths.data().parent, *map(Path, libraries))
        self._swaps = paths.swaps(self._folders)

    def leave_out(self, folders: tuple[Path, ...]) -> None:
        """Name what lies in one of `folders` as seen from there."""
        self._folders = tuple(dict.fromkeys((*folders, *self._folders)))
        self._swaps = paths.swaps(self._folders)

    def emit(self, record: logging.LogRecord) -> None:
        """Write a record."""
        try:
            line = self.format(record)
            for folder, instead in self._swaps:
                line = line.replace(folder, instead)
            lines = (visible(each) for each in line.split("\n"))
            sys.stderr.write("\n".join(lines) + "\n")
            sys.stderr.flush()
        except Exception:  # noqa: BLE001  (a line that cannot be written stops nothing)
            self.handleError(record)

    def format(self, record: logging.LogRecord) -> str:
        """Return a record as it is written.

        The library is loaded when there is something to write: most commands say nothing.
        """
        if self._text is None:
            self._text = _text_of(self._asked)
        return self._text.format(record)


def _text_of(asked: Settings) -> ProcessorFormatter:
    """Return what makes text of a record."""
    import structlog

    # On a terminal it is told to whoever sits there, and kept nowhere.
    is_quoting = asked.level <= logging.DEBUG or sys.stderr.isatty()

    def rendered(_logger: Any, _name: str, event: MutableMapping[str, Any]) -> str:
        stacks = cast("list[dict[str, Any]]", event.pop("exception", []))
        line = logfmt(None, "", event)
        return "\n".join((line, *_as_lines(stacks)))

    def raised(_logger: Any, _name: str, event: MutableMapping[str, Any]) -> Any:
        for of_another_handler in ("message", "asctime"):
            event.pop(of_another_handler, None)
        found = event.pop("exc_info", None)
        error = cast("Any", found)[1] if isinstance(found, tuple) else None
        if isinstance(error, BaseException):
            event["exception"] = stacks(error, is_quoting=is_quoting)
        return event

    def one_line(_logger: Any, _name: str, event: MutableMapping[str, Any]) -> Any:
        """Write out what would end a line of the text form: only a traceback has more."""
        return {
            name: visible(each) if isinstance(each, str) else each
            for name, each in event.items()
        }

    logfmt = structlog.processors.LogfmtRenderer(
        key_order=_FIRST, drop_missing=True, bool_as_flag=False
    )
    json = structlog.processors.JSONRenderer(ensure_ascii=False)
    return structlog.stdlib.ProcessorFormatter(
        foreign_pre_chain=[
            structlog.processors.TimeStamper(fmt="iso"),
            structlog.stdlib.add_log_level,
            structlog.stdlib.add_logger_name,
            structlog.contextvars.merge_contextvars,
            structlog.stdlib.ExtraAdder(),
        ],
        processors=[
            structlog.stdlib.ProcessorFormatter.remove_processors_meta,
            raised,
            *([json] if asked.form == "json" else [one_line, rendered]),
        ],
    )


def stacks(error: BaseException, *, is_quoting: bool) -> list[dict[str, Any]]:
    """Return an exception and those behind it: what each is, where, and what it says.

    Our own errors are sentences that quote no event. Others may quote what people wrote.

    Args:
        is_quoting: whether the words of any other are told as well.
    """
    found: list[dict[str, Any]] = []
    seen: set[int] = set()
    step: BaseException | None = error
    while step is not None and id(step) not in seen:
        seen.add(id(step))
        trace = TracebackException(
            type(step),
            step,
            step.__traceback__,
            limit=-_MOST_FRAMES,
            lookup_lines=False,
        )
        stack: dict[str, Any] = {"type": type(step).__qualname__}
        if is_quoting or isinstance(step, TwinError):
            stack["says"] = str(step)
        stack["at"] = [
            f"{frame.filename}:{frame.lineno} {frame.name}" for frame in trace.stack
        ]
        found.append(stack)
        step = step.__cause__ or (
            None if step.__suppress_context__ else step.__context__
        )
    return found


def _as_lines(stacks: list[dict[str, Any]]) -> list[str]:
    """Return exceptions as indented lines, the innermost frame last."""
    return [
        line
        for stack in stacks
        for line in (
            f"  {stack['type']}: {visible(stack.get('says', ''))}".rstrip(": "),
            *(f"    {visible(at)}" for at in stack["at"]),
        )
    ]
