"""A face is sent as finished HTML, and afterwards only the parts of it that changed."""

from __future__ import annotations

import json
import re
from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest
from dash import dcc, html

from layers.registry import load_registry
from tests.faces.imported import HALL, NEWEST, TRIO, batch, event
from twin.faces import lines, markup
from twin.faces.server import app as faces
from twin.faces.server import painting
from twin.faces.server.app import create_app
from twin.marks import marks
from twin.pack import load_city
from twin.query import QueryService
from twin.store import Lake, publish

FIRST = re.compile(
    r'<script type="application/json" id="first">(.*?)</script>', re.DOTALL
)
FIGURE = re.compile(r'data-figure="events_today" data-value="([\d.]+)"')


@pytest.fixture
def lake(tmp_path):
    """One event of today."""
    lake = Lake(tmp_path / "lake")
    publish(
        lake,
        load_city(TRIO),
        [batch("events", event("N1", NEWEST, NEWEST))],
        as_of=NEWEST,
        simulated=False,
        now=lambda: NEWEST,
    )
    return lake


@pytest.fixture
def context(lake):
    city = load_city(TRIO)
    service = QueryService(city, load_registry(city), lake.path)
    yield painting.context(service, load_registry(city), city, lambda: HALL)
    service.close()


@pytest.fixture
def client(context):
    return create_app(
        context.service, context.registry, context.city, clock=context.clock
    ).server.test_client()


def one_more(lake):
    at = NEWEST + timedelta(seconds=10)
    publish(
        lake,
        load_city(TRIO),
        [batch("events", event("N2", at, at))],
        as_of=at,
        simulated=False,
        now=lambda: at,
    )


def test_the_first_answer_says_every_figure_before_any_script_has_run(client):
    page = client.get("/?lang=en&v=1").get_data(as_text=True)

    assert FIGURE.search(page)[1] == "1.0"
    assert page.index('id="headline"') < page.index("<script type=")


def test_the_first_answer_holds_what_the_map_draws_and_no_markup_from_data(
    client, context
):
    first = json.loads(
        FIRST.search(client.get("/?lang=en&v=1").get_data(as_text=True))[1]
    )

    assert first["spec"] == painting.paint(context, "/", "?lang=en&v=1").spec
    assert first["places"]["side"]["tags"]
    assert "</script" not in painting.to_json({"title": "</script><b>"})


def test_a_list_and_the_legend_draw_marks_from_the_one_table(client, context):
    layer = context.registry.get("department_linkage")
    page = client.get(f"/?lang=en&layers={layer.id}&v=1").get_data(as_text=True)

    listed = re.search(r'<span [^>]*class="mark p2"[^>]*>(.*?)</span>', page)[1]
    kinds = re.findall(r'<i class="swatch" style="[^"]*">(.*?)</i>', page)
    assert listed == marks()["p2"].svg()
    assert kinds == [marks()[kind.mark].svg() for kind in layer.legend.scale]


def test_the_head_is_sent_before_the_picture_is_queried(client):
    pieces = client.get("/?lang=en&v=1", buffered=False).iter_encoded()

    head = next(iter(pieces)).decode()
    assert "face.css" in head
    assert 'id="face"' not in head


def test_a_browser_that_shows_all_of_it_is_sent_nothing_again(context):
    face = painting.paint(context, "/", "")
    shown = {name: each["tags"] for name, each in face.since({})["places"].items()}

    assert all(each["html"] == {} for each in face.since(shown)["places"].values())


def test_of_a_new_snapshot_only_the_parts_that_changed_are_sent(context, lake):
    before = painting.paint(context, "/", "")
    one_more(lake)

    changed = painting.paint(context, "/", "").since(
        {name: each["tags"] for name, each in before.since({})["places"].items()}
    )["places"]

    assert FIGURE.search(changed["headline"]["html"][0])[1] == "2.0"
    assert set(changed["headline"]["html"]) < set(range(len(before.places["headline"])))
    assert changed["banner"]["html"] == {}


