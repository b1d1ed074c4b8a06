"""Two cities that live: the made-up one, and the one whose pack is shipped."""

from __future__ import annotations

from pathlib import Path

import pytest

from twin.city import City
from twin.pack import load_city

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="session")
def trio() -> City:
    """The made-up city of three districts, west of Greenwich, with a summer time."""
    return load_city(ROOT / "tests" / "cities" / "trio")


@pytest.fixture(scope="session")
def wuhan() -> City:
    """The shipped pack."""
    return load_city(ROOT / "data" / "wuhan")
