"""A living city: after many small publishes the measures are those of one large one."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path

import pyarrow as pa
import pytest

from twin.city import City
from twin.feeds.simulated import Simulated
from twin.simulate import Scenario
from twin.store import Lake, Snapshot, publish
from twin.store.files import read

START = datetime(2026, 7, 15, 22, tzinfo=UTC)
# A smell that four people report, and a heap of bikes, while it is published often.
TOLD = (
    Scenario("burning_smell", START + timedelta(hours=10, seconds=30)),
    Scenario("bike_pileup", START + timedelta(hours=10, minutes=1)),
)
CUTS = tuple(START + timedelta(hours=hours) for hours in (0, 10, 10.02, 10.04, 11, 13))


def grown(trio: City, path: Path, cuts: tuple[datetime, ...]) -> Snapshot:
    """A lake that was published at each of the moments after the first."""
    feed = Simulated(trio, 716, scenarios=TOLD)
    for start, end in pairwise(cuts):
        batches = [
            *(feed.begin(start) if start == START else ()),
            *feed.poll(start, end),
        ]
        snapshot, _ = publish(
            Lake(path),
            trio,
            batches,
            as_of=end,
            simulated=True,
            now=lambda moment=end: moment,
        )
    return snapshot


def rows(snapshot: Snapshot, table: str, *key: str) -> pa.Table:
    """Rows of a table by key."""
    return read(snapshot.root, list(snapshot.tables[table].files)).sort_by(
        [(name, "ascending") for name in key]
    )


@pytest.fixture(scope="module")
def lakes(
    trio: City, tmp_path_factory: pytest.TempPathFactory
) -> tuple[Snapshot, Snapshot]:
    """The same hours, published in five pieces and in one."""
    folder = tmp_path_factory.mktemp("ticks")
    return grown(trio, folder / "pieces", CUTS), grown(
        trio, folder / "whole", (CUTS[0], CUTS[-1])
    )


@pytest.mark.parametrize(
    ("table", "key"),
    [
        ("event_facts", ("event_id", "known_from", "holds_from")),
        ("incidents", ("event_id", "known_from")),
        ("bike_clusters", ("cluster_id", "occurred_at", "known_from")),
        ("footprints", ("drone_id", "occurred_at")),
        ("link_health", ("dept_id",)),
        ("programme_progress", ("programme", "year", "scope", "area_id")),
        ("indicator_latest", ("ind_id", "area_id")),
        ("coverage", ("cell_y", "cell_x")),
        ("alerts", ("alert_id", "what")),
    ],
)
def test_pieces_and_whole_give_the_same_rows(lakes, table, key):
    pieces, whole = (rows(each, table, *key) for each in lakes)

    assert pieces.num_rows > 0
    assert pieces.equals(whole)


def test_the_city_was_seen_in_more_than_a_thousand_cells(lakes):
    assert min(rows(each, "coverage", "cell_x").num_rows for each in lakes) > 1_000
