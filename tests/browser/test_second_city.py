"""A second city in a browser.

Long names are neither cut nor laid over one another, and other scripts are written as they
are read.
"""

from contextlib import contextmanager
from itertools import pairwise, product

import pytest

from layers.registry import load_registry
from tests.faces import second
from tests.faces.imported import HALL
from twin.faces.export.moment import running
from twin.faces.server.app import create_app
from twin.pack import load_city
from twin.query import QueryService

pytestmark = pytest.mark.browser
READY = (
    "document.documentElement.dataset.ready ==="
    " document.querySelector('.as-of')?.dataset.snapshot &&"
    " document.documentElement.dataset.ready"
)
CUT_NUMBERS = """[...document.querySelectorAll(
    '#face :is(td:not(.format-text, .format-name), .figure-value, .figure-beside,'
    + ' .legend-figure b, .stage-n)'
)].filter((node) => {
    const box = node.getBoundingClientRect();
    const inside = node.closest('#side, #headline, .legend-row').getBoundingClientRect();
    return box.width > 0
        && (node.scrollWidth > node.clientWidth + 1 && node.clientWidth > 0
            || !node.closest('#headline') && box.right > inside.right + 1
            || box.left < inside.left - 1);
}).map((node) => node.textContent)"""
CUT_WITHOUT_TITLE = """[...document.querySelectorAll('#side .lines')].filter((node) =>
    node.scrollHeight > node.clientHeight + 1
    && node.closest('[title]')?.title !== node.textContent
).map((node) => node.textContent)"""
SIZES = [(1366, 768), (1920, 1080), (390, 844)]
PANELS = ("", "panel=districts&")


@contextmanager
def served(folder, **named):
    city = load_city(second.pack(folder, **named))
    registry = load_registry(city)
    service = QueryService(city, registry, second.lake(city, folder / "lake").path)
    with running(create_app(service, registry, city, clock=lambda: HALL)) as address:
        yield address
    service.close()


@pytest.fixture(scope="module")
def host(tmp_path_factory):
    with served(tmp_path_factory.mktemp("long"), districts=second.LONG) as address:
        yield address


@pytest.fixture(scope="module")
def other_scripts(tmp_path_factory):
    with served(
        tmp_path_factory.mktemp("scripts"),
        districts=second.SCRIPTS,
        river="نهر النيل",
        name="مدينة النيل",
    ) as address:
        yield address


def names(page):
    """Names on the map that stay: which, the text, and the corners of each box, px."""
    return [
        ((each["layer"], each["index"]), each["text"], each["corners"])
        for each in page.page.evaluate(
            "JSON.parse(JSON.stringify(twinMap.state.names))"
        )
    ]


def touch(one, other):
    """Whether two turned boxes touch: no side of either parts them."""
    for (ax, ay), (bx, by) in (
        (corners[n], corners[n - 1]) for corners in (one, other) for n in range(4)
    ):
        seen = [
            [(x * (by - ay) + y * (ax - bx)) for x, y in corners]
            for corners in (one, other)
        ]
        if max(seen[0]) <= min(seen[1]) or max(seen[1]) <= min(seen[0]):
            return False
    return True


@pytest.mark.parametrize(
    ("wide", "high", "panel", "lang"),
    [
        pytest.param(
            *size, panel, lang, marks=() if n % 5 in {0, 3} else pytest.mark.soak
        )
        for n, (size, panel, lang) in enumerate(product(SIZES, PANELS, ("en", "zh-CN")))
    ],
)
def test_tables_of_long_names_fit_and_no_number_is_cut(
    still, host, wide, high, panel, lang
):
    page = still(f"{host}/?lang={lang}&{panel}v=1", wide, high)
    page.until("document.querySelectorAll('#side tbody tr').length > 5", seconds=40)

    assert page.page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert page.page.evaluate(
        "document.querySelector('#side').scrollWidth <="
        " document.querySelector('#side').clientWidth"
    )
    assert page.page.evaluate(CUT_NUMBERS) == []
    assert page.page.evaluate(CUT_WITHOUT_TITLE) == []
    assert page.console_errors == []


@pytest.mark.parametrize(
    ("path", "wide", "high"),
    [
        ("/", 1366, 768),
        pytest.param("/", 1920, 1080, marks=pytest.mark.soak),
        pytest.param("/", 390, 844, marks=pytest.mark.soak),
        ("/wall/default", 1920, 1080),
        ("/wall/default", 3840, 1080),
    ],
)
def test_no_name_on_the_map_touches_another(watch, host, path, wide, high):
    page = watch(f"{host}{path}?lang=en&v=1", wide, high)
    page.until(READY, seconds=60)
    found = names(page)

    assert (
        "Kensington and\nChelsea upon Thames" in [text for _, text, _ in found]
        or wide < 900
    )
    assert len(found) > 1
    assert [
        (one[1], other[1])
        for n, one in enumerate(found)
        for other in found[:n]
        if one[0] != other[0] and touch(one[2], other[2])
    ] == []


