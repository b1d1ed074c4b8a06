"""The city that the measures are taken of."""

from __future__ import annotations

from pathlib import Path

import pytest

from twin.city import City
from twin.pack import load_city


@pytest.fixture(scope="session")
def trio() -> City:
    """The made-up city of three districts."""
    return load_city(Path(__file__).resolve().parents[1] / "cities" / "trio")
