"""The archive of a base map goes to a browser in the parts that it asks for, byte for byte."""

from __future__ import annotations

import http.client
import json
import re
import shutil
import struct
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from layers.registry import load_registry
from tests.faces.imported import HALL, TRIO, imported
from tests.faces.served import served
from tests.tiles import archive, base_of, box_of, put_base
from twin.faces.server import archive as archives
from twin.faces.server import painting
from twin.faces.server.app import create_app
from twin.pack import load_city
from twin.query import QueryService

ADDRESS = re.compile(r"/pack/trio/base\.pmtiles\?\w+")
# Kilobytes that this process may grow by while it sends 300 MB.
MOST_GROWN = 60_000
# The archive of the made-up city has some 4,500 bytes.
PLACE = st.none() | st.integers(0, 5_000)


@pytest.fixture(scope="module")
def lake(tmp_path_factory):
    return imported(tmp_path_factory.mktemp("lake"))[1]


@pytest.fixture(scope="module")
def shown(tmp_path_factory, lake):
    """The made-up city with a base map: its server, its desk and its archive."""
    pack = shutil.copytree(TRIO, tmp_path_factory.mktemp("pack") / "trio")
    path = put_base(pack, base_of(pack))
    city = load_city(pack)
    registry = load_registry(city)
    service = QueryService(city, registry, lake.path)
    app = create_app(service, registry, city, clock=lambda: HALL)
    yield app.server, painting.context(service, registry, city, lambda: HALL), path
    service.close()


@pytest.fixture(scope="module")
def client(shown):
    return shown[0].test_client()


def layers(context):
    """What the map draws, by id."""
    drawn = painting.paint(context, "/", "").spec["deck"]["layers"]
    return {layer["id"]: layer for layer in drawn}


def address(context):
    return layers(context)["base-lines"]["archive"]


def test_the_base_map_lies_over_the_land_and_roads_and_water_of_the_pack_give_way(
    shown,
):
    drawn = list(layers(shown[1]).items())
    ids = [name for name, _ in drawn]

    assert ids.index("districts-land") < ids.index("base-ground")
    assert ids.index("base-ground") < ids.index("base-lines") < ids.index("base-names")
    said = dict(drawn)
    assert ADDRESS.fullmatch(said["base-lines"]["archive"])
    assert said["base-lines"]["parts"] == {
        "water": ["water"],
        "roads": ["roads"],
        "names": ["roads"],
    }
    # The archive begins at zoom 8: farther out the pack's own roads and water are drawn.
    assert said["districts-roads"]["span"] == [0, 8]
    assert said["districts-water"]["span"] == [0, 8]
    assert "districts-roads-names" not in said


def test_without_a_base_map_the_pack_s_own_is_drawn_and_nothing_is_there_to_ask_for(
    lake,
):
    city = load_city(TRIO)
    registry = load_registry(city)
    service = QueryService(city, registry, lake.path)
    app = create_app(service, registry, city, clock=lambda: HALL)
    said = layers(painting.context(service, registry, city, lambda: HALL))

    assert not [name for name in said if name.startswith("base-")]
    assert said["districts-roads"]["span"] == [0, 99]
    assert "districts-roads-names" in said
    assert app.server.test_client().get("/pack/trio/base.pmtiles").status_code == 404
    service.close()