def test_latin_names_are_not_letter_spaced_and_han_names_are(
    watch, other_scripts, host
):
    page = watch(f"{host}/?lang=zh-CN&v=1", 1366, 768)
    page.until(READY, seconds=40)
    assert [text for _, text, _ in names(page) if "\u2009" in text] == []


def test_other_scripts_are_on_the_map_and_in_the_tables_as_they_are_read(
    watch, other_scripts
):
    page = watch(f"{other_scripts}/?lang=en&v=1", 1366, 768)
    page.until(READY, seconds=40)

    assert {"المعادي الجديدة", "नई दिल्ली", "Куршская коса", "نهر النيل"} <= {
        text for _, text, _ in names(page)
    }
    assert (
        page.page.evaluate(
            "getComputedStyle(document.querySelector('#side td bdi')).unicodeBidi"
        )
        == "isolate"
    )
    assert (
        page.page.evaluate("getComputedStyle(document.querySelector('h1')).direction")
        == "rtl"
    )
    assert page.console_errors == []


@pytest.mark.parametrize(
    "key", ["Enter", pytest.param("click", marks=pytest.mark.soak)]
)
def test_a_row_of_the_table_chooses_its_district(watch, host, key):
    page = watch(f"{host}/?lang=en&panel=districts&v=1", 1366, 768)
    page.until(
        "document.querySelectorAll('#side tr[data-action]').length > 3", seconds=40
    )
    row = page.page.locator("#side tr[data-action]").first
    if key == "click":
        row.click()
    else:
        row.focus()
        page.page.keyboard.press(key)

    page.until(
        "document.querySelector('#side .close') && document.querySelector('#side"
        " h2').textContent === 'Kensington and Chelsea upon Thames'"
    )
    assert "district=brisa" in page.page.url
    page.page.keyboard.press("Escape")
    page.until("document.querySelectorAll('#side tr[data-action]').length > 3")
    assert page.console_errors == []


@pytest.mark.parametrize(
    ("locale", "lang", "where"),
    [
        ("fr-FR", "en", "/"),
        pytest.param("zh-CN", "zh-CN", "/?lang=zh-CN&v=1", marks=pytest.mark.soak),
    ],
)
def test_a_face_opens_in_the_browsers_language_else_in_the_citys(
    watch, host, locale, lang, where
):
    page = watch(host, 1366, 768, locale=locale)
    page.until("document.querySelector('#face')?.lang")

    assert page.page.evaluate(
        "[document.documentElement.lang, document.querySelector('#face').lang]"
    ) == [lang, lang]
    assert page.page.url == f"{host}{where}"
    page.page.get_by_text({"en": "中文", "zh-CN": "English"}[lang], exact=True).click()
    other = {"en": "zh-CN", "zh-CN": "en"}[lang]
    page.until(f"document.documentElement.lang === '{other}'")
    assert f"lang={other}" in page.page.url


@pytest.mark.parametrize(("wide", "high"), [(1920, 1080), (3840, 1080)])
def test_the_wall_of_long_names_lays_nothing_over_anything(still, host, wide, high):
    page = still(f"{host}/wall/default?lang=en&v=1", wide, high)
    page.until("document.querySelectorAll('.tile').length > 0", seconds=40)

    boxes = page.page.evaluate(
        """[
            '#side', '#foot .kind-figures', '#foot .kind-stages', '#foot .kind-tiles',
            '#headline', '#legend',
        ].map((name) => {
            const box = document.querySelector(name).getBoundingClientRect();
            return [
                [box.left, box.top], [box.right, box.top],
                [box.right, box.bottom], [box.left, box.bottom],
            ];
        })"""
    )
    assert [
        n for n, one in enumerate(boxes) for other in boxes[:n] if touch(one, other)
    ] == []
    assert page.page.evaluate(
        "document.documentElement.scrollWidth <= innerWidth &&"
        " document.documentElement.scrollHeight <= innerHeight"
    )
    stages = page.page.evaluate(
        "[...document.querySelectorAll('.stage-name')].map((node) => { const range ="
        " document.createRange(); range.selectNodeContents(node); const box ="
        " range.getBoundingClientRect(); return [box.left, box.right]; })"
    )
    assert all(right < left for (_, right), (left, _) in pairwise(stages))
