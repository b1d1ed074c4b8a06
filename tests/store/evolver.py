"""A program of another version at work on a lake: does what it is asked, line by line.

Started by `evolving.Program` with the package of that version first on its path; what it knows
of its contracts it reads from them, so that one text serves all versions.
"""

from __future__ import annotations

import hashlib
import json
import random
import shutil
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import asdict
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pyarrow as pa
from deltalake import DeltaTable

from tests.store.power import FATES, Disk, after_cut
from tests.store.power_lake import never_synced
from twin.contracts import TABLES
from twin.engine import Engine, parse_sql
from twin.errors import TwinError
from twin.feeds.batch import Batch
from twin.pack import load_city
from twin.store import (
    Lake,
    Snapshot,
    backup,
    best,
    compact,
    diff,
    engine_over,
    ensure_intact,
    find,
    ids,
    last_good,
    prune,
    publish,
    reckoned_anew,
    repair,
    restore,
    rollback,
    upgrade,
    verify,
)
from twin.store.older import earlier

CITY = load_city(Path(__file__).resolve().parents[1] / "cities" / "trio")
START = datetime(2026, 7, 16, 4, tzinfo=UTC)


def moment(tick: int) -> datetime:
    """The moment of a tick: ten seconds after the one before."""
    return START + timedelta(seconds=10 * tick)


def known(tick: int) -> dict[str, list[dict[str, Any]]]:
    """The rows of a tick, under every name that a version may give to what they say."""
    at = moment(tick)
    both = {"occurred_at": at, "recorded_at": at, "source": "test"}
    place = {"lon_ud": 1, "lat_ud": 2, "district_id": None}
    gauges = [f"R{n}" for n in range(2)]
    event = {
        "event_id": f"E{tick}",
        "version": 1,
        "created_at": at,
        "mode": "live",
        "source_id": "S01",
        "category": "noise",
        "title": f"Noise {tick}",
        "details": f"said at {tick}",
        "priority": 2,
        "is_proactive": False,
        "level": allowed("events", "level", "neighbourhood", "community"),
    }
    eye = {
        "detection_id": f"D{tick}",
        "version": 1,
        "device": allowed("detections", "device", "cctv", "camera"),
        "device_id": "C1",
        "model": "m",
        "model_version": "1",
        "class": "smoke",
        "score": 0.5,
    }
    depth = {"sensor_id": "W1", "depth_cm": tick / 10, "depth_mm": tick}
    where = None if TABLES["water_depths"].column("district_id").null else "unknown"
    return {
        "rain": [
            {"station_id": g, "gauge_id": g, "mm_5min": float(tick), "note": f"n{tick}"}
            | place | both
            for g in gauges
        ],
        "water_depths": [
            depth | {"place_name": "Rua"} | place | both | {"district_id": where}
        ],
        "events": [event | place | both],
        "detections": [eye | place | both],
        "puddles": [{"puddle_id": f"P{tick}"} | both],
    }  # fmt: skip


def allowed(table: str, column: str, *values: str) -> str:
    """The first of some values that a column of this version may hold."""
    held = TABLES[table].column(column).allowed
    return next(value for value in values if value in held)


def batches(tick: int) -> list[Batch]:
    """The rows of a tick as this version's contracts want them."""
    made: list[Batch] = []
    for table, rows in known(tick).items():
        if table in TABLES:
            schema = pa.schema([f.with_nullable(True) for f in TABLES[table].schema])
            made.append(
                Batch(table, pa.Table.from_pylist(rows, schema=schema), "test", "box")
            )
    return made


def fill(lake: str, first: int, last: int) -> list[str]:
    """Publish the ticks from `first` to `last`; answer the ids of the snapshots."""
    return [again(lake, tick, tick) for tick in range(first, last + 1)]


def again(lake: str, of: int, tick: int) -> str:
    """Publish the rows of one tick at another; answer the id of the snapshot."""
    found, _ = publish(
        Lake(Path(lake)),
        CITY,
        batches(of),
        as_of=moment(tick),
        simulated=True,
        now=lambda: moment(tick),
    )
    return found.id


def rows(lake: str, ref: str, table: str, *columns: str) -> list[list[Any]]:
    """Some columns of a table of a snapshot, as its questions see them, in order."""
    snapshot = find(Lake(Path(lake)), ref)
    ensure_intact(Lake(Path(lake)), snapshot)
    return seen(snapshot, table, *columns)


def seen(snapshot: Snapshot, table: str, *columns: str) -> list[list[Any]]:
    """Columns of a table of a snapshot that was found whole."""
    with engine_over(snapshot, CITY) as engine:
        return answers(engine, table, *columns)


def answers(engine: Engine, table: str, *columns: str) -> list[list[Any]]:
    """Columns of a table in the order of its key."""
    header = "\n".join(f"-- column {name} VARCHAR - any" for name in columns)
    order = ", ".join(TABLES[table].key)
    text = f"SELECT {', '.join(columns)} FROM {table} ORDER BY {order}"
    sql = parse_sql(f"-- reads {table}\n{header}\n-- rows any\n{text}", "all.sql")
    return [list(row.values()) for row in engine.query(sql, {}).to_pylist()]


def shown(lake: str, ref: str = "latest") -> dict[str, Any]:
    """What a snapshot's own file says, and what this version makes of it."""
    snapshot = find(Lake(Path(lake)), ref)
    return {
        "id": snapshot.id,
        "forms": {t: sorted(cut.forms) for t, cut in snapshot.tables.items()},
        "rows": {t: cut.rows for t, cut in snapshot.tables.items()},
        "files": {t: [f.path for f in cut.files] for t, cut in snapshot.tables.items()},
        "migrations": [asdict(each) for each in snapshot.migrations],
        "anew": sorted(reckoned_anew(snapshot)),
        "compacts": snapshot.compacts,
        "parent": snapshot.parent,
    }


