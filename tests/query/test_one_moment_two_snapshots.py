"""Drones, links and programmes of a moment are the same from the snapshot of that moment
and from any later one.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest

from layers.registry import load_registry
from twin.city import City
from twin.feeds.simulated import Simulated
from twin.query import QueryService
from twin.store import Lake, publish
from twin.view import Pinned, View, pin

START = datetime(2026, 7, 16, 7, tzinfo=UTC)
MOMENTS = tuple(START + timedelta(minutes=minutes) for minutes in (180, 181, 210, 300))
LAYERS = ("drone_coverage", "department_linkage", "renovation")


@pytest.fixture(scope="module")
def grown(
    city: City, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[QueryService]:
    """A desk over a city that lived for five hours and was published four times."""
    lake = Lake(tmp_path_factory.mktemp("grown") / "lake")
    feed = Simulated(city, 716)
    for start, end in pairwise((START, *MOMENTS)):
        batches = [
            *(feed.begin(start) if start == START else ()),
            *feed.poll(start, end),
        ]
        publish(
            lake,
            city,
            batches,
            as_of=end,
            simulated=True,
            now=lambda moment=end: moment,
        )
    service = QueryService(city, load_registry(city), lake.path)
    yield service
    service.close()


def views(service: QueryService, city: City, moment: datetime) -> tuple[Pinned, Pinned]:
    """One moment, pinned to its own snapshot and to the newest."""
    view = View(as_of=moment, district="brisa")
    return pin(view, city, service.pointer), pin(
        view, city, lambda _: service.pointer()
    )


@pytest.mark.parametrize("moment", MOMENTS[:-1], ids=lambda moment: f"{moment:%H%M}")
@pytest.mark.parametrize("layer_id", LAYERS)
def test_every_block_and_map_of_a_moment_is_the_same_from_its_own_snapshot_and_from_the_newest(
    city: City, grown: QueryService, layer_id: str, moment: datetime
):
    own, newest = views(grown, city, moment)
    assert own.is_snapshot_moment
    assert not newest.is_snapshot_moment
    layer = load_registry(city).get(layer_id)
    for panel in layer.panels:
        assert grown.panel(layer, panel, own).rows.equals(
            grown.panel(layer, panel, newest).rows
        ), panel.name
    for data in layer.maps:
        drawn = [
            grown.map_arrow(
                layer_id, data.name, *grown.map_question(layer_id, data.name, pinned)
            )
            for pinned in (own, newest)
        ]
        assert drawn[0] == drawn[1], data.name


def test_the_shares_of_the_city_seen_differ_from_moment_to_moment(
    city: City, grown: QueryService
):
    layer = load_registry(city).get("drone_coverage")
    seen = next(panel for panel in layer.panels if panel.name == "seen")
    shares = [
        grown.panel(layer, seen, views(grown, city, moment)[1]).rows["value"][0].as_py()
        for moment in MOMENTS
    ]

    assert len(set(shares)) == len(MOMENTS)
    assert min(shares) > 0


def test_a_moment_between_two_publishes_is_told_to_the_second(
    city: City, grown: QueryService
):
    """The snapshot that answers speaks of half an hour later: nothing of that half hour shows."""
    layer = load_registry(city).get("drone_coverage")
    fleet = next(panel for panel in layer.panels if panel.name == "fleet")
    before = grown.panel(
        layer, fleet, views(grown, city, MOMENTS[1])[0]
    ).rows.to_pylist()
    after = grown.panel(
        layer,
        fleet,
        pin(View(as_of=MOMENTS[1] + timedelta(microseconds=1)), city, grown.pointer),
    ).rows.to_pylist()

    assert [row["value"] for row in after] == [row["value"] for row in before]
