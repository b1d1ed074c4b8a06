"""What a developer is sent for, done as the docs say, in a copy; and how many files it takes.

The blocks of the docs themselves are written and run, so a recipe that rots fails here.
"""

from __future__ import annotations

import re
import shutil
import signal
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner

from tests.cli.processes import Started, wait_until
from tests.errands import rain, recipes
from tests.faces.imported import imported
from twin.cli import main
from twin.clock import now
from twin.store import Lake


@pytest.fixture(scope="module")
def lake(tmp_path_factory) -> Path:
    """A lake of five events, three of them open and heard by nobody, and of one drone."""
    return imported(tmp_path_factory.mktemp("errands") / "lake")[1].path


@pytest.fixture(scope="module")
def program(tmp_path_factory) -> Path:
    """A copy of the program, for errands that change it."""
    return recipes.program(tmp_path_factory.mktemp("program"))


@pytest.fixture
def pack(tmp_path) -> Path:
    """A city for an errand."""
    return Path(shutil.copytree(recipes.TRIO, tmp_path / "seabridge"))


def panels(face: str) -> list[str]:
    """The titles of the panels of a face, in their order."""
    heads = re.findall(
        r'<section class="panel[^"]*"[^>]*>.*?<h\d[^>]*>(.*?)</h\d>', face
    )
    return [re.sub(r"<[^>]+>", "", head).strip() for head in heads]


def test_a_layer_is_on_the_map_in_its_legend_and_beside_it(program, pack, lake):
    (new, printed), (test, _), (check, _), _ = recipes.commands("layers.md")
    shutil.move(pack, program / "seabridge")
    pack = program / "seabridge"
    with recipes.touching(
        "a layer", 9, *(program / room for room in ("twin", "layers", "tests")), pack
    ):
        assert recipes.ran(new, program, program) == printed

    assert "3 passed" in recipes.ran(test, program, program)[-1]
    assert recipes.ran(check, program, program)[-1].endswith("20 layers.")
    page, chinese = recipes.answered(
        pack, lake, "/?v=1&lang=en", "/?v=1&lang=zh-CN", folders=(program,)
    )
    assert "Unanswered: not acknowledged, newest first" in panels(page)
    assert "Unanswered：待接单，新者在前" in panels(chinese)
    # The events of 9:00, 15:00 and of the newest day: nobody has acknowledged any.
    legend = page.partition('data-layer="unanswered"')[2].partition("legend-row")[0]
    assert 'aria-checked="true"' in legend
    assert "Not acknowledged <b>3</b>" in legend
    assert "/data/unanswered/marks.arrow" in page


def test_a_page_is_at_its_path_and_is_offered_beside_the_first(pack, lake):
    with recipes.touching("a page", 3, pack):
        text = recipes.file_in("pages.md", "pages/fleet.toml")
        recipes.put(pack / "pages" / "fleet.toml", text)

    page, first = recipes.answered(pack, lake, "/fleet?v=1&lang=en", "/?v=1&lang=en")
    assert panels(page) == ["Drones"]
    assert "Flying" in page
    assert 'href="/fleet?' in first


def test_a_scene_is_on_the_wall(pack, lake):
    with recipes.touching("a scene", 2, pack):
        text = recipes.file_in("pages.md", "scenes/fleet.toml")
        recipes.put(pack / "scenes" / "fleet.toml", text)

    scene, overview = recipes.answered(
        pack, lake, "/wall/default?v=1&lang=en&scene=fleet", "/wall/default?v=1&lang=en"
    )
    assert panels(scene) == ["Drones"]
    assert "Needs attention" in overview
    assert "Needs attention" not in scene


def test_a_format_writes_its_file(pack, lake, tmp_path, monkeypatch):
    site = tmp_path / "site"
    with recipes.touching("a format", 2, tmp_path / "site", pack):
        points = recipes.blocks("exports.md", "toml")[-1]
        recipes.put(site / "their_pack.py", recipes.blocks("exports.md", "python")[-1])
        # As an installer lays it down: what the project file offers, by group.
        (group,) = re.findall(r'entry-points\."([\w.]+)"', points)
        (name, value) = re.findall(r'^(\w+) = "(.*)"$', points, re.MULTILINE)[0]
        recipes.put(
            site / "their_pack-1.dist-info" / "entry_points.txt",
            f"[{group}]\n{name} = {value}\n",
        )
    metadata = site / "their_pack-1.dist-info" / "METADATA"
    recipes.put(metadata, "Metadata-Version: 2.1\nName: their-pack\nVersion: 1\n")
    monkeypatch.syspath_prepend(site)
    words = recipes.blocks("exports.md", "console")[-1].split()[2:]

    done = CliRunner().invoke(
        main,
        [*words, "--city", str(pack), "--lake", str(lake), "--out", str(tmp_path)],
    )

    sys.modules.pop("their_pack", None)
    assert done.exit_code == 0, done.output
    (link,) = tmp_path.glob("brief-*.txt")
    assert "v=1" in link.read_text()
    assert len(list(tmp_path.glob("brief-*-figures.csv"))) == 1


def test_a_feed_runs_into_the_lake(program, pack, tmp_path):
    begin = now().replace(microsecond=0)
    with recipes.touching("a feed", 3, program / "twin", pack):
        module = program / "twin" / "feeds" / "gauges.py"
        recipes.put(module, recipes.file_in("feeds.md", "twin/feeds/gauges.py"))
        city = (pack / "city.toml").read_text(encoding="utf-8")
        feeds = recipes.file_in("feeds.md", "city.toml")
        recipes.put(pack / "city.toml", f"{city}\n{feeds}")
    rain.write(pack / "gauges.csv", begin)
    lake = Lake(tmp_path / "lake")

    running = Started(
        *("run", "--city", pack, "--lake", lake.path, "--tick", 1),
        cwd=program,
        env=recipes.environment(program),
    )
    try:
        wait_until(lambda: rain.rows(lake), 60)
        assert running.end(signal.SIGINT) == 0
    finally:
        running.kill()

    assert {*rain.rows(lake)} <= {*rain.readings(begin)}
