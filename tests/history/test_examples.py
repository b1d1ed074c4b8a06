"""Named cases of the past, each with numbers computed by hand, asked through the desk of a
lake that lived on.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pyarrow as pa
import pytest

from layers.registry import load_registry
from tests.history.histories import TRIO
from twin.city import City
from twin.contracts import TABLES
from twin.feeds.batch import Batch
from twin.pack import load_city
from twin.query import QueryService
from twin.store import Lake, newest, publish
from twin.store.files import read
from twin.view import View, pin

Row = dict[str, Any]


def at(text: str, day: int = 16) -> datetime:
    """'23:07' of the day, UTC."""
    hour, minute = (int(part) for part in text.split(":"))
    return datetime(2026, 7, day, hour, minute, tzinfo=UTC)


class AppContext:
    """A lake that is filled a row at a time, and what its desk says of any two clocks."""

    def __init__(self, city: City, folder: Path) -> None:
        self.city, self.lake = city, Lake(folder / "lake")
        self._service: QueryService | None = None

    def publish(self, as_of: datetime, **rows: list[Row]) -> None:
        """Publish rows; what is not given has a plain value, or none."""
        batches = [
            Batch(
                table,
                pa.Table.from_pylist(
                    [filled(table, row) for row in each], schema=TABLES[table].schema
                ),
                "test",
                "test",
            )
            for table, each in rows.items()
        ]
        publish(
            self.lake,
            self.city,
            batches,
            as_of=as_of,
            simulated=True,
            now=lambda: as_of,
        )
        self.close()

    def close(self) -> None:
        """Let go of the desk: the next question is put to a new one."""
        if self._service:
            self._service.close()
        self._service = None

    def ask(
        self,
        layer: str,
        sql: str,
        as_of: datetime,
        known_at: datetime | None = None,
        **params: Any,
    ) -> list[Row]:
        """The rows of a layer's question at two clocks."""
        self._service = service = self._service or QueryService(
            self.city, load_registry(self.city), self.lake.path
        )
        pinned = pin(View(as_of=as_of, known_at=known_at), self.city, service.pointer)
        clocks = {
            "as_of": pinned.as_of,
            "known_at": pinned.known_at,
            "mode": "live",
            "zone_streets": (),
        }
        return service.ask(
            layer, sql, clocks | params, pinned.snapshot
        ).rows.to_pylist()

    def figures(
        self, sql: str, as_of: datetime, known_at: datetime | None = None
    ) -> dict[str, Any]:
        """Headline figures by name."""
        return {
            name: row["value"]
            for name, row in self.beside(sql, as_of, known_at).items()
        }

    def beside(
        self,
        sql: str,
        as_of: datetime,
        known_at: datetime | None = None,
        layer: str = "headline",
    ) -> dict[str, Row]:
        """Figures by name, with what they are held against, as the layer itself asks for them."""
        self._service = service = self._service or QueryService(
            self.city, load_registry(self.city), self.lake.path
        )
        pinned = pin(View(as_of=as_of, known_at=known_at), self.city, service.pointer)
        found = service._registry.get(layer)
        (panel,) = [
            each
            for each in found.panels
            if each.question.sql == sql and each.question.moment == "view"
        ]
        return {
            row["figure"]: row
            for row in service.panel(found, panel, pinned).rows.to_pylist()
        }

    def facts(self) -> list[Row]:
        """The rows of `event_facts`."""
        snapshot = newest(self.lake)
        return read(
            snapshot.root, list(snapshot.tables["event_facts"].files)
        ).to_pylist()


def filled(table: str, row: Row) -> Row:
    """Return a row with plain values where the contract wants one.

    It is recorded when it happened unless it says otherwise.
    """
    when = row["occurred_at"]
    plain = {"string": "", "bool": False}
    words = {"mode": "live", "level": "city", "role": "lead", "source_id": "S01"}
    made = {
        column.name: (
            None
            if column.null
            else (
                when
                if pa.types.is_timestamp(column.type)
                else plain.get(str(column.type), 1)
            )
        )
        for column in TABLES[table].columns
    }
    return {
        **made,
        **{name: word for name, word in words.items() if name in made},
        **row,
    }


@pytest.fixture(scope="module")
def city() -> City:
    """The made-up city, with its clocks in UTC."""
    return replace(load_city(TRIO), zone=ZoneInfo("UTC"))


@pytest.fixture
def context(city: City, tmp_path: Path) -> Iterator[AppContext]:
    """A hall whose lake is empty."""
    found = AppContext(city, tmp_path)
    yield found
    found.close()


