"""Pages and scenes from TOML files: a set that ships with the product, and a city's own.

The shipped files lie in `twin/pages` and `twin/scenes`, a city's own in `pages/` and `scenes/`
of its pack. A file of the same name takes the place of the shipped one. What a second package
brings is named in city.toml, as `pages = ["package:name"]` or `scenes = ["package:name"]`: an
entry point of the group `twin.pages` or `twin.scenes` whose value is the path of such a file.

Here names are read, not resolved: whether a panel or figure is there is for
`twin.faces.arrangement` to say, which knows the layers.
"""

from __future__ import annotations

import difflib
import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, cast, get_args

from twin.page import (
    OF_ONE,
    OF_SUBJECT,
    REGIONS,
    SUBJECTS,
    Kind,
    Page,
    Placed,
    Region,
)
from twin.plugins import plugged

SHIPPED = Path(__file__).parents[1]
_KEYS = {
    "path",
    "title",
    "figures",
    "day_before",
    "regions",
    "legend",
    "asks",
    "map_layers",
    "dwell_s",
}
_PLACED_KEYS = {"panel", "figures", "most", "count"}


class _OffError(ValueError):
    """What is off with a file, as a sentence without its name.

    Attributes:
        word: stands in the line that is meant.
    """

    def __init__(self, said: str, word: str = "") -> None:
        super().__init__(said)
        self.word = word


def read_pages(
    root: Path, settings: Mapping[str, Any], problems: list[str]
) -> tuple[Page, ...]:
    """Return the pages and scenes of a city, shipped ones first, each in the order of its name.

    Args:
        root: folder of the pack.
        settings: what city.toml says.
        problems: gets a sentence, with file and line, for each file that cannot be used.
    """
    found: dict[tuple[Kind, str], Page] = {}
    for kind in get_args(Kind):
        for path in _files(kind, root, settings, problems):
            page = _read(path, kind, problems)
            if page is not None:
                found[kind, page.name] = page
    return _each_at_a_path_of_its_own(tuple(found.values()), problems)


def line_of(path: Path, word: str) -> str:
    """Return `path`, and the line in which `word` first stands between quotes, or by itself."""
    lines = path.read_text(encoding="utf-8").splitlines() if word else []
    for wanted in (f'"{word}"', f"[{word}]", f"{word} ="):
        for number, line in enumerate(lines, 1):
            if wanted in line and not line.lstrip().startswith("#"):
                return f"{place(path)}, line {number}"
    return place(path)


def place(path: Path) -> str:
    """Return the end of a path that tells a reader which file is meant: folder and name."""
    return f"{path.parent.name}/{path.name}"


def _files(
    kind: Kind, root: Path, settings: Mapping[str, Any], problems: list[str]
) -> Iterator[Path]:
    for folder in (SHIPPED / f"{kind}s", root / f"{kind}s"):
        yield from sorted(folder.glob("*.toml"))
    named = settings.get(f"{kind}s", [])
    if not isinstance(named, list):
        problems.append(
            f"city.toml: {kind}s is {named!r}; list entry points, as"
            f' {kind}s = ["package:name"].'
        )
        return
    for name in cast("list[object]", named):
        path = _plugged(kind, str(name), root / "city.toml", problems)
        if path is not None:
            yield path


def _plugged(kind: Kind, name: str, named_in: Path, problems: list[str]) -> Path | None:
    """Return the file that an installed package offers under `package:name`."""
    try:
        found = plugged(f"twin.{kind}s", name)
    except Exception as error:  # noqa: BLE001  (whatever a strange module may raise)
        said = f"it cannot be loaded: {type(error).__name__}: {error}; mend it"
    else:
        if isinstance(found, (str, Path)):
            return Path(found)
        said = (
            "no installed package offers it; install it"
            if found is None
            else f"it is of the type {type(found).__name__}, not the path of a file; mend it"
        )
    problems.append(
        f"{line_of(named_in, name)}: the {kind} {name!r} is named, and {said}, or take"
        " the name out."
    )
    return None


def _read(path: Path, kind: Kind, problems: list[str]) -> Page | None:
    try:
        given = tomllib.loads(path.read_bytes().decode("utf-8"))
        return _page(path, kind, given)
    except OSError as error:
        problems.append(f"{place(path)} cannot be read: {error.strerror}.")
    except UnicodeDecodeError as error:
        problems.append(
            f"{place(path)} is not UTF-8 (byte {error.start}); save it as UTF-8."
        )
    except tomllib.TOMLDecodeError as error:
        problems.append(f"{place(path)} is not TOML: {error}.")
    except _OffError as off:
        problems.append(f"{line_of(path, off.word)}: {off}")
    return None


def _page(path: Path, kind: Kind, given: Mapping[str, Any]) -> Page:
    _known(given, _KEYS, "the file")
    regions = _table(given, "regions")
    _known(regions, set(REGIONS), "[regions]")
    legend = _table(given, "legend")
    page = Page(
        name=path.stem,
        kind=kind,
        origin=path,
        path=_path(given.get("path", ""), kind),
        title=_title(_table(given, "title")),
        figures=_names(given, "figures"),
        day_before=_names(given, "day_before"),
        regions={
            cast("Region", name): _placed(name, each) for name, each in regions.items()
        },
        legend={name: _names(legend, name) for name in legend},
        asks=_names(given, "asks"),
        map_layers=_names(given, "map_layers") if "map_layers" in given else None,
        dwell_s=_seconds(given.get("dwell_s", 0)),
    )
    for name in (*page.panels(), *page.named_figures()):
        if name.count(".") != 1:
            raise _OffError(
                f"{name!r} is no name of the form layer.panel or layer.figure.", name
            )
    wanted = set(OF_SUBJECT) if page.subject else set(REGIONS) - set(OF_SUBJECT)
    for name in regions:
        if name not in wanted:
            what = f"a page at {page.path}" if page.subject else "this page or scene"
            offered = ", ".join(each for each in REGIONS if each in wanted)
            raise _OffError(f"{what} has no region {name!r}; use {offered}.", name)
    if kind == "scene" and not page.figures:
        raise _OffError(
            "the scene shows no figure; name some, as figures = ['headline.open_now'].",
            "figures",
        )
    return page


