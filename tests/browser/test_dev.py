"""`make dev` as a real process over a copy of the checkout: a change is served by itself."""

import json
import os
import re
import shutil
import signal
import subprocess
import sys
import urllib.error
import urllib.request
from pathlib import Path

import pytest
from playwright.sync_api import Error

from tests.cli.processes import below, is_alive, wait_until
from tests.cli.test_logging import free_port
from tests.faces.served import answers

ROOT = Path(__file__).resolve().parents[2]
COPIED = ("twin", "layers", "dev", "assets", "tests/cities/trio", "package.json")
PAGE = "/?lang=en&v=1"

# A first start fills a lake; beside other work it takes its time, s.
PATIENCE_S = 120


class Developed:
    """`python -m dev` over a copy of the checkout, whose files may be changed."""

    def __init__(self, folder):
        self.root, self.port = folder, free_port()
        self.log = folder / "dev.log"
        options = ["--port", str(self.port), "--folder", str(folder / "out")]
        environ = {"PYTHONPATH": str(folder), "TWIN_CITY": ""}
        with self.log.open("w") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "dev", *options],
                cwd=folder,
                env={**os.environ, **environ},
                stdout=log,
                stderr=subprocess.STDOUT,
            )
        wait_until(lambda: answers(self.port), PATIENCE_S)

    def get(self, path):
        try:
            with urllib.request.urlopen(
                f"http://127.0.0.1:{self.port}{path}", timeout=30
            ) as answer:
                return answer.read().decode()
        except urllib.error.HTTPError as error:
            return error.read().decode()
        except OSError:  # it is being started again
            return ""

    def change(self, name, old, new):
        path = self.root / name
        text = path.read_text()
        assert old in text
        path.write_text(text.replace(old, new))


@pytest.fixture(scope="module")
def developed(tmp_path_factory):
    folder = tmp_path_factory.mktemp("dev")
    for name in COPIED:
        copy = shutil.copytree if (ROOT / name).is_dir() else shutil.copy
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        copy(ROOT / name, folder / name)
    (folder / "node_modules").symlink_to((ROOT / "node_modules").resolve())
    found = Developed(folder)
    yield found
    started = below(found.process.pid)
    found.process.send_signal(signal.SIGTERM)
    assert found.process.wait(60) == 0
    wait_until(lambda: not any(map(is_alive, started)))


@pytest.mark.slow
def test_a_changed_sheet_and_a_changed_module_are_served(developed):
    (sheet,) = re.findall(r'href="(/assets/[^"]+/face.css)"', developed.get(PAGE))
    builds = [developed.get("/dev/build")]

    developed.change("assets/css/3-page.css", "/*", ".made-just-now { top: 7px }\n/*")
    wait_until(lambda: "made-just-now" in developed.get(sheet), PATIENCE_S)
    wait_until(lambda: developed.get("/dev/build") not in builds)
    builds.append(developed.get("/dev/build"))

    developed.change("twin/faces/server/frame.py", "<html ", "<html data-made ")
    wait_until(lambda: "<html data-made " in developed.get(PAGE), PATIENCE_S)
    assert developed.get("/dev/build") not in builds
    assert "made-just-now" in developed.get(sheet)


@pytest.mark.slow
def test_a_module_that_cannot_be_read_is_waited_for(developed):
    developed.change("twin/faces/server/wire.py", "import", "impart")
    wait_until(lambda: "SyntaxError" in developed.log.read_text(), PATIENCE_S)
    assert developed.process.poll() is None

    developed.change("twin/faces/server/wire.py", "impart", "import")
    wait_until(lambda: answers(developed.port), PATIENCE_S)


@pytest.mark.slow
def test_scripts_say_where_they_come_from(developed):
    (script,) = re.findall(r'src="(/assets/[^"]+/face.js)"', developed.get(PAGE))

    assert "//# sourceMappingURL=face.js.map" in developed.get(script)
    mapped = json.loads(developed.get(f"{script}.map"))
    assert {"face.js", "reload.js"} <= {Path(each).name for each in mapped["sources"]}


@pytest.mark.slow
@pytest.mark.browser
def test_the_open_page_loads_itself_again(developed, chromium):
    page = chromium.new_page()
    page.goto(f"http://127.0.0.1:{developed.port}{PAGE}")
    top = "getComputedStyle(document.documentElement).getPropertyValue('--made')"
    assert page.evaluate(top) == ""

    developed.change("assets/css/3-page.css", "/*", ":root { --made: 1 }\n/*")

    def is_shown():
        try:
            return page.evaluate(top).strip() == "1"
        except Error:  # it is between two pages
            return False

    wait_until(is_shown, PATIENCE_S)
    page.close()


def test_production_knows_nothing_of_it():
    built = [*(ROOT / "assets" / "dist").glob("*.js")]
    assert built
    assert not [path.name for path in built if "dev/build" in path.read_text()]
    assert not [
        str(path)
        for room in ("twin", "layers")
        for path in (ROOT / room).rglob("*.py")
        if re.search(
            r"^\s*(from|import) dev\b|/dev/build", path.read_text(), re.MULTILINE
        )
    ]
