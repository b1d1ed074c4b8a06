"""What can be told of a query without running it: which values may be null, which a fraction.

DuckDB's own parser takes the query apart; what its columns are is worked out from the
contracts, through joins, conditions and groups. What this does not understand it takes to be
nullable and a fraction, so that a rule that rests on it errs towards asking for more.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import duckdb
import pyarrow as pa

from twin.contracts import TABLES
from twin.engine import Sql

Node = dict[str, Any]

# A column by the name of its table in the query, and its own.
Place = tuple[str, str]

WHOLE_TYPES = {"TINYINT", "SMALLINT", "INTEGER", "BIGINT", "HUGEINT", "INT", "LONG"}
REAL_TYPES = {"REAL", "FLOAT", "DOUBLE", "DECIMAL", "NUMERIC"}
ROUNDED = {"round", "floor", "ceil", "ceiling"}

# `INTERVAL 1 HOUR` is read as to_hours(CAST(trunc(CAST(1 AS DOUBLE)) AS BIGINT)): what stands
# inside is the parser's, not ours.
INTERVALS = {
    f"to_{unit}s" for unit in ("day", "hour", "minute", "second", "microsecond")
}

# Functions that are null if one of their arguments is, and only then.
STRICT = {
    *("+", "-", "*", "||", ">>", "epoch_us", "date_trunc", "timezone", "year", "floor"),
    *("round", "ends_with", "list_contains", "array_contains", "len", *INTERVALS),
}
COUNTS = {"count", "count_star", "row_number"}
WHOLE_RESULT = {"epoch_us", "year", "len", *COUNTS, *ROUNDED}
AGGREGATES = {
    *("sum", "min", "max", "avg", "median", "quantile_cont", "array_agg"),
    *("string_agg", "arg_max", "arg_min", "max_by", "min_by"),
}
AVERAGES = {"avg", "median", "quantile_cont"}


@dataclass(frozen=True)
class Fact:
    """What is known of a value: whether it may be null, whether it may be a fraction.

    `half` names the FULL JOIN (by its place in the query) and the side of it that alone
    makes the value null: of two halves of one join one is always there.
    """

    null: bool = True
    real: bool = True
    half: tuple[int, str] | None = None


NO_NULL = Fact(null=False, real=False)


@dataclass(frozen=True)
class Key:
    """One sort key of a query: its text, and whether it says where nulls go."""

    text: str
    null: bool
    is_said: bool


@dataclass(frozen=True)
class Cast:
    """One cast to a whole number: its text, and whether a fraction may come into it."""

    text: str
    real: bool


@dataclass
class Read:
    """What was found in a query."""

    keys: list[Key] = field(default_factory=list[Key])
    casts: list[Cast] = field(default_factory=list[Cast])
    nodes: list[Node] = field(default_factory=list[Node])


@dataclass(frozen=True)
class Scope:
    """The tables that a SELECT reads, by their names in it, and those of the SELECT around it."""

    tables: Mapping[str, Mapping[str, Fact]]
    ctes: Mapping[str, Mapping[str, Fact]]
    told: frozenset[Place] = frozenset()
    around: Scope | None = None
    is_grouped: bool = False

    def find(self, names: list[str]) -> tuple[Place, Fact] | None:
        """Return a column's place and what is known of it; None if there is none."""
        *of, name = names
        for table in of or self.tables:
            held = self.tables.get(table, {}).get(name)
            if held is not None:
                place = (table, name)
                return place, replace(held, null=held.null and place not in self.told)
        return None


def read(sql: Sql) -> Read:
    """Take a query apart."""
    with duckdb.connect() as con:
        rows = con.execute("SELECT json_serialize_sql($q)", {"q": sql.text}).fetchall()
    tree = json.loads(rows[0][0])
    assert not tree["error"], tree
    reader = _Reader(sql)
    reader.select(tree["statements"][0]["node"], {}, None)
    reader.found.nodes.extend(_nodes(tree))
    return reader.found


def _nodes(tree: Any) -> Iterator[Node]:
    """Yield every node of a tree."""
    if isinstance(tree, dict):
        yield tree
        for value in tree.values():
            yield from _nodes(value)
    elif isinstance(tree, list):
        for value in tree:
            yield from _nodes(value)


