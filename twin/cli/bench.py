"""`twin bench`: medians of the slow parts, and ratios against a bare scan of the same columns."""

from __future__ import annotations

import tempfile
from dataclasses import asdict
from functools import partial
from pathlib import Path

import click

from twin.cli.common import report, say, the_city, with_city, with_json

PARTS = ("publish", "verify", "queries", "wire", "paint")


@click.group(invoke_without_command=True)
@click.pass_context
@with_city
@with_json
@click.option(
    "--only", default=None, type=click.Choice(PARTS), help="One part instead of all."
)
@click.option(
    "--events",
    "sizes",
    default="1000000,10000000",
    show_default=True,
    help="Sizes of the event table, parted by commas.",
)
@click.option(
    "--days",
    default=3,
    show_default=True,
    type=click.IntRange(1, 400),
    help="Days of the simulated city that is published and drawn.",
)
def command(
    context: click.Context,
    city_name: str | None,
    as_json: bool,
    only: str | None,
    sizes: str,
    days: int,
) -> None:
    """Measure publishing, verifying, each layer's queries, the wire and the first map.

    Figures are medians of one run on this machine.
    """
    if context.invoked_subcommand:
        return
    from twin import bench

    city = the_city(city_name)
    parts = [only] if only else list(PARTS)
    with tempfile.TemporaryDirectory(prefix="twin-bench-") as folder:
        found = [
            line
            for part in parts
            for line in bench.part(
                part, city, Path(folder), [int(size) for size in sizes.split(",")], days
            )
        ]
    report(
        as_json,
        {"measured": [asdict(line) for line in found]},
        [
            f"{line.what:<72} {line.value:>12,.1f} {line.unit:<8} {line.goal}"
            for line in found
        ],
    )


@command.command()
@with_city
@with_json
@click.option(
    "--looks",
    default=2_000,
    show_default=True,
    type=click.IntRange(10),
    help="Looks back at random moments.",
)
@click.option(
    "--days",
    default=3,
    show_default=True,
    type=click.IntRange(1, 400),
    help="Days of the simulated city that are looked at.",
)
@click.option(
    "--lake",
    type=click.Path(path_type=Path, exists=True),
    default=None,
    help="An own lake instead of the simulated one.",
)
def memory(
    city_name: str | None, as_json: bool, looks: int, days: int, lake: Path | None
) -> None:
    """Measure whether memory grows while moments are looked back at.

    Exit status 1 if it grows by more than a tenth.
    """
    from twin import bench
    from twin.bench.memory import growth, measure

    city = the_city(city_name)
    with tempfile.TemporaryDirectory(prefix="twin-bench-") as folder:
        found = list(
            measure(
                city, lake or bench.lake(city, Path(folder), days), looks, days * 0.9
            )
        )
    grown = growth(found)
    report(
        as_json,
        {"measured": [asdict(line) for line in found], "growth": round(grown, 3)},
        [
            f"{'looks':>7} {'memory MB':>10} {'kept MB':>9}",
            *(
                f"{line.looks:>7,} {line.rss_mb:>10,.0f} {line.kept_mb:>9,.0f}"
                for line in found
            ),
            f"grown by {grown:.1%}; goal <= 10%",
        ],
    )
    if grown > 0.1:
        raise SystemExit(1)