def test_an_archive_that_is_cut_while_the_server_runs_leaves_the_pack_s_own_map(shown):
    _, context, path = shown
    whole = path.read_bytes()
    path.write_bytes(whole[: len(whole) // 2])

    said = layers(context)

    path.write_bytes(whole)
    assert "base-lines" not in said
    assert said["districts-roads"]["span"] == [0, 99]
    assert "base-lines" in layers(context)


def test_a_part_is_what_was_asked_for_kept_for_ever_and_not_packed(shown, client):
    _, context, path = shown

    answer = client.get(
        address(context),
        headers={"Range": "bytes=0-126", "Accept-Encoding": "br, gzip"},
    )

    whole = path.read_bytes()
    assert (answer.status_code, answer.data) == (206, whole[:127])
    assert answer.headers["Content-Range"] == f"bytes 0-126/{len(whole)}"
    assert "immutable" in answer.headers["Cache-Control"]
    assert "Content-Encoding" not in answer.headers
    assert answer.headers["Accept-Ranges"] == "bytes"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"


def test_any_part_is_the_file_s_own_bytes_and_never_more(shown, client):
    whole, at = shown[2].read_bytes(), address(shown[1])

    @settings(max_examples=200, deadline=None)
    @given(first=PLACE, last=PLACE)
    def holds(first, last):
        said = f"bytes={'' if first is None else first}-{'' if last is None else last}"
        check_part(client.get(at, headers={"Range": said}), whole, first, last)

    holds()


def check_part(answer, whole, first, last):
    """Hold an answer against the bytes from `first` to `last`, or to the last `last` of all."""
    size = len(whole)
    if first is None:
        start, end = max(size - (last or 0), 0), size
    else:
        start, end = first, size if last is None else min(last + 1, size)
    if start < end:
        assert (answer.status_code, answer.data) == (206, whole[start:end])
        assert answer.headers["Content-Range"] == f"bytes {start}-{end - 1}/{size}"
        assert answer.headers["Content-Length"] == str(end - start)
    else:
        assert answer.status_code == 416
        assert answer.headers["Content-Range"] == f"bytes */{size}"
        assert answer.headers["Cache-Control"] == "no-store"


def test_the_whole_is_sent_where_no_part_is_asked_for(shown, client):
    _, context, path = shown
    whole = path.read_bytes()

    for headers in ({}, {"Range": "lines=0-1"}):
        answer = client.get(address(context), headers=headers)
        assert (answer.status_code, answer.data) == (200, whole)
        assert answer.headers["Content-Length"] == str(len(whole))
    several = client.get(address(context), headers={"Range": "bytes=0-1,5-6"})
    assert several.status_code == 416
    head = client.head(address(context))
    assert (head.status_code, head.data) == (200, b"")
    assert head.headers["Content-Length"] == str(len(whole))


def test_a_part_of_another_file_is_not_mixed_with_this_one(shown, client):
    _, context, path = shown
    at = address(context)
    tag = client.get(at).headers["ETag"]
    whole = path.read_bytes()

    same = client.get(at, headers={"Range": "bytes=5-9", "If-Range": tag})
    other = client.get(at, headers={"Range": "bytes=5-9", "If-Range": '"other"'})
    known = client.get(at, headers={"If-None-Match": tag})

    assert (same.status_code, same.data) == (206, whole[5:10])
    assert (other.status_code, other.data) == (200, whole)
    assert (known.status_code, known.data) == (304, b"")


def test_over_the_wire_a_part_of_another_file_is_the_whole_and_a_head_has_no_body(
    shown,
):
    server, context, path = shown
    at, whole = address(context), path.read_bytes()

    with served(server) as (host, port):
        line = http.client.HTTPConnection(host, port, timeout=10)
        asked = {"Range": "bytes=5-9", "If-Range": '"other"'}
        line.request("GET", at, headers=asked)
        answer = line.getresponse()
        assert (answer.status, answer.read()) == (200, whole)
        line.request("HEAD", at)
        head = line.getresponse()
        assert (head.status, head.read()) == (200, b"")
        assert head.headers["Content-Length"] == str(len(whole))
        line.request("GET", at, headers={"Range": "bytes=5-9"})
        part = line.getresponse()
        assert (part.status, part.read()) == (206, whole[5:10])
        line.close()


def test_an_archive_that_was_replaced_has_another_address(shown, client):
    _, context, path = shown
    whole, before = path.read_bytes(), address(context)
    path.write_bytes(base_of(path.parents[1], range(8, 10)))

    old, new = client.get(before), address(context)

    assert new != before
    assert client.get(new).status_code == 200
    path.write_bytes(whole)
    assert old.status_code == 404
    assert old.headers["Cache-Control"] == "no-store"


def test_one_of_another_place_in_its_stead_is_not_drawn(shown):
    _, context, path = shown
    whole = path.read_bytes()
    elsewhere = archive({(8, 209, 105): b"x"}, (114, 30, 115, 31), layers=["roads"])
    path.write_bytes(elsewhere)

    said = layers(context)

    path.write_bytes(whole)
    assert "base-lines" not in said


def most_kb() -> int:
    """The most memory that this process has had since it was last asked, kB."""
    status = Path("/proc/self/status").read_text(encoding="ascii")
    Path("/proc/self/clear_refs").write_text("5", encoding="ascii")
    return int(re.search(r"VmHWM:\s+(\d+)", status)[1])


def test_memory_stays_flat_however_large_the_archive_is(tmp_path, lake):
    """A hole of 300 MB is an archive like any other; so would be one of gigabytes."""
    pack = shutil.copytree(TRIO, tmp_path / "trio")
    content = bytearray(archive({(8, 103, 95): b"x"}, box_of(pack), layers=["roads"]))
    size = 300 << 20
    struct.pack_into("<Q", content, 64, size - struct.unpack_from("<Q", content, 56)[0])
    path = put_base(pack, bytes(content))
    with path.open("r+b") as file:
        file.truncate(size)
    city = load_city(pack)
    registry = load_registry(city)
    service = QueryService(city, registry, lake.path)
    app = create_app(service, registry, city, clock=lambda: HALL)
    at = address(painting.context(service, registry, city, lambda: HALL))

    with served(app.server) as (host, port):
        line = http.client.HTTPConnection(host, port, timeout=30)
        line.request("GET", at, headers={"Range": "bytes=0-"})
        part = line.getresponse()
        assert (part.status, len(part.read())) == (206, archives.MOST_OF_PART)
        assert part.headers["Content-Range"] == (
            f"bytes 0-{archives.MOST_OF_PART - 1}/{size}"
        )
        most_kb()
        before = most_kb()
        line.request("GET", at)
        whole = line.getresponse()
        n_bytes = 0
        while piece := whole.read(1 << 20):
            n_bytes += len(piece)
        line.close()
    service.close()

    assert (whole.status, n_bytes) == (200, size)
    assert most_kb() - before < MOST_GROWN


def test_a_city_that_shows_it_says_whose_it_is_and_why_one_is_left_out(shown):
    _, context, _ = shown
    legend = "".join(painting.paint(context, "/", "").places["legend"])
    broken = replace(
        context,
        arrangement=replace(
            context.arrangement, faults=("The base map is left out: it is cut.",)
        ),
    )
    banner = json.dumps(painting.paint(broken, "/", "").places["banner"])

    assert "底图：虚构" in legend
    assert "The base map is left out: it is cut." in banner
