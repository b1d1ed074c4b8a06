"""What rests on a damaged table is a hatched dash with its reason.

What cannot be shown at all says why; a clock that is wrong is said.
"""

import os
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from datetime import timedelta

import openpyxl
import pytest

from layers.registry import load_registry
from tests.faces.imported import HALL, NEWEST, THEN, TRIO, imported
from tests.faces.placed import walled
from tests.faces.test_looking import everything, lines_of, take, words
from twin.errors import LakeError
from twin.faces import formatting, parts
from twin.faces.export.brief import export
from twin.faces.pages import page
from twin.faces.server import painting
from twin.faces.server.app import create_app
from twin.faces.wall import scene
from twin.pack import load_city
from twin.query import QueryService
from twin.store import find
from twin.view import View


@pytest.fixture
def lake(tmp_path, monkeypatch):
    """The lake of a drone and of late events, looked at again with each question."""
    monkeypatch.setattr("twin.query.pool.RECHECK_S", 0.0)
    return imported(tmp_path / "lake")[1]


@pytest.fixture
def context(lake):
    """What painting needs, over that lake."""
    city = load_city(TRIO)
    service = QueryService(city, load_registry(city), lake.path)
    yield painting.context(service, load_registry(city), city, lambda: HALL)
    service.close()


@pytest.fixture
def client(context):
    """The server's plain routes."""
    return create_app(
        context.service, context.registry, context.city, clock=lambda: HALL
    ).server.test_client()


