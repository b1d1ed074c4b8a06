"""Footprints: four rays meet flat ground.

A camera that looks at the horizon sees four heights far, and no further.
"""

from __future__ import annotations

from math import cos, radians, sin, tan

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from tests.measures.rows import NINE, make
from tests.oracles import ground
from twin.contracts.measured import FOOTPRINTS
from twin.measures.footprints import FAR, corners, footprints

SIDES = ((-1, -1), (1, -1), (1, 1), (-1, 1))


def ring_of(
    height: float, pitch: float, fov: float, heading: float = 0
) -> list[tuple[float, float]]:
    """Corners of one footprint, m."""
    return [
        tuple(corner)
        for corner in corners(
            *(np.array([float(value)]) for value in (height, pitch, fov, heading))
        )[0].tolist()
    ]


def test_straight_down_a_square_angle_sees_twice_the_height_across_and_9_16_of_it_ahead():
    assert ring_of(100, -90, 90) == [
        pytest.approx(corner)
        for corner in ((-100, -56.25), (100, -56.25), (100, 56.25), (-100, 56.25))
    ]


def test_from_100_m_straight_down_with_72_degrees_a_camera_sees_145_by_82_metres():
    ring = ring_of(100, -90, 72)

    # Tan 36 deg = 0.72654; 9/16 of it ahead.
    assert ring[2] == pytest.approx((72.654, 40.868), abs=0.001)
    assert ground.area(ring) == pytest.approx(11_877, abs=1)


def test_the_heading_turns_the_ring_clockwise():
    near_left = ring_of(100, -90, 90, heading=90)[0]

    assert near_left == pytest.approx((-56.25, 100))


def test_looking_half_down_the_near_edge_is_narrower_than_the_far_one():
    near_left, near_right, far_right, far_left = ring_of(100, -45, 60)

    assert near_right[0] - near_left[0] < far_right[0] - far_left[0]
    assert 0 < near_left[1] < 100 < far_left[1]


@pytest.mark.parametrize("pitch", [-20, -10, 0])
def test_a_camera_that_sees_the_horizon_ends_at_four_heights(pitch):
    assert ring_of(50, pitch, 80)[2][1] == pytest.approx(FAR * 50)


@given(
    height=st.floats(2, 500),
    pitch=st.floats(-90, 0),
    fov=st.floats(5, 110),
    heading=st.floats(0, 360),
)
def test_every_corner_is_where_its_ray_meets_the_ground(height, pitch, fov, heading):
    ring = ring_of(height, pitch, fov, heading)
    assume(not np.isnan(ring).any())
    ahead = (sin(radians(heading)), cos(radians(heading)))

    for corner, (side, rise) in zip(ring, SIDES, strict=True):
        met = ground.ray(height, pitch, fov, heading, side, rise)
        if (
            met is not None
            and met[0] * ahead[0] + met[1] * ahead[1] < FAR * height * 0.9999
        ):
            assert corner == pytest.approx(met, rel=1e-6, abs=1e-6 * height)
        else:
            assert corner[0] * ahead[0] + corner[1] * ahead[1] == pytest.approx(
                FAR * height
            )


@given(
    height=st.floats(2, 500),
    pitch=st.floats(-90, 0),
    fov=st.floats(5, 110),
    heading=st.floats(0, 360),
)
def test_every_ring_runs_counter_clockwise_or_is_not_there(height, pitch, fov, heading):
    ring = ring_of(height, pitch, fov, heading)

    assert np.isnan(ring).all() or ground.area(ring) > 0


@given(height=st.floats(2, 500), fov=st.floats(5, 110))
def test_straight_down_the_area_is_that_of_a_rectangle(height, fov):
    across = 2 * height * tan(radians(fov) / 2)

    assert ground.area(ring_of(height, -90, fov)) == pytest.approx(
        across * across * 9 / 16
    )


def test_a_heartbeat_becomes_a_ring_in_micro_degrees():
    (row,) = footprints(
        make("drone_states", {"lon_ud": 114_000_000, "lat_ud": 60_000_000})
    ).to_pylist()

    # 100 m of latitude; twice as much of longitude at 60 deg north.
    half = 100 / 111_320 * 1e6
    assert (row["lon1_ud"], row["lat1_ud"]) == (
        pytest.approx(114_000_000 - 2 * half, abs=1),
        pytest.approx(60_000_000 - half * 9 / 16, abs=1),
    )
    assert (row["lon3_ud"], row["lat3_ud"]) == (
        pytest.approx(114_000_000 + 2 * half, abs=1),
        pytest.approx(60_000_000 + half * 9 / 16, abs=1),
    )
    assert row["occurred_at"] == NINE


@pytest.mark.parametrize(
    "state",
    [
        {"pitch_deg": None},
        {"fov_deg": None},
        {"height_m": 0.5},
        {"pitch_deg": 0.0, "fov_deg": 20.0},
    ],
)
def test_no_camera_no_height_or_nothing_but_sky_gives_no_footprint(state):
    assert footprints(make("drone_states", state)).num_rows == 0


def test_the_answer_has_the_schema_of_its_table():
    assert (
        footprints(
            make(
                "drone_states",
                {},
                {"occurred_at": NINE.replace(minute=1), "pitch_deg": None},
            )
        ).schema
        == FOOTPRINTS.schema
    )
