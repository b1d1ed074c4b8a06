"""Every format is written in one way: named in a registry, given a draft, whole or not at all.

What it does not ask for is not worked out; what fails costs itself alone.
"""

from __future__ import annotations

import csv
import json
import os
import re
import subprocess
import sys
from collections import Counter
from dataclasses import dataclass, field, fields, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import duckdb
import openpyxl
import pytest

from layers.registry import load_registry
from tests.faces.imported import HALL, NEWEST, TRIO, batch, event, imported
from tests.faces.plugged import plug
from twin.errors import MissingToolError, UsageError
from twin.faces import export as room
from twin.faces.export.brief import export
from twin.faces.export.draft import Draft, draft
from twin.faces.export.format import Format
from twin.faces.export.registry import FORMATS, USUAL, in_order, read_formats
from twin.pack import load_city
from twin.query import QueryService
from twin.store import Lake, publish
from twin.view import View

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "exports.md").read_text(encoding="utf-8")
TABLES = [name for name in FORMATS if name != "png"]


class Asked(QueryService):
    """A service that keeps count of what it is asked."""

    def __init__(self, city, registry, lake):
        super().__init__(city, registry, lake)
        self.n, self.at = Counter(), lake

    def panel(self, layer, panel, *rest, **named):
        self.n[f"{layer.id}-{panel.name}"] += 1
        return super().panel(layer, panel, *rest, **named)


@dataclass(frozen=True)
class Watched(Draft):
    """A draft that keeps count of what a format wants of it."""

    n: Counter = field(default_factory=Counter)

    def picture(self):
        self.n["picture"] += 1
        return super().picture()

    def sheets(self):
        self.n["sheets"] += 1
        return super().sheets()


@pytest.fixture(scope="module")
def asked(tmp_path_factory):
    """What `export` and `draft` take first."""
    city, lake = imported(tmp_path_factory.mktemp("formats"))
    registry = load_registry(city)
    service = Asked(city, registry, lake.path)
    yield service, registry, city
    service.close()


def write(asked, formats, out, view=None):
    return export(*asked, view or View(lang="en"), formats, out, clock=lambda: HALL)


def begun(asked, **view):
    return draft(*asked, View(lang="en", **view), clock=lambda: HALL)


def watched(asked):
    found = begun(asked)
    own = {each.name: getattr(found, each.name) for each in fields(found)}
    return Watched(**own)


def names(out):
    return sorted(path.name for path in out.iterdir()) if out.exists() else []


def lines(path):
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


@pytest.fixture
def theirs(tmp_path, monkeypatch):
    """Install formats of somebody else in this process, for one test."""

    def installed(code, *names, **others):
        site = plug(tmp_path / "site", "their-pack", code, *names, **others)
        monkeypatch.syspath_prepend(str(site))

    yield installed
    sys.modules.pop("their_pack", None)


def test_each_module_that_has_a_format_is_in_the_registry_by_its_own_name():
    folder = Path(room.__file__).parent
    there = {
        path.stem
        for path in folder.glob("*.py")
        if re.search(r"^FORMAT\b", path.read_text(encoding="utf-8"), re.MULTILINE)
    }

    assert set(FORMATS) == there
    assert all(isinstance(each, Format) for each in FORMATS.values())
    assert [each.name for each in FORMATS.values()] == list(FORMATS)
    assert [each.suffix for each in FORMATS.values()] == [
        f".{name}" for name in FORMATS
    ]
    with pytest.raises(TypeError):
        FORMATS["new"] = FORMATS["csv"]


def test_tables_are_written_before_a_picture_that_may_hang():
    assert list(FORMATS)[-1] == "png"
    assert in_order(["a:b", *USUAL, "a:b"]) == ["xlsx", "csv", "png", "a:b"]


@pytest.mark.parametrize("name", TABLES)
def test_a_format_writes_what_it_says_under_the_drafts_name(asked, tmp_path, name):
    of = begun(asked)

    written = FORMATS[name].write(of, tmp_path)

    assert sorted(written) == sorted(tmp_path.iterdir())
    assert of.stem == f"brief-{of.snapshot}-{of.pinned.hash}"
    for path in written:
        assert path.name.startswith(of.stem)
        assert path.suffix == FORMATS[name].suffix
    assert len(written) == (1 if name == "xlsx" else len(of.sheets()))


