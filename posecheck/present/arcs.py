"""Where the angles of hip, knee and ankle stand in the picture."""

from __future__ import annotations

import math

from posecheck.present.sketch import Point
from posecheck.types import Update


def _angle(a: Point, b: Point) -> float:
    return math.atan2(b[1] - a[1], b[0] - a[0])


def _turned(start: float, end: float) -> float:
    return (end - start + math.pi) % math.tau - math.pi


# Centre, start and sweep, radius, degrees, and where the label is wanted: from there, that way.
Arc = tuple[Point, tuple[float, float], float, float, tuple[Point, float]]


def arcs_of(
    update: Update, working: list[Point | None], trunk: list[Point | None]
) -> dict[str, Arc]:
    """Return centre, start, sweep, radius and degrees of each joint that is known."""
    hip, knee, ankle, heel, toe = working
    shoulder, angles = trunk[0], update.angles
    arcs: dict[str, Arc] = {}
    if hip and knee and shoulder and math.isfinite(angles.hip_flexion_deg):
        start = _angle(shoulder, hip)  # the trunk, prolonged along the lying surface
        sweep = _turned(start, _angle(hip, knee))
        radius = 0.42 * math.dist(hip, knee)
        arcs["hip"] = (
            hip,
            (start, sweep),
            radius,
            angles.hip_flexion_deg,
            (hip, start + sweep / 2),
        )
    if hip and knee and ankle and math.isfinite(angles.knee_flexion_deg):
        start = _angle(hip, knee)  # the thigh, prolonged
        sweep = _turned(start, _angle(knee, ankle))
        radius = 0.55 * math.dist(knee, ankle)
        front = start - math.copysign(math.pi / 2, sweep)
        arcs["knee"] = (knee, (start, sweep), radius, angles.knee_flexion_deg, (knee, front))
    if knee and ankle and heel and toe and math.isfinite(angles.ankle_dorsiflexion_deg):
        foot, shank = _angle(heel, toe), _angle(ankle, knee)
        square = shank + math.copysign(math.pi / 2, _turned(shank, foot))
        radius = 0.8 * math.dist(heel, toe)
        sweep = _turned(square, foot)
        arcs["ankle"] = (
            heel, (square, sweep), radius, angles.ankle_dorsiflexion_deg, (heel, foot + math.pi)
        )  # fmt: skip
    return arcs
