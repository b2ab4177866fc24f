"""The fixed-lag smoother: what it keeps, what it bridges, what it throws out."""

from __future__ import annotations

import numpy as np
import pytest
from figure import Figure
from script import Script
from spoiled import collapsed, moments, unseen

from posecheck.motion.legs import NOWHERE, LegFollower, Legs
from posecheck.motion.smoothing import LAG_S, FixedLagSmoother, Smoothed
from posecheck.motion.track import Tracker
from posecheck.types import Array, Pose

LEG = np.array([[320.0, 300], [320, 220], [270, 160], [262, 150], [290, 125]])

SPEED = np.array([20.0, -15.0])  # pixels a second


def legs(t_s: float, joints: Array) -> Legs:
    """A frame in which the working leg is at `joints`."""
    return Legs(t_s, joints, NOWHERE, 0, 100.0)


def smoothed(frames: list[Legs]) -> list[Smoothed]:
    smoother = FixedLagSmoother()
    out = [s for frame in frames for s in smoother.push(frame)]
    return out + smoother.flush()


def ankles(poses: list[Pose]) -> tuple[Array, Array]:
    """Times and smoothed ankle angle."""
    tracker = Tracker()
    for pose in poses:
        tracker.push(pose)
    tracker.finish()
    return tracker.measured().t_s, tracker.measured().table.ankle_deg


@pytest.mark.parametrize("fps", [20, 25, 60])
def test_a_small_quick_pump_keeps_its_range(fps: float) -> None:
    """10° at 1.5 Hz within 10 %."""
    script = Script(knee=25).stay(2).pumps(9, period_s=1 / 1.5, size=10).stay(1)
    times, ankle = ankles(Figure(noise_px=0).film(script, fps=fps))
    inside = ankle[(times > 2.3) & (times < 7.5)]
    assert 9.0 <= np.ptp(inside) <= 11.0


def test_it_answers_every_frame_once_in_order_and_after_the_lag() -> None:
    """One answer a frame, none sooner than the lag allows, none later than needed."""
    smoother, answered = FixedLagSmoother(), []
    for i in range(60):
        now = i * 0.04
        for s in smoother.push(legs(now, LEG)):
            assert LAG_S - 1e-6 <= now - s.t_s <= LAG_S + 0.04 + 1e-6
            answered.append(s.t_s)
    answered += [s.t_s for s in smoother.flush()]
    assert answered == pytest.approx([i * 0.04 for i in range(60)])


def test_even_motion_passes_unchanged() -> None:
    """A straight line is its own smooth form, uneven time stamps or not."""
    times = np.cumsum(np.random.default_rng(0).uniform(0.02, 0.06, 80))
    frames = [legs(float(t), LEG + t * SPEED) for t in times]
    for s in smoothed(frames):
        assert s.joints_px == pytest.approx(LEG + s.t_s * SPEED, abs=1e-6)
        assert s.noise_px == pytest.approx(0, abs=1e-6)


def test_a_leg_that_jumps_away_for_a_frame_is_set_aside() -> None:
    """Scattered outliers leave no mark, and are not shown as seen."""
    wrong = moments(0.15, 80)
    frames = [
        legs(i * 0.04, LEG + (60.0 if i in wrong else 0.0) * np.eye(5)[2][:, None])
        for i in range(80)
    ]
    for i, s in enumerate(smoothed(frames)):
        assert s.joints_px == pytest.approx(LEG, abs=0.5)
        assert np.isnan(s.raw_px[2, 0]) == (i in wrong)


def turned(leg: Array, degrees: float) -> Array:
    """The leg with its shank and foot turned about the knee: limbs as long as they were."""
    c, s = np.cos(np.radians(degrees)), np.sin(np.radians(degrees))
    out: Array = leg.copy()
    out[2:] = leg[1] + (leg[2:] - leg[1]) @ np.array([[c, -s], [s, c]])
    return out


@pytest.mark.parametrize(("fps", "looks"), [(10, 2), (25, 5)])
@pytest.mark.parametrize("degrees", [60.0, -60.0])
def test_wrong_looks_in_a_row_are_set_aside(fps: int, looks: int, degrees: float) -> None:
    """For some looks the shank is drawn somewhere else: it did not go there and back."""
    wrong = range(3 * fps, 3 * fps + looks)
    frames = [legs(i / fps, turned(LEG, degrees) if i in wrong else LEG) for i in range(6 * fps)]
    for i, s in enumerate(smoothed(frames)):
        assert np.isnan(s.raw_px[2, 0]) == (i in wrong)
        assert s.joints_px == pytest.approx(LEG, abs=0.5)