class _Reader:
    def __init__(self, sql: Sql) -> None:
        self.text = sql.text.encode()  # places in it are counted in bytes
        self.found = Read()
        self.params = {
            param.name: Fact("null" in param.doc.split(), param.type == "DOUBLE")
            for param in sql.params
        }

    def said(self, node: Node) -> str:
        """Return the text of a part of the query, in one line."""
        start = node.get("query_location", 0)
        part = self.text[start : start + node.get("query_location_length", 0)]
        return " ".join(part.decode().split())

    # Queries

    def select(
        self, node: Node, ctes: Mapping[str, Mapping[str, Fact]], around: Scope | None
    ) -> dict[str, Fact]:
        """Return the columns of a query and what is known of each, in order."""
        for cte in node["cte_map"]["map"]:
            made = self.select(cte["value"]["query_node"], ctes, around)
            ctes = {**ctes, cte["key"]: _renamed(made, cte["value"]["aliases"])}
        if node["type"] == "SET_OPERATION_NODE":
            return self._union(node, ctes, around)
        tables, told = self._from(node["from_table"], ctes, around)
        scope = Scope(tables, ctes, told, around, bool(node["group_expressions"]))
        if (where := node["where_clause"]) is not None:
            self.fact(where, scope)
            scope = replace(scope, told=scope.told | _true_tells(where, scope))
        for each in (*node["group_expressions"], node["having"], node["qualify"]):
            if each is not None:
                self.fact(each, scope)
        made = dict(self._selected(node["select_list"], scope))
        self._modifiers(node, made, scope)
        return made

    def _union(
        self, node: Node, ctes: Mapping[str, Mapping[str, Fact]], around: Scope | None
    ) -> dict[str, Fact]:
        parts = [self.select(child, ctes, around) for child in node["children"]]
        made = {
            name: Fact(any(f.null for f in facts), any(f.real for f in facts))
            for name, *facts in zip(
                parts[0], *(part.values() for part in parts), strict=True
            )
        }
        self._modifiers(node, made, Scope({}, ctes, around=around))
        return made

    def _selected(self, items: list[Node], scope: Scope) -> Iterator[tuple[str, Fact]]:
        for n, item in enumerate(items):
            if item["class"] == "STAR":
                for columns in scope.tables.values():
                    yield from columns.items()
                continue
            name = item["alias"] or (
                item["column_names"][-1] if item["class"] == "COLUMN_REF" else f"#{n}"
            )
            # Outside, rows may be put together anew: halves are told inside only.
            yield name, replace(self.fact(item, scope), half=None)

    def _modifiers(self, node: Node, made: Mapping[str, Fact], scope: Scope) -> None:
        """Look at ORDER BY, whose keys may be names or places of the columns made."""
        for modifier in node["modifiers"]:
            if modifier["type"] != "ORDER_MODIFIER":
                continue
            for order in modifier["orders"]:
                of = order["expression"]
                if of["class"] == "CONSTANT":
                    fact = list(made.values())[int(of["literal"]["text"]) - 1]
                elif of["class"] == "COLUMN_REF" and of["column_names"][0] in made:
                    fact = made[of["column_names"][0]]
                else:
                    fact = self.fact(of, scope)
                self._key(order, fact)

    def _key(self, order: Node, fact: Fact) -> None:
        self.found.keys.append(
            Key(
                self.said(order["expression"]),
                fact.null,
                order["null_order"] != "ORDER_DEFAULT",
            )
        )

    # Tables

    def _from(
        self,
        node: Node,
        ctes: Mapping[str, Mapping[str, Fact]],
        around: Scope | None,
    ) -> tuple[dict[str, Mapping[str, Fact]], frozenset[Place]]:
        """Return the tables of a FROM by name, and columns that its conditions keep from null."""
        kind = node["type"]
        if kind == "EMPTY":
            return {}, frozenset()
        if kind == "JOIN":
            return self._join(node, ctes, around)
        if kind == "BASE_TABLE":
            name = node["table_name"]
            made = ctes[name] if name in ctes else _contract(name)
            return {node["alias"] or name: made}, frozenset()
        if kind == "SUBQUERY":
            made = self.select(node["subquery"]["node"], ctes, around)
        elif kind == "TABLE_FUNCTION":
            name = node["function"]["function_name"]
            made = {name: NO_NULL if name in {"range", "unnest"} else Fact()}
        else:  # VALUES
            columns = zip(*node["values"], strict=True)
            scope = Scope({}, ctes, around=around)
            made = {
                f"#{n}": _any(self.fact(value, scope) for value in column)
                for n, column in enumerate(columns)
            }
        return {node["alias"]: _renamed(made, node.get("column_name_alias", []))}, (
            frozenset()
        )

    def _join(
        self,
        node: Node,
        ctes: Mapping[str, Mapping[str, Fact]],
        around: Scope | None,
    ) -> tuple[dict[str, Mapping[str, Fact]], frozenset[Place]]:
        left, left_told = self._from(node["left"], ctes, around)
        right, right_told = self._from(node["right"], ctes, around)
        told, condition = left_told | right_told, node["condition"]
        scope = Scope({**left, **right}, ctes, told, around)
        if condition is not None:
            self.fact(condition, scope)
        kind, at = node["join_type"], node["query_location"]
        if kind == "INNER":
            tells = _true_tells(condition, scope) if condition else frozenset[Place]()
            return {**left, **right}, told | tells
        if kind in {"LEFT", "FULL"}:
            half = (at, "right") if kind == "FULL" else None
            right, right_told = _nullable(right, half), frozenset[Place]()
        if kind in {"RIGHT", "FULL"}:
            half = (at, "left") if kind == "FULL" else None
            left, left_told = _nullable(left, half), frozenset[Place]()
        return {**left, **right}, left_told | right_told

    # Expressions

    def fact(self, node: Node, scope: Scope) -> Fact:
        """Return what is known of a value, and keep the sort keys and casts inside it."""
        look = getattr(self, f"_{node['class'].lower()}", None)
        return look(node, scope) if look else Fact()

    def facts(self, nodes: list[Node], scope: Scope) -> list[Fact]:
        return [self.fact(each, scope) for each in nodes]

    def _column_ref(self, node: Node, scope: Scope | None) -> Fact:
        while scope is not None:
            if held := scope.find(node["column_names"]):
                return held[1]
            scope = scope.around
        return Fact()

    def _constant(self, node: Node, _: Scope) -> Fact:
        literal = node["literal"]
        return Fact("NULL" in literal["kind"], literal["kind"] == "NUMERIC")

    def _parameter(self, node: Node, _: Scope) -> Fact:
        return self.params[node["identifier"]]

    def _cast(self, node: Node, scope: Scope) -> Fact:
        inner, kind = self.fact(node["child"], scope), node["type_expr"]["type_name"]
        if kind in WHOLE_TYPES:
            self.found.casts.append(Cast(self.said(node), inner.real))
        return Fact(inner.null or node["try_cast"], kind in REAL_TYPES)

    def _comparison(self, node: Node, scope: Scope) -> Fact:
        sides = self.facts([node["left"], node["right"]], scope)
        never = "DISTINCT" in node["type"]
        return Fact(not never and any(side.null for side in sides), real=False)

    def _between(self, node: Node, scope: Scope) -> Fact:
        parts = [node["input"], node["lower"], node["upper"]]
        return Fact(any(part.null for part in self.facts(parts, scope)), real=False)

    def _conjunction(self, node: Node, scope: Scope) -> Fact:
        parts = self.facts(node["children"], scope)
        return Fact(any(part.null for part in parts), real=False)

    def _operator(self, node: Node, scope: Scope) -> Fact:
        parts = self.facts(node["children"], scope)
        if node["type"] == "OPERATOR_COALESCE":
            halves = {part.half for part in parts if part.half}
            is_whole = len(halves) > len({join for join, _ in halves})
            null = all(part.null for part in parts) and not is_whole
            return Fact(null, any(part.real for part in parts))
        if node["type"] in {"OPERATOR_IS_NULL", "OPERATOR_IS_NOT_NULL"}:
            return NO_NULL
        return Fact(any(part.null for part in parts), real=False)

    def _case(self, node: Node, scope: Scope) -> Fact:
        ends = [self.fact(node["else_expr"], scope)]
        for check in node["case_checks"]:
            self.fact(check["when_expr"], scope)
            tells = _true_tells(check["when_expr"], scope)
            inner = replace(scope, told=scope.told | tells)
            ends.append(self.fact(check["then_expr"], inner))
        return _any(iter(ends))

    def _subquery(self, node: Node, scope: Scope) -> Fact:
        made = self.select(node["subquery"]["node"], scope.ctes, scope)
        if node["subquery_type"] == "EXISTS":
            return NO_NULL
        if node["subquery_type"] == "ANY":
            return Fact(self.fact(node["child"], scope).null, real=False)
        return Fact(real=next(iter(made.values())).real)  # no row is null

    def _function(self, node: Node, scope: Scope) -> Fact:
        name = node["function_name"]
        if name in INTERVALS:
            return NO_NULL
        nodes = [each["expression"] for each in node["arguments"]]
        args = self.facts(nodes, scope)
        for order in node["order_bys"]["orders"]:
            fact = self.fact(order["expression"], scope)
            if name != "quantile_cont":  # a percentile leaves nulls out
                self._key(order, fact)
        real = name not in WHOLE_RESULT and any(arg.real for arg in args)
        if name in COUNTS:
            return NO_NULL
        if name in AGGREGATES:
            null = not scope.is_grouped or node["filter"] is not None or _null(args)
            return Fact(null, name in AVERAGES or real)
        if name in {"/", "//"}:
            is_safe = (
                nodes[1]["class"] == "CONSTANT" and nodes[1]["literal"]["text"] != "0"
            )
            return Fact(not is_safe or _null(args), name == "/" or real)
        if name in {"greatest", "least"}:
            return Fact(all(arg.null for arg in args), real)
        if name in {"unnest", "range"}:
            return Fact(null=False, real=real)
        return Fact(name not in STRICT or _null(args), real)

    def _window(self, node: Node, scope: Scope) -> Fact:
        for order in node["orders"]:
            self._key(order, self.fact(order["expression"], scope))
        self.facts(node["partitions"], scope)
        args = self.facts([each["expression"] for each in node["arguments"]], scope)
        name = node["function_name"]
        if name in {*COUNTS, "rank", "dense_rank"}:
            return NO_NULL
        may_be_empty = not node["end"].startswith(
            ("CURRENT_ROW", "UNBOUNDED_FOLLOWING")
        )
        null = name in {"lag", "lead"} or may_be_empty or _null(args)
        null = null or node["filter_expr"] is not None
        return Fact(null, name in AVERAGES or any(arg.real for arg in args))


