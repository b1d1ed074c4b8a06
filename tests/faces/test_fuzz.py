"""Whatever is sent to any route or callback, the answer is a right one or a sentence.

It is never a failure, and never names a folder.

Routes and callbacks are taken from the application itself, so that a new one is tried from
its first day.
"""

import copy
import json
import re
from urllib.parse import quote

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from layers.registry import load_registry
from tests.faces.imported import HALL, NEWEST, TRIO, batch, event
from twin.faces.server.app import create_app
from twin.pack import load_city
from twin.query import QueryService
from twin.store import Lake, publish
from twin.view import View, pin

METHODS = (
    "GET",
    "HEAD",
    "POST",
    "PUT",
    "DELETE",
    "PATCH",
    "OPTIONS",
    "TRACE",
    "PROPFIND",
)
ODD = (
    "",
    "../../x",
    "..%2f..%2fpointer",
    "../pointer",
    "/etc/passwd",
    "\x00",
    "a" * 3_000,
    "城",
    "null",
    "-1",
    "1e999",
    "NaN",
    "{}",
    "' OR 1=1 --",
    "0001-01-01T00:00:00Z",
    "9999-12-31T23:59:59Z",
    "9999-12-31T23:59:59-14:00",
    "0001-01-01T00:00:00+14:00",
    "2026-02-30T00:00:00Z",
    "2026-07-16",
    "live",
    "true",
    "drone_coverage",
    "event_heat",
    "districts",
    "default",
    "land",
    "trio",
    "cells",
    "event_heat:E1",
    "event_heat%3A",
    "nowhere:1",
    "800x600",
    "800x600x9",
)
WORDS = (
    "v",
    "city",
    "as_of",
    "known_at",
    "window",
    "district",
    "pick",
    "picked",
    "layers",
    "scene",
    "camera",
    "frame",
    "mode",
    "lang",
    "theme",
    "panel",
    "q",
    "snapshot",
    "days",
    "cell_ud",
    "job",
    "cacheKey",
    "from",
)
HEADERS = (
    "If-None-Match",
    "Range",
    "Accept-Language",
    "Accept-Encoding",
    "Content-Type",
    "If-Modified-Since",
    "X-Forwarded-For",
    "Content-Length",
)
SIZES = pytest.mark.parametrize(
    "tries",
    [
        pytest.param(150, id="few"),
        pytest.param(5_000, id="many", marks=pytest.mark.soak),
    ],
)

odd = st.sampled_from(ODD) | st.text(max_size=30)
anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | odd,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(odd, inner, max_size=4),
    max_leaves=8,
)


class Shown:
    """An application over a small lake, and what its own page would send."""

    def __init__(self, folder):
        city, lake = load_city(TRIO), Lake(folder / "lake")
        events = batch("events", event("N1", NEWEST, NEWEST))
        publish(lake, city, [events], as_of=NEWEST, simulated=False, now=lambda: NEWEST)
        registry = load_registry(city)
        self.service = QueryService(city, registry, lake.path)
        self.app = create_app(self.service, registry, city, clock=lambda: HALL)
        self.client = self.app.server.test_client()
        self.folders = (str(lake.path), str(city.root))
        pinned = pin(View(), city, self.service.pointer)
        self.data = [
            self.service.url(layer.id, data.name, pinned)
            for layer in registry.layers
            for data in layer.maps
        ]
        self.client.get("/")
        self.rules = sorted(self.app.server.url_map.iter_rules(), key=str)
        self.bodies = [
            _right(output, found)
            for output, found in sorted(self.app.callback_map.items())
            if "callback" in found
        ]

    def send(self, method, path, **named):
        try:
            answer = self.client.open(path, method=method, **named)
        # The test's own client cannot write such a header.
        except (
            ValueError,
            UnicodeError,
        ):
            return
        said = answer.get_data()
        assert answer.status_code < 500, said[:300]
        assert not any(folder.encode() in said for folder in self.folders)
        if answer.status_code >= 400 and method != "HEAD":
            assert json.loads(said)["what"].endswith(".")
            assert answer.headers["Cache-Control"] == "no-store"


