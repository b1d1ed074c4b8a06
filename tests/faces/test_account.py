"""Every figure gives account of itself: value, clocks, question, rows, files; and says why not.

Parametrised over all panels, figures and maps of the layers that come along.
"""

from __future__ import annotations

import csv
import io
import re
from datetime import timedelta
from html import unescape

import openpyxl
import pytest

from layers.registry import load_registry
from tests.faces.imported import HALL, NEWEST, TRIO, batch, event, imported
from tests.faces.second import pack
from tests.faces.test_damage import harm, lose
from twin.faces import arrangement, meanings
from twin.faces.pages.accounted import MOST_ROWS
from twin.faces.server import painting
from twin.faces.server.app import create_app
from twin.pack import load_city
from twin.query import QueryService
from twin.store import Lake, find, ids, prune, publish
from twin.view import View

REGISTRY = load_registry(load_city(TRIO))
PANELS = arrangement.panels_of(REGISTRY)
FIGURES = [
    (name, figure)
    for name, (layer, panel) in PANELS.items()
    if panel.kind == "figures"
    for figure in meanings.ids_of(layer, panel)
]
LISTED = [
    (name, figure)
    for name, (_, panel) in PANELS.items()
    for figure in panel.behind
    if panel.question.moment == "view"
]
ONCE = {"incidents_open", "incidents_several"}
"""What several reported counts once, and is listed report by report."""
MAPS = [(layer.id, data.name) for layer in REGISTRY.layers for data in layer.maps]
CHOSEN = "district=alva&picked=event_heat:E9"
FORMULA = '=HYPERLINK("x","y")'


class Asked:
    """An application over a lake, and what it answers."""

    def __init__(self, lake, city=None, prefix=""):
        self.lake, self.city = lake, city or load_city(TRIO)
        self.registry = load_registry(self.city)
        self.service = QueryService(self.city, self.registry, lake.path)
        self.app = create_app(
            self.service, self.registry, self.city, clock=lambda: HALL, prefix=prefix
        )
        self.client = self.app.server.test_client()

    def get(self, name, query="", of="", form="", lang="en"):
        figure = f"figure={of}&" if of else ""
        path = name.replace(".", "/", 1)
        return self.client.get(
            f"/account/{path}{form}?{figure}v=1&lang={lang}&{query}".rstrip("&")
        )

    def picture(self, query):
        context = self.app.context
        return painting.taken(context, View.parse(f"v=1&lang=en&{query}"))


@pytest.fixture(scope="module")
def asked(tmp_path_factory):
    """A lake of a drone and five events; three are open now."""
    found = Asked(imported(tmp_path_factory.mktemp("account"))[1])
    yield found
    found.service.close()


@pytest.fixture
def own(tmp_path, monkeypatch):
    """The same lake, for a test that harms it."""
    monkeypatch.setattr("twin.query.pool.RECHECK_S", 0.0)
    found = Asked(imported(tmp_path / "lake")[1])
    yield found
    found.service.close()


@pytest.fixture(scope="module")
def hostile(tmp_path_factory):
    """A lake whose events are called by a formula, and are more than a page lists."""
    lake = Lake(tmp_path_factory.mktemp("hostile") / "lake")
    events = [
        {**event(f"F{n:03d}", NEWEST - timedelta(seconds=n), NEWEST), "title": FORMULA}
        for n in range(MOST_ROWS + 7)
    ]
    publish(
        lake,
        load_city(TRIO),
        [batch("events", *events)],
        as_of=NEWEST,
        simulated=True,
        now=lambda: NEWEST,
    )
    found = Asked(lake)
    yield found
    found.service.close()


def value_of(answer):
    return unescape(re.search(r'class="account-figure">([^<]*)<', answer.text)[1])


def on_screen(answer, part):
    """The rows of a table of the page, as texts."""
    section = re.search(rf'<section[^>]*data-part="{part}".*?</section>', answer.text)
    body = section[0].partition("<tbody>")[2]
    return [
        [
            unescape(re.sub(r"<[^>]*>", "", cell))
            for cell in re.findall(r"<td[^>]*>(.*?)</td>", row)
        ]
        for row in re.findall(r"<tr>(.*?)</tr>", body)
    ]


def of_csv(answer):
    """The first line, the heads and the rows of a CSV file."""
    first, heads, *rows = csv.reader(io.StringIO(answer.data.decode("utf-8-sig")))
    return first, heads, rows


def of_xlsx(answer, sheet):
    book = openpyxl.load_workbook(io.BytesIO(answer.data))
    return book, [list(row) for row in book[sheet].iter_rows(values_only=True)]


def written(value):
    """A cell of a workbook as the page writes it."""
    return "—" if value in (None, "") else str(value)


