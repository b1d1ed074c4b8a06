"""Publishes once more with the program on the path, and prints the rows of `rain_hour`.

Started by test_new_measure.py with a lake, a pack and a moment.
"""

from __future__ import annotations

import json
import sys
from datetime import datetime
from pathlib import Path

from twin.engine import parse_sql
from twin.pack import load_city
from twin.store import Lake, engine_over, publish, verify

ASK = """-- reads rain_hour
-- column station_id VARCHAR - gauge
-- column mm_hour DOUBLE mm rain of the last hour
-- rows one per gauge
SELECT station_id, mm_hour FROM rain_hour ORDER BY station_id
"""


def main(lake: Lake, pack: Path, moment: datetime) -> None:
    """Publish no rows at the moment, and say what the newest snapshot holds then."""
    city = load_city(pack)
    snapshot, _ = publish(
        lake, city, [], as_of=moment, simulated=True, now=lambda: moment
    )
    with engine_over(snapshot, city) as engine:
        rows = engine.query(parse_sql(ASK, "ask.sql"), {}).to_pylist()
    faults = list(verify(lake).faults)
    print(json.dumps({"rows": rows, "faults": faults}))  # noqa: T201  (what is asked for)


if __name__ == "__main__":
    main(
        Lake(Path(sys.argv[1])), Path(sys.argv[2]), datetime.fromisoformat(sys.argv[3])
    )
