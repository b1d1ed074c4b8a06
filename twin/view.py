"""A picture is a function of its View; `pin` settles what a View leaves open."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Collection
from dataclasses import dataclass, fields, replace
from datetime import date, datetime, timedelta
from typing import Any, Literal, cast
from urllib.parse import unquote, urlencode

from twin import filters, frame
from twin.city import Camera, City
from twin.clock import asked_for, to_text
from twin.contracts.unicode import one_form
from twin.days import LEAST_DAYS, Days, days
from twin.errors import UsageError
from twin.forwarded import fields_of, word

VERSION = "1"

# Of a language its regions are passed over: there is one form of each.
_LANGUAGE = {"zh": "zh-CN", "en": "en"}
Mode = Literal["live", "drill"]
_US = timedelta(microseconds=1)

# What marks and rows of events are picked by: `event_heat:id`.
EVENTS = "event_heat:"
_HOUR = timedelta(hours=1)


@dataclass(frozen=True)
class View:
    """What somebody wants to look at. Empty fields are settled by `pin`.

    Attributes:
        as_of: the moment looked at, UTC; None is live.
        known_at: what had been recorded by then; None is the same moment as `as_of`.
        window_s: how far back layers look, s.
        picked: `layer:id` of the thing chosen on the map.
        camera: a camera of the pack, or 'lon,lat,zoom'.
        lang: 'zh-CN' or 'en'; empty is the city's own.
        panel: what the panel of the whole city shows: '' its overview, 'districts' its
            districts side by side.
        source, category, priority, stage, department, level: what the events on the map are
            narrowed down to (see `twin.filters`); '' for all.
        frame: 'WIDTHxHEIGHT' or 'WIDTHxHEIGHTxRATIO' in CSS pixels; empty is the window's.
    """

    city: str = ""
    as_of: datetime | None = None
    known_at: datetime | None = None
    window_s: int = 3_600
    district: str = ""
    picked: str = ""
    layers: tuple[str, ...] | None = None
    scene: str = "overview"
    camera: str = "city"
    frame: str = ""
    mode: Mode = "live"
    lang: str = ""
    theme: str = "dark"
    panel: str = ""
    source: str = ""
    category: str = ""
    priority: str = ""
    stage: str = ""
    department: str = ""
    level: str = ""

    def url(self) -> str:
        """Return the one text form.

        It is a sorted URL query without the fields that are at their default.
        """
        pairs = [("v", VERSION)]
        for spec in fields(self):
            value = getattr(self, spec.name)
            if value != spec.default:
                pairs.append((spec.name, _to_text(value)))
        return urlencode(sorted(pairs), safe=":,")

    @classmethod
    def parse(cls, url: str) -> View:
        """Read a URL query, however it was forwarded (see `twin.forwarded`).

        This is pure syntax: names are checked by `pin`.

        Fields of others are ignored; of one that stands twice the last counts.

        Raises:
            UsageError: a field that is nearly one of ours, another version, or a value of
                the wrong form.
        """
        values: dict[str, object] = {}
        for name, text in fields_of(url, {"v", *(spec.name for spec in fields(cls))}):
            if not _is_unicode(text):
                raise UsageError(
                    f"The link's {name[:40]} is not Unicode.",
                    fix="copy the link from the page again.",
                )
            if name != "v":
                values[name] = _from_text(name, text)
            elif word(text) not in {"", VERSION}:
                raise UsageError(
                    f"The link is of version {text[:20]!r}; this program reads version"
                    f" {VERSION}.",
                    fix="open the page afresh and copy its link again.",
                )
        return cls(**values)  # type: ignore[arg-type]


def _is_unicode(text: str) -> bool:
    """Return whether `text` can be written.

    Bytes of a command line that are not UTF-8 come as halves of a pair.
    """
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def _to_text(value: object) -> str:
    if isinstance(value, datetime):
        return to_text(value)
    if isinstance(value, tuple):
        return ",".join(cast("tuple[str, ...]", value))
    return str(value)


def _from_text(name: str, text: str) -> object:
    plain = word(text)
    try:
        if name in {"as_of", "known_at"}:
            return (
                None
                if plain.lower() in {"", "live"}
                else asked_for(_with_sign(plain.upper()))
            )
        if name == "window_s":
            return _between(int(plain), 60, 31 * 86_400) if plain else View.window_s
    except ValueError as error:
        raise UsageError(
            f"The link's {name} cannot be read: {error}.",
            fix=(
                "give a moment as 2026-11-23T14:32:10Z and a window in seconds, 60 to"
                " 2678400."
            ),
        ) from error
    if name == "mode":
        if plain.lower() not in {"", "live", "drill"}:
            raise UsageError(
                f"The link's mode is {text[:20]!r}.", fix="use live or drill."
            )
        return plain.lower() or View.mode
    if name == "lang":
        return _LANGUAGE.get(plain.lower().replace("_", "-").partition("-")[0], text)
    if name == "layers":
        return tuple(part for part in text.split(",") if part)
    return text


def _with_sign(moment: str) -> str:
    """Return a moment whose offset has its plus again: in a query it reads as a blank."""
    return re.sub(r"(:\d\d(?:\.\d+)?) (\d\d(?::?\d\d)?)$", r"\1+\2", moment)


def _between(value: int, low: int, high: int) -> int:
    if not low <= value <= high:
        raise ValueError(f"{value} is not between {low} and {high}")
    return value


@dataclass(frozen=True)
class Pinned:
    """A View with nothing left open: same Pinned, same rows, same spec.

    Attributes:
        snapshot: id of the snapshot that answers; `snapshot_as_of` is the moment that it
            speaks of, UTC: the first whole one at or after both `as_of` and `known_at`, so
            that every row that was known then is in it.
        as_of, known_at: UTC.
        day_from: start of the city's calendar day of `as_of`, UTC.
        day: that calendar day, by the city's clock.
        days: its hours, and the days that it may be compared with.
        eve: the same of the day before.
        zone_streets: streets of the chosen district, if it is a functional zone; none otherwise.
        layers: layers switched on, in the order of the registry.
        camera: where the map looks first.
        categories: kinds of trouble that the department answers for which the view is narrowed
            down to; none where it is not.
        newest_as_of: moment that the newest whole snapshot speaks of, UTC: later than that,
            nothing can be told.
        problems: a sentence for each snapshot that would have answered and is not whole.
        damaged: tables of the snapshot that cannot be read, by name.
        newest: id of the newest whole snapshot; '' where that is not told.
    """

    view: View
    city: str
    snapshot: str
    snapshot_as_of: datetime
    as_of: datetime
    known_at: datetime
    day_from: datetime
    window_s: int
    district: str
    layers: tuple[str, ...]
    camera: Camera
    newest_as_of: datetime
    day: date
    days: Days
    eve: Days
    zone_streets: tuple[str, ...] = ()
    categories: tuple[str, ...] = ()
    problems: tuple[str, ...] = ()
    damaged: tuple[str, ...] = ()
    newest: str = ""

    @property
    def event(self) -> str:
        """Return the id of the event that is picked; '' for none."""
        picked = self.view.picked
        return picked.removeprefix(EVENTS) if picked.startswith(EVENTS) else ""

    @property
    def is_snapshot_moment(self) -> bool:
        """Return whether both clocks are the snapshot's own.

        Then what was worked out at its publish answers.
        """
        return self.as_of == self.known_at == self.snapshot_as_of

    @property
    def is_newest_moment(self) -> bool:
        """Return whether both clocks are those of the newest snapshot.

        What an older one worked out may rest on limits that the pack has changed since.
        """
        return self.is_snapshot_moment and self.snapshot_as_of == self.newest_as_of

    @property
    def is_back(self) -> bool:
        """Return whether something may have been recorded since what the view knows."""
        return self.known_at < self.newest_as_of

    @property
    def is_beyond(self) -> bool:
        """Return whether `as_of` lies after the newest data."""
        return self.as_of > self.newest_as_of

    @property
    def hash(self) -> str:
        """Return 12 hex digits that stand for this picture; printed on exports."""
        text = (
            f"{self.city}|{self.snapshot}|{to_text(self.as_of)}|{to_text(self.known_at)}"
            f"|{self.view.url()}"
        )
        if self.damaged:
            text += f"|damaged {' '.join(self.damaged)}"
        return hashlib.sha256(text.encode()).hexdigest()[:12]

    @property
    def is_young(self) -> bool:
        """Return whether this picture is to be handed on and its day is young.

        Less than half of such a day has gone by.
        """
        half = (self.days.day_to - self.day_from) / 2
        return bool(self.view.frame) and self.as_of - self.day_from < half

    def day_whole(self) -> Pinned:
        """Return the view of the whole day before, at its last moment, as known now."""
        return replace(
            self,
            as_of=self.day_from - _US,
            day_from=self.days.yesterday.day_from,
            day=self.eve.today.date,
            days=self.eve,
        )

    def in_newest(self) -> Pinned:
        """Return the same moment, asked of the newest snapshot, which knows what came later."""
        if not self.newest:
            return self
        return replace(self, snapshot=self.newest, snapshot_as_of=self.newest_as_of)

    def hour_whole(self) -> Pinned:
        """Return the view of the last whole hour of the city's clock, as known then at most."""
        whole = (self.as_of - self.day_from) // _HOUR
        hour = self.day_from + whole * _HOUR
        return replace(self, as_of=hour, known_at=min(self.known_at, hour))

    @property
    def week_before(self) -> dict[str, datetime | bool]:
        """Return the parameters of what asks for the same time a week ago."""
        then = self.days.week
        return {
            "week_at": then.as_of,
            "week_known_at": then.known_at,
            "week_from": then.day_from,
            "week_is_like": self.days.is_week_like,
        }

    @property
    def day_before(self) -> dict[str, datetime]:
        """Return the parameters of what asks for the same time a day ago."""
        then = self.days.yesterday
        return {
            "before_at": then.as_of,
            "before_known_at": then.known_at,
            "before_from": then.day_from,
        }

    @property
    def like_hours(self) -> dict[str, tuple[int, ...] | int]:
        """Return the parameters of what asks what is usual at this hour."""
        return {
            "like_today": self.days.like_today,
            "like_yesterday": self.days.like_yesterday,
            "reach_hours": self.days.reach_hours,
            "least_days": LEAST_DAYS,
        }

    @property
    def same_weeks(self) -> dict[str, tuple[int, ...]]:
        """Return the parameters of what asks for the same time of the weeks before."""
        return {"weeks_s": self.days.weeks_s, "week_days_s": self.days.week_days_s}

    @property
    def window_from(self) -> datetime:
        """Return the start of the window, UTC."""
        return self.as_of - timedelta(seconds=self.window_s)


