"""Clips to landmarks, and landmarks to a report, apart from each other."""

from __future__ import annotations

import contextlib
from collections.abc import Iterable, Sequence
from pathlib import Path

from benchmarks.scoring import Truth
from posecheck.assess.prescription import Prescription
from posecheck.session import Session
from posecheck.types import ClipInfo, ModelInfo, Pose, Report
from posecheck.vision.frames import VideoSource, prefetch
from posecheck.vision.landmarker import Landmarker
from posecheck.vision.model import ModelFile
from posecheck.vision.pose_store import PoseLog, load_poses
from posecheck.vision.quiet import quiet_natives


def poses_in(clip: Path, model: ModelFile) -> PoseLog:
    """Every frame looked at once."""
    log = PoseLog()
    with (
        quiet_natives(),
        VideoSource(clip) as source,
        Landmarker(model.path) as landmarker,
        contextlib.closing(prefetch(source)) as frames,
    ):
        for frame in frames:
            log.append(landmarker.look(frame))
    return log


def looked(truth: Truth, model: ModelFile, kept: Path | None = None) -> Sequence[Pose]:
    """The landmarks of a clip: those that were kept as ``NAME.npz`` in a folder, or new ones."""
    if kept is not None:
        return load_poses(kept / f"{truth.name}.npz")
    return poses_in(truth.clip, model).poses()


def report_on(poses: Iterable[Pose] | Sequence[Pose]) -> Report:
    """What the engine makes of landmarks, with the default prescription."""
    session = Session(Prescription.default())
    for pose in poses:
        session.push(pose)
    nothing = ClipInfo("", None, None, 0.0, 0, 0, 0, 0)
    return session.finish(nothing, ModelInfo("", None))