@pytest.mark.parametrize(("end", "start", "foot_too"), [(2, 1, True), (4, 3, False)])
def test_a_limb_that_shrinks_is_not_believed(end: int, start: int, foot_too: bool) -> None:
    """However slowly: a shank that does takes the foot along, a foot leaves the knee known."""
    frames = []
    for i in range(150):
        leg = LEG.copy()
        share = np.clip((i - 50) / 25, 0, 1) - np.clip((i - 85) / 25, 0, 1)
        leg[end] -= 0.6 * share * (leg[end] - leg[start])
        frames.append(legs(i / 25, leg))
    seen = smoothed(frames)
    short = range(76, 84)
    assert all(np.isnan(seen[i].raw_px[4, 0]) for i in short)
    assert all(np.isnan(seen[i].raw_px[1, 0]) == foot_too for i in short)
    assert all(np.isfinite(s.raw_px).all() for s in seen[:50])


@pytest.mark.parametrize("fps", [10, 25, 60])
def test_a_leg_that_is_moved_is_not_set_aside(fps: float) -> None:
    """The knee is straightened by 60 degrees in a second and a half: no look is an outlier.

    Quicker, and some are; what lies between is known then, to a seventh of a trunk.
    """
    for over_s, set_aside, off_px in ((1.5, False, 0.5), (0.7, True, 16.0)):
        script = Script().stay(1.5).extend(to=28, over_s=over_s).stay(1.5)
        follower = LegFollower()
        seen = [follower.push(pose) for pose in Figure(noise_px=0).film(script, fps=fps)]
        for s, true in zip(smoothed(seen), seen, strict=True):
            assert set_aside or np.isfinite(s.raw_px).all(), s.t_s
            assert np.hypot(*(s.joints_px - true.working_px).T).max() < off_px


def test_support_tells_how_much_was_usable() -> None:
    """1 where all is well, less where frames were set aside, 0 in an open gap."""
    frames = [legs(i * 0.04, NOWHERE if 40 <= i < 80 else LEG) for i in range(120)]
    support = [s.support for s in smoothed(frames)]
    assert support[20] == 1.0
    assert 0 < support[38] < 1
    assert support[60] == 0.0


@pytest.mark.parametrize("frames", [1, 3, 6])
def test_a_gap_up_to_the_lag_is_bridged(frames: int) -> None:
    """Where both sides are near, the middle is known."""
    gone = range(30, 30 + frames)
    seen = smoothed([legs(i * 0.04, NOWHERE if i in gone else LEG) for i in range(70)])
    for i in gone:
        assert seen[i].joints_px[1:] == pytest.approx(LEG[1:], abs=0.5)


def test_a_longer_gap_stays_open() -> None:
    """What nobody saw is not made up: the middle of a second's gap is NaN, its ends are known."""
    gone = range(30, 56)
    seen = smoothed([legs(i * 0.04, NOWHERE if i in gone else LEG) for i in range(90)])
    assert np.isnan([seen[i].joints_px[1:] for i in range(36, 50)]).all()
    assert np.isfinite([seen[i].joints_px[1:] for i in (*range(28), *range(58, 88))]).all()


def test_a_gap_in_a_clip_is_open_in_the_angles_too() -> None:
    """Frames without a person have no angle once the gap is longer than the lag."""
    poses = unseen(Figure().still(5, knee=25), range(60, 90))
    times, ankle = ankles(poses)
    middle = (times > 2.8) & (times < 3.2)
    assert np.isnan(ankle[middle]).all()
    assert np.isfinite(ankle[times < 2.2]).all()


def test_collapses_leave_the_angle() -> None:
    """Limbs that change length give a collapse away."""
    figure, script = Figure(), Script(knee=25).stay(4)
    poses = figure.film(script)
    _, ankle = ankles(collapsed(poses, moments(0.2, len(poses))))
    assert np.nanmax(np.abs(ankle)) < 4.0


def test_nothing_seen_gives_nothing() -> None:
    """NaN in, NaN out, frame by frame."""
    seen = smoothed([legs(i * 0.04, NOWHERE) for i in range(20)])
    assert len(seen) == 20
    assert all(np.isnan(s.joints_px[1:]).all() for s in seen)


def test_one_frame_is_answered() -> None:
    """The shortest clip there is."""
    (only,) = smoothed([legs(0.0, LEG)])
    assert only.t_s == 0.0
