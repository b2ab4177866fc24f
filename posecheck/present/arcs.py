"""Where the angles of hip, knee and ankle stand in the picture."""

from __future__ import annotations

import math
from typing import NamedTuple

from posecheck.present.sketch import Point
from posecheck.types import Update

_CLEAR_RAD = math.radians(25)  # a hip bent by less does not tell which way a person faces


class Arc(NamedTuple):
    """An angle in the picture, and where its label is wanted."""

    centre: Point
    start_rad: float
    sweep_rad: float
    radius: float
    degrees: float
    joint: Point
    away_rad: float  # from the joint, that way


def _angle(a: Point, b: Point) -> float:
    return math.atan2(b[1] - a[1], b[0] - a[0])


def _turned(start: float, end: float) -> float:
    return (end - start + math.pi) % math.tau - math.pi


def arcs_of(
    update: Update, working: list[Point | None], trunk: list[Point | None]
) -> dict[str, Arc]:
    """Return the arc of each joint that is known."""
    hip, knee, ankle, heel, toe = working
    shoulder, angles = trunk[0], update.angles
    arcs: dict[str, Arc] = {}
    raised = 0.0
    if hip and knee and shoulder:
        start = _angle(shoulder, hip)  # the trunk, prolonged along the lying surface
        raised = _turned(start, _angle(hip, knee))
        if math.isfinite(angles.hip_flexion_deg):
            radius, away = 0.42 * math.dist(hip, knee), start + raised / 2
            arcs["hip"] = Arc(hip, start, raised, radius, angles.hip_flexion_deg, hip, away)
    if hip and knee and ankle and math.isfinite(angles.knee_flexion_deg):
        start = _angle(hip, knee)  # the thigh, prolonged
        sweep = _turned(start, _angle(knee, ankle))
        # The knee bends against the hip; a straight knee does not tell by itself which way.
        bend = -raised if abs(raised) > _CLEAR_RAD else sweep
        front = start - math.copysign(math.pi / 2, bend)
        radius = 0.55 * math.dist(knee, ankle)
        arcs["knee"] = Arc(knee, start, sweep, radius, angles.knee_flexion_deg, knee, front)
    if knee and ankle and heel and toe and math.isfinite(angles.ankle_dorsiflexion_deg):
        foot, shank = _angle(heel, toe), _angle(ankle, knee)
        square = shank + math.copysign(math.pi / 2, _turned(shank, foot))
        radius = 0.8 * math.dist(heel, toe)
        arcs["ankle"] = Arc(
            heel, square, _turned(square, foot), radius, angles.ankle_dorsiflexion_deg,
            ankle, square + math.pi,
        )  # fmt: skip
    return arcs
