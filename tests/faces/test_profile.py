"""Type on a wall is as large as the last row needs it."""

import pytest

from twin.faces.wall.profile import Profile


@pytest.mark.parametrize(("distance_m", "pitch_mm", "least", "preferred"), [
    (8, 1.25, 30, 41), (12, 1.25, 45, 62), (6, 0.63, 45, 61), (4, 0.372, 51, 69)])
def test_pixels_from_distance_and_pitch(distance_m, pitch_mm, least, preferred):
    """Given a wall; 16 and 22 minutes of arc by hand: 2 x 8000 mm x tan(8') / 1.25 mm = 29.8, so 30."""
    wall = Profile("w", distance_m, pitch_mm, 3840, 2160)

    assert wall.px(16) == pytest.approx(least, abs=1)
    assert wall.px(22) == pytest.approx(preferred, abs=1)


def test_no_size_is_below_the_least_for_chinese():
    wall = Profile("w", 8, 1.25, 3840, 2160)

    assert wall.sizes()["least"] == 38
    assert min(wall.sizes().values()) == 38
    assert wall.sizes()["first"] >= 41 * 1.25
