"""The search answers in groups, each thing with where it leads, and never fails."""

from __future__ import annotations

import json
from urllib.parse import urlencode
from urllib.request import urlopen

import pytest

from layers.registry import load_registry
from tests.faces import searched
from tests.faces.imported import HALL
from tests.faces.served import served
from twin.faces.server import painting
from twin.faces.server.actions import acted
from twin.faces.server.app import create_app
from twin.query import QueryService
from twin.query.search import MOST_TEXT
from twin.view import View


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """The city of Chinese names, a desk over its lake, and its application."""
    city, lake = searched.made(tmp_path_factory.mktemp("searched"))
    service = QueryService(city, load_registry(city), lake.path)
    app = create_app(service, load_registry(city), city, clock=lambda: HALL)
    yield city, service, app
    service.close()


@pytest.fixture(scope="module")
def client(made):
    return made[2].server.test_client()


@pytest.fixture(scope="module")
def context(made):
    city, service, _ = made
    return painting.context(service, load_registry(city), city, lambda: HALL)


def ask(client, q, *, page="/", lang="en", **view):
    """What the box asks when `q` was typed on a page."""
    fields = {"v": 1, "lang": lang, **view, "q": q, "page": page}
    return client.get(f"/api/search?{urlencode(fields)}")


def options(client, q, **view):
    """By id, what is found."""
    groups = ask(client, q, **view).get_json()["groups"]
    return {option["id"]: option for group in groups for option in group["options"]}


@pytest.mark.parametrize(
    ("lang", "titles", "label", "said"),
    [
        ("en", ["Districts", "Events"], "Wuchang", "2 shown"),
        ("zh-CN", ["区", "事件"], "武昌区", "列出 2 项"),
    ],
)
def test_groups_are_named_in_the_language_of_the_page(
    client, lang, titles, label, said
):
    answer = ask(client, "wuchang", lang=lang).get_json()

    assert [group["title"] for group in answer["groups"]] == titles
    assert answer["groups"][0]["options"][0]["label"] == label
    assert answer["said"] == said


def test_an_answer_says_of_which_moment_it_is_and_is_never_kept(client, made):
    answer = ask(client, "wuchang")
    told = answer.get_json()

    assert told["snapshot"] == made[1].status().snapshot
    assert (told["as_of"], told["known_at"]) == ("2026-07-18T12:00:00Z",) * 2
    assert answer.headers["Cache-Control"] == "no-store"
    assert "default-src 'self'" in answer.headers["Content-Security-Policy"]


def test_each_thing_leads_to_where_it_is_seen_best(client):
    found = {
        name: option.get("action") or option["href"]
        for q in ("wc", "cjl", "m3d", "dhhy", "gajg", "reservoir")
        for name, option in options(client, q).items()
    }

    assert found["district:alva"] == {"district": "alva", "camera": "city"}
    assert found["street:T01"] == {
        "district": "alva",
        "camera": "-35.03000,40.99500,13",
    }
    assert found["drone:D1"] == {
        "on": "drone_coverage",
        "picked": "drone_coverage:D1",
        "camera": "-35.04920,41.02950,14",
    }
    assert found["estate:G1"] == {
        "on": "renovation",
        "camera": "-35.05000,41.03000,14",
    }
    # Where a department stands there is its link; indicators have a page.
    assert found["department:D01"] == {
        "on": "department_linkage",
        "camera": "-35.02800,41.00200,13",
    }
    assert found["indicator:WS-01-01"] == "/indicators?city=trio&lang=en&v=1"


def test_an_event_says_its_number_place_and_age_and_opens_on_this_page(client):
    assert options(client, "e1002") == {
        "event:E1002": {
            "id": "event:E1002",
            "label": "Burst pipe at the Market",
            "beside": "E1002 · Jiang'an · open for 30′00″",
            "priority": 2,
            "action": {
                "picked": "event_heat:E1002",
                "camera": "-35.04920,41.02950,14",
            },
        }
    }


def test_an_indicator_says_its_newest_value(client):
    (option,) = options(client, "reservoir").values()

    assert option["label"] == "Reservoir: level"
    assert option["beside"] == "6.4 m, 2026-07-18 11:00 · WS-01-01"


