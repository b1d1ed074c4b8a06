"""A second package brings a layer, a page and a feed; being named in a pack is all it takes.

It is begun by `twin layer new`, built as a wheel and installed, as anybody would.
"""

from __future__ import annotations

import re
import shutil
import signal
import zipfile
from dataclasses import dataclass
from pathlib import Path

import pytest
from click.testing import CliRunner

from tests.cli.processes import Started, wait_until
from tests.errands import rain, recipes
from tests.faces.imported import imported
from twin.cli import main
from twin.clock import now
from twin.store import Lake

WAITING = """path = "/waiting"
map_layers = ["districts", "unanswered"]
[title]
en = "Waiting"
[regions]
side = ["unanswered.rows"]
"""


@dataclass(frozen=True)
class Installed:
    """A wheel, the folder in which it is installed, and a city that names what it offers."""

    wheel: Path
    site: Path
    pack: Path


@pytest.fixture(scope="module")
def installed(tmp_path_factory) -> Installed:
    """Begin the package, give it a page and a feed, build it, install it, and name all three."""
    here = tmp_path_factory.mktemp("plug-in")
    pack = Path(shutil.copytree(recipes.TRIO, here / "seabridge"))
    source = here / "acme-city"
    words = ["layer", "new", "unanswered", "--into", source, "--city", pack]
    done = CliRunner().invoke(main, list(map(str, words)))
    assert done.exit_code == 0, done.output
    module, project = source / "acme_city", source / "pyproject.toml"
    recipes.put(module / "waiting.toml", WAITING)
    recipes.put(
        module / "pages.py",
        "from pathlib import Path\n\n"
        'WAITING = Path(__file__).with_name("waiting.toml")\n',
    )
    feed = recipes.file_in("feeds.md", "twin/feeds/gauges.py")
    recipes.put(module / "gauges.py", feed)
    # The layer's own entry is among those of the docs.
    said = re.sub(
        r"\[project\.entry-points[^\[]*", "", project.read_text(encoding="utf-8")
    )
    recipes.put(project, f"{said}\n{recipes.blocks('layers.md', 'toml')[0]}")
    build = ["python", "-m", "hatchling", "build", "-t", "wheel", "-d", str(here)]
    recipes.ran(build, source)
    (wheel,) = here.glob("*.whl")
    pip = ["-m", "pip", "install", "--disable-pip-version-check", "--quiet"]
    offline = ["--no-deps", "--no-index", "--target", str(here / "site"), str(wheel)]
    recipes.ran(["python", *pip, *offline], here)
    city = (pack / "city.toml").read_text(encoding="utf-8")
    feeds = recipes.file_in("feeds.md", "city.toml")
    named = city.replace("\nlayers = [", '\npages = ["acme-city:waiting"]\nlayers = [')
    recipes.put(pack / "city.toml", f'{named}\n{feeds}feed = "acme-city:gauges"\n')
    return Installed(wheel, here / "site", pack)


def test_the_wheel_holds_the_layer_whole(installed):
    held = set(zipfile.ZipFile(installed.wheel).namelist())

    assert held >= {
        f"acme_city/{name}"
        for name in (
            *("__init__.py", "layer.py", "rows.sql", "count.sql"),
            *("en.ftl", "zh-CN.ftl", "pages.py", "waiting.toml", "gauges.py"),
        )
    }


def test_a_city_that_names_it_is_good(installed):
    check = ["twin", "city", "check", "--city", str(installed.pack)]
    (said,) = recipes.ran(check, installed.pack, installed.site)

    assert said.endswith("; 20 layers.")


def test_its_layer_and_its_page_are_on_screen(installed, tmp_path):
    lake = imported(tmp_path / "lake")[1]
    first, page = recipes.answered(
        *(installed.pack, lake.path, "/?v=1&lang=en", "/waiting?v=1&lang=en"),
        folders=(installed.site, recipes.ROOT),
    )

    # Three events are open, and nobody has acknowledged one.
    legend = first.partition('data-layer="unanswered"')[2].partition("legend-row")[0]
    assert "Not acknowledged <b>3</b>" in legend
    assert "Unanswered: not acknowledged, newest first" in first
    assert 'href="/waiting?' in first
    assert "Unanswered: not acknowledged, newest first" in page
    assert "/data/unanswered/marks.arrow" in page
    assert "Needs attention" not in page


def test_its_feed_runs(installed, tmp_path):
    begin, lake = now().replace(microsecond=0), Lake(tmp_path / "lake")
    rain.write(installed.pack / "gauges.csv", begin)
    running = Started(
        *("run", "--city", installed.pack, "--lake", lake.path, "--tick", 1),
        env=recipes.environment(installed.site, recipes.ROOT),
    )
    try:
        wait_until(lambda: rain.rows(lake), 60)
        assert running.end(signal.SIGINT) == 0
    finally:
        running.kill()

    assert {*rain.rows(lake)} <= {*rain.readings(begin)}


def test_without_the_package_the_city_lives_and_each_name_is_said(installed):
    check = ["city", "check", "--city", str(installed.pack)]

    done = CliRunner().invoke(main, check)

    assert done.exit_code == 1
    said = "\n".join(done.output.splitlines())
    assert "seabridge/city.toml, line 6: the page 'acme-city:waiting' is named" in said
    assert "seabridge/city.toml, line 7: There is no layer 'acme-city:unan" in said
    assert re.search(r"city\.toml, line \d+: there is no feed 'acme-city:gauges'", said)
    assert said.endswith("seabridge: 3 faults.")
