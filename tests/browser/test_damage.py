"""In a browser: damage is hatched where it is, the reason is shown where there is nothing,
only silence is 'offline', and all of it heals.
"""

import pytest

from layers.registry import load_registry
from tests.faces.imported import HALL, TRIO, imported
from twin.faces.export.moment import running
from twin.faces.server.app import create_app
from twin.pack import load_city
from twin.query import QueryService
from twin.store import find

pytestmark = pytest.mark.browser
READY = (
    "document.documentElement.dataset.ready && document.documentElement.dataset.ready"
    " === document.querySelector('.as-of')?.dataset.snapshot"
)
BANNER = "document.querySelector('#banner')?.textContent"
EVENTS = (
    "document.querySelector('#headline [data-figure=events_today]"
    " .figure-value')?.textContent"
)
DRAWN = "window.twinMap.state.layers['event_heat-marks']?.n"
OUTSIDE = """[...document.querySelectorAll('#top *, #banner *, #headline *')]
    .map((node) => [node, node.getBoundingClientRect()])
    .filter(([node, box]) =>
        box.width > 0 && node.children.length === 0 && node.textContent.trim()
        && !node.closest('.ways')
        && (box.left < -1 || box.right > innerWidth + 5
            || (box.bottom > innerHeight && !node.closest('#headline'))))
    .filter(([node]) => innerWidth > 900 || !node.closest('#headline'))
    .map(([node]) => node.textContent)"""
OVERLAP = """[...document.querySelectorAll('#headline .figure')]
    .filter((node) => [...node.querySelectorAll('.figure-beside')].some((each) =>
        each.scrollWidth > each.clientWidth + 1
        || each.getBoundingClientRect().right
            > node.getBoundingClientRect().right + 1)).length"""


@pytest.fixture
def lake(tmp_path, monkeypatch):
    monkeypatch.setattr("twin.query.pool.RECHECK_S", 0.2)
    return imported(tmp_path / "lake")[1]


@pytest.fixture
def host(lake):
    city = load_city(TRIO)
    registry = load_registry(city)
    service = QueryService(city, registry, lake.path)
    with running(create_app(service, registry, city, clock=lambda: HALL)) as address:
        yield address
    service.close()


def harm(lake, *tables):
    """Flip a bit of each file of some tables; return what mends them."""
    whole = {
        path: path.read_bytes() for table in tables for path in find(lake).files(table)
    }
    for path, data in whole.items():
        path.write_bytes(data[:-9] + bytes([data[-9] ^ 1]) + data[-8:])
    return lambda: [path.write_bytes(data) for path, data in whole.items()]


def test_damage_under_an_open_page_is_hatched_and_heals(watch, host, lake):
    page = watch(f"{host}/?v=1&lang=en", 1366, 768)
    page.until(READY, seconds=40)
    assert page.until(f"{EVENTS} === '1'")
    drawn = page.page.evaluate(DRAWN)
    assert drawn > 0

    mend = harm(lake, "events", "event_facts")
    page.until(f"{EVENTS} === '—' && {BANNER}.includes('Damaged: event_facts, events')")
    page.until(READY, seconds=40)
    assert page.page.evaluate(DRAWN) == 0
    assert (
        page.page.evaluate(
            "document.querySelector('.legend-row[data-layer=event_heat]"
            " .undrawn').textContent"
        )
        == "—Data damaged: event_facts"
    )
    assert (
        page.page.evaluate("document.querySelector('#side').textContent").count(
            "Data damaged: event_facts"
        )
        >= 2
    )

    mend()
    page.until(f"{EVENTS} === '1' && {BANNER} === ''")
    page.until(READY, seconds=40)
    assert page.until(f"{DRAWN} === {drawn}")


