"""Areas on a face: outlines once, values with each picture, a legend with numbers."""

from __future__ import annotations

import json
from dataclasses import replace
from urllib.parse import parse_qs, urlsplit

import pyarrow as pa
import pytest

from tests.faces.imported import HALL
from tests.faces.rated import COLORS, DARK, LIGHT, SQL, rated
from twin.faces.server import painting
from twin.faces.server.app import create_app
from twin.layer import Classes
from twin.query import QueryService

LAYERS = "?v=1&lang=en&layers=districts,rates"


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """The context of a server, and a client of it."""
    service, registry, city = rated(tmp_path_factory.mktemp("rated"))
    app = create_app(service, registry, city, clock=lambda: HALL)
    context = painting.context(service, registry, city, lambda: HALL)
    yield context, app.server.test_client()
    service.close()


def painted(context, search=LAYERS):
    face = painting.face(context, "/", search)
    (drawn,) = (each for each in face.spec["deck"]["layers"] if "rates" in each["id"])
    (legend,) = (each for each in face.places["legend"] if 'data-layer="rates"' in each)
    return face, drawn, legend


def rows(client, drawn):
    answer = client.get(drawn["values"])
    assert answer.status_code == 200, answer.text
    return pa.ipc.open_stream(answer.data).read_all()


def test_each_district_has_the_colour_of_its_class(made):
    """Alva has 61, Brisa 38.5. Their thirds begin at 46 and 53.5, between which is nothing."""
    context, client = made

    found = rows(client, painted(context)[1])

    by = dict(
        zip(
            found["district_id"].to_pylist(),
            found["fill_color"].to_pylist(),
            strict=True,
        )
    )
    assert {name: tuple(color) for name, color in by.items()} == {
        "alva": LIGHT,
        "brisa": DARK,
        "corra": (0, 0, 0, 0),
    }
    assert found["thousand"].to_pylist() == [61.0, 38.5, None]


def test_the_legend_has_the_numbers_the_unit_and_what_is_not_known(made):
    legend = painted(made[0])[2]

    for said in ("&lt; 46", "≥ 46", "thousand", "not known: 1, left as land"):
        assert said in legend
    assert 'data-unknown-areas="1"' in legend
    for color in (DARK, LIGHT):
        assert "rgba({},{},{},1.00)".format(*color[:3]) in legend


def test_a_row_without_an_outline_is_told_in_one_sentence(made):
    """The free port has people, and no outline."""
    legend = painted(made[0])[2]

    assert "1 row names no area of the map and is not drawn." in legend
    chinese = painted(made[0], LAYERS.replace("lang=en", "lang=zh-CN"))[2]
    assert "有 1 行数据在地图上没有对应的区域，未绘出。" in chinese


def test_outlines_are_those_of_the_pack_under_an_address_that_is_kept(made):
    context, client = made
    face, drawn, _ = painted(context)

    land = next(
        each for each in face.spec["deck"]["layers"] if each["id"] == "districts-land"
    )
    answer = client.get(drawn["data"])
    assert drawn["data"] == land["data"]
    assert "immutable" in answer.headers["Cache-Control"]
    assert len(json.loads(answer.data)["features"]) == 3
    assert "immutable" in client.get(drawn["values"]).headers["Cache-Control"]
    # Values know nothing of outlines.
    assert set(rows(client, drawn).column_names) == {
        "district_id",
        "fill_color",
        "thousand",
    }


def test_areas_lie_over_the_land_and_under_the_water_and_the_roads(made):
    ids = [each["id"] for each in painted(made[0])[0].spec["deck"]["layers"]]

    order = [name for name in ids if name in ORDER]
    assert order == ORDER


ORDER = ["districts-land", "rates-people", "districts-water", "districts-roads"]


def test_nothing_is_asked_of_a_layer_that_is_off(made):
    legend = painting.face(made[0], "/", "?v=1&lang=en&layers=districts")

    (row,) = (each for each in legend.places["legend"] if 'data-layer="rates"' in each)
    assert "≥" not in row


def test_given_breaks_are_printed_as_they_are(tmp_path):
    service, registry, city = rated(tmp_path, Classes(COLORS, (10.0, 50.0)))
    context = painting.context(service, registry, city, lambda: HALL)
    try:
        legend = painted(context)[2]
    finally:
        service.close()

    assert all(said in legend for said in ("&lt; 10", "10–50", "≥ 50"))


def test_where_no_area_is_known_the_legend_says_only_that(tmp_path):
    none = SQL.replace("CAST(population AS DOUBLE) / 1000", "CAST(NULL AS DOUBLE)")
    service, registry, city = rated(tmp_path, sql=none)
    context = painting.context(service, registry, city, lambda: HALL)
    try:
        legend = painted(context)[2]
    finally:
        service.close()

    assert "not known: 3, left as land" in legend
    assert "≥" not in legend


def test_two_rows_of_one_district_cost_the_layer_only_and_are_said(tmp_path):
    twice = SQL.replace("FROM districts", "FROM (VALUES (1), (2)), districts")
    service, registry, city = rated(tmp_path, sql=twice)
    context = painting.context(service, registry, city, lambda: HALL)
    try:
        face = painting.face(context, "/", LAYERS)
    finally:
        service.close()

    assert "Two rows are of the area 'alva'." in "".join(face.places["banner"])
    assert "Open now" in "".join(face.places["headline"])


def test_other_outlines_make_another_address(made, tmp_path):
    """What is sent hangs on which areas there are, and a browser keeps it for ever."""
    context, _ = made
    before = parse_qs(urlsplit(painted(context)[1]["values"]).query)["q"]
    land = json.loads(context.city.geography["land"].read_text(encoding="utf-8"))
    land["features"].pop()
    smaller = tmp_path / "land.geojson"
    smaller.write_text(json.dumps(land), encoding="utf-8")
    service, registry, city = rated(tmp_path / "rated")
    service.close()
    city = replace(city, geography={**city.geography, "land": smaller})
    service = QueryService(city, registry, service.folder)
    try:
        changed = painting.context(service, registry, city, lambda: HALL)
        after = parse_qs(urlsplit(painted(changed)[1]["values"]).query)["q"]
    finally:
        service.close()

    assert before != after
