"""A face painted for one address: the markup of its places, and what its map draws."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, cast

from dash import html

from twin.clock import to_text
from twin.errors import LakeError, LostError, TwinError, UsageError
from twin.faces import deckmap, markup, parts, picture, reason, shade, texts
from twin.faces.arrangement import arrange
from twin.faces.pages import page, subject
from twin.faces.server import archive, languages, routes
from twin.faces.wall import profile as walls
from twin.faces.wall import scene
from twin.layer import Base
from twin.view import EVENTS, View, pin

if TYPE_CHECKING:
    from datetime import datetime

    from dash.development.base_component import Component

    from twin.city import City
    from twin.clock import Clock
    from twin.faces.arrangement import Arrangement
    from twin.layer import Registry, Shading
    from twin.page import Page
    from twin.query import QueryService

# Where the parts of a face stand around its map.
PLACES = ("top", "banner", "headline", "legend", "side", "foot")
WALL = "/wall/"
_OURS = ("/assets/", "/data/", "/pack/")


@dataclass(frozen=True)
class AppContext:
    """What painting a view needs; built once for one application.

    Attributes:
        pack_urls: address of each map file as it was at the start.
        arrangement: the pages and scenes, and what of them cannot be shown.
        prefix: path under which a proxy shows the faces, such as '/twin'; '' for none.
    """

    service: QueryService
    registry: Registry
    city: City
    clock: Clock
    words: Mapping[str, texts.Texts]
    pack_urls: Mapping[str, str]
    ttl_s: float
    arrangement: Arrangement
    prefix: str = ""

    def title(self, lang: str) -> str:
        """Return the title of a window in a language."""
        words = self.words[lang]
        return words.say(
            "title",
            city=words.name({"name": self.city.name, "name_en": self.city.name_en}),
        )


@dataclass(frozen=True)
class Face:
    """A face as it stands on a screen.

    Attributes:
        places: HTML of the parts of each of PLACES, in order; a browser takes over only
            those that changed.
        spec: what the map draws (see `deckmap.spec`); None leaves it as it is.
        kind: classes of the face.
        now: the hall's present, UTC, from which a browser counts ages, whatever its own clock says.
        style: CSS variables of the face.
    """

    places: Mapping[str, tuple[str, ...]]
    spec: Mapping[str, Any] | None
    kind: str
    lang: str
    title: str
    now: datetime
    style: Mapping[str, object] = field(default_factory=dict[str, object])

    def since(self, shown: Mapping[str, Sequence[str]]) -> dict[str, Any]:
        """Return what a browser lacks that shows parts of these tags.

        For each place, that is how many parts there are, and the ones that differ.
        """
        places: dict[str, Any] = {}
        for name, pieces in self.places.items():
            tags, before = [_tag(piece) for piece in pieces], list(shown.get(name, ()))
            fresh = {
                at: piece
                for at, piece in enumerate(pieces)
                if at >= len(before) or tags[at] != before[at]
            }
            places[name] = {"tags": tags, "html": fresh}
        return {
            "places": places,
            "kind": self.kind,
            "style": dict(self.style),
            "lang": self.lang,
            "title": self.title,
            "now": to_text(self.now),
            "spec": self.spec,
        }

    def under(self, prefix: str) -> Face:
        """Return the face as it is shown under a path: its addresses begin with that."""
        if not prefix:
            return self
        places = {
            name: tuple(
                re.sub(r'(\s(?:href|src)=")/', rf"\1{prefix}/", piece)
                for piece in pieces
            )
            for name, pieces in self.places.items()
        }
        return replace(self, places=places, spec=_under(prefix, self.spec))


def _under(prefix: str, spec: Any) -> Any:
    if isinstance(spec, str):
        return prefix + spec if spec.startswith(_OURS) else spec
    if isinstance(spec, Mapping):
        return {
            name: _under(prefix, each)
            for name, each in cast("Mapping[str, Any]", spec).items()
        }
    return (
        [_under(prefix, each) for each in cast("list[Any]", spec)]
        if isinstance(spec, list | tuple)
        else spec
    )


def _tag(piece: str) -> str:
    return hashlib.blake2b(piece.encode(), digest_size=6).hexdigest()


def context(
    service: QueryService,
    registry: Registry,
    city: City,
    clock: Clock,
    prefix: str = "",
) -> AppContext:
    """Return the hall of one application; `prefix` is where a proxy shows it."""
    folders = [layer.folder for layer in registry.layers]
    words = {lang: texts.load_texts(lang, folders, city) for lang in texts.LANGUAGES}
    pack_urls = {role: routes.pack_url(city, role) for role in city.geography}
    ttl_s = float(
        cast("Any", city.settings.get("freshness", {})).get("snapshot_ttl_s", 60)
    )
    return AppContext(
        service,
        registry,
        city,
        clock,
        words,
        pack_urls,
        ttl_s,
        arrange(city, registry),
        prefix,
    )


def face(of: AppContext, pathname: str, search: str) -> Face:
    """Return the face at an address: the picture, or in its place why there is none."""
    return _face(of, pathname, search).under(of.prefix)


def _face(of: AppContext, pathname: str, search: str) -> Face:
    try:
        return paint(of, pathname, search)
    except LakeError as error:
        return without_data(of, pathname, languages.of_link(search, of.city), error)
    except TwinError as error:
        lang = languages.of_link(search, of.city)
        sentences = [html.P(line) for line in error.lines()]
        said = html.Div(sentences, className="problem", role="alert")
        return Face(
            _places(banner=[said]),
            None,
            "face broken",
            lang,
            of.title(lang),
            of.clock(),
        )


def check_path(of: AppContext, pathname: str) -> None:
    """Check that there is a face at a path. Raises LostError if there is none."""
    if pathname.startswith(WALL):
        walls.profile(of.city, pathname.removeprefix(WALL).strip("/"))
    elif of.arrangement.at(pathname) is None:
        pages = ", ".join(sorted(of.arrangement.pages))
        raise LostError(
            f"There is no page {pathname[:60]!r}.",
            fix=f"open {pages} for the browser or /wall/default for the wall.",
        )


def paint(of: AppContext, pathname: str, search: str) -> Face:
    """Return everything on screen for one address.

    Raises:
        UsageError: the address means nothing. LakeError: the lake cannot be read.
    """
    check_path(of, pathname)
    shown = taken(of, of_path(of, View.parse(search), pathname), pathname)
    view = shown.pinned.view
    marked = " simulated" if shown.status.simulated or view.mode == "drill" else ""
    if pathname.startswith(WALL):
        return _wall(of, shown, pathname, marked)
    if shown.page.subject:
        return _of_one(of, shown, marked)
    panel_px = page.panel_px(shown)
    spec, shown = _drawn(of, shown, ratio=1.0, padding=(0, panel_px, 0, 0))
    places = _places(
        top=page.top(shown, of.arrangement.pages.values()),
        banner=parts.banner(shown),
        headline=page.headline(shown),
        legend=page.legend(shown, of.registry),
        side=page.side(shown),
        foot=page.foot(shown),
    )
    return Face(
        places,
        spec,
        f"face page{marked}{' framed' if view.frame else ''}",
        view.lang,
        of.title(view.lang),
        shown.now,
        {"--panel": f"calc({panel_px} * var(--p))"},
    )


def _of_one(of: AppContext, shown: picture.Picture, marked: str) -> Face:
    """Return the page of one event or district: what is told of it, beside a map of where it is."""
    spec, shown = _drawn(of, subject.looking(shown), ratio=1.0, padding=(0, 0, 0, 0))
    spec["cameraKey"] += f"|{shown.page.subject} {subject.thing(shown)}"
    places = _places(
        top=page.top(shown, of.arrangement.pages.values()),
        banner=parts.banner(shown),
        legend=subject.legend(shown),
        side=subject.side(shown),
        foot=subject.foot(shown),
    )
    view = shown.pinned.view
    kind = f"face page of-one {shown.page.subject}-page{marked}"
    return Face(
        places,
        spec,
        f"{kind}{' framed' if view.frame else ''}",
        view.lang,
        f"{subject.name(shown)} · {of.title(view.lang)}",
        shown.now,
    )


def of_path(of: AppContext, view: View, pathname: str) -> View:
    """Return a view of the thing that a path names: its event is picked, its district chosen."""
    found = of.arrangement.at(pathname)
    if found is None or not found[0].subject:
        return view
    shown, thing = found
    if shown.subject == "event":
        return replace(view, picked=f"{EVENTS}{thing}", district="")
    return replace(view, district=thing, picked="")


def taken(of: AppContext, view: View, pathname: str = "") -> picture.Picture:
    """Return the picture of a view as it is now, with what the page or scene at a path shows.

    Without a path it has every panel. Raises as `paint` does.
    """
    pinned = pin(view, of.city, of.service.pointer, layers_on(of, view, pathname))
    shown = page_at(of, pinned.view, pathname) if pathname else None
    words = of.words[pinned.view.lang]
    faults = of.arrangement.faults
    taken = picture.take(
        of.service, of.registry, of.city, pinned, words, of.clock(), shown, faults
    )
    pages = of.arrangement
    return replace(taken, subjects=pages.subjects, paths=frozenset(pages.pages))


def page_at(of: AppContext, view: View, pathname: str) -> Page:
    """Return the page at a path; on a wall the scene that a view names.

    Raises:
        LostError: there is none.
    """
    pages = of.arrangement.pages
    if pathname.startswith(WALL):
        scenes = of.arrangement.scenes
        found = scenes.get(view.scene) or next(iter(scenes.values()), None)
    else:
        at = of.arrangement.at(pathname)
        found = at[0] if at else None
    if found is None:
        raise LostError(
            f"There is no page {pathname[:60]!r}.",
            fix=f"open {', '.join(sorted(pages))}.",
        )
    return found


def layers_on(of: AppContext, view: View, pathname: str) -> tuple[str, ...]:
    """Return the layers that are on where a view does not say.

    They are those that the page names, else those that are on by themselves.
    """
    if pathname:
        named = page_at(of, view, pathname).map_layers
        if named is not None:
            return named
    return tuple(layer.id for layer in of.registry.layers if layer.visible)


def _wall(of: AppContext, shown: picture.Picture, pathname: str, marked: str) -> Face:
    wall = walls.profile(of.city, pathname.removeprefix(WALL).strip("/"))
    ratio = wall.sizes()["least"] / 16
    spec, shown = _drawn(of, shown, ratio=ratio, padding=(0, 0, 0, 0))
    places = _places(
        top=scene.top(shown),
        banner=parts.banner(shown),
        headline=scene.headline(shown),
        legend=scene.legend(shown, of.registry),
        side=scene.side(shown),
        foot=scene.foot(shown),
    )
    lang = shown.pinned.view.lang
    return Face(
        places,
        {**spec, "wall": [wall.width, wall.height]},
        f"face wall{marked}",
        lang,
        of.title(lang),
        shown.now,
        _style(wall),
    )


def under_reason(of: AppContext, lang: str, error: LakeError) -> Face:
    """Return a face whose picture stays as it is, under the reason why.

    That says why nothing newer can be shown.
    """
    banner = _pieces(reason.banner(error, "lake-lost", of.words[lang]))
    return Face({"banner": banner}, None, "", lang, of.title(lang), of.clock())


def without_data(of: AppContext, pathname: str, lang: str, error: LakeError) -> Face:
    """Return the frame of a face whose lake cannot be read, with the reason; its map is empty."""
    words, city = of.words[lang], of.city
    said = reason.banner(error, "lake-unreadable", words)
    spec: dict[str, Any] = {
        "deck": {"layers": []},
        "snapshot": "",
        "hash": "",
        "frame": "",
        "spoken": parts.spoken(words, city, of.ttl_s),
        "camera": deckmap.looking(of.city.cameras["city"]),
        "cameraKey": "city|overview|",
        "padding": {"top": 0, "right": 0, "bottom": 0, "left": 0},
    }
    if not pathname.startswith(WALL):
        return Face(
            _places(top=reason.page_top(city, words), banner=said),
            spec,
            "face page broken",
            lang,
            of.title(lang),
            of.clock(),
        )
    try:
        wall = walls.profile(city, pathname.removeprefix(WALL).strip("/"))
    except UsageError:
        wall = walls.profile(city, "default")
    top = reason.wall_top(city, words, of.clock())
    return Face(
        _places(top=top, banner=said),
        spec,
        "face wall broken",
        lang,
        of.title(lang),
        of.clock(),
        _style(wall),
    )


def _places(**found: Sequence[Component]) -> dict[str, tuple[str, ...]]:
    return {name: _pieces(found.get(name, ())) for name in PLACES}


def _pieces(components: Sequence[Component]) -> tuple[str, ...]:
    return tuple(markup.html_of(each) for each in components)


def _style(wall: walls.Profile) -> dict[str, object]:
    return {
        "--wall-w": wall.width,
        "--wall-h": wall.height,
        **{f"--{name}": size for name, size in wall.sizes().items()},
    }


def _drawn(
    of: AppContext,
    shown: picture.Picture,
    *,
    ratio: float,
    padding: tuple[int, int, int, int],
) -> tuple[dict[str, Any], picture.Picture]:
    """Return what the map draws, and the picture with the layers that could not be drawn."""
    spec, failed = deckmap.spec(
        of.service,
        of.registry,
        of.city,
        shown.pinned,
        shown.texts,
        pack_urls=_pack_urls(of),
        shades=_shades(of),
        base=_base(of),
        ratio=ratio,
        padding=padding,
    )
    spec["spoken"] = parts.spoken(shown.texts, of.city, of.ttl_s)
    return spec, replace(shown, failed_maps={**shown.failed_maps, **failed})


def _pack_urls(of: AppContext) -> dict[str, str]:
    """Return the address of each map file as it is now.

    One that cannot be read keeps its first, and only it is missing.
    """
    urls = dict(of.pack_urls)
    for role in urls:
        with suppress(TwinError):
            urls[role] = routes.pack_url(of.city, role)
    return urls


def _shades(of: AppContext) -> dict[str, Shading]:
    """Return the pictures that shade the map; one whose file cannot be read is missing."""
    found: dict[str, Shading] = {}
    hilly = {routes.HILLS} if of.city.relief else set[str]()
    for role in hilly | (shade.KINDS.keys() & of.city.geography.keys()):
        with suppress(TwinError):
            found[role] = routes.shading(of.city, role)
    return found


def _base(of: AppContext) -> Base | None:
    """Return the base map; None where there is none, or its archive cannot be read now."""
    if of.city.base is None:
        return None
    with suppress(TwinError):
        return Base(archive.url(of.city.id, of.city.base), of.city.base)
    return None


def to_json(painted: Mapping[str, Any]) -> str:
    """Return what a browser is sent as JSON that may stand inside HTML."""
    text = json.dumps(painted, ensure_ascii=False, separators=(",", ":"))
    return (
        text.replace("<", "\\u003c")
        .replace("\u2028", "\\u2028")
        .replace("\u2029", "\\u2029")
    )
