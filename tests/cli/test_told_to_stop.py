"""A process that is asked to end hears it, whatever it does at that moment."""

from __future__ import annotations

import subprocess
import sys

# Another process asks over and over while this one begins to wait. A handler
# that needs the lock with which the main thread waits never comes back.
ASKED_WHILE_IT_WAITS = """
import os, signal, time
from twin.cli.watching import told_to_stop

signal.signal(signal.SIGTERM, signal.SIG_IGN)
this = os.getpid()
asks = os.fork()
while asks == 0 and os.getppid() == this:
    os.kill(this, signal.SIGTERM)
    time.sleep(1e-4)
if asks:
    for _ in range(300):
        with told_to_stop() as stop:
            while not stop.wait(1e-6):
                pass
    os.kill(asks, signal.SIGKILL)
    print("heard")
"""


def test_it_is_heard_while_the_wait_begins():
    run = subprocess.run(
        [sys.executable, "-c", ASKED_WHILE_IT_WAITS],
        capture_output=True,
        check=False,
        text=True,
        timeout=60,
    )
    assert (run.returncode, run.stdout) == (0, "heard\n"), run.stderr