def test_a_browser_that_shows_more_parts_than_there_are_is_told_how_many_there_are(
    context,
):
    face = painting.paint(context, "/", "")
    shown = {"side": [*face.since({})["places"]["side"]["tags"], "0123456789ab"]}

    assert len(face.since(shown)["places"]["side"]["tags"]) == len(face.places["side"])


def test_a_picture_stays_under_the_reason_where_nothing_newer_can_be_read(
    context, lake, monkeypatch
):
    # It looks at its files again at once.
    monkeypatch.setattr("twin.query.pool.RECHECK_S", 0.0)
    for path in lake.snapshots.glob("*.json"):
        path.write_text("{", encoding="utf-8")

    changed = faces.painted(context, faces.Asked("/", "", {}, keep=True))
    anew = faces.painted(context, faces.Asked("/", "", {}, keep=False))

    assert list(changed["places"]) == ["banner"]
    assert (changed["kind"], changed["spec"]) == ("", None)
    assert set(anew["places"]) == set(painting.PLACES)
    assert anew["kind"] == "face page broken"


def test_markup_escapes_what_comes_from_data():
    said = markup.html_of(
        html.Div(
            ["<b>", html.Span('a "quote" & more', title='"><script>')],
            className="x",
            **{"data-action": '{"a": 1}'},
        )
    )

    assert (
        said == '<div class="x" data-action="{&quot;a&quot;: 1}">&lt;b&gt;'
        '<span title="&quot;&gt;&lt;script&gt;">a "quote" &amp; more</span></div>'
    )


def test_markup_writes_attributes_as_html_has_them():
    assert (
        markup.html_of(html.Button("go", disabled=True, hidden=False, tabIndex="0"))
        == '<button disabled tabindex="0">go</button>'
    )
    assert (
        markup.html_of(
            html.I(style={"height": "40%", "fontSize": "2px", "--swatch": "#fff"})
        )
        == '<i style="height:40%;font-size:2px;--swatch:#fff"></i>'
    )
    assert markup.html_of([None, 3, ["a"], html.Br()]) == "3a<br>"


def test_what_needs_dash_in_the_browser_is_no_markup():
    with pytest.raises(TypeError, match="Store"):
        markup.html_of(dcc.Store(id="x"))


def test_a_spark_of_three_values_has_its_gap_its_band_and_a_dot_on_the_last():
    drawn = markup.html_of(
        lines.spark([0.0, None, 10.0], [(2.0, 4.0), None, (2.0, 5.0)], line=2)
    )

    assert 'class="line" d="M125.0 94.6M750.0 5.4"' in drawn
    assert 'class="usual" d="M125.0 58.9L750.0 50.0L750.0 76.8L125.0 76.8Z"' in drawn
    assert 'class="dot" d="M750.0 5.4h.01" style="stroke-width:8px"' in drawn


def test_a_trend_names_whole_hours_of_the_citys_clock_and_round_heights():
    start = NEWEST.replace(hour=0, minute=0, second=0)
    rows = [
        {
            "at": start + timedelta(hours=n),
            "value": float(n),
            "usual_low": 1.0,
            "usual_high": 3.0,
            "is_partial": n == 23,
        }
        for n in range(24)
    ]

    drawn = markup.html_of(lines.trend(rows, ZoneInfo("Asia/Shanghai")))

    assert re.findall(r">(\d\d:\d\d)<", drawn) == [
        "08:00",
        "12:00",
        "16:00",
        "20:00",
        "00:00",
        "04:00",
    ]
    assert re.findall(r'<span style="bottom[^>]*>([\d,]+)<', drawn) == ["10", "20"]
    assert "data-day" not in drawn
    told = markup.html_of(lines.trend(rows, ZoneInfo("Asia/Shanghai"), chooser={}))
    assert json.loads(re.search(r'data-day="([^"]*)"', told)[1].replace("&quot;", '"'))[
        5
    ] == [f"{start:%Y-%m-%d}T05:00:00Z", 5.0]
