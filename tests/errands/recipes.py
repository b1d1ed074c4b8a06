"""The recipes of the docs, so that a test does what they say, and how much it touched."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
TRIO = ROOT / "tests" / "cities" / "trio"


def blocks(doc: str, language: str) -> list[str]:
    """Return the blocks of a language in a page of the docs, in their order."""
    text = (ROOT / "docs" / doc).read_text(encoding="utf-8")
    return re.findall(rf"^```{language}\n(.*?)^```", text, re.DOTALL | re.MULTILINE)


def file_in(doc: str, path: str) -> str:
    """Return the block that begins with a remark that names a file."""
    language = {".py": "python", ".toml": "toml"}[Path(path).suffix]
    (found,) = [
        block
        for block in blocks(doc, language)
        if re.match(rf"# {re.escape(path)}\b", block)
    ]
    return found


def commands(doc: str) -> list[tuple[list[str], list[str]]]:
    """Return the commands of a page's first console, each with the lines that it prints."""
    found: list[tuple[list[str], list[str]]] = []
    for line in blocks(doc, "console")[0].splitlines():
        if line.startswith("$ "):
            found.append((line[2:].split(), []))
        else:
            found[-1][1].append(line)
    return found


def put(path: Path, text: str) -> None:
    """Write a file, and the folders above it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")


def program(folder: Path) -> Path:
    """Copy the program into a folder, as a checkout that a developer may change."""
    for room in ("twin", "layers"):
        shutil.copytree(
            ROOT / room, folder / room, ignore=shutil.ignore_patterns("__pycache__")
        )
    (folder / "tests" / "layers").mkdir(parents=True)
    shutil.copy(ROOT / "pyproject.toml", folder)
    for room in ("assets", "data"):
        (folder / room).symlink_to(ROOT / room)
    return folder


def environment(*folders: Path) -> dict[str, str]:
    """Return the environment of a process that imports from these folders first."""
    paths = [*map(str, folders), *filter(None, [os.environ.get("PYTHONPATH", "")])]
    return os.environ | {
        "PYTHONPATH": os.pathsep.join(paths),
        "PYTHONDONTWRITEBYTECODE": "1",
        "PYTEST_ADDOPTS": "-n 0 --dist no -p no:cacheprovider",
    }


def ran(words: list[str], where: Path, *folders: Path) -> list[str]:
    """Run a command of the docs in a folder; return the lines that it prints."""
    started = {"twin": [sys.executable, "-m", "twin.cli"], "python": [sys.executable]}
    done = subprocess.run(
        [*started[words[0]], *words[1:]],
        cwd=where,
        env=environment(*folders),
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout.splitlines()


def answered(
    pack: Path, lake: Path, *addresses: str, folders: tuple[Path, ...] = (ROOT,)
) -> list[str]:
    """Return what a server of its own process answers at each address."""
    words = ["python", str(HERE / "showing.py"), str(pack), str(lake), *addresses]
    return json.loads("\n".join(ran(words, pack, *folders)))


@contextmanager
def touching(errand: str, goal: int, *folders: Path) -> Iterator[None]:
    """Count the files that are written or changed in folders, and hold them to a goal."""
    before = {path: path.read_bytes() for path in _files(*folders)}
    yield
    touched = [
        (f"{'edited' if path in before else 'new':6}", path)
        for path in _files(*folders)
        if path.read_bytes() != before.get(path)
    ]
    print(f"{errand}: {len(touched)} files, goal {goal}")  # noqa: T201  (it is told)
    for how, path in touched:
        print(how, path)  # noqa: T201
    assert 0 < len(touched) <= goal, touched


def _files(*folders: Path) -> list[Path]:
    return sorted(
        path
        for folder in folders
        for path in folder.rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    )
