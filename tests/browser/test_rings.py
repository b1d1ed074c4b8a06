"""Rings fill as clocks run: from the top with the sun, red beyond the target, none on a crowd."""

from __future__ import annotations

import io

import pyarrow as pa
import pytest
from PIL import Image

from tests.browser.bench import lists, serving, stream
from tests.browser.test_bundle import clean, draw

pytestmark = pytest.mark.browser
CENTRE = (114.30, 30.60)
FINE, AMBER, RED = (111, 141, 179), (230, 159, 0), (213, 94, 0)
LAYER = {
    "@@type": "RingLayer",
    "id": "rings",
    "data": "/rings.arrow",
    "gather": 30,
    "getSize": 40,
    "width": 6,
    "near": 13,
    "fineColor": [*FINE, 255],
    "amberColor": [*AMBER, 255],
    "redColor": [*RED, 255],
}


@pytest.fixture(scope="module")
def site():
    with serving() as found:
        yield found


@pytest.fixture
def ring(watch, site):
    """Draw rows of (share, priority, degrees east) and return the colours of the first ring at
    half past one, half past four, half past seven and half past ten.
    """

    def of(*rows, zoom=12):
        site.answers["/rings.arrow"] = stream(
            position=lists(
                [[CENTRE[0] + east, CENTRE[1]] for *_, east in rows], pa.float64()
            ),
            share=pa.array([float(share) for share, *_ in rows]),
            priority=pa.array([priority for _, priority, _ in rows], pa.int32()),
        )
        page = watch(site.url, 800, 600)
        camera = {"longitude": CENTRE[0], "latitude": CENTRE[1], "zoom": zoom}
        draw(page, [LAYER], camera=camera)
        x, y = page.page.evaluate(f"twinMap.project([{CENTRE[0]}, {CENTRE[1]}])")
        shot = Image.open(io.BytesIO(page.page.screenshot())).convert("RGB")
        clean(page)
        away = 20 * 0.7071
        corners = ((1, -1), (1, 1), (-1, 1), (-1, -1))
        return [
            shot.getpixel((round(x + away * right), round(y + away * down)))
            for right, down in corners
        ]

    return of


def is_of(pixel, color):
    return all(abs(one - other) <= 12 for one, other in zip(pixel, color, strict=True))


def named(pixels):
    colors = {"fine": FINE, "amber": AMBER, "red": RED}
    return [
        next((name for name, color in colors.items() if is_of(pixel, color)), "")
        for pixel in pixels
    ]


def test_a_ring_is_filled_by_the_share_and_red_beyond_the_target(ring):
    assert named(ring((0.5, 1, 0), zoom=13)) == ["fine", "fine", "", ""]
    assert named(ring((0.8, 1, 0))) == ["amber", "amber", "amber", ""]
    assert named(ring((1.0, 1, 0))) == ["amber"] * 4
    assert named(ring((1.5, 1, 0))) == ["red", "red", "amber", "amber"]
    assert named(ring((7.0, 1, 0))) == ["red"] * 4


def test_far_off_only_those_that_need_somebody_have_one(ring):
    assert named(ring((0.79, 3, 0))) == [""] * 4
    assert named(ring((0.9, 4, 0))) == [""] * 4
    assert named(ring((0.9, 3, 0)))[0] == "amber"
    assert named(ring((0.9, 4, 0), zoom=13))[0] == "amber"
    assert named(ring((0.0, 1, 0), zoom=13)) == [""] * 4


def test_marks_that_stand_together_have_none(ring):
    """Some 4 px apart, and far away."""
    assert named(ring((0.9, 1, 0), (0.2, 4, 0.001))) == [""] * 4
    assert named(ring((0.9, 1, 0), (0.2, 4, 0.05)))[0] == "amber"
