"""A polygon layer becomes a city pack that is good, or a sentence that says what to do."""

from __future__ import annotations

import csv
import json
import tomllib
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import shapely
from click.testing import CliRunner

from tests.city import made
from twin.cli import main
from twin.errors import PackError, UsageError
from twin.geography import Locator
from twin.pack import check_pack, load_city
from twin.pack.new import Made, Wish, make_pack
from twin.pack.outlines import Reading

SQUARE = shapely.box(-9.2, 38.7, -9.1, 38.8)
LISBON = Wish("Odd", zone="Europe/Lisbon")


def squares(
    n: int, lon: float = -9.2, lat: float = 38.7, side: float = 0.02
) -> list[Any]:
    """Return `n` squares in a row."""
    return [
        shapely.box(lon + at * side, lat, lon + (at + 1) * side, lat + side)
        for at in range(n)
    ]


def make(
    tmp_path: Path,
    content: list[dict[str, Any]],
    wish: Wish = LISBON,
    reading: Reading | None = None,
    **member: Any,
) -> Made:
    """Make a pack of features."""
    path = made.write(tmp_path / "given.geojson", content, **member)
    return make_pack(tmp_path / "odd", path, wish, reading or Reading())


def rows(made_city: Made) -> list[tuple[str, str]]:
    """Return ids and names of the new city's districts, in the order of the outlines."""
    return [(each.id, each.name) for each in made_city.drawn.districts]


@pytest.mark.parametrize(
    ("write", "name", "zone", "names", "lang"),
    [
        (made.latin, "Seabridge", "Europe/Lisbon", made.LATIN, "en"),
        (made.chinese, "临江", "Asia/Shanghai", made.CHINESE, "zh-CN"),
        (made.arabic, "المرسى", "Africa/Cairo", made.ARABIC, "en"),
    ],
)
def test_three_files_of_three_scripts_are_three_good_cities(
    tmp_path, write, name, zone, names, lang
):
    found = make_pack(
        tmp_path / "own-city",
        write(tmp_path / "given.geojson"),
        Wish(name, zone=zone),
        Reading(),
    )
    city = load_city(tmp_path / "own-city")

    assert check_pack(tmp_path / "own-city") == []
    assert (city.id, city.name, city.name_en, city.zone.key, city.lang) == (
        "own-city",
        name,
        name,
        zone,
        lang,
    )
    assert [each.name for each in found.drawn.districts] == list(names)
    assert {row["name"] for row in city.reference["districts"].to_pylist()} == set(
        names
    )
    assert sorted(
        path.relative_to(tmp_path / "own-city").as_posix()
        for path in (tmp_path / "own-city").rglob("*.*")
    ) == [
        "city.toml",
        "districts.csv",
        "event_sources.csv",
        "geography/land.geojson",
        "manifest.json",
    ]


def test_each_name_stands_inside_its_district_and_each_district_has_cells_of_50_m(
    tmp_path,
):
    make_pack(
        tmp_path / "own", made.latin(tmp_path / "given.geojson"), LISBON, Reading()
    )
    city = load_city(tmp_path / "own")
    found = city.reference["districts"].to_pylist()

    lon, lat = (
        np.array([row[f"label_{axis}_ud"] / 1e6 for row in found])
        for axis in ("lon", "lat")
    )

    assert Locator(city).districts(lon, lat).tolist() == [
        row["district_id"] for row in found
    ]
    assert city.raster.cell_m == 50
    # An island of about 11 km around.
    assert sum(row["n_cells"] for row in found) * 0.0025 == pytest.approx(390, rel=0.15)


def test_metres_are_re_projected_as_the_file_or_the_option_says(tmp_path):
    one = make_pack(
        tmp_path / "one",
        made.chinese(tmp_path / "given.geojson"),
        Wish("一", zone="Asia/Shanghai"),
        Reading(),
    )
    content = json.loads((tmp_path / "given.geojson").read_text(encoding="utf-8"))
    two = make(
        tmp_path,
        content["features"],
        Wish("二", zone="Asia/Shanghai"),
        Reading(crs="EPSG:32650"),
    )

    degrees = shapely.MultiPolygon(
        made.shapes(len(made.CHINESE), 117.2, 31.8, 18, seed=3)
    )
    for found in (one, two):
        assert found.drawn.bounds == pytest.approx(degrees.bounds, abs=1e-6)
        assert found.drawn.told[0].startswith("Re-projected from WGS 84 / UTM zone 50N")


