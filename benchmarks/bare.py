"""MediaPipe alone: the loop that speed is measured against, and the naive reading of its labels.

Speed is measured against `looks`: the same model at the same frames, each detected anew as
`review` does, and nothing else. The naive reading is what one writes first: decode with PyAV, hand
each frame to the pose landmarker in VIDEO mode, believe what it calls left and right, and count
with two thresholds.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import av
import numpy as np
from numpy.typing import NDArray

from posecheck.natives import silence_native_stderr
from posecheck.vision.frame_times import sampled

Floats = NDArray[np.float64]

_SHOULDERS, _HIPS = (11, 12), (23, 24)
_LEG = {"left": (23, 25, 27, 29, 31), "right": (24, 26, 28, 30, 32)}
# Two thresholds a joint, as tutorials have them: beyond one, then beyond the other, is one.
_PUMP_DEG = (-10.0, 10.0)
_BEND_DEG = (40.0, 60.0)


@contextlib.contextmanager
def landmarker(model: Path, fresh: bool = False) -> Iterator[Any]:
    """MediaPipe's pose landmarker for one person, in VIDEO mode or, `fresh`, in IMAGE mode."""
    with silence_native_stderr():
        from mediapipe.tasks.python import BaseOptions, vision

        options = vision.PoseLandmarkerOptions(
            base_options=BaseOptions(model_asset_path=str(model)),
            running_mode=vision.RunningMode.IMAGE if fresh else vision.RunningMode.VIDEO,
            num_poses=1,
        )
        with vision.PoseLandmarker.create_from_options(options) as made:
            yield made


def loop(marker: Any, clip: Path) -> Iterator[tuple[float, NDArray[np.uint8], Any]]:
    """Time, picture and landmarks of every frame; a rotation flag is not heeded."""
    import mediapipe as mp

    with av.open(str(clip)) as container:
        for frame in container.decode(video=0):
            image = np.ascontiguousarray(frame.to_ndarray(format="rgb24"), dtype=np.uint8)
            t_s = float(frame.time or 0.0)
            picture = mp.Image(image_format=mp.ImageFormat.SRGB, data=image)
            yield t_s, image, marker.detect_for_video(picture, round(t_s * 1000))


def looks(marker: Any, clip: Path, per_s: float | None) -> Iterator[Any]:
    """Landmarks of so many frames a second (None: of all), of a landmarker that is `fresh`."""
    import mediapipe as mp

    with av.open(str(clip)) as container:
        timed = ((float(frame.time or 0.0), frame) for frame in container.decode(video=0))
        for _, frame in timed if per_s is None else sampled(timed, per_s):
            image = np.ascontiguousarray(frame.to_ndarray(format="rgb24"), dtype=np.uint8)
            yield marker.detect(mp.Image(image_format=mp.ImageFormat.SRGB, data=image))


@dataclass(frozen=True, slots=True)
class Naive:
    """What the labels say of a clip."""

    t_s: Floats
    hip_flexion_deg: Floats
    knee_flexion_deg: Floats
    ankle_dorsiflexion_deg: Floats
    reps: int


def naive(marker: Any, clip: Path, side: str, variant: str | None) -> Naive:
    """Read the angles off the labels of the leg that truly works, in pixels.

    It is told which leg that is, and which joint to count.
    """
    times, points = [], []
    for t_s, image, found in loop(marker, clip):
        height, width = image.shape[:2]
        xy = np.full((33, 2), np.nan)
        if found.pose_landmarks:
            xy = np.array([(p.x * width, p.y * height) for p in found.pose_landmarks[0]])
        times.append(t_s)
        points.append(xy)
    xy = np.array(points)
    hip, knee, ankle = angles(xy, side)
    counted = {"ankle_pump": (ankle, _PUMP_DEG), "knee_bend": (knee, _BEND_DEG)}
    # Without a variant it counts whatever it sees.
    series, limits = counted[variant or "ankle_pump"]
    return Naive(np.array(times), hip, knee, ankle, count(series, *limits))


def count(angle_deg: Floats, low: float, high: float) -> int:
    """Times that the angle goes above ``high`` after having been below ``low``."""
    reps, armed = 0, False
    for value in angle_deg:
        if value < low:
            armed = True
        elif value > high and armed:
            reps, armed = reps + 1, False
    return reps


def angles(xy: Floats, side: str) -> tuple[Floats, Floats, Floats]:
    """Hip, knee and ankle (n,) of the leg that is labelled so, from landmarks (n, 33, 2)."""
    hip, knee, ankle, heel, toe = (xy[:, i] for i in _LEG[side])
    shoulders = xy[:, _SHOULDERS].mean(axis=1)
    hips = xy[:, _HIPS].mean(axis=1)
    return (
        180 - _between(shoulders - hips, knee - hips),
        180 - _between(hip - knee, ankle - knee),
        90 - _between(toe - heel, knee - ankle),
    )


def _between(a: Floats, b: Floats) -> Floats:
    cross = a[:, 0] * b[:, 1] - a[:, 1] * b[:, 0]
    angle: Floats = np.degrees(np.arctan2(np.abs(cross), (a * b).sum(axis=1)))
    return angle
