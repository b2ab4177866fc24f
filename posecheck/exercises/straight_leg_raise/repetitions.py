"""Straight leg raises: the hip is flexed with the knee straight, as far as it goes, and back."""

from __future__ import annotations

import math

from posecheck.exercises.end_range import EndRange, Way, finder, sure

# Each limit with the values on either side, from rendered raises (6, one with the other leg moving,
# two with the knee bent by 25 and 28 degrees), from rendered heel slides and knee extensions, and
# from other exercises (dead bug, bicycle, crunch, flutter kick, knee to the chest).
#
# A leg that is raised by less is not tested; raises by irritable people start at 30 degrees.
LEAST_DEG = 15.0
# The leg lies before and after: raises at most 3 degrees of the hip and 6 of the knee, a raised
# thigh 45 and more; a knee whose foot is flat, as in a bridge, 90.
LIES_DEG, SURELY_DEG = 28.0, 15.0
STRAIGHT_DEG, SURELY_STRAIGHT_DEG = 50.0, 30.0
# How far the knee was bent on the way, as a share of the hip's way: raises at most 0.1, with a bent
# knee 0.6; a heel slide, a knee to the chest and a leg that comes up bent 1.0 and more.
BENT_SHARE, BENT_LITTLE = 0.82, 0.6
# How far the heel rose, as a share of what it does with a straight knee: 0.8 and more with a bent
# one; a heel that slides 0.1.
LIFT_SHARE, LIFT_ALL = 0.45, 0.7


def is_raise(way: Way) -> float:
    """Return how sure it is that a way of the hip is a straight leg raise, 0 to 1."""
    hip_deg = way.hip_way_deg
    if hip_deg < LEAST_DEG:
        return 0.0
    lies = max(way.hip_before_deg, way.hip_after_deg)
    straight = max(way.knee_before_deg, way.knee_after_deg)
    bent = max(way.most_bent_deg - way.knee_before_deg, 0.0) / hip_deg
    whole = 2 * math.sin(math.radians(hip_deg))
    return min(
        sure(lies, LIES_DEG, SURELY_DEG),
        sure(straight, STRAIGHT_DEG, SURELY_STRAIGHT_DEG),
        sure(bent, BENT_SHARE, BENT_LITTLE),
        sure(way.lift_thighs / whole, LIFT_SHARE, LIFT_ALL),
    )


TO = EndRange("hip", "most flexed", LEAST_DEG, is_raise)
find = finder(TO)