def facts(answer):
    found = re.findall(
        r'data-fact="account-([^"]+)">.*?<dd><bdi>(.*?)</bdi>', answer.text
    )
    return dict(found)


@pytest.mark.parametrize(("name", "figure"), FIGURES)
def test_each_figure_is_accounted_for_with_the_value_that_the_page_shows(
    asked, name, figure
):
    layer, panel = PANELS[name]
    shown = asked.picture(CHOSEN).shown
    found = {
        each.id: each
        for part in shown
        if part.full_name == name
        for each in part.figures
    }
    answer = asked.get(name, CHOSEN, figure)

    assert answer.status_code == 200
    if found:  # those of the day before stand in briefs only
        assert value_of(answer) == (found[figure].text if figure in found else "—")
    assert f"{layer.folder.name}/{panel.question.sql}" in answer.text


@pytest.mark.parametrize("name", PANELS)
def test_each_panel_is_accounted_for_with_its_rows_and_its_sql(asked, name):
    answer = asked.get(name, CHOSEN)
    shown = {each.full_name: each for each in asked.picture(CHOSEN).shown}

    assert answer.status_code == 200
    assert "SELECT" in answer.text
    assert 'class="account-parameters"' in answer.text
    if name in shown and not shown[name].unknown:
        n = len(shown[name].rows)
        assert f'data-rows="{n}" data-part="account-rows"' in answer.text or (
            f'data-part="account-rows" data-rows="{n}"' in answer.text
        )


@pytest.mark.parametrize(("layer", "data"), MAPS)
def test_what_a_map_draws_is_accounted_for(asked, layer, data):
    answer = asked.get(f"map/{layer}/{data}")

    assert answer.status_code == 200
    assert "On the map" in answer.text


@pytest.mark.parametrize(
    ("figure", "rows"), [("open_now", ["E9", "E15", "N1"]), ("events_today", ["N1"])]
)
def test_the_events_that_a_figure_counts_are_listed_one_by_one(asked, figure, rows):
    answer = asked.get("headline.events", of=figure)

    listed = [row[0] for row in on_screen(answer, "account-behind")]
    assert sorted(listed) == sorted(rows)
    assert re.search(
        r'<td><a href="/\?[^"]*picked=event_heat:N1[^"]*">N1</a>', answer.text
    )
    assert value_of(answer) == str(len(rows))


@pytest.mark.parametrize(("name", "figure"), LISTED)
def test_as_many_rows_are_listed_as_a_figure_counts(asked, name, figure):
    (shown,) = (each for each in asked.picture(CHOSEN).shown if each.full_name == name)
    found = {each.id: each for each in shown.figures}.get(figure)
    _, _, rows = of_csv(asked.get(name, CHOSEN, figure, ".csv"))

    if found is None:
        assert len(rows) > 0, (
            "the answer's own rows stand for a figure that is not told"
        )
    elif figure == "next_breach_s":
        assert found.value is None or found.value == float(rows[0][-1])
    elif figure not in ONCE:
        assert len(rows) == (found.value or 0 if found.n is None else found.n)


@pytest.mark.parametrize("figure", ["", "open_now"])
def test_csv_and_workbook_have_the_rows_that_stand_on_the_page(asked, figure):
    page = asked.get("headline.events", of=figure)
    first, heads, rows = of_csv(asked.get("headline.events", "", figure, ".csv"))
    _, sheet = of_xlsx(asked.get("headline.events", "", figure, ".xlsx"), "rows")

    part = "account-behind" if figure else "account-rows"
    assert first[:2] == ["snapshot", asked.service.status().snapshot]
    assert heads == sheet[0]
    on_page = [[cell or "—" for cell in row] for row in on_screen(page, part)]
    assert [[written(cell) for cell in row] for row in rows] == on_page
    assert [[written(cell) for cell in row] for row in sheet[1:]] == on_page


def test_a_workbook_says_what_it_is_of_and_what_was_asked(asked):
    answer = asked.get("headline.events", "", "open_now", ".xlsx")
    book, about = of_xlsx(answer, "about")
    told = {row[0]: row[1] for row in about}

    assert {"about", "rows", "answer", "parameters", "sql"} < {*book.sheetnames}
    assert told["snapshot"] == asked.service.status().snapshot
    assert told["as_of_utc"] == told["known_at_utc"] == "2026-07-18T12:00:00Z"
    assert told["figure"] == "open_now"
    assert asked.client.get(told["link"].removeprefix("http://localhost")).text
    given = {row[0]: (row[1], row[4]) for row in of_xlsx(answer, "rows_parameters")[1]}
    assert given["of"] == ("open_now", "own")
    assert given["as_of"] == ("2026-07-18T12:00:00Z", "view")


