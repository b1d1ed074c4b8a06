"""The size of a picture is read or refused with a sentence, whoever asks for it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from twin import frame
from twin.errors import UsageError


@pytest.mark.parametrize(
    ("text", "size"),
    [
        ("1920x1080", (1920, 1080, 1.0)),
        ("1920x1080x2", (1920, 1080, 2.0)),
        ("200x16000x0.5", (200, 16_000, 0.5)),
        ("1366x768x1.25", (1366, 768, 1.25)),
        ("1366x768x.5", (1366, 768, 0.5)),
    ],
)
def test_a_frame_is_width_height_and_ratio(text, size):
    assert frame.read(text) == size


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("", "cannot be read"),
        ("1920", "cannot be read"),
        ("1920x", "cannot be read"),
        ("1920x1080x", "cannot be read"),
        ("1920x1080x2x3", "cannot be read"),
        ("1920 x 1080", "cannot be read"),
        ("1_920x1080", "cannot be read"),
        ("1920x1080xnan", "cannot be read"),
        ("-1920x1080", "cannot be read"),
        ("9" * 5_000 + "x1080", "cannot be read"),
        ("199x1080", "of a size that no screen has"),
        ("1920x16001", "of a size that no screen has"),
        ("1920x1080x0.4", "of a size that no screen has"),
        ("1920x1080x5", "of a size that no screen has"),
    ],
)
def test_what_is_no_frame_is_a_sentence(text, why):
    with pytest.raises(UsageError, match=why) as caught:
        frame.read(text)
    assert caught.value.what.endswith(".")
    assert len(caught.value.what) < 100


numbers = st.integers(0, 20_000) | st.floats() | st.text(max_size=6)
near = st.lists(numbers.map(str), max_size=5).map("x".join)


@given(text=near | st.text(max_size=30))
def test_whatever_stands_there_is_a_size_or_a_sentence(text):
    try:
        wide, high, ratio = frame.read(text)
    except UsageError:
        return
    assert 200 <= min(wide, high) <= max(wide, high) <= 16_000
    assert 0.5 <= ratio <= 4
