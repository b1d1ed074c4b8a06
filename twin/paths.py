"""Where the packaged files are, in a checkout or in a wheel.

They are city packs, style, icons and the built bundle.
"""

from __future__ import annotations

from pathlib import Path

_PACKAGE = Path(__file__).resolve().parent


def _shared(name: str) -> Path:
    """Return the folder `name` that comes with the program.

    It lies beside the packages in a checkout, or inside `twin` in an installed wheel.
    """
    inside = _PACKAGE / "_shared" / name
    return inside if inside.is_dir() else _PACKAGE.parent / name


def data() -> Path:
    """Return the folder that holds the city packs that come with the program."""
    return _shared("data")


def assets() -> Path:
    """Return the folder of css/, icons/ and dist/ (the built bundle and the fonts)."""
    return _shared("assets")
