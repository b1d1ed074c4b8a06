"""`manifest.json` of a city pack.

It says where each map file comes from, and the hash by which it is known again.
"""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING, Any, cast

from twin.errors import PackError

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

NAME = "manifest.json"
FACTS = ("source", "licence", "accuracy")
NOT_STATED = "not stated"
_MEND = "`twin city check --write-manifest` writes it"


def check_manifest(root: Path, used: Mapping[str, Path]) -> list[str]:
    """Return a sentence for each file that the manifest lists wrongly or not at all.

    It must be listed with its facts and its true SHA-256.
    """
    try:
        files: Any = json.loads((root / NAME).read_text(encoding="utf-8"))["files"]
    except (OSError, ValueError, KeyError, TypeError, RecursionError) as error:
        return [
            (
                f"{NAME} cannot be read ({type(error).__name__}); it lists the map's files"
                f" with sources and licences, and {_MEND}."
            )
        ]
    listed = cast("dict[str, Any]", files) if isinstance(files, dict) else {}
    found = [
        f"{NAME} does not list {name}, which [geography] {role} names; say where it"
        " comes from."
        for role, name in _names(root, used).items()
        if name not in listed
    ]
    for name, entry in listed.items():
        facts = cast("dict[str, Any]", entry) if isinstance(entry, dict) else {}
        found += [
            f"{NAME}: {name} has no {key}." for key in FACTS if not facts.get(key)
        ]
        found += _check_file(root / name, name, facts.get("sha256"))
    return found


def _check_file(file: Path, name: str, said: object) -> list[str]:
    if not file.is_file():
        return [f"{name} is missing; {NAME} lists it."]
    true = _sha256(file)
    if said == true:
        return []
    return [
        (
            f"{name} is not the file that {NAME} describes: its SHA-256 differs, and is"
            f" {true}; restore it, or describe the new one ({_MEND})."
        )
    ]


def write_manifest(
    root: Path, used: Mapping[str, Path], told: Mapping[str, str] | None = None
) -> list[str]:
    """Write the true hash and size of each file that is listed or used, and answer their names.

    Facts that stand there are kept; a new file gets those `told`, else 'not stated'. A listed file
    that is gone and that nothing uses leaves the list.

    Raises:
        PackError: the manifest cannot be written, or a file cannot be read.
    """
    path = root / NAME
    try:
        said: Any = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError):
        said = None
    whole: dict[str, Any] = (
        dict(cast("dict[str, Any]", said))
        if isinstance(said, dict)
        else {"crs": "EPSG:4326"}
    )
    before: dict[str, Any] = (
        whole["files"] if isinstance(whole.get("files"), dict) else {}
    )
    names = dict.fromkeys(
        [
            *(name for name in before if (root / name).is_file()),
            *_names(root, used).values(),
        ]
    )
    try:
        whole["files"] = {
            name: _entry(root / name, before.get(name), told or {}) for name in names
        }
        path.write_text(
            json.dumps(whole, ensure_ascii=False, indent=1) + "\n", encoding="utf-8"
        )
    except OSError as error:
        raise PackError(
            f"{NAME} cannot be written: {error.strerror}.",
            fix=f"check {error.filename or path}.",
        ) from error
    return list(names)


def _entry(file: Path, before: object, told: Mapping[str, str]) -> dict[str, Any]:
    kept = cast("dict[str, Any]", before) if isinstance(before, dict) else {}
    facts = {key: kept.get(key) or told.get(key) or NOT_STATED for key in FACTS}
    return {**kept, "sha256": _sha256(file), "bytes": file.stat().st_size, **facts}


def _names(root: Path, used: Mapping[str, Path]) -> dict[str, str]:
    """Return the name of each file in the pack, by role."""
    return {
        role: file.relative_to(root.resolve()).as_posix() for role, file in used.items()
    }


def _sha256(file: Path) -> str:
    return hashlib.sha256(file.read_bytes()).hexdigest()
