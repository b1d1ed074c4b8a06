"""DuckDB, locked down: named SQL in, Arrow out. The only room that imports duckdb."""

from twin.engine.engine import Described, Engine, answer
from twin.engine.sql import Param, ResultColumn, Sql, load_sql, parse_sql

__all__ = [
    "Described",
    "Engine",
    "Param",
    "ResultColumn",
    "Sql",
    "answer",
    "load_sql",
    "parse_sql",
]
