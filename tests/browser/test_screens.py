"""A page on every screen, in large letters, in colours of somebody's own, and on paper."""

from __future__ import annotations

import pytest

from tests.browser.living import READY, living

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def served(tmp_path_factory):
    with living(tmp_path_factory.mktemp("screens")) as found:
        yield found


LONG = """document.querySelectorAll('#headline .figure-value').forEach(
    (node, n) => { node.textContent = ['23,583', '13,306', '11′44″', '19 h 12′', '100.0',
        '12.9'][n % 6]; })"""
SPILLS = """[...document.querySelectorAll('#headline .figure')].flatMap(figure => {
    const own = figure.getBoundingClientRect();
    return [...figure.querySelectorAll('.figure-name, .figure-line, .figure-beside')]
        .filter(node => {
            const words = document.createRange();
            words.selectNodeContents(node);
            const box = words.getBoundingClientRect();
            return box.width && (box.right > own.right + 1 || box.bottom > own.bottom + 1);
        }).map(node => node.textContent); })"""
MEETS = """(() => { const at = (name) =>
    document.querySelector(name).getBoundingClientRect();
    return at('#headline').bottom - at('.legend-rows').top; })()"""


@pytest.mark.parametrize("lang", ["en", "zh-CN"])
@pytest.mark.parametrize(
    ("wide", "high"), [(901, 768), (1000, 700), (1100, 768), (1280, 720), (1366, 768)]
)
def test_figures_of_the_headline_stay_apart_and_clear_of_the_switches(
    still, served, lang, wide, high
):
    page = still(f"{served[1]}/?v=1&lang={lang}", wide, high)
    page.page.evaluate(LONG)

    assert page.page.evaluate(SPILLS) == []
    assert page.page.evaluate(MEETS) < 0


def test_a_window_may_take_any_size_and_the_day_is_as_wide_as_its_place(watch, served):
    page = watch(f"{served[1]}/?v=1&lang=en&layers=districts", 1400, 900)
    page.until(READY, seconds=40)
    for wide, high in ((390, 844), (3840, 900), (1400, 900), (3840, 900)):
        page.page.set_viewport_size({"width": wide, "height": high})
        page.page.wait_for_timeout(400)

    drawn, place, canvas = page.page.evaluate(
        "['.day svg', '.foot-chart', '#map canvas'].map(name =>"
        " document.querySelector(name).getBoundingClientRect().width)"
    )
    assert drawn == pytest.approx(place, abs=1)
    assert place > 3_200
    assert canvas == 3_840
    assert page.console_errors == []


HIGH = """(() => { const name = window.twinMap.state.names.find(each =>
    each.text === 'Brisa'); if (!name) return 0; const ys = name.corners.map(at => at[1] ??
    at.y); return Math.max(...ys) - Math.min(...ys); })()"""


def test_names_on_the_map_have_the_size_of_the_screen_that_the_window_has_now(
    watch, served
):
    page = watch(f"{served[1]}/?v=1&lang=en&layers=districts", 1400, 900)
    page.until(READY, seconds=40)
    high = page.until(HIGH)

    page.page.set_viewport_size({"width": 800, "height": 900})

    page.until(f"{HIGH} > 0 && {HIGH} < {0.9 * high}")


# Text over the brightest thing that a map draws, through all that lies between them.
WORST = """(() => {
    const parts = (text) => { const found = text.match(/[\\d.]+/g).map(Number);
        const scale = text.startsWith('color(') ? 255 : 1;
        return [...found.slice(0, 3).map(n => n * scale), found[3] ?? 1]; };
    const light = (rgb) => { const [r, g, b] = rgb.map(n => n / 255).map(n =>
        n <= 0.03928 ? n / 12.92 : ((n + 0.055) / 1.055) ** 2.4);
        return 0.2126 * r + 0.7152 * g + 0.0722 * b; };
    const under = (node) => { const layers = [];
        for (let at = node; at; at = at.parentElement) {
            const color = parts(getComputedStyle(at).backgroundColor);
            if (color[3] > 0) layers.push(color);
            if (at.matches('#top, #headline, #legend, #side, #foot')) break;
        }
        return layers.reduceRight((below, [r, g, b, a]) =>
            [r, g, b].map((n, i) => n * a + below[i] * (1 - a)), [255, 227, 163]); };
    const found = [];
    const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    while (texts.nextNode()) {
        const node = texts.currentNode.parentElement;
        if (!node.closest('#top, #headline, #legend, #side, #foot')) continue;
        if (!texts.currentNode.nodeValue.trim() || !node.checkVisibility()) continue;
        const color = parts(getComputedStyle(node).color);
        if (color[3] === 0) continue;
        const [one, other] = [light(color.slice(0, 3)), light(under(node))];
        const ratio = (Math.max(one, other) + 0.05) / (Math.min(one, other) + 0.05);
        if (ratio < 4.5) found.push(`${ratio.toFixed(1)} ${node.className} ${node.textContent}`);
    }
    return found; })()"""