def test_rings_that_are_not_sound_are_mended_each_with_a_line(tmp_path):
    bow = {
        "type": "Feature",
        "properties": {"name": "Bow"},
        "geometry": made.bowtie(-9.2, 38.7, 0.02),
    }
    ring = [[-9.1, 38.7], [-9.08, 38.7], [-9.08, 38.72], [-9.1, 38.72]]
    open_ring = {
        "type": "Feature",
        "properties": {"name": "Open"},
        "geometry": {"type": "Polygon", "coordinates": [ring]},
    }
    found = make(tmp_path, [bow, open_ring])

    assert [line for line in found.drawn.told if "mended" in line] == [
        "Feature 1 (Bow): mended: self-intersection at -9.19, 38.71.",
        "Feature 2 (Open): mended: a ring that was not closed.",
    ]
    assert [round(each.shape.area, 6) for each in found.drawn.districts] == [
        0.0002,
        0.0004,
    ]


def test_what_is_no_polygon_is_left_out_with_a_word(tmp_path):
    line = {
        "type": "Feature",
        "properties": {},
        "geometry": {"type": "LineString", "coordinates": [[-9.2, 38.7], [-9.1, 38.7]]},
    }
    empty = {"type": "Feature", "properties": {}, "geometry": None}
    found = make(tmp_path, [line, *made.features(["A", "B"], squares(2)), empty])

    assert [name for _, name in rows(found)] == ["A", "B"]
    assert "Left out: 1 x LineString; districts are polygons." in found.drawn.told
    assert (
        "Left out: 1 x feature without a geometry; districts are polygons."
        in found.drawn.told
    )


def test_id_and_name_are_chosen_by_rule_and_said_and_by_option(tmp_path):
    content = made.features(
        ["Aa", "Bb"], squares(2), "NHOOD", GEOID=[17.0, 18.0], note=["x", "y"]
    )
    first = make(tmp_path, content)
    second = make_pack(
        tmp_path / "two",
        tmp_path / "given.geojson",
        LISBON,
        Reading(id_property="note", name_property="note"),
    )

    assert rows(first) == [("17", "Aa"), ("18", "Bb")]
    assert (
        first.drawn.told[-1] == "Ids are from the property 'GEOID'; names from 'NHOOD' "
        "(--id-property and --name-property choose others). Other properties: note."
    )
    assert rows(second) == [("x", "x"), ("y", "y")]


def test_without_an_id_districts_are_numbered_and_without_a_name_called_by_their_id(
    tmp_path,
):
    assert rows(make(tmp_path, made.features(["", ""], squares(2)))) == [
        ("d1", "d1"),
        ("d2", "d2"),
    ]


def test_a_property_that_is_the_same_everywhere_is_neither_id_nor_name(tmp_path):
    content = made.features(
        ["Odd", "Odd"], squares(2), "name", id=["P", "P"], borough=["North", "South"]
    )

    assert rows(make(tmp_path, content)) == [("d1", "North"), ("d2", "South")]


def test_features_of_one_id_are_one_district(tmp_path):
    found = make(
        tmp_path, made.features(["A", "B", "A"], squares(3), code=["1", "2", "1"])
    )

    assert rows(found) == [("1", "A"), ("2", "B")]
    assert found.drawn.districts[0].shape.geom_type == "MultiPolygon"
    assert "2 features of the id '1' became one district." in found.drawn.told


def test_one_id_with_two_names_and_one_name_with_two_ids_are_told_apart(tmp_path):
    found = make(
        tmp_path, made.features(["A", "B", "A"], squares(3), code=["1", "1", "3"])
    )

    assert rows(found) == [("1", "A (1)"), ("1-2", "B"), ("3", "A (3)")]


def test_an_id_that_links_cannot_have_is_changed(tmp_path):
    content = made.features(
        ["A", "B", "C"], squares(3), id=["O'Hare / West", "all", "D 1"]
    )

    assert [each for each, _ in rows(make(tmp_path, content))] == [
        "O-Hare-West",
        "all-1",
        "D-1",
    ]


def test_what_the_file_does_not_tell_is_not_made_up(tmp_path):
    made_city = make(tmp_path, made.features(["A", "B"], squares(2)))
    district = made_city.city.reference["districts"].to_pylist()[0]

    assert (district["population"], district["area_km2"], district["gb2260"]) == (
        None,
        None,
        None,
    )
    assert {
        name: table.num_rows
        for name, table in made_city.city.reference.items()
        if table.num_rows and name not in {"alert_rules", "alarm_targets"}
    } == {"districts": 2, "event_sources": 1}
    assert (
        made_city.city.reference["event_sources"].to_pylist()[0]["status"] == "assumed"
    )
    assert len(made_city.notes) > 10


