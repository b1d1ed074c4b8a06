"""Work orders as a citizens' line exports them, made up piece by piece: any number fits."""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np
import pyarrow as pa

from twin.feeds.work_orders import load_mapping

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

    from twin.city import City

Value: TypeAlias = str | float | datetime | None

# Some orders: columns of the export to their values; moments are in the zone of the
# mapping.
Piece: TypeAlias = Mapping[str, Sequence[Value]]

KINDS = ("csv", "xlsx", "parquet")
_AT_ONCE = 10_000
_DAYS = 390
_STEPS = ("sent_at", "acked_at", "arrived_at", "done_at", "told_at")
_MOMENTS = ("created_at", *_STEPS)
_WORDS = (
    "路灯不亮",
    "井盖松动",
    "夜间施工噪音",
    "占道经营",
    "停水停电",
    "树木倒伏",
    "垃圾未清运",
    "积水较深",
    "共享单车乱停",
    "电梯故障",
)
_TELLING = "，市民来电反映该处情况已持续数日，影响出行，希望有关部门尽快处理并回复。"

# One row in a hundred is bad, each time in another way.
_BAD_EVERY = 100


def pieces(city: City, n: int, until: datetime, seed: int = 716) -> Iterator[Piece]:
    """Make `n` orders of the 390 days that end ten days before `until`, as the pack maps them.

    Three in ten are open, of these half have not been sent; the others have all their steps. One in
    a hundred is bad: no number, no moment, an unknown district, a place with its axes
    swapped, or an acknowledgement before the sending.
    """
    mapping = load_mapping(city)
    draw = np.random.default_rng(seed)
    end = until.astimezone(mapping.zone or UTC).replace(
        tzinfo=None, microsecond=0
    ) - timedelta(days=10)
    streets = city.reference["streets"].to_pylist()
    names = dict(
        zip(
            *(
                city.reference["districts"][name].to_pylist()
                for name in ("district_id", "name")
            ),
            strict=True,
        )
    )
    priorities = list(mapping.priorities) or [""]
    for first in range(0, n, _AT_ONCE):
        size = min(_AT_ONCE, n - first)
        made = _made(draw, first, size, streets, names, priorities)
        made |= _moments(draw, size, end)
        _spoil(made, first)
        yield {
            column: made.get(field, [None] * size)
            for field, column in mapping.columns.items()
        }


def _made(
    draw: np.random.Generator,
    first: int,
    size: int,
    streets: Sequence[Mapping[str, Any]],
    names: Mapping[str, str],
    priorities: Sequence[str],
) -> dict[str, list[Any]]:
    """Return all of `size` orders but their moments; the first has `first` before it."""
    at = [streets[int(street)] for street in draw.integers(0, len(streets), size)]
    words = [_WORDS[int(word)] for word in draw.integers(0, len(_WORDS), size)]
    near = draw.normal(0, 300, (2, size)).astype(int)
    return {
        "event_id": [f"B{number:09d}" for number in range(first + 1, first + size + 1)],
        "channel": [
            ("电话", "网络", "微信")[int(way)] for way in draw.integers(0, 3, size)
        ],
        "category": words,
        "title": words,
        "details": [
            f"{street['name']}{word}{_TELLING}"
            for street, word in zip(at, words, strict=True)
        ],
        "address": [
            f"{street['name']}{number}号"
            for street, number in zip(at, draw.integers(1, 999, size), strict=True)
        ],
        "district": [names[street["district_id"]] for street in at],
        "priority": [
            priorities[int(each)] for each in draw.integers(0, len(priorities), size)
        ],
        "lon": [
            (street["lon_ud"] + int(by)) / 1e6
            for street, by in zip(at, near[0], strict=True)
        ],
        "lat": [
            (street["lat_ud"] + int(by)) / 1e6
            for street, by in zip(at, near[1], strict=True)
        ],
        "unit_name": [f"{street['name']}办事处" for street in at],
        "is_satisfied": ["是"] * size,
    }