def _right(output, found):
    """What a page sends to a callback."""
    several = [each.split(".") for each in output.strip(".").split("...")]
    outputs = [{"id": name, "property": prop} for name, prop in several]
    example = {
        "asked": {"pathname": "/", "search": "", "shown": {"top": ["a"]}, "keep": True},
        "action": {"as_of": "2026-07-16T09:00:00Z", "n": 1},
        "pick": {"object": {"district_id": "a", "properties": {"district_id": "a"}}},
        "url": "?v=1",
    }
    inputs, state = (
        [{**each, "value": example.get(each["id"])} for each in found[part]]
        for part in ("inputs", "state")
    )
    return {
        "output": output,
        "outputs": outputs if len(outputs) > 1 else outputs[0],
        "inputs": inputs,
        "state": state,
        "changedPropIds": [f"{inputs[0]['id']}.{inputs[0]['property']}"],
    }


def places(node, path=()):
    """Yield where each part of some JSON stands."""
    yield path
    steps = (
        node.items()
        if isinstance(node, dict)
        else enumerate(node)
        if isinstance(node, list)
        else ()
    )
    for step, inner in steps:
        yield from places(inner, (*path, step))


def changed(node, path, value):
    """Return JSON with another value at a place."""
    if not path:
        return value
    found = copy.deepcopy(node)
    inner = found
    for step in path[:-1]:
        inner = inner[step]
    inner[path[-1]] = value
    return found


@pytest.fixture(scope="module")
def shown(tmp_path_factory):
    found = Shown(tmp_path_factory.mktemp("fuzz"))
    yield found
    found.service.close()


def trying(tries):
    return settings(
        max_examples=tries,
        deadline=None,
        derandomize=tries < 1_000,
        database=None,
        suppress_health_check=list(HealthCheck),
    )


@SIZES
def test_no_route_fails(shown, tries):
    @trying(tries)
    @given(
        st.sampled_from(shown.rules),
        st.sampled_from(METHODS),
        st.dictionaries(st.sampled_from(WORDS), odd, max_size=4),
        st.dictionaries(st.sampled_from(HEADERS), odd, max_size=2),
        st.data(),
        st.none() | st.binary(max_size=50),
    )
    def tried(rule, method, query, headers, data, body):
        path = re.sub(r"<[^>]*>", lambda _: quote(data.draw(odd), safe=""), str(rule))
        shown.send(method, path, query_string=query, headers={**headers}, data=body)

    tried()


@SIZES
def test_no_odd_word_in_the_address_of_data_fails(shown, tries):
    @trying(tries)
    @given(
        st.sampled_from(shown.data),
        st.dictionaries(st.sampled_from(WORDS), odd, max_size=3),
        st.booleans(),
    )
    def tried(url, words, twice):
        path, _, query = url.partition("?")
        right = dict(each.split("=", 1) for each in query.split("&"))
        fresh = "&".join(
            f"{name}={quote(value)}" for name, value in {**right, **words}.items()
        )
        shown.send(
            "GET",
            path,
            query_string=fresh + ("&" + query if twice else ""),
            headers={"If-None-Match": "*"},
        )

    tried()


@SIZES
def test_no_body_makes_a_callback_fail(shown, tries):
    @trying(tries)
    @given(st.sampled_from(shown.bodies), st.data(), anything)
    def tried(body, data, value):
        path = data.draw(st.sampled_from(sorted(places(body), key=str)))
        shown.send("POST", "/_dash-update-component", json=changed(body, path, value))

    tried()