def test_a_title_that_is_a_formula_is_none_in_a_file(hostile):
    _, heads, rows = of_csv(hostile.get("headline.events", "", "open_now", ".csv"))
    book, sheet = of_xlsx(
        hostile.get("headline.events", "", "open_now", ".xlsx"), "rows"
    )

    at = heads.index("title")
    assert {row[at] for row in rows} == {f"'{FORMULA}"}
    assert {row[at] for row in sheet[1:]} == {FORMULA}
    kinds = {cell.data_type for cell in book["rows"]["B"][1:]}
    assert kinds == {"s"}


def test_a_page_lists_the_first_rows_and_the_files_have_all(hostile):
    page = hostile.get("headline.events", of="open_now")
    _, _, rows = of_csv(hostile.get("headline.events", "", "open_now", ".csv"))

    assert len(on_screen(page, "account-behind")) == MOST_ROWS == 100
    assert "the first 100 of 107 rows" in page.text
    assert len(rows) == 107
    assert "=HYPERLINK(&quot;x&quot;" in page.text or '=HYPERLINK("x"' in page.text


def test_it_says_how_old_the_data_are_and_that_they_are_simulated(hostile):
    answer = hostile.get("headline.events", of="open_now")

    assert facts(answer)["age"] == "8 s ago · up to date"
    assert "Simulated data" in answer.text
    late = replace_clock(hostile, HALL + timedelta(hours=2))
    assert (
        "Data late"
        in late.get("/account/headline/events?figure=open_now&v=1&lang=en").text
    )


def replace_clock(asked, moment):
    return create_app(
        asked.service, asked.registry, asked.city, clock=lambda: moment
    ).server.test_client()


def test_a_look_back_has_both_clocks_and_the_snapshot_that_answers(asked):
    query = "as_of=2026-07-16T12:00:00Z&known_at=2026-07-17T12:00:00Z"
    told = facts(asked.get("headline.events", query, "open_now"))

    assert told["as-of"] == "2026-07-16 12:00:00"
    assert told["known-at"] == "2026-07-17 12:00:00"
    assert told["snapshot"] == asked.service.status().snapshot
    assert value_of(asked.get("headline.events", query, "open_now")) == "1"


def test_its_link_shows_the_same_later_when_newer_data_are_there(own):
    answer = own.get("headline.events", of="open_now")
    link = unescape(re.search(r'data-account-link="([^"]+)"', answer.text)[1])
    later = NEWEST + timedelta(minutes=5)
    publish(
        own.lake,
        own.city,
        [batch("events", event("N2", later, later))],
        as_of=later,
        simulated=False,
        now=lambda: later,
    )

    assert value_of(own.get("headline.events", of="open_now")) == "4"
    assert value_of(own.client.get(link)) == value_of(answer) == "3"
    assert "The same now" in own.client.get(link).text


def test_parameters_are_told_with_who_gave_them(asked):
    answer = asked.get("event_clocks.figures", of="clocks_red")
    rows = {
        name: (value, giver)
        for name, value, giver in re.findall(
            r"<code>\$(\w+)</code></th><td[^>]*>([^<]*)</td>.*?<td>([^<]*)</td></tr>",
            answer.text,
        )
    }

    assert rows["as_of"] == ("2026-07-18T12:00:00Z", "the view")
    assert rows["amber_pct"] == ("80", "the question itself")
    assert rows["of"] == ("clocks_red", "the question itself")


def test_tables_are_told_with_their_rows(asked):
    answer = asked.get("headline.events")
    cut = find(asked.lake, "latest").tables["event_facts"]

    assert re.search(
        rf"<code>event_facts</code></th><td[^>]*>[^<]*</td><td[^>]*>{cut.rows}</td>",
        answer.text,
    )


def test_it_speaks_the_language_of_its_link(asked):
    said = asked.get("headline.events", of="open_now", lang="zh-CN").text

    assert '<html lang="zh-CN">' in said
    assert "未闭环" in said
    assert "查询参数" in said


