"""`twin layer new`: what is refused, and how a pack's files are changed."""

from __future__ import annotations

import json
import shutil
import tomllib
from pathlib import Path

import pytest
from click.testing import CliRunner

from twin.cli import main
from twin.scaffold.toml_text import with_item

TRIO = Path(__file__).parents[1] / "cities" / "trio"


def new(*words):
    """What the command says, and its status."""
    done = CliRunner().invoke(main, ["layer", "new", *map(str, words)])
    return done.exit_code, done.output


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("Rain", "'Rain' is no name for a layer."),
        ("r", "'r' is no name for a layer."),
        ("2nd", "'2nd' is no name for a layer."),
        ("rain gauges", "'rain gauges' is no name for a layer."),
        ("../rain", "'../rain' is no name for a layer."),
        ("class", "'class' is no name for a layer."),
        ("districts", "There is layers/districts already."),
        ("registry", "There is layers/registry.py already."),
    ],
)
def test_a_name_that_is_none_or_is_taken_is_refused_and_nothing_is_written(
    name, said, tmp_path
):
    status, output = new(name, "--into", tmp_path / "acme-rain")

    assert status == 2
    assert output.startswith(f"{said}\n")
    assert not any(tmp_path.iterdir())


@pytest.mark.parametrize(
    ("folder", "said"),
    [
        ("json", "There is a package 'json' already."),
        ("Acme", "'Acme' is no name for a package."),
        ("full", "full is there already, and not empty."),
    ],
)
def test_a_folder_that_cannot_be_a_package_is_refused(folder, said, tmp_path):
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "file").touch()

    status, output = new("rain", "--into", tmp_path / folder)

    assert status == 2
    assert said in output
    assert not list(tmp_path.rglob("*.py"))


def test_a_layer_that_the_pack_names_already_is_refused(tmp_path):
    pack = Path(shutil.copytree(TRIO, tmp_path / "trio"))
    file = pack / "city.toml"
    text = file.read_text(encoding="utf-8").replace('"headline"', '"their-pack:rain"')
    file.write_text(text, encoding="utf-8")

    status, output = new("rain", "--into", tmp_path / "acme", "--city", pack)

    assert status == 2
    assert output.startswith("trio/city.toml names a layer 'rain' already.\n")
    assert not (tmp_path / "acme").exists()


def test_without_a_city_it_says_which_lines_to_add(tmp_path):
    status, output = new("rain", "--into", tmp_path / "acme")

    assert status == 0
    page = "pages/city.toml (if the pack has none, a copy of twin/pages/city.toml)"
    assert [line for line in output.splitlines() if line.startswith("To show it")] == [
        'To show it, in city.toml: layers = [… "acme:rain"]',
        f'To show it, in {page}, under [regions]: side = [… "rain.rows"]',
        f'To show it, in {page}, under [legend]: rain = [… "rain.rain_count"]',
    ]


def test_a_file_that_it_cannot_change_is_left_and_the_line_is_told(tmp_path):
    pack = Path(shutil.copytree(TRIO, tmp_path / "trio"))
    page = pack / "pages" / "city.toml"
    page.parent.mkdir()
    odd = 'path = "/"\nregions = {}\n'
    page.write_text(odd, encoding="utf-8")

    status, output = new("rain", "--into", tmp_path / "acme", "--city", pack, "--json")

    told = json.loads(output)
    assert status == 0
    assert told["changed"] == [str(pack / "city.toml")]
    assert told["left"] == [
        'To show it, in pages/city.toml, under [regions]: side = [… "rain.rows"]',
        'To show it, in pages/city.toml, under [legend]: rain = [… "rain.rain_count"]',
    ]
    assert page.read_text(encoding="utf-8") == odd


@pytest.mark.parametrize(
    ("text", "path", "made"),
    [
        ('a = ["x"] # y\nb = 1\n', ("a",), 'a = ["x", "n"] # y\nb = 1\n'),
        ("a = []\n", ("a",), 'a = ["n"]\n'),
        ('a = [\n  "x",\n]\n', ("a",), 'a = [\n  "x",\n  "n",\n]\n'),
        ('a = [\n  "x"\n]\n', ("a",), 'a = [\n  "x",\n  "n",\n]\n'),
        (
            'a = ["]", \'\\\', [1]]\n[t]\na = ["x"]\n',
            ("t", "a"),
            'a = ["]", \'\\\', [1]]\n[t]\na = ["x", "n"]\n',
        ),
        ("a = [\"]\", '\\']\n", ("a",), 'a = ["]", \'\\\', "n"]\n'),
        ("[t] # z\nb = 1\n", ("t", "a"), '[t] # z\na = ["n"]\nb = 1\n'),
        ("b = 1\n", ("t", "a"), 'b = 1\n\n[t]\na = ["n"]\n'),
    ],
)
def test_a_name_is_added_to_a_list_and_the_rest_stays_as_it_is(text, path, made):
    assert with_item(text, path, "n") == made
    assert tomllib.loads(made) != tomllib.loads(text)


@pytest.mark.parametrize(
    "text",
    [
        'a = ["x"\n',  # no TOML
        "a = 3\n",  # no list
        'a = [\n  "x", # the last\n  # or not ]\n',
        "b = 1\n",  # nowhere to begin a list at the top
        't.a = ["x"]\n[u]\nt = 1\n',
    ],
)
def test_what_needs_somebody_who_looks_is_left(text):
    made = with_item(text, ("a",), "n")

    assert made is None
