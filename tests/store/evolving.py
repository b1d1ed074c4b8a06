"""City Twin in other versions: copies of the package with other contracts, at work on lakes."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]


@dataclass
class Program:
    """A copy of the package in a folder of its own. Edit it, then `ask` it."""

    root: Path
    process: subprocess.Popen[str] | None = field(default=None, repr=False)

    @classmethod
    def copied(cls, root: Path) -> Program:
        """Copy what is needed to publish and to be asked."""
        leave = shutil.ignore_patterns("__pycache__")
        for name in ("twin", "layers"):
            shutil.copytree(ROOT / name, root / name, ignore=leave)
        return cls(root)

    @property
    def environment(self) -> dict[str, str]:
        """Its own package stands before this one's; the tests are this one's."""
        path = os.pathsep.join([str(self.root), str(ROOT)])
        return os.environ | {"PYTHONPATH": path, "PYTHONDONTWRITEBYTECODE": "1"}

    def edit(self, file: str, *changes: tuple[str, str]) -> None:
        """Write something else in a file, in a place that must be there.

        Args:
            changes: pairs of a regular expression and what stands for it; sentences of the
                contracts should be left open in it, since they are reworded.
        """
        path = self.root / "twin" / file
        text = path.read_text(encoding="utf-8")
        for old, new in changes:
            text, n = re.subn(old, new, text)
            assert n == 1, (file, old, n)
        path.write_text(text, encoding="utf-8")

    def migration(self, name: str, text: str) -> None:
        """Add a migration."""
        path = self.root / "twin" / "store" / "migrations" / f"{name}.sql"
        path.write_text(text, encoding="utf-8")

    def run(self, *words: object) -> subprocess.CompletedProcess[str]:
        """Run Python with its package to the end."""
        return subprocess.run(
            [sys.executable, *map(str, words)],
            env=self.environment,
            cwd=self.root,
            capture_output=True,
            text=True,
            check=False,
        )

    def twin(self, *words: object) -> str:
        """Type a command that must succeed; answer what it says."""
        done = self.run("-m", "twin.cli", *words)
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    def record(self) -> str:
        """Write its contracts into its history as `make contracts` does; what it objects."""
        done = self.run("-m", "twin.store.migrations")
        assert (done.returncode == 0) == (not done.stderr), done.stderr
        return done.stderr

    def drafts(self) -> dict[str, str]:
        """The texts that `make contracts` says to begin migrations with, by table."""
        _, *texts = self.record().split("may begin with:\n\n")
        texts = [text.rpartition("\n\n")[0] or text for text in texts]
        return {text.partition("-- reads ")[2].split()[0]: text for text in texts}

    def draft(self, table: str) -> str:
        """A migration of a table that changes nothing."""
        lines = (
            "from twin.contracts import history",
            "from twin.store.migrations.checks import draft",
            f"print(draft({table!r}, history.every()[{table!r}][-1]))",
        )
        return self.run("-c", "; ".join(lines)).stdout

    def ask(self, name: str, *args: Any) -> Any:
        """Have it do something (see `evolver.ACTS`), and return what it says.

        Raises:
            RefusedError: it raised one of its own errors.
        """
        if self.process is None:
            self.process = subprocess.Popen(
                [sys.executable, str(Path(__file__).with_name("evolver.py"))],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                text=True,
                env=self.environment,
                cwd=self.root,
            )
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.process.stdin.write(f"{json.dumps([name, *args], default=str)}\n")
        self.process.stdin.flush()
        said = json.loads(self.process.stdout.readline())
        if "error" in said:
            raise RefusedError(*said["error"])
        return said["said"]

    def close(self) -> None:
        """End it."""
        if self.process is not None:
            self.process.communicate()


class RefusedError(Exception):
    """What a program of another version said instead of an answer."""

    def __init__(self, kind: str, what: str, why: str, fix: str):
        super().__init__(what)
        self.kind, self.what, self.why, self.fix = kind, what, why, fix