def test_all_tables_of_a_brief_have_the_same_rows(asked, tmp_path):
    made = write(asked, TABLES, tmp_path)

    book = openpyxl.load_workbook(next(p for p in made.files if p.suffix == ".xlsx"))
    assert made.unwritten == {}
    for sheet in book:
        stem = f"brief-{made.snapshot}-{made.hash}-{sheet.title}"
        heads, *rows = sheet.iter_rows(values_only=True)
        with (tmp_path / f"{stem}.csv").open(encoding="utf-8-sig", newline="") as file:
            first, second, *texts = list(csv.reader(file))
        loaded = lines(tmp_path / f"{stem}.jsonl")
        assert (first, tuple(second)) == (["snapshot", made.snapshot], heads)
        assert len(texts) == len(loaded) == len(rows)
        for row, line in zip(rows, loaded, strict=True):
            assert line["_snapshot"] == made.snapshot
            assert list(line)[3:] == list(heads)
            for head, value in zip(heads, row, strict=True):
                if not isinstance(value, datetime):
                    # A workbook holds no empty text.
                    assert (line[head] or None) == (value or None), (sheet.title, head)


def test_lines_are_plain_values_with_units_in_their_names(asked, tmp_path):
    """Three events are open of four; the one of five minutes ago is the only one of today."""
    made = write(asked, ["jsonl"], tmp_path)
    stem = f"brief-{made.snapshot}-{made.hash}"
    rows = lines(tmp_path / f"{stem}-attention-rows.jsonl")
    figures = {
        each["figure"]: each for each in lines(tmp_path / f"{stem}-figures.jsonl")
    }
    day = lines(tmp_path / f"{stem}-districts-day.jsonl")

    assert {each["title"]: each["age_s"] for each in rows} == {
        "E9": 2 * 86_400 + 3 * 3_600,
        "E15": 2 * 86_400 - 3 * 3_600,
        "N1": 300,
    }
    assert rows[0]["closing_refused"] is False
    assert rows[0]["street"] is None
    assert figures["events_today"]["value"] == 1.0
    assert [each["at"] for each in day[:2]] == [
        "2026-07-18T00:00:00+00:00",  # the islands are at UTC in summer
        "2026-07-18T01:00:00+00:00",
    ]
    assert {each["_as_of"] for each in day} == {"2026-07-18T12:00:00+00:00"}


@pytest.mark.parametrize(
    ("view", "now", "said"),
    [
        (View(lang="en"), HALL, ""),
        (
            View(lang="en"),
            HALL + timedelta(hours=3),
            "Data late · Data as of 2026-07-18 12:00:00 · 3 h ago",
        ),
        (
            View(lang="en", as_of=datetime(2026, 7, 17, 10, tzinfo=UTC)),
            HALL,
            "Looking back at 2026-07-17 10:00:00",
        ),
    ],
)
def test_every_line_says_what_the_heads_of_a_spreadsheet_say(
    asked, tmp_path, view, now, said
):
    made = export(*asked, view, ["csv", "jsonl"], tmp_path, clock=lambda: now)

    tables = [path for path in made.files if path.suffix == ".jsonl"]
    notices = {row["_notice"] for path in tables for row in lines(path)}
    (figures,) = (path for path in made.files if path.name.endswith("-figures.csv"))
    with figures.open(encoding="utf-8-sig", newline="") as file:
        last = list(csv.reader(file))[1][-1]
    assert notices == {said}
    assert last == (said or "n")  # the last column of figures


def test_of_an_hour_that_comes_twice_each_is_told_apart(tmp_path):
    """In Berlin the clocks of 25 October 2026 go back from 03:00 to 02:00."""
    city = replace(load_city(TRIO), zone=ZoneInfo("Europe/Berlin"))
    noon = datetime(2026, 10, 25, 11, tzinfo=UTC)
    registry = load_registry(city)
    events = batch("events", event("N1", noon, noon))
    publish(
        Lake(tmp_path / "lake"),
        city,
        [events],
        as_of=noon,
        simulated=False,
        now=lambda: noon,
    )
    service = QueryService(city, registry, tmp_path / "lake")
    made = write((service, registry, city), ["jsonl"], tmp_path / "out")
    service.close()

    (path,) = (each for each in made.files if each.stem.endswith("districts-day"))
    assert [row["at"] for row in lines(path)][1:5] == [
        "2026-10-25T01:00:00+02:00",
        "2026-10-25T02:00:00+02:00",
        "2026-10-25T02:00:00+01:00",
        "2026-10-25T03:00:00+01:00",
    ]


def test_a_second_brief_of_the_same_moment_has_the_same_files(asked, tmp_path):
    view = View(lang="en", as_of=NEWEST)
    first = write(asked, TABLES, tmp_path, view)
    before = names(tmp_path)

    again = write(asked, TABLES, tmp_path, view)

    assert (again.files, names(tmp_path)) == (first.files, before)


