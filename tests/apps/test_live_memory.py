"""What a live session keeps of each frame."""

from __future__ import annotations

import tracemalloc
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from posecheck.assess.guide import Guide
from posecheck.assess.prescription import Prescription
from posecheck.session import Session
from posecheck.types import Pose
from posecheck.vision.pose_pack import PosePack
from posecheck.vision.pose_rows import BLOCK
from posecheck.vision.pose_store import PoseLog, load_poses

DATA = Path(__file__).resolve().parents[1] / "data"
MOST_BYTES = 700  # a frame; a process adds what its allocator wastes, and may keep 1,024
FIRST, LAST = BLOCK, 2 * BLOCK  # whole blocks, or what is kept for later counts as well


def looped(name: str, frames: int) -> Iterator[Pose]:
    """A stored clip again and again, its time going on."""
    poses = load_poses(DATA / f"{name}.npz")
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
                kept[i] = tracemalloc.get_traced_memory()[0]
            pose = log.append(pose)
            guide.push(session.push(pose), pose)
    finally:
        tracemalloc.stop()
    grown = (kept[LAST] - kept[FIRST]) / (LAST - FIRST)
    assert 300 < grown < MOST_BYTES, f"{grown:.0f} bytes a frame"


def test_looks_that_were_not_taken_are_left_out_and_come_back_as_such() -> None:
    """One look, the other, both and none, over more than a block."""
    (plain,) = looped("pump_right_table", 1)
    both = replace(plain, hidden_xy_px=plain.xy_px[::-1], hidden_visibility=plain.visibility[::-1])
    nothing = plain.xy_px * float("nan"), plain.visibility * float("nan")
    hidden = replace(both, xy_px=nothing[0], visibility=nothing[1])
    none = replace(plain, xy_px=nothing[0], visibility=nothing[1])
    log, poses = PoseLog(), [plain, both, hidden, none] * (BLOCK // 2)
    for i, pose in enumerate(poses):
        log.append(replace(pose, t_s=float(i)))
    for i, pose in enumerate(log.poses()):
        assert repr(pose) == repr(replace(poses[i], t_s=float(i)))


def test_an_empty_pack_has_no_blocks() -> None:
    pack = PosePack()
    assert len(pack) == pack.blocks == 0