def foreign(lake: str, table: str, *columns: str) -> list[list[Any]]:
    """Some columns of a table as a reader sees them who knows Delta alone, in order."""
    found = DeltaTable(f"{lake}/tables/{table}").to_pyarrow_table()
    order = [(name, "ascending") for name in columns]
    sorted_rows = found.select(list(columns)).sort_by(order).to_pylist()
    return [list(row.values()) for row in sorted_rows]


def at(tick: int) -> dict[str, Any]:
    """What every act that needs a clock is told."""
    return {"now": lambda: moment(tick)}


ACTS: dict[str, Callable[..., Any]] = {
    "fill": fill,
    "again": again,
    "rows": rows,
    "shown": shown,
    "foreign": foreign,
    "ids": lambda lake: ids(Lake(Path(lake))),
    "last_good": lambda lake: [
        (found := last_good(Lake(Path(lake))))[0].id,
        list(found[1]),
    ],
    "damaged": lambda lake: sorted(best(Lake(Path(lake))).damaged),
    "faults": lambda lake: list(verify(Lake(Path(lake))).faults),
    "upgrade": lambda lake, tick: upgrade(
        Lake(Path(lake)), CITY, **at(tick)
    ).id,
    "compact": lambda lake, tick: compact(Lake(Path(lake)), **at(tick)).id,
    "prune": lambda lake, tick: asdict(
        prune(Lake(Path(lake)), latest=1, **at(tick))
    ),
    "backup": lambda lake, to: asdict(backup(Lake(Path(lake)), Path(to))),
    "restore": lambda copy, lake, tick: asdict(
        restore(Path(copy), Lake(Path(lake)), **at(tick))
    ),
    "rollback": lambda lake, to, tick: rollback(Lake(Path(lake)), to=to, **at(tick))[
        0
    ].id,
    "repair": lambda lake, tick: list(
        repair(Lake(Path(lake)), CITY, **at(tick)).after.faults
    ),
    "diff": lambda lake, one, other: diff(
        find(Lake(Path(lake)), one), find(Lake(Path(lake)), other)
    ),

}  # fmt: skip


def interrupted(lake: str, act: str, tick: int, table: str, *columns: str) -> Any:
    """Do an act, and end it before each of its calls to the system that moves anything.

    Each end is tried as a kill, which loses nothing that was done, and as a power cut,
    which loses what was not synced. Return what was wrong, and how often it read as what.
    """
    wrong, found = list[str](), Counter[str]()
    acts: dict[str, Callable[[str], Any]] = {
        "upgrade": lambda lake: ACTS["upgrade"](lake, tick),
        "publish": lambda lake: fill(lake, tick, tick),
    }
    with TemporaryDirectory() as folder:
        disk = Disk(Path(folder) / "disk")
        shutil.copytree(lake, disk.root / "lake")
        before = _told(f"{disk.root}/lake", table, columns)
        with disk.watching():
            acts[act](f"{disk.root}/lake")
        after = _told(f"{disk.root}/lake", table, columns)
        for here, root in _ends(disk, Path(folder)):
            told = _told(root, table, columns)
            found["before" if told == before else "after"] += 1
            if told not in (before, after):
                wrong.append(f"{here}: it reads as neither")
            if act == "upgrade" or told == before:
                with never_synced():
                    acts[act](root)
            again = _told(root, table, columns)
            if again[2:] != after[2:]:
                wrong.append(f"{here}: once more, it reads otherwise")
            wrong += [f"{here}: {fault}" for fault in ACTS["faults"](root)]
    return {"wrong": wrong, **found}


def _ends(disk: Disk, folder: Path) -> Iterator[tuple[str, str]]:
    """Every lake that is left by an end at any step of a disk, each once, and which it is."""
    inode, left = disk.root.stat().st_ino, set[str]()
    for n, when in enumerate(disk.moments):
        for fate in ("all is kept", "all is lost"):
            root = folder / f"{n} {fate}"
            after_cut(when, inode, root, FATES[fate], random.Random(n))
            paths = sorted(path for path in root.rglob("*") if path.is_file())
            said = [f"{path.relative_to(root)} {_sha256(path)}" for path in paths]
            if "\n".join(said) not in left:
                left.add("\n".join(said))
                yield f"{when.step}, {fate}", f"{root}/lake"
            shutil.rmtree(root)


def _sha256(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def _told(lake: str, table: str, columns: tuple[str, ...]) -> list[Any]:
    """What a newcomer finds: problems, the newest, its migrations, its rows, the first's."""
    newest, problems = ACTS["last_good"](lake)
    migrations = [each["name"] for each in shown(lake, newest)["migrations"]]
    both: list[Any] = []
    for each in (newest, ACTS["ids"](lake)[0]):
        snapshot = find(Lake(Path(lake)), each)
        files, how = {table: snapshot.files(table)}, earlier(snapshot, {table})
        # Of this table alone: no measure is worked out.
        with Engine.from_files(files, root=snapshot.root, earlier=how) as engine:
            both.append(answers(engine, table, *columns))
    return [problems, newest, migrations, *both]


ACTS["interrupted"] = interrupted


def main() -> None:
    """Answer each line."""
    for line in sys.stdin:
        name, *args = json.loads(line)
        try:
            said = {"said": ACTS[name](*args)}
        except TwinError as error:
            said = {"error": [type(error).__name__, error.what, error.why, error.fix]}
        print(json.dumps(said, default=str), flush=True)  # noqa: T201


if __name__ == "__main__":
    main()
