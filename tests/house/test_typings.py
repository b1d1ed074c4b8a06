"""What `typings/` says of libraries without types is true of those installed, and is used."""

from __future__ import annotations

import ast
import importlib
import inspect
import re
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path
from types import ModuleType
from typing import Any, NamedTuple

import pytest

ROOT = Path(__file__).resolve().parents[2]
TYPINGS = ROOT / "typings"
STUBS = sorted(TYPINGS.rglob("*.pyi"))

# Named by the stubs that DuckDB ships, though not by us.
FOR_OTHERS = {"RecordBatchReader"}


class Declared(NamedTuple):
    """A name of a stub, and what the installed library has under it; None if nothing."""

    of: str
    node: ast.stmt
    there: Any


def module_of(stub: Path) -> str:
    parts = stub.relative_to(TYPINGS).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def test_there_are_stubs():
    assert "pyarrow.lib" in map(module_of, STUBS)


@pytest.mark.parametrize("stub", STUBS, ids=module_of)
def test_what_is_declared_is_there(stub):
    assert [each.of for each in declared(stub) if each.there is None] == []


@pytest.mark.parametrize("stub", STUBS, ids=module_of)
def test_a_class_has_the_bases_that_are_declared(stub):
    wrong = [
        f"{each.of}({base})"
        for each in declared(stub)
        if isinstance(each.node, ast.ClassDef)
        for base in bases(each.node)
        if base not in {kind.__name__ for kind in each.there.__mro__[1:]}
    ]
    assert wrong == []


@pytest.mark.parametrize("stub", STUBS, ids=module_of)
def test_what_is_called_can_be_called_and_a_property_cannot(stub):
    wrong = [
        each.of
        for each in declared(stub)
        if isinstance(each.node, ast.FunctionDef)
        and ("property" in map(ast.unparse, each.node.decorator_list))
        is callable(each.there)
    ]
    assert wrong == []


@pytest.mark.parametrize("stub", STUBS, ids=module_of)
def test_a_function_takes_the_parameters_that_are_declared(stub):
    wrong = [
        each.of
        for each in declared(stub)
        if isinstance(each.node, ast.FunctionDef) and not takes(each.there, each.node)
    ]
    assert wrong == []


def test_nothing_is_declared_that_is_not_used():
    used = set(re.findall(r"\w+", "\n".join(map(Path.read_text, sources()))))
    for stub in STUBS:
        used |= set(re.findall(r"(?<!def )(?<!class )\b\w+", stub.read_text()))
    unused = [
        each.of
        for stub in STUBS
        for each in declared(stub)
        if (name := each.of.rpartition(".")[2]) not in used | FOR_OTHERS
        and not name.startswith("__")
    ]
    assert unused == []


def sources() -> Iterator[Path]:
    for folder in ("twin", "layers", "dev"):
        yield from (ROOT / folder).rglob("*.py")


@lru_cache
def declared(stub: Path) -> list[Declared]:
    name = module_of(stub)
    return list(within(name, ast.parse(stub.read_text()).body, imported(name)))


def imported(name: str) -> ModuleType:
    """Return a module; some are only an attribute of the one above."""
    try:
        return importlib.import_module(name)
    except ModuleNotFoundError:
        above, _, last = name.rpartition(".")
        return getattr(importlib.import_module(above), last)


def within(of: str, body: list[ast.stmt], there: Any) -> Iterator[Declared]:
    for node in body:
        if isinstance(node, ast.ImportFrom):
            for alias in node.names:
                if alias.asname == alias.name:  # the module has it, too
                    found = getattr(there, alias.name, None)
                    yield Declared(f"{of}.{alias.name}", node, found)
        elif isinstance(node, ast.ClassDef):
            if "Protocol" not in map(
                ast.unparse, node.bases
            ):  # for type checkers alone
                found = getattr(there, node.name, None)
                yield Declared(f"{of}.{node.name}", node, found)
                yield from within(f"{of}.{node.name}", node.body, found)
        elif isinstance(node, ast.FunctionDef):
            yield Declared(f"{of}.{node.name}", node, getattr(there, node.name, None))


def bases(node: ast.ClassDef) -> Iterator[str]:
    """Return the names of a class's bases, but for those that only type checkers see."""
    for base in map(ast.unparse, node.bases):
        if not base.startswith(("Generic[", "_")) or base == "_Tabular":
            yield base.partition("[")[0]


def takes(function: Any, node: ast.FunctionDef) -> bool:
    """Return whether a function takes those parameters, by place and by name.

    Return True, too, if it does not say what it takes, or takes anything.
    """
    try:
        found = inspect.signature(function).parameters
    except (TypeError, ValueError):
        return True
    if any(each.kind is each.VAR_KEYWORD for each in found.values()):
        return True
    given = [name for name in found if name not in {"self", "cls"}]
    placed = [each.arg for each in node.args.args if each.arg not in {"self", "cls"}]
    named = {each.arg for each in node.args.kwonlyargs}
    return placed == given[: len(placed)] and named <= set(given)
