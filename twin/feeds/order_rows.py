"""The orders of a block as rows of the contract tables.

Rows are events, what units did about them, and what citizens were told.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, cast

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from twin.contracts import TABLES
from twin.contracts.events import KIND_AND_PLACE
from twin.feeds.order_cells import read_statuses, read_truths
from twin.feeds.order_columns import is_given
from twin.feeds.order_mapping import FEED, STEPS

if TYPE_CHECKING:
    from twin.contracts.masking import Mask
    from twin.feeds.order_block import OrderBlock
    from twin.feeds.order_moments import Moments, Times

TABLES_OF_ORDERS = ("events", "dispatches", "feedbacks")
_UNNAMED_KIND, _UNNAMED_UNIT = "unclassified", "unnamed unit"


@dataclass
class Made:
    """Rows that were made of a block, and those that could not be.

    Attributes:
        rows: by table, indexes in the block and rows in the table's schema.
        refused: by table, indexes in the block and why, without a full stop.
        repeated: rows that say again what an earlier row of the file said.
    """

    rows: dict[str, tuple[list[int], pa.Table]] = field(
        default_factory=dict[str, "tuple[list[int], pa.Table]"]
    )
    refused: dict[str, dict[int, str]] = field(
        default_factory=lambda: {name: {} for name in TABLES_OF_ORDERS}
    )
    repeated: int = 0


def make(orders: OrderBlock) -> Made:
    """Return the rows of each table.

    If only what was done about an order is off, its event is made and the rest refused.
    """
    made = Made()
    made.refused["events"] = orders.refused
    first, parts = orders.sorted.first, orders.sorted.parts
    made.rows["events"] = (first, _events(orders, first))
    nth = dict.fromkeys(first, 1) | parts
    made.rows["dispatches"] = _dispatches(
        orders, sorted(nth), nth, made.refused["dispatches"]
    )
    made.rows["feedbacks"] = _feedbacks(orders, first, made.refused["feedbacks"])
    told = {*made.rows["dispatches"][0], *made.refused["dispatches"]}
    idle = [at for at in parts if at not in told]
    # A second unit to which nothing was sent says nothing new.
    made.repeated = orders.sorted.repeated + len(idle)
    return made


def _events(orders: OrderBlock, where: list[int]) -> pa.Table:
    of, mapping = orders.of, orders.of.mapping
    n, taken = len(where), pa.array(where, pa.int64())
    text = {
        name: orders.text(name).take(taken)
        for name in ("event_id", "category", "title", "details", "address", "channel")
    }
    category = _hidden(of.mask, _or(text["category"], _UNNAMED_KIND))
    district = [orders.district[at] for at in where]
    titles = pc.if_else(
        pc.equal(text["title"], ""), _titles(orders, category, district), text["title"]
    )
    lon, lat = (
        _micro(degrees[where]) for degrees in (orders.places.lon, orders.places.lat)
    )
    details = text["details"] if mapping.keep_raw else of.mask.texts(text["details"])
    return _table(
        "events",
        n,
        {
            "event_id": text["event_id"],
            "version": 1,
            "occurred_at": _utc(orders.occurred[where]),
            "recorded_at": of.recorded_at,
            "created_at": _utc(orders.moments["created_at"].at[where]),
            "mode": "live",
            "source_id": mapping.source_id,
            "category": category,
            "title": of.mask.texts(titles),
            "details": _or_null(details),
            "channel": _or_null(_hidden(of.mask, text["channel"])),
            "priority": pa.array(orders.priority[where], pa.int8()),
            "level": ["district" if name else "city" for name in district],
            "is_proactive": of.is_proactive,
            "district_id": pa.array(district, pa.string()),
            "street_code": None,
            "address": _or_null(of.mask.texts(text["address"])),
            "lon_ud": lon,
            "lat_ud": lat,
            "source": FEED,
        },
    )


def _titles(
    orders: OrderBlock, category: pa.StringArray, district: Sequence[str | None]
) -> pa.StringArray:
    """Return a line for each order without a title: people's own words never become one."""
    names = orders.of.districts.names
    return pa.array(
        [
            f"{kind}{KIND_AND_PLACE}{names[name]}" if name else kind
            for kind, name in zip(category.to_pylist(), district, strict=True)
        ],
        pa.string(),
    )