def test_under_a_path_its_addresses_begin_with_that(tmp_path):
    found = Asked(imported(tmp_path)[1], prefix="/twin")
    said = found.get("headline.events", of="open_now").text
    found.service.close()

    assert 'href="/twin/account/headline/events.csv?' in said
    assert not re.search(r'(href|src)="/(?!twin/)', said)


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("nowhere/events", 404),
        ("headline/%3Cscript%3E", 404),
        ("headline/events.exe", 404),
        ("map/headline/marks", 404),
        ("..%2F..%2Fetc/passwd", 404),
        ("headline/events?figure=%3Cscript%3Ealert(1)%3C/script%3E", 404),
        ("headline/events?figure=' OR 1=1 --", 404),
        ("headline/events.csv?figure=nope", 404),
        ("headline/events?district=nowhere", 400),
        ("headline/events?as_of=yesterday", 400),
        ("headline/events?as_of=9999-01-01T00:00:00Z", 400),
        ("headline/events?figures=open_now", 400),
        ("headline/events?picked=nope:1", 400),
        ("headline/events?v=2", 400),
        ("districts/now", 400),
        ("event/facts", 400),
        ("districts/now.xlsx", 400),
    ],
)
def test_what_a_hostile_link_names_is_a_sentence_with_a_way_on(asked, path, status):
    answer = asked.client.get(f"/account/{path}")

    assert answer.status_code == status
    assert "<script" not in answer.text
    assert str(asked.lake.path) not in answer.text
    assert answer.headers["Cache-Control"] == "no-store"
    assert re.search(r'href="/\?|"fix":', answer.text)


@pytest.mark.parametrize(
    ("moment", "said"),
    [
        ("2020-01-01T00:00:00Z", "Nothing was known at that moment"),
        ("2150-01-01T00:00:00Z", "No data after"),
    ],
)
def test_a_moment_without_data_is_a_dash_with_its_reason(asked, moment, said):
    answer = asked.get("headline.events", f"as_of={moment}", "open_now")

    assert answer.status_code == 200
    assert value_of(answer) == "—"
    assert said in answer.text
    assert on_screen(answer, "account-rows") == []
    _, _, rows = of_csv(asked.get("headline.events", f"as_of={moment}", "", ".csv"))
    assert rows == []


def test_a_damaged_table_is_named_and_gives_no_rows(own):
    harm(own.lake, "events", "event_facts")
    answer = own.get("headline.events", of="open_now")

    assert answer.status_code == 200
    assert value_of(answer) == "—"
    assert "Data damaged: event_facts" in answer.text
    assert str(own.lake.path) not in answer.text
    assert on_screen(answer, "account-rows") == []
    file = own.get("headline.events", "", "open_now", ".xlsx")
    _, about = of_xlsx(file, "about")
    assert str(own.lake.path) not in str(about)


def test_a_lake_that_cannot_be_read_is_a_sentence(own):
    heal = lose(own.lake)
    answer = own.get("headline.events", of="open_now")
    heal()

    assert answer.status_code == 503
    assert "The data lake cannot be read" in answer.text
    assert str(own.lake.path) not in answer.text
    assert own.get("headline.events", of="open_now").status_code == 200


def test_a_link_outlives_its_snapshot_and_says_which_one_answers(own):
    gone = ids(own.lake)[0]
    query = f"as_of=2026-07-16T18:00:00Z&snapshot={gone}"
    assert "The link was made of snapshot" not in own.get("headline.events", query).text
    later = NEWEST + timedelta(days=40)
    publish(
        own.lake,
        own.city,
        [batch("events", event("N2", later, later))],
        as_of=later,
        simulated=False,
        now=lambda: later,
    )
    prune(own.lake, now=lambda: later, latest=1)
    answer = own.get("headline.events", query)

    assert gone not in ids(own.lake)
    assert answer.status_code == 200
    assert f"The link was made of snapshot {gone}; of this moment" in answer.text


def test_on_a_page_each_figure_and_panel_opens_its_account_and_on_a_wall_none(asked):
    page = asked.client.get("/?v=1&lang=en").text
    framed = asked.client.get("/?v=1&lang=en&frame=1920x1080").text
    wall = asked.client.get("/wall/default?v=1&lang=en").text

    figure = re.search(
        r'<div[^>]*class="figure"[^>]*data-figure="open_now"[^>]*>', page
    )[0]
    assert 'role="button"' in figure
    assert 'tabindex="0"' in figure
    assert 'data-account="headline/events"' in figure
    assert re.search(r'<h3[^>]*><button[^>]*data-account="attention/rows"', page)
    assert re.search(r'data-view="[^"]*as_of=2026-07-18T12:00:00Z[^"]*"', page)
    assert "data-account" not in framed
    assert "data-account" not in wall


def test_a_second_city_accounts_for_its_figures_in_its_own_names(tmp_path):
    city = load_city(pack(tmp_path / "pack", {}))
    lake = Lake(tmp_path / "lake")
    publish(
        lake,
        city,
        [batch("events", event("N1", NEWEST, NEWEST))],
        as_of=NEWEST,
        simulated=False,
        now=lambda: NEWEST,
    )
    found = Asked(lake, city)
    answer = found.client.get("/account/headline/events?figure=open_now")
    found.service.close()

    assert answer.status_code == 200
    assert '<html lang="en">' in answer.text
    assert "Royal Borough of Longreach-on-the-Water" in answer.text
