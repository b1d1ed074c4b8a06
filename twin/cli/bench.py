"""`twin bench`: medians of the slow parts, and ratios against a bare scan of the same columns."""

from __future__ import annotations

import tempfile
from dataclasses import asdict
from pathlib import Path

import click

from twin.cli.common import report, the_city, with_city, with_json

PARTS = ("publish", "verify", "queries", "wire", "paint")


@click.command()
@with_city
@with_json
@click.option("--only", default=None, type=click.Choice(PARTS), help="One part instead of all.")
@click.option("--events", "sizes", default="1000000,10000000", show_default=True, help="Sizes of the event table, parted by commas.")
@click.option("--days", default=3, show_default=True, type=click.IntRange(1, 400), help="Days of the simulated city that is published and drawn.")
def command(city_name: str | None, as_json: bool, only: str | None, sizes: str, days: int) -> None:
    """Measure publishing, verifying, each layer's queries, the wire and the first map; medians of one run on this machine."""
    from twin import bench

    city = the_city(city_name)
    parts = [only] if only else list(PARTS)
    with tempfile.TemporaryDirectory(prefix="twin-bench-") as folder:
        found = [line for part in parts for line in bench.part(part, city, Path(folder), [int(size) for size in sizes.split(",")], days)]
    report(as_json, {"measured": [asdict(line) for line in found]},
           [f"{line.what:<72} {line.value:>12,.1f} {line.unit:<8} {line.goal}" for line in found])