def _dispatches(
    orders: OrderBlock,
    where: list[int],
    nth: Mapping[int, int],
    refused: dict[int, str],
) -> tuple[list[int], pa.Table]:
    """Return the orders to units among the rows `where`.

    There is one row each, with the steps that are known.
    """
    times = {step: orders.moments[step] for step in STEPS}
    for at, why in (
        (at, why) for step in STEPS for at, why in times[step].reasons.items()
    ):
        if at in nth:
            refused.setdefault(at, why)
    _check_steps(orders, where, times, refused)
    sent = times["sent_at"].is_given
    named = is_given(orders.text("unit_name"))
    orders.say(
        "a unit is named, but not when the order was sent to it; the order is taken"
        " without the unit",
        [at for at in where if named[at] and not sent[at] and at not in refused],
    )
    kept = [at for at in where if sent[at] and at not in refused]
    taken = pa.array(kept, pa.int64())
    ids, units = (orders.text(name).take(taken) for name in ("event_id", "unit_name"))
    unit = _hidden(orders.of.mask, _or(units, _UNNAMED_UNIT))
    latest = np.fmax.reduce([times[step].at[kept] for step in STEPS])
    columns: dict[str, object] = {step: _utc(times[step].at[kept]) for step in STEPS}
    numbers = pa.array([f"-{nth[at]}" for at in kept], pa.string())
    return kept, _table(
        "dispatches",
        len(kept),
        columns
        | {
            "dispatch_id": pc.binary_join_element_wise(ids, numbers, ""),
            "version": 1,
            "occurred_at": _utc(latest),
            "recorded_at": orders.of.recorded_at,
            "event_id": ids,
            "unit_id": unit,
            "unit_name": unit,
            "role": "lead",
            "is_required": True,
            "result": None,
            "source": FEED,
        },
    )


def _check_steps(
    orders: OrderBlock,
    where: list[int],
    times: Mapping[str, Moments],
    refused: dict[int, str],
) -> None:
    column, created = orders.of.column, orders.moments["created_at"].at
    sent = times["sent_at"]
    later = {step: times[step].is_given for step in STEPS[1:]}
    odd = (~sent.is_given & np.logical_or.reduce(list(later.values()))) | (
        sent.at < created
    )
    for step in STEPS[1:]:
        odd |= times[step].at < sent.at
    wanted = np.zeros(orders.n, np.bool_)
    wanted[where] = True
    for at in np.flatnonzero(odd & wanted).tolist():
        if not sent.is_given[at]:
            why = (
                f"{column('sent_at')} is missing, but"
                f" {', '.join(column(step) for step in STEPS[1:] if later[step][at])}"
                " is there"
            )
        elif sent.at[at] < created[at]:
            why = f"{column('sent_at')}: it was sent before the order was opened"
        else:
            early = [step for step in STEPS[1:] if times[step].at[at] < sent.at[at]]
            why = f"{', '.join(map(column, early))}: earlier than {column('sent_at')}"
        refused.setdefault(at, why)


@dataclass(frozen=True)
class _Answered:
    """What the columns of answers say of n rows.

    `status` is open, closed, reopened, or None for an empty cell.
    """

    satisfied: list[bool | None]
    reopened: list[bool | None]
    status: list[str | None]


