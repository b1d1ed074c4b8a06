"""The packs that the tests of this room look at."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from twin.city import City
from twin.pack import load_city

TESTS = Path(__file__).resolve().parent.parent


@pytest.fixture(scope="session")
def trio() -> City:
    """Return the made-up city of three districts on two islands."""
    return load_city(TESTS / "cities" / "trio")


@pytest.fixture(scope="session")
def wuhan() -> City:
    """Return the first city."""
    return load_city(TESTS.parent / "data" / "wuhan")


@pytest.fixture
def pack(tmp_path: Path) -> Path:
    """Return a copy of the made-up city's pack, to be broken."""
    return Path(shutil.copytree(TESTS / "cities" / "trio", tmp_path / "trio"))
