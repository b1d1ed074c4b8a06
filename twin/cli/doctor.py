"""`twin doctor`: what is installed, what is missing, is the lake sound."""

from __future__ import annotations

import importlib.metadata
import platform
import shutil
import subprocess
import sys
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Literal

import click

from twin.cli.common import report, with_city, with_json, with_lake
from twin.errors import PackError, TwinError

_PACKAGES = (
    "dash",
    "plotly",
    "pydeck",
    "duckdb",
    "pyarrow",
    "deltalake",
    "numpy",
    "shapely",
    "pyproj",
    "uvicorn",
    "playwright",
)
_MARKS = {"good": "ok     ", "missing": "missing", "bad": "BAD    "}


@dataclass(frozen=True)
class Finding:
    """One thing looked at; `say` is a sentence about it.

    'missing' hinders some work, 'bad' must be mended.
    """

    what: str
    state: Literal["good", "missing", "bad"]
    say: str


@click.command()
@with_city
@with_lake
@with_json
def command(city_name: str | None, lake: Path, as_json: bool) -> None:
    """Look at this machine, the city pack and the lake, and say what is wrong.

    Exit status: 0 nothing is bad, 1 something is.
    """
    found = [
        *_machine(),
        _bundle(),
        _browser(),
        _fonts(),
        *_pack(city_name),
        *_lake(city_name, lake),
    ]
    report(
        as_json,
        {
            "ok": all(each.state != "bad" for each in found),
            "findings": [asdict(each) for each in found],
        },
        [f"{_MARKS[each.state]} {each.what}: {each.say}" for each in found],
    )
    if any(each.state == "bad" for each in found):
        sys.exit(1)


def _machine() -> list[Finding]:
    python = Finding(
        "Python",
        "good" if sys.version_info >= (3, 11) else "bad",
        platform.python_version(),
    )
    return [python, *(_package(name) for name in _PACKAGES)]


def _package(name: str) -> Finding:
    try:
        return Finding(name, "good", importlib.metadata.version(name))
    except importlib.metadata.PackageNotFoundError:
        return Finding(
            name, "bad", "not installed; run `make run`, which installs everything."
        )


def _bundle() -> Finding:
    from twin import paths

    built = [paths.assets() / "dist" / name for name in ("deckmap.js", "face.js")]
    missing = [path.name for path in built if not path.is_file()]
    return (
        Finding(
            "map bundle", "bad", f"{', '.join(missing)} not built; run `make bundle`."
        )
        if missing
        else Finding("map bundle", "good", "built")
    )


def _browser() -> Finding:
    try:
        from twin.faces.export.browser import find

        path = find()
        version = subprocess.run(  # noqa: S603
            [path, "--version"], capture_output=True, text=True, timeout=30, check=True
        ).stdout.strip()
    except TwinError as error:
        return Finding("browser", "missing", f"{error.what} {error.fix}")
    except (OSError, subprocess.SubprocessError) as error:
        return Finding("browser", "bad", f"it does not start: {error}.")
    return Finding("browser", "good", version)


def _fonts() -> Finding:
    from twin import paths

    served = list((paths.assets() / "dist" / "fonts").glob("*.woff2"))
    listed = shutil.which("fc-list")
    own = (
        subprocess.run(  # noqa: S603
            [listed, ":lang=zh"],
            capture_output=True,
            text=True,
            timeout=30,
            check=False,
        ).stdout
        if listed
        else ""
    )
    if served:
        return Finding(
            "fonts",
            "good",
            f"{len(served)} files served with the"
            f" page{'' if own else '; none of this machine for Chinese, which is fine'}",
        )
    return Finding("fonts", "bad", "none built; run `make bundle`.")


def _pack(city_name: str | None) -> list[Finding]:
    from twin.pack import check_pack, find_city

    try:
        root = find_city(city_name)
        faults = check_pack(root)
    except TwinError as error:
        return [Finding("city pack", "bad", " ".join(error.lines()))]
    return [Finding("city pack", "bad", fault) for fault in faults] or [
        Finding("city pack", "good", root.name)
    ]


def _lake(city_name: str | None, lake: Path) -> list[Finding]:
    from twin.pack import find_city, load_city
    from twin.store import Lake, guard, standing, verify

    if not lake.exists():
        return [
            Finding(
                "lake",
                "missing",
                f"{lake} is not there yet; `twin demo` or `twin simulate` makes it.",
            )
        ]
    try:
        there = standing(Lake(lake))
        if there.newest is None and not there.lost:
            return [Finding("lake", "missing", f"{lake} holds no snapshot yet.")]
        with suppress(PackError):  # told above
            guard(Lake(lake), load_city(find_city(city_name)), there.newest)
        checked = verify(Lake(lake))
    except TwinError as error:
        return [Finding("lake", "bad", " ".join(error.lines()))]
    bad = [Finding("lake", "bad", fault) for fault in checked.faults]
    return bad or [
        Finding(
            "lake",
            "good",
            f"snapshot {checked.snapshot} is whole: {checked.n_files} files,"
            f" {checked.n_bytes / 1e6:,.1f} MB",
        )
    ]