@pytest.mark.parametrize(
    "path", ["/", pytest.param("/wall/default", marks=pytest.mark.soak)]
)
def test_a_lake_that_vanishes_is_a_reason_over_the_last_picture_and_never_offline(
    watch, host, lake, path
):
    face = watch(f"{host}{path}?v=1&lang=en", 1920, 1080)
    face.until(READY, seconds=40)
    away = lake.path.rename(lake.path.with_name("away"))
    face.until("document.documentElement.dataset.link === 'refused'")
    said = face.until(f"{BANNER}.includes('cannot be read any more') && {BANNER}")
    assert "holds no snapshot" in said
    assert face.page.evaluate(EVENTS) == "1"
    face.page.wait_for_timeout(9_000)  # longer than silence needs to be called offline
    assert face.page.evaluate("document.documentElement.dataset.link") == "refused"
    away.rename(lake.path)
    face.until(
        f"{BANNER} === '' && document.documentElement.dataset.link === undefined"
    )
    face.until(READY, seconds=40)


@pytest.mark.parametrize(
    ("path", "lang", "lead"),
    [
        pytest.param("/", "en", "so there is nothing to show", marks=pytest.mark.soak),
        ("/wall/default", "zh-CN", "数据湖无法读取"),
    ],
)
def test_a_face_opened_while_nothing_can_be_read_says_why_and_heals(
    watch, host, lake, path, lang, lead
):
    whole = {each: each.read_bytes() for each in lake.snapshots.glob("*.json")}
    for each in whole:
        each.write_text("{")
    face = watch(f"{host}{path}?v=1&lang={lang}", 1366, 768)
    said = face.until(f"{BANNER}?.includes({lead!r}) && {BANNER}")
    assert "can be read" in said
    assert "twin lake restore" in said
    assert "Trio" in face.page.evaluate("document.querySelector('h1').textContent")
    for each, data in whole.items():
        each.write_bytes(data)
    face.until(READY, seconds=40)
    assert face.until(f"{EVENTS} === '1' && {BANNER} === ''")


@pytest.mark.parametrize("lang", ["zh-CN", "en"])
@pytest.mark.parametrize(
    ("path", "wide", "high"),
    [
        ("/", 1366, 768),
        ("/", 390, 844),
        ("/", 1920, 1080),
        ("/wall/default", 1920, 1080),
        ("/wall/default", 3840, 1080),
    ],
)
def test_what_is_said_of_damage_is_neither_cut_off_nor_outside(
    still, host, lake, path, wide, high, lang
):
    harm(lake, "events", "event_facts", "drones", "drone_states", "districts")
    face = still(f"{host}{path}?v=1&lang={lang}", wide, high)
    face.until(
        "document.querySelector('.problem') !== null &&"
        " document.querySelectorAll('.figure').length > 3",
        seconds=40,
    )
    assert face.page.evaluate(OUTSIDE) == []
    assert face.page.evaluate(OVERLAP) == 0


@pytest.mark.parametrize(
    ("path", "wide", "high", "lang"),
    [
        pytest.param("/", 1366, 768, "en", marks=pytest.mark.soak),
        ("/", 390, 844, "zh-CN"),
        pytest.param("/wall/default", 1920, 1080, "en", marks=pytest.mark.soak),
    ],
)
def test_a_clock_that_is_behind_is_said_and_leaves_room_for_the_city(
    watch, lake, path, wide, high, lang
):
    city = load_city(TRIO)
    registry = load_registry(city)
    service = QueryService(city, registry, lake.path)
    with running(
        create_app(
            service,
            registry,
            city,
            clock=lambda: HALL.replace(hour=9, minute=44, second=30),
        )
    ) as address:
        face = watch(f"{address}{path}?v=1&lang={lang}", wide, high)
        face.until(READY, seconds=40)
        # So that the browser's own clockwork has spoken.
        face.page.wait_for_timeout(3_000)
        assert "135" in face.page.evaluate("document.querySelector('.age').textContent")
        assert face.page.evaluate(
            "document.querySelector('.age').getBoundingClientRect().right <= innerWidth"
        )
        assert (
            face.page.evaluate(
                "document.querySelector('h1').getBoundingClientRect().width"
            )
            > 60
        )
    service.close()
