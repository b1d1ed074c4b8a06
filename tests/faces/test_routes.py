"""What may be kept for ever is what its address says, to the byte; an error is never kept."""

from __future__ import annotations

import json
import re
import shutil

import dash
import pytest

from layers.registry import load_registry
from tests.faces.imported import HALL, NEWEST, TRIO, batch, event
from twin.errors import PackError, UsageError
from twin.faces.export.moment import running
from twin.faces.server import painting
from twin.faces.server.actions import acted
from twin.faces.server.app import create_app
from twin.pack import load_city
from twin.query import QueryService
from twin.store import Lake, publish
from twin.view import View, pin

LAND = re.compile(r"/pack/trio/land\.geojson\?\w+")
NOT_READABLE = "land.geojson cannot be read"


@pytest.fixture
def pack(tmp_path):
    """A copy of the made-up city, whose files may be spoilt."""
    shutil.copytree(TRIO, tmp_path / "trio")
    return tmp_path / "trio"


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """A lake that others are copies of."""
    path = tmp_path_factory.mktemp("made") / "lake"
    events = batch("events", event("N1", NEWEST, NEWEST))
    publish(
        Lake(path),
        load_city(TRIO),
        [events],
        as_of=NEWEST,
        simulated=False,
        now=lambda: NEWEST,
    )
    return path


@pytest.fixture
def shown(pack, made, tmp_path):
    """A browser before the copy's server, and the desk behind it."""
    shutil.copytree(made, tmp_path / "lake")
    city, lake = load_city(pack), Lake(tmp_path / "lake")
    service = QueryService(city, load_registry(city), lake.path)
    app = create_app(service, load_registry(city), city, clock=lambda: HALL)
    yield app.server.test_client(), service, city
    service.close()


@pytest.fixture
def client(shown):
    return shown[0]


@pytest.fixture
def land(shown, pack):
    """The file of the outlines."""
    return shown[2].geography["land"]


@pytest.fixture
def context(shown):
    """What painting needs, as it stood when the server began."""
    _, service, city = shown
    return painting.context(service, load_registry(city), city, lambda: HALL)


def drawn(context):
    """The address of the outlines, as the page draws them now."""
    return LAND.search(json.dumps(painting.paint(context, "/", "").spec))[0]


def is_kept(answer):
    return "immutable" in answer.headers.get("Cache-Control", "")


def test_a_map_file_under_its_own_tag_is_kept_for_ever(client, context, land):
    answer = client.get(drawn(context))

    assert (answer.status_code, answer.data) == (200, land.read_bytes())
    assert answer.mimetype == "application/geo+json"
    assert is_kept(answer)


def test_a_map_file_that_is_half_saved_is_not_sent_under_the_address_of_the_whole_one(
    client, context, land
):
    address, whole = drawn(context), land.read_bytes()
    land.write_bytes(whole[: len(whole) // 2])

    half = client.get(address)

    assert half.status_code == 404
    assert half.headers["Cache-Control"] == "no-store"
    assert client.get(address, headers={"If-None-Match": "*"}).status_code == 404
    land.write_bytes(whole)
    assert client.get(address).data == whole


def test_a_page_that_is_drawn_afresh_follows_the_file(client, context, land):
    old = drawn(context)
    land.write_bytes(land.read_bytes() + b"\n")

    new = drawn(context)

    assert new != old
    assert client.get(new).data == land.read_bytes()


@pytest.mark.parametrize("tag", ["", "?", "?0123456789abcdef", "?tag", "?%00"])
def test_an_address_without_the_right_tag_is_no_address(client, tag):
    answer = client.get(f"/pack/trio/land.geojson{tag}")

    assert answer.status_code == 404
    assert answer.headers["Cache-Control"] == "no-store"


def test_a_map_file_that_cannot_be_read_is_a_sentence_and_the_page_is_drawn_without_it(
    client, context, land
):
    address = drawn(context)
    land.unlink()

    answer = client.get(address)

    assert answer.status_code == 500
    assert NOT_READABLE in answer.json["what"]
    assert answer.json["fix"]
    assert answer.headers["Cache-Control"] == "no-store"
    assert drawn(context) == address


def test_an_application_over_a_pack_that_cannot_be_read_says_so(shown, land):
    _, service, city = shown
    land.unlink()

    with pytest.raises(PackError, match=NOT_READABLE):
        create_app(service, load_registry(city), city, clock=lambda: HALL)


def heat(shown):
    """The address of the field of events, of the newest moment."""
    _, service, city = shown
    return service.url("event_heat", "heat", pin(View(), city, service.pointer))


def test_a_layers_rows_are_kept_under_the_tag_of_their_bytes(shown):
    client, address = shown[0], heat(shown)

    answer = client.get(address)
    tag = answer.headers["ETag"]
    again = client.get(address, headers={"If-None-Match": tag})

    assert answer.status_code == 200
    assert is_kept(answer)
    assert (again.status_code, again.data, again.headers["ETag"]) == (304, b"", tag)


@pytest.mark.parametrize("wrong", ["&color=red", "&as_of=2026-07-18T12:00:00Z&as_of="])
def test_an_address_that_means_nothing_is_an_error_whatever_a_browser_says_it_keeps(
    shown, wrong
):
    client, address = shown[0], heat(shown)

    answer = client.get(
        address.replace("q=", "q=0") + wrong, headers={"If-None-Match": "*"}
    )

    assert answer.status_code == 400
    assert answer.headers["Cache-Control"] == "no-store"


def test_rows_of_a_snapshot_that_is_gone_are_an_error_that_is_not_kept(shown):
    client, address = shown[0], heat(shown)
    answer = client.get(
        re.sub("snapshot=[^&]+", "snapshot=20200101T000000Z-1-abcd", address)
    )

    assert answer.status_code == 404
    assert answer.headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize(
    "moment", ["0001-01-01T00:00:00%2B08:00", "9999-12-31T23:59:59-08:00"]
)
def test_rows_of_a_moment_outside_the_calendar_are_refused(shown, moment):
    client, address = shown[0], heat(shown)

    answer = client.get(re.sub("as_of=[^&]+", f"as_of={moment}", address))

    assert answer.status_code == 400
    assert "as_of" in answer.json["what"]


def test_a_page_that_is_not_there_is_not_kept(client):
    assert (
        client.get("/pack/atlantis/land.geojson?x").headers["Cache-Control"]
        == "no-store"
    )


@pytest.mark.parametrize(
    "action",
    [
        {"at": "noon"},
        {"at": "0001-01-01 00:00"},
        {"at": None},
        {"as_of": "0001-01-01T00:00:00+08:00"},
        {"as_of": ""},
        {"known_at": "9999-12-31T23:59:59-08:00"},
    ],
)
def test_a_moment_that_no_page_sends_is_refused_with_a_sentence(context, action):
    with pytest.raises(UsageError, match="cannot be read"):
        acted(View(), action, context)


def test_a_server_of_a_moment_ends_quietly_however_short_it_stood():
    """A fault of its thread would be a failure here.

    It may be about to look at the socket that is closed.
    """
    app = dash.Dash("moment")
    for _ in range(100):
        with running(app):
            pass
