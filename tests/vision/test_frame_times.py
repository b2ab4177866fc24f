"""Frames chosen by their own times."""

from __future__ import annotations

import math
from itertools import accumulate
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from posecheck.vision.frame_times import first_from, sampled, without_strays
from posecheck.vision.frames import VideoSource
from posecheck.vision.mediapipe_landmarker import MediaPipeLandmarker
from posecheck.vision.pose_log import ROW, PoseLog, to_row

LOOKS = 12  # of each clip, where each costs a tenth of a second
SAMPLES = Path(__file__).resolve().parents[2] / "sample_videos"
rates = st.floats(1.0, 120.0)
times = st.lists(st.floats(0.001, 0.5), min_size=1, max_size=80).map(
    lambda steps: [float(t) for t in np.cumsum([0.0, *steps])]
)


def kept(t_s: list[float], per_s: float) -> list[float]:
    return [t for t, _ in sampled([(t, None) for t in t_s], per_s)]


@given(times, rates)
def test_what_is_kept_is_there_in_order_and_never_more_than_the_rate(
    t_s: list[float], per_s: float
) -> None:
    got = kept(t_s, per_s)
    assert got == sorted(set(got))
    assert set(got) <= set(t_s)
    assert len(got) <= math.floor(t_s[-1] * per_s + 0.5) + 1
    assert got[0] <= 0.5 / per_s


@given(times, rates)
def test_no_kept_frame_has_a_dropped_one_nearer_to_its_tick(t_s: list[float], per_s: float) -> None:
    got = set(kept(t_s, per_s))
    by_tick: dict[int, list[float]] = {}
    for t in t_s:
        by_tick.setdefault(math.floor(t * per_s + 0.5), []).append(t)
    for tick, group in by_tick.items():
        (one,) = got & set(group)
        assert abs(one - tick / per_s) <= min(abs(t - tick / per_s) for t in group) + 1e-6


@given(st.floats(5.0, 60.0), st.integers(1, 200))
def test_a_clip_with_no_more_frames_than_ticks_keeps_them_all(fps: float, count: int) -> None:
    t_s = [i / fps for i in range(count)]
    assert kept(t_s, 1.001 * fps) == t_s


def test_every_second_frame_of_25_a_second_at_12_and_a_half() -> None:
    t_s = [round(i * 0.04, 6) for i in range(51)]
    assert kept(t_s, 12.5) == t_s[::2]


@pytest.mark.parametrize("per_s", [0.0, -1.0, math.nan])
def test_a_rate_that_is_none(per_s: float) -> None:
    with pytest.raises(ValueError, match="frames a second"):
        list(sampled([(0.0, None)], per_s))


def test_a_source_counts_what_it_does_not_hand_out() -> None:
    clip = SAMPLES / "rest_only.mp4"
    with VideoSource(clip) as every, VideoSource(clip, per_s=10.0) as few:
        whole, some = list(every), list(few)
        assert few.info.frames == every.info.frames == len(whole)
        assert few.info.duration_s == every.info.duration_s
        assert (every.info.looked_at_per_s, few.info.looked_at_per_s) == (None, 10.0)
        for source in (every, few):
            assert source.frame_t_s.tolist() == [frame.t_s for frame in whole]
            assert len(list(source)) in (len(whole), len(some))  # read once more
            assert len(source.frame_t_s) == len(whole)
    assert len(some) == round(len(whole) * 10 / 25)
    for frame in some:
        assert frame.t_s == whole[frame.index].t_s
        assert (frame.image == whole[frame.index].image).all()


@pytest.mark.slow
def test_a_landmarker_that_has_seen_other_clips_sees_the_same_as_a_new_one(
    model_path: Path,
) -> None:
    def look(landmarker: MediaPipeLandmarker, name: str) -> bytes:
        log = PoseLog()
        with VideoSource(SAMPLES / name, per_s=12.5) as source:
            for frame, _ in zip(source, range(LOOKS), strict=False):
                log.append(landmarker.look(frame))
        return b"".join(to_row(pose).tobytes() for pose in log.poses())

    clips = ("bend_left_portrait.mp4", "pump_left_side.mp4")
    with MediaPipeLandmarker(model_path) as used:
        for name in clips:
            with MediaPipeLandmarker(model_path) as new:
                fresh = look(new, name)
            assert len(fresh) == LOOKS * ROW.itemsize
            assert look(used, name) == fresh
            used.reset()


@given(steps=st.lists(st.floats(0.001, 0.5), min_size=1, max_size=60), data=st.data())
def test_frames_at_times_are_those_asked_for(steps: list[float], data: st.DataObject) -> None:
    """Each once, in order, whatever the order of the asking."""
    t_s = list(accumulate(steps))
    asked = data.draw(st.lists(st.sampled_from(t_s), max_size=10))
    early = [t - data.draw(st.floats(0.0, 0.0009)) for t in asked]
    found = [t for t, _ in first_from(((t, None) for t in t_s), early)]
    assert found == sorted(set(asked))


def test_where_a_frame_lacks_the_next_is_taken() -> None:
    assert [t for t, _ in first_from(((t, None) for t in (0.0, 0.3)), (0.1, 0.2, 9.0))] == [0.3]


def test_nothing_is_read_beyond_the_last_time() -> None:
    timed = iter([(0.0, "a"), (0.1, "b"), (0.2, "c")])
    assert list(first_from(timed, (0.0,))) == [(0.0, "a")]
    assert next(timed) == (0.1, "b")
    assert not list(first_from(timed, ()))
    assert next(timed) == (0.2, "c")


EVEN = [round(0.04 * i, 2) for i in range(50)]


@pytest.mark.parametrize(
    ("stamps", "kept", "strays"),
    [
        (EVEN, EVEN, []),
        ([*EVEN, 1e5], EVEN, [1e5]),
        ([*EVEN[:20], 1e5, *EVEN[20:]], EVEN, [1e5]),
        ([-1e5, *EVEN], EVEN, []),
        ([*EVEN[:20], 1e5, 1e5 + 0.04, *EVEN[20:]], EVEN, [1e5, 1e5 + 0.04]),
        ([*EVEN[:30], 0.0, *EVEN[30:]], EVEN, []),  # one that comes again is no new start
        ([*EVEN, *EVEN], [*EVEN, *EVEN], []),  # all that come again are one
        ([*EVEN, *(100 + t for t in EVEN)], [*EVEN, *(100 + t for t in EVEN)], []),  # a long hole
        ([60.0 * i for i in range(5)], [60.0 * i for i in range(5)], []),
        ([None, *EVEN], [None, *EVEN], []),
        ([0.0], [0.0], []),
    ],
)
def test_a_frame_far_from_all_others_is_left_out(
    stamps: list[float | None], kept: list[float | None], strays: list[float]
) -> None:
    found: list[float] = []
    assert [t for t, _ in without_strays(((t, None) for t in stamps), found)] == kept
    assert found == strays