def _null(facts: list[Fact]) -> bool:
    return any(fact.null for fact in facts)


def _any(facts: Iterator[Fact]) -> Fact:
    held = list(facts)
    return Fact(_null(held), any(fact.real for fact in held))


def _contract(name: str) -> dict[str, Fact]:
    """Return what a contract promises of the columns of its table."""
    return {
        column.name: Fact(column.null, pa.types.is_floating(column.type))
        for column in TABLES[name].columns
    }


def _renamed(made: Mapping[str, Fact], names: list[str]) -> dict[str, Fact]:
    """Return columns by the names given to them; those without one keep theirs."""
    own = list(made)
    return dict(zip([*names, *own[len(names) :]], made.values(), strict=True))


def _nullable(
    tables: Mapping[str, Mapping[str, Fact]], half: tuple[int, str] | None
) -> dict[str, Mapping[str, Fact]]:
    """Return the tables of the side of a join that may find no row."""
    return {
        table: {
            name: replace(fact, null=True, half=None if fact.null else half)
            for name, fact in columns.items()
        }
        for table, columns in tables.items()
    }


def _true_tells(node: Node, scope: Scope) -> frozenset[Place]:
    """Return the columns that cannot be null where a condition is true."""
    kind = node["type"]
    if kind == "CONJUNCTION_AND":
        each = [_true_tells(child, scope) for child in node["children"]]
        return frozenset[Place]().union(*each)
    if kind == "CONJUNCTION_OR":
        first, *others = [_true_tells(child, scope) for child in node["children"]]
        return first.intersection(*others)
    if kind == "OPERATOR_IS_NOT_NULL":
        return frozenset(_needed(node["children"][0], scope))
    if node["class"] == "COMPARISON" and "DISTINCT" not in kind:
        sides = (node["left"], node["right"])
        return frozenset(place for side in sides for place in _needed(side, scope))
    if kind in {"COMPARE_IN", "OPERATOR_NOT"}:
        return frozenset(_needed(node["children"][0], scope))
    if kind == "SUBQUERY" and node["subquery_type"] == "ANY":
        return frozenset(_needed(node["child"], scope))
    return frozenset(_needed(node, scope))


def _needed(node: Node, scope: Scope) -> Iterator[Place]:
    """Yield the columns without which a value is null."""
    if node["class"] == "COLUMN_REF":
        if held := scope.find(node["column_names"]):
            yield held[0]
    elif node["class"] == "CAST":
        yield from _needed(node["child"], scope)
    elif node["class"] == "FUNCTION" and node["function_name"] in STRICT | {"/", "//"}:
        for each in node["arguments"]:
            yield from _needed(each["expression"], scope)
