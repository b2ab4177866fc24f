"""The leg in the newest frame: where it is, not where it was."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from posecheck.motion.legs import NOT_APART, NOWHERE, Legs
from posecheck.motion.smoothing import LAG_S, NewestLeg
from posecheck.types import Array

LEG = np.array([[100.0, 200], [150, 100], [220, 60], [225, 65], [235, 30]])


def seen(t_s: float, leg: Array) -> Legs:
    return Legs(t_s, leg, NOWHERE, NOT_APART, 120.0)


@given(speed=st.floats(-400, 400), per_s=st.sampled_from([5, 12.5, 25, 30, 60]))
def test_a_steady_movement_is_not_trailed(speed: float, per_s: float) -> None:
    now = NewestLeg()
    for i in range(30):
        leg = LEG + speed * i / per_s
        now.push(seen(i / per_s, leg))
        np.testing.assert_allclose(now.joints_px(), leg, atol=1e-6)


def test_jitter_is_stilled() -> None:
    rng, now, shown, noise = np.random.default_rng(1), NewestLeg(), [], []
    for i in range(200):
        noise.append(rng.normal(0, 2, LEG.shape))
        now.push(seen(i / 30, LEG + noise[-1]))
        shown.append(now.joints_px() - LEG)
    assert np.std(shown) < 0.9 * np.std(noise)


@pytest.mark.parametrize("for_s", [0.5 * LAG_S, 3 * LAG_S])
def test_a_leg_that_is_lost_for_a_moment_stays_where_it_was(for_s: float) -> None:
    now = NewestLeg()
    for i in range(10):
        now.push(seen(i / 50, LEG))
    for t in np.arange(10 / 50, 9 / 50 + for_s, 1 / 50):
        now.push(seen(t, NOWHERE))
    if for_s < LAG_S:
        np.testing.assert_allclose(now.joints_px(), LEG)
    else:
        assert np.isnan(now.joints_px()).all()
    now.push(seen(5.0, LEG + 50))
    np.testing.assert_allclose(now.joints_px(), LEG + 50)


def test_before_anything_is_seen_it_is_nowhere() -> None:
    assert np.isnan(NewestLeg().joints_px()).all()