@command.command()
@with_json
@click.option(
    "--url",
    default="http://127.0.0.1:8050",
    show_default=True,
    help="Where the server is.",
)
@click.option(
    "--viewers",
    "n_viewers",
    default=1_000,
    show_default=True,
    type=click.IntRange(1),
    help="Pages that stay open.",
)
@click.option(
    "--attackers",
    default=99,
    show_default=True,
    type=click.IntRange(0),
    help="Connections on which something is left unfinished.",
)
@click.option(
    "--seconds",
    default=60.0,
    show_default=True,
    type=click.FloatRange(1),
    help="How long is counted.",
)
@click.option("--search", default="?v=1", show_default=True, help="Query of the page.")
def viewers(
    as_json: bool, url: str, n_viewers: int, attackers: int, seconds: float, search: str
) -> None:
    """Measure a server under a thousand viewers, and some who only want to hold it up."""
    from twin.bench.viewers import measure

    found = measure(
        url,
        search,
        viewers=n_viewers,
        attackers=attackers,
        seconds=seconds,
        tell=partial(say, err=True),
    )
    report(
        as_json,
        {"measured": [asdict(line) for line in found]},
        [
            (
                f"{'asked':<8} {'answers':>8} {'p50 ms':>8} {'p95 ms':>8} {'max ms':>8}"
                "  errors"
            ),
            *(
                f"{line.what:<8} {line.n:>8,} {line.p50_ms:>8,.0f} {line.p95_ms:>8,.0f}"
                f" {line.max_ms:>8,.0f}  {line.errors or 'none'}"
                for line in found
            ),
        ],
    )


class _Sizes(click.ParamType[tuple[int, ...]]):
    """Whole numbers from 1, parted by commas."""

    name = "numbers"

    def convert(
        self,
        value: str | tuple[int, ...],
        param: click.Parameter | None,
        ctx: click.Context | None,
    ) -> tuple[int, ...]:
        """Read the numbers."""
        if isinstance(value, tuple):
            return value
        words = value.replace("_", "").split(",")
        if not all(word.strip().isdecimal() and int(word) > 0 for word in words):
            self.fail(
                f"{value!r} is not a list of whole numbers such as 10000,100000.",
                param,
                ctx,
            )
        return tuple(int(word) for word in words)


@command.command()
@with_city
@with_json
@click.option(
    "--rows",
    "sizes",
    default="10000,100000,1000000",
    show_default=True,
    type=_Sizes(),
    help="Orders in a file, parted by commas.",
)
@click.option(
    "--kind",
    "kinds",
    multiple=True,
    type=click.Choice(["csv", "xlsx", "parquet"]),
    help="A kind of file; may be given again. All if not given.",
)
def ingest(
    city_name: str | None, as_json: bool, sizes: tuple[int, ...], kinds: tuple[str, ...]
) -> None:
    """Measure rows a second and peak memory of `twin ingest work-orders`.

    It reads made-up orders in a process of its own into a fresh lake.
    """
    from twin.bench import orders
    from twin.bench.ingest import measure
    from twin.clock import now

    city = the_city(city_name)
    with tempfile.TemporaryDirectory(prefix="twin-bench-") as folder:
        found = list(measure(city, Path(folder), kinds or orders.KINDS, sizes, now()))
    report(
        as_json,
        {"measured": [asdict(line) for line in found]},
        [
            (
                f"{'kind':<8} {'rows':>10} {'file MB':>9} {'seconds':>9} {'rows/s':>9}"
                f" {'peak MB':>9}"
            ),
            *(
                f"{line.kind:<8} {line.rows:>10,} {line.file_mb:>9,.1f}"
                f" {line.seconds:>9,.1f} {line.rows_per_s:>9,.0f} {line.peak_mb:>9,.0f}"
                for line in found
            ),
        ],
    )


@command.command()
@with_city
@with_json
@click.option(
    "--events",
    "sizes",
    default="5000,100000,1000000",
    show_default=True,
    type=_Sizes(),
    help="Events in a lake, parted by commas.",
)
def web(city_name: str | None, as_json: bool, sizes: tuple[int, ...]) -> None:
    """Measure the page in a headless browser without a GPU.

    Measured are the first text, the finished map, bytes, repainting, and where the time
    goes.
    """
    from twin.bench.web import measure
    from twin.clock import now

    city = the_city(city_name)
    with tempfile.TemporaryDirectory(prefix="twin-bench-") as folder:
        found = list(measure(city, Path(folder), sizes, now()))
    report(
        as_json,
        {"measured": [asdict(line) for line in found]},
        [
            f"{line.what:<72} {line.value:>12,.1f} {line.unit:<8} {line.goal}"
            for line in found
        ],
    )
