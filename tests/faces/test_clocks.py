"""An age bar: blue in time, amber from 80 %, red only beyond the target, which is a tick."""

from __future__ import annotations

import pytest

from twin.faces.markup import html_of
from twin.faces.panels import clocks, survival


@pytest.mark.parametrize(
    ("elapsed_s", "state", "within", "beyond"),
    [
        (0, "fine", "0.0", ""),
        (60, "fine", "40.0", ""),
        (96, "amber", "64.0", ""),
        (120, "red", "80.0", ""),
        (132, "red", "80.0", "8.0"),
        (9_000, "red", "80.0", "20.0"),
    ],
)
def test_the_target_stands_at_four_fifths_of_the_bar(elapsed_s, state, within, beyond):
    drawn = html_of(clocks.age_bar(elapsed_s, 120, state))
    assert f'<i style="width:{within}%"></i>' in drawn.replace(": ", ":")
    assert ("<b " in drawn) == bool(beyond)
    if beyond:
        assert f"width:{beyond}%" in drawn.replace(": ", ":")
    assert drawn.count("<s ") == 1
    assert f'class="age-bar {state}"' in drawn


def test_without_a_target_there_is_no_bar():
    drawn = html_of(clocks.age_bar(500, None, "none"))
    assert "<i" not in drawn
    assert "<s" not in drawn


def step(t, share, low=None, high=None):
    return {"t": t, "survival": share, "low": low, "high": high}


def test_a_curve_stays_level_until_its_next_step_and_ends_where_events_were_watched():
    path = survival._steps([step(0, 1), step(10, 0.8), step(15, 0.8)], 20, "line")
    assert 'd="M0 0.0H500.0V20.0H750.0V20.0"' in path
    to_zero = survival._steps([step(0, 1), step(10, 0)], 20, "line")
    assert 'd="M0 0.0H500.0V100.0H1000"' in to_zero


def test_the_interval_is_an_area_of_the_same_steps_as_far_as_it_is_known():
    rows = [step(0, 1, 1, 1), step(10, 0.5, 0.25, 0.75), step(20, 0)]
    assert 'd="M0 0.0H500.0V25.0L500.0 75.0V75.0H500.0V0.0H0.0Z"' in survival._band(
        rows, 20
    )
