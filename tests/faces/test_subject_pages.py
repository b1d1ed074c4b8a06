"""Every event and every district has a page of its own, at an address that names it."""

from __future__ import annotations

import re
from datetime import timedelta
from urllib.parse import quote

import pytest

from layers.registry import load_registry
from tests.faces.imported import HALL, NEWEST, TRIO, batch, event
from twin.clock import to_text
from twin.faces.panels.lanes import FIRST_PCT, Scale, scale_of
from twin.faces.server import painting
from twin.faces.server.actions import acted, leads_to, picked
from twin.faces.server.app import create_app
from twin.pack import load_city
from twin.query import QueryService
from twin.store import Lake, publish
from twin.view import View

STRANGE = "N 2/ü?&%"
HOSTILE = "<script>alert(1)</script>"
OPENED = NEWEST - timedelta(minutes=30)


@pytest.fixture(scope="module")
def context(tmp_path_factory):
    """One event of half an hour ago with a unit on site, one of a strange name."""
    lake = Lake(tmp_path_factory.mktemp("subjects") / "lake")
    city = load_city(TRIO)
    order = {
        "dispatch_id": "D1",
        "event_id": "N1",
        "version": 1,
        "unit_id": "u",
        "unit_name": "Harbour brigade",
        "role": "lead",
        "sent_at": OPENED + timedelta(seconds=30),
        "acked_at": OPENED + timedelta(seconds=60),
        "arrived_at": OPENED + timedelta(seconds=600),
        "occurred_at": OPENED + timedelta(seconds=30),
        "recorded_at": OPENED + timedelta(seconds=700),
        "is_required": True,
        "source": "test",
    }
    events = [
        event("N1", OPENED, OPENED),
        event(STRANGE, OPENED, OPENED) | {"title": HOSTILE},
        event("later", OPENED, NEWEST - timedelta(minutes=5)),
    ]
    publish(
        lake,
        city,
        [batch("events", *events), batch("dispatches", order)],
        as_of=NEWEST,
        simulated=False,
        now=lambda: NEWEST,
    )
    service = QueryService(city, load_registry(city), lake.path)
    yield painting.context(service, load_registry(city), city, lambda: HALL)
    service.close()


@pytest.fixture(scope="module")
def client(context):
    app = create_app(
        context.service, context.registry, context.city, clock=context.clock
    )
    return app.server.test_client()


def opened(client, path, query="lang=en&v=1"):
    answer = client.get(f"{path}?{query}", follow_redirects=True)
    assert answer.status_code == 200, answer.get_data(as_text=True)[:200]
    return answer.get_data(as_text=True)


def test_the_page_of_an_event_says_what_it_is_who_has_it_and_draws_its_lanes(client):
    page = opened(client, "/event/N1")

    assert re.search(r"<h2><bdi>N1</bdi></h2>", page)
    assert "1 of 1 unit on site, 0 done." in page
    assert 'data-lane="stages"' in page
    assert page.count('data-lane="unit"') == 1
    assert "took it 1′00″ · on site 10′00″" in page


def test_it_looks_at_where_the_event_is_unless_the_link_looks_elsewhere(context):
    there = painting.paint(context, "/event/N1", "?lang=en&v=1").spec["camera"]
    assert (there["longitude"], there["latitude"]) == (-35.0492, 41.0295)
    asked = painting.paint(context, "/event/N1", "?camera=-35,41,9&lang=en&v=1")
    assert asked.spec["camera"]["zoom"] == 9


def test_what_was_not_known_then_is_not_on_the_page_of_then(client):
    then = to_text(OPENED + timedelta(seconds=650))

    page = opened(client, "/event/N1", f"as_of={then}&lang=en&v=1")
    assert "Nobody has been sent yet." in page
    assert 'data-lane="unit"' not in page
    now = to_text(NEWEST)
    page = opened(client, "/event/N1", f"as_of={then}&known_at={now}&lang=en&v=1")
    assert "1 of 1 unit on site, 0 done." in page
    page = opened(client, "/event/later", f"as_of={then}&lang=en&v=1")
    assert "Nothing was known of this event at this moment." in page


def test_an_event_that_nobody_knows_has_a_page_that_says_so_and_a_way_on(client):
    page = opened(client, "/event/nobody")

    assert "Nothing was known of this event at this moment." in page
    assert 'href="/?city=trio&amp;lang=en&amp;v=1"' in page


def test_a_name_in_any_script_is_an_address_and_stays_text(client, context):
    path = context.arrangement.subjects["event"].of(STRANGE)
    assert path == f"/event/{quote(STRANGE, safe='')}"
    page = opened(client, path)

    assert HOSTILE not in page
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page


