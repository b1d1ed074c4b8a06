"""`twin ingest`: rows from real files into the lake."""

from __future__ import annotations

from pathlib import Path

import click

from twin.cli.common import report, the_city, with_city, with_json, with_lake


@click.group()
def command() -> None:
    """Bring rows from files into the lake."""


@command.command(name="work-orders")
@with_city
@with_lake
@with_json
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--mapping", default=None, type=click.Path(path_type=Path), help="TOML file that names the columns; [feeds.work_orders] of the pack if not given.")
@click.option("--kind", default="real", show_default=True, type=click.Choice(["real", "simulated", "drill"]),
              help="What the rows are; a lake holds one kind, and others are refused.")
@click.option("--after-gap", is_flag=True, help="Go on though the newest snapshot is over a hundred days old.")
def work_orders(city_name: str | None, lake: Path, as_json: bool, file: Path, mapping: Path | None, kind: str, after_gap: bool) -> None:
    """Read work orders of the 12345 line from FILE (CSV or XLSX); bad rows go to quarantine with their reason."""
    from twin.clock import now
    from twin.feeds.work_orders import load_mapping, read
    from twin.store import Lake, publish

    city = the_city(city_name)
    moment = now()
    batches = list(read(file, load_mapping(city, mapping), city, recorded_at=moment))
    snapshot, done = publish(Lake(lake), city, batches, as_of=lambda known: max(moment, known.as_of) if known else moment,
                             simulated=kind == "simulated", mode="drill" if kind == "drill" else "live", now=now, after_gap=after_gap)
    report(as_json, {"snapshot": snapshot.id, "rows": dict(done.rows), "quarantined": done.quarantined, "already_there": done.skipped},
           [f"{done.rows.get('events', 0)} work orders taken, {done.quarantined} rows in quarantine, {done.skipped} rows were already there; snapshot {snapshot.id}.",
            *_reasons(lake, snapshot.id, done.quarantined)])


def _reasons(lake: Path, snapshot_id: str, n: int) -> list[str]:
    """Answer the newest refused rows, one sentence each."""
    from twin.engine import Engine, load_sql
    from twin.store import Lake, find

    if not n:
        return []
    snapshot = find(Lake(lake), snapshot_id)
    with Engine.over(snapshot.all_files(), root=snapshot.root) as engine:
        rows = engine.query(load_sql(Path(__file__).with_name("refused.sql")), {"n": n}).to_pylist()
    return [f"  {Path(row['origin']).name} row {row['row_n'] or '—'}: {row['reason']}" for row in rows]
