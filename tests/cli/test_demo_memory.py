"""Half an hour of demo takes no more memory than its first minutes, though each ten seconds
bring another snapshot.
"""

import subprocess
import sys
import time

import pytest

from tests.faces.served import answers
from twin.bench.memory import rss_mb
from twin.bench.viewers import measure

PORT = 18_051
FIRST_S, REST_S = 300, 1_500


@pytest.fixture
def demo(tmp_path):
    words = [
        "-m",
        "twin.cli",
        "demo",
        "--lake",
        str(tmp_path / "lake"),
        "--days",
        "3",
        "--port",
        str(PORT),
    ]
    process = subprocess.Popen([sys.executable, *words])
    while not answers(PORT):
        assert process.poll() is None
        time.sleep(0.2)
    yield process
    process.terminate()
    process.wait(60)


@pytest.mark.soak
def test_half_an_hour_of_demo_takes_no_more_memory_than_its_first_minutes(demo):
    held = []
    for seconds in (FIRST_S, *[REST_S / 5] * 5):
        found = measure(
            f"http://127.0.0.1:{PORT}",
            "?v=1&lang=en",
            viewers=5,
            attackers=0,
            seconds=seconds,
        )
        assert [line.errors for line in found] == [{}] * 4
        held.append(rss_mb(demo.pid))
    assert held[-1] < 1.1 * held[0]