def test_the_page_of_a_district_has_its_streets_and_a_title(client):
    page = opened(client, "/district/alva")

    assert 'data-panel="districts:streets"' in page
    assert 'data-panel="districts:now"' in page
    assert re.search(r"<title>[^<]*</title>", page)


def test_a_district_that_is_not_there_is_refused_in_a_sentence(client):
    page = opened(client, "/district/atlantis")

    assert "There is no district" in page
    assert "Traceback" not in page


@pytest.mark.parametrize("path", ["/event/N1", "/district/alva"])
def test_a_forwarded_link_opens_and_a_browser_gets_its_language(client, path):
    answer = client.get(f"{path}?v=1&fbclid=x", headers={"Accept-Language": "en"})
    assert answer.status_code == 302
    assert answer.headers["Location"] == f"{path}?lang=en&v=1"
    opened(client, path, "lang=EN&amp;v=1&utm_source=wechat")


@pytest.mark.parametrize("path", ["/event", "/event/", "/street/N1", "/events/N1"])
def test_other_paths_answer_404(client, path):
    assert client.get(f"{path}?v=1").status_code == 404


def test_what_is_chosen_on_a_page_of_one_thing_leads_to_the_page_of_that(context):
    view = painting.of_path(context, View(lang="en"), "/district/alva")
    row = acted(view, {"picked": "event_heat:N1"}, context, "/district/alva")
    assert leads_to(context, row, "/district/alva") == ("/event/N1", View(lang="en"))

    at_event = painting.of_path(context, View(lang="en"), "/event/N1")
    pick = {"object": {"event_id": "later"}}
    other = picked(at_event, pick, context, "/event/N1")
    assert leads_to(context, other, "/event/N1")[0] == "/event/later"
    nothing = acted(at_event, {"picked": ""}, context, "/event/N1")
    assert leads_to(context, nothing, "/event/N1") == ("/", View(lang="en"))
    language = acted(at_event, {"lang": "zh-CN"}, context, "/event/N1")
    path, there = leads_to(context, language, "/event/N1")
    assert (path, there.lang, there.picked) == ("/event/N1", "zh-CN", "")


def test_on_the_page_of_the_city_a_choice_stays_in_its_view(context):
    view = acted(View(), {"picked": "event_heat:N1"}, context, "/")
    assert leads_to(context, view, "/") == ("/", view)


def test_the_panel_of_an_event_and_of_a_district_lead_to_their_pages(client):
    page = opened(client, "/", "picked=event_heat:N1&lang=en&v=1")
    assert 'href="/event/N1?city=trio&amp;lang=en&amp;v=1"' in page
    page = opened(client, "/", "district=alva&lang=en&v=1")
    assert 'href="/district/alva?city=trio&amp;lang=en&amp;v=1"' in page


def of(age_s, closure_s=None, response=120, closure=1_800):
    return {
        "age_s": age_s,
        "is_open": closure_s is None,
        "closure_s": closure_s,
        "response_target_s": response,
        "closure_target_s": closure,
    }


def test_the_first_two_minutes_have_a_scale_of_their_own():
    """Open for 25 min of 30: the line goes on to the target, and 2 % beyond it."""
    scale = scale_of(of(1_500))

    assert scale.whole_s == pytest.approx(1_836)
    assert scale.at(60) == pytest.approx(FIRST_PCT / 2)
    assert scale.at(120) == pytest.approx(FIRST_PCT)
    assert scale.at(978) == pytest.approx((100 + FIRST_PCT) / 2)
    assert (scale.at(-5), scale.at(99_999)) == (0, 100)


def test_one_scale_serves_where_there_is_no_target_or_hardly_more_than_it():
    assert scale_of(of(400, closure=86_400)).knee_s == 0
    assert scale_of(of(9_000, response=None, closure=None)).knee_s == 0


def test_a_closed_event_ends_where_it_was_closed_not_now():
    assert scale_of(of(90_000, closure_s=1_000)).whole_s == pytest.approx(1_836)
    assert scale_of(of(90_000, closure_s=600, closure=9_000)).whole_s == 612


@pytest.mark.parametrize("whole_s", [1.0, 59.0, 3_000.0, 90_000.0, 9e7])
@pytest.mark.parametrize("knee_s", [0.0, 120.0])
def test_a_scale_is_written_at_few_places_in_their_order(whole_s, knee_s):
    ticks = list(Scale(max(whole_s, 5 * knee_s), knee_s).ticks())

    assert ticks == sorted(ticks)
    assert len(ticks) <= 2 + max(7, whole_s / 604_800 + 1)