def test_however_many_formats_ask_each_question_is_asked_once(asked, tmp_path):
    service = asked[0]
    service.n.clear()
    write(asked, TABLES, tmp_path)

    assert len(service.n) > 5
    assert set(service.n.values()) == {1}


def of_the_page(language):
    """Return the first block of code of a language on the page about exports."""
    return re.search(rf"```{language}\n(.*?)```", PAGE, re.DOTALL)[1]


def test_the_format_of_the_page_works_as_it_stands_there_and_asks_nothing(
    asked, tmp_path, theirs
):
    theirs(of_the_page("python"), link="LINK")
    service = asked[0]
    service.n.clear()

    made = write(asked, ["their-pack:link"], tmp_path / "out")

    (path,) = made.files
    assert View.parse(path.read_text()).as_of == NEWEST
    assert path.name == f"brief-{made.snapshot}-{made.hash}.txt"
    assert service.n == {}


def test_a_picture_needs_no_tables(asked, tmp_path, monkeypatch):
    """Without a browser it ends before the page; what it had wanted by then is counted."""
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.delenv("TWIN_CHROMIUM", raising=False)
    of = watched(asked)

    with pytest.raises(MissingToolError):
        FORMATS["png"].write(of, tmp_path)

    assert of.n == {"picture": 1}
    assert names(tmp_path) == []


@pytest.mark.browser
def test_a_picture_that_is_taken_has_asked_for_no_table(asked, tmp_path):
    """In a process of its own: a browser of other tests may have a loop in this one."""
    service, _, city = asked
    code = f"""
from pathlib import Path
from tests.faces.test_formats import Asked, FORMATS, begun, load_city, load_registry, watched

city = load_city(Path({str(city.root)!r}))
registry = load_registry(city)
service = Asked(city, registry, Path({str(service.at)!r}))
of = watched((service, registry, city))
(path,) = FORMATS["png"].write(of, Path({str(tmp_path)!r}))
print(path.name, dict(of.n))
"""
    done = python(code)

    assert done.returncode == 0, done.stderr
    assert done.stdout.strip().endswith(".png {'picture': 1}")
    assert len(names(tmp_path)) == 1


def python(code):
    return subprocess.run(
        [sys.executable, "-c", code],
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=False,
    )


def test_tables_need_neither_a_browser_nor_a_server(asked, tmp_path):
    service, _, city = asked
    code = f"""
import sys
from pathlib import Path
from layers.registry import load_registry
from twin.clock import now
from twin.faces.export.brief import export
from twin.pack import load_city
from twin.query import QueryService
from twin.view import View

city = load_city(Path({str(city.root)!r}))
registry = load_registry(city)
service = QueryService(city, registry, Path({str(service.at)!r}))
made = export(
    service, registry, city, View(), {TABLES!r}, Path({str(tmp_path)!r}), clock=now
)
unwanted = {{"dash", "flask", "playwright", "uvicorn", "werkzeug"}}
print(len(made.files), sorted(unwanted & set(sys.modules)))
"""
    done = python(code)

    assert done.returncode == 0, done.stderr
    assert done.stdout.strip() == f"{len(names(tmp_path))} []"


ODD = """
import sys

def raises(self, draft, into):
    (into / "scratch").write_text("half")
    put(draft.path(into, self.suffix), "half")
    raise KeyError("depth")

def nothing(self, draft, into):
    put(draft.path(into, self.suffix), "not returned")
    return []

def nameless(self, draft, into):
    return put(into / "report.txt", "x")

def ends_otherwise(self, draft, into):
    return put(draft.path(into, ".csv"), "x")

def elsewhere(self, draft, into):
    return put(draft.path(into.parent, self.suffix), "x")

def unwritten(self, draft, into):
    return [draft.path(into, self.suffix)]

def full(self, draft, into):
    raise OSError(28, "No space left on device")
"""


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("raises", "failed by a fault of the program"),
        ("nothing", "wrote no file"),
        ("nameless", "wrote 'report.txt', which is no file of a brief"),
        ("ends_otherwise", "which is no file of a brief"),
        ("elsewhere", "which is no file of a brief"),
        ("unwritten", "No such file or directory"),
        ("full", "No space left on device"),
    ],
)
def test_a_format_that_fails_fails_beside_two_that_do_not(
    asked, tmp_path, theirs, name, said
):
    theirs(ODD, name)
    out = tmp_path / "out"

    made = write(asked, ["csv", f"their-pack:{name}", "xlsx"], out)

    assert list(made.unwritten) == [f"their-pack:{name}"]
    error = made.unwritten[f"their-pack:{name}"]
    assert said in error.what
    assert all(line.endswith(".") for line in (error.what, error.fix))
    assert {path.suffix for path in made.files} == {".csv", ".xlsx"}
    # Neither what it threw away is left nor a folder beside.
    assert all(each.startswith("brief-") for each in names(out))
    assert sorted(path.name for path in made.files) == [
        each for each in names(out) if not each.endswith(".txt")
    ]


