"""What was found, as the list under the search box: groups of things, each with where it leads."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from twin.faces import formatting
from twin.view import EVENTS

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from twin.city import City
    from twin.faces.texts import Texts
    from twin.page import Page
    from twin.query.search import Found, Group
    from twin.view import Pinned

Option = dict[str, Any]
Row = dict[str, Any]

# The layer on which a thing is seen, by kind.
_LAYERS = {
    "department": "department_linkage",
    "drone": "drone_coverage",
    "estate": "renovation",
    "community": "renovation",
}

# How near a thing is looked at, as the zoom of a link.
_NEAR, _NEARER = 13, 14
_ZOOMS = {"street": _NEAR, "department": _NEAR}

# Where indicators are shown, in a city that has such a page.
_INDICATORS = "/indicators"


@dataclass(frozen=True)
class Searcher:
    """From where somebody searches.

    Attributes:
        page: the page that is open.
        pages: all pages, by path.
        layers: those that the city has.
        prefix: path under which a proxy shows the faces.
    """

    pinned: Pinned
    city: City
    texts: Texts
    page: Page
    pages: Mapping[str, Page]
    layers: Collection[str]
    prefix: str = ""

    def district(self, district_id: str | None) -> str:
        """Return the name of a district; '' if unknown."""
        rows = self.city.reference["districts"].to_pylist()
        names = (
            self.texts.name(row) for row in rows if row["district_id"] == district_id
        )
        return next(names, "")


def told(found: Found, of: Searcher) -> dict[str, Any]:
    """Return the groups of what was found, and a sentence that says how much that is."""
    groups = [_group(group, of) for group in found.groups]
    n = sum(len(group["options"]) for group in groups)
    said = [of.texts.say("search-found" if n else "search-none", n=n)]
    if "damaged" in found.unknown.values():
        lost = [kind for kind, why in found.unknown.items() if why == "damaged"]
        names = [of.texts.say(f"search-{kind}") for kind in lost]
        said.append(of.texts.say("search-damaged", names=formatting.few(names)))
    elif "no-data-after" in found.unknown.values():
        until = formatting.dated(of.pinned.newest_as_of, of.city.zone, seconds=False)
        said.append(of.texts.say("unknown-no-data-after", moment=until))
    return {"groups": groups, "said": of.texts.say("search-gap").join(said)}


def _group(group: Group, of: Searcher) -> dict[str, Any]:
    n_shown = len(group.rows)
    more = ""
    if group.n is not None and group.n > n_shown:
        more = of.texts.say("search-more", n=n_shown, all=group.n)
    elif group.kind == "event" and n_shown > 1:
        more = of.texts.say("search-newest")
    options = [_option(group.kind, row, of) for row in group.rows]
    return {
        "kind": group.kind,
        "title": of.texts.say(f"search-{group.kind}"),
        "more": more,
        "options": options,
    }


def _option(kind: str, row: Row, of: Searcher) -> Option:
    beside = [each for each in _beside(kind, row, of) if each]
    option: Option = {
        "id": f"{kind}:{row['id']}",
        "label": _label(kind, row, of),
        "beside": " · ".join(beside),
        **_way(kind, row, of),
    }
    return option | ({"priority": row["priority"]} if kind == "event" else {})


def _label(kind: str, row: Row, of: Searcher) -> str:
    if kind == "event":
        return row["title"]
    return row["id"] if kind == "drone" else of.texts.name(row)


def _beside(kind: str, row: Row, of: Searcher) -> list[str]:
    """Return what tells a thing from others of its name."""
    district = of.district(row.get("district_id"))
    match kind:
        case "event":
            return [row["id"], district, _state(row, of)]
        case "district":
            return [_other_name(row, of)]
        case "department" | "street":
            return [_other_name(row, of), district, row["id"]]
        case "drone":
            return [row["model"], district]
        case "estate" | "community":
            return [district, str(row["year"])]
        case "indicator":
            return [_value(row, of), row["id"]]
        case _:
            return [district]


def _other_name(row: Row, of: Searcher) -> str:
    """Return the name as the city writes it, where another one is shown; else ''."""
    shown = of.texts.name(row)
    return row["name"] if row["name"] != shown else ""


def _state(row: Row, of: Searcher) -> str:
    if not row["is_open"]:
        return of.texts.say("search-closed")
    age = formatting.write_alone(row["age_s"], "age", of.texts, of.city.zone)
    return of.texts.say("search-open-for", age=age)


def _value(row: Row, of: Searcher) -> str:
    """Return the newest value of an indicator for the whole city, and when it was measured."""
    value = row["value"]
    number = formatting.DASH if value is None else formatting.number(value)
    when = formatting.dated(row["occurred_at"], of.city.zone, seconds=False)
    return of.texts.say("search-value", value=number, unit=row["unit"], moment=when)


def _way(kind: str, row: Row, of: Searcher) -> dict[str, Any]:
    """Return where a thing leads: an action on the page that is open, or the link of another."""
    camera = _camera(row.get("lon_ud"), row.get("lat_ud"), _ZOOMS.get(kind, _NEARER))
    match kind:
        case "district":
            return {"action": {"district": row["id"], "camera": "city"}}
        case "street":
            return {"action": {"district": row["district_id"] or "", **camera}}
        case "event":
            return _to_event(row["id"], camera, of)
        case "indicator":
            return _to_indicator(row, of)
        case _:
            return {"action": {**_on(kind, of), **_picked(kind, row), **camera}}


def _on(kind: str, of: Searcher) -> dict[str, str]:
    layer = _LAYERS.get(kind, "")
    return {"on": layer} if layer in of.layers else {}


def _picked(kind: str, row: Row) -> dict[str, str]:
    """Return the action that picks an aircraft: then the map shows where it looked."""
    return {"picked": f"{_LAYERS[kind]}:{row['id']}"} if kind == "drone" else {}


def _camera(lon_ud: int | None, lat_ud: int | None, zoom: int) -> dict[str, str]:
    if lon_ud is None or lat_ud is None:
        return {}
    return {"camera": f"{lon_ud / 1e6:.5f},{lat_ud / 1e6:.5f},{zoom}"}


def _to_event(event_id: str, camera: dict[str, str], of: Searcher) -> dict[str, Any]:
    """Return the way to an event: on this page if that has a place for one, else on the first."""
    picked = {"picked": f"{EVENTS}{event_id}", **camera}
    if of.page.regions.get("event"):
        return {"action": picked}
    path = next(
        (path for path, page in of.pages.items() if page.regions.get("event")), ""
    )
    if not path:
        return {"action": camera}
    view = replace(of.pinned.view, **picked)
    return {"href": f"{of.prefix}{path}?{view.url()}"}


def _to_indicator(row: Row, of: Searcher) -> dict[str, Any]:
    """Return the way to the page of indicators; without one, to the department that answers."""
    if _INDICATORS in of.pages:
        return {"href": f"{of.prefix}{_INDICATORS}?{of.pinned.view.url()}"}
    table = of.city.reference.get("departments")
    owners = [] if table is None else table.to_pylist()
    owner = next(
        (each for each in owners if each["dept_id"] == row["owner_dept"]), None
    )
    place = {} if owner is None else _camera(owner["lon_ud"], owner["lat_ud"], _NEAR)
    return {"action": {**_on("department", of), **place}}
