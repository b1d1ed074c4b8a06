"""What was known of every event, at any two clocks.

Only events with news are worked out again, and only their days are written.

Targets are those of the pack at publish: when they change, every event is worked out anew.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.compute as pc

from twin.contracts.events import FEEDS_OF_ORDERS, STAGES
from twin.contracts.measured import EVENT_FACTS, OF_THE_EVENT
from twin.engine import load_sql
from twin.measures.definition import Definition
from twin.measures.state import Measure, MeasureUpdate, News, State

if TYPE_CHECKING:
    from twin.city import City

_LOGS = ("events", "event_stages", "dispatches", "feedbacks", "quarantine")
_SQL = load_sql(Path(__file__).with_name("event_facts.sql"))
_DAYS = load_sql(Path(__file__).with_name("event_days.sql"))
_PASSED = load_sql(Path(__file__).with_name("orders_passed.sql"))

# News of more events than this are quicker worked out day by day than event by event.
_MANY = 20_000

# Events that are worked out together: DuckDB needs some 4 kB for each.
_AT_ONCE = 10_000
_DAY = timedelta(days=1)
_ORDERS: Mapping[str, object] = {"of_orders": list(FEEDS_OF_ORDERS)}


def _update(_city: City, state: State, news: News) -> Iterator[MeasureUpdate]:
    """Yield the days of `event_facts` that news change, or all of them."""
    if news.whole:
        pieces = _pieces(state, _days(state, None))
        if stale := tuple(
            set(state.chunks("event_facts")) - {piece.chunk for piece in pieces}
        ):
            yield MeasureUpdate(
                "event_facts", EVENT_FACTS.empty(), "replace_chunks", stale
            )
        yield from _worked_out(state, pieces)
        return
    touched = _touched(state, news.batch)
    if len(touched) > _MANY:
        days = {
            day
            for at in range(0, len(touched), _MANY)
            for day in _days(state, touched[at : at + _MANY])
        }
        changed = {state.chunk_of("event_facts", day.date()) for day in days}
        yield from _worked_out(
            state,
            [
                piece
                for piece in _pieces(state, _days(state, None))
                if piece.chunk in changed
            ],
        )
    elif touched:
        yield from _again(state, touched)


@dataclass
class _Piece:
    """A day or month of `event_facts` as it stands in one piece.

    It tells its days, and how many versions of events occurred on each.
    """

    chunk: str
    days: dict[datetime, int]


def _pieces(state: State, days: Mapping[datetime, int]) -> list[_Piece]:
    """Part days into the pieces of the table, in order."""
    made: list[_Piece] = []
    for day, n in days.items():
        chunk = state.chunk_of("event_facts", day.date())
        if not made or made[-1].chunk != chunk:
            made.append(_Piece(chunk, {}))
        made[-1].days[day] = n
    return made


def _worked_out(state: State, pieces: list[_Piece]) -> Iterator[MeasureUpdate]:
    """Yield the facts of all events of the pieces; so many at a time that they fit the memory."""
    group: list[_Piece] = []
    for piece in pieces:
        if (
            group
            and sum(sum(each.days.values()) for each in (*group, piece)) > _AT_ONCE
        ):
            yield _facts(state, group)
            group = []
        group.append(piece)
    if group:
        yield _facts(state, group)


def _facts(state: State, group: list[_Piece]) -> MeasureUpdate:
    days = {day: n for piece in group for day, n in piece.days.items()}
    made = [
        state.query(
            _SQL, {**_of(None), **_ORDERS, "month_from": first, "month_to": end}
        ).cast(EVENT_FACTS.schema)
        for first, end in _spans(days)
    ]
    return MeasureUpdate(
        "event_facts",
        pa.concat_tables(made),
        "replace_chunks",
        tuple(piece.chunk for piece in group),
    )


def _spans(days: Mapping[datetime, int]) -> Iterator[tuple[datetime, datetime]]:
    """Yield first moment and end of runs of days that are worked out at once.

    A run holds no more events than that allows.
    """
    run: list[datetime] = []
    for day in days:
        if run and sum(days[each] for each in (*run, day)) > _AT_ONCE:
            yield run[0], run[-1] + _DAY
            run = []
        run.append(day)
    if run:
        yield run[0], run[-1] + _DAY


def _touched(state: State, batch: Mapping[str, pa.Table]) -> list[str]:
    """Return the ids of events that new rows speak of, in order.

    Those that an order was taken from are among them.
    """
    found: set[str] = set()
    for name in ("events", "event_stages", "dispatches", "feedbacks"):
        if name in batch:
            found.update(pc.unique(batch[name]["event_id"]).to_pylist())
    if "quarantine" in batch:
        refused = batch["quarantine"]
        closings = refused.filter(pc.equal(refused["table_name"], "feedbacks"))[
            "subject_id"
        ]
        found.update(name for name in closings.to_pylist() if name is not None)
    if "dispatches" in batch and "dispatch_id" in batch["dispatches"].column_names:
        orders: list[str] = (
            pc.unique(batch["dispatches"]["dispatch_id"]).drop_null().to_pylist()
        )
        asked = {
            "orders": orders,
            "first_id": min(orders, default=None),
            "last_id": max(orders, default=None),
        }
        found.update(
            state.query(_PASSED, asked)["event_id"].to_pylist() if orders else ()
        )
    return sorted(found)


def _of(ids: list[str] | None) -> dict[str, object]:
    """Return the parameters that name events, or None for all.

    Their range lets files be passed over.
    """
    return {
        "ids": ids,
        "first_id": min(ids) if ids else None,
        "last_id": max(ids) if ids else None,
    }


def _days(state: State, ids: list[str] | None) -> dict[datetime, int]:
    """Return the days, UTC, on which versions of events occurred, and how many.

    Where None is given, all events count.
    """
    rows = state.query(_DAYS, _of(ids)).to_pylist()
    return {row["day"].astimezone(UTC): row["n"] for row in rows}


def _chunks(state: State, days: Iterable[datetime]) -> tuple[str, ...]:
    return tuple(sorted({state.chunk_of("event_facts", day.date()) for day in days}))


def _again(state: State, touched: list[str]) -> Iterator[MeasureUpdate]:
    """Yield the days in which events with news occurred.

    They come with their new facts, and with those of other events as they stand.
    """
    days = _days(state, touched)
    if not days:  # news of events that are not known themselves
        return
    asked = {**_of(touched), **_ORDERS, "month_from": None, "month_to": None}
    made = state.query(_SQL, asked).cast(EVENT_FACTS.schema)
    chunks = _chunks(state, days)
    held = pa.concat_tables([state.chunk("event_facts", chunk) for chunk in chunks])
    again = pc.is_in(held["event_id"], value_set=pa.array(touched))
    kept = held.filter(pc.invert(again))
    yield MeasureUpdate(
        "event_facts",
        pa.concat_tables([made, kept]),
        "replace_chunks",
        chunks,
        fresh=made.num_rows,
    )


_STAGES_AT = tuple(f"{stage}_at" for stage in STAGES)
_MOMENTS_AT = ("acked_at", "arrived_at", "done_at", "closed_at", "closed_by_at")

_CASE = (
    "one district's published case, not a rule of the city: hence a configurable target"
)

MEASURE = Measure(
    table=EVENT_FACTS,
    definitions=(
        Definition(
            EVENT_FACTS.pick("acked_at"),
            title="Time to first acknowledgement",
            better="lower",
            formula=(
                "response_s: earliest acked_at among the event's orders, each by its"
                " newest version known then, minus its created_at; whole seconds gone"
                " by"
            ),
            target="sla_targets: response_s, by source and priority",
            absent=(
                "nobody had acknowledged, or nobody knew: drawn as a dash, counted as"
                " waiting; acknowledged before it was opened (by a correction): no"
                " length, and not waiting either"
            ),
            source=_CASE,
        ),
        Definition(
            EVENT_FACTS.pick("closed_at"),
            title="Time until the citizen is told",
            better="lower",
            formula=(
                "closure_s: told_at of the first answer since the event was opened, or"
                " opened again, by the moment looked at, minus created_at; not when"
                " the work was done; answers count in the order of told_at, then"
                " version"
            ),
            target="sla_targets: closure_s, by source and priority",
            absent=(
                "not told by then, or open again: the event is open and is counted so;"
                " told before it was opened: no length"
            ),
            source=_CASE,
        ),
        Definition(
            EVENT_FACTS.pick("closed_by_at"),
            title="Closed, time unknown",
            better="lower",
            formula=(
                "occurred_at of the first answer since the event was opened, or opened"
                " again, where that answer has no told_at: when the source first said"
                " that it is closed; an answer that is corrected by a later one counts"
                " no longer from when that was recorded"
            ),
            absent=(
                "the time is known, or it is open: an event closed without a time is"
                " neither open nor among the times of closing"
            ),
            source=(
                "a file that says 'closed' and not when must not leave the event open"
                " for ever, nor make up a time"
            ),
        ),
        Definition(
            EVENT_FACTS.pick("arrived_at"),
            title="Time to the first unit on site",
            better="lower",
            formula="earliest arrived_at among its orders, minus created_at",
            absent="no unit is there yet, or none has to go",
            source=(
                "the published case names four units sent at once; the first one there"
                " counts"
            ),
        ),
        Definition(
            EVENT_FACTS.pick("done_at"),
            title="Time until the last required unit is done",
            better="lower",
            formula="latest done_at among its required orders, minus created_at",
            absent="a required unit is not done, or none is required",
            source=(
                "several units work on one event: it is done when all that are"
                " required are"
            ),
        ),
        Definition(
            EVENT_FACTS.pick(*_STAGES_AT),
            title="When each stage was first entered",
            formula=(
                "earliest occurred_at among the event's rows of event_stages of that"
                " stage, but for those that a later row corrects; an event from a feed"
                " of orders was sensed at its created_at, handled at its first"
                " acknowledgement, evaluated at the first told_at of its answers"
            ),
            absent=(
                "not entered, or nobody knew: the stage before it is the one reached;"
                " monitor, judge and warn of an event from a feed of orders: always"
            ),
            source=(
                "feeds of orders give no stages: theirs follow from the orders' own"
                " moments"
            ),
        ),
        Definition(
            EVENT_FACTS.pick(
                *(
                    f"{name.removesuffix('_at')}_known_at"
                    for name in (*_MOMENTS_AT, *_STAGES_AT)
                )
            ),
            title="From when each of these moments was known",
            formula=(
                "recorded_at of the row since which the moment of the same name has"
                " been the one in this row"
            ),
            absent="the moment itself is null in this row",
            source="a picture of the past shows what had been recorded by then, no more",
        ),
        Definition(
            EVENT_FACTS.pick("refused_known_at"),
            title="Closing refused",
            better="lower",
            formula=(
                "open events of which an answer to the citizen was refused, because its"
                " moments made no sense"
            ),
            absent="none was refused",
            source=(
                "an event whose closing nobody could take must not stay open in silence"
            ),
        ),
        Definition(
            EVENT_FACTS.pick("response_target_s", "closure_target_s"),
            title="Targets that the event is held against",
            formula=(
                "response_s and closure_s of the most exact row of sla_targets: its"
                " source and priority, its source and any priority (0), any source"
                " ('*') and its priority, any of both"
            ),
            absent="no row applies: the event is counted and not judged",
            source=_CASE,
        ),
    ),
    context=(*OF_THE_EVENT, "known_to", "holds_to"),
    logs=_LOGS,
    update=_update,
    reference=("sla_targets",),
    inputs=lambda _city: _SQL.sha256,
)
