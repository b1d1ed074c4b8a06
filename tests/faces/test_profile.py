"""Type on a wall is as large as the last row needs it."""

from dataclasses import replace

import pytest

from twin.errors import UsageError
from twin.faces.wall.profile import Profile, profile
from twin.pack import find_city, load_city


@pytest.mark.parametrize(
    ("distance_m", "pitch_mm", "least", "preferred"),
    [(8, 1.25, 30, 41), (12, 1.25, 45, 62), (6, 0.63, 45, 61), (4, 0.372, 51, 69)],
)
def test_pixels_from_distance_and_pitch(distance_m, pitch_mm, least, preferred):
    """16 and 22 minutes of arc on a given wall, by hand.

    2 x 8000 mm x tan(8') / 1.25 mm = 29.8, so 30.
    """
    wall = Profile("w", distance_m, pitch_mm, 3840, 2160)

    assert wall.px(16) == pytest.approx(least, abs=1)
    assert wall.px(22) == pytest.approx(preferred, abs=1)


def test_no_size_is_below_the_least_for_chinese():
    wall = Profile("w", 8, 1.25, 3840, 2160)

    assert wall.sizes()["least"] == 38
    assert min(wall.sizes().values()) == 38
    assert wall.sizes()["first"] >= 41 * 1.25


def test_a_wall_too_far_away_for_its_size_is_refused_with_a_sentence():
    """55 inches, full HD, 6 m away: 45 px by 16 minutes of arc, 57 for Chinese.

    A width of 1920 has room for 20.
    """
    city = load_city(find_city("wuhan"))
    far = replace(
        city,
        settings={
            **city.settings,
            "wall": {
                "far": {
                    "distance_m": 6,
                    "pitch_mm": 0.63,
                    "width": 1920,
                    "height": 1080,
                }
            },
        },
    )

    with pytest.raises(UsageError, match="must be 57 px, and there is room for 20"):
        profile(far, "far")
