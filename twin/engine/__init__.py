"""DuckDB, locked down: named SQL in, Arrow out. The only room that imports duckdb."""

from twin.engine.earlier import Earlier, Step
from twin.engine.engine import Described, Engine, answer
from twin.engine.sql import Param, ResultColumn, Sql, load_sql, parse_sql

__all__ = [
    "Described",
    "Earlier",
    "Engine",
    "Param",
    "ResultColumn",
    "Sql",
    "Step",
    "answer",
    "load_sql",
    "parse_sql",
]
