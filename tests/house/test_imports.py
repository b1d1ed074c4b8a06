"""The walls between the rooms stand, and each package still does without what it must not need."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
LINT = [
    sys.executable,
    "-c",
    (
        "from importlinter.cli import lint_imports; raise"
        " SystemExit(lint_imports(no_cache=True))"
    ),
]


def lint(folder: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(LINT, cwd=folder, capture_output=True, text=True, check=False)


def test_no_room_imports_what_it_may_not():
    found = lint(ROOT)
    assert found.returncode == 0, found.stdout + found.stderr


def house(tmp_path: Path, where: str, line: str) -> Path:
    """Copy the program and add one line to one module."""
    for name in ("twin", "layers"):
        for path in (ROOT / name).rglob("*.py"):
            copy = tmp_path / path.relative_to(ROOT)
            copy.parent.mkdir(parents=True, exist_ok=True)
            copy.write_bytes(path.read_bytes())
    (tmp_path / "pyproject.toml").write_bytes((ROOT / "pyproject.toml").read_bytes())
    with (tmp_path / where).open("a", encoding="utf-8") as file:
        file.write(f"\n{line}\n")
    return tmp_path


@pytest.mark.parametrize(
    ("where", "line"),
    [
        ("twin/query/__init__.py", "import dash"),
        ("twin/store/__init__.py", "import duckdb"),
        ("twin/measures/__init__.py", "import deltalake"),
        ("twin/engine/__init__.py", "import twin.store"),
        ("twin/clock.py", "import twin.engine"),
        ("twin/measures/__init__.py", "import twin.simulate"),
        ("layers/districts/layer.py", "import layers.headline.layer"),
    ],
)
def test_a_broken_wall_is_named(tmp_path, where, line):
    found = lint(house(tmp_path, where, line))
    assert found.returncode == 1
    assert "BROKEN" in found.stdout


def test_importing_the_command_line_does_nothing_heavy():
    loaded = (
        "import sys, twin.cli; print(sorted({'dash', 'duckdb', 'deltalake', 'pyarrow',"
        " 'playwright'} & set(sys.modules)))"
    )
    answer = subprocess.run(
        [sys.executable, "-c", loaded],
        capture_output=True,
        text=True,
        check=True,
        cwd=ROOT,
    )
    assert answer.stdout.strip() == "[]"
