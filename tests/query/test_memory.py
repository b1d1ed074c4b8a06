"""A cache holds as much memory as it may, not as much as it counts."""

import gc

import duckdb
import pytest

from twin.bench.memory import growth, measure, rss_mb
from twin.query.cache import Cache
from twin.query.memory import Heap, weight

SIXTEEN = (
    "SELECT "
    + ", ".join(
        f"'text ' || range AS c{n}" if n % 2 else f"range::DOUBLE AS c{n}"
        for n in range(16)
    )
    + " FROM range(5)"
)


def test_small_answers_of_many_columns_are_weighed_as_they_lie_in_memory():
    engine = duckdb.connect()
    cache = Cache(4 << 20, weight)
    cache.get("first", lambda: engine.sql(SIXTEEN).to_arrow_table())
    gc.collect()
    before = rss_mb()
    for n in range(1_500):  # 31 kB each: 46 MB if all were kept
        cache.get(n, lambda: engine.sql(SIXTEEN).to_arrow_table())
    assert rss_mb() - before < 25
    assert cache.kept_bytes <= 4 << 20


def test_values_weigh_what_they_are():
    million = duckdb.sql("SELECT range AS n FROM range(1_000_000)").to_arrow_table()
    assert weight(million) == pytest.approx(8_000_000, rel=0.1)


def test_what_is_free_goes_back_to_the_system(monkeypatch):
    monkeypatch.setattr("twin.query.memory._EVERY_S", 0.0)
    heap = Heap()
    if heap._libc is None:
        pytest.skip("another C library than glibc")
    panels = [bytes(1_000) for _ in range(300_000)]
    # On top of the heap, so that it cannot shrink by itself.
    wall = [bytes(1_000) for _ in range(100)]
    full = rss_mb()
    del panels
    heap.give_back()
    assert full - rss_mb() > 150
    assert len(wall) == 100


@pytest.mark.soak
def test_two_thousand_looks_back_take_no_more_memory_than_the_first_hundreds(tmp_path):
    from twin import bench
    from twin.cli.common import the_city

    city = the_city("wuhan")
    assert growth(list(measure(city, bench.lake(city, tmp_path, 3), 2_000, 2.7))) <= 0.1
