"""What a control or a click asks for, as the view that it leads to."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING, Any, cast
from zoneinfo import ZoneInfo

from twin import filters
from twin.clock import asked_for
from twin.errors import UsageError
from twin.faces.server import painting
from twin.faces.server.wire import as_dict, as_text
from twin.view import EVENTS, View

if TYPE_CHECKING:
    from twin.faces.server.painting import AppContext


def acted(
    view: View, action: Mapping[str, Any], context: AppContext, pathname: str = "/"
) -> View:
    """Return `view` as a control of the face at `pathname` asked for it.

    It may ask for a district, a language, what the panel shows, a layer on or off, a filter,
    another moment, or what is known of the moment now; with what it opens or closes it may say
    where the map is to look ('' for where it looks by itself), and which layer it is to show. After
    the newest data nothing can be told: a control leads to the newest at most.
    """
    if "toggle" in action:
        on = view.layers
        if on is None:
            on = painting.layers_on(context, view, pathname)
        name = as_text(action["toggle"])
        others = tuple(each for each in on if each != name)
        return replace(view, layers=others if name in on else (*on, name))
    if "at" in action:
        return _at(
            view, _moment(action["at"], ZoneInfo(context.city.zone.key)), context
        )
    if "as_of" in action:
        if action["as_of"] == "live":
            return replace(view, as_of=None, known_at=None)
        return _at(view, _moment(action["as_of"]), context)
    if "known_at" in action:
        known_at = as_text(action["known_at"])
        return replace(view, known_at=_moment(known_at) if known_at else None)
    if action.get("filters") == "clear":
        return replace(view, **cast("Any", dict.fromkeys(filters.NAMES, "")))
    allowed = {
        name: as_text(action[name])
        for name in ("district", "lang", "panel", "picked", *filters.NAMES)
        if name in action
    }
    if "district" in allowed:
        view = _chosen(view, allowed.pop("district"), context)
    if "camera" in action:
        view = replace(view, camera=as_text(action["camera"]) or View.camera)
    view = _with_layer(view, action, context, pathname)
    return replace(view, **cast("Any", allowed))


def _with_layer(
    view: View, action: Mapping[str, Any], context: AppContext, pathname: str
) -> View:
    """Return `view` with the layer on that an action wants to be seen; the others stay."""
    name = as_text(action.get("on"))
    on = view.layers
    if on is None:
        on = painting.layers_on(context, view, pathname)
    return replace(view, layers=(*on, name)) if name and name not in on else view


def leads_to(context: AppContext, view: View, pathname: str) -> tuple[str, View]:
    """Return the path and the view of a link, after `view` was chosen on the face at `pathname`.

    On the page of one thing its path names what is chosen. Another thing of that kind has a page of
    its own; where nothing is chosen any more, the city has.
    """
    found = context.arrangement.at(pathname)
    if found is None or not found[0].subject:
        return pathname, view
    subjects, rest = context.arrangement.subjects, replace(view, picked="", district="")
    if view.picked.startswith(EVENTS) and "event" in subjects:
        return subjects["event"].of(view.picked.removeprefix(EVENTS)), rest
    if view.district and "district" in subjects:
        return subjects["district"].of(view.district), rest
    return "/", view


def _chosen(view: View, district: str, context: AppContext) -> View:
    """Return `view` with a district chosen, or none, and the map looking there.

    One that the map has no outline of is told of where the map looks already.
    """
    if district == view.district:
        return replace(view, picked="") if district else view
    camera = view.camera
    if not district or district in context.city.cameras:
        camera = View.camera
    picked = "" if district else view.picked
    return replace(view, district=district, picked=picked, camera=camera)


def _moment(given: object, zone: ZoneInfo | None = None) -> datetime:
    """Read a moment that the page sent, UTC; `zone` is that of a moment by the city's clock.

    Raises:
        UsageError: it is none.
    """
    text = as_text(given)
    try:
        if zone is not None:
            text = (
                datetime.fromisoformat(text.replace(" ", "T"))
                .replace(tzinfo=zone)
                .isoformat()
            )
        return asked_for(text)
    except (ValueError, OverflowError) as error:
        raise UsageError(
            f"The moment {text[:40]!r} cannot be read.", fix="load the page again."
        ) from error


def _at(view: View, moment: datetime, context: AppContext) -> View:
    """Return `view` at `moment`, UTC, or at the newest data if that is earlier.

    What is looked at as known later stays so while that is later.
    """
    as_of = min(moment, context.service.status().as_of)
    later = (
        view.known_at if view.known_at is not None and view.known_at > as_of else None
    )
    return replace(view, as_of=as_of, known_at=later)


def picked(view: View, pick: object, context: AppContext, pathname: str = "/") -> View:
    """Return `view` after a click on the map of the face at `pathname`.

    A click on an event opens it, where that page has a place for one. Else it counts on a district
    or on anything that stands in one; elsewhere the view stays as it was.
    """
    found = as_dict(as_dict(pick or {}).get("object") or {})
    page = painting.page_at(context, view, pathname)
    if found.get("event_id") and (page.subject or page.regions.get("event")):
        return replace(view, picked=f"event_heat:{as_text(found['event_id'])}")
    district = found.get("district_id") or as_dict(found.get("properties") or {}).get(
        "district_id"
    )
    return _chosen(view, as_text(district), context) if district else view
