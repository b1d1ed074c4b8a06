"""Bikes before a camera are a pile from ten within 8 m of each other on.

Bikes stand in a row that runs north from 41 N, 28 W, 0.99 m apart, which is 8.9 millionths of a
degree of latitude.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.measures.rows import NINE, Growing, Rows, make
from tests.oracles import piled
from twin.contracts import TABLES
from twin.engine import Engine
from twin.measures.bike_clusters import MEASURE
from twin.measures.piles import labels
from twin.measures.state import News

LATER = NINE + timedelta(days=2)
UD_PER_M = 8.9


def after(minutes: float):
    """A moment that many minutes after nine."""
    return NINE + timedelta(minutes=minutes)


def picture(minutes: float, n: int, north_m: float = 0, **said: object) -> list[dict]:
    """A picture of n bikes in a row, known when it was taken."""
    at = after(minutes)
    camera = said.get("device_id", "C1")
    return [
        {
            "detection_id": f"{camera}-{minutes}-{north_m}-{number:03d}",
            "version": 1,
            "occurred_at": at,
            "recorded_at": at,
            "device": "camera",
            "device_id": camera,
            "model": "m",
            "model_version": "1",
            "class": "bicycle",
            "score": 0.9,
            "lon_ud": -28_000_000,
            "lat_ud": 41_000_000 + round((north_m + number) * UD_PER_M),
            "source": "test",
        }
        | said
        for number in range(n)
    ]


def table(bikes: list[dict]) -> pa.Table:
    """Rows of detections."""
    schema = TABLES["detections"].schema
    return pa.Table.from_pylist(
        [dict.fromkeys(schema.names) | bike for bike in bikes], schema=schema
    )


@dataclass
class Piled(Growing):
    """A lake in memory that keeps one measure."""

    def publish(self, as_of, **batch: pa.Table) -> Piled:
        """Take in new detections, and work out the piles."""
        held = self.tables.get("detections", batch["detections"].slice(0, 0))
        self.tables["detections"] = pa.concat_tables([held, batch["detections"]])
        news = News(batch, as_of, whole=self.as_of is None)
        with Engine.from_tables(dict(self.tables)) as engine:
            state = Rows(self.tables, self.as_of, engine=engine)
            for update in MEASURE.update(self.city, state, news):
                self._take(update)
        self.as_of = as_of
        return self


@pytest.fixture
def rows(trio):
    """The rows of `bike_clusters` after pictures were published at once."""
    return lambda *pictures: (
        Piled(trio)
        .publish(LATER, detections=table([bike for each in pictures for bike in each]))
        .rows("bike_clusters")
    )


def seen(found: list[dict]) -> list[tuple]:
    """Of each row that is known now: pile, minute, bikes, and most of them so far."""
    return [
        (
            row["cluster_id"],
            (row["occurred_at"] - NINE) // timedelta(minutes=1),
            row["n_bikes"],
            row["max_n"],
        )
        for row in found
        if row["known_to"] is None
    ]


def test_a_pile_grows_shrinks_and_is_gone_in_the_first_picture_without_it(rows):
    name = "C1@20260716T090500-1"

    assert seen(
        rows(
            picture(0, 9),
            picture(5, 12),
            picture(10, 30),
            picture(15, 11),
            picture(20, 4),
            picture(25, 3),
        )
    ) == [(name, 5, 12, 12), (name, 10, 30, 30), (name, 15, 11, 30), (name, 20, 0, 30)]


def test_nine_bikes_are_no_pile_and_bikes_that_stand_alone_belong_to_none(rows):
    assert rows(picture(0, 9)) == []
    far = [bike for n in range(20) for bike in picture(0, 1, 9 * n)]
    assert rows(far) == []


def test_area_density_operator_and_what_is_blocked(rows):
    """Two rows of 20, 2 m apart: 38 m²; the middle of a row has all within 25 m."""
    west = [
        {**bike, "operator": "A", "detection_id": f"w{at}"}
        for at, bike in enumerate(picture(0, 20))
    ]
    east = [
        {
            **bike,
            "operator": ("B" if at < 19 else None),
            "blocks": {3: "tactile", 5: "entrance"}.get(at),
            "lon_ud": -28_000_000 + round(2 * UD_PER_M / np.cos(np.radians(41))),
            "detection_id": f"e{at}",
        }
        for at, bike in enumerate(picture(0, 20))
    ]
    (row,) = rows([*west, *east])

    assert (row["n_bikes"], row["n_close"]) == (40, 40)
    assert row["area_m2"] == pytest.approx(2 * 19, rel=0.02)
    assert (row["operator"], row["blocks"]) == ("A", "entrance")


def test_a_long_thin_row_is_no_heap(rows):
    """Of 100 bikes 0.99 m apart 51 stand within 25 m of one."""
    (row,) = rows(picture(0, 100))

    assert (row["n_bikes"], row["n_close"]) == (100, 51)


def test_a_bike_that_a_person_rejects_counts_until_that_is_known(rows):
    bikes = picture(0, 10)
    no = {
        **bikes[4],
        "version": 2,
        "human_verdict": "rejected",
        "recorded_at": after(60),
    }
    (row,) = rows([*bikes, no])

    assert (row["known_from"], row["known_to"]) == (NINE, after(60))


def test_two_piles_that_meet_go_on_as_the_one_seen_first_and_the_other_is_gone(rows):
    found = seen(
        rows(
            picture(0, 12),
            [*picture(5, 12), *picture(5, 12, 40)],
            picture(10, 52),
        )
    )

    first, second = "C1@20260716T090000-1", "C1@20260716T090500-2"
    assert [each for each in found if each[0] == first] == [
        (first, 0, 12, 12),
        (first, 5, 12, 12),
        (first, 10, 52, 52),
    ]
    assert [each for each in found if each[0] == second] == [
        (second, 5, 12, 12),
        (second, 10, 0, 12),
    ]


def test_after_a_silence_of_more_than_an_hour_it_is_another_pile(rows):
    assert [each[0] for each in seen(rows(picture(0, 12), picture(61, 12)))] == [
        "C1@20260716T090000-1",
        "C1@20260716T100100-1",
    ]
    assert len({each[0] for each in seen(rows(picture(0, 12), picture(60, 12)))}) == 1


def test_cameras_are_followed_apart_and_a_drone_is_not(rows):
    found = rows(
        picture(0, 12),
        picture(0, 12, device_id="C2"),
        picture(0, 12, device_id="UAV1", device="drone"),
    )

    assert {row["device_id"] for row in found} == {"C1", "C2"}


def test_the_event_that_was_opened_from_it_stays_with_it(rows):
    found = rows(
        picture(0, 12), picture(5, 12, event_id="E7"), picture(10, 12), picture(15, 2)
    )

    assert [row["event_id"] for row in found] == [None, "E7", "E7", "E7"]


def test_a_picture_that_comes_late_changes_what_is_known_from_then_on(rows):
    late = picture(5, 3, recorded_at=after(30))
    found = rows(picture(0, 12), picture(10, 12), late)

    assert [
        (row["cluster_id"][-8:], row["n_bikes"], row["known_from"], row["known_to"])
        for row in found
    ] == [
        ("090000-1", 12, NINE, None),
        ("090000-1", 0, after(30), None),
        ("090000-1", 12, after(10), after(30)),
        ("091000-1", 12, after(30), None),
    ]


@settings(max_examples=80, deadline=None)
@given(
    st.lists(st.tuples(st.integers(0, 40), st.integers(0, 40)), max_size=60),
    st.integers(2, 12),
)
def test_clusters_are_those_of_the_rule_itself(points, least):
    x, y = (np.array([each[at] for each in points], float) for at in (0, 1))
    of = labels(x, y, 3.5, least)
    found = {
        frozenset(np.flatnonzero(of == number).tolist())
        for number in range(of.max(initial=-1) + 1)
    }

    assert found == piled.clusters(points, 3.5, least)


@settings(max_examples=25, deadline=None)
@given(
    st.lists(
        st.tuples(
            st.integers(0, 6),  # picture, of every 10 min
            st.integers(0, 3),  # where, of every 20 m
            st.integers(3, 14),  # bikes
            st.integers(0, 40),  # recorded so many min later
        ),
        min_size=1,
        max_size=8,
        unique_by=lambda drawn: drawn[:2],
    ),
    st.data(),
)
def test_any_order_and_any_batches_give_the_same_piles(trio, drawn, data):
    pictures = [
        picture(10 * when, n, 20 * where, recorded_at=after(10 * when + late))
        for when, where, n, late in drawn
    ]
    mixed = data.draw(st.permutations(pictures))
    cut = data.draw(st.integers(0, len(mixed)))
    grown = Piled(trio)
    for part in (mixed[:cut], mixed[cut:]):
        if part:
            bikes = [bike for each in part for bike in each]
            grown.publish(LATER, detections=table(bikes))
    once = Piled(trio).publish(
        LATER, detections=table([bike for each in pictures for bike in each])
    )

    assert grown.rows("bike_clusters") == once.rows("bike_clusters")


def test_news_without_bikes_write_nothing(trio):
    grown = Piled(trio).publish(LATER, detections=table(picture(0, 12)))
    grown.renewed.clear()
    grown.publish(LATER, detections=table(picture(30, 5, **{"class": "smoke"})))

    assert grown.renewed == []
    assert make("events").num_rows == 0
