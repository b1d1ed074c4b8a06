"""One locked-down, in-memory DuckDB over the files of one snapshot."""

from __future__ import annotations

import json
import re
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any, Self, cast

import duckdb
import pyarrow as pa

from twin.contracts import TABLES
from twin.engine.earlier import Earlier, view
from twin.engine.sql import Sql
from twin.errors import QueryError

TIMEOUT_S = 30.0

# No spill folder: DuckDB would allow reading and writing it beside the lake's own.
_LOCKS = (
    "SET GLOBAL timezone = 'UTC'",
    "SET GLOBAL parquet_metadata_cache = true",
    "SET temp_directory = ''",
    "SET autoinstall_known_extensions = false",
    "SET autoload_known_extensions = false",
    "SET enable_progress_bar = false",
    "SET python_enable_replacements = false",
    "SET enable_external_access = false",
)


_EXAMPLES: Mapping[str, object] = {
    "VARCHAR": "",
    "INTEGER": 1,
    "BIGINT": 1,
    "DOUBLE": 1.0,
    "BOOLEAN": True,
    "TIMESTAMPTZ": datetime(2026, 1, 1, tzinfo=UTC),
    "VARCHAR[]": [""],
    "INTEGER[]": [1],
}
_PLACE = re.compile(r"\$\w+")
_SHORT = {"TIMESTAMP WITH TIME ZONE": "TIMESTAMPTZ", "FLOAT": "REAL"}


@dataclass(frozen=True)
class Described:
    """What the engine says of a query.

    It tells the columns as (name, SQL type), and the tables that the query reads.
    """

    columns: tuple[tuple[str, str], ...]
    reads: frozenset[str]


