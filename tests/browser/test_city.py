"""A served city in a real browser.

What people see is what plain SQL says over the Parquet files.
"""

import json
from datetime import datetime, timedelta
from pathlib import Path

import duckdb
import openpyxl
import pytest

from layers.registry import load_registry
from twin.clock import now
from twin.faces.export.brief import export
from twin.faces.export.moment import running
from twin.faces.server.app import create_app
from twin.feeds.simulated import Simulated
from twin.pack import find_city, load_city
from twin.query import QueryService
from twin.store import Lake, publish
from twin.view import View

pytestmark = pytest.mark.browser
UNTIL = datetime.fromisoformat("2026-11-23T14:32:10+08:00")
TEN = (
    "events_today",
    "open_now",
    "response_p50_s",
    "closure_p90_s",
    "proactive_pct",
    "coverage_60_pct",
    "drones_integrated",
    "drones_online",
    "drones_flying",
    "departments_ok",
)
READY = (
    "document.documentElement.dataset.ready ==="
    " document.querySelector('.as-of')?.dataset.snapshot &&"
    " document.documentElement.dataset.ready"
)


class AppContext:
    """One lake of two days, served; `go_on` publishes the next ten seconds."""

    def __init__(self, path):
        self.city = load_city(find_city("wuhan"))
        self.lake, self.feed, self.at = Lake(path), Simulated(self.city, 716), UNTIL
        start = UNTIL - timedelta(days=2)
        self._publish([*self.feed.begin(start), *self.feed.poll(start, UNTIL)])
        self.registry = load_registry(self.city)
        self.service = QueryService(self.city, self.registry, path)
        self.app = create_app(
            self.service,
            self.registry,
            self.city,
            clock=lambda: self.at + timedelta(seconds=8),
        )

    def _publish(self, batches):
        self.snapshot, _ = publish(
            self.lake,
            self.city,
            batches,
            as_of=self.at,
            simulated=True,
            now=lambda: self.at,
        )

    def go_on(self, minutes=20):
        """Publish what happens in the next minutes."""
        before, self.at = self.at, self.at + timedelta(minutes=minutes)
        self._publish(self.feed.poll(before, self.at))

    def plain(self, sql, **params):
        """Ask DuckDB itself, over the files that the snapshot's own JSON names."""
        said = json.loads(
            (self.lake.path / "snapshots" / f"{self.snapshot.id}.json").read_text()
        )
        con = duckdb.connect()
        con.execute("SET timezone = 'UTC'")
        for table, cut in said["tables"].items():
            paths = [
                str(self.lake.path / "tables" / file["path"]) for file in cut["files"]
            ]
            if paths:
                con.from_parquet(paths).create_view(table)
        return con.sql(sql, params=params)


@pytest.fixture(scope="module")
def context(tmp_path_factory):
    made = AppContext(tmp_path_factory.mktemp("hall"))
    yield made
    made.service.close()


@pytest.fixture(scope="module")
def host(context):
    with running(context.app) as address:
        yield address


def figures(watched):
    found = watched.page.evaluate(
        "Object.fromEntries([...document.querySelectorAll('[data-figure]')].map(n =>"
        " [n.dataset.figure, n.dataset.value]))"
    )
    return {name: float(found[name]) for name in TEN}


def day_from(moment):
    return moment.replace(hour=0, minute=0, second=0, microsecond=0)


def by_plain_sql(context):
    ask = Path(__file__).with_name("ten_figures.sql").read_text()
    rows = context.plain(ask, as_of=context.at, day_from=day_from(context.at))
    return dict(zip(rows.columns, map(float, rows.fetchall()[0]), strict=True))


def clicked(page, lon, lat):
    """Click a place on the map until a panel is open, as a person would.

    A map drawn without a GPU may miss a click while it paints.
    """
    for _ in range(5):
        page.page.mouse.click(
            *page.page.evaluate(f"window.twinMap.project([{lon}, {lat}])")
        )
        for _ in range(60):
            name = page.page.evaluate(
                "document.querySelector('#side .close') &&"
                " document.querySelector('#side h2').textContent"
            )
            if name:
                return name
            page.page.wait_for_timeout(100)
    raise AssertionError(f"no panel opened at {lon}, {lat}")


