"""The Dash application: one layout for all faces, one callback that paints a view, one that changes it."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime
from html import escape
from typing import TYPE_CHECKING, Any, cast
from zoneinfo import ZoneInfo

import dash
from dash import ClientsideFunction, Input, Output, State, ctx, dcc, html
from flask import request

from twin import paths
from twin.clock import asked_for, now
from twin.errors import LakeError, TwinError, UsageError
from twin.faces import deckmap, parts, picture, reason, texts
from twin.faces.pages import page
from twin.faces.server import headers, languages, routes
from twin.faces.wall import profile as walls
from twin.faces.wall import scene
from twin.view import View, pin

if TYPE_CHECKING:
    from twin.city import City
    from twin.clock import Clock
    from twin.layer import Registry
    from twin.query import Desk

POLL_MS = 2_000
PLACES = ("top", "banner", "headline", "legend", "side", "foot")


@dataclass(frozen=True)
class Hall:
    """What painting a view needs; built once for one application.

    Attributes:
        pack_urls: address of each map file as it was at the start.
    """

    desk: Desk
    registry: Registry
    city: City
    clock: Clock
    words: Mapping[str, texts.Texts]
    pack_urls: Mapping[str, str]
    atlas: str
    ttl_s: float


def create_app(desk: Desk, registry: Registry, city: City, *, clock: Clock = now) -> dash.Dash:
    """Answer the application for one city and one lake. Nothing is global: two may live in one process."""
    app = _Face("twin", assets_folder=str(paths.assets()), assets_ignore=r".*\.(py|map|txt|json)$|^src.*",
                    assets_path_ignore=["src"], title=city.name, update_title="", enable_mcp=False, suppress_callback_exceptions=True, serve_locally=True,
                    meta_tags=[{"name": "viewport", "content": "width=device-width, initial-scale=1"}])
    hall = _hall(desk, registry, city, clock)
    app.hall = hall
    app.layout = _layout
    _add_callbacks(app, hall)
    routes.add_routes(app.server, desk, city, clock)
    headers.guard(app.server, app.csp_hashes())
    languages.negotiate(app.server, city)
    return app


class _Face(dash.Dash):
    """The application; its frame says in which language it is before anything is painted."""

    hall: Hall

    def interpolate_index(self, **parts: Any) -> str:  # pyright: ignore[reportIncompatibleMethodOverride]
        """Return the frame of a face with the language and the title of the link that is opened."""
        lang = languages.of_link(request.query_string.decode("utf-8", "replace"), self.hall.city)
        frame = super().interpolate_index(**{**parts, "title": escape(_title(self.hall, lang))})
        return frame.replace("<html>", f'<html lang="{lang}">', 1)


def _title(hall: Hall, lang: str) -> str:
    words = hall.words[lang]
    return words.say("title", city=words.name({"name": hall.city.name, "name_en": hall.city.name_en}))


def _hall(desk: Desk, registry: Registry, city: City, clock: Clock) -> Hall:
    folders = [layer.folder for layer in registry.layers]
    words = {lang: texts.load_texts(lang, folders) for lang in texts.LANGUAGES}
    pack_urls = {role: routes.pack_url(city, role) for role in city.geography}
    atlas = paths.assets() / "icons" / "marks.png"
    ttl_s = float(cast("Any", city.settings.get("freshness", {})).get("snapshot_ttl_s", 60))
    return Hall(desk, registry, city, clock, words, pack_urls, f"/assets/icons/marks.png?{routes.file_tag(atlas)}", ttl_s)


def _layout() -> html.Div:
    """Answer the frame that every face fills: one map for the life of the page, and places around it."""
    return html.Div([
        dcc.Location(id="url", refresh=False), dcc.Interval(id="tick", interval=POLL_MS),
        *(dcc.Store(id=name) for name in ("pointer", "pick", "wish", "spec")),
        html.Div(id="drawn", hidden=True), html.Div(id="map"), html.Header(id="top"), html.Div(id="banner"),
        html.Main([html.Div(id="headline"), html.Div(id="legend"), html.Aside(id="side")], id="main"), html.Footer(id="foot"),
    ], id="face")


def _add_callbacks(app: dash.Dash, hall: Hall) -> None:
    app.clientside_callback(ClientsideFunction("face", "poll"), Output("pointer", "data"), Input("tick", "n_intervals"))
    app.clientside_callback(ClientsideFunction("face", "draw"), Output("drawn", "children"), Input("spec", "data"))

    @app.callback([Output(name, "children") for name in PLACES], Output("spec", "data"), Output("face", "className"),
                  Output("face", "style"), Output("face", "lang"), Output("face", "title"),
                  Input("url", "pathname"), Input("url", "search"), Input("pointer", "data"))
    def paint(pathname: str, search: str, pointer: dict[str, Any] | None) -> tuple[Any, ...]:  # pyright: ignore[reportUnusedFunction]
        try:
            return _paint(hall, pathname or "/", search or "")
        except LakeError as error:
            if ctx.triggered_id == "pointer" and (pointer or {}).get("shown"):  # the picture stays, under the reason
                kept = (dash.no_update,)
                return (*kept, reason.banner(error, "lake-lost", hall.words[_lang(search, hall)]), *kept * 9)
            return _paint_reason(hall, pathname or "/", _lang(search, hall), error)
        except TwinError as error:
            sentences = [html.P(line) for line in error.lines()]
            return ([], [html.Div(sentences, className="problem", role="alert")], [], [], [], [], dash.no_update, "face broken", {}, _lang(search, hall), "")

    @app.callback(Output("url", "search"), Input("wish", "data"), Input("pick", "data"), State("url", "search"),
                  prevent_initial_call=True)
    def change(wish: dict[str, Any] | None, pick: dict[str, Any] | None, search: str) -> Any:  # pyright: ignore[reportUnusedFunction]
        view = View.parse(search or "")
        try:
            changed = wished(view, wish or {}, hall) if ctx.triggered_id == "wish" else picked(view, pick)
        except LakeError:  # the face says so already
            return dash.no_update
        return dash.no_update if changed == view else f"?{changed.url()}"

    @app.callback(Output("wish", "data"), Input("day", "clickData"), prevent_initial_call=True)
    def look_back(click: dict[str, Any] | None) -> Any:  # pyright: ignore[reportUnusedFunction]
        return dash.no_update if not click else {"at": click["points"][0]["x"]}


def _paint(hall: Hall, pathname: str, search: str) -> tuple[Any, ...]:
    """Answer everything on screen for one address. Raises TwinError for an address that means nothing."""
    view = View.parse(search)
    pinned = pin(view, hall.city, hall.desk.pointer, [layer.id for layer in hall.registry.layers if layer.on])
    view, words = pinned.view, hall.words[pinned.view.lang]
    shown = picture.take(hall.desk, hall.registry, hall.city, pinned, words, hall.clock())
    marked = " simulated" if shown.status.simulated or view.mode == "drill" else ""
    spoken = parts.spoken(words, hall.city, hall.ttl_s)
    if pathname.startswith("/wall/"):
        wall = walls.profile(hall.city, pathname.removeprefix("/wall/").strip("/"))
        places = (scene.top(shown), parts.banner(shown), scene.headline(shown), scene.legend(shown, hall.registry),
                  scene.side(shown), scene.foot(shown))
        spec = _spec(hall, shown, spoken, ratio=wall.sizes()["least"] / 16, padding=(0, 0, 0, 0)) | {"wall": [wall.width, wall.height]}
        return (*places, spec, f"face wall{marked}", _style(wall), view.lang, "")
    if pathname != "/":
        raise UsageError(f"There is no page {pathname[:60]!r}.", fix="open / for the browser or /wall/default for the wall.")
    panel_px = page.panel_px(shown)
    places = (page.top(shown), parts.banner(shown), page.headline(shown), page.legend(shown, hall.registry),
              page.side(shown), page.foot(shown))
    return (*places, _spec(hall, shown, spoken, ratio=1.0, padding=(0, panel_px, 0, 0)), f"face page{marked}{' framed' if view.frame else ''}",
            {"--panel": f"{panel_px}px"}, view.lang, "")


def _paint_reason(hall: Hall, pathname: str, lang: str, error: LakeError) -> tuple[Any, ...]:
    """Answer the frame of a face whose lake cannot be read, with the reason; its map is empty."""
    words, city, camera = hall.words[lang], hall.city, hall.city.cameras["city"]
    said = reason.banner(error, "lake-unreadable", words)
    spec: dict[str, Any] = {
        "deck": {"layers": []}, "snapshot": "", "hash": "", "frame": "", "spoken": parts.spoken(words, city, hall.ttl_s),
        "lang": lang, "title": _title(hall, lang),
        "camera": {"longitude": camera.lon, "latitude": camera.lat, "zoom": camera.zoom}, "cameraKey": "city|overview|",
        "padding": {"top": 0, "right": 0, "bottom": 0, "left": 0}}
    if not pathname.startswith("/wall/"):
        return (reason.page_top(city, words), said, [], [], [], [], spec, "face page broken", {}, lang, "")
    try:
        wall = walls.profile(city, pathname.removeprefix("/wall/").strip("/"))
    except UsageError:
        wall = walls.profile(city, "default")
    top = reason.wall_top(city, words, hall.clock())
    return (top, said, [], [], [], [], spec, "face wall broken", _style(wall), lang, "")


def _style(wall: walls.Profile) -> dict[str, int]:
    return {"--wall-w": wall.width, "--wall-h": wall.height, **{f"--{name}": size for name, size in wall.sizes().items()}}


def _lang(search: str | None, hall: Hall) -> str:
    return languages.of_link(search or "", hall.city)


def _spec(hall: Hall, shown: picture.Picture, spoken: str, *, ratio: float, padding: tuple[int, int, int, int]) -> dict[str, Any]:
    spec = deckmap.spec(hall.desk, hall.registry, hall.city, shown.pinned, shown.texts, pack_urls=_pack_urls(hall), atlas=hall.atlas,
                        ratio=ratio, padding=padding)
    lang = shown.pinned.view.lang
    return spec | {"spoken": spoken, "lang": lang, "title": _title(hall, lang)}


def _pack_urls(hall: Hall) -> dict[str, str]:
    """Answer the address of each map file as it is now; one that cannot be read keeps its first, and only it is missing."""
    urls = dict(hall.pack_urls)
    for role in urls:
        with suppress(TwinError):
            urls[role] = routes.pack_url(hall.city, role)
    return urls


def wished(view: View, wish: Mapping[str, Any], hall: Hall) -> View:
    """Answer `view` as a control asked for it.

    It may ask for a district, a language, what the panel shows, a layer on or off, another moment, or what is known of the
    moment now. After the newest data nothing can be told: a control leads to the newest at most.
    """
    if "toggle" in wish:
        on = view.layers if view.layers is not None else tuple(layer.id for layer in hall.registry.layers if layer.on)
        name = str(wish["toggle"])
        return replace(view, layers=tuple(each for each in on if each != name) if name in on else (*on, name))
    if "at" in wish:
        return _at(view, _moment(wish["at"], ZoneInfo(hall.city.zone.key)), hall)
    if "as_of" in wish:
        if wish["as_of"] == "live":
            return replace(view, as_of=None, known_at=None)
        return _at(view, _moment(wish["as_of"]), hall)
    if "known_at" in wish:
        known_at = str(wish["known_at"])
        return replace(view, known_at=_moment(known_at) if known_at else None)
    allowed = {name: str(wish[name]) for name in ("district", "lang", "panel") if name in wish}
    return replace(view, **cast("Any", allowed))


def _moment(given: object, zone: ZoneInfo | None = None) -> datetime:
    """Read a moment that the page sent, UTC; `zone` is that of a moment by the city's clock.

    Raises:
        UsageError: it is none.
    """
    text = str(given)
    try:
        if zone is not None:
            text = datetime.fromisoformat(text.replace(" ", "T")).replace(tzinfo=zone).isoformat()
        return asked_for(text)
    except ValueError as error:
        raise UsageError(f"The moment {text[:40]!r} cannot be read.", fix="load the page again.") from error


def _at(view: View, moment: datetime, hall: Hall) -> View:
    """Return `view` at `moment`, UTC, or at the newest data if that is earlier.

    What is looked at as known later stays so while that is later.
    """
    as_of = min(moment, hall.desk.status().as_of)
    later = view.known_at if view.known_at is not None and view.known_at > as_of else None
    return replace(view, as_of=as_of, known_at=later)


def picked(view: View, pick: Mapping[str, Any] | None) -> View:
    """Answer `view` after a click on the map: on a district or on anything that stands in one; elsewhere, as it was."""
    found = (pick or {}).get("object") or {}
    district = found.get("district_id") or (found.get("properties") or {}).get("district_id")
    return replace(view, district=str(district)) if district else view