def told(minute: str, version: int = 1, **given: Any) -> Row:
    """The citizen of E1 told."""
    return {
        "event_id": "E1",
        "version": version,
        "told_at": at(minute),
        "occurred_at": at(minute),
        **given,
    }


def sent(unit: str, **given: Any) -> Row:
    """An order of E1 to a unit, sent at 22:01."""
    return {
        "dispatch_id": unit,
        "version": 1,
        "event_id": "E1",
        "sent_at": at("22:01"),
        "occurred_at": at("22:01"),
        "is_required": True,
        **given,
    }


def test_a_reopening_does_not_rewrite_the_hours_before_it(context: AppContext):
    context.publish(
        at("22:05"), events=[{"event_id": "E1", "occurred_at": at("22:00")}]
    )
    context.publish(at("23:10"), feedbacks=[told("23:07")])
    context.publish(at("23:45"), feedbacks=[told("23:41", version=2, is_reopened=True)])

    n_open = {
        minute: context.figures("events.sql", at(minute))["open_now"]
        for minute in ("23:06", "23:07", "23:37", "23:40", "23:41", "23:45")
    }
    assert n_open == {
        "23:06": 1,
        "23:07": 0,
        "23:37": 0,
        "23:40": 0,
        "23:41": 1,
        "23:45": 1,
    }
    assert context.figures("clocks.sql", at("23:37"))["closure_p90_s"] == 67 * 60
    assert context.figures("clocks.sql", at("23:45"))["closure_p90_s"] == 105 * 60


def test_a_reopening_heard_late_was_not_known_before_but_is_now(context: AppContext):
    context.publish(
        at("23:55"),
        events=[{"event_id": "E1", "occurred_at": at("22:00")}],
        feedbacks=[
            told("23:07"),
            told("23:41", version=2, is_reopened=True, recorded_at=at("23:50")),
        ],
    )

    assert context.figures("events.sql", at("23:45"))["open_now"] == 0
    assert (
        context.figures("events.sql", at("23:45"), known_at=at("23:50"))["open_now"]
        == 1
    )
    assert (
        context.figures("events.sql", at("23:40"), known_at=at("23:50"))["open_now"]
        == 0
    )


def test_closed_without_a_time_is_closed_from_when_that_was_said_until_its_time_becomes_known(
    context: AppContext,
):
    context.publish(
        at("22:05"), events=[{"event_id": "E1", "occurred_at": at("21:00")}]
    )
    context.publish(at("23:10"), feedbacks=[told("23:07", told_at=None)])
    context.publish(
        at("23:45"),
        feedbacks=[told("22:30", version=2, replaces=1, recorded_at=at("23:40"))],
    )

    def said(as_of: str, known_at: str) -> tuple[int, float | None, int | None]:
        clocks = context.figures("clocks.sql", at(as_of), at(known_at))
        n_open = context.figures("events.sql", at(as_of), at(known_at))["open_now"]
        return n_open, clocks["closure_p90_s"], clocks.get("closed_untimed")

    assert said("23:06", "23:06") == (1, 126 * 60, None)
    assert said("23:07", "23:07") == (0, None, 1)
    assert said("23:39", "23:39") == (0, None, 1)
    assert said("23:40", "23:40") == (0, 90 * 60, None)
    # By then it was known to be closed, but not since when.
    assert said("23:06", "23:39") == (
        1,
        126 * 60,
        None,
    )
    assert said("22:30", "23:40") == (0, 90 * 60, None)
    assert said("22:29", "23:40") == (1, 89 * 60, None)


def test_an_answer_that_is_corrected_does_not_rewrite_what_was_known_before(
    context: AppContext,
):
    context.publish(
        at("22:35"),
        events=[{"event_id": "E1", "occurred_at": at("21:00")}],
        feedbacks=[told("22:30")],
    )
    context.publish(
        at("23:30"),
        feedbacks=[told("23:00", version=2, replaces=1, recorded_at=at("23:20"))],
    )

    assert context.figures("events.sql", at("22:40"))["open_now"] == 0
    assert context.figures("events.sql", at("22:40"), at("23:20"))["open_now"] == 1
    assert [
        context.figures("clocks.sql", at(minute))["closure_p90_s"]
        for minute in ("23:19", "23:20")
    ] == [90 * 60, 120 * 60]