@dataclass(frozen=True)
class Pointer:
    """What `pin` must know of the store.

    That is the snapshot that answers, and the moment its data speak of (UTC).

    Attributes:
        newest: moment that the newest whole snapshot speaks of, UTC; None if that is the
            one that answers.
        problems: a sentence for each snapshot that would have answered and is not whole.
        damaged: tables of the snapshot that cannot be read, by name.
        newest_id: id of the newest whole snapshot; '' where that is not told.
    """

    snapshot: str
    as_of: datetime
    newest: datetime | None = None
    problems: tuple[str, ...] = ()
    damaged: tuple[str, ...] = ()
    newest_id: str = ""

    @property
    def newest_as_of(self) -> datetime:
        """Return the moment of the newest whole snapshot, UTC."""
        return self.newest or self.as_of


def pin(
    view: View,
    city: City,
    pointer_at: Callable[[datetime | None], Pointer],
    on: Collection[str] | None = None,
) -> Pinned:
    """Settle what `view` leaves open, against the city and the store.

    Args:
        pointer_at: returns the first whole snapshot at or after a moment, or the newest for None.
        on: layers that are on when the view does not say; None for every layer of the city.

    Raises:
        UsageError: what `check` raises.
    """
    view = check(view, city)
    as_of, pointer = _moment(view, pointer_at)
    known_at = view.known_at or as_of
    local, calendar = as_of.astimezone(city.zone), city.settings.get("calendar", {})
    day_from = local.replace(
        hour=0, minute=0, second=0, microsecond=0, fold=0
    ).astimezone(as_of.tzinfo)
    wanted = on if view.layers is None else view.layers
    chosen = (
        city.layer_ids
        if wanted is None
        else tuple(name for name in city.layer_ids if name in wanted)
    )
    return Pinned(
        view=replace(view, city=city.id),
        city=city.id,
        snapshot=pointer.snapshot,
        snapshot_as_of=pointer.as_of,
        as_of=as_of,
        known_at=known_at,
        day_from=day_from,
        window_s=view.window_s,
        district=view.district,
        layers=chosen,
        camera=_looks(view, city),
        newest_as_of=pointer.newest_as_of,
        day=local.date(),
        days=days(as_of, known_at, city.zone, calendar),
        eve=days(day_from - _US, known_at, city.zone, calendar),
        zone_streets=_streets(view.district, city),
        categories=filters.categories(city, view.department),
        problems=pointer.problems,
        damaged=pointer.damaged,
        newest=pointer.newest_id,
    )