def test_source_and_licence_stand_in_the_manifest_and_under_the_map(tmp_path):
    found = make(
        tmp_path,
        made.features(["A", "B"], squares(2)),
        Wish(
            'O "City"\\',
            zone="Europe/Lisbon",
            source="Open Data Odd",
            licence="CC BY 4.0",
        ),
    )
    entry = json.loads((tmp_path / "odd/manifest.json").read_text(encoding="utf-8"))[
        "files"
    ]["geography/land.geojson"]

    assert (entry["source"], entry["licence"]) == ("Open Data Odd", "CC BY 4.0")
    assert found.city.credit["en"] == "Districts: Open Data Odd · CC BY 4.0"
    assert found.city.name == 'O "City"\\'


def test_the_template_of_columns_is_read_once_its_signs_are_taken_away(tmp_path):
    for lang in ("en", "zh-CN"):
        path = (
            make_pack(
                tmp_path / lang,
                made.latin(tmp_path / "given.geojson"),
                Wish("Odd", zone="Europe/Lisbon", lang=lang),
                Reading(),
            ).city.root
            / "city.toml"
        )
        head, _, tail = path.read_text(encoding="utf-8").partition(
            "# [feeds.work_orders.columns]"
        )
        said = tomllib.loads(
            head + "[feeds.work_orders.columns]" + tail.replace("\n# ", "\n")
        )

        assert {"event_id", "created_at", "lon", "lat"} <= set(
            said["feeds"]["work_orders"]["columns"]
        )
        assert said["feeds"]["work_orders"]["source_id"] == "S01"


def test_a_land_of_many_cells_gets_coarser_ones(tmp_path):
    found = make(
        tmp_path,
        made.features(["A", "B"], squares(2, lon=10.0, lat=45.0, side=5.0)),
        Wish("Wide", zone="Europe/Rome"),
    )
    raster = found.city.raster

    # 780 by 555 km: 174 million cells of 50 m, 43 million of 100 m.
    assert raster.cell_m == 250
    assert raster.n_x * raster.n_y <= 40_000_000
    assert check_pack(tmp_path / "odd") == []


REFUSED: dict[str, tuple[list[dict[str, Any]], Wish, Reading, str]] = {
    "no zone": (
        made.features(["A"], [SQUARE]),
        Wish("Odd"),
        Reading(),
        "time zone is not given",
    ),
    "no such zone": (
        made.features(["A"], [SQUARE]),
        Wish("Odd", zone="Mars/Base"),
        Reading(),
        "no time zone 'Mars/Base'",
    ),
    "metres of nowhere": (
        made.features(["A"], [shapely.box(480_000, 4_280_000, 490_000, 4_290_000)]),
        LISBON,
        Reading(),
        "nothing says what they are",
    ),
    "latitude beyond 90 first": (
        made.features(["A"], [shapely.box(37.7, -122.5, 37.8, -122.4)]),
        Wish("SF", zone="America/Los_Angeles"),
        Reading(),
        "longitude and latitude are swapped",
    ),
    "axes swapped by the zone": (
        made.features(["A"], [shapely.box(52.4, 13.3, 52.5, 13.4)]),
        Wish("B", zone="Europe/Berlin"),
        Reading(),
        "far from Europe/Berlin: longitude and latitude are swapped",
    ),
    "both sides of the date line": (
        made.features(
            ["A", "B"],
            [shapely.box(179, -18, 179.5, -17), shapely.box(-179.5, -18, -179, -17)],
        ),
        Wish("F", zone="Pacific/Fiji"),
        Reading(),
        "both sides of the date line",
    ),
    "longitudes to 360": (
        made.features(["A"], [shapely.box(179, -18, 181, -17)]),
        Wish("F", zone="Pacific/Fiji"),
        Reading(),
        "crosses the date line",
    ),
    "a pole": (
        made.features(["A"], [shapely.box(10, 84, 20, 86)]),
        LISBON,
        Reading(),
        "the map ends at 85",
    ),
    "no polygon": (
        [
            {
                "type": "Feature",
                "properties": {},
                "geometry": {"type": "Point", "coordinates": [0, 0]},
            }
        ],
        LISBON,
        Reading(),
        "holds no polygon: 1 x Point",
    ),
    "no such property": (
        made.features(["A"], [SQUARE]),
        LISBON,
        Reading(id_property="key"),
        "--id-property is 'key', which no polygon",
    ),
    "no such system": (
        made.features(["A"], [SQUARE]),
        LISBON,
        Reading(crs="EPSG:0"),
        "--crs is 'EPSG:0', which is no reference system",
    ),
    "degrees called metres": (
        made.features(["A"], [SQUARE]),
        LISBON,
        Reading(crs="EPSG:32629"),
        "its coordinates are degrees",
    ),
    "a name of nothing": (
        made.features(["A"], [SQUARE]),
        Wish(" ", zone="Europe/Lisbon"),
        Reading(),
        "name is empty",
    ),
}


