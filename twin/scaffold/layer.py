"""A new layer from the one in `specimen/`: it runs as it is, and is there to be changed."""

from __future__ import annotations

import importlib.util
import keyword
import re
import sys
from dataclasses import dataclass
from pathlib import Path

from twin.errors import TwinError, UsageError

_SPECIMEN = Path(__file__).with_name("specimen")
_TEST, _PROJECT = "test.py.txt", "pyproject.toml.txt"
_NAME = re.compile(r"[a-z][a-z0-9_]{1,29}")
_PACKAGE = re.compile(r"[a-z][a-z0-9]*([-_][a-z0-9]+)*")


@dataclass(frozen=True)
class Made:
    """A layer that was written.

    Attributes:
        id: name of the layer, by which pages call its panels.
        name: what city.toml calls it: its id, or 'package:id'.
        files: what was written, the layer's own files first and its test last.
    """

    id: str
    name: str
    files: tuple[Path, ...]

    @property
    def panel(self) -> str:
        """Return the name of its table, as a page has it."""
        return f"{self.id}.rows"

    @property
    def figure(self) -> str:
        """Return the name of its figure, as a page has it."""
        return f"{self.id}.{self.id}_count"


def in_checkout(name: str) -> Made:
    """Write a layer into `layers/` of the checkout that this program runs from.

    Raises:
        UsageError: the name is none, or taken; or this is no checkout.
    """
    root = Path(__file__).parents[2]
    _ensure_name(name)
    _ensure_free(name, root)
    if not (root / "pyproject.toml").is_file() or not (root / "tests").is_dir():
        raise UsageError(
            "This program is installed, and is no checkout that a layer could be added to.",
            fix="make a package of your own: --into FOLDER.",
        )
    words = {"layers.specimen": f"layers.{name}", "layers/specimen": f"layers/{name}"}
    files = _files(root / "layers" / name, name, words)
    test = root / "tests" / "layers" / f"test_{name}.py"
    return _written(name, name, {**files, test: _text(_TEST, name, words)})


def as_package(name: str, folder: Path) -> Made:
    """Write a layer into a new folder, as a package that offers it.

    The package has the folder's name.

    Raises:
        UsageError: the name of layer or folder is none, or taken.
    """
    package = folder.resolve().name
    module = package.replace("-", "_")
    _ensure_name(name)
    _ensure_free(name, Path(__file__).parents[2])
    _ensure_package(package, module, folder)
    words = {
        "layers.specimen": module,
        "layers/specimen": module,
        "MODULE": module,
        "PACKAGE": package,
    }
    files = {
        folder / "pyproject.toml": _text(_PROJECT, name, words),
        **_files(folder / module, name, words),
        folder / "tests" / f"test_{name}.py": _text(_TEST, name, words),
    }
    return _written(name, f"{package}:{name}", files)


def _ensure_name(name: str) -> None:
    if not _NAME.fullmatch(name) or keyword.iskeyword(name):
        raise UsageError(
            f"{name[:60]!r} is no name for a layer.",
            why="it is the name of a folder of Python, and stands in links and messages.",
            fix="use 2 to 30 small letters, digits and _, a letter first: rain_gauges.",
        )


def _ensure_free(name: str, root: Path) -> None:
    taken = (
        root / "layers" / name,
        root / "layers" / f"{name}.py",
        root / "tests" / "layers" / f"test_{name}.py",
    )
    for path in taken:
        if path.exists():
            raise UsageError(
                f"There is {path.relative_to(root)} already.",
                fix="choose another name, or take that away first.",
            )


def _ensure_package(package: str, module: str, folder: Path) -> None:
    if not _PACKAGE.fullmatch(package) or keyword.iskeyword(module):
        raise UsageError(
            f"{package[:60]!r} is no name for a package.",
            why="the package has the name of its folder.",
            fix="use small letters, digits and -, such as acme-rain.",
        )
    found = importlib.util.find_spec(module)
    if module in sys.stdlib_module_names or (found is not None and found.origin):
        raise UsageError(
            f"There is a package {module!r} already.",
            fix="choose another name for the folder, such as acme-rain.",
        )
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise UsageError(
            f"{folder} is there already, and not empty.",
            fix="name a new folder; nothing was written.",
        )


def _files(folder: Path, name: str, words: dict[str, str]) -> dict[Path, str]:
    """Return the layer's own files, by their path."""
    own = sorted(path for path in _SPECIMEN.iterdir() if path.is_file())
    return {
        folder / path.name: _text(path.name, name, words)
        for path in own
        if path.name not in {_TEST, _PROJECT}
    }


def _text(file: str, name: str, words: dict[str, str]) -> str:
    """Return a file of the specimen with the layer's name in place of its own."""
    text = (_SPECIMEN / file).read_text(encoding="utf-8")
    title = name.replace("_", " ").capitalize()
    for old, new in {**words, "specimen": name, "Specimen": title}.items():
        text = text.replace(old, new)
    return text


def _written(name: str, full_name: str, files: dict[Path, str]) -> Made:
    for path, text in files.items():
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
        except OSError as error:
            raise TwinError(
                f"{path} cannot be written: {error.strerror}.",
                fix=f"take away what was written of {name}, and try again elsewhere.",
            ) from error
    return Made(name, full_name, tuple(files))
