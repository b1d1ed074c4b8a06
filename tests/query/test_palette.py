"""The tokens keep the contrast that the look promises; ramps rise evenly to the eye."""

from __future__ import annotations

import re
from itertools import pairwise
from pathlib import Path

import pytest

from twin import palette
from twin.palette import DARK, rgba, spread


def luminance(token):
    parts = [value / 255 for value in rgba(token)[:3]]
    red, green, blue = (
        c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in parts
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(token, ground):
    low, high = sorted((luminance(token), luminance(ground)))
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize(
    ("token", "least"), [("text-1", 16.0), ("text-2", 9.3), ("text-3", 6.2)]
)
def test_text_on_the_dark_ground_is_as_clear_as_promised(token, least):
    assert contrast(token, "bg") >= least - 0.05


def test_the_style_sheet_says_the_same():
    css = (
        Path(palette.__file__).parents[1] / "assets" / "css" / "1-tokens.css"
    ).read_text(encoding="utf-8")
    said = {
        name: value.upper() for name, value in re.findall(r"--([\w-]+): (#\w{6});", css)
    }
    assert {name: value for name, value in DARK.items() if name in said} == {
        name: value for name, value in said.items() if name in DARK
    }
    assert {"bg", "land", "water", "text-1", "p1"} <= said.keys()


def test_a_ramp_ends_on_its_tokens():
    ramp = spread(("heat-low", "heat-mid", "heat-high"), (0.0, 0.5, 1.0), steps=9)
    assert (ramp[0], ramp[4], ramp[8]) == (
        rgba("heat-low", 0),
        rgba("heat-mid", 0.5),
        rgba("heat-high"),
    )


def test_a_ramp_grows_lighter_in_even_steps():
    ramp = spread(("heat-low", "heat-mid", "heat-high"), (0.0, 0.5, 1.0), steps=9)
    light = [palette._oklab(color)[0] for color in ramp]
    steps = [after - before for before, after in pairwise(light)]
    assert min(steps) > 0
    assert max(steps) < 2 * min(steps)