@pytest.mark.parametrize(
    ("content", "wish", "reading", "sentence"), REFUSED.values(), ids=REFUSED
)
def test_what_cannot_be_known_is_refused_with_what_to_do_and_leaves_nothing(
    tmp_path, content, wish, reading, sentence
):
    with pytest.raises((PackError, UsageError)) as caught:
        make(tmp_path, content, wish, reading)

    said = " ".join(caught.value.lines())
    assert sentence in said
    assert caught.value.fix
    assert [
        path.name for path in tmp_path.iterdir() if path.name != "given.geojson"
    ] == []


def test_swapped_axes_are_read_when_asked(tmp_path):
    content = made.features(["A"], [shapely.box(37.7, -122.5, 37.8, -122.4)])
    found = make(
        tmp_path,
        content,
        Wish("SF", zone="America/Los_Angeles"),
        Reading(swap_axes=True),
    )

    assert found.drawn.bounds == (-122.5, 37.7, -122.4, 37.8)


def test_a_folder_that_holds_something_is_left_alone(tmp_path):
    (tmp_path / "odd").mkdir()
    (tmp_path / "odd/mine.txt").write_text("mine")

    with pytest.raises(UsageError, match="holds something"):
        make(tmp_path, made.features(["A"], [SQUARE]))
    assert [path.name for path in (tmp_path / "odd").iterdir()] == ["mine.txt"]


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"[]",
        b"{}",
        b'{"features": 3}',
        b'{"features": [3, null, {}]}',
        b"\xff",
        b'{"type":"Polygon","coordinates":[[1,2]]}',
        b'{"features":[{"geometry":{"type":"Polygon","coordinates":null}}]}',
        b"[" * 100_000,
    ],
)
def test_whatever_is_in_the_file_ends_in_a_sentence(tmp_path, content):
    (tmp_path / "given.geojson").write_bytes(content)

    with pytest.raises(PackError) as caught:
        make_pack(tmp_path / "odd", tmp_path / "given.geojson", LISBON, Reading())
    assert caught.value.what.endswith(".")


def test_the_command_says_what_it_chose_and_what_comes_next(tmp_path):
    path = made.latin(tmp_path / "latin.geojson")
    told = CliRunner().invoke(
        main,
        [
            "city",
            "new",
            str(tmp_path / "sea"),
            "--from",
            str(path),
            "--name",
            "Seabridge",
            "--zone",
            "Europe/Lisbon",
        ],
    )
    checked = CliRunner().invoke(
        main, ["city", "check", "--city", str(tmp_path / "sea"), "--json"]
    )
    found = json.loads(checked.output)

    assert told.exit_code == 0, told.output
    assert told.output.splitlines() == [
        (
            "Ids are from the property 'code'; names from 'neighbourhood'"
            " (--id-property and --name-property choose others)."
        ),
        "The raster has 454 by 498 cells of 50 m.",
        f"Seabridge (sea): 24 districts, written to {tmp_path / 'sea'}.",
        f"Next: twin city check --city {tmp_path / 'sea'}",
    ]
    assert (checked.exit_code, found["ok"], found["faults"]) == (0, True, [])
    assert "There is no streets.csv: no street is named on the map." in found["notes"]


def test_the_command_writes_a_manifest_on_demand(tmp_path):
    make(tmp_path, made.features(["A", "B"], squares(2)))
    land = tmp_path / "odd/geography/land.geojson"
    land.write_text(land.read_text(encoding="utf-8") + "\n", encoding="utf-8")

    before = CliRunner().invoke(
        main, ["city", "check", "--city", str(tmp_path / "odd")]
    )
    after = CliRunner().invoke(
        main, ["city", "check", "--city", str(tmp_path / "odd"), "--write-manifest"]
    )

    assert before.exit_code == 1
    assert "`twin city check --write-manifest`" in before.output
    assert after.exit_code == 0, after.output


def test_the_tables_are_plain_csv_that_a_person_can_go_on_with(tmp_path):
    make(tmp_path, made.features(["A, B", 'C "D"'], squares(2)))
    with (tmp_path / "odd/districts.csv").open(encoding="utf-8", newline="") as file:
        found = list(csv.DictReader(file))

    assert [row["name"] for row in found] == ["A, B", 'C "D"']
    assert {row["provenance"] for row in found} == {"outline in given.geojson"}
