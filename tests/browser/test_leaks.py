"""Pictures leave nothing behind: no thread, no open file, no process, no folder.

Memory stays as it is.
"""

from __future__ import annotations

import gc
import os
import tempfile
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from layers.registry import load_registry
from tests.faces.imported import HALL, imported
from twin.faces.export.brief import export
from twin.query import QueryService
from twin.view import View

pytestmark = pytest.mark.browser


@pytest.fixture
def context(tmp_path, monkeypatch):
    city, lake = imported(tmp_path / "lake")
    service = QueryService(city, load_registry(city), lake.path)
    # Its name is short enough for a browser's sockets.
    with tempfile.TemporaryDirectory() as own:
        monkeypatch.setenv("TMPDIR", own)
        yield city, load_registry(city), service
    service.close()


def held(out):
    """Threads, open files, processes, and what lies beside what was written and in the
    place for temporary files.
    """
    gc.collect()
    return {
        "threads": threading.active_count(),
        "files": len(list(Path("/proc/self/fd").iterdir())),
        "processes": len(ours()),
        "beside": len(list(out.glob(".*"))),
        "temporary": len(list(Path(os.environ["TMPDIR"]).iterdir())),
    }


def ours():
    """The processes that this one started itself.

    A browser of the tests is one of them; its own come and go.
    """
    return [
        pid
        for task in Path("/proc/self/task").glob("*/children")
        for pid in task.read_text().split()
    ]


def rss_mb():
    return (
        int(Path("/proc/self/statm").read_text().split()[1])
        * os.sysconf("SC_PAGE_SIZE")
        / 1e6
    )


def take(context, out):
    city, registry, service = context
    with ThreadPoolExecutor(
        1
    ) as own:  # a browser of the tests may have a loop in this one
        made = own.submit(
            export,
            service,
            registry,
            city,
            View(frame="800x600"),
            ["png"],
            out,
            clock=lambda: HALL,
        ).result()
    assert [path.suffix for path in made.files] == [".png"], made


@pytest.mark.slow
def test_a_second_and_a_third_picture_hold_no_more_than_the_first(context, tmp_path):
    before = held(tmp_path)
    take(context, tmp_path)
    first = held(tmp_path)
    take(context, tmp_path)
    take(context, tmp_path)

    assert held(tmp_path) == first
    assert first["processes"] == before["processes"]
    assert first["beside"] == first["temporary"] == 0


@pytest.mark.soak
def test_a_hundred_pictures_hold_as_much_memory_as_thirty(context, tmp_path):
    """Until then allocators and caches fill.

    A schedule takes each brief in a process of its own anyway.
    """
    for _ in range(30):
        take(context, tmp_path)
    first, begun = held(tmp_path), rss_mb()
    for n in range(70):
        take(context, tmp_path)
        if n % 10 == 9:
            # The figures of a soak.
            print(f"{n + 31} pictures: {rss_mb():.0f} MB, {held(tmp_path)}")  # noqa: T201

    assert held(tmp_path) == first
    assert rss_mb() < 1.1 * begun