class Engine:
    """Asks named SQL over a set of tables. Safe to share between threads.

    Questions wait in line (first come, first served) for one of `threads` workers, each
    with its own cursor: a shared connection was seen to hand one thread the rows of
    another.
    """

    def __init__(
        self,
        con: duckdb.DuckDBPyConnection,
        threads: int,
        tables: Mapping[str, pa.Table] | None = None,
        later: Mapping[str, Callable[[], str]] | None = None,
        earlier: Mapping[str, Earlier] | None = None,
        patience_s: float = TIMEOUT_S,
    ) -> None:
        """Take over a prepared and locked connection, and tables in memory.

        See `Engine.from_files` and `Engine.from_tables`.

        Args:
            later: by table, what returns the statement that makes it known; run when it is
                first asked for.
            earlier: how files become today's, by absolute path.
            patience_s: how long a question may take before it is stopped.
        """
        self._patience_s = patience_s
        self._con = con
        self._earlier = earlier or {}
        self._tables = tables or {}
        self._later = dict(later or {})
        self._making = threading.Lock()
        self._local = threading.local()
        self._pool = ThreadPoolExecutor(threads, thread_name_prefix="duckdb")
        self.asked = 0
        """Questions answered so far, for those who want to know whether a cache was used."""

    @classmethod
    def from_files(
        cls,
        files: Mapping[str, Sequence[Path | str]],
        *,
        root: Path,
        threads: int = 2,
        earlier: Mapping[str, Earlier] | None = None,
        tables: Mapping[str, pa.Table] | None = None,
        lazily: bool = False,
        patience_s: float = TIMEOUT_S,
    ) -> Engine:
        """Open an engine over Parquet files.

        Args:
            files: table name to its files; a contract table without files is empty.
            root: the only folder that may be read.
            earlier: how files of an earlier contract become today's, by path below the
                root; those that it lacks are today's.
            tables: tables in memory that stand in for files.
            lazily: open the files of a table when it is first asked for; a file that is not
                Parquet is found then.
            patience_s: how long a question may take before it is stopped.

        Raises:
            QueryError: a file is not Parquet, or not of its table.
        """
        con = duckdb.connect(config={"threads": threads})
        real = root.resolve()
        old = {f"{real}/{path}": how for path, how in (earlier or {}).items()}
        try:
            con.execute("SET allowed_directories = [$root]", {"root": str(real)})
            for lock in _LOCKS:
                con.execute(lock)
            views = {
                name: partial(_view_of, name, files.get(name, ()), root, old)
                for name in TABLES.keys() - (tables or {}).keys()
            }
            for statement in () if lazily else views.values():
                con.execute(statement())
            con.execute("SET lock_configuration = true")
        except duckdb.Error as error:
            con.close()
            raise QueryError(
                "The snapshot's files could not be opened.",
                why=_said(error),
                fix="run `twin snapshot verify`.",
            ) from error
        return cls(con, threads, tables, views if lazily else None, old, patience_s)

    @classmethod
    def from_tables(cls, tables: Mapping[str, pa.Table], *, threads: int = 1) -> Engine:
        """Open an engine over Arrow tables in memory.

        A contract table that is not given is empty.
        """
        con = duckdb.connect(config={"threads": threads})
        for name in TABLES.keys() - tables.keys():
            con.execute(view(name, [], {}))
        for lock in (*_LOCKS, "SET lock_configuration = true"):
            con.execute(lock)
        return cls(con, threads, tables)

    def query(
        self,
        sql: Sql,
        params: Mapping[str, object],
        instead: Mapping[str, pa.Table] | None = None,
        files: Mapping[str, Sequence[str]] | None = None,
    ) -> pa.Table:
        """Return `sql` with `params` bound, as an Arrow table; moments are UTC, microseconds.

        Args:
            instead: rows that stand in for whole tables, for this question only.
            files: files that tables are read from, for this question only.

        Raises:
            QueryError: the parameters are wrong, the question fails, or it takes too long.
        """
        bound = _bound(sql, params)
        return self._pool.submit(
            self._answer, sql, bound, instead or {}, files or {}
        ).result()

    def rows(self, table: str, file: Path | str) -> pa.Table:
        """Return the rows of one file of a table, as today's contract has them.

        They come in no order, moments in UTC; a column that may not be null is not looked at.

        Raises:
            QueryError: the file is not of the table, or a value does not become another.
        """
        names = ", ".join(f'"{column.name}"' for column in TABLES[table].columns)
        text = f'SELECT {names} FROM "{table}"'
        asked = Sql(f"all rows of {table}", text, "", (), (table,), (), "any")
        return self.query(asked, {}, files={table: [str(Path(file).resolve())]})

    def describe(self, sql: Sql) -> Described:
        """Return what the engine itself reports of `sql`, without its rows.

        It is for comparing with the header.

        Raises:
            QueryError: it cannot be prepared over these tables.
        """
        bound = {
            param.name: duckdb.Value(_EXAMPLES[param.type], duckdb.sqltype(param.type))
            for param in sql.params
        }
        try:
            with self._new_cursor() as cursor:
                relation = cursor.sql(sql.text, params=bound)
                columns = tuple(
                    (name, _SHORT.get(str(kind), str(kind)))
                    for name, kind in zip(relation.columns, relation.types, strict=True)
                )
            # Without the views, which would be looked through.
            with duckdb.connect() as empty:
                return Described(
                    columns,
                    frozenset(empty.get_table_names(_PLACE.sub("NULL", sql.text))),
                )
        except duckdb.Error as error:
            raise QueryError(
                f"{sql.name} cannot be prepared.",
                why=str(error).strip(),
                fix="mend the query.",
            ) from error

    def columns_read(self, sql: Sql, params: Mapping[str, object]) -> frozenset[str]:
        """Return the names of the columns that answering `sql` reads from files.

        Filters are included. The engine's own plan tells.

        Raises:
            QueryError: the parameters are wrong, or it cannot be planned.
        """
        return frozenset(_scanned(json.loads(self._plan("json", sql, params, {}))))

    def plan(
        self,
        sql: Sql,
        params: Mapping[str, object],
        instead: Mapping[str, pa.Table] | None = None,
    ) -> str:
        """Return how the engine goes about `sql` with `params` bound, as YAML.

        A drawing of a long query is wider than any screen.

        Args:
            instead: rows that stand in for whole tables, as in `query`.

        Raises:
            QueryError: the parameters are wrong, or it cannot be planned.
        """
        return self._plan("yaml", sql, params, instead or {})

    def _plan(
        self,
        form: str,
        sql: Sql,
        params: Mapping[str, object],
        instead: Mapping[str, pa.Table],
    ) -> str:
        bound = _bound(sql, params)
        try:
            self._make(sql.reads)
            with self._new_cursor() as cursor:
                for name, rows in instead.items():
                    cursor.register(name, rows)
                asked = f"EXPLAIN (FORMAT {form}) {sql.text}"
                return str(cursor.execute(asked, bound).fetchall()[-1][1])
        except duckdb.Error as error:
            raise QueryError(
                f"{sql.name} cannot be planned.",
                why=_said(error),
                fix="mend the query.",
            ) from error

    def _answer(
        self,
        sql: Sql,
        bound: Mapping[str, duckdb.Value],
        instead: Mapping[str, pa.Table],
        files: Mapping[str, Sequence[str]],
    ) -> pa.Table:
        is_own = bool(instead or files)
        cursor = self._new_cursor() if is_own else self._cursor()
        for name, rows in instead.items():
            cursor.register(name, rows)
        stop = threading.Timer(self._patience_s, cursor.interrupt)
        stop.start()
        try:
            self._make([name for name in sql.reads if name not in files])
            for name, listed in files.items():
                # Known to this cursor only.
                cursor.execute(view(name, listed, self._earlier, "TEMP VIEW"))
            with self._making:
                self.asked += 1
            return cursor.sql(sql.text, params=dict(bound)).to_arrow_table()
        except duckdb.InterruptException as error:
            raise QueryError(
                f"{sql.name} took longer than {self._patience_s:.0f} s and was stopped.",
                fix="ask for a shorter window.",
            ) from error
        except duckdb.Error as error:
            raise QueryError(
                f"{sql.name} could not be answered.",
                why=_said(error),
                fix="run `twin snapshot verify`; if the files are whole, report this.",
            ) from error
        finally:
            stop.cancel()
            if is_own:
                cursor.close()

    def _make(self, names: Sequence[str]) -> None:
        """Make known the tables that nobody has asked for yet."""
        with self._making:
            for name in names:
                if statement := self._later.pop(name, None):
                    self._con.execute(statement())

    def _cursor(self) -> duckdb.DuckDBPyConnection:
        if not hasattr(self._local, "cursor"):
            self._local.cursor = self._new_cursor()
        return self._local.cursor

    def _new_cursor(self) -> duckdb.DuckDBPyConnection:
        cursor = self._con.cursor()
        for name, rows in self._tables.items():
            cursor.register(name, rows)  # what is in memory is known to one cursor only
        return cursor

    def close(self) -> None:
        """Return what is under way, then let go of the files."""
        self._pool.shutdown(wait=True)
        self._con.close()

    def __enter__(self) -> Self:
        """Return the engine itself."""
        return self

    def __exit__(self, *_: object) -> None:
        """Close it."""
        self.close()