def _streets(zone: str, city: City) -> tuple[str, ...]:
    """Return the streets of a functional zone; none of a district, which events name themselves."""
    rows = (
        city.reference["streets"].to_pylist()
        if zone and "streets" in city.reference
        else []
    )
    return tuple(row["street_code"] for row in rows if row["zone_id"] == zone)


def check(view: View, city: City) -> View:
    """Return `view` with its names in the form that the city has them in.

    Raises:
        UsageError: it names a city, district, layer or camera that is not there, or a
            language, theme, panel or filter; its frame is of no screen, or what it picks of no
            layer of the city.
    """
    view = replace(
        view,
        city=one_form(view.city),
        district=one_form(view.district),
        lang=view.lang or city.lang,
    )
    if _near(view.city, {one_form(city.id)}) not in {"", one_form(city.id)}:
        raise UsageError(
            f"The link is for the city {view.city!r}; this server shows {city.id!r}."
        )
    districts = set(city.reference["districts"]["district_id"].to_pylist())
    # Messengers have a field of this name, and number theirs.
    scene = "" if view.scene.isdecimal() else view.scene
    named = {
        "district": _known("district", view.district, districts | {""}),
        "layers": (
            None
            if view.layers is None
            else tuple(
                _known("layer", each, set(city.layer_ids)) for each in view.layers
            )
        ),
        "lang": _known("language", view.lang, {"zh-CN", "en"}),
        "theme": _known("theme", view.theme or View.theme, {"dark"}),
        "panel": _known("panel", view.panel, {"", "districts"}),
        "scene": _known("scene", scene or View.scene, _scenes(city)),
        "camera": _near(view.camera or View.camera, set(city.cameras)),
        "picked": _picked(view.picked, city),
        "frame": _frame(view.frame),
        **_filters(view, city),
    }
    view = replace(view, **cast("Any", named))
    _camera(view.camera, city)
    return view


