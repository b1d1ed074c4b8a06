"""`twin city`: make a city pack, and look at one."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from twin.cli.common import report, with_city, with_json
from twin.errors import PackError

if TYPE_CHECKING:
    from twin.city import City
    from twin.faces.arrangement import Arrangement


@click.group()
def command() -> None:
    """Make a city pack, or look at one."""


@command.command()
@with_city
@with_json
@click.option(
    "--write-manifest",
    "write",
    is_flag=True,
    help="First write the true hashes of the map's files into manifest.json.",
)
def check(city_name: str | None, as_json: bool, write: bool) -> None:
    """Check a city pack; every fault is a sentence, and so is what is absent.

    Exit status: 0 the pack is good, 1 it has faults.
    """
    from twin.pack import examine, find_city, write_manifest

    root = find_city(city_name)
    written = write_manifest(root) if write else []
    told = (
        [f"manifest.json says the true hashes of {', '.join(written)}."]
        if write
        else []
    )
    found = examine(root)
    notes, faults = list(found.notes), list(found.faults)
    if found.city is not None:
        faults += [*_off_feeds(found.city), *_off_formats(found.city)]
        arranged = _arranged(found.city)
        faults += arranged.faults
        notes += arranged.notes
    lines = [*told, *(f"note: {note}" for note in notes)]
    if found.city is None or faults:
        n = f"{len(faults)} {'fault' if len(faults) == 1 else 'faults'}"
        report(
            as_json,
            {"city": root.name, "ok": False, "faults": faults, "notes": notes},
            [*lines, *faults, f"{root.name}: {n}."],
        )
        sys.exit(1)
    city = found.city
    rows = {name: table.num_rows for name, table in city.reference.items()}
    counted = ", ".join(f"{n:,} {name}" for name, n in rows.items() if n)
    report(
        as_json,
        {
            "city": city.id,
            "ok": True,
            "faults": [],
            "notes": notes,
            "rows": rows,
            "layers": list(city.layers),
        },
        [
            *lines,
            f"{city.name} ({city.id}) is good: {counted}; {len(city.layers)} layers.",
        ],
    )


@command.command()
@with_city
def figures(city_name: str | None) -> None:
    """Write what each figure of the city's layers says, as Markdown.

    Each has its words, its unit, and how it is worked out.
    """
    from layers.registry import load_registry
    from twin.cli.common import the_city
    from twin.faces import meanings, texts

    city = the_city(city_name)
    registry = load_registry(city)
    folders = [layer.folder for layer in registry.layers]
    english, chinese = (
        meanings.asked(registry, texts.load_texts(lang, folders, city))
        for lang in ("en", "zh-CN")
    )
    click.echo(meanings.markdown(list(zip(english, chinese, strict=True))), nl=False)


def _arranged(city: City) -> Arrangement:
    """Return the city's pages and scenes, resolved against its layers."""
    from layers.registry import load_registry
    from twin.faces.arrangement import arrange

    return arrange(city, load_registry(city))


def _off_feeds(city: City) -> list[str]:
    """Return a sentence for each thing that the pack says of its feeds and cannot be followed."""
    from twin.feeds.registry import faults

    return [*_off_mapping(city), *faults(city)]


def _off_mapping(city: City) -> list[str]:
    """Return a sentence if exports of orders cannot be read as the pack says.

    Return none while it names no columns yet.
    """
    from twin.feeds.order_mapping import FEED, SETTINGS, load_mapping

    given = city.settings.get("feeds", {}).get(FEED)
    is_begun = (
        isinstance(given, dict)
        and "columns" not in given
        and given.keys() <= set(SETTINGS)
    )
    if given is None or is_begun:  # a new pack has its columns as remarks
        return []
    try:
        load_mapping(city)
    except PackError as error:
        return [_in_one(error)]
    return []


def _off_formats(city: City) -> list[str]:
    """Return a sentence if the pack's schedule names a format that is not there."""
    from twin.faces.export import schedule

    try:
        schedule.formats(city)
    except PackError as error:
        return [_in_one(error)]
    return []


def _in_one(error: PackError) -> str:
    return f"{error.what.rstrip('.')}; {error.fix}" if error.fix else error.what


@command.command()
@click.argument("folder", metavar="DIR", type=click.Path(path_type=Path))
@click.option(
    "--from",
    "outlines",
    required=True,
    metavar="FILE",
    type=click.Path(path_type=Path),
    help="GeoJSON with the outline of each district.",
)
@click.option("--name", required=True, help="The city's name, as the city writes it.")
@click.option("--name-en", default="", help="Its name in English; --name if not given.")
@click.option(
    "--id",
    "city_id",
    default="",
    help="Its id in links; the folder's name if not given.",
)
@click.option(
    "--zone",
    default="",
    metavar="AREA/CITY",
    help="Its time zone, such as Europe/Lisbon. Nothing else says it, so it is needed.",
)
@click.option(
    "--lang",
    default="",
    metavar="LANG",
    help="Language in which it is shown: zh-CN or en.",
)
@click.option(
    "--id-property", default="", metavar="P", help="Property with the id of a district."
)
@click.option(
    "--name-property",
    default="",
    metavar="P",
    help="Property with the name of a district.",
)
@click.option(
    "--crs",
    default="",
    metavar="EPSG:N",
    help=(
        "What the coordinates of FILE are in, if not WGS 84 and FILE does not say;"
        " GCJ-02 and BD-09 are known, too."
    ),
)
@click.option(
    "--swap-axes", is_flag=True, help="FILE has latitude before longitude: read it so."
)
@click.option(
    "--source", default="not stated", show_default=True, help="Where FILE comes from."
)
@click.option(
    "--licence",
    default="not stated",
    show_default=True,
    help="Under which terms it may be used.",
)
@with_json
def new(
    as_json: bool,
    folder: Path,
    outlines: Path,
    name: str,
    name_en: str,
    city_id: str,
    zone: str,
    lang: str,
    id_property: str,
    name_property: str,
    crs: str,
    swap_axes: bool,
    source: str,
    licence: str,
) -> None:
    """Make a city pack in the new folder DIR from the outlines of its districts.

    The pack passes `twin city check`. All that outlines do not tell is absent from it, and can be
    added file by file.
    """
    from twin.pack.new import Wish, make_pack
    from twin.pack.outlines import Reading

    reading = Reading(id_property, name_property, crs, swap_axes)
    made = make_pack(
        folder,
        outlines,
        Wish(name, name_en, city_id, zone, lang, source, licence),
        reading,
    )
    city = made.city
    facts = {
        "city": city.id,
        "folder": str(folder),
        "districts": len(made.drawn.districts),
        "told": list(made.drawn.told),
        "id_property": made.drawn.id_property,
        "name_property": made.drawn.name_property,
        "notes": list(made.notes),
    }
    raster, n = city.raster, len(made.drawn.districts)
    report(
        as_json,
        facts,
        [
            *made.drawn.told,
            (
                f"The raster has {raster.n_x:,} by {raster.n_y:,} cells of"
                f" {raster.cell_m:g} m."
            ),
            (
                f"{city.name} ({city.id}): {n} {'district' if n == 1 else 'districts'},"
                f" written to {folder}."
            ),
            f"Next: twin city check --city {folder}",
        ],
    )