def answer(
    tables: Mapping[str, pa.Table], sql: Sql, params: Mapping[str, Any]
) -> pa.Table:
    """Return one question over Arrow tables in memory. Raises QueryError as `Engine.query` does."""
    with Engine.from_tables(tables) as engine:
        return engine.query(sql, params)


def _bound(sql: Sql, params: Mapping[str, object]) -> dict[str, duckdb.Value]:
    """Return the parameters as the engine takes them. Raises QueryError as `Sql.bind` does."""
    kinds = {param.name: duckdb.sqltype(param.type) for param in sql.params}
    given = sql.bind(params)
    return {
        name: duckdb.Value(_plain(value), kinds[name]) for name, value in given.items()
    }


def _plain(value: object) -> object:
    """Return a value as the engine takes it: several as a list."""
    return (
        list(cast("tuple[object, ...]", value)) if isinstance(value, tuple) else value
    )


def _view_of(
    name: str, files: Sequence[Path | str], root: Path, earlier: Mapping[str, Earlier]
) -> str:
    return view(name, _real(files, root), earlier)


def _real(paths: Sequence[Path | str], root: Path) -> list[str]:
    """Return paths as they stand under the real root.

    Resolving each of a year's files costs more than a question.
    """
    given, real = f"{root}/", f"{root.resolve()}/"
    texts = [str(path) for path in paths]
    return [
        (
            real + text.removeprefix(given)
            if text.startswith(given)
            else str(Path(text).resolve())
        )
        for text in texts
    ]


def _scanned(plan: list[dict[str, Any]]) -> Iterator[str]:
    for node in plan:
        said: dict[str, Any] = node.get("extra_info", {})
        if "PARQUET" in node["name"]:
            columns = said.get("Projections", [])
            yield from [columns] if isinstance(columns, str) else columns
            yield from re.findall(r"\w+", str(said.get("Filters", "")))
        yield from _scanned(node.get("children", []))


def _said(error: duckdb.Error) -> str:
    return str(error).strip().splitlines()[0]
