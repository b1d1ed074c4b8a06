"""A package of somebody else that offers formats, installed in a folder of its own."""

from __future__ import annotations

from pathlib import Path

# What each of its formats needs of us: nothing but the protocol.
LEAD = """
from dataclasses import dataclass
from pathlib import Path

@dataclass(frozen=True)
class Each:
    name: str
    suffix: str = ".txt"

    def write(self, draft, into):
        return globals()[self.name](self, draft, into)

def put(path, text):
    path.write_text(text, encoding="utf-8")
    return [path]
"""


def plug(site: Path, package: str, code: str, *names: str, **others: str) -> Path:
    """Install `package` into the folder `site`, with an entry point for each name.

    Args:
        code: has a function `name(self, draft, into)` for each of `names`.
        others: entry points to other objects of the module.
    """
    info = site / f"{package}-1.dist-info"
    info.mkdir(parents=True)
    (info / "METADATA").write_text(
        f"Metadata-Version: 2.1\nName: {package}\nVersion: 1\n"
    )
    module = package.replace("-", "_")
    points = {name: f"OF_{name}" for name in names} | others
    (info / "entry_points.txt").write_text(
        "[twin.formats]\n"
        + "".join(f"{name} = {module}:{value}\n" for name, value in points.items())
    )
    values = "".join(f"OF_{name} = Each({name!r})\n" for name in names)
    (site / f"{module}.py").write_text(LEAD + code + values, encoding="utf-8")
    return site
