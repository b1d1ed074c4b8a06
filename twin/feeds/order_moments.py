"""Moments of orders, read strictly, a column at a time.

What is not a moment in the form that was told is refused, not guessed.

Local times become UTC by the zone's own rules. A time that clocks skip is read by the clock
as it ran before the change, so that 02:30 is half an hour after the change; a time that
comes twice is the first of both, unless the order's step before it was later than that:
then it is the second. Either is said.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from twin.feeds.order_columns import is_given

if TYPE_CHECKING:
    from zoneinfo import ZoneInfo

    from twin.feeds.order_mapping import OrderMapping

# Before it lie clocks that were never set.
EARLIEST = datetime(2000, 1, 1, tzinfo=UTC)
Times = npt.NDArray[np.datetime64]
_NONE = np.datetime64("NaT", "us")
_WIDTHS = {"Y": 4, "m": 2, "d": 2, "H": 2, "M": 2, "S": 2}
_DAY = timedelta(days=1)
_NO_SHIFT = np.timedelta64("NaT", "us")


@dataclass(frozen=True)
class Moments:
    """A column of n moments.

    Attributes:
        at: datetime64[us], UTC; NaT for an empty cell and for one that is refused.
        second: by index, the other reading of a local time that comes twice.
        skipped: indexes of local times that clocks skip.
        reasons: by index, why a cell is refused, without a full stop.
    """

    at: Times
    second: Mapping[int, np.datetime64] = field(
        default_factory=dict[int, np.datetime64]
    )
    skipped: tuple[int, ...] = ()
    reasons: Mapping[int, str] = field(default_factory=dict[int, str])

    @property
    def is_given(self) -> npt.NDArray[np.bool_]:
        """Return where there is a moment."""
        return ~np.isnat(self.at)

    def after(self, before: Times) -> Moments:
        """Return the moments, each in the second reading where the first is too early.

        Only times that come twice have two; the first is too early if it lies before
        `before`.
        """
        at = self.at.copy()
        for index, later in self.second.items():
            if at[index] < before[index] <= later:
                at[index] = later
        return Moments(at, self.second, self.skipped, self.reasons)


def none(n: int) -> Moments:
    """Return n moments of which none is given."""
    return Moments(np.full(n, _NONE))


class Reader:
    """Reads columns of moments of one file."""

    def __init__(self, mapping: OrderMapping, recorded_at: datetime) -> None:
        """Learn the form and the zone; what lies after `recorded_at`, UTC, lies in the future."""
        self._mapping = mapping
        self._latest = np.datetime64(
            recorded_at.astimezone(UTC).replace(tzinfo=None), "us"
        )
        self._earliest = np.datetime64(EARLIEST.replace(tzinfo=None), "us")
        self._layout = _Layout.of(mapping.time_format)
        self._offsets = dict[np.datetime64, timedelta | None]()

    def read(
        self, texts: pa.StringArray, column: str, typed: pa.TimestampArray | None = None
    ) -> Moments:
        """Read n cells, tidied.

        `typed` are those that the file itself says are moments without a zone.
        """
        at, local = np.full(len(texts), _NONE), np.full(len(texts), _NONE)
        reasons = dict[int, str]()
        if typed is not None:
            local = typed.to_numpy(zero_copy_only=False).astype("datetime64[us]")
        wanted = is_given(texts) & np.isnat(local)
        if self._layout is not None:
            self._layout.read(texts, wanted, local)
            wanted &= np.isnat(local)
        self._one_by_one(texts, column, np.flatnonzero(wanted), at, local, reasons)
        second, skipped = self._to_utc(local, at, texts, column, reasons)
        self._limits(at, texts, column, reasons)
        return Moments(at, second, tuple(skipped), reasons)

    def _one_by_one(
        self,
        texts: pa.StringArray,
        column: str,
        where: npt.NDArray[np.int64],
        at: Times,
        local: Times,
        reasons: dict[int, str],
    ) -> None:
        for index in where.tolist():
            text = texts[int(index)].as_py()
            moment = _formed(text, self._mapping.time_format) or _iso(text)
            if moment is None:
                reasons[index] = (
                    f"{column}: {text!r} {_why_not(text, self._mapping.time_format)}"
                )
            elif moment.tzinfo is None:
                local[index] = np.datetime64(moment, "us")
            else:
                try:
                    at[index] = np.datetime64(
                        moment.astimezone(UTC).replace(tzinfo=None), "us"
                    )
                except OverflowError:
                    reasons[index] = f"{column}: {text!r} is not a moment of our time"

    def _to_utc(
        self,
        local: Times,
        at: Times,
        texts: pa.StringArray,
        column: str,
        reasons: dict[int, str],
    ) -> tuple[dict[int, np.datetime64], list[int]]:
        """Write the local times into `at` in UTC.

        Return the second readings, and where clocks skip.
        """
        second, skipped = dict[int, np.datetime64](), list[int]()
        where = np.flatnonzero(~np.isnat(local))
        zone = self._mapping.zone
        if zone is None:
            reasons.update(
                (
                    i,
                    (
                        f"{column}: {texts[i].as_py()!r} has no time zone, and none is"
                        f" declared in {self._mapping.where}"
                    ),
                )
                for i in where.tolist()
            )
            return second, skipped
        days, which = np.unique(
            local[where].astype("datetime64[D]"), return_inverse=True
        )
        offsets = [self._offset(day, zone) for day in days]
        shifts = np.array(
            [_NO_SHIFT if offset is None else offset for offset in offsets],
            "timedelta64[us]",
        )[which]
        at[where] = local[where] - shifts  # NaT on days on which clocks change
        for index in where[np.isnat(shifts)].tolist():
            self._on_odd_day(index, local, at, texts, column, reasons, second, skipped)
        return second, skipped

    def _offset(self, day: np.datetime64, zone: ZoneInfo) -> timedelta | None:
        """Return the offset of a whole local day.

        Return None if clocks change on it, or it is not of our time.
        """
        if day not in self._offsets:
            begin = day.astype("datetime64[us]").item()
            try:
                edges = [begin, begin + _DAY - timedelta(microseconds=1)]
                found = {
                    edge.replace(tzinfo=zone, fold=fold).utcoffset()
                    for edge in edges
                    for fold in (0, 1)
                }
                [edge.replace(tzinfo=zone).astimezone(UTC) for edge in edges]
            except OverflowError:
                found = set[timedelta | None]()
            self._offsets[day] = found.pop() if len(found) == 1 else None
        return self._offsets[day]

    def _on_odd_day(
        self,
        index: int,
        local: Times,
        at: Times,
        texts: pa.StringArray,
        column: str,
        reasons: dict[int, str],
        second: dict[int, np.datetime64],
        skipped: list[int],
    ) -> None:
        moment = local[index].item()
        try:
            early, late = (
                moment.replace(tzinfo=self._mapping.zone, fold=fold).astimezone(UTC)
                for fold in (0, 1)
            )
        except OverflowError:
            reasons[index] = (
                f"{column}: {texts[index].as_py()!r} is not a moment of our time"
            )
            return
        at[index] = np.datetime64(early.replace(tzinfo=None), "us")
        if early == late:
            return
        if early.astimezone(self._mapping.zone).replace(tzinfo=None) == moment:
            second[index] = np.datetime64(late.replace(tzinfo=None), "us")
        else:
            skipped.append(index)

    def _limits(
        self, at: Times, texts: pa.StringArray, column: str, reasons: dict[int, str]
    ) -> None:
        too_early, too_late = at < self._earliest, at > self._latest
        for index in np.flatnonzero(too_early | too_late).tolist():
            why = (
                f"lies before the year {EARLIEST.year}, as of a clock that was"
                " never set"
                if too_early[index]
                else "lies in the future"
            )
            reasons[index] = f"{column}: {texts[index].as_py()!r} {why}"
            at[index] = _NONE


# Forms that exports have; a mapping must name one, none is guessed.
_LIKELY = (
    "%Y/%m/%d %H:%M",
    "%Y/%m/%d %H:%M:%S",
    "%Y.%m.%d %H:%M",
    "%Y.%m.%d %H:%M:%S",
    "%Y年%m月%d日 %H时%M分",
    "%Y年%m月%d日 %H:%M",
    "%Y年%m月%d日 %H:%M:%S",
    "%Y%m%d%H%M%S",
    "%d/%m/%Y %H:%M",
    "%d/%m/%Y %H:%M:%S",
    "%m/%d/%Y %H:%M",
    "%m/%d/%Y %H:%M:%S",
    "%d/%m/%Y %I:%M:%S %p",
    "%m/%d/%Y %I:%M:%S %p",
    "%m/%d/%Y %I:%M %p",
    "%Y-%m-%d %I:%M:%S %p",
    "%d.%m.%Y %H:%M",
    "%d.%m.%Y %H:%M:%S",
)
_HINTS = (
    (r"\d{1,2}:\d{2}(:\d{2})?", "it is a time of the day without a date"),
    (
        r"[3-7]\d{4}(\.\d+)?",
        (
            "it is the bare number by which spreadsheets count days: give its column"
            " the form of a date with time, and save again"
        ),
    ),
    (
        r"1\d{9}(\.\d+)?|1\d{12}",
        "it counts seconds or less from 1970: export it as date and time",
    ),
    (
        r"\D+",
        "if such a word stands for an empty cell, add it to null_words in the mapping",
    ),
)
_BARE = (
    "%Y-%m-%d",
    "%Y/%m/%d",
    "%Y.%m.%d",
    "%d/%m/%Y",
    "%m/%d/%Y",
    "%d.%m.%Y",
    "%Y年%m月%d日",
)


@lru_cache(10_000)
def _why_not(text: str, form: str) -> str:
    """Return why a text is no moment, with what would help: a sentence's end."""
    why = f"is not a moment; the form {form!r} or ISO 8601 is expected"
    if any(_formed(text, bare) for bare in _BARE):
        return (
            "is a date without a time of the day, and so not a moment; the form"
            f" {form!r} or ISO 8601 is expected"
        )
    if hint := next(
        (hint for pattern, hint in _HINTS if re.fullmatch(pattern, text, re.DOTALL)), ""
    ):
        return f"{why}; {hint}"
    fitting = [
        likely
        for likely in _LIKELY
        if (moment := _formed(text, likely)) and moment.year >= EARLIEST.year
    ]
    return (
        f"{why}; if that is what it is, set time_format = {fitting[0]!r} in the mapping"
        if len(fitting) == 1
        else why
    )