def _moments(
    draw: np.random.Generator, size: int, end: datetime
) -> dict[str, list[Any]]:
    created = np.datetime64(end, "s") - draw.integers(0, _DAYS * 86_400, size).astype(
        "timedelta64[s]"
    )
    steps, at = {"created_at": created}, created
    for step, median_s in zip(_STEPS, (60, 120, 1_200, 5_400, 3_600), strict=True):
        at = at + draw.lognormal(np.log(median_s), 0.6, size).clip(1, 86_400).astype(
            "timedelta64[s]"
        )
        steps[step] = at
    share = draw.random(size)
    for step in _STEPS:
        steps[step][share < (0.15 if step in {"sent_at", "acked_at"} else 0.3)] = (
            np.datetime64("NaT")
        )
    return {step: _plain(values) for step, values in steps.items()}


def _plain(moments: NDArray[np.datetime64]) -> list[datetime | None]:
    return moments.astype("datetime64[us]").tolist()


def _spoil(made: dict[str, list[Any]], first: int) -> None:
    """Make one row in a hundred bad."""
    for nth, row in enumerate(
        range(_BAD_EVERY - 1, len(made["event_id"]), _BAD_EVERY), first // _BAD_EVERY
    ):
        match nth % 5:
            case 0:
                made["event_id"][row] = None
            case 1:
                made["created_at"][row] = None
            case 2:
                made["district"][row] = "不存在的区"
            case 3:
                made["lon"][row], made["lat"][row] = made["lat"][row], made["lon"][row]
            case _:
                made["sent_at"][row] = made["created_at"][row] + timedelta(days=9)


def write(path: Path, city: City, n: int, until: datetime) -> Path:
    """Write `n` orders; the end of the name says in which of `KINDS`."""
    {".csv": _write_csv, ".xlsx": _write_xlsx, ".parquet": _write_parquet}[path.suffix](
        path, city, pieces(city, n, until)
    )
    return path


def _write_csv(path: Path, city: City, made: Iterator[Piece]) -> None:
    form = load_mapping(city).time_format
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        _rows(
            made,
            writer.writerow,
            lambda value: f"{value:{form}}" if isinstance(value, datetime) else value,
        )


def _write_xlsx(path: Path, _city: City, made: Iterator[Piece]) -> None:
    import xlsxwriter

    with xlsxwriter.Workbook(
        str(path),
        {"constant_memory": True, "default_date_format": "yyyy-mm-dd hh:mm:ss"},
    ) as book:
        sheet = book.add_worksheet()
        at = 0

        def write_row(row: Sequence[Value]) -> None:
            nonlocal at
            sheet.write_row(at, 0, row)
            at += 1

        _rows(made, write_row, lambda value: value)


def _rows(
    made: Iterator[Piece],
    write_row: Callable[[Sequence[Value]], object],
    said: Callable[[Value], Value],
) -> None:
    for nth, piece in enumerate(made):
        if nth == 0:
            write_row(list(piece))
        for row in zip(*piece.values(), strict=True):
            write_row([said(value) for value in row])


def _write_parquet(path: Path, city: City, made: Iterator[Piece]) -> None:
    import pyarrow.parquet as pq

    columns = load_mapping(city).columns
    kinds = {
        columns[field]: kind
        for fields, kind in (
            (_MOMENTS, pa.timestamp("us")),
            (("lon", "lat"), pa.float64()),
        )
        for field in fields
        if field in columns
    }
    with ExitStack() as opened:
        writer: pq.ParquetWriter | None = None
        for piece in made:
            table = pa.table(
                {
                    name: pa.array(values, kinds.get(name, pa.string()))
                    for name, values in piece.items()
                }
            )
            writer = writer or opened.enter_context(
                pq.ParquetWriter(path, table.schema)
            )
            writer.write_table(table)
