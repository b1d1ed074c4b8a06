"""A mark has one shape: the map, the legend and a list draw the same, in the row's colour."""

from __future__ import annotations

import io

import numpy as np
import pyarrow as pa
import pytest
from PIL import Image

from tests.browser.bench import PAGE, lists, serving, stream
from twin.faces import markup, parts
from twin.layer import Kind
from twin.marks import HALF, marks

pytestmark = pytest.mark.browser

MAGENTA = (255, 0, 255)
SIDE = 2 * HALF
APART = 128
"""Pixels from mark to mark. One unit of a path is one pixel, on the map as in the legend."""
ON_MAP = 112
"""Size of a mark on the map that makes it so: its edge is part of it there."""
NAMES = list(marks())
SAME, OTHER = 0.95, 0.85
"""Least share of pixels that a mark has in common with itself drawn elsewhere, and most that two
marks have. Two programs smooth the outline, and where it halves a pixel each may take it for
its own: the diamond's does so with 4 x 48 pixels of 4,608, which leaves 0.958. The two marks that
are most alike, a square and a disc, have 0.84 in common: between the two is room.
"""
GREY = 120


def cut(page, places, half=HALF):
    """The pictures around each of `places` (px), RGB."""
    picture = Image.open(io.BytesIO(page.screenshot())).convert("RGB")
    seen = np.asarray(picture).astype(int)
    return {
        name: seen[y - half : y + half, x - half : x + half]
        for name, (x, y) in places.items()
    }


def own(seen):
    """Which pixels are the mark's own: at least half magenta.

    Against a grey or dark ground, and a dark edge, it is red; against a light edge it is not
    green.
    """
    return (seen[..., 0] > 188) & (seen[..., 1] < 128)


def common(one, other):
    """Share of the pixels of either that are of both."""
    return (one & other).sum() / (one | other).sum()


def on_map(watch):
    """The pictures of all marks as the map draws them, in a row through its middle."""
    zoom = 12
    degrees = 360 / (512 * 2**zoom)
    wide = APART * len(NAMES)
    offsets = [APART * at + APART // 2 - wide // 2 for at in range(len(NAMES))]
    with serving() as site:
        site.answers["/marks.arrow"] = stream(
            position=lists([[dx * degrees, 0.0] for dx in offsets], pa.float64()),
            mark=pa.array(NAMES).dictionary_encode(),
            fill_color=lists([[*MAGENTA, 255]] * len(NAMES), pa.uint8()),
        )
        watched = watch(site.url, wide, 2 * APART)
        layer = {
            "@@type": "MarkLayer",
            "id": "all",
            "data": "/marks.arrow",
            "getSize": ON_MAP,
        }
        spec = {
            "deck": {"layers": [layer]},
            "snapshot": "S",
            "camera": {"longitude": 0, "latitude": 0, "zoom": zoom},
            "background": f"rgb({GREY}, {GREY}, {GREY})",
        }
        watched.page.evaluate("spec => twinMap.render('map', spec)", spec)
        watched.until("document.documentElement.dataset.ready === 'S'")
        places = {
            name: (dx + wide // 2, APART)
            for name, dx in zip(NAMES, offsets, strict=True)
        }
        found = cut(watched.page, places, APART // 2)
        assert watched.console_errors == []
        watched.page.close()
    return found


def in_legend(watch):
    """The pictures of all marks as the legend draws them, under the real policy."""
    swatches = [
        markup.html_of(parts._swatch(Kind(name, name, (*MAGENTA, 255), name)))
        for name in NAMES
    ]
    rules = (
        f"display: flex; font-size: {SIDE}px; gap: {APART - SIDE}px;"
        f" background: rgb({GREY} {GREY} {GREY})"
    )
    with serving() as site:
        site.answers["/"] = "".join(
            (
                PAGE.replace("letters.css", "face.css").partition("<div")[0],
                f"<style>body {{ {rules} }}</style>",
                *swatches,
            )
        ).encode()
        watched = watch(site.url, APART * len(NAMES), 2 * APART)
        places = {name: (HALF + APART * at, HALF) for at, name in enumerate(NAMES)}
        found = cut(watched.page, places)
        assert watched.console_errors == []
        watched.page.close()
    return found


@pytest.fixture(scope="module")
def watch_once(chromium):
    """The fixture `watch`, for what is drawn once for all tests of this file."""
    from tests.browser.conftest import watch

    yield from watch.__wrapped__(chromium)


@pytest.fixture(scope="module")
def drawn(watch_once):
    return on_map(watch_once), in_legend(watch_once)


@pytest.mark.parametrize("name", NAMES)
def test_the_legend_draws_what_the_map_draws(drawn, name):
    of_map, of_legend = (own(pictures[name]) for pictures in drawn)
    room = (APART - SIDE) // 2
    assert of_map.sum() == of_map[room:-room, room:-room].sum() > 0.15 * SIDE**2
    assert common(of_map[room:-room, room:-room], of_legend) >= SAME


@pytest.mark.parametrize("name", NAMES)
def test_on_the_map_a_hair_that_is_light_or_dark_keeps_a_mark_apart(drawn, name):
    seen = drawn[0][name]
    is_light = (seen.min(axis=-1) > 250).any()
    is_dark = (seen.max(axis=-1) < 40).any()
    assert (is_light, is_dark) == (
        marks()[name].edge == "light",
        marks()[name].edge == "dark",
    )


def test_no_two_marks_are_alike_without_their_colours(drawn):
    of_legend = {name: own(seen) for name, seen in drawn[1].items()}
    alike = {
        (one, other): round(common(of_legend[one], of_legend[other]), 3)
        for at, one in enumerate(NAMES)
        for other in NAMES[:at]
    }
    assert {pair for pair, share in alike.items() if share > OTHER} == set()
