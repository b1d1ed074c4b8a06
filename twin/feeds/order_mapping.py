"""What the columns of a work-order export mean.

It is read from the city pack or from a TOML file of its own.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn, TypeGuard, cast
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from twin import safety
from twin.contracts.unicode import one_form
from twin.errors import PackError, TwinError, UsageError
from twin.feeds.csv_rows import is_encoding

if TYPE_CHECKING:
    from twin.city import City

FEED = "work_orders"
REQUIRED = ("event_id", "created_at")
STEPS = ("sent_at", "acked_at", "arrived_at", "done_at")
FIELDS = (
    *REQUIRED,
    "occurred_at",
    "channel",
    "category",
    "title",
    "details",
    "address",
    "district",
    "priority",
    "lon",
    "lat",
    "unit_name",
    *STEPS,
    "told_at",
    "status",
    "is_satisfied",
    "is_reopened",
)
SETTINGS = (
    "status",
    "source_id",
    "crs",
    "zone",
    "encoding",
    "delimiter",
    "sheet",
    "time_format",
    "columns",
    "priorities",
    "default_priority",
    "safety_words",
    "safety_priority",
    "safety_units",
    "yes",
    "no",
    "null_words",
    "no_place",
    "statuses",
    "keep_raw",
)
_NULL_WORDS = (
    "null",
    "(null)",
    "<null>",
    "[null]",
    "\\N",
    "none",
    "nil",
    "n/a",
    "n / a",
    "n.a.",
    "na",
    "undefined",
    "(blank)",
    "-",
    "--",
    "---",
    "–",
    "—",
    "——",
    "/",
    "无",
    "暂无",
    "空",
    "空白",
    "(空白)",
)
_Statuses = Mapping[str, str]
_CLOSED = (
    "closed",
    "resolved",
    "completed",
    "complete",
    "done",
    "已办结",
    "办结",
    "已结案",
    "结案",
    "已关闭",
    "关闭",
    "已完成",
    "完成",
    "已归档",
    "归档",
)
_OPEN = (
    "open",
    "new",
    "pending",
    "acknowledged",
    "in progress",
    "assigned",
    "未办结",
    "办理中",
    "处理中",
    "待办",
    "待处理",
    "待派单",
    "已派单",
    "已受理",
    "受理中",
    "新建",
)
_REOPENED = ("reopened", "re-opened", "已重开", "重开", "重新打开")
_MEANINGS = ("open", "closed", "reopened")
_WORDS_OF = ((_OPEN, "open"), (_CLOSED, "closed"), (_REOPENED, "reopened"))
_COMMON_STATUSES: _Statuses = {
    word: means for words, means in _WORDS_OF for word in words
}
_YES, _NO = (
    ("是", "满意", "非常满意", "基本满意", "yes", "true", "y", "1"),
    ("否", "不满意", "非常不满意", "no", "false", "n", "0"),
)


@dataclass(frozen=True)
class OrderMapping:
    """How one export is read.

    Attributes:
        where: how sentences name the place that it was written in.
        columns: field (one of `FIELDS`) to column of the export.
        crs: datum of the coordinates; None if not declared.
        zone: zone of moments that carry none; None if not declared.
        time_format: form of moments, as for strptime; what does not have it may be ISO 8601.
        priorities: word of the export to priority, 1 to 4; empty cells have `default_priority`.
        safety_words: an order whose words hold one of these has `safety_priority` or a more
            urgent one.
        safety_units: units that are suggested for such an order, by name.
        yes, no: words for true and false, in small letters.
        null_words: what stands for an empty cell, in small letters.
        no_place: pairs of longitude and latitude that stand for an order without a place.
        statuses: word of the export to what it means: 'open', 'closed' or 'reopened', which
            is open after it was closed.
        keep_raw: whether the lake may keep words and refused rows as they were given, with
            what masks would take out.
        aliases: other words for a district to its id or name.
    """

    where: str
    columns: Mapping[str, str]
    source_id: str
    crs: str | None
    zone: ZoneInfo | None
    encoding: str
    delimiter: str
    sheet: str | None
    time_format: str
    priorities: Mapping[str, int]
    default_priority: int
    safety_words: tuple[str, ...]
    safety_priority: int
    safety_units: tuple[str, ...]
    yes: tuple[str, ...]
    no: tuple[str, ...]
    null_words: tuple[str, ...] = tuple(word.lower() for word in _NULL_WORDS)
    no_place: tuple[tuple[float, float], ...] = ()
    statuses: _Statuses = field(default_factory=lambda: _COMMON_STATUSES)
    keep_raw: bool = False
    aliases: Mapping[str, str] = field(default_factory=dict[str, str])


def load_mapping(city: City, path: Path | None = None) -> OrderMapping:
    """Read the mapping of `city`, or the TOML file at `path` instead.

    The file has the same keys, at its top or under [feeds.work_orders].

    A `path` without a folder and an end may name a mapping that comes with the program,
    such as 'open311'; its source and zone are those of the city.

    Raises:
        PackError: the pack has none, or it is off.
        UsageError: the file cannot be read, or it is off.
    """
    own = _section(city.settings.get("feeds", {}).get(FEED))
    if path is None:
        return _Reader("city.toml, [feeds.work_orders]", own, PackError).mapping(city)
    shipped = _SHIPPED / f"{path.name}.toml"
    is_shipped = (
        not path.exists()
        and path.parent == Path()
        and not path.suffix
        and shipped.is_file()
    )
    content = _read(shipped if is_shipped else path)
    if is_shipped:
        sources = cast(
            "list[str]", city.reference["event_sources"]["source_id"].to_pylist()
        )
        content = {
            "source_id": own.get("source_id", sources[0] if sources else ""),
            "zone": city.zone.key,
            **content,
        }
    return _Reader(path.name, content, UsageError).mapping(city)


_SHIPPED = Path(__file__).with_name("mappings")


def _read(path: Path) -> dict[str, Any]:
    try:
        content = tomllib.loads(path.read_bytes().decode("utf-8"))
    except OSError as error:
        known = ", ".join(sorted(file.stem for file in _SHIPPED.glob("*.toml")))
        raise UsageError(
            f"{path.name} cannot be read: {error.strerror}.",
            fix=f"check the file at {path}; these come with the program: {known}.",
        ) from error
    except (UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise UsageError(
            f"{path.name} is not TOML in UTF-8: {error}.",
            fix="see [feeds.work_orders] of a city pack for its form.",
        ) from error
    return _section(_section(content.get("feeds")).get(FEED)) or content


def _section(value: object) -> dict[str, Any]:
    return cast("dict[str, Any]", value) if isinstance(value, dict) else {}


@dataclass(frozen=True)
class _Reader:
    """Reads settings by kind, with a sentence for what is off."""

    where: str
    settings: Mapping[str, Any]
    error: type[TwinError]

    def mapping(self, city: City) -> OrderMapping:
        if unknown := [name for name in self.settings if name not in SETTINGS]:
            near = get_close_matches(unknown[0].lower(), SETTINGS, 1, 0.7)
            self._off(
                f"{unknown[0]} is no setting of a mapping",
                f"write {near[0]}." if near else f"use {', '.join(SETTINGS)}.",
            )
        found = OrderMapping(
            self.where,
            self._columns(),
            self._text("source_id", "")
            or self._off(
                "source_id is missing", "name one of the pack's event sources."
            ),
            self._text("crs", "") or None,
            self._zone(),
            self._text("encoding", "auto").lower(),
            self._text("delimiter", ","),
            self._text("sheet", "") or None,
            self._text("time_format", "%Y-%m-%d %H:%M:%S"),
            self._priorities(),
            self._level("default_priority", 3),
            self._words("safety_words", safety.WORDS),
            self._level("safety_priority", safety.PRIORITY),
            self._words("safety_units", ()),
            self._words("yes", _YES),
            self._words("no", _NO),
            self._words("null_words", _NULL_WORDS),
            self._no_place(),
            self._statuses(),
            self._truth("keep_raw"),
            _aliases(city),
        )
        known = cast(
            "list[str]", city.reference["event_sources"]["source_id"].to_pylist()
        )
        if found.source_id not in known:
            self._off(
                f"source_id is {found.source_id!r}, which is none of the pack's"
                " sources",
                (
                    f"use one of {', '.join(known)}."
                    if known
                    else "put the source into event_sources.csv of the pack."
                ),
            )
        if not is_encoding(found.encoding):
            self._off(
                f"encoding is {found.encoding!r}",
                "use auto, utf-8, gb18030, or another in which ASCII is ASCII, such as"
                " big5 or cp1252.",
            )
        if len(found.delimiter) != 1:
            self._off(f"delimiter is {found.delimiter!r}", "give one character.")
        return found

    def _off(self, what: str, fix: str) -> NoReturn:
        raise self.error(f"{self.where}: {what}.", fix=fix)

    def _text(self, name: str, other: str) -> str:
        value = self.settings.get(name, other)
        return (
            one_form(value)
            if isinstance(value, str)
            else self._off(f"{name} is {value!r}, not text", "write it between quotes.")
        )

    def _columns(self) -> dict[str, str]:
        columns = _section(self.settings.get("columns"))
        if not columns:
            self._off(
                "there is no section of columns",
                'say which column holds what, as in: event_id = "number".',
            )
        if unknown := [name for name in columns if name not in FIELDS]:
            self._off(
                f"columns names unknown fields: {', '.join(unknown)}",
                f"use {', '.join(FIELDS)}.",
            )
        if missing := [name for name in REQUIRED if name not in columns]:
            self._off(
                f"columns lacks {', '.join(missing)}", "name the column that holds it."
            )
        if wrong := [
            name
            for name, column in columns.items()
            if not isinstance(column, str) or not column
        ]:
            self._off(
                f"the column of {', '.join(wrong)} is not text",
                "write its name between quotes.",
            )
        if ("lon" in columns) != ("lat" in columns):
            self._off("columns names only one of lon and lat", "name both or neither.")
        if "sent_at" not in columns and (
            later := [step for step in STEPS[1:] if step in columns]
        ):
            self._off(
                f"columns names {', '.join(later)} without sent_at",
                "name the column that says when the order was sent, too.",
            )
        return {name: one_form(column) for name, column in columns.items()}

    def _zone(self) -> ZoneInfo | None:
        name = self._text("zone", "")
        try:
            return ZoneInfo(name) if name else None
        except (ZoneInfoNotFoundError, ValueError, OSError):
            self._off(
                f"there is no time zone {name!r}", "use a name such as 'Europe/Lisbon'."
            )

    def _level(self, name: str, other: int) -> int:
        value: object = self.settings.get(name, other)
        return (
            value
            if _is_level(value)
            else self._off(
                f"{name} is {value!r}", "give a whole number from 1 (worst) to 4."
            )
        )

    def _priorities(self) -> dict[str, int]:
        words = _section(self.settings.get("priorities"))
        if wrong := [word for word, level in words.items() if not _is_level(level)]:
            self._off(
                f"priorities: {', '.join(wrong)}: not a priority",
                "give each word a whole number from 1 (worst) to 4.",
            )
        return {one_form(word): level for word, level in words.items()}

    def _no_place(self) -> tuple[tuple[float, float], ...]:
        given: object = self.settings.get("no_place", [])
        pairs = cast("list[object]", given) if isinstance(given, list) else [given]
        if not all(_is_pair(pair) for pair in pairs):
            self._off(
                f"no_place is {given!r}",
                "list pairs of longitude and latitude, as in no_place = [[0, 0]].",
            )
        return tuple(
            (float(lon), float(lat))
            for lon, lat in cast("list[tuple[float, float]]", pairs)
        )

    def _statuses(self) -> _Statuses:
        given = _section(self.settings.get("statuses"))
        if wrong := [word for word, means in given.items() if means not in _MEANINGS]:
            self._off(
                f"statuses: {', '.join(wrong)}: neither open nor closed",
                'write each word as "word" = "open", "closed" or "reopened".',
            )
        return {
            one_form(word): str(means) for word, means in given.items()
        } or _COMMON_STATUSES

    def _truth(self, name: str) -> bool:
        value: object = self.settings.get(name, False)
        return (
            value
            if isinstance(value, bool)
            else self._off(f"{name} is {value!r}", "write true or false.")
        )

    def _words(self, name: str, other: tuple[str, ...]) -> tuple[str, ...]:
        value: object = self.settings.get(name, list(other))
        words = cast("list[object]", value) if isinstance(value, list) else []
        if not isinstance(value, list) or not all(
            isinstance(word, str) and word for word in words
        ):
            self._off(
                f"{name} is not a list of words",
                f'write it as {name} = ["one", "two"].',
            )
        return tuple(one_form(str(word)).lower() for word in words)


def _aliases(city: City) -> Mapping[str, str]:
    """Return other words for districts, [districts.aliases] of city.toml.

    Raises:
        PackError: one of them names no district.
    """
    section = _section(_section(city.settings.get("districts")).get("aliases"))
    found = {
        one_form(word).lower(): one_form(str(name)) for word, name in section.items()
    }
    districts = city.reference["districts"]
    known = {
        str(name).lower()
        for column in ("district_id", "name", "name_en")
        for name in districts[column].to_pylist()
    }
    if wrong := sorted({name for name in found.values() if name.lower() not in known}):
        raise PackError(
            f"city.toml: [districts.aliases] names {', '.join(wrong)}, which"
            " districts.csv does not have.",
            fix="give the id or name of a district.",
        )
    return found


def _is_pair(value: object) -> bool:
    parts = cast("list[object]", value) if isinstance(value, list) else []
    return len(parts) == 2 and all(
        isinstance(part, (int, float)) and not isinstance(part, bool) for part in parts
    )


def _is_level(value: object) -> TypeGuard[int]:
    return isinstance(value, int) and not isinstance(value, bool) and 1 <= value <= 4