@SIZES
def test_no_wish_makes_a_callback_fail(shown, tries):
    actions = st.dictionaries(
        st.sampled_from(
            ("toggle", "at", "as_of", "known_at", "district", "lang", "panel")
        ),
        odd | anything,
        max_size=3,
    )
    body = next(each for each in shown.bodies if "url.search" in each["output"])

    @trying(tries)
    @given(actions, odd)
    def tried(action, search):
        there = next(
            n for n, each in enumerate(body["inputs"]) if each["id"] == "action"
        )
        asked = changed(
            changed(body, ("inputs", there, "value"), action),
            ("state", 0, "value"),
            search,
        )
        shown.send(
            "POST",
            "/_dash-update-component",
            json={**asked, "changedPropIds": ["wish.data"]},
        )

    tried()


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"null",
        b"[]",
        b"{",
        b"\xff\xfe",
        b"[" * 100_000,
        b'{"a":' * 5_000,
        b"1" * 5_000,
    ],
    ids=lambda body: repr(body[:6]),
)
def test_what_is_no_body_is_refused(shown, body):
    answer = shown.client.post(
        "/_dash-update-component", data=body, content_type="application/json"
    )
    assert answer.status_code == 400
    assert answer.json["fix"] == "load the page again."


def test_what_the_page_sends_is_answered(shown):
    for body in shown.bodies:
        assert shown.client.post("/_dash-update-component", json=body).status_code in {
            200,
            204,
        }


@pytest.mark.parametrize(
    ("link", "said"),
    [
        ("?picked=nowhere:1&v=1", "There is no layer 'nowhere' here."),
        (
            "?picked=event_heat&v=1",
            "The link picks 'event_heat', which is not 'layer:id'.",
        ),
        ("?frame=wide&v=1", "The frame 'wide' cannot be read."),
    ],
)
def test_a_link_with_a_pick_or_a_frame_that_means_nothing_is_a_sentence(
    shown, link, said
):
    body = next(each for each in shown.bodies if each["output"] == "spec.data")
    asked = changed(body, ("inputs", 0, "value", "search"), link)

    answer = shown.client.post("/_dash-update-component", json=asked)

    assert (answer.status_code, answer.json["what"]) == (400, said)


@pytest.mark.parametrize(
    "path",
    [
        "/x",
        "/wall",
        "/wall/none",
        "/wall/../x",
        "/index.html",
        "/assets/x.js",
        "/assets/../../pyproject.toml",
        "/%2e%2e/x",
        "/pack/trio/x.geojson",
        "/data/districts/x.arrow",
        "/data/x/y.arrow",
        "/_dash-component-suites/dash/x.js",
        "/healthz/",
    ],
)
def test_what_is_not_there_is_not_there_even_for_those_who_have_it(shown, path):
    for headers in (
        {},
        {"If-None-Match": "*"},
        {"If-None-Match": '"x"', "If-Modified-Since": "Mon, 01 Jan 2035 00:00:00 GMT"},
    ):
        answer = shown.client.get(path, headers=headers)
        assert answer.status_code == 404
        assert answer.json["what"].endswith(".")


@pytest.mark.parametrize(
    "snapshot",
    [
        "../pointer",
        "../../x",
        "..%2f..%2fx",
        "/etc/passwd",
        "latest",
        "20260716T010203Z-000001-abcdef",
    ],
)
def test_a_snapshot_that_is_none_is_not_there(shown, snapshot):
    path, _, query = shown.data[0].partition("?")
    there = next(each for each in query.split("&") if each.startswith("snapshot="))
    answer = shown.client.get(
        f"{path}?{query.replace(there, 'snapshot=' + quote(snapshot))}"
    )
    assert answer.status_code == 404
    assert "in this lake" in answer.json["what"]


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE"])
@pytest.mark.parametrize("path", ["/", "/wall/default", "/healthz", "/api/snapshot"])
def test_what_is_only_looked_at_is_not_sent_to(shown, method, path):
    assert shown.client.open(path, method=method).status_code == 405


def test_no_answer_names_a_folder_though_the_lake_is_gone(tmp_path):
    gone = Shown(tmp_path)
    (tmp_path / "lake").rename(tmp_path / "elsewhere")
    for path in ("/", "/wall/default", "/healthz", "/api/snapshot", gone.data[0]):
        assert str(tmp_path) not in gone.client.get(path).get_data(as_text=True)
    gone.service.close()
