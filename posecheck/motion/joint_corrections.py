"""Joints that somebody has put right in the picture: poses in, poses out.

The raw landmarks are changed, so that whatever is measured of them follows. Which of the two
landmarks of a joint belongs to the leg is asked at every look, for the model takes the legs for
each other.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np

from posecheck.types import Array, Pose

Leg = Literal["working", "resting"]
LegJoint = Literal["hip", "knee", "ankle", "heel", "toe"]
JOINTS: tuple[LegJoint, ...] = ("hip", "knee", "ankle", "heel", "toe")
_FIRST = 23  # of the model's landmarks: hips, knees, ankles, heels, toes follow in pairs
_LANDMARKS = {j: (_FIRST + 2 * i, _FIRST + 2 * i + 1) for i, j in enumerate(JOINTS)}


@dataclass(frozen=True, slots=True)
class JointCorrection:
    """Where a joint is at a look, and whether that holds from there on."""

    t_s: float
    leg: Leg
    joint: LegJoint
    xy_px: tuple[float, float]
    onwards: bool  # until the next correction of the joint, which the looks between lead over to


def corrected_poses(
    poses: Sequence[Pose],
    corrections: Sequence[JointCorrection],
    t_s: Array,
    working_px: Array,
    resting_px: Array,
) -> list[Pose]:
    """Return the poses with the joints put right.

    Parameters
    ----------
    poses
        As they were looked at.
    corrections
        Of one look and joint the last one holds.
    t_s
        (n,) seconds, of what was measured.
    working_px, resting_px
        (n, 5, 2), where the joints of the legs were measured before, in the order of `JOINTS`.

    """
    out = [replace(p, xy_px=p.xy_px.copy(), visibility=p.visibility.copy()) for p in poses]
    if not out or not len(t_s):
        return out
    times = np.array([pose.t_s for pose in out])
    measured = {"working": working_px, "resting": resting_px}
    rows = np.abs(t_s[None, :] - times[:, None]).argmin(axis=1)  # of what was measured, a look each
    groups: defaultdict[tuple[Leg, LegJoint], dict[int, JointCorrection]] = defaultdict(dict)
    for one in corrections:
        groups[one.leg, one.joint][int(np.abs(times - one.t_s).argmin())] = one
    for (leg, joint), at in groups.items():
        before = measured[leg][rows, JOINTS.index(joint)]
        for look, offset in _offsets(sorted(at.items()), before, len(out)).items():
            _put(out[look], joint, before[look], before[look] + offset)
        for look, one in at.items():
            _put(out[look], joint, before[look], np.array(one.xy_px))
    return out


def _offsets(at: list[tuple[int, JointCorrection]], before: Array, count: int) -> dict[int, Array]:
    """Return by how much the joint is moved at looks between those that were corrected."""
    offsets: dict[int, Array] = {}
    for i, (look, one) in enumerate(at):
        if not one.onwards:
            continue
        here = np.array(one.xy_px) - before[look]
        last = i + 1 == len(at)
        until = count if last else at[i + 1][0]
        there = here if last else np.array(at[i + 1][1].xy_px) - before[at[i + 1][0]]
        for k in range(look + 1, until):
            share = 0.0 if last else (k - look) / (until - look)
            offsets[k] = (1 - share) * here + share * there
    return {k: offset for k, offset in offsets.items() if np.isfinite(offset).all()}


def _put(pose: Pose, joint: LegJoint, before: Array, xy_px: Array) -> None:
    """Put the landmark that is nearer to where the joint was measured in its place."""
    if not np.isfinite(xy_px).all():
        return
    place = before if np.isfinite(before).all() else xy_px  # the leg was not known there
    pair = list(_LANDMARKS[joint])
    away = np.hypot(*(pose.xy_px[pair] - place).T)
    if not np.isfinite(away).any():  # nobody was seen
        return
    index = pair[int(np.nanargmin(away))]
    pose.xy_px[index] = xy_px
    pose.visibility[index] = 1.0