def harm(lake, *tables):
    """Flip one bit of every file of some tables, in every snapshot."""
    for path in {
        path
        for table in tables
        for snapshot in (find(lake, "latest"),)
        for path in snapshot.files(table)
    }:
        data = bytearray(path.read_bytes())
        data[len(data) // 2] ^= 1
        path.write_bytes(bytes(data))


def lose(lake):
    """Make every snapshot unreadable; return what heals them."""
    whole = {path: path.read_bytes() for path in lake.snapshots.glob("*.json")}
    for path in whole:
        path.write_text("{")
    return lambda: [path.write_bytes(data) for path, data in whole.items()]


EVENTS = (
    "events_today",
    "open_now",
    "response_p50_s",
    "closure_p90_s",
    "proactive_pct",
)


@pytest.mark.parametrize(
    ("lang", "beside", "reason"),
    [
        ("en", "data damaged: event_facts", "Data damaged: event_facts"),
        ("zh-CN", "数据损坏：event_facts", "数据损坏：event_facts"),
    ],
)
def test_what_rests_on_a_damaged_table_is_a_dash_with_its_reason_and_nothing_else_is(
    context, lake, lang, beside, reason
):
    whole = take(context, lang)
    harm(lake, "events", "event_facts")
    shown = take(context, lang)
    for name in EVENTS:
        found = shown.figures[name]
        assert (
            found.value,
            found.text,
            found.unit,
            found.beside,
            found.trace,
            found.unknown,
        ) == (None, "—", "", beside, (), "damaged")
    for name in ("drones_integrated", "drones_online", "departments_ok"):
        assert shown.figures[name] == whole.figures[name]
    for face in (
        page.side(shown),
        page.foot(shown),
        page.legend(shown, context.registry),
        scene.side(walled(shown)),
        scene.foot(walled(shown)),
        scene.legend(walled(shown), context.registry),
    ):
        assert reason in words(face)
    for sentence in ("No event is open", "Nothing today so far", "今天还没有"):
        assert sentence not in everything(shown, context)


@pytest.mark.parametrize("lang", ["en", "zh-CN"])
def test_in_the_panel_of_a_district_too_no_figure_is_lost_and_none_is_made_up(
    context, lake, lang
):
    def panel():
        shown = take(context, lang, district="alva")
        return {
            figure.id: figure
            for each in shown.region("district")
            for figure in each.figures
        }

    whole = panel()
    harm(lake, "districts", "event_facts", "events")
    found = panel()
    assert list(found) == list(whole)
    assert {figure.text for figure in found.values() if figure.unknown} == {"—"}
    assert (
        found["district_seen_pct"].unknown
        == found["district_events_today"].unknown
        == "damaged"
    )


@pytest.mark.parametrize(
    ("lang", "said"),
    [
        (
            "en",
            (
                "Damaged: event_facts, events. What rests on them is hatched;"
                " everything else is whole. To mend: twin snapshot verify --repair, or"
                " twin lake restore. This face heals by itself. Snapshot "
            ),
        ),
        (
            "zh-CN",
            (
                "数据损坏：event_facts, events。依赖它们的内容以斜纹标出，"
                "其余数据完好。 修复：twin snapshot verify --repair 或 twin lake"
                " restore；修复后本页自动恢复。 Snapshot "
            ),
        ),
    ],
)
def test_the_banner_names_what_is_damaged_and_what_to_do_and_goes_when_it_is_mended(
    context, lake, lang, said
):
    assert parts.banner(take(context, lang)) == []
    before = {
        path: path.read_bytes()
        for table in ("events", "event_facts")
        for path in find(lake).files(table)
    }
    harm(lake, "events", "event_facts")
    banner = words(parts.banner(take(context, lang)))
    assert banner.startswith(said)
    assert "has other bytes than published" in banner
    for path, data in before.items():
        path.write_bytes(data)
    assert parts.banner(take(context, lang)) == []


def test_a_banner_of_many_damaged_files_names_two_and_how_many_more(context, lake):
    harm(lake, "events", "event_facts", "drones", "drone_states", "streets")
    banner = words(parts.banner(take(context)))
    assert banner.startswith("Damaged: drone_states, drones, event_facts +2.")
    assert banner.count("has other bytes than published") == 2
    assert banner.endswith("and 3 more: twin snapshot verify names them all")


def test_what_is_known_now_is_not_said_to_be_nothing_where_it_is_damaged(context, lake):
    from dataclasses import replace

    shown = take(context, as_of=THEN)
    lost = {
        name: replace(figure, value=None, unknown="damaged")
        for name, figure in shown.known_now.items()
    }
    assert "Nothing is known of it now either" not in words(
        parts.banner(replace(shown, known_now=lost))
    )


def test_the_tables_of_a_brief_say_what_is_damaged(context, lake, tmp_path):
    harm(lake, "events", "event_facts")
    made = export(
        context.service,
        context.registry,
        context.city,
        View(lang="en"),
        ["xlsx", "csv"],
        tmp_path / "out",
        clock=context.clock,
    )
    book = openpyxl.load_workbook(made.files[0])
    about = lines_of(book)
    assert about["damaged"].startswith("Damaged: event_facts, events.")
    assert "has other bytes than published" in about["problem"]
    assert about["unknown: headline-events"] == "Data damaged: event_facts"
    figures = {
        row[0]: row for row in book["figures"].iter_rows(min_row=2, values_only=True)
    }
    assert figures["events_today"][2:6] == (None, "", "—", "data damaged: event_facts")
    (of_csv,) = (path for path in made.files if path.name.endswith("-about.csv"))
    assert "Damaged: event_facts, events." in of_csv.read_text(encoding="utf-8-sig")


def test_the_routes_say_what_is_damaged(client, lake):
    whole = client.get("/api/snapshot").get_json()
    assert (whole["problems"], whole["damaged"], whole["clock_behind_s"]) == ([], [], 0)
    assert client.get("/healthz").get_json()["ok"] is True
    harm(lake, "events", "event_facts")
    harmed = client.get("/api/snapshot").get_json()
    assert (harmed["damaged"], len(harmed["problems"])) == (
        ["event_facts", "events"],
        2,
    )
    assert harmed["state"] != whole["state"]
    health = client.get("/healthz")
    assert (
        health.status_code,
        health.get_json()["ok"],
        health.get_json()["damaged"],
    ) == (503, False, ["event_facts", "events"])


def test_rows_that_are_missing_for_damage_are_kept_by_no_browser(client, context, lake):
    url = context.service.url("event_heat", "marks", take(context).pinned)
    assert "immutable" in client.get(url).headers["Cache-Control"]
    harm(lake, "events", "event_facts")
    assert client.get(url).headers["Cache-Control"] == "no-store"
    assert (
        client.get(
            context.service.url("event_heat", "marks", take(context).pinned)
        ).headers["Cache-Control"]
        == "no-store"
    )


def test_a_lake_that_cannot_be_read_is_a_reason_and_heals(client, lake):
    heal = lose(lake)
    for address in ("/api/snapshot", "/healthz"):
        answer = client.get(address)
        assert answer.status_code == 503
        assert "can be read" in answer.get_json()["what"]
        assert "twin lake restore" in answer.get_json()["fix"]
    heal()
    assert client.get("/healthz").status_code == 200


@pytest.mark.parametrize(
    ("lang", "lead"),
    [
        ("en", "The data lake cannot be read, so there is nothing to show."),
        ("zh-CN", "数据湖无法读取，暂无内容可显示"),
    ],
)
@pytest.mark.parametrize(
    ("path", "face"),
    [
        ("/", "face page broken"),
        ("/wall/default", "face wall broken"),
        ("/wall/nowhere", "face wall broken"),
    ],
)
def test_page_and_wall_have_a_frame_and_the_reason_where_nothing_can_be_read(
    context, lang, lead, path, face
):
    error = LakeError("The lake is gone.", why="a disk.", fix="bring it back.")
    painted = painting.without_data(context, path, lang, error)
    assert painted.kind == face
    assert painted.lang == lang
    said = "".join((*painted.places["top"], *painted.places["banner"]))
    assert ("Trio Islands" if lang == "en" else "Trio") in said
    assert lead in said
    for sentence in ("The lake is gone.", "a disk.", "To fix: bring it back."):
        assert sentence in said


BEHIND = HALL.replace(hour=9, minute=45, second=0)
"""Two hours and a quarter before the newest data."""


@pytest.mark.parametrize(
    ("lang", "said"),
    [
        ("en", "clock is behind the data by 135 min"),
        ("zh-CN", "本机时钟落后于数据 135 分钟"),
    ],
)
@pytest.mark.parametrize("view", [{}, {"as_of": THEN}, {"frame": "800x600"}])
def test_against_a_clock_that_is_behind_there_is_no_age(context, lang, said, view):
    from dataclasses import replace

    shown = replace(take(context, lang, **view), now=BEHIND)
    for face in (page.top(shown), scene.top(walled(shown))):
        assert said in words(face)
        assert "ago" not in words(face)
        assert "前" not in words(face)


@pytest.mark.parametrize(("behind_s", "said"), [(60, 0), (60.5, 60), (61, 61), (-8, 0)])
def test_clocks_may_differ_by_a_minute(context, behind_s, said):
    assert (
        context.service.status().clock_behind_s(NEWEST - timedelta(seconds=behind_s))
        == said
    )


def test_a_clock_that_is_behind_is_not_healthy(context, tmp_path):
    client = create_app(
        context.service, context.registry, context.city, clock=lambda: BEHIND
    ).server.test_client()
    health = client.get("/healthz")
    assert (
        health.status_code,
        health.get_json()["ok"],
        health.get_json()["clock_behind_s"],
    ) == (503, False, 8_100)
    assert "clock is behind the data by 135 min" in health.get_json()["problems"][0]
    assert client.get("/api/snapshot").get_json()["clock_behind_s"] == 8_100
    made = export(
        context.service,
        context.registry,
        context.city,
        View(lang="en"),
        ["xlsx"],
        tmp_path / "out",
        clock=lambda: BEHIND,
    )
    assert (
        lines_of(openpyxl.load_workbook(made.files[0]))["clock"]
        == "clock is behind the data by 135 min"
    )


def test_names_are_listed_in_one_line():
    assert [
        formatting.few(names) for names in ([], ["a"], list("abc"), list("abcde"))
    ] == [
        "",
        "a",
        "a, b, c",
        "a, b, c +2",
    ]


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def test_the_server_starts_though_nothing_can_be_read(lake):
    lose(lake)
    port = free_port()
    command = [
        sys.executable,
        "-m",
        "twin.cli",
        "serve",
        "--city",
        str(TRIO),
        "--lake",
        str(lake.path),
        "--port",
        str(port),
    ]
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, env=os.environ
    ) as server:
        try:
            until = time.monotonic() + 60
            status, said = 0, ""
            while time.monotonic() < until and server.poll() is None and not status:
                try:
                    urllib.request.urlopen(
                        f"http://127.0.0.1:{port}/healthz", timeout=5
                    )
                except urllib.error.HTTPError as error:
                    status, said = error.code, error.read().decode()
                except OSError:
                    time.sleep(0.1)
            assert (status, "can be read" in said) == (503, True)
            assert (
                urllib.request.urlopen(f"http://127.0.0.1:{port}/", timeout=20).status
                == 200
            )
        finally:
            server.terminate()
            server.communicate(timeout=30)


def test_an_empty_lake_is_still_an_error_at_the_start(tmp_path):
    command = [
        sys.executable,
        "-m",
        "twin.cli",
        "serve",
        "--city",
        str(TRIO),
        "--lake",
        str(tmp_path),
        "--port",
        str(free_port()),
    ]
    done = subprocess.run(
        command, capture_output=True, text=True, timeout=60, check=False
    )
    assert done.returncode == 1
    assert "holds no snapshot" in done.stderr
