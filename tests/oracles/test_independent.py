"""An oracle shares no code with what it judges."""

from __future__ import annotations

import ast
import sys
from pathlib import Path

import pytest

ORACLES = sorted(
    path
    for path in Path(__file__).parent.glob("*.py")
    if not path.name.startswith("test_")
)


@pytest.mark.parametrize("path", ORACLES, ids=lambda path: path.stem)
def test_an_oracle_imports_the_standard_library_and_nothing_else(path: Path):
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom):
            assert node.level == 0
            found.add((node.module or "").partition(".")[0])
        elif isinstance(node, ast.Import):
            found |= {each.name.partition(".")[0] for each in node.names}

    assert found <= sys.stdlib_module_names


def test_there_are_oracles_to_look_at():
    assert {"answers", "clocks", "ground"} <= {path.stem for path in ORACLES}