def test_a_fault_of_a_format_is_said_with_its_place_on_one_line(
    asked, tmp_path, theirs
):
    theirs(ODD, "raises")

    made = write(asked, ["their-pack:raises"], tmp_path / "out")

    why = made.unwritten["their-pack:raises"].why
    source = (tmp_path / "site" / "their_pack.py").read_text().splitlines()
    line = 1 + source.index('    raise KeyError("depth")')
    assert why == f"KeyError: 'depth' (their_pack.py, line {line})."


def test_a_file_that_another_format_wrote_is_not_written_over(asked, tmp_path, theirs):
    theirs(
        """
def first(self, draft, into):
    return put(draft.path(into, self.suffix), self.name)

second = first
""",
        "first",
        "second",
    )

    made = write(asked, ["their-pack:first", "their-pack:second"], tmp_path / "out")

    assert [path.read_text() for path in made.files] == ["first"]
    assert "as another format did" in made.unwritten["their-pack:second"].what


@pytest.mark.parametrize(
    ("code", "others", "said"),
    [
        ("import not_there\n", {"one": "x"}, "cannot be loaded"),
        ("", {"one": "missing"}, "cannot be loaded"),
        ("THREE = 3\n", {"one": "THREE"}, "is a int, not a Format"),
        ("OTHER = Each('two')\n", {"one": "OTHER"}, "calls itself 'two'"),
    ],
)
def test_what_is_no_format_costs_itself_alone_and_is_a_sentence(
    asked, tmp_path, theirs, code, others, said
):
    theirs(code, **others)

    made = write(asked, ["csv", "their-pack:one"], tmp_path / "out")

    assert said in made.unwritten["their-pack:one"].what
    assert {path.suffix for path in made.files} == {".csv"}


@pytest.mark.parametrize(
    ("formats", "said"),
    [
        ("", "No format is named"),
        ("csv,pdf", "no format 'pdf'"),
        ("csv,nobody:pdf", "no format 'nobody:pdf'"),
        ("their-pack:pdf", "no format 'their-pack:pdf'"),
        ("their-pack:", "no format 'their-pack:'"),
        (":one", "no format ':one'"),
        ("png:one", "no format 'png:one'"),
        ("their-pack:one:two", "no format 'their-pack:one:two'"),
    ],
)
def test_a_format_that_is_not_there_is_a_sentence_and_nothing_is_loaded(
    asked, tmp_path, theirs, formats, said
):
    theirs("raise SystemExit('loaded')\n", one="x")

    with pytest.raises(UsageError, match=re.escape(said)) as caught:
        read_formats(formats)
    with pytest.raises(UsageError, match=re.escape(said)):
        write(asked, [name for name in formats.split(",") if name], tmp_path / "out")

    assert all(name in caught.value.fix for name in FORMATS)
    assert names(tmp_path / "out") == []


def test_a_package_is_called_by_either_sign(theirs):
    theirs("raise SystemExit('loaded')\n", one="x")

    found = read_formats("Their_Pack:one, their-pack:one")

    assert found == ("Their_Pack:one", "their-pack:one")


def test_the_page_about_exports_names_every_format_in_order():
    assert re.findall(r"^\| `(\w+)` \|", PAGE, re.MULTILINE) == list(FORMATS)
    assert f"`{','.join(USUAL)}`" in PAGE


def test_the_question_of_the_page_is_answered_from_the_lines_of_two_moments(
    asked, tmp_path
):
    for moment in (NEWEST - timedelta(days=1), NEWEST):
        write(asked, ["jsonl"], tmp_path / "out", View(lang="en", as_of=moment))

    found = duckdb.sql(of_the_page("sql").replace("out/", f"{tmp_path}/out/"))

    today = found.filter("figure = 'events_today'").order("_as_of")
    # Nothing happened on the day before; on the last one N1 did.
    assert today.project("value").fetchall() == [(0.0,), (1.0,)]