@pytest.mark.parametrize(
    ("action", "changed"),
    [
        ({"district": "alva", "camera": "city"}, {"district": "alva"}),
        ({"on": "renovation"}, {"layers": ("districts", "renovation")}),
        ({"on": "districts"}, {}),
        ({"picked": "event_heat:E1002", "camera": "-35,41,14"}, None),
    ],
)
def test_what_is_found_changes_the_view_so_far_and_no_further(context, action, changed):
    view = View(layers=("districts",), source="S01")
    wanted = changed if changed is not None else action

    assert acted(view, action, context) == View(
        **{"layers": ("districts",), "source": "S01", **wanted}
    )


def test_who_looked_at_one_place_sees_the_district_that_is_chosen_next(context):
    view = View(camera="-35,41,14", picked="event_heat:E1002")

    assert acted(view, {"district": "brisa"}, context) == View(district="brisa")


def test_a_look_back_finds_what_was_known_then(client):
    then = {"as_of": "2026-07-18T10:00:00Z"}

    assert options(client, "迟到", **then) == {}
    assert set(options(client, "迟到", **then, known_at="2026-07-18T12:00:00Z")) == {
        "event:L2001"
    }


@pytest.mark.parametrize("q", ["", "   ", "%", "_", "<script>alert(1)</script>", "🚨"])
@pytest.mark.parametrize("lang", ["en", "zh-CN"])
def test_hostile_text_is_answered_with_a_sentence(client, q, lang):
    answer = ask(client, q, lang=lang)

    assert answer.status_code == 200
    assert answer.mimetype == "application/json"
    assert answer.get_json()["groups"] == []
    assert answer.get_json()["said"]


@pytest.mark.parametrize(
    ("lang", "said"), [("en", "at most 100 letters"), ("zh-CN", "最多 100 个字")]
)
def test_ten_thousand_letters_are_answered_with_a_sentence(client, lang, said):
    answer = ask(client, "江" * 10_000, lang=lang)

    assert (answer.status_code, answer.get_json()["groups"]) == (200, [])
    assert said in answer.get_json()["said"]
    assert len(answer.get_json()["q"]) == MOST_TEXT


@pytest.mark.parametrize(
    ("view", "status"),
    [
        ({"page": "/nowhere"}, 404),
        ({"district": "nowhere"}, 400),
        ({"as_of": "yesterday"}, 400),
        ({"camera": "nowhere"}, 400),
    ],
)
def test_a_view_that_means_nothing_is_refused_with_a_sentence(client, view, status):
    answer = ask(client, "wuchang", **view)

    assert answer.status_code == status
    assert answer.get_json()["what"]


@pytest.mark.parametrize("q", ["＆lang＝en", "&district=nowhere", "?v=2", "#"])
def test_no_part_of_what_is_typed_is_taken_for_a_field_of_the_view(client, q):
    assert ask(client, q, lang="zh-CN").status_code == 200


def test_secrets_are_neither_found_nor_shown(client):
    assert options(client, "138") == {}
    assert "13812345678" not in ask(client, "call").get_data(as_text=True)


def test_under_a_path_the_links_of_other_pages_begin_with_it(made):
    city, service, _ = made
    registry = load_registry(city)
    app = create_app(service, registry, city, clock=lambda: HALL, prefix="/twin")

    answer = ask(app.server.test_client(), "wuchang", page="/twin/events")

    assert answer.get_json()["groups"][0]["kind"] == "district"


@pytest.mark.parametrize(
    ("pathname", "search", "has_box"),
    [
        ("/", "", True),
        ("/alerts", "lang=en", True),
        ("/", "frame=1920x1080", False),
        ("/wall/default", "", False),
    ],
)
def test_pages_have_the_box_and_nothing_that_is_only_looked_at_has(
    context, pathname, search, has_box
):
    face = painting.face(context, pathname, search)

    assert any('role="combobox"' in piece for piece in face.places["top"]) is has_box


def test_the_box_is_the_same_at_every_moment_so_that_a_tick_leaves_it_alone(context):
    def box(search):
        (found,) = [
            piece
            for piece in painting.face(context, "/", search).places["top"]
            if "combobox" in piece
        ]
        return found

    assert box("") == box("district=alva") == box("as_of=2026-07-18T10:00:00Z")


def test_through_the_door_a_search_is_answered_like_any_other_address(made):
    with (
        served(made[2].server) as (host, port),
        urlopen(f"http://{host}:{port}/api/search?v=1&q=wuchang") as answer,
    ):
        assert json.loads(answer.read())["groups"]
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
