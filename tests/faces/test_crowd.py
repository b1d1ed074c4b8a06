"""A thousand viewers and ninety-nine who leave things unfinished, while a new snapshot
comes every ten seconds.
"""

import subprocess
import sys
import time

import pytest

from tests.faces.served import answers
from twin.bench.viewers import measure
from twin.cli.common import the_city
from twin.cli.demo import catch_up
from twin.store import Lake

PORT = 18_050
SEARCH = "?v=1&lang=en"


@pytest.fixture
def address(tmp_path):
    city, lake = the_city("wuhan"), Lake(tmp_path / "lake")
    catch_up(city, lake, 716, 3)
    words = [
        "-m",
        "twin.cli",
        "serve",
        "--city",
        str(city.root),
        "--lake",
        str(lake.path),
        "--port",
        str(PORT),
    ]
    serving = subprocess.Popen([sys.executable, *words])
    publishing = subprocess.Popen(
        [sys.executable, *words[:2], "run", "--feed", "simulated", *words[3:7]]
    )
    while not answers(PORT):
        assert serving.poll() is None
        time.sleep(0.1)
    yield f"http://127.0.0.1:{PORT}"
    for process in (publishing, serving):
        process.terminate()
        process.wait(30)


@pytest.mark.soak
def test_all_are_answered_and_soon(address):
    found = {
        line.what: line
        for line in measure(address, SEARCH, viewers=1_000, attackers=99, seconds=60)
    }
    assert {what: line.errors for what, line in found.items()} == {
        "health": {},
        "page": {},
        "paint": {},
        "poll": {},
    }
    assert found["page"].p95_ms < 300
    assert found["paint"].p95_ms < 300
    assert found["health"].max_ms < 1_000
    assert found["poll"].n > 25_000
    # Five new snapshots at least, each painted for everyone.
    assert found["paint"].n > 4_000
