"""Clips to landmarks, and landmarks to a report, apart from each other."""

from __future__ import annotations

import contextlib
from collections.abc import Iterable
from pathlib import Path

import numpy as np

from benchmarks.scoring import Truth
from posecheck.apps.review import LOOKS_PER_S
from posecheck.exercises.prescription import Prescription
from posecheck.natives import silence_native_stderr
from posecheck.session import Session
from posecheck.threads import prefetch
from posecheck.types import ClipInfo, ModelInfo, Pose, Report
from posecheck.vision.frame_times import sampled
from posecheck.vision.frames import MODEL_SIDE_PX, VideoSource
from posecheck.vision.mediapipe_landmarker import MediaPipeLandmarker
from posecheck.vision.model import ModelFile
from posecheck.vision.pose_log import PoseLog, Poses
from posecheck.vision.pose_store import load_poses


def poses_in(clip: Path, model: ModelFile, per_s: float | None = LOOKS_PER_S) -> PoseLog:
    """The looks that `review` takes, or as many as are said; None: at every frame."""
    log = PoseLog()
    with (
        silence_native_stderr(),
        VideoSource(clip, max_side_px=MODEL_SIDE_PX, per_s=per_s) as source,
        MediaPipeLandmarker(model.path) as landmarker,
    ):
        with contextlib.closing(prefetch(source)) as frames:
            for frame in frames:
                log.append(landmarker.look(frame))
        log.frame_t_s = source.frame_t_s
    return log


def chosen(poses: Iterable[Pose], per_s: float, phase: float = 0.0) -> list[Pose]:
    """So many of the looks a second; ``phase`` starts the clock by so much of a tick earlier."""
    timed = ((pose.t_s + phase / per_s, pose) for pose in poses)
    return [pose for _, pose in sampled(timed, per_s)]


def thinned(poses: Poses, per_s: float, phase: float = 0.0) -> Poses:
    """The `chosen` looks, as if no more had been taken."""
    log = PoseLog()
    for pose in chosen(poses, per_s, phase):
        log.append(pose)
    known = poses.frame_t_s
    log.frame_t_s = known if len(known) else np.array([p.t_s for p in poses])
    return log.poses(poses.model_sha256)


def looked(truth: Truth, model: ModelFile, kept: Path | None = None) -> Poses:
    """The looks that `review` takes at a clip: from ``NAME.npz`` in a folder, or new ones."""
    if kept is not None:
        return thinned(load_poses(kept / f"{truth.name}.npz"), LOOKS_PER_S)
    return poses_in(truth.clip, model).poses()


def report_on(poses: Poses) -> Report:
    """What the engine makes of landmarks of the heavy model, with the default prescription."""
    session = Session(Prescription.default())
    for pose in poses:
        session.push(pose)
    nothing = ClipInfo("", None, None, 0.0, 0, 0, 0, 0)
    return session.finish(nothing, ModelInfo("", None), poses.frame_t_s)
