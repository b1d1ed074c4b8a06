"""The Dash application: the first answer is a painted face.

Then one callback paints what changed, one changes the view.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, cast

import dash
from dash import ClientsideFunction, Input, Output, State, ctx, dcc, html
from flask import Response, request

from twin import logs, paths
from twin.clock import now
from twin.errors import LakeError
from twin.faces.pages.enlarged import enlarged
from twin.faces.server import (
    account,
    discreet,
    figures,
    files,
    frame,
    headers,
    languages,
    painting,
    routes,
    search,
    wire,
)
from twin.faces.server.actions import acted, leads_to, picked
from twin.view import View

if TYPE_CHECKING:
    from twin.city import City
    from twin.clock import Clock
    from twin.layer import Registry
    from twin.query import QueryService


def create_app(
    service: QueryService,
    registry: Registry,
    city: City,
    *,
    clock: Clock = now,
    prefix: str = "",
) -> dash.Dash:
    """Return the application for one city and one lake.

    Nothing is global: two may live in one process.

    It is asked without `prefix`, the path under which a proxy shows it, and answers with
    addresses under it.
    """
    app = _App(painting.context(service, registry, city, clock, prefix))
    context = app.context
    app.layout = _layout
    _add_callbacks(app, context)
    wire.check_bodies(app)
    routes.add_routes(app.server, service, city, clock)
    figures.add_figures(app.server, context, app.files)
    search.add_search(app.server, context)
    folders = (service.folder, city.root, paths.assets().parent)
    account.add_accounts(app.server, context, app.files, discreet.teller(folders))
    headers.guard(app.server, app.csp_hashes())
    languages.negotiate(app.server, city)
    files.serve_files(app.server, app.files)
    discreet.keep_paths(app.server, folders)
    logs.leave_out(folders)
    return app


class _App(dash.Dash):
    """The application; each face that it answers with is painted already."""

    def __init__(self, context: painting.AppContext) -> None:
        self.context = context
        self.files = files.address()
        super().__init__(  # pyright: ignore[reportUnknownMemberType]
            "twin",
            assets_folder=str(paths.assets()),
            assets_ignore=".*",
            title=context.city.name,
            update_title="",
            enable_mcp=False,
            requests_pathname_prefix=f"{context.prefix}/",
            routes_pathname_prefix="/",
            suppress_callback_exceptions=True,
            serve_locally=True,
            meta_tags=[
                {"name": "viewport", "content": "width=device-width, initial-scale=1"}
            ],
        )

    def index(self, *_args: object, **_kwargs: object) -> Response:
        """Return a face: its head at once, its body when the picture is queried."""
        search = request.query_string.decode("utf-8", "replace")
        painting.check_path(self.context, request.path)
        page = cast("str", super().index())  # pyright: ignore[reportUnknownMemberType]
        pieces = frame.stream(page, self.context, request.path, search)
        answer = Response(pieces, mimetype="text/html")
        answer.headers["Cache-Control"] = "no-store"
        return answer

    def interpolate_index(self, **parts: Any) -> str:  # pyright: ignore[reportIncompatibleMethodOverride]
        """Return the page around a face, in the language of the link that is opened.

        Dash's own scripts wait for it.
        """
        lang = languages.of_link(
            request.query_string.decode("utf-8", "replace"), self.context.city
        )
        return frame.page(
            lang, self.context.title(lang), self.context.prefix + self.files, parts
        )


def _layout() -> html.Div:
    """Return what a face needs of Dash.

    That is the address, and what is asked, drawn, wished and picked.
    """
    names = ("pointer", "asked", "pick", "action", "spec", "chosen")
    return html.Div(
        [
            dcc.Location(id="url", refresh=False),
            *(dcc.Store(id=name) for name in names),
            html.Div(id="drawn", hidden=True),
            html.Div(id="chart"),
        ]
    )


def _add_callbacks(app: Any, context: painting.AppContext) -> None:
    """Add the callbacks to an app of Dash, whose own words for that have no types."""
    app.clientside_callback(
        ClientsideFunction("face", "ask"),
        Output("asked", "data"),
        Input("url", "pathname"),
        Input("url", "search"),
        Input("pointer", "data"),
        prevent_initial_call=True,
    )
    app.clientside_callback(
        ClientsideFunction("face", "draw"),
        Output("drawn", "children"),
        Input("spec", "data"),
        prevent_initial_call=True,
    )

    @app.callback(
        Output("spec", "data"), Input("asked", "data"), prevent_initial_call=True
    )
    def paint(asked: object) -> dict[str, Any]:
        return painted(context, Asked.read(asked, context.prefix))

    @app.callback(
        Output("url", "pathname"),
        Output("url", "search"),
        Input("action", "data"),
        Input("pick", "data"),
        State("url", "search"),
        State("url", "pathname"),
        prevent_initial_call=True,
    )
    def change(action: object, pick: object, search: object, pathname: object) -> Any:
        at, asked = _path(pathname, context), wire.as_dict(action or {})
        is_action = ctx.triggered_id == "action"  # pyright: ignore[reportUnknownMemberType, reportUnknownVariableType]
        # Where the map looks is put into the address without a word to Dash.
        known = asked.get("search") if is_action else None
        view = painting.of_path(context, View.parse(wire.as_text(known or search)), at)
        stays = dash.no_update, dash.no_update
        try:
            if not is_action:
                changed = picked(view, pick, context, at)
            elif "pick" in asked:
                changed = picked(view, asked["pick"], context, at)
            else:
                changed = acted(view, asked, context, at)
        except LakeError:  # the face says so already
            return stays
        if changed == view:
            return stays
        path, changed = leads_to(context, changed, at)
        there = dash.no_update if path == at else context.prefix + path
        return there, f"?{changed.url()}"

    @app.callback(
        Output("chart", "children"),
        Input("chosen", "data"),
        State("url", "search"),
        State("url", "pathname"),
        prevent_initial_call=True,
    )
    def open_chart(chosen: object, search: object, pathname: object) -> Any:
        name = wire.as_text(wire.as_dict(chosen or {}).get("panel"))
        if not name:
            return []
        at = _path(pathname, context)
        view = painting.of_path(context, View.parse(wire.as_text(search)), at)
        return enlarged(painting.taken(context, view, at), name)


def _path(given: object, context: painting.AppContext) -> str:
    """Return the path of a face that a browser sent, without the prefix of a proxy."""
    return wire.as_text(given).removeprefix(context.prefix) or "/"


@dataclass(frozen=True)
class Asked:
    """What a browser asks to be painted.

    Attributes:
        shown: tags of the parts that it shows, by place.
        keep: whether what it shows stays where nothing newer can be shown.
    """

    pathname: str
    search: str
    shown: dict[str, list[str]]
    keep: bool

    @classmethod
    def read(cls, asked: object, prefix: str = "") -> Asked:
        """Read what face.js sent, under a prefix. Raises UsageError if it is something else."""
        given = wire.as_dict(asked)
        shown = wire.as_dict(given.get("shown") or {})
        tags = {
            name: wire.as_texts(shown[name])
            for name in painting.PLACES
            if name in shown
        }
        pathname, search = (
            wire.as_text(given.get(name)) for name in ("pathname", "search")
        )
        return cls(
            pathname.removeprefix(prefix) or "/",
            search,
            tags,
            given.get("keep") is True,
        )


def painted(context: painting.AppContext, asked: Asked) -> dict[str, Any]:
    """Return what changed on the screen of a browser, for it to take over."""
    try:
        face = painting.paint(context, asked.pathname, asked.search).under(
            context.prefix
        )
    except LakeError as error:
        if asked.keep:
            face = painting.under_reason(
                context, languages.of_link(asked.search, context.city), error
            )
        else:
            face = painting.face(context, asked.pathname, asked.search)
    return face.since(asked.shown)