def _iso(text: str) -> datetime | None:
    """Read ISO 8601 with hours and minutes; a bare date says too little."""
    try:
        return datetime.fromisoformat(text) if ":" in text else None
    except ValueError:
        return None


def _formed(text: str, form: str) -> datetime | None:
    try:
        # A missing zone is looked for next.
        return datetime.strptime(text, form)  # noqa: DTZ007
    except ValueError:
        return None


@dataclass(frozen=True)
class _Layout:
    """A form in which every part has its place: read for a whole column at once.

    Attributes:
        length: bytes of a text.
        parts: first byte and width of each part, by its letter in the form.
        marks: byte that must stand at a place.
    """

    length: int
    parts: Mapping[str, tuple[int, int]]
    marks: Mapping[int, int]

    @classmethod
    def of(cls, form: str) -> _Layout | None:
        """Return the layout of a form; None if it has parts of no fixed width, or lacks one."""
        parts, marks = dict[str, tuple[int, int]](), dict[int, int]()
        at, rest = 0, iter(form.encode())
        for byte in rest:
            if byte != ord("%"):
                marks[at] = byte
                at += 1
                continue
            letter = chr(next(rest, 0))
            if letter not in _WIDTHS or letter in parts:
                return None
            parts[letter] = (at, _WIDTHS[letter])
            at += _WIDTHS[letter]
        return (
            cls(at, parts, marks)
            if {"Y", "m", "d", "H", "M"} <= set(parts) and form.isascii()
            else None
        )

    def read(
        self, texts: pa.StringArray, wanted: npt.NDArray[np.bool_], into: Times
    ) -> None:
        """Write into `into` the local times of wanted texts that fit the layout.

        They are moments, too.
        """
        fits = (
            np.asarray(
                pc.equal(pc.binary_length(texts), self.length).to_numpy(
                    zero_copy_only=False
                ),
                np.bool_,
            )
            & wanted
        )
        where = np.flatnonzero(fits)
        if not where.size:
            return
        _, ends, letters = texts.take(pa.array(where)).buffers()
        if ends is None or letters is None:  # no letter in any of them
            return
        first = int(np.frombuffer(memoryview(ends), np.int32, count=1)[0])
        bytes_ = np.frombuffer(
            memoryview(letters), np.uint8, count=where.size * self.length, offset=first
        ).reshape(-1, self.length)
        good = np.ones(where.size, np.bool_)
        for at, byte in self.marks.items():
            good &= bytes_[:, at] == byte
        numbers = {
            letter: _number(bytes_[:, at : at + width], good)
            for letter, (at, width) in self.parts.items()
        }
        seconds = numbers.get("S", np.zeros(where.size, np.int64))
        good &= (
            (numbers["m"] >= 1)
            & (numbers["m"] <= 12)
            & (numbers["H"] < 24)
            & (numbers["M"] < 60)
            & (seconds < 60)
            & (numbers["Y"] >= 1)
        )
        months = np.where(
            good, (numbers["Y"] - 1970) * 12 + numbers["m"] - 1, 0
        ).astype("datetime64[M]")
        days = months.astype("datetime64[D]") + np.where(good, numbers["d"] - 1, 0)
        good &= (days.astype("datetime64[M]") == months) & (numbers["d"] >= 1)
        clock = (numbers["H"] * 3_600 + numbers["M"] * 60 + seconds).astype(
            "timedelta64[s]"
        )
        into[where[good]] = (days.astype("datetime64[us]") + clock)[good]


def _number(
    digits: npt.NDArray[np.uint8], good: npt.NDArray[np.bool_]
) -> npt.NDArray[np.int64]:
    good &= ((digits >= ord("0")) & (digits <= ord("9"))).all(axis=1)
    width: int = digits.shape[1]
    worth = 10 ** np.arange(width - 1, -1, -1)
    return (digits.astype(np.int64) - ord("0")) @ worth