def _answered(
    orders: OrderBlock, wanted: set[int], refused: dict[int, str]
) -> _Answered:
    """Read the columns of answers; what is off in one of the rows `wanted` goes into `refused`."""
    told, column, mapping = (
        orders.moments["told_at"],
        orders.of.column,
        orders.of.mapping,
    )
    satisfied, wrong_satisfied = read_truths(
        orders.text("is_satisfied"), column("is_satisfied"), mapping.yes, mapping.no
    )
    reopened, wrong_reopened = read_truths(
        orders.text("is_reopened"), column("is_reopened"), mapping.yes, mapping.no
    )
    status, wrong_status = read_statuses(
        orders.text("status"), column("status"), mapping.statuses
    )
    early = {
        at: f"{column('told_at')}: the citizen was told before the order was opened"
        for at in np.flatnonzero(told.at < orders.moments["created_at"].at).tolist()
    }
    for reasons in (told.reasons, wrong_satisfied, wrong_reopened, wrong_status, early):
        for at, why in reasons.items():
            if at in wanted:
                refused.setdefault(at, why)
    return _Answered(satisfied, reopened, status)


def _feedbacks(
    orders: OrderBlock, where: list[int], refused: dict[int, str]
) -> tuple[list[int], pa.Table]:
    """Return the answers to citizens among the rows `where`.

    An order that is closed, when is not known, has one without a moment.
    """
    told = orders.moments["told_at"]
    is_told = told.is_given
    answered = _answered(orders, set(where), refused)
    status = answered.status
    kept = [
        at
        for at in where
        if at not in refused and (is_told[at] or status[at] is not None)
    ]
    orders.say(
        "the status says that the order is open, but it has a closing time: the time"
        " counts",
        [at for at in kept if is_told[at] and status[at] == "open"],
    )
    orders.say(
        "closed, time unknown: the status says so, and there is no closing time",
        [at for at in kept if not is_told[at] and status[at] == "closed"],
    )
    is_open_again = [
        bool(answered.reopened[at])
        or status[at] == "reopened"
        or (not is_told[at] and status[at] == "open")
        for at in kept
    ]
    known = np.datetime64(orders.of.recorded_at.replace(tzinfo=None), "us")
    occurred = np.where(is_told[kept], told.at[kept], known)
    return kept, _table(
        "feedbacks",
        len(kept),
        {
            "event_id": orders.text("event_id").take(pa.array(kept, pa.int64())),
            "version": 1,
            "occurred_at": _utc(occurred),
            "recorded_at": orders.of.recorded_at,
            "told_at": _utc(told.at[kept]),
            "is_satisfied": pa.array(
                [answered.satisfied[at] for at in kept], pa.bool_()
            ),
            "is_reopened": is_open_again,
            "source": FEED,
        },
    )


def _hidden(mask: Mask, words: pa.StringArray) -> pa.StringArray:
    """Return words of which many are the same, without what is not for everybody's eyes."""
    coded = words.dictionary_encode()
    masked = mask.texts(coded.dictionary)
    return words if masked is coded.dictionary else masked.take(coded.indices)


def _or(texts: pa.StringArray, other: str) -> pa.StringArray:
    return pc.if_else(pc.equal(texts, ""), other, texts)


def _or_null(texts: pa.StringArray) -> pa.StringArray:
    return pc.if_else(pc.equal(texts, ""), pa.scalar(None, pa.string()), texts)


def _micro(degrees: npt.NDArray[np.float64]) -> pa.Int32Array:
    rounded = np.round(np.nan_to_num(degrees) * 1e6).astype(np.int32)
    return pa.array(rounded, pa.int32(), mask=~np.isfinite(degrees))


def _utc(times: Times) -> pa.TimestampArray:
    return pa.array(times, pa.timestamp("us")).cast(pa.timestamp("us", tz="UTC"))


def _table(name: str, n: int, columns: Mapping[str, object]) -> pa.Table:
    """Return n rows of a table.

    A value that is no column stands in every row, a column not given is null.
    """
    made: list[Any] = []
    for spec in TABLES[name].schema:
        value: Any = columns.get(spec.name)
        if isinstance(value, (pa.Array, pa.ChunkedArray)):
            made.append(value.cast(spec.type))
        elif isinstance(value, list):
            made.append(pa.array(cast("list[object]", value), spec.type))
        else:
            made.append(pa.repeat(pa.scalar(value, spec.type), n))
    return pa.table(made, schema=TABLES[name].schema)