def test_a_stage_that_is_corrected_was_reached_until_the_correction_was_known(
    context: AppContext,
):
    entered = {"event_id": "E1", "stage": "handle", "occurred_at": at("22:10")}
    context.publish(
        at("22:35"),
        events=[{"event_id": "E1", "occurred_at": at("21:00")}],
        event_stages=[entered],
    )
    context.publish(
        at("23:30"),
        event_stages=[
            {
                **entered,
                "occurred_at": at("22:50"),
                "replaces_at": at("22:10"),
                "recorded_at": at("23:20"),
            }
        ],
    )

    def stage(as_of: str, known_at: str) -> str:
        (row,) = context.ask(
            "attention", "rows.sql", at(as_of), at(known_at), district="", most=8
        )
        return row["stage"]

    assert [
        stage(*each)
        for each in (("22:40", "22:40"), ("22:40", "23:20"), ("22:50", "23:20"))
    ] == ["handle", "sense", "handle"]


def test_units_that_arrived_later_were_not_on_site_before(context: AppContext):
    units = [sent(name) for name in "abc"] + [
        sent(name, version=2, arrived_at=at("22:40"), recorded_at=at("22:40"))
        for name in "abc"
    ]
    context.publish(
        at("23:00"),
        events=[{"event_id": "E1", "occurred_at": at("22:00")}],
        dispatches=units,
    )

    def on_site(minute: str) -> tuple[int, int]:
        (row,) = context.ask("attention", "rows.sql", at(minute), district="", most=8)
        return row["n_arrived"], row["n_units"]

    assert [on_site(minute) for minute in ("22:00", "22:39", "22:40", "23:00")] == [
        (0, 0),
        (0, 3),
        (3, 3),
        (3, 3),
    ]


def test_a_first_import_knows_at_once_what_was_closed(context: AppContext):
    moment = at("22:30") + timedelta(microseconds=1)
    orders = [
        {"event_id": f"E{n}", "occurred_at": at("21:00"), "recorded_at": moment}
        for n in range(5)
    ]
    closings = [
        {
            "event_id": f"E{n}",
            "version": 1,
            "told_at": at("21:30"),
            "occurred_at": at("21:30"),
            "recorded_at": moment,
        }
        for n in range(4)
    ]
    context.publish(moment, events=orders, feedbacks=closings)

    assert context.figures("events.sql", moment)["open_now"] == 1


def test_an_order_opened_by_correction_after_it_was_acknowledged_has_no_response(
    context: AppContext,
):
    first = {"event_id": "E1", "occurred_at": at("22:00"), "created_at": at("22:00")}
    context.publish(
        at("22:10"),
        events=[first],
        dispatches=[sent("a", acked_at=at("22:02"), recorded_at=at("22:02"))],
    )
    context.publish(
        at("22:30"),
        events=[
            first
            | {
                "version": 2,
                "created_at": at("22:12"),
                "recorded_at": at("22:20"),
            }
        ],
    )

    assert context.figures("clocks.sql", at("22:30"))["response_p50_s"] is None
    assert context.figures("clocks.sql", at("22:19"))["response_p50_s"] == 120


def test_an_event_moved_ten_days_over_the_edge_of_a_month_keeps_what_was_done(
    context: AppContext,
):
    june = datetime(2026, 6, 28, 12, tzinfo=UTC)
    context.publish(
        at("22:00", day=8),
        events=[{"event_id": "E1", "occurred_at": june}],
        dispatches=[
            sent(
                "a",
                sent_at=june,
                occurred_at=june,
                acked_at=june + timedelta(seconds=90),
                recorded_at=june + timedelta(minutes=2),
            )
        ],
        feedbacks=[
            {
                "event_id": "E1",
                "version": 1,
                "told_at": june + timedelta(minutes=20),
                "occurred_at": june,
                "recorded_at": june + timedelta(minutes=20),
            }
        ],
    )
    moved = june + timedelta(days=10)
    context.publish(
        at("23:00", day=9),
        events=[
            {
                "event_id": "E1",
                "version": 2,
                "occurred_at": moved,
                "recorded_at": at("22:30", day=9),
            }
        ],
    )

    assert (
        context.ask("attention", "rows.sql", at("23:00", day=9), district="", most=8)
        == []
    )


