"""`twin city`: look at a city pack."""

from __future__ import annotations

import sys

import click

from twin.cli.common import report, with_city, with_json


@click.group()
def command() -> None:
    """Look at a city pack."""


@command.command()
@with_city
@with_json
def check(city_name: str | None, as_json: bool) -> None:
    """Check a city pack; every fault is a sentence.

    Exit status: 0 the pack is good, 1 it has faults.
    """
    from twin.pack import check_pack, find_city, load_city

    root = find_city(city_name)
    faults = check_pack(root)
    if faults:
        report(as_json, {"city": root.name, "ok": False, "faults": faults}, [*faults, f"{root.name}: {len(faults)} faults."])
        sys.exit(1)
    city = load_city(root)
    rows = {name: table.num_rows for name, table in city.reference.items()}
    counted = ", ".join(f"{n:,} {name}" for name, n in rows.items())
    report(as_json, {"city": city.id, "ok": True, "faults": [], "rows": rows, "layers": list(city.layers)},
           [f"{city.name} ({city.id}) is good: {counted}; {len(city.layers)} layers."])