def test_the_page_is_ready_says_nothing_wrong_and_asks_nobody_else(
    watch, host, context
):
    page = watch(host, 1920, 1080)
    page.until(READY, seconds=40)

    assert page.console_errors == []
    assert page.outside_requests == []
    assert page.page.evaluate("document.querySelectorAll('#map canvas').length") == 1
    assert (
        page.page.evaluate(
            "document.querySelector('[data-figure=drones_integrated]').dataset.value"
        )
        == "297.0"
    )
    heard = context.plain(
        "SELECT count(DISTINCT drone_id) FROM drone_states WHERE occurred_at > $from",
        **{"from": context.at - timedelta(seconds=900)},
    )
    assert (
        page.page.evaluate("window.twinMap.state.layers['drone_coverage-drones'].n")
        == heard.fetchall()[0][0]
    )


def test_a_click_on_a_district_opens_its_panel_with_the_count_of_plain_sql(
    watch, host, context
):
    # Among thousands of events a click would open one of them.
    page = watch(f"{host}?layers=districts", 1920, 1080)
    page.until(READY, seconds=40)
    name = clicked(page, 114.34, 30.545)

    assert name == "武昌区"
    counted = context.plain(
        "SELECT count(DISTINCT event_id) FROM events WHERE mode = 'live' AND"
        " district_id = '420106' AND occurred_at >= $day_from",
        day_from=day_from(context.at),
    ).fetchall()[0][0]
    assert (
        float(
            page.page.evaluate(
                "document.querySelector('#side"
                " [data-figure=district_events_today]').dataset.value"
            )
        )
        == counted
    )
    assert "district=420106" in page.page.url


def test_a_row_opens_its_event_by_keyboard_and_escape_leads_back(watch, host, context):
    page = watch(f"{host}?layers=districts&district=420106", 1366, 768)
    page.until(READY, seconds=40)
    page.page.focus("#side li[data-action]")
    shown = page.page.evaluate(
        "document.activeElement.querySelector('.clock-title bdi').textContent"
    )
    page.page.keyboard.press("Enter")
    title = page.until("document.querySelector('#side .event h2')?.textContent")

    assert title == shown
    number = page.page.evaluate(
        "new URLSearchParams(location.search).get('picked')"
    ).partition(":")[2]
    counted = context.plain(
        "SELECT count(DISTINCT dispatch_id) FROM dispatches WHERE event_id = $event",
        event=number,
    )
    rows = "document.querySelectorAll('[data-panel=\"event:units\"] tbody tr').length"
    assert page.page.evaluate(rows) == counted.fetchall()[0][0]
    page.page.keyboard.press("Escape")
    page.until("document.querySelector('#side h2').textContent === '武昌区'")
    assert "picked" not in page.page.url
    assert page.console_errors == []


def test_a_list_narrows_the_map_and_a_forwarded_link_shows_the_same(
    watch, host, context
):
    page = watch(host, 1366, 768)
    page.until(READY, seconds=40)
    page.page.evaluate("document.querySelector('.filters').open = true")
    page.page.select_option("[data-filter=source]", "S10")
    page.until("location.search.includes('source=S10')")
    counted = context.plain(
        "SELECT count(*) FROM event_facts WHERE mode = 'live' AND source_id = 'S10'"
        " AND created_at <= $as_of AND known_to IS NULL"
        " AND (holds_from IS NULL OR holds_from <= $as_of)"
        " AND (holds_to IS NULL OR holds_to > $as_of)"
        " AND (closed_at IS NULL OR closed_at > $as_of)"
        " AND (closed_by_at IS NULL OR closed_by_at > $as_of)",
        as_of=context.at,
    ).fetchall()[0][0]
    drawn = "window.twinMap.state.layers['event_heat-marks'].n"
    page.until(f"{READY} && {drawn} === {counted}", seconds=40)

    assert page.page.evaluate("document.querySelector('.filters').open")
    assert "媒体与网络留言" in page.page.inner_text(".chip.narrowed")
    again = watch(f"{page.page.url}&from=timeline", 1366, 768)
    again.until(READY, seconds=40)
    assert again.page.evaluate(drawn) == counted
    assert (
        again.page.evaluate("document.querySelector('[data-filter=source]').value")
        == "S10"
    )
    assert page.console_errors == again.console_errors == []