def test_an_order_that_passes_on_takes_its_unit_and_its_answer_along(
    context: AppContext,
):
    context.publish(
        at("22:10"),
        events=[
            {"event_id": name, "occurred_at": at("22:00")} for name in ("E1", "E2")
        ],
        dispatches=[sent("a", acked_at=at("22:03"), recorded_at=at("22:03"))],
    )
    context.publish(
        at("22:30"),
        dispatches=[
            sent(
                "a",
                version=2,
                event_id="E2",
                acked_at=at("22:03"),
                recorded_at=at("22:20"),
            )
        ],
    )

    def responses(minute: str) -> dict[str, tuple[int | None, int]]:
        rows = context.ask("attention", "rows.sql", at(minute), district="", most=8)
        return {
            row["id"].partition(":")[2]: (row["response_s"], row["n_units"])
            for row in rows
        }

    assert responses("22:19") == {"E1": (180, 1), "E2": (None, 0)}
    assert responses("22:20") == {"E1": (None, 0), "E2": (180, 1)}


def test_new_targets_are_the_targets_of_every_event_from_the_next_publish_on(
    context: AppContext,
):
    context.publish(
        at("22:10"), events=[{"event_id": "E1", "occurred_at": at("22:00")}]
    )
    before = context.city
    rows = [
        row | {"closure_s": 77} for row in before.reference["sla_targets"].to_pylist()
    ]
    context.city = replace(
        before,
        reference={
            **before.reference,
            "sla_targets": pa.Table.from_pylist(
                rows, schema=before.reference["sla_targets"].schema
            ),
        },
    )
    context.publish(at("22:20"))

    assert {row["closure_target_s"] for row in context.facts()} == {77}


def test_an_event_that_exists_only_as_what_was_done_about_it_is_no_figure_until_it_is_reported(
    context: AppContext,
):
    context.publish(at("22:30"), feedbacks=[told("22:20")])
    context.publish(
        at("22:40"), events=[{"event_id": "E2", "occurred_at": at("22:31")}]
    )
    context.publish(
        at("22:50"),
        events=[
            {"event_id": "E1", "occurred_at": at("22:00"), "recorded_at": at("22:45")}
        ],
    )

    assert context.figures("events.sql", at("22:40")) == {
        "events_today": 1,
        "open_now": 1,
    }
    assert context.figures("events.sql", at("22:50")) == {
        "events_today": 2,
        "open_now": 1,
    }


def test_of_two_versions_of_one_stamp_the_higher_is_what_was_known(context: AppContext):
    both = [
        {
            "event_id": "E1",
            "version": n,
            "occurred_at": at("22:00"),
            "title": f"version {n}",
        }
        for n in (2, 1)
    ]
    context.publish(at("22:10"), events=both)

    assert [
        row["title"]
        for row in context.ask(
            "attention", "rows.sql", at("22:00"), district="", most=8
        )
    ] == ["version 2"]
    assert len(context.facts()) == 1


def test_a_version_that_comes_after_a_higher_one_is_never_what_is_known(
    context: AppContext,
):
    rows = [
        {
            "event_id": "E1",
            "version": n,
            "occurred_at": at("22:00"),
            "title": f"version {n}",
            "recorded_at": at(minute),
        }
        for n, minute in ((1, "22:01"), (3, "22:02"), (2, "22:03"))
    ]
    context.publish(at("22:10"), events=rows)

    said = [
        context.ask("attention", "rows.sql", at(minute), district="", most=8)[0][
            "title"
        ]
        for minute in ("22:01", "22:02", "22:03", "22:10")
    ]
    assert said == ["version 1", "version 3", "version 3", "version 3"]


def test_each_span_of_what_was_known_is_one_row_and_later_news_of_nothing_known_add_none(
    context: AppContext,
):
    context.publish(
        at("23:50"),
        events=[{"event_id": "E1", "occurred_at": at("22:00")}],
        dispatches=[sent("a", acked_at=at("22:03"), recorded_at=at("22:03"))],
        feedbacks=[told("22:30")],
    )
    assert [
        (
            row["known_from"],
            row["known_to"],
            row["acked_known_at"],
            row["closed_known_at"],
        )
        for row in context.facts()
    ] == [(at("22:00"), None, at("22:03"), at("22:30"))]

    context.publish(
        at("23:55"),
        dispatches=[
            sent("a", version=2, acked_at=at("22:04"), recorded_at=at("23:51"))
        ],
    )
    assert [
        (row["known_from"], row["known_to"], row["acked_at"], row["closed_known_at"])
        for row in context.facts()
    ] == [
        (at("22:00"), at("23:51"), at("22:03"), at("22:30")),
        (at("23:51"), None, at("22:04"), at("22:30")),
    ]
