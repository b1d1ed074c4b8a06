"""The wheel holds all that the program needs, and the program finds it there."""

from __future__ import annotations

import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def wheel(tmp_path_factory) -> Path:
    """Build it from this checkout, with the packages at hand: no network."""
    into = tmp_path_factory.mktemp("wheel")
    subprocess.run(
        [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(into)],
        cwd=ROOT,
        check=True,
        capture_output=True,
    )
    return next(into.glob("*.whl"))


def test_it_holds_bundle_fonts_style_marks_and_city_packs(wheel):
    held = set(zipfile.ZipFile(wheel).namelist())
    for name in (
        "assets/dist/deckmap.js",
        "assets/dist/face.js",
        "assets/dist/tiles.js",
        "assets/dist/fonts/fonts.css",
        "assets/dist/fonts/LICENSE-inter.txt",
        "assets/css/1-tokens.css",
        "assets/icons/marks.json",
        "data/wuhan/city.toml",
        "data/wuhan/geography/water.geojson",
    ):
        assert f"twin/_shared/{name}" in held
    assert {"twin/py.typed", "layers/registry.py"} <= held
    here = {
        str(path.relative_to(ROOT))
        for room in ("twin", "layers")
        for end in ("sql", "ftl", "toml", "json")
        for path in (ROOT / room).rglob(f"*.{end}")
    }
    assert here <= held


def test_it_holds_nothing_of_the_workshop(wheel):
    held = zipfile.ZipFile(wheel).namelist()
    assert not [
        name
        for name in held
        if name.startswith(("tests", "dev", "node_modules", "lake"))
        or "/src/" in name
        or "__pycache__" in name
    ]


def test_the_program_finds_its_files_inside(wheel, tmp_path):
    zipfile.ZipFile(wheel).extractall(tmp_path)
    say = (
        "from twin import paths; print(paths.data()); print(paths.assets());"
        " print((paths.assets() / 'dist' / 'deckmap.js').is_file())"
    )
    answer = subprocess.run(
        [
            sys.executable,
            "-I",
            "-c",
            f"import sys; sys.path.insert(0, {str(tmp_path)!r}); {say}",
        ],
        capture_output=True,
        text=True,
        check=True,
        cwd=tmp_path,
    )
    shared = tmp_path / "twin" / "_shared"
    assert answer.stdout.splitlines() == [
        str(shared / "data"),
        str(shared / "assets"),
        "True",
    ]
