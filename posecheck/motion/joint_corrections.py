"""Joints that somebody has put right in the picture: what was measured in, what follows out.

A joint is where it was put: neither is it smoothed with the looks beside it, nor dropped because
it is far from where the model has seen it. The angles of its looks are measured again; the view,
the hands and how sure the looks are stay as they were seen.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np

from posecheck.motion.angles import leg_angles
from posecheck.motion.skeleton import ANKLE, HIP, KNEE
from posecheck.motion.table import COLUMN_OF
from posecheck.motion.track import RESTING, WORKING, Measured
from posecheck.motion.view import View
from posecheck.types import Array

Leg = Literal["working", "resting"]
LegJoint = Literal["hip", "knee", "ankle", "heel", "toe"]
JOINTS: tuple[LegJoint, ...] = ("hip", "knee", "ankle", "heel", "toe")
_POINTS = {"working": WORKING, "resting": RESTING}
# The columns of a leg's angles; those of single looks turn by as much as the smoothed ones.
_ANGLES = {
    "working": {"hip": "hip_deg", "knee": "knee_deg", "ankle": "ankle_deg"},
    "resting": {"hip": "resting_hip_deg", "knee": "resting_knee_deg"},
}
_RAW = {"working": {"knee": "raw_knee_deg", "ankle": "raw_ankle_deg"}, "resting": {}}


@dataclass(frozen=True, slots=True)
class JointCorrection:
    """Where a joint is at a look, and whether that holds from there on."""

    t_s: float
    leg: Leg
    joint: LegJoint
    xy_px: tuple[float, float]
    onwards: bool  # until the next correction of the joint, which the looks between lead over to


def corrected(measured: Measured, corrections: Sequence[JointCorrection]) -> Measured:
    """Return what was measured with the joints where they were put.

    Parameters
    ----------
    measured
        As the machine has measured it.
    corrections
        Each goes to the look that is nearest to its time; of one look and joint the last one holds.

    """
    if not len(measured.t_s) or not corrections:
        return measured
    values, points = measured.values.copy(), measured.points_px.copy()
    groups: defaultdict[tuple[Leg, LegJoint], dict[int, JointCorrection]] = defaultdict(dict)
    for one in corrections:
        groups[one.leg, one.joint][int(np.abs(measured.t_s - one.t_s).argmin())] = one
    changed: defaultdict[Leg, set[int]] = defaultdict(set)
    for (leg, joint), at in groups.items():
        places = points[:, _POINTS[leg]][:, JOINTS.index(joint)]  # a view: what is put there stays
        for look, offset in _offsets(sorted(at.items()), places).items():
            places[look] += offset
            changed[leg].add(look)
        for look, one in at.items():
            places[look] = one.xy_px
            changed[leg].add(look)
    for leg, looks in changed.items():
        for look in sorted(looks):
            _measure(measured, values[look], points[look], leg, look)
    return replace(measured, values=values, points_px=points)


def _offsets(at: Sequence[tuple[int, JointCorrection]], before: Array) -> dict[int, Array]:
    """Return by how much the joint is moved at looks between those that were corrected."""
    offsets: dict[int, Array] = {}
    for i, (look, one) in enumerate(at):
        if not one.onwards:
            continue
        here = np.array(one.xy_px) - before[look]
        last = i + 1 == len(at)
        until = len(before) if last else at[i + 1][0]
        there = here if last else np.array(at[i + 1][1].xy_px) - before[at[i + 1][0]]
        for k in range(look + 1, until):
            share = 0.0 if last else (k - look) / (until - look)
            offsets[k] = (1 - share) * here + share * there
    return {k: offset for k, offset in offsets.items() if np.isfinite(offset).all()}


def _measure(measured: Measured, row: Array, points: Array, leg: Leg, look: int) -> None:
    """Put the angles of a leg in a look into its row."""
    before, now = measured.points_px[look, _POINTS[leg]], points[_POINTS[leg]]
    view = _view(measured, look)
    old, new = (leg_angles(view, joints.astype(float)) for joints in (before, now))
    for joint, name in _ANGLES[leg].items():
        row[COLUMN_OF[name]] = getattr(new, joint)
    for joint, name in _RAW[leg].items():
        row[COLUMN_OF[name]] += getattr(new, joint) - getattr(old, joint)
    trunk_px = _trunk_px(measured, view, look)
    x, z = view.upright((now[ANKLE] - now[HIP]).astype(float)) / trunk_px
    row[COLUMN_OF[f"{leg}_x_trunks"]], row[COLUMN_OF[f"{leg}_z_trunks"]] = x, z


def _view(measured: Measured, look: int) -> View:
    """Return the view by which the angles near a look were measured, of which the slope counts."""
    plain = View(0.0, 0.0, 0.0, measured.feet)
    near = _nearest(measured, look, "hip_deg")
    if near is None:
        return plain
    thigh = np.diff(measured.points_px[near, WORKING][[HIP, KNEE]].astype(float), axis=0)[0]
    x, z = plain.upright(thigh)
    slope = np.degrees(np.arctan2(z, x)) - measured.values[near, COLUMN_OF["hip_deg"]]
    return replace(plain, slope_deg=float(slope))


def _trunk_px(measured: Measured, view: View, look: int) -> float:
    """Return the length of the trunk by which lengths near a look were measured."""
    near = _nearest(measured, look, "working_x_trunks")
    if near is None:
        return float("nan")
    joints = measured.points_px[near, WORKING].astype(float)
    trunks = measured.values[near, [COLUMN_OF["working_x_trunks"], COLUMN_OF["working_z_trunks"]]]
    return float(np.hypot(*view.upright(joints[ANKLE] - joints[HIP])) / np.hypot(*trunks))


def _nearest(measured: Measured, look: int, name: str) -> int | None:
    known = np.flatnonzero(np.isfinite(measured.values[:, COLUMN_OF[name]]))
    return int(known[np.abs(known - look).argmin()]) if len(known) else None
