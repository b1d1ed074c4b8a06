"""A View has one text form, and pinning leaves nothing open."""

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from twin.errors import UsageError
from twin.view import View

words = st.text(
    st.characters(codec="utf-8", exclude_characters=",", exclude_categories=("Cs",)),
    min_size=1,
    max_size=12,
)
moments = st.datetimes(
    min_value=datetime(2000, 1, 1),
    max_value=datetime(2100, 1, 1),
    timezones=st.just(UTC),
)
views = st.builds(
    View,
    city=words,
    as_of=st.none() | moments,
    known_at=st.none() | moments,
    window_s=st.integers(60, 2_678_400),
    district=words,
    picked=words,
    layers=st.none() | st.lists(words, min_size=1, max_size=4).map(tuple),
    scene=words,
    camera=words,
    frame=words,
    mode=st.sampled_from(["live", "drill"]),
    lang=st.sampled_from(["", "en", "zh-CN", "pt"]),
    theme=words,
)


@given(view=views)
def test_a_view_survives_its_link(view):
    assert View.parse(view.url()) == view


def test_a_link_holds_only_what_differs_from_the_usual():
    assert View().url() == "v=1"
    assert (
        View(district="420106", layers=("a", "b")).url()
        == "district=420106&layers=a,b&v=1"
    )


def test_no_layers_is_not_the_same_as_the_usual_layers():
    assert View.parse("?layers=&v=1").layers == ()
    assert View.parse("?v=1").layers is None


def test_a_moment_in_another_zone_is_the_same_moment():
    shanghai = datetime(2026, 11, 23, 22, 41, tzinfo=timezone(timedelta(hours=8)))

    assert View.parse("?as_of=2026-11-23T22:41:00%2B08:00").as_of == shanghai
    assert View.parse("?as_of=2026-11-23T14:41:00Z").as_of == shanghai


@pytest.mark.parametrize(
    "link",
    [
        "?v=2",
        "?as_of=yesterday",
        "?as_of=2026-11-23T14:41:00",
        "?window_s=5",
        "?window_s=x",
        "?mode=test",
    ],
)
def test_a_link_that_means_nothing_is_refused_with_a_sentence(link):
    with pytest.raises(UsageError) as caught:
        View.parse(link)
    assert caught.value.what.endswith(".")
