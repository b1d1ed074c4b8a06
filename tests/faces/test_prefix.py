"""Behind a proxy that shows it under a path, every address that a face gives lies under
that path and is answered.
"""

import http.client
import json
import re

import pytest

from layers.registry import load_registry
from tests.faces.imported import HALL, NEWEST, TRIO, batch, event
from tests.faces.served import served
from twin.faces.server.app import create_app
from twin.faces.server.doors import door
from twin.pack import load_city
from twin.query import QueryService
from twin.store import Lake, publish

LINK = re.compile(r'(?:href|src)="([^"#?][^"]*)"')
OURS = re.compile(r'"(/[^"\s]+)"')
NATIVE = load_city(TRIO).lang
TWIN = door("127.0.0.1", prefix="/twin")


@pytest.fixture(scope="module")
def address(tmp_path_factory):
    city, lake = load_city(TRIO), Lake(tmp_path_factory.mktemp("prefix") / "lake")
    publish(
        lake,
        city,
        [batch("events", event("N1", NEWEST, NEWEST))],
        as_of=NEWEST,
        simulated=False,
        now=lambda: NEWEST,
    )
    registry = load_registry(city)
    service = QueryService(city, registry, lake.path)
    with served(
        create_app(service, registry, city, clock=lambda: HALL, prefix="/twin").server,
        TWIN,
    ) as found:
        yield found
    service.close()


def ask(address, path, body=None, **headers):
    line = http.client.HTTPConnection(*address, timeout=20)
    line.request(
        "GET" if body is None else "POST", path, body, {"Host": "localhost", **headers}
    )
    answer = line.getresponse()
    found = answer.status, answer.read().decode("utf-8", "replace"), answer.headers
    line.close()
    return found


def addresses(page):
    """The addresses of this server that stand in a page or in JSON."""
    found = {
        text.replace("&amp;", "&")
        for text in (*LINK.findall(page), *OURS.findall(page))
        if text.startswith("/")
    }
    return {
        text.encode().decode("unicode_escape") if "\\u" in text else text
        for text in found
    }


@pytest.mark.parametrize(
    "page", ["/twin/?v=1&lang=en", "/twin/wall/default?v=1&lang=en"]
)
def test_every_address_of_a_page_lies_under_the_prefix_and_is_answered(address, page):
    status, said, _ = ask(address, page)
    found = {each for each in addresses(said) if not each.startswith("/wall")}
    kinds = {each.split("/")[2] for each in found if each.startswith("/twin/")}
    assert status == 200
    assert {"assets", "data", "pack"} <= kinds
    assert [each for each in found if not each.startswith("/twin/")] == []
    refused = {
        each: code
        for each in found
        if not each.endswith("/") and (code := ask(address, each)[0]) != 200
    }
    assert refused == {}


def test_what_is_painted_anew_lies_under_the_prefix(address):
    asked = {"pathname": "/twin/", "search": "?v=1&lang=en", "shown": {}, "keep": True}
    body = {
        "output": "spec.data",
        "outputs": {"id": "spec", "property": "data"},
        "changedPropIds": ["asked.data"],
        "inputs": [{"id": "asked", "property": "data", "value": asked}],
    }
    status, said, _ = ask(
        address,
        "/twin/_dash-update-component",
        json.dumps(body),
        **{"Content-Type": "application/json"},
    )
    painted = json.loads(said)["response"]["spec"]["data"]
    assert status == 200
    assert 'href="/twin/wall/default' in json.dumps(painted["places"]).replace(
        '\\"', '"'
    )
    assert {each.split("/")[1] for each in addresses(json.dumps(painted["spec"]))} == {
        "twin"
    }


def test_a_browser_s_language_leads_to_a_link_under_the_prefix(address):
    status, _, headers = ask(
        address, "/twin/", **{"Accept-Language": "en" if NATIVE != "en" else "zh-CN"}
    )
    assert (status, headers["Location"].split("?")[0]) == (302, "/twin/")
