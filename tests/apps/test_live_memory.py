"""What a live session keeps of each frame."""

from __future__ import annotations

import gc
import tracemalloc
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from posecheck.assess.guide import Guide
from posecheck.exercises.prescription import Prescription
from posecheck.session import Session
from posecheck.types import Pose
from posecheck.vision.pose_log import BLOCK, PoseLog
from posecheck.vision.pose_store import load_poses

DATA = Path(__file__).resolve().parents[1] / "data"
MOST_BYTES = 700  # a frame; a process adds what its allocator wastes, and may keep 1,024
FIRST, LAST = BLOCK, 2 * BLOCK  # whole blocks, each once through the clip


def looped(name: str, frames: int) -> Iterator[Pose]:
    """A stored clip again and again, its time going on."""
    poses = load_poses(DATA / f"{name}.npz")[:BLOCK]
    length_s = poses[-1].t_s + 0.04
    for i in range(frames):
        pose = poses[i % len(poses)]
        yield replace(pose, t_s=pose.t_s + length_s * (i // len(poses)))


def test_a_frame_of_a_live_session_is_kept_in_little_memory() -> None:
    """Over whole blocks, after the first ones; and no less than its poses take."""
    prescription = Prescription.default()
    session, guide, log = Session(prescription, live=True), Guide(prescription), PoseLog()
    kept = {}
    tracemalloc.start()
    try:
        for i, pose in enumerate(looped("pump_left_side", LAST + 1)):
            if i in (FIRST, LAST):
                gc.collect()
                kept[i] = tracemalloc.get_traced_memory()[0]
            pose = log.append(pose)
            guide.push(session.push(pose), pose)
    finally:
        tracemalloc.stop()
    grown = (kept[LAST] - kept[FIRST]) / (LAST - FIRST)
    assert 300 < grown < MOST_BYTES, f"{grown:.0f} bytes a frame"
