"""Reports of one kind that came close together are one incident.

The city merges three of them within 300 m and 30 min. Reports lie on a line that runs east
from 114 E, 30 N, where 100 m are 1,037 millionths of a degree.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.measures.rows import NINE, Growing, Rows, make
from tests.oracles import merged
from twin.engine import Engine
from twin.measures.incidents import MEASURE
from twin.measures.state import News

UD_PER_M = 1e6 / (111_320 * 0.8660255)
LATER = NINE + timedelta(days=1)


def after(minutes: float) -> datetime:
    """A moment that many minutes after nine."""
    return NINE + timedelta(minutes=minutes)


def report(name: str, minutes: float = 0, east_m: float = 0, **said: object) -> dict:
    """A report so long after nine and so far east, recorded when it was opened."""
    opened = after(minutes)
    return {
        "event_id": name,
        "occurred_at": opened,
        "created_at": opened,
        "recorded_at": opened,
        "lon_ud": 114_000_000 + int(east_m * UD_PER_M),
        "lat_ud": 30_000_000,
    } | said


@pytest.fixture
def rows(trio):
    """The rows of `incidents` after reports were published at once."""

    def _rows(*reports: dict) -> list[dict]:
        grown = Growing(trio).publish(LATER, events=make("events", *reports))
        return grown.rows("incidents")

    return _rows


def members(found: list[dict], known_at: datetime | None = None) -> dict[str, str]:
    """The reports of each incident as one text, as they were known; by its first report."""
    told: dict[str, list[str]] = {}
    for row in sorted(found, key=lambda row: row["n_reports"]):
        if known_at is None:
            is_known = row["known_to"] is None
        else:
            ends = row["known_to"]
            is_known = row["known_from"] <= known_at and (not ends or ends > known_at)
        if is_known:
            told.setdefault(row["incident_id"], []).append(row["event_id"])
    return {name: " ".join(each) for name, each in told.items()}


def test_three_reports_of_one_kind_within_300_m_and_30_min_are_one_incident(rows):
    found = rows(report("a"), report("b", 10, 150, priority=2), report("c", 30, 300))

    assert members(found) == {"I-a": "a b c"}
    assert [
        (
            row["event_id"],
            row["is_first"],
            row["n_reports"],
            row["priority"],
            row["occurred_at"],
            row["reported_at"],
            row["merged_at"],
        )
        for row in found
    ] == [
        ("a", True, 1, 2, NINE, NINE, after(30)),
        ("b", False, 2, 1, NINE, after(10), after(30)),
        ("c", False, 3, 1, NINE, after(30), after(30)),
    ]
    assert found[-1]["lon_ud"] == 114_000_000 + int(150 * UD_PER_M)
    assert {row["known_from"] for row in found} == {after(30)}


@pytest.mark.parametrize(
    "third",
    [
        report("c", 30, 301),
        report("c", 30.1, 300),
        report("c", category="smoke"),
        report("c", mode="drill"),
        report("c", lon_ud=None, lat_ud=None),
    ],
    ids=["too far", "too late", "another kind", "a drill", "without a place"],
)
def test_what_is_too_far_too_late_or_of_another_kind_is_not_merged(rows, third):
    assert rows(report("a"), report("b", 10, 150), third) == []


def test_the_worst_level_is_1_and_cannot_be_raised(rows):
    found = rows(*(report(name, priority=1) for name in "abc"))

    assert {row["priority"] for row in found} == {1}


def test_a_drill_is_merged_apart(rows):
    found = rows(
        *(report(name) for name in "abc"),
        *(report(name, mode="drill") for name in "xyz"),
    )

    assert members(found) == {"I-a": "a b c", "I-x": "x y z"}
    assert {row["mode"] for row in found if row["incident_id"] == "I-x"} == {"drill"}


def test_of_reports_of_one_moment_the_least_number_is_the_first(rows):
    """Drawn: c and a lie 250 m to either side of b; a is the first, and c is not in reach
    of it until d joins b's.

    a ---250 m--- b ---250 m--- c       d lies at b
    """
    found = rows(
        report("c", 0, 500), report("a"), report("b", 0, 250), report("d", 0, 250)
    )

    assert members(found) == {"I-a": "a b d"}


def test_a_lone_report_before_them_does_not_keep_three_apart(rows):
    """`a` has only `b` in reach; `b`, `c` and `d` are all close to `b`."""
    found = rows(
        report("a"), report("b", 1, 290), report("c", 2, 400), report("d", 3, 500)
    )

    assert members(found) == {"I-b": "b c d"}


def test_no_chain_leads_on_through_a_city(rows):
    """Nine reports 149 m apart: the first three are in reach of the first, and so on."""
    found = rows(*(report(f"r{n}", n, 149 * n) for n in range(9)))

    assert members(found) == {
        "I-r0": "r0 r1 r2",
        "I-r3": "r3 r4 r5",
        "I-r6": "r6 r7 r8",
    }


def test_a_report_joins_the_incident_that_began_first(rows):
    left = [report(name, 0, 0) for name in ("a1", "a2", "a3")]
    right = [report(name, 1, 500) for name in ("b1", "b2", "b3")]

    assert members(rows(*left, *right, report("z", 2, 250))) == {
        "I-a1": "a1 a2 a3 z",
        "I-b1": "b1 b2 b3",
    }


def test_before_the_third_report_the_first_two_are_no_incident(rows):
    found = rows(report("a"), report("b", 10), report("c", 20), report("d", 25))

    assert [row["merged_at"] for row in found] == [
        after(20),
        after(20),
        after(20),
        after(25),
    ]


def test_a_report_that_is_recorded_late_changes_the_incident_from_then_on(rows):
    """Opened at nine, and first of all, but not known before noon."""
    found = rows(
        report("b", 1),
        report("c", 2),
        report("d", 3),
        report("a", 0, recorded_at=after(180)),
    )

    assert members(found, after(179)) == {"I-b": "b c d"}
    assert members(found, after(180)) == {"I-a": "a b c d"}


def test_a_corrected_place_takes_a_report_out_and_the_incident_with_it(rows):
    moved = report("c", 2, 5_000, version=2, recorded_at=after(60))
    found = rows(report("a"), report("b", 1), report("c", 2), moved)

    assert members(found, after(59)) == {"I-a": "a b c"}
    assert members(found, after(60)) == {}


def test_a_version_that_comes_after_a_higher_one_counts_for_nothing(rows):
    late = report("c", 2, 5_000, version=1, recorded_at=after(60))
    found = rows(report("a"), report("b", 1), report("c", 2, version=2), late)

    assert members(found, after(61)) == {"I-a": "a b c"}


def test_the_pack_says_how_many_how_far_and_how_long(trio):
    own = {"radius_m": 50, "window_s": 60, "least_reports": 2}
    city = replace(trio, settings={**trio.settings, "incidents": own})
    log = make(
        "events", report("a"), report("b", 1, 50), report("c", 2), report("d", 0, 120)
    )

    assert members(Growing(city).publish(LATER, events=log).rows("incidents")) == {
        "I-a": "a b"
    }


def test_news_far_from_any_report_write_nothing(trio):
    grown = Growing(trio).publish(
        LATER, events=make("events", *(report(name) for name in "abc"))
    )
    grown.publish(LATER, events=make("events", report("z", 300)))

    assert "incidents" not in grown.renewed


@dataclass
class Merged(Growing):
    """A lake in memory that keeps one measure: the others cost time and say nothing here."""

    def publish(self, as_of: datetime, **batch: pa.Table) -> Merged:
        """Take in new reports, and work out the incidents."""
        held = self.tables.get("events", batch["events"].slice(0, 0))
        self.tables["events"] = pa.concat_tables([held, batch["events"]])
        news = News(batch, as_of, whole=self.as_of is None)
        with Engine.from_tables(dict(self.tables)) as engine:
            state = Rows(self.tables, self.as_of, engine=engine)
            for update in MEASURE.update(self.city, state, news):
                self._take(update)
        self.as_of = as_of
        return self


VERSIONS = st.lists(
    st.tuples(
        st.integers(0, 11),  # which event
        st.integers(0, 70),  # opened, min after nine
        st.integers(0, 120),  # recorded, min after that
        st.integers(0, 12),  # place on the line, of 90 m
        st.sampled_from(["smell", "smell", "smell", "noise"]),
        st.sampled_from(["live", "live", "live", "drill"]),
        st.integers(1, 4),
        st.booleans(),  # has a place
    ),
    min_size=3,
    max_size=16,
)


def versions(drawn: list[tuple]) -> list[dict]:
    """Versions of events in the order in which they were drawn."""
    made: list[dict] = []
    for which, opened, known, place, category, mode, priority, placed in drawn:
        name = f"E{which:02d}"
        said = {
            "version": 1 + sum(row["event_id"] == name for row in made),
            "recorded_at": after(opened + known),
            "category": category,
            "mode": mode,
            "priority": priority,
        }
        row = report(name, opened, 90 * place, **said)
        made.append(row if placed else {**row, "lon_ud": None, "lat_ud": None})
    return made


def seen(found: list[dict], as_of: datetime, known_at: datetime) -> list[tuple]:
    """What the measure says of two clocks, as the oracle says it."""
    held = [
        row
        for row in found
        if row["known_from"] <= known_at
        and (row["known_to"] is None or row["known_to"] > known_at)
        and row["merged_at"] <= as_of
    ]
    names = sorted({row["incident_id"] for row in held})
    told = []
    for name in names:
        mine = sorted(
            (row for row in held if row["incident_id"] == name),
            key=lambda row: row["n_reports"],
        )
        last = mine[-1]
        told.append(
            (
                name,
                [row["event_id"] for row in mine],
                [row["n_reports"] for row in mine] == list(range(1, len(mine) + 1)),
                last["priority"],
                (last["lon_ud"], last["lat_ud"]),
            )
        )
    return told


def judged(log: list[dict], as_of: datetime, known_at: datetime) -> list[tuple]:
    """The same by the oracle."""
    return sorted(
        (
            f"I-{each[0]['event_id']}",
            [row["event_id"] for row in each],
            True,
            merged.level(each),
            merged.middle(each),
        )
        for each in merged.incidents_at(log, as_of, known_at)
    )


@settings(max_examples=40, deadline=None)
@given(VERSIONS, st.data())
def test_any_order_and_any_batches_give_what_the_rule_says_at_any_two_clocks(
    trio, drawn, data
):
    log = versions(drawn)
    mixed = data.draw(st.permutations(log))
    cuts = sorted(data.draw(st.lists(st.integers(1, len(log)), max_size=4)))
    grown = Merged(trio)
    for start, end in zip([0, *cuts], [*cuts, len(log)], strict=True):
        if mixed[start:end]:
            grown.publish(LATER, events=make("events", *mixed[start:end]))
    once = Merged(trio).publish(LATER, events=make("events", *log))

    found = grown.rows("incidents")
    assert found == once.rows("incidents")
    moments = sorted(
        {row[name] for row in log for name in ("created_at", "recorded_at")}
    )
    for known_at in moments:
        for as_of in (moments[len(moments) // 3], known_at, moments[-1]):
            assert seen(found, as_of, known_at) == judged(log, as_of, known_at)


@settings(max_examples=20, deadline=None)
@given(VERSIONS)
def test_every_report_of_an_incident_is_in_reach_of_its_first_and_in_no_other(
    trio, drawn
):
    log = versions(drawn)
    grown = Merged(trio).publish(LATER, events=make("events", *log))
    now = [row for row in grown.rows("incidents") if row["known_to"] is None]

    assert len({row["event_id"] for row in now}) == len(now)
    for row in now:
        assert row["reported_at"] - row["occurred_at"] <= timedelta(minutes=30)
    for name in {row["incident_id"] for row in now}:
        assert sum(row["incident_id"] == name for row in now) >= 3


def test_an_empty_batch_of_events_is_taken(trio):
    grown = Growing(trio).publish(NINE, events=make("events", report("a")))

    assert (
        grown.publish(
            LATER,
            events=pa.table(make("events").to_pydict(), schema=make("events").schema),
        ).rows("incidents")
        == []
    )
