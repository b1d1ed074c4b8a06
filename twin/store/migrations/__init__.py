"""Changes of contracts that do more than add: one `.sql` file each, frozen once it is merged.

A file `2026-11-30-gauges.sql` in this folder says of one table how rows as they were become
rows as they are: one SELECT, that reads the table by its name as it was, and answers every
column as it is from then on. Two header lines make a migration of it: `-- reads TABLE`, and
`-- since HASH`, the form that the table had (see `twin/contracts/history.json`). How to write
one stands in docs/changing-a-contract.md.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from twin.engine import load_sql
from twin.errors import LakeError

if TYPE_CHECKING:
    from collections.abc import Collection
    from datetime import datetime

    from twin.engine import Sql

FOLDER = Path(__file__).parent

# Names begin with the day on which they were written: they run in that order.
NAME = re.compile(r"\d{4}-\d{2}-\d{2}-[a-z0-9-]+")
_SINCE = re.compile(r"^-- since +([0-9a-f]{16})$", re.MULTILINE)


@dataclass(frozen=True)
class Migration:
    """How the rows of one table become what a later contract promises.

    Attributes:
        name: the name of its file; it stands in every snapshot that has gone through it.
        table: the table whose rows it changes.
        since: hash of the form that the rows have before it.
        sql: the SELECT; it answers one row for each that it reads.
    """

    name: str
    table: str
    since: str
    sql: Sql


@dataclass(frozen=True)
class Ran:
    """That a lake has gone through a migration: when (UTC), and by which program's version."""

    name: str
    at: datetime
    by: str


def load(folder: Path = FOLDER) -> tuple[Migration, ...]:
    """Return the migrations of a folder, in the order in which they run.

    Raises:
        QueryError: a file cannot be read. LakeError: it is named or headed otherwise than a
            migration must be.
    """
    return tuple(_loaded(path) for path in sorted(folder.glob("*.sql")))


@cache
def migrations() -> tuple[Migration, ...]:
    """Return the migrations that this program knows."""
    return load()


def pending(done: Collection[Ran]) -> tuple[Migration, ...]:
    """Return the migrations that rows have not gone through yet."""
    names = {each.name for each in done}
    return tuple(each for each in migrations() if each.name not in names)


def unknown(done: Collection[Ran]) -> str:
    """Return the name of a migration that this program does not know; '' if it knows all."""
    names = {each.name for each in migrations()}
    return next((each.name for each in done if each.name not in names), "")


def _loaded(path: Path) -> Migration:
    sql = load_sql(path)
    since = _SINCE.search(sql.text)
    if not NAME.fullmatch(path.stem) or since is None or len(sql.reads) != 1:
        raise LakeError(
            f"{path.name} is no migration.",
            why=(
                "its name must begin with a day, as 2026-11-30-gauges does, and its header"
                " must say `-- reads TABLE` and `-- since HASH`."
            ),
            fix="see docs/changing-a-contract.md.",
        )
    return Migration(path.stem, sql.reads[0], since[1], sql)
