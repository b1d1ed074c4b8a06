"""Redraw the pictures of the README: `python -m tests.shots`.

They are of a seeded city at a fixed moment, so that two runs show the same.

`python -m tests.shots --all` also takes every size that a screen must hold at, into
out/shots, for looking at.
"""

import argparse
import shutil
from datetime import datetime, timedelta
from pathlib import Path

from layers.registry import load_registry
from tests.city import made
from twin.faces.export import browser
from twin.faces.export.moment import running
from twin.faces.server.app import create_app
from twin.feeds.simulated import Simulated
from twin.pack import find_city, load_city
from twin.pack.new import Wish, make_pack
from twin.pack.outlines import Reading
from twin.query import QueryService
from twin.simulate import Scenario
from twin.store import Lake, newest, publish
from twin.view import EVENTS, View, pin

ROOT = Path(__file__).parent.parent
MOMENT = datetime.fromisoformat("2026-11-23T14:32:10+08:00")
DAYS = 9
STORIES = (
    Scenario("burning_smell", MOMENT - timedelta(seconds=250)),
    Scenario("bike_pileup", MOMENT - timedelta(minutes=14)),
)
README = (
    ("page.png", "/", (1920, 1080)),
    ("district.png", "/?district=420106&v=1", (1920, 1080)),
    ("wall.png", "/wall/default", (3840, 2160)),
)
# The city and one district in both languages, on a desk and on a phone.
FACES = tuple(
    (f"{face}-{lang}-{wide}x{high}.jpg", f"/?{chosen}lang={lang}&v=1", (wide, high))
    for lang in ("zh-CN", "en")
    for wide, high in ((1920, 1080), (390, 844))
    for face, chosen in (("city", ""), ("wuchang", "district=420106&"))
)
# The pages of one thing: the event that needs attention first, and one district.
OF_ONE = tuple(
    (f"{of}-page-{lang}-{wide}x{high}.jpg", of, lang, (wide, high))
    for of in ("event", "district")
    for lang in ("zh-CN", "en")
    for wide, high in ((1920, 1080), (390, 844))
)
OWN = (("own-city.png", "/?lang=en&v=1", (1366, 768)),)
SIZES = (
    (1366, 768),
    (1920, 1080),
    (2560, 1440),
    (3840, 2160),
    (3840, 1080),
    (390, 844),
)


def lake_at(path, city, scenarios=()):
    """Return the lake of the fixed moment, made once."""
    lake = Lake(path)
    known = newest(lake)
    if known is None or known.as_of != MOMENT:
        shutil.rmtree(path, ignore_errors=True)
        feed = Simulated(city, 716, scenarios=scenarios)
        start = MOMENT - timedelta(days=DAYS)
        publish(
            lake,
            city,
            [*feed.begin(start), *feed.poll(start, MOMENT)],
            as_of=MOMENT,
            simulated=True,
            now=lambda: MOMENT,
        )
    return lake


def own_city(folder):
    """Return the city of the README's "Your own city in an hour", made as it is told there."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    outlines = made.latin(folder / "neighbourhoods.geojson")
    make_pack(
        folder / "seabridge",
        outlines,
        Wish(
            "Seabridge",
            zone="Europe/Lisbon",
            source="Seabridge Open Data",
            licence="CC BY 4.0",
        ),
        Reading(),
    )
    sources = folder / "seabridge" / "event_sources.csv"
    sources.write_text(
        sources.read_text(encoding="utf-8").replace(",reported,,", ",reported,240,"),
        encoding="utf-8",
    )
    return load_city(folder / "seabridge")


def take(lake, city, wanted):
    """Take pictures (path, address, size) of a city at the fixed moment."""
    registry = load_registry(city)
    service = QueryService(city, registry, lake.path)
    app = create_app(
        service, registry, city, clock=lambda: MOMENT + timedelta(seconds=8)
    )
    with running(app) as host, browser.browser() as chromium:
        for path, address, (wide, high) in wanted:
            path.parent.mkdir(parents=True, exist_ok=True)
            page = chromium.new_page(
                viewport={"width": wide, "height": high}, locale=city.lang
            )
            said = []
            page.on(
                "console",
                lambda message, said=said: (
                    said.append(message.text)
                    if message.type in {"error", "warning"}
                    else None
                ),
            )
            page.on("pageerror", lambda error, said=said: said.append(str(error)))
            page.goto(host + address)
            browser.settle(page, service.status().snapshot, timeout_s=120)
            quality = {"quality": 88} if path.suffix == ".jpg" else {}
            page.screenshot(path=path, **quality)
            page.close()
            print(path.relative_to(ROOT), *said[:5])  # noqa: T201
    service.close()


def first_in_need(lake, city):
    """Return the id of the event that needs attention first."""
    service = QueryService(city, load_registry(city), lake.path)
    layer = load_registry(city).get("attention")
    panel = next(each for each in layer.panels if each.name == "rows")
    rows = service.panel(layer, panel, pin(View(), city, service.pointer)).rows
    service.close()
    return rows["id"][0].as_py().removeprefix(EVENTS)


def first_city(every):
    """Take the pictures of the first city; in every size too, if asked."""
    city = load_city(find_city("wuhan"))
    wanted = [
        (ROOT / "docs" / "img" / name, address, size)
        for name, address, size in (*README, *FACES)
    ]
    lake = lake_at(ROOT / "out" / "shots-lake", city, STORIES)
    things = {"event": first_in_need(lake, city), "district": "420106"}
    wanted += [
        (ROOT / "docs" / "img" / name, f"/{of}/{things[of]}?lang={lang}&v=1", size)
        for name, of, lang, size in OF_ONE
    ]
    if every:
        wanted += [
            (ROOT / "out" / "shots" / f"{face}-{w}x{h}.png", address, (w, h))
            for w, h in SIZES
            for face, address in (
                ("page", "/"),
                ("district", "/?district=420106&v=1"),
                ("wall", "/wall/default"),
                ("page-en", "/?lang=en&v=1"),
                ("districts", "/?panel=districts&v=1"),
                ("districts-en", "/?lang=en&panel=districts&v=1"),
            )
        ]
    take(lake, city, wanted)


def second_city():
    """Take the picture of a city that was made of a polygon file."""
    city = own_city(ROOT / "out" / "shots-own")
    take(
        lake_at(ROOT / "out" / "shots-own" / "lake", city),
        city,
        [(ROOT / "docs" / "img" / name, address, size) for name, address, size in OWN],
    )


if __name__ == "__main__":
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument(
        "--all", action="store_true", help="every size, into out/shots"
    )
    options.add_argument(
        "--own",
        action="store_true",
        help="only the city that was made of a polygon file",
    )
    chosen = options.parse_args()
    second_city()
    if not chosen.own:
        first_city(chosen.all)
