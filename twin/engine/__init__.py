"""DuckDB, locked down: named SQL in, Arrow out. The only room that imports duckdb."""

from twin.engine.engine import Described, Engine, answer
from twin.engine.sql import Answered, Param, Sql, load_sql, parse_sql

__all__ = [
    "Answered",
    "Described",
    "Engine",
    "Param",
    "Sql",
    "answer",
    "load_sql",
    "parse_sql",
]