def test_ten_figures_are_the_same_on_page_and_wall_in_the_workbook_and_in_plain_sql(
    watch, host, context, tmp_path
):
    page, wall = watch(host, 1920, 1080), watch(f"{host}/wall/default", 1920, 1080)
    for each in (page, wall):
        each.until(READY, seconds=60)
    made = export(
        context.service,
        context.registry,
        context.city,
        View(),
        ["xlsx"],
        tmp_path,
        clock=now,
    )
    sheet = openpyxl.load_workbook(made.files[0])["figures"]
    book = {
        row[0]: float(row[2])
        for row in sheet.iter_rows(min_row=2, values_only=True)
        if row[0] in TEN
    }

    plain = by_plain_sql(context)

    assert figures(page) == pytest.approx(plain, rel=1e-9)
    assert figures(wall) == pytest.approx(plain, rel=1e-9)
    assert book == pytest.approx(plain, rel=1e-9)


def test_a_new_snapshot_changes_the_figures_in_place(watch, host, context):
    page = watch(host, 1920, 1080)
    page.until(READY, seconds=40)
    page.page.evaluate(
        "window.kept = { canvas: document.querySelector('#map canvas'), camera:"
        " JSON.stringify(window.twinMap.state.camera) }"
    )
    before = figures(page)

    context.go_on()
    page.until(
        f"document.querySelector('.as-of').dataset.snapshot === '{context.snapshot.id}'"
    )
    page.until(READY, seconds=40)

    assert figures(page)["events_today"] > before["events_today"]
    assert figures(page) == pytest.approx(by_plain_sql(context), rel=1e-9)
    assert page.page.evaluate(
        "document.querySelector('#map canvas') === window.kept.canvas"
    )
    assert page.page.evaluate(
        "JSON.stringify(window.twinMap.state.camera) === window.kept.camera"
    )
    assert page.console_errors == []


def test_a_lost_gpu_context_heals_with_camera_and_layers(watch, host):
    page = watch(host, 1200, 800)
    page.until(READY, seconds=40)
    page.page.evaluate(
        "window.kept = JSON.stringify([window.twinMap.state.camera,"
        " Object.keys(window.twinMap.state.layers)])"
    )

    page.page.evaluate(
        "document.querySelector('#map"
        " canvas').getContext('webgl2').getExtension('WEBGL_lose_context').loseContext()"
    )
    page.until(
        "window.twinMap.state.rebuilt > 0 && window.twinMap.state.alive", seconds=10
    )

    assert page.page.evaluate(
        "JSON.stringify([window.twinMap.state.camera,"
        " Object.keys(window.twinMap.state.layers)]) === window.kept"
    )


def test_a_damaged_file_is_never_shown_the_page_says_so_and_shows_the_last_good_snapshot(
    watch, host, context
):
    good = context.snapshot
    context.go_on(1)
    newer = {
        file.path for cut in context.snapshot.tables.values() for file in cut.files
    } - {file.path for cut in good.tables.values() for file in cut.files}
    path = context.lake.tables / min(newer)
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 4
    path.write_bytes(data)

    page = watch(host, 1200, 800)
    said = page.until("document.querySelector('#banner .problem')?.textContent")

    assert path.name in said
    assert (
        page.page.evaluate("document.querySelector('.as-of').dataset.snapshot")
        == good.id
    )
