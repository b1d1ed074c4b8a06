"""The same question is answered once.

A new snapshot that left its tables alone changes nothing; damage falls back and is said.
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from urllib.parse import parse_qsl

import pyarrow as pa
import pytest

from layers.registry import load_registry
from tests.query.conftest import AS_OF, add, pinned
from twin.errors import LakeError, UsageError
from twin.query import QueryService
from twin.query.pool import MOST_OPEN
from twin.view import View

LATER = AS_OF + timedelta(seconds=10)


def asked(service):
    """Questions that reached an engine."""
    return sum(opened.engine.asked for opened in service._pool._opened.values())


def titles(service, city, **view):
    layer = service._registry.get("attention")
    return [
        row["title"]
        for row in service.panel(
            layer, layer.panels[0], pinned(service, city, **view)
        ).rows.to_pylist()
    ]


def words(url):
    return dict(parse_qsl(url.partition("?")[2], keep_blank_values=True))


def fetch(service, url):
    """Rows behind an address, as a browser gets them."""
    layer, name = (
        url.partition("?")[0].removeprefix("/data/").removesuffix(".arrow").split("/")
    )
    snapshot, params = service.parse_url(layer, name, words(url))
    return pa.ipc.open_stream(
        service.map_arrow(layer, name, snapshot, params)
    ).read_all()


def test_a_block_answers_the_snapshots_rows(service, city):
    assert titles(service, city) == ["E1", "E2"]


def test_sixteen_who_ask_at_once_make_one_question(service, city):
    view, layer = pinned(service, city), service._registry.get("headline")
    before = asked(service)
    with ThreadPoolExecutor(16) as pool:
        answers = list(
            pool.map(
                lambda _: service.panel(layer, layer.panels[0], view).rows, range(64)
            )
        )
    assert asked(service) == before + 1
    assert all(rows is answers[0] for rows in answers)


def test_sixteen_walls_draw_one_field(service, city):
    url = service.url("event_heat", "heat", pinned(service, city))
    snapshot, params = service.parse_url("event_heat", "heat", words(url))
    before = asked(service)
    with ThreadPoolExecutor(16) as pool:
        streams = set(
            pool.map(
                lambda _: service.map_arrow("event_heat", "heat", snapshot, params),
                range(32),
            )
        )
    assert (len(streams), asked(service) - before) == (1, 1)


def test_a_snapshot_that_left_the_tables_alone_keeps_the_answers(service, city, lake):
    url = service.url("districts", "names", pinned(service, city))
    first = fetch(service, url)
    second_id = add(lake, city, ["E3"], LATER)
    newer = service.url("districts", "names", pinned(service, city))
    before = asked(service)
    assert words(newer)["snapshot"] == second_id != words(url)["snapshot"]
    assert fetch(service, newer) == first
    assert asked(service) == before


def test_a_snapshot_with_new_rows_is_asked_anew(service, city, lake):
    assert titles(service, city) == ["E1", "E2"]
    add(lake, city, ["E3"], LATER)
    assert service.status().as_of == LATER
    assert titles(service, city)[0] == "E3"


def test_a_moment_is_shown_from_the_snapshot_that_knew_it(service, city, lake):
    first = service.pointer().snapshot
    add(lake, city, ["E3"], LATER)
    assert service.pointer(AS_OF).snapshot == first
    assert titles(service, city, as_of=AS_OF) == ["E1", "E2"]
    assert (
        service.pointer(LATER + timedelta(days=1)).snapshot == service.status().snapshot
    )


def test_an_address_asks_what_it_was_made_of(service, city):
    url = service.url("event_heat", "marks", pinned(service, city))
    assert url.startswith("/data/event_heat/marks.arrow?as_of=2026-07-16T12:00:00Z&")
    assert sorted(words(url)) == list(words(url))
    assert fetch(service, url)["title"].to_pylist() == [
        "E1",
        "E2",
    ]  # of one moment: by id


def test_an_address_carries_the_question_and_not_the_face(service, city):
    plain, english = (
        pinned(service, city),
        pinned(service, city, lang="en", frame="3840x2160", camera="0,0,3"),
    )
    assert service.url("event_heat", "heat", plain) == service.url(
        "event_heat", "heat", english
    )


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"as_of": "yesterday"}, "as_of as 'yesterday'"),
        ({"most": "many"}, "most as 'many'"),
        ({"sql": "DROP TABLE"}, "unknown 'sql'"),
        ({"mode": None}, "missing 'mode'"),
        ({"q": "000000000000"}, "another version"),
        ({"snapshot": ""}, "no snapshot"),
        ({"as_of": "2026-07-16T12:00:00"}, "as_of as"),
    ],
)
def test_an_address_that_was_bent_is_refused_in_a_sentence(service, city, change, said):
    given = {
        name: word
        for name, word in {
            **words(service.url("event_heat", "marks", pinned(service, city))),
            **change,
        }.items()
        if word is not None
    }
    with pytest.raises(UsageError, match=said):
        service.parse_url("event_heat", "marks", given)


def test_names_that_are_not_there_are_refused(service):
    with pytest.raises(UsageError, match="no map data 'nothing'"):
        service.parse_url("event_heat", "nothing", {})
    with pytest.raises(UsageError, match=r"no map data 'heat' of a layer '\.\./\.\.'"):
        service.parse_url("../..", "heat", {})


@pytest.mark.parametrize(
    "snapshot", ["20200101T000000Z-000001-abcdef", "../../etc/passwd", "latest/../x"]
)
def test_a_snapshot_that_is_not_there_is_said(service, city, snapshot):
    url = service.url("event_heat", "marks", pinned(service, city))
    _, params = service.parse_url("event_heat", "marks", words(url))
    with pytest.raises(LakeError):
        service.map_arrow("event_heat", "marks", snapshot, params)


def test_few_snapshots_stay_open_however_many_were_looked_at(service, city, lake):
    for n in range(1, MOST_OPEN + 4):
        add(lake, city, [f"N{n}"], AS_OF + timedelta(seconds=10 * n))
        assert titles(service, city)
    assert len(service._pool._opened) == MOST_OPEN


def test_a_damaged_newest_snapshot_falls_back_and_is_said(city, lake):
    add(lake, city, ["E3"], LATER)
    good = QueryService(city, load_registry(city), lake.path)
    newest = good.status()
    good.close()
    from twin.store import Lake, read

    fresh = Lake(lake.path)
    facts = read(fresh, newest.snapshot).files("event_facts")[0]
    data = bytearray(facts.read_bytes())
    data[len(data) // 2] ^= 1
    facts.chmod(0o644)
    facts.write_bytes(bytes(data))
    service = QueryService(city, load_registry(city), lake.path)
    status = service.status()
    assert status.as_of == AS_OF
    assert len(status.problems) == 1
    assert newest.snapshot in status.problems[0]
    assert titles(service, city) == ["E1", "E2"]
    asked = {
        "as_of": LATER,
        "known_at": LATER,
        "district": "",
        "zone_streets": (),
        "mode": "live",
        "most": 8,
    }
    # By its logs.
    assert [
        row["title"]
        for row in service.ask(
            "attention", "rows.sql", asked, newest.snapshot
        ).rows.to_pylist()
    ] == [
        "E3",
        "E1",
        "E2",
    ]
    service.close()


def test_an_empty_lake_is_said(city, tmp_path):
    with pytest.raises(LakeError, match="holds no snapshot"):
        QueryService(city, load_registry(city), tmp_path)


def test_every_map_and_block_of_the_city_is_answered(service, city):
    home = city.reference["districts"]["district_id"][0].as_py()
    view = pinned(service, city, district=home)
    for layer in service._registry.layers:
        for data in layer.maps:
            assert isinstance(
                fetch(service, service.url(layer.id, data.name, view)), pa.Table
            )
        for panel in layer.panels:
            named = {field.name for field in panel.fields}
            assert named <= set(service.panel(layer, panel, view).rows.column_names)


def test_the_same_view_gives_the_same_bytes(city, lake):
    streams = []
    for _ in range(2):
        service = QueryService(city, load_registry(city), lake.path)
        view = pinned(service, city, district="")
        streams.append(
            [
                service.map_arrow(
                    layer.id,
                    data.name,
                    *service.parse_url(
                        layer.id,
                        data.name,
                        words(service.url(layer.id, data.name, view)),
                    ),
                )
                for layer in service._registry.layers
                for data in layer.maps
            ]
        )
        service.close()
    assert streams[0] == streams[1]


def test_a_view_url_round_trip_asks_the_same(service, city):
    view = View(window_s=7200, mode="drill")
    assert service.url(
        "event_heat", "heat", pinned(service, city, window_s=7200, mode="drill")
    ) == service.url(
        "event_heat",
        "heat",
        pinned(
            service,
            city,
            **{
                name: getattr(View.parse(view.url()), name)
                for name in ("window_s", "mode")
            },
        ),
    )