@pytest.mark.parametrize("more", ["", "&panel=districts", "&district=brisa"])
def test_words_can_be_read_over_the_brightest_thing_on_the_map(still, served, more):
    page = still(f"{served[1]}/?v=1&lang=en{more}", 1366, 768)
    assert page.page.evaluate(WORST) == []


TARGETS = """(least) => [...document.querySelectorAll('button, select, summary, a.way')]
    .filter(node => node.checkVisibility()).map(node => [node.outerHTML.slice(0, 70),
        Math.round(node.getBoundingClientRect().height)])
    .filter(([, high]) => high < least)"""


@pytest.mark.parametrize(("wide", "high", "least"), [(390, 844, 44), (1366, 768, 24)])
@pytest.mark.parametrize("more", ["", "&district=brisa&as_of=2026-07-18T06:00:00Z"])
def test_what_is_pressed_is_large_enough(still, served, wide, high, least, more):
    page = still(f"{served[1]}/?v=1&lang=en{more}", wide, high)
    page.page.evaluate("document.querySelector('.filters').open = true")
    assert page.page.evaluate(TARGETS, least) == []


def test_letters_of_twice_the_size_make_the_page_twice_as_large(still, served):
    page = still(f"{served[1]}/?v=1&lang=en", 1920, 1080)
    size = "parseFloat(getComputedStyle(document.querySelector('#side h2')).fontSize)"
    assert page.page.evaluate(size) == 24
    devtools = page.page.context.new_cdp_session(page.page)

    devtools.send("Page.setFontSizes", {"fontSizes": {"standard": 32, "fixed": 26}})
    page.until(f"{size} === 48")

    wide = page.page.evaluate("[document.documentElement.scrollWidth, innerWidth]")
    assert wide[0] <= wide[1]


def test_in_colours_of_ones_own_marks_bars_and_switches_are_still_there(still, served):
    page = still(f"{served[1]}/?v=1&lang=en", 1366, 768)
    marks = "getComputedStyle(document.querySelector('#side .mark svg')).fill"
    before = page.page.evaluate(marks)
    page.page.emulate_media(forced_colors="active")

    assert page.page.evaluate("matchMedia('(forced-colors: active)').matches")
    assert page.page.evaluate(marks) == before
    bar, on, off = page.page.evaluate(
        "['.age-bar i', '[aria-checked=true] .switch-box', '[aria-checked=false]"
        " .switch-box'].map(name =>"
        " getComputedStyle(document.querySelector(name)).backgroundColor)"
    )
    assert bar == "rgb(230, 159, 0)"
    assert on != off
    ramp = page.page.evaluate(
        "getComputedStyle(document.querySelector('.ramp')).backgroundImage"
    )
    assert "gradient" in ramp


def test_on_paper_the_page_is_light_and_whole_with_the_panel_after_the_map(
    still, served
):
    page = still(f"{served[1]}/?v=1&lang=en", 1366, 768)
    page.page.evaluate("document.documentElement.dataset.link = 'lost'")
    page.page.emulate_media(media="print")

    side, bottom, opacity, paper, ink, hidden = page.page.evaluate(
        "(() => { const at = name => document.querySelector(name); const style = name =>"
        " getComputedStyle(at(name)); return [at('#side').getBoundingClientRect().top,"
        " at('#map').getBoundingClientRect().bottom, style('#side').opacity,"
        " style('body').backgroundColor, style('#side h2').color,"
        " at('#side').scrollHeight - at('#side').clientHeight]; })()"
    )
    assert side >= bottom
    assert (opacity, paper, ink) == ("1", "rgb(255, 255, 255)", "rgb(16, 25, 42)")
    assert hidden <= 1
    assert page.page.evaluate(
        "document.documentElement.scrollHeight >="
        " document.querySelector('#side').getBoundingClientRect().bottom - 1"
    )
