"""How fast the command that reads work orders is, and what memory it needs, as people run it."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from twin.bench import child, orders
from twin.errors import FeedError
from twin.store import Lake, newest

if TYPE_CHECKING:
    from datetime import datetime

    from twin.city import City

# One row in a hundred is bad, and some of these only in what was done about it.
_LEAST_TAKEN = 0.98


@dataclass(frozen=True)
class Ingested:
    """One line of the report.

    Attributes:
        seconds: of the whole command, from its start to its end.
        rows_per_s: rows of the file by these seconds.
        peak_mb: the most memory that the process held, MB (10^6 bytes).
    """

    kind: str
    rows: int
    file_mb: float
    seconds: float
    rows_per_s: float
    peak_mb: float


def measure(
    city: City,
    folder: Path,
    kinds: Sequence[str],
    sizes: Sequence[int],
    until: datetime,
) -> Iterator[Ingested]:
    """Write orders of each size in each kind of file, and read them into a fresh lake each.

    Raises:
        FeedError: the command fails, or takes fewer rows than are good.
    """
    for kind in kinds:
        for n in sizes:
            path = orders.write(folder / f"orders-{n}.{kind}", city, n, until)
            yield ingested(city, path, n, folder / "lake")
            path.unlink()
            shutil.rmtree(folder / "lake")


def ingested(city: City, path: Path, n: int, lake: Path) -> Ingested:
    """Read a file of `n` orders into an empty lake; answer what that took.

    Raises:
        FeedError: as `measure`.
    """
    facts, said = path.with_name("measured.json"), path.with_name("said.txt")
    command = [
        sys.executable,
        "-m",
        "twin.cli",
        "ingest",
        "work-orders",
        str(path),
        "--city",
        str(city.root),
        "--lake",
        str(lake),
        "--json",
    ]
    with said.open("wb") as output:
        words = [sys.executable, "-S", child.__file__, str(facts), *command]
        with subprocess.Popen(  # noqa: S603  (our own command)
            words, stdin=subprocess.PIPE, stdout=output, stderr=output
        ) as measured:
            if measured.wait():
                raise subprocess.CalledProcessError(measured.returncode, words)
    found = json.loads(facts.read_text(encoding="utf-8"))
    if found["status"]:
        lines = said.read_text(encoding="utf-8", errors="replace").splitlines()
        raise FeedError(
            f"{path.name} was not taken (exit status {found['status']}).",
            why=" ".join(lines[-3:])[:500],
        )
    snapshot = newest(Lake(lake))
    taken = snapshot.tables["event_facts"].rows if snapshot else 0
    if taken < n * _LEAST_TAKEN:
        raise FeedError(
            f"Of {n:,} orders in {path.name} only {taken:,} were taken.",
            why="a fast answer that is wrong is no figure.",
        )
    return Ingested(
        path.suffix[1:],
        n,
        path.stat().st_size / 1e6,
        found["seconds"],
        n / found["seconds"],
        found["peak_kb"] * 1_024 / 1e6,
    )