def _filters(view: View, city: City) -> dict[str, str]:
    """Return what each filter of a view is set to, as its list has it."""
    found: dict[str, str] = {}
    for name, offered in filters.choices(city).items():
        given = one_form(getattr(view, name))
        names = {"", *(each.value for each in offered)}
        # Others name what a link came through in a field of this name, such as source=wechat.
        is_of_others = name == "source" and not _is_id(given)
        found[name] = (
            "" if is_of_others and given not in names else _known(name, given, names)
        )
    return found


def _is_id(text: str) -> bool:
    """Return whether `text` has letters and figures, as the ids of sources have."""
    return any(map(str.isdigit, text)) and any(map(str.isalpha, text))


def _scenes(city: City) -> set[str]:
    return {page.name for page in city.pages if page.kind == "scene"} or {View.scene}


def _moment(
    view: View, pointer_at: Callable[[datetime | None], Pointer]
) -> tuple[datetime, Pointer]:
    """Return the moment looked at, UTC, and the snapshot that holds all that was known of it."""
    if view.as_of is None and view.known_at is None:
        live = pointer_at(None)
        return live.as_of, live
    as_of = view.as_of or pointer_at(None).as_of
    return as_of, pointer_at(max(as_of, view.known_at or as_of))


def _known(what: str, name: str, names: set[str]) -> str:
    """Return which of `names` is meant."""
    found = _near(name, names)
    if found not in names:
        raise UsageError(
            f"There is no {what} {name[:60]!r} here.",
            fix=f"use one of {', '.join(sorted(names - {''}))}.",
        )
    return found


def _near(name: str, names: set[str]) -> str:
    """Return the one of `names` that is `name` but for its case, or escapes that are left.

    Return `name` itself if there is none.
    """
    for tried in (name, one_form(unquote(name))):
        if tried in names:
            return tried
        same = [each for each in names if each.casefold() == tried.casefold()]
        if len(same) == 1:
            return same[0]
    return name


def _picked(text: str, city: City) -> str:
    """Return what is picked, as `layer:id`; '' for nothing.

    Whether there is anything of that id is not asked: things come and go with the data.
    """
    # The id of a layer of somebody else, `pack:name` in city.toml, is `name`.
    layers = {name.rpartition(":")[2] for name in city.layers}
    if not text:
        return ""
    # Escaped once too often, the colon is one of the escapes.
    plain = text if ":" in text else one_form(unquote(text))
    layer, _, thing = plain.partition(":")
    if not (layer and thing):
        raise UsageError(
            f"The link picks {text[:60]!r}, which is not 'layer:id'.",
            fix="click on the thing again, and copy the page's link.",
        )
    return f"{_known('layer', layer, layers)}:{thing}"


def _frame(text: str) -> str:
    """Return a frame as it was before it was forwarded; '' for that of the window."""
    plain = word(text)
    if plain:
        frame.read(plain)
    return plain


def _looks(view: View, city: City) -> Camera:
    """Return where the map looks: at the chosen district, where the link does not say."""
    if view.district in city.cameras and view.camera == View.camera:
        return city.cameras[view.district]
    return _camera(view.camera, city)


def _camera(text: str, city: City) -> Camera:
    if text in city.cameras:
        return city.cameras[text]
    try:
        lon, lat, zoom = (float(part) for part in text.split(","))
    except ValueError as error:
        raise UsageError(
            f"The link's camera {text[:60]!r} is neither a place of the pack nor"
            " 'lon,lat,zoom'.",
            fix=f"use one of {', '.join(sorted(city.cameras))}.",
        ) from error
    if not (-180 <= lon <= 180 and -85 <= lat <= 85 and 0 <= zoom <= 24):
        raise UsageError(f"The link's camera {text[:60]!r} looks outside the world.")
    return Camera(lon, lat, zoom)