def _known(given: Mapping[str, Any], known: set[str], where: str) -> None:
    for name in given:
        if name not in known:
            near = difflib.get_close_matches(name, known, 1)
            hint = (
                f"did you mean {near[0]!r}?"
                if near
                else f"use {', '.join(sorted(known))}."
            )
            raise _OffError(f"{where} has {name!r}, which nothing reads; {hint}", name)


def _table(given: Mapping[str, Any], name: str) -> dict[str, Any]:
    found = given.get(name, {})
    if not isinstance(found, dict):
        raise _OffError(f"{name} is {found!r}, not a section; write [{name}].", name)
    return cast("dict[str, Any]", found)


def _names(given: Mapping[str, Any], name: str) -> tuple[str, ...]:
    found = given.get(name, [])
    names = cast("list[object]", found) if isinstance(found, list) else None
    if names is None or not all(isinstance(each, str) for each in names):
        raise _OffError(f"{name} is {found!r}; list names between quotes.", name)
    return tuple(str(each) for each in names)


def _placed(region: str, found: object) -> tuple[Placed, ...]:
    if not isinstance(found, list):
        raise _OffError(
            f"{region} is {found!r}; list panels, as {region} = ['layer.panel'].",
            region,
        )
    return tuple(_place(region, each) for each in cast("list[object]", found))


def _place(region: str, found: object) -> Placed:
    if isinstance(found, str):
        return Placed(found)
    given = cast("dict[str, Any]", found) if isinstance(found, dict) else {}
    panel, most = given.get("panel"), given.get("most", 0)
    if not isinstance(panel, str):
        raise _OffError(
            f"{region} holds {found!r}; name a panel, as 'layer.panel'.", region
        )
    _known(given, _PLACED_KEYS, f"{region}, {panel},")
    if not isinstance(most, int) or isinstance(most, bool) or most < 0:
        raise _OffError(
            f"most of {panel} is {most!r}; write a whole number of rows.", panel
        )
    count = given.get("count", "")
    if not isinstance(count, str):
        raise _OffError(
            f"count of {panel} is {count!r}; name a figure, as 'layer.figure'.", panel
        )
    return Placed(panel, _names(given, "figures"), most, count)


def _title(given: Mapping[str, Any]) -> dict[str, str]:
    for lang, text in given.items():
        if not isinstance(text, str) or not text:
            raise _OffError(
                f"the title in {lang} is {text!r}; write it between quotes.", lang
            )
    return dict(given)


def _path(found: object, kind: Kind) -> str:
    if kind == "scene":
        if found:
            raise _OffError(
                "a scene has no path: a link names it, as scene=name.", "path"
            )
        return ""
    text = found if isinstance(found, str) else ""
    of_one = text.removesuffix(OF_ONE)
    if of_one != text:
        subjects = [f"/{name}" for name in SUBJECTS if name]
        if of_one not in subjects:
            offered = " or ".join(f"{each}{OF_ONE}" for each in subjects)
            raise _OffError(
                f"its path is {text!r}; a page of one thing is at {offered}.", "path"
            )
        return text
    is_simple = text.startswith("/") and not any(sign in text for sign in "?#%<>&\\ .")
    if not is_simple or (text != "/" and text.endswith("/")) or _is_taken(text):
        raise _OffError(
            f"its path is {found!r}; write one of its own, such as path = '/fleet'.",
            "path",
        )
    return text


# What the server answers itself, and what pages of one thing are under.
_TAKEN = (
    "/wall",
    "/data",
    "/pack",
    "/api",
    "/assets",
    "/figures",
    "/healthz",
    "/_",
    *(f"/{name}" for name in SUBJECTS if name),
)


def _is_taken(text: str) -> bool:
    return (
        any(text == taken or text.startswith(f"{taken}/") for taken in _TAKEN)
        or text[1:2] == "_"
    )


def _seconds(found: object) -> int:
    if not isinstance(found, int) or isinstance(found, bool) or not 0 <= found <= 3_600:
        raise _OffError(
            f"dwell_s is {found!r}; write whole seconds, 0 to 3600.", "dwell_s"
        )
    return found


def _each_at_a_path_of_its_own(
    pages: tuple[Page, ...], problems: list[str]
) -> tuple[Page, ...]:
    """Return the pages without those whose path another has already."""
    at: dict[str, Page] = {}
    kept: list[Page] = []
    for page in pages:
        first = at.setdefault(page.path, page) if page.kind == "page" else page
        if first is page:
            kept.append(page)
        else:
            problems.append(
                f"{line_of(page.origin, page.path)}: its path {page.path!r} is that of"
                f" {place(first.origin)}; give it another."
            )
    return tuple(kept)
